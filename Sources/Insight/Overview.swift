package import API
internal import Accounts
internal import Applications
internal import Foundation
package import Pages
internal import Partnerships
internal import Postgres
internal import Programs
internal import Reviews
internal import Vocabulary
internal import Wording

extension PageKit {
    static let insight = PageKit("insight", bundle: .module)
}

/// What stands where: the first pages of managers and operators, made of what the other rooms publish.
package enum InsightRoom {
    /// Where the overview stands in the navigation.
    package static var places: [Site.Place] {
        [
            Site.Place("overview", key: "nav.overview", in: .insight, url: "/console", roles: ["manager"]),
            Site.Place("jobs", key: "nav.jobs", in: .insight, url: "/operator/jobs", roles: ["operator"]),
        ]
    }

    /// Where partners find how far applications came; behind their agreements, which are their first page.
    package static var partnerPlaces: [Site.Place] {
        [Site.Place("funnel", key: "funnel.title", in: .insight, url: "/partner/funnel", roles: ["partner"])]
    }

    /// Where managers find what the workspace stores.
    package static var filePlaces: [Site.Place] {
        [Site.Place("stored-files", key: "nav.files", in: .insight, url: "/console/stored-files", roles: ["manager"])]
    }

    /// The pages, for the router.
    package static func pages(in site: Site) -> [AnyRoute] {
        [overview(in: site)] + FunnelPages(site: site).routes + StoredFilesPages(site: site).routes
            + DeadLetterPages(site: site).routes
    }

    private static func overview(in site: Site) -> AnyRoute {
        PageRoute(.get, "/console", "consoleOverview", access: .roles([.manager])) { call in
            let viewer = try await call.viewer()
            let reader = call.reader
            async let counts = reader.applicationCounts()
            async let answers = reader.waitingCounts()
            async let waiting = reader.applicationsToScreen(limit: 6)
            async let open = reader.openCalls()
            async let agreements = reader.mous(standing: .expiring, limit: 6)
            let rounds = try await reader.roundsUnderWay(limit: 6)
            let progress = try await reader.progress(of: rounds.map(\.id))
            let page = try await OverviewPage(
                counts: counts, answers: answers, waiting: waiting, open: open, expiring: agreements,
                judging: rounds.map { ($0, progress[$0.id]) }, now: Date(), language: viewer.language)
            let t = PageKit.insight.texts(in: viewer.language)
            let frame = Frame(title: t("nav.overview"), site: site, viewer: viewer, current: "overview")
            return HTML(bytes: try PageTemplate.overview.render(page, in: frame))
        }.erased
    }
}

struct OverviewPage: ViewModel {
    var header: PageHeader
    var stats: StatTiles
    var answers: StatTiles
    var waiting: Table
    var calls: Table
    var rounds: Table
    var agreements: Table

