internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Jobs
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Plans as the park looks at them before it publishes one: what they are worth, what they change, who meets whom.
struct DemoDayPlanPages {
    let site: Site

    var routes: [AnyRoute] { [request, show, publish] }

    private var request: AnyRoute {
        PageRoute(
            .post, "/console/demo-days/{day}/plans", "consoleRequestDemoDayPlan", access: .roles([.manager]),
            rate: .expensive, parameters: DemoDayPath.self
        ) { call in
            let principal = try call.principal
            let (day, plan, tenant) = (call.parameters.day, DemoDayPlan.ID(), try principal.workspace)
            return try await call.write { transaction in
                _ = try await transaction.requestDemoDayPlan(of: day, as: plan, in: tenant, by: principal.personID)
                return .redirect(to: "/console/demo-days/\(day)/plans/\(plan)")
            }
        }.erased
    }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/demo-days/{day}/plans/{plan}", "consoleDemoDayPlan", access: .roles([.manager]),
            parameters: PlanPath.self
        ) { call in
            try await page(for: call)
        }.erased
    }

    private var publish: AnyRoute {
        PageRoute(
            .post, "/console/demo-days/{day}/plans/{plan}/publication", "consolePublishDemoDayPlan",
            access: .roles([.manager]), parameters: PlanPath.self
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            return try await FormProblem.answering(DemoDaysRoom.constraints) {
                try await call.write { transaction in
                    _ = try await transaction.publishDemoDayPlan(path.plan, of: path.day, by: person)
                    return .redirect(to: "/console/demo-days/\(path.day)?done=published")
                }
            } again: { problem in
                try await page(for: call, refusal: problem)
            }
        }.erased
    }

    private func page<B>(for call: FormCall<PlanPath, B>, refusal: FormProblem? = nil) async throws -> HTML {
        let path = call.parameters
        let whole = try await call.database.snapshot(as: call.context) {
            try await $0.wholePlan(path.plan, of: path.day)
        }
        guard let day = try await call.reader.demoDay(path.day) else { throw Problem.notFound }
        let named = whole.plan.report?.unmet.flatMap { [$0.startup] + $0.contenders } ?? []
        let names = try await call.reader.institutionNames(named.map { Institution.ID($0.uuid) })
        let reading = try await Reading(call)
        let model = PlanPage(
            whole, of: day, names: names, reading, now: Date(), key: call.freshIdempotencyKey, refusal: refusal)
        let frame = Frame(
            title: model.header.title, site: site, viewer: reading.viewer, current: "console-demo-days",
            breadcrumbs: [
                Breadcrumb(reading.t("list.title"), "/console/demo-days"),
                Breadcrumb(reading.name(day.terms.title), "/console/demo-days/\(day.id)"),
            ])
        // Works without scripts: while the plan is being made the page asks again by itself.
        let headers = whole.plan.state.isUnderWay ? [HeaderField("Refresh", "2")] : []
        return HTML(bytes: try PageTemplate.plan.render(model, in: frame), headers: headers)
    }
}

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

/// Says the meetings of a demo day in a reader's language.
struct MeetingWords {
    private let reading: Reading
    private let day: DemoDay

    init(_ reading: Reading, _ day: DemoDay) {
        self.reading = reading
        self.day = day
    }

    private var t: Texts { reading.t }

    func pair(_ meeting: DemoDayMeeting) -> String {
        "\(reading.name(meeting.startupName)) × \(reading.name(meeting.investorName))"
    }

    /// Rooms across, times down.
    func grid(_ meetings: [DemoDayMeeting]) -> Table {
        // Also rooms that were withdrawn since, as long as somebody meets there.
        let named = day.terms.rooms.map(\.name)
        let rooms = named + Set(meetings.map(\.room)).subtracting(named).sorted()
        let times = Dictionary(grouping: meetings, by: \.startsAt)
        return Table(
            caption: t("schedule.title"),
            columns: [Table.Column(t("schedule.begins", ["place": day.terms.timeZone.place]))]
                + rooms.map { Table.Column($0.string) },
            rows: times.sorted { $0.key < $1.key }.map { start, meetings in
                [.text(reading.clock(start, of: day))]
                    + rooms.map { room in
                        let here = meetings.filter { $0.room == room }.map(pair)
                        return .text(here.isEmpty ? "–" : here.joined(separator: t("schedule.separator")))
                    }
            }, empty: EmptyState(title: t("schedule.none"), text: t("schedule.none_text")))
    }

    func changes(_ changes: PlanChanges) -> Table {
        func place(_ meeting: DemoDayMeeting) -> String {
            "\(reading.clock(meeting.startsAt, of: day)) · \(meeting.room.string)"
        }
        return Table(
            caption: t("changes.title"),
            columns: [
                Table.Column(t("meeting.pair")), Table.Column(t("changes.change")), Table.Column(t("changes.before")),
                Table.Column(t("changes.after")),
            ],
            rows: changes.items.map { item in
                let tone: Badge.Tone =
                    switch item.change {
                    case .new: .success
                    case .moved: .warning
                    case .rehoused: .info
                    case .dropped: .danger
                    }
                let before = item.change == .dropped ? item.meeting : item.before
                return [
                    .text(pair(item.meeting)), .badge(Badge(t("change.\(item.change.rawValue)"), tone)),
                    .text(before.map(place) ?? "–"), .text(item.change == .dropped ? "–" : place(item.meeting)),
                ]
            }, empty: EmptyState(title: t("changes.none"), text: t("changes.none_text")))
    }
}
