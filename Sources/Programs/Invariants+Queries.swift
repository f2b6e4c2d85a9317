package import Postgres

extension ProgramsRoom {
    /// What holds for programs and calls beside their constraints.
    package static let invariants: [Invariant] = [
        // What was terminated since was in force then: the day it ends is after the day the call opened. Streams are moved to the
        // term that follows: any term of the chain does.
        Invariant(
            "calls_opened_while_their_agreements_were_in_force",
            violatedBy: """
                SELECT c.tenant_id, c.id, 'opened without agreement ' || m.reference AS detail
                FROM calls AS c
                JOIN stream_partners AS p ON p.tenant_id = c.tenant_id AND p.stream_id = c.stream_id
                JOIN mous AS m ON m.tenant_id = p.tenant_id AND m.id = p.mou_id
                WHERE c.published_at IS NOT NULL AND c.cancelled_at IS NULL
                  AND CASE WHEN c.time_zone IN (SELECT z.name FROM pg_timezone_names AS z) THEN NOT agreement_holds(
                      p.tenant_id, p.mou_id, p.institution_id,
                      (greatest(c.opens_at, c.published_at) AT TIME ZONE c.time_zone)::date) END
                """),
        Invariant(
            "published_calls_ask_something",
            violatedBy: """
                SELECT c.tenant_id, c.id, 'no question' AS detail FROM calls AS c
                WHERE c.published_at IS NOT NULL AND NOT EXISTS (
                    SELECT FROM call_questions AS q
                    WHERE q.tenant_id = c.tenant_id AND q.call_id = c.id AND q.from_round IS NULL)
                """),
        Invariant(
            "calls_are_published_before_they_close",
            violatedBy: """
                SELECT c.tenant_id, c.id, 'published at ' || c.published_at AS detail FROM calls AS c
                WHERE c.published_at >= c.closes_at
                """),
        Invariant(
            "calls_close_when_their_last_extension_says",
            violatedBy: """
                SELECT c.tenant_id, c.id, 'extended to ' || x.closes_at || ', closes at ' || c.closes_at AS detail
                FROM calls AS c
                JOIN LATERAL (
                    SELECT max(e.closes_at) AS closes_at FROM call_extensions AS e
                    WHERE e.tenant_id = c.tenant_id AND e.call_id = c.id AND e.stream_id IS NULL) AS x
                    ON x.closes_at <> c.closes_at
                UNION ALL
                SELECT o.tenant_id, o.call_id, 'stream extended to ' || x.closes_at || ', closes at ' || o.closes_at
                FROM offered_streams AS o
                JOIN LATERAL (
                    SELECT max(e.closes_at) AS closes_at FROM call_extensions AS e
                    WHERE e.tenant_id = o.tenant_id AND e.call_id = o.call_id AND e.stream_id = o.stream_id) AS x
                    ON x.closes_at <> o.closes_at
                """),
        Invariant(
            "extensions_go_on_from_one_another",
            violatedBy: """
                SELECT x.tenant_id, x.id, 'moved ' || x.closed_at || ', which was ' || x.before AS detail
                FROM (SELECT e.tenant_id, e.id, e.closed_at,
                             lag(e.closes_at) OVER (
                                 PARTITION BY e.tenant_id, e.call_id, e.stream_id ORDER BY e.closes_at) AS before
                      FROM call_extensions AS e) AS x
                WHERE x.closed_at <> x.before
                """),
        Invariant(
            "questions_are_numbered_from_one",
            violatedBy: """
                SELECT q.tenant_id, q.call_id AS id, count(*) || ' up to number ' || max(q.position) AS detail
                FROM call_questions AS q GROUP BY q.tenant_id, q.call_id
                HAVING min(q.position) <> 1 OR max(q.position) <> count(*)
                """),
        Invariant(
            "questions_stand_in_the_order_they_are_asked",
            violatedBy: """
                SELECT q.tenant_id, q.call_id AS id, 'question ' || q.position || ' comes too late' AS detail
                FROM (SELECT k.tenant_id, k.call_id, k.position, coalesce(k.from_round, 1) AS round,
                             lag(coalesce(k.from_round, 1)) OVER (PARTITION BY k.tenant_id, k.call_id ORDER BY k.position)
                                 AS before
                      FROM call_questions AS k) AS q
                WHERE q.round < q.before
                """),
        Invariant(
            "calls_keep_a_time_zone_that_exists",
            violatedBy: """
                SELECT c.tenant_id, c.id, c.time_zone AS detail FROM calls AS c
                WHERE NOT EXISTS (SELECT FROM pg_timezone_names AS z WHERE z.name = c.time_zone)
                """),
        Invariant.trail(
            "programs_are_on_the_trail",
            of: ["programs", "streams", "cohorts", "calls", "call_questions", "call_extensions"]),
        Invariant.trailCounts("partners_of_streams_are_on_the_trail", of: ["stream_partners"]),
    ]
}
