-- Demo days: who takes part, when and where there is room, whom each side would meet, and who meets whom.

CREATE TABLE demo_days (
    tenant_id         uuid NOT NULL,
    id                uuid NOT NULL,
    title             jsonb NOT NULL,
    -- When the first slot begins, and in which zone that is meant. The numbers are as wide as what is sent, so that constraints
    -- and not conversions say what is wrong with them.
    starts_at         timestamptz NOT NULL,
    time_zone         text NOT NULL,
    slots             bigint NOT NULL,
    slot_minutes      bigint NOT NULL,
    break_minutes     bigint NOT NULL,
    -- Meetings that every startup is promised, and how many each side has at most.
    floor             bigint NOT NULL,
    most_per_startup  bigint NOT NULL,
    most_per_investor bigint NOT NULL,
    -- Counts the changes of what plans are made from: one is published only while that is as it was.
    revision          bigint NOT NULL DEFAULT 0,
    -- The plan in force.
    plan_id           uuid,
    published_at      timestamptz,
    created_at        timestamptz NOT NULL DEFAULT now(),
    created_by        uuid NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT demo_days_have_one_to_sixty_slots CHECK (slots BETWEEN 1 AND 60),
    CONSTRAINT demo_day_slots_last_five_minutes_to_two_hours CHECK (slot_minutes BETWEEN 5 AND 120),
    CONSTRAINT demo_day_breaks_last_two_hours_at_most CHECK (break_minutes BETWEEN 0 AND 120),
    CONSTRAINT demo_days_last_a_day_at_most CHECK (slots * (slot_minutes + break_minutes) <= 1440),
    CONSTRAINT demo_day_caps_are_one_to_sixty CHECK (
        most_per_startup BETWEEN 1 AND 60 AND most_per_investor BETWEEN 1 AND 60),
    CONSTRAINT demo_day_floor_is_within_the_cap CHECK (floor BETWEEN 0 AND most_per_startup),
    CONSTRAINT demo_day_plans_in_force_are_dated CHECK ((plan_id IS NULL) = (published_at IS NULL))
);
CREATE INDEX demo_days_by_time ON demo_days (tenant_id, starts_at, id);

-- Known by its name: one that is named no more is kept for the plans it stands in.
CREATE TABLE demo_day_rooms (
    tenant_id    uuid NOT NULL,
    demo_day_id  uuid NOT NULL,
    id           uuid NOT NULL,
    position     integer NOT NULL,
    name         text NOT NULL,
    -- Meetings at a time; NULL for any number, as online.
    capacity     bigint,
    link         text,
    -- When it is open; NULL for all day.
    opens_at     timestamptz,
    closes_at    timestamptz,
    withdrawn_at timestamptz,
    PRIMARY KEY (tenant_id, demo_day_id, id),
    FOREIGN KEY (tenant_id, demo_day_id) REFERENCES demo_days (tenant_id, id),
    CONSTRAINT demo_day_rooms_have_distinct_names UNIQUE (tenant_id, demo_day_id, name),
    CONSTRAINT demo_day_rooms_hold_one_to_five_hundred CHECK (capacity BETWEEN 1 AND 500),
    CONSTRAINT demo_day_rooms_close_after_they_open CHECK (opens_at < closes_at)
);

CREATE TABLE demo_day_participants (
    tenant_id      uuid NOT NULL,
    demo_day_id    uuid NOT NULL,
    institution_id uuid NOT NULL,
    side           text NOT NULL,
    state          text NOT NULL DEFAULT 'invited',
    invited_at     timestamptz NOT NULL DEFAULT now(),
    invited_by     uuid NOT NULL,
    answered_at    timestamptz,
    answered_by    uuid,
    PRIMARY KEY (tenant_id, demo_day_id, institution_id),
    FOREIGN KEY (tenant_id, demo_day_id) REFERENCES demo_days (tenant_id, id),
    FOREIGN KEY (tenant_id, institution_id) REFERENCES institutions (tenant_id, id),
    CONSTRAINT participant_side_is_known CHECK (side IN ('startup', 'investor')),
    CONSTRAINT participant_state_is_known CHECK (state IN ('invited', 'accepted', 'cancelled')),
    CONSTRAINT participants_answer_in_person CHECK (
        (state = 'invited') = (answered_at IS NULL) AND (answered_at IS NULL) = (answered_by IS NULL))
);
CREATE INDEX demo_days_of_an_institution ON demo_day_participants (tenant_id, institution_id);

