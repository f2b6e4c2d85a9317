-- A firm whose people judge a startup, mentor it or own a part of it is not brought together with it: not on a list, and not by
-- an introduction. It is kept apart as by a block, silently, since the reason is not the other side's to know: that a startup
-- applies is no investor's business, and who judges it none of its founders'.

-- Whether somebody of a firm stands between it and a startup; whoever asks. Who sits on a panel and does not judge the startup,
-- because of a conflict there, stands between nobody. A share that the firm itself holds is its portfolio. The park is not
-- asked about: all its people deal with all its startups.
CREATE FUNCTION is_conflicted(startup uuid, investor uuid) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    seated uuid[] := ARRAY(
        SELECT DISTINCT m.person_id FROM memberships AS m
        WHERE m.tenant_id = acting_tenant() AND m.institution_id = investor AND m.ended_at IS NULL
          AND m.institution_id <> m.tenant_id);
BEGIN
    IF seated = '{}' THEN
        RETURN false;
    END IF;
    IF EXISTS (SELECT FROM enrolments AS e
               WHERE e.tenant_id = acting_tenant() AND e.startup_id = startup AND e.mentor_id = ANY (seated)
                 AND num_nonnulls(e.ended_at, e.graduated_at) = 0)
        OR EXISTS (SELECT FROM own_startups AS o
                   WHERE o.tenant_id = acting_tenant() AND o.startup_id = startup AND o.person_id = ANY (seated)
                     AND o.through IS DISTINCT FROM investor) THEN
        RETURN true;
    END IF;
    -- Of most firms nobody sits on a panel: what looks further is not even planned for them.
    IF NOT EXISTS (SELECT FROM panel_members AS p
                   WHERE p.tenant_id = acting_tenant() AND p.person_id = ANY (seated) AND p.accepted_at IS NOT NULL) THEN
        RETURN false;
    END IF;
    RETURN EXISTS (
        SELECT FROM applications AS a
        JOIN review_files AS f ON f.tenant_id = a.tenant_id AND f.application_id = a.id
        JOIN panel_members AS p ON p.tenant_id = f.tenant_id AND p.round_id = f.round_id
            AND p.person_id = ANY (seated) AND p.accepted_at IS NOT NULL
        WHERE a.tenant_id = acting_tenant() AND a.startup_id = startup AND is_in_the_running(a.state)
          AND NOT conflict_stands(p.person_id, startup));
END $$;

-- The startups that somebody of some firms stands between, as far as whoever asks may read what shows it: for the service, which
-- makes the lists. Says nothing of its own; `is_conflicted` does, of those that can be.
CREATE FUNCTION conflicts_of_investors(firms uuid[]) RETURNS TABLE (investor_id uuid, startup_id uuid) LANGUAGE plpgsql STABLE
    ROWS 10 SET search_path = public AS $$
BEGIN
    RETURN QUERY
        WITH seats AS MATERIALIZED (
            SELECT DISTINCT m.institution_id, m.person_id FROM memberships AS m
            WHERE m.tenant_id = acting_tenant() AND m.institution_id = ANY (firms) AND m.ended_at IS NULL
              AND m.institution_id <> m.tenant_id
        ), near AS (
            SELECT s.institution_id, e.startup_id
            FROM seats AS s JOIN enrolments AS e ON e.tenant_id = acting_tenant() AND e.mentor_id = s.person_id
            UNION
            SELECT s.institution_id, o.startup_id
            FROM seats AS s JOIN own_startups AS o ON o.tenant_id = acting_tenant() AND o.person_id = s.person_id
            UNION
            SELECT s.institution_id, a.startup_id
            FROM seats AS s
            JOIN panel_members AS p ON p.tenant_id = acting_tenant() AND p.person_id = s.person_id
                AND p.accepted_at IS NOT NULL
            JOIN review_files AS f ON f.tenant_id = p.tenant_id AND f.round_id = p.round_id
            JOIN applications AS a ON a.tenant_id = f.tenant_id AND a.id = f.application_id
                AND is_in_the_running(a.state)
        )
        SELECT n.institution_id, n.startup_id FROM near AS n WHERE is_conflicted(n.startup_id, n.institution_id);
