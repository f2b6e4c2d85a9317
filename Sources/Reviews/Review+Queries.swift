package import Accounts
package import Applications
package import Foundation
package import Postgres
internal import Programs
package import Vocabulary

/// An assignment as the reviewer's queue and the manager's table show it.
package struct AssignmentSummary: Sendable, Identifiable {
    /// The assignment itself.
    package let assignment: ReviewAssignment
    /// What the application is called in the round.
    package let code: String
    /// Who applies: always for a manager, and for a reviewer where the round names startups.
    package let startupName: LocalizedName?
    /// The language most of the application is written in.
    package let language: Language
    /// The reviewer's name; nil for a reviewer, who needs not be told their own.
    package let personName: String?
    /// How many criteria have a score; nil where somebody else's review is still hidden.
    package let scored: Int
    /// When the review was submitted.
    package let submittedAt: Date?
    /// What is late about the review, while it is to be written.
    package let clocks: [ReviewClock]

    /// The assignment's id.
    package var id: ReviewAssignment.ID { assignment.id }
}

/// Where a list of assignments goes on.
package struct AssignmentPosition: Codable, Sendable {
    /// The code of the last application of the page before.
    package let code: String
    /// The assignment.
    package let id: ReviewAssignment.ID
}

extension AssignmentSummary {
    /// The position after this assignment.
    package var position: AssignmentPosition { AssignmentPosition(code: code, id: id) }
}

extension Statements {
    /// An assignment; nil when it does not exist or the principal may not know of it.
    package func assignment(_ id: ReviewAssignment.ID) async throws -> ReviewAssignment? {
        try await first(
            """
            -- assignment
            SELECT s.id, s.round_id, s.application_id, s.person_id, s.state, s.assigned_at, s.ended_at, s.ended_reason
            FROM review_assignments AS s
            WHERE s.tenant_id = acting_tenant() AND \(fragment: .reachOfAssignments) AND s.id = \(id)
            """
        ).map(ReviewAssignment.init)
    }

