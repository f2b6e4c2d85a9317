internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// The park's lists: one filter, seen as a table or as a board of stages, and steps for many at once.
struct OversightPages: Sendable {
    let site: Site

    var routes: [AnyRoute] { [list, board, export, preview, move, saveFilter, askToRename, rename, forgetFilter] }

    /// Cards of a stage on the board.
    private static let cards = 8
    private static let table: SafeURL = "/console/applications"
    private static let stages: SafeURL = "/console/applications/board"

    // MARK: Lists

    private var list: AnyRoute {
        PageRoute(
            .get, "/console/applications", "consoleApplications", access: .roles([.manager]),
            parameters: ApplicationListQuery.self
        ) { call in
            let (query, viewer) = (call.parameters, try await call.viewer())
            let (t, filter) = (PageKit.applications.texts(in: viewer.language), query.filter)
            let found = try await call.reader.applications(
                matching: filter, after: try call.position(query.cursor, as: ApplicationPosition.self),
                limit: PageSize.rows(for: query.limit))
            // The page is cut by its views, which know their positions; the rows are shown from the summaries.
            let page = try call.page(found.map { ApplicationView($0, answers: nil) }, size: query.limit) {
                $0.position(by: filter.order)
            }
            let desk = try await desk(call.reader, filter)
            let columns = query.columns.flatMap { $0.isEmpty ? nil : $0 } ?? ApplicationColumn.usual
            let model = ApplicationListPage(
                header: header(query, t), tabs: tabs(query, isBoard: false, t), stats: stats(desk, filter, t),
                filters: filters(query, desk, isBoard: false, in: viewer.language),
                saved: saved(desk, filter, viewer.language),
                table: ApplicationListPage.Rows(
                    caption: t("list.title"),
                    columns: [Table.Column(t("list.startup"))]
                        + columns.map { Table.Column($0.title(t)) },
                    rows: found.prefix(page.items.count).map { summary in
                        .init(
                            id: summary.id.description, url: "/console/applications/\(summary.id)",
                            name: summary.startupName.text(for: Vocabulary.Language(viewer.language)),
                            cells: columns.map { column in
                                var cell = column.cell(summary, t, viewer.language)
                                cell.column = column.title(t)
                                return cell
                            })
                    }),
                board: nil, bulk: found.isEmpty ? nil : bulk(desk, filter, isBoard: false, t),
                pager: Pager(
                    summary: t("list.matching", count: desk.matching),
                    firstURL: query.cursor == nil ? nil : Self.table.adding(query.items),
                    nextURL: page.next.map { Self.table.adding(query.items + [("cursor", $0)]) }),
                empty: found.isEmpty ? empty(filter, t) : nil)
            return try render(model, viewer, done: query.done, t)
        }.erased
    }

    private var board: AnyRoute {
        PageRoute(
            .get, "/console/applications/board", "consoleApplicationBoard", access: .roles([.manager]),
            parameters: ApplicationListQuery.self
        ) { call in
            let (query, viewer) = (call.parameters, try await call.viewer())
            let (t, filter) = (PageKit.applications.texts(in: viewer.language), query.filter)
            let stages = Application.State.board.filter { filter.states.isEmpty || filter.states.contains($0) }
            let found = try await call.reader.applicationBoard(of: stages, matching: filter, each: Self.cards)
            let desk = try await desk(call.reader, filter)
            let byStage = Dictionary(grouping: found, by: \.application.state)
            let columns = stages.map { stage in
                let count = desk.found[stage] ?? .none
                let cards = byStage[stage] ?? []
                var narrowed = filter
                narrowed.state = [stage]
                narrowed.sort = .longestInStage
                return ApplicationListPage.Stage(
                    title: stage.label(t), count: Figures.grouped(count.applications),
                    overdue: count.overdue == 0 ? nil : Badge(t("board.overdue", count: count.overdue), .warning),
                    cards: cards.map { card($0, t, viewer.language) }, hasCards: !cards.isEmpty,
                    more: count.applications > cards.count
                        ? LinkText(
                            t("board.more", count: count.applications - cards.count), Self.table.adding(narrowed.items))
                        : nil)
            }
            let model = ApplicationListPage(
                header: header(query, t), tabs: tabs(query, isBoard: true, t), stats: nil,
                filters: filters(query, desk, isBoard: true, in: viewer.language),
                saved: saved(desk, filter, viewer.language), table: nil, board: .init(stages: columns),
                bulk: found.isEmpty ? nil : bulk(desk, filter, isBoard: true, t), pager: nil, empty: nil)
            return try render(model, viewer, done: query.done, t)
        }.erased
    }

