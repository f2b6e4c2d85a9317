internal import Accounts
internal import Applications
internal import Foundation
internal import Institutions
package import Postgres
internal import Programs
internal import Vocabulary

extension Statements {
    /// The seats of partners on the panel of a round, by stream and partner; for managers.
    package func partnerSeats(of round: ReviewRound.ID) async throws -> [PartnerSeats] {
        try await rows(
            """
            -- partnerSeats
            SELECT s.stream_id, t.name AS stream_name, s.institution_id, i.names, s.seats,
                   ARRAY(SELECT who.name FROM people AS who WHERE who.id = ANY (s.people) ORDER BY who.name, who.id)
                       AS people,
                   w.reason, w.taken AS waived_taken, w.waived_at, waiver.name AS waived_by_name
            FROM seats_of_partners(\(round)) AS s
            JOIN streams AS t ON t.tenant_id = acting_tenant() AND t.id = s.stream_id
            JOIN institutions AS i ON i.tenant_id = acting_tenant() AND i.id = s.institution_id
            LEFT JOIN last_seat_waivers(\(round)) AS w
                ON w.stream_id = s.stream_id AND w.institution_id = s.institution_id
            LEFT JOIN people AS waiver ON waiver.id = w.waived_by
            WHERE acts_as('manager', 'system')
            ORDER BY s.stream_id, s.institution_id
            """
        ).map(PartnerSeats.init)
    }

    /// The seats of the acting partner on the panels of its streams' rounds, those of rounds that are not closed first.
    package func ownSeatsOnPanels() async throws -> [OwnSeats] {
        try await rows(
            """
            -- ownSeatsOnPanels
            SELECT s.round_id, s.round_name, s.call_title, s.stream_id, s.due_at, s.time_zone, s.seats, s.taken_by, s.reason,
                   CASE WHEN s.closed_at IS NOT NULL THEN 'closed' WHEN s.opened_at IS NOT NULL THEN 'open' ELSE 'draft' END
                       AS status
            FROM own_seats_on_panels() AS s
            """
        ).map { row in
            try OwnSeats(
                round: row("round_id"), roundName: row("round_name"), callTitle: row("call_title"),
                stream: row("stream_id"), due: Deadline(row("due_at"), in: row("time_zone"), graceSeconds: 0),
                status: row("status"), seats: row("seats"), people: row("taken_by"), reason: row("reason"))
        }
    }

    /// The partners with seats on the panel of a round, whoever of their staff has accepted a place on it, and the applications
    /// that name their streams; for planning.
    func partnerNeeds(in round: ReviewRound.ID) async throws -> [PartnerNeed] {
        try await rows(
            """
            -- partnerNeeds
            WITH seats AS MATERIALIZED (
                SELECT s.institution_id, array_agg(s.stream_id) AS streams FROM seats_of_partners(\(round)) AS s
                -- Where nobody of the partner sat there, a manager has said that the round does without.
                WHERE NOT EXISTS (
                    SELECT FROM last_seat_waivers(\(round)) AS w
                    WHERE w.stream_id = s.stream_id AND w.institution_id = s.institution_id AND w.taken = 0
                      AND s.people = '{}')
                GROUP BY s.institution_id
            )
            SELECT s.institution_id, i.names,
                   ARRAY(SELECT p.person_id FROM panel_members AS p
                         WHERE p.tenant_id = i.tenant_id AND p.round_id = \(round) AND p.accepted_at IS NOT NULL
                           AND EXISTS (SELECT FROM memberships AS m
                                       WHERE m.tenant_id = p.tenant_id AND m.person_id = p.person_id
                                         AND m.institution_id = s.institution_id AND m.ended_at IS NULL)
                         ORDER BY p.person_id) AS people,
                   ARRAY(SELECT f.application_id FROM review_files AS f
                         JOIN applications AS a ON a.tenant_id = f.tenant_id AND a.id = f.application_id
                         JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
                         WHERE f.tenant_id = i.tenant_id AND f.round_id = \(round)
                           AND (EXISTS (SELECT FROM stream_choices AS k
                                        WHERE k.tenant_id = a.tenant_id AND k.application_id = a.id
                                          AND k.stream_id = ANY (s.streams))
                                OR c.stream_id = ANY (s.streams)
                                   AND NOT EXISTS (SELECT FROM stream_choices AS k
                                                   WHERE k.tenant_id = a.tenant_id AND k.application_id = a.id))
                         ORDER BY f.application_id) AS applications
            FROM seats AS s
            JOIN institutions AS i ON i.tenant_id = acting_tenant() AND i.id = s.institution_id
            WHERE acts_as('system')
            ORDER BY s.institution_id
            """
        ).map { row in
            try PartnerNeed(
                partner: row("institution_id"), name: row("names"), people: row("people"),
                applications: row("applications"))
        }
    }

