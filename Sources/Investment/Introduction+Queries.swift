internal import API
internal import Accounts
package import Foundation
package import Institutions
package import Postgres
package import Vocabulary

extension Statements {
    /// An introduction; nil when it does not exist or the seat is on neither side of it.
    package func introduction(_ id: Introduction.ID) async throws -> Introduction? {
        try await first("/* introduction */ \(fragment: .introductions) AND n.id = \(id)").map(Introduction.init)
    }

    /// Introductions, the latest first.
    ///
    /// - Parameters:
    ///   - stage: only those that stand so.
    ///   - running: whether those that have ended are left out.
    ///   - investor: only those of this investor.
    ///   - startup: only those of this startup.
    package func introductions(
        at stage: Introduction.Stage? = nil, running: Bool = false, of investor: Institution.ID? = nil,
        with startup: Startup.ID? = nil, after cursor: IntroductionPosition? = nil, limit: Int
    ) async throws -> [Introduction] {
        try await rows(
            """
            -- introductions
            \(fragment: .introductions)
              \(given: stage, { "AND n.stage = \($0)" })
              \(fragment: running ? "AND n.ended_at IS NULL" : .empty)
              \(given: investor, { "AND n.investor_id = \($0)" })
              \(given: startup, { "AND n.startup_id = \($0)" })
              \(given: cursor, { "AND (n.asked_at, n.id) < (\($0.askedAt), \($0.id))" })
            ORDER BY n.asked_at DESC, n.id DESC
            LIMIT \(limit)
            """
        ).map(Introduction.init)
    }

    /// The steps of an introduction, the oldest first. An end that the other side made is told by the stage alone.
    package func steps(of id: Introduction.ID) async throws -> [IntroductionStep] {
        try await rows(
            """
            -- steps of an introduction
            SELECT p.at, p.side, p.stage, p.note, p.amount_minor, p.currency, p.instrument, p.binding, p.day
            FROM introduction_steps AS p JOIN introductions AS n ON n.tenant_id = p.tenant_id AND n.id = p.introduction_id
            WHERE p.tenant_id = acting_tenant() AND p.introduction_id = \(id) AND \(fragment: .reachOfIntroductions)
              -- Who ended it is a part of why.
              AND (acts_as('manager', 'system') OR p.stage NOT IN ('passed', 'stalled', 'not_now', 'withdrawn')
                   OR p.side = CASE WHEN acts_as('investor') THEN 'investor' ELSE 'startup' END)
            ORDER BY p.at, p.id
            """
        ).map { row in
            try IntroductionStep(
                at: row("at"), side: row("side"), stage: row("stage"), note: row("note"),
                amount: row.money("amount_minor", "currency"), instrument: row("instrument"), binding: row("binding"),
                day: row("day"))
        }
    }

    /// How introductions asked for since a day went, and how long their steps took.
    package func introductionReport(since day: CalendarDate) async throws -> IntroductionReport {
        let stages = try await rows(
            """
            -- introductionReport: stages
            SELECT n.stage, count(*) AS count FROM introductions AS n
            WHERE n.tenant_id = acting_tenant() AND acts_as('manager', 'system')
              AND (n.asked_at AT TIME ZONE 'UTC')::date >= \(day)
            GROUP BY n.stage
            """)
        let reasons = try await rows(
            """
            -- introductionReport: reasons
            SELECT n.stage, e.side, e.reason, count(*) AS count
            FROM introductions AS n
            JOIN introduction_endings AS e ON e.tenant_id = n.tenant_id AND e.introduction_id = n.id
            WHERE n.tenant_id = acting_tenant() AND acts_as('manager', 'system')
              AND (n.asked_at AT TIME ZONE 'UTC')::date >= \(day)
              AND (n.stage <> 'closed' OR \(fragment: .isDeal))
            GROUP BY n.stage, e.side, e.reason ORDER BY count(*) DESC, n.stage, e.side, e.reason
            """)
        let reached = try await rows(
            """
            -- introductionReport: reached
            SELECT p.stage, count(*) AS count,
                   (extract(epoch FROM percentile_disc(0.5) WITHIN GROUP (ORDER BY p.first_at - n.asked_at)) / 3600)::int8
                       AS hours
            FROM introductions AS n
            JOIN LATERAL (SELECT s.stage, min(s.at) AS first_at FROM introduction_steps AS s
                          WHERE s.tenant_id = n.tenant_id AND s.introduction_id = n.id GROUP BY s.stage) AS p ON true
            WHERE n.tenant_id = acting_tenant() AND acts_as('manager', 'system')
              AND (n.asked_at AT TIME ZONE 'UTC')::date >= \(day)
              AND (p.stage <> 'closed' OR \(fragment: .isDeal))
            GROUP BY p.stage
            """)
        return IntroductionReport(
            since: day,
            standing: try stages.map { try .init(stage: $0("stage"), count: $0("count")) }
                .sorted { $0.stage.place < $1.stage.place },
            reached: try reached.map { try .init(stage: $0("stage"), count: $0("count"), medianHours: $0("hours")) }
                .sorted { $0.stage.place < $1.stage.place },
            endings: try reasons.map {
                try .init(stage: $0("stage"), side: $0("side"), reason: $0("reason"), count: $0("count"))
            })
    }
}

