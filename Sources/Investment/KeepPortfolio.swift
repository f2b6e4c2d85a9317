internal import API
package import Accounts
package import Institutions
package import Postgres
package import Vocabulary

extension Transaction {
    /// Records a deal that was made elsewhere: for a principal of the firm, and for the park. It is learned from and counted
    /// as one that was imported.
    ///
    /// Throws `InvestmentRefusal`, or a problem for a firm or a startup that the seat does not know. Row-level security lets
    /// an investor record for its own firm alone, and only a principal.
    package func recordInvestment(
        _ new: NewInvestment, of investor: Institution.ID, as id: PastInvestment.ID, by person: Person.ID
    ) async throws -> PastInvestment {
        try await checkKeepsThePortfolio()
        try new.check(today: CalendarDate(now, in: .hongKong))
        guard let firm = try await institution(investor), firm.kind != .startup else {
            throw Problem.invalid("/investor", "Choose an investor of the directory.")
        }
        guard try await knows(Institution.ID(new.startup.uuid)) else {
            throw Problem.invalid("/startup", "Choose a startup you know.")
        }
        guard try await insert(new, of: investor, as: id, by: person) else { throw InvestmentRefusal.known }
        guard let investment = try await investment(id) else { throw Problem.notFound }
        return investment
    }

    /// Takes an investment back that was recorded by mistake; why stays on record. An introduction that ended in it stays
    /// closed, and is no longer learned from as one that led to a deal.
    ///
    /// Throws `InvestmentRefusal`, or not found.
    package func takeBackInvestment(
        _ id: PastInvestment.ID, because reason: ShortText, by person: Person.ID
    ) async throws {
        try await checkKeepsThePortfolio()
        guard let investment = try await investment(id) else { throw Problem.notFound }
        guard investment.isTakenBack(byPark: try await actingFirmRole() == nil) else {
            throw investment.source == .imported ? InvestmentRefusal.imported : .ofIntroduction
        }
        guard try await takeBack(investment, because: reason, by: person) else { throw Problem.notFound }
    }

    private func checkKeepsThePortfolio() async throws {
        if let own = try await actingFirmRole(), own != .principal { throw InvestmentRefusal.notPrincipal }
    }
}
