-- A decision below the quorum of reviews: why it may be released all the same, said by one manager and confirmed by another
-- before the batch is released. And how far applications come, which partners read of the streams they take part in.

CREATE TABLE quorum_waivers (
    tenant_id      uuid NOT NULL,
    id             uuid NOT NULL,
    batch_id       uuid NOT NULL,
    application_id uuid NOT NULL,
    -- What was prepared when it was asked for; a waiver is of that decision and of no other.
    outcome        text NOT NULL,
    -- How many reviews there were then, and how many can decide.
    submitted      integer NOT NULL,
    quorum         integer NOT NULL,
    -- Why, for managers.
    reason         text NOT NULL,
    proposed_at    timestamptz NOT NULL DEFAULT now(),
    proposed_by    uuid NOT NULL,
    confirmed_at   timestamptz,
    confirmed_by   uuid,
    refused_at     timestamptz,
    refused_by     uuid,
    refused_reason text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, batch_id) REFERENCES decision_batches (tenant_id, id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id),
    CONSTRAINT outcome_is_known CHECK (outcome IN ('offer', 'waitlist', 'reject')),
    CONSTRAINT a_waiver_is_below_the_quorum CHECK (submitted >= 0 AND submitted < quorum),
    CONSTRAINT waivers_have_a_reason CHECK (reason <> ''),
    CONSTRAINT a_waiver_takes_two_people CHECK (confirmed_by <> proposed_by AND refused_by <> proposed_by),
    CONSTRAINT a_waiver_is_answered_once CHECK (num_nonnulls(confirmed_at, refused_at) <= 1),
    CONSTRAINT confirming_names_who CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL)),
    CONSTRAINT refusing_is_explained
        CHECK ((refused_at IS NULL) = (refused_by IS NULL) AND (refused_at IS NULL) = (refused_reason IS NULL))
);
CREATE UNIQUE INDEX a_quorum_is_waived_once ON quorum_waivers (tenant_id, batch_id, application_id, outcome)
    WHERE refused_at IS NULL;

