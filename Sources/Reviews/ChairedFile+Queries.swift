internal import Applications
internal import Foundation
package import Postgres
internal import Vocabulary

extension Statements {
    /// A round whose panel the acting reviewer chairs; nil for every other.
    func chairedRound(_ id: ReviewRound.ID) async throws -> ReviewRound? {
        guard try await ownSeats()[id]?.chairs == true else { return nil }
        return try await round(id)
    }

    /// The files of a round that the acting reviewer chairs, by their codes; of other rounds, none.
    ///
    /// - Parameters:
    ///   - position: after which to go on.
    ///   - limit: how many at the most.
    package func chairedFiles(
        in round: ReviewRound.ID, after position: ChairedFilePosition? = nil, limit: Int
    ) async throws -> [ChairedFile] {
        try await rows(
            """
            -- chairedFiles
            SELECT f.application_id, f.code, f.startup_name, f.language, f.renewed_at, c.submitted, c.awaits_own
            FROM files_of_the_chair(\(round)) AS c
            JOIN review_files AS f
                ON f.tenant_id = acting_tenant() AND f.round_id = \(round) AND f.application_id = c.application_id
            WHERE acts_as('reviewer') AND \(fragment: .isNotTooNear("f.application_id"))
              \(given: position, { "AND f.code > \($0.code)" })
            ORDER BY f.code
            LIMIT \(limit)
            """
        ).map { row in
            try ChairedFile(
                application: row("application_id"), code: row("code"), startupName: row("startup_name"),
                language: row("language"), renewedAt: row("renewed_at"), submitted: row("submitted"),
                awaitsOwn: row("awaits_own"))
        }
    }
}
