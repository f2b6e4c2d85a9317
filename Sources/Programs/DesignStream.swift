import API
package import Accounts
package import Postgres

extension Transaction {
    /// Replaces how a stream is designed, after `matching` has looked at the version being replaced. Calls and rounds that
    /// there are stay as they are.
    ///
    /// Throws `StreamRefusal.ended`, the problems of `StreamDesign.check`, or not found; refused by
    /// `stream_offers_a_place_at_least`, `award_is_an_amount`, `budget_is_an_amount`, `stream_lasts_a_reasonable_time` and
    /// `designed_conditions_can_be_asked`.
    package func designStream(
        _ id: ProgramStream.ID, as design: StreamDesign, in tenant: Tenant.ID,
        matching: (StreamDesign) throws -> Void = { _ in }
    ) async throws -> StreamDesign {
        guard let stream = try await lockStream(id) else { throw Problem.notFound }
        try matching(try await self.design(of: id) ?? .blank)
        guard stream.endedAt == nil else { throw StreamRefusal.ended }
        try design.check()
        var kept = design
        kept.conditions = design.required.map(ConditionBody.init)
        try await replace(kept, of: id, in: tenant)
        return try await self.design(of: id) ?? kept
    }
}
