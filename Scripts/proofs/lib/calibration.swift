// calibration [ROUNDS]: calibrates invented rounds, whose truth is known, and holds the result against simpler ways: so many of
// each regime that is claimed, and so many of the others together.
// Prints a table by regime and over all, and exits 0 only if ours is the best on average, nowhere worse than the mean, and ahead
// of mean, median and z-score beyond what chance does, by tau and by rho, where reviewers are harsh and lenient, where some are
// noisier than others, and where both are so.

import Calibration
import Foundation

/// SplitMix64 (Steele, Lea and Flood 2014).
struct Inventor: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func normal() -> Double {
        let (one, other) = (
            Double.random(in: Double.leastNormalMagnitude..<1, using: &self), Double.random(in: 0..<1, using: &self)
        )
        return (-2 * log(one)).squareRoot() * cos(2 * .pi * other)
    }
}

/// How the reviewers of a round are. Deviations in points of a scale from 0 to 100, on which qualities deviate by 10.
struct Regime {
    var name: String
    var leniency = 5.0
    /// Of a review, and of its logarithm between reviewers.
    var noise = 10.0
    var noiseSpread = 0.0
    /// Of the logarithm of how far reviewers spread the applications apart.
    var stretch = 0.0
    /// For each further review: of all, and between reviewers.
    var drift = 0.0
    var ownDrift = 0.0
    /// Whether a third of the reviewers are exact, strict, and get the applications that look better.
    var hasExperts = false
    /// Whether scores are whole numbers from 1 to 5, around 3.6.
    var isDiscrete = false
    /// Whether panels are as small as are calibrated at all.
    var isBarelyEnough = false
    /// Whether ours is to be ahead of each of the simpler ways in it, and not over all alone.
    var isClaimed = false

    static let all = [
        Regime(name: "alike", leniency: 0),
        Regime(name: "harsh & lenient", leniency: 10, isClaimed: true),
        Regime(name: "noisy", noiseSpread: 0.6, isClaimed: true),
        Regime(name: "harsh, lenient & noisy", leniency: 10, noiseSpread: 0.6, isClaimed: true),
        Regime(name: "other scales", stretch: 0.4),
        Regime(name: "experts", hasExperts: true),
        Regime(name: "experts, alike", leniency: 0, hasExperts: true),
        Regime(name: "1 to 5", leniency: 7, isDiscrete: true),
        Regime(name: "drift", drift: -0.4, ownDrift: 0.6),
        Regime(name: "barely enough", leniency: 7, isBarelyEnough: true),
        // Not claimed: where scales differ as well, the z-score, which undoes that alone, is as good over some thousand rounds.
        Regime(name: "all of it", leniency: 8, noiseSpread: 0.4, stretch: 0.25, drift: -0.2, ownDrift: 0.3),
    ]
}

struct Round {
    let truth: [Double]
    /// How far the average reviewer spreads them apart.
    let stretch: Double
    let sample: CalibrationSample

