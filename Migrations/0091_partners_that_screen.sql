-- Partners that screen: the staff of a partner find out whether applications to its streams meet the conditions of their call,
-- and nothing else of applications is theirs.

ALTER TABLE stream_partners ADD COLUMN screens boolean NOT NULL DEFAULT false;

-- For whom somebody screened who is not of the park.
ALTER TABLE application_events ADD COLUMN acting_for uuid,
    ADD FOREIGN KEY (tenant_id, acting_for) REFERENCES institutions (tenant_id, id),
    ADD CONSTRAINT partners_screen_and_do_nothing_else CHECK (
        acting_for IS NULL
        OR person_id IS NOT NULL AND from_state = 'submitted' AND to_state IN ('in_review', 'ineligible'));

-- The streams in which whoever asks screens, as long as the agreement that its partner takes part under is in force. Policies ask
-- this and what follows, so each says that it is safe in parallel: what does not is read by one process alone, by all.
CREATE FUNCTION streams_screened() RETURNS uuid[] LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN ARRAY(
        SELECT p.stream_id
        FROM memberships AS m
        JOIN tenants AS t ON t.id = m.tenant_id
        JOIN stream_partners AS p ON p.tenant_id = m.tenant_id AND p.institution_id = m.institution_id AND p.screens
        WHERE m.id = acting_membership() AND m.tenant_id = acting_tenant() AND m.person_id = acting_person()
          AND m.institution_id = acting_institution() AND m.role = 'partner' AND m.ended_at IS NULL
          AND agreement_holds(p.tenant_id, p.mou_id, p.institution_id, (now() AT TIME ZONE t.time_zone)::date));
END $$;

-- What waits to be screened in these streams: what names one of them, or what was handed in to a call of one where there was
-- nothing to choose. Nothing of a call that whoever asks is too near, as with its decisions; nor of one whose applications they
-- are to judge without knowing whose they are.
CREATE FUNCTION applications_to_screen() RETURNS uuid[] LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    own uuid[] := streams_screened();
    near uuid[];
BEGIN
    IF own = '{}' THEN
        RETURN '{}';
    END IF;
    near := calls_too_near('manager', acting_person());
    RETURN ARRAY(
        SELECT a.id FROM applications AS a
        JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
        WHERE a.tenant_id = acting_tenant() AND a.state = 'submitted' AND a.call_id <> ALL (near)
          AND (EXISTS (SELECT FROM stream_choices AS k
                       WHERE k.tenant_id = a.tenant_id AND k.application_id = a.id AND k.stream_id = ANY (own))
               OR c.stream_id = ANY (own)
                  AND NOT EXISTS (SELECT FROM stream_choices AS k
                                  WHERE k.tenant_id = a.tenant_id AND k.application_id = a.id))
          AND NOT EXISTS (
              SELECT FROM review_rounds AS r
              JOIN panel_members AS p ON p.tenant_id = r.tenant_id AND p.round_id = r.id
              WHERE r.tenant_id = a.tenant_id AND r.call_id = a.call_id AND r.is_blind
                AND p.person_id = acting_person() AND p.declined_at IS NULL));
END $$;

-- The calls of these applications, whose conditions are read with them.
CREATE FUNCTION calls_to_screen() RETURNS uuid[] LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE waiting uuid[] := applications_to_screen();
BEGIN
    RETURN ARRAY(SELECT DISTINCT a.call_id FROM applications AS a
                 WHERE a.tenant_id = acting_tenant() AND a.id = ANY (waiting));
END $$;

-- The questions of these calls whose answers are read with them: not what only the park reads, nor what is asked of those who
-- name other streams, which would tell that they do.
CREATE FUNCTION questions_to_screen() RETURNS uuid[] LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    own uuid[] := streams_screened();
    screened uuid[] := calls_to_screen();
BEGIN
    RETURN ARRAY(SELECT q.id FROM call_questions AS q
                 WHERE q.tenant_id = acting_tenant() AND q.call_id = ANY (screened) AND q.audience <> 'managers'
                   AND (q.streams = '{}' OR q.streams && own));
END $$;

-- What waits, with the last copy of what was handed in where one application is asked for: without the order of its streams, of
-- which the partner is told its own alone.
CREATE FUNCTION screenings(only_application uuid DEFAULT NULL)
    RETURNS TABLE (application_id uuid, call_id uuid, call_title jsonb, time_zone text, startup_names jsonb,
                   stream_names jsonb, submitted_at timestamptz, content jsonb)
    LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system' AS $$
#variable_conflict use_column
DECLARE
    own uuid[] := streams_screened();
    waiting uuid[] := applications_to_screen();
    legible uuid[];
