-- Who has said that they would put money into a startup does not judge it, nor does anybody of their firm.

-- What a firm has said it would put money into and has not taken back itself, also where its day has passed. What the startup
-- let go counts for good: it is over, and nobody takes back what is over. Without what the firm is interested in on a shortlist, which says the same. As a function, so that the policies of
-- indications are in no other statement's plan.
CREATE FUNCTION startups_indicated_by(tenant uuid, firm uuid) RETURNS TABLE (startup_id uuid) LANGUAGE plpgsql STABLE ROWS 1
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN QUERY
        SELECT DISTINCT r.startup_id
        FROM round_indications AS n
        JOIN funding_rounds AS r ON r.tenant_id = n.tenant_id AND r.id = n.round_id
        WHERE n.tenant_id = tenant AND n.investor_id = firm
          -- One that was replaced is said by the one that replaced it.
          AND (n.ending IS NULL OR n.ending = 'released')
          AND NOT EXISTS (
              SELECT FROM shortlist_answers AS w
              JOIN shortlists AS l ON l.tenant_id = w.tenant_id AND l.id = w.shortlist_id
              WHERE w.tenant_id = n.tenant_id AND w.startup_id = r.startup_id AND w.answer = 'interested'
                AND l.investor_id = firm);
END $$;
-- Managers are told number and sum of what is indicated (`tally_of_round`), and of a firm whose people would judge no more
-- than that it is interested. Nobody else who asks is told.
CREATE FUNCTION startups_wanted_by(tenant uuid, firm uuid) RETURNS TABLE (startup_id uuid) LANGUAGE plpgsql STABLE ROWS 1 AS $$
BEGIN
    -- Or the owner, who checks the data of all workspaces.
    IF acts_as('manager', 'system') OR current_user <> 'trellis_app' THEN
        RETURN QUERY SELECT s.startup_id FROM startups_indicated_by(tenant, firm) AS s;
    END IF;
END $$;
REVOKE ALL ON FUNCTION startups_indicated_by(uuid, uuid), startups_wanted_by(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION startups_indicated_by(uuid, uuid), startups_wanted_by(uuid, uuid) TO trellis_app;

-- As it was; and which firms have indicated money.
CREATE OR REPLACE VIEW conflicts_of_interest WITH (security_invoker = true) AS
    SELECT m.tenant_id, m.person_id, m.institution_id AS startup_id, 'founder' AS kind, NULL::uuid AS through,
           NULL::uuid AS application_id
    FROM memberships AS m WHERE m.role = 'founder'
    UNION ALL
    SELECT e.tenant_id, e.mentor_id, e.startup_id, 'mentor', NULL, NULL
    FROM enrolments AS e WHERE e.mentor_id IS NOT NULL
    UNION ALL
    SELECT h.tenant_id, h.person_id, h.startup_id, 'shareholder', NULL, NULL
    FROM startup_holders AS h WHERE h.person_id IS NOT NULL
    UNION ALL
    SELECT h.tenant_id, m.person_id, h.startup_id, 'shareholder', h.institution_id, NULL
    FROM startup_holders AS h
    JOIN memberships AS m ON m.tenant_id = h.tenant_id AND m.institution_id = h.institution_id
    WHERE m.institution_id <> m.tenant_id
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
           WHERE r.tenant_id = n.tenant_id AND r.application_id = n.application_id AND r.person_id = reader.id);

-- An indication that ends comes between nobody.
CREATE FUNCTION indication_may_conflict() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    PERFORM end_conflicted_assignments(r.tenant_id, NULL, r.startup_id) FROM funding_rounds AS r
    WHERE r.tenant_id = NEW.tenant_id AND r.id = NEW.round_id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION indication_may_conflict() FROM PUBLIC;
CREATE TRIGGER an_indication_may_be_a_conflict AFTER INSERT ON round_indications
    FOR EACH ROW EXECUTE FUNCTION indication_may_conflict();

-- What was indicated before.
DO $$
DECLARE park uuid;
BEGIN
    PERFORM set_config('trellis.role', 'operator', true);
    FOR park IN SELECT id FROM tenants LOOP
        PERFORM set_config('trellis.tenant', park::text, true), set_config('trellis.role', 'system', true);
        PERFORM end_conflicted_assignments(park, NULL, s.startup_id)
        FROM (SELECT DISTINCT r.startup_id FROM round_indications AS n
              JOIN funding_rounds AS r ON r.tenant_id = n.tenant_id AND r.id = n.round_id
              WHERE n.tenant_id = park) AS s;
        PERFORM set_config('trellis.role', 'operator', true);
    END LOOP;
    PERFORM set_config('trellis.tenant', '', true), set_config('trellis.role', '', true);
END $$;
