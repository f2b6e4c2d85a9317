import API
import Foundation
import Pages
import Vocabulary
import Wording

/// What came of an agreement, for the console and for a party.
struct ReportPage: ViewModel {
    var header: PageHeader
    var refusal: ErrorSummary?
    var action: SafeURL
    var from: String
    var to: String
    var summary: String
    var downloads: [LinkText]
    var stats: StatTiles
    var targets: Table
    var newTarget: Action?
    var deliverables: Table
    var newDeliverable: Action?
    var benefits: Table
    var newBenefit: Action?
    var areas: Table
    var standing: Table
    var newLink: Action?
}

/// The events that a figure counts.
struct ActivitiesPage: ViewModel {
    var header: PageHeader
    var table: Table
}

extension PageTemplate<ReportPage> {
    static let report = PageTemplate("partnerships/report", in: .partnerships)
}

extension PageTemplate<ActivitiesPage> {
    static let activities = PageTemplate("partnerships/activities", in: .partnerships)
}

/// Says reports in a reader's language.
struct ReportWords {
    let t: Texts

    var language: Pages.Language { t.language }
    var spoken: Vocabulary.Language { Vocabulary.Language(language) }

    func text<Rule>(_ text: Localized<Rule>) -> String { text.text(for: spoken) }

    func kind(_ kind: MoU.Activity.Kind?) -> String { kind.map { t("activity.\($0.rawValue)") } ?? t("activity.all") }

    func direction(_ direction: MoU.Target.Direction) -> String { t("direction.\(direction.rawValue)") }

    func status(_ status: PartnerReport.Progress.Status) -> String { t("progress.\(status.rawValue)") }

    func line(_ line: MoU.ServiceLine) -> String { t("line.\(line.rawValue)") }

    func areas(_ areas: [FocusArea.ID]) -> String {
        areas.map { $0.label(in: language) }.joined(separator: t("list.separator"))
    }

    func name(_ standing: MoU.Standing) -> String { standing.name.map(text) ?? t("report.unnamed_startup") }

    func origin(_ standing: MoU.Standing) -> String { standing.link == nil ? t("origin.follows") : t("origin.linked") }

    /// The days that a figure counts, in words.
    func span(_ filter: ActivityFilter) -> String {
        switch (filter.from, filter.to) {
        case (let from?, let to?): t("span.both", ["from": from.text(in: language), "to": to.text(in: language)])
        case (let from?, nil): t("span.from", ["from": from.text(in: language)])
        case (nil, let to?): t("span.to", ["to": to.text(in: language)])
        case (nil, nil): t("span.all")
        }
    }

    /// Everything that a figure counts, in words.
    func scope(_ filter: ActivityFilter) -> String {
        ([kind(filter.kind), span(filter)]
            + [filter.area?.label(in: language), filter.country?.name(in: spoken)].compactMap(\.self))
            .joined(separator: " · ")
    }

    func badge(_ status: PartnerReport.Progress.Status) -> Badge {
        let tone: Badge.Tone =
            switch status {
            case .open: .info
            case .reached: .success
            case .missed: .danger
            }
        return Badge(self.status(status), tone)
    }

    func badge(_ status: MoU.Deliverable.Status) -> Badge {
        let tone: Badge.Tone =
            switch status {
            case .scheduled: .info
            case .partiallyMet: .warning
            case .met: .success
            case .notMet: .danger
            case .cancelled: .neutral
            }
        return Badge(t("delivered.\(status.rawValue)"), tone)
    }
}

/// A report under an address: the console's, where a manager adds to it, or a party's.
struct ReportPresentation {
    let report: PartnerReport
    let words: ReportWords
    /// Of the agreement.
    let address: SafeURL
    let isManager: Bool
    /// For the forms of a manager.
    let key: String

    private var t: Texts { words.t }

    private func at(_ path: String) -> SafeURL { SafeURL(path: "\(address)\(path)") ?? .nowhere }

    /// Where a figure's events are listed.
    private func events(_ figure: PartnerReport.Figure) -> SafeURL {
        at("/report/events").adding(figure.filter.items)
    }

