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
    /// All mandates, by key: the order of ``rankAll(limit:width:)``.
    public let mandates: [Key]
    private let mandateNumbers: [Key: Int]
    /// Startups that some mandate may see.
    let open: [Int]
    private let cold: Scale
    private let warm: Scale

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
        cold = Scale(model.cold, market.facets)
        warm = Scale(model.warm, market.facets)
    }

    /// The best `limit` startups for a mandate, best first; equal scores in the order of their keys. Empty for a
    /// mandate the world does not have.
    public func rank(_ mandate: Key, limit: Int) -> [Ranked] {
        mandateNumbers[mandate].map { rank(number: $0, limit: limit) } ?? []
    }

    /// The best `limit` startups for every mandate, in the order of ``mandates``, worked out by `width` tasks at a time.
    public func rankAll(limit: Int, width: Int) async throws -> [[Ranked]] {
        try await rank(mandates, limit: limit, width: width)
    }

    /// The best `limit` startups for each of some mandates, in their order, worked out by `width` tasks at a time.
    public func rank(_ mandates: [Key], limit: Int, width: Int) async throws -> [[Ranked]] {
        let width = max(1, min(width, mandates.count))
        return try await withThrowingTaskGroup(of: [(Int, [Ranked])].self) { group in
            for lane in 0..<width {
                group.addTask {
                    var lists: [(Int, [Ranked])] = []
                    for number in stride(from: lane, to: mandates.count, by: width) {
                        try Task.checkCancellation()
                        lists.append((number, rank(mandates[number], limit: limit)))
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

    /// How many startups want to be proposed.
    public var offered: Int { open.count }

    /// Why a pair is proposed, or not; `nil` when the world lacks the mandate or the startup.
    public func explain(_ mandate: Key, _ startup: Key) -> Verdict? {
        guard let number = mandateNumbers[mandate], let candidate = market.startup(startup) else { return nil }
        let closed = GateKeeper(number, market, areas).closed(candidate)
        guard closed.isEmpty else { return .gated(closed) }
        let profile = Profile(number, market, habits, lexicon, areas)
        return .scored(explanation(profile, candidate))
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
        var pair = PairValues()
        var best = Shortlist(limit: limit)
        for startup in open where keeper.admits(startup) {
            fill(&pair, profile, startup)
            let scale = scale(of: startup)
            var score = 0
            for number in pair.value.indices { score += part(number, pair, scale, profile) }
            best.offer(startup, score)
        }
        return best.sorted
    }

    func scale(of startup: Int) -> Scale { market.backers[startup].isEmpty ? cold : warm }

    /// What a signal adds to the score, in thousandths of a point.
    func part(_ number: Int, _ pair: PairValues, _ scale: Scale, _ profile: Profile) -> Int {
        let at = SignalNumbers.all
        return switch number {
        case at.start: Arithmetic.thousandths(scale.start)
        case at.demand: Arithmetic.thousandths(pair.demanded.reduce(0) { $0 + scale.demand[$1] })
        default:
            Arithmetic.thousandths(
                (scale.weight[number] + scale.perExperience[number] * profile.activity.experience) * pair.value[number]
                    + scale.upside[number] * pair.upside[number])
        }
    }

    /// Works out every signal of a pair. A fact that is missing on either side leaves its signal at exactly zero.
    func fill(_ pair: inout PairValues, _ profile: Profile, _ startup: Int) {
        let at = SignalNumbers.all
        for (number, field) in PairValues.habits {
            (pair.value[number], pair.upside[number]) = mean(startup, field, profile.lifts)
        }
        (pair.value[at.usualRound], pair.upside[at.usualRound]) =
            mean(startup, .previousStage, profile.usual)
        let isAsked = !market.range(startup, .roundKind).isEmpty
        pair.value[at.declaredArea] = mean(startup, .area, profile.declared).all
        pair.value[at.declaredCountry] = mean(startup, .country, profile.declared).all
        pair.value[at.declaredRegion] = mean(startup, .region, profile.declared).all
        pair.value[at.declaredStage] =
            isAsked ? mean(startup, .roundKind, profile.declared).all : expected(startup, profile.declared)
        pair.value[at.declaredSize] = mean(startup, .roundSize, profile.declared).all
        pair.value[at.text] = text(profile, startup)
        company(&pair.value, profile, startup)
        let isWarm = !market.backers[startup].isEmpty
        pair.value[at.activity] = profile.activity.year
        pair.value[at.steadiness] = profile.activity.twoYears
        pair.value[at.experience] = profile.activity.experience
        pair.value[at.firstCheques] = profile.activity.firstCheques * (isWarm ? -1 : 1)
        pair.demanded.removeAll(keepingCapacity: true)
        // What investors at large are after says little of one that has said what it is after, and nothing else.
        guard profile.hasPast else { return }
        for field in Demand.fields {
            for index in market.range(startup, field) { pair.demanded.append(Int(market.answerIDs[index])) }
        }
    }

    /// The mean of a table over the startup's answers to one question, and that of what stands above zero.
    private func mean(_ startup: Int, _ field: Field, _ table: [Double]) -> (all: Double, above: Double) {
        var (all, above) = (0.0, 0.0)
        for index in market.range(startup, field) {
            let value = market.answerWeights[index] * table[Int(market.answerIDs[index])]
            all += value
            if value > 0 { above += value }
        }
        return (all, above)
    }

    /// The mean of a table over the rounds that usually follow the startup's last one.
    private func expected(_ startup: Int, _ table: [Double]) -> Double {
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
        let at = SignalNumbers.all
        for signal in PairValues.company { values[signal] = 0 }
        let backers = market.backers[startup]
        guard !backers.isEmpty, !profile.company.likeness.isEmpty else { return }
        var (most, sum, known, follows, joins, shared, walk) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        for backer in backers {
            let likeness = profile.company.likeness[backer.investor]
            guard likeness > 0 else { continue }
            most = max(most, likeness)
            sum += likeness
            known += 1
            follows += profile.company.follows[backer.investor]
            joins += profile.company.joins[backer.investor]
            shared += profile.company.shared[backer.investor]
            walk += profile.company.walk[backer.investor]
        }
        guard known > 0 else { return }
        let count = Double(backers.count)
        values[at.closestBacker] = most
        values[at.likeBackers] = sum / count
        values[at.metBackers] = Arithmetic.log(1 + 10 * sum)
        values[at.knownBackers] = known / count
        values[at.followedBackers] = Arithmetic.log(1 + 10 * follows)
        values[at.joinedBackers] = Arithmetic.log(1 + 10 * joins)
        values[at.sharedPortfolio] = Arithmetic.log(1 + shared / count.squareRoot())
        // A startup with many backers is reached by many walks; how many of them say little is a matter of degree.
        values[at.walk] = Arithmetic.log(1 + 1000 * walk / Arithmetic.exp(0.4 * Arithmetic.log(count)))
    }
}

/// The signals of one pair, by their numbers; made once and filled for one startup after the other.
struct PairValues {
    var value = [Double](repeating: 0, count: Signal.allCases.count)
    var upside = [Double](repeating: 0, count: Signal.allCases.count)
    /// The startup's answers that alone say how sought it is.
    var demanded: [Int] = []

    static let habits: [(number: Int, field: Field)] = Signal.allCases.enumerated().compactMap { number, signal in
        signal.field.map { (number, $0) }
    }
    static let company = Signal.allCases.indices.filter { Signal.allCases[$0].kind == .syndicate }
}

/// Where in a list of all signals those stand that are worked out one by one.
struct SignalNumbers: Sendable {
    let usualRound = number(.usualRound)
    let declaredArea = number(.declaredArea)
    let declaredCountry = number(.declaredCountry)
    let declaredRegion = number(.declaredRegion)
    let declaredStage = number(.declaredStage)
    let declaredSize = number(.declaredSize)
    let text = number(.text)
    let closestBacker = number(.closestBacker)
    let likeBackers = number(.likeBackers)
    let metBackers = number(.metBackers)
    let knownBackers = number(.knownBackers)
    let followedBackers = number(.followedBackers)
    let joinedBackers = number(.joinedBackers)
    let sharedPortfolio = number(.sharedPortfolio)
    let walk = number(.walk)
    let demand = number(.demand)
    let activity = number(.activity)
    let steadiness = number(.steadiness)
    let experience = number(.experience)
    let firstCheques = number(.firstCheques)
    let start = number(.start)

    static let all = SignalNumbers()

    private static func number(_ signal: Signal) -> Int { Signal.allCases.firstIndex(of: signal) ?? 0 }
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
