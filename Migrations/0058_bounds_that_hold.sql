-- Bounds that hold on every way to them: of partners, of those who were asked, and of what a look costs.

-- As `check_partner_places` does where an offer is made: a place that is offered anew in another stream moves no application.
CREATE FUNCTION check_partner_places_of_stream() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    PERFORM FROM calls AS c JOIN applications AS a ON a.tenant_id = c.tenant_id AND a.call_id = c.id
    WHERE a.tenant_id = NEW.tenant_id AND a.id = NEW.application_id FOR NO KEY UPDATE OF c;
    IF EXISTS (SELECT FROM applications AS a
               CROSS JOIN LATERAL partner_places(a.tenant_id, a.call_id) AS q
               WHERE a.tenant_id = NEW.tenant_id AND a.id = NEW.application_id AND q.stream_id = NEW.stream_id
                 AND q.taken > q.places) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'offers_keep_to_the_places_of_their_partner',
            MESSAGE = 'there are more offers than the partner takes part in';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER offers_keep_to_the_places_of_their_partner AFTER UPDATE OF stream_id ON decisions
    FOR EACH ROW WHEN (NEW.stream_id IS DISTINCT FROM OLD.stream_id) EXECUTE FUNCTION check_partner_places_of_stream();

-- Who decides together with the park keeps deciding while it is asked: no manager alone takes a say away that is about to be
-- used. Looked at when the transaction ends, since a revised stream names its partners anew. An agreement that is no longer in
-- force gave no say, and of a batch in which nothing is prepared nobody is asked anything.
CREATE FUNCTION check_partner_keeps_its_say() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    today date := (SELECT (now() AT TIME ZONE t.time_zone)::date FROM tenants AS t WHERE t.id = OLD.tenant_id);
BEGIN
    IF EXISTS (SELECT FROM mous AS m
               WHERE m.tenant_id = OLD.tenant_id AND m.id = OLD.mou_id
                 AND mou_is_in_force(m.state, m.effective_on, m.ends_on, m.terminated_on, today))
       AND NOT EXISTS (SELECT FROM stream_partners AS p
                       JOIN mous AS m ON m.tenant_id = p.tenant_id AND m.id = p.mou_id
                           AND mou_is_in_force(m.state, m.effective_on, m.ends_on, m.terminated_on, today)
                       WHERE p.tenant_id = OLD.tenant_id AND p.stream_id = OLD.stream_id
                         AND p.institution_id = OLD.institution_id AND p.co_decides)
       AND EXISTS (SELECT FROM decision_batches AS b
                   JOIN calls AS c ON c.tenant_id = b.tenant_id AND c.id = b.call_id
                   WHERE b.tenant_id = OLD.tenant_id AND b.consulted_at IS NOT NULL AND b.released_at IS NULL
                     AND OLD.stream_id IN (SELECT streams_of_call(c.tenant_id, c.id, c.stream_id))
                     AND EXISTS (SELECT FROM prepared_decisions AS p
                                 WHERE p.tenant_id = b.tenant_id AND p.batch_id = b.id)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'partners_keep_their_say_while_they_are_asked',
            MESSAGE = 'a partner that co-decides is asked about a batch that is not released';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER partners_keep_their_say_while_they_are_asked AFTER DELETE OR UPDATE ON stream_partners
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.co_decides) EXECUTE FUNCTION check_partner_keeps_its_say();

-- As it was, of one batch where only that is asked about: a version is a hash of all that is prepared, so that none is made of
-- a batch that nobody looks at, nor of one in whose streams the partner has no part.
DROP FUNCTION joint_batches(text, uuid, uuid);
CREATE FUNCTION joint_batches(role text, institution uuid, person uuid, only_batch uuid DEFAULT NULL)
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
           s.co_decides, s.version, s.decisions, s.opinion_id, s.is_current, k.answer_by, coalesce(k.silence_consents, false),
           CASE WHEN NOT s.is_current THEN k.silence_reason END
    FROM asked AS b
    CROSS JOIN LATERAL partners_of_batch(b.id) AS s
    LEFT JOIN LATERAL (
        SELECT k.answer_by, k.silence_consents, k.silence_reason FROM batch_consultations AS k
        WHERE k.tenant_id = acting_tenant() AND k.batch_id = b.id AND k.institution_id = s.institution_id
        ORDER BY k.asked_at DESC LIMIT 1) AS k ON true
    WHERE s.institution_id = institution;
