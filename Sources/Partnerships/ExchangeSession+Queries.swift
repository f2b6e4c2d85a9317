internal import Accounts
package import Postgres
internal import Vocabulary

extension Statements {
    /// The sessions under an agreement, the latest first.
    package func sessions(under mou: MoU.ID) async throws -> [ExchangeSession] {
        try await rows(
            """
            -- sessions under an mou
            SELECT s.id, s.title, s.held_on, s.focus_area, s.hosts, s.attendance, s.minutes_link
            FROM mou_sessions AS s
            WHERE s.tenant_id = acting_tenant() AND s.mou_id = \(mou) AND \(fragment: .reachesItsMoU("s"))
            ORDER BY s.held_on DESC, s.recorded_at DESC, s.id
            """
        ).map { row in
            try ExchangeSession(
                id: row("id"), title: row("title"), heldOn: row("held_on"), area: row("focus_area"),
                hosts: row("hosts"),
                attendance: row("attendance"), minutes: row("minutes_link"))
        }
    }
}

extension Transaction {
    func insert(
        _ new: NewExchangeSession, as id: ExchangeSession.ID, under mou: MoU.ID, in tenant: Tenant.ID,
        by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- recordSession
            INSERT INTO mou_sessions (tenant_id, mou_id, id, title, held_on, focus_area, hosts, attendance, minutes_link,
                                      recorded_by)
            VALUES (\(tenant), \(mou), \(id), \(new.title), \(new.heldOn), \(new.area), \(new.hosts), \(new.attendance),
                    \(new.minutes), \(person))
            """)
    }

    func deleteSession(_ id: ExchangeSession.ID, of mou: MoU.ID) async throws -> Bool {
        try await execute(
            """
            -- removeSession
            DELETE FROM mou_sessions WHERE tenant_id = acting_tenant() AND mou_id = \(mou) AND id = \(id)
            """) == 1
    }
}
