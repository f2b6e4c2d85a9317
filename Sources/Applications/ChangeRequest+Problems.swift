package import API
internal import Foundation
internal import Programs

extension ChangesRefusal: Refusal {
    package var problem: Problem {
        switch self {
        case .theirOwn: Problem(.forbidden, "You cannot ask for changes to an application of your own startup.")
        case .nothingNamed:
            Problem(.invalid, errors: [.init("/questions", .required, "Choose a question or a fact at least.")])
        case .dueInThePast:
            Problem(.invalid, errors: [.init("/due_on", .outOfRange, "Choose today or a later day.")])
        case .dueNotLater:
            Problem(.invalid, errors: [.init("/due_on", .outOfRange, "Choose a day after the one that was set.")])
        case .overdue(let due):
            Problem(.changesOverdue, "The changes were due at \(Timestamp.text(due)).")
        case .notOpen: .conflict("No changes are asked for at the moment.")
        case .notReopened(let questions):
            Problem(
                .answersNotReopened, "Only the answers that were asked about can be changed.",
                errors: questions.map { .init("/answers/\($0)", .notAllowed, "stands as it was handed in") })
        case .factsNotReopened(let facts):
            Problem(
                .answersNotReopened, "Only the facts that were asked about can be changed.",
                errors: facts.map { .init("/\($0.rawValue)", .notAllowed, "stands as it was handed in") })
        }
    }
}

extension Problem.Kind {
    /// Changes are handed in after their day.
    package static let changesOverdue = Problem.Kind("changes-overdue", "The changes were due before", status: 409)
    /// An answer is changed that nobody asked about; `errors` says which.
    package static let answersNotReopened = Problem.Kind(
        "answers-not-reopened", "These answers are not open for changes", status: 409)
}
