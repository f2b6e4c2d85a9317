-- What the parties of an agreement mean to reach, what stands under it, and what came of it.

-- A number to be reached by a day. What it counts is what happened under the agreement, see `activities_under`.
CREATE TABLE mou_targets (
    tenant_id   uuid NOT NULL,
    mou_id      uuid NOT NULL,
    id          uuid NOT NULL,
    title       jsonb NOT NULL,
    metric      text NOT NULL,
    -- Where the number stood when the parties set the target; what is counted is added to it.
    baseline    integer NOT NULL DEFAULT 0,
    number      integer NOT NULL,
    direction   text NOT NULL DEFAULT 'at_least',
    -- From which day on is counted; from the first day in force unless given.
    counts_from date,
    due_on      date NOT NULL,
    -- Only what concerns this area, or startups of this country.
    focus_area  text,
    country     text,
    set_at      timestamptz NOT NULL DEFAULT now(),
    set_by      uuid NOT NULL,
    PRIMARY KEY (tenant_id, mou_id, id),
    FOREIGN KEY (tenant_id, mou_id) REFERENCES mous (tenant_id, id) ON DELETE CASCADE,
    -- At the end of the transaction, since a revision writes the areas anew.
    CONSTRAINT targets_name_an_area_of_their_agreement
        FOREIGN KEY (tenant_id, mou_id, focus_area) REFERENCES mou_areas (tenant_id, mou_id, focus_area)
        DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT target_has_a_title CHECK (title <> '{}'::jsonb),
    CONSTRAINT target_metric_is_known CHECK (metric IN (
        'call_opened', 'application_submitted', 'offer_accepted', 'startup_enrolled', 'startup_graduated',
        'startup_introduced', 'deal_closed', 'fast_track_used', 'benefit_used')),
    CONSTRAINT target_direction_is_known CHECK (direction IN ('at_least', 'at_most')),
    CONSTRAINT target_baseline_is_not_negative CHECK (baseline BETWEEN 0 AND 1000000),
    CONSTRAINT target_number_is_reasonable CHECK (number BETWEEN 0 AND 1000000),
    CONSTRAINT target_is_due_after_it_begins CHECK (counts_from <= due_on),
    CONSTRAINT target_country_is_iso CHECK (country ~ '^[A-Z]{2}$')
);

