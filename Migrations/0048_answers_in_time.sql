-- An answer to a proposal that nobody waits for any more is refused by the database too.
CREATE FUNCTION check_answer_is_in_time() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    due date;
    answer text;
    later date;
    is_over boolean;
BEGIN
    SELECT s.answer_by INTO due FROM shortlists AS s WHERE s.tenant_id = NEW.tenant_id AND s.id = NEW.shortlist_id;
    SELECT a.answer, a.later_until INTO answer, later FROM shortlist_answers AS a
    WHERE a.tenant_id = NEW.tenant_id AND a.shortlist_id = NEW.shortlist_id AND a.startup_id = NEW.startup_id
    ORDER BY a.answered_at DESC, a.id DESC LIMIT 1;
    is_over := CASE proposal_state(answer, later, due, today)
           WHEN 'expired' THEN true
           -- What was answered may be answered otherwise while the list waits, and interest be taken back while the
           -- startup is asked.
           WHEN 'passed' THEN today > due
           WHEN 'interested' THEN today > due AND NOT (NEW.answer = 'pass' AND EXISTS (
               SELECT FROM introductions AS i
               WHERE i.tenant_id = NEW.tenant_id AND i.shortlist_id = NEW.shortlist_id
                 AND i.startup_id = NEW.startup_id AND i.stage = 'asked' AND i.ended_at IS NULL))
           ELSE false END;
    IF is_over THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'proposals_wait_for_so_long',
            MESSAGE = 'the proposal has expired';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER proposals_wait_for_so_long BEFORE INSERT ON shortlist_answers
    FOR EACH ROW EXECUTE FUNCTION check_answer_is_in_time();

-- Read by name, so that a column to come changes nothing here.
CREATE OR REPLACE FUNCTION why_no_list(mandate uuid) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    investor uuid;
    is_withdrawn boolean;
    is_deploying boolean;
    confirmed date;
BEGIN
    SELECT m.investor_id, m.withdrawn_at IS NOT NULL, m.deploying, m.confirmed_until
    INTO investor, is_withdrawn, is_deploying, confirmed
    FROM mandates AS m WHERE m.tenant_id = acting_tenant() AND m.id = mandate;
    RETURN CASE
        WHEN is_withdrawn THEN 'withdrawn'
        WHEN NOT is_deploying THEN 'not_deploying'
        WHEN confirmed < today THEN 'unconfirmed'
        WHEN EXISTS (SELECT FROM investor_pauses AS p
                     WHERE p.tenant_id = acting_tenant() AND p.investor_id = investor
                       AND (p.until IS NULL OR p.until >= today)) THEN 'paused'
        WHEN NOT is_verified(investor) THEN 'unverified' END;
END $$;

CREATE OR REPLACE FUNCTION why_not_released(list uuid) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    mandate uuid;
    cap integer;
BEGIN
    SELECT m.id, m.most_open INTO mandate, cap
    FROM shortlists AS s JOIN mandates AS m ON m.tenant_id = s.tenant_id AND m.id = s.mandate_id
    WHERE s.tenant_id = acting_tenant() AND s.id = list;
    RETURN coalesce(
        why_no_list(mandate), CASE WHEN in_hand(mandate) + shown_by(list) > cap THEN 'over_cap' END);
END $$;
