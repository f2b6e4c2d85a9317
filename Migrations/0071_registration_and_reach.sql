-- What strangers and founders reach: programs that concern them and no others, letters that they can ask for, and whom they
-- keep from judging by what they write.

-- A founder knew of every program, stream and cohort of a workspace, also of those that nobody has announced. They know of
-- what has a call that they may know of, and of what their startup is enrolled in.
ALTER POLICY programs_are_read ON programs USING (acts_as('partner', 'investor', 'mentor'));
ALTER POLICY streams_are_read ON streams USING (acts_as('partner', 'investor', 'mentor'));
ALTER POLICY cohorts_are_read ON cohorts USING (acts_as('partner', 'investor', 'mentor'));

-- What somebody knows by the calls they may know of, with their own eyes. As functions, since a policy that looks into a table
-- brings that table's policies into the plan of every statement: programs, streams and cohorts are in most.
CREATE FUNCTION streams_of_known_calls() RETURNS uuid[] LANGUAGE plpgsql STABLE SET search_path = public AS $$
BEGIN
    RETURN ARRAY(SELECT c.stream_id FROM calls AS c WHERE c.tenant_id = acting_tenant()
                 UNION SELECT o.stream_id FROM offered_streams AS o WHERE o.tenant_id = acting_tenant());
END $$;
CREATE FUNCTION streams_of_own_enrolments() RETURNS uuid[] LANGUAGE plpgsql STABLE SET search_path = public AS $$
BEGIN
    RETURN ARRAY(SELECT h.stream_id FROM enrolments AS e
                 JOIN cohorts AS h ON h.tenant_id = e.tenant_id AND h.id = e.cohort_id
                 WHERE e.tenant_id = acting_tenant() AND e.startup_id = acting_institution());
END $$;
CREATE FUNCTION programs_of_known_streams() RETURNS uuid[] LANGUAGE plpgsql STABLE SET search_path = public AS $$
BEGIN
    RETURN ARRAY(SELECT DISTINCT s.program_id FROM streams AS s WHERE s.tenant_id = acting_tenant());
END $$;
REVOKE ALL ON FUNCTION streams_of_known_calls(), streams_of_own_enrolments(), programs_of_known_streams() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION streams_of_known_calls(), streams_of_own_enrolments(), programs_of_known_streams() TO trellis_app;

CREATE POLICY founders_know_their_cohorts ON cohorts FOR SELECT USING (
    acts_as('founder') AND (
        stream_id = ANY ((SELECT streams_of_known_calls())::uuid[])
        OR EXISTS (
            SELECT FROM enrolments AS e
            WHERE e.tenant_id = cohorts.tenant_id AND e.cohort_id = cohorts.id AND e.startup_id = acting_institution())));
CREATE POLICY founders_know_their_streams ON streams FOR SELECT USING (
    acts_as('founder') AND (
        id = ANY ((SELECT streams_of_known_calls())::uuid[])
        OR id = ANY ((SELECT streams_of_own_enrolments())::uuid[])));
CREATE POLICY founders_know_their_programs ON programs FOR SELECT USING (
    acts_as('founder') AND id = ANY ((SELECT programs_of_known_streams())::uuid[]));
ALTER POLICY announced_streams_are_read ON streams USING (
    acts_as('visitor') AND id = ANY ((SELECT streams_of_known_calls())::uuid[]));
ALTER POLICY announced_programs_are_read ON programs USING (
    acts_as('visitor') AND id = ANY ((SELECT programs_of_known_streams())::uuid[]));

