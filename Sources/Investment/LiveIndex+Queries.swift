internal import Institutions
internal import Matching
internal import Postgres
internal import Vocabulary

/// What was written since a snapshot, of what matching looks at.
struct MatchingChanges: Sendable {
    /// The snapshot by which it was read.
    var seen = ""
    /// The day by the database's clock, in UTC.
    var today = 0
    var startups: Set<Startup.ID> = []
    var mandates: Set<Mandate.ID> = []
    /// Investors that gave answers.
    var investors: Set<Institution.ID> = []
    /// Whether past investments came or went.
    var hasHistory = false
    /// Whether another model was put in use.
    var hasModel = false
}

extension Statements {
    /// What was written since a snapshot.
    ///
    /// The trail is asked for the transactions that the snapshot had not seen: those that began since, and those that were
    /// under way then. Takes time by the events since the oldest transaction that was under way.
    func matchingChanges(since seen: String) async throws -> MatchingChanges {
        let rows = try await rows(
            """
            -- matchingChanges
            SELECT pg_current_snapshot()::text, (\(fragment: .todayInUTC))::int8, c.noun, c.object
            FROM (VALUES (1)) AS one LEFT JOIN (
                SELECT DISTINCT e.noun, CASE e.noun
                    WHEN 'mandate_focus_areas' THEN (coalesce(e.after, e.before) ->> 'mandate_id')::uuid
                    WHEN 'shortlist_answers' THEN (
                        SELECT s.investor_id FROM shortlists AS s
                        WHERE s.tenant_id = e.tenant_id AND s.id = (e.after ->> 'shortlist_id')::uuid)
                    WHEN 'startups' THEN e.object_id
                    WHEN 'institutions' THEN e.object_id
                    WHEN 'mandates' THEN e.object_id
                    END AS object
                FROM audit_events AS e
                WHERE e.tenant_id = acting_tenant()
                  AND e.noun IN ('startups', 'institutions', 'mandates', 'mandate_focus_areas', 'shortlist_answers',
                                 'investments', 'model_uses')
                  AND e.xact >= pg_snapshot_xmin(\(seen)::text::pg_snapshot)
                  AND NOT pg_visible_in_snapshot(e.xact, \(seen)::text::pg_snapshot)
            ) AS c ON true
            """)
        var changes = MatchingChanges()
        // One row at least, which tells the moment.
        for row in rows {
            let (now, today, noun, object) = try row.decode(String.self, Int.self, String?.self, Startup.ID?.self)
            (changes.seen, changes.today) = (now, today)
            switch noun {
            case "startups", "institutions": if let object { changes.startups.insert(object) }
            case "mandates", "mandate_focus_areas":
                if let object { changes.mandates.insert(Mandate.ID(object.uuid)) }
            case "shortlist_answers": if let object { changes.investors.insert(Institution.ID(object.uuid)) }
            case "investments": changes.hasHistory = true
            case "model_uses": changes.hasModel = true
            default: continue
            }
        }
        return changes
    }
}

extension Transaction {
    /// The snapshot of this transaction and the day it was begun, in UTC.
    func matchingMoment() async throws -> (seen: String, today: Int) {
        try await one("SELECT pg_current_snapshot()::text, (\(fragment: .todayInUTC))::int8")
            .decode(String.self, Int.self)
    }
}

extension Query {
    fileprivate static var todayInUTC: Query { "(now() AT TIME ZONE 'UTC')::date - DATE '1970-01-01'" }
}