    func page(from: CalendarDate?, to: CalendarDate?, refusal: FormProblem?) -> ReportPage {
        let query = [("from", from?.description), ("to", to?.description)]
            .compactMap { name, value in value.map { (name: name, value: $0) } }
        // Whoever passes the address on passes the language with it.
        let own = query + [(name: "lang", value: words.language.tag)]
        let (met, due) = report.deliveredOnTime
        func adding(_ key: String, _ path: String) -> Action? { isManager ? .link(key, at(path)) : nil }
        return ReportPage(
            header: PageHeader(
                title: t("report.title"), kind: words.text(report.mou.title),
                badge: Badge(report.mou.status, in: words.language),
                lede: words.span(ActivityFilter(from: report.from, to: report.to)),
                actions: [
                    .link(t("report.as_workbook"), at("/report.xlsx").adding(own), style: .primary),
                    .link(t("report.as_file"), at("/report.csv").adding(own)),
                ]),
            refusal: refusal.flatMap { ErrorSummary(fields: [], problem: $0.sentence(besides: []), texts: t) },
            action: at("/report"), from: report.from?.description ?? "", to: report.to.description,
            summary: t(
                "report.summary",
                [
                    "active": "\(report.activeAreas)", "areas": "\(report.areas.count)", "met": "\(met)",
                    "due": "\(due)",
                ])
                + (report.daysToFirstActivity.map { " " + t("report.first", ["days": t("days", count: $0)]) } ?? "")
                + (report.dormantSince.map { " " + t("report.dormant", ["day": $0.text(in: words.language)]) } ?? ""),
            downloads: Pages.Language.allCases.flatMap { language in
                let inIt = query + [(name: "lang", value: language.tag)]
                return [
                    LinkText(
                        t("report.workbook_in", ["language": language.endonym]), at("/report.xlsx").adding(inIt)),
                    LinkText(t("report.file_in", ["language": language.endonym]), at("/report.csv").adding(inIt)),
                ]
            },
            stats: StatTiles(
                report.figures.map { figure in
                    StatTiles.Tile(
                        words.kind(figure.filter.kind), figure: Figures.grouped(figure.count),
                        note: words.span(figure.filter), url: events(figure))
                }),
            targets: targets, newTarget: adding(t("target.action"), "/targets/new"),
            deliverables: deliverables, newDeliverable: adding(t("deliverable.action"), "/deliverables/new"),
            benefits: benefits, newBenefit: adding(t("benefit.action"), "/benefits/new"), areas: areas,
            standing: standing,
            newLink: report.mou.signedOn == nil ? nil : adding(t("link.action"), "/links/new"))
    }

    private var targets: Table {
        Table(
            caption: t("report.targets"),
            columns: [
                Table.Column(t("report.what")), Table.Column(t("report.counted"), isNumber: true),
                Table.Column(t("report.number"), isNumber: true), Table.Column(t("report.due")),
                Table.Column(t("report.status")),
            ] + (isManager ? [Table.Column(t("report.change"))] : []),
            rows: report.targets.map { progress in
                let target = progress.target
                var cells: [Table.Cell] = [
                    .text(words.text(target.title), note: words.scope(progress.figure.filter)),
                    .link(
                        Figures.grouped(progress.figure.count), events(progress.figure),
                        note: target.baseline > 0
                            ? t(
                                "report.with_baseline",
                                [
                                    "baseline": Figures.grouped(target.baseline),
                                    "value": Figures.grouped(progress.value),
                                ]) : nil),
                    .text(Figures.grouped(target.number), note: words.direction(target.direction)),
                    .time(TimeText(target.dueOn, in: words.language)), .badge(words.badge(progress.status)),
                ]
                if isManager {
                    cells.append(
                        .action(
                            .post(
                                t("target.drop"), at("/targets/\(target.id)/removal"),
                                hidden: [HiddenField("idempotency_key", "\(key)-\(target.id)")])))
                }
                return cells
            },
            empty: EmptyState(title: t("target.none"), text: t("target.none_text")))
    }

    private var deliverables: Table {
        Table(
            caption: t("report.deliverables"),
            columns: [
                Table.Column(t("report.what")), Table.Column(t("report.kind")), Table.Column(t("report.due")),
                Table.Column(t("report.status")), Table.Column(t("report.evidence")),
            ],
            rows: report.deliverables.map { deliverable in
                let name = words.text(deliverable.title)
                let area = deliverable.area?.label(in: words.language)
                return [
                    isManager
                        ? .link(name, at("/deliverables/\(deliverable.id)"), note: area) : .text(name, note: area),
                    .text(t("deliverable.\(deliverable.kind.rawValue)")),
                    .time(TimeText(deliverable.dueOn, in: words.language)),
                    .badge(
                        words.badge(deliverable.status),
                        note: deliverable.settledOn.map { $0.text(in: words.language) }),
                    .text(deliverable.evidence?.string ?? "–"),
                ]
            },
            empty: EmptyState(title: t("deliverable.none"), text: t("deliverable.none_text")))
    }

    private var benefits: Table {
        Table(
            caption: t("report.benefits"),
            columns: [
                Table.Column(t("report.what")), Table.Column(t("report.kind")), Table.Column(t("benefit.for")),
                Table.Column(t("benefit.used"), isNumber: true), Table.Column(t("benefit.quota"), isNumber: true),
            ] + (isManager ? [Table.Column(t("report.change"))] : []),
            rows: report.benefits.map { use in
                let benefit = use.benefit
                var cells: [Table.Cell] = [
                    .text(words.text(benefit.title)), .text(t("benefit.\(benefit.kind.rawValue)")),
                    .text(benefit.beneficiaries.string),
                    .link(Figures.grouped(use.figure.count), events(use.figure)),
                    benefit.quota.map { .number($0) } ?? .text(t("benefit.no_quota")),
                ]
                if isManager {
                    cells.append(
                        benefit.kind == .fastTrack
                            ? .text(t("benefit.by_codes"))
                            : .action(.link(t("benefit.use"), at("/benefits/\(benefit.id)/uses"))))
                }
                return cells
            },
            empty: EmptyState(title: t("benefit.none"), text: t("benefit.none_text")))
    }

