package import Postgres

extension LettersRoom {
    /// What holds for letters beside their constraints.
    package static let invariants: [Invariant] = [
        Invariant(
            "letters_keep_every_wording",
            violatedBy: """
                SELECT l.tenant_id, l.id, 'version ' || l.version || ', ' || kept.wordings || ' wordings' AS detail
                FROM letters AS l
                CROSS JOIN LATERAL (
                    SELECT count(*) AS wordings, coalesce(max(t.version), 0) AS latest FROM letter_texts AS t
                    WHERE t.tenant_id = l.tenant_id AND t.letter_id = l.id) AS kept
                WHERE kept.wordings <> l.version OR kept.latest <> l.version
                """),
        Invariant(
            "letters_are_sent_by_an_attempt_that_was_accepted",
            violatedBy: """
                SELECT l.tenant_id, l.id, l.state || ', ' || kept.accepted || ' accepted attempts' AS detail
                FROM letters AS l
                CROSS JOIN LATERAL (
                    SELECT count(*) AS accepted FROM letter_attempts AS a
                    WHERE a.tenant_id = l.tenant_id AND a.letter_id = l.id AND a.outcome = 'accepted') AS kept
                WHERE kept.accepted <> (CASE WHEN l.sent_at IS NULL THEN 0 ELSE 1 END)
                """),
        Invariant(
            "letters_fail_by_an_attempt_that_did",
            violatedBy: """
                SELECT l.tenant_id, l.id, 'failed without a refused attempt' AS detail FROM letters AS l
                WHERE l.failed_at IS NOT NULL AND NOT EXISTS (
                    SELECT FROM letter_attempts AS a
                    WHERE a.tenant_id = l.tenant_id AND a.letter_id = l.id
                      AND a.outcome IN ('refused', 'refused_for_now', 'unknown'))
                """),
        Invariant(
            "letters_are_attempted_once_released",
            violatedBy: """
                SELECT a.tenant_id, a.letter_id || ' ' || a.number AS id, 'attempted at ' || a.begun_at AS detail
                FROM letter_attempts AS a JOIN letters AS l ON l.tenant_id = a.tenant_id AND l.id = a.letter_id
                WHERE l.released_at IS NULL
                """),
        Invariant(
            "letters_that_ended_are_not_being_sent",
            violatedBy: """
                SELECT a.tenant_id, a.letter_id || ' ' || a.number AS id, 'the letter is ' || l.state AS detail
                FROM letter_attempts AS a JOIN letters AS l ON l.tenant_id = a.tenant_id AND l.id = a.letter_id
                WHERE a.ended_at IS NULL AND l.state IN ('sent', 'failed')
                """),
        Invariant(
            "attempts_are_numbered_from_one",
            violatedBy: """
                SELECT a.tenant_id, a.letter_id AS id, count(*) || ' up to number ' || max(a.number) AS detail
                FROM letter_attempts AS a GROUP BY a.tenant_id, a.letter_id
                HAVING min(a.number) <> 1 OR max(a.number) <> count(*)
                """),
        Invariant(
            "released_letters_have_a_job_that_sends_them",
            violatedBy: """
                SELECT l.tenant_id, l.id, 'released at ' || l.released_at || ', and nothing sends it' AS detail
                FROM letters AS l
                WHERE l.state = 'released' AND NOT EXISTS (
                    SELECT FROM jobs AS j
                    WHERE j.tenant_id = l.tenant_id AND j.kind = 'letters.send'
                      AND lower(j.arguments ->> 'letter') = l.id::text)
                """),
        Invariant(
            "letters_go_to_people_of_the_tenant",
            violatedBy: """
                SELECT l.tenant_id, l.id, 'to ' || l.recipient_id AS detail FROM letters AS l
                WHERE NOT EXISTS (SELECT FROM memberships AS m
                                  WHERE m.tenant_id = l.tenant_id AND m.person_id = l.recipient_id)
                """),
        Invariant.trail("letters_are_on_the_trail", of: ["letters"]),
        Invariant.trailCounts("attempts_are_on_the_trail", of: ["letter_attempts"]),
    ]
}
