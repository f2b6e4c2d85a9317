/// The pairs that should meet, whenever that may be.
struct MeetingPlan {
    /// The numbers of the pairs.
    let pairs: [Int]
    private let day: MeetingDay
    private let network: Network
    private let circulation: Circulation
    private let given: [Int]
    /// What no schedule is better than.
    let bound: MeetingWorth

    /// The best pairs; by their scores alone, where neither floors nor standing meetings are heeded.
    /// - Parameter avoided: Pairs that count as if only a floor could bring them about, so that others take their place.
    init(_ day: MeetingDay, byScoreAlone: Bool = false, avoiding avoided: Set<Int> = []) {
        self.day = day
        var network = Network(nodes: 2 + day.investors.count + day.startups.count)
        let (keep, must) = byScoreAlone ? (0, 0) : day.weights(in: network)
        let door = network.nodes - 1
        network.join(0, door, capacity: day.areRoomsScarce ? day.places.reduce(0, +) : .max, cost: 0)
        for investor in day.investors.indices {
            network.join(door, 1 + investor, capacity: day.most(investor: investor), cost: 0)
        }
        let base = 1 + day.investors.count
        for startup in day.startups.indices {
            let floor = day.floor(startup: startup)
            network.join(base + startup, 0, capacity: floor, cost: -must)
            network.join(base + startup, 0, capacity: day.most(startup: startup) - floor, cost: 0)
        }
        let arcs = day.pairs.enumerated().map { number, pair in
            network.join(
                1 + pair.investor, base + pair.startup, capacity: 1,
                cost: (avoided.contains(number) ? day.most : -pair.score) - (day.standing[number] == nil ? 0 : keep))
        }
        let circulation = network.cheapestCirculation()
        self.network = network
        self.circulation = circulation
        pairs = arcs.indices.filter { circulation.flow[arcs[$0]] > 0 }
        var given = [Int](repeating: 0, count: day.startups.count)
        for pair in pairs { given[day.pairs[pair].startup] += 1 }
        self.given = given
        bound = MeetingWorth(
            floors: day.startups.indices.reduce(0) { $0 + min(given[$1], day.floor(startup: $1)) },
            kept: pairs.count { day.standing[$0] != nil },
            // A gap, if there is one, may be more than score.
            total: pairs.reduce(0) { $0 + day.pairs[$1].score } + circulation.gap)
    }

    var rent: Int { max(0, circulation.prices[network.nodes - 1] - circulation.prices[0]) }

    var bars: [Key: Int] {
        Dictionary(
            uniqueKeysWithValues: day.investors.enumerated().map {
                ($0.element, circulation.prices[1 + $0.offset] - circulation.prices[0] - rent)
            })
    }

    var prices: [Key: Int] {
        let base = 1 + day.investors.count
        return Dictionary(
            uniqueKeysWithValues: day.startups.enumerated().map {
                ($0.element, circulation.prices[0] - circulation.prices[base + $0.offset])
            })
    }

    /// The floors that are not met when the startups have so many meetings, and why.
    func unmet(_ counts: [Int]) -> [UnmetFloor] {
        var seekers = [Int](repeating: 0, count: day.startups.count)
        for pair in day.pairs where day.most(investor: pair.investor) > 0 { seekers[pair.startup] += 1 }
        let base = 1 + day.investors.count
        let givers = Givers(network, circulation)
        return day.startups.indices.filter { counts[$0] < day.rules.floor }.map { startup in
            let reason: UnmetFloor.Reason =
                if counts[startup] < given[startup] {
                    .noCommonTime
                } else if counts[startup] == day.most(startup: startup) {
                    .capped(at: counts[startup])
                } else if counts[startup] == seekers[startup] {
                    .fewSeekers(seekers[startup])
                } else {
                    .contested(
                        by: givers(to: base + startup).filter { (base..<network.nodes - 1).contains($0) }.map {
                            day.startups[$0 - base]
                        })
                }
            return UnmetFloor(
                startup: day.startups[startup], promised: day.rules.floor, given: counts[startup], reason: reason)
        }
    }
}
