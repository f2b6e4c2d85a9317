package import API
package import Pages

extension ReviewsRoom {
    /// Where review stands in the navigation.
    package static var places: [Site.Place] {
        [Site.Place("rounds", key: "nav.rounds", in: .reviews, url: "/console/rounds", roles: ["manager"])]
    }

    /// The pages, for the router.
    package static func pages(in site: Site) -> [AnyRoute] {
        RoundsConsole(site: site).routes + PanelConsole(site: site).routes
            + AssignmentConsole(site: site).routes + AssignmentRunConsole(site: site).routes
            + StandingsConsole(site: site).routes + ApplicationReviewsConsole(site: site).routes
            + ConflictsConsole(site: site).routes
    }
}
