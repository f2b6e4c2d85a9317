-- The staff of a partner hold seats, each bound to one of its streams: there they screen, advise and decide together with the
-- park, and nowhere else.

CREATE TABLE stream_seats (
    tenant_id      uuid NOT NULL,
    id             uuid NOT NULL DEFAULT gen_random_uuid(),
    stream_id      uuid NOT NULL,
    institution_id uuid NOT NULL,
    person_id      uuid NOT NULL REFERENCES people (id),
    -- Who leaves the partner and comes back is given a seat anew.
    membership_id  uuid NOT NULL REFERENCES memberships (id),
    given_at       timestamptz NOT NULL DEFAULT now(),
    given_by       uuid REFERENCES people (id),
    ended_at       timestamptz,
    ended_by       uuid REFERENCES people (id),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, stream_id) REFERENCES streams (tenant_id, id),
    FOREIGN KEY (tenant_id, institution_id) REFERENCES institutions (tenant_id, id)
);
CREATE UNIQUE INDEX stream_seats_are_held_once ON stream_seats (tenant_id, stream_id, membership_id) WHERE ended_at IS NULL;
CREATE INDEX stream_seats_of_a_membership ON stream_seats (membership_id) WHERE ended_at IS NULL;

-- Whoever took part until now goes on doing so.
ALTER TABLE memberships NO FORCE ROW LEVEL SECURITY;
ALTER TABLE stream_partners NO FORCE ROW LEVEL SECURITY;
INSERT INTO stream_seats (tenant_id, stream_id, institution_id, person_id, membership_id)
SELECT p.tenant_id, p.stream_id, p.institution_id, m.person_id, m.id
FROM stream_partners AS p
JOIN memberships AS m ON m.tenant_id = p.tenant_id AND m.institution_id = p.institution_id AND m.role = 'partner'
    AND m.ended_at IS NULL;
ALTER TABLE memberships FORCE ROW LEVEL SECURITY;
ALTER TABLE stream_partners FORCE ROW LEVEL SECURITY;

-- Whose seat it is, is the database's to say. What has ended stands.
CREATE FUNCTION check_stream_seat() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.ended_at IS NOT NULL
           OR to_jsonb(NEW) - '{ended_at,ended_by}'::text[] <> to_jsonb(OLD) - '{ended_at,ended_by}'::text[] THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'stream_seats_only_end',
                MESSAGE = 'a seat in a stream stands as it was given until it ends';
        END IF;
        RETURN NEW;
    END IF;
    PERFORM FROM stream_partners AS p JOIN streams AS s ON s.tenant_id = p.tenant_id AND s.id = p.stream_id
    WHERE p.tenant_id = NEW.tenant_id AND p.stream_id = NEW.stream_id AND p.institution_id = NEW.institution_id
      AND s.ended_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'stream_seats_are_of_its_partners',
            MESSAGE = 'the institution takes no part in the stream';
    END IF;
    SELECT m.id INTO NEW.membership_id
    FROM memberships AS m JOIN people AS who ON who.id = m.person_id AND who.disabled_at IS NULL
    WHERE m.tenant_id = NEW.tenant_id AND m.institution_id = NEW.institution_id AND m.person_id = NEW.person_id
      AND m.role = 'partner' AND m.ended_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'stream_seats_are_for_staff_of_the_partner',
            MESSAGE = 'the person is not of the partner''s staff';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stream_seats_are_for_staff_of_the_partner BEFORE INSERT OR UPDATE ON stream_seats
    FOR EACH ROW EXECUTE FUNCTION check_stream_seat();

CALL wall_table('stream_seats');
REVOKE DELETE ON stream_seats FROM trellis_app;
CREATE POLICY managers_give_stream_seats ON stream_seats USING (acts_as('manager'))
    WITH CHECK (acts_as('manager') AND coalesce(ended_by, given_by) = acting_person());
CREATE POLICY partners_read_their_stream_seats ON stream_seats FOR SELECT
    USING (acts_as('partner') AND institution_id = acting_institution());

-- Whoever leaves the partner leaves its streams.
CREATE FUNCTION end_stream_seats() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    UPDATE stream_seats SET ended_at = NEW.ended_at, ended_by = acting_person()
    WHERE membership_id = NEW.id AND ended_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER whoever_leaves_a_partner_leaves_its_streams AFTER UPDATE OF ended_at ON memberships
    FOR EACH ROW WHEN (NEW.role = 'partner' AND NEW.ended_at IS NOT NULL AND OLD.ended_at IS NULL)
    EXECUTE FUNCTION end_stream_seats();

