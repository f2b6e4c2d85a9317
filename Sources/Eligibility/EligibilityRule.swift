/// A condition on declared facts that was checked against what facts there are: it can be asked without failing.
package struct EligibilityRule: Hashable, Sendable {
    /// The condition.
    package let term: Term

    /// How deep terms may lie in each other.
    package static let deepest = 16
    /// How many terms a rule may have.
    package static let largest = 200
    /// The most items of a list that are looked at; further ones are refused where facts are declared.
    package static let longestList = 50
    /// The longest text a rule compares with.
    package static let longestText = 200
    /// The largest number, up or down.
    package static let largestNumber = 1_000_000_000_000
    /// How long a path in JSON may be before reading stops: no term of the depth above has a longer one.
    static let longestPath = 4 * deepest

    /// Checks a term: its types, its size, and that what turns with time is compared with what does not, so that the days on
    /// which the answer may turn can be told. Throws the first refusal, which points to the term at fault.
    ///
    /// - Parameter facts: the facts there are, by name.
    package init(_ term: Term, over facts: [String: FactType]) throws(RuleRefusal) {
        var checker = RuleChecker(facts: facts)
        let found = try checker.check(term, at: [], depth: 1, item: nil)
        guard found.type == .boolean else { throw RuleRefusal([], .expected(.boolean, found.type)) }
        self.term = term
    }

    /// A rule that was checked when it was stored.
    package init(stored term: Term) {
        self.term = term
    }

    /// The names of the facts it looks at, each once, in the order of the rule.
    package var facts: [String] {
        var (names, seen): ([String], Set<String>) = ([], [])
        func walk(_ term: Term) {
            switch term {
            case .fact(let name): if seen.insert(name).inserted { names.append(name) }
            case .count(let name, let condition):
                if seen.insert(name).inserted { names.append(name) }
                walk(condition)
            default: term.parts.forEach(walk)
            }
        }
        walk(term)
        return names
    }
}

/// Why a rule cannot be kept.
package struct RuleRefusal: Error, Hashable, Sendable {
    /// What is wrong.
    package enum Reason: Hashable, Sendable {
        /// There is no such fact.
        case unknownFact(String)
        /// What is counted has no such field, or nothing is being counted.
        case unknownField(String)
        /// A value of one kind is needed where another stands.
        case expected(FactType, FactType)
        /// Values of two kinds are compared.
        case mismatch(FactType, FactType)
        /// Values without an order are put in one.
        case unordered(FactType)
        /// A list stands where a single value is needed, or the other way round.
        case list
        /// What turns with time is compared with what turns, too, or reckoned with.
        case turning
        /// Lists are counted within each other.
        case nestedCount
        /// Nothing is listed.
        case empty
        /// It lies too deep.
        case tooDeep
        /// It is too large.
        case tooLarge
        /// A number or a text is beyond what rules compare with.
        case outOfRange
    }

    /// Where in the rule, as a JSON pointer.
    package let pointer: String
    /// What is wrong there.
    package let reason: Reason

    init(_ path: [String], _ reason: Reason) {
        pointer = path.map { "/" + $0 }.joined()
        self.reason = reason
    }
}

extension Term {
    /// The terms it is made of.
    var parts: [Term] {
        switch self {
        case .literal, .fact, .item, .today: []
        case .since(_, let term), .after(_, let term, _), .count(_, let term), .oneOf(let term, _), .not(let term):
            [term]
        case .share(let one, let other), .compare(_, let one, let other): [one, other]
        case .all(let terms), .any(let terms): terms
        }
    }
}

/// Finds out what kind of thing a term is, and whether it turns with time.
private struct RuleChecker {
    enum Turning {
        /// The same on every day.
        case never
        /// On days that can be told.
        case inSteps
        /// Day by day.
        case always
    }

    let facts: [String: FactType]
    private var terms = 0

    init(facts: [String: FactType]) {
        self.facts = facts
    }

