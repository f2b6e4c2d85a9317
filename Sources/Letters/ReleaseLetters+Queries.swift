internal import Foundation
internal import Postgres
internal import Vocabulary

extension Transaction {
    /// What each of several letters is about, of those that are about something.
    func topics(of ids: [Letter.ID]) async throws -> [Letter.ID: UUID] {
        try await rows(
            """
            -- topics of letters
            SELECT l.id, l.about_id FROM letters AS l
            WHERE l.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND l.about_id IS NOT NULL
              AND l.id = ANY (\(ids.map(\.uuid)))
            """
        ).reduce(into: [:]) { $0[try $1("id")] = try $1("about_id") as UUID }
    }
}
