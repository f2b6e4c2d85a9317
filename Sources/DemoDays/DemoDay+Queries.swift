internal import Accounts
package import Foundation
package import Postgres
internal import Vocabulary

extension Statements {
    /// A demo day; nil when it does not exist or the seat was not invited to it.
    package func demoDay(_ id: DemoDay.ID) async throws -> DemoDay? {
        try await demoDays("/* demoDay */ \(fragment: .demoDays) AND d.id = \(id)").first
    }

    /// Demo days, the latest first: all for the park, for a side those it was invited to.
    package func demoDays(after cursor: DemoDayPosition? = nil, limit: Int) async throws -> [DemoDay] {
        try await demoDays(
            """
            -- demoDays
            \(fragment: .demoDays) \(given: cursor, { "AND (d.starts_at, d.id) < (\($0.startsAt), \($0.id))" })
            ORDER BY d.starts_at DESC, d.id DESC
            LIMIT \(limit)
            """)
    }

    private func demoDays(_ query: Query) async throws -> [DemoDay] {
        let rows = try await rows(query)
        guard !rows.isEmpty else { return [] }
        let ids: [DemoDay.ID] = try rows.map { try $0("id") }
        let rooms = try await self.rows(
            """
            -- demoDays: rooms, for a side without links
            SELECT r.demo_day_id, r.name, r.capacity, r.link, r.opens_at, r.closes_at, r.position
            FROM demo_day_rooms AS r
            WHERE r.tenant_id = acting_tenant() AND r.demo_day_id = ANY (\(ids)) AND r.withdrawn_at IS NULL
              AND acts_as('manager', 'system')
            UNION ALL
            SELECT r.demo_day_id, r.name, r.capacity, NULL, r.opens_at, r.closes_at, r.room_position
            FROM rooms_of_own_demo_days(acting_role(), \(ids)) AS r
            WHERE NOT r.is_withdrawn
            ORDER BY position
            """)
        var named: [DemoDay.ID: [DemoDayRoom]] = [:]
        for row in rooms { named[try row("demo_day_id"), default: []].append(try DemoDayRoom(row)) }
        return try rows.map { row in try DemoDay(row, rooms: named[row("id")] ?? []) }
    }
}

/// Where a list of demo days goes on.
package struct DemoDayPosition: Codable, Sendable {
    /// When the last one of the page begins.
    package let startsAt: Date
    /// That one.
    package let id: DemoDay.ID

    /// Behind a demo day.
    package init(_ day: DemoDay) {
        startsAt = day.terms.startsAt
        id = day.id
    }
}

extension Query {
    fileprivate static var demoDays: Query {
        """
        SELECT d.id, d.title, d.starts_at, d.time_zone, d.slots, d.slot_minutes, d.break_minutes, d.floor,
               d.most_per_startup, d.most_per_investor, d.plan_id, d.published_at, d.created_at
        FROM demo_days AS d
        WHERE d.tenant_id = acting_tenant() AND \(fragment: .reachOfDemoDays)
        """
    }

    /// Which demo days `d` the seat reaches, the query's own answer to what row-level security says again.
    static var reachOfDemoDays: Query {
        """
        (acts_as('manager', 'system')
         OR acts_as('investor', 'founder') AND EXISTS (
             SELECT FROM demo_day_participants AS own
             WHERE own.tenant_id = d.tenant_id AND own.demo_day_id = d.id
               AND own.institution_id = acting_institution()))
        """
    }
}

extension DemoDay {
    fileprivate init(_ row: Row, rooms: [DemoDayRoom]) throws {
        try self.init(
            id: row("id"),
            terms: DemoDayTerms(
                title: row("title"), startsAt: row("starts_at"), in: row("time_zone"), slots: row("slots"),
                slotMinutes: row("slot_minutes"), breakMinutes: row("break_minutes"), rooms: rooms,
                floor: row("floor"), mostPerStartup: row("most_per_startup"),
                mostPerInvestor: row("most_per_investor")),
            plan: row("plan_id"), publishedAt: row("published_at"), createdAt: row("created_at"))
    }
}

extension DemoDayRoom {
    fileprivate init(_ row: Row) throws {
        try self.init(
            row("name"), capacity: row("capacity"), link: row("link"), from: row("opens_at"), until: row("closes_at"))
    }
}

extension Transaction {
    /// The demo day, with its row locked until the transaction ends; nil when the seat does not keep it.
    func lockDemoDay(_ id: DemoDay.ID) async throws -> DemoDay? {
        guard
            try await first(
                """
                -- lockDemoDay
                SELECT id FROM demo_days WHERE tenant_id = acting_tenant() AND id = \(id) FOR UPDATE
                """) != nil
        else { return nil }
        return try await demoDay(id)
    }

    func insert(_ terms: DemoDayTerms, as id: DemoDay.ID, in tenant: Tenant.ID, by person: Person.ID) async throws {
        try await execute(
            """
            -- createDemoDay
            INSERT INTO demo_days
                (tenant_id, id, title, starts_at, time_zone, slots, slot_minutes, break_minutes, floor, most_per_startup,
                 most_per_investor, created_by)
            VALUES (\(tenant), \(id), \(terms.title), \(terms.startsAt), \(terms.timeZone), \(terms.slots),
                    \(terms.slotMinutes), \(terms.breakMinutes), \(terms.floor), \(terms.mostPerStartup),
                    \(terms.mostPerInvestor), \(person))
            """)
        try await save(terms.rooms, of: id, in: tenant)
    }

    func save(_ terms: DemoDayTerms, of id: DemoDay.ID, in tenant: Tenant.ID) async throws {
        try await execute(
            """
            -- reviseDemoDay
            UPDATE demo_days
            SET title = \(terms.title), starts_at = \(terms.startsAt), time_zone = \(terms.timeZone),
                slots = \(terms.slots), slot_minutes = \(terms.slotMinutes), break_minutes = \(terms.breakMinutes),
                floor = \(terms.floor), most_per_startup = \(terms.mostPerStartup),
                most_per_investor = \(terms.mostPerInvestor), revision = revision + 1
            WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
        try await save(terms.rooms, of: id, in: tenant)
    }

    private func save(_ rooms: [DemoDayRoom], of id: DemoDay.ID, in tenant: Tenant.ID) async throws {
        try await execute(
            """
            -- keepRooms: those no longer named
            UPDATE demo_day_rooms SET withdrawn_at = now()
            WHERE tenant_id = acting_tenant() AND demo_day_id = \(id) AND withdrawn_at IS NULL
              AND name <> ALL (\(rooms.map(\.name)))
            """)
        try await execute(
            """
            -- keepRooms
            INSERT INTO demo_day_rooms (tenant_id, demo_day_id, id, position, name, capacity, link, opens_at, closes_at)
            SELECT \(tenant), \(id), gen_random_uuid(), r.position, r.name, r.capacity, r.link, r.opens_at, r.closes_at
            FROM unnest(\(rooms.map(\.name)), \(rooms.map(\.capacity)), \(rooms.map(\.link)), \(rooms.map(\.opensAt)),
                        \(rooms.map(\.closesAt)))
                WITH ORDINALITY AS r (name, capacity, link, opens_at, closes_at, position)
            ON CONFLICT (tenant_id, demo_day_id, name) DO UPDATE SET
                position = excluded.position, capacity = excluded.capacity, link = excluded.link,
                opens_at = excluded.opens_at, closes_at = excluded.closes_at, withdrawn_at = NULL
            """)
    }
}
