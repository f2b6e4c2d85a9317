internal import API
internal import Accounts
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// Changes that the park asks of many startups at once: ticked, looked at, asked; and more time, or an end, for many.
struct ManyChangesPages: Sendable {
    let site: Site

    var routes: [AnyRoute] { [choose, show, request, showOpen, change] }

    /// Most rows that are offered for ticking; a form may have a thousand fields.
    private static let shown = 400

    // MARK: Asking

    /// What was ticked in the list of applications, as the form that asks begins with it.
    private var choose: AnyRoute {
        PageRoute(
            .post, "/console/applications/change-requests", "chooseConsoleChanges", access: .roles([.manager]),
            body: ChosenForChanges.self
        ) { call in
            do {
                let form = try call.decoded()
                let ids = try await call.reader.targets(
                    of: form.all == true ? nil : form.applications ?? [],
                    or: form.all == true ? form.filter ?? .init() : nil)
                // Questions are one call's: of those ticked, the call of most is meant.
                let calls = try await call.reader.callsOf(ids)
                let most = Dictionary(grouping: calls, by: \.value).mapValues(\.count)
                    .max { ($0.value, $1.key) < ($1.value, $0.key) }
                guard let most else { throw Problem.notFound }
                return try await page(
                    for: call, most.key, chosen: ids.filter { calls[$0] == most.key },
                    others: ids.count - most.value)
            } catch let problem as Problem where problem.status == 422 {
                let viewer = try await call.viewer()
                let t = PageKit.applications.texts(in: viewer.language)
                let model = MovesPage(
                    header: PageHeader(
                        title: t("many_changes.title"),
                        lede: t("moves.choose", ["limit": Figures.grouped(StageMove.most)])),
                    back: LinkText(t("moves.cancel"), "/console/applications"))
                return HTML(
                    status: 422,
                    bytes: try PageTemplate.moves.render(model, in: frame(t("many_changes.title"), viewer, t)))
            }
        }.erased
    }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/calls/{call}/change-requests", "consoleManyChanges", access: .roles([.manager]),
            parameters: ChangesCallPath.self
        ) { call in
            try await page(for: call, call.parameters.call)
        }.erased
    }

    private var request: AnyRoute {
        PageRoute(
            .post, "/console/calls/{call}/change-requests", "requestConsoleManyChanges", access: .roles([.manager]),
            parameters: ChangesCallPath.self, body: ManyChangesForm.self
        ) { call in
            let (id, person) = (call.parameters.call, try call.principal.personID)
            return try await BulkPage.answering(call, ApplicationsRoom.constraints) { form in
                let applications = try BulkMode.rows(form.applications, at: "/applications")
                return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                    try await transaction.requestChanges(form.wanted, ofAll: applications, to: id, mode, by: person)
                }
            } done: { _, _ in
                .redirect(to: "/console/changes?done=requested")
            } page: { refusals, problem in
                try await page(
                    for: call, id, chosen: call.ids("applications", as: Application.ID.init), values: call.fields,
                    refusals, problem: problem)
            }
        }.erased
    }

    private func page<P, B>(
        for call: FormCall<P, B>, _ id: CallForApplications.ID, chosen: [Application.ID] = [], others: Int = 0,
        values: [String: [String]] = [:], _ refusals: [Problem?] = [], problem: FormProblem? = nil
    ) async throws -> HTML {
        guard let asked = try await call.reader.call(id) else { throw Problem.notFound }
        let viewer = try await call.viewer()
        let (t, spoken) = (PageKit.applications.texts(in: viewer.language), Vocabulary.Language(viewer.language))
        var filter = ApplicationFilter()
        filter.call = id
        let found = try await call.reader.applications(matching: filter, limit: Self.shown)
        let names = Dictionary(
            found.map { ($0.id, $0.startupName.text(for: spoken)) }, uniquingKeysWith: { first, _ in first })
        let ticked = Set(chosen)
        let offered = found.filter { ticked.contains($0.id) || $0.application.allows(.requestChanges, at: $0.readAt) }
        let facts = try await call.reader.conditions(of: id).askedFacts
        let words = ConditionWords(in: viewer.language)
        let input = FormInput(
            values: BulkPage.isDone
                ? call.fields(ticking: "applications", refusals)
                : values.merging(["applications": chosen.map(\.description)]) { $1 },
            errors: problem?.errors ?? [], texts: t)
        let fields =
            [
                input.checkboxes(
                    "applications", label: t("many_changes.applications"),
                    hint: offered.isEmpty ? t("many_changes.none") : nil,
                    options: offered.map {
                        ($0.id.description, names[$0.id] ?? $0.id.description, $0.application.state.label(t))
                    }, isOptional: false),
                input.checkboxes(
                    "questions", label: t("changes.which"), hint: t("changes.which_hint"),
                    options: asked.questions.map {
                        ($0.id.description, "\($0.position). \($0.prompt.text(for: spoken))", nil)
                    }),
            ]
            + (facts.isEmpty
                ? []
                : [
                    input.checkboxes(
                        "facts", label: t("changes.which_facts"), hint: t("changes.which_hint"),
                        options: facts.map { ($0.rawValue, words.name(of: $0), nil) })
                ]) + [
                input.area(
                    "message", label: t("changes.message"), hint: t("changes.message_hint"), limit: 5000, rows: 6),
                input.date("due_on", label: t("changes.due"), hint: t("changes.due_hint")),
            ]
        let title = t("many_changes.title")
        let model = BulkPage(
            title, kind: asked.title.text(for: spoken),
            lede: others > 0 ? t("many_changes.others", count: others) : t("many_changes.lede"),
            subject: t("list.startup"),
            rows: zip(chosen, refusals).map { BulkRow(names[$0] ?? $0.description, refusal: $1) },
            action: "/console/calls/\(id)/change-requests", sections: [FormSection(fields: fields)],
            submit: t("many_changes.submit"), cancel: "/console/applications?call=\(id)",
            key: call.freshIdempotencyKey, fields: values, problem: problem, in: viewer.language)
        return HTML(bytes: try PageTemplate.bulkForm.render(model, in: frame(title, viewer, t)))
    }

    // MARK: What is open

    private var showOpen: AnyRoute {
        PageRoute(.get, "/console/changes/several", "consoleOpenChanges", access: .roles([.manager])) { call in
            try await openPage(for: call)
        }.erased
    }

    private var change: AnyRoute {
        PageRoute(
            .post, "/console/changes/several", "changeConsoleOpenChanges", access: .roles([.manager]),
            body: OpenChangesForm.self
        ) { call in
            let person = try call.principal.personID
            return try await BulkPage.answering(call, ApplicationsRoom.constraints) { form in
                let requests = try BulkMode.rows(form.requests, at: "/requests")
                let day = form.deed == .extend ? try form.day() : nil
                return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                    if let day { return try await transaction.extendChanges(requests, to: day, mode, by: person) }
                    return try await transaction.cancelChanges(requests, mode, by: person)
                }
            } done: { _, _ in
                .redirect(to: "/console/changes?done=changed")
            } page: { refusals, problem in
                try await openPage(for: call, refusals, problem: problem)
            }
        }.erased
    }

    private func openPage<B>(
        for call: FormCall<NoParameters, B>, _ refusals: [Problem?] = [], problem: FormProblem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let (t, spoken) = (PageKit.applications.texts(in: viewer.language), Vocabulary.Language(viewer.language))
        let open = try await call.reader.changeRequests(answered: false, limit: Self.shown)
        func name(_ summary: ChangeRequestSummary) -> String {
            t(
                "many_changes.pair",
                [
                    "startup": summary.startupName.text(for: spoken), "call": summary.callTitle.text(for: spoken),
                ])
        }
        let names = Dictionary(open.map { ($0.request.id, name($0)) }, uniquingKeysWith: { first, _ in first })
        let values =
            call.fields.isEmpty
            ? ["deed": [OpenChangesForm.Deed.extend.rawValue]]
            : call.fields(ticking: "requests", refusals)
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.checkboxes(
                "requests", label: t("changes.open_title"), hint: open.isEmpty ? t("changes.none_open") : nil,
                options: open.map { summary in
                    let due = TimeText(
                        summary.request.dueAt, in: summary.zone, and: .ofReader, language: viewer.language)
                    return (summary.request.id.description, name(summary), t("many_changes.due", ["due": due.sentence]))
                }, isOptional: false),
            input.radios(
                "deed", label: t("many_changes.deed"),
                options: OpenChangesForm.Deed.allCases.map {
                    ($0.rawValue, t("many_changes.\($0.rawValue)"), t("many_changes.\($0.rawValue)_hint"))
                }),
            input.date("due_on", label: t("changes.new_due"), hint: t("changes.due_hint"), isOptional: true),
        ]
        let title = t("many_changes.open")
        let chosen = call.ids("requests", as: ChangeRequest.ID.init)
        let model = BulkPage(
            title, lede: t("many_changes.open_lede"), subject: t("list.startup"),
            rows: zip(chosen, refusals).map { BulkRow(names[$0] ?? $0.description, refusal: $1) },
            action: "/console/changes/several", sections: [FormSection(fields: fields)],
            submit: t("many_changes.do"), cancel: "/console/changes", key: call.freshIdempotencyKey,
            fields: call.fields, problem: problem, in: viewer.language)
        return HTML(bytes: try PageTemplate.bulkForm.render(model, in: frame(title, viewer, t)))
    }

    private func frame(_ title: String, _ viewer: Viewer, _ t: Texts) -> Frame {
        Frame(
            title: title, site: site, viewer: viewer, current: "applications",
            breadcrumbs: [Breadcrumb(t("list.title"), "/console/applications")])
    }
}

