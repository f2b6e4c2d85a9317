-- What a startup agrees to, by purpose and audience. Until now it agreed to all at once, before every verified investor.

-- A decision of a startup's. They are only added to: the one of a purpose that nothing has superseded stands, and the others
-- are its history.
CREATE TABLE consents (
    tenant_id     uuid NOT NULL,
    startup_id    uuid NOT NULL,
    -- Counts the startup's decisions.
    number        integer NOT NULL,
    purpose       text NOT NULL,
    audience      text NOT NULL,
    -- Whom the audience names: those alone, or all but those.
    investors     uuid[] NOT NULL DEFAULT '{}',
    decided_at    timestamptz NOT NULL DEFAULT now(),
    -- Who decided, and as what; NULL for what was agreed to before this was kept.
    decided_by    uuid DEFAULT acting_person(),
    decided_as    text DEFAULT acting_role(),
    decided_name  text,
    superseded_at timestamptz,
    PRIMARY KEY (tenant_id, startup_id, number),
    FOREIGN KEY (tenant_id, startup_id) REFERENCES startups (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT consent_purpose_is_known CHECK (purpose IN ('shortlists', 'demo_days')),
    CONSTRAINT consent_audience_is_known CHECK (audience IN ('everyone', 'chosen', 'all_but', 'nobody')),
    CONSTRAINT consents_name_investors_where_they_choose CHECK (
        (audience IN ('chosen', 'all_but')) = (cardinality(investors) > 0)),
    CONSTRAINT consents_name_at_most_200_investors CHECK (cardinality(investors) <= 200)
);
CREATE UNIQUE INDEX consents_stand_once_a_purpose ON consents (tenant_id, startup_id, purpose) WHERE superseded_at IS NULL;

-- An investor that founders may find by name, to choose it or leave it out. Nobody is found who has not asked for it.
CREATE TABLE visible_investors (
    tenant_id   uuid NOT NULL,
    investor_id uuid NOT NULL,
    since       timestamptz NOT NULL DEFAULT now(),
    set_by      uuid NOT NULL,
    PRIMARY KEY (tenant_id, investor_id),
    FOREIGN KEY (tenant_id, investor_id) REFERENCES institutions (tenant_id, id)
);

-- Who had agreed stays agreed to the same: to shortlists and to demo days, before everyone. The owner reads past the walls.
ALTER TABLE startups NO FORCE ROW LEVEL SECURITY;
INSERT INTO consents (tenant_id, startup_id, number, purpose, audience, decided_at, decided_by, decided_as)
SELECT s.tenant_id, s.id, p.number, p.purpose, 'everyone', s.matching_opted_in_at, NULL, NULL
FROM startups AS s CROSS JOIN (VALUES (1, 'shortlists'), (2, 'demo_days')) AS p (number, purpose)
WHERE s.matching_opted_in_at IS NOT NULL;
ALTER TABLE startups FORCE ROW LEVEL SECURITY;

CALL wall_table('consents');
CALL wall_table('visible_investors');
REVOKE UPDATE, DELETE ON consents FROM trellis_app;
GRANT UPDATE (superseded_at) ON consents TO trellis_app;
REVOKE UPDATE ON visible_investors FROM trellis_app;

-- Investors read none of it: whom a startup chose, the others must not learn.
CREATE POLICY the_managers_read_consents ON consents FOR SELECT USING (acts_as('manager'));
CREATE POLICY founders_read_their_consents ON consents FOR SELECT
    USING (acts_as('founder') AND startup_id = acting_institution());
CREATE POLICY founders_and_the_park_decide_in_their_own_name ON consents FOR INSERT
    WITH CHECK ((acts_as('manager') OR acts_as('founder') AND startup_id = acting_institution())
        AND decided_by = acting_person() AND decided_as = acting_role());
CREATE POLICY the_managers_show_investors ON visible_investors USING (acts_as('manager'));
CREATE POLICY investors_show_themselves ON visible_investors
    USING (acts_as('investor') AND investor_id = acting_institution());
CREATE POLICY founders_find_verified_investors ON visible_investors FOR SELECT
    USING (acts_as('founder') AND is_verified(investor_id));
CREATE TRIGGER analysts_do_not_answer_for_the_firm BEFORE INSERT OR DELETE ON visible_investors
    FOR EACH ROW EXECUTE FUNCTION check_who_answers_for_the_firm();

-- What founders are told of an investor: of one that they may find, or that their startup named while they could. The rows of
-- the directory stay closed to them.
CREATE FUNCTION investor_in_a_line(investor uuid) RETURNS TABLE (names jsonb, kind text, country text)
    LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN QUERY
    SELECT i.names, i.kind, i.country::text FROM institutions AS i
    WHERE i.tenant_id = acting_tenant() AND i.id = investor
      AND (EXISTS (SELECT FROM visible_investors AS v WHERE v.tenant_id = i.tenant_id AND v.investor_id = i.id)
               AND is_verified(i.id)
           OR EXISTS (SELECT FROM consents AS c
                      WHERE c.tenant_id = i.tenant_id AND c.startup_id = acting_institution() AND i.id = ANY (c.investors)));
END $$;

-- A decision takes the place of the one before it. It names investors that founders may find, or that the one before named.
CREATE FUNCTION decide_on_consent() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    named uuid[];
BEGIN
    -- Two decisions at once are counted one after the other.
    PERFORM FROM startups AS t WHERE t.tenant_id = NEW.tenant_id AND t.id = NEW.startup_id FOR NO KEY UPDATE;
    UPDATE consents AS c SET superseded_at = now()
    WHERE c.tenant_id = NEW.tenant_id AND c.startup_id = NEW.startup_id AND c.purpose = NEW.purpose
      AND c.superseded_at IS NULL
    RETURNING c.investors INTO named;
    IF EXISTS (SELECT FROM unnest(NEW.investors) AS n (id)
               WHERE n.id <> ALL (coalesce(named, '{}')) AND NOT (is_verified(n.id) AND EXISTS (
                   SELECT FROM visible_investors AS v WHERE v.tenant_id = NEW.tenant_id AND v.investor_id = n.id))) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'consents_name_investors_that_founders_may_find',
            MESSAGE = 'the startup names an investor that founders may not find';
    END IF;
    NEW.number := 1 + (SELECT coalesce(max(c.number), 0) FROM consents AS c
                       WHERE c.tenant_id = NEW.tenant_id AND c.startup_id = NEW.startup_id);
    NEW.decided_at := now();
    NEW.decided_name := (SELECT p.name FROM people AS p WHERE p.id = NEW.decided_by);
    NEW.superseded_at := NULL;
    RETURN NEW;
END $$;
CREATE TRIGGER decisions_take_the_place_of_the_one_before BEFORE INSERT ON consents
    FOR EACH ROW EXECUTE FUNCTION decide_on_consent();

-- Whether a startup agrees to be shown to an investor for a purpose, whoever asks.
CREATE FUNCTION consents_to(startup uuid, asked text, investor uuid) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM consents AS c
        WHERE c.tenant_id = acting_tenant() AND c.startup_id = startup AND c.purpose = asked AND c.superseded_at IS NULL
          AND CASE c.audience WHEN 'everyone' THEN true WHEN 'chosen' THEN investor = ANY (c.investors)
                              WHEN 'all_but' THEN investor <> ALL (c.investors) ELSE false END);
