-- Partners at work: the files of agreements, and what partners say to the decisions of the streams they take part in.

-- Signed copies, annexes and minutes. They lie in the database as the documents of applications do: one backup holds all,
-- and who reads the agreement reads its files.
CREATE TABLE mou_documents (
    tenant_id      uuid NOT NULL,
    mou_id         uuid NOT NULL,
    id             uuid NOT NULL,
    kind           text NOT NULL,
    name           text NOT NULL,
    media_type     text NOT NULL,
    bytes          integer NOT NULL,
    sha256         bytea NOT NULL,
    -- Whose person gave it: the park's, or a party's.
    institution_id uuid NOT NULL,
    -- Kept among the park's managers.
    confidential   boolean NOT NULL DEFAULT false,
    state          text NOT NULL DEFAULT 'quarantined',
    -- Which scanner found it clean; NULL where the look at its structure was all.
    scanner        text,
    -- What the scanner found.
    reason         text,
    checked_at     timestamptz,
    given_at       timestamptz NOT NULL DEFAULT now(),
    given_by       uuid NOT NULL,
    withdrawn_at   timestamptz,
    withdrawn_by   uuid,
    PRIMARY KEY (tenant_id, mou_id, id),
    FOREIGN KEY (tenant_id, mou_id) REFERENCES mous (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, institution_id) REFERENCES institutions (tenant_id, id),
    CONSTRAINT agreement_file_kind_is_known CHECK (kind IN ('signed_copy', 'annex', 'minutes', 'other')),
    CONSTRAINT agreement_file_state_is_known CHECK (state IN ('quarantined', 'clean', 'rejected')),
    CONSTRAINT agreement_files_are_rejected_for_a_reason CHECK ((state = 'rejected') = (reason IS NOT NULL)),
    CONSTRAINT agreement_files_have_at_most_25_mib CHECK (bytes BETWEEN 1 AND 26214400),
    CONSTRAINT agreement_file_name_is_short CHECK (name <> '' AND octet_length(name) <= 200),
    CONSTRAINT agreement_file_hash_is_sha256 CHECK (octet_length(sha256) = 32),
    CONSTRAINT agreement_file_withdrawal_is_signed CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL))
);
-- The same bytes are given once; a party is not told that the park keeps them to itself.
CREATE UNIQUE INDEX agreement_files_are_given_once ON mou_documents (tenant_id, mou_id, confidential, sha256)
    WHERE withdrawn_at IS NULL AND state <> 'rejected';

-- Pieces, so that neither the service nor the server ever holds a whole file for a reader.
CREATE TABLE mou_document_chunks (
    tenant_id   uuid NOT NULL,
    mou_id      uuid NOT NULL,
    document_id uuid NOT NULL,
    seq         integer NOT NULL,
    bytes       bytea NOT NULL,
    PRIMARY KEY (tenant_id, mou_id, document_id, seq),
    FOREIGN KEY (tenant_id, mou_id, document_id) REFERENCES mou_documents (tenant_id, mou_id, id) ON DELETE CASCADE,
    CONSTRAINT chunks_have_at_most_256_kib CHECK (octet_length(bytes) BETWEEN 1 AND 262144),
    CONSTRAINT chunks_stand_in_order CHECK (seq >= 0)
);
ALTER TABLE mou_document_chunks ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- Whoever took a file out of the house.
CREATE TABLE mou_document_downloads (
    tenant_id   uuid NOT NULL,
    mou_id      uuid NOT NULL,
    document_id uuid NOT NULL,
    id          uuid NOT NULL,
    person_id   uuid NOT NULL,
    at          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, mou_id, document_id, id),
    FOREIGN KEY (tenant_id, mou_id, document_id) REFERENCES mou_documents (tenant_id, mou_id, id) ON DELETE CASCADE
);

-- Counted for the service, since a party does not see what the park keeps to itself. Under the lock of the agreement, so
-- that two that fit alone do not get in together.
CREATE FUNCTION check_mou_document() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    stands text;
    held record;
BEGIN
    SELECT state INTO stands FROM mous WHERE tenant_id = NEW.tenant_id AND id = NEW.mou_id FOR NO KEY UPDATE;
    IF stands = 'abandoned' THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'abandoned_agreements_take_no_files',
            MESSAGE = 'the agreement was given up';
    END IF;
    SELECT count(*) AS files, coalesce(sum(d.bytes), 0) AS bytes INTO held FROM mou_documents AS d
    WHERE d.tenant_id = NEW.tenant_id AND d.mou_id = NEW.mou_id AND d.withdrawn_at IS NULL AND d.state <> 'rejected';
    IF held.files >= 100 OR held.bytes + NEW.bytes > 209715200 THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'agreements_have_at_most_200_mib_of_files',
            MESSAGE = 'an agreement has at most 100 files of 200 MiB together';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreement_files_fit BEFORE INSERT ON mou_documents FOR EACH ROW EXECUTE FUNCTION check_mou_document();

