internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Investment
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Demo days as those who take part see them: answering, wishing, and one's own day.
struct DemoDayPortal {
    let site: Site

    var routes: [AnyRoute] { [list, show, accept, cancel, wish, calendar] }

    private static let sides: Set<Role> = [.investor, .founder]

    private var list: AnyRoute {
        PageRoute(.get, "/demo-days", "demoDays", access: .roles(Self.sides), parameters: ListDemoDays.self) { call in
            let reading = try await Reading(call)
            let t = reading.t
            let after = try call.position(call.parameters.cursor, as: DemoDayPosition.self)
            let found = try await call.reader.demoDays(after: after, limit: PageSize.rows(for: call.parameters.limit))
            let page = try call.page(found, size: call.parameters.limit) { DemoDayPosition($0) }
            let base: SafeURL = "/demo-days"
            let now = Date()
            let model = ListPage(
                header: PageHeader(title: t("list.title"), lede: t("list.lede_side")),
                table: Table(
                    caption: t("list.title"),
                    columns: [Table.Column(t("form.title")), Table.Column(t("day.begins"))],
                    rows: page.items.map { day in
                        [
                            .link(reading.name(day.terms.title), "/demo-days/\(day.id)"),
                            .time(reading.time(day.terms.startsAt, of: day, from: now)),
                        ]
                    }, empty: EmptyState(title: t("list.none"), text: t("list.none_side")),
                    pager: Pager(
                        firstURL: call.parameters.cursor == nil ? nil : base,
                        nextURL: page.next.map { base.adding([("cursor", $0)]) })))
            let frame = Frame(title: t("list.title"), site: site, viewer: reading.viewer, current: "demo-days")
            return HTML(bytes: try PageTemplate.list.render(model, in: frame))
        }.erased
    }

    private var show: AnyRoute {
        PageRoute(
            .get, "/demo-days/{day}", "demoDay", access: .roles(Self.sides), parameters: ShowDemoDay.self
        ) { call in
            try await page(for: call, of: call.parameters.day, done: call.parameters.done)
        }.erased
    }

    private var accept: AnyRoute {
        PageRoute(
            .post, "/demo-days/{day}/participation", "acceptDemoDayForm", access: .roles(Self.sides),
            parameters: DemoDayPath.self, body: AcceptForm.self
        ) { call in
            let principal = try call.principal
            let (id, tenant, own) = (
                call.parameters.day, try principal.workspace, Institution.ID(try principal.actsFor)
            )
            guard let day = try await call.reader.demoDay(id) else { throw Problem.notFound }
            return try await doing(call, .accepting, .accepted) { transaction in
                let windows = try call.decoded().windows(on: day)
                _ = try await transaction.acceptDemoDay(
                    id, for: own, during: windows, in: tenant, by: principal.personID)
            }
        }.erased
    }

    private var cancel: AnyRoute {
        PageRoute(
            .post, "/demo-days/{day}/participation/cancellation", "cancelDemoDayForm", access: .roles(Self.sides),
            parameters: DemoDayPath.self
        ) { call in
            let principal = try call.principal
            let (id, own) = (call.parameters.day, Institution.ID(try principal.actsFor))
            return try await doing(call, .cancelling, .cancelled) { transaction in
                _ = try await transaction.cancelParticipation(of: own, in: id, by: principal.personID)
            }
        }.erased
    }

    private var wish: AnyRoute {
        PageRoute(
            .post, "/demo-days/{day}/wishes", "demoDayWishesForm", access: .roles(Self.sides),
            parameters: DemoDayPath.self, body: WishesForm.self
        ) { call in
            let principal = try call.principal
            let (id, tenant, own) = (
                call.parameters.day, try principal.workspace, Institution.ID(try principal.actsFor)
            )
            return try await doing(call, .wishing, .wished) { transaction in
                try await transaction.sayWishes(
                    try call.decoded().said(), for: own, on: id, in: tenant, by: principal.personID)
            }
        }.erased
    }

