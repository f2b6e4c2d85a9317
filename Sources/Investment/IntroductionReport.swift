internal import API
package import Vocabulary

/// How introductions go: what came of those asked for since a day.
package struct IntroductionReport: Codable, Sendable {
    /// Introductions asked for on this day, UTC, or later.
    package let since: CalendarDate
    /// How many stand at each stage, in the order of the stages.
    package let standing: [Standing]
    /// How many have been at each stage, and how long after the investor asked, in the order of the stages.
    package let reached: [Reached]
    /// Why those ended that ended, the most frequent first.
    package let endings: [Ended]

    /// How many stand at a stage.
    package struct Standing: Codable, Sendable {
        /// The stage.
        package let stage: Introduction.Stage
        /// How many.
        package let count: Int
    }

    /// How many have been at a stage.
    package struct Reached: Codable, Sendable {
        /// The stage.
        package let stage: Introduction.Stage
        /// How many.
        package let count: Int
        /// Whole hours from the question to the stage, for half of them.
        package let medianHours: Int
    }

    /// How many ended for a reason.
    package struct Ended: Codable, Sendable {
        /// The stage they ended in.
        package let stage: Introduction.Stage
        /// Who ended them.
        package let side: IntroductionSide
        /// Why.
        package let reason: EndingReason
        /// How many.
        package let count: Int
    }
}

extension IntroductionReport: Described {}
