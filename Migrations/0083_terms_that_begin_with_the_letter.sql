-- A place that became free is offered for some days. Where its letter waits for a look, the days begin when it goes out: nobody
-- loses a place of which they were not told.

-- How many days, as long as they have not begun. Until then the offer ends in the distant future, so that whatever asks whether
-- it stands, or counts the places taken, finds that it does without asking for letters.
ALTER TABLE applications ADD COLUMN offer_days integer,
    ADD CONSTRAINT days_of_an_offer_wait_for_its_letter
        CHECK (offer_days IS NULL OR state = 'offered' AND offer_days BETWEEN 1 AND 365);

-- The letters about an offer: those that were written when it was made. The clock of a transaction stands still.
CREATE FUNCTION letters_of_an_offer(tenant uuid, application uuid)
    RETURNS TABLE (id uuid, state text, released_at timestamptz) LANGUAGE sql STABLE AS $$
    SELECT l.id, l.state, l.released_at
    FROM decisions AS d
    JOIN letters AS l ON l.tenant_id = d.tenant_id AND l.about_id = d.application_id AND l.about_noun = 'application'
        AND l.kind = 'decision' AND l.written_at = d.released_at
    WHERE d.tenant_id = tenant AND d.application_id = application AND d.outcome = 'offer'
$$;
REVOKE ALL ON FUNCTION letters_of_an_offer(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION letters_of_an_offer(uuid, uuid) TO trellis_app;

-- An offer that ends sooner takes no place that it did not have; the days that begin would else be refused where a partner or
-- the park has fewer places by now.
DROP TRIGGER offers_keep_to_the_places ON applications;
DROP TRIGGER offers_keep_to_the_places_of_their_partner ON applications;

-- What was promoted before, and nobody has been told of: its days begin with the letter, too. Where they are over, the place is
-- counted as free, and the letter that would still offer it is not sent.
DO $$
DECLARE park uuid;
BEGIN
    PERFORM set_config('trellis.role', 'operator', true);
    FOR park IN SELECT id FROM tenants LOOP
        PERFORM set_config('trellis.tenant', park::text, true), set_config('trellis.role', 'system', true);
        UPDATE letters AS l SET cancelled_at = now()
        FROM applications AS a
        WHERE l.tenant_id = park AND a.tenant_id = park AND a.id = l.about_id AND l.about_noun = 'application'
          AND l.state = 'held' AND a.state = 'offered' AND a.offer_expires_at < now()
          AND l.id IN (SELECT o.id FROM letters_of_an_offer(a.tenant_id, a.id) AS o);
        UPDATE applications AS a SET offer_days = b.accept_days, offer_expires_at = timestamptz '4001-01-01 00:00:00+00'
        FROM decisions AS d
        JOIN decision_batches AS b ON b.tenant_id = d.tenant_id AND b.id = d.batch_id
        WHERE a.tenant_id = park AND d.tenant_id = park AND d.application_id = a.id AND a.state = 'offered'
          AND a.offer_expires_at >= now()
          AND EXISTS (SELECT FROM letters_of_an_offer(a.tenant_id, a.id) AS l WHERE l.state = 'held')
          AND NOT EXISTS (SELECT FROM letters_of_an_offer(a.tenant_id, a.id) AS l WHERE l.released_at IS NOT NULL);
        PERFORM set_config('trellis.role', 'operator', true);
    END LOOP;
    PERFORM set_config('trellis.tenant', '', true), set_config('trellis.role', '', true);
END $$;
SET CONSTRAINTS ALL IMMEDIATE;

CREATE CONSTRAINT TRIGGER offers_keep_to_the_places AFTER UPDATE OF state, offer_expires_at ON applications
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW
    WHEN (NEW.state = 'offered' AND (OLD.state <> 'offered' OR NEW.offer_expires_at > OLD.offer_expires_at))
    EXECUTE FUNCTION check_places();
CREATE CONSTRAINT TRIGGER offers_keep_to_the_places_of_their_partner AFTER UPDATE OF state, offer_expires_at ON applications
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW
    WHEN (NEW.state = 'offered' AND (OLD.state <> 'offered' OR NEW.offer_expires_at > OLD.offer_expires_at))
    EXECUTE FUNCTION check_partner_places();

-- How long an offer stands is no founder's to say.
CREATE FUNCTION check_end_of_offer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF acting_role() = 'founder' THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'offers_end_when_the_park_says',
            MESSAGE = 'how long an offer stands is said by the park';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER offers_end_when_the_park_says BEFORE UPDATE OF offer_expires_at, offer_days ON applications
    FOR EACH ROW WHEN (OLD.state = 'offered' AND NEW.state = 'offered'
                       AND (NEW.offer_expires_at, NEW.offer_days) IS DISTINCT FROM (OLD.offer_expires_at, OLD.offer_days))
    EXECUTE FUNCTION check_end_of_offer();
-- Nor how long they may appeal.
CREATE TRIGGER days_to_appeal_end_when_the_park_says BEFORE UPDATE OF appeal_until, appeal_days ON applications
    FOR EACH ROW WHEN (OLD.state = 'ineligible' AND NEW.state = 'ineligible'
                       AND (NEW.appeal_until, NEW.appeal_days) IS DISTINCT FROM (OLD.appeal_until, OLD.appeal_days))
    EXECUTE FUNCTION check_end_of_offer();

-- With the first letter that goes out, the days begin: they end with the last of them in the zone of the call. Whatever looks
-- after offers that ran out looks at that moment.
CREATE FUNCTION begin_days_of_offer() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    offer record;
    day date;
    ends timestamptz;
BEGIN
    SELECT a.call_id, a.offer_days, c.time_zone INTO offer
    FROM applications AS a JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
    WHERE a.tenant_id = NEW.tenant_id AND a.id = NEW.about_id AND a.offer_days IS NOT NULL
    FOR UPDATE OF a;
    IF NOT FOUND OR NOT EXISTS (
        SELECT FROM letters_of_an_offer(NEW.tenant_id, NEW.about_id) AS l WHERE l.id = NEW.id) THEN
        RETURN NULL;
    END IF;
    day := (now() AT TIME ZONE offer.time_zone)::date + offer.offer_days;
    ends := (day + 1)::timestamp AT TIME ZONE offer.time_zone - interval '1 second';
    UPDATE applications SET offer_expires_at = ends, offer_days = NULL, version = version + 1
    WHERE tenant_id = NEW.tenant_id AND id = NEW.about_id;
    UPDATE decisions SET last_day = day WHERE tenant_id = NEW.tenant_id AND application_id = NEW.about_id;
    INSERT INTO jobs (id, kind, arguments, tenant_id, context, run_at, max_attempts)
    VALUES (gen_random_uuid(), 'applications.place-freed', jsonb_build_object('call', offer.call_id), NEW.tenant_id,
            acting_context() || jsonb_build_object('tenant', NEW.tenant_id), ends + interval '1 second', 10);
    RETURN NULL;
END $$;
CREATE TRIGGER letters_begin_the_days_of_an_offer AFTER UPDATE OF released_at ON letters
    FOR EACH ROW WHEN (OLD.released_at IS NULL AND NEW.released_at IS NOT NULL AND NEW.about_noun = 'application'
                       AND NEW.kind = 'decision')
    EXECUTE FUNCTION begin_days_of_offer();

-- The last letter about such an offer is not kept from going out: its days would never begin, and the place never be free; or
-- they run, and nobody is told.
CREATE FUNCTION keep_letter_of_offer() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    offer applications;
BEGIN
    -- Two who cancel one each wait here for each other.
    SELECT * INTO offer FROM applications AS a
    WHERE a.tenant_id = NEW.tenant_id AND a.id = NEW.about_id AND a.state = 'offered' AND a.offer_expires_at >= now()
      AND (a.offer_days IS NOT NULL
           OR EXISTS (SELECT FROM freed_places AS f
                      WHERE f.tenant_id = a.tenant_id AND f.filled_with = a.id AND f.application_id <> a.id))
    FOR UPDATE OF a;
    IF FOUND AND EXISTS (SELECT FROM letters_of_an_offer(NEW.tenant_id, NEW.about_id) AS l WHERE l.id = NEW.id)
        AND NOT EXISTS (
            SELECT FROM letters_of_an_offer(NEW.tenant_id, NEW.about_id) AS l
            WHERE l.id <> NEW.id
              AND (l.state IN ('released', 'sent') OR l.state = 'held' AND offer.offer_days IS NOT NULL)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'offers_are_told_of',
            MESSAGE = 'the days of the offer begin with this letter';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER offers_are_told_of BEFORE UPDATE OF cancelled_at ON letters
    FOR EACH ROW WHEN (OLD.cancelled_at IS NULL AND NEW.cancelled_at IS NOT NULL
                       AND NEW.about_noun = 'application' AND NEW.kind = 'decision')
    EXECUTE FUNCTION keep_letter_of_offer();

-- The days begin for all founders of a startup at once, so that the letters that say how many go out together: those held that
-- tell of the same, beside one of them.
CREATE FUNCTION letters_going_out_with(tenant uuid, letter uuid) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    SELECT o.id
    FROM letters AS l
    JOIN applications AS a ON a.tenant_id = l.tenant_id AND a.id = l.about_id AND a.state IN ('offered', 'ineligible')
    JOIN letters AS o ON o.tenant_id = l.tenant_id AND o.about_id = l.about_id AND o.about_noun = l.about_noun
        AND o.kind = l.kind AND o.written_at = l.written_at AND o.id <> l.id AND o.state = 'held'
    WHERE l.tenant_id = tenant AND l.id = letter AND l.about_noun = 'application' AND l.kind = 'decision'
$$;
REVOKE ALL ON FUNCTION letters_going_out_with(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION letters_going_out_with(uuid, uuid) TO trellis_app;

-- What a held letter tells is no longer true when something else is decided, or was answered before it went out. As `system`:
-- founders who answer do not keep letters.
CREATE FUNCTION cancel_letters_overtaken() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    UPDATE letters SET cancelled_at = now()
    WHERE tenant_id = NEW.tenant_id AND about_id = (to_jsonb(NEW) ->> TG_ARGV[0])::uuid AND about_noun = 'application'
      AND kind = 'decision' AND state = 'held' AND written_at < now();
    RETURN NULL;
END $$;
CREATE TRIGGER letters_are_overtaken AFTER UPDATE OF state ON applications
    FOR EACH ROW WHEN (NEW.state <> OLD.state
        AND OLD.state IN ('ineligible', 'offered', 'accepted', 'declined', 'waitlisted', 'rejected'))
    EXECUTE FUNCTION cancel_letters_overtaken('id');
-- An offer that becomes another.
CREATE TRIGGER letters_are_overtaken AFTER UPDATE OF released_at ON decisions
    FOR EACH ROW WHEN (NEW.released_at <> OLD.released_at) EXECUTE FUNCTION cancel_letters_overtaken('application_id');

-- Whether an application got its place from the waiting list.
CREATE INDEX freed_places_by_who_got_them ON freed_places (tenant_id, filled_with) WHERE filled_with IS NOT NULL;
