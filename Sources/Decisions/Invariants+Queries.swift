package import Postgres

extension DecisionsRoom {
    /// What holds for decisions beside their constraints.
    package static let invariants: [Invariant] = [
        Invariant.trail(
            "decisions_are_prepared_on_the_trail", of: ["decision_batches", "decision_changes", "quorum_waivers"]),
        Invariant.trailCounts(
            "decisions_are_on_the_trail",
            of: ["prepared_decisions", "decisions", "waiting_applications", "freed_places", "appeals"]),
        Invariant(
            "decisions_come_from_released_batches",
            violatedBy: """
                SELECT d.tenant_id, d.application_id AS id, 'its batch is of another call, or not released' AS detail
                FROM decisions AS d
                JOIN applications AS a ON a.tenant_id = d.tenant_id AND a.id = d.application_id
                JOIN decision_batches AS b ON b.tenant_id = d.tenant_id AND b.id = d.batch_id
                WHERE b.released_at IS NULL OR b.call_id <> a.call_id
                """),
        Invariant(
            "released_batches_released_all_that_they_prepared",
            violatedBy: """
                SELECT p.tenant_id, p.batch_id || ' ' || p.application_id AS id, 'was prepared and not released' AS detail
                FROM prepared_decisions AS p
                JOIN decision_batches AS b ON b.tenant_id = p.tenant_id AND b.id = p.batch_id
                WHERE (b.released_at IS NULL) <> (p.released_at IS NULL)
                """),
        // Whoever withdraws keeps what was decided; so does whoever was decided on before decisions were kept.
        Invariant(
            "applications_stand_as_was_decided",
            violatedBy: """
                SELECT d.tenant_id, d.application_id AS id, 'is ' || a.state || ', decided was ' || d.outcome AS detail
                FROM decisions AS d
                JOIN applications AS a ON a.tenant_id = d.tenant_id AND a.id = d.application_id
                WHERE a.state <> 'withdrawn'
                  AND d.outcome <> CASE a.state
                      WHEN 'offered' THEN 'offer' WHEN 'accepted' THEN 'offer' WHEN 'declined' THEN 'offer'
                      WHEN 'waitlisted' THEN 'waitlist' WHEN 'rejected' THEN 'reject' ELSE d.outcome END
                """),
        Invariant(
            "who_waits_was_decided_to_wait",
            violatedBy: """
                SELECT coalesce(w.tenant_id, d.tenant_id) AS tenant_id,
                       coalesce(w.application_id, d.application_id) AS id,
                       CASE WHEN w.application_id IS NULL THEN 'has no place on the waiting list'
                            ELSE 'waits without a decision to' END AS detail
                FROM waiting_applications AS w
                FULL JOIN (SELECT d.tenant_id, d.application_id FROM decisions AS d WHERE d.outcome = 'waitlist') AS d
                    ON d.tenant_id = w.tenant_id AND d.application_id = w.application_id
                WHERE w.application_id IS NULL OR d.application_id IS NULL
                """),
        Invariant(
            "freed_places_are_filled_by_who_waited_for_that_call",
            violatedBy: """
                SELECT f.tenant_id, f.application_id AS id, 'its place went to another call''s application' AS detail
                FROM freed_places AS f
                JOIN applications AS a ON a.tenant_id = f.tenant_id AND a.id = f.filled_with
                WHERE a.call_id <> f.call_id
                """),
        // Nobody loses a place of which they were not told.
        Invariant(
            "days_of_a_freed_place_begin_with_its_letter",
            violatedBy: """
                SELECT a.tenant_id, a.id, 'its days run, and its letter waits' AS detail
                FROM applications AS a
                WHERE a.state = 'offered' AND a.offer_days IS NULL AND a.offer_expires_at >= now()
                  AND EXISTS (SELECT FROM freed_places AS f
                              WHERE f.tenant_id = a.tenant_id AND f.filled_with = a.id AND f.application_id <> a.id)
                  AND EXISTS (SELECT FROM letters_of_an_offer(a.tenant_id, a.id))
                  AND NOT EXISTS (
                      SELECT FROM letters_of_an_offer(a.tenant_id, a.id) AS l
                      WHERE l.released_at IS NOT NULL AND l.state <> 'cancelled')
                UNION ALL
                SELECT a.tenant_id, a.id, 'its days wait for no letter' AS detail
                FROM applications AS a
                WHERE a.offer_days IS NOT NULL
                  AND NOT EXISTS (SELECT FROM letters_of_an_offer(a.tenant_id, a.id) AS l WHERE l.state = 'held')
                """),
    ]
}
