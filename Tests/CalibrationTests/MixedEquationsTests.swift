import Testing

@testable import Calibration

@Suite struct MixedEquationsTests {
    /// The same equations in full, and solved by elimination of one unknown after the other.
    struct Dense {
        /// By unknowns: levels, leniencies, slopes, drift.
        let inverse: [[Double]]
        let means: [Double]
        let rows: [[Double]]

        init(_ table: ReviewTable, _ model: ReviewModel) {
            let (applications, reviewers) = (table.applications.count, table.reviewers.count)
            let slopes = model.slope == nil ? 0 : reviewers
            let size = applications + reviewers + slopes + (model.hasDrift ? 1 : 0)
            rows = table.rows.map { review in
                var row = [Double](repeating: 0, count: size)
                row[review.application] = 1
                row[applications + review.reviewer] = 1
                if slopes > 0 { row[applications + reviewers + review.reviewer] = review.position }
                if model.hasDrift { row[size - 1] = review.position }
                return row
            }
            var system = [[Double]](repeating: [Double](repeating: 0, count: 2 * size + 1), count: size)
            for (row, review) in zip(rows, table.rows) {
                let precision = review.weight / model.noise[review.reviewer]
                for one in 0..<size where row[one] != 0 {
                    for other in 0..<size { system[one][other] += precision * row[one] * row[other] }
                    system[one][2 * size] += precision * row[one] * review.value
                }
            }
            for reviewer in 0..<reviewers {
                system[applications + reviewer][applications + reviewer] += 1 / model.leniency
                if let slope = model.slope {
                    system[applications + reviewers + reviewer][applications + reviewers + reviewer] += 1 / slope
                }
            }
            if model.hasDrift { system[size - 1][size - 1] += ReviewModel.driftPrecision }
            for one in 0..<size { system[one][size + one] = 1 }
            for one in 0..<size {
                let pivot = system[one][one]
                for column in 0...2 * size { system[one][column] /= pivot }
                for other in 0..<size where other != one {
                    let factor = system[other][one]
                    for column in 0...2 * size { system[other][column] -= factor * system[one][column] }
                }
            }
            inverse = system.map { Array($0[size..<2 * size]) }
            means = system.map { $0[2 * size] }
        }

        func variance(_ combination: [Double]) -> Double {
            zip(combination, inverse).reduce(0) { sum, one in
                sum + one.0 * zip(combination, one.1).reduce(0) { $0 + $1.0 * $1.1 }
            }
        }
    }

    private func table(applications: Int, reviewers: Int, each: Int, seed: UInt64) throws -> ReviewTable {
        var round = InventedRound(applications: applications, reviewers: reviewers, each: each, seed: seed)
        var inventor = Inventor(seed: seed)
        round.reviews = round.reviews.map { $0.with(weight: Double.random(in: 0.5...2, using: &inventor)) }
        return ReviewTable(try round.sample().reviews, scale: 0...100)
    }

    /// More applications than reviewers, and fewer; with drifts and without.
    @Test(
        arguments: [(30, 6, 3), (6, 30, 12), (12, 12, 4)], [(false, false), (true, false), (false, true), (true, true)])
    func theSparseSolutionIsTheDenseOne(_ sizes: (Int, Int, Int), _ drifts: (shared: Bool, own: Bool)) throws {
        let table = try table(applications: sizes.0, reviewers: sizes.1, each: sizes.2, seed: 3)
        var inventor = Inventor(seed: 9)
        let model = ReviewModel(
            leniency: 0.004, slope: drifts.own ? 0.0003 : nil, hasDrift: drifts.shared,
            noise: table.reviewers.map { _ in Double.random(in: 0.001...0.01, using: &inventor) })
        let equations = MixedEquations(table, model)
        let solution = equations.solution(of: table.rows.map(\.value))
        let spread = equations.spread()
        let dense = Dense(table, model)

        var means = solution.levels + solution.leniencies
        var variances = spread.levels + spread.leniencies
        if drifts.own {
            means += solution.slopes
            variances += spread.slopes
        }
        if drifts.shared {
            means.append(solution.drift)
            variances.append(spread.drift)
        }
        #expect(means.count == dense.means.count)
        for index in means.indices {
            #expect(abs(means[index] - dense.means[index]) < 1e-9)
            #expect(abs(variances[index] - dense.inverse[index][index]) < 1e-9)
        }
        for (index, row) in dense.rows.enumerated() {
            #expect(abs(spread.expected[index] - dense.variance(row)) < 1e-9)
        }
        for reviewer in table.reviewers.indices {
            var drift = [Double](repeating: 0, count: means.count)
            if drifts.own { drift[table.applications.count + table.reviewers.count + reviewer] = 1 }
            if drifts.shared { drift[means.count - 1] = 1 }
            #expect(abs(spread.drifts[reviewer] - dense.variance(drift)) < 1e-9)
        }
    }