/// Where a list of introductions goes on.
package struct IntroductionPosition: Codable, Sendable {
    /// When the last one of the page was asked for.
    package let askedAt: Date
    /// That one.
    package let id: Introduction.ID

    /// Behind an introduction.
    package init(_ introduction: Introduction) {
        askedAt = introduction.askedAt
        id = introduction.id
    }
}

extension Query {
    /// Whether the portfolio holds the deal in which an introduction `n` ended: one that was taken back is none.
    fileprivate static var isDeal: Query {
        """
        EXISTS (SELECT FROM investments AS v WHERE v.tenant_id = n.tenant_id AND v.introduction_id = n.id)
        """
    }

    fileprivate static var introductions: Query {
        """
        SELECT n.id, n.investor_id, i.names AS investor_names, n.startup_id, s.names AS startup_names, n.shortlist_id,
               n.mandate_id, n.mandate_version, n.stage, n.asked_at, n.consent_by, n.introduced_at, n.moved_at, n.ended_at,
               e.side AS ending_side, e.reason AS ending_reason, e.note AS ending_note,
               m.sequence, m.starts_at, m.time_zone, m.minutes, m.place, m.link, m.cancelled_at,
               (SELECT coalesce(jsonb_agg(jsonb_build_object('side', c.side, 'name', c.name, 'email', c.email)
                                          ORDER BY c.side), '[]')
                FROM introduction_contacts AS c
                WHERE c.tenant_id = n.tenant_id AND c.introduction_id = n.id) AS contacts
        FROM introductions AS n
        LEFT JOIN institutions AS i ON i.tenant_id = n.tenant_id AND i.id = n.investor_id
        LEFT JOIN institutions AS s ON s.tenant_id = n.tenant_id AND s.id = n.startup_id
        LEFT JOIN introduction_endings AS e ON e.tenant_id = n.tenant_id AND e.introduction_id = n.id
            AND (acts_as('manager', 'system') OR acts_as('investor') AND e.side = 'investor'
                 OR acts_as('founder') AND e.side = 'startup')
        LEFT JOIN introduction_meetings AS m ON m.tenant_id = n.tenant_id AND m.introduction_id = n.id
        WHERE n.tenant_id = acting_tenant() AND \(fragment: .reachOfIntroductions)
        """
    }

    /// Which introductions `n` the seat reaches, the query's own answer to what row-level security says again.
    fileprivate static var reachOfIntroductions: Query {
        """
        (acts_as('manager', 'system')
         OR acts_as('investor') AND n.investor_id = acting_institution()
         OR acts_as('founder') AND n.startup_id = acting_institution())
        """
    }
}

extension Introduction {
    fileprivate init(_ row: Row) throws {
        let ending: Ending? = try row.value("ending_side", as: IntroductionSide?.self)
            .map { try Ending(side: $0, reason: row("ending_reason"), note: row("ending_note")) }
        let contacts: JSONB<[Contact]> = try row("contacts")
        let meeting: IntroductionMeeting? = try row.value("sequence", as: Int?.self).map {
            try IntroductionMeeting(
                sequence: $0, startsAt: row("starts_at"), timeZone: row("time_zone"), minutes: row("minutes"),
                place: row("place"), link: row("link"), cancelledAt: row("cancelled_at"))
        }
        try self.init(
            id: row("id"), investor: row("investor_id"), investorName: row("investor_names"),
            startup: row("startup_id"),
            startupName: row("startup_names"), shortlist: row("shortlist_id"), mandate: row("mandate_id"),
            mandateVersion: row("mandate_version"), stage: row("stage"), askedAt: row("asked_at"),
            consentBy: row("consent_by"), introducedAt: row("introduced_at"), movedAt: row("moved_at"),
            endedAt: row("ended_at"), ending: ending, contacts: contacts.value, meeting: meeting)
    }
}

