/// A part of a rule: a value, or a condition on values. Rules are data; nothing here is ever turned into a query.
package indirect enum Term: Hashable, Sendable {
    /// A value that stands in the rule.
    case literal(FactValue)
    /// A fact, by its name.
    case fact(String)
    /// A field of the award or holder that is being counted.
    case item(String)
    /// The day the rule is asked for.
    case today
    /// Whole days, months or years from a day until today.
    case since(Unit, Term)
    /// The day so much later than another.
    case after(Unit, Term, Int)
    /// The first number as a share of the second; a share of nothing is none.
    case share(Term, of: Term)
    /// How many items of a list meet a condition.
    case count(String, where: Term)
    /// Two values, compared.
    case compare(Comparison, Term, Term)
    /// Whether a value is one of several.
    case oneOf(Term, [FactValue])
    /// Whether all of these hold.
    case all([Term])
    /// Whether one of these holds.
    case any([Term])
    /// Whether it does not hold.
    case not(Term)

    /// What time is counted in.
    package enum Unit: String, Hashable, Sendable, CaseIterable {
        case days, months, years

        func add(_ count: Int, to day: Day) -> Day {
            switch self {
            case .days: return day.adding(days: count)
            case .months: return day.adding(months: count)
            case .years:
                let (months, overflow) = count.multipliedReportingOverflow(by: 12)
                return day.adding(months: overflow ? (count > 0 ? .max : .min) : months)
            }
        }

        func between(_ day: Day, and today: Day) -> Int {
            switch self {
            case .days: return today.number - day.number
            case .months: return day.months(until: today)
            case .years:
                // Rounded down, also before the day: eleven months to go are a year to come.
                let months = day.months(until: today)
                return months >= 0 ? months / 12 : -((11 - months) / 12)
            }
        }
    }

    /// How two values are compared.
    package enum Comparison: String, Hashable, Sendable, Codable, CaseIterable {
        case atLeast = "at_least"
        case atMost = "at_most"
        case moreThan = "more_than"
        case lessThan = "less_than"
        case equal
        case different
        /// One of several; a rule says it as `one_of`.
        case oneOf = "one_of"
        case noneOf = "none_of"

        /// What holds when this does not.
        var negated: Comparison {
            switch self {
            case .atLeast: .lessThan
            case .atMost: .moreThan
            case .moreThan: .atMost
            case .lessThan: .atLeast
            case .equal: .different
            case .different: .equal
            case .oneOf: .noneOf
            case .noneOf: .oneOf
            }
        }

        /// What holds of the other value.
        var turned: Comparison {
            switch self {
            case .atLeast: .atMost
            case .atMost: .atLeast
            case .moreThan: .lessThan
            case .lessThan: .moreThan
            default: self
            }
        }

        var needsOrder: Bool { self != .equal && self != .different }
    }
}

extension Term: CustomStringConvertible {
    /// The measure in short, for programs and logs: `months_since(founded_on)`.
    package var description: String {
        switch self {
        case .literal(let value): value.description
        case .fact(let name), .item(let name): name
        case .today: "today"
        case .since(let unit, let term): "\(unit.rawValue)_since(\(term))"
        case .after(let unit, let term, let count): "\(unit.rawValue)_after(\(term), \(count))"
        case .share(let part, let whole): "share(\(part), \(whole))"
        case .count(let list, let condition): "count(\(list) where \(condition))"
        case .compare(let comparison, let left, let right): "\(comparison.rawValue)(\(left), \(right))"
        case .oneOf(let term, let values): "one_of(\(term), \(values.map(\.description).joined(separator: " ")))"
        case .all(let terms): "all(\(terms.map(\.description).joined(separator: ", ")))"
        case .any(let terms): "any(\(terms.map(\.description).joined(separator: ", ")))"
        case .not(let term): "not(\(term))"
        }
    }
}

extension FactValue: CustomStringConvertible {
    /// The value as a program reads it; a share in hundredths of a per cent.
    package var description: String {
        switch self {
        case .integer(let number), .percent(let number): "\(number)"
        case .date(let day): day.description
        case .country(let text), .text(let text): text
        case .boolean(let flag): "\(flag)"
        case .awards(let awards): awards.map(\.scheme).joined(separator: ", ")
        case .holders(let holders): holders.map(\.name).joined(separator: ", ")
        }
    }
}
