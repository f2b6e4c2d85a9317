-- What was handed in, kept as it was; and changes that the park asks for.

-- JSON in one way only: keys in the order of their bytes, no blanks. What jsonb escapes and how it writes integers is what
-- RFC 8785 asks for, so that whoever has a copy can work the digest out with the tools they have.
CREATE FUNCTION canonical_json(value jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN CASE jsonb_typeof(value)
        WHEN 'object' THEN
            (SELECT '{' || coalesce(string_agg(to_json(m.key)::text || ':' || canonical_json(m.value), ','
                                               ORDER BY m.key COLLATE "C"), '') || '}' FROM jsonb_each(value) AS m)
        WHEN 'array' THEN
            (SELECT '[' || coalesce(string_agg(canonical_json(e.value), ',' ORDER BY e.place), '') || ']'
             FROM jsonb_array_elements(value) WITH ORDINALITY AS e (value, place))
        ELSE value::text END;
END $$;

-- The park asks a startup to change its answers to some questions. A request is open while its application stands at
-- `changes_requested`; the copy that answers it names it.
CREATE TABLE change_requests (
    tenant_id      uuid NOT NULL,
    application_id uuid NOT NULL,
    id             uuid NOT NULL,
    call_id        uuid NOT NULL,
    requested_at   timestamptz NOT NULL DEFAULT now(),
    requested_by   uuid NOT NULL,
    message        text NOT NULL,
    due_at         timestamptz NOT NULL,
    -- Where the application stood, and goes back to.
    from_state     text NOT NULL,
    -- The park goes on with what was handed in before.
    cancelled_at   timestamptz,
    cancelled_by   uuid,
    PRIMARY KEY (tenant_id, application_id, id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id),
    CONSTRAINT changes_are_due_after_they_are_asked_for CHECK (due_at > requested_at),
    CONSTRAINT change_request_cancellation_names_who CHECK ((cancelled_at IS NULL) = (cancelled_by IS NULL))
);
CREATE INDEX change_requests_by_due ON change_requests (tenant_id, due_at);

CREATE TABLE change_request_questions (
    tenant_id      uuid NOT NULL,
    application_id uuid NOT NULL,
    request_id     uuid NOT NULL,
    call_id        uuid NOT NULL,
    question_id    uuid NOT NULL,
    PRIMARY KEY (tenant_id, application_id, request_id, question_id),
    FOREIGN KEY (tenant_id, application_id, request_id) REFERENCES change_requests (tenant_id, application_id, id),
    CONSTRAINT changes_are_asked_of_questions_of_the_call
        FOREIGN KEY (tenant_id, call_id, question_id) REFERENCES call_questions (tenant_id, call_id, id)
);

-- What a startup handed in, each time it did: the call, the form as it was asked, the answers, and the startup's name then.
CREATE TABLE application_snapshots (
    tenant_id      uuid NOT NULL,
    application_id uuid NOT NULL,
    number         integer NOT NULL,
    submitted_at   timestamptz NOT NULL DEFAULT now(),
    submitted_by   uuid NOT NULL,
    -- The request that it answers; nothing for what was handed in first.
    request_id     uuid,
    content        jsonb NOT NULL,
    -- SHA-256 of the content as canonical JSON.
    digest         bytea NOT NULL,
    PRIMARY KEY (tenant_id, application_id, number),
    FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id),
    FOREIGN KEY (tenant_id, application_id, request_id) REFERENCES change_requests (tenant_id, application_id, id),
    CONSTRAINT change_requests_are_answered_once UNIQUE (tenant_id, application_id, request_id)
);

