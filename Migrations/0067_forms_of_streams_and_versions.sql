-- Questions that are asked for some of the streams of a call alone; and a form that was published, with each version of it.

-- The streams for which a question is asked, of those that the call offers; none for everybody. Applications that name none of
-- them are not asked, as if a condition did not hold.
ALTER TABLE call_questions ADD COLUMN streams uuid[] NOT NULL DEFAULT '{}'
    CONSTRAINT question_names_a_reasonable_number_of_streams CHECK (cardinality(streams) <= 20);

-- At the end of the transaction: questions and streams are revised one after the other.
CREATE FUNCTION check_streams_of_questions() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    park uuid := coalesce(NEW.tenant_id, OLD.tenant_id);
    asking uuid := coalesce(NEW.call_id, OLD.call_id);
BEGIN
    IF EXISTS (
        SELECT FROM call_questions AS q CROSS JOIN unnest(q.streams) AS asked (stream)
        WHERE q.tenant_id = park AND q.call_id = asking
          AND NOT EXISTS (SELECT FROM offered_streams AS o
                          WHERE o.tenant_id = park AND o.call_id = asking AND o.stream_id = asked.stream)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'questions_are_asked_for_streams_of_their_call',
            MESSAGE = 'a question is asked for streams that its call offers';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER questions_are_asked_for_streams_of_their_call AFTER INSERT OR UPDATE OF streams ON call_questions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.streams <> '{}') EXECUTE FUNCTION check_streams_of_questions();
CREATE CONSTRAINT TRIGGER streams_that_questions_are_asked_for_stay AFTER DELETE OR UPDATE OF stream_id ON offered_streams
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_streams_of_questions();

-- With which version of the form a question came; 1 for what was asked when the call was published.
ALTER TABLE call_questions ADD COLUMN added_in integer NOT NULL DEFAULT 1
    CONSTRAINT questions_come_with_a_version CHECK (added_in >= 1);

-- Of a draft, the version of the form that its startup has read; of what was handed in, the one that it answers: what is added
-- later is not asked of it.
ALTER TABLE applications ADD COLUMN form_version integer NOT NULL DEFAULT 1
    CONSTRAINT applications_answer_a_version CHECK (form_version >= 1);

-- The form of a published call, each time it changed. The first version is the form as it was published.
CREATE TABLE form_versions (
    tenant_id uuid NOT NULL,
    call_id   uuid NOT NULL,
    number    integer NOT NULL CONSTRAINT form_versions_count_from_one CHECK (number >= 1),
    made_at   timestamptz NOT NULL DEFAULT now(),
    made_by   uuid,
    reason    text CONSTRAINT reasons_of_form_changes_are_short CHECK (length(reason) BETWEEN 1 AND 500),
    PRIMARY KEY (tenant_id, call_id, number),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT changes_of_published_forms_have_a_reason CHECK ((number = 1) = (reason IS NULL))
);

-- The questions of each version as they were asked. What is asked later is read apart from the rest.
CREATE TABLE form_version_questions (
    tenant_id   uuid NOT NULL,
    call_id     uuid NOT NULL,
    number      integer NOT NULL,
    question_id uuid NOT NULL,
    content     jsonb NOT NULL,
    -- What changed of it with which version, up to this one.
    changes     jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, call_id, number, question_id),
    FOREIGN KEY (tenant_id, call_id, number) REFERENCES form_versions (tenant_id, call_id, number) ON DELETE CASCADE
);

-- A question as it is read.
CREATE FUNCTION question_content(q call_questions) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object(
        'id', q.id, 'position', q.position, 'prompt', q.prompt, 'hint', q.hint, 'isRequired', q.required,
        'maxLength', q.max_length, 'audience', q.audience, 'files', q.files, 'kind', q.kind, 'settings', q.settings,
        'section', q.section, 'condition', q.condition, 'fromRound', q.from_round, 'streams', q.streams,
        'addedIn', q.added_in)
$$;

