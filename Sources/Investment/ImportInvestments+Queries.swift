package import Accounts
package import Institutions
package import Postgres
internal import Vocabulary

extension Transaction {
    /// Keeps the investments that are new. One is known by all it says; nothing of it is ever revised.
    package func importInvestments(
        _ rows: [ImportRow<ImportedInvestment>], in tenant: Tenant.ID
    ) async throws -> ImportOutcome {
        let names = Set(rows.map(\.value.investor)).union(rows.map(\.value.startup))
        let known = try await institutions(calledByExternalIDs: names.sorted())
        var outcome = ImportOutcome()
        var found: [(row: ImportRow<ImportedInvestment>, investor: Institution.ID, startup: Institution.ID)] = []
        for row in rows {
            let (investor, startup) = (known[row.value.investor], known[row.value.startup])
            if let investor, let startup, investor.kind != .startup, startup.kind == .startup {
                found.append((row, investor.id, startup.id))
            } else if investor.map({ $0.kind == .startup }) ?? true {
                outcome.refuse(row.line, field: "investor_id", "no investor has this id")
            } else {
                outcome.refuse(row.line, field: "startup_id", "no startup has this id")
            }
        }
        try await execute(
            """
            -- importInvestments: staging
            CREATE TEMPORARY TABLE IF NOT EXISTS import_investments (
                line integer NOT NULL, id uuid NOT NULL, investor_id uuid NOT NULL, startup_id uuid NOT NULL,
                made_on date NOT NULL, round_type text NOT NULL, round_minor bigint, currency text
            ) ON COMMIT DROP
            """)
        try await execute("/* importInvestments: staging */ TRUNCATE import_investments")
        _ = try await copy(
            into: "import_investments",
            columns: [
                "line", "id", "investor_id", "startup_id", "made_on", "round_type", "round_minor", "currency",
            ],
            rows: found.map { row, investor, startup in
                [
                    Int32(clamping: row.line), PastInvestment.ID(), investor, startup, row.value.madeOn,
                    row.value.roundType, row.value.round?.minor, row.value.round?.currency,
                ]
            })
        let inserted = try await self.rows(
            """
            -- importInvestments
            WITH kept AS (
                INSERT INTO investments (
                    tenant_id, id, investor_id, startup_id, made_on, round_type, round_minor, currency)
                SELECT \(tenant), s.id, s.investor_id, s.startup_id, s.made_on, s.round_type, s.round_minor, s.currency
                FROM import_investments AS s
                -- The same deal, told by an introduction or by hand.
                WHERE NOT EXISTS (
                    SELECT FROM investments AS v
                    WHERE v.tenant_id = \(tenant) AND v.investor_id = s.investor_id AND v.startup_id = s.startup_id
                      AND v.made_on = s.made_on AND v.source <> 'imported')
                ON CONFLICT ON CONSTRAINT investments_once_per_round DO NOTHING
                RETURNING id
            )
            SELECT s.line FROM import_investments AS s JOIN kept ON kept.id = s.id
            """)
        for (row, _, _) in found { outcome.note(.unchanged, at: row.line) }
        for row in inserted { outcome.note(.inserted, at: try row("line")) }
        return outcome
    }
}
