-- A call may offer several streams of its program, and an applicant names those they want, the most wanted first.

-- The streams a call offers, its own among them, in the order they are shown. A call of its own stream alone has none.
CREATE TABLE offered_streams (
    tenant_id uuid NOT NULL,
    call_id   uuid NOT NULL,
    stream_id uuid NOT NULL,
    position  integer NOT NULL,
    -- How many places of the call are in this stream at the most; NULL for as many as the call has.
    places    integer,
    PRIMARY KEY (tenant_id, call_id, stream_id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, stream_id) REFERENCES streams (tenant_id, id),
    CONSTRAINT offered_streams_stand_in_order UNIQUE (tenant_id, call_id, position),
    CONSTRAINT calls_offer_a_reasonable_number_of_streams CHECK (position BETWEEN 1 AND 20),
    CONSTRAINT offered_places_are_a_reasonable_number CHECK (places BETWEEN 1 AND 10000)
);
CREATE INDEX calls_that_offer_a_stream ON offered_streams (tenant_id, stream_id);

-- Applicants choose among them. FOR SHARE, so that none changes while the call is being published.
CREATE FUNCTION check_offered_streams_are_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE published timestamptz;
BEGIN
    SELECT published_at INTO published FROM calls
    WHERE tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id) AND id = coalesce(NEW.call_id, OLD.call_id) FOR SHARE;
    IF published IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'offered_streams_stand_once_published',
            MESSAGE = 'the streams of a published call stand';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER offered_streams_stand_once_published BEFORE INSERT OR UPDATE OR DELETE ON offered_streams
    FOR EACH ROW EXECUTE FUNCTION check_offered_streams_are_open();

-- At the end of the transaction: call and streams are revised one after the other.
CREATE FUNCTION check_offered_streams() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    park uuid := coalesce(NEW.tenant_id, OLD.tenant_id);
    offering uuid;
    own record;
BEGIN
    IF TG_TABLE_NAME = 'calls' THEN
        offering := NEW.id;
    ELSE
        offering := coalesce(NEW.call_id, OLD.call_id);
    END IF;
    SELECT c.stream_id, s.program_id INTO own
    FROM calls AS c JOIN streams AS s ON s.tenant_id = c.tenant_id AND s.id = c.stream_id
    WHERE c.tenant_id = park AND c.id = offering;
    IF (SELECT count(*) = 1 OR count(*) > 1 AND NOT bool_or(o.stream_id = own.stream_id)
        FROM offered_streams AS o WHERE o.tenant_id = park AND o.call_id = offering) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'calls_offer_their_own_stream_and_others',
            MESSAGE = 'a call that offers several streams offers its own and another';
    END IF;
    IF EXISTS (SELECT FROM offered_streams AS o
               JOIN streams AS s ON s.tenant_id = o.tenant_id AND s.id = o.stream_id
               WHERE o.tenant_id = park AND o.call_id = offering AND s.program_id <> own.program_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'offered_streams_are_of_one_program',
            MESSAGE = 'a call offers streams of one program';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER offered_streams_are_of_one_program AFTER INSERT OR UPDATE OR DELETE ON offered_streams
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_offered_streams();
CREATE CONSTRAINT TRIGGER offered_streams_are_of_one_program AFTER UPDATE OF stream_id ON calls
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.stream_id <> OLD.stream_id)
    EXECUTE FUNCTION check_offered_streams();

-- Every stream that a call applies to or offers: what holds for the one holds for each.
CREATE FUNCTION streams_of_call(tenant uuid, call uuid, own uuid) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    SELECT own UNION SELECT o.stream_id FROM offered_streams AS o WHERE o.tenant_id = tenant AND o.call_id = call
$$;

