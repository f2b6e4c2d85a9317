package import API
internal import Accounts
package import Foundation
package import Institutions
package import Vocabulary

/// The startups that one match run proposes for one mandate. Its investor sees it once it has been released.
package struct Shortlist: Codable, Sendable, Identifiable {
    /// Names a shortlist within its tenant.
    package typealias ID = Identifier<Shortlist>

    /// The list.
    package let id: ID
    /// The run that made it.
    package let run: MatchRun.ID
    /// For which mandate.
    package let mandate: Mandate.ID
    /// What that mandate is called now.
    package let mandateName: Name
    /// For which text of the mandate.
    package let mandateVersion: Int
    /// Whose list it is.
    package let investor: Institution.ID
    /// What the investor is called.
    package let investorName: LocalizedName
    /// When it was made.
    package let createdAt: Date
    /// When its investor was shown it; nil while only managers see it.
    package let releasedAt: Date?
    /// The last day on which its proposals wait for an answer, UTC; nil while it is not released.
    package let answerBy: CalendarDate?
    /// That a manager declined it before its investor knew of it, and why; nil for all but managers.
    package let declined: Decline?
    /// Why it may not be released now; nil where it may, once it is, and for all but managers.
    package let barrier: ListBarrier?
    /// How many startups were looked at.
    package let considered: Int
    /// How many of them each gate of the mandate kept out.
    package let gatedOut: [GateCount]
    /// How many startups it holds, as far as the reader may see them.
    package let items: Int
    /// How many of those the investor has answered.
    package let answered: Int
    /// How many of those wait for an answer.
    package let open: Int
    /// How many more a manager withholds from it; nil for all but managers.
    package let withheld: Int?
}

/// How many startups a gate kept out.
package struct GateCount: Codable, Sendable, Equatable {
    /// The gate.
    package let gate: String
    /// How many.
    package let count: Int
}

/// One startup on a shortlist, with the reasons it is there.
package struct ShortlistItem: Codable, Sendable {
    /// The startup, as far as a shortlist tells of it.
    package let startup: StartupCard
    /// Its place, from 1.
    package let rank: Int
    /// The sum of the parts, in thousandths of a point.
    package let score: Int
    /// What speaks for it and what against, the weightiest first. Their values sum to the score exactly.
    package let parts: [ScorePart]
    /// The investor's latest answer; nil while there is none.
    package let answer: Answer?
    /// Where the proposal stands today.
    package let state: ProposalState
}

/// What a shortlist tells of a startup.
package struct StartupCard: Codable, Sendable, Identifiable {
    /// The startup.
    package let id: Startup.ID
    /// What it is called.
    package let name: LocalizedName
    /// What it does, in one line.
    package let pitch: ShortText?
    /// Country of its seat.
    package let country: Country?
    /// Metropolitan region.
    package let region: Name?
    /// City.
    package let city: Name?
    /// Its own site.
    package let website: WebAddress?
    /// When it was founded.
    package let foundedOn: CalendarDate?
    /// Countries it sells to or wants to.
    package let markets: [Country]
    /// What it works on, the weightiest first.
    package let focusAreas: [FocusArea.ID]
    /// What it works on in its own words.
    package let tags: [Name]
    /// The round it last closed.
    package let stage: FundingStage?
    /// When it closed that round.
    package let lastRoundOn: CalendarDate?
    /// The amount of that round.
    package let lastRound: Money?
    /// The round it is raising.
    package let seeking: FundingStage?
    /// What it asks for in that round.
    package let ask: Money?
}

/// A shortlist with everything on it.
package struct ShortlistWithItems: Codable, Sendable {
    /// The list.
    package let shortlist: Shortlist
    /// What is on it, the best first.
    package let items: [ShortlistItem]
    /// What a manager keeps back of it; nil for all but managers.
    package let withheld: [WithheldItem]?
}

/// Why a release, or what a manager decides before it, is refused.
package enum ShortlistRefusal: Refusal, Equatable {
    /// The investor sees the list already.
    case released
    /// The investor takes no list now.
    case notTaken(ListBarrier)
    /// No investor is to see the list.
    case declined
    /// Nothing is left of the list that its investor could be shown.
    case emptied
    /// What is withheld is not withheld again.
    case withheld
    /// Nobody keeps back a startup of their own.
    case ownStartup
    /// “Other” says nothing by itself.
    case noteMissing

    package var problem: Problem {
        switch self {
        case .released: .conflict("The shortlist has been released already.")
        case .notTaken(let barrier): .conflict(barrier.sentence)
        case .declined: .conflict("The shortlist has been declined.")
        case .emptied: .conflict("Everything on the shortlist is withheld. Put something back, or decline it.")
        case .withheld: .conflict("The startup is withheld already.")
        case .ownStartup: .conflict("The startup is your own: somebody else on the team has to do this.")
        case .noteMissing: .invalid("/note", "Say in the note what the reason is.")
        }
    }
}

extension ListBarrier {
    /// What a manager is told.
    fileprivate var sentence: String {
        switch self {
        case .withdrawn: "The mandate has been withdrawn; it gets no more shortlists."
        case .notDeploying: "The mandate is not deploying; it gets no shortlists."
        case .unconfirmed: "The mandate was not confirmed for half a year. Have it confirmed first."
        case .paused: "The investor takes no proposals at present."
        case .unverified: "The investor is not verified as a professional one. Verify it first."
        case .overCap: "The investor would have more in hand than the mandate allows."
        }
    }
}
