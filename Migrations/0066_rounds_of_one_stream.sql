-- A round may judge for one of the streams its call offers: what enters it names the stream, and an offer in the stream rests
-- on the rounds that judged for it.

ALTER TABLE review_rounds ADD COLUMN stream_id uuid,
    ADD CONSTRAINT rounds_judge_for_a_stream_on_record
        FOREIGN KEY (tenant_id, stream_id) REFERENCES streams (tenant_id, id);
CREATE INDEX rounds_of_a_stream ON review_rounds (tenant_id, stream_id) WHERE stream_id IS NOT NULL;

-- The offer is held as it is until the round is written. What reviewers were told they judge for stands once they judge.
CREATE FUNCTION check_stream_of_round() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.opened_at IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'opened_rounds_keep_their_stream',
            MESSAGE = 'the round has opened';
    END IF;
    IF NEW.stream_id IS NOT NULL THEN
        PERFORM FROM offered_streams
        WHERE tenant_id = NEW.tenant_id AND call_id = NEW.call_id AND stream_id = NEW.stream_id FOR KEY SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'rounds_judge_for_a_stream_of_their_call',
                MESSAGE = 'the call does not offer the stream';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rounds_judge_for_a_stream_of_their_call BEFORE INSERT ON review_rounds
    FOR EACH ROW EXECUTE FUNCTION check_stream_of_round();
CREATE TRIGGER opened_rounds_keep_their_stream BEFORE UPDATE OF stream_id, call_id ON review_rounds
    FOR EACH ROW WHEN ((NEW.stream_id, NEW.call_id) IS DISTINCT FROM (OLD.stream_id, OLD.call_id))
    EXECUTE FUNCTION check_stream_of_round();