-- What was found out about a file is said by the service; people may only withdraw it, once.
CREATE FUNCTION check_mou_document_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF acting_role() <> 'system' AND (OLD.withdrawn_at IS NOT NULL OR (NEW.state, NEW.scanner, NEW.reason, NEW.checked_at)
       IS DISTINCT FROM (OLD.state, OLD.scanner, OLD.reason, OLD.checked_at)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'agreement_files_are_checked_by_the_service',
            MESSAGE = 'nobody says of their own file that it is clean';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreement_files_are_checked_by_the_service BEFORE UPDATE ON mou_documents
    FOR EACH ROW EXECUTE FUNCTION check_mou_document_change();

-- What nobody may read any more is not kept; that it was there, and its hash, are.
CREATE FUNCTION drop_mou_document() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    DELETE FROM mou_document_chunks
    WHERE tenant_id = NEW.tenant_id AND mou_id = NEW.mou_id AND document_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER a_file_that_is_gone_keeps_no_bytes AFTER UPDATE ON mou_documents
    FOR EACH ROW WHEN (NEW.withdrawn_at IS NOT NULL OR NEW.state = 'rejected') EXECUTE FUNCTION drop_mou_document();

-- A file is there with all its bytes or not at all.
CREATE FUNCTION check_mou_document_is_whole() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF EXISTS (SELECT FROM mou_documents AS d
               WHERE d.tenant_id = NEW.tenant_id AND d.mou_id = NEW.mou_id AND d.id = NEW.id AND d.withdrawn_at IS NULL
                 AND d.state <> 'rejected' AND d.bytes IS DISTINCT FROM (
                     SELECT sum(octet_length(c.bytes)) FROM mou_document_chunks AS c
                     WHERE c.tenant_id = d.tenant_id AND c.mou_id = d.mou_id AND c.document_id = d.id)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'agreement_files_are_whole',
            MESSAGE = 'a file lacks some of its bytes';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER agreement_files_are_whole AFTER INSERT ON mou_documents
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_mou_document_is_whole();

CALL wall_table('mou_documents');
CALL wall_table('mou_document_chunks');
CALL wall_table('mou_document_downloads');
-- Its row and its hash are on the trail with the file; the bytes stay where they are.
DROP TRIGGER audit_inserted ON mou_document_chunks;
DROP TRIGGER audit_changed ON mou_document_chunks;

REVOKE UPDATE, DELETE ON mou_documents FROM trellis_app;
GRANT UPDATE (state, scanner, reason, checked_at, withdrawn_at, withdrawn_by) ON mou_documents TO trellis_app;
REVOKE UPDATE ON mou_document_chunks FROM trellis_app;
REVOKE UPDATE, DELETE ON mou_document_downloads FROM trellis_app;

CREATE POLICY the_managers_keep_mou_documents ON mou_documents USING (acts_as('manager'));
-- The staff of a party read the files of its agreements once they are clean, give further ones and withdraw their own. Of
-- what the park keeps to itself they see nothing.
CREATE POLICY parties_read_mou_documents ON mou_documents FOR SELECT
    USING (acts_as('partner') AND NOT confidential AND (state = 'clean' OR institution_id = acting_institution())
        AND EXISTS (SELECT FROM mous WHERE mous.tenant_id = mou_documents.tenant_id AND mous.id = mou_id));
CREATE POLICY parties_give_mou_documents ON mou_documents FOR INSERT
    WITH CHECK (acts_as('partner') AND NOT confidential AND institution_id = acting_institution()
        AND given_by = acting_person() AND withdrawn_at IS NULL
        AND EXISTS (SELECT FROM mous WHERE mous.tenant_id = mou_documents.tenant_id AND mous.id = mou_id));
CREATE POLICY parties_withdraw_their_mou_documents ON mou_documents FOR UPDATE
    USING (acts_as('partner') AND NOT confidential AND institution_id = acting_institution()
        AND EXISTS (SELECT FROM mous WHERE mous.tenant_id = mou_documents.tenant_id AND mous.id = mou_id))
    WITH CHECK (withdrawn_by = acting_person());

-- Whoever gave a file opens it while it waits for the scanner, everybody else once it is clean.
CREATE POLICY people_read_the_bytes_of_mou_documents ON mou_document_chunks FOR SELECT
    USING (acts_as('manager', 'partner') AND EXISTS (
        SELECT FROM mou_documents AS d
        WHERE d.tenant_id = mou_document_chunks.tenant_id AND d.mou_id = mou_document_chunks.mou_id
          AND d.id = document_id AND d.withdrawn_at IS NULL
          AND (d.state = 'clean' OR d.institution_id = acting_institution())));
CREATE POLICY people_give_the_bytes_of_mou_documents ON mou_document_chunks FOR INSERT
    WITH CHECK (acts_as('manager', 'partner') AND EXISTS (
        SELECT FROM mou_documents AS d
        WHERE d.tenant_id = mou_document_chunks.tenant_id AND d.mou_id = mou_document_chunks.mou_id
          AND d.id = document_id AND d.given_by = acting_person()));
CREATE POLICY the_managers_know_who_took_mou_documents ON mou_document_downloads FOR SELECT USING (acts_as('manager'));
CREATE POLICY readers_sign_for_mou_documents ON mou_document_downloads FOR INSERT
    WITH CHECK (acts_as('manager', 'partner') AND person_id = acting_person() AND EXISTS (
        SELECT FROM mou_documents AS d
        WHERE d.tenant_id = mou_document_downloads.tenant_id AND d.mou_id = mou_document_downloads.mou_id
          AND d.id = document_id));

-- A partner that does not decide may recommend, and may bound how many places of a call are given in its stream.
ALTER TABLE stream_partners
    ADD COLUMN recommends boolean NOT NULL DEFAULT false,
    ADD COLUMN places integer CONSTRAINT partner_places_are_a_reasonable_number CHECK (places BETWEEN 1 AND 10000);

-- From when on the partners of a batch's streams see what is prepared in them.
ALTER TABLE decision_batches
    ADD COLUMN consulted_at timestamptz,
    ADD COLUMN consulted_by uuid,
    ADD CONSTRAINT consulting_names_who CHECK ((consulted_at IS NULL) = (consulted_by IS NULL));

-- What a partner says to a batch as it was when it said so. It says something else as often as it likes; the last counts.
CREATE TABLE batch_opinions (
    tenant_id      uuid NOT NULL,
    batch_id       uuid NOT NULL,
    id             uuid NOT NULL,
    institution_id uuid NOT NULL,
    stance         text NOT NULL,
    words          text,
    -- What it was said to, see `batch_version`.
    version        bytea NOT NULL,
    given_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    given_by       uuid NOT NULL,
    PRIMARY KEY (tenant_id, batch_id, id),
    FOREIGN KEY (tenant_id, batch_id) REFERENCES decision_batches (tenant_id, id),
    FOREIGN KEY (tenant_id, institution_id) REFERENCES institutions (tenant_id, id),
    CONSTRAINT stance_is_known CHECK (stance IN ('for', 'against')),
    CONSTRAINT objections_are_explained CHECK (stance = 'for' OR words IS NOT NULL),
    CONSTRAINT opinions_say_something CHECK (words <> '')
);
CREATE INDEX batch_opinions_of_a_partner ON batch_opinions (tenant_id, batch_id, institution_id, given_at);

-- What of a batch is about some streams: all of it where the call offers no choice. Otherwise the offers in these streams, and
-- those who chose one of them and are offered nothing.
CREATE FUNCTION decisions_in_streams(batch uuid, streams uuid[]) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    SELECT p.application_id
    FROM prepared_decisions AS p
    JOIN decision_batches AS b ON b.tenant_id = p.tenant_id AND b.id = p.batch_id
    WHERE p.tenant_id = acting_tenant() AND p.batch_id = batch
      AND (NOT EXISTS (SELECT FROM offered_streams AS o WHERE o.tenant_id = b.tenant_id AND o.call_id = b.call_id)
           OR p.stream_id = ANY (streams)
           OR p.outcome <> 'offer' AND EXISTS (
               SELECT FROM stream_choices AS h
               WHERE h.tenant_id = p.tenant_id AND h.application_id = p.application_id AND h.stream_id = ANY (streams)))
$$;

-- What somebody agrees to who agrees to a batch: its rules, and what is about these streams. Another order or another moment
-- of preparing makes no other version; another word to a startup does.
CREATE FUNCTION batch_version(batch uuid, streams uuid[]) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(convert_to(
        jsonb_build_array(b.name, b.places, b.currency, b.award_minor, b.last_day, b.accept_days, b.promotes_itself,
                          b.appeal_days)::text
        || coalesce((
            SELECT string_agg(jsonb_build_array(
                p.application_id, p.outcome, p.stream_id, p.rank, p.award_minor, p.last_day, p.note, p.feedback)::text,
                '' ORDER BY p.application_id)
            FROM prepared_decisions AS p
            WHERE p.tenant_id = b.tenant_id AND p.batch_id = b.id
              AND p.application_id IN (SELECT decisions_in_streams(batch, streams))), ''), 'UTF8'))
    FROM decision_batches AS b WHERE b.tenant_id = acting_tenant() AND b.id = batch
$$;

-- The partners who have a say in a batch, as long as the agreement they take part under is in force, with the last that each
-- said and whether it was said to the batch as it is. A partner about whose streams nothing is prepared is not asked.
CREATE FUNCTION partners_of_batch(batch uuid)
    RETURNS TABLE (institution_id uuid, co_decides boolean, streams uuid[], version bytea, decisions bigint,
                   opinion_id uuid, is_current boolean)
    LANGUAGE sql STABLE AS $$
    SELECT s.institution_id, s.co_decides, s.streams, v.version, n.decisions, o.id, coalesce(o.version = v.version, false)
    FROM (SELECT p.institution_id, bool_or(p.co_decides) AS co_decides, array_agg(p.stream_id ORDER BY p.stream_id) AS streams
          FROM decision_batches AS b
          JOIN tenants AS t ON t.id = b.tenant_id
          JOIN calls AS c ON c.tenant_id = b.tenant_id AND c.id = b.call_id
          JOIN stream_partners AS p ON p.tenant_id = c.tenant_id AND (p.co_decides OR p.recommends)
              AND p.stream_id IN (SELECT streams_of_call(c.tenant_id, c.id, c.stream_id))
          JOIN mous AS m ON m.tenant_id = p.tenant_id AND m.id = p.mou_id
              AND mou_is_in_force(m.state, m.effective_on, m.ends_on, m.terminated_on,
                                  (now() AT TIME ZONE t.time_zone)::date)
          WHERE b.tenant_id = acting_tenant() AND b.id = batch
          GROUP BY p.institution_id) AS s
    CROSS JOIN LATERAL (SELECT batch_version(batch, s.streams) AS version) AS v
    CROSS JOIN LATERAL (SELECT count(*) AS decisions FROM decisions_in_streams(batch, s.streams)) AS n
    LEFT JOIN LATERAL (
        SELECT o.id, o.version FROM batch_opinions AS o
        WHERE o.tenant_id = acting_tenant() AND o.batch_id = batch AND o.institution_id = s.institution_id
        ORDER BY o.given_at DESC, o.id LIMIT 1) AS o ON true
    WHERE n.decisions > 0
$$;

-- The batches in which a partner has a say, once its staff are asked; nothing of a call to which a startup of their own applied.
CREATE FUNCTION joint_batches(role text, institution uuid, person uuid)
    RETURNS TABLE (batch_id uuid, call_title jsonb, time_zone text, name text, places integer, currency text,
                   award_minor bigint, last_day date, consulted_at timestamptz, released_at timestamptz, co_decides boolean,
                   version bytea, decisions bigint, opinion_id uuid, is_current boolean)
    LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system' AS $$
#variable_conflict use_column
BEGIN
    IF role IS DISTINCT FROM 'partner' THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT b.id, c.title, c.time_zone, b.name, b.places, b.currency, b.award_minor, b.last_day, b.consulted_at, b.released_at,
           s.co_decides, s.version, s.decisions, s.opinion_id, s.is_current
    FROM decision_batches AS b
    JOIN calls AS c ON c.tenant_id = b.tenant_id AND c.id = b.call_id
    CROSS JOIN LATERAL partners_of_batch(b.id) AS s
    WHERE b.tenant_id = acting_tenant() AND b.consulted_at IS NOT NULL AND s.institution_id = institution
      AND b.call_id <> ALL (calls_too_near('manager', person));
END $$;

-- What of such a batch is about the partner's streams.
CREATE FUNCTION joint_decisions(role text, institution uuid, person uuid, batch uuid)
    RETURNS TABLE (application_id uuid, startup jsonb, stream jsonb, outcome text, rank integer, award_minor bigint,
                   currency text, last_day date, note text)
    LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system' AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM joint_batches(role, institution, person) AS j WHERE j.batch_id = batch) THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT p.application_id, i.names, s.name, p.outcome, p.rank, p.award_minor, b.currency, p.last_day, p.note
    FROM partners_of_batch(batch) AS q
    JOIN prepared_decisions AS p ON p.tenant_id = acting_tenant() AND p.batch_id = batch
        AND p.application_id IN (SELECT decisions_in_streams(batch, q.streams))
    JOIN decision_batches AS b ON b.tenant_id = p.tenant_id AND b.id = p.batch_id
    JOIN applications AS a ON a.tenant_id = p.tenant_id AND a.id = p.application_id
    JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
    LEFT JOIN streams AS s ON s.tenant_id = p.tenant_id AND s.id = p.stream_id
    WHERE q.institution_id = institution
    ORDER BY p.outcome, p.rank, p.application_id;
END $$;
REVOKE ALL ON FUNCTION decisions_in_streams(uuid, uuid[]), batch_version(uuid, uuid[]), partners_of_batch(uuid),
    joint_batches(text, uuid, uuid), joint_decisions(text, uuid, uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION decisions_in_streams(uuid, uuid[]), batch_version(uuid, uuid[]), partners_of_batch(uuid),
    joint_batches(text, uuid, uuid), joint_decisions(text, uuid, uuid, uuid) TO trellis_app;

-- An opinion is about the batch as it stands. FOR SHARE, so that the batch does not change meanwhile.
CREATE FUNCTION check_opinion() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    stands record;
    released timestamptz;
BEGIN
    SELECT released_at INTO released FROM decision_batches
    WHERE tenant_id = NEW.tenant_id AND id = NEW.batch_id FOR SHARE;
    IF released IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'a_released_batch_stands',
            MESSAGE = 'what was released stands';
    END IF;
    SELECT j.version INTO stands FROM joint_batches('partner', NEW.institution_id, NEW.given_by) AS j
    WHERE j.batch_id = NEW.batch_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'partners_speak_where_they_are_asked',
            MESSAGE = 'the partner has no say in this batch';
    END IF;
    IF stands.version <> NEW.version THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'opinions_are_about_the_batch_as_it_stands',
            MESSAGE = 'the batch has changed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER opinions_are_about_the_batch_as_it_stands BEFORE INSERT ON batch_opinions
    FOR EACH ROW EXECUTE FUNCTION check_opinion();

-- No manager releases what a partner that co-decides has not agreed to as it is. The row of the batch is locked by its
-- update, so that no opinion comes in between.
CREATE FUNCTION check_partners_agree() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF EXISTS (SELECT FROM partners_of_batch(NEW.id) AS s
               WHERE s.co_decides AND NOT (s.is_current AND EXISTS (
                   SELECT FROM batch_opinions AS o
                   WHERE o.tenant_id = NEW.tenant_id AND o.batch_id = NEW.id AND o.id = s.opinion_id
                     AND o.stance = 'for'))) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'batches_are_released_with_their_partners',
            MESSAGE = 'a partner that co-decides has not agreed to the batch as it is';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER batches_are_released_with_their_partners BEFORE UPDATE OF released_at ON decision_batches
    FOR EACH ROW WHEN (acts_as('manager') AND OLD.released_at IS NULL AND NEW.released_at IS NOT NULL)
    EXECUTE FUNCTION check_partners_agree();

CALL wall_table('batch_opinions');
REVOKE UPDATE, DELETE ON batch_opinions FROM trellis_app;
CREATE POLICY the_managers_read_opinions ON batch_opinions FOR SELECT USING (acts_as('manager'));
CREATE POLICY partners_read_their_opinions ON batch_opinions FOR SELECT
    USING (acts_as('partner') AND institution_id = acting_institution());
CREATE POLICY partners_give_their_opinion ON batch_opinions FOR INSERT
    WITH CHECK (acts_as('partner') AND institution_id = acting_institution() AND given_by = acting_person());
CREATE POLICY nobody_decides_where_they_applied ON batch_opinions AS RESTRICTIVE
    USING (NOT acts_as('manager') OR EXISTS (
        SELECT FROM decision_batches AS b
        WHERE b.tenant_id = batch_opinions.tenant_id AND b.id = batch_opinions.batch_id));
CREATE POLICY nobody_reads_opinions_where_they_applied ON audit_events AS RESTRICTIVE FOR SELECT
    USING (noun <> 'batch_opinions' OR (SELECT calls_too_near(acting_role(), acting_person()))::uuid[] = '{}');

-- How many places of a call partners let be given in their streams, and how many are.
CREATE FUNCTION partner_places(tenant uuid, call uuid)
    RETURNS TABLE (stream_id uuid, institution_id uuid, places integer, taken bigint) LANGUAGE sql STABLE AS $$
    SELECT p.stream_id, p.institution_id, p.places,
           CASE WHEN EXISTS (SELECT FROM offered_streams AS o WHERE o.tenant_id = c.tenant_id AND o.call_id = c.id)
                THEN places_taken(c.tenant_id, c.id, p.stream_id)
                ELSE (SELECT count(*) FROM applications AS a
                      WHERE a.tenant_id = c.tenant_id AND a.call_id = c.id
                        AND (a.state = 'accepted' OR a.state = 'offered' AND a.offer_expires_at >= now())) END
    FROM calls AS c
    JOIN stream_partners AS p ON p.tenant_id = c.tenant_id AND p.places IS NOT NULL
        AND p.stream_id IN (SELECT streams_of_call(c.tenant_id, c.id, c.stream_id))
    WHERE c.tenant_id = tenant AND c.id = call
$$;
REVOKE ALL ON FUNCTION partner_places(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION partner_places(uuid, uuid) TO trellis_app;

CREATE FUNCTION check_partner_places() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    PERFORM FROM calls WHERE tenant_id = NEW.tenant_id AND id = NEW.call_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM partner_places(NEW.tenant_id, NEW.call_id) AS q
               LEFT JOIN decisions AS d ON d.tenant_id = NEW.tenant_id AND d.application_id = NEW.id
               WHERE q.taken > q.places AND (d.stream_id IS NULL OR d.stream_id = q.stream_id)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'offers_keep_to_the_places_of_their_partner',
            MESSAGE = 'there are more offers than the partner takes part in';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER offers_keep_to_the_places_of_their_partner AFTER UPDATE OF state, offer_expires_at ON applications
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW
    WHEN (NEW.state = 'offered' AND (OLD.state <> 'offered' OR NEW.offer_expires_at IS DISTINCT FROM OLD.offer_expires_at))
    EXECUTE FUNCTION check_partner_places();

-- An agreement may renew itself: the day it ends a further term of the same length begins, unless a party has given notice.
ALTER TABLE mous
    ADD COLUMN renews_itself   boolean NOT NULL DEFAULT false,
    -- Which party told the others, and when, that it wants no further term.
    ADD COLUMN notice_given_on date,
    ADD COLUMN notice_given_by uuid,
    ADD CONSTRAINT notice_says_who_and_when CHECK ((notice_given_on IS NULL) = (notice_given_by IS NULL)),
    ADD CONSTRAINT notice_is_given_of_what_renews_itself CHECK (notice_given_on IS NULL OR renews_itself),
    ADD CONSTRAINT notice_is_given_before_the_end CHECK (notice_given_on < ends_on),
    ADD CONSTRAINT notice_is_given_by_a_party FOREIGN KEY (tenant_id, id, notice_given_by)
        REFERENCES mou_parties (tenant_id, mou_id, institution_id);

-- Whether an agreement renews itself is part of its text, as which language prevails is.
CREATE FUNCTION check_renewal_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'texts_are_frozen_once_agreed',
        MESSAGE = 'whether it renews itself is part of the text';
END $$;
CREATE TRIGGER renewal_is_frozen_once_agreed BEFORE UPDATE OF renews_itself ON mous
    FOR EACH ROW WHEN (OLD.state NOT IN ('draft', 'in_review') AND NEW.renews_itself <> OLD.renews_itself)
    EXECUTE FUNCTION check_renewal_is_frozen();

ALTER TABLE mou_reminders
    DROP CONSTRAINT agreement_occasion_is_known,
    ADD CONSTRAINT agreement_occasion_is_known CHECK (occasion IN (
        'mid_term', 'ends_in_180_days', 'ends_in_90_days', 'ends_in_30_days', 'notice_is_due', 'dormant', 'renewed'));

-- What is done under an agreement by somebody's decision may also be a cohort, with whoever is enrolled in it, or an
-- introduction, with the deal it leads to.
ALTER TABLE mou_links
    ADD COLUMN cohort_id       uuid,
    ADD COLUMN introduction_id uuid,
    ADD CONSTRAINT links_lead_to_a_cohort FOREIGN KEY (tenant_id, cohort_id) REFERENCES cohorts (tenant_id, id),
    ADD CONSTRAINT links_lead_to_an_introduction
        FOREIGN KEY (tenant_id, introduction_id) REFERENCES introductions (tenant_id, id),
    DROP CONSTRAINT links_lead_to_one_thing,
    ADD CONSTRAINT links_lead_to_one_thing CHECK (
        num_nonnulls(program_id, stream_id, call_id, enrolment_id, cohort_id, introduction_id) = 1),
    DROP CONSTRAINT links_are_made_once,
    ADD CONSTRAINT links_are_made_once UNIQUE NULLS NOT DISTINCT (
        tenant_id, mou_id, program_id, stream_id, call_id, enrolment_id, cohort_id, introduction_id);

-- As they were, with these two.
CREATE OR REPLACE FUNCTION activities_under(role text, institution uuid, agreement uuid)
    RETURNS TABLE (kind text, day date, noun text, object_id uuid, title jsonb, startup_id uuid, startup_name jsonb,
                   country text, areas text[], service_line text, benefit_id uuid)
    LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system' AS $$
#variable_conflict use_column
DECLARE is_partner boolean := role = 'partner';
BEGIN
    IF NOT agreement_is_open_to(role, institution, agreement) THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH zone AS (SELECT t.time_zone AS name FROM tenants AS t WHERE t.id = acting_tenant()),
    stream AS (SELECT s.stream_id, s.areas, s.service_line, s.is_joint FROM streams_under(agreement) AS s),
    call AS (
        SELECT c.id, c.title, c.opens_at, u.areas, u.service_line, u.is_joint, u.is_linked,
               EXISTS (SELECT FROM offered_streams AS o WHERE o.tenant_id = c.tenant_id AND o.call_id = c.id) AS offers
        FROM calls_under(agreement) AS u JOIN calls AS c ON c.tenant_id = acting_tenant() AND c.id = u.call_id),
    -- Where a call offers several streams, those who chose one under the agreement.
    application AS (
        SELECT a.id, a.startup_id, a.submitted_at, c.id AS call_id, c.title, c.areas, c.service_line
        FROM call AS c JOIN applications AS a ON a.tenant_id = acting_tenant() AND a.call_id = c.id
        WHERE a.submitted_at IS NOT NULL
          AND (NOT c.offers OR c.is_linked OR EXISTS (
              SELECT FROM stream_choices AS h JOIN stream AS s ON s.stream_id = h.stream_id
              WHERE h.tenant_id = a.tenant_id AND h.application_id = a.id))),
    -- And of these, whoever was placed in one.
    enrolled AS (
        SELECT n.id, n.startup_id, n.created_at, n.graduated_at,
               coalesce(a.title, (SELECT c.title FROM applications AS p
                                  JOIN calls AS c ON c.tenant_id = p.tenant_id AND c.id = p.call_id
                                  WHERE p.tenant_id = n.tenant_id AND p.id = n.application_id)) AS title,
               coalesce(CASE WHEN l.focus_area IS NOT NULL THEN ARRAY[l.focus_area] END, a.areas, '{}') AS areas,
               coalesce(l.service_line, a.service_line) AS service_line,
               coalesce(s.is_joint, false) AS is_joint
        FROM enrolments AS n
        JOIN cohorts AS h ON h.tenant_id = n.tenant_id AND h.id = n.cohort_id
        LEFT JOIN stream AS s ON s.stream_id = h.stream_id
        LEFT JOIN application AS a ON a.id = n.application_id
        LEFT JOIN call AS c ON c.id = a.call_id
        -- An enrolment by itself before its cohort, which may be linked too.
        LEFT JOIN LATERAL (
            SELECT l.id, l.focus_area, l.service_line FROM mou_links AS l
            WHERE l.tenant_id = n.tenant_id AND l.mou_id = agreement
              AND (l.enrolment_id = n.id OR l.cohort_id = n.cohort_id)
            ORDER BY l.enrolment_id IS NULL LIMIT 1) AS l ON true
        WHERE n.tenant_id = acting_tenant()
          AND (l.id IS NOT NULL OR a.id IS NOT NULL AND (s.stream_id IS NOT NULL OR NOT c.offers OR c.is_linked))),
    happened AS (
        SELECT 'call_opened' AS kind, c.opens_at AS at, 'call' AS noun, c.id AS object_id, c.title,
               NULL::uuid AS startup_id, c.areas, c.service_line, NULL::uuid AS benefit_id, true AS is_told
        FROM call AS c
        UNION ALL
        SELECT 'application_submitted', a.submitted_at, 'application', a.id, a.title, a.startup_id, a.areas,
               a.service_line, NULL, false
        FROM application AS a
        UNION ALL
        SELECT 'offer_accepted', e.at, 'application', a.id, a.title, a.startup_id, a.areas, a.service_line, NULL, false
        FROM application AS a
        JOIN (SELECT e.application_id, min(e.at) AS at FROM application_events AS e
              WHERE e.tenant_id = acting_tenant() AND e.to_state = 'accepted' GROUP BY e.application_id) AS e
            ON e.application_id = a.id
        LEFT JOIN decisions AS d ON d.tenant_id = acting_tenant() AND d.application_id = a.id
        WHERE d.stream_id IS NULL OR d.stream_id IN (SELECT s.stream_id FROM stream AS s)
        UNION ALL
        SELECT 'startup_enrolled', n.created_at, 'enrolment', n.id, n.title, n.startup_id, n.areas, n.service_line, NULL,
               n.is_joint
        FROM enrolled AS n
        UNION ALL
        SELECT 'startup_graduated', n.graduated_at, 'enrolment', n.id, n.title, n.startup_id, n.areas, n.service_line,
               NULL, n.is_joint
        FROM enrolled AS n WHERE n.graduated_at IS NOT NULL
        UNION ALL
        -- Who would invest, and in whom, is not the partner's to know: it learns that somebody was introduced.
        SELECT e.kind, e.at, 'introduction', o.id,
               coalesce(n.title, '{"en": "An introduction", "zh-Hant": "引介", "ja": "紹介"}'), o.startup_id,
               coalesce(CASE WHEN l.focus_area IS NOT NULL THEN ARRAY[l.focus_area] END, n.areas, '{}'),
               coalesce(l.service_line, 'investment_matching'), NULL, false
        FROM introductions AS o
        LEFT JOIN mou_links AS l
            ON l.tenant_id = o.tenant_id AND l.mou_id = agreement AND l.introduction_id = o.id
        LEFT JOIN LATERAL (
            SELECT n.id, n.title, n.areas FROM enrolled AS n
            WHERE n.startup_id = o.startup_id AND n.created_at <= o.introduced_at
            ORDER BY n.created_at DESC LIMIT 1) AS n ON true
        CROSS JOIN LATERAL (VALUES
            ('startup_introduced', o.introduced_at),
            ('deal_closed', CASE WHEN o.stage = 'closed' THEN o.ended_at END)) AS e (kind, at)
        WHERE o.tenant_id = acting_tenant() AND e.at IS NOT NULL AND (n.id IS NOT NULL OR l.id IS NOT NULL)
        UNION ALL
        SELECT 'fast_track_used', x.admitted_at, 'call', c.id, c.title, x.startup_id, '{}', NULL, b.id, false
        FROM fast_track_codes AS k
        JOIN call_admissions AS x ON x.tenant_id = k.tenant_id AND x.code_id = k.id
        JOIN calls AS c ON c.tenant_id = k.tenant_id AND c.id = k.call_id
        LEFT JOIN mou_benefits AS b
            ON b.tenant_id = k.tenant_id AND b.mou_id = k.mou_id AND b.kind = 'fast_track'
        WHERE k.tenant_id = acting_tenant() AND k.mou_id = agreement
        UNION ALL
        SELECT 'benefit_used', u.used_on::timestamp AT TIME ZONE zone.name, 'benefit', b.id, b.title, u.startup_id, '{}',
               NULL, b.id, false
        FROM zone, mou_benefit_uses AS u
        JOIN mou_benefits AS b ON b.tenant_id = u.tenant_id AND b.mou_id = u.mou_id AND b.id = u.benefit_id
        WHERE u.tenant_id = acting_tenant() AND u.mou_id = agreement)
    SELECT h.kind, (h.at AT TIME ZONE zone.name)::date, h.noun,
           -- What somebody may not open has no name for them.
           CASE WHEN NOT is_partner OR h.is_told THEN h.object_id END, h.title,
           CASE WHEN NOT is_partner OR h.is_told THEN h.startup_id END,
           CASE WHEN NOT is_partner OR h.is_told THEN i.names END,
           i.country, h.areas,
           coalesce(h.service_line, CASE WHEN h.kind <> 'benefit_used' THEN 'incubation_acceleration' END), h.benefit_id
    FROM zone, happened AS h
    LEFT JOIN institutions AS i ON i.tenant_id = acting_tenant() AND i.id = h.startup_id
    ORDER BY 2, 1, h.object_id, h.startup_id;
END $$;

CREATE OR REPLACE FUNCTION standing_under(role text, institution uuid, agreement uuid)
    RETURNS TABLE (noun text, object_id uuid, name jsonb, within jsonb, areas text[], service_line text, link_id uuid,
                   note text)
    LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system' AS $$
#variable_conflict use_column
DECLARE is_partner boolean := role = 'partner';
BEGIN
    IF NOT agreement_is_open_to(role, institution, agreement) THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT o.noun, CASE WHEN NOT is_partner OR o.noun NOT IN ('enrolment', 'introduction') OR o.is_joint THEN o.object_id END,
           CASE WHEN NOT is_partner OR o.noun NOT IN ('enrolment', 'introduction') OR o.is_joint THEN o.name END, o.within, o.areas,
           o.service_line, o.link_id, CASE WHEN NOT is_partner THEN o.note END
    FROM (
        SELECT 1 AS place, 'program' AS noun, g.id AS object_id, g.name, NULL::jsonb AS within,
               CASE WHEN l.focus_area IS NULL THEN '{}' ELSE ARRAY[l.focus_area] END AS areas, l.service_line,
               l.id AS link_id, l.note, true AS is_joint
        FROM mou_links AS l JOIN programs AS g ON g.tenant_id = l.tenant_id AND g.id = l.program_id
        WHERE l.tenant_id = acting_tenant() AND l.mou_id = agreement
        UNION ALL
        SELECT 2, 'stream', s.id, s.name, g.name, u.areas, coalesce(u.service_line, 'incubation_acceleration'), l.id, l.note,
               true
        FROM streams_under(agreement) AS u
        JOIN streams AS s ON s.tenant_id = acting_tenant() AND s.id = u.stream_id
        JOIN programs AS g ON g.tenant_id = s.tenant_id AND g.id = s.program_id
        LEFT JOIN mou_links AS l ON l.tenant_id = s.tenant_id AND l.mou_id = agreement AND l.stream_id = s.id
        WHERE u.is_joint OR l.id IS NOT NULL
        UNION ALL
        SELECT 3, 'cohort', h.id, jsonb_build_object('en', h.name), s.name,
               CASE WHEN l.focus_area IS NULL THEN '{}' ELSE ARRAY[l.focus_area] END, l.service_line, l.id, l.note, true
        FROM mou_links AS l
        JOIN cohorts AS h ON h.tenant_id = l.tenant_id AND h.id = l.cohort_id
        JOIN streams AS s ON s.tenant_id = h.tenant_id AND s.id = h.stream_id
        WHERE l.tenant_id = acting_tenant() AND l.mou_id = agreement
        UNION ALL
        SELECT 4, 'call', c.id, c.title, s.name, u.areas, coalesce(u.service_line, 'incubation_acceleration'), l.id, l.note,
               true
        FROM calls_under(agreement) AS u
        JOIN calls AS c ON c.tenant_id = acting_tenant() AND c.id = u.call_id
        JOIN streams AS s ON s.tenant_id = c.tenant_id AND s.id = c.stream_id
        LEFT JOIN mou_links AS l ON l.tenant_id = c.tenant_id AND l.mou_id = agreement AND l.call_id = c.id
        UNION ALL
        SELECT 5, 'enrolment', n.id, i.names, s.name,
               CASE WHEN l.focus_area IS NULL THEN '{}' ELSE ARRAY[l.focus_area] END, l.service_line, l.id, l.note,
               EXISTS (SELECT FROM stream_partners AS p
                       WHERE p.tenant_id = s.tenant_id AND p.stream_id = s.id AND p.mou_id = agreement)
        FROM mou_links AS l
        JOIN enrolments AS n ON n.tenant_id = l.tenant_id AND n.id = l.enrolment_id
        JOIN institutions AS i ON i.tenant_id = n.tenant_id AND i.id = n.startup_id
        JOIN cohorts AS h ON h.tenant_id = n.tenant_id AND h.id = n.cohort_id
        JOIN streams AS s ON s.tenant_id = h.tenant_id AND s.id = h.stream_id
        WHERE l.tenant_id = acting_tenant() AND l.mou_id = agreement
        UNION ALL
        -- Who is introduced to whom is not the partner's to know.
        SELECT 6, 'introduction', o.id, i.names, NULL,
               CASE WHEN l.focus_area IS NULL THEN '{}' ELSE ARRAY[l.focus_area] END,
               coalesce(l.service_line, 'investment_matching'), l.id, l.note, false
        FROM mou_links AS l
        JOIN introductions AS o ON o.tenant_id = l.tenant_id AND o.id = l.introduction_id
        JOIN institutions AS i ON i.tenant_id = o.tenant_id AND i.id = o.startup_id
        WHERE l.tenant_id = acting_tenant() AND l.mou_id = agreement) AS o
    ORDER BY o.place, o.object_id;
END $$;
