internal import Accounts
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
            \(fragment: .investments) AND v.investor_id = \(investor)
              \(given: cursor, { "AND (v.made_on, v.id) < (\($0.madeOn), \($0.id))" })
            ORDER BY v.made_on DESC, v.id DESC
            LIMIT \(limit)
            """
        ).map(PastInvestment.init)
    }

    /// What was taken back of an investor's portfolio, the latest first, at most `TakenBackInvestment.limit`.
    package func investmentsTakenBack(of investor: Institution.ID) async throws -> [TakenBackInvestment] {
        try await rows(
            """
            -- investmentsTakenBack
            SELECT b.investment_id, b.startup_id, i.names AS startup_names, b.introduction_id, b.made_on, b.reason,
                   b.taken_back_at
            FROM investments_taken_back AS b
            LEFT JOIN institutions AS i ON i.tenant_id = b.tenant_id AND i.id = b.startup_id
            WHERE b.tenant_id = acting_tenant() AND b.investor_id = \(investor)
              AND (acts_as('manager', 'system') OR acts_as('investor') AND b.investor_id = acting_institution())
            ORDER BY b.taken_back_at DESC, b.id DESC
            LIMIT \(TakenBackInvestment.limit)
            """
        ).map { row in
            try TakenBackInvestment(
                investment: row("investment_id"), startup: row("startup_id"), startupName: row("startup_names"),
                introduction: row("introduction_id"), madeOn: row("made_on"), reason: row("reason"),
                takenBackAt: row("taken_back_at"))
        }
    }

    /// An investment; nil where it does not exist or the seat may not see it.
    package func investment(_ id: PastInvestment.ID) async throws -> PastInvestment? {
        try await first("/* investment */ \(fragment: .investments) AND v.id = \(id)").map(PastInvestment.init)
    }
}

extension Transaction {
    /// Keeps a deal that was made elsewhere; false where one of the pair and the day is known.
    func insert(
        _ new: NewInvestment, of investor: Institution.ID, as id: PastInvestment.ID, by person: Person.ID
    ) async throws -> Bool {
        try await execute(
            """
            -- recordInvestment: one after another with `keep_closed_deal`
            SELECT pg_advisory_xact_lock(
                hashtextextended(acting_tenant() || ' invests ' || \(investor)::uuid || \(new.startup)::uuid, 0))
            """)
        return try await execute(
            """
            -- recordInvestment
            INSERT INTO investments (tenant_id, id, investor_id, startup_id, made_on, round_type, round_minor, currency,
                                     source, amount_minor, amount_currency, instrument, recorded_by)
            SELECT acting_tenant(), \(id), \(investor), \(new.startup), \(new.madeOn), \(new.roundType ?? .unknown),
                   \(new.round?.minor), \(new.round?.currency), 'recorded', \(new.amount?.minor),
                   \(new.amount?.currency), \(new.instrument), \(person)
            WHERE NOT EXISTS (
                SELECT FROM investments AS v
                WHERE v.tenant_id = acting_tenant() AND v.investor_id = \(investor) AND v.startup_id = \(new.startup)
                  AND v.made_on = \(new.madeOn))
            """) == 1
    }

    /// Takes an investment out of the portfolio and keeps why; one that a file or somebody knows of without the introduction
    /// loses only that it came of it. False where somebody else did so meanwhile.
    func takeBack(_ investment: PastInvestment, because reason: ShortText, by person: Person.ID) async throws -> Bool {
        let unlinked =
            investment.introduction == nil
            ? 0
            : try await execute(
                """
                -- takeBackInvestment: what is known without the introduction
                UPDATE investments SET introduction_id = NULL,
                    amount_minor = CASE source WHEN 'recorded' THEN amount_minor END,
                    amount_currency = CASE source WHEN 'recorded' THEN amount_currency END,
                    instrument = CASE source WHEN 'recorded' THEN instrument END
                WHERE tenant_id = acting_tenant() AND id = \(investment.id)
                  AND introduction_id = \(investment.introduction) AND source <> 'introduction'
                """)
        let deleted =
            unlinked > 0
            ? 0
            : try await execute(
                """
                -- takeBackInvestment
                DELETE FROM investments
                WHERE tenant_id = acting_tenant() AND id = \(investment.id)
                  AND introduction_id IS NOT DISTINCT FROM \(investment.introduction)
                """)
        guard unlinked + deleted == 1 else { return false }
        try await execute(
            """
            -- takeBackInvestment: why
            INSERT INTO investments_taken_back (tenant_id, id, investment_id, investor_id, startup_id, introduction_id,
                                                made_on, reason, taken_back_by)
            VALUES (acting_tenant(), gen_random_uuid(), \(investment.id), \(investment.investor), \(investment.startup),
                    \(investment.introduction), \(investment.madeOn), \(reason), \(person))
            """)
        return true
    }
}

extension Query {
    /// Investments `v`, as far as the seat may see them.
    fileprivate static var investments: Query {
        """
        SELECT v.id, v.investor_id, v.startup_id, i.names AS startup_names, v.made_on, v.round_type, v.round_minor,
               v.currency, CASE WHEN v.introduction_id IS NULL THEN v.source ELSE 'introduction' END AS source,
               coalesce(v.amount_minor, d.amount_minor) AS amount_minor,
               coalesce(v.amount_currency, d.currency) AS amount_currency,
               coalesce(v.instrument, d.instrument) AS instrument, v.introduction_id
        FROM investments AS v
        -- Who recorded a deal without saying how much was told so by the introduction that ended in it.
        LEFT JOIN LATERAL (
            SELECT p.amount_minor, p.currency, p.instrument FROM introduction_steps AS p
            WHERE v.source = 'recorded' AND p.tenant_id = v.tenant_id AND p.introduction_id = v.introduction_id
              AND p.stage = 'closed'
            ORDER BY p.at DESC, p.id DESC LIMIT 1) AS d ON true
        LEFT JOIN institutions AS i ON i.tenant_id = v.tenant_id AND i.id = v.startup_id
        WHERE v.tenant_id = acting_tenant()
          AND (acts_as('manager', 'system') OR acts_as('investor') AND v.investor_id = acting_institution())
        """
    }
}

extension PastInvestment.Source: PostgresCodable {}

extension PastInvestment {
    fileprivate init(_ row: Row) throws {
        try self.init(
            id: row("id"), investor: row("investor_id"), startup: row("startup_id"), startupName: row("startup_names"),
            madeOn: row("made_on"), roundType: row("round_type"), round: row.money("round_minor", "currency"),
            source: row("source"),
            amount: row.money("amount_minor", "amount_currency"), instrument: row("instrument"),
            introduction: row("introduction_id"))
    }
}