-- Whether somebody of a partner sits in all of these streams. A word of the partner is about all of its streams at once, so that
-- whoever says it sits in each.
CREATE FUNCTION holds_stream_seats(institution uuid, person uuid, streams uuid[]) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN NOT EXISTS (
        SELECT FROM unnest(streams) AS asked (id)
        WHERE NOT EXISTS (
            SELECT FROM stream_seats AS k
            JOIN memberships AS m ON m.id = k.membership_id AND m.role = 'partner' AND m.ended_at IS NULL
            WHERE k.tenant_id = acting_tenant() AND k.stream_id = asked.id AND k.institution_id = institution
              AND k.person_id = person AND k.ended_at IS NULL));
END $$;

-- In which of these streams a partner decides together with the park today.
CREATE FUNCTION streams_decided_by(institution uuid, streams uuid[]) RETURNS uuid[] LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN ARRAY(
        SELECT p.stream_id FROM stream_partners AS p JOIN tenants AS t ON t.id = p.tenant_id
        WHERE p.tenant_id = acting_tenant() AND p.co_decides AND p.institution_id = institution
          AND p.stream_id = ANY (streams)
          AND agreement_holds(p.tenant_id, p.mou_id, p.institution_id, (now() AT TIME ZONE t.time_zone)::date));
END $$;

-- Who speaks for a partner on a batch or on a revision: whoever sits there and may come in.
CREATE FUNCTION speakers_on(batch uuid, revision uuid) RETURNS TABLE (institution_id uuid, person_id uuid)
    LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT DISTINCT m.institution_id, m.person_id
    FROM (SELECT s.institution_id, s.streams FROM partners_of_batch(batch) AS s WHERE batch IS NOT NULL
          UNION ALL
          SELECT s.institution_id, streams_decided_by(s.institution_id, r.streams)
          FROM open_revisions() AS r CROSS JOIN LATERAL partners_of_revision(r.revision_id) AS s
          WHERE r.revision_id = revision) AS asked
    JOIN memberships AS m ON m.tenant_id = acting_tenant() AND m.institution_id = asked.institution_id
        AND m.role = 'partner' AND m.ended_at IS NULL
    JOIN people AS who ON who.id = m.person_id AND who.disabled_at IS NULL
    WHERE holds_stream_seats(asked.institution_id, m.person_id, asked.streams);
END $$;

-- As it was, of the streams in which whoever asks holds a seat.
CREATE OR REPLACE FUNCTION streams_screened() RETURNS uuid[] LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN ARRAY(
        SELECT p.stream_id
        FROM memberships AS m
        JOIN tenants AS t ON t.id = m.tenant_id
        JOIN stream_partners AS p ON p.tenant_id = m.tenant_id AND p.institution_id = m.institution_id AND p.screens
        JOIN stream_seats AS k ON k.tenant_id = p.tenant_id AND k.stream_id = p.stream_id
            AND k.institution_id = p.institution_id AND k.membership_id = m.id AND k.ended_at IS NULL
        WHERE m.id = acting_membership() AND m.tenant_id = acting_tenant() AND m.person_id = acting_person()
          AND m.institution_id = acting_institution() AND m.role = 'partner' AND m.ended_at IS NULL
          AND agreement_holds(p.tenant_id, p.mou_id, p.institution_id, (now() AT TIME ZONE t.time_zone)::date));
END $$;

-- As it was, for whoever sits in each stream that the partner's word is about.
CREATE OR REPLACE FUNCTION joint_batches(role text, institution uuid, person uuid, only_batch uuid DEFAULT NULL)
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
    WITH asked AS MATERIALIZED (
        SELECT b.id, c.title, c.time_zone, b.name, b.places, b.currency, b.award_minor, b.last_day, b.consulted_at,
               b.released_at
        FROM decision_batches AS b
        JOIN calls AS c ON c.tenant_id = b.tenant_id AND c.id = b.call_id
        WHERE b.tenant_id = acting_tenant() AND b.consulted_at IS NOT NULL
          AND (only_batch IS NULL OR b.id = only_batch)
          AND b.call_id <> ALL (calls_too_near('manager', person))
          AND EXISTS (SELECT FROM stream_partners AS p
                      WHERE p.tenant_id = c.tenant_id AND p.institution_id = institution
                        AND p.stream_id IN (SELECT streams_of_call(c.tenant_id, c.id, c.stream_id))))
    SELECT b.id, b.title, b.time_zone, b.name, b.places, b.currency, b.award_minor, b.last_day, b.consulted_at, b.released_at,
           s.co_decides, s.version, s.decisions, s.opinion_id, s.is_current, k.answer_by,
           coalesce(k.silence_consents AND k.version = s.version, false),
           CASE WHEN NOT s.is_current THEN k.silence_reason END
    FROM asked AS b
    CROSS JOIN LATERAL partners_of_batch(b.id) AS s
    LEFT JOIN LATERAL (
        SELECT k.answer_by, k.silence_consents, k.silence_reason, k.version FROM batch_consultations AS k
        WHERE k.tenant_id = acting_tenant() AND k.batch_id = b.id AND k.institution_id = s.institution_id
        ORDER BY k.asked_at DESC LIMIT 1) AS k ON true
    WHERE s.institution_id = institution AND holds_stream_seats(institution, person, s.streams);
