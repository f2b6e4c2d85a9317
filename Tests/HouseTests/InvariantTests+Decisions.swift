import Postgres

extension InvariantTests {
    static let decisions: [Plant] = [
        offTrail("decisions_are_prepared_on_the_trail", "decision_batches"),
        inventTrail("decisions_are_on_the_trail", "appeals"),
        Plant(
            "decisions_come_from_released_batches",
            """
            UPDATE decisions SET batch_id = (SELECT id FROM decision_batches WHERE released_at IS NULL LIMIT 1)
            WHERE application_id = (SELECT application_id FROM decisions LIMIT 1)
            """),
        Plant(
            "released_batches_released_all_that_they_prepared",
            """
            UPDATE prepared_decisions SET released_at = NULL
            WHERE application_id = (SELECT application_id FROM prepared_decisions WHERE released_at IS NOT NULL LIMIT 1)
            """),
        Plant(
            "applications_stand_as_was_decided",
            """
            UPDATE decisions SET outcome = 'reject', last_day = NULL, award_minor = NULL, currency = NULL, appeal_until = now()
            WHERE application_id = (SELECT application_id FROM decisions WHERE outcome = 'offer' LIMIT 1)
            """),
        Plant(
            "who_waits_was_decided_to_wait",
            "DELETE FROM waiting_applications WHERE application_id = (SELECT application_id FROM waiting_applications LIMIT 1)"
        ),
        Plant(
            "freed_places_are_filled_by_who_waited_for_that_call",
            """
            INSERT INTO freed_places (tenant_id, application_id, offer_expires_at, call_id, cause, filled_with, filled_at)
            SELECT a.tenant_id, a.id, now(), a.call_id, 'lapsed',
                   (SELECT o.id FROM applications AS o WHERE o.tenant_id = a.tenant_id AND o.call_id <> a.call_id LIMIT 1), now()
            FROM applications AS a LIMIT 1
            """),
        Plant(
            "days_of_a_freed_place_begin_with_its_letter",
            """
            UPDATE applications SET offer_days = 14, offer_expires_at = timestamptz '4001-01-01 00:00:00+00'
            WHERE id = \(fragment: standing("offered"))
            """),
        Plant(
            "days_of_a_freed_place_begin_with_its_letter",
            """
            INSERT INTO freed_places (tenant_id, application_id, offer_expires_at, call_id, cause, filled_with, filled_at)
            SELECT a.tenant_id, gen_random_uuid(), now(), a.call_id, 'lapsed', a.id, now()
            FROM applications AS a WHERE a.id = \(fragment: standing("offered"))
            """,
            """
            UPDATE letters SET about_noun = 'application', about_id = \(fragment: standing("offered")), kind = 'decision',
                written_at = written_at + interval '1 second'
            WHERE id = \(fragment: held)
            """,
            """
            UPDATE decisions SET released_at = (SELECT written_at FROM letters WHERE id = \(fragment: held))
            WHERE application_id = \(fragment: standing("offered"))
            """),
    ]
}
