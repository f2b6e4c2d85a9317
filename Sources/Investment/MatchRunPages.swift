internal import API
internal import Accounts
internal import Foundation
internal import Institutions
internal import Jobs
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Asking for a match run, watching it, and showing its lists to investors.
struct MatchRunPages {
    let site: Site

    var routes: [AnyRoute] { [listRuns, requestRun, showRun, cancelRun, releaseRun] }

    private var listRuns: AnyRoute {
        PageRoute(
            .get, "/console/match-runs", "consoleMatchRuns", access: .roles([.manager]), parameters: ConsoleRuns.self
        ) { call in
            try await listPage(for: call, call.parameters, values: [:], problem: nil)
        }.erased
    }

    private var requestRun: AnyRoute {
        PageRoute(
            .post, "/console/match-runs", "consoleRequestMatchRun", access: .roles([.manager]), rate: .expensive,
            parameters: ConsoleRuns.self, body: RunForm.self
        ) { call in
            let principal = try call.principal
            let (tenant, person, id) = (try principal.workspace, principal.personID, MatchRun.ID())
            let search = call.fields["q"].map { $0.first.flatMap { try? ShortText($0) } } ?? call.parameters.q
            let first = ConsoleRuns(q: search, limit: nil, cursor: nil)
            do {
                let form = try call.decoded()
                // What was typed to be searched for is found first, also where the button to start was pressed for it.
                if form.find == true || form.q != nil && form.q != form.searched {
                    return try await listPage(for: call, first, values: call.fields, problem: nil)
                }
                if search != nil, form.mandates.isEmpty, form.investors.isEmpty {
                    throw MatchRunRefusal.nobodyChosen
                }
                let request = MatchRunRequest(
                    length: form.length, mandates: form.mandates.isEmpty ? nil : form.mandates,
                    investors: form.investors.isEmpty ? nil : form.investors, stream: form.stream, rules: form.rules)
                return try await call.write { transaction in
                    _ = try await transaction.requestMatchRun(request, as: id, in: tenant, by: person)
                    return .redirect(to: "/console/match-runs/\(id)")
                }
            } catch let refusal as MatchRunRefusal {
                return try await listPage(for: call, first, values: call.fields, problem: refusal.problem)
            } catch let problem as Problem where problem.kind == .invalid {
                return try await listPage(for: call, first, values: call.fields, problem: problem)
            }
        }.erased
    }

    private var showRun: AnyRoute {
        PageRoute(
            .get, "/console/match-runs/{run}", "consoleMatchRun", access: .roles([.manager]), parameters: ShowRun.self
        ) { call in
            let reader = call.reader
            guard let run = try await reader.matchRun(call.parameters.run) else { throw Problem.notFound }
            let after = try call.position(call.parameters.cursor, as: ShortlistPosition.self)
            let found = try await reader.shortlists(of: run.id, after: after, limit: PageSize.rows(for: nil))
            let page = try call.page(found, size: nil) { ShortlistPosition($0) }
            let reading = try await Reading(call)
            let t = reading.t
            let base: SafeURL = "/console/match-runs/\(run.id.description)"
            let model = RunPage(
                header: header(of: run, reading),
                progress: run.progress.map { progress in
                    RunBar(
                        label: t(
                            "run.progress",
                            ["done": Figures.grouped(progress.done), "total": Figures.grouped(progress.total)]),
                        done: progress.done, total: max(1, progress.total))
                },
                isUnderWay: run.state.isUnderWay, stats: run.state == .finished ? stats(of: run, reading) : nil,
                facts: facts(of: run, reading),
                shortlists: Table(
                    caption: t("run.lists"),
                    columns: [
                        Table.Column(t("run.investor")), Table.Column(t("run.state")),
                        Table.Column(t("shortlists.startups"), isNumber: true),
                        Table.Column(t("investor.answered"), isNumber: true),
                    ],
                    rows: page.items.map { list in
                        [
                            .link(
                                list.investorName.text(for: reading.spoken), "/shortlists/\(list.id.description)",
                                note: list.mandateName.string),
                            .badge(list.badge(t)), .number(list.items), .number(list.answered),
                        ]
                    },
                    empty: EmptyState(
                        title: t("run.no_lists"),
                        text: run.state.isUnderWay ? t("run.no_lists_yet") : t("run.no_lists_text")),
                    pager: Pager(
                        firstURL: call.parameters.cursor == nil ? nil : base,
                        nextURL: page.next.map { base.adding([("cursor", $0)]) })))
            let frame = Frame(
                title: t("run.kind"), site: site, viewer: reading.viewer, current: "match-runs",
                breadcrumbs: [Breadcrumb(t("runs.title"), "/console/match-runs")])
            // Works without scripts: while the run is under way the page asks again by itself.
            let headers = run.state.isUnderWay ? [HeaderField("Refresh", "2")] : []
            return HTML(bytes: try PageTemplate.run.render(model, in: frame), headers: headers)
        }.erased
    }

