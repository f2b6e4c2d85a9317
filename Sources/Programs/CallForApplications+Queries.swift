import Accounts
import Forms
package import Postgres
package import Vocabulary

extension Statements {
    /// A call with its form; nil when it does not exist or the principal may not know of it. Everybody with a seat in
    /// the tenant reads what is published, managers also drafts.
    package func call(_ id: CallForApplications.ID) async throws -> CallForApplications? {
        try await first(
            """
            -- call
            \(fragment: selectCalls())
            WHERE c.tenant_id = acting_tenant() AND \(fragment: .reachOfCalls) AND c.id = \(id)
            """
        ).map(CallForApplications.init)
    }

    /// The calls that accept applications now, the next to close first.
    package func openCalls() async throws -> [CallForApplications] {
        try await rows(
            """
            -- openCalls
            \(fragment: selectCalls())
            WHERE c.tenant_id = acting_tenant() AND \(fragment: .reachOfCalls)
              AND c.published_at IS NOT NULL AND c.cancelled_at IS NULL
              AND c.opens_at <= now() AND now() <= c.closes_at
            ORDER BY c.closes_at, c.id
            """
        ).map(CallForApplications.init)
    }

    /// Calls in the order of their ids, so that a cursor is stable while calls come and go.
    ///
    /// - Parameters:
    ///   - stream: only calls of this stream; nil for all.
    ///   - cohort: only calls that lead into this cohort; nil for all.
    ///   - status: only calls that stand there now; nil for all.
    ///   - cursor: the id after which to go on.
    ///   - limit: how many at the most; nil for all.
    package func calls(
        of stream: ProgramStream.ID? = nil, into cohort: Cohort.ID? = nil,
        standing status: CallForApplications.Status? = nil, after cursor: CallForApplications.ID? = nil,
        limit: Int? = nil
    ) async throws -> [CallForApplications] {
        try await rows(
            """
            -- calls
            \(fragment: selectCalls())
            WHERE c.tenant_id = acting_tenant() AND \(fragment: .reachOfCalls)
              \(given: stream, { "AND c.stream_id = \($0)" })
              \(given: cohort, { "AND c.cohort_id = \($0)" })
              \(given: status, { status in
                """
                AND \(status.rawValue) = CASE
                    WHEN c.cancelled_at IS NOT NULL THEN 'cancelled'
                    WHEN c.published_at IS NULL THEN 'draft'
                    WHEN now() < c.opens_at THEN 'scheduled'
                    WHEN now() <= c.closes_at THEN 'open'
                    ELSE 'closed' END
                """
              })
              \(given: cursor, { "AND c.id > \($0)" })
            ORDER BY c.id
            LIMIT \(limit)
            """
        ).map(CallForApplications.init)
    }

    /// The titles of all calls, for what is chosen from, in the order of their ids.
    package func callTitles() async throws -> [(id: CallForApplications.ID, title: LocalizedName)] {
        try await rows(
            """
            -- callTitles
            SELECT c.id, c.title FROM calls AS c WHERE c.tenant_id = acting_tenant() AND \(fragment: .reachOfCalls)
            ORDER BY c.id
            """
        ).map { try (id: $0("id"), title: $0("title")) }
    }

    /// How the closing of a call was moved, the latest first.
    package func extensions(of id: CallForApplications.ID) async throws -> [CallExtension] {
        try await rows(
            """
            -- extensions of a call
            SELECT x.stream_id, x.at, x.closed_at, x.closes_at, x.reason
            FROM call_extensions AS x JOIN calls AS c ON c.tenant_id = x.tenant_id AND c.id = x.call_id
            WHERE x.tenant_id = acting_tenant() AND \(fragment: .reachOfCalls) AND x.call_id = \(id)
            ORDER BY x.at DESC, x.closes_at DESC
            """
        ).map { row in
            try CallExtension(
                stream: row("stream_id"), at: row("at"), closedAt: row("closed_at"), closesAt: row("closes_at"),
                reason: row("reason"))
        }
    }