-- When somebody is there; no row for all day.
CREATE TABLE demo_day_windows (
    tenant_id      uuid NOT NULL,
    demo_day_id    uuid NOT NULL,
    institution_id uuid NOT NULL,
    position       integer NOT NULL,
    starts_at      timestamptz NOT NULL,
    ends_at        timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, demo_day_id, institution_id, position),
    FOREIGN KEY (tenant_id, demo_day_id, institution_id)
        REFERENCES demo_day_participants (tenant_id, demo_day_id, institution_id),
    CONSTRAINT demo_day_windows_end_after_they_begin CHECK (starts_at < ends_at),
    CONSTRAINT demo_day_windows_are_a_reasonable_number CHECK (position BETWEEN 1 AND 10)
);

-- Whom somebody would meet, the first of its choice ranked 1, and whom not: without a rank. Its own alone to read.
CREATE TABLE demo_day_wishes (
    tenant_id   uuid NOT NULL,
    demo_day_id uuid NOT NULL,
    author_id   uuid NOT NULL,
    about_id    uuid NOT NULL,
    rank        integer,
    PRIMARY KEY (tenant_id, demo_day_id, author_id, about_id),
    FOREIGN KEY (tenant_id, demo_day_id, author_id)
        REFERENCES demo_day_participants (tenant_id, demo_day_id, institution_id),
    FOREIGN KEY (tenant_id, demo_day_id, about_id)
        REFERENCES demo_day_participants (tenant_id, demo_day_id, institution_id),
    CONSTRAINT demo_day_wishes_are_in_order UNIQUE (tenant_id, demo_day_id, author_id, rank),
    CONSTRAINT demo_day_wishes_count_from_one CHECK (rank >= 1)
);
-- How much somebody has said, which the park knows.
CREATE TABLE demo_day_wish_lists (
    tenant_id   uuid NOT NULL,
    demo_day_id uuid NOT NULL,
    author_id   uuid NOT NULL,
    ranked      integer NOT NULL,
    refused     integer NOT NULL,
    said_at     timestamptz NOT NULL DEFAULT now(),
    said_by     uuid NOT NULL,
    PRIMARY KEY (tenant_id, demo_day_id, author_id),
    FOREIGN KEY (tenant_id, demo_day_id, author_id)
        REFERENCES demo_day_participants (tenant_id, demo_day_id, institution_id)
);

-- A plan of who meets whom, made by a job: a draft until it is published, and never changed.
CREATE TABLE demo_day_plans (
    tenant_id    uuid NOT NULL,
    demo_day_id  uuid NOT NULL,
    id           uuid NOT NULL,
    -- From 1 in the order in which they were asked for.
    number       integer NOT NULL,
    job_id       uuid,
    -- The plan in force when it was asked for, of which it keeps what it can.
    base_id      uuid,
    asked_at     timestamptz NOT NULL DEFAULT now(),
    asked_by     uuid NOT NULL,
    made_at      timestamptz,
    -- The revision of the demo day that it was made from.
    revision     bigint,
    inputs_hash  bytea,
    report       jsonb,
    published_at timestamptz,
    published_by uuid,
    PRIMARY KEY (tenant_id, demo_day_id, id),
    FOREIGN KEY (tenant_id, demo_day_id) REFERENCES demo_days (tenant_id, id),
    FOREIGN KEY (tenant_id, demo_day_id, base_id) REFERENCES demo_day_plans (tenant_id, demo_day_id, id),
    CONSTRAINT demo_day_plans_are_numbered UNIQUE (tenant_id, demo_day_id, number),
    CONSTRAINT demo_day_plans_are_made_whole CHECK (num_nonnulls(made_at, revision, inputs_hash, report) IN (0, 4)),
    CONSTRAINT demo_day_plans_are_made_before_they_are_published CHECK (published_at IS NULL OR made_at IS NOT NULL),
    CONSTRAINT demo_day_publications_name_who CHECK ((published_at IS NULL) = (published_by IS NULL))
);
ALTER TABLE demo_days ADD FOREIGN KEY (tenant_id, id, plan_id)
    REFERENCES demo_day_plans (tenant_id, demo_day_id, id);