    mutating func check(
        _ term: Term, at path: [String], depth: Int, item: FactType?
    ) throws(RuleRefusal) -> (type: FactType, turning: Turning) {
        terms += 1
        guard depth <= EligibilityRule.deepest else { throw RuleRefusal(path, .tooDeep) }
        guard terms <= EligibilityRule.largest else { throw RuleRefusal(path, .tooLarge) }
        switch term {
        case .literal(let value):
            try check(value, at: path)
            return (value.type, .never)
        case .fact(let name):
            guard let type = facts[name] else { throw RuleRefusal(path + ["fact"], .unknownFact(name)) }
            guard !type.isList else { throw RuleRefusal(path, .list) }
            return (type, .never)
        case .item(let name):
            guard let type = item?.fields[name] else { throw RuleRefusal(path + ["item"], .unknownField(name)) }
            return (type, name == "running" ? .inSteps : .never)
        case .today: return (.date, .always)
        case .since(let unit, let day):
            let place = path + ["\(unit.rawValue)_since"]
            try expect(.date, day, at: place, depth, item)
            return (.integer, .always)
        case .after(let unit, let day, let count):
            let place = path + ["\(unit.rawValue)_after"]
            guard count.magnitude <= 200_000 else { throw RuleRefusal(place + ["1"], .outOfRange) }
            try expect(.date, day, at: place + ["0"], depth, item)
            return (.date, .never)
        case .share(let part, let whole):
            try expect(.integer, part, at: path + ["share", "0"], depth, item)
            try expect(.integer, whole, at: path + ["share", "1"], depth, item)
            return (.percent, .never)
        case .count(let list, let condition):
            guard item == nil else { throw RuleRefusal(path, .nestedCount) }
            guard let type = facts[list] else { throw RuleRefusal(path + ["count", "of"], .unknownFact(list)) }
            guard type.isList else { throw RuleRefusal(path + ["count", "of"], .list) }
            let found = try check(condition, at: path + ["count", "where"], depth: depth + 1, item: type)
            guard found.type == .boolean else {
                throw RuleRefusal(path + ["count", "where"], .expected(.boolean, found.type))
            }
            return (.integer, found.turning)
        case .compare(let comparison, let left, let right):
            let place = path + [comparison.rawValue]
            let one = try check(left, at: place + ["0"], depth: depth + 1, item: item)
            let other = try check(right, at: place + ["1"], depth: depth + 1, item: item)
            guard one.type == other.type else { throw RuleRefusal(place, .mismatch(one.type, other.type)) }
            guard !comparison.needsOrder || one.type.isOrdered else { throw RuleRefusal(place, .unordered(one.type)) }
            return (.boolean, try together(one.turning, other.turning, at: place))
        case .oneOf(let value, let choices):
            let place = path + ["one_of"]
            guard !choices.isEmpty, choices.count <= 100 else {
                throw RuleRefusal(place + ["1"], choices.isEmpty ? .empty : .tooLarge)
            }
            let found = try check(value, at: place + ["0"], depth: depth + 1, item: item)
            for (index, choice) in choices.enumerated() {
                terms += 1
                try check(choice, at: place + ["1", "\(index)"])
                guard choice.type == found.type else {
                    throw RuleRefusal(place + ["1", "\(index)"], .mismatch(found.type, choice.type))
                }
            }
            return (.boolean, found.turning == .never ? .never : .inSteps)
        case .all(let conditions): return (.boolean, try check(conditions, at: path + ["all"], depth, item))
        case .any(let conditions): return (.boolean, try check(conditions, at: path + ["any"], depth, item))
        case .not(let condition):
            return (.boolean, try check([condition], at: path, depth, item, name: { _ in "not" }))
        }
    }

    private mutating func check(
        _ conditions: [Term], at path: [String], _ depth: Int, _ item: FactType?,
        name: (Int) -> String = { "\($0)" }
    ) throws(RuleRefusal) -> Turning {
        guard !conditions.isEmpty else { throw RuleRefusal(path, .empty) }
        var turning = Turning.never
        for (index, condition) in conditions.enumerated() {
            let place = path + [name(index)]
            let found = try check(condition, at: place, depth: depth + 1, item: item)
            guard found.type == .boolean else { throw RuleRefusal(place, .expected(.boolean, found.type)) }
            if found.turning != .never { turning = .inSteps }
        }
        return turning
    }

    /// A part that is reckoned with must be the same on every day.
    private mutating func expect(
        _ type: FactType, _ term: Term, at path: [String], _ depth: Int, _ item: FactType?
    ) throws(RuleRefusal) {
        let found = try check(term, at: path, depth: depth + 1, item: item)
        guard found.type == type else { throw RuleRefusal(path, .expected(type, found.type)) }
        guard found.turning == .never else { throw RuleRefusal(path, .turning) }
    }

    private func together(_ one: Turning, _ other: Turning, at path: [String]) throws(RuleRefusal) -> Turning {
        switch (one, other) {
        case (.never, .never): return .never
        case (.always, .never), (.never, .always), (.inSteps, .never), (.never, .inSteps), (.inSteps, .inSteps):
            return .inSteps
        default: throw RuleRefusal(path, .turning)
        }
    }

    private func check(_ value: FactValue, at path: [String]) throws(RuleRefusal) {
        switch value {
        case .integer(let number):
            guard number.magnitude <= EligibilityRule.largestNumber else { throw RuleRefusal(path, .outOfRange) }
        case .percent(let points):
            guard (0...10_000).contains(points) else { throw RuleRefusal(path, .outOfRange) }
        case .country(let code):
            guard code.utf8.count == 2, code.utf8.allSatisfy((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains) else {
                throw RuleRefusal(path, .outOfRange)
            }
        case .text(let text):
            guard !text.isEmpty, text.unicodeScalars.count <= EligibilityRule.longestText else {
                throw RuleRefusal(path, .outOfRange)
            }
        case .date, .boolean: break
        case .awards, .holders: throw RuleRefusal(path, .list)
        }
    }
}