    private func card(_ summary: ApplicationSummary, _ t: Texts, _ language: Pages.Language) -> ApplicationListPage.Card
    {
        let (clock, now) = (summary.clock, summary.readAt)
        let spoken = Vocabulary.Language(language)
        return ApplicationListPage.Card(
            id: summary.id.description, url: "/console/applications/\(summary.id)",
            name: summary.startupName.text(for: spoken), call: summary.callTitle.text(for: spoken),
            stood: clock.words(at: now, in: summary.deadline.zone, language),
            overdue: clock.isOverdue(at: now) ? Badge(t("clock.overdue"), .warning) : nil)
    }

    private var export: AnyRoute {
        PageRoute(
            .get, "/console/applications/export", "exportConsoleApplications", access: .roles([.manager]),
            parameters: ApplicationListQuery.self
        ) { call in
            let (query, viewer) = (call.parameters, try await call.viewer())
            do {
                let found = try await call.reader.applicationsForSheet(matching: query.filter)
                let sheet = ApplicationSheet(found, columns: query.columns, in: viewer.language)
                return .download(sheet.bytes, named: "applications.csv", mediaType: "text/csv; charset=utf-8")
            } catch let problem as Problem where problem.status == 422 {
                return .redirect(to: Self.table.adding(query.items + [("done", "too_many")]).description)
            }
        }.erased
    }

    /// What stands around either view.
    private struct Desk {
        /// By state, of what the filter lets through.
        let found: [Application.State: StageCount]
        /// By state, whatever states the filter names.
        let all: [Application.State: StageCount]
        let calls: [CallForApplications]
        let streams: [ProgramStream]
        let programs: [Program]
        let partners: [(id: Institution.ID, name: LocalizedName)]
        let saved: [SavedFilter]

        var matching: Int { found.values.reduce(0) { $0 + $1.applications } }
    }

    private func desk(_ reader: Reader, _ filter: ApplicationFilter) async throws -> Desk {
        var everywhere = filter
        (everywhere.state, everywhere.overdue) = (nil, nil)
        async let found = reader.applicationCounts(matching: filter)
        async let all = reader.applicationCounts(matching: everywhere)
        async let calls = reader.calls()
        async let streams = reader.streams()
        async let programs = reader.programs()
        async let partners = reader.streamPartners()
        async let saved = reader.savedFilters()
        return try await Desk(
            found: found, all: all, calls: calls, streams: streams, programs: programs, partners: partners, saved: saved
        )
    }

    // MARK: Parts

    private func header(_ query: ApplicationListQuery, _ t: Texts) -> PageHeader {
        PageHeader(
            title: t("list.title"), lede: t("list.lede"),
            actions: [
                .link(t("list.export"), ("/console/applications/export" as SafeURL).adding(query.items)),
                .link(t("levels.title"), "/console/service-levels"),
                .link(t("changes.list_title"), "/console/changes"),
            ])
    }

    private func tabs(_ query: ApplicationListQuery, isBoard: Bool, _ t: Texts) -> Tabs {
        Tabs(
            label: t("list.views"),
            items: [
                NavigationItem(label: t("list.table"), url: Self.table.adding(query.items), isCurrent: !isBoard),
                NavigationItem(label: t("list.board"), url: Self.stages.adding(query.items), isCurrent: isBoard),
            ])
    }

    private func stats(_ desk: Desk, _ filter: ApplicationFilter, _ t: Texts) -> StatTiles {
        let tiles: [Application.State] = [.submitted, .inReview, .shortlisted, .interview, .offered, .accepted]
        return StatTiles(
            tiles.map { state in
                var narrowed = filter
                (narrowed.state, narrowed.overdue) = ([state], nil)
                let count = desk.all[state] ?? .none
                return StatTiles.Tile(
                    t("tile.\(state.rawValue)"), figure: Figures.grouped(count.applications),
                    note: count.overdue > 0
                        ? t("board.overdue", count: count.overdue) : t("tile_note.\(state.rawValue)"),
                    url: Self.table.adding(narrowed.items))
            })
    }