    private var cancelRun: AnyRoute {
        PageRoute(
            .post, "/console/match-runs/{run}/cancellation", "consoleCancelMatchRun", access: .roles([.manager]),
            parameters: RunPath.self
        ) { call in
            try await call.write { transaction in
                let run = try await transaction.cancelMatchRun(call.parameters.run)
                return .redirect(to: "/console/match-runs/\(run.id)")
            }
        }.erased
    }

    private var releaseRun: AnyRoute {
        PageRoute(
            .post, "/console/match-runs/{run}/release", "consoleReleaseMatchRun", access: .roles([.manager]),
            parameters: RunPath.self
        ) { call in
            let person = try call.principal.personID
            return try await call.write { transaction in
                let run = try await transaction.releaseMatchRun(call.parameters.run, by: person)
                return .redirect(to: "/console/match-runs/\(run.id)")
            }
        }.erased
    }

    private func listPage<P, B>(
        for call: FormCall<P, B>, _ query: ConsoleRuns, values: [String: [String]], problem: Problem?
    ) async throws -> HTML {
        let after = try call.position(query.cursor, as: MatchRunPosition.self)
        let found = try await call.reader.matchRuns(after: after, limit: PageSize.rows(for: query.limit))
        let page = try call.page(found, size: query.limit) { MatchRunPosition($0) }
        let chosen = (values["mandates"] ?? []).compactMap { Mandate.ID($0) }
        let investors = (values["investors"] ?? []).compactMap { Institution.ID($0) }
        let served = try await call.reader.mandatesToServe(
            named: query.q?.string, chosen: chosen, investors: investors, limit: Self.mostOffered + 1)
        let most = Self.mostOffered + served.count { chosen.contains($0.id) || investors.contains($0.investor) }
        let streams = try await call.reader.streamsToServe()
        let reading = try await Reading(call)
        let t = reading.t
        let base: SafeURL = "/console/match-runs"
        let searched: [(name: String, value: String)] = query.q.map { [("q", $0.string)] } ?? []
        let given =
            values.isEmpty
            ? ["length": ["\(MatchRunRequest.usualLength)"], "q": query.q.map { [$0.string] } ?? []] : values
        let input = FormInput(values: given, errors: problem?.fields ?? [], texts: t)
        let model = RunsPage(
            header: PageHeader(
                title: t("runs.title"), lede: t("runs.lede"),
                actions: [.link(t("runs.schedule"), "/console/match-schedule")]),
            form: Form(
                action: base,
                sections: [
                    FormSection(
                        fields: [
                            input.text("q", label: t("runs.search"), isOptional: true, limit: 200)
                        ] + whom(served, upTo: most, isSearch: query.q != nil, streams, input, reading) + [
                            input.number("length", label: t("runs.length"), hint: t("runs.length_hint")),
                            input.number(
                                "rules.most_lists", label: t("runs.most_lists"), hint: t("runs.most_lists_hint"),
                                isOptional: true),
                            input.number(
                                "rules.least_lists", label: t("runs.least_lists"), hint: t("runs.least_lists_hint"),
                                isOptional: true),
                            input.number(
                                "rules.rest_days", label: t("runs.rest_days"), hint: t("runs.rest_days_hint"),
                                isOptional: true, suffix: t("runs.days")),
                        ])
                ],
                submit: t("runs.start"), texts: t,
                hidden: [
                    HiddenField("idempotency_key", call.freshIdempotencyKey),
                    HiddenField("searched", query.q?.string ?? ""),
                ], alternatives: [FormButton(t("runs.find"), name: "find", value: "true")],
                problem: problem?.sentence),
            runs: Table(
                caption: t("runs.title"),
                columns: [
                    Table.Column(t("runs.requested")), Table.Column(t("run.state")),
                    Table.Column(t("runs.mandates"), isNumber: true), Table.Column(t("runs.startups"), isNumber: true),
                    Table.Column(t("runs.released")),
                ],
                rows: page.items.map { run in
                    [
                        .link(reading.words(run.requestedAt), "/console/match-runs/\(run.id.description)"),
                        .badge(badge(of: run, t)), run.mandates.map { .number($0) } ?? .text("–"),
                        run.startups.map { .number($0) } ?? .text("–"),
                        .text(
                            run.state == .finished
                                ? t(
                                    "runs.released_of",
                                    [
                                        "released": Figures.grouped(run.released),
                                        "lists": Figures.grouped(run.shortlists),
                                    ]) : "–"),
                    ]
                },
                empty: EmptyState(title: t("runs.none"), text: t("runs.none_text")),
                pager: Pager(
                    firstURL: query.cursor == nil ? nil : base.adding(searched),
                    nextURL: page.next.map { base.adding(searched + [("cursor", $0)]) })))
        let frame = Frame(title: t("runs.title"), site: site, viewer: reading.viewer, current: "match-runs")
        return HTML(status: problem?.formStatus ?? 200, bytes: try PageTemplate.runs.render(model, in: frame))
    }

