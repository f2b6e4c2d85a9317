package import Postgres

extension ApplicationsRoom {
    /// What holds for applications beside their constraints.
    package static let invariants: [Invariant] =
        history + answers + choices + times + [
            Invariant(
                "copies_keep_their_documents",
                violatedBy: """
                    SELECT s.tenant_id, s.application_id || ' ' || (named.value ->> 'id') AS id,
                           'not whole, though copy ' || s.number || ' names it' AS detail
                    FROM application_snapshots AS s
                    CROSS JOIN jsonb_array_elements(s.content -> 'questions') AS asked
                    CROSS JOIN jsonb_array_elements(coalesce(asked.value -> 'documents', '[]')) AS named
                    LEFT JOIN documents AS d ON d.tenant_id = s.tenant_id AND d.application_id = s.application_id
                        AND d.id = (named.value ->> 'id')::uuid
                    WHERE d.id IS NULL OR encode(d.sha256, 'hex') <> named.value ->> 'sha256'
                       OR d.state <> 'rejected' AND d.bytes IS DISTINCT FROM (
                           SELECT sum(octet_length(c.bytes)) FROM document_chunks AS c
                           WHERE c.tenant_id = d.tenant_id AND c.application_id = d.application_id
                             AND c.document_id = d.id)
                    """),
            Invariant(
                "documents_are_what_was_given",
                violatedBy: """
                    SELECT d.tenant_id, d.application_id || ' ' || d.id AS id,
                           CASE WHEN c.bytes IS DISTINCT FROM d.bytes THEN 'not ' || d.bytes || ' bytes'
                                ELSE 'other bytes than were given' END
                           || coalesce(', known since ' || d.damaged_at, '') AS detail
                    FROM documents AS d
                    LEFT JOIN LATERAL (
                        SELECT sum(octet_length(c.bytes)) AS bytes, string_agg(c.bytes, '' ORDER BY c.seq) AS whole
                        FROM document_chunks AS c
                        WHERE c.tenant_id = d.tenant_id AND c.application_id = d.application_id
                          AND c.document_id = d.id) AS c ON true
                    WHERE d.state <> 'rejected'
                      -- What was handed in and lacks bytes breaks what copies keep.
                      AND (d.removed_at IS NULL AND c.bytes IS DISTINCT FROM d.bytes
                               AND NOT is_handed_in(d.tenant_id, d.application_id, d.id)
                           OR c.bytes = d.bytes AND sha256(c.whole) <> d.sha256)
                    """),
            Invariant.trail("applications_are_on_the_trail", of: ["applications", "application_events"]),
            Invariant(
                "answers_are_on_the_trail",
                violatedBy: """
                    SELECT kept.tenant_id, kept.application_id AS id,
                           kept.answers || ' answers, ' || coalesce(told.answers, 0) || ' on the trail' AS detail
                    FROM (SELECT w.tenant_id, w.application_id, count(*) AS answers
                          FROM application_answers AS w GROUP BY w.tenant_id, w.application_id) AS kept
                    LEFT JOIN (
                        SELECT e.tenant_id, e.object_id,
                               count(*) FILTER (WHERE e.deed = 'insert') - count(*) FILTER (WHERE e.deed = 'delete')
                                   AS answers
                        FROM audit_events AS e WHERE e.noun = 'application_answers' GROUP BY e.tenant_id, e.object_id
                    ) AS told ON told.tenant_id = kept.tenant_id AND told.object_id = kept.application_id
                    WHERE kept.answers <> coalesce(told.answers, 0)
                    """),
        ]

