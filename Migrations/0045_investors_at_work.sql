-- The investor's work on its lists: who of a firm answers for it, what its people note, recommend and pass on among themselves,
-- what has changed since its last list, and links that tell of a list before one signs in.

-- Within a firm, principals and delegates answer for it, and analysts prepare. A seat that has no row is a principal's, as
-- every investor's seat was.
CREATE TABLE firm_roles (
    tenant_id   uuid NOT NULL,
    seat_id     uuid NOT NULL REFERENCES memberships (id),
    investor_id uuid NOT NULL,
    role        text NOT NULL,
    set_at      timestamptz NOT NULL DEFAULT now(),
    set_by      uuid NOT NULL,
    PRIMARY KEY (tenant_id, seat_id),
    FOREIGN KEY (tenant_id, investor_id) REFERENCES institutions (tenant_id, id),
    CONSTRAINT firm_role_is_known CHECK (role IN ('principal', 'delegate', 'analyst'))
);

-- What a firm notes about a startup, for its own people; each wording is kept.
CREATE TABLE firm_notes (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    investor_id uuid NOT NULL,
    startup_id  uuid NOT NULL,
    -- The wording that counts, of those in firm_note_texts.
    version     integer NOT NULL DEFAULT 1,
    written_at  timestamptz NOT NULL DEFAULT now(),
    written_by  uuid NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, investor_id) REFERENCES institutions (tenant_id, id),
    FOREIGN KEY (tenant_id, startup_id) REFERENCES startups (tenant_id, id)
);
CREATE INDEX firm_notes_on_a_startup ON firm_notes (tenant_id, investor_id, startup_id, written_at);
CREATE TABLE firm_note_texts (
    tenant_id  uuid NOT NULL,
    note_id    uuid NOT NULL,
    version    integer NOT NULL,
    body       text NOT NULL,
    written_at timestamptz NOT NULL DEFAULT now(),
    written_by uuid NOT NULL,
    PRIMARY KEY (tenant_id, note_id, version),
    FOREIGN KEY (tenant_id, note_id) REFERENCES firm_notes (tenant_id, id),
    CONSTRAINT firm_notes_say_something CHECK (body <> '')
);

-- What somebody of a firm would have it answer; the latest of each person counts.
CREATE TABLE recommendations (
    tenant_id      uuid NOT NULL,
    id             uuid NOT NULL,
    shortlist_id   uuid NOT NULL,
    startup_id     uuid NOT NULL,
    recommendation text NOT NULL,
    note           text,
    recommended_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    recommended_by uuid NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, shortlist_id, startup_id)
        REFERENCES shortlist_items (tenant_id, shortlist_id, startup_id) ON DELETE CASCADE,
    CONSTRAINT recommendation_is_known CHECK (recommendation IN ('meet', 'pass', 'discuss'))
);
CREATE INDEX recommendations_on_an_item ON recommendations (tenant_id, shortlist_id, startup_id);

-- A startup of a list that somebody has asked a colleague to look at.
CREATE TABLE referrals (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    shortlist_id uuid NOT NULL,
    startup_id   uuid NOT NULL,
    referred_to  uuid NOT NULL REFERENCES people (id),
    note         text,
    referred_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    referred_by  uuid NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, shortlist_id, startup_id)
        REFERENCES shortlist_items (tenant_id, shortlist_id, startup_id) ON DELETE CASCADE,
    CONSTRAINT referrals_go_to_somebody_else CHECK (referred_to <> referred_by)
);
CREATE INDEX referrals_of_an_item ON referrals (tenant_id, shortlist_id, startup_id);

