internal import Accounts
internal import Foundation
internal import Institutions
package import Postgres
internal import Programs
internal import Vocabulary

extension Statements {
    /// What might fund the same thing as an application that was handed in, the strongest suggestions first. For managers
    /// alone, and nothing to one who founded or owns part of either side.
    package func overlaps(of id: Application.ID) async throws -> [FundingOverlap] {
        let found = try await rows(
            """
            -- overlaps of an application
            WITH asked AS MATERIALIZED (
                SELECT a.id, a.startup_id FROM applications AS a
                WHERE a.tenant_id = acting_tenant() AND a.id = \(id) AND a.submitted_at IS NOT NULL
                  AND acts_as('manager', 'system')
                  AND a.startup_id <> ALL ((SELECT startups_too_near(acting_role(), acting_person()))::uuid[])
            ), live AS MATERIALIZED (
                SELECT o.id, o.startup_id, o.call_id, o.state, e.id IS NOT NULL AS is_enrolled
                FROM applications AS o
                LEFT JOIN enrolments AS e ON e.tenant_id = o.tenant_id AND e.application_id = o.id
                WHERE o.tenant_id = acting_tenant() AND o.id <> \(id) AND o.submitted_at IS NOT NULL
                  AND o.state NOT IN ('draft', 'ineligible', 'rejected', 'declined', 'withdrawn')
                  AND e.graduated_at IS NULL AND e.ended_at IS NULL
                  AND o.startup_id <> ALL ((SELECT startups_too_near(acting_role(), acting_person()))::uuid[])
            ), related (startup_id, kind, detail, share) AS (
                SELECT q.startup_id, 'same_startup', NULL, NULL::integer FROM asked AS q
                UNION
                SELECT two.startup_id, 'common_holder', min(one.name), max(least(one.share, two.share))
                FROM asked AS q
                JOIN startup_holders AS one ON one.tenant_id = acting_tenant() AND one.startup_id = q.startup_id
                JOIN startup_holders AS two ON two.tenant_id = one.tenant_id AND two.startup_id <> q.startup_id
                 AND (two.institution_id = one.institution_id OR two.person_id = one.person_id
                      OR lower(regexp_replace(btrim(two.name), '\\s+', ' ', 'g'))
                         = lower(regexp_replace(btrim(one.name), '\\s+', ' ', 'g')))
                WHERE one.share >= \(FundingOverlap.commonShare) AND two.share >= \(FundingOverlap.commonShare)
                GROUP BY two.startup_id, lower(regexp_replace(btrim(one.name), '\\s+', ' ', 'g'))
                UNION
                SELECT h.institution_id, 'common_holder', h.name, h.share
                FROM asked AS q
                JOIN startup_holders AS h ON h.tenant_id = acting_tenant() AND h.startup_id = q.startup_id
                WHERE h.institution_id IS NOT NULL AND h.share >= \(FundingOverlap.commonShare)
                UNION
                SELECT h.startup_id, 'common_holder', h.name, h.share
                FROM asked AS q
                JOIN startup_holders AS h ON h.tenant_id = acting_tenant() AND h.institution_id = q.startup_id
                WHERE h.share >= \(FundingOverlap.commonShare)
                UNION
                SELECT two.institution_id, 'common_founder', p.name, NULL
                FROM asked AS q
                JOIN memberships AS one ON one.tenant_id = acting_tenant() AND one.institution_id = q.startup_id
                 AND one.role = 'founder'
                JOIN memberships AS two ON two.tenant_id = one.tenant_id AND two.person_id = one.person_id
                 AND two.role = 'founder' AND two.institution_id <> q.startup_id
                JOIN people AS p ON p.id = one.person_id
                UNION
                SELECT two.institution_id, 'same_registration', one.value, NULL
                FROM asked AS q
                JOIN institution_identifiers AS one
                  ON one.tenant_id = acting_tenant() AND one.institution_id = q.startup_id
                JOIN institution_identifiers AS two ON two.tenant_id = one.tenant_id
                 AND two.institution_id <> q.startup_id
                 AND upper(regexp_replace(two.value, '[^0-9A-Za-z]', '', 'g'))
                     = upper(regexp_replace(one.value, '[^0-9A-Za-z]', '', 'g'))
                UNION
                SELECT theirs.startup_id, 'same_domain', ours.domain, NULL
                FROM (SELECT DISTINCT q.startup_id, organisation_of(p.email) AS domain
                      FROM asked AS q
                      JOIN memberships AS m ON m.tenant_id = acting_tenant() AND m.institution_id = q.startup_id
                       AND m.role = 'founder'
                      JOIN people AS p ON p.id = m.person_id
                      UNION
                      SELECT q.startup_id, site_of(i.website)
                      FROM asked AS q
                      JOIN institutions AS i ON i.tenant_id = acting_tenant() AND i.id = q.startup_id) AS ours
                JOIN (SELECT DISTINCT l.startup_id, organisation_of(p.email) AS domain
                      FROM live AS l
                      JOIN memberships AS m ON m.tenant_id = acting_tenant() AND m.institution_id = l.startup_id
                       AND m.role = 'founder'
                      JOIN people AS p ON p.id = m.person_id
                      UNION
                      SELECT l.startup_id, site_of(i.website)
                      FROM live AS l
                      JOIN institutions AS i ON i.tenant_id = acting_tenant() AND i.id = l.startup_id) AS theirs
                  ON theirs.domain = ours.domain AND theirs.startup_id <> ours.startup_id
            ), evidence (other_id, kind, detail, share) AS (
                SELECT l.id, r.kind, r.detail, r.share FROM live AS l JOIN related AS r ON r.startup_id = l.startup_id
                UNION
                SELECT l.id, 'same_project', ours.facts -> 'project' ->> 'text', NULL
                FROM asked AS q
                JOIN application_facts AS ours ON ours.tenant_id = acting_tenant() AND ours.application_id = q.id
                JOIN application_facts AS theirs ON theirs.tenant_id = ours.tenant_id
                 AND lower(regexp_replace(btrim(theirs.facts -> 'project' ->> 'text'), '\\s+', ' ', 'g'))
                     = lower(regexp_replace(btrim(ours.facts -> 'project' ->> 'text'), '\\s+', ' ', 'g'))
                JOIN live AS l ON l.id = theirs.application_id
            )
            SELECT l.id, i.names AS startup_name, c.title, p.name AS program_name, l.state, l.is_enrolled,
                   x.kind, x.detail, x.share, v.verdict, v.reason, v.judged_at, who.name AS judged_by
            FROM evidence AS x
            JOIN live AS l ON l.id = x.other_id
            JOIN institutions AS i ON i.tenant_id = acting_tenant() AND i.id = l.startup_id
            JOIN calls AS c ON c.tenant_id = acting_tenant() AND c.id = l.call_id
            JOIN streams AS s ON s.tenant_id = acting_tenant() AND s.id = c.stream_id
            JOIN programs AS p ON p.tenant_id = acting_tenant() AND p.id = s.program_id
            LEFT JOIN LATERAL (
                SELECT w.verdict, w.reason, w.judged_at, w.judged_by FROM funding_overlap_verdicts AS w
                WHERE w.tenant_id = acting_tenant() AND w.application_id = \(id) AND w.other_id = l.id
                ORDER BY w.seq DESC LIMIT 1) AS v ON true
            LEFT JOIN people AS who ON who.id = v.judged_by
            ORDER BY l.id, x.kind, x.detail
            LIMIT 500
            """)
        var overlaps: [FundingOverlap] = []
        for row in found {
            let evidence = try FundingOverlap.Evidence(
                kind: row("kind"), detail: row("detail"), share: row("share"))
            if try overlaps.last?.other == row("id") {
                overlaps[overlaps.count - 1].evidence.append(evidence)
            } else {
                overlaps.append(try FundingOverlap(row, evidence))
            }
        }
        return overlaps.sorted {
            ($0.judgement == nil ? 0 : 1, -$0.evidence.count) < ($1.judgement == nil ? 0 : 1, -$1.evidence.count)
        }
    }
}

extension Transaction {
    func insert(
        _ verdict: FundingOverlap.Verdict, because reason: LongText?, on id: Application.ID, and other: Application.ID,
        by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- judgeOverlap
            INSERT INTO funding_overlap_verdicts (tenant_id, application_id, other_id, id, verdict, reason, judged_by)
            VALUES (acting_tenant(), \(id), \(other), gen_random_uuid(), \(verdict), \(reason), \(person))
            """)
    }
}

extension FundingOverlap.Kind: PostgresCodable {}
extension FundingOverlap.Verdict: PostgresCodable {}

extension FundingOverlap {
    fileprivate init(_ row: Row, _ evidence: Evidence) throws {
        let verdict: Verdict? = try row("verdict")
        try self.init(
            other: row("id"), startupName: row("startup_name"), callTitle: row("title"),
            programName: row("program_name"), state: row("state"), isEnrolled: row("is_enrolled"), evidence: [evidence],
            judgement: verdict.map {
                try Judgement(verdict: $0, reason: row("reason"), at: row("judged_at"), by: row("judged_by"))
            })
    }
}