-- The copy is made here, of what stands in the tables, so that nobody can hand in one thing and have another kept. Whole
-- rows, so that what questions and answers come to have besides is in it.
CREATE FUNCTION fill_snapshot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM applications WHERE tenant_id = NEW.tenant_id AND id = NEW.application_id
                   AND submitted_at IS NOT NULL AND state NOT IN ('draft', 'changes_requested')) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'what_is_handed_in_is_kept',
            MESSAGE = 'only what was handed in is kept as a copy';
    END IF;
    -- Imports carry history.
    IF acting_role() <> 'system' THEN
        NEW.submitted_at := now();
    END IF;
    NEW.number := (SELECT coalesce(max(number), 0) + 1 FROM application_snapshots
                   WHERE tenant_id = NEW.tenant_id AND application_id = NEW.application_id);
    NEW.content := (
        SELECT jsonb_build_object(
            'application', a.id, 'number', NEW.number,
            'submitted_at', to_char(NEW.submitted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            'startup', jsonb_build_object('id', a.startup_id, 'name', i.names),
            'call', jsonb_build_object(
                'id', c.id, 'title', c.title, 'stream', s.name, 'program', p.name, 'time_zone', c.time_zone,
                'closes_at', to_char(c.closes_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
            'questions', (
                SELECT coalesce(jsonb_agg(
                    (to_jsonb(q) - '{tenant_id,call_id,audience}'::text[]) || jsonb_build_object(
                        'answer', to_jsonb(w) - '{tenant_id,application_id,call_id,question_id,saved_at,saved_by}'::text[])
                    ORDER BY q.position), '[]')
                FROM call_questions AS q
                LEFT JOIN application_answers AS w ON w.tenant_id = q.tenant_id AND w.application_id = a.id
                    AND w.question_id = q.id
                WHERE q.tenant_id = a.tenant_id AND q.call_id = a.call_id))
        FROM applications AS a
        JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
        JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
        JOIN streams AS s ON s.tenant_id = c.tenant_id AND s.id = c.stream_id
        JOIN programs AS p ON p.tenant_id = s.tenant_id AND p.id = s.program_id
        WHERE a.tenant_id = NEW.tenant_id AND a.id = NEW.application_id);
    NEW.digest := sha256(convert_to(canonical_json(NEW.content), 'UTF8'));
    RETURN NEW;
END $$;
CREATE TRIGGER what_is_handed_in_is_kept BEFORE INSERT ON application_snapshots
    FOR EACH ROW EXECUTE FUNCTION fill_snapshot();

ALTER TABLE applications DROP CONSTRAINT application_state_is_known;
ALTER TABLE applications ADD CONSTRAINT application_state_is_known CHECK (state IN (
    'draft', 'submitted', 'changes_requested', 'in_review', 'shortlisted', 'interview', 'ineligible', 'offered',
    'waitlisted', 'rejected', 'accepted', 'declined', 'withdrawn'));

-- Who leaves `changes_requested` is not held to the deadline of the call, but to that of the request.
DROP TRIGGER each_side_makes_its_own_moves ON applications;
CREATE TRIGGER each_side_makes_its_own_moves BEFORE UPDATE OF state ON applications
    FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state AND OLD.state <> 'changes_requested')
    EXECUTE FUNCTION check_application_move();
CREATE FUNCTION check_changes_are_over() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE asked change_requests;
BEGIN
    SELECT * INTO asked FROM change_requests WHERE tenant_id = NEW.tenant_id AND application_id = NEW.id
    ORDER BY requested_at DESC LIMIT 1;
    IF acting_role() = 'founder' AND NEW.state NOT IN (asked.from_state, 'withdrawn')
       OR acting_role() = 'manager' AND (NEW.state <> asked.from_state OR asked.cancelled_at IS NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'each_side_makes_its_own_moves',
            MESSAGE = 'this move belongs to the other side';
    END IF;
    IF acting_role() = 'founder' AND NEW.state <> 'withdrawn' AND now() > asked.due_at THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'changes_are_handed_in_by_their_day',
            MESSAGE = 'the changes were due before';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER requested_changes_are_handed_in BEFORE UPDATE OF state ON applications
    FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state AND OLD.state = 'changes_requested')
    EXECUTE FUNCTION check_changes_are_over();

-- Only what was asked about is open again.
CREATE FUNCTION is_reopened(tenant uuid, application uuid, question uuid) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = public SET trellis.role = 'system'
    AS $$
        SELECT EXISTS (
            SELECT FROM applications AS a
            JOIN change_request_questions AS q ON q.tenant_id = a.tenant_id AND q.application_id = a.id
            WHERE a.tenant_id = tenant AND a.id = application AND a.state = 'changes_requested'
              AND q.question_id = question
              AND q.request_id = (SELECT r.id FROM change_requests AS r
                                  WHERE r.tenant_id = a.tenant_id AND r.application_id = a.id
                                  ORDER BY r.requested_at DESC LIMIT 1))
    $$;
-- Whatever table of answers the trigger stands on.
CREATE OR REPLACE FUNCTION check_answers_are_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stands text;
BEGIN
    SELECT state INTO stands FROM applications
    WHERE tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id)
      AND id = coalesce(NEW.application_id, OLD.application_id) FOR SHARE;
    IF stands <> 'draft' AND NOT is_reopened(
        coalesce(NEW.tenant_id, OLD.tenant_id), coalesce(NEW.application_id, OLD.application_id),
        coalesce(NEW.question_id, OLD.question_id)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'answers_are_frozen_once_submitted',
            MESSAGE = 'the answers of a submitted application are frozen';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

-- What was written since the request goes, and what was handed in stands again: the park went on without the changes. The
-- answers are the startup's, hence as `system`, and only for a request that a manager has just cancelled.
CREATE FUNCTION restore_answers(application uuid, request uuid) RETURNS void LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM change_requests WHERE tenant_id = acting_tenant() AND application_id = application
                   AND id = request AND cancelled_at = now()) THEN
        RETURN;
    END IF;
    DELETE FROM application_answers AS w USING change_request_questions AS q
    WHERE w.tenant_id = acting_tenant() AND w.application_id = application AND q.tenant_id = w.tenant_id
      AND q.application_id = application AND q.request_id = request AND w.question_id = q.question_id;
    INSERT INTO application_answers
    SELECT (jsonb_populate_record(NULL::application_answers, (asked.value -> 'answer') || jsonb_build_object(
        'tenant_id', q.tenant_id, 'application_id', q.application_id, 'call_id', q.call_id, 'question_id', q.question_id,
        'saved_at', c.submitted_at, 'saved_by', c.submitted_by))).*
    FROM (SELECT s.content, s.submitted_at, s.submitted_by FROM application_snapshots AS s
          WHERE s.tenant_id = acting_tenant() AND s.application_id = application
          ORDER BY s.number DESC LIMIT 1) AS c
    CROSS JOIN jsonb_array_elements(c.content -> 'questions') AS asked
    JOIN change_request_questions AS q ON q.tenant_id = acting_tenant() AND q.application_id = application
        AND q.request_id = request AND q.question_id = (asked.value ->> 'id')::uuid
    WHERE jsonb_typeof(asked.value -> 'answer') = 'object';
END $$;

CALL wall_table('change_requests');
CALL wall_table('change_request_questions');
CALL wall_table('application_snapshots');

-- Kept as it was handed in, whoever asks. A request is extended or cancelled, nothing else of it changes.
REVOKE UPDATE, DELETE ON application_snapshots FROM trellis_app;
REVOKE UPDATE, DELETE ON change_request_questions FROM trellis_app;
REVOKE UPDATE, DELETE ON change_requests FROM trellis_app;
GRANT UPDATE (due_at, cancelled_at, cancelled_by) ON change_requests TO trellis_app;

-- A copy is kept for good with who handed it in and when: the trail would only repeat its words.
DROP TRIGGER audit_inserted ON application_snapshots;
DROP TRIGGER audit_changed ON application_snapshots;

CREATE POLICY managers_read_snapshots ON application_snapshots FOR SELECT USING (acting_role() = 'manager');
CREATE POLICY founders_have_their_snapshots ON application_snapshots FOR SELECT
    USING (acting_role() = 'founder' AND EXISTS (
        SELECT FROM applications WHERE applications.tenant_id = application_snapshots.tenant_id
          AND applications.id = application_id AND startup_id = acting_institution()));
CREATE POLICY founders_hand_in ON application_snapshots FOR INSERT
    WITH CHECK (acting_role() = 'founder' AND EXISTS (
        SELECT FROM applications WHERE applications.tenant_id = application_snapshots.tenant_id
          AND applications.id = application_id AND startup_id = acting_institution()));

CREATE POLICY managers_keep_change_requests ON change_requests USING (acting_role() = 'manager');
CREATE POLICY founders_read_what_is_asked ON change_requests FOR SELECT
    USING (acting_role() = 'founder' AND EXISTS (
        SELECT FROM applications WHERE applications.tenant_id = change_requests.tenant_id
          AND applications.id = application_id AND startup_id = acting_institution()));
CREATE POLICY managers_name_questions ON change_request_questions USING (acting_role() = 'manager');
CREATE POLICY founders_read_what_is_reopened ON change_request_questions FOR SELECT
    USING (acting_role() = 'founder' AND EXISTS (
        SELECT FROM applications WHERE applications.tenant_id = change_request_questions.tenant_id
          AND applications.id = application_id AND startup_id = acting_institution()));
-- Nobody who manages a park asks, extends or cancels for a startup of their own.
CREATE POLICY nobody_asks_of_their_own ON change_requests AS RESTRICTIVE FOR INSERT
    WITH CHECK (application_id <> ALL ((SELECT applications_too_near(acting_role(), acting_person()))::uuid[]));
CREATE POLICY nobody_moves_what_is_asked_of_their_own ON change_requests AS RESTRICTIVE FOR UPDATE
    USING (application_id <> ALL ((SELECT applications_too_near(acting_role(), acting_person()))::uuid[]));

-- While a startup changes an answer, it is its own again; what was handed in stands in the copy.
DROP POLICY managers_read_submitted_answers ON application_answers;
CREATE POLICY managers_read_submitted_answers ON application_answers FOR SELECT
    USING (acting_role() = 'manager' AND EXISTS (
            SELECT FROM applications WHERE applications.tenant_id = application_answers.tenant_id
              AND applications.id = application_id AND submitted_at IS NOT NULL)
        AND NOT is_reopened(tenant_id, application_id, question_id));

REVOKE ALL ON FUNCTION is_reopened(uuid, uuid, uuid), restore_answers(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_reopened(uuid, uuid, uuid), restore_answers(uuid, uuid) TO trellis_app;

-- A file of a round may be frozen anew, once a startup has handed its changes in.
ALTER TABLE review_files ADD COLUMN renewed_at timestamptz, ADD COLUMN renewed_by uuid,
    ADD CONSTRAINT file_renewal_names_who CHECK ((renewed_at IS NULL) = (renewed_by IS NULL));

-- What was handed in before copies were kept: its answers have been frozen since.
DO $$
DECLARE park uuid;
BEGIN
    PERFORM set_config('trellis.role', 'operator', true);
    FOR park IN SELECT id FROM tenants LOOP
        PERFORM set_config('trellis.tenant', park::text, true), set_config('trellis.role', 'system', true);
        INSERT INTO application_snapshots (tenant_id, application_id, number, submitted_at, submitted_by, content, digest)
        SELECT a.tenant_id, a.id, 1, a.submitted_at, a.created_by, '{}', ''
        FROM applications AS a WHERE a.tenant_id = park AND a.submitted_at IS NOT NULL AND a.state <> 'draft';
        PERFORM set_config('trellis.role', 'operator', true);
    END LOOP;
    PERFORM set_config('trellis.tenant', '', true), set_config('trellis.role', '', true);
END $$;
