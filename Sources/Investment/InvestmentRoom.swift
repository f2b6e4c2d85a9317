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
        "match_rule_caps_at_one_or_more": .invalid("/rules/most_lists", "Give 1 to 1,000 lists, or leave it out."),
        "match_rule_floor_is_within_the_cap": .invalid(
            "/rules/least_lists", "A startup cannot be on more lists than it may be on."),
        "match_rule_rests_at_most_three_years": .invalid(
            "/rules/rest_days", "Give 1 to 1,096 days, or leave it out."),
        "match_run_length_is_reasonable": .invalid("/length", "A shortlist holds 1 to 200 startups."),
    ]
}
