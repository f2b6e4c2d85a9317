-- A second answer reaches everything that was decided: what was found not eligible can be appealed as a rejection can, and an
-- offer that was answered changes by two people as one that was not.

-- Until when somebody who was found not eligible may appeal: as many days as the call gives after a rejection. The days are kept
-- as long as the letter about it waits for a look: they begin anew when it goes out.
ALTER TABLE applications ADD COLUMN appeal_until timestamptz
    CONSTRAINT screenings_can_be_appealed CHECK (appeal_until IS NULL OR state = 'ineligible');
ALTER TABLE applications ADD COLUMN appeal_days integer
    CONSTRAINT days_to_appeal_wait_for_their_letter CHECK (appeal_days IS NULL OR appeal_until IS NOT NULL);

-- As `system`: a founder does not read the batches that the days stand in.
CREATE FUNCTION days_to_appeal_screening(tenant uuid, call uuid) RETURNS integer LANGUAGE sql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
    SELECT coalesce((SELECT b.appeal_days FROM decision_batches AS b
                     WHERE b.tenant_id = tenant AND b.call_id = call
                     ORDER BY b.opened_at DESC, b.id DESC LIMIT 1), 14)
$$;
REVOKE ALL ON FUNCTION days_to_appeal_screening(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION days_to_appeal_screening(uuid, uuid) TO trellis_app;

-- What was screened again after an appeal is not appealed a second time.
CREATE FUNCTION date_appeal_of_screening() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    days integer := CASE WHEN NEW.state = 'ineligible' AND NOT EXISTS (
        SELECT FROM appeals AS p
        WHERE p.tenant_id = NEW.tenant_id AND p.application_id = NEW.id AND p.subject = 'screening')
        THEN days_to_appeal_screening(NEW.tenant_id, NEW.call_id) END;
BEGIN
    NEW.appeal_until := now() + days * interval '1 day';
    NEW.appeal_days := nullif(days, 0);
    RETURN NEW;
END $$;
CREATE TRIGGER screenings_can_be_appealed BEFORE UPDATE OF state ON applications
    FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state AND 'ineligible' IN (OLD.state, NEW.state))
    EXECUTE FUNCTION date_appeal_of_screening();

-- The days begin when the first letter about it is let go, or kept for good.
CREATE FUNCTION begin_days_to_appeal() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    UPDATE applications SET appeal_until = now() + appeal_days * interval '1 day', appeal_days = NULL
    WHERE tenant_id = NEW.tenant_id AND id = NEW.about_id AND state = 'ineligible' AND appeal_days IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER letters_begin_the_days_to_appeal AFTER UPDATE OF released_at, cancelled_at ON letters
    FOR EACH ROW WHEN (OLD.released_at IS NULL AND OLD.cancelled_at IS NULL AND NEW.about_noun = 'application'
                       AND NEW.kind = 'decision' AND (NEW.released_at IS NOT NULL OR NEW.cancelled_at IS NOT NULL))
    EXECUTE FUNCTION begin_days_to_appeal();

-- What is appealed. Each is appealed once: whoever was let in again by an appeal may be rejected later, and appeal that.
ALTER TABLE appeals ADD COLUMN subject text NOT NULL DEFAULT 'decision'
    CONSTRAINT subject_is_known CHECK (subject IN ('screening', 'decision'));
-- Partners who co-decide are asked about decisions; the conditions of a call are the park's to apply.
ALTER TABLE appeal_proposals ADD COLUMN subject text NOT NULL DEFAULT 'decision'
    CONSTRAINT partners_answer_for_decisions CHECK (subject = 'decision');
ALTER TABLE appeal_proposals DROP CONSTRAINT appeal_proposals_tenant_id_application_id_fkey;
ALTER TABLE appeals DROP CONSTRAINT appeals_pkey,
    ADD CONSTRAINT appeals_pkey PRIMARY KEY (tenant_id, application_id, subject);
ALTER TABLE appeal_proposals ADD FOREIGN KEY (tenant_id, application_id, subject)
    REFERENCES appeals (tenant_id, application_id, subject);

CREATE OR REPLACE FUNCTION check_appeal() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    decision decisions;
    application applications;
