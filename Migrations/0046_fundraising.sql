-- Rounds being raised, what investors would put in, and the documents that they are let read.

-- How near the acting investor is to a startup: introduced to it with both consents, or shown it on a list; NULL where
-- neither, or where the park does not take the investor for a professional one.
CREATE FUNCTION acting_investor_stands(startup uuid) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE
        WHEN NOT acts_as('investor') OR NOT is_verified(acting_institution()) THEN NULL
        -- An introduction that one of the two ended, or that nobody went on with, opens nothing any more.
        WHEN EXISTS (SELECT FROM introductions AS i
                     WHERE i.tenant_id = acting_tenant() AND i.startup_id = startup
                       AND i.investor_id = acting_institution() AND i.introduced_at IS NOT NULL
                       AND i.stage NOT IN ('passed', 'stalled'))
             AND NOT is_blocked(startup, acting_institution()) THEN 'introduced'
        WHEN shown_to_acting_investor(startup) THEN 'listed' END;
END $$;
REVOKE ALL ON FUNCTION acting_investor_stands(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION acting_investor_stands(uuid) TO trellis_app;

-- A round of funding. That its target is met or its closing day was moved follows from its rows and is not stored.
CREATE TABLE funding_rounds (
    tenant_id       uuid NOT NULL,
    id              uuid NOT NULL,
    startup_id      uuid NOT NULL,
    -- The kind of round, as the startup's profile names what it is raising.
    stage           text NOT NULL,
    state           text NOT NULL DEFAULT 'planned',
    target_minor    bigint NOT NULL,
    -- Below it the round does not close; NULL for none.
    minimum_minor   bigint,
    currency        text NOT NULL,
    instrument      text NOT NULL,
    use_of_funds    jsonb NOT NULL,
    -- The last day on which indications are taken, and that day as it was first announced.
    closes_on       date NOT NULL,
    first_closes_on date,
    -- What investors are told of each other, those who met the startup on a list and those who were introduced.
    shown_to_listed     text NOT NULL,
    shown_to_introduced text NOT NULL,
    planned_at      timestamptz NOT NULL DEFAULT now(),
    planned_by      uuid NOT NULL,
    opened_at       timestamptz,
    ended_at        timestamptz,
    -- What was raised in the end.
    raised_minor    bigint,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, startup_id) REFERENCES startups (tenant_id, id),
    CONSTRAINT round_state_is_known CHECK (state IN ('planned', 'open', 'closed', 'withdrawn')),
    CONSTRAINT round_target_is_an_amount CHECK (target_minor > 0),
    CONSTRAINT round_minimum_is_within_the_target CHECK (minimum_minor BETWEEN 1 AND target_minor),
    CONSTRAINT round_instrument_is_known CHECK (
        instrument IN ('equity', 'safe', 'convertible_note', 'debt', 'grant')),
    CONSTRAINT round_disclosure_is_known CHECK (
        shown_to_listed IN ('none', 'summary', 'names', 'contacts')
        AND shown_to_introduced IN ('none', 'summary', 'names', 'contacts')),
    CONSTRAINT rounds_open_before_they_close CHECK (
        (opened_at IS NOT NULL) = (first_closes_on IS NOT NULL)
        AND (state <> 'planned' OR opened_at IS NULL) AND (state NOT IN ('open', 'closed') OR opened_at IS NOT NULL)),
    CONSTRAINT rounds_end_once CHECK ((ended_at IS NOT NULL) = (state IN ('closed', 'withdrawn'))),
    CONSTRAINT closed_rounds_say_what_was_raised CHECK ((state = 'closed') = (raised_minor IS NOT NULL)),
    CONSTRAINT rounds_close_at_their_minimum CHECK (raised_minor >= coalesce(minimum_minor, 1))
);
CREATE UNIQUE INDEX startups_raise_one_round_at_a_time ON funding_rounds (tenant_id, startup_id)
    WHERE state IN ('planned', 'open');
CREATE INDEX funding_rounds_by_age ON funding_rounds (tenant_id, planned_at, id);

