internal import API
package import Accounts
package import Applications
package import Postgres

extension Transaction {
    /// Freezes the file of an application anew in an open round, once the startup has handed in changes that were asked for.
    /// Reviewers read the new answers from now on, and are told since when; a review that was submitted stands, until a
    /// manager reopens it.
    ///
    /// Throws `ReviewRefusal`, or not found.
    package func renewFile(
        of application: Application.ID, in id: ReviewRound.ID, by person: Person.ID
    ) async throws {
        guard let round = try await lockRound(id) else { throw Problem.notFound }
        try round.checkOpen()
        guard try await file(of: application, in: id) != nil else { throw Problem.notFound }
        guard let fresh = try await entrants(to: round, among: [application], again: true).first else {
            throw ReviewRefusal.changesPending
        }
        guard try await renew(fresh, in: id, by: person) else { throw Problem.notFound }
    }
}
