internal import Accounts
package import Foundation
internal import Institutions
package import Postgres
package import Programs
package import Vocabulary

/// An application as lists show it: with the names of both sides and how complete it is.
package struct ApplicationSummary: Sendable, Identifiable {
    /// The application itself.
    package let application: Application
    /// Who applies.
    package let startupName: LocalizedName
    /// What it applies to.
    package let callTitle: LocalizedName
    /// Until when it can be handed in.
    package let deadline: Deadline
    /// When the call was called off, if it was.
    package let callCancelledAt: Date?
    /// The stream the call is of.
    package let streamName: LocalizedName
    /// How much of the form is done.
    package let count: Count
    /// Until when it can be appealed that the application was found not eligible.
    ///
    /// While the letter about it waits, the least that it will be.
    package let appealUntil: Date?
    /// How many days there are to appeal it, counted from the day of the letter, until that has gone out.
    package let appealDays: Int?
    /// Until when changes are taken that the park asked for, while it waits for them.
    package let changesDueAt: Date?
    /// Whether it waits for answers to the questions of a later round, not for changes.
    package let waitsForAnswers: Bool
    /// How long it has stood where it stands, and may.
    package let clock: StageClock
    /// The database's clock, for what follows from it.
    package let readAt: Date
    /// The cut-offs of its call, where that is a rolling one.
    package let cutoffs: [Date]
    /// The closings before the call's of the streams that a draft names, in order; none for whoever may not know.
    let closingsOfStreams: [Date]
    /// What might be funded twice, once it was counted; nil for whoever may not know.
    package internal(set) var overlaps: OverlapTally?

    /// Until when a draft can be handed in as it is: while all the streams that it names are open.
    package var due: Deadline {
        closingsOfStreams.lazy.map(closing).first { $0.admits(readAt) } ?? deadline
    }

    /// Until when it can be handed in: a draft while its call takes it, or what the park asked for; nil while nothing is to be.
    var handingIn: Deadline? {
        switch application.state {
        case .draft: callCancelledAt == nil && due.admits(readAt) ? due : nil
        case .changesRequested: changesDueAt.map { Deadline($0, in: deadline.zone, graceSeconds: 0) }
        default: nil
        }
    }

    /// Whether a stream has closed, before the call, that the draft names.
    var namesClosedStream: Bool { closingsOfStreams.contains { !closing($0).admits(readAt) } }

    private func closing(_ instant: Date) -> Deadline {
        Deadline(instant, in: deadline.zone, graceSeconds: deadline.graceSeconds)
    }

    /// The batch of a rolling call that it belongs to; of a draft, the one that would take it now.
    package var batch: CallForApplications.Batch? {
        .taking(application.submittedAt ?? readAt, cutoffs, closing: deadline.instant)
    }

    /// The number of the batch that it was handed in to; nil for a draft, and where its call has a fixed window.
    var batchHandedInTo: Int? { application.submittedAt == nil ? nil : batch?.number }

    /// The application's id.
    package var id: Application.ID { application.id }

    /// Whether it is a draft that could be handed in, as far as its answers go.
    var isReady: Bool {
        application.state == .draft && callCancelledAt == nil && deadline.admits(readAt) && !namesClosedStream
            && count.isComplete
    }

    /// How much of a form is done, in numbers alone: what a manager may know of a draft.
    package struct Count: Sendable, Equatable {
        /// Questions with an answer.
        package let answered: Int
        /// Questions.
        package let questions: Int
        /// Required questions with an answer that fits.
        package let requiredAnswered: Int
        /// Required questions.
        package let required: Int

        /// Whether every required question has its answer.
        package var isComplete: Bool { requiredAnswered >= required }
    }
}

extension Statements {
    /// An application; nil when it does not exist or the principal may not know of it.
    package func application(_ id: Application.ID) async throws -> ApplicationSummary? {
        try await first(
            """
            -- application
            \(fragment: .selectApplications)
            WHERE a.tenant_id = acting_tenant() AND \(fragment: .reachOfApplications) AND a.id = \(id)
            """
        ).map(ApplicationSummary.init)
    }

    /// The call of an application; nil when it does not exist or the principal may not know of it.
    func call(ofApplication id: Application.ID) async throws -> CallForApplications.ID? {
        try await first(
            """
            -- call of an application
            SELECT a.call_id FROM applications AS a
            WHERE a.tenant_id = acting_tenant() AND \(fragment: .reachOfApplications) AND a.id = \(id)
            """
        ).map { try $0("call_id") }
    }

