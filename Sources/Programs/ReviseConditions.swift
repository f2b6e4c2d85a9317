import API
package import Accounts
package import Postgres
import Vocabulary

extension Transaction {
    /// Replaces what a draft of a call requires by what `change` makes of it, under the call's lock. What is published
    /// stands: startups are acting on it.
    ///
    /// Throws `CallRefusal`, or not found; refused by `call_conditions_pkey`,
    /// `calls_have_a_reasonable_number_of_conditions` and `condition_rule_is_of_a_reasonable_size`.
    package func reviseConditions(
        of call: CallForApplications.ID, in tenant: Tenant.ID,
        _ change: ([CallCondition]) throws -> [CallCondition]
    ) async throws -> [CallCondition] {
        guard let current = try await lockCall(call) else { throw Problem.notFound }
        let conditions = try change(try await conditions(of: call))
        try current.admitsRevision()
        try await replaceConditions(of: call, with: conditions, in: tenant)
        return conditions
    }
}
