internal import API
internal import Foundation
internal import Postgres

extension Statements {
    /// The workspace's trail, the latest first.
    ///
    /// - Parameters:
    ///   - object: only what was done to this row; nil for all.
    ///   - seq: go on before this event.
    ///   - limit: how many at the most.
    func auditEvents(of object: UUID?, before seq: Int?, limit: Int) async throws -> [AuditEvent] {
        try await rows(
            """
            -- auditEvents
            SELECT seq, at, person_id, role, action, request_id, deed, noun, object_id, before::text AS before,
                   after::text AS after
            FROM audit_events
            WHERE tenant_id = acting_tenant()
              \(given: object, { "AND object_id = \($0)" })
              \(given: seq, { "AND seq < \($0)" })
            ORDER BY seq DESC
            LIMIT \(limit)
            """
        ).map { row in
            try AuditEvent(
                seq: row("seq"), at: row("at"), person: row("person_id"), role: row("role"), action: row("action"),
                request: row("request_id"), deed: row("deed"), noun: row("noun"), object: row("object_id"),
                before: (row("before") as String?).map { try JSON(parsing: Array($0.utf8)) },
                after: (row("after") as String?).map { try JSON(parsing: Array($0.utf8)) })
        }
    }
}
