public import Postgres

extension AccountsAPI {
    /// What holds for people, seats and the trail beside their constraints.
    public static let invariants: [Invariant] = [
        Invariant(
            "tenants_are_in_their_own_directory",
            violatedBy: """
                SELECT t.id AS tenant_id, t.id, t.slug AS detail FROM tenants AS t
                WHERE NOT EXISTS (SELECT FROM institutions AS i WHERE i.tenant_id = t.id AND i.id = t.id)
                """),
        Invariant(
            "tenants_keep_a_time_zone_that_exists",
            violatedBy: """
                SELECT t.id AS tenant_id, t.id, t.time_zone AS detail FROM tenants AS t
                WHERE NOT EXISTS (SELECT FROM pg_timezone_names AS z WHERE z.name = t.time_zone)
                """),
        Invariant(
            "founders_sit_at_a_startup",
            violatedBy: """
                SELECT m.tenant_id, m.id, 'a founder of a ' || i.kind AS detail
                FROM memberships AS m
                JOIN institutions AS i ON i.tenant_id = m.tenant_id AND i.id = m.institution_id
                WHERE m.role = 'founder' AND i.kind <> 'startup'
                """),
        Invariant(
            "seats_end_after_they_begin",
            violatedBy: """
                SELECT m.tenant_id, m.id, 'ended at ' || m.ended_at AS detail FROM memberships AS m
                WHERE m.ended_at < m.created_at
                """),
        Invariant(
            "sessions_are_of_the_person_in_the_seat",
            violatedBy: """
                SELECT m.tenant_id, m.id, 'a session of ' || s.person_id AS detail
                FROM sessions AS s JOIN memberships AS m ON m.id = s.membership_id WHERE m.person_id <> s.person_id
                """),
        Invariant(
            "tokens_are_of_the_person_in_the_seat",
            violatedBy: """
                SELECT m.tenant_id, t.id, 'a token of ' || t.person_id AS detail
                FROM tokens AS t JOIN memberships AS m ON m.id = t.membership_id WHERE m.person_id <> t.person_id
                """),
        Invariant(
            "invitations_are_to_a_seat_of_the_tenant",
            violatedBy: """
                SELECT i.tenant_id, i.person_id AS id, 'holds no seat' AS detail FROM invitations AS i
                WHERE NOT EXISTS (SELECT FROM memberships AS m
                                  WHERE m.tenant_id = i.tenant_id AND m.person_id = i.person_id)
                """),
        // An operator's seat belongs to no tenant.
        Invariant(
            "seats_are_on_the_trail",
            violatedBy: """
                SELECT m.tenant_id, m.id, 'its insertion is not on the trail' AS detail FROM memberships AS m
                WHERE NOT EXISTS (SELECT FROM audit_events AS e
                                  WHERE e.noun = 'memberships' AND e.deed = 'insert' AND e.object_id = m.id)
                """),
        Invariant(
            "people_are_on_the_trail",
            violatedBy: """
                SELECT NULL::uuid AS tenant_id, p.id, 'their insertion is not on the trail' AS detail FROM people AS p
                WHERE NOT EXISTS (SELECT FROM audit_events AS e
                                  WHERE e.noun = 'people' AND e.deed = 'insert' AND e.object_id = p.id)
                """),
        Invariant(
            "the_trail_names_people_that_exist",
            violatedBy: """
                SELECT e.tenant_id, e.seq AS id, e.deed || ' of ' || e.noun || ' by ' || e.person_id AS detail
                FROM audit_events AS e
                WHERE e.person_id IS NOT NULL AND NOT EXISTS (SELECT FROM people AS p WHERE p.id = e.person_id)
                """),
        Invariant(
            "the_trail_of_a_seat_stays_in_its_tenant",
            violatedBy: """
                SELECT e.tenant_id, e.seq AS id, e.deed || ' of ' || e.noun || ' from a seat elsewhere' AS detail
                FROM audit_events AS e JOIN memberships AS m ON m.id = e.membership_id
                WHERE m.tenant_id <> e.tenant_id
                """),
        // Whoever follows the trail takes a transaction from the future for one that it has not seen, for ever: as after a
        // restore into a server that has made fewer transactions.
        Invariant(
            "the_trail_knows_no_transaction_from_the_future",
            violatedBy: """
                SELECT e.tenant_id, e.seq AS id, 'transaction ' || e.xact || ' has not begun' AS detail
                FROM audit_events AS e WHERE e.xact >= pg_snapshot_xmax(pg_current_snapshot())
                  AND e.xact IS DISTINCT FROM pg_current_xact_id_if_assigned()
                """),
    ]
}