    init(_ regime: Regime, seed: UInt64) throws {
        var inventor = Inventor(seed: seed)
        let panels =
            regime.isBarelyEnough ? [(4, 20), (5, 24), (6, 30)] : [(8, 40), (12, 60), (20, 100), (30, 150), (60, 300)]
        let (reviewers, applications) = panels[Int.random(in: panels.indices, using: &inventor)]
        let each = regime.isBarelyEnough ? 2 : Int.random(in: 2...4, using: &inventor)
        let truth = (0..<applications).map { _ in 10 * inventor.normal() }
        let experts = regime.hasExperts ? reviewers / 3 : 0
        // Experts are strict where reviewers differ at all.
        let leniency = (0..<reviewers).map { regime.leniency * (inventor.normal() - ($0 < experts ? 1.5 : 0)) }
        let noise = (0..<reviewers).map {
            regime.noise * exp(regime.noiseSpread * inventor.normal()) * ($0 < experts ? 0.7 : 1)
        }
        let stretch = (0..<reviewers).map { _ in exp(regime.stretch * inventor.normal()) }
        let drift = (0..<reviewers).map { _ in regime.drift + regime.ownDrift * inventor.normal() }
        var load = [Int](repeating: 0, count: reviewers)
        var pairs: [(application: Int, reviewer: Int)] = []
        for application in (0..<applications).shuffled(using: &inventor) {
            // In part chance decides, so that panels mix.
            let looksGood = truth[application] + 7 * inventor.normal() > 3
            let order = (0..<reviewers).map { reviewer in
                let fit = experts > 0 && (reviewer < experts) != looksGood ? 4.0 : 0
                return (Double(load[reviewer]) + fit + 2 * inventor.normal(), reviewer)
            }.sorted { $0.0 < $1.0 }
            for (_, reviewer) in order.prefix(each) {
                load[reviewer] += 1
                pairs.append((application, reviewer))
            }
        }
        // A tenth of the reviews never comes, but the last of an application does.
        var left = [Int](repeating: each, count: applications)
        pairs.shuffle(using: &inventor)
        pairs.removeAll { application, reviewer in
            guard left[application] > 1, Int.random(in: 0..<10, using: &inventor) == 0 else { return false }
            left[application] -= 1
            load[reviewer] -= 1
            return true
        }
        var read = [Int](repeating: 0, count: reviewers)
        let reviews = pairs.map { application, reviewer in
            let middle = Double(load[reviewer] - 1) / 2
            var score =
                leniency[reviewer] + stretch[reviewer] * (truth[application] + noise[reviewer] * inventor.normal())
            score += drift[reviewer] * (Double(read[reviewer]) - middle)
            read[reviewer] += 1
            score = regime.isDiscrete ? (3.6 + score / 12).rounded() : 60 + score
            return CalibrationSample.Review(
                application: application, reviewer: reviewer,
                score: regime.isDiscrete ? min(max(score, 1), 5) : min(max(score, 0), 100),
                sequence: read[reviewer])
        }
        self.truth = truth
        self.stretch = stretch.reduce(0, +) / Double(reviewers)
        sample = try CalibrationSample(
            reviews, applications: applications, reviewers: reviewers, scale: regime.isDiscrete ? 1...5 : 0...100)
    }
}

// MARK: The other ways

func means(_ reviews: [CalibrationSample.Review], _ count: Int, of values: [Double]) -> [Double] {
    var (sums, counts) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
    for (review, value) in zip(reviews, values) {
        sums[review.application] += value
        counts[review.application] += 1
    }
    return zip(sums, counts).map { $0 / max($1, 1) }
}

func medians(_ sample: CalibrationSample) -> [Double] {
    var scores = [[Double]](repeating: [], count: sample.applications)
    for review in sample.reviews { scores[review.application].append(review.score) }
    return scores.map { scores in
        let sorted = scores.sorted()
        return sorted.isEmpty ? 0 : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}

/// The mean of what each score is among its reviewer's own, in deviations.
func standardScores(_ sample: CalibrationSample) -> [Double] {
    var scores = [[Double]](repeating: [], count: sample.reviewers)
    for review in sample.reviews { scores[review.reviewer].append(review.score) }
    let own = scores.map { scores in
        let mean = scores.reduce(0, +) / Double(max(1, scores.count))
        let square = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, scores.count - 1))
        return (mean, square.squareRoot())
    }
    return means(
        sample.reviews, sample.applications,
        of: sample.reviews.map { review in
            let (mean, deviation) = own[review.reviewer]
            return deviation > 0 ? (review.score - mean) / deviation : 0
        })
}

/// Qualities and leniencies of least squared deviations, without shrinkage: the linear core of Roos, Rothe and Scheuermann
/// (2011), by turns until nothing moves.
func leastSquares(_ sample: CalibrationSample) -> [Double] {
    var leniencies = [Double](repeating: 0, count: sample.reviewers)
    var qualities: [Double] = []
    for _ in 0..<400 {
        qualities = means(
            sample.reviews, sample.applications, of: sample.reviews.map { $0.score - leniencies[$0.reviewer] })
        var (sums, counts) = (
            [Double](repeating: 0, count: sample.reviewers), [Double](repeating: 0, count: sample.reviewers)
        )
        for review in sample.reviews {
            sums[review.reviewer] += review.score - qualities[review.application]
            counts[review.reviewer] += 1
        }
        leniencies = zip(sums, counts).map { $0 / max($1, 1) }
    }
    return qualities
}

