-- Who has a part in an application of a call does not judge those it stands against.

-- What has been handed in and has not ended, one way or another.
CREATE FUNCTION is_in_the_running(state text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN state IN ('submitted', 'changes_requested', 'in_review', 'shortlisted', 'interview', 'offered', 'waitlisted');

-- As it was; but what it looks up is to be had by no other way. Of the role that asks, since the current user is now the owner.
CREATE OR REPLACE FUNCTION startups_wanted_by(tenant uuid, firm uuid) RETURNS TABLE (startup_id uuid) LANGUAGE plpgsql
    STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
BEGIN
    -- Of the own workspace: no row-level security says so again where the owner is above it. Or the owner, who checks the data
    -- of all workspaces.
    IF acts_as('manager', 'system') AND tenant = acting_tenant()
       OR coalesce(nullif(current_setting('role'), 'none'), session_user) <> 'trellis_app' THEN
        RETURN QUERY SELECT s.startup_id FROM startups_indicated_by(tenant, firm) AS s;
    END IF;
END $$;
REVOKE EXECUTE ON FUNCTION startups_indicated_by(uuid, uuid) FROM trellis_app;

-- The startups against which somebody's own applications stand in a call: those of a startup they sit in, or sat in when it
-- handed in. Not those that only name them: an applicant would take any judge from the whole call by an address. As far as
-- whoever asks may read all this. As a function, so that the policies of applications are in no other statement's plan.
CREATE FUNCTION rivals_of(tenant uuid, person uuid) RETURNS TABLE (startup_id uuid) LANGUAGE plpgsql STABLE ROWS 10 AS $$
BEGIN
    -- Most who are asked about have no part in anything: what looks further is not even planned for them.
    IF NOT EXISTS (SELECT FROM memberships AS m
                   WHERE m.tenant_id = tenant AND m.person_id = person AND m.role = 'founder') THEN
        RETURN;
    END IF;
    RETURN QUERY
        WITH own AS MATERIALIZED (
            SELECT a.call_id, a.startup_id
            FROM memberships AS m
            JOIN applications AS a ON a.tenant_id = m.tenant_id AND a.startup_id = m.institution_id
                AND is_in_the_running(a.state)
            WHERE m.tenant_id = tenant AND m.person_id = person AND m.role = 'founder'
              AND (m.ended_at IS NULL OR m.ended_at > a.submitted_at)
        )
        SELECT DISTINCT a.startup_id
        FROM own
        JOIN applications AS a ON a.tenant_id = tenant AND a.call_id = own.call_id AND a.startup_id <> own.startup_id
            AND is_in_the_running(a.state);
END $$;
REVOKE ALL ON FUNCTION is_in_the_running(text), rivals_of(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_in_the_running(text), rivals_of(uuid, uuid) TO trellis_app;

-- As it was; and who has a part in an application that stands against one of the startup's. By which, it does not say: the
-- person's other conflicts tell whoever may know.
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
           WHERE r.tenant_id = n.tenant_id AND r.application_id = n.application_id AND r.person_id = reader.id)
    UNION ALL
    -- Asked of each person once, whatever their seats.
    SELECT m.tenant_id, m.person_id, w.startup_id, 'rival', NULL, NULL
    FROM (SELECT DISTINCT tenant_id, person_id FROM memberships) AS m
    CROSS JOIN LATERAL rivals_of(m.tenant_id, m.person_id) AS w;

-- What was handed in before its writer had a part in another application stays and counts, as where an application names
-- them: founders would choose among their rivals' reviews by handing in.
CREATE OR REPLACE FUNCTION conflict_ends(assignment uuid, person uuid, startup uuid) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM conflicts_of_interest AS c
        WHERE c.tenant_id = acting_tenant() AND c.person_id = person AND c.startup_id = startup
          AND (c.kind NOT IN ('named', 'rival') OR NOT EXISTS (
              SELECT FROM reviews AS w
              WHERE w.tenant_id = acting_tenant() AND w.assignment_id = assignment AND w.submitted_at IS NOT NULL)));
END $$;

-- What is with any of some people, of whichever startup. What is being assigned to them is waited for (`check_assignment`
-- locks the same rows), or will find what has become of them. A review that is being handed in is waited for, and stays.
CREATE FUNCTION end_assignments_of(tenant uuid, people uuid[]) RETURNS void LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE judges uuid[];
BEGIN
    PERFORM FROM panel_members AS p
    WHERE p.tenant_id = tenant AND p.person_id = ANY (people) ORDER BY p.round_id, p.person_id FOR UPDATE;
    judges := ARRAY(SELECT DISTINCT s.person_id FROM review_assignments AS s
                    WHERE s.tenant_id = tenant AND s.person_id = ANY (people) AND s.state = 'assigned');
    IF judges <> '{}' THEN
        PERFORM FROM review_assignments AS s
        WHERE s.tenant_id = tenant AND s.person_id = ANY (judges) AND s.state = 'assigned' ORDER BY s.id FOR UPDATE;
        PERFORM end_conflicted_assignments(tenant, judge, NULL) FROM unnest(judges) AS judge;
    END IF;
END $$;
-- Handed in, or taken up again after it had ended.
CREATE FUNCTION running_may_conflict() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    PERFORM end_named_assignments(NEW.tenant_id, NEW.startup_id);
    PERFORM end_assignments_of(NEW.tenant_id, ARRAY(
        SELECT m.person_id FROM memberships AS m
        WHERE m.tenant_id = NEW.tenant_id AND m.institution_id = NEW.startup_id AND m.role = 'founder'));
    RETURN NULL;
END $$;
CREATE TRIGGER who_runs_may_be_a_rival AFTER UPDATE OF state ON applications
    FOR EACH ROW WHEN (is_in_the_running(NEW.state) AND NOT is_in_the_running(OLD.state))
    EXECUTE FUNCTION running_may_conflict();
REVOKE ALL ON FUNCTION end_assignments_of(uuid, uuid[]), running_may_conflict() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION end_assignments_of(uuid, uuid[]) TO trellis_app;

-- Who judges today what stands against an application of their own.
DO $$
DECLARE park uuid;
BEGIN
    PERFORM set_config('trellis.role', 'operator', true);
    FOR park IN SELECT id FROM tenants LOOP
        PERFORM set_config('trellis.tenant', park::text, true), set_config('trellis.role', 'system', true);
        PERFORM end_assignments_of(park, ARRAY(
            SELECT DISTINCT s.person_id FROM review_assignments AS s WHERE s.tenant_id = park AND s.state = 'assigned'));
        PERFORM set_config('trellis.role', 'operator', true);
    END LOOP;
    PERFORM set_config('trellis.tenant', '', true), set_config('trellis.role', '', true);
END $$;