    /// Applications that wait for screening, those that have waited longest first.
    package func applicationsToScreen(limit: Int) async throws -> [ApplicationSummary] {
        try await rows(
            """
            -- applicationsToScreen
            \(fragment: .selectApplications)
            WHERE a.tenant_id = acting_tenant() AND \(fragment: .reachOfApplications) AND a.state = 'submitted'
            ORDER BY a.submitted_at, a.id
            LIMIT \(limit)
            """
        ).map(ApplicationSummary.init)
    }

    /// The application of the acting startup to a call that was not withdrawn, if there is one.
    package func liveApplication(to call: CallForApplications.ID) async throws -> Application.ID? {
        try await first(
            """
            -- liveApplication
            SELECT id FROM applications
            WHERE tenant_id = acting_tenant() AND call_id = \(call) AND startup_id = acting_institution()
              AND withdrawn_at IS NULL
            """
        ).map { try $0("id") }
    }

    /// The answers of an application in the order of the form. For a manager none of a draft, nor those that a startup is
    /// changing as it was asked to.
    package func answers(of id: Application.ID) async throws -> [Answer] {
        try await rows(
            """
            -- answers
            SELECT w.question_id, w.text, w.saved_at
            FROM application_answers AS w
            JOIN applications AS a ON a.tenant_id = w.tenant_id AND a.id = w.application_id
            JOIN call_questions AS q ON q.tenant_id = w.tenant_id AND q.call_id = w.call_id AND q.id = w.question_id
            WHERE w.tenant_id = acting_tenant() AND \(fragment: .reachOfApplications) AND w.application_id = \(id)
              AND (acting_role() <> 'manager' OR a.submitted_at IS NOT NULL
                   AND NOT is_reopened(w.tenant_id, w.application_id, w.question_id))
            ORDER BY q.position
            """
        ).map { try Answer(to: $0("question_id"), $0("text"), savedAt: $0("saved_at")) }
    }

    /// The answers of several applications that were handed in, for managers.
    func answers(ofAll ids: [Application.ID]) async throws -> [Application.ID: [Answer]] {
        let found: [(Application.ID, Answer)] = try await rows(
            """
            -- answers of several applications
            SELECT w.application_id, w.question_id, w.text, w.saved_at
            FROM application_answers AS w
            JOIN applications AS a ON a.tenant_id = w.tenant_id AND a.id = w.application_id
            WHERE w.tenant_id = acting_tenant() AND acts_as('manager') AND a.submitted_at IS NOT NULL
              AND w.application_id = ANY (\(ids)) AND NOT is_reopened(w.tenant_id, w.application_id, w.question_id)
            """
        ).map { try ($0("application_id"), Answer(to: $0("question_id"), $0("text"), savedAt: $0("saved_at"))) }
        return Dictionary(grouping: found, by: \.0).mapValues { $0.map(\.1) }
    }

    /// What happened to an application, the oldest first.
    package func history(of id: Application.ID) async throws -> [ApplicationEvent] {
        try await rows(
            """
            -- history of an application
            SELECT e.id, e.at, e.person_id, p.name AS person_name, e.from_state, e.to_state, e.note, e.occasion,
                   CASE WHEN acts_as('manager', 'system') THEN (
                       SELECT i.names FROM institutions AS i WHERE i.tenant_id = e.tenant_id AND i.id = e.acting_for)
                   END AS acting_for,
                   e.from_state = 'changes_requested' AND EXISTS (
                       SELECT FROM application_snapshots AS s
                       WHERE s.tenant_id = e.tenant_id AND s.application_id = e.application_id
                         AND s.submitted_at = e.at) AS is_resubmission,
                   coalesce('changes_requested' IN (e.from_state, e.to_state) AND (
                       SELECT r.round IS NOT NULL FROM change_requests AS r
                       WHERE r.tenant_id = e.tenant_id AND r.application_id = e.application_id
                         AND r.requested_at <= e.at
                       ORDER BY r.requested_at DESC LIMIT 1), false) AS is_about_questions
            FROM application_events AS e LEFT JOIN people AS p ON p.id = e.person_id
            WHERE e.tenant_id = acting_tenant() AND e.application_id = \(id)
              AND (e.occasion IS DISTINCT FROM 'found_unfit' OR acts_as('manager', 'system'))
              AND EXISTS (SELECT FROM applications AS a
                          WHERE a.tenant_id = e.tenant_id AND a.id = e.application_id
                            AND \(fragment: .reachOfApplications))
            ORDER BY e.seq
            """
        ).map { row in
            try ApplicationEvent(
                id: row("id"), at: row("at"), person: row("person_id"), personName: row("person_name"),
                actingFor: row("acting_for"), from: row("from_state"), to: row("to_state"), note: row("note"),
                isResubmission: row("is_resubmission") ?? false, isAboutQuestions: row("is_about_questions"),
                occasion: row("occasion"))
        }
    }

