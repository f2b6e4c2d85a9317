import Postgres

extension InvariantTests {
    /// An application to a call that nobody judges yet, handed in.
    static let submitted: Query = """
        (SELECT a.id FROM applications AS a
         WHERE a.state = 'submitted' AND NOT EXISTS (SELECT FROM review_rounds AS r WHERE r.call_id = a.call_id)
         ORDER BY a.id LIMIT 1)
        """

    /// The one application that stands there, or the first.
    static func standing(_ state: String) -> Query {
        "(SELECT a.id FROM applications AS a WHERE a.state = \(state) ORDER BY a.id LIMIT 1)"
    }

    /// A step to another state, with the state.
    static func step(
        of application: Query, from: String, to: String, later: String = "0 seconds"
    ) -> [Query] {
        [
            """
            INSERT INTO application_events (tenant_id, application_id, id, at, from_state, to_state)
            SELECT a.tenant_id, a.id, gen_random_uuid(), now() + \(later)::text::interval, \(from), \(to)
            FROM applications AS a WHERE a.id = \(fragment: application)
            """,
            """
            UPDATE applications SET state = \(to), withdrawn_at = CASE WHEN \(to) = 'withdrawn' THEN now() END
            WHERE id = \(fragment: application)
            """,
        ]
    }

    static let applications: [Plant] = [
        Plant(
            "applications_stand_where_their_history_says",
            "UPDATE applications SET state = 'waitlisted' WHERE id = \(fragment: standing("in_review"))"),
        Plant(
            "applications_move_along_their_states",
            after: step(of: submitted, from: "submitted", to: "accepted")),
        Plant(
            "stages_reached_are_those_of_the_history",
            "ALTER TABLE applications DISABLE TRIGGER a_stage_reached_is_tallied",
            "UPDATE applications SET reached = 16 WHERE id = \(fragment: submitted)"),
        Plant(
            "steps_begin_where_the_one_before_ended",
            "UPDATE application_events SET from_state = 'waitlisted' WHERE to_state = 'rejected'"),
        Plant(
            "steps_follow_each_other_in_time",
            "UPDATE application_events SET at = at - interval '1 day' WHERE to_state = 'rejected'"),
        Plant(
            "applications_count_their_answers",
            "UPDATE applications SET answered = 9 WHERE id = \(fragment: submitted)"),
        Plant(
            "applications_count_what_is_required_and_fits",
            "UPDATE applications SET required_answered = 0 WHERE id = \(fragment: submitted)"),
        Plant(
            "answers_are_to_the_call_applied_to", after: call,
            """
            UPDATE call_questions SET id = (SELECT w.question_id FROM application_answers AS w
                                            WHERE w.application_id = \(fragment: standing("draft"))
                                            ORDER BY w.question_id LIMIT 1)
            WHERE prompt = '{"en": "What?"}'
            """,
            """
            UPDATE application_answers SET call_id = (SELECT id FROM calls WHERE title = '{"en": "Test"}')
            WHERE application_id = \(fragment: standing("draft"))
              AND question_id = (SELECT id FROM call_questions WHERE prompt = '{"en": "What?"}')
            """),
        Plant(
            "later_questions_are_asked_by_a_request",
            """
            INSERT INTO call_questions (tenant_id, call_id, id, position, prompt, required, from_round)
            SELECT a.tenant_id, a.call_id, gen_random_uuid(), 1 + (
                       SELECT max(q.position) FROM call_questions AS q WHERE q.call_id = a.call_id),
                   '{"en": "Later?"}', false, 2
            FROM applications AS a WHERE a.id = \(fragment: submitted)
            """,
            """
            UPDATE applications AS a SET asked = ARRAY(
                SELECT q.id FROM call_questions AS q WHERE q.call_id = a.call_id AND q.from_round IS NULL)
            WHERE a.call_id = (SELECT call_id FROM applications WHERE id = \(fragment: submitted))
            """,
            """
            UPDATE applications AS a SET asked = a.asked || ARRAY(
                SELECT q.id FROM call_questions AS q WHERE q.call_id = a.call_id AND q.from_round = 2)
            WHERE a.id = \(fragment: submitted)
            """),
        Plant(
            "submitted_applications_answer_what_is_required",
            """
            DELETE FROM application_answers AS w WHERE w.application_id = \(fragment: submitted) AND w.question_id = (
                SELECT q.id FROM call_questions AS q WHERE q.call_id = w.call_id AND q.position = 1)
            """,
            """
            UPDATE applications SET answered = answered - 1, required_answered = required_answered - 1
            WHERE id = \(fragment: submitted)
            """),
        Plant(
            "submitted_answers_fit",
            """
            UPDATE application_answers AS w SET text = repeat('x', 9000)
            WHERE w.application_id = \(fragment: submitted) AND w.question_id = (
                SELECT q.id FROM call_questions AS q WHERE q.call_id = w.call_id AND q.position = 1)
            """,
            "UPDATE applications SET required_answered = required_answered - 1 WHERE id = \(fragment: submitted)"),
        Plant(
            "applications_count_their_choices",
            "UPDATE applications SET streams_chosen = 1 WHERE id = \(fragment: submitted)"),
        Plant(
            "questions_of_streams_are_asked_of_who_names_them",
            """
            UPDATE call_questions SET streams = ARRAY[gen_random_uuid()]
            WHERE position = 1 AND call_id = (SELECT call_id FROM applications WHERE id = \(fragment: submitted))
            """),
        Plant(
            "choices_count_up_without_a_gap",
            """
            INSERT INTO stream_choices (tenant_id, application_id, call_id, stream_id, rank, saved_by)
            SELECT a.tenant_id, a.id, a.call_id, gen_random_uuid(), 2, a.created_by
            FROM applications AS a WHERE a.id = \(fragment: submitted)
            """,
            "UPDATE applications SET streams_chosen = 1 WHERE id = \(fragment: submitted)"),
        Plant(
            "choices_are_of_the_call_applied_to",
            """
            INSERT INTO stream_choices (tenant_id, application_id, call_id, stream_id, rank, saved_by)
            SELECT a.tenant_id, a.id, gen_random_uuid(), gen_random_uuid(), 1, a.created_by
            FROM applications AS a WHERE a.id = \(fragment: submitted)
            """,
            "UPDATE applications SET streams_chosen = 1 WHERE id = \(fragment: submitted)"),
        Plant(
            "submitted_applications_choose_a_stream",
            """
            INSERT INTO offered_streams (tenant_id, call_id, stream_id, position)
            SELECT a.tenant_id, a.call_id, gen_random_uuid(), n
            FROM applications AS a, generate_series(1, 2) AS n WHERE a.id = \(fragment: submitted)
            """),
        Plant(
            "answers_stand_since_the_submission",
            """
            UPDATE application_answers AS w SET saved_at = now() + interval '1 day'
            WHERE w.application_id = \(fragment: submitted) AND w.question_id = (
                SELECT q.id FROM call_questions AS q WHERE q.call_id = w.call_id AND q.position = 1)
            """),
        Plant(
            "submissions_arrived_in_time",
            """
            UPDATE application_events SET at = now() + interval '300 days'
            WHERE to_state = 'submitted' AND application_id = \(fragment: submitted)
            """,
            "UPDATE applications SET submitted_at = now() + interval '300 days' WHERE id = \(fragment: submitted)"),
        Plant(
            "applications_are_to_published_calls", after: call,
            """
            INSERT INTO applications (tenant_id, id, call_id, startup_id, created_by)
            SELECT c.tenant_id, gen_random_uuid(), c.id, s.id, m.person_id
            FROM calls AS c, startups AS s, memberships AS m
            WHERE c.title = '{"en": "Test"}' AND m.tenant_id = c.tenant_id AND m.role = 'manager' LIMIT 1
            """,
            """
            INSERT INTO application_events (tenant_id, application_id, id, to_state)
            SELECT a.tenant_id, a.id, gen_random_uuid(), 'draft'
            FROM applications AS a JOIN calls AS c ON c.id = a.call_id WHERE c.title = '{"en": "Test"}'
            """),
        Plant(
            "submissions_are_dated_as_their_step",
            """
            UPDATE application_events SET at = at + interval '1 hour'
            WHERE to_state = 'submitted' AND application_id = \(fragment: submitted)
            """),
        Plant(
            "withdrawals_are_dated_as_their_step",
            after: step(of: standing("draft"), from: "draft", to: "withdrawn", later: "1 hour")),
        Plant(
            "offers_run_out_after_they_are_made",
            """
            UPDATE applications SET offer_expires_at = created_at - interval '1 day'
            WHERE id = \(fragment: standing("offered"))
            """),
        Plant(
            "offers_are_accepted_while_they_stand",
            "UPDATE application_events SET at = at + interval '300 days' WHERE to_state = 'accepted'"),
        Plant(
            "applications_are_written_by_people_with_a_seat",
            "UPDATE applications SET created_by = gen_random_uuid() WHERE id = \(fragment: submitted)"),
        offTrail("applications_are_on_the_trail", "applications"),
        offTrail("answers_are_on_the_trail", "application_answers"),
        Plant(
            "documents_are_what_was_given",
            """
            INSERT INTO documents (tenant_id, application_id, id, call_id, question_id, name, media_type, bytes, sha256,
                                   state, uploaded_by, removed_at, removed_by)
            SELECT tenant_id, id, id, call_id, id, 'a.txt', 'text/plain', 4, sha256('deck'), 'clean', id, now(), id
            FROM applications ORDER BY id LIMIT 1
            """,
            """
            INSERT INTO document_chunks (tenant_id, application_id, document_id, seq, bytes)
            SELECT tenant_id, application_id, id, 0, 'desk' FROM documents
            """),
        Plant(
            "copies_keep_their_documents",
            """
            UPDATE application_snapshots
            SET content = jsonb_set(content, '{questions,0,documents}', jsonb_build_array(
                jsonb_build_object('id', gen_random_uuid(), 'sha256', '00')))
            WHERE application_id = \(fragment: submitted) AND number = 1
            """),
    ]
}
