-- Areas of cooperation live on after the signature, sessions are held under agreements, and working groups end.

-- How far the cooperation in an area has come, since when, and why. What it was before stays on the trail.
ALTER TABLE mou_areas
    ADD COLUMN status_since date,
    ADD COLUMN status_reason text,
    DROP CONSTRAINT mou_area_status_is_known,
    ADD CONSTRAINT mou_area_status_is_known CHECK (status IN ('exploring', 'active', 'paused', 'delivered', 'dropped')),
    ADD CONSTRAINT area_steps_are_dated_and_explained CHECK ((status_since IS NULL) = (status_reason IS NULL));

-- What is signed stays as it is worded. That it is worked on, rests or is given up is decided, on a day that has come.
CREATE FUNCTION check_area_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE agreement record;
BEGIN
    SELECT m.signed_on, (now() AT TIME ZONE t.time_zone)::date AS today INTO agreement
    FROM mous AS m JOIN tenants AS t ON t.id = m.tenant_id
    WHERE m.tenant_id = NEW.tenant_id AND m.id = NEW.mou_id AND m.state = 'signed' FOR SHARE OF m;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'areas_live_while_signed',
            MESSAGE = 'the areas of an agreement live while it is signed and not terminated';
    END IF;
    IF to_jsonb(NEW) - ARRAY['status', 'status_since', 'status_reason']
           IS DISTINCT FROM to_jsonb(OLD) - ARRAY['status', 'status_since', 'status_reason']
       OR NEW.status = 'exploring' OR NEW.status_since IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'areas_stay_as_signed',
            MESSAGE = 'of a signed area nothing changes but how far it has come, from a day and for a reason';
    END IF;
    IF NEW.status_since NOT BETWEEN agreement.signed_on AND agreement.today THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'areas_change_on_a_day_that_has_come',
            MESSAGE = 'an area changes between the signature and today';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER areas_change_as_decided BEFORE UPDATE ON mou_areas FOR EACH ROW EXECUTE FUNCTION check_area_step();

