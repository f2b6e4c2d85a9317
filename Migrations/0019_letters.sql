-- A tenant's outbox: what the product writes to people, held until somebody has looked at it, then sent by a job.
--
--    write ──► held ──► released ──► sent
--      │        │  ▲       │  │
--      │        │  └ rewrite  ├──► failed ──► released again
--      │        └──┬───────┴──┴──► cancelled
--      └ needs no look: released at once

CREATE TABLE letters (
    tenant_id      uuid NOT NULL REFERENCES tenants (id),
    id             uuid NOT NULL,
    recipient_id   uuid NOT NULL REFERENCES people (id),
    -- Name and address as they are when the letter is written: filled in by the trigger below.
    recipient_name text NOT NULL,
    address        text NOT NULL,
    language       text NOT NULL,
    kind           text NOT NULL,
    about_noun     text,
    about_id       uuid,
    -- The text that counts, of those in letter_texts.
    version        integer NOT NULL DEFAULT 1,
    written_at     timestamptz NOT NULL DEFAULT now(),
    written_by     uuid DEFAULT acting_person(),
    released_at    timestamptz,
    released_by    uuid,
    sent_at        timestamptz,
    failed_at      timestamptz,
    cancelled_at   timestamptz,
    cancelled_by   uuid,
    state          text NOT NULL GENERATED ALWAYS AS (CASE
        WHEN cancelled_at IS NOT NULL THEN 'cancelled'
        WHEN sent_at IS NOT NULL THEN 'sent'
        WHEN failed_at IS NOT NULL THEN 'failed'
        WHEN released_at IS NOT NULL THEN 'released'
        ELSE 'held' END) STORED,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT letter_language_is_offered CHECK (language IN ('en', 'zh-Hant', 'ja')),
    CONSTRAINT letter_kind_is_a_short_key CHECK (kind ~ '^[a-z][a-z_]{0,39}$'),
    CONSTRAINT letters_are_about_one_thing CHECK ((about_noun IS NULL) = (about_id IS NULL)),
    CONSTRAINT letters_go_out_once_released CHECK (released_at IS NOT NULL OR num_nonnulls(sent_at, failed_at) = 0),
    CONSTRAINT letters_end_in_one_way CHECK (num_nonnulls(sent_at, failed_at, cancelled_at) <= 1)
);
CREATE INDEX letters_by_age ON letters (tenant_id, written_at, id);
CREATE INDEX letters_by_state ON letters (tenant_id, state, written_at, id);
CREATE INDEX letters_of_a_recipient ON letters (tenant_id, recipient_id, released_at, id);
CREATE INDEX letters_about_something ON letters (tenant_id, about_id, written_at, id) WHERE about_id IS NOT NULL;

-- What a letter says, each wording of it kept: a letter is rewritten by adding one.
CREATE TABLE letter_texts (
    tenant_id    uuid NOT NULL,
    letter_id    uuid NOT NULL,
    version      integer NOT NULL,
    subject      text NOT NULL,
    -- Paragraphs with a blank line between them; plain text and HTML are both made of it when it is sent.
    body         text NOT NULL,
    -- The one link, to a page of the product.
    action_label text,
    action_path  text,
    written_at   timestamptz NOT NULL DEFAULT now(),
    written_by   uuid DEFAULT acting_person(),
    PRIMARY KEY (tenant_id, letter_id, version),
    FOREIGN KEY (tenant_id, letter_id) REFERENCES letters (tenant_id, id),
    CONSTRAINT letters_have_a_subject_and_a_body CHECK (subject <> '' AND body <> ''),
    -- No line break: it is a header of the mail.
    CONSTRAINT letter_subject_is_one_line CHECK (subject !~ '[[:cntrl:]]'),
    CONSTRAINT letter_actions_have_words CHECK ((action_label IS NULL) = (action_path IS NULL)),
    CONSTRAINT letter_actions_lead_to_our_pages CHECK (action_path ~ '^/([^/\\[:space:][:cntrl:]][^\\[:space:][:cntrl:]]*)?$')
);

-- Each try to hand a letter to the mail server. Apart from the letter, because what a server says is for managers.
CREATE TABLE letter_attempts (
    tenant_id uuid NOT NULL,
    letter_id uuid NOT NULL,
    number    integer NOT NULL,
    begun_at  timestamptz NOT NULL DEFAULT now(),
    ended_at  timestamptz,
    outcome   text,
    report    text,
    PRIMARY KEY (tenant_id, letter_id, number),
    FOREIGN KEY (tenant_id, letter_id) REFERENCES letters (tenant_id, id),
    CONSTRAINT letter_attempt_outcome_is_known CHECK (outcome IN ('accepted', 'refused_for_now', 'refused', 'unknown')),
    CONSTRAINT letter_attempts_end_with_an_outcome CHECK ((ended_at IS NULL) = (outcome IS NULL))
);
-- A letter is handed over by one worker at a time.
CREATE UNIQUE INDEX letter_attempts_follow_each_other ON letter_attempts (tenant_id, letter_id) WHERE ended_at IS NULL;