    /// Seats of partners whose number has changed since they were counted last, or that stand empty, unwaived, and nobody was
    /// told of; of rounds that are not over, of calls that partners may know of. Only for the service.
    func seatsToTellOf() async throws -> [SeatsToTellOf] {
        try await rows(
            """
            -- seatsToTellOf
            SELECT r.id AS round_id, s.stream_id, s.institution_id, i.names, s.seats, cardinality(s.people) AS taken,
                   k.taken AS taken_before, k.told_at,
                   r.opened_at IS NULL AND r.created_at <= now() - interval '3 days' AND NOT waived.holds AS is_awaited
            FROM review_rounds AS r
            JOIN calls AS c
                ON c.tenant_id = r.tenant_id AND c.id = r.call_id AND c.published_at IS NOT NULL AND c.cancelled_at IS NULL
            CROSS JOIN LATERAL seats_of_partners(r.id) AS s
            JOIN institutions AS i ON i.tenant_id = r.tenant_id AND i.id = s.institution_id
            LEFT JOIN partner_seats_told AS k ON k.tenant_id = r.tenant_id AND k.round_id = r.id
                AND k.stream_id = s.stream_id AND k.institution_id = s.institution_id
            -- The partner has read in the waiver's letter that the round does without them.
            CROSS JOIN LATERAL (
                SELECT EXISTS (SELECT FROM last_seat_waivers(r.id) AS w
                               WHERE w.stream_id = s.stream_id AND w.institution_id = s.institution_id
                                 AND w.taken <= cardinality(s.people)) AS holds) AS waived
            WHERE r.tenant_id = acting_tenant() AND acts_as('system') AND r.closed_at IS NULL AND r.due_at > now()
              AND (k.taken IS DISTINCT FROM cardinality(s.people)
                   OR k.told_at IS NULL AND cardinality(s.people) < s.seats AND r.opened_at IS NULL
                      AND r.created_at <= now() - interval '3 days' AND NOT waived.holds)
            ORDER BY r.id, s.stream_id, s.institution_id
            """
        ).map { row in
            try SeatsToTellOf(
                round: row("round_id"), stream: row("stream_id"), partner: row("institution_id"),
                partnerName: row("names"), seats: row("seats"), taken: row("taken"), takenBefore: row("taken_before"),
                toldAt: row("told_at"), isAwaited: row("is_awaited"))
        }
    }

    /// The staff of a partner who are written to about its seats.
    func staff(of partner: Institution.ID) async throws -> [Person.ID] {
        try await rows(
            """
            -- staff of a partner
            SELECT DISTINCT s.person_id FROM memberships AS s
            JOIN people AS who ON who.id = s.person_id AND who.disabled_at IS NULL
            WHERE s.tenant_id = acting_tenant() AND s.role = 'partner' AND s.ended_at IS NULL
              AND s.institution_id = \(partner)
            ORDER BY s.person_id
            """
        ).map { try $0("person_id") }
    }

    /// The managers who made the panel of a round or opened it, as long as they are managers.
    func managers(ofPanel round: ReviewRound.ID) async throws -> [Person.ID] {
        try await rows(
            """
            -- managers of a panel
            SELECT DISTINCT m.person_id FROM memberships AS m
            JOIN people AS who ON who.id = m.person_id AND who.disabled_at IS NULL
            WHERE m.tenant_id = acting_tenant() AND m.role = 'manager' AND m.ended_at IS NULL
              AND (EXISTS (SELECT FROM panel_members AS p
                           WHERE p.tenant_id = m.tenant_id AND p.round_id = \(round) AND p.invited_by = m.person_id)
                   OR EXISTS (SELECT FROM review_rounds AS r
                              WHERE r.tenant_id = m.tenant_id AND r.id = \(round) AND r.opened_by = m.person_id))
            ORDER BY m.person_id
            """
        ).map { try $0("person_id") }
    }
}

extension PartnerSeats {
    fileprivate init(_ row: Row) throws {
        let reason: LongText? = try row("reason")
        try self.init(
            stream: row("stream_id"), streamName: row("stream_name"), partner: row("institution_id"),
            partnerName: row("names"), seats: row("seats"), people: row("people"),
            waiver: reason.map { reason in
                try Waiver(
                    reason: reason, taken: row("waived_taken"), waivedAt: row("waived_at"),
                    waivedByName: row("waived_by_name"))
            })
    }
}

extension ReviewRound.Status: PostgresCodable {}

extension Transaction {
    /// How many seats there are and how many are taken is the database's to say.
    func insertWaiver(
        of seats: PartnerSeats, in round: ReviewRound.ID, because reason: LongText, in tenant: Tenant.ID,
        by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- waiveSeats
            INSERT INTO seat_waivers (
                tenant_id, id, round_id, stream_id, institution_id, seats, taken, reason, waived_by)
            VALUES (\(tenant), gen_random_uuid(), \(round), \(seats.stream), \(seats.partner), \(seats.seats),
                    \(seats.taken), \(reason), \(person))
            """)
    }

    /// Notes how many seats are taken and, where the partner is told of it now, that it was.
    func note(_ seats: SeatsToTellOf, isTold: Bool) async throws {
        try await execute(
            """
            -- tellOfSeats
            INSERT INTO partner_seats_told (tenant_id, round_id, stream_id, institution_id, taken, told_at)
            VALUES (acting_tenant(), \(seats.round), \(seats.stream), \(seats.partner), \(seats.taken),
                    CASE WHEN \(isTold) THEN now() END)
            ON CONFLICT (tenant_id, round_id, stream_id, institution_id) DO UPDATE
            SET taken = excluded.taken, told_at = coalesce(excluded.told_at, partner_seats_told.told_at)
            """)
    }
}
