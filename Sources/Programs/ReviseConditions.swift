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

    /// Replaces what calls drafted in a stream begin by requiring, under the stream's lock. Calls that there are stay as they
    /// are.
    ///
    /// Throws what `designStream` throws, or not found.
    package func reviseConditions(
        designedFor stream: ProgramStream.ID, in tenant: Tenant.ID,
        _ change: ([CallCondition]) throws -> [CallCondition]
    ) async throws -> [CallCondition] {
        guard try await lockStream(stream) != nil else { throw Problem.notFound }
        var design = try await design(of: stream) ?? .blank
        design.conditions = try change(design.required).map(ConditionBody.init)
        return try await designStream(stream, as: design, in: tenant).required
    }
}
