package import API
package import Vocabulary

/// Why an enrolment does not move.
package enum EnrolmentRefusal: Refusal, Equatable {
    /// A milestone that stands in the way of graduation.
    package struct OpenMilestone: Sendable, Equatable {
        /// Its place in the plan.
        package let position: Int
        /// What it is called.
        package let title: Name
        /// Where it stands.
        package let standing: Milestone.Standing
    }

    /// Only an accepted offer leads into a cohort.
    case offerNotAccepted
    /// The cohort belongs to a stream that the startup did not apply to.
    case cohortOfAnotherStream
    /// There is no such cohort.
    case noSuchCohort
    /// The person holds no mentor's seat here.
    case noSuchMentor
    /// The startup graduated or left.
    case isOver(Enrolment.State)
    /// These milestones are not earned yet.
    case milestonesOpen([OpenMilestone])
    /// A credit other than 1 to 99 per cent.
    case creditOutOfRange

    package var problem: Problem {
        switch self {
        case .offerNotAccepted: .conflict("The startup has not accepted an offer.")
        case .cohortOfAnotherStream: .invalid("/cohort", "is a cohort of another stream")
        case .noSuchCohort: .invalid("/cohort", "is not a cohort here")
        case .noSuchMentor: .invalid("/mentor", "holds no mentor's seat here")
        case .isOver(let state): .conflict("The enrolment is over: \(state.rawValue).")
        case .milestonesOpen(let open):
            Problem(
                .milestonesOpen, "Not every milestone is met, or partly met with credit.",
                errors: open.map {
                    .init("/milestones/\($0.position)", .notAllowed, "\($0.title): \($0.standing.words)")
                })
        case .creditOutOfRange:
            Problem(
                .invalid, "Partly met carries a credit.",
                errors: [.init("/credit", .outOfRange, "State how much is met: 1 to 99 per cent.")])
        }
    }
}

extension Problem.Kind {
    /// A startup graduates with all its milestones; `errors` names those that are missing.
    package static let milestonesOpen = Problem.Kind(
        "milestones-open", "Milestones stand in the way of graduation", status: 409)
}

extension Milestone.Standing {
    /// The standing in the middle of an English sentence.
    var words: String {
        switch self {
        case .planned: "no evidence yet"
        case .evidenceSubmitted: "not assessed yet"
        case .met: "met"
        case .partlyMet: "partly met"
        case .notMet: "not met"
        }
    }
}
