internal import API
package import Accounts
package import Institutions
package import Postgres
package import Programs
internal import Vocabulary

extension Transaction {
    /// Begins a startup's draft for a call.
    ///
    /// Throws `ApplicationRefusal.callNotOpen`; refused by `applications_once_per_call` when the startup has a live
    /// application to the call, and by `closed_calls_take_whom_they_admit`. Not found when the principal may not know of
    /// the call.
    package func beginApplication(
        to call: CallForApplications.ID, for startup: Startup.ID, as id: Application.ID, in tenant: Tenant.ID,
        by person: Person.ID
    ) async throws -> Application {
        guard let call = try await self.call(call)?.asking(upTo: 1) else { throw Problem.notFound }
        let application = try Application.begin(id, to: call, by: startup, now: now)
        try await insert(
            application, asking: call.askedOnly(call.questions.asked([:], naming: [])), in: tenant, by: person)
        try await record(ApplicationEvent.ID(), of: application, from: nil, by: person)
        return application
    }

    /// Begins the acting startup's draft for the call that a fast-track code is for; one that it has already is led to.
    ///
    /// Throws what `redeemFastTrackCode` and `beginApplication` throw; a code is used up by nothing that is refused.
    package func beginApplication(
        with code: String, for startup: Startup.ID, as id: Application.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> Application.ID {
        let call = try await redeemFastTrackCode(code)
        if let live = try await liveApplication(to: call) { return live }
        return try await beginApplication(to: call, for: startup, as: id, in: tenant, by: person).id
    }
}
