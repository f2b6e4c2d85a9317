internal import API
internal import Accounts
package import Applications
package import Foundation
package import Vocabulary

/// A startup's one request that its rejection, or that it was found not eligible, be looked at again, and what somebody else
/// answered.
package struct Appeal: Sendable {
    /// What can be answered.
    package enum Verdict: String, Codable, Sendable, CaseIterable {
        /// What was decided stands.
        case upheld
        /// It is judged again; where it was found not eligible, screened again.
        case reopened
    }

    /// What can be appealed, each once.
    package enum Subject: String, Codable, Sendable, CaseIterable {
        /// That the application was found not eligible.
        case screening
        /// That it was rejected.
        case decision
    }

    /// The application.
    package let application: Application.ID
    /// What is appealed.
    package let subject: Subject
    /// Who applies.
    package let startupName: LocalizedName
    /// What it applies to.
    package let callTitle: LocalizedName
    /// Why, in the startup's words.
    package let grounds: LongText
    /// When it was lodged.
    package let lodgedAt: Date
    /// What was answered.
    package let verdict: Verdict?
    /// Why.
    package let answer: LongText?
    /// When.
    package let answeredAt: Date?
}

/// What of an application can be appealed, and until when.
struct Appealable: Sendable {
    let subject: Appeal.Subject
    let until: Date
}
