-- What a stream is designed to be, who is let into a call that is not for everybody, and calls that stay open.

-- A stream that has ended keeps what came of it and takes no further call.
ALTER TABLE streams
    ADD COLUMN ended_at timestamptz,
    ADD COLUMN ended_by uuid,
    ADD COLUMN end_reason text,
    ADD CONSTRAINT stream_ending_is_explained CHECK (
        (ended_at IS NULL) = (end_reason IS NULL) AND (ended_at IS NULL) = (ended_by IS NULL));

-- How many reviewers a partner seats, and whether its staff decide together with the park's.
ALTER TABLE stream_partners
    ADD COLUMN seats integer NOT NULL DEFAULT 0
        CONSTRAINT partner_seats_are_reasonable CHECK (seats BETWEEN 0 AND 50),
    ADD COLUMN co_decides boolean NOT NULL DEFAULT false;

-- Whether a rubric, as a design keeps it, can open a round: it is empty, or its weights sum to a hundred.
CREATE FUNCTION rubric_weighs_a_hundred(rubric jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN rubric = '[]'::jsonb
        OR (SELECT sum((criterion ->> 'weight')::integer) FROM jsonb_array_elements(rubric) AS criterion) = 100;

-- What the next call and the next rounds of a stream begin with. It is copied from, never referred to: a call and a round
-- keep what they were published and opened with, whatever becomes of the design.
CREATE TABLE stream_designs (
    tenant_id       uuid NOT NULL,
    stream_id       uuid NOT NULL,
    form            jsonb NOT NULL,
    rubric          jsonb NOT NULL,
    rounds          jsonb NOT NULL,
    -- Places a call offers.
    places          integer,
    award_minor     bigint,
    award_currency  text,
    budget_minor    bigint,
    budget_currency text,
    -- The usual closing: month, day, hour, minute and zone.
    closing         jsonb,
    duration_months integer,
    milestones      jsonb,
    eligibility     jsonb,
    conditions      jsonb NOT NULL,
    panel_hints     text,
    preset          text,
    PRIMARY KEY (tenant_id, stream_id),
    FOREIGN KEY (tenant_id, stream_id) REFERENCES streams (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT stream_offers_a_place_at_least CHECK (places BETWEEN 1 AND 10000),
    CONSTRAINT award_is_an_amount CHECK (
        award_minor > 0 AND award_currency IS NOT NULL OR num_nonnulls(award_minor, award_currency) = 0),
    CONSTRAINT budget_is_an_amount CHECK (
        budget_minor > 0 AND budget_currency IS NOT NULL OR num_nonnulls(budget_minor, budget_currency) = 0),
    CONSTRAINT stream_lasts_a_reasonable_time CHECK (duration_months BETWEEN 1 AND 120),
    CONSTRAINT designed_weights_sum_to_a_hundred CHECK (rubric_weighs_a_hundred(rubric)),
    CONSTRAINT designs_are_lists CHECK (
        jsonb_typeof(form) = 'array' AND jsonb_typeof(rounds) = 'array' AND jsonb_typeof(conditions) = 'array')
);

-- Public calls are everybody's. One by invitation is known to the startups it names, one on a fast track to those who
-- brought a code. A rolling call has cut-offs: what came in by one is looked at together.
CREATE FUNCTION cutoffs_run_forward(opens timestamptz, closes timestamptz, cutoffs timestamptz[])
    RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN NOT EXISTS (
        SELECT FROM unnest(cutoffs) WITH ORDINALITY AS c (at, place)
        WHERE c.at IS NULL OR c.at <= opens OR c.at > closes
           OR c.place > 1 AND c.at <= cutoffs[c.place::integer - 1]);

ALTER TABLE calls
    ADD COLUMN access text NOT NULL DEFAULT 'public'
        CONSTRAINT call_access_is_known CHECK (access IN ('public', 'invitation', 'fast_track')),
    ADD COLUMN window_kind text NOT NULL DEFAULT 'fixed'
        CONSTRAINT call_window_is_known CHECK (window_kind IN ('fixed', 'rolling')),
    ADD COLUMN cutoffs timestamptz[] NOT NULL DEFAULT '{}',
    ADD CONSTRAINT rolling_calls_have_cutoffs CHECK ((window_kind = 'rolling') = (cardinality(cutoffs) > 0)),
    ADD CONSTRAINT cutoffs_stand_in_the_window CHECK (cutoffs_run_forward(opens_at, closes_at, cutoffs));

-- A code that an agreement's partner hands out, of which the hash alone is kept.
CREATE TABLE fast_track_codes (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    call_id      uuid NOT NULL,
    mou_id       uuid NOT NULL,
    hash         bytea NOT NULL,
    label        text NOT NULL,
    valid_from   timestamptz NOT NULL,
    valid_until  timestamptz NOT NULL,
    uses_allowed integer NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    created_by   uuid NOT NULL,
    revoked_at   timestamptz,
    revoked_by   uuid,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, call_id, id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id),
    CONSTRAINT codes_are_given_under_an_mou FOREIGN KEY (tenant_id, mou_id) REFERENCES mous (tenant_id, id),
    CONSTRAINT codes_are_distinct UNIQUE (tenant_id, hash),
    CONSTRAINT code_ends_after_it_begins CHECK (valid_from < valid_until),
    CONSTRAINT code_has_a_use_at_least CHECK (uses_allowed BETWEEN 1 AND 1000),
    CONSTRAINT code_revocation_names_who CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);

-- Which startups are let into a call that is not public: invited by the park, or by a code they brought.
CREATE TABLE call_admissions (
    tenant_id   uuid NOT NULL,
    call_id     uuid NOT NULL,
    startup_id  uuid NOT NULL,
    code_id     uuid,
    admitted_at timestamptz NOT NULL DEFAULT now(),
    admitted_by uuid NOT NULL,
    PRIMARY KEY (tenant_id, call_id, startup_id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id),
    CONSTRAINT the_invited_are_startups FOREIGN KEY (tenant_id, startup_id) REFERENCES startups (tenant_id, id),
    FOREIGN KEY (tenant_id, call_id, code_id) REFERENCES fast_track_codes (tenant_id, call_id, id)
);
CREATE INDEX admissions_of_a_startup ON call_admissions (tenant_id, startup_id, call_id);
CREATE INDEX admissions_by_a_code ON call_admissions (tenant_id, code_id) WHERE code_id IS NOT NULL;

-- An invitation goes with a call by invitation, a code with a fast track.
CREATE FUNCTION check_call_has_access() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wanted text := CASE
    WHEN TG_TABLE_NAME = 'fast_track_codes' OR to_jsonb(NEW) ->> 'code_id' IS NOT NULL THEN 'fast_track'
    ELSE 'invitation' END;
BEGIN
    IF NOT EXISTS (SELECT FROM calls WHERE tenant_id = NEW.tenant_id AND id = NEW.call_id AND access = wanted) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME,
            MESSAGE = 'the call lets nobody in that way';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER admissions_are_to_calls_that_need_one BEFORE INSERT ON call_admissions
    FOR EACH ROW EXECUTE FUNCTION check_call_has_access();
CREATE TRIGGER codes_are_for_calls_on_a_fast_track BEFORE INSERT ON fast_track_codes
    FOR EACH ROW EXECUTE FUNCTION check_call_has_access();

-- A code is given under an agreement that a partner of the call's stream takes part under.
CREATE FUNCTION check_code_agreement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM calls AS c
        JOIN stream_partners AS p ON p.tenant_id = c.tenant_id AND p.stream_id = c.stream_id AND p.mou_id = NEW.mou_id
        WHERE c.tenant_id = NEW.tenant_id AND c.id = NEW.call_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'codes_rest_on_an_agreement_of_the_stream',
            MESSAGE = 'no partner of the stream takes part under this agreement';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER codes_rest_on_an_agreement_of_the_stream BEFORE INSERT ON fast_track_codes
    FOR EACH ROW EXECUTE FUNCTION check_code_agreement();

-- What a startup began by an admission, it keeps: the admission stands. One by a code is its use, on record.
CREATE FUNCTION check_admission_is_unused() RETURNS trigger LANGUAGE plpgsql SET trellis.role = 'system' AS $$
BEGIN
    IF OLD.code_id IS NOT NULL OR EXISTS (
        SELECT FROM applications
        WHERE tenant_id = OLD.tenant_id AND call_id = OLD.call_id AND startup_id = OLD.startup_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'used_admissions_stand',
            MESSAGE = 'the startup has begun an application';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER used_admissions_stand BEFORE DELETE ON call_admissions
    FOR EACH ROW EXECUTE FUNCTION check_admission_is_unused();

-- Lets the acting startup into the call that a code is for, and says which. The row of the code is locked, so that two
-- startups do not share its last use. It acts for the service, since whoever brings a code sees neither it nor its call;
-- a wrong code is told apart from a spent one, which its holder has in hand.
CREATE FUNCTION redeem_fast_track_code(presented bytea) RETURNS uuid LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    code fast_track_codes;
    refused text;
BEGIN
    SELECT k.* INTO code FROM fast_track_codes AS k
    WHERE k.tenant_id = acting_tenant() AND k.hash = presented FOR UPDATE;
    IF code.id IS NOT NULL AND EXISTS (
        SELECT FROM call_admissions AS x
        WHERE x.tenant_id = code.tenant_id AND x.call_id = code.call_id AND x.startup_id = acting_institution()) THEN
        RETURN code.call_id;
    END IF;
    refused := CASE
        WHEN code.id IS NULL OR NOT EXISTS (
            SELECT FROM calls AS c WHERE c.tenant_id = code.tenant_id AND c.id = code.call_id
              AND c.published_at IS NOT NULL) THEN 'fast_track_code_is_known'
        WHEN code.revoked_at IS NOT NULL THEN 'fast_track_code_stands'
        WHEN now() < code.valid_from THEN 'fast_track_code_has_begun'
        WHEN now() > code.valid_until THEN 'fast_track_code_has_not_run_out'
        WHEN NOT coalesce((
            SELECT mou_is_in_force(m.state, m.effective_on, m.ends_on, m.terminated_on,
                                   (now() AT TIME ZONE c.time_zone)::date)
            FROM mous AS m JOIN calls AS c ON c.tenant_id = m.tenant_id AND c.id = code.call_id
            WHERE m.tenant_id = code.tenant_id AND m.id = code.mou_id), false) THEN 'fast_tracks_rest_on_an_mou_in_force'
        WHEN (SELECT count(*) FROM call_admissions AS x
              WHERE x.tenant_id = code.tenant_id AND x.code_id = code.id) >= code.uses_allowed
            THEN 'fast_track_code_has_uses_left'
        END;
    IF refused IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = refused,
            MESSAGE = 'the code lets nobody in';
    END IF;
    INSERT INTO call_admissions (tenant_id, call_id, startup_id, code_id, admitted_by)
    VALUES (code.tenant_id, code.call_id, acting_institution(), code.id, acting_person());
    RETURN code.call_id;
END $$;

-- A call that is not public takes the applications of those it lets in. Imports and jobs carry history.
CREATE FUNCTION check_application_is_admitted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF acting_role() IS DISTINCT FROM 'system' AND NOT EXISTS (
        SELECT FROM calls AS c WHERE c.tenant_id = NEW.tenant_id AND c.id = NEW.call_id
          AND (c.access = 'public' OR EXISTS (
              SELECT FROM call_admissions AS x
              WHERE x.tenant_id = c.tenant_id AND x.call_id = c.id AND x.startup_id = NEW.startup_id))) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'closed_calls_take_whom_they_admit',
            MESSAGE = 'the call does not let the startup in';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER closed_calls_take_whom_they_admit BEFORE INSERT OR UPDATE OF call_id, startup_id ON applications
    FOR EACH ROW EXECUTE FUNCTION check_application_is_admitted();

-- FOR SHARE, so that a stream does not end while a call goes out.
CREATE FUNCTION check_stream_runs() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ended timestamptz;
BEGIN
    SELECT ended_at INTO ended FROM streams WHERE tenant_id = NEW.tenant_id AND id = NEW.stream_id FOR SHARE;
    IF ended IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'calls_belong_to_a_running_stream',
            MESSAGE = 'the stream has ended';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER calls_belong_to_a_running_stream BEFORE INSERT OR UPDATE OF stream_id, published_at ON calls
    FOR EACH ROW EXECUTE FUNCTION check_stream_runs();

CREATE FUNCTION check_stream_is_idle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM calls AS c
               WHERE c.tenant_id = NEW.tenant_id AND c.stream_id = NEW.id AND c.published_at IS NOT NULL
                 AND c.cancelled_at IS NULL AND c.closes_at > now()) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'streams_end_after_their_calls',
            MESSAGE = 'a call of the stream is scheduled or open';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER streams_end_after_their_calls BEFORE UPDATE OF ended_at ON streams
    FOR EACH ROW WHEN (NEW.ended_at IS NOT NULL) EXECUTE FUNCTION check_stream_is_idle();

-- Whoever joins a stream between the announcement of a call and its opening joins under an agreement that holds when the
-- call opens.
CREATE FUNCTION check_partner_of_announced_calls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM calls AS c
        LEFT JOIN mous AS m ON m.tenant_id = NEW.tenant_id AND m.id = NEW.mou_id
        WHERE c.tenant_id = NEW.tenant_id AND c.stream_id = NEW.stream_id AND c.published_at IS NOT NULL
          AND c.cancelled_at IS NULL AND c.opens_at > now()
          AND NOT coalesce(mou_is_in_force(m.state, m.effective_on, m.ends_on, m.terminated_on,
              (c.opens_at AT TIME ZONE c.time_zone)::date), false)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'partners_join_under_an_mou_in_force',
            MESSAGE = 'the agreement is not in force on the day a call of the stream opens';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER partners_join_under_an_mou_in_force BEFORE INSERT OR UPDATE OF mou_id ON stream_partners
    FOR EACH ROW EXECUTE FUNCTION check_partner_of_announced_calls();

CALL wall_table('stream_designs');
CALL wall_table('fast_track_codes');
CALL wall_table('call_admissions');

CREATE POLICY managers_keep_designs ON stream_designs USING (acting_role() = 'manager');
CREATE POLICY managers_keep_codes ON fast_track_codes USING (acting_role() = 'manager');
CREATE POLICY managers_keep_admissions ON call_admissions USING (acting_role() = 'manager');

-- A partner reads how the streams are designed that it takes part in, and of no other.
CREATE POLICY partners_read_the_design_of_their_streams ON stream_designs FOR SELECT
    USING (acting_role() = 'partner' AND EXISTS (
        SELECT FROM stream_partners AS p
        WHERE p.tenant_id = stream_designs.tenant_id AND p.stream_id = stream_designs.stream_id
          AND p.institution_id = acting_institution()));
CREATE POLICY founders_know_where_they_are_let_in ON call_admissions FOR SELECT
    USING (acting_role() = 'founder' AND startup_id = acting_institution());

-- A published call is everybody's if it is public. Otherwise it is known to the startups it lets in, to the partners of
-- its stream, and to those who judge what came of it.
DROP POLICY published_calls_are_read ON calls;
CREATE POLICY published_calls_are_read ON calls FOR SELECT USING (
    published_at IS NOT NULL AND acting_role() IS NOT NULL AND (
        access = 'public'
        OR acting_role() = 'founder' AND EXISTS (
            SELECT FROM call_admissions AS x
            WHERE x.tenant_id = calls.tenant_id AND x.call_id = calls.id AND x.startup_id = acting_institution())
        OR acting_role() = 'partner' AND EXISTS (
            SELECT FROM stream_partners AS p
            WHERE p.tenant_id = calls.tenant_id AND p.stream_id = calls.stream_id
              AND p.institution_id = acting_institution())
        OR acting_role() = 'reviewer' AND EXISTS (
            SELECT FROM review_rounds AS r WHERE r.tenant_id = calls.tenant_id AND r.call_id = calls.id)));