CREATE FUNCTION number_form_version() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE published timestamptz;
BEGIN
    -- One at a time.
    SELECT c.published_at INTO published FROM calls AS c
    WHERE c.tenant_id = NEW.tenant_id AND c.id = NEW.call_id FOR NO KEY UPDATE;
    IF published IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'only_published_forms_have_versions',
            MESSAGE = 'the form of a draft has no versions';
    END IF;
    NEW.number := 1 + coalesce((SELECT max(v.number) FROM form_versions AS v
                                WHERE v.tenant_id = NEW.tenant_id AND v.call_id = NEW.call_id), 0);
    NEW.made_at := CASE NEW.number WHEN 1 THEN published ELSE now() END;
    RETURN NEW;
END $$;
CREATE TRIGGER form_versions_count_up BEFORE INSERT ON form_versions
    FOR EACH ROW EXECUTE FUNCTION number_form_version();

-- Keeps the form as it is asked now, and lets the applications to the call follow. What was handed in goes on answering what it
-- answered; a draft is asked what was added, unless its answers have a say in that: then with the next that is saved.
CREATE FUNCTION keep_form() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    INSERT INTO form_version_questions (tenant_id, call_id, number, question_id, content, changes)
    SELECT q.tenant_id, q.call_id, NEW.number, q.id, question_content(q),
           coalesce(before.changes, '{}') || CASE
               WHEN NEW.number = 1 THEN '{}'
               WHEN before.question_id IS NULL THEN jsonb_build_object(NEW.number::text, jsonb_build_array('added'))
               ELSE (SELECT CASE WHEN count(*) = 0 THEN '{}'
                            ELSE jsonb_build_object(NEW.number::text, jsonb_agg(part.key ORDER BY part.key)) END
                     FROM jsonb_each(question_content(q)) AS part
                     WHERE part.key <> 'position' AND part.value IS DISTINCT FROM before.content -> part.key) END
    FROM call_questions AS q
    LEFT JOIN form_version_questions AS before ON before.tenant_id = q.tenant_id AND before.call_id = q.call_id
        AND before.question_id = q.id AND before.number = NEW.number - 1
    WHERE q.tenant_id = NEW.tenant_id AND q.call_id = NEW.call_id;
    IF NEW.number = 1 THEN
        RETURN NULL;
    END IF;
    IF EXISTS (SELECT FROM call_questions AS q
               WHERE q.tenant_id = NEW.tenant_id AND q.call_id = NEW.call_id AND q.added_in = NEW.number) THEN
        UPDATE applications AS a SET asked = ARRAY(
            SELECT q.id FROM call_questions AS q
            WHERE q.tenant_id = a.tenant_id AND q.call_id = a.call_id
              AND CASE WHEN q.added_in < NEW.number THEN a.asked IS NULL OR q.id = ANY (a.asked)
                  ELSE a.submitted_at IS NULL AND q.from_round IS NULL AND q.condition IS NULL
                       AND (q.streams = '{}' OR EXISTS (
                           SELECT FROM stream_choices AS k
                           WHERE k.tenant_id = a.tenant_id AND k.application_id = a.id AND k.stream_id = ANY (q.streams)))
                  END
            ORDER BY q.position)
        WHERE a.tenant_id = NEW.tenant_id AND a.call_id = NEW.call_id;
    END IF;
    UPDATE applications AS a SET unfit = ARRAY(
        SELECT u.question FROM unnest(a.unfit) WITH ORDINALITY AS u (question, place)
        WHERE NOT EXISTS (
            SELECT FROM call_questions AS q
            JOIN application_answers AS w ON w.tenant_id = q.tenant_id AND w.call_id = q.call_id AND w.question_id = q.id
            WHERE q.tenant_id = a.tenant_id AND q.call_id = a.call_id AND q.id = u.question
              AND w.application_id = a.id AND q.kind = 'long_text' AND length(w.text) <= q.max_length)
        ORDER BY u.place)
    WHERE a.tenant_id = NEW.tenant_id AND a.call_id = NEW.call_id AND a.unfit <> '{}';
    UPDATE applications AS a SET required_answered = done.required_answered
    FROM (SELECT b.id, count(q.id) AS required_answered
          FROM applications AS b
          LEFT JOIN call_questions AS q ON q.tenant_id = b.tenant_id AND q.call_id = b.call_id AND q.required
              AND (b.asked IS NULL OR q.id = ANY (b.asked)) AND q.id <> ALL (b.unfit)
              AND CASE WHEN q.files IS NULL
                  THEN EXISTS (SELECT FROM application_answers AS w
                               WHERE w.tenant_id = b.tenant_id AND w.application_id = b.id AND w.question_id = q.id)
                  ELSE EXISTS (SELECT FROM documents AS d
                               WHERE d.tenant_id = b.tenant_id AND d.application_id = b.id AND d.question_id = q.id
                                 AND d.removed_at IS NULL AND d.state <> 'rejected') END
          WHERE b.tenant_id = NEW.tenant_id AND b.call_id = NEW.call_id
          GROUP BY b.id) AS done
    WHERE a.tenant_id = NEW.tenant_id AND a.id = done.id AND a.required_answered <> done.required_answered;
    RETURN NULL;
