-- A startup's application to a call: draft, submission, screening, decision, answer.

CREATE TABLE applications (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    call_id     uuid NOT NULL,
    startup_id  uuid NOT NULL,
    state       text NOT NULL DEFAULT 'draft',
    version     integer NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL DEFAULT now(),
    created_by  uuid NOT NULL,
    saved_at    timestamptz NOT NULL DEFAULT now(),
    -- How many answers there are, and how many of those that are required and fit: what a manager may know of a draft.
    answered    integer NOT NULL DEFAULT 0,
    required_answered integer NOT NULL DEFAULT 0,
    submitted_at timestamptz,
    withdrawn_at timestamptz,
    offer_expires_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id),
    FOREIGN KEY (tenant_id, startup_id) REFERENCES startups (tenant_id, id),
    CONSTRAINT application_state_is_known CHECK (state IN (
        'draft', 'submitted', 'in_review', 'ineligible', 'offered', 'waitlisted', 'rejected', 'accepted', 'declined',
        'withdrawn')),
    CONSTRAINT application_withdrawal_is_dated CHECK ((state = 'withdrawn') = (withdrawn_at IS NOT NULL)),
    CONSTRAINT application_is_dated_when_submitted CHECK (state IN ('draft', 'withdrawn') OR submitted_at IS NOT NULL),
    CONSTRAINT offers_expire CHECK (state <> 'offered' OR offer_expires_at IS NOT NULL)
);
-- A startup applies to a call once, unless it withdrew.
CREATE UNIQUE INDEX applications_once_per_call ON applications (tenant_id, call_id, startup_id)
    WHERE withdrawn_at IS NULL;
CREATE INDEX applications_of_a_startup ON applications (tenant_id, startup_id);
CREATE INDEX applications_by_age ON applications (tenant_id, created_at, id);
CREATE INDEX applications_by_state ON applications (tenant_id, state, created_at, id);
CREATE INDEX applications_of_a_call ON applications (tenant_id, call_id, created_at, id);

CREATE TABLE application_answers (
    tenant_id      uuid NOT NULL,
    application_id uuid NOT NULL,
    call_id        uuid NOT NULL,
    question_id    uuid NOT NULL,
    text           text NOT NULL,
    saved_at       timestamptz NOT NULL DEFAULT now(),
    saved_by       uuid NOT NULL,
    PRIMARY KEY (tenant_id, application_id, question_id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT answers_answer_a_question_of_the_call
        FOREIGN KEY (tenant_id, call_id, question_id) REFERENCES call_questions (tenant_id, call_id, id)
);

-- Who moved the application from which state to which, and when.
CREATE TABLE application_events (
    tenant_id      uuid NOT NULL,
    application_id uuid NOT NULL,
    id             uuid NOT NULL,
    -- Several steps of one transaction share its moment; this tells which came first.
    seq            bigint GENERATED ALWAYS AS IDENTITY,
    at             timestamptz NOT NULL DEFAULT now(),
    person_id      uuid,
    from_state     text,
    to_state       text NOT NULL,
    note           text,
    PRIMARY KEY (tenant_id, application_id, id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id) ON DELETE CASCADE
);

-- The last wall behind the service's own checks: the startup moves its side, the park moves its own, and what arrives
-- after the call has closed is not submitted. Imports and jobs (`system`) carry history and are not held to it.
CREATE FUNCTION check_application_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state IN ('submitted', 'withdrawn', 'accepted', 'declined') AND acting_role() = 'manager'
       OR NEW.state NOT IN ('submitted', 'withdrawn', 'accepted', 'declined') AND acting_role() = 'founder' THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'each_side_makes_its_own_moves',
            MESSAGE = 'this move belongs to the other side';
    END IF;
    IF NEW.state = 'submitted' AND acting_role() = 'founder' AND NOT EXISTS (
        SELECT FROM calls WHERE tenant_id = NEW.tenant_id AND id = NEW.call_id
          AND published_at IS NOT NULL AND cancelled_at IS NULL
          AND now() BETWEEN opens_at AND closes_at + grace_seconds * interval '1 second') THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'submissions_are_in_time',
            MESSAGE = 'the call does not accept applications now';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER each_side_makes_its_own_moves BEFORE UPDATE OF state ON applications
    FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION check_application_move();

-- FOR SHARE, so that an answer cannot slip in while the application is being submitted.
CREATE FUNCTION check_answers_are_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stands text;
BEGIN
    SELECT state INTO stands FROM applications
    WHERE tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id)
      AND id = coalesce(NEW.application_id, OLD.application_id) FOR SHARE;
    IF stands <> 'draft' THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'answers_are_frozen_once_submitted',
            MESSAGE = 'the answers of a submitted application are frozen';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER answers_are_frozen_once_submitted BEFORE INSERT OR UPDATE OR DELETE ON application_answers
    FOR EACH ROW EXECUTE FUNCTION check_answers_are_open();

CALL wall_table('applications');
CALL wall_table('application_answers');
CALL wall_table('application_events');

-- History is added to, never rewritten.
REVOKE UPDATE, DELETE ON application_events FROM trellis_app;

-- The trail says who answered which question and when. The words stay where a draft is closed to managers: a trail that
-- repeated them would be the way around that.
DROP TRIGGER audit_inserted ON application_answers;
DROP TRIGGER audit_changed ON application_answers;
CREATE FUNCTION audit_answer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE answer application_answers := coalesce(NEW, OLD);
BEGIN
    INSERT INTO audit_events
        (tenant_id, person_id, membership_id, role, action, request_id, deed, noun, object_id, after)
    VALUES (
        answer.tenant_id, acting_person(), acting_membership(), acting_role(),
        nullif(current_setting('trellis.action', true), ''), nullif(current_setting('trellis.request', true), ''),
        lower(TG_OP), TG_TABLE_NAME, answer.application_id,
        jsonb_build_object('question_id', answer.question_id, 'characters', length(answer.text)));
    RETURN NULL;
END $$;
CREATE TRIGGER audit_inserted AFTER INSERT ON application_answers FOR EACH ROW EXECUTE FUNCTION audit_answer();
CREATE TRIGGER audit_changed AFTER UPDATE OR DELETE ON application_answers FOR EACH ROW EXECUTE FUNCTION audit_answer();

-- A manager sees that a draft exists, never its answers.
CREATE POLICY managers_handle_applications ON applications USING (acting_role() = 'manager');
CREATE POLICY founders_keep_their_applications ON applications
    USING (acting_role() = 'founder' AND startup_id = acting_institution());
CREATE POLICY managers_read_submitted_answers ON application_answers FOR SELECT
    USING (acting_role() = 'manager' AND EXISTS (
        SELECT FROM applications WHERE applications.tenant_id = application_answers.tenant_id
          AND applications.id = application_id AND submitted_at IS NOT NULL));
CREATE POLICY founders_keep_their_answers ON application_answers
    USING (acting_role() = 'founder' AND EXISTS (
        SELECT FROM applications WHERE applications.tenant_id = application_answers.tenant_id
          AND applications.id = application_id AND startup_id = acting_institution()));
CREATE POLICY managers_write_application_history ON application_events USING (acting_role() = 'manager');
CREATE POLICY founders_have_their_history ON application_events
    USING (acting_role() = 'founder' AND EXISTS (
        SELECT FROM applications WHERE applications.tenant_id = application_events.tenant_id
          AND applications.id = application_id AND startup_id = acting_institution()));
