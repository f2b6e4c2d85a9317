import API
package import Institutions
package import Postgres
package import Vocabulary

extension Transaction {
    /// Names who coordinates an agreement for a party from now on, after `matching` has looked at the version being changed. A
    /// partner's staff name their own institution's.
    ///
    /// Throws `MoURefusal`, or not found when there is no such party or the acting seat does not speak for it; refused by
    /// `who_answered_stands_once_it_is_over`.
    package func nameCoordinator(
        _ name: Name, of party: Institution.ID, of mou: MoU.ID, matching: (MoU) async throws -> Void
    ) async throws -> MoU {
        guard let current = try await lockSharedMoU(mou) else { throw Problem.notFound }
        try await matching(current)
        try current.admitsHandover()
        guard try await save(coordinator: name, of: party, of: mou), let named = try await self.mou(mou)
        else { throw Problem.notFound }
        return named
    }

    /// Names who reads an agreement for the law from now on, after `matching` has looked at the version being changed.
    ///
    /// Throws `MoURefusal`, or not found; refused by `who_answered_stands_once_it_is_over`.
    package func nameLegalReviewer(
        _ name: Name, of mou: MoU.ID, matching: (MoU) async throws -> Void
    ) async throws -> MoU {
        guard let current = try await lockMoU(mou) else { throw Problem.notFound }
        try await matching(current)
        try current.admitsHandover()
        guard try await save(legalReviewer: name, of: mou), let named = try await self.mou(mou)
        else { throw Problem.notFound }
        return named
    }
}
