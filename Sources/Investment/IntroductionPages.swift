internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Introductions as both sides and the park see them: what waits for whom, and one with all that can be done about it.
struct IntroductionPages {
    let site: Site

    var routes: [AnyRoute] {
        [
            list, choosePassLetters, consoleList, show, consent, decline, block, setMeeting, cancelMeeting, recordStep,
            calendar,
        ]
    }

    // MARK: Lists

    private var list: AnyRoute {
        PageRoute(
            .get, "/introductions", "introductions", access: .roles([.investor, .founder]),
            parameters: BrowseIntroductions.self
        ) { call in
            let reading = try await Reading(call)
            let t = reading.t
            let side = try call.principal.side
            let base: SafeURL = "/introductions"
            let table = try await table(for: call, at: base, side: side, reading)
            let passes = side == .startup ? try await passes(for: call, reading) : nil
            let model = IntroductionsPage(
                header: PageHeader(title: t("introductions.title"), lede: t("introductions.lede_\(side.rawValue)")),
                table: table, passes: passes,
                passLetters: side == .startup ? try await passLetters(for: call, reading) : nil)
            let frame = Frame(
                title: t("introductions.title"), site: site, viewer: reading.viewer, current: "introductions")
            return HTML(bytes: try PageTemplate.introductions.render(model, in: frame))
        }.erased
    }

    /// Why investors passed the startup over, once there are enough of them.
    private func passes<P, B>(for call: FormCall<P, B>, _ reading: Reading) async throws -> Table {
        let t = reading.t
        let today = CalendarDate(Date(), in: .utc)
        let digest = try await call.reader.passDigest(
            of: Startup.ID(try call.principal.actsFor), since: today.adding(days: -PassDigest.days), until: today)
        return Table(
            caption: digest.investors == nil
                ? t("passes.title")
                : t(
                    "passes.title_days",
                    [
                        "since": digest.since.text(in: reading.viewer.language),
                        "until": digest.until.text(in: reading.viewer.language),
                    ]),
            columns: [Table.Column(t("introductions.reason")), Table.Column(t("passes.investors"), isNumber: true)],
            rows: digest.reasons.map { [.text(t("reason.\($0.reason.rawValue)")), .number($0.investors)] },
            empty: EmptyState(title: t("passes.none"), text: t("passes.none_text")))
    }

    /// Whether the founder who asks is written to about it, to be changed.
    private func passLetters<P, B>(for call: FormCall<P, B>, _ reading: Reading) async throws -> Form {
        let t = reading.t
        let wanted = try await call.reader.passLetters().wanted
        return Form(
            action: "/introductions/pass-letters",
            sections: [
                FormSection(
                    title: t("pass_letters.title"),
                    intro: wanted ? t("pass_letters.wanted") : t("pass_letters.declined"),
                    fields: [])
            ],
            submit: wanted ? t("pass_letters.stop") : t("pass_letters.start"), texts: t,
            hidden: [
                HiddenField("idempotency_key", call.freshIdempotencyKey),
                HiddenField("wanted", wanted ? "false" : "true"),
            ])
    }

    private var choosePassLetters: AnyRoute {
        PageRoute(
            .post, "/introductions/pass-letters", "choosePassLettersForm", access: .roles([.founder]),
            body: PassLetters.self
        ) { call in
            let person = try call.principal.personID
            return try await call.write { transaction in
                _ = try await transaction.choosePassLetters(try call.decoded(), by: person)
                return .redirect(to: "/introductions#passes")
            }
        }.erased
    }

    private var consoleList: AnyRoute {
        PageRoute(
            .get, "/console/introductions", "consoleIntroductions", access: .roles([.manager]),
            parameters: BrowseIntroductions.self
        ) { call in
            let reading = try await Reading(call)
            let t = reading.t
            let report = try await call.reader.introductionReport(
                since: CalendarDate(Date(), in: .utc).adding(days: -365))
            let table = try await table(for: call, at: "/console/introductions", side: .park, reading)
            let model = IntroductionsConsolePage(
                header: PageHeader(title: t("introductions.title"), lede: t("introductions.lede_park")),
                stats: stats(report, reading), tabs: tabs(report, chosen: call.parameters.stage, reading), table: table,
                endings: endings(report, reading))
            let frame = Frame(
                title: t("introductions.title"), site: site, viewer: reading.viewer, current: "console-introductions")
            return HTML(bytes: try PageTemplate.introductionsConsole.render(model, in: frame))
        }.erased
    }