    /// Who founded a startup and can be written to, as far as the principal may know: a founder themselves.
    func founders(of startup: Startup.ID) async throws -> [Person.ID] {
        try await rows(
            """
            -- founders of a startup
            SELECT DISTINCT m.person_id FROM memberships AS m
            WHERE m.tenant_id = acting_tenant() AND m.institution_id = \(startup) AND m.role = 'founder'
              AND m.ended_at IS NULL AND EXISTS (SELECT FROM reader_of_letters(m.person_id))
            ORDER BY m.person_id
            """
        ).map { try $0("person_id") }
    }

    /// The database's clock, which decides what is in time.
    package func clock() async throws -> Date {
        try await value("/* clock */ SELECT now()")
    }
}

extension Query {
    /// Applications with what lists show of them.
    static var selectApplications: Query {
        """
        SELECT a.id, a.call_id, a.startup_id, a.state, a.version, a.created_at, a.saved_at,
               a.submitted_at, a.withdrawn_at, a.offer_expires_at, a.offer_days, a.appeal_days, a.answered, a.form_version,
               CASE WHEN a.appeal_days IS NULL THEN a.appeal_until ELSE now() + a.appeal_days * interval '1 day' END AS appeal_until,
               \(fragment: .requiredAnswered) AS required_answered, i.names AS startup_name, c.title, c.closes_at, s.name AS stream_name,
               c.time_zone, c.grace_seconds, c.cancelled_at, c.cutoffs, now() AS read_at,
               CASE WHEN a.state = 'draft' THEN ARRAY(
                   SELECT o.closes_at FROM stream_choices AS k
                   JOIN offered_streams AS o
                       ON o.tenant_id = k.tenant_id AND o.call_id = k.call_id AND o.stream_id = k.stream_id
                   WHERE k.tenant_id = a.tenant_id AND k.application_id = a.id AND o.closes_at < c.closes_at
                     AND (SELECT acts_as('founder', 'system'))
                   ORDER BY o.closes_at) ELSE '{}' END AS closings_of_streams,
               (SELECT r.due_at FROM change_requests AS r
                WHERE r.tenant_id = a.tenant_id AND r.application_id = a.id AND a.state = 'changes_requested'
                ORDER BY r.requested_at DESC LIMIT 1) AS changes_due_at,
               coalesce((SELECT r.round IS NOT NULL FROM change_requests AS r
                         WHERE r.tenant_id = a.tenant_id AND r.application_id = a.id AND a.state = 'changes_requested'
                         ORDER BY r.requested_at DESC LIMIT 1), false) AS waits_for_answers,
               \(fragment: .askedRound) AS asked_round,
               a.stage_entered_at, service_days(a.state, l.days) AS stage_days, \(fragment: .stageEnds) AS stage_ends_at,
               (SELECT service_days(r.from_state, w.days)
                    - ((r.requested_at AT TIME ZONE c.time_zone)::date - (r.stage_since AT TIME ZONE c.time_zone)::date)
                FROM change_requests AS r
                LEFT JOIN service_levels AS w
                    ON w.tenant_id = c.tenant_id AND w.stream_id = c.stream_id AND w.state = r.from_state
                WHERE r.tenant_id = a.tenant_id AND r.application_id = a.id AND a.state = 'changes_requested'
                ORDER BY r.requested_at DESC LIMIT 1) AS stage_days_left,
               coalesce(cardinality(a.asked), (
                   SELECT count(*) FROM call_questions AS q
                   WHERE q.tenant_id = a.tenant_id AND q.call_id = a.call_id)) AS questions,
               \(fragment: .requiredQuestions) AS required
        \(fragment: .fromApplications)
        """
    }

    /// Up to which round `a` was asked what its call asks; 1 for what is handed in first.
    static var askedRound: Query {
        """
        (SELECT coalesce(max(r.round), 1) FROM change_requests AS r
         WHERE r.tenant_id = a.tenant_id AND r.application_id = a.id AND r.cancelled_at IS NULL)
        """
    }