CREATE OR REPLACE FUNCTION check_call_publication() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM stream_partners AS p
        LEFT JOIN mous AS m ON m.tenant_id = p.tenant_id AND m.id = p.mou_id
        WHERE p.tenant_id = NEW.tenant_id
          AND p.stream_id IN (SELECT streams_of_call(NEW.tenant_id, NEW.id, NEW.stream_id))
          AND NOT coalesce(mou_is_in_force(m.state, m.effective_on, m.ends_on, m.terminated_on,
              (greatest(NEW.opens_at, now()) AT TIME ZONE NEW.time_zone)::date), false)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'calls_open_while_their_mou_is_in_force',
            MESSAGE = 'a partner''s agreement is not in force on the day the call opens';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION cancel_calls_without_agreement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE calls AS c
    SET cancelled_at = now(), cancelled_by = coalesce(acting_person(), c.published_by),
        cancellation_reason = 'The agreement behind this stream ends before the call opens.'
    WHERE c.tenant_id = NEW.tenant_id
      AND EXISTS (SELECT FROM stream_partners AS p
                  WHERE p.tenant_id = c.tenant_id AND p.mou_id = NEW.id
                    AND p.stream_id IN (SELECT streams_of_call(c.tenant_id, c.id, c.stream_id)))
      AND c.published_at IS NOT NULL AND c.cancelled_at IS NULL AND c.opens_at > now()
      AND (c.opens_at AT TIME ZONE c.time_zone)::date >= NEW.terminated_on;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION check_partner_of_announced_calls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM calls AS c
        LEFT JOIN mous AS m ON m.tenant_id = NEW.tenant_id AND m.id = NEW.mou_id
        WHERE c.tenant_id = NEW.tenant_id
          AND NEW.stream_id IN (SELECT streams_of_call(c.tenant_id, c.id, c.stream_id)) AND c.published_at IS NOT NULL
          AND c.cancelled_at IS NULL AND c.opens_at > now()
          AND NOT coalesce(mou_is_in_force(m.state, m.effective_on, m.ends_on, m.terminated_on,
              (c.opens_at AT TIME ZONE c.time_zone)::date), false)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'partners_join_under_an_mou_in_force',
            MESSAGE = 'the agreement is not in force on the day a call of the stream opens';
    END IF;
    RETURN NEW;
END $$;

-- FOR SHARE, so that a stream does not end while a call goes out.
CREATE OR REPLACE FUNCTION check_stream_runs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM streams WHERE tenant_id = NEW.tenant_id
        AND id IN (SELECT streams_of_call(NEW.tenant_id, NEW.id, NEW.stream_id)) ORDER BY id FOR SHARE;
    IF EXISTS (SELECT FROM streams WHERE tenant_id = NEW.tenant_id AND ended_at IS NOT NULL
                 AND id IN (SELECT streams_of_call(NEW.tenant_id, NEW.id, NEW.stream_id))) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'calls_belong_to_a_running_stream',
            MESSAGE = 'the stream has ended';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION check_stream_is_idle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM calls AS c
               WHERE c.tenant_id = NEW.tenant_id
                 AND NEW.id IN (SELECT streams_of_call(c.tenant_id, c.id, c.stream_id)) AND c.published_at IS NOT NULL
                 AND c.cancelled_at IS NULL AND c.closes_at > now()) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'streams_end_after_their_calls',
            MESSAGE = 'a call of the stream is scheduled or open';
    END IF;
    RETURN NEW;
END $$;

