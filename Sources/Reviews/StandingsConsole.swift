internal import API
internal import Accounts
internal import Calibration
internal import Foundation
internal import Pages
internal import Postgres
internal import Vocabulary
internal import Wording

/// Who is best in a round, and how sure that is.
struct StandingsConsole {
    let site: Site

    var routes: [AnyRoute] { [show] }

    private var show: AnyRoute {
        PageRoute(
            .get, "/console/rounds/{round}/standings", "consoleStandings", access: .roles([.manager]),
            parameters: StandingsQuery.self
        ) { call in
            let desk = try await RoundDesk(call, call.parameters.round, in: site)
            let t = desk.t
            let query = call.parameters
            let asked = try? Standings.places(query.places)
            let (isPossible, places) = (asked != nil, asked ?? Standings.usualPlaces)
            let found = try await call.database.snapshot(as: call.context) { snapshot in
                try await snapshot.standings(of: desk.round.id, places: places)
            }
            guard let found else { throw Problem.notFound }
            let shown = found.places(
                after: try call.position(query.cursor, as: Standings.Position.self),
                limit: PageSize.rows(for: query.limit))
            let page = try call.page(found.views(shown), size: query.limit) {
                Standings.Position(of: $0, inPageFrom: shown.lowerBound, size: query.limit)
            }
            let words = StandingsWords(
                desk: desk, standings: found, shown: shown.prefix(page.items.count))
            let address: SafeURL = "/console/rounds/\(desk.round.id)/standings"
            let filters = query.places.map { [(name: "places", value: "\($0)")] } ?? []
            let size = query.limit.map { [(name: "limit", value: "\($0.value)")] } ?? []
            let input = FormInput(
                values: ["places": ["\(query.places ?? places)"]],
                errors: isPossible ? [] : [("places", t("standings.places_range"))], texts: t)
            let model = StandingsPage(
                header: desk.header(
                    t("standings.title"), lede: words.lede,
                    actions: words.isRanked
                        ? StandingsSheetPages.links(of: desk.round.id, filters: isPossible ? filters : [], t) : []),
                tabs: desk.tabs(.standings),
                isRanked: words.isRanked, isCalibrated: found.calibration != nil,
                form: PlacesForm(
                    action: address, field: input.number("places", label: t("standings.places"))),
                parts: words.parts,
                pager: isPossible
                    ? RoundDesk.pager(
                        first: query.cursor == nil ? nil : address.adding(filters + size),
                        next: page.next.map { address.adding(filters + size + [("cursor", $0)]) }) : nil,
                empty: words.isRanked
                    ? nil : EmptyState(title: t("standings.empty"), text: t("standings.empty_text")),
                reviewers: found.reviewers.isEmpty ? nil : words.reviewers)
            return HTML(
                status: isPossible ? 200 : 422,
                bytes: try PageTemplate.standings.render(model, in: desk.frame(t("standings.title"))))
        }.erased
    }
}

/// What standings say to a manager.
struct StandingsWords {
    let desk: RoundDesk
    let standings: Standings
    /// Which places of the ranking are on the page, from 0; nil for all.
    var shown: Range<Int>?

    private var t: Texts { desk.t }

    /// Whether there is anything to rank by.
    var isRanked: Bool { standings.entries.contains { $0.mean != nil } }

    /// What the ranking is worth.
    var lede: String? {
        guard isRanked else { return nil }
        switch standings.state {
        case .refused(let refusal, _): return t("standings.raw", ["reason": reason(for: refusal)])
        case .awaited(let last?): return t("standings.awaited_anew", ["time": desk.time(last).text])
        case .awaited(nil): return t("standings.awaited")
        case .withheld: return t("standings.withheld")
        case .found(let found):
            return [sureness(of: found), t("standings.as_of", ["time": desk.time(found.at).text])]
                .joined(separator: t("plan.gap"))
        }
    }

    private func sureness(of calibration: CalibratedRound) -> String {
        guard standings.places < calibration.compared else {
            return t("standings.all_placed", count: calibration.compared)
        }
        let sure = t(
            "standings.sure", count: standings.places,
            [
                // Of one place, how many is how likely.
                "overlap": standings.places == 1
                    ? Figures.percent(thousandths: Int((calibration.expectedOverlap * 1000).rounded()))
                    : Figures.tenths(calibration.expectedOverlap)
            ])
        let doubts = calibration.inDoubt(places: standings.places)
        guard doubts > 0 else { return sure }
        return sure + t("plan.gap") + t("standings.doubts", count: doubts)
    }

    func reason(for refusal: CalibrationRefusal) -> String {
        switch refusal {
        case .tooFewApplications(let found, let least):
            t("standings.too_few_applications", count: found, ["least": Figures.grouped(least)])
        case .tooFewReviewers(let found, let least):
            t("standings.too_few_reviewers", count: found, ["least": Figures.grouped(least)])
        case .tooFewReviews(let found, let least):
            t(
                "standings.too_few_reviews",
                ["found": Figures.tenths(found), "least": Figures.grouped(Int(least.rounded(.up)))])
        case .tooLittleOverlap(let share, let least):
            t(
                "standings.too_little_overlap",
                [
                    "found": Figures.percent(thousandths: Int((share * 1000).rounded(.down))),
                    "least": Figures.percent(thousandths: Int((least * 1000).rounded())),
                ])
        case .tooFewSpareReviews(let found, let least):
            t("standings.too_few_spare", count: found, ["least": Figures.grouped(least)])
        case .disconnected(let parts): t("standings.disconnected", ["parts": Figures.grouped(parts.count)])
        case .noVariance: t("standings.no_variance")
        case .badPlaces, .badScale, .badCounts, .badReview: t("standings.incomparable")
        }
    }

