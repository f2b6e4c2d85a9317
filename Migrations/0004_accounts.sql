-- People, their seats, and the trail of every write.

-- A tenant is an institution that keeps a workspace here: a park, a department. Its own directory entry in
-- `institutions` carries the tenant's id.
CREATE TABLE tenants (
    id         uuid PRIMARY KEY,
    slug       text NOT NULL,
    name       text NOT NULL,
    time_zone  text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tenants_have_distinct_slugs UNIQUE (slug),
    CONSTRAINT tenant_slug_is_short_and_plain CHECK (slug ~ '^[a-z0-9][a-z0-9-]{1,62}$'),
    CONSTRAINT tenant_has_a_name CHECK (name <> '')
);

CREATE TABLE people (
    id          uuid PRIMARY KEY,
    email       text NOT NULL,
    name        text NOT NULL,
    locale      text NOT NULL DEFAULT 'en',
    created_at  timestamptz NOT NULL DEFAULT now(),
    disabled_at timestamptz,
    CONSTRAINT people_have_distinct_emails UNIQUE (email),
    CONSTRAINT email_is_lower_case CHECK (email = lower(email)),
    CONSTRAINT locale_is_offered CHECK (locale IN ('en', 'zh-Hant', 'ja'))
);

-- Apart from `people`, because a manager may read a colleague's name and must never read a hash.
CREATE TABLE passwords (
    person_id  uuid PRIMARY KEY REFERENCES people (id),
    hash       text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT password_is_argon2id CHECK (hash LIKE '$argon2id$%')
);

-- A seat: one person, acting for one institution, in one tenant, in one role. An operator runs the platform and
-- belongs to no tenant.
CREATE TABLE memberships (
    id             uuid PRIMARY KEY,
    tenant_id      uuid REFERENCES tenants (id),
    person_id      uuid NOT NULL REFERENCES people (id),
    institution_id uuid,
    role           text NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    ended_at       timestamptz,
    CONSTRAINT membership_role_is_known
        CHECK (role IN ('operator', 'manager', 'partner', 'founder', 'investor', 'mentor')),
    CONSTRAINT only_operators_sit_outside_a_tenant
        CHECK ((role = 'operator') = (tenant_id IS NULL) AND (role = 'operator') = (institution_id IS NULL))
);
CREATE UNIQUE INDEX memberships_once_per_seat ON memberships (person_id, tenant_id, institution_id, role)
    NULLS NOT DISTINCT WHERE ended_at IS NULL;
CREATE INDEX memberships_of_a_tenant ON memberships (tenant_id, institution_id);

CREATE TABLE sessions (
    hash          bytea PRIMARY KEY,
    person_id     uuid NOT NULL REFERENCES people (id),
    membership_id uuid NOT NULL REFERENCES memberships (id),
    csrf          text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    seen_at       timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz NOT NULL,
    CONSTRAINT session_hash_is_sha256 CHECK (length(hash) = 32)
);
CREATE INDEX sessions_of_a_person ON sessions (person_id);

CREATE TABLE tokens (
    id            uuid PRIMARY KEY,
    hash          bytea NOT NULL,
    membership_id uuid NOT NULL REFERENCES memberships (id),
    person_id     uuid NOT NULL REFERENCES people (id),
    name          text NOT NULL,
    scopes        text[] NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz NOT NULL,
    revoked_at    timestamptz,
    CONSTRAINT tokens_are_distinct UNIQUE (hash),
    CONSTRAINT token_hash_is_sha256 CHECK (length(hash) = 32),
    CONSTRAINT token_scopes_are_known CHECK (scopes <@ ARRAY['read', 'write'] AND scopes <> '{}')
);
CREATE INDEX tokens_of_a_person ON tokens (person_id);

-- The way in for somebody newly seated: whoever brings the code sets the first password.
CREATE TABLE invitations (
    hash        bytea PRIMARY KEY,
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    person_id   uuid NOT NULL REFERENCES people (id),
    created_at  timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,
    accepted_at timestamptz,
    CONSTRAINT invitation_hash_is_sha256 CHECK (length(hash) = 32)
);

-- Who did what, in the transaction of the deed itself. Written by triggers alone, so that no path can forget it.
CREATE TABLE audit_events (
    seq           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at            timestamptz NOT NULL DEFAULT clock_timestamp(),
    tenant_id     uuid,
    person_id     uuid,
    membership_id uuid,
    role          text,
    action        text,
    request_id    text,
    deed          text NOT NULL CHECK (deed IN ('insert', 'update', 'delete')),
    noun          text NOT NULL,
    object_id     uuid,
    before        jsonb,
    after         jsonb
);
CREATE INDEX audit_events_of_an_object ON audit_events (tenant_id, object_id, seq);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'audit_trail_is_append_only',
        MESSAGE = 'the audit trail is append-only';
