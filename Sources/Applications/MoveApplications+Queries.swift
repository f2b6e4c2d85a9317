internal import Foundation
internal import Postgres
internal import Programs
internal import Vocabulary

/// An application with what decides whether somebody may move it.
struct Movable: Sendable {
    let application: Application
    let startupName: LocalizedName
    /// Whether its startup is the manager's own.
    let isOwn: Bool
    let readAt: Date
    /// What its call asks, where the step depends on it.
    var form: CallForApplications?
    /// What it answered, where the step depends on it.
    var answers: [Answer] = []
    /// The streams it names, where the step depends on them.
    var streams: [ProgramStream.ID] = []
}

extension Statements {
    /// Some applications, as far as they are known; with `locking`, their rows stay as they are until the transaction ends.
    func movables(_ ids: [Application.ID], locking: Bool) async throws -> [Movable] {
        try await rows(
            """
            -- movables
            SELECT a.id, a.call_id, a.startup_id, a.state, a.version, a.created_at, a.saved_at, a.submitted_at,
                   a.withdrawn_at, a.offer_expires_at, a.offer_days, a.form_version, \(fragment: .askedRound) AS asked_round,
                   i.names AS startup_name, now() AS read_at,
                   a.startup_id = ANY ((SELECT startups_too_near(acting_role(), acting_person()))::uuid[]) AS is_own
            FROM applications AS a
            JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
            WHERE a.tenant_id = acting_tenant() AND \(fragment: .reachOfApplications) AND a.id = ANY (\(ids))
            ORDER BY a.id
            \(fragment: locking ? "FOR UPDATE OF a" : .empty)
            """
        ).map { row in
            try Movable(
                application: Application(row), startupName: row("startup_name"), isOwn: row("is_own"),
                readAt: row("read_at"))
        }
    }
}
