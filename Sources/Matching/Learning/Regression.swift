/// Logistic regression drawn towards given weights: the maximum a posteriori under a normal prior around them.
///
/// Damped Newton steps (Boyd and Vandenberghe, *Convex Optimization*, 9.5). Sums run over blocks of fixed size that are
/// added up in order, so that the number of tasks changes no bit of the result. A step costs O(n·d²) for n examples of d
/// terms, and d³/6 to solve.
struct Regression: Sendable {
    /// Weights of the terms, then of the demand answers, then the start.
    private(set) var weights: [Double]
    /// The log-odds of a pair of which nothing is known; `nil` without examples.
    var start: Double? { loss > 0 ? weights.last : nil }
    /// Mean loss of an example, and how many steps were taken.
    private(set) var loss = 0.0
    private(set) var steps = 0

    private static let block = 4096
    private static let mostSteps = 25

    /// Fits the weights.
    ///
    /// - Parameters:
    ///   - prior: where each weight lies when nothing is known; as many as terms and answers.
    ///   - strength: how firmly it lies there: a weight whose part varies by one across the examples is held as by so many
    ///     examples.
    init(_ examples: Examples, terms: Int, answers: Int, prior: [Double], strength: Double, width: Int) async throws {
        let size = terms + answers + 1
        weights = prior + [0]
        guard examples.joined.contains(true) else { return }
        let worth = examples.worth.reduce(0) { $0 + Double($1) }
        let joined = zip(examples.joined, examples.worth).reduce(0) { $1.0 ? $0 + Double($1.1) : $0 }
        let share = min(max(joined / worth, 1e-9), 1 - 1e-9)
        let penalty = Self.variances(examples, terms: terms, answers: answers, worth: worth).map {
            strength * max($0, 1e-6)
        }
        // The start takes up what the prior weights say of the average pair.
        weights[size - 1] = Arithmetic.log(share / (1 - share)) - Self.meanScore(examples, weights, terms, worth)

        var (value, gradient, curvature) = try await Self.sums(examples, weights, terms: terms, width: width)
        Self.add(penalty, weights, prior, &value, &gradient, &curvature)
        while steps < Self.mostSteps {
            guard let step = Self.solve(curvature, gradient) else { break }
            let descent = zip(step, gradient).reduce(0) { $0 + $1.0 * $1.1 }
            var length = 1.0
            var next = weights
            var found = false
            while length > 1e-4 {
                for index in weights.indices { next[index] = weights[index] - length * step[index] }
                var (newValue, newGradient, newCurvature) = try await Self.sums(
                    examples, next, terms: terms, width: width)
                Self.add(penalty, next, prior, &newValue, &newGradient, &newCurvature)
                if newValue <= value - 1e-4 * length * descent {
                    (value, gradient, curvature) = (newValue, newGradient, newCurvature)
                    found = true
                    break
                }
                length /= 2
            }
            guard found else { break }
            weights = next
            steps += 1
            // Half of this is what a full step would still gain.
            if descent < 1e-6 * max(value, 1) { break }
        }
        loss = value / worth
    }

    private static func variances(_ examples: Examples, terms: Int, answers: Int, worth: Double) -> [Double] {
        var (sum, square) = ([Double](repeating: 0, count: terms), [Double](repeating: 0, count: terms))
        var frequency = [Double](repeating: 0, count: answers)
        for row in 0..<examples.count {
            let weight = Double(examples.worth[row])
            for term in 0..<terms {
                let value = Double(examples.terms[row * terms + term])
                sum[term] += weight * value
                square[term] += weight * value * value
            }
            for index in Int(examples.demandStarts[row])..<Int(examples.demandStarts[row + 1]) {
                frequency[Int(examples.demand[index])] += weight
            }
        }
        let own = zip(sum, square).map { sum, square in square / worth - (sum / worth) * (sum / worth) }
        return own + frequency.map { $0 / worth * (1 - $0 / worth) }
    }

    private static func meanScore(_ examples: Examples, _ weights: [Double], _ terms: Int, _ worth: Double) -> Double {
        var sum = 0.0
        for row in 0..<examples.count {
            sum += Double(examples.worth[row]) * score(examples, row, weights, terms)
        }
        return sum / worth
    }

    private static func score(_ examples: Examples, _ row: Int, _ weights: [Double], _ terms: Int) -> Double {
        var score = weights[weights.count - 1]
        for term in 0..<terms { score += weights[term] * Double(examples.terms[row * terms + term]) }
        for index in Int(examples.demandStarts[row])..<Int(examples.demandStarts[row + 1]) {
            score += weights[terms + Int(examples.demand[index])]
        }
        return score
    }

