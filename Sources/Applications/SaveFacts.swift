internal import API
package import Accounts
package import Eligibility
package import Postgres

extension Transaction {
    /// Declares the facts of a draft, replacing what was declared before by what `change` makes of it, under the draft's
    /// lock.
    ///
    /// Throws `ApplicationRefusal.answersAreFrozen`, or not found; refused by `facts_are_of_a_reasonable_size`.
    package func saveFacts(
        of id: Application.ID, by person: Person.ID,
        _ change: (ApplicationFacts) throws -> DeclaredFacts
    ) async throws -> ApplicationFacts {
        guard let application = try await lockApplication(id) else { throw Problem.notFound }
        try application.checkAnswersAreOpen()
        let facts = try change(try await facts(of: application))
        try await store(facts, of: application, by: person)
        try await noteFacts(of: application)
        return ApplicationFacts(facts, isDeclared: true)
    }
}
