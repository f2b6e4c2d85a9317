internal import API
internal import Accounts
internal import Foundation
internal import Institutions
package import Postgres
package import Vocabulary

extension Statements {
    /// What the parties of an agreement mean to reach, the nearest first.
    package func targets(of mou: MoU.ID) async throws -> [MoU.Target] {
        try await rows(
            """
            -- targets of an mou
            SELECT g.id, g.title, g.metric, g.baseline, g.number, g.direction, g.counts_from, g.due_on, g.focus_area,
                   g.country
            FROM mou_targets AS g
            WHERE g.tenant_id = acting_tenant() AND g.mou_id = \(mou) AND \(fragment: .reachesItsMoU("g"))
            ORDER BY g.due_on, g.set_at, g.id
            """
        ).map { row in
            try MoU.Target(
                id: row("id"), title: row("title"), metric: row("metric"), baseline: row("baseline"),
                number: row("number"), direction: row("direction"), countsFrom: row("counts_from"),
                dueOn: row("due_on"), area: row("focus_area"), country: row("country"))
        }
    }

    /// What the parties of an agreement mean to make or hold, the nearest first.
    package func deliverables(of mou: MoU.ID) async throws -> [MoU.Deliverable] {
        try await rows(
            """
            -- deliverables of an mou
            SELECT d.id, d.title, d.kind, d.focus_area, d.due_on, d.status, d.settled_on, d.evidence
            FROM mou_deliverables AS d
            WHERE d.tenant_id = acting_tenant() AND d.mou_id = \(mou) AND \(fragment: .reachesItsMoU("d"))
            ORDER BY d.due_on, d.promised_at, d.id
            """
        ).map { row in
            try MoU.Deliverable(
                id: row("id"), title: row("title"), kind: row("kind"), area: row("focus_area"), dueOn: row("due_on"),
                status: row("status"), settledOn: row("settled_on"), evidence: row("evidence"))
        }
    }

    /// What startups may have under an agreement.
    package func benefits(of mou: MoU.ID) async throws -> [MoU.Benefit] {
        try await rows(
            """
            -- benefits of an mou
            SELECT b.id, b.kind, b.title, b.beneficiaries, b.program_id, b.quota
            FROM mou_benefits AS b
            WHERE b.tenant_id = acting_tenant() AND b.mou_id = \(mou) AND \(fragment: .reachesItsMoU("b"))
            ORDER BY b.granted_at, b.id
            """
        ).map { row in
            try MoU.Benefit(
                id: row("id"), kind: row("kind"), title: row("title"), beneficiaries: row("beneficiaries"),
                program: row("program_id"), quota: row("quota"))
        }
    }

    /// What stands under an agreement: what somebody linked, and what follows from a partner's part in a stream.
    package func standing(under mou: MoU.ID) async throws -> [MoU.Standing] {
        try await rows(
            """
            -- standing under an mou
            SELECT s.noun, s.object_id, s.name, s.within, s.areas, s.service_line, s.link_id, s.note
            FROM standing_under(acting_role(), acting_institution(), \(mou)) AS s
            """
        ).map { row in
            try MoU.Standing(
                noun: row("noun"), object: row("object_id"), name: row("name"), within: row("within"),
                areas: row("areas"), line: row("service_line"), link: row("link_id"), note: row("note"))
        }
    }

    /// Everything that happened under an agreement, by day, as much of it as the reader may know.
    package func activities(under mou: MoU.ID) async throws -> [MoU.Activity] {
        try await rows(
            """
            -- activities under an mou
            SELECT a.kind, a.day, a.noun, a.object_id, a.title, a.startup_id, a.startup_name, a.country, a.areas,
                   a.service_line, a.benefit_id, NULL::bigint AS attendance, a.ordinality
            FROM activities_under(acting_role(), acting_institution(), \(mou)) WITH ORDINALITY AS a
            UNION ALL
            SELECT 'session_held', s.held_on, 'session', s.id, s.title, NULL::uuid, NULL::jsonb, NULL::text,
                   CASE WHEN s.focus_area IS NULL THEN '{}' ELSE ARRAY[s.focus_area] END, 'knowledge_exchange', NULL::uuid,
                   s.attendance, NULL::bigint
            FROM mou_sessions AS s
            WHERE s.tenant_id = acting_tenant() AND s.mou_id = \(mou) AND \(fragment: .reachesItsMoU("s"))
            ORDER BY day, ordinality, object_id
            """
        ).map { row in
            try MoU.Activity(
                kind: row("kind"), day: row("day"), noun: row("noun"), object: row("object_id"), title: row("title"),
                startup: row("startup_id"), startupName: row("startup_name"), country: row("country"),
                areas: row("areas"), line: row("service_line"), benefit: row("benefit_id"),
                attendance: row("attendance"))
        }
    }

