/// The numbers that a model's weights multiply, one after the other.
struct Terms: Sendable {
    /// Signals with a weight, with a weight per experience, and with an upside, by their numbers.
    let plain: [Int]
    let experienced: [Int]
    let upside: [Int]

    /// Whether the startup's answers count by themselves.
    let hasDemand: Bool

    var count: Int { plain.count + experienced.count + upside.count }

    /// All that can be learned, but for some signals.
    init(without signals: Set<Signal>) {
        func numbers(_ matches: (Signal) -> Bool) -> [Int] {
            Signal.allCases.indices.filter { matches(Signal.allCases[$0]) && !signals.contains(Signal.allCases[$0]) }
        }
        hasDemand = !signals.contains(.demand)
        plain = numbers { $0.isLearned && $0 != .demand && $0 != .start }
        experienced = numbers(\.growsWithExperience)
        upside = numbers(\.hasUpside)
    }

    func append(_ pair: PairValues, experience: Double, to row: inout [Float]) {
        for number in plain { row.append(Float(pair.value[number])) }
        for number in experienced { row.append(Float(pair.value[number] * experience)) }
        for number in upside { row.append(Float(pair.upside[number])) }
    }
}

/// Pairs of lessons with what became of them, of one regime.
struct Examples: Sendable {
    /// ``Terms/count`` numbers for each pair.
    var terms: [Float] = []
    /// The numbers of the startup's answers that alone say how sought it is; see `demandStarts`.
    var demand: [Int32] = []
    /// Where the answers of each pair start, and where the last end.
    var demandStarts: [Int32] = [0]
    /// Whether the investor joined.
    var joined: [Bool] = []
    /// How many pairs each stands for.
    var worth: [Float] = []

    var count: Int { joined.count }

    mutating func append(_ other: Examples) {
        let base = Int32(demand.count)
        terms += other.terms
        demand += other.demand
        demandStarts += other.demandStarts.dropFirst().map { $0 + base }
        joined += other.joined
        worth += other.worth
    }
}

extension Index {
    /// The pairs of a lesson: all in which the investor joined, and of the others a share drawn by their keys.
    ///
    /// - Parameters:
    ///   - demand: by field and code the number of each answer among those of the model; see ``Demand``.
    ///   - share: of the pairs in which the investor did not join, 0 to 1.
    func examples(_ lesson: Lesson, _ terms: Terms, demand: [[Int32]], share: Double, of mandates: Range<Int>) -> (
        cold: Examples, warm: Examples
    ) {
        var (cold, warm) = (Examples(), Examples())
        for key in self.mandates[mandates] {
            guard let mandate = mandate(key) else { continue }
            let keeper = GateKeeper(mandate, market, areas)
            let profile = profile(mandate)
            let joined = lesson.joined[mandate.investor] ?? []
            let worth = lesson.worth[mandate.investor] ?? [:]
            var (coldPair, warmPair) = (PairValues(), PairValues())
            fillSame(&coldPair, profile, isWarm: false)
            fillSame(&warmPair, profile, isWarm: true)
            func take(_ pair: PairValues, _ startup: Key, _ isJoined: Bool, into examples: inout Examples) {
                terms.append(pair, experience: profile.activity.experience, to: &examples.terms)
                if terms.hasDemand { examples.demand += pair.demanded.map { demand[$0.field.rawValue][Int($0.code)] } }
                examples.demandStarts.append(Int32(examples.demand.count))
                examples.joined.append(isJoined)
                examples.worth.append(isJoined ? Float(worth[startup] ?? 1) : Float(1 / share))
            }
            forEach(profile) { startup, sheet, words, isWarm in
                let isJoined = joined.contains(startup)
                guard isJoined || Lot.draw(mandate.investor, startup, on: market.today) < share,
                    keeper.admits(startup, sheet)
                else { return }
                if isWarm {
                    fill(&warmPair, profile, sheet, words: words)
                    take(warmPair, startup, isJoined, into: &warm)
                } else {
                    fill(&coldPair, profile, sheet, words: words)
                    take(coldPair, startup, isJoined, into: &cold)
                }
            }
        }
        return (cold, warm)
    }
}