BEGIN
    IF only_application IS NOT NULL THEN
        legible := questions_to_screen();
    END IF;
    RETURN QUERY
    SELECT a.id, c.id, c.title, c.time_zone, i.names,
           (SELECT coalesce(jsonb_agg(t.name ORDER BY t.id), '[]') FROM streams AS t
            WHERE t.tenant_id = a.tenant_id AND t.id = ANY (own)
              AND (EXISTS (SELECT FROM stream_choices AS k
                           WHERE k.tenant_id = a.tenant_id AND k.application_id = a.id AND k.stream_id = t.id)
                   OR t.id = c.stream_id
                      AND NOT EXISTS (SELECT FROM stream_choices AS k
                                      WHERE k.tenant_id = a.tenant_id AND k.application_id = a.id))),
           a.submitted_at, s.content
    FROM applications AS a
    JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
    JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
    LEFT JOIN LATERAL (
        SELECT (p.content - 'choices') || jsonb_build_object('questions', (
            SELECT coalesce(jsonb_agg(q.asked ORDER BY q.place), '[]')
            FROM jsonb_array_elements(p.content -> 'questions') WITH ORDINALITY AS q (asked, place)
            WHERE (q.asked ->> 'id')::uuid = ANY (legible))) AS content
        FROM application_snapshots AS p
        WHERE p.tenant_id = a.tenant_id AND p.application_id = a.id AND a.id = only_application
        ORDER BY p.number DESC LIMIT 1) AS s ON true
    WHERE a.tenant_id = acting_tenant() AND a.id = ANY (waiting)
      AND (only_application IS NULL OR a.id = only_application)
    ORDER BY a.submitted_at, a.id
    LIMIT 500;
END $$;

-- Whether an application came to a state in this very transaction.
CREATE FUNCTION has_just_moved(application uuid, stands text) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN EXISTS (SELECT FROM applications AS a
                   WHERE a.tenant_id = acting_tenant() AND a.id = application AND a.state = stands
                     AND a.stage_entered_at = now());
END $$;

CREATE POLICY partners_read_what_they_screen ON applications FOR SELECT
    USING (acts_as('partner') AND id = ANY ((SELECT applications_to_screen())::uuid[]));
CREATE POLICY partners_screen_applications ON applications FOR UPDATE
    USING (acts_as('partner') AND id = ANY ((SELECT applications_to_screen())::uuid[]))
    WITH CHECK (acts_as('partner') AND state IN ('in_review', 'ineligible'));
CREATE POLICY partners_record_what_they_screened ON application_events FOR INSERT
    WITH CHECK (acts_as('partner') AND person_id = acting_person() AND acting_for = acting_institution()
        AND occasion IS NULL AND has_just_moved(application_id, to_state));
CREATE POLICY partners_read_findings ON application_findings FOR SELECT
    USING (acts_as('partner') AND application_id = ANY ((SELECT applications_to_screen())::uuid[]));
CREATE POLICY partners_cite_findings ON application_findings FOR UPDATE
    USING (acts_as('partner') AND application_id = ANY ((SELECT applications_to_screen())::uuid[]))
    WITH CHECK (acts_as('partner') AND cited_by = acting_person());
CREATE POLICY partners_read_conditions_they_screen_by ON call_conditions FOR SELECT
    USING (acts_as('partner') AND call_id = ANY ((SELECT calls_to_screen())::uuid[]));
CREATE POLICY partners_read_documents_they_screen ON documents FOR SELECT
    USING (acts_as('partner') AND state = 'clean' AND removed_at IS NULL
        AND application_id = ANY ((SELECT applications_to_screen())::uuid[])
        AND question_id = ANY ((SELECT questions_to_screen())::uuid[]));
ALTER POLICY readers_read_clean_chunks ON document_chunks
    USING (acts_as('manager', 'reviewer', 'partner') AND EXISTS (
        SELECT FROM documents AS d
        WHERE d.tenant_id = document_chunks.tenant_id AND d.application_id = document_chunks.application_id
          AND d.id = document_id AND d.state = 'clean' AND d.damaged_at IS NULL));
ALTER POLICY readers_sign_their_downloads ON document_downloads
    WITH CHECK (acts_as('founder', 'manager', 'reviewer', 'partner') AND person_id = acting_person() AND EXISTS (
        SELECT FROM documents AS d
        WHERE d.tenant_id = document_downloads.tenant_id AND d.application_id = document_downloads.application_id
          AND d.id = document_id));

-- A policy knows the new row or the old one, not what differs.
CREATE FUNCTION check_partner_screens() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
    moved text[] := '{state,version,stage_entered_at,appeal_until,reached}';
BEGIN
    IF OLD.state <> 'submitted' OR to_jsonb(NEW) - moved <> to_jsonb(OLD) - moved THEN
        RAISE insufficient_privilege USING MESSAGE = 'partners screen applications and change nothing else of them';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER partners_screen_and_change_nothing_else BEFORE UPDATE ON applications
    FOR EACH ROW WHEN (acts_as('partner')) EXECUTE FUNCTION check_partner_screens();

REVOKE ALL ON FUNCTION streams_screened(), applications_to_screen(), calls_to_screen(), questions_to_screen(),
    screenings(uuid), has_just_moved(uuid, text), check_partner_screens() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION streams_screened(), applications_to_screen(), calls_to_screen(), questions_to_screen(),
    screenings(uuid), has_just_moved(uuid, text) TO trellis_app;
