-- Demo days under agreements: a day is linked as a call or a cohort is, and counts with the meetings that were held at it.

ALTER TABLE mou_links
    ADD COLUMN demo_day_id uuid,
    ADD CONSTRAINT links_lead_to_a_demo_day FOREIGN KEY (tenant_id, demo_day_id) REFERENCES demo_days (tenant_id, id),
    DROP CONSTRAINT links_lead_to_one_thing,
    ADD CONSTRAINT links_lead_to_one_thing CHECK (
        num_nonnulls(program_id, stream_id, call_id, enrolment_id, cohort_id, introduction_id, demo_day_id) = 1),
    DROP CONSTRAINT links_are_made_once,
    ADD CONSTRAINT links_are_made_once UNIQUE NULLS NOT DISTINCT (
        tenant_id, mou_id, program_id, stream_id, call_id, enrolment_id, cohort_id, introduction_id, demo_day_id);

ALTER TABLE mou_targets
    DROP CONSTRAINT target_metric_is_known,
    ADD CONSTRAINT target_metric_is_known CHECK (metric IN (
        'call_opened', 'application_submitted', 'offer_accepted', 'startup_enrolled', 'startup_graduated',
        'startup_introduced', 'deal_closed', 'demo_day_held', 'meeting_held', 'fast_track_used', 'benefit_used'));

-- As before, with the days and their meetings.
CREATE OR REPLACE FUNCTION activities_under(role text, institution uuid, agreement uuid)
    RETURNS TABLE (kind text, day date, noun text, object_id uuid, title jsonb, startup_id uuid, startup_name jsonb,
                   country text, areas text[], service_line text, benefit_id uuid)
    LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system' AS $$
#variable_conflict use_column
DECLARE is_partner boolean := role = 'partner';
BEGIN
    IF NOT agreement_is_open_to(role, institution, agreement) THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH zone AS (SELECT t.time_zone AS name FROM tenants AS t WHERE t.id = acting_tenant()),
    stream AS (SELECT s.stream_id, s.areas, s.service_line, s.is_joint FROM streams_under(agreement) AS s),
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
            ('deal_closed', CASE WHEN o.stage = 'closed' THEN o.ended_at END)) AS e (kind, at)
        WHERE o.tenant_id = acting_tenant() AND e.at IS NOT NULL AND (n.id IS NOT NULL OR l.id IS NOT NULL)
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
           CASE WHEN NOT is_partner OR h.is_told THEN h.object_id END, h.title,
           CASE WHEN NOT is_partner OR h.is_told THEN h.startup_id END,
           CASE WHEN NOT is_partner OR h.is_told THEN i.names END,
           i.country, h.areas,
           coalesce(h.service_line, CASE WHEN h.kind <> 'benefit_used' THEN 'incubation_acceleration' END), h.benefit_id
    FROM zone, happened AS h
    LEFT JOIN institutions AS i ON i.tenant_id = acting_tenant() AND i.id = h.startup_id
    ORDER BY 2, 1, h.object_id, h.startup_id;
END $$;

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
    SELECT o.noun, CASE WHEN NOT is_partner OR o.noun NOT IN ('enrolment', 'introduction') OR o.is_joint THEN o.object_id END,
           CASE WHEN NOT is_partner OR o.noun NOT IN ('enrolment', 'introduction') OR o.is_joint THEN o.name END, o.within, o.areas,
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
               EXISTS (SELECT FROM stream_partners AS p
                       WHERE p.tenant_id = s.tenant_id AND p.stream_id = s.id AND p.mou_id = agreement)
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
        SELECT 7, 'demo_day', d.id, d.title, NULL,
               CASE WHEN l.focus_area IS NULL THEN '{}' ELSE ARRAY[l.focus_area] END,
               coalesce(l.service_line, 'investment_matching'), l.id, l.note, true
        FROM mou_links AS l JOIN demo_days AS d ON d.tenant_id = l.tenant_id AND d.id = l.demo_day_id
        WHERE l.tenant_id = acting_tenant() AND l.mou_id = agreement) AS o
    ORDER BY o.place, o.object_id;
END $$;
