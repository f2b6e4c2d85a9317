package import API
package import Accounts
package import Foundation
package import Institutions
package import Vocabulary

/// Whether an investor may be shown startups: what the park took it for, until when, and whether it wants to see any.
package struct InvestorStanding: Codable, Sendable {
    /// The investor.
    package let investor: Institution.ID
    /// The last day on which it is verified; nil when it is not verified today.
    package let verifiedUntil: CalendarDate?
    /// What the park took it for a professional investor on, the latest first.
    package let verifications: [InvestorVerification]
    /// While it takes no proposals; nil when it takes them.
    package let pause: InvestorPause?
    /// Whether founders may find it by name while it is verified, to choose it or leave it out.
    package let isVisible: Bool
    /// The day it was read, UTC.
    package let asOf: CalendarDate
}

/// What the park took an investor for a professional one on.
///
/// Offers of securities to the public are restricted (in Hong Kong by section 103 of the Securities and Futures Ordinance),
/// those to professional investors are not; so no startup is shown to anybody else. The park looks at the evidence and
/// writes down what it saw, and looks again within a year.
package struct InvestorVerification: Codable, Sendable, Identifiable {
    /// Names a verification within its tenant.
    package typealias ID = Identifier<InvestorVerification>

    /// As what an investor counts as professional.
    package enum Basis: String, Codable, Sendable, CaseIterable {
        /// A bank, an insurer, a licensed fund or another institution that is professional by itself.
        case institutional
        /// A company or a trust of sufficient assets.
        case corporate
        /// A person of sufficient means.
        case individual
        /// Professional by the law of another place.
        case abroad
    }

    /// The verification.
    package let id: ID
    /// As what.
    package let basis: Basis
    /// What was seen: a licence number, audited accounts, a bank's letter.
    package let evidence: ShortText
    /// When it was looked at.
    package let verifiedAt: Date
    /// Who looked.
    package let verifiedBy: Person.ID
    /// The last day on which it counts.
    package let validUntil: CalendarDate
    /// When it was taken back; nil while it was not.
    package let revokedAt: Date?
    /// Why.
    package let revocationReason: ShortText?

    /// Days until the park has to look again, at most.
    package static let longest = 366
}

/// A time in which an investor takes no proposals.
package struct InvestorPause: Codable, Sendable, Equatable {
    /// Since when.
    package let since: Date
    /// The last day of it; nil until somebody ends it.
    package let until: CalendarDate?
}

/// Why a list may not be shown to its investor.
package enum ListBarrier: String, Codable, Sendable, CaseIterable {
    /// The mandate has ended.
    case withdrawn
    /// The mandate has no money to invest now.
    case notDeploying = "not_deploying"
    /// Nobody has confirmed the mandate for half a year.
    case unconfirmed
    /// The investor takes no proposals for a while.
    case paused
    /// The park has not taken the investor for a professional one, or no longer.
    case unverified
    /// The investor would have more in hand than it wants.
    case overCap = "over_cap"
}

/// Why a step about an investor's standing is refused.
package enum StandingRefusal: Refusal, Equatable {
    /// No institution of the tenant that can invest has this id.
    case investorUnknown
    /// A verification counts from today on, for a year at most.
    case validityOutOfRange(latest: CalendarDate)
    /// It was taken back already.
    case revoked
    /// A pause ends on a day to come.
    case pauseEndsInThePast
    /// There is no pause to end.
    case notPaused

    package var problem: Problem {
        switch self {
        case .investorUnknown: .invalid("/investor", "Choose an investor of the directory.")
        case .validityOutOfRange(let latest):
            .invalid("/valid_until", "Choose a day from today on, \(latest) at the latest: it is looked at every year.")
        case .revoked: .conflict("The verification was taken back already.")
        case .pauseEndsInThePast: .invalid("/until", "Choose a day to come, or leave it open.")
        case .notPaused: .conflict("The investor takes proposals already.")
        }
    }
}
