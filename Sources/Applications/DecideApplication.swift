internal import API
package import Accounts
package import Postgres
package import Vocabulary

extension Transaction {
    /// Checks a submitted application against the conditions of its call.
    ///
    /// Throws `ApplicationRefusal`, or not found.
    package func screenApplication(
        _ id: Application.ID, finding screening: Screening, by person: Person.ID
    ) async throws -> Application {
        var reason: LongText?
        if case .ineligible(let because) = screening { reason = because }
        return try await move(id, by: person, note: reason) { application in
            try application.screen(screening, now: now)
        }
    }

    /// Decides on an application that was judged. The startup reads the note with the decision.
    ///
    /// An offer stands until the end of its last day in the zone of the call. Throws `ApplicationRefusal`, or not found.
    package func decideApplication(
        _ id: Application.ID, _ decision: Decision, note: LongText, by person: Person.ID
    ) async throws -> Application {
        guard let summary = try await application(id) else { throw Problem.notFound }
        return try await move(id, by: person, note: note) { application in
            try application.decide(decision, in: summary.deadline.zone, now: now)
        }
    }
}
