-- Demo days that move with what was said of them, wishes that no analyst says for the firm, and links for those who meet there.

-- When somebody is there was said of a day: the times move with it. Whoever moves it may not write them.
GRANT UPDATE (starts_at, ends_at) ON demo_day_windows TO trellis_app;
CREATE FUNCTION move_demo_day_windows() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    -- In seconds, since a difference in days would follow the clock of the session.
    later interval := make_interval(secs => extract(epoch FROM NEW.starts_at - OLD.starts_at)::double precision);
BEGIN
    UPDATE demo_day_windows SET starts_at = starts_at + later, ends_at = ends_at + later
    WHERE tenant_id = NEW.tenant_id AND demo_day_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER windows_move_with_their_day AFTER UPDATE OF starts_at ON demo_days
    FOR EACH ROW WHEN (NEW.starts_at <> OLD.starts_at) EXECUTE FUNCTION move_demo_day_windows();

-- Nor does an analyst rank and refuse in the firm's name, or say when it is there.
CREATE TRIGGER analysts_do_not_answer_for_the_firm BEFORE INSERT OR UPDATE ON demo_day_wish_lists
    FOR EACH ROW EXECUTE FUNCTION check_who_answers_for_the_firm();
CREATE TRIGGER analysts_do_not_answer_for_the_firm BEFORE INSERT OR DELETE ON demo_day_wishes
    FOR EACH ROW EXECUTE FUNCTION check_who_answers_for_the_firm();
CREATE TRIGGER analysts_do_not_answer_for_the_firm BEFORE INSERT OR UPDATE OR DELETE ON demo_day_windows
    FOR EACH ROW EXECUTE FUNCTION check_who_answers_for_the_firm();

-- A room has a link, which is for those who meet there, as long as they do. What else is said of the rooms of a day everybody
-- may know who was invited to it; also of those that were withdrawn, for the plans they stand in.
DROP POLICY participants_see_the_rooms ON demo_day_rooms;
CREATE POLICY participants_see_the_rooms_they_meet_in ON demo_day_rooms FOR SELECT
    USING (acts_as('investor', 'founder') AND EXISTS (
        SELECT FROM demo_day_meetings AS m
        WHERE m.tenant_id = demo_day_rooms.tenant_id AND m.demo_day_id = demo_day_rooms.demo_day_id
          AND m.room_id = demo_day_rooms.id AND NOT m.is_dropped));
CREATE FUNCTION rooms_of_own_demo_days(role text, days uuid[])
    RETURNS TABLE (demo_day_id uuid, room_id uuid, room_position integer, name text, capacity bigint, opens_at timestamptz,
                   closes_at timestamptz, is_withdrawn boolean)
    LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN QUERY
    SELECT r.demo_day_id, r.id, r.position, r.name, r.capacity, r.opens_at, r.closes_at, r.withdrawn_at IS NOT NULL
    FROM demo_day_participants AS p
    JOIN demo_day_rooms AS r ON r.tenant_id = p.tenant_id AND r.demo_day_id = p.demo_day_id
    WHERE p.tenant_id = acting_tenant() AND p.demo_day_id = ANY (days) AND p.institution_id = acting_institution()
      AND p.side = CASE role WHEN 'founder' THEN 'startup' WHEN 'investor' THEN 'investor' END;
END $$;

-- One's own meetings of the plan in force that were to come and take place no more: somebody has cancelled or was taken out, or
-- the two are kept apart. One had them in one's calendar, and is told to take them out.
CREATE FUNCTION called_off_meetings(role text, day uuid)
    RETURNS TABLE (investor_id uuid, startup_id uuid, slot integer, starts_at timestamptz, ends_at timestamptz, room_id uuid,
                   sequence integer)
    LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN QUERY
    SELECT m.investor_id, m.startup_id, m.slot, m.starts_at, m.ends_at, m.room_id, m.sequence
    FROM demo_days AS d
    JOIN demo_day_meetings AS m ON m.tenant_id = d.tenant_id AND m.demo_day_id = d.id AND m.plan_id = d.plan_id
    WHERE d.tenant_id = acting_tenant() AND d.id = day
      AND acting_institution() = CASE role WHEN 'founder' THEN m.startup_id WHEN 'investor' THEN m.investor_id END
      AND NOT m.is_dropped AND m.starts_at > now()
      AND NOT meet_on_demo_day(m.demo_day_id, m.startup_id, m.investor_id);
END $$;
REVOKE ALL ON FUNCTION rooms_of_own_demo_days(text, uuid[]), called_off_meetings(text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rooms_of_own_demo_days(text, uuid[]), called_off_meetings(text, uuid) TO trellis_app;
