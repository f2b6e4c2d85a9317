-- Questions that are asked later: of startups whose applications have come as far as a round of review.
ALTER TABLE call_questions ADD COLUMN from_round integer
    CONSTRAINT question_comes_with_a_later_round CHECK (from_round BETWEEN 2 AND 20);

-- A request that asks the questions of a round instead of changes. As long as it was not taken back, its application has been
-- asked all questions up to that round: nothing else says so.
ALTER TABLE change_requests ADD COLUMN round integer
    CONSTRAINT questions_are_asked_of_a_later_round CHECK (round BETWEEN 2 AND 20);

-- Whoever does not keep the call reads a later question only once it was asked of them.
DROP POLICY questions_of_published_calls_are_read ON call_questions;
CREATE POLICY questions_of_published_calls_are_read ON call_questions FOR SELECT
    USING (EXISTS (SELECT FROM calls WHERE calls.tenant_id = call_questions.tenant_id AND calls.id = call_id)
        AND (from_round IS NULL OR acting_role() = 'founder' AND EXISTS (
            SELECT FROM applications AS a
            JOIN change_requests AS r ON r.tenant_id = a.tenant_id AND r.application_id = a.id
            WHERE a.tenant_id = call_questions.tenant_id AND a.call_id = call_questions.call_id
              AND a.startup_id = acting_institution() AND r.cancelled_at IS NULL
              AND r.round >= call_questions.from_round)));

-- The same for queries: whether the acting startup has been asked the questions of a round.
CREATE FUNCTION was_asked(tenant uuid, call uuid, later integer) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = public
    AS $$
        SELECT acting_role() = 'founder' AND EXISTS (
            SELECT FROM applications AS a
            JOIN change_requests AS r ON r.tenant_id = a.tenant_id AND r.application_id = a.id
            WHERE a.tenant_id = tenant AND a.call_id = call AND a.startup_id = acting_institution()
              AND r.cancelled_at IS NULL AND r.round >= later)
    $$;

-- How many questions come later, everybody may know who may know of the call: the round of each.
CREATE FUNCTION later_rounds(tenant uuid, call uuid) RETURNS integer[] LANGUAGE sql STABLE
    SET search_path = public SET trellis.role = 'system'
    AS $$
        SELECT coalesce(array_agg(q.from_round ORDER BY q.from_round), '{}') FROM call_questions AS q
        WHERE q.tenant_id = tenant AND q.call_id = call AND q.from_round IS NOT NULL
    $$;
REVOKE ALL ON FUNCTION was_asked(uuid, uuid, integer), later_rounds(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION was_asked(uuid, uuid, integer), later_rounds(uuid, uuid) TO trellis_app;

-- Nothing is answered before it is asked, whatever writes it.
CREATE FUNCTION check_question_was_asked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM call_questions AS q
        WHERE q.tenant_id = NEW.tenant_id AND q.call_id = NEW.call_id AND q.id = NEW.question_id
          AND (q.from_round IS NULL OR EXISTS (
              SELECT FROM change_requests AS r
              WHERE r.tenant_id = NEW.tenant_id AND r.application_id = NEW.application_id AND r.cancelled_at IS NULL
                AND r.round >= q.from_round))) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'later_questions_are_answered_once_asked',
            MESSAGE = 'the question was not asked yet';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER later_questions_are_answered_once_asked BEFORE INSERT ON application_answers
    FOR EACH ROW EXECUTE FUNCTION check_question_was_asked();
CREATE TRIGGER later_questions_are_answered_once_asked BEFORE INSERT ON documents
    FOR EACH ROW EXECUTE FUNCTION check_question_was_asked();

-- Questions that were taken back leave nothing: there was nothing handed in before, and what answers them as a file goes,
-- too.
CREATE OR REPLACE FUNCTION restore_answers(application uuid, request uuid) RETURNS void LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM change_requests WHERE tenant_id = acting_tenant() AND application_id = application
                   AND id = request AND cancelled_at = now()) THEN
        RETURN;
    END IF;
    DELETE FROM application_answers AS w USING change_request_questions AS q
    WHERE w.tenant_id = acting_tenant() AND w.application_id = application AND q.tenant_id = w.tenant_id
      AND q.application_id = application AND q.request_id = request AND w.question_id = q.question_id;
    IF (SELECT round FROM change_requests WHERE tenant_id = acting_tenant() AND application_id = application
        AND id = request) IS NOT NULL THEN
        DELETE FROM document_chunks AS b USING documents AS d, change_request_questions AS q
        WHERE d.tenant_id = acting_tenant() AND d.application_id = application AND d.removed_at IS NULL
          AND q.tenant_id = d.tenant_id AND q.application_id = application AND q.request_id = request
          AND q.question_id = d.question_id
          AND b.tenant_id = d.tenant_id AND b.application_id = d.application_id AND b.document_id = d.id;
        UPDATE documents AS d SET removed_at = now(), removed_by = acting_person()
        FROM change_request_questions AS q
        WHERE d.tenant_id = acting_tenant() AND d.application_id = application AND d.removed_at IS NULL
          AND q.tenant_id = d.tenant_id AND q.application_id = application AND q.request_id = request
          AND q.question_id = d.question_id;
        RETURN;
    END IF;
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
