import Postgres

extension InvariantTests {
    static let institutions: [Plant] = [
        Plant(
            "profiles_are_of_startups",
            """
            UPDATE institutions SET kind = 'corporate' WHERE id = (
                SELECT s.id FROM startups AS s
                WHERE NOT EXISTS (SELECT FROM memberships AS m WHERE m.institution_id = s.id) ORDER BY s.id LIMIT 1)
            """),
        Plant(
            "startups_have_a_profile",
            """
            INSERT INTO institutions (tenant_id, id, kind, names)
            SELECT id, gen_random_uuid(), 'startup', '{"en": "Stray"}' FROM tenants WHERE slug = 'harbour'
            """),
        Plant(
            "names_are_in_languages_that_are_offered",
            """
            UPDATE institutions SET names = names || '{"fr": "Parc"}'
            WHERE id = (SELECT id FROM tenants WHERE slug = 'harbour')
            """),
        Plant("holders_own_at_most_the_whole", "UPDATE startup_holders SET share = 10000 WHERE share = 8200"),
        Plant(
            "holders_that_are_people_have_a_seat",
            """
            UPDATE startup_holders SET person_id = (
                SELECT p.id FROM people AS p JOIN memberships AS m ON m.person_id = p.id AND m.role = 'operator' LIMIT 1)
            WHERE share = 8200
            """),
        Plant(
            "money_of_startups_is_never_negative",
            "ALTER TABLE startups DROP CONSTRAINT startup_counts_are_not_negative",
            """
            UPDATE startups SET raised_minor = -1, raised_currency = 'HKD'
            WHERE id = (SELECT id FROM startups ORDER BY id LIMIT 1)
            """),
        offTrail("the_directory_is_on_the_trail", "startups"),
        inventTrail("identifiers_are_on_the_trail", "institution_identifiers"),
    ]
}