    private func filters(
        _ query: ApplicationListQuery, _ desk: Desk, isBoard: Bool, in language: Pages.Language
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
        let columns = query.columns.flatMap { $0.isEmpty ? nil : $0 } ?? ApplicationColumn.usual
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
            ],
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
            columns: ApplicationColumn.allCases.map {
                .init(value: $0.rawValue, label: $0.title(t), isChosen: columns.contains($0))
            },
            clearURL: filter.isOpen && query.columns == nil ? nil : address)
    }

    private func saved(_ desk: Desk, _ filter: ApplicationFilter, _ language: Pages.Language)
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

    private func bulk(_ desk: Desk, _ filter: ApplicationFilter, isBoard: Bool, _ t: Texts) -> ApplicationListPage.Bulk
    {
        let input = FormInput([:], texts: t)
        let isSmall = desk.matching <= StageMove.most
        return ApplicationListPage.Bulk(
            hidden: filter.items.map { HiddenField("filter.\($0.name)", $0.value) }
                + (isBoard ? [HiddenField("board", "true")] : []),
            fields: Self.fields(input, t), all: isSmall ? t("bulk.all", count: desk.matching) : nil,
            tooMany: isSmall ? nil : t("bulk.too_many", ["limit": Figures.grouped(StageMove.most)]))
    }

    private static func fields(_ input: FormInput, _ t: Texts) -> [FormField] {
        [
            input.select(
                "move", label: t("bulk.move"),
                options: MovesBody.Move.allCases.map { ($0.rawValue, t("move.\($0.rawValue)")) }),
            input.area(
                "note", label: t("move.note"), hint: t("bulk.note_hint"), isOptional: true, limit: 2000, rows: 3),
            input.number("round", label: t("later.round"), hint: t("later.bulk_hint"), isOptional: true),
            input.date("due_on", label: t("later.due"), hint: t("changes.due_hint"), isOptional: true),
        ]
    }

    private func empty(_ filter: ApplicationFilter, _ t: Texts) -> EmptyState {
        filter.isOpen
            ? EmptyState(
                title: t("list.empty"), text: t("list.empty_text"),
                action: LinkText(t("list.empty_action"), "/console/programs"))
            : EmptyState(
                title: t("list.none_here"), text: t("list.none_here_text"),
                action: LinkText(t("list.show_all"), Self.table))
    }

    private func render(_ model: ApplicationListPage, _ viewer: Viewer, done: String?, _ t: Texts) throws -> HTML {
        let flash: FlashNotice? =
            switch done {
            case "moved": FlashNotice(t("done.bulk_moved"))
            case "saved": FlashNotice(t("done.filter_saved"))
            case "renamed": FlashNotice(t("done.filter_renamed"))
            case "forgotten": FlashNotice(t("done.filter_forgotten"))
            case "too_many":
                FlashNotice(t("done.export_too_many", ["limit": Figures.grouped(ApplicationSheet.most)]))
            default: nil
            }
        let frame = Frame(
            title: t("list.title"), site: site, viewer: viewer, current: "applications", flash: flash)
        return HTML(bytes: try PageTemplate.applicationList.render(model, in: frame))
    }

    // MARK: Steps for many

    private var preview: AnyRoute {
        PageRoute(
            .post, "/console/applications/moves/preview", "previewConsoleMoves", access: .roles([.manager]),
            body: MovesForm.self
        ) { call in
            do {
                let form = try call.decoded()
                let step = try form.step()
                let ids = try await call.reader.targets(
                    of: form.all == true ? nil : form.applications ?? [],
                    or: form.all == true ? form.filter ?? .init() : nil)
                let verdicts = try await call.reader.verdicts(on: ids, by: step)
                return try await page(call, form, verdicts)
            } catch let problem as Problem where problem.status == 422 {
                return try await page(call, mending: problem)
            }
        }.erased
    }

    private var move: AnyRoute {
        PageRoute(
            .post, "/console/applications/moves", "moveConsoleApplications", access: .roles([.manager]),
            body: MovesForm.self
        ) { call in
            let person = try call.principal.personID
            do {
                let form = try call.decoded()
                let step = try form.step()
                do {
                    return try await call.write { transaction in
                        let ids = try await transaction.targets(of: form.applications ?? [], or: nil)
                        _ = try await transaction.moveApplications(
                            ids, by: step, asOne: form.asOne ?? false, by: person)
                        return .redirect(to: Self.back(form.filter, form.board).adding([("done", "moved")]).description)
                    }
                } catch let refused as MovesRefused {
                    return try await page(call, form, refused.verdicts, refused: true)
                }
            } catch let problem as Problem where problem.status == 422 {
                return try await page(call, mending: problem)
            }
        }.erased
    }

    private static func back(_ filter: ApplicationFilter?, _ board: Bool?) -> SafeURL {
        (board == true ? stages : table).adding(filter?.items ?? [])
    }

    /// What would happen to each, and the button that makes it happen to exactly these.
    private func page(
        _ call: FormCall<NoParameters, MovesForm>, _ form: MovesForm, _ verdicts: [MoveVerdict], refused: Bool = false
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let (t, spoken) = (PageKit.applications.texts(in: viewer.language), Vocabulary.Language(viewer.language))
        let moving = verdicts.filter { $0.to != nil }
        let staying = verdicts.count - moving.count
        let input = FormInput(["as_one": "false"], texts: t)
        let back = Self.back(form.filter, form.board)
        var hidden = [
            HiddenField("move", form.move.rawValue), HiddenField("idempotency_key", call.freshIdempotencyKey),
        ]
        hidden += form.note.map { [HiddenField("note", $0.string)] } ?? []
        hidden += form.round.map { [HiddenField("round", "\($0)")] } ?? []
        hidden += form.dueOn.map { [HiddenField("due_on", $0.description)] } ?? []
        hidden += verdicts.map { HiddenField("applications", $0.application.description) }
        hidden += (form.filter?.items ?? []).map { HiddenField("filter.\($0.name)", $0.value) }
        hidden += form.board == true ? [HiddenField("board", "true")] : []
        let model = MovesPage(
            header: PageHeader(
                title: t("moves.title.\(form.move.rawValue)"),
                lede: refused
                    ? t("moves.refused")
                    : staying == 0
                        ? t("moves.all", count: moving.count)
                        : t(
                            "moves.some",
                            ["moving": Figures.grouped(moving.count), "staying": Figures.grouped(staying)])),
            note: form.note?.string,
            table: Table(
                caption: t("moves.caption"),
                columns: [.init(t("list.startup")), .init(t("moves.from")), .init(t("moves.outcome"))],
                rows: verdicts.map { verdict in
                    [
                        verdict.startupName.map {
                            .link($0.text(for: spoken), "/console/applications/\(verdict.application)")
                        } ?? .text(verdict.application.description),
                        .text(verdict.from?.label(t) ?? "–"),
                        verdict.to.map { .badge(Badge($0.label(t), .success)) }
                            ?? .badge(Badge(t("moves.stays"), .warning), note: verdict.reason(t)),
                    ]
                },
                empty: EmptyState(title: t("list.none_here"), text: t("list.none_here_text"))),
            form: moving.isEmpty
                ? nil
                : Form(
                    action: "/console/applications/moves",
                    sections: [
                        FormSection(
                            fields: staying == 0
                                ? []
                                : [
                                    input.radios(
                                        "as_one", label: t("moves.mode"),
                                        options: [
                                            ("false", t("moves.partial", count: moving.count), nil),
                                            ("true", t("moves.as_one"), nil),
                                        ])
                                ])
                    ],
                    submit: t("moves.submit", count: moving.count), texts: t, hidden: hidden,
                    cancel: LinkText(t("moves.cancel"), back),
                    isDangerous: form.move == .ineligible),
            back: moving.isEmpty ? LinkText(t("moves.cancel"), back) : nil)
        return try render(model, viewer, back, status: refused ? 409 : 200, t)
    }

    /// The same step again, where something was missing: what was chosen stays chosen.
    private func page(_ call: FormCall<NoParameters, MovesForm>, mending problem: Problem) async throws -> HTML {
        let viewer = try await call.viewer()
        let t = PageKit.applications.texts(in: viewer.language)
        let input = FormInput(values: call.fields, errors: problem.fieldErrors, texts: t)
        let sent = call.fields.sorted { $0.key < $1.key }.flatMap { name, values in values.map { (name, $0) } }
        let hidden = sent.filter { !["csrf", "move", "note", "round", "due_on", "as_one"].contains($0.0) }
        let filter = sent.filter { $0.0.hasPrefix("filter.") }.map { (String($0.0.dropFirst(7)), $0.1) }
        let back = (call.field("board") == "true" ? Self.stages : Self.table).adding(filter)
        // What is wrong with the choice itself has no field here.
        let named = Set(["/move", "/note", "/round", "/due_on"])
        let headline =
            problem.headline
            ?? problem.errors.first { !named.contains($0.pointer) }.map { _ in
                t("moves.choose", ["limit": Figures.grouped(StageMove.most)])
            }
        let model = MovesPage(
            header: PageHeader(title: t("moves.mend")), note: nil, table: nil,
            form: Form(
                action: "/console/applications/moves/preview",
                sections: [FormSection(fields: Self.fields(input, t))], submit: t("bulk.preview"), texts: t,
                hidden: hidden.map { HiddenField($0.0, $0.1) }, cancel: LinkText(t("moves.cancel"), back),
                problem: headline),
            back: nil)
        return try render(model, viewer, back, status: 422, t)
    }

    private func render(
        _ model: MovesPage, _ viewer: Viewer, _ back: SafeURL, status: Int, _ t: Texts
    ) throws -> HTML {
        let frame = Frame(
            title: model.header.title, site: site, viewer: viewer, current: "applications",
            breadcrumbs: [Breadcrumb(t("list.title"), back)])
        return HTML(status: status, bytes: try PageTemplate.moves.render(model, in: frame))
    }

    // MARK: Saved filters

    private var saveFilter: AnyRoute {
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

    private var askToRename: AnyRoute {
        PageRoute(
            .get, "/console/application-filters/{filter}/name", "consoleFilterName", access: .roles([.manager]),
            parameters: SavedFilterPath.self
        ) { call in
            try await nameForm(call, call.parameters.filter)
        }.erased
    }

    private var rename: AnyRoute {
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

    private var forgetFilter: AnyRoute {
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

extension MoveVerdict {
    /// Why it stays, to people.
    fileprivate func reason(_ t: Texts) -> String {
        switch refusal {
        case .wrongState(let state, _)?: t("moves.wrong_state", ["state": state.label(t)])
        case .ownStartup?: t("moves.own")
        case .nothingToAsk(let round)?: t("moves.nothing_to_ask", ["round": "\(round)"])
        case .dueInThePast?: t("moves.due_in_the_past")
        case let other?: other.problem.headline ?? ""
        case nil: t("moves.gone")
        }
    }
}

/// A filter to keep, as the list's form sends it.
struct NewSavedFilterForm: Described {
    let name: ShortText
    let filter: ApplicationFilter?
    let isShared: Bool?
}

/// Applications as a table or as a board.
struct ApplicationListPage: ViewModel {
    var header: PageHeader
    var tabs: Tabs
    var stats: StatTiles?
    var filters: Filtering
    var saved: Saved
    var table: Rows?
    var board: Board?
    var bulk: Bulk?
    var pager: Pager?
    var empty: EmptyState?

    /// A table whose rows can be ticked.
    struct Rows: ViewModel {
        var caption: String
        var columns: [Table.Column]
        var rows: [Line]
    }

    struct Line: ViewModel {
        var id: String
        var url: SafeURL
        var name: String
        var cells: [Table.Cell]
    }

    struct Board: ViewModel {
        var stages: [Stage]
    }

    /// A column of the board.
    struct Stage: ViewModel {
        var title: String
        var count: String
        var overdue: Badge?
        var cards: [Card]
        var hasCards: Bool
        var more: LinkText?
    }

    struct Card: ViewModel {
        var id: String
        var url: SafeURL
        var name: String
        var call: String
        var stood: String
        var overdue: Badge?
    }

    /// The filter as a form: what is asked often, and more.
    struct Filtering: ViewModel {
        var action: SafeURL
        var search: Filters.Search
        var usual: [Filters.Choice]
        var more: [Filters.Choice]
        var days: [Box]
        var columns: [Tick]
        var clearURL: SafeURL?
    }

    struct Tick: ViewModel {
        var value: String
        var label: String
        var isChosen: Bool
    }

    struct Box: ViewModel {
        var name: String
        var label: String
        var type: String
        var value: String
    }

    /// Filters that have a name, and the form that gives this one a name.
    struct Saved: ViewModel {
        var items: [Item]
        var hasItems: Bool
        var hidden: [HiddenField]

        struct Item: ViewModel {
            var name: String
            var url: SafeURL
            var note: String?
            var renameURL: SafeURL?
            var forgetURL: SafeURL?
        }
    }

    /// The step for what is ticked.
    struct Bulk: ViewModel {
        var hidden: [HiddenField]
        var fields: [FormField]
        /// Offers all that the filter lets through.
        var all: String?
        /// Says that they are too many for one step.
        var tooMany: String?
    }
}

/// A step for many before it is made, or a form that came back.
struct MovesPage: ViewModel {
    var header: PageHeader
    var note: String?
    var table: Table?
    var form: Form?
    var back: LinkText?
}

extension PageTemplate<ApplicationListPage> {
    static let applicationList = PageTemplate("applications/list", in: .applications)
}

extension PageTemplate<MovesPage> {
    static let moves = PageTemplate("applications/moves", in: .applications)
}