-- The other way round: at the end of the transaction, since a call's streams are replaced one after the other.
CREATE FUNCTION check_stream_without_rounds() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF EXISTS (SELECT FROM review_rounds AS r
               WHERE r.tenant_id = OLD.tenant_id AND r.call_id = OLD.call_id AND r.stream_id = OLD.stream_id)
       AND NOT EXISTS (SELECT FROM offered_streams AS o
                       WHERE o.tenant_id = OLD.tenant_id AND o.call_id = OLD.call_id AND o.stream_id = OLD.stream_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'streams_with_a_round_stay_offered',
            MESSAGE = 'a round of the call judges for the stream';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER streams_with_a_round_stay_offered AFTER UPDATE OF call_id, stream_id OR DELETE ON offered_streams
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_stream_without_rounds();

-- Into a round of a stream comes what names the stream, at whatever place. As `system`: who judges may not read choices.
CREATE FUNCTION check_file_names_the_stream() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF EXISTS (SELECT FROM review_rounds AS r
               WHERE r.tenant_id = NEW.tenant_id AND r.id = NEW.round_id AND r.stream_id IS NOT NULL
                 AND NOT EXISTS (SELECT FROM stream_choices AS k
                                 WHERE k.tenant_id = r.tenant_id AND k.application_id = NEW.application_id
                                   AND k.stream_id = r.stream_id)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'rounds_of_a_stream_take_who_names_it',
            MESSAGE = 'the application does not name the stream of the round';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rounds_of_a_stream_take_who_names_it BEFORE INSERT OR UPDATE OF round_id, application_id ON review_files
    FOR EACH ROW EXECUTE FUNCTION check_file_names_the_stream();

CREATE INDEX former_assignments_of_an_application ON review_assignments (tenant_id, application_id)
    WHERE state <> 'assigned';

-- Who had the chair of a panel and has it no more, and until when: they have read what had come into its round by then. Also of
-- those who have left the panel since.
CREATE TABLE former_chairs (
    tenant_id uuid NOT NULL,
    round_id  uuid NOT NULL,
    person_id uuid NOT NULL REFERENCES people (id),
    until     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, round_id, person_id),
    FOREIGN KEY (tenant_id, round_id) REFERENCES review_rounds (tenant_id, id)
);
CREATE INDEX chairs_that_a_person_had ON former_chairs (tenant_id, person_id);
CALL wall_table('former_chairs');
REVOKE DELETE ON former_chairs FROM trellis_app;
-- For planning, which leaves out what they know.
CREATE POLICY managers_read_former_chairs ON former_chairs FOR SELECT USING (acts_as('manager'));

CREATE FUNCTION keep_former_chair() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    INSERT INTO former_chairs (tenant_id, round_id, person_id, until)
    VALUES (OLD.tenant_id, OLD.round_id, OLD.person_id, clock_timestamp())
    ON CONFLICT (tenant_id, round_id, person_id) DO UPDATE SET until = excluded.until;
    RETURN NULL;
END $$;
CREATE TRIGGER former_chairs_are_kept AFTER UPDATE OF is_chair, accepted_at ON panel_members
    FOR EACH ROW WHEN (OLD.is_chair AND OLD.accepted_at IS NOT NULL AND NOT (NEW.is_chair AND NEW.accepted_at IS NOT NULL))
    EXECUTE FUNCTION keep_former_chair();
CREATE TRIGGER former_chairs_are_kept_off_the_panel AFTER DELETE ON panel_members
    FOR EACH ROW WHEN (OLD.is_chair AND OLD.accepted_at IS NOT NULL) EXECUTE FUNCTION keep_former_chair();

-- Two rounds of different streams are open beside each other, and one application may be in both: nobody judges it blind in the
-- one who knows from the other whose it is, as its judge or from the chair.
CREATE FUNCTION check_nobody_judges_blind_what_they_know() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    -- One at a time for each reviewer, or what is given them in two rounds at once would not be seen by either. Whoever gives
    -- to several locks them in the order of their ids. One lock for a reviewer, not one for each pair: a plan has thousands.
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.tenant_id || ' judges ' || NEW.person_id, 0));
    IF EXISTS (
        SELECT FROM review_rounds AS this
        JOIN review_assignments AS other
            ON other.tenant_id = this.tenant_id AND other.application_id = NEW.application_id
            AND other.person_id = NEW.person_id AND other.round_id <> this.id AND other.state = 'assigned'
        JOIN review_rounds AS that ON that.tenant_id = other.tenant_id AND that.id = other.round_id
        LEFT JOIN reviews AS w ON w.tenant_id = other.tenant_id AND w.assignment_id = other.id
        WHERE this.tenant_id = NEW.tenant_id AND this.id = NEW.round_id
          AND (this.is_blind AND NOT that.is_blind
               -- What they judge blind is not told them before they have said what they think of it.
               OR NOT this.is_blind AND that.is_blind AND that.closed_at IS NULL AND w.submitted_at IS NULL))
       -- What was theirs to judge by name they know, also where it is theirs no more.
       OR EXISTS (
        SELECT FROM review_rounds AS this
        JOIN review_assignments AS former
            ON former.tenant_id = this.tenant_id AND former.application_id = NEW.application_id
            AND former.person_id = NEW.person_id AND former.round_id <> this.id AND former.state <> 'assigned'
        JOIN review_rounds AS that
            ON that.tenant_id = former.tenant_id AND that.id = former.round_id AND NOT that.is_blind
        WHERE this.tenant_id = NEW.tenant_id AND this.id = NEW.round_id AND this.is_blind)
       OR EXISTS (
        SELECT FROM review_rounds AS this
        JOIN review_files AS f
            ON f.tenant_id = this.tenant_id AND f.application_id = NEW.application_id AND f.round_id <> this.id
        JOIN review_rounds AS that ON that.tenant_id = f.tenant_id AND that.id = f.round_id AND NOT that.is_blind
        JOIN panel_members AS p
            ON p.tenant_id = that.tenant_id AND p.round_id = that.id AND p.person_id = NEW.person_id
            AND p.is_chair AND p.accepted_at IS NOT NULL
        WHERE this.tenant_id = NEW.tenant_id AND this.id = NEW.round_id AND this.is_blind)
       OR EXISTS (
        SELECT FROM review_rounds AS this
        JOIN review_files AS f
            ON f.tenant_id = this.tenant_id AND f.application_id = NEW.application_id AND f.round_id <> this.id
        JOIN review_rounds AS that ON that.tenant_id = f.tenant_id AND that.id = f.round_id AND NOT that.is_blind
        JOIN former_chairs AS h
            ON h.tenant_id = that.tenant_id AND h.round_id = that.id AND h.person_id = NEW.person_id
            AND f.entered_at <= h.until
        WHERE this.tenant_id = NEW.tenant_id AND this.id = NEW.round_id AND this.is_blind) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'nobody_judges_blind_what_they_know_by_name',
            MESSAGE = 'the reviewer knows the application by name from another round';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER nobody_judges_blind_what_they_know_by_name BEFORE INSERT ON review_assignments
    FOR EACH ROW WHEN (NEW.state = 'assigned') EXECUTE FUNCTION check_nobody_judges_blind_what_they_know();

