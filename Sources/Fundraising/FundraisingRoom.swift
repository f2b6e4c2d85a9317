package import API
internal import Files
package import Pages

/// Rounds and data rooms: the room's surfaces, for the wiring.
package enum FundraisingRoom {
    /// Where the room stands in the navigation.
    package static var places: [Site.Place] {
        [
            Site.Place("round", key: "nav.round", in: .fundraising, url: "/round", roles: ["founder"]),
            Site.Place("data-room", key: "nav.data_room", in: .fundraising, url: "/data-room", roles: ["founder"]),
            Site.Place("raising", key: "nav.raising", in: .fundraising, url: "/raising", roles: ["investor"]),
            Site.Place(
                "console-fundraising", key: "nav.fundraising", in: .fundraising, groupKey: "nav.investment",
                url: "/console/fundraising", roles: ["manager"]),
        ]
    }

    /// The operations, for the router.
    ///
    /// - Parameter hasScanner: whether a scanner has the last word on what is uploaded.
    package static func operations(hasScanner: Bool) -> [AnyOperation] {
        RoundsAPI.operations + DataRoomAPI(hasScanner: hasScanner, watermarker: .standard).operations
    }

    /// The pages, for the router.
    ///
    /// - Parameter hasScanner: whether a scanner has the last word on what is uploaded.
    package static func pages(in site: Site, hasScanner: Bool) -> [AnyRoute] {
        RoundPages(site: site).routes + RaisingPages(site: site).routes
            + DataRoomPages(site: site, hasScanner: hasScanner, watermarker: .standard).routes
    }

    /// What the room's constraints mean to a sender.
    package static let constraints: ConstraintProblems = [
        "startups_raise_one_round_at_a_time": .conflict("The startup raises a round already."),
        "round_target_is_an_amount": .invalid("/target/amount_minor", "State an amount above zero."),
        "round_targets_are_bounded": .invalid("/target/amount_minor", "State a smaller amount."),
        "raised_amounts_are_bounded": .invalid("/raised/amount_minor", "State a smaller amount."),
        "indicated_amounts_are_bounded": .invalid(
            "/amount/amount_minor", "State a smaller amount."),
        "indicated_amount_is_one": .invalid("/amount/amount_minor", "State an amount above zero."),
        "round_minimum_is_within_the_target": .invalid("/minimum/amount_minor", "The minimum is above the target."),
        "who_is_nearer_is_told_no_less": .invalid(
            "/shown_to_introduced", "Investors who were introduced are told no less than those of a list."),
        "rounds_open_for_a_day_at_least": .invalid("/closes_on", "Choose a day from today on."),
        "open_rounds_keep_their_terms": .conflict("This stands since the round opened: investors rely on it."),
        "open_rounds_are_extended_only": .invalid("/closes_on", "An open round closes later, not earlier."),
        "rounds_that_ended_stay_as_they_are": .conflict("The round has ended."),
        "rounds_close_at_their_minimum": .invalid("/raised/amount_minor", "The round closes at its minimum or more."),
        "indications_are_shown_no_wider_than_they_were_given": .invalid(
            "/shown_to_introduced",
            "Investors indicated knowing who would be told: it can be told to fewer, not to more."
        ),
        "indications_go_to_open_rounds": .conflict("The round takes no indications now."),
        "indications_come_from_whom_rounds_take": .conflict("The round takes no indications now."),
        "who_indicates_knows_who_is_told": RoundRefusal.tellsMore.problem,
        "indications_stand_once_a_firm": .conflict("Your firm has just given an indication. Look again."),
        "indications_stand_for_a_day_at_least": .invalid("/stands_until", "Choose a day from today on."),
        "indications_end_once": .conflict("The indication has ended already."),
        "each_side_ends_indications_in_its_own_way": .conflict("This is the other side's to say."),
        "binding_indications_stand_until_their_day": .conflict(
            "A binding indication stands until its day, unless the startup lets it go."),
        "grants_go_to_firms_that_asked": .invalid(
            "/investor", "Choose a firm that asked to be introduced to you or indicated an amount."),
        "data_room_grants_tenant_id_investor_id_fkey": .invalid("/investor", "Choose a firm you know."),
        "grants_are_of_documents_that_are_there": .conflict("The document was removed."),
        "grants_are_for_a_day_to_come": .invalid("/expires_on", "Choose a day from today on."),
        "grants_stand_once_a_firm": .conflict("The firm has just been let read it. Look again."),
        "watermarks_go_on_pdfs": .conflict("Only a PDF can carry a watermark."),
        "data_rooms_have_at_most_500_mib": .conflict("A data room has at most 500 MiB; remove a document first."),
        "data_rooms_have_at_most_500_documents": .conflict(
            "A data room has at most 500 documents; remove one first."),
        "data_room_versions_pkey": .conflict("Another version has just been uploaded. Look again."),
    ]
}