extension Introduction.Stage {
    /// Its place in the order of the diagram.
    var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension Introduction.Stage: PostgresCodable {}
extension IntroductionSide: PostgresCodable {}
extension EndingReason: PostgresCodable {}
extension Instrument: PostgresCodable {}

/// An introduction that a clock or a rule ends.
struct DueEnding: Sendable {
    let introduction: Introduction.ID
    let stage: Introduction.Stage
    let reason: EndingReason
}

extension Transaction {
    /// The introduction, with its row locked until the transaction ends; nil when the seat is on neither side of it.
    func lockIntroduction(_ id: Introduction.ID) async throws -> Introduction? {
        guard
            try await first(
                """
                -- lockIntroduction
                SELECT id FROM introductions WHERE tenant_id = acting_tenant() AND id = \(id) FOR UPDATE
                """) != nil
        else { return nil }
        return try await introduction(id)
    }

    /// The introduction that runs between the two, its row locked.
    func runningIntroduction(of startup: Startup.ID, with investor: Institution.ID) async throws -> Introduction? {
        let id: Introduction.ID? = try await first(
            """
            -- runningIntroduction
            SELECT id FROM introductions
            WHERE tenant_id = acting_tenant() AND investor_id = \(investor) AND startup_id = \(startup)
              AND ended_at IS NULL FOR UPDATE
            """
        ).map { try $0("id") }
        guard let id else { return nil }
        return try await introduction(id)
    }

    /// What came of a proposal when its investor was interested: the latest introduction that rests on it.
    func introduction(on startup: Startup.ID, of shortlist: Shortlist.ID) async throws -> Introduction? {
        try await first(
            """
            -- introduction on an item
            \(fragment: .introductions) AND n.shortlist_id = \(shortlist) AND n.startup_id = \(startup)
            ORDER BY n.asked_at DESC, n.id DESC LIMIT 1
            """
        ).map(Introduction.init)
    }

    func insert(
        _ id: Introduction.ID, of list: Shortlist, to startup: Startup.ID, consentBy: CalendarDate, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- askForIntroduction
            INSERT INTO introductions
                (tenant_id, id, investor_id, startup_id, shortlist_id, mandate_id, mandate_version, asked_by, consent_by)
            VALUES (acting_tenant(), \(id), \(list.investor), \(startup), \(list.id), \(list.mandate),
                    \(list.mandateVersion), \(person), \(consentBy))
            """)
    }

    func consent(to id: Introduction.ID, by founder: Person.ID) async throws {
        try await execute(
            """
            -- consentToIntroduction
            UPDATE introductions SET stage = 'introduced', introduced_at = now(), consented_by = \(founder)
            WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
    }

