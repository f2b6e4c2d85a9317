-- Who reviews for a stream, and the seats that partners have on the panels of its rounds.

-- The streams whose applications a round judges: its own where it is for one, or else all that its call offers.
CREATE FUNCTION streams_of_round(round uuid) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    SELECT s.stream_id
    FROM review_rounds AS r
    JOIN calls AS c ON c.tenant_id = r.tenant_id AND c.id = r.call_id
    CROSS JOIN LATERAL (
        SELECT c.stream_id
        UNION
        SELECT o.stream_id FROM offered_streams AS o WHERE o.tenant_id = c.tenant_id AND o.call_id = c.id) AS s
    WHERE r.tenant_id = acting_tenant() AND r.id = round
      AND s.stream_id = coalesce(r.stream_id, s.stream_id)
$$;

-- The pool of a stream: whom its panels are made of. A manager adds them, or a partner nominates its own staff and a manager
-- accepts. Whoever left has a row that ended.
CREATE TABLE stream_reviewers (
    tenant_id      uuid NOT NULL,
    id             uuid NOT NULL,
    stream_id      uuid NOT NULL,
    person_id      uuid NOT NULL REFERENCES people (id),
    -- The partner that nominated them; NULL for whom a manager added.
    institution_id uuid,
    proposed_at    timestamptz NOT NULL DEFAULT now(),
    proposed_by    uuid NOT NULL,
    added_at       timestamptz,
    added_by       uuid,
    refused_at     timestamptz,
    refused_by     uuid,
    -- Why, for the partner.
    refused_reason text,
    -- Their last day in the pool, where one is set.
    until          date,
    ended_at       timestamptz,
    ended_by       uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, stream_id) REFERENCES streams (tenant_id, id),
    FOREIGN KEY (tenant_id, institution_id) REFERENCES institutions (tenant_id, id),
    CONSTRAINT nominations_have_one_answer CHECK (num_nonnulls(added_at, refused_at) <= 1),
    CONSTRAINT joining_a_pool_names_who CHECK ((added_at IS NULL) = (added_by IS NULL)),
    CONSTRAINT refusing_a_nomination_is_explained
        CHECK ((refused_at IS NULL) = (refused_by IS NULL) AND (refused_at IS NULL) = (refused_reason IS NULL)
               AND refused_reason <> ''),
    CONSTRAINT leaving_a_pool_names_who CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
    CONSTRAINT managers_add_at_once CHECK (institution_id IS NOT NULL OR added_at IS NOT NULL)
);
CREATE UNIQUE INDEX reviewers_join_a_pool_once ON stream_reviewers (tenant_id, stream_id, person_id)
    WHERE refused_at IS NULL AND ended_at IS NULL;
CREATE INDEX pools_of_a_person ON stream_reviewers (tenant_id, person_id);
CREATE INDEX nominations_of_a_partner ON stream_reviewers (tenant_id, institution_id) WHERE institution_id IS NOT NULL;

