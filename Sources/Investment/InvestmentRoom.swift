package import API
internal import Pages

/// Mandates, matching and shortlists: the room's surfaces, for the wiring.
package enum InvestmentRoom {
    /// What the room's constraints mean to a sender.
    package static let constraints: ConstraintProblems = [
        "mandates_have_distinct_names_per_investor": .invalid("/terms/name", "Another mandate has this name."),
        "mandates_have_distinct_external_ids": .conflict("Another mandate has this external id."),
        "mandates_tenant_id_investor_id_fkey": .invalid("/investor", "Choose an investor of the directory."),
        "a_country_is_wanted_or_not": .invalid(
            "/terms/countries_in", "A country is either wanted or ruled out, not both."),
        "cheque_range_runs_upward": .invalid(
            "/terms/cheque_max/amount_minor", "The largest cheque is smaller than the smallest."),
        "cheque_range_has_a_currency": .invalid(
            "/terms/cheque_max/currency", "Give both ends of the range in one currency."),
        "answers_follow_release": .conflict("The shortlist has not been released."),
        "proposals_wait_for_so_long": AnswerRefusal.expired.problem,
        "investments_once_per_round": InvestmentRefusal.known.problem,
        "introductions_end_in_one_investment": InvestmentRefusal.known.problem,
        "investments_tenant_id_investor_id_fkey": .invalid("/investor", "Choose an investor of the directory."),
        "investments_tenant_id_startup_id_fkey": .invalid("/startup", "Choose a startup you know."),
        "match_runs_look_at_a_stream": MatchRunRefusal.streamUnknown.problem,
        "lists_are_reviewed_before_their_end": .conflict("The shortlist has been released or declined."),
        "shortlists_are_released_or_declined": .conflict("The shortlist has been released or declined."),
        "declined_lists_stay_declined": ShortlistRefusal.declined.problem,
        "emptied_lists_are_declined": ShortlistRefusal.emptied.problem,
        "other_withholdings_say_more": ShortlistRefusal.noteMissing.problem,
        "other_declines_say_more": ShortlistRefusal.noteMissing.problem,
        "mandate_cap_is_one_to_a_thousand": .invalid("/terms/most_open", "Give 1 to 1,000, or leave it out."),
        "verifications_are_confirmed_within_a_year": .invalid(
            "/valid_until", "Choose a day from today on, within a year."),
        "blocks_stand_once_a_side": .conflict("The two are not proposed to each other already."),
        "blocks_tenant_id_investor_id_fkey": .invalid("/investor", "Choose an investor of the directory."),
        "blocks_tenant_id_startup_id_fkey": .invalid("/startup", "Choose a startup of the directory."),
        "consents_name_at_most_200_investors": .invalid("/investors", "Choose 200 investors at most."),
        "partners_are_told_all_or_none": ConsentRefusal.partnersAreNotChosen.problem,
        "consents_name_investors_that_founders_may_find": .invalid(
            "/investors", "Choose among the investors that founders may find."),
        "introductions_run_once_a_pair": .conflict("The two are being introduced already."),
        "introductions_rest_on_interest": .conflict("The startup is not to be introduced now."),
        "introductions_keep_what_was_asked": .conflict("This is not yours to change."),
        "introductions_are_to_startups_that_agree": .conflict("The startup is not to be introduced now."),
        "introductions_that_ended_stay_as_they_are": .conflict("The introduction has ended."),
        "introductions_move_forward": .conflict("An introduction does not go back."),
        "startups_consent_for_themselves_in_time": .conflict("The time to consent has passed."),
        "contacts_go_to_verified_investors": .conflict(
            "The investor is not verified at present. Your program manager can say more."),
        "investors_have_no_more_in_hand_than_they_want": .conflict(
            "The investor would have more in hand than its mandate allows."),
        "lists_go_to_investors_who_take_them": .conflict("The investor takes no list under this mandate now."),
        "analysts_do_not_answer_for_the_firm": FirmRefusal.analyst.problem,
        "firms_keep_a_principal": .conflict("A firm keeps a principal. Make somebody else one first."),
        "firm_roles_are_of_investors_seats": .invalid("/seat", "Choose somebody of the firm."),
        "referrals_go_to_somebody_else": FirmRefusal.notColleague.problem,
        "referrals_stay_within_the_firm": FirmRefusal.notColleague.problem,
        "match_rule_caps_at_one_or_more": .invalid("/rules/most_lists", "Give 1 to 1,000 lists, or leave it out."),
        "match_rule_floor_is_within_the_cap": .invalid(
            "/rules/least_lists", "A startup cannot be on more lists than it may be on."),
        "match_rule_rests_at_most_three_years": .invalid(
            "/rules/rest_days", "Give 1 to 1,096 days, or leave it out."),
        "match_schedule_comes_within_half_a_year": MatchScheduleRefusal.weeksOutOfRange.problem,
        "match_run_length_is_reasonable": .invalid("/length", "A shortlist holds 1 to 200 startups."),
    ]
}
