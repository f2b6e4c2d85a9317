internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Reviews
internal import Vocabulary
internal import Wording

/// Batches as managers keep them: the list, the batch, what is prepared, one by one, and the release.
struct DecisionsConsole: Sendable {
    let site: Site

    var routes: [AnyRoute] {
        [
            list, new, create, show, edit, revise, askToPrepare, prepare, withdraw, askToRelease, release,
        ]
    }

    // MARK: Batches

    private var list: AnyRoute {
        PageRoute(
            .get, "/console/decisions", "consoleDecisions", access: .roles([.manager]), parameters: ListBatches.self
        ) { call in
            let desk = try await DecisionDesk(call, in: site)
            let t = desk.t
            let wanted = call.parameters.call
            let batches = try await call.reader.decisionBatches(of: wanted)
            let tallies = try await call.reader.tallies(of: batches.map(\.id))
            let calls = try await call.reader.calls()
            let address: SafeURL = "/console/decisions"
            let new: SafeURL = "/console/decisions/new"
            let model = DecisionsPage(
                header: PageHeader(
                    title: t("batches.title"), lede: t("batches.lede"),
                    actions: [
                        .link(
                            t("batch.new"), wanted.map { new.adding([("call", $0.description)]) } ?? new,
                            style: .primary)
                    ]),
                tabs: desk.tabs(.batches),
                filters: Filters(
                    action: address,
                    choices: [
                        Filters.Choice(
                            name: "call", label: t("field.call"), all: t("batches.every_call"),
                            options: calls.map { ($0.id.description, $0.title.text(for: desk.spoken)) },
                            chosen: wanted?.description ?? "")
                    ], clearURL: wanted == nil ? nil : address),
                parts: [
                    DecisionsPage.Part(
                        table: Table(
                            caption: t("batches.title"),
                            columns: [
                                .init(t("batch.name")), .init(t("batch.status")),
                                .init(t("batch.offers"), isNumber: true), .init(t("batch.waitlisted"), isNumber: true),
                                .init(t("batch.rejections"), isNumber: true),
                            ],
                            rows: batches.map { batch in
                                let tally = tallies[batch.id]
                                return [
                                    .link(
                                        batch.terms.name.string, "/console/decisions/\(batch.id)",
                                        note: batch.callTitle.text(for: desk.spoken)),
                                    .badge(badge(batch, t)), .number(tally?.offers ?? 0),
                                    .number(tally?.waitlisted ?? 0), .number(tally?.rejections ?? 0),
                                ]
                            },
                            empty: EmptyState(
                                title: t("batches.empty"), text: t("batches.empty_text"),
                                action: LinkText(t("batch.new"), new))))
                ])
            return try desk.html(model, desk.frame(t("batches.title")))
        }.erased
    }

    private var new: AnyRoute {
        PageRoute(
            .get, "/console/decisions/new", "consoleNewBatch", access: .roles([.manager]), parameters: ListBatches.self
        ) { call in
            let day = CalendarDate(Date.now, in: .hongKong).adding(days: 21)
            let values = [
                "call": call.parameters.call.map { [$0.description] }, "last_day": [day.description],
                "accept_days": ["14"], "appeal_days": ["14"],
            ].compactMapValues(\.self)
            return try await form(for: call, nil, values: values, version: nil)
        }.erased
    }

    private var create: AnyRoute {
        PageRoute(
            .post, "/console/decisions/new", "createConsoleBatch", access: .roles([.manager]), body: BatchForm.self
        ) { call in
            let principal = try call.principal
            let (tenant, id) = (try principal.workspace, DecisionBatch.ID())
            return try await deciding {
                let wanted = try call.decoded()
                guard let target = wanted.call else {
                    throw Problem(.invalid, errors: [.init("/call", .required, "Choose a call.")])
                }
                let terms = try wanted.terms()
                return try await call.write { transaction in
                    _ = try await transaction.openBatch(
                        terms, as: id, of: target, in: tenant, by: principal.personID)
                    return .redirect(to: "/console/decisions/\(id)?done=opened")
                }
            } again: { problem in
                try await form(for: call, nil, values: call.fields, version: nil, problem: problem)
            }
        }.erased
    }

    private var edit: AnyRoute {
        PageRoute(
            .get, "/console/decisions/{batch}/edit", "consoleEditBatch", access: .roles([.manager]),
            parameters: BatchPath.self
        ) { call in
            let batch = try await call.batch(call.parameters.batch)
            guard batch.releasedAt == nil else { return .redirect(to: "/console/decisions/\(batch.id)") }
            let version = try call.version(of: try await call.reader.batchView(batch.id))
            return try await form(for: call, batch, values: BatchForm.values(batch.terms), version: version)
        }.erased
    }

