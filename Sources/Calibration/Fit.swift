/// A review model fitted to a table: variances by restricted maximum likelihood, each reviewer's noise drawn towards what is
/// common.
///
/// Harville's fixed point (1977, *Maximum likelihood approaches to variance component estimation*): each sum of squares over
/// the degrees of freedom that went into it. It has the solution of expectation and maximization (Laird and Ware 1982) and
/// takes a tenth of its steps.
struct Fit {
    private(set) var model: ReviewModel
    private(set) var equations: MixedEquations
    private(set) var solution: MixedEquations.Solution
    private(set) var spread: MixedEquations.Spread
    private(set) var noise: NoisePrior
    private(set) var steps = 0
    private let values: [Double]
    /// The scores' own variance: what the others are measured against.
    private let total: Double

    /// A variance of fewer than 1 in 10,000 of the scores' is none: a deviation of a hundredth of theirs.
    private static let leastShare = 1e-4
    /// A step that moves no variance by more than this share of the total is the last.
    private static let precision = 1e-4
    private static let mostSteps = 40
    /// Drifts are corrected if chance makes such ones in fewer than 1 of 100 rounds without: a normal number beyond this, on
    /// either side and on one.
    private static let significant = 2.576
    private static let significantOneSided = 2.326

    /// The least variance of anything.
    var floor: Double { Self.leastShare * total }

    init(_ table: ReviewTable) {
        values = table.rows.map(\.value)
        let weight = table.rows.reduce(0) { $0 + $1.weight }
        let mean = table.rows.reduce(0) { $0 + $1.weight * $1.value } / weight
        total = table.rows.reduce(0) { $0 + $1.weight * ($1.value - mean) * ($1.value - mean) } / weight
        model = ReviewModel(
            leniency: total / 3, slope: nil, hasDrift: table.rows.contains { $0.position != 0 },
            noise: [Double](repeating: total / 3, count: table.reviewers.count))
        equations = MixedEquations(table, model)
        solution = equations.solution(of: values)
        spread = equations.spread()
        noise = NoisePrior([], floor: total)
        settle()
        guard model.hasDrift else { return }
        let hasDrift = abs(solution.drift) > Self.significant * spread.drift.squareRoot()
        let slope = slopeVariance
        guard !hasDrift || slope != nil else { return }
        (model.hasDrift, model.slope) = (hasDrift, slope)
        settle()
    }

    private mutating func settle() {
        for _ in 0..<Self.mostSteps {
            solve()
            let before = model
            step()
            let moved = zip(model.noise, before.noise).reduce(abs(model.leniency - before.leniency)) {
                max($0, abs($1.0 - $1.1))
            }
            if moved < Self.precision * total { break }
        }
        solve()
    }

    private mutating func solve() {
        equations = MixedEquations(equations.table, model)
        solution = equations.solution(of: values)
        spread = equations.spread()
        steps += 1
    }

    private mutating func step() {
        let table = equations.table
        let residuals = zip(values, table.rows).map { $0 - solution.expected($1) }
        let own = table.ofReviewer.enumerated().map { reviewer, rows in
            rows.reduce(into: (sum: 0.0, freedom: 0.0)) { own, row in
                let weight = table.rows[row].weight
                own.sum += weight * residuals[row] * residuals[row]
                own.freedom += max(0, 1 - weight / model.noise[reviewer] * spread.expected[row])
            }
        }
        noise = NoisePrior(own, floor: floor)
        model.noise = own.map { noise.variance($0) }
        model.leniency = Self.variance(solution.leniencies, spread.leniencies, model.leniency, floor)
        if let slope = model.slope {
            model.slope = Self.variance(solution.slopes, spread.slopes, slope, slope / 100)
        }
    }

    private static func variance(_ means: [Double], _ variances: [Double], _ before: Double, _ floor: Double) -> Double
    {
        let sum = means.reduce(0) { $0 + $1 * $1 }
        let freedom = variances.reduce(0) { $0 + 1 - $1 / before }
        return max(floor, sum / max(freedom, 1e-9))
    }

    /// The variance of the reviewers' own drifts by moments, if their residuals drift more apart than chance makes them
    /// (Cochran's Q).
    private var slopeVariance: Double? {
        let table = equations.table
        var (excess, count, information) = (0.0, 0.0, 0.0)
        for (reviewer, rows) in table.ofReviewer.enumerated() {
            var (sum, square, own) = (0.0, 0.0, 0.0)
            for row in rows {
                let review = table.rows[row]
                let precision = review.weight / model.noise[reviewer]
                let residual = values[row] - solution.expected(review)
                sum += precision * review.position * residual
                square += precision * review.position * review.position * max(0, 1 - precision * spread.expected[row])
                own += precision * review.position * review.position
            }
            guard square > 1e-9 * own, own > 0 else { continue }
            excess += sum * sum / square - 1
            count += 1
            information += square
        }
        guard count > 0, excess > Self.significantOneSided * (2 * count).squareRoot() else { return nil }
        return excess / information
    }
}
