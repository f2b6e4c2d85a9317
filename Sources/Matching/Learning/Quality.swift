/// How well a model ranks what investors then did: means over the investors who joined anything.
public struct Quality: Hashable, Sendable, Codable {
    /// NDCG@10: what stands in the first ten places, the upper ones counting more, against the best order there is; 0 to 1.
    public let ndcg: Double
    /// Recall@50: the share of the startups an investor joined that stand in its first fifty places, 0 to 1.
    public let recall: Double

    /// Two figures, each from 0 to 1.
    public init(ndcg: Double, recall: Double) {
        self.ndcg = ndcg
        self.recall = recall
    }
}

/// How much better one model ranks than another: the mean over the same investors, and the bounds within which chance leaves
/// it with 95 % confidence.
public struct Gain: Hashable, Sendable, Codable {
    /// The mean difference of an investor's NDCG@10.
    public let mean: Double
    /// The lower bound. Above zero, the difference is not chance.
    public let low: Double
    /// The upper bound.
    public let high: Double

    /// Investors for whom the models must differ: with fewer, even all of one sign come about by chance more than once in
    /// twenty times.
    public static let leastInvestors = 6

    /// Student's interval around a mean of paired differences; `nil` where too few of them are other than zero.
    ///
    /// Not a bootstrap: on lists of ten four in five differences are zero, and of so few others a resample of twenty to forty
    /// investors calls up to three times as many gains of chance real as it says.
    ///
    /// - Parameter differences: one for each investor.
    public init?(_ differences: [Double]) {
        guard differences.count(where: { $0 != 0 }) >= Self.leastInvestors else { return nil }
        let count = Double(differences.count)
        let mean = differences.reduce(0, +) / count
        let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let error = (squares / (count - 1) / count).squareRoot()
        let reach = Self.student(count - 1) * error
        (self.mean, low, high) = (mean, mean - reach, mean + reach)
    }

    /// What Student's distribution exceeds one time in forty (Abramowitz and Stegun, 26.7.5); from five degrees of freedom on
    /// to within a thousandth.
    static func student(_ freedom: Double) -> Double {
        let z = 1.959_963_984_540_054
        let z2 = z * z
        return z
            * (1
                + (z2 + 1) / (4 * freedom)
                + ((5 * z2 + 16) * z2 + 3) / (96 * freedom * freedom)
                + (((3 * z2 + 19) * z2 + 17) * z2 - 15) / (384 * freedom * freedom * freedom)
                + ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945)
                    / (92_160 * freedom * freedom * freedom * freedom))
    }
}

/// A tenth of the pairs, by how likely a model took them to be: what it said, and what became of them.
public struct Reliability: Hashable, Sendable, Codable {
    /// How many pairs.
    public let pairs: Int
    /// The mean probability the model gave them.
    public let predicted: Double
    /// The mean probability by the ``Calibration`` of the other half of the investors; `nil` where too few joined anything.
    public let calibrated: Double?
    /// The share in which the investor joined.
    public let observed: Double
}

/// A rehearsal: what a model that was taught with all but the newest lesson makes of that lesson.
///
/// It is the fairest figure a history allows, since nothing of the lesson was known to the model. Only deals are looked at:
/// which startups an investor asked to meet hangs on what it was shown, and so on the model of that day.
public struct Trial: Hashable, Sendable, Codable {
    /// The day of the lesson; what followed it for ``Lesson/days`` days is the answer.
    public let day: Int
    /// Investors that joined anything in it.
    public let investors: Int
    /// Startups that raised in it.
    public let startups: Int
    /// Pairs in which the investor joined.
    public let joined: Int
    /// The model that has not seen the lesson.
    public let learned: Quality
    /// The model that ships.
    public let standard: Quality
    /// The model in use. One that was learned after the lesson has seen its answers, and is flattered.
    public let current: Quality
    /// How much better the learned model ranks than the one in use; `nil` where too few investors could tell.
    public let gain: Gain?
    /// Ten tenths of the pairs, from the least likely on, as the learned model sees them.
    public let reliability: [Reliability]
    /// What the scores of the learned model have meant; `nil` where too few joined anything.
    public let calibration: Calibration?
}

/// A model, how it was learned and how it does.
public struct Training: Sendable {
    /// The model, taught with all lessons.
    public let model: Model
    /// How it was learned.
    public let report: TrainingReport
    /// How the same way of learning did on the newest lesson; `nil` where no investor joined anything in it.
    public let trial: Trial?
}

