internal import API
package import Accounts
package import Institutions
internal import Jobs
internal import Letters
internal import Pages
package import Postgres
package import Programs
package import Vocabulary

/// Why an application is decided.
package enum DecidingOccasion: String, Sendable {
    /// What was prepared is told.
    case release
    /// What was told before is changed.
    case change
    /// A place became free for whoever waits.
    case promotion
}

extension Transaction {
    /// Checks a submitted application against the conditions of its call. Of one that does not meet them a letter to the
    /// startup is written, and held; of one that a partner screened, by a job.
    ///
    /// A partner ends nothing in the streams of others: where the application names further ones, that it was found not to meet
    /// the conditions is put on record for the park, and the application waits for the park alone.
    ///
    /// Throws `ApplicationRefusal`, or not found.
    ///
    /// - Parameters:
    ///   - conditions: those that are named as not met; on record with what was found of them.
    ///   - partner: the partner of a stream for which it is screened; nil for the park.
    package func screenApplication(
        _ id: Application.ID, finding screening: Screening, citing conditions: [CallCondition.ID] = [],
        for partner: Institution.ID? = nil, by person: Person.ID
    ) async throws -> Application {
        guard var application = try await lockApplication(id) else { throw Problem.notFound }
        let (from, waiting) = (application.state, application)
        try application.screen(screening, now: now)
        var reason: LongText?
        if case .ineligible(let because) = screening {
            reason = because
            // Before it moves: a partner reads no findings of what waits no longer.
            let found = Set(try await findings(of: id).map(\.condition))
            if let stranger = conditions.firstIndex(where: { !found.contains($0) }) {
                throw Problem.invalid("/conditions/\(stranger)", "Nothing was found of this condition.")
            }
            if partner != nil, try await namesStreamsOfOthers(id) {
                try await record(
                    ApplicationEvent.ID(), of: waiting, from: from, by: person, for: partner, note: because,
                    on: .foundUnfit)
                return waiting
            }
            if !conditions.isEmpty { try await cite(conditions, of: id, by: person) }
        }
        let screened = try await settle(application, from: from, by: person, for: partner, note: reason)
        if screened.state == .ineligible {
            if partner == nil {
                try await announce(screened, as: "ineligible", note: reason, held: true)
            } else {
                try await enqueue(TellOfScreening(application: id.uuid))
            }
        }
        return screened
    }

    /// Moves an application as was decided, tells each founder of the startup, and sees to it that an offer which is not
    /// answered, or is taken back, frees its place. Called where a decision is released or changed, and nowhere else: the
    /// database refuses a manager who comes without a released decision.
    ///
    /// An offer stands until the end of its last day in the zone of the call. Throws `ApplicationRefusal`, or not found.
    ///
    /// - Parameters:
    ///   - note: what stands in the letter; nil where there is nothing to add.
    ///   - occasion: why.
    ///   - person: who decides; nil for the service itself.
    ///   - held: whether the letters wait for a look.
    package func decideApplication(
        _ id: Application.ID, _ decision: Decision, note: LongText?, on occasion: DecidingOccasion,
        by person: Person.ID?, held: Bool
    ) async throws -> Application {
        guard let summary = try await application(id) else { throw Problem.notFound }
        let zone = summary.deadline.zone
        var before = Application.State.inReview
        let decided = try await move(id, by: person, note: note) { application in
            before = application.state
            if occasion == .change {
                try application.change(to: decision, in: zone, now: now)
            } else {
                try application.decide(decision, in: zone, now: now)
            }
        }
        var lastDay: CalendarDate?
        if case .offer(let day) = decision {
            lastDay = day
            try await followOffer(of: decided)
        }
        // A place is left by another stream, too.
        if before == .offered || before == .accepted { try await enqueue(PlaceFreed(call: decided.call.uuid)) }
        // Nothing is taken back of which nobody was told.
        if before == .offered, try await keptLettersUntold(about: id.uuid) { before = .inReview }
        let key =
            occasion != .promotion
            ? decided.state.letter(after: before) : decided.offerDays == nil ? "promoted" : "promoted_from_letter"
        try await announce(decided, as: key, note: note, until: lastDay, held: held)
        return decided
    }

    /// Takes a rejection back, so that the application is judged again, or what was found of its eligibility, so that it is
    /// screened again; each founder is told.
    ///
    /// Throws `ApplicationRefusal`, or not found.
    package func reopenApplication(
        _ id: Application.ID, because note: LongText, by person: Person.ID
    ) async throws -> Application {
        let reopened = try await move(id, by: person, note: note) { application in
            try application.reopen(now: now)
        }
        let key = reopened.state == .submitted ? "screening_reopened" : "reopened"
        try await announce(reopened, as: key, note: note, held: false)
        return reopened
    }

    /// Puts an appeal on the record of an application that was rejected, or found not eligible.
    ///
    /// Throws not found.
    package func recordAppeal(
        of id: Application.ID, saying grounds: LongText, by person: Person.ID
    ) async throws {
        guard let application = try await lockApplication(id) else { throw Problem.notFound }
        try await record(
            ApplicationEvent.ID(), of: application, from: application.state, by: person, note: grounds,
            on: .appealed)
    }

    /// Puts on record that a rejection stands after an appeal, and tells each founder.
    ///
    /// Throws not found.
    package func upholdRejection(of id: Application.ID, because note: LongText, by person: Person.ID) async throws {
        guard let application = try await lockApplication(id) else { throw Problem.notFound }
        try await record(
            ApplicationEvent.ID(), of: application, from: application.state, by: person, note: note, on: .upheld)
        let key = application.state == .ineligible ? "screening_upheld" : "upheld"
        try await announce(application, as: key, note: note, held: false)
    }
}

extension Application.State {
    /// Which letter tells of a decision that led here from another state.
    fileprivate func letter(after before: Self) -> String {
        switch (before, self) {
        case (.offered, .rejected), (.accepted, .rejected): "taken_back"
        case (.offered, .waitlisted), (.accepted, .waitlisted): "taken_back_waitlisted"
        case (.accepted, .offered): "offered_otherwise"
        case (.declined, .offered): "offered_again"
        default: rawValue
        }
    }
}

extension Statements {
    /// The verdict that a form or a body means: named conditions without a reason say it by what was found of them.
    func screening(_ body: ScreeningBody, of id: Application.ID) async throws -> Screening {
        guard body.verdict == .ineligible, body.reason == nil, let named = body.conditions, !named.isEmpty,
            let call = try await call(ofApplication: id)
        else { return try body.screening() }
        let conditions = try await conditions(of: call)
        let lines = try await findings(of: id).filter { named.contains($0.condition) }.compactMap { found in
            conditions.first { $0.id == found.condition }.map { found.finding.sentence(of: $0, in: .english) }
        }
        guard !lines.isEmpty else { return try body.screening() }
        return .ineligible(because: try LongText(lines.joined(separator: "\n")))
    }
}