-- The meetings of a plan, and those that earlier ones had and it dropped, for calendars to take them out.
CREATE TABLE demo_day_meetings (
    tenant_id   uuid NOT NULL,
    demo_day_id uuid NOT NULL,
    plan_id     uuid NOT NULL,
    investor_id uuid NOT NULL,
    startup_id  uuid NOT NULL,
    -- From 0, and when that was as the plan was made.
    slot        integer NOT NULL,
    starts_at   timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL,
    room_id     uuid NOT NULL,
    -- Which of the room's places, from 1.
    place       integer NOT NULL,
    is_dropped  boolean NOT NULL DEFAULT false,
    -- The number of the plan that changed it last.
    sequence    integer NOT NULL,
    PRIMARY KEY (tenant_id, demo_day_id, plan_id, investor_id, startup_id),
    FOREIGN KEY (tenant_id, demo_day_id, plan_id) REFERENCES demo_day_plans (tenant_id, demo_day_id, id),
    FOREIGN KEY (tenant_id, demo_day_id, room_id) REFERENCES demo_day_rooms (tenant_id, demo_day_id, id),
    FOREIGN KEY (tenant_id, demo_day_id, investor_id)
        REFERENCES demo_day_participants (tenant_id, demo_day_id, institution_id),
    FOREIGN KEY (tenant_id, demo_day_id, startup_id)
        REFERENCES demo_day_participants (tenant_id, demo_day_id, institution_id),
    CONSTRAINT demo_day_meetings_end_after_they_begin CHECK (starts_at < ends_at)
);
CREATE UNIQUE INDEX investors_have_one_meeting_at_a_time
    ON demo_day_meetings (tenant_id, demo_day_id, plan_id, investor_id, slot) WHERE NOT is_dropped;
CREATE UNIQUE INDEX startups_have_one_meeting_at_a_time
    ON demo_day_meetings (tenant_id, demo_day_id, plan_id, startup_id, slot) WHERE NOT is_dropped;
CREATE UNIQUE INDEX places_are_taken_once_at_a_time
    ON demo_day_meetings (tenant_id, demo_day_id, plan_id, slot, room_id, place) WHERE NOT is_dropped;

CREATE TABLE demo_day_outcomes (
    tenant_id   uuid NOT NULL,
    demo_day_id uuid NOT NULL,
    investor_id uuid NOT NULL,
    startup_id  uuid NOT NULL,
    outcome     text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    recorded_by uuid NOT NULL,
    PRIMARY KEY (tenant_id, demo_day_id, investor_id, startup_id),
    FOREIGN KEY (tenant_id, demo_day_id, investor_id)
        REFERENCES demo_day_participants (tenant_id, demo_day_id, institution_id),
    FOREIGN KEY (tenant_id, demo_day_id, startup_id)
        REFERENCES demo_day_participants (tenant_id, demo_day_id, institution_id),
    CONSTRAINT demo_day_outcome_is_known CHECK (outcome IN ('held', 'no_show'))
);

CALL wall_table('demo_days');
CALL wall_table('demo_day_rooms');
CALL wall_table('demo_day_participants');
CALL wall_table('demo_day_windows');
CALL wall_table('demo_day_wishes');
CALL wall_table('demo_day_wish_lists');
CALL wall_table('demo_day_plans');
CALL wall_table('demo_day_meetings');
CALL wall_table('demo_day_outcomes');
REVOKE DELETE ON demo_days, demo_day_rooms, demo_day_participants, demo_day_wish_lists, demo_day_plans, demo_day_meetings,
    demo_day_outcomes FROM trellis_app;
REVOKE UPDATE ON demo_day_windows, demo_day_wishes, demo_day_meetings FROM trellis_app;

-- Whether a startup agrees to be shown, an investor is verified, and neither keeps the other away; whoever asks.
CREATE FUNCTION may_meet(startup uuid, investor uuid) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN EXISTS (SELECT FROM startups AS t
                   WHERE t.tenant_id = acting_tenant() AND t.id = startup AND t.matching_opted_in_at IS NOT NULL)
        AND is_verified(investor) AND NOT is_blocked(startup, investor);
