-- A firm's portfolio grows: by introductions that end in a deal, and by deals made elsewhere that somebody records. What was
-- imported says the round; what is recorded here says the firm's own part, too.

ALTER TABLE investments
    -- Where the row first came from.
    ADD COLUMN source text NOT NULL DEFAULT 'imported',
    -- The introduction that ended in it; also of a row that was known before.
    ADD COLUMN introduction_id uuid,
    -- The firm's own part, and how it was put in.
    ADD COLUMN amount_minor bigint,
    ADD COLUMN amount_currency text,
    ADD COLUMN instrument text,
    ADD COLUMN recorded_by uuid,
    ADD CONSTRAINT investment_source_is_known CHECK (source IN ('imported', 'introduction', 'recorded')),
    ADD CONSTRAINT investments_of_introductions_name_one CHECK (source <> 'introduction' OR introduction_id IS NOT NULL),
    ADD CONSTRAINT investments_are_recorded_by_somebody CHECK ((source = 'recorded') = (recorded_by IS NOT NULL)),
    ADD CONSTRAINT investment_amount_has_a_currency CHECK (
        (amount_minor IS NULL) = (amount_currency IS NULL) AND amount_minor > 0),
    ADD CONSTRAINT investment_instrument_is_known CHECK (
        instrument IN ('equity', 'safe', 'convertible_note', 'debt', 'grant')),
    ADD CONSTRAINT introductions_end_in_one_investment UNIQUE (tenant_id, introduction_id),
    ADD FOREIGN KEY (tenant_id, introduction_id) REFERENCES introductions (tenant_id, id);

-- That an investment was recorded by mistake, and why. The row itself is gone, and nothing learns or counts by it.
CREATE TABLE investments_taken_back (
    tenant_id       uuid NOT NULL,
    id              uuid NOT NULL,
    investment_id   uuid NOT NULL,
    investor_id     uuid NOT NULL,
    startup_id      uuid NOT NULL,
    introduction_id uuid,
    made_on         date NOT NULL,
    reason          text NOT NULL,
    taken_back_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    taken_back_by   uuid NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, investor_id) REFERENCES institutions (tenant_id, id),
    FOREIGN KEY (tenant_id, introduction_id) REFERENCES introductions (tenant_id, id)
);
CREATE INDEX investments_taken_back_of_an_introduction ON investments_taken_back (tenant_id, introduction_id);

-- The deals that were closed before this was kept. The owner reads and writes past the walls.
ALTER TABLE introductions NO FORCE ROW LEVEL SECURITY;
ALTER TABLE introduction_steps NO FORCE ROW LEVEL SECURITY;
ALTER TABLE startups NO FORCE ROW LEVEL SECURITY;
ALTER TABLE investments NO FORCE ROW LEVEL SECURITY;
WITH deals AS (
    SELECT DISTINCT ON (n.tenant_id, n.investor_id, n.startup_id, p.day)
           n.tenant_id, n.id, n.investor_id, n.startup_id, p.day, p.amount_minor, p.currency, p.instrument
    FROM introductions AS n
    JOIN introduction_steps AS p ON p.tenant_id = n.tenant_id AND p.introduction_id = n.id AND p.stage = 'closed'
    WHERE n.stage = 'closed' ORDER BY n.tenant_id, n.investor_id, n.startup_id, p.day, p.at, p.id),
known AS (
    SELECT DISTINCT ON (d.tenant_id, d.id) d.tenant_id, v.id, d.id AS deal
    FROM deals AS d
    JOIN investments AS v ON v.tenant_id = d.tenant_id AND v.investor_id = d.investor_id
        AND v.startup_id = d.startup_id AND v.made_on = d.day
    ORDER BY d.tenant_id, d.id, v.id),
linked AS (
    UPDATE investments AS v
    SET introduction_id = d.id, amount_minor = d.amount_minor, amount_currency = d.currency, instrument = d.instrument
    FROM known AS k JOIN deals AS d ON d.tenant_id = k.tenant_id AND d.id = k.deal
    WHERE v.tenant_id = k.tenant_id AND v.id = k.id)
INSERT INTO investments (tenant_id, id, investor_id, startup_id, made_on, round_type, source, introduction_id, amount_minor,
                         amount_currency, instrument)
SELECT d.tenant_id, gen_random_uuid(), d.investor_id, d.startup_id, d.day, coalesce(s.seeking, 'unknown'), 'introduction',
       d.id, d.amount_minor, d.currency, d.instrument
FROM deals AS d JOIN startups AS s ON s.tenant_id = d.tenant_id AND s.id = d.startup_id
WHERE NOT EXISTS (SELECT FROM known AS k WHERE k.tenant_id = d.tenant_id AND k.deal = d.id);
ALTER TABLE introductions FORCE ROW LEVEL SECURITY;
ALTER TABLE introduction_steps FORCE ROW LEVEL SECURITY;
ALTER TABLE startups FORCE ROW LEVEL SECURITY;
ALTER TABLE investments FORCE ROW LEVEL SECURITY;

CALL wall_table('investments_taken_back');
REVOKE UPDATE, DELETE ON investments_taken_back FROM trellis_app;

-- A principal records what the firm did elsewhere, in its own name, and takes that back; what an introduction ended in and what
-- was imported is not the firm's to change.
CREATE POLICY principals_record_investments ON investments FOR INSERT
    WITH CHECK (acts_as('investor') AND investor_id = acting_institution() AND source = 'recorded'
        AND introduction_id IS NULL AND recorded_by = acting_person()
        AND firm_role_of(acting_membership()) = 'principal');