    private static let history: [Invariant] = [
        Invariant(
            "applications_stand_where_their_history_says",
            violatedBy: """
                SELECT a.tenant_id, a.id,
                       a.state || ', its history ends in ' || coalesce(last.to_state, 'nothing') AS detail
                FROM applications AS a
                LEFT JOIN LATERAL (
                    SELECT e.to_state FROM application_events AS e
                    WHERE e.tenant_id = a.tenant_id AND e.application_id = a.id
                    ORDER BY e.seq DESC LIMIT 1) AS last ON true
                WHERE last.to_state IS DISTINCT FROM a.state
                """),
        Invariant(
            "applications_move_along_their_states",
            violatedBy: """
                SELECT e.tenant_id, e.application_id || ' ' || e.id AS id,
                       coalesce(e.from_state, 'nothing') || ' to ' || e.to_state AS detail
                FROM application_events AS e
                WHERE (coalesce(e.from_state, ''), e.to_state) NOT IN (
                    ('', 'draft'), ('draft', 'submitted'), ('draft', 'withdrawn'),
                    ('submitted', 'in_review'), ('submitted', 'ineligible'), ('submitted', 'withdrawn'),
                    ('submitted', 'changes_requested'), ('in_review', 'changes_requested'),
                    ('shortlisted', 'changes_requested'), ('interview', 'changes_requested'),
                    ('changes_requested', 'changes_requested'), ('changes_requested', 'submitted'),
                    ('changes_requested', 'in_review'), ('changes_requested', 'shortlisted'),
                    ('changes_requested', 'interview'), ('changes_requested', 'withdrawn'),
                    ('in_review', 'shortlisted'), ('shortlisted', 'interview'),
                    ('in_review', 'offered'), ('in_review', 'waitlisted'), ('in_review', 'rejected'),
                    ('in_review', 'withdrawn'),
                    ('shortlisted', 'offered'), ('shortlisted', 'waitlisted'), ('shortlisted', 'rejected'),
                    ('shortlisted', 'withdrawn'),
                    ('interview', 'offered'), ('interview', 'waitlisted'), ('interview', 'rejected'),
                    ('interview', 'withdrawn'),
                    ('waitlisted', 'offered'), ('waitlisted', 'waitlisted'), ('waitlisted', 'rejected'),
                    ('waitlisted', 'withdrawn'),
                    ('offered', 'accepted'), ('offered', 'declined'), ('offered', 'offered'),
                    ('offered', 'waitlisted'), ('offered', 'rejected'), ('accepted', 'declined'),
                    -- What was answered changes by two people, too.
                    ('accepted', 'offered'), ('accepted', 'waitlisted'), ('accepted', 'rejected'),
                    ('declined', 'offered'), ('declined', 'waitlisted'), ('declined', 'rejected'),
                    -- An appeal stands on record without a move, and may be granted; so may a change by two people.
                    ('ineligible', 'ineligible'), ('ineligible', 'submitted'),
                    ('rejected', 'rejected'), ('rejected', 'in_review'), ('rejected', 'offered'),
                    ('rejected', 'waitlisted'))
                """),
        Invariant(
            "stages_reached_are_those_of_the_history",
            violatedBy: """
                SELECT a.tenant_id, a.id, 'says ' || a.reached || ', its history ' || e.reached AS detail
                FROM applications AS a
                CROSS JOIN LATERAL (
                    SELECT coalesce(bit_or(stage_reached(e.to_state)), 0) AS reached FROM application_events AS e
                    WHERE e.tenant_id = a.tenant_id AND e.application_id = a.id) AS e
                WHERE a.reached <> e.reached
                """),
        Invariant(
            "steps_begin_where_the_one_before_ended",
            violatedBy: """
                SELECT s.tenant_id, s.application_id || ' ' || s.id AS id,
                       coalesce(s.from_state, 'nothing') || ' after ' || coalesce(s.before, 'nothing') AS detail
                FROM (SELECT e.tenant_id, e.application_id, e.id, e.from_state,
                             lag(e.to_state) OVER (
                                 PARTITION BY e.tenant_id, e.application_id ORDER BY e.seq) AS before
                      FROM application_events AS e) AS s
                WHERE s.from_state IS DISTINCT FROM s.before
                """),
        Invariant(
            "steps_follow_each_other_in_time",
            violatedBy: """
                SELECT s.tenant_id, s.application_id || ' ' || s.id AS id, s.at || ' after ' || s.before AS detail
                FROM (SELECT e.tenant_id, e.application_id, e.id, e.at,
                             lag(e.at) OVER (PARTITION BY e.tenant_id, e.application_id ORDER BY e.seq) AS before
                      FROM application_events AS e) AS s
                WHERE s.at < s.before
                """),
    ]

