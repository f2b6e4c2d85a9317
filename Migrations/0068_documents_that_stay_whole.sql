-- Documents: how much a startup may store in all, whether what is stored is still what was given, and tickets by which a host
-- of their own hands them out.

-- Part 1: how much.

-- What a workspace lets each of its startups store, in bytes; 2 GB where it has said nothing.
CREATE TABLE storage_limits (
    tenant_id uuid PRIMARY KEY REFERENCES tenants (id),
    bytes     bigint NOT NULL,
    set_at    timestamptz NOT NULL DEFAULT now(),
    set_by    uuid DEFAULT acting_person(),
    -- At least the documents of one application, which have a limit of their own.
    CONSTRAINT storage_limits_are_reasonable CHECK (bytes BETWEEN 209715200 AND 1099511627776)
);
CALL wall_table('storage_limits');
CREATE POLICY the_managers_set_storage_limits ON storage_limits USING (acts_as('manager'));
CREATE POLICY founders_read_their_limit ON storage_limits FOR SELECT USING (acts_as('founder'));
REVOKE DELETE ON storage_limits FROM trellis_app;

CREATE FUNCTION storage_limit() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT l.bytes FROM storage_limits AS l WHERE l.tenant_id = acting_tenant()), 2000000000)
$$;

-- The bytes that are kept of a startup: what answers its applications or was handed in with them, and its data room with all
-- versions. What was taken away and not handed in is gone, and counts no more. `asker` and `own` are who acts, since in here
-- the service does: how much lies in a draft or in a data room is the startup's to know.
CREATE FUNCTION bytes_stored(startup uuid, asker text, own uuid) RETURNS bigint LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF NOT coalesce(asker = 'system' OR asker = 'founder' AND own = startup, false) THEN
        RETURN NULL;
    END IF;
    RETURN (
        SELECT coalesce(sum(d.bytes), 0)
        FROM applications AS a
        JOIN documents AS d ON d.tenant_id = a.tenant_id AND d.application_id = a.id
        WHERE a.tenant_id = acting_tenant() AND a.startup_id = startup
          AND (d.removed_at IS NULL AND d.state <> 'rejected'
               OR EXISTS (SELECT FROM document_chunks AS c
                          WHERE c.tenant_id = d.tenant_id AND c.application_id = d.application_id AND c.document_id = d.id
                            AND c.seq = 0))
    ) + (
        SELECT coalesce(sum(v.bytes), 0)
        FROM data_room_documents AS d
        JOIN data_room_versions AS v ON v.tenant_id = d.tenant_id AND v.startup_id = d.startup_id AND v.document_id = d.id
        WHERE d.tenant_id = acting_tenant() AND d.startup_id = startup AND d.removed_at IS NULL AND v.state <> 'rejected');
