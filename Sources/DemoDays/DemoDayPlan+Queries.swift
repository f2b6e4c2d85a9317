internal import Accounts
internal import Foundation
internal import Institutions
internal import Jobs
internal import Matching
package import Postgres
internal import Vocabulary

extension Statements {
    /// A plan of a demo day and how far it is; nil when it does not exist or is not the seat's to know.
    package func demoDayPlan(_ id: DemoDayPlan.ID, of day: DemoDay.ID) async throws -> DemoDayPlan? {
        try await first("/* demoDayPlan */ \(fragment: .plans) AND p.demo_day_id = \(day) AND p.id = \(id)")
            .map(DemoDayPlan.init)
    }

    /// The plans of a demo day, the latest first; the hundred latest.
    package func demoDayPlans(of day: DemoDay.ID) async throws -> [DemoDayPlan] {
        try await rows(
            """
            -- demoDayPlans
            \(fragment: .plans) AND p.demo_day_id = \(day) ORDER BY p.number DESC LIMIT 100
            """
        ).map(DemoDayPlan.init)
    }
}

extension Query {
    /// Plans are the park's, in the query as in row-level security.
    fileprivate static var plans: Query {
        """
        SELECT p.id, p.demo_day_id, p.number, p.base_id, p.asked_at, p.made_at,
               encode(p.inputs_hash, 'hex') AS inputs_hash, p.report, p.published_at,
               d.plan_id IS NOT DISTINCT FROM p.id AS is_in_force,
               p.made_at IS NOT NULL AND p.published_at IS NULL
                   AND (p.revision <> d.revision OR p.base_id IS DISTINCT FROM d.plan_id) AS is_outdated,
               j.state AS job_state
        FROM demo_day_plans AS p
        JOIN demo_days AS d ON d.tenant_id = p.tenant_id AND d.id = p.demo_day_id
        LEFT JOIN (\(fragment: .jobStates)) AS j ON j.id = p.job_id
        WHERE p.tenant_id = acting_tenant() AND acts_as('manager', 'system')
        """
    }
}

extension DemoDayPlan {
    fileprivate init(_ row: Row) throws {
        let madeAt: Date? = try row("made_at")
        let report: JSONB<PlanReport>? = try row("report")
        try self.init(
            id: row("id"), demoDay: row("demo_day_id"), number: row("number"),
            state: WorkState(of: row("job_state"), hasResult: madeAt != nil), base: row("base_id"),
            askedAt: row("asked_at"), madeAt: madeAt, inputsHash: row("inputs_hash"), report: report?.value,
            publishedAt: row("published_at"), isInForce: row("is_in_force"), isOutdated: row("is_outdated"))
    }
}

extension Transaction {
    /// How many have accepted on a side.
    func countAccepted(on side: Participant.Side, of day: DemoDay.ID) async throws -> Int {
        try await value(
            """
            -- countAccepted
            SELECT count(*) FROM demo_day_participants
            WHERE tenant_id = acting_tenant() AND demo_day_id = \(day) AND side = \(side) AND state = 'accepted'
            """)
    }

