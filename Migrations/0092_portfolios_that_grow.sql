-- A firm's portfolio grows: by introductions that end in a deal, and by deals made elsewhere that somebody records. What was
-- imported says the round; what is recorded here says the firm's own part, too.

ALTER TABLE investments
    -- Where the row first came from.
    ADD COLUMN source text NOT NULL DEFAULT 'imported',
    -- The introduction that ended in it; also of a row that was known before.
    ADD COLUMN introduction_id uuid,
    -- The firm's own part, and how it was put in.
    ADD COLUMN amount_minor bigint,
    ADD COLUMN amount_currency text,
    ADD COLUMN instrument text,
    ADD COLUMN recorded_by uuid,
    ADD CONSTRAINT investment_source_is_known CHECK (source IN ('imported', 'introduction', 'recorded')),
    ADD CONSTRAINT investments_of_introductions_name_one CHECK (source <> 'introduction' OR introduction_id IS NOT NULL),
    ADD CONSTRAINT investments_are_recorded_by_somebody CHECK ((source = 'recorded') = (recorded_by IS NOT NULL)),
    ADD CONSTRAINT investment_amount_has_a_currency CHECK (
        (amount_minor IS NULL) = (amount_currency IS NULL) AND amount_minor > 0),
    ADD CONSTRAINT investment_instrument_is_known CHECK (
        instrument IN ('equity', 'safe', 'convertible_note', 'debt', 'grant')),
    ADD CONSTRAINT introductions_end_in_one_investment UNIQUE (tenant_id, introduction_id),
    ADD FOREIGN KEY (tenant_id, introduction_id) REFERENCES introductions (tenant_id, id);

-- That an investment was recorded by mistake, and why. The row itself is gone, and nothing learns or counts by it.
CREATE TABLE investments_taken_back (
    tenant_id       uuid NOT NULL,
    id              uuid NOT NULL,
    investment_id   uuid NOT NULL,
    investor_id     uuid NOT NULL,
    startup_id      uuid NOT NULL,
    introduction_id uuid,
    made_on         date NOT NULL,
    reason          text NOT NULL,
    taken_back_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    taken_back_by   uuid NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, investor_id) REFERENCES institutions (tenant_id, id),
    FOREIGN KEY (tenant_id, introduction_id) REFERENCES introductions (tenant_id, id)
);
CREATE INDEX investments_taken_back_of_an_introduction ON investments_taken_back (tenant_id, introduction_id);

-- The deals that were closed before this was kept. The owner reads and writes past the walls.
ALTER TABLE introductions NO FORCE ROW LEVEL SECURITY;
ALTER TABLE introduction_steps NO FORCE ROW LEVEL SECURITY;
ALTER TABLE startups NO FORCE ROW LEVEL SECURITY;
ALTER TABLE investments NO FORCE ROW LEVEL SECURITY;
WITH deals AS (
    SELECT DISTINCT ON (n.tenant_id, n.investor_id, n.startup_id, p.day)
           n.tenant_id, n.id, n.investor_id, n.startup_id, p.day, p.amount_minor, p.currency, p.instrument
    FROM introductions AS n
    JOIN introduction_steps AS p ON p.tenant_id = n.tenant_id AND p.introduction_id = n.id AND p.stage = 'closed'
    WHERE n.stage = 'closed' ORDER BY n.tenant_id, n.investor_id, n.startup_id, p.day, p.at, p.id),
known AS (
    SELECT DISTINCT ON (d.tenant_id, d.id) d.tenant_id, v.id, d.id AS deal
    FROM deals AS d
    JOIN investments AS v ON v.tenant_id = d.tenant_id AND v.investor_id = d.investor_id
        AND v.startup_id = d.startup_id AND v.made_on = d.day
    ORDER BY d.tenant_id, d.id, v.id),
linked AS (
    UPDATE investments AS v
    SET introduction_id = d.id, amount_minor = d.amount_minor, amount_currency = d.currency, instrument = d.instrument
    FROM known AS k JOIN deals AS d ON d.tenant_id = k.tenant_id AND d.id = k.deal
    WHERE v.tenant_id = k.tenant_id AND v.id = k.id)
INSERT INTO investments (tenant_id, id, investor_id, startup_id, made_on, round_type, source, introduction_id, amount_minor,
                         amount_currency, instrument)
SELECT d.tenant_id, gen_random_uuid(), d.investor_id, d.startup_id, d.day, coalesce(s.seeking, 'unknown'), 'introduction',
       d.id, d.amount_minor, d.currency, d.instrument
FROM deals AS d JOIN startups AS s ON s.tenant_id = d.tenant_id AND s.id = d.startup_id
WHERE NOT EXISTS (SELECT FROM known AS k WHERE k.tenant_id = d.tenant_id AND k.deal = d.id);
ALTER TABLE introductions FORCE ROW LEVEL SECURITY;
ALTER TABLE introduction_steps FORCE ROW LEVEL SECURITY;
ALTER TABLE startups FORCE ROW LEVEL SECURITY;
ALTER TABLE investments FORCE ROW LEVEL SECURITY;

CALL wall_table('investments_taken_back');
REVOKE UPDATE, DELETE ON investments_taken_back FROM trellis_app;

-- A principal records what the firm did elsewhere, in its own name, and takes that back; what an introduction ended in and what
-- was imported is not the firm's to change.
CREATE POLICY principals_record_investments ON investments FOR INSERT
    WITH CHECK (acts_as('investor') AND investor_id = acting_institution() AND source = 'recorded'
        AND introduction_id IS NULL AND recorded_by = acting_person()
        AND firm_role_of(acting_membership()) = 'principal');
