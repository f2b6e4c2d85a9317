internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Jobs
package import Postgres
internal import Vocabulary

extension Statements {
    /// A run and how far it is; nil when it does not exist or the principal may not know of it. For managers.
    package func assignmentRun(_ id: AssignmentRun.ID) async throws -> AssignmentRun? {
        try await first(
            """
            -- assignmentRun
            \(fragment: .assignmentRuns)
            WHERE u.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND u.id = \(id)
            """
        ).map(AssignmentRun.init)
    }

    /// The runs of a round, the latest first.
    package func assignmentRuns(of round: ReviewRound.ID, limit: Int) async throws -> [AssignmentRun] {
        try await rows(
            """
            -- assignmentRuns
            \(fragment: .assignmentRuns)
            WHERE u.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND u.round_id = \(round)
            ORDER BY u.requested_at DESC, u.id DESC
            LIMIT \(limit)
            """
        ).map(AssignmentRun.init)
    }

    /// Whether the seats that stand are others than those a plan was worked out for, so that it would undo what it does not
    /// know of: pairs came or went, or one that it leaves out was begun. A plan that replaces what is overdue is overtaken, too,
    /// once one of those is submitted or all are due later. Nil where there is no plan to take, or where one of
    /// the seats is not the principal's to know of. For managers.
    package func isOvertaken(_ run: AssignmentRun.ID) async throws -> Bool? {
        let standing: Query = """
            SELECT s.application_id, s.person_id,
                   EXISTS (SELECT FROM reviews AS w
                           WHERE w.tenant_id = s.tenant_id AND w.assignment_id = s.id
                             AND (w.submitted_at IS NOT NULL OR NOT u.replaces_overdue)) AS is_begun
            FROM review_assignments AS s
            WHERE s.tenant_id = u.tenant_id AND s.round_id = u.round_id AND s.state = 'assigned'
            """
        return try await first(
            """
            -- isOvertaken
            SELECT u.standing IS DISTINCT FROM \(fragment: .fingerprint(ofSeats: standing))
                   OR u.replaces_overdue AND r.due_at > now() AS is_overtaken
            FROM assignment_runs AS u
            JOIN review_rounds AS r ON r.tenant_id = u.tenant_id AND r.id = u.round_id
            WHERE u.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND u.id = \(run)
              AND u.finished_at IS NOT NULL AND u.applied_at IS NULL
              AND r.call_id <> ALL (calls_too_near(acting_role(), acting_person()))
            """
        ).map { try $0("is_overtaken") }
    }

    /// The pairs of a plan in the order of the applications' codes, as they compare with what stands now.
    ///
    /// - Parameter onlyChanges: without the pairs that stand.
    package func plan(
        of run: AssignmentRun.ID, onlyChanges: Bool, after position: AssignmentPosition? = nil, limit: Int
    ) async throws -> [PlannedAssignment] {
        try await rows(
            """
            -- plan of a run
            SELECT f.code, i.names, p.person_id, who.name AS person_name, p.affinity, s.id IS NOT NULL AS stands
            FROM planned_assignments AS p
            JOIN assignment_runs AS u ON u.tenant_id = p.tenant_id AND u.id = p.run_id
            JOIN review_files AS f
                ON f.tenant_id = u.tenant_id AND f.round_id = u.round_id AND f.application_id = p.application_id
            JOIN applications AS a ON a.tenant_id = f.tenant_id AND a.id = f.application_id
            JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
            JOIN people AS who ON who.id = p.person_id
            LEFT JOIN review_assignments AS s
                ON s.tenant_id = u.tenant_id AND s.round_id = u.round_id AND s.application_id = p.application_id
                AND s.person_id = p.person_id AND s.state = 'assigned'
            WHERE p.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND p.run_id = \(run)
              AND \(fragment: .isNotTooNear("p.application_id"))
              AND (NOT \(onlyChanges) OR s.id IS NULL)
              \(given: position, { "AND (f.code, p.person_id) > (\($0.code), \($0.id))" })
            ORDER BY f.code, p.person_id
            LIMIT \(limit)
            """
        ).map { row in
            try PlannedAssignment(
                code: row("code"), startupName: row("names"), person: row("person_id"),
                personName: row("person_name"), affinity: row("affinity"), stands: row("stands"))
        }
    }
}