-- The streams that an applicant wants, the most wanted first.
CREATE TABLE stream_choices (
    tenant_id      uuid NOT NULL,
    application_id uuid NOT NULL,
    call_id        uuid NOT NULL,
    stream_id      uuid NOT NULL,
    rank           integer NOT NULL,
    saved_at       timestamptz NOT NULL DEFAULT now(),
    saved_by       uuid NOT NULL,
    PRIMARY KEY (tenant_id, application_id, stream_id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT streams_are_chosen_of_those_offered
        FOREIGN KEY (tenant_id, call_id, stream_id) REFERENCES offered_streams (tenant_id, call_id, stream_id),
    CONSTRAINT choices_stand_in_order UNIQUE (tenant_id, application_id, rank),
    CONSTRAINT choices_count_from_one CHECK (rank BETWEEN 1 AND 20)
);

-- How many there are: what a manager may know of a draft.
ALTER TABLE applications ADD COLUMN streams_chosen integer NOT NULL DEFAULT 0;

CREATE FUNCTION check_choices_are_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stands text;
BEGIN
    SELECT state INTO stands FROM applications
    WHERE tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id)
      AND id = coalesce(NEW.application_id, OLD.application_id) FOR SHARE;
    IF stands <> 'draft' THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'choices_are_frozen_once_submitted',
            MESSAGE = 'the choices of a submitted application are frozen';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER choices_are_frozen_once_submitted BEFORE INSERT OR UPDATE OR DELETE ON stream_choices
    FOR EACH ROW EXECUTE FUNCTION check_choices_are_open();

