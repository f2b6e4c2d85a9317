-- Joint streams: a partner's own deadline within a call, its say in what comes after the release, and until when it answers.

-- When a stream of a call closes, where that is before the call; with the call's zone and grace.
ALTER TABLE offered_streams ADD COLUMN closes_at timestamptz;

-- As it was, but for the closing of a stream, which moves later as that of a call does.
CREATE OR REPLACE FUNCTION check_offered_streams_are_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE published timestamptz;
BEGIN
    SELECT published_at INTO published FROM calls
    WHERE tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id) AND id = coalesce(NEW.call_id, OLD.call_id) FOR SHARE;
    IF published IS NOT NULL AND NOT (
        TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'closes_at' = to_jsonb(OLD) - 'closes_at'
        AND coalesce(NEW.closes_at > OLD.closes_at, false)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'offered_streams_stand_once_published',
            MESSAGE = 'the streams of a published call stand';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

-- At the end of the transaction: call and streams are revised one after the other.
CREATE FUNCTION check_closing_of_streams() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF EXISTS (SELECT FROM offered_streams AS o
               JOIN calls AS c ON c.tenant_id = o.tenant_id AND c.id = o.call_id
               WHERE o.tenant_id = NEW.tenant_id
                 AND o.call_id = CASE TG_TABLE_NAME WHEN 'calls' THEN to_jsonb(NEW) ->> 'id'
                                                    ELSE to_jsonb(NEW) ->> 'call_id' END::uuid
                 AND (o.closes_at <= c.opens_at OR o.closes_at > c.closes_at)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'streams_close_within_their_call',
            MESSAGE = 'a stream closes after its call opens and not after the call';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER streams_close_within_their_call AFTER INSERT OR UPDATE OF closes_at ON offered_streams
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.closes_at IS NOT NULL)
    EXECUTE FUNCTION check_closing_of_streams();
CREATE CONSTRAINT TRIGGER streams_close_within_their_call AFTER UPDATE OF opens_at, closes_at ON calls
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.opens_at <> OLD.opens_at OR NEW.closes_at <> OLD.closes_at)
    EXECUTE FUNCTION check_closing_of_streams();

-- Which stream was extended; NULL for the call.
ALTER TABLE call_extensions ADD COLUMN stream_id uuid,
    ADD CONSTRAINT extensions_are_of_an_offered_stream
        FOREIGN KEY (tenant_id, call_id, stream_id) REFERENCES offered_streams (tenant_id, call_id, stream_id);

-- The last wall behind the service's own check. Imports and jobs carry history and are not held to it.
CREATE FUNCTION check_submission_names_open_streams() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE late record;
BEGIN
    SELECT s.name, to_char(o.closes_at AT TIME ZONE c.time_zone, 'YYYY-MM-DD HH24:MI') AS closed, c.time_zone INTO late
    FROM stream_choices AS k
    JOIN offered_streams AS o ON o.tenant_id = k.tenant_id AND o.call_id = k.call_id AND o.stream_id = k.stream_id
    JOIN calls AS c ON c.tenant_id = o.tenant_id AND c.id = o.call_id
    JOIN streams AS s ON s.tenant_id = o.tenant_id AND s.id = o.stream_id
    WHERE k.tenant_id = NEW.tenant_id AND k.application_id = NEW.id
      AND now() > o.closes_at + c.grace_seconds * interval '1 second'
    ORDER BY k.rank LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'submissions_name_open_streams',
            MESSAGE = format('the stream %s closed at %s (%s)',
                coalesce(late.name ->> 'en', late.name ->> 'zh-Hant', late.name ->> 'ja'), late.closed, late.time_zone);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER submissions_name_open_streams BEFORE UPDATE OF state ON applications
    FOR EACH ROW WHEN (NEW.state = 'submitted' AND OLD.state = 'draft' AND acts_as('founder'))
    EXECUTE FUNCTION check_submission_names_open_streams();

-- That the founders of a draft were told that a stream closes which it names, once for each occasion.
CREATE TABLE stream_reminders (
    tenant_id      uuid NOT NULL,
    application_id uuid NOT NULL,
    stream_id      uuid NOT NULL,
    occasion       text NOT NULL,
    reminded_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, application_id, stream_id, occasion),
    FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT stream_occasion_is_known CHECK (occasion IN ('closes_in_7_days', 'closes_in_1_day', 'closes_in_2_hours'))
);
CALL wall_table('stream_reminders');
-- Which streams a draft names is closed to managers, and so is what its founders are told of them.
DROP TRIGGER audit_inserted ON stream_reminders;
DROP TRIGGER audit_changed ON stream_reminders;
CREATE TRIGGER audit_inserted AFTER INSERT ON stream_reminders
    FOR EACH ROW EXECUTE FUNCTION audit_without('application_id', '{tenant_id,application_id,stream_id}');