    private func table(
        for call: FormCall<BrowseIntroductions, NoBody>, at base: SafeURL, side: IntroductionSide, _ reading: Reading
    ) async throws -> Table {
        let t = reading.t
        let query = call.parameters
        let after = try call.position(query.cursor, as: IntroductionPosition.self)
        let found = try await call.reader.introductions(
            at: query.stage, after: after, limit: PageSize.rows(for: query.limit))
        let page = try call.page(found, size: query.limit) { IntroductionPosition($0) }
        let filters: [(name: String, value: String)] = query.stage.map { [("stage", $0.rawValue)] } ?? []
        let first = Table.Column(t(side == .startup ? "introductions.investor" : "introductions.startup"))
        let second = side == .park ? [Table.Column(t("introductions.investor"))] : []
        let columns =
            [first] + second + [
                Table.Column(t("introductions.stage")), Table.Column(t("introductions.asked")),
                Table.Column(t("introductions.moved")),
            ]
        return Table(
            caption: t("introductions.title"), columns: columns,
            rows: page.items.map { introduction in
                let name = side == .startup ? introduction.investorName : introduction.startupName
                let link = Table.Cell.link(
                    name?.text(for: reading.spoken) ?? t("introduction.hidden_startup"),
                    "/introductions/\(introduction.id.description)")
                let investor =
                    side == .park ? [Table.Cell.text(introduction.investorName?.text(for: reading.spoken) ?? "–")] : []
                return [link] + investor + [
                    .badge(introduction.stage.badge(t)), .time(reading.day(introduction.askedAt)),
                    .time(reading.day(introduction.movedAt)),
                ]
            },
            empty: EmptyState(
                title: t("introductions.none"), text: t("introductions.none_\(side.rawValue)"),
                action: side == .investor ? LinkText(t("shortlists.title"), "/shortlists") : nil),
            pager: Pager(
                firstURL: query.cursor == nil ? nil : base.adding(filters),
                nextURL: page.next.map { base.adding(filters + [("cursor", $0)]) }))
    }

    private func stats(_ report: IntroductionReport, _ reading: Reading) -> StatTiles {
        let t = reading.t
        func tile(_ stage: Introduction.Stage) -> StatTiles.Tile {
            let reached = report.reached.first { $0.stage == stage }
            return StatTiles.Tile(
                t("stage.\(stage.rawValue)"), figure: Figures.grouped(reached?.count ?? 0),
                note: stage == .asked
                    ? nil : reached.map { t("introductions.after", count: ($0.medianHours + 12) / 24) })
        }
        return StatTiles([Introduction.Stage.asked, .introduced, .met, .closed].map(tile))
    }

    private func tabs(_ report: IntroductionReport, chosen: Introduction.Stage?, _ reading: Reading) -> Tabs {
        let t = reading.t
        let base: SafeURL = "/console/introductions"
        let all = NavigationItem(
            label: t("show.all"), url: base, isCurrent: chosen == nil,
            count: Figures.grouped(report.standing.reduce(0) { $0 + $1.count }))
        return Tabs(
            label: t("introductions.stage"),
            items: [all]
                + report.standing.map { standing in
                    NavigationItem(
                        label: t("stage.\(standing.stage.rawValue)"),
                        url: base.adding([("stage", standing.stage.rawValue)]), isCurrent: chosen == standing.stage,
                        count: Figures.grouped(standing.count))
                })
    }

    private func endings(_ report: IntroductionReport, _ reading: Reading) -> Table {
        let t = reading.t
        return Table(
            caption: t("introductions.endings"),
            columns: [
                Table.Column(t("introductions.stage")), Table.Column(t("introductions.by")),
                Table.Column(t("introductions.reason")), Table.Column(t("introductions.count"), isNumber: true),
            ],
            rows: report.endings.map { ended in
                [
                    .badge(ended.stage.badge(t)), .text(t("side.\(ended.side.rawValue)")),
                    .text(t("ending.\(ended.reason.rawValue)")), .number(ended.count),
                ]
            },
            empty: EmptyState(title: t("introductions.no_endings"), text: t("introductions.no_endings_text")))
    }

    // MARK: One introduction

    private var show: AnyRoute {
        PageRoute(
            .get, "/introductions/{introduction}", "introduction", access: .roles(Self.sides),
            parameters: IntroductionPath.self
        ) { call in
            try await page(for: call, call.parameters.introduction)
        }.erased
    }

