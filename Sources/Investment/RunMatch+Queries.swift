internal import Foundation
internal import Institutions
internal import Matching
internal import Postgres
internal import Vocabulary

/// What an unfinished run was asked to do.
struct OrderedMatchRun: Sendable {
    let length: Int
    let rules: MatchRules
    let asOf: CalendarDate
    let asked: [Mandate.ID]?
    var stream: MatchRun.Stream.ID? = nil
}

extension Transaction {
    /// What an unfinished run was asked to do.
    func orderedMatchRun(_ id: MatchRun.ID) async throws -> OrderedMatchRun? {
        let row = try await first(
            """
            -- orderedMatchRun
            SELECT length, rule_most_lists, rule_least_lists, rule_rest_days, as_of, asked, stream_id FROM match_runs
            WHERE tenant_id = acting_tenant() AND id = \(id) AND finished_at IS NULL
            """)
        return try row.map { row in
            try OrderedMatchRun(
                length: row("length"),
                rules: MatchRules(
                    mostLists: row("rule_most_lists"), leastLists: row("rule_least_lists"),
                    restDays: row("rule_rest_days")),
                asOf: row("as_of"), asked: row("asked"), stream: row("stream_id"))
        }
    }

    /// The startups that took part in a stream on a day, or had come through it.
    func startups(of stream: MatchRun.Stream.ID, on day: CalendarDate) async throws -> Set<Key> {
        let found: [Startup.ID] = try await rows(
            """
            -- matchInputs: startups of a stream
            SELECT DISTINCT e.startup_id
            FROM enrolments AS e JOIN cohorts AS h ON h.tenant_id = e.tenant_id AND h.id = e.cohort_id
            WHERE e.tenant_id = acting_tenant() AND h.stream_id = \(stream) AND e.started_on <= \(day)
              AND (e.ended_at IS NULL OR e.ended_at::date > \(day))
            """
        ).map { row in try row("startup_id") }
        return Set(found.map(\.key))
    }

    /// For each investor the startups on lists that it was shown within so many days, and has not answered since.
    func unanswered(within days: Int, until day: CalendarDate) async throws -> [Institution.ID: Set<Startup.ID>] {
        let rows = try await rows(
            """
            -- matchInputs: unanswered
            SELECT DISTINCT s.investor_id, i.startup_id
            FROM shortlists AS s
            JOIN shortlist_items AS i ON i.tenant_id = s.tenant_id AND i.shortlist_id = s.id
            WHERE s.tenant_id = acting_tenant() AND s.released_at::date BETWEEN \(day)::date - \(days)::int4 AND \(day)
              AND NOT EXISTS (
                  SELECT FROM shortlists AS o
                  JOIN shortlist_answers AS a ON a.tenant_id = o.tenant_id AND a.shortlist_id = o.id
                  WHERE o.tenant_id = s.tenant_id AND o.investor_id = s.investor_id AND a.startup_id = i.startup_id
                    AND a.answered_at >= s.released_at)
            """)
        return try Self.byInvestor(rows)
    }

    /// For each investor the startups that are not to be proposed to it on a day: one of the two does not want it, or the
    /// startup waits for its answer on a list that it has.
    func blockedOrInHand(on day: CalendarDate) async throws -> [Institution.ID: Set<Startup.ID>] {
        let rows = try await rows(
            """
            -- matchInputs: blocked or in hand
            SELECT b.investor_id, b.startup_id FROM blocks AS b
            WHERE b.tenant_id = acting_tenant() AND b.lifted_at IS NULL
            UNION
            SELECT s.investor_id, x.startup_id
            FROM shortlists AS s
            JOIN shortlist_items AS x ON x.tenant_id = s.tenant_id AND x.shortlist_id = s.id
            WHERE s.tenant_id = acting_tenant() AND s.released_at::date <= \(day) AND s.answer_by >= \(day)
              AND NOT EXISTS (SELECT FROM shortlist_answers AS a
                              WHERE a.tenant_id = x.tenant_id AND a.shortlist_id = x.shortlist_id
                                AND a.startup_id = x.startup_id)
            """)
        return try Self.byInvestor(rows)
    }

    /// Keeps the lists of a run. In portions: each statement stays far within its time, however many lists there are.
    func insert(_ lists: [MatchedList], of run: MatchRun.ID) async throws {
        // Nobody waits for a page here: a busy machine may take its time over tens of thousands of rows.
        try await execute("/* finishMatchRun */ SELECT set_config('statement_timeout', '120s', true)")
        for portion in lists.split(every: 500) {
            try await execute(
                """
                -- finishMatchRun: shortlists
                INSERT INTO shortlists (
                    tenant_id, id, run_id, mandate_id, mandate_version, investor_id, considered, gates)
                SELECT acting_tenant(), l.id, \(run), l.mandate, l.version, l.investor, l.considered, l.gates::jsonb
                FROM unnest(
                    \(portion.map(\.id)), \(portion.map(\.order.mandate)), \(portion.map(\.order.version)),
                    \(portion.map(\.order.investor)), \(portion.map(\.considered)), \(portion.map(\.gatesJSON))
                ) AS l (id, mandate, version, investor, considered, gates)
                """)
        }
        // COPY goes past row-level security and is refused where it holds, so the rows take a detour.
        try await execute(
            """
            -- finishMatchRun: staging
            CREATE TEMPORARY TABLE matched_items (
                portion integer NOT NULL, shortlist_id uuid NOT NULL, startup_id uuid NOT NULL, rank integer NOT NULL,
                score bigint NOT NULL, parts jsonb NOT NULL, profile jsonb
            ) ON COMMIT DROP
            """)
        let items = lists.flatMap { list in
            list.items.enumerated().map { (list: list.id, rank: $0.offset + 1, item: $0.element) }
        }
        let profiles = try await profilesToKeep(of: Array(Set(items.map(\.item.startup))))
        _ = try await copy(
            into: "matched_items",
            columns: ["portion", "shortlist_id", "startup_id", "rank", "score", "parts", "profile"],
            rows: items.enumerated().map { number, entry in
                [
                    Int32(clamping: number / 5000), entry.list, entry.item.startup, Int32(clamping: entry.rank),
                    entry.item.score, entry.item.parts, profiles[entry.item.startup],
                ]
            })
        for portion in 0...(max(0, items.count - 1) / 5000) {
            try await execute(
                """
                -- finishMatchRun: items
                INSERT INTO shortlist_items (tenant_id, shortlist_id, startup_id, rank, score, parts, profile)
                SELECT acting_tenant(), shortlist_id, startup_id, rank, score, parts, profile FROM matched_items
                WHERE portion = \(portion)
                """)
        }
    }
}

extension MatchedList {
    fileprivate var gatesJSON: String {
        let members = gatedOut.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }
        return "{\(members.joined(separator: ","))}"
    }
}

extension Array {
    fileprivate func split(every count: Int) -> [[Element]] {
        stride(from: 0, to: self.count, by: count).map { Array(self[$0..<Swift.min($0 + count, self.count)]) }
    }
}
