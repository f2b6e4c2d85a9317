-- A firm whose people judge a startup, mentor it or own a part of it is not brought together with it: not on a list, and not by
-- an introduction. It is kept apart as by a block, silently, since the reason is not the other side's to know: that a startup
-- applies is no investor's business, and who judges it none of its founders'.

-- Whether somebody of a firm stands between it and a startup; whoever asks. Who sits on a panel and does not judge the startup,
-- because of a conflict there, stands between nobody. Owning is a founder's seat or a person's own share: what the firm holds
-- is its portfolio, and what another firm holds at which somebody sits or sat is not theirs. The park is not asked about: all
-- its people deal with all its startups.
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
                     AND o.through IS NULL) THEN
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

-- The same of some firms at once, as far as whoever asks may read what shows it: for the service, which makes the lists. What
-- is too near to judge is asked once of each who sits on a panel.
CREATE FUNCTION conflicts_of_investors(firms uuid[]) RETURNS TABLE (investor_id uuid, startup_id uuid) LANGUAGE plpgsql STABLE
    ROWS 10 SET search_path = public AS $$
BEGIN
    RETURN QUERY
        WITH seats AS MATERIALIZED (
            SELECT DISTINCT m.institution_id, m.person_id FROM memberships AS m
            WHERE m.tenant_id = acting_tenant() AND m.institution_id = ANY (firms) AND m.ended_at IS NULL
              AND m.institution_id <> m.tenant_id
        ), judges AS MATERIALIZED (
            SELECT p.person_id, startups_too_near('reviewer', p.person_id) AS too_near
            FROM (SELECT DISTINCT p.person_id FROM panel_members AS p
                  WHERE p.tenant_id = acting_tenant() AND p.accepted_at IS NOT NULL
                    AND p.person_id IN (SELECT s.person_id FROM seats AS s)) AS p
        ), judged AS MATERIALIZED (
            SELECT DISTINCT p.person_id, a.startup_id
            FROM panel_members AS p
            JOIN review_files AS f ON f.tenant_id = p.tenant_id AND f.round_id = p.round_id
            JOIN applications AS a ON a.tenant_id = f.tenant_id AND a.id = f.application_id
                AND is_in_the_running(a.state)
            WHERE p.tenant_id = acting_tenant() AND p.accepted_at IS NOT NULL
              AND p.person_id IN (SELECT j.person_id FROM judges AS j)
        )
        SELECT s.institution_id, e.startup_id
        FROM seats AS s JOIN enrolments AS e ON e.tenant_id = acting_tenant() AND e.mentor_id = s.person_id
            AND num_nonnulls(e.ended_at, e.graduated_at) = 0
        UNION
        SELECT s.institution_id, o.startup_id
        FROM seats AS s JOIN own_startups AS o ON o.tenant_id = acting_tenant() AND o.person_id = s.person_id
            AND o.through IS NULL
        UNION
        SELECT s.institution_id, d.startup_id
        FROM seats AS s JOIN judged AS d ON d.person_id = s.person_id
        WHERE NOT EXISTS (SELECT FROM judges AS j CROSS JOIN LATERAL unnest(j.too_near) AS n (startup_id)
                          WHERE j.person_id = d.person_id AND n.startup_id = d.startup_id);
END $$;
REVOKE ALL ON FUNCTION is_conflicted(uuid, uuid), conflicts_of_investors(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_conflicted(uuid, uuid), conflicts_of_investors(uuid[]) TO trellis_app;

-- What hides a startup but for a conflict, as it was: this the park may count, also of whose people the startup is.
CREATE FUNCTION is_kept_away(startup uuid, investor uuid) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN NOT consents_to(startup, 'shortlists', investor)
        OR is_blocked(startup, investor) AND NOT EXISTS (
            SELECT FROM introductions AS n
            WHERE n.tenant_id = acting_tenant() AND n.investor_id = investor AND n.startup_id = startup);
END $$;
REVOKE ALL ON FUNCTION is_kept_away(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_kept_away(uuid, uuid) TO trellis_app;

-- A conflict hides as a block does. Neither hides what was asked for before it was there. It counts as in hand all the same: a
-- conflict ends by itself, and what was let go in its place would then be too much.
CREATE OR REPLACE FUNCTION is_hidden(startup uuid, investor uuid) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN is_kept_away(startup, investor)
        OR is_conflicted(startup, investor) AND NOT EXISTS (
            SELECT FROM introductions AS n
            WHERE n.tenant_id = acting_tenant() AND n.investor_id = investor AND n.startup_id = startup);
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

-- No meeting of a demo day is planned or published between the two. One that was published goes on, and each sees the other
-- among those who take part: what vanished as an application came in would tell of it.
CREATE FUNCTION refuse_conflicted_meeting(startup uuid, investor uuid) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF is_conflicted(startup, investor) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'demo_day_meetings_are_of_pairs_that_may_meet',
            MESSAGE = 'the two are not to meet';
    END IF;
END $$;
CREATE FUNCTION check_meeting_is_free_of_conflicts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_conflicted_meeting(NEW.startup_id, NEW.investor_id);
    RETURN NEW;
END $$;
CREATE TRIGGER demo_day_meetings_are_free_of_conflicts BEFORE INSERT ON demo_day_meetings
    FOR EACH ROW WHEN (NOT NEW.is_dropped) EXECUTE FUNCTION check_meeting_is_free_of_conflicts();
CREATE FUNCTION check_plan_is_free_of_conflicts() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    PERFORM refuse_conflicted_meeting(m.startup_id, m.investor_id) FROM demo_day_meetings AS m
    WHERE m.tenant_id = NEW.tenant_id AND m.demo_day_id = NEW.id AND m.plan_id = NEW.plan_id AND NOT m.is_dropped;
    RETURN NEW;
END $$;
CREATE TRIGGER published_plans_are_free_of_conflicts BEFORE UPDATE OF plan_id ON demo_days
    FOR EACH ROW WHEN (NEW.plan_id IS DISTINCT FROM OLD.plan_id) EXECUTE FUNCTION check_plan_is_free_of_conflicts();

REVOKE ALL ON FUNCTION refuse_conflicted(uuid, uuid), check_interest(), check_nearness(),
    refuse_conflicted_meeting(uuid, uuid), check_meeting_is_free_of_conflicts(), check_plan_is_free_of_conflicts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION refuse_conflicted(uuid, uuid), refuse_conflicted_meeting(uuid, uuid) TO trellis_app;