-- Whoever manages or judges for a workspace registers nothing there, since a startup that somebody else may have named would
-- keep them from their own work; and a founder has a startup. A seat that is given at the same moment is waited for: seats
-- refer to the account, which is held.
CREATE FUNCTION check_registration_use() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    holder uuid;
BEGIN
    SELECT p.id INTO holder FROM people AS p WHERE p.email = NEW.email FOR UPDATE;
    IF EXISTS (
        SELECT FROM memberships AS m
        WHERE m.tenant_id = NEW.tenant_id AND m.person_id = holder AND m.ended_at IS NULL
          AND (m.role IN ('manager', 'reviewer') OR m.role = 'founder' AND m.institution_id IS DISTINCT FROM (
              SELECT a.startup_id FROM applications AS a
              WHERE a.tenant_id = NEW.tenant_id AND a.id = NEW.application_id))) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'registrations_seat_nobody_whose_seat_stays',
            MESSAGE = 'the address belongs to somebody who manages, judges or has a startup here';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION check_registration_use() FROM PUBLIC;
CREATE TRIGGER registrations_seat_nobody_whose_seat_stays BEFORE INSERT OR UPDATE OF used_at ON registrations
    FOR EACH ROW WHEN (NEW.used_at IS NOT NULL) EXECUTE FUNCTION check_registration_use();

-- Whom an application names is known from what its founders write, and they may write anybody: managers look at it, and set
-- it aside or let it stand again, each time with a reason. Rulings are never changed; the first, the third … set aside.
CREATE TABLE conflict_rulings (
    tenant_id      uuid NOT NULL,
    id             uuid NOT NULL,
    -- One ruling on one naming: whom another application names, another ruling is on.
    application_id uuid NOT NULL,
    person_id      uuid NOT NULL REFERENCES people (id),
    number         integer NOT NULL,
    sets_aside     boolean NOT NULL,
    reason         text NOT NULL,
    ruled_at       timestamptz NOT NULL DEFAULT now(),
    ruled_by       uuid NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id),
    CONSTRAINT rulings_follow_each_other UNIQUE (tenant_id, application_id, person_id, number),
    CONSTRAINT rulings_set_aside_and_restore_in_turn CHECK (sets_aside = (number % 2 = 1)),
    CONSTRAINT rulings_are_on_others CHECK (person_id <> ruled_by),
    CONSTRAINT rulings_are_explained CHECK (reason <> '')
);
CALL wall_table('conflict_rulings');
REVOKE UPDATE, DELETE ON conflict_rulings FROM trellis_app;
CREATE POLICY the_managers_read_rulings ON conflict_rulings FOR SELECT USING (acts_as('manager'));
CREATE POLICY the_managers_rule ON conflict_rulings FOR INSERT
    WITH CHECK (acts_as('manager') AND ruled_by = acting_person());
CREATE POLICY nobody_rules_over_their_own ON conflict_rulings AS RESTRICTIVE
    USING (application_id <> ALL ((SELECT applications_too_near(acting_role(), acting_person()))::uuid[]));
ALTER POLICY nobody_reads_the_trail_of_their_own_reviews ON audit_events USING (
    noun NOT IN (
        'review_assignments', 'reviews', 'review_scores', 'conflict_declarations', 'conflict_rulings', 'review_files',
        'assignment_runs')
    OR (SELECT applications_too_near(acting_role(), acting_person()))::uuid[] = '{}');

-- With the eyes of whoever rules, so that it tells nothing of an answer that is open again.
CREATE FUNCTION number_ruling() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM application_people AS n
        JOIN applications AS a ON a.tenant_id = n.tenant_id AND a.id = n.application_id AND a.submitted_at IS NOT NULL
            AND a.withdrawn_at IS NULL
        JOIN people AS p ON p.email = n.email
        JOIN memberships AS m ON m.tenant_id = n.tenant_id AND m.person_id = p.id
        WHERE n.tenant_id = NEW.tenant_id AND n.application_id = NEW.application_id AND p.id = NEW.person_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'rulings_are_on_whom_an_application_names',
            MESSAGE = 'the application does not name the person';
    END IF;
    NEW.number := 1 + (SELECT count(*) FROM conflict_rulings AS r
                       WHERE r.tenant_id = NEW.tenant_id AND r.application_id = NEW.application_id
                         AND r.person_id = NEW.person_id);
    RETURN NEW;
END $$;
CREATE TRIGGER rulings_are_on_whom_an_application_names BEFORE INSERT ON conflict_rulings
    FOR EACH ROW EXECUTE FUNCTION number_ruling();

