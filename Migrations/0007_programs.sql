-- Program → stream (with partner institutions, each under its agreement) → call, and the cohorts admitted together.

CREATE TABLE programs (
    tenant_id  uuid NOT NULL REFERENCES tenants (id),
    id         uuid NOT NULL,
    kind       text NOT NULL,
    name       jsonb NOT NULL,
    summary    jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT program_kind_is_known CHECK (kind IN ('ideation', 'incubation', 'acceleration')),
    CONSTRAINT program_has_a_name CHECK (name <> '{}'::jsonb)
);

CREATE TABLE streams (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    program_id  uuid NOT NULL,
    name        jsonb NOT NULL,
    focus_areas text[] NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, program_id) REFERENCES programs (tenant_id, id),
    CONSTRAINT stream_has_a_name CHECK (name <> '{}'::jsonb)
);
CREATE INDEX streams_of_a_program ON streams (tenant_id, program_id);

-- A stream's partner takes part under an agreement that it is a party to.
CREATE TABLE stream_partners (
    tenant_id      uuid NOT NULL,
    stream_id      uuid NOT NULL,
    institution_id uuid NOT NULL,
    mou_id         uuid NOT NULL,
    PRIMARY KEY (tenant_id, stream_id, institution_id),
    FOREIGN KEY (tenant_id, stream_id) REFERENCES streams (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT stream_partner_is_party_to_the_mou
        FOREIGN KEY (tenant_id, mou_id, institution_id) REFERENCES mou_parties (tenant_id, mou_id, institution_id)
);
CREATE INDEX streams_under_an_mou ON stream_partners (tenant_id, mou_id);

CREATE TABLE cohorts (
    tenant_id uuid NOT NULL,
    id        uuid NOT NULL,
    stream_id uuid NOT NULL,
    name      text NOT NULL,
    starts_on date NOT NULL,
    ends_on   date NOT NULL,
    capacity  integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, stream_id) REFERENCES streams (tenant_id, id),
    CONSTRAINT cohorts_have_distinct_names_in_a_stream UNIQUE (tenant_id, stream_id, name),
    CONSTRAINT cohort_ends_after_it_starts CHECK (starts_on < ends_on),
    CONSTRAINT cohort_has_room_for_one CHECK (capacity >= 1)
);

-- Scheduled, open and closed follow from the window and the clock; publishing and cancelling are deeds and stored.
CREATE TABLE calls (
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL,
    stream_id     uuid NOT NULL,
    title         jsonb NOT NULL,
    opens_at      timestamptz NOT NULL,
    closes_at     timestamptz NOT NULL,
    time_zone     text NOT NULL,
    grace_seconds integer NOT NULL DEFAULT 60,
    published_at  timestamptz,
    published_by  uuid,
    cancelled_at  timestamptz,
    cancelled_by  uuid,
    cancellation_reason text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, stream_id) REFERENCES streams (tenant_id, id),
    CONSTRAINT call_has_a_title CHECK (title <> '{}'::jsonb),
    CONSTRAINT call_closes_after_it_opens CHECK (opens_at < closes_at),
    CONSTRAINT call_grace_is_at_most_an_hour CHECK (grace_seconds BETWEEN 0 AND 3600),
    CONSTRAINT call_publication_names_who CHECK ((published_at IS NULL) = (published_by IS NULL)),
    CONSTRAINT call_cancellation_is_explained CHECK (
        (cancelled_at IS NULL) = (cancellation_reason IS NULL) AND (cancelled_at IS NULL) = (cancelled_by IS NULL))
);
CREATE INDEX calls_of_a_stream ON calls (tenant_id, stream_id);

