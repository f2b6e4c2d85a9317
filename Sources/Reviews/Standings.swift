internal import API
package import Accounts
package import Applications
internal import Calibration
internal import Foundation
package import Postgres
package import Vocabulary

/// What the submitted reviews of a round say of each application: raw means, and beside them what is left when the
/// reviewers' leniency has been taken out, with how sure that is.
package struct Standings: Sendable {
    /// One application.
    package struct Entry: Sendable {
        /// The application.
        package let application: Application.ID
        /// What it is called in the round.
        package let code: String
        /// Who applies.
        package let startupName: LocalizedName
        /// At which place it names the round's stream, from 1; nil in a round of all streams.
        package let choice: Int?
        /// How many reviews were submitted.
        package let reviews: Int
        /// The mean of what they are worth, 0 to 100; nil without any.
        package let mean: Double?
        /// How far the reviews lie apart: the highest less the lowest; nil with fewer than two.
        package let spread: Double?
        /// Whether there are as many reviews as can decide.
        package let isDecidable: Bool
        /// What it is worth without its reviewers' leniency; nil where that cannot be told.
        package let calibrated: CalibratedStanding?
    }

    /// A reviewer, as the scores tell.
    package struct Reviewer: Sendable {
        /// Who.
        package let person: Person.ID
        /// Their name.
        package let name: String
        /// How lenient, how noisy.
        let found: CalibrationFinding.Reviewer
    }

    /// The round.
    package let round: ReviewRound
    /// How many places the ranking is read for.
    package let places: Int
    /// The applications, the best first by what is calibrated where it is, and by the mean otherwise; those without a
    /// review last.
    package let entries: [Entry]
    /// The reviewers, the most lenient first; empty where nothing is calibrated.
    package let reviewers: [Reviewer]
    /// What is known of them without leniency.
    package let state: RoundCalibration
    /// The rank of each mean, from 1.
    private let meanRanks: [Double: Int]

    /// How sure the ranking is; nil where nothing is calibrated.
    package var calibration: CalibratedRound? { if case .found(let found) = state { found } else { nil } }

    /// Whether what is calibrated is being worked out; what is said of the ranking is raw until then.
    package var isAwaited: Bool { if case .awaited = state { true } else { false } }
}

extension Statements {
    /// The standings of a round; nil when it does not exist or the principal may not know of it. For managers.
    ///
    /// - Parameter places: how many would be chosen, for the chance of each to be among them.
    package func standings(of id: ReviewRound.ID, places: Int) async throws -> Standings? {
        guard let round = try await round(id) else { return nil }
        let files = try await applications(in: id)
        let names = Dictionary(
            try await panelNames(of: id).map { ($0.person, $0.name) }, uniquingKeysWith: { first, _ in first })
        return Standings(
            round, files, try await scores(in: id), names, choices: try await placesOfTheStream(in: round),
            try await calibration(of: round, places: places), places: places)
    }

    /// What a round says of some applications, in figures alone; for managers. Where nothing is calibrated, or nobody has
    /// reviewed one of them, that is what is said of it.
    package func marks(
        in round: ReviewRound, of some: [Application.ID]
    ) async throws -> (byApplication: [Application.ID: RoundMark], isAwaited: Bool) {
        let calibration = try await calibration(of: round, places: 1, among: some)
        var marks: [Application.ID: RoundMark] = [:]
        // What was calibrated from the reviews that stand has kept their means.
        if case .found(let found) = calibration {
            marks = found.applications.mapValues { RoundMark(mean: $0.rawMean, calibrated: $0.score) }
        }
        // Of the others some may have been reviewed: not all can be compared.
        let others = some.filter { marks[$0] == nil }
        guard !others.isEmpty else { return (marks, false) }
        let means = try await scores(in: round.id, among: others).totals(in: round).compactMapValues(\.mean)
        marks.merge(means.mapValues { RoundMark(mean: $0, calibrated: nil) }) { calibrated, _ in calibrated }
        var isAwaited = false
        // Without a review there is nothing to wait for.
        if case .awaited = calibration { isAwaited = !means.isEmpty }
        return (marks, isAwaited)
    }
}