-- Where an institution is found as somebody else than its founders wrote it last. What a founder writes keeps nobody from
-- judging: they would write the address of a university. Nor does it let anybody judge who was kept from it: they would write
-- another address, and their own again.
ALTER TABLE institutions ADD COLUMN known_site text GENERATED ALWAYS AS (site_of(website)) STORED;
ALTER TABLE institutions ALTER COLUMN known_site DROP EXPRESSION;
CREATE INDEX institutions_of_a_known_site ON institutions (tenant_id, known_site) WHERE known_site IS NOT NULL;
DO $$
DECLARE park uuid;
BEGIN
    PERFORM set_config('trellis.role', 'operator', true);
    FOR park IN SELECT id FROM tenants LOOP
        PERFORM set_config('trellis.tenant', park::text, true), set_config('trellis.role', 'system', true);
        -- Who wrote it last, and what stood there before, as far as the trail says.
        UPDATE institutions AS i SET known_site = (
            SELECT site_of(e.after ->> 'website') FROM audit_events AS e
            WHERE e.tenant_id = park AND e.object_id = i.id AND e.noun = 'institutions' AND e.role IS DISTINCT FROM 'founder'
              AND e.after ->> 'website' IS DISTINCT FROM e.before ->> 'website'
            ORDER BY e.seq DESC LIMIT 1)
        WHERE i.tenant_id = park AND i.kind = 'startup' AND 'founder' = (
            SELECT e.role FROM audit_events AS e
            WHERE e.tenant_id = park AND e.object_id = i.id AND e.noun = 'institutions'
              AND e.after ->> 'website' IS DISTINCT FROM e.before ->> 'website'
            ORDER BY e.seq DESC LIMIT 1);
        PERFORM set_config('trellis.role', 'operator', true);
    END LOOP;
    PERFORM set_config('trellis.tenant', '', true), set_config('trellis.role', '', true);
END $$;
CREATE FUNCTION note_who_wrote_the_site() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        NEW.known_site := CASE
            WHEN NOT acts_as('founder') AND site_of(NEW.website) IS DISTINCT FROM site_of(OLD.website)
                -- A manager who saves what a founder wrote says the same. An import that leaves it as it is does not.
                OR acts_as('manager') AND NEW.known_site IS NOT DISTINCT FROM site_of(NEW.website)
            THEN site_of(NEW.website) ELSE OLD.known_site END;
    ELSE
        NEW.known_site := CASE WHEN NOT acts_as('founder') THEN site_of(NEW.website) END;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sites_are_known_or_claimed BEFORE INSERT OR UPDATE ON institutions
    FOR EACH ROW EXECUTE FUNCTION note_who_wrote_the_site();