-- What is asked is asked of a decision as it stands prepared, answered, and not rewritten.
CREATE FUNCTION check_waiver() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.confirmed_at IS NOT NULL OR OLD.refused_at IS NOT NULL
        OR (NEW.batch_id, NEW.application_id, NEW.outcome, NEW.submitted, NEW.quorum, NEW.reason, NEW.proposed_by)
            IS DISTINCT FROM
           (OLD.batch_id, OLD.application_id, OLD.outcome, OLD.submitted, OLD.quorum, OLD.reason, OLD.proposed_by)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'proposed_waivers_stand',
            MESSAGE = 'a proposed waiver is answered once and not rewritten';
    END IF;
    IF NEW.refused_at IS NULL AND NOT EXISTS (
        SELECT FROM prepared_decisions AS p
        WHERE p.tenant_id = NEW.tenant_id AND p.batch_id = NEW.batch_id AND p.application_id = NEW.application_id
          AND p.outcome = NEW.outcome AND p.released_at IS NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'what_is_prepared_is_waived',
            MESSAGE = 'no such decision is prepared';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER proposed_waivers_stand BEFORE INSERT OR UPDATE ON quorum_waivers
    FOR EACH ROW EXECUTE FUNCTION check_waiver();

-- Those of some applications that have fewer reviews than a round of their call wants, once it was opened. Counted as
-- `system`, so that nobody's reading of reviews matters.
CREATE FUNCTION short_of_quorum(decided uuid[]) RETURNS uuid[] LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN coalesce((
        SELECT array_agg(a.id) FROM applications AS a
        WHERE a.tenant_id = acting_tenant() AND a.id = ANY (decided)
          AND EXISTS (SELECT FROM review_rounds AS r
                      WHERE r.tenant_id = a.tenant_id AND r.call_id = a.call_id AND r.opened_at IS NOT NULL)
          AND (NOT EXISTS (
                   SELECT FROM review_files AS f
                   JOIN review_rounds AS r ON r.tenant_id = f.tenant_id AND r.id = f.round_id
                   WHERE f.tenant_id = a.tenant_id AND f.application_id = a.id AND r.call_id = a.call_id
                     AND r.opened_at IS NOT NULL)
               OR EXISTS (
                   SELECT FROM review_files AS f
                   JOIN review_rounds AS r ON r.tenant_id = f.tenant_id AND r.id = f.round_id
                   WHERE f.tenant_id = a.tenant_id AND f.application_id = a.id AND r.call_id = a.call_id
                     AND r.opened_at IS NOT NULL
                     AND r.quorum > (
                         SELECT count(w.submitted_at) FROM review_assignments AS s
                         JOIN reviews AS w ON w.tenant_id = s.tenant_id AND w.assignment_id = s.id
                         WHERE s.tenant_id = f.tenant_id AND s.round_id = f.round_id
                           AND s.application_id = f.application_id AND s.state = 'assigned')))), '{}');
END $$;
REVOKE ALL ON FUNCTION short_of_quorum(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION short_of_quorum(uuid[]) TO trellis_app;

-- The last wall: what a manager releases has its reviews, or two managers have said why not.
CREATE FUNCTION check_quorum() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    short uuid[];
BEGIN
    IF acting_role() IS DISTINCT FROM 'manager' THEN
        RETURN NULL;
    END IF;
    -- Once for all of them, not once a row.
    short := short_of_quorum(ARRAY(SELECT application_id FROM fresh));
    IF EXISTS (
        SELECT FROM fresh AS d
        WHERE d.application_id = ANY (short)
          AND NOT EXISTS (
              SELECT FROM quorum_waivers AS w
              WHERE w.tenant_id = d.tenant_id AND w.batch_id = d.batch_id AND w.application_id = d.application_id
                AND w.outcome = d.outcome AND w.confirmed_at IS NOT NULL)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'decisions_have_a_quorum_or_a_waiver',
            MESSAGE = 'a decision has too few reviews, and no two managers have waived the quorum';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER decisions_have_a_quorum_or_a_waiver AFTER INSERT ON decisions
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION check_quorum();

-- That a decision comes of a released batch is asked once of all that a release inserts: a row at a time, the walls of the
-- batch were computed anew for each, and a large batch ran out of its time.
DROP TRIGGER decisions_are_released_in_a_batch ON decisions;
CREATE TRIGGER decisions_are_released_in_a_batch BEFORE UPDATE OR DELETE ON decisions
    FOR EACH ROW EXECUTE FUNCTION check_decision();
CREATE FUNCTION check_released() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF acting_role() = 'manager' AND EXISTS (
        SELECT FROM fresh AS d
        WHERE NOT EXISTS (
            SELECT FROM prepared_decisions AS p
            JOIN decision_batches AS b ON b.tenant_id = p.tenant_id AND b.id = p.batch_id
            WHERE p.tenant_id = d.tenant_id AND p.batch_id = d.batch_id AND p.application_id = d.application_id
              AND p.outcome = d.outcome AND p.stream_id IS NOT DISTINCT FROM d.stream_id AND p.note = d.note
              AND b.released_at = now())) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'decisions_are_released_in_a_batch',
            MESSAGE = 'a decision is released with its batch';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER decisions_come_of_a_release AFTER INSERT ON decisions
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION check_released();

CALL wall_table('quorum_waivers');
REVOKE DELETE ON quorum_waivers FROM trellis_app;
CREATE POLICY managers_read_waivers ON quorum_waivers FOR SELECT USING (acting_role() = 'manager');
CREATE POLICY managers_propose_waivers ON quorum_waivers FOR INSERT
    WITH CHECK (acting_role() = 'manager' AND proposed_by = acting_person()
        AND num_nonnulls(confirmed_at, refused_at) = 0);
CREATE POLICY managers_answer_waivers ON quorum_waivers FOR UPDATE USING (acting_role() = 'manager')
    WITH CHECK (acting_role() = 'manager' AND coalesce(confirmed_by, refused_by) = acting_person());
CREATE POLICY nobody_decides_where_they_applied ON quorum_waivers AS RESTRICTIVE
    USING (acting_role() <> 'manager' OR EXISTS (
        SELECT FROM decision_batches AS b
        WHERE b.tenant_id = quorum_waivers.tenant_id AND b.id = quorum_waivers.batch_id));
-- The trail would say the same again.
CREATE POLICY nobody_reads_of_waivers_where_they_applied ON audit_events AS RESTRICTIVE FOR SELECT
    USING (noun <> 'quorum_waivers' OR (SELECT calls_too_near(acting_role(), acting_person()))::uuid[] = '{}');

-- Who waived a quorum decided, and does not hear the appeal.
CREATE FUNCTION check_appeal_is_not_heard_by_waivers() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF EXISTS (SELECT FROM quorum_waivers AS w
               WHERE w.tenant_id = NEW.tenant_id AND w.application_id = NEW.application_id
                 AND w.confirmed_at IS NOT NULL AND NEW.answered_by IN (w.proposed_by, w.confirmed_by)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'appeals_are_heard_by_somebody_else',
            MESSAGE = 'who decided does not hear the appeal';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER who_waived_does_not_hear_the_appeal BEFORE UPDATE ON appeals
    FOR EACH ROW EXECUTE FUNCTION check_appeal_is_not_heard_by_waivers();

-- How far the applications begun between two days of Hong Kong have come, by stream and stage, as the acting role may read
-- them; of some streams, or of all.
CREATE FUNCTION funnel_of_streams(first date, last date, only_streams uuid[])
    RETURNS TABLE (stream_id uuid, stages bigint[]) LANGUAGE sql STABLE AS $$
    WITH reached AS (
        SELECT a.id, c.stream_id,
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
          AND (only_streams IS NULL OR c.stream_id = ANY (only_streams))
          AND (first IS NULL OR (a.created_at AT TIME ZONE 'Asia/Hong_Kong')::date >= first)
          AND (last IS NULL OR (a.created_at AT TIME ZONE 'Asia/Hong_Kong')::date <= last)
        GROUP BY a.tenant_id, a.id, c.stream_id)
    SELECT r.stream_id, ARRAY[
               count(*), count(*) FILTER (WHERE r.submitted), count(*) FILTER (WHERE r.eligible),
               count(*) FILTER (WHERE r.reviewed), count(*) FILTER (WHERE r.shortlisted),
               count(*) FILTER (WHERE r.interview), count(*) FILTER (WHERE r.offered),
               count(*) FILTER (WHERE r.accepted), count(*) FILTER (WHERE r.enrolled)]
    FROM reached AS r GROUP BY r.stream_id
$$;
REVOKE ALL ON FUNCTION funnel_of_streams(date, date, uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION funnel_of_streams(date, date, uuid[]) TO trellis_app;

-- The same for a partner, who may not read applications: counts alone, of the streams in which the institution takes part.
CREATE FUNCTION funnel_of_partner(role text, institution uuid, first date, last date)
    RETURNS TABLE (stream_id uuid, stages bigint[]) LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
#variable_conflict use_column
BEGIN
    IF role IS DISTINCT FROM 'partner' THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT f.stream_id, f.stages FROM funnel_of_streams(first, last, ARRAY(
        SELECT p.stream_id FROM stream_partners AS p
        WHERE p.tenant_id = acting_tenant() AND p.institution_id = institution)) AS f;
END $$;
REVOKE ALL ON FUNCTION funnel_of_partner(text, uuid, date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION funnel_of_partner(text, uuid, date, date) TO trellis_app;
