-- What rounds and data rooms rely on, where it did not hold.

-- An amount that nobody has: their sum has to stay a number, and one of them must not lock a round for all.
ALTER TABLE round_indications ADD CONSTRAINT indicated_amounts_are_bounded CHECK (amount_minor <= 1000000000000000);
ALTER TABLE funding_rounds
    ADD CONSTRAINT round_targets_are_bounded CHECK (target_minor <= 1000000000000000),
    ADD CONSTRAINT raised_amounts_are_bounded CHECK (raised_minor <= 1000000000000000);

-- How many indications stand and what they sum to, for whom the level tells at least that; no row for others.
CREATE OR REPLACE FUNCTION tally_of_round(round uuid)
RETURNS TABLE (indications bigint, sum_minor bigint, binding_minor bigint) LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF coalesce(acting_disclosure(round), 'none') = 'none' THEN RETURN; END IF;
    RETURN QUERY
        SELECT count(*), least(coalesce(sum(s.amount_minor), 0), 9223372036854775807)::bigint,
               least(coalesce(sum(s.amount_minor) FILTER (WHERE s.binding), 0), 9223372036854775807)::bigint
        FROM indications_at(round, 'names', NULL) AS s;
END $$;

-- Indications of firms that the park takes for professional investors and that neither side has blocked: what others give up
-- on, a round does not count on.
CREATE OR REPLACE FUNCTION indications_at(round uuid, level text, asking uuid) RETURNS TABLE (
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
        JOIN funding_rounds AS r ON r.tenant_id = n.tenant_id AND r.id = n.round_id
        JOIN institutions AS i ON i.tenant_id = n.tenant_id AND i.id = n.investor_id
        LEFT JOIN indication_contacts AS c
            ON c.tenant_id = n.tenant_id AND c.round_id = n.round_id AND c.indication_id = n.id
        WHERE n.tenant_id = acting_tenant() AND n.round_id = round AND n.ended_at IS NULL
          AND n.stands_until >= (now() AT TIME ZONE 'UTC')::date
          AND (level IN ('all', 'names', 'contacts') OR n.investor_id = asking)
          AND is_verified(n.investor_id) AND NOT is_blocked(r.startup_id, n.investor_id)
        ORDER BY n.given_at, n.id;
END $$;

-- Indications of the acting firm that stand on rounds it does not reach any more: what it said it may take back wherever the
-- round has gone. Of the round it is told nothing but whose it was, which it knew.
CREATE FUNCTION own_indications_out_of_reach() RETURNS TABLE (
    id uuid, round_id uuid, startup_id uuid, startup_names jsonb, given_at timestamptz, amount_minor bigint, currency text,
    binding boolean, stands_until date
) LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF NOT acts_as('investor') THEN RETURN; END IF;
    RETURN QUERY
        SELECT s.id, s.round_id, s.startup_id, s.startup_names, s.given_at, s.amount_minor, s.currency, s.binding,
               s.stands_until
        FROM standing_indications_of(acting_institution()) AS s
        WHERE acting_investor_stands(s.startup_id) IS NULL;
END $$;
CREATE FUNCTION standing_indications_of(investor uuid) RETURNS TABLE (
    id uuid, round_id uuid, startup_id uuid, startup_names jsonb, given_at timestamptz, amount_minor bigint, currency text,
    binding boolean, stands_until date
) LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    -- Only of whoever acts, whatever the caller names.
    RETURN QUERY
        SELECT n.id, n.round_id, r.startup_id, i.names, n.given_at, n.amount_minor, r.currency, n.binding, n.stands_until
        FROM round_indications AS n
        JOIN funding_rounds AS r ON r.tenant_id = n.tenant_id AND r.id = n.round_id
        JOIN institutions AS i ON i.tenant_id = r.tenant_id AND i.id = r.startup_id
        WHERE n.tenant_id = acting_tenant() AND n.investor_id = investor AND investor = acting_institution()
          AND n.ended_at IS NULL AND n.stands_until >= (now() AT TIME ZONE 'UTC')::date AND r.state = 'open'
        ORDER BY n.given_at, n.id;
END $$;

-- Whether the round of one of the acting firm's own indications is open, also where the firm does not reach it any more.
CREATE FUNCTION own_indication_is_relied_on(round uuid) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM funding_rounds AS r
        JOIN round_indications AS n ON n.tenant_id = r.tenant_id AND n.round_id = r.id
        WHERE r.tenant_id = acting_tenant() AND r.id = round AND r.state = 'open'
          AND n.investor_id = acting_institution());