-- Providers beside those that `organisation_of` knows, whose answers are stored with people.
CREATE FUNCTION is_public_mail(domain text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN organisation_of('x@' || domain) IS NULL OR domain = ANY (ARRAY[
        'hotmail.co.jp', 'hotmail.co.uk', 'hotmail.com.hk', 'hotmail.com.tw', 'hotmail.fr', 'outlook.jp', 'outlook.hk',
        'outlook.fr', 'live.cn', 'live.hk', 'live.jp', 'live.co.uk', 'yahoo.cn', 'yahoo.com.cn', 'yahoo.com.sg', 'yahoo.co.in',
        'yahoo.co.kr', 'yahoo.co.uk', 'yahoo.de', 'yahoo.fr', 'ymail.com', 'rocketmail.com', 'pm.me', 'tuta.com',
        'tutanota.com', 'hey.com', 'duck.com', 'gmx.de', 'web.de', 't-online.de', 'orange.fr', 'free.fr', 'yandex.com',
        'yandex.ru', 'mail.ru', 'btinternet.com', 'comcast.net', 'att.net', 'verizon.net', 'vip.qq.com', 'vip.163.com',
        'yeah.net', 'sina.cn', 'sohu.com', '139.com', '189.cn', 'aliyun.com', 'tom.com', 'hanmail.net', 'daum.net',
        'kakao.com', 'hinet.net', 'pchome.com.tw', 'seed.net.tw', 'hkbn.net', 'hknet.com', 'i-cable.com', 'singnet.com.sg',
        'au.com', 'i.softbank.jp', 'ymobile.ne.jp', 'biglobe.ne.jp', 'ocn.ne.jp', 'so-net.ne.jp', 'plala.or.jp',
        'dion.ne.jp', 'rakuten.jp', 'excite.co.jp', 'goo.jp']);
-- Whether whoever has an address of a startup's known site belongs to the startup: not where anybody has an address, or where
-- another institution of the directory is found.
CREATE FUNCTION site_is_its_own(startup institutions) RETURNS boolean LANGUAGE sql STABLE
    RETURN startup.known_site IS NOT NULL AND NOT is_public_mail(startup.known_site)
        AND NOT EXISTS (SELECT FROM institutions AS o
                        WHERE o.tenant_id = startup.tenant_id AND o.site = startup.known_site AND o.kind <> 'startup');

-- As it was; and which application names somebody, unless that is set aside. A site counts where it is the startup's own.
CREATE OR REPLACE VIEW conflicts_of_interest WITH (security_invoker = true) AS
    SELECT m.tenant_id, m.person_id, m.institution_id AS startup_id, 'founder' AS kind, NULL::uuid AS through,
           NULL::uuid AS application_id
    FROM memberships AS m WHERE m.role = 'founder'
    UNION ALL
    SELECT e.tenant_id, e.mentor_id, e.startup_id, 'mentor', NULL, NULL
    FROM enrolments AS e WHERE e.mentor_id IS NOT NULL
    UNION ALL
    SELECT h.tenant_id, h.person_id, h.startup_id, 'shareholder', NULL, NULL
    FROM startup_holders AS h WHERE h.person_id IS NOT NULL
    UNION ALL
    SELECT h.tenant_id, m.person_id, h.startup_id, 'shareholder', h.institution_id, NULL
    FROM startup_holders AS h
    JOIN memberships AS m ON m.tenant_id = h.tenant_id AND m.institution_id = h.institution_id
    WHERE m.institution_id <> m.tenant_id
    UNION ALL
    SELECT i.tenant_id, m.person_id, i.startup_id, 'investor', i.investor_id, NULL
    FROM investments AS i
    JOIN memberships AS m ON m.tenant_id = i.tenant_id AND m.institution_id = i.investor_id
    WHERE m.institution_id <> m.tenant_id
    UNION ALL
    SELECT w.tenant_id, m.person_id, w.startup_id, 'considering', l.investor_id, NULL
    FROM shortlist_answers AS w
    JOIN shortlists AS l ON l.tenant_id = w.tenant_id AND l.id = w.shortlist_id
    JOIN memberships AS m ON m.tenant_id = l.tenant_id AND m.institution_id = l.investor_id
    WHERE w.answer = 'interested' AND m.institution_id <> m.tenant_id
    UNION ALL
    -- A founder who sits elsewhere, too, and those who sit there beside them.
    SELECT f.tenant_id, m.person_id, f.institution_id, 'colleague', m.institution_id, NULL
    FROM memberships AS f
    JOIN memberships AS o ON o.tenant_id = f.tenant_id AND o.person_id = f.person_id
    JOIN memberships AS m ON m.tenant_id = o.tenant_id AND m.institution_id = o.institution_id
    WHERE f.role = 'founder' AND o.institution_id <> f.institution_id AND m.person_id <> f.person_id
      -- Said of each seat, so that whoever sits in the park is not compared with all who do.
      AND o.institution_id <> o.tenant_id AND m.institution_id <> m.tenant_id
    UNION ALL
    SELECT f.tenant_id, m.person_id, f.institution_id, 'email_domain', NULL, NULL
    FROM memberships AS f
    JOIN people AS founder ON founder.id = f.person_id
    JOIN people AS reader ON reader.organisation = founder.organisation AND reader.id <> founder.id
    JOIN memberships AS m ON m.tenant_id = f.tenant_id AND m.person_id = reader.id
    WHERE f.role = 'founder' AND NOT is_public_mail(reader.organisation)
    UNION ALL
    SELECT s.tenant_id, m.person_id, s.id, 'email_domain', NULL, NULL
    FROM institutions AS s
    JOIN people AS reader ON reader.organisation = s.known_site
    JOIN memberships AS m ON m.tenant_id = s.tenant_id AND m.person_id = reader.id
    WHERE s.kind = 'startup' AND site_is_its_own(s)
    UNION ALL
    SELECT d.tenant_id, d.person_id, d.startup_id, 'declared', NULL, NULL
    FROM conflict_declarations AS d WHERE d.startup_id IS NOT NULL AND d.lifted_at IS NULL
    UNION ALL
    SELECT d.tenant_id, d.person_id, a.startup_id, 'declared', NULL, NULL
    FROM conflict_declarations AS d
    JOIN applications AS a ON a.tenant_id = d.tenant_id AND a.id = d.application_id
    WHERE d.lifted_at IS NULL
    UNION ALL
    SELECT n.tenant_id, m.person_id, a.startup_id, 'named', NULL, n.application_id
    FROM application_people AS n
    JOIN applications AS a ON a.tenant_id = n.tenant_id AND a.id = n.application_id AND a.submitted_at IS NOT NULL
        AND a.withdrawn_at IS NULL
    JOIN people AS reader ON reader.email = n.email
    JOIN memberships AS m ON m.tenant_id = n.tenant_id AND m.person_id = reader.id
    WHERE (SELECT count(*) % 2 = 0 FROM conflict_rulings AS r
           WHERE r.tenant_id = n.tenant_id AND r.application_id = n.application_id AND r.person_id = reader.id);

-- What was handed in before an application named its reviewer stays and counts, or founders would choose among their reviews:
-- managers are told, and rule on it or take it back. Whatever else comes between takes it as ever.
CREATE FUNCTION conflict_ends(assignment uuid, person uuid, startup uuid) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM conflicts_of_interest AS c
        WHERE c.tenant_id = acting_tenant() AND c.person_id = person AND c.startup_id = startup
          AND (c.kind <> 'named' OR NOT EXISTS (
              SELECT FROM reviews AS w
              WHERE w.tenant_id = acting_tenant() AND w.assignment_id = assignment AND w.submitted_at IS NOT NULL)));
