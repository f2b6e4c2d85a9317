package import API
internal import Applications

/// Batches, releases, changes, waiting lists and appeals: the room's surfaces, for the wiring.
package enum DecisionsRoom {
    /// What the room's constraints mean to a sender.
    package static let constraints: ConstraintProblems = [
        "places_are_a_reasonable_number": .invalid("/places", "Places are 0 to 100,000."),
        "money_of_a_batch_is_not_owed": .invalid("/budget", "Amounts are zero or more."),
        "days_to_accept_are_a_reasonable_number": .invalid("/accept_days", "Give 1 to 365 days to accept."),
        "days_to_appeal_are_a_reasonable_number": .invalid("/appeal_days", "Give 0 to 365 days to appeal."),
        "applications_are_prepared_in_one_batch": .conflict("The application is prepared in another batch."),
        "a_released_batch_stands": DecisionRefusal.released.problem,
        "what_is_in_review_is_decided": .conflict("The application is not in review for this call."),
        "decisions_are_released_in_a_batch": .conflict("A decision is released with its batch."),
        "released_decisions_change_by_two": .conflict(
            "What was released changes only when a second manager confirms it."),
        "offers_keep_to_the_places": .conflict("There are more offers than places."),
        "offers_keep_to_the_places_of_their_partner": .conflict(
            "There are more offers than the partner of the stream takes part in."),
        "batches_are_released_with_their_partners": .conflict(
            "A partner that decides together with the park has not agreed to the batch as it is."),
        "opinions_are_about_the_batch_as_it_stands": DecisionRefusal.batchChanged.problem,
        "partners_speak_where_they_are_asked": .notFound,
        "silence_consents_where_it_was_agreed": DecisionRefusal.nobodyIsSilent.problem,
        "partners_are_asked_where_they_have_a_say": DecisionRefusal.nobodyToConsult.problem,
        "opinions_are_about_what_is_proposed": DecisionRefusal.proposalChanged.problem,
        "decisions_change_with_their_partners": .conflict(
            "A partner that decides together with the park has not agreed to the change."),
        "appeals_are_answered_with_their_partners": .conflict(
            "A partner that decides together with the park has not agreed to the answer."),
        "objections_are_explained": .invalid("/words", "Say why you are against it."),
        "offers_keep_to_the_places_of_their_stream": .conflict("There are more offers than places in the stream."),
        "places_are_in_a_chosen_stream": .invalid("/stream", "The applicant did not choose this stream."),
        "offers_name_their_stream": .invalid("/stream", "Say in which of the chosen streams the place is."),
        "a_change_takes_two_people": DecisionRefusal.needsSecondPerson.problem,
        "a_waiver_takes_two_people": DecisionRefusal.waiverNeedsSecondPerson.problem,
        "a_quorum_is_waived_once": .conflict("The quorum of this decision is waived, or a waiver waits for an answer."),
        "proposed_waivers_stand": DecisionRefusal.waiverAnswered.problem,
        "what_is_prepared_is_waived": DecisionRefusal.waiverOutdated.problem,
        "decisions_have_a_quorum_or_a_waiver": .conflict(
            "A decision has too few reviews, and no two managers have waived the quorum."),
        "enrolled_startups_keep_their_place": ApplicationRefusal.enrolled.problem,
        "changes_are_proposed_one_at_a_time": .conflict("A change of this decision waits for an answer already."),
        "proposed_changes_stand": DecisionRefusal.changeAnswered.problem,
        "appeals_pkey": .conflict("It was appealed already."),
        "rejections_are_appealed_in_time": DecisionRefusal.appealOver.problem,
        "screenings_are_reopened_by_an_appeal": .conflict(
            "What was found not eligible is screened again after an appeal alone."),
        "appeals_are_answered_once": DecisionRefusal.appealAnswered.problem,
        "appeals_are_heard_by_somebody_else": .conflict("Who decided does not hear the appeal. Ask another manager."),
    ]

    /// The operations, for the router.
    package static func operations() -> [AnyOperation] {
        DecisionsAPI.operations + WaitingListAPI.operations + WaiversAPI.operations + ChangesAPI.operations
            + ManyAnswersAPI.operations
            + JointAPI.operations
            + RevisionsAPI.operations
    }
}