END $$;
-- Whether the two may meet on a demo day: both take part, too.
CREATE FUNCTION meet_on_demo_day(day uuid, startup uuid, investor uuid) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN (SELECT count(*) FROM demo_day_participants AS p
            WHERE p.tenant_id = acting_tenant() AND p.demo_day_id = day AND p.state = 'accepted'
              AND (p.institution_id = startup AND p.side = 'startup'
                   OR p.institution_id = investor AND p.side = 'investor')) = 2
        AND may_meet(startup, investor);
END $$;
-- Whom an institution may meet on a demo day, as far as it is told of them; none before it takes part itself. The rows of the
-- directory stay closed to it. People ask for their own institution, the service for any.
CREATE FUNCTION whom_to_meet(role text, institution uuid, day uuid)
    RETURNS TABLE (institution_id uuid, names jsonb, pitch text, country text, website text) LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN QUERY
    SELECT i.id, i.names, t.pitch, i.country, i.website
    FROM demo_day_participants AS own
    JOIN demo_day_participants AS p ON p.tenant_id = own.tenant_id AND p.demo_day_id = own.demo_day_id
        AND p.side <> own.side AND p.state = 'accepted'
    JOIN institutions AS i ON i.tenant_id = p.tenant_id AND i.id = p.institution_id
    LEFT JOIN startups AS t ON t.tenant_id = p.tenant_id AND t.id = p.institution_id
    WHERE own.tenant_id = acting_tenant() AND own.demo_day_id = day AND own.institution_id = institution
      AND own.state = 'accepted' AND (role = 'system' OR institution = acting_institution()
          AND own.side = CASE role WHEN 'founder' THEN 'startup' WHEN 'investor' THEN 'investor' END)
      AND CASE own.side WHEN 'startup' THEN may_meet(own.institution_id, p.institution_id)
                        ELSE may_meet(p.institution_id, own.institution_id) END;
