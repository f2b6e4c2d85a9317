internal import Accounts
internal import Postgres
internal import Vocabulary

extension Statements {
    /// When match runs come by themselves; nil where they do not, or the principal may not know.
    package func matchSchedule() async throws -> MatchSchedule? {
        try await first(
            """
            -- matchSchedule
            \(fragment: .matchSchedule)
            """
        ).map(MatchSchedule.init)
    }
}

extension Query {
    /// The schedule is the managers' own, in the query as in row-level security.
    fileprivate static var matchSchedule: Query {
        """
        SELECT tenant_id, weeks, next_on, length, rule_most_lists, rule_least_lists, rule_rest_days, set_at, set_by
        FROM match_schedules WHERE tenant_id = acting_tenant() AND acts_as('manager', 'system')
        """
    }
}

extension MatchSchedule {
    fileprivate init(_ row: Row) throws {
        let rules = try MatchRules(
            mostLists: row("rule_most_lists"), leastLists: row("rule_least_lists"), restDays: row("rule_rest_days"))
        try self.init(
            weeks: row("weeks"), nextOn: row("next_on"), length: row("length"), rules: rules.isEmpty ? nil : rules,
            setAt: row("set_at"), setBy: row("set_by"))
    }
}

extension Transaction {
    func set(_ new: NewMatchSchedule, length: Int, by person: Person.ID) async throws {
        try await execute(
            """
            -- setMatchSchedule
            INSERT INTO match_schedules (
                tenant_id, weeks, next_on, length, rule_most_lists, rule_least_lists, rule_rest_days, set_by)
            VALUES (
                acting_tenant(), \(new.weeks), \(new.firstOn), \(length), \(new.rules?.mostLists),
                \(new.rules?.leastLists), \(new.rules?.restDays), \(person))
            ON CONFLICT (tenant_id) DO UPDATE
                SET weeks = excluded.weeks, next_on = excluded.next_on, length = excluded.length,
                    rule_most_lists = excluded.rule_most_lists, rule_least_lists = excluded.rule_least_lists,
                    rule_rest_days = excluded.rule_rest_days, set_at = now(), set_by = excluded.set_by
            """)
    }

    /// Whether there was one to end.
    func deleteMatchSchedule() async throws -> Bool {
        try await execute("/* endMatchSchedule */ DELETE FROM match_schedules WHERE tenant_id = acting_tenant()") > 0
    }

    /// The schedule if its day has come, with its row locked; a worker that finds another at it leaves it to that.
    func lockDueMatchSchedule(on day: CalendarDate) async throws -> (Tenant.ID, MatchSchedule)? {
        try await first(
            """
            -- lockDueMatchSchedule
            \(fragment: .matchSchedule) AND next_on <= \(day) FOR UPDATE SKIP LOCKED
            """
        ).map { (try $0("tenant_id"), try MatchSchedule($0)) }
    }

    func putOffMatchSchedule(to day: CalendarDate) async throws {
        try await execute(
            """
            -- putOffMatchSchedule
            UPDATE match_schedules SET next_on = \(day) WHERE tenant_id = acting_tenant()
            """)
    }
}
