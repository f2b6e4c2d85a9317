-- Whom an application names among its people, by address, has a part in it and does not judge it: an adviser, or a co-founder
-- who has no seat here. Kept apart from the answers, so that it can be looked up by the address.
CREATE TABLE application_people (
    tenant_id      uuid NOT NULL,
    application_id uuid NOT NULL,
    question_id    uuid NOT NULL,
    email          text NOT NULL,
    PRIMARY KEY (tenant_id, application_id, question_id, email),
    FOREIGN KEY (tenant_id, application_id, question_id)
        REFERENCES application_answers (tenant_id, application_id, question_id) ON DELETE CASCADE
);
CREATE INDEX application_people_of_an_address ON application_people (tenant_id, email);

CALL wall_table('application_people');
-- The trail of the answers tells who named people and when; a second one would tell whom a draft names.
DROP TRIGGER audit_inserted ON application_people;
DROP TRIGGER audit_changed ON application_people;

-- Managers read it as they read the answers: once handed in, and not while it is open again.
CREATE POLICY managers_read_whom_applications_name ON application_people FOR SELECT
    USING (acts_as('manager') AND EXISTS (
            SELECT FROM applications AS a
            WHERE a.tenant_id = application_people.tenant_id AND a.id = application_id AND a.submitted_at IS NOT NULL)
        AND NOT is_reopened(tenant_id, application_id, question_id));

-- The addresses in an answer about people. A draft takes anything: what cannot be read names nobody.
CREATE FUNCTION addresses_named_in(answer text) RETURNS SETOF text LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN QUERY
    SELECT DISTINCT lower(btrim(named ->> 'email')) FROM jsonb_array_elements(answer::jsonb) AS named
    WHERE named ->> 'email' LIKE '%_@_%' AND length(named ->> 'email') <= 254;
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
    RETURN;
END $$;

CREATE FUNCTION name_people() RETURNS trigger LANGUAGE plpgsql SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM call_questions AS q
                   WHERE q.tenant_id = NEW.tenant_id AND q.call_id = NEW.call_id AND q.id = NEW.question_id
                     AND q.kind = 'people') THEN
        RETURN NULL;
    END IF;
    DELETE FROM application_people AS n
    WHERE n.tenant_id = NEW.tenant_id AND n.application_id = NEW.application_id AND n.question_id = NEW.question_id;
    INSERT INTO application_people (tenant_id, application_id, question_id, email)
    SELECT NEW.tenant_id, NEW.application_id, NEW.question_id, named FROM addresses_named_in(NEW.text) AS named;
    PERFORM end_conflicted_assignments(
        NEW.tenant_id, NULL,
        (SELECT a.startup_id FROM applications AS a
         WHERE a.tenant_id = NEW.tenant_id AND a.id = NEW.application_id AND a.submitted_at IS NOT NULL));
    RETURN NULL;
END $$;
CREATE TRIGGER people_named_may_be_a_conflict AFTER INSERT OR UPDATE OF text ON application_answers
    FOR EACH ROW EXECUTE FUNCTION name_people();

-- What a draft names is nobody's business yet; once it is handed in, another application of the startup may be with somebody
-- whom this one names.
CREATE TRIGGER a_submission_may_be_a_conflict AFTER UPDATE OF submitted_at ON applications
    FOR EACH ROW WHEN (NEW.submitted_at IS NOT NULL AND OLD.submitted_at IS NULL) EXECUTE FUNCTION startup_may_conflict();

-- As it was, and whom applications name that stand. Not their organisations: a founder writes what they like, and would keep
-- a whole university from judging by one address.
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
    WHERE d.lifted_at IS NULL
    UNION ALL
    SELECT n.tenant_id, m.person_id, a.startup_id, 'named', NULL
    FROM application_people AS n
    JOIN applications AS a ON a.tenant_id = n.tenant_id AND a.id = n.application_id AND a.submitted_at IS NOT NULL
        AND a.withdrawn_at IS NULL
    JOIN people AS reader ON reader.email = n.email
    JOIN memberships AS m ON m.tenant_id = n.tenant_id AND m.person_id = reader.id;

-- What was handed in before; and what is with a reviewer today whom its application names is taken from them.
DO $$
DECLARE park uuid;
BEGIN
    PERFORM set_config('trellis.role', 'operator', true);
    FOR park IN SELECT id FROM tenants LOOP
        PERFORM set_config('trellis.tenant', park::text, true), set_config('trellis.role', 'system', true);
        INSERT INTO application_people (tenant_id, application_id, question_id, email)
        SELECT w.tenant_id, w.application_id, w.question_id, named
        FROM application_answers AS w
        JOIN call_questions AS q ON q.tenant_id = w.tenant_id AND q.call_id = w.call_id AND q.id = w.question_id
        CROSS JOIN addresses_named_in(w.text) AS named
        WHERE w.tenant_id = park AND q.kind = 'people';
        PERFORM end_conflicted_assignments(park, NULL, a.startup_id)
        FROM application_people AS n
        JOIN applications AS a ON a.tenant_id = n.tenant_id AND a.id = n.application_id
        WHERE n.tenant_id = park AND a.submitted_at IS NOT NULL;
        PERFORM set_config('trellis.role', 'operator', true);
    END LOOP;
    PERFORM set_config('trellis.tenant', '', true), set_config('trellis.role', '', true);
END $$;
