/// What a place on a list is worth, and how evenly places are shared out.
enum Exposure {
    /// Millionths of the attention that the first place gets: 1/log2(1 + rank), as in DCG (Järvelin and Kekäläinen
    /// 2002, *Cumulated gain-based evaluation of IR techniques*).
    static func discount(rank: Int) -> Int {
        Int((1e6 * share(rank: rank)).rounded(.toNearestOrEven))
    }

    /// The attention that a place gets, as a share of the first one's.
    static func share(rank: Int) -> Double {
        Arithmetic.log(2) / Arithmetic.log(Double(max(1, rank)) + 1)
    }

    /// The Gini coefficient: 0 when all are seen alike, towards 1 when one takes all.
    ///
    /// - Complexity: O(n log n)
    static func gini(_ exposures: [Double]) -> Double {
        let total = exposures.reduce(0, +)
        guard total > 0 else { return 0 }
        let count = exposures.count
        var sum = 0.0
        for (index, exposure) in exposures.sorted().enumerated() { sum += Double(2 * index + 1 - count) * exposure }
        return sum / (Double(count) * total)
    }
}
