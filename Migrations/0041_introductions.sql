-- From a shortlist to a deal: who may be shown one, how long its proposals stand, who does not want whom, and introductions,
-- which end in every case, with a reason.

-- A park shows startups to professional investors only, and keeps on what it took somebody for one.
CREATE TABLE investor_verifications (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    investor_id  uuid NOT NULL,
    basis        text NOT NULL,
    evidence     text NOT NULL,
    verified_at  timestamptz NOT NULL DEFAULT now(),
    verified_by  uuid NOT NULL,
    -- The last day on which it counts.
    valid_until  date NOT NULL,
    revoked_at   timestamptz,
    revoked_by   uuid,
    revocation_reason text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, investor_id) REFERENCES institutions (tenant_id, id),
    CONSTRAINT verification_basis_is_known CHECK (basis IN ('institutional', 'corporate', 'individual', 'abroad')),
    CONSTRAINT verifications_are_confirmed_within_a_year CHECK (
        valid_until BETWEEN (verified_at AT TIME ZONE 'UTC')::date AND (verified_at AT TIME ZONE 'UTC')::date + 366),
    CONSTRAINT verification_revocations_are_explained CHECK (
        num_nonnulls(revoked_at, revoked_by, revocation_reason) IN (0, 3))
);
CREATE INDEX verifications_of_an_investor ON investor_verifications (tenant_id, investor_id, verified_at);

-- An investor that takes no proposals for a while.
CREATE TABLE investor_pauses (
    tenant_id   uuid NOT NULL,
    investor_id uuid NOT NULL,
    since       timestamptz NOT NULL DEFAULT now(),
    -- The last day of it; NULL until it is ended.
    until       date,
    set_by      uuid NOT NULL,
    PRIMARY KEY (tenant_id, investor_id),
    FOREIGN KEY (tenant_id, investor_id) REFERENCES institutions (tenant_id, id)
);

-- A pair that is not proposed, in words of one side that the other never reads.
CREATE TABLE blocks (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    investor_id uuid NOT NULL,
    startup_id  uuid NOT NULL,
    side        text NOT NULL,
    reason      text,
    set_at      timestamptz NOT NULL DEFAULT now(),
    set_by      uuid NOT NULL,
    lifted_at   timestamptz,
    lifted_by   uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, investor_id) REFERENCES institutions (tenant_id, id),
    FOREIGN KEY (tenant_id, startup_id) REFERENCES startups (tenant_id, id),
    CONSTRAINT block_side_is_known CHECK (side IN ('investor', 'startup', 'park')),
    CONSTRAINT block_lifting_names_who CHECK ((lifted_at IS NULL) = (lifted_by IS NULL))
);
CREATE UNIQUE INDEX blocks_stand_once_a_side ON blocks (tenant_id, investor_id, startup_id, side) WHERE lifted_at IS NULL;
CREATE INDEX blocks_of_a_startup ON blocks (tenant_id, startup_id);

ALTER TABLE mandates
    -- Proposals and introductions that the investor wants in hand at a time; NULL for any number.
    ADD COLUMN most_open integer,
    -- A mandate that nobody has confirmed for half a year lapses: what an investor will fund changes.
    ADD COLUMN confirmed_until date NOT NULL DEFAULT ((now() AT TIME ZONE 'UTC') + interval '6 months')::date,
    ADD CONSTRAINT mandate_cap_is_one_to_a_thousand CHECK (most_open BETWEEN 1 AND 1000);

-- How long the proposals of a released list stand.
ALTER TABLE shortlists ADD COLUMN answer_by date;
UPDATE shortlists SET answer_by = (now() AT TIME ZONE 'UTC')::date + 14 WHERE released_at IS NOT NULL;
ALTER TABLE shortlists ADD CONSTRAINT released_lists_say_until_when CHECK ((released_at IS NULL) = (answer_by IS NULL));

