package import Foundation
package import Institutions
package import Programs
package import Vocabulary

/// A startup's application to a call, from the first draft to the startup's answer to an offer.
///
/// Whether an offer has expired follows from the clock and is not stored.
package struct Application: Sendable, Identifiable, Equatable {
    /// Names an application within its tenant.
    package typealias ID = Identifier<Application>

    /// Where an application stands.
    package enum State: String, Codable, Sendable, CaseIterable {
        /// The startup is writing.
        case draft
        /// Handed in, not yet looked at.
        case submitted
        /// The startup changes some of its answers, as the park asked.
        case changesRequested = "changes_requested"
        /// Eligible, being judged.
        case inReview = "in_review"
        /// Among the best of those that were judged.
        case shortlisted
        /// The park wants to talk before it decides.
        case interview
        /// Did not meet the conditions of the call.
        case ineligible
        /// Offered a place, until a moment.
        case offered
        /// Good enough, if a place becomes free.
        case waitlisted
        /// Not this time.
        case rejected
        /// The startup took the place.
        case accepted
        /// The startup did not take the place.
        case declined
        /// Taken back by the startup.
        case withdrawn

        /// Whether it is being judged, at whatever stage: what a decision may be prepared of.
        package var isJudged: Bool { self == .inReview || self == .shortlisted || self == .interview }
    }

    /// The application.
    package let id: ID
    /// What it applies to.
    package let call: CallForApplications.ID
    /// Who applies.
    package let startup: Startup.ID
    /// Where it stands.
    package internal(set) var state: State
    /// Counts every change, those of answers included.
    package internal(set) var version: Int
    /// When the draft was begun.
    package let createdAt: Date
    /// When an answer was last saved.
    package internal(set) var savedAt: Date
    /// When it was handed in.
    package internal(set) var submittedAt: Date?
    /// When it was taken back.
    package internal(set) var withdrawnAt: Date?
    /// Until when an offer stands; in the distant future while its days wait for the letter.
    package internal(set) var offerExpiresAt: Date?
    /// The days to accept of an offer that count from the letter about it, as long as that has not gone out.
    package internal(set) var offerDays: Int?
    /// Up to which round of review it was asked what its call asks; 1 for what is handed in first.
    package internal(set) var askedRound: Int
    /// The version of its call's form that its startup has read; once it was handed in, the one that it answers.
    package internal(set) var formVersion: Int

    /// An application with all its facts, as the database has it or a pure test needs it.
    package init(
        id: ID, call: CallForApplications.ID, startup: Startup.ID, state: State = .draft, version: Int = 1,
        createdAt: Date, savedAt: Date, submittedAt: Date? = nil, withdrawnAt: Date? = nil,
        offerExpiresAt: Date? = nil, offerDays: Int? = nil, askedRound: Int = 1, formVersion: Int = 1
    ) {
        self.id = id
        self.call = call
        self.startup = startup
        self.state = state
        self.version = version
        self.createdAt = createdAt
        self.savedAt = savedAt
        self.submittedAt = submittedAt
        self.withdrawnAt = withdrawnAt
        self.offerExpiresAt = offerExpiresAt
        self.offerDays = offerDays
        self.askedRound = askedRound
        self.formVersion = formVersion
    }

    /// Whether the offer has run out unanswered.
    package func isOfferExpired(at now: Date) -> Bool {
        guard state == .offered, let offerExpiresAt else { return false }
        return now > offerExpiresAt
    }
}

/// What the park finds when it checks an application against the conditions of its call.
package enum Screening: Sendable, Equatable {
    /// Meets them; it will be judged.
    case eligible
    /// Does not, for this reason, which the startup reads.
    case ineligible(because: LongText)
}

/// What the park decides on an application; how it comes to that, and when it is told, is the business of `Decisions`.
package enum Decision: Sendable, Equatable {
    /// A place, if the startup accepts it on this day at the latest.
    case offer(until: CalendarDate)
    /// A place, if the startup accepts it within so many days of the day on which the letter about it goes out.
    case offerFromLetter(days: Int)
    /// A place, if one becomes free.
    case waitlist
    /// No place.
    case reject
}

// MARK: - Transitions

extension Application {
    /// Begins an application to a call that is open.
    static func begin(
        _ id: ID, to call: CallForApplications, by startup: Startup.ID, now: Date
    ) throws(ApplicationRefusal) -> Application {
        guard call.status(at: now) == .open else { throw .callNotOpen(call.status(at: now)) }
        return Application(id: id, call: call.id, startup: startup, createdAt: now, savedAt: now)
    }

    /// Whether answers may be written. Drafts take answers at any time, also after the deadline: what somebody wrote is
    /// kept even where it can no longer be handed in. Where changes are asked for, only some answers are open.
    func checkAnswersAreOpen() throws(ApplicationRefusal) {
        guard state == .draft || state == .changesRequested else { throw .answersAreFrozen }
    }

    mutating func submit(
        to call: CallForApplications, with completeness: Completeness, now: Date
    ) throws(ApplicationRefusal) {
        guard state == .draft else { throw .wrongState(state, for: .submit) }
        guard call.admits(now) else {
            throw call.status(at: now) == .closed ? .deadlinePassed(call.deadline) : .callNotOpen(call.status(at: now))
        }
        guard completeness.gaps.isEmpty else { throw .incomplete(completeness.gaps) }
        state = .submitted
        submittedAt = now
        formVersion = call.formVersion ?? 1
    }

