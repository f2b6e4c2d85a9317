-- What the parties sign, each on its own day, and what follows an agreement: wordings in several languages, clauses that bind
-- or do not, terms that renew one another, amendments.

-- An agreement that renews another names it; which term it is and what renewed it follow.
ALTER TABLE mous
    ADD COLUMN prior_mou_id uuid,
    -- Whose wording counts where two differ.
    ADD COLUMN prevailing_language text,
    ADD CONSTRAINT agreements_renew_one_that_exists FOREIGN KEY (tenant_id, prior_mou_id) REFERENCES mous (tenant_id, id),
    ADD CONSTRAINT prevailing_language_is_offered CHECK (prevailing_language IN ('en', 'zh-Hant', 'ja'));
-- Two agreements of the same parties may follow one; an agreement is renewed once.
CREATE UNIQUE INDEX agreements_are_renewed_once ON mous (tenant_id, prior_mou_id) WHERE prior_mou_id IS NOT NULL;

-- A chain of terms has a first one: whoever is renewed was there before. The ends of the chain are locked on the way, so
-- that two halves of a circle do not meet.
CREATE FUNCTION check_renewal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    earlier uuid := NEW.prior_mou_id;
    steps integer := 0;
BEGIN
    WHILE earlier IS NOT NULL LOOP
        IF earlier = NEW.id OR steps > 100 THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'agreements_do_not_renew_themselves',
                MESSAGE = 'an agreement renews an earlier one';
        END IF;
        SELECT m.prior_mou_id INTO earlier FROM mous AS m WHERE m.tenant_id = NEW.tenant_id AND m.id = earlier FOR UPDATE;
        steps := steps + 1;
    END LOOP;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_do_not_renew_themselves BEFORE INSERT OR UPDATE OF prior_mou_id ON mous
    FOR EACH ROW WHEN (NEW.prior_mou_id IS NOT NULL) EXECUTE FUNCTION check_renewal();

-- Which term of its chain an agreement is, from 1.
CREATE FUNCTION term_of(tenant uuid, agreement uuid) RETURNS integer LANGUAGE sql STABLE AS $$
    WITH RECURSIVE chain AS (
        SELECT m.prior_mou_id, 1 AS term FROM mous AS m WHERE m.tenant_id = tenant AND m.id = agreement
        UNION ALL
        SELECT m.prior_mou_id, c.term + 1
        FROM chain AS c JOIN mous AS m ON m.tenant_id = tenant AND m.id = c.prior_mou_id WHERE c.term < 100)
    SELECT max(term)::integer FROM chain
$$;

