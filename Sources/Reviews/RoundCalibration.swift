internal import Accounts
package import Applications
package import Calibration
package import Foundation
internal import Vocabulary

/// What is known of a round's scores without their reviewers' leniency: worked out by a job and kept, never while somebody
/// waits.
package enum RoundCalibration: Sendable {
    /// Worked out from the reviews that stand.
    case found(CalibratedRound)
    /// Nothing can be told from them, as was found at a moment; nil where there are none.
    case refused(CalibrationRefusal, at: Date?)
    /// Being worked out: reviews have come or gone since it was done, at the moment given where it was done before.
    case awaited(last: Date?)
    /// Told to nobody whose own startup applied to the call: the others' scores would tell of its.
    case withheld
}

/// What a round's reviews say once leniency is taken out of them, read for so many places.
package struct CalibratedRound: Sendable {
    /// When it was worked out.
    package let at: Date
    /// Those that can be compared.
    package let applications: [Application.ID: CalibratedStanding]
    /// How many of the places, in the mean, other such reviewers would give to the same applications.
    package let expectedOverlap: Double
    /// What is said of the ranking as a whole, and of who made it.
    let figures: CalibrationFinding.Figures

    /// As many as can be compared.
    package var compared: Int { applications.count }

    /// How many of them other reviews might well place otherwise.
    package func inDoubt(places: Int) -> Int { applications.values.count { $0.isInDoubt(places: places) } }
}

/// Where an application stands without its reviewers' leniency.
package struct CalibratedStanding: Sendable {
    /// What the round's reviewers would give it in the mean, in hundredths.
    package let score: Double
    /// Where its score lies with a probability of 90 %.
    package let interval: ClosedRange<Double>
    /// How many have a higher score, and one.
    package let rank: Int
    /// The mean of its reviews, 0 to 100.
    package let rawMean: Double
    /// How many have a higher raw mean, and one.
    package let rawRank: Int
    /// Where its rank lies with a probability of 90 %.
    package let rankInterval: ClosedRange<Int>
    /// The probability that it is among the places; to within 0.03.
    package let placeProbability: Double

    /// The score as people are shown it: estimates may lie beyond the scale, 0 to 100, on which nobody can judge.
    package var shownScore: Double { score.onScale }
    /// The interval as people are shown it.
    package var shownInterval: ClosedRange<Double> { interval.lowerBound.onScale...interval.upperBound.onScale }

    /// Whether its rank's interval has ranks with a place and without.
    package func isInDoubt(places: Int) -> Bool {
        rankInterval.lowerBound <= places && rankInterval.upperBound > places
    }
}

extension Double {
    /// The nearest that a review can be worth.
    var onScale: Double { min(max(self, 0), 100) }
}

/// What a calibration found, as it is kept: for any number of places.
struct CalibrationFinding: Sendable, Equatable {
    /// An application that can be compared.
    struct Ranked: Codable, Sendable, Equatable {
        let application: Application.ID
        let score: Double
        let low: Double
        let high: Double
        let rank: Int
        let rawMean: Double
        let rawRank: Int
        let bestRank: Int
        let worstRank: Int
        let likelyRanks: [Int]
    }

    /// A reviewer, as the scores tell.
    struct Reviewer: Codable, Sendable, Equatable {
        let person: Person.ID
        let reviews: Int
        let leniency: Double
        let low: Double
        let high: Double
        let noise: Double
    }

    /// What is said of the round as a whole.
    struct Figures: Codable, Sendable, Equatable {
        let reliability: Double
        let calibratedReliability: Double
        let reviewers: [Reviewer]
    }

    /// What could be told.
    struct Scores: Sendable, Equatable {
        let applications: [Ranked]
        let figures: Figures
        /// How many of the best would be among the best again, by how many places there are, from 1.
        let overlaps: [Double]
    }

    /// From which reviews: `calibration_inputs`.
    let inputs: String
    let outcome: Result<Scores, CalibrationRefusal>
}

extension CalibrationFinding {
    /// Calibrates a round. The same reviews give the same figures to the last bit, whatever order they come in.
    init(_ round: ReviewRound, _ scores: [SubmittedScores], inputs: String) {
        self.inputs = inputs
        outcome = Result { () throws(CalibrationRefusal) in try Scores(round, scores) }
    }
}

extension CalibrationFinding.Scores {
    fileprivate init(_ round: ReviewRound, _ scores: [SubmittedScores]) throws(CalibrationRefusal) {
        let ids = Set(scores.map(\.application)).sorted()
        let rows = Dictionary(uniqueKeysWithValues: ids.enumerated().map { ($1, $0) })
        let people = Set(scores.map(\.person)).sorted()
        let columns = Dictionary(uniqueKeysWithValues: people.enumerated().map { ($1, $0) })
        var reviews: [CalibrationSample.Review] = []
        // Each reviewer's reviews are numbered as they were submitted, so that a drift can be told.
        var numbers = [Int](repeating: 0, count: people.count)
        for score in scores.sorted(by: { ($0.submittedAt, $0.application) < ($1.submittedAt, $1.application) }) {
            guard let row = rows[score.application], let column = columns[score.person],
                let total = round.total(of: score.scores)
            else { continue }
            reviews.append(.init(application: row, reviewer: column, score: total, sequence: numbers[column]))
            numbers[column] += 1
        }
        let sample = try CalibrationSample(
            reviews, applications: ids.count, reviewers: people.count, scale: 0...100)
        let found = try CalibratedScores(sample, places: 1, seed: round.id.seed)
        applications = found.applications.map { one in
            CalibrationFinding.Ranked(
                application: ids[one.application], score: one.score, low: one.interval.lowerBound,
                high: one.interval.upperBound, rank: one.rank, rawMean: one.rawMean, rawRank: one.rawRank,
                bestRank: one.rankInterval.lowerBound, worstRank: one.rankInterval.upperBound,
                likelyRanks: one.likelyRanks)
        }
        overlaps = found.overlaps
        figures = CalibrationFinding.Figures(
            reliability: found.reliability, calibratedReliability: found.calibratedReliability,
            reviewers: found.reviewers.map { one in
                CalibrationFinding.Reviewer(
                    person: people[one.reviewer], reviews: one.reviews, leniency: one.leniency,
                    low: one.interval.lowerBound, high: one.interval.upperBound, noise: one.noise)
            })
    }
}

extension CalibrationFinding.Reviewer {
    /// Gives more than others; only said where the interval leaves no other way.
    var isLenient: Bool { low > 0 }
    /// Gives less than others; only said where the interval leaves no other way.
    var isHarsh: Bool { high < 0 }
}

extension Identifier {
    /// A seed that is the round's own, so that the same reviews always give the same ranking.
    fileprivate var seed: UInt64 {
        withUnsafeBytes(of: uuid.uuid) { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) }
    }
}
