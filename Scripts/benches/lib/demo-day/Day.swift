import Matching

struct Inventor: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
    mutating func part() -> Double { Double.random(in: 0...1, using: &self) }
    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
}

/// A demo day: who would meet whom, and what holds.
struct Day {
    var wishes: [MeetingSchedule.Wish] = []
    var rules: MeetingSchedule.Rules

    static func investor(_ number: Int) -> Key { Key(high: 1, low: UInt64(number)) }
    static func startup(_ number: Int) -> Key { Key(high: 2, low: UInt64(number)) }
    static func table(_ number: Int) -> Key { Key(high: 3, low: UInt64(number)) }

    /// Sixty startups and eighty investors for twenty-four slots and thirty tables, four of them until noon. Some are
    /// wanted by many and some by few, on both sides; half the investors come for a part of the day; every third startup
    /// has a stand. On a tight day nobody is there for long.
    static func large(seed: UInt64, isTight: Bool = false) -> Day {
        var inventor = Inventor(state: seed)
        let (investors, startups, slots, tables) = (80, 60, 24, 30)
        var day = Day(
            rules: MeetingSchedule.Rules(
                slots: slots, mostPerInvestor: 10, floor: 8, mostPerStartup: 16,
                rooms: Dictionary(uniqueKeysWithValues: (0..<tables).map { (table($0), 1) })))
        for number in 0..<4 { day.rules.absences[table(number)] = Set(slots / 2..<slots) }
        for number in stride(from: 0, to: startups, by: 3) { day.rules.homes[startup(number)] = table(4 + number / 3) }
        for number in 0..<investors where isTight || number.isMultiple(of: 2) {
            let (from, length) = (inventor.number(0...16), inventor.number(isTight ? 3...9 : 5...14))
            day.rules.absences[investor(number)] = Set(0..<slots).subtracting(from..<from + length)
        }
        for number in 0..<startups where isTight || number.isMultiple(of: 4) {
            let from = inventor.number(0...20)
            let absent = Set(from..<min(slots, from + 6))
            day.rules.absences[startup(number)] = isTight ? Set(0..<slots).subtracting(absent) : absent
        }
        let areas = 12
        func profiles(_ count: Int) -> [(fame: Double, areas: [Double])] {
            (0..<count).map { _ in
                var own = (0..<areas).map { _ in 0.1 * inventor.part() }
                own[inventor.number(0...areas - 1)] += 1
                own[inventor.number(0...areas - 1)] += inventor.part()
                return (2 * inventor.part() - 1, own)
            }
        }
        let (offered, wanted) = (profiles(startups), profiles(investors))
        for (i, investor) in wanted.enumerated() {
            for (s, startup) in offered.enumerated() {
                let likeness = zip(investor.areas, startup.areas).reduce(0) { $0 + $1.0 * $1.1 }
                func chance(_ fame: Double) -> Int {
                    let odds = fame + 2 * likeness + inventor.part() - 2
                    return Int(1e9 * max(0.001, min(1, 0.5 + odds / (2 * (1 + abs(odds))))))
                }
                let (ofInvestor, ofStartup) = (chance(startup.fame), chance(investor.fame))
                guard ofInvestor > 300_000_000 else { continue }
                day.wishes.append(
                    MeetingSchedule.Wish(
                        Pair(Day.investor(i), Day.startup(s)), forInvestor: ofInvestor, forStartup: ofStartup))
            }
        }
        return day
    }

    /// A day small enough for another solver to find its best schedule, and hostile: with everything scarce at random.
    static func small(seed: UInt64, isLargest: Bool) -> Day {
        var inventor = Inventor(state: seed)
        func size(_ sizes: ClosedRange<Int>) -> Int {
            let size = inventor.number(sizes)
            return isLargest ? sizes.upperBound : size
        }
        let (investors, startups, slots) = (size(3...8), size(3...8), size(2...6))
        let tables = inventor.number(2...8)
        var day = Day(
            rules: MeetingSchedule.Rules(
                slots: slots, mostPerInvestor: inventor.number(1...slots), floor: inventor.number(0...3),
                mostPerStartup: inventor.number(2...slots + 1)))
        if tables < 7 {
            day.rules.rooms = Dictionary(uniqueKeysWithValues: (0..<tables).map { (table($0), 1) })
            if tables == 2 { day.rules.rooms?[table(0)] = 3 }
        }
        let people = (0..<investors).map(investor) + (0..<startups).map(startup)
        for key in people + (0..<tables).map(table) where inventor.number(0...1) == 0 {
            day.rules.absences[key] = Set((0..<slots).filter { _ in inventor.number(0...2) == 0 })
        }
        for i in 0..<investors {
            for s in 0..<startups where inventor.number(0...9) > 1 {
                let pair = Pair(investor(i), startup(s))
                day.wishes.append(
                    seed.isMultiple(of: 2)
                        ? .init(pair, score: inventor.number(-3...20))
                        : .init(
                            pair, forInvestor: 1_000_000 * inventor.number(0...1000),
                            forStartup: 1_000_000 * inventor.number(0...1000)))
                if inventor.number(0...19) == 0 { day.rules.forbidden.insert(pair) }
            }
        }
        return day
    }

    /// The same day without some of its people.
    func without(_ gone: [Key]) -> Day {
        var day = self
        for key in gone { day.rules.absences[key] = Set(0..<rules.slots) }
        return day
    }

    /// What is wrong with meetings: clashes, absences, caps, rooms.
    func faults(_ meetings: [MeetingSchedule.Meeting], withRooms: Bool = true) -> [String] {
        var faults: [String] = []
        var taken: [Key: [Int: Int]] = [:]
        let wished = Set(wishes.map(\.pair)).subtracting(rules.forbidden)
        if Set(meetings.map(\.pair)).count < meetings.count { faults.append("a pair meets twice") }
        for meeting in meetings {
            if !wished.contains(meeting.pair) { faults.append("a pair meets that may not") }
            if !(0..<rules.slots).contains(meeting.slot) { faults.append("a meeting is at no time of the day") }
            if withRooms, rules.rooms != nil, meeting.room == nil { faults.append("a meeting has no room") }
            for key in [meeting.pair.seeker, meeting.pair.startup] + (meeting.room.map { [$0] } ?? []) {
                taken[key, default: [:]][meeting.slot, default: 0] += 1
                if rules.absences[key]?.contains(meeting.slot) ?? false { faults.append("\(key) is away") }
            }
        }
        for (key, slots) in taken {
            let isTable = rules.rooms?[key] != nil
            if slots.values.contains(where: { $0 > (rules.rooms?[key] ?? 1) }) {
                faults.append("\(key) is taken twice")
            }
            if !isTable, slots.count > (key.high == 1 ? rules.mostPerInvestor : rules.mostPerStartup) {
                faults.append("\(key) has too many meetings")
            }
        }
        return faults
    }
}