-- An exchange of knowledge that the parties held: who hosted it, how many came, and where its minutes are.
CREATE TABLE mou_sessions (
    tenant_id    uuid NOT NULL,
    mou_id       uuid NOT NULL,
    id           uuid NOT NULL,
    title        jsonb NOT NULL,
    held_on      date NOT NULL,
    focus_area   text,
    hosts        text[] NOT NULL,
    attendance   bigint NOT NULL,
    minutes_link text,
    recorded_at  timestamptz NOT NULL DEFAULT now(),
    recorded_by  uuid NOT NULL,
    PRIMARY KEY (tenant_id, mou_id, id),
    FOREIGN KEY (tenant_id, mou_id) REFERENCES mous (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT sessions_name_an_area_of_their_agreement
        FOREIGN KEY (tenant_id, mou_id, focus_area) REFERENCES mou_areas (tenant_id, mou_id, focus_area),
    CONSTRAINT session_has_a_title CHECK (title <> '{}'::jsonb),
    CONSTRAINT sessions_have_some_hosts CHECK (cardinality(hosts) BETWEEN 1 AND 20),
    CONSTRAINT session_attendance_is_reasonable CHECK (attendance BETWEEN 0 AND 100000)
);
CALL wall_table('mou_sessions');
REVOKE UPDATE ON mou_sessions FROM trellis_app;
CREATE POLICY the_managers_keep_mou_sessions ON mou_sessions USING (acts_as('manager'));
CREATE POLICY parties_read_mou_sessions ON mou_sessions FOR SELECT
    USING (acts_as('partner') AND EXISTS (
        SELECT FROM mous WHERE mous.tenant_id = mou_sessions.tenant_id AND mous.id = mou_id));

-- FOR SHARE, so that the agreement does not end meanwhile.
CREATE FUNCTION check_session() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE agreement record;
BEGIN
    SELECT mou_is_in_force(m.state, m.effective_on, m.ends_on, m.terminated_on, NEW.held_on) AS is_in_force,
           (now() AT TIME ZONE t.time_zone)::date AS today INTO agreement
    FROM mous AS m JOIN tenants AS t ON t.id = m.tenant_id
    WHERE m.tenant_id = NEW.tenant_id AND m.id = NEW.mou_id FOR SHARE OF m;
    IF NOT agreement.is_in_force THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'sessions_are_held_in_force',
            MESSAGE = 'the agreement was not in force on that day';
    END IF;
    IF NEW.held_on > agreement.today THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'sessions_are_recorded_once_held',
            MESSAGE = 'that day has not come';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sessions_are_held_in_force BEFORE INSERT ON mou_sessions FOR EACH ROW EXECUTE FUNCTION check_session();

-- An area that rests or is dropped binds nothing new. What began under it before stays, and a session that was held before is
-- written down late.
CREATE FUNCTION check_area_takes_more() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE area record;
BEGIN
    -- FOR SHARE, so that it is not dropped meanwhile.
    SELECT a.status, a.status_since INTO area FROM mou_areas AS a
    WHERE a.tenant_id = NEW.tenant_id AND a.mou_id = NEW.mou_id AND a.focus_area = NEW.focus_area
    FOR SHARE;
    IF area.status IN ('paused', 'dropped')
       AND ((to_jsonb(NEW) ->> 'held_on')::date < area.status_since) IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'dropped_areas_bind_nothing_new',
            MESSAGE = 'the area is paused or dropped';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER dropped_areas_bind_nothing_new BEFORE INSERT ON mou_targets
    FOR EACH ROW WHEN (NEW.focus_area IS NOT NULL) EXECUTE FUNCTION check_area_takes_more();
CREATE TRIGGER dropped_areas_bind_nothing_new BEFORE INSERT ON mou_deliverables
    FOR EACH ROW WHEN (NEW.focus_area IS NOT NULL) EXECUTE FUNCTION check_area_takes_more();
CREATE TRIGGER dropped_areas_bind_nothing_new BEFORE INSERT ON mou_links
    FOR EACH ROW WHEN (NEW.focus_area IS NOT NULL) EXECUTE FUNCTION check_area_takes_more();
CREATE TRIGGER dropped_areas_bind_nothing_new BEFORE INSERT ON mou_sessions
    FOR EACH ROW WHEN (NEW.focus_area IS NOT NULL) EXECUTE FUNCTION check_area_takes_more();

-- As it was, but that a call serves no area that was paused or dropped by the day it opened.
CREATE OR REPLACE FUNCTION calls_under(agreement uuid)
    RETURNS TABLE (call_id uuid, areas text[], service_line text, is_joint boolean, is_linked boolean)
    LANGUAGE sql STABLE AS $$
    SELECT u.call_id, array(SELECT DISTINCT a FROM unnest(array_agg(u.areas)) AS a WHERE a IS NOT NULL ORDER BY 1),
           min(u.service_line), bool_or(u.is_joint), bool_or(u.is_linked)
    FROM (SELECT c.id AS call_id, x.area AS areas, s.service_line, s.is_joint, false AS is_linked
          FROM mous AS m
          JOIN calls AS c ON c.tenant_id = m.tenant_id
          JOIN streams_under(agreement) AS s
               ON s.stream_id IN (SELECT streams_of_call(c.tenant_id, c.id, c.stream_id))
          LEFT JOIN unnest(s.areas) AS x (area) ON NOT EXISTS (
              SELECT FROM mou_areas AS a
              WHERE a.tenant_id = m.tenant_id AND a.mou_id = m.id AND a.focus_area = x.area
                AND a.status IN ('paused', 'dropped')
                AND a.status_since <= (c.opens_at AT TIME ZONE c.time_zone)::date)
          WHERE m.tenant_id = acting_tenant() AND m.id = agreement
            AND (mou_is_in_force(m.state, m.effective_on, m.ends_on, m.terminated_on,
                                 (c.opens_at AT TIME ZONE c.time_zone)::date)
                 -- A call of a partner's stream that opened on the day of the termination did so before that was told: it
                 -- would have been cancelled.
                 OR s.is_joint AND m.effective_on <= m.terminated_on
                    AND (c.opens_at AT TIME ZONE c.time_zone)::date = m.terminated_on)
          UNION ALL
          SELECT l.call_id, l.focus_area, l.service_line, false, true
          FROM mou_links AS l
          WHERE l.tenant_id = acting_tenant() AND l.mou_id = agreement AND l.call_id IS NOT NULL) AS u
    JOIN calls AS c ON c.tenant_id = acting_tenant() AND c.id = u.call_id
    WHERE c.published_at IS NOT NULL AND c.cancelled_at IS NULL AND c.opens_at <= now()
    GROUP BY u.call_id
$$;

-- As it was, with the sessions.
CREATE OR REPLACE FUNCTION last_sign_of_life(role text, institution uuid, agreement uuid) RETURNS date LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF NOT agreement_is_open_to(role, institution, agreement) THEN
        RETURN NULL;
    END IF;
    RETURN greatest(
        (SELECT max(a.day) FROM activities_under(role, institution, agreement) AS a),
        (SELECT max(s.held_on) FROM mou_sessions AS s WHERE s.tenant_id = acting_tenant() AND s.mou_id = agreement),
        (SELECT max(e.held_on) FROM mou_meetings AS e WHERE e.tenant_id = acting_tenant() AND e.mou_id = agreement),
        (SELECT max(d.settled_on) FROM mou_deliverables AS d
         WHERE d.tenant_id = acting_tenant() AND d.mou_id = agreement));
END $$;

-- The number of sessions may be a target, and that of the people who came to them.
ALTER TABLE mou_targets
    DROP CONSTRAINT target_metric_is_known,
    ADD CONSTRAINT target_metric_is_known CHECK (metric IN (
        'call_opened', 'application_submitted', 'offer_accepted', 'startup_enrolled', 'startup_graduated',
        'startup_introduced', 'deal_closed', 'demo_day_held', 'meeting_held', 'session_held', 'session_attended',
        'fast_track_used', 'benefit_used'));

-- A working group ends, on a day and for a reason; from then on it stands as it was, and what it was to do is still finished.
ALTER TABLE mou_working_groups
    ADD COLUMN ended_on date,
    ADD COLUMN end_reason text,
    ADD CONSTRAINT group_ends_are_explained CHECK ((ended_on IS NULL) = (end_reason IS NULL));
CREATE FUNCTION check_group_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_on IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'ended_groups_stand', MESSAGE = 'the group has ended';
    END IF;
    IF NEW.ended_on > (SELECT (now() AT TIME ZONE t.time_zone)::date FROM tenants AS t WHERE t.id = NEW.tenant_id)
       OR NEW.ended_on < (SELECT max(e.held_on) FROM mou_meetings AS e
                          WHERE e.tenant_id = NEW.tenant_id AND e.mou_id = NEW.mou_id AND e.group_id = NEW.id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'groups_end_after_they_met',
            MESSAGE = 'a group ends between its last meeting and today';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ended_groups_stand BEFORE UPDATE ON mou_working_groups FOR EACH ROW EXECUTE FUNCTION check_group_stands();
-- What was said before the end may be written down late.
CREATE FUNCTION check_group_meets() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE over date;
BEGIN
    -- FOR SHARE, so that the group does not end meanwhile.
    SELECT g.ended_on INTO over FROM mou_working_groups AS g
    WHERE g.tenant_id = NEW.tenant_id AND g.mou_id = NEW.mou_id AND g.id = NEW.group_id FOR SHARE;
    IF over < NEW.held_on THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'ended_groups_do_not_meet',
            MESSAGE = 'the group had ended by then';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ended_groups_do_not_meet BEFORE INSERT ON mou_meetings FOR EACH ROW EXECUTE FUNCTION check_group_meets();
CREATE FUNCTION check_group_keeps_its_members() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE member record := coalesce(NEW, OLD);
BEGIN
    PERFORM FROM mou_working_groups AS g
    WHERE g.tenant_id = member.tenant_id AND g.mou_id = member.mou_id AND g.id = member.group_id AND g.ended_on IS NOT NULL;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'ended_groups_stand', MESSAGE = 'the group has ended';
    END IF;
    RETURN member;
END $$;
CREATE TRIGGER ended_groups_stand BEFORE INSERT OR UPDATE OR DELETE ON mou_group_members
    FOR EACH ROW EXECUTE FUNCTION check_group_keeps_its_members();