-- There is nothing to refuse where the chair of a panel that knows names passes, or an application comes into its round, after
-- somebody was given that application to judge blind. There the chair leaves it out, until they have said what they think of it.
CREATE FUNCTION kept_from_the_chair() RETURNS TABLE (round_id uuid, application_id uuid) LANGUAGE sql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
    SELECT this.id, own.application_id
    FROM panel_members AS p
    JOIN review_rounds AS this ON this.tenant_id = p.tenant_id AND this.id = p.round_id AND NOT this.is_blind
    JOIN review_assignments AS own
        ON own.tenant_id = p.tenant_id AND own.person_id = p.person_id AND own.round_id <> this.id AND own.state = 'assigned'
    JOIN review_rounds AS that
        ON that.tenant_id = own.tenant_id AND that.id = own.round_id AND that.call_id = this.call_id AND that.is_blind
        AND that.closed_at IS NULL
    LEFT JOIN reviews AS w ON w.tenant_id = own.tenant_id AND w.assignment_id = own.id
    WHERE p.tenant_id = acting_tenant() AND p.person_id = acting_person() AND p.is_chair AND p.accepted_at IS NOT NULL
      AND w.submitted_at IS NULL
$$;
REVOKE ALL ON FUNCTION kept_from_the_chair() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kept_from_the_chair() TO trellis_app;

DROP POLICY reviewers_read_what_they_judge ON review_files;
CREATE POLICY reviewers_read_what_they_judge ON review_files FOR SELECT
    -- Sets that are found once, not a question to each row.
    USING (acts_as('reviewer') AND (
        (round_id, application_id) IN (
            SELECT s.round_id, s.application_id FROM review_assignments AS s
            WHERE s.tenant_id = acting_tenant() AND s.person_id = acting_person() AND s.state = 'assigned')
        -- The chair of the panel follows all of it that they may know.
        OR round_id IN (
            SELECT p.round_id FROM panel_members AS p
            WHERE p.tenant_id = acting_tenant() AND p.person_id = acting_person() AND p.is_chair
              AND p.accepted_at IS NOT NULL)
            AND (round_id, application_id) NOT IN (
                SELECT k.round_id, k.application_id FROM kept_from_the_chair() AS k)));

-- As they were, without what is kept from the chair.
CREATE OR REPLACE FUNCTION may_read_review(reader uuid, assignment uuid) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM review_assignments AS theirs
        JOIN review_rounds AS r ON r.tenant_id = theirs.tenant_id AND r.id = theirs.round_id
        CROSS JOIN LATERAL (
            -- One row: the reader judges an application once.
            SELECT count(*) AS assigned, count(w.submitted_at) AS submitted
            FROM review_assignments AS own
            LEFT JOIN reviews AS w ON w.tenant_id = own.tenant_id AND w.assignment_id = own.id
            WHERE own.tenant_id = theirs.tenant_id AND own.round_id = theirs.round_id
              AND own.application_id = theirs.application_id AND own.person_id = reader
              AND own.state = 'assigned') AS mine
        WHERE theirs.tenant_id = acting_tenant() AND theirs.id = assignment AND theirs.state = 'assigned'
          AND reader = acting_person() AND mine.assigned = mine.submitted
          AND (r.is_shared AND mine.submitted > 0
            OR EXISTS (SELECT FROM panel_members AS p
                       WHERE p.tenant_id = r.tenant_id AND p.round_id = r.id AND p.person_id = reader
                         AND p.is_chair AND p.accepted_at IS NOT NULL)
               AND NOT EXISTS (SELECT FROM kept_from_the_chair() AS k
                               WHERE k.round_id = r.id AND k.application_id = theirs.application_id)));
END $$;

