internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Several panelists at once, and several conflicts of one person, on pages: ticked, looked at, done.
struct ManyPanelistsConsole {
    let site: Site

    var routes: [AnyRoute] { [askPanel, changePanel, askConflicts, declare] }

    /// Most rows that are offered for ticking; a form may have a thousand fields.
    private static let shown = 400

    // MARK: The panel

    private var askPanel: AnyRoute {
        PageRoute(
            .get, "/console/rounds/{round}/panel-changes", "consolePanelChanges", access: .roles([.manager]),
            parameters: RoundPath.self
        ) { call in
            try await panelPage(for: call)
        }.erased
    }

    private var changePanel: AnyRoute {
        PageRoute(
            .post, "/console/rounds/{round}/panel-changes", "changeConsolePanel", access: .roles([.manager]),
            parameters: RoundPath.self, body: PanelChangesForm.self
        ) { call in
            let id = call.parameters.round
            return try await BulkPage.answering(call, ReviewsRoom.constraints) { form in
                let people = try BulkMode.rows(form.people, at: "/people")
                let load = form.deed == .load ? try form.load() : nil
                return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                    if let load {
                        return try await transaction.revisePanelists(people, of: id, toTake: load, mode)
                    }
                    return try await transaction.removePanelists(people, of: id, mode)
                }
            } done: { _, _ in
                .redirect(to: "/console/rounds/\(id)?done=changed")
            } page: { refusals, problem in
                try await panelPage(for: call, refusals, problem: problem)
            }
        }.erased
    }

    private func panelPage<B>(
        for call: FormCall<RoundPath, B>, _ refusals: [Problem?] = [], problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await RoundDesk(call, call.parameters.round, in: site)
        let (t, id) = (desk.t, desk.round.id)
        let panel = try await call.reader.panel(of: id)
        let names = Dictionary(panel.map { ($0.person, $0.name) }, uniquingKeysWith: { first, _ in first })
        let values =
            call.fields.isEmpty
            ? ["deed": [PanelChangesForm.Deed.load.rawValue]]
            : call.fields(ticking: "people", refusals)
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.checkboxes(
                "people", label: t("panel.title"), hint: panel.isEmpty ? t("panel.empty") : nil,
                options: panel.prefix(Self.shown).map { panelist in
                    (
                        panelist.person.description, panelist.name,
                        t(
                            "panel_changes.load",
                            [
                                "assigned": Figures.grouped(panelist.assigned),
                                "most": Figures.grouped(panelist.terms.most),
                            ])
                    )
                }, isOptional: false),
            input.radios(
                "deed", label: t("withdrawals.deed"),
                options: PanelChangesForm.Deed.allCases.map {
                    ($0.rawValue, t("panel_changes.\($0.rawValue)_deed"), t("panel_changes.\($0.rawValue)_hint"))
                }),
            input.number("least", label: t("panel.least"), hint: t("panel.least_hint"), isOptional: true),
            input.number("most", label: t("panel.most"), isOptional: true),
        ]
        let chosen = call.ids("people", as: Person.ID.init)
        let title = t("panel_changes.title")
        let model = BulkPage(
            title, kind: desk.round.name.text(for: desk.spoken), lede: t("panel_changes.lede"),
            subject: t("panel.person"),
            rows: zip(chosen, refusals).map { BulkRow(names[$0] ?? $0.description, refusal: $1) },
            action: "/console/rounds/\(id)/panel-changes", sections: [FormSection(fields: fields)],
            submit: t("withdrawals.submit"), cancel: "/console/rounds/\(id)", key: call.freshIdempotencyKey,
            fields: call.fields, problem: problem, in: t.language)
        return HTML(bytes: try PageTemplate.bulkForm.render(model, in: desk.frame(title)))
    }

    // MARK: Conflicts

    private var askConflicts: AnyRoute {
        PageRoute(
            .get, "/console/rounds/{round}/conflict-declarations", "consoleDeclarations", access: .roles([.manager]),
            parameters: RoundPath.self
        ) { call in
            try await conflictsPage(for: call)
        }.erased
    }

    private var declare: AnyRoute {
        PageRoute(
            .post, "/console/rounds/{round}/conflict-declarations", "declareConsoleConflicts",
            access: .roles([.manager]), parameters: RoundPath.self, body: DeclarationsForm.self
        ) { call in
            let (id, principal) = (call.parameters.round, try call.principal)
            let tenant = try principal.workspace
            return try await BulkPage.answering(call, ReviewsRoom.constraints) { form in
                let pairs = try BulkMode.rows(form.startups, at: "/startups").map {
                    (person: form.person, startup: $0)
                }
                return BulkDeed(isSure: form.sure, isPartial: form.partial) { transaction, mode in
                    guard try await transaction.round(id) != nil else { throw Problem.notFound }
                    return try await transaction.declareConflicts(
                        pairs, note: form.note, mode, in: tenant, by: principal.personID)
                }
            } done: { _, _ in
                .redirect(to: "/console/rounds/\(id)/conflicts?done=declared")
            } page: { refusals, problem in
                try await conflictsPage(for: call, refusals, problem: problem)
            }
        }.erased
    }

    private func conflictsPage<B>(
        for call: FormCall<RoundPath, B>, _ refusals: [Problem?] = [], problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await RoundDesk(call, call.parameters.round, in: site)
        let (t, id) = (desk.t, desk.round.id)
        let applicants = try await call.reader.applicants(in: id)
        let panel = try await call.reader.panelNames(of: id)
        let names = Dictionary(
            applicants.map { ($0.startup, $0.name.text(for: desk.spoken)) }, uniquingKeysWith: { first, _ in first })
        let offered = names.map { (value: $0.key.description, label: $0.value, hint: String?.none) }
            .sorted { ($0.label, $0.value) < ($1.label, $1.value) }.prefix(Self.shown)
        let input = FormInput(
            values: call.fields(ticking: "startups", refusals), errors: problem?.errors ?? [], texts: t)
        let fields = [
            input.select(
                "person", label: t("conflicts.reviewer"), options: panel.map { ($0.person.description, $0.name) }),
            input.checkboxes(
                "startups", label: t("declarations.startups"), options: Array(offered), isOptional: false),
            input.area(
                "note", label: t("conflicts.note"), hint: t("conflicts.note_hint"), isOptional: true, limit: 5000,
                rows: 3),
        ]
        let chosen = call.ids("startups", as: Startup.ID.init)
        let title = t("declarations.title")
        let model = BulkPage(
            title, kind: desk.round.name.text(for: desk.spoken), lede: t("declarations.lede"),
            subject: t("conflicts.startup"),
            rows: zip(chosen, refusals).map { BulkRow(names[$0] ?? $0.description, refusal: $1) },
            action: "/console/rounds/\(id)/conflict-declarations", sections: [FormSection(fields: fields)],
            submit: t("declarations.submit"), cancel: "/console/rounds/\(id)/conflicts",
            key: call.freshIdempotencyKey, fields: call.fields, problem: problem, in: t.language)
        return HTML(bytes: try PageTemplate.bulkForm.render(model, in: desk.frame(title, under: .conflicts)))
    }
}

/// Panelists that are ticked, and what becomes of them.
struct PanelChangesForm: Codable {
    enum Deed: String, Codable, CaseIterable {
        case load, remove
    }

    let people: [Person.ID]?
    let deed: Deed
    let least: Int?
    let most: Int?
    let partial: Bool?
    let sure: Bool?

    /// How much they are to take; refuses a form that does not say it.
    func load() throws(Problem) -> (least: Int, most: Int) {
        guard let most else {
            throw Problem(.invalid, errors: [.init("/most", .required, "Say how many they take at the most.")])
        }
        return (least ?? 0, most)
    }
}

/// Startups that are ticked beside a person.
struct DeclarationsForm: Codable {
    let person: Person.ID
    let startups: [Startup.ID]?
    let note: LongText?
    let partial: Bool?
    let sure: Bool?
}
