package import Institutions
package import Postgres
package import Vocabulary

extension Statements {
    /// Why investors passed a startup over. A founder asks of their own startup, a manager of any.
    package func passDigest(of startup: Startup.ID, since day: CalendarDate) async throws -> PassDigest {
        let rows = try await rows(
            """
            -- passDigest
            SELECT w.reason, w.investors, w.of_all FROM why_passed_over(\(startup), \(day), \(PassDigest.fewest)::int4) AS w
            WHERE acts_as('manager', 'system') OR acts_as('founder') AND \(startup) = acting_institution()
            """)
        return PassDigest(
            since: day, investors: try rows.first.map { try $0("of_all") },
            reasons: try rows.map { try PassDigest.Counted(reason: $0("reason"), investors: $0("investors")) })
    }
}
