package import API
package import Foundation
package import Institutions
package import Vocabulary

/// What a startup decided for a purpose: to which investors it may be shown, or whether partners' reports may name it. Decisions
/// are only added to; the latest of a purpose stands, and those before it are its history.
package struct Consent: Codable, Sendable, Equatable {
    /// What a startup may be shown for.
    package enum Purpose: String, Codable, Sendable, CaseIterable {
        /// Being scored for mandates and put on investors' lists, and the introductions that they ask for.
        case shortlists
        /// Being invited to demo days, and met there.
        case demoDays = "demo_days"
        /// Being named in the reports of those partners in whose streams it is enrolled. Counted it is without.
        case partnerReports = "partner_reports"

        /// Whom it can be decided to be shown to. Partners are told all or none: which of them nurture it the startup does not say.
        package var audiences: [Audience] {
            self == .partnerReports ? Audience.allCases.filter { !$0.namesInvestors } : Audience.allCases
        }
    }

    /// To whom, of the investors that the park has verified; of the partners, where it is about their reports.
    package enum Audience: String, Codable, Sendable, CaseIterable {
        /// All of them, those to come included.
        case everyone
        /// Those that are named.
        case chosen
        /// All but those that are named.
        case allBut = "all_but"
        /// None of them.
        case nobody

        /// Whether it is said by naming investors.
        package var namesInvestors: Bool { self == .chosen || self == .allBut }
    }

    /// As what somebody decided.
    package enum Decider: String, Codable, Sendable, CaseIterable {
        /// A founder of the startup.
        case founder
        /// The park, for the startup.
        case manager
        /// The service: what a file said when it was brought in.
        case system
    }

    /// Counts the startup's decisions.
    package let number: Int
    /// For what.
    package let purpose: Purpose
    /// To whom.
    package let audience: Audience
    /// The investors that the audience names.
    package let investors: [VisibleInvestor]
    /// When it was decided.
    package let decidedAt: Date
    /// As what; nil for what was agreed to before this was kept.
    package let decidedAs: Decider?
    /// By whom; founders are not told the names of the park's people.
    package let decidedBy: String?
    /// When another decision took its place; nil while it stands.
    package let supersededAt: Date?
}

/// An investor as founders are told of it, whether or not they deal with each other.
package struct VisibleInvestor: Codable, Sendable, Equatable {
    /// The investor.
    package let investor: Institution.ID
    /// What it is called.
    package let name: LocalizedName
    /// What kind of institution it is.
    package let kind: Institution.Kind
    /// Where it sits.
    package let country: Country?
}

/// What a startup decides.
package struct NewConsent: Codable, Sendable {
    /// For what.
    package let purpose: Consent.Purpose
    /// To whom.
    package let audience: Consent.Audience
    /// The investors that the audience names; nil where it names none.
    package let investors: [Institution.ID]?

    /// A decision.
    package init(
        _ purpose: Consent.Purpose, to audience: Consent.Audience, naming investors: [Institution.ID]? = nil
    ) {
        self.purpose = purpose
        self.audience = audience
        self.investors = investors
    }

    /// Whom it names, each once and always in the same order.
    var named: [Institution.ID] { Set(investors ?? []).sorted() }

    /// Refuses what names investors and asks for none, or the other way round, and a choice among partners.
    func check() throws(ConsentRefusal) {
        if !purpose.audiences.contains(audience) { throw .partnersAreNotChosen }
        if audience.namesInvestors, named.isEmpty { throw .nobodyNamed }
        if !audience.namesInvestors, !named.isEmpty { throw .namesForNothing }
    }

    /// Whether it says what stands already.
    func repeats(_ standing: Consent?) -> Bool {
        standing.map { $0.audience == audience && Set($0.investors.map(\.investor)) == Set(named) } ?? false
    }
}

/// Why a decision is refused.
package enum ConsentRefusal: Refusal, Equatable {
    /// The audience is said by naming investors, and none is named.
    case nobodyNamed
    /// Investors are named, and the audience does not ask for them.
    case namesForNothing
    /// Of partners a startup chooses all or none.
    case partnersAreNotChosen

    package var problem: Problem {
        switch self {
        case .nobodyNamed: .invalid("/investors", "Choose one investor at least.")
        case .partnersAreNotChosen: .invalid("/audience", "Partners’ reports name you to all of them or to nobody.")
        case .namesForNothing: .invalid("/investors", "Name investors only where you choose among them.")
        }
    }
}