    /// Assignments in the order of the applications' codes. A reviewer's are their own that stand.
    ///
    /// - Parameters:
    ///   - round: only those of this round; nil for all.
    ///   - application: only those of this application; nil for all.
    ///   - person: only those of this reviewer; nil for all.
    ///   - state: only those that stand there; nil for all.
    ///   - clocks: only those whose clock stands at these, or, where false, does not.
    ///   - position: after which to go on.
    ///   - limit: how many at the most.
    package func assignments(
        in round: ReviewRound.ID? = nil, of application: Application.ID? = nil, by person: Person.ID? = nil,
        standing state: ReviewAssignment.State? = nil, clocks: [ReviewClock: Bool] = [:],
        after position: AssignmentPosition? = nil, limit: Int
    ) async throws -> [AssignmentSummary] {
        var conditions: [Query] = ["s.tenant_id = acting_tenant()", .reachOfAssignments]
        if let round { conditions.append("s.round_id = \(round)") }
        if let application { conditions.append("s.application_id = \(application)") }
        if let person { conditions.append("s.person_id = \(person)") }
        if let state { conditions.append("s.state = \(state)") }
        for (clock, stands) in clocks.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            conditions.append(
                stands ? .stands(at: clock) : "NOT \(fragment: .stands(at: clock))")
        }
        if let position { conditions.append("(f.code, s.id) > (\(position.code), \(position.id))") }
        return try await rows(
            """
            -- assignments
            \(fragment: .assignments(where: conditions, limit: limit))
            """
        ).map(AssignmentSummary.init)
    }

    /// What taking a plan would take back as things stand, in the order of the applications' codes: what was not begun and is
    /// not in it, or is overdue where the plan replaces that. For managers.
    ///
    /// - Parameters:
    ///   - run: the run of the plan; none of one that has been taken.
    ///   - position: after which to go on.
    ///   - limit: how many at the most.
    package func takenBack(
        by run: AssignmentRun.ID, after position: AssignmentPosition? = nil, limit: Int
    ) async throws -> [AssignmentSummary] {
        var conditions: [Query] = [
            "s.tenant_id = acting_tenant()", .reachOfAssignments, "acts_as('manager', 'system')",
            "s.state = 'assigned'",
            """
            s.round_id = (SELECT u.round_id FROM assignment_runs AS u
                          WHERE u.tenant_id = acting_tenant() AND u.id = \(run) AND u.finished_at IS NOT NULL
                            AND u.applied_at IS NULL)
            """,
            """
            NOT EXISTS (SELECT FROM planned_assignments AS p
                        WHERE p.tenant_id = s.tenant_id AND p.run_id = \(run) AND p.application_id = s.application_id
                          AND p.person_id = s.person_id)
            """,
            """
            NOT EXISTS (SELECT FROM reviews AS w
                        WHERE w.tenant_id = s.tenant_id AND w.assignment_id = s.id
                          AND (w.submitted_at IS NOT NULL OR NOT (
                              SELECT u.replaces_overdue FROM assignment_runs AS u
                              WHERE u.tenant_id = acting_tenant() AND u.id = \(run))))
            """,
        ]
        if let position { conditions.append("(f.code, s.id) > (\(position.code), \(position.id))") }
        return try await rows(
            """
            -- takenBack
            \(fragment: .assignments(where: conditions, limit: limit))
            """
        ).map(AssignmentSummary.init)
    }

    /// What is the acting reviewer's to judge, all of it, in the order of the applications' codes.
    ///
    /// - Parameter round: only in this round; nil for all.
    func ownAssignments(in round: ReviewRound.ID? = nil) async throws -> [AssignmentSummary] {
        var conditions: [Query] = [
            "s.tenant_id = acting_tenant()", "acts_as('reviewer')", "s.person_id = acting_person()",
            "s.state = 'assigned'", .isNotTooNear("s.application_id"),
        ]
        if let round { conditions.append("s.round_id = \(round)") }
        return try await rows(
            """
            -- ownAssignments
            \(fragment: .assignments(where: conditions, limit: 5000))
            """
        ).map(AssignmentSummary.init)
    }

    /// An assignment with what lists say of it.
    package func assignmentSummary(_ id: ReviewAssignment.ID) async throws -> AssignmentSummary? {
        try await first(
            """
            -- assignmentSummary
            \(fragment: .assignments(
                where: ["s.tenant_id = acting_tenant()", .reachOfAssignments, "s.id = \(id)"], limit: 1))
            """
        ).map(AssignmentSummary.init)
    }

    /// The application of an assignment as its round reads it; nil where the principal may not judge it.
    package func file(of application: Application.ID, in round: ReviewRound.ID) async throws -> ReviewFile? {
        try await first(
            """
            -- review file
            SELECT f.application_id, f.code, f.startup_name, f.language, f.answers, f.entered_at, f.renewed_at
            FROM review_files AS f
            WHERE f.tenant_id = acting_tenant() AND f.round_id = \(round) AND f.application_id = \(application)
              AND (acts_as('manager', 'system') OR acts_as('reviewer') AND (
                  EXISTS (SELECT FROM review_assignments AS s
                          WHERE s.tenant_id = f.tenant_id AND s.round_id = f.round_id
                            AND s.application_id = f.application_id AND s.person_id = acting_person()
                            AND s.state = 'assigned')
                  OR EXISTS (SELECT FROM panel_members AS p
                             WHERE p.tenant_id = f.tenant_id AND p.round_id = f.round_id
                               AND p.person_id = acting_person() AND p.is_chair AND p.accepted_at IS NOT NULL)
                     AND NOT EXISTS (SELECT FROM kept_from_the_chair() AS k
                                     WHERE k.round_id = f.round_id AND k.application_id = f.application_id)))
              AND \(fragment: .isNotTooNear("f.application_id"))
            """
        ).map { row in
            try ReviewFile(
                application: row("application_id"), code: row("code"), startupName: row("startup_name"),
                language: row("language"), answers: (row("answers") as JSONB<[ReviewFile.Answer]>).value,
                enteredAt: row("entered_at"), renewedAt: row("renewed_at"))
        }
    }

    /// The applications of a round that were not withdrawn, by their codes, with the startups' names; for managers.
    package func applications(
        in round: ReviewRound.ID
    ) async throws -> [(application: Application.ID, code: String, startupName: LocalizedName)] {
        try await rows(
            """
            -- applications in a round
            SELECT f.application_id, f.code, i.names
            FROM review_files AS f
            JOIN applications AS a ON a.tenant_id = f.tenant_id AND a.id = f.application_id
            JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
            WHERE f.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND f.round_id = \(round)
              AND a.withdrawn_at IS NULL AND \(fragment: .isNotTooNear("f.application_id"))
            ORDER BY f.code
            """
        ).map { try (application: $0("application_id"), code: $0("code"), startupName: $0("names")) }
    }

    /// Which rounds have one of these applications among theirs. For managers.
    package func rounds(withAnyOf applications: [Application.ID]) async throws -> Set<ReviewRound.ID> {
        Set(
            try await rows(
                """
                -- rounds with any of some applications
                SELECT DISTINCT f.round_id FROM review_files AS f
                WHERE f.tenant_id = acting_tenant() AND acts_as('manager', 'system')
                  AND f.application_id = ANY (\(applications)) AND \(fragment: .isNotTooNear("f.application_id"))
                """
            ).map { try $0("round_id") })
    }

    /// The review of an assignment; nil when nothing has been written, or the principal may not read it.
    package func review(of assignment: ReviewAssignment.ID) async throws -> Review? {
        try await first(
            """
            -- review
            \(fragment: .reviews)
            WHERE w.tenant_id = acting_tenant() AND \(fragment: .reachOfReviews) AND w.assignment_id = \(assignment)
            """
        ).map(Review.init)
    }

    /// The acting reviewer's own reviews in a round, begun or submitted, by assignment.
    package func ownReviews(in round: ReviewRound.ID) async throws -> [ReviewAssignment.ID: Review] {
        try await rows(
            """
            -- own reviews in a round
            \(fragment: .reviews)
            WHERE w.tenant_id = acting_tenant() AND \(fragment: .reachOfReviews) AND w.person_id = acting_person()
              AND w.round_id = \(round)
            """
        ).reduce(into: [:]) { reviews, row in
            let review = try Review(row)
            reviews[review.assignment] = review
        }
    }

    /// The submitted reviews of an application in a round that the principal may read, with who wrote them, for managers in the
    /// order of their submission. A reviewer reads those of others once their own is submitted, and never who wrote them, which
    /// the order in which they came would tell as well; so does the chair, who reads those of what is not theirs to judge as
    /// well. Reviews of assignments that ended do not count.
    package func reviews(
        of application: Application.ID, in round: ReviewRound.ID
    ) async throws -> [(review: Review, person: Person.ID, name: String?)] {
        try await rows(
            """
            -- reviews of an application
            \(fragment: .reviews)
            WHERE w.tenant_id = acting_tenant() AND \(fragment: .reachOfReviews)
              AND w.round_id = \(round) AND w.application_id = \(application) AND w.submitted_at IS NOT NULL
              AND (acts_as('reviewer') OR EXISTS (
                  SELECT FROM review_assignments AS s
                  WHERE s.tenant_id = w.tenant_id AND s.id = w.assignment_id AND s.state = 'assigned'))
            ORDER BY CASE WHEN NOT acts_as('reviewer') THEN w.submitted_at END, w.assignment_id
            """
        ).map { try (review: Review($0), person: $0("person_id"), name: $0("person_name")) }
    }

    /// The scores of all submitted reviews of a round, or of those of some applications, for its standings; for managers.
    /// Reviews of assignments that ended do not count.
    package func scores(
        in round: ReviewRound.ID, among some: [Application.ID]? = nil
    ) async throws -> [SubmittedScores] {
        try await rows(
            """
            -- scores of a round
            SELECT w.application_id, w.person_id, w.submitted_at, x.criteria, x.scores
            FROM reviews AS w
            -- The round is said of both, so that no other round's assignments are looked through.
            JOIN review_assignments AS s ON s.tenant_id = w.tenant_id AND s.round_id = w.round_id AND s.id = w.assignment_id
                AND s.state = 'assigned'
            CROSS JOIN LATERAL (
                SELECT coalesce(array_agg(x.criterion_id), '{}') AS criteria, coalesce(array_agg(x.score), '{}') AS scores
                FROM review_scores AS x
                WHERE x.tenant_id = w.tenant_id AND x.assignment_id = w.assignment_id) AS x
            WHERE w.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND w.round_id = \(round)
              AND w.submitted_at IS NOT NULL AND \(fragment: .isNotTooNear("w.application_id"))
              \(given: some, { "AND w.application_id = ANY (\($0))" })
            ORDER BY w.application_id, w.person_id
            """
        ).map { row in
            let (criteria, scores): ([ReviewRound.Criterion.ID], [Int]) = try (row("criteria"), row("scores"))
            return try SubmittedScores(
                application: row("application_id"), person: row("person_id"), submittedAt: row("submitted_at"),
                scores: Dictionary(zip(criteria, scores), uniquingKeysWith: { first, _ in first }))
        }
    }
}

