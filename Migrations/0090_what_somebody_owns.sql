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

-- As it was, partner by partner: most batches are the park's alone, and what looks further is not even planned for them.
CREATE OR REPLACE FUNCTION partners_of_batch(batch uuid)
    RETURNS TABLE (institution_id uuid, co_decides boolean, streams uuid[], version bytea, decisions bigint,
                   opinion_id uuid, is_current boolean)
    LANGUAGE plpgsql STABLE ROWS 2 AS $$
#variable_conflict use_column
DECLARE
    s record;
BEGIN
    FOR s IN
        SELECT p.institution_id, bool_or(p.co_decides) AS co_decides, array_agg(p.stream_id ORDER BY p.stream_id) AS streams
        FROM decision_batches AS b
        JOIN tenants AS t ON t.id = b.tenant_id
        JOIN calls AS c ON c.tenant_id = b.tenant_id AND c.id = b.call_id
        JOIN stream_partners AS p ON p.tenant_id = c.tenant_id AND (p.co_decides OR p.recommends)
            AND p.stream_id IN (SELECT streams_of_call(c.tenant_id, c.id, c.stream_id))
        WHERE b.tenant_id = acting_tenant() AND b.id = batch
          AND agreement_holds(p.tenant_id, p.mou_id, p.institution_id, (now() AT TIME ZONE t.time_zone)::date)
        GROUP BY p.institution_id
    LOOP
        RETURN QUERY
            SELECT s.institution_id, s.co_decides, s.streams, v.version, n.decisions, o.id,
                   coalesce(o.version = v.version, false)
            FROM (SELECT batch_version(batch, s.streams) AS version) AS v
            CROSS JOIN LATERAL (SELECT count(*) AS decisions FROM decisions_in_streams(batch, s.streams)) AS n
            LEFT JOIN LATERAL (
                SELECT o.id, o.version FROM batch_opinions AS o
                WHERE o.tenant_id = acting_tenant() AND o.batch_id = batch AND o.institution_id = s.institution_id
                ORDER BY o.given_at DESC, o.id LIMIT 1) AS o ON true
            WHERE n.decisions > 0;
    END LOOP;
END $$;
