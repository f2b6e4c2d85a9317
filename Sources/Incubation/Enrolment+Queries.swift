package import Accounts
package import Applications
package import Foundation
internal import Institutions
package import Postgres
package import Programs
package import Vocabulary

/// An enrolment as lists show it: with names, and how far it has come.
package struct EnrolmentSummary: Sendable, Identifiable {
    /// The enrolment itself.
    package let enrolment: Enrolment
    /// Who is enrolled.
    package let startupName: LocalizedName
    /// With whom.
    package let cohortName: Name
    /// In which program.
    package let programName: LocalizedName
    /// Who advises the startup, where the reader may know the name.
    package let mentorName: String?
    /// How many milestones are earned.
    package let earned: Int
    /// How many milestones there are.
    package let milestones: Int
    /// How many wait to be judged.
    package let awaiting: Int
    /// How many are overdue.
    package let overdue: Int
    /// When the next milestone that is not earned falls due.
    package let nextDueOn: CalendarDate?
    /// When it was enrolled.
    package let createdAt: Date
    /// Today, where the tenant is.
    package let today: CalendarDate

    /// The enrolment's id.
    package var id: Enrolment.ID { enrolment.id }
}

/// Where a list of enrolments, the newest first, goes on.
package struct EnrolmentPosition: Codable, Sendable {
    /// When the last one of the page before was enrolled.
    package let createdAt: Date
    /// Which one it was.
    package let id: Enrolment.ID
}

extension Statements {
    /// An enrolment; nil when it does not exist or the principal may not know of it.
    package func enrolment(_ id: Enrolment.ID) async throws -> EnrolmentSummary? {
        try await first(
            """
            -- enrolment
            \(fragment: selectEnrolments())
            WHERE e.tenant_id = acting_tenant() AND \(fragment: .reachOfEnrolments) AND e.id = \(id)
            """
        ).map(EnrolmentSummary.init)
    }

    /// Enrolments, the newest first. Founders see their startup's, mentors those of their mentees.
    ///
    /// - Parameters:
    ///   - cohort: only those in this cohort; nil for all.
    ///   - state: only those that stand there; nil for all.
    ///   - position: after which to go on.
    ///   - limit: how many at the most.
    package func enrolments(
        in cohort: Cohort.ID? = nil, standing state: Enrolment.State? = nil, after position: EnrolmentPosition? = nil,
        limit: Int
    ) async throws -> [EnrolmentSummary] {
        var conditions: [Query] = ["e.tenant_id = acting_tenant()", .reachOfEnrolments]
        if let cohort { conditions.append("e.cohort_id = \(cohort)") }
        switch state {
        case .graduated: conditions.append("e.graduated_at IS NOT NULL")
        case .ended: conditions.append("e.graduated_at IS NULL AND e.ended_at IS NOT NULL")
        case .active: conditions.append("e.graduated_at IS NULL AND e.ended_at IS NULL")
        case nil: break
        }
        if let position { conditions.append("(e.created_at, e.id) < (\(position.createdAt), \(position.id))") }
        return try await rows(
            """
            -- enrolments
            \(fragment: selectEnrolments())
            WHERE \(fragment: conditions.joined(separator: " AND "))
            ORDER BY e.created_at DESC, e.id DESC
            LIMIT \(limit)
            """
        ).map(EnrolmentSummary.init)
    }

    /// The enrolment that came of an application, if there is one.
    package func enrolment(ofApplication id: Application.ID) async throws -> Enrolment.ID? {
        try await first(
            """
            -- enrolment of an application
            SELECT e.id FROM enrolments AS e
            WHERE e.tenant_id = acting_tenant() AND \(fragment: .reachOfEnrolments) AND e.application_id = \(id)
            """
        ).map { try $0("id") }
    }

