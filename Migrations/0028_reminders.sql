-- What keeps work going: when reviewers are away, whom it reminds, and whom it tells that something was taken from them.

CREATE TRIGGER absences_are_of_people_with_a_seat_here BEFORE INSERT ON reviewer_absences
    FOR EACH ROW EXECUTE FUNCTION check_person_is_seated();
-- Two absences that overlap are one.
ALTER TABLE reviewer_absences ADD CONSTRAINT absences_do_not_begin_on_one_day UNIQUE (tenant_id, person_id, first_day);

-- Work that is due in every tenant begins with knowing which there are.
CREATE POLICY system_finds_tenants ON tenants FOR SELECT USING (acting_role() = 'system' AND acting_tenant() IS NULL);

-- What somebody was reminded of, once for each occasion.
CREATE TABLE review_reminders (
    tenant_id   uuid NOT NULL,
    round_id    uuid NOT NULL,
    person_id   uuid NOT NULL,
    occasion    text NOT NULL,
    reminded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, round_id, person_id, occasion),
    FOREIGN KEY (tenant_id, round_id, person_id)
        REFERENCES panel_members (tenant_id, round_id, person_id) ON DELETE CASCADE,
    CONSTRAINT reminder_occasion_is_known CHECK (occasion IN (
        'invited_3_days_ago', 'invited_5_days_ago', 'due_in_7_days', 'due_in_3_days', 'due', 'due_3_days_ago'))
);

-- Assignments that ended without their reviewer's doing, and of which the reviewer was told.
CREATE TABLE ended_assignments_told (
    tenant_id     uuid NOT NULL,
    assignment_id uuid NOT NULL,
    told_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, assignment_id),
    FOREIGN KEY (tenant_id, assignment_id) REFERENCES review_assignments (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX assignments_that_ended ON review_assignments (tenant_id, ended_at)
    WHERE state IN ('withdrawn', 'conflicted');

CALL wall_table('review_reminders');
CALL wall_table('ended_assignments_told');

CREATE POLICY managers_see_reminders ON review_reminders FOR SELECT USING (acting_role() = 'manager');

-- That the founders of a draft were told that its call closes, once for each occasion.
CREATE TABLE draft_reminders (
    tenant_id      uuid NOT NULL,
    application_id uuid NOT NULL,
    occasion       text NOT NULL,
    reminded_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, application_id, occasion),
    FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT draft_occasion_is_known CHECK (occasion IN ('closes_in_7_days', 'closes_in_1_day', 'closes_in_2_hours'))
);
CALL wall_table('draft_reminders');
CREATE POLICY managers_see_draft_reminders ON draft_reminders FOR SELECT USING (acting_role() = 'manager');
