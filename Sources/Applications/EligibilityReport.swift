package import Eligibility
package import Programs
package import Vocabulary

/// What came of the conditions of a call for one applicant on a day, rule by rule.
package struct EligibilityReport: Sendable, Equatable {
    /// One condition with what came of it.
    package struct Result: Sendable, Equatable {
        /// The condition.
        package let condition: CallCondition
        /// What was found, and what is required.
        package let finding: RuleFinding
        /// When the condition alone will be met, the facts staying as they are.
        package let outlook: Outlook
    }

    /// The day it was asked for.
    package let on: Day
    /// The conditions in the order of the call.
    package let results: [Result]
    /// When everything that blocks will be met.
    package let outlook: Outlook

    /// Asks all conditions.
    package init(_ conditions: [CallCondition], of facts: DeclaredFacts, on day: Day) {
        on = day
        results = conditions.map { condition in
            Result(
                condition: condition, finding: condition.rule.finding(on: day, facts: facts),
                outlook: Outlook(of: [condition.rule], after: day, facts: facts))
        }
        outlook = Outlook(of: conditions.filter(\.blocks).map(\.rule), after: day, facts: facts)
    }

    /// What keeps the application from being handed in: what blocks and is not met, or not known to be.
    package var obstacles: [Result] { results.filter { $0.condition.blocks && $0.finding.verdict != .met } }

    /// Whether it can be handed in: not met where something is not, unknown where something still is.
    package var verdict: RuleVerdict {
        let verdicts = obstacles.map(\.finding.verdict)
        return verdicts.contains(.notMet) ? .notMet : verdicts.isEmpty ? .met : .unknown
    }

    /// Refuses what does not meet a blocking condition.
    func checkAdmits() throws(ApplicationRefusal) {
        guard obstacles.isEmpty else { throw .notEligible(obstacles) }
    }
}

extension Day {
    /// The day of a calendar date.
    package init(_ date: CalendarDate) {
        self.init(date.daysSince1970)
    }
}

extension CalendarDate {
    /// The calendar date of a day.
    package init(_ day: Day) {
        self.init(daysSince1970: day.number)
    }
}