END $$;
REVOKE ALL ON FUNCTION storage_limit(), bytes_stored(uuid, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION storage_limit(), bytes_stored(uuid, text, uuid) TO trellis_app;

-- Under a lock of the startup's, so that two files that fit alone do not get in together, be they of two applications or of
-- one and the data room. Asked last, by its name, behind what locks an application or a document of a data room.
CREATE FUNCTION check_startup_storage() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    startup uuid;
BEGIN
    IF TG_TABLE_NAME = 'documents' THEN
        SELECT a.startup_id INTO startup FROM applications AS a
        WHERE a.tenant_id = NEW.tenant_id AND a.id = NEW.application_id;
    ELSE
        startup := NEW.startup_id;
    END IF;
    PERFORM pg_advisory_xact_lock('storage_limits'::regclass::oid::integer, hashtext(startup::text));
    IF bytes_stored(startup, 'system', NULL) + NEW.bytes > storage_limit() THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'startups_keep_within_their_storage',
            MESSAGE = 'the files of the startup would take more than its workspace lets it store';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER within_the_storage_of_the_startup BEFORE INSERT ON documents
    FOR EACH ROW EXECUTE FUNCTION check_startup_storage();
CREATE TRIGGER within_the_storage_of_the_startup BEFORE INSERT ON data_room_versions
    FOR EACH ROW EXECUTE FUNCTION check_startup_storage();

-- Part 2: whether it is what was given.

-- When it was found out that the bytes are no longer those that were given. Nobody gets them any more.
ALTER TABLE documents ADD COLUMN damaged_at timestamptz;
ALTER TABLE data_room_versions ADD COLUMN damaged_at timestamptz;
ALTER TABLE mou_documents ADD COLUMN damaged_at timestamptz;
GRANT UPDATE (damaged_at) ON documents, data_room_versions, mou_documents TO trellis_app;

-- Whoever still has the file gives it again.
DROP INDEX documents_are_given_once_per_question;
CREATE UNIQUE INDEX documents_are_given_once_per_question
    ON documents (tenant_id, application_id, question_id, sha256)
    WHERE removed_at IS NULL AND state <> 'rejected' AND damaged_at IS NULL;
DROP INDEX agreement_files_are_given_once;
CREATE UNIQUE INDEX agreement_files_are_given_once ON mou_documents (tenant_id, mou_id, confidential, sha256)
    WHERE withdrawn_at IS NULL AND state <> 'rejected' AND damaged_at IS NULL;

CREATE OR REPLACE FUNCTION check_document_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF acting_role() <> 'system' AND (NEW.state, NEW.scanner, NEW.reason, NEW.checked_at, NEW.damaged_at)
       IS DISTINCT FROM (OLD.state, OLD.scanner, OLD.reason, OLD.checked_at, OLD.damaged_at) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'documents_are_checked_by_the_service',
            MESSAGE = 'nobody says of their own document that it is clean';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION check_mou_document_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF acting_role() <> 'system' AND (OLD.withdrawn_at IS NOT NULL
       OR (NEW.state, NEW.scanner, NEW.reason, NEW.checked_at, NEW.damaged_at)
       IS DISTINCT FROM (OLD.state, OLD.scanner, OLD.reason, OLD.checked_at, OLD.damaged_at)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'agreement_files_are_checked_by_the_service',
            MESSAGE = 'nobody says of their own file that it is clean';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION audit_document() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE document documents := coalesce(NEW, OLD);
BEGIN
    INSERT INTO audit_events
        (tenant_id, person_id, membership_id, role, action, request_id, deed, noun, object_id, after)
    VALUES (
        document.tenant_id, acting_person(), acting_membership(), acting_role(),
        nullif(current_setting('trellis.action', true), ''), nullif(current_setting('trellis.request', true), ''),
        lower(TG_OP), TG_TABLE_NAME, document.id,
        jsonb_build_object(
            'application_id', document.application_id, 'question_id', document.question_id, 'bytes', document.bytes,
            'sha256', encode(document.sha256, 'hex'), 'state', document.state, 'removed_at', document.removed_at,
            'damaged_at', document.damaged_at));
    RETURN NULL;
END $$;

DROP POLICY founders_keep_their_chunks ON document_chunks;
CREATE POLICY founders_keep_their_chunks ON document_chunks
    USING (acts_as('founder') AND EXISTS (
        SELECT FROM documents AS d
        WHERE d.tenant_id = document_chunks.tenant_id AND d.application_id = document_chunks.application_id
          AND d.id = document_id AND d.damaged_at IS NULL));
DROP POLICY readers_read_clean_chunks ON document_chunks;
CREATE POLICY readers_read_clean_chunks ON document_chunks FOR SELECT
    USING (acts_as('manager', 'reviewer') AND EXISTS (
        SELECT FROM documents AS d
        WHERE d.tenant_id = document_chunks.tenant_id AND d.application_id = document_chunks.application_id
          AND d.id = document_id AND d.state = 'clean' AND d.damaged_at IS NULL));
DROP POLICY founders_keep_their_pieces ON data_room_pieces;
CREATE POLICY founders_keep_their_pieces ON data_room_pieces
    USING (acts_as('founder') AND startup_id = acting_institution() AND NOT EXISTS (
        SELECT FROM data_room_versions AS v
        WHERE v.tenant_id = data_room_pieces.tenant_id AND v.startup_id = data_room_pieces.startup_id
          AND v.document_id = data_room_pieces.document_id AND v.number = data_room_pieces.number
          AND v.damaged_at IS NOT NULL));
DROP POLICY investors_read_pieces_of_clean_versions ON data_room_pieces;
CREATE POLICY investors_read_pieces_of_clean_versions ON data_room_pieces FOR SELECT
    USING (acts_as('investor') AND EXISTS (
        SELECT FROM data_room_versions AS v
        WHERE v.tenant_id = data_room_pieces.tenant_id AND v.startup_id = data_room_pieces.startup_id
          AND v.document_id = data_room_pieces.document_id AND v.number = data_room_pieces.number
          AND v.damaged_at IS NULL));
DROP POLICY people_read_the_bytes_of_mou_documents ON mou_document_chunks;
CREATE POLICY people_read_the_bytes_of_mou_documents ON mou_document_chunks FOR SELECT
    USING (acts_as('manager', 'partner') AND EXISTS (
        SELECT FROM mou_documents AS d
        WHERE d.tenant_id = mou_document_chunks.tenant_id AND d.mou_id = mou_document_chunks.mou_id
          AND d.id = document_id AND d.withdrawn_at IS NULL AND d.damaged_at IS NULL
          AND (d.state = 'clean' OR d.institution_id = acting_institution())));

-- What nobody may read any more is not kept. The startup does not reach the bytes of what is damaged, not even to drop them.
CREATE FUNCTION drop_damaged_document() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    DELETE FROM document_chunks AS c
    WHERE c.tenant_id = NEW.tenant_id AND c.application_id = NEW.application_id AND c.document_id = NEW.id
      AND NOT is_handed_in(NEW.tenant_id, NEW.application_id, NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER a_damaged_document_that_is_gone_keeps_no_bytes AFTER UPDATE OF removed_at ON documents
    FOR EACH ROW WHEN (NEW.removed_at IS NOT NULL AND NEW.damaged_at IS NOT NULL)
    EXECUTE FUNCTION drop_damaged_document();
CREATE FUNCTION drop_room_document() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    DELETE FROM data_room_pieces
    WHERE tenant_id = NEW.tenant_id AND startup_id = NEW.startup_id AND document_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER a_document_that_is_gone_keeps_no_bytes AFTER UPDATE OF removed_at ON data_room_documents
    FOR EACH ROW WHEN (NEW.removed_at IS NOT NULL) EXECUTE FUNCTION drop_room_document();

-- When a file was last found to be what was given, since it came: the one that was looked at longest ago comes next. The
-- holder is the application, the startup of a data room, or the agreement.
CREATE TABLE document_checks (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    kind        text NOT NULL,
    holder_id   uuid NOT NULL,
    document_id uuid NOT NULL,
    -- The version of a document of a data room; others have one.
    number      integer NOT NULL,
    checked_at  timestamptz NOT NULL DEFAULT now(),
    -- When people were written to about its damage; NULL while it is whole, or they are yet to be.
    told_at     timestamptz,
    PRIMARY KEY (tenant_id, kind, holder_id, document_id, number),
    CONSTRAINT document_kind_is_known CHECK (kind IN ('application', 'data_room', 'agreement'))
);
CALL wall_table('document_checks');
-- What was found out is on the trail with the document it was found out of.
DROP TRIGGER audit_inserted ON document_checks;
DROP TRIGGER audit_changed ON document_checks;

-- What managers know of damage: whose it is, and the file's name where the file is theirs to read. `asker` is who acts, since
-- in here the service does.
CREATE FUNCTION documents_damaged(asker text) RETURNS TABLE (
    kind text, holder_id uuid, document_id uuid, number integer, institution_id uuid, name text, damaged_at timestamptz
) LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF NOT coalesce(asker IN ('manager', 'system'), false) THEN
        RETURN;
    END IF;
    RETURN QUERY
        SELECT 'application'::text, d.application_id, d.id, 1, a.startup_id,
               CASE WHEN a.submitted_at IS NOT NULL
                         AND (d.removed_at IS NULL AND NOT is_reopened(d.tenant_id, d.application_id, d.question_id)
                              OR is_handed_in(d.tenant_id, d.application_id, d.id)) THEN d.name END, d.damaged_at
        FROM documents AS d JOIN applications AS a ON a.tenant_id = d.tenant_id AND a.id = d.application_id
        WHERE d.tenant_id = acting_tenant() AND d.damaged_at IS NOT NULL AND d.state <> 'rejected'
          AND (d.removed_at IS NULL OR is_handed_in(d.tenant_id, d.application_id, d.id))
        UNION ALL
        SELECT 'data_room'::text, v.startup_id, v.document_id, v.number, v.startup_id, NULL::text, v.damaged_at
        FROM data_room_versions AS v
        JOIN data_room_documents AS d
            ON d.tenant_id = v.tenant_id AND d.startup_id = v.startup_id AND d.id = v.document_id
        WHERE v.tenant_id = acting_tenant() AND v.damaged_at IS NOT NULL AND v.state <> 'rejected'
          AND d.removed_at IS NULL
        UNION ALL
        SELECT 'agreement'::text, d.mou_id, d.id, 1, d.institution_id, d.name, d.damaged_at
        FROM mou_documents AS d
        WHERE d.tenant_id = acting_tenant() AND d.damaged_at IS NOT NULL AND d.state <> 'rejected'
          AND d.withdrawn_at IS NULL;
END $$;
REVOKE ALL ON FUNCTION documents_damaged(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION documents_damaged(text) TO trellis_app;

-- Part 3: tickets for the documents' host. Whoever has one fetches one document, once, within a minute, and while the session
-- that asked for it acts from the same seat: whoever signs out or changes seats leaves none behind.
CREATE TABLE document_tickets (
    hash          bytea PRIMARY KEY,
    session_hash  bytea NOT NULL REFERENCES sessions (hash) ON DELETE CASCADE,
    membership_id uuid NOT NULL REFERENCES memberships (id),
    -- The page or operation that is asked for the document.
    path          text NOT NULL,
    expires_at    timestamptz NOT NULL DEFAULT now() + interval '60 seconds',
    CONSTRAINT ticket_hash_is_sha256 CHECK (length(hash) = 32),
    CONSTRAINT tickets_are_for_a_path_of_ours CHECK (path ~ '^/[^/]' AND octet_length(path) <= 8192)
);
CREATE INDEX document_tickets_by_expiry ON document_tickets (expires_at);
CREATE INDEX document_tickets_of_a_session ON document_tickets (session_hash);
ALTER TABLE document_tickets ENABLE ROW LEVEL SECURITY;
ALTER TABLE document_tickets FORCE ROW LEVEL SECURITY;
CREATE POLICY gate_keeps_document_tickets ON document_tickets USING (acts_as('gate'))
    WITH CHECK (acts_as('gate') AND expires_at <= now() + interval '60 seconds');
CREATE POLICY system_forgets_document_tickets ON document_tickets USING (acts_as('system') AND expires_at < now())
    WITH CHECK (false);
GRANT SELECT, INSERT, DELETE ON document_tickets TO trellis_app;