    /// How many mandates the form offers at once.
    private static let mostOffered = 40

    /// For whom a run is: whole investors, or single mandates of them; and whose startups it looks at.
    private func whom(
        _ served: [Mandate], upTo most: Int, isSearch: Bool, _ streams: [MatchRun.Stream], _ input: FormInput,
        _ reading: Reading
    ) -> [FormField] {
        let t = reading.t
        let offered = served.prefix(most)
        var investors: [(value: String, label: String, hint: String?)] = []
        var named: Set<Institution.ID> = []
        for mandate in offered where named.insert(mandate.investor).inserted {
            investors.append((mandate.investor.description, mandate.investorName.text(for: reading.spoken), nil))
        }
        let hint =
            offered.isEmpty
            ? t("runs.nobody")
            : isSearch
                ? t("runs.whom_found", ["count": Figures.grouped(Self.mostOffered)])
                : served.count > offered.count
                    ? t("runs.whom_more", ["count": Figures.grouped(most)]) : t("runs.whom_hint")
        return [
            input.checkboxes("investors", label: t("runs.investors"), hint: hint, options: investors),
            input.checkboxes(
                "mandates", label: t("runs.only_mandates"), hint: hint,
                options: offered.map {
                    ($0.id.description, $0.terms.name.string, $0.investorName.text(for: reading.spoken))
                }),
            input.select(
                "stream", label: t("runs.stream"), hint: t("runs.stream_hint"),
                options: streams.map { ($0.id.description, $0.name.text(for: reading.spoken)) },
                prompt: t("runs.every_startup"), isOptional: true),
        ]
    }

    private func header(of run: MatchRun, _ reading: Reading) -> PageHeader {
        let t = reading.t
        let base = run.id.description
        let lede =
            switch run.state {
            case .waiting: t("run.lede_waiting")
            case .running: t("run.lede_running")
            case .finished:
                run.waiting > 0
                    ? t("run.lede_finished")
                    : run.declined == 0 ? t("run.lede_released") : t("run.lede_reviewed")
            case .cancelled: t("run.lede_cancelled")
            case .failed: t("run.lede_failed")
            }
        let actions: [Action] =
            run.state.isUnderWay
            ? [.post(t("run.cancel"), "/console/match-runs/\(base)/cancellation", style: .danger)]
            : run.state == .finished && run.waiting > 0
                ? [
                    .link(t("run.review"), "/console/match-runs/\(base)/review"),
                    .post(
                        t("run.release", count: run.waiting), "/console/match-runs/\(base)/release",
                        style: .primary),
                ] : []
        return PageHeader(
            title: t("run.title", ["day": reading.words(run.requestedAt)]), kind: t("run.kind"),
            badge: badge(of: run, t), lede: lede, actions: actions)
    }