    mutating func withdraw(now: Date) throws(ApplicationRefusal) {
        guard allows(.withdraw, at: now) else { throw .wrongState(state, for: .withdraw) }
        state = .withdrawn
        withdrawnAt = now
    }

    mutating func screen(_ screening: Screening, now: Date) throws(ApplicationRefusal) {
        guard allows(.screen, at: now) else { throw .wrongState(state, for: .screen) }
        state = screening == .eligible ? .inReview : .ineligible
    }

    /// Takes an application that was judged among those to be talked to.
    mutating func shortlist(now: Date) throws(ApplicationRefusal) {
        guard allows(.shortlist, at: now) else { throw .wrongState(state, for: .shortlist) }
        state = .shortlisted
    }

    /// Asks the startup to an interview.
    mutating func callToInterview(now: Date) throws(ApplicationRefusal) {
        guard allows(.interview, at: now) else { throw .wrongState(state, for: .interview) }
        state = .interview
    }

    /// Decides; one on the waiting list is decided again when a place becomes free.
    ///
    /// - Parameter zone: where the last day of an offer ends.
    mutating func decide(_ decision: Decision, in zone: TimeZoneName, now: Date) throws(ApplicationRefusal) {
        guard allows(.decide, at: now) else { throw .wrongState(state, for: .decide) }
        try settle(decision, in: zone, now: now)
    }

    /// Decides otherwise than was decided, also where the startup has answered: a new offer it answers anew.
    mutating func change(to decision: Decision, in zone: TimeZoneName, now: Date) throws(ApplicationRefusal) {
        guard allows(.change, at: now) else { throw .wrongState(state, for: .change) }
        try settle(decision, in: zone, now: now)
    }

    /// Takes a rejection back: it will be judged again, or, where it was found not eligible, screened again.
    mutating func reopen(now: Date) throws(ApplicationRefusal) {
        guard allows(.reopen, at: now) else { throw .wrongState(state, for: .reopen) }
        state = state == .ineligible ? .submitted : .inReview
    }

    private mutating func settle(
        _ decision: Decision, in zone: TimeZoneName, now: Date
    ) throws(ApplicationRefusal) {
        switch decision {
        case .offer(let lastDay):
            let nextDay = LocalTime(lastDay.adding(days: 1), hour: 0, minute: 0)
            guard let end = nextDay?.instant(in: zone).addingTimeInterval(-1), end > now else { throw .offerInThePast }
            (state, offerExpiresAt, offerDays) = (.offered, end, nil)
        case .offerFromLetter(let days):
            // Whoever asks whether the offer stands finds that it does, until the letter gives it an end.
            (state, offerExpiresAt, offerDays) = (.offered, .distantFuture, days)
        case .waitlist:
            (state, offerExpiresAt, offerDays) = (.waitlisted, nil, nil)
        case .reject:
            (state, offerExpiresAt, offerDays) = (.rejected, nil, nil)
        }
    }

    /// Gives an offer that is answered before its letter has gone out the end that it would have had by now.
    private mutating func endWait(now: Date) {
        guard let days = offerDays else { return }
        (offerExpiresAt, offerDays) = (now.addingTimeInterval(Double(days) * 86_400), nil)
    }

    mutating func accept(now: Date) throws(ApplicationRefusal) {
        guard state == .offered else { throw .wrongState(state, for: .accept) }
        guard let offerExpiresAt, now <= offerExpiresAt else { throw .offerExpired }
        endWait(now: now)
        state = .accepted
    }

    mutating func decline(now: Date) throws(ApplicationRefusal) {
        guard allows(.decline, at: now) else { throw .wrongState(state, for: .decline) }
        endWait(now: now)
        state = .declined
    }

    /// Gives an accepted place back.
    mutating func giveBack(now: Date) throws(ApplicationRefusal) {
        guard allows(.giveBack, at: now) else { throw .wrongState(state, for: .giveBack) }
        state = .declined
    }

    /// What somebody may want to do with an application.
    package enum Deed: String, Sendable, CaseIterable {
        case submit, withdraw, screen, shortlist, interview, decide, change, reopen, accept, decline, requestChanges
        case resubmit, beginAgain, askQuestions
        case giveBack = "give_back"
    }

    /// Whether the state allows a deed; pages offer a form only then. Deadlines and answers have their own say.
    package func allows(_ deed: Deed, at now: Date) -> Bool {
        switch deed {
        case .submit: state == .draft
        case .withdraw:
            [.draft, .submitted, .changesRequested, .inReview, .shortlisted, .interview, .waitlisted].contains(state)
        case .screen: state == .submitted
        case .requestChanges: [.submitted, .inReview, .shortlisted, .interview].contains(state)
        case .askQuestions: state.isJudged
        case .resubmit: state == .changesRequested
        // Whether the call is still open, it says itself.
        case .beginAgain: state == .withdrawn
        case .shortlist: state == .inReview
        case .interview: state == .shortlisted
        case .decide: state.isJudged || state == .waitlisted
        // Once it is enrolled, a startup keeps its place; the database knows.
        case .change: [.offered, .waitlisted, .rejected, .accepted, .declined].contains(state)
        case .reopen: state == .rejected || state == .ineligible
        case .giveBack: state == .accepted
        case .accept: state == .offered && !isOfferExpired(at: now)
        // An expired offer may still be declined: it tells the park that the startup is no longer waiting.
        case .decline: state == .offered
        }
    }
}
