// Plans days of meetings as ranking.py draws them, without a floor and with one.
//
// From standard input: a line for each pair, `day investor startup score`, the score in thousandths of a point. To standard
// output: a line of JSON for each day, with what the meetings are worth as chances, the startups that have fewer than
// the floor, and the seconds it took, each without and with the floor.
import Matching

let floor = 3
let slots = 8

var days: [Int: [(pair: Pair, score: Int)]] = [:]
while let line = readLine() {
    let numbers = line.split(separator: " ").compactMap { Int($0) }
    guard numbers.count == 4, numbers[1] >= 0, numbers[2] >= 0 else { fatalError("not a pair: \(line)") }
    let pair = Pair(Key(high: 0, low: UInt64(numbers[1])), Key(high: 1, low: UInt64(numbers[2])))
    days[numbers[0], default: []].append((pair, numbers[3]))
}
for (number, pairs) in days.sorted(by: { $0.key < $1.key }) {
    // The level is that of the meetings each investor would ask for.
    let asked = Dictionary(grouping: pairs, by: \.pair.seeker).values
        .flatMap { $0.map(\.score).sorted(by: >).prefix(slots) }
    let chances = Chances(of: asked)
    let wishes = pairs.map { MeetingSchedule.Wish($0.pair, score: chances[$0.score]) }
    let startups = Set(pairs.map(\.pair.startup))
    var (totals, below, seconds): ([Int], [Int], [Double]) = ([], [], [])
    for promised in [0, floor] {
        let rules = MeetingSchedule.Rules(slots: slots, floor: promised)
        let clock = ContinuousClock()
        let began = clock.now
        let schedule = MeetingSchedule(wishes, rules: rules)
        seconds.append((clock.now - began) / .seconds(1))
        totals.append(schedule.report.total)
        let meetings = Dictionary(grouping: schedule.meetings, by: \.pair.startup)
        below.append(startups.count { (meetings[$0]?.count ?? 0) < floor })
    }
    print(#"{"day": \#(number), "totals": \#(totals), "below": \#(below), "seconds": \#(seconds)}"#)
}
