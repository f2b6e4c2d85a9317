package import Applications
package import Postgres

extension Statements {
    /// What some applications wait for in the rounds that are open, of those that wait; for managers, who read of none that is
    /// too near. Tallies tell it, so that a list costs no look at its reviews.
    package func awaitedReviews(of applications: [Application.ID]) async throws -> [Application.ID: AwaitedReviews] {
        guard !applications.isEmpty else { return [:] }
        return try await rows(
            """
            -- awaitedReviews
            SELECT t.application_id, sum(t.assigned - t.submitted)::bigint AS outstanding,
                   sum(CASE WHEN r.due_at <= now() THEN t.assigned - t.submitted ELSE 0 END)::bigint AS overdue,
                   sum(greatest(0, r.reviews_wanted - t.assigned))::bigint AS unassigned
            FROM applications AS a
            JOIN review_rounds AS r
                ON r.tenant_id = a.tenant_id AND r.call_id = a.call_id AND r.opened_at IS NOT NULL AND r.closed_at IS NULL
            JOIN review_tallies AS t
                ON t.tenant_id = r.tenant_id AND t.round_id = r.id AND t.application_id = a.id
            WHERE a.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND a.id = ANY (\(applications))
              AND a.state IN ('in_review', 'shortlisted', 'interview') AND \(fragment: .isNotTooNear("t.application_id"))
            GROUP BY t.application_id
            HAVING sum(greatest(r.reviews_wanted, t.assigned) - t.submitted) > 0
            """
        ).reduce(into: [:]) { awaited, row in
            let application: Application.ID = try row("application_id")
            awaited[application] = try AwaitedReviews(
                outstanding: row("outstanding"), overdue: row("overdue"), unassigned: row("unassigned"))
        }
    }
}

extension Query {
    /// Whether the clock of an assignment `s` stands at that.
    static func stands(at clock: ReviewClock) -> Query {
        switch clock {
        case .overdue:
            """
            (s.state = 'assigned'
             AND EXISTS (SELECT FROM review_rounds AS due
                         WHERE due.tenant_id = s.tenant_id AND due.id = s.round_id AND due.closed_at IS NULL
                           AND due.due_at <= now())
             AND NOT EXISTS (SELECT FROM reviews AS done
                             WHERE done.tenant_id = s.tenant_id AND done.assignment_id = s.id
                               AND done.submitted_at IS NOT NULL))
            """
        case .stale:
            """
            (s.state = 'assigned'
             AND EXISTS (SELECT FROM review_rounds AS due
                         WHERE due.tenant_id = s.tenant_id AND due.id = s.round_id AND due.closed_at IS NULL)
             AND coalesce((SELECT CASE WHEN done.submitted_at IS NULL
                                       THEN greatest(done.saved_at, done.reopened_at) ELSE 'infinity' END
                           FROM reviews AS done
                           WHERE done.tenant_id = s.tenant_id AND done.assignment_id = s.id), s.assigned_at)
                 <= \(fragment: .staleSince))
            """
        }
    }

    /// What was not touched since then is stale.
    static var staleSince: Query { "now() - \(ReviewClock.staleDays) * interval '1 day'" }
}