    private var areas: Table {
        Table(
            caption: t("areas.title"),
            columns: [
                Table.Column(t("areas.wording")), Table.Column(t("areas.concept")), Table.Column(t("areas.status")),
                Table.Column(t("report.standing"), isNumber: true), Table.Column(t("report.events"), isNumber: true),
            ],
            rows: report.areas.map { area in
                [
                    .text(area.area.wording.string), .text(area.area.focusArea.label(in: words.language)),
                    .badge(Badge(area.area.status, t), note: area.area.account(t)),
                    .link(Figures.grouped(area.standing), "#standing"),
                    .link(Figures.grouped(area.figure.count), events(area.figure)),
                ]
            },
            empty: EmptyState(title: t("areas.none"), text: t("areas.none_text")))
    }

    private var standing: Table {
        Table(
            caption: t("report.standing"),
            columns: [
                Table.Column(t("report.what")), Table.Column(t("report.kind")), Table.Column(t("areas.title")),
                Table.Column(t("report.line")), Table.Column(t("report.how")),
            ] + (isManager ? [Table.Column(t("report.change"))] : []),
            rows: report.standing.map { standing in
                let name = words.name(standing)
                let within = standing.within.map(words.text)
                var cells: [Table.Cell] = [
                    isManager
                        ? page(of: standing.noun, standing.object).map { .link(name, $0, note: within) }
                            ?? .text(name, note: within)
                        : .text(name, note: within),
                    .text(t("noun.\(standing.noun.rawValue)")),
                    .text(standing.areas.isEmpty ? "–" : words.areas(standing.areas)),
                    .text(standing.line.map(words.line) ?? "–"),
                    .text(words.origin(standing), note: standing.note?.string),
                ]
                if isManager {
                    cells.append(
                        standing.link.map { link in
                            .action(
                                .post(
                                    t("link.remove"), at("/links/\(link)/removal"),
                                    hidden: [HiddenField("idempotency_key", "\(key)-\(link)")]))
                        } ?? .text("–"))
                }
                return cells
            },
            empty: EmptyState(title: t("link.none"), text: t("link.none_text")))
    }

    /// Where a manager reads of something.
    private func page(of noun: MoU.Standing.Noun, _ object: UUID?) -> SafeURL? {
        guard let object = object?.text else { return nil }
        return switch noun {
        case .program: "/console/programs"
        case .stream: "/console/streams/\(object)"
        case .cohort: "/console/programs"
        case .call: "/console/calls/\(object)"
        case .enrolment: "/console/enrolments/\(object)"
        case .introduction: "/introductions/\(object)"
        case .investment: "/console/investments/\(object)/agreements"
        case .demoDay: "/console/demo-days/\(object)"
        }
    }

    /// The events behind a figure, from a place on.
    func activities(_ page: Page<ActivityView>, matching filter: ActivityFilter, isFirst: Bool) -> ActivitiesPage {
        let here = at("/report/events")
        return ActivitiesPage(
            header: PageHeader(
                title: words.kind(filter.kind), kind: words.text(report.mou.title), lede: words.scope(filter),
                actions: [.link(t("report.back"), at("/report"))]),
            table: Table(
                caption: t("report.events"),
                columns: [
                    Table.Column(t("report.day")), Table.Column(t("report.happened")), Table.Column(t("report.what")),
                    Table.Column(t("report.startup")), Table.Column(t("areas.title")),
                ],
                rows: page.items.map { activity in
                    let title = words.text(activity.title)
                    return [
                        .text(activity.day.text(in: words.language)),
                        .text(
                            words.kind(activity.kind),
                            note: activity.attendance.map { t("session.came", count: $0) }),
                        isManager
                            ? self.page(of: activity).map { .link(title, $0) } ?? .text(title) : .text(title),
                        .text(
                            activity.startupName.map(words.text)
                                ?? ([.callOpened, .demoDayHeld, .sessionHeld].contains(activity.kind)
                                    ? "–" : t("report.unnamed_startup")),
                            note: activity.country?.name(in: words.spoken)),
                        .text(activity.areas.isEmpty ? "–" : words.areas(activity.areas)),
                    ]
                },
                empty: EmptyState(title: t("report.no_events"), text: t("report.no_events_text")),
                pager: Pager(
                    firstURL: isFirst ? nil : here.adding(filter.items),
                    nextURL: page.next.map { here.adding(filter.items + [("cursor", $0)]) })))
    }

    private func page(of activity: ActivityView) -> SafeURL? {
        guard let object = activity.id?.text else { return nil }
        return switch activity.noun {
        case .call: "/console/calls/\(object)"
        case .application: "/console/applications/\(object)"
        case .introduction: "/introductions/\(object)"
        case .investment: "/console/investments/\(object)/agreements"
        case .enrolment: "/console/enrolments/\(object)"
        case .demoDay: "/console/demo-days/\(object)"
        case .session: at("/sessions")
        case .benefit: nil
        }
    }
}