-- Each wording of an agreement, with the hash of its bytes. The last of each language is the text; once it is agreed none is
-- added, so that whoever signs knows what by its hash.
CREATE TABLE mou_texts (
    tenant_id  uuid NOT NULL,
    mou_id     uuid NOT NULL,
    language   text NOT NULL,
    version    integer NOT NULL,
    body       text NOT NULL,
    sha256     bytea NOT NULL,
    written_at timestamptz NOT NULL DEFAULT now(),
    written_by uuid NOT NULL,
    PRIMARY KEY (tenant_id, mou_id, language, version),
    FOREIGN KEY (tenant_id, mou_id) REFERENCES mous (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT text_language_is_offered CHECK (language IN ('en', 'zh-Hant', 'ja')),
    CONSTRAINT texts_count_from_one CHECK (version >= 1),
    CONSTRAINT texts_say_something CHECK (body <> '')
);
-- The hash is the database's own, whatever is sent.
CREATE FUNCTION hash_mou_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.sha256 := sha256(convert_to(NEW.body, 'UTF8'));
    RETURN NEW;
END $$;
CREATE TRIGGER a_text_bears_its_hash BEFORE INSERT ON mou_texts FOR EACH ROW EXECUTE FUNCTION hash_mou_text();

-- What the text says clause by clause, and which of them bind: an agreement that does not bind may bind to secrecy.
CREATE TABLE mou_clauses (
    tenant_id uuid NOT NULL,
    mou_id    uuid NOT NULL,
    position  integer NOT NULL,
    title     text NOT NULL,
    binding   boolean NOT NULL,
    PRIMARY KEY (tenant_id, mou_id, position),
    FOREIGN KEY (tenant_id, mou_id) REFERENCES mous (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT clauses_are_a_reasonable_number CHECK (position BETWEEN 1 AND 100)
);

-- FOR SHARE, so that a text is not agreed to while another is being written.
CREATE FUNCTION check_text_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stands text;
BEGIN
    SELECT state INTO stands FROM mous
    WHERE tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id) AND id = coalesce(NEW.mou_id, OLD.mou_id) FOR SHARE;
    IF stands NOT IN ('draft', 'in_review') THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'texts_are_frozen_once_agreed',
            MESSAGE = 'the text of an agreement that is agreed stands';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER texts_are_frozen_once_agreed BEFORE INSERT OR UPDATE OR DELETE ON mou_texts
    FOR EACH ROW EXECUTE FUNCTION check_text_is_open();
CREATE TRIGGER texts_are_frozen_once_agreed BEFORE INSERT OR UPDATE OR DELETE ON mou_clauses
    FOR EACH ROW EXECUTE FUNCTION check_text_is_open();
CREATE FUNCTION check_prevailing_language() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'texts_are_frozen_once_agreed',
        MESSAGE = 'which language prevails is part of the text';
END $$;
CREATE TRIGGER prevailing_language_is_frozen_once_agreed BEFORE UPDATE OF prevailing_language ON mous
    FOR EACH ROW WHEN (OLD.state NOT IN ('draft', 'in_review')
                       AND NEW.prevailing_language IS DISTINCT FROM OLD.prevailing_language)
    EXECUTE FUNCTION check_prevailing_language();

-- The day on which a party signed. Once all of them have, the agreement is signed, on the day of the last.
CREATE TABLE mou_signatures (
    tenant_id        uuid NOT NULL,
    mou_id           uuid NOT NULL,
    institution_id   uuid NOT NULL,
    signed_on        date NOT NULL,
    signing_event_id uuid,
    recorded_at      timestamptz NOT NULL DEFAULT now(),
    recorded_by      uuid,
    PRIMARY KEY (tenant_id, mou_id, institution_id),
    CONSTRAINT parties_sign FOREIGN KEY (tenant_id, mou_id, institution_id)
        REFERENCES mou_parties (tenant_id, mou_id, institution_id),
    CONSTRAINT parties_sign_at_an_event_that_is_known
        FOREIGN KEY (tenant_id, signing_event_id) REFERENCES signing_events (tenant_id, id)
);

CREATE FUNCTION check_signature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM mous WHERE tenant_id = NEW.tenant_id AND id = NEW.mou_id AND state IN ('agreed', 'signed') FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'parties_sign_what_is_agreed',
            MESSAGE = 'the text is not agreed';
    END IF;
    RETURN NEW;
END $$;

-- As it was, and by the signatures of all parties.
CREATE OR REPLACE FUNCTION check_mou_signing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM mou_parties AS p WHERE p.tenant_id = NEW.tenant_id AND p.mou_id = NEW.id) < 2 THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'mou_has_two_parties_when_signed',
            MESSAGE = 'a signed agreement has at least two parties';
    END IF;
    IF EXISTS (SELECT FROM mou_parties AS p
               WHERE p.tenant_id = NEW.tenant_id AND p.mou_id = NEW.id AND (
                   NOT EXISTS (
                       SELECT FROM mou_participants AS s
                       WHERE s.tenant_id = p.tenant_id AND s.mou_id = p.mou_id AND s.kind = 'signatory'
                         AND s.institution_id = p.institution_id)
                   OR NOT EXISTS (
                       SELECT FROM mou_signatures AS s
                       WHERE s.tenant_id = p.tenant_id AND s.mou_id = p.mou_id
                         AND s.institution_id = p.institution_id))) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'mou_is_signed_for_each_party',
            MESSAGE = 'each party of a signed agreement has a signatory';
    END IF;
    RETURN NULL;
