-- Deciding: prepared in a batch among managers, released at once to everybody, and changed afterwards only by two.
--
--    prepared ──► released ──► offered │ waitlisted │ rejected
--     (managers)     │            ▲          │            │
--                    │            └─ a place becomes free │
--                    └─ a change proposed by one, confirmed by another; an appeal heard by a third

-- Decisions on applications to a call, prepared together and released together.
CREATE TABLE decision_batches (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    call_id      uuid NOT NULL,
    name         text NOT NULL,
    -- Of the call, with those that are taken already.
    places       integer NOT NULL,
    currency     text,
    budget_minor bigint,
    -- What a place comes with unless somebody says otherwise.
    award_minor  bigint,
    -- The last day on which an offer can be accepted unless somebody says otherwise.
    last_day     date NOT NULL,
    -- How long somebody has to accept who is offered a place that became free.
    accept_days  integer NOT NULL,
    -- Whether the letter about such a place goes out without a look.
    promotes_itself boolean NOT NULL,
    appeal_days  integer NOT NULL DEFAULT 14,
    opened_at    timestamptz NOT NULL DEFAULT now(),
    opened_by    uuid NOT NULL,
    released_at  timestamptz,
    released_by  uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id),
    CONSTRAINT batches_have_a_name CHECK (name <> ''),
    CONSTRAINT places_are_a_reasonable_number CHECK (places BETWEEN 0 AND 100000),
    CONSTRAINT money_of_a_batch_has_a_currency
        CHECK ((currency IS NULL) = (num_nonnulls(budget_minor, award_minor) = 0)),
    CONSTRAINT money_of_a_batch_is_not_owed CHECK (coalesce(budget_minor, 0) >= 0 AND coalesce(award_minor, 0) >= 0),
    CONSTRAINT days_to_accept_are_a_reasonable_number CHECK (accept_days BETWEEN 1 AND 365),
    CONSTRAINT days_to_appeal_are_a_reasonable_number CHECK (appeal_days BETWEEN 0 AND 365),
    CONSTRAINT release_names_who CHECK ((released_at IS NULL) = (released_by IS NULL))
);
CREATE INDEX decision_batches_of_a_call ON decision_batches (tenant_id, call_id, opened_at, id);

-- What is meant for an application, known to managers alone. Stays as the record of what was released.
CREATE TABLE prepared_decisions (
    tenant_id      uuid NOT NULL,
    batch_id       uuid NOT NULL,
    application_id uuid NOT NULL,
    outcome        text NOT NULL,
    -- Who comes first when a place becomes free; of those on the waiting list.
    rank           integer,
    award_minor    bigint,
    last_day       date,
    -- What stands in the letter, and what is read on the page.
    note           text NOT NULL,
    feedback       text,
    prepared_at    timestamptz NOT NULL DEFAULT now(),
    prepared_by    uuid NOT NULL,
    released_at    timestamptz,
    PRIMARY KEY (tenant_id, batch_id, application_id),
    FOREIGN KEY (tenant_id, batch_id) REFERENCES decision_batches (tenant_id, id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id),
    CONSTRAINT outcome_is_known CHECK (outcome IN ('offer', 'waitlist', 'reject')),
    CONSTRAINT the_waiting_list_is_ranked CHECK ((outcome = 'waitlist') = (rank IS NOT NULL)),
    CONSTRAINT ranks_count_from_one CHECK (rank BETWEEN 1 AND 100000),
    CONSTRAINT offers_have_a_last_day CHECK ((outcome = 'offer') = (last_day IS NOT NULL)),
    CONSTRAINT awards_go_with_an_offer CHECK (award_minor IS NULL OR outcome = 'offer' AND award_minor >= 0),
    CONSTRAINT decisions_have_a_note CHECK (note <> ''),
    CONSTRAINT feedback_says_something CHECK (feedback <> '')
);
CREATE UNIQUE INDEX applications_are_prepared_in_one_batch ON prepared_decisions (tenant_id, application_id)
    WHERE released_at IS NULL;

