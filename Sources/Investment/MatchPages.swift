internal import API
internal import Accounts
internal import Institutions
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Matching as things stand: the startups of a mandate, the mandates of a startup, and how one fits the other.
struct MatchPages {
    let site: Site
    let indexes: LiveIndexes

    var routes: [AnyRoute] { [listMatches, showFit, listMatchedMandates] }

    private var listMatches: AnyRoute {
        PageRoute(
            .get, "/console/mandates/{mandate}/matches", "consoleMatches", access: .roles([.manager]),
            rate: .expensive, parameters: ShowMatches.self
        ) { call in
            let reader = call.reader
            guard let mandate = try await reader.mandate(call.parameters.mandate) else { throw Problem.notFound }
            let query = call.parameters.query
            let matches = try await indexes.matches(
                of: mandate.id, limit: 50, filter: query.filter, in: try call.principal.workspace, by: reader)
            let reading = try await Reading(call)
            let t = reading.t
            let base: SafeURL = "/console/mandates/\(mandate.id.description)/matches"
            let words = FitWords(reading: reading, terms: mandate.terms)
            let isFiltered = query.focusArea != nil || query.stage != nil || query.country != nil
            let model = ListPage(
                header: PageHeader(
                    title: t("matches.title"),
                    kind: t("mandate.kind", ["investor": mandate.investorName.text(for: reading.spoken)]),
                    lede: t("matches.lede", count: matches.offered)),
                filters: Filters(
                    action: base, choices: choices(query, reading), clearURL: isFiltered ? base : nil),
                table: Table(
                    caption: t("matches.title"),
                    columns: [
                        Table.Column(t("matches.startup")), Table.Column(t("matches.round")),
                        Table.Column(t("matches.why")), Table.Column(t("matches.score"), isNumber: true),
                    ],
                    rows: matches.items.map { match in
                        let startup = match.startup
                        return [
                            .link(
                                t(
                                    "matches.place",
                                    [
                                        "rank": "\(match.rank)", "name": startup.name.text(for: reading.spoken),
                                    ]),
                                "/console/mandates/\(mandate.id.description)/matches/\(startup.id.description)",
                                note: startup.pitch?.string ?? words.place(startup)),
                            .text(words.stage(startup), note: words.ask(startup)),
                            words.reasons(match.parts), words.points(match.score),
                        ]
                    },
                    empty: empty(mandate, isFiltered: isFiltered, t)))
            let frame = Frame(
                title: t("matches.title"), site: site, viewer: reading.viewer, current: "investors",
                breadcrumbs: crumbs(of: mandate, reading))
            return HTML(bytes: try PageTemplate.list.render(model, in: frame))
        }.erased
    }

    private var showFit: AnyRoute {
        PageRoute(
            .get, "/console/mandates/{mandate}/matches/{startup}", "consoleFit", access: .roles([.manager]),
            rate: .expensive, parameters: FitPath.self
        ) { call in
            let (reader, path) = (call.reader, call.parameters)
            guard let mandate = try await reader.mandate(path.mandate),
                let fit = try await indexes.fit(
                    of: path.startup, to: mandate, in: try call.principal.workspace, by: reader)
            else { throw Problem.notFound }
            let reading = try await Reading(call)
            let t = reading.t
            let words = FitWords(reading: reading, terms: mandate.terms)
            let name = fit.startup.name.text(for: reading.spoken)
            let model = FitPage(
                header: PageHeader(
                    title: name, kind: t("fit.kind", ["mandate": mandate.terms.name.string]),
                    lede: fit.startup.pitch?.string,
                    actions: [.link(t("fit.profile"), "/console/startups/\(fit.startup.id.description)")]),
                score: fit.score.map { words.score($0, fit.parts) },
                gates: words.gates(fit.startup), closed: fit.gates.map { words.reason($0) },
                hasClosed: !fit.gates.isEmpty, facts: words.facts(fit.startup),
                signals: fit.score.map { words.signals($0, fit.parts) })
            var frame = Frame(
                title: name, site: site, viewer: reading.viewer, current: "investors",
                breadcrumbs: crumbs(of: mandate, reading))
            frame.breadcrumbs.append(
                Breadcrumb(t("matches.title"), "/console/mandates/\(mandate.id.description)/matches"))
            return HTML(bytes: try PageTemplate.fit.render(model, in: frame))
        }.erased
    }

