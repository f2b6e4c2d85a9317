-- Memoranda of understanding: who agreed what with whom, signed by whom, in force from when to when.

CREATE TABLE signing_events (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id        uuid NOT NULL,
    name      text NOT NULL,
    held_on   date NOT NULL,
    city      text NOT NULL,
    country   text NOT NULL,
    hosts     text[] NOT NULL DEFAULT '{}',
    part_of   text,
    PRIMARY KEY (tenant_id, id)
);

-- Only what somebody decided is stored (draft to signed, abandoned, terminated). Pending, in force, expiring and
-- expired follow from the dates.
CREATE TABLE mous (
    tenant_id          uuid NOT NULL REFERENCES tenants (id),
    id                 uuid NOT NULL,
    reference          text NOT NULL,
    title              jsonb NOT NULL,
    kind               text NOT NULL,
    state              text NOT NULL DEFAULT 'draft',
    binding            boolean NOT NULL DEFAULT false,
    summary            text,
    signing_event_id   uuid,
    signed_on          date,
    effective_on       date,
    ends_on            date,
    notice_days        integer NOT NULL DEFAULT 30,
    terminated_on      date,
    termination_reason text,
    termination_is_mutual boolean,
    created_at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, signing_event_id) REFERENCES signing_events (tenant_id, id),
    CONSTRAINT mous_have_distinct_references UNIQUE (tenant_id, reference),
    CONSTRAINT mou_kind_is_known CHECK (kind IN (
        'co_development', 'nurturing', 'research', 'referral', 'framework', 'data_sharing')),
    CONSTRAINT mou_state_is_known CHECK (state IN (
        'draft', 'in_review', 'agreed', 'signed', 'abandoned', 'terminated')),
    CONSTRAINT mou_is_dated_when_signed CHECK (
        state NOT IN ('signed', 'terminated') OR (signed_on IS NOT NULL AND effective_on IS NOT NULL)),
    CONSTRAINT mou_takes_effect_after_signing CHECK (signed_on <= effective_on),
    CONSTRAINT mou_ends_after_it_takes_effect CHECK (effective_on < ends_on),
    CONSTRAINT mou_termination_is_dated_and_explained CHECK (
        (state = 'terminated') = (terminated_on IS NOT NULL) AND (terminated_on IS NULL) = (termination_reason IS NULL)
        AND (terminated_on IS NULL) = (termination_is_mutual IS NULL)),
    CONSTRAINT mou_notice_is_not_negative CHECK (notice_days >= 0)
);

CREATE TABLE mou_parties (
    tenant_id        uuid NOT NULL,
    mou_id           uuid NOT NULL,
    institution_id   uuid NOT NULL,
    role             text NOT NULL,
    responsibilities text,
    PRIMARY KEY (tenant_id, mou_id, institution_id),
    FOREIGN KEY (tenant_id, mou_id) REFERENCES mous (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, institution_id) REFERENCES institutions (tenant_id, id),
    CONSTRAINT mou_party_role_is_known CHECK (role IN ('lead', 'partner', 'supporting', 'observer'))
);
CREATE INDEX mou_parties_of_an_institution ON mou_parties (tenant_id, institution_id);

-- Signatories and witnesses with name, title and institution as at signing: titles change, this does not. A witness may
-- come from an institution that the directory does not know.
CREATE TABLE mou_participants (
    tenant_id        uuid NOT NULL,
    mou_id           uuid NOT NULL,
    position         integer NOT NULL,
    kind             text NOT NULL,
    person_name      text NOT NULL,
    title            text NOT NULL,
    institution_id   uuid,
    institution_name text NOT NULL,
    PRIMARY KEY (tenant_id, mou_id, position),
    FOREIGN KEY (tenant_id, mou_id) REFERENCES mous (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, institution_id) REFERENCES institutions (tenant_id, id),
    CONSTRAINT mou_participant_kind_is_known CHECK (kind IN ('signatory', 'witness', 'officiating')),
    CONSTRAINT signatories_sign_for_an_institution CHECK (kind <> 'signatory' OR institution_id IS NOT NULL)
);

