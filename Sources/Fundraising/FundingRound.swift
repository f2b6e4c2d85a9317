package import API
package import Foundation
package import Institutions
package import Investment
package import Vocabulary

/// A round of funding that a startup raises, as its reader is told of it.
///
///     planned ──► open ──► target_met, extended ──► closed
///        └─────────┴────────────────┴─► withdrawn
///
/// That the target is met follows from the indications that stand, that it is extended from its closing day; neither is
/// stored. A startup raises one round at a time.
package struct FundingRound: Codable, Sendable, Identifiable {
    /// Names a round within its tenant.
    package typealias ID = Identifier<FundingRound>

    /// The round.
    package let id: ID
    /// Whose.
    package let startup: Startup.ID
    /// What it is called.
    package let startupName: LocalizedName?
    /// Where it stands, as far as the reader is told what was indicated.
    package let standing: Standing
    /// What is raised, how and until when.
    package let terms: RoundTerms
    /// The closing day as it was first announced; nil before it opens.
    package let firstClosesOn: CalendarDate?
    /// When it was planned.
    package let plannedAt: Date
    /// When it opened.
    package let openedAt: Date?
    /// When it closed or was withdrawn.
    package let endedAt: Date?
    /// What was raised in the end.
    package let raised: Money?
    /// What the reader is told of the indications of others.
    package let disclosure: Disclosure
    /// What stands in all; nil where the reader is not told.
    package let tally: Tally?

    /// Where a round stands.
    package enum Standing: String, Codable, Sendable, CaseIterable {
        case planned, open
        /// What stands sums to the target or more.
        case targetMet = "target_met"
        /// The closing day was moved back.
        case extended
        case closed, withdrawn

        /// Whether nothing follows.
        package var isLast: Bool { self == .closed || self == .withdrawn }
        /// Whether investors may indicate, before the closing day is over.
        package var isOpen: Bool { self == .open || self == .targetMet || self == .extended }
    }

    /// What is stored of where it stands.
    enum State: String, Codable, Sendable {
        case planned, open, closed, withdrawn
    }

    /// What investors are told of each other. Each level tells what those before it tell.
    package enum Disclosure: String, Codable, Sendable, CaseIterable, Comparable {
        case none
        /// How many indications there are and what they sum to.
        case summary
        /// Which firms, and how much each.
        case names
        /// Whom to write to at each firm.
        case contacts

        package static func < (less: Disclosure, more: Disclosure) -> Bool {
            (allCases.firstIndex(of: less) ?? 0) < (allCases.firstIndex(of: more) ?? 0)
        }
    }

    /// The indications that stand, in all.
    package struct Tally: Codable, Sendable, Equatable {
        /// How many.
        package let indications: Int
        /// What they sum to.
        package let sum: Money
        /// How much of that binds.
        package let binding: Money

        /// By how much the sum exceeds a target; nil where it does not.
        package func excess(over target: Money) -> Money? {
            guard let excess = try? sum.subtracting(target), excess.minor > 0 else { return nil }
            return excess
        }
    }

    /// Where a round stands by what is known of it.
    static func standing(
        _ state: State, target: Money, tally: Tally?, closesOn: CalendarDate, firstClosesOn: CalendarDate?
    ) -> Standing {
        switch state {
        case .planned: .planned
        case .closed: .closed
        case .withdrawn: .withdrawn
        case .open:
            if let tally, tally.sum.minor >= target.minor {
                .targetMet
            } else if let firstClosesOn, closesOn > firstClosesOn {
                .extended
            } else {
                .open
            }
        }
    }

    /// Whether an investor may indicate on a day, UTC.
    package func takesIndications(on day: CalendarDate) -> Bool { standing.isOpen && day <= terms.closesOn }
}

