internal import API
package import Accounts
internal import Jobs
package import Postgres
internal import Vocabulary

extension Transaction {
    /// Sets up a demo day, to which nobody is invited yet.
    ///
    /// Throws `DemoDayRefusal`; its numbers are held by the database, whose constraints have words.
    package func createDemoDay(
        _ terms: DemoDayTerms, as id: DemoDay.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> DemoDay {
        try terms.check(now: now)
        try await insert(terms, as: id, in: tenant, by: person)
        return try await knownDemoDay(id)
    }

    /// Replaces what is said of a demo day that has not begun, after `matching` has looked at what is replaced. A plan in force
    /// stays as it was published; drafts are outdated. When it is moved, the times at which somebody is there move with it
    /// (`windows_move_with_their_day`), and whoever takes part or may still accept is written to.
    ///
    /// Throws `DemoDayRefusal`, or not found.
    package func reviseDemoDay(
        _ id: DemoDay.ID, to terms: DemoDayTerms, in tenant: Tenant.ID, matching: (DemoDay) throws -> Void = { _ in }
    ) async throws -> DemoDay {
        guard let current = try await lockDemoDay(id) else { throw Problem.notFound }
        try matching(current)
        try current.checkIsAhead(now: now)
        try terms.check(now: now)
        // A form that was sent without a change outdates nothing.
        guard terms != current.terms else { return current }
        try await save(terms, of: id, in: tenant)
        if terms.startsAt != current.terms.startsAt {
            try await enqueue(
                TellParticipants(
                    demoDay: id.uuid, moved: TellParticipants.Move(from: current.terms.startsAt, to: terms.startsAt)))
        }
        return try await knownDemoDay(id)
    }

    func knownDemoDay(_ id: DemoDay.ID) async throws -> DemoDay {
        guard let day = try await demoDay(id) else { throw Problem.notFound }
        return day
    }
}