BEGIN
    SELECT * INTO decision FROM decisions WHERE tenant_id = NEW.tenant_id AND application_id = NEW.application_id;
    IF TG_OP = 'INSERT' THEN
        SELECT * INTO application FROM applications WHERE tenant_id = NEW.tenant_id AND id = NEW.application_id;
        NEW.subject := CASE application.state WHEN 'ineligible' THEN 'screening' ELSE 'decision' END;
        IF coalesce(now() > CASE WHEN NEW.subject = 'decision' THEN decision.appeal_until
                                 WHEN application.appeal_days IS NULL THEN application.appeal_until ELSE now() END, true) THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'rejections_are_appealed_in_time',
                MESSAGE = 'there is no rejection that can still be appealed';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.verdict IS NOT NULL
        OR (NEW.subject, NEW.grounds, NEW.lodged_by) IS DISTINCT FROM (OLD.subject, OLD.grounds, OLD.lodged_by) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'appeals_are_answered_once',
            MESSAGE = 'an appeal is answered once';
    END IF;
    IF EXISTS (SELECT FROM decision_batches AS b WHERE b.tenant_id = NEW.tenant_id AND b.id = decision.batch_id
                 AND b.released_by = NEW.answered_by)
        OR EXISTS (SELECT FROM prepared_decisions AS p WHERE p.tenant_id = NEW.tenant_id
                     AND p.application_id = NEW.application_id AND p.prepared_by = NEW.answered_by)
        OR EXISTS (SELECT FROM decision_changes AS c WHERE c.tenant_id = NEW.tenant_id
                     AND c.application_id = NEW.application_id AND c.confirmed_at IS NOT NULL
                     AND NEW.answered_by IN (c.proposed_by, c.confirmed_by))
        OR NEW.subject = 'screening' AND EXISTS (
            SELECT FROM application_events AS e
            WHERE e.tenant_id = NEW.tenant_id AND e.application_id = NEW.application_id AND e.occasion IS NULL
              AND e.to_state = 'ineligible' AND e.person_id = NEW.answered_by) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'appeals_are_heard_by_somebody_else',
            MESSAGE = 'who decided does not hear the appeal';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER appeals_are_answered_with_their_partners ON appeals;
CREATE TRIGGER appeals_are_answered_with_their_partners BEFORE UPDATE OF verdict ON appeals
    FOR EACH ROW WHEN (acts_as('manager') AND OLD.verdict IS NULL AND NEW.verdict IS NOT NULL AND NEW.subject = 'decision')
    EXECUTE FUNCTION check_appeal_is_agreed();

-- What was screened out comes back by an appeal alone, to where it was screened from; nobody hands it in a second time.
CREATE FUNCTION check_screening_is_reopened() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF NEW.state <> 'submitted' OR NOT EXISTS (
        SELECT FROM appeals AS p
        WHERE p.tenant_id = NEW.tenant_id AND p.application_id = NEW.id AND p.subject = 'screening'
          AND p.verdict = 'reopened' AND p.answered_at = now()) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'screenings_are_reopened_by_an_appeal',
            MESSAGE = 'what was found not eligible is screened again after an appeal alone';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER screenings_are_reopened_by_an_appeal BEFORE UPDATE OF state ON applications
    FOR EACH ROW WHEN (OLD.state = 'ineligible' AND NEW.state <> 'ineligible' AND acts_as('manager', 'founder'))
    EXECUTE FUNCTION check_screening_is_reopened();
DROP TRIGGER each_side_makes_its_own_moves ON applications;
CREATE TRIGGER each_side_makes_its_own_moves BEFORE UPDATE OF state ON applications
    FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state AND OLD.state <> 'changes_requested'
        -- A screening that an appeal reopens, the park takes back.
        AND NOT (OLD.state = 'ineligible' AND acts_as('manager')))
    EXECUTE FUNCTION check_application_move();