-- A partner nominates its own staff for a stream in which it takes part, and what was answered or has ended stands. As
-- `system`: neither who sits where nor who takes part is everybody's to read.
CREATE FUNCTION check_stream_reviewer() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF (TG_OP = 'INSERT' OR NEW.added_at IS NOT NULL AND OLD.added_at IS NULL)
       AND EXISTS (SELECT FROM streams WHERE tenant_id = NEW.tenant_id AND id = NEW.stream_id AND ended_at IS NOT NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'pools_are_of_running_streams',
            MESSAGE = 'the stream has ended';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.until < (now() AT TIME ZONE (SELECT time_zone FROM tenants WHERE id = NEW.tenant_id))::date THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'reviewers_join_a_pool_for_days_to_come',
                MESSAGE = 'the last day in the pool is past';
        END IF;
        IF NEW.institution_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM stream_partners AS p
            WHERE p.tenant_id = NEW.tenant_id AND p.stream_id = NEW.stream_id AND p.institution_id = NEW.institution_id) THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'partners_nominate_for_their_own_streams',
                MESSAGE = 'the partner takes no part in the stream';
        END IF;
        -- One whose agreement begins later may prepare for it; one whose agreement has ended may not.
        IF NEW.institution_id IS NOT NULL AND NEW.added_at IS NULL AND EXISTS (
            SELECT FROM stream_partners AS p
            JOIN tenants AS t ON t.id = p.tenant_id
            CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE t.time_zone)::date AS today) AS d
            CROSS JOIN LATERAL (
                SELECT bool_or(m.state IN ('signed', 'terminated') AND m.effective_on <= d.today) AS has_begun,
                       bool_or(m.state = 'signed' AND m.effective_on > d.today) AS begins_later
                FROM mous AS m
                JOIN mou_parties AS q
                    ON q.tenant_id = m.tenant_id AND q.mou_id = m.id AND q.institution_id = p.institution_id
                WHERE m.tenant_id = p.tenant_id AND m.id IN (SELECT chain_of(p.tenant_id, p.mou_id))) AS terms
            WHERE p.tenant_id = NEW.tenant_id AND p.stream_id = NEW.stream_id AND p.institution_id = NEW.institution_id
              AND terms.has_begun AND NOT terms.begins_later
              AND NOT agreement_holds(p.tenant_id, p.mou_id, p.institution_id, d.today)) THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'partners_nominate_under_their_agreement',
                MESSAGE = 'the agreement of the partner has ended';
        END IF;
    ELSIF OLD.refused_at IS NOT NULL OR OLD.ended_at IS NOT NULL
        OR OLD.added_at IS NOT NULL AND (NEW.added_at, NEW.added_by) IS DISTINCT FROM (OLD.added_at, OLD.added_by)
        OR OLD.added_at IS NOT NULL AND NEW.refused_at IS NOT NULL
        OR (NEW.tenant_id, NEW.id, NEW.stream_id, NEW.person_id, NEW.institution_id, NEW.proposed_at, NEW.proposed_by)
            IS DISTINCT FROM
           (OLD.tenant_id, OLD.id, OLD.stream_id, OLD.person_id, OLD.institution_id, OLD.proposed_at, OLD.proposed_by) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'answered_nominations_stand',
            MESSAGE = 'what was answered or has ended stands';
    END IF;
    -- Asked again at the acceptance: whoever has left the partner meanwhile does not come into the pool in its name.
    IF NEW.institution_id IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.added_at IS NOT NULL AND OLD.added_at IS NULL)
       AND NOT EXISTS (
        SELECT FROM memberships AS m JOIN people AS who ON who.id = m.person_id AND who.disabled_at IS NULL
        WHERE m.tenant_id = NEW.tenant_id AND m.institution_id = NEW.institution_id AND m.person_id = NEW.person_id
          AND m.ended_at IS NULL) THEN
        IF TG_OP = 'INSERT' THEN
            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'partners_nominate_their_own_staff',
                MESSAGE = 'the person is not of the partner''s staff';
        END IF;
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'nominees_are_still_of_the_staff',
            MESSAGE = 'the person has left the partner';
    END IF;
    IF NEW.added_at IS NOT NULL AND (TG_OP = 'INSERT' OR OLD.added_at IS NULL) AND NOT EXISTS (
        SELECT FROM memberships AS m JOIN people AS who ON who.id = m.person_id AND who.disabled_at IS NULL
        WHERE m.tenant_id = NEW.tenant_id AND m.person_id = NEW.person_id AND m.role = 'reviewer' AND m.ended_at IS NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'reviewers_hold_a_seat',
            MESSAGE = 'the person holds no reviewer''s seat';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER answered_nominations_stand BEFORE INSERT OR UPDATE ON stream_reviewers
    FOR EACH ROW EXECUTE FUNCTION check_stream_reviewer();

CALL wall_table('stream_reviewers');
REVOKE DELETE ON stream_reviewers FROM trellis_app;
CREATE POLICY the_managers_keep_pools ON stream_reviewers USING (acts_as('manager')) WITH CHECK (acts_as('manager'));
-- Whom other partners nominate is as confidential as that they take part.
CREATE POLICY partners_read_their_nominations ON stream_reviewers FOR SELECT
    USING (acts_as('partner') AND institution_id = acting_institution());
CREATE POLICY partners_nominate ON stream_reviewers FOR INSERT
    WITH CHECK (acts_as('partner') AND institution_id = acting_institution() AND proposed_by = acting_person()
        AND num_nonnulls(added_at, refused_at, ended_at, until) = 0);
CREATE POLICY partners_take_their_reviewers_back ON stream_reviewers FOR UPDATE
    USING (acts_as('partner') AND institution_id = acting_institution())
    WITH CHECK (acts_as('partner') AND institution_id = acting_institution() AND refused_at IS NULL
        AND ended_by = acting_person());

-- The people of the institution whose staff ask, for nominating them: those who may sign in for it today.
CREATE FUNCTION own_staff() RETURNS TABLE (person_id uuid, name text, email text) LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM memberships AS m
                   WHERE m.id = acting_membership() AND m.tenant_id = acting_tenant() AND m.person_id = acting_person()
                     AND m.institution_id = acting_institution() AND m.role = 'partner' AND m.ended_at IS NULL) THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT DISTINCT who.id, who.name, who.email
    FROM memberships AS m JOIN people AS who ON who.id = m.person_id AND who.disabled_at IS NULL
    WHERE m.tenant_id = acting_tenant() AND m.institution_id = acting_institution() AND m.ended_at IS NULL
    ORDER BY 2, 1;
