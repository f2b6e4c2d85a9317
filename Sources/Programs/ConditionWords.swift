package import Eligibility
import Foundation
package import Pages
import Vocabulary
import Wording

/// Says rules and what came of them in a reader's language. Sentences are made of the rule itself, so that they say what is
/// asked, whatever its name was given.
package struct ConditionWords: Sendable {
    private let t: Texts

    /// Words in a language.
    package init(in language: Pages.Language) {
        t = PageKit.programs.texts(in: language)
    }

    /// What a fact is called.
    package func name(of fact: ApplicantFact) -> String { t("condition.fact.\(fact.rawValue)") }

    /// What a check requires: “Full-time staff: at least 2”.
    package func requirement(_ check: RuleFinding.Check) -> String {
        if case .count(let list, let condition) = check.measure, check.comparison == .atMost,
            check.required == [.integer(0)]
        {
            return t("condition.none", ["list": name(list), "condition": self.condition(condition)])
        }
        if check.required == [.boolean(true)] || check.required == [.boolean(false)] {
            let values = ["condition": condition(check.measure)]
            return check.required == [.boolean(true)]
                ? t("condition.holds", values) : t("condition.holds_not", values)
        }
        return t(
            "condition.requirement",
            [
                "measure": measure(check.measure),
                "bound": bound(check),
            ])
    }

    /// What a check found: “3 months”; that a fact is missing, if one is.
    package func found(_ check: RuleFinding.Check) -> String {
        guard let found = check.found else { return t("condition.missing") }
        let value = value(found, of: check.measure)
        return check.counted.isEmpty ? value : t("condition.counted", ["value": value, "items": listed(check.counted)])
    }

    /// A value of a fact by itself.
    package func value(_ value: FactValue) -> String {
        switch value {
        case .integer(let number): Figures.grouped(number)
        case .percent(let points): Self.percent(points)
        case .date(let day): CalendarDate(daysSince1970: day.number).text(in: t.language)
        case .country(let code): Country(code)?.name(in: Vocabulary.Language(t.language)) ?? code
        case .boolean(let flag): flag ? t("condition.yes") : t("condition.no")
        case .text(let text): text
        case .awards(let awards): awards.isEmpty ? t("condition.no_items") : listed(awards.map(\.scheme))
        case .holders(let holders):
            holders.isEmpty
                ? t("condition.no_items") : listed(holders.map { "\($0.name) (\(Self.percent($0.share)))" })
        }
    }

    /// A part of a rule as it is measured: “Months since: Date of incorporation”.
    package func measure(_ term: Term) -> String {
        switch term {
        case .literal(let value): self.value(value)
        case .fact(let name): self.name(name)
        case .item(let name): t("condition.item.\(name)")
        case .today: t("condition.today")
        case .since(_, let day): t("condition.since", ["day": measure(day)])
        case .after(let unit, let day, let count):
            t("condition.after", ["time": t("condition.\(unit.rawValue)", count: count), "day": measure(day)])
        case .share(let part, let whole): t("condition.share", ["part": measure(part), "whole": measure(whole)])
        case .count(let list, let condition):
            t("condition.count", ["list": name(list), "condition": self.condition(condition)])
        case .compare, .oneOf, .all, .any, .not: condition(term)
        }
    }

    /// What a constant of a rule is the value of, as the label of a field.
    func label(_ constant: Term.Constant) -> String {
        guard let comparison = constant.comparison else {
            return t("condition.distance", ["day": measure(constant.measure)])
        }
        return t(
            "condition.requirement",
            [
                "measure": measure(constant.measure),
                "bound": t("condition.\(comparison.rawValue)", ["value": unit(constant)]),
            ])
    }

    private func unit(_ constant: Term.Constant) -> String {
        if case .since(let unit, _) = constant.measure { return t("condition.unit.\(unit.rawValue)") }
        return t("condition.unit.\(constant.value.type.rawValue)")
    }

    private func condition(_ term: Term) -> String {
        switch term {
        case .compare(let comparison, let left, let right):
            if case .literal = left, case .literal = right { break }
            if case .literal(let value) = left { return sentence(right, comparison.mirrored, [value]) }
            if case .literal(let value) = right { return sentence(left, comparison, [value]) }
            return t(
                "condition.sentence",
                [
                    "measure": measure(left),
                    "bound": t("condition.\(comparison.rawValue)", ["value": measure(right)]),
                ])
        case .oneOf(let measure, let values): return sentence(measure, .oneOf, values)
        case .all(let terms): return terms.map(condition).joined(separator: t("condition.and"))
        case .any(let terms): return terms.map(condition).joined(separator: t("condition.or"))
        case .not(let term): return t("condition.not", ["condition": condition(term)])
        default: break
        }
        return measure(term)
    }

    private func sentence(_ measure: Term, _ comparison: Term.Comparison, _ values: [FactValue]) -> String {
        t(
            "condition.sentence",
            ["measure": self.measure(measure), "bound": bound(comparison, values, of: measure)])
    }

    private func bound(_ check: RuleFinding.Check) -> String {
        // The day one applies is said as such, and so is what has no value yet.
        guard let term = check.bound, check.required.isEmpty || term == .today else {
            return bound(check.comparison, check.required, of: check.measure)
        }
        return t("condition.\(check.comparison.rawValue)", ["value": measure(term)])
    }

    private func bound(_ comparison: Term.Comparison, _ values: [FactValue], of measure: Term) -> String {
        guard !values.isEmpty else { return t("condition.missing") }
        return t("condition.\(comparison.rawValue)", ["value": listed(values.map { value($0, of: measure) })])
    }

    /// A value with the unit of what it is a value of.
    private func value(_ value: FactValue, of measure: Term) -> String {
        if case .since(let unit, _) = measure, case .integer(let number) = value {
            return t("condition.\(unit.rawValue)", count: number)
        }
        return self.value(value)
    }

    private func name(_ fact: String) -> String { ApplicantFact(rawValue: fact).map(name(of:)) ?? fact }

    private func listed(_ words: [String]) -> String { words.joined(separator: t("condition.comma")) }

    /// “12.5 %” of 1,250 hundredths.
    package static func percent(_ points: Int) -> String {
        points.isMultiple(of: 100) ? "\(points / 100) %" : "\(Figures.amount(minor: points, digits: 2)) %"
    }
}

extension Term.Comparison {
    /// What holds of the other side.
    fileprivate var mirrored: Term.Comparison {
        switch self {
        case .atLeast: .atMost
        case .atMost: .atLeast
        case .moreThan: .lessThan
        case .lessThan: .moreThan
        default: self
        }
    }
}