END $$;

-- As it was, for whoever sits in each stream that the partner decides in.
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
    WHERE s.institution_id = acting_institution() AND r.call_id <> ALL (calls_too_near('manager', acting_person()))
      AND holds_stream_seats(acting_institution(), acting_person(), streams_decided_by(acting_institution(), r.streams));
END $$;

-- As it was, but that nobody is reached where nobody sits.
CREATE OR REPLACE FUNCTION check_consultation() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    terms record;
    told record;
BEGIN
    SELECT s.version, s.streams, b.call_id, (now() AT TIME ZONE c.time_zone)::date AS today,
           bool_and(p.silence_consents) AS silence_consents,
           CASE WHEN count(*) = count(p.answer_days) THEN max(p.answer_days) END AS answer_days
    INTO terms
    FROM decision_batches AS b
    JOIN calls AS c ON c.tenant_id = b.tenant_id AND c.id = b.call_id
    CROSS JOIN LATERAL partners_of_batch(b.id) AS s
    JOIN stream_partners AS p ON p.tenant_id = b.tenant_id AND p.institution_id = s.institution_id
        AND p.stream_id = ANY (s.streams)
    WHERE b.tenant_id = NEW.tenant_id AND b.id = NEW.batch_id AND s.institution_id = NEW.institution_id
    GROUP BY s.version, s.streams, b.call_id, c.time_zone;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'partners_are_asked_where_they_have_a_say',
            MESSAGE = 'the partner has no say in this batch';
    END IF;
    SELECT coalesce(bool_and(k.silence_consents), true) AS silence_consents,
           max(k.answer_by - (k.asked_at AT TIME ZONE c.time_zone)::date) AS answer_days,
           count(*) = count(k.answer_by) AS has_days
    INTO told
    FROM batch_consultations AS k
    JOIN decision_batches AS b ON b.tenant_id = k.tenant_id AND b.id = k.batch_id
    JOIN calls AS c ON c.tenant_id = b.tenant_id AND c.id = b.call_id
    WHERE k.tenant_id = NEW.tenant_id AND k.institution_id = NEW.institution_id AND NOT k.reached_nobody
      AND b.call_id = terms.call_id AND b.released_at IS NULL;
    NEW.asked_at := now();
    NEW.version := terms.version;
    NEW.answer_by := CASE WHEN told.has_days THEN terms.today + greatest(terms.answer_days, told.answer_days) END;
    IF terms.answer_days IS NULL THEN
        NEW.answer_by := NULL;
    END IF;
    NEW.reached_nobody := NOT EXISTS (
        SELECT FROM memberships AS m JOIN people AS who ON who.id = m.person_id AND who.disabled_at IS NULL
        WHERE m.tenant_id = NEW.tenant_id AND m.institution_id = NEW.institution_id AND m.role = 'partner'
          AND m.ended_at IS NULL AND terms.call_id <> ALL (calls_too_near('manager', m.person_id))
          AND holds_stream_seats(NEW.institution_id, m.person_id, terms.streams));
    NEW.silence_consents := terms.silence_consents AND told.silence_consents AND NEW.answer_by IS NOT NULL
        AND NOT NEW.reached_nobody;
    NEW.silence_reason := NULL;
    NEW.silence_noted_at := NULL;
    NEW.silence_noted_by := NULL;
    RETURN NEW;
END $$;

REVOKE ALL ON FUNCTION check_stream_seat(), end_stream_seats(), holds_stream_seats(uuid, uuid, uuid[]),
    streams_decided_by(uuid, uuid[]), speakers_on(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION holds_stream_seats(uuid, uuid, uuid[]), streams_decided_by(uuid, uuid[]), speakers_on(uuid, uuid)
    TO trellis_app;