-- A link by which one person looks at what a release has brought, without names and before signing in.
CREATE TABLE teasers (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    hash         bytea NOT NULL,
    investor_id  uuid NOT NULL,
    recipient_id uuid NOT NULL REFERENCES people (id),
    issued_at    timestamptz NOT NULL DEFAULT now(),
    -- The last day on which it opens, UTC.
    opens_until  date NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, investor_id) REFERENCES institutions (tenant_id, id),
    CONSTRAINT teasers_are_distinct UNIQUE (tenant_id, hash),
    CONSTRAINT teaser_hash_is_sha256 CHECK (length(hash) = 32)
);
CREATE TABLE teaser_lists (
    tenant_id    uuid NOT NULL,
    teaser_id    uuid NOT NULL,
    shortlist_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, teaser_id, shortlist_id),
    FOREIGN KEY (tenant_id, teaser_id) REFERENCES teasers (tenant_id, id),
    FOREIGN KEY (tenant_id, shortlist_id) REFERENCES shortlists (tenant_id, id)
);
-- Who was shown what, for the trail: nobody is signed in when a link is opened.
CREATE TABLE teaser_openings (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    teaser_id    uuid NOT NULL,
    recipient_id uuid NOT NULL,
    shortlists   uuid[] NOT NULL,
    opened_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, teaser_id) REFERENCES teasers (tenant_id, id)
);
CREATE INDEX teaser_openings_of_a_teaser ON teaser_openings (tenant_id, teaser_id, opened_at);

-- What a startup said of itself when a list was made, to tell what has changed by the next; older lists do not know.
ALTER TABLE shortlist_items ADD COLUMN profile jsonb;

CALL wall_table('firm_roles');
CALL wall_table('firm_notes');
CALL wall_table('firm_note_texts');
CALL wall_table('recommendations');
CALL wall_table('referrals');
CALL wall_table('teasers');
CALL wall_table('teaser_lists');
CALL wall_table('teaser_openings');
REVOKE DELETE ON firm_roles, firm_notes, firm_note_texts, recommendations, referrals, teasers, teaser_lists, teaser_openings
    FROM trellis_app;
REVOKE UPDATE ON firm_notes, firm_note_texts, recommendations, referrals, teasers, teaser_lists, teaser_openings
    FROM trellis_app;
GRANT UPDATE (version) ON firm_notes TO trellis_app;

-- Which role somebody has within their firm, whoever asks.
CREATE FUNCTION firm_role_of(seat uuid) RETURNS text LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN coalesce(
        (SELECT r.role FROM firm_roles AS r WHERE r.tenant_id = acting_tenant() AND r.seat_id = seat), 'principal');
END $$;

-- The people of a firm with their roles in it, those included who have left it. For the firm itself, its park and the service;
-- `asker` is who acts, since in here the service does.
CREATE FUNCTION people_of_firm(firm uuid, asker text)
    RETURNS TABLE (seat_id uuid, person_id uuid, name text, firm_role text, has_left boolean) LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF asker IN ('manager', 'system') OR asker = 'investor' AND firm = acting_institution() THEN
        RETURN QUERY
            SELECT m.id, p.id, p.name, firm_role_of(m.id), m.ended_at IS NOT NULL OR p.disabled_at IS NOT NULL
            FROM memberships AS m JOIN people AS p ON p.id = m.person_id
            WHERE m.tenant_id = acting_tenant() AND m.institution_id = firm AND m.role = 'investor';
    END IF;
