package import Postgres

extension ReviewsRoom {
    /// What holds for rounds, panels and reviews beside their constraints.
    package static let invariants: [Invariant] =
        rounds + assignments + reviews + calibrations + [
            Invariant.trail(
                "reviewing_is_on_the_trail",
                of: [
                    "review_rounds", "review_criteria", "round_due_moves", "reviewer_absences", "conflict_declarations",
                    "review_assignments",
                    "assignment_runs", "stream_reviewers", "seat_waivers",
                ]),
            Invariant.trailCounts("panels_and_files_are_on_the_trail", of: ["panel_members", "review_files"]),
            Invariant(
                "reviews_are_on_the_trail",
                violatedBy: """
                    SELECT w.tenant_id, w.assignment_id AS id, 'its insertion is not on the trail' AS detail
                    FROM reviews AS w
                    WHERE NOT EXISTS (
                        SELECT FROM audit_events AS e
                        WHERE e.tenant_id = w.tenant_id AND e.object_id = w.assignment_id AND e.noun = 'reviews'
                          AND e.deed = 'insert')
                    """),
        ]

    private static let rounds: [Invariant] = [
        Invariant(
            "weights_of_an_opened_rubric_sum_to_a_hundred",
            violatedBy: """
                SELECT r.tenant_id, r.id, coalesce(sum(c.weight), 0) || ' in all' AS detail
                FROM review_rounds AS r
                LEFT JOIN review_criteria AS c ON c.tenant_id = r.tenant_id AND c.round_id = r.id
                WHERE r.opened_at IS NOT NULL
                GROUP BY r.tenant_id, r.id HAVING coalesce(sum(c.weight), 0) <> 100
                """),
        Invariant(
            "rounds_close_after_they_open",
            violatedBy: """
                SELECT r.tenant_id, r.id, 'closed at ' || r.closed_at AS detail FROM review_rounds AS r
                WHERE r.closed_at < r.opened_at
                """),
        Invariant(
            "reviews_are_due_when_the_last_move_says",
            violatedBy: """
                SELECT r.tenant_id, r.id, 'moved to ' || m.due_at || ', due at ' || r.due_at AS detail
                FROM review_rounds AS r
                JOIN LATERAL (
                    SELECT d.due_at FROM round_due_moves AS d
                    WHERE d.tenant_id = r.tenant_id AND d.round_id = r.id ORDER BY d.at DESC LIMIT 1) AS m
                    ON m.due_at <> r.due_at
                """),
        Invariant(
            "moves_go_on_from_one_another",
            violatedBy: """
                SELECT m.tenant_id, m.id, 'moved ' || m.was_due_at || ', which was ' || m.before AS detail
                FROM (SELECT d.tenant_id, d.id, d.was_due_at,
                             lag(d.due_at) OVER (PARTITION BY d.tenant_id, d.round_id ORDER BY d.at) AS before
                      FROM round_due_moves AS d) AS m
                WHERE m.was_due_at <> m.before
                """),
        Invariant(
            "panelists_are_seated_as_reviewers",
            violatedBy: """
                SELECT p.tenant_id, p.round_id || ' ' || p.person_id AS id, 'never held a reviewer''s seat' AS detail
                FROM panel_members AS p
                WHERE NOT EXISTS (
                    SELECT FROM memberships AS m
                    WHERE m.tenant_id = p.tenant_id AND m.person_id = p.person_id AND m.role = 'reviewer')
                """),
        Invariant(
            "pools_are_of_people_seated_as_reviewers",
            violatedBy: """
                SELECT s.tenant_id, s.id, 'never held a reviewer''s seat' AS detail
                FROM stream_reviewers AS s
                WHERE s.added_at IS NOT NULL AND NOT EXISTS (
                    SELECT FROM memberships AS m
                    WHERE m.tenant_id = s.tenant_id AND m.person_id = s.person_id AND m.role = 'reviewer')
                """),
        Invariant(
            "files_are_of_applications_to_the_call",
            violatedBy: """
                SELECT f.tenant_id, f.round_id || ' ' || f.application_id AS id, 'applied to ' || a.call_id AS detail
                FROM review_files AS f
                JOIN review_rounds AS r ON r.tenant_id = f.tenant_id AND r.id = f.round_id
                JOIN applications AS a ON a.tenant_id = f.tenant_id AND a.id = f.application_id
                WHERE a.call_id <> r.call_id
                """),
        Invariant(
            "rounds_judge_for_streams_of_their_call",
            violatedBy: """
                SELECT r.tenant_id, r.id, 'judges for ' || r.stream_id AS detail FROM review_rounds AS r
                WHERE r.stream_id IS NOT NULL AND NOT EXISTS (
                    SELECT FROM offered_streams AS o
                    WHERE o.tenant_id = r.tenant_id AND o.call_id = r.call_id AND o.stream_id = r.stream_id)
                """),
        Invariant(
            "files_of_a_stream_are_of_who_names_it",
            violatedBy: """
                SELECT f.tenant_id, f.round_id || ' ' || f.application_id AS id, 'never named ' || r.stream_id AS detail
                FROM review_files AS f
                JOIN review_rounds AS r ON r.tenant_id = f.tenant_id AND r.id = f.round_id
                WHERE r.stream_id IS NOT NULL AND NOT EXISTS (
                    SELECT FROM stream_choices AS k
                    WHERE k.tenant_id = f.tenant_id AND k.application_id = f.application_id
                      AND k.stream_id = r.stream_id)
                """),
        Invariant(
            "rounds_judge_batches_of_their_call",
            violatedBy: """
                SELECT r.tenant_id, r.id, 'judges batch ' || r.batch AS detail
                FROM review_rounds AS r JOIN calls AS c ON c.tenant_id = r.tenant_id AND c.id = r.call_id
                WHERE r.batch > batches_of_call(c.cutoffs, c.closes_at)
                """),
        Invariant(
            "files_of_a_batch_are_of_what_came_in_it",
            violatedBy: """
                SELECT f.tenant_id, f.round_id || ' ' || f.application_id AS id, 'came in no batch ' || r.batch AS detail
                FROM review_rounds AS r
                JOIN calls AS c ON c.tenant_id = r.tenant_id AND c.id = r.call_id
                JOIN review_files AS f ON f.tenant_id = r.tenant_id AND f.round_id = r.id
                JOIN applications AS a ON a.tenant_id = f.tenant_id AND a.id = f.application_id
                WHERE r.batch IS DISTINCT FROM batch_taking(a.submitted_at, c.cutoffs, c.closes_at)
                  AND r.batch IS NOT NULL
                """),
        Invariant(
            "files_are_of_applications_that_were_in_review",
            violatedBy: """
                SELECT f.tenant_id, f.round_id || ' ' || f.application_id AS id, 'entered at ' || f.entered_at AS detail
                FROM review_files AS f
                WHERE NOT EXISTS (
                    SELECT FROM application_events AS e
                    WHERE e.tenant_id = f.tenant_id AND e.application_id = f.application_id
                      AND e.to_state = 'in_review' AND e.at <= f.entered_at)
                """),
        Invariant(
            "files_are_in_rounds_that_opened",
            violatedBy: """
                SELECT f.tenant_id, f.round_id || ' ' || f.application_id AS id, 'the round is a draft' AS detail
                FROM review_files AS f JOIN review_rounds AS r ON r.tenant_id = f.tenant_id AND r.id = f.round_id
                WHERE r.opened_at IS NULL
                """),
        Invariant(
            "tallies_are_the_count_of_reviews",
            violatedBy: """
                SELECT f.tenant_id, f.round_id || ' ' || f.application_id AS id,
                       coalesce(t.assigned || ' and ' || t.submitted, 'no tally') || ', but ' || n.assigned || ' and '
                           || n.submitted AS detail
                FROM review_files AS f
                LEFT JOIN review_tallies AS t ON t.tenant_id = f.tenant_id AND t.round_id = f.round_id
                    AND t.application_id = f.application_id
                CROSS JOIN LATERAL (
                    SELECT count(*) AS assigned, count(w.submitted_at) AS submitted
                    FROM review_assignments AS s
                    LEFT JOIN reviews AS w ON w.tenant_id = s.tenant_id AND w.assignment_id = s.id
                    WHERE s.tenant_id = f.tenant_id AND s.round_id = f.round_id
                      AND s.application_id = f.application_id AND s.state = 'assigned') AS n
                WHERE (t.assigned, t.submitted) IS DISTINCT FROM (n.assigned, n.submitted)
                """),
        Invariant(
            "files_name_startups_unless_the_round_is_blind",
            violatedBy: """
                SELECT f.tenant_id, f.round_id || ' ' || f.application_id AS id,
                       CASE WHEN r.is_blind THEN 'named' ELSE 'nameless' END AS detail
                FROM review_files AS f JOIN review_rounds AS r ON r.tenant_id = f.tenant_id AND r.id = f.round_id
                WHERE (f.startup_name IS NOT NULL) = r.is_blind
                """),
        Invariant(
            "files_hold_the_answers_their_reviewers_may_read",
            violatedBy: """
                SELECT f.tenant_id, f.round_id || ' ' || f.application_id AS id, 'not as it was answered' AS detail
                FROM review_files AS f
                JOIN review_rounds AS r ON r.tenant_id = f.tenant_id AND r.id = f.round_id
                JOIN applications AS a ON a.tenant_id = f.tenant_id AND a.id = f.application_id
                    AND a.state <> 'changes_requested'
                CROSS JOIN LATERAL (
                    SELECT coalesce(jsonb_agg(jsonb_build_array(q.id, w.text) ORDER BY q.position), '[]') AS answers
                    FROM call_questions AS q
                    LEFT JOIN application_answers AS w ON w.tenant_id = q.tenant_id
                        AND w.application_id = f.application_id AND w.question_id = q.id
                    WHERE q.tenant_id = r.tenant_id AND q.call_id = r.call_id
                      AND (a.asked IS NULL OR q.id = ANY (a.asked)) AND coalesce(q.from_round, 1) <= r.number
                      AND (q.audience = 'reviewers' OR q.audience = 'named_reviewers' AND NOT r.is_blind)) AS written
                CROSS JOIN LATERAL (
                    SELECT coalesce(jsonb_agg(
                        jsonb_build_array(lower(one.answer ->> 'question'), one.answer ->> 'text') ORDER BY one.place), '[]')
                        AS answers
                    FROM jsonb_array_elements(f.answers) WITH ORDINALITY AS one (answer, place)) AS filed
                WHERE filed.answers <> written.answers
                  -- What was handed in since waits for a manager to renew the file.
                  AND NOT EXISTS (
                      SELECT FROM application_snapshots AS s
                      WHERE s.tenant_id = f.tenant_id AND s.application_id = f.application_id
                        AND s.submitted_at > coalesce(f.renewed_at, f.entered_at))
                """),
        Invariant(
            "plans_seat_panelists_on_files_of_their_round",
            violatedBy: """
                SELECT p.tenant_id, p.run_id || ' ' || p.application_id || ' ' || p.person_id AS id,
                       'no such file or panelist' AS detail
                FROM planned_assignments AS p
                JOIN assignment_runs AS n ON n.tenant_id = p.tenant_id AND n.id = p.run_id
                WHERE NOT EXISTS (
                    SELECT FROM review_files AS f
                    WHERE f.tenant_id = p.tenant_id AND f.round_id = n.round_id AND f.application_id = p.application_id)
                """),
    ]

