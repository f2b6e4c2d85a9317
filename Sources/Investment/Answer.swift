package import API
package import Accounts
package import Foundation
package import Vocabulary

/// What an investor answers to one startup of its shortlist. All answers are kept; the latest counts.
package struct Answer: Codable, Sendable, Identifiable {
    /// Names an answer.
    package typealias ID = Identifier<Answer>

    /// The three answers.
    package enum Kind: String, Codable, Sendable, CaseIterable {
        /// Would like to meet.
        case interested
        /// Not for this investor.
        case pass
        /// Not now; asked again on a day.
        case later
    }

    /// Why an investor passes. A reason says which part of the match was wrong.
    package enum PassReason: String, Codable, Sendable, CaseIterable {
        case tooEarly = "too_early"
        case tooLate = "too_late"
        case notOurSector = "not_our_sector"
        case notOurPlace = "not_our_place"
        case chequeDoesNotFit = "cheque_does_not_fit"
        case conflict
        case team
        case market
        case other
    }

    /// The answer.
    package let id: ID
    /// Which of the three.
    package let answer: Kind
    /// Why, for a pass.
    package let reason: PassReason?
    /// A word to the programme.
    package let note: ShortText?
    /// Until when, for later.
    package let laterUntil: CalendarDate?
    /// When it was given.
    package let answeredAt: Date
    /// Who gave it.
    package let answeredBy: Person.ID
}

/// An answer as it is given.
package struct NewAnswer: Codable, Sendable, Equatable {
    /// Which of the three.
    package let answer: Answer.Kind
    /// Why; for a pass only.
    package let reason: Answer.PassReason?
    /// Until when; for later only.
    package let laterUntil: CalendarDate?
    /// A word to the programme.
    package let note: ShortText?

    /// An answer with what belongs to it.
    package init(
        _ answer: Answer.Kind, because reason: Answer.PassReason? = nil, until laterUntil: CalendarDate? = nil,
        note: ShortText? = nil
    ) {
        self.answer = answer
        self.reason = reason
        self.laterUntil = laterUntil
        self.note = note
    }

    /// Refuses what does not go together; `today` is the earliest day anybody may still mean.
    func check(today: CalendarDate) throws(AnswerRefusal) {
        switch answer {
        case .interested: break
        case .pass: guard reason != nil else { throw .reasonMissing }
        case .later:
            guard let laterUntil else { throw .dayMissing }
            guard laterUntil > today else { throw .dayPassed }
            guard laterUntil <= today.adding(months: 36) else { throw .dayTooFar }
        }
        if answer != .pass, reason != nil { throw .reasonWithoutPass }
        if answer != .later, laterUntil != nil { throw .dayWithoutLater }
    }
}

/// Why an answer is refused.
package enum AnswerRefusal: Refusal, Equatable {
    /// A pass without its reason teaches nobody anything.
    case reasonMissing
    /// A reason beside another answer than a pass.
    case reasonWithoutPass
    /// Later, but not when.
    case dayMissing
    /// A day beside another answer than later.
    case dayWithoutLater
    /// A day that is not to come.
    case dayPassed
    /// A day more than three years off is a pass.
    case dayTooFar
    /// The proposal waited long enough.
    case expired
    /// The startup is asked for an introduction already, on another list.
    case askedAlready
    /// The two are introduced, or are about to be.
    case introduced
    /// The introduction that came of it has ended.
    case introductionEnded

    package var problem: Problem {
        switch self {
        case .reasonMissing: .invalid("/reason", "Say why you pass.")
        case .reasonWithoutPass: .invalid("/reason", "A reason belongs to a pass.")
        case .dayMissing: .invalid("/later_until", "Say until when.")
        case .dayWithoutLater: .invalid("/later_until", "A day belongs to “later”.")
        case .dayPassed: .invalid("/later_until", "Choose a day to come.")
        case .dayTooFar: .invalid("/later_until", "Choose a day within three years.")
        case .expired:
            .conflict("The time to answer has passed. Ask your program manager to propose the startup again.")
        case .askedAlready: .conflict("You have asked for an introduction to this startup already, on another list.")
        case .introduced: .conflict("You have asked for an introduction to this startup. Say there what came of it.")
        case .introductionEnded: .conflict("The introduction that came of this proposal has ended.")
        }
    }
}
