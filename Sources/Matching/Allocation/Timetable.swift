/// Meetings and their times, nobody in two at once.
struct Timetable {
    private let day: MeetingDay
    /// For every investor and slot the pair that meets.
    private var ofInvestor: [[Int?]]
    /// For every startup and slot the pair that meets.
    private var ofStartup: [[Int?]]
    /// For every pair the slot in which it meets.
    private var slots: [Int?]

    init(_ day: MeetingDay) {
        self.day = day
        ofInvestor = day.investors.map { _ in [Int?](repeating: nil, count: day.slots) }
        ofStartup = day.startups.map { _ in [Int?](repeating: nil, count: day.slots) }
        slots = [Int?](repeating: nil, count: day.pairs.count)
    }

    func holds(_ pair: Int) -> Bool { slots[pair] != nil }

    /// By slot, then by pair.
    var meetings: [MeetingSchedule.Meeting] {
        slots.indices.compactMap { pair in slots[pair].map { (slot: $0, pair: pair) } }
            .sorted { $0 < $1 }
            .map { day.meeting($0.pair, $0.slot) }
    }

    /// The meetings of every startup.
    var counts: [Int] { ofStartup.map { $0.count { $0 != nil } } }

    /// Finds times for pairs: those that stand keep theirs; the others get the first that is free for both or, failing
    /// that, one that the fewest exchanges free. Only a floor is a reason to move a meeting that stands.
    mutating func place(_ pairs: [Int]) {
        for pair in pairs { if let slot = day.standing[pair] { set(pair, slot) } }
        // Those who have the least choice choose first.
        let open = pairs.filter { !holds($0) }.sorted { (choice(of: $0), $0) < (choice(of: $1), $1) }
        for pair in open {
            let option = day.pairs[pair]
            let free = (0..<day.slots).first {
                isFree(investor: option.investor, $0) && isFree(startup: option.startup, $0)
            }
            if let free {
                set(pair, free)
            } else if day.standing.isEmpty {
                exchange(for: pair)
            }
        }
        for pair in open where !holds(pair) {
            let startup = day.pairs[pair].startup
            if ofStartup[startup].count(where: { $0 != nil }) < day.floor(startup: startup) { exchange(for: pair) }
        }
    }

    private func choice(of pair: Int) -> Int {
        let option = day.pairs[pair]
        return zip(day.investorTimes[option.investor], day.startupTimes[option.startup]).count { $0 && $1 }
    }

    /// Frees a time for a pair: where the investor is free in one slot and the startup in another, the meetings of
    /// the two slots that hang together change places from the startup on (the alternating path of König's proof).
    private mutating func exchange(for pair: Int) {
        let (investor, startup) = (day.pairs[pair].investor, day.pairs[pair].startup)
        var best: (path: [Int], slot: Int, other: Int)?
        for slot in 0..<day.slots where isFree(investor: investor, slot) && day.startupTimes[startup][slot] {
            for other in 0..<day.slots where isFree(startup: startup, other) {
                guard let path = path(from: startup, slot, other), path.count < best?.path.count ?? .max else {
                    continue
                }
                best = (path, slot, other)
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
        ofInvestor[day.pairs[pair].investor][slot] = pair
        ofStartup[day.pairs[pair].startup][slot] = pair
    }

    private mutating func clear(_ pair: Int) {
        guard let slot = slots[pair] else { return }
        slots[pair] = nil
        ofInvestor[day.pairs[pair].investor][slot] = nil
        ofStartup[day.pairs[pair].startup][slot] = nil
    }
}

extension Timetable {
    /// Matches one slot after the other anew, with all others as they are, until none gets better.
    mutating func improve() {
        var (slot, unchanged) = (0, 0)
        while unchanged < day.slots {
            unchanged = rematch(slot) ? 1 : unchanged + 1
            slot = (slot + 1) % day.slots
        }
    }

    /// The best matching of all who are there in a slot; whether it is better than the one before.
    private mutating func rematch(_ slot: Int) -> Bool {
        let before = slots.indices.filter { slots[$0] == slot }
        for pair in before { clear(pair) }
        var network = Network(nodes: 1 + day.investors.count + day.startups.count)
        let keep = day.keep(in: network)
        let must = network.must(over: day.most + keep)
        let base = 1 + day.investors.count
        for investor in day.investors.indices where day.investorTimes[investor][slot] {
            let hasRoom = ofInvestor[investor].count { $0 != nil } < day.most(investor: investor)
            network.join(0, 1 + investor, capacity: hasRoom ? 1 : 0, cost: 0)
        }
        var worths = [Int](repeating: 0, count: day.startups.count)
        for startup in day.startups.indices where day.startupTimes[startup][slot] {
            let count = ofStartup[startup].count { $0 != nil }
            worths[startup] = count < day.floor(startup: startup) ? must : 0
            network.join(
                base + startup, 0, capacity: count < day.most(startup: startup) ? 1 : 0, cost: -worths[startup])
        }
        let open = slots.indices.filter { slots[$0] == nil }
        func worth(_ pair: Int) -> Int { day.pairs[pair].score + (day.standing[pair] == slot ? keep : 0) }
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
        func least(_ pairs: [Int?], _ most: Int) -> Int? {
            let scores = pairs.compactMap { $0.map { day.pairs[$0].score } }
            return scores.count < most ? 0 : scores.min()
        }
        let ofInvestors = day.investors.indices.map { least(ofInvestor[$0], day.most(investor: $0)) }
        let ofStartups = day.startups.indices.map { least(ofStartup[$0], day.most(startup: $0)) }
        return slots.indices.compactMap { pair in
            let option = day.pairs[pair]
            guard slots[pair] == nil, let investor = ofInvestors[option.investor],
                let startup = ofStartups[option.startup], option.score > investor, option.score > startup
            else { return nil }
            return day.pair(pair)
        }
    }
}
