import Testing

@testable import Matching

@Suite struct FlowTests {
    @Test func noCirculationIsCheaper() {
        for seed in 0..<600 {
            var inventor = Inventor(seed: UInt64(seed))
            let network = inventor.network(nodes: 4, arcs: 7, capacity: 2, cost: 20)
            let found = network.cheapestCirculation()
            #expect(network.cost(found.flow) == network.leastCost())
            #expect(found.gap == 0)
            #expect(network.isCirculation(found.flow))
            #expect(network.proves(found))
        }
    }

    @Test func pricesProveLargerOnes() {
        for seed in 0..<150 {
            var inventor = Inventor(seed: UInt64(seed))
            let network = inventor.network(nodes: 40, arcs: 300, capacity: 9, cost: 1_000_000)
            let found = network.cheapestCirculation()
            #expect(network.isCirculation(found.flow))
            #expect(network.proves(found))
        }
    }

    @Test func aStartFromPricesNearbyEndsTheSame() {
        for seed in 0..<300 {
            var inventor = Inventor(seed: UInt64(seed))
            let network = inventor.network(nodes: 20, arcs: 120, capacity: 5, cost: 1000)
            var other = Network(nodes: 20)
            for arc in network.heads.indices {
                other.join(
                    Int(network.tails[arc]), Int(network.heads[arc]), capacity: network.capacities[arc],
                    cost: network.costs[arc] + Int.random(in: -100...100, using: &inventor))
            }
            let found = other.cheapestCirculation(near: network.cheapestCirculation().prices)
            #expect(other.cost(found.flow) == other.cost(other.cheapestCirculation().flow))
            #expect(other.isCirculation(found.flow))
            #expect(other.proves(found))
        }
    }

    @Test func nothingOverflows() {
        for seed in 0..<100 {
            var inventor = Inventor(seed: UInt64(seed))
            var network = Network(nodes: 12)
            for _ in 0..<60 {
                let extremes = [Int.min, -1, 0, 1, Int.max, Int.max / 3]
                network.join(
                    Int.random(in: 0..<12, using: &inventor), Int.random(in: 0..<12, using: &inventor),
                    capacity: extremes.randomElement(using: &inventor) ?? 0,
                    cost: extremes.randomElement(using: &inventor) ?? 0)
            }
            #expect(network.isCirculation(network.cheapestCirculation().flow))
        }
    }

    @Test func whatNobodyWantsStaysEmpty() {
        #expect(Network(nodes: 0).cheapestCirculation().flow.isEmpty)
        var network = Network(nodes: 3)
        network.join(0, 1, capacity: 5, cost: 0)
        network.join(1, 2, capacity: 5, cost: 4)
        network.join(2, 0, capacity: 5, cost: -3)
        #expect(network.cheapestCirculation().flow == [0, 0, 0])
        network.join(1, 2, capacity: 2, cost: 2)
        #expect(network.cheapestCirculation().flow == [2, 0, 2, 2])
    }
}

extension Inventor {
    mutating func network(nodes: Int, arcs: Int, capacity: Int, cost: Int) -> Network {
        var network = Network(nodes: nodes)
        for _ in 0..<arcs {
            network.join(
                Int.random(in: 0..<nodes, using: &self), Int.random(in: 0..<nodes, using: &self),
                capacity: Int.random(in: 0...capacity, using: &self), cost: Int.random(in: -cost...cost, using: &self))
        }
        return network
    }
}

extension Network {
    func cost(_ flow: [Int]) -> Int { zip(flow, costs).reduce(0) { $0 + $1.0 * $1.1 } }

    func isCirculation(_ flow: [Int]) -> Bool {
        var excess = [Int](repeating: 0, count: nodes)
        for arc in heads.indices {
            guard (0...capacities[arc]).contains(flow[arc]) else { return false }
            excess[Int(heads[arc])] += flow[arc]
            excess[Int(tails[arc])] -= flow[arc]
        }
        return excess.allSatisfy { $0 == 0 }
    }

    /// Complementary slackness, which no circulation but a cheapest one has.
    func proves(_ found: Circulation) -> Bool {
        heads.indices.allSatisfy { arc in
            let reduced = costs[arc] + found.prices[Int(tails[arc])] - found.prices[Int(heads[arc])]
            return (reduced <= 0 || found.flow[arc] == 0) && (reduced >= 0 || found.flow[arc] == capacities[arc])
        }
    }

    /// By trying every flow.
    func leastCost() -> Int {
        var least = 0
        var flow = [Int](repeating: 0, count: heads.count)
        func fill(_ arc: Int) {
            guard arc < heads.count else {
                if isCirculation(flow) { least = min(least, cost(flow)) }
                return
            }
            for units in 0...capacities[arc] {
                flow[arc] = units
                fill(arc + 1)
            }
            flow[arc] = 0
        }
        fill(0)
        return least
    }
}