    private var listMatchedMandates: AnyRoute {
        PageRoute(
            .get, "/console/startups/{startup}/matches", "consoleMatchedMandates", access: .roles([.manager]),
            rate: .expensive, parameters: StartupPath.self
        ) { call in
            let reader = call.reader
            guard let startup = try await reader.startup(call.parameters.startup) else { throw Problem.notFound }
            let matches = try await indexes.matches(
                of: startup.id, limit: 50, in: try call.principal.workspace, by: reader)
            let isShown = try await reader.shown(among: [startup.id]) == [startup.id]
            let reading = try await Reading(call)
            let t = reading.t
            let name = startup.name.text(for: reading.spoken)
            let words = FitWords(reading: reading, terms: nil)
            let model = ListPage(
                header: PageHeader(
                    title: t("matched.title"), kind: name,
                    lede: isShown ? t("matched.lede") : t("matched.lede_out")),
                filters: nil,
                table: Table(
                    caption: t("matched.title"),
                    columns: [
                        Table.Column(t("matched.mandate")), Table.Column(t("matches.why")),
                        Table.Column(t("matches.score"), isNumber: true),
                    ],
                    rows: matches.items.map { match in
                        [
                            .link(
                                t(
                                    "matches.place",
                                    [
                                        "rank": "\(match.rank)",
                                        "name": match.mandate.investorName.text(for: reading.spoken),
                                    ]),
                                "/console/mandates/\(match.mandate.id.description)/matches/\(startup.id.description)",
                                note: match.mandate.terms.name.string),
                            words.reasons(match.parts), words.points(match.score),
                        ]
                    },
                    empty: EmptyState(
                        title: isShown ? t("matched.none") : t("matched.out"),
                        text: isShown ? t("matched.none_text") : t("matched.out_text"))))
            let frame = Frame(
                title: t("matched.title"), site: site, viewer: reading.viewer, current: "startups",
                breadcrumbs: [
                    Breadcrumb(t("matched.startups"), "/console/startups"),
                    Breadcrumb(name, "/console/startups/\(startup.id.description)"),
                ])
            return HTML(bytes: try PageTemplate.list.render(model, in: frame))
        }.erased
    }

    // MARK: Shared

    private func choices(_ query: ListMatches, _ reading: Reading) -> [Filters.Choice] {
        let t = reading.t
        return [
            Filters.Choice(
                name: "focus_area", label: t("matches.focus_area"), all: t("matches.any_focus_area"),
                options: FocusAreaTaxonomy.standard.top.map {
                    ($0.id.description, $0.id.label(in: reading.viewer.language))
                }, chosen: query.focusArea?.description ?? ""),
            Filters.Choice(
                name: "stage", label: t("matches.stage"), all: t("matches.any_stage"),
                options: FundingStage.listed.map { ($0.rawValue, $0.label(in: reading.spoken)) },
                chosen: query.stage?.rawValue ?? ""),
            Filters.Choice(
                name: "country", label: t("matches.country"), all: t("matches.any_country"),
                options: Country.allCases.map { ($0.code, $0.name(in: reading.spoken)) }
                    .sorted { $0.1 < $1.1 }, chosen: query.country?.code ?? ""),
        ]
    }

    private func empty(_ mandate: Mandate, isFiltered: Bool, _ t: Texts) -> EmptyState {
        if mandate.withdrawnAt != nil || !mandate.terms.deploying {
            return EmptyState(title: t("matches.paused"), text: t("matches.paused_text"))
        }
        return isFiltered
            ? EmptyState(title: t("matches.none_left"), text: t("matches.none_left_text"))
            : EmptyState(title: t("matches.none"), text: t("matches.none_text"))
    }

    private func crumbs(of mandate: Mandate, _ reading: Reading) -> [Breadcrumb] {
        [
            Breadcrumb(reading.t("investors.title"), "/console/investors"),
            Breadcrumb(
                mandate.investorName.text(for: reading.spoken), "/console/investors/\(mandate.investor.description)"),
            Breadcrumb(mandate.terms.name.string, "/console/mandates/\(mandate.id.description)"),
        ]
    }
}

struct ShowMatches: Codable {
    let mandate: Mandate.ID
    let focusArea: FocusArea.ID?
    let stage: FundingStage?
    let country: Country?

    var query: ListMatches {
        ListMatches(mandate: mandate, focusArea: focusArea, country: country, region: nil, stage: stage, limit: nil)
    }
}

struct StartupPath: Codable {
    let startup: Startup.ID
}

/// How a startup fits a mandate, or what stands between them.
struct FitPage: ViewModel {
    var header: PageHeader
    var score: ScoreExplanation?
    var gates: [ShortlistCard.Gate]
    var closed: [String]
    var hasClosed: Bool
    var facts: Facts
    var signals: Table?
}

extension PageTemplate<FitPage> {
    static let fit = PageTemplate("investment/fit", in: .investment)
}