-- The last wall behind the service's own check.
CREATE FUNCTION check_submission_chooses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM offered_streams WHERE tenant_id = NEW.tenant_id AND call_id = NEW.call_id)
       AND NOT EXISTS (SELECT FROM stream_choices WHERE tenant_id = NEW.tenant_id AND application_id = NEW.id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'submissions_choose_a_stream',
            MESSAGE = 'no stream was chosen';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER submissions_choose_a_stream BEFORE UPDATE OF state ON applications
    FOR EACH ROW WHEN (NEW.state = 'submitted' AND OLD.state = 'draft') EXECUTE FUNCTION check_submission_chooses();

CALL wall_table('offered_streams');
CALL wall_table('stream_choices');

-- Some of a row is on the trail with who wrote it and when, and some is not: what is told goes without the columns that the
-- trigger names, about the object in the column that it names first. As it was for reviews alone.
CREATE FUNCTION audit_without() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    row jsonb := to_jsonb(coalesce(NEW, OLD));
BEGIN
    INSERT INTO audit_events
        (tenant_id, person_id, membership_id, role, action, request_id, deed, noun, object_id, after)
    VALUES (
        (row ->> 'tenant_id')::uuid, acting_person(), acting_membership(), acting_role(),
        nullif(current_setting('trellis.action', true), ''), nullif(current_setting('trellis.request', true), ''),
        lower(TG_OP), TG_TABLE_NAME, (row ->> TG_ARGV[0])::uuid, row - TG_ARGV[1]::text[]);
    RETURN NULL;
END $$;
DO $$
DECLARE one record;
BEGIN
    FOR one IN VALUES
        ('reviews', 'assignment_id',
         '{tenant_id,comment,private_note,score,note,confidence,person_id,application_id}'),
        ('review_scores', 'assignment_id',
         '{tenant_id,comment,private_note,score,note,confidence,person_id,application_id}'),
        -- That somebody chose and when, not what: a draft is closed to managers.
        ('stream_choices', 'application_id', '{tenant_id,application_id,call_id,stream_id,saved_at,saved_by}')
    LOOP
        EXECUTE format('DROP TRIGGER audit_inserted ON %I', one.column1);
        EXECUTE format('DROP TRIGGER audit_changed ON %I', one.column1);
        EXECUTE format('CREATE TRIGGER audit_inserted AFTER INSERT ON %I FOR EACH ROW EXECUTE FUNCTION audit_without(%L, %L)',
            one.column1, one.column2, one.column3);
        EXECUTE format(
            'CREATE TRIGGER audit_changed AFTER UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION audit_without(%L, %L)',
            one.column1, one.column2, one.column3);
    END LOOP;
END $$;
DROP FUNCTION audit_review();

CREATE POLICY managers_keep_offered_streams ON offered_streams USING (acting_role() = 'manager');
CREATE POLICY streams_of_published_calls_are_read ON offered_streams FOR SELECT
    USING (EXISTS (SELECT FROM calls WHERE calls.tenant_id = offered_streams.tenant_id AND calls.id = call_id));

-- Whoever judges does not know how much a startup wants which stream, and no other startup does.
CREATE POLICY managers_read_submitted_choices ON stream_choices FOR SELECT
    USING (acting_role() = 'manager' AND EXISTS (
        SELECT FROM applications WHERE applications.tenant_id = stream_choices.tenant_id
          AND applications.id = application_id AND submitted_at IS NOT NULL));
CREATE POLICY founders_keep_their_choices ON stream_choices
    USING (acting_role() = 'founder' AND EXISTS (
        SELECT FROM applications WHERE applications.tenant_id = stream_choices.tenant_id
          AND applications.id = application_id AND startup_id = acting_institution()));

-- Which stream a place is in, where the call offers several: one that the applicant named.
ALTER TABLE prepared_decisions ADD COLUMN stream_id uuid,
    ADD CONSTRAINT places_are_in_a_chosen_stream FOREIGN KEY (tenant_id, application_id, stream_id)
        REFERENCES stream_choices (tenant_id, application_id, stream_id),
    ADD CONSTRAINT streams_go_with_an_offer CHECK (stream_id IS NULL OR outcome = 'offer');
ALTER TABLE decisions ADD COLUMN stream_id uuid,
    ADD CONSTRAINT places_are_in_a_chosen_stream FOREIGN KEY (tenant_id, application_id, stream_id)
        REFERENCES stream_choices (tenant_id, application_id, stream_id),
    ADD CONSTRAINT streams_go_with_an_offer CHECK (stream_id IS NULL OR outcome = 'offer');
ALTER TABLE decision_changes ADD COLUMN stream_id uuid,
    ADD CONSTRAINT places_are_in_a_chosen_stream FOREIGN KEY (tenant_id, application_id, stream_id)
        REFERENCES stream_choices (tenant_id, application_id, stream_id),
    ADD CONSTRAINT streams_go_with_an_offer CHECK (stream_id IS NULL OR outcome = 'offer');
-- The stream in which a place is free again.
ALTER TABLE freed_places ADD COLUMN stream_id uuid,
    ADD CONSTRAINT places_are_in_a_chosen_stream FOREIGN KEY (tenant_id, application_id, stream_id)
        REFERENCES stream_choices (tenant_id, application_id, stream_id);

-- As `system`: row by row, the policies of a manager would each time look through all applications.
CREATE FUNCTION check_offer_names_its_stream() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF EXISTS (SELECT FROM stream_choices
               WHERE tenant_id = NEW.tenant_id AND application_id = NEW.application_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'offers_name_their_stream',
            MESSAGE = 'an offer says in which of the chosen streams the place is';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER offers_name_their_stream BEFORE INSERT OR UPDATE OF outcome, stream_id ON prepared_decisions
    FOR EACH ROW WHEN (NEW.outcome = 'offer' AND NEW.stream_id IS NULL) EXECUTE FUNCTION check_offer_names_its_stream();
CREATE TRIGGER offers_name_their_stream BEFORE INSERT OR UPDATE OF outcome, stream_id ON decisions
    FOR EACH ROW WHEN (NEW.outcome = 'offer' AND NEW.stream_id IS NULL) EXECUTE FUNCTION check_offer_names_its_stream();
CREATE TRIGGER offers_name_their_stream BEFORE INSERT ON decision_changes
    FOR EACH ROW WHEN (NEW.outcome = 'offer' AND NEW.stream_id IS NULL) EXECUTE FUNCTION check_offer_names_its_stream();

CREATE OR REPLACE FUNCTION check_change_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.confirmed_at IS NOT NULL OR OLD.refused_at IS NOT NULL
        OR (NEW.application_id, NEW.outcome, NEW.stream_id, NEW.rank, NEW.award_minor, NEW.last_day, NEW.note, NEW.reason,
            NEW.proposed_by)
            IS DISTINCT FROM
           (OLD.application_id, OLD.outcome, OLD.stream_id, OLD.rank, OLD.award_minor, OLD.last_day, OLD.note, OLD.reason,
            OLD.proposed_by)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'proposed_changes_stand',
            MESSAGE = 'a proposed change is answered once and not rewritten';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION check_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF acting_role() IS DISTINCT FROM 'manager' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    -- What is inserted is looked at by statement: see `check_released`.
    IF TG_OP = 'UPDATE' AND NOT EXISTS (
        SELECT FROM decision_changes AS c
        WHERE c.tenant_id = NEW.tenant_id AND c.application_id = NEW.application_id AND c.outcome = NEW.outcome
          AND c.stream_id IS NOT DISTINCT FROM NEW.stream_id AND c.note = NEW.note AND c.confirmed_at = now()
          AND NEW.batch_id = OLD.batch_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'released_decisions_change_by_two',
            MESSAGE = 'what was released changes only when a second manager confirms it';
    END IF;
    IF TG_OP = 'DELETE' AND NOT EXISTS (
        SELECT FROM appeals AS a
        WHERE a.tenant_id = OLD.tenant_id AND a.application_id = OLD.application_id AND a.verdict = 'reopened'
          AND a.answered_at = now()) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'released_decisions_change_by_two',
            MESSAGE = 'what was released is taken back by an appeal alone';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

-- How many places of a call are taken in a stream that it offers.
CREATE FUNCTION places_taken(tenant uuid, call uuid, stream uuid) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT count(*) FROM applications AS a
    JOIN decisions AS d ON d.tenant_id = a.tenant_id AND d.application_id = a.id
    WHERE a.tenant_id = tenant AND a.call_id = call AND d.stream_id = stream
      AND (a.state = 'accepted' OR a.state = 'offered' AND a.offer_expires_at >= now())
$$;

CREATE OR REPLACE FUNCTION check_places() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    allowed integer;
BEGIN
    PERFORM FROM calls WHERE tenant_id = NEW.tenant_id AND id = NEW.call_id FOR NO KEY UPDATE;
    SELECT places INTO allowed FROM decision_batches
    WHERE tenant_id = NEW.tenant_id AND call_id = NEW.call_id AND released_at IS NOT NULL
    ORDER BY released_at DESC, id DESC LIMIT 1;
    IF (SELECT count(*) FROM applications
        WHERE tenant_id = NEW.tenant_id AND call_id = NEW.call_id
          AND (state = 'accepted' OR state = 'offered' AND offer_expires_at >= now())) > allowed THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'offers_keep_to_the_places',
            MESSAGE = 'there are more offers than places';
    END IF;
    IF EXISTS (SELECT FROM decisions AS d
               JOIN offered_streams AS o
                   ON o.tenant_id = d.tenant_id AND o.call_id = NEW.call_id AND o.stream_id = d.stream_id
               WHERE d.tenant_id = NEW.tenant_id AND d.application_id = NEW.id
                 AND places_taken(o.tenant_id, o.call_id, o.stream_id) > o.places) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'offers_keep_to_the_places_of_their_stream',
            MESSAGE = 'there are more offers than places in the stream';
    END IF;
    RETURN NULL;
END $$;

-- A place that is offered anew in another stream moves no application.
CREATE FUNCTION check_places_of_stream() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF EXISTS (SELECT FROM applications AS a
               JOIN offered_streams AS o
                   ON o.tenant_id = a.tenant_id AND o.call_id = a.call_id AND o.stream_id = NEW.stream_id
               WHERE a.tenant_id = NEW.tenant_id AND a.id = NEW.application_id
                 AND places_taken(o.tenant_id, o.call_id, o.stream_id) > o.places) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'offers_keep_to_the_places_of_their_stream',
            MESSAGE = 'there are more offers than places in the stream';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER offers_keep_to_the_places_of_their_stream AFTER UPDATE OF stream_id ON decisions
    FOR EACH ROW WHEN (NEW.stream_id IS DISTINCT FROM OLD.stream_id) EXECUTE FUNCTION check_places_of_stream();