/// What the list of applications sends: what was ticked, or the filter, and what its moves would need.
struct ChosenForChanges: Described {
    let applications: [Application.ID]?
    let filter: ApplicationFilter?
    let all: Bool?
    let board: Bool?
    let move: String?
    let note: String?
    let round: String?
    let dueOn: String?
}

/// Changes that several startups are asked for, as the form sends them.
struct ManyChangesForm: Described {
    let applications: [Application.ID]?
    let message: LongText
    let questions: [CallForApplications.Question.ID]?
    let facts: [ApplicantFact]?
    let dueOn: CalendarDate
    let partial: Bool?
    let sure: Bool?

    var wanted: ChangesWanted { ChangesWanted(message, to: questions ?? [], facts: facts ?? [], by: dueOn) }
}

/// Requests that are ticked to be due later, or to end.
struct OpenChangesForm: Described {
    enum Deed: String, Codable, CaseIterable {
        case extend, cancel
    }

    let requests: [ChangeRequest.ID]?
    let deed: Deed
    let dueOn: CalendarDate?
    let partial: Bool?
    let sure: Bool?

    func day() throws(Problem) -> CalendarDate {
        guard let dueOn else {
            throw Problem(.invalid, errors: [.init("/due_on", .required, "Say by which day.")])
        }
        return dueOn
    }
}
