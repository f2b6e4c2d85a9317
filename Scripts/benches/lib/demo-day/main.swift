// Plans a large invented demo day and what five cancellations do to it, beside simpler ways; or hands small days and their
// schedules to another solver.
//
//   demo-day                     the bench: lines of JSON to standard output, a table to standard error
//   demo-day cases SMALL LARGE   the proof's cases, a line of JSON each, and the large day's figures to standard output
// Ends with 1 where a schedule of the large day breaks a rule, takes five seconds, or moves more meetings than any must.
import Foundation
import Matching

func timed<T>(_ work: () -> T) -> (T, Double) {
    let start = ContinuousClock.now
    let result = work()
    return (result, (ContinuousClock.now - start) / .seconds(1))
}

func tell(_ name: String, _ value: Double, _ unit: String, _ ratio: (to: String, Double)? = nil) {
    let ratio = ratio.map { #", "ratio_to": {"\#($0.to)": \#(String(format: "%.4f", $0.1))}"# } ?? ""
    print(#"{"name": "demo-day.\#(name)", "value": \#(String(format: "%.4f", value)), "unit": "\#(unit)"\#(ratio)}"#)
}

func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

var faults: [String] = []
@MainActor func demand(_ holds: Bool, _ fault: String) {
    if !holds {
        faults.append(fault)
        say("fault: \(fault)")
    }
}

/// Pairs, each in the first slot in which both are there and free and a table is.
func firstFit(_ wishes: [MeetingSchedule.Wish], _ day: Day) -> [MeetingSchedule.Meeting] {
    var taken: [Key: Set<Int>] = day.rules.absences
    var counts: [Key: Int] = [:]
    return wishes.compactMap { wish in
        let (investor, startup) = (wish.pair.seeker, wish.pair.startup)
        guard wish.score > 0, counts[investor, default: 0] < day.rules.mostPerInvestor,
            counts[startup, default: 0] < day.rules.mostPerStartup
        else { return nil }
        for slot in 0..<day.rules.slots
        where !taken[investor, default: []].contains(slot) && !taken[startup, default: []].contains(slot) {
            guard let table = day.rules.rooms?.keys.sorted().first(where: { !taken[$0, default: []].contains(slot) })
            else { continue }
            for key in [investor, startup, table] { taken[key, default: []].insert(slot) }
            counts[investor, default: 0] += 1
            counts[startup, default: 0] += 1
            return MeetingSchedule.Meeting(wish.pair, slot: slot, room: table, score: wish.score)
        }
        return nil
    }
}

func bestFirst(_ wishes: [MeetingSchedule.Wish]) -> [MeetingSchedule.Wish] {
    wishes.sorted { ($1.score, $0.pair) < ($0.score, $1.pair) }
}

func walks(_ meetings: [MeetingSchedule.Meeting]) -> Int {
    let agendas = Dictionary(grouping: meetings.flatMap { [($0.pair.seeker, $0), ($0.pair.startup, $0)] }, by: \.0)
    return agendas.values.reduce(0) { sum, agenda in
        let rooms = agenda.map(\.1).sorted { $0.slot < $1.slot }.map(\.room)
        return sum + zip(rooms, rooms.dropFirst()).count { $0 != $1 }
    }
}

/// Those of a plan that could still take place and do not, at their time.
@MainActor func moved(_ before: [MeetingSchedule.Meeting], _ after: [MeetingSchedule.Meeting]) -> Int {
    let now = Set(after.map { MeetingSchedule.Meeting($0.pair, slot: $0.slot) })
    return before.count { isStanding($0) && !now.contains(MeetingSchedule.Meeting($0.pair, slot: $0.slot)) }
}

@MainActor func isStanding(_ meeting: MeetingSchedule.Meeting) -> Bool {
    !gone.contains(meeting.pair.seeker) && !gone.contains(meeting.pair.startup)
}

let day = Day.large(seed: 7)
/// Three investors and two startups who call in sick.
let gone = [3, 30, 61].map(Day.investor) + [10, 41].map(Day.startup)

/// Plans a day, lets five people cancel, and tells of both.
@MainActor func plan(_ name: String, _ day: Day) {
    let later = day.without(gone)
    let (schedule, seconds) = timed { MeetingSchedule(day.wishes, rules: day.rules) }
    let (after, again) = timed { MeetingSchedule(later.wishes, rules: later.rules, keeping: schedule.meetings) }
    let anew = MeetingSchedule(later.wishes, rules: later.rules)
    demand(seconds < 5 && again < 5, "\(name): five seconds are over")
    for fault in day.faults(schedule.meetings) { demand(false, "\(name): \(fault)") }
    for fault in later.faults(after.meetings) { demand(false, "\(name), changed: \(fault)") }
    demand(moved(schedule.meetings, after.meetings) == after.report.moved.count, "\(name): moves are told wrongly")
    // No schedule with as many floors keeps more pairs than the pairs' plan, which lacks only the times. On a tight day that
    // bound says little.
    if name == "day" {
        demand(after.report.moved.count == after.report.fewestMoved, "\(name): fewer meetings could be moved")
    }
    let count = schedule.meetings.count
    tell("\(name).seconds", seconds, "s")
    tell("\(name).proved", schedule.report.isProvedBest ? 1 : 0, "1 if proved best")
    tell(
        "\(name).bound", Double(schedule.report.bound) / 1e9, "meetings wanted on both sides at most",
        ("ours", Double(schedule.report.bound) / Double(schedule.report.total)))
    tell("\(name).untimed", Double(schedule.report.untimed.count), "pairs planned and not held, \(count) held")
    let missed = schedule.report.unmet.reduce(0) { $0 + $1.promised - $1.given }
    tell("\(name).missed", Double(missed), "meetings promised and not held")
    let theirs = schedule.meetings.count { !isStanding($0) }
    tell("\(name).cancelled", Double(theirs), "meetings of those who cancel, of \(count)")
    tell("\(name).moved", Double(after.report.moved.count), "of the other meetings")
    tell("\(name).moved.fewest", Double(after.report.fewestMoved), "of the other meetings, at least")
    tell("\(name).moved.anew", Double(moved(schedule.meetings, anew.meetings)), "of the other meetings, planned anew")
    tell("\(name).rehoused", Double(after.report.rehoused.count), "of the other meetings, at another table")
    tell(
        "\(name).later", Double(after.report.total) / 1e9, "meetings wanted on both sides",
        ("anew", Double(after.report.total) / Double(anew.report.total)))
    tell("\(name).later.seconds", again, "s")
}

@MainActor func bench() {
    var rows: [(name: String, meetings: [MeetingSchedule.Meeting], seconds: Double)] = []
    func run(_ name: String, _ work: () -> [MeetingSchedule.Meeting]) {
        let (meetings, seconds) = timed(work)
        for fault in day.faults(meetings) { demand(false, "\(name): \(fault)") }
        rows.append((name, meetings, seconds))
    }
    var inventor = Inventor(state: 3)
    run("random") { firstFit(day.wishes.shuffled(using: &inventor), day) }
    run("greedy") { firstFit(bestFirst(day.wishes), day) }
    run("flow, first slot") {
        var easy = day.rules
        (easy.absences, easy.rooms) = ([:], nil)
        let planned = Set(MeetingSchedule(day.wishes, rules: easy).meetings.map(\.pair))
        return firstFit(bestFirst(day.wishes.filter { planned.contains($0.pair) }), day)
    }
    run("ours") { MeetingSchedule(day.wishes, rules: day.rules).meetings }
    guard let own = rows.last else { return }
    func total(_ meetings: [MeetingSchedule.Meeting]) -> Double { meetings.reduce(0) { $0 + Double($1.score) / 1e9 } }
    say("| | wanted on both sides | meetings | floors met | worst startup | walks | time to ours |")
    say("|---|---|---|---|---|---|---|")
    for row in rows {
        let ofStartups = Dictionary(grouping: row.meetings, by: \.pair.startup)
        let startups = Set(day.wishes.map(\.pair.startup))
        let floors = startups.count { ofStartups[$0, default: []].count >= day.rules.floor }
        let worst = startups.map { total(ofStartups[$0, default: []]) }.min() ?? 0
        let name = row.name.replacing(", ", with: "-").replacing(" ", with: "-")
        say(
            String(
                format: "| \(row.name) | %.1f | %d | %d of %d | %.2f | %d | %.3f |", total(row.meetings),
                row.meetings.count, floors, startups.count, worst, walks(row.meetings), row.seconds / own.seconds))
        tell(
            "\(name).total", total(row.meetings), "meetings wanted on both sides",
            ("ours", total(row.meetings) / total(own.meetings)))
        tell("\(name).meetings", Double(row.meetings.count), "meetings")
        tell("\(name).floors", Double(floors), "startups of \(startups.count) with \(day.rules.floor) meetings")
        tell("\(name).worst", worst, "meetings wanted on both sides, of the startup with least")
        tell("\(name).walks", Double(walks(row.meetings)), "changes of table")
        tell("\(name).time", row.seconds, "s", ("ours", row.seconds / own.seconds))
    }
    plan("day", day)
    plan("tight", Day.large(seed: 7, isTight: true))
}

struct Case: Encodable {
    let slots: Int
    let mostPerInvestor: Int
    let mostPerStartup: Int
    let floor: Int
    /// Investor, startup, score.
    let wishes: [[Int]]
    let forbidden: [[Int]]
    let investors: [[Int]]
    let startups: [[Int]]
    /// Places and the slots in which there are none; `nil` where there is room for all.
    let rooms: [[[Int]]]?
    /// Investor, startup, slot.
    let standing: [[Int]]
    /// Investor, startup, slot, room.
    let meetings: [[Int]]
    let isProvedBest: Bool
    let moved: Int
    let fewestMoved: Int
    let bound: Int

    init(_ day: Day, of people: (investors: Int, startups: Int) = (8, 8), keeping standing: [MeetingSchedule.Meeting]) {
        let schedule = MeetingSchedule(day.wishes, rules: day.rules, keeping: standing)
        func numbers(_ pair: Pair) -> [Int] { [Int(pair.seeker.low), Int(pair.startup.low)] }
        func away(_ key: Key) -> [Int] { (day.rules.absences[key] ?? []).sorted() }
        slots = day.rules.slots
        (mostPerInvestor, mostPerStartup) = (day.rules.mostPerInvestor, day.rules.mostPerStartup)
        floor = day.rules.floor
        wishes = day.wishes.map { numbers($0.pair) + [$0.score] }
        forbidden = day.rules.forbidden.sorted().map(numbers)
        investors = (0..<people.investors).map { away(Day.investor($0)) }
        startups = (0..<people.startups).map { away(Day.startup($0)) }
        rooms = day.rules.rooms?.sorted { $0.key < $1.key }.map { [[$0.value], away($0.key)] }
        self.standing = standing.map { numbers($0.pair) + [$0.slot] }
        meetings = schedule.meetings.map { numbers($0.pair) + [$0.slot, Int($0.room?.low ?? 0)] }
        isProvedBest = schedule.report.isProvedBest
        moved = schedule.report.moved.count
        fewestMoved = schedule.report.fewestMoved
        bound = schedule.report.bound
    }
}

/// Small days, the second half of them eight by eight by six; every third after cancellations.
@MainActor func handOver(_ path: String) throws {
    var lines: [Data] = []
    for seed in 0..<400 as Range<UInt64> {
        let day = Day.small(seed: seed, isLargest: seed >= 200)
        var found = Case(day, keeping: [])
        if seed.isMultiple(of: 3) {
            let before = MeetingSchedule(day.wishes, rules: day.rules).meetings
            var later = day.without([Day.investor(0)] + (seed.isMultiple(of: 2) ? [Day.startup(1)] : []))
            later.rules.floor = max(1, later.rules.floor)
            found = Case(later, keeping: before)
        }
        lines.append(try JSONEncoder().encode(found))
    }
    try Data(lines.joined(separator: Data("\n".utf8))).write(to: URL(filePath: path))
}

/// Large days from which five people cancel: first the bench's, then others, with whoever the lot falls on.
@MainActor func handOverLarge(_ path: String) throws {
    var lines: [Data] = []
    for seed in [7] + Array(0..<24) as [UInt64] {
        let day = Day.large(seed: seed)
        var inventor = Inventor(state: seed + 1000)
        let people = ((0..<80).map(Day.investor) + (0..<60).map(Day.startup)).shuffled(using: &inventor)
        let before = MeetingSchedule(day.wishes, rules: day.rules).meetings
        let later = day.without(lines.isEmpty ? gone : Array(people.prefix(5)))
        lines.append(try JSONEncoder().encode(Case(later, of: (80, 60), keeping: before)))
    }
    try Data(lines.joined(separator: Data("\n".utf8))).write(to: URL(filePath: path))
}

if CommandLine.arguments.count == 4, CommandLine.arguments[1] == "cases" {
    try handOver(CommandLine.arguments[2])
    try handOverLarge(CommandLine.arguments[3])
    plan("day", day)
} else {
    bench()
}
exit(faults.isEmpty ? 0 : 1)
