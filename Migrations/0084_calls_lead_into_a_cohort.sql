-- A call says which cohort those will be in whom it takes: programs have streams, streams have cohorts, and calls fill them.

ALTER TABLE calls
    ADD COLUMN cohort_id uuid,
    ADD CONSTRAINT calls_tenant_id_cohort_id_fkey FOREIGN KEY (tenant_id, cohort_id) REFERENCES cohorts (tenant_id, id);
CREATE INDEX calls_of_a_cohort ON calls (tenant_id, cohort_id) WHERE cohort_id IS NOT NULL;

-- That the cohort lasts beyond the closing is said by the dates of both and not by today's, so that it also holds of what is
-- drafted ahead or taken into another year.
CREATE FUNCTION check_cohort_of_call() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    last date;
BEGIN
    SELECT h.ends_on INTO last FROM cohorts AS h WHERE h.tenant_id = NEW.tenant_id AND h.id = NEW.cohort_id FOR SHARE;
    -- What does not exist is refused by the key.
    IF last <= (NEW.closes_at AT TIME ZONE NEW.time_zone)::date THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'calls_close_before_their_cohort_ends',
            MESSAGE = 'a call closes before the cohort ends that it leads into';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER calls_close_before_their_cohort_ends AFTER INSERT OR UPDATE OF cohort_id, closes_at, time_zone
    ON calls FOR EACH ROW WHEN (NEW.cohort_id IS NOT NULL) EXECUTE FUNCTION check_cohort_of_call();

-- Of a stream of the call: nobody of it is enrolled in another. At the end of the transaction, since call and streams are revised
-- one after the other.
CREATE FUNCTION check_stream_of_cohort() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    offering uuid;
BEGIN
    IF TG_TABLE_NAME = 'calls' THEN
        offering := NEW.id;
    ELSE
        offering := OLD.call_id;
    END IF;
    IF EXISTS (SELECT FROM calls AS c
               JOIN cohorts AS h ON h.tenant_id = c.tenant_id AND h.id = c.cohort_id
               WHERE c.tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id) AND c.id = offering AND h.stream_id <> c.stream_id
                 AND NOT EXISTS (SELECT FROM offered_streams AS o
                                 WHERE o.tenant_id = c.tenant_id AND o.call_id = c.id AND o.stream_id = h.stream_id)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'calls_lead_into_a_cohort_of_their_streams',
            MESSAGE = 'a call leads into a cohort of a stream that it offers';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER calls_lead_into_a_cohort_of_their_streams AFTER INSERT OR UPDATE OF cohort_id, stream_id ON calls
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.cohort_id IS NOT NULL)
    EXECUTE FUNCTION check_stream_of_cohort();
CREATE CONSTRAINT TRIGGER calls_lead_into_a_cohort_of_their_streams AFTER UPDATE OF stream_id OR DELETE ON offered_streams
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_stream_of_cohort();

CREATE FUNCTION check_calls_of_cohort() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF EXISTS (SELECT FROM calls AS c
               WHERE c.tenant_id = NEW.tenant_id AND c.cohort_id = NEW.id AND c.cancelled_at IS NULL
                 AND NEW.ends_on <= (c.closes_at AT TIME ZONE c.time_zone)::date) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'cohorts_end_after_their_calls_close',
            MESSAGE = 'a cohort ends after the calls close that lead into it';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER cohorts_end_after_their_calls_close AFTER UPDATE OF ends_on ON cohorts
    FOR EACH ROW WHEN (NEW.ends_on < OLD.ends_on) EXECUTE FUNCTION check_calls_of_cohort();

-- Whoever may know of a call knows what it leads into. With their own eyes, and as functions, since they would bring the
-- policies of these tables into the plan of every statement.
CREATE FUNCTION cohorts_of_known_calls() RETURNS uuid[] LANGUAGE plpgsql STABLE SET search_path = public AS $$
BEGIN
    RETURN ARRAY(SELECT DISTINCT c.cohort_id FROM calls AS c
                 WHERE c.tenant_id = acting_tenant() AND c.cohort_id IS NOT NULL);
END $$;
CREATE FUNCTION cohort_led_into(cohort uuid) RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path = public AS $$
BEGIN
    RETURN (SELECT jsonb_build_object('id', h.id, 'stream', h.stream_id, 'name', h.name, 'startsOn', h.starts_on,
                                      'endsOn', h.ends_on, 'capacity', h.capacity)
            FROM cohorts AS h WHERE h.tenant_id = acting_tenant() AND h.id = cohort);
END $$;
REVOKE ALL ON FUNCTION cohorts_of_known_calls(), cohort_led_into(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cohorts_of_known_calls(), cohort_led_into(uuid) TO trellis_app;

CREATE POLICY founders_and_visitors_know_what_calls_lead_into ON cohorts FOR SELECT USING (
    acts_as('founder', 'visitor') AND id = ANY ((SELECT cohorts_of_known_calls())::uuid[]));

-- What nobody has judged yet of a call's applications that may still be funded, so that many are judged together. Planned for as
-- many as there are, as `applications_that_overlap`.
CREATE FUNCTION open_overlaps(call uuid, role text, person uuid)
    RETURNS TABLE (application_id uuid, other_id uuid, kind text, detail text, share integer)
    LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system'
    SET plan_cache_mode = 'force_custom_plan' AS $$
#variable_conflict use_column
BEGIN
    IF coalesce(role, '') NOT IN ('manager', 'system') THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT x.application_id, x.other_id, x.kind, x.detail, x.share
    FROM funding_overlaps(
        ARRAY(SELECT a.id FROM applications AS a
              LEFT JOIN enrolments AS e ON e.tenant_id = acting_tenant() AND e.application_id = a.id
              WHERE a.tenant_id = acting_tenant() AND a.call_id = call AND a.submitted_at IS NOT NULL
                AND a.state NOT IN ('draft', 'ineligible', 'rejected', 'declined', 'withdrawn')
                AND e.graduated_at IS NULL AND e.ended_at IS NULL),
        role, person) AS x
    WHERE x.verdict_id IS NULL;
END $$;
REVOKE ALL ON FUNCTION open_overlaps(uuid, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_overlaps(uuid, text, uuid) TO trellis_app;
