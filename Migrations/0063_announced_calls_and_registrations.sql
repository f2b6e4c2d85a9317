-- Public calls as everybody reads them, and how a founder comes in without having been seated by a manager first.

-- A workspace lets its public calls be found, and startups register for them, once a manager has said so.
ALTER TABLE tenants ADD COLUMN takes_registrations boolean NOT NULL DEFAULT false;

CREATE POLICY managers_let_their_workspace_be_found ON tenants FOR UPDATE USING (acts_as('manager') AND id = acting_tenant());
-- A policy chooses rows, not columns.
CREATE FUNCTION check_tenant_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    IF acts_as('manager') AND to_jsonb(NEW) - 'takes_registrations' <> to_jsonb(OLD) - 'takes_registrations' THEN
        RAISE insufficient_privilege USING MESSAGE = 'this part of a workspace is not for managers to change';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER managers_change_only_whether_it_is_found BEFORE UPDATE ON tenants
    FOR EACH ROW EXECUTE FUNCTION check_tenant_change();

-- Who reads without being known is the role `visitor`, inside one workspace. It sees what is announced: calls that are public,
-- published and not called off, of a workspace that lets itself be found; what they ask, their streams and programs, and
-- nothing else. Which partners stand behind a stream is not among it.
ALTER POLICY published_calls_are_read ON calls USING (
    published_at IS NOT NULL AND acting_role() IS NOT NULL AND NOT acts_as('visitor') AND (
        access = 'public'
        OR acts_as('founder') AND EXISTS (
            SELECT FROM call_admissions AS x
            WHERE x.tenant_id = calls.tenant_id AND x.call_id = calls.id AND x.startup_id = acting_institution())
        OR acts_as('partner') AND EXISTS (
            SELECT FROM stream_partners AS p
            WHERE p.tenant_id = calls.tenant_id AND p.stream_id = calls.stream_id
              AND p.institution_id = acting_institution())
        OR acts_as('reviewer') AND EXISTS (
            SELECT FROM review_rounds AS r WHERE r.tenant_id = calls.tenant_id AND r.call_id = calls.id)));
CREATE POLICY announced_calls_are_read ON calls FOR SELECT USING (
    acts_as('visitor') AND access = 'public' AND published_at IS NOT NULL AND cancelled_at IS NULL
    AND EXISTS (SELECT FROM tenants AS t WHERE t.id = calls.tenant_id AND t.takes_registrations));
CREATE POLICY announced_streams_are_read ON streams FOR SELECT USING (
    acts_as('visitor') AND (
        EXISTS (SELECT FROM calls AS c WHERE c.tenant_id = streams.tenant_id AND c.stream_id = streams.id)
        OR EXISTS (SELECT FROM offered_streams AS o WHERE o.tenant_id = streams.tenant_id AND o.stream_id = streams.id)));
CREATE POLICY announced_programs_are_read ON programs FOR SELECT USING (
    acts_as('visitor')
    AND EXISTS (SELECT FROM streams AS s WHERE s.tenant_id = programs.tenant_id AND s.program_id = programs.id));

-- A visitor asks for work, the letter of a registration, and watches none.
ALTER POLICY jobs_are_watched_by_their_tenant ON jobs USING (
    (SELECT acting_role()) IS NOT NULL AND NOT (SELECT acts_as('visitor')) AND tenant_id = (SELECT acting_tenant()));
ALTER POLICY jobs_are_cancelled_by_their_tenant ON jobs USING (
    (SELECT acting_role()) IS NOT NULL AND NOT (SELECT acts_as('visitor')) AND tenant_id = (SELECT acting_tenant()));

-- What is announced in all workspaces, or in one, or of one call: also in which workspace to look for the rest of it. It acts
-- as a visitor in each, whoever asks, so that the walls of a visitor stand here too.
CREATE FUNCTION announced_calls(workspace text, wanted uuid)
    RETURNS TABLE (park uuid, park_slug text, park_name text, call uuid, call_title jsonb, call_program jsonb,
                   call_stream jsonb, opening timestamptz, closing timestamptz, zone text)
    LANGUAGE plpgsql STABLE SET search_path = public
    SET trellis.role = 'gate' SET trellis.tenant = '' SET trellis.institution = '' SET trellis.person = '' AS $$
DECLARE
    -- All at once: a cursor would read on as a visitor.
    found uuid[] := ARRAY(
        SELECT t.id FROM tenants AS t
        WHERE t.takes_registrations AND (workspace IS NULL OR t.slug = workspace) ORDER BY t.name, t.id);
    one uuid;