-- Where a proposal stands on a day, by the latest answer: it waits for 14 days, and for 14 more once a day that was named
-- has come. Swift has the same function; a test holds the two together.
CREATE FUNCTION proposal_state(answer text, later_until date, answer_by date, day date)
    RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN answer_by IS NULL THEN 'unreleased'
        WHEN answer = 'interested' THEN 'interested'
        WHEN answer = 'pass' THEN 'passed'
        WHEN answer = 'later' AND day < later_until THEN 'snoozed'
        WHEN day <= CASE answer WHEN 'later' THEN later_until + 14 ELSE answer_by END THEN 'open'
        ELSE 'expired' END;

-- An investor that would meet a startup, and what comes of it. `stage` is what both sides know. Why it ended, only who ended it
-- knows, and the park.
CREATE TABLE introductions (
    tenant_id       uuid NOT NULL,
    id              uuid NOT NULL,
    investor_id     uuid NOT NULL,
    startup_id      uuid NOT NULL,
    shortlist_id    uuid NOT NULL,
    mandate_id      uuid NOT NULL,
    mandate_version integer NOT NULL,
    stage           text NOT NULL DEFAULT 'asked',
    asked_at        timestamptz NOT NULL DEFAULT now(),
    asked_by        uuid NOT NULL,
    -- The last day on which the startup may consent.
    consent_by      date NOT NULL,
    introduced_at   timestamptz,
    consented_by    uuid,
    -- When it last moved, which its clock runs from.
    moved_at        timestamptz NOT NULL DEFAULT now(),
    ended_at        timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, investor_id) REFERENCES institutions (tenant_id, id),
    FOREIGN KEY (tenant_id, startup_id) REFERENCES startups (tenant_id, id),
    FOREIGN KEY (tenant_id, shortlist_id, startup_id) REFERENCES shortlist_items (tenant_id, shortlist_id, startup_id),
    FOREIGN KEY (tenant_id, mandate_id, mandate_version)
        REFERENCES mandate_revisions (tenant_id, mandate_id, version),
    CONSTRAINT introduction_stage_is_known CHECK (stage IN (
        'asked', 'introduced', 'meeting_set', 'met', 'in_diligence', 'committed', 'term_sheet',
        'closed', 'passed', 'stalled', 'not_now', 'withdrawn')),
    CONSTRAINT introductions_end_in_a_last_stage CHECK (
        (ended_at IS NOT NULL) = (stage IN ('closed', 'passed', 'stalled', 'not_now', 'withdrawn'))),
    CONSTRAINT introductions_follow_two_consents CHECK (
        (introduced_at IS NULL) = (consented_by IS NULL)
        AND (introduced_at IS NULL) = (stage IN ('asked', 'not_now', 'withdrawn')))
);
CREATE UNIQUE INDEX introductions_run_once_a_pair ON introductions (tenant_id, investor_id, startup_id)
    WHERE ended_at IS NULL;
CREATE INDEX introductions_by_age ON introductions (tenant_id, asked_at, id);
CREATE INDEX introductions_of_an_investor ON introductions (tenant_id, investor_id, asked_at, id);
CREATE INDEX introductions_of_a_startup ON introductions (tenant_id, startup_id, asked_at, id);
CREATE INDEX introductions_of_a_mandate ON introductions (tenant_id, mandate_id) WHERE ended_at IS NULL;
CREATE INDEX introductions_of_an_item ON introductions (tenant_id, shortlist_id, startup_id);

