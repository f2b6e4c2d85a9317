package import API
package import Foundation
package import Vocabulary

/// A closing that was moved later.
package struct CallExtension: Sendable {
    /// The stream that closes later; nil where it is the call.
    package let stream: ProgramStream.ID?
    /// When it was granted.
    package let at: Date
    /// When it would have closed.
    package let closedAt: Date
    /// When it closes instead.
    package let closesAt: Date
    /// Why.
    package let reason: ShortText
}

/// Why a call refuses.
package enum CallRefusal: Refusal, Equatable {
    /// It was called off.
    case cancelled
    /// It is out already.
    case published
    /// It is still a draft.
    case notPublished
    /// It asks nothing.
    case noQuestions
    /// Its window, or that of a stream, is over before it goes out.
    case windowIsOver
    /// A closing moves later only, and into the future.
    case closingIsNotLater
    /// The stream is not offered, or closes with the call.
    case streamClosesWithTheCall
    /// A stream stays open as long as its call at the most.
    case closingIsAfterTheCall
    /// A call closes before the cohort ends that it leads into.
    case closingOutlastsTheCohort
    /// It has a fixed window and no batches.
    case notRolling
    /// Nothing of a form was changed.
    case formIsTheSame
    /// A batch that is over stands, and none is put before it.
    case pastCutoffsStand

    /// What the manager is told.
    package var problem: Problem {
        switch self {
        case .cancelled: Problem(.conflict, "The call was cancelled.")
        case .published: Problem(.conflict, "The call is published. Startups are answering it as it stands.")
        case .notPublished: Problem(.conflict, "The call is a draft. Publish it first, or revise it.")
        case .noQuestions: Problem(.conflict, "The call asks nothing yet. Add a question before you publish it.")
        case .windowIsOver:
            .conflict("The call or one of its streams would close before it is published. Revise its window first.")
        case .formIsTheSame: .conflict("Nothing of the form was changed.")
        case .notRolling: Problem(.conflict, "The call has a fixed window. A call with cut-offs is a rolling one.")
        case .pastCutoffsStand:
            .invalid("/cutoffs", "Cut-offs that are past stand as they are, and further ones lie in the future.")
        case .streamClosesWithTheCall:
            .invalid("/stream", "Choose a stream of the call that closes before it.")
        case .closingIsAfterTheCall:
            .invalid("/closes_at", "The stream would close after its call. Extend the call first.")
        case .closingOutlastsTheCohort: .invalid("/closes_at", "Move the end of its cohort first.")
        case .closingIsNotLater:
            Problem(
                .invalid,
                errors: [
                    .init("/closes_at", .outOfRange, "Choose a closing after the one announced, and in the future.")
                ])
        }
    }
}

extension CallForApplications {
    /// Refuses a revision of what others have read.
    func admitsRevision() throws(CallRefusal) {
        guard cancelledAt == nil else { throw .cancelled }
        guard publishedAt == nil else { throw .published }
    }

    mutating func publish(at now: Date) throws(CallRefusal) {
        try admitsRevision()
        guard questions.contains(where: { $0.fromRound == nil }) else { throw .noQuestions }
        guard now < deadline.instant, offered.allSatisfy({ now < $0.closesAt ?? deadline.instant }) else {
            throw .windowIsOver
        }
        publishedAt = now
        formVersion = 1
    }

    /// Refuses a change of a form that nobody answers yet, or any more.
    func admitsFormRevision() throws(CallRefusal) {
        guard cancelledAt == nil else { throw .cancelled }
        guard publishedAt != nil else { throw .notPublished }
    }

    mutating func extend(to closing: Date, at now: Date) throws(CallRefusal) {
        guard cancelledAt == nil else { throw .cancelled }
        guard publishedAt != nil else { throw .notPublished }
        guard closing > deadline.instant, closing > now else { throw .closingIsNotLater }
        if let cohort, cohort.endsOn <= CalendarDate(closing, in: deadline.zone) { throw .closingOutlastsTheCohort }
        deadline = Deadline(closing, in: deadline.zone, graceSeconds: deadline.graceSeconds)
    }

    mutating func extend(_ stream: ProgramStream.ID, to closing: Date, at now: Date) throws(CallRefusal) {
        guard cancelledAt == nil else { throw .cancelled }
        guard publishedAt != nil else { throw .notPublished }
        guard let place = offered.firstIndex(where: { $0.stream == stream }), let own = offered[place].closesAt else {
            throw .streamClosesWithTheCall
        }
        guard closing > own, closing > now else { throw .closingIsNotLater }
        guard closing <= deadline.instant else { throw .closingIsAfterTheCall }
        offered[place].closesAt = closing
    }

    /// Moves the cut-offs that are to come; what was handed in belongs to a batch by then, whatever it will be.
    mutating func plan(_ planned: [Date], at now: Date) throws(CallRefusal) {
        guard cancelledAt == nil else { throw .cancelled }
        guard window == .rolling, !planned.isEmpty else { throw .notRolling }
        let past = cutoffs.filter { $0 <= now }
        guard planned.starts(with: past), planned.dropFirst(past.count).allSatisfy({ $0 > now }) else {
            throw .pastCutoffsStand
        }
        cutoffs = planned
    }

    mutating func cancel(because reason: ShortText, at now: Date) throws(CallRefusal) {
        guard cancelledAt == nil else { throw .cancelled }
        cancelledAt = now
        cancellationReason = reason
    }
}