// MARK: What a ranking is worth

/// Kendall's tau, a tie being worth what lots drawn would make of it: whoever chooses must break it.
func kendall(_ a: [Double], _ b: [Double]) -> Double {
    var agreement = 0
    for one in a.indices {
        for other in 0..<one {
            let x = a[one] > a[other] ? 1 : a[one] < a[other] ? -1 : 0
            let y = b[one] > b[other] ? 1 : b[one] < b[other] ? -1 : 0
            agreement += x * y
        }
    }
    return Double(agreement) / Double(a.count * (a.count - 1) / 2)
}

/// Spearman's rho, ties sharing their ranks' mean.
func spearman(_ a: [Double], _ b: [Double]) -> Double {
    func ranks(_ values: [Double]) -> [Double] {
        values.map { value in Double(values.count { $0 < value }) + Double(values.count { $0 == value } - 1) / 2 }
    }
    let (x, y) = (ranks(a), ranks(b))
    let middle = Double(a.count - 1) / 2
    var (shared, inX, inY) = (0.0, 0.0, 0.0)
    for index in x.indices {
        shared += (x[index] - middle) * (y[index] - middle)
        inX += (x[index] - middle) * (x[index] - middle)
        inY += (y[index] - middle) * (y[index] - middle)
    }
    return inX > 0 && inY > 0 ? shared / (inX * inY).squareRoot() : 0
}

/// The share of the best fifth that is found.
func precision(_ a: [Double], _ truth: [Double]) -> Double {
    func best(_ values: [Double]) -> Set<Int> {
        Set(values.indices.sorted { (values[$1], $0) < (values[$0], $1) }.prefix(values.count / 5))
    }
    return Double(best(a).intersection(best(truth)).count) / Double(a.count / 5)
}

/// A mean of differences, and how far it may be off with a probability of 95 %.
func paired(_ differences: [Double]) -> (mean: Double, error: Double) {
    let count = Double(differences.count)
    let mean = differences.reduce(0, +) / count
    let square = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(1, count - 1)
    return (mean, 1.96 * (square / count).squareRoot())
}

/// What one round gave: tau, rho and precision of each way, ours first.
struct Outcome {
    var regime: Int
    /// Whether it is one of as many as there are of every regime, which the average over all is of.
    var isOfAverage: Bool
    var worth: [SIMD3<Double>]
    var covered = 0
    var applications = 0
    /// What was expected of the drawn probabilities, and came.
    var expectedPlaces = 0.0
}

let ways = ["calibrated", "mean", "median", "z-score", "least squares"]
let rounds = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 1000 : 1000
var outcomes: [Outcome] = []
var refused = 0
var seconds = 0.0
let others = Regime.all.indices.filter { !Regime.all[$0].isClaimed }
let each = max(1, rounds / others.count)
let draws = Regime.all.indices.flatMap { regime in
    (0..<(Regime.all[regime].isClaimed ? rounds : each)).map { (regime: regime, place: $0) }
}
for (regime, place) in draws {
    let seed = UInt64(place * Regime.all.count + regime)
    let round = try Round(Regime.all[regime], seed: seed)
    let (sample, truth) = (round.sample, round.truth)
    let places = truth.count / 5
    let start = ContinuousClock.now
    let calibrated: CalibratedScores
    do {
        calibrated = try CalibratedScores(sample, places: places, seed: seed)
    } catch {
        refused += 1
        continue
    }
    let (whole, part) = (ContinuousClock.now - start).components
    seconds += Double(whole) + Double(part) * 1e-18
    // Those left out of the comparison are left out of every way's.
    let compared = calibrated.applications.map(\.application)
    let simpler = [
        means(sample.reviews, truth.count, of: sample.reviews.map(\.score)), medians(sample), standardScores(sample),
        leastSquares(sample),
    ]
    let own = compared.map { truth[$0] }
    var outcome = Outcome(regime: regime, isOfAverage: place < each, worth: [])
    for scores in [calibrated.applications.map(\.score)] + simpler.map({ scores in compared.map { scores[$0] } }) {
        outcome.worth.append(SIMD3(kendall(scores, own), spearman(scores, own), precision(scores, own)))
    }
    let middle = own.reduce(0, +) / Double(own.count)
    let level = calibrated.applications.reduce(0) { $0 + $1.score } / Double(own.count)
    for (application, quality) in zip(calibrated.applications, own) where !Regime.all[regime].isDiscrete {
        // Where all stand together is a matter of the reviewers' average; how they stand to each other is not.
        if application.interval.contains(round.stretch * (quality - middle) + level) { outcome.covered += 1 }
        outcome.applications += 1
    }
    outcomes.append(outcome)
}