    private static let assignments: [Invariant] = [
        // The view is computed once, instead of for each pair, and for whoever judges, since founders have many rivals.
        Invariant(
            "nobody_judges_across_a_conflict",
            violatedBy: """
                SELECT DISTINCT s.tenant_id, s.id, c.kind AS detail
                FROM review_assignments AS s
                JOIN review_rounds AS r ON r.tenant_id = s.tenant_id AND r.id = s.round_id AND r.closed_at IS NULL
                JOIN applications AS a ON a.tenant_id = s.tenant_id AND a.id = s.application_id
                JOIN conflicts_of_interest AS c
                  ON c.tenant_id = s.tenant_id AND c.person_id = s.person_id AND c.startup_id = a.startup_id
                WHERE s.state = 'assigned'
                  AND c.person_id = ANY (ARRAY(SELECT o.person_id FROM review_assignments AS o WHERE o.state = 'assigned'))
                  -- Who is named, or comes to stand against the startup, after handing in has handed in.
                  AND (c.kind NOT IN ('named', 'rival') OR NOT EXISTS (
                      SELECT FROM reviews AS w
                      WHERE w.tenant_id = s.tenant_id AND w.assignment_id = s.id AND w.submitted_at IS NOT NULL))
                """),
        // Terms may be revised to less than somebody has: what they took on before stays theirs.
        Invariant(
            "reviewers_have_at_most_what_they_take",
            violatedBy: """
                SELECT p.tenant_id, p.round_id || ' ' || p.person_id AS id,
                       held.assignments || ' of at most ' || p.most AS detail
                FROM panel_members AS p
                JOIN (SELECT s.tenant_id, s.round_id, s.person_id, count(*) AS assignments
                      FROM review_assignments AS s WHERE s.state = 'assigned'
                      GROUP BY s.tenant_id, s.round_id, s.person_id) AS held
                  ON held.tenant_id = p.tenant_id AND held.round_id = p.round_id AND held.person_id = p.person_id
                WHERE held.assignments > p.most AND NOT EXISTS (
                    SELECT FROM audit_events AS e
                    WHERE e.tenant_id = p.tenant_id AND e.noun = 'panel_members' AND e.object_id IS NULL
                      AND e.deed = 'update' AND (e.before ->> 'most')::integer >= held.assignments)
                """),
        Invariant(
            "reviewers_accepted_before_they_judge",
            violatedBy: """
                SELECT s.tenant_id, s.id, 'the invitation is not accepted' AS detail
                FROM review_assignments AS s
                JOIN panel_members AS p
                  ON p.tenant_id = s.tenant_id AND p.round_id = s.round_id AND p.person_id = s.person_id
                WHERE s.state = 'assigned' AND p.accepted_at IS NULL
                """),
        Invariant(
            "nobody_judges_what_was_taken_back",
            violatedBy: """
                SELECT s.tenant_id, s.id, 'taken back at ' || a.withdrawn_at AS detail
                FROM review_assignments AS s
                JOIN applications AS a ON a.tenant_id = s.tenant_id AND a.id = s.application_id
                WHERE s.state = 'assigned' AND a.withdrawn_at IS NOT NULL
                """),
        Invariant(
            "reviewers_are_assigned_while_the_round_is_open",
            violatedBy: """
                SELECT s.tenant_id, s.id, 'assigned at ' || s.assigned_at AS detail
                FROM review_assignments AS s
                JOIN review_rounds AS r ON r.tenant_id = s.tenant_id AND r.id = s.round_id
                WHERE s.assigned_at < r.opened_at - interval '1 millisecond'
                   OR s.assigned_at > r.closed_at + interval '1 millisecond'
                """),
        Invariant(
            "assignments_end_after_they_begin",
            violatedBy: """
                SELECT s.tenant_id, s.id, s.state || ' at ' || s.ended_at AS detail FROM review_assignments AS s
                WHERE s.ended_at < s.assigned_at
                """),
    ]

