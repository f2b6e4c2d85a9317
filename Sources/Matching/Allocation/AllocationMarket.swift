/// The demands in order: sorted, numbered, freed of what may not be proposed.
struct AllocationMarket {
    struct Mandate {
        let key: Key
        /// Places that can be filled at all.
        let length: Int
        /// Best first.
        var candidates: [Candidate]
    }

    struct Candidate {
        let startup: Int
        let score: Int
        /// Billionths.
        let chance: Int
        /// Billionths: what the list would lose without it, or win with it at the last place.
        var worth = 0
    }

    /// By key.
    let mandates: [Mandate]
    /// By key; all who are a candidate or were promised a list.
    let startups: [Key]
    /// Millionths, from the first place on.
    let discounts: [Int]
    /// Billionths: the mean worth of the places on the plain lists.
    let meanWorth: Int

    init(_ demands: [Allocation.Demand], _ rules: Allocation.Rules) {
        let startups = Set(demands.flatMap { $0.candidates.lazy.map(\.startup) }).union(rules.floors.keys).sorted()
        let numbers = Dictionary(uniqueKeysWithValues: startups.enumerated().map { ($0.element, $0.offset) })
        let byMandate = Dictionary(grouping: demands, by: \.mandate)
        var mandates: [Mandate] = []
        for key in byMandate.keys.sorted() {
            let own = byMandate[key] ?? []
            var candidates: [Candidate] = []
            for ranked in own.lazy.flatMap(\.candidates) {
                guard let startup = numbers[ranked.startup],
                    rules.proposed.isEmpty || !rules.proposed.contains(Pair(key, ranked.startup))
                else { continue }
                candidates.append(
                    Candidate(startup: startup, score: ranked.score, chance: Self.chance(ranked.score)))
            }
            candidates.sort { ($1.score, $0.startup) < ($0.score, $1.startup) }
            var seen: Set<Int> = []
            candidates.removeAll { !seen.insert($0.startup).inserted }
            let length = min(max(0, own.lazy.map(\.length).max() ?? 0), candidates.count)
            mandates.append(Mandate(key: key, length: length, candidates: candidates))
        }
        let longest = mandates.lazy.map(\.length).max() ?? 0
        discounts = (0..<longest).map { Exposure.discount(rank: $0 + 1) }
        for mandate in mandates.indices where mandates[mandate].length > 0 {
            Self.weigh(&mandates[mandate].candidates, length: mandates[mandate].length, discounts)
        }
        let places = mandates.reduce(0) { $0 + $1.length }
        let worth = mandates.reduce(0) { $1.candidates.prefix($1.length).reduce($0) { $0 + $1.worth } }
        meanWorth = places > 0 ? worth / places : 0
        self.mandates = mandates
        self.startups = startups
    }

    func ranked(_ mandate: Int, _ candidate: Int) -> Ranked {
        let candidate = mandates[mandate].candidates[candidate]
        return Ranked(startup: startups[candidate.startup], score: candidate.score)
    }

    private static func chance(_ score: Int) -> Int {
        Int((1e9 / (1 + Arithmetic.exp(-Double(score) / 1000))).rounded(.toNearestOrEven))
    }

    private static func weigh(_ candidates: inout [Candidate], length: Int, _ discounts: [Int]) {
        for place in stride(from: candidates.count - 1, through: 0, by: -1) {
            candidates[place].worth =
                if place < length - 1 {
                    candidates[place + 1].worth
                        + (candidates[place].chance - candidates[place + 1].chance) * discounts[place] / 1_000_000
                } else {
                    candidates[place].chance * discounts[length - 1] / 1_000_000
                }
        }
    }
}
