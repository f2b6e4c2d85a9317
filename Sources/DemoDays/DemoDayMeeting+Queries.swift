internal import Accounts
internal import Foundation
internal import Institutions
internal import Investment
package import Postgres
internal import Vocabulary

extension Statements {
    /// The meetings of a plan by time and room, with those it dropped. They are the park's.
    package func meetings(of plan: DemoDayPlan.ID, on day: DemoDay.ID) async throws -> [DemoDayMeeting] {
        try await rows(
            """
            -- meetings of a plan
            SELECT m.investor_id, i.names AS investor_names, m.startup_id, s.names AS startup_names, m.slot, m.starts_at,
                   m.ends_at, r.name AS room, r.link, m.is_dropped, m.sequence, o.outcome,
                   NOT m.is_dropped AND meet_on_demo_day(m.demo_day_id, m.startup_id, m.investor_id) AS takes_place
            FROM demo_day_meetings AS m
            JOIN demo_day_rooms AS r ON r.tenant_id = m.tenant_id AND r.demo_day_id = m.demo_day_id AND r.id = m.room_id
            LEFT JOIN institutions AS i ON i.tenant_id = m.tenant_id AND i.id = m.investor_id
            LEFT JOIN institutions AS s ON s.tenant_id = m.tenant_id AND s.id = m.startup_id
            LEFT JOIN demo_day_outcomes AS o ON o.tenant_id = m.tenant_id AND o.demo_day_id = m.demo_day_id
                AND o.investor_id = m.investor_id AND o.startup_id = m.startup_id
            WHERE m.tenant_id = acting_tenant() AND m.demo_day_id = \(day) AND m.plan_id = \(plan)
              AND acts_as('manager', 'system')
            ORDER BY m.starts_at, r.position, m.place, m.investor_id, m.startup_id
            """
        ).map(DemoDayMeeting.init)
    }

    /// The acting institution's own meetings by the plan in force, by time; with those that were dropped, whose other side it is
    /// told nothing more of. One that takes place no more is told as dropped already, before the next plan drops it.
    package func ownMeetings(on day: DemoDay.ID) async throws -> [DemoDayMeeting] {
        try await rows(
            """
            -- own meetings
            WITH own AS (
                SELECT m.investor_id, m.startup_id, m.slot, m.starts_at, m.ends_at, m.room_id, m.is_dropped, m.sequence
                FROM demo_days AS d
                JOIN demo_day_meetings AS m
                    ON m.tenant_id = d.tenant_id AND m.demo_day_id = d.id AND m.plan_id = d.plan_id
                WHERE d.tenant_id = acting_tenant() AND d.id = \(day)
                  AND (acts_as('founder') AND m.startup_id = acting_institution()
                       OR acts_as('investor') AND m.investor_id = acting_institution())
                UNION ALL
                SELECT c.investor_id, c.startup_id, c.slot, c.starts_at, c.ends_at, c.room_id, true, c.sequence + 1
                FROM called_off_meetings(acting_role(), \(day)) AS c)
            SELECT m.investor_id, CASE WHEN acts_as('founder') THEN w.names END AS investor_names,
                   m.startup_id, CASE WHEN acts_as('investor') THEN w.names END AS startup_names,
                   m.slot, m.starts_at, m.ends_at, r.name AS room, l.link, m.is_dropped, m.sequence, o.outcome,
                   NOT m.is_dropped AS takes_place
            FROM own AS m
            JOIN rooms_of_own_demo_days(acting_role(), \([day])) AS r ON r.room_id = m.room_id
            LEFT JOIN demo_day_rooms AS l ON l.tenant_id = acting_tenant() AND l.demo_day_id = \(day)
                AND l.id = m.room_id AND NOT m.is_dropped
            LEFT JOIN demo_day_outcomes AS o ON o.tenant_id = acting_tenant() AND o.demo_day_id = \(day)
                AND o.investor_id = m.investor_id AND o.startup_id = m.startup_id
            LEFT JOIN whom_to_meet(acting_role(), acting_institution(), \(day)) AS w
                ON w.institution_id = CASE WHEN acts_as('founder') THEN m.investor_id ELSE m.startup_id END
            WHERE m.is_dropped OR w.institution_id IS NOT NULL
            ORDER BY m.starts_at, m.investor_id, m.startup_id
            """
        ).map(DemoDayMeeting.init)
    }

    /// The latest list on which the acting investor was shown each of these startups, of those it was shown: where it asks for an
    /// introduction.
    func proposals(of startups: [Startup.ID]) async throws -> [Startup.ID: Shortlist.ID] {
        guard !startups.isEmpty else { return [:] }
        let rows = try await rows(
            """
            -- proposals of whom one has met
            SELECT DISTINCT ON (x.startup_id) x.startup_id, s.id FROM shortlists AS s
            JOIN shortlist_items AS x ON x.tenant_id = s.tenant_id AND x.shortlist_id = s.id
            WHERE s.tenant_id = acting_tenant() AND acts_as('investor') AND s.investor_id = acting_institution()
              AND s.released_at IS NOT NULL AND x.startup_id = ANY (\(startups))
            ORDER BY x.startup_id, s.released_at DESC, s.id
            """)
        return try Dictionary(uniqueKeysWithValues: rows.map { try ($0("startup_id"), $0("id")) })
    }
}

extension DemoDayMeeting {
    fileprivate init(_ row: Row) throws {
        try self.init(
            investor: row("investor_id"), investorName: row("investor_names"), startup: row("startup_id"),
            startupName: row("startup_names"), slot: row("slot"), startsAt: row("starts_at"), endsAt: row("ends_at"),
            room: row("room"), link: row("link"), isDropped: row("is_dropped"), sequence: row("sequence"),
            takesPlace: row("takes_place"), outcome: row("outcome"))
    }
}

extension DemoDayMeeting.Outcome: PostgresCodable {}

extension Transaction {
    /// What came of a meeting. The trigger `outcomes_are_of_meetings_that_have_begun` refuses any other.
    func save(
        _ outcome: DemoDayMeeting.Outcome, of investor: Institution.ID, with startup: Startup.ID, on day: DemoDay.ID,
        in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- recordOutcome
            INSERT INTO demo_day_outcomes (tenant_id, demo_day_id, investor_id, startup_id, outcome, recorded_by)
            VALUES (\(tenant), \(day), \(investor), \(startup), \(outcome), \(person))
            ON CONFLICT (tenant_id, demo_day_id, investor_id, startup_id) DO UPDATE SET
                outcome = excluded.outcome, recorded_at = now(), recorded_by = excluded.recorded_by
            """)
    }
}
