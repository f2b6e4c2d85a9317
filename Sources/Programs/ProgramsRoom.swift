package import API

/// Programs, streams, cohorts and calls: the room's surfaces, for the wiring.
package enum ProgramsRoom {
    /// What the constraints of programs mean to a sender.
    package static let constraints: ConstraintProblems = [
        "streams_tenant_id_program_id_fkey": .invalid("/program", "There is no such program."),
        "stream_partners_pkey": .invalid("/partners", "Name each partner of the stream once."),
        "cohorts_tenant_id_stream_id_fkey": .invalid("/stream", "There is no such stream."),
        "cohorts_have_distinct_names_in_a_stream": .invalid("/name", "Another cohort of the stream has this name."),
        "cohort_ends_after_it_starts": .invalid("/ends_on", "A cohort ends after the day it starts."),
        "cohort_has_room_for_one": .invalid("/capacity", "A cohort has room for one startup at least."),
        "calls_tenant_id_stream_id_fkey": .invalid("/stream", "There is no such stream."),
        "call_closes_after_it_opens": .invalid("/deadline/at", "A call closes after it opens."),
        "call_grace_is_at_most_an_hour": .invalid("/deadline/grace_seconds", "Forgive an hour at the most."),
        "call_questions_pkey": .invalid("/questions", "Give each question an id of its own."),
        "question_length_is_reasonable": .invalid("/questions", "An answer has 1 to 10,000 characters at the most."),
        "calls_open_while_their_mou_is_in_force": .conflict(
            "A partner's agreement is not in force on the day the call opens. Sign or renew it, or move the opening."),
    ]
}
