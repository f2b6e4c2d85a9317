-- The models a tenant has learned from its own history, and which of them its match runs rank by.

-- A row stands from the moment somebody asks; a job learns the model, or leaves the row without one.
CREATE TABLE learned_models (
    tenant_id    uuid NOT NULL REFERENCES tenants (id),
    id           uuid NOT NULL,
    job_id       uuid NOT NULL,
    -- What people and match runs call it.
    version      text NOT NULL,
    -- The day it was asked for; what is dated later is not looked at.
    as_of        date NOT NULL,
    -- Asked for by the service after an import: then it is put in use by itself if it ranks better.
    is_automatic boolean NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),
    -- NULL for the service.
    requested_by uuid,
    trained_at   timestamptz,
    -- SHA-256 over everything it was learned from.
    data_hash    bytea,
    weights      jsonb,
    report       jsonb,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT models_have_distinct_versions UNIQUE (tenant_id, version),
    CONSTRAINT model_version_is_not_the_engines CHECK (version LIKE 'learned-%'),
    CONSTRAINT model_is_whole_when_trained CHECK (
        num_nonnulls(trained_at, data_hash, weights, report) IN (0, 4)),
    CONSTRAINT model_hash_is_sha_256 CHECK (octet_length(data_hash) = 32)
);
CREATE INDEX learned_models_by_request ON learned_models (tenant_id, requested_at, id);

-- What was learned stays as it was: old match runs say they ranked by it.
CREATE FUNCTION refuse_to_relearn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'models_stay_as_they_were_learned',
        MESSAGE = 'a model stays as it was learned';
END $$;
CREATE TRIGGER models_stay_as_they_were_learned BEFORE UPDATE OR DELETE ON learned_models FOR EACH ROW
    WHEN (OLD.trained_at IS NOT NULL) EXECUTE FUNCTION refuse_to_relearn();

-- Which model was put in use when and by whom. The latest counts; without any, the standard model that ships is in use.
CREATE TABLE model_uses (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    -- In the order in which they were made; two may share an instant.
    number      bigint GENERATED ALWAYS AS IDENTITY,
    -- NULL for the standard model.
    model_id    uuid,
    used_from   timestamptz NOT NULL DEFAULT now(),
    -- NULL for the service.
    chosen_by   uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, model_id) REFERENCES learned_models (tenant_id, id)
);
CREATE INDEX model_uses_in_order ON model_uses (tenant_id, number);

CREATE FUNCTION check_model_is_trained() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.model_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM learned_models
        WHERE tenant_id = NEW.tenant_id AND id = NEW.model_id AND trained_at IS NOT NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'a_model_in_use_is_trained',
            MESSAGE = 'the model has not been trained';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_model_in_use_is_trained BEFORE INSERT ON model_uses
    FOR EACH ROW EXECUTE FUNCTION check_model_is_trained();

CALL wall_table('learned_models');
CALL wall_table('model_uses');
REVOKE DELETE ON learned_models FROM trellis_app;
REVOKE UPDATE, DELETE ON model_uses FROM trellis_app;

CREATE POLICY managers_read_models ON learned_models FOR SELECT USING (acting_role() = 'manager');
-- To ask for one, in one's own name: only the service says what it has learned.
CREATE POLICY managers_ask_for_models ON learned_models FOR INSERT
    WITH CHECK (acting_role() = 'manager' AND requested_by = acting_person() AND trained_at IS NULL);
CREATE POLICY managers_read_model_uses ON model_uses FOR SELECT USING (acting_role() = 'manager');
CREATE POLICY managers_put_models_in_use ON model_uses FOR INSERT
    WITH CHECK (acting_role() = 'manager' AND chosen_by = acting_person());
