-- An answer kept beside its effect, so that a repeated request with the same key takes effect once. The row is written
-- in the effect's own transaction: it exists exactly when the effect does.
CREATE TABLE idempotency_keys (
    person_id uuid NOT NULL,
    membership_id uuid NOT NULL,
    key text NOT NULL CONSTRAINT idempotency_keys_are_short CHECK (octet_length(key) BETWEEN 1 AND 200),
    operation text NOT NULL,
    -- SHA-256 of method, target, media type and body: another request under the same key is refused.
    fingerprint bytea NOT NULL CONSTRAINT idempotency_keys_fingerprint_is_a_hash CHECK (octet_length(fingerprint) = 32),
    status int4 CONSTRAINT idempotency_keys_keep_success CHECK (status BETWEEN 200 AND 399),
    header_names text[] NOT NULL DEFAULT '{}',
    header_values text[] NOT NULL DEFAULT '{}',
    body bytea NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (person_id, membership_id, key, operation)
);

-- Housekeeping walks the oldest first.
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;

-- A key belongs to the seat that used it; the same key from another seat is another key.
CREATE POLICY idempotency_keys_own ON idempotency_keys
    USING (membership_id = acting_membership() AND person_id = acting_person())
    WITH CHECK (membership_id = acting_membership() AND person_id = acting_person());

CREATE POLICY idempotency_keys_seen_by_housekeeping ON idempotency_keys FOR SELECT
    USING (acting_role() = 'system');
CREATE POLICY idempotency_keys_forgotten_by_housekeeping ON idempotency_keys FOR DELETE
    USING (acting_role() = 'system');

GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO trellis_app;
