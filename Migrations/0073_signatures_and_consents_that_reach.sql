-- Agreements and consents, what was left: amendments are signed by those who are asked to, partners' reports name whom agrees.

-- Whoever is asked to sign is asked for the agreement itself, or for an amendment of it; one person a party and instrument.
ALTER TABLE mou_signing_requests
    ADD COLUMN amendment_id uuid,
    ADD COLUMN instrument_id uuid GENERATED ALWAYS AS (coalesce(amendment_id, mou_id)) STORED,
    DROP CONSTRAINT mou_signing_requests_pkey,
    ADD PRIMARY KEY (tenant_id, mou_id, instrument_id, institution_id),
    ADD CONSTRAINT signatories_are_asked_about_an_amendment FOREIGN KEY (tenant_id, mou_id, amendment_id)
        REFERENCES mou_amendments (tenant_id, mou_id, id) ON DELETE CASCADE;

-- Whose own hand it was; NULL where a manager recorded what was signed elsewhere.
ALTER TABLE mou_amendment_signatures
    ADD COLUMN signed_by uuid,
    ADD CONSTRAINT nobody_signs_amendments_by_anothers_hand
        CHECK (signed_by IS NULL OR signed_by IS NOT DISTINCT FROM recorded_by);
-- A draft of an amendment that was a mistake is withdrawn, as long as nobody has signed it.
ALTER TABLE mou_amendment_signatures
    DROP CONSTRAINT mou_amendment_signatures_tenant_id_mou_id_amendment_id_fkey,
    ADD CONSTRAINT signed_amendments_are_not_withdrawn FOREIGN KEY (tenant_id, mou_id, amendment_id)
        REFERENCES mou_amendments (tenant_id, mou_id, id);
CREATE POLICY nobody_claims_anothers_hand ON mou_amendment_signatures AS RESTRICTIVE FOR INSERT
    WITH CHECK (signed_by IS NULL OR acts_as('system') OR acts_as('partner') AND signed_by = acting_person());

-- Whether a party has signed an agreement, or the amendment that is named.
CREATE FUNCTION party_has_signed(tenant uuid, agreement uuid, amendment uuid, party uuid) RETURNS boolean
    LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN amendment IS NULL
        THEN EXISTS (SELECT FROM mou_signatures AS s
                     WHERE s.tenant_id = tenant AND s.mou_id = agreement AND s.institution_id = party)
        ELSE EXISTS (SELECT FROM mou_amendment_signatures AS s
                     WHERE s.tenant_id = tenant AND s.mou_id = agreement AND s.amendment_id = amendment
                       AND s.institution_id = party) END
$$;
-- The end that the parties last gave an agreement by an amendment; NULL where none of those they signed moves it.
CREATE FUNCTION end_last_amended(tenant uuid, agreement uuid) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT d.ends_on FROM mou_amendments AS d
    WHERE d.tenant_id = tenant AND d.mou_id = agreement AND d.signed_on IS NOT NULL AND d.ends_on IS NOT NULL
    ORDER BY d.signed_on DESC, d.number DESC LIMIT 1