END $$;
CREATE TRIGGER audit_trail_is_append_only BEFORE UPDATE OR DELETE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_trail_is_never_truncated BEFORE TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- SECURITY DEFINER: the service itself holds no INSERT on the trail, only what it does to other tables writes there.
CREATE FUNCTION audit_inserted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO audit_events (tenant_id, person_id, membership_id, role, action, request_id, deed, noun, object_id, after)
    SELECT coalesce((fresh.row ->> 'tenant_id')::uuid, acting_tenant()), acting_person(), acting_membership(),
           acting_role(), nullif(current_setting('trellis.action', true), ''),
           nullif(current_setting('trellis.request', true), ''), 'insert', TG_TABLE_NAME,
           (fresh.row ->> 'id')::uuid, fresh.row - '{hash,csrf}'::text[]
    FROM (SELECT to_jsonb(inserted) AS row FROM inserted) AS fresh;
    RETURN NULL;
END $$;

-- An update keeps only the columns that changed, before and after; an update that changed nothing leaves no row.
CREATE FUNCTION audit_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    was jsonb := to_jsonb(OLD) - '{hash,csrf}'::text[];
    became jsonb := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(NEW) - '{hash,csrf}'::text[] END;
    changed text[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT array_agg(key) INTO changed FROM jsonb_each(became) WHERE value IS DISTINCT FROM was -> key;
        IF changed IS NULL THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO audit_events
        (tenant_id, person_id, membership_id, role, action, request_id, deed, noun, object_id, before, after)
    VALUES (
        coalesce((was ->> 'tenant_id')::uuid, acting_tenant()), acting_person(), acting_membership(), acting_role(),
        nullif(current_setting('trellis.action', true), ''), nullif(current_setting('trellis.request', true), ''),
        lower(TG_OP), TG_TABLE_NAME, (was ->> 'id')::uuid,
        CASE WHEN TG_OP = 'UPDATE'
            THEN (SELECT jsonb_object_agg(key, value) FROM jsonb_each(was) WHERE key = ANY (changed)) ELSE was END,
        CASE WHEN TG_OP = 'UPDATE'
            THEN (SELECT jsonb_object_agg(key, value) FROM jsonb_each(became) WHERE key = ANY (changed)) END);
    RETURN NULL;
END $$;

CREATE PROCEDURE audit_table(target regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER audit_inserted AFTER INSERT ON %s REFERENCING NEW TABLE AS inserted '
        'FOR EACH STATEMENT EXECUTE FUNCTION audit_inserted()', target);
    EXECUTE format('CREATE TRIGGER audit_changed AFTER UPDATE OR DELETE ON %s '
        'FOR EACH ROW EXECUTE FUNCTION audit_changed()', target);
END $$;

-- The wall every tenant table stands behind: nobody reaches over it, and the service acting for itself (`system`)
-- stays inside the tenant it named. What people may see within the wall, each table says for itself.
CREATE PROCEDURE wall_table(target regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
    EXECUTE format('CREATE POLICY within_the_tenant ON %s AS RESTRICTIVE USING (tenant_id = acting_tenant())', target);
    EXECUTE format('CREATE POLICY system_keeps_the_tenant ON %s USING (acting_role() = ''system'')', target);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO trellis_app', target);
    CALL audit_table(target);
END $$;

ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant_is_seen ON tenants FOR SELECT
    USING (id = acting_tenant() OR acting_role() IN ('gate', 'operator')
        OR EXISTS (SELECT FROM memberships AS m WHERE m.tenant_id = tenants.id AND m.person_id = acting_person()));
CREATE POLICY system_founds_tenants ON tenants FOR ALL USING (acting_role() = 'system' AND id = acting_tenant());
GRANT SELECT, INSERT, UPDATE ON tenants TO trellis_app;
CALL audit_table('tenants');

ALTER TABLE memberships ENABLE ROW LEVEL SECURITY;
ALTER TABLE memberships FORCE ROW LEVEL SECURITY;
CREATE POLICY gate_reads_seats ON memberships FOR SELECT USING (acting_role() = 'gate');
CREATE POLICY people_read_their_seats ON memberships FOR SELECT USING (person_id = acting_person());
CREATE POLICY managers_seat_people ON memberships
    USING (acting_role() = 'manager' AND tenant_id = acting_tenant())
    WITH CHECK (acting_role() = 'manager' AND tenant_id = acting_tenant() AND role <> 'operator');
CREATE POLICY system_seats_people ON memberships
    USING (acting_role() = 'system' AND tenant_id IS NOT DISTINCT FROM acting_tenant());
GRANT SELECT, INSERT, UPDATE ON memberships TO trellis_app;
CALL audit_table('memberships');

ALTER TABLE people ENABLE ROW LEVEL SECURITY;
ALTER TABLE people FORCE ROW LEVEL SECURITY;
CREATE POLICY gate_reads_people ON people FOR SELECT USING (acting_role() = 'gate');
CREATE POLICY people_keep_themselves ON people
    USING (id = acting_person()) WITH CHECK (id = acting_person());
-- The seats a manager can see are those of the tenant, by the policies of `memberships`.
CREATE POLICY managers_read_the_seated ON people FOR SELECT
    USING (acting_role() = 'manager' AND EXISTS (SELECT FROM memberships WHERE person_id = people.id));
CREATE POLICY system_keeps_people ON people USING (acting_role() = 'system');
GRANT SELECT, INSERT, UPDATE ON people TO trellis_app;
CALL audit_table('people');

-- An account is one across tenants. A manager who seats somebody must neither see nor learn whether the address has an
-- account already, so the account is found or made by a function that answers the same way in both cases.
CREATE FUNCTION person_to_seat(fresh uuid, address text, full_name text) RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE found uuid;
BEGIN
    IF acting_role() IS DISTINCT FROM 'manager' AND acting_role() IS DISTINCT FROM 'system' THEN
        RAISE insufficient_privilege;
    END IF;
    INSERT INTO people (id, email, name) VALUES (fresh, address, full_name) ON CONFLICT (email) DO NOTHING;
    SELECT id INTO found FROM people WHERE email = address;
    RETURN found;
END $$;
REVOKE ALL ON FUNCTION person_to_seat(uuid, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION person_to_seat(uuid, text, text) TO trellis_app;
CREATE POLICY owner_functions_seat_people ON people USING (current_user <> 'trellis_app');

ALTER TABLE invitations ENABLE ROW LEVEL SECURITY;
ALTER TABLE invitations FORCE ROW LEVEL SECURITY;
CREATE POLICY managers_invite ON invitations FOR INSERT
    WITH CHECK (acting_role() = 'manager' AND tenant_id = acting_tenant());
CREATE POLICY gate_accepts_invitations ON invitations USING (acting_role() = 'gate');
GRANT SELECT, INSERT, UPDATE ON invitations TO trellis_app;
CALL audit_table('invitations');

ALTER TABLE passwords ENABLE ROW LEVEL SECURITY;
ALTER TABLE passwords FORCE ROW LEVEL SECURITY;
CREATE POLICY gate_keeps_passwords ON passwords USING (acting_role() IN ('gate', 'system'));
CREATE POLICY people_keep_their_password ON passwords
    USING (person_id = acting_person()) WITH CHECK (person_id = acting_person());
GRANT SELECT, INSERT, UPDATE ON passwords TO trellis_app;

ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions FORCE ROW LEVEL SECURITY;
CREATE POLICY gate_keeps_sessions ON sessions USING (acting_role() = 'gate');
CREATE POLICY people_keep_their_sessions ON sessions
    USING (person_id = acting_person()) WITH CHECK (person_id = acting_person());
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO trellis_app;

ALTER TABLE tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY gate_reads_tokens ON tokens FOR SELECT USING (acting_role() = 'gate');
CREATE POLICY people_keep_their_tokens ON tokens
    USING (person_id = acting_person()) WITH CHECK (person_id = acting_person());
CREATE POLICY system_issues_tokens ON tokens USING (acting_role() = 'system');
GRANT SELECT, INSERT, UPDATE ON tokens TO trellis_app;
CALL audit_table('tokens');

ALTER TABLE audit_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_events FORCE ROW LEVEL SECURITY;
-- No grant of INSERT goes with this: only the trigger functions, which run as the owner, come through it.
CREATE POLICY triggers_write_the_trail ON audit_events FOR INSERT WITH CHECK (true);
CREATE POLICY managers_read_their_trail ON audit_events FOR SELECT
    USING (acting_role() = 'manager' AND tenant_id = acting_tenant());
CREATE POLICY operators_read_the_trail ON audit_events FOR SELECT USING (acting_role() = 'operator' AND tenant_id IS NULL);
GRANT SELECT ON audit_events TO trellis_app;
