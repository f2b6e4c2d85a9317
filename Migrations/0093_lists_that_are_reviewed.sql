-- What a manager keeps back of a list before its investor sees it, and lists that no investor is to see.

-- A list comes to one of two ends before its investor knows of it: it is released, or declined with a reason.
ALTER TABLE shortlists
    ADD COLUMN declined_at timestamptz,
    ADD COLUMN declined_by uuid,
    ADD COLUMN declined_reason text,
    ADD COLUMN declined_note text,
    ADD CONSTRAINT shortlists_are_released_or_declined CHECK (num_nonnulls(released_at, declined_at) <= 1),
    ADD CONSTRAINT declined_lists_say_who_and_why CHECK (
        num_nonnulls(declined_at, declined_by, declined_reason) IN (0, 3)
        AND (declined_note IS NULL OR declined_at IS NOT NULL)),
    ADD CONSTRAINT decline_reason_is_known CHECK (declined_reason IN (
        'weak', 'out_of_date', 'too_soon', 'investor_asked', 'other')),
    ADD CONSTRAINT other_declines_say_more CHECK (declined_reason <> 'other' OR declined_note IS NOT NULL);

-- An item that is withheld leaves the table of items: whatever reads what an investor has been shown, now or later, cannot
-- count it by mistake. It keeps the place, the score and the reasons that the run gave it, and goes back with them.
CREATE TABLE withheld_items (
    tenant_id    uuid NOT NULL,
    shortlist_id uuid NOT NULL,
    startup_id   uuid NOT NULL,
    rank         integer NOT NULL,
    score        bigint NOT NULL,
    parts        jsonb NOT NULL,
    profile      jsonb,
    reason       text NOT NULL,
    note         text,
    -- The block that was set with it, or with one of the same pair on another list: putting back the last of them lifts that
    -- one and no other.
    block_id     uuid,
    withheld_at  timestamptz NOT NULL DEFAULT now(),
    withheld_by  uuid NOT NULL,
    PRIMARY KEY (tenant_id, shortlist_id, startup_id),
    FOREIGN KEY (tenant_id, shortlist_id) REFERENCES shortlists (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, startup_id) REFERENCES startups (tenant_id, id),
    FOREIGN KEY (tenant_id, block_id) REFERENCES blocks (tenant_id, id),
    CONSTRAINT withheld_ranks_are_distinct UNIQUE (tenant_id, shortlist_id, rank),
    CONSTRAINT withheld_score_is_the_sum_of_its_parts CHECK (score = sum_of_parts(parts)),
    CONSTRAINT withholding_reason_is_known CHECK (reason IN (
        'not_ready', 'poor_fit', 'known_already', 'conflict', 'startup_asked', 'never', 'other')),
    CONSTRAINT other_withholdings_say_more CHECK (reason <> 'other' OR note IS NOT NULL),
    CONSTRAINT only_never_blocks CHECK (block_id IS NULL OR reason = 'never')
);
CREATE INDEX withheld_items_of_a_startup ON withheld_items (tenant_id, startup_id);
CALL wall_table('withheld_items');
CREATE POLICY managers_withhold_items ON withheld_items
    USING (acts_as('manager')) WITH CHECK (acts_as('manager') AND withheld_by = acting_person());
-- Why a startup is kept back, whose people it belongs to do not read.
CREATE POLICY nobody_reads_what_is_too_near ON withheld_items AS RESTRICTIVE
    USING (startup_id <> ALL ((SELECT startups_too_near(acting_role(), acting_person()))::uuid[]));

-- Whether everything on a list is withheld; whoever asks.
CREATE FUNCTION is_emptied(list uuid) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN EXISTS (SELECT FROM withheld_items AS w WHERE w.tenant_id = acting_tenant() AND w.shortlist_id = list)
        AND NOT EXISTS (SELECT FROM shortlist_items AS x WHERE x.tenant_id = acting_tenant() AND x.shortlist_id = list);
END $$;
REVOKE ALL ON FUNCTION is_emptied(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_emptied(uuid) TO trellis_app;

-- Until its list is released or declined an item may be withheld and put back. Who releases waits for who withholds.
CREATE FUNCTION check_list_is_under_review() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    item withheld_items := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    is_over boolean;
BEGIN
    SELECT num_nonnulls(s.released_at, s.declined_at) > 0 INTO is_over FROM shortlists AS s
    WHERE s.tenant_id = item.tenant_id AND s.id = item.shortlist_id FOR SHARE;
    IF is_over THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'lists_are_reviewed_before_their_end',
            MESSAGE = 'the shortlist has been released or declined';
    END IF;
    RETURN item;
END $$;
CREATE TRIGGER lists_are_reviewed_before_their_end BEFORE INSERT OR UPDATE OR DELETE ON withheld_items
    FOR EACH ROW EXECUTE FUNCTION check_list_is_under_review();

-- A list that was declined stays so, and one of which everything was withheld shows nobody anything: it is declined instead.
CREATE FUNCTION check_end_of_review() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.declined_at IS NOT NULL AND (NEW.declined_at, NEW.declined_by, NEW.declined_reason, NEW.declined_note)
        IS DISTINCT FROM (OLD.declined_at, OLD.declined_by, OLD.declined_reason, OLD.declined_note) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'declined_lists_stay_declined',
            MESSAGE = 'the shortlist has been declined';
    END IF;
    IF OLD.released_at IS NULL AND NEW.released_at IS NOT NULL AND is_emptied(NEW.id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'emptied_lists_are_declined',
            MESSAGE = 'everything on the shortlist is withheld';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER emptied_lists_are_declined BEFORE UPDATE OF released_at, declined_at, declined_by, declined_reason, declined_note
    ON shortlists FOR EACH ROW EXECUTE FUNCTION check_end_of_review();

-- A gap between two places would tell the investor that somebody was kept from it. The places close up as the list is released,
-- in one statement, between whose rows two items may have the same place.
ALTER TABLE shortlist_items
    DROP CONSTRAINT shortlist_ranks_are_distinct,
    ADD CONSTRAINT shortlist_ranks_are_distinct UNIQUE (tenant_id, shortlist_id, rank) DEFERRABLE INITIALLY IMMEDIATE;
CREATE FUNCTION close_gaps_of_list() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF EXISTS (SELECT FROM withheld_items AS w WHERE w.tenant_id = NEW.tenant_id AND w.shortlist_id = NEW.id) THEN
        UPDATE shortlist_items AS x SET rank = p.place
        FROM (SELECT i.startup_id, row_number() OVER (ORDER BY i.rank) AS place FROM shortlist_items AS i
              WHERE i.tenant_id = NEW.tenant_id AND i.shortlist_id = NEW.id) AS p
        WHERE x.tenant_id = NEW.tenant_id AND x.shortlist_id = NEW.id AND x.startup_id = p.startup_id
          AND x.rank <> p.place;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER released_lists_close_their_gaps AFTER UPDATE OF released_at ON shortlists
    FOR EACH ROW WHEN (OLD.released_at IS NULL AND NEW.released_at IS NOT NULL) EXECUTE FUNCTION close_gaps_of_list();
