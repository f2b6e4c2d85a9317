internal import API
package import Accounts
package import Foundation
internal import Jobs
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
        let declined = try await move(id, by: person, note: note) { application in try application.decline(now: now) }
        try await enqueue(PlaceFreed(call: declined.call.uuid))
        return declined
    }

    /// The startup gives the place back that it had accepted, before it is enrolled.
    ///
    /// Throws `ApplicationRefusal`, or not found; refused by `enrolled_startups_keep_their_place`.
    package func giveBackPlace(
        _ id: Application.ID, because note: LongText?, by person: Person.ID
    ) async throws -> Application {
        let given = try await move(id, by: person, note: note) { application in try application.giveBack(now: now) }
        try await enqueue(PlaceFreed(call: given.call.uuid))
        return given
    }

    /// Looks after an offer when it has run out.
    func followOffer(of application: Application) async throws {
        guard let end = application.offerExpiresAt else { return }
        // All offers of a call that end at one moment are looked after at once.
        try await enqueue(
            PlaceFreed(call: application.call.uuid), key: "\(application.call) \(end.timeIntervalSince1970)",
            runAt: end.addingTimeInterval(1))
    }
}

/// A place of a call may be free again: an offer ran out or was declined, or an accepted place was given back. Who gets it
/// is decided in `Decisions`, which performs this job.
package struct PlaceFreed: Job {
    /// The name it is stored under.
    package static let kind = "applications.place-freed"

    /// The call.
    package let call: UUID
}
