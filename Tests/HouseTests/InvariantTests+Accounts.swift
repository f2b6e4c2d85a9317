import Postgres

extension InvariantTests {
    static let accounts: [Plant] = [
        Plant(
            "tenants_are_in_their_own_directory",
            "INSERT INTO tenants (id, slug, name, time_zone) VALUES (gen_random_uuid(), 'stray', 'Stray', 'Asia/Tokyo')"
        ),
        Plant(
            "tenants_keep_a_time_zone_that_exists", "UPDATE tenants SET time_zone = 'Mars/Base' WHERE slug = 'harbour'"),
        Plant(
            "founders_sit_at_a_startup",
            """
            UPDATE memberships SET institution_id = tenant_id
            WHERE id = (SELECT id FROM memberships WHERE role = 'founder' ORDER BY id LIMIT 1)
            """),
        Plant(
            "seats_end_after_they_begin",
            """
            UPDATE memberships SET ended_at = created_at - interval '1 day'
            WHERE id = (SELECT id FROM memberships WHERE role = 'partner' ORDER BY id LIMIT 1)
            """),
        Plant(
            "sessions_are_of_the_person_in_the_seat",
            """
            INSERT INTO sessions (hash, person_id, membership_id, csrf, expires_at)
            SELECT sha256('one'), p.id, m.id, 'csrf', now() FROM memberships AS m JOIN people AS p ON p.id <> m.person_id
            LIMIT 1
            """),
        Plant(
            "tokens_are_of_the_person_in_the_seat",
            """
            INSERT INTO tokens (id, hash, membership_id, person_id, name, scopes, expires_at)
            SELECT gen_random_uuid(), sha256('one'), m.id, p.id, 'test', '{read}', now()
            FROM memberships AS m JOIN people AS p ON p.id <> m.person_id LIMIT 1
            """),
        Plant(
            "invitations_are_to_a_seat_of_the_tenant",
            """
            INSERT INTO invitations (hash, tenant_id, person_id, expires_at)
            SELECT sha256('one'), t.id, p.id, now() FROM tenants AS t, people AS p
            WHERE NOT EXISTS (SELECT FROM memberships AS m WHERE m.tenant_id = t.id AND m.person_id = p.id) LIMIT 1
            """),
        offTrail("seats_are_on_the_trail", "memberships"),
        offTrail("people_are_on_the_trail", "people"),
        Plant(
            "the_trail_names_people_that_exist",
            "INSERT INTO audit_events (person_id, deed, noun) VALUES (gen_random_uuid(), 'update', 'programs')"),
        Plant(
            "the_trail_of_a_seat_stays_in_its_tenant",
            """
            INSERT INTO audit_events (tenant_id, membership_id, deed, noun)
            SELECT t.id, m.id, 'update', 'programs' FROM memberships AS m JOIN tenants AS t ON t.id <> m.tenant_id LIMIT 1
            """),
        Plant(
            "the_trail_knows_no_transaction_from_the_future",
            """
            INSERT INTO audit_events (deed, noun, xact)
            VALUES ('update', 'programs', (pg_current_xact_id()::text::bigint + 1000000)::text::xid8)
            """),
    ]
}