END $$;
REVOKE ALL ON FUNCTION joint_batches(text, uuid, uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION joint_batches(text, uuid, uuid, uuid) TO trellis_app;

-- As it was, by the chain of the agreement.
CREATE OR REPLACE FUNCTION co_deciders(streams uuid[]) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    SELECT DISTINCT p.institution_id
    FROM stream_partners AS p
    JOIN tenants AS t ON t.id = p.tenant_id
    WHERE p.tenant_id = acting_tenant() AND p.co_decides AND p.stream_id = ANY (streams)
      AND agreement_holds(p.tenant_id, p.mou_id, p.institution_id, (now() AT TIME ZONE t.time_zone)::date)
$$;

-- As they were, with the batch that they ask about; and who has no say in a batch does not learn that it was released.
CREATE OR REPLACE FUNCTION joint_decisions(role text, institution uuid, person uuid, batch uuid)
    RETURNS TABLE (application_id uuid, startup jsonb, stream jsonb, outcome text, rank integer, award_minor bigint,
                   currency text, last_day date, note text)
    LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system' AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM joint_batches(role, institution, person, batch) AS j) THEN
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

CREATE OR REPLACE FUNCTION check_opinion() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    stands record;
    released timestamptz;
BEGIN
    SELECT released_at INTO released FROM decision_batches
    WHERE tenant_id = NEW.tenant_id AND id = NEW.batch_id FOR SHARE;
    SELECT j.version INTO stands FROM joint_batches('partner', NEW.institution_id, NEW.given_by, NEW.batch_id) AS j;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'partners_speak_where_they_are_asked',
            MESSAGE = 'the partner has no say in this batch';
    END IF;
    IF released IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'a_released_batch_stands',
            MESSAGE = 'what was released stands';
    END IF;
    IF stands.version <> NEW.version THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'opinions_are_about_the_batch_as_it_stands',
            MESSAGE = 'the batch has changed';
    END IF;
    RETURN NEW;
END $$;

-- As it was; what is in a mandate's hand is counted where a cap asks for it.
CREATE OR REPLACE FUNCTION why_not_released(list uuid) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    mandate uuid;
    cap integer;
BEGIN
    SELECT m.id, m.most_open INTO mandate, cap
    FROM shortlists AS s JOIN mandates AS m ON m.tenant_id = s.tenant_id AND m.id = s.mandate_id
    WHERE s.tenant_id = acting_tenant() AND s.id = list;
    RETURN coalesce(
        why_no_list(mandate),
        CASE WHEN cap IS NULL THEN NULL WHEN in_hand(mandate) + shown_by(list) > cap THEN 'over_cap' END);
END $$;
CREATE INDEX shortlists_of_a_mandate ON shortlists (tenant_id, mandate_id, created_at, id);

-- Who joins a firm that has a principal prepares and answers nothing, until a principal or the park says otherwise: nobody
-- comes to bind a firm, or to say who is what in it, by being invited. Who comes back is what they were last. The first of
-- a firm's people, and whoever joins one that has lost its principal, is its principal.
CREATE FUNCTION give_role_in_firm() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    -- Two who join at once wait for each other.
    PERFORM FROM institutions WHERE tenant_id = NEW.tenant_id AND id = NEW.institution_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM people_of_firm(NEW.institution_id, 'system') AS p
               WHERE p.firm_role = 'principal' AND NOT p.has_left AND p.seat_id <> NEW.id) THEN
        INSERT INTO firm_roles (tenant_id, seat_id, investor_id, role, set_by)
        VALUES (NEW.tenant_id, NEW.id, NEW.institution_id,
                coalesce((SELECT firm_role_of(m.id) FROM memberships AS m
                          WHERE m.tenant_id = NEW.tenant_id AND m.institution_id = NEW.institution_id
                            AND m.person_id = NEW.person_id AND m.role = 'investor' AND m.ended_at IS NOT NULL
                          ORDER BY m.ended_at DESC, m.created_at DESC LIMIT 1), 'analyst'),
                coalesce(acting_person(), NEW.person_id));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER who_joins_a_firm_has_a_role AFTER INSERT ON memberships
    FOR EACH ROW WHEN (NEW.role = 'investor' AND NEW.ended_at IS NULL) EXECUTE FUNCTION give_role_in_firm();

-- The last principal leaves after somebody else was made one, or with everybody.
CREATE FUNCTION check_firm_is_left_with_a_principal() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    PERFORM FROM institutions WHERE tenant_id = NEW.tenant_id AND id = NEW.institution_id FOR NO KEY UPDATE;
    IF (SELECT NOT bool_or(p.firm_role = 'principal') FROM people_of_firm(NEW.institution_id, 'system') AS p
        WHERE NOT p.has_left) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'firms_keep_a_principal',
            MESSAGE = 'a firm keeps a principal';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER firms_keep_a_principal AFTER UPDATE OF ended_at ON memberships
    FOR EACH ROW WHEN (NEW.role = 'investor' AND OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL)
    EXECUTE FUNCTION check_firm_is_left_with_a_principal();

-- As it was, in the way of nothing that refers to the firm.
CREATE OR REPLACE FUNCTION check_firm_role() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    -- Two principals who step down at once wait for each other.
    PERFORM FROM institutions WHERE tenant_id = NEW.tenant_id AND id = NEW.investor_id FOR NO KEY UPDATE;
    IF NOT EXISTS (SELECT FROM people_of_firm(NEW.investor_id, 'system') AS p
                   WHERE p.seat_id = NEW.seat_id AND NOT p.has_left) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'firm_roles_are_of_investors_seats',
            MESSAGE = 'no such seat is at the firm';
    END IF;
    IF NEW.role <> 'principal' AND NOT EXISTS (
        SELECT FROM people_of_firm(NEW.investor_id, 'system') AS p
        WHERE p.firm_role = 'principal' AND NOT p.has_left AND p.seat_id <> NEW.seat_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'firms_keep_a_principal',
            MESSAGE = 'a firm keeps a principal';
    END IF;
    RETURN NEW;
END $$;
