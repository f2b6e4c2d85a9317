-- Documents that answer questions of an application. They lie in the database: one backup holds all, and what decides who
-- reads an answer decides who reads its files.

-- Which files answer a question, {"extensions": ["pdf"], "most": 3}; NULL for a question that is answered by text.
ALTER TABLE call_questions ADD COLUMN files jsonb
    CONSTRAINT question_files_are_described CHECK (
        (files ->> 'most')::integer BETWEEN 1 AND 20
        AND files -> 'extensions' <@ '["pdf", "docx", "pptx", "xlsx", "png", "jpg", "csv", "txt"]'::jsonb);

CREATE TABLE documents (
    tenant_id      uuid NOT NULL,
    application_id uuid NOT NULL,
    id             uuid NOT NULL,
    call_id        uuid NOT NULL,
    question_id    uuid NOT NULL,
    name           text NOT NULL,
    media_type     text NOT NULL,
    bytes          integer NOT NULL,
    sha256         bytea NOT NULL,
    state          text NOT NULL DEFAULT 'quarantined',
    -- Which scanner found it clean; NULL where the look at its structure was all.
    scanner        text,
    -- What the scanner found.
    reason         text,
    checked_at     timestamptz,
    uploaded_at    timestamptz NOT NULL DEFAULT now(),
    uploaded_by    uuid NOT NULL,
    removed_at     timestamptz,
    removed_by     uuid,
    PRIMARY KEY (tenant_id, application_id, id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT documents_answer_a_question_of_the_call
        FOREIGN KEY (tenant_id, call_id, question_id) REFERENCES call_questions (tenant_id, call_id, id),
    CONSTRAINT document_state_is_known CHECK (state IN ('quarantined', 'clean', 'rejected')),
    CONSTRAINT documents_are_rejected_for_a_reason CHECK ((state = 'rejected') = (reason IS NOT NULL)),
    CONSTRAINT documents_have_at_most_25_mib CHECK (bytes BETWEEN 1 AND 26214400),
    CONSTRAINT document_name_is_short CHECK (name <> '' AND octet_length(name) <= 200),
    CONSTRAINT document_hash_is_sha256 CHECK (octet_length(sha256) = 32),
    CONSTRAINT document_removal_is_signed CHECK ((removed_at IS NULL) = (removed_by IS NULL))
);
-- The same bytes answer a question once.
CREATE UNIQUE INDEX documents_are_given_once_per_question
    ON documents (tenant_id, application_id, question_id, sha256) WHERE removed_at IS NULL AND state <> 'rejected';
CREATE INDEX documents_in_quarantine ON documents (tenant_id, uploaded_at) WHERE state = 'quarantined' AND removed_at IS NULL;

-- Pieces, so that neither the service nor the server ever holds a whole file for a reader.
CREATE TABLE document_chunks (
    tenant_id      uuid NOT NULL,
    application_id uuid NOT NULL,
    document_id    uuid NOT NULL,
    seq            integer NOT NULL,
    bytes          bytea NOT NULL,
    PRIMARY KEY (tenant_id, application_id, document_id, seq),
    FOREIGN KEY (tenant_id, application_id, document_id)
        REFERENCES documents (tenant_id, application_id, id) ON DELETE CASCADE,
    CONSTRAINT chunks_have_at_most_256_kib CHECK (octet_length(bytes) BETWEEN 1 AND 262144),
    CONSTRAINT chunks_stand_in_order CHECK (seq >= 0)
);
-- Most of these files are compressed already; to try it again costs time and gains nothing.
ALTER TABLE document_chunks ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- Whoever took a document out of the house.
CREATE TABLE document_downloads (
    tenant_id      uuid NOT NULL,
    application_id uuid NOT NULL,
    document_id    uuid NOT NULL,
    id             uuid NOT NULL,
    person_id      uuid NOT NULL,
    at             timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, application_id, document_id, id),
    FOREIGN KEY (tenant_id, application_id, document_id)
        REFERENCES documents (tenant_id, application_id, id) ON DELETE CASCADE
);

