-- What stands between a reviewer and a startup is asked several times by each list a reviewer opens. It read every founder of
-- the workspace, because what a function computes of a row behind a policy cannot be looked up in an index: the function might
-- tell what the policy hides. A stored column can.

ALTER TABLE people ADD COLUMN organisation text GENERATED ALWAYS AS (organisation_of(email)) STORED;
ALTER TABLE institutions ADD COLUMN site text GENERATED ALWAYS AS (site_of(website)) STORED;
DROP INDEX people_of_an_organisation;
CREATE INDEX people_of_an_organisation ON people (organisation) WHERE organisation IS NOT NULL;
CREATE INDEX institutions_of_a_site ON institutions (tenant_id, site) WHERE site IS NOT NULL;
-- All seats of a person, those that have ended among them: former relations count.
CREATE INDEX memberships_of_a_person ON memberships (person_id, tenant_id);
CREATE INDEX enrolments_of_a_mentor ON enrolments (tenant_id, mentor_id) WHERE mentor_id IS NOT NULL;

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
    WHERE f.role = 'founder' AND o.institution_id NOT IN (f.institution_id, f.tenant_id) AND m.person_id <> f.person_id
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