END $$;
CREATE OR REPLACE FUNCTION end_conflicted_assignments(tenant uuid, person uuid, startup uuid) RETURNS void LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE startups uuid[] := ARRAY[startup];
BEGIN
    IF person IS NOT NULL THEN
        startups := startups || ARRAY(SELECT m.institution_id FROM memberships AS m
                                      WHERE m.tenant_id = tenant AND m.person_id = person AND m.role = 'founder');
        UPDATE review_assignments AS s SET state = 'conflicted', ended_at = now()
        FROM applications AS a, review_rounds AS r
        WHERE s.tenant_id = tenant AND s.state = 'assigned' AND s.person_id = person
          AND a.tenant_id = tenant AND a.id = s.application_id
          AND r.tenant_id = tenant AND r.id = s.round_id AND r.closed_at IS NULL
          AND conflict_ends(s.id, s.person_id, a.startup_id);
    END IF;
    -- Apart, and by way of the applications: an import of investments asks this for every row, and few of its startups apply.
    UPDATE review_assignments AS s SET state = 'conflicted', ended_at = now()
    FROM applications AS a, review_rounds AS r
    WHERE a.tenant_id = tenant AND a.startup_id = ANY (startups)
      AND s.tenant_id = tenant AND s.application_id = a.id AND s.state = 'assigned'
      AND r.tenant_id = tenant AND r.id = s.round_id AND r.closed_at IS NULL
      AND conflict_ends(s.id, s.person_id, a.startup_id);
END $$;