    /// The last day on which something happened under an agreement, a group of it met, or a deliverable was settled.
    package func lastSignOfLife(of mou: MoU.ID) async throws -> CalendarDate? {
        try await one(
            """
            -- lastSignOfLife
            SELECT last_sign_of_life(acting_role(), acting_institution(), \(mou)) AS day
            """)("day")
    }

    /// A benefit of an agreement. Not found when there is none, or the seat may not know of it.
    func benefit(_ id: MoU.Benefit.ID, of mou: MoU.ID) async throws -> MoU.Benefit {
        guard let benefit = try await benefits(of: mou).first(where: { $0.id == id }) else { throw Problem.notFound }
        return benefit
    }

    /// The uses of a benefit, the latest first, for managers.
    func uses(
        of benefit: MoU.Benefit.ID, of mou: MoU.ID, after cursor: BenefitUsePosition? = nil, limit: Int
    ) async throws -> [MoU.BenefitUse] {
        try await rows(
            """
            -- uses of a benefit
            SELECT u.id, u.used_on, u.startup_id, i.names AS startup_names, u.note, u.recorded_at,
                   p.name AS recorded_by_name
            FROM mou_benefit_uses AS u
            LEFT JOIN institutions AS i ON i.tenant_id = u.tenant_id AND i.id = u.startup_id
            LEFT JOIN people AS p ON p.id = u.recorded_by
            WHERE u.tenant_id = acting_tenant() AND u.mou_id = \(mou) AND u.benefit_id = \(benefit)
              AND acts_as('manager')
              \(given: cursor, { "AND (u.used_on, u.id) < (\($0.usedOn), \($0.id))" })
            ORDER BY u.used_on DESC, u.id DESC
            LIMIT \(limit)
            """
        ).map(MoU.BenefitUse.init)
    }

    /// The uses of a benefit that were taken back, the latest first, at most `MoU.TakenBackUse.limit`, for managers.
    func usesTakenBack(of benefit: MoU.Benefit.ID, of mou: MoU.ID) async throws -> [MoU.TakenBackUse] {
        try await rows(
            """
            -- uses of a benefit that were taken back
            SELECT b.id, b.used_on, b.startup_id, i.names AS startup_names, b.note, b.recorded_at,
                   p.name AS recorded_by_name, b.reason, b.taken_back_at, o.name AS taken_back_by_name
            FROM mou_benefit_uses_taken_back AS b
            LEFT JOIN institutions AS i ON i.tenant_id = b.tenant_id AND i.id = b.startup_id
            LEFT JOIN people AS p ON p.id = b.recorded_by
            LEFT JOIN people AS o ON o.id = b.taken_back_by
            WHERE b.tenant_id = acting_tenant() AND b.mou_id = \(mou) AND b.benefit_id = \(benefit)
              AND acts_as('manager')
            ORDER BY b.taken_back_at DESC, b.id
            LIMIT \(MoU.TakenBackUse.limit)
            """
        ).map { row in
            try MoU.TakenBackUse(
                use: MoU.BenefitUse(row), reason: row("reason"), takenBackAt: row("taken_back_at"),
                takenBackBy: row("taken_back_by_name"))
        }
    }

