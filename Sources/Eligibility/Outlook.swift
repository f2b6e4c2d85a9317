/// When rules will be met, the facts staying as they are.
package enum Outlook: Hashable, Sendable {
    /// They are met.
    case now
    /// They are from this day on, for a while at least.
    case on(Day)
    /// They never are, unless the facts change.
    case never
    /// A fact is missing, or it would take too long to tell.
    case unknown

    /// When all the rules will be met, counted from a day.
    ///
    /// A rule's answer turns only on days that follow from the rule and the facts. They are found first, and the rule is
    /// asked on each: between two of them nothing turns. So the day is exact, without asking day by day.
    package init(of rules: [EligibilityRule], after day: Day, facts: DeclaredFacts, within limit: Int = 2_000_000) {
        var steps = limit
        var lines: [[(from: Day, verdict: RuleVerdict)]] = []
        for rule in rules {
            guard let line = rule.line(after: day, facts, &steps) else {
                self = .unknown
                return
            }
            lines.append(line)
        }
        if lines.allSatisfy({ $0.first?.verdict == .met }) {
            self = .now
            return
        }
        let days = Set(lines.joined().map(\.from)).filter { $0 > day }.sorted()
        var places = Array(repeating: 0, count: lines.count)
        for day in days {
            var isMet = true
            for (index, line) in lines.enumerated() {
                while places[index] + 1 < line.count, line[places[index] + 1].from <= day { places[index] += 1 }
                if line[places[index]].verdict != .met { isMet = false }
            }
            if isMet {
                self = .on(day)
                return
            }
        }
        self = lines.contains { $0.contains { $0.verdict == .unknown } } ? .unknown : .never
    }
}

extension EligibilityRule {
    /// The verdicts from a day on, each from the day it begins to hold; nil out of steps.
    fileprivate func line(
        after day: Day, _ facts: DeclaredFacts, _ steps: inout Int
    ) -> [(from: Day, verdict: RuleVerdict)]? {
        var walker = Interpreter(facts: facts, today: day, steps: steps)
        var days: Set<Day> = []
        walker.turningDays(of: term, nil, into: &days)
        steps = walker.steps
        var line: [(from: Day, verdict: RuleVerdict)] = []
        for turn in [day] + days.filter({ $0 > day }).sorted() {
            var interpreter = Interpreter(facts: facts, today: turn, steps: steps)
            line.append((turn, interpreter.verdict(of: term)))
            steps = interpreter.steps
            guard steps > 0 else { return nil }
        }
        return line
    }
}

extension Interpreter {
    /// The days on which the answer of a condition may turn: perhaps too many, never too few.
    fileprivate mutating func turningDays(of term: Term, _ item: Item?, into days: inout Set<Day>) {
        guard step() else { return }
        switch term {
        case .compare(_, let left, let right):
            turn(left, at: value(of: right, item), item, &days)
            turn(right, at: value(of: left, item), item, &days)
            turningDays(of: left, item, into: &days)
            turningDays(of: right, item, into: &days)
        case .oneOf(let measure, let choices):
            for choice in choices { turn(measure, at: .value(choice), item, &days) }
            turningDays(of: measure, item, into: &days)
        case .count(let list, let condition):
            for item in items(of: list) ?? [] { turningDays(of: condition, item, into: &days) }
        case .item("running"):
            guard case .award(let award) = item else { return }
            if let from = award.from { days.insert(from) }
            if let until = award.until { days.insert(until.adding(days: 1)) }
        default:
            for part in term.parts { turningDays(of: part, item, into: &days) }
        }
    }

    /// Where what turns day by day passes a bound that does not.
    private mutating func turn(_ term: Term, at bound: Found, _ item: Item?, _ days: inout Set<Day>) {
        guard let bounds = bound.bounds else { return }
        for number in [bounds.low, bounds.high] {
            switch term {
            case .today:
                days.insert(Day(number))
                days.insert(Day(number).adding(days: 1))
            case .since(let unit, let origin):
                guard case .value(.date(let day)) = value(of: origin, item) else { return }
                // An age is at least a number from the day on that lies so far after its origin.
                days.insert(unit.add(number, to: day))
                days.insert(unit.add(number < .max ? number + 1 : number, to: day))
            default: return
            }
        }
    }
}
