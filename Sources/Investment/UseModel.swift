internal import API
package import Accounts
internal import Jobs
package import Postgres
internal import Vocabulary

extension Transaction {
    /// Puts a model in use: match runs that start from now on rank by it. An earlier model or the standard one is gone
    /// back to in the same way, and every choice is kept.
    ///
    /// - Parameter model: nil for the standard model.
    ///
    /// Throws `ModelRefusal.unknown`, `.untrained` or `.inUse`.
    package func useModel(
        _ model: LearnedModel.ID?, as id: ModelUse.ID, by person: Person.ID?
    ) async throws -> ModelUse {
        if let model {
            guard let found = try await learnedModel(model) else { throw ModelRefusal.unknown }
            guard found.state == .finished else { throw ModelRefusal.untrained }
        }
        guard try await modelUses(limit: 1).first?.model != model else { throw ModelRefusal.inUse }
        try await insert(id, of: model, by: person)
        guard let use = try await modelUses(limit: 1).first else { throw Problem.notFound }
        return use
    }
}