CREATE TRIGGER audit_changed AFTER UPDATE OR DELETE ON stream_reminders
    FOR EACH ROW EXECUTE FUNCTION audit_without('application_id', '{tenant_id,application_id,stream_id}');

-- A rank that partners agreed to with the batch is not another afterwards: places that become free go by it without asking
-- them again. Who is put on the list later comes by a change, which they agree to.
CREATE FUNCTION check_waiting_list_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'released_decisions_change_by_two',
        MESSAGE = 'the order of the waiting list was released';
END $$;
CREATE TRIGGER the_waiting_list_stands BEFORE UPDATE ON waiting_applications
    FOR EACH ROW WHEN (acts_as('manager')) EXECUTE FUNCTION check_waiting_list_stands();

-- What a manager means to answer to an appeal, where partners have a say in it.
CREATE TABLE appeal_proposals (
    tenant_id      uuid NOT NULL,
    application_id uuid NOT NULL,
    verdict        text NOT NULL,
    answer         text NOT NULL,
    proposed_at    timestamptz NOT NULL DEFAULT now(),
    proposed_by    uuid NOT NULL,
    PRIMARY KEY (tenant_id, application_id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES appeals (tenant_id, application_id),
    CONSTRAINT verdict_is_known CHECK (verdict IN ('upheld', 'reopened')),
    CONSTRAINT verdicts_are_explained CHECK (answer <> '')
);

-- What a partner says to what is to become of a released decision: a change, by its id, or the answer to an appeal, by the id
-- of the application. It says something else as often as it likes; the last counts.
CREATE TABLE revision_opinions (
    tenant_id      uuid NOT NULL,
    revision_id    uuid NOT NULL,
    id             uuid NOT NULL,
    application_id uuid NOT NULL,
    institution_id uuid NOT NULL,
    stance         text NOT NULL,
    words          text,
    -- What it was said to, see `open_revisions`.
    version        bytea NOT NULL,
    given_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    given_by       uuid NOT NULL,
    PRIMARY KEY (tenant_id, revision_id, id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id),
    FOREIGN KEY (tenant_id, institution_id) REFERENCES institutions (tenant_id, id),
    CONSTRAINT stance_is_known CHECK (stance IN ('for', 'against')),
    CONSTRAINT objections_are_explained CHECK (stance = 'for' OR words IS NOT NULL),
    CONSTRAINT opinions_say_something CHECK (words <> '')
);
CREATE INDEX revision_opinions_of_a_partner ON revision_opinions (tenant_id, revision_id, institution_id, given_at);

-- The streams that a decision is about: that of its place; all that the applicant chose where it gives none; that of the call
-- where it offers no choice.
CREATE FUNCTION streams_of_decision(application uuid, place uuid) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    SELECT place WHERE place IS NOT NULL
    UNION
    SELECT k.stream_id FROM stream_choices AS k
    WHERE place IS NULL AND k.tenant_id = acting_tenant() AND k.application_id = application
    UNION
    SELECT c.stream_id FROM applications AS a JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
    WHERE a.tenant_id = acting_tenant() AND a.id = application
      AND NOT EXISTS (SELECT FROM offered_streams AS o WHERE o.tenant_id = c.tenant_id AND o.call_id = c.id)
$$;

-- The partners that co-decide in some of these streams, as long as the agreement they take part under is in force.
CREATE FUNCTION co_deciders(streams uuid[]) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    SELECT DISTINCT p.institution_id
    FROM stream_partners AS p
    JOIN tenants AS t ON t.id = p.tenant_id
    JOIN mous AS m ON m.tenant_id = p.tenant_id AND m.id = p.mou_id
        AND mou_is_in_force(m.state, m.effective_on, m.ends_on, m.terminated_on, (now() AT TIME ZONE t.time_zone)::date)
    WHERE p.tenant_id = acting_tenant() AND p.co_decides AND p.stream_id = ANY (streams)
$$;

-- What waits to become of released decisions, with what it is about and what somebody agrees to who agrees to it.
CREATE FUNCTION open_revisions()
    RETURNS TABLE (revision_id uuid, kind text, application_id uuid, call_id uuid, proposed_at timestamptz, streams uuid[],
                   version bytea)
    LANGUAGE sql STABLE AS $$
    SELECT c.id, 'change', c.application_id, a.call_id, c.proposed_at,
           ARRAY(SELECT s FROM streams_of_decision(c.application_id, d.stream_id) AS s
                 UNION SELECT s FROM streams_of_decision(c.application_id, c.stream_id) AS s),
           sha256(convert_to(jsonb_build_array(
               c.id, c.outcome, c.stream_id, c.rank, c.award_minor, c.last_day, c.note, c.reason,
               d.batch_id, d.outcome, d.stream_id, d.award_minor, d.currency, d.last_day, d.note)::text, 'UTF8'))
    FROM decision_changes AS c
    JOIN applications AS a ON a.tenant_id = c.tenant_id AND a.id = c.application_id
    JOIN decisions AS d ON d.tenant_id = c.tenant_id AND d.application_id = c.application_id
    WHERE c.tenant_id = acting_tenant() AND c.confirmed_at IS NULL AND c.refused_at IS NULL
    UNION ALL
    SELECT p.application_id, 'appeal', p.application_id, a.call_id, r.proposed_at,
           ARRAY(SELECT s FROM streams_of_decision(p.application_id, NULL) AS s),
           sha256(convert_to(jsonb_build_array(p.application_id, p.grounds, r.verdict, r.answer)::text, 'UTF8'))
    FROM appeals AS p
    JOIN appeal_proposals AS r ON r.tenant_id = p.tenant_id AND r.application_id = p.application_id
    JOIN applications AS a ON a.tenant_id = p.tenant_id AND a.id = p.application_id
    WHERE p.tenant_id = acting_tenant() AND p.verdict IS NULL
$$;

-- The partners without whom it does not come to that, with the last that each said and whether it was said to what is proposed.
CREATE FUNCTION partners_of_revision(revision uuid)
    RETURNS TABLE (institution_id uuid, opinion_id uuid, is_current boolean, agrees boolean) LANGUAGE sql STABLE AS $$
    SELECT s.institution_id, o.id, coalesce(o.version = r.version, false),
           coalesce(o.version = r.version AND o.stance = 'for', false)
    FROM open_revisions() AS r
    CROSS JOIN LATERAL co_deciders(r.streams) AS s (institution_id)
    LEFT JOIN LATERAL (
        SELECT o.id, o.version, o.stance FROM revision_opinions AS o
        WHERE o.tenant_id = acting_tenant() AND o.revision_id = r.revision_id AND o.institution_id = s.institution_id
        ORDER BY o.given_at DESC, o.id LIMIT 1) AS o ON true
    WHERE r.revision_id = revision
$$;

-- What of that waits for the partner whose staff ask: their seat says who they are, not what they say. Nothing of a call to which
-- a startup of their own applied.
CREATE FUNCTION joint_revisions()
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
    SELECT r.revision_id, r.kind, k.title, k.time_zone, r.application_id, i.names, r.proposed_at, d.outcome, was.name, d.note,
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
    LEFT JOIN appeal_proposals AS q ON q.tenant_id = p.tenant_id AND q.application_id = p.application_id
    WHERE s.institution_id = acting_institution() AND r.call_id <> ALL (calls_too_near('manager', acting_person()));
END $$;
REVOKE ALL ON FUNCTION streams_of_decision(uuid, uuid), co_deciders(uuid[]), open_revisions(), partners_of_revision(uuid),
    joint_revisions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION streams_of_decision(uuid, uuid), co_deciders(uuid[]), open_revisions(), partners_of_revision(uuid),
    joint_revisions() TO trellis_app;

-- An opinion is about what is proposed. FOR SHARE, so that it is not settled meanwhile.
CREATE FUNCTION check_revision_opinion() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE stands record;
BEGIN
    PERFORM FROM decision_changes WHERE tenant_id = NEW.tenant_id AND id = NEW.revision_id FOR SHARE;
    PERFORM FROM appeals WHERE tenant_id = NEW.tenant_id AND application_id = NEW.revision_id FOR SHARE;
    SELECT j.version, j.application_id INTO stands FROM joint_revisions() AS j WHERE j.revision_id = NEW.revision_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'partners_speak_where_they_are_asked',
            MESSAGE = 'the partner has no say in this';
    END IF;
    IF stands.version <> NEW.version THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'opinions_are_about_what_is_proposed',
            MESSAGE = 'something else is proposed by now';
    END IF;
    NEW.application_id := stands.application_id;
    RETURN NEW;
END $$;
CREATE TRIGGER opinions_are_about_what_is_proposed BEFORE INSERT ON revision_opinions
    FOR EACH ROW EXECUTE FUNCTION check_revision_opinion();

-- No second manager confirms what a partner that co-decides has not agreed to. The row is locked by its update.
CREATE FUNCTION check_change_is_agreed() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF EXISTS (SELECT FROM partners_of_revision(NEW.id) AS s WHERE NOT s.agrees) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'decisions_change_with_their_partners',
            MESSAGE = 'a partner that co-decides has not agreed to the change';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decisions_change_with_their_partners BEFORE UPDATE OF confirmed_at ON decision_changes
    FOR EACH ROW WHEN (acts_as('manager') AND OLD.confirmed_at IS NULL AND NEW.confirmed_at IS NOT NULL)
    EXECUTE FUNCTION check_change_is_agreed();

-- Nor is an appeal answered otherwise than was agreed.
CREATE FUNCTION check_appeal_is_agreed() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF EXISTS (SELECT FROM co_deciders(ARRAY(SELECT s FROM streams_of_decision(NEW.application_id, NULL) AS s)))
       AND (EXISTS (SELECT FROM partners_of_revision(NEW.application_id) AS s WHERE NOT s.agrees)
            OR NOT EXISTS (SELECT FROM appeal_proposals AS r
                           WHERE r.tenant_id = NEW.tenant_id AND r.application_id = NEW.application_id
                             AND r.verdict = NEW.verdict AND r.answer = NEW.answer)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'appeals_are_answered_with_their_partners',
            MESSAGE = 'a partner that co-decides has not agreed to the answer';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER appeals_are_answered_with_their_partners BEFORE UPDATE OF verdict ON appeals
    FOR EACH ROW WHEN (acts_as('manager') AND OLD.verdict IS NULL AND NEW.verdict IS NOT NULL)
    EXECUTE FUNCTION check_appeal_is_agreed();

CALL wall_table('appeal_proposals');
CALL wall_table('revision_opinions');
REVOKE DELETE ON appeal_proposals FROM trellis_app;
REVOKE UPDATE, DELETE ON revision_opinions FROM trellis_app;
CREATE POLICY the_managers_propose_answers ON appeal_proposals USING (acts_as('manager'))
    WITH CHECK (acts_as('manager') AND proposed_by = acting_person());
CREATE POLICY the_managers_read_opinions ON revision_opinions FOR SELECT USING (acts_as('manager'));
CREATE POLICY partners_read_their_opinions ON revision_opinions FOR SELECT
    USING (acts_as('partner') AND institution_id = acting_institution());
CREATE POLICY partners_give_their_opinion ON revision_opinions FOR INSERT
    WITH CHECK (acts_as('partner') AND institution_id = acting_institution() AND given_by = acting_person());
CREATE POLICY nobody_decides_where_they_applied ON appeal_proposals AS RESTRICTIVE
    USING (NOT acts_as('manager') OR EXISTS (
        SELECT FROM appeals AS p
        WHERE p.tenant_id = appeal_proposals.tenant_id AND p.application_id = appeal_proposals.application_id));
CREATE POLICY nobody_decides_where_they_applied ON revision_opinions AS RESTRICTIVE
    USING (NOT acts_as('manager') OR EXISTS (
        SELECT FROM applications AS a
        WHERE a.tenant_id = revision_opinions.tenant_id AND a.id = revision_opinions.application_id
          AND a.call_id <> ALL ((SELECT calls_too_near(acting_role(), acting_person()))::uuid[])));
CREATE POLICY nobody_reads_of_revisions_where_they_applied ON audit_events AS RESTRICTIVE FOR SELECT
    USING (noun NOT IN ('appeal_proposals', 'revision_opinions')
        OR (SELECT calls_too_near(acting_role(), acting_person()))::uuid[] = '{}');

-- How many days a partner has to answer once it is asked, and whether its silence is consent then: agreed to with its seat.
ALTER TABLE stream_partners
    ADD COLUMN answer_days integer CONSTRAINT days_to_answer_are_a_reasonable_number CHECK (answer_days BETWEEN 1 AND 90),
    ADD COLUMN silence_consents boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT silence_consents_after_a_time
        CHECK (NOT silence_consents OR co_decides AND answer_days IS NOT NULL);

-- That a partner was asked about a batch, what it was asked about, and on which terms: those of that moment, which it was told.
CREATE TABLE batch_consultations (
    tenant_id        uuid NOT NULL,
    batch_id         uuid NOT NULL,
    institution_id   uuid NOT NULL,
    asked_at         timestamptz NOT NULL,
    asked_by         uuid NOT NULL,
    version          bytea NOT NULL,
    -- The last day on which it answers in time, where the call is; NULL for any.
    answer_by        date,
    silence_consents boolean NOT NULL,
    reminded_at      timestamptz,
    -- Why a manager takes its silence for consent.
    silence_reason   text,
    silence_noted_at timestamptz,
    silence_noted_by uuid,
    PRIMARY KEY (tenant_id, batch_id, institution_id, asked_at),
    FOREIGN KEY (tenant_id, batch_id) REFERENCES decision_batches (tenant_id, id),
    FOREIGN KEY (tenant_id, institution_id) REFERENCES institutions (tenant_id, id),
    CONSTRAINT silence_is_explained CHECK (
        silence_reason <> '' AND num_nonnulls(silence_reason, silence_noted_at, silence_noted_by) IN (0, 3))
);

-- The terms are the database's to say. A partner that takes part in several streams has the longest time any gives it, and its
-- silence is consent where all of them say so.
CREATE FUNCTION check_consultation() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE terms record;
BEGIN
    SELECT s.version, bool_and(p.silence_consents) AS silence_consents,
           CASE WHEN count(*) = count(p.answer_days)
                THEN (now() AT TIME ZONE c.time_zone)::date + max(p.answer_days) END AS answer_by
    INTO terms
    FROM decision_batches AS b
    JOIN calls AS c ON c.tenant_id = b.tenant_id AND c.id = b.call_id
    CROSS JOIN LATERAL partners_of_batch(b.id) AS s
    JOIN stream_partners AS p ON p.tenant_id = b.tenant_id AND p.institution_id = s.institution_id
        AND p.stream_id = ANY (s.streams)
    WHERE b.tenant_id = NEW.tenant_id AND b.id = NEW.batch_id AND s.institution_id = NEW.institution_id
    GROUP BY s.version, c.time_zone;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'partners_are_asked_where_they_have_a_say',
            MESSAGE = 'the partner has no say in this batch';
    END IF;
    NEW.asked_at := now();
    NEW.version := terms.version;
    NEW.answer_by := terms.answer_by;
    NEW.silence_consents := terms.silence_consents;
    RETURN NEW;
END $$;
CREATE TRIGGER partners_are_asked_where_they_have_a_say BEFORE INSERT ON batch_consultations
    FOR EACH ROW EXECUTE FUNCTION check_consultation();

-- The last that each partner of a batch was asked, and whether its time is over without a word on what it was asked about: what
-- it said to that, and what the batch has become since, are no silence.
CREATE FUNCTION last_consultations(batch uuid)
    RETURNS TABLE (institution_id uuid, asked_at timestamptz, answer_by date, silence_consents boolean, reminded_at timestamptz,
                   silence_reason text, is_silent boolean)
    LANGUAGE sql STABLE AS $$
    SELECT s.institution_id, k.asked_at, k.answer_by, k.silence_consents, k.reminded_at, k.silence_reason,
           coalesce(k.version = s.version AND NOT s.is_current
                    AND (now() AT TIME ZONE c.time_zone)::date > k.answer_by, false)
    FROM decision_batches AS b
    JOIN calls AS c ON c.tenant_id = b.tenant_id AND c.id = b.call_id
    CROSS JOIN LATERAL partners_of_batch(b.id) AS s
    CROSS JOIN LATERAL (
        SELECT k.asked_at, k.version, k.answer_by, k.silence_consents, k.reminded_at, k.silence_reason
        FROM batch_consultations AS k
        WHERE k.tenant_id = b.tenant_id AND k.batch_id = b.id AND k.institution_id = s.institution_id
        ORDER BY k.asked_at DESC LIMIT 1) AS k
    WHERE b.tenant_id = acting_tenant() AND b.id = batch
$$;

-- Silence is noted once it is one, of what was asked last.
CREATE FUNCTION check_silence() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    PERFORM FROM decision_batches WHERE tenant_id = NEW.tenant_id AND id = NEW.batch_id FOR NO KEY UPDATE;
    IF NOT EXISTS (SELECT FROM last_consultations(NEW.batch_id) AS k
                   WHERE k.institution_id = NEW.institution_id AND k.asked_at = NEW.asked_at
                     AND k.silence_consents AND k.is_silent) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'silence_consents_where_it_was_agreed',
            MESSAGE = 'the silence of the partner is no consent, or it has time to answer';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER silence_consents_where_it_was_agreed BEFORE UPDATE OF silence_reason ON batch_consultations
    FOR EACH ROW WHEN (acts_as('manager')) EXECUTE FUNCTION check_silence();

-- As it was, but for silence that was noted and has not been broken since, of the batch as it was asked about.
CREATE OR REPLACE FUNCTION check_partners_agree() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF EXISTS (SELECT FROM partners_of_batch(NEW.id) AS s
               WHERE s.co_decides AND NOT (s.is_current AND EXISTS (
                   SELECT FROM batch_opinions AS o
                   WHERE o.tenant_id = NEW.tenant_id AND o.batch_id = NEW.id AND o.id = s.opinion_id
                     AND o.stance = 'for'))
                 AND NOT EXISTS (
                   SELECT FROM last_consultations(NEW.id) AS k
                   WHERE k.institution_id = s.institution_id AND k.silence_consents AND k.is_silent
                     AND k.silence_reason IS NOT NULL)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'batches_are_released_with_their_partners',
            MESSAGE = 'a partner that co-decides has not agreed to the batch as it is';
    END IF;
    RETURN NEW;
END $$;

-- As it was, with until when the partner answers, and why its silence was taken for consent.
DROP FUNCTION joint_batches(text, uuid, uuid);
CREATE FUNCTION joint_batches(role text, institution uuid, person uuid)
    RETURNS TABLE (batch_id uuid, call_title jsonb, time_zone text, name text, places integer, currency text,
                   award_minor bigint, last_day date, consulted_at timestamptz, released_at timestamptz, co_decides boolean,
                   version bytea, decisions bigint, opinion_id uuid, is_current boolean, answer_by date,
                   silence_consents boolean, silence_reason text)
    LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system' AS $$
#variable_conflict use_column
BEGIN
    IF role IS DISTINCT FROM 'partner' THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT b.id, c.title, c.time_zone, b.name, b.places, b.currency, b.award_minor, b.last_day, b.consulted_at, b.released_at,
           s.co_decides, s.version, s.decisions, s.opinion_id, s.is_current, k.answer_by, coalesce(k.silence_consents, false),
           CASE WHEN NOT s.is_current THEN k.silence_reason END
    FROM decision_batches AS b
    JOIN calls AS c ON c.tenant_id = b.tenant_id AND c.id = b.call_id
    CROSS JOIN LATERAL partners_of_batch(b.id) AS s
    LEFT JOIN LATERAL (
        SELECT k.answer_by, k.silence_consents, k.silence_reason FROM batch_consultations AS k
        WHERE k.tenant_id = b.tenant_id AND k.batch_id = b.id AND k.institution_id = s.institution_id
        ORDER BY k.asked_at DESC LIMIT 1) AS k ON true
    WHERE b.tenant_id = acting_tenant() AND b.consulted_at IS NOT NULL AND s.institution_id = institution
      AND b.call_id <> ALL (calls_too_near('manager', person));
END $$;
REVOKE ALL ON FUNCTION joint_batches(text, uuid, uuid), last_consultations(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION joint_batches(text, uuid, uuid), last_consultations(uuid) TO trellis_app;

CALL wall_table('batch_consultations');
REVOKE UPDATE, DELETE ON batch_consultations FROM trellis_app;
GRANT UPDATE (reminded_at, silence_reason, silence_noted_at, silence_noted_by) ON batch_consultations TO trellis_app;
CREATE POLICY the_managers_ask_partners ON batch_consultations USING (acts_as('manager'))
    WITH CHECK (acts_as('manager') AND coalesce(silence_noted_by, asked_by) = acting_person());
CREATE POLICY nobody_decides_where_they_applied ON batch_consultations AS RESTRICTIVE
    USING (NOT acts_as('manager') OR EXISTS (
        SELECT FROM decision_batches AS b
        WHERE b.tenant_id = batch_consultations.tenant_id AND b.id = batch_consultations.batch_id));
CREATE POLICY nobody_reads_of_consultations_where_they_applied ON audit_events AS RESTRICTIVE FOR SELECT
    USING (noun <> 'batch_consultations' OR (SELECT calls_too_near(acting_role(), acting_person()))::uuid[] = '{}');
