-- Mandates, past investments, match runs, and the shortlists that investors answer.

CREATE TABLE mandates (
    tenant_id         uuid NOT NULL,
    id                uuid NOT NULL,
    investor_id       uuid NOT NULL,
    name              text NOT NULL,
    stages            text[] NOT NULL DEFAULT '{}',
    firm_on_stages    boolean NOT NULL DEFAULT false,
    regions           text[] NOT NULL DEFAULT '{}',
    tags              text[] NOT NULL DEFAULT '{}',
    countries_in      text[] NOT NULL DEFAULT '{}',
    countries_out     text[] NOT NULL DEFAULT '{}',
    exclusions        text[] NOT NULL DEFAULT '{}',
    cheque_min_minor  bigint,
    cheque_max_minor  bigint,
    cheque_currency   text,
    deploying         boolean NOT NULL DEFAULT true,
    version           integer NOT NULL DEFAULT 1,
    -- What a source calls the mandate it was imported from.
    external_id       text,
    created_at        timestamptz NOT NULL DEFAULT now(),
    withdrawn_at      timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, investor_id) REFERENCES institutions (tenant_id, id),
    CONSTRAINT mandates_have_distinct_names_per_investor UNIQUE (tenant_id, investor_id, name),
    CONSTRAINT mandates_have_distinct_external_ids UNIQUE (tenant_id, external_id),
    CONSTRAINT mandates_count_their_versions_from_one CHECK (version >= 1),
    CONSTRAINT cheque_range_runs_upward CHECK (cheque_min_minor <= cheque_max_minor AND cheque_min_minor >= 0),
    CONSTRAINT cheque_range_has_a_currency
        CHECK ((coalesce(cheque_min_minor, cheque_max_minor) IS NULL) = (cheque_currency IS NULL)),
    CONSTRAINT a_country_is_wanted_or_not CHECK (NOT countries_in && countries_out)
);

CREATE TABLE mandate_focus_areas (
    tenant_id  uuid NOT NULL,
    mandate_id uuid NOT NULL,
    focus_area text NOT NULL,
    weight     smallint NOT NULL DEFAULT 100,
    PRIMARY KEY (tenant_id, mandate_id, focus_area),
    FOREIGN KEY (tenant_id, mandate_id) REFERENCES mandates (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT mandate_focus_weight_is_a_percentage CHECK (weight BETWEEN 1 AND 100)
);

-- Every text a mandate has had, so that a shortlist can say for which one it was made.
CREATE TABLE mandate_revisions (
    tenant_id  uuid NOT NULL,
    mandate_id uuid NOT NULL,
    version    integer NOT NULL,
    terms      jsonb NOT NULL,
    revised_at timestamptz NOT NULL DEFAULT now(),
    revised_by uuid,
    PRIMARY KEY (tenant_id, mandate_id, version),
    FOREIGN KEY (tenant_id, mandate_id) REFERENCES mandates (tenant_id, id) ON DELETE CASCADE
);

-- Past investments, from which the engine learns what an investor really does.
CREATE TABLE investments (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    investor_id uuid NOT NULL,
    startup_id  uuid NOT NULL,
    made_on     date NOT NULL,
    round_type  text NOT NULL,
    round_minor bigint,
    currency    text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, investor_id) REFERENCES institutions (tenant_id, id),
    FOREIGN KEY (tenant_id, startup_id) REFERENCES startups (tenant_id, id),
    -- The amount is part of it: sources know two rounds of one kind by the same year.
    CONSTRAINT investments_once_per_round
        UNIQUE NULLS NOT DISTINCT (tenant_id, investor_id, startup_id, made_on, round_type, round_minor, currency),
    CONSTRAINT investment_has_amount_and_currency CHECK ((round_minor IS NULL) = (currency IS NULL)),
    CONSTRAINT investment_is_not_negative CHECK (round_minor >= 0)
);

CREATE TABLE match_runs (
    tenant_id      uuid NOT NULL REFERENCES tenants (id),
    id             uuid NOT NULL,
    job_id         uuid,
    engine         text NOT NULL,
    length         integer NOT NULL,
    as_of          date NOT NULL,
    -- The mandates that were asked for; NULL for all that stand.
    asked          uuid[],
    requested_at   timestamptz NOT NULL DEFAULT now(),
    requested_by   uuid,
    finished_at    timestamptz,
    inputs_hash    bytea,
    results_hash   bytea,
    mandates       integer,
    startups       integer,
    -- Pairs of a mandate and a startup that a gate kept apart, in all.
    gated_out      bigint,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT match_run_is_whole_when_finished CHECK (
        (finished_at IS NULL) = (inputs_hash IS NULL) AND (finished_at IS NULL) = (results_hash IS NULL)),
    CONSTRAINT match_run_length_is_reasonable CHECK (length BETWEEN 1 AND 200)
);
CREATE INDEX match_runs_by_request ON match_runs (tenant_id, requested_at, id);

