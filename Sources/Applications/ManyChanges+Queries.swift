internal import Accounts
internal import Postgres
internal import Programs
internal import Vocabulary

extension Statements {
    /// The applications that some requests for changes are about, for managers.
    func applications(
        asked requests: [ChangeRequest.ID]
    ) async throws -> [ChangeRequest.ID: Application.ID] {
        try await rows(
            """
            -- applications of requests for changes
            SELECT id, application_id FROM change_requests
            WHERE tenant_id = acting_tenant() AND acts_as('manager', 'system') AND id = ANY (\(requests))
            """
        ).reduce(into: [:]) { $0[try $1("id")] = try $1("application_id") }
    }

    /// The calls of some applications, for managers.
    func callsOf(_ ids: [Application.ID]) async throws -> [Application.ID: CallForApplications.ID] {
        try await rows(
            """
            -- calls of applications
            SELECT id, call_id FROM applications
            WHERE tenant_id = acting_tenant() AND acts_as('manager', 'system') AND id = ANY (\(ids))
            """
        ).reduce(into: [:]) { $0[try $1("id")] = try $1("call_id") }
    }
}