END $$;
REVOKE ALL ON FUNCTION is_conflicted(uuid, uuid), conflicts_of_investors(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_conflicted(uuid, uuid), conflicts_of_investors(uuid[]) TO trellis_app;

-- As they were; and a conflict hides as a block does, and counts as little. Neither hides what was asked for before it was there.
CREATE OR REPLACE FUNCTION is_hidden(startup uuid, investor uuid) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN NOT consents_to(startup, 'shortlists', investor)
        OR (is_blocked(startup, investor) OR is_conflicted(startup, investor)) AND NOT EXISTS (
            SELECT FROM introductions AS n
            WHERE n.tenant_id = acting_tenant() AND n.investor_id = investor AND n.startup_id = startup);
END $$;

CREATE OR REPLACE FUNCTION in_hand(mandate uuid) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT count(*) FROM shortlists AS s
        JOIN shortlist_items AS x ON x.tenant_id = s.tenant_id AND x.shortlist_id = s.id
        LEFT JOIN LATERAL (
            SELECT a.answer, a.later_until FROM shortlist_answers AS a
            WHERE a.tenant_id = x.tenant_id AND a.shortlist_id = x.shortlist_id AND a.startup_id = x.startup_id
            ORDER BY a.answered_at DESC, a.id DESC LIMIT 1) AS a ON true
        WHERE s.tenant_id = acting_tenant() AND s.mandate_id = mandate AND s.released_at IS NOT NULL
          AND proposal_state(a.answer, a.later_until, s.answer_by, (now() AT TIME ZONE 'UTC')::date) = 'open'
          AND consents_to(x.startup_id, 'shortlists', s.investor_id) AND NOT is_blocked(x.startup_id, s.investor_id)
          AND NOT is_conflicted(x.startup_id, s.investor_id))
        + (SELECT count(*) FROM introductions AS i
           WHERE i.tenant_id = acting_tenant() AND i.mandate_id = mandate AND i.ended_at IS NULL);
END $$;

CREATE OR REPLACE FUNCTION shown_by(list uuid) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT count(*) FROM shortlist_items AS x
        JOIN shortlists AS s ON s.tenant_id = x.tenant_id AND s.id = x.shortlist_id
        WHERE x.tenant_id = acting_tenant() AND x.shortlist_id = list
          AND consents_to(x.startup_id, 'shortlists', s.investor_id) AND NOT is_blocked(x.startup_id, s.investor_id)
          AND NOT is_conflicted(x.startup_id, s.investor_id));
END $$;

-- Asked again in the moment of asking, and before the answer is there: interest is itself a conflict, which takes the firm's
-- people from the panel and would clear its own way. Refused as whatever else keeps the two apart.
CREATE FUNCTION refuse_conflicted(startup uuid, investor uuid) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF is_conflicted(startup, investor) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'introductions_are_to_startups_that_agree',
            MESSAGE = 'the startup is not to be introduced to this investor';
    END IF;
END $$;
CREATE FUNCTION check_interest() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    PERFORM refuse_conflicted(NEW.startup_id, l.investor_id) FROM shortlists AS l
    WHERE l.tenant_id = NEW.tenant_id AND l.id = NEW.shortlist_id;
    RETURN NEW;
END $$;
CREATE TRIGGER interest_is_free_of_conflicts BEFORE INSERT ON shortlist_answers
    FOR EACH ROW WHEN (NEW.answer = 'interested') EXECUTE FUNCTION check_interest();
CREATE FUNCTION check_nearness() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_conflicted(NEW.startup_id, NEW.investor_id);
    RETURN NEW;
END $$;
CREATE TRIGGER introductions_are_free_of_conflicts BEFORE INSERT ON introductions
    FOR EACH ROW EXECUTE FUNCTION check_nearness();
REVOKE ALL ON FUNCTION refuse_conflicted(uuid, uuid), check_interest(), check_nearness() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION refuse_conflicted(uuid, uuid) TO trellis_app;