    init(
        counts: [Application.State: StageCount], answers: WaitingCounts, waiting: [ApplicationSummary],
        open: [CallForApplications], expiring: [MoU], judging rounds: [(round: ReviewRound, progress: RoundProgress?)],
        now: Date,
        language: Pages.Language
    ) {
        let t = PageKit.insight.texts(in: language)
        let spoken = Vocabulary.Language(language)
        header = PageHeader(
            title: t("overview.title"), lede: t("overview.lede"),
            actions: [
                .link(t("overview.overdue_list"), "/console/applications?overdue=true&sort=due"),
                .link(t("funnel.title"), "/console/funnel"),
            ])
        func tile(_ state: Application.State) -> StatTiles.Tile {
            let count = counts[state] ?? .none
            return StatTiles.Tile(
                t("overview.\(state.rawValue)"), figure: Figures.grouped(count.applications),
                note: count.overdue > 0 ? t("overview.overdue", count: count.overdue) : nil,
                url: ("/console/applications" as SafeURL).adding([("state", state.rawValue)]))
        }
        stats = StatTiles(
            [
                Application.State.draft, .submitted, .changesRequested, .inReview, .shortlisted, .interview, .offered,
                .accepted,
            ].map(tile))
        self.answers = StatTiles([
            .init(
                t("overview.appeals"), figure: Figures.grouped(answers.appeals), url: "/console/appeals?waiting=true"),
            .init(
                t("overview.changes"), figure: Figures.grouped(answers.changes),
                url: "/console/decision-changes?waiting=true"),
            .init(
                t("overview.waivers"), figure: Figures.grouped(answers.waivers),
                url: "/console/decision-changes?waiting=true"),
            .init(t("overview.held_letters"), figure: Figures.grouped(answers.letters), url: "/console/letters/held"),
        ])
        self.waiting = Table(
            caption: t("overview.waiting"),
            columns: [
                Table.Column(t("overview.startup")), Table.Column(t("overview.call")),
                Table.Column(t("overview.submitted_at")),
            ],
            rows: waiting.map { summary in
                [
                    .link(
                        summary.startupName.text(for: spoken), "/console/applications/\(summary.id.description)"),
                    .text(summary.callTitle.text(for: spoken)),
                    summary.application.submittedAt.map {
                        .time(TimeText($0, in: summary.deadline.zone, and: .ofReader, from: now, language: language))
                    } ?? .text("–"),
                ]
            },
            empty: EmptyState(title: t("overview.none_waiting"), text: t("overview.none_waiting_text")))
        calls = Table(
            caption: t("overview.open_calls"),
            columns: [
                Table.Column(t("overview.call")), Table.Column(t("overview.stream")),
                Table.Column(t("overview.closes")),
            ],
            rows: open.prefix(6).map { call in
                [
                    .link(call.title.text(for: spoken), "/console/calls/\(call.id.description)"),
                    .text(call.streamName.text(for: spoken), note: call.programName.text(for: spoken)),
                    .time(
                        TimeText(
                            call.deadline.instant, in: call.deadline.zone, and: .ofReader, from: now, language: language
                        )),
                ]
            },
            empty: EmptyState(
                title: t("overview.no_calls"), text: t("overview.no_calls_text"),
                action: LinkText(t("overview.to_programs"), "/console/programs")))
        self.rounds = Table(
            caption: t("overview.rounds"),
            columns: [
                Table.Column(t("overview.round")), Table.Column(t("overview.reviews")),
                Table.Column(t("overview.reviews_due")),
            ],
            rows: rounds.map { round, progress in
                let (overdue, address) = (progress?.overdue ?? 0, "/console/rounds/\(round.id)" as SafeURL)
                let submitted = t(
                    "overview.submitted_of",
                    [
                        "submitted": Figures.grouped(progress?.submitted ?? 0),
                        "assigned": Figures.grouped(progress?.assigned ?? 0),
                    ])
                return [
                    .link(round.name.text(for: spoken), address, note: round.callTitle.text(for: spoken)),
                    overdue == 0
                        ? .text(submitted)
                        : .badge(Badge(t("overview.reviews_overdue", count: overdue), .warning), note: submitted),
                    .time(
                        TimeText(round.due.instant, in: round.due.zone, and: .ofReader, from: now, language: language)),
                ]
            },
            empty: EmptyState(title: t("overview.no_rounds"), text: t("overview.no_rounds_text")))
        agreements = Table(
            caption: t("overview.expiring"),
            columns: [Table.Column(t("overview.agreement")), Table.Column(t("overview.ends"))],
            rows: expiring.map { mou in
                [
                    .link(
                        mou.title.text(for: spoken), "/console/mous/\(mou.id.description)", note: mou.reference.string),
                    mou.term.lastsUntil.map { .time(TimeText($0, in: language)) } ?? .text("–"),
                ]
            },
            empty: EmptyState(title: t("overview.none_expiring"), text: t("overview.none_expiring_text")))
    }
}

extension PageTemplate<OverviewPage> {
    static let overview = PageTemplate("insight/overview", in: .insight)
}