-- Who may be written to, and what the writer must know of them: whoever holds a seat in the workspace. Not the address:
-- most seats may write, few may know addresses.
CREATE FUNCTION reader_of_letters(person uuid) RETURNS TABLE (name text, locale text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT p.name, p.locale FROM people AS p
    WHERE p.id = person AND p.disabled_at IS NULL
      -- Those who judge together do not learn each other's names.
      AND (acting_role() IS DISTINCT FROM 'reviewer' OR p.id = acting_person())
      AND EXISTS (
        SELECT FROM memberships AS m
        WHERE m.person_id = p.id AND m.tenant_id = acting_tenant() AND m.ended_at IS NULL)
$$;

-- A letter goes to where its recipient is, whatever its writer says.
CREATE FUNCTION address_letter() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    SELECT r.name, p.email INTO NEW.recipient_name, NEW.address
    FROM reader_of_letters(NEW.recipient_id) AS r, people AS p WHERE p.id = NEW.recipient_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'letters_go_to_people_with_a_seat',
            MESSAGE = 'the recipient holds no seat in this workspace';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER letters_go_to_people_with_a_seat BEFORE INSERT ON letters
    FOR EACH ROW EXECUTE FUNCTION address_letter();
REVOKE ALL ON FUNCTION reader_of_letters(uuid), address_letter() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reader_of_letters(uuid) TO trellis_app;
CREATE POLICY owner_functions_read_seats ON memberships FOR SELECT USING (current_user <> 'trellis_app');

-- What has gone out stays as it went.
CREATE FUNCTION keep_letter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.sent_at IS NOT NULL OR OLD.cancelled_at IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'letters_that_ended_stay_as_they_are',
            MESSAGE = 'a letter that was sent or cancelled stays as it is';
    END IF;
    IF OLD.released_at IS NOT NULL AND NEW.version <> OLD.version THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'letters_are_rewritten_while_held',
            MESSAGE = 'a letter is rewritten only while it is held';
    END IF;
    IF (NEW.recipient_id, NEW.address, NEW.recipient_name, NEW.language, NEW.kind)
        IS DISTINCT FROM (OLD.recipient_id, OLD.address, OLD.recipient_name, OLD.language, OLD.kind) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'letters_keep_their_recipient',
            MESSAGE = 'a letter keeps its recipient';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER letters_stay_as_they_went BEFORE UPDATE ON letters FOR EACH ROW EXECUTE FUNCTION keep_letter();

CALL wall_table('letters');
CALL wall_table('letter_texts');
CALL wall_table('letter_attempts');
REVOKE DELETE ON letters, letter_texts, letter_attempts FROM trellis_app;
REVOKE UPDATE ON letter_texts FROM trellis_app;
-- The wordings are their own record, with who and when; the trail would only say them again.
DROP TRIGGER audit_inserted ON letter_texts;
DROP TRIGGER audit_changed ON letter_texts;

CREATE POLICY managers_keep_letters ON letters USING (acting_role() = 'manager');
CREATE POLICY people_read_letters_to_them ON letters FOR SELECT
    USING (recipient_id = acting_person() AND released_at IS NOT NULL AND cancelled_at IS NULL);
-- Whoever acts may cause a letter (a founder who submits gets a receipt), in their own name.
CREATE POLICY people_cause_letters ON letters FOR INSERT
    WITH CHECK (acting_person() IS NOT NULL AND written_by = acting_person() AND version = 1);

CREATE POLICY managers_keep_letter_texts ON letter_texts USING (acting_role() = 'manager');
CREATE POLICY people_read_texts_to_them ON letter_texts FOR SELECT
    USING (EXISTS (
        SELECT FROM letters AS l
        WHERE l.tenant_id = letter_texts.tenant_id AND l.id = letter_texts.letter_id AND l.version = letter_texts.version
          AND l.recipient_id = acting_person() AND l.released_at IS NOT NULL AND l.cancelled_at IS NULL));
CREATE POLICY people_cause_letter_texts ON letter_texts FOR INSERT
    WITH CHECK (acting_person() IS NOT NULL AND written_by = acting_person() AND version = 1);

CREATE POLICY managers_read_attempts ON letter_attempts FOR SELECT USING (acting_role() = 'manager');
