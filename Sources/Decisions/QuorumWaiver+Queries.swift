internal import Accounts
internal import Applications
internal import Foundation
internal import Institutions
package import Postgres
internal import Programs
internal import Vocabulary

extension Statements {
    /// A waiver; nil when it does not exist or the principal may not know of it. For managers.
    package func quorumWaiver(_ id: QuorumWaiver.ID) async throws -> QuorumWaiver? {
        try await first(
            """
            -- quorumWaiver
            \(fragment: .waivers)
            WHERE w.tenant_id = acting_tenant() AND \(fragment: .reachOfBatches) AND w.id = \(id)
            """
        ).map(QuorumWaiver.init)
    }

    /// The waivers of a batch, those that wait first, then the latest. For managers.
    package func quorumWaivers(in batch: DecisionBatch.ID) async throws -> [QuorumWaiver] {
        try await rows(
            """
            -- quorumWaivers
            \(fragment: .waivers)
            WHERE w.tenant_id = acting_tenant() AND \(fragment: .reachOfBatches) AND w.batch_id = \(batch)
            ORDER BY w.confirmed_at IS NOT NULL OR w.refused_at IS NOT NULL, w.proposed_at DESC, w.id
            LIMIT 5000
            """
        ).map(QuorumWaiver.init)
    }

    /// The waivers of all batches that wait for an answer, the latest first. For managers.
    package func openQuorumWaivers() async throws -> [QuorumWaiver] {
        try await rows(
            """
            -- openQuorumWaivers
            \(fragment: .waivers)
            WHERE w.tenant_id = acting_tenant() AND \(fragment: .reachOfBatches)
              AND w.confirmed_at IS NULL AND w.refused_at IS NULL AND b.released_at IS NULL
            ORDER BY w.proposed_at DESC, w.id
            LIMIT 500
            """
        ).map(QuorumWaiver.init)
    }
}

extension Query {
    fileprivate static var waivers: Query {
        """
        SELECT w.id, w.batch_id, w.application_id, i.names, w.outcome, w.stream_id, w.submitted, w.quorum, w.reason,
               w.proposed_at, w.proposed_by, asker.name AS proposed_by_name, w.confirmed_at, answerer.name AS confirmed_by_name,
               w.refused_at, w.refused_reason
        FROM quorum_waivers AS w
        JOIN decision_batches AS b ON b.tenant_id = w.tenant_id AND b.id = w.batch_id
        JOIN applications AS a ON a.tenant_id = w.tenant_id AND a.id = w.application_id
        JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
        LEFT JOIN people AS asker ON asker.id = w.proposed_by
        LEFT JOIN people AS answerer ON answerer.id = w.confirmed_by
        """
    }
}

extension QuorumWaiver {
    fileprivate init(_ row: Row) throws {
        try self.init(
            id: row("id"), batch: row("batch_id"), application: row("application_id"), startupName: row("names"),
            outcome: row("outcome"), stream: row("stream_id"), submitted: row("submitted"), quorum: row("quorum"),
            reason: row("reason"), proposedAt: row("proposed_at"), proposedBy: row("proposed_by"),
            proposedByName: row("proposed_by_name"), confirmedAt: row("confirmed_at"),
            confirmedByName: row("confirmed_by_name"), refusedAt: row("refused_at"),
            refusedReason: row("refused_reason"))
    }
}

extension Transaction {
    /// The waiver with its row locked until the transaction ends.
    func lockWaiver(_ id: QuorumWaiver.ID) async throws -> QuorumWaiver? {
        try await execute(
            "/* lockWaiver */ SELECT FROM quorum_waivers WHERE tenant_id = acting_tenant() AND id = \(id) FOR UPDATE")
        return try await quorumWaiver(id)
    }

    func insertWaiver(
        _ id: QuorumWaiver.ID, of application: Application.ID, in batch: DecisionBatch.ID, for prepared: Preparation,
        having found: (submitted: Int, quorum: Int), because reason: LongText, in tenant: Tenant.ID,
        by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- proposeWaiver
            INSERT INTO quorum_waivers (
                tenant_id, id, batch_id, application_id, outcome, stream_id, submitted, quorum, reason, proposed_by)
            VALUES (\(tenant), \(id), \(batch), \(application), \(prepared.outcome), \(prepared.stream),
                    \(found.submitted), \(found.quorum), \(reason), \(person))
            """)
    }

    func recordConfirmation(ofWaiver id: QuorumWaiver.ID, by person: Person.ID) async throws {
        try await execute(
            """
            -- confirmWaiver
            UPDATE quorum_waivers SET confirmed_at = now(), confirmed_by = \(person)
            WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
    }

    func recordRefusal(ofWaiver id: QuorumWaiver.ID, because reason: LongText, by person: Person.ID) async throws {
        try await execute(
            """
            -- refuseWaiver
            UPDATE quorum_waivers SET refused_at = now(), refused_by = \(person), refused_reason = \(reason)
            WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
    }
}