    private var calendar: AnyRoute {
        PageRoute(
            .get, "/demo-days/{day}/meetings.ics", "demoDayCalendarFile", access: .roles(Self.sides),
            parameters: DemoDayPath.self
        ) { call in
            let viewer = try await call.viewer()
            guard let day = try await call.reader.demoDay(call.parameters.day) else { throw Problem.notFound }
            let file = day.calendarFile(of: try await call.reader.ownMeetings(on: day.id), in: viewer.language)
            return .download(Array(file.utf8), named: "demo-day.ics", mediaType: "text/calendar; charset=utf-8")
        }.erased
    }

    // MARK: The page

    /// The forms of the page.
    enum Which {
        case accepting, wishing, cancelling
    }

    /// Does something about one's participation and shows where it stands then, or the form again.
    private func doing<B>(
        _ call: FormCall<DemoDayPath, B>, _ form: Which, _ done: DemoDayDone,
        _ deed: @Sendable @escaping (Transaction) async throws -> Void
    ) async throws -> HTML {
        let id = call.parameters.day
        return try await FormProblem.answering(DemoDaysRoom.constraints) {
            try await call.write { transaction in
                try await deed(transaction)
                return .redirect(to: "/demo-days/\(id)?done=\(done.rawValue)")
            }
        } again: { problem in
            try await page(for: call, of: id, form: form, problem: problem)
        }
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of id: DemoDay.ID, done: DemoDayDone? = nil, form: Which? = nil,
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let own = Institution.ID(try call.principal.actsFor)
        guard let day = try await call.reader.demoDay(id), let guest = try await call.reader.participant(own, of: id)
        else { throw Problem.notFound }
        let partners = try await call.reader.partners(on: id, for: own)
        let meetings = try await call.reader.ownMeetings(on: id)
        let held = meetings.filter { $0.outcome == .held }.map(\.startup)
        let proposals = guest.side == .investor ? try await call.reader.proposals(of: held) : [:]
        let reading = try await Reading(call)
        let forms = ParticipationForms(
            day: day, guest: guest, partners: partners, reading: reading, values: call.fields, failed: form,
            problem: problem, key: { call.freshIdempotencyKey })
        let model = OwnDayPage(day, guest, meetings, proposals, forms, reading, now: Date())
        let frame = Frame(
            title: model.header.title, site: site, viewer: reading.viewer, current: "demo-days",
            breadcrumbs: [Breadcrumb(reading.t("list.title"), "/demo-days")],
            flash: done.map { FlashNotice(reading.t("done.\($0.rawValue)")) })
        return HTML(bytes: try PageTemplate.ownDay.render(model, in: frame))
    }
}

/// When somebody is there, as the form sends it: by the clock of the day.
struct AcceptForm: Codable {
    let windows: [WindowRow]?

    struct WindowRow: Codable {
        let startsAt: String?
        let endsAt: String?
    }

    func windows(on day: DemoDay) throws -> [Participant.Window] {
        let (date, zone) = (day.terms.day, day.terms.timeZone)
        var windows: [Participant.Window] = []
        for row in self.windows ?? [] where row.startsAt != nil || row.endsAt != nil {
            let place = "/windows/\(windows.count)"
            guard
                let start = try ClockField.instant(row.startsAt, on: date, in: zone, at: place + "/starts_at"),
                let end = try ClockField.instant(row.endsAt, on: date, in: zone, at: place + "/ends_at")
            else {
                throw Problem.invalid(
                    place + (row.startsAt == nil ? "/starts_at" : "/ends_at"), "Give a time such as 14:20.")
            }
            windows.append(Participant.Window(from: start, until: end))
        }
        return windows
    }
}

/// Wishes as their form sends them: for each of the other side a place, that one would not meet it, or nothing.
struct WishesForm: Codable {
    let wishes: [WishRow]?

    struct WishRow: Codable {
        let institution: Institution.ID
        let answer: String?
    }

    static let refusal = "no"