END $$;
REVOKE ALL ON FUNCTION may_meet(uuid, uuid), meet_on_demo_day(uuid, uuid, uuid), whom_to_meet(text, uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION may_meet(uuid, uuid), meet_on_demo_day(uuid, uuid, uuid),
    whom_to_meet(text, uuid, uuid) TO trellis_app;

CREATE POLICY the_managers_keep_demo_days ON demo_days USING (acts_as('manager'));
CREATE POLICY participants_see_their_demo_days ON demo_days FOR SELECT
    USING (acts_as('investor', 'founder') AND EXISTS (
        SELECT FROM demo_day_participants AS p
        WHERE p.tenant_id = demo_days.tenant_id AND p.demo_day_id = demo_days.id
          AND p.institution_id = acting_institution()));
CREATE POLICY the_managers_keep_demo_day_rooms ON demo_day_rooms USING (acts_as('manager'));
CREATE POLICY participants_see_the_rooms ON demo_day_rooms FOR SELECT
    USING (acts_as('investor', 'founder') AND EXISTS (
        SELECT FROM demo_days AS d WHERE d.tenant_id = demo_day_rooms.tenant_id AND d.id = demo_day_id));
CREATE POLICY the_managers_keep_participants ON demo_day_participants USING (acts_as('manager'));
CREATE POLICY participants_see_themselves ON demo_day_participants FOR SELECT
    USING (acts_as('investor', 'founder') AND institution_id = acting_institution());
CREATE POLICY participants_answer_for_themselves ON demo_day_participants FOR UPDATE
    USING (acts_as('investor', 'founder') AND institution_id = acting_institution())
    WITH CHECK (acts_as('investor', 'founder') AND institution_id = acting_institution()
        AND answered_by = acting_person());
CREATE POLICY the_managers_see_windows ON demo_day_windows FOR SELECT USING (acts_as('manager'));
CREATE POLICY participants_keep_their_windows ON demo_day_windows
    USING (acts_as('investor', 'founder') AND institution_id = acting_institution());
-- Not even the park reads a wish; plans are made by the service.
CREATE POLICY authors_read_their_wishes ON demo_day_wishes FOR SELECT
    USING (acts_as('investor', 'founder') AND author_id = acting_institution());
CREATE POLICY authors_drop_their_wishes ON demo_day_wishes FOR DELETE
    USING (acts_as('investor', 'founder') AND author_id = acting_institution());
CREATE POLICY authors_wish_for_whom_they_may_meet ON demo_day_wishes FOR INSERT
    WITH CHECK (acts_as('investor', 'founder') AND author_id = acting_institution()
        AND about_id IN (SELECT w.institution_id
            FROM whom_to_meet(acting_role(), acting_institution(), demo_day_id) AS w));
CREATE POLICY nobody_reads_the_trail_of_wishes ON audit_events AS RESTRICTIVE FOR SELECT
    USING (noun <> 'demo_day_wishes' OR acts_as('system'));
CREATE POLICY the_managers_see_how_much_was_said ON demo_day_wish_lists FOR SELECT USING (acts_as('manager'));
CREATE POLICY authors_keep_their_wish_list ON demo_day_wish_lists
    USING (acts_as('investor', 'founder') AND author_id = acting_institution());
CREATE POLICY the_managers_keep_demo_day_plans ON demo_day_plans USING (acts_as('manager'));
CREATE POLICY the_managers_see_demo_day_meetings ON demo_day_meetings FOR SELECT USING (acts_as('manager'));
-- Of the plan in force, while the two may meet; and those that were dropped, of which the other side is told nothing more.
CREATE POLICY participants_see_their_meetings ON demo_day_meetings FOR SELECT
    USING (acts_as('investor', 'founder') AND acting_institution() IN (investor_id, startup_id)
        AND EXISTS (SELECT FROM demo_days AS d
                    WHERE d.tenant_id = demo_day_meetings.tenant_id AND d.id = demo_day_id
                      AND d.plan_id = demo_day_meetings.plan_id)
        AND (is_dropped OR meet_on_demo_day(demo_day_id, startup_id, investor_id)));
CREATE POLICY the_managers_record_outcomes ON demo_day_outcomes USING (acts_as('manager'));
CREATE POLICY participants_see_their_outcomes ON demo_day_outcomes FOR SELECT
    USING (acts_as('investor', 'founder') AND acting_institution() IN (investor_id, startup_id)
        AND meet_on_demo_day(demo_day_id, startup_id, investor_id));

-- Whom nobody is shown to does not take part, and who has cancelled comes back when it is invited again.
CREATE FUNCTION check_participant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND acts_as('investor', 'founder')
        AND (OLD.state = 'cancelled' OR NEW.state = 'invited' OR NEW.side <> OLD.side) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'participants_are_invited_by_the_park',
            MESSAGE = 'who has cancelled waits to be invited again';
    END IF;
    IF NEW.state = 'cancelled' THEN RETURN NEW; END IF;
    PERFORM check_participation(NEW.institution_id, NEW.side);
    RETURN NEW;
END $$;
CREATE FUNCTION check_participation(institution uuid, side text) RETURNS void LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF EXISTS (SELECT FROM startups AS t WHERE t.tenant_id = acting_tenant() AND t.id = institution)
        <> (side = 'startup') THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'startups_take_part_as_startups',
            MESSAGE = 'a startup takes part as one, and nobody else does';
    ELSIF side = 'startup' AND NOT EXISTS (
        SELECT FROM startups AS t
        WHERE t.tenant_id = acting_tenant() AND t.id = institution AND t.matching_opted_in_at IS NOT NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'startups_on_demo_days_agree_to_be_shown',
            MESSAGE = 'the startup does not agree to be shown to investors';
    ELSIF side = 'investor' AND NOT is_verified(institution) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'investors_on_demo_days_are_verified',
            MESSAGE = 'the investor is not verified';
    ELSIF side = 'investor' AND EXISTS (
        SELECT FROM investor_pauses AS p
        WHERE p.tenant_id = acting_tenant() AND p.investor_id = institution
          AND (p.until IS NULL OR p.until >= (now() AT TIME ZONE 'UTC')::date)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'investors_on_demo_days_are_not_paused',
            MESSAGE = 'the investor has paused';
    END IF;
END $$;
REVOKE ALL ON FUNCTION check_participation(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION check_participation(uuid, text) TO trellis_app;
CREATE TRIGGER participants_may_be_shown BEFORE INSERT OR UPDATE ON demo_day_participants
    FOR EACH ROW EXECUTE FUNCTION check_participant();

-- What plans are made from has changed. Whoever changed it may not write the demo day.
CREATE FUNCTION count_demo_day_change() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    UPDATE demo_days SET revision = revision + 1 WHERE tenant_id = NEW.tenant_id AND id = NEW.demo_day_id;
    RETURN NULL;
END $$;
CREATE TRIGGER participation_outdates_plans AFTER UPDATE ON demo_day_participants
    FOR EACH ROW WHEN (OLD.state = 'accepted' OR NEW.state = 'accepted') EXECUTE FUNCTION count_demo_day_change();
CREATE TRIGGER wishes_outdate_plans AFTER INSERT OR UPDATE ON demo_day_wish_lists
    FOR EACH ROW EXECUTE FUNCTION count_demo_day_change();

CREATE FUNCTION check_demo_day_meeting() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF NEW.is_dropped THEN RETURN NEW; END IF;
    IF NOT meet_on_demo_day(NEW.demo_day_id, NEW.startup_id, NEW.investor_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'demo_day_meetings_are_of_pairs_that_may_meet',
            MESSAGE = 'the two are not to meet';
    END IF;
    IF EXISTS (SELECT FROM demo_day_rooms AS r
               WHERE r.tenant_id = NEW.tenant_id AND r.demo_day_id = NEW.demo_day_id AND r.id = NEW.room_id
                 AND r.capacity < NEW.place)
        OR EXISTS (SELECT FROM demo_days AS d
                   WHERE d.tenant_id = NEW.tenant_id AND d.id = NEW.demo_day_id AND NEW.slot NOT BETWEEN 0 AND d.slots - 1)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'demo_day_meetings_have_a_place',
            MESSAGE = 'the room has no such place, or the day no such slot';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER demo_day_meetings_have_a_place BEFORE INSERT ON demo_day_meetings
    FOR EACH ROW EXECUTE FUNCTION check_demo_day_meeting();

-- A plan comes into force as it was made: nothing has changed since, no other has come into force, all pairs still may meet.
CREATE FUNCTION check_plan_in_force() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM demo_day_plans AS p
                   WHERE p.tenant_id = NEW.tenant_id AND p.demo_day_id = NEW.id AND p.id = NEW.plan_id
                     AND p.revision = OLD.revision AND p.base_id IS NOT DISTINCT FROM OLD.plan_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'demo_day_plans_are_published_as_things_stand',
            MESSAGE = 'something has changed since the plan was made';
    END IF;
    IF EXISTS (SELECT FROM demo_day_meetings AS m
               WHERE m.tenant_id = NEW.tenant_id AND m.demo_day_id = NEW.id AND m.plan_id = NEW.plan_id
                 AND NOT m.is_dropped AND NOT meet_on_demo_day(NEW.id, m.startup_id, m.investor_id)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'demo_day_meetings_are_of_pairs_that_may_meet',
            MESSAGE = 'two of the plan are not to meet';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER demo_day_plans_are_published_as_things_stand BEFORE UPDATE OF plan_id ON demo_days
    FOR EACH ROW WHEN (NEW.plan_id IS DISTINCT FROM OLD.plan_id) EXECUTE FUNCTION check_plan_in_force();

CREATE FUNCTION check_demo_day_outcome() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM demo_days AS d
        JOIN demo_day_meetings AS m ON m.tenant_id = d.tenant_id AND m.demo_day_id = d.id AND m.plan_id = d.plan_id
        WHERE d.tenant_id = NEW.tenant_id AND d.id = NEW.demo_day_id AND NOT m.is_dropped
          AND (m.investor_id, m.startup_id) = (NEW.investor_id, NEW.startup_id)
          AND m.starts_at <= now()) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'outcomes_are_of_meetings_that_have_begun',
            MESSAGE = 'there is no such meeting, or it has not begun';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER outcomes_are_of_meetings_that_have_begun BEFORE INSERT OR UPDATE ON demo_day_outcomes
    FOR EACH ROW EXECUTE FUNCTION check_demo_day_outcome();
