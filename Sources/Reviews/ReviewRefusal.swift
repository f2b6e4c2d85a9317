package import API
internal import Foundation

/// Why review refuses.
package enum ReviewRefusal: Refusal, Equatable {
    /// The round has opened; what reviewers judge by stands.
    case roundOpened
    /// The round is not open.
    case roundNotOpen(ReviewRound.Status)
    /// Nothing is judged.
    case noCriteria
    /// The weights do not sum to a hundred.
    case weights(sum: Int)
    /// Reviews would be due before they can begin.
    case dueInThePast
    /// Reviews would be due at a moment that has passed.
    case dueHasPassed
    /// Reviews are due at that moment already.
    case dueStands
    /// No application stands where it could enter.
    case nothingToEnter
    /// The invitation has been answered.
    case invitationAnswered
    /// They are in the chair.
    case chairsAlready
    /// The review has been handed in.
    case reviewSubmitted
    /// The review is still being written.
    case reviewNotSubmitted
    /// These criteria have no score.
    case unscored([ReviewRound.Criterion.ID])
    /// A score is not on its criterion's scale.
    case offScale(ReviewRound.Criterion.ID, lowest: Int, highest: Int)
    /// A score is for something that the round does not judge.
    case unknownCriterion(ReviewRound.Criterion.ID)
    /// The assignment has ended.
    case assignmentEnded
    /// A conflict that is on record by itself cannot be lifted.
    case conflictLifted
    /// The plan is not there, or has been taken.
    case planNotReady
    /// The seats that stand are others than those the plan was worked out for.
    case planOvertaken
    /// No review is overdue.
    case nothingOverdue
    /// The run has ended already.
    case runOver
    /// The application is not in review: its answers may be changing.
    case changesPending
    /// A startup of the manager's own applied to the call: who is judged and by whom is for another manager to say.
    case ownStartupApplied
    /// Nobody of the pool is left to be asked.
    case emptyPool
    /// The nomination was answered or taken back.
    case nominationAnswered
    /// No partner's seat on the panel is empty.
    case noSeatEmpty

    package var problem: Problem {
        switch self {
        case .roundOpened: .conflict("The round is open. Reviewers judge by it as it stands.")
        case .roundNotOpen(.draft): .conflict("The round has not been opened.")
        case .roundNotOpen: .conflict("The round is closed.")
        case .noCriteria: .conflict("The round judges nothing yet. Add a criterion before you open it.")
        case .weights(let sum):
            .invalid("/criteria", "The weights sum to \(sum). Make them sum to 100.")
        case .dueInThePast: .invalid("/due/at", "Reviews would be due before they can begin. Choose a later day.")
        case .dueHasPassed: .invalid("/due/at", "This moment has passed. Choose one that is to come.")
        case .dueStands: .invalid("/due/at", "Reviews are due at this moment already. Choose another one.")
        case .changesPending: .conflict("The application is not in review at the moment.")
        case .ownStartupApplied:
            .conflict("A startup of your own applied to this call. Another manager takes this step.")
        case .nothingToEnter: .conflict("No further application is in review for this call.")
        case .invitationAnswered: .conflict("The invitation has been answered.")
        case .chairsAlready: .conflict("They chair the panel already.")
        case .reviewSubmitted: .conflict("The review has been submitted. A manager can reopen it.")
        case .reviewNotSubmitted: .conflict("The review has not been submitted.")
        case .unscored(let criteria):
            Problem(
                .invalid, "Some criteria have no score.",
                errors: criteria.map { .init("/scores/\($0)", .required, "needs a score") })
        case .offScale(let criterion, let lowest, let highest):
            Problem(
                .invalid,
                errors: [
                    .init("/scores/\(criterion)", .outOfRange, "must be a whole number from \(lowest) to \(highest)")
                ])
        case .unknownCriterion(let criterion):
            Problem(.invalid, errors: [.init("/scores/\(criterion)", .unknown, "is not judged in this round")])
        case .assignmentEnded: .conflict("This application is no longer yours to judge.")
        case .conflictLifted: .conflict("The conflict has been lifted already.")
        case .planNotReady: .conflict("There is no plan to take: it is not finished, or has been taken.")
        case .planOvertaken:
            .conflict("Assignments have changed since the plan was worked out. Work it out again.")
        case .nothingOverdue: .conflict("No review is overdue.")
        case .runOver: .conflict("The run has ended already.")
        case .emptyPool: .conflict("Nobody of the pool is left to be asked.")
        case .nominationAnswered: .conflict("The nomination was answered or taken back.")
        case .noSeatEmpty: .conflict("No seat of a partner is empty.")
        }
    }
}
