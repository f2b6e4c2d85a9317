-- A person of a party signs an agreement by their own hand, where until now a manager recorded what was signed elsewhere.

-- Whom a party lets sign, as the managers asked them; one person a party at a time. Whoever is asked in another's place gets a
-- row of their own.
CREATE TABLE mou_signing_requests (
    tenant_id      uuid NOT NULL,
    mou_id         uuid NOT NULL,
    institution_id uuid NOT NULL,
    person_id      uuid NOT NULL REFERENCES people (id),
    asked_at       timestamptz NOT NULL DEFAULT now(),
    asked_by       uuid NOT NULL,
    -- When they said that they do not sign, and why.
    refused_at     timestamptz,
    reason         text,
    PRIMARY KEY (tenant_id, mou_id, institution_id),
    CONSTRAINT parties_are_asked_to_sign FOREIGN KEY (tenant_id, mou_id, institution_id)
        REFERENCES mou_parties (tenant_id, mou_id, institution_id) ON DELETE CASCADE,
    CONSTRAINT refusals_to_sign_are_explained CHECK ((refused_at IS NULL) = (reason IS NULL))
);

-- FOR SHARE, so that the party does not sign meanwhile.
CREATE FUNCTION check_signing_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM mous WHERE tenant_id = NEW.tenant_id AND id = NEW.mou_id AND state = 'agreed' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'signatories_are_asked_once_a_text_is_agreed',
            MESSAGE = 'the text is not agreed, or signed already';
    END IF;
    IF EXISTS (SELECT FROM mou_signatures AS s
               WHERE s.tenant_id = NEW.tenant_id AND s.mou_id = NEW.mou_id AND s.institution_id = NEW.institution_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'signatories_are_asked_before_their_party_signs',
            MESSAGE = 'the party has signed';
    END IF;
    IF NOT EXISTS (SELECT FROM memberships AS m
                   WHERE m.tenant_id = NEW.tenant_id AND m.person_id = NEW.person_id AND m.role = 'partner'
                     AND m.institution_id = NEW.institution_id AND m.ended_at IS NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'signatories_are_staff_of_their_party',
            MESSAGE = 'the person has no seat at the party';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER signatories_are_asked_in_time BEFORE INSERT ON mou_signing_requests
    FOR EACH ROW EXECUTE FUNCTION check_signing_request();

CALL wall_table('mou_signing_requests');
REVOKE UPDATE ON mou_signing_requests FROM trellis_app;
GRANT UPDATE (refused_at, reason) ON mou_signing_requests TO trellis_app;

-- Whose own hand it was; NULL where a manager recorded what was signed elsewhere.
ALTER TABLE mou_signatures
    ADD COLUMN signed_by uuid,
    ADD CONSTRAINT nobody_signs_by_anothers_hand CHECK (signed_by = recorded_by);

-- Whether the acting person is asked to sign an agreement for their institution and has not refused.
CREATE FUNCTION acting_signatory_of(agreement uuid) RETURNS boolean LANGUAGE sql STABLE
    RETURN acts_as('partner') AND EXISTS (
        SELECT FROM mou_signing_requests AS r
        WHERE r.tenant_id = acting_tenant() AND r.mou_id = agreement AND r.institution_id = acting_institution()
          AND r.person_id = acting_person() AND r.refused_at IS NULL);
REVOKE ALL ON FUNCTION acting_signatory_of(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION acting_signatory_of(uuid) TO trellis_app;

CREATE POLICY the_managers_keep_mou_signing_requests ON mou_signing_requests USING (acts_as('manager'));
-- Whom the other parties let sign is not told.
CREATE POLICY parties_read_their_signing_requests ON mou_signing_requests FOR SELECT
    USING (acts_as('partner') AND institution_id = acting_institution());
CREATE POLICY signatories_refuse ON mou_signing_requests FOR UPDATE
    USING (acts_as('partner') AND institution_id = acting_institution() AND person_id = acting_person()
        AND refused_at IS NULL)
    WITH CHECK (acts_as('partner') AND institution_id = acting_institution() AND person_id = acting_person());

-- A signatory writes their name under the text, the signature, and what follows from it: that all have signed.
CREATE POLICY signatories_write_their_own_name ON mou_participants FOR INSERT
    WITH CHECK (acting_signatory_of(mou_id) AND kind = 'signatory' AND institution_id = acting_institution()
        AND person_name = (SELECT p.name FROM people AS p WHERE p.id = acting_person())
        AND EXISTS (SELECT FROM mous WHERE mous.tenant_id = mou_participants.tenant_id AND mous.id = mou_id
                      AND mous.state = 'agreed')
        AND NOT EXISTS (
            SELECT FROM mou_signatures AS s
            WHERE s.tenant_id = mou_participants.tenant_id AND s.mou_id = mou_participants.mou_id
              AND s.institution_id = acting_institution()));
CREATE POLICY signatories_sign_by_their_own_hand ON mou_signatures FOR INSERT
    WITH CHECK (acting_signatory_of(mou_id) AND institution_id = acting_institution() AND signed_by = acting_person()
        AND signed_on = (SELECT (now() AT TIME ZONE t.time_zone)::date FROM tenants AS t WHERE t.id = acting_tenant()));
CREATE POLICY the_last_signatory_closes_the_agreement ON mous FOR UPDATE
    USING (state = 'agreed' AND acting_signatory_of(id)) WITH CHECK (state IN ('agreed', 'signed'));
CREATE POLICY the_last_signatory_notes_the_step ON mou_events FOR INSERT
    WITH CHECK (acting_signatory_of(mou_id) AND person_id = acting_person() AND from_state = 'agreed'
        AND to_state = 'signed' AND note IS NULL);

-- Of the agreement itself a signatory changes nothing but that all have signed, and on which day. It binds from that day where
-- an earlier one was meant, or none.
CREATE FUNCTION check_what_a_signatory_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - ARRAY['state', 'signed_on', 'effective_on']
           IS DISTINCT FROM to_jsonb(OLD) - ARRAY['state', 'signed_on', 'effective_on']
       OR NEW.state = 'agreed' AND (NEW.signed_on, NEW.effective_on) IS DISTINCT FROM (OLD.signed_on, OLD.effective_on)
       OR NEW.state = 'signed' AND (
           NEW.signed_on IS DISTINCT FROM (
               SELECT max(s.signed_on) FROM mou_signatures AS s WHERE s.tenant_id = NEW.tenant_id AND s.mou_id = NEW.id)
           OR NEW.effective_on IS DISTINCT FROM greatest(OLD.effective_on, NEW.signed_on)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'signatories_only_sign',
            MESSAGE = 'a signatory changes nothing of what they sign';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER signatories_only_sign BEFORE UPDATE ON mous
    FOR EACH ROW WHEN (acting_role() = 'partner') EXECUTE FUNCTION check_what_a_signatory_changes();
