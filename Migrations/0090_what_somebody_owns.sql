-- A manager's every page asks, in policies and in queries, which startups are their own. It was asked of all conflicts: of
-- fourteen kinds two were wanted, and to set up the others took five times as long as to look.

-- Whose startup is whose: by a founder's seat, present or past, or by a share, held by the person or by whom they sit for.
CREATE VIEW own_startups WITH (security_invoker = true) AS
    SELECT m.tenant_id, m.person_id, m.institution_id AS startup_id, 'founder' AS kind, NULL::uuid AS through
    FROM memberships AS m WHERE m.role = 'founder'
    UNION ALL
    SELECT h.tenant_id, h.person_id, h.startup_id, 'shareholder', NULL
    FROM startup_holders AS h WHERE h.person_id IS NOT NULL
    UNION ALL
    SELECT h.tenant_id, m.person_id, h.startup_id, 'shareholder', h.institution_id
    FROM startup_holders AS h
    JOIN memberships AS m ON m.tenant_id = h.tenant_id AND m.institution_id = h.institution_id
    WHERE m.institution_id <> m.tenant_id;
GRANT SELECT ON own_startups TO trellis_app;

-- As it was; what somebody owns is said above.
CREATE OR REPLACE VIEW conflicts_of_interest WITH (security_invoker = true) AS
    SELECT o.tenant_id, o.person_id, o.startup_id, o.kind, o.through, NULL::uuid AS application_id
    FROM own_startups AS o
    UNION ALL
    SELECT e.tenant_id, e.mentor_id, e.startup_id, 'mentor', NULL, NULL
    FROM enrolments AS e WHERE e.mentor_id IS NOT NULL
    UNION ALL
    SELECT i.tenant_id, m.person_id, i.startup_id, 'investor', i.investor_id, NULL
    FROM investments AS i
    JOIN memberships AS m ON m.tenant_id = i.tenant_id AND m.institution_id = i.investor_id
    WHERE m.institution_id <> m.tenant_id
    UNION ALL
    SELECT w.tenant_id, m.person_id, w.startup_id, 'considering', l.investor_id, NULL
    FROM shortlist_answers AS w
    JOIN shortlists AS l ON l.tenant_id = w.tenant_id AND l.id = w.shortlist_id
    JOIN memberships AS m ON m.tenant_id = l.tenant_id AND m.institution_id = l.investor_id
    WHERE w.answer = 'interested' AND m.institution_id <> m.tenant_id
    UNION ALL
    -- Asked of each seat: a person's are few.
    SELECT m.tenant_id, m.person_id, w.startup_id, 'considering', m.institution_id, NULL
    FROM memberships AS m CROSS JOIN LATERAL startups_wanted_by(m.tenant_id, m.institution_id) AS w
    WHERE m.institution_id <> m.tenant_id AND m.role <> 'founder'
    UNION ALL
    -- A founder who sits elsewhere, too, and those who sit there beside them.
    SELECT f.tenant_id, m.person_id, f.institution_id, 'colleague', m.institution_id, NULL
    FROM memberships AS f
    JOIN memberships AS o ON o.tenant_id = f.tenant_id AND o.person_id = f.person_id
    JOIN memberships AS m ON m.tenant_id = o.tenant_id AND m.institution_id = o.institution_id
    WHERE f.role = 'founder' AND o.institution_id <> f.institution_id AND m.person_id <> f.person_id
      -- Said of each seat, so that whoever sits in the park is not compared with all who do.
      AND o.institution_id <> o.tenant_id AND m.institution_id <> m.tenant_id
    UNION ALL
    SELECT f.tenant_id, m.person_id, f.institution_id, 'email_domain', NULL, NULL
    FROM memberships AS f
    JOIN people AS founder ON founder.id = f.person_id
    JOIN people AS reader ON reader.organisation = founder.organisation AND reader.id <> founder.id
    JOIN memberships AS m ON m.tenant_id = f.tenant_id AND m.person_id = reader.id
    WHERE f.role = 'founder' AND NOT is_public_mail(reader.organisation)
    UNION ALL
    SELECT s.tenant_id, m.person_id, s.id, 'email_domain', NULL, NULL
    FROM institutions AS s
    JOIN people AS reader ON reader.organisation = s.known_site
    JOIN memberships AS m ON m.tenant_id = s.tenant_id AND m.person_id = reader.id
    WHERE s.kind = 'startup' AND site_is_its_own(s)
    UNION ALL
    SELECT d.tenant_id, d.person_id, d.startup_id, 'declared', NULL, NULL
    FROM conflict_declarations AS d WHERE d.startup_id IS NOT NULL AND d.lifted_at IS NULL
    UNION ALL
    SELECT d.tenant_id, d.person_id, a.startup_id, 'declared', NULL, NULL
    FROM conflict_declarations AS d
    JOIN applications AS a ON a.tenant_id = d.tenant_id AND a.id = d.application_id
    WHERE d.lifted_at IS NULL
    UNION ALL
    SELECT n.tenant_id, m.person_id, a.startup_id, 'named', NULL, n.application_id
    FROM application_people AS n
    JOIN applications AS a ON a.tenant_id = n.tenant_id AND a.id = n.application_id AND a.submitted_at IS NOT NULL
        AND a.withdrawn_at IS NULL
    JOIN people AS reader ON reader.email = n.email
    JOIN memberships AS m ON m.tenant_id = n.tenant_id AND m.person_id = reader.id
    WHERE (SELECT count(*) % 2 = 0 FROM conflict_rulings AS r
           WHERE r.tenant_id = n.tenant_id AND r.application_id = n.application_id AND r.person_id = reader.id)
    UNION ALL
    -- Asked of each person once, whatever their seats.
    SELECT m.tenant_id, m.person_id, w.startup_id, 'rival', NULL, NULL
    FROM (SELECT DISTINCT tenant_id, person_id FROM memberships) AS m
    CROSS JOIN LATERAL rivals_of(m.tenant_id, m.person_id) AS w;

-- As they were; a manager who owns nothing, as nearly all, has no applications looked through.
CREATE OR REPLACE FUNCTION startups_too_near(role text, person uuid) RETURNS uuid[] LANGUAGE plpgsql STABLE
SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF role = 'reviewer' THEN
        RETURN coalesce((SELECT array_agg(DISTINCT c.startup_id) FROM conflicts_of_interest AS c
                         WHERE c.tenant_id = acting_tenant() AND c.person_id = person), '{}');
    ELSIF role = 'manager' THEN
        RETURN coalesce((SELECT array_agg(DISTINCT o.startup_id) FROM own_startups AS o
                         WHERE o.tenant_id = acting_tenant() AND o.person_id = person), '{}');
    END IF;
    RETURN '{}';
END $$;

CREATE OR REPLACE FUNCTION calls_too_near(role text, person uuid) RETURNS uuid[] LANGUAGE plpgsql STABLE
SET search_path = public SET trellis.role = 'system' AS $$
DECLARE startups uuid[];
BEGIN
    IF role IS DISTINCT FROM 'manager' THEN
        RETURN '{}';
    END IF;
    startups := startups_too_near(role, person);
    IF startups = '{}' THEN
        RETURN '{}';
    END IF;
    RETURN coalesce((SELECT array_agg(DISTINCT a.call_id) FROM applications AS a
                     WHERE a.tenant_id = acting_tenant() AND a.startup_id = ANY (startups)), '{}');
END $$;