    private static func add(
        _ penalty: [Double], _ weights: [Double], _ prior: [Double], _ value: inout Double, _ gradient: inout [Double],
        _ curvature: inout [Double]
    ) {
        for index in penalty.indices {
            let distance = weights[index] - prior[index]
            value += penalty[index] * distance * distance / 2
            gradient[index] += penalty[index] * distance
            curvature[index * weights.count + index] += penalty[index]
        }
    }

    /// Loss, gradient and curvature (the lower triangle of the Hessian, by rows) over all examples.
    private static func sums(
        _ examples: Examples, _ weights: [Double], terms: Int, width: Int
    ) async throws -> (Double, [Double], [Double]) {
        let size = weights.count
        var value = 0.0
        var gradient = [Double](repeating: 0, count: size)
        var curvature = [Double](repeating: 0, count: size * size)
        let blocks = (examples.count + block - 1) / block
        // As many blocks at a time as there are tasks, so that no more partial sums are held than that.
        for first in stride(from: 0, to: blocks, by: width) {
            try Task.checkCancellation()
            let partial = await withTaskGroup(of: (Int, (Double, [Double], [Double])).self) { group in
                for number in first..<min(first + width, blocks) {
                    let rows = number * block..<min((number + 1) * block, examples.count)
                    group.addTask { (number, sums(examples, rows, weights, terms: terms)) }
                }
                return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            for number in first..<min(first + width, blocks) {
                guard let (blockValue, blockGradient, blockCurvature) = partial[number] else { continue }
                value += blockValue
                for index in gradient.indices { gradient[index] += blockGradient[index] }
                for index in curvature.indices { curvature[index] += blockCurvature[index] }
            }
        }
        return (value, gradient, curvature)
    }

    private static func sums(
        _ examples: Examples, _ rows: Range<Int>, _ weights: [Double], terms: Int
    ) -> (Double, [Double], [Double]) {
        let size = weights.count
        var value = 0.0
        var gradient = [Double](repeating: 0, count: size)
        var curvature = [Double](repeating: 0, count: size * size)
        var row = [Double](repeating: 0, count: terms)
        for number in rows {
            for term in 0..<terms { row[term] = Double(examples.terms[number * terms + term]) }
            let score = score(examples, number, weights, terms)
            let worth = Double(examples.worth[number])
            let odds = Arithmetic.exp(-score.magnitude)
            let probability = score > 0 ? 1 / (1 + odds) : odds / (1 + odds)
            let target = examples.joined[number] ? 1.0 : 0.0
            value += worth * (Arithmetic.log(1 + odds) + max(score, 0) - target * score)
            let slope = worth * (probability - target)
            let bend = worth * max(probability * (1 - probability), 1e-9)
            let answers = Int(examples.demandStarts[number])..<Int(examples.demandStarts[number + 1])
            curvature.withUnsafeMutableBufferPointer { curvature in
                row.withUnsafeBufferPointer { row in
                    for term in 0..<terms {
                        gradient[term] += slope * row[term]
                        let scaled = bend * row[term]
                        guard scaled != 0 else { continue }
                        let line = term * size
                        for other in 0...term { curvature[line + other] += scaled * row[other] }
                    }
                    func add(at position: Int) {
                        gradient[position] += slope
                        let line = position * size
                        for other in 0..<terms { curvature[line + other] += bend * row[other] }
                    }
                    for index in answers { add(at: terms + Int(examples.demand[index])) }
                    add(at: size - 1)
                    for first in answers {
                        let position = terms + Int(examples.demand[first])
                        curvature[(size - 1) * size + position] += bend
                        for second in answers {
                            let other = terms + Int(examples.demand[second])
                            if other <= position { curvature[position * size + other] += bend }
                        }
                    }
                    curvature[(size - 1) * size + size - 1] += bend
                }
            }
        }
        return (value, gradient, curvature)
    }

    /// Solves a symmetric positive definite system given by its lower triangle (Cholesky); `nil` when it is not definite.
    static func solve(_ matrix: [Double], _ right: [Double]) -> [Double]? {
        let size = right.count
        var lower = matrix
        for column in 0..<size {
            for row in column..<size {
                var sum = lower[row * size + column]
                for index in 0..<column { sum -= lower[row * size + index] * lower[column * size + index] }
                if row == column {
                    guard sum > 0, sum.isFinite else { return nil }
                    lower[row * size + column] = sum.squareRoot()
                } else {
                    lower[row * size + column] = sum / lower[column * size + column]
                }
            }
        }
        var solution = right
        for row in 0..<size {
            for index in 0..<row { solution[row] -= lower[row * size + index] * solution[index] }
            solution[row] /= lower[row * size + row]
        }
        for row in (0..<size).reversed() {
            for index in row + 1..<size { solution[row] -= lower[index * size + row] * solution[index] }
            solution[row] /= lower[row * size + row]
        }
        return solution
    }
}
