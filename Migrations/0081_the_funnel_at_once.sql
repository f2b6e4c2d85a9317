-- How far applications came, for the funnel: each table is gone through once instead of looked into for every application, of
-- which a workspace has thousands. What is found is what was found before.
CREATE OR REPLACE FUNCTION stages_in_streams(first date, last date, only_streams uuid[])
    RETURNS TABLE (application_id uuid, stream_id uuid, stages boolean[]) LANGUAGE sql STABLE AS $$
    WITH asked AS MATERIALIZED (
        SELECT a.id, a.call_id, c.stream_id AS own, a.submitted_at IS NOT NULL AS submitted
        FROM applications AS a
        JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
        WHERE a.tenant_id = acting_tenant()
          AND (only_streams IS NULL OR c.stream_id = ANY (only_streams)
               OR c.id IN (SELECT o.call_id FROM offered_streams AS o
                           WHERE o.tenant_id = acting_tenant() AND o.stream_id = ANY (only_streams)))
          AND (first IS NULL OR (a.created_at AT TIME ZONE 'Asia/Hong_Kong')::date >= first)
          AND (last IS NULL OR (a.created_at AT TIME ZONE 'Asia/Hong_Kong')::date <= last)),
    been AS MATERIALIZED (
        SELECT e.application_id,
               bool_or(e.to_state = 'in_review') AS eligible, bool_or(e.to_state = 'shortlisted') AS shortlisted,
               bool_or(e.to_state = 'interview') AS interview, bool_or(e.to_state = 'offered') AS offered,
               bool_or(e.to_state = 'accepted') AS accepted
        FROM application_events AS e WHERE e.tenant_id = acting_tenant() GROUP BY e.application_id),
    -- For which streams somebody was to judge it; one that is NULL is all of them.
    judged AS MATERIALIZED (
        SELECT r.application_id, array_agg(q.stream_id) AS streams
        FROM review_assignments AS r
        JOIN review_rounds AS q ON q.tenant_id = r.tenant_id AND q.id = r.round_id
        WHERE r.tenant_id = acting_tenant() AND r.state = 'assigned' GROUP BY r.application_id)
    SELECT r.id, n.stream_id,
           ARRAY[true, r.submitted, b.eligible,
                 array_position(j.streams, NULL) IS NOT NULL OR n.stream_id = ANY (j.streams) IS TRUE,
                 b.shortlisted, b.interview, b.offered AND n.is_here, b.accepted AND n.is_here,
                 e.id IS NOT NULL AND n.is_here]
    FROM asked AS r
    LEFT JOIN been AS b ON b.application_id = r.id
    LEFT JOIN judged AS j ON j.application_id = r.id
    LEFT JOIN enrolments AS e ON e.tenant_id = acting_tenant() AND e.application_id = r.id
    LEFT JOIN stream_choices AS k
        ON k.tenant_id = acting_tenant() AND k.application_id = r.id AND r.submitted
    LEFT JOIN offered_streams AS o
        ON o.tenant_id = acting_tenant() AND o.call_id = r.call_id AND NOT r.submitted
    LEFT JOIN decisions AS d ON d.tenant_id = acting_tenant() AND d.application_id = r.id
    -- What was handed in without a choice, and what was begun where there is none, is the call's own stream's.
    CROSS JOIN LATERAL (
        SELECT c.stream_id, coalesce(d.stream_id = c.stream_id, true) AS is_here
        FROM (SELECT coalesce(k.stream_id, o.stream_id, r.own) AS stream_id) AS c) AS n
    WHERE only_streams IS NULL OR n.stream_id = ANY (only_streams)
$$;

-- The lines of the funnel, by stream and by partner, from one look at how far applications came; of one institution's streams
-- and its own line alone, or of all. An application that names two streams of a partner is one of theirs. The streams are said
-- as well: what is looked up in an argument would have the whole planned anew each time.
CREATE FUNCTION lines_of_funnel(first date, last date, only_institution uuid, only_streams uuid[])
    RETURNS TABLE (is_partner boolean, id uuid, stages bigint[]) LANGUAGE sql STABLE AS $$
    WITH theirs AS (
        SELECT p.institution_id, p.stream_id FROM stream_partners AS p
        WHERE p.tenant_id = acting_tenant() AND (only_institution IS NULL OR p.institution_id = only_institution)),
    reached AS MATERIALIZED (
        SELECT r.application_id, r.stream_id, r.stages
        FROM stages_in_streams(first, last, only_streams) AS r),
    counted AS (
        SELECT t.institution_id, s.stage, count(DISTINCT r.application_id) FILTER (WHERE s.is_reached) AS applications
        FROM reached AS r
        JOIN theirs AS t ON t.stream_id = r.stream_id
        CROSS JOIN LATERAL unnest(r.stages) WITH ORDINALITY AS s (is_reached, stage)
        GROUP BY t.institution_id, s.stage)
    SELECT false, r.stream_id, ARRAY[
               count(*) FILTER (WHERE r.stages[1]), count(*) FILTER (WHERE r.stages[2]),
               count(*) FILTER (WHERE r.stages[3]), count(*) FILTER (WHERE r.stages[4]),
               count(*) FILTER (WHERE r.stages[5]), count(*) FILTER (WHERE r.stages[6]),
               count(*) FILTER (WHERE r.stages[7]), count(*) FILTER (WHERE r.stages[8]),
               count(*) FILTER (WHERE r.stages[9])]
    FROM reached AS r GROUP BY r.stream_id
    UNION ALL
    SELECT true, n.institution_id, array_agg(n.applications ORDER BY n.stage) FROM counted AS n GROUP BY n.institution_id
$$;

-- For a partner's staff, who may not read applications: their seat says who they are, not what they say.
CREATE FUNCTION lines_of_own_funnel(first date, last date) RETURNS TABLE (is_partner boolean, id uuid, stages bigint[])
    LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system' AS $$
#variable_conflict use_column
DECLARE
    streams uuid[];
BEGIN
    IF NOT EXISTS (SELECT FROM memberships AS m
                   WHERE m.id = acting_membership() AND m.tenant_id = acting_tenant() AND m.person_id = acting_person()
                     AND m.institution_id = acting_institution() AND m.role = 'partner' AND m.ended_at IS NULL) THEN
        RETURN;
    END IF;
    streams := ARRAY(SELECT p.stream_id FROM stream_partners AS p
                     WHERE p.tenant_id = acting_tenant() AND p.institution_id = acting_institution());
    RETURN QUERY SELECT f.is_partner, f.id, f.stages FROM lines_of_funnel(first, last, acting_institution(), streams) AS f;
END $$;
REVOKE ALL ON FUNCTION lines_of_funnel(date, date, uuid, uuid[]), lines_of_own_funnel(date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lines_of_funnel(date, date, uuid, uuid[]), lines_of_own_funnel(date, date) TO trellis_app;

DROP FUNCTION own_funnel(date, date);
DROP FUNCTION funnel_of_partners(date, date, uuid);
DROP FUNCTION funnel_of_partner(text, uuid, date, date);
DROP FUNCTION funnel_of_streams(date, date, uuid[]);