    func said() throws(Problem) -> Wishes {
        var (places, refused): ([Int: Institution.ID], [Institution.ID]) = ([:], [])
        for (index, row) in (wishes ?? []).enumerated() {
            guard let answer = row.answer, !answer.isEmpty else { continue }
            if answer == Self.refusal {
                refused.append(row.institution)
            } else if let place = Int(answer), place > 0 {
                guard places.updateValue(row.institution, forKey: place) == nil else {
                    throw .invalid("/wishes/\(index)/answer", "Give each place only once.")
                }
            } else {
                throw .invalid("/wishes/\(index)/answer", "Choose one of the places that are offered.")
            }
        }
        return Wishes(ranked: places.sorted { $0.key < $1.key }.map(\.value), refused: refused)
    }
}

/// What can be done about one's participation, each as a form; the one that failed comes back filled in.
struct ParticipationForms {
    let day: DemoDay
    let guest: Participant
    let partners: [Partner]
    let reading: Reading
    let values: [String: [String]]
    let failed: DemoDayPortal.Which?
    let problem: FormProblem?
    let key: () -> String

    private var t: Texts { reading.t }

    func all(now: Date) -> [Form] {
        guard now < day.terms.startsAt else { return [] }
        return switch guest.state {
        case .invited: [acceptance, cancellation]
        case .accepted: (partners.isEmpty ? [] : [wishes]) + [acceptance, cancellation]
        case .cancelled: []
        }
    }

    private func input(_ which: DemoDayPortal.Which, _ usual: [String: [String]]) -> FormInput {
        failed == which
            ? FormInput(
                values: DemoDayForm.closingGaps(values, in: "windows"), errors: problem?.errors ?? [], texts: t)
            : FormInput(values: usual, errors: [], texts: t)
    }

    private func form(
        _ which: DemoDayPortal.Which, _ path: SafeURL, title: String, intro: String, fields: [FormField],
        submit: String, hidden: [HiddenField] = [], isDangerous: Bool = false
    ) -> Form {
        Form(
            action: path, sections: [FormSection(title: title, intro: intro, fields: fields)], submit: submit, texts: t,
            hidden: hidden + [HiddenField("idempotency_key", key())], isDangerous: isDangerous,
            problem: failed == which ? problem?.sentence(besides: fields) : nil)
    }

    private var acceptance: Form {
        var usual: [String: [String]] = [:]
        for (index, window) in guest.windows.enumerated() {
            usual["windows.\(index).starts_at"] = [reading.clock(window.startsAt, of: day)]
            usual["windows.\(index).ends_at"] = [reading.clock(window.endsAt, of: day)]
        }
        let isNew = guest.state == .invited
        return form(
            .accepting, "/demo-days/\(day.id)/participation",
            title: isNew ? t("accept.title") : t("accept.change_title"),
            intro: t("accept.intro", ["place": day.terms.timeZone.place]),
            fields: [
                ClockField.grid(
                    input(.accepting, usual), "windows", label: t("accept.windows"), hint: t("accept.windows_hint"),
                    columns: [
                        FormField.Column("starts_at", label: t("accept.from"), type: "time", isOptional: true),
                        FormField.Column("ends_at", label: t("accept.until"), type: "time", isOptional: true),
                    ], row: { [t] in t("accept.window", ["number": "\($0)"]) })
            ], submit: isNew ? t("accept.submit") : t("accept.change_submit"))
    }

    private var wishes: Form {
        var usual: [String: [String]] = [:]
        for (index, partner) in partners.enumerated() {
            usual["wishes.\(index).answer"] = [
                partner.isRefused ? WishesForm.refusal : partner.rank.map { "\($0)" } ?? ""
            ]
        }
        let input = input(.wishing, usual)
        let places = partners.indices.map { ("\($0 + 1)", t("wish.place", ["number": "\($0 + 1)"])) }
        return form(
            .wishing, "/demo-days/\(day.id)/wishes", title: t("wish.title"), intro: t("wish.intro"),
            fields: partners.enumerated().map { index, partner in
                input.select(
                    "wishes.\(index).answer", label: reading.name(partner.name), hint: partner.pitch?.string,
                    options: places + [(WishesForm.refusal, t("wish.refuse"))], prompt: t("wish.nothing"),
                    isOptional: true)
            }, submit: t("wish.submit"),
            hidden: partners.enumerated().map {
                HiddenField("wishes.\($0).institution", $1.institution.description)
            })
    }

