/// Ranks in worlds that the reviews allow for, and in rounds that might have been held instead.
struct Ranking {
    /// For each application of a table, in sorted order, its ranks from 0 in the posterior's worlds.
    private(set) var ranks: [[Int32]]
    /// How many of the best by the fit are among the best again, by how many the best are, from 1.
    private(set) var overlaps: [Double]

    /// A probability of a half is known to within 0.016 of a standard deviation, and a rank's interval to the rank or two.
    static let worlds = 1000
    /// The mean overlap needs fewer.
    static let rounds = 200

    init(
        _ fit: Fit, _ shrinkage: Shrinkage, scores: [Double], spreads: [Double], order: [Int], seed: UInt64
    ) {
        ranks = [[Int32]](repeating: [], count: scores.count)
        overlaps = []
        for index in ranks.indices { ranks[index].reserveCapacity(Self.worlds) }
        var draws = Draws(seed: seed)
        var own = [Int](repeating: 0, count: scores.count)
        for (rank, application) in order.enumerated() { own[application] = rank }
        // How many come to be among the best both times with so many places, and with none fewer.
        var joining = [Int](repeating: 0, count: scores.count)
        for number in 0..<Self.worlds {
            let move = fit.equations.move(&draws)
            // The shift of all, which would not move all drawn scores alike.
            let shift = move.leniencies.reduce(0, +) / Double(move.leniencies.count)
            let world = scores.indices.map { scores[$0] + spreads[$0] * (move.levels[$0] + shift) }
            for (rank, application) in Self.order(world).enumerated() { ranks[application].append(Int32(rank)) }
            guard number < Self.rounds else { continue }
            let anew = fit.equations.solution(of: Self.reviewedAnew(world, fit, &draws))
            for (rank, application) in Self.order(shrinkage.scores(of: anew.levels)).enumerated() {
                joining[max(rank, own[application])] += 1
            }
        }
        var joined = 0
        overlaps = joining.map { more in
            joined += more
            return Double(joined) / Double(Self.rounds)
        }
        for index in ranks.indices { ranks[index].sort() }
    }

    /// What other reviewers of the same kind, each in another's seat, would have given in a world.
    private static func reviewedAnew(_ world: [Double], _ fit: Fit, _ draws: inout Draws) -> [Double] {
        let model = fit.model
        var round = fit.solution
        round.levels = world
        for reviewer in round.leniencies.indices {
            round.leniencies[reviewer] = model.leniency.squareRoot() * draws.normal()
            if let slope = model.slope { round.slopes[reviewer] = slope.squareRoot() * draws.normal() }
        }
        return fit.equations.table.rows.map { row in
            round.expected(row) + (model.noise[row.reviewer] / row.weight).squareRoot() * draws.normal()
        }
    }

    /// The best first; of equals the first.
    static func order(_ qualities: [Double]) -> [Int] {
        // A number that sorts as the quality does, with the place in its last bits: faster than sorting pairs.
        let bits = UInt64(Int.bitWidth - max(1, qualities.count - 1).leadingZeroBitCount)
        let mask = (UInt64(1) << bits) - 1
        var keys = qualities.enumerated().map { place, quality in
            let pattern = quality.bitPattern
            let rising = pattern >> 63 == 0 ? pattern | 1 << 63 : ~pattern
            return ~rising & ~mask | UInt64(place)
        }
        keys.sort()
        return keys.map { Int($0 & mask) }
    }

    /// How many have more, and one.
    static func ranks(_ values: [Double]) -> [Int] {
        let order = order(values)
        var ranks = [Int](repeating: 0, count: values.count)
        for (place, index) in order.enumerated() {
            let isTied = place > 0 && values[order[place - 1]] == values[index]
            ranks[index] = isTied ? ranks[order[place - 1]] : place + 1
        }
        return ranks
    }
}
