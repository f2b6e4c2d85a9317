package import Foundation
package import Vocabulary

/// How long an application has stood in its stage, and how long it may. Days on which the startup had it to change something
/// count for neither.
package struct StageClock: Sendable, Equatable {
    /// Since when it stands there.
    package let enteredAt: Date
    /// In how many days the park means to be done with the stage; nil where it is not the park that has to act.
    package let days: Int?
    /// The moment after the last of those days, where the call is.
    package let endsAt: Date?
    /// How many days are left of the stage that it comes back to, while the startup has it; nil while the park does.
    package let daysLeft: Int?

    /// A stage that was entered, and what it may take.
    package init(enteredAt: Date, days: Int?, endsAt: Date?, daysLeft: Int? = nil) {
        self.enteredAt = enteredAt
        self.days = days
        self.endsAt = endsAt
        self.daysLeft = daysLeft
    }

    /// Whether the last day is over.
    package func isOverdue(at now: Date) -> Bool { endsAt.map { now >= $0 } ?? false }

    /// Whole days in the stage.
    package func daysStood(at now: Date) -> Int { max(0, Int(now.timeIntervalSince(enteredAt) / 86_400)) }

    /// The last day on which the stage is still in time.
    package func lastDay(in zone: TimeZoneName) -> CalendarDate? {
        endsAt.map { CalendarDate($0.addingTimeInterval(-1), in: zone) }
    }
}

extension Application.State {
    /// Stages in which the park has to act, each with a clock.
    package static let clocked: [Application.State] = [.submitted, .inReview, .shortlisted, .interview]
    /// The columns of the stage board, in the order an application goes through them.
    package static let board: [Application.State] = [
        .draft, .submitted, .changesRequested, .inReview, .shortlisted, .interview, .offered, .waitlisted, .accepted,
    ]
    /// Where nothing follows any more: the board counts these beside its columns, so that every state is on it once.
    package static let ended: [Application.State] = [.ineligible, .rejected, .declined, .withdrawn]
    /// Applications that the board shows of a stage at the most.
    static let cards = 8
}
