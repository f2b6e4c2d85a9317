package import Accounts
internal import Foundation
package import Postgres
internal import Vocabulary

extension Statements {
    /// The panel of a round, the chair first, then by name. A reviewer sees their own seat on it.
    package func panel(of round: ReviewRound.ID) async throws -> [Panelist] {
        try await rows(
            """
            -- panel
            \(fragment: .panelists)
            WHERE p.tenant_id = acting_tenant() AND p.round_id = \(round) AND \(fragment: .reachOfRounds)
              AND (acts_as('manager', 'system') OR p.person_id = acting_person())
            ORDER BY p.is_chair DESC, who.name, p.person_id
            """
        ).map(Panelist.init)
    }

    /// Who sits on the panel of a round, by name, for what is chosen from; for managers.
    func panelNames(of round: ReviewRound.ID) async throws -> [(person: Person.ID, name: String)] {
        try await rows(
            """
            -- panelNames
            SELECT p.person_id, who.name
            FROM panel_members AS p JOIN people AS who ON who.id = p.person_id
            WHERE p.tenant_id = acting_tenant() AND p.round_id = \(round) AND acts_as('manager', 'system')
            ORDER BY p.is_chair DESC, who.name, p.person_id
            """
        ).map { try (person: $0("person_id"), name: $0("name")) }
    }

    /// The acting reviewer's own seats on panels, whatever they answered, by round.
    package func ownSeats() async throws -> [ReviewRound.ID: Panelist] {
        try await rows(
            """
            -- own seats on panels
            \(fragment: .panelists)
            WHERE p.tenant_id = acting_tenant() AND acts_as('reviewer') AND p.person_id = acting_person()
            """
        ).reduce(into: [:]) { seats, row in
            let round: ReviewRound.ID = try row("round_id")
            seats[round] = try Panelist(row)
        }
    }

    /// People who hold a reviewer's seat in the tenant, by name; for managers.
    package func reviewers() async throws -> [(person: Person.ID, name: String, email: String)] {
        try await rows(
            """
            -- reviewers
            SELECT DISTINCT who.id, who.name, who.email
            FROM memberships AS m JOIN people AS who ON who.id = m.person_id
            WHERE m.tenant_id = acting_tenant() AND m.role = 'reviewer' AND m.ended_at IS NULL
            ORDER BY who.name, who.id
            LIMIT 2000
            """
        ).map { try (person: $0("id"), name: $0("name"), email: $0("email")) }
    }
}

extension Query {
    fileprivate static var panelists: Query {
        """
        SELECT p.round_id, p.person_id, who.name, who.email, p.is_chair, p.least, p.most, p.languages, p.focus_areas,
               CASE WHEN p.accepted_at IS NOT NULL THEN 'accepted' WHEN p.declined_at IS NOT NULL THEN 'declined'
                    ELSE 'invited' END AS answer,
               p.declined_reason,
               load.assigned, load.submitted,
               left_over.days AS days_left, gone.days AS days_away, gone.until AS away_until,
               gone.days >= left_over.days OR acts_as('manager', 'system') AND NOT EXISTS (
                   SELECT FROM memberships AS m
                   WHERE m.tenant_id = p.tenant_id AND m.person_id = p.person_id AND m.role = 'reviewer'
                     AND m.ended_at IS NULL) AS is_away
        FROM panel_members AS p
        JOIN people AS who ON who.id = p.person_id
        JOIN review_rounds AS r ON r.tenant_id = p.tenant_id AND r.id = p.round_id
        CROSS JOIN LATERAL (
            SELECT count(*) AS assigned, count(w.submitted_at) AS submitted
            FROM review_assignments AS s
            LEFT JOIN reviews AS w ON w.tenant_id = s.tenant_id AND w.assignment_id = s.id
            WHERE s.tenant_id = p.tenant_id AND s.round_id = p.round_id AND s.person_id = p.person_id
              AND s.state = 'assigned') AS load
        CROSS JOIN LATERAL (
            SELECT (now() AT TIME ZONE r.time_zone)::date AS first,
                   greatest((r.due_at AT TIME ZONE r.time_zone)::date, (now() AT TIME ZONE r.time_zone)::date) AS last
        ) AS span
        CROSS JOIN LATERAL (SELECT span.last - span.first + 1 AS days) AS left_over
        CROSS JOIN LATERAL (
            -- Absences that meet or overlap are one.
            SELECT coalesce(sum(least(upper(a.days), span.last + 1) - greatest(lower(a.days), span.first)), 0)::integer
                       AS days,
                   max(upper(a.days) - 1) FILTER (WHERE a.days @> span.first) AS until
            FROM unnest((
                SELECT range_agg(daterange(x.first_day, x.last_day, '[]')) FROM reviewer_absences AS x
                WHERE x.tenant_id = p.tenant_id AND x.person_id = p.person_id
                  AND x.first_day <= span.last AND x.last_day >= span.first)) AS a (days)) AS gone
        """
    }
}

