package import API
internal import Eligibility
internal import Forms
internal import Foundation
internal import Pages
package import Programs
package import Vocabulary
internal import Wording

/// Why an application does not move.
package enum ApplicationRefusal: Refusal, Equatable {
    /// The call is not open for new drafts, or was called off.
    case callNotOpen(CallForApplications.Status)
    /// The moment, and the grace after it, are over.
    case deadlinePassed(Deadline)
    /// These questions still need something.
    case incomplete([Completeness.Gap])
    /// These conditions of the call block, and are not met or not known to be.
    case notEligible([EligibilityReport.Result])
    /// What was submitted stays as it was.
    case answersAreFrozen
    /// The application is in a state that does not allow it.
    case wrongState(Application.State, for: Application.Deed)
    /// A manager's own startup applies; somebody else moves it.
    case ownStartup
    /// The startup has moved in, and keeps its place.
    case enrolled
    /// The offer ran out before it was answered.
    case offerExpired
    /// The last day of the offer is over already.
    case offerInThePast
    /// No question up to this round is left to be asked of it.
    case nothingToAsk(round: Int)
    /// The last day for its answers is over already.
    case dueInThePast

    package var problem: Problem {
        switch self {
        case .callNotOpen(let status):
            Problem(.callClosed, "The call is \(status.rawValue); it accepts no applications now.")
        case .deadlinePassed(let deadline):
            Problem(.callClosed, "The call closed at \(Timestamp.text(deadline.instant)).")
        case .incomplete(let gaps):
            Problem(
                .incomplete, "Some answers are missing or do not fit.", errors: gaps.map(\.fieldError))
        case .notEligible(let obstacles):
            Problem(
                .notEligible,
                "Conditions of the call are not met, or not known to be. Nothing that was written is lost.",
                errors: obstacles.map { result in
                    Problem.FieldError(
                        "/conditions/\(result.condition.id)",
                        result.finding.verdict == .unknown ? .required : .notAllowed,
                        result.sentence(in: .english))
                })
        case .answersAreFrozen:
            .conflict("The answers of a submitted application are frozen.")
        case .wrongState(let state, let deed):
            .conflict("An application that is \(state.words) cannot be \(deed.participle).")
        case .enrolled: .conflict("The startup has been enrolled. It leaves the program instead.")
        case .ownStartup:
            Problem(.forbidden, "The startup is your own: somebody else on the team has to do this.")
        case .offerExpired:
            Problem(.offerExpired, "The offer was not accepted in time.")
        case .offerInThePast:
            Problem(
                .invalid, "The offer would have expired already.",
                errors: [.init("/offer_expires_on", .outOfRange, "must be today or later")])
        case .nothingToAsk(let round):
            .conflict("No question up to round \(round) is left to be asked of it.")
        case .dueInThePast:
            Problem(.invalid, errors: [.init("/due_on", .outOfRange, "Choose today or a later day.")])
        }
    }
}

extension Completeness.Gap {
    /// What a program is told of it.
    var fieldError: Problem.FieldError {
        switch reason {
        case .unanswered: .init(pointer, .required, "is required")
        case .tooLong(let over): .init(pointer, .tooLong, "is \(over) characters too long")
        case .unfit(let problem): .init(pointer, .invalid, problem.words)
        case .noStreamChosen: .init(pointer, .required, "Choose one stream at least.")
        case .streamClosed(_, let name, let deadline):
            .init(
                pointer, .outOfRange, "\(name.text(for: .english)) closed at \(Timestamp.text(deadline.instant)).")
        case .tooManyFiles(let over): .init(pointer, .tooMany, "has \(over) files too many")
        case .notChecked: .init(pointer, .invalid, "has a file that is still being checked")
        case .damaged: .init(pointer, .invalid, "has a damaged file; remove it and upload it again")
        }
    }
}

extension Problem.Kind {
    /// A call does not accept applications at this moment.
    package static let callClosed = Problem.Kind("call-closed", "The call accepts no applications now", status: 409)
    /// An application lacks answers; `errors` says which.
    package static let incomplete = Problem.Kind(
        "application-incomplete", "The application is not complete", status: 422)
    /// An application does not meet what blocks; `errors` says rule, value and evidence.
    package static let notEligible = Problem.Kind("not-eligible", "The application is not eligible", status: 422)
    /// An offer ran out.
    package static let offerExpired = Problem.Kind("offer-expired", "The offer has expired", status: 409)
    /// Somebody else changed the same answer; nothing was overwritten.
    package static let answerChanged = Problem.Kind(
        "answer-changed", "The answer was changed by somebody else", status: 409)
}

extension Application.State {
    /// The state in the middle of an English sentence.
    var words: String {
        switch self {
        case .draft: "a draft"
        case .inReview: "in review"
        case .changesRequested: "waiting for changes"
        case .interview: "called to an interview"
        default: rawValue
        }
    }
}

extension Application.Deed {
    var participle: String {
        switch self {
        case .submit: "submitted"
        case .withdraw: "withdrawn"
        case .screen: "screened"
        case .shortlist: "shortlisted"
        case .interview: "called to an interview"
        case .decide: "decided"
        case .change: "decided otherwise"
        case .reopen: "reopened"
        case .giveBack: "given back"
        case .accept: "accepted"
        case .decline: "declined"
        case .requestChanges: "asked to be changed"
        case .resubmit: "handed in again"
        case .askQuestions: "asked further questions"
        case .beginAgain: "begun again"
        }
    }
}

extension EligibilityReport.Result {
    /// The condition, what was found of it and what it requires, in a line.
    func sentence(in language: Pages.Language) -> String { finding.sentence(of: condition, in: language) }
}

extension RuleFinding {
    /// What was found of a condition and what it requires, in a line.
    func sentence(of condition: CallCondition, in language: Pages.Language) -> String {
        let (t, words) = (PageKit.applications.texts(in: language), ConditionWords(in: language))
        let failed = checks.filter { $0.verdict != .met }
        return t(
            "eligibility.sentence",
            [
                "name": condition.name.text(for: Vocabulary.Language(language)),
                "found": (failed.isEmpty ? checks : failed).map(words.found).joined(
                    separator: t("eligibility.semicolon")),
                "required": (failed.isEmpty ? checks : failed).map(words.requirement).joined(
                    separator: t("eligibility.semicolon")),
            ])
    }
}
