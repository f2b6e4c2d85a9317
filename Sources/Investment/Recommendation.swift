package import Accounts
package import Foundation
package import Institutions
package import Vocabulary

/// What somebody of a firm would have it answer to a startup of its list. Within the firm alone; the latest of each counts, and
/// none of them is an answer.
package struct Recommendation: Codable, Sendable, Identifiable {
    /// Names a recommendation.
    package typealias ID = Identifier<Recommendation>

    /// What can be recommended.
    package enum Kind: String, Codable, Sendable, CaseIterable {
        /// To meet the startup.
        case meet
        /// To pass.
        case pass
        /// To talk about it first.
        case discuss
    }

    /// The recommendation.
    package let id: ID
    /// Which startup.
    package let startup: Startup.ID
    /// What is recommended.
    package let recommendation: Kind
    /// Why.
    package let note: ShortText?
    /// When.
    package let at: Date
    /// By whom.
    package let by: Colleague
}

/// What is recommended.
package struct NewRecommendation: Codable, Sendable {
    /// What the firm should do.
    package let recommendation: Recommendation.Kind
    /// Why.
    package let note: ShortText?

    /// A recommendation.
    package init(_ recommendation: Recommendation.Kind, note: ShortText? = nil) {
        self.recommendation = recommendation
        self.note = note
    }
}

/// A startup that somebody has asked a colleague of the same firm to look at. Its proposal waits on meanwhile.
package struct Referral: Codable, Sendable, Identifiable {
    /// Names a referral.
    package typealias ID = Identifier<Referral>

    /// The referral.
    package let id: ID
    /// Which startup.
    package let startup: Startup.ID
    /// Who is asked.
    package let to: Colleague
    /// What about.
    package let note: ShortText?
    /// When.
    package let at: Date
    /// Who asks.
    package let by: Colleague
}

/// Who is asked to look at a startup.
package struct NewReferral: Codable, Sendable {
    /// Somebody else of the same firm.
    package let colleague: Person.ID
    /// What about.
    package let note: ShortText?

    /// A question to a colleague.
    package init(to colleague: Person.ID, note: ShortText? = nil) {
        self.colleague = colleague
        self.note = note
    }
}
