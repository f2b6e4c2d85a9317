internal import API
internal import Accounts
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// The filter of a list, and filters by name.
extension OversightPages {
    /// Batches to choose among at the most; an address may name any number.
    private static let batches = 500

    func filters(
        _ query: ApplicationListQuery, _ desk: Desk, isBoard: Bool, showing shown: [ApplicationColumn]? = nil,
        in language: Pages.Language
    ) -> ApplicationListPage.Filtering {
        let (t, spoken, filter) = (
            PageKit.applications.texts(in: language), Vocabulary.Language(language), query.filter
        )
        func choice(_ name: String, _ all: String, _ options: [(value: String, label: String)], _ chosen: String?)
            -> Filters.Choice
        {
            Filters.Choice(
                name: name, label: t("filter.\(name)"), all: all, options: options, chosen: chosen ?? "")
        }
        let answers = [("true", t("filter.yes")), ("false", t("filter.no"))]
        let address = isBoard ? Self.stages : Self.table
        let batches = max(desk.batches(in: filter.call), filter.batch ?? 0)
        let columns = shown ?? query.chosen ?? ApplicationColumn.usual(withBatches: batches > 0)
        return ApplicationListPage.Filtering(
            action: address,
            search: Filters.Search(label: t("filter.q"), value: filter.q?.string ?? ""),
            usual: [
                choice(
                    "call", t("list.every_call"), desk.calls.map { ($0.id.description, $0.title.text(for: spoken)) },
                    filter.call?.description),
                choice(
                    "state", t("list.every_state"), Application.State.allCases.map { ($0.rawValue, $0.label(t)) },
                    filter.states.count == 1 ? filter.states.first?.rawValue : nil),
                choice("overdue", t("filter.any"), answers, filter.overdue.map { "\($0)" }),
                choice(
                    "sort", t("sort.newest"),
                    ApplicationFilter.Order.allCases.dropFirst().map { ($0.rawValue, t("sort.\($0.rawValue)")) },
                    filter.sort?.rawValue),
            ],
            more: [
                choice(
                    "program", t("filter.any"), desk.programs.map { ($0.id.description, $0.name.text(for: spoken)) },
                    filter.program?.description),
                choice(
                    "stream", t("filter.any"), desk.streams.map { ($0.id.description, $0.name.text(for: spoken)) },
                    filter.stream?.description),
                choice(
                    "partner", t("filter.any"), desk.partners.map { ($0.id.description, $0.name.text(for: spoken)) },
                    filter.partner?.description),
                choice("complete", t("filter.any"), answers, filter.complete.map { "\($0)" }),
                choice(
                    "overlap", t("filter.any"),
                    OverlapStanding.allCases.map { ($0.rawValue, t("filter.overlap_\($0.rawValue)")) },
                    filter.overlap?.rawValue),
            ]
                + (batches == 0
                    ? []
                    : [
                        choice(
                            "batch", t("filter.any"),
                            (1...min(batches, Self.batches)).map { ("\($0)", Figures.grouped($0)) },
                            filter.batch.map { "\($0)" })
                    ]),
            days: [
                .init(
                    name: "submitted_from", label: t("filter.submitted_from"), type: "date",
                    value: filter.submittedFrom?.description ?? ""),
                .init(
                    name: "submitted_to", label: t("filter.submitted_to"), type: "date",
                    value: filter.submittedTo?.description ?? ""),
                .init(
                    name: "stage_days", label: t("filter.stage_days"), type: "number",
                    value: filter.stageDays.map { "\($0)" } ?? ""),
            ],
            columns: ApplicationColumn.allCases.filter { $0 != .batch || batches > 0 || columns.contains($0) }.map {
                .init(value: $0.rawValue, label: $0.title(t), isChosen: columns.contains($0))
            },
            clearURL: filter.isOpen && query.columns == nil ? nil : address)
    }

    func saved(_ desk: Desk, _ filter: ApplicationFilter, _ language: Pages.Language)
        -> ApplicationListPage.Saved
    {
        let t = PageKit.applications.texts(in: language)
        return ApplicationListPage.Saved(
            items: desk.saved.map { saved in
                .init(
                    name: saved.name.string, url: Self.table.adding(saved.filter.items),
                    note: saved.isShared ? t("saved.shared") : nil,
                    renameURL: saved.isOwn ? "/console/application-filters/\(saved.id)/name" : nil,
                    forgetURL: saved.isOwn ? "/console/application-filters/\(saved.id)/removal" : nil)
            },
            hasItems: !desk.saved.isEmpty,
            hidden: filter.items.map { HiddenField("filter.\($0.name)", $0.value) })
    }