    private var cancellation: Form {
        let isNew = guest.state == .invited
        return form(
            .cancelling, "/demo-days/\(day.id)/participation/cancellation",
            title: isNew ? t("cancel.decline") : t("cancel.title"),
            intro: isNew ? t("cancel.decline_intro") : t("cancel.intro"), fields: [],
            submit: isNew ? t("cancel.decline_submit") : t("cancel.submit"), isDangerous: true)
    }
}

/// One's own demo day.
struct OwnDayPage: ViewModel {
    var header: PageHeader
    var meetings: Table?
    var forms: [Form]
    var facts: Facts

    init(
        _ day: DemoDay, _ guest: Participant, _ meetings: [DemoDayMeeting], _ proposals: [Startup.ID: Shortlist.ID],
        _ forms: ParticipationForms, _ reading: Reading, now: Date
    ) {
        let t = reading.t
        let standing = meetings.filter { !$0.isDropped }
        let isPlanned = guest.state == .accepted && day.plan != nil
        let lede =
            switch guest.state {
            case .invited: t("own.lede_invited")
            case .cancelled: t("own.lede_cancelled")
            case .accepted:
                !isPlanned
                    ? t("own.lede_accepted")
                    : standing.isEmpty ? t("own.lede_none") : t("own.lede_meetings", count: standing.count)
            }
        header = PageHeader(
            title: reading.name(day.terms.title), kind: t("day.kind"), badge: guest.state.badge(t), lede: lede,
            actions: isPlanned && !meetings.isEmpty
                ? [.link(t("own.calendar"), "/demo-days/\(day.id)/meetings.ics", style: .primary)] : [])
        let hasOutcomes = standing.contains { $0.outcome != nil }
        self.meetings =
            isPlanned
            ? Table(
                caption: t("own.meetings"),
                columns: [
                    Table.Column(t(guest.side == .startup ? "schedule.investor" : "schedule.startup")),
                    Table.Column(t("meeting.time")), Table.Column(t("schedule.room")),
                ] + (hasOutcomes ? [Table.Column(t("schedule.outcome"))] : []),
                rows: standing.map { meeting in
                    let name = reading.name(guest.side == .startup ? meeting.investorName : meeting.startupName)
                    let room: Table.Cell =
                        meeting.link.flatMap { SafeURL(external: $0.description) }
                        .map { .link(meeting.room.string, $0) } ?? .text(meeting.room.string)
                    return [.text(name), .time(reading.time(meeting.startsAt, of: day)), room]
                        + (hasOutcomes ? [Self.outcome(of: meeting, guest, proposals, t)] : [])
                }, empty: EmptyState(title: t("own.none"), text: t("own.none_text"))) : nil
        self.forms = forms.all(now: now)
        facts = reading.facts(of: day, now: now)
    }

    /// What came of a meeting; an investor goes on from one that was held by answering a proposal, as always.
    private static func outcome(
        of meeting: DemoDayMeeting, _ guest: Participant, _ proposals: [Startup.ID: Shortlist.ID], _ t: Texts
    ) -> Table.Cell {
        guard let outcome = meeting.outcome else { return .text("–") }
        let said = t("outcome.\(outcome.rawValue)")
        guard outcome == .held, guest.side == .investor else { return .text(said) }
        guard let list = proposals[meeting.startup] else { return .text(said, note: t("own.ask_park")) }
        return .link(t("own.ask"), "/shortlists/\(list)/items/\(meeting.startup)", note: said)
    }
}

extension PageTemplate<OwnDayPage> {
    static let ownDay = PageTemplate("demo-days/own-day", in: .demoDays)
}
