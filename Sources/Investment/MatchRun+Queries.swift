internal import Accounts
package import Foundation
internal import Institutions
internal import Jobs
package import Postgres
internal import Vocabulary

extension Statements {
    /// A match run and how far it is; nil when it does not exist or the principal may not know of it.
    package func matchRun(_ id: MatchRun.ID) async throws -> MatchRun? {
        try await first(
            """
            -- matchRun
            \(fragment: .matchRuns) WHERE r.tenant_id = acting_tenant() AND \(fragment: .reachOfRuns) AND r.id = \(id)
            """
        ).map(MatchRun.init)
    }

    /// Match runs, the latest first.
    package func matchRuns(after cursor: MatchRunPosition? = nil, limit: Int) async throws -> [MatchRun] {
        try await rows(
            """
            -- matchRuns
            \(fragment: .matchRuns)
            WHERE r.tenant_id = acting_tenant() AND \(fragment: .reachOfRuns)
              \(given: cursor, { "AND (r.requested_at, r.id) < (\($0.requestedAt), \($0.id))" })
            ORDER BY r.requested_at DESC, r.id DESC
            LIMIT \(limit)
            """
        ).map(MatchRun.init)
    }
}

extension Statements {
    /// Streams whose startups a match run may look at, in the order in which they were made.
    ///
    /// - Parameter id: only this one; nil for all.
    func streamsToServe(_ id: MatchRun.Stream.ID? = nil) async throws -> [MatchRun.Stream] {
        try await rows(
            """
            -- streamsToServe
            SELECT s.id, s.name FROM streams AS s
            WHERE s.tenant_id = acting_tenant() AND acts_as('manager', 'system') \(given: id, { "AND s.id = \($0)" })
            ORDER BY s.created_at, s.id LIMIT 500
            """
        ).map { row in try MatchRun.Stream(id: row("id"), name: row("name")) }
    }
}

/// Where a list of runs goes on.
package struct MatchRunPosition: Codable, Sendable {
    /// When the last run of the page was asked for.
    package let requestedAt: Date
    /// That run.
    package let id: MatchRun.ID

    /// Behind a run.
    package init(_ run: MatchRun) {
        requestedAt = run.requestedAt
        id = run.id
    }
}

extension Query {
    /// Match runs are the managers' own, in the query as in row-level security.
    fileprivate static var reachOfRuns: Query { "acts_as('manager', 'system')" }

    fileprivate static var matchRuns: Query {
        """
        SELECT r.id, r.job_id, r.engine, r.length,
               (SELECT jsonb_build_object('id', x.id, 'name', x.name)
                FROM streams AS x WHERE x.tenant_id = r.tenant_id AND x.id = r.stream_id) AS stream, r.as_of, r.requested_at, r.requested_by, r.finished_at,
               encode(r.inputs_hash, 'hex') AS inputs_hash, encode(r.results_hash, 'hex') AS results_hash,
               r.mandates, r.startups, r.gated_out, r.shown, r.most_lists, r.exposure_gini, r.given_up,
               r.rule_most_lists, r.rule_least_lists, r.rule_rest_days, r.below_floor,
               (SELECT count(*) FROM shortlists AS s WHERE s.tenant_id = r.tenant_id AND s.run_id = r.id) AS shortlists,
               (SELECT count(s.released_at) FROM shortlists AS s
                WHERE s.tenant_id = r.tenant_id AND s.run_id = r.id) AS released,
               (SELECT count(s.declined_at) FROM shortlists AS s
                WHERE s.tenant_id = r.tenant_id AND s.run_id = r.id) AS declined,
               CASE WHEN \(fragment: .isReviewed) THEN \(fragment: .review) END AS review,
               j.state AS job_state, j.done AS job_done, j.total AS job_total
        FROM match_runs AS r
        LEFT JOIN (\(fragment: .jobStates)) AS j ON j.id = r.job_id
        """
    }

    /// Whether anything of a run `r` was withheld or declined.
    private static var isReviewed: Query {
        """
        EXISTS (SELECT FROM shortlists AS s
                WHERE s.tenant_id = r.tenant_id AND s.run_id = r.id
                  AND (s.declined_at IS NOT NULL OR EXISTS (
                      SELECT FROM withheld_items AS w WHERE w.tenant_id = s.tenant_id AND w.shortlist_id = s.id)))
        """
    }

    /// What is left of the lists of a run `r`.
    private static var review: Query {
        """
        (SELECT jsonb_build_object(
             'withheld', (SELECT count(*) FROM shortlists AS s
                          JOIN withheld_items AS w ON w.tenant_id = s.tenant_id AND w.shortlist_id = s.id
                          WHERE s.tenant_id = r.tenant_id AND s.run_id = r.id AND s.declined_at IS NULL),
             'shown', count(*), 'mostLists', coalesce(max(p.lists), 0),
             'belowFloor', CASE WHEN r.rule_least_lists IS NOT NULL
                                THEN r.startups - count(*) FILTER (WHERE p.lists >= r.rule_least_lists) END)
         FROM (SELECT x.startup_id, count(*) AS lists FROM shortlists AS s
               JOIN shortlist_items AS x ON x.tenant_id = s.tenant_id AND x.shortlist_id = s.id
               WHERE s.tenant_id = r.tenant_id AND s.run_id = r.id AND s.declined_at IS NULL
               GROUP BY x.startup_id) AS p)
        """
    }
}

