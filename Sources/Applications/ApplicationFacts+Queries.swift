internal import Accounts
package import Eligibility
internal import Foundation
internal import Institutions
package import Postgres
package import Programs
package import Vocabulary

/// What came of a condition when an application was handed in, the first time or again.
package struct ApplicationFinding: Sendable, Equatable {
    /// The condition.
    package let condition: CallCondition.ID
    /// What was found.
    package let finding: RuleFinding
    /// The copy of what was handed in that it belongs to.
    package let copy: Int
    /// The day it was asked for.
    package let on: CalendarDate
    /// Whether screening named it as the one that is not met.
    package let isCited: Bool
}

extension Statements {
    /// What was declared in an application; nil when nothing was. Nothing of a draft to a manager.
    func declaredFacts(of id: Application.ID) async throws -> DeclaredFacts? {
        try await declaredFacts(of: [id])[id]
    }

    /// The same of several applications in one statement.
    func declaredFacts(of ids: [Application.ID]) async throws -> [Application.ID: DeclaredFacts] {
        let found = try await rows(
            """
            -- declaredFacts
            SELECT d.application_id, d.facts FROM application_facts AS d
            JOIN applications AS a ON a.tenant_id = d.tenant_id AND a.id = d.application_id
            WHERE d.tenant_id = acting_tenant() AND d.application_id = ANY (\(ids))
              AND (acts_as('system') OR acts_as('manager') AND a.submitted_at IS NOT NULL
                       AND reopened_facts(d.tenant_id, d.application_id) IS NULL
                   OR acts_as('founder') AND a.startup_id = acting_institution())
            UNION ALL
            SELECT r.application_id, r.facts FROM applications AS a
            CROSS JOIN LATERAL (
                SELECT x.application_id, x.id, x.facts FROM change_requests AS x
                WHERE x.tenant_id = a.tenant_id AND x.application_id = a.id
                ORDER BY x.requested_at DESC LIMIT 1) AS r
            WHERE a.tenant_id = acting_tenant() AND acts_as('manager') AND a.id = ANY (\(ids))
              AND r.facts IS NOT NULL AND reopened_facts(a.tenant_id, a.id) IS NOT NULL
            """)
        return try found.reduce(into: [:]) { facts, row in
            let application: Application.ID = try row("application_id")
            facts[application] = try (row("facts") as JSONB<DeclaredFacts>).value
        }
    }

    /// What the park itself has given a startup, as far as its enrolments say.
    func knownAwards(of startup: Startup.ID) async throws -> [Award] {
        try await rows(
            """
            -- knownAwards
            SELECT coalesce(p.name ->> 'en', p.name ->> 'zh-Hant', p.name ->> 'ja') AS scheme, t.name AS source,
                   d.facts -> 'project' ->> 'text' AS project, e.started_on,
                   coalesce((e.graduated_at AT TIME ZONE c.time_zone)::date, (e.ended_at AT TIME ZONE c.time_zone)::date,
                            h.ends_on) AS until
            FROM enrolments AS e
            JOIN applications AS a ON a.tenant_id = e.tenant_id AND a.id = e.application_id
            JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
            JOIN cohorts AS h ON h.tenant_id = e.tenant_id AND h.id = e.cohort_id
            JOIN streams AS s ON s.tenant_id = h.tenant_id AND s.id = h.stream_id
            JOIN programs AS p ON p.tenant_id = s.tenant_id AND p.id = s.program_id
            JOIN tenants AS t ON t.id = e.tenant_id
            LEFT JOIN application_facts AS d ON d.tenant_id = a.tenant_id AND d.application_id = a.id
            WHERE e.tenant_id = acting_tenant() AND e.startup_id = \(startup)
              AND (acts_as('manager', 'system')
                   OR acts_as('founder') AND e.startup_id = acting_institution())
            ORDER BY e.started_on, e.id
            LIMIT 50
            """
        ).map { row in
            let (from, until): (CalendarDate, CalendarDate?) = (try row("started_on"), try row("until"))
            return try Award(
                scheme: row("scheme"), source: row("source"), project: row("project"), from: Day(from),
                until: until.map(Day.init))
        }
    }

    /// What was found when an application was handed in, in the order of the call's conditions.
    ///
    /// - Parameter copy: the copy of what was handed in that it belongs to; nil for the last of which anything was found.
    package func findings(of id: Application.ID, inCopy copy: Int? = nil) async throws -> [ApplicationFinding] {
        try await rows(
            """
            -- findings of an application
            SELECT f.condition_id, f.number, f.finding, f.found_on, f.cited_at IS NOT NULL AS cited
            FROM application_findings AS f
            JOIN applications AS a ON a.tenant_id = f.tenant_id AND a.id = f.application_id
            JOIN call_conditions AS n
              ON n.tenant_id = f.tenant_id AND n.call_id = f.call_id AND n.id = f.condition_id
            WHERE f.tenant_id = acting_tenant() AND f.application_id = \(id)
              AND f.number = coalesce(\(copy)::integer, \(fragment: .lastFindings(of: id)))
              AND \(fragment: .reachOfApplications)
            ORDER BY n.position
            """
        ).map { row in
            try ApplicationFinding(
                condition: row("condition_id"), finding: (row("finding") as JSONB<RuleFinding>).value,
                copy: row("number"), on: row("found_on"), isCited: row("cited"))
        }
    }
}

extension Query {
    /// The last copy of which anything was found: imports bring copies of which nothing was.
    fileprivate static func lastFindings(of id: Application.ID) -> Query {
        """
        (SELECT max(l.number) FROM application_findings AS l
         WHERE l.tenant_id = acting_tenant() AND l.application_id = \(id))
        """
    }
}

extension Transaction {
    func store(_ facts: DeclaredFacts, of application: Application, by person: Person.ID) async throws {
        try await execute(
            """
            -- saveFacts
            INSERT INTO application_facts (tenant_id, application_id, facts, saved_by)
            VALUES (acting_tenant(), \(application.id), \(JSONB(facts)), \(person))
            ON CONFLICT (tenant_id, application_id)
            DO UPDATE SET facts = excluded.facts, saved_at = now(), saved_by = excluded.saved_by
            """)
    }

    func noteFacts(of application: Application) async throws {
        try await execute(
            """
            -- saveFacts: when
            UPDATE applications SET saved_at = now(), version = version + 1
            WHERE tenant_id = acting_tenant() AND id = \(application.id)
            """)
    }

    /// Freezes what was found with the copy that is about to be made; its number is the trigger's.
    func insert(_ report: EligibilityReport, of application: Application) async throws {
        for result in report.results {
            try await execute(
                """
                -- handing in: finding
                INSERT INTO application_findings
                    (tenant_id, application_id, call_id, condition_id, verdict, finding, found_on)
                VALUES (acting_tenant(), \(application.id), \(application.call), \(result.condition.id),
                        \(result.finding.verdict.rawValue), \(JSONB(result.finding)), \(CalendarDate(report.on)))
                """)
        }
    }

    func cite(_ conditions: [CallCondition.ID], of application: Application.ID, by person: Person.ID) async throws {
        try await execute(
            """
            -- screenApplication: what it rests on
            UPDATE application_findings SET cited_at = now(), cited_by = \(person)
            WHERE tenant_id = acting_tenant() AND application_id = \(application)
              AND number = \(fragment: .lastFindings(of: application))
              AND condition_id = ANY (\(conditions)) AND acts_as('manager', 'partner', 'system')
            """)
    }
}
