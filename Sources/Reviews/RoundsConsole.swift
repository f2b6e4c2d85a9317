internal import API
internal import Accounts
internal import Foundation
internal import Pages
internal import Postgres
internal import Programs
internal import Vocabulary
internal import Wording

/// Rounds as a manager keeps them: the list, the draft, the round itself.
struct RoundsConsole: Sendable {
    let site: Site

    var routes: [AnyRoute] { [list, new, create, show, edit, revise, open, closing, close] }

    // MARK: Routes

    private var list: AnyRoute {
        PageRoute(
            .get, "/console/rounds", "consoleRounds", access: .roles([.manager]), parameters: ListRounds.self
        ) { call in
            let (wanted, stream, batch) = (call.parameters.call, call.parameters.stream, call.parameters.batch)
            let viewer = try await call.viewer()
            let words = RoundWords(t: PageKit.reviews.texts(in: viewer.language), now: .now)
            let t = words.t
            let rounds = try await call.reader.rounds(of: wanted, for: stream, in: batch)
            let progress = try await call.reader.progress(of: rounds.map(\.id))
            let calls = try await call.reader.callTitles()
            let address: SafeURL = "/console/rounds"
            let new: SafeURL = wanted.map { "/console/rounds/new?call=\($0)" } ?? "/console/rounds/new"
            let model = RoundsPage(
                header: PageHeader(
                    title: t("rounds.title"), lede: t("rounds.lede"),
                    actions: [
                        .link(t("round.new"), new, style: .primary),
                        .link(t("reviewers.title"), "/console/reviewers"),
                    ]),
                filters: Filters(
                    action: address,
                    choices: [
                        Filters.Choice(
                            name: "call", label: t("round.call"), all: t("rounds.every_call"),
                            options: calls.map { ($0.id.description, $0.title.text(for: words.spoken)) },
                            chosen: wanted?.description ?? "")
                    ] + Self.streams(of: wanted, in: rounds, chosen: stream, words)
                        + Self.batches(of: wanted, in: rounds, chosen: batch, words),
                    clearURL: wanted == nil && stream == nil && batch == nil ? nil : address),
                table: Table(
                    caption: t("rounds.title"),
                    columns: [
                        .init(t("round.kind")), .init(t("round.status")), .init(t("round.due")),
                        .init(t("round.reviews")),
                    ],
                    rows: rounds.map { round in
                        let done = progress[round.id]
                        return [
                            .link(
                                round.name.text(for: words.spoken), "/console/rounds/\(round.id)",
                                note: round.subject(for: words.spoken)),
                            .badge(words.badge(round.status)), .time(words.time(round.due)),
                            .text(words.submitted(done), note: words.applications(done)),
                        ]
                    },
                    empty: EmptyState(
                        title: t("rounds.empty"), text: t("rounds.empty_text"),
                        action: LinkText(t("round.new"), new))))
            let frame = Frame(title: t("rounds.title"), site: site, viewer: viewer, current: "rounds")
            return HTML(bytes: try PageTemplate.rounds.render(model, in: frame))
        }.erased
    }

    /// Rounds of several streams are told apart once a call is chosen that has some.
    private static func streams(
        of call: CallForApplications.ID?, in rounds: [ReviewRound], chosen: ProgramStream.ID?, _ words: RoundWords
    ) -> [Filters.Choice] {
        let found = rounds.compactMap { round in
            round.stream.flatMap { stream in round.streamName.map { (stream, $0) } }
        }
        let streams = Dictionary(found, uniquingKeysWith: { first, _ in first }).sorted { $0.key < $1.key }
        guard call != nil, !streams.isEmpty || chosen != nil else { return [] }
        let t = words.t
        return [
            Filters.Choice(
                name: "stream", label: t("round.stream"), all: t("rounds.every_round"),
                options: streams.map { ($0.key.description, $0.value.text(for: words.spoken)) },
                chosen: chosen?.description ?? "")
        ]
    }