    /// The tables behind `selectApplications` and every filter.
    static var fromApplications: Query {
        """
        FROM applications AS a
        JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
        JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
        JOIN streams AS s ON s.tenant_id = c.tenant_id AND s.id = c.stream_id
        LEFT JOIN service_levels AS l ON l.tenant_id = c.tenant_id AND l.stream_id = c.stream_id AND l.state = a.state
        """
    }

    /// The moment from which an application is overdue in its stage; NULL where no clock runs.
    static var stageEnds: Query {
        "stage_ends(a.stage_entered_at, c.time_zone, service_days(a.state, l.days))"
    }

    /// Whether it is: the clock is only read where one runs.
    static var isOverdue: Query {
        "(service_days(a.state, l.days) IS NOT NULL AND coalesce(now() >= \(fragment: .stageEnds), false))"
    }

    /// How many questions the form of `a` requires, of those that its answers lead to, with the order of its streams.
    static var requiredQuestions: Query {
        """
        (SELECT count(*) FROM call_questions AS q
         WHERE q.tenant_id = a.tenant_id AND q.call_id = a.call_id AND q.required
           AND (a.asked IS NULL OR q.id = ANY (a.asked)))
        + (SELECT least(count(*), 1) FROM offered_streams AS o WHERE o.tenant_id = a.tenant_id AND o.call_id = a.call_id)
        """
    }

    /// How many of those have an answer that fits.
    static var requiredAnswered: Query { "(a.required_answered + least(a.streams_chosen, 1))" }

    /// Which applications `a` the seat reaches, the query's own answer to what row-level security says again: a founder
    /// those of their startup, the staff of a partner those that wait for them to be screened.
    static var reachOfApplications: Query {
        """
        -- Who acts is asked once, not of every row that is counted.
        ((SELECT acts_as('manager', 'system'))
         OR acts_as('founder') AND a.startup_id = acting_institution()
         OR acts_as('partner') AND a.id = ANY ((SELECT applications_to_screen())::uuid[]))
        """
    }
}

extension Application.State: PostgresCodable {}

extension ApplicationEvent.Occasion: PostgresCodable {}

extension Application {
    init(_ row: Row) throws {
        try self.init(
            id: row("id"), call: row("call_id"), startup: row("startup_id"), state: row("state"),
            version: row("version"), createdAt: row("created_at"), savedAt: row("saved_at"),
            submittedAt: row("submitted_at"), withdrawnAt: row("withdrawn_at"),
            offerExpiresAt: row("offer_expires_at"), offerDays: row("offer_days"), askedRound: row("asked_round"),
            formVersion: row("form_version"))
    }
}

extension ApplicationSummary {
    init(_ row: Row) throws {
        try self.init(
            application: Application(row), startupName: row("startup_name"),
            callTitle: row("title"),
            deadline: Deadline(row("closes_at"), in: row("time_zone"), graceSeconds: row("grace_seconds")),
            callCancelledAt: row("cancelled_at"), streamName: row("stream_name"),
            count: Count(
                answered: row("answered"), questions: row("questions"), requiredAnswered: row("required_answered"),
                required: row("required")),
            appealUntil: row("appeal_until"), appealDays: row("appeal_days"), changesDueAt: row("changes_due_at"),
            waitsForAnswers: row("waits_for_answers"),
            clock: StageClock(
                enteredAt: row("stage_entered_at"), days: row("stage_days"), endsAt: row("stage_ends_at"),
                daysLeft: row("stage_days_left")),
            readAt: row("read_at"), cutoffs: row("cutoffs"), closingsOfStreams: row("closings_of_streams"))
    }
}