    /// Whether files answer question `q` of application `a`.
    private static let hasDocuments: Query = """
        EXISTS (SELECT FROM documents AS d
                WHERE d.tenant_id = a.tenant_id AND d.application_id = a.id AND d.question_id = q.id
                  AND d.removed_at IS NULL AND d.state <> 'rejected')
        """

    private static let answers: [Invariant] = [
        Invariant(
            "applications_count_their_answers",
            violatedBy: """
                SELECT a.tenant_id, a.id, 'says ' || a.answered || ' and has ' || counted.answers AS detail
                FROM applications AS a
                CROSS JOIN LATERAL (
                    SELECT count(*) AS answers FROM application_answers AS w
                    WHERE w.tenant_id = a.tenant_id AND w.application_id = a.id
                      AND (a.asked IS NULL OR w.question_id = ANY (a.asked))) AS written
                CROSS JOIN LATERAL (
                    SELECT written.answers + count(DISTINCT d.question_id) AS answers FROM documents AS d
                    WHERE d.tenant_id = a.tenant_id AND d.application_id = a.id
                      AND d.removed_at IS NULL AND d.state <> 'rejected'
                      AND (a.asked IS NULL OR d.question_id = ANY (a.asked))) AS counted
                WHERE a.answered <> counted.answers
                """),
        Invariant(
            "applications_count_what_is_required_and_fits",
            violatedBy: """
                SELECT a.tenant_id, a.id, 'says ' || a.required_answered || ' and has ' || counted.answers AS detail
                FROM applications AS a
                CROSS JOIN LATERAL (
                    SELECT count(*) AS answers FROM call_questions AS q
                    LEFT JOIN application_answers AS w ON w.tenant_id = q.tenant_id AND w.application_id = a.id
                        AND w.question_id = q.id
                    WHERE q.tenant_id = a.tenant_id AND q.call_id = a.call_id AND q.required
                      AND (a.asked IS NULL OR q.id = ANY (a.asked)) AND q.id <> ALL (a.unfit)
                      AND CASE WHEN q.files IS NULL
                          THEN length(w.text) <= q.max_length OR w.text IS NOT NULL AND q.kind NOT LIKE '%_text'
                          ELSE \(fragment: hasDocuments) END) AS counted
                WHERE a.required_answered <> counted.answers
                """),
        Invariant(
            "answers_are_to_the_call_applied_to",
            violatedBy: """
                SELECT w.tenant_id, w.application_id || ' ' || w.question_id AS id, 'of call ' || w.call_id AS detail
                FROM application_answers AS w
                JOIN applications AS a ON a.tenant_id = w.tenant_id AND a.id = w.application_id
                WHERE a.call_id <> w.call_id
                """),
        Invariant(
            "later_questions_are_asked_by_a_request",
            violatedBy: """
                SELECT a.tenant_id, a.id, 'question ' || q.position || ' of round ' || q.from_round AS detail
                FROM applications AS a
                JOIN call_questions AS q ON q.tenant_id = a.tenant_id AND q.call_id = a.call_id
                WHERE q.from_round > \(fragment: .askedRound) AND (a.asked IS NULL OR q.id = ANY (a.asked))
                """),
        Invariant(
            "submitted_applications_answer_what_is_required",
            violatedBy: """
                SELECT a.tenant_id, a.id, 'question ' || q.position || ' is not answered' AS detail
                FROM applications AS a
                JOIN call_questions AS q ON q.tenant_id = a.tenant_id AND q.call_id = a.call_id AND q.required
                -- What a startup was asked to change may be anything until it is handed in again.
                WHERE a.submitted_at IS NOT NULL AND a.state <> 'changes_requested'
                  AND (a.asked IS NULL OR q.id = ANY (a.asked)) AND NOT EXISTS (
                    SELECT FROM application_answers AS w
                    WHERE w.tenant_id = a.tenant_id AND w.application_id = a.id AND w.question_id = q.id)
                  AND NOT (q.files IS NOT NULL AND \(fragment: hasDocuments))
                """),
        Invariant(
            "submitted_answers_fit",
            violatedBy: """
                SELECT w.tenant_id, w.application_id || ' ' || w.question_id AS id,
                       length(w.text) || ' of ' || q.max_length || ' characters' AS detail
                FROM application_answers AS w
                JOIN applications AS a ON a.tenant_id = w.tenant_id AND a.id = w.application_id
                JOIN call_questions AS q ON q.tenant_id = w.tenant_id AND q.call_id = w.call_id AND q.id = w.question_id
                WHERE a.submitted_at IS NOT NULL AND a.state <> 'changes_requested'
                  AND (a.asked IS NULL OR q.id = ANY (a.asked))
                  AND (q.id = ANY (a.unfit) OR q.kind LIKE '%_text' AND length(w.text) > q.max_length)
                """),
        Invariant(
            "answers_stand_since_the_submission",
            violatedBy: """
                SELECT w.tenant_id, w.application_id || ' ' || w.question_id AS id, 'saved at ' || w.saved_at AS detail
                FROM application_answers AS w
                JOIN applications AS a ON a.tenant_id = w.tenant_id AND a.id = w.application_id
                WHERE a.state <> 'changes_requested'
                  AND w.saved_at > interval '1 millisecond' + coalesce(
                      (SELECT max(s.submitted_at) FROM application_snapshots AS s
                       WHERE s.tenant_id = a.tenant_id AND s.application_id = a.id), a.submitted_at)
                """),
    ]

