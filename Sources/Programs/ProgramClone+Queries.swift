import API
import Eligibility
import Forms
import Postgres
import Vocabulary

// A clone has every column of its source but those that are said to differ, also columns that are added to a table later:
// a list of columns here would lose them without a word.
extension Transaction {
    /// What the source is designed with, and how long its stages may take.
    func copyDesign(of source: ProgramStream.ID, to copy: ProgramStream.ID) async throws {
        try await execute(
            """
            -- clone: design
            INSERT INTO stream_designs
            SELECT (jsonb_populate_record(NULL::stream_designs, to_jsonb(d) || jsonb_build_object('stream_id', \(copy)))).*
            FROM stream_designs AS d WHERE d.tenant_id = acting_tenant() AND d.stream_id = \(source)
            """)
        try await execute(
            """
            -- clone: service levels
            INSERT INTO service_levels
            SELECT (jsonb_populate_record(NULL::service_levels, to_jsonb(l) || jsonb_build_object('stream_id', \(copy)))).*
            FROM service_levels AS l WHERE l.tenant_id = acting_tenant() AND l.stream_id = \(source)
            """)
    }

    /// The pool of the source, after its partners: whoever reviews there still and can come in. Of a partner that takes no part
    /// again, or whose staff they are no more, they come as whom the park added.
    func copyPool(of source: ProgramStream.ID, to copy: ProgramStream.ID) async throws {
        try await execute(
            """
            -- clone: pool
            INSERT INTO stream_reviewers (
                tenant_id, id, stream_id, person_id, institution_id, proposed_by, added_at, added_by, until)
            SELECT s.tenant_id, gen_random_uuid(), \(copy), s.person_id,
                   CASE WHEN EXISTS (SELECT FROM stream_partners AS p
                                     WHERE p.tenant_id = s.tenant_id AND p.stream_id = \(copy)
                                       AND p.institution_id = s.institution_id)
                         AND EXISTS (SELECT FROM memberships AS m
                                     WHERE m.tenant_id = s.tenant_id AND m.person_id = s.person_id
                                       AND m.institution_id = s.institution_id AND m.ended_at IS NULL)
                        THEN s.institution_id END,
                   coalesce(acting_person(), s.added_by), now(), coalesce(acting_person(), s.added_by), s.until
            FROM stream_reviewers AS s
            WHERE s.stream_id = \(source) AND \(fragment: .staysInPool)
            """)
    }