CREATE FUNCTION check_preparation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    batch decision_batches;
BEGIN
    SELECT * INTO batch FROM decision_batches
    WHERE tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id) AND id = coalesce(NEW.batch_id, OLD.batch_id);
    IF batch.released_at IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'a_released_batch_stands',
            MESSAGE = 'what was released stands';
    END IF;
    IF TG_OP = 'INSERT' AND NOT EXISTS (
        SELECT FROM applications
        WHERE tenant_id = NEW.tenant_id AND id = NEW.application_id AND call_id = batch.call_id
          AND state IN ('in_review', 'shortlisted', 'interview')) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'what_is_in_review_is_decided',
            MESSAGE = 'the application is not in review for the call of the batch';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER a_released_batch_stands BEFORE INSERT OR UPDATE OR DELETE ON prepared_decisions
    FOR EACH ROW EXECUTE FUNCTION check_preparation();

CREATE FUNCTION check_batch_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'a_released_batch_stands',
        MESSAGE = 'what was released stands';
END $$;
CREATE TRIGGER a_released_batch_stands BEFORE UPDATE OR DELETE ON decision_batches
    FOR EACH ROW WHEN (OLD.released_at IS NOT NULL) EXECUTE FUNCTION check_batch_stands();

-- What stands for an application since its release. The startup reads it.
CREATE TABLE decisions (
    tenant_id      uuid NOT NULL,
    application_id uuid NOT NULL,
    batch_id       uuid NOT NULL,
    outcome        text NOT NULL,
    currency       text,
    award_minor    bigint,
    last_day       date,
    note           text NOT NULL,
    feedback       text,
    released_at    timestamptz NOT NULL DEFAULT now(),
    -- Until when a rejection can be appealed.
    appeal_until   timestamptz,
    PRIMARY KEY (tenant_id, application_id),
    FOREIGN KEY (tenant_id, batch_id) REFERENCES decision_batches (tenant_id, id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id),
    CONSTRAINT outcome_is_known CHECK (outcome IN ('offer', 'waitlist', 'reject')),
    CONSTRAINT offers_have_a_last_day CHECK ((outcome = 'offer') = (last_day IS NOT NULL)),
    CONSTRAINT awards_go_with_an_offer
        CHECK ((award_minor IS NULL) = (currency IS NULL) AND (award_minor IS NULL OR outcome = 'offer' AND award_minor >= 0)),
    CONSTRAINT rejections_can_be_appealed CHECK ((outcome = 'reject') = (appeal_until IS NOT NULL))
);
CREATE INDEX decisions_of_a_batch ON decisions (tenant_id, batch_id);

-- Who waits for a place, and in which order. Apart from the decision, because the startup does not read its rank.
CREATE TABLE waiting_applications (
    tenant_id      uuid NOT NULL,
    application_id uuid NOT NULL,
    call_id        uuid NOT NULL,
    rank           integer NOT NULL,
    since          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, application_id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id),
    CONSTRAINT ranks_count_from_one CHECK (rank BETWEEN 1 AND 100000)
);
CREATE INDEX waiting_applications_by_rank ON waiting_applications (tenant_id, call_id, rank, since);

-- A place that was offered and is free again, and who got it. Which offer it was, its end tells: an application may be
-- offered a place twice.
CREATE TABLE freed_places (
    tenant_id        uuid NOT NULL,
    application_id   uuid NOT NULL,
    offer_expires_at timestamptz NOT NULL,
    call_id          uuid NOT NULL,
    cause            text NOT NULL,
    freed_at         timestamptz NOT NULL DEFAULT now(),
    filled_with      uuid,
    filled_at        timestamptz,
    PRIMARY KEY (tenant_id, application_id, offer_expires_at),
    FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id),
    FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id),
    FOREIGN KEY (tenant_id, filled_with) REFERENCES applications (tenant_id, id),
    CONSTRAINT cause_is_known CHECK (cause IN ('lapsed', 'given_up')),
    CONSTRAINT filled_places_are_dated CHECK ((filled_with IS NULL) = (filled_at IS NULL))
);
CREATE INDEX freed_places_of_a_call ON freed_places (tenant_id, call_id) WHERE filled_at IS NULL;

