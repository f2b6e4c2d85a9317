-- Deals under agreements: what somebody recorded, or a file told of, is linked as an introduction is; and a benefit's use that was
-- recorded by mistake is taken back.

ALTER TABLE mou_links
    ADD COLUMN investment_id uuid,
    -- A deal that is taken back is none, and firms take theirs back without knowing what it is linked to.
    ADD CONSTRAINT links_lead_to_an_investment FOREIGN KEY (tenant_id, investment_id) REFERENCES investments (tenant_id, id)
        ON DELETE CASCADE,
    DROP CONSTRAINT links_lead_to_one_thing,
    ADD CONSTRAINT links_lead_to_one_thing CHECK (
        num_nonnulls(program_id, stream_id, call_id, enrolment_id, cohort_id, introduction_id, demo_day_id, investment_id) = 1),
    DROP CONSTRAINT links_are_made_once,
    ADD CONSTRAINT links_are_made_once UNIQUE NULLS NOT DISTINCT (
        tenant_id, mou_id, program_id, stream_id, call_id, enrolment_id, cohort_id, introduction_id, demo_day_id, investment_id);
CREATE INDEX links_to_an_investment ON mou_links (tenant_id, investment_id) WHERE investment_id IS NOT NULL;

-- Said anew of a day on which it is known by another way, a deal is that row from then on (`keep_closed_deal`): its links go along.
-- By name it is asked before that, which drops the row they lead to.
CREATE FUNCTION keep_links_of_closed_deal() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    deal investments;
    known uuid;
BEGIN
    -- One after another with whoever records or closes a deal of the two.
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.tenant_id || ' invests ' || n.investor_id || n.startup_id, 0))
    FROM introductions AS n WHERE n.tenant_id = NEW.tenant_id AND n.id = NEW.introduction_id;
    SELECT * INTO deal FROM investments AS v
    WHERE v.tenant_id = NEW.tenant_id AND v.introduction_id = NEW.introduction_id AND v.source = 'introduction'
      AND v.made_on <> NEW.day;
    SELECT k.id INTO known FROM investments AS k
    WHERE k.tenant_id = deal.tenant_id AND k.investor_id = deal.investor_id AND k.startup_id = deal.startup_id
      AND k.made_on = NEW.day AND k.introduction_id IS NULL
    ORDER BY k.id LIMIT 1;
    IF known IS NOT NULL THEN
        UPDATE mou_links AS l SET investment_id = known
        WHERE l.tenant_id = deal.tenant_id AND l.investment_id = deal.id
          AND NOT EXISTS (SELECT FROM mou_links AS o
                          WHERE o.tenant_id = l.tenant_id AND o.mou_id = l.mou_id AND o.investment_id = known);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER agreements_follow_deals_that_are_said_anew AFTER INSERT ON introduction_steps
    FOR EACH ROW WHEN (NEW.stage = 'closed') EXECUTE FUNCTION keep_links_of_closed_deal();

-- As it was, with the deals that are linked. A deal counts once, whatever it came of.
CREATE OR REPLACE FUNCTION activities_under(role text, institution uuid, agreement uuid)
    RETURNS TABLE (kind text, day date, noun text, object_id uuid, title jsonb, startup_id uuid, startup_name jsonb,
                   country text, areas text[], service_line text, benefit_id uuid)
    LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system'
    SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE is_partner boolean := role = 'partner';
