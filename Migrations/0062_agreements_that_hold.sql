-- Agreements that hold: what a partner was given, signed or asked stands until it says otherwise, and is told to it alone.

-- As it was, by the chain of the agreement, as the say itself goes. It holds from the moment on which the partner is asked: until
-- the batch is released, whatever is taken out of it meanwhile, and as long as something is to become of released decisions.
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
                           OR EXISTS (SELECT FROM prepared_decisions AS p
                                      WHERE p.tenant_id = b.tenant_id AND p.batch_id = b.id)))
            OR EXISTS (SELECT FROM open_revisions() AS r WHERE OLD.stream_id = ANY (r.streams))) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'partners_keep_their_say_while_they_are_asked',
            MESSAGE = 'a partner that co-decides is asked about decisions that are not settled';
    END IF;
    RETURN NULL;
END $$;

-- Whether no person of the partner could be told that it was asked: nobody has a seat there, or all are too near the call. What
-- nobody was told, nobody consents to by silence.
ALTER TABLE batch_consultations ADD COLUMN reached_nobody boolean NOT NULL DEFAULT false;

-- As it was, but for that, and for what the partner was told before about batches of the call that are not released: where those
-- terms are milder, they are kept. No silence is noted by asking.
CREATE OR REPLACE FUNCTION check_consultation() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    terms record;
    told record;
BEGIN
    SELECT s.version, b.call_id, (now() AT TIME ZONE c.time_zone)::date AS today,
           bool_and(p.silence_consents) AS silence_consents,
           CASE WHEN count(*) = count(p.answer_days) THEN max(p.answer_days) END AS answer_days
    INTO terms
    FROM decision_batches AS b
    JOIN calls AS c ON c.tenant_id = b.tenant_id AND c.id = b.call_id
    CROSS JOIN LATERAL partners_of_batch(b.id) AS s
    JOIN stream_partners AS p ON p.tenant_id = b.tenant_id AND p.institution_id = s.institution_id
        AND p.stream_id = ANY (s.streams)
    WHERE b.tenant_id = NEW.tenant_id AND b.id = NEW.batch_id AND s.institution_id = NEW.institution_id
    GROUP BY s.version, b.call_id, c.time_zone;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'partners_are_asked_where_they_have_a_say',
            MESSAGE = 'the partner has no say in this batch';
    END IF;
    SELECT coalesce(bool_and(k.silence_consents), true) AS silence_consents,
           max(k.answer_by - (k.asked_at AT TIME ZONE c.time_zone)::date) AS answer_days,
           count(*) = count(k.answer_by) AS has_days
    INTO told
    FROM batch_consultations AS k
    JOIN decision_batches AS b ON b.tenant_id = k.tenant_id AND b.id = k.batch_id
    JOIN calls AS c ON c.tenant_id = b.tenant_id AND c.id = b.call_id
    WHERE k.tenant_id = NEW.tenant_id AND k.institution_id = NEW.institution_id AND NOT k.reached_nobody
      AND b.call_id = terms.call_id AND b.released_at IS NULL;
    NEW.asked_at := now();
    NEW.version := terms.version;
    NEW.answer_by := CASE WHEN told.has_days THEN terms.today + greatest(terms.answer_days, told.answer_days) END;
    IF terms.answer_days IS NULL THEN
        NEW.answer_by := NULL;
    END IF;
    NEW.reached_nobody := NOT EXISTS (
        SELECT FROM memberships AS m JOIN people AS who ON who.id = m.person_id AND who.disabled_at IS NULL
        WHERE m.tenant_id = NEW.tenant_id AND m.institution_id = NEW.institution_id AND m.role = 'partner'
          AND m.ended_at IS NULL AND terms.call_id <> ALL (calls_too_near('manager', m.person_id)));
    NEW.silence_consents := terms.silence_consents AND told.silence_consents AND NEW.answer_by IS NOT NULL
        AND NOT NEW.reached_nobody;
    NEW.silence_reason := NULL;
    NEW.silence_noted_at := NULL;
    NEW.silence_noted_by := NULL;
    RETURN NEW;
