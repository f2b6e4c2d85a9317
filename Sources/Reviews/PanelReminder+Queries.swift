internal import Accounts
internal import Foundation
internal import Postgres
internal import Vocabulary

extension Statements {
    /// Whom to write to, and why: of several occasions that have passed, the latest; each once. Only for the service.
    ///
    /// Reviews that are more than a week late are a manager's to reassign, and no letter's.
    func remindersDue() async throws -> [PanelReminder] {
        try await rows(
            """
            -- remindersDue
            SELECT r.id AS round_id, p.person_id, o.occasion, w.pending, r.due_at
            FROM review_rounds AS r
            JOIN panel_members AS p ON p.tenant_id = r.tenant_id AND p.round_id = r.id
            JOIN people AS who ON who.id = p.person_id AND who.disabled_at IS NULL
            CROSS JOIN LATERAL (
                SELECT count(*) AS pending, max(s.assigned_at) AS assigned_at
                FROM review_assignments AS s
                LEFT JOIN reviews AS w ON w.tenant_id = s.tenant_id AND w.assignment_id = s.id
                WHERE s.tenant_id = p.tenant_id AND s.round_id = p.round_id AND s.person_id = p.person_id
                  AND s.state = 'assigned' AND w.submitted_at IS NULL) AS w
            CROSS JOIN LATERAL (
                SELECT max(m.at) AS at FROM round_due_moves AS m
                WHERE m.tenant_id = r.tenant_id AND m.round_id = r.id) AS moved
            CROSS JOIN LATERAL (
                SELECT t.occasion FROM (VALUES
                    ('invited_3_days_ago', p.invited_at + interval '3 days', p.invited_at, p.accepted_at IS NULL),
                    ('invited_5_days_ago', p.invited_at + interval '5 days', p.invited_at, p.accepted_at IS NULL),
                    ('due_in_7_days', r.due_at - interval '7 days', greatest(w.assigned_at, moved.at), w.pending > 0),
                    ('due_in_3_days', r.due_at - interval '3 days', greatest(w.assigned_at, moved.at), w.pending > 0),
                    ('due', r.due_at, greatest(w.assigned_at, moved.at), w.pending > 0),
                    ('due_3_days_ago', r.due_at + interval '3 days', greatest(w.assigned_at, moved.at), w.pending > 0)
                ) AS t (occasion, at, since, holds)
                -- Who was given something after the day, or told of another one, is not reminded of it the same hour.
                WHERE t.holds AND t.at > t.since AND t.at <= now() AND t.at > now() - interval '7 days'
                ORDER BY t.at DESC LIMIT 1) AS o
            WHERE r.tenant_id = acting_tenant() AND acts_as('system')
              -- Also before the round opens: a panel is asked while it is drafted, and reviews are owed only once it is open.
              AND r.closed_at IS NULL AND p.declined_at IS NULL
              AND EXISTS (SELECT FROM memberships AS m
                          WHERE m.tenant_id = p.tenant_id AND m.person_id = p.person_id AND m.role = 'reviewer'
                            AND m.ended_at IS NULL)
              AND NOT EXISTS (SELECT FROM review_reminders AS n
                              WHERE n.tenant_id = p.tenant_id AND n.round_id = p.round_id
                                AND n.person_id = p.person_id AND n.occasion = o.occasion
                                AND (n.due_at = r.due_at OR o.occasion LIKE 'invited%'))
            ORDER BY r.id, p.person_id
            """
        ).map {
            try PanelReminder(
                round: $0("round_id"), person: $0("person_id"), occasion: $0("occasion"), pending: $0("pending"),
                due: $0("due_at"))
        }
    }