END $$;

-- What the parties change of an agreement that is signed: its end, its notice, or its words. It counts from a day on, once
-- all of them have signed it.
CREATE TABLE mou_amendments (
    tenant_id    uuid NOT NULL,
    mou_id       uuid NOT NULL,
    id           uuid NOT NULL,
    number       integer NOT NULL,
    words        text NOT NULL,
    sha256       bytea NOT NULL,
    effective_on date NOT NULL,
    -- What it puts in the place of what was; NULL where that stays.
    ends_on      date,
    notice_days  integer,
    drafted_at   timestamptz NOT NULL DEFAULT now(),
    drafted_by   uuid NOT NULL,
    -- When the last party signed it, and what the agreement said until then.
    signed_on    date,
    ends_on_before date,
    notice_days_before integer,
    PRIMARY KEY (tenant_id, mou_id, id),
    FOREIGN KEY (tenant_id, mou_id) REFERENCES mous (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT amendments_stand_in_order UNIQUE (tenant_id, mou_id, number),
    CONSTRAINT amendments_say_something CHECK (words <> ''),
    CONSTRAINT amended_notice_is_not_negative CHECK (notice_days >= 0),
    CONSTRAINT amendment_ends_after_it_takes_effect CHECK (effective_on < ends_on),
    CONSTRAINT amendment_takes_effect_after_signing CHECK (signed_on <= effective_on)
);
CREATE FUNCTION hash_amendment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.sha256 := sha256(convert_to(NEW.words, 'UTF8'));
    RETURN NEW;
END $$;
CREATE TRIGGER an_amendment_bears_its_hash BEFORE INSERT ON mou_amendments
    FOR EACH ROW EXECUTE FUNCTION hash_amendment();

CREATE TABLE mou_amendment_signatures (
    tenant_id      uuid NOT NULL,
    mou_id         uuid NOT NULL,
    amendment_id   uuid NOT NULL,
    institution_id uuid NOT NULL,
    signed_on      date NOT NULL,
    person_name    text NOT NULL,
    title          text NOT NULL,
    recorded_at    timestamptz NOT NULL DEFAULT now(),
    recorded_by    uuid NOT NULL,
    PRIMARY KEY (tenant_id, mou_id, amendment_id, institution_id),
    FOREIGN KEY (tenant_id, mou_id, amendment_id) REFERENCES mou_amendments (tenant_id, mou_id, id) ON DELETE CASCADE,
    CONSTRAINT parties_sign_amendments FOREIGN KEY (tenant_id, mou_id, institution_id)
        REFERENCES mou_parties (tenant_id, mou_id, institution_id)
);

CALL wall_table('mou_texts');
CALL wall_table('mou_clauses');
CALL wall_table('mou_signatures');
CALL wall_table('mou_amendments');
CALL wall_table('mou_amendment_signatures');
-- What was signed before, all parties signed in one go; on the trail like all other rows.
INSERT INTO mou_signatures (tenant_id, mou_id, institution_id, signed_on, signing_event_id, recorded_by)
SELECT p.tenant_id, p.mou_id, p.institution_id, m.signed_on, m.signing_event_id, e.person_id
FROM mous AS m
JOIN mou_parties AS p ON p.tenant_id = m.tenant_id AND p.mou_id = m.id
LEFT JOIN mou_events AS e ON e.tenant_id = m.tenant_id AND e.mou_id = m.id AND e.to_state = 'signed'
WHERE m.state IN ('signed', 'terminated');
CREATE TRIGGER parties_sign_what_is_agreed BEFORE INSERT ON mou_signatures
    FOR EACH ROW EXECUTE FUNCTION check_signature();
REVOKE UPDATE, DELETE ON mou_texts, mou_signatures, mou_amendment_signatures FROM trellis_app;

CREATE POLICY the_managers_keep_mou_texts ON mou_texts USING (acts_as('manager'));
CREATE POLICY the_managers_keep_mou_clauses ON mou_clauses USING (acts_as('manager'));
CREATE POLICY the_managers_keep_mou_signatures ON mou_signatures USING (acts_as('manager'));
CREATE POLICY the_managers_keep_mou_amendments ON mou_amendments USING (acts_as('manager'));
CREATE POLICY the_managers_keep_mou_amendment_signatures ON mou_amendment_signatures USING (acts_as('manager'));
CREATE POLICY parties_read_mou_texts ON mou_texts FOR SELECT
    USING (acts_as('partner') AND EXISTS (SELECT FROM mous WHERE mous.tenant_id = mou_texts.tenant_id AND mous.id = mou_id));
CREATE POLICY parties_read_mou_clauses ON mou_clauses FOR SELECT
    USING (acts_as('partner') AND EXISTS (
        SELECT FROM mous WHERE mous.tenant_id = mou_clauses.tenant_id AND mous.id = mou_id));
CREATE POLICY parties_read_mou_signatures ON mou_signatures FOR SELECT
    USING (acts_as('partner') AND EXISTS (
        SELECT FROM mous WHERE mous.tenant_id = mou_signatures.tenant_id AND mous.id = mou_id));
CREATE POLICY parties_read_mou_amendments ON mou_amendments FOR SELECT
    USING (acts_as('partner') AND EXISTS (
        SELECT FROM mous WHERE mous.tenant_id = mou_amendments.tenant_id AND mous.id = mou_id));
CREATE POLICY parties_read_mou_amendment_signatures ON mou_amendment_signatures FOR SELECT
    USING (acts_as('partner') AND EXISTS (
        SELECT FROM mous WHERE mous.tenant_id = mou_amendment_signatures.tenant_id AND mous.id = mou_id));

-- What somebody was written to about an agreement, once for each occasion and the day that it is about: its end, or the last
-- day on which anything happened under it.
CREATE TABLE mou_reminders (
    tenant_id   uuid NOT NULL,
    mou_id      uuid NOT NULL,
    person_id   uuid NOT NULL,
    occasion    text NOT NULL,
    about_day   date NOT NULL,
    reminded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, mou_id, person_id, occasion, about_day),
    FOREIGN KEY (tenant_id, mou_id) REFERENCES mous (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT agreement_occasion_is_known CHECK (occasion IN (
        'ends_in_180_days', 'ends_in_90_days', 'ends_in_30_days', 'notice_is_due', 'dormant'))
);
CALL wall_table('mou_reminders');
CREATE POLICY the_managers_see_mou_reminders ON mou_reminders FOR SELECT USING (acts_as('manager'));

-- People of the parties who work on something together. They need no seat here: the park writes down who they are.
CREATE TABLE mou_working_groups (
    tenant_id uuid NOT NULL,
    mou_id    uuid NOT NULL,
    id        uuid NOT NULL,
    name      text NOT NULL,
    cadence   text,
    formed_at timestamptz NOT NULL DEFAULT now(),
    formed_by uuid NOT NULL,
    PRIMARY KEY (tenant_id, mou_id, id),
    FOREIGN KEY (tenant_id, mou_id) REFERENCES mous (tenant_id, id) ON DELETE CASCADE
);
CREATE TABLE mou_group_members (
    tenant_id      uuid NOT NULL,
    mou_id         uuid NOT NULL,
    group_id       uuid NOT NULL,
    position       integer NOT NULL,
    person_name    text NOT NULL,
    institution_id uuid NOT NULL,
    is_chair       boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, mou_id, group_id, position),
    FOREIGN KEY (tenant_id, mou_id, group_id) REFERENCES mou_working_groups (tenant_id, mou_id, id) ON DELETE CASCADE,
    CONSTRAINT group_members_are_of_a_party FOREIGN KEY (tenant_id, mou_id, institution_id)
        REFERENCES mou_parties (tenant_id, mou_id, institution_id)
);
CREATE UNIQUE INDEX groups_have_one_chair ON mou_group_members (tenant_id, mou_id, group_id) WHERE is_chair;
CREATE TABLE mou_meetings (
    tenant_id   uuid NOT NULL,
    mou_id      uuid NOT NULL,
    group_id    uuid NOT NULL,
    id          uuid NOT NULL,
    held_on     date NOT NULL,
    minutes     text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    recorded_by uuid NOT NULL,
    PRIMARY KEY (tenant_id, mou_id, group_id, id),
    FOREIGN KEY (tenant_id, mou_id, group_id) REFERENCES mou_working_groups (tenant_id, mou_id, id) ON DELETE CASCADE
);
CREATE TABLE mou_actions (
    tenant_id  uuid NOT NULL,
    mou_id     uuid NOT NULL,
    group_id   uuid NOT NULL,
    id         uuid NOT NULL,
    meeting_id uuid NOT NULL,
    text       text NOT NULL,
    owner_name text NOT NULL,
    due_on     date,
    done_on    date,
    PRIMARY KEY (tenant_id, mou_id, group_id, id),
    CONSTRAINT actions_come_of_a_meeting FOREIGN KEY (tenant_id, mou_id, group_id, meeting_id)
        REFERENCES mou_meetings (tenant_id, mou_id, group_id, id) ON DELETE CASCADE
);
CALL wall_table('mou_working_groups');
CALL wall_table('mou_group_members');
CALL wall_table('mou_meetings');
CALL wall_table('mou_actions');
CREATE POLICY the_managers_keep_mou_working_groups ON mou_working_groups USING (acts_as('manager'));
CREATE POLICY the_managers_keep_mou_group_members ON mou_group_members USING (acts_as('manager'));
CREATE POLICY the_managers_keep_mou_meetings ON mou_meetings USING (acts_as('manager'));
CREATE POLICY the_managers_keep_mou_actions ON mou_actions USING (acts_as('manager'));
CREATE POLICY parties_read_mou_working_groups ON mou_working_groups FOR SELECT
    USING (acts_as('partner') AND EXISTS (
        SELECT FROM mous WHERE mous.tenant_id = mou_working_groups.tenant_id AND mous.id = mou_id));