BEGIN
    IF NOT agreement_is_open_to(role, institution, agreement) THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH zone AS (SELECT t.time_zone AS name FROM tenants AS t WHERE t.id = acting_tenant()),
    -- Joint for whoever asks: where it takes part itself, not where another party does.
    stream AS (
        SELECT s.stream_id, s.areas, s.service_line, takes_part_under(institution, s.stream_id, agreement) AS is_joint
        FROM streams_under(agreement) AS s),
    call AS (
        SELECT c.id, c.title, c.opens_at, u.areas, u.service_line, u.is_joint, u.is_linked,
               EXISTS (SELECT FROM offered_streams AS o WHERE o.tenant_id = c.tenant_id AND o.call_id = c.id) AS offers
        FROM calls_under(agreement) AS u JOIN calls AS c ON c.tenant_id = acting_tenant() AND c.id = u.call_id),
    -- Where a call offers several streams, those who chose one under the agreement.
    application AS (
        SELECT a.id, a.startup_id, a.submitted_at, c.id AS call_id, c.title, c.areas, c.service_line
        FROM call AS c JOIN applications AS a ON a.tenant_id = acting_tenant() AND a.call_id = c.id
        WHERE a.submitted_at IS NOT NULL
          AND (NOT c.offers OR c.is_linked OR EXISTS (
              SELECT FROM stream_choices AS h JOIN stream AS s ON s.stream_id = h.stream_id
              WHERE h.tenant_id = a.tenant_id AND h.application_id = a.id))),
    -- And of these, whoever was placed in one.
    enrolled AS (
        SELECT n.id, n.startup_id, n.created_at, n.graduated_at,
               coalesce(a.title, (SELECT c.title FROM applications AS p
                                  JOIN calls AS c ON c.tenant_id = p.tenant_id AND c.id = p.call_id
                                  WHERE p.tenant_id = n.tenant_id AND p.id = n.application_id)) AS title,
               coalesce(CASE WHEN l.focus_area IS NOT NULL THEN ARRAY[l.focus_area] END, a.areas, '{}') AS areas,
               coalesce(l.service_line, a.service_line) AS service_line,
               coalesce(s.is_joint, false) AS is_joint
        FROM enrolments AS n
        JOIN cohorts AS h ON h.tenant_id = n.tenant_id AND h.id = n.cohort_id
        LEFT JOIN stream AS s ON s.stream_id = h.stream_id
        LEFT JOIN application AS a ON a.id = n.application_id
        LEFT JOIN call AS c ON c.id = a.call_id
        -- An enrolment by itself before its cohort, which may be linked too.
        LEFT JOIN LATERAL (
            SELECT l.id, l.focus_area, l.service_line FROM mou_links AS l
            WHERE l.tenant_id = n.tenant_id AND l.mou_id = agreement
              AND (l.enrolment_id = n.id OR l.cohort_id = n.cohort_id)
            ORDER BY l.enrolment_id IS NULL LIMIT 1) AS l ON true
        WHERE n.tenant_id = acting_tenant()
          AND (l.id IS NOT NULL OR a.id IS NOT NULL AND (s.stream_id IS NOT NULL OR NOT c.offers OR c.is_linked))),
    happened AS (
        SELECT 'call_opened' AS kind, c.opens_at AS at, 'call' AS noun, c.id AS object_id, c.title,
               NULL::uuid AS startup_id, c.areas, c.service_line, NULL::uuid AS benefit_id, true AS is_told
        FROM call AS c
        UNION ALL
        SELECT 'application_submitted', a.submitted_at, 'application', a.id, a.title, a.startup_id, a.areas,
               a.service_line, NULL, false
        FROM application AS a
        UNION ALL
        SELECT 'offer_accepted', e.at, 'application', a.id, a.title, a.startup_id, a.areas, a.service_line, NULL, false
        FROM application AS a
        JOIN (SELECT e.application_id, min(e.at) AS at FROM application_events AS e
              WHERE e.tenant_id = acting_tenant() AND e.to_state = 'accepted' GROUP BY e.application_id) AS e
            ON e.application_id = a.id
        LEFT JOIN decisions AS d ON d.tenant_id = acting_tenant() AND d.application_id = a.id
        WHERE d.stream_id IS NULL OR d.stream_id IN (SELECT s.stream_id FROM stream AS s)
        UNION ALL
        SELECT 'startup_enrolled', n.created_at, 'enrolment', n.id, n.title, n.startup_id, n.areas, n.service_line, NULL,
               n.is_joint
        FROM enrolled AS n
        UNION ALL
        SELECT 'startup_graduated', n.graduated_at, 'enrolment', n.id, n.title, n.startup_id, n.areas, n.service_line,
               NULL, n.is_joint
        FROM enrolled AS n WHERE n.graduated_at IS NOT NULL
        UNION ALL
        -- Who would invest, and in whom, is not the partner's to know: it learns that somebody was introduced.
        SELECT e.kind, e.at, 'introduction', o.id,
               coalesce(n.title, '{"en": "An introduction", "zh-Hant": "引介", "ja": "紹介"}'), o.startup_id,
               coalesce(CASE WHEN l.focus_area IS NOT NULL THEN ARRAY[l.focus_area] END, n.areas, '{}'),
               coalesce(l.service_line, 'investment_matching'), NULL, false
        FROM introductions AS o
        LEFT JOIN mou_links AS l
            ON l.tenant_id = o.tenant_id AND l.mou_id = agreement AND l.introduction_id = o.id
        LEFT JOIN LATERAL (
            SELECT n.id, n.title, n.areas FROM enrolled AS n
            WHERE n.startup_id = o.startup_id AND n.created_at <= o.introduced_at
            ORDER BY n.created_at DESC LIMIT 1) AS n ON true
        CROSS JOIN LATERAL (VALUES
            ('startup_introduced', o.introduced_at),
            ('deal_closed', CASE WHEN o.stage = 'closed' AND EXISTS (
                 SELECT FROM investments AS v
                 WHERE v.tenant_id = o.tenant_id AND v.introduction_id = o.id
                   -- A deal that is linked itself counts below, as what its link says it is.
                   AND NOT EXISTS (SELECT FROM mou_links AS x
                                   WHERE x.tenant_id = v.tenant_id AND x.mou_id = agreement AND x.investment_id = v.id))
                 THEN o.ended_at END)) AS e (kind, at)
        WHERE o.tenant_id = acting_tenant() AND e.at IS NOT NULL AND (n.id IS NOT NULL OR l.id IS NOT NULL)
        UNION ALL
        -- Nor is who invested, and in whom: it learns that somebody did.
        SELECT 'deal_closed', v.made_on::timestamp AT TIME ZONE zone.name, 'investment', v.id,
               coalesce(n.title, '{"en": "A deal", "zh-Hant": "投資", "ja": "投資"}'), v.startup_id,
               coalesce(CASE WHEN l.focus_area IS NOT NULL THEN ARRAY[l.focus_area] END,
                        CASE WHEN x.focus_area IS NOT NULL THEN ARRAY[x.focus_area] END, n.areas, '{}'),
               coalesce(l.service_line, x.service_line, 'investment_matching'), NULL, false
        FROM zone CROSS JOIN mou_links AS l
        JOIN investments AS v ON v.tenant_id = l.tenant_id AND v.id = l.investment_id
        LEFT JOIN mou_links AS x
            ON x.tenant_id = l.tenant_id AND x.mou_id = agreement AND x.introduction_id = v.introduction_id
        LEFT JOIN LATERAL (
            SELECT n.title, n.areas FROM enrolled AS n
            WHERE n.startup_id = v.startup_id AND (n.created_at AT TIME ZONE zone.name)::date <= v.made_on
            ORDER BY n.created_at DESC LIMIT 1) AS n ON true
        WHERE l.tenant_id = acting_tenant() AND l.mou_id = agreement
        UNION ALL
        -- Whom an investor met there is not the partner's to know: it learns that somebody was met.
        SELECT e.kind, d.starts_at, 'demo_day', d.id, d.title, e.startup_id,
               CASE WHEN l.focus_area IS NOT NULL THEN ARRAY[l.focus_area] ELSE '{}' END,
               coalesce(l.service_line, 'investment_matching'), NULL, e.startup_id IS NULL
        FROM mou_links AS l
        JOIN demo_days AS d ON d.tenant_id = l.tenant_id AND d.id = l.demo_day_id
        CROSS JOIN LATERAL (
            SELECT 'demo_day_held' AS kind, NULL::uuid AS startup_id
            UNION ALL
            SELECT 'meeting_held', o.startup_id FROM demo_day_outcomes AS o
            WHERE o.tenant_id = d.tenant_id AND o.demo_day_id = d.id AND o.outcome = 'held') AS e
        WHERE l.tenant_id = acting_tenant() AND l.mou_id = agreement AND d.published_at IS NOT NULL AND d.starts_at <= now()
        UNION ALL
        SELECT 'fast_track_used', x.admitted_at, 'call', c.id, c.title, x.startup_id, '{}', NULL, b.id, false
        FROM fast_track_codes AS k
        JOIN call_admissions AS x ON x.tenant_id = k.tenant_id AND x.code_id = k.id
        JOIN calls AS c ON c.tenant_id = k.tenant_id AND c.id = k.call_id
        LEFT JOIN mou_benefits AS b
            ON b.tenant_id = k.tenant_id AND b.mou_id = k.mou_id AND b.kind = 'fast_track'
        WHERE k.tenant_id = acting_tenant() AND k.mou_id = agreement
        UNION ALL
        SELECT 'benefit_used', u.used_on::timestamp AT TIME ZONE zone.name, 'benefit', b.id, b.title, u.startup_id, '{}',
               NULL, b.id, false
        FROM zone, mou_benefit_uses AS u
        JOIN mou_benefits AS b ON b.tenant_id = u.tenant_id AND b.mou_id = u.mou_id AND b.id = u.benefit_id
        WHERE u.tenant_id = acting_tenant() AND u.mou_id = agreement)
    SELECT h.kind, (h.at AT TIME ZONE zone.name)::date, h.noun,
           -- What somebody may not open has no name for them.
           CASE WHEN NOT is_partner OR n.is_named THEN h.object_id END, h.title,
           CASE WHEN NOT is_partner OR n.is_named THEN h.startup_id END,
           CASE WHEN NOT is_partner OR n.is_named THEN i.names END,
           i.country, h.areas,
           coalesce(h.service_line, CASE WHEN h.kind <> 'benefit_used' THEN 'incubation_acceleration' END), h.benefit_id
    FROM zone, happened AS h
    CROSS JOIN LATERAL (
        SELECT h.is_told AND (h.startup_id IS NULL OR consents_to(h.startup_id, 'partner_reports', institution)) AS is_named
    ) AS n
    LEFT JOIN institutions AS i ON i.tenant_id = acting_tenant() AND i.id = h.startup_id
    ORDER BY 2, 1, h.object_id, h.startup_id;
