-- What a round's reviews say once leniency is taken out of them takes too long to work out while somebody waits for a page. A
-- job works it out after the reviews have changed, and what it found is kept, with what it was found from.

-- The reviews of a round that count, as one word: a review says what it says until it is reopened, so that who wrote and when
-- it was handed in are enough. The rubric stands since the round opened. The same for everybody, whatever they may see of it.
CREATE FUNCTION calibration_inputs(tenant uuid, round uuid) RETURNS text LANGUAGE sql STABLE
    SET search_path = public SET trellis.role = 'system'
    AS $$
        -- In no order, since to sort thousands takes longer than all else.
        SELECT count(*) || ' ' || coalesce(bit_xor(uuid_hash_extended(
            w.assignment_id, (extract(epoch FROM w.submitted_at) * 1000000)::bigint)), 0)
        FROM reviews AS w
        JOIN review_assignments AS s ON s.tenant_id = w.tenant_id AND s.id = w.assignment_id AND s.state = 'assigned'
        WHERE w.tenant_id = tenant AND w.round_id = round AND w.submitted_at IS NOT NULL
    $$;

CREATE TABLE round_calibrations (
    tenant_id     uuid NOT NULL,
    round_id      uuid NOT NULL,
    call_id       uuid NOT NULL,
    -- From which reviews, and by which version of the arithmetic: once either is another, nobody is shown what is kept here.
    inputs        text NOT NULL,
    engine        integer NOT NULL,
    calibrated_at timestamptz NOT NULL DEFAULT now(),
    -- Why nothing can be said, with the figures that decided it; or how sure the ranking is, and how lenient who is.
    refusal       jsonb,
    figures       jsonb,
    -- How many of the best would be among the best again, by how many places there are, from 1.
    steadiness    double precision[],
    PRIMARY KEY (tenant_id, round_id),
    FOREIGN KEY (tenant_id, round_id) REFERENCES review_rounds (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT calibrations_say_what_they_found_or_why_not
        CHECK ((refusal IS NULL) = (figures IS NOT NULL) AND (figures IS NULL) = (steadiness IS NULL)),
    CONSTRAINT calibrations_say_how_steady_they_are CHECK (cardinality(steadiness) > 0)
);

CREATE TABLE calibrated_applications (
    tenant_id      uuid NOT NULL,
    round_id       uuid NOT NULL,
    application_id uuid NOT NULL,
    call_id        uuid NOT NULL,
    score          double precision NOT NULL,
    low            double precision NOT NULL,
    high           double precision NOT NULL,
    rank           integer NOT NULL,
    raw_mean       double precision NOT NULL,
    raw_rank       integer NOT NULL,
    best_rank      integer NOT NULL,
    worst_rank     integer NOT NULL,
    -- A hundred ranks in rising order, each as likely as another: how likely a place is, however many there are.
    likely_ranks   integer[] NOT NULL,
    PRIMARY KEY (tenant_id, round_id, application_id),
    FOREIGN KEY (tenant_id, round_id) REFERENCES round_calibrations (tenant_id, round_id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, round_id, application_id)
        REFERENCES review_files (tenant_id, round_id, application_id) ON DELETE CASCADE,
    CONSTRAINT calibrated_scores_lie_in_their_interval CHECK (low <= score AND score <= high),
    CONSTRAINT calibrated_ranks_count_from_one
        CHECK (rank > 0 AND raw_rank > 0 AND 0 < best_rank AND best_rank <= worst_rank),
    CONSTRAINT likely_ranks_are_a_hundred CHECK (cardinality(likely_ranks) = 100)
);

CALL wall_table('round_calibrations');
CALL wall_table('calibrated_applications');
-- Worked out from rows that are on the trail.
DROP TRIGGER audit_inserted ON round_calibrations;
DROP TRIGGER audit_changed ON round_calibrations;
DROP TRIGGER audit_inserted ON calibrated_applications;
DROP TRIGGER audit_changed ON calibrated_applications;
CREATE POLICY the_managers_read_calibrations ON round_calibrations FOR SELECT USING (acts_as('manager'));
CREATE POLICY the_managers_read_calibrations ON calibrated_applications FOR SELECT USING (acts_as('manager'));
-- The others' scores would tell of their own startup's by what is missing between them: whoever applied reads none.
CREATE POLICY nobody_reads_calibrations_where_they_applied ON round_calibrations AS RESTRICTIVE
    USING (call_id <> ALL ((SELECT calls_too_near(acting_role(), acting_person()))::uuid[]));
CREATE POLICY nobody_reads_calibrations_where_they_applied ON calibrated_applications AS RESTRICTIVE
    USING (call_id <> ALL ((SELECT calls_too_near(acting_role(), acting_person()))::uuid[]));

-- Reviews come to count, or stop to, in many ways: handed in, reopened, withdrawn, taken by a conflict that some other room
-- put on record. Here they are all seen, and the work is asked for in the same transaction. One job a round waits; some seconds,
-- so that the last hours of a round do not calibrate it once for each review.
--
-- At the commit, since whoever adds a key holds up all who add the same one until they are through: an import of a thousand
-- reviews, or one that is only tried, would keep reviewers from handing in. And without waiting even then, since two who ask
-- for several rounds would each wait for the other: where somebody else is asking, a job is added under a key that nobody
-- shares. Not left to the other, whose job might start before this transaction has ended, or be rolled back with theirs.
CREATE FUNCTION ask_for_calibration() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    shared text := NEW.round_id::text;
    own text := NEW.round_id || ' ' || pg_current_xact_id();
BEGIN
    IF TG_TABLE_NAME = 'review_assignments' AND NOT EXISTS (
        SELECT FROM reviews AS w
        WHERE w.tenant_id = NEW.tenant_id AND w.assignment_id = (to_jsonb(NEW) ->> 'id')::uuid
          AND w.submitted_at IS NOT NULL) THEN
        RETURN NULL;
    END IF;
    -- Between looking and adding, the job in the way can start or another come in its place.
    FOR turn IN 1..3 LOOP
        -- Held, so that it does not start before this transaction ends and miss what it was left to deal with.
        PERFORM FROM jobs
        WHERE tenant_id = NEW.tenant_id AND kind = 'reviews.calibrate-round' AND key IN (shared, own)
          AND finished_at IS NULL AND lease_until IS NULL
        FOR SHARE;
        EXIT WHEN FOUND;
        INSERT INTO jobs (id, kind, key, key_freed_at_start, arguments, tenant_id, context, run_at, max_attempts)
        VALUES (gen_random_uuid(), 'reviews.calibrate-round',
                CASE WHEN may_ask_for_calibration(NEW.round_id) THEN shared ELSE own END, true,
                jsonb_build_object('round', NEW.round_id), NEW.tenant_id,
                acting_context() || jsonb_build_object('tenant', NEW.tenant_id), clock_timestamp() + interval '5 seconds', 3)
        ON CONFLICT DO NOTHING;
        EXIT WHEN FOUND;
    END LOOP;
    RETURN NULL;
END $$;
-- Whether this transaction is, until it ends, the one that asks for a round under its key. Never waits.
CREATE FUNCTION may_ask_for_calibration(round uuid) RETURNS boolean LANGUAGE sql VOLATILE
    AS $$ SELECT pg_try_advisory_xact_lock('jobs'::regclass::oid::integer, hashtext(round::text)) $$;
REVOKE ALL ON FUNCTION may_ask_for_calibration(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION may_ask_for_calibration(uuid) TO trellis_app;
CREATE CONSTRAINT TRIGGER a_submitted_review_asks_for_calibration AFTER INSERT ON reviews
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.submitted_at IS NOT NULL) EXECUTE FUNCTION ask_for_calibration();
CREATE CONSTRAINT TRIGGER a_change_of_submission_asks_for_calibration AFTER UPDATE ON reviews
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN ((OLD.submitted_at IS NULL) <> (NEW.submitted_at IS NULL)) EXECUTE FUNCTION ask_for_calibration();
CREATE CONSTRAINT TRIGGER an_end_of_an_assignment_asks_for_calibration AFTER UPDATE ON review_assignments
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.state = 'assigned' AND NEW.state <> 'assigned') EXECUTE FUNCTION ask_for_calibration();

-- When a round is to be calibrated tells when somebody handed in, which other reviewers do not learn.
CREATE POLICY only_managers_watch_calibrations ON jobs AS RESTRICTIVE FOR SELECT
    USING (kind <> 'reviews.calibrate-round' OR (SELECT acts_as('manager', 'operator', 'system')));

-- What follows the calibrated order of a round says which: when it had been worked out.
ALTER TABLE prepared_decisions ADD COLUMN calibrated_at timestamptz,
    ADD CONSTRAINT calibrated_preparations_follow_a_round CHECK (calibrated_at IS NULL OR round_id IS NOT NULL);

REVOKE ALL ON FUNCTION calibration_inputs(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION calibration_inputs(uuid, uuid) TO trellis_app;
