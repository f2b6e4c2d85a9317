internal import Institutions
internal import Matching
internal import Postgres

extension Statements {
    /// For each investor the startups that its latest answer passes over for something that did not fit. They tell of it as
    /// long as past deals do, also when they keep nothing off its lists any more.
    func passesForFit() async throws -> [Institution.ID: [World.Pass]] {
        let rows = try await rows(
            """
            -- matchInputs: passes
            SELECT DISTINCT ON (a.investor_id, a.startup_id)
                   a.investor_id, a.startup_id, a.reason, (a.answered_at::date - DATE '1970-01-01')::int8
            FROM (SELECT (SELECT s.investor_id FROM shortlists AS s
                          WHERE s.tenant_id = a.tenant_id AND s.id = a.shortlist_id) AS investor_id,
                         a.startup_id, a.reason, a.answered_at, a.id
                  FROM shortlist_answers AS a WHERE a.tenant_id = acting_tenant()) AS a
            ORDER BY a.investor_id, a.startup_id, a.answered_at DESC, a.id DESC
            """)
        var passes: [Institution.ID: [World.Pass]] = [:]
        for row in rows {
            let (investor, startup, reason, day) = try row.decode(
                Institution.ID.self, Startup.ID.self, Answer.PassReason?.self, Int.self)
            guard let ground = reason?.ground else { continue }
            passes[investor, default: []].append(World.Pass(over: startup.key, because: ground, day: day))
        }
        return passes
    }
}