CREATE OR REPLACE FUNCTION files_of_the_chair(round uuid)
RETURNS TABLE (application_id uuid, submitted bigint, awaits_own boolean) LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE near uuid[] := applications_too_near('reviewer', acting_person());
BEGIN
    RETURN QUERY
        SELECT f.application_id, count(w.submitted_at),
               coalesce(bool_or(s.person_id = acting_person() AND w.submitted_at IS NULL), false)
        FROM panel_members AS p
        JOIN review_files AS f ON f.tenant_id = p.tenant_id AND f.round_id = p.round_id
        JOIN applications AS a
            ON a.tenant_id = f.tenant_id AND a.id = f.application_id AND a.withdrawn_at IS NULL
        LEFT JOIN review_assignments AS s
            ON s.tenant_id = f.tenant_id AND s.round_id = f.round_id AND s.application_id = f.application_id
            AND s.state = 'assigned'
        LEFT JOIN reviews AS w ON w.tenant_id = s.tenant_id AND w.assignment_id = s.id
        WHERE p.tenant_id = acting_tenant() AND p.round_id = round AND p.person_id = acting_person()
          AND p.is_chair AND p.accepted_at IS NOT NULL AND f.application_id <> ALL (near)
          AND NOT EXISTS (SELECT FROM kept_from_the_chair() AS k
                          WHERE k.round_id = f.round_id AND k.application_id = f.application_id)
        GROUP BY f.application_id;
END $$;

-- By which round's standing something was prepared: that round may say something worse, the rounds of other streams may not.
ALTER TABLE prepared_decisions ADD COLUMN round_id uuid,
    ADD CONSTRAINT preparations_follow_a_round_on_record
        FOREIGN KEY (tenant_id, round_id) REFERENCES review_rounds (tenant_id, id);
CREATE INDEX preparations_by_a_round ON prepared_decisions (tenant_id, round_id) WHERE round_id IS NOT NULL;

-- A waiver is of an offer in the stream that was prepared, and of no other.
ALTER TABLE quorum_waivers ADD COLUMN stream_id uuid;
ALTER TABLE quorum_waivers DISABLE TRIGGER proposed_waivers_stand;
DO $$
DECLARE park uuid;
BEGIN
    PERFORM set_config('trellis.role', 'operator', true);
    FOR park IN SELECT id FROM tenants LOOP
        PERFORM set_config('trellis.tenant', park::text, true), set_config('trellis.role', 'system', true);
        UPDATE quorum_waivers AS w SET stream_id = p.stream_id
        FROM prepared_decisions AS p
        WHERE w.tenant_id = park AND p.tenant_id = park AND p.batch_id = w.batch_id
          AND p.application_id = w.application_id AND p.outcome = w.outcome AND p.stream_id IS NOT NULL;
        PERFORM set_config('trellis.role', 'operator', true);
    END LOOP;
    PERFORM set_config('trellis.tenant', '', true), set_config('trellis.role', '', true);
END $$;
ALTER TABLE quorum_waivers ENABLE TRIGGER proposed_waivers_stand;
DROP INDEX a_quorum_is_waived_once;
CREATE UNIQUE INDEX a_quorum_is_waived_once
    ON quorum_waivers (tenant_id, batch_id, application_id, outcome, stream_id) NULLS NOT DISTINCT
    WHERE refused_at IS NULL;

