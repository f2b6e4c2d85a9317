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

    /// What a manager may link to an agreement: all programs and streams, and the latest cohorts, calls,
    /// enrolments, introductions and demo days.
    func linkable(limit: Int = 200) async throws -> [(noun: MoU.Standing.Noun, id: UUID, name: LocalizedName)] {
        try await rows(
            """
            -- linkable
            SELECT o.noun, o.id, o.name FROM (
                SELECT 1 AS place, 'program' AS noun, g.id, g.name, g.created_at
                FROM programs AS g WHERE g.tenant_id = acting_tenant()
                UNION ALL
                SELECT 2, 'stream', s.id, s.name, s.created_at FROM streams AS s WHERE s.tenant_id = acting_tenant()
                UNION ALL
                (SELECT 3, 'cohort', h.id, jsonb_build_object('en', h.name), h.starts_on::timestamptz FROM cohorts AS h
                 WHERE h.tenant_id = acting_tenant() ORDER BY h.starts_on DESC LIMIT \(limit))
                UNION ALL
                (SELECT 4, 'call', c.id, c.title, c.created_at FROM calls AS c
                 WHERE c.tenant_id = acting_tenant() AND c.published_at IS NOT NULL AND c.cancelled_at IS NULL
                 ORDER BY c.created_at DESC LIMIT \(limit))
                UNION ALL
                (SELECT 5, 'enrolment', n.id, i.names, n.created_at
                 FROM enrolments AS n JOIN institutions AS i ON i.tenant_id = n.tenant_id AND i.id = n.startup_id
                 WHERE n.tenant_id = acting_tenant() ORDER BY n.created_at DESC LIMIT \(limit))
                UNION ALL
                (SELECT 6, 'introduction', x.id, i.names, x.asked_at
                 FROM introductions AS x
                 JOIN institutions AS i ON i.tenant_id = x.tenant_id AND i.id = x.startup_id
                 WHERE x.tenant_id = acting_tenant() ORDER BY x.asked_at DESC LIMIT \(limit))
                UNION ALL
                (SELECT 7, 'demo_day', d.id, d.title, d.starts_at FROM demo_days AS d
                 WHERE d.tenant_id = acting_tenant() ORDER BY d.starts_at DESC LIMIT \(limit))) AS o
            WHERE acts_as('manager')
            ORDER BY o.place, o.created_at DESC, o.id
            """
        ).map { row in try (row("noun"), row("id"), row("name")) }
    }
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
        _ use: NewBenefitUse, of benefit: MoU.Benefit.ID, of mou: MoU.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- recordBenefitUse
            INSERT INTO mou_benefit_uses (tenant_id, mou_id, benefit_id, id, used_on, startup_id, note, recorded_by)
            VALUES (\(tenant), \(mou), \(benefit), gen_random_uuid(), \(use.usedOn), \(use.startup), \(use.note),
                    \(person))
            """)
    }

    func insert(
        _ new: NewLink, as id: MoU.Link.ID, of mou: MoU.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        func object(_ noun: MoU.Standing.Noun) -> UUID? { new.noun == noun ? new.object : nil }
        try await execute(
            """
            -- linkActivity
            INSERT INTO mou_links (tenant_id, mou_id, id, program_id, stream_id, call_id, enrolment_id, cohort_id,
                                   introduction_id, demo_day_id, focus_area, service_line, note, linked_by)
            VALUES (\(tenant), \(mou), \(id), \(object(.program)), \(object(.stream)), \(object(.call)),
                    \(object(.enrolment)), \(object(.cohort)), \(object(.introduction)), \(object(.demoDay)),
                    \(new.area), \(new.line), \(new.note), \(person))
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

extension MoU.Activity.Kind: PostgresCodable {}
extension MoU.Activity.Noun: PostgresCodable {}
extension MoU.Target.Direction: PostgresCodable {}
extension MoU.Deliverable.Kind: PostgresCodable {}
extension MoU.Deliverable.Status: PostgresCodable {}
extension MoU.Benefit.Kind: PostgresCodable {}
extension MoU.ServiceLine: PostgresCodable {}
extension MoU.Standing.Noun: PostgresCodable {}
