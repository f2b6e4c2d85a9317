-- What a startup and a park do with an application that goes back and forth between them.

-- While the startup has its application, the park's clock stands still: since when it had stood in the stage that it left,
-- the request keeps, so that the clock goes on with what was left when it comes back.
ALTER TABLE change_requests ADD COLUMN stage_since timestamptz;
DO $$
DECLARE park uuid;
BEGIN
    PERFORM set_config('trellis.role', 'operator', true);
    FOR park IN SELECT id FROM tenants LOOP
        PERFORM set_config('trellis.tenant', park::text, true), set_config('trellis.role', 'system', true);
        UPDATE change_requests AS r SET stage_since = coalesce(
            (SELECT max(e.at) FROM application_events AS e
             WHERE e.tenant_id = r.tenant_id AND e.application_id = r.application_id AND e.to_state = r.from_state
               AND e.at <= r.requested_at), r.requested_at)
        WHERE r.tenant_id = park;
        PERFORM set_config('trellis.role', 'operator', true);
    END LOOP;
    PERFORM set_config('trellis.tenant', '', true), set_config('trellis.role', '', true);
END $$;
ALTER TABLE change_requests ALTER COLUMN stage_since SET NOT NULL;

-- Whatever is said of it; the application still stands there when it is asked for changes.
CREATE FUNCTION keep_stage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.stage_since := coalesce((SELECT stage_entered_at FROM applications
                                 WHERE tenant_id = NEW.tenant_id AND id = NEW.application_id), now());
    RETURN NEW;
END $$;
CREATE TRIGGER the_stage_is_kept BEFORE INSERT ON change_requests FOR EACH ROW EXECUTE FUNCTION keep_stage();

-- Days count where the call is, so that a promise moves by as many days as the startup took, and by none within one.
CREATE OR REPLACE FUNCTION date_stage() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    left_for record;
    waited integer;
BEGIN
    NEW.stage_entered_at := now();
    IF OLD.state = 'changes_requested' THEN
        SELECT r.from_state, r.stage_since, r.requested_at, c.time_zone INTO left_for
        FROM change_requests AS r JOIN calls AS c ON c.tenant_id = r.tenant_id AND c.id = r.call_id
        WHERE r.tenant_id = NEW.tenant_id AND r.application_id = NEW.id
        ORDER BY r.requested_at DESC LIMIT 1;
        IF left_for.from_state = NEW.state THEN
            waited := (now() AT TIME ZONE left_for.time_zone)::date
                - (left_for.requested_at AT TIME ZONE left_for.time_zone)::date;
            NEW.stage_entered_at := least(now(), ((left_for.stage_since AT TIME ZONE left_for.time_zone)
                + waited * interval '1 day') AT TIME ZONE left_for.time_zone);
        END IF;
    END IF;
    RETURN NEW;
END $$;

-- Declared facts are asked to be changed as answers are. The request keeps what was declared when it was made: what managers
-- read until the changes are handed in, and what stands again if the park goes on without them.
ALTER TABLE change_requests ADD COLUMN facts jsonb;
CREATE TABLE change_request_facts (
    tenant_id      uuid NOT NULL,
    application_id uuid NOT NULL,
    request_id     uuid NOT NULL,
    fact           text NOT NULL,
    PRIMARY KEY (tenant_id, application_id, request_id, fact),
    FOREIGN KEY (tenant_id, application_id, request_id) REFERENCES change_requests (tenant_id, application_id, id),
    CONSTRAINT changes_are_asked_of_known_facts CHECK (fact IN (
        'incorporated_on', 'incorporated_in', 'full_time_staff', 'technical_staff', 'staff_worldwide',
        'technical_equity', 'project', 'awards', 'holders'))
);

