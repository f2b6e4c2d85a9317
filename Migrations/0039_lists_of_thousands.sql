-- Who acts, told so that the planner cannot see it. It works stable functions out to guess how many rows a condition lets pass,
-- and keeps the plan: a statement that a small workspace asked first was planned for a small one, and took a thousand times as
-- long in a large one. The comparison of rows is true, and nothing that the planner works out beforehand: it takes the mean of
-- all workspaces instead, whoever asks.
CREATE OR REPLACE FUNCTION acting_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('trellis.tenant', (1, 1) <= (1, 2)), '')::uuid;
CREATE OR REPLACE FUNCTION acting_institution() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('trellis.institution', (1, 1) <= (1, 2)), '')::uuid;
CREATE OR REPLACE FUNCTION acting_person() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('trellis.person', (1, 1) <= (1, 2)), '')::uuid;

-- How many reviews of an application a round asks for and has: of assignments that stand, and of those the submitted. What a
-- round's progress is told by for every list; to count the reviews again each time would be to ask the walls about each of them.
CREATE TABLE review_tallies (
    tenant_id      uuid NOT NULL,
    round_id       uuid NOT NULL,
    application_id uuid NOT NULL,
    assigned       integer NOT NULL DEFAULT 0,
    submitted      integer NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, round_id, application_id),
    FOREIGN KEY (tenant_id, round_id, application_id)
        REFERENCES review_files (tenant_id, round_id, application_id) ON DELETE CASCADE,
    CONSTRAINT reviews_are_submitted_where_assigned CHECK (0 <= submitted AND submitted <= assigned)
);

INSERT INTO review_tallies (tenant_id, round_id, application_id, assigned, submitted)
SELECT f.tenant_id, f.round_id, f.application_id, count(s.id), count(w.submitted_at)
FROM review_files AS f
LEFT JOIN review_assignments AS s ON s.tenant_id = f.tenant_id AND s.round_id = f.round_id
    AND s.application_id = f.application_id AND s.state = 'assigned'
LEFT JOIN reviews AS w ON w.tenant_id = s.tenant_id AND w.assignment_id = s.id
GROUP BY f.tenant_id, f.round_id, f.application_id;

CALL wall_table('review_tallies');
-- Counted from rows that are on the trail.
DROP TRIGGER audit_inserted ON review_tallies;
DROP TRIGGER audit_changed ON review_tallies;
CREATE POLICY the_managers_read_tallies ON review_tallies FOR SELECT USING (acts_as('manager'));
CREATE POLICY nobody_counts_reviews_of_what_is_too_near ON review_tallies AS RESTRICTIVE
    USING (application_id <> ALL ((SELECT applications_too_near(acting_role(), acting_person()))::uuid[]));

CREATE FUNCTION tally_file() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    INSERT INTO review_tallies (tenant_id, round_id, application_id)
    VALUES (NEW.tenant_id, NEW.round_id, NEW.application_id);
    RETURN NULL;
END $$;
CREATE TRIGGER a_file_is_tallied AFTER INSERT ON review_files FOR EACH ROW EXECUTE FUNCTION tally_file();

CREATE FUNCTION tally_assignment() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE review_tallies SET assigned = assigned + 1
        WHERE tenant_id = NEW.tenant_id AND round_id = NEW.round_id AND application_id = NEW.application_id;
    ELSE
        UPDATE review_tallies
        SET assigned = assigned - 1,
            submitted = submitted - (SELECT count(w.submitted_at) FROM reviews AS w
                                     WHERE w.tenant_id = OLD.tenant_id AND w.assignment_id = OLD.id)
        WHERE tenant_id = OLD.tenant_id AND round_id = OLD.round_id AND application_id = OLD.application_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER an_assignment_is_tallied AFTER INSERT ON review_assignments
    FOR EACH ROW WHEN (NEW.state = 'assigned') EXECUTE FUNCTION tally_assignment();
CREATE TRIGGER an_end_of_an_assignment_is_tallied AFTER UPDATE ON review_assignments
    FOR EACH ROW WHEN (OLD.state = 'assigned' AND NEW.state <> 'assigned') EXECUTE FUNCTION tally_assignment();

CREATE FUNCTION tally_review() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    UPDATE review_tallies SET submitted = submitted + CASE WHEN NEW.submitted_at IS NULL THEN -1 ELSE 1 END
    WHERE tenant_id = NEW.tenant_id AND round_id = NEW.round_id AND application_id = NEW.application_id;
    RETURN NULL;
END $$;
CREATE TRIGGER a_submitted_review_is_tallied AFTER INSERT ON reviews
    FOR EACH ROW WHEN (NEW.submitted_at IS NOT NULL) EXECUTE FUNCTION tally_review();
