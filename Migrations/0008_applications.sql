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
CREATE INDEX applications_by_state ON applications (tenant_id, state, submitted_at, id);

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
    at             timestamptz NOT NULL DEFAULT now(),
    person_id      uuid,
    from_state     text,
    to_state       text NOT NULL,
    note           text,
    PRIMARY KEY (tenant_id, application_id, id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id) ON DELETE CASCADE
);

CREATE FUNCTION check_answers_are_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM applications
                   WHERE tenant_id = NEW.tenant_id AND id = NEW.application_id AND state = 'draft') THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'answers_are_frozen_once_submitted',
            MESSAGE = 'the answers of a submitted application are frozen';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER answers_are_frozen_once_submitted BEFORE INSERT OR UPDATE ON application_answers
    FOR EACH ROW EXECUTE FUNCTION check_answers_are_open();

CALL wall_table('applications');
CALL wall_table('application_answers');
CALL wall_table('application_events');

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
