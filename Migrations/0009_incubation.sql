-- From an accepted offer to graduation: enrolment in a cohort, the milestone plan, evidence and assessment.

CREATE TABLE enrolments (
    tenant_id      uuid NOT NULL,
    id             uuid NOT NULL,
    application_id uuid NOT NULL,
    startup_id     uuid NOT NULL,
    cohort_id      uuid NOT NULL,
    mentor_id      uuid REFERENCES people (id),
    started_on     date NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    created_by     uuid NOT NULL,
    graduated_at   timestamptz,
    graduated_by   uuid,
    ended_at       timestamptz,
    ended_by       uuid,
    ended_reason   text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES applications (tenant_id, id),
    FOREIGN KEY (tenant_id, startup_id) REFERENCES startups (tenant_id, id),
    FOREIGN KEY (tenant_id, cohort_id) REFERENCES cohorts (tenant_id, id),
    CONSTRAINT enrolments_once_per_application UNIQUE (tenant_id, application_id),
    CONSTRAINT graduation_names_who CHECK ((graduated_at IS NULL) = (graduated_by IS NULL)),
    CONSTRAINT an_early_end_is_explained
        CHECK ((ended_at IS NULL) = (ended_reason IS NULL) AND (ended_at IS NULL) = (ended_by IS NULL)),
    CONSTRAINT enrolment_ends_one_way CHECK (graduated_at IS NULL OR ended_at IS NULL)
);
CREATE INDEX enrolments_by_age ON enrolments (tenant_id, created_at, id);
CREATE INDEX enrolments_of_a_cohort ON enrolments (tenant_id, cohort_id);
CREATE INDEX enrolments_of_a_startup ON enrolments (tenant_id, startup_id);

-- A cohort takes no more startups than it has places. The cohort's row is locked so that two late enrolments queue.
CREATE FUNCTION check_cohort_capacity() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE places integer;
BEGIN
    SELECT capacity INTO places FROM cohorts WHERE tenant_id = NEW.tenant_id AND id = NEW.cohort_id FOR UPDATE;
    IF (SELECT count(*) FROM enrolments
        WHERE tenant_id = NEW.tenant_id AND cohort_id = NEW.cohort_id AND ended_at IS NULL) > places THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'cohort_has_places_left',
            MESSAGE = 'the cohort is full';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER cohort_has_places_left AFTER INSERT OR UPDATE OF cohort_id ON enrolments
    FOR EACH ROW EXECUTE FUNCTION check_cohort_capacity();

CREATE TABLE milestones (
    tenant_id    uuid NOT NULL,
    enrolment_id uuid NOT NULL,
    id           uuid NOT NULL,
    position     integer NOT NULL,
    title        text NOT NULL,
    criteria     text NOT NULL,
    due_on       date NOT NULL,
    version      integer NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, enrolment_id) REFERENCES enrolments (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT milestones_stand_in_order UNIQUE (tenant_id, enrolment_id, position)
);