CREATE TRIGGER a_change_of_submission_is_tallied AFTER UPDATE ON reviews
    FOR EACH ROW WHEN ((OLD.submitted_at IS NULL) <> (NEW.submitted_at IS NULL)) EXECUTE FUNCTION tally_review();

-- As it was, but the assignment is held as it is until the review is written: ended meanwhile, it would be tallied as not
-- submitted, and the review after it as if the assignment stood.
CREATE OR REPLACE FUNCTION check_review_is_open() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    PERFORM FROM review_assignments AS s
    JOIN review_rounds AS r ON r.tenant_id = s.tenant_id AND r.id = s.round_id
    WHERE s.tenant_id = NEW.tenant_id AND s.id = NEW.assignment_id AND s.state = 'assigned' AND r.closed_at IS NULL
    FOR SHARE OF s;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'reviews_are_written_while_assigned',
            MESSAGE = 'the assignment has ended or the round is closed';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.submitted_at IS NOT NULL AND NEW.submitted_at IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'submitted_reviews_stand',
            MESSAGE = 'a submitted review stands until it is reopened';
    END IF;
    IF NEW.submitted_at IS NOT NULL AND EXISTS (
        SELECT FROM review_criteria AS c
        WHERE c.tenant_id = NEW.tenant_id AND c.round_id = NEW.round_id AND NOT EXISTS (
            SELECT FROM review_scores AS x
            WHERE x.tenant_id = c.tenant_id AND x.assignment_id = NEW.assignment_id AND x.criterion_id = c.id)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'submitted_reviews_score_every_criterion',
            MESSAGE = 'a submitted review scores every criterion';
    END IF;
    RETURN NEW;
END $$;

-- The rounds that ask further questions, one entry a question, with the call: who may not read a question yet is told how many
-- will come, and a function that read them past the walls was asked for every call of every list.
ALTER TABLE calls ADD COLUMN later_rounds integer[] NOT NULL DEFAULT '{}';
UPDATE calls AS c SET later_rounds = q.rounds
FROM (SELECT tenant_id, call_id, array_agg(from_round ORDER BY from_round) AS rounds
      FROM call_questions WHERE from_round IS NOT NULL GROUP BY tenant_id, call_id) AS q
WHERE c.tenant_id = q.tenant_id AND c.id = q.call_id;
DROP FUNCTION later_rounds(uuid, uuid);

CREATE FUNCTION keep_later_rounds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE calls AS c SET later_rounds = ARRAY(
        SELECT q.from_round FROM call_questions AS q
        WHERE q.tenant_id = c.tenant_id AND q.call_id = c.id AND q.from_round IS NOT NULL ORDER BY q.from_round)
    WHERE c.tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id) AND c.id = coalesce(NEW.call_id, OLD.call_id);
    RETURN NULL;
END $$;
CREATE TRIGGER a_call_knows_its_later_rounds AFTER INSERT ON call_questions
    FOR EACH ROW WHEN (NEW.from_round IS NOT NULL) EXECUTE FUNCTION keep_later_rounds();
CREATE TRIGGER a_call_knows_its_changed_rounds AFTER UPDATE ON call_questions
    FOR EACH ROW WHEN (OLD.from_round IS DISTINCT FROM NEW.from_round) EXECUTE FUNCTION keep_later_rounds();
CREATE TRIGGER a_call_forgets_its_later_rounds AFTER DELETE ON call_questions
    FOR EACH ROW WHEN (OLD.from_round IS NOT NULL) EXECUTE FUNCTION keep_later_rounds();

