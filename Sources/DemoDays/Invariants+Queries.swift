package import Postgres

extension DemoDaysRoom {
    /// What holds for demo days beside their constraints.
    package static let invariants: [Invariant] = [
        Invariant(
            "demo_day_plans_in_force_were_published",
            violatedBy: """
                SELECT d.tenant_id, d.id, 'plan ' || p.number || ' was not published' AS detail
                FROM demo_days AS d
                JOIN demo_day_plans AS p ON p.tenant_id = d.tenant_id AND p.demo_day_id = d.id AND p.id = d.plan_id
                WHERE p.published_at IS NULL
                """),
        Invariant(
            "demo_day_meetings_are_between_the_two_sides",
            violatedBy: """
                SELECT m.tenant_id, m.plan_id || ' ' || m.startup_id AS id, i.side || ' meets ' || s.side AS detail
                FROM demo_day_meetings AS m
                JOIN demo_day_participants AS i ON i.tenant_id = m.tenant_id AND i.demo_day_id = m.demo_day_id
                    AND i.institution_id = m.investor_id
                JOIN demo_day_participants AS s ON s.tenant_id = m.tenant_id AND s.demo_day_id = m.demo_day_id
                    AND s.institution_id = m.startup_id
                WHERE (i.side, s.side) <> ('investor', 'startup')
                """),
        Invariant(
            "demo_day_plans_keep_to_the_caps",
            violatedBy: """
                SELECT m.tenant_id, m.plan_id AS id, m.guest || ' has ' || count(*) || ' meetings' AS detail
                FROM (SELECT tenant_id, demo_day_id, plan_id, investor_id AS guest, true AS is_investor
                      FROM demo_day_meetings WHERE NOT is_dropped
                      UNION ALL
                      SELECT tenant_id, demo_day_id, plan_id, startup_id, false
                      FROM demo_day_meetings WHERE NOT is_dropped) AS m
                JOIN demo_day_plans AS p ON p.tenant_id = m.tenant_id AND p.id = m.plan_id
                JOIN demo_days AS d ON d.tenant_id = m.tenant_id AND d.id = m.demo_day_id AND d.revision = p.revision
                GROUP BY m.tenant_id, m.plan_id, m.guest, m.is_investor, d.most_per_investor, d.most_per_startup
                HAVING count(*) > CASE WHEN m.is_investor THEN d.most_per_investor ELSE d.most_per_startup END
                """),
        Invariant(
            "demo_day_wishes_are_about_the_other_side",
            violatedBy: """
                SELECT w.tenant_id, w.demo_day_id || ' ' || w.author_id AS id, 'both are of the ' || a.side || 's' AS detail
                FROM demo_day_wishes AS w
                JOIN demo_day_participants AS a ON a.tenant_id = w.tenant_id AND a.demo_day_id = w.demo_day_id
                    AND a.institution_id = w.author_id
                JOIN demo_day_participants AS b ON b.tenant_id = w.tenant_id AND b.demo_day_id = w.demo_day_id
                    AND b.institution_id = w.about_id
                WHERE a.side = b.side
                """),
        Invariant.trail("demo_days_are_on_the_trail", of: ["demo_days", "demo_day_rooms", "demo_day_plans"]),
        Invariant.trailCounts(
            "what_belongs_to_demo_days_is_on_the_trail",
            of: [
                "demo_day_participants", "demo_day_windows", "demo_day_wishes", "demo_day_wish_lists",
                "demo_day_meetings", "demo_day_outcomes",
            ]),
    ]
}