    var saveFilter: AnyRoute {
        PageRoute(
            .post, "/console/application-filters", "saveConsoleFilter", access: .roles([.manager]),
            body: NewSavedFilterForm.self
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            do {
                let form = try call.decoded()
                let filter = form.filter ?? ApplicationFilter()
                return try await call.write { transaction in
                    try await transaction.saveFilter(
                        filter, as: SavedFilter.ID(), named: form.name, isShared: form.isShared ?? false, in: tenant,
                        by: principal.personID)
                    return .redirect(to: Self.table.adding(filter.items + [("done", "saved")]).description)
                }
            } catch let problem as Problem where problem.status == 422 {
                return try await page(call, problem)
            }
        }.erased
    }

    private func page(_ call: FormCall<NoParameters, NewSavedFilterForm>, _ problem: Problem) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.applications.texts(in: viewer.language)
        let input = FormInput(values: call.fields, errors: problem.fieldErrors, texts: t)
        let filter = call.fields.sorted { $0.key < $1.key }.filter { $0.key.hasPrefix("filter.") }
            .flatMap { name, values in values.map { (name, $0) } }
        let back = Self.table.adding(filter.map { (String($0.0.dropFirst(7)), $0.1) })
        let model = MovesPage(
            header: PageHeader(title: t("saved.save")), note: nil, table: nil,
            form: Form(
                action: "/console/application-filters",
                fields: [
                    input.text("name", label: t("saved.name"), limit: 200),
                    input.checkbox("is_shared", label: t("saved.sharing"), statement: t("saved.share")),
                ],
                submit: t("saved.save"), texts: t, hidden: filter.map { HiddenField($0.0, $0.1) },
                cancel: LinkText(t("moves.cancel"), back), problem: problem.headline),
            back: nil)
        return try render(model, viewer, back, status: 422, t)
    }

    var askToRename: AnyRoute {
        PageRoute(
            .get, "/console/application-filters/{filter}/name", "consoleFilterName", access: .roles([.manager]),
            parameters: SavedFilterPath.self
        ) { call in
            try await nameForm(call, call.parameters.filter)
        }.erased
    }

    var rename: AnyRoute {
        PageRoute(
            .post, "/console/application-filters/{filter}/name", "renameConsoleFilter", access: .roles([.manager]),
            parameters: SavedFilterPath.self, body: FilterName.self
        ) { call in
            let id = call.parameters.filter
            do {
                let name = try call.decoded().name
                return try await call.write { transaction in
                    guard try await transaction.renameFilter(id, to: name) else { throw Problem.notFound }
                    return .redirect(to: "/console/applications?done=renamed")
                }
            } catch let problem as Problem where problem.status == 422 {
                return try await nameForm(call, id, problem)
            }
        }.erased
    }

    private func nameForm<B>(
        _ call: FormCall<SavedFilterPath, B>, _ id: SavedFilter.ID, _ problem: Problem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.applications.texts(in: viewer.language)
        guard let saved = try await call.reader.savedFilters().first(where: { $0.id == id && $0.isOwn }) else {
            throw Problem.notFound
        }
        let input = FormInput(
            values: problem == nil ? ["name": [saved.name.string]] : call.fields, errors: problem?.fieldErrors ?? [],
            texts: t)
        let model = MovesPage(
            header: PageHeader(title: t("saved.rename"), kind: saved.name.string), note: nil, table: nil,
            form: Form(
                action: "/console/application-filters/\(id)/name",
                fields: [input.text("name", label: t("saved.name"), limit: 500)], submit: t("saved.rename"), texts: t,
                hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                cancel: LinkText(t("moves.cancel"), Self.table), problem: problem?.headline),
            back: nil)
        return try render(model, viewer, Self.table, status: problem == nil ? 200 : 422, t)
    }

    var forgetFilter: AnyRoute {
        PageRoute(
            .post, "/console/application-filters/{filter}/removal", "forgetConsoleFilter", access: .roles([.manager]),
            parameters: SavedFilterPath.self
        ) { call in
            let id = call.parameters.filter
            return try await call.write { transaction in
                guard try await transaction.forgetFilter(id) else { throw Problem.notFound }
                return .redirect(to: "/console/applications?done=forgotten")
            }
        }.erased
    }
}

/// A filter to keep, as the list's form sends it.
struct NewSavedFilterForm: Described {
    let name: ShortText
    let filter: ApplicationFilter?
    let isShared: Bool?
}
