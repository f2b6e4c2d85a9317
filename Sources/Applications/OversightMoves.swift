internal import API
internal import Accounts
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// One step for many applications: chosen, looked at, made.
extension OversightPages {
    func bulk(_ desk: Desk, _ filter: ApplicationFilter, isBoard: Bool, _ t: Texts) -> ApplicationListPage.Bulk {
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

    var preview: AnyRoute {
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

    var move: AnyRoute {
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
                        let mode = BulkMode(dryRun: nil, partial: form.partial)
                        _ = try await transaction.moveApplications(ids, by: step, mode, by: person)
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
        // The button says how many go, which those that stay must not keep from going.
        let input = FormInput(["partial": "true"], texts: t)
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
                                        "partial", label: t("moves.mode"),
                                        options: [
                                            ("true", t("moves.partial", count: moving.count), nil),
                                            ("false", t("moves.all_or_nothing"), nil),
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
        let hidden = sent.filter { !["csrf", "move", "note", "round", "due_on", "partial"].contains($0.0) }
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

    func render(
        _ model: MovesPage, _ viewer: Viewer, _ back: SafeURL, status: Int, _ t: Texts
    ) throws -> HTML {
        let frame = Frame(
            title: model.header.title, site: site, viewer: viewer, current: "applications",
            breadcrumbs: [Breadcrumb(t("list.title"), back)])
        return HTML(status: status, bytes: try PageTemplate.moves.render(model, in: frame))
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

/// A step for many before it is made, or a form that came back.
struct MovesPage: ViewModel {
    var header: PageHeader
    var note: String?
    var table: Table?
    var form: Form?
    var back: LinkText?
}

extension PageTemplate<MovesPage> {
    static let moves = PageTemplate("applications/moves", in: .applications)
}