END $$;
REVOKE ALL ON FUNCTION firm_role_of(uuid), people_of_firm(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION firm_role_of(uuid), people_of_firm(uuid, text) TO trellis_app;

CREATE FUNCTION check_firm_role() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    -- Two principals who step down at once wait for each other.
    PERFORM FROM institutions WHERE tenant_id = NEW.tenant_id AND id = NEW.investor_id FOR UPDATE;
    IF NOT EXISTS (SELECT FROM people_of_firm(NEW.investor_id, 'system') AS p
                   WHERE p.seat_id = NEW.seat_id AND NOT p.has_left) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'firm_roles_are_of_investors_seats',
            MESSAGE = 'no such seat is at the firm';
    END IF;
    IF NEW.role <> 'principal' AND NOT EXISTS (
        SELECT FROM people_of_firm(NEW.investor_id, 'system') AS p
        WHERE p.firm_role = 'principal' AND NOT p.has_left AND p.seat_id <> NEW.seat_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'firms_keep_a_principal',
            MESSAGE = 'a firm keeps a principal';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER firms_keep_a_principal BEFORE INSERT OR UPDATE ON firm_roles
    FOR EACH ROW EXECUTE FUNCTION check_firm_role();

CREATE POLICY the_managers_set_firm_roles ON firm_roles USING (acts_as('manager'));
CREATE POLICY firms_read_their_roles ON firm_roles FOR SELECT
    USING (acts_as('investor') AND investor_id = acting_institution());
CREATE POLICY principals_set_roles ON firm_roles FOR INSERT
    WITH CHECK (acts_as('investor') AND investor_id = acting_institution() AND firm_role_of(acting_membership()) = 'principal');
CREATE POLICY principals_change_roles ON firm_roles FOR UPDATE
    USING (acts_as('investor') AND investor_id = acting_institution() AND firm_role_of(acting_membership()) = 'principal');

-- An analyst answers nothing in the firm's name, whatever the door: neither lists nor introductions, and no mandate.
CREATE FUNCTION check_who_answers_for_the_firm() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF acts_as('investor') AND firm_role_of(acting_membership()) = 'analyst' THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'analysts_do_not_answer_for_the_firm',
            MESSAGE = 'an analyst recommends; a principal or a delegate answers for the firm';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER analysts_do_not_answer_for_the_firm BEFORE INSERT ON shortlist_answers
    FOR EACH ROW EXECUTE FUNCTION check_who_answers_for_the_firm();
CREATE TRIGGER analysts_do_not_answer_for_the_firm BEFORE INSERT OR UPDATE ON introductions
    FOR EACH ROW EXECUTE FUNCTION check_who_answers_for_the_firm();
CREATE TRIGGER analysts_do_not_answer_for_the_firm BEFORE INSERT ON introduction_steps
    FOR EACH ROW EXECUTE FUNCTION check_who_answers_for_the_firm();
CREATE TRIGGER analysts_do_not_answer_for_the_firm BEFORE INSERT OR UPDATE ON introduction_meetings
    FOR EACH ROW EXECUTE FUNCTION check_who_answers_for_the_firm();
CREATE TRIGGER analysts_do_not_answer_for_the_firm BEFORE INSERT OR UPDATE ON mandates
    FOR EACH ROW EXECUTE FUNCTION check_who_answers_for_the_firm();
CREATE TRIGGER analysts_do_not_answer_for_the_firm BEFORE INSERT OR UPDATE ON blocks
    FOR EACH ROW EXECUTE FUNCTION check_who_answers_for_the_firm();
CREATE TRIGGER analysts_do_not_answer_for_the_firm BEFORE INSERT OR UPDATE OR DELETE ON investor_pauses
    FOR EACH ROW EXECUTE FUNCTION check_who_answers_for_the_firm();

-- What a firm notes, recommends and refers is its own people's, and nobody else's: not the park's, and nothing that the
-- service does for itself needs it.
DROP POLICY system_keeps_the_tenant ON firm_notes;
DROP POLICY system_keeps_the_tenant ON firm_note_texts;
DROP POLICY system_keeps_the_tenant ON recommendations;
DROP POLICY system_keeps_the_tenant ON referrals;
CREATE POLICY firms_read_their_notes ON firm_notes FOR SELECT
    USING (acts_as('investor') AND investor_id = acting_institution());
CREATE POLICY firms_note_what_they_were_shown ON firm_notes FOR INSERT
    WITH CHECK (acts_as('investor') AND investor_id = acting_institution() AND written_by = acting_person()
        AND shown_to_acting_investor(startup_id));
CREATE POLICY firms_word_their_notes_anew ON firm_notes FOR UPDATE
    USING (acts_as('investor') AND investor_id = acting_institution());
CREATE POLICY firms_read_the_wordings ON firm_note_texts FOR SELECT
    USING (acts_as('investor') AND EXISTS (
        SELECT FROM firm_notes AS n WHERE n.tenant_id = firm_note_texts.tenant_id AND n.id = note_id));
CREATE POLICY firms_add_wordings ON firm_note_texts FOR INSERT
    WITH CHECK (acts_as('investor') AND written_by = acting_person() AND EXISTS (
        SELECT FROM firm_notes AS n WHERE n.tenant_id = firm_note_texts.tenant_id AND n.id = note_id));
CREATE POLICY firms_read_their_recommendations ON recommendations FOR SELECT
    USING (acts_as('investor') AND EXISTS (
        SELECT FROM shortlist_items AS x
        WHERE x.tenant_id = recommendations.tenant_id AND x.shortlist_id = recommendations.shortlist_id
          AND x.startup_id = recommendations.startup_id));
CREATE POLICY people_recommend_to_their_firm ON recommendations FOR INSERT
    WITH CHECK (acts_as('investor') AND recommended_by = acting_person() AND EXISTS (
        SELECT FROM shortlist_items AS x
        WHERE x.tenant_id = recommendations.tenant_id AND x.shortlist_id = recommendations.shortlist_id
          AND x.startup_id = recommendations.startup_id));
CREATE POLICY firms_read_their_referrals ON referrals FOR SELECT
    USING (acts_as('investor') AND EXISTS (
        SELECT FROM shortlist_items AS x
        WHERE x.tenant_id = referrals.tenant_id AND x.shortlist_id = referrals.shortlist_id
          AND x.startup_id = referrals.startup_id));
CREATE POLICY people_refer_to_colleagues ON referrals FOR INSERT
    WITH CHECK (acts_as('investor') AND referred_by = acting_person() AND EXISTS (
        SELECT FROM shortlist_items AS x
        WHERE x.tenant_id = referrals.tenant_id AND x.shortlist_id = referrals.shortlist_id
          AND x.startup_id = referrals.startup_id));

CREATE FUNCTION check_referral() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM people_of_firm(
            (SELECT s.investor_id FROM shortlists AS s WHERE s.tenant_id = NEW.tenant_id AND s.id = NEW.shortlist_id),
            acting_role()) AS p
        WHERE p.person_id = NEW.referred_to AND NOT p.has_left) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'referrals_stay_within_the_firm',
            MESSAGE = 'a startup is referred to a colleague of the same firm';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER referrals_stay_within_the_firm BEFORE INSERT ON referrals
    FOR EACH ROW EXECUTE FUNCTION check_referral();

-- The wordings are their own record; and the park, which reads the trail, reads of none of a firm's own work that it is there.
DROP TRIGGER audit_inserted ON firm_note_texts;
DROP TRIGGER audit_changed ON firm_note_texts;
CREATE TRIGGER audit_inserted AFTER INSERT ON firm_note_texts
    FOR EACH ROW EXECUTE FUNCTION audit_without('note_id', '{tenant_id,body}');
CREATE TRIGGER audit_changed AFTER UPDATE OR DELETE ON firm_note_texts
    FOR EACH ROW EXECUTE FUNCTION audit_without('note_id', '{tenant_id,body}');
CREATE POLICY firms_keep_their_own_work_to_themselves ON audit_events AS RESTRICTIVE FOR SELECT
    USING (noun NOT IN ('firm_notes', 'firm_note_texts', 'recommendations', 'referrals'));

-- What an item says of a startup is shown while the startup agrees to be; of one that does not, the query alone kept it.
CREATE FUNCTION agrees_to_be_shown(startup uuid) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN EXISTS (SELECT FROM startups AS t
                   WHERE t.tenant_id = acting_tenant() AND t.id = startup AND t.matching_opted_in_at IS NOT NULL);
END $$;
-- Whether one engine made two lists, so that their scores can be compared. Runs are the park's to see.
CREATE FUNCTION made_by_one_engine(first uuid, second uuid) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN (SELECT count(DISTINCT r.engine) = 1
            FROM shortlists AS s JOIN match_runs AS r ON r.tenant_id = s.tenant_id AND r.id = s.run_id
            WHERE s.tenant_id = acting_tenant() AND s.id IN (first, second));
END $$;
REVOKE ALL ON FUNCTION agrees_to_be_shown(uuid), made_by_one_engine(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION agrees_to_be_shown(uuid), made_by_one_engine(uuid, uuid) TO trellis_app;
DROP POLICY items_follow_their_shortlist ON shortlist_items;
CREATE POLICY items_follow_their_shortlist ON shortlist_items FOR SELECT
    USING (acts_as('investor') AND NOT is_hidden(startup_id, acting_institution()) AND agrees_to_be_shown(startup_id)
        AND EXISTS (
            SELECT FROM shortlists
            WHERE shortlists.tenant_id = shortlist_items.tenant_id AND shortlists.id = shortlist_id));