    @Test(arguments: [(10, 4, 3), (4, 10, 8)])
    func drawnWorldsVaryTogetherAsTheEquationsSay(_ sizes: (Int, Int, Int)) throws {
        let table = try table(applications: sizes.0, reviewers: sizes.1, each: sizes.2, seed: 4)
        let model = ReviewModel(
            leniency: 0.004, slope: 0.0003, hasDrift: true, noise: table.reviewers.map { _ in 0.004 })
        let (equations, dense) = (MixedEquations(table, model), Dense(table, model))
        let size = dense.means.count
        var draws = Draws(seed: 5)
        var products = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
        let count = 3000
        for _ in 0..<count {
            let move = equations.move(&draws)
            let all = move.levels + move.leniencies + move.slopes + [move.drift]
            for one in 0..<size {
                for other in 0..<size { products[one][other] += all[one] * all[other] / Double(count) }
            }
        }
        for one in 0..<size {
            for other in 0..<size {
                // A drawn covariance deviates by no more than this, five times over.
                let most = (2 * dense.inverse[one][one] * dense.inverse[other][other] / Double(count)).squareRoot()
                #expect(abs(products[one][other] - dense.inverse[one][other]) < 5 * most)
            }
        }
    }

    /// Against the restricted likelihood itself, by its definition over the scores' covariance.
    @Test func theLeniencysVarianceIsTheMostLikely() throws {
        let table = try table(applications: 24, reviewers: 8, each: 3, seed: 6)
        let fit = Fit(table)
        func likelihood(_ variance: Double) -> Double {
            let size = table.rows.count
            let covariance = (0..<size).map { one in
                (0..<size).map { other in
                    let (a, b) = (table.rows[one], table.rows[other])
                    return (a.reviewer == b.reviewer ? variance : 0)
                        + (one == other ? fit.model.noise[a.reviewer] / a.weight : 0)
                }
            }
            let (inverse, determinant) = inverted(covariance)
            let applications = table.applications.count
            func times(_ vector: [Double]) -> [Double] {
                inverse.map { zip($0, vector).reduce(0) { $0 + $1.0 * $1.1 } }
            }
            func design(_ application: Int) -> [Double] { table.rows.map { $0.application == application ? 1 : 0 } }
            func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
            let columns = (0..<applications).map(design)
            let information = columns.map { column in
                let weighted = times(column)
                return columns.map { product($0, weighted) }
            }
            let (informationInverse, informationDeterminant) = inverted(information)
            let values = table.rows.map(\.value)
            let right = columns.map { product($0, times(values)) }
            let squares =
                product(values, times(values))
                - product(right, informationInverse.map { product($0, right) })
            return -(determinant + informationDeterminant + squares) / 2
        }
        let own = fit.model.leniency
        #expect(!fit.model.hasDrift && fit.model.slope == nil)
        #expect(own > 10 * fit.floor)
        #expect(likelihood(own) > likelihood(own * 1.1))
        #expect(likelihood(own) > likelihood(own / 1.1))
    }

    /// The inverse and the logarithm of the determinant.
    private func inverted(_ matrix: [[Double]]) -> ([[Double]], Double) {
        let size = matrix.count
        var system = matrix.enumerated().map { row, cells in cells + (0..<size).map { $0 == row ? 1 : 0 } }
        var determinant = 0.0
        for one in 0..<size {
            let pivot = system[one][one]
            determinant += logarithm(pivot)
            for column in 0..<2 * size { system[one][column] /= pivot }
            for other in 0..<size where other != one {
                let factor = system[other][one]
                guard factor != 0 else { continue }
                for column in 0..<2 * size { system[other][column] -= factor * system[one][column] }
            }
        }
        return (system.map { Array($0[size...]) }, determinant)
    }
}