CREATE POLICY parties_read_mou_group_members ON mou_group_members FOR SELECT
    USING (acts_as('partner') AND EXISTS (
        SELECT FROM mous WHERE mous.tenant_id = mou_group_members.tenant_id AND mous.id = mou_id));
CREATE POLICY parties_read_mou_meetings ON mou_meetings FOR SELECT
    USING (acts_as('partner') AND EXISTS (
        SELECT FROM mous WHERE mous.tenant_id = mou_meetings.tenant_id AND mous.id = mou_id));
CREATE POLICY parties_read_mou_actions ON mou_actions FOR SELECT
    USING (acts_as('partner') AND EXISTS (
        SELECT FROM mous WHERE mous.tenant_id = mou_actions.tenant_id AND mous.id = mou_id));

-- The last day on which an agreement was alive: something happened under it, a group met, a deliverable was settled. It reads
-- as `activities_under` does.
CREATE FUNCTION last_sign_of_life(role text, institution uuid, agreement uuid) RETURNS date LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF NOT agreement_is_open_to(role, institution, agreement) THEN
        RETURN NULL;
    END IF;
    RETURN greatest(
        (SELECT max(a.day) FROM activities_under(role, institution, agreement) AS a),
        (SELECT max(e.held_on) FROM mou_meetings AS e WHERE e.tenant_id = acting_tenant() AND e.mou_id = agreement),
        (SELECT max(d.settled_on) FROM mou_deliverables AS d
         WHERE d.tenant_id = acting_tenant() AND d.mou_id = agreement));
END $$;
REVOKE ALL ON FUNCTION last_sign_of_life(text, uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION last_sign_of_life(text, uuid, uuid) TO trellis_app;