/// What a startup says of a round.
package struct RoundTerms: Codable, Sendable, Equatable {
    /// Which round it is.
    package var stage: FundingStage
    /// How much is sought.
    package var target: Money
    /// Below it the round does not close.
    package var minimum: Money?
    /// How money is put in.
    package var instrument: Instrument
    /// What it is for.
    package var useOfFunds: LocalizedText
    /// The last day on which indications are taken, UTC.
    package var closesOn: CalendarDate
    /// What investors who met the startup on a list are told of each other.
    package var shownToListed: FundingRound.Disclosure
    /// What investors who were introduced are told of each other; no less than those of a list.
    package var shownToIntroduced: FundingRound.Disclosure

    /// What is told of an indication at the most: investors who were introduced are told no less than those of a list.
    package var mostTold: FundingRound.Disclosure { shownToIntroduced }

    /// The terms of a round.
    package init(
        _ stage: FundingStage, target: Money, minimum: Money? = nil, by instrument: Instrument,
        for useOfFunds: LocalizedText, closesOn: CalendarDate, shownToListed: FundingRound.Disclosure = .none,
        shownToIntroduced: FundingRound.Disclosure = .summary
    ) {
        self.stage = stage
        self.target = target
        self.minimum = minimum
        self.instrument = instrument
        self.useOfFunds = useOfFunds
        self.closesOn = closesOn
        self.shownToListed = shownToListed
        self.shownToIntroduced = shownToIntroduced
    }

    /// Refuses what does not go together.
    func check(on day: CalendarDate) throws(RoundRefusal) {
        guard target.minor > 0 else { throw .amountNotPositive("/target/amount_minor") }
        if let minimum {
            guard minimum.currency == target.currency else { throw .mixedCurrencies }
            guard minimum.minor > 0 else { throw .amountNotPositive("/minimum/amount_minor") }
            guard minimum.minor <= target.minor else { throw .minimumAboveTarget }
        }
        guard closesOn >= day else { throw .closesInThePast }
        guard shownToIntroduced >= shownToListed else { throw .nearerIsToldLess }
    }

    /// Refuses what an open round does not change: who indicated did so by these terms.
    func check(succeeding old: RoundTerms) throws(RoundRefusal) {
        guard stage == old.stage else { throw .fixedOnceOpen("/stage") }
        guard target == old.target else { throw .fixedOnceOpen("/target/amount_minor") }
        guard minimum == old.minimum else { throw .fixedOnceOpen("/minimum") }
        guard instrument == old.instrument else { throw .fixedOnceOpen("/instrument") }
        guard closesOn >= old.closesOn else { throw .closesEarlier(old.closesOn) }
    }
}

/// Why a step of a round is refused.
package enum RoundRefusal: Refusal, Equatable {
    /// An amount from one up is asked for.
    case amountNotPositive(String)
    /// Target and minimum in two currencies.
    case mixedCurrencies
    /// A minimum above the target.
    case minimumAboveTarget
    /// A closing day that has passed.
    case closesInThePast
    /// An open round closes later, not earlier.
    case closesEarlier(CalendarDate)
    /// Investors introduced would be told less than those of a list.
    case nearerIsToldLess
    /// What stands since it opened.
    case fixedOnceOpen(String)
    /// The step does not follow.
    case doesNotFollow(FundingRound.Standing)
    /// The round closes with less than its minimum.
    case belowMinimum(Money)
    /// The round takes no indications: it is not open, or its day has passed.
    case takesNone
    /// The round tells investors more of an indication than its giver has read.
    case tellsMore
    /// An indication in another currency.
    case otherCurrency(Currency)
    /// An indication that stands until a day that has passed.
    case standsUntilThePast
    /// What binds stands until its day.
    case isBinding(CalendarDate)
    /// It has ended already.
    case indicationEnded

    package var problem: Problem {
        switch self {
        case .amountNotPositive(let pointer): .invalid(pointer, "State an amount above zero.")
        case .mixedCurrencies: .invalid("/minimum/currency", "State target and minimum in one currency.")
        case .minimumAboveTarget: .invalid("/minimum/amount_minor", "The minimum is above the target.")
        case .closesInThePast: .invalid("/closes_on", "Choose a day from today on.")
        case .closesEarlier(let day): .invalid("/closes_on", "An open round closes on \(day) or later.")
        case .nearerIsToldLess:
            .invalid("/shown_to_introduced", "Investors who were introduced are told no less than those of a list.")
        case .fixedOnceOpen(let pointer):
            .invalid(pointer, "This stands since the round opened: investors rely on it.")
        case .doesNotFollow(let standing):
            .conflict("This step does not follow: the round is \(standing.rawValue.replacing("_", with: " ")).")
        case .belowMinimum(let minimum):
            .invalid("/raised/amount_minor", "The round closes at \(minimum) or more; otherwise withdraw it.")
        case .takesNone: .conflict("The round takes no indications now.")
        case .tellsMore: .conflict("The round tells other investors more than you have read. Look again who is told.")
        case .otherCurrency(let currency): .invalid("/amount/currency", "The round is raised in \(currency).")
        case .standsUntilThePast: .invalid("/stands_until", "Choose a day from today on.")
        case .isBinding(let day):
            .conflict("A binding indication stands until \(day), unless the startup lets it go.")
        case .indicationEnded: .conflict("The indication has ended already.")
        }
    }
}