extension Query {
    /// What tells the seats of a run `u` from others: who judges what, and what of it was begun though the plan leaves it out.
    fileprivate static func fingerprint(ofSeats seats: Query) -> Query {
        """
        (SELECT sha256(convert_to(coalesce(string_agg(
             concat_ws(' ', seat.application_id, seat.person_id, CASE WHEN seat.is_begun AND NOT EXISTS (
                 SELECT FROM planned_assignments AS p
                 WHERE p.tenant_id = u.tenant_id AND p.run_id = u.id AND p.application_id = seat.application_id
                   AND p.person_id = seat.person_id) THEN 'begun' END), ','
             ORDER BY seat.application_id, seat.person_id), ''), 'UTF8'))
         FROM (\(fragment: seats)) AS seat)
        """
    }

    fileprivate static var assignmentRuns: Query {
        """
        SELECT u.id, u.round_id, u.job_id, u.requested_at, u.finished_at, u.report, u.applied_at,
               u.replaces_overdue, u.partner_seats,
               j.state AS job_state, j.done AS job_done, j.total AS job_total,
               CASE WHEN (SELECT applications_too_near(acting_role(), acting_person()))::uuid[] <> '{}'
                    THEN ARRAY(SELECT f.code FROM review_files AS f
                               WHERE f.tenant_id = u.tenant_id AND f.round_id = u.round_id
                                 AND \(fragment: .isNotTooNear("f.application_id"))) END AS readable_codes
        FROM assignment_runs AS u
        LEFT JOIN (\(fragment: .jobStates)) AS j ON j.id = u.job_id
        """
    }
}

extension AssignmentRun {
    fileprivate init(_ row: Row) throws {
        let finishedAt: Date? = try row("finished_at")
        let progress = try WorkProgress(done: row("job_done"), total: row("job_total"))
        let report: Report? = try (row("report") as JSONB<Report>?)?.value
        let readable: [String]? = try row("readable_codes")
        try self.init(
            id: row("id"), round: row("round_id"), job: row("job_id"),
            state: WorkState(of: try row("job_state"), hasResult: finishedAt != nil),
            progress: finishedAt == nil ? progress : nil, requestedAt: row("requested_at"), finishedAt: finishedAt,
            report: readable.map { codes in report?.naming(only: Set(codes)) } ?? report, appliedAt: row("applied_at"),
            replacesOverdue: row("replaces_overdue"), keepsPartnerSeats: row("partner_seats"))
    }
}

extension Transaction {
    func insert(
        _ run: AssignmentRun.ID, of round: ReviewRound.ID, replacingOverdue: Bool, keepingPartnerSeats: Bool,
        job: UUID, in tenant: Tenant.ID,
        by person: Person.ID?
    ) async throws {
        try await execute(
            """
            -- requestAssignmentRun
            INSERT INTO assignment_runs (
                tenant_id, id, round_id, replaces_overdue, partner_seats, job_id, requested_by)
            VALUES (\(tenant), \(run), \(round), \(replacingOverdue), \(keepingPartnerSeats), \(job), \(person))
            """)
    }

    /// Keeps what a run found, unless another attempt has done so.
    func keep(_ found: AssignmentFinding, of run: AssignmentRun.ID) async throws {
        let waiting = try await first(
            """
            -- finishAssignmentRun: lock
            SELECT id FROM assignment_runs WHERE tenant_id = acting_tenant() AND id = \(run) AND finished_at IS NULL
            FOR UPDATE
            """)
        guard waiting != nil else { return }
        try await execute(
            """
            -- finishAssignmentRun: pairs
            INSERT INTO planned_assignments (tenant_id, run_id, application_id, person_id, affinity)
            SELECT acting_tenant(), \(run), p.application, p.person, p.affinity
            FROM unnest(\(found.pairs.map(\.application)), \(found.pairs.map(\.person)), \(found.pairs.map(\.affinity)))
                AS p (application, person, affinity)
            """)
        let stood: Query = """
            SELECT f.application_id, f.person_id, f.is_begun
            FROM unnest(\(found.stood.map(\.application)), \(found.stood.map(\.person)),
                        \(found.stood.map(\.isBegun))) AS f (application_id, person_id, is_begun)
            """
        try await execute(
            """
            -- finishAssignmentRun
            UPDATE assignment_runs AS u
            SET finished_at = now(), report = \(JSONB(found.report)),
                standing = \(fragment: .fingerprint(ofSeats: stood))
            WHERE u.tenant_id = acting_tenant() AND u.id = \(run)
            """)
    }