-- Whatever opens and freezes answers opens and freezes documents. A scan that ends late changes no answer.
CREATE TRIGGER answers_are_frozen_once_submitted
    BEFORE INSERT OR DELETE OR UPDATE OF removed_at, removed_by ON documents
    FOR EACH ROW EXECUTE FUNCTION check_answers_are_open();

-- Under the lock of the application, so that two that fit alone do not get in together.
CREATE FUNCTION check_document() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE rule jsonb;
BEGIN
    PERFORM FROM applications WHERE tenant_id = NEW.tenant_id AND id = NEW.application_id FOR NO KEY UPDATE;
    IF NOT EXISTS (SELECT FROM applications
                   WHERE tenant_id = NEW.tenant_id AND id = NEW.application_id AND call_id = NEW.call_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'documents_answer_a_question_of_the_call',
            MESSAGE = 'the question belongs to another call';
    END IF;
    SELECT files INTO rule FROM call_questions
    WHERE tenant_id = NEW.tenant_id AND call_id = NEW.call_id AND id = NEW.question_id;
    IF rule IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'documents_answer_questions_for_files',
            MESSAGE = 'the question is answered by text';
    END IF;
    IF (SELECT count(*) FROM documents
        WHERE tenant_id = NEW.tenant_id AND application_id = NEW.application_id AND question_id = NEW.question_id
          AND removed_at IS NULL AND state <> 'rejected') >= (rule ->> 'most')::integer THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'questions_take_so_many_documents',
            MESSAGE = 'the question takes no more documents';
    END IF;
    IF (SELECT coalesce(sum(bytes), 0) FROM documents
        WHERE tenant_id = NEW.tenant_id AND application_id = NEW.application_id
          AND removed_at IS NULL AND state <> 'rejected') + NEW.bytes > 209715200 THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'applications_have_at_most_200_mib',
            MESSAGE = 'the documents of an application have at most 200 MiB';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER documents_fit BEFORE INSERT ON documents FOR EACH ROW EXECUTE FUNCTION check_document();

-- What was found out about a document is said by the service; its startup may only take it away.
CREATE FUNCTION check_document_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF acting_role() <> 'system' AND (NEW.state, NEW.scanner, NEW.reason, NEW.checked_at)
       IS DISTINCT FROM (OLD.state, OLD.scanner, OLD.reason, OLD.checked_at) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'documents_are_checked_by_the_service',
            MESSAGE = 'nobody says of their own document that it is clean';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER documents_are_checked_by_the_service BEFORE UPDATE ON documents
    FOR EACH ROW EXECUTE FUNCTION check_document_change();

-- A document is there with all its bytes or not at all; without them once it was removed or rejected.
CREATE FUNCTION check_document_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE own documents;
BEGIN
    SELECT * INTO own FROM documents
    WHERE tenant_id = NEW.tenant_id AND application_id = NEW.application_id AND id = NEW.id;
    IF own.removed_at IS NULL AND own.state <> 'rejected' AND own.bytes IS DISTINCT FROM (
        SELECT sum(octet_length(c.bytes)) FROM document_chunks AS c
        WHERE c.tenant_id = NEW.tenant_id AND c.application_id = NEW.application_id AND c.document_id = NEW.id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'documents_are_whole',
            MESSAGE = 'a document lacks some of its bytes';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER documents_are_whole AFTER INSERT ON documents
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_document_is_whole();

CALL wall_table('documents');
CALL wall_table('document_chunks');
CALL wall_table('document_downloads');

-- The trail says who gave and took which document and what was found out about it. Its name stays where a draft is closed
-- to managers, as the words of an answer do.
DROP TRIGGER audit_inserted ON documents;
DROP TRIGGER audit_changed ON documents;
CREATE FUNCTION audit_document() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
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
            'sha256', encode(document.sha256, 'hex'), 'state', document.state, 'removed_at', document.removed_at));
    RETURN NULL;
