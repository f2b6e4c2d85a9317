/// Henderson's mixed-model equations of a review model, solved exactly: applications' levels, leniencies and drifts with
/// their covariance, given the variances.
///
/// Each review ties one application to one reviewer, so that the larger of the two sides is diagonal but for the reviewers' own
/// drifts. It is eliminated, which leaves a dense system of the smaller side's size: O(reviews + small³) instead of O(large³).
///
/// All levels may rise and all leniencies fall by the same without a review noticing; the leniencies' prior alone holds
/// them, at a sum of 0. What is said of either is said beside the average of the round's reviewers, and the variance of that
/// joint shift, ``shift``, is left out of it.
struct MixedEquations {
    let table: ReviewTable
    let model: ReviewModel

    /// Whether applications are eliminated and reviewers stay.
    private let keepsReviewers: Bool
    /// Unknowns that stay: for each of the smaller side one, for reviewers with drifts of their own another, then the shared
    /// drift, if there is one.
    private let size: Int
    private let fixed: Range<Int>
    /// For each eliminated level, its two unknowns' own block, inverted; of an application the second is idle.
    private var blocks: [Block] = []
    /// What is left after elimination, inverted.
    private var kept: SymmetricMatrix
    /// Of each review, the precision.
    private let precision: [Double]

    private struct Block {
        /// Inverse: first, shared, second.
        var inverse = SIMD3<Double>(0, 0, 0)
        /// Kept unknowns that the level's reviews touch, and their two rows of coefficients.
        var touched: [Int] = []
        var first: [Double] = []
        var second: [Double] = []

        func solved(_ right: SIMD2<Double>) -> SIMD2<Double> {
            let one = inverse[0] * right[0] + inverse[1] * right[1]
            let other = inverse[1] * right[0] + inverse[2] * right[1]
            return SIMD2(one, other)
        }
    }

    /// The unknowns, as one vector each.
    struct Solution {
        var levels: [Double]
        var leniencies: [Double]
        var slopes: [Double]
        var drift: Double
    }

    /// The variance of the shift of all levels against all leniencies.
    var shift: Double { model.leniency / Double(table.reviewers.count) }

    init(_ table: ReviewTable, _ model: ReviewModel) {
        self.table = table
        self.model = model
        keepsReviewers = table.reviewers.count <= table.applications.count
        let own = keepsReviewers ? table.reviewers.count * (model.slope == nil ? 1 : 2) : table.applications.count
        size = own + (model.hasDrift ? 1 : 0)
        fixed = own..<size
        precision = table.rows.map { $0.weight / model.noise[$0.reviewer] }
        kept = SymmetricMatrix(size: size)
        for level in 0..<own {
            guard keepsReviewers else { continue }
            kept.add(1 / (level < table.reviewers.count ? model.leniency : model.slope ?? 1), level, level)
        }
        if model.hasDrift { kept.add(ReviewModel.driftPrecision, size - 1, size - 1) }
        for rows in levels { eliminate(rows) }
        kept.invert()
    }

    /// The reviews of each eliminated level.
    private var levels: [[Int]] { keepsReviewers ? table.ofApplication : table.ofReviewer }

    /// A review's coefficients of its eliminated level's two unknowns.
    private func eliminated(_ row: Int) -> SIMD2<Double> {
        SIMD2(1, keepsReviewers || model.slope == nil ? 0 : table.rows[row].position)
    }

    /// A review's own kept unknowns with their coefficients, beside the fixed ones.
    private func own(_ row: Int) -> [(Int, Double)] {
        let review = table.rows[row]
        guard keepsReviewers else { return [(review.application, 1)] }
        guard model.slope != nil else { return [(review.reviewer, 1)] }
        return [(review.reviewer, 1), (table.reviewers.count + review.reviewer, review.position)]
    }

