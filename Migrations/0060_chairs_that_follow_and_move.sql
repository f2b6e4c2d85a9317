-- What a chair reads and when, and who chairs: own scores come first for the chair as well, every file of the round is in
-- reach, and the chair passes on.

-- A reviewer reads the reviews of others once their own of the same application is submitted, where the round shares
-- them. The chair of the panel reads what is submitted; of what is theirs to judge, too, not before they have said what they
-- think of it. What does not count is read by neither, and everybody asks for themselves alone.
CREATE OR REPLACE FUNCTION may_read_review(reader uuid, assignment uuid) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM review_assignments AS theirs
        JOIN review_rounds AS r ON r.tenant_id = theirs.tenant_id AND r.id = theirs.round_id
        CROSS JOIN LATERAL (
            -- One row: the reader judges an application once.
            SELECT count(*) AS assigned, count(w.submitted_at) AS submitted
            FROM review_assignments AS own
            LEFT JOIN reviews AS w ON w.tenant_id = own.tenant_id AND w.assignment_id = own.id
            WHERE own.tenant_id = theirs.tenant_id AND own.round_id = theirs.round_id
              AND own.application_id = theirs.application_id AND own.person_id = reader
              AND own.state = 'assigned') AS mine
        WHERE theirs.tenant_id = acting_tenant() AND theirs.id = assignment AND theirs.state = 'assigned'
          AND reader = acting_person() AND mine.assigned = mine.submitted
          AND (r.is_shared AND mine.submitted > 0
            OR EXISTS (SELECT FROM panel_members AS p
                       WHERE p.tenant_id = r.tenant_id AND p.round_id = r.id AND p.person_id = reader
                         AND p.is_chair AND p.accepted_at IS NOT NULL)));
END $$;

-- The files of a round that the acting person chairs, with how many reviews of each are submitted, and whether their own is
-- still owed: how many there are is counted past what they may read by then. None that is too near, and none taken back.
CREATE FUNCTION files_of_the_chair(round uuid)
RETURNS TABLE (application_id uuid, submitted bigint, awaits_own boolean) LANGUAGE plpgsql STABLE
    SET search_path = public SET trellis.role = 'system' AS $$
DECLARE near uuid[] := applications_too_near('reviewer', acting_person());
BEGIN
    RETURN QUERY
        SELECT f.application_id, count(w.submitted_at),
               coalesce(bool_or(s.person_id = acting_person() AND w.submitted_at IS NULL), false)
        FROM panel_members AS p
        JOIN review_files AS f ON f.tenant_id = p.tenant_id AND f.round_id = p.round_id
        JOIN applications AS a
            ON a.tenant_id = f.tenant_id AND a.id = f.application_id AND a.withdrawn_at IS NULL
        LEFT JOIN review_assignments AS s
            ON s.tenant_id = f.tenant_id AND s.round_id = f.round_id AND s.application_id = f.application_id
            AND s.state = 'assigned'
        LEFT JOIN reviews AS w ON w.tenant_id = s.tenant_id AND w.assignment_id = s.id
        WHERE p.tenant_id = acting_tenant() AND p.round_id = round AND p.person_id = acting_person()
          AND p.is_chair AND p.accepted_at IS NOT NULL AND f.application_id <> ALL (near)
        GROUP BY f.application_id;
END $$;
REVOKE ALL ON FUNCTION files_of_the_chair(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION files_of_the_chair(uuid) TO trellis_app;

-- The chair passes to somebody who has accepted and can still come in, while the round lasts. (Who is asked into the chair may
-- answer later: that is an insertion.)
CREATE FUNCTION check_new_chair() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF EXISTS (SELECT FROM review_rounds
               WHERE tenant_id = NEW.tenant_id AND id = NEW.round_id AND closed_at IS NOT NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'chairs_of_closed_rounds_stand',
            MESSAGE = 'the round is closed';
    END IF;
    IF NEW.accepted_at IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'reviewers_have_accepted',
            MESSAGE = 'the reviewer has not accepted the invitation to the panel';
    END IF;
    IF NOT EXISTS (SELECT FROM memberships AS m JOIN people AS p ON p.id = m.person_id AND p.disabled_at IS NULL
                   WHERE m.tenant_id = NEW.tenant_id AND m.person_id = NEW.person_id AND m.role = 'reviewer'
                     AND m.ended_at IS NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'reviewers_hold_a_seat',
            MESSAGE = 'the person holds no reviewer''s seat any more';
    END IF;
    RETURN NEW;
END $$;
-- Behind `reviewers_only_answer_their_invitation` in the alphabet, which asks who acts.
CREATE TRIGGER whoever_takes_the_chair_has_accepted BEFORE UPDATE OF is_chair ON panel_members
    FOR EACH ROW WHEN (NEW.is_chair AND NOT OLD.is_chair) EXECUTE FUNCTION check_new_chair();

-- What stood when a plan was worked out: it is taken against the seats it was worked out for, or not at all.
ALTER TABLE assignment_runs ADD COLUMN standing bytea;

-- Seats that whoever judged gave up, or lost to a conflict, and of which those who share out the round were told.
CREATE TABLE emptied_seats_told (
    tenant_id     uuid NOT NULL,
    assignment_id uuid NOT NULL,
    told_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, assignment_id),
    FOREIGN KEY (tenant_id, assignment_id) REFERENCES review_assignments (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX seats_that_were_emptied ON review_assignments (tenant_id, ended_at)
    WHERE state IN ('abstained', 'conflicted');
CALL wall_table('emptied_seats_told');
