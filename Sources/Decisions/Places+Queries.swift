internal import Accounts
internal import Applications
internal import Foundation
internal import Postgres
internal import Programs
internal import Vocabulary

/// A place that is free, by the offer that was not taken.
struct FreedPlace: Sendable {
    let application: Application.ID
    let offerExpiresAt: Date
    let freedAt: Date
    /// Whether the park took the offer back: the place is for somebody else.
    let isTakenBack: Bool
    /// The stream that the place is in, where the call offers several.
    let stream: ProgramStream.ID?
}

/// Who is next on a waiting list, and by which rules they are offered a place.
struct Waiting: Sendable {
    let application: Application.ID
    let zone: TimeZoneName
    let acceptDays: Int
    let promotesItself: Bool
    /// Whether there is anybody to write to.
    let hasFounders: Bool
    /// How many places the call has, and how many of them are taken.
    let places: Int
    let taken: Int
    /// Whether the stream of the place has one left, and its partners let it be given.
    let isFreeInStream: Bool
}

extension Transaction {
    /// Notes what became free since the last look, each offer once.
    func noteFreedPlaces(of call: CallForApplications.ID) async throws {
        try await execute(
            """
            -- noteFreedPlaces
            INSERT INTO freed_places (
                tenant_id, application_id, offer_expires_at, call_id, cause, stream_id, award_minor, currency)
            SELECT a.tenant_id, a.id, a.offer_expires_at, a.call_id,
                   CASE a.state WHEN 'declined' THEN 'given_up' ELSE 'lapsed' END, d.stream_id,
                   d.award_minor, d.currency
            FROM applications AS a
            JOIN decisions AS d ON d.tenant_id = a.tenant_id AND d.application_id = a.id AND d.outcome = 'offer'
            WHERE a.tenant_id = acting_tenant() AND acts_as('system') AND a.call_id = \(call)
              AND (a.state = 'declined' OR a.state = 'offered' AND a.offer_expires_at < now())
              -- Another offer may end with the day on which one did that was declined.
              AND NOT EXISTS (SELECT FROM freed_places AS f
                              WHERE f.tenant_id = a.tenant_id AND f.application_id = a.id
                                AND f.offer_expires_at = a.offer_expires_at AND f.freed_at >= d.released_at
                                AND f.stream_id IS NOT DISTINCT FROM d.stream_id)
            """)
    }

    func placesToFill(of call: CallForApplications.ID) async throws -> [FreedPlace] {
        try await rows(
            """
            -- placesToFill
            SELECT application_id, offer_expires_at, freed_at, cause = 'taken_back' AS is_taken_back, stream_id
            FROM freed_places
            WHERE tenant_id = acting_tenant() AND acts_as('system') AND call_id = \(call) AND filled_at IS NULL
            ORDER BY freed_at, offer_expires_at, application_id
            """
        ).map { row in
            try FreedPlace(
                application: row("application_id"), offerExpiresAt: row("offer_expires_at"), freedAt: row("freed_at"),
                isTakenBack: row("is_taken_back"), stream: row("stream_id"))
        }
    }

