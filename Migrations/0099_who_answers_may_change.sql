-- People leave: who coordinates an agreement for a party, and who reads it for the law, changes until the agreement is over, and
-- its history says so.

-- That somebody else answers from then on, and who did before. Without an institution it is the legal review.
CREATE TABLE mou_handovers (
    tenant_id      uuid NOT NULL,
    mou_id         uuid NOT NULL,
    id             uuid NOT NULL,
    at             timestamptz NOT NULL DEFAULT now(),
    person_id      uuid,
    institution_id uuid,
    former         text,
    successor      text NOT NULL,
    PRIMARY KEY (tenant_id, mou_id, id),
    FOREIGN KEY (tenant_id, mou_id) REFERENCES mous (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, institution_id) REFERENCES institutions (tenant_id, id)
);
CALL wall_table('mou_handovers');
-- They follow from the change itself, so that none is missing and none made up.
REVOKE INSERT, UPDATE, DELETE ON mou_handovers FROM trellis_app;
CREATE POLICY the_managers_read_mou_handovers ON mou_handovers FOR SELECT USING (acts_as('manager'));
-- Whoever was a party in an earlier wording only is nothing that the parties of today are told.
CREATE POLICY parties_read_mou_handovers ON mou_handovers FOR SELECT
    USING (acts_as('partner')
        AND EXISTS (SELECT FROM mous WHERE mous.tenant_id = mou_handovers.tenant_id AND mous.id = mou_id)
        AND (institution_id IS NULL OR EXISTS (
            SELECT FROM mou_parties AS p
            WHERE p.tenant_id = mou_handovers.tenant_id AND p.mou_id = mou_handovers.mou_id
              AND p.institution_id = mou_handovers.institution_id)));
CREATE POLICY owner_functions_note_handovers ON mou_handovers FOR INSERT WITH CHECK (current_user <> 'trellis_app');

-- SECURITY DEFINER: the service itself holds no INSERT on what this notes. The argument is the column that names somebody. Until
-- it is shared an agreement is drafted, which is the keeper's own.
CREATE FUNCTION note_handover() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE became jsonb := to_jsonb(NEW);
BEGIN
    INSERT INTO mou_handovers (tenant_id, mou_id, id, person_id, institution_id, former, successor)
    SELECT m.tenant_id, m.id, gen_random_uuid(), acting_person(), (became ->> 'institution_id')::uuid,
           to_jsonb(OLD) ->> TG_ARGV[0], became ->> TG_ARGV[0]
    FROM mous AS m
    WHERE m.tenant_id = NEW.tenant_id AND m.id = coalesce(became ->> 'mou_id', became ->> 'id')::uuid AND m.state <> 'draft';
    RETURN NULL;
END $$;
CREATE TRIGGER handovers_are_noted AFTER UPDATE OF coordinator ON mou_parties
    FOR EACH ROW WHEN (NEW.coordinator IS NOT NULL AND NEW.coordinator IS DISTINCT FROM OLD.coordinator)
    EXECUTE FUNCTION note_handover('coordinator');
CREATE TRIGGER handovers_are_noted AFTER UPDATE OF legal_reviewer ON mous
    FOR EACH ROW WHEN (NEW.legal_reviewer IS NOT NULL AND NEW.legal_reviewer IS DISTINCT FROM OLD.legal_reviewer)
    EXECUTE FUNCTION note_handover('legal_reviewer');

-- What is over stands under those who answered for it then, and what is agreed is left by nobody without a successor.
CREATE FUNCTION check_handover() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    became jsonb := to_jsonb(NEW);
    agreement record;
BEGIN
    SELECT m.state, mou_status(m.state, m.effective_on, m.ends_on, m.terminated_on, (now() AT TIME ZONE t.time_zone)::date) AS status
    INTO agreement
    FROM mous AS m JOIN tenants AS t ON t.id = m.tenant_id
    WHERE m.tenant_id = NEW.tenant_id AND m.id = coalesce(became ->> 'mou_id', became ->> 'id')::uuid;
    IF agreement.status IN ('expired', 'terminated', 'abandoned') THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'who_answered_stands_once_it_is_over',
            MESSAGE = 'the agreement is over';
    END IF;
    IF became ->> TG_ARGV[0] IS NULL AND agreement.state IN ('agreed', 'signed', 'terminated') THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[1],
            MESSAGE = 'somebody answers for what is agreed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER somebody_answers_until_it_is_over BEFORE UPDATE OF coordinator ON mou_parties
    FOR EACH ROW WHEN (NEW.coordinator IS DISTINCT FROM OLD.coordinator)
    EXECUTE FUNCTION check_handover('coordinator', 'shared_agreements_name_their_coordinators');
CREATE TRIGGER somebody_answers_until_it_is_over BEFORE UPDATE OF legal_reviewer ON mous
    FOR EACH ROW WHEN (NEW.legal_reviewer IS DISTINCT FROM OLD.legal_reviewer)
    EXECUTE FUNCTION check_handover('legal_reviewer', 'shared_agreements_name_a_legal_reviewer');

-- A partner's staff name who coordinates for their own institution, once the text is shared, and change nothing else of a party.
CREATE POLICY partners_name_their_coordinator ON mou_parties FOR UPDATE
    USING (acts_as('partner') AND institution_id = acting_institution() AND EXISTS (
        SELECT FROM mous WHERE mous.tenant_id = mou_parties.tenant_id AND mous.id = mou_id))
    WITH CHECK (acts_as('partner') AND institution_id = acting_institution());
CREATE FUNCTION check_what_a_party_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'coordinator' IS DISTINCT FROM to_jsonb(OLD) - 'coordinator' OR NEW.coordinator IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'parties_only_name_their_coordinator',
            MESSAGE = 'of a party its staff change nothing but who coordinates for it';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER parties_only_name_their_coordinator BEFORE UPDATE ON mou_parties
    FOR EACH ROW WHEN (acting_role() = 'partner') EXECUTE FUNCTION check_what_a_party_changes();

-- Locks an agreement that is open to whoever asks; whether it is. A partner may not write the agreement, and so not lock it.
CREATE FUNCTION lock_agreement(role text, institution uuid, agreement uuid) RETURNS boolean LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF NOT agreement_is_open_to(role, institution, agreement) THEN
        RETURN false;
    END IF;
    PERFORM FROM mous AS m WHERE m.tenant_id = acting_tenant() AND m.id = agreement FOR UPDATE;
    RETURN FOUND;
END $$;
REVOKE ALL ON FUNCTION lock_agreement(text, uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lock_agreement(text, uuid, uuid) TO trellis_app;