    /// Rounds of several batches, likewise.
    private static func batches(
        of call: CallForApplications.ID?, in rounds: [ReviewRound], chosen: Int?, _ words: RoundWords
    ) -> [Filters.Choice] {
        let found = rounds.compactMap { round in
            round.batch.flatMap { batch in round.batchName(for: words.spoken).map { (batch, $0) } }
        }
        let batches = Dictionary(found, uniquingKeysWith: { first, _ in first }).sorted { $0.key < $1.key }
        guard call != nil, !batches.isEmpty || chosen != nil else { return [] }
        let t = words.t
        return [
            Filters.Choice(
                name: "batch", label: t("round.batch"), all: t("rounds.every_round"),
                options: batches.map { ("\($0.key)", $0.value) }, chosen: chosen.map { "\($0)" } ?? "")
        ]
    }

    private var new: AnyRoute {
        PageRoute(
            .get, "/console/rounds/new", "consoleNewRound", access: .roles([.manager]), parameters: NewRoundPath.self
        ) { call in
            guard let id = call.parameters.call else { return try await choice(for: call) }
            guard let judged = try await call.reader.call(id) else { throw Problem.notFound }
            let (stream, batch) = (call.parameters.stream, call.parameters.batch)
            guard judged.judges(for: stream), judged.takes(batch) else { throw Problem.notFound }
            if judged.offersChoice, stream == nil, call.parameters.all != true {
                return try await choice(of: judged, for: call)
            }
            // A new round begins as its call's stream plans it, or else with the rubric of the last one: most calls judge as
            // the one before did.
            let before = try await call.reader.rounds(of: id).filter {
                $0.judges(for: stream) && (batch == nil || $0.judges(in: batch))
            }
            let zone = TimeZoneName.hongKong
            let due = LocalTime(CalendarDate(Date.now, in: zone).adding(days: 21), hour: 18, minute: 0)
            var values = RoundForm.rubric(
                of: try before.last?.criteria ?? ReviewRound.usualCriteria(), keepingIDs: false)
            values["is_blind"] = ["true"]
            values["is_shared"] = ["true"]
            values["reviews_wanted"] = ["3"]
            values["quorum"] = ["2"]
            values["time_zone"] = [zone.description]
            values["due_at"] = due.map { [$0.field] }
            if let planned = try await call.reader.plannedRound(of: id, for: stream, in: batch, now: .now)?
                .draft
            {
                let fields = RoundForm.values(of: planned)
                // A stream that plans rounds and has no rubric keeps to that of the round before.
                if !planned.criteria.isEmpty { values = values.filter { !$0.key.hasPrefix("criteria.") } }
                values.merge(fields) { $1 }
            }
            values["call"] = [id.description]
            values["stream"] = stream.map { [$0.description] }
            values["batch"] = batch.map { ["\($0)"] }
            return try await form(for: call, nil, values: values, version: nil)
        }.erased
    }

