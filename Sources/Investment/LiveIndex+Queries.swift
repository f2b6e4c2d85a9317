internal import Institutions
internal import Matching
internal import Postgres
internal import Vocabulary

/// How far the audit trail has been seen.
struct TrailPosition: Sendable, Hashable {
    /// When the server began to count: a server that has crashed, or another that has taken its place, may give numbers to
    /// transactions that were given before, and then no position on it means anything.
    let server: String
    /// The snapshot: which transactions were seen.
    let snapshot: String
}

/// What was written since a position, of what matching looks at.
struct MatchingChanges: Sendable {
    /// The position by now.
    var seen = TrailPosition(server: "", snapshot: "")
    /// The day by the database's clock, in UTC.
    var today = 0
    var startups: Set<Startup.ID> = []
    var mandates: Set<Mandate.ID> = []
    /// Investors that gave answers, or whose introductions ended.
    var investors: Set<Institution.ID> = []
    /// Whether something else has changed: past investments, or what an event does not name.
    var hasMore = false
    /// Whether another model was put in use.
    var hasModel = false
    /// Whether it is all there is.
    var isWhole = true
}

extension Statements {
    /// What was written since a position, at most `limit` things of it.
    ///
    /// The trail is asked for the transactions that the snapshot had not seen: those that began since, and those that were
    /// under way then and have come to their end. Said so, and not as "visible now and not then", it is found by the index,
    /// however long some transaction has been under way, and takes time by the events that are told. What lies beyond the
    /// present was written on another server, whose trail was restored here.
    func matchingChanges(since seen: TrailPosition, limit: Int) async throws -> MatchingChanges {
        let rows = try await rows(
            """
            -- matchingChanges
            SELECT \(fragment: .server), pg_current_snapshot()::text, (\(fragment: .todayInUTC))::int8, c.noun, c.object
            FROM (VALUES (1)) AS one LEFT JOIN (
                SELECT DISTINCT e.noun, CASE e.noun
                    WHEN 'mandate_focus_areas' THEN (coalesce(e.after, e.before) ->> 'mandate_id')::uuid
                    WHEN 'shortlist_answers' THEN (
                        SELECT s.investor_id FROM shortlists AS s
                        WHERE s.tenant_id = acting_tenant()
                          AND s.id = (coalesce(e.after, e.before) ->> 'shortlist_id')::uuid)
                    WHEN 'introduction_endings' THEN (
                        SELECT n.investor_id FROM introductions AS n
                        WHERE n.tenant_id = acting_tenant()
                          AND n.id = (coalesce(e.after, e.before) ->> 'introduction_id')::uuid)
                    WHEN 'consents' THEN (coalesce(e.after, e.before) ->> 'startup_id')::uuid
                    WHEN 'startups' THEN e.object_id
                    WHEN 'institutions' THEN e.object_id
                    WHEN 'mandates' THEN e.object_id
                    END AS object
                FROM (
                    SELECT \(fragment: .event) WHERE \(fragment: .isForMatching)
                      AND e.xact >= pg_snapshot_xmax(\(seen.snapshot)::text::pg_snapshot)
                      AND e.xact < pg_snapshot_xmax(pg_current_snapshot())
                    UNION ALL
                    SELECT \(fragment: .event) WHERE \(fragment: .isForMatching)
                      AND e.xact = ANY (ARRAY(
                          SELECT x FROM pg_snapshot_xip(\(seen.snapshot)::text::pg_snapshot) AS x
                          WHERE pg_visible_in_snapshot(x, pg_current_snapshot())))
                ) AS e
                LIMIT \(limit + 1)
            ) AS c ON true
            """)
        var changes = MatchingChanges(isWhole: rows.count <= limit)
        // One row at least, which tells the moment.
        for row in rows {
            let (server, snapshot, today, noun, object) = try row.decode(
                String.self, String.self, Int.self, String?.self, Startup.ID?.self)
            changes.seen = TrailPosition(server: server, snapshot: snapshot)
            changes.today = today
            switch (noun, object) {
            case (nil, _): continue
            case ("model_uses", _): changes.hasModel = true
            case ("startups", let id?), ("institutions", let id?), ("consents", let id?): changes.startups.insert(id)
            // A decision that another has superseded, which names the startup.
            case ("consents", nil): continue
            case ("mandates", let id?), ("mandate_focus_areas", let id?): changes.mandates.insert(Mandate.ID(id.uuid))
            case ("shortlist_answers", let id?), ("introduction_endings", let id?):
                changes.investors.insert(Institution.ID(id.uuid))
            default: changes.hasMore = true
            }
        }
        return changes
    }
}

extension Transaction {
    /// The position in the trail of this transaction and the day it was begun, in UTC.
    func matchingMoment() async throws -> (seen: TrailPosition, today: Int) {
        let (server, snapshot, today) = try await one(
            "SELECT \(fragment: .server), pg_current_snapshot()::text, (\(fragment: .todayInUTC))::int8"
        ).decode(String.self, String.self, Int.self)
        return (TrailPosition(server: server, snapshot: snapshot), today)
    }
}

extension Query {
    fileprivate static var todayInUTC: Query { "(now() AT TIME ZONE 'UTC')::date - DATE '1970-01-01'" }

    /// A server that comes up again after a crash, without its postmaster having ended, forgets its statistics.
    fileprivate static var server: Query {
        "pg_postmaster_start_time()::text || ' ' || coalesce(pg_stat_get_bgwriter_stat_reset_time()::text, '')"
    }

    fileprivate static var event: Query { "e.noun, e.object_id, e.before, e.after FROM audit_events AS e" }

    fileprivate static var isForMatching: Query {
        """
        e.tenant_id = acting_tenant()
        AND e.noun IN ('startups', 'institutions', 'mandates', 'mandate_focus_areas', 'shortlist_answers',
                       'investments', 'model_uses', 'consents', 'introduction_endings')
        """
    }
}
