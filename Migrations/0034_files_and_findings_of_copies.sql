-- What is handed in is handed in with its files and with what was found of it, each time; and the chair of a panel reads the
-- files of a round as they read its answers.

-- Whether a copy of what was handed in names a document. As `system`: what keeps and shows a document does not depend on who
-- asks.
CREATE FUNCTION is_handed_in(tenant uuid, application uuid, document uuid) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = public SET trellis.role = 'system'
    AS $$
        SELECT EXISTS (
            SELECT FROM application_snapshots AS s
            WHERE s.tenant_id = tenant AND s.application_id = application
              AND s.content @> jsonb_build_object('questions', jsonb_build_array(jsonb_build_object(
                  'documents', jsonb_build_array(jsonb_build_object('id', document))))))
    $$;
REVOKE ALL ON FUNCTION is_handed_in(uuid, uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_handed_in(uuid, uuid, uuid) TO trellis_app;

-- A question that is answered by files names those that were there. Their bytes stay where they are; the hash tells them.
-- The streams that were chosen are handed in with the rest; where there was nothing to choose, a copy says nothing of it.
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
                    (to_jsonb(q) - '{tenant_id,call_id,audience}'::text[]) || jsonb_build_object(
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
        FROM applications AS a
        JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
        JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
        JOIN streams AS s ON s.tenant_id = c.tenant_id AND s.id = c.stream_id
        JOIN programs AS p ON p.tenant_id = s.tenant_id AND p.id = s.program_id
        WHERE a.tenant_id = NEW.tenant_id AND a.id = NEW.application_id);
    NEW.digest := sha256(convert_to(canonical_json(NEW.content), 'UTF8'));
    RETURN NEW;
END $$;

-- Taking a document away takes it out of the answers, not out of what was handed in. What a scanner rejects goes in any case.
CREATE FUNCTION check_chunks_are_not_handed_in() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT tenant_id, application_id, document_id FROM gone) AS g
        JOIN documents AS d ON d.tenant_id = g.tenant_id AND d.application_id = g.application_id AND d.id = g.document_id
        WHERE d.state <> 'rejected' AND is_handed_in(d.tenant_id, d.application_id, d.id)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'what_is_handed_in_is_kept',
            MESSAGE = 'the document was handed in';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER what_is_handed_in_is_kept AFTER DELETE ON document_chunks REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION check_chunks_are_not_handed_in();

-- Files go back to what was handed in with the answers. Copies of before they named files say nothing of them. Questions of a
-- round that were taken back leave nothing: there was nothing handed in before.
CREATE OR REPLACE FUNCTION restore_answers(application uuid, request uuid) RETURNS void LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    canceller uuid := (SELECT cancelled_by FROM change_requests WHERE tenant_id = acting_tenant()
                       AND application_id = application AND id = request AND cancelled_at = now());
    asked record;
    kept uuid[];
    gone uuid[];
BEGIN
    IF canceller IS NULL THEN
        RETURN;
    END IF;
    DELETE FROM application_answers AS w USING change_request_questions AS q
    WHERE w.tenant_id = acting_tenant() AND w.application_id = application AND q.tenant_id = w.tenant_id
      AND q.application_id = application AND q.request_id = request AND w.question_id = q.question_id;
    IF (SELECT round FROM change_requests WHERE tenant_id = acting_tenant() AND application_id = application
        AND id = request) IS NOT NULL THEN
        WITH fresh AS (
            UPDATE documents AS d SET removed_at = now(), removed_by = canceller
            FROM change_request_questions AS q
            WHERE d.tenant_id = acting_tenant() AND d.application_id = application AND d.removed_at IS NULL
              AND q.tenant_id = d.tenant_id AND q.application_id = application AND q.request_id = request
              AND q.question_id = d.question_id
            RETURNING d.id)
        SELECT coalesce(array_agg(id), '{}') INTO gone FROM fresh;
        DELETE FROM document_chunks AS b
        WHERE b.tenant_id = acting_tenant() AND b.application_id = application AND b.document_id = ANY (gone);
        RETURN;
    END IF;
    FOR asked IN
        SELECT handed.value AS question, q.call_id, q.question_id, c.submitted_at, c.submitted_by
        FROM (SELECT s.content, s.submitted_at, s.submitted_by FROM application_snapshots AS s
              WHERE s.tenant_id = acting_tenant() AND s.application_id = application
              ORDER BY s.number DESC LIMIT 1) AS c
        CROSS JOIN jsonb_array_elements(c.content -> 'questions') AS handed
        JOIN change_request_questions AS q ON q.tenant_id = acting_tenant() AND q.application_id = application
            AND q.request_id = request AND q.question_id = (handed.value ->> 'id')::uuid
    LOOP
        IF jsonb_typeof(asked.question -> 'answer') = 'object' THEN
            INSERT INTO application_answers
            SELECT (jsonb_populate_record(NULL::application_answers, (asked.question -> 'answer') || jsonb_build_object(
                'tenant_id', acting_tenant(), 'application_id', application, 'call_id', asked.call_id,
                'question_id', asked.question_id, 'saved_at', asked.submitted_at, 'saved_by', asked.submitted_by))).*;
        END IF;
        IF jsonb_typeof(asked.question -> 'documents') = 'array' THEN
            kept := ARRAY(SELECT (d.value ->> 'id')::uuid FROM jsonb_array_elements(asked.question -> 'documents') AS d);
            WITH fresh AS (
                UPDATE documents SET removed_at = now(), removed_by = canceller
                WHERE tenant_id = acting_tenant() AND application_id = application AND question_id = asked.question_id
                  AND removed_at IS NULL AND id <> ALL (kept)
                RETURNING id)
            SELECT coalesce(array_agg(id), '{}') INTO gone FROM fresh;
            DELETE FROM document_chunks AS b
            WHERE b.tenant_id = acting_tenant() AND b.application_id = application AND b.document_id = ANY (gone)
              AND NOT is_handed_in(b.tenant_id, b.application_id, b.document_id);
            UPDATE documents SET removed_at = NULL, removed_by = NULL
            WHERE tenant_id = acting_tenant() AND application_id = application AND question_id = asked.question_id
              AND removed_at IS NOT NULL AND id = ANY (kept);
        END IF;
    END LOOP;