    private static let choices: [Invariant] = [
        Invariant(
            "applications_count_their_choices",
            violatedBy: """
                SELECT a.tenant_id, a.id, 'says ' || a.streams_chosen || ' and has ' || counted.choices AS detail
                FROM applications AS a
                CROSS JOIN LATERAL (
                    SELECT count(*) AS choices FROM stream_choices AS k
                    WHERE k.tenant_id = a.tenant_id AND k.application_id = a.id) AS counted
                WHERE a.streams_chosen <> counted.choices
                """),
        Invariant(
            "choices_count_up_without_a_gap",
            violatedBy: """
                SELECT k.tenant_id, k.application_id AS id, count(*) || ' choices up to ' || max(k.rank) AS detail
                FROM stream_choices AS k GROUP BY k.tenant_id, k.application_id HAVING max(k.rank) <> count(*)
                """),
        Invariant(
            "choices_are_of_the_call_applied_to",
            violatedBy: """
                SELECT k.tenant_id, k.application_id || ' ' || k.stream_id AS id, 'of call ' || k.call_id AS detail
                FROM stream_choices AS k
                JOIN applications AS a ON a.tenant_id = k.tenant_id AND a.id = k.application_id
                WHERE a.call_id <> k.call_id
                """),
        Invariant(
            "questions_of_streams_are_asked_of_who_names_them",
            violatedBy: """
                SELECT a.tenant_id, a.id, 'question ' || q.position || ' of other streams' AS detail
                FROM applications AS a
                JOIN call_questions AS q ON q.tenant_id = a.tenant_id AND q.call_id = a.call_id AND q.streams <> '{}'
                WHERE (a.asked IS NULL OR q.id = ANY (a.asked)) AND NOT EXISTS (
                    SELECT FROM stream_choices AS k
                    WHERE k.tenant_id = a.tenant_id AND k.application_id = a.id AND k.stream_id = ANY (q.streams))
                """),
        Invariant(
            "submitted_applications_choose_a_stream",
            violatedBy: """
                SELECT a.tenant_id, a.id, 'chose none' AS detail FROM applications AS a
                WHERE a.submitted_at IS NOT NULL
                  AND EXISTS (SELECT FROM offered_streams AS o WHERE o.tenant_id = a.tenant_id AND o.call_id = a.call_id)
                  AND NOT EXISTS (SELECT FROM stream_choices AS k
                                  WHERE k.tenant_id = a.tenant_id AND k.application_id = a.id)
                """),
    ]

