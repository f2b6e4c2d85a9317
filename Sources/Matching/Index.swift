/// The engine, ready for questions: built once from a world, then asked from any thread.
///
/// ```swift
/// let index = Index(world)
/// for ranked in index.rank(mandate, limit: 10) { … }
/// if case .scored(let explanation) = index.explain(mandate, startup) { … }
/// ```
/// A score is a sum of whole numbers, one for each signal, and the same numbers are shown. The same world gives the same
/// scores to the last digit, whatever the order of its lists and however many threads ask.
public struct Index: Sendable {
    let market: Market
    let habits: Habits
    let lexicon: Lexicon
    let areas: AreaTable
    /// The weights in use.
    public let model: Model
    /// The order of the mandates in ``rankAll(limit:width:)``: by key.
    public let mandates: [Key]
    private let mandateNumbers: [Key: Int]
    /// Startups that some mandate may see.
    let open: [Int]

    /// Builds the engine.
    public init(_ world: World, model: Model = .standard) {
        market = Market(world)
        habits = Habits(market)
        lexicon = Lexicon(market.startups)
        areas = world.areas
        self.model = model
        mandates = market.mandates.map(\.key)
        mandateNumbers = Dictionary(uniqueKeysWithValues: mandates.enumerated().map { ($0.element, $0.offset) })
        open = market.startups.indices.filter { [market] in market.startups[$0].isOptedIn }
    }

    /// The best `limit` startups for a mandate, best first; equal scores in the order of their keys. Empty for a
    /// mandate the world does not have.
    public func rank(_ mandate: Key, limit: Int) -> [Ranked] {
        mandateNumbers[mandate].map { rank(number: $0, limit: limit) } ?? []
    }

    /// The best `limit` startups for every mandate, in the order of ``mandates``, worked out by `width` tasks at a time.
    public func rankAll(limit: Int, width: Int) async throws -> [[Ranked]] {
        let width = max(1, min(width, mandates.count))
        return try await withThrowingTaskGroup(of: [(Int, [Ranked])].self) { group in
            for lane in 0..<width {
                group.addTask {
                    var lists: [(Int, [Ranked])] = []
                    for number in stride(from: lane, to: mandates.count, by: width) {
                        try Task.checkCancellation()
                        lists.append((number, rank(number: number, limit: limit)))
                        // Other work of the process gets its turn between two lists.
                        await Task.yield()
                    }
                    return lists
                }
            }
            var all = [[Ranked]](repeating: [], count: mandates.count)
            for try await lists in group {
                for (number, list) in lists { all[number] = list }
            }
            return all
        }
    }

    /// Why a pair is proposed, or not; `nil` when the world lacks the mandate or the startup.
    public func explain(_ mandate: Key, _ startup: Key) -> Verdict? {
        guard let number = mandateNumbers[mandate], let candidate = market.startup(startup) else { return nil }
        let closed = GateKeeper(number, market, areas).closed(candidate)
        guard closed.isEmpty else { return .gated(closed) }
        let profile = Profile(number, market, habits, lexicon, areas)
        return .scored(explanation(profile, candidate))
    }

    /// The bare value of every signal of a pair, in the order of `Signal.allCases`: what a model is fitted on.
    public func signals(_ mandate: Key, _ startups: [Key]) -> [[Double]] {
        guard let number = mandateNumbers[mandate] else { return [] }
        let profile = Profile(number, market, habits, lexicon, areas)
        return startups.map { key in
            var values = [Double](repeating: 0, count: Signal.allCases.count)
            if let startup = market.startup(key) { fill(&values, profile, startup) }
            return values
        }
    }

    /// Whether a startup has backers that the world knows.
    public func isWarm(_ startup: Key) -> Bool {
        market.startup(startup).map { !market.backers[$0].isEmpty } ?? false
    }
}

extension Index {
    func number(of mandate: Key) -> Int? { mandateNumbers[mandate] }

    private func rank(number: Int, limit: Int) -> [Ranked] {
        // Startups are numbered in the order of their keys, so that ties are broken by them.
        rank(Profile(number, market, habits, lexicon, areas), GateKeeper(number, market, areas), limit: limit)
            .map { Ranked(startup: market.startups[$0.startup].key, score: $0.score) }
    }

    func rank(_ profile: Profile, _ keeper: GateKeeper, limit: Int) -> [(score: Int, startup: Int)] {
        guard limit > 0 else { return [] }
        var values = [Double](repeating: 0, count: Signal.allCases.count)
        var best = Shortlist(limit: limit)
        for startup in open where keeper.admits(startup) {
            fill(&values, profile, startup)
            let weights = model.weights(isWarm: !market.backers[startup].isEmpty)
            var score = 0
            for index in values.indices { score += Arithmetic.thousandths(weights[index] * values[index]) }
            best.offer(startup, score)
        }
        return best.sorted
    }

