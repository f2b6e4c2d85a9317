/// What scores mean as chances, so that they can be added up.
///
/// A score is log-odds: ten points multiply the odds by e. Its level is not kept from one market to the next, only its
/// differences; so the level is found from the proposals that would be made, which are answered as proposals usually
/// are. Sums of chances count expected answers. Sums of scores count nothing, and would trade one good proposal for two
/// that are hopeless.
///
/// Not by a model's ``Calibration``: of its few steps three or four hold a whole list, whose startups would then be worth the
/// same. Nor is the level taken from it: at half the level 0.3 per cent of the places change hands.
public struct Chances: Hashable, Sendable {
    /// The score that is as likely wanted as not, in thousandths of a point.
    public let evenOdds: Int

    /// Thousandths of a point that multiply the odds by e, as in the models.
    private static let unit = 10_000.0
    /// Billionths: the share of proposals that led to a deal, in the public funding history the models are fitted on.
    private static let answered = 30_000_000

    /// Finds the level.
    /// - Parameter scores: Those of the proposals that would be made, such as each mandate's best, in any order.
    /// - Complexity: O(scores)
    public init(of scores: [Int]) {
        let scores = scores.map(Self.held)
        var low = (scores.min() ?? 0) - 100_000
        var high = (scores.max() ?? 0) + 100_000
        while low < high {
            let middle = low + (high - low) / 2
            if scores.reduce(0, { $0 + Self.chance($1, middle) }) / max(1, scores.count) > Self.answered {
                low = middle + 1
            } else {
                high = middle
            }
        }
        evenOdds = low
    }

    /// The chance behind a score in thousandths of a point, in billionths.
    public subscript(score: Int) -> Int { Self.chance(Self.held(score), evenOdds) }

    private static func held(_ score: Int) -> Int { min(max(score, -1_000_000_000_000), 1_000_000_000_000) }

    private static func chance(_ score: Int, _ evenOdds: Int) -> Int {
        Int((1e9 / (1 + Arithmetic.exp(Double(evenOdds - score) / unit))).rounded(.toNearestOrEven))
    }
}
