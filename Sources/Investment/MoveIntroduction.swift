internal import API
package import Accounts
package import Foundation
internal import Institutions
internal import Jobs
package import Postgres
package import Vocabulary

/// A meeting as somebody sets it.
package struct NewMeeting: Codable, Sendable {
    /// When it begins.
    package let startsAt: Date
    /// In which zone that is meant.
    package let timeZone: TimeZoneName
    /// How long it lasts, 5 minutes to a day.
    package let minutes: Int
    /// Where.
    package let place: ShortText?
    /// Where on the net.
    package let link: WebAddress?

    /// A meeting.
    package init(
        startsAt: Date, in timeZone: TimeZoneName, minutes: Int, place: ShortText? = nil, link: WebAddress? = nil
    ) {
        self.startsAt = startsAt
        self.timeZone = timeZone
        self.minutes = minutes
        self.place = place
        self.link = link
    }

    func check(now: Date) throws(IntroductionRefusal) {
        guard startsAt > now else { throw .meetingIsOver }
        guard (5...1440).contains(minutes) else { throw .meetingLength }
        guard place != nil || link != nil else { throw .meetingHasNoPlace }
    }
}

extension Transaction {
    /// The startup's consent: from now on both sides know whom to write to.
    ///
    /// Throws `IntroductionRefusal.notAsked` or `.tooLate`, or not found. Row-level security and the trigger
    /// `introductions_move_with_consent` refuse everybody but a founder of the startup, in time, and an investor that is
    /// verified no longer (`contacts_go_to_verified_investors`).
    package func consentToIntroduction(_ id: Introduction.ID, by founder: Person.ID) async throws -> Introduction {
        let asked = try await lockAsked(id)
        guard CalendarDate(now, in: .utc) <= asked.consentBy else { throw IntroductionRefusal.tooLate(asked.consentBy) }
        try await consent(to: id, by: founder)
        try await insert(NewStep(.introduced), of: id, by: IntroductionActor(founder, for: .startup))
        try await enqueue(TellOfIntroduction(introduction: id.uuid, stage: Introduction.Stage.introduced.rawValue))
        return try await knownIntroduction(id)
    }

    /// The startup's no, before there is consent; the park may say it for the startup. The investor learns that it does not
    /// come about, not why.
    ///
    /// Throws `IntroductionRefusal.notAsked`, or not found.
    package func declineIntroduction(
        _ id: Introduction.ID, by actor: IntroductionActor, because reason: EndingReason, note: ShortText? = nil
    ) async throws -> Introduction {
        let asked = try await lockAsked(id)
        guard EndingReason.offered(to: actor.side).contains(reason) else {
            throw IntroductionRefusal.reasonOfTheOthers
        }
        try await endIntroduction(
            asked, as: Introduction.Stage.unintroduced(by: actor.side), by: actor, because: reason, note: note)
        return try await knownIntroduction(id)
    }

    /// Records what came next. Any side may, once there is consent; steps may be left out, and do not go back. A deal is in the
    /// firm's portfolio with it, by the trigger `deals_that_close_are_in_the_portfolio`; said anew, the portfolio follows.
    ///
    /// Throws `IntroductionRefusal`, or not found.
    package func recordStep(
        _ step: NewStep, of id: Introduction.ID, by actor: IntroductionActor
    ) async throws -> Introduction {
        guard let introduction = try await lockIntroduction(id) else { throw Problem.notFound }
        guard introduction.nextSteps.contains(step.stage) else {
            throw IntroductionRefusal.doesNotFollow(introduction.stage)
        }
        try step.check(by: actor.side)
        if step.stage == .closed, let day = step.day, day > CalendarDate(now, in: .hongKong) {
            throw IntroductionRefusal.missing("/day", "Choose a day that has come.")
        }
        try await insert(step, of: id, by: actor)
        // A deal that is said anew: the introduction ended with the first word of it.
        if introduction.stage == .closed { return try await knownIntroduction(id) }
        try await move(id, to: step.stage)
        if step.stage.isLast {
            let reason = step.reason ?? (step.stage == .closed ? .deal : .silence)
            try await insert(Introduction.Ending(side: actor.side, reason: reason, note: nil), of: id)
            try await enqueue(TellOfIntroduction(introduction: id.uuid, stage: step.stage.rawValue))
        }
        return try await knownIntroduction(id)
    }

    /// Sets when and where the two meet, or changes it.
    ///
    /// Throws `IntroductionRefusal`, or not found.
    package func setMeeting(
        _ meeting: NewMeeting, of id: Introduction.ID, by actor: IntroductionActor
    ) async throws -> Introduction {
        guard let introduction = try await lockIntroduction(id) else { throw Problem.notFound }
        guard introduction.introducedAt != nil, introduction.endedAt == nil else {
            throw IntroductionRefusal.doesNotFollow(introduction.stage)
        }
        try meeting.check(now: now)
        try await save(meeting, of: id, by: actor.person)
        if introduction.stage == .introduced { try await insert(NewStep(.meetingSet), of: id, by: actor) }
        // Also where the stage stays: whoever changes a meeting is not silent.
        try await move(id, to: introduction.stage == .introduced ? .meetingSet : introduction.stage)
        try await enqueue(TellOfIntroduction(introduction: id.uuid, stage: Introduction.Stage.meetingSet.rawValue))
        return try await knownIntroduction(id)
    }

    /// Calls the meeting off.
    ///
    /// Throws `IntroductionRefusal.noMeeting`, or not found.
    package func cancelMeeting(of id: Introduction.ID, by actor: IntroductionActor) async throws -> Introduction {
        guard let introduction = try await lockIntroduction(id) else { throw Problem.notFound }
        guard introduction.endedAt == nil, let meeting = introduction.meeting, meeting.cancelledAt == nil else {
            throw IntroductionRefusal.noMeeting
        }
        try await cancelMeeting(of: id)
        try await move(id, to: introduction.stage)
        try await enqueue(TellOfIntroduction(introduction: id.uuid, stage: Introduction.Stage.meetingSet.rawValue))
        return try await knownIntroduction(id)
    }

    /// Ends an introduction, with its reason.
    func endIntroduction(
        _ introduction: Introduction, as stage: Introduction.Stage, by actor: IntroductionActor,
        because reason: EndingReason, note: ShortText?
    ) async throws {
        try await insert(NewStep(stage), of: introduction.id, by: actor)
        try await insert(Introduction.Ending(side: actor.side, reason: reason, note: note), of: introduction.id)
        try await move(introduction.id, to: stage)
        try await enqueue(TellOfIntroduction(introduction: introduction.id.uuid, stage: stage.rawValue))
    }

    private func lockAsked(_ id: Introduction.ID) async throws -> Introduction {
        guard let introduction = try await lockIntroduction(id) else { throw Problem.notFound }
        guard introduction.stage == .asked else { throw IntroductionRefusal.notAsked(introduction.stage) }
        return introduction
    }

    private func knownIntroduction(_ id: Introduction.ID) async throws -> Introduction {
        guard let introduction = try await introduction(id) else { throw Problem.notFound }
        return introduction
    }
}