/// What a verified investor would put into a round.
package struct Indication: Codable, Sendable, Identifiable {
    /// Names an indication within its round.
    package typealias ID = Identifier<Indication>

    /// The indication.
    package let id: ID
    /// Whose.
    package let investor: Institution.ID
    /// What the firm is called.
    package let investorName: LocalizedName
    /// When it was given.
    package let givenAt: Date
    /// How much.
    package let amount: Money
    /// Whether the investor is bound by it as long as it stands.
    package let binding: Bool
    /// The last day on which it stands, UTC.
    package let standsUntil: CalendarDate
    /// What the investor adds, for the startup alone.
    package let note: ShortText?
    /// Who gave it; nil where the reader is not told.
    package let contactName: String?
    /// Where they are written to; nil where the reader is not told.
    package let contactEmail: String?
    /// Whether it is the reader's own.
    package let isOwn: Bool
}

/// What a firm said it would put into a round that it does not reach any more.
package struct StrayIndication: Sendable {
    /// The indication.
    package let id: Indication.ID
    /// To which round.
    package let round: FundingRound.ID
    /// Whose that is.
    package let startup: Startup.ID
    /// What the startup is called.
    package let startupName: LocalizedName
    /// How much.
    package let amount: Money
    /// Whether the firm is bound by it.
    package let binding: Bool
    /// The last day on which it stands, UTC.
    package let standsUntil: CalendarDate
}

/// An indication as an investor gives it.
package struct NewIndication: Codable, Sendable, Equatable {
    /// How much, in the round's currency.
    package let amount: Money
    /// Whether the investor is bound by it.
    package let binding: Bool
    /// The last day on which it stands, UTC.
    package let standsUntil: CalendarDate
    /// What other investors are told of it at the most, as its giver read: refused where the round tells more by now.
    package let told: FundingRound.Disclosure
    /// For the startup alone.
    package let note: ShortText?

    /// An amount until a day.
    package init(
        _ amount: Money, binding: Bool, until standsUntil: CalendarDate, told: FundingRound.Disclosure,
        note: ShortText? = nil
    ) {
        self.amount = amount
        self.binding = binding
        self.standsUntil = standsUntil
        self.told = told
        self.note = note
    }

    func check(for round: FundingRound, on day: CalendarDate) throws(RoundRefusal) {
        guard round.takesIndications(on: day) else { throw .takesNone }
        guard amount.currency == round.terms.target.currency else {
            throw .otherCurrency(round.terms.target.currency)
        }
        guard amount.minor > 0 else { throw .amountNotPositive("/amount/amount_minor") }
        guard standsUntil >= day else { throw .standsUntilThePast }
        guard told >= round.terms.mostTold else { throw .tellsMore }
    }
}

/// A round and what of its indications the reader is told: the same for a page, the API and a file.
package struct RoundSheet: Codable, Sendable {
    /// The round.
    package let round: FundingRound
    /// The indications that stand, the earliest first: all for the startup, one's own for an investor, those of others by
    /// the level of disclosure.
    package let indications: [Indication]

    /// Whether the sum that the startup reads is that of all it is shown: not where it blocked a firm, or the park takes one
    /// for a professional investor no more.
    var countsAll: Bool { round.tally?.indications == indications.count }
}