END $$;
CREATE TRIGGER form_versions_keep_the_form AFTER INSERT ON form_versions FOR EACH ROW EXECUTE FUNCTION keep_form();

CREATE FUNCTION number_published_form() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    INSERT INTO form_versions (tenant_id, call_id, number, made_by) VALUES (NEW.tenant_id, NEW.id, 1, NEW.published_by);
    RETURN NULL;
END $$;
CREATE TRIGGER published_forms_have_a_version AFTER UPDATE OF published_at ON calls
    FOR EACH ROW WHEN (NEW.published_at IS NOT NULL AND OLD.published_at IS NULL) EXECUTE FUNCTION number_published_form();

-- Which version of the form an application begins with, and which it answers.
CREATE FUNCTION note_form_version() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    NEW.form_version := coalesce((SELECT max(v.number) FROM form_versions AS v
                                  WHERE v.tenant_id = NEW.tenant_id AND v.call_id = NEW.call_id), 1);
    RETURN NEW;
END $$;
CREATE TRIGGER applications_begin_with_the_form_in_force BEFORE INSERT ON applications
    FOR EACH ROW EXECUTE FUNCTION note_form_version();
CREATE TRIGGER submissions_answer_the_form_in_force BEFORE UPDATE OF submitted_at ON applications
    FOR EACH ROW WHEN (NEW.submitted_at IS NOT NULL AND OLD.submitted_at IS NULL) EXECUTE FUNCTION note_form_version();

-- Whether whatever fitted before fits still.
CREATE FUNCTION settings_loosen(before jsonb, after jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(
        (after ->> 'lowest' IS NULL
            OR coalesce(replace(after ->> 'lowest', ',', '')::numeric <= replace(before ->> 'lowest', ',', '')::numeric, false))
        AND (after ->> 'highest' IS NULL
            OR coalesce(replace(after ->> 'highest', ',', '')::numeric >= replace(before ->> 'highest', ',', '')::numeric, false))
        AND (after ->> 'earliest' IS NULL OR coalesce(after ->> 'earliest' <= before ->> 'earliest', false))
        AND (after ->> 'latest' IS NULL OR coalesce(after ->> 'latest' >= before ->> 'latest', false))
        AND coalesce((after ->> 'decimals')::integer, 0) >= coalesce((before ->> 'decimals')::integer, 0)
        AND coalesce((after ->> 'fewest')::integer, 0) <= coalesce((before ->> 'fewest')::integer, 0)
        AND coalesce((after ->> 'most')::integer, 50) >= coalesce((before ->> 'most')::integer, 50)
        AND coalesce(after -> 'currencies', '["HKD", "USD", "JPY"]') @> coalesce(before -> 'currencies', '["HKD", "USD", "JPY"]')
        AND NOT EXISTS (
            SELECT FROM jsonb_array_elements(coalesce(before -> 'options', '[]')) AS old
            WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(coalesce(after -> 'options', '[]')) AS new
                              WHERE new ->> 'key' = old ->> 'key'))
        AND NOT EXISTS (
            SELECT FROM jsonb_array_elements(coalesce(before -> 'columns', '[]')) AS old
            WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(coalesce(after -> 'columns', '[]')) AS new
                              WHERE new ->> 'key' = old ->> 'key' AND new ->> 'kind' = old ->> 'kind'))
        AND NOT EXISTS (
            SELECT FROM jsonb_array_elements(coalesce(after -> 'columns', '[]')) AS new
            WHERE (new ->> 'isRequired')::boolean
              AND NOT EXISTS (SELECT FROM jsonb_array_elements(coalesce(before -> 'columns', '[]')) AS old
                              WHERE old ->> 'key' = new ->> 'key' AND (old ->> 'isRequired')::boolean)), false)
