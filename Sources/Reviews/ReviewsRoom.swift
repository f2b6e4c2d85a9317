package import API

/// Rounds, panels, conflicts and reviews: the room's surfaces, for the wiring.
package enum ReviewsRoom {
    /// What the room's constraints mean to a sender.
    package static let constraints: ConstraintProblems = [
        "round_wants_a_reasonable_number_of_reviews": .invalid("/reviews_wanted", "Ask for 1 to 20 reviews."),
        "quorum_is_within_the_reviews_wanted": .invalid(
            "/quorum", "A quorum is at least 1 and at most the reviews wanted."),
        "criterion_weight_is_a_percentage": .invalid("/criteria", "A criterion weighs 1 to 100."),
        "criterion_scale_runs_upward": .invalid(
            "/criteria", "A scale runs from 0 or more up to 100 or less, its highest score above its lowest."),
        "due_moments_move": ReviewRefusal.dueStands.problem,
        "due_moments_move_to_what_is_to_come": ReviewRefusal.dueHasPassed.problem,
        "open_rounds_move_their_due": .conflict(
            "The round is not open, or its reviews are due at another moment by now."),
        "review_criteria_pkey": .invalid("/criteria", "Give each criterion an id of its own."),
        "a_rubric_stands_once_its_round_opened": ReviewRefusal.roundOpened.problem,
        "weights_of_a_rubric_sum_to_a_hundred": .invalid("/criteria", "Make the weights sum to 100."),
        "panel_members_pkey": .conflict("They are on the panel already."),
        "panels_have_one_chair": .invalid("/is_chair", "The panel has a chair already."),
        "chairs_of_closed_rounds_stand": ReviewRefusal.roundNotOpen(.closed).problem,
        "panel_load_runs_upward": .invalid(
            "/terms/most", "The most is at least the least and at most 1,000 applications."),
        "panel_members_read_a_language": .invalid("/terms/languages", "Choose a language at least."),
        "review_assignments_tenant_id_round_id_person_id_fkey": .conflict(
            "They have been assigned something. Withdraw it instead, or ask them to decline."),
        "review_assignments_tenant_id_round_id_application_id_fkey": .invalid(
            "/application", "The application is not in this round."),
        "open_rounds_are_assigned": .conflict("The round is not open."),
        "reviewers_have_accepted": .invalid("/person", "They have not accepted a place on the panel."),
        "reviewers_hold_a_seat": .invalid("/person", "They hold no reviewer's seat any more."),
        "what_is_withdrawn_is_not_judged": .invalid("/application", "The startup took the application back."),
        "assignments_end_once": .conflict("The assignment has ended."),
        "rounds_judge_for_a_stream_of_their_call": .invalid(
            "/stream", "Choose a stream that the call offers its applicants, or none."),
        "rounds_judge_for_a_stream_on_record": .invalid(
            "/stream", "Choose a stream that the call offers its applicants, or none."),
        "opened_rounds_keep_their_stream": ReviewRefusal.roundOpened.problem,
        "rounds_of_a_stream_take_who_names_it": .invalid(
            "/applications", "An application does not name the stream of the round."),
        "rounds_judge_a_batch_of_their_call": .invalid("/batch", "Choose a batch that the call takes, or none."),
        "batches_of_rounds_count_from_one": .invalid("/batch", "Choose a batch that the call takes, or none."),
        "opened_rounds_keep_their_batch": ReviewRefusal.roundOpened.problem,
        "rounds_of_a_batch_take_what_came_in_it": .invalid(
            "/applications", "An application came in another batch than the round judges."),
        "nobody_judges_blind_what_they_know_by_name": .invalid(
            "/person", "They know this application by name from another round, and one of the two is blind."),
        "rounds_of_a_call_stand_in_order": .conflict("Another round was drafted at this moment. Try again."),
        "panel_invitation_has_one_answer": ReviewRefusal.invitationAnswered.problem,
        "reviewers_only_answer_their_invitation": .invalid("/most", "Take no more than you were asked to."),
        "reviewers_have_no_conflict": .invalid("/person", "Something stands between them and the startup."),
        "reviewers_keep_to_their_load": .invalid("/person", "They have as many applications as they take."),
        "reviewers_judge_an_application_once": .conflict("They judge this application already."),
        "reviews_are_written_while_assigned": ReviewRefusal.assignmentEnded.problem,
        "submitted_reviews_stand": ReviewRefusal.reviewSubmitted.problem,
        "submitted_reviews_score_every_criterion": .invalid("/scores", "Score every criterion."),
        "scores_are_on_the_scale": .invalid("/scores", "A score is not on the scale of its criterion."),
        "scores_judge_a_criterion_of_the_round": .invalid(
            "/scores", "A score is for something this round does not judge."),
        "conflicts_are_declared_once": .conflict("This conflict is declared already."),
        "conflicts_are_of_people_with_a_seat_here": .invalid("/person", "There is no such person."),
        "conflict_declarations_tenant_id_startup_id_fkey": .invalid("/startup", "There is no such startup."),
        "rulings_are_on_whom_an_application_names": .invalid("/person", "The application does not name them."),
        "rulings_are_on_others": .invalid("/person", "Whether you may judge is for another manager to rule."),
        "rulings_set_aside_and_restore_in_turn": .conflict("The last ruling on it says so already."),
        "rulings_follow_each_other": .conflict("Another manager has just ruled on it. Look at it again."),
        "absences_end_after_they_begin": .invalid("/last_day", "The last day is the first or a later one."),
        "absences_do_not_begin_on_one_day": .invalid("/first_day", "An absence from this day on is noted already."),
        "absences_are_of_people_with_a_seat_here": .notFound,
        "reviewers_join_a_pool_once": .conflict("They are in the pool, or nominated for it, already."),
        "pools_are_of_running_streams": .conflict("The stream has ended. It stands as it was."),
        "reviewers_join_a_pool_for_days_to_come": .invalid("/until", "Choose a last day that is not past."),
        "stream_reviewers_person_id_fkey": .invalid("/person", "There is no such person."),
        "partners_nominate_for_their_own_streams": .invalid("/stream", "You take no part in this stream."),
        "partners_nominate_their_own_staff": .invalid("/person", "Nominate people of your own institution."),
        "partners_nominate_under_their_agreement": .conflict("Your agreement has ended. You nominate nobody any more."),
        "nominees_are_still_of_the_staff": .conflict(
            "They have left the partner that nominated them. Refuse the nomination."),
        "answered_nominations_stand": ReviewRefusal.nominationAnswered.problem,
        "seats_are_waived_while_empty": ReviewRefusal.noSeatEmpty.problem,
        "seats_are_waived_before_a_round_opens": ReviewRefusal.roundOpened.problem,
        "rounds_open_with_their_partners_seats_taken": .conflict(
            "Seats of a partner on the panel are empty. Seat its reviewers, or say why the round opens without them."),
        "confidence_is_one_to_four": .invalid("/confidence", "Confidence is 1 to 4."),
    ]

    /// The operations, for the router.
    package static func operations() -> [AnyOperation] {
        RoundsAPI.operations + CallPreviewAPI.operations + ManyAtOnceAPI.operations + ManyRulingsAPI.operations
            + PanelAPI.operations
            + ConflictsAPI.operations
            + AssignmentRunsAPI.operations
            + ReviewsAPI.operations + ChairAPI.operations + FileDocumentsAPI.operations + ScoreSheetAPI.operations
            + AbsencesAPI.operations + DueAPI.operations + AssignmentSheetAPI.operations + PoolAPI.operations
            + StandingsSheetAPI.operations + PartnerSeatsAPI.operations + ReviewersAPI.operations
    }
}
