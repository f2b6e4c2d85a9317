/// Meetings and their times, nobody in two at once.
struct Timetable {
    private let day: MeetingDay
    /// For every investor and slot the pair that meets.
    private var ofInvestor: [[Int?]]
    /// For every startup and slot the pair that meets.
    private var ofStartup: [[Int?]]
    /// For every pair the slot in which it meets.
    private var slots: [Int?]
    /// How many meetings every slot could still hold.
    private var places: [Int]

    init(_ day: MeetingDay) {
        self.day = day
        ofInvestor = day.investors.map { _ in [Int?](repeating: nil, count: day.slots) }
        ofStartup = day.startups.map { _ in [Int?](repeating: nil, count: day.slots) }
        slots = [Int?](repeating: nil, count: day.pairs.count)
        places = day.places
    }

    /// Times that are known.
    init(_ day: MeetingDay, _ slots: [Int?]) {
        self.init(day)
        for (pair, slot) in slots.enumerated() { if let slot { set(pair, slot) } }
    }

    func holds(_ pair: Int) -> Bool { slots[pair] != nil }

    func slot(of pair: Int) -> Int? { slots[pair] }

    /// By slot, then by pair.
    var held: [(slot: Int, pair: Int)] {
        slots.indices.compactMap { pair in slots[pair].map { (slot: $0, pair: pair) } }.sorted { $0 < $1 }
    }

    var worth: MeetingWorth {
        MeetingWorth(
            floors: zip(counts, day.startups.indices).reduce(0) { $0 + min($1.0, day.floor(startup: $1.1)) },
            kept: day.standing.count { slots[$0.key] == $0.value.slot },
            total: slots.indices.reduce(0) { $0 + (holds($1) ? day.pairs[$1].score : 0) })
    }

    /// Standing meetings that do not take place when they did, by slot, then by pair.
    var moved: [MeetingSchedule.Meeting] {
        day.standing.filter { slots[$0.key] != $0.value.slot }
            .sorted { ($0.value.slot, $0.key) < ($1.value.slot, $1.key) }
            .map { day.meeting($0.key, $0.value.slot, $0.value.room) }
    }

    /// The meetings of every startup.
    var counts: [Int] { ofStartup.map { $0.count { $0 != nil } } }

    /// Finds times for pairs: those that stand keep theirs; the others get the first that is free for both or, failing
    /// that, one that exchanges free which move the fewest of those that stand, and then the fewest at all. Only a floor
    /// is a reason to move a meeting that stands.
    /// - Returns: The pairs for which there was no free time.
    @discardableResult mutating func place(_ pairs: [Int]) -> [Int] {
        for pair in pairs { if let slot = day.standing[pair]?.slot, places[slot] > 0 { set(pair, slot) } }
        // Those who have the least choice choose first.
        let open = pairs.filter { !holds($0) }.sorted { (choice(of: $0), $0) < (choice(of: $1), $1) }
        for pair in open {
            if let free = free(for: pair).first(where: { places[$0] > 0 }) {
                set(pair, free)
            } else if day.standing.isEmpty {
                exchange(for: pair)
            }
        }
        let unplaced = open.filter { !holds($0) }
        for pair in unplaced {
            let startup = day.pairs[pair].startup
            if ofStartup[startup].count(where: { $0 != nil }) < day.floor(startup: startup) { exchange(for: pair) }
        }
        return unplaced
    }

    /// Plans anew, as long as floors or standing meetings fall short of a bound, and keeps what is better: the pairs' plan
    /// knows nothing of times, and of all pairs that serve floors and standing meetings as well it names but one. First
    /// those are avoided that found no free time, then parts of the pairs drawn by lot: in turn of those that found none
    /// and of the standing ones, so that others are moved, and of all. The lots are always the same.
    mutating func replan(avoiding untimed: [Int], below bound: MeetingWorth) {
        var (avoided, known) = (Set(untimed), Set(untimed))
        var lot: UInt64 = 0
        let rounds = min(Self.rounds, Self.effort / max(1, slots.count))
        for round in 0..<rounds where (worth.floors, worth.kept) < (bound.floors, bound.kept) {
            var other = Timetable(day)
            let more = other.place(MeetingPlan(day, avoiding: avoided).pairs)
            other.improve(from: 7 * round)
            if other.worth > worth { self = other }
            let isMore = !known.isSuperset(of: more)
            known.formUnion(more)
            if round < 4, isMore {
                avoided.formUnion(more)
            } else {
                let drawn = round.isMultiple(of: 2) ? known.union(day.standing.keys).sorted() : Array(slots.indices)
                avoided = Set(
                    drawn.filter { _ in
                        lot = lot &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                        return lot >> 63 != 0
                    })
            }
        }
    }

