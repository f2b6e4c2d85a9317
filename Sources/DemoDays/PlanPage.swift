internal import Foundation
internal import Institutions
internal import Jobs
internal import Pages
internal import Vocabulary
internal import Wording

extension DemoDayPlan {
    func badge(_ t: Texts) -> Badge {
        if isInForce { return Badge(t("plan.in_force"), .success) }
        if publishedAt != nil { return Badge(t("plan.replaced")) }
        if isOutdated { return Badge(t("plan.outdated"), .warning) }
        return switch state {
        case .finished: Badge(t("plan.draft"), .info)
        case .waiting, .running: Badge(t("plan.being_made"), .info)
        case .cancelled, .failed: Badge(t("plan.failed"), .danger)
        }
    }
}

/// One plan: what it is worth, what it changes, and its meetings.
struct PlanPage: ViewModel {
    var header: PageHeader
    var refusal: ErrorSummary?
    var isUnderWay: Bool
    var stats: StatTiles?
    var changes: Table?
    var unmet: Table?
    var schedule: Table?
    var mutual: Table?
    var obstacles: Table?
    var facts: Facts?

    init(
        _ whole: WholePlan, of day: DemoDay, names: [Institution.ID: LocalizedName], _ reading: Reading, now: Date,
        key: String, refusal: FormProblem?
    ) {
        let (t, plan) = (reading.t, whole.plan)
        let isAhead = now < day.terms.startsAt
        let mayPublish = isAhead && plan.madeAt != nil && plan.publishedAt == nil && !plan.isOutdated
        let again = isAhead && (plan.isOutdated || plan.state == .failed)
        header = PageHeader(
            title: t("plan.title", ["number": "\(plan.number)"]), kind: reading.name(day.terms.title),
            badge: plan.badge(t), lede: Self.lede(plan, t),
            actions: (mayPublish
                ? [
                    .post(
                        plan.base == nil ? t("plan.publish") : t("plan.publish_changes"),
                        "/console/demo-days/\(day.id)/plans/\(plan.id)/publication", style: .primary,
                        hidden: [HiddenField("idempotency_key", "\(key)-publish")])
                ] : [])
                + (again
                    ? [
                        .post(
                            t("plan.request_again"), "/console/demo-days/\(day.id)/plans", style: .primary,
                            hidden: [HiddenField("idempotency_key", "\(key)-plan")])
                    ] : []))
        self.refusal = refusal.flatMap { ErrorSummary(fields: [], problem: $0.sentence(besides: []), texts: t) }
        isUnderWay = plan.state.isUnderWay
        guard let report = plan.report else { return }
        let words = MeetingWords(reading, day)
        stats = Self.stats(report, whole.changes, hasBase: plan.base != nil, t)
        changes = plan.base == nil ? nil : words.changes(whole.changes)
        func name(_ startup: Startup.ID) -> String { reading.name(names[Institution.ID(startup.uuid)]) }
        unmet =
            report.unmet.isEmpty
            ? nil
            : Table(
                caption: t("unmet.title"),
                columns: [
                    Table.Column(t("schedule.startup")), Table.Column(t("unmet.given"), isNumber: true),
                    Table.Column(t("unmet.why")),
                ],
                rows: report.unmet.map { unmet in
                    [
                        .text(name(unmet.startup)), .number(unmet.given),
                        .text(
                            t("unmet.\(unmet.reason.rawValue)"),
                            note: unmet.contenders.isEmpty
                                ? nil : unmet.contenders.map(name).joined(separator: t("list.separator"))),
                    ]
                }, empty: EmptyState(title: "", text: ""))
        schedule = words.grid(whole.meetings.filter { !$0.isDropped })
        mutual = report.mutual.flatMap { $0.pairs == 0 ? nil : Self.mutual($0, t) }
        obstacles = Table(
            caption: t("obstacles.title"),
            columns: [Table.Column(t("unmet.why")), Table.Column(t("obstacles.pairs"), isNumber: true)],
            rows: report.obstacles.map { [.text(t("obstacle.\($0.obstacle.rawValue)")), .number($0.pairs)] },
            empty: EmptyState(title: t("obstacles.none"), text: t("obstacles.none_text")))
        var facts: [Fact] = [
            .time(t("plan.asked"), reading.time(plan.askedAt, of: day)),
            .text(t("plan.walks"), Figures.grouped(report.walks)),
        ]
        if let published = plan.publishedAt {
            facts.append(.time(t("plan.published"), reading.time(published, of: day)))
        }
        if let hash = plan.inputsHash { facts.append(.text(t("plan.inputs"), String(hash.prefix(16)))) }
        self.facts = Facts(facts)
    }

    /// What became of wishes of both sides, in sums.
    private static func mutual(_ wishes: PlanReport.MutualWishes, _ t: Texts) -> Table {
        var rows: [[Table.Cell]] = [[.text(t("mutual.met")), .number(wishes.met)]]
        rows += wishes.obstacles.map { [.text(t("obstacle.\($0.obstacle.rawValue)")), .number($0.pairs)] }
        return Table(
            caption: t("mutual.title"),
            columns: [Table.Column(t("mutual.outcome")), Table.Column(t("obstacles.pairs"), isNumber: true)],
            rows: rows, empty: EmptyState(title: "", text: ""))
    }

    private static func lede(_ plan: DemoDayPlan, _ t: Texts) -> String {
        if plan.isInForce { return t("plan.lede_in_force") }
        if plan.publishedAt != nil { return t("plan.lede_replaced") }
        if plan.isOutdated { return t("plan.lede_outdated") }
        return switch plan.state {
        case .waiting, .running: t("plan.lede_being_made")
        case .finished: plan.base == nil ? t("plan.lede_draft") : t("plan.lede_changes")
        case .cancelled, .failed: t("plan.lede_failed")
        }
    }

    private static func stats(
        _ report: PlanReport, _ changes: PlanChanges, hasBase: Bool, _ t: Texts
    ) -> StatTiles {
        let kept = report.startups - report.unmet.count
        let more = report.total > 0 ? (report.bound - report.total) * 1000 / report.total : 0
        let quality = StatTiles.Tile(
            t("plan.quality"),
            figure: report.isProvedBest ? t("plan.best") : "\(Figures.amount(minor: max(more, 1), digits: 1)) %",
            note: report.isProvedBest ? t("plan.best_note") : t("plan.bound_note"))
        let moved = changes.count(.moved)
        return StatTiles(
            [
                StatTiles.Tile(
                    t("day.meetings"), figure: Figures.grouped(report.meetings),
                    note: t("plan.between", ["startups": "\(report.startups)", "investors": "\(report.investors)"])),
                StatTiles.Tile(
                    t("plan.promises"), figure: Figures.grouped(kept),
                    note: t("plan.of_startups", count: report.startups)),
                quality,
            ]
                + (hasBase
                    ? [
                        StatTiles.Tile(
                            t("plan.moved"), figure: Figures.grouped(moved),
                            note: t("plan.stay", count: changes.kept))
                    ] : []))
    }
}

extension PageTemplate<PlanPage> {
    static let plan = PageTemplate("demo-days/plan", in: .demoDays)
}
