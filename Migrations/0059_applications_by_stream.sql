-- Which streams an application counts for where its call offers several: those it names once it is handed in, and the one it
-- was given a place in. And how far applications come, by that.

-- One row for each application begun between two days of Hong Kong and each stream it counts for, with the stages it reached
-- there, as the acting role may read them; of some streams, or of all. What a draft chooses is its startup's alone: until it
-- is handed in, it counts for every stream its call offers. A place counts in its own stream and in no other.
CREATE FUNCTION stages_in_streams(first date, last date, only_streams uuid[])
    RETURNS TABLE (application_id uuid, stream_id uuid, stages boolean[]) LANGUAGE sql STABLE AS $$
    WITH reached AS (
        SELECT a.id, a.call_id, c.stream_id AS own,
               a.submitted_at IS NOT NULL AS submitted,
               bool_or(e.to_state = 'in_review') AS eligible,
               bool_or(e.to_state = 'shortlisted') AS shortlisted,
               bool_or(e.to_state = 'interview') AS interview,
               bool_or(e.to_state = 'offered') AS offered,
               bool_or(e.to_state = 'accepted') AS accepted,
               EXISTS (SELECT FROM review_assignments AS r
                       WHERE r.tenant_id = a.tenant_id AND r.application_id = a.id AND r.state = 'assigned') AS reviewed,
               EXISTS (SELECT FROM enrolments AS n
                       WHERE n.tenant_id = a.tenant_id AND n.application_id = a.id) AS enrolled
        FROM applications AS a
        JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
        LEFT JOIN application_events AS e ON e.tenant_id = a.tenant_id AND e.application_id = a.id
        WHERE a.tenant_id = acting_tenant()
          AND (only_streams IS NULL OR c.stream_id = ANY (only_streams)
               OR c.id IN (SELECT o.call_id FROM offered_streams AS o
                           WHERE o.tenant_id = acting_tenant() AND o.stream_id = ANY (only_streams)))
          AND (first IS NULL OR (a.created_at AT TIME ZONE 'Asia/Hong_Kong')::date >= first)
          AND (last IS NULL OR (a.created_at AT TIME ZONE 'Asia/Hong_Kong')::date <= last)
        GROUP BY a.tenant_id, a.id, c.stream_id)
    SELECT r.id, n.stream_id,
           ARRAY[true, r.submitted, r.eligible, r.reviewed, r.shortlisted, r.interview, r.offered AND n.is_here,
                 r.accepted AND n.is_here, r.enrolled AND n.is_here]
    FROM reached AS r
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

CREATE OR REPLACE FUNCTION funnel_of_streams(first date, last date, only_streams uuid[])
    RETURNS TABLE (stream_id uuid, stages bigint[]) LANGUAGE sql STABLE AS $$
    SELECT r.stream_id, ARRAY[
               count(*) FILTER (WHERE r.stages[1]), count(*) FILTER (WHERE r.stages[2]),
               count(*) FILTER (WHERE r.stages[3]), count(*) FILTER (WHERE r.stages[4]),
               count(*) FILTER (WHERE r.stages[5]), count(*) FILTER (WHERE r.stages[6]),
               count(*) FILTER (WHERE r.stages[7]), count(*) FILTER (WHERE r.stages[8]),
               count(*) FILTER (WHERE r.stages[9])]
    FROM stages_in_streams(first, last, only_streams) AS r GROUP BY r.stream_id
$$;

-- The same by partner: an application that names two streams of one partner is one of theirs, not two.
CREATE FUNCTION funnel_of_partners(first date, last date, only_institution uuid)
    RETURNS TABLE (institution_id uuid, stages bigint[]) LANGUAGE sql STABLE AS $$
    WITH theirs AS (
        SELECT p.institution_id, p.stream_id FROM stream_partners AS p
        WHERE p.tenant_id = acting_tenant() AND (only_institution IS NULL OR p.institution_id = only_institution)),
    reached AS (
        SELECT t.institution_id, r.application_id,
               bool_or(r.stages[1]) AS begun, bool_or(r.stages[2]) AS submitted, bool_or(r.stages[3]) AS eligible,
               bool_or(r.stages[4]) AS reviewed, bool_or(r.stages[5]) AS shortlisted, bool_or(r.stages[6]) AS interview,
               bool_or(r.stages[7]) AS offered, bool_or(r.stages[8]) AS accepted, bool_or(r.stages[9]) AS enrolled
        FROM stages_in_streams(first, last, ARRAY(SELECT t.stream_id FROM theirs AS t)) AS r
        JOIN theirs AS t ON t.stream_id = r.stream_id
        GROUP BY t.institution_id, r.application_id)
    SELECT r.institution_id, ARRAY[
               count(*) FILTER (WHERE r.begun), count(*) FILTER (WHERE r.submitted), count(*) FILTER (WHERE r.eligible),
               count(*) FILTER (WHERE r.reviewed), count(*) FILTER (WHERE r.shortlisted),
               count(*) FILTER (WHERE r.interview), count(*) FILTER (WHERE r.offered),
               count(*) FILTER (WHERE r.accepted), count(*) FILTER (WHERE r.enrolled)]
    FROM reached AS r GROUP BY r.institution_id
$$;

-- The line of the partner whose staff ask, who may not read applications: their seat says who they are, not what they say.
CREATE FUNCTION own_funnel(first date, last date) RETURNS TABLE (institution_id uuid, stages bigint[])
    LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system' AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM memberships AS m
                   WHERE m.id = acting_membership() AND m.tenant_id = acting_tenant() AND m.person_id = acting_person()
                     AND m.institution_id = acting_institution() AND m.role = 'partner' AND m.ended_at IS NULL) THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT f.institution_id, f.stages FROM funnel_of_partners(first, last, acting_institution()) AS f;
END $$;
REVOKE ALL ON FUNCTION stages_in_streams(date, date, uuid[]), funnel_of_partners(date, date, uuid), own_funnel(date, date)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stages_in_streams(date, date, uuid[]), funnel_of_partners(date, date, uuid), own_funnel(date, date)
    TO trellis_app;
