-- What kind of answer a question takes and what narrows it, which section of the form it begins, and when it is asked. An
-- answer is stored as text whatever its kind; a draft's may be anything that was typed.
ALTER TABLE call_questions
    ADD COLUMN kind text NOT NULL DEFAULT 'long_text'
        CONSTRAINT question_kind_is_known CHECK (kind IN (
            'short_text', 'long_text', 'number', 'money', 'date', 'choice', 'choices', 'link', 'people', 'rows')),
    ADD COLUMN settings jsonb NOT NULL DEFAULT '{}'
        CONSTRAINT question_settings_are_an_object CHECK (jsonb_typeof(settings) = 'object'),
    ADD COLUMN section jsonb
        CONSTRAINT question_section_has_a_title CHECK (
            section IS NULL OR coalesce(jsonb_typeof(section -> 'title') = 'object', false)),
    ADD COLUMN condition jsonb
        CONSTRAINT question_condition_is_an_object CHECK (jsonb_typeof(condition) = 'object'),
    ADD CONSTRAINT question_choice_has_options CHECK (
        kind NOT IN ('choice', 'choices') OR coalesce(jsonb_typeof(settings -> 'options') = 'array', false)),
    ADD CONSTRAINT question_rows_have_columns CHECK (
        kind <> 'rows' OR coalesce(jsonb_typeof(settings -> 'columns') = 'array', false)),
    ADD CONSTRAINT question_by_files_has_no_other_kind CHECK (files IS NULL OR kind = 'long_text');

-- What an application's answers come to, worked out whenever they are saved: which questions they lead to, NULL where the
-- form asks all of everybody, and which of the answers do not fit. Lists count by them.
ALTER TABLE applications
    ADD COLUMN asked uuid[],
    ADD COLUMN unfit uuid[] NOT NULL DEFAULT '{}';
UPDATE applications AS a SET unfit = long.questions
FROM (SELECT w.tenant_id, w.application_id, array_agg(w.question_id ORDER BY q.position) AS questions
      FROM application_answers AS w
      JOIN call_questions AS q ON q.tenant_id = w.tenant_id AND q.call_id = w.call_id AND q.id = w.question_id
      WHERE length(w.text) > q.max_length
      GROUP BY w.tenant_id, w.application_id) AS long
WHERE long.tenant_id = a.tenant_id AND long.application_id = a.id;

-- What was not asked is not handed in, whatever was written there before.
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
                    ORDER BY q.position), '[]')
                FROM call_questions AS q
                LEFT JOIN application_answers AS w ON w.tenant_id = q.tenant_id AND w.application_id = a.id
                    AND w.question_id = q.id
                WHERE q.tenant_id = a.tenant_id AND q.call_id = a.call_id
                  AND (a.asked IS NULL OR q.id = ANY (a.asked))))
        FROM applications AS a
        JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
        JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
        JOIN streams AS s ON s.tenant_id = c.tenant_id AND s.id = c.stream_id
        JOIN programs AS p ON p.tenant_id = s.tenant_id AND p.id = s.program_id
        WHERE a.tenant_id = NEW.tenant_id AND a.id = NEW.application_id);
    NEW.digest := sha256(convert_to(canonical_json(NEW.content), 'UTF8'));
    RETURN NEW;
END $$;
