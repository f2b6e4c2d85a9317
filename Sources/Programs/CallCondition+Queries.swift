import Accounts
import Eligibility
package import Postgres
import Vocabulary

extension Statements {
    /// What a call requires, in order. Nothing of a draft to anybody but managers.
    package func conditions(of call: CallForApplications.ID) async throws -> [CallCondition] {
        try await conditions(of: [call])[call] ?? []
    }

    /// The same of several calls in one statement; calls that require nothing are absent.
    package func conditions(
        of calls: [CallForApplications.ID]
    ) async throws -> [CallForApplications.ID: [CallCondition]] {
        let found = try await rows(
            """
            -- conditions of calls
            SELECT n.call_id, n.id, n.name, n.explanation, n.rule, n.blocks
            FROM call_conditions AS n LEFT JOIN calls AS c ON c.tenant_id = n.tenant_id AND c.id = n.call_id
            WHERE n.tenant_id = acting_tenant() AND n.call_id = ANY (\(calls))
              AND (acts_as('manager', 'system') OR c.published_at IS NOT NULL AND acting_role() IS NOT NULL
                   OR acts_as('partner') AND n.call_id = ANY ((SELECT calls_to_screen())::uuid[]))
            ORDER BY n.call_id, n.position
            """)
        return try found.reduce(into: [:]) { conditions, row in
            let call: CallForApplications.ID = try row("call_id")
            let condition = try CallCondition(
                id: row("id"), name: row("name"), explanation: row("explanation"),
                rule: EligibilityRule(stored: (row("rule") as JSONB<Term>).value), blocks: row("blocks"))
            conditions[call, default: []].append(condition)
        }
    }
}

extension Transaction {
    func replaceConditions(
        of call: CallForApplications.ID, with conditions: [CallCondition], in tenant: Tenant.ID
    ) async throws {
        try await execute(
            """
            -- reviseConditions: earlier ones
            DELETE FROM call_conditions WHERE tenant_id = \(tenant) AND call_id = \(call)
            """)
        for (index, condition) in conditions.enumerated() {
            try await execute(
                """
                -- reviseConditions
                INSERT INTO call_conditions (tenant_id, call_id, id, position, name, explanation, rule, blocks)
                VALUES (\(tenant), \(call), \(condition.id), \(index + 1), \(condition.name), \(condition.explanation),
                        \(JSONB(condition.rule.term)), \(condition.blocks))
                """)
        }
    }
}
