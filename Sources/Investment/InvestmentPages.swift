package import API
internal import Accounts
internal import Foundation
internal import Institutions
package import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

extension InvestmentRoom {
    /// Where the room stands in the navigation.
    package static var places: [Site.Place] {
        [
            Site.Place("shortlists", key: "nav.shortlists", in: .investment, url: "/shortlists", roles: ["investor"]),
            Site.Place(
                "introductions", key: "nav.introductions", in: .investment, url: "/introductions",
                roles: ["investor", "founder"]),
            Site.Place("consents", key: "nav.consents", in: .investment, url: "/consents", roles: ["founder"]),
            Site.Place("hints", key: "nav.hints", in: .investment, url: "/hints", roles: ["founder"]),
            Site.Place("mandates", key: "nav.mandates", in: .investment, url: "/mandates", roles: ["investor"]),
            Site.Place("portfolio", key: "nav.portfolio", in: .investment, url: "/portfolio", roles: ["investor"]),
            Site.Place("firm", key: "nav.firm", in: .investment, url: "/firm", roles: ["investor"]),
            Site.Place("standing", key: "nav.standing", in: .investment, url: "/standing", roles: ["investor"]),
            Site.Place(
                "investors", key: "nav.investors", in: .investment, groupKey: "nav.investment",
                url: "/console/investors", roles: ["manager"]),
            Site.Place(
                "match-runs", key: "nav.match_runs", in: .investment, groupKey: "nav.investment",
                url: "/console/match-runs", roles: ["manager"]),
            Site.Place(
                "console-introductions", key: "nav.introductions", in: .investment, groupKey: "nav.investment",
                url: "/console/introductions", roles: ["manager"]),
            Site.Place(
                "models", key: "nav.models", in: .investment, groupKey: "nav.investment", url: "/console/models",
                roles: ["manager"]),
        ]
    }

    /// The pages, for the router.
    ///
    /// - Parameter indexes: what answers by the state of this moment.
    package static func pages(in site: Site, _ indexes: LiveIndexes) -> [AnyRoute] {
        ShortlistPages(site: site).routes + MandatePages(site: site, indexes: indexes).routes
            + ShortlistReviewPages(site: site).routes + MatchRunPages(site: site).routes
            + MatchSchedulePages(site: site).routes
            + StandingPages(site: site).routes + ConsentPages(site: site).routes + IntroductionPages(site: site).routes
            + FirmNotePages(site: site).routes + TeaserPages(site: site).routes + FirmPages(site: site).routes
            + PortfolioPages(site: site).routes
            + FirmWorkPages(site: site).routes + ComparisonPages(site: site).routes + ModelPages(site: site).routes
            + MatchPages(site: site, indexes: indexes).routes + HintPages(site: site, indexes: indexes).routes
    }
}

/// What a page of this room needs of its reader.
struct Reading {
    let viewer: Viewer
    let t: Texts
    let spoken: Vocabulary.Language

    init<P, B>(_ call: FormCall<P, B>) async throws {
        viewer = try await call.viewer()
        t = PageKit.investment.texts(in: viewer.language)
        spoken = Vocabulary.Language(viewer.language)
    }

    /// A day in the zone of the desk. Both ends of the corridor have the same day at every hour people work.
    func day(_ instant: Date) -> TimeText {
        TimeText(CalendarDate(instant, in: .hongKong), in: viewer.language)
    }

    func words(_ instant: Date) -> String { CalendarDate(instant, in: .hongKong).text(in: viewer.language) }
}

/// A list: its head, its filters and its rows.
struct ListPage: ViewModel {
    var header: PageHeader
    var filters: Filters?
    var table: Table
}

extension PageTemplate<ListPage> {
    static let list = PageTemplate("investment/list", in: .investment)
}
