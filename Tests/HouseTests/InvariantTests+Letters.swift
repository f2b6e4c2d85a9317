import Postgres

extension InvariantTests {
    static let held: Query = "(SELECT l.id FROM letters AS l WHERE l.state = 'held' ORDER BY l.id LIMIT 1)"
    static let released: Query =
        "(SELECT l.id FROM letters AS l WHERE l.state = 'released' ORDER BY l.id LIMIT 1)"

    static func attempt(_ number: Int, at letter: Query, _ outcome: String?) -> Query {
        """
        INSERT INTO letter_attempts (tenant_id, letter_id, number, ended_at, outcome)
        SELECT l.tenant_id, l.id, \(number), CASE WHEN \(outcome)::text IS NOT NULL THEN now() END, \(outcome)
        FROM letters AS l WHERE l.id = \(fragment: letter)
        """
    }

    static let letters: [Plant] = [
        Plant("letters_keep_every_wording", "UPDATE letters SET version = 2 WHERE id = \(fragment: held)"),
        Plant(
            "letters_are_sent_by_an_attempt_that_was_accepted",
            "UPDATE letters SET released_at = now(), sent_at = now() WHERE id = \(fragment: held)"),
        Plant(
            "letters_fail_by_an_attempt_that_did",
            "UPDATE letters SET released_at = now(), failed_at = now() WHERE id = \(fragment: held)"),
        Plant("letters_are_attempted_once_released", attempt(1, at: held, "unknown")),
        Plant(
            "letters_that_ended_are_not_being_sent", attempt(1, at: released, "refused"), attempt(2, at: released, nil),
            "UPDATE letters SET failed_at = now() WHERE id = \(fragment: released)"),
        Plant("attempts_are_numbered_from_one", attempt(2, at: released, "unknown")),
        Plant(
            "released_letters_have_a_job_that_sends_them",
            "UPDATE letters SET released_at = now() WHERE id = \(fragment: held)"),
        Plant(
            "letters_go_to_people_of_the_tenant",
            """
            UPDATE letters SET recipient_id = (SELECT m.person_id FROM memberships AS m WHERE m.role = 'operator' LIMIT 1)
            WHERE id = \(fragment: held)
            """),
        offTrail("letters_are_on_the_trail", "letters"),
        inventTrail("attempts_are_on_the_trail", "letter_attempts"),
    ]
}