-- A review is written under its assignment's lock: one that is being handed in is waited for, and stays.
CREATE FUNCTION end_named_assignments(tenant uuid, startup uuid) RETURNS void LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    PERFORM FROM review_assignments AS s
    JOIN applications AS a ON a.tenant_id = s.tenant_id AND a.id = s.application_id
    WHERE a.tenant_id = tenant AND a.startup_id = startup AND s.state = 'assigned' ORDER BY s.id FOR UPDATE OF s;
    PERFORM end_conflicted_assignments(tenant, NULL, startup);
END $$;
CREATE OR REPLACE FUNCTION name_people() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM call_questions AS q
                   WHERE q.tenant_id = NEW.tenant_id AND q.call_id = NEW.call_id AND q.id = NEW.question_id
                     AND q.kind = 'people') THEN
        RETURN NULL;
    END IF;
    DELETE FROM application_people AS n
    WHERE n.tenant_id = NEW.tenant_id AND n.application_id = NEW.application_id AND n.question_id = NEW.question_id;
    INSERT INTO application_people (tenant_id, application_id, question_id, email)
    SELECT NEW.tenant_id, NEW.application_id, NEW.question_id, named FROM addresses_named_in(NEW.text) AS named;
    PERFORM end_named_assignments(
        NEW.tenant_id,
        (SELECT a.startup_id FROM applications AS a
         WHERE a.tenant_id = NEW.tenant_id AND a.id = NEW.application_id AND a.submitted_at IS NOT NULL));
    RETURN NULL;
END $$;
CREATE FUNCTION submission_may_conflict() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM end_named_assignments(NEW.tenant_id, NEW.startup_id);
    RETURN NULL;
END $$;
DROP TRIGGER a_submission_may_be_a_conflict ON applications;
CREATE TRIGGER a_submission_may_be_a_conflict AFTER UPDATE OF submitted_at ON applications
    FOR EACH ROW WHEN (NEW.submitted_at IS NOT NULL AND OLD.submitted_at IS NULL)
    EXECUTE FUNCTION submission_may_conflict();
CREATE FUNCTION ruling_may_conflict() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    PERFORM end_named_assignments(a.tenant_id, a.startup_id) FROM applications AS a
    WHERE a.tenant_id = NEW.tenant_id AND a.id = NEW.application_id;
    RETURN NULL;
END $$;
CREATE TRIGGER what_is_restored_is_a_conflict AFTER INSERT ON conflict_rulings
    FOR EACH ROW WHEN (NOT NEW.sets_aside) EXECUTE FUNCTION ruling_may_conflict();
-- What a reviewer would have to write again is not theirs to write any more. Named so that the review is tallied before.
CREATE FUNCTION reopening_may_conflict() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM end_conflicted_assignments(NEW.tenant_id, NEW.person_id, NULL);
    RETURN NULL;
END $$;
CREATE TRIGGER what_is_reopened_may_be_a_conflict AFTER UPDATE OF submitted_at ON reviews
    FOR EACH ROW WHEN (NEW.submitted_at IS NULL AND OLD.submitted_at IS NOT NULL)
    EXECUTE FUNCTION reopening_may_conflict();