    /// How often a day is planned anew; one of many more pairs than sixty startups and eighty investors have, less often.
    private static let rounds = 24
    /// Pairs in all rounds together.
    private static let effort = 120_000

    private func choice(of pair: Int) -> Int { (0..<day.slots).count { day.admits(pair, $0) } }

    /// Slots in which both sides of a pair are there and have no meeting.
    private func free(for pair: Int) -> [Int] {
        let option = day.pairs[pair]
        return (0..<day.slots).filter { isFree(investor: option.investor, $0) && isFree(startup: option.startup, $0) }
    }

    /// Frees a time for a pair, by exchanges that move as few as possible: the meetings of two slots that hang together
    /// change places (the alternating paths of König's proof). Where the investor is free in one slot and the startup in
    /// another, those that start with the startup's; where both are free and only a room is lacking, those that leave one.
    private mutating func exchange(for pair: Int) {
        let (investor, startup) = (day.pairs[pair].investor, day.pairs[pair].startup)
        var best: (path: [Int], moved: Int, slot: Int, other: Int)?
        func consider(_ start: Int, _ slot: Int, _ other: Int, isFull: Bool) {
            guard let path = path(from: start, slot, other) else { return }
            let moved = path.count { day.standing[$0]?.slot == slots[$0] }
            guard (moved, path.count) < best.map({ ($0.moved, $0.path.count) }) ?? (.max, .max) else { return }
            // Of an odd number, one more leaves the slot than comes.
            guard places[path.count.isMultiple(of: 2) ? slot : other] > 0, !isFull || !path.count.isMultiple(of: 2)
            else { return }
            best = (path, moved, slot, other)
        }
        for slot in 0..<day.slots where isFree(investor: investor, slot) && day.startupTimes[startup][slot] {
            for other in 0..<day.slots where isFree(startup: startup, other) && other != slot {
                consider(startup, slot, other, isFull: false)
            }
        }
        for slot in free(for: pair) {
            for other in 0..<day.slots where places[other] > 0 {
                for start in day.startups.indices where ofStartup[start][slot] != nil && isFree(startup: start, other) {
                    consider(start, slot, other, isFull: true)
                }
            }
        }
        guard let best else { return }
        let times = best.path.map { slots[$0] == best.slot ? best.other : best.slot }
        for pair in best.path { clear(pair) }
        for (pair, slot) in zip(best.path, times) { set(pair, slot) }
        set(pair, best.slot)
    }

    /// The meetings in two slots that hang together from a startup's meeting in the first on; `nil` where the one at
    /// the end would be moved into an absence.
    private func path(from startup: Int, _ slot: Int, _ other: Int) -> [Int]? {
        var path: [Int] = []
        var (here, there) = (slot, other)
        var next = ofStartup[startup][here]
        var isAtInvestor = true
        while let pair = next {
            path.append(pair)
            let option = day.pairs[pair]
            let isThere =
                isAtInvestor ? day.investorTimes[option.investor][there] : day.startupTimes[option.startup][there]
            guard isThere else { return nil }
            next = isAtInvestor ? ofInvestor[option.investor][there] : ofStartup[option.startup][there]
            isAtInvestor.toggle()
            swap(&here, &there)
        }
        return path
    }

    private func isFree(investor: Int, _ slot: Int) -> Bool {
        day.investorTimes[investor][slot] && ofInvestor[investor][slot] == nil
    }

    private func isFree(startup: Int, _ slot: Int) -> Bool {
        day.startupTimes[startup][slot] && ofStartup[startup][slot] == nil
    }

    private mutating func set(_ pair: Int, _ slot: Int) {
        slots[pair] = slot
        places[slot] -= 1
        ofInvestor[day.pairs[pair].investor][slot] = pair
        ofStartup[day.pairs[pair].startup][slot] = pair
    }

    private mutating func clear(_ pair: Int) {
        guard let slot = slots[pair] else { return }
        slots[pair] = nil
        places[slot] += 1
        ofInvestor[day.pairs[pair].investor][slot] = nil
        ofStartup[day.pairs[pair].startup][slot] = nil
    }
}

