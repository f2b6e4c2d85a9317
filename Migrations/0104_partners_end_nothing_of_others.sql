-- What a partner finds ends nothing in the streams of others: of an application that names streams which the partner does not
-- screen, its finding is on record for the park, which decides. The partner is told the same either way, or it would learn that
-- others were named.

ALTER TABLE application_events
    DROP CONSTRAINT occasion_is_known,
    ADD CONSTRAINT occasion_is_known CHECK (occasion IN ('appealed', 'upheld', 'found_unfit')),
    DROP CONSTRAINT partners_screen_and_do_nothing_else,
    ADD CONSTRAINT partners_screen_and_do_nothing_else CHECK (
        CASE WHEN acting_for IS NULL THEN occasion IS DISTINCT FROM 'found_unfit'
             ELSE person_id IS NOT NULL AND from_state = 'submitted'
                 AND CASE WHEN occasion IS NULL THEN to_state IN ('in_review', 'ineligible')
                          ELSE occasion = 'found_unfit' AND to_state = 'submitted' AND note IS NOT NULL END END);

CREATE INDEX findings_of_partners ON application_events (tenant_id, application_id) WHERE occasion = 'found_unfit';

-- Those whose partner has found what it found wait for the park, and are no longer the partner's.
CREATE OR REPLACE FUNCTION applications_to_screen() RETURNS uuid[] LANGUAGE plpgsql STABLE PARALLEL SAFE
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
              SELECT FROM application_events AS e
              WHERE e.tenant_id = a.tenant_id AND e.application_id = a.id AND e.occasion = 'found_unfit'
                AND e.acting_for = acting_institution() AND e.at >= a.submitted_at)
          AND NOT EXISTS (
              SELECT FROM review_rounds AS r
              JOIN panel_members AS p ON p.tenant_id = r.tenant_id AND p.round_id = r.id
              WHERE r.tenant_id = a.tenant_id AND r.call_id = a.call_id AND r.is_blind
                AND p.person_id = acting_person() AND p.declined_at IS NULL));
END $$;

-- Whether what waits for the partner names streams that are not its own to screen.
CREATE FUNCTION names_streams_of_others(application uuid) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN application = ANY (applications_to_screen()) AND EXISTS (
        SELECT FROM stream_choices AS k
        WHERE k.tenant_id = acting_tenant() AND k.application_id = application
          AND k.stream_id <> ALL (streams_screened()));
END $$;

CREATE OR REPLACE FUNCTION check_partner_screens() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
    moved text[] := '{state,version,stage_entered_at,appeal_until,reached}';
BEGIN
    IF OLD.state <> 'submitted' OR to_jsonb(NEW) - moved <> to_jsonb(OLD) - moved THEN
        RAISE insufficient_privilege USING MESSAGE = 'partners screen applications and change nothing else of them';
    END IF;
    IF NEW.state = 'ineligible' AND names_streams_of_others(NEW.id) THEN
        RAISE insufficient_privilege USING MESSAGE = 'what a partner finds ends nothing in the streams of others';
    END IF;
    RETURN NEW;
END $$;

CREATE POLICY partners_record_what_they_found ON application_events FOR INSERT
    WITH CHECK (acts_as('partner') AND person_id = acting_person() AND acting_for = acting_institution()
        AND occasion = 'found_unfit' AND names_streams_of_others(application_id));
-- It is not said to founders before the park has: what stands in a letter is the park's to decide.
ALTER POLICY founders_have_their_history ON application_events
    USING (acts_as('founder') AND occasion IS DISTINCT FROM 'found_unfit' AND EXISTS (
        SELECT FROM applications WHERE applications.tenant_id = application_events.tenant_id
          AND applications.id = application_id AND startup_id = acting_institution()));

REVOKE ALL ON FUNCTION names_streams_of_others(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION names_streams_of_others(uuid) TO trellis_app;