END $$;

-- As it was, but that silence is consent only to what was asked about: of a batch that has changed since, no such thing is said.
CREATE OR REPLACE FUNCTION joint_batches(role text, institution uuid, person uuid, only_batch uuid DEFAULT NULL)
    RETURNS TABLE (batch_id uuid, call_title jsonb, time_zone text, name text, places integer, currency text,
                   award_minor bigint, last_day date, consulted_at timestamptz, released_at timestamptz, co_decides boolean,
                   version bytea, decisions bigint, opinion_id uuid, is_current boolean, answer_by date,
                   silence_consents boolean, silence_reason text)
    LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system' AS $$
#variable_conflict use_column
BEGIN
    IF role IS DISTINCT FROM 'partner' THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH asked AS MATERIALIZED (
        SELECT b.id, c.title, c.time_zone, b.name, b.places, b.currency, b.award_minor, b.last_day, b.consulted_at,
               b.released_at
        FROM decision_batches AS b
        JOIN calls AS c ON c.tenant_id = b.tenant_id AND c.id = b.call_id
        WHERE b.tenant_id = acting_tenant() AND b.consulted_at IS NOT NULL
          AND (only_batch IS NULL OR b.id = only_batch)
          AND b.call_id <> ALL (calls_too_near('manager', person))
          AND EXISTS (SELECT FROM stream_partners AS p
                      WHERE p.tenant_id = c.tenant_id AND p.institution_id = institution
                        AND p.stream_id IN (SELECT streams_of_call(c.tenant_id, c.id, c.stream_id))))
    SELECT b.id, b.title, b.time_zone, b.name, b.places, b.currency, b.award_minor, b.last_day, b.consulted_at, b.released_at,
           s.co_decides, s.version, s.decisions, s.opinion_id, s.is_current, k.answer_by,
           coalesce(k.silence_consents AND k.version = s.version, false),
           CASE WHEN NOT s.is_current THEN k.silence_reason END
    FROM asked AS b
    CROSS JOIN LATERAL partners_of_batch(b.id) AS s
    LEFT JOIN LATERAL (
        SELECT k.answer_by, k.silence_consents, k.silence_reason, k.version FROM batch_consultations AS k
        WHERE k.tenant_id = acting_tenant() AND k.batch_id = b.id AND k.institution_id = s.institution_id
        ORDER BY k.asked_at DESC LIMIT 1) AS k ON true
    WHERE s.institution_id = institution;
END $$;

-- As it was; and whoever is asked reads from when to when the agreement binds.
CREATE OR REPLACE FUNCTION check_signing_request() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE binds_from date;
BEGIN
    SELECT m.effective_on INTO binds_from FROM mous AS m
    WHERE m.tenant_id = NEW.tenant_id AND m.id = NEW.mou_id AND m.state = 'agreed' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'signatories_are_asked_once_a_text_is_agreed',
            MESSAGE = 'the text is not agreed, or signed already';
    END IF;
    IF EXISTS (SELECT FROM mou_signatures AS s
               WHERE s.tenant_id = NEW.tenant_id AND s.mou_id = NEW.mou_id AND s.institution_id = NEW.institution_id) THEN
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