BEGIN
    FOREACH one IN ARRAY found LOOP
        PERFORM set_config('trellis.role', 'visitor', true), set_config('trellis.tenant', one::text, true);
        RETURN QUERY
            SELECT t.id, t.slug, t.name, c.id, c.title, p.name, s.name, c.opens_at, c.closes_at, c.time_zone
            FROM calls AS c
            JOIN tenants AS t ON t.id = c.tenant_id
            JOIN streams AS s ON s.tenant_id = c.tenant_id AND s.id = c.stream_id
            JOIN programs AS p ON p.tenant_id = s.tenant_id AND p.id = s.program_id
            WHERE c.tenant_id = one AND t.takes_registrations
              AND c.access = 'public' AND c.published_at IS NOT NULL AND c.cancelled_at IS NULL
              AND (wanted IS NULL OR c.id = wanted);
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION announced_calls(text, uuid), check_tenant_change() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION announced_calls(text, uuid) TO trellis_app;

-- An invitation that somebody gives themself: what they typed, until they follow the link of the letter that it brings. Only
-- then there is an account, a startup and a seat.
--
--    asked for ──► letter with a link ──► used
--                        └──► expired, forgotten
CREATE TABLE registrations (
    tenant_id      uuid NOT NULL,
    id             uuid NOT NULL,
    call_id        uuid NOT NULL,
    email          text NOT NULL,
    name           text NOT NULL,
    startup_name   text NOT NULL,
    language       text NOT NULL,
    requested_at   timestamptz NOT NULL DEFAULT now(),
    -- Of the link of the last letter. There is none before it is written, and no copy of the link here or in a job.
    hash           bytea,
    expires_at     timestamptz NOT NULL DEFAULT now() + interval '2 days',
    used_at        timestamptz,
    application_id uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id),
    CONSTRAINT registration_links_are_distinct UNIQUE (tenant_id, hash),
    CONSTRAINT registration_hash_is_sha256 CHECK (length(hash) = 32),
    CONSTRAINT registration_email_is_lower_case CHECK (email = lower(email)),
    CONSTRAINT registrations_name_both CHECK (name <> '' AND startup_name <> ''),
    CONSTRAINT registration_language_is_offered CHECK (language IN ('en', 'zh-Hant', 'ja')),
    CONSTRAINT registrations_are_used_for_an_application CHECK (
        (used_at IS NULL) = (application_id IS NULL) AND (used_at IS NULL OR hash IS NOT NULL))
);
CREATE INDEX registrations_of_an_address ON registrations (tenant_id, email, requested_at);
CREATE INDEX registrations_by_expiry ON registrations (tenant_id, expires_at);

-- A form sent twice is one registration, and an address that somebody else types gets few letters. Neither is refused aloud:
-- what was done with an address is told to its owner alone.
CREATE FUNCTION spare_the_reader() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.tenant_id || ' registers ' || NEW.email, 0));
    IF EXISTS (
        SELECT FROM registrations AS r
        WHERE r.tenant_id = NEW.tenant_id AND r.email = NEW.email AND r.requested_at > now() - interval '10 minutes'
          AND r.used_at IS NULL
          AND (r.call_id, r.name, r.startup_name, r.language)
            = (NEW.call_id, NEW.name, NEW.startup_name, NEW.language))
        OR (SELECT count(*) >= 3 FROM registrations AS r
            WHERE r.tenant_id = NEW.tenant_id AND r.email = NEW.email AND r.requested_at > now() - interval '1 hour')
    THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION spare_the_reader() FROM PUBLIC;
CREATE TRIGGER registrations_spare_their_reader BEFORE INSERT ON registrations
    FOR EACH ROW EXECUTE FUNCTION spare_the_reader();

CALL wall_table('registrations');
-- Of people who may never come: what they typed is forgotten with the registration, which a trail would not. What comes of
-- it, the account, the startup, the seat and the application, is on the trail.
DROP TRIGGER audit_inserted ON registrations;
DROP TRIGGER audit_changed ON registrations;
-- Nobody but the service reads one: a visitor only leaves it, for a call that is open.
CREATE POLICY visitors_register ON registrations FOR INSERT WITH CHECK (
    acts_as('visitor') AND hash IS NULL AND used_at IS NULL
    AND EXISTS (SELECT FROM calls AS c
                WHERE c.tenant_id = registrations.tenant_id AND c.id = registrations.call_id
                  AND now() BETWEEN c.opens_at AND c.closes_at));