    /// Who has left a review untouched that is due later, with all that they owe in the round; each once for the day on which it
    /// is due, and nobody who was written to about the round in the last three days or is away today. Only for the service.
    func untouchedReviews() async throws -> [PanelReminder] {
        try await rows(
            """
            -- untouchedReviews
            SELECT r.id AS round_id, s.person_id, count(*) AS pending, r.due_at
            FROM review_rounds AS r
            JOIN review_assignments AS s ON s.tenant_id = r.tenant_id AND s.round_id = r.id AND s.state = 'assigned'
            JOIN people AS who ON who.id = s.person_id AND who.disabled_at IS NULL
            LEFT JOIN reviews AS w ON w.tenant_id = s.tenant_id AND w.assignment_id = s.id
            WHERE r.tenant_id = acting_tenant() AND acts_as('system')
              AND r.opened_at IS NOT NULL AND r.closed_at IS NULL AND r.due_at > now() + interval '3 days'
              AND w.submitted_at IS NULL
              AND EXISTS (SELECT FROM memberships AS m
                          WHERE m.tenant_id = s.tenant_id AND m.person_id = s.person_id AND m.role = 'reviewer'
                            AND m.ended_at IS NULL)
              AND NOT EXISTS (SELECT FROM review_reminders AS n
                              WHERE n.tenant_id = s.tenant_id AND n.round_id = s.round_id AND n.person_id = s.person_id
                                AND (n.occasion = 'untouched' AND n.due_at = r.due_at
                                     OR n.reminded_at > now() - interval '3 days'))
              AND NOT EXISTS (SELECT FROM round_due_moves AS d
                              WHERE d.tenant_id = r.tenant_id AND d.round_id = r.id AND d.at > now() - interval '3 days')
              AND NOT EXISTS (SELECT FROM reviewer_absences AS x
                              WHERE x.tenant_id = s.tenant_id AND x.person_id = s.person_id
                                AND (now() AT TIME ZONE r.time_zone)::date BETWEEN x.first_day AND x.last_day)
            GROUP BY r.id, s.person_id, r.due_at
            HAVING bool_or(coalesce(greatest(w.saved_at, w.reopened_at), s.assigned_at) <= \(fragment: .staleSince))
            ORDER BY r.id, s.person_id
            """
        ).map {
            try PanelReminder(
                round: $0("round_id"), person: $0("person_id"), occasion: .untouched, pending: $0("pending"),
                due: $0("due_at"))
        }
    }

    /// What was taken from reviewers in the last week without their doing and without their knowing, by person and round.
    /// Only for the service.
    func assignmentsTaken() async throws -> [TakenAssignments] {
        try await rows(
            """
            -- assignmentsTaken
            SELECT s.round_id, s.person_id, array_agg(s.id ORDER BY f.code, s.id) AS assignments,
                   array_agg(f.code ORDER BY f.code, s.id) AS codes
            FROM review_assignments AS s
            JOIN review_files AS f ON f.tenant_id = s.tenant_id AND f.round_id = s.round_id
                AND f.application_id = s.application_id
            JOIN people AS who ON who.id = s.person_id AND who.disabled_at IS NULL
            WHERE s.tenant_id = acting_tenant() AND acts_as('system')
              AND s.state IN ('withdrawn', 'conflicted') AND s.ended_at > now() - interval '7 days'
              AND NOT EXISTS (SELECT FROM ended_assignments_told AS n
                              WHERE n.tenant_id = s.tenant_id AND n.assignment_id = s.id)
              -- Who said so themselves knows.
              AND NOT EXISTS (SELECT FROM conflict_declarations AS d
                              WHERE d.tenant_id = s.tenant_id AND d.person_id = s.person_id
                                AND d.application_id = s.application_id AND d.declared_by = s.person_id)
              AND EXISTS (SELECT FROM memberships AS m
                          WHERE m.tenant_id = s.tenant_id AND m.person_id = s.person_id AND m.ended_at IS NULL)
            GROUP BY s.round_id, s.person_id
            ORDER BY s.round_id, s.person_id
            """
        ).map {
            try TakenAssignments(
                round: $0("round_id"), person: $0("person_id"), assignments: $0("assignments"), codes: $0("codes"))
        }
    }

