internal import API
package import Accounts
package import Postgres
package import Vocabulary

extension Transaction {
    /// Checks a submitted application against the conditions of its call. Of one that does not meet them a letter to the
    /// startup is written, and held.
    ///
    /// Throws `ApplicationRefusal`, or not found.
    package func screenApplication(
        _ id: Application.ID, finding screening: Screening, by person: Person.ID
    ) async throws -> Application {
        var reason: LongText?
        if case .ineligible(let because) = screening { reason = because }
        let screened = try await move(id, by: person, note: reason) { application in
            try application.screen(screening, now: now)
        }
        if screened.state == .ineligible { try await announce(screened, as: "ineligible", note: reason) }
        return screened
    }

    /// Decides on an application that was judged. The startup reads the note with the decision, and a letter to it is
    /// written, and held.
    ///
    /// An offer stands until the end of its last day in the zone of the call. Throws `ApplicationRefusal`, or not found.
    package func decideApplication(
        _ id: Application.ID, _ decision: Decision, note: LongText, by person: Person.ID
    ) async throws -> Application {
        guard let summary = try await application(id) else { throw Problem.notFound }
        let decided = try await move(id, by: person, note: note) { application in
            try application.decide(decision, in: summary.deadline.zone, now: now)
        }
        var lastDay: CalendarDate?
        if case .offer(let day) = decision { lastDay = day }
        try await announce(decided, as: decided.state.rawValue, note: note, until: lastDay)
        return decided
    }
}
