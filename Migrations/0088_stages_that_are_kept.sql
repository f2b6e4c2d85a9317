-- How far an application came is kept with it, as it moves: the funnel asked the whole history of a workspace each time, 11,000
-- moves for 3,000 applications, and every assignment beside them. Nine bits in the order of the funnel's stages: begun 1,
-- submitted 2, eligible 4, reviewed 8, shortlisted 16, interview 32, offered 64, accepted 128, enrolled 256. Kept are those
-- that a move reaches; the others stand in a column or a tally already.
CREATE FUNCTION stage_reached(state text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE state WHEN 'in_review' THEN 4 WHEN 'shortlisted' THEN 16 WHEN 'interview' THEN 32
                      WHEN 'offered' THEN 64 WHEN 'accepted' THEN 128 ELSE 0 END;

-- Without the triggers: what is filled in here is on nobody's trail, and moves nothing.
ALTER TABLE applications ADD COLUMN reached integer NOT NULL DEFAULT 0;
ALTER TABLE applications DISABLE TRIGGER USER;
DO $$
DECLARE park uuid;
BEGIN
    PERFORM set_config('trellis.role', 'operator', true);
    FOR park IN SELECT id FROM tenants LOOP
        PERFORM set_config('trellis.tenant', park::text, true), set_config('trellis.role', 'system', true);
        UPDATE applications AS a SET reached = e.reached
        FROM (SELECT application_id, bit_or(stage_reached(to_state)) AS reached
              FROM application_events WHERE tenant_id = park GROUP BY application_id) AS e
        WHERE a.tenant_id = park AND e.application_id = a.id AND e.reached <> 0;
        PERFORM set_config('trellis.role', 'operator', true);
    END LOOP;
    PERFORM set_config('trellis.tenant', '', true), set_config('trellis.role', '', true);
END $$;
ALTER TABLE applications ENABLE TRIGGER USER;

-- Whatever is written beside it: a stage that was reached stays so.
CREATE FUNCTION tally_stage_reached() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.reached := stage_reached(NEW.state) | CASE TG_OP WHEN 'UPDATE' THEN OLD.reached ELSE 0 END;
    RETURN NEW;
END $$;
CREATE TRIGGER a_stage_reached_is_tallied BEFORE INSERT OR UPDATE ON applications
    FOR EACH ROW EXECUTE FUNCTION tally_stage_reached();

-- How far applications begun between two days came, in each stream that they name: `stages` as above. What is found is what
-- was found before.
DROP FUNCTION lines_of_own_funnel(date, date);
DROP FUNCTION lines_of_funnel(date, date, uuid, uuid[]);
DROP FUNCTION stages_in_streams(date, date, uuid[]);
CREATE FUNCTION reached_in_streams(first date, last date, only_streams uuid[])
    RETURNS TABLE (application_id uuid, stream_id uuid, stages integer) LANGUAGE sql STABLE AS $$
    WITH asked AS MATERIALIZED (
        SELECT a.id, a.call_id, c.stream_id AS own, a.submitted_at IS NOT NULL AS submitted, a.reached
        FROM applications AS a
        JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
        WHERE a.tenant_id = acting_tenant()
          AND (only_streams IS NULL OR c.stream_id = ANY (only_streams)
               OR c.id IN (SELECT o.call_id FROM offered_streams AS o
                           WHERE o.tenant_id = acting_tenant() AND o.stream_id = ANY (only_streams)))
          AND (first IS NULL OR (a.created_at AT TIME ZONE 'Asia/Hong_Kong')::date >= first)
          AND (last IS NULL OR (a.created_at AT TIME ZONE 'Asia/Hong_Kong')::date <= last))
    SELECT r.id, n.stream_id,
           1 | CASE WHEN r.submitted THEN 2 ELSE 0 END
             -- Somebody was to judge it, for this stream or for all. Asked of sets, which are hashed however few rows the
             -- planner expects: joined, they were gone through once for each application of a partner.
             | CASE WHEN r.id IN (SELECT t.application_id FROM review_tallies AS t
                                  JOIN review_rounds AS q ON q.tenant_id = t.tenant_id AND q.id = t.round_id
                                  WHERE t.tenant_id = acting_tenant() AND t.assigned > 0 AND q.stream_id IS NULL)
                      OR (r.id, n.stream_id) IN (
                          SELECT t.application_id, q.stream_id FROM review_tallies AS t
                          JOIN review_rounds AS q ON q.tenant_id = t.tenant_id AND q.id = t.round_id
                          WHERE t.tenant_id = acting_tenant() AND t.assigned > 0 AND q.stream_id IS NOT NULL)
                    THEN 8 ELSE 0 END
             | CASE WHEN d.stream_id = n.stream_id
                      -- Of an offer that was taken back, the decision no longer says where it was.
                      OR d.stream_id IS NULL AND (
                          r.id NOT IN (SELECT f.application_id FROM freed_places AS f
                                       WHERE f.tenant_id = acting_tenant() AND f.stream_id IS NOT NULL)
                          OR (r.id, n.stream_id) IN (
                              SELECT DISTINCT ON (f.application_id) f.application_id, f.stream_id FROM freed_places AS f
                              WHERE f.tenant_id = acting_tenant() AND f.stream_id IS NOT NULL
                              ORDER BY f.application_id, f.freed_at DESC, f.offer_expires_at DESC))
                    THEN r.reached | CASE WHEN r.id IN (SELECT e.application_id FROM enrolments AS e
                                                        WHERE e.tenant_id = acting_tenant()
                                                          AND e.application_id IS NOT NULL) THEN 256 ELSE 0 END
                    -- Its place is in another stream.
                    ELSE r.reached & ~192 END
    FROM asked AS r
    LEFT JOIN stream_choices AS k
        ON k.tenant_id = acting_tenant() AND k.application_id = r.id AND r.submitted
    LEFT JOIN offered_streams AS o
        ON o.tenant_id = acting_tenant() AND o.call_id = r.call_id AND NOT r.submitted
    LEFT JOIN decisions AS d ON d.tenant_id = acting_tenant() AND d.application_id = r.id
    -- What was handed in without a choice, and what was begun where there is none, is the call's own stream's.
    CROSS JOIN LATERAL (SELECT coalesce(k.stream_id, o.stream_id, r.own) AS stream_id) AS n
    WHERE only_streams IS NULL OR n.stream_id = ANY (only_streams)
$$;

-- The lines of the funnel, by stream and by partner, from one look at how far applications came; of one institution's streams
-- and its own line alone, or of all. An application that names two streams of a partner is one of theirs. The streams are said
-- as well: what is looked up in an argument would have the whole planned anew each time. The plan that is kept expects a
-- hundredth of what there is, and would look into each table once for each application. There are few lines: who joins them
-- to the names of institutions is not to go through all of those.
CREATE FUNCTION lines_of_funnel(first date, last date, only_institution uuid, only_streams uuid[])
    RETURNS TABLE (is_partner boolean, id uuid, stages bigint[]) LANGUAGE plpgsql STABLE ROWS 10
    SET enable_nestloop = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH reached AS MATERIALIZED (
        SELECT r.application_id, r.stream_id, r.stages FROM reached_in_streams(first, last, only_streams) AS r),
    found AS (
        SELECT false AS is_partner, r.stream_id AS id, r.stages FROM reached AS r
        UNION ALL
        SELECT true, p.institution_id, bit_or(r.stages)
        FROM reached AS r
        JOIN stream_partners AS p ON p.tenant_id = acting_tenant() AND p.stream_id = r.stream_id
        WHERE only_institution IS NULL OR p.institution_id = only_institution
        GROUP BY p.institution_id, r.application_id)
    SELECT f.is_partner, f.id, ARRAY[
               count(*), count(*) FILTER (WHERE f.stages & 2 <> 0),
               count(*) FILTER (WHERE f.stages & 4 <> 0), count(*) FILTER (WHERE f.stages & 8 <> 0),
               count(*) FILTER (WHERE f.stages & 16 <> 0), count(*) FILTER (WHERE f.stages & 32 <> 0),
               count(*) FILTER (WHERE f.stages & 64 <> 0), count(*) FILTER (WHERE f.stages & 128 <> 0),
               count(*) FILTER (WHERE f.stages & 256 <> 0)]
    FROM found AS f GROUP BY f.is_partner, f.id;
END $$;

-- For a partner's staff, who may not read applications: their seat says who they are, not what they say.
CREATE FUNCTION lines_of_own_funnel(first date, last date) RETURNS TABLE (is_partner boolean, id uuid, stages bigint[])
    LANGUAGE plpgsql STABLE ROWS 10 SET search_path = public SET trellis.role = 'system' AS $$
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
REVOKE ALL ON FUNCTION reached_in_streams(date, date, uuid[]), lines_of_funnel(date, date, uuid, uuid[]),
    lines_of_own_funnel(date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reached_in_streams(date, date, uuid[]), lines_of_funnel(date, date, uuid, uuid[]),
    lines_of_own_funnel(date, date) TO trellis_app;