    /// Works out every signal of a pair. A fact that is missing on either side leaves its signal at exactly zero.
    func fill(_ values: inout [Double], _ profile: Profile, _ startup: Int) {
        let isAsked = !market.range(startup, .roundKind).isEmpty
        for (number, signal) in Signal.allCases.enumerated() {
            values[number] =
                switch signal {
                case .area: mean(startup, .area, profile.lifts)
                case .tag: mean(startup, .tag, profile.lifts)
                case .country: mean(startup, .country, profile.lifts)
                case .region: mean(startup, .region, profile.lifts)
                case .state: mean(startup, .state, profile.lifts)
                case .city: mean(startup, .city, profile.lifts)
                case .previousStage: mean(startup, .previousStage, profile.lifts)
                case .age: mean(startup, .age, profile.lifts)
                case .lastSize: mean(startup, .lastSize, profile.lifts)
                case .gap: mean(startup, .gap, profile.lifts)
                case .askedRound: mean(startup, .roundKind, profile.lifts)
                case .usualRound: isAsked ? 0 : usual(startup, profile.lifts)
                case .askedSize: mean(startup, .roundSize, profile.lifts)
                case .areaInRegion: mean(startup, .areaInRegion, profile.lifts)
                case .areaInState: mean(startup, .areaInState, profile.lifts)
                case .areaAtStage: mean(startup, .areaAtStage, profile.lifts)
                case .regionAtStage: mean(startup, .regionAtStage, profile.lifts)
                case .stageAtAge: mean(startup, .stageAtAge, profile.lifts)
                case .declaredArea: mean(startup, .area, profile.declared)
                case .declaredCountry: mean(startup, .country, profile.declared)
                case .declaredRegion: mean(startup, .region, profile.declared)
                case .declaredStage:
                    isAsked ? mean(startup, .roundKind, profile.declared) : usual(startup, profile.declared)
                case .declaredSize: mean(startup, .roundSize, profile.declared)
                case .text: text(profile, startup)
                case .closestBacker, .knownBackers, .followedBackers, .sharedPortfolio, .walk: 0
                }
        }
        company(&values, profile, startup)
    }

    /// The mean of a table over the startup's answers to one question.
    private func mean(_ startup: Int, _ field: Field, _ table: [Double]) -> Double {
        var sum = 0.0
        for index in market.range(startup, field) {
            sum += market.answerWeights[index] * table[Int(market.answerIDs[index])]
        }
        return sum
    }

    /// The mean of a table over the rounds that usually follow the startup's last one.
    private func usual(_ startup: Int, _ table: [Double]) -> Double {
        guard let previous = market.answer(startup, .previousStage) else { return 0 }
        var sum = 0.0
        for (id, share) in habits.next[previous] { sum += share * table[Int(id)] }
        return sum
    }

    private func text(_ profile: Profile, _ startup: Int) -> Double {
        var sum = 0.0
        for entry in lexicon.profiles[startup] { sum += entry.weight * profile.words[Int(entry.word)] }
        return sum / 10
    }

    private func company(_ values: inout [Double], _ profile: Profile, _ startup: Int) {
        let backers = market.backers[startup]
        guard !backers.isEmpty, !profile.company.likeness.isEmpty else { return }
        var (most, known, follows, shared, walk) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for backer in backers {
            let likeness = profile.company.likeness[backer.investor]
            guard likeness > 0 else { continue }
            most = max(most, likeness)
            known += 1
            follows += profile.company.follows[backer.investor]
            shared += profile.company.shared[backer.investor]
            walk += profile.company.walk[backer.investor]
        }
        guard known > 0 else { return }
        let count = Double(backers.count)
        values[Self.company.closest] = most
        values[Self.company.known] = known / count
        values[Self.company.followed] = Arithmetic.log(1 + follows)
        values[Self.company.shared] = Arithmetic.log(1 + shared / count.squareRoot())
        values[Self.company.walk] = Arithmetic.log(1 + 100 * walk)
    }

    private static let company: (closest: Int, known: Int, followed: Int, shared: Int, walk: Int) = {
        func number(_ signal: Signal) -> Int { Signal.allCases.firstIndex(of: signal) ?? 0 }
        return (
            number(.closestBacker), number(.knownBackers), number(.followedBackers), number(.sharedPortfolio),
            number(.walk)
        )
    }()
}

/// The best few of many, kept as they come by.
struct Shortlist {
    private let limit: Int
    /// A heap whose root is the worst kept.
    private var heap: [(score: Int, startup: Int)] = []

    init(limit: Int) {
        self.limit = limit
    }

    mutating func offer(_ startup: Int, _ score: Int) {
        if heap.count < limit {
            heap.append((score, startup))
            var child = heap.count - 1
            while child > 0, Self.isWorse(heap[child], heap[(child - 1) / 2]) {
                heap.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
        } else if Self.isWorse(heap[0], (score, startup)) {
            heap[0] = (score, startup)
            var parent = 0
            while true {
                var worst = parent
                for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                    if Self.isWorse(heap[child], heap[worst]) { worst = child }
                }
                guard worst != parent else { return }
                heap.swapAt(parent, worst)
                parent = worst
            }
        }
    }

    /// Best first.
    var sorted: [(score: Int, startup: Int)] {
        heap.sorted { Self.isWorse($1, $0) }
    }

    private static func isWorse(_ left: (score: Int, startup: Int), _ right: (score: Int, startup: Int)) -> Bool {
        left.score != right.score ? left.score < right.score : left.startup > right.startup
    }
}