END $$;

-- The seats that partners have on the panel of a round, by stream, and who takes them: staff of the partner who have accepted,
-- can still come in, and are not away on every day that is left. Of partners that are bound by their agreement today.
CREATE FUNCTION seats_of_partners(round uuid)
    RETURNS TABLE (stream_id uuid, institution_id uuid, seats integer, people uuid[]) LANGUAGE sql STABLE AS $$
    SELECT p.stream_id, p.institution_id, p.seats, ARRAY(
        SELECT n.person_id FROM panel_members AS n
        JOIN people AS who ON who.id = n.person_id AND who.disabled_at IS NULL
        WHERE n.tenant_id = r.tenant_id AND n.round_id = r.id AND n.accepted_at IS NOT NULL
          AND EXISTS (SELECT FROM memberships AS m
                      WHERE m.tenant_id = n.tenant_id AND m.person_id = n.person_id
                        AND m.institution_id = p.institution_id AND m.ended_at IS NULL)
          AND EXISTS (SELECT FROM memberships AS m
                      WHERE m.tenant_id = n.tenant_id AND m.person_id = n.person_id AND m.role = 'reviewer'
                        AND m.ended_at IS NULL)
          AND NOT coalesce((
              SELECT range_agg(daterange(x.first_day, x.last_day, '[]')) @> daterange(span.first, span.last, '[]')
              FROM reviewer_absences AS x WHERE x.tenant_id = n.tenant_id AND x.person_id = n.person_id), false)
        ORDER BY n.person_id)
    FROM review_rounds AS r
    JOIN tenants AS t ON t.id = r.tenant_id
    JOIN stream_partners AS p ON p.tenant_id = r.tenant_id AND p.stream_id IN (SELECT streams_of_round(r.id))
        AND p.seats > 0
    CROSS JOIN LATERAL (
        SELECT (now() AT TIME ZONE r.time_zone)::date AS first,
               greatest((r.due_at AT TIME ZONE r.time_zone)::date, (now() AT TIME ZONE r.time_zone)::date) AS last) AS span
    WHERE r.tenant_id = acting_tenant() AND r.id = round
      AND agreement_holds(p.tenant_id, p.mou_id, p.institution_id, (now() AT TIME ZONE t.time_zone)::date)
    ORDER BY p.stream_id, p.institution_id
