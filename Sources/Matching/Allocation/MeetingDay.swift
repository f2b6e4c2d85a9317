/// The wishes in order: sorted, numbered, freed of what cannot be.
struct MeetingDay {
    struct Option {
        let investor: Int
        let startup: Int
        let score: Int
        let forInvestor: Int
        let forStartup: Int
    }

    struct Room {
        let key: Key
        /// How many meetings it holds at a time; `.max` for any number.
        let places: Int
        let times: [Bool]
    }

    let rules: MeetingSchedule.Rules
    let slots: Int
    /// By key.
    let investors: [Key]
    let startups: [Key]
    /// Pairs that may meet, in order.
    let pairs: [Option]
    /// Pairs that were wished for and cannot meet.
    let excluded: [Pair: MeetingSchedule.Obstacle]
    /// For every investor and startup, whether it is there in each slot and some room is open.
    let investorTimes: [[Bool]]
    let startupTimes: [[Bool]]
    /// By key; `nil` if there is room for all.
    let rooms: [Room]?
    /// How many meetings each slot can hold, by the rooms and by who is there.
    let places: [Int]
    /// Whether rooms are fewer somewhere than those who could meet.
    let areRoomsScarce: Bool
    /// Earlier meetings that can be held as they stand, by pair.
    let standing: [Int: (slot: Int, room: Key?)]
    /// The greatest magnitude of a score.
    let most: Int

    init(_ wishes: [MeetingSchedule.Wish], _ rules: MeetingSchedule.Rules, _ earlier: [MeetingSchedule.Meeting]) {
        self.rules = rules
        let investors = Set(wishes.map(\.pair.seeker)).sorted()
        let startups = Set(wishes.map(\.pair.startup)).sorted()
        let slots = min(max(0, rules.slots), Self.longest)
        func times(_ key: Key) -> [Bool] { (0..<slots).map { !(rules.absences[key]?.contains($0) ?? false) } }
        let rooms = rules.rooms.map { rooms in
            rooms.sorted { $0.key < $1.key }.map { Room(key: $0.key, places: max(0, $0.value), times: times($0.key)) }
        }
        let roomy = (0..<slots).map { slot in
            rooms.map { $0.reduce(0) { $0 + ($1.times[slot] ? min($1.places, Network.unlimited) : 0) } }
                ?? Network.unlimited
        }
        func peopleTimes(_ keys: [Key]) -> [[Bool]] { keys.map { zip(times($0), roomy).map { $0 && $1 > 0 } } }
        let (investorTimes, startupTimes) = (peopleTimes(investors), peopleTimes(startups))
        func numbers(_ keys: [Key]) -> [Key: Int] {
            Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($0.element, $0.offset) })
        }
        let (investorNumbers, startupNumbers) = (numbers(investors), numbers(startups))
        func order(_ wish: MeetingSchedule.Wish) -> (Int, Int, Int) { (wish.score, wish.forInvestor, wish.forStartup) }
        var excluded: [Pair: MeetingSchedule.Obstacle] = [:]
        var wished: [Pair: MeetingSchedule.Wish] = [:]
        for wish in wishes {
            if rules.forbidden.contains(wish.pair) {
                excluded[wish.pair] = .forbidden
            } else if wished[wish.pair].map({ order($0) < order(wish) }) ?? true {
                wished[wish.pair] = wish
            }
        }
        var (pairs, numberOf): ([Option], [Pair: Int]) = ([], [:])
        func held(_ score: Int) -> Int { min(max(score, -Self.highest), Self.highest) }
        for (pair, wish) in wished.sorted(by: { $0.key < $1.key }) {
            guard let investor = investorNumbers[pair.seeker], let startup = startupNumbers[pair.startup],
                (0..<slots).contains(where: { investorTimes[investor][$0] && startupTimes[startup][$0] })
            else {
                excluded[pair] = .noCommonTime
                continue
            }
            numberOf[pair] = pairs.count
            pairs.append(
                Option(
                    investor: investor, startup: startup, score: held(wish.score),
                    forInvestor: held(wish.forInvestor), forStartup: held(wish.forStartup)))
        }
        var standing: [Int: (slot: Int, room: Key?)] = [:]
        var taken: Set<[Int]> = []
        func order(_ meeting: MeetingSchedule.Meeting) -> (Int, Pair, UInt64, UInt64) {
            (meeting.slot, meeting.pair, meeting.room?.high ?? 0, meeting.room?.low ?? 0)
        }
        for meeting in earlier.sorted(by: { order($0) < order($1) }) {
            guard let number = numberOf[meeting.pair], standing[number] == nil, (0..<slots).contains(meeting.slot)
            else { continue }
            let option = pairs[number]
            guard investorTimes[option.investor][meeting.slot], startupTimes[option.startup][meeting.slot],
                taken.insert([0, option.investor, meeting.slot]).inserted,
                taken.insert([1, option.startup, meeting.slot]).inserted
            else { continue }
            standing[number] = (meeting.slot, meeting.room)
        }
        self.slots = slots
        self.investors = investors
        self.startups = startups
        self.investorTimes = investorTimes
        self.startupTimes = startupTimes
        self.rooms = rooms
        let most = (0..<slots).map { slot in
            min(investorTimes.count { $0[slot] }, startupTimes.count { $0[slot] })
        }
        places = zip(roomy, most).map { min($0, $1) }
        areRoomsScarce = places != most
        self.pairs = pairs
        self.excluded = excluded
        self.standing = standing
        self.most = pairs.reduce(1) { max($0, abs($1.score)) }
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

    func meeting(_ number: Int, _ slot: Int, _ room: Key?) -> MeetingSchedule.Meeting {
        MeetingSchedule.Meeting(pair(number), slot: slot, room: room, score: pairs[number].score)
    }

    /// Whether both sides of a pair are there.
    func admits(_ number: Int, _ slot: Int) -> Bool {
        investorTimes[pairs[number].investor][slot] && startupTimes[pairs[number].startup][slot]
    }

    /// What keeping a meeting counts, so that none is given up for the sum of other scores, and what a floor counts, so
    /// that none is missed for both; where `pairs` change at most. None where there is nothing to keep or no floor: the
    /// smaller the costs, the exacter a circulation.
    func weights(pairs: Int) -> (keep: Int, must: Int) {
        let keep = standing.isEmpty ? 0 : (pairs + 1) * most
        return (keep, rules.floor > 0 ? (pairs + 1) * (keep + most) : 0)
    }

    /// The same where what changes is a cycle of a network, which passes everybody once; as far as costs may go.
    func weights(in network: Network) -> (keep: Int, must: Int) {
        let (keep, must) = weights(pairs: 2 * min(investors.count, startups.count))
        return (min(keep, network.dearest / 4 / network.nodes), min(must, network.dearest / 2))
    }
}

/// What schedules are judged by, in this order.
struct MeetingWorth: Comparable {
    /// The sum over startups of their meetings up to the floor.
    var floors = 0
    /// Standing meetings that take place when they did.
    var kept = 0
    var total = 0

    static func < (left: Self, right: Self) -> Bool {
        (left.floors, left.kept, left.total) < (right.floors, right.kept, right.total)
    }
}
