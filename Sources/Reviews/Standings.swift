package import Accounts
package import Applications
package import Calibration
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
        package let calibrated: CalibratedScores.Application?
    }

    /// A reviewer, as the scores tell.
    package struct Reviewer: Sendable {
        /// Who.
        package let person: Person.ID
        /// Their name.
        package let name: String
        /// How lenient, how noisy.
        package let found: CalibratedScores.Reviewer
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
    /// How sure the ranking is; nil where nothing is calibrated.
    package let calibration: CalibratedScores?
    /// Why nothing is calibrated.
    package let refusal: CalibrationRefusal?
}

extension Statements {
    /// The standings of a round; nil when it does not exist or the principal may not know of it. For managers.
    ///
    /// - Parameter places: how many would be chosen, for the chance of each to be among them.
    package func standings(of id: ReviewRound.ID, places: Int) async throws -> Standings? {
        guard let round = try await round(id) else { return nil }
        let files = try await applications(in: id)
        let names = Dictionary(
            try await panel(of: id).map { ($0.person, $0.name) }, uniquingKeysWith: { first, _ in first })
        return Standings(
            round, files, try await scores(in: id), names, choices: try await placesOfTheStream(in: round),
            places: places)
    }
}

extension Standings {
    /// How many places a ranking is read for unless somebody says.
    package static let usualPlaces = 10

    init(
        _ round: ReviewRound, _ files: [(application: Application.ID, code: String, startupName: LocalizedName)],
        _ scores: [SubmittedScores], _ names: [Person.ID: String], choices: [Application.ID: Int] = [:], places: Int
    ) {
        let rows = Dictionary(uniqueKeysWithValues: files.enumerated().map { ($1.application, $0) })
        let people = Set(scores.map(\.person)).sorted()
        let columns = Dictionary(uniqueKeysWithValues: people.enumerated().map { ($1, $0) })
        var totals = [[Double]](repeating: [], count: files.count)
        var reviews: [CalibrationSample.Review] = []
        // Each reviewer's reviews are numbered as they were submitted, so that a drift can be told.
        var numbers = [Int](repeating: 0, count: people.count)
        let inOrder = scores.sorted { ($0.submittedAt, $0.application) < ($1.submittedAt, $1.application) }
        for score in inOrder {
            guard let row = rows[score.application], let column = columns[score.person],
                let total = round.total(of: score.scores)
            else { continue }
            totals[row].append(total)
            reviews.append(.init(application: row, reviewer: column, score: total, sequence: numbers[column]))
            numbers[column] += 1
        }
        var (found, refusal): (CalibratedScores?, CalibrationRefusal?) = (nil, nil)
        do throws(CalibrationRefusal) {
            let sample = try CalibrationSample(
                reviews, applications: files.count, reviewers: people.count, scale: 0...100)
            found = try CalibratedScores(sample, places: places, seed: round.id.seed)
        } catch {
            refusal = error
        }
        let calibrated = Dictionary(
            (found?.applications ?? []).map { ($0.application, $0) }, uniquingKeysWith: { first, _ in first })
        let entries = files.indices.map { row in
            let values = totals[row]
            return Entry(
                application: files[row].application, code: files[row].code, startupName: files[row].startupName,
                choice: choices[files[row].application], reviews: values.count,
                mean: values.isEmpty ? nil : values.reduce(0, +) / Double(values.count),
                spread: values.count < 2 ? nil : (values.max() ?? 0) - (values.min() ?? 0),
                isDecidable: values.count >= round.quorum, calibrated: calibrated[row])
        }
        self.round = round
        self.places = places
        self.entries = entries.sorted { $0.precedence > $1.precedence }
        reviewers = (found?.reviewers ?? []).map {
            Reviewer(person: people[$0.reviewer], name: names[people[$0.reviewer]] ?? "", found: $0)
        }.sorted { ($0.found.leniency, $1.person) > ($1.found.leniency, $0.person) }
        calibration = found
        self.refusal = refusal
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

extension Identifier {
    /// A seed that is the round's own, so that the same reviews always give the same ranking.
    fileprivate var seed: UInt64 {
        withUnsafeBytes(of: uuid.uuid) { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) }
    }
}
