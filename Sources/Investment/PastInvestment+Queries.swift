package import Institutions
package import Postgres
internal import Vocabulary

extension Statements {
    /// What an investor has invested in, the latest first, as far as the principal may see it.
    package func investments(
        of investor: Institution.ID, after cursor: PastInvestmentPosition? = nil, limit: Int
    ) async throws -> [PastInvestment] {
        try await rows(
            """
            -- investments
            SELECT v.id, v.investor_id, v.startup_id, i.names AS startup_names, v.made_on, v.round_type, v.round_minor,
                   v.currency
            FROM investments AS v
            LEFT JOIN institutions AS i ON i.tenant_id = v.tenant_id AND i.id = v.startup_id
            WHERE v.tenant_id = acting_tenant() AND v.investor_id = \(investor)
              AND (acts_as('manager', 'system')
                   OR acts_as('investor') AND v.investor_id = acting_institution())
              \(given: cursor, { "AND (v.made_on, v.id) < (\($0.madeOn), \($0.id))" })
            ORDER BY v.made_on DESC, v.id DESC
            LIMIT \(limit)
            """
        ).map(PastInvestment.init)
    }
}

extension PastInvestment {
    fileprivate init(_ row: Row) throws {
        try self.init(
            id: row("id"), investor: row("investor_id"), startup: row("startup_id"), startupName: row("startup_names"),
            madeOn: row("made_on"), roundType: row("round_type"), round: row.money("round_minor", "currency"))
    }
}