-- What is too near to somebody is asked by the policies of every table of reviews, several times in each list of a reviewer's.
-- As it was, but for the condition of colleagues.
CREATE OR REPLACE VIEW conflicts_of_interest WITH (security_invoker = true) AS
    SELECT m.tenant_id, m.person_id, m.institution_id AS startup_id, 'founder' AS kind, NULL::uuid AS through
    FROM memberships AS m WHERE m.role = 'founder'
    UNION ALL
    SELECT e.tenant_id, e.mentor_id, e.startup_id, 'mentor', NULL
    FROM enrolments AS e WHERE e.mentor_id IS NOT NULL
    UNION ALL
    SELECT h.tenant_id, h.person_id, h.startup_id, 'shareholder', NULL
    FROM startup_holders AS h WHERE h.person_id IS NOT NULL
    UNION ALL
    SELECT h.tenant_id, m.person_id, h.startup_id, 'shareholder', h.institution_id
    FROM startup_holders AS h
    JOIN memberships AS m ON m.tenant_id = h.tenant_id AND m.institution_id = h.institution_id
    WHERE m.institution_id <> m.tenant_id
    UNION ALL
    SELECT i.tenant_id, m.person_id, i.startup_id, 'investor', i.investor_id
    FROM investments AS i
    JOIN memberships AS m ON m.tenant_id = i.tenant_id AND m.institution_id = i.investor_id
    WHERE m.institution_id <> m.tenant_id
    UNION ALL
    SELECT w.tenant_id, m.person_id, w.startup_id, 'considering', l.investor_id
    FROM shortlist_answers AS w
    JOIN shortlists AS l ON l.tenant_id = w.tenant_id AND l.id = w.shortlist_id
    JOIN memberships AS m ON m.tenant_id = l.tenant_id AND m.institution_id = l.investor_id
    WHERE w.answer = 'interested' AND m.institution_id <> m.tenant_id
    UNION ALL
    -- A founder who sits elsewhere, too, and those who sit there beside them.
    SELECT f.tenant_id, m.person_id, f.institution_id, 'colleague', m.institution_id
    FROM memberships AS f
    JOIN memberships AS o ON o.tenant_id = f.tenant_id AND o.person_id = f.person_id
    JOIN memberships AS m ON m.tenant_id = o.tenant_id AND m.institution_id = o.institution_id
    WHERE f.role = 'founder' AND o.institution_id <> f.institution_id AND m.person_id <> f.person_id
      -- Said of each seat, so that whoever sits in the park is not compared with all who do.
      AND o.institution_id <> o.tenant_id AND m.institution_id <> m.tenant_id
    UNION ALL
    SELECT f.tenant_id, m.person_id, f.institution_id, 'email_domain', NULL
    FROM memberships AS f
    JOIN people AS founder ON founder.id = f.person_id
    JOIN people AS reader ON reader.organisation = founder.organisation AND reader.id <> founder.id
    JOIN memberships AS m ON m.tenant_id = f.tenant_id AND m.person_id = reader.id
    WHERE f.role = 'founder'
    UNION ALL
    SELECT s.tenant_id, m.person_id, s.id, 'email_domain', NULL
    FROM institutions AS s
    JOIN people AS reader ON reader.organisation = s.site
    JOIN memberships AS m ON m.tenant_id = s.tenant_id AND m.person_id = reader.id
    WHERE s.kind = 'startup'
    UNION ALL
    SELECT d.tenant_id, d.person_id, d.startup_id, 'declared', NULL
    FROM conflict_declarations AS d WHERE d.startup_id IS NOT NULL AND d.lifted_at IS NULL
    UNION ALL
    SELECT d.tenant_id, d.person_id, a.startup_id, 'declared', NULL
    FROM conflict_declarations AS d
    JOIN applications AS a ON a.tenant_id = d.tenant_id AND a.id = d.application_id
    WHERE d.lifted_at IS NULL;

-- A question for each role: what cannot be in the answer is then not looked for.
CREATE OR REPLACE FUNCTION startups_too_near(role text, person uuid) RETURNS uuid[] LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF role = 'reviewer' THEN
        RETURN coalesce((SELECT array_agg(DISTINCT c.startup_id) FROM conflicts_of_interest AS c
                         WHERE c.tenant_id = acting_tenant() AND c.person_id = person), '{}');
    ELSIF role = 'manager' THEN
        RETURN coalesce((SELECT array_agg(DISTINCT c.startup_id) FROM conflicts_of_interest AS c
                         WHERE c.tenant_id = acting_tenant() AND c.person_id = person
                           AND c.kind IN ('founder', 'shareholder')), '{}');
    END IF;
    RETURN '{}';
END $$;
CREATE OR REPLACE FUNCTION applications_too_near(role text, person uuid) RETURNS uuid[] LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE startups uuid[] := startups_too_near(role, person);
BEGIN
    IF startups = '{}' THEN
        RETURN '{}';
    END IF;
    RETURN coalesce((SELECT array_agg(a.id) FROM applications AS a
                     WHERE a.tenant_id = acting_tenant() AND a.startup_id = ANY (startups)), '{}');
END $$;

-- PostgreSQL asks the policies of a table one after another, the last by name first, until one of them lets a row pass. Those
-- that only look at who acts are now named so that they are asked before those that look into other tables: a manager's list
-- asked for each question of each application whether its call was published.
DO $$
DECLARE policy record;
BEGIN
    FOR policy IN
        SELECT tablename, policyname FROM pg_policies
        WHERE schemaname = 'public' AND permissive = 'PERMISSIVE' AND policyname LIKE 'managers\_%'
          AND qual = 'acts_as(VARIADIC ARRAY[''manager''::text])'
    LOOP
        EXECUTE format('ALTER POLICY %I ON %I RENAME TO %I', policy.policyname, policy.tablename, 'the_' || policy.policyname);
    END LOOP;
END $$;

-- The trail of a workspace in its order.
CREATE INDEX audit_events_of_a_tenant ON audit_events (tenant_id, seq);