    /// Keeps a plan that is asked for; the day is locked, so that numbers are given one after the other.
    func insert(
        _ id: DemoDayPlan.ID, job: UUID?, of day: DemoDay, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- requestDemoDayPlan
            INSERT INTO demo_day_plans (tenant_id, demo_day_id, id, number, job_id, base_id, asked_by)
            VALUES (\(tenant), \(day.id), \(id),
                    (SELECT count(*) + 1 FROM demo_day_plans AS p
                     WHERE p.tenant_id = acting_tenant() AND p.demo_day_id = \(day.id)),
                    \(job), \(day.plan), \(person))
            """)
    }

    /// Brings a plan into force. The trigger `demo_day_plans_are_published_as_things_stand` refuses one that something has
    /// changed since.
    func publish(_ plan: DemoDayPlan.ID, of day: DemoDay.ID, by person: Person.ID) async throws {
        try await execute(
            """
            -- publishDemoDayPlan
            UPDATE demo_day_plans SET published_at = now(), published_by = \(person)
            WHERE tenant_id = acting_tenant() AND demo_day_id = \(day) AND id = \(plan)
            """)
        try await execute(
            """
            -- publishDemoDayPlan: in force
            UPDATE demo_days SET plan_id = \(plan), published_at = now()
            WHERE tenant_id = acting_tenant() AND id = \(day)
            """)
    }

    /// Whether there is such a plan that has not been made. Locked, so that two workers cannot both make it.
    func lockUnmadePlan(_ id: DemoDayPlan.ID, of day: DemoDay.ID) async throws -> Bool {
        try await first(
            """
            -- lockUnmadePlan
            SELECT id FROM demo_day_plans
            WHERE tenant_id = acting_tenant() AND demo_day_id = \(day) AND id = \(id) AND made_at IS NULL FOR UPDATE
            """) != nil
    }

    func keep(
        _ planned: PlannedDay, from inputs: [UInt8], as plan: DemoDayPlan.ID, of day: DemoDay.ID
    ) async throws {
        let meetings = planned.meetings
        try await execute(
            """
            -- keepPlan: meetings
            INSERT INTO demo_day_meetings
                (tenant_id, demo_day_id, plan_id, investor_id, startup_id, slot, starts_at, ends_at, room_id, place,
                 is_dropped, sequence)
            SELECT acting_tenant(), \(day), \(plan), m.investor, m.startup, m.slot, m.starts_at, m.ends_at, m.room, m.place,
                   m.is_dropped, m.sequence
            FROM unnest(\(meetings.map(\.investor)), \(meetings.map(\.startup)), \(meetings.map(\.slot)),
                        \(meetings.map(\.startsAt)), \(meetings.map(\.endsAt)), \(meetings.map(\.room)),
                        \(meetings.map(\.place)), \(meetings.map(\.isDropped)), \(meetings.map(\.sequence)))
                AS m (investor, startup, slot, starts_at, ends_at, room, place, is_dropped, sequence)
            """)
        try await execute(
            """
            -- keepPlan
            UPDATE demo_day_plans
            SET made_at = now(), revision = \(planned.revision), inputs_hash = \(inputs), report = \(JSONB(planned.report))
            WHERE tenant_id = acting_tenant() AND demo_day_id = \(day) AND id = \(plan)
            """)
    }

    /// What an unmade plan is made from, read in one snapshot; without the engine's chances. nil when it is made already.
    /// Only for the service, which alone reads wishes.
    func planInputs(for plan: DemoDayPlan.ID, of day: DemoDay.ID) async throws -> PlanInputs? {
        guard
            let asked = try await first(
                """
                -- planInputs
                SELECT p.number, p.base_id, d.revision, b.published_at FROM demo_day_plans AS p
                JOIN demo_days AS d ON d.tenant_id = p.tenant_id AND d.id = p.demo_day_id
                LEFT JOIN demo_day_plans AS b
                    ON b.tenant_id = p.tenant_id AND b.demo_day_id = p.demo_day_id AND b.id = p.base_id
                WHERE p.tenant_id = acting_tenant() AND p.demo_day_id = \(day) AND p.id = \(plan) AND p.made_at IS NULL
                  AND acts_as('system')
                """), let terms = try await demoDay(day)?.terms
        else { return nil }
        let places = try await rows(
            """
            -- planInputs: places
            SELECT id, capacity, opens_at, closes_at FROM demo_day_rooms
            WHERE tenant_id = acting_tenant() AND demo_day_id = \(day) AND withdrawn_at IS NULL
            ORDER BY position
            """
        ).map {
            try PlanInputs.Place(
                id: $0("id"), capacity: $0("capacity"), opensAt: $0("opens_at"), closesAt: $0("closes_at"))
        }
        let guests = try await participants(of: day).filter { $0.state == .accepted }
        let published: Date? = try asked("published_at")
        func seats(_ side: Participant.Side) -> [PlanInputs.Guest] {
            guests.filter { $0.side == side }.map { guest in
                PlanInputs.Guest(
                    id: guest.institution.uuid, windows: guest.windows,
                    // Nobody is invited twice but who has cancelled.
                    isBack: published.map { guest.invitedAt > $0 } ?? false)
            }.sorted { $0.id < $1.id }
        }
        let couples = try await rows(
            """
            -- planInputs: couples
            SELECT i.institution_id AS investor_id, s.institution_id AS startup_id
            FROM demo_day_participants AS i
            JOIN demo_day_participants AS s ON s.tenant_id = i.tenant_id AND s.demo_day_id = i.demo_day_id
            WHERE i.tenant_id = acting_tenant() AND i.demo_day_id = \(day) AND acts_as('system')
              AND i.side = 'investor' AND i.state = 'accepted' AND s.side = 'startup' AND s.state = 'accepted'
              AND may_meet(s.institution_id, i.institution_id)
              AND (i.institution_id, s.institution_id) NOT IN (
                  SELECT c.investor_id, c.startup_id
                  FROM conflicts_of_investors(ARRAY(
                      SELECT p.institution_id FROM demo_day_participants AS p
                      WHERE p.tenant_id = acting_tenant() AND p.demo_day_id = \(day) AND p.side = 'investor'
                        AND p.state = 'accepted')) AS c)
            ORDER BY i.institution_id, s.institution_id
            """
        ).map { try PlanInputs.Couple(investor: $0("investor_id"), startup: $0("startup_id"), chance: nil) }
        let wishes = try await rows(
            """
            -- planInputs: wishes
            SELECT w.author_id, w.about_id, w.rank FROM demo_day_wishes AS w
            WHERE w.tenant_id = acting_tenant() AND w.demo_day_id = \(day) AND acts_as('system')
            ORDER BY w.author_id, w.about_id
            """
        ).map { try PlanInputs.Wish(author: $0("author_id"), about: $0("about_id"), rank: $0("rank")) }
        let base: DemoDayPlan.ID? = try asked("base_id")
        let standing = try await rows(
            """
            -- planInputs: standing
            SELECT investor_id, startup_id, slot, starts_at, ends_at, room_id, place, is_dropped, sequence
            FROM demo_day_meetings
            WHERE tenant_id = acting_tenant() AND demo_day_id = \(day) AND plan_id = \(base) AND acts_as('system')
            ORDER BY investor_id, startup_id
            """
        ).map { row in
            try PlanInputs.Standing(
                investor: row("investor_id"), startup: row("startup_id"), slot: row("slot"),
                startsAt: row("starts_at"), endsAt: row("ends_at"), room: row("room_id"), place: row("place"),
                isDropped: row("is_dropped"), sequence: row("sequence"))
        }
        return try PlanInputs(
            number: asked("number"), revision: asked("revision"),
            times: terms.times.map { Participant.Window(from: $0.lowerBound, until: $0.upperBound) },
            floor: terms.floor, mostPerStartup: terms.mostPerStartup, mostPerInvestor: terms.mostPerInvestor,
            places: places, startups: seats(.startup), investors: seats(.investor), couples: couples, wishes: wishes,
            standing: standing)
    }
}
