package import API
package import Accounts
package import Applications
package import Postgres
package import Programs
internal import Vocabulary

/// What a manager says to enrol the startup of an accepted offer.
package struct NewEnrolment: Sendable {
    /// With whom; a cohort of the stream that the place is in.
    package let cohort: Cohort.ID
    /// Who advises the startup.
    package let mentor: Person.ID?

    /// An enrolment in this cohort.
    package init(in cohort: Cohort.ID, mentor: Person.ID? = nil) {
        self.cohort = cohort
        self.mentor = mentor
    }
}

extension Transaction {
    /// Enrols the startup of an accepted offer, with the milestone plan of its kind of program laid out from the
    /// cohort's first day.
    ///
    /// Throws `EnrolmentRefusal`, or not found; refused by `enrolments_once_per_application` and
    /// `cohort_has_places_left`.
    ///
    /// - Parameter milestone: names each milestone of the plan.
    package func enrolStartup(
        of application: Application.ID, _ new: NewEnrolment, as id: Enrolment.ID, in tenant: Tenant.ID,
        by person: Person.ID, milestone: () -> Milestone.ID = Milestone.ID.init
    ) async throws -> Enrolment {
        guard let application = try await self.application(application)?.application,
            let call = try await call(application.call), let program = try await program(call.program)
        else { throw Problem.notFound }
        guard let cohort = try await cohort(new.cohort) else { throw EnrolmentRefusal.noSuchCohort }
        if let mentor = new.mentor, try await !isMentor(mentor) { throw EnrolmentRefusal.noSuchMentor }
        let place = try await placeStream(of: application.id)?.stream
        // Without the decision nobody knows where the place is, and whoever may not know of that enrols nobody.
        guard place != nil || !call.offersChoice || application.state != .accepted else { throw Problem.notFound }
        let enrolment = try Enrolment.begin(
            id, of: application, to: call, in: cohort, mentor: new.mentor, place: place)
        try await insert(enrolment, in: tenant, by: person)
        let plan = MilestonePlan.standard(for: program.kind)
        let milestones = plan.milestones(from: enrolment.startedOn, until: cohort.endsOn, id: milestone)
        try await insert(milestones, of: enrolment, in: tenant)
        return enrolment
    }

    /// Enrols the startups of several accepted offers in one cohort, each as `enrolStartup` does.
    ///
    /// Throws `RowsRefused`, or not found where there is no such cohort.
    package func enrolStartups(
        _ rows: [(application: Application.ID, mentor: Person.ID?)], in cohort: Cohort.ID, _ mode: BulkMode,
        in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> [RowVerdict<Enrolment.ID>] {
        guard try await self.cohort(cohort) != nil else { throw Problem.notFound }
        return try await each(
            of: rows, inOrderOf: \.application, mode, at: "/enrolments", constraints: IncubationRoom.constraints
        ) {
            try await $0.enrolStartup(
                of: $1.application, NewEnrolment(in: cohort, mentor: $1.mentor), as: .init(), in: tenant, by: person
            ).id
        }
    }
}