-- What one manager wants changed of a released decision, and what another says to it.
CREATE TABLE decision_changes (
    tenant_id      uuid NOT NULL,
    id             uuid NOT NULL,
    application_id uuid NOT NULL,
    outcome        text NOT NULL,
    rank           integer,
    award_minor    bigint,
    last_day       date,
    note           text NOT NULL,
    -- Why, for managers.
    reason         text NOT NULL,
    proposed_at    timestamptz NOT NULL DEFAULT now(),
    proposed_by    uuid NOT NULL,
    confirmed_at   timestamptz,
    confirmed_by   uuid,
    refused_at     timestamptz,
    refused_by     uuid,
    refused_reason text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id),
    CONSTRAINT outcome_is_known CHECK (outcome IN ('offer', 'waitlist', 'reject')),
    CONSTRAINT the_waiting_list_is_ranked CHECK ((outcome = 'waitlist') = (rank IS NOT NULL)),
    CONSTRAINT ranks_count_from_one CHECK (rank BETWEEN 1 AND 100000),
    CONSTRAINT offers_have_a_last_day CHECK ((outcome = 'offer') = (last_day IS NOT NULL)),
    CONSTRAINT awards_go_with_an_offer CHECK (award_minor IS NULL OR outcome = 'offer' AND award_minor >= 0),
    CONSTRAINT a_change_takes_two_people
        CHECK (confirmed_by <> proposed_by AND refused_by <> proposed_by),
    CONSTRAINT a_change_is_answered_once CHECK (num_nonnulls(confirmed_at, refused_at) <= 1),
    CONSTRAINT confirming_names_who CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL)),
    CONSTRAINT refusing_is_explained
        CHECK ((refused_at IS NULL) = (refused_by IS NULL) AND (refused_at IS NULL) = (refused_reason IS NULL))
);
CREATE UNIQUE INDEX changes_are_proposed_one_at_a_time ON decision_changes (tenant_id, application_id)
    WHERE confirmed_at IS NULL AND refused_at IS NULL;

-- What was proposed is answered, not rewritten, and an answer stands.
CREATE FUNCTION check_change_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.confirmed_at IS NOT NULL OR OLD.refused_at IS NOT NULL
        OR (NEW.application_id, NEW.outcome, NEW.rank, NEW.award_minor, NEW.last_day, NEW.note, NEW.reason, NEW.proposed_by)
            IS DISTINCT FROM
           (OLD.application_id, OLD.outcome, OLD.rank, OLD.award_minor, OLD.last_day, OLD.note, OLD.reason, OLD.proposed_by)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'proposed_changes_stand',
            MESSAGE = 'a proposed change is answered once and not rewritten';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER proposed_changes_stand BEFORE UPDATE ON decision_changes
    FOR EACH ROW EXECUTE FUNCTION check_change_stands();

-- A startup asks once that a rejection be looked at again.
CREATE TABLE appeals (
    tenant_id      uuid NOT NULL,
    application_id uuid NOT NULL,
    grounds        text NOT NULL,
    lodged_at      timestamptz NOT NULL DEFAULT now(),
    lodged_by      uuid NOT NULL,
    verdict        text,
    answer         text,
    answered_at    timestamptz,
    answered_by    uuid,
    PRIMARY KEY (tenant_id, application_id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id),
    CONSTRAINT appeals_have_grounds CHECK (grounds <> ''),
    CONSTRAINT verdict_is_known CHECK (verdict IN ('upheld', 'reopened')),
    CONSTRAINT verdicts_are_explained CHECK (
        num_nonnulls(verdict, answer, answered_at, answered_by) IN (0, 4))
);

