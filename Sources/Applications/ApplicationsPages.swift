package import API
internal import Accounts
internal import Foundation
package import Pages
internal import Wording

extension ApplicationsRoom {
    /// Where applications stand in the navigation. A founder comes to theirs from the portal's home.
    package static var places: [Site.Place] {
        [
            Site.Place(
                "applications", key: "nav.applications", in: .applications, url: "/console/applications",
                roles: ["manager"]),
            Site.Place(
                "screening", key: "nav.screening", in: .applications, url: "/partner/screening", roles: ["partner"]),
        ]
    }

    /// The pages, for the router.
    ///
    /// - Parameters:
    ///   - hasScanner: whether workers have a virus scanner; managers are told where there is none.
    ///   - decision: what an application's page tells its startup of the decision.
    ///   - reviews: what applications wait for in review, for the park's pages.
    package static func pages(
        in site: Site, hasScanner: Bool = false, decision: @escaping DecisionPart.Reading,
        reviews: @escaping AwaitedReviews.Reading
    ) -> [AnyRoute] {
        PortalPages(site: site, hasScanner: hasScanner, decision: decision).routes
            + PreviewPages(site: site).routes + FastTrackPages(site: site).routes + EligibilityPages(site: site).routes
            + ConsolePages(site: site, hasScanner: hasScanner, reviews: reviews).routes
            + OverlapsConsole(site: site).routes + ManyOverlapsConsole(site: site).routes
            + SnapshotPages(site: site).routes
            + ManyChangesPages(site: site).routes
            + ChangesPages(portal: PortalPages(site: site, hasScanner: hasScanner, decision: decision)).routes
            + ReusePages(site: site, hasScanner: hasScanner).routes
            + OversightPages(site: site, reviews: reviews).routes
            + ServiceLevelPages(site: site).routes + PartnerScreeningPages(site: site).routes
    }
}

/// What was just done, so that the page after it can say so.
struct Done: Codable {
    let done: String?
}

struct ApplicationPageQuery: Codable {
    let application: Application.ID
    let done: String?
}

extension Problem {
    /// Errors of fields, as a form takes them: a body's field and a form's have one name.
    var fieldErrors: [(field: String, message: String)] { errors.map { ($0.pointer, $0.words) } }
    /// What to say above a form where no field is at fault.
    var headline: String? { errors.isEmpty ? words : nil }
}
