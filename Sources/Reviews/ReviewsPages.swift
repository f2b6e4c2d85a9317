package import API
package import Applications
package import Pages
package import Programs

extension ReviewsRoom {
    /// Where review stands in the navigation.
    package static var places: [Site.Place] {
        [
            Site.Place("rounds", key: "nav.rounds", in: .reviews, url: "/console/rounds", roles: ["manager"]),
            Site.Place("reviews", key: "nav.reviews", in: .reviews, url: "/reviews", roles: ["reviewer"]),
            Site.Place("seats", key: "nav.seats", in: .reviews, url: "/partner/streams", roles: ["partner"]),
        ]
    }

    /// For which streams the rounds of a call judge, for its page.
    package static let roundStreams: RoundStreams = { call, reader in try await reader.rounds(of: call).map(\.stream) }

    /// What applications wait for in open rounds, for their pages.
    package static let awaitedReviews: AwaitedReviews.Reading = { applications, reader in
        try await reader.awaitedReviews(of: applications)
    }

    /// The pages, for the router.
    package static func pages(in site: Site) -> [AnyRoute] {
        PreviewPages(site: site).routes + RoundsConsole(site: site).routes + DueConsole(site: site).routes
            + ManyAtOnceConsole(site: site).routes + ManyAssignmentsConsole(site: site).routes
            + ManyPanelistsConsole(site: site).routes
            + ManyRulingsConsole(site: site).routes
            + PanelConsole(site: site).routes + PoolConsole(site: site).routes + PartnerSeatPages(site: site).routes
            + AssignmentConsole(site: site).routes + AssignmentSheetPages().routes
            + AssignmentRunConsole(site: site).routes
            + StandingsConsole(site: site).routes + StandingsSheetPages().routes
            + ApplicationReviewsConsole(site: site).routes
            + ConflictsConsole(site: site).routes + ReviewerPages(site: site).routes
            + ChairPages(site: site).routes + OfflinePages(site: site).routes + AbsencePages(site: site).routes
            + ReviewersConsole(site: site).routes
    }
}