    /// Moves an introduction, and calls off the meeting that nobody comes to where that is its end: after a deal people meet.
    func move(_ id: Introduction.ID, to stage: Introduction.Stage) async throws {
        if stage.isLast, stage != .closed { try await cancelComingMeeting(of: id) }
        try await execute(
            """
            -- moveIntroduction
            UPDATE introductions SET stage = \(stage), ended_at = CASE WHEN \(stage.isLast) THEN now() END
            WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
    }

    func insert(_ step: NewStep, of id: Introduction.ID, by actor: IntroductionActor) async throws {
        try await execute(
            """
            -- recordStep
            INSERT INTO introduction_steps
                (tenant_id, introduction_id, id, side, person_id, stage, note, amount_minor, currency, instrument, binding,
                 day)
            VALUES (acting_tenant(), \(id), gen_random_uuid(), \(actor.side), \(actor.person), \(step.stage), \(step.note),
                    \(step.amount?.minor), \(step.amount?.currency), \(step.instrument), \(step.binding), \(step.day))
            """)
    }

    func insert(_ ending: Introduction.Ending, of id: Introduction.ID) async throws {
        try await execute(
            """
            -- endIntroduction
            INSERT INTO introduction_endings (tenant_id, introduction_id, side, reason, note)
            VALUES (acting_tenant(), \(id), \(ending.side), \(ending.reason), \(ending.note))
            """)
    }

    func save(_ meeting: NewMeeting, of id: Introduction.ID, by person: Person.ID?) async throws {
        try await execute(
            """
            -- setMeeting
            INSERT INTO introduction_meetings
                (tenant_id, introduction_id, starts_at, time_zone, minutes, place, link, set_by)
            VALUES (acting_tenant(), \(id), \(meeting.startsAt), \(meeting.timeZone),
                    \(meeting.minutes), \(meeting.place), \(meeting.link), \(person))
            ON CONFLICT (tenant_id, introduction_id) DO UPDATE SET
                sequence = introduction_meetings.sequence + 1, starts_at = excluded.starts_at,
                time_zone = excluded.time_zone, minutes = excluded.minutes, place = excluded.place, link = excluded.link,
                set_at = now(), set_by = excluded.set_by, cancelled_at = NULL
            """)
    }

    func cancelMeeting(of id: Introduction.ID) async throws {
        try await execute(
            """
            -- cancelMeeting
            UPDATE introduction_meetings SET cancelled_at = now(), sequence = sequence + 1
            WHERE tenant_id = acting_tenant() AND introduction_id = \(id)
            """)
    }

    /// Calls off a meeting that is still to come, if there is one.
    func cancelComingMeeting(of id: Introduction.ID) async throws {
        try await execute(
            """
            -- cancelComingMeeting
            UPDATE introduction_meetings SET cancelled_at = now(), sequence = sequence + 1
            WHERE tenant_id = acting_tenant() AND introduction_id = \(id) AND cancelled_at IS NULL AND starts_at > now()
            """)
    }

    /// Introductions that end without anybody's doing: locked, and without those that somebody moves at this moment.
    func introductionsDue(limit: Int) async throws -> [DueEnding] {
        try await rows(
            """
            -- introductionsDue
            SELECT n.id, CASE WHEN n.stage <> 'asked' THEN 'stalled' WHEN NOT v.verified THEN 'withdrawn' ELSE 'not_now' END
                       AS stage,
                   CASE WHEN n.stage <> 'asked' THEN 'silence' WHEN NOT v.verified THEN 'unverified'
                        WHEN v.blocked THEN 'blocked' WHEN NOT v.agreed THEN 'opted_out' ELSE 'no_answer' END AS reason
            FROM introductions AS n
            LEFT JOIN introduction_meetings AS m ON m.tenant_id = n.tenant_id AND m.introduction_id = n.id
                AND m.cancelled_at IS NULL
            CROSS JOIN LATERAL (SELECT is_verified(n.investor_id) AS verified,
                                       is_blocked(n.startup_id, n.investor_id) AS blocked,
                                       consents_to(n.startup_id, 'shortlists', n.investor_id) AS agreed) AS v
            WHERE n.tenant_id = acting_tenant() AND n.ended_at IS NULL AND acts_as('system')
              AND CASE n.stage WHEN 'asked'
                  THEN n.consent_by < (now() AT TIME ZONE 'UTC')::date OR NOT v.agreed OR v.blocked
                      OR NOT v.verified
                  ELSE greatest(n.moved_at, m.starts_at) < now() - \(Introduction.silentDays) * interval '1 day' END
            ORDER BY n.id
            LIMIT \(limit)
            FOR UPDATE OF n SKIP LOCKED
            """
        ).map { try DueEnding(introduction: $0("id"), stage: $0("stage"), reason: $0("reason")) }
    }

    /// The founders of a startup. Only for the service.
    func founders(of startup: Startup.ID) async throws -> [Person.ID] {
        try await rows(
            """
            -- founders of an introduced startup
            SELECT DISTINCT m.person_id FROM memberships AS m
            WHERE m.tenant_id = acting_tenant() AND acts_as('system') AND m.institution_id = \(startup)
              AND m.role = 'founder' AND m.ended_at IS NULL
            ORDER BY m.person_id
            """
        ).map { try $0("person_id") }
    }

    /// Who asked, and who consented. Only for the service.
    func people(of id: Introduction.ID) async throws -> (asked: Person.ID, consented: Person.ID?)? {
        try await first(
            """
            -- people of an introduction
            SELECT asked_by, consented_by FROM introductions
            WHERE tenant_id = acting_tenant() AND acts_as('system') AND id = \(id)
            """
        ).map { (try $0("asked_by"), try $0("consented_by")) }
    }

    /// Those of some people who can be written to: who hold a seat in the tenant. Only for the service.
    func seated(_ people: [Person.ID]) async throws -> Set<Person.ID> {
        try await Set(
            rows(
                """
                -- seated people
                SELECT DISTINCT m.person_id FROM memberships AS m JOIN people AS p ON p.id = m.person_id
                WHERE m.tenant_id = acting_tenant() AND acts_as('system') AND m.person_id = ANY (\(people))
                  AND m.ended_at IS NULL AND p.disabled_at IS NULL
                """
            ).map { try $0("person_id") })
    }
}