-- Each step of an introduction: when, by which side, and what of it both may know.
CREATE TABLE introduction_steps (
    tenant_id       uuid NOT NULL,
    introduction_id uuid NOT NULL,
    id              uuid NOT NULL,
    at              timestamptz NOT NULL DEFAULT clock_timestamp(),
    side            text NOT NULL,
    person_id       uuid,
    stage           text NOT NULL,
    note            text,
    -- What an investor would put in or has: a commitment, a term sheet, a deal.
    amount_minor    bigint,
    currency        text,
    instrument      text,
    -- Whether the investor is bound by it.
    binding         boolean,
    -- The last day on which a commitment or a term sheet stands, or the day of the deal.
    day             date,
    PRIMARY KEY (tenant_id, introduction_id, id),
    FOREIGN KEY (tenant_id, introduction_id) REFERENCES introductions (tenant_id, id),
    CONSTRAINT step_side_is_known CHECK (side IN ('investor', 'startup', 'park', 'clock')),
    CONSTRAINT steps_are_taken_by_somebody CHECK ((person_id IS NULL) = (side = 'clock')),
    CONSTRAINT step_amount_has_a_currency CHECK ((amount_minor IS NULL) = (currency IS NULL) AND amount_minor > 0),
    CONSTRAINT step_instrument_is_known CHECK (instrument IN ('equity', 'safe', 'convertible_note', 'debt', 'grant')),
    CONSTRAINT deals_say_how_much_and_how CHECK (
        stage <> 'closed' OR num_nonnulls(amount_minor, instrument, day) = 3),
    CONSTRAINT commitments_say_how_much_and_whether_they_bind CHECK (
        stage <> 'committed' OR num_nonnulls(amount_minor, binding, day) = 3),
    CONSTRAINT only_offers_and_deals_have_amounts CHECK (
        stage IN ('committed', 'term_sheet', 'closed') OR num_nonnulls(amount_minor, instrument, binding, day) = 0)
);

-- Why an introduction ended, for the park and for the side that ended it.
CREATE TABLE introduction_endings (
    tenant_id       uuid NOT NULL,
    introduction_id uuid NOT NULL,
    side            text NOT NULL,
    reason          text NOT NULL,
    note            text,
    PRIMARY KEY (tenant_id, introduction_id),
    FOREIGN KEY (tenant_id, introduction_id) REFERENCES introductions (tenant_id, id),
    CONSTRAINT ending_side_is_known CHECK (side IN ('investor', 'startup', 'park', 'clock')),
    CONSTRAINT ending_reason_is_known CHECK (reason IN (
        'no_answer', 'silence', 'opted_out', 'unverified', 'blocked', 'changed_mind', 'deal',
        'not_raising', 'not_a_fit', 'terms', 'valuation', 'timing', 'round_is_full',
        'too_early', 'too_late', 'not_our_sector', 'not_our_place', 'cheque_does_not_fit', 'conflict', 'team', 'market',
        'other'))
);

-- Whom to write to, on each side. There are none before both have consented, so that nothing can show one.
CREATE TABLE introduction_contacts (
    tenant_id       uuid NOT NULL,
    introduction_id uuid NOT NULL,
    side            text NOT NULL,
    person_id       uuid NOT NULL,
    name            text NOT NULL,
    email           text NOT NULL,
    PRIMARY KEY (tenant_id, introduction_id, side),
    FOREIGN KEY (tenant_id, introduction_id) REFERENCES introductions (tenant_id, id),
    CONSTRAINT contact_side_is_known CHECK (side IN ('investor', 'startup'))
);

-- The meeting of an introduction; `sequence` counts its changes, as calendars ask for.
CREATE TABLE introduction_meetings (
    tenant_id       uuid NOT NULL,
    introduction_id uuid NOT NULL,
    sequence        integer NOT NULL DEFAULT 0,
    starts_at       timestamptz NOT NULL,
    time_zone       text NOT NULL,
    minutes         integer NOT NULL,
    place           text,
    link            text,
    set_at          timestamptz NOT NULL DEFAULT now(),
    set_by          uuid NOT NULL,
    cancelled_at    timestamptz,
    PRIMARY KEY (tenant_id, introduction_id),
    FOREIGN KEY (tenant_id, introduction_id) REFERENCES introductions (tenant_id, id),
    CONSTRAINT meetings_last_five_minutes_to_a_day CHECK (minutes BETWEEN 5 AND 1440),
    CONSTRAINT meetings_have_a_place_or_a_link CHECK (num_nonnulls(place, link) >= 1)
);

CALL wall_table('investor_verifications');
CALL wall_table('investor_pauses');
CALL wall_table('blocks');
CALL wall_table('introductions');
CALL wall_table('introduction_steps');
CALL wall_table('introduction_endings');
CALL wall_table('introduction_contacts');
CALL wall_table('introduction_meetings');
REVOKE DELETE ON investor_verifications, blocks, introductions, introduction_steps, introduction_endings,
    introduction_contacts, introduction_meetings FROM trellis_app;
