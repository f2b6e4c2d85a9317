internal import API
package import Accounts
internal import Jobs
package import Postgres
internal import Vocabulary

extension Transaction {
    /// Has match runs come by themselves from a day on, instead of as they came before. The first comes within ten minutes
    /// where that day is today.
    ///
    /// Throws `MatchScheduleRefusal` or `MatchRunRefusal`.
    package func setMatchSchedule(_ new: NewMatchSchedule, by person: Person.ID) async throws -> MatchSchedule {
        try new.check(today: CalendarDate(now, in: .utc))
        try await set(new, length: new.length ?? MatchRunRequest.usualLength, by: person)
        guard let schedule = try await matchSchedule() else { throw Problem.notFound }
        return schedule
    }

    /// Lets no more match runs come by themselves. Those that were asked for go on.
    ///
    /// Throws not found where none came.
    package func endMatchSchedule() async throws {
        guard try await deleteMatchSchedule() else { throw Problem.notFound }
    }
}

/// Asks for the match run of a tenant whose day has come.
struct BeginScheduledRun: Job {
    static let kind = "investment.begin-scheduled-run"
    static let maxAttempts = 3
}

extension Transaction {
    /// Asks for the run that is due and puts the schedule off to the next day of its rhythm; nothing where none is due.
    func beginScheduledRun() async throws {
        let today = CalendarDate(now, in: .utc)
        guard let (tenant, due) = try await lockDueMatchSchedule(on: today) else { return }
        _ = try await requestMatchRun(
            MatchRunRequest(length: due.length, rules: due.rules), as: MatchRun.ID(), in: tenant, by: due.setBy)
        try await putOffMatchSchedule(
            to: MatchSchedule.next(after: today, from: due.nextOn, everyWeeks: due.weeks))
    }
}