CREATE OR REPLACE FUNCTION check_waiver() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.confirmed_at IS NOT NULL OR OLD.refused_at IS NOT NULL
        OR (NEW.batch_id, NEW.application_id, NEW.outcome, NEW.stream_id, NEW.submitted, NEW.quorum, NEW.reason,
            NEW.proposed_by)
            IS DISTINCT FROM
           (OLD.batch_id, OLD.application_id, OLD.outcome, OLD.stream_id, OLD.submitted, OLD.quorum, OLD.reason,
            OLD.proposed_by)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'proposed_waivers_stand',
            MESSAGE = 'a proposed waiver is answered once and not rewritten';
    END IF;
    IF NEW.refused_at IS NULL AND NOT EXISTS (
        SELECT FROM prepared_decisions AS p
        WHERE p.tenant_id = NEW.tenant_id AND p.batch_id = NEW.batch_id AND p.application_id = NEW.application_id
          AND p.outcome = NEW.outcome AND p.stream_id IS NOT DISTINCT FROM NEW.stream_id AND p.released_at IS NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'what_is_prepared_is_waived',
            MESSAGE = 'no such decision is prepared';
    END IF;
    RETURN NEW;
END $$;

-- Those of some applications that have fewer reviews than a round of their call wants, once it was opened; `places` says in
-- which stream each is offered one. An offer in a stream rests on the rounds of the stream and on those of all, and on one of
-- them at least; whatever is no offer rests on every round an application was in.
CREATE FUNCTION short_of_quorum(decided uuid[], places uuid[]) RETURNS uuid[] LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN coalesce((
        SELECT array_agg(a.id)
        FROM unnest(decided, places) AS d (application_id, stream_id)
        JOIN applications AS a ON a.tenant_id = acting_tenant() AND a.id = d.application_id
        WHERE EXISTS (SELECT FROM review_rounds AS r
                      WHERE r.tenant_id = a.tenant_id AND r.call_id = a.call_id AND r.opened_at IS NOT NULL)
          AND (NOT EXISTS (
                   SELECT FROM review_files AS f
                   JOIN review_rounds AS r ON r.tenant_id = f.tenant_id AND r.id = f.round_id
                   WHERE f.tenant_id = a.tenant_id AND f.application_id = a.id AND r.call_id = a.call_id
                     AND r.opened_at IS NOT NULL
                     AND (d.stream_id IS NULL OR r.stream_id IS NULL OR r.stream_id = d.stream_id))
               OR EXISTS (
                   SELECT FROM review_files AS f
                   JOIN review_rounds AS r ON r.tenant_id = f.tenant_id AND r.id = f.round_id
                   WHERE f.tenant_id = a.tenant_id AND f.application_id = a.id AND r.call_id = a.call_id
                     AND r.opened_at IS NOT NULL
                     AND (d.stream_id IS NULL OR r.stream_id IS NULL OR r.stream_id = d.stream_id)
                     AND r.quorum > (
                         SELECT count(w.submitted_at) FROM review_assignments AS s
                         JOIN reviews AS w ON w.tenant_id = s.tenant_id AND w.assignment_id = s.id
                         WHERE s.tenant_id = f.tenant_id AND s.round_id = f.round_id
                           AND s.application_id = f.application_id AND s.state = 'assigned')))), '{}');
END $$;

CREATE OR REPLACE FUNCTION check_quorum() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    short uuid[];
BEGIN
    IF acting_role() IS DISTINCT FROM 'manager' THEN
        RETURN NULL;
    END IF;
    -- Once for all of them, not once a row; one order for both lists.
    short := (SELECT short_of_quorum(array_agg(d.application_id ORDER BY d.application_id),
                                     array_agg(d.stream_id ORDER BY d.application_id)) FROM fresh AS d);
    IF EXISTS (
        SELECT FROM fresh AS d
        WHERE d.application_id = ANY (short)
          AND NOT EXISTS (
              SELECT FROM quorum_waivers AS w
              WHERE w.tenant_id = d.tenant_id AND w.batch_id = d.batch_id AND w.application_id = d.application_id
                AND w.outcome = d.outcome AND w.stream_id IS NOT DISTINCT FROM d.stream_id
                AND w.confirmed_at IS NOT NULL)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'decisions_have_a_quorum_or_a_waiver',
            MESSAGE = 'a decision has too few reviews, and no two managers have waived the quorum';
    END IF;
    RETURN NULL;
END $$;
DROP FUNCTION short_of_quorum(uuid[]);

-- As it was, but an application is reviewed in a stream once it is assigned in a round of that stream or in one of all.
CREATE OR REPLACE FUNCTION stages_in_streams(first date, last date, only_streams uuid[])
    RETURNS TABLE (application_id uuid, stream_id uuid, stages boolean[]) LANGUAGE sql STABLE AS $$
    WITH reached AS (
        SELECT a.id, a.call_id, c.stream_id AS own,
               a.submitted_at IS NOT NULL AS submitted,
               bool_or(e.to_state = 'in_review') AS eligible,
               bool_or(e.to_state = 'shortlisted') AS shortlisted,
               bool_or(e.to_state = 'interview') AS interview,
               bool_or(e.to_state = 'offered') AS offered,
               bool_or(e.to_state = 'accepted') AS accepted,
               -- For which streams somebody was to judge it; one that is NULL is all of them.
               ARRAY(SELECT q.stream_id FROM review_assignments AS r
                     JOIN review_rounds AS q ON q.tenant_id = r.tenant_id AND q.id = r.round_id
                     WHERE r.tenant_id = a.tenant_id AND r.application_id = a.id AND r.state = 'assigned') AS judged,
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
           ARRAY[true, r.submitted, r.eligible,
                 array_position(r.judged, NULL) IS NOT NULL OR n.stream_id = ANY (r.judged) IS TRUE,
                 r.shortlisted, r.interview, r.offered AND n.is_here, r.accepted AND n.is_here, r.enrolled AND n.is_here]
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

REVOKE ALL ON FUNCTION short_of_quorum(uuid[], uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION short_of_quorum(uuid[], uuid[]) TO trellis_app;
