/// Whether a rule is met; what is not known is not guessed.
package enum RuleVerdict: String, Codable, Sendable, CaseIterable {
    case met
    case notMet = "not_met"
    case unknown

    init(_ flag: Bool?) {
        self = flag.map { $0 ? .met : .notMet } ?? .unknown
    }

    /// What the opposite rule's verdict would be.
    var opposite: RuleVerdict {
        switch self {
        case .met: .notMet
        case .notMet: .met
        case .unknown: .unknown
        }
    }
}

/// What came of asking a rule, in a form that pages can say.
package struct RuleFinding: Codable, Hashable, Sendable {
    /// A comparison the rule makes.
    package struct Check: Codable, Hashable, Sendable {
        /// What is measured.
        package let measure: Term
        /// How it is compared.
        package let comparison: Term.Comparison
        /// With what; nothing where a fact is missing.
        package let required: [FactValue]
        /// What it is compared with, where that is no value of the rule itself.
        package let bound: Term?
        /// What was found; nil where a fact is missing.
        package let found: FactValue?
        /// The schemes or names that were counted.
        package let counted: [String]
        /// What came of this comparison alone.
        package let verdict: RuleVerdict
    }

    /// Whether the rule is met.
    package let verdict: RuleVerdict
    /// The comparisons it makes, in order.
    package let checks: [Check]
    /// The facts it looked at, as they were declared.
    package let facts: DeclaredFacts
    /// The facts it would need and that nobody declared.
    package let missing: [String]

    /// A finding as it was kept.
    package init(verdict: RuleVerdict, checks: [Check], facts: DeclaredFacts, missing: [String]) {
        self.verdict = verdict
        self.checks = checks
        self.facts = facts
        self.missing = missing
    }
}

extension EligibilityRule {
    /// Asks the rule on a day. Never fails: what cannot be found within the limit of steps is unknown.
    package func finding(on day: Day, facts: DeclaredFacts, within limit: Int = 100_000) -> RuleFinding {
        var interpreter = Interpreter(facts: facts, today: day, steps: limit)
        let verdict = interpreter.verdict(of: term)
        var checks: [RuleFinding.Check] = []
        interpreter.explain(term, negated: false, into: &checks)
        let names = self.facts
        return RuleFinding(
            verdict: verdict, checks: checks, facts: facts.filter { names.contains($0.key) },
            missing: names.filter { facts[$0] == nil })
    }

    /// The comparisons the rule makes, whatever the facts: what a page says of a rule before anybody applies.
    package var demands: [RuleFinding.Check] {
        finding(on: Day(0), facts: [:]).checks
    }
}