END $$;

-- As it was, with the deals that are linked.
CREATE OR REPLACE FUNCTION standing_under(role text, institution uuid, agreement uuid)
    RETURNS TABLE (noun text, object_id uuid, name jsonb, within jsonb, areas text[], service_line text, link_id uuid,
                   note text)
    LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system' AS $$
#variable_conflict use_column
DECLARE is_partner boolean := role = 'partner';
BEGIN
    IF NOT agreement_is_open_to(role, institution, agreement) THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT o.noun, CASE WHEN n.is_named THEN o.object_id END, CASE WHEN n.is_named THEN o.name END, o.within, o.areas,
           o.service_line, o.link_id, CASE WHEN NOT is_partner THEN o.note END
    FROM (
        SELECT 1 AS place, 'program' AS noun, g.id AS object_id, g.name, NULL::jsonb AS within,
               CASE WHEN l.focus_area IS NULL THEN '{}' ELSE ARRAY[l.focus_area] END AS areas, l.service_line,
               l.id AS link_id, l.note, true AS is_joint
        FROM mou_links AS l JOIN programs AS g ON g.tenant_id = l.tenant_id AND g.id = l.program_id
        WHERE l.tenant_id = acting_tenant() AND l.mou_id = agreement
        UNION ALL
        SELECT 2, 'stream', s.id, s.name, g.name, u.areas, coalesce(u.service_line, 'incubation_acceleration'), l.id, l.note,
               true
        FROM streams_under(agreement) AS u
        JOIN streams AS s ON s.tenant_id = acting_tenant() AND s.id = u.stream_id
        JOIN programs AS g ON g.tenant_id = s.tenant_id AND g.id = s.program_id
        LEFT JOIN mou_links AS l ON l.tenant_id = s.tenant_id AND l.mou_id = agreement AND l.stream_id = s.id
        WHERE u.is_joint OR l.id IS NOT NULL
        UNION ALL
        SELECT 3, 'cohort', h.id, jsonb_build_object('en', h.name), s.name,
               CASE WHEN l.focus_area IS NULL THEN '{}' ELSE ARRAY[l.focus_area] END, l.service_line, l.id, l.note, true
        FROM mou_links AS l
        JOIN cohorts AS h ON h.tenant_id = l.tenant_id AND h.id = l.cohort_id
        JOIN streams AS s ON s.tenant_id = h.tenant_id AND s.id = h.stream_id
        WHERE l.tenant_id = acting_tenant() AND l.mou_id = agreement
        UNION ALL
        SELECT 4, 'call', c.id, c.title, s.name, u.areas, coalesce(u.service_line, 'incubation_acceleration'), l.id, l.note,
               true
        FROM calls_under(agreement) AS u
        JOIN calls AS c ON c.tenant_id = acting_tenant() AND c.id = u.call_id
        JOIN streams AS s ON s.tenant_id = c.tenant_id AND s.id = c.stream_id
        LEFT JOIN mou_links AS l ON l.tenant_id = c.tenant_id AND l.mou_id = agreement AND l.call_id = c.id
        UNION ALL
        SELECT 5, 'enrolment', n.id, i.names, s.name,
               CASE WHEN l.focus_area IS NULL THEN '{}' ELSE ARRAY[l.focus_area] END, l.service_line, l.id, l.note,
               takes_part_under(institution, s.id, agreement) AND consents_to(n.startup_id, 'partner_reports', institution)
        FROM mou_links AS l
        JOIN enrolments AS n ON n.tenant_id = l.tenant_id AND n.id = l.enrolment_id
        JOIN institutions AS i ON i.tenant_id = n.tenant_id AND i.id = n.startup_id
        JOIN cohorts AS h ON h.tenant_id = n.tenant_id AND h.id = n.cohort_id
        JOIN streams AS s ON s.tenant_id = h.tenant_id AND s.id = h.stream_id
        WHERE l.tenant_id = acting_tenant() AND l.mou_id = agreement
        UNION ALL
        -- Who is introduced to whom is not the partner's to know.
        SELECT 6, 'introduction', o.id, i.names, NULL,
               CASE WHEN l.focus_area IS NULL THEN '{}' ELSE ARRAY[l.focus_area] END,
               coalesce(l.service_line, 'investment_matching'), l.id, l.note, false
        FROM mou_links AS l
        JOIN introductions AS o ON o.tenant_id = l.tenant_id AND o.id = l.introduction_id
        JOIN institutions AS i ON i.tenant_id = o.tenant_id AND i.id = o.startup_id
        WHERE l.tenant_id = acting_tenant() AND l.mou_id = agreement
        UNION ALL
        -- Nor who invested in whom.
        SELECT 7, 'investment', v.id, i.names, CASE WHEN NOT is_partner THEN f.names END,
               CASE WHEN l.focus_area IS NULL THEN '{}' ELSE ARRAY[l.focus_area] END,
               coalesce(l.service_line, 'investment_matching'), l.id, l.note, false
        FROM mou_links AS l
        JOIN investments AS v ON v.tenant_id = l.tenant_id AND v.id = l.investment_id
        JOIN institutions AS i ON i.tenant_id = v.tenant_id AND i.id = v.startup_id
        JOIN institutions AS f ON f.tenant_id = v.tenant_id AND f.id = v.investor_id
        WHERE l.tenant_id = acting_tenant() AND l.mou_id = agreement
        UNION ALL
        SELECT 8, 'demo_day', d.id, d.title, NULL,
               CASE WHEN l.focus_area IS NULL THEN '{}' ELSE ARRAY[l.focus_area] END,
               coalesce(l.service_line, 'investment_matching'), l.id, l.note, true
        FROM mou_links AS l JOIN demo_days AS d ON d.tenant_id = l.tenant_id AND d.id = l.demo_day_id
        WHERE l.tenant_id = acting_tenant() AND l.mou_id = agreement
          -- A day that is not published is the park's own.
          AND (NOT is_partner OR d.published_at IS NOT NULL)) AS o
    CROSS JOIN LATERAL (
        SELECT NOT is_partner OR o.noun NOT IN ('enrolment', 'introduction', 'investment') OR o.is_joint AS is_named) AS n
    ORDER BY o.place, o.object_id;
