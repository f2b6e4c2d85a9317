/// Which room each meeting takes, at its time.
///
/// In every slot, first as many standing meetings as can stay where they were, then as many people as can be where they
/// would like to stay, then as few meetings as can be in rooms without limit: a cheapest circulation, and so exact. Among
/// those, the rooms between which people walk least, slot by slot with the slots around as they are, until no slot alone
/// can do better. How few walks there could be in all is a problem in three indices and hard.
struct MeetingRooms {
    private let day: MeetingDay
    private let rooms: [MeetingDay.Room]
    /// The pairs that meet in every slot.
    private let held: [[Int]]
    /// For every investor, and after them every startup, the pairs it meets, in order.
    private let agendas: [[Int]]
    /// For every pair its place on the agendas of its investor and its startup.
    private var places: [(investor: Int, startup: Int)]
    /// For every pair its room.
    private var chosen: [Int?]

    init(_ day: MeetingDay, _ timetable: Timetable) {
        self.day = day
        rooms = day.rooms ?? []
        var held = [[Int]](repeating: [], count: day.slots)
        var agendas = [[Int]](repeating: [], count: day.investors.count + day.startups.count)
        places = [(investor: Int, startup: Int)](repeating: (0, 0), count: day.pairs.count)
        for (slot, pair) in timetable.held {
            held[slot].append(pair)
            let (investor, startup) = (day.pairs[pair].investor, day.investors.count + day.pairs[pair].startup)
            places[pair] = (agendas[investor].count, agendas[startup].count)
            agendas[investor].append(pair)
            agendas[startup].append(pair)
        }
        self.held = held
        self.agendas = agendas
        chosen = [Int?](repeating: nil, count: day.pairs.count)
        guard day.rooms != nil else { return }
        for slot in 0..<day.slots { assign(slot) }
        var (slot, unchanged) = (0, 0)
        while unchanged < day.slots {
            unchanged = assign(slot) ? 1 : unchanged + 1
            slot = (slot + 1) % day.slots
        }
    }

    /// By slot, then by pair.
    var meetings: [MeetingSchedule.Meeting] {
        held.enumerated().flatMap { slot, pairs in
            pairs.map { pair in day.meeting(pair, slot, chosen[pair].map { rooms[$0].key }) }
        }
    }

    /// Those that were elsewhere at the same time.
    var rehoused: [MeetingSchedule.Meeting] {
        let before = Dictionary(uniqueKeysWithValues: day.standing.map { (day.pair($0.key), $0.value) })
        return meetings.filter { meeting in
            guard let was = before[meeting.pair], was.slot == meeting.slot, let room = was.room else { return false }
            return day.rooms != nil && room != meeting.room
        }
    }

    /// How often somebody's next meeting is in another room.
    var walks: Int {
        agendas.reduce(0) { $0 + zip($1, $1.dropFirst()).count { chosen[$0] != chosen[$1] } }
    }

    /// Chooses the rooms of a slot anew; whether they are better than before.
    @discardableResult private mutating func assign(_ slot: Int) -> Bool {
        let pairs = held[slot]
        let open = rooms.indices.filter { rooms[$0].times[slot] && rooms[$0].places > 0 }
        // A walk less of an investor is preferred to one of a startup, so that a side keeps its seats.
        // Each of these outweighs all of the former in the slot.
        let limitless = 10 * pairs.count + 1
        let home = limitless * (pairs.count + 1)
        let stay = home * (2 * pairs.count + 1)
        var network = Network(nodes: 1 + pairs.count + open.count)
        let must = network.must(over: 3 * stay)
        func worth(_ pair: Int, _ room: Int) -> Int {
            let (option, key) = (day.pairs[pair], rooms[room].key)
            var worth = 0
            if let standing = day.standing[pair], standing.slot == slot, standing.room == key { worth += stay }
            if day.rules.homes[day.investors[option.investor]] == key { worth += home }
            if day.rules.homes[day.startups[option.startup]] == key { worth += home }
            if rooms[room].places == .max { worth -= limitless }
            for (agenda, place, cost) in [
                (agendas[option.investor], places[pair].investor, 3),
                (agendas[day.investors.count + option.startup], places[pair].startup, 2),
            ] {
                for next in [place - 1, place + 1] where agenda.indices.contains(next) {
                    if let other = chosen[agenda[next]], other != room { worth -= cost }
                }
            }
            return worth
        }
        for (number, pair) in pairs.enumerated() {
            network.join(0, 1 + number, capacity: 1, cost: -must)
            for (place, room) in open.enumerated() {
                network.join(1 + number, 1 + pairs.count + place, capacity: 1, cost: -worth(pair, room))
            }
        }
        for (place, room) in open.enumerated() {
            network.join(1 + pairs.count + place, 0, capacity: rooms[room].places, cost: 0)
        }
        let flow = network.cheapestCirculation().flow
        let before = pairs.map { chosen[$0] }
        let after = pairs.indices.map { number in
            open.indices.first { flow[number * (open.count + 1) + 1 + $0] > 0 }.map { open[$0] }
        }
        func total(_ rooms: [Int?]) -> Int {
            zip(pairs, rooms).reduce(0) { sum, next in sum + (next.1.map { worth(next.0, $0) } ?? -must) }
        }
        guard total(after) > total(before) else { return false }
        for (pair, room) in zip(pairs, after) { chosen[pair] = room }
        return true
    }
}