REVOKE UPDATE ON introduction_steps, introduction_endings, introduction_contacts FROM trellis_app;

-- Verification is the park's; an investor reads its own.
CREATE POLICY the_managers_verify_investors ON investor_verifications USING (acts_as('manager'));
CREATE POLICY investors_read_their_verifications ON investor_verifications FOR SELECT
    USING (acts_as('investor') AND investor_id = acting_institution());
CREATE POLICY the_managers_keep_pauses ON investor_pauses USING (acts_as('manager'));
CREATE POLICY investors_keep_their_pause ON investor_pauses
    USING (acts_as('investor') AND investor_id = acting_institution());

-- Whether the park takes an investor for a professional one today, whoever asks.
CREATE FUNCTION is_verified(investor uuid) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM investor_verifications AS v
        WHERE v.tenant_id = acting_tenant() AND v.investor_id = investor AND v.revoked_at IS NULL
          AND v.valid_until >= (now() AT TIME ZONE 'UTC')::date);
END $$;
REVOKE ALL ON FUNCTION is_verified(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_verified(uuid) TO trellis_app;

-- Each side sees the blocks it set.
CREATE POLICY the_managers_keep_blocks ON blocks USING (acts_as('manager'));
CREATE POLICY investors_keep_their_blocks ON blocks
    USING (acts_as('investor') AND investor_id = acting_institution() AND side = 'investor');
CREATE POLICY founders_keep_their_blocks ON blocks
    USING (acts_as('founder') AND startup_id = acting_institution() AND side = 'startup');

-- Whether a pair is blocked, whichever of the two asks: neither may know that the other did it.
CREATE FUNCTION is_blocked(startup uuid, investor uuid) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN EXISTS (SELECT FROM blocks AS b
                   WHERE b.tenant_id = acting_tenant() AND b.investor_id = investor AND b.startup_id = startup
                     AND b.lifted_at IS NULL);
END $$;
-- Whether a block hides a startup from an investor. Not one that it has asked for: that it is gone would tell of the block.
CREATE FUNCTION is_hidden(startup uuid, investor uuid) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN is_blocked(startup, investor) AND NOT EXISTS (
        SELECT FROM introductions AS n
        WHERE n.tenant_id = acting_tenant() AND n.investor_id = investor AND n.startup_id = startup);
END $$;
REVOKE ALL ON FUNCTION is_blocked(uuid, uuid), is_hidden(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_blocked(uuid, uuid), is_hidden(uuid, uuid) TO trellis_app;

-- An investor whose verification has run out sees no list, and none shows whom one of the two has blocked.
DROP POLICY investors_see_released_shortlists ON shortlists;
CREATE POLICY investors_see_released_shortlists ON shortlists FOR SELECT
    USING (acts_as('investor') AND investor_id = acting_institution() AND released_at IS NOT NULL
        AND (SELECT is_verified(acting_institution())));
DROP POLICY items_follow_their_shortlist ON shortlist_items;
CREATE POLICY items_follow_their_shortlist ON shortlist_items FOR SELECT
    USING (acts_as('investor') AND NOT is_hidden(startup_id, acting_institution()) AND EXISTS (
        SELECT FROM shortlists WHERE shortlists.tenant_id = shortlist_items.tenant_id AND shortlists.id = shortlist_id));
DROP POLICY investors_answer_their_shortlists ON shortlist_answers;
CREATE POLICY investors_answer_their_shortlists ON shortlist_answers FOR INSERT
    WITH CHECK (acts_as('investor') AND answered_by = acting_person() AND EXISTS (
        SELECT FROM shortlist_items AS x
        WHERE x.tenant_id = shortlist_answers.tenant_id AND x.shortlist_id = shortlist_answers.shortlist_id
          AND x.startup_id = shortlist_answers.startup_id));

-- Introductions: the two sides and the park.
CREATE POLICY the_managers_keep_introductions ON introductions USING (acts_as('manager'));
CREATE POLICY investors_see_their_introductions ON introductions FOR SELECT
    USING (acts_as('investor') AND investor_id = acting_institution());
CREATE POLICY investors_ask_for_introductions ON introductions FOR INSERT
    WITH CHECK (acts_as('investor') AND investor_id = acting_institution() AND asked_by = acting_person());
CREATE POLICY investors_move_their_introductions ON introductions FOR UPDATE
    USING (acts_as('investor') AND investor_id = acting_institution());
CREATE POLICY founders_see_their_introductions ON introductions FOR SELECT
    USING (acts_as('founder') AND startup_id = acting_institution());
CREATE POLICY founders_move_their_introductions ON introductions FOR UPDATE
    USING (acts_as('founder') AND startup_id = acting_institution());

CREATE FUNCTION acting_side_of(introduction uuid) RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN (
        SELECT CASE WHEN acts_as('manager') THEN 'park'
                    WHEN acts_as('investor') AND i.investor_id = acting_institution() THEN 'investor'
                    WHEN acts_as('founder') AND i.startup_id = acting_institution() THEN 'startup' END
        FROM introductions AS i WHERE i.tenant_id = acting_tenant() AND i.id = introduction);
END $$;
REVOKE ALL ON FUNCTION acting_side_of(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION acting_side_of(uuid) TO trellis_app;

CREATE POLICY the_managers_read_steps ON introduction_steps FOR SELECT USING (acts_as('manager'));
-- Who ended it is a part of why; both sides see that it ended in its stage.
CREATE POLICY sides_read_the_steps ON introduction_steps FOR SELECT
    USING (acts_as('investor', 'founder') AND (
        stage NOT IN ('passed', 'stalled', 'not_now', 'withdrawn') AND acting_side_of(introduction_id) IS NOT NULL
        OR side = acting_side_of(introduction_id)));
-- No words reach the other side before both have consented.
CREATE POLICY sides_take_steps ON introduction_steps FOR INSERT
    WITH CHECK (person_id = acting_person() AND side = acting_side_of(introduction_id)
        AND (note IS NULL OR EXISTS (
            SELECT FROM introductions AS n
            WHERE n.tenant_id = introduction_steps.tenant_id AND n.id = introduction_id AND n.introduced_at IS NOT NULL)));
CREATE POLICY the_managers_read_endings ON introduction_endings FOR SELECT USING (acts_as('manager'));
CREATE POLICY sides_keep_their_reasons ON introduction_endings FOR SELECT
    USING (acts_as('investor', 'founder') AND side = acting_side_of(introduction_id));
CREATE POLICY sides_give_their_reasons ON introduction_endings FOR INSERT
    WITH CHECK (side = acting_side_of(introduction_id));
CREATE POLICY the_managers_read_contacts ON introduction_contacts FOR SELECT USING (acts_as('manager'));
CREATE POLICY sides_read_the_contacts ON introduction_contacts FOR SELECT
    USING (acts_as('investor', 'founder') AND acting_side_of(introduction_id) IS NOT NULL);
CREATE POLICY the_managers_keep_meetings ON introduction_meetings USING (acts_as('manager'));
CREATE POLICY sides_keep_the_meeting ON introduction_meetings
    USING (acts_as('investor', 'founder') AND EXISTS (
        SELECT FROM introductions AS n
        WHERE n.tenant_id = introduction_meetings.tenant_id AND n.id = introduction_id AND n.introduced_at IS NOT NULL));

-- Who asks is known by the institution's name to whom is asked, and the other way round once they are introduced.
CREATE FUNCTION acting_institution_deals_with(other uuid) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM introductions AS i
        WHERE i.tenant_id = acting_tenant()
          AND (acts_as('founder') AND i.startup_id = acting_institution() AND i.investor_id = other
               OR acts_as('investor') AND i.investor_id = acting_institution() AND i.startup_id = other
                  AND i.introduced_at IS NOT NULL));
END $$;
REVOKE ALL ON FUNCTION acting_institution_deals_with(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION acting_institution_deals_with(uuid) TO trellis_app;
CREATE OR REPLACE FUNCTION acting_may_see_institution(institution uuid) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
BEGIN
    -- Everybody knows the host and where they belong.
    RETURN institution IN (acting_tenant(), acting_institution()) OR CASE acting_role()
        WHEN 'partner' THEN acting_partner_of(institution)
        WHEN 'mentor' THEN acting_mentor_of(institution)
        WHEN 'investor' THEN shown_to_acting_investor(institution) OR acting_institution_deals_with(institution)
        WHEN 'founder' THEN acting_institution_deals_with(institution)
        ELSE false
    END;
END $$;

-- Why a mandate may not be given a list now; NULL where it may. Asked with the rights of who releases.
CREATE FUNCTION why_no_list(mandate uuid) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    asked mandates;
BEGIN
    SELECT * INTO asked FROM mandates AS m WHERE m.tenant_id = acting_tenant() AND m.id = mandate;
    RETURN CASE
        WHEN asked.withdrawn_at IS NOT NULL THEN 'withdrawn'
        WHEN NOT asked.deploying THEN 'not_deploying'
        WHEN asked.confirmed_until < today THEN 'unconfirmed'
        WHEN EXISTS (SELECT FROM investor_pauses AS p
                     WHERE p.tenant_id = acting_tenant() AND p.investor_id = asked.investor_id
                       AND (p.until IS NULL OR p.until >= today)) THEN 'paused'
        WHEN NOT is_verified(asked.investor_id) THEN 'unverified' END;
END $$;

-- What an investor has in hand under a mandate: proposals that wait for its answer, and introductions that run.
CREATE FUNCTION in_hand(mandate uuid) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT count(*) FROM shortlists AS s
        JOIN shortlist_items AS x ON x.tenant_id = s.tenant_id AND x.shortlist_id = s.id
        JOIN startups AS t ON t.tenant_id = x.tenant_id AND t.id = x.startup_id AND t.matching_opted_in_at IS NOT NULL
        LEFT JOIN LATERAL (
            SELECT a.answer, a.later_until FROM shortlist_answers AS a
            WHERE a.tenant_id = x.tenant_id AND a.shortlist_id = x.shortlist_id AND a.startup_id = x.startup_id
            ORDER BY a.answered_at DESC, a.id DESC LIMIT 1) AS a ON true
        WHERE s.tenant_id = acting_tenant() AND s.mandate_id = mandate AND s.released_at IS NOT NULL
          AND proposal_state(a.answer, a.later_until, s.answer_by, (now() AT TIME ZONE 'UTC')::date) = 'open'
          AND NOT is_blocked(x.startup_id, s.investor_id))
        + (SELECT count(*) FROM introductions AS i
           WHERE i.tenant_id = acting_tenant() AND i.mandate_id = mandate AND i.ended_at IS NULL);
END $$;

-- Why a list may not be released now, its cap included; NULL where it may.
CREATE FUNCTION why_not_released(list uuid) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    asked shortlists;
    cap integer;
BEGIN
    SELECT * INTO asked FROM shortlists AS s WHERE s.tenant_id = acting_tenant() AND s.id = list;
    SELECT most_open INTO cap FROM mandates AS m WHERE m.tenant_id = acting_tenant() AND m.id = asked.mandate_id;
    RETURN coalesce(
        why_no_list(asked.mandate_id),
        CASE WHEN in_hand(asked.mandate_id) + shown_by(list) > cap THEN 'over_cap' END);
END $$;

-- How many startups the investor would see on a list.
CREATE FUNCTION shown_by(list uuid) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT count(*) FROM shortlist_items AS x
        JOIN shortlists AS s ON s.tenant_id = x.tenant_id AND s.id = x.shortlist_id
        JOIN startups AS t ON t.tenant_id = x.tenant_id AND t.id = x.startup_id AND t.matching_opted_in_at IS NOT NULL
        WHERE x.tenant_id = acting_tenant() AND x.shortlist_id = list AND NOT is_blocked(x.startup_id, s.investor_id));
END $$;

-- The cap is held here, where two who release or answer at once wait for each other: by the row of the mandate.
CREATE FUNCTION hold_mandate_to_its_cap(mandate uuid, more bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    cap integer;
BEGIN
    SELECT most_open INTO cap FROM mandates WHERE tenant_id = acting_tenant() AND id = mandate FOR UPDATE;
    IF cap IS NOT NULL AND in_hand(mandate) + more > cap THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'investors_have_no_more_in_hand_than_they_want',
            MESSAGE = 'the investor has as much in hand as it wants';
    END IF;
END $$;

CREATE FUNCTION check_shortlist_release() RETURNS trigger LANGUAGE plpgsql SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    reason text := why_no_list(NEW.mandate_id);
BEGIN
    IF reason IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'lists_go_to_investors_who_take_them',
            MESSAGE = 'the mandate takes no lists: ' || reason;
    END IF;
    PERFORM hold_mandate_to_its_cap(NEW.mandate_id, shown_by(NEW.id));
    RETURN NEW;
END $$;
CREATE TRIGGER lists_go_to_investors_who_take_them BEFORE UPDATE OF released_at ON shortlists
    FOR EACH ROW WHEN (OLD.released_at IS NULL AND NEW.released_at IS NOT NULL)
    EXECUTE FUNCTION check_shortlist_release();

-- An introduction begins with an investor that is interested in a startup it was shown, and may be.
CREATE FUNCTION check_introduction() RETURNS trigger LANGUAGE plpgsql SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF NEW.stage <> 'asked' OR NOT is_verified(NEW.investor_id) OR NOT EXISTS (
        SELECT FROM shortlists AS s
        WHERE s.tenant_id = NEW.tenant_id AND s.id = NEW.shortlist_id AND s.released_at IS NOT NULL
          AND (s.investor_id, s.mandate_id, s.mandate_version) = (NEW.investor_id, NEW.mandate_id, NEW.mandate_version)
          AND 'interested' = (
              SELECT a.answer FROM shortlist_answers AS a
              WHERE a.tenant_id = s.tenant_id AND a.shortlist_id = s.id AND a.startup_id = NEW.startup_id
              ORDER BY a.answered_at DESC, a.id DESC LIMIT 1)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'introductions_rest_on_interest',
            MESSAGE = 'an introduction begins with interest in a startup of a released list';
    END IF;
    IF NOT EXISTS (SELECT FROM startups AS t
                   WHERE t.tenant_id = NEW.tenant_id AND t.id = NEW.startup_id AND t.matching_opted_in_at IS NOT NULL)
        OR is_blocked(NEW.startup_id, NEW.investor_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'introductions_are_to_startups_that_agree',
            MESSAGE = 'the startup is not to be introduced to this investor';
    END IF;
    -- Among what counts is the answer it rests on, which has ceased to wait.
    PERFORM hold_mandate_to_its_cap(NEW.mandate_id, 1);
    RETURN NEW;
END $$;
CREATE TRIGGER introductions_are_to_startups_that_agree BEFORE INSERT ON introductions
    FOR EACH ROW EXECUTE FUNCTION check_introduction();

-- Only the startup consents for itself, in time; contacts come to be in the same moment.
CREATE FUNCTION move_introduction() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stages CONSTANT text[] := ARRAY['asked', 'introduced', 'meeting_set', 'met', 'in_diligence', 'committed', 'term_sheet',
        'closed', 'passed', 'stalled', 'not_now', 'withdrawn'];
BEGIN
    IF OLD.ended_at IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'introductions_that_ended_stay_as_they_are',
            MESSAGE = 'an introduction that ended stays as it is';
    END IF;
    IF (NEW.investor_id, NEW.startup_id, NEW.shortlist_id, NEW.mandate_id, NEW.mandate_version, NEW.asked_at, NEW.asked_by,
        NEW.consent_by)
        IS DISTINCT FROM
        (OLD.investor_id, OLD.startup_id, OLD.shortlist_id, OLD.mandate_id, OLD.mandate_version, OLD.asked_at, OLD.asked_by,
        OLD.consent_by)
        OR OLD.consented_by IS NOT NULL AND NEW.consented_by <> OLD.consented_by
        -- Neither side says the other's no.
        OR NEW.stage = 'not_now' AND acts_as('investor') OR NEW.stage = 'withdrawn' AND acts_as('founder') THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'introductions_keep_what_was_asked',
            MESSAGE = 'an introduction keeps who asked for whom';
    END IF;
    IF NEW.introduced_at IS DISTINCT FROM OLD.introduced_at AND (
        OLD.introduced_at IS NOT NULL OR NOT acts_as('founder') OR NEW.startup_id <> acting_institution()
        OR NEW.consented_by <> acting_person() OR (now() AT TIME ZONE 'UTC')::date > OLD.consent_by) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'startups_consent_for_themselves_in_time',
            MESSAGE = 'only the startup consents, once and in time';
    END IF;
    -- A block that was set while the question was being asked saw no introduction to end.
    IF OLD.introduced_at IS NULL AND NEW.introduced_at IS NOT NULL AND is_blocked(NEW.startup_id, NEW.investor_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'introductions_are_to_startups_that_agree',
            MESSAGE = 'one of the two does not want it';
    END IF;
    IF OLD.introduced_at IS NULL AND NEW.introduced_at IS NOT NULL AND NOT is_verified(NEW.investor_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'contacts_go_to_verified_investors',
            MESSAGE = 'the investor is not verified';
    END IF;
    -- Forward only; which stages need consent, a constraint says.
    IF array_position(stages, NEW.stage) < array_position(stages, OLD.stage) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'introductions_move_forward',
            MESSAGE = 'an introduction does not go back';
    END IF;
    NEW.moved_at := now();
    RETURN NEW;
END $$;
CREATE TRIGGER introductions_move_with_consent BEFORE UPDATE ON introductions
    FOR EACH ROW EXECUTE FUNCTION move_introduction();

CREATE FUNCTION exchange_contacts() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    INSERT INTO introduction_contacts (tenant_id, introduction_id, side, person_id, name, email)
    SELECT NEW.tenant_id, NEW.id, s.side, p.id, p.name, p.email
    FROM (VALUES ('investor', NEW.asked_by), ('startup', NEW.consented_by)) AS s (side, person)
    JOIN people AS p ON p.id = s.person;
    RETURN NULL;
END $$;
CREATE TRIGGER contacts_follow_two_consents AFTER UPDATE OF introduced_at ON introductions
    FOR EACH ROW WHEN (OLD.introduced_at IS NULL AND NEW.introduced_at IS NOT NULL)
    EXECUTE FUNCTION exchange_contacts();

-- Meeting a startup on a list: not where one of the two blocked the other.
CREATE OR REPLACE FUNCTION shortlisted_for_acting_investor(startup uuid) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
BEGIN
    RETURN NOT is_hidden(startup, acting_institution()) AND EXISTS (
        SELECT FROM shortlist_items AS shown
        JOIN shortlists AS list ON list.tenant_id = shown.tenant_id AND list.id = shown.shortlist_id
        WHERE shown.tenant_id = acting_tenant() AND shown.startup_id = startup
          AND list.investor_id = acting_institution() AND list.released_at IS NOT NULL);
END $$;

-- Why investors passed a startup over since a day, counted over investors and without their names: told to the startup itself,
-- and only where so many passed that no one of them can be made out.
CREATE FUNCTION why_passed_over(startup uuid, since date, fewest integer)
    RETURNS TABLE (reason text, investors bigint, of_all bigint) LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN QUERY
        WITH latest AS (
            SELECT DISTINCT ON (l.investor_id) l.investor_id, a.answer, a.reason
            FROM shortlist_answers AS a
            JOIN shortlists AS l ON l.tenant_id = a.tenant_id AND l.id = a.shortlist_id
            WHERE a.tenant_id = acting_tenant() AND a.startup_id = startup
              AND (a.answered_at AT TIME ZONE 'UTC')::date >= since
            ORDER BY l.investor_id, a.answered_at DESC, a.id DESC),
        passed AS (SELECT p.reason FROM latest AS p WHERE p.answer = 'pass')
        SELECT p.reason, count(*), (SELECT count(*) FROM passed) FROM passed AS p
        WHERE (SELECT count(*) FROM passed) >= fewest
        GROUP BY p.reason ORDER BY count(*) DESC, p.reason;
END $$;
REVOKE ALL ON FUNCTION why_passed_over(uuid, date, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION why_passed_over(uuid, date, integer) TO trellis_app;