    /// What a manager may link to an agreement: all programs and streams, and the latest of everything else, as many of each
    /// kind as `limit` says.
    ///
    /// - Parameters:
    ///   - search: a part of the name in any language, in any case; of an investment and an introduction the investor's, too.
    ///   - only: nothing but this.
    func linkable(
        named search: String? = nil, only: LinkChoice? = nil, limit: Int = 200
    ) async throws -> [Linkable] {
        // Where the kind is given, the others are not looked at.
        func chosen(_ noun: MoU.Standing.Noun, _ id: Query) -> Query {
            only.map { $0.noun == noun ? "AND \(fragment: id) = \($0.id)" : "AND false" } ?? .empty
        }
        func named(_ names: Query, _ other: Query? = nil) -> Query {
            guard let search else { return .empty }
            let own = Query.anyText(of: names, contains: search)
            guard let other else { return "AND \(fragment: own)" }
            return "AND (\(fragment: own) OR \(fragment: .anyText(of: other, contains: search)))"
        }
        return try await rows(
            """
            -- linkable
            SELECT o.noun, o.id, o.name, o.within, o.day FROM (
                SELECT 1 AS place, 'program' AS noun, g.id, g.name, NULL::jsonb AS within, NULL::date AS day
                FROM programs AS g
                WHERE g.tenant_id = acting_tenant() \(fragment: chosen(.program, "g.id")) \(fragment: named("g.name"))
                UNION ALL
                SELECT 2, 'stream', s.id, s.name, g.name, NULL::date
                FROM streams AS s JOIN programs AS g ON g.tenant_id = s.tenant_id AND g.id = s.program_id
                WHERE s.tenant_id = acting_tenant() \(fragment: chosen(.stream, "s.id")) \(fragment: named("s.name"))
                UNION ALL
                (SELECT 3, 'cohort', h.id, jsonb_build_object('en', h.name), s.name, h.starts_on
                 FROM cohorts AS h JOIN streams AS s ON s.tenant_id = h.tenant_id AND s.id = h.stream_id
                 WHERE h.tenant_id = acting_tenant() \(fragment: chosen(.cohort, "h.id"))
                   \(fragment: named("jsonb_build_object('en', h.name)"))
                 ORDER BY h.starts_on DESC, h.id LIMIT \(limit))
                UNION ALL
                (SELECT 4, 'call', c.id, c.title, NULL::jsonb, NULL::date FROM calls AS c
                 WHERE c.tenant_id = acting_tenant() AND c.published_at IS NOT NULL AND c.cancelled_at IS NULL
                   \(fragment: chosen(.call, "c.id")) \(fragment: named("c.title"))
                 ORDER BY c.created_at DESC, c.id LIMIT \(limit))
                UNION ALL
                (SELECT 5, 'enrolment', n.id, i.names, jsonb_build_object('en', h.name), NULL::date
                 FROM enrolments AS n
                 JOIN institutions AS i ON i.tenant_id = n.tenant_id AND i.id = n.startup_id
                 JOIN cohorts AS h ON h.tenant_id = n.tenant_id AND h.id = n.cohort_id
                 WHERE n.tenant_id = acting_tenant() \(fragment: chosen(.enrolment, "n.id"))
                   \(fragment: named("i.names"))
                 ORDER BY n.created_at DESC, n.id LIMIT \(limit))
                UNION ALL
                (SELECT 6, 'introduction', x.id, i.names, f.names, (x.asked_at AT TIME ZONE t.time_zone)::date
                 FROM introductions AS x
                 JOIN tenants AS t ON t.id = x.tenant_id
                 JOIN institutions AS i ON i.tenant_id = x.tenant_id AND i.id = x.startup_id
                 JOIN institutions AS f ON f.tenant_id = x.tenant_id AND f.id = x.investor_id
                 WHERE x.tenant_id = acting_tenant() \(fragment: chosen(.introduction, "x.id"))
                   \(fragment: named("i.names", "f.names"))
                 ORDER BY x.asked_at DESC, x.id LIMIT \(limit))
                UNION ALL
                (SELECT 7, 'investment', v.id, i.names, f.names, v.made_on
                 FROM investments AS v
                 JOIN institutions AS i ON i.tenant_id = v.tenant_id AND i.id = v.startup_id
                 JOIN institutions AS f ON f.tenant_id = v.tenant_id AND f.id = v.investor_id
                 WHERE v.tenant_id = acting_tenant() \(fragment: chosen(.investment, "v.id"))
                   \(fragment: named("i.names", "f.names"))
                 ORDER BY v.made_on DESC, v.id LIMIT \(limit))
                UNION ALL
                (SELECT 8, 'demo_day', d.id, d.title, NULL::jsonb, (d.starts_at AT TIME ZONE t.time_zone)::date
                 FROM demo_days AS d JOIN tenants AS t ON t.id = d.tenant_id
                 WHERE d.tenant_id = acting_tenant() \(fragment: chosen(.demoDay, "d.id")) \(fragment: named("d.title"))
                 ORDER BY d.starts_at DESC, d.id LIMIT \(limit))) AS o
            WHERE acts_as('manager')
            ORDER BY o.place, o.id
            """
        ).map { row in
            try Linkable(
                noun: row("noun"), id: row("id"), name: row("name"), within: row("within"), day: row("day"))
        }
    }