extension Transaction {
    func insert(
        _ application: Application, asking asked: [CallForApplications.Question.ID]?, in tenant: Tenant.ID,
        by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- beginApplication
            INSERT INTO applications (tenant_id, id, call_id, startup_id, created_by, asked)
            VALUES (\(tenant), \(application.id), \(application.call), \(application.startup), \(person), \(asked))
            """)
    }

    /// The application with its row locked until the transaction ends.
    func lockApplication(_ id: Application.ID) async throws -> Application? {
        try await first(
            """
            -- lockApplication
            SELECT id, call_id, startup_id, state, version, created_at, saved_at, submitted_at,
                   withdrawn_at, offer_expires_at, offer_days, form_version, \(fragment: .askedRound) AS asked_round
            FROM applications AS a
            WHERE tenant_id = acting_tenant() AND \(fragment: .reachOfApplications) AND id = \(id) FOR UPDATE
            """
        ).map(Application.init)
    }

    func save(_ application: Application) async throws {
        try await execute(
            """
            -- save application
            UPDATE applications
            SET state = \(application.state), submitted_at = \(application.submittedAt),
                withdrawn_at = \(application.withdrawnAt), offer_expires_at = \(application.offerExpiresAt),
                offer_days = \(application.offerDays), version = version + 1
            WHERE tenant_id = acting_tenant() AND id = \(application.id)
            """)
    }

    func store(
        _ texts: [(question: CallForApplications.Question.ID, text: LongText)], of application: Application,
        by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- saveAnswers
            INSERT INTO application_answers (tenant_id, application_id, call_id, question_id, text, saved_by)
            SELECT acting_tenant(), \(application.id), \(application.call), fresh.question, fresh.text, \(person)
            FROM unnest(\(texts.map(\.question)), \(texts.map(\.text))) AS fresh (question, text)
            ON CONFLICT (tenant_id, application_id, question_id)
            DO UPDATE SET text = excluded.text, saved_at = now(), saved_by = excluded.saved_by
            """)
    }

    func clear(_ questions: [CallForApplications.Question.ID], of application: Application) async throws {
        try await execute(
            """
            -- saveAnswers: cleared
            DELETE FROM application_answers
            WHERE tenant_id = acting_tenant() AND application_id = \(application.id) AND question_id = ANY (\(questions))
            """)
    }

    /// Notes that the startup of a draft has read a version of the form that it answers; never an earlier one than before.
    func noteFormRead(_ version: Int, of id: Application.ID) async throws {
        try await execute(
            """
            -- noteFormRead
            UPDATE applications AS a SET form_version = least(\(version), v.number)
            FROM (SELECT call_id, max(number) AS number FROM form_versions
                  WHERE tenant_id = acting_tenant() GROUP BY call_id) AS v
            WHERE a.tenant_id = acting_tenant() AND a.id = \(id) AND a.state = 'draft' AND v.call_id = a.call_id
              AND a.form_version < least(\(version), v.number)
            """)
    }

    /// Notes when answers were saved, what they lead to and how complete they are; returns the new version.
    ///
    /// - Parameter known: its call as it asks of it, where this transaction has read that already.
    func noteAnswers(
        of application: Application, to known: CallForApplications? = nil
    ) async throws -> (version: Int, savedAt: Date) {
        var call = known
        if call == nil { call = try await self.call(application.call)?.asking(application) }
        let streams = call?.offersChoice == true ? try await streamChoices(of: application.id) : []
        let completeness = Completeness(
            of: call?.questions ?? [], naming: streams, answers: try await answers(of: application.id))
        let asked = call?.askedOnly(completeness.asked)
        let row = try await one(
            """
            -- saveAnswers: how complete
            UPDATE applications
            SET saved_at = now(), version = version + 1, answered = done.answered,
                required_answered = done.required_answered, asked = \(asked), unfit = \(completeness.unfit)
            FROM (SELECT count(*) AS answered,
                         count(*) FILTER (WHERE q.required AND q.id <> ALL (\(completeness.unfit))) AS required_answered
                  FROM call_questions AS q
                  LEFT JOIN application_answers AS a
                    ON a.tenant_id = q.tenant_id AND a.application_id = \(application.id) AND a.question_id = q.id
                  WHERE q.tenant_id = acting_tenant() AND q.call_id = \(application.call)
                    \(given: asked, { "AND q.id = ANY (\($0))" })
                    AND CASE WHEN q.files IS NULL THEN a.text IS NOT NULL
                        ELSE EXISTS (SELECT FROM documents AS d
                                     WHERE d.tenant_id = q.tenant_id AND d.application_id = \(application.id)
                                       AND d.question_id = q.id AND d.removed_at IS NULL AND d.state <> 'rejected') END
                 ) AS done
            WHERE tenant_id = acting_tenant() AND id = \(application.id)
            RETURNING version, saved_at
            """)
        return try (row("version"), row("saved_at"))
    }

    func record(
        _ id: ApplicationEvent.ID, of application: Application, from: Application.State?, by person: Person.ID?,
        for partner: Institution.ID? = nil, note: LongText? = nil, on occasion: ApplicationEvent.Occasion? = nil
    ) async throws {
        try await execute(
            """
            -- application history
            INSERT INTO application_events (
                tenant_id, application_id, id, person_id, acting_for, from_state, to_state, note, occasion)
            VALUES (acting_tenant(), \(application.id), \(id), \(person), \(partner), \(from), \(application.state),
                    \(note), \(occasion))
            """)
    }
}
