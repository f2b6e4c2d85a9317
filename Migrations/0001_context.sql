-- Who is asking: the facts of a request live in transaction-local settings, and every row-level policy reads them
-- through these functions. An unset custom setting is NULL before and '' after its first use in a session, so both
-- read as NULL here; no context means no rows.

-- The one role the service runs as. It owns nothing and bypasses nothing.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'trellis_app') THEN
        CREATE ROLE trellis_app NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
    END IF;
    -- A server's administrator may give Trellis a login of its own, which is no superuser.
    IF NOT pg_has_role(current_user, 'trellis_app', 'MEMBER') THEN
        EXECUTE 'GRANT trellis_app TO CURRENT_USER';
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    -- Another database of this cluster is being migrated at the same moment and created the role first.
    NULL;
END $$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO trellis_app;

CREATE FUNCTION acting_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('trellis.tenant', true), '')::uuid;
CREATE FUNCTION acting_institution() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('trellis.institution', true), '')::uuid;
CREATE FUNCTION acting_person() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('trellis.person', true), '')::uuid;
CREATE FUNCTION acting_membership() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('trellis.membership', true), '')::uuid;
CREATE FUNCTION acting_role() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('trellis.role', true), '');
