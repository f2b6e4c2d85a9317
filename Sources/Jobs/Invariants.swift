public import Postgres

extension Worker {
    /// What holds for jobs, ticks and events beside their constraints.
    public static let invariants: [Invariant] = [
        Invariant(
            "jobs_are_asked_for_by_a_tenant_that_exists",
            violatedBy: """
                SELECT j.tenant_id, j.id, j.kind AS detail FROM jobs AS j
                WHERE j.tenant_id IS NOT NULL AND NOT EXISTS (SELECT FROM tenants AS t WHERE t.id = j.tenant_id)
                """),
        Invariant(
            "jobs_under_a_lease_count_their_attempt",
            violatedBy: """
                SELECT j.tenant_id, j.id, j.kind || ' is held and was never fetched' AS detail FROM jobs AS j
                WHERE j.lease_until IS NOT NULL AND j.attempt = 0
                """),
        Invariant(
            "jobs_end_after_they_are_asked_for",
            violatedBy: """
                SELECT j.tenant_id, j.id, j.kind || ' ended at ' || j.finished_at AS detail FROM jobs AS j
                WHERE j.finished_at < j.created_at
                """),
        Invariant(
            "jobs_of_one_key_are_waited_for_once",
            violatedBy: """
                SELECT j.tenant_id, min(j.id::text) AS id, count(*) || ' of ' || j.kind || ' ' || j.key AS detail
                FROM jobs AS j WHERE j.finished_at IS NULL AND j.key IS NOT NULL
                GROUP BY j.tenant_id, j.kind, j.key HAVING count(*) > 1
                """),
        Invariant(
            "events_are_published_by_a_tenant_that_exists",
            violatedBy: """
                SELECT o.tenant_id, o.id, o.topic AS detail FROM outbox_events AS o
                WHERE o.tenant_id IS NOT NULL AND NOT EXISTS (SELECT FROM tenants AS t WHERE t.id = o.tenant_id)
                """),
    ]
}
