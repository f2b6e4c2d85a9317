package import Postgres

extension IncubationRoom {
    /// What holds for enrolments and milestones beside their constraints.
    package static let invariants: [Invariant] = [
        Invariant(
            "cohorts_hold_as_many_as_they_have_places",
            violatedBy: """
                SELECT c.tenant_id, c.id, count(*) || ' in ' || c.capacity || ' places' AS detail
                FROM cohorts AS c JOIN enrolments AS e ON e.tenant_id = c.tenant_id AND e.cohort_id = c.id
                WHERE e.ended_at IS NULL GROUP BY c.tenant_id, c.id, c.capacity HAVING count(*) > c.capacity
                """),
        Invariant(
            "enrolments_follow_an_accepted_offer",
            violatedBy: """
                SELECT e.tenant_id, e.id, 'the application is ' || a.state AS detail
                FROM enrolments AS e JOIN applications AS a ON a.tenant_id = e.tenant_id AND a.id = e.application_id
                WHERE a.state <> 'accepted'
                """),
        Invariant(
            "enrolments_are_of_the_startup_that_applied",
            violatedBy: """
                SELECT e.tenant_id, e.id, 'of startup ' || e.startup_id AS detail
                FROM enrolments AS e JOIN applications AS a ON a.tenant_id = e.tenant_id AND a.id = e.application_id
                WHERE a.startup_id <> e.startup_id
                """),
        Invariant(
            "enrolments_are_in_a_cohort_of_the_stream_applied_to",
            violatedBy: """
                SELECT e.tenant_id, e.id, 'in cohort ' || h.name AS detail
                FROM enrolments AS e
                JOIN applications AS a ON a.tenant_id = e.tenant_id AND a.id = e.application_id
                JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
                JOIN cohorts AS h ON h.tenant_id = e.tenant_id AND h.id = e.cohort_id
                WHERE h.stream_id <> coalesce(
                    (SELECT d.stream_id FROM decisions AS d
                     WHERE d.tenant_id = a.tenant_id AND d.application_id = a.id), c.stream_id)
                """),
        Invariant(
            "mentors_are_seated_as_mentors",
            violatedBy: """
                SELECT e.tenant_id, e.id, 'mentored by ' || e.mentor_id AS detail FROM enrolments AS e
                WHERE e.mentor_id IS NOT NULL AND NOT EXISTS (
                    SELECT FROM memberships AS m
                    WHERE m.tenant_id = e.tenant_id AND m.person_id = e.mentor_id AND m.role = 'mentor')
                """),
        Invariant(
            "graduates_have_earned_every_milestone",
            violatedBy: """
                SELECT e.tenant_id, e.id, 'milestone ' || m.position || ' is not earned' AS detail
                FROM enrolments AS e
                JOIN milestones AS m ON m.tenant_id = e.tenant_id AND m.enrolment_id = e.id
                LEFT JOIN LATERAL (
                    SELECT s.result FROM milestone_assessments AS s
                    WHERE s.tenant_id = m.tenant_id AND s.milestone_id = m.id
                    ORDER BY s.assessed_at DESC LIMIT 1) AS last ON true
                WHERE e.graduated_at IS NOT NULL AND coalesce(last.result, 'not_met') = 'not_met'
                """),
        Invariant(
            "enrolments_have_a_plan_numbered_from_one",
            violatedBy: """
                SELECT e.tenant_id, e.id, count(m.id) || ' milestones' AS detail
                FROM enrolments AS e LEFT JOIN milestones AS m ON m.tenant_id = e.tenant_id AND m.enrolment_id = e.id
                GROUP BY e.tenant_id, e.id
                HAVING count(m.id) = 0 OR min(m.position) <> 1 OR max(m.position) <> count(m.id)
                """),
        Invariant(
            "milestones_are_assessed_on_evidence",
            violatedBy: """
                SELECT s.tenant_id, s.milestone_id || ' ' || s.id AS id, 'assessed at ' || s.assessed_at AS detail
                FROM milestone_assessments AS s
                WHERE NOT EXISTS (
                    SELECT FROM milestone_evidence AS v
                    WHERE v.tenant_id = s.tenant_id AND v.milestone_id = s.milestone_id
                      AND v.submitted_at <= s.assessed_at)
                """),
        Invariant(
            "milestones_stay_met",
            violatedBy: """
                SELECT s.tenant_id, s.milestone_id || ' ' || s.id AS id, s.result || ' after it was met' AS detail
                FROM milestone_assessments AS s
                WHERE EXISTS (
                    SELECT FROM milestone_assessments AS earlier
                    WHERE earlier.tenant_id = s.tenant_id AND earlier.milestone_id = s.milestone_id
                      AND earlier.result = 'met' AND earlier.assessed_at < s.assessed_at)
                """),
        Invariant(
            "mentors_judge_no_mentee",
            violatedBy: """
                SELECT s.tenant_id, s.milestone_id || ' ' || s.id AS id, 'assessed by the mentor' AS detail
                FROM milestone_assessments AS s
                JOIN milestones AS m ON m.tenant_id = s.tenant_id AND m.id = s.milestone_id
                JOIN enrolments AS e ON e.tenant_id = m.tenant_id AND e.id = m.enrolment_id
                WHERE e.mentor_id = s.assessed_by
                """),
        Invariant.trail(
            "incubation_is_on_the_trail",
            of: ["enrolments", "milestones", "milestone_evidence", "milestone_assessments"]),
    ]
}
