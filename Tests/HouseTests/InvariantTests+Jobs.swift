import Postgres

extension InvariantTests {
    static let jobs: [Plant] = [
        Plant(
            "jobs_are_asked_for_by_a_tenant_that_exists",
            """
            INSERT INTO jobs (id, kind, arguments, tenant_id, context)
            SELECT gen_random_uuid(), 'test', '{}', t, jsonb_build_object('tenant', t) FROM gen_random_uuid() AS t
            """),
        Plant(
            "jobs_under_a_lease_count_their_attempt",
            """
            INSERT INTO jobs (id, kind, arguments, lease_until, lease_token)
            VALUES (gen_random_uuid(), 'test', '{}', now() + interval '1 hour', gen_random_uuid())
            """),
        Plant(
            "jobs_end_after_they_are_asked_for",
            """
            INSERT INTO jobs (id, kind, arguments, finished_at, outcome)
            VALUES (gen_random_uuid(), 'test', '{}', now() - interval '1 hour', 'succeeded')
            """),
        Plant(
            "jobs_of_one_key_are_waited_for_once", "DROP INDEX jobs_once_per_key_while_unfinished",
            """
            INSERT INTO jobs (id, kind, arguments, key) SELECT gen_random_uuid(), 'test', '{}', 'one'
            FROM generate_series(1, 2)
            """),
        Plant(
            "events_are_published_by_a_tenant_that_exists",
            """
            INSERT INTO outbox_events (id, topic, payload, tenant_id, context)
            SELECT gen_random_uuid(), 'test', '{}', t, jsonb_build_object('tenant', t) FROM gen_random_uuid() AS t
            """),
    ]
}