    private var revise: AnyRoute {
        PageRoute(
            .post, "/console/decisions/{batch}/edit", "reviseConsoleBatch", access: .roles([.manager]),
            parameters: BatchPath.self, body: BatchForm.self
        ) { call in
            let batch = try await call.batch(call.parameters.batch)
            return try await deciding {
                let terms = try call.decoded().terms()
                return try await call.write { transaction in
                    _ = try await transaction.reviseBatch(batch.id, to: terms) { _ in
                        try call.match(try await transaction.batchView(batch.id))
                    }
                    return .redirect(to: "/console/decisions/\(batch.id)?done=revised")
                }
            } again: { problem in
                try await form(for: call, batch, values: call.fields, version: call.version, problem: problem)
            }
        }.erased
    }

    // MARK: One batch

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/decisions/{batch}", "consoleBatch", access: .roles([.manager]),
            parameters: BatchDonePath.self
        ) { call in
            try await page(
                for: call, of: call.parameters.batch, done: call.parameters.done, left: call.parameters.left)
        }.erased
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of id: DecisionBatch.ID, done: DecisionDone? = nil, left: Int? = nil
    ) async throws -> HTML {
        let desk = try await DecisionDesk(call, in: site)
        let t = desk.t
        let batch = try await call.batch(id)
        let decisions = try await call.reader.preparedDecisions(in: id)
        let undecided = try await call.reader.undecided(in: id)
        let tally = try await call.reader.tallies(of: [id])[id]
        let scores = try await call.scores(of: batch)
        let isOpen = batch.releasedAt == nil
        let faults =
            isOpen && !decisions.isEmpty
            ? try await call.reader.releaseFaults(of: batch, decisions, at: Date()) : []
        let short = isOpen ? try await call.reader.shortOfQuorum(in: batch.call) : [:]
        let waivers = try await call.reader.quorumWaivers(in: id)
        let below = WaiversConsole.part(of: batch, decisions, short: short, waivers, desk)
        let names = Dictionary(
            decisions.map { ($0.application.description, $0.startupName.text(for: desk.spoken)) },
            uniquingKeysWith: { first, _ in first })
        let model = DecisionsPage(
            header: PageHeader(
                title: batch.terms.name.string, kind: batch.callTitle.text(for: desk.spoken), badge: badge(batch, t),
                lede: isOpen
                    ? t("batch.open_lede")
                    : batch.releasedAt.map { t("batch.released_lede", ["time": desk.time($0, in: batch.zone).text]) },
                actions: isOpen
                    ? [
                        .link(t("release.action"), "/console/decisions/\(id)/release", style: .primary),
                        .link(t("bulk.action"), "/console/decisions/\(id)/bulk"),
                        .link(t("batch.edit"), "/console/decisions/\(id)/edit"),
                    ] : []),
            stats: tally.map { tiles(batch, $0, desk) }, faults: faults.map { sentence($0, names) },
            hasFaults: !faults.isEmpty,
            parts: [
                DecisionsPage.Part(
                    title: t("batch.decisions"),
                    table: Table(
                        caption: t("batch.decisions"),
                        columns: [
                            .init(t("batch.startup")), .init(t("batch.score"), isNumber: true),
                            .init(t("field.outcome")), .init(t("batch.rank"), isNumber: true),
                            .init(t("batch.award"), isNumber: true), .init(t("field.note")),
                        ],
                        rows: decisions.map { row($0, in: batch, tally, score: scores[$0.application]?.text, desk) },
                        empty: EmptyState(title: t("batch.empty"), text: t("batch.empty_text"))))
            ]
                + (below.map { [$0] } ?? [])
                + (isOpen && !undecided.isEmpty
                    ? [
                        DecisionsPage.Part(
                            title: t("batch.undecided"),
                            table: Table(
                                caption: t("batch.undecided"),
                                columns: [
                                    .init(t("batch.startup")), .init(t("batch.score"), isNumber: true),
                                    .init(t("batch.reviews")),
                                ],
                                rows: undecided.map { application, name in
                                    [
                                        .link(
                                            name.text(for: desk.spoken),
                                            "/console/decisions/\(id)/applications/\(application)"),
                                        .text(scores[application]?.text ?? "–"),
                                        short[application].map { found in
                                            .badge(
                                                Badge(
                                                    t(
                                                        "batch.short",
                                                        [
                                                            "submitted": Figures.grouped(found.submitted),
                                                            "quorum": Figures.grouped(found.quorum),
                                                        ]), .warning))
                                        } ?? .text(t("batch.enough")),
                                    ]
                                },
                                empty: EmptyState(title: t("batch.empty"), text: t("batch.empty_text"))))
                    ] : []))
        return try desk.html(model, desk.frame(model.header.title, under: [desk.home], done: done, left: left))
    }

    private func row(
        _ decision: PreparedDecision, in batch: DecisionBatch, _ tally: BatchTally?, score: String?,
        _ desk: DecisionDesk
    ) -> [Table.Cell] {
        let meant = decision.preparation
        let name = decision.startupName.text(for: desk.spoken)
        let start = String(meant.note.string.prefix(80))
        return [
            batch.releasedAt == nil
                ? .link(name, "/console/decisions/\(batch.id)/applications/\(decision.application)")
                : .link(name, "/console/applications/\(decision.application)"),
            .text(score ?? "–"),
            .badge(desk.outcome(meant.outcome), note: tally?.name(of: meant.stream)?.text(for: desk.spoken)),
            meant.rank.map(Table.Cell.number) ?? .text("–"),
            meant.award.map { .money(MoneyText($0)) } ?? .text("–"),
            .text(start == meant.note.string ? start : "\(start)…"),
        ]
    }

    private func tiles(_ batch: DecisionBatch, _ tally: BatchTally, _ desk: DecisionDesk) -> StatTiles {
        let t = desk.t
        let isOpen = batch.releasedAt == nil
        let offered = tally.taken + (isOpen ? tally.offers : 0)
        var tiles = [
            StatTiles.Tile(
                t("tile.places"), figure: "\(Figures.grouped(offered)) / \(Figures.grouped(batch.terms.places))",
                note: t("tile.taken", count: tally.taken))
        ]
        for stream in tally.streams {
            let offered = Figures.grouped(stream.taken + (isOpen ? stream.offers : 0))
            tiles.append(
                StatTiles.Tile(
                    t("tile.stream", ["stream": stream.name.text(for: desk.spoken)]),
                    figure: stream.places.map { "\(offered) / \(Figures.grouped($0))" } ?? offered,
                    note: stream.isOver && isOpen ? t("tile.stream_over") : t("tile.taken", count: stream.taken)))
        }
        if let currency = batch.terms.currency {
            let sum = Money(minor: tally.takenAwards + (isOpen ? tally.awards : 0), currency: currency)
            tiles.append(
                StatTiles.Tile(
                    t("tile.awards"), figure: MoneyText(sum).figure,
                    note: batch.terms.budget.map {
                        t("tile.budget", ["budget": "\(MoneyText($0).currency)\(MoneyText($0).figure)"])
                    }))
        }
        tiles.append(
            StatTiles.Tile(
                t("tile.undecided"), figure: Figures.grouped(tally.undecided), note: t("tile.undecided_note")))
        return StatTiles(tiles)
    }

    private func badge(_ batch: DecisionBatch, _ t: Texts) -> Badge {
        batch.releasedAt == nil ? Badge(t("batch.prepared"), .info) : Badge(t("batch.released"), .success)
    }

    /// A reason with the name of the startup it is about.
    private func sentence(_ fault: Problem.FieldError, _ names: [String: String]) -> String {
        let parts = fault.pointer.split(separator: "/")
        guard parts.count > 1, let name = names[String(parts[1])] else { return fault.detail }
        return "\(name): \(fault.detail)"
    }

    private func form<P, B>(
        for call: FormCall<P, B>, _ existing: DecisionBatch?, values: [String: [String]], version: String?,
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await DecisionDesk(call, in: site)
        let t = desk.t
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let calls = existing == nil ? try await call.reader.calls() : []
        let which =
            existing == nil
            ? [
                input.select(
                    "call", label: t("field.call"),
                    options: calls.map { ($0.id.description, $0.title.text(for: desk.spoken)) })
            ] : []
        let fields =
            which + [
                input.text("name", label: t("batch.name"), hint: t("batch.name_hint"), limit: 200),
                input.number("places", label: t("field.places"), hint: t("field.places_hint")),
                input.money(
                    "budget", label: t("field.budget"), currencies: TypedAmount.currencies,
                    hint: t("field.budget_hint"),
                    isOptional: true),
                input.money(
                    "award", label: t("field.usual_award"), currencies: TypedAmount.currencies, isOptional: true),
                input.date("last_day", label: t("field.usual_last_day")),
                input.number("accept_days", label: t("field.accept_days"), hint: t("field.accept_days_hint")),
                input.checkbox(
                    "promotes_itself", label: t("field.promotion"), statement: t("field.promotes_itself"),
                    hint: t("field.promotes_itself_hint")),
                input.number("appeal_days", label: t("field.appeal_days"), hint: t("field.appeal_days_hint")),
            ]
        let title = existing == nil ? t("batch.new") : t("batch.edit")
        let model = DecisionsPage(
            header: PageHeader(title: title, kind: existing?.terms.name.string, lede: t("batch.form_lede")),
            forms: [
                Form(
                    action: existing.map { "/console/decisions/\($0.id)/edit" } ?? "/console/decisions/new",
                    fields: fields, submit: t("batch.save"), texts: t,
                    hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)]
                        + (version.map { [HiddenField("version", $0)] } ?? []),
                    cancel: LinkText(
                        t("form.cancel"), existing.map { "/console/decisions/\($0.id)" } ?? "/console/decisions"),
                    problem: problem?.sentence(besides: fields))
            ])
        return try desk.html(model, desk.frame(title, under: [desk.home]))
    }

    // MARK: One decision

    private var askToPrepare: AnyRoute {
        PageRoute(
            .get, "/console/decisions/{batch}/applications/{application}", "consolePrepareDecision",
            access: .roles([.manager]), parameters: PreparedPath.self
        ) { call in
            let path = call.parameters
            let prepared = try await call.reader.preparedDecision(on: path.application, in: path.batch)
            let values = prepared.map { PreparationForm.values($0.preparation) } ?? [:]
            return try await decisionForm(for: call, path, prepared, values: values)
        }.erased
    }

    private var prepare: AnyRoute {
        PageRoute(
            .post, "/console/decisions/{batch}/applications/{application}", "prepareConsoleDecision",
            access: .roles([.manager]), parameters: PreparedPath.self, body: PreparationForm.self
        ) { call in
            let (path, person) = (call.parameters, try call.principal.personID)
            return try await deciding {
                let meant = try call.decoded().preparation()
                return try await call.write { transaction in
                    try await transaction.prepareDecision(on: path.application, meant, in: path.batch, by: person)
                    return .redirect(to: "/console/decisions/\(path.batch)?done=prepared")
                }
            } again: { problem in
                let prepared = try await call.reader.preparedDecision(on: path.application, in: path.batch)
                return try await decisionForm(for: call, path, prepared, values: call.fields, problem: problem)
            }
        }.erased
    }

    private var withdraw: AnyRoute {
        PageRoute(
            .post, "/console/decisions/{batch}/applications/{application}/withdrawal", "withdrawConsolePreparation",
            access: .roles([.manager]), parameters: PreparedPath.self
        ) { call in
            let path = call.parameters
            return try await deciding {
                try await call.write { transaction in
                    try await transaction.withdrawPreparation(of: path.application, in: path.batch)
                    return .redirect(to: "/console/decisions/\(path.batch)?done=withdrawn")
                }
            } again: { _ in
                try await page(for: call, of: path.batch)
            }
        }.erased
    }

    private func decisionForm<P, B>(
        for call: FormCall<P, B>, _ path: PreparedPath, _ prepared: PreparedDecision?, values: [String: [String]],
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await DecisionDesk(call, in: site)
        let t = desk.t
        let batch = try await call.batch(path.batch)
        guard batch.releasedAt == nil else { return .redirect(to: "/console/decisions/\(batch.id)") }
        guard let summary = try await call.reader.application(path.application), summary.application.call == batch.call
        else { throw Problem.notFound }
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let fields =
            desk.fields(input, batch: batch, choices: try await call.reader.namedChoices(of: summary)) + [
                input.area(
                    "feedback", label: t("field.feedback"), hint: t("field.feedback_hint"), isOptional: true,
                    limit: 10_000, rows: 6)
            ]
        let address: SafeURL = "/console/decisions/\(batch.id)/applications/\(path.application)"
        let model = DecisionsPage(
            header: PageHeader(
                title: summary.startupName.text(for: desk.spoken), kind: batch.terms.name.string,
                badge: prepared.map { desk.outcome($0.preparation.outcome) }, lede: t("prepare.lede"),
                actions: [.link(t("prepare.read"), "/console/applications/\(path.application)")]
                    + (prepared == nil
                        ? []
                        : [
                            .post(
                                t("prepare.withdraw"),
                                "/console/decisions/\(batch.id)/applications/\(path.application)/withdrawal")
                        ])),
            forms: [
                Form(
                    action: address, fields: fields, submit: t("prepare.submit"), texts: t,
                    hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                    cancel: LinkText(t("form.cancel"), "/console/decisions/\(batch.id)"),
                    draft: "decision-\(batch.id)-\(path.application)", problem: problem?.sentence(besides: fields))
            ])
        let trail = [desk.home, Breadcrumb(batch.terms.name.string, "/console/decisions/\(batch.id)")]
        return try desk.html(model, desk.frame(model.header.title, under: trail))
    }

    // MARK: The release

    private var askToRelease: AnyRoute {
        PageRoute(
            .get, "/console/decisions/{batch}/release", "consoleReleaseBatch", access: .roles([.manager]),
            parameters: BatchPath.self
        ) { call in
            try await confirmation(for: call, call.parameters.batch)
        }.erased
    }

    private var release: AnyRoute {
        PageRoute(
            .post, "/console/decisions/{batch}/release", "releaseConsoleBatch", access: .roles([.manager]),
            parameters: BatchPath.self
        ) { call in
            let (id, person) = (call.parameters.batch, try call.principal.personID)
            return try await deciding {
                try await call.write { transaction in
                    _ = try await transaction.releaseBatch(id, by: person) { _ in
                        try call.match(try await transaction.batchView(id))
                    }
                    return .redirect(to: "/console/decisions/\(id)?done=released")
                }
            } again: { problem in
                try await confirmation(for: call, id, problem: problem)
            }
        }.erased
    }

    private func confirmation<P, B>(
        for call: FormCall<P, B>, _ id: DecisionBatch.ID, problem: FormProblem? = nil
    ) async throws -> HTML {
        let desk = try await DecisionDesk(call, in: site)
        let t = desk.t
        let batch = try await call.batch(id)
        guard batch.releasedAt == nil else { return .redirect(to: "/console/decisions/\(id)") }
        guard let tally = try await call.reader.tallies(of: [id])[id] else { throw Problem.notFound }
        let version = try call.version(of: BatchView(batch, tally))
        var consequences = [
            t("release.letters", count: tally.letters),
            t(
                "release.places", count: tally.offers,
                ["taken": Figures.grouped(tally.taken), "places": Figures.grouped(batch.terms.places)]),
            t(
                "release.others",
                ["waitlisted": Figures.grouped(tally.waitlisted), "rejections": Figures.grouped(tally.rejections)]),
        ]
        consequences += tally.streams.map { stream in
            let figures = [
                "stream": stream.name.text(for: desk.spoken), "offers": Figures.grouped(stream.offers),
                "taken": Figures.grouped(stream.taken), "places": Figures.grouped(stream.places ?? 0),
            ]
            return stream.places == nil ? t("release.stream", figures) : t("release.stream_places", figures)
        }
        if let budget = batch.terms.budget {
            let sum = MoneyText(Money(minor: tally.awards + tally.takenAwards, currency: budget.currency))
            let limit = MoneyText(budget)
            consequences.append(
                t(
                    "release.budget",
                    ["awards": "\(sum.currency)\(sum.figure)", "budget": "\(limit.currency)\(limit.figure)"]))
        }
        if tally.undecided > 0 { consequences.append(t("release.undecided", count: tally.undecided)) }
        consequences.append(t("release.final"))
        let model = DecisionsConfirmPage(
            header: PageHeader(
                title: batch.terms.name.string, kind: batch.callTitle.text(for: desk.spoken), badge: badge(batch, t)),
            refusal: problem.flatMap { ErrorSummary(fields: [], problem: $0.sentence(besides: []), texts: t) },
            confirmation: Confirmation(
                title: t("release.title"), consequences: consequences,
                form: Form(
                    action: "/console/decisions/\(id)/release", fields: [], submit: t("release.submit"), texts: t,
                    hidden: [
                        HiddenField("idempotency_key", call.freshIdempotencyKey), HiddenField("version", version),
                    ],
                    cancel: LinkText(t("release.keep"), "/console/decisions/\(id)"))))
        let trail = [desk.home, Breadcrumb(batch.terms.name.string, "/console/decisions/\(id)")]
        return HTML(bytes: try PageTemplate.confirm.render(model, in: desk.frame(t("release.title"), under: trail)))
    }
}
