package import API
package import Accounts
package import Postgres
package import Programs
package import Vocabulary

extension Transaction {
    /// Asks several startups that applied to one call for the same changes, each by a request of its own.
    ///
    /// Throws `RowsRefused`, or not found when there is no such call.
    package func requestChanges(
        _ wanted: ChangesWanted, ofAll ids: [Application.ID], to call: CallForApplications.ID, _ mode: BulkMode,
        by person: Person.ID
    ) async throws -> [RowVerdict<ChangeRequest.ID>] {
        guard try await self.call(call) != nil else { throw Problem.notFound }
        return try await each(
            of: ids, inOrderOf: \.self, mode, at: "/applications", constraints: ApplicationsRoom.constraints
        ) {
            guard try await $0.application($1)?.application.call == call else { throw Problem.notFound }
            return try await $0.requestChanges(wanted, of: $1, as: ChangeRequest.ID(), by: person).id
        }
    }

    /// Gives several startups more time for what they were asked, all until the same day.
    ///
    /// Throws `RowsRefused`.
    package func extendChanges(
        _ requests: [ChangeRequest.ID], to dueOn: CalendarDate, _ mode: BulkMode, by person: Person.ID
    ) async throws -> [RowVerdict<ChangeRequest.ID>] {
        try await each(of: requests, mode) { try await $0.extendChanges($1, of: $2, to: dueOn, by: person).id }
    }

    /// Goes on with what several startups had handed in before they were asked.
    ///
    /// Throws `RowsRefused`.
    package func cancelChanges(
        _ requests: [ChangeRequest.ID], _ mode: BulkMode, by person: Person.ID
    ) async throws -> [RowVerdict<ChangeRequest.ID>] {
        try await each(of: requests, mode) {
            _ = try await $0.cancelChanges($1, of: $2, by: person)
            return $1
        }
    }

    /// One thing for each of several requests, with the application it is about.
    private func each(
        of requests: [ChangeRequest.ID], _ mode: BulkMode,
        _ verb: @Sendable @escaping (Transaction, ChangeRequest.ID, Application.ID) async throws -> ChangeRequest.ID
    ) async throws -> [RowVerdict<ChangeRequest.ID>] {
        let asked = try await applications(asked: requests)
        return try await each(
            of: requests, inOrderOf: { asked[$0]?.description ?? "" }, mode, at: "/requests",
            constraints: ApplicationsRoom.constraints
        ) {
            guard let application = asked[$1] else { throw Problem.notFound }
            return try await verb($0, $1, application)
        }
    }
}