REVOKE ALL ON FUNCTION number_ruling(), note_who_wrote_the_site(), submission_may_conflict(), ruling_may_conflict(),
    reopening_may_conflict(), is_public_mail(text), site_is_its_own(institutions), conflict_ends(uuid, uuid, uuid),
    end_named_assignments(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_public_mail(text), site_is_its_own(institutions), conflict_ends(uuid, uuid, uuid),
    end_named_assignments(uuid, uuid) TO trellis_app;

-- How many letters strangers may ask a workspace for in a day is its managers' to say.
ALTER TABLE tenants ADD COLUMN registration_letters_a_day bigint NOT NULL DEFAULT 500,
    ADD CONSTRAINT registration_letters_a_day_are_reasonable CHECK (registration_letters_a_day BETWEEN 1 AND 100000);
CREATE OR REPLACE FUNCTION check_tenant_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
    theirs text[] := '{takes_registrations,registration_letters_a_day}';
BEGIN
    IF acts_as('manager') AND to_jsonb(NEW) - theirs <> to_jsonb(OLD) - theirs THEN
        RAISE insufficient_privilege USING MESSAGE = 'this part of a workspace is not for managers to change';
    END IF;
    RETURN NEW;
END $$;

-- Which letters strangers asked for in the last day, over all workspaces: three rows a letter, for the address it goes to, the
-- client that asked and the workspace, each by a hash under the salt of its day, so that a limit on one of them is counted and
-- nobody is named: once a day and its salt are forgotten, whoever has a list of addresses finds none of them in an old copy.
CREATE TABLE letters_asked_for (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject bytea NOT NULL,
    at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT subject_is_sha256 CHECK (length(subject) = 32)
);
CREATE INDEX letters_asked_for_of_a_subject ON letters_asked_for (subject, at);
CREATE INDEX letters_asked_for_by_age ON letters_asked_for (at);
ALTER TABLE letters_asked_for ENABLE ROW LEVEL SECURITY;
ALTER TABLE letters_asked_for FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON letters_asked_for TO trellis_app;
-- Counted across workspaces, hence in none of them.
CREATE POLICY the_service_counts_letters ON letters_asked_for USING (acts_as('system') AND acting_tenant() IS NULL);

CREATE TABLE letter_salts (
    day  date PRIMARY KEY,
    salt text NOT NULL DEFAULT gen_random_uuid()::text || gen_random_uuid()::text
);
ALTER TABLE letter_salts ENABLE ROW LEVEL SECURITY;
ALTER TABLE letter_salts FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, DELETE ON letter_salts TO trellis_app;
CREATE POLICY the_service_salts_letters ON letter_salts USING (acts_as('system') AND acting_tenant() IS NULL);
-- What stands for somebody in the last day, under each salt it was counted with, today's first. Empty where nobody is meant.
CREATE FUNCTION letter_subjects(what text) RETURNS bytea[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(sha256(convert_to(s.salt || ' ' || what, 'UTF8')) ORDER BY s.day DESC), '{}')
    FROM letter_salts AS s WHERE what IS NOT NULL AND s.day >= (now() AT TIME ZONE 'UTC')::date - 1
$$;

-- One household or office has one address of IPv4 and a network of IPv6. Who asks from this very machine is a proxy whose word
-- nobody takes, and so everybody: no client.
CREATE FUNCTION network_of(client text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    plain text := regexp_replace(nullif(client, ''), '^::ffff:(?=[0-9.]+$)', '', 'i');
BEGIN
    RETURN CASE
        WHEN plain::inet <<= '127.0.0.0/8' OR plain::inet = '::1' THEN NULL
        WHEN family(plain::inet) = 6 THEN network(set_masklen(plain::inet, 64))::text
        ELSE plain END;
EXCEPTION WHEN data_exception THEN
    RETURN plain;
END $$;
-- Whether one more letter may be written, which is counted if it may: 3 an hour and 10 a day to one address, 50 a day for one
-- client, and as many a day as the workspace allows. What is asked for at the same moment is counted one after the other.
CREATE FUNCTION may_be_written_to(address text, client text, workspace uuid, most bigint) RETURNS boolean LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' SET trellis.tenant = '' AS $$
DECLARE
    reader bytea[];
    asker bytea[];
    park bytea[];
    day timestamptz := now() - interval '1 day';
BEGIN
    -- In one order for all: an address, a client, a workspace, the day.
    PERFORM pg_advisory_xact_lock(hashtextextended('address ' || address, 71));
    IF network_of(client) IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('client ' || network_of(client), 72));
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('workspace ' || workspace, 73));
    INSERT INTO letter_salts (day) VALUES ((now() AT TIME ZONE 'UTC')::date) ON CONFLICT DO NOTHING;
    reader := letter_subjects('address ' || address);
    asker := letter_subjects('client ' || network_of(client));
    park := letter_subjects('workspace ' || workspace);
    IF (SELECT count(*) FILTER (WHERE l.at > now() - interval '1 hour') >= 3 OR count(*) >= 10
        FROM letters_asked_for AS l WHERE l.subject = ANY (reader) AND l.at > day)
        OR (SELECT count(*) >= 50 FROM letters_asked_for AS l WHERE l.subject = ANY (asker) AND l.at > day)
        OR (SELECT count(*) >= most FROM letters_asked_for AS l WHERE l.subject = ANY (park) AND l.at > day)
    THEN
        RETURN false;
    END IF;
    INSERT INTO letters_asked_for (subject)
    SELECT s FROM unnest(ARRAY[reader[1], asker[1], park[1]]) AS s WHERE s IS NOT NULL;
    RETURN true;