    /// Takes back what stands, was not begun and is not in the plan, or is overdue where the plan replaces that, then assigns what is in the plan and does not stand.
    func apply(_ run: AssignmentRun.ID, of round: ReviewRound.ID, by person: Person.ID) async throws {
        try await execute(
            """
            -- applyPlan: what is taken back
            UPDATE review_assignments AS s
            SET state = 'withdrawn', ended_at = now(),
                ended_reason = CASE WHEN u.replaces_overdue THEN 'Overdue; given to somebody else.' ELSE 'Planned anew.' END
            FROM assignment_runs AS u
            WHERE s.tenant_id = acting_tenant() AND s.round_id = \(round) AND s.state = 'assigned'
              -- Nothing that somebody assigns at this very moment.
              AND u.tenant_id = s.tenant_id AND u.id = \(run) AND s.assigned_at <= u.finished_at
              AND NOT EXISTS (SELECT FROM planned_assignments AS p
                              WHERE p.tenant_id = s.tenant_id AND p.run_id = \(run)
                                AND p.application_id = s.application_id AND p.person_id = s.person_id)
              AND NOT EXISTS (SELECT FROM reviews AS w
                              WHERE w.tenant_id = s.tenant_id AND w.assignment_id = s.id
                                AND (w.submitted_at IS NOT NULL OR NOT u.replaces_overdue))
            """)
        try await execute(
            """
            -- applyPlan: what is assigned
            INSERT INTO review_assignments (tenant_id, id, round_id, application_id, person_id, assigned_by)
            SELECT p.tenant_id, gen_random_uuid(), \(round), p.application_id, p.person_id, \(person)
            FROM planned_assignments AS p
            JOIN applications AS a ON a.tenant_id = p.tenant_id AND a.id = p.application_id AND a.withdrawn_at IS NULL
            WHERE p.tenant_id = acting_tenant() AND p.run_id = \(run)
              AND NOT EXISTS (SELECT FROM review_assignments AS s
                              WHERE s.tenant_id = p.tenant_id AND s.round_id = \(round)
                                AND s.application_id = p.application_id AND s.person_id = p.person_id
                                AND s.state = 'assigned')
            -- Each reviewer is locked, in the order that all who assign keep to.
            ORDER BY p.person_id, p.application_id
            """)
        try await execute(
            """
            -- applyPlan
            UPDATE assignment_runs SET applied_at = now(), applied_by = \(person)
            WHERE tenant_id = acting_tenant() AND id = \(run)
            """)
    }
}

/// An application of a round, as planning needs it.
struct Judged: Sendable {
    let application: Application.ID
    let code: String
    let language: Language
    let focusAreas: [FocusArea.ID: Double]
}

/// A pair that stands or stood.
struct FormerPair: Sendable {
    let application: Application.ID
    let person: Person.ID
    let state: ReviewAssignment.State
    let isBegun: Bool
}

extension Statements {
    /// What is to be judged in a round, in the order of the ids.
    func judged(in round: ReviewRound.ID) async throws -> [Judged] {
        try await rows(
            """
            -- judged in a round
            SELECT f.application_id, f.code, f.language, s.focus_areas, s.focus_weights
            FROM review_files AS f
            JOIN applications AS a ON a.tenant_id = f.tenant_id AND a.id = f.application_id
            JOIN startups AS s ON s.tenant_id = a.tenant_id AND s.id = a.startup_id
            WHERE f.tenant_id = acting_tenant() AND f.round_id = \(round) AND a.withdrawn_at IS NULL
            ORDER BY f.application_id
            """
        ).map { row in
            let areas = zip(try row("focus_areas") as [FocusArea.ID], try row("focus_weights") as [Int16])
            return try Judged(
                application: row("application_id"), code: row("code"), language: row("language"),
                focusAreas: Dictionary(areas.map { ($0, Double($1) / 100) }, uniquingKeysWith: { first, _ in first }))
        }
    }

    /// Every pair of a round so far, also those that ended.
    ///
    /// - Parameter replacing: whether nothing counts as begun but what is submitted: the rest is overdue and may go to others.
    func formerPairs(in round: ReviewRound.ID, replacingOverdue replacing: Bool) async throws -> [FormerPair] {
        try await rows(
            """
            -- formerPairs
            SELECT s.application_id, s.person_id, s.state,
                   EXISTS (SELECT FROM reviews AS w
                           WHERE w.tenant_id = s.tenant_id AND w.assignment_id = s.id
                             AND (w.submitted_at IS NOT NULL OR NOT \(replacing))) AS is_begun
            FROM review_assignments AS s
            WHERE s.tenant_id = acting_tenant() AND s.round_id = \(round)
            ORDER BY s.application_id, s.person_id, s.id
            """
        ).map { row in
            try FormerPair(
                application: row("application_id"), person: row("person_id"), state: row("state"),
                isBegun: row("is_begun"))
        }
    }
}
