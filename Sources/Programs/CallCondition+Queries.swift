import Accounts
import Eligibility
package import Postgres
import Vocabulary

extension Statements {
    /// What a call requires, in order. Nothing of a draft to anybody but managers.
    package func conditions(of call: CallForApplications.ID) async throws -> [CallCondition] {
        try await rows(
            """
            -- conditions of a call
            SELECT n.id, n.name, n.explanation, n.rule, n.blocks
            FROM call_conditions AS n JOIN calls AS c ON c.tenant_id = n.tenant_id AND c.id = n.call_id
            WHERE n.tenant_id = acting_tenant() AND n.call_id = \(call)
              AND (acts_as('manager', 'system') OR c.published_at IS NOT NULL AND acting_role() IS NOT NULL)
            ORDER BY n.position
            """
        ).map { row in
            try CallCondition(
                id: row("id"), name: row("name"), explanation: row("explanation"),
                rule: EligibilityRule(stored: (row("rule") as JSONB<Term>).value), blocks: row("blocks"))
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