extension Panelist {
    fileprivate init(_ row: Row) throws {
        try self.init(
            person: row("person_id"), name: row("name"), email: row("email"), isChair: row("is_chair"),
            terms: PanelTerms(
                least: row("least"), most: row("most"), languages: row("languages"), focusAreas: row("focus_areas")),
            answer: row("answer"), declinedReason: row("declined_reason"), assigned: row("assigned"),
            submitted: row("submitted"), daysLeft: row("days_left"), daysAway: row("days_away"),
            awayUntil: row("away_until"), isAway: row("is_away"))
    }
}

extension Panelist.Answer: PostgresCodable {}

extension Transaction {
    /// Whoever holds a reviewer's seat under an address already.
    func reviewer(at email: String) async throws -> Person.ID? {
        try await first(
            """
            -- reviewer by address
            SELECT who.id FROM people AS who
            JOIN memberships AS m ON m.person_id = who.id
            WHERE who.email = \(email) AND m.tenant_id = acting_tenant() AND m.role = 'reviewer' AND m.ended_at IS NULL
              AND who.disabled_at IS NULL
            """
        ).map { try $0("id") }
    }

    func insert(
        _ person: Person.ID, into round: ReviewRound.ID, chairs: Bool, _ terms: PanelTerms, in tenant: Tenant.ID,
        by inviter: Person.ID
    ) async throws {
        try await execute(
            """
            -- invitePanelist
            INSERT INTO panel_members (
                tenant_id, round_id, person_id, is_chair, least, most, languages, focus_areas, invited_by)
            VALUES (\(tenant), \(round), \(person), \(chairs), \(terms.least), \(terms.most), \(terms.languages),
                    \(terms.focusAreas), \(inviter))
            """)
    }

    /// Says whether there was such a panelist.
    func update(_ person: Person.ID, of round: ReviewRound.ID, to terms: PanelTerms) async throws -> Bool {
        try await execute(
            """
            -- revisePanelist
            UPDATE panel_members
            SET least = \(terms.least), most = \(terms.most), languages = \(terms.languages),
                focus_areas = \(terms.focusAreas)
            WHERE tenant_id = acting_tenant() AND round_id = \(round) AND person_id = \(person)
            """) == 1
    }

    /// In two steps, so that there are never two.
    func seat(_ person: Person.ID, inChairOf round: ReviewRound.ID) async throws {
        try await execute(
            """
            -- moveChair: the former one
            UPDATE panel_members SET is_chair = false
            WHERE tenant_id = acting_tenant() AND round_id = \(round) AND is_chair
            """)
        try await execute(
            """
            -- moveChair
            UPDATE panel_members SET is_chair = true
            WHERE tenant_id = acting_tenant() AND round_id = \(round) AND person_id = \(person)
            """)
    }

    func delete(_ person: Person.ID, of round: ReviewRound.ID) async throws -> Bool {
        try await execute(
            """
            -- removePanelist
            DELETE FROM panel_members
            WHERE tenant_id = acting_tenant() AND round_id = \(round) AND person_id = \(person)
            """) == 1
    }

    func accept(_ round: ReviewRound.ID, by person: Person.ID, taking most: Int?) async throws {
        try await execute(
            """
            -- acceptPanelInvitation
            UPDATE panel_members
            SET accepted_at = now(), declined_at = NULL, declined_reason = NULL,
                most = least(most, coalesce(\(most), most)), least = least(least, coalesce(\(most), most))
            WHERE tenant_id = acting_tenant() AND round_id = \(round) AND person_id = \(person)
            """)
    }

    func decline(_ round: ReviewRound.ID, by person: Person.ID, because reason: String?) async throws {
        try await execute(
            """
            -- declinePanelInvitation
            UPDATE panel_members SET declined_at = now(), declined_reason = \(reason)
            WHERE tenant_id = acting_tenant() AND round_id = \(round) AND person_id = \(person)
            """)
    }
}