END $$;
-- What the managers of a workspace are told of it.
CREATE FUNCTION letters_of_the_day(workspace uuid) RETURNS bigint LANGUAGE sql STABLE
    SET search_path = public SET trellis.role = 'system' SET trellis.tenant = '' AS $$
    SELECT count(*) FROM letters_asked_for AS l
    WHERE l.subject = ANY (letter_subjects('workspace ' || workspace)) AND l.at > now() - interval '1 day'
$$;

-- Whose request it was is counted, and not kept beside what was typed.
ALTER TABLE registrations ADD COLUMN client text,
    ADD CONSTRAINT registrations_keep_no_client CHECK (client IS NULL);
-- A form sent twice is one registration, and an address that somebody else types gets few letters, wherever it is typed.
-- Nothing is refused aloud: what was done with an address is told to its owner alone.
CREATE OR REPLACE FUNCTION spare_the_reader() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE
    asker text := NEW.client;
BEGIN
    NEW.client := NULL;
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.tenant_id || ' registers ' || NEW.email, 0));
    IF EXISTS (
        SELECT FROM registrations AS r
        WHERE r.tenant_id = NEW.tenant_id AND r.email = NEW.email AND r.requested_at > now() - interval '10 minutes'
          AND r.used_at IS NULL
          AND (r.call_id, r.name, r.startup_name, r.language)
            = (NEW.call_id, NEW.name, NEW.startup_name, NEW.language))
        OR NOT may_be_written_to(
            NEW.email, asker, NEW.tenant_id,
            (SELECT t.registration_letters_a_day FROM tenants AS t WHERE t.id = NEW.tenant_id))
    THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END $$;
-- What was asked for in the last day, so that nobody begins anew with this version.
DO $$
DECLARE park uuid;
BEGIN
    PERFORM set_config('trellis.role', 'operator', true);
    CREATE TEMPORARY TABLE asked (tenant_id uuid, email text, at timestamptz) ON COMMIT DROP;
    FOR park IN SELECT id FROM tenants LOOP
        PERFORM set_config('trellis.tenant', park::text, true), set_config('trellis.role', 'system', true);
        INSERT INTO asked SELECT r.tenant_id, r.email, r.requested_at FROM registrations AS r
        WHERE r.tenant_id = park AND r.requested_at > now() - interval '1 day';
        PERFORM set_config('trellis.role', 'operator', true);
    END LOOP;
    PERFORM set_config('trellis.tenant', '', true), set_config('trellis.role', 'system', true);
    INSERT INTO letter_salts (day) VALUES ((now() AT TIME ZONE 'UTC')::date);
    INSERT INTO letters_asked_for (subject, at)
    SELECT (letter_subjects('address ' || a.email))[1], a.at FROM asked AS a
    UNION ALL
    SELECT (letter_subjects('workspace ' || a.tenant_id))[1], a.at FROM asked AS a;
    PERFORM set_config('trellis.role', '', true);
END $$;

REVOKE ALL ON FUNCTION network_of(text), letter_subjects(text), may_be_written_to(text, text, uuid, bigint),
    letters_of_the_day(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION network_of(text), letter_subjects(text), may_be_written_to(text, text, uuid, bigint), 
    letters_of_the_day(uuid) TO trellis_app;
