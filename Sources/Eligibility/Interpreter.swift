/// Walks a rule over facts, a step a term. It has no way to fail: out of steps, or with a value of the wrong kind, the
/// answer is unknown.
struct Interpreter {
    /// What a term was found to be.
    enum Found: Equatable {
        case missing
        case value(FactValue)
        /// A number between these two, where not all of what is counted is known.
        case between(Int, Int)
    }

    /// What is being counted.
    enum Item {
        case award(Award)
        case holder(HeldShare)
    }

    let facts: DeclaredFacts
    let today: Day
    var steps: Int

    mutating func verdict(of term: Term, _ item: Item? = nil) -> RuleVerdict {
        guard step() else { return .unknown }
        switch term {
        case .all(let conditions):
            var verdict = RuleVerdict.met
            for condition in conditions {
                switch self.verdict(of: condition, item) {
                case .notMet: return .notMet
                case .unknown: verdict = .unknown
                case .met: break
                }
            }
            return verdict
        case .any(let conditions):
            var verdict = RuleVerdict.notMet
            for condition in conditions {
                switch self.verdict(of: condition, item) {
                case .met: return .met
                case .unknown: verdict = .unknown
                case .notMet: break
                }
            }
            return verdict
        case .not(let condition): return verdict(of: condition, item).opposite
        case .compare(let comparison, let left, let right):
            return Self.compare(comparison, value(of: left, item), value(of: right, item))
        case .oneOf(let term, let choices):
            let found = value(of: term, item)
            var verdict = RuleVerdict.notMet
            for choice in choices {
                switch Self.compare(.equal, found, .value(choice)) {
                case .met: return .met
                case .unknown: verdict = .unknown
                case .notMet: break
                }
            }
            return verdict
        default:
            guard case .value(.boolean(let flag)) = value(of: term, item) else { return .unknown }
            return RuleVerdict(flag)
        }
    }

    mutating func value(of term: Term, _ item: Item? = nil) -> Found {
        guard step() else { return .missing }
        switch term {
        case .literal(let value): return .value(value)
        case .fact(let name): return facts[name].map(Found.value) ?? .missing
        case .item(let name): return item.flatMap { $0.field(name, on: today) }.map(Found.value) ?? .missing
        case .today: return .value(.date(today))
        case .since(let unit, let term):
            guard case .value(.date(let day)) = value(of: term, item) else { return .missing }
            return .value(.integer(unit.between(day, and: today)))
        case .after(let unit, let term, let count):
            guard case .value(.date(let day)) = value(of: term, item) else { return .missing }
            return .value(.date(unit.add(count, to: day)))
        case .share(let part, let whole):
            guard case .value(.integer(let some)) = value(of: part, item),
                case .value(.integer(let all)) = value(of: whole, item)
            else { return .missing }
            guard some > 0, all > 0 else { return .value(.percent(0)) }
            let (scaled, overflow) = some.multipliedReportingOverflow(by: 10_000)
            return overflow ? .missing : .value(.percent(scaled / all))
        case .count(let list, let condition):
            guard let items = items(of: list) else { return .missing }
            var (surely, perhaps) = (0, 0)
            for item in items {
                switch verdict(of: condition, item) {
                case .met: surely += 1
                case .unknown: perhaps += 1
                case .notMet: break
                }
            }
            return perhaps == 0 ? .value(.integer(surely)) : .between(surely, surely + perhaps)
        case .compare, .oneOf, .all, .any, .not:
            switch verdict(of: term, item) {
            case .met: return .value(.boolean(true))
            case .notMet: return .value(.boolean(false))
            case .unknown: return .missing
            }
        }
    }

    func items(of list: String) -> [Item]? {
        switch facts[list] {
        case .awards(let awards): awards.prefix(EligibilityRule.longestList).map(Item.award)
        case .holders(let holders): holders.prefix(EligibilityRule.longestList).map(Item.holder)
        default: nil
        }
    }

    mutating func step() -> Bool {
        guard steps > 0 else { return false }
        steps -= 1
        return true
    }

