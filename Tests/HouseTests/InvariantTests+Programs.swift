import Postgres

extension InvariantTests {
    /// A call of the stream without partners, with a question.
    static let call: [Query] = [
        """
        INSERT INTO calls (tenant_id, id, stream_id, title, opens_at, closes_at, time_zone)
        SELECT s.tenant_id, '00000000-0000-4000-8000-00000000ca11', s.id, '{"en": "Test"}', now() - interval '1 day',
               now() + interval '1 day', 'Asia/Hong_Kong'
        FROM streams AS s WHERE NOT EXISTS (SELECT FROM stream_partners AS p WHERE p.stream_id = s.id) LIMIT 1
        """,
        """
        INSERT INTO call_questions (tenant_id, call_id, id, position, prompt)
        SELECT tenant_id, id, '00000000-0000-4000-8000-0000000000a5', 1, '{"en": "What?"}' FROM calls
        WHERE title = '{"en": "Test"}'
        """,
    ]

    static let programs: [Plant] = [
        Plant(
            "calls_opened_while_their_agreements_were_in_force",
            "UPDATE mous SET ends_on = effective_on + 1 WHERE reference = 'MoU-2'"),
        Plant(
            "published_calls_ask_something", after: call,
            "DELETE FROM call_questions WHERE prompt = '{\"en\": \"What?\"}'",
            """
            UPDATE calls SET published_at = now() - interval '1 day', published_by = gen_random_uuid()
            WHERE title = '{"en": "Test"}'
            """),
        Plant(
            "questions_stand_in_the_order_they_are_asked", after: call,
            "UPDATE call_questions SET from_round = 2 WHERE prompt = '{\"en\": \"What?\"}'",
            """
            INSERT INTO call_questions (tenant_id, call_id, id, position, prompt)
            SELECT tenant_id, id, gen_random_uuid(), 2, '{"en": "And?"}' FROM calls WHERE title = '{"en": "Test"}'
            """),
        Plant(
            "calls_are_published_before_they_close", after: call,
            """
            UPDATE calls SET published_at = now() + interval '2 days', published_by = gen_random_uuid()
            WHERE title = '{"en": "Test"}'
            """),
        Plant(
            "calls_close_when_their_last_extension_says", after: call,
            """
            INSERT INTO call_extensions (tenant_id, call_id, id, person_id, closed_at, closes_at, reason)
            SELECT tenant_id, id, gen_random_uuid(), gen_random_uuid(), closes_at, closes_at + interval '1 day', 'Test'
            FROM calls WHERE title = '{"en": "Test"}'
            """),
        Plant(
            "extensions_go_on_from_one_another", after: call,
            """
            INSERT INTO call_extensions (tenant_id, call_id, id, person_id, closed_at, closes_at, reason)
            SELECT tenant_id, id, gen_random_uuid(), gen_random_uuid(), closes_at - (day + 1) * interval '2 hours',
                   closes_at - day * interval '2 hours', 'Test'
            FROM calls, generate_series(0, 1) AS day WHERE title = '{"en": "Test"}'
            """,
            """
            UPDATE call_extensions SET closed_at = closed_at - interval '30 minutes' WHERE closes_at = (
                SELECT closes_at FROM calls WHERE title = '{"en": "Test"}')
            """),
        Plant(
            "questions_are_numbered_from_one", after: call,
            "UPDATE call_questions SET position = 2 WHERE prompt = '{\"en\": \"What?\"}'"),
        Plant(
            "calls_keep_a_time_zone_that_exists", after: call,
            "UPDATE calls SET time_zone = 'Mars/Base' WHERE title = '{\"en\": \"Test\"}'"),
        offTrail("programs_are_on_the_trail", "programs"),
        inventTrail("partners_of_streams_are_on_the_trail", "stream_partners"),
    ]
}
