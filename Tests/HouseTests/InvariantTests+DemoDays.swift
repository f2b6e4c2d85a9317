import Postgres

extension InvariantTests {
    static let demoDays: [Plant] = [
        Plant(
            "demo_day_plans_in_force_were_published",
            "UPDATE demo_day_plans SET published_at = NULL, published_by = NULL WHERE number = 1"),
        Plant(
            "demo_day_meetings_are_between_the_two_sides",
            """
            UPDATE demo_day_participants SET side = 'startup'
            WHERE institution_id = (SELECT investor_id FROM demo_day_meetings LIMIT 1)
            """,
            "DELETE FROM demo_day_wishes"),
        Plant("demo_day_plans_keep_to_the_caps", "UPDATE demo_days SET most_per_investor = 1"),
        Plant(
            "demo_day_wishes_are_about_the_other_side",
            """
            UPDATE demo_day_wishes SET about_id = (
                SELECT p.institution_id FROM demo_day_participants AS p
                WHERE p.side = 'startup' AND p.institution_id <> author_id
                  AND p.institution_id NOT IN (SELECT m.startup_id FROM demo_day_meetings AS m) LIMIT 1)
            WHERE author_id = (SELECT institution_id FROM demo_day_participants WHERE side = 'startup' AND state = 'accepted'
                               AND institution_id IN (SELECT author_id FROM demo_day_wishes) LIMIT 1)
              AND rank = 1
            """),
        offTrail("demo_days_are_on_the_trail", "demo_day_rooms"),
        inventTrail("what_belongs_to_demo_days_is_on_the_trail", "demo_day_outcomes"),
    ]
}