-- Levels of disclosure in their order.
CREATE FUNCTION disclosure_rank(level text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN array_position(ARRAY['none', 'summary', 'names', 'contacts'], level);
ALTER TABLE funding_rounds ADD CONSTRAINT who_is_nearer_is_told_no_less CHECK (
    disclosure_rank(shown_to_introduced) >= disclosure_rank(shown_to_listed));

-- What a verified investor would put into a round. A new one of the same firm replaces the one before; none is ever lost.
CREATE TABLE round_indications (
    tenant_id    uuid NOT NULL,
    round_id     uuid NOT NULL,
    id           uuid NOT NULL,
    investor_id  uuid NOT NULL,
    given_at     timestamptz NOT NULL DEFAULT now(),
    given_by     uuid NOT NULL,
    amount_minor bigint NOT NULL,
    -- Whether the investor is bound by it as long as it stands.
    binding      boolean NOT NULL,
    -- The last day on which it stands.
    stands_until date NOT NULL,
    note         text,
    ended_at     timestamptz,
    ended_by     uuid,
    -- How it ended before its day: the investor took it back or gave another, or the startup let it go.
    ending       text,
    PRIMARY KEY (tenant_id, round_id, id),
    FOREIGN KEY (tenant_id, round_id) REFERENCES funding_rounds (tenant_id, id),
    FOREIGN KEY (tenant_id, investor_id) REFERENCES institutions (tenant_id, id),
    CONSTRAINT indicated_amount_is_one CHECK (amount_minor > 0),
    CONSTRAINT indications_stand_for_a_day_at_least CHECK (stands_until >= (given_at AT TIME ZONE 'UTC')::date),
    CONSTRAINT indication_ending_is_known CHECK (ending IN ('withdrawn', 'replaced', 'released')),
    CONSTRAINT indication_ends_are_signed CHECK (num_nonnulls(ended_at, ended_by, ending) IN (0, 3))
);
CREATE UNIQUE INDEX indications_stand_once_a_firm ON round_indications (tenant_id, round_id, investor_id)
    WHERE ended_at IS NULL;
CREATE INDEX indications_of_an_investor ON round_indications (tenant_id, investor_id);

-- Who gave an indication, copied from the accounts as they were then.
CREATE TABLE indication_contacts (
    tenant_id     uuid NOT NULL,
    round_id      uuid NOT NULL,
    indication_id uuid NOT NULL,
    name          text NOT NULL,
    email         text NOT NULL,
    PRIMARY KEY (tenant_id, round_id, indication_id),
    FOREIGN KEY (tenant_id, round_id, indication_id) REFERENCES round_indications (tenant_id, round_id, id)
);

-- A document of a startup's data room; its bytes are those of its latest version that was found clean.
CREATE TABLE data_room_documents (
    tenant_id   uuid NOT NULL,
    startup_id  uuid NOT NULL,
    id          uuid NOT NULL,
    folder      text NOT NULL,
    title       text NOT NULL,
    -- Whether nobody but the startup gets it without a watermark.
    watermarked boolean NOT NULL,
    added_at    timestamptz NOT NULL DEFAULT now(),
    added_by    uuid NOT NULL,
    removed_at  timestamptz,
    removed_by  uuid,
    PRIMARY KEY (tenant_id, startup_id, id),
    FOREIGN KEY (tenant_id, startup_id) REFERENCES startups (tenant_id, id),
    CONSTRAINT room_documents_are_removed_by_somebody CHECK ((removed_at IS NULL) = (removed_by IS NULL))
);

CREATE TABLE data_room_versions (
    tenant_id   uuid NOT NULL,
    startup_id  uuid NOT NULL,
    document_id uuid NOT NULL,
    number      integer NOT NULL,
    name        text NOT NULL,
    media_type  text NOT NULL,
    bytes       integer NOT NULL,
    sha256      bytea NOT NULL,
    state       text NOT NULL,
    -- Which scanner found it clean; NULL where the look at its structure was all.
    scanner     text,
    -- What the scanner found.
    reason      text,
    checked_at  timestamptz,
    -- Why no watermark could be put on it, once that was tried in vain; then nobody gets it.
    unmarkable  text,
    uploaded_at timestamptz NOT NULL DEFAULT now(),
    uploaded_by uuid NOT NULL,
    PRIMARY KEY (tenant_id, startup_id, document_id, number),
    FOREIGN KEY (tenant_id, startup_id, document_id) REFERENCES data_room_documents (tenant_id, startup_id, id),
    CONSTRAINT versions_are_counted_from_one CHECK (number >= 1),
    CONSTRAINT version_state_is_known CHECK (state IN ('quarantined', 'clean', 'rejected')),
    CONSTRAINT versions_are_rejected_for_a_reason CHECK ((state = 'rejected') = (reason IS NOT NULL)),
    CONSTRAINT versions_have_at_most_25_mib CHECK (bytes BETWEEN 1 AND 26214400),
    CONSTRAINT version_name_is_short CHECK (name <> '' AND octet_length(name) <= 200),
    CONSTRAINT version_hash_is_sha256 CHECK (octet_length(sha256) = 32),
    CONSTRAINT version_fault_is_known CHECK (unmarkable IN ('damaged', 'protected', 'too_heavy'))
);

-- Pieces, so that neither the service nor the server ever holds a whole file for a reader.
CREATE TABLE data_room_pieces (
    tenant_id   uuid NOT NULL,
    startup_id  uuid NOT NULL,
    document_id uuid NOT NULL,
    number      integer NOT NULL,
    seq         integer NOT NULL,
    bytes       bytea NOT NULL,
    PRIMARY KEY (tenant_id, startup_id, document_id, number, seq),
    FOREIGN KEY (tenant_id, startup_id, document_id, number)
        REFERENCES data_room_versions (tenant_id, startup_id, document_id, number),
    CONSTRAINT pieces_have_at_most_256_kib CHECK (octet_length(bytes) BETWEEN 1 AND 262144),
    CONSTRAINT pieces_stand_in_order CHECK (seq >= 0)
);
-- Most of these files are compressed already; to try it again costs time and gains nothing.
ALTER TABLE data_room_pieces ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- Whom a startup lets read a document: a firm that it names, or whoever is introduced.
CREATE TABLE data_room_grants (
    tenant_id    uuid NOT NULL,
    startup_id   uuid NOT NULL,
    document_id  uuid NOT NULL,
    id           uuid NOT NULL,
    -- NULL for every investor that is introduced, as long as it is.
    investor_id  uuid,
    -- Whether it may be taken away as a file, beside being shown.
    may_download boolean NOT NULL,
    -- The last day; NULL until it is revoked.
    expires_on   date,
    granted_at   timestamptz NOT NULL DEFAULT now(),
    granted_by   uuid NOT NULL,
    revoked_at   timestamptz,
    revoked_by   uuid,
    PRIMARY KEY (tenant_id, startup_id, document_id, id),
    FOREIGN KEY (tenant_id, startup_id, document_id) REFERENCES data_room_documents (tenant_id, startup_id, id),
    FOREIGN KEY (tenant_id, investor_id) REFERENCES institutions (tenant_id, id),
    CONSTRAINT grants_are_for_a_day_to_come CHECK (expires_on >= (granted_at AT TIME ZONE 'UTC')::date),
    CONSTRAINT grants_are_revoked_by_somebody CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);
CREATE UNIQUE INDEX grants_stand_once_a_firm ON data_room_grants (tenant_id, startup_id, document_id, investor_id)
    NULLS NOT DISTINCT WHERE revoked_at IS NULL;

-- Whoever was shown a document or took it away, under which name, and which version.
CREATE TABLE data_room_accesses (
    tenant_id      uuid NOT NULL,
    startup_id     uuid NOT NULL,
    id             uuid NOT NULL,
    document_id    uuid NOT NULL,
    number         integer NOT NULL,
    person_id      uuid NOT NULL,
    institution_id uuid NOT NULL,
    -- As the watermark says them.
    person_name    text NOT NULL,
    firm_name      text NOT NULL,
    deed           text NOT NULL,
    watermarked    boolean NOT NULL,
    at             timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, startup_id, id),
    FOREIGN KEY (tenant_id, startup_id, document_id, number)
        REFERENCES data_room_versions (tenant_id, startup_id, document_id, number),
    CONSTRAINT access_deed_is_known CHECK (deed IN ('view', 'download'))
);
CREATE INDEX accesses_by_time ON data_room_accesses (tenant_id, startup_id, at, id);

