package import API

/// Programs, streams, cohorts and calls: the room's surfaces, for the wiring.
package enum ProgramsRoom {
    /// What the constraints of programs mean to a sender.
    package static let constraints: ConstraintProblems = [
        "registration_letters_a_day_are_reasonable": .invalid("/letters_per_day", "Allow 1 to 100,000 letters a day."),
        "streams_tenant_id_program_id_fkey": .invalid("/program", "There is no such program."),
        "stream_partners_pkey": .invalid("/partners", "Name each partner of the stream once."),
        "stream_seats_are_held_once": .conflict("They hold a seat in the stream already."),
        "stream_seats_are_of_its_partners": .invalid(
            "/institution", "The institution takes no part in the stream, or the stream has ended."),
        "stream_seats_are_for_staff_of_the_partner": .invalid("/person", "They are not of the partner's staff."),
        "cohorts_tenant_id_stream_id_fkey": .invalid("/stream", "There is no such stream."),
        "cohorts_have_distinct_names_in_a_stream": .invalid("/name", "Another cohort of the stream has this name."),
        "cohort_ends_after_it_starts": .invalid("/ends_on", "A cohort ends after the day it starts."),
        "cohort_has_room_for_one": .invalid("/capacity", "A cohort has room for one startup at least."),
        "calls_tenant_id_stream_id_fkey": .invalid("/stream", "There is no such stream."),
        "calls_tenant_id_cohort_id_fkey": .invalid("/cohort", "There is no such cohort."),
        "calls_lead_into_a_cohort_of_their_streams": .invalid(
            "/cohort", "Choose a cohort of a stream that the call offers."),
        "calls_close_before_their_cohort_ends": .invalid("/cohort", "The cohort ends before the call closes."),
        "cohorts_end_after_their_calls_close": .invalid(
            "/ends_on", "A call that leads into the cohort has not closed by then."),
        "call_closes_after_it_opens": .invalid("/deadline/at", "A call closes after it opens."),
        "call_grace_is_at_most_an_hour": .invalid("/deadline/grace_seconds", "Forgive an hour at the most."),
        "call_questions_pkey": .invalid("/questions", "Give each question an id of its own."),
        "question_files_are_described": .invalid(
            "/questions", "Files are pdf, docx, pptx, xlsx, png, jpg, csv or txt, 1 to 20 of them."),
        "question_length_is_reasonable": .invalid("/questions", "An answer has 1 to 10,000 characters at the most."),
        "question_by_files_has_no_other_kind": .invalid(
            "/questions", "A question that is answered by files has no other kind."),
        "question_names_a_reasonable_number_of_streams": .invalid(
            "/questions", "Ask for streams that the call offers, or everybody."),
        "questions_are_asked_for_streams_of_their_call": .invalid(
            "/questions", "Ask for streams that the call offers, or everybody."),
        "questions_come_before_their_round_is_asked": .invalid(
            "/questions", "Startups were asked the questions of that round already. Ask with a later one."),
        "published_questions_stand": CallRefusal.published.problem,
        "published_forms_are_never_tightened": CallRefusal.published.problem,
        "changed_forms_have_a_version": CallRefusal.published.problem,
        "question_comes_with_a_later_round": .invalid("/questions", "Later questions come with round 2 to 20."),
        "offered_streams_pkey": .invalid("/offered_streams", "Offer each stream once."),
        "offered_streams_tenant_id_stream_id_fkey": .invalid("/offered_streams", "There is no such stream."),
        "calls_offer_a_reasonable_number_of_streams": .invalid("/offered_streams", "Offer 20 streams at the most."),
        "offered_places_are_a_reasonable_number": .invalid("/offered_streams", "Offer 1 to 10,000 places."),
        "streams_close_within_their_call": .invalid(
            "/offered_streams", "A stream closes after its call opens and not after the call."),
        "offered_streams_stand_once_published": CallRefusal.published.problem,
        "calls_offer_their_own_stream_and_others": .invalid(
            "/offered_streams", "The call's own stream is one of those it offers, and another is."),
        "streams_with_a_round_stay_offered": .invalid(
            "/offered_streams", "A round of review judges for a stream that the call would offer no more."),
        "batches_with_a_round_stand": .invalid(
            "/cutoffs", "A round of review judges a batch that would end elsewhere or be no more."),
        "offered_streams_are_of_one_program": .invalid("/offered_streams", "Offer streams of the call's program."),
        "call_conditions_pkey": .invalid("/conditions", "Give each condition an id of its own."),
        "condition_has_a_name": .invalid("/conditions", "Give each condition a name."),
        "calls_have_a_reasonable_number_of_conditions": .invalid("/conditions", "A call has at most 40 conditions."),
        "condition_rule_is_of_a_reasonable_size": .invalid("/conditions", "A rule is too large."),
        "designed_conditions_can_be_asked": .invalid("/conditions", "A rule is too large."),
        "conditions_stand_once_published": CallRefusal.published.problem,
        "calls_open_while_their_mou_is_in_force": .conflict(
            "A partner's agreement is not in force on the day the call opens. Sign or renew it, or move the opening."),
        "stream_partner_is_party_to_the_mou": .invalid(
            "/partners", "A partner takes part under an agreement that it is a party to."),
        "partner_places_are_a_reasonable_number": .invalid("/partners", "A partner lets be given 1 to 10,000 places."),
        "partners_keep_their_say_while_they_are_asked": .conflict(
            "A partner that decides together with the park is asked about decisions. Release or settle them first."),
        "days_to_answer_are_a_reasonable_number": .invalid("/partners", "A partner has 1 to 90 days to answer."),
        "silence_consents_after_a_time": .invalid(
            "/partners", "Silence is consent only of a partner that co-decides, after the days it has to answer."),
        "partner_seats_are_reasonable": .invalid("/partners", "A partner seats 0 to 50 reviewers."),
        "partners_join_under_an_mou_in_force": .conflict(
            "A call of the stream is announced, and a partner's agreement is not in force on the day the call opens."),
        "streams_end_after_their_calls": .conflict(
            "A call of the stream is scheduled or open. Let it close, or cancel it, before the stream ends."),
        "calls_belong_to_a_running_stream": .conflict("The stream has ended and takes no further call."),
        "stream_offers_a_place_at_least": .invalid("/places", "Offer 1 to 10,000 places."),
        "award_is_an_amount": .invalid("/award", "An award is more than nothing."),
        "budget_is_an_amount": .invalid("/budget", "A budget is more than nothing."),
        "stream_lasts_a_reasonable_time": .invalid("/duration_months", "A startup stays 1 to 120 months."),
        "designed_weights_sum_to_a_hundred": .invalid("/rubric", "The weights of a rubric sum to 100."),
        "cutoffs_stand_in_the_window": .invalid(
            "/cutoffs", "Cut-offs stand in order, after the opening and not after the closing."),
        "admissions_are_to_calls_that_need_one": .conflict("The call is not one by invitation."),
        "codes_are_for_calls_on_a_fast_track": .conflict("The call is not on a fast track."),
        "codes_keep_to_the_quota_of_their_agreement": .invalid(
            "/uses_allowed", "The agreement grants fewer uses of its fast track."),
        "codes_rest_on_an_agreement_of_the_stream": .invalid(
            "/mou", "Choose an agreement that a partner of the stream takes part under."),
        "codes_are_given_under_an_mou": .invalid("/mou", "There is no such agreement."),
        "code_ends_after_it_begins": .invalid("/valid_until", "A code ends after it begins."),
        "code_has_a_use_at_least": .invalid("/uses_allowed", "A code lets in 1 to 1,000 startups."),
        "the_invited_are_startups": .invalid("/startups", "There is no such startup."),
        "used_admissions_stand": .conflict("The startup has begun an application, or brought a code. It stays let in."),
        "fast_track_code_is_known": AdmissionRefusal.unknownCode.problem,
        "fast_track_code_stands": .invalid("/code", "The code was taken back. Ask whoever gave it to you for another."),
        "fast_track_code_has_begun": .invalid("/code", "The code is not valid yet."),
        "fast_track_code_has_not_run_out": .invalid("/code", "The code has run out."),
        "fast_track_code_has_uses_left": .invalid("/code", "The code has been used as often as it may be."),
        "fast_tracks_rest_on_an_mou_in_force": .invalid(
            "/code", "The agreement that the code was given under is not in force."),
    ]
}