-- The facts that are open again, while the startup has its application; NULL where none are.
CREATE FUNCTION reopened_facts(tenant uuid, application uuid) RETURNS text[] LANGUAGE sql STABLE
    SET search_path = public SET trellis.role = 'system'
    AS $$
        SELECT array_agg(f.fact) FROM applications AS a
        JOIN change_request_facts AS f ON f.tenant_id = a.tenant_id AND f.application_id = a.id
        WHERE a.tenant_id = tenant AND a.id = application AND a.state = 'changes_requested'
          AND f.request_id = (SELECT r.id FROM change_requests AS r
                              WHERE r.tenant_id = a.tenant_id AND r.application_id = a.id
                              ORDER BY r.requested_at DESC LIMIT 1)
    $$;

CREATE OR REPLACE FUNCTION keep_stage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.stage_since := coalesce((SELECT stage_entered_at FROM applications
                                 WHERE tenant_id = NEW.tenant_id AND id = NEW.application_id), now());
    NEW.facts := (SELECT facts FROM application_facts
                  WHERE tenant_id = NEW.tenant_id AND application_id = NEW.application_id);
    RETURN NEW;
END $$;

-- Only what was asked about is open again; where nothing was declared, nothing is frozen.
CREATE OR REPLACE FUNCTION check_facts_are_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stands text;
    open text[];
BEGIN
    SELECT state INTO stands FROM applications
    WHERE tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id)
      AND id = coalesce(NEW.application_id, OLD.application_id) FOR SHARE;
    IF stands <> 'draft' THEN
        open := reopened_facts(
            coalesce(NEW.tenant_id, OLD.tenant_id), coalesce(NEW.application_id, OLD.application_id));
        IF open IS NULL OR TG_OP = 'UPDATE' AND NEW.facts - open IS DISTINCT FROM OLD.facts - open
           OR TG_OP = 'DELETE' AND acting_role() IS DISTINCT FROM 'system' THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'facts_are_frozen_once_submitted',
                MESSAGE = 'what was declared in a submitted application is frozen';
        END IF;
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

-- As `restore_answers`: only for a request that a manager has just cancelled.
CREATE FUNCTION restore_facts(application uuid, request uuid) RETURNS void LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE asked change_requests;
BEGIN
    SELECT r.* INTO asked FROM change_requests AS r
    WHERE r.tenant_id = acting_tenant() AND r.application_id = application AND r.id = request AND r.cancelled_at = now()
      AND EXISTS (SELECT FROM change_request_facts AS f WHERE f.tenant_id = r.tenant_id
                  AND f.application_id = r.application_id AND f.request_id = r.id);
    IF asked.facts IS NULL THEN
        DELETE FROM application_facts AS d
        WHERE d.tenant_id = acting_tenant() AND d.application_id = application AND asked.id IS NOT NULL;
    ELSE
        UPDATE application_facts AS d SET facts = asked.facts
        WHERE d.tenant_id = acting_tenant() AND d.application_id = application AND d.facts <> asked.facts;
    END IF;
END $$;

CALL wall_table('change_request_facts');
REVOKE UPDATE, DELETE ON change_request_facts FROM trellis_app;
CREATE POLICY the_managers_name_facts ON change_request_facts USING (acts_as('manager'));
CREATE POLICY founders_read_which_facts_are_reopened ON change_request_facts FOR SELECT
    USING (acts_as('founder') AND EXISTS (
        SELECT FROM applications WHERE applications.tenant_id = change_request_facts.tenant_id
          AND applications.id = application_id AND startup_id = acting_institution()));

-- While a startup changes them, they are its own again; what was handed in stands in the request.
DROP POLICY managers_read_submitted_facts ON application_facts;
CREATE POLICY managers_read_submitted_facts ON application_facts FOR SELECT
    USING (acts_as('manager') AND EXISTS (
            SELECT FROM applications WHERE applications.tenant_id = application_facts.tenant_id
              AND applications.id = application_id AND submitted_at IS NOT NULL)
        AND reopened_facts(tenant_id, application_id) IS NULL);

