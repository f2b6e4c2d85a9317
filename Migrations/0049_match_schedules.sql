-- Match runs that come by themselves: every so many weeks, on a day, with what a run is asked to keep to. Nobody but managers
-- sees their lists until somebody has released them.
CREATE TABLE match_schedules (
    tenant_id        uuid PRIMARY KEY,
    weeks            integer NOT NULL,
    -- The day of the next run; it is asked for when that day begins in UTC, which is morning in Hong Kong and Tokyo.
    next_on          date NOT NULL,
    length           integer NOT NULL,
    rule_most_lists  integer,
    rule_least_lists integer,
    rule_rest_days   integer,
    set_at           timestamptz NOT NULL DEFAULT now(),
    set_by           uuid NOT NULL,
    CONSTRAINT match_schedule_comes_within_half_a_year CHECK (weeks BETWEEN 1 AND 26),
    CONSTRAINT match_run_length_is_reasonable CHECK (length BETWEEN 1 AND 200),
    CONSTRAINT match_rule_caps_at_one_or_more CHECK (rule_most_lists BETWEEN 1 AND 1000),
    CONSTRAINT match_rule_floor_is_within_the_cap CHECK (
        rule_least_lists BETWEEN 1 AND coalesce(rule_most_lists, 1000)),
    CONSTRAINT match_rule_rests_at_most_three_years CHECK (rule_rest_days BETWEEN 1 AND 1096)
);
CALL wall_table('match_schedules');
CREATE POLICY the_managers_keep_the_schedule ON match_schedules USING (acts_as('manager'));
