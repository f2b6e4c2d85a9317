internal import API
package import Accounts
package import Institutions
package import Postgres
internal import Vocabulary

extension Transaction {
    /// Shows a shortlist to its investor.
    ///
    /// Throws `ShortlistRefusal.released`, or not found.
    package func releaseShortlist(_ id: Shortlist.ID, by person: Person.ID) async throws -> Shortlist {
        guard let shortlist = try await lockShortlist(id) else { throw Problem.notFound }
        guard shortlist.releasedAt == nil else { throw ShortlistRefusal.released }
        try await release(id, by: person)
        guard let released = try await self.shortlist(id) else { throw Problem.notFound }
        return released
    }

    /// Keeps what an investor answers to a startup of its shortlist. It may change its mind: the latest answer counts,
    /// and all are kept.
    ///
    /// Throws `AnswerRefusal`, or not found for an item the investor may not see.
    package func answerShortlistItem(
        _ startup: Startup.ID, of shortlist: Shortlist.ID, with answer: NewAnswer, as id: Answer.ID,
        in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> ShortlistItem {
        guard try await item(startup, of: shortlist) != nil else { throw Problem.notFound }
        try answer.check(today: CalendarDate(now, in: .utc))
        try await insert(answer, as: id, to: startup, of: shortlist, in: tenant, by: person)
        guard let item = try await item(startup, of: shortlist) else { throw Problem.notFound }
        return item
    }
}