    /// Some calls with their forms, by their ids.
    package func calls(_ ids: [CallForApplications.ID]) async throws -> [CallForApplications.ID: CallForApplications] {
        let found = try await rows(
            """
            -- calls by their ids
            \(fragment: selectCalls())
            WHERE c.tenant_id = acting_tenant() AND \(fragment: .reachOfCalls) AND c.id = ANY (\(ids))
            """
        ).map(CallForApplications.init)
        return Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private func selectCalls() -> Query {
        """
        SELECT c.id, c.stream_id, s.name AS stream_name, s.program_id, p.name AS program_name, c.title, c.opens_at,
               c.closes_at, c.time_zone, c.grace_seconds, c.published_at, c.cancelled_at,
               c.cancellation_reason, c.access, c.cutoffs, c.later_rounds,
               (SELECT max(v.number) FROM form_versions AS v
                WHERE v.tenant_id = c.tenant_id AND v.call_id = c.id) AS form_version,
               (SELECT coalesce(jsonb_agg(question_content(q) ORDER BY q.position), '[]')
                FROM call_questions AS q
                WHERE q.tenant_id = c.tenant_id AND q.call_id = c.id
                  AND (q.from_round IS NULL OR acts_as('manager', 'system')
                       OR was_asked(q.tenant_id, q.call_id, q.from_round))) AS questions,
               (SELECT coalesce(jsonb_agg(jsonb_build_object(
                           'stream', o.stream_id, 'name', t.name, 'places', o.places,
                           'closesAt', to_char(o.closes_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
                       ORDER BY o.position), '[]')
                FROM offered_streams AS o JOIN streams AS t ON t.tenant_id = o.tenant_id AND t.id = o.stream_id
                WHERE o.tenant_id = c.tenant_id AND o.call_id = c.id) AS offered,
               CASE WHEN c.cohort_id IS NOT NULL THEN cohort_led_into(c.cohort_id) END AS cohort
        FROM calls AS c
        JOIN streams AS s ON s.tenant_id = c.tenant_id AND s.id = c.stream_id
        JOIN programs AS p ON p.tenant_id = s.tenant_id AND p.id = s.program_id
        """
    }
}

extension Query {
    /// Which calls `c` the seat reaches, the query's own answer to what row-level security says again: drafts are the
    /// managers', what is public is everybody's, what is not is known to those it lets in and to the stream's partners.
    static var reachOfCalls: Query {
        """
        (acts_as('manager', 'system') OR c.published_at IS NOT NULL AND acting_role() IS NOT NULL AND (
            c.access = 'public'
            OR acts_as('founder') AND EXISTS (
                SELECT FROM call_admissions AS x
                WHERE x.tenant_id = c.tenant_id AND x.call_id = c.id AND x.startup_id = acting_institution())
            OR acts_as('partner') AND EXISTS (
                SELECT FROM stream_partners AS p
                WHERE p.tenant_id = c.tenant_id AND p.stream_id = c.stream_id
                  AND p.institution_id = acting_institution())))
        """
    }
}

extension CallForApplications.Access: PostgresCodable {}
extension CallForApplications.Window: PostgresCodable {}

extension CallForApplications {
    fileprivate init(_ row: Row) throws {
        try self.init(
            id: row("id"), stream: row("stream_id"), streamName: row("stream_name"), program: row("program_id"),
            programName: row("program_name"), title: row("title"), opensAt: row("opens_at"),
            deadline: Deadline(row("closes_at"), in: row("time_zone"), graceSeconds: row("grace_seconds")),
            publishedAt: row("published_at"), cancelledAt: row("cancelled_at"),
            cancellationReason: row("cancellation_reason"),
            questions: (row("questions") as JSONB<[Question]>).value, access: row("access"), cutoffs: row("cutoffs"),
            laterRounds: row("later_rounds"), offered: (row("offered") as JSONB<[OfferedStream]>).value,
            formVersion: row("form_version"), cohort: (row("cohort") as JSONB<Cohort>?)?.value)
    }
}

extension Transaction {
    /// The call, with its row locked until the transaction ends; nil when the principal may not write it.
    func lockCall(_ id: CallForApplications.ID) async throws -> CallForApplications? {
        let locked = try await first(
            "/* lockCall */ SELECT id FROM calls WHERE tenant_id = acting_tenant() AND id = \(id) FOR UPDATE")
        return locked == nil ? nil : try await call(id)
    }

    func insert(_ draft: CallDraft, as id: CallForApplications.ID, in tenant: Tenant.ID) async throws {
        try await execute(
            """
            -- draftCall
            INSERT INTO calls (tenant_id, id, stream_id, title, opens_at, closes_at, time_zone, grace_seconds, access,
                               window_kind, cutoffs, cohort_id)
            VALUES (\(tenant), \(id), \(draft.stream), \(draft.title), \(draft.opensAt), \(draft.deadline.instant),
                    \(draft.deadline.zone), \(draft.deadline.graceSeconds), \(draft.access),
                    \(draft.window), \(draft.cutoffs), \(draft.cohort))
            """)
    }