$$;
REVOKE ALL ON FUNCTION party_has_signed(uuid, uuid, uuid, uuid), end_last_amended(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION party_has_signed(uuid, uuid, uuid, uuid), end_last_amended(uuid, uuid) TO trellis_app;

-- As it was; and of an amendment while it can still count from its day.
CREATE OR REPLACE FUNCTION check_signing_request() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE binds_from date;
BEGIN
    IF NEW.amendment_id IS NULL THEN
        SELECT m.effective_on INTO binds_from FROM mous AS m
        WHERE m.tenant_id = NEW.tenant_id AND m.id = NEW.mou_id AND m.state = 'agreed' FOR SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'signatories_are_asked_once_a_text_is_agreed',
                MESSAGE = 'the text is not agreed, or signed already';
        END IF;
    ELSE
        SELECT d.effective_on INTO binds_from
        FROM mous AS m
        JOIN tenants AS t ON t.id = m.tenant_id
        JOIN mou_amendments AS d ON d.tenant_id = m.tenant_id AND d.mou_id = m.id AND d.id = NEW.amendment_id
        WHERE m.tenant_id = NEW.tenant_id AND m.id = NEW.mou_id AND m.state = 'signed' AND d.signed_on IS NULL
          AND d.effective_on >= (now() AT TIME ZONE t.time_zone)::date
        FOR SHARE OF m;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation',
                CONSTRAINT = 'signatories_are_asked_while_an_amendment_can_count',
                MESSAGE = 'the amendment is signed, or its day has passed';
        END IF;
    END IF;
    IF party_has_signed(NEW.tenant_id, NEW.mou_id, NEW.amendment_id, NEW.institution_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'signatories_are_asked_before_their_party_signs',
            MESSAGE = 'the party has signed';
    END IF;
    IF NOT EXISTS (SELECT FROM memberships AS m
                   WHERE m.tenant_id = NEW.tenant_id AND m.person_id = NEW.person_id AND m.role = 'partner'
                     AND m.institution_id = NEW.institution_id AND m.ended_at IS NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'signatories_are_staff_of_their_party',
            MESSAGE = 'the person has no seat at the party';
    END IF;
    IF binds_from IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'signatories_know_from_when_it_binds',
            MESSAGE = 'nobody has said from which day the agreement binds';
    END IF;
    RETURN NEW;
END $$;

-- As it was: of the agreement alone.
CREATE OR REPLACE FUNCTION acting_signatory_of(agreement uuid) RETURNS boolean LANGUAGE sql STABLE
    RETURN acts_as('partner') AND EXISTS (
        SELECT FROM mou_signing_requests AS r
        WHERE r.tenant_id = acting_tenant() AND r.mou_id = agreement AND r.amendment_id IS NULL
          AND r.institution_id = acting_institution() AND r.person_id = acting_person() AND r.refused_at IS NULL);
-- Whether the acting person is asked to sign an amendment of an agreement, the one that is named or any, and has not refused.
CREATE FUNCTION acting_signatory_of_amendment(agreement uuid, amendment uuid DEFAULT NULL) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN acts_as('partner') AND EXISTS (
        SELECT FROM mou_signing_requests AS r
        WHERE r.tenant_id = acting_tenant() AND r.mou_id = agreement AND r.amendment_id IS NOT NULL
          AND (amendment IS NULL OR r.amendment_id = amendment)
          AND r.institution_id = acting_institution() AND r.person_id = acting_person() AND r.refused_at IS NULL);
REVOKE ALL ON FUNCTION acting_signatory_of_amendment(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION acting_signatory_of_amendment(uuid, uuid) TO trellis_app;

-- Whoever has signed what they were asked to no longer refuses it.
DROP POLICY signatories_refuse ON mou_signing_requests;
CREATE POLICY signatories_refuse ON mou_signing_requests FOR UPDATE
    USING (acts_as('partner') AND institution_id = acting_institution() AND person_id = acting_person()
        AND refused_at IS NULL AND NOT party_has_signed(tenant_id, mou_id, amendment_id, institution_id))
    WITH CHECK (acts_as('partner') AND institution_id = acting_institution() AND person_id = acting_person());

-- A signatory signs an amendment, and writes what follows from it: that all have signed, and the agreement's new end.
CREATE POLICY signatories_sign_amendments_by_their_own_hand ON mou_amendment_signatures FOR INSERT
    WITH CHECK (acting_signatory_of_amendment(mou_id, amendment_id) AND institution_id = acting_institution()
        AND signed_by = acting_person() AND recorded_by = acting_person()
        AND person_name = (SELECT p.name FROM people AS p WHERE p.id = acting_person())
        AND signed_on = (SELECT (now() AT TIME ZONE t.time_zone)::date FROM tenants AS t WHERE t.id = acting_tenant())
        AND EXISTS (SELECT FROM mous AS m
                    JOIN mou_amendments AS d ON d.tenant_id = m.tenant_id AND d.mou_id = m.id
                    WHERE m.tenant_id = mou_amendment_signatures.tenant_id AND m.id = mou_amendment_signatures.mou_id
                      AND d.id = mou_amendment_signatures.amendment_id AND m.state = 'signed' AND d.signed_on IS NULL
                      AND d.effective_on >= mou_amendment_signatures.signed_on
                      AND (m.ends_on IS NULL OR m.ends_on > mou_amendment_signatures.signed_on)));
CREATE POLICY signatories_close_their_amendment ON mou_amendments FOR UPDATE
    USING (signed_on IS NULL AND acting_signatory_of_amendment(mou_id, id))
    WITH CHECK (acting_signatory_of_amendment(mou_id, id));
CREATE POLICY signatories_move_the_end_by_an_amendment ON mous FOR UPDATE
    USING (state = 'signed' AND acting_signatory_of_amendment(id)) WITH CHECK (state = 'signed');

-- Of an amendment nothing changes but that all parties have signed it, and what was to be before: each signs what the others did.
CREATE FUNCTION check_amendment_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    parties bigint := (SELECT count(*) FROM mou_parties AS p WHERE p.tenant_id = OLD.tenant_id AND p.mou_id = OLD.mou_id);
    signed record;
BEGIN
    SELECT count(*) AS parties, max(s.signed_on) AS last INTO signed FROM mou_amendment_signatures AS s
    WHERE s.tenant_id = OLD.tenant_id AND s.mou_id = OLD.mou_id AND s.amendment_id = OLD.id;
    IF to_jsonb(NEW) - ARRAY['signed_on', 'ends_on_before'] IS DISTINCT FROM to_jsonb(OLD) - ARRAY['signed_on', 'ends_on_before']
       OR OLD.signed_on IS NOT NULL
       OR signed.parties < parties
       OR NEW.signed_on IS DISTINCT FROM signed.last
       OR NEW.ends_on_before IS DISTINCT FROM (
           SELECT m.ends_on FROM mous AS m WHERE m.tenant_id = OLD.tenant_id AND m.id = OLD.mou_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'amendments_stand_as_drafted',
            MESSAGE = 'of an amendment nothing changes but that all have signed it';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER amendments_stand_as_drafted BEFORE UPDATE ON mou_amendments
    FOR EACH ROW WHEN (acting_role() IN ('manager', 'partner')) EXECUTE FUNCTION check_amendment_stands();

-- As it was; and of a signed agreement a signatory changes nothing but its end, to what an amendment says that all have signed.
CREATE OR REPLACE FUNCTION check_what_a_signatory_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'signed' THEN
        IF to_jsonb(NEW) - 'ends_on' IS DISTINCT FROM to_jsonb(OLD) - 'ends_on'
           OR NEW.ends_on IS DISTINCT FROM OLD.ends_on
              AND (NEW.ends_on IS NULL OR NEW.ends_on IS DISTINCT FROM end_last_amended(NEW.tenant_id, NEW.id)) THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'signatories_only_sign',
                MESSAGE = 'a signatory changes nothing of what they sign';
        END IF;
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - ARRAY['state', 'signed_on', 'effective_on']
           IS DISTINCT FROM to_jsonb(OLD) - ARRAY['state', 'signed_on', 'effective_on']
       OR NEW.state = 'agreed' AND (NEW.signed_on, NEW.effective_on) IS DISTINCT FROM (OLD.signed_on, OLD.effective_on)
       OR NEW.state = 'signed' AND (
           NEW.signed_on IS DISTINCT FROM (
               SELECT max(s.signed_on) FROM mou_signatures AS s WHERE s.tenant_id = NEW.tenant_id AND s.mou_id = NEW.id)
           OR NEW.effective_on IS DISTINCT FROM greatest(OLD.effective_on, NEW.signed_on)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'signatories_only_sign',
            MESSAGE = 'a signatory changes nothing of what they sign';
    END IF;
    RETURN NEW;
END $$;

-- Whether partners' reports may name a startup it decides itself, as it decides to whom it is shown. Until it agrees it is counted
-- and not named. No partner is chosen: which of them nurture it is not the startup's to say.
ALTER TABLE consents
    DROP CONSTRAINT consent_purpose_is_known,
    ADD CONSTRAINT consent_purpose_is_known CHECK (purpose IN ('shortlists', 'demo_days', 'partner_reports')),
    ADD CONSTRAINT partners_are_told_all_or_none CHECK (purpose <> 'partner_reports' OR audience IN ('everyone', 'nobody'));

-- As they were, but that a party learns the names of those that it nurtures and that agree to it.
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
        SELECT 7, 'demo_day', d.id, d.title, NULL,
               CASE WHEN l.focus_area IS NULL THEN '{}' ELSE ARRAY[l.focus_area] END,
               coalesce(l.service_line, 'investment_matching'), l.id, l.note, true
        FROM mou_links AS l JOIN demo_days AS d ON d.tenant_id = l.tenant_id AND d.id = l.demo_day_id
        WHERE l.tenant_id = acting_tenant() AND l.mou_id = agreement
          -- A day that is not published is the park's own.
          AND (NOT is_partner OR d.published_at IS NOT NULL)) AS o
    ORDER BY o.place, o.object_id;
END $$;

-- As it was, but that a firm which has asked for the startup says and changes its word whether or not one of the two has blocked
-- the other since: as it goes on seeing the startup, a refusal would tell of the block. What it says counts nowhere, and is told to
-- nobody but the startup, which lets it go where it binds.
CREATE OR REPLACE FUNCTION check_indication() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    asked record;
BEGIN
    SELECT r.state, r.closes_on, r.startup_id, r.shown_to_introduced INTO asked
    FROM funding_rounds AS r WHERE r.tenant_id = NEW.tenant_id AND r.id = NEW.round_id FOR SHARE;
    IF asked.state IS DISTINCT FROM 'open' OR asked.closes_on < (now() AT TIME ZONE 'UTC')::date THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'indications_go_to_open_rounds',
            MESSAGE = 'the round takes no indications';
    END IF;
    -- One answer for a block of either side: neither may know of the other's.
    IF NOT is_verified(NEW.investor_id) OR is_blocked(asked.startup_id, NEW.investor_id) AND NOT EXISTS (
        SELECT FROM introductions AS n
        WHERE n.tenant_id = NEW.tenant_id AND n.investor_id = NEW.investor_id AND n.startup_id = asked.startup_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'indications_come_from_whom_rounds_take',
            MESSAGE = 'the round takes no indication of this investor';
    END IF;
    IF disclosure_rank(asked.shown_to_introduced) > coalesce(disclosure_rank(NEW.told), 0) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'who_indicates_knows_who_is_told',
            MESSAGE = 'the round tells more than its investor has read';
    END IF;
    RETURN NEW;
END $$;

-- As it was, but that a batch out of which everything was taken holds a partner that was asked about it only as long as the call
-- has applications to decide in its stream: what was taken out could be decided without it otherwise, and nothing can be once
-- they are settled.
CREATE OR REPLACE FUNCTION check_partner_keeps_its_say() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    today date := (SELECT (now() AT TIME ZONE t.time_zone)::date FROM tenants AS t WHERE t.id = OLD.tenant_id);
BEGIN
    IF agreement_holds(OLD.tenant_id, OLD.mou_id, OLD.institution_id, today)
       AND NOT EXISTS (SELECT FROM stream_partners AS p
                       WHERE p.tenant_id = OLD.tenant_id AND p.stream_id = OLD.stream_id
                         AND p.institution_id = OLD.institution_id AND p.co_decides
                         AND agreement_holds(p.tenant_id, p.mou_id, p.institution_id, today))
       AND (EXISTS (SELECT FROM decision_batches AS b
                    JOIN calls AS c ON c.tenant_id = b.tenant_id AND c.id = b.call_id
                    WHERE b.tenant_id = OLD.tenant_id AND b.consulted_at IS NOT NULL AND b.released_at IS NULL
                      AND OLD.stream_id IN (SELECT streams_of_call(c.tenant_id, c.id, c.stream_id))
                      AND (EXISTS (SELECT FROM batch_consultations AS k
                                   WHERE k.tenant_id = b.tenant_id AND k.batch_id = b.id
                                     AND k.institution_id = OLD.institution_id)
                              AND EXISTS (
                                  SELECT FROM applications AS a
                                  WHERE a.tenant_id = b.tenant_id AND a.call_id = b.call_id
                                    AND a.state IN (
                                        'submitted', 'changes_requested', 'in_review', 'shortlisted', 'interview')
                                    AND OLD.stream_id IN (SELECT streams_of_decision(a.id, NULL)))
                           OR EXISTS (SELECT FROM prepared_decisions AS p
                                      WHERE p.tenant_id = b.tenant_id AND p.batch_id = b.id)))
            OR EXISTS (SELECT FROM open_revisions() AS r WHERE OLD.stream_id = ANY (r.streams))) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'partners_keep_their_say_while_they_are_asked',
            MESSAGE = 'a partner that co-decides is asked about decisions that are not settled';
    END IF;
    RETURN NULL;
END $$;
