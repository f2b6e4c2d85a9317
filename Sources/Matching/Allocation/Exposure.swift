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
    /// - Parameters:
    ///   - exposures: Of those who may be seen.
    ///   - count: How many there are, if more; the others are not seen.
    /// - Complexity: O(n log n)
    static func gini(_ exposures: [Double], among count: Int = 0) -> Double {
        let total = exposures.reduce(0, +)
        guard total > 0 else { return 0 }
        let all = Double(max(count, exposures.count))
        let unlisted = all - Double(exposures.count)
        var sum = 0.0
        for (index, exposure) in exposures.sorted().enumerated() {
            sum += (2 * (unlisted + Double(index)) + 1 - all) * exposure
        }
        return sum / (all * total)
    }
}
