package import Accounts
package import Postgres

extension Transaction {
    /// Adds a program to the tenant's offer.
    package func addProgram(_ new: NewProgram, as id: Program.ID, in tenant: Tenant.ID) async throws -> Program {
        try await insert(new, as: id, in: tenant)
        return Program(id: id, kind: new.kind, name: new.name, summary: new.summary)
    }

    /// Adds a stream to a program, with the institutions that take part in it.
    ///
    /// Refused by the constraints `streams_tenant_id_program_id_fkey` (there is no such program),
    /// `stream_partners_pkey` (a partner twice) and `stream_partner_is_party_to_the_mou`.
    package func addStream(
        _ new: NewStream, as id: ProgramStream.ID, in tenant: Tenant.ID
    ) async throws -> ProgramStream {
        try await insert(new, as: id, in: tenant)
        let partners = new.partners.sorted { $0.institution < $1.institution }
        return ProgramStream(
            id: id, program: new.program, name: new.name, focusAreas: new.focusAreas, partners: partners, endedAt: nil,
            endReason: nil)
    }

    /// Adds a cohort to a stream.
    ///
    /// Refused by the constraints `cohorts_tenant_id_stream_id_fkey`, `cohorts_have_distinct_names_in_a_stream`,
    /// `cohort_ends_after_it_starts` and `cohort_has_room_for_one`.
    package func addCohort(_ new: NewCohort, as id: Cohort.ID, in tenant: Tenant.ID) async throws -> Cohort {
        try await insert(new, as: id, in: tenant)
        return Cohort(
            id: id, stream: new.stream, name: new.name, startsOn: new.startsOn, endsOn: new.endsOn,
            capacity: new.capacity)
    }
}