-- One list for one mandate. `parts` are the terms of the score, in thousandths of a point: `score` is their sum, and the
-- database holds us to it.
CREATE TABLE shortlists (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    run_id      uuid NOT NULL,
    mandate_id  uuid NOT NULL,
    -- Which text of the mandate the list was made for.
    mandate_version integer NOT NULL,
    investor_id uuid NOT NULL,
    -- How many startups were looked at, and how many each gate kept out: {"stage": 12, …}.
    considered  integer NOT NULL,
    gates       jsonb NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL DEFAULT now(),
    released_at timestamptz,
    released_by uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, run_id) REFERENCES match_runs (tenant_id, id),
    FOREIGN KEY (tenant_id, mandate_id, mandate_version)
        REFERENCES mandate_revisions (tenant_id, mandate_id, version),
    FOREIGN KEY (tenant_id, investor_id) REFERENCES institutions (tenant_id, id),
    CONSTRAINT shortlists_once_per_run_and_mandate UNIQUE (tenant_id, run_id, mandate_id),
    CONSTRAINT shortlist_release_names_who CHECK ((released_at IS NULL) = (released_by IS NULL))
);
CREATE INDEX shortlists_of_an_investor ON shortlists (tenant_id, investor_id, created_at);

CREATE FUNCTION sum_of_parts(parts jsonb) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT coalesce(sum((part ->> 'value')::bigint), 0) FROM jsonb_array_elements(parts) AS part);

CREATE TABLE shortlist_items (
    tenant_id    uuid NOT NULL,
    shortlist_id uuid NOT NULL,
    startup_id   uuid NOT NULL,
    rank         integer NOT NULL,
    score        bigint NOT NULL,
    parts        jsonb NOT NULL,
    PRIMARY KEY (tenant_id, shortlist_id, startup_id),
    FOREIGN KEY (tenant_id, shortlist_id) REFERENCES shortlists (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, startup_id) REFERENCES startups (tenant_id, id),
    CONSTRAINT shortlist_ranks_are_distinct UNIQUE (tenant_id, shortlist_id, rank),
    CONSTRAINT score_is_the_sum_of_its_parts CHECK (score = sum_of_parts(parts))
);
CREATE INDEX shortlist_items_of_a_startup ON shortlist_items (tenant_id, startup_id);

-- The investor's answers, each kept: the latest counts.
CREATE TABLE shortlist_answers (
    tenant_id     uuid NOT NULL,
    shortlist_id  uuid NOT NULL,
    startup_id    uuid NOT NULL,
    id            uuid NOT NULL,
    answer        text NOT NULL,
    reason        text,
    note          text,
    later_until   date,
    answered_at   timestamptz NOT NULL DEFAULT now(),
    answered_by   uuid NOT NULL,
    PRIMARY KEY (tenant_id, shortlist_id, startup_id, id),
    FOREIGN KEY (tenant_id, shortlist_id, startup_id)
        REFERENCES shortlist_items (tenant_id, shortlist_id, startup_id) ON DELETE CASCADE,
    CONSTRAINT answer_is_known CHECK (answer IN ('interested', 'pass', 'later')),
    CONSTRAINT a_pass_gives_its_reason CHECK ((answer = 'pass') = (reason IS NOT NULL)),
    CONSTRAINT pass_reason_is_known CHECK (reason IN (
        'too_early', 'too_late', 'not_our_sector', 'not_our_place', 'cheque_does_not_fit', 'conflict', 'team',
        'market', 'other')),
    CONSTRAINT later_names_its_day CHECK ((answer = 'later') = (later_until IS NOT NULL))
);

CREATE FUNCTION check_shortlist_is_released() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM shortlists
                   WHERE tenant_id = NEW.tenant_id AND id = NEW.shortlist_id AND released_at IS NOT NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'answers_follow_release',
            MESSAGE = 'the shortlist has not been released';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER answers_follow_release BEFORE INSERT ON shortlist_answers
    FOR EACH ROW EXECUTE FUNCTION check_shortlist_is_released();

CALL wall_table('mandates');
CALL wall_table('mandate_focus_areas');
CALL wall_table('mandate_revisions');
CALL wall_table('investments');
CALL wall_table('match_runs');
CALL wall_table('shortlists');
CALL wall_table('shortlist_items');
CALL wall_table('shortlist_answers');