CALL wall_table('funding_rounds');
CALL wall_table('round_indications');
CALL wall_table('indication_contacts');
CALL wall_table('data_room_documents');
CALL wall_table('data_room_versions');
CALL wall_table('data_room_pieces');
CALL wall_table('data_room_grants');
CALL wall_table('data_room_accesses');
-- The hash of the bytes is on the trail with their version.
DROP TRIGGER audit_inserted ON data_room_pieces;
DROP TRIGGER audit_changed ON data_room_pieces;

REVOKE DELETE ON funding_rounds, round_indications, indication_contacts, data_room_documents, data_room_versions,
    data_room_grants, data_room_accesses FROM trellis_app;
REVOKE UPDATE ON round_indications, indication_contacts, data_room_documents, data_room_versions, data_room_pieces,
    data_room_grants, data_room_accesses FROM trellis_app;
GRANT UPDATE (ended_at, ended_by, ending) ON round_indications TO trellis_app;
GRANT UPDATE (folder, title, removed_at, removed_by) ON data_room_documents TO trellis_app;
GRANT UPDATE (state, scanner, reason, checked_at, unmarkable) ON data_room_versions TO trellis_app;
GRANT UPDATE (revoked_at, revoked_by) ON data_room_grants TO trellis_app;

-- The log is as good as what cannot be taken out of it, whoever tries.
CREATE FUNCTION refuse_change_of_access() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'accesses_are_append_only',
        MESSAGE = 'the access log is append-only';
