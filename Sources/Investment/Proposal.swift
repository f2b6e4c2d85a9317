package import Vocabulary

/// Where a proposal stands: a startup on a list that its investor was shown.
///
///     unreleased → open ─┬→ interested  (an introduction goes on from there)
///      │  ▲         ▲    ├→ passed
///      ▼  │         │    ├→ snoozed, until its day
///     withheld      └────┘└→ expired, when nobody answers for 14 days
///
/// Follows from the latest answer and the calendar, so that nothing has to run for a proposal to expire. The database has
/// the same function, `proposal_state`, for counts and for the cap; a test holds the two together. What a manager withheld
/// before the release, and all of a list that was declined, no investor knows of; neither is asked for its answers.
package enum ProposalState: String, Codable, Sendable, CaseIterable {
    case unreleased, open, snoozed, interested, passed, expired, withheld, declined

    /// Days for which a proposal waits for an answer, and again after the day that an answer named.
    package static let days = 14

    /// Where a proposal stands on a day.
    ///
    /// - Parameters:
    ///   - answer: the latest answer.
    ///   - laterUntil: the day it named.
    ///   - answerBy: the last day on which the list's proposals wait; nil while it is not released.
    package init(
        answer: Answer.Kind?, laterUntil: CalendarDate?, answerBy: CalendarDate?, on day: CalendarDate
    ) {
        guard let answerBy else {
            self = .unreleased
            return
        }
        switch answer {
        case .interested: self = .interested
        case .pass: self = .passed
        case .later:
            let until = laterUntil ?? answerBy
            self = day < until ? .snoozed : day <= until.adding(days: Self.days) ? .open : .expired
        case nil: self = day <= answerBy ? .open : .expired
        }
    }

    /// Whether an answer is taken: what has been passed over may be taken up again while the list waits.
    package func admitsAnswer(answerBy: CalendarDate?, on day: CalendarDate) -> Bool {
        switch self {
        case .unreleased, .expired, .withheld, .declined: false
        case .open, .snoozed: true
        case .interested, .passed: answerBy.map { day <= $0 } ?? false
        }
    }
}