CREATE TABLE call_questions (
    tenant_id  uuid NOT NULL,
    call_id    uuid NOT NULL,
    id         uuid NOT NULL,
    position   integer NOT NULL,
    prompt     jsonb NOT NULL,
    hint       jsonb,
    required   boolean NOT NULL DEFAULT true,
    max_length integer NOT NULL DEFAULT 2000,
    PRIMARY KEY (tenant_id, call_id, id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT call_questions_stand_in_order UNIQUE (tenant_id, call_id, position),
    CONSTRAINT question_length_is_reasonable CHECK (max_length BETWEEN 1 AND 10000)
);

-- A published closing moves later only, and it is said why.
CREATE TABLE call_extensions (
    tenant_id  uuid NOT NULL,
    call_id    uuid NOT NULL,
    id         uuid NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    person_id  uuid NOT NULL,
    closed_at  timestamptz NOT NULL,
    closes_at  timestamptz NOT NULL,
    reason     text NOT NULL,
    PRIMARY KEY (tenant_id, call_id, id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT call_extensions_move_the_closing_later CHECK (closed_at < closes_at)
);

-- A partnered stream's call goes out only while each partner's agreement is in force on the day the call opens, in the
-- call's own time zone.
CREATE FUNCTION check_call_publication() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM stream_partners AS p
        LEFT JOIN mous AS m ON m.tenant_id = p.tenant_id AND m.id = p.mou_id
        WHERE p.tenant_id = NEW.tenant_id AND p.stream_id = NEW.stream_id
          AND NOT coalesce(mou_is_in_force(m.state, m.effective_on, m.ends_on, m.terminated_on,
              (greatest(NEW.opens_at, now()) AT TIME ZONE NEW.time_zone)::date), false)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'calls_open_while_their_mou_is_in_force',
            MESSAGE = 'a partner''s agreement is not in force on the day the call opens';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER calls_open_while_their_mou_is_in_force
    BEFORE INSERT OR UPDATE OF published_at, opens_at, stream_id ON calls
    FOR EACH ROW WHEN (NEW.published_at IS NOT NULL) EXECUTE FUNCTION check_call_publication();

-- An agreement that is ended before its day takes the calls with it that would have opened after that day: they were
-- announced under something that will be gone.
CREATE FUNCTION cancel_calls_without_agreement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE calls AS c
    SET cancelled_at = now(), cancelled_by = coalesce(acting_person(), c.published_by),
        cancellation_reason = 'The agreement behind this stream ends before the call opens.'
    FROM stream_partners AS p
    WHERE p.tenant_id = NEW.tenant_id AND p.mou_id = NEW.id AND c.tenant_id = p.tenant_id AND c.stream_id = p.stream_id
      AND c.published_at IS NOT NULL AND c.cancelled_at IS NULL AND c.opens_at > now()
      AND (c.opens_at AT TIME ZONE c.time_zone)::date >= NEW.terminated_on;
    RETURN NULL;
END $$;
CREATE TRIGGER ended_agreements_cancel_what_would_open_later
    AFTER UPDATE OF terminated_on ON mous
    FOR EACH ROW WHEN (NEW.terminated_on IS NOT NULL) EXECUTE FUNCTION cancel_calls_without_agreement();

CALL wall_table('programs');
CALL wall_table('streams');
CALL wall_table('stream_partners');
CALL wall_table('cohorts');
CALL wall_table('calls');
CALL wall_table('call_questions');
CALL wall_table('call_extensions');

CREATE POLICY managers_keep_programs ON programs USING (acting_role() = 'manager');
CREATE POLICY managers_keep_streams ON streams USING (acting_role() = 'manager');
CREATE POLICY managers_keep_stream_partners ON stream_partners USING (acting_role() = 'manager');
CREATE POLICY managers_keep_cohorts ON cohorts USING (acting_role() = 'manager');
CREATE POLICY managers_keep_calls ON calls USING (acting_role() = 'manager');
CREATE POLICY managers_keep_call_questions ON call_questions USING (acting_role() = 'manager');
CREATE POLICY managers_keep_call_extensions ON call_extensions USING (acting_role() = 'manager');

-- What is published, everybody with a seat in the tenant may read.
CREATE POLICY published_calls_are_read ON calls FOR SELECT USING (published_at IS NOT NULL AND acting_role() IS NOT NULL);
CREATE POLICY questions_of_published_calls_are_read ON call_questions FOR SELECT
    USING (EXISTS (SELECT FROM calls WHERE calls.tenant_id = call_questions.tenant_id AND calls.id = call_id));
CREATE POLICY extensions_of_published_calls_are_read ON call_extensions FOR SELECT
    USING (EXISTS (SELECT FROM calls WHERE calls.tenant_id = call_extensions.tenant_id AND calls.id = call_id));
CREATE POLICY programs_are_read ON programs FOR SELECT USING (acting_role() IN ('partner', 'founder', 'investor', 'mentor'));
CREATE POLICY streams_are_read ON streams FOR SELECT USING (acting_role() IN ('partner', 'founder', 'investor', 'mentor'));
CREATE POLICY cohorts_are_read ON cohorts FOR SELECT USING (acting_role() IN ('partner', 'founder', 'investor', 'mentor'));
-- Partners see where they take part themselves; which other agreements stand behind a stream is confidential.
CREATE POLICY partners_see_their_streams ON stream_partners FOR SELECT
    USING (acting_role() = 'partner' AND institution_id = acting_institution());
