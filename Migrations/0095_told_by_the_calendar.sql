-- What is told by the calendar: why a startup was passed over, and that what lets an investor see startups is about to lapse.

-- The days of which a startup's founders were told why it was passed over. They read what was counted over these and nothing
-- newer: between two looks at a count that moved by itself, one firm's answer would show.
CREATE TABLE pass_digests (
    tenant_id     uuid NOT NULL,
    startup_id    uuid NOT NULL,
    -- The first day of the month in which it was told: once a month at most.
    month         date NOT NULL,
    counted_since date NOT NULL,
    -- The last day, UTC, which was over: what was counted stays the same.
    counted_until date NOT NULL,
    told_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, startup_id, month),
    FOREIGN KEY (tenant_id, startup_id) REFERENCES startups (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT pass_digests_are_of_a_month CHECK (extract(day FROM month) = 1),
    CONSTRAINT pass_digests_count_days_that_are_over CHECK (counted_since <= counted_until AND counted_until < month)
);
CALL wall_table('pass_digests');
REVOKE UPDATE, DELETE ON pass_digests FROM trellis_app;
CREATE POLICY the_managers_read_pass_digests ON pass_digests FOR SELECT USING (acts_as('manager'));
CREATE POLICY founders_read_what_they_were_told ON pass_digests FOR SELECT
    USING (acts_as('founder') AND startup_id = acting_institution());

-- Who wants no letter about it. The page stays.
CREATE TABLE pass_letters_declined (
    tenant_id   uuid NOT NULL,
    person_id   uuid NOT NULL,
    declined_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, person_id)
);
CALL wall_table('pass_letters_declined');
REVOKE UPDATE ON pass_letters_declined FROM trellis_app;
CREATE POLICY founders_choose_their_letters ON pass_letters_declined
    USING (acts_as('founder') AND person_id = acting_person());

CREATE INDEX answers_about_a_startup ON shortlist_answers (tenant_id, startup_id, answered_at);

-- Each investor that answered about a startup in these days, UTC, with the reason of its last answer; NULL unless it passed.
-- Whoever had asked to meet the startup by then is left out: founders know it by name. For the service alone.
CREATE FUNCTION last_answers_about(startup uuid, since date, until date)
    RETURNS TABLE (investor_id uuid, reason text) LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        SELECT DISTINCT ON (l.investor_id) l.investor_id, CASE WHEN a.answer = 'pass' THEN a.reason END
        FROM shortlist_answers AS a
        JOIN shortlists AS l ON l.tenant_id = a.tenant_id AND l.id = a.shortlist_id
        WHERE a.tenant_id = acting_tenant() AND acts_as('system') AND a.startup_id = startup
          AND a.answered_at >= since::timestamp AT TIME ZONE 'UTC'
          AND a.answered_at < (until + 1)::timestamp AT TIME ZONE 'UTC'
          AND NOT EXISTS (
              SELECT FROM introductions AS i
              WHERE i.tenant_id = a.tenant_id AND i.investor_id = l.investor_id AND i.startup_id = startup
                AND i.asked_at < (until + 1)::timestamp AT TIME ZONE 'UTC')
        ORDER BY l.investor_id, a.answered_at DESC, a.id DESC;
END $$;

-- Whether what is counted over these days may be told: three investors passed at least, and against what was told before, the
-- counts differ by the answers of three. Of a smaller difference each could be guessed. An investor that the startup was ever to
-- meet hides no other, whatever it answered before. `asker` is who acts, since in here the service does; none other is told.
CREATE FUNCTION pass_digest_hides_firms(startup uuid, asker text, since date, until date)
    RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    told record;
