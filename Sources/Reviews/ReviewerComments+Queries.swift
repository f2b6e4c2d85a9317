internal import Accounts
package import Applications
internal import Foundation
package import Postgres
package import Vocabulary

extension Statements {
    /// What reviewers wrote for the startups of some applications, in the reviews they submitted, without a name; for managers.
    ///
    /// By chance, and each time the same: in the order of people or of time, a place would tell whose words stand there.
    package func reviewerComments(on applications: [Application.ID]) async throws -> [Application.ID: [LongText]] {
        try await rows(
            """
            -- reviewerComments
            SELECT w.application_id,
                   array_agg(w.comment ORDER BY sha256(convert_to(w.assignment_id::text, 'UTF8'))) AS comments
            FROM reviews AS w
            JOIN review_assignments AS s ON s.tenant_id = w.tenant_id AND s.id = w.assignment_id
            WHERE w.tenant_id = acting_tenant() AND acts_as('manager', 'system')
              AND w.application_id = ANY (\(applications)) AND \(fragment: .isNotTooNear("w.application_id"))
              AND w.submitted_at IS NOT NULL AND w.comment IS NOT NULL AND s.state = 'assigned'
            GROUP BY w.application_id
            """
        ).reduce(into: [:]) { comments, row in
            let id: Application.ID = try row("application_id")
            comments[id] = try row("comments")
        }
    }
}
