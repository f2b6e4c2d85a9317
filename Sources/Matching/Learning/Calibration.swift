/// What the scores of a model have meant: for each step of them, of how many pairs the investor joined.
///
/// Isotonic: the steps rise, so that the better of two scores never means less, and nothing else is assumed of their form
/// (Zadrozny and Elkan 2002, *Transforming classifier scores into accurate multiclass probability estimates*). They do not
/// touch the order of a list, and a score stays the sum of its parts.
public struct Calibration: Hashable, Sendable, Codable {
    /// Scores that mean the same.
    public struct Step: Hashable, Sendable, Codable {
        /// The score from which on it holds, in thousandths of a point; the first holds below it too.
        public let from: Int
        /// How many pairs it was seen on.
        public let pairs: Int
        /// In how many of them the investor joined.
        public let joined: Int

        /// The share in which the investor joined.
        public var probability: Double { Double(joined) / Double(pairs) }
    }

    /// By their scores, rising in both.
    public let steps: [Step]

    /// Pairs that an investor joined, on each step: a share of fewer is not known to within a third of itself.
    static let leastOnStep = 10
    /// Pairs that an investor joined, in all. From fewer than half as many a model's own probabilities were nearer to what
    /// came next.
    public static let leastJoined = 100

    /// The probability that an investor at work joins a startup of this score, given that it raises within half a year.
    ///
    /// - Parameter score: thousandths of a point, of the model that the calibration belongs to.
    public func probability(of score: Int) -> Double {
        (steps.last { $0.from <= score } ?? steps.first)?.probability ?? 0
    }
}

/// A pair of a lesson that was kept from a model: what it made of it, and what became of it.
struct HeldBack: Sendable {
    let score: Int
    let isJoined: Bool
    /// Which half of the investors its own is in.
    var isInSecondHalf = false
}

extension Calibration {
    /// Fits the steps; `nil` where the investors joined too few to know.
    init?(_ pairs: [HeldBack]) {
        guard pairs.count(where: \.isJoined) >= Self.leastJoined else { return nil }
        self.init(all: pairs)
    }

    /// Pool-adjacent-violators over pieces of so many joined pairs each.
    ///
    /// Pieces come first, since single pairs would make steps of their own, the uppermost one of certainty. Each ends before
    /// the next joined pair: ending with one would count the luck of having met it.
    private init(all pairs: [HeldBack]) {
        var pieces: [Step] = []
        var (count, joined) = (0, 0)
        let sorted = pairs.sorted { ($0.score, $0.isJoined ? 1 : 0) < ($1.score, $1.isJoined ? 1 : 0) }
        // From the best down: what is left over at the end joins the lowest step, where a few more change least.
        for place in sorted.indices.reversed() {
            count += 1
            joined += sorted[place].isJoined ? 1 : 0
            if place > 0 {
                let next = sorted[place - 1]
                guard joined >= Self.leastOnStep, next.isJoined, next.score < sorted[place].score else { continue }
            }
            var step = Step(from: sorted[place].score, pairs: count, joined: joined)
            if joined < Self.leastOnStep, let above = pieces.popLast() { step = step.joined(to: above) }
            pieces.append(step)
            (count, joined) = (0, 0)
        }
        steps = pieces.reversed().reduce(into: []) { steps, piece in
            var piece = piece
            while let below = steps.last, below.probability >= piece.probability {
                piece = below.joined(to: piece)
                steps.removeLast()
            }
            steps.append(piece)
        }
    }

    /// What each pair's probability is by the investors of the other half, so that none has a say in its own; `nil` where they
    /// joined too few to know.
    static func acrossHalves(_ pairs: [HeldBack]) -> ((HeldBack) -> Double)? {
        guard pairs.count(where: \.isJoined) >= leastJoined else { return nil }
        let first = pairs.filter { !$0.isInSecondHalf }
        let second = pairs.filter(\.isInSecondHalf)
        guard !first.isEmpty, !second.isEmpty else { return nil }
        let (byFirst, bySecond) = (Calibration(all: first), Calibration(all: second))
        return { ($0.isInSecondHalf ? byFirst : bySecond).probability(of: $0.score) }
    }

    /// The same for a model whose score of zero stands for other log-odds.
    func moved(from reference: Double, to other: Double) -> Calibration {
        let distance = Arithmetic.thousandths((reference - other) * Model.pointsPerLogOdd)
        return Calibration(
            steps: steps.map { Step(from: $0.from + distance, pairs: $0.pairs, joined: $0.joined) })
    }
}

extension Calibration.Step {
    fileprivate func joined(to above: Self) -> Self {
        Self(from: from, pairs: pairs + above.pairs, joined: joined + above.joined)
    }
}