$$;

-- Why a round opens although seats of a partner are empty: a manager's word, for managers and that partner. It holds for as few
-- as sat there then.
CREATE TABLE seat_waivers (
    tenant_id      uuid NOT NULL,
    id             uuid NOT NULL,
    round_id       uuid NOT NULL,
    stream_id      uuid NOT NULL,
    institution_id uuid NOT NULL,
    seats          integer NOT NULL,
    taken          integer NOT NULL,
    reason         text NOT NULL,
    waived_at      timestamptz NOT NULL DEFAULT now(),
    waived_by      uuid NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, round_id) REFERENCES review_rounds (tenant_id, id),
    FOREIGN KEY (tenant_id, stream_id) REFERENCES streams (tenant_id, id),
    FOREIGN KEY (tenant_id, institution_id) REFERENCES institutions (tenant_id, id),
    CONSTRAINT seats_are_waived_while_empty CHECK (taken >= 0 AND taken < seats),
    CONSTRAINT waived_seats_have_a_reason CHECK (reason <> '')
);
CREATE INDEX waived_seats_of_a_round ON seat_waivers (tenant_id, round_id, waived_at);

-- How many seats there are and how many are taken is the database's to say.
CREATE FUNCTION check_seat_waiver() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF EXISTS (SELECT FROM review_rounds
               WHERE tenant_id = NEW.tenant_id AND id = NEW.round_id AND opened_at IS NOT NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'seats_are_waived_before_a_round_opens',
            MESSAGE = 'the round has opened';
    END IF;
    SELECT s.seats, cardinality(s.people) INTO NEW.seats, NEW.taken FROM seats_of_partners(NEW.round_id) AS s
    WHERE s.stream_id = NEW.stream_id AND s.institution_id = NEW.institution_id;
    IF NOT FOUND OR NEW.taken >= NEW.seats THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'seats_are_waived_while_empty',
            MESSAGE = 'no seat of the partner is empty';
    END IF;
    -- Not when the transaction began: the last word counts, and whoever waits for the round may have begun before it was said.
    NEW.waived_at := clock_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER seats_are_waived_while_empty BEFORE INSERT ON seat_waivers
    FOR EACH ROW EXECUTE FUNCTION check_seat_waiver();

CALL wall_table('seat_waivers');
REVOKE UPDATE, DELETE ON seat_waivers FROM trellis_app;
CREATE POLICY the_managers_read_waived_seats ON seat_waivers FOR SELECT USING (acts_as('manager'));
CREATE POLICY managers_waive_seats ON seat_waivers FOR INSERT
    WITH CHECK (acts_as('manager') AND waived_by = acting_person());
CREATE POLICY partners_read_why_their_seats_were_waived ON seat_waivers FOR SELECT
    USING (acts_as('partner') AND institution_id = acting_institution());

-- What a manager said last on each partner's seats in a round: no earlier word counts beside it.
CREATE FUNCTION last_seat_waivers(round uuid) RETURNS SETOF seat_waivers LANGUAGE sql STABLE AS $$
    SELECT DISTINCT ON (w.stream_id, w.institution_id) w.* FROM seat_waivers AS w
    WHERE w.tenant_id = acting_tenant() AND w.round_id = round
    ORDER BY w.stream_id, w.institution_id, w.waived_at DESC, w.id
$$;

-- A round opens with its partners' seats taken, or with a word on each that is not.
CREATE FUNCTION check_seats_of_partners() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF EXISTS (SELECT FROM seats_of_partners(NEW.id) AS s
               WHERE cardinality(s.people) < s.seats
                 AND NOT EXISTS (SELECT FROM last_seat_waivers(NEW.id) AS w
                                 WHERE w.stream_id = s.stream_id AND w.institution_id = s.institution_id
                                   AND w.taken <= cardinality(s.people))) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'rounds_open_with_their_partners_seats_taken',
            MESSAGE = 'a partner''s seats on the panel are empty';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rounds_open_with_their_partners_seats_taken BEFORE UPDATE OF opened_at ON review_rounds
    FOR EACH ROW WHEN (OLD.opened_at IS NULL AND NEW.opened_at IS NOT NULL) EXECUTE FUNCTION check_seats_of_partners();

-- The seats of the partner whose staff ask, in each round of the streams in which it has some, with its own people on them and
-- why the round opened without. A round that was drafted is theirs to know: they fill its seats before it opens. The draft of a
-- call is not.
CREATE FUNCTION own_seats_on_panels()
    RETURNS TABLE (round_id uuid, round_name jsonb, call_title jsonb, stream_id uuid, due_at timestamptz, time_zone text,
                   opened_at timestamptz, closed_at timestamptz, seats integer, taken_by text[], reason text)
    LANGUAGE plpgsql STABLE SET search_path = public SET trellis.role = 'system' AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM memberships AS m
                   WHERE m.id = acting_membership() AND m.tenant_id = acting_tenant() AND m.person_id = acting_person()
                     AND m.institution_id = acting_institution() AND m.role = 'partner' AND m.ended_at IS NULL) THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT r.id, r.name, c.title, s.stream_id, r.due_at, r.time_zone, r.opened_at, r.closed_at, s.seats,
           ARRAY(SELECT who.name FROM people AS who WHERE who.id = ANY (s.people) ORDER BY who.name, who.id),
           (SELECT w.reason FROM last_seat_waivers(r.id) AS w
            WHERE w.stream_id = s.stream_id AND w.institution_id = s.institution_id)
    FROM review_rounds AS r
    JOIN calls AS c ON c.tenant_id = r.tenant_id AND c.id = r.call_id
    CROSS JOIN LATERAL seats_of_partners(r.id) AS s
    WHERE r.tenant_id = acting_tenant() AND s.institution_id = acting_institution() AND c.published_at IS NOT NULL
      -- Only of streams in which it takes part at all: asked before the seats are counted.
      AND EXISTS (SELECT FROM stream_partners AS p
                  WHERE p.tenant_id = r.tenant_id AND p.institution_id = acting_institution()
                    AND p.stream_id IN (SELECT streams_of_round(r.id)))
    ORDER BY r.closed_at IS NOT NULL, r.due_at DESC, r.id, s.stream_id
    LIMIT 500;