    /// The first on the waiting list who has not withdrawn, with the rules of the batch that put them there. For a place in a
    /// stream only somebody who chose it and, where streams have rounds of their own, was in one that judged for it; never
    /// whom the place was taken from.
    func nextWaiting(for call: CallForApplications.ID, of freed: FreedPlace) async throws -> Waiting? {
        let stream = freed.stream
        return try await first(
            """
            -- nextWaiting
            SELECT w.application_id, c.time_zone, b.accept_days, b.promotes_itself, latest.places, (
                       SELECT count(*) FROM applications AS o
                       WHERE o.tenant_id = w.tenant_id AND o.call_id = w.call_id
                         AND (o.state = 'accepted' OR o.state = 'offered' AND o.offer_expires_at >= now())) AS taken,
                   coalesce((SELECT places_taken(o.tenant_id, o.call_id, o.stream_id) < o.places
                             FROM offered_streams AS o
                             WHERE o.tenant_id = w.tenant_id AND o.call_id = w.call_id AND o.stream_id = \(stream)),
                            true)
                       AND NOT EXISTS (SELECT FROM partner_places(w.tenant_id, w.call_id) AS q
                                       WHERE q.taken >= q.places \(given: stream, { "AND q.stream_id = \($0)" }))
                       AS is_free_in_stream,
                   EXISTS (SELECT FROM memberships AS m
                           WHERE m.tenant_id = a.tenant_id AND m.institution_id = a.startup_id AND m.role = 'founder'
                             AND m.ended_at IS NULL AND EXISTS (SELECT FROM reader_of_letters(m.person_id)))
                       AS has_founders
            FROM waiting_applications AS w
            JOIN applications AS a ON a.tenant_id = w.tenant_id AND a.id = w.application_id
            JOIN calls AS c ON c.tenant_id = w.tenant_id AND c.id = w.call_id
            JOIN decisions AS d ON d.tenant_id = w.tenant_id AND d.application_id = w.application_id
            JOIN decision_batches AS b ON b.tenant_id = d.tenant_id AND b.id = d.batch_id
            CROSS JOIN LATERAL (
                SELECT l.places FROM decision_batches AS l
                WHERE l.tenant_id = w.tenant_id AND l.call_id = w.call_id AND l.released_at IS NOT NULL
                ORDER BY l.released_at DESC, l.id DESC LIMIT 1) AS latest
            WHERE w.tenant_id = acting_tenant() AND acts_as('system') AND w.call_id = \(call)
              AND a.state = 'waitlisted'
              \(given: freed.isTakenBack ? freed.application : nil, { "AND w.application_id <> \($0)" })
              \(given: stream, { stream in
                """
                AND EXISTS (SELECT FROM stream_choices AS k
                            WHERE k.tenant_id = w.tenant_id AND k.application_id = w.application_id
                              AND k.stream_id = \(stream) AND \(fragment: .judgedForItsChoice))
                """
              })
            ORDER BY w.rank, w.since, w.application_id
            LIMIT 1
            FOR UPDATE OF a
            """
        ).map { row in
            try Waiting(
                application: row("application_id"), zone: row("time_zone"), acceptDays: row("accept_days"),
                promotesItself: row("promotes_itself"), hasFounders: row("has_founders"), places: row("places"),
                taken: row("taken"),
                isFreeInStream: row("is_free_in_stream"))
        }
    }

    /// The managers who opened or released a batch of a call, as long as they are managers, or all of them where none of these
    /// is; but none to whose own startups its places may go.
    func managers(decidingOn call: CallForApplications.ID) async throws -> [Person.ID] {
        try await rows(
            """
            -- managers who decide on a call
            WITH managers AS (
                SELECT m.person_id, EXISTS (
                    SELECT FROM decision_batches AS b
                    WHERE b.tenant_id = acting_tenant() AND b.call_id = \(call)
                      AND m.person_id IN (b.opened_by, b.released_by)) AS has_decided
                FROM (SELECT DISTINCT person_id FROM memberships
                      WHERE tenant_id = acting_tenant() AND role = 'manager' AND ended_at IS NULL) AS m
                JOIN people AS who ON who.id = m.person_id AND who.disabled_at IS NULL
                WHERE \(call) <> ALL (calls_too_near('manager', m.person_id))
            )
            SELECT person_id FROM managers
            WHERE acts_as('system') AND (has_decided OR NOT EXISTS (SELECT FROM managers WHERE has_decided))
            ORDER BY person_id
            """
        ).map { try $0("person_id") }
    }

    /// Gives a free place, with what comes with it, to an application that waits.
    func promote(_ application: Application.ID, to freed: FreedPlace, until day: CalendarDate) async throws {
        try await execute(
            """
            -- promote
            UPDATE decisions AS d
            SET outcome = 'offer', stream_id = \(freed.stream), last_day = \(day), award_minor = f.award_minor, currency = f.currency, released_at = now()
            FROM freed_places AS f
            WHERE d.tenant_id = acting_tenant() AND acts_as('system') AND d.application_id = \(application)
              AND f.tenant_id = d.tenant_id AND f.application_id = \(freed.application)
              AND f.offer_expires_at = \(freed.offerExpiresAt) AND f.freed_at = \(freed.freedAt)
            """)
        try await execute(
            """
            -- promote: the place
            UPDATE freed_places SET filled_with = \(application), filled_at = now()
            WHERE tenant_id = acting_tenant() AND application_id = \(freed.application)
              AND offer_expires_at = \(freed.offerExpiresAt) AND freed_at = \(freed.freedAt)
            """)
        try await removeWaiting(application)
    }
}