    /// Whoever accepted a place in the stream of a cohort and is enrolled nowhere yet: first those whose call leads into it.
    /// For managers, and of what they may know.
    func placesToFill(
        in cohort: Cohort, limit: Int
    ) async throws -> [(application: Application.ID, startupName: LocalizedName, callTitle: LocalizedName)] {
        try await rows(
            """
            -- placesToFill
            SELECT a.id, i.names AS startup_name, c.title AS call_title
            FROM applications AS a
            JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
            JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
            LEFT JOIN decisions AS d ON d.tenant_id = a.tenant_id AND d.application_id = a.id
            WHERE a.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND a.state = 'accepted'
              AND NOT EXISTS (SELECT FROM enrolments AS e
                              WHERE e.tenant_id = a.tenant_id AND e.application_id = a.id)
              -- Where the call offers several, only the decision says which.
              AND coalesce(d.stream_id, CASE WHEN NOT EXISTS (
                      SELECT FROM offered_streams AS o WHERE o.tenant_id = c.tenant_id AND o.call_id = c.id)
                  THEN c.stream_id END) = \(cohort.stream)
            ORDER BY c.cohort_id IS DISTINCT FROM \(cohort.id), c.closes_at DESC, a.id
            LIMIT \(limit)
            """
        ).map { try ($0("id"), $0("startup_name"), $0("call_title")) }
    }

    /// Whose applications these are, for managers.
    func startupNames(of applications: [Application.ID]) async throws -> [Application.ID: LocalizedName] {
        let found: [(Application.ID, LocalizedName)] = try await rows(
            """
            -- startupNames of applications
            SELECT a.id, i.names
            FROM applications AS a JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
            WHERE a.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND a.id = ANY (\(applications))
            """
        ).map { try ($0("id"), $0("names")) }
        return Dictionary(found, uniquingKeysWith: { first, _ in first })
    }

    /// The milestones of an enrolment in order, with all that was shown and judged.
    package func milestones(of id: Enrolment.ID) async throws -> [Milestone] {
        try await rows(
            """
            -- milestones of an enrolment
            SELECT m.id, m.position, m.title, m.criteria, m.due_on,
                   (SELECT coalesce(jsonb_agg(jsonb_build_object(
                               'id', v.id, 'text', v.text, 'link', v.link, 'submittedAt', v.submitted_at,
                               'submittedBy', p.name) ORDER BY v.submitted_at, v.id), '[]')
                    FROM milestone_evidence AS v LEFT JOIN people AS p ON p.id = v.submitted_by
                    WHERE v.tenant_id = m.tenant_id AND v.milestone_id = m.id) AS evidence,
                   (SELECT coalesce(jsonb_agg(jsonb_build_object(
                               'id', a.id, 'result', a.result, 'credit', a.credit, 'note', a.note,
                               'assessedAt', a.assessed_at, 'assessedBy', p.name) ORDER BY a.assessed_at, a.id), '[]')
                    FROM milestone_assessments AS a LEFT JOIN people AS p ON p.id = a.assessed_by
                    WHERE a.tenant_id = m.tenant_id AND a.milestone_id = m.id) AS assessments
            FROM milestones AS m
            WHERE m.tenant_id = acting_tenant() AND m.enrolment_id = \(id)
              AND EXISTS (SELECT FROM enrolments AS e
                          WHERE e.tenant_id = m.tenant_id AND e.id = m.enrolment_id
                            AND \(fragment: .reachOfEnrolments))
            ORDER BY m.position
            """
        ).map(Milestone.init)
    }

    /// The enrolment that a milestone belongs to; nil when the principal may not know of it.
    package func enrolment(ofMilestone id: Milestone.ID) async throws -> Enrolment.ID? {
        try await first(
            """
            -- enrolment of a milestone
            SELECT m.enrolment_id
            FROM milestones AS m JOIN enrolments AS e ON e.tenant_id = m.tenant_id AND e.id = m.enrolment_id
            WHERE m.tenant_id = acting_tenant() AND \(fragment: .reachOfEnrolments) AND m.id = \(id)
            """
        ).map { try $0("enrolment_id") }
    }

    /// Whoever can be named as a mentor, by name.
    package func mentors() async throws -> [(id: Person.ID, name: String)] {
        try await rows(
            """
            -- mentors
            SELECT DISTINCT p.id, p.name
            FROM memberships AS m JOIN people AS p ON p.id = m.person_id
            WHERE m.tenant_id = acting_tenant() AND m.role = 'mentor' AND m.ended_at IS NULL
            ORDER BY p.name, p.id
            """
        ).map { try ($0("id"), $0("name")) }
    }

    func isMentor(_ id: Person.ID) async throws -> Bool {
        try await first(
            """
            -- isMentor
            SELECT 1 AS found FROM memberships
            WHERE tenant_id = acting_tenant() AND role = 'mentor' AND ended_at IS NULL AND person_id = \(id)
            """) != nil
    }

