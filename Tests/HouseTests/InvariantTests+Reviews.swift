import Postgres

extension InvariantTests {
    /// A file as the demo's open round would take it in, in a round that the statement names.
    static func file(of application: Query, in round: Query) -> Query {
        """
        INSERT INTO review_files (tenant_id, round_id, application_id, code, language, answers, entered_by)
        SELECT a.tenant_id, r.id, a.id, 'TEST', 'en', (
            SELECT jsonb_agg(jsonb_build_object('question', q.id, 'prompt', q.prompt, 'text', w.text) ORDER BY q.position)
            FROM call_questions AS q
            LEFT JOIN application_answers AS w ON w.application_id = a.id AND w.question_id = q.id
            WHERE q.call_id = r.call_id), a.created_by
        FROM applications AS a, review_rounds AS r
        WHERE a.id = \(fragment: application) AND r.id = \(fragment: round)
        """
    }

    static let openRound: Query = "(SELECT r.id FROM review_rounds AS r WHERE r.position < 9 LIMIT 1)"
    static let otherRound: Query = "(SELECT r.id FROM review_rounds AS r WHERE r.position = 9)"

    /// Another blind round of the demo's call, with one criterion; a draft.
    static let round: [Query] = [
        """
        INSERT INTO review_rounds (
            tenant_id, id, call_id, position, number, name, is_blind, is_shared, reviews_wanted, quorum, due_at, time_zone)
        SELECT r.tenant_id, gen_random_uuid(), r.call_id, 9, 9, '{"en": "Test"}', true, false, 1, 1, now(), 'Asia/Hong_Kong'
        FROM review_rounds AS r LIMIT 1
        """,
        """
        INSERT INTO review_criteria (tenant_id, round_id, id, position, name, weight, lowest, highest)
        SELECT r.tenant_id, r.id, gen_random_uuid(), 1, '{"en": "Test"}', 100, 1, 5 FROM review_rounds AS r
        WHERE r.position = 9
        """,
    ]

    /// An assignment without a review, of an application in review.
    static let unbegun: Query = """
        (SELECT s.id FROM review_assignments AS s
         JOIN applications AS a ON a.id = s.application_id AND a.state = 'in_review'
         WHERE NOT EXISTS (SELECT FROM reviews AS w WHERE w.assignment_id = s.id) ORDER BY s.id LIMIT 1)
        """
    static let written: Query = """
        (SELECT w.assignment_id FROM reviews AS w WHERE w.submitted_at IS NOT NULL ORDER BY w.assignment_id LIMIT 1)
        """

    /// What is kept of the demo's round, of one application: with the mean and the rank that it has.
    static let calibrated: [Query] = [
        """
        INSERT INTO round_calibrations (tenant_id, round_id, call_id, inputs, engine, figures, steadiness)
        SELECT r.tenant_id, r.id, r.call_id, calibration_inputs(r.tenant_id, r.id), 1, '{}', '{1}'
        FROM review_rounds AS r JOIN reviews AS w ON w.round_id = r.id AND w.assignment_id = \(fragment: written)
        """,
        """
        INSERT INTO calibrated_applications (
            tenant_id, round_id, application_id, call_id, score, low, high, rank, raw_mean, raw_rank, best_rank, worst_rank,
            likely_ranks)
        SELECT k.tenant_id, k.round_id, m.application_id, k.call_id, 50, 40, 60, 1, m.mean, 1, 1, 2,
               array_fill(1, ARRAY[100])
        FROM round_calibrations AS k
        CROSS JOIN LATERAL (
            SELECT t.application_id, avg(t.total) AS mean
            FROM (SELECT w.application_id,
                         sum((x.score - q.lowest)::double precision / (q.highest - q.lowest) * q.weight) AS total
                  FROM reviews AS w
                  JOIN review_assignments AS s ON s.id = w.assignment_id AND s.state = 'assigned'
                  JOIN review_scores AS x ON x.assignment_id = w.assignment_id
                  JOIN review_criteria AS q ON q.round_id = x.round_id AND q.id = x.criterion_id
                  WHERE w.round_id = k.round_id AND w.submitted_at IS NOT NULL
                  GROUP BY w.application_id, w.assignment_id) AS t
            GROUP BY t.application_id ORDER BY t.application_id LIMIT 1) AS m
        """,
    ]

