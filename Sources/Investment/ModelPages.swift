internal import API
internal import Accounts
internal import Foundation
internal import Jobs
internal import Matching
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Learning models, looking at what they are worth, and choosing the one that ranks.
struct ModelPages {
    let site: Site

    var routes: [AnyRoute] { [listModels, trainModel, showModel, cancelTraining, useModel] }

    private var listModels: AnyRoute {
        PageRoute(
            .get, "/console/models", "consoleModels", access: .roles([.manager]), parameters: ListRuns.self
        ) { call in
            let (reader, query) = (call.reader, call.parameters)
            let after = try call.position(query.cursor, as: LearnedModelPosition.self)
            let found = try await reader.learnedModels(after: after, limit: PageSize.rows(for: query.limit))
            let page = try call.page(found, size: query.limit) { LearnedModelPosition($0) }
            let uses = try await reader.modelUses(limit: 20)
            let reading = try await Reading(call)
            let t = reading.t
            var actions: [Action] = [
                .post(
                    t("models.train"), "/console/models", style: .primary,
                    hidden: [HiddenField("idempotency_key", call.freshIdempotencyKey)])
            ]
            if uses.first?.model != nil { actions.append(.post(t("models.use_standard"), "/console/model-uses")) }
            let model = ModelsPage(
                header: PageHeader(
                    title: t("models.title"),
                    lede: t("models.lede", ["version": name(of: uses.first, t)]), actions: actions),
                models: Table(
                    caption: t("models.title"),
                    columns: [
                        Table.Column(t("models.version")), Table.Column(t("run.state")),
                        Table.Column(t("models.joined"), isNumber: true),
                        Table.Column(t("models.ndcg"), isNumber: true),
                        Table.Column(t("models.ndcg_standard"), isNumber: true), Table.Column(t("models.choose")),
                    ],
                    rows: page.items.map { row(of: $0, reading) },
                    empty: EmptyState(title: t("models.none"), text: t("models.none_text")),
                    pager: Pager(
                        firstURL: query.cursor == nil ? nil : "/console/models",
                        nextURL: page.next.map { ("/console/models" as SafeURL).adding([("cursor", $0)]) })),
                quality: ModelPlots(reading).quality(of: page.items, marking: nil)?.plot,
                uses: Table(
                    caption: t("models.uses"),
                    columns: [
                        Table.Column(t("models.version")), Table.Column(t("models.used_from")),
                        Table.Column(t("models.chosen_by")),
                    ],
                    rows: uses.map { use in
                        [
                            .text(name(of: use, t)), .text(reading.words(use.usedFrom)),
                            .text(use.chosenBy == nil ? t("models.by_service") : t("models.by_manager")),
                        ]
                    },
                    empty: EmptyState(title: t("models.no_uses"), text: t("models.no_uses_text"))))
            let frame = Frame(title: t("models.title"), site: site, viewer: reading.viewer, current: "models")
            return HTML(bytes: try PageTemplate.models.render(model, in: frame))
        }.erased
    }

    private var trainModel: AnyRoute {
        PageRoute(
            .post, "/console/models", "consoleTrainModel", access: .roles([.manager]), rate: .expensive
        ) { call in
            let principal = try call.principal
            let (tenant, person, id) = (try principal.workspace, principal.personID, LearnedModel.ID())
            return try await call.write { transaction in
                _ = try await transaction.requestTraining(as: id, in: tenant, by: person)
                return .redirect(to: "/console/models/\(id)")
            }
        }.erased
    }

