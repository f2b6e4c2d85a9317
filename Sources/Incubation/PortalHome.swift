internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// The founder's home: what waits for them, where they stand, and what they may apply to.
struct PortalHomePages: Sendable {
    let site: Site

    var home: AnyRoute {
        PageRoute(.get, "/portal", "portalHome", access: .roles([.founder])) { call in
            let viewer = try await call.viewer()
            let (t, spoken) = (PageKit.incubation.texts(in: viewer.language), Vocabulary.Language(viewer.language))
            let startup = try await call.reader.startup(Startup.ID(try call.principal.actsFor))
            let applications = try await call.reader.applications(limit: 50)
            let enrolments = try await call.reader.enrolments(limit: 20)
            let open = try await call.reader.openCalls()
            let applied = Set(applications.filter { $0.application.withdrawnAt == nil }.map(\.application.call))
            // What became an enrolment is shown as one.
            let enrolled = Set(enrolments.map(\.enrolment.application))
            let shown = applications.filter { !enrolled.contains($0.id) }
            let reports = try await call.reader.eligibility(ofReady: shown)
            let model = PortalHome(
                header: PageHeader(
                    title: startup?.name.text(for: spoken) ?? t("nav.portal"), kind: t("portal.kind"),
                    lede: lede(shown, reports, enrolments, open, in: viewer.language)),
                applications: shown.map { ApplicationCard($0, finding: reports[$0.id], in: viewer.language) },
                hasApplications: !shown.isEmpty,
                enrolments: enrolments.map { EnrolmentCard($0, in: viewer.language) },
                hasEnrolments: !enrolments.isEmpty,
                calls: open.filter { !applied.contains($0.id) }.map { CallCard($0, in: viewer.language) },
                hasCalls: open.contains { !applied.contains($0.id) })
            let frame = Frame(title: t("nav.portal"), site: site, viewer: viewer, current: "portal")
            return HTML(bytes: try PageTemplate.portalHome.render(model, in: frame))
        }.erased
    }

    /// The one thing that matters most now: an offer, then a draft that runs out of time, then a milestone.
    private func lede(
        _ applications: [ApplicationSummary], _ reports: [Application.ID: EligibilityReport],
        _ enrolments: [EnrolmentSummary], _ open: [CallForApplications], in language: Pages.Language
    ) -> String {
        let t = PageKit.incubation.texts(in: language)
        if let offer = applications.first(where: { $0.application.allows(.accept, at: $0.readAt) }) {
            return Standing(offer, for: .startup, in: language).next
        }
        let drafts = applications.filter { $0.application.state == .draft && $0.deadline.admits($0.readAt) }
        if let draft = drafts.min(by: { $0.due.instant < $1.due.instant }) {
            return Standing(draft, for: .startup, finding: reports[draft.id], in: language).next
        }
        if let late = enrolments.first(where: { $0.overdue > 0 && $0.enrolment.state == .active }) {
            return t("portal.lede_overdue", count: late.overdue)
        }
        let due = enrolments.filter { $0.enrolment.state == .active }.compactMap(\.nextDueOn).min()
        if let due { return t("portal.lede_due", ["date": due.text(in: language)]) }
        if let first = applications.first { return Standing(first, for: .startup, in: language).next }
        return open.isEmpty ? t("portal.lede_quiet") : t("portal.lede_calls")
    }
}

struct PortalHome: ViewModel {
    var header: PageHeader
    var applications: [ApplicationCard]
    var hasApplications: Bool
    var enrolments: [EnrolmentCard]
    var hasEnrolments: Bool
    var calls: [CallCard]
    var hasCalls: Bool
}

extension PageTemplate<PortalHome> {
    static let portalHome = PageTemplate("incubation/portal", in: .incubation)
}

/// An application on the founder's home.
struct ApplicationCard: ViewModel {
    var title: String
    var url: SafeURL
    var badge: Badge
    var next: String
    var deadline: TimeText?

    init(_ summary: ApplicationSummary, finding eligibility: EligibilityReport?, in language: Pages.Language) {
        let standing = Standing(summary, for: .startup, finding: eligibility, in: language)
        title = summary.callTitle.text(for: Vocabulary.Language(language))
        url = "/portal/applications/\(summary.id)"
        badge = standing.badge
        next = standing.next
        deadline = standing.deadlineText(from: summary.readAt, in: language)
    }
}

/// An enrolment on the founder's home.
struct EnrolmentCard: ViewModel {
    var title: String
    var cohort: String
    var url: SafeURL
    var badge: Badge
    var summary: String
    var next: String?
    var done: Int
    var total: Int

    init(_ summary: EnrolmentSummary, in language: Pages.Language) {
        let t = PageKit.incubation.texts(in: language)
        title = summary.programName.text(for: Vocabulary.Language(language))
        cohort = summary.cohortName.string
        url = "/portal/enrolments/\(summary.id)"
        badge = summary.enrolment.state.badge(t)
        self.summary = summary.progress(t)
        next =
            summary.enrolment.state == .active
            ? summary.nextDueOn.map { t("progress.next_due", ["date": $0.text(in: language)]) } : nil
        done = summary.earned
        total = summary.milestones
    }
}

/// An open call on the founder's home.
struct CallCard: ViewModel {
    var title: String
    var programme: String
    var url: SafeURL
    var deadline: TimeText

    init(_ call: CallForApplications, in language: Pages.Language) {
        let spoken = Vocabulary.Language(language)
        title = call.title.text(for: spoken)
        programme = "\(call.programName.text(for: spoken)) · \(call.streamName.text(for: spoken))"
        url = "/portal/calls/\(call.id)/apply"
        deadline = TimeText(
            call.deadline.instant, in: call.deadline.zone, and: call.deadline.zone.companion, language: language)
    }
}