BEGIN
    IF asker IS DISTINCT FROM 'system' THEN RETURN false; END IF;
    SELECT d.counted_since, d.counted_until INTO told FROM pass_digests AS d
    WHERE d.tenant_id = acting_tenant() AND d.startup_id = startup ORDER BY d.month DESC LIMIT 1;
    RETURN (SELECT count(*) FILTER (WHERE n.reason IS NOT NULL) >= 3
                AND count(*) FILTER (WHERE n.reason IS DISTINCT FROM o.reason) >= 3
            FROM last_answers_about(startup, since, until) AS n
            FULL JOIN last_answers_about(startup, told.counted_since, told.counted_until) AS o USING (investor_id)
            WHERE NOT EXISTS (
                SELECT FROM introductions AS i
                WHERE i.tenant_id = acting_tenant() AND i.investor_id = coalesce(n.investor_id, o.investor_id)
                  AND i.startup_id = startup));
END $$;

CREATE FUNCTION check_pass_digest() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT pass_digest_hides_firms(NEW.startup_id, acting_role(), NEW.counted_since, NEW.counted_until) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'pass_digests_hide_who_passed',
            MESSAGE = 'so few have passed, or answered anew, that each could be guessed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pass_digests_hide_who_passed BEFORE INSERT ON pass_digests
    FOR EACH ROW EXECUTE FUNCTION check_pass_digest();

-- As it was, of days with an end, and of a founder only those that were told. `asker` is who acts, since in here the service
-- does.
DROP FUNCTION why_passed_over(uuid, date, integer);
CREATE FUNCTION why_passed_over(startup uuid, asker text, since date, until date, fewest integer)
    RETURNS TABLE (reason text, investors bigint, of_all bigint) LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
#variable_conflict use_column
BEGIN
    IF asker IN ('manager', 'system') OR asker = 'founder' AND startup = acting_institution() AND EXISTS (
        SELECT FROM pass_digests AS d
        WHERE d.tenant_id = acting_tenant() AND d.startup_id = startup AND d.counted_since = since AND d.counted_until = until)
    THEN
        RETURN QUERY
            WITH passed AS (SELECT p.reason FROM last_answers_about(startup, since, until) AS p WHERE p.reason IS NOT NULL)
            SELECT p.reason, count(*), (SELECT count(*) FROM passed) FROM passed AS p
            WHERE (SELECT count(*) FROM passed) >= fewest
            GROUP BY p.reason ORDER BY count(*) DESC, p.reason;
    END IF;
END $$;
REVOKE ALL ON FUNCTION last_answers_about(uuid, date, date), pass_digest_hides_firms(uuid, text, date, date),
    why_passed_over(uuid, text, date, date, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION last_answers_about(uuid, date, date), pass_digest_hides_firms(uuid, text, date, date),
    why_passed_over(uuid, text, date, date, integer) TO trellis_app;

-- That somebody was warned that a verification or a mandate lapses, once for each occasion and last day: one that is confirmed
-- has another last day, of which there is news again.
CREATE TABLE lapse_warnings (
    tenant_id   uuid NOT NULL,
    investor_id uuid NOT NULL,
    -- NULL where it is the investor's verification.
    mandate_id  uuid,
    person_id   uuid NOT NULL,
    occasion    text NOT NULL,
    last_day    date NOT NULL,
    warned_at   timestamptz NOT NULL DEFAULT now(),
    id          uuid NOT NULL DEFAULT gen_random_uuid(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, investor_id) REFERENCES institutions (tenant_id, id),
    FOREIGN KEY (tenant_id, mandate_id) REFERENCES mandates (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT people_are_warned_once UNIQUE NULLS NOT DISTINCT (
        tenant_id, investor_id, mandate_id, person_id, occasion, last_day),
    CONSTRAINT lapse_occasion_is_known CHECK (occasion IN ('lapses_in_30_days', 'lapses_in_7_days', 'lapsed'))
);
CALL wall_table('lapse_warnings');
REVOKE UPDATE, DELETE ON lapse_warnings FROM trellis_app;
CREATE POLICY the_managers_see_lapse_warnings ON lapse_warnings FOR SELECT USING (acts_as('manager'));
