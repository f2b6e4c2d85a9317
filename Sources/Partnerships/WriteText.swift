import API
package import Accounts
package import Postgres
package import Vocabulary

extension Transaction {
    /// Writes the text of an agreement in a language; what it said before is kept. Until the text is agreed.
    ///
    /// Throws `MoURefusal.textIsFrozen`, or not found.
    package func writeText(
        _ body: MoUBody, in language: Language, of id: MoU.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> MoUText {
        guard let mou = try await lockMoU(id) else { throw Problem.notFound }
        try mou.admitsRevision()
        let version = try await insert(body, in: language, of: id, in: tenant, by: person)
        guard let text = try await text(of: id, in: language, version: version) else { throw Problem.notFound }
        return text
    }
}