    private func selectEnrolments() -> Query {
        """
        SELECT e.id, e.application_id, e.startup_id, e.cohort_id, e.mentor_id, e.started_on, e.created_at,
               e.graduated_at, e.ended_at, e.ended_reason, i.names AS startup_name, c.name AS cohort_name,
               g.name AS program_name, p.name AS mentor_name, today.today,
               plan.milestones, plan.earned, plan.awaiting, plan.overdue, plan.next_due_on
        FROM enrolments AS e
        JOIN institutions AS i ON i.tenant_id = e.tenant_id AND i.id = e.startup_id
        JOIN cohorts AS c ON c.tenant_id = e.tenant_id AND c.id = e.cohort_id
        JOIN streams AS s ON s.tenant_id = c.tenant_id AND s.id = c.stream_id
        JOIN programs AS g ON g.tenant_id = s.tenant_id AND g.id = s.program_id
        LEFT JOIN people AS p ON p.id = e.mentor_id
        CROSS JOIN LATERAL (
            SELECT (now() AT TIME ZONE t.time_zone)::date AS today FROM tenants AS t WHERE t.id = e.tenant_id) AS today
        CROSS JOIN LATERAL (
            SELECT count(*) AS milestones,
                   count(*) FILTER (WHERE judged.result IN ('met', 'partly_met')) AS earned,
                   count(*) FILTER (WHERE judged.result IS DISTINCT FROM 'met'
                       AND shown.at > coalesce(judged.at, '-infinity')) AS awaiting,
                   count(*) FILTER (WHERE m.due_on < today.today
                       AND (judged.result IS NULL OR judged.result = 'not_met')
                       AND coalesce(shown.at, '-infinity') <= coalesce(judged.at, '-infinity')) AS overdue,
                   min(m.due_on) FILTER (WHERE judged.result IS NULL OR judged.result = 'not_met') AS next_due_on
            FROM milestones AS m
            LEFT JOIN LATERAL (
                SELECT a.result, a.assessed_at AS at FROM milestone_assessments AS a
                WHERE a.tenant_id = m.tenant_id AND a.milestone_id = m.id
                ORDER BY a.assessed_at DESC, a.id DESC LIMIT 1) AS judged ON true
            LEFT JOIN LATERAL (
                SELECT max(v.submitted_at) AS at FROM milestone_evidence AS v
                WHERE v.tenant_id = m.tenant_id AND v.milestone_id = m.id) AS shown ON true
            WHERE m.tenant_id = e.tenant_id AND m.enrolment_id = e.id) AS plan
        """
    }
}

extension Query {
    /// Which enrolments `e` the seat reaches, the query's own answer to what row-level security says again: a founder
    /// their startup's, a mentor those of the mentees.
    fileprivate static var reachOfEnrolments: Query {
        """
        (acts_as('manager', 'system')
         OR acts_as('founder') AND e.startup_id = acting_institution()
         OR acts_as('mentor') AND e.mentor_id = acting_person())
        """
    }
}

extension Enrolment {
    fileprivate init(_ row: Row) throws {
        var ending: Ending?
        if let at: Date = try row("graduated_at") {
            ending = .graduated(at: at)
        } else if let at: Date = try row("ended_at"), let reason: LongText = try row("ended_reason") {
            ending = .ended(at: at, because: reason)
        }
        try self.init(
            id: row("id"), application: row("application_id"), startup: row("startup_id"), cohort: row("cohort_id"),
            mentor: row("mentor_id"), startedOn: row("started_on"), ending: ending)
    }
}

extension EnrolmentSummary {
    fileprivate init(_ row: Row) throws {
        try self.init(
            enrolment: Enrolment(row), startupName: row("startup_name"), cohortName: row("cohort_name"),
            programName: row("program_name"), mentorName: row("mentor_name"), earned: row("earned"),
            milestones: row("milestones"), awaiting: row("awaiting"), overdue: row("overdue"),
            nextDueOn: row("next_due_on"), createdAt: row("created_at"), today: row("today"))
    }
}

extension Milestone {
    private struct StoredEvidence: Codable {
        let id: Evidence.ID
        let text: LongText
        let link: WebAddress?
        let submittedAt: Date
        let submittedBy: String?
    }

