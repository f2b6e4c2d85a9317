-- What might be funded twice, told of many applications at once, so that lists and batches can count it; and people whom the
-- applications of two startups name.

-- What is compared stands in columns of its own: behind policies an index on an expression is not used. No two things that
-- agree in so many characters differ, and an index holds no more.
CREATE FUNCTION spelling_of(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN nullif(left(lower(regexp_replace(btrim(words), '\s+', ' ', 'g')), 300), '');
ALTER TABLE startup_holders ADD COLUMN spelling text GENERATED ALWAYS AS (spelling_of(name)) STORED;
ALTER TABLE application_facts
    ADD COLUMN project text GENERATED ALWAYS AS (spelling_of(facts -> 'project' ->> 'text')) STORED;
ALTER TABLE institution_identifiers ADD COLUMN digits text
    GENERATED ALWAYS AS (nullif(upper(regexp_replace(value, '[^0-9A-Za-z]', '', 'g')), '')) STORED;
CREATE INDEX holdings_by_spelling ON startup_holders (tenant_id, spelling);
CREATE INDEX facts_of_a_project ON application_facts (tenant_id, project) WHERE project IS NOT NULL;
CREATE INDEX identifiers_by_digits ON institution_identifiers (tenant_id, digits);

-- What each of the applications asked for has in common with others that may be funded, with the last word on the two. A word
-- on one of them is on both. For managers, and nothing that is their own; nothing of what is open again, which they do not
-- read. Who asks is an argument, as of `startups_too_near`. A domain or an address that half the workspace shares is told of
-- some fifty others, so that it does not compare all with all: the same ones with every call, of those that may be funded.
-- So it may be told of one of two only; once somebody has judged the two, it is told of both.
CREATE FUNCTION funding_overlaps(ids uuid[], role text, person uuid)
    RETURNS TABLE (application_id uuid, other_id uuid, kind text, detail text, share integer, verdict_id uuid)
    LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system' AS $$
#variable_conflict use_column
DECLARE near uuid[];
BEGIN
    IF coalesce(role, '') NOT IN ('manager', 'system') THEN
        RETURN;
    END IF;
    near := startups_too_near(role, person);
    RETURN QUERY
    WITH ours AS MATERIALIZED (
        SELECT a.id, a.startup_id, a.state FROM applications AS a
        WHERE a.tenant_id = acting_tenant() AND a.id = ANY (ids) AND a.submitted_at IS NOT NULL
          AND a.startup_id <> ALL (near)
    ), startups AS MATERIALIZED (
        SELECT DISTINCT q.startup_id AS id FROM ours AS q
    ), founders AS MATERIALIZED (
        SELECT DISTINCT q.id AS startup_id, m.person_id, p.name, p.email, p.organisation
        FROM startups AS q
        JOIN memberships AS m ON m.tenant_id = acting_tenant() AND m.institution_id = q.id AND m.role = 'founder'
        JOIN people AS p ON p.id = m.person_id
    ), seats AS MATERIALIZED (
        SELECT f.startup_id, m.institution_id AS other_id, f.person_id, f.name, f.email
        FROM founders AS f
        JOIN memberships AS m ON m.tenant_id = acting_tenant() AND m.person_id = f.person_id AND m.role = 'founder'
         AND m.institution_id <> f.startup_id
    ), holders AS MATERIALIZED (
        -- From 30 per cent on.
        SELECT h.startup_id, h.name, h.spelling, h.institution_id, h.person_id, h.share
        FROM startups AS q
        JOIN startup_holders AS h ON h.tenant_id = acting_tenant() AND h.startup_id = q.id
        WHERE h.share >= 3000
    ), named AS MATERIALIZED (
        SELECT DISTINCT q.id, q.startup_id, n.email
        FROM ours AS q
        JOIN application_people AS n ON n.tenant_id = acting_tenant() AND n.application_id = q.id
        WHERE q.state <> 'changes_requested' OR NOT is_reopened(n.tenant_id, n.application_id, n.question_id)
    ), domains AS MATERIALIZED (
        SELECT x.startup_id, x.domain
        FROM (SELECT f.startup_id, f.organisation FROM founders AS f
              UNION
              SELECT q.id, i.site FROM startups AS q
              JOIN institutions AS i ON i.tenant_id = acting_tenant() AND i.id = q.id) AS x (startup_id, domain)
        WHERE x.domain <> '' AND NOT is_public_mail(x.domain)
    ), live AS NOT MATERIALIZED (
        SELECT o.id, o.startup_id, o.state FROM applications AS o
        LEFT JOIN enrolments AS e ON e.tenant_id = acting_tenant() AND e.application_id = o.id
        WHERE o.tenant_id = acting_tenant() AND o.submitted_at IS NOT NULL AND o.startup_id <> ALL (near)
          AND o.state NOT IN ('draft', 'ineligible', 'rejected', 'declined', 'withdrawn')
          AND e.graduated_at IS NULL AND e.ended_at IS NULL
    ), judged AS MATERIALIZED (
        SELECT q.id, q.startup_id, o.id AS other_id, o.startup_id AS other_startup_id
        FROM (SELECT q.id, q.startup_id, w.other_id FROM ours AS q
              JOIN funding_overlap_verdicts AS w ON w.tenant_id = acting_tenant() AND w.application_id = q.id
              UNION
              SELECT q.id, q.startup_id, w.application_id FROM ours AS q
              JOIN funding_overlap_verdicts AS w ON w.tenant_id = acting_tenant() AND w.other_id = q.id) AS q
        JOIN live AS o ON o.id = q.other_id
    ), neighbours AS MATERIALIZED (
        -- Once for each domain, however many of those asked for share it.
        SELECT d.domain, m.id
        FROM (SELECT DISTINCT d.domain FROM domains AS d) AS d
        CROSS JOIN LATERAL (
            SELECT s.institution_id AS id FROM people AS p
            JOIN memberships AS s ON s.person_id = p.id AND s.tenant_id = acting_tenant() AND s.role = 'founder'
            WHERE p.organisation = d.domain AND EXISTS (SELECT FROM live AS o WHERE o.startup_id = s.institution_id)
            GROUP BY s.institution_id ORDER BY s.institution_id LIMIT 51) AS m
        UNION
        SELECT d.domain, i.id
        FROM (SELECT DISTINCT d.domain FROM domains AS d) AS d
        CROSS JOIN LATERAL (
            SELECT s.id FROM institutions AS s
            WHERE s.tenant_id = acting_tenant() AND s.site = d.domain
              AND EXISTS (SELECT FROM live AS o WHERE o.startup_id = s.id)
            ORDER BY s.id LIMIT 51) AS i
        UNION
        SELECT d.domain, j.other_startup_id
        FROM judged AS j JOIN domains AS d ON d.startup_id = j.startup_id
        WHERE EXISTS (SELECT FROM institutions AS s
                      WHERE s.tenant_id = acting_tenant() AND s.id = j.other_startup_id AND s.site = d.domain)
           OR EXISTS (SELECT FROM memberships AS s JOIN people AS p ON p.id = s.person_id
                      WHERE s.tenant_id = acting_tenant() AND s.institution_id = j.other_startup_id
                        AND s.role = 'founder' AND p.organisation = d.domain)
    ), related (startup_id, other_id, kind, detail, share) AS (
        SELECT q.id, q.id, 'same_startup'::text, NULL::text, NULL::integer FROM startups AS q
        UNION
        SELECT one.startup_id, two.startup_id, 'common_holder', min(one.name), max(least(one.share, two.share))
        FROM holders AS one
        CROSS JOIN LATERAL (
            SELECT h.startup_id, h.share FROM startup_holders AS h
            WHERE h.tenant_id = acting_tenant() AND h.institution_id = one.institution_id
            UNION
            SELECT h.startup_id, h.share FROM startup_holders AS h
            WHERE h.tenant_id = acting_tenant() AND h.person_id = one.person_id
            UNION
            SELECT h.startup_id, h.share FROM startup_holders AS h
            WHERE h.tenant_id = acting_tenant() AND h.spelling = one.spelling) AS two
        WHERE two.share >= 3000 AND two.startup_id <> one.startup_id
        GROUP BY one.startup_id, two.startup_id, one.spelling
        UNION
        SELECT one.startup_id, one.institution_id, 'common_holder', one.name, one.share
        FROM holders AS one WHERE one.institution_id IS NOT NULL
        UNION
        SELECT q.id, h.startup_id, 'common_holder', h.name, h.share
        FROM startups AS q
        JOIN startup_holders AS h ON h.tenant_id = acting_tenant() AND h.institution_id = q.id
        WHERE h.share >= 3000
        UNION
        SELECT s.startup_id, s.other_id, 'common_founder', s.name, NULL FROM seats AS s
        UNION
        SELECT q.id, two.institution_id, 'same_registration', one.value, NULL
        FROM startups AS q
        JOIN institution_identifiers AS one ON one.tenant_id = acting_tenant() AND one.institution_id = q.id
        JOIN institution_identifiers AS two ON two.tenant_id = acting_tenant() AND two.digits = one.digits
         AND two.institution_id <> q.id
        UNION
        SELECT d.startup_id, m.id, 'same_domain', d.domain, NULL
        FROM domains AS d JOIN neighbours AS m ON m.domain = d.domain AND m.id <> d.startup_id
        UNION
        -- Somebody named here who founded the other.
        SELECT n.startup_id, m.institution_id, 'common_person', n.email, NULL
        FROM named AS n
        JOIN people AS p ON p.email = n.email
        JOIN memberships AS m ON m.person_id = p.id AND m.tenant_id = acting_tenant() AND m.role = 'founder'
         AND m.institution_id <> n.startup_id
        WHERE NOT EXISTS (SELECT FROM seats AS s
                          WHERE s.startup_id = n.startup_id AND s.other_id = m.institution_id AND s.email = n.email)
    ), known AS MATERIALIZED (
        -- Whom those asked for name, and who founded them.
        SELECT n.id, n.startup_id, n.email FROM named AS n
        UNION
        SELECT q.id, f.startup_id, f.email FROM ours AS q
        JOIN founders AS f ON f.startup_id = q.startup_id
    ), namers AS MATERIALIZED (
        SELECT y.email, n.id, n.startup_id
        FROM (SELECT DISTINCT y.email FROM known AS y) AS y
        CROSS JOIN LATERAL (
            SELECT o.id, o.startup_id FROM application_people AS n
            JOIN live AS o ON o.id = n.application_id
            WHERE n.tenant_id = acting_tenant() AND n.email = y.email
              AND (o.state <> 'changes_requested' OR NOT is_reopened(n.tenant_id, n.application_id, n.question_id))
            GROUP BY o.id, o.startup_id ORDER BY o.id LIMIT 51) AS n
        UNION
        SELECT y.email, o.id, o.startup_id
        FROM judged AS j
        JOIN known AS y ON y.id = j.id
        JOIN application_people AS n ON n.tenant_id = acting_tenant() AND n.application_id = j.other_id
         AND n.email = y.email
        JOIN live AS o ON o.id = j.other_id
        WHERE o.state <> 'changes_requested' OR NOT is_reopened(n.tenant_id, n.application_id, n.question_id)
    ), evidence (id, other_id, kind, detail, share) AS (
        SELECT q.id, o.id, r.kind, r.detail, r.share
        FROM ours AS q
        JOIN related AS r ON r.startup_id = q.startup_id
        JOIN applications AS o ON o.tenant_id = acting_tenant() AND o.startup_id = r.other_id AND o.id <> q.id
        UNION
        SELECT q.id, o.id, 'same_project', one.facts -> 'project' ->> 'text', NULL
        FROM ours AS q
        JOIN application_facts AS one ON one.tenant_id = acting_tenant() AND one.application_id = q.id
        JOIN application_facts AS two ON two.tenant_id = acting_tenant() AND two.project = one.project
         AND two.application_id <> q.id
        JOIN applications AS o ON o.tenant_id = acting_tenant() AND o.id = two.application_id
        WHERE (q.state <> 'changes_requested' OR reopened_facts(acting_tenant(), q.id) IS NULL)
          AND (o.state <> 'changes_requested' OR reopened_facts(acting_tenant(), o.id) IS NULL)
        UNION
        -- Somebody whom both name, or whom the other names and who founded this one.
        SELECT y.id, o.id, 'common_person', y.email, NULL
        FROM known AS y
        JOIN namers AS o ON o.email = y.email AND o.startup_id <> y.startup_id
        WHERE NOT EXISTS (SELECT FROM seats AS s
                          WHERE s.startup_id = y.startup_id AND s.other_id = o.startup_id AND s.email = y.email)
    )
    SELECT x.id, x.other_id, x.kind, x.detail, x.share,
           (SELECT w.id FROM funding_overlap_verdicts AS w
            WHERE w.tenant_id = acting_tenant()
              AND (w.application_id = x.id AND w.other_id = x.other_id
                   OR w.application_id = x.other_id AND w.other_id = x.id)
            ORDER BY w.seq DESC LIMIT 1)
    FROM evidence AS x
    JOIN live AS o ON o.id = x.other_id;
END $$;

-- How many of them nobody has judged, and how many somebody confirmed: of applications that may still be funded themselves.
CREATE FUNCTION overlap_tallies(ids uuid[], role text, person uuid)
    RETURNS TABLE (application_id uuid, open integer, confirmed integer)
    LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system' AS $$
#variable_conflict use_column
DECLARE live uuid[];
BEGIN
    live := ARRAY(SELECT a.id FROM applications AS a
                  LEFT JOIN enrolments AS e ON e.tenant_id = acting_tenant() AND e.application_id = a.id
                  WHERE a.tenant_id = acting_tenant() AND a.id = ANY (ids) AND a.submitted_at IS NOT NULL
                    AND a.state NOT IN ('draft', 'ineligible', 'rejected', 'declined', 'withdrawn')
                    AND e.graduated_at IS NULL AND e.ended_at IS NULL);
    RETURN QUERY
    SELECT x.application_id, (count(*) FILTER (WHERE x.verdict_id IS NULL))::integer,
           (count(*) FILTER (WHERE w.verdict = 'confirmed'))::integer
    FROM (SELECT DISTINCT f.application_id, f.other_id, f.verdict_id
          FROM funding_overlaps(live, role, person) AS f) AS x
    LEFT JOIN funding_overlap_verdicts AS w ON w.tenant_id = acting_tenant() AND w.id = x.verdict_id
        AND (w.application_id = x.application_id AND w.other_id = x.other_id
             OR w.application_id = x.other_id AND w.other_id = x.application_id)
    GROUP BY x.application_id;
END $$;

-- Those of the workspace with overlaps that are open, that are confirmed, or that are either. Planned for as many as there
-- are: the plan that is kept for a page of them reads row by row.
CREATE FUNCTION applications_that_overlap(wanted text, role text, person uuid) RETURNS uuid[]
    LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system'
    SET plan_cache_mode = 'force_custom_plan' AS $$
BEGIN
    IF coalesce(role, '') NOT IN ('manager', 'system') THEN
        RETURN '{}';
    END IF;
    RETURN ARRAY(
        SELECT t.application_id
        FROM overlap_tallies(
            ARRAY(SELECT a.id FROM applications AS a
                  WHERE a.tenant_id = acting_tenant() AND a.submitted_at IS NOT NULL
                    -- What was confirmed, somebody judged: the others need not be compared.
                    AND (wanted <> 'confirmed' OR a.id IN (
                        SELECT w.application_id FROM funding_overlap_verdicts AS w WHERE w.tenant_id = acting_tenant()
                        UNION
                        SELECT w.other_id FROM funding_overlap_verdicts AS w WHERE w.tenant_id = acting_tenant()))),
            role, person) AS t
        WHERE t.open > 0 AND wanted IN ('open', 'any') OR t.confirmed > 0 AND wanted IN ('confirmed', 'any'));
END $$;

REVOKE ALL ON FUNCTION funding_overlaps(uuid[], text, uuid), overlap_tallies(uuid[], text, uuid),
    applications_that_overlap(text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION funding_overlaps(uuid[], text, uuid), overlap_tallies(uuid[], text, uuid),
    applications_that_overlap(text, text, uuid) TO trellis_app;