    private mutating func eliminate(_ rows: [Int]) {
        var block = Block()
        // Levels have no prior here: see ``ReviewModel``.
        var sum = SIMD3(keepsReviewers ? 0 : 1 / model.leniency, 0, 1 / (model.slope ?? 1))
        var shared = [SIMD2<Double>](repeating: .zero, count: fixed.count)
        for row in rows {
            let (weight, u) = (precision[row], eliminated(row))
            sum += weight * SIMD3(u[0] * u[0], u[0] * u[1], u[1] * u[1])
            let entries = own(row)
            for (unknown, coefficient) in entries {
                block.touched.append(unknown)
                block.first.append(weight * u[0] * coefficient)
                block.second.append(weight * u[1] * coefficient)
            }
            let all = entries + fixed.map { ($0, table.rows[row].position) }
            for (place, (unknown, coefficient)) in all.enumerated() {
                for (other, otherCoefficient) in all[place...] {
                    kept.add(weight * coefficient * otherCoefficient, unknown, other)
                }
            }
            for unknown in fixed {
                shared[unknown - fixed.lowerBound] += weight * table.rows[row].position * u
            }
        }
        block.touched += fixed
        block.first += shared.map { $0[0] }
        block.second += shared.map { $0[1] }
        block.inverse = SIMD3(sum[2], -sum[1], sum[0]) / (sum[0] * sum[2] - sum[1] * sum[1])
        let inverse = block.inverse
        for one in block.touched.indices {
            let a = inverse[0] * block.first[one] + inverse[1] * block.second[one]
            let b = inverse[1] * block.first[one] + inverse[2] * block.second[one]
            for other in one..<block.touched.count {
                kept.add(-(a * block.first[other] + b * block.second[other]), block.touched[one], block.touched[other])
            }
        }
        blocks.append(block)
    }

    // MARK: The mean

    /// The posterior means for the table's values, or for others in their place.
    func solution(of values: [Double]) -> Solution {
        var right = [Double](repeating: 0, count: size)
        var eliminatedRight = [SIMD2<Double>](repeating: .zero, count: blocks.count)
        for (level, rows) in levels.enumerated() {
            var sum = SIMD2<Double>.zero
            for row in rows {
                let weighted = precision[row] * values[row]
                sum += weighted * eliminated(row)
                for (unknown, coefficient) in own(row) { right[unknown] += weighted * coefficient }
                for unknown in fixed { right[unknown] += weighted * table.rows[row].position }
            }
            eliminatedRight[level] = sum
            let moved = blocks[level].solved(sum)
            for (place, unknown) in blocks[level].touched.enumerated() {
                right[unknown] -= moved[0] * blocks[level].first[place] + moved[1] * blocks[level].second[place]
            }
        }
        let keptMeans = kept.times(right)
        return solution(keptMeans, blocks.indices.map { conditional(eliminatedRight[$0], $0, keptMeans) })
    }

    /// The mean of an eliminated level, given the unknowns that were kept.
    private func conditional(_ right: SIMD2<Double>, _ level: Int, _ keptValues: [Double]) -> SIMD2<Double> {
        var right = right
        let block = blocks[level]
        for (place, unknown) in block.touched.enumerated() {
            right -= SIMD2(block.first[place], block.second[place]) * keptValues[unknown]
        }
        return block.solved(right)
    }

    private func solution(_ kept: [Double], _ eliminated: [SIMD2<Double>]) -> Solution {
        let reviewers = table.reviewers.count
        let hasSlopes = model.slope != nil
        return Solution(
            levels: keepsReviewers ? eliminated.map { $0[0] } : Array(kept[..<fixed.lowerBound]),
            leniencies: keepsReviewers ? Array(kept[..<reviewers]) : eliminated.map { $0[0] },
            slopes: !hasSlopes
                ? [Double](repeating: 0, count: reviewers)
                : keepsReviewers ? Array(kept[reviewers..<2 * reviewers]) : eliminated.map { $0[1] },
            drift: model.hasDrift ? kept[size - 1] : 0)
    }

    // MARK: Around the mean

    /// How far the unknowns are from their means in a world drawn with their full covariance.
    func move(_ draws: inout Draws) -> Solution {
        let normals = (0..<size).map { _ in draws.normal() }
        let keptMoves = kept.rootTimes(normals)
        let moves = blocks.indices.map { level -> SIMD2<Double> in
            // The root of the block's inverse, lower.
            let inverse = blocks[level].inverse
            let root = inverse[0].squareRoot()
            let below = inverse[1] / root
            let (one, other) = (draws.normal(), keepsReviewers ? 0 : draws.normal())
            let own = SIMD2(root * one, below * one + max(0, inverse[2] - below * below).squareRoot() * other)
            return conditional(.zero, level, keptMoves) + own
        }
        return solution(keptMoves, moves)
    }