-- Asked on behalf of people who may not read what it is known from.
CREATE FUNCTION check_appeal() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    decision decisions;
BEGIN
    SELECT * INTO decision FROM decisions WHERE tenant_id = NEW.tenant_id AND application_id = NEW.application_id;
    IF TG_OP = 'INSERT' THEN
        IF decision.appeal_until IS NULL OR now() > decision.appeal_until THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'rejections_are_appealed_in_time',
                MESSAGE = 'there is no rejection that can still be appealed';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.verdict IS NOT NULL OR (NEW.grounds, NEW.lodged_by) IS DISTINCT FROM (OLD.grounds, OLD.lodged_by) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'appeals_are_answered_once',
            MESSAGE = 'an appeal is answered once';
    END IF;
    IF EXISTS (SELECT FROM decision_batches AS b WHERE b.tenant_id = NEW.tenant_id AND b.id = decision.batch_id
                 AND b.released_by = NEW.answered_by)
        OR EXISTS (SELECT FROM prepared_decisions AS p WHERE p.tenant_id = NEW.tenant_id
                     AND p.application_id = NEW.application_id AND p.prepared_by = NEW.answered_by)
        OR EXISTS (SELECT FROM decision_changes AS c WHERE c.tenant_id = NEW.tenant_id
                     AND c.application_id = NEW.application_id AND c.confirmed_at IS NOT NULL
                     AND NEW.answered_by IN (c.proposed_by, c.confirmed_by)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'appeals_are_heard_by_somebody_else',
            MESSAGE = 'who decided does not hear the appeal';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER appeals_are_heard_by_somebody_else BEFORE INSERT OR UPDATE ON appeals
    FOR EACH ROW EXECUTE FUNCTION check_appeal();

-- A decision comes of a released batch, changes by two people, and goes when an appeal reopens the application. The
-- service itself (`system`) carries history and fills places, and is not held to it.
CREATE FUNCTION check_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF acting_role() IS DISTINCT FROM 'manager' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP = 'INSERT' AND NOT EXISTS (
        SELECT FROM prepared_decisions AS p
        JOIN decision_batches AS b ON b.tenant_id = p.tenant_id AND b.id = p.batch_id
        WHERE p.tenant_id = NEW.tenant_id AND p.batch_id = NEW.batch_id AND p.application_id = NEW.application_id
          AND p.outcome = NEW.outcome AND p.note = NEW.note AND b.released_at = now()) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'decisions_are_released_in_a_batch',
            MESSAGE = 'a decision is released with its batch';
    END IF;
    IF TG_OP = 'UPDATE' AND NOT EXISTS (
        SELECT FROM decision_changes AS c
        WHERE c.tenant_id = NEW.tenant_id AND c.application_id = NEW.application_id AND c.outcome = NEW.outcome
          AND c.note = NEW.note AND c.confirmed_at = now() AND NEW.batch_id = OLD.batch_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'released_decisions_change_by_two',
            MESSAGE = 'what was released changes only when a second manager confirms it';
    END IF;
    IF TG_OP = 'DELETE' AND NOT EXISTS (
        SELECT FROM appeals AS a
        WHERE a.tenant_id = OLD.tenant_id AND a.application_id = OLD.application_id AND a.verdict = 'reopened'
          AND a.answered_at = now()) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'released_decisions_change_by_two',
            MESSAGE = 'what was released is taken back by an appeal alone';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER decisions_are_released_in_a_batch BEFORE INSERT OR UPDATE OR DELETE ON decisions
    FOR EACH ROW EXECUTE FUNCTION check_decision();

-- An application is decided as its decision says, and no manager moves it past that.
CREATE FUNCTION check_application_is_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF acting_role() IS DISTINCT FROM 'manager' THEN
        RETURN NEW;
    END IF;
    IF NEW.state IN ('offered', 'waitlisted', 'rejected') AND NOT EXISTS (
        SELECT FROM decisions AS d
        WHERE d.tenant_id = NEW.tenant_id AND d.application_id = NEW.id
          AND d.outcome = CASE NEW.state WHEN 'offered' THEN 'offer' WHEN 'waitlisted' THEN 'waitlist' ELSE 'reject' END) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'decisions_are_released_in_a_batch',
            MESSAGE = 'a decision is released with its batch';
    END IF;
    IF OLD.state = 'rejected' AND NEW.state = 'in_review' AND NOT EXISTS (
        SELECT FROM appeals AS a
        WHERE a.tenant_id = NEW.tenant_id AND a.application_id = NEW.id AND a.verdict = 'reopened'
          AND a.answered_at = now()) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'released_decisions_change_by_two',
            MESSAGE = 'a rejected application is reopened by an appeal alone';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decisions_are_released_in_a_batch BEFORE UPDATE OF state ON applications
    FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION check_application_is_decided();

-- No more offers and accepted places than the call has. The call's row is locked, so that two transactions cannot both
-- give the last one. Counted as `system`: whoever acts may not know of all of them.
CREATE FUNCTION check_places() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    allowed integer;
BEGIN
    PERFORM FROM calls WHERE tenant_id = NEW.tenant_id AND id = NEW.call_id FOR NO KEY UPDATE;
    SELECT places INTO allowed FROM decision_batches
    WHERE tenant_id = NEW.tenant_id AND call_id = NEW.call_id AND released_at IS NOT NULL
    ORDER BY released_at DESC, id DESC LIMIT 1;
    IF (SELECT count(*) FROM applications
        WHERE tenant_id = NEW.tenant_id AND call_id = NEW.call_id
          AND (state = 'accepted' OR state = 'offered' AND offer_expires_at >= now())) > allowed THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'offers_keep_to_the_places',
            MESSAGE = 'there are more offers than places';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER offers_keep_to_the_places AFTER UPDATE OF state, offer_expires_at ON applications
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW
    WHEN (NEW.state = 'offered' AND (OLD.state <> 'offered' OR NEW.offer_expires_at IS DISTINCT FROM OLD.offer_expires_at))
    EXECUTE FUNCTION check_places();

-- Who has moved in does not give the place back; they leave the program.
CREATE FUNCTION check_place_is_given_back() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF EXISTS (SELECT FROM enrolments WHERE tenant_id = NEW.tenant_id AND application_id = NEW.id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'enrolled_startups_keep_their_place',
            MESSAGE = 'the startup has been enrolled';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER enrolled_startups_keep_their_place BEFORE UPDATE OF state ON applications
    FOR EACH ROW WHEN (OLD.state = 'accepted' AND NEW.state = 'declined') EXECUTE FUNCTION check_place_is_given_back();

-- The calls to which somebody's own startups applied. Who decides on the others decides on theirs, and one place less for
-- another says something about their own: such a manager knows nothing of the decisions on that call at all.
CREATE FUNCTION calls_too_near(role text, person uuid) RETURNS uuid[] LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE startups uuid[];
BEGIN
    IF role IS DISTINCT FROM 'manager' THEN
        RETURN '{}';
    END IF;
    startups := startups_too_near(role, person);
    RETURN coalesce((SELECT array_agg(DISTINCT a.call_id) FROM applications AS a
                     WHERE a.tenant_id = acting_tenant() AND a.startup_id = ANY (startups)), '{}');
END $$;
REVOKE ALL ON FUNCTION calls_too_near(text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION calls_too_near(text, uuid) TO trellis_app;

CALL wall_table('decision_batches');
CALL wall_table('prepared_decisions');
CALL wall_table('decisions');
CALL wall_table('waiting_applications');
CALL wall_table('freed_places');
CALL wall_table('decision_changes');
CALL wall_table('appeals');
-- What was said, by whom and when, is kept.
REVOKE DELETE ON decision_batches, freed_places, decision_changes, appeals FROM trellis_app;

CREATE POLICY managers_keep_batches ON decision_batches USING (acting_role() = 'manager');
CREATE POLICY managers_prepare_decisions ON prepared_decisions USING (acting_role() = 'manager');
CREATE POLICY managers_keep_decisions ON decisions USING (acting_role() = 'manager');
CREATE POLICY founders_read_their_decision ON decisions FOR SELECT
    USING (acting_role() = 'founder' AND EXISTS (
        SELECT FROM applications AS a
        WHERE a.tenant_id = decisions.tenant_id AND a.id = decisions.application_id
          AND a.startup_id = acting_institution()));
CREATE POLICY managers_keep_the_waiting_list ON waiting_applications USING (acting_role() = 'manager');
CREATE POLICY managers_read_freed_places ON freed_places FOR SELECT USING (acting_role() = 'manager');
CREATE POLICY managers_read_changes ON decision_changes FOR SELECT USING (acting_role() = 'manager');
CREATE POLICY managers_propose_changes ON decision_changes FOR INSERT
    WITH CHECK (acting_role() = 'manager' AND proposed_by = acting_person()
        AND num_nonnulls(confirmed_at, refused_at) = 0);
CREATE POLICY managers_answer_changes ON decision_changes FOR UPDATE USING (acting_role() = 'manager')
    WITH CHECK (acting_role() = 'manager' AND coalesce(confirmed_by, refused_by) = acting_person());
CREATE POLICY managers_read_appeals ON appeals FOR SELECT USING (acting_role() = 'manager');
CREATE POLICY managers_answer_appeals ON appeals FOR UPDATE USING (acting_role() = 'manager')
    WITH CHECK (acting_role() = 'manager' AND answered_by = acting_person());
CREATE POLICY founders_read_their_appeal ON appeals FOR SELECT
    USING (acting_role() = 'founder' AND EXISTS (
        SELECT FROM applications AS a
        WHERE a.tenant_id = appeals.tenant_id AND a.id = appeals.application_id
          AND a.startup_id = acting_institution()));
CREATE POLICY founders_lodge_an_appeal ON appeals FOR INSERT
    WITH CHECK (acting_role() = 'founder' AND lodged_by = acting_person() AND verdict IS NULL AND EXISTS (
        SELECT FROM applications AS a
        WHERE a.tenant_id = appeals.tenant_id AND a.id = appeals.application_id
          AND a.startup_id = acting_institution()));

-- Nobody decides among competitors of their own startup, or learns what is meant for them.
CREATE POLICY nobody_decides_where_they_applied ON decision_batches AS RESTRICTIVE
    USING (call_id <> ALL ((SELECT calls_too_near(acting_role(), acting_person()))::uuid[]));
CREATE POLICY nobody_decides_where_they_applied ON prepared_decisions AS RESTRICTIVE
    USING (acting_role() <> 'manager' OR EXISTS (
        SELECT FROM decision_batches AS b
        WHERE b.tenant_id = prepared_decisions.tenant_id AND b.id = prepared_decisions.batch_id));
CREATE POLICY nobody_decides_where_they_applied ON decisions AS RESTRICTIVE
    USING (acting_role() <> 'manager' OR EXISTS (
        SELECT FROM decision_batches AS b
        WHERE b.tenant_id = decisions.tenant_id AND b.id = decisions.batch_id));
CREATE POLICY nobody_decides_where_they_applied ON waiting_applications AS RESTRICTIVE
    USING (call_id <> ALL ((SELECT calls_too_near(acting_role(), acting_person()))::uuid[]));
CREATE POLICY nobody_decides_where_they_applied ON freed_places AS RESTRICTIVE
    USING (call_id <> ALL ((SELECT calls_too_near(acting_role(), acting_person()))::uuid[]));
CREATE POLICY nobody_decides_where_they_applied ON decision_changes AS RESTRICTIVE
    USING (acting_role() <> 'manager' OR EXISTS (
        SELECT FROM applications AS a
        WHERE a.tenant_id = decision_changes.tenant_id AND a.id = decision_changes.application_id
          AND a.call_id <> ALL ((SELECT calls_too_near(acting_role(), acting_person()))::uuid[])));
CREATE POLICY nobody_decides_where_they_applied ON appeals AS RESTRICTIVE
    USING (acting_role() <> 'manager' OR EXISTS (
        SELECT FROM applications AS a
        WHERE a.tenant_id = appeals.tenant_id AND a.id = appeals.application_id
          AND a.call_id <> ALL ((SELECT calls_too_near(acting_role(), acting_person()))::uuid[])));

-- The trail would say the same again.
CREATE POLICY nobody_reads_the_trail_where_they_applied ON audit_events AS RESTRICTIVE FOR SELECT
    USING (noun NOT IN (
            'decision_batches', 'prepared_decisions', 'decisions', 'waiting_applications', 'freed_places',
            'decision_changes', 'appeals')
        OR (SELECT calls_too_near(acting_role(), acting_person()))::uuid[] = '{}');

-- What is on record of an application without moving it.
ALTER TABLE application_events ADD COLUMN occasion text
    CONSTRAINT occasion_is_known CHECK (occasion IN ('appealed', 'upheld'));