    private var showModel: AnyRoute {
        PageRoute(
            .get, "/console/models/{model}", "consoleModel", access: .roles([.manager]), parameters: ModelPath.self
        ) { call in
            let reader = call.reader
            guard let model = try await reader.learnedModel(call.parameters.model) else { throw Problem.notFound }
            // What led to this one: the plot of their quality ends where the page of models begins.
            let others = try await reader.learnedModels(limit: 100)
            let reading = try await Reading(call)
            let t = reading.t
            let plots = ModelPlots(reading)
            let page = ModelPage(
                header: header(of: model, reading),
                progress: model.progress.map { progress in
                    RunBar(
                        label: t(
                            "model.progress",
                            ["done": Figures.grouped(progress.done), "total": Figures.grouped(progress.total)]),
                        done: progress.done, total: max(1, progress.total))
                },
                isUnderWay: model.state.isUnderWay, stats: model.report.map { stats(of: $0, t) },
                plots: model.report.map { report in
                    [plots.quality(of: others, marking: model.id), report.trial.flatMap(plots.calibration)]
                        .compactMap(\.self)
                        + [
                            plots.weights("cold", report.cold, title: t("model.cold")),
                            plots.weights("warm", report.warm, title: t("model.warm")),
                        ]
                } ?? [], facts: facts(of: model, reading))
            let frame = Frame(
                title: model.version, site: site, viewer: reading.viewer, current: "models",
                breadcrumbs: [Breadcrumb(t("models.title"), "/console/models")])
            // Works without scripts: while the training is under way the page asks again by itself.
            let headers = model.state.isUnderWay ? [HeaderField("Refresh", "2")] : []
            return HTML(bytes: try PageTemplate.model.render(page, in: frame), headers: headers)
        }.erased
    }

    private var cancelTraining: AnyRoute {
        PageRoute(
            .post, "/console/models/{model}/cancellation", "consoleCancelTraining", access: .roles([.manager]),
            parameters: ModelPath.self
        ) { call in
            try await call.write { transaction in
                let model = try await transaction.cancelTraining(call.parameters.model)
                return .redirect(to: "/console/models/\(model.id)")
            }
        }.erased
    }

    private var useModel: AnyRoute {
        PageRoute(
            .post, "/console/model-uses", "consoleUseModel", access: .roles([.manager]), body: NewModelUse.self
        ) { call in
            let (person, id) = (try call.principal.personID, ModelUse.ID())
            let chosen = try call.decoded().model
            return try await call.write { transaction in
                _ = try await transaction.useModel(chosen, as: id, by: person)
                return .redirect(to: "/console/models")
            }
        }.erased
    }

    private func name(of use: ModelUse?, _ t: Texts) -> String {
        guard let use, use.model != nil else { return t("models.standard", ["version": Model.standard.version]) }
        return use.version
    }

    private func row(of model: LearnedModel, _ reading: Reading) -> [Table.Cell] {
        let t = reading.t
        let trial = model.report?.trial
        return [
            .link(
                model.version, "/console/models/\(model.id.description)", note: reading.words(model.requestedAt)),
            .badge(badge(of: model, t)), model.report.map { .number($0.joined) } ?? .text("–"),
            .text(trial.map { ModelPlots.figure($0.learned.ndcg) } ?? "–"),
            .text(trial.map { ModelPlots.figure($0.standard.ndcg) } ?? "–"),
            model.state == .finished && !model.isInUse ? .action(use(model, t)) : .text("–"),
        ]
    }

    private func use(_ model: LearnedModel, _ t: Texts, style: Action.Style = .secondary) -> Action {
        .post(
            t("models.use"), "/console/model-uses", style: style,
            hidden: [HiddenField("model", model.id.description)])
    }

    private func header(of model: LearnedModel, _ reading: Reading) -> PageHeader {
        let t = reading.t
        let lede =
            switch model.state {
            case .waiting: t("run.lede_waiting")
            case .running: t("model.lede_running")
            case .finished: lede(of: model, t)
            case .cancelled: t("run.lede_cancelled")
            case .failed: t("model.lede_failed")
            }
        let actions: [Action] =
            model.state.isUnderWay
            ? [
                .post(
                    t("model.cancel"), "/console/models/\(model.id.description)/cancellation", style: .danger)
            ] : model.state == .finished && !model.isInUse ? [use(model, t, style: .primary)] : []
        return PageHeader(
            title: model.version, kind: t("model.kind"), badge: badge(of: model, t), lede: lede, actions: actions)
    }

    /// What a manager needs to decide: whether it is better than what ships.
    private func lede(of model: LearnedModel, _ t: Texts) -> String {
        guard let report = model.report, report.joined > 0 else { return t("model.lede_nothing") }
        guard let trial = report.trial else { return t("model.lede_untried") }
        let (own, standard) = (ModelPlots.figure(trial.learned.ndcg), ModelPlots.figure(trial.standard.ndcg))
        let values = ["own": own, "standard": standard, "verdict": verdict(of: trial, t)]
        if own == standard { return t("model.lede_equal", values) }
        return trial.learned.ndcg > trial.standard.ndcg ? t("model.lede_better", values) : t("model.lede_worse", values)
    }

