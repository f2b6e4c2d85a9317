extension Term {
    /// A value that stands in a rule and that whoever keeps the rule may want to change: a threshold, a list of schemes.
    package struct Constant: Hashable, Sendable {
        /// What it is compared with, or what lies so far before it.
        package let measure: Term
        /// How it is compared; nil for the distance of a day.
        package let comparison: Comparison?
        /// The value.
        package let value: FactValue
    }

    /// The values that stand in the rule, from left to right.
    package var constants: [Constant] {
        var constants: [Constant] = []
        _ = replacingConstants { constant in
            constants.append(constant)
            return constant.value
        }
        return constants
    }

    /// The same rule with other values in place of its constants, which are handed over from left to right.
    package func replacingConstants(_ replace: (Constant) -> FactValue) -> Term {
        switch self {
        case .literal, .fact, .item, .today: return self
        case .since(let unit, let term): return .since(unit, term.replacingConstants(replace))
        case .after(let unit, let term, let count):
            let fresh = term.replacingConstants(replace)
            let constant = Constant(measure: .since(unit, term), comparison: nil, value: .integer(count))
            guard case .integer(let number) = replace(constant) else { return .after(unit, fresh, count) }
            return .after(unit, fresh, number)
        case .share(let part, let whole):
            return .share(part.replacingConstants(replace), of: whole.replacingConstants(replace))
        case .count(let list, let condition): return .count(list, where: condition.replacingConstants(replace))
        case .compare(let comparison, let left, let right):
            func side(_ term: Term, _ other: Term, _ comparison: Comparison) -> Term {
                guard case .literal(let value) = term, value.type != .boolean else {
                    return term.replacingConstants(replace)
                }
                return .literal(replace(Constant(measure: other, comparison: comparison, value: value)))
            }
            let first = side(left, right, comparison.turned)
            return .compare(comparison, first, side(right, left, comparison))
        case .oneOf(let term, let choices):
            let fresh = term.replacingConstants(replace)
            return .oneOf(
                fresh, choices.map { replace(Constant(measure: term, comparison: .oneOf, value: $0)) })
        case .all(let terms): return .all(terms.map { $0.replacingConstants(replace) })
        case .any(let terms): return .any(terms.map { $0.replacingConstants(replace) })
        case .not(let term): return .not(term.replacingConstants(replace))
        }
    }

    /// The same rule with other days in place of those that stand in it.
    package func replacingDays(_ replace: (Day) -> Day) -> Term {
        func fresh(_ value: FactValue) -> FactValue {
            if case .date(let day) = value { .date(replace(day)) } else { value }
        }
        return switch self {
        case .fact, .item, .today: self
        case .literal(let value): .literal(fresh(value))
        case .since(let unit, let term): .since(unit, term.replacingDays(replace))
        case .after(let unit, let term, let count): .after(unit, term.replacingDays(replace), count)
        case .share(let part, let whole): .share(part.replacingDays(replace), of: whole.replacingDays(replace))
        case .count(let list, let condition): .count(list, where: condition.replacingDays(replace))
        case .compare(let comparison, let left, let right):
            .compare(comparison, left.replacingDays(replace), right.replacingDays(replace))
        case .oneOf(let term, let values): .oneOf(term.replacingDays(replace), values.map(fresh))
        case .all(let terms): .all(terms.map { $0.replacingDays(replace) })
        case .any(let terms): .any(terms.map { $0.replacingDays(replace) })
        case .not(let term): .not(term.replacingDays(replace))
        }
    }
}
