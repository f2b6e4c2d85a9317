/// The demands in order: sorted, numbered, freed of what may not be proposed, and weighed.
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
        /// Billionths: how likely the mandate is to want it.
        var chance = 0
        /// Billionths: what the list would lose without it, or win with it at the last place.
        var worth = 0
        /// The worth as it counts against that on other mandates' lists.
        var weight = 0
    }

    /// By key.
    private(set) var mandates: [Mandate] = []
    /// By key; all who are a candidate or were promised a list.
    let startups: [Key]
    /// Millionths, from the first place on.
    let discounts: [Int]
    /// The mean weight of the places on the plain lists.
    private(set) var meanWeight = 0

    init(_ demands: [Allocation.Demand], _ rules: Allocation.Rules) {
        startups = Set(demands.flatMap { $0.candidates.lazy.map(\.startup) }).union(rules.floors.keys).sorted()
        let numbers = Dictionary(uniqueKeysWithValues: startups.enumerated().map { ($0.element, $0.offset) })
        let byMandate = Dictionary(grouping: demands, by: \.mandate)
        for key in byMandate.keys.sorted() {
            let own = byMandate[key] ?? []
            var candidates: [Candidate] = []
            for ranked in own.lazy.flatMap(\.candidates) {
                guard let startup = numbers[ranked.startup],
                    rules.proposed.isEmpty || !rules.proposed.contains(Pair(key, ranked.startup))
                else { continue }
                candidates.append(Candidate(startup: startup, score: ranked.score))
            }
            candidates.sort { ($1.score, $0.startup) < ($0.score, $1.startup) }
            var seen: Set<Int> = []
            candidates.removeAll { !seen.insert($0.startup).inserted }
            let length = min(max(0, own.lazy.map(\.length).max() ?? 0), candidates.count)
            mandates.append(Mandate(key: key, length: length, candidates: candidates))
        }
        let longest = mandates.lazy.map(\.length).max() ?? 0
        discounts = (0..<longest).map { Exposure.discount(rank: $0 + 1) }
        weigh()
    }

    func ranked(_ mandate: Int, _ candidate: Int) -> Ranked {
        let candidate = mandates[mandate].candidates[candidate]
        return Ranked(startup: startups[candidate.startup], score: candidate.score)
    }

    /// Billionths: what a list of these candidates is worth, best first.
    func worth(_ candidates: some Sequence<Candidate>) -> Int {
        zip(candidates, discounts).reduce(0) { $0 + $1.0.chance * $1.1 / 1_000_000 }
    }
}

extension AllocationMarket {
    private mutating func weigh() {
        let places = mandates.reduce(0) { $0 + $1.length }
        guard places > 0 else { return }
        let chances = Chances(of: mandates.flatMap { $0.candidates.prefix($0.length).map(\.score) })
        for mandate in mandates.indices where mandates[mandate].length > 0 {
            for candidate in mandates[mandate].candidates.indices {
                let score = mandates[mandate].candidates[candidate].score
                mandates[mandate].candidates[candidate].chance = chances[score]
            }
            Self.fillWorths(&mandates[mandate].candidates, length: mandates[mandate].length, discounts)
        }
        func total(_ mandate: Mandate) -> Int { mandate.candidates.prefix(mandate.length).reduce(0) { $0 + $1.worth } }
        let mean = Double(mandates.reduce(0) { $0 + total($1) }) / Double(places)
        var weights = 0
        for mandate in mandates.indices where mandates[mandate].length > 0 {
            let own = Double(total(mandates[mandate])) / Double(mandates[mandate].length)
            let share = min((mean / max(1, own)).squareRoot(), 1000)
            for candidate in mandates[mandate].candidates.indices {
                let worth = Double(mandates[mandate].candidates[candidate].worth)
                mandates[mandate].candidates[candidate].weight = Int((worth * share).rounded(.toNearestOrEven))
            }
            weights += mandates[mandate].candidates.prefix(mandates[mandate].length).reduce(0) { $0 + $1.weight }
        }
        meanWeight = weights / places
    }

    private static func fillWorths(_ candidates: inout [Candidate], length: Int, _ discounts: [Int]) {
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