    /// The links of an investment to agreements, for managers.
    func links(of investment: UUID) async throws -> [MoU.ID: MoU.Link.ID] {
        let found: [(MoU.ID, MoU.Link.ID)] = try await rows(
            """
            -- links of an investment
            SELECT l.mou_id, l.id FROM mou_links AS l
            WHERE l.tenant_id = acting_tenant() AND l.investment_id = \(investment) AND acts_as('manager')
            """
        ).map { row in try (row("mou_id"), row("id")) }
        return Dictionary(uniqueKeysWithValues: found)
    }
}

/// Where a list of a benefit's uses goes on: behind one.
struct BenefitUsePosition: Codable {
    let usedOn: CalendarDate
    let id: MoU.BenefitUse.ID
}

/// Something that a manager may link to an agreement.
struct Linkable {
    let noun: MoU.Standing.Noun
    let id: UUID
    let name: LocalizedName
    /// What tells it from others of its name: what it belongs to, or who invested.
    let within: LocalizedName?
    /// And on which day.
    let day: CalendarDate?

    var choice: LinkChoice { LinkChoice(noun, id) }
}

extension Query {
    /// The query's own answer to which promises the seat reaches: those of the agreements it reaches.
    static func reachesItsMoU(_ table: StaticString) -> Query {
        """
        EXISTS (SELECT FROM mous AS m
                WHERE m.tenant_id = \(fragment: Query(stringLiteral: table)).tenant_id
                  AND m.id = \(fragment: Query(stringLiteral: table)).mou_id AND \(fragment: .reachOfMoUs))
        """
    }
}