    /// Those that would be chosen, and those below them, as far as they are on the page. Where the page begins with those
    /// below, it says so.
    var parts: [StandingsPage.Part] {
        let shown = shown ?? standings.entries.indices
        // What nobody has judged has no place among the best, however many places there are.
        let ranked = standings.entries.prefix { $0.mean != nil }.count
        let cut = min(standings.places, ranked)
        let (above, below) = (shown.clamped(to: 0..<cut), shown.clamped(to: cut..<max(cut, standings.entries.count)))
        var parts: [StandingsPage.Part] = []
        if !above.isEmpty { parts.append(StandingsPage.Part(label: nil, rows: standings.entries[above].map(row))) }
        if !below.isEmpty {
            let label =
                standings.places < ranked ? t("standings.cut", count: standings.places) : t("standings.unjudged")
            parts.append(
                StandingsPage.Part(
                    label: below.lowerBound == cut ? label : nil, rows: standings.entries[below].map(row)))
        }
        return parts
    }

    private func row(_ entry: Standings.Entry) -> StandingsPage.Row {
        let meanRank = standings.meanRank(of: entry)
        var badges: [Badge] = []
        if entry.calibrated?.isInDoubt(places: standings.places) == true {
            badges.append(Badge(t("standings.in_doubt"), .warning))
        }
        if !entry.isDecidable { badges.append(Badge(t("standings.below_quorum"))) }
        return StandingsPage.Row(
            rank: standings.rank(of: entry).map(Figures.grouped) ?? "–", code: entry.code,
            url: "/console/rounds/\(desk.round.id)/applications/\(entry.application)",
            startup: startup(of: entry), reviews: Figures.grouped(entry.reviews),
            mean: entry.mean.map(Figures.tenths) ?? "–",
            meanNote: standings.calibration == nil
                ? entry.spread.map { t("standings.spread", ["spread": Figures.tenths($0)]) }
                : meanRank.map { t("standings.raw_rank", ["rank": Figures.grouped($0)]) },
            calibrated: entry.calibrated.map { found in
                StandingsPage.Calibrated(
                    score: Figures.tenths(found.shownScore),
                    interval: t(
                        "standings.interval",
                        [
                            "low": Figures.tenths(found.shownInterval.lowerBound),
                            "high": Figures.tenths(found.shownInterval.upperBound),
                        ]),
                    low: Self.place(found.shownInterval.lowerBound), high: Self.place(found.shownInterval.upperBound),
                    at: Self.place(found.shownScore),
                    chance: Figures.percent(thousandths: Int((found.placeProbability * 1000).rounded())))
            }, badges: badges)
    }

    /// Who applies, and at which place they name the round's stream.
    private func startup(of entry: Standings.Entry) -> String {
        let name = entry.startupName.text(for: desk.spoken)
        guard let choice = entry.choice else { return name }
        return "\(name) · \(t("standings.choice", ["place": "\(choice)"]))"
    }

    /// Where a score of 0 to 100 stands on a line of 200, half a dot from each end.
    private static func place(_ score: Double) -> Int { 5 + Int((score * 1.9).rounded()) }

    /// How lenient each reviewer is.
    var reviewers: Table {
        Table(
            caption: t("standings.reviewers"),
            columns: [
                .init(t("standings.reviewer")), .init(t("standings.reviews"), isNumber: true),
                .init(t("standings.leniency"), isNumber: true), .init(t("standings.noise"), isNumber: true),
                .init(t("standings.mark")),
            ],
            rows: standings.reviewers.map { reviewer in
                let found = reviewer.found
                let mark: Table.Cell =
                    found.isLenient
                    ? .badge(Badge(t("standings.lenient"), .info))
                    : found.isHarsh ? .badge(Badge(t("standings.harsh"), .warning)) : .text("–")
                return [
                    .text(reviewer.name), .number(found.reviews),
                    .text(
                        Figures.difference(found.leniency),
                        note: t(
                            "standings.interval",
                            [
                                "low": Figures.difference(found.low),
                                "high": Figures.difference(found.high),
                            ])),
                    .text(Figures.tenths(found.noise)), mark,
                ]
            },
            empty: EmptyState(title: t("standings.empty"), text: t("standings.empty_text")))
    }
}

/// How many places there are, asked by GET.
struct PlacesForm: ViewModel {
    var action: SafeURL
    var field: FormField
}

/// The ranking, the places first, and those who made it.
struct StandingsPage: ViewModel {
    /// Rows under a line.
    struct Part: ViewModel {
        var label: String?
        var rows: [Row]
    }

    /// One application.
    struct Row: ViewModel {
        var rank: String
        var code: String
        var url: SafeURL
        var startup: String
        var reviews: String
        var mean: String
        var meanNote: String?
        var calibrated: Calibrated?
        var badges: [Badge]
    }

    /// What is left without leniency, and how sure that is.
    struct Calibrated: ViewModel {
        var score: String
        var interval: String
        /// On a line of 200.
        var low: Int
        var high: Int
        var at: Int
        var chance: String
    }

    var header: PageHeader
    var tabs: Tabs
    var isRanked: Bool
    var isCalibrated: Bool
    var form: PlacesForm
    var parts: [Part]
    var pager: Pager?
    var empty: EmptyState?
    var reviewers: Table?
}

extension PageTemplate<StandingsPage> {
    static let standings = PageTemplate("reviews/standings", in: .reviews)
}