REVOKE ALL ON FUNCTION reopened_facts(uuid, uuid), restore_facts(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reopened_facts(uuid, uuid), restore_facts(uuid, uuid) TO trellis_app;

-- What was declared is handed in with the rest, and kept with it; where nothing was, a copy says nothing of it.
CREATE OR REPLACE FUNCTION fill_snapshot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM applications WHERE tenant_id = NEW.tenant_id AND id = NEW.application_id
                   AND submitted_at IS NOT NULL AND state NOT IN ('draft', 'changes_requested')) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'what_is_handed_in_is_kept',
            MESSAGE = 'only what was handed in is kept as a copy';
    END IF;
    -- Imports carry history.
    IF acting_role() <> 'system' THEN
        NEW.submitted_at := now();
    END IF;
    NEW.number := (SELECT coalesce(max(number), 0) + 1 FROM application_snapshots
                   WHERE tenant_id = NEW.tenant_id AND application_id = NEW.application_id);
    NEW.content := (
        SELECT jsonb_build_object(
            'application', a.id, 'number', NEW.number,
            'submitted_at', to_char(NEW.submitted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            'startup', jsonb_build_object('id', a.startup_id, 'name', i.names),
            'call', jsonb_build_object(
                'id', c.id, 'title', c.title, 'stream', s.name, 'program', p.name, 'time_zone', c.time_zone,
                'closes_at', to_char(c.closes_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
            'questions', (
                SELECT coalesce(jsonb_agg(
                    (to_jsonb(q) - '{tenant_id,call_id,audience}'::text[]) || jsonb_build_object(
                        'answer', to_jsonb(w) - '{tenant_id,application_id,call_id,question_id,saved_at,saved_by}'::text[])
                        || CASE WHEN q.files IS NULL THEN '{}' ELSE jsonb_build_object('documents', (
                            SELECT coalesce(jsonb_agg(jsonb_build_object(
                                'id', d.id, 'name', d.name, 'media_type', d.media_type, 'bytes', d.bytes,
                                'sha256', encode(d.sha256, 'hex')) ORDER BY d.uploaded_at, d.id), '[]')
                            FROM documents AS d
                            WHERE d.tenant_id = q.tenant_id AND d.application_id = a.id AND d.question_id = q.id
                              AND d.removed_at IS NULL AND d.state <> 'rejected')) END
                    ORDER BY q.position), '[]')
                FROM call_questions AS q
                LEFT JOIN application_answers AS w ON w.tenant_id = q.tenant_id AND w.application_id = a.id
                    AND w.question_id = q.id
                WHERE q.tenant_id = a.tenant_id AND q.call_id = a.call_id
                  AND (a.asked IS NULL OR q.id = ANY (a.asked))))
            || coalesce((
                SELECT jsonb_build_object('choices', jsonb_agg(
                    jsonb_build_object('rank', k.rank, 'stream', k.stream_id, 'name', t.name) ORDER BY k.rank))
                FROM stream_choices AS k JOIN streams AS t ON t.tenant_id = k.tenant_id AND t.id = k.stream_id
                WHERE k.tenant_id = a.tenant_id AND k.application_id = a.id
                HAVING count(*) > 0), '{}')
            || coalesce((
                SELECT jsonb_build_object('facts', d.facts) FROM application_facts AS d
                WHERE d.tenant_id = a.tenant_id AND d.application_id = a.id), '{}')
        FROM applications AS a
        JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
        JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
        JOIN streams AS s ON s.tenant_id = c.tenant_id AND s.id = c.stream_id
        JOIN programs AS p ON p.tenant_id = s.tenant_id AND p.id = s.program_id
        WHERE a.tenant_id = NEW.tenant_id AND a.id = NEW.application_id);
    NEW.digest := sha256(convert_to(canonical_json(NEW.content), 'UTF8'));
    RETURN NEW;
END $$;
