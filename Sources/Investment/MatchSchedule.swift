package import API
package import Accounts
package import Foundation
package import Vocabulary

/// Match runs that come by themselves: one every so many weeks, on the day that was named first. Their lists wait for a manager
/// to release them, as those of any run.
package struct MatchSchedule: Codable, Sendable, Equatable {
    /// Weeks from one run to the next.
    package let weeks: Int
    /// The day of the next run, which is asked for when it begins in UTC.
    package let nextOn: CalendarDate
    /// How many startups a shortlist holds at most.
    package let length: Int
    /// What its runs keep to in sharing startups out; nil where nothing was asked for.
    package let rules: MatchRules?
    /// When it was set as it is.
    package let setAt: Date
    /// Who set it; its runs are asked for in their name.
    package let setBy: Person.ID

    /// The first day of the rhythm after another day. What was missed while nothing ran is not made up for: one run looks at
    /// all there is.
    static func next(after day: CalendarDate, from dueOn: CalendarDate, everyWeeks weeks: Int) -> CalendarDate {
        let period = 7 * weeks
        let passed = max(0, day.daysSince1970 - dueOn.daysSince1970)
        return dueOn.adding(days: (passed / period + 1) * period)
    }
}

/// What a manager sets.
package struct NewMatchSchedule: Codable, Sendable, Equatable {
    /// Weeks from one run to the next, 1 to 26.
    package var weeks: Int
    /// The day of the first run, from today on, within a year.
    package var firstOn: CalendarDate
    /// How many startups a shortlist holds at most, 1 to 200; 20 unless given.
    package var length: Int?
    /// What to keep to in sharing startups out; nothing unless given.
    package var rules: MatchRules?

    /// Runs from a day on.
    package init(everyWeeks weeks: Int, from firstOn: CalendarDate, length: Int? = nil, rules: MatchRules? = nil) {
        self.weeks = weeks
        self.firstOn = firstOn
        self.length = length
        self.rules = rules
    }

    func check(today: CalendarDate) throws {
        guard (1...26).contains(weeks) else { throw MatchScheduleRefusal.weeksOutOfRange }
        guard (today...today.adding(months: 12)).contains(firstOn) else { throw MatchScheduleRefusal.dayOutOfRange }
        try MatchRunRequest(length: length, rules: rules).check()
    }
}

/// Why a schedule is refused.
package enum MatchScheduleRefusal: Refusal, Equatable {
    /// Runs are 1 to 26 weeks apart.
    case weeksOutOfRange
    /// The first day has passed, or is more than a year off.
    case dayOutOfRange

    package var problem: Problem {
        switch self {
        case .weeksOutOfRange: .invalid("/weeks", "Give 1 to 26 weeks.")
        case .dayOutOfRange: .invalid("/first_on", "Choose a day from today on, within a year.")
        }
    }
}
