package import API
package import Accounts
package import Institutions
package import Postgres

extension Transaction {
    /// Invites several startups to a call by invitation, or says what would come of each: whether the invitation is new.
    ///
    /// Throws `CallRefusal.cancelled`, `RowsRefused`, or not found.
    package func inviteStartups(
        _ startups: [Startup.ID], to id: CallForApplications.ID, _ mode: BulkMode, in tenant: Tenant.ID,
        by person: Person.ID
    ) async throws -> [RowVerdict<Bool>] {
        let call = try await openToInvitations(id)
        return try await each(
            of: startups, inOrderOf: \.self, mode, at: "/startups", constraints: ProgramsRoom.constraints
        ) {
            transaction, startup in
            let invited = try await transaction.admit([startup], to: id, in: tenant, by: person)
            try await transaction.announceInvitations(of: invited, to: call)
            return !invited.isEmpty
        }
    }

    /// Takes several invitations back.
    ///
    /// Throws `RowsRefused`, or not found.
    package func withdrawInvitations(
        of startups: [Startup.ID], to id: CallForApplications.ID, _ mode: BulkMode
    ) async throws -> [RowVerdict<Bool>] {
        guard try await lockCall(id) != nil else { throw Problem.notFound }
        return try await each(
            of: startups, inOrderOf: \.self, mode, at: "/startups", constraints: ProgramsRoom.constraints
        ) {
            try await $0.takeBackInvitation(of: $1, to: id)
            return true
        }
    }
}
