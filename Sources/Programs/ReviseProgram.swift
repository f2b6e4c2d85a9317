package import API
package import Accounts
package import Postgres
package import Vocabulary

/// What a manager says to revise a stream; its program stays.
package struct RevisedStream: Sendable {
    /// Its name in at least one language.
    package let name: LocalizedName
    /// What it is about.
    package let focusAreas: [FocusArea.ID]
    /// Who takes part, each under an agreement it is a party to.
    package let partners: [ProgramStream.Partner]

    /// All that may change about a stream.
    package init(name: LocalizedName, focusAreas: [FocusArea.ID], partners: [ProgramStream.Partner]) {
        self.name = name
        self.focusAreas = focusAreas
        self.partners = partners
    }
}

/// What a manager says to revise a cohort; its stream stays.
package struct RevisedCohort: Codable, Sendable {
    /// What people will call it; distinct within the stream.
    package let name: Name
    /// Its first day.
    package let startsOn: CalendarDate
    /// The day after its last.
    package let endsOn: CalendarDate
    /// How many startups it has room for, one at least.
    package let capacity: Int
}

/// Why a stream refuses.
package enum StreamRefusal: Refusal, Equatable {
    /// It ended, and stands as it was.
    case ended

    /// What the manager is told.
    package var problem: Problem {
        switch self {
        case .ended: Problem(.conflict, "The stream has ended. It stands as it was.")
        }
    }
}

extension Transaction {
    /// Replaces what is said of a program, after `matching` has looked at the version being replaced.
    package func reviseProgram(
        _ id: Program.ID, to revised: NewProgram, matching: (Program) throws -> Void
    ) async throws -> Program {
        guard let current = try await lockProgram(id) else { throw Problem.notFound }
        try matching(current)
        try await update(id, to: revised)
        return Program(id: id, kind: revised.kind, name: revised.name, summary: revised.summary)
    }

    /// Replaces what is said of a stream, after `matching` has looked at the version being replaced.
    ///
    /// Throws `StreamRefusal.ended`, or not found; refused by the constraints of `addStream`, `partner_seats_are_reasonable`,
    /// `partners_join_under_an_mou_in_force` and, at its end, `partners_keep_their_say_while_they_are_asked`.
    package func reviseStream(
        _ id: ProgramStream.ID, to revised: RevisedStream, in tenant: Tenant.ID,
        matching: (ProgramStream) throws -> Void
    ) async throws -> ProgramStream {
        guard let current = try await lockStream(id) else { throw Problem.notFound }
        try matching(current)
        guard current.endedAt == nil else { throw StreamRefusal.ended }
        try await update(id, to: revised)
        // Partners who stay as they are leave no trail of having left.
        if Set(current.partners) != Set(revised.partners) || current.partners.count != revised.partners.count {
            try await replacePartners(of: id, with: revised.partners, in: tenant)
        }
        guard let stream = try await stream(id) else { throw Problem.notFound }
        return stream
    }

    /// Replaces what is said of a cohort, after `matching` has looked at the version being replaced.
    ///
    /// Not found, or refused by the constraints of `addCohort` and `cohorts_end_after_their_calls_close`.
    package func reviseCohort(
        _ id: Cohort.ID, to revised: RevisedCohort, matching: (Cohort) throws -> Void
    ) async throws -> Cohort {
        guard let current = try await lockCohort(id) else { throw Problem.notFound }
        try matching(current)
        try await update(id, to: revised)
        return Cohort(
            id: id, stream: current.stream, name: revised.name, startsOn: revised.startsOn, endsOn: revised.endsOn,
            capacity: revised.capacity)
    }

    /// Ends a stream: what came of it stays, and it takes no further call.
    ///
    /// Throws `StreamRefusal.ended`, or not found; refused by the constraint `streams_end_after_their_calls` while a call
    /// of it is scheduled or open.
    package func endStream(
        _ id: ProgramStream.ID, because reason: ShortText, by person: Person.ID
    ) async throws -> ProgramStream {
        guard let current = try await lockStream(id) else { throw Problem.notFound }
        guard current.endedAt == nil else { throw StreamRefusal.ended }
        try await end(id, because: reason, by: person)
        guard let stream = try await stream(id) else { throw Problem.notFound }
        return stream
    }
}
