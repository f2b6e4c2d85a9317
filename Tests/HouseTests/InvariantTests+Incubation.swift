import Postgres

extension InvariantTests {
    static let incubation: [Plant] = [
        Plant(
            "cohorts_hold_as_many_as_they_have_places",
            after: step(of: standing("offered"), from: "offered", to: "accepted"),
            "UPDATE cohorts SET capacity = 1 WHERE id = (SELECT e.cohort_id FROM enrolments AS e)",
            """
            INSERT INTO enrolments (tenant_id, id, application_id, startup_id, cohort_id, started_on, created_by)
            SELECT a.tenant_id, '00000000-0000-4000-8000-00000000e401', a.id, a.startup_id, e.cohort_id, e.started_on,
                   e.created_by
            FROM applications AS a, enrolments AS e WHERE a.state = 'accepted' AND a.id <> e.application_id
            """,
            """
            INSERT INTO milestones (tenant_id, enrolment_id, id, position, title, criteria, due_on)
            SELECT tenant_id, id, gen_random_uuid(), 1, 'Test', 'Test', started_on FROM enrolments
            WHERE id = '00000000-0000-4000-8000-00000000e401'
            """),
        Plant(
            "enrolments_follow_an_accepted_offer",
            "UPDATE application_events SET to_state = 'declined' WHERE to_state = 'accepted'",
            "ALTER TABLE applications DISABLE TRIGGER a_stage_reached_is_tallied",
            "UPDATE applications SET state = 'declined', reached = reached & ~128 WHERE reached & 128 <> 0"),
        Plant(
            "enrolments_are_of_the_startup_that_applied",
            """
            UPDATE enrolments AS e SET startup_id = (
                SELECT s.id FROM startups AS s WHERE s.tenant_id = e.tenant_id AND s.id <> e.startup_id LIMIT 1)
            """),
        Plant(
            "enrolments_are_in_a_cohort_of_the_stream_applied_to",
            "UPDATE enrolments AS e SET cohort_id = (SELECT c.id FROM cohorts AS c WHERE c.id <> e.cohort_id LIMIT 1)"),
        Plant(
            "mentors_are_seated_as_mentors",
            """
            UPDATE enrolments AS e SET mentor_id = (
                SELECT m.person_id FROM memberships AS m WHERE m.tenant_id = e.tenant_id AND m.role = 'partner' LIMIT 1)
            """),
        Plant(
            "graduates_have_earned_every_milestone",
            "UPDATE enrolments SET graduated_at = now(), graduated_by = gen_random_uuid()"),
        Plant(
            "enrolments_have_a_plan_numbered_from_one",
            "UPDATE milestones SET position = 99 WHERE position = (SELECT max(position) FROM milestones)"),
        Plant(
            "milestones_are_assessed_on_evidence",
            "UPDATE milestone_evidence SET submitted_at = submitted_at + interval '1 day'"),
        Plant(
            "milestones_stay_met",
            """
            INSERT INTO milestone_assessments (tenant_id, milestone_id, id, result, credit, note, assessed_by)
            SELECT s.tenant_id, s.milestone_id, gen_random_uuid(), 'not_met', 0, 'Test', s.assessed_by
            FROM milestone_assessments AS s
            """),
        Plant(
            "mentors_judge_no_mentee",
            "UPDATE milestone_assessments SET assessed_by = (SELECT e.mentor_id FROM enrolments AS e)"),
        offTrail("incubation_is_on_the_trail", "milestones"),
    ]
}