CREATE POLICY principals_take_back_what_was_recorded ON investments FOR DELETE
    USING (acts_as('investor') AND investor_id = acting_institution() AND source = 'recorded'
        AND introduction_id IS NULL AND firm_role_of(acting_membership()) = 'principal');
CREATE POLICY the_managers_take_back_investments ON investments_taken_back FOR ALL USING (acts_as('manager'))
    WITH CHECK (acts_as('manager') AND taken_back_by = acting_person());
CREATE POLICY investors_read_what_was_taken_back ON investments_taken_back FOR SELECT
    USING (acts_as('investor') AND investor_id = acting_institution());
CREATE POLICY principals_say_what_they_take_back ON investments_taken_back FOR INSERT
    WITH CHECK (acts_as('investor') AND investor_id = acting_institution() AND introduction_id IS NULL
        AND taken_back_by = acting_person() AND firm_role_of(acting_membership()) = 'principal');

-- A deal that closes is in the portfolio in the same moment, whichever side says so, and once: what is known of the pair on
-- that day by another way is the same deal. Who closed it, or the park, may say it anew, and the portfolio follows.
CREATE FUNCTION keep_closed_deal() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    deal introductions;
    ended text;
BEGIN
    SELECT * INTO deal FROM introductions AS n WHERE n.tenant_id = NEW.tenant_id AND n.id = NEW.introduction_id;
    SELECT e.side INTO ended FROM introduction_endings AS e
    WHERE e.tenant_id = NEW.tenant_id AND e.introduction_id = NEW.introduction_id;
    IF ended IS NOT NULL AND (deal.stage <> 'closed' OR NEW.side NOT IN (ended, 'park')) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'introductions_that_ended_stay_as_they_are',
            MESSAGE = 'an introduction that ended stays as it is';
    END IF;
    -- One after another with whoever records the same deal, so that each sees what the other has said.
    PERFORM pg_advisory_xact_lock(
        hashtextextended(NEW.tenant_id || ' invests ' || deal.investor_id || deal.startup_id, 0));
    -- What is known by another way stays on its own day.
    UPDATE investments AS v
    SET introduction_id = NULL, amount_minor = CASE v.source WHEN 'recorded' THEN v.amount_minor END,
        amount_currency = CASE v.source WHEN 'recorded' THEN v.amount_currency END,
        instrument = CASE v.source WHEN 'recorded' THEN v.instrument END
    WHERE v.tenant_id = NEW.tenant_id AND v.introduction_id = NEW.introduction_id AND v.source <> 'introduction'
      AND v.made_on <> NEW.day;
    -- And what is known on the new day is this deal: of two rows for it, that which was known without the introduction
    -- stays.
    DELETE FROM investments AS v
    WHERE v.tenant_id = NEW.tenant_id AND v.introduction_id = NEW.introduction_id AND v.source = 'introduction'
      AND v.made_on <> NEW.day AND EXISTS (
          SELECT FROM investments AS k
          WHERE k.tenant_id = NEW.tenant_id AND k.investor_id = deal.investor_id AND k.startup_id = deal.startup_id
            AND k.made_on = NEW.day AND k.introduction_id IS NULL);
    UPDATE investments AS v
    SET made_on = NEW.day, amount_minor = NEW.amount_minor, amount_currency = NEW.currency, instrument = NEW.instrument
    WHERE v.tenant_id = NEW.tenant_id AND v.introduction_id = NEW.introduction_id;
    IF FOUND THEN
        RETURN NULL;
    END IF;
    UPDATE investments AS v
    SET introduction_id = NEW.introduction_id, amount_minor = NEW.amount_minor, amount_currency = NEW.currency,
        instrument = NEW.instrument
    WHERE v.tenant_id = NEW.tenant_id AND v.id = (
        SELECT k.id FROM investments AS k
        WHERE k.tenant_id = NEW.tenant_id AND k.investor_id = deal.investor_id AND k.startup_id = deal.startup_id
          AND k.made_on = NEW.day AND k.introduction_id IS NULL
        ORDER BY k.id LIMIT 1);
    IF NOT FOUND THEN
        INSERT INTO investments (tenant_id, id, investor_id, startup_id, made_on, round_type, source, introduction_id,
                                 amount_minor, amount_currency, instrument)
        SELECT NEW.tenant_id, gen_random_uuid(), deal.investor_id, deal.startup_id, NEW.day, coalesce(s.seeking, 'unknown'),
               'introduction', NEW.introduction_id, NEW.amount_minor, NEW.currency, NEW.instrument
        FROM startups AS s WHERE s.tenant_id = NEW.tenant_id AND s.id = deal.startup_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER deals_that_close_are_in_the_portfolio AFTER INSERT ON introduction_steps
    FOR EACH ROW WHEN (NEW.stage = 'closed') EXECUTE FUNCTION keep_closed_deal();

-- What matching looks at: why introductions fell through, too.
DROP INDEX audit_events_for_matching;
CREATE INDEX audit_events_for_matching ON audit_events (tenant_id, xact)
    WHERE noun IN (
        'startups', 'institutions', 'mandates', 'mandate_focus_areas', 'shortlist_answers', 'investments', 'model_uses',
        'consents', 'introduction_endings');
