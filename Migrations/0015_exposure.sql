-- How evenly a match run spreads the startups over its shortlists, and what that cost. Runs of earlier engines have none.

ALTER TABLE match_runs
    -- Startups on at least one list, and lists of the startup that is on most.
    ADD COLUMN shown integer,
    ADD COLUMN most_lists integer,
    -- In thousandths: the Gini coefficient of what startups are shown, and the share of expected answers given up for it.
    ADD COLUMN exposure_gini integer,
    ADD COLUMN given_up integer,
    ADD CONSTRAINT match_run_exposure_is_whole CHECK (
        num_nulls(shown, most_lists, exposure_gini, given_up) IN (0, 4)
        AND (shown IS NULL OR finished_at IS NOT NULL)),
    ADD CONSTRAINT match_run_exposure_is_possible CHECK (
        shown BETWEEN 0 AND startups AND most_lists BETWEEN 0 AND mandates AND exposure_gini BETWEEN 0 AND 1000
        AND given_up BETWEEN 0 AND 1000);
