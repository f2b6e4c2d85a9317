package import Accounts
package import Foundation
package import Programs
package import Vocabulary

/// The park asks a startup to change its answers to some questions, by a day.
///
/// It is open while its application stands at `changes_requested`; whether it is overdue follows from the clock.
package struct ChangeRequest: Sendable, Identifiable, Equatable {
    /// Names a request within its application.
    package typealias ID = Identifier<ChangeRequest>

    /// The request.
    package let id: ID
    /// The application.
    package let application: Application.ID
    /// What is to change and why.
    package let message: LongText
    /// Whose answers are open again, in the order of the form.
    package let questions: [CallForApplications.Question.ID]
    /// Which declared facts are open again, in the order people are asked for them.
    package let facts: [ApplicantFact]
    /// When it was made.
    package let requestedAt: Date
    /// Who made it.
    package let requestedBy: Person.ID
    /// Until when the changes are taken.
    package let dueAt: Date
    /// Where the application stood, and goes back to.
    package let from: Application.State
    /// The round whose questions it asks; nil where it asks for changes.
    package let round: Int?
    /// When the changes were handed in, and as which snapshot.
    package let answered: Answered?
    /// When the park went on without them.
    package let cancelledAt: Date?

    /// The snapshot that answers a request.
    package struct Answered: Sendable, Equatable {
        /// Its number.
        package let snapshot: Int
        /// When it was handed in.
        package let at: Date
    }

    /// Whether the day is over.
    package func isOverdue(at now: Date) -> Bool { now > dueAt }
}

/// What a manager asks for.
package struct ChangesWanted: Sendable {
    /// What is to change and why.
    package let message: LongText
    /// Which answers are open again.
    package let questions: [CallForApplications.Question.ID]
    /// Which declared facts are open again.
    package let facts: [ApplicantFact]
    /// The last day, which counts to its end in the zone of the call.
    package let dueOn: CalendarDate

    /// Changes to some answers and facts, by a day.
    package init(
        _ message: LongText, to questions: [CallForApplications.Question.ID], facts: [ApplicantFact] = [],
        by dueOn: CalendarDate
    ) {
        self.message = message
        self.questions = questions
        self.facts = facts
        self.dueOn = dueOn
    }
}

/// Why changes are not asked for, or not taken.
package enum ChangesRefusal: Error, Equatable {
    /// Nobody asks of a startup of their own.
    case theirOwn
    /// Neither a question nor a fact was named.
    case nothingNamed
    /// The last day is over already.
    case dueInThePast
    /// A day that was set only moves later.
    case dueNotLater
    /// The last day is over.
    case overdue(Date)
    /// The application waits for no changes, or for others.
    case notOpen
    /// These answers were not asked about and stand as they were handed in.
    case notReopened([CallForApplications.Question.ID])
    /// These facts were not asked about and stand as they were declared.
    case factsNotReopened([ApplicantFact])
}

extension Application {
    mutating func requestChanges() throws(ApplicationRefusal) {
        guard allows(.requestChanges, at: .distantPast) else { throw .wrongState(state, for: .requestChanges) }
        state = .changesRequested
    }

    /// Hands the changes in: the application goes back to where it stood.
    mutating func resubmit(_ request: ChangeRequest, with completeness: Completeness, now: Date) throws {
        guard state == .changesRequested else { throw ApplicationRefusal.wrongState(state, for: .resubmit) }
        guard !request.isOverdue(at: now) else { throw ChangesRefusal.overdue(request.dueAt) }
        guard completeness.gaps.isEmpty else { throw ApplicationRefusal.incomplete(completeness.gaps) }
        state = request.from
    }

    /// Goes on without the changes; questions of a later round are as if they had not been asked.
    ///
    /// - Parameter requests: all that were made.
    mutating func cancelChanges(_ request: ChangeRequest, among requests: [ChangeRequest]) throws {
        guard state == .changesRequested else { throw ChangesRefusal.notOpen }
        state = request.from
        askedRound =
            requests.filter { $0.id != request.id && $0.cancelledAt == nil }.compactMap(\.round).max() ?? 1
    }
}

extension CalendarDate {
    /// The last second of the day on the clocks of a zone.
    func end(in zone: TimeZoneName) -> Date? {
        LocalTime(adding(days: 1), hour: 0, minute: 0)?.instant(in: zone).addingTimeInterval(-1)
    }
}
