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