    private func verdict(of trial: LearnedModel.Trial, _ t: Texts) -> String {
        switch trial.verdict {
        case .better: t("model.gain_better")
        case .worse: t("model.gain_worse")
        case .even: t("model.gain_even")
        case .unknown: t("model.gain_unknown")
        }
    }

    private func stats(of report: LearnedModel.Report, _ t: Texts) -> StatTiles {
        var tiles = [
            StatTiles.Tile(
                t("models.joined"), figure: Figures.grouped(report.joined),
                note: t("model.of_pairs", count: report.pairs))
        ]
        if let trial = report.trial {
            tiles += [
                StatTiles.Tile(
                    t("models.ndcg"), figure: ModelPlots.figure(trial.learned.ndcg),
                    note: t("model.standards", ["figure": ModelPlots.figure(trial.standard.ndcg)])),
                StatTiles.Tile(
                    t("model.recall"), figure: ModelPlots.figure(trial.learned.recall),
                    note: t("model.standards", ["figure": ModelPlots.figure(trial.standard.recall)])),
                StatTiles.Tile(
                    t("model.investors"), figure: Figures.grouped(trial.investors),
                    note: t("model.startups", count: trial.startups)),
            ]
        }
        return StatTiles(tiles)
    }

    private func facts(of model: LearnedModel, _ reading: Reading) -> Facts {
        let (t, language) = (reading.t, reading.viewer.language)
        var facts: [Fact] = [
            .text(t("model.asked_by"), model.requestedBy == nil ? t("models.by_service") : t("models.by_manager"))
        ]
        if let trained = model.trainedAt { facts.append(.time(t("model.trained_at"), reading.day(trained))) }
        if let report = model.report {
            facts.append(.time(t("model.until"), TimeText(report.until, in: language)))
            facts.append(.text(t("model.lessons"), Figures.grouped(report.lessons)))
            if let evidence = report.evidence {
                facts.append(.text(t("model.answers"), Figures.grouped(evidence.answers)))
                facts.append(
                    .text(
                        t("model.outcomes"),
                        t(
                            "model.outcomes_of",
                            [
                                "all": Figures.grouped(evidence.outcomes), "met": Figures.grouped(evidence.met),
                                "diligence": Figures.grouped(evidence.inDiligence),
                                "invested": Figures.grouped(evidence.invested),
                                "fell": Figures.grouped(evidence.fellThrough),
                            ])))
            }
            facts.append(.text(t("model.loss"), report.loss.map(ModelPlots.figure).joined(separator: " / ")))
            facts.append(.text(t("model.steps"), report.steps.map(Figures.grouped).joined(separator: " / ")))
            if let trial = report.trial {
                facts.append(.time(t("model.trial"), TimeText(trial.day, in: language)))
                if trial.currentVersion != Model.standard.version {
                    facts.append(
                        .text(
                            t("model.current"), "\(trial.currentVersion): \(ModelPlots.figure(trial.current.ndcg))"))
                }
            }
        }
        if let gain = model.report?.trial?.gain { facts.append(.text(t("model.gain"), ModelPlots.interval(gain))) }
        if let report = model.report {
            let steps = report.calibration?.count
            facts.append(
                .text(
                    t("model.calibration"),
                    steps.map { t("model.calibrated", count: $0) }
                        ?? t("model.uncalibrated", ["joined": Figures.grouped(Calibration.leastJoined)])))
        }
        if let hash = model.dataHash { facts.append(.text(t("model.data"), String(hash.prefix(16)))) }
        return Facts(title: t("run.proof"), facts)
    }

    private func badge(of model: LearnedModel, _ t: Texts) -> Badge {
        if model.isInUse { return Badge(t("models.in_use"), .accent) }
        return switch model.state {
        case .waiting: Badge(t("state.waiting"), .neutral)
        case .running: Badge(t("state.running"), .info)
        case .finished: Badge(t("models.learned"), .success)
        case .cancelled: Badge(t("state.cancelled"), .warning)
        case .failed: Badge(t("state.failed"), .danger)
        }
    }
}

