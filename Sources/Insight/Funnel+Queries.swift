internal import Foundation
package import Postgres
package import Vocabulary

extension Statements {
    /// How far the applications begun between two days of Hong Kong, both included, have come; for managers.
    ///
    /// A stage counts once it was reached, whatever came after; a place that was offered counts as offered also when it was
    /// declined.
    package func funnel(from first: CalendarDate? = nil, to last: CalendarDate? = nil) async throws -> Funnel {
        let lines = try await rows(
            """
            -- funnel
            WITH reached AS (
                SELECT a.id, c.stream_id,
                       a.submitted_at IS NOT NULL AS submitted,
                       bool_or(e.to_state = 'in_review') AS eligible,
                       bool_or(e.to_state = 'shortlisted') AS shortlisted,
                       bool_or(e.to_state = 'interview') AS interview,
                       bool_or(e.to_state = 'offered') AS offered,
                       bool_or(e.to_state = 'accepted') AS accepted,
                       EXISTS (SELECT FROM review_assignments AS r
                               WHERE r.tenant_id = a.tenant_id AND r.application_id = a.id AND r.state = 'assigned')
                           AS reviewed,
                       EXISTS (SELECT FROM enrolments AS n
                               WHERE n.tenant_id = a.tenant_id AND n.application_id = a.id) AS enrolled
                FROM applications AS a
                JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
                LEFT JOIN application_events AS e ON e.tenant_id = a.tenant_id AND e.application_id = a.id
                WHERE a.tenant_id = acting_tenant() AND acts_as('manager', 'system')
                  AND (\(first)::date IS NULL OR (a.created_at AT TIME ZONE 'Asia/Hong_Kong')::date >= \(first))
                  AND (\(last)::date IS NULL OR (a.created_at AT TIME ZONE 'Asia/Hong_Kong')::date <= \(last))
                GROUP BY a.tenant_id, a.id, c.stream_id),
            counted AS (
                SELECT stream_id, ARRAY[
                           count(*), count(*) FILTER (WHERE submitted), count(*) FILTER (WHERE eligible),
                           count(*) FILTER (WHERE reviewed), count(*) FILTER (WHERE shortlisted),
                           count(*) FILTER (WHERE interview), count(*) FILTER (WHERE offered),
                           count(*) FILTER (WHERE accepted), count(*) FILTER (WHERE enrolled)] AS stages
                FROM reached GROUP BY stream_id)
            SELECT false AS is_partner, s.id, s.name, n.stages
            FROM counted AS n JOIN streams AS s ON s.tenant_id = acting_tenant() AND s.id = n.stream_id
            UNION ALL
            SELECT true, i.id, i.names, (
                SELECT array_agg(total ORDER BY place) FROM (
                    SELECT x.place, sum(x.stage)::bigint AS total
                    FROM stream_partners AS p
                    JOIN counted AS n ON n.stream_id = p.stream_id
                    CROSS JOIN unnest(n.stages) WITH ORDINALITY AS x (stage, place)
                    WHERE p.tenant_id = i.tenant_id AND p.institution_id = i.id
                    GROUP BY x.place) AS totals)
            FROM institutions AS i
            WHERE i.tenant_id = acting_tenant() AND EXISTS (
                SELECT FROM stream_partners AS p JOIN counted AS n ON n.stream_id = p.stream_id
                WHERE p.tenant_id = i.tenant_id AND p.institution_id = i.id)
            ORDER BY is_partner, id
            """
        ).map { row in
            try (
                isPartner: row("is_partner") as Bool,
                line: FunnelLine(id: row("id"), name: row("name"), reached: row("stages"))
            )
        }
        return Funnel(
            streams: lines.filter { !$0.isPartner }.map(\.line), partners: lines.filter(\.isPartner).map(\.line))
    }
}
