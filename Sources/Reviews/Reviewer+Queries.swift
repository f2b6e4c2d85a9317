internal import Accounts
internal import Foundation
package import Postgres
internal import Programs
package import Vocabulary

extension Statements {
    /// Who holds a reviewer's seat in the workspace, by name; for managers.
    ///
    /// - Parameters:
    ///   - search: a part of the name or the address, in any case.
    ///   - language: only those who were asked to read it on a panel.
    ///   - position: after which to go on.
    ///   - limit: how many at the most.
    package func reviewers(
        named search: String?, reading language: Language? = nil, after position: Reviewer.Position? = nil, limit: Int
    ) async throws -> [Reviewer] {
        let rows = try await rows(
            """
            -- reviewers of the workspace
            SELECT who.id, who.name, who.email,
                   ARRAY(SELECT DISTINCT x.value FROM panel_members AS p CROSS JOIN unnest(p.languages) AS x (value)
                         WHERE p.tenant_id = acting_tenant() AND p.person_id = who.id ORDER BY x.value) AS languages,
                   ARRAY(SELECT DISTINCT x.value FROM panel_members AS p CROSS JOIN unnest(p.focus_areas) AS x (value)
                         WHERE p.tenant_id = acting_tenant() AND p.person_id = who.id ORDER BY x.value) AS focus_areas
            FROM people AS who
            WHERE acts_as('manager', 'system')
              AND EXISTS (SELECT FROM memberships AS m
                          WHERE m.tenant_id = acting_tenant() AND m.person_id = who.id AND m.role = 'reviewer'
                            AND m.ended_at IS NULL)
              \(given: search, {
                  "AND (strpos(lower(who.name), lower(\($0))) > 0 OR strpos(lower(who.email), lower(\($0))) > 0)"
              })
              \(given: language, {
                  """
                  AND EXISTS (SELECT FROM panel_members AS p
                              WHERE p.tenant_id = acting_tenant() AND p.person_id = who.id AND \($0) = ANY (p.languages))
                  """
              })
              \(given: position, { "AND (who.name, who.id) > (\($0.name), \($0.person))" })
            ORDER BY who.name, who.id
            LIMIT \(limit)
            """)
        let people: [Person.ID] = try rows.map { try $0("id") }
        guard !people.isEmpty else { return [] }
        let seats = try await sittings(of: people)
        let absences = try await comingAbsences(of: people)
        return try zip(people, rows).map { person, row in
            try Reviewer(
                person: person, name: row("name"), email: row("email"), languages: row("languages"),
                focusAreas: row("focus_areas"), seats: seats[person] ?? [], absences: absences[person] ?? [])
        }
    }

    private func sittings(of people: [Person.ID]) async throws -> [Person.ID: [Reviewer.Sitting]] {
        try await rows(
            """
            -- sittings of reviewers
            SELECT p.person_id, r.id, r.name, c.title, r.due_at, r.opened_at IS NOT NULL AS is_open, p.is_chair,
                   CASE WHEN p.accepted_at IS NOT NULL THEN 'accepted' WHEN p.declined_at IS NOT NULL THEN 'declined'
                        ELSE 'invited' END AS answer,
                   p.most, load.assigned, load.submitted
            FROM panel_members AS p
            JOIN review_rounds AS r ON r.tenant_id = p.tenant_id AND r.id = p.round_id
            JOIN calls AS c ON c.tenant_id = r.tenant_id AND c.id = r.call_id
            CROSS JOIN LATERAL (
                SELECT count(*) AS assigned, count(w.submitted_at) AS submitted
                FROM review_assignments AS s
                LEFT JOIN reviews AS w ON w.tenant_id = s.tenant_id AND w.assignment_id = s.id
                WHERE s.tenant_id = p.tenant_id AND s.round_id = p.round_id AND s.person_id = p.person_id
                  AND s.state = 'assigned') AS load
            WHERE p.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND p.person_id = ANY (\(people))
              AND r.closed_at IS NULL
            ORDER BY p.person_id, r.due_at, r.id
            """
        ).reduce(into: [:]) { seats, row in
            try seats[row("person_id"), default: []].append(
                Reviewer.Sitting(
                    round: row("id"), name: row("name"), callTitle: row("title"), dueAt: row("due_at"),
                    isOpen: row("is_open"), isChair: row("is_chair"), answer: row("answer"), most: row("most"),
                    assigned: row("assigned"), submitted: row("submitted")))
        }
    }

    private func comingAbsences(of people: [Person.ID]) async throws -> [Person.ID: [Absence]] {
        try await rows(
            """
            -- absences of reviewers
            SELECT x.person_id, x.id, x.first_day, x.last_day
            FROM reviewer_absences AS x
            WHERE x.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND x.person_id = ANY (\(people))
              AND x.last_day >= (now() AT TIME ZONE \(TimeZoneName.hongKong))::date
            ORDER BY x.person_id, x.first_day, x.id
            """
        ).reduce(into: [:]) { absences, row in
            try absences[row("person_id"), default: []].append(
                Absence(id: row("id"), firstDay: row("first_day"), lastDay: row("last_day")))
        }
    }
}
