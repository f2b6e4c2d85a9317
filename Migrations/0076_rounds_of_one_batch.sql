-- A round may judge one of the batches that a rolling call takes: what was handed in by its cut-off, and nothing else, enters it.
-- Rounds of several batches are open beside each other.

-- Which batch of a call takes what was handed in at a moment, from 1: the first whose cut-off was not past, where behind the last
-- cut-off comes one more, which the closing ends. NULL for a fixed window. The bounds of width_bucket belong to what is above them,
-- a cut-off to what is before it; moments are whole microseconds. Without a sub-query, so that a plan takes it in.
CREATE FUNCTION batches_of_call(cutoffs timestamptz[], closes_at timestamptz) RETURNS integer LANGUAGE sql IMMUTABLE
    AS $$
        SELECT CASE WHEN cutoffs = '{}' THEN 0
                    ELSE cardinality(cutoffs) + (cutoffs[cardinality(cutoffs)] < closes_at)::integer END
    $$;
CREATE FUNCTION batch_taking(moment timestamptz, cutoffs timestamptz[], closes_at timestamptz) RETURNS integer
    LANGUAGE sql STABLE
    AS $$
        SELECT CASE WHEN moment IS NOT NULL AND cutoffs <> '{}'
                    THEN least(1 + width_bucket(moment - interval '1 microsecond', cutoffs),
                               batches_of_call(cutoffs, closes_at)) END
    $$;