$$;

-- Startups answer a published form. It is worded better and asks for less, and what is added may stay unanswered. Whoever keeps
-- the database acts as nobody, and knows what they do.
CREATE FUNCTION check_published_questions() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM calls AS c
                   WHERE c.tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id) AND c.id = coalesce(NEW.call_id, OLD.call_id)
                     AND c.published_at IS NOT NULL) THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'DELETE' OR TG_OP = 'UPDATE' AND (
           (NEW.call_id, NEW.id, NEW.kind, NEW.audience, NEW.streams, NEW.added_in)
               <> (OLD.call_id, OLD.id, OLD.kind, OLD.audience, OLD.streams, OLD.added_in)
           OR NEW.condition IS DISTINCT FROM OLD.condition OR NEW.from_round IS DISTINCT FROM OLD.from_round
           OR (NEW.files IS NULL) <> (OLD.files IS NULL)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'published_questions_stand',
            MESSAGE = 'a published question stands';
    END IF;
    IF NEW.required AND (TG_OP = 'INSERT' OR NOT OLD.required) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'published_forms_are_never_tightened',
            MESSAGE = 'a published form requires no more than it did';
    END IF;
    IF TG_OP = 'UPDATE' AND (
           NEW.max_length < OLD.max_length OR NOT settings_loosen(OLD.settings, NEW.settings)
           OR (NEW.files ->> 'most')::integer < (OLD.files ->> 'most')::integer
           OR coalesce(NEW.files -> 'extensions', '[]') <> '[]' AND (
               OLD.files -> 'extensions' = '[]' OR NOT NEW.files -> 'extensions' @> (OLD.files -> 'extensions'))) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'published_forms_are_never_tightened',
            MESSAGE = 'what fitted a published form fits still';
    END IF;
    IF TG_OP = 'INSERT' AND NEW.from_round IS NOT NULL AND EXISTS (
           SELECT FROM change_requests AS r
           JOIN applications AS a ON a.tenant_id = r.tenant_id AND a.id = r.application_id
           WHERE a.tenant_id = NEW.tenant_id AND a.call_id = NEW.call_id AND r.cancelled_at IS NULL
             AND r.round >= NEW.from_round) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'questions_come_before_their_round_is_asked',
            MESSAGE = 'startups were asked the questions of that round already';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER published_questions_stand AFTER INSERT OR UPDATE OR DELETE ON call_questions
    FOR EACH ROW WHEN (acting_role() IS NOT NULL) EXECUTE FUNCTION check_published_questions();

-- At the end of the transaction: a changed form and its version come one after the other.
CREATE FUNCTION check_form_has_its_version() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    park uuid := coalesce(NEW.tenant_id, OLD.tenant_id);
    asking uuid := coalesce(NEW.call_id, OLD.call_id);
BEGIN
    IF EXISTS (SELECT FROM calls AS c WHERE c.tenant_id = park AND c.id = asking AND c.published_at IS NOT NULL)
       AND EXISTS (
           SELECT FROM call_questions AS q
           WHERE q.tenant_id = park AND q.call_id = asking AND NOT EXISTS (
               SELECT FROM form_version_questions AS v
               WHERE v.tenant_id = park AND v.call_id = asking AND v.question_id = q.id
                 AND v.content = question_content(q)
                 AND v.number = (SELECT max(l.number) FROM form_versions AS l
                                 WHERE l.tenant_id = park AND l.call_id = asking))) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'changed_forms_have_a_version',
            MESSAGE = 'a published form that changes has a further version';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER changed_forms_have_a_version AFTER INSERT OR UPDATE ON call_questions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (acting_role() IS NOT NULL)
    EXECUTE FUNCTION check_form_has_its_version();

CALL wall_table('form_versions');
REVOKE UPDATE, DELETE ON form_versions FROM trellis_app;
CREATE POLICY the_managers_keep_form_versions ON form_versions USING (acts_as('manager'));
CREATE POLICY published_forms_are_read ON form_versions FOR SELECT
    USING (NOT acts_as('visitor') AND EXISTS (
        SELECT FROM calls WHERE calls.tenant_id = form_versions.tenant_id AND calls.id = call_id));
CALL wall_table('form_version_questions');
REVOKE UPDATE, DELETE ON form_version_questions FROM trellis_app;
CREATE POLICY the_managers_read_form_versions ON form_version_questions FOR SELECT USING (acts_as('manager'));
-- What is asked later is read by whoever reads the question.
CREATE POLICY forms_in_force_are_read ON form_version_questions FOR SELECT
    USING (NOT acts_as('visitor') AND EXISTS (
            SELECT FROM call_questions WHERE call_questions.tenant_id = form_version_questions.tenant_id
              AND call_questions.call_id = form_version_questions.call_id AND call_questions.id = question_id)
        AND number = (SELECT max(v.number) FROM form_versions AS v
                      WHERE v.tenant_id = form_version_questions.tenant_id
                        AND v.call_id = form_version_questions.call_id));

-- What is published already is at its first version.
DO $$
DECLARE park uuid;
BEGIN
    PERFORM set_config('trellis.role', 'operator', true);
    FOR park IN SELECT id FROM tenants LOOP
        PERFORM set_config('trellis.tenant', park::text, true), set_config('trellis.role', 'system', true);
        INSERT INTO form_versions (tenant_id, call_id, number, made_by)
        SELECT c.tenant_id, c.id, 1, c.published_by FROM calls AS c
        WHERE c.tenant_id = park AND c.published_at IS NOT NULL;
        PERFORM set_config('trellis.role', 'operator', true);
    END LOOP;
    PERFORM set_config('trellis.tenant', '', true), set_config('trellis.role', '', true);
END $$;

-- As it was, and nothing more of a question than before; and a copy says which version of the form it answers, and what was
-- found of each condition of the call.
CREATE OR REPLACE FUNCTION fill_snapshot() RETURNS trigger LANGUAGE plpgsql AS $$
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
                    (to_jsonb(q) - '{tenant_id,call_id,audience,streams,added_in}'::text[]) || jsonb_build_object(
                        'answer', to_jsonb(w) - '{tenant_id,application_id,call_id,question_id,saved_at,saved_by}'::text[])
                        || CASE WHEN q.files IS NULL THEN '{}' ELSE jsonb_build_object('documents', (
                            SELECT coalesce(jsonb_agg(jsonb_build_object(
                                'id', d.id, 'name', d.name, 'media_type', d.media_type, 'bytes', d.bytes,
                                'sha256', encode(d.sha256, 'hex')) ORDER BY d.uploaded_at, d.id), '[]')
                            FROM documents AS d
                            WHERE d.tenant_id = q.tenant_id AND d.application_id = a.id AND d.question_id = q.id
                              AND d.removed_at IS NULL AND d.state <> 'rejected')) END
                    ORDER BY q.position), '[]')
                FROM call_questions AS q
                LEFT JOIN application_answers AS w ON w.tenant_id = q.tenant_id AND w.application_id = a.id
                    AND w.question_id = q.id
                WHERE q.tenant_id = a.tenant_id AND q.call_id = a.call_id
                  AND (a.asked IS NULL OR q.id = ANY (a.asked))))
            || coalesce((
                SELECT jsonb_build_object('choices', jsonb_agg(
                    jsonb_build_object('rank', k.rank, 'stream', k.stream_id, 'name', t.name) ORDER BY k.rank))
                FROM stream_choices AS k JOIN streams AS t ON t.tenant_id = k.tenant_id AND t.id = k.stream_id
                WHERE k.tenant_id = a.tenant_id AND k.application_id = a.id
                HAVING count(*) > 0), '{}')
            || coalesce((
                SELECT jsonb_build_object('facts', d.facts) FROM application_facts AS d
                WHERE d.tenant_id = a.tenant_id AND d.application_id = a.id), '{}')
            || coalesce((
                SELECT jsonb_build_object('form_version', max(v.number)) FROM form_versions AS v
                WHERE v.tenant_id = a.tenant_id AND v.call_id = a.call_id HAVING count(*) > 0), '{}')
            || coalesce((
                SELECT jsonb_build_object('findings', jsonb_agg(jsonb_build_object(
                    'condition', n.id, 'name', n.name, 'verdict', f.verdict, 'finding', f.finding, 'found_on', f.found_on)
                    ORDER BY n.position))
                FROM application_findings AS f
                JOIN call_conditions AS n ON n.tenant_id = f.tenant_id AND n.call_id = f.call_id AND n.id = f.condition_id
                WHERE f.tenant_id = a.tenant_id AND f.application_id = a.id AND f.number = NEW.number
                HAVING count(*) > 0), '{}')
        FROM applications AS a
        JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
        JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
        JOIN streams AS s ON s.tenant_id = c.tenant_id AND s.id = c.stream_id
        JOIN programs AS p ON p.tenant_id = s.tenant_id AND p.id = s.program_id
        WHERE a.tenant_id = NEW.tenant_id AND a.id = NEW.application_id);
    NEW.digest := sha256(convert_to(canonical_json(NEW.content), 'UTF8'));
    RETURN NEW;
