internal import Applications
internal import Foundation
package import Postgres
package import Programs
internal import Vocabulary

extension Statements {
    /// The waiting list of a call as it stands; nil when there is no such call, or the principal may not know of its decisions.
    /// For managers.
    package func waitingList(of call: CallForApplications.ID) async throws -> WaitingList? {
        guard var list = try await first(Query.waitingList(of: call)).map(WaitingList.init) else { return nil }
        let rows = try await rows(
            """
            -- waitingList: who waits or waited
            SELECT w.application_id, i.names, w.rank, w.since, w.promoted_at, b.id AS batch_id, b.name AS batch_name, ARRAY(
                       SELECT k.stream_id FROM stream_choices AS k
                       WHERE k.tenant_id = w.tenant_id AND k.application_id = w.application_id
                         AND \(fragment: .judgedForItsChoice)
                       ORDER BY k.rank) AS streams
            FROM (
                SELECT w.tenant_id, w.call_id, w.application_id, w.rank, w.since, NULL::timestamptz AS promoted_at
                FROM waiting_applications AS w
                WHERE w.tenant_id = acting_tenant() AND w.call_id = \(call)
                UNION ALL
                SELECT f.tenant_id, f.call_id, f.filled_with, p.rank, p.released_at, max(f.filled_at)
                FROM freed_places AS f
                LEFT JOIN decisions AS d ON d.tenant_id = f.tenant_id AND d.application_id = f.filled_with
                LEFT JOIN prepared_decisions AS p
                    ON p.tenant_id = d.tenant_id AND p.batch_id = d.batch_id AND p.application_id = d.application_id
                    AND p.outcome = 'waitlist'
                WHERE f.tenant_id = acting_tenant() AND f.call_id = \(call) AND f.filled_with <> f.application_id
                  -- Who was put on the list again waits.
                  AND NOT EXISTS (SELECT FROM waiting_applications AS w
                                  WHERE w.tenant_id = f.tenant_id AND w.application_id = f.filled_with)
                GROUP BY f.tenant_id, f.call_id, f.filled_with, p.rank, p.released_at
            ) AS w
            JOIN applications AS a ON a.tenant_id = w.tenant_id AND a.id = w.application_id
            JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
            LEFT JOIN decisions AS d ON d.tenant_id = w.tenant_id AND d.application_id = w.application_id
            LEFT JOIN decision_batches AS b ON b.tenant_id = d.tenant_id AND b.id = d.batch_id
            WHERE acts_as('manager', 'system')
            ORDER BY a.state <> 'waitlisted', w.promoted_at DESC NULLS LAST, w.rank, w.since, w.application_id
            LIMIT 5000
            """)
        let standings = try await placeStandings(of: try rows.map { try $0("application_id") }, in: call)
        list.entries = try rows.compactMap { row in
            let id: Application.ID = try row("application_id")
            return try standings[id].map { standing in
                try WaitingList.Entry(
                    application: id, startupName: row("names"), rank: row("rank"), since: row("since"),
                    batch: row("batch_id"), batchName: row("batch_name"), streams: row("streams"),
                    promotedAt: row("promoted_at"), standing: standing)
            }
        }
        return list
    }

    /// Where applications to a call stand whose decisions were released. For managers.
    func placeStandings(
        of applications: [Application.ID], in call: CallForApplications.ID
    ) async throws -> [Application.ID: PlaceStanding] {
        try await rows(
            """
            -- placeStandings
            SELECT a.id, a.state, a.offer_days IS NOT NULL AS awaits_letter, coalesce(a.offer_expires_at < now(), false) AS is_lapsed,
                   q.position, EXISTS (SELECT FROM freed_places AS f
                                       JOIN decisions AS d
                                           ON d.tenant_id = f.tenant_id AND d.application_id = f.filled_with
                                       WHERE f.tenant_id = a.tenant_id AND f.filled_with = a.id AND f.application_id <> a.id
                                         AND a.state IN ('offered', 'accepted', 'declined')
                                         AND f.filled_at >= d.released_at) AS is_promoted
            FROM applications AS a
            LEFT JOIN (
                SELECT w.application_id, row_number() OVER (ORDER BY w.rank, w.since, w.application_id) AS position
                FROM waiting_applications AS w
                JOIN applications AS o
                    ON o.tenant_id = w.tenant_id AND o.id = w.application_id AND o.state = 'waitlisted'
                WHERE w.tenant_id = acting_tenant() AND w.call_id = \(call)) AS q ON q.application_id = a.id
            WHERE a.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND a.id = ANY (\(applications))
            """
        ).reduce(into: [:]) { standings, row in
            standings[try row("id")] = try PlaceStanding(
                row("state"), isLapsed: row("is_lapsed"), awaitsLetter: row("awaits_letter"),
                position: row("position"), isPromoted: row("is_promoted"))
        }
    }
}

extension Query {
    /// Of an application `w` that waits and a stream that it chose, `k`: whether a place in it may be given to it. Where streams
    /// have rounds of their own, only if it was in one that judged for the stream.
    static var judgedForItsChoice: Query {
        """
        (NOT EXISTS (SELECT FROM review_rounds AS r
                     WHERE r.tenant_id = w.tenant_id AND r.call_id = w.call_id AND r.stream_id IS NOT NULL
                       AND r.opened_at IS NOT NULL)
         OR EXISTS (SELECT FROM review_files AS f
                    JOIN review_rounds AS r ON r.tenant_id = f.tenant_id AND r.id = f.round_id
                    WHERE f.tenant_id = w.tenant_id AND f.application_id = w.application_id
                      AND (r.stream_id IS NULL OR r.stream_id = k.stream_id)))
        """
    }

    /// A call with its places; nothing where a startup of the manager's own applied to it.
    fileprivate static func waitingList(of call: CallForApplications.ID) -> Query {
        """
        -- waitingList
        SELECT c.id, c.title, c.time_zone, (
                   SELECT l.places FROM decision_batches AS l
                   WHERE l.tenant_id = c.tenant_id AND l.call_id = c.id AND l.released_at IS NOT NULL
                   ORDER BY l.released_at DESC, l.id DESC LIMIT 1) AS places, (
                   SELECT count(*) FROM applications AS a
                   WHERE a.tenant_id = c.tenant_id AND a.call_id = c.id
                     AND (a.state = 'accepted' OR a.state = 'offered' AND a.offer_expires_at >= now())) AS taken, (
                   SELECT coalesce(jsonb_agg(jsonb_build_object(
                              'stream', o.stream_id, 'name', s.name, 'places', o.places,
                              'taken', places_taken(o.tenant_id, o.call_id, o.stream_id)) ORDER BY o.position), '[]')
                   FROM offered_streams AS o JOIN streams AS s ON s.tenant_id = o.tenant_id AND s.id = o.stream_id
                   WHERE o.tenant_id = c.tenant_id AND o.call_id = c.id) AS streams
        FROM calls AS c
        WHERE c.tenant_id = acting_tenant() AND c.id = \(call)
          AND (acts_as('system') OR acts_as('manager')
               AND c.id <> ALL ((SELECT calls_too_near(acting_role(), acting_person()))::uuid[]))
        """
    }
}

extension WaitingList {
    fileprivate init(_ row: Row) throws {
        try self.init(
            call: row("id"), callTitle: row("title"), zone: row("time_zone"), places: row("places"),
            taken: row("taken"), streams: (row("streams") as JSONB<[Stream]>).value)
    }
}