-- Nobody writes other dates beside a hand than it was put under, but for the first day: where the last party signs later, it is
-- that. What renews itself bears the hands of the term before under dates of its own.
CREATE FUNCTION check_signed_dates() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.ends_on IS DISTINCT FROM OLD.ends_on
        OR NEW.effective_on IS DISTINCT FROM OLD.effective_on
           AND NOT (NEW.state = 'signed'
                    AND NEW.effective_on IS NOT DISTINCT FROM greatest(OLD.effective_on, NEW.signed_on)))
       AND EXISTS (SELECT FROM mou_signatures AS s
                   WHERE s.tenant_id = NEW.tenant_id AND s.mou_id = NEW.id AND s.signed_by IS NOT NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'signed_dates_stand',
            MESSAGE = 'a party has signed by its own hand under other dates';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER signed_dates_stand BEFORE UPDATE OF effective_on, ends_on ON mous
    FOR EACH ROW WHEN (OLD.state = 'agreed' AND acting_role() IS DISTINCT FROM 'system')
    EXECUTE FUNCTION check_signed_dates();

-- An agreed text goes back to review as long as nobody has signed it: a party that has stays bound to those words alone.
CREATE FUNCTION check_reopening() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM mou_signatures AS s WHERE s.tenant_id = NEW.tenant_id AND s.mou_id = NEW.id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'signed_texts_are_not_reopened',
            MESSAGE = 'a party has signed the text';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER signed_texts_are_not_reopened BEFORE UPDATE OF state ON mous
    FOR EACH ROW WHEN (OLD.state IN ('agreed', 'signed', 'terminated') AND NEW.state IN ('draft', 'in_review'))
    EXECUTE FUNCTION check_reopening();

-- Notice is a fact, and of the last term of a chain: what is signed to follow is ended otherwise.
CREATE FUNCTION check_notice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.notice_given_on > (SELECT (now() AT TIME ZONE t.time_zone)::date FROM tenants AS t WHERE t.id = NEW.tenant_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'notice_is_recorded_once_it_is_given',
            MESSAGE = 'the day on which notice would be given has not come';
    END IF;
    IF EXISTS (SELECT FROM mous AS n
               WHERE n.tenant_id = NEW.tenant_id AND n.prior_mou_id = NEW.id AND n.state IN ('signed', 'terminated')) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'notice_is_given_of_the_last_term',
            MESSAGE = 'a further term is signed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER notice_is_recorded_once_it_is_given BEFORE UPDATE OF notice_given_on ON mous
    FOR EACH ROW WHEN (NEW.notice_given_on IS NOT NULL AND acting_role() IS DISTINCT FROM 'system')
    EXECUTE FUNCTION check_notice();

-- Whether an institution takes part in a stream under an agreement, or a term of its chain: the startups there are those that it
-- nurtures, and no other party of the agreement does.
CREATE FUNCTION takes_part_under(institution uuid, stream uuid, agreement uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM stream_partners AS p
        WHERE p.tenant_id = acting_tenant() AND p.institution_id = institution AND p.stream_id = stream
          AND p.mou_id IN (SELECT chain_of(acting_tenant(), agreement)))
$$;
REVOKE ALL ON FUNCTION takes_part_under(uuid, uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION takes_part_under(uuid, uuid, uuid) TO trellis_app;

-- As they were, but that a party learns the names of those that it nurtures itself.
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
               takes_part_under(institution, s.id, agreement)
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

-- A code is given under an agreement that a partner of the call's stream takes part under, or a signed term of its chain.
CREATE OR REPLACE FUNCTION check_code_agreement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM calls AS c
        JOIN stream_partners AS p ON p.tenant_id = c.tenant_id AND p.stream_id = c.stream_id
        JOIN mous AS m ON m.tenant_id = c.tenant_id AND m.id = NEW.mou_id
        WHERE c.tenant_id = NEW.tenant_id AND c.id = NEW.call_id
          AND (p.mou_id = m.id OR m.state IN ('signed', 'terminated') AND p.mou_id IN (SELECT chain_of(m.tenant_id, m.id)))) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'codes_rest_on_an_agreement_of_the_stream',
            MESSAGE = 'no partner of the stream takes part under this agreement';
    END IF;
    RETURN NEW;
END $$;

-- As it was, by the chain of the agreement: a code goes on with the term that follows.
CREATE OR REPLACE FUNCTION redeem_fast_track_code(presented bytea) RETURNS uuid LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    code fast_track_codes;
    refused text;
BEGIN
    SELECT k.* INTO code FROM fast_track_codes AS k
    WHERE k.tenant_id = acting_tenant() AND k.hash = presented FOR UPDATE;
    IF code.id IS NOT NULL AND EXISTS (
        SELECT FROM call_admissions AS x
        WHERE x.tenant_id = code.tenant_id AND x.call_id = code.call_id AND x.startup_id = acting_institution()) THEN
        RETURN code.call_id;
    END IF;
    refused := CASE
        WHEN code.id IS NULL OR NOT EXISTS (
            SELECT FROM calls AS c WHERE c.tenant_id = code.tenant_id AND c.id = code.call_id
              AND c.published_at IS NOT NULL) THEN 'fast_track_code_is_known'
        WHEN code.revoked_at IS NOT NULL THEN 'fast_track_code_stands'
        WHEN now() < code.valid_from THEN 'fast_track_code_has_begun'
        WHEN now() > code.valid_until THEN 'fast_track_code_has_not_run_out'
        WHEN NOT EXISTS (
            SELECT FROM calls AS c
            JOIN stream_partners AS p ON p.tenant_id = c.tenant_id AND p.stream_id = c.stream_id
                AND p.mou_id IN (SELECT chain_of(code.tenant_id, code.mou_id))
            WHERE c.tenant_id = code.tenant_id AND c.id = code.call_id
              AND agreement_holds(code.tenant_id, code.mou_id, p.institution_id, (now() AT TIME ZONE c.time_zone)::date))
            THEN 'fast_tracks_rest_on_an_mou_in_force'
        WHEN (SELECT count(*) FROM call_admissions AS x
              WHERE x.tenant_id = code.tenant_id AND x.code_id = code.id) >= code.uses_allowed
            THEN 'fast_track_code_has_uses_left'
        END;
    IF refused IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = refused,
            MESSAGE = 'the code lets nobody in';
    END IF;
    INSERT INTO call_admissions (tenant_id, call_id, startup_id, code_id, admitted_by)
    VALUES (code.tenant_id, code.call_id, acting_institution(), code.id, acting_person());
    RETURN code.call_id;
END $$;

-- As it was, but that the words of a decision are for those who decided it together with the park: whoever decides only on the
-- stream that an applicant is to move to learns from where, and not what was written there.
CREATE OR REPLACE FUNCTION joint_revisions()
    RETURNS TABLE (revision_id uuid, kind text, call_title jsonb, time_zone text, application_id uuid, startup jsonb,
                   proposed_at timestamptz, stood text, stood_stream jsonb, stood_note text, outcome text, stream jsonb,
                   rank integer, award_minor bigint, currency text, last_day date, note text, reason text, grounds text,
                   version bytea, opinion_id uuid, is_current boolean)
    LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system' AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM memberships AS m
                   WHERE m.id = acting_membership() AND m.tenant_id = acting_tenant() AND m.person_id = acting_person()
                     AND m.institution_id = acting_institution() AND m.role = 'partner' AND m.ended_at IS NULL) THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT r.revision_id, r.kind, k.title, k.time_zone, r.application_id, i.names, r.proposed_at, d.outcome, was.name,
           CASE WHEN acting_institution() IN (
               SELECT co_deciders(ARRAY(SELECT s FROM streams_of_decision(r.application_id, d.stream_id) AS s))) THEN d.note END,
           coalesce(c.outcome, q.verdict), becomes.name, c.rank, c.award_minor,
           CASE WHEN c.award_minor IS NOT NULL THEN b.currency END, c.last_day, coalesce(c.note, q.answer), c.reason, p.grounds,
           r.version, s.opinion_id, s.is_current
    FROM open_revisions() AS r
    CROSS JOIN LATERAL partners_of_revision(r.revision_id) AS s
    JOIN calls AS k ON k.tenant_id = acting_tenant() AND k.id = r.call_id
    JOIN applications AS a ON a.tenant_id = k.tenant_id AND a.id = r.application_id
    JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
    JOIN decisions AS d ON d.tenant_id = a.tenant_id AND d.application_id = a.id
    JOIN decision_batches AS b ON b.tenant_id = d.tenant_id AND b.id = d.batch_id
    LEFT JOIN streams AS was ON was.tenant_id = d.tenant_id AND was.id = d.stream_id
    LEFT JOIN decision_changes AS c ON r.kind = 'change' AND c.tenant_id = a.tenant_id AND c.id = r.revision_id
    LEFT JOIN streams AS becomes ON becomes.tenant_id = c.tenant_id AND becomes.id = c.stream_id
    LEFT JOIN appeals AS p ON r.kind = 'appeal' AND p.tenant_id = a.tenant_id AND p.application_id = a.id
    LEFT JOIN appeal_proposals AS q ON q.tenant_id = p.tenant_id AND q.application_id = p.application_id
    WHERE s.institution_id = acting_institution() AND r.call_id <> ALL (calls_too_near('manager', acting_person()));
END $$;

-- Who decided writes no answer that only another's name goes under.
CREATE FUNCTION check_appeal_proposal() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF EXISTS (SELECT FROM decisions AS d
               JOIN decision_batches AS b ON b.tenant_id = d.tenant_id AND b.id = d.batch_id
               WHERE d.tenant_id = NEW.tenant_id AND d.application_id = NEW.application_id
                 AND b.released_by = NEW.proposed_by)
        OR EXISTS (SELECT FROM prepared_decisions AS p
                   WHERE p.tenant_id = NEW.tenant_id AND p.application_id = NEW.application_id
                     AND p.prepared_by = NEW.proposed_by)
        OR EXISTS (SELECT FROM decision_changes AS c
                   WHERE c.tenant_id = NEW.tenant_id AND c.application_id = NEW.application_id AND c.confirmed_at IS NOT NULL
                     AND NEW.proposed_by IN (c.proposed_by, c.confirmed_by)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'appeals_are_heard_by_somebody_else',
            MESSAGE = 'who decided does not hear the appeal';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER appeals_are_heard_by_somebody_else BEFORE INSERT OR UPDATE ON appeal_proposals
    FOR EACH ROW EXECUTE FUNCTION check_appeal_proposal();

-- Letters that ask partners about decisions are as near to a call as the decisions are.
CREATE POLICY nobody_reads_letters_of_decisions_where_they_applied ON letters AS RESTRICTIVE FOR SELECT
    USING (NOT acts_as('manager') OR recipient_id = acting_person()
        OR coalesce(about_noun, '') NOT IN ('decision_batch', 'joint_revision')
        OR CASE about_noun
           WHEN 'decision_batch' THEN EXISTS (
               SELECT FROM decision_batches AS b WHERE b.tenant_id = letters.tenant_id AND b.id = about_id)
           ELSE EXISTS (
               SELECT FROM applications AS a
               WHERE a.tenant_id = letters.tenant_id AND a.id = about_id
                 AND a.call_id <> ALL ((SELECT calls_too_near(acting_role(), acting_person()))::uuid[]))
           END);

-- A stream that closes later than was said closes anew: those who name it are reminded of that, too.
ALTER TABLE stream_reminders ADD COLUMN closes_at timestamptz;
DO $$
DECLARE park uuid;
BEGIN
    PERFORM set_config('trellis.role', 'operator', true);
    FOR park IN SELECT id FROM tenants LOOP
        PERFORM set_config('trellis.tenant', park::text, true), set_config('trellis.role', 'system', true);
        UPDATE stream_reminders AS r SET closes_at = coalesce(
            (SELECT o.closes_at FROM applications AS a
             JOIN offered_streams AS o ON o.tenant_id = a.tenant_id AND o.call_id = a.call_id AND o.stream_id = r.stream_id
             WHERE a.tenant_id = r.tenant_id AND a.id = r.application_id), r.reminded_at)
        WHERE r.tenant_id = park;
        PERFORM set_config('trellis.role', 'operator', true);
    END LOOP;
    PERFORM set_config('trellis.tenant', '', true), set_config('trellis.role', '', true);
END $$;
ALTER TABLE stream_reminders ALTER COLUMN closes_at SET NOT NULL,
    DROP CONSTRAINT stream_reminders_pkey,
    ADD PRIMARY KEY (tenant_id, application_id, stream_id, occasion, closes_at);