END $$;

-- As they were; but which questions an application is asked follows from the streams it names and from its answers, and which
-- answers do not fit from those: a draft's are its startup's alone, and the trail is read by managers.
CREATE FUNCTION kept_off_the_trail(noun text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE noun WHEN 'applications' THEN '{hash,csrf,asked,unfit}'::text[] ELSE '{hash,csrf}' END
$$;

CREATE OR REPLACE FUNCTION audit_inserted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO audit_events (tenant_id, person_id, membership_id, role, action, request_id, deed, noun, object_id, after)
    SELECT coalesce((fresh.row ->> 'tenant_id')::uuid, acting_tenant()), acting_person(), acting_membership(),
           acting_role(), nullif(current_setting('trellis.action', true), ''),
           nullif(current_setting('trellis.request', true), ''), 'insert', TG_TABLE_NAME,
           (fresh.row ->> 'id')::uuid, fresh.row - kept_off_the_trail(TG_TABLE_NAME)
    FROM (SELECT to_jsonb(inserted) AS row FROM inserted) AS fresh;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION audit_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    was jsonb := to_jsonb(OLD) - kept_off_the_trail(TG_TABLE_NAME);
    became jsonb := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(NEW) - kept_off_the_trail(TG_TABLE_NAME) END;
    changed text[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT array_agg(key) INTO changed FROM jsonb_each(became) WHERE value IS DISTINCT FROM was -> key;
        IF changed IS NULL THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO audit_events
        (tenant_id, person_id, membership_id, role, action, request_id, deed, noun, object_id, before, after)
    VALUES (
        coalesce((was ->> 'tenant_id')::uuid, acting_tenant()), acting_person(), acting_membership(), acting_role(),
        nullif(current_setting('trellis.action', true), ''), nullif(current_setting('trellis.request', true), ''),
        lower(TG_OP), TG_TABLE_NAME, (was ->> 'id')::uuid,
        CASE WHEN TG_OP = 'UPDATE'
            THEN (SELECT jsonb_object_agg(key, value) FROM jsonb_each(was) WHERE key = ANY (changed)) ELSE was END,
        CASE WHEN TG_OP = 'UPDATE'
            THEN (SELECT jsonb_object_agg(key, value) FROM jsonb_each(became) WHERE key = ANY (changed)) END);
    RETURN NULL;
END $$;
