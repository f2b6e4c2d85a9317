internal import Accounts
internal import Applications
internal import Postgres
internal import Vocabulary

extension Statements {
    /// Why each of some applications does not enter a round; those that nobody may know of are left out.
    func reasonsNotToEnter(
        _ round: ReviewRound, _ applications: [Application.ID]
    ) async throws -> [Application.ID: NoEntrance] {
        guard !applications.isEmpty else { return [:] }
        let rows = try await rows(
            """
            -- reasonsNotToEnter
            SELECT a.id, CASE
                WHEN a.call_id <> \(round.call) THEN 'other_call'
                WHEN EXISTS (SELECT FROM review_files AS f WHERE f.tenant_id = a.tenant_id AND f.round_id = \(round.id)
                             AND f.application_id = a.id) THEN 'already_in'
                WHEN a.state NOT IN ('in_review', 'shortlisted', 'interview') THEN 'not_in_review'
                ELSE 'not_judged' END AS reason
            FROM applications AS a
            WHERE a.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND a.id = ANY (\(applications))
            """)
        return try rows.reduce(into: [:]) { reasons, row in
            reasons[try row("id")] = NoEntrance(rawValue: try row("reason"))
        }
    }

    /// The applications of a round whose startups handed changes in that its reviewers do not read, by their codes; for managers.
    func applicationsToRenew(
        in round: ReviewRound.ID
    ) async throws -> [(application: Application.ID, code: String, startupName: LocalizedName)] {
        try await rows(
            """
            -- applications to renew
            SELECT f.application_id, f.code, i.names
            FROM review_files AS f
            JOIN applications AS a ON a.tenant_id = f.tenant_id AND a.id = f.application_id
            JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
            WHERE f.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND f.round_id = \(round)
              AND a.withdrawn_at IS NULL AND \(fragment: .isNotTooNear("f.application_id"))
              AND EXISTS (SELECT FROM application_snapshots AS x
                          WHERE x.tenant_id = f.tenant_id AND x.application_id = f.application_id
                            AND x.request_id IS NOT NULL AND x.submitted_at > coalesce(f.renewed_at, f.entered_at))
            ORDER BY f.code
            """
        ).map { try (application: $0("application_id"), code: $0("code"), startupName: $0("names")) }
    }

    /// What the startups of some applications are called, for managers.
    func startupNames(of applications: [Application.ID]) async throws -> [Application.ID: LocalizedName] {
        let rows = try await rows(
            """
            -- startupNames of applications
            SELECT a.id, i.names
            FROM applications AS a JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
            WHERE a.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND a.id = ANY (\(applications))
            """)
        return try rows.reduce(into: [:]) { $0[try $1("id")] = try $1("names") }
    }
}
