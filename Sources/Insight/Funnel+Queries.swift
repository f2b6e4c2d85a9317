internal import API
internal import Foundation
package import Postgres
package import Vocabulary

extension Statements {
    /// How far the applications begun between two days of Hong Kong, both included, have come. Managers read all of it, a
    /// partner's staff that of the streams in which their institution takes part, and no other partner's line.
    ///
    /// A stage counts once it was reached, whatever came after; a place that was offered counts as offered also when it was
    /// declined.
    package func funnel(from first: CalendarDate? = nil, to last: CalendarDate? = nil) async throws -> Funnel {
        let isPartner = actingRole == .partner
        // Applications themselves are not a partner's to read: the database counts them on the partner's behalf.
        let counted: Query =
            isPartner
            ? """
            SELECT f.stream_id, f.stages
            FROM funnel_of_partner(acting_role(), acting_institution(), \(first), \(last)) AS f
            WHERE acts_as('partner') AND EXISTS (
                SELECT FROM stream_partners AS p
                WHERE p.tenant_id = acting_tenant() AND p.stream_id = f.stream_id
                  AND p.institution_id = acting_institution())
            """
            : """
            SELECT f.stream_id, f.stages FROM funnel_of_streams(\(first), \(last), NULL) AS f
            WHERE acts_as('manager', 'system')
            """
        let lines = try await rows(
            """
            -- funnel
            WITH counted AS (\(fragment: counted))
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
            WHERE i.tenant_id = acting_tenant() AND (NOT \(isPartner) OR i.id = acting_institution()) AND EXISTS (
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