extension MatchRun {
    fileprivate init(_ row: Row) throws {
        let finishedAt: Date? = try row("finished_at")
        let state = State(of: try row("job_state"), hasResult: finishedAt != nil)
        let progress = try WorkProgress(done: row("job_done"), total: row("job_total"))
        try self.init(
            id: row("id"), job: row("job_id"), state: state, progress: finishedAt == nil ? progress : nil,
            engine: row("engine"), length: row("length"), rules: MatchRules(row),
            stream: (row("stream") as JSONB<Stream>?)?.value, asOf: row("as_of"),
            requestedAt: row("requested_at"),
            requestedBy: row("requested_by"), finishedAt: finishedAt, inputsHash: row("inputs_hash"),
            resultsHash: row("results_hash"), mandates: row("mandates"), startups: row("startups"),
            gatedOut: row("gated_out"), exposure: Exposure(row), shortlists: row("shortlists"),
            released: row("released"), declined: row("declined"),
            review: (row("review") as JSONB<MatchRun.Review>?)?.value)
    }
}

extension MatchRules {
    fileprivate init?(_ row: Row) throws {
        try self.init(
            mostLists: row("rule_most_lists"), leastLists: row("rule_least_lists"), restDays: row("rule_rest_days"))
        if isEmpty { return nil }
    }
}

extension MatchRun.Exposure {
    fileprivate init?(_ row: Row) throws {
        guard let shown: Int = try row("shown") else { return nil }
        try self.init(
            shown: shown, mostLists: row("most_lists"), gini: row("exposure_gini"), givenUp: row("given_up"),
            belowFloor: row("below_floor"))
    }
}

extension Transaction {
    func insert(
        _ run: MatchRun.ID, job: UUID, engine: String, length: Int, rules: MatchRules?, asOf: CalendarDate,
        asked: [Mandate.ID]?, stream: MatchRun.Stream.ID?, in tenant: Tenant.ID, by person: Person.ID?
    ) async throws {
        try await execute(
            """
            -- requestMatchRun
            INSERT INTO match_runs (
                tenant_id, id, job_id, engine, length, rule_most_lists, rule_least_lists, rule_rest_days, as_of, asked,
                stream_id, requested_by)
            VALUES (
                \(tenant), \(run), \(job), \(engine), \(length), \(rules?.mostLists), \(rules?.leastLists),
                \(rules?.restDays), \(asOf), \(asked), \(stream), \(person))
            """)
    }

    /// How many of these mandates would be served.
    func countStanding(_ mandates: [Mandate.ID]) async throws -> Int {
        try await value(
            """
            -- countStanding
            SELECT count(*) FROM mandates
            WHERE tenant_id = acting_tenant() AND id = ANY (\(mandates)) AND withdrawn_at IS NULL AND deploying
            """)
    }

    /// The mandates of these investors that would be served.
    func mandatesServed(
        of investors: [Institution.ID]
    ) async throws -> [(mandate: Mandate.ID, investor: Institution.ID)] {
        try await rows(
            """
            -- mandatesServed
            SELECT id, investor_id FROM mandates
            WHERE tenant_id = acting_tenant() AND investor_id = ANY (\(investors)) AND withdrawn_at IS NULL AND deploying
            """
        ).map { row in try (row("id"), row("investor_id")) }
    }

    /// Whether there is such a run that has not finished. Locked, so that two workers cannot both finish it.
    func lockUnfinishedMatchRun(_ id: MatchRun.ID) async throws -> Bool {
        try await first(
            """
            -- lockUnfinishedMatchRun
            SELECT id FROM match_runs WHERE tenant_id = acting_tenant() AND id = \(id) AND finished_at IS NULL
            FOR UPDATE
            """) != nil
    }

    func markFinished(
        _ id: MatchRun.ID, engine: String, inputs: [UInt8], results: [UInt8], mandates: Int, startups: Int,
        gatedOut: Int,
        exposure: MatchRun.Exposure
    ) async throws {
        try await execute(
            """
            -- finishMatchRun
            UPDATE match_runs
            SET finished_at = now(), engine = \(engine), inputs_hash = \(inputs), results_hash = \(results), mandates = \(mandates),
                startups = \(startups), gated_out = \(gatedOut), shown = \(exposure.shown),
                most_lists = \(exposure.mostLists), exposure_gini = \(exposure.gini), given_up = \(exposure.givenUp),
                below_floor = \(exposure.belowFloor)
            WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
    }

    /// Releases the lists of a run whose investors take them; says which, by investor.
    func release(
        run: MatchRun.ID, by person: Person.ID, answerBy: CalendarDate
    ) async throws -> [Institution.ID: [Shortlist.ID]] {
        let released = try await rows(
            """
            -- releaseMatchRun
            UPDATE shortlists SET released_at = now(), released_by = \(person), answer_by = \(answerBy)
            WHERE tenant_id = acting_tenant() AND run_id = \(run) AND released_at IS NULL AND declined_at IS NULL
              AND why_not_released(id) IS NULL AND NOT is_emptied(id)
            RETURNING investor_id, id
            """)
        var lists: [Institution.ID: [Shortlist.ID]] = [:]
        for row in released { lists[try row("investor_id"), default: []].append(try row("id")) }
        return lists
    }
}