    private func stats(of run: MatchRun, _ reading: Reading) -> StatTiles {
        let t = reading.t
        return StatTiles([
            StatTiles.Tile(t("runs.mandates"), figure: Figures.grouped(run.mandates ?? 0)),
            StatTiles.Tile(
                t("runs.startups"), figure: Figures.grouped(run.startups ?? 0),
                note: run.exposure.map { t("run.shown", ["count": Figures.grouped($0.shown)]) }),
            StatTiles.Tile(
                t("run.gated_out"), figure: Figures.grouped(run.gatedOut ?? 0),
                note: t(
                    "run.of_pairs", count: (run.mandates ?? 0) * (run.startups ?? 0))),
            StatTiles.Tile(
                t("run.lists"), figure: Figures.grouped(run.shortlists),
                note: [
                    t("run.lists_released", ["count": Figures.grouped(run.released)]),
                    run.declined > 0 ? t("run.lists_declined", ["count": Figures.grouped(run.declined)]) : nil,
                ].compactMap(\.self).joined(separator: " · ")),
        ])
    }

    private func facts(of run: MatchRun, _ reading: Reading) -> Facts {
        let t = reading.t
        var facts: [Fact] = [
            .text(t("run.engine"), run.engine), .text(t("run.length"), Figures.grouped(run.length)),
            .time(t("run.as_of"), TimeText(run.asOf, in: reading.viewer.language)),
        ]
        if let stream = run.stream { facts.append(.text(t("runs.stream"), stream.name.text(for: reading.spoken))) }
        if let most = run.rules?.mostLists { facts.append(.text(t("runs.most_lists"), Figures.grouped(most))) }
        if let least = run.rules?.leastLists { facts.append(.text(t("runs.least_lists"), Figures.grouped(least))) }
        if let below = run.exposure?.belowFloor { facts.append(.text(t("run.below_floor"), Figures.grouped(below))) }
        if let days = run.rules?.restDays { facts.append(.text(t("runs.rest_days"), Figures.grouped(days))) }
        if let exposure = run.exposure {
            facts.append(.text(t("run.most_lists"), Figures.grouped(exposure.mostLists)))
            facts.append(.text(t("run.gini"), Figures.amount(minor: exposure.gini, digits: 3)))
            facts.append(.text(t("run.given_up"), Figures.amount(minor: exposure.givenUp, digits: 1) + " %"))
        }
        if let review = run.review {
            facts.append(.text(t("run.review_withheld"), Figures.grouped(review.withheld)))
            facts.append(.text(t("run.review_shown"), Figures.grouped(review.shown)))
            facts.append(.text(t("run.review_most_lists"), Figures.grouped(review.mostLists)))
            if let below = review.belowFloor {
                facts.append(.text(t("run.review_below_floor"), Figures.grouped(below)))
            }
        }
        if let hash = run.inputsHash { facts.append(.text(t("run.inputs"), String(hash.prefix(16)))) }
        if let hash = run.resultsHash { facts.append(.text(t("run.results"), String(hash.prefix(16)))) }
        return Facts(title: t("run.proof"), facts)
    }

    private func badge(of run: MatchRun, _ t: Texts) -> Badge {
        let tone: Badge.Tone =
            switch run.state {
            case .waiting: .neutral
            case .running: .info
            case .finished: .success
            case .cancelled: .warning
            case .failed: .danger
            }
        return Badge(t("state.\(run.state.rawValue)"), tone)
    }
}

struct RunForm: Codable {
    let length: Int
    let investors: [Institution.ID]
    let mandates: [Mandate.ID]
    let stream: MatchRun.Stream.ID?
    let rules: MatchRules?
    /// What is searched for among those that it may be for.
    let q: ShortText?
    /// What was searched for already.
    let searched: ShortText?
    let find: Bool?
}

struct ShowRun: Codable {
    let run: MatchRun.ID
    let cursor: PageCursor?
}

/// How far a run is.
struct RunBar: ViewModel {
    var label: String
    var done: Int
    var total: Int
}

/// Asking for a run, and the runs there were.
struct RunsPage: ViewModel {
    var header: PageHeader
    var form: Form
    var runs: Table
}

/// One run.
struct RunPage: ViewModel {
    var header: PageHeader
    var progress: RunBar?
    var isUnderWay: Bool
    var stats: StatTiles?
    var facts: Facts
    var shortlists: Table
}

extension PageTemplate<RunsPage> {
    static let runs = PageTemplate("investment/runs", in: .investment)
}

extension PageTemplate<RunPage> {
    static let run = PageTemplate("investment/run", in: .investment)
}