END $$;
CREATE TRIGGER audit_inserted AFTER INSERT ON documents FOR EACH ROW EXECUTE FUNCTION audit_document();
CREATE TRIGGER audit_changed AFTER UPDATE OR DELETE ON documents FOR EACH ROW EXECUTE FUNCTION audit_document();

-- Its row and its hash are on the trail with the document; the bytes stay where they are.
DROP TRIGGER audit_inserted ON document_chunks;
DROP TRIGGER audit_changed ON document_chunks;

REVOKE UPDATE ON documents FROM trellis_app;
GRANT UPDATE (state, scanner, reason, checked_at, removed_at, removed_by) ON documents TO trellis_app;
REVOKE DELETE ON documents FROM trellis_app;
REVOKE UPDATE ON document_chunks FROM trellis_app;
REVOKE UPDATE, DELETE ON document_downloads FROM trellis_app;

CREATE POLICY founders_keep_their_documents ON documents
    USING (acting_role() = 'founder' AND EXISTS (
        SELECT FROM applications WHERE applications.tenant_id = documents.tenant_id
          AND applications.id = application_id AND startup_id = acting_institution()));
CREATE POLICY managers_read_submitted_documents ON documents FOR SELECT
    USING (acting_role() = 'manager' AND EXISTS (
        SELECT FROM applications WHERE applications.tenant_id = documents.tenant_id
          AND applications.id = application_id AND submitted_at IS NOT NULL));
-- Through the file of a round: its questions are those that the round's reviewers may know, and whom it is open to, its own
-- policies say.
CREATE POLICY reviewers_read_what_the_file_asks ON documents FOR SELECT
    USING (acting_role() = 'reviewer' AND state = 'clean' AND removed_at IS NULL AND EXISTS (
        SELECT FROM review_assignments AS s
        JOIN review_files AS f
            ON f.tenant_id = s.tenant_id AND f.round_id = s.round_id AND f.application_id = s.application_id
        WHERE s.tenant_id = documents.tenant_id AND s.application_id = documents.application_id
          AND s.person_id = acting_person() AND s.state = 'assigned'
          AND f.answers @> jsonb_build_array(jsonb_build_object('question', documents.question_id))));

CREATE POLICY founders_keep_their_chunks ON document_chunks
    USING (acting_role() = 'founder' AND EXISTS (
        SELECT FROM documents AS d
        WHERE d.tenant_id = document_chunks.tenant_id AND d.application_id = document_chunks.application_id
          AND d.id = document_id));
CREATE POLICY readers_read_clean_chunks ON document_chunks FOR SELECT
    USING (acting_role() IN ('manager', 'reviewer') AND EXISTS (
        SELECT FROM documents AS d
        WHERE d.tenant_id = document_chunks.tenant_id AND d.application_id = document_chunks.application_id
          AND d.id = document_id AND d.state = 'clean' AND d.removed_at IS NULL));

CREATE POLICY readers_sign_their_downloads ON document_downloads FOR INSERT
    WITH CHECK (acting_role() IN ('founder', 'manager', 'reviewer') AND person_id = acting_person() AND EXISTS (
        SELECT FROM documents AS d
        WHERE d.tenant_id = document_downloads.tenant_id AND d.application_id = document_downloads.application_id
          AND d.id = document_id));
CREATE POLICY managers_know_who_downloaded ON document_downloads FOR SELECT USING (acting_role() = 'manager');

-- Who judged a startup's application is not to be had from who read its documents.
CREATE POLICY nobody_reads_who_read_their_own ON document_downloads AS RESTRICTIVE FOR SELECT
    USING (application_id <> ALL ((SELECT applications_too_near(acting_role(), acting_person()))::uuid[]));
CREATE POLICY nobody_reads_the_trail_of_their_own_documents ON audit_events AS RESTRICTIVE FOR SELECT
    USING (noun <> 'document_downloads'
        OR (SELECT applications_too_near(acting_role(), acting_person()))::uuid[] = '{}');