    /// Questions keep their ids, which are the call's own, so that what refers to a question still does.
    ///
    /// - Parameter streams: what became of the streams that are cloned; others are offered again as long as they are of the
    ///   same program.
    func copyCall(_ made: ProgramClone.Draft, streams: [ProgramStream.ID: ProgramStream.ID]) async throws {
        let copies = Array(streams)
        try await execute(
            """
            -- clone: call
            INSERT INTO calls
            SELECT (jsonb_populate_record(NULL::calls, to_jsonb(c) || jsonb_build_object(
                        'id', \(made.id), 'stream_id', \(made.stream), 'title', \(made.title),
                        'opens_at', \(made.opensAt), 'closes_at', \(made.deadline.instant), 'cutoffs', \(made.cutoffs),
                        'created_at', now(), 'published_at', NULL, 'published_by', NULL, 'cancelled_at', NULL,
                        'cancelled_by', NULL, 'cancellation_reason', NULL, 'cohort_id', \(made.cohort)::uuid))).*
            FROM calls AS c WHERE c.tenant_id = acting_tenant() AND c.id = \(made.source)
            """)
        try await execute(
            """
            -- clone: questions
            INSERT INTO call_questions
            SELECT (jsonb_populate_record(
                        NULL::call_questions, to_jsonb(q) || jsonb_build_object(
                            'call_id', \(made.id), 'added_in', 1, 'streams', ARRAY(
                                SELECT coalesce(n.copy, asked.stream)
                                FROM unnest(q.streams) WITH ORDINALITY AS asked (stream, place)
                                LEFT JOIN unnest(\(copies.map(\.key)), \(copies.map(\.value))) AS n (source, copy)
                                    ON n.source = asked.stream
                                ORDER BY asked.place)))).*
            FROM call_questions AS q WHERE q.tenant_id = acting_tenant() AND q.call_id = \(made.source)
            """)
        try await execute(
            """
            -- clone: conditions
            INSERT INTO call_conditions
            SELECT (jsonb_populate_record(
                        NULL::call_conditions, to_jsonb(k) || jsonb_build_object('call_id', \(made.id)))).*
            FROM call_conditions AS k WHERE k.tenant_id = acting_tenant() AND k.call_id = \(made.source)
            """)
        try await execute(
            """
            -- clone: streams
            INSERT INTO offered_streams (tenant_id, call_id, stream_id, position, places, closes_at)
            SELECT acting_tenant(), \(made.id), kept.stream_id, kept.position, kept.places, kept.closes_at
            FROM (SELECT s.id AS stream_id, o.position, o.places, count(*) OVER () AS number,
                         -- As long before the call as it was, on the clock of the call's zone.
                         (\(made.deadline.instant)::timestamptz AT TIME ZONE c.time_zone
                             - (c.closes_at AT TIME ZONE c.time_zone - o.closes_at AT TIME ZONE c.time_zone))
                             AT TIME ZONE c.time_zone AS closes_at
                  FROM offered_streams AS o
                  JOIN calls AS c ON c.tenant_id = o.tenant_id AND c.id = o.call_id
                  LEFT JOIN unnest(\(copies.map(\.key)), \(copies.map(\.value))) AS n (source, copy)
                      ON n.source = o.stream_id
                  JOIN streams AS s ON s.tenant_id = o.tenant_id AND s.id = coalesce(n.copy, o.stream_id)
                  JOIN streams AS own ON own.tenant_id = s.tenant_id AND own.program_id = s.program_id
                  WHERE o.tenant_id = acting_tenant() AND o.call_id = \(made.source) AND own.id = \(made.stream)
                    AND s.ended_at IS NULL) AS kept
            WHERE kept.number > 1
            """)
        // What was asked for streams that are not offered any more is asked of nobody; nor is what was asked because of how that
        // is answered.
        guard let copy = try await call(made.id) else { throw Problem.notFound }
        let offered = copy.offered.map(\.stream) + [made.stream]
        let dropped = copy.following(copy.questions.filter { !$0.isAsked(of: offered) }.map(\.id))
        try await execute(
            """
            -- clone: questions of other streams
            DELETE FROM call_questions
            WHERE tenant_id = acting_tenant() AND call_id = \(made.id) AND id = ANY (\(Array(dropped)))
            """)
        try await execute(
            """
            -- clone: questions of some streams
            UPDATE call_questions AS q SET streams = ARRAY(
                SELECT o.stream_id FROM offered_streams AS o
                WHERE o.tenant_id = q.tenant_id AND o.call_id = q.call_id AND o.stream_id = ANY (q.streams)
                ORDER BY o.position)
            WHERE q.tenant_id = acting_tenant() AND q.call_id = \(made.id) AND q.streams <> '{}'
            """)
    }

    /// Replaces the bounds and conditions of questions, and the rules of what a draft requires.
    func replaceDays(
        of call: CallForApplications.ID, in questions: [NewQuestion], _ conditions: [CallCondition]
    ) async throws {
        for question in questions {
            try await execute(
                """
                -- clone: days of a question
                UPDATE call_questions
                SET settings = \(JSONB(question.question.field.settings)),
                    condition = \(question.condition.map { JSONB($0) })
                WHERE tenant_id = acting_tenant() AND call_id = \(call) AND id = \(question.id)
                """)
        }
        for condition in conditions {
            try await execute(
                """
                -- clone: days of a rule
                UPDATE call_conditions SET rule = \(JSONB(condition.rule.term))
                WHERE tenant_id = acting_tenant() AND call_id = \(call) AND id = \(condition.id)
                """)
        }
    }
}

extension Statements {
    /// How many reviewers the pool of a stream brings into its clone.
    func poolSize(of stream: ProgramStream.ID) async throws -> Int {
        try await one(
            """
            -- clone: size of the pool
            SELECT count(*) AS reviewers FROM stream_reviewers AS s
            WHERE s.stream_id = \(stream) AND \(fragment: .staysInPool)
            """)("reviewers")
    }
}

extension Query {
    /// Who of a pool `s` is in it today and can still come in as a reviewer.
    fileprivate static var staysInPool: Query {
        """
        s.tenant_id = acting_tenant() AND acts_as('manager', 'system')
        AND s.added_at IS NOT NULL AND s.ended_at IS NULL
        AND (s.until IS NULL OR s.until >= (
            SELECT (now() AT TIME ZONE w.time_zone)::date FROM tenants AS w WHERE w.id = s.tenant_id))
        AND EXISTS (SELECT FROM memberships AS m JOIN people AS who ON who.id = m.person_id AND who.disabled_at IS NULL
                    WHERE m.tenant_id = s.tenant_id AND m.person_id = s.person_id AND m.role = 'reviewer'
                      AND m.ended_at IS NULL)
        """
    }
}