/// What one reviewer made of one application, in figures.
package struct SubmittedScores: Sendable {
    /// What was judged.
    package let application: Application.ID
    /// Who judged.
    package let person: Person.ID
    /// When.
    package let submittedAt: Date
    /// The scores, by criterion.
    package let scores: [ReviewRound.Criterion.ID: Int]
}

extension Query {
    /// Which assignments `s` the seat reaches, the query's own answer to what row-level security says again.
    static var reachOfAssignments: Query {
        """
        (acts_as('manager', 'system')
         OR acts_as('reviewer') AND s.person_id = acting_person() AND s.state = 'assigned')
        AND \(fragment: .isNotTooNear("s.application_id"))
        """
    }

    /// Which reviews `w` the seat reaches: managers all that row-level security leaves them, reviewers their own and,
    /// once that is submitted, those that the round shares with them or with the chair.
    fileprivate static var reachOfReviews: Query {
        """
        (acts_as('manager', 'system') OR acts_as('reviewer') AND (
            w.person_id = acting_person()
            OR w.submitted_at IS NOT NULL AND may_read_review(acting_person(), w.assignment_id)))
        AND \(fragment: .isNotTooNear("w.application_id"))
        """
    }

    /// Whether an application is none that the acting person must not judge: with whose startup a reviewer has a conflict,
    /// or which is the manager's own.
    static func isNotTooNear(_ application: Query) -> Query {
        "\(fragment: application) <> ALL ((SELECT applications_too_near(acting_role(), acting_person()))::uuid[])"
    }