-- Something the parties mean to make or hold together, and what came of it.
CREATE TABLE mou_deliverables (
    tenant_id  uuid NOT NULL,
    mou_id     uuid NOT NULL,
    id         uuid NOT NULL,
    title      jsonb NOT NULL,
    kind       text NOT NULL,
    focus_area text,
    due_on     date NOT NULL,
    status     text NOT NULL DEFAULT 'scheduled',
    settled_on date,
    evidence   text,
    promised_at timestamptz NOT NULL DEFAULT now(),
    promised_by uuid NOT NULL,
    PRIMARY KEY (tenant_id, mou_id, id),
    FOREIGN KEY (tenant_id, mou_id) REFERENCES mous (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT deliverables_name_an_area_of_their_agreement
        FOREIGN KEY (tenant_id, mou_id, focus_area) REFERENCES mou_areas (tenant_id, mou_id, focus_area)
        DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT deliverable_has_a_title CHECK (title <> '{}'::jsonb),
    CONSTRAINT deliverable_kind_is_known CHECK (kind IN (
        'platform', 'program', 'stream', 'event', 'report', 'pilot', 'data_set', 'fund', 'other')),
    CONSTRAINT deliverable_status_is_known CHECK (status IN (
        'scheduled', 'partially_met', 'met', 'not_met', 'cancelled')),
    CONSTRAINT deliverable_is_dated_when_settled CHECK ((status = 'scheduled') = (settled_on IS NULL)),
    CONSTRAINT deliverables_are_met_with_evidence CHECK (
        status NOT IN ('met', 'partially_met') OR evidence IS NOT NULL)
);

-- What a party lets startups have, and how often.
CREATE TABLE mou_benefits (
    tenant_id     uuid NOT NULL,
    mou_id        uuid NOT NULL,
    id            uuid NOT NULL,
    kind          text NOT NULL,
    title         jsonb NOT NULL,
    -- Whom it is for, in words.
    beneficiaries text NOT NULL,
    program_id    uuid,
    -- How often it may be used; NULL for as often as is asked.
    quota         integer,
    granted_at    timestamptz NOT NULL DEFAULT now(),
    granted_by    uuid NOT NULL,
    PRIMARY KEY (tenant_id, mou_id, id),
    FOREIGN KEY (tenant_id, mou_id) REFERENCES mous (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT benefits_concern_a_program FOREIGN KEY (tenant_id, program_id) REFERENCES programs (tenant_id, id),
    CONSTRAINT benefit_has_a_title CHECK (title <> '{}'::jsonb),
    CONSTRAINT benefit_kind_is_known CHECK (kind IN (
        'fast_track', 'fee_waiver', 'space', 'data_access', 'co_investment', 'mentoring')),
    CONSTRAINT benefit_quota_is_reasonable CHECK (quota BETWEEN 1 AND 100000)
);
-- The uses of a fast track are told from its codes, which name the agreement.
CREATE UNIQUE INDEX agreements_have_one_fast_track ON mou_benefits (tenant_id, mou_id) WHERE kind = 'fast_track';

-- Each time that a benefit was used. A fast track is used by its codes, see `call_admissions`.
CREATE TABLE mou_benefit_uses (
    tenant_id   uuid NOT NULL,
    mou_id      uuid NOT NULL,
    benefit_id  uuid NOT NULL,
    id          uuid NOT NULL,
    used_on     date NOT NULL,
    startup_id  uuid,
    note        text,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    recorded_by uuid NOT NULL,
    PRIMARY KEY (tenant_id, mou_id, benefit_id, id),
    FOREIGN KEY (tenant_id, mou_id, benefit_id) REFERENCES mou_benefits (tenant_id, mou_id, id) ON DELETE CASCADE,
    CONSTRAINT benefits_are_used_by_startups FOREIGN KEY (tenant_id, startup_id) REFERENCES startups (tenant_id, id)
);

-- The benefit is locked, so that two late uses queue.
CREATE FUNCTION check_benefit_use() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE benefit record;
BEGIN
    SELECT b.kind, b.quota INTO benefit FROM mou_benefits AS b
    WHERE b.tenant_id = NEW.tenant_id AND b.mou_id = NEW.mou_id AND b.id = NEW.benefit_id FOR UPDATE;
    IF benefit.kind = 'fast_track' THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'fast_tracks_are_used_by_their_codes',
            MESSAGE = 'a fast track is used by its codes';
    END IF;
    IF (SELECT count(*) FROM mou_benefit_uses AS u
        WHERE u.tenant_id = NEW.tenant_id AND u.mou_id = NEW.mou_id AND u.benefit_id = NEW.benefit_id)
       >= benefit.quota THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'benefits_have_uses_left',
            MESSAGE = 'the benefit was used as often as was agreed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER benefits_have_uses_left BEFORE INSERT ON mou_benefit_uses
    FOR EACH ROW EXECUTE FUNCTION check_benefit_use();

-- Codes of an agreement let in no more startups than it grants. A code that was taken back counts as often as it was used.
CREATE FUNCTION check_fast_track_quota() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    most integer;
    given bigint;
BEGIN
    SELECT b.quota INTO most FROM mou_benefits AS b
    WHERE b.tenant_id = NEW.tenant_id AND b.mou_id = NEW.mou_id AND b.kind = 'fast_track' FOR UPDATE;
    IF most IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT coalesce(sum(CASE WHEN k.revoked_at IS NULL THEN k.uses_allowed ELSE (
            SELECT count(*) FROM call_admissions AS x WHERE x.tenant_id = k.tenant_id AND x.code_id = k.id) END), 0)
        INTO given
    FROM fast_track_codes AS k WHERE k.tenant_id = NEW.tenant_id AND k.mou_id = NEW.mou_id;
    IF given + NEW.uses_allowed > most THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'codes_keep_to_the_quota_of_their_agreement',
            MESSAGE = 'the agreement grants fewer uses of its fast track';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER codes_keep_to_the_quota_of_their_agreement BEFORE INSERT ON fast_track_codes
    FOR EACH ROW EXECUTE FUNCTION check_fast_track_quota();

-- What somebody decided to be done under an agreement. What a partner takes part in under it, and what comes of that,
-- follows by itself and stands nowhere, see `standing_under`.
CREATE TABLE mou_links (
    tenant_id    uuid NOT NULL,
    mou_id       uuid NOT NULL,
    id           uuid NOT NULL,
    program_id   uuid,
    stream_id    uuid,
    call_id      uuid,
    enrolment_id uuid,
    focus_area   text,
    service_line text,
    note         text,
    linked_at    timestamptz NOT NULL DEFAULT now(),
    linked_by    uuid NOT NULL,
    PRIMARY KEY (tenant_id, mou_id, id),
    FOREIGN KEY (tenant_id, mou_id) REFERENCES mous (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT links_lead_to_a_program FOREIGN KEY (tenant_id, program_id) REFERENCES programs (tenant_id, id),
    CONSTRAINT links_lead_to_a_stream FOREIGN KEY (tenant_id, stream_id) REFERENCES streams (tenant_id, id),
    CONSTRAINT links_lead_to_a_call FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id),
    CONSTRAINT links_lead_to_an_enrolment FOREIGN KEY (tenant_id, enrolment_id) REFERENCES enrolments (tenant_id, id),
    CONSTRAINT links_name_an_area_of_their_agreement
        FOREIGN KEY (tenant_id, mou_id, focus_area) REFERENCES mou_areas (tenant_id, mou_id, focus_area),
    CONSTRAINT links_lead_to_one_thing CHECK (num_nonnulls(program_id, stream_id, call_id, enrolment_id) = 1),
    CONSTRAINT links_are_made_once UNIQUE NULLS NOT DISTINCT (
        tenant_id, mou_id, program_id, stream_id, call_id, enrolment_id),
    CONSTRAINT service_line_is_known CHECK (service_line IN (
        'incubation_acceleration', 'investment_matching', 'knowledge_exchange', 'market_access'))
);

-- FOR SHARE, so that the agreement does not change meanwhile.
CREATE FUNCTION check_link_is_under_a_signature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM mous WHERE tenant_id = NEW.tenant_id AND id = NEW.mou_id AND state IN ('signed', 'terminated') FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'links_rest_on_a_signature',
            MESSAGE = 'nothing is done under an agreement that is not signed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER links_rest_on_a_signature BEFORE INSERT OR UPDATE ON mou_links
    FOR EACH ROW EXECUTE FUNCTION check_link_is_under_a_signature();

CALL wall_table('mou_targets');
CALL wall_table('mou_deliverables');
CALL wall_table('mou_benefits');
CALL wall_table('mou_benefit_uses');
CALL wall_table('mou_links');

CREATE POLICY the_managers_keep_mou_targets ON mou_targets USING (acts_as('manager'));
CREATE POLICY the_managers_keep_mou_deliverables ON mou_deliverables USING (acts_as('manager'));
CREATE POLICY the_managers_keep_mou_benefits ON mou_benefits USING (acts_as('manager'));
CREATE POLICY the_managers_keep_mou_benefit_uses ON mou_benefit_uses USING (acts_as('manager'));
CREATE POLICY the_managers_keep_mou_links ON mou_links USING (acts_as('manager'));

-- A partner's staff read what their institution's agreements promise. Which startups used a benefit, and what the park
-- links to an agreement, they learn as far as the functions below tell.
CREATE POLICY parties_read_mou_targets ON mou_targets FOR SELECT
    USING (acts_as('partner') AND EXISTS (
        SELECT FROM mous WHERE mous.tenant_id = mou_targets.tenant_id AND mous.id = mou_id));
CREATE POLICY parties_read_mou_deliverables ON mou_deliverables FOR SELECT
    USING (acts_as('partner') AND EXISTS (
        SELECT FROM mous WHERE mous.tenant_id = mou_deliverables.tenant_id AND mous.id = mou_id));
CREATE POLICY parties_read_mou_benefits ON mou_benefits FOR SELECT
    USING (acts_as('partner') AND EXISTS (
        SELECT FROM mous WHERE mous.tenant_id = mou_benefits.tenant_id AND mous.id = mou_id));

-- Whether somebody may know what an agreement led to: managers, and the staff of its parties once it is shared.
CREATE FUNCTION agreement_is_open_to(role text, institution uuid, agreement uuid) RETURNS boolean LANGUAGE sql STABLE
    RETURN EXISTS (
        SELECT FROM mous AS m
        WHERE m.tenant_id = acting_tenant() AND m.id = agreement
          AND (role IN ('manager', 'system')
               OR role = 'partner' AND m.state <> 'draft' AND EXISTS (
                   SELECT FROM mou_parties AS p
                   WHERE p.tenant_id = m.tenant_id AND p.mou_id = m.id AND p.institution_id = institution)));

-- The streams under an agreement: those that a partner takes part in under it, and those that somebody linked to it, alone
-- or with their program. Areas are those of the link, or those that the stream and the agreement have in common.
CREATE FUNCTION streams_under(agreement uuid)
    RETURNS TABLE (stream_id uuid, areas text[], service_line text, is_joint boolean) LANGUAGE sql STABLE AS $$
    SELECT s.id,
           array(SELECT DISTINCT a.focus_area FROM mou_areas AS a
                 WHERE a.tenant_id = s.tenant_id AND a.mou_id = agreement
                   AND (a.focus_area = ANY (b.areas) OR b.areas = '{}' AND a.focus_area = ANY (s.focus_areas))
                 ORDER BY 1),
           b.service_line, b.is_joint
    FROM streams AS s
    JOIN (SELECT u.stream_id, coalesce(array_agg(u.area) FILTER (WHERE u.area IS NOT NULL), '{}') AS areas,
                 min(u.service_line) AS service_line, bool_or(u.is_joint) AS is_joint
          FROM (SELECT p.stream_id, NULL AS area, NULL AS service_line, true AS is_joint
                FROM stream_partners AS p WHERE p.tenant_id = acting_tenant() AND p.mou_id = agreement
                UNION ALL
                SELECT t.id, l.focus_area, l.service_line, false
                FROM mou_links AS l
                JOIN streams AS t ON t.tenant_id = l.tenant_id AND (t.id = l.stream_id OR t.program_id = l.program_id)
                WHERE l.tenant_id = acting_tenant() AND l.mou_id = agreement) AS u
          GROUP BY u.stream_id) AS b ON b.stream_id = s.id
    WHERE s.tenant_id = acting_tenant()
$$;

-- The calls under an agreement: those of its streams that opened on a day on which it was in force, and those that somebody
-- linked to it. What comes of such a call counts whenever it comes: cohorts outlive the agreement they began under.
CREATE FUNCTION calls_under(agreement uuid)
    RETURNS TABLE (call_id uuid, areas text[], service_line text, is_joint boolean, is_linked boolean)
    LANGUAGE sql STABLE AS $$
    SELECT u.call_id, array(SELECT DISTINCT a FROM unnest(array_agg(u.areas)) AS a WHERE a IS NOT NULL ORDER BY 1),
           min(u.service_line), bool_or(u.is_joint), bool_or(u.is_linked)
    FROM (SELECT c.id AS call_id, x.area AS areas, s.service_line, s.is_joint, false AS is_linked
          FROM mous AS m
          JOIN calls AS c ON c.tenant_id = m.tenant_id
          JOIN streams_under(agreement) AS s
               ON s.stream_id IN (SELECT streams_of_call(c.tenant_id, c.id, c.stream_id))
          LEFT JOIN unnest(s.areas) AS x (area) ON true
          WHERE m.tenant_id = acting_tenant() AND m.id = agreement
            AND (mou_is_in_force(m.state, m.effective_on, m.ends_on, m.terminated_on,
                                 (c.opens_at AT TIME ZONE c.time_zone)::date)
                 -- A call of a partner's stream that opened on the day of the termination did so before that was told: it
                 -- would have been cancelled.
                 OR s.is_joint AND m.effective_on <= m.terminated_on
                    AND (c.opens_at AT TIME ZONE c.time_zone)::date = m.terminated_on)
          UNION ALL
          SELECT l.call_id, l.focus_area, l.service_line, false, true
          FROM mou_links AS l
          WHERE l.tenant_id = acting_tenant() AND l.mou_id = agreement AND l.call_id IS NOT NULL) AS u
    JOIN calls AS c ON c.tenant_id = acting_tenant() AND c.id = u.call_id
    WHERE c.published_at IS NOT NULL AND c.cancelled_at IS NULL AND c.opens_at <= now()
    GROUP BY u.call_id
$$;

-- Everything that happened under an agreement, by the day in the workspace's zone. It reads for the service, since partners
-- may not read applications; a partner learns which startups it nurtures, those enrolled in a stream it takes part in, and
-- of all others only that there was one. Nothing is told that is not known to the startup itself.
CREATE FUNCTION activities_under(role text, institution uuid, agreement uuid)
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
        LEFT JOIN mou_links AS l
            ON l.tenant_id = n.tenant_id AND l.mou_id = agreement AND l.enrolment_id = n.id
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
        SELECT e.kind, e.at, 'introduction', o.id, n.title, o.startup_id, n.areas, 'investment_matching', NULL, false
        FROM introductions AS o
        CROSS JOIN LATERAL (
            SELECT n.title, n.areas FROM enrolled AS n
            WHERE n.startup_id = o.startup_id AND n.created_at <= o.introduced_at
            ORDER BY n.created_at DESC LIMIT 1) AS n
        CROSS JOIN LATERAL (VALUES
            ('startup_introduced', o.introduced_at),
            ('deal_closed', CASE WHEN o.stage = 'closed' THEN o.ended_at END)) AS e (kind, at)
        WHERE o.tenant_id = acting_tenant() AND e.at IS NOT NULL
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

-- What stands under an agreement: what somebody linked to it, the streams in which a partner takes part under it, and the
-- calls of these.
CREATE FUNCTION standing_under(role text, institution uuid, agreement uuid)
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
    SELECT o.noun, CASE WHEN NOT is_partner OR o.noun <> 'enrolment' OR o.is_joint THEN o.object_id END,
           CASE WHEN NOT is_partner OR o.noun <> 'enrolment' OR o.is_joint THEN o.name END, o.within, o.areas,
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
        SELECT 3, 'call', c.id, c.title, s.name, u.areas, coalesce(u.service_line, 'incubation_acceleration'), l.id, l.note,
               true
        FROM calls_under(agreement) AS u
        JOIN calls AS c ON c.tenant_id = acting_tenant() AND c.id = u.call_id
        JOIN streams AS s ON s.tenant_id = c.tenant_id AND s.id = c.stream_id
        LEFT JOIN mou_links AS l ON l.tenant_id = c.tenant_id AND l.mou_id = agreement AND l.call_id = c.id
        UNION ALL
        SELECT 4, 'enrolment', n.id, i.names, s.name,
               CASE WHEN l.focus_area IS NULL THEN '{}' ELSE ARRAY[l.focus_area] END, l.service_line, l.id, l.note,
               EXISTS (SELECT FROM stream_partners AS p
                       WHERE p.tenant_id = s.tenant_id AND p.stream_id = s.id AND p.mou_id = agreement)
        FROM mou_links AS l
        JOIN enrolments AS n ON n.tenant_id = l.tenant_id AND n.id = l.enrolment_id
        JOIN institutions AS i ON i.tenant_id = n.tenant_id AND i.id = n.startup_id
        JOIN cohorts AS h ON h.tenant_id = n.tenant_id AND h.id = n.cohort_id
        JOIN streams AS s ON s.tenant_id = h.tenant_id AND s.id = h.stream_id
        WHERE l.tenant_id = acting_tenant() AND l.mou_id = agreement) AS o
    ORDER BY o.place, o.object_id;
END $$;
REVOKE ALL ON FUNCTION agreement_is_open_to(text, uuid, uuid), streams_under(uuid), calls_under(uuid),
    activities_under(text, uuid, uuid), standing_under(text, uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION agreement_is_open_to(text, uuid, uuid), streams_under(uuid), calls_under(uuid),
    activities_under(text, uuid, uuid), standing_under(text, uuid, uuid) TO trellis_app;