END $$;

-- As answers: while a startup changes them they are its own again, and what was handed in stands.
DROP POLICY managers_read_submitted_documents ON documents;
CREATE POLICY managers_read_submitted_documents ON documents FOR SELECT
    USING (acting_role() = 'manager' AND EXISTS (
            SELECT FROM applications WHERE applications.tenant_id = documents.tenant_id
              AND applications.id = application_id AND submitted_at IS NOT NULL)
        AND (removed_at IS NULL AND NOT is_reopened(tenant_id, application_id, question_id)
             OR is_handed_in(tenant_id, application_id, id)));
DROP POLICY readers_read_clean_chunks ON document_chunks;
CREATE POLICY readers_read_clean_chunks ON document_chunks FOR SELECT
    USING (acting_role() IN ('manager', 'reviewer') AND EXISTS (
        SELECT FROM documents AS d
        WHERE d.tenant_id = document_chunks.tenant_id AND d.application_id = document_chunks.application_id
          AND d.id = document_id AND d.state = 'clean'));

-- Whoever reads the file of a round, its own policies say: who judges the application, and the chair of the panel.
DROP POLICY reviewers_read_what_the_file_asks ON documents;
CREATE POLICY reviewers_read_what_the_file_asks ON documents FOR SELECT
    USING (acting_role() = 'reviewer' AND state = 'clean' AND removed_at IS NULL AND EXISTS (
        SELECT FROM review_files AS f
        WHERE f.tenant_id = documents.tenant_id AND f.application_id = documents.application_id
          AND f.answers @> jsonb_build_array(jsonb_build_object('question', documents.question_id))));

-- What came of the conditions belongs to the copy that was handed in, since the day counts; screening cites the last. What
-- was handed in before is handed in again whatever became of it meanwhile: nobody is refused for the park's own questions.
ALTER TABLE application_findings ADD COLUMN number integer NOT NULL DEFAULT 1;
ALTER TABLE application_findings ALTER COLUMN number DROP DEFAULT,
    DROP CONSTRAINT application_findings_pkey, ADD PRIMARY KEY (tenant_id, application_id, number, condition_id),
    -- Deferred, since what blocks is found before the application is handed in and copied.
    ADD CONSTRAINT findings_are_of_what_was_handed_in FOREIGN KEY (tenant_id, application_id, number)
        REFERENCES application_snapshots (tenant_id, application_id, number) DEFERRABLE INITIALLY DEFERRED;
CREATE OR REPLACE FUNCTION check_findings_are_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stands text;
BEGIN
    SELECT state INTO stands FROM applications WHERE tenant_id = NEW.tenant_id AND id = NEW.application_id FOR SHARE;
    IF stands NOT IN ('draft', 'changes_requested') THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'findings_are_made_on_submission',
            MESSAGE = 'findings are made when an application is submitted';
    END IF;
    NEW.number := (SELECT coalesce(max(number), 0) + 1 FROM application_snapshots
                   WHERE tenant_id = NEW.tenant_id AND application_id = NEW.application_id);
    RETURN NEW;
END $$;