extension Timetable {
    /// Matches one slot after the other anew, with all others as they are, until none gets better; begins with the one given.
    mutating func improve(from first: Int = 0) {
        var (slot, unchanged) = (first % max(1, day.slots), 0)
        while unchanged < day.slots {
            unchanged = rematch(slot) ? 1 : unchanged + 1
            slot = (slot + 1) % day.slots
        }
    }

    /// The best matching of all who are there in a slot; whether it is better than the one before.
    private mutating func rematch(_ slot: Int) -> Bool {
        let before = slots.indices.filter { slots[$0] == slot }
        for pair in before { clear(pair) }
        var network = Network(nodes: 2 + day.investors.count + day.startups.count)
        let (keep, must) = day.weights(in: network)
        let (base, door) = (1 + day.investors.count, network.nodes - 1)
        network.join(0, door, capacity: places[slot], cost: 0)
        for investor in day.investors.indices where day.investorTimes[investor][slot] {
            let hasRoom = ofInvestor[investor].count { $0 != nil } < day.most(investor: investor)
            network.join(door, 1 + investor, capacity: hasRoom ? 1 : 0, cost: 0)
        }
        var worths = [Int](repeating: 0, count: day.startups.count)
        for startup in day.startups.indices where day.startupTimes[startup][slot] {
            let count = ofStartup[startup].count { $0 != nil }
            worths[startup] = count < day.floor(startup: startup) ? must : 0
            network.join(
                base + startup, 0, capacity: count < day.most(startup: startup) ? 1 : 0, cost: -worths[startup])
        }
        let open = slots.indices.filter { slots[$0] == nil }
        func worth(_ pair: Int) -> Int { day.pairs[pair].score + (day.standing[pair]?.slot == slot ? keep : 0) }
        let arcs = open.map { pair in
            network.join(1 + day.pairs[pair].investor, base + day.pairs[pair].startup, capacity: 1, cost: -worth(pair))
        }
        let flow = network.cheapestCirculation().flow
        let after = open.indices.filter { flow[arcs[$0]] > 0 }.map { open[$0] }
        func total(_ pairs: [Int]) -> Int { pairs.reduce(0) { $0 + worth($1) + worths[day.pairs[$1].startup] } }
        let isBetter = total(after) > total(before)
        for pair in isBetter ? after : before { set(pair, slot) }
        return isBetter
    }

    /// Pairs that would both rather meet.
    var blocking: [Pair] {
        /// What a new meeting must be worth: more than the least one, or than an empty place.
        func least(_ pairs: [Int?], _ most: Int, _ worth: (MeetingDay.Option) -> Int) -> Int? {
            let worths = pairs.compactMap { $0.map { worth(day.pairs[$0]) } }
            return worths.count < most ? 0 : worths.min()
        }
        let ofInvestors = day.investors.indices.map {
            least(ofInvestor[$0], day.most(investor: $0), \.forInvestor)
        }
        let ofStartups = day.startups.indices.map { least(ofStartup[$0], day.most(startup: $0), \.forStartup) }
        return slots.indices.compactMap { pair in
            let option = day.pairs[pair]
            guard slots[pair] == nil, let investor = ofInvestors[option.investor],
                let startup = ofStartups[option.startup], option.forInvestor > investor, option.forStartup > startup
            else { return nil }
            return day.pair(pair)
        }
    }

    /// What stands in the way of pairs that do not meet.
    var obstacles: [Pair: MeetingSchedule.Obstacle] {
        var obstacles = day.excluded
        /// The least score of somebody's meetings, if there can be no more.
        func least(_ pairs: [Int?], _ most: Int) -> Int? {
            let scores = pairs.compactMap { $0.map { day.pairs[$0].score } }
            return scores.count < most ? nil : scores.min() ?? 0
        }
        let ofInvestors = day.investors.indices.map { least(ofInvestor[$0], day.most(investor: $0)) }
        let ofStartups = day.startups.indices.map { least(ofStartup[$0], day.most(startup: $0)) }
        for pair in slots.indices where !holds(pair) {
            let option = day.pairs[pair]
            obstacles[day.pair(pair)] =
                if option.score <= 0 {
                    .worthless
                } else if let least = ofStartups[option.startup] {
                    .startupFull(least: least)
                } else if let least = ofInvestors[option.investor] {
                    .investorFull(least: least)
                } else if free(for: pair).isEmpty {
                    .noFreeTime
                } else {
                    .noFreeRoom
                }
        }
        return obstacles
    }
}