END $$;

-- How many seats a partner's people took when they were counted last, so that a seat which is emptied is noticed, and when the
-- partner was told that some stand empty. The service's own.
CREATE TABLE partner_seats_told (
    tenant_id      uuid NOT NULL,
    round_id       uuid NOT NULL,
    stream_id      uuid NOT NULL,
    institution_id uuid NOT NULL,
    taken          integer NOT NULL,
    told_at        timestamptz,
    PRIMARY KEY (tenant_id, round_id, stream_id, institution_id),
    FOREIGN KEY (tenant_id, round_id) REFERENCES review_rounds (tenant_id, id)
);
CALL wall_table('partner_seats_told');
-- A count of what is on record, and the letter that told of it is.
DROP TRIGGER audit_inserted ON partner_seats_told;
DROP TRIGGER audit_changed ON partner_seats_told;

-- Whether a plan gives each application a reviewer of each partner that has seats in its streams.
ALTER TABLE assignment_runs ADD COLUMN partner_seats boolean NOT NULL DEFAULT true;

REVOKE ALL ON FUNCTION streams_of_round(uuid), own_staff(), seats_of_partners(uuid), last_seat_waivers(uuid),
    own_seats_on_panels() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION streams_of_round(uuid), own_staff(), seats_of_partners(uuid), last_seat_waivers(uuid),
    own_seats_on_panels() TO trellis_app;