    /// Seats that whoever judged gave up or lost to a conflict in the last week and that nobody has taken since, by round and
    /// manager: those who opened the round or gave the seat away, and do not know by their own doing; where none of them is a
    /// manager any more who may know, all the others. Nobody is told of a startup of their own. Only for the service.
    func seatsEmptied() async throws -> [TakenAssignments] {
        try await rows(
            """
            -- seatsEmptied
            SELECT s.round_id, m.person_id, array_agg(s.id ORDER BY f.code, s.id) AS assignments,
                   array_agg(f.code ORDER BY f.code, s.id) AS codes
            FROM review_assignments AS s
            JOIN review_rounds AS r ON r.tenant_id = s.tenant_id AND r.id = s.round_id AND r.closed_at IS NULL
            JOIN review_files AS f ON f.tenant_id = s.tenant_id AND f.round_id = s.round_id
                AND f.application_id = s.application_id
            JOIN applications AS a
                ON a.tenant_id = s.tenant_id AND a.id = s.application_id AND a.withdrawn_at IS NULL
            CROSS JOIN LATERAL (
                SELECT k.person_id
                FROM (SELECT DISTINCT k.person_id, x.gave, bool_or(x.gave) OVER () AS has_giver
                      FROM memberships AS k
                      JOIN people AS who ON who.id = k.person_id AND who.disabled_at IS NULL
                      CROSS JOIN LATERAL (
                          SELECT coalesce(k.person_id IN (r.opened_by, s.assigned_by), false) AS gave) AS x
                      WHERE k.tenant_id = s.tenant_id AND k.role = 'manager' AND k.ended_at IS NULL
                        AND s.application_id <> ALL (applications_too_near('manager', k.person_id))) AS k
                WHERE k.gave OR NOT k.has_giver) AS m
            WHERE s.tenant_id = acting_tenant() AND acts_as('system')
              AND s.state IN ('abstained', 'conflicted') AND s.ended_at > now() - interval '7 days'
              AND NOT EXISTS (SELECT FROM emptied_seats_told AS n
                              WHERE n.tenant_id = s.tenant_id AND n.assignment_id = s.id)
              AND (SELECT count(*) FROM review_assignments AS o
                   WHERE o.tenant_id = s.tenant_id AND o.round_id = s.round_id AND o.application_id = s.application_id
                     AND o.state = 'assigned') < r.reviews_wanted
              AND NOT EXISTS (SELECT FROM conflict_declarations AS d
                              WHERE d.tenant_id = s.tenant_id AND d.person_id = s.person_id
                                AND d.startup_id = a.startup_id AND d.declared_by = m.person_id)
            GROUP BY s.round_id, m.person_id
            ORDER BY s.round_id, m.person_id
            """
        ).map {
            try TakenAssignments(
                round: $0("round_id"), person: $0("person_id"), assignments: $0("assignments"), codes: $0("codes"))
        }
    }
}

extension Transaction {
    /// Notes a reminder; says whether nobody did before.
    func note(_ reminder: PanelReminder) async throws -> Bool {
        try await execute(
            """
            -- remindPanels
            INSERT INTO review_reminders (tenant_id, round_id, person_id, occasion, due_at)
            VALUES (acting_tenant(), \(reminder.round), \(reminder.person), \(reminder.occasion), \(reminder.due))
            ON CONFLICT DO NOTHING
            """) == 1
    }

    func noteTold(_ assignments: [ReviewAssignment.ID]) async throws {
        try await execute(
            """
            -- remindPanels: what was taken
            INSERT INTO ended_assignments_told (tenant_id, assignment_id)
            SELECT acting_tenant(), told.id FROM unnest(\(assignments)) AS told (id)
            ON CONFLICT DO NOTHING
            """)
    }

    func noteEmptied(_ assignments: [ReviewAssignment.ID]) async throws {
        try await execute(
            """
            -- remindPanels: what was emptied
            INSERT INTO emptied_seats_told (tenant_id, assignment_id)
            SELECT DISTINCT acting_tenant(), told.id FROM unnest(\(assignments)) AS told (id)
            ON CONFLICT DO NOTHING
            """)
    }
}

extension PanelReminder.Occasion: PostgresCodable {}
