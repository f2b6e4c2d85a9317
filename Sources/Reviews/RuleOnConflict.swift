package import API
package import Accounts
package import Applications
package import Postgres
package import Vocabulary

extension Transaction {
    /// Sets aside that an application names somebody, so that they may judge the startup, or lets it stand again.
    ///
    /// What was taken from them is assigned anew, not given back. Restoring takes from them at once what they have not handed in;
    /// what they have stays, as it does when they are named.
    ///
    /// Not found when there is no such application, or it is of a startup of the manager's own; refused by the constraints
    /// `rulings_are_on_whom_an_application_names`, `rulings_are_on_others`, `rulings_set_aside_and_restore_in_turn` and
    /// `rulings_follow_each_other`.
    package func ruleOnConflict(
        of person: Person.ID, namedBy application: Application.ID, _ deed: ConflictRuling.Deed,
        because reason: ShortText, as id: ConflictRuling.ID, by manager: Person.ID
    ) async throws {
        guard
            try await insert(id, on: person, namedBy: application, deed, because: reason, by: manager)
        else { throw Problem.notFound }
    }

    /// Rules the same on several who are named, for the same reason.
    ///
    /// Throws `RowsRefused`.
    package func ruleOnConflicts(
        _ pairs: [(person: Person.ID, application: Application.ID)], _ deed: ConflictRuling.Deed,
        because reason: ShortText, _ mode: BulkMode, by manager: Person.ID
    ) async throws -> [RowVerdict<ConflictRuling.ID>] {
        try await each(
            of: pairs, inOrderOf: { "\($0.application) \($0.person)" }, mode, at: "/rulings",
            constraints: ReviewsRoom.constraints
        ) {
            let id = ConflictRuling.ID()
            try await $0.ruleOnConflict(
                of: $1.person, namedBy: $1.application, deed, because: reason, as: id, by: manager)
            return id
        }
    }
}
