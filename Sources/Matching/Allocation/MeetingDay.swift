/// The wishes in order: sorted, numbered, freed of what cannot be.
struct MeetingDay {
    struct Option {
        let investor: Int
        let startup: Int
        let score: Int
    }

    let rules: MeetingSchedule.Rules
    let slots: Int
    /// By key.
    let investors: [Key]
    let startups: [Key]
    /// Pairs that may meet, in order.
    let pairs: [Option]
    /// For every investor and startup, whether it is there in each slot.
    let investorTimes: [[Bool]]
    let startupTimes: [[Bool]]
    /// The slots of the pairs whose earlier meetings can be held as they stand.
    let standing: [Int: Int]
    /// The greatest magnitude of a score.
    let most: Int

    init(_ wishes: [MeetingSchedule.Wish], _ rules: MeetingSchedule.Rules, _ earlier: [MeetingSchedule.Meeting]) {
        self.rules = rules
        let investors = Set(wishes.map(\.pair.seeker)).sorted()
        let startups = Set(wishes.map(\.pair.startup)).sorted()
        let slots = min(max(0, rules.slots), Self.longest)
        func times(_ keys: [Key]) -> [[Bool]] {
            keys.map { key in (0..<slots).map { !(rules.absences[key]?.contains($0) ?? false) } }
        }
        let (investorTimes, startupTimes) = (times(investors), times(startups))
        func numbers(_ keys: [Key]) -> [Key: Int] {
            Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($0.element, $0.offset) })
        }
        let (investorNumbers, startupNumbers) = (numbers(investors), numbers(startups))
        var scores: [Pair: Int] = [:]
        for wish in wishes where !rules.forbidden.contains(wish.pair) {
            scores[wish.pair] = max(scores[wish.pair] ?? .min, min(max(wish.score, -Self.highest), Self.highest))
        }
        var (pairs, numberOf): ([Option], [Pair: Int]) = ([], [:])
        for (pair, score) in scores.sorted(by: { $0.key < $1.key }) {
            guard let investor = investorNumbers[pair.seeker], let startup = startupNumbers[pair.startup],
                (0..<slots).contains(where: { investorTimes[investor][$0] && startupTimes[startup][$0] })
            else { continue }
            numberOf[pair] = pairs.count
            pairs.append(Option(investor: investor, startup: startup, score: score))
        }
        var standing: [Int: Int] = [:]
        var taken: Set<[Int]> = []
        for meeting in earlier.sorted(by: { ($0.slot, $0.pair) < ($1.slot, $1.pair) }) {
            guard let number = numberOf[meeting.pair], standing[number] == nil, (0..<slots).contains(meeting.slot)
            else { continue }
            let option = pairs[number]
            guard investorTimes[option.investor][meeting.slot], startupTimes[option.startup][meeting.slot],
                taken.insert([0, option.investor, meeting.slot]).inserted,
                taken.insert([1, option.startup, meeting.slot]).inserted
            else { continue }
            standing[number] = meeting.slot
        }
        self.slots = slots
        self.investors = investors
        self.startups = startups
        self.investorTimes = investorTimes
        self.startupTimes = startupTimes
        self.pairs = pairs
        self.standing = standing
        most = pairs.reduce(1) { max($0, abs($1.score)) }
    }

    /// Slots after these are not used.
    private static let longest = 200
    /// Scores are held within this, so that sums stay within a word.
    private static let highest = 1_000_000_000

    func most(investor: Int) -> Int {
        min(max(0, rules.mostPerInvestor), investorTimes[investor].count { $0 })
    }

    func most(startup: Int) -> Int {
        min(max(0, rules.mostPerStartup), startupTimes[startup].count { $0 })
    }

    func floor(startup: Int) -> Int { min(max(0, rules.floor), most(startup: startup)) }

    func pair(_ number: Int) -> Pair { Pair(investors[pairs[number].investor], startups[pairs[number].startup]) }

    func meeting(_ number: Int, _ slot: Int) -> MeetingSchedule.Meeting {
        MeetingSchedule.Meeting(pair: pair(number), slot: slot, score: pairs[number].score)
    }

    /// What keeping a meeting counts beside the score, so that none is given up for the sum of other scores.
    func keep(in network: Network) -> Int { min(2 * network.nodes * most, network.dearest / 4 / network.nodes) }
}

/// The pairs that should meet, whenever that may be.
struct MeetingPlan {
    /// The numbers of the pairs.
    let pairs: [Int]
    private let day: MeetingDay
    private let network: Network
    private let circulation: Circulation
    private let given: [Int]

    init(_ day: MeetingDay) {
        self.day = day
        var network = Network(nodes: 1 + day.investors.count + day.startups.count)
        let keep = day.keep(in: network)
        let must = network.must(over: day.most + keep)
        for investor in day.investors.indices {
            network.join(0, 1 + investor, capacity: day.most(investor: investor), cost: 0)
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
                cost: -pair.score - (day.standing[number] == nil ? 0 : keep))
        }
        let circulation = network.cheapestCirculation()
        self.network = network
        self.circulation = circulation
        pairs = arcs.indices.filter { circulation.flow[arcs[$0]] > 0 }
        var given = [Int](repeating: 0, count: day.startups.count)
        for pair in pairs { given[day.pairs[pair].startup] += 1 }
        self.given = given
    }

    var bars: [Key: Int] {
        Dictionary(
            uniqueKeysWithValues: day.investors.enumerated().map {
                ($0.element, circulation.prices[1 + $0.offset] - circulation.prices[0])
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
                        by: givers(to: base + startup).filter { $0 >= base }.map { day.startups[$0 - base] })
                }
            return UnmetFloor(
                startup: day.startups[startup], promised: day.rules.floor, given: counts[startup], reason: reason)
        }
    }
}
