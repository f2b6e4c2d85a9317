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
            let wanted = call.parameters.places ?? Standings.usualPlaces
            let isPossible = (1...100_000).contains(wanted)
            let places = isPossible ? wanted : Standings.usualPlaces
            let found = try await call.database.snapshot(as: call.context) { snapshot in
                try await snapshot.standings(of: desk.round.id, places: places)
            }
            guard let found else { throw Problem.notFound }
            let words = StandingsWords(desk: desk, standings: found)
            let input = FormInput(
                values: ["places": ["\(wanted)"]],
                errors: isPossible ? [] : [("places", t("standings.places_range"))], texts: t)
            let model = StandingsPage(
                header: desk.header(t("standings.title"), lede: words.lede), tabs: desk.tabs(.standings),
                isRanked: words.isRanked, isCalibrated: found.calibration != nil,
                form: PlacesForm(
                    action: "/console/rounds/\(desk.round.id)/standings",
                    field: input.number("places", label: t("standings.places"))),
                parts: words.parts,
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

    /// Those that would be chosen, and those below them.
    var parts: [StandingsPage.Part] {
        let rows = standings.entries.map(row)
        // What nobody has judged has no place among the best, however many places there are.
        let ranked = standings.entries.prefix { $0.mean != nil }.count
        let cut = min(standings.places, ranked)
        var parts = [StandingsPage.Part(label: nil, rows: Array(rows[..<cut]))]
        if cut < rows.count {
            parts.append(
                StandingsPage.Part(
                    label: standings.places < ranked
                        ? t("standings.cut", count: standings.places) : t("standings.unjudged"),
                    rows: Array(rows[cut...])))
        }
        return parts
    }

    private func row(_ entry: Standings.Entry) -> StandingsPage.Row {
        let meanRank = entry.mean.map { mean in 1 + standings.entries.count { $0.mean ?? -1 > mean } }
        var badges: [Badge] = []
        if entry.calibrated?.isInDoubt(places: standings.places) == true {
            badges.append(Badge(t("standings.in_doubt"), .warning))
        }
        if !entry.isDecidable { badges.append(Badge(t("standings.below_quorum"))) }
        let rank = standings.calibration == nil ? meanRank : entry.calibrated?.rank
        return StandingsPage.Row(
            rank: rank.map(Figures.grouped) ?? "–", code: entry.code,
            url: "/console/rounds/\(desk.round.id)/applications/\(entry.application)",
            startup: startup(of: entry), reviews: Figures.grouped(entry.reviews),
            mean: entry.mean.map(Figures.tenths) ?? "–",
            meanNote: standings.calibration == nil
                ? entry.spread.map { t("standings.spread", ["spread": Figures.tenths($0)]) }
                : meanRank.map { t("standings.raw_rank", ["rank": Figures.grouped($0)]) },
            calibrated: entry.calibrated.map { found in
                StandingsPage.Calibrated(
                    score: Figures.tenths(found.score),
                    interval: t(
                        "standings.interval",
                        [
                            "low": Figures.tenths(found.interval.lowerBound),
                            "high": Figures.tenths(found.interval.upperBound),
                        ]),
                    low: Self.place(found.interval.lowerBound), high: Self.place(found.interval.upperBound),
                    at: Self.place(found.score),
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
    private static func place(_ score: Double) -> Int { 5 + Int((min(max(score, 0), 100) * 1.9).rounded()) }

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
    var empty: EmptyState?
    var reviewers: Table?
}

extension PageTemplate<StandingsPage> {
    static let standings = PageTemplate("reviews/standings", in: .reviews)
}
