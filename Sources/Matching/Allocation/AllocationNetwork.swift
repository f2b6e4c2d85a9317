/// The demands as a network: from a hub over the mandates, over the groups of a list, to the startups and back.
struct AllocationNetwork {
    private(set) var network: Network
    private let market: AllocationMarket
    /// The arc of every candidate, mandate by mandate.
    private var arcs: [[Int]] = []

    /// The highest price of crowding, in thousandths of the mean weight: more would change nothing that makes sense.
    static let dearest = 10_000

    func node(mandate: Int) -> Int { 1 + mandate }
    func node(startup: Int) -> Int { 1 + market.mandates.count + startup }

    init(_ market: AllocationMarket, _ rules: Allocation.Rules, crowding: Int) {
        self.market = market
        let groups = market.startups.map { rules.groups[$0] }
        // Only a group with more candidates than places on a list needs a node of its own.
        let crowded = market.mandates.map { mandate in
            var counts: [Int: Int] = [:]
            for candidate in mandate.candidates {
                if let group = groups[candidate.startup] { counts[group, default: 0] += 1 }
            }
            return counts.filter { $0.value > max(0, rules.mostOfGroup) }.keys.sorted()
        }
        let ahead = 1 + market.mandates.count + market.startups.count
        network = Network(nodes: crowded.reduce(ahead) { $0 + $1.count })

        let crowding = min(max(0, crowding), Self.dearest) * market.meanWeight / 1000
        let most = market.mandates.lazy.flatMap(\.candidates).reduce(0) { max($0, $1.weight) }
        // The same for every price of crowding, so that the solution for one is near that for the next.
        let must = network.must(over: most + Self.dearest * market.meanWeight / 1000)
        var group = ahead
        for (mandate, own) in market.mandates.enumerated() {
            network.join(0, node(mandate: mandate), capacity: own.length, cost: -must)
            var groupNodes: [Int: Int] = [:]
            for name in crowded[mandate] {
                network.join(node(mandate: mandate), group, capacity: rules.mostOfGroup, cost: 0)
                groupNodes[name] = group
                group += 1
            }
            arcs.append(
                own.candidates.map { candidate in
                    let tail = groups[candidate.startup].flatMap { groupNodes[$0] } ?? node(mandate: mandate)
                    return network.join(
                        tail, node(startup: candidate.startup), capacity: 1, cost: -candidate.weight)
                })
        }
        var seekers = [Int](repeating: 0, count: market.startups.count)
        for mandate in market.mandates where mandate.length > 0 {
            for candidate in mandate.candidates { seekers[candidate.startup] += 1 }
        }
        for (startup, key) in market.startups.enumerated() {
            let most = min(seekers[startup], max(0, rules.mostLists))
            let floor = min(most, max(0, rules.floors[key] ?? 0))
            // What is saved of the price by having few lists: a quarter of it after each, soon nothing.
            var (lists, saved) = (0, crowding)
            while lists < most {
                let isLast = saved == 0 && lists >= floor
                let price = crowding - saved
                network.join(
                    node(startup: startup), 0, capacity: isLast ? most - lists : 1,
                    cost: lists < floor ? price - must : price)
                lists = isLast ? most : lists + 1
                saved = lists < 4 ? saved / 4 : 0
            }
        }
    }

    /// The places of the chosen candidates, best first.
    func chosen(_ circulation: Circulation) -> [[Int]] {
        arcs.map { arcs in arcs.indices.filter { circulation.flow[arcs[$0]] > 0 } }
    }
}

extension AllocationNetwork {
    /// The promises that are not kept.
    func unmet(_ circulation: Circulation, _ rules: Allocation.Rules) -> [UnmetFloor] {
        var (given, seekers) = (
            [Int](repeating: 0, count: market.startups.count), [Int](repeating: 0, count: market.startups.count)
        )
        for (mandate, arcs) in zip(market.mandates, arcs) where mandate.length > 0 {
            for (candidate, arc) in zip(mandate.candidates, arcs) {
                seekers[candidate.startup] += 1
                given[candidate.startup] += circulation.flow[arc]
            }
        }
        let givers = Givers(network, circulation)
        // Where places are few, thousands are kept from theirs by the same thousands: each such list is kept once.
        var lists: [[Int]: [Key]] = [:]
        func rivals(of startup: Int) -> [Key] {
            let startups = node(startup: 0)..<node(startup: market.startups.count)
            let numbers = givers(to: node(startup: startup)).filter(startups.contains)
            if let known = lists[numbers] { return known }
            let keys = numbers.map { market.startups[$0 - startups.lowerBound] }
            lists[numbers] = keys
            return keys
        }
        return market.startups.indices.compactMap { startup in
            let key = market.startups[startup]
            guard let promised = rules.floors[key], given[startup] < promised else { return nil }
            let reason: UnmetFloor.Reason =
                if given[startup] == max(0, rules.mostLists) {
                    .capped(at: given[startup])
                } else if given[startup] == seekers[startup] {
                    .fewSeekers(given[startup])
                } else {
                    .contested(by: rivals(of: startup))
                }
            return UnmetFloor(startup: key, promised: promised, given: given[startup], reason: reason)
        }
    }
}
