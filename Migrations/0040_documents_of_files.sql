-- A round's file names its documents as it freezes its answers: what a startup uploads or takes away while it changes its
-- application reaches reviewers when the file is renewed, and not before.
UPDATE review_files AS f SET answers = (
    SELECT jsonb_agg(
        CASE WHEN q.files IS NULL THEN e.answer ELSE e.answer || jsonb_build_object('documents', (
            SELECT coalesce(jsonb_agg(d.id ORDER BY d.uploaded_at, d.id), '[]') FROM documents AS d
            WHERE d.tenant_id = f.tenant_id AND d.application_id = f.application_id AND d.question_id = q.id
              AND d.removed_at IS NULL AND d.state <> 'rejected')) END ORDER BY e.position)
    FROM jsonb_array_elements(f.answers) WITH ORDINALITY AS e (answer, position)
    LEFT JOIN call_questions AS q ON q.tenant_id = f.tenant_id AND q.id = (e.answer ->> 'question')::uuid)
WHERE EXISTS (
    SELECT FROM jsonb_array_elements(f.answers) AS e (answer)
    JOIN call_questions AS q ON q.tenant_id = f.tenant_id AND q.id = (e.answer ->> 'question')::uuid AND q.files IS NOT NULL);

DROP POLICY reviewers_read_what_the_file_asks ON documents;
CREATE POLICY reviewers_read_what_the_file_names ON documents FOR SELECT
    USING (acts_as('reviewer') AND state = 'clean' AND EXISTS (
        SELECT FROM review_files AS f
        WHERE f.tenant_id = documents.tenant_id AND f.application_id = documents.application_id
          AND f.answers @> jsonb_build_array(jsonb_build_object(
              'question', documents.question_id, 'documents', jsonb_build_array(documents.id)))));