    private static let sides: Set<Role> = [.manager, .investor, .founder]

    private var consent: AnyRoute {
        PageRoute(
            .post, "/introductions/{introduction}/consent", "consentForm", access: .roles([.founder]),
            parameters: IntroductionPath.self
        ) { call in
            let person = try call.principal.personID
            return try await doing(call, .consent) { transaction in
                _ = try await transaction.consentToIntroduction(call.parameters.introduction, by: person)
            }
        }.erased
    }

    private var decline: AnyRoute {
        PageRoute(
            .post, "/introductions/{introduction}/refusal", "refusalForm", access: .roles([.founder, .manager]),
            parameters: IntroductionPath.self, body: RefusalForm.self
        ) { call in
            let principal = try call.principal
            return try await doing(call, .refusal) { transaction in
                let refusal = try call.decoded()
                let id = call.parameters.introduction
                let declined = try await transaction.declineIntroduction(
                    id, by: principal.actor, because: refusal.reason, note: refusal.note)
                if refusal.never {
                    _ = try await transaction.blockPair(
                        NewBlock(investor: declined.investor, startup: declined.startup, reason: refusal.note),
                        by: principal.actor, as: Block.ID())
                }
            }
        }.erased
    }

    private var block: AnyRoute {
        PageRoute(
            .post, "/introductions/{introduction}/block", "blockForm", access: .roles(Self.sides),
            parameters: IntroductionPath.self
        ) { call in
            let principal = try call.principal
            return try await doing(call, .block) { transaction in
                guard let introduction = try await transaction.introduction(call.parameters.introduction) else {
                    throw Problem.notFound
                }
                _ = try await transaction.blockPair(
                    NewBlock(investor: introduction.investor, startup: introduction.startup), by: principal.actor,
                    as: Block.ID())
            }
        }.erased
    }

    private var setMeeting: AnyRoute {
        PageRoute(
            .post, "/introductions/{introduction}/meeting", "meetingForm", access: .roles(Self.sides),
            parameters: IntroductionPath.self, body: MeetingForm.self
        ) { call in
            let principal = try call.principal
            return try await doing(call, .meeting) { transaction in
                _ = try await transaction.setMeeting(
                    try call.decoded().meeting(), of: call.parameters.introduction, by: principal.actor)
            }
        }.erased
    }

    private var cancelMeeting: AnyRoute {
        PageRoute(
            .post, "/introductions/{introduction}/meeting/cancellation", "cancelMeetingForm",
            access: .roles(Self.sides), parameters: IntroductionPath.self
        ) { call in
            let principal = try call.principal
            return try await doing(call, .meeting) { transaction in
                _ = try await transaction.cancelMeeting(of: call.parameters.introduction, by: principal.actor)
            }
        }.erased
    }

    private var recordStep: AnyRoute {
        PageRoute(
            .post, "/introductions/{introduction}/steps", "stepForm", access: .roles(Self.sides),
            parameters: IntroductionPath.self, body: StepForm.self
        ) { call in
            let principal = try call.principal
            return try await doing(call, .step) { transaction in
                _ = try await transaction.recordStep(
                    try call.decoded().step(), of: call.parameters.introduction, by: principal.actor)
            }
        }.erased
    }

    private var calendar: AnyRoute {
        PageRoute(
            .get, "/introductions/{introduction}/meeting.ics", "meetingCalendar", access: .roles(Self.sides),
            parameters: IntroductionPath.self
        ) { call in
            let viewer = try await call.viewer()
            guard let introduction = try await call.reader.introduction(call.parameters.introduction),
                let file = introduction.calendarFile(in: Vocabulary.Language(viewer.language))
            else { throw Problem.notFound }
            return .download(Array(file.utf8), named: "meeting.ics", mediaType: "text/calendar; charset=utf-8")
        }.erased
    }

    /// Does something about an introduction and shows where it stands then, or the form again.
    private func doing<B>(
        _ call: FormCall<IntroductionPath, B>, _ form: IntroductionForms.Which,
        _ deed: @Sendable @escaping (Transaction) async throws -> Void
    ) async throws -> HTML {
        let id = call.parameters.introduction
        return try await FormProblem.answering(InvestmentRoom.constraints) {
            try await call.write { transaction in
                try await deed(transaction)
                return .redirect(to: "/introductions/\(id)")
            }
        } again: { problem in
            try await page(for: call, id, form: form, problem: problem)
        }
    }