/// What the figures of models look like.
struct ModelPlots {
    private let reading: Reading
    private var t: Texts { reading.t }

    init(_ reading: Reading) {
        self.reading = reading
    }

    /// A share or a loss in four decimals.
    static func figure(_ value: Double) -> String {
        Figures.amount(minor: Int(clamping: (value * 10_000).rounded()), digits: 4)
    }

    /// A difference with its bounds.
    static func interval(_ gain: LearnedModel.Gain) -> String {
        func signed(_ value: Double) -> String { (value < 0 ? "−" : "+") + figure(value.magnitude) }
        return "\(signed(gain.mean)) [\(signed(gain.low)), \(signed(gain.high))]"
    }

    /// Points in two decimals.
    private static func points(_ value: Double) -> String {
        Figures.amount(minor: Int(clamping: (value * 100).rounded()), digits: 2)
    }

    /// By how many points a weight has grown or shrunk.
    private static func change(_ value: Double) -> String {
        let figure = points(value.magnitude)
        return figure == points(0) ? figure : (value < 0 ? "−" : "+") + figure
    }

    private static func percent(_ value: Double) -> String {
        Figures.amount(minor: Int(clamping: (value * 100_000).rounded()), digits: 3) + " %"
    }

    /// What each model was worth when it was learned, in the order of learning; nil where none has been tried.
    func quality(of models: [LearnedModel], marking marked: LearnedModel.ID?) -> PlotSection? {
        let tried = models.reversed().compactMap { model in
            model.report?.trial.map { (model: model, trial: $0, day: model.trainedAt ?? model.requestedAt) }
        }
        guard let first = tried.first, let last = tried.last else { return nil }
        let most = tried.map { max($0.trial.learned.ndcg, $0.trial.standard.ndcg) }.max() ?? 0
        let top = max(0.01, (most * 1.1 * 20).rounded(.up) / 20)
        func x(_ number: Int) -> Double { tried.count > 1 ? Double(number) / Double(tried.count - 1) : 0.5 }
        let ends =
            tried.count > 1
            ? [(0.08, reading.words(first.day)), (0.92, reading.words(last.day))] : [(0.5, reading.words(last.day))]
        var plot = Plot(
            id: "quality-plot", title: t("plot.quality"),
            text: t("plot.quality_text"),
            x: ends.map { (at: $0.0, label: $0.1) },
            y: [0, 0.5, 1].map { (at: $0, label: Self.figure($0 * top)) })
        plot.draw(
            tried.enumerated().map { (x: x($0.offset), y: $0.element.trial.standard.ndcg / top) }, .other,
            named: t("plot.standard"), asLine: true, asDots: true)
        plot.draw(
            tried.enumerated().map { (x: x($0.offset), y: $0.element.trial.learned.ndcg / top) }, .own,
            named: t("plot.learned"), asLine: true, asDots: true)
        return PlotSection(
            plot: plot,
            figures: Table(
                caption: plot.title,
                columns: [
                    Table.Column(t("models.version")), Table.Column(t("model.trained_at")),
                    Table.Column(t("models.ndcg"), isNumber: true),
                    Table.Column(t("models.ndcg_standard"), isNumber: true),
                ],
                rows: tried.reversed().map { entry in
                    [
                        .text(entry.model.version, note: entry.model.id == marked ? t("plot.this") : nil),
                        .text(reading.words(entry.day)), .text(Self.figure(entry.trial.learned.ndcg)),
                        .text(Self.figure(entry.trial.standard.ndcg)),
                    ]
                }, empty: EmptyState(title: t("models.none"), text: t("models.none_text"))))
    }