    /// The same of a startup.
    static func isNotTheirOwn(_ startup: Query) -> Query {
        "\(fragment: startup) <> ALL ((SELECT startups_too_near(acting_role(), acting_person()))::uuid[])"
    }

    /// Assignments `s` with their files `f`, in the order of the codes, and what lists say of them. A manager reads the
    /// startup's name from the directory, a reviewer what the file shows.
    fileprivate static func assignments(where conditions: [Query], limit: Int) -> Query {
        """
        -- Cut to the page first: what lists say of an assignment is asked of the page's rows alone.
        SELECT s.id, s.round_id, s.application_id, s.person_id, s.state, s.assigned_at, s.ended_at, s.ended_reason,
               s.code, s.language,
               CASE WHEN acts_as('manager', 'system') THEN i.names ELSE s.startup_name END AS startup_name,
               CASE WHEN acts_as('manager', 'system') THEN who.name END AS person_name, w.submitted_at,
               (SELECT count(*) FROM review_scores AS x
                WHERE x.tenant_id = s.tenant_id AND x.assignment_id = s.id) AS scored,
               array_remove(ARRAY[CASE WHEN \(fragment: .stands(at: .overdue)) THEN 'overdue' END,
                                  CASE WHEN \(fragment: .stands(at: .stale)) THEN 'stale' END], NULL) AS clocks
        FROM (
            SELECT s.*, f.code, f.language, f.startup_name
            FROM review_assignments AS s
            JOIN review_files AS f
                ON f.tenant_id = s.tenant_id AND f.round_id = s.round_id AND f.application_id = s.application_id
            WHERE \(fragment: conditions.joined(separator: " AND "))
            ORDER BY f.code, s.id
            LIMIT \(limit)) AS s
        LEFT JOIN applications AS a ON a.tenant_id = s.tenant_id AND a.id = s.application_id
        LEFT JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
        LEFT JOIN people AS who ON who.id = s.person_id
        LEFT JOIN reviews AS w ON w.tenant_id = s.tenant_id AND w.assignment_id = s.id
        ORDER BY s.code, s.id
        """
    }

    fileprivate static var reviews: Query {
        """
        SELECT w.assignment_id, w.person_id, CASE WHEN acts_as('manager', 'system') THEN who.name END AS person_name,
               w.comment, w.private_note, w.confidence, w.version, w.saved_at, w.submitted_at,
               (SELECT coalesce(jsonb_agg(jsonb_build_object(
                           'criterion', x.criterion_id, 'score', x.score, 'note', x.note)), '[]')
                FROM review_scores AS x
                WHERE x.tenant_id = w.tenant_id AND x.assignment_id = w.assignment_id) AS scores
        FROM reviews AS w
        LEFT JOIN people AS who ON who.id = w.person_id
        """
    }
}

private struct StoredScore: Codable {
    let criterion: ReviewRound.Criterion.ID
    let score: Int
    let note: LongText?
}

extension ReviewAssignment {
    fileprivate init(_ row: Row) throws {
        try self.init(
            id: row("id"), round: row("round_id"), application: row("application_id"), person: row("person_id"),
            state: row("state"), assignedAt: row("assigned_at"), endedAt: row("ended_at"),
            endedReason: row("ended_reason"))
    }
}

