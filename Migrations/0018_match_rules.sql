-- What a match run was asked to keep to in sharing startups out, and how many startups it could not keep the floor for.

ALTER TABLE match_runs
    -- Shortlists that a startup may be on at most, and is to be on at least. NULL asks for nothing.
    ADD COLUMN rule_most_lists integer,
    ADD COLUMN rule_least_lists integer,
    -- Days for which what an investor was shown and did not answer is not proposed to it again.
    ADD COLUMN rule_rest_days integer,
    -- Startups on fewer lists than they were to be.
    ADD COLUMN below_floor integer,
    ADD CONSTRAINT match_rule_caps_at_one_or_more CHECK (rule_most_lists BETWEEN 1 AND 1000),
    ADD CONSTRAINT match_rule_floor_is_within_the_cap CHECK (
        rule_least_lists BETWEEN 1 AND coalesce(rule_most_lists, 1000)),
    ADD CONSTRAINT match_rule_rests_at_most_three_years CHECK (rule_rest_days BETWEEN 1 AND 1096),
    ADD CONSTRAINT match_run_counts_below_its_floor CHECK (
        (below_floor IS NOT NULL) = (rule_least_lists IS NOT NULL AND finished_at IS NOT NULL)
        AND below_floor BETWEEN 0 AND startups);
