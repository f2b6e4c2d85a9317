internal import Decisions
package import Postgres

/// How much waits for a manager's answer or look.
package struct WaitingCounts: Sendable, Equatable {
    /// Appeals that nobody has answered, but for those of what the manager decided.
    package let appeals: Int
    /// Changes of released decisions that another manager proposed.
    package let changes: Int
    /// Releases below the quorum that another manager asked for, of batches that are not released.
    package let waivers: Int
    /// Letters that are held.
    package let letters: Int
}

extension Statements {
    /// What waits for the acting manager: without what they proposed or decided themself, and without the calls to which a
    /// startup of their own applied.
    package func waitingCounts() async throws -> WaitingCounts {
        let row = try await one(
            """
            -- waitingCounts
            WITH near AS MATERIALIZED (SELECT calls_too_near(acting_role(), acting_person()) AS calls)
            SELECT
                (SELECT count(*) FROM appeals AS p
                 JOIN applications AS a ON a.tenant_id = p.tenant_id AND a.id = p.application_id
                 WHERE p.tenant_id = acting_tenant() AND \(fragment: .appealsToAnswer) AND acts_as('manager')
                   AND a.call_id <> ALL ((SELECT calls FROM near)::uuid[])) AS appeals,
                (SELECT count(*) FROM decision_changes AS c
                 JOIN applications AS a ON a.tenant_id = c.tenant_id AND a.id = c.application_id
                 WHERE c.tenant_id = acting_tenant() AND c.confirmed_at IS NULL AND c.refused_at IS NULL
                   AND c.proposed_by <> acting_person() AND acts_as('manager')
                   AND a.call_id <> ALL ((SELECT calls FROM near)::uuid[])) AS changes,
                (SELECT count(*) FROM quorum_waivers AS w
                 JOIN decision_batches AS b ON b.tenant_id = w.tenant_id AND b.id = w.batch_id AND b.released_at IS NULL
                 WHERE w.tenant_id = acting_tenant() AND w.confirmed_at IS NULL AND w.refused_at IS NULL
                   AND w.proposed_by <> acting_person() AND acts_as('manager')
                   AND b.call_id <> ALL ((SELECT calls FROM near)::uuid[])) AS waivers,
                (SELECT count(*) FROM letters AS l
                 WHERE l.tenant_id = acting_tenant() AND l.state = 'held' AND acts_as('manager')) AS letters
            """)
        return try WaitingCounts(
            appeals: row("appeals"), changes: row("changes"), waivers: row("waivers"), letters: row("letters"))
    }
}
