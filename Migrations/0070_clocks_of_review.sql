-- When reviews are due, when they are late, and what is said of it: a day that moves, reminders of each day that was promised,
-- and plans that give away what nobody wrote in time.

-- The moment at which the reviews of an open round are due moves with a reason, to one that is to come.
CREATE TABLE round_due_moves (
    tenant_id  uuid NOT NULL,
    round_id   uuid NOT NULL,
    id         uuid NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    person_id  uuid NOT NULL,
    was_due_at timestamptz NOT NULL,
    due_at     timestamptz NOT NULL,
    reason     text NOT NULL,
    PRIMARY KEY (tenant_id, round_id, id),
    FOREIGN KEY (tenant_id, round_id) REFERENCES review_rounds (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT due_moments_move CHECK (was_due_at <> due_at),
    CONSTRAINT due_moments_move_to_what_is_to_come CHECK (at < due_at),
    CONSTRAINT moves_say_why CHECK (reason <> '')
);
CALL wall_table('round_due_moves');
-- What was said of it stands: nobody changes or removes it.
CREATE POLICY the_managers_read_due_moves ON round_due_moves FOR SELECT USING (acts_as('manager'));
CREATE POLICY the_managers_move_due_moments ON round_due_moves FOR INSERT WITH CHECK (acts_as('manager'));
CREATE POLICY panels_read_due_moves ON round_due_moves FOR SELECT
    USING (acts_as('reviewer') AND EXISTS (
        SELECT FROM panel_members AS p
        WHERE p.tenant_id = round_due_moves.tenant_id AND p.round_id = round_due_moves.round_id
          AND p.person_id = acting_person()));

CREATE FUNCTION check_due_move() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    -- Held as it is, so that it is not closed meanwhile.
    PERFORM FROM review_rounds
    WHERE tenant_id = NEW.tenant_id AND id = NEW.round_id AND opened_at IS NOT NULL AND closed_at IS NULL
      AND due_at = NEW.was_due_at
    FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'open_rounds_move_their_due',
            MESSAGE = 'the round is not open, or its reviews are due at another moment';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER open_rounds_move_their_due BEFORE INSERT ON round_due_moves
    FOR EACH ROW EXECUTE FUNCTION check_due_move();

-- And not without it: what reviewers were promised changes where they can read why.
CREATE FUNCTION check_due_is_accounted_for() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public SET trellis.role = 'system' AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM round_due_moves AS m
        WHERE m.tenant_id = NEW.tenant_id AND m.round_id = NEW.id AND m.at = now() AND m.was_due_at = OLD.due_at
          AND m.due_at = NEW.due_at) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'due_moments_move_with_a_reason',
            MESSAGE = 'the reviews of an open round are due at another moment only with a reason';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER due_moments_move_with_a_reason BEFORE UPDATE OF due_at ON review_rounds
    FOR EACH ROW WHEN (OLD.opened_at IS NOT NULL AND NEW.due_at <> OLD.due_at AND acts_as('manager'))
    EXECUTE FUNCTION check_due_is_accounted_for();

-- Reviews that are due at another moment are asked for anew before it, and a call that closes later closes anew. Invitations
-- are asked about once, whatever moves.
ALTER TABLE review_reminders ADD COLUMN due_at timestamptz;
ALTER TABLE draft_reminders ADD COLUMN closes_at timestamptz;
DO $$
DECLARE park uuid;
BEGIN
    PERFORM set_config('trellis.role', 'operator', true);
    FOR park IN SELECT id FROM tenants LOOP
        PERFORM set_config('trellis.tenant', park::text, true), set_config('trellis.role', 'system', true);
        UPDATE review_reminders AS n SET due_at = r.due_at
        FROM review_rounds AS r WHERE n.tenant_id = park AND r.tenant_id = n.tenant_id AND r.id = n.round_id;
        UPDATE draft_reminders AS n SET closes_at = c.closes_at
        FROM applications AS a JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
        WHERE n.tenant_id = park AND a.tenant_id = n.tenant_id AND a.id = n.application_id;
        PERFORM set_config('trellis.role', 'operator', true);
    END LOOP;
    PERFORM set_config('trellis.tenant', '', true), set_config('trellis.role', '', true);
END $$;
ALTER TABLE review_reminders ALTER COLUMN due_at SET NOT NULL,
    DROP CONSTRAINT review_reminders_pkey,
    ADD PRIMARY KEY (tenant_id, round_id, person_id, occasion, due_at),
    DROP CONSTRAINT reminder_occasion_is_known,
    ADD CONSTRAINT reminder_occasion_is_known CHECK (occasion IN (
        'invited_3_days_ago', 'invited_5_days_ago', 'due_in_7_days', 'due_in_3_days', 'due', 'due_3_days_ago',
        'untouched'));
ALTER TABLE draft_reminders ALTER COLUMN closes_at SET NOT NULL,
    DROP CONSTRAINT draft_reminders_pkey,
    ADD PRIMARY KEY (tenant_id, application_id, occasion, closes_at);

-- A review that was given back was in its reviewer's hands last at that moment, not when it was last saved.
ALTER TABLE reviews ADD COLUMN reopened_at timestamptz;

-- A plan that gives what is overdue to others, where there are others.
ALTER TABLE assignment_runs ADD COLUMN replaces_overdue boolean NOT NULL DEFAULT false;