-- Items are written by the thousand, once, by a run whose hash of all of them stands in the trail: a copy of each would
-- say nothing more. Whoever touched one afterwards would still be on record.
DROP TRIGGER audit_inserted ON shortlist_items;

CREATE POLICY managers_keep_mandates ON mandates USING (acting_role() = 'manager');
CREATE POLICY investors_keep_their_mandates ON mandates
    USING (acting_role() = 'investor' AND investor_id = acting_institution());
CREATE POLICY managers_keep_mandate_focus ON mandate_focus_areas USING (acting_role() = 'manager');
CREATE POLICY investors_keep_their_mandate_focus ON mandate_focus_areas
    USING (acting_role() = 'investor' AND EXISTS (
        SELECT FROM mandates WHERE mandates.tenant_id = mandate_focus_areas.tenant_id AND mandates.id = mandate_id));
CREATE POLICY managers_keep_mandate_revisions ON mandate_revisions USING (acting_role() = 'manager');
CREATE POLICY investors_keep_their_mandate_revisions ON mandate_revisions
    USING (acting_role() = 'investor' AND EXISTS (
        SELECT FROM mandates WHERE mandates.tenant_id = mandate_revisions.tenant_id AND mandates.id = mandate_id));
CREATE POLICY managers_keep_investments ON investments USING (acting_role() = 'manager');
CREATE POLICY investors_see_their_investments ON investments FOR SELECT
    USING (acting_role() = 'investor' AND investor_id = acting_institution());
CREATE POLICY managers_run_matches ON match_runs USING (acting_role() = 'manager');
CREATE POLICY managers_keep_shortlists ON shortlists USING (acting_role() = 'manager');
CREATE POLICY investors_see_released_shortlists ON shortlists FOR SELECT
    USING (acting_role() = 'investor' AND investor_id = acting_institution() AND released_at IS NOT NULL);
CREATE POLICY managers_keep_shortlist_items ON shortlist_items USING (acting_role() = 'manager');
CREATE POLICY items_follow_their_shortlist ON shortlist_items FOR SELECT
    USING (acting_role() = 'investor' AND EXISTS (
        SELECT FROM shortlists WHERE shortlists.tenant_id = shortlist_items.tenant_id AND shortlists.id = shortlist_id));
CREATE POLICY managers_read_answers ON shortlist_answers FOR SELECT USING (acting_role() = 'manager');
CREATE POLICY investors_read_their_answers ON shortlist_answers FOR SELECT
    USING (acting_role() = 'investor' AND EXISTS (
        SELECT FROM shortlists WHERE shortlists.tenant_id = shortlist_answers.tenant_id AND shortlists.id = shortlist_id));
-- In one's own name, and only added to: an answer that was given stays given.
CREATE POLICY investors_answer_their_shortlists ON shortlist_answers FOR INSERT
    WITH CHECK (acting_role() = 'investor' AND answered_by = acting_person() AND EXISTS (
        SELECT FROM shortlists WHERE shortlists.tenant_id = shortlist_answers.tenant_id AND shortlists.id = shortlist_id));

-- An investor meets a startup on a released shortlist, while the startup stays opted in; nowhere else.
CREATE FUNCTION shortlisted_for_acting_investor(startup uuid) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM shortlist_items AS shown
        JOIN shortlists AS list ON list.tenant_id = shown.tenant_id AND list.id = shown.shortlist_id
        WHERE shown.tenant_id = acting_tenant() AND shown.startup_id = startup
          AND list.investor_id = acting_institution() AND list.released_at IS NOT NULL);
END $$;
CREATE FUNCTION shown_to_acting_investor(startup uuid) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN shortlisted_for_acting_investor(startup) AND EXISTS (
        SELECT FROM startups AS willing
        WHERE willing.tenant_id = acting_tenant() AND willing.id = startup AND willing.matching_opted_in_at IS NOT NULL);
END $$;
REVOKE ALL ON FUNCTION shortlisted_for_acting_investor(uuid), shown_to_acting_investor(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION shortlisted_for_acting_investor(uuid), shown_to_acting_investor(uuid) TO trellis_app;
CREATE POLICY investors_see_shortlisted_startups ON startups FOR SELECT
    USING (acting_role() = 'investor' AND matching_opted_in_at IS NOT NULL AND shortlisted_for_acting_investor(id));
CREATE POLICY investors_see_shortlisted_entries ON institutions FOR SELECT
    USING (acting_role() = 'investor' AND shown_to_acting_investor(id));
CREATE POLICY investors_see_shortlisted_focus ON startup_focus_areas FOR SELECT
    USING (acting_role() = 'investor' AND shown_to_acting_investor(startup_id));