    private var create: AnyRoute {
        PageRoute(
            .post, "/console/rounds/new", "createConsoleRound", access: .roles([.manager]), body: NewRoundForm.self
        ) { call in
            let tenant = try call.principal.workspace
            let id = ReviewRound.ID()
            return try await answering {
                let wanted = try call.decoded()
                let draft = try wanted.round.draft()
                return try await call.write { transaction in
                    _ = try await transaction.draftRound(draft, as: id, of: wanted.call, in: tenant)
                    return .redirect(to: "/console/rounds/\(id)?done=drafted")
                }
            } again: { problem in
                try await form(for: call, nil, values: call.fields, version: nil, problem: problem)
            }
        }.erased
    }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/rounds/{round}", "consoleRound", access: .roles([.manager]), parameters: RoundDonePath.self
        ) { call in
            try await page(for: call, of: call.parameters.round, done: call.parameters.done)
        }.erased
    }

    private var edit: AnyRoute {
        PageRoute(
            .get, "/console/rounds/{round}/edit", "consoleEditRound", access: .roles([.manager]),
            parameters: RoundPath.self
        ) { call in
            guard let round = try await call.reader.round(call.parameters.round) else { throw Problem.notFound }
            guard round.status == .draft else { return .redirect(to: "/console/rounds/\(round.id)") }
            return try await form(
                for: call, round, values: RoundForm.values(of: round),
                version: try call.version(of: RoundView(round, nil)))
        }.erased
    }

    private var revise: AnyRoute {
        PageRoute(
            .post, "/console/rounds/{round}/edit", "reviseConsoleRound", access: .roles([.manager]),
            parameters: RoundPath.self, body: RoundForm.self
        ) { call in
            let (tenant, id) = (try call.principal.workspace, call.parameters.round)
            guard let round = try await call.reader.round(id) else { throw Problem.notFound }
            return try await answering {
                let draft = try call.decoded().draft()
                return try await call.write { transaction in
                    _ = try await transaction.reviseRound(id, to: draft, in: tenant) {
                        try call.match(RoundView($0, nil))
                    }
                    return .redirect(to: "/console/rounds/\(id)?done=revised")
                }
            } again: { problem in
                try await form(for: call, round, values: call.fields, version: call.version, problem: problem)
            }
        }.erased
    }

    private var open: AnyRoute {
        deed("/console/rounds/{round}/opening", "openConsoleRound", .opened) { transaction, round, tenant, person in
            _ = try await transaction.openRound(round, in: tenant, by: person)
        }
    }

    private var closing: AnyRoute {
        PageRoute(
            .get, "/console/rounds/{round}/closing", "consoleCloseRound", access: .roles([.manager]),
            parameters: RoundPath.self
        ) { call in
            guard let round = try await call.reader.round(call.parameters.round) else { throw Problem.notFound }
            guard round.status == .open else { return .redirect(to: "/console/rounds/\(round.id)") }
            let viewer = try await call.viewer()
            let words = RoundWords(t: PageKit.reviews.texts(in: viewer.language), now: .now)
            let t = words.t
            let progress = try await call.reader.progress(of: [round.id])[round.id]
            let missing = (progress?.assigned ?? 0) - (progress?.submitted ?? 0)
            let model = ConfirmPage(
                header: PageHeader(
                    title: round.name.text(for: words.spoken), kind: round.subject(for: words.spoken),
                    badge: words.badge(round.status)),
                confirmation: Confirmation(
                    title: t("round.close_title"),
                    consequences: [
                        missing == 0 ? t("round.close_all") : t("round.close_missing", count: missing),
                        t("round.close_frozen"), t("round.close_final"),
                    ],
                    form: Form(
                        action: "/console/rounds/\(round.id)/closing", fields: [], submit: t("round.close_submit"),
                        texts: t, hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)],
                        cancel: LinkText(t("round.close_keep"), "/console/rounds/\(round.id)"), isDangerous: true)))
            let frame = words.frame(t("round.close_title"), of: round, site, viewer)
            return HTML(bytes: try PageTemplate.confirm.render(model, in: frame))
        }.erased
    }

    private var close: AnyRoute {
        deed("/console/rounds/{round}/closing", "closeConsoleRound", .closed) { transaction, round, _, person in
            _ = try await transaction.closeRound(round, by: person)
        }
    }

    /// A deed on a round that takes nothing but the round; a refusal is said on its page.
    private func deed(
        _ path: String, _ name: String, _ done: RoundDone,
        by verb: @escaping @Sendable (Transaction, ReviewRound.ID, Tenant.ID, Person.ID) async throws -> Void
    ) -> AnyRoute {
        PageRoute(.post, path, name, access: .roles([.manager]), parameters: RoundPath.self) { call in
            let principal = try call.principal
            let (tenant, person, id) = (try principal.workspace, principal.personID, call.parameters.round)
            return try await answering {
                try await call.write { transaction in
                    try await verb(transaction, id, tenant, person)
                    return .redirect(to: "/console/rounds/\(id)?done=\(done.rawValue)")
                }
            } again: { problem in
                try await page(for: call, of: id, problem: problem)
            }
        }.erased
    }

    // MARK: What is shown

    /// The calls that a round can be drafted for, the last to close first: what a round begins with depends on its call.
    private func choice<P, B>(for call: FormCall<P, B>) async throws -> HTML {
        let viewer = try await call.viewer()
        let words = RoundWords(t: PageKit.reviews.texts(in: viewer.language), now: .now)
        let t = words.t
        let calls = try await call.reader.calls().filter { $0.cancelledAt == nil }
            .sorted { ($1.deadline.instant, $0.id) < ($0.deadline.instant, $1.id) }
        let model = RoundsPage(
            header: PageHeader(title: t("round.new"), lede: t("round.choose_call")),
            table: Table(
                caption: t("round.choose_call"), columns: [.init(t("round.call")), .init(t("round.closes"))],
                rows: calls.map { found in
                    [
                        .link(
                            found.title.text(for: words.spoken), "/console/rounds/new?call=\(found.id)",
                            note: found.streamName.text(for: words.spoken)), .time(words.time(found.deadline)),
                    ]
                }, empty: EmptyState(title: t("round.no_call"), text: t("round.no_call_text"))))
        let frame = Frame(
            title: t("round.new"), site: site, viewer: viewer, current: "rounds",
            breadcrumbs: [Breadcrumb(t("rounds.title"), "/console/rounds")])
        return HTML(bytes: try PageTemplate.rounds.render(model, in: frame))
    }

    /// What a round of a call that offers several streams can judge: what it begins with depends on it.
    private func choice<P, B>(of judged: CallForApplications, for call: FormCall<P, B>) async throws -> HTML {
        let viewer = try await call.viewer()
        let words = RoundWords(t: PageKit.reviews.texts(in: viewer.language), now: .now)
        let t = words.t
        let address: SafeURL = "/console/rounds/new?call=\(judged.id)"
        let all: [Table.Cell] = [
            .link(t("round.every_stream"), address.adding([("all", "true")]), note: t("round.every_stream_note")),
            .time(words.time(judged.deadline)),
        ]
        let model = RoundsPage(
            header: PageHeader(
                title: t("round.new"), kind: judged.title.text(for: words.spoken), lede: t("round.choose_stream")),
            table: Table(
                caption: t("round.choose_stream"), columns: [.init(t("round.stream")), .init(t("round.closes"))],
                rows: [all]
                    + judged.offered.map { offered in
                        [
                            .link(
                                offered.name.text(for: words.spoken),
                                address.adding([("stream", offered.stream.description)])),
                            .time(words.time(judged.deadline(of: offered.stream))),
                        ]
                    }, empty: EmptyState(title: t("round.no_call"), text: t("round.no_call_text"))))
        let frame = Frame(
            title: t("round.new"), site: site, viewer: viewer, current: "rounds",
            breadcrumbs: [
                Breadcrumb(t("rounds.title"), "/console/rounds"), Breadcrumb(t("round.new"), "/console/rounds/new"),
            ])
        return HTML(bytes: try PageTemplate.rounds.render(model, in: frame))
    }

    private func page<P, B>(
        for call: FormCall<P, B>, of id: ReviewRound.ID, done: RoundDone? = nil, problem: FormProblem? = nil
    ) async throws -> HTML {
        guard let round = try await call.reader.round(id) else { throw Problem.notFound }
        let progress = try await call.reader.progress(of: [id])[id]
        let panel = try await call.reader.panel(of: id)
        let places = try await call.reader.placesOfTheStream(in: round)
        let moves = try await call.reader.dueMoves(of: [id])[id] ?? []
        let pool = try await call.reader.poolOf(round: id)
        let seats = try await call.reader.partnerSeats(of: id)
        let viewer = try await call.viewer()
        let words = RoundWords(t: PageKit.reviews.texts(in: viewer.language), now: .now)
        let t = words.t
        let isOpen = round.status == .open
        var model = RoundPage(
            header: PageHeader(
                title: round.name.text(for: words.spoken), kind: round.subject(for: words.spoken),
                badge: words.badge(round.status), lede: words.lede(round, progress),
                actions: actions(on: round, progress, t, key: call.freshIdempotencyKey)),
            refusal: problem.flatMap { ErrorSummary(fields: [], problem: $0.sentence(besides: []), texts: t) },
            stats: round.status == .draft ? nil : words.tiles(round, progress),
            panel: Table(
                caption: t("panel.title"),
                columns: [
                    .init(t("panel.person")), .init(t("panel.answer")), .init(t("panel.knows")),
                    .init(t("panel.load")), .init(t("panel.done")),
                ],
                rows: panel.map { panelist in
                    words.row(
                        panelist, of: round, isLinked: round.status != .closed,
                        isOutside: pool.map { !$0.contains(panelist.person) } ?? false)
                },
                empty: EmptyState(title: t("panel.empty"), text: t("panel.empty_text"))),
            inviteURL: round.status == .closed ? nil : "/console/rounds/\(id)/panel/new",
            poolURL: round.status == .closed || pool == nil ? nil : "/console/rounds/\(id)/pool",
            seats: words.seats(seats), hasSeats: !seats.isEmpty, seatsURL: "/console/rounds/\(id)/partner-seats",
            criteria: round.criteria.map { words.criterion($0) }, hasCriteria: !round.criteria.isEmpty,
            facts: words.facts(round, places), history: words.history(moves, of: round),
            tools: isOpen || round.status == .closed
                ? [
                    LinkText(t("round.assignments"), "/console/rounds/\(id)/assignments"),
                    LinkText(t("round.standings"), "/console/rounds/\(id)/standings"),
                    LinkText(t("round.conflicts"), "/console/rounds/\(id)/conflicts"),
                ] : [LinkText(t("round.conflicts"), "/console/rounds/\(id)/conflicts")])
        if isOpen, try await !call.reader.applicationsToRenew(in: id).isEmpty {
            model.tools.append(LinkText(t("renewals.title"), "/console/rounds/\(id)/renewals"))
        }
        if round.status != .closed {
            model.tools += [
                LinkText(t("asking.title"), "/console/rounds/\(id)/panel-invitations"),
                LinkText(t("panel_changes.title"), "/console/rounds/\(id)/panel-changes"),
                LinkText(t("declarations.title"), "/console/rounds/\(id)/conflict-declarations"),
            ]
        }
        let frame = Frame(
            title: model.header.title, site: site, viewer: viewer, current: "rounds",
            breadcrumbs: [Breadcrumb(t("rounds.title"), "/console/rounds")],
            flash: done.map { FlashNotice(t("done.\($0.rawValue)")) })
        return HTML(bytes: try PageTemplate.round.render(model, in: frame))
    }

    private func actions(on round: ReviewRound, _ progress: RoundProgress?, _ t: Texts, key: String) -> [Action] {
        let hidden = [HiddenField("idempotency_key", key)]
        switch round.status {
        case .draft:
            return [
                .post(t("round.open"), "/console/rounds/\(round.id)/opening", style: .primary, hidden: hidden),
                .link(t("round.edit"), "/console/rounds/\(round.id)/edit"),
            ]
        case .open:
            let ready = progress?.ready ?? 0
            let enter: [Action] =
                ready == 0
                ? []
                : [.link(t("round.enter", count: ready), "/console/rounds/\(round.id)/entry")]
            return [.link(t("round.assign"), "/console/rounds/\(round.id)/assignments", style: .primary)] + enter
                + [
                    .link(t("due.action"), "/console/rounds/\(round.id)/due"),
                    .link(t("round.close"), "/console/rounds/\(round.id)/closing"),
                ]
        case .closed:
            return [.link(t("round.standings"), "/console/rounds/\(round.id)/standings", style: .primary)]
        }
    }

    private func form<P, B>(
        for call: FormCall<P, B>, _ existing: ReviewRound?, values: [String: [String]], version: String?,
        problem: FormProblem? = nil
    ) async throws -> HTML {
        let viewer = try await call.viewer()
        let words = RoundWords(t: PageKit.reviews.texts(in: viewer.language), now: .now)
        let t = words.t
        let input = FormInput(values: values, errors: problem?.errors ?? [], texts: t)
        let chosen = existing == nil ? values["call"]?.first.flatMap(CallForApplications.ID.init) : nil
        let judged: CallForApplications? =
            if let id = existing?.call ?? chosen { try await call.reader.call(id) } else { nil }
        let calls = existing == nil && judged == nil ? try await call.reader.callTitles() : []
        let rows = max(3, Self.criteria(in: values) + 1)
        // The call stands once it is chosen: what the form begins with is the call's.
        let which =
            existing == nil && judged == nil
            ? [
                input.select(
                    "call", label: t("round.call"),
                    options: calls.map { ($0.id.description, $0.title.text(for: words.spoken)) })
            ] : []
        let streams = judged?.offered ?? []
        let whose =
            streams.isEmpty
            ? []
            : [
                input.select(
                    "stream", label: t("round.stream"), hint: t("round.stream_hint"),
                    options: streams.map { ($0.stream.description, $0.name.text(for: words.spoken)) },
                    prompt: t("round.every_stream"), isOptional: true)
            ]
        let batches = judged?.batches ?? []
        let when =
            batches.isEmpty
            ? []
            : [
                input.select(
                    "batch", label: t("round.batch"), hint: t("round.batch_hint"),
                    options: batches.map {
                        (
                            "\($0.number)",
                            t(
                                "round.batch_until",
                                [
                                    "number": "\($0.number)",
                                    "day": CalendarDate($0.closesAt, in: judged?.deadline.zone ?? .hongKong)
                                        .text(in: viewer.language),
                                ])
                        )
                    },
                    prompt: t("round.every_batch"), isOptional: true)
            ]
        let sections =
            [
                FormSection(fields: which + [input.localized("name", label: t("round.name"))] + whose + when),
                FormSection(
                    title: t("round.section_rules"),
                    fields: [
                        input.radios(
                            "is_blind", label: t("round.blinding"),
                            options: [
                                ("true", t("round.blind"), t("round.blind_hint")),
                                ("false", t("round.named"), t("round.named_hint")),
                            ]),
                        input.checkbox(
                            "is_shared", label: t("round.sharing"), statement: t("round.shared"),
                            hint: t("round.shared_hint")),
                        input.number("reviews_wanted", label: t("round.wanted"), hint: t("round.wanted_hint")),
                        input.number("quorum", label: t("round.quorum"), hint: t("round.quorum_hint")),
                        input.select(
                            "time_zone", label: t("round.zone"),
                            options: TimeZoneName.offered.map { ($0.description, $0.place) }),
                        input.text("due_at", label: t("round.due"), type: "datetime-local", width: "medium"),
                    ]),
            ] + (0..<rows).map { criterion($0, between: RoundForm.scoresBetween(ofRow: $0, in: values), input, t) }
        let title = existing == nil ? t("round.new") : t("round.edit")
        let model = ReviewsFormPage(
            header: PageHeader(
                title: title, kind: (existing?.name ?? judged?.title)?.text(for: words.spoken),
                lede: t("round.form_lede")),
            form: Form(
                action: existing.map { "/console/rounds/\($0.id)/edit" } ?? "/console/rounds/new", sections: sections,
                submit: t("round.save"), texts: t,
                hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)]
                    + (version.map { [HiddenField("version", $0)] } ?? [])
                    + (existing == nil ? judged.map { [HiddenField("call", $0.id.description)] } ?? [] : [])
                    + Self.kept(in: values, rows: rows),
                cancel: LinkText(
                    t("form.cancel"), existing.map { "/console/rounds/\($0.id)" } ?? "/console/rounds"),
                draft: existing.map { "round-\($0.id)" } ?? judged.map { Self.draft(of: $0.id, values) } ?? "round-new",
                problem: problem?.sentence(besides: sections.flatMap(\.fields))))
        let frame = Frame(
            title: title, site: site, viewer: viewer, current: "rounds",
            breadcrumbs: [Breadcrumb(t("rounds.title"), "/console/rounds")])
        return HTML(bytes: try PageTemplate.reviewsForm.render(model, in: frame))
    }

    private func criterion(_ index: Int, between: [Int], _ input: FormInput, _ t: Texts) -> FormSection {
        let row = "criteria.\(index)"
        return FormSection(
            title: t("criterion.section", ["number": "\(index + 1)"]),
            intro: index == 0 ? t("criterion.intro") : nil,
            fields: [
                input.localized("\(row).name", label: t("criterion.name"), isOptional: true),
                input.localized("\(row).guidance", label: t("criterion.guidance"), rows: 2, isOptional: true),
                input.number(
                    "\(row).weight", label: t("criterion.weight"), hint: t("criterion.weight_hint"), isOptional: true,
                    suffix: t("criterion.of_hundred")),
                input.number("\(row).lowest", label: t("criterion.lowest"), isOptional: true),
                input.localized("\(row).low_meaning", label: t("criterion.low_meaning"), isOptional: true),
                input.number("\(row).highest", label: t("criterion.highest"), isOptional: true),
                input.localized("\(row).high_meaning", label: t("criterion.high_meaning"), isOptional: true),
            ]
                + between.enumerated().map { place, score in
                    input.localized(
                        "\(row).meanings.\(place).meaning", label: t("criterion.meaning", ["score": "\(score)"]),
                        isOptional: true)
                })
    }

    /// What the form has no field for and must bring back, row by row: rows are told by where they first appear.
    private static func kept(in values: [String: [String]], rows: Int) -> [HiddenField] {
        (0..<rows).flatMap { row in
            let id = values["criteria.\(row).id"]?.first.flatMap { $0.isEmpty ? nil : $0 }
            let scores = RoundForm.scoresBetween(ofRow: row, in: values).enumerated().map { place, score in
                HiddenField("criteria.\(row).meanings.\(place).score", "\(score)")
            }
            return (id.map { [HiddenField("criteria.\(row).id", $0)] } ?? []) + scores
        }
    }

    /// Under which name a browser keeps what was typed: what a round begins with depends on its stream and batch.
    private static func draft(of call: CallForApplications.ID, _ values: [String: [String]]) -> String {
        let stream = values["stream"]?.first.flatMap(ProgramStream.ID.init)
        let batch = values["batch"]?.first.flatMap { Int($0) }
        return (["round-new-\(call)"] + [stream?.description, batch.map { "batch-\($0)" }].compactMap { $0 })
            .joined(separator: "-")
    }

    /// How many criteria a form was filled in with.
    private static func criteria(in values: [String: [String]]) -> Int {
        values.compactMap { name, texts -> Int? in
            let parts = name.split(separator: ".")
            guard parts.count == 4, parts[0] == "criteria", parts[2] == "name", let index = Int(parts[1]), index < 50,
                texts.contains(where: { !$0.isEmpty })
            else { return nil }
            return index + 1
        }.max() ?? 0
    }
}