    static let reviews: [Plant] = [
        Plant(
            "calibrations_are_of_the_reviews_that_count", after: round,
            """
            INSERT INTO round_calibrations (tenant_id, round_id, call_id, inputs, engine, refusal)
            SELECT r.tenant_id, r.id, r.call_id, 'others', 1, '{"noVariance": {}}' FROM review_rounds AS r
            WHERE r.position = 9
            """),
        Plant(
            "calibrated_means_are_those_of_the_reviews", after: calibrated,
            "UPDATE calibrated_applications SET raw_mean = raw_mean + 1"),
        Plant(
            "calibrated_ranks_follow_the_scores", after: calibrated, "UPDATE calibrated_applications SET rank = 2"),
        Plant(
            "weights_of_an_opened_rubric_sum_to_a_hundred",
            "UPDATE review_criteria SET weight = 39 WHERE weight = 40"),
        Plant(
            "rounds_close_after_they_open", after: round,
            """
            UPDATE review_rounds SET opened_at = now(), opened_by = gen_random_uuid(),
                   closed_at = now() - interval '1 hour', closed_by = gen_random_uuid() WHERE position = 9
            """),
        Plant(
            "reviews_are_due_when_the_last_move_says",
            """
            INSERT INTO round_due_moves (tenant_id, round_id, id, person_id, was_due_at, due_at, reason)
            SELECT r.tenant_id, r.id, gen_random_uuid(), gen_random_uuid(), r.due_at, r.due_at + interval '1 day', 'Test'
            FROM review_rounds AS r WHERE r.id = \(fragment: openRound)
            """),
        Plant(
            "moves_go_on_from_one_another",
            """
            INSERT INTO round_due_moves (tenant_id, round_id, id, at, person_id, was_due_at, due_at, reason)
            SELECT r.tenant_id, r.id, gen_random_uuid(), now() + n * interval '1 minute', gen_random_uuid(),
                   r.due_at - (3 - 2 * n) * interval '1 hour', r.due_at - (2 - 2 * n) * interval '1 hour', 'Test'
            FROM review_rounds AS r, generate_series(0, 1) AS n WHERE r.id = \(fragment: openRound)
            """),
        Plant(
            "panelists_are_seated_as_reviewers",
            """
            INSERT INTO panel_members (tenant_id, round_id, person_id, most, languages, invited_by)
            SELECT r.tenant_id, r.id, m.person_id, 1, '{en}', m.person_id FROM review_rounds AS r
            JOIN memberships AS m ON m.tenant_id = r.tenant_id AND m.role = 'founder' AND NOT EXISTS (
                SELECT FROM memberships AS o WHERE o.person_id = m.person_id AND o.role = 'reviewer') LIMIT 1
            """),
        Plant(
            "pools_are_of_people_seated_as_reviewers",
            """
            INSERT INTO stream_reviewers (tenant_id, id, stream_id, person_id, proposed_by, added_at, added_by)
            SELECT s.tenant_id, gen_random_uuid(), s.id, m.person_id, m.person_id, now(), m.person_id FROM streams AS s
            JOIN memberships AS m ON m.tenant_id = s.tenant_id AND m.role = 'founder' AND NOT EXISTS (
                SELECT FROM memberships AS o WHERE o.person_id = m.person_id AND o.role = 'reviewer') LIMIT 1
            """),
        Plant(
            "files_are_of_applications_to_the_call", after: step(of: submitted, from: "submitted", to: "in_review"),
            """
            INSERT INTO review_files (tenant_id, round_id, application_id, code, language, answers, entered_by)
            SELECT a.tenant_id, r.id, a.id, 'TEST', 'en', (
                SELECT jsonb_agg(jsonb_build_object('question', q.id, 'prompt', q.prompt) ORDER BY q.position)
                FROM call_questions AS q WHERE q.call_id = r.call_id), a.created_by
            FROM applications AS a, review_rounds AS r
            WHERE r.id = \(fragment: openRound) AND a.state = 'in_review' AND a.call_id <> r.call_id
            """),
        Plant(
            "rounds_judge_for_streams_of_their_call", after: round,
            "UPDATE review_rounds SET stream_id = gen_random_uuid() WHERE position = 9"),
        // Everybody names one of two streams, and the round is of the other.
        Plant(
            "files_of_a_stream_are_of_who_names_it",
            """
            INSERT INTO offered_streams (tenant_id, call_id, stream_id, position)
            SELECT r.tenant_id, r.call_id, gen_random_uuid(), n
            FROM review_rounds AS r, generate_series(1, 2) AS n WHERE r.id = \(fragment: openRound)
            """,
            """
            INSERT INTO stream_choices (tenant_id, application_id, call_id, stream_id, rank, saved_by)
            SELECT a.tenant_id, a.id, a.call_id, o.stream_id, 1, a.created_by
            FROM applications AS a JOIN offered_streams AS o ON o.call_id = a.call_id AND o.position = 1
            """,
            """
            UPDATE applications SET streams_chosen = 1
            WHERE call_id = (SELECT r.call_id FROM review_rounds AS r WHERE r.id = \(fragment: openRound))
            """,
            """
            UPDATE review_rounds AS r
            SET stream_id = (SELECT o.stream_id FROM offered_streams AS o WHERE o.call_id = r.call_id AND o.position = 2)
            WHERE r.id = \(fragment: openRound)
            """),
        Plant(
            "rounds_judge_batches_of_their_call", after: round,
            "UPDATE review_rounds SET batch = 1 WHERE position = 9"),
        // Everything was handed in after the first cut-off, and the round is of what came before.
        Plant(
            "files_of_a_batch_are_of_what_came_in_it",
            """
            UPDATE calls SET window_kind = 'rolling', cutoffs = ARRAY[opens_at + interval '1 second', closes_at]
            WHERE id = (SELECT r.call_id FROM review_rounds AS r WHERE r.id = \(fragment: openRound))
            """,
            "UPDATE review_rounds SET batch = 1 WHERE id = \(fragment: openRound)"),
        Plant(
            "files_are_of_applications_that_were_in_review",
            file(
                of: """
                    (SELECT a.id FROM applications AS a JOIN review_rounds AS r ON r.call_id = a.call_id
                     WHERE a.state = 'submitted' LIMIT 1)
                    """, in: openRound)),
        Plant(
            "files_are_in_rounds_that_opened", after: round, file(of: standing("in_review"), in: otherRound)),
        Plant(
            "tallies_are_the_count_of_reviews",
            """
            UPDATE review_tallies SET assigned = assigned + 1 WHERE application_id = \(fragment: standing("in_review"))
            """),
        Plant(
            "files_name_startups_unless_the_round_is_blind",
            """
            UPDATE review_files SET startup_name = '{"en": "Test"}' WHERE application_id = \(fragment: standing("in_review"))
            """),
        Plant(
            "files_hold_the_answers_their_reviewers_may_read",
            "UPDATE review_files SET answers = '[]' WHERE application_id = \(fragment: standing("in_review"))"),
        Plant(
            "plans_seat_panelists_on_files_of_their_round",
            """
            INSERT INTO assignment_runs (tenant_id, id, round_id, job_id)
            SELECT r.tenant_id, gen_random_uuid(), r.id, gen_random_uuid() FROM review_rounds AS r LIMIT 1
            """,
            """
            INSERT INTO planned_assignments (tenant_id, run_id, application_id, person_id, affinity)
            SELECT n.tenant_id, n.id, a.id, p.person_id, 1 FROM assignment_runs AS n, applications AS a, panel_members AS p
            WHERE a.id = \(fragment: submitted) LIMIT 1
            """),
        Plant(
            "nobody_judges_across_a_conflict",
            """
            INSERT INTO startup_holders (tenant_id, startup_id, id, name, person_id, share)
            SELECT s.tenant_id, a.startup_id, gen_random_uuid(), 'Test', s.person_id, 1
            FROM review_assignments AS s JOIN applications AS a ON a.id = s.application_id
            WHERE s.id = \(fragment: unbegun)
            """),
        Plant(
            "reviewers_have_at_most_what_they_take",
            """
            UPDATE panel_members SET least = 0, most = 0
            WHERE person_id = (SELECT s.person_id FROM review_assignments AS s WHERE s.id = \(fragment: unbegun))
            """,
            "DELETE FROM audit_events WHERE noun = 'panel_members' AND deed = 'update' AND before ? 'most'"),
        Plant(
            "reviewers_accepted_before_they_judge",
            """
            UPDATE panel_members SET accepted_at = NULL
            WHERE person_id = (SELECT s.person_id FROM review_assignments AS s WHERE s.id = \(fragment: unbegun))
            """),
        Plant(
            "nobody_judges_what_was_taken_back",
            after: step(
                of: "(SELECT s.application_id FROM review_assignments AS s WHERE s.id = \(fragment: unbegun))",
                from: "in_review", to: "withdrawn")),
        Plant(
            "reviewers_are_assigned_while_the_round_is_open",
            """
            UPDATE review_assignments SET assigned_at = assigned_at - interval '1 day' WHERE id = \(fragment: unbegun)
            """),
        Plant(
            "assignments_end_after_they_begin",
            """
            UPDATE review_assignments SET state = 'abstained', ended_at = assigned_at - interval '1 day'
            WHERE id = \(fragment: unbegun)
            """),
        Plant(
            "submitted_reviews_score_each_criterion",
            "DELETE FROM review_scores WHERE assignment_id = \(fragment: written) AND score >= 0"),
        Plant(
            "scores_are_on_the_scale_of_their_criterion",
            "UPDATE review_scores SET score = 99 WHERE assignment_id = \(fragment: written)"),
        Plant(
            "scores_are_of_the_round_of_their_review", after: round,
            """
            INSERT INTO review_scores (tenant_id, assignment_id, round_id, criterion_id, score)
            SELECT c.tenant_id, \(fragment: written), c.round_id, c.id, 3 FROM review_criteria AS c
            WHERE c.round_id = \(fragment: otherRound)
            """),
        Plant(
            "reviews_are_of_the_pair_that_was_assigned",
            "UPDATE reviews SET person_id = gen_random_uuid() WHERE assignment_id = \(fragment: written)"),
        Plant(
            "reviews_are_submitted_while_the_round_is_open",
            """
            UPDATE reviews SET submitted_at = submitted_at - interval '1 day' WHERE assignment_id = \(fragment: written)
            """),
        offTrail("reviewing_is_on_the_trail", "review_assignments"),
        inventTrail("panels_and_files_are_on_the_trail", "review_files"),
        offTrail("reviews_are_on_the_trail", "reviews"),
    ]
}
