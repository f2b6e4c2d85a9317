package import API
package import Foundation
package import Institutions
package import Vocabulary

/// An investor's part in one round of one startup.
package struct PastInvestment: Codable, Sendable, Identifiable {
    /// Names an investment within its tenant.
    package typealias ID = Identifier<PastInvestment>

    /// The investment.
    package let id: ID
    /// Who invested.
    package let investor: Institution.ID
    /// In which startup.
    package let startup: Startup.ID
    /// What the startup is called; nil for a reader who may not know.
    package let startupName: LocalizedName?
    /// When the round was announced.
    package let madeOn: CalendarDate
    /// What kind of round it was.
    package let roundType: FundingStage
    /// The whole amount of the round, not of the one cheque.
    package let round: Money?
    /// From where it is known.
    package let source: Source
    /// The firm's own part.
    package let amount: Money?
    /// How it was put in.
    package let instrument: Instrument?
    /// The introduction that ended in it.
    package let introduction: Introduction.ID?

    /// From where an investment is known.
    package enum Source: String, Codable, Sendable, CaseIterable {
        /// A file.
        case imported
        /// An introduction that ended in a deal, whether or not a file knew of it, too.
        case introduction
        /// Somebody who said that it was made elsewhere.
        case recorded
    }

    /// Whether somebody may take it back as a mistake: the park what came of an introduction, a firm's principal and the park
    /// what was recorded. What was imported is corrected where it came from.
    package func isTakenBack(byPark: Bool) -> Bool {
        switch source {
        case .imported: false
        case .introduction: byPark
        case .recorded: true
        }
    }
}

/// A deal that was made elsewhere, as somebody records it.
package struct NewInvestment: Codable, Sendable, Equatable {
    /// Whose; the acting institution unless given.
    package let investor: Institution.ID?
    /// In which startup.
    package let startup: Startup.ID
    /// The day of the deal.
    package let madeOn: CalendarDate
    /// What kind of round it was; unknown unless given.
    package let roundType: FundingStage?
    /// The whole amount of the round.
    package let round: Money?
    /// The firm's own part.
    package let amount: Money?
    /// How it was put in.
    package let instrument: Instrument?

    /// A deal.
    package init(
        of investor: Institution.ID? = nil, in startup: Startup.ID, on madeOn: CalendarDate,
        roundType: FundingStage? = nil, round: Money? = nil, amount: Money? = nil, instrument: Instrument? = nil
    ) {
        self.investor = investor
        self.startup = startup
        self.madeOn = madeOn
        self.roundType = roundType
        self.round = round
        self.amount = amount
        self.instrument = instrument
    }

    /// Refuses amounts of nothing, and a day to come.
    func check(today: CalendarDate) throws(InvestmentRefusal) {
        guard madeOn <= today else { throw .dayToCome }
        if let amount, amount.minor <= 0 { throw .noAmount("/amount/amount_minor") }
        if let round, round.minor <= 0 { throw .noAmount("/round/amount_minor") }
    }
}

/// An investment that was taken back as a mistake.
package struct TakenBackInvestment: Codable, Sendable {
    /// What it was called by.
    package let investment: PastInvestment.ID
    /// In which startup.
    package let startup: Startup.ID
    /// What the startup is called; nil for a reader who may not know.
    package let startupName: LocalizedName?
    /// The introduction that was said to have ended in it.
    package let introduction: Introduction.ID?
    /// The day of the deal.
    package let madeOn: CalendarDate
    /// Why.
    package let reason: ShortText
    /// When it was taken back.
    package let takenBackAt: Date

    /// As many as are listed, the latest first.
    package static let limit = 200
}

/// Why an investment is not recorded or taken back.
package enum InvestmentRefusal: Refusal, Equatable {
    /// A deal of a day to come.
    case dayToCome
    /// An amount that is none.
    case noAmount(String)
    /// Only a principal of the firm speaks of its portfolio.
    case notPrincipal
    /// The pair is known to have made a deal on that day.
    case known
    /// It came of an introduction.
    case ofIntroduction
    /// It was imported.
    case imported

    package var problem: Problem {
        switch self {
        case .dayToCome: .invalid("/made_on", "Choose a day that has come.")
        case .noAmount(let pointer): .invalid(pointer, "Say how much.")
        case .notPrincipal:
            Problem(.forbidden, "Only a principal of the firm, or the programme, keeps its portfolio.")
        case .known: .conflict("An investment of that day is in the portfolio already.")
        case .ofIntroduction: .conflict("It came of an introduction: your program manager can take it back.")
        case .imported: .conflict("What was imported is not taken back here.")
        }
    }
}

/// Where a list of investments goes on.
package struct PastInvestmentPosition: Codable, Sendable {
    /// The day of the last investment of the page.
    package let madeOn: CalendarDate
    /// That investment.
    package let id: PastInvestment.ID

    /// Behind an investment.
    package init(_ investment: PastInvestment) {
        madeOn = investment.madeOn
        id = investment.id
    }
}
