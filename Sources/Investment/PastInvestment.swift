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
