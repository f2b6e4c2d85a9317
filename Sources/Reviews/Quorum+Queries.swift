package import Applications
package import Postgres
package import Programs
internal import Vocabulary

extension Statements {
    /// The applications to a call that are in review and have fewer submitted reviews than can decide, in any of the rounds
    /// they entered; those that entered none count as having none, of as many as the rounds of their batch ask for. Empty
    /// where no round of the call was opened. For managers.
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
                SELECT r.tenant_id, r.id, r.stream_id, r.batch, r.quorum FROM review_rounds AS r
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
                   coalesce(j.quorum, n.quorum) AS quorum
            FROM applications AS a
            JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
            LEFT JOIN placed AS p ON p.application_id = a.id
            LEFT JOIN judged AS j ON j.application_id = a.id
            CROSS JOIN LATERAL (
                -- What the rounds that would take it ask for; where none was opened, what the call asks for elsewhere.
                SELECT coalesce(min(r.quorum) FILTER (WHERE f.is_of_stream AND f.is_of_batch),
                                min(r.quorum) FILTER (WHERE f.is_of_batch), min(r.quorum)) AS quorum
                FROM rounds AS r
                CROSS JOIN LATERAL (
                    SELECT p.stream_id IS NULL OR r.stream_id IS NULL OR r.stream_id = p.stream_id AS is_of_stream,
                           r.batch IS NULL OR r.batch = batch_taking(a.submitted_at, c.cutoffs, c.closes_at)
                               AS is_of_batch) AS f) AS n
            WHERE a.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND a.call_id = \(call)
              AND a.state IN ('in_review', 'shortlisted', 'interview')
              AND (j.submitted < j.quorum OR j.application_id IS NULL AND n.quorum IS NOT NULL)
              AND \(fragment: .isNotTooNear("a.id"))
            ORDER BY a.id, j.submitted - j.quorum
            """
        ).reduce(into: [:]) { short, row in
            let id: Application.ID = try row("id")
            short[id] = try (submitted: row("submitted"), quorum: row("quorum"))
        }
    }
}