    /// How likely the model took pairs to be against what became of them. The axes grow with the square of what they
    /// show: most pairs are unlikely ones, and would all lie in one corner.
    func calibration(of trial: LearnedModel.Trial) -> PlotSection? {
        guard !trial.reliability.isEmpty else { return nil }
        let most = trial.reliability.map { max($0.predicted, $0.observed, $0.calibrated ?? 0) }.max() ?? 0
        let top = max(0.01, (most * 100).rounded(.up) / 100)
        func place(_ share: Double) -> Double { (share / top).squareRoot() }
        let ticks = [0, 0.25, 1].map { (at: place($0 * top), label: Self.percent($0 * top)) }
        var plot = Plot(
            id: "calibration-plot", title: t("plot.calibration"),
            text: t(
                "plot.calibration_text",
                [
                    "pairs": Figures.grouped(trial.reliability.reduce(0) { $0 + $1.pairs }),
                    "day": trial.day.text(in: reading.viewer.language),
                ]),
            x: ticks, y: ticks)
        plot.draw([(x: 0, y: 0), (x: 1, y: 1)], .ideal, named: t("plot.ideal"), asLine: true, asDots: false)
        plot.draw(
            trial.reliability.map { (x: place($0.predicted), y: place($0.observed)) }, .own, named: t("plot.tenths"),
            asLine: false, asDots: true)
        let calibrated = trial.reliability.compactMap { tenth in
            tenth.calibrated.map { (x: place($0), y: place(tenth.observed)) }
        }
        if !calibrated.isEmpty {
            plot.draw(calibrated, .other, named: t("plot.calibrated"), asLine: false, asDots: true)
        }
        return PlotSection(
            plot: plot,
            figures: Table(
                caption: plot.title,
                columns: [
                    Table.Column(t("plot.tenth")), Table.Column(t("plot.pairs"), isNumber: true),
                    Table.Column(t("plot.predicted"), isNumber: true),
                    Table.Column(t("plot.calibrated"), isNumber: true),
                    Table.Column(t("plot.observed"), isNumber: true),
                ],
                rows: trial.reliability.enumerated().map { number, tenth in
                    [
                        .text("\(number + 1)"), .number(tenth.pairs), .text(Self.percent(tenth.predicted)),
                        .text(tenth.calibrated.map(Self.percent) ?? "–"), .text(Self.percent(tenth.observed)),
                    ]
                }, empty: EmptyState(title: t("models.none"), text: t("models.none_text"))))
    }

    /// What counts most.
    func weights(_ id: String, _ weights: [LearnedModel.Weight], title: String) -> PlotSection {
        let words = ScoreWords(t)
        let named = weights.map { weight in
            let part = ScorePart(name: weight.signal, kind: "", value: 0, evidence: [])
            return (label: words.label(of: part), amount: weight.points, figure: Self.points(weight.points))
        }
        return PlotSection(
            bars: BarPlot(id: "\(id)-bars", title: title, text: t("plot.weights_text"), named),
            figures: Table(
                caption: title,
                columns: [
                    Table.Column(t("item.signal")), Table.Column(t("item.points"), isNumber: true),
                    Table.Column(t("model.points_then"), isNumber: true),
                    Table.Column(t("model.change"), isNumber: true),
                ],
                rows: zip(named, weights).map { name, weight in
                    [
                        .text(name.label), .text(name.figure), .text(weight.current.map(Self.points) ?? "–"),
                        .text(weight.current.map { Self.change(weight.points - $0) } ?? "–"),
                    ]
                },
                empty: EmptyState(title: t("models.none"), text: t("models.none_text"))))
    }
}

extension Int {
    fileprivate init(clamping value: Double) {
        self = value.isFinite ? Int(Swift.min(Swift.max(value, -1e15), 1e15)) : 0
    }
}

/// A plot under its heading, and the figures it shows.
struct PlotSection: ViewModel {
    var id: String
    var title: String
    var text: String
    var plot: Plot?
    var bars: BarPlot?
    var figures: Table

    init(plot: Plot, figures: Table) {
        (id, title, text) = (plot.id, plot.title, plot.text)
        (self.plot, self.figures) = (plot, figures)
    }

    init(bars: BarPlot, figures: Table) {
        (id, title, text) = (bars.id, bars.title, bars.text)
        (self.bars, self.figures) = (bars, figures)
    }
}

/// The models there are, and which were in use.
struct ModelsPage: ViewModel {
    var header: PageHeader
    var models: Table
    var quality: Plot?
    var uses: Table
}

/// One model.
struct ModelPage: ViewModel {
    var header: PageHeader
    var progress: RunBar?
    var isUnderWay: Bool
    var stats: StatTiles?
    var plots: [PlotSection]
    var facts: Facts
}

extension PageTemplate<ModelsPage> {
    static let models = PageTemplate("investment/models", in: .investment)
}

extension PageTemplate<ModelPage> {
    static let model = PageTemplate("investment/model", in: .investment)
}