    private static let reviews: [Invariant] = [
        Invariant(
            "submitted_reviews_score_each_criterion",
            violatedBy: """
                SELECT w.tenant_id, w.assignment_id AS id, 'no score for criterion ' || c.position AS detail
                FROM reviews AS w
                JOIN review_criteria AS c ON c.tenant_id = w.tenant_id AND c.round_id = w.round_id
                WHERE w.submitted_at IS NOT NULL AND NOT EXISTS (
                    SELECT FROM review_scores AS x
                    WHERE x.tenant_id = w.tenant_id AND x.assignment_id = w.assignment_id AND x.criterion_id = c.id)
                """),
        Invariant(
            "scores_are_on_the_scale_of_their_criterion",
            violatedBy: """
                SELECT x.tenant_id, x.assignment_id || ' ' || x.criterion_id AS id,
                       x.score || ', the scale runs from ' || c.lowest || ' to ' || c.highest AS detail
                FROM review_scores AS x
                JOIN review_criteria AS c
                  ON c.tenant_id = x.tenant_id AND c.round_id = x.round_id AND c.id = x.criterion_id
                WHERE x.score NOT BETWEEN c.lowest AND c.highest
                """),
        Invariant(
            "scores_are_of_the_round_of_their_review",
            violatedBy: """
                SELECT x.tenant_id, x.assignment_id || ' ' || x.criterion_id AS id, 'of round ' || x.round_id AS detail
                FROM review_scores AS x
                JOIN reviews AS w ON w.tenant_id = x.tenant_id AND w.assignment_id = x.assignment_id
                WHERE w.round_id <> x.round_id
                """),
        Invariant(
            "reviews_are_of_the_pair_that_was_assigned",
            violatedBy: """
                SELECT w.tenant_id, w.assignment_id AS id, 'by ' || w.person_id AS detail
                FROM reviews AS w
                JOIN review_assignments AS s ON s.tenant_id = w.tenant_id AND s.id = w.assignment_id
                WHERE (s.round_id, s.application_id, s.person_id) <> (w.round_id, w.application_id, w.person_id)
                """),
        Invariant(
            "reviews_are_submitted_while_the_round_is_open",
            violatedBy: """
                SELECT w.tenant_id, w.assignment_id AS id, 'submitted at ' || w.submitted_at AS detail
                FROM reviews AS w JOIN review_rounds AS r ON r.tenant_id = w.tenant_id AND r.id = w.round_id
                WHERE w.submitted_at < r.opened_at - interval '1 millisecond'
                   OR w.submitted_at > r.closed_at + interval '1 millisecond'
                """),
    ]