END $$;
CREATE TRIGGER accesses_are_append_only BEFORE UPDATE OR DELETE ON data_room_accesses
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_access();
CREATE TRIGGER accesses_are_never_truncated BEFORE TRUNCATE ON data_room_accesses
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_access();

-- Rounds. The park knows the terms, and counts of what was indicated.
CREATE POLICY founders_keep_their_rounds ON funding_rounds
    USING (acts_as('founder') AND startup_id = acting_institution());
CREATE POLICY investors_see_rounds_of_whom_they_meet ON funding_rounds FOR SELECT
    USING (acts_as('investor') AND state <> 'planned' AND opened_at IS NOT NULL
        AND acting_investor_stands(startup_id) IS NOT NULL);
CREATE POLICY the_managers_read_rounds ON funding_rounds FOR SELECT USING (acts_as('manager'));

CREATE FUNCTION is_round_of_acting_startup(round uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN acts_as('founder') AND EXISTS (
        SELECT FROM funding_rounds AS r
        WHERE r.tenant_id = acting_tenant() AND r.id = round AND r.startup_id = acting_institution());
END $$;
REVOKE ALL ON FUNCTION is_round_of_acting_startup(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_round_of_acting_startup(uuid) TO trellis_app;

CREATE POLICY founders_read_what_was_indicated ON round_indications FOR SELECT
    USING (is_round_of_acting_startup(round_id));
CREATE POLICY founders_let_indications_go ON round_indications FOR UPDATE USING (is_round_of_acting_startup(round_id));
CREATE POLICY investors_read_their_indications ON round_indications FOR SELECT
    USING (acts_as('investor') AND investor_id = acting_institution());
CREATE POLICY investors_give_their_indications ON round_indications FOR INSERT
    WITH CHECK (acts_as('investor') AND investor_id = acting_institution() AND given_by = acting_person()
        -- They reach the round.
        AND EXISTS (SELECT FROM funding_rounds AS r
                    WHERE r.tenant_id = round_indications.tenant_id AND r.id = round_id));
CREATE POLICY investors_end_their_indications ON round_indications FOR UPDATE
    USING (acts_as('investor') AND investor_id = acting_institution());
CREATE POLICY founders_read_who_indicated ON indication_contacts FOR SELECT
    USING (is_round_of_acting_startup(round_id));

-- What the seat that asks is told of the indications of a round; NULL where it does not reach the round.
CREATE FUNCTION acting_disclosure(round uuid) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    asked record;
BEGIN
    SELECT r.id, r.startup_id, r.opened_at, r.shown_to_introduced, r.shown_to_listed INTO asked
    FROM funding_rounds AS r WHERE r.tenant_id = acting_tenant() AND r.id = round;
    RETURN CASE
        WHEN acts_as('founder') AND asked.startup_id = acting_institution() OR acts_as('system') THEN 'contacts'
        WHEN acts_as('manager') AND asked.id IS NOT NULL THEN 'summary'
        WHEN acts_as('investor') AND asked.opened_at IS NOT NULL THEN
            CASE acting_investor_stands(asked.startup_id)
                WHEN 'introduced' THEN asked.shown_to_introduced
                WHEN 'listed' THEN asked.shown_to_listed END
        END;
END $$;

-- The indications that stand on a day, cut to a level by the service's rights, so that one place says what each level tells.
-- Only `shown_indications` and `tally_of_round` ask it.
CREATE FUNCTION indications_at(round uuid, level text, asking uuid) RETURNS TABLE (
    id uuid, investor_id uuid, investor_names jsonb, given_at timestamptz, amount_minor bigint, binding boolean,
    stands_until date, note text, contact_name text, contact_email text, is_own boolean
) LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN QUERY
        SELECT n.id, n.investor_id, i.names, n.given_at, n.amount_minor, n.binding, n.stands_until,
               -- Words are for the startup and their author.
               CASE WHEN level = 'all' OR n.investor_id = asking THEN n.note END,
               CASE WHEN level IN ('all', 'contacts') OR n.investor_id = asking THEN c.name END,
               CASE WHEN level IN ('all', 'contacts') OR n.investor_id = asking THEN c.email END,
               n.investor_id IS NOT DISTINCT FROM asking
        FROM round_indications AS n
        JOIN institutions AS i ON i.tenant_id = n.tenant_id AND i.id = n.investor_id
        LEFT JOIN indication_contacts AS c
            ON c.tenant_id = n.tenant_id AND c.round_id = n.round_id AND c.indication_id = n.id
        WHERE n.tenant_id = acting_tenant() AND n.round_id = round AND n.ended_at IS NULL
          AND n.stands_until >= (now() AT TIME ZONE 'UTC')::date
          AND (level IN ('all', 'names', 'contacts') OR n.investor_id = asking)
        ORDER BY n.given_at, n.id;
END $$;

-- The indications of a round as far as the seat that asks is told of them: its own, and those of others by the level.
CREATE FUNCTION shown_indications(round uuid) RETURNS TABLE (
    id uuid, investor_id uuid, investor_names jsonb, given_at timestamptz, amount_minor bigint, binding boolean,
    stands_until date, note text, contact_name text, contact_email text, is_own boolean
) LANGUAGE plpgsql STABLE AS $$
DECLARE
    level text := acting_disclosure(round);
BEGIN
    IF level IS NULL THEN RETURN; END IF;
    RETURN QUERY
        SELECT s.id, s.investor_id, s.investor_names, s.given_at, s.amount_minor, s.binding, s.stands_until, s.note,
               s.contact_name, s.contact_email, s.is_own
        FROM indications_at(
            round, CASE WHEN acts_as('founder', 'system') THEN 'all' ELSE level END,
            CASE WHEN acts_as('investor') THEN acting_institution() END) AS s;
END $$;

-- How many indications stand and what they sum to, for whom the level tells at least that; no row for others.
CREATE FUNCTION tally_of_round(round uuid) RETURNS TABLE (indications bigint, sum_minor bigint, binding_minor bigint)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF coalesce(acting_disclosure(round), 'none') = 'none' THEN RETURN; END IF;
    RETURN QUERY
        SELECT count(*), coalesce(sum(s.amount_minor), 0)::bigint,
               coalesce(sum(s.amount_minor) FILTER (WHERE s.binding), 0)::bigint
        FROM indications_at(round, 'names', NULL) AS s;
END $$;
REVOKE ALL ON FUNCTION acting_disclosure(uuid), indications_at(uuid, text, uuid), shown_indications(uuid),
    tally_of_round(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION acting_disclosure(uuid), indications_at(uuid, text, uuid), shown_indications(uuid),
    tally_of_round(uuid) TO trellis_app;

CREATE FUNCTION check_round_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'planned' THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'rounds_begin_planned',
                MESSAGE = 'a round begins with a plan';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.ended_at IS NOT NULL OR NEW.startup_id <> OLD.startup_id
        OR OLD.state = 'open' AND NEW.state = 'planned' THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'rounds_that_ended_stay_as_they_are',
            MESSAGE = 'a round that ended stays as it is';
    END IF;
    IF OLD.state = 'planned' AND NEW.state = 'open' AND NEW.closes_on < (now() AT TIME ZONE 'UTC')::date THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'rounds_open_for_a_day_at_least',
            MESSAGE = 'the closing day has passed';
    END IF;
    IF OLD.state = 'open' AND (NEW.stage, NEW.currency, NEW.instrument, NEW.target_minor, NEW.minimum_minor,
                               NEW.opened_at, NEW.first_closes_on)
        IS DISTINCT FROM (OLD.stage, OLD.currency, OLD.instrument, OLD.target_minor, OLD.minimum_minor,
                          OLD.opened_at, OLD.first_closes_on) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'open_rounds_keep_their_terms',
            MESSAGE = 'investors have indicated by these terms';
    END IF;
    IF OLD.state = 'open' AND NEW.closes_on < OLD.closes_on THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'open_rounds_are_extended_only',
            MESSAGE = 'the closing day of an open round moves back only';
    END IF;
    -- Who indicated did so knowing who would be told.
    IF (disclosure_rank(NEW.shown_to_listed) > disclosure_rank(OLD.shown_to_listed)
        OR disclosure_rank(NEW.shown_to_introduced) > disclosure_rank(OLD.shown_to_introduced))
       AND EXISTS (SELECT FROM round_indications AS n WHERE n.tenant_id = NEW.tenant_id AND n.round_id = NEW.id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation',
            CONSTRAINT = 'indications_are_shown_no_wider_than_they_were_given', MESSAGE = 'somebody has indicated';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rounds_keep_their_word BEFORE INSERT OR UPDATE ON funding_rounds
    FOR EACH ROW EXECUTE FUNCTION check_round_change();

-- Under a share of the round's row, so that nobody indicates to a round that is closed or shown wider in the same moment.
CREATE FUNCTION check_indication() RETURNS trigger LANGUAGE plpgsql SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    asked record;
BEGIN
    SELECT r.state, r.closes_on, r.startup_id INTO asked
    FROM funding_rounds AS r WHERE r.tenant_id = NEW.tenant_id AND r.id = NEW.round_id FOR SHARE;
    IF asked.state IS DISTINCT FROM 'open' OR asked.closes_on < (now() AT TIME ZONE 'UTC')::date THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'indications_go_to_open_rounds',
            MESSAGE = 'the round takes no indications';
    END IF;
    -- One answer for a block of either side: neither may know of the other's.
    IF NOT is_verified(NEW.investor_id) OR is_blocked(asked.startup_id, NEW.investor_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'indications_come_from_whom_rounds_take',
            MESSAGE = 'the round takes no indication of this investor';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER indications_go_to_open_rounds BEFORE INSERT ON round_indications
    FOR EACH ROW EXECUTE FUNCTION check_indication();

CREATE FUNCTION keep_indication_contact() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    INSERT INTO indication_contacts (tenant_id, round_id, indication_id, name, email)
    SELECT NEW.tenant_id, NEW.round_id, NEW.id, p.name, p.email FROM people AS p WHERE p.id = NEW.given_by;
    RETURN NULL;
END $$;
CREATE TRIGGER contacts_come_with_indications AFTER INSERT ON round_indications
    FOR EACH ROW EXECUTE FUNCTION keep_indication_contact();

CREATE FUNCTION check_indication_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'indications_end_once',
            MESSAGE = 'the indication has ended';
    END IF;
    IF (NEW.ending = 'released') = acts_as('investor') THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'each_side_ends_indications_in_its_own_way',
            MESSAGE = 'this is the other side''s to say';
    END IF;
    IF OLD.binding AND acts_as('investor') AND OLD.stands_until >= (now() AT TIME ZONE 'UTC')::date
        AND EXISTS (SELECT FROM funding_rounds AS r
                    WHERE r.tenant_id = OLD.tenant_id AND r.id = OLD.round_id AND r.state = 'open') THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'binding_indications_stand_until_their_day',
            MESSAGE = 'a binding indication stands until its day';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER indications_end_as_they_may BEFORE UPDATE ON round_indications
    FOR EACH ROW EXECUTE FUNCTION check_indication_end();

-- A startup knows by name who asked for it, and who would put something in.
CREATE OR REPLACE FUNCTION acting_institution_deals_with(other uuid) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM introductions AS i
        WHERE i.tenant_id = acting_tenant()
          AND (acts_as('founder') AND i.startup_id = acting_institution() AND i.investor_id = other
               OR acts_as('investor') AND i.investor_id = acting_institution() AND i.startup_id = other
                  AND i.introduced_at IS NOT NULL))
        OR acts_as('founder') AND EXISTS (
            SELECT FROM round_indications AS n
            JOIN funding_rounds AS r ON r.tenant_id = n.tenant_id AND r.id = n.round_id
            WHERE n.tenant_id = acting_tenant() AND n.investor_id = other AND r.startup_id = acting_institution());
END $$;

-- What the acting investor may do with a document: `download`, `view`, or nothing (NULL). Asked anew with every piece, so
-- that a revocation, the end of an introduction and a day that has passed hold at once.
CREATE FUNCTION acting_right_to(startup uuid, document uuid) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    near text;
BEGIN
    IF NOT acts_as('investor') OR NOT is_verified(acting_institution())
        OR is_blocked(startup, acting_institution()) THEN RETURN NULL; END IF;
    near := acting_investor_stands(startup);
    RETURN (
        SELECT CASE WHEN bool_or(g.may_download) THEN 'download' ELSE 'view' END
        FROM data_room_grants AS g
        WHERE g.tenant_id = acting_tenant() AND g.startup_id = startup AND g.document_id = document
          AND g.revoked_at IS NULL AND (g.expires_on IS NULL OR g.expires_on >= (now() AT TIME ZONE 'UTC')::date)
          AND (g.investor_id = acting_institution() OR g.investor_id IS NULL AND near = 'introduced')
        HAVING count(*) > 0);
END $$;
REVOKE ALL ON FUNCTION acting_right_to(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION acting_right_to(uuid, uuid) TO trellis_app;

CREATE POLICY founders_keep_their_data_room ON data_room_documents
    USING (acts_as('founder') AND startup_id = acting_institution());
CREATE POLICY investors_read_what_they_were_granted ON data_room_documents FOR SELECT
    USING (acts_as('investor') AND removed_at IS NULL AND acting_right_to(startup_id, id) IS NOT NULL);
CREATE POLICY founders_keep_their_versions ON data_room_versions
    USING (acts_as('founder') AND startup_id = acting_institution());
CREATE POLICY investors_read_clean_versions ON data_room_versions FOR SELECT
    USING (acts_as('investor') AND state = 'clean' AND EXISTS (
        SELECT FROM data_room_documents AS d
        WHERE d.tenant_id = data_room_versions.tenant_id AND d.startup_id = data_room_versions.startup_id
          AND d.id = document_id));
CREATE POLICY founders_keep_their_pieces ON data_room_pieces
    USING (acts_as('founder') AND startup_id = acting_institution());
CREATE POLICY investors_read_pieces_of_clean_versions ON data_room_pieces FOR SELECT
    USING (acts_as('investor') AND EXISTS (
        SELECT FROM data_room_versions AS v
        WHERE v.tenant_id = data_room_pieces.tenant_id AND v.startup_id = data_room_pieces.startup_id
          AND v.document_id = data_room_pieces.document_id AND v.number = data_room_pieces.number));
CREATE POLICY founders_grant_reading ON data_room_grants
    USING (acts_as('founder') AND startup_id = acting_institution());
CREATE POLICY investors_read_their_grants ON data_room_grants FOR SELECT
    USING (acts_as('investor') AND (investor_id = acting_institution()
        OR investor_id IS NULL AND acting_investor_stands(startup_id) = 'introduced'));
CREATE POLICY founders_read_who_read ON data_room_accesses FOR SELECT
    USING (acts_as('founder') AND startup_id = acting_institution());
CREATE POLICY readers_sign_for_what_they_read ON data_room_accesses FOR INSERT
    WITH CHECK (acts_as('founder', 'investor') AND person_id = acting_person()
        AND institution_id = acting_institution() AND EXISTS (
        SELECT FROM data_room_versions AS v
        WHERE v.tenant_id = data_room_accesses.tenant_id AND v.startup_id = data_room_accesses.startup_id
          AND v.document_id = data_room_accesses.document_id AND v.number = data_room_accesses.number)
        AND (acts_as('founder') OR deed = 'view' OR acting_right_to(startup_id, document_id) = 'download'));

-- Firms are named that asked for the startup or would put something in: a startup knows no others.
CREATE FUNCTION check_grant() RETURNS trigger LANGUAGE plpgsql SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF NEW.investor_id IS NOT NULL AND NOT EXISTS (
           SELECT FROM introductions AS i
           WHERE i.tenant_id = NEW.tenant_id AND i.startup_id = NEW.startup_id AND i.investor_id = NEW.investor_id)
       AND NOT EXISTS (
           SELECT FROM round_indications AS n
           JOIN funding_rounds AS r ON r.tenant_id = n.tenant_id AND r.id = n.round_id
           WHERE n.tenant_id = NEW.tenant_id AND r.startup_id = NEW.startup_id AND n.investor_id = NEW.investor_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'grants_go_to_firms_that_asked',
            MESSAGE = 'the firm has neither asked for the startup nor indicated anything';
    END IF;
    IF EXISTS (SELECT FROM data_room_documents AS d
               WHERE d.tenant_id = NEW.tenant_id AND d.startup_id = NEW.startup_id AND d.id = NEW.document_id
                 AND d.removed_at IS NOT NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'grants_are_of_documents_that_are_there',
            MESSAGE = 'the document was removed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grants_go_to_firms_that_asked BEFORE INSERT ON data_room_grants
    FOR EACH ROW EXECUTE FUNCTION check_grant();

-- Under the lock of the document, so that versions are counted one after the other.
CREATE FUNCTION check_room_version() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    own record;
BEGIN
    SELECT d.watermarked INTO own FROM data_room_documents AS d
    WHERE d.tenant_id = NEW.tenant_id AND d.startup_id = NEW.startup_id AND d.id = NEW.document_id FOR NO KEY UPDATE;
    IF own.watermarked AND NEW.media_type <> 'application/pdf' THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'watermarks_go_on_pdfs',
            MESSAGE = 'only a PDF can be watermarked';
    END IF;
    IF (SELECT coalesce(sum(v.bytes), 0) FROM data_room_versions AS v
        JOIN data_room_documents AS d
            ON d.tenant_id = v.tenant_id AND d.startup_id = v.startup_id AND d.id = v.document_id
        WHERE v.tenant_id = NEW.tenant_id AND v.startup_id = NEW.startup_id AND v.state <> 'rejected'
          AND d.removed_at IS NULL) + NEW.bytes > 524288000 THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'data_rooms_have_at_most_500_mib',
            MESSAGE = 'a data room has at most 500 MiB';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER versions_fit BEFORE INSERT ON data_room_versions FOR EACH ROW EXECUTE FUNCTION check_room_version();

-- What was found out about a file is said by the service.
CREATE FUNCTION check_room_version_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT acts_as('system') THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'versions_are_checked_by_the_service',
            MESSAGE = 'nobody says of their own file that it is clean';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER versions_are_checked_by_the_service BEFORE UPDATE ON data_room_versions
    FOR EACH ROW EXECUTE FUNCTION check_room_version_change();

-- A version is there with all its bytes or not at all.
CREATE FUNCTION check_room_version_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.bytes IS DISTINCT FROM (
        SELECT sum(octet_length(p.bytes)) FROM data_room_pieces AS p
        WHERE p.tenant_id = NEW.tenant_id AND p.startup_id = NEW.startup_id AND p.document_id = NEW.document_id
          AND p.number = NEW.number) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'versions_are_whole',
            MESSAGE = 'a version lacks some of its bytes';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER versions_are_whole AFTER INSERT ON data_room_versions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_room_version_is_whole();

-- How much there is in data rooms and how often it is read: all that the park learns of them. `asker` is who acts, since in
-- here the service does.
CREATE FUNCTION data_rooms_counted(asker text) RETURNS TABLE (
    startup_id uuid, documents bigint, grants bigint, views bigint, downloads bigint, firms bigint
) LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN QUERY
        SELECT d.startup_id, count(*) FILTER (WHERE d.removed_at IS NULL),
               coalesce(sum(g.grants) FILTER (WHERE d.removed_at IS NULL), 0)::bigint,
               coalesce(max(a.views), 0)::bigint, coalesce(max(a.downloads), 0)::bigint,
               coalesce(max(a.firms), 0)::bigint
        FROM data_room_documents AS d
        LEFT JOIN LATERAL (
            SELECT count(*) AS grants FROM data_room_grants AS g
            WHERE g.tenant_id = d.tenant_id AND g.startup_id = d.startup_id AND g.document_id = d.id
              AND g.revoked_at IS NULL AND (g.expires_on IS NULL OR g.expires_on >= (now() AT TIME ZONE 'UTC')::date)
        ) AS g ON true
        LEFT JOIN LATERAL (
            SELECT count(*) FILTER (WHERE a.deed = 'view') AS views,
                   count(*) FILTER (WHERE a.deed = 'download') AS downloads,
                   count(DISTINCT a.institution_id) AS firms
            FROM data_room_accesses AS a
            WHERE a.tenant_id = d.tenant_id AND a.startup_id = d.startup_id AND a.institution_id <> a.startup_id
        ) AS a ON true
        WHERE d.tenant_id = acting_tenant() AND asker IN ('manager', 'system')
        GROUP BY d.startup_id;
END $$;
REVOKE ALL ON FUNCTION data_rooms_counted(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION data_rooms_counted(text) TO trellis_app;

-- Nor does the trail tell managers what the startup and its investors keep between them.
CREATE POLICY managers_read_no_trail_of_confidences ON audit_events AS RESTRICTIVE FOR SELECT
    USING (NOT acts_as('manager') OR noun <> ALL (ARRAY[
        'round_indications', 'indication_contacts', 'data_room_documents', 'data_room_versions', 'data_room_grants',
        'data_room_accesses']));