extension Transaction {
    func insert(
        _ new: NewTarget, as id: MoU.Target.ID, of mou: MoU.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- setTarget
            INSERT INTO mou_targets (tenant_id, mou_id, id, title, metric, baseline, number, direction, counts_from,
                                     due_on, focus_area, country, set_by)
            VALUES (\(tenant), \(mou), \(id), \(new.title), \(new.metric), \(new.baseline), \(new.number),
                    \(new.direction), \(new.countsFrom), \(new.dueOn), \(new.area), \(new.country), \(person))
            """)
        try await execute("/* setTarget */ SET CONSTRAINTS targets_name_an_area_of_their_agreement IMMEDIATE")
    }

    func deleteTarget(_ id: MoU.Target.ID, of mou: MoU.ID) async throws -> Bool {
        try await execute(
            """
            -- dropTarget
            DELETE FROM mou_targets WHERE tenant_id = acting_tenant() AND mou_id = \(mou) AND id = \(id)
            """) == 1
    }

    func insert(
        _ new: NewDeliverable, as id: MoU.Deliverable.ID, of mou: MoU.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- promiseDeliverable
            INSERT INTO mou_deliverables (tenant_id, mou_id, id, title, kind, focus_area, due_on, promised_by)
            VALUES (\(tenant), \(mou), \(id), \(new.title), \(new.kind), \(new.area), \(new.dueOn), \(person))
            """)
        try await execute(
            "/* promiseDeliverable */ SET CONSTRAINTS deliverables_name_an_area_of_their_agreement IMMEDIATE")
    }

    func save(_ report: DeliverableReport, of id: MoU.Deliverable.ID, of mou: MoU.ID) async throws -> Bool {
        try await execute(
            """
            -- reportDeliverable
            UPDATE mou_deliverables
            SET status = \(report.status), settled_on = \(report.settledOn), evidence = \(report.evidence)
            WHERE tenant_id = acting_tenant() AND mou_id = \(mou) AND id = \(id)
            """) == 1
    }

    func insert(
        _ new: NewBenefit, as id: MoU.Benefit.ID, of mou: MoU.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- grantBenefit
            INSERT INTO mou_benefits (tenant_id, mou_id, id, kind, title, beneficiaries, program_id, quota, granted_by)
            VALUES (\(tenant), \(mou), \(id), \(new.kind), \(new.title), \(new.beneficiaries), \(new.program),
                    \(new.quota), \(person))
            """)
    }

    func insert(
        _ use: NewBenefitUse, as id: MoU.BenefitUse.ID, of benefit: MoU.Benefit.ID, of mou: MoU.ID,
        in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- recordBenefitUse
            INSERT INTO mou_benefit_uses (tenant_id, mou_id, benefit_id, id, used_on, startup_id, note, recorded_by)
            VALUES (\(tenant), \(mou), \(benefit), \(id), \(use.usedOn), \(use.startup), \(use.note),
                    \(person))
            """)
    }

    /// Takes the use away and keeps what it was and why; false where there is none.
    func withdraw(
        _ use: MoU.BenefitUse.ID, of benefit: MoU.Benefit.ID, of mou: MoU.ID, because reason: ShortText,
        by person: Person.ID
    ) async throws -> Bool {
        try await execute(
            """
            -- takeBackUse
            WITH mistaken AS (
                DELETE FROM mou_benefit_uses AS u
                WHERE u.tenant_id = acting_tenant() AND u.mou_id = \(mou) AND u.benefit_id = \(benefit) AND u.id = \(use)
                RETURNING u.*
            )
            INSERT INTO mou_benefit_uses_taken_back (tenant_id, mou_id, benefit_id, id, used_on, startup_id, note,
                                                     recorded_at, recorded_by, reason, taken_back_by)
            SELECT m.tenant_id, m.mou_id, m.benefit_id, m.id, m.used_on, m.startup_id, m.note, m.recorded_at,
                   m.recorded_by, \(reason), \(person)
            FROM mistaken AS m
            """) == 1
    }

    func insert(
        _ new: NewLink, as id: MoU.Link.ID, of mou: MoU.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        func object(_ noun: MoU.Standing.Noun) -> UUID? { new.noun == noun ? new.object : nil }
        try await execute(
            """
            -- linkActivity
            INSERT INTO mou_links (tenant_id, mou_id, id, program_id, stream_id, call_id, enrolment_id, cohort_id,
                                   introduction_id, investment_id, demo_day_id, focus_area, service_line, note,
                                   linked_by)
            VALUES (\(tenant), \(mou), \(id), \(object(.program)), \(object(.stream)), \(object(.call)),
                    \(object(.enrolment)), \(object(.cohort)), \(object(.introduction)), \(object(.investment)),
                    \(object(.demoDay)), \(new.area), \(new.line), \(new.note), \(person))
            """)
    }

    func deleteLink(_ id: MoU.Link.ID, of mou: MoU.ID) async throws -> Bool {
        try await execute(
            """
            -- unlinkActivity
            DELETE FROM mou_links WHERE tenant_id = acting_tenant() AND mou_id = \(mou) AND id = \(id)
            """) == 1
    }
}

extension MoU.BenefitUse {
    fileprivate init(_ row: Row) throws {
        try self.init(
            id: row("id"), usedOn: row("used_on"), startup: row("startup_id"), startupName: row("startup_names"),
            note: row("note"), recordedAt: row("recorded_at"), recordedBy: row("recorded_by_name"))
    }
}

extension MoU.Activity.Kind: PostgresCodable {}
extension MoU.Activity.Noun: PostgresCodable {}
extension MoU.Target.Direction: PostgresCodable {}
extension MoU.Deliverable.Kind: PostgresCodable {}
extension MoU.Deliverable.Status: PostgresCodable {}
extension MoU.Benefit.Kind: PostgresCodable {}
extension MoU.ServiceLine: PostgresCodable {}
extension MoU.Standing.Noun: PostgresCodable {}