    // What can be told of a kept result without calibrating again.
    private static let calibrations: [Invariant] = [
        Invariant(
            "calibrations_are_of_the_reviews_that_count",
            violatedBy: """
                SELECT k.tenant_id, k.round_id AS id, 'calibrated at ' || k.calibrated_at || ', and nothing waits' AS detail
                FROM round_calibrations AS k
                WHERE k.inputs <> calibration_inputs(k.tenant_id, k.round_id) AND NOT EXISTS (
                    SELECT FROM jobs AS j
                    WHERE j.tenant_id = k.tenant_id AND j.kind = \(CalibrateRound.kind) AND j.finished_at IS NULL
                      AND lower(j.arguments ->> 'round') = k.round_id::text)
                """),
        Invariant(
            "calibrated_means_are_those_of_the_reviews",
            violatedBy: """
                WITH resting AS MATERIALIZED (
                    SELECT k.tenant_id, k.round_id FROM round_calibrations AS k
                    WHERE k.inputs = calibration_inputs(k.tenant_id, k.round_id)
                ), totals AS MATERIALIZED (
                    SELECT w.tenant_id, w.round_id, w.application_id,
                           sum((x.score - q.lowest)::double precision / (q.highest - q.lowest) * q.weight) AS total
                    FROM resting AS k
                    JOIN reviews AS w ON w.tenant_id = k.tenant_id AND w.round_id = k.round_id
                        AND w.submitted_at IS NOT NULL
                    JOIN review_assignments AS s ON s.tenant_id = w.tenant_id AND s.id = w.assignment_id
                        AND s.state = 'assigned'
                    JOIN review_scores AS x ON x.tenant_id = w.tenant_id AND x.assignment_id = w.assignment_id
                    JOIN review_criteria AS q ON q.tenant_id = x.tenant_id AND q.round_id = x.round_id
                        AND q.id = x.criterion_id
                    GROUP BY w.tenant_id, w.round_id, w.application_id, w.assignment_id
                ), means AS (
                    SELECT tenant_id, round_id, application_id, avg(total) AS mean FROM totals
                    GROUP BY tenant_id, round_id, application_id
                )
                SELECT c.tenant_id, c.round_id || ' ' || c.application_id AS id,
                       c.raw_mean || ', but ' || coalesce(m.mean::text, 'no review') AS detail
                FROM calibrated_applications AS c
                JOIN resting AS k ON k.tenant_id = c.tenant_id AND k.round_id = c.round_id
                LEFT JOIN means AS m ON m.tenant_id = c.tenant_id AND m.round_id = c.round_id
                    AND m.application_id = c.application_id
                WHERE m.mean IS NULL OR abs(c.raw_mean - m.mean) > 0.000001
                """),
        Invariant(
            "calibrated_ranks_follow_the_scores",
            violatedBy: """
                SELECT c.tenant_id, c.round_id || ' ' || c.application_id AS id,
                       'rank ' || c.rank || ', but ' || c.place || ' by its score' AS detail
                FROM (SELECT r.tenant_id, r.round_id, r.application_id, r.rank,
                             rank() OVER (PARTITION BY r.tenant_id, r.round_id ORDER BY r.score DESC) AS place
                      FROM calibrated_applications AS r) AS c
                WHERE c.rank <> c.place
                """),
    ]
}
