internal import Accounts
internal import Foundation
package import Postgres

extension Statements {
    /// What was handed in of an application, the first first. For its founders and for managers.
    package func snapshots(of id: Application.ID) async throws -> [ApplicationSnapshot] {
        try await rows(
            """
            -- snapshots of an application
            SELECT s.application_id, s.number, s.submitted_at, p.name AS submitted_by_name, s.request_id,
                   encode(s.digest, 'hex') AS digest, s.content, c.text AS canonical,
                   sha256(convert_to(c.text, 'UTF8')) = s.digest AS is_intact
            FROM application_snapshots AS s
            JOIN applications AS a ON a.tenant_id = s.tenant_id AND a.id = s.application_id
            CROSS JOIN LATERAL (SELECT canonical_json(s.content) AS text) AS c
            LEFT JOIN people AS p ON p.id = s.submitted_by
            WHERE s.tenant_id = acting_tenant() AND s.application_id = \(id)
              AND (acts_as('manager', 'system')
                   OR acts_as('founder') AND a.startup_id = acting_institution())
            ORDER BY s.number
            """
        ).map { row in
            try ApplicationSnapshot(
                application: row("application_id"), number: row("number"), submittedAt: row("submitted_at"),
                submittedByName: row("submitted_by_name"), answers: row("request_id"), digest: row("digest"),
                isIntact: row("is_intact"), canonical: row("canonical"),
                content: (row("content") as JSONB<ApplicationSnapshot.Content>).value)
        }
    }
}

extension Transaction {
    /// Keeps a copy of what has just been handed in; the database makes it of what stands in the tables.
    func takeSnapshot(
        of id: Application.ID, answering request: ChangeRequest.ID? = nil, by person: Person.ID
    ) async throws {
        // Number, content and digest are the trigger's.
        try await execute(
            """
            -- takeSnapshot
            INSERT INTO application_snapshots
                (tenant_id, application_id, number, submitted_by, request_id, content, digest)
            VALUES (acting_tenant(), \(id), 0, \(person), \(request), '{}', '')
            """)
    }
}