END $$;
REVOKE ALL ON FUNCTION own_indications_out_of_reach(), standing_indications_of(uuid), own_indication_is_relied_on(uuid)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION own_indications_out_of_reach(), standing_indications_of(uuid), own_indication_is_relied_on(uuid)
    TO trellis_app;

CREATE OR REPLACE FUNCTION check_indication_end() RETURNS trigger LANGUAGE plpgsql AS $$
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
        AND own_indication_is_relied_on(OLD.round_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'binding_indications_stand_until_their_day',
            MESSAGE = 'a binding indication stands until its day';
    END IF;
    RETURN NEW;
END $$;

-- Who would be told of an indication, as its giver read it: the level for those introduced, which is the wider one. NULL for
-- what was given before it was asked.
ALTER TABLE round_indications ADD COLUMN told text,
    ADD CONSTRAINT indication_disclosure_is_known CHECK (told IN ('none', 'summary', 'names', 'contacts'));

CREATE OR REPLACE FUNCTION check_indication() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    asked record;
BEGIN
    SELECT r.state, r.closes_on, r.startup_id, r.shown_to_introduced INTO asked
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
    IF disclosure_rank(asked.shown_to_introduced) > coalesce(disclosure_rank(NEW.told), 0) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'who_indicates_knows_who_is_told',
            MESSAGE = 'the round tells more than its investor has read';
    END IF;
    RETURN NEW;
END $$;

-- A startup's rounds by their startup, so that an investor's list costs what it sees, not what the park has.
CREATE INDEX funding_rounds_of_a_startup ON funding_rounds (tenant_id, startup_id, planned_at);

-- The letters that tell the two sides of a round or a data room of each other are theirs, like what they tell of.
CREATE POLICY managers_read_no_letters_of_confidences ON letters AS RESTRICTIVE FOR SELECT
    USING (NOT acts_as('manager') OR recipient_id = acting_person()
        OR coalesce(about_noun, '') NOT IN ('data_room', 'funding_round'));
CREATE POLICY managers_read_no_words_of_confidences ON letter_texts AS RESTRICTIVE FOR SELECT
    USING (NOT acts_as('manager') OR EXISTS (
        SELECT FROM letters AS l WHERE l.tenant_id = letter_texts.tenant_id AND l.id = letter_id));
CREATE POLICY managers_read_no_attempts_at_confidences ON letter_attempts AS RESTRICTIVE FOR SELECT
    USING (NOT acts_as('manager') OR EXISTS (
        SELECT FROM letters AS l WHERE l.tenant_id = letter_attempts.tenant_id AND l.id = letter_id));
CREATE POLICY managers_read_no_trail_of_such_letters ON audit_events AS RESTRICTIVE FOR SELECT
    USING (NOT acts_as('manager') OR noun <> 'letters' OR EXISTS (
        SELECT FROM letters AS l WHERE l.tenant_id = audit_events.tenant_id AND l.id = object_id));

-- As before, under a lock of the startup's: two files that come at once both see what there is.
CREATE OR REPLACE FUNCTION check_room_version() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    own record;
BEGIN
    SELECT d.watermarked INTO own FROM data_room_documents AS d
    WHERE d.tenant_id = NEW.tenant_id AND d.startup_id = NEW.startup_id AND d.id = NEW.document_id FOR NO KEY UPDATE;
    IF own.watermarked AND NEW.media_type <> 'application/pdf' THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'watermarks_go_on_pdfs',
            MESSAGE = 'only a PDF can be watermarked';
    END IF;
    PERFORM pg_advisory_xact_lock('data_room_documents'::regclass::oid::integer, hashtext(NEW.startup_id::text));
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
CREATE FUNCTION check_room_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock('data_room_documents'::regclass::oid::integer, hashtext(NEW.startup_id::text));
    IF (SELECT count(*) FROM data_room_documents AS d
        WHERE d.tenant_id = NEW.tenant_id AND d.startup_id = NEW.startup_id AND d.removed_at IS NULL) >= 500 THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'data_rooms_have_at_most_500_documents',
            MESSAGE = 'a data room has at most 500 documents';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER documents_fit BEFORE INSERT ON data_room_documents
    FOR EACH ROW EXECUTE FUNCTION check_room_document();