    private static let times: [Invariant] = [
        // A closing that was moved is the one that counts: extensions change the call itself.
        Invariant(
            "submissions_arrived_in_time",
            violatedBy: """
                SELECT a.tenant_id, a.id, 'handed in at ' || a.submitted_at AS detail
                FROM applications AS a JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
                WHERE a.submitted_at NOT BETWEEN c.opens_at AND c.closes_at + c.grace_seconds * interval '1 second'
                UNION ALL
                SELECT a.tenant_id, a.id, 'names a stream that closed at ' || o.closes_at
                FROM applications AS a
                JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
                JOIN stream_choices AS k ON k.tenant_id = a.tenant_id AND k.application_id = a.id
                JOIN offered_streams AS o
                    ON o.tenant_id = k.tenant_id AND o.call_id = k.call_id AND o.stream_id = k.stream_id
                WHERE a.submitted_at > o.closes_at + c.grace_seconds * interval '1 second'
                """),
        Invariant(
            "applications_are_to_published_calls",
            violatedBy: """
                SELECT a.tenant_id, a.id, 'begun at ' || a.created_at AS detail
                FROM applications AS a JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
                WHERE c.published_at IS NULL
                """),
        Invariant(
            "submissions_are_dated_as_their_step",
            violatedBy: """
                SELECT a.tenant_id, a.id, 'handed in at ' || coalesce(a.submitted_at::text, 'no time') AS detail
                FROM applications AS a
                LEFT JOIN LATERAL (
                    SELECT max(e.at) AS at FROM application_events AS e
                    WHERE e.tenant_id = a.tenant_id AND e.application_id = a.id AND e.to_state = 'submitted'
                      AND e.from_state = 'draft') AS s ON true
                WHERE (a.submitted_at IS NULL) <> (s.at IS NULL)
                   OR a.submitted_at NOT BETWEEN s.at - interval '1 millisecond' AND s.at + interval '1 millisecond'
                """),
        Invariant(
            "withdrawals_are_dated_as_their_step",
            violatedBy: """
                SELECT a.tenant_id, a.id, 'taken back at ' || coalesce(a.withdrawn_at::text, 'no time') AS detail
                FROM applications AS a
                LEFT JOIN LATERAL (
                    SELECT max(e.at) AS at FROM application_events AS e
                    WHERE e.tenant_id = a.tenant_id AND e.application_id = a.id AND e.to_state = 'withdrawn') AS s ON true
                WHERE (a.withdrawn_at IS NULL) <> (s.at IS NULL)
                   OR a.withdrawn_at NOT BETWEEN s.at - interval '1 millisecond' AND s.at + interval '1 millisecond'
                """),
        Invariant(
            "offers_run_out_after_they_are_made",
            violatedBy: """
                SELECT a.tenant_id, a.id, 'until ' || a.offer_expires_at AS detail FROM applications AS a
                WHERE EXISTS (
                    SELECT FROM application_events AS e
                    WHERE e.tenant_id = a.tenant_id AND e.application_id = a.id AND e.to_state = 'offered'
                      AND a.state IN ('offered', 'accepted', 'declined') AND e.at > a.offer_expires_at)
                """),
        Invariant(
            "offers_are_accepted_while_they_stand",
            violatedBy: """
                SELECT a.tenant_id, a.id, 'accepted at ' || e.at AS detail
                FROM applications AS a
                JOIN application_events AS e
                  ON e.tenant_id = a.tenant_id AND e.application_id = a.id AND e.to_state = 'accepted'
                WHERE e.at > a.offer_expires_at
                """),
        Invariant(
            "applications_are_written_by_people_with_a_seat",
            violatedBy: """
                SELECT a.tenant_id, a.id, 'begun by ' || a.created_by AS detail FROM applications AS a
                WHERE NOT EXISTS (SELECT FROM memberships AS m
                                  WHERE m.tenant_id = a.tenant_id AND m.person_id = a.created_by)
                """),
    ]
}