END $$;
REVOKE ALL ON FUNCTION investor_in_a_line(uuid), consents_to(uuid, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION investor_in_a_line(uuid), consents_to(uuid, text, uuid) TO trellis_app;

-- Whether a startup is hidden from an investor: it does not agree to be shown to it, or a block stands between the two. Not
-- one that it has asked for: that it is gone would tell of the block. Every reading of a list asks this.
CREATE OR REPLACE FUNCTION is_hidden(startup uuid, investor uuid) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN NOT consents_to(startup, 'shortlists', investor) OR is_blocked(startup, investor) AND NOT EXISTS (
        SELECT FROM introductions AS n
        WHERE n.tenant_id = acting_tenant() AND n.investor_id = investor AND n.startup_id = startup);
END $$;
DROP POLICY items_follow_their_shortlist ON shortlist_items;
CREATE POLICY items_follow_their_shortlist ON shortlist_items FOR SELECT
    USING (acts_as('investor') AND NOT is_hidden(startup_id, acting_institution()) AND EXISTS (
        SELECT FROM shortlists WHERE shortlists.tenant_id = shortlist_items.tenant_id AND shortlists.id = shortlist_id));
DROP FUNCTION agrees_to_be_shown(uuid);

-- Being shown on a list implies agreeing to it now.
CREATE OR REPLACE FUNCTION shown_to_acting_investor(startup uuid) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN shortlisted_for_acting_investor(startup);
END $$;
DROP POLICY all_others_see_what_concerns_them ON startups;
DROP FUNCTION acting_may_see_startup(uuid, boolean);
CREATE FUNCTION acting_may_see_startup(startup uuid) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN CASE acting_role()
        WHEN 'founder' THEN startup = acting_institution()
        WHEN 'mentor' THEN acting_mentor_of(startup)
        WHEN 'investor' THEN shortlisted_for_acting_investor(startup)
        ELSE false
    END;
END $$;
REVOKE ALL ON FUNCTION acting_may_see_startup(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION acting_may_see_startup(uuid) TO trellis_app;
CREATE POLICY all_others_see_what_concerns_them ON startups FOR SELECT USING (acting_may_see_startup(id));

-- What an investor has in hand under a mandate: proposals that wait for its answer, and introductions that run.
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
          AND consents_to(x.startup_id, 'shortlists', s.investor_id) AND NOT is_blocked(x.startup_id, s.investor_id))
        + (SELECT count(*) FROM introductions AS i
           WHERE i.tenant_id = acting_tenant() AND i.mandate_id = mandate AND i.ended_at IS NULL);
END $$;

-- How many startups the investor would see on a list.
CREATE OR REPLACE FUNCTION shown_by(list uuid) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT count(*) FROM shortlist_items AS x
        JOIN shortlists AS s ON s.tenant_id = x.tenant_id AND s.id = x.shortlist_id
        WHERE x.tenant_id = acting_tenant() AND x.shortlist_id = list
          AND consents_to(x.startup_id, 'shortlists', s.investor_id) AND NOT is_blocked(x.startup_id, s.investor_id));