extension ReviewAssignment.State: PostgresCodable {}

extension AssignmentSummary {
    fileprivate init(_ row: Row) throws {
        try self.init(
            assignment: ReviewAssignment(row), code: row("code"), startupName: row("startup_name"),
            language: row("language"), personName: row("person_name"), scored: row("scored"),
            submittedAt: row("submitted_at"), clocks: (row("clocks") as [String]).compactMap(ReviewClock.init))
    }
}

extension Review {
    fileprivate init(_ row: Row) throws {
        let stored = (try row("scores") as JSONB<[StoredScore]>).value
        try self.init(
            assignment: row("assignment_id"),
            scores: Dictionary(stored.map { ($0.criterion, $0.score) }, uniquingKeysWith: { first, _ in first }),
            notes: stored.reduce(into: [:]) { $0[$1.criterion] = $1.note },
            comment: row("comment"), privateNote: row("private_note"), confidence: row("confidence"),
            version: row("version"), savedAt: row("saved_at"), submittedAt: row("submitted_at"))
    }
}

extension Transaction {
    func insert(
        _ id: ReviewAssignment.ID, of application: Application.ID, in round: ReviewRound.ID, to person: Person.ID,
        in tenant: Tenant.ID, by manager: Person.ID
    ) async throws {
        try await execute(
            """
            -- assignReviewer
            INSERT INTO review_assignments (tenant_id, id, round_id, application_id, person_id, assigned_by)
            VALUES (\(tenant), \(id), \(round), \(application), \(person), \(manager))
            """)
    }

    /// Ends an assignment that stands; says whether there was one.
    func end(
        _ id: ReviewAssignment.ID, as state: ReviewAssignment.State, because reason: ShortText?
    ) async throws -> Bool {
        try await execute(
            """
            -- endAssignment
            UPDATE review_assignments SET state = \(state), ended_at = now(), ended_reason = \(reason)
            WHERE tenant_id = acting_tenant() AND id = \(id) AND state = 'assigned'
            """) == 1
    }

    /// Stores a review as far as it has come and returns it with its new version. `submits` hands it in.
    func store(_ draft: ReviewDraft, of assignment: ReviewAssignment, submits: Bool) async throws {
        try await execute(
            """
            -- saveReview
            INSERT INTO reviews (
                tenant_id, assignment_id, round_id, application_id, person_id, comment, private_note, confidence)
            VALUES (acting_tenant(), \(assignment.id), \(assignment.round), \(assignment.application),
                    \(assignment.person), \(draft.comment), \(draft.privateNote), \(draft.confidence))
            ON CONFLICT (tenant_id, assignment_id) DO UPDATE
            SET comment = excluded.comment, private_note = excluded.private_note, confidence = excluded.confidence,
                version = reviews.version + 1, saved_at = now()
            """)
        let scored = draft.scores.sorted { $0.key < $1.key }
        try await execute(
            """
            -- saveReview: scores taken back
            DELETE FROM review_scores
            WHERE tenant_id = acting_tenant() AND assignment_id = \(assignment.id)
              AND criterion_id <> ALL (\(scored.map(\.key)))
            """)
        if !scored.isEmpty {
            try await execute(
                """
                -- saveReview: scores
                INSERT INTO review_scores (tenant_id, assignment_id, round_id, criterion_id, score, note)
                SELECT acting_tenant(), \(assignment.id), \(assignment.round), x.criterion, x.score, x.note
                FROM unnest(\(scored.map(\.key)), \(scored.map(\.value)), \(scored.map { draft.notes[$0.key] }))
                    AS x (criterion, score, note)
                ON CONFLICT (tenant_id, assignment_id, criterion_id) DO UPDATE
                SET score = excluded.score, note = excluded.note
                """)
        }
        guard submits else { return }
        try await execute(
            """
            -- submitReview
            UPDATE reviews SET submitted_at = now()
            WHERE tenant_id = acting_tenant() AND assignment_id = \(assignment.id)
            """)
    }

    /// Says whether there was a submitted review.
    func reopen(_ assignment: ReviewAssignment.ID) async throws -> Bool {
        try await execute(
            """
            -- reopenReview
            UPDATE reviews SET submitted_at = NULL, reopened_at = now(), version = version + 1
            WHERE tenant_id = acting_tenant() AND assignment_id = \(assignment) AND submitted_at IS NOT NULL
            """) == 1
    }
}