func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}

func figures(_ name: String, _ outcomes: [Outcome]) {
    guard !outcomes.isEmpty else { return }
    let count = Double(outcomes.count)
    for (way, wayName) in ways.enumerated() {
        let worth = outcomes.reduce(SIMD3<Double>.zero) { $0 + $1.worth[way] } / count
        var line = padded(way == 0 ? name : "", 24) + padded(wayName, 14)
        line += String(format: "%6.3f %6.3f %6.3f", worth[0], worth[1], worth[2])
        if way > 0 {
            let ahead = paired(outcomes.map { $0.worth[0][0] - $0.worth[way][0] })
            let won = outcomes.reduce(0) {
                $0 + ($1.worth[0][0] > $1.worth[way][0] ? 1 : $1.worth[0][0] == $1.worth[way][0] ? 0.5 : 0)
            }
            line += String(format: "  %+.3f ± %.3f  %3.0f %%", ahead.mean, ahead.error, 100 * won / count)
        } else {
            let applications = outcomes.reduce(0) { $0 + $1.applications }
            if applications > 0 {
                let covered = outcomes.reduce(0) { $0 + $1.covered }
                line += String(format: "  intervals cover %.1f %%", 100 * Double(covered) / Double(applications))
            }
        }
        print(line)
    }
}

print(padded("regime", 24) + padded("way", 14) + "   tau    rho  top 20 %  ahead in tau  rounds won")
for (number, regime) in Regime.all.enumerated() { figures(regime.name, outcomes.filter { $0.regime == number }) }
let average = outcomes.filter(\.isOfAverage)
figures("all", average)

var broken: [String] = []
for way in 1...3 {
    let ahead = paired(average.map { $0.worth[0][0] - $0.worth[way][0] })
    if ahead.mean - ahead.error <= 0 { broken.append("not better than \(ways[way]) on average") }
}
for (number, regime) in Regime.all.enumerated() {
    let differences = outcomes.filter { $0.regime == number }.map { $0.worth[0][0] - $0.worth[1][0] }
    let ahead = paired(differences)
    if differences.isEmpty || ahead.mean + ahead.error < 0 {
        broken.append("worse than the mean in \"\(regime.name)\"")
    }
    guard regime.isClaimed else { continue }
    let own = outcomes.filter { $0.regime == number }
    for way in 1...3 {
        // Kendall's tau and Spearman's rho, each in the mean of the regime's rounds.
        for (measure, name) in ["tau", "rho"].enumerated() {
            let ahead = paired(own.map { $0.worth[0][measure] - $0.worth[way][measure] })
            // A handful of rounds tells only what is far behind; of many, chance may not be what puts ours ahead.
            let isAhead =
                own.count >= 30 ? ahead.mean - ahead.error > 0 : !own.isEmpty && ahead.mean + ahead.error >= 0
            print(
                padded(regime.name, 24) + padded("\(name), \(ways[way])", 14)
                    + String(format: "%+.3f ± %.3f", ahead.mean, ahead.error) + (isAhead ? "" : "  broken"))
            if !isAhead { broken.append("not better than \(ways[way]) by \(name) in \"\(regime.name)\"") }
        }
    }
}
print(
    String(
        format: "%d rounds, %d refused, %.1f ms each", draws.count, refused,
        1000 * seconds / Double(max(1, outcomes.count)))
)
for line in broken { print("broken: \(line)") }
exit(broken.isEmpty ? 0 : 1)