    private struct StoredAssessment: Codable {
        let id: Assessment.ID
        let result: Assessment.Result
        let credit: Int
        let note: LongText
        let assessedAt: Date
        let assessedBy: String?
    }

    fileprivate init(_ row: Row) throws {
        let evidence: JSONB<[StoredEvidence]> = try row("evidence")
        let assessments: JSONB<[StoredAssessment]> = try row("assessments")
        try self.init(
            id: row("id"), position: row("position"), title: row("title"), criteria: row("criteria"),
            dueOn: row("due_on"),
            evidence: evidence.value.map {
                Evidence(
                    id: $0.id, text: $0.text, link: $0.link, submittedAt: $0.submittedAt, submittedBy: $0.submittedBy)
            },
            assessments: assessments.value.map {
                Assessment(
                    id: $0.id, outcome: .init($0.result, credit: $0.credit), note: $0.note, assessedAt: $0.assessedAt,
                    assessedBy: $0.assessedBy)
            })
    }
}

extension Assessment.Result: PostgresCodable {}

extension Transaction {
    func insert(_ enrolment: Enrolment, in tenant: Tenant.ID, by person: Person.ID) async throws {
        try await execute(
            """
            -- enrolStartup
            INSERT INTO enrolments
                (tenant_id, id, application_id, startup_id, cohort_id, mentor_id, started_on, created_by)
            VALUES (\(tenant), \(enrolment.id), \(enrolment.application), \(enrolment.startup), \(enrolment.cohort),
                    \(enrolment.mentor), \(enrolment.startedOn), \(person))
            """)
    }

    func insert(_ milestones: [Milestone], of enrolment: Enrolment, in tenant: Tenant.ID) async throws {
        try await execute(
            """
            -- enrolStartup: the plan
            INSERT INTO milestones (tenant_id, enrolment_id, id, position, title, criteria, due_on)
            SELECT \(tenant), \(enrolment.id), plan.id, plan.position, plan.title, plan.criteria, plan.due_on
            FROM unnest(\(milestones.map(\.id)), \(milestones.map(\.position)), \(milestones.map(\.title)),
                        \(milestones.map(\.criteria)), \(milestones.map(\.dueOn)))
                 AS plan (id, position, title, criteria, due_on)
            """)
    }

    func insert(
        _ new: NewEvidence, for milestone: Milestone.ID, as id: Evidence.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- showEvidence
            INSERT INTO milestone_evidence (tenant_id, milestone_id, id, text, link, submitted_by)
            VALUES (\(tenant), \(milestone), \(id), \(new.text), \(new.link), \(person))
            """)
    }

    func insert(
        _ outcome: Assessment.Outcome, note: LongText, of milestone: Milestone.ID, as id: Assessment.ID,
        in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- assessMilestone
            INSERT INTO milestone_assessments (tenant_id, milestone_id, id, result, credit, note, assessed_by)
            VALUES (\(tenant), \(milestone), \(id), \(outcome.result), \(outcome.credit), \(note), \(person))
            """)
    }

    /// The enrolment with its row locked until the transaction ends; nil when the principal may not write it.
    func lockEnrolment(_ id: Enrolment.ID) async throws -> Enrolment? {
        try await first(
            """
            -- lockEnrolment
            SELECT id, application_id, startup_id, cohort_id, mentor_id, started_on, graduated_at, ended_at, ended_reason
            FROM enrolments AS e
            WHERE tenant_id = acting_tenant() AND \(fragment: .reachOfEnrolments) AND id = \(id) FOR UPDATE
            """
        ).map(Enrolment.init)
    }

    func saveEnding(of enrolment: Enrolment, by person: Person.ID) async throws {
        switch enrolment.ending {
        case .graduated(let at):
            try await execute(
                """
                -- graduate
                UPDATE enrolments SET graduated_at = \(at), graduated_by = \(person)
                WHERE tenant_id = acting_tenant() AND id = \(enrolment.id)
                """)
        case .ended(let at, let reason):
            try await execute(
                """
                -- endEnrolment
                UPDATE enrolments SET ended_at = \(at), ended_by = \(person), ended_reason = \(reason)
                WHERE tenant_id = acting_tenant() AND id = \(enrolment.id)
                """)
        case nil: break
        }
    }
}