    func update(_ id: CallForApplications.ID, to draft: CallDraft) async throws {
        try await execute(
            """
            -- reviseCall
            UPDATE calls SET
                stream_id = \(draft.stream), title = \(draft.title), opens_at = \(draft.opensAt),
                closes_at = \(draft.deadline.instant), time_zone = \(draft.deadline.zone),
                grace_seconds = \(draft.deadline.graceSeconds), access = \(draft.access),
                window_kind = \(draft.window), cutoffs = \(draft.cutoffs), cohort_id = \(draft.cohort)
            WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
    }

    func replaceQuestions(
        of id: CallForApplications.ID, with questions: [CallDraft.Question], in tenant: Tenant.ID
    ) async throws {
        try await execute(
            """
            -- draftCall: earlier questions
            DELETE FROM call_questions WHERE tenant_id = \(tenant) AND call_id = \(id)
            """)
        for (index, question) in questions.enumerated() {
            try await execute(
                """
                -- draftCall: question
                INSERT INTO call_questions (
                    tenant_id, call_id, id, position, prompt, hint, required, max_length, audience, files, kind, settings,
                    section, condition, from_round, streams)
                VALUES (\(tenant), \(id), \(question.id), \(index + 1), \(question.prompt), \(question.hint),
                        \(question.isRequired), \(question.maxLength), \(question.audience.rawValue),
                        \(question.files.map { JSONB($0) }), \(question.field.kind.rawValue),
                        \(JSONB(question.field.settings)), \(question.section.map { JSONB($0) }),
                        \(question.condition.map { JSONB($0) }), \(question.fromRound), \(question.streams))
                """)
        }
    }

    func replaceOffered(of id: CallForApplications.ID, with offered: [CallDraft.Offered]) async throws {
        try await execute(
            """
            -- draftCall: earlier streams
            DELETE FROM offered_streams WHERE tenant_id = acting_tenant() AND call_id = \(id)
            """)
        guard !offered.isEmpty else { return }
        try await execute(
            """
            -- draftCall: streams
            INSERT INTO offered_streams (tenant_id, call_id, stream_id, position, places, closes_at)
            SELECT acting_tenant(), \(id), fresh.stream, fresh.position, fresh.places, fresh.closes_at
            FROM unnest(\(offered.map(\.stream)), \(offered.map(\.places)), \(offered.map(\.closesAt)))
                WITH ORDINALITY AS fresh (stream, places, closes_at, position)
            """)
    }

    func save(_ call: CallForApplications, publishedBy person: Person.ID) async throws {
        try await execute(
            """
            -- publishCall
            UPDATE calls SET published_at = \(call.publishedAt), published_by = \(person)
            WHERE tenant_id = acting_tenant() AND id = \(call.id)
            """)
    }

    func save(_ call: CallForApplications, cancelledBy person: Person.ID) async throws {
        try await execute(
            """
            -- cancelCall
            UPDATE calls SET
                cancelled_at = \(call.cancelledAt), cancelled_by = \(person),
                cancellation_reason = \(call.cancellationReason)
            WHERE tenant_id = acting_tenant() AND id = \(call.id)
            """)
    }

    func saveCutoffs(of call: CallForApplications) async throws {
        try await execute(
            """
            -- planBatches
            UPDATE calls SET cutoffs = \(call.cutoffs)
            WHERE tenant_id = acting_tenant() AND id = \(call.id)
            """)
    }

    func save(_ cohort: Cohort.ID?, of call: CallForApplications.ID) async throws {
        try await execute(
            """
            -- leadCall
            UPDATE calls SET cohort_id = \(cohort) WHERE tenant_id = acting_tenant() AND id = \(call)
            """)
    }

    func saveDeadline(of call: CallForApplications) async throws {
        try await execute(
            """
            -- extendCall
            UPDATE calls SET closes_at = \(call.deadline.instant)
            WHERE tenant_id = acting_tenant() AND id = \(call.id)
            """)
    }

    func saveDeadline(of stream: ProgramStream.ID, in call: CallForApplications) async throws {
        try await execute(
            """
            -- extendCall: stream
            UPDATE offered_streams SET closes_at = \(call.deadline(of: stream).instant)
            WHERE tenant_id = acting_tenant() AND call_id = \(call.id) AND stream_id = \(stream)
            """)
    }

    func insert(
        _ made: CallExtension, of id: CallForApplications.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- extendCall: why
            INSERT INTO call_extensions (tenant_id, call_id, id, stream_id, at, person_id, closed_at, closes_at, reason)
            VALUES (\(tenant), \(id), gen_random_uuid(), \(made.stream), \(made.at), \(person), \(made.closedAt),
                    \(made.closesAt), \(made.reason))
            """)
    }
}