-- As it was, but that partners answer appeals against decisions alone.
CREATE OR REPLACE FUNCTION joint_revisions()
    RETURNS TABLE (revision_id uuid, kind text, call_title jsonb, time_zone text, application_id uuid, startup jsonb,
                   proposed_at timestamptz, stood text, stood_stream jsonb, stood_note text, outcome text, stream jsonb,
                   rank integer, award_minor bigint, currency text, last_day date, note text, reason text, grounds text,
                   version bytea, opinion_id uuid, is_current boolean)
    LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system' AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM memberships AS m
                   WHERE m.id = acting_membership() AND m.tenant_id = acting_tenant() AND m.person_id = acting_person()
                     AND m.institution_id = acting_institution() AND m.role = 'partner' AND m.ended_at IS NULL) THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT r.revision_id, r.kind, k.title, k.time_zone, r.application_id, i.names, r.proposed_at, d.outcome, was.name,
           CASE WHEN acting_institution() IN (
               SELECT co_deciders(ARRAY(SELECT s FROM streams_of_decision(r.application_id, d.stream_id) AS s))) THEN d.note END,
           coalesce(c.outcome, q.verdict), becomes.name, c.rank, c.award_minor,
           CASE WHEN c.award_minor IS NOT NULL THEN b.currency END, c.last_day, coalesce(c.note, q.answer), c.reason, p.grounds,
           r.version, s.opinion_id, s.is_current
    FROM open_revisions() AS r
    CROSS JOIN LATERAL partners_of_revision(r.revision_id) AS s
    JOIN calls AS k ON k.tenant_id = acting_tenant() AND k.id = r.call_id
    JOIN applications AS a ON a.tenant_id = k.tenant_id AND a.id = r.application_id
    JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
    JOIN decisions AS d ON d.tenant_id = a.tenant_id AND d.application_id = a.id
    JOIN decision_batches AS b ON b.tenant_id = d.tenant_id AND b.id = d.batch_id
    LEFT JOIN streams AS was ON was.tenant_id = d.tenant_id AND was.id = d.stream_id
    LEFT JOIN decision_changes AS c ON r.kind = 'change' AND c.tenant_id = a.tenant_id AND c.id = r.revision_id
    LEFT JOIN streams AS becomes ON becomes.tenant_id = c.tenant_id AND becomes.id = c.stream_id
    LEFT JOIN appeals AS p ON r.kind = 'appeal' AND p.tenant_id = a.tenant_id AND p.application_id = a.id
        AND p.subject = 'decision'
    LEFT JOIN appeal_proposals AS q ON q.tenant_id = p.tenant_id AND q.application_id = p.application_id
    WHERE s.institution_id = acting_institution() AND r.call_id <> ALL (calls_too_near('manager', acting_person()));
END $$;

-- What a place came with is noted with it: a decision that takes the offer back no longer says so. And an application may be
-- offered a place again until the day of an offer that it gave up.
ALTER TABLE freed_places ADD COLUMN award_minor bigint, ADD COLUMN currency text,
    DROP CONSTRAINT cause_is_known, DROP CONSTRAINT freed_places_pkey,
    ADD CONSTRAINT cause_is_known CHECK (cause IN ('lapsed', 'given_up', 'taken_back')),
    ADD CONSTRAINT awards_of_places_have_a_currency CHECK ((award_minor IS NULL) = (currency IS NULL)),
    ADD PRIMARY KEY (tenant_id, application_id, offer_expires_at, freed_at);

-- An offer that is taken back frees its place, whether it was accepted or not; so does one that moves to another stream, and
-- takes its award along. As `system`: managers only read what is free.
CREATE FUNCTION free_place_taken_back() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    INSERT INTO freed_places (
        tenant_id, application_id, offer_expires_at, call_id, cause, stream_id, award_minor, currency)
    SELECT a.tenant_id, a.id, a.offer_expires_at, a.call_id,
           CASE WHEN a.state = 'declined' THEN 'given_up'
                WHEN a.state = 'offered' AND a.offer_expires_at < now() THEN 'lapsed' ELSE 'taken_back' END,
           OLD.stream_id, CASE WHEN NEW.outcome <> 'offer' THEN OLD.award_minor END,
           CASE WHEN NEW.outcome <> 'offer' THEN OLD.currency END
    FROM applications AS a
    WHERE a.tenant_id = OLD.tenant_id AND a.id = OLD.application_id AND a.offer_expires_at IS NOT NULL
      AND a.state IN ('offered', 'accepted', 'declined')
      AND NOT EXISTS (SELECT FROM freed_places AS f
                      WHERE f.tenant_id = a.tenant_id AND f.application_id = a.id
                        AND f.offer_expires_at = a.offer_expires_at AND f.freed_at >= OLD.released_at
                        AND f.stream_id IS NOT DISTINCT FROM OLD.stream_id);
    RETURN NULL;
END $$;
CREATE TRIGGER places_taken_back_are_free AFTER UPDATE OF outcome, stream_id ON decisions
    FOR EACH ROW WHEN (OLD.outcome = 'offer' AND (
        NEW.outcome <> 'offer' OR OLD.stream_id IS NOT NULL AND OLD.stream_id IS DISTINCT FROM NEW.stream_id))
    EXECUTE FUNCTION free_place_taken_back();