-- Evidence is added, never replaced: what an assessor saw stays readable. The wall clock, not the transaction's: whether
-- something was shown before or after a judgement must be plain within one transaction, too.
CREATE TABLE milestone_evidence (
    tenant_id    uuid NOT NULL,
    milestone_id uuid NOT NULL,
    id           uuid NOT NULL,
    text         text NOT NULL,
    link         text,
    submitted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    submitted_by uuid NOT NULL,
    PRIMARY KEY (tenant_id, milestone_id, id),
    FOREIGN KEY (tenant_id, milestone_id) REFERENCES milestones (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE milestone_assessments (
    tenant_id    uuid NOT NULL,
    milestone_id uuid NOT NULL,
    id           uuid NOT NULL,
    result       text NOT NULL,
    credit       smallint NOT NULL,
    note         text NOT NULL,
    assessed_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    assessed_by  uuid NOT NULL,
    PRIMARY KEY (tenant_id, milestone_id, id),
    FOREIGN KEY (tenant_id, milestone_id) REFERENCES milestones (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT assessment_result_is_known CHECK (result IN ('met', 'partly_met', 'not_met')),
    CONSTRAINT assessment_credit_fits_the_result CHECK (CASE result
        WHEN 'met' THEN credit = 100 WHEN 'not_met' THEN credit = 0 ELSE credit BETWEEN 1 AND 99 END)
);
CREATE INDEX assessments_of_a_milestone ON milestone_assessments (tenant_id, milestone_id, assessed_at);

-- Nobody assesses the startup they mentor, and a milestone once met stays met.
CREATE FUNCTION check_assessment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM milestones AS m JOIN enrolments AS e ON e.tenant_id = m.tenant_id AND e.id = m.enrolment_id
               WHERE m.tenant_id = NEW.tenant_id AND m.id = NEW.milestone_id AND e.mentor_id = NEW.assessed_by) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'mentors_do_not_assess_their_mentees',
            MESSAGE = 'a mentor does not assess the startup they mentor';
    END IF;
    IF NOT EXISTS (SELECT FROM milestone_evidence
                   WHERE tenant_id = NEW.tenant_id AND milestone_id = NEW.milestone_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'assessment_follows_evidence',
            MESSAGE = 'a milestone is assessed on evidence';
    END IF;
    IF EXISTS (SELECT FROM milestone_assessments
               WHERE tenant_id = NEW.tenant_id AND milestone_id = NEW.milestone_id AND result = 'met') THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'a_met_milestone_stays_met',
            MESSAGE = 'the milestone has been met';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER milestone_assessments_are_fair BEFORE INSERT ON milestone_assessments
    FOR EACH ROW EXECUTE FUNCTION check_assessment();

-- Evidence belongs to a plan that is still under way, and to a milestone that still needs it.
CREATE FUNCTION check_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM milestones AS m JOIN enrolments AS e ON e.tenant_id = m.tenant_id AND e.id = m.enrolment_id
               WHERE m.tenant_id = NEW.tenant_id AND m.id = NEW.milestone_id
                 AND (e.graduated_at IS NOT NULL OR e.ended_at IS NOT NULL)) THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'evidence_is_for_a_running_enrolment',
            MESSAGE = 'the enrolment is over';
    END IF;
    IF EXISTS (SELECT FROM milestone_assessments
               WHERE tenant_id = NEW.tenant_id AND milestone_id = NEW.milestone_id AND result = 'met') THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'a_met_milestone_needs_no_evidence',
            MESSAGE = 'the milestone has been met';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evidence_is_still_wanted BEFORE INSERT ON milestone_evidence
    FOR EACH ROW EXECUTE FUNCTION check_evidence();

CALL wall_table('enrolments');
CALL wall_table('milestones');
CALL wall_table('milestone_evidence');
CALL wall_table('milestone_assessments');

-- Evidence and assessments are added to, never rewritten.
REVOKE UPDATE, DELETE ON milestone_evidence, milestone_assessments FROM trellis_app;

CREATE POLICY managers_keep_enrolments ON enrolments USING (acting_role() = 'manager');
CREATE POLICY founders_see_their_enrolment ON enrolments FOR SELECT
    USING (acting_role() = 'founder' AND startup_id = acting_institution());
CREATE POLICY mentors_see_their_mentees ON enrolments FOR SELECT
    USING (acting_role() = 'mentor' AND mentor_id = acting_person());
CREATE POLICY managers_keep_milestones ON milestones USING (acting_role() = 'manager');
CREATE POLICY milestones_follow_their_enrolment ON milestones FOR SELECT
    USING (acting_role() IN ('founder', 'mentor') AND EXISTS (
        SELECT FROM enrolments WHERE enrolments.tenant_id = milestones.tenant_id AND enrolments.id = enrolment_id));
CREATE POLICY managers_read_evidence ON milestone_evidence FOR SELECT USING (acting_role() = 'manager');
CREATE POLICY evidence_follows_its_milestone ON milestone_evidence FOR SELECT
    USING (acting_role() IN ('founder', 'mentor') AND EXISTS (
        SELECT FROM milestones WHERE milestones.tenant_id = milestone_evidence.tenant_id AND milestones.id = milestone_id));
CREATE POLICY founders_submit_evidence ON milestone_evidence FOR INSERT
    WITH CHECK (acting_role() = 'founder' AND EXISTS (
        SELECT FROM milestones WHERE milestones.tenant_id = milestone_evidence.tenant_id AND milestones.id = milestone_id));
CREATE POLICY managers_assess ON milestone_assessments USING (acting_role() = 'manager');
CREATE POLICY assessments_follow_their_milestone ON milestone_assessments FOR SELECT
    USING (acting_role() IN ('founder', 'mentor') AND EXISTS (
        SELECT FROM milestones WHERE milestones.tenant_id = milestone_assessments.tenant_id AND milestones.id = milestone_id));

-- A mentor reads the entries of the startups they mentor.
CREATE FUNCTION acting_mentor_of(startup uuid) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM enrolments AS mentored
        WHERE mentored.tenant_id = acting_tenant() AND mentored.startup_id = startup
          AND mentored.mentor_id = acting_person());
END $$;
REVOKE ALL ON FUNCTION acting_mentor_of(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION acting_mentor_of(uuid) TO trellis_app;
CREATE POLICY mentors_see_mentee_entries ON institutions FOR SELECT
    USING (acting_role() = 'mentor' AND acting_mentor_of(id));
CREATE POLICY mentors_see_mentee_profiles ON startups FOR SELECT
    USING (acting_role() = 'mentor' AND acting_mentor_of(id));

-- A founder knows the name of who advises their startup.
CREATE POLICY founders_know_their_mentor ON people FOR SELECT
    USING (acting_role() = 'founder' AND EXISTS (SELECT FROM enrolments WHERE enrolments.mentor_id = people.id));