/// Runs a form's deed, and shows the form again with what its sender can mend.
func answering(_ deed: () async throws -> HTML, again: (FormProblem) async throws -> HTML) async throws -> HTML {
    try await FormProblem.answering(ReviewsRoom.constraints, deed, again: again)
}

/// A round and the call it is for, as one form sends both.
struct NewRoundForm: Codable {
    let call: CallForApplications.ID
    let round: RoundForm

    private enum CodingKeys: CodingKey { case call }

    init(from decoder: any Decoder) throws {
        call = try decoder.container(keyedBy: CodingKeys.self).decode(CallForApplications.ID.self, forKey: .call)
        round = try RoundForm(from: decoder)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(call, forKey: .call)
        try round.encode(to: encoder)
    }
}

/// For which call a round is drafted, and for which of its streams and batches, or for all of them.
struct NewRoundPath: Codable {
    let call: CallForApplications.ID?
    let stream: ProgramStream.ID?
    let batch: Int?
    let all: Bool?
}

/// What was just done, as the address of the page after it says.
enum RoundDone: String, Codable, CaseIterable {
    case drafted, revised, opened, entered, renewed, closed, invited, changed, chaired, away, removed, moved, waived
}

struct RoundDonePath: Codable {
    let round: ReviewRound.ID
    let done: RoundDone?
}
