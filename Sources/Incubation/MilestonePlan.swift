package import Programs
package import Vocabulary

/// The milestones a kind of program sets by default, with their distance from the start of the cohort.
package struct MilestonePlan: Sendable, Equatable {
    /// One milestone of the plan.
    package struct Step: Sendable, Equatable {
        /// Whole months after the first day of the cohort.
        package let month: Int
        /// What it is called.
        package let title: Name
        /// What has to be shown.
        package let criteria: LongText
    }

    /// The milestones in order.
    package let steps: [Step]

    /// The plan of a kind of program.
    package static func standard(for kind: Program.Kind) -> MilestonePlan {
        switch kind {
        case .ideation: ideation
        case .incubation: incubation
        case .acceleration: acceleration
        }
    }

    /// One year before incubation: an interim and a final report.
    package static let ideation = MilestonePlan([
        (
            6, "Interim report",
            "The company is incorporated, a first version has been tried with people it is meant for, and what was learnt "
                + "is written down."
        ),
        (
            12, "Final report",
            "The product works for its first users, the business model has been tested, and the next step is decided: "
                + "incubation, another market, or an end."
        ),
    ])

    /// Three years with six assessments, the first in month 3, then one every six months.
    package static let incubation = MilestonePlan([
        (
            3, "Company and plan",
            "The company is set up with its team and equity, and the plan for three years names figures that can be "
                + "checked."
        ),
        (
            9, "Working prototype",
            "A prototype works outside the laboratory and somebody other than the team has used it."
        ),
        (
            15, "First pilot",
            "A pilot with a customer or host institution is under way, with agreed measures of success."
        ),
        (
            21, "First revenue",
            "The first paying customers are there, or the approvals that stand in their way have been applied for."
        ),
        (
            27, "Growth",
            "Revenue, users or regulatory progress grow as the plan says, and outside funding is being raised or is not "
                + "needed."
        ),
        (
            33, "Ready to leave",
            "The company can stand on its own: funded for the next twelve months, with the people and contracts it needs."
        ),
    ])

    /// One year at speed, with three assessments.
    package static let acceleration = MilestonePlan([
        (
            3, "Market plan",
            "Target market, partners and the round being raised are named, with figures that can be checked."
        ),
        (
            6, "Traction",
            "Pilots or customers in the target market confirm demand, and their figures are on the table."
        ),
        (
            12, "Scale",
            "The round is closed or no longer needed, and the operation in the target market runs without the program."
        ),
    ])

    private init(_ steps: [(month: Int, title: String, criteria: String)]) {
        self.steps = steps.compactMap { step in
            // The table above is tested: nothing of it is dropped here.
            guard let title = try? Name(step.title), let criteria = try? LongText(step.criteria) else { return nil }
            return Step(month: step.month, title: title, criteria: criteria)
        }
    }

    /// The plan laid out on the calendar. In a cohort shorter than the plan the milestones keep their order and their
    /// proportions, the last of them on the cohort's last day: nobody is measured after the end.
    ///
    /// - Parameters:
    ///   - start: the first day of the cohort.
    ///   - end: its last day.
    ///   - id: names each milestone.
    package func milestones(
        from start: CalendarDate, until end: CalendarDate, id: () -> Milestone.ID
    ) -> [Milestone] {
        let days = steps.map { start.days(until: start.adding(months: $0.month)) }
        let (length, whole) = (max(1, start.days(until: end)), days.last ?? 0)
        return zip(steps, days).enumerated().map { index, planned in
            let (step, day) = planned
            return Milestone(
                id: id(), position: index + 1, title: step.title, criteria: step.criteria,
                dueOn: start.adding(days: whole <= length ? day : max(1, day * length / whole)))
        }
    }
}