    /// What is uncertain, and how much.
    struct Spread {
        /// Variances, with the joint shift.
        var levels: [Double]
        var leniencies: [Double]
        var slopes: [Double]
        var drift: Double
        /// Of the shared and a reviewer's own drift together.
        var drifts: [Double]
        /// Of what each review is expected to say.
        var expected: [Double]
    }

    /// Variances of what is asked of.
    ///
    /// - Complexity: for each eliminated level, the cube of how many reviews it has.
    func spread() -> Spread {
        let reviewers = table.reviewers.count
        let drift = model.hasDrift ? kept[size - 1, size - 1] : 0
        var spread = Spread(
            levels: [], leniencies: [], slopes: [Double](repeating: 0, count: reviewers), drift: drift,
            drifts: [Double](repeating: drift, count: reviewers),
            expected: [Double](repeating: 0, count: table.rows.count))
        if keepsReviewers {
            spread.leniencies = (0..<reviewers).map { kept[$0, $0] }
            if model.slope != nil {
                for reviewer in 0..<reviewers {
                    let own = reviewers + reviewer
                    spread.slopes[reviewer] = kept[own, own]
                    spread.drifts[reviewer] += kept[own, own] + (model.hasDrift ? 2 * kept[own, size - 1] : 0)
                }
            }
        } else {
            spread.levels = (0..<fixed.lowerBound).map { kept[$0, $0] }
        }
        for (level, rows) in levels.enumerated() { around(level, rows, &spread) }
        return spread
    }

    private func around(_ level: Int, _ rows: [Int], _ spread: inout Spread) {
        let block = blocks[level]
        let count = block.touched.count
        var part = [Double](repeating: 0, count: count * count)
        for one in 0..<count {
            for other in 0..<count { part[one * count + other] = kept[block.touched[one], block.touched[other]] }
        }
        // An eliminated combination u carries the kept ones at -c'E⁻¹u; its variance is u'E⁻¹u and theirs.
        func carried(_ u: SIMD2<Double>) -> [Double] {
            let moved = block.solved(u)
            return (0..<count).map { -(moved[0] * block.first[$0] + moved[1] * block.second[$0]) }
        }
        func times(_ vector: [Double]) -> [Double] {
            part.withUnsafeBufferPointer { part in
                vector.withUnsafeBufferPointer { vector in
                    guard let part = part.baseAddress, let vector = vector.baseAddress else { return [] }
                    return (0..<count).map { dot(part + $0 * count, vector, count) }
                }
            }
        }
        func product(_ one: [Double], _ other: [Double]) -> Double {
            zip(one, other).reduce(0) { $0 + $1.0 * $1.1 }
        }
        let first = carried(SIMD2(1, 0))
        let firstTimes = times(first)
        let variance = block.inverse[0] + product(first, firstTimes)
        if keepsReviewers {
            spread.levels.append(variance)
        } else {
            spread.leniencies.append(variance)
            if model.slope != nil {
                let second = carried(SIMD2(0, 1))
                let secondTimes = times(second)
                let own = block.inverse[2] + product(second, secondTimes)
                spread.slopes[level] = own
                spread.drifts[level] += own + (model.hasDrift ? 2 * secondTimes[count - 1] : 0)
            }
        }
        var place = 0
        for row in rows {
            let u = eliminated(row)
            var vector = carried(u)
            for (_, coefficient) in own(row) {
                vector[place] += coefficient
                place += 1
            }
            for unknown in fixed { vector[count - size + unknown] += table.rows[row].position }
            let solved = block.solved(u)
            spread.expected[row] = u[0] * solved[0] + u[1] * solved[1] + product(vector, times(vector))
        }
    }
}

extension MixedEquations.Solution {
    /// What a review is expected to say.
    func expected(_ row: ReviewTable.Row) -> Double {
        levels[row.application] + leniencies[row.reviewer] + (drift + slopes[row.reviewer]) * row.position
    }
}
