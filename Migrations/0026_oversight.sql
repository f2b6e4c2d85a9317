-- What managers oversee: two more stages, how long an application has stood in its stage and may, and filters by name.

ALTER TABLE applications DROP CONSTRAINT application_state_is_known;
ALTER TABLE applications ADD CONSTRAINT application_state_is_known CHECK (state IN (
    'draft', 'submitted', 'in_review', 'shortlisted', 'interview', 'ineligible', 'offered', 'waitlisted', 'rejected',
    'accepted', 'declined', 'withdrawn'));

-- Since when an application stands where it stands. Its history says so too; lists of thousands are sorted by it.
ALTER TABLE applications ADD COLUMN stage_entered_at timestamptz NOT NULL DEFAULT now();
UPDATE applications AS a SET stage_entered_at = coalesce(
    (SELECT max(e.at) FROM application_events AS e
     WHERE e.tenant_id = a.tenant_id AND e.application_id = a.id AND e.to_state = a.state), a.created_at);
CREATE FUNCTION date_stage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.stage_entered_at := now();
    RETURN NEW;
END $$;
CREATE TRIGGER stages_are_dated BEFORE UPDATE OF state ON applications
    FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION date_stage();

-- A stage's oldest, for the board; all by age in their stage, and by submission, for the table.
CREATE INDEX applications_by_stage ON applications (tenant_id, state, stage_entered_at, id);
CREATE INDEX applications_by_stage_age ON applications (tenant_id, stage_entered_at, id);
CREATE INDEX applications_by_submission
    ON applications (tenant_id, coalesce(submitted_at, '1970-01-01 00:00:00+00'), id);

-- The last wall: the shortlist holds what was judged, an interview is with somebody on it; and a manager does not move the
-- application of a startup of their own.
CREATE FUNCTION check_stage_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A stage that was left for changes is come back to; whether it was this one, another trigger knows.
    IF acting_role() = 'manager' AND (NEW.state = 'shortlisted' AND OLD.state NOT IN ('in_review', 'changes_requested')
        OR NEW.state = 'interview' AND OLD.state NOT IN ('shortlisted', 'changes_requested')) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'stages_follow_each_other',
            MESSAGE = 'the application has not reached the stage before';
    END IF;
    IF acting_role() = 'manager' AND NEW.startup_id = ANY (startups_too_near(acting_role(), acting_person())) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'managers_do_not_move_their_own',
            MESSAGE = 'the startup is the manager''s own';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER managers_do_not_move_their_own BEFORE UPDATE OF state ON applications
    FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION check_stage_move();

-- In how many days the park means to be done with a stage, where a stream says otherwise than `service_days`.
CREATE TABLE service_levels (
    tenant_id uuid NOT NULL,
    stream_id uuid NOT NULL,
    state     text NOT NULL,
    days      integer NOT NULL,
    PRIMARY KEY (tenant_id, stream_id, state),
    FOREIGN KEY (tenant_id, stream_id) REFERENCES streams (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT service_levels_are_of_stages_of_the_park
        CHECK (state IN ('submitted', 'in_review', 'shortlisted', 'interview')),
    CONSTRAINT service_level_is_within_a_year CHECK (days BETWEEN 1 AND 366)
);
CALL wall_table('service_levels');
CREATE POLICY managers_keep_service_levels ON service_levels USING (acting_role() = 'manager');
-- Whoever waits may know how long.
CREATE POLICY founders_read_service_levels ON service_levels FOR SELECT USING (acting_role() = 'founder');

-- The days a stage may take: what the stream says, or what is usual; none where the park is not the one to act.
CREATE FUNCTION service_days(state text, said integer) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN coalesce(said, CASE state
        WHEN 'submitted' THEN 7 WHEN 'in_review' THEN 30 WHEN 'shortlisted' THEN 14 WHEN 'interview' THEN 14 END);
-- The moment after the last day of a stage, where the call is.
CREATE FUNCTION stage_ends(entered timestamptz, zone text, days integer) RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN ((entered AT TIME ZONE zone)::date + days + 1)::timestamp AT TIME ZONE zone;

-- A list of applications by its filter and a name: a manager's own, or shared with the team.
CREATE TABLE saved_filters (
    tenant_id  uuid NOT NULL REFERENCES tenants (id),
    id         uuid NOT NULL,
    owner_id   uuid NOT NULL REFERENCES people (id),
    name       text NOT NULL,
    filter     jsonb NOT NULL,
    is_shared  boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT saved_filters_have_distinct_names UNIQUE (tenant_id, owner_id, name),
    CONSTRAINT saved_filter_has_a_name CHECK (name <> '')
);
CALL wall_table('saved_filters');
CREATE POLICY managers_keep_their_filters ON saved_filters
    USING (acting_role() = 'manager' AND owner_id = acting_person());
CREATE POLICY managers_read_shared_filters ON saved_filters FOR SELECT
    USING (acting_role() = 'manager' AND is_shared);