CREATE TABLE mou_areas (
    tenant_id  uuid NOT NULL,
    mou_id     uuid NOT NULL,
    focus_area text NOT NULL,
    wording    text NOT NULL,
    status     text NOT NULL DEFAULT 'exploring',
    position   integer NOT NULL,
    PRIMARY KEY (tenant_id, mou_id, focus_area),
    FOREIGN KEY (tenant_id, mou_id) REFERENCES mous (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT mou_area_status_is_known CHECK (status IN ('exploring', 'active', 'delivered', 'dropped'))
);

CREATE TABLE mou_objectives (
    tenant_id uuid NOT NULL,
    mou_id    uuid NOT NULL,
    position  integer NOT NULL,
    text      text NOT NULL,
    PRIMARY KEY (tenant_id, mou_id, position),
    FOREIGN KEY (tenant_id, mou_id) REFERENCES mous (tenant_id, id) ON DELETE CASCADE
);

-- Who moved the agreement from which state to which, and when.
CREATE TABLE mou_events (
    tenant_id  uuid NOT NULL,
    mou_id     uuid NOT NULL,
    id         uuid NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    person_id  uuid,
    from_state text,
    to_state   text NOT NULL,
    note       text,
    PRIMARY KEY (tenant_id, mou_id, id),
    FOREIGN KEY (tenant_id, mou_id) REFERENCES mous (tenant_id, id) ON DELETE CASCADE
);

-- A signature binds parties: at least two of them, each with a signatory, the keeper of the record among them.
CREATE FUNCTION check_mou_signing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM mou_parties AS p WHERE p.tenant_id = NEW.tenant_id AND p.mou_id = NEW.id) < 2 THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'mou_has_two_parties_when_signed',
            MESSAGE = 'a signed agreement has at least two parties';
    END IF;
    IF EXISTS (SELECT FROM mou_parties AS p
               WHERE p.tenant_id = NEW.tenant_id AND p.mou_id = NEW.id AND NOT EXISTS (
                   SELECT FROM mou_participants AS s
                   WHERE s.tenant_id = p.tenant_id AND s.mou_id = p.mou_id AND s.kind = 'signatory'
                     AND s.institution_id = p.institution_id)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'mou_is_signed_for_each_party',
            MESSAGE = 'each party of a signed agreement has a signatory';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER mou_is_signed_by_its_parties
    AFTER INSERT OR UPDATE OF state ON mous DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.state = 'signed') EXECUTE FUNCTION check_mou_signing();

-- In force on a day: signed, effective, not yet ended, not terminated by then.
CREATE FUNCTION mou_is_in_force(state text, effective_on date, ends_on date, terminated_on date, day date)
    RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN coalesce(state IN ('signed', 'terminated') AND effective_on <= day, false)
        AND coalesce(day < ends_on, true) AND coalesce(day < terminated_on, true);

-- What people call the standing of an agreement on a day; it expires for 90 days before it ends.
CREATE FUNCTION mou_status(state text, effective_on date, ends_on date, terminated_on date, day date)
    RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN state NOT IN ('signed', 'terminated') THEN state
        WHEN terminated_on <= day THEN 'terminated'
        WHEN day < effective_on THEN 'pending'
        WHEN ends_on <= day THEN 'expired'
        WHEN least(ends_on, terminated_on) - day <= 90 THEN 'expiring'
        ELSE 'in_force' END;

CALL wall_table('signing_events');
CALL wall_table('mous');
CALL wall_table('mou_parties');
CALL wall_table('mou_participants');
CALL wall_table('mou_areas');
CALL wall_table('mou_objectives');
CALL wall_table('mou_events');