END $$;

-- An introduction begins with an investor that is interested in a startup it was shown, and may be.
CREATE OR REPLACE FUNCTION check_introduction() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF NEW.stage <> 'asked' OR NOT is_verified(NEW.investor_id) OR NOT EXISTS (
        SELECT FROM shortlists AS s
        WHERE s.tenant_id = NEW.tenant_id AND s.id = NEW.shortlist_id AND s.released_at IS NOT NULL
          AND (s.investor_id, s.mandate_id, s.mandate_version) = (NEW.investor_id, NEW.mandate_id, NEW.mandate_version)
          AND 'interested' = (
              SELECT a.answer FROM shortlist_answers AS a
              WHERE a.tenant_id = s.tenant_id AND a.shortlist_id = s.id AND a.startup_id = NEW.startup_id
              ORDER BY a.answered_at DESC, a.id DESC LIMIT 1)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'introductions_rest_on_interest',
            MESSAGE = 'an introduction begins with interest in a startup of a released list';
    END IF;
    IF NOT consents_to(NEW.startup_id, 'shortlists', NEW.investor_id) OR is_blocked(NEW.startup_id, NEW.investor_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'introductions_are_to_startups_that_agree',
            MESSAGE = 'the startup is not to be introduced to this investor';
    END IF;
    -- Among what counts is the answer it rests on, which has ceased to wait.
    PERFORM hold_mandate_to_its_cap(NEW.mandate_id, 1);
    RETURN NEW;
END $$;

-- Only the startup consents for itself, in time; contacts come to be in the same moment.
CREATE OR REPLACE FUNCTION move_introduction() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stages CONSTANT text[] := ARRAY['asked', 'introduced', 'meeting_set', 'met', 'in_diligence', 'committed', 'term_sheet',
        'closed', 'passed', 'stalled', 'not_now', 'withdrawn'];
BEGIN
    IF OLD.ended_at IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'introductions_that_ended_stay_as_they_are',
            MESSAGE = 'an introduction that ended stays as it is';
    END IF;
    IF (NEW.investor_id, NEW.startup_id, NEW.shortlist_id, NEW.mandate_id, NEW.mandate_version, NEW.asked_at, NEW.asked_by,
        NEW.consent_by)
        IS DISTINCT FROM
        (OLD.investor_id, OLD.startup_id, OLD.shortlist_id, OLD.mandate_id, OLD.mandate_version, OLD.asked_at, OLD.asked_by,
        OLD.consent_by)
        OR OLD.consented_by IS NOT NULL AND NEW.consented_by <> OLD.consented_by
        -- Neither side says the other's no.
        OR NEW.stage = 'not_now' AND acts_as('investor') OR NEW.stage = 'withdrawn' AND acts_as('founder') THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'introductions_keep_what_was_asked',
            MESSAGE = 'an introduction keeps who asked for whom';
    END IF;
    IF NEW.introduced_at IS DISTINCT FROM OLD.introduced_at AND (
        OLD.introduced_at IS NOT NULL OR NOT acts_as('founder') OR NEW.startup_id <> acting_institution()
        OR NEW.consented_by <> acting_person() OR (now() AT TIME ZONE 'UTC')::date > OLD.consent_by) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'startups_consent_for_themselves_in_time',
            MESSAGE = 'only the startup consents, once and in time';
    END IF;
    -- A block that was set while the question was being asked saw no introduction to end; and who has left the audience is
    -- not met because the clock has not come round yet.
    IF OLD.introduced_at IS NULL AND NEW.introduced_at IS NOT NULL AND (
        is_blocked(NEW.startup_id, NEW.investor_id)
        OR NOT consents_to(NEW.startup_id, 'shortlists', NEW.investor_id)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'introductions_are_to_startups_that_agree',
            MESSAGE = 'one of the two does not want it';
    END IF;
    IF OLD.introduced_at IS NULL AND NEW.introduced_at IS NOT NULL AND NOT is_verified(NEW.investor_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'contacts_go_to_verified_investors',
            MESSAGE = 'the investor is not verified';
    END IF;
    -- Forward only; which stages need consent, a constraint says.
    IF array_position(stages, NEW.stage) < array_position(stages, OLD.stage) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'introductions_move_forward',
            MESSAGE = 'an introduction does not go back';
    END IF;
    NEW.moved_at := now();
    RETURN NEW;
END $$;

-- Whether a startup agrees to meet an investor on demo days, the investor is verified, and neither keeps the other away; whoever
-- asks.
CREATE OR REPLACE FUNCTION may_meet(startup uuid, investor uuid) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN consents_to(startup, 'demo_days', investor) AND is_verified(investor) AND NOT is_blocked(startup, investor);
END $$;
CREATE OR REPLACE FUNCTION check_participation(institution uuid, side text) RETURNS void LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF EXISTS (SELECT FROM startups AS t WHERE t.tenant_id = acting_tenant() AND t.id = institution)
        <> (side = 'startup') THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'startups_take_part_as_startups',
            MESSAGE = 'a startup takes part as one, and nobody else does';
    ELSIF side = 'startup' AND NOT EXISTS (
        SELECT FROM consents AS c
        WHERE c.tenant_id = acting_tenant() AND c.startup_id = institution AND c.purpose = 'demo_days'
          AND c.superseded_at IS NULL AND c.audience <> 'nobody') THEN
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

ALTER TABLE startups DROP COLUMN matching_opted_in_at;

-- What matching looks at: consents, too.
DROP INDEX audit_events_for_matching;
CREATE INDEX audit_events_for_matching ON audit_events (tenant_id, xact)
    WHERE noun IN (
        'startups', 'institutions', 'mandates', 'mandate_focus_areas', 'shortlist_answers', 'investments', 'model_uses',
        'consents');