REVOKE ALL ON FUNCTION batches_of_call(timestamptz[], timestamptz),
    batch_taking(timestamptz, timestamptz[], timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION batches_of_call(timestamptz[], timestamptz),
    batch_taking(timestamptz, timestamptz[], timestamptz) TO trellis_app;

ALTER TABLE review_rounds ADD COLUMN batch integer, ADD CONSTRAINT batches_of_rounds_count_from_one CHECK (batch >= 1);

-- The cut-offs are held as they are until the round is written. What reviewers were told they judge stands once they judge.
CREATE FUNCTION check_batch_of_round() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE planned integer;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.opened_at IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'opened_rounds_keep_their_batch',
            MESSAGE = 'the round has opened';
    END IF;
    IF NEW.batch IS NOT NULL THEN
        SELECT batches_of_call(c.cutoffs, c.closes_at) INTO planned FROM calls AS c
        WHERE c.tenant_id = NEW.tenant_id AND c.id = NEW.call_id FOR SHARE;
        IF NEW.batch > coalesce(planned, 0) THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'rounds_judge_a_batch_of_their_call',
                MESSAGE = 'the call takes no such batch';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rounds_judge_a_batch_of_their_call BEFORE INSERT ON review_rounds
    FOR EACH ROW EXECUTE FUNCTION check_batch_of_round();
CREATE TRIGGER opened_rounds_keep_their_batch BEFORE UPDATE OF batch, call_id ON review_rounds
    FOR EACH ROW WHEN ((NEW.batch, NEW.call_id) IS DISTINCT FROM (OLD.batch, OLD.call_id))
    EXECUTE FUNCTION check_batch_of_round();

-- The other way round: a batch stays while a round judges it, and what is in the round stays of its batch. The latter can change
-- where the last cut-off is the closing itself: what came within the grace is of the last batch, until a closing that moves ends
-- another one.
CREATE FUNCTION check_batches_under_review() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    -- Whoever takes applications into a round holds it until they are in.
    PERFORM FROM review_rounds AS r
    WHERE r.tenant_id = NEW.tenant_id AND r.call_id = NEW.id AND r.batch IS NOT NULL FOR SHARE;
    IF EXISTS (
        SELECT FROM review_rounds AS r
        WHERE r.tenant_id = NEW.tenant_id AND r.call_id = NEW.id
          AND (r.batch > batches_of_call(NEW.cutoffs, NEW.closes_at)
               OR r.batch IS NOT NULL AND EXISTS (
                   SELECT FROM review_files AS f
                   JOIN applications AS a ON a.tenant_id = f.tenant_id AND a.id = f.application_id
                   WHERE f.tenant_id = r.tenant_id AND f.round_id = r.id
                     AND batch_taking(a.submitted_at, NEW.cutoffs, NEW.closes_at) IS DISTINCT FROM r.batch))) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'batches_with_a_round_stand',
            MESSAGE = 'a round of the call judges a batch that would be another';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER batches_with_a_round_stand AFTER UPDATE OF cutoffs, closes_at ON calls
    FOR EACH ROW WHEN ((NEW.cutoffs, NEW.closes_at) IS DISTINCT FROM (OLD.cutoffs, OLD.closes_at))
    EXECUTE FUNCTION check_batches_under_review();

-- As `system`: who judges may not read when something was handed in.
CREATE FUNCTION check_file_is_of_the_batch() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF EXISTS (SELECT FROM review_rounds AS r
               JOIN calls AS c ON c.tenant_id = r.tenant_id AND c.id = r.call_id
               WHERE r.tenant_id = NEW.tenant_id AND r.id = NEW.round_id AND r.batch IS NOT NULL
                 AND NOT EXISTS (SELECT FROM applications AS a
                                 WHERE a.tenant_id = r.tenant_id AND a.id = NEW.application_id
                                   AND batch_taking(a.submitted_at, c.cutoffs, c.closes_at) = r.batch)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'rounds_of_a_batch_take_what_came_in_it',
            MESSAGE = 'the application is of another batch than the round';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rounds_of_a_batch_take_what_came_in_it BEFORE INSERT OR UPDATE OF round_id, application_id ON review_files
    FOR EACH ROW EXECUTE FUNCTION check_file_is_of_the_batch();

-- A round of another batch is none that its applications go through. No number changes: none is of a batch yet.
DROP TRIGGER rounds_are_numbered ON review_rounds;
DROP TRIGGER rounds_are_renumbered ON review_rounds;
DROP FUNCTION number_round();
DROP FUNCTION renumber_rounds();
DROP FUNCTION number_of_round(uuid, uuid, uuid, integer);

CREATE FUNCTION number_of_round(tenant uuid, call uuid, stream uuid, only_batch integer, place integer) RETURNS integer
    LANGUAGE sql STABLE SET search_path = public SET trellis.role = 'system'
    AS $$
        SELECT 1 + coalesce(max(r.number), 0) FROM review_rounds AS r
        WHERE r.tenant_id = tenant AND r.call_id = call AND r.position < place
          AND (r.stream_id IS NULL OR stream IS NULL OR r.stream_id = stream)
          AND (r.batch IS NULL OR only_batch IS NULL OR r.batch = only_batch)
    $$;

CREATE FUNCTION number_round() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.number := number_of_round(NEW.tenant_id, NEW.call_id, NEW.stream_id, NEW.batch, NEW.position);
    RETURN NEW;
END $$;
CREATE TRIGGER rounds_are_numbered BEFORE INSERT ON review_rounds FOR EACH ROW EXECUTE FUNCTION number_round();

-- A draft that judges something else now moves those behind it, too, one after the other; what has opened keeps its number, for
-- its files hold the questions up to it.
CREATE FUNCTION renumber_rounds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE draft uuid;
BEGIN
    FOR draft IN SELECT id FROM review_rounds
                 WHERE tenant_id = NEW.tenant_id AND call_id = NEW.call_id AND position >= NEW.position
                   AND opened_at IS NULL ORDER BY position LOOP
        UPDATE review_rounds AS r SET number = n.number
        FROM (SELECT number_of_round(d.tenant_id, d.call_id, d.stream_id, d.batch, d.position) AS number
              FROM review_rounds AS d WHERE d.tenant_id = NEW.tenant_id AND d.id = draft) AS n
        WHERE r.tenant_id = NEW.tenant_id AND r.id = draft AND r.opened_at IS NULL AND r.number <> n.number;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER rounds_are_renumbered AFTER UPDATE OF stream_id, batch ON review_rounds
    FOR EACH ROW WHEN ((NEW.stream_id, NEW.batch) IS DISTINCT FROM (OLD.stream_id, OLD.batch))
    EXECUTE FUNCTION renumber_rounds();

REVOKE ALL ON FUNCTION number_of_round(uuid, uuid, uuid, integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION number_of_round(uuid, uuid, uuid, integer, integer) TO trellis_app;
