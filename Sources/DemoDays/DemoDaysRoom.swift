package import API
internal import Foundation
package import Pages

/// Demo days: the room's surfaces, for the wiring.
package enum DemoDaysRoom {
    /// What the room's constraints mean to a sender.
    package static let constraints: ConstraintProblems = [
        "demo_days_have_one_to_sixty_slots": .invalid("/slots", "Give 1 to 60 slots."),
        "demo_day_slots_last_five_minutes_to_two_hours": .invalid("/slot_minutes", "Choose 5 to 120 minutes."),
        "demo_day_breaks_last_two_hours_at_most": .invalid("/break_minutes", "Choose 0 to 120 minutes."),
        "demo_days_last_a_day_at_most": .invalid("/slots", "The slots and breaks together last a day at most."),
        "demo_day_caps_are_one_to_sixty": .invalid("/most_per_startup", "Give 1 to 60 meetings for each side."),
        "demo_day_floor_is_within_the_cap": .invalid(
            "/floor", "Promise no more meetings than a startup may have."),
        "demo_day_rooms_hold_one_to_five_hundred": .invalid(
            "/rooms", "A room holds 1 to 500 meetings at a time; leave it out for any number."),
        "participants_are_invited_by_the_park": .conflict(
            "The invitation stands no longer. Ask the park to invite you again."),
        "startups_on_demo_days_agree_to_be_shown": .conflict(
            "A startup takes part once it agrees to be shown to investors on demo days."),
        "investors_on_demo_days_are_verified": .conflict(
            "An investor takes part once the park has verified it as a professional one."),
        "investors_on_demo_days_are_not_paused": .conflict("The investor takes no proposals at present."),
        "demo_day_plans_are_published_as_things_stand": .conflict(
            "Something has changed since the plan was made. Plan again, so that nobody meets whom they should not."),
        "demo_day_meetings_are_of_pairs_that_may_meet": .conflict(
            "Two who meet in this plan are not to meet any more. Plan again."),
        "outcomes_are_of_meetings_that_have_begun": .conflict("There is no such meeting, or it has not begun."),
    ]

    /// Where the room stands in the navigation.
    package static var places: [Site.Place] {
        [
            Site.Place(
                "demo-days", key: "nav.demo_days", in: .demoDays, url: "/demo-days", roles: ["investor", "founder"]),
            Site.Place(
                "console-demo-days", key: "nav.demo_days", in: .demoDays, groupKey: "nav.investment",
                url: "/console/demo-days", roles: ["manager"]),
        ]
    }

    /// The operations, for the router.
    package static func operations() -> [AnyOperation] { DemoDaysAPI.operations }

    /// The pages, for the router.
    package static func pages(in site: Site) -> [AnyRoute] {
        DemoDayConsole(site: site).routes + DemoDayPlanPages(site: site).routes + DemoDayPortal(site: site).routes
    }
}

extension PageKit {
    static let demoDays = PageKit("demo-days", bundle: .module)
}
