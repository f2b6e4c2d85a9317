internal import API
package import Accounts
package import Postgres
package import Vocabulary

extension Transaction {
    /// The startup takes the place it was offered. Enrolment follows.
    ///
    /// Throws `ApplicationRefusal.offerExpired` and others, or not found.
    package func acceptOffer(_ id: Application.ID, by person: Person.ID) async throws -> Application {
        try await move(id, by: person, note: nil) { application in try application.accept(now: now) }
    }

    /// The startup does not take the place it was offered, which then is free for another.
    ///
    /// Throws `ApplicationRefusal`, or not found.
    package func declineOffer(
        _ id: Application.ID, because note: LongText?, by person: Person.ID
    ) async throws -> Application {
        try await move(id, by: person, note: note) { application in try application.decline(now: now) }
    }
}
