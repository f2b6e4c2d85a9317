internal import API
internal import Accounts
package import Applications
package import Foundation
package import Vocabulary

/// A startup's one request that its rejection be looked at again, and what somebody else answered.
package struct Appeal: Sendable {
    /// What can be answered.
    package enum Verdict: String, Codable, Sendable, CaseIterable {
        /// The rejection stands.
        case upheld
        /// It is judged again.
        case reopened
    }

    /// The application.
    package let application: Application.ID
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

extension ReleasedDecision {
    /// Refuses an appeal against anything but a rejection, or after its time.
    func checkAppeal(at now: Date) throws(DecisionRefusal) {
        guard outcome == .reject, let appealUntil else { throw .nothingToAppeal }
        guard now <= appealUntil else { throw .appealOver }
    }
}
