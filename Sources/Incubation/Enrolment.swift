package import Accounts
package import Applications
package import Foundation
package import Institutions
package import Programs
package import Vocabulary

/// A startup in a cohort, from its accepted offer to graduation or an early end.
package struct Enrolment: Sendable, Identifiable, Equatable {
    /// Names an enrolment within its tenant.
    package typealias ID = Identifier<Enrolment>

    /// Where an enrolment stands.
    package enum State: String, Codable, Sendable, CaseIterable {
        /// In the program.
        case active
        /// Left with everything earned.
        case graduated
        /// Left before that.
        case ended
    }

    /// How an enrolment was left.
    package enum Ending: Sendable, Equatable {
        /// With every milestone earned.
        case graduated(at: Date)
        /// Before that, for this reason.
        case ended(at: Date, because: LongText)
    }

    /// The enrolment.
    package let id: ID
    /// The application whose offer was accepted.
    package let application: Application.ID
    /// Who is enrolled.
    package let startup: Startup.ID
    /// With whom.
    package let cohort: Cohort.ID
    /// Who advises the startup, and therefore assesses nothing of it.
    package let mentor: Person.ID?
    /// The first day, from which milestones are counted.
    package let startedOn: CalendarDate
    /// How it was left; nil while it lasts.
    package internal(set) var ending: Ending?

    /// Where it stands.
    package var state: State {
        switch ending {
        case nil: .active
        case .graduated: .graduated
        case .ended: .ended
        }
    }

    /// An enrolment with all its facts.
    package init(
        id: ID, application: Application.ID, startup: Startup.ID, cohort: Cohort.ID, mentor: Person.ID? = nil,
        startedOn: CalendarDate, ending: Ending? = nil
    ) {
        self.id = id
        self.application = application
        self.startup = startup
        self.cohort = cohort
        self.mentor = mentor
        self.startedOn = startedOn
        self.ending = ending
    }
}

// MARK: - Transitions

extension Enrolment {
    /// Enrols the startup of an accepted offer in a cohort of the stream it applied to.
    ///
    /// - Parameter stream: the one its place is in, where the call offers several.
    static func begin(
        _ id: ID, of application: Application, to call: CallForApplications, in cohort: Cohort, mentor: Person.ID?,
        place stream: ProgramStream.ID? = nil
    ) throws(EnrolmentRefusal) -> Enrolment {
        guard application.state == .accepted else { throw .offerNotAccepted }
        guard cohort.stream == stream ?? call.stream else { throw .cohortOfAnotherStream }
        return Enrolment(
            id: id, application: application.id, startup: application.startup, cohort: cohort.id, mentor: mentor,
            startedOn: cohort.startsOn)
    }

    func checkIsActive() throws(EnrolmentRefusal) {
        guard ending == nil else { throw .isOver(state) }
    }

    mutating func graduate(with milestones: [Milestone], now: Date) throws(EnrolmentRefusal) {
        try checkIsActive()
        let open = milestones.filter { !$0.isEarned }
        guard open.isEmpty else {
            throw .milestonesOpen(open.map { .init(position: $0.position, title: $0.title, standing: $0.standing) })
        }
        ending = .graduated(at: now)
    }

    mutating func end(because reason: LongText, now: Date) throws(EnrolmentRefusal) {
        try checkIsActive()
        ending = .ended(at: now, because: reason)
    }
}