END $$;

-- That a benefit's use was recorded by mistake, who says so, when and why. The use itself is gone, and nothing counts it; its
-- row here has its id.
CREATE TABLE mou_benefit_uses_taken_back (
    tenant_id     uuid NOT NULL,
    mou_id        uuid NOT NULL,
    benefit_id    uuid NOT NULL,
    id            uuid NOT NULL,
    used_on       date NOT NULL,
    startup_id    uuid,
    note          text,
    recorded_at   timestamptz NOT NULL,
    recorded_by   uuid NOT NULL,
    reason        text NOT NULL,
    taken_back_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    taken_back_by uuid NOT NULL,
    PRIMARY KEY (tenant_id, mou_id, benefit_id, id),
    FOREIGN KEY (tenant_id, mou_id, benefit_id) REFERENCES mou_benefits (tenant_id, mou_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, startup_id) REFERENCES startups (tenant_id, id)
);
CALL wall_table('mou_benefit_uses_taken_back');
REVOKE UPDATE, DELETE ON mou_benefit_uses_taken_back FROM trellis_app;
CREATE POLICY the_managers_take_back_benefit_uses ON mou_benefit_uses_taken_back USING (acts_as('manager'))
    WITH CHECK (acts_as('manager') AND taken_back_by = acting_person());