/// What a round says of one application.
package struct RoundMark: Sendable {
    /// The mean of what the reviews are worth, 0 to 100.
    package let mean: Double
    /// What it is worth without its reviewers' leniency; nil where that cannot be told.
    package let calibrated: Double?
    /// The same as people are shown it.
    package var shownCalibrated: Double? { calibrated?.onScale }
}

extension [SubmittedScores] {
    /// What each application's reviews are worth, 0 to 100.
    fileprivate func totals(in round: ReviewRound) -> [Application.ID: [Double]] {
        Dictionary(grouping: self, by: \.application).mapValues { scores in
            scores.compactMap { round.total(of: $0.scores) }
        }
    }
}

extension [Double] {
    fileprivate var mean: Double? { isEmpty ? nil : reduce(0, +) / Double(count) }
}

extension Standings {
    /// How many places a ranking is read for unless somebody says.
    package static let usualPlaces = 10

    /// As many as somebody says; throws where nobody could mean so many.
    static func places(_ wanted: Int?) throws -> Int {
        let places = wanted ?? usualPlaces
        guard (1...100_000).contains(places) else {
            throw Problem(.invalid, errors: [.init("/places", .outOfRange, "must be 1 to 100,000")])
        }
        return places
    }

    init(
        _ round: ReviewRound, _ files: [(application: Application.ID, code: String, startupName: LocalizedName)],
        _ scores: [SubmittedScores], _ names: [Person.ID: String], choices: [Application.ID: Int] = [:],
        _ calibration: RoundCalibration, places: Int
    ) {
        let totals = scores.totals(in: round)
        var found: CalibratedRound?
        if case .found(let kept) = calibration { found = kept }
        let entries = files.indices.map { row in
            let values = totals[files[row].application] ?? []
            return Entry(
                application: files[row].application, code: files[row].code, startupName: files[row].startupName,
                choice: choices[files[row].application], reviews: values.count,
                mean: values.mean,
                spread: values.count < 2 ? nil : (values.max() ?? 0) - (values.min() ?? 0),
                isDecidable: values.count >= round.quorum, calibrated: found?.applications[files[row].application])
        }
        self.round = round
        self.places = places
        self.entries = entries.sorted { $0.precedence > $1.precedence }
        let means = entries.compactMap(\.mean).sorted(by: >)
        meanRanks = Dictionary(zip(means, 1...), uniquingKeysWith: { first, _ in first })
        // Without a review there is nothing to wait for.
        if case .awaited = calibration, scores.isEmpty {
            state = .refused(.tooFewApplications(0, least: CalibratedScores.leastApplications), at: nil)
        } else {
            state = calibration
        }
        reviewers = (found?.figures.reviewers ?? []).map {
            Reviewer(person: $0.person, name: names[$0.person] ?? "", found: $0)
        }.sorted { ($0.found.leniency, $1.person) > ($1.found.leniency, $0.person) }
    }
}

extension Standings {
    /// Where a page of the ranking ends: at an application, and at which place it stood, from 0, should it be in it no more.
    struct Position: Codable {
        let application: Application.ID
        let place: Int
    }

    /// The rank of an entry, from 1: that of the calibrated score where there are such, and of the mean otherwise; nil where
    /// it has none.
    func rank(of entry: Entry) -> Int? { calibration == nil ? meanRank(of: entry) : entry.calibrated?.rank }

    /// The rank of its mean, from 1; nil without one.
    func meanRank(of entry: Entry) -> Int? { entry.mean.flatMap { meanRanks[$0] } }

    /// The places of the ranking that follow a page, as many as there are up to `limit`.
    func places(after position: Position?, limit: Int) -> Range<Int> {
        guard let position else { return 0..<min(limit, entries.count) }
        let last = entries.firstIndex { $0.application == position.application }
        let start = min(last.map { $0 + 1 } ?? max(0, position.place), entries.count)
        return start..<min(start + limit, entries.count)
    }
}

extension Standings.Entry {
    /// What comes first is calibrated and worth most; equals go by their codes, so that a list is always the same.
    fileprivate var precedence: (Int, Double, Double, ReversedCode) {
        (calibrated == nil ? 0 : 1, calibrated?.score ?? 0, mean ?? -1, ReversedCode(code: code))
    }

    fileprivate struct ReversedCode: Comparable {
        let code: String
        static func < (left: Self, right: Self) -> Bool { left.code > right.code }
    }
}