    private static func compare(_ comparison: Term.Comparison, _ one: Found, _ other: Found) -> RuleVerdict {
        switch (one, other) {
        case (.missing, _), (_, .missing): return .unknown
        case (.value(let left), .value(let right)) where left.type == right.type && !left.isNumber:
            switch comparison {
            case .equal, .oneOf: return RuleVerdict(left.isEqual(to: right))
            case .different, .noneOf: return RuleVerdict(!left.isEqual(to: right))
            default: return .unknown
            }
        default:
            guard let left = one.bounds, let right = other.bounds, one.kind == other.kind else { return .unknown }
            switch comparison {
            case .atLeast: return RuleVerdict(left.low >= right.high ? true : left.high < right.low ? false : nil)
            case .atMost: return RuleVerdict(left.high <= right.low ? true : left.low > right.high ? false : nil)
            case .moreThan: return RuleVerdict(left.low > right.high ? true : left.high <= right.low ? false : nil)
            case .lessThan: return RuleVerdict(left.high < right.low ? true : left.low >= right.high ? false : nil)
            case .equal, .oneOf: return equality(left, right)
            case .different, .noneOf: return equality(left, right).opposite
            }
        }
    }

    private static func equality(_ left: (low: Int, high: Int), _ right: (low: Int, high: Int)) -> RuleVerdict {
        if left.high < right.low || right.high < left.low { return .notMet }
        return left.low == left.high && right.low == right.high ? .met : .unknown
    }
}

extension Interpreter {
    /// Lists the comparisons of a term with what they found.
    mutating func explain(_ term: Term, negated: Bool, into checks: inout [RuleFinding.Check]) {
        switch term {
        case .all(let conditions), .any(let conditions):
            for condition in conditions { explain(condition, negated: negated, into: &checks) }
        case .not(let condition): explain(condition, negated: !negated, into: &checks)
        case .compare(let comparison, let left, let right):
            var (measure, bound, said) = (left, right, comparison)
            if case .literal = left { (measure, bound, said) = (right, left, comparison.turned) }
            let required = value(of: bound)
            var other: Term? = bound
            if case .literal = bound { other = nil }
            note(
                measure, negated ? said.negated : said, required.shown.map { [$0] } ?? [], term, negated, &checks,
                bound: other)
        case .oneOf(let measure, let choices):
            note(measure, negated ? .noneOf : .oneOf, choices, term, negated, &checks)
        default: note(term, .equal, [.boolean(!negated)], term, negated, &checks)
        }
    }

    private mutating func note(
        _ measure: Term, _ comparison: Term.Comparison, _ required: [FactValue], _ condition: Term, _ negated: Bool,
        _ checks: inout [RuleFinding.Check], bound: Term? = nil
    ) {
        let verdict = verdict(of: condition)
        var counted: [String] = []
        if case .count(let list, let wanted) = measure {
            for item in items(of: list) ?? [] where self.verdict(of: wanted, item) != .notMet {
                counted.append(item.name)
            }
        }
        checks.append(
            RuleFinding.Check(
                measure: measure, comparison: comparison, required: required, bound: bound,
                found: value(of: measure).shown,
                counted: counted, verdict: negated ? verdict.opposite : verdict))
    }
}

extension Interpreter.Found {
    /// The value, or the least a number can be.
    var shown: FactValue? {
        switch self {
        case .missing: nil
        case .value(let value): value
        case .between(let low, _): .integer(low)
        }
    }

    var bounds: (low: Int, high: Int)? {
        switch self {
        case .missing: nil
        case .between(let low, let high): (low, high)
        case .value(.integer(let number)), .value(.percent(let number)): (number, number)
        case .value(.date(let day)): (day.number, day.number)
        case .value: nil
        }
    }

    fileprivate var kind: FactType? {
        switch self {
        case .missing: nil
        case .between: .integer
        case .value(let value): value.type
        }
    }
}

extension FactValue {
    fileprivate var isNumber: Bool { type.isOrdered }

    fileprivate func isEqual(to other: FactValue) -> Bool {
        if case .text(let one) = self, case .text(let two) = other { return one.folded == two.folded }
        return self == other
    }
}

extension Interpreter.Item {
    /// What the item is called.
    var name: String {
        switch self {
        case .award(let award): award.scheme
        case .holder(let holder): holder.name
        }
    }

    func field(_ name: String, on today: Day) -> FactValue? {
        switch (self, name) {
        case (.award(let award), "scheme"): .text(award.scheme)
        case (.award(let award), "source"): award.source.map(FactValue.text)
        case (.award(let award), "project"): award.project.map(FactValue.text)
        case (.award(let award), "from"): award.from.map(FactValue.date)
        case (.award(let award), "until"): award.until.map(FactValue.date)
        case (.award(let award), "running"): award.isRunning(on: today).map(FactValue.boolean)
        case (.award(let award), "held_in_common"): .percent(award.heldInCommon)
        case (.holder(let holder), "name"): .text(holder.name)
        case (.holder(let holder), "share"): .percent(holder.share)
        default: nil
        }
    }
}
