package import API
internal import Accounts
internal import Applications
internal import Foundation
package import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

extension IncubationRoom {
    /// Where a founder begins, before all else in the navigation.
    package static var portalPlaces: [Site.Place] {
        [Site.Place("portal", key: "nav.portal", in: .incubation, url: "/portal", roles: ["founder"])]
    }

    /// Where incubation stands in the navigation: the manager's cohorts, the mentor's startups.
    package static var places: [Site.Place] {
        [
            Site.Place(
                "enrolments", key: "nav.enrolments", in: .incubation, url: "/console/enrolments", roles: ["manager"]),
            Site.Place("mentees", key: "nav.mentees", in: .incubation, url: "/mentees", roles: ["mentor"]),
        ]
    }

    /// The pages, for the router.
    package static func pages(in site: Site) -> [AnyRoute] {
        [PortalHomePages(site: site).home] + EnrolmentPages(site: site).routes + EnrolPages(site: site).routes
            + ManyEnrolmentsPages(site: site).routes
    }
}

/// Whose eyes a page is for; the same progress, with what each of them can do.
enum Onlooker: String, Sendable {
    case startup, park, mentor

    /// Where the enrolments of this reader are.
    func address(of enrolment: Enrolment.ID) -> SafeURL {
        switch self {
        case .startup: "/portal/enrolments/\(enrolment)"
        case .park: "/console/enrolments/\(enrolment)"
        case .mentor: "/mentees/\(enrolment)"
        }
    }

    /// Where a milestone of theirs is.
    func address(of milestone: Milestone.ID, in enrolment: Enrolment.ID) -> SafeURL {
        switch self {
        case .startup: "/portal/enrolments/\(enrolment)/milestones/\(milestone)"
        case .park: "/console/enrolments/\(enrolment)/milestones/\(milestone)"
        case .mentor: "/mentees/\(enrolment)/milestones/\(milestone)"
        }
    }

    /// The place in the navigation.
    var place: String {
        switch self {
        case .startup: "portal"
        case .park: "enrolments"
        case .mentor: "mentees"
        }
    }

    /// The way back.
    func home(_ t: Texts) -> Breadcrumb {
        switch self {
        case .startup: Breadcrumb(t("nav.portal"), "/portal")
        case .park: Breadcrumb(t("nav.enrolments"), "/console/enrolments")
        case .mentor: Breadcrumb(t("nav.mentees"), "/mentees")
        }
    }
}

extension Problem {
    /// Errors of fields, as a form takes them.
    var fieldErrors: [(field: String, message: String)] { errors.map { ($0.pointer, $0.words) } }
    /// What to say above a form where no field is at fault.
    var headline: String? { errors.isEmpty ? words : nil }

    /// What a room's refusal, a constraint or a field says to a form; nil for everything else, which is not the form's.
    init?(ofForm error: any Error) {
        switch error {
        case let refusal as EnrolmentRefusal: self = refusal.problem
        case let problem as Problem where problem.status == 422 || problem.status == 409: self = problem
        case let error as DatabaseError:
            guard let problem = error.constraint.flatMap({ IncubationRoom.constraints[$0] }) else { return nil }
            self = problem
        default: return nil
        }
    }
}

extension Milestone.Standing {
    func badge(isOverdue: Bool, _ t: Texts) -> Badge {
        if isOverdue { return Badge(t("milestone.overdue"), .danger) }
        let tone: Badge.Tone =
            switch self {
            case .planned: .neutral
            case .evidenceSubmitted: .info
            case .met: .success
            case .partlyMet: .success
            case .notMet: .warning
            }
        return Badge(t("milestone.\(rawValue)"), tone)
    }
}

extension Enrolment.State {
    func badge(_ t: Texts) -> Badge {
        switch self {
        case .active: Badge(t("enrolment.active"), .info)
        case .graduated: Badge(t("enrolment.graduated"), .success)
        case .ended: Badge(t("enrolment.ended"), .neutral)
        }
    }
}

extension EnrolmentSummary {
    /// “3 of 6 milestones”.
    func progress(_ t: Texts) -> String {
        t("progress.summary", count: milestones, ["earned": Figures.grouped(earned)])
    }
}