extension Model {
    /// Learns a model, and finds out by a rehearsal what learning is worth.
    ///
    /// The same world gives the same bytes, on any number of tasks.
    ///
    /// - Parameter current: the model in use, to compare with.
    public static func trained(
        from world: World, interests: [Interest] = [], version: String, current: Model = .standard, asks: Double,
        width: Int, progress: (_ done: Int, _ of: Int) async throws -> Void = { _, _ in }
    ) async throws -> Training {
        let lesson = Chronicle(world).lesson(from: Market.held(world.today) - Lesson.days, asks: asks)
        var total = 0
        var past = world
        past.today = lesson.world.today
        let (rehearsed, _) = try await learned(
            from: past, interests: interests, version: version, asks: asks, width: width
        ) { done, steps in
            total = 2 * steps + 1
            try await progress(done, total)
        }
        let trial = try await lesson.trial(of: rehearsed, against: current, width: max(1, width))
        let half = total / 2
        try await progress(half + 1, total)
        let (model, report) = try await learned(
            from: world, interests: interests, version: version, asks: asks, width: width
        ) { done, _ in
            try await progress(half + 1 + done, total)
        }
        let calibration = trial?.calibration?.moved(from: rehearsed.reference, to: model.reference)
        return Training(model: model.calibrated(calibration), report: report, trial: trial)
    }
}

extension Lesson {
    /// How models rank the startups that raised; `nil` where nobody joined any.
    func trial(of model: Model, against current: Model, width: Int) async throws -> Trial? {
        let offered = Set(world.startups.filter(\.isOptedIn).map(\.key))
        let answers = joined.mapValues { $0.intersection(offered) }.filter { !$0.value.isEmpty }
        guard !answers.isEmpty else { return nil }
        let index = Index(world, model: model)
        let (learned, pairs) = try await tries(index, of: index.mandates, answers, width: width)
        let asked = index.mandates.filter { answers[$0] != nil }
        func others(_ model: Model) async throws -> Tries {
            try await tries(Index(world, model: model), of: asked, answers, width: width).tries
        }
        let standard = try await others(.standard)
        let used = current == .standard ? standard : try await others(current)
        return Trial(
            day: world.today, investors: answers.count, startups: offered.count,
            joined: answers.values.reduce(0) { $0 + $1.count }, learned: learned.quality, standard: standard.quality,
            current: used.quality, gain: Gain(zip(learned.ndcg, used.ndcg).map { $0 - $1 }),
            reliability: Self.reliability(pairs, model), calibration: Calibration(pairs))
    }

    /// The figures of each investor that joined anything, in the order of the mandates.
    private struct Tries {
        var ndcg: [Double] = []
        var recall: [Double] = []

        var quality: Quality {
            let count = Double(max(1, ndcg.count))
            return Quality(ndcg: ndcg.reduce(0, +) / count, recall: recall.reduce(0, +) / count)
        }
    }

    /// The figures over some mandates, in their order, and every pair that was ranked.
    private func tries(
        _ index: Index, of mandates: [Key], _ answers: [Key: Set<Key>], width: Int
    ) async throws -> (tries: Tries, pairs: [HeldBack]) {
        var tries = Tries()
        var pairs: [HeldBack] = []
        // Piece by piece: all lists at once would be as many pairs as there are.
        for first in stride(from: 0, to: mandates.count, by: 16 * width) {
            let piece = Array(mandates[first..<min(first + 16 * width, mandates.count)])
            for (mandate, list) in zip(piece, try await index.rank(piece, limit: .max, width: width)) {
                let joined = answers[mandate] ?? []
                let isInSecondHalf = Lot.draw(mandate, on: world.today) < 0.5
                pairs += list.map {
                    HeldBack(
                        score: $0.score, isJoined: joined.contains($0.startup), isInSecondHalf: isInSecondHalf)
                }
                guard !joined.isEmpty else { continue }
                tries.ndcg.append(Self.ndcg(list.map { joined.contains($0.startup) }, of: joined.count))
                tries.recall.append(
                    Double(list.prefix(50).count { joined.contains($0.startup) }) / Double(joined.count))
            }
        }
        return (tries, pairs)
    }

    /// NDCG@10 of one list, by whether the investor joined the startup in each place, best first.
    static func ndcg(_ list: [Bool], of joined: Int) -> Double {
        func discount(_ place: Int) -> Double { Arithmetic.log(2) / Arithmetic.log(Double(place + 2)) }
        let gain = list.prefix(10).enumerated().reduce(0) { $0 + ($1.element ? discount($1.offset) : 0) }
        let best = (0..<min(10, max(1, joined))).reduce(0) { $0 + discount($1) }
        return gain / best
    }

    static func reliability(_ pairs: [HeldBack], _ model: Model) -> [Reliability] {
        // Of pairs with one score it makes no difference which stands in which tenth, but it must be told.
        func rank(_ pair: HeldBack) -> (Int, Int, Int) {
            (pair.score, pair.isJoined ? 1 : 0, pair.isInSecondHalf ? 1 : 0)
        }
        let sorted = pairs.sorted { rank($0) < rank($1) }
        let calibrated = Calibration.acrossHalves(pairs)
        return (0..<10).compactMap { tenth in
            let part = sorted[tenth * sorted.count / 10..<(tenth + 1) * sorted.count / 10]
            guard !part.isEmpty else { return nil }
            func mean(_ value: (HeldBack) -> Double) -> Double {
                part.reduce(0) { $0 + value($1) } / Double(part.count)
            }
            return Reliability(
                pairs: part.count, predicted: mean { model.probability(of: $0.score) },
                calibrated: calibrated.map(mean), observed: Double(part.count { $0.isJoined }) / Double(part.count))
        }
    }
}
