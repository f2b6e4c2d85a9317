-- Files of rows that managers hand in: what was asked for, and what became of it. A job does the work.

CREATE TABLE imports (
    tenant_id    uuid NOT NULL REFERENCES tenants (id),
    id           uuid NOT NULL,
    job_id       uuid NOT NULL,
    kind         text NOT NULL,
    file_name    text NOT NULL,
    bytes        bigint NOT NULL,
    -- Everything is done and reported, and nothing kept.
    is_rehearsal boolean NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),
    requested_by uuid,
    finished_at  timestamptz,
    report       jsonb,
    -- Why the file could not be read to its end.
    fault        text,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT import_kind_is_known CHECK (kind IN ('startups', 'investors', 'investments', 'asks', 'candidates')),
    CONSTRAINT import_file_has_a_size CHECK (bytes > 0),
    CONSTRAINT import_says_what_became_of_it CHECK (num_nonnulls(report, fault) = (finished_at IS NOT NULL)::int)
);
CREATE INDEX imports_by_request ON imports (tenant_id, requested_at, id);

-- The file itself, until the import has ended. Beside the import, so that the trail does not copy it.
CREATE TABLE import_files (
    tenant_id uuid NOT NULL,
    import_id uuid NOT NULL,
    content   bytea NOT NULL,
    PRIMARY KEY (tenant_id, import_id),
    FOREIGN KEY (tenant_id, import_id) REFERENCES imports (tenant_id, id) ON DELETE CASCADE
);
-- It is read once: packing it would cost more than it saves.
ALTER TABLE import_files ALTER COLUMN content SET STORAGE EXTERNAL;

CALL wall_table('imports');
CALL wall_table('import_files');
DROP TRIGGER audit_inserted ON import_files;
DROP TRIGGER audit_changed ON import_files;

CREATE POLICY managers_keep_imports ON imports USING (acting_role() = 'manager');
CREATE POLICY managers_hand_in_files ON import_files USING (acting_role() = 'manager');
