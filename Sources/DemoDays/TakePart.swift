internal import API
package import Accounts
package import Institutions
internal import Investment
internal import Jobs
package import Postgres
internal import Vocabulary

extension Transaction {
    /// Invites startups and investors to a demo day, and writes to them. Who was invited and has not cancelled stays as it is.
    ///
    /// Throws `DemoDayRefusal`, or not found. The database refuses startups that do not agree to be shown, and investors that
    /// are not verified or have paused.
    package func inviteToDemoDay(
        _ institutions: [Institution.ID], to id: DemoDay.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        // Not locked: those who answer hold their participation and wait for the day.
        guard let day = try await demoDay(id) else { throw Problem.notFound }
        try day.checkIsAhead(now: now)
        guard !institutions.isEmpty else { throw DemoDayRefusal.nobodyInvited }
        let sides = try await sides(of: institutions)
        if let index = institutions.firstIndex(where: { sides[$0] == nil }) {
            throw DemoDayRefusal.inviteeUnknown(index)
        }
        let invited = try await invite(sides, to: id, in: tenant, by: person)
        guard !invited.isEmpty else { return }
        try await enqueue(TellParticipants(demoDay: id.uuid, invited: invited.map(\.uuid)))
    }

    /// Accepts an invitation, or says anew when somebody is there.
    ///
    /// Throws `DemoDayRefusal`, `FirmRefusal` for an analyst, or not found. The database refuses who has cancelled and was not
    /// invited again, and who may not be shown to the other side.
    package func acceptDemoDay(
        _ id: DemoDay.ID, for institution: Institution.ID, during windows: [Participant.Window], in tenant: Tenant.ID,
        by person: Person.ID
    ) async throws -> Participant {
        guard let day = try await demoDay(id) else { throw Problem.notFound }
        try await checkAnswersForTheFirm()
        try day.checkIsAhead(now: now)
        guard windows.count <= Participant.mostWindows else { throw DemoDayRefusal.tooManyWindows }
        for (index, window) in windows.enumerated() where window.startsAt >= window.endsAt {
            throw DemoDayRefusal.windowEndsBeforeItBegins(index)
        }
        guard try await answer(.accepted, for: institution, on: id, by: person) else { throw Problem.notFound }
        // The answer has waited for whoever moves the day at this moment: the times are those of the day as it is now.
        guard let current = try await demoDay(id) else { throw Problem.notFound }
        try current.terms.check(windows)
        try await save(windows, of: institution, on: id, in: tenant)
        return try await knownParticipant(institution, of: id)
    }

    /// Takes somebody out of a demo day: it declines, or cancels. Its meetings are free from now on, and nothing else changes for
    /// it; the other sides are written to once the park has planned anew. Whom somebody else takes out is written to at once.
    ///
    /// Throws `DemoDayRefusal`, `FirmRefusal` for an analyst, or not found.
    package func cancelParticipation(
        of institution: Institution.ID, in id: DemoDay.ID, by person: Person.ID
    ) async throws -> Participant {
        guard let day = try await demoDay(id) else { throw Problem.notFound }
        try await checkAnswersForTheFirm()
        try day.checkIsAhead(now: now)
        guard let current = try await participant(institution, of: id) else { throw Problem.notFound }
        if current.state == .cancelled { return current }
        guard try await answer(.cancelled, for: institution, on: id, by: person) else { throw Problem.notFound }
        if try await actsForAnother(than: institution) {
            try await enqueue(TellParticipants(demoDay: id.uuid, takenOut: institution.uuid))
        }
        return try await knownParticipant(institution, of: id)
    }

    /// Says whom somebody would meet, in its order, and whom not, in the place of what it said before.
    ///
    /// Throws `DemoDayRefusal`, `FirmRefusal` for an analyst, or not found.
    package func sayWishes(
        _ wishes: Wishes, for institution: Institution.ID, on id: DemoDay.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        guard let day = try await demoDay(id), let current = try await participant(institution, of: id) else {
            throw Problem.notFound
        }
        try await checkAnswersForTheFirm()
        try day.checkIsAhead(now: now)
        guard current.state == .accepted else { throw DemoDayRefusal.takesNoPart }
        let partners = try await partners(on: id, for: institution).map(\.institution)
        try wishes.check(among: Set(partners))
        try await save(wishes, of: institution, among: partners, on: id, in: tenant, by: person)
    }

    /// Refuses an analyst, as the trigger `analysts_do_not_answer_for_the_firm` does on every table.
    private func checkAnswersForTheFirm() async throws {
        if try await actingFirmRole() == .analyst { throw FirmRefusal.analyst }
    }

    private func knownParticipant(_ institution: Institution.ID, of day: DemoDay.ID) async throws -> Participant {
        guard let participant = try await participant(institution, of: day) else { throw Problem.notFound }
        return participant
    }
}