    private func page<B>(
        for call: FormCall<IntroductionPath, B>, _ id: Introduction.ID, form: IntroductionForms.Which? = nil,
        problem: FormProblem? = nil
    ) async throws -> HTML {
        guard let introduction = try await call.reader.introduction(id) else { throw Problem.notFound }
        let steps = try await call.reader.steps(of: id)
        let mandate = try await call.reader.terms(of: introduction.mandate, version: introduction.mandateVersion)
        let reading = try await Reading(call)
        let side = try call.principal.side
        let t = reading.t
        let forms = IntroductionForms(
            introduction: introduction, side: side, reading: reading, values: call.fields, failed: form,
            problem: problem,
            key: { call.freshIdempotencyKey })
        let model = IntroductionPage(introduction, steps, mandate, side: side, forms: forms, reading)
        let crumb =
            side == .park
            ? Breadcrumb(t("introductions.title"), "/console/introductions")
            : Breadcrumb(t("introductions.title"), "/introductions")
        let frame = Frame(
            title: model.header.title, site: site, viewer: reading.viewer,
            current: side == .park ? "console-introductions" : "introductions", breadcrumbs: [crumb])
        return HTML(bytes: try PageTemplate.introduction.render(model, in: frame))
    }
}

struct BrowseIntroductions: Codable {
    let stage: Introduction.Stage?
    let limit: PageSize?
    let cursor: PageCursor?
}

/// A startup's no as its form sends it.
struct RefusalForm: Codable {
    let reason: EndingReason
    let note: ShortText?
    let never: Bool
}

/// A meeting as its form sends it.
struct MeetingForm: Codable {
    let startsAt: String
    let timeZone: TimeZoneName
    let minutes: Int
    let place: ShortText?
    let link: WebAddress?

    func meeting() throws -> NewMeeting {
        NewMeeting(
            startsAt: try LocalTime(field: startsAt, at: "/starts_at").instant(in: timeZone), in: timeZone,
            minutes: minutes, place: place, link: link)
    }
}

/// A step as its form sends it: the fields of all steps, of which those count that belong to the chosen one.
struct StepForm: Codable {
    let stage: Introduction.Stage
    let reason: EndingReason?
    let note: ShortText?
    let amount: MandateForm.TypedAmount?
    let instrument: Instrument?
    let binding: Bool
    let day: CalendarDate?

    func step() throws -> NewStep {
        let offers = [.committed, .termSheet, .closed].contains(stage)
        var money: Money?
        if offers, let typed = amount?.amount, !typed.isEmpty {
            guard let read = Money(typed, amount?.currency ?? .hkd) else {
                throw Problem(.invalid, errors: [.init("/amount/amount", .invalid, "Write an amount such as 500,000.")])
            }
            money = read
        }
        return NewStep(
            stage, because: stage == .passed || stage == .stalled ? reason : nil, note: note, amount: money,
            instrument: offers ? instrument : nil, binding: stage == .committed ? binding : nil, day: offers ? day : nil
        )
    }
}

extension Introduction.Stage {
    /// The stage as lists show it.
    func badge(_ t: Texts) -> Badge {
        let words = t("stage.\(rawValue)")
        return switch self {
        case .asked: Badge(words, .warning)
        case .introduced, .meetingSet, .met, .inDiligence, .committed, .termSheet: Badge(words, .info)
        case .closed: Badge(words, .success)
        case .passed, .stalled, .notNow, .withdrawn: Badge(words)
        }
    }
}

/// The park's list: how introductions go, and each of them.
struct IntroductionsConsolePage: ViewModel {
    var header: PageHeader
    var stats: StatTiles
    var tabs: Tabs
    var table: Table
    var endings: Table
}

extension PageTemplate<IntroductionsConsolePage> {
    static let introductionsConsole = PageTemplate("investment/introductions-console", in: .investment)
}

/// What waits for a side, and for a startup why it was passed over.
struct IntroductionsPage: ViewModel {
    var header: PageHeader
    var table: Table
    var passes: Table?
    var passLetters: Form?
}

extension PageTemplate<IntroductionsPage> {
    static let introductions = PageTemplate("investment/introductions", in: .investment)
}

extension PageTemplate<IntroductionPage> {
    static let introduction = PageTemplate("investment/introduction", in: .investment)
}
