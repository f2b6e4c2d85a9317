package import API
internal import Accounts
package import Applications
internal import Foundation
package import Pages

extension DecisionsRoom {
    /// Where deciding stands in the navigation.
    package static var places: [Site.Place] {
        [
            Site.Place(
                "decisions", key: "nav.decisions", in: .decisions, url: "/console/decisions", roles: ["manager"]),
            Site.Place("joint", key: "nav.joint", in: .decisions, url: "/partner/decisions", roles: ["partner"]),
        ]
    }

    /// The pages, for the router.
    package static func pages(in site: Site) -> [AnyRoute] {
        DecisionsConsole(site: site).routes + BulkConsole(site: site).routes + WaiversConsole(site: site).routes
            + WithdrawalsConsole(site: site).routes + WaitingListConsole(site: site).routes
            + ManyAnswersConsole(site: site).routes
            + ChangesConsole(site: site).routes + DecisionPortal(site: site).routes
            + JointPages(site: site).routes + RevisionPages(site: site).routes
    }

    /// What an application's page tells its startup of the decision.
    package static let decisionPart: DecisionPart.Reading = { id, reader, language in
        try await DecisionPortal.part(of: id, reader, language)
    }
}