-- Whether the acting institution is a party. The policies of `mous` and `mou_parties` would each ask the other; this
-- function asks as the owner instead, whom the policy below admits to read (within the tenant, as ever).
CREATE FUNCTION acting_party_of(mou uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    RETURN EXISTS (SELECT FROM mou_parties
                   WHERE tenant_id = acting_tenant() AND mou_id = mou AND institution_id = acting_institution());
REVOKE ALL ON FUNCTION acting_party_of(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION acting_party_of(uuid) TO trellis_app;
CREATE POLICY owner_functions_look_up_parties ON mou_parties FOR SELECT USING (current_user <> 'trellis_app');

CREATE POLICY managers_keep_signing_events ON signing_events USING (acting_role() = 'manager');
CREATE POLICY managers_keep_mous ON mous USING (acting_role() = 'manager');
CREATE POLICY managers_keep_mou_parties ON mou_parties USING (acting_role() = 'manager');
CREATE POLICY managers_keep_mou_participants ON mou_participants USING (acting_role() = 'manager');
CREATE POLICY managers_keep_mou_areas ON mou_areas USING (acting_role() = 'manager');
CREATE POLICY managers_keep_mou_objectives ON mou_objectives USING (acting_role() = 'manager');
CREATE POLICY managers_keep_mou_events ON mou_events USING (acting_role() = 'manager');

-- A partner's staff read the agreements of their institution, from the moment the text is shared for review.
CREATE POLICY parties_read_mous ON mous FOR SELECT
    USING (acting_role() = 'partner' AND state <> 'draft' AND acting_party_of(id));
CREATE POLICY parties_read_mou_parties ON mou_parties FOR SELECT
    USING (acting_role() = 'partner' AND EXISTS (SELECT FROM mous WHERE mous.tenant_id = mou_parties.tenant_id AND mous.id = mou_id));
CREATE POLICY parties_read_mou_participants ON mou_participants FOR SELECT
    USING (acting_role() = 'partner' AND EXISTS (SELECT FROM mous WHERE mous.tenant_id = mou_participants.tenant_id AND mous.id = mou_id));
CREATE POLICY parties_read_mou_areas ON mou_areas FOR SELECT
    USING (acting_role() = 'partner' AND EXISTS (SELECT FROM mous WHERE mous.tenant_id = mou_areas.tenant_id AND mous.id = mou_id));
CREATE POLICY parties_read_mou_objectives ON mou_objectives FOR SELECT
    USING (acting_role() = 'partner' AND EXISTS (SELECT FROM mous WHERE mous.tenant_id = mou_objectives.tenant_id AND mous.id = mou_id));
-- Their history begins where the text reached them; how it was drafted is the keeper's own.
CREATE POLICY parties_read_mou_events ON mou_events FOR SELECT
    USING (acting_role() = 'partner' AND to_state <> 'draft'
        AND EXISTS (SELECT FROM mous WHERE mous.tenant_id = mou_events.tenant_id AND mous.id = mou_id));
CREATE POLICY parties_read_signing_events ON signing_events FOR SELECT
    USING (acting_role() = 'partner' AND EXISTS (SELECT FROM mous WHERE mous.tenant_id = signing_events.tenant_id AND signing_event_id = signing_events.id));

-- What a role reaches by way of other tables is asked by a function with the asker's own rights, in policies and queries
-- alike. Written out, it would stand in every plan over the table, with the policies of all tables it names: a read of
-- one startup by a manager spent nine tenths of its time in preparing what only an investor or a mentor needs.
CREATE FUNCTION acting_partner_of(institution uuid) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM mou_parties AS theirs
        JOIN mous AS shared ON shared.tenant_id = theirs.tenant_id AND shared.id = theirs.mou_id
        JOIN mou_parties AS ours ON ours.tenant_id = shared.tenant_id AND ours.mou_id = shared.id
        WHERE theirs.tenant_id = acting_tenant() AND theirs.institution_id = institution
          AND shared.state <> 'draft' AND ours.institution_id = acting_institution());
END $$;
REVOKE ALL ON FUNCTION acting_partner_of(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION acting_partner_of(uuid) TO trellis_app;
CREATE POLICY parties_see_each_other ON institutions FOR SELECT
    USING (acting_role() = 'partner' AND acting_partner_of(id));
