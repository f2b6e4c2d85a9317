package import Applications
package import Postgres
package import Programs
internal import Vocabulary

extension Statements {
    /// The applications to a call that are in review and have fewer submitted reviews than can decide, in any of the rounds
    /// they entered; those that entered none count as having none. Empty where no round of the call was opened. For
    /// managers.
    ///
    /// - Parameter places: the streams in which applications are to be offered a place. Such an offer rests on the rounds
    ///   of that stream and on those of all, whatever other rounds the application is in.
    package func shortOfQuorum(
        in call: CallForApplications.ID, offering places: [Application.ID: ProgramStream.ID] = [:]
    ) async throws -> [Application.ID: (submitted: Int, quorum: Int)] {
        let placed = places.sorted { $0.key < $1.key }
        return try await rows(
            """
            -- shortOfQuorum
            WITH rounds AS (
                SELECT r.tenant_id, r.id, r.stream_id, r.quorum FROM review_rounds AS r
                WHERE r.tenant_id = acting_tenant() AND r.call_id = \(call) AND r.opened_at IS NOT NULL
            ), placed AS (
                SELECT p.application_id, p.stream_id
                FROM unnest(\(placed.map(\.key)), \(placed.map(\.value))) AS p (application_id, stream_id)
            ), judged AS (
                SELECT t.application_id, r.quorum, t.submitted
                FROM rounds AS r JOIN review_tallies AS t ON t.tenant_id = r.tenant_id AND t.round_id = r.id
                LEFT JOIN placed AS p ON p.application_id = t.application_id
                WHERE p.stream_id IS NULL OR r.stream_id IS NULL OR r.stream_id = p.stream_id
            )
            SELECT DISTINCT ON (a.id) a.id, coalesce(j.submitted, 0) AS submitted,
                   coalesce(j.quorum,
                            (SELECT min(r.quorum) FROM rounds AS r
                             WHERE p.stream_id IS NULL OR r.stream_id IS NULL OR r.stream_id = p.stream_id),
                            (SELECT min(r.quorum) FROM rounds AS r)) AS quorum
            FROM applications AS a
            LEFT JOIN placed AS p ON p.application_id = a.id
            LEFT JOIN judged AS j ON j.application_id = a.id
            WHERE a.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND a.call_id = \(call)
              AND a.state IN ('in_review', 'shortlisted', 'interview') AND EXISTS (SELECT FROM rounds)
              AND (j.application_id IS NULL OR j.submitted < j.quorum)
              AND \(fragment: .isNotTooNear("a.id"))
            ORDER BY a.id, j.submitted - j.quorum
            """
        ).reduce(into: [:]) { short, row in
            let id: Application.ID = try row("id")
            short[id] = try (submitted: row("submitted"), quorum: row("quorum"))
        }
    }
}