-- Whoever is offered a place again while the one they had in that stream is free has it again.
CREATE FUNCTION retake_place() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    UPDATE freed_places AS f SET filled_with = NEW.id, filled_at = now()
    WHERE f.tenant_id = NEW.tenant_id AND f.application_id = NEW.id
      AND (f.offer_expires_at, f.freed_at) = (
          SELECT l.offer_expires_at, l.freed_at FROM freed_places AS l
          LEFT JOIN decisions AS d ON d.tenant_id = l.tenant_id AND d.application_id = l.application_id
          WHERE l.tenant_id = NEW.tenant_id AND l.application_id = NEW.id AND l.filled_at IS NULL
            AND l.stream_id IS NOT DISTINCT FROM d.stream_id
          ORDER BY l.freed_at DESC, l.offer_expires_at DESC LIMIT 1);
    RETURN NULL;
END $$;
CREATE TRIGGER places_are_taken_again AFTER UPDATE OF state, offer_expires_at ON applications
    FOR EACH ROW WHEN (acts_as('manager') AND NEW.state = 'offered'
        AND (OLD.state <> 'offered' OR NEW.offer_expires_at IS DISTINCT FROM OLD.offer_expires_at))
    EXECUTE FUNCTION retake_place();

-- What a startup answered changes by two people as well, until it is enrolled.
CREATE FUNCTION check_answered_offer_is_changed() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM decision_changes AS c
                   WHERE c.tenant_id = NEW.tenant_id AND c.application_id = NEW.id AND c.confirmed_at = now()) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'released_decisions_change_by_two',
            MESSAGE = 'what was released changes only when a second manager confirms it';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER answered_offers_change_by_two BEFORE UPDATE OF state ON applications
    FOR EACH ROW WHEN (acts_as('manager') AND OLD.state IN ('accepted', 'declined')
        AND NEW.state NOT IN ('accepted', 'declined'))
    EXECUTE FUNCTION check_answered_offer_is_changed();
DROP TRIGGER enrolled_startups_keep_their_place ON applications;
CREATE TRIGGER enrolled_startups_keep_their_place BEFORE UPDATE OF state ON applications
    FOR EACH ROW WHEN (OLD.state = 'accepted' AND NEW.state <> 'accepted') EXECUTE FUNCTION check_place_is_given_back();

CREATE FUNCTION check_change_comes_before_enrolment() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF EXISTS (SELECT FROM enrolments WHERE tenant_id = NEW.tenant_id AND application_id = NEW.application_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'enrolled_startups_keep_their_place',
            MESSAGE = 'the startup has been enrolled';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER enrolled_startups_keep_their_place BEFORE INSERT ON decision_changes
    FOR EACH ROW EXECUTE FUNCTION check_change_comes_before_enrolment();

-- FOR SHARE, so that a place is not taken back while its startup is enrolled.
CREATE FUNCTION check_enrolled_is_accepted() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE stands text;
BEGIN
    SELECT state INTO stands FROM applications
    WHERE tenant_id = NEW.tenant_id AND id = NEW.application_id FOR SHARE;
    IF stands <> 'accepted' THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'who_accepted_is_enrolled',
            MESSAGE = 'the startup has not accepted a place';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER who_accepted_is_enrolled BEFORE INSERT ON enrolments
    FOR EACH ROW WHEN (acts_as('manager')) EXECUTE FUNCTION check_enrolled_is_accepted();

-- Whoever was found not eligible has the rest of their days, where they are not over; places that are free come with what they came with.
DO $$
DECLARE park uuid;
BEGIN
    PERFORM set_config('trellis.role', 'operator', true);
    FOR park IN SELECT id FROM tenants LOOP
        PERFORM set_config('trellis.tenant', park::text, true), set_config('trellis.role', 'system', true);
        UPDATE applications AS a
        SET appeal_until = e.at + days_to_appeal_screening(park, a.call_id) * interval '1 day'
        FROM (SELECT application_id, max(at) AS at FROM application_events
              WHERE tenant_id = park AND to_state = 'ineligible' GROUP BY application_id) AS e
        WHERE a.tenant_id = park AND a.id = e.application_id AND a.state = 'ineligible'
          AND e.at > now() - days_to_appeal_screening(park, a.call_id) * interval '1 day';
        UPDATE freed_places AS f SET award_minor = d.award_minor, currency = d.currency
        FROM decisions AS d
        WHERE f.tenant_id = park AND f.filled_at IS NULL AND d.tenant_id = park AND d.application_id = f.application_id
          AND d.award_minor IS NOT NULL;
        PERFORM set_config('trellis.role', 'operator', true);
    END LOOP;
    PERFORM set_config('trellis.tenant', '', true), set_config('trellis.role', '', true);
END $$;