CREATE POLICY principals_take_back_what_was_recorded ON investments FOR DELETE
    USING (acts_as('investor') AND investor_id = acting_institution() AND source = 'recorded'
        AND introduction_id IS NULL AND firm_role_of(acting_membership()) = 'principal');
CREATE POLICY the_managers_take_back_investments ON investments_taken_back FOR ALL USING (acts_as('manager'))
    WITH CHECK (acts_as('manager') AND taken_back_by = acting_person());
CREATE POLICY investors_read_what_was_taken_back ON investments_taken_back FOR SELECT
    USING (acts_as('investor') AND investor_id = acting_institution());
CREATE POLICY principals_say_what_they_take_back ON investments_taken_back FOR INSERT
    WITH CHECK (acts_as('investor') AND investor_id = acting_institution() AND introduction_id IS NULL
        AND taken_back_by = acting_person() AND firm_role_of(acting_membership()) = 'principal');

-- A deal that closes is in the portfolio in the same moment, whichever side says so, and once: what is known of the pair on
-- that day by another way is the same deal. Who closed it, or the park, may say it anew, and the portfolio follows.
CREATE FUNCTION keep_closed_deal() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    deal introductions;
    ended text;
BEGIN
    SELECT * INTO deal FROM introductions AS n WHERE n.tenant_id = NEW.tenant_id AND n.id = NEW.introduction_id;
    SELECT e.side INTO ended FROM introduction_endings AS e
    WHERE e.tenant_id = NEW.tenant_id AND e.introduction_id = NEW.introduction_id;
    IF ended IS NOT NULL AND (deal.stage <> 'closed' OR NEW.side NOT IN (ended, 'park')) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'introductions_that_ended_stay_as_they_are',
            MESSAGE = 'an introduction that ended stays as it is';
    END IF;
    -- One after another with whoever records the same deal, so that each sees what the other has said.
    PERFORM pg_advisory_xact_lock(
        hashtextextended(NEW.tenant_id || ' invests ' || deal.investor_id || deal.startup_id, 0));
    -- What is known by another way stays on its own day.
    UPDATE investments AS v
    SET introduction_id = NULL, amount_minor = CASE v.source WHEN 'recorded' THEN v.amount_minor END,
        amount_currency = CASE v.source WHEN 'recorded' THEN v.amount_currency END,
        instrument = CASE v.source WHEN 'recorded' THEN v.instrument END
    WHERE v.tenant_id = NEW.tenant_id AND v.introduction_id = NEW.introduction_id AND v.source <> 'introduction'
      AND v.made_on <> NEW.day;
    -- And what is known on the new day is this deal: of two rows for it, that which was known without the introduction
    -- stays.
    DELETE FROM investments AS v
    WHERE v.tenant_id = NEW.tenant_id AND v.introduction_id = NEW.introduction_id AND v.source = 'introduction'
      AND v.made_on <> NEW.day AND EXISTS (
          SELECT FROM investments AS k
          WHERE k.tenant_id = NEW.tenant_id AND k.investor_id = deal.investor_id AND k.startup_id = deal.startup_id
            AND k.made_on = NEW.day AND k.introduction_id IS NULL);
    -- Somebody who recorded it said their own figures: these stay, and what the introduction says is read beside them.
    UPDATE investments AS v
    SET introduction_id = NEW.introduction_id, made_on = NEW.day,
        amount_minor = CASE v.source WHEN 'recorded' THEN v.amount_minor ELSE NEW.amount_minor END,
        amount_currency = CASE v.source WHEN 'recorded' THEN v.amount_currency ELSE NEW.currency END,
        instrument = CASE v.source WHEN 'recorded' THEN v.instrument ELSE NEW.instrument END
    WHERE v.tenant_id = NEW.tenant_id AND v.id = (
        SELECT k.id FROM investments AS k
        WHERE k.tenant_id = NEW.tenant_id AND k.investor_id = deal.investor_id AND k.startup_id = deal.startup_id
          AND (k.introduction_id = NEW.introduction_id OR k.made_on = NEW.day AND k.introduction_id IS NULL)
        ORDER BY k.introduction_id IS NULL, k.id LIMIT 1);
    IF NOT FOUND THEN
        INSERT INTO investments (tenant_id, id, investor_id, startup_id, made_on, round_type, source, introduction_id,
                                 amount_minor, amount_currency, instrument)
        SELECT NEW.tenant_id, gen_random_uuid(), deal.investor_id, deal.startup_id, NEW.day, coalesce(s.seeking, 'unknown'),
               'introduction', NEW.introduction_id, NEW.amount_minor, NEW.currency, NEW.instrument
        FROM startups AS s WHERE s.tenant_id = NEW.tenant_id AND s.id = deal.startup_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER deals_that_close_are_in_the_portfolio AFTER INSERT ON introduction_steps
    FOR EACH ROW WHEN (NEW.stage = 'closed') EXECUTE FUNCTION keep_closed_deal();

-- As it was; and a deal that was taken back is none.
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
                 SELECT FROM investments AS v WHERE v.tenant_id = o.tenant_id AND v.introduction_id = o.id)
                 THEN o.ended_at END)) AS e (kind, at)
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

-- What matching looks at: why introductions fell through, too.
DROP INDEX audit_events_for_matching;
CREATE INDEX audit_events_for_matching ON audit_events (tenant_id, xact)
    WHERE noun IN (
        'startups', 'institutions', 'mandates', 'mandate_focus_areas', 'shortlist_answers', 'investments', 'model_uses',
        'consents', 'introduction_endings');
