internal import API
internal import Foundation
package import Postgres
package import Vocabulary

extension Statements {
    /// How far the applications begun between two days of Hong Kong, both included, have come. Managers read all of it, a
    /// partner's staff that of the streams in which their institution takes part, and no other partner's line.
    ///
    /// A stage counts once it was reached, whatever came after; a place that was offered counts as offered also when it was
    /// declined. Where a call offers several streams, an application counts with each that it names, and its place with the
    /// stream that the place is in.
    package func funnel(from first: CalendarDate? = nil, to last: CalendarDate? = nil) async throws -> Funnel {
        // Applications themselves are not a partner's to read: the database counts them on the partner's behalf.
        let counted: Query =
            actingRole == .partner
            ? """
            SELECT f.is_partner, f.id, f.stages FROM lines_of_own_funnel(\(first), \(last)) AS f
            WHERE acts_as('partner') AND (f.id = acting_institution() OR EXISTS (
                SELECT FROM stream_partners AS p
                WHERE p.tenant_id = acting_tenant() AND p.stream_id = f.id AND p.institution_id = acting_institution()))
            """
            : """
            SELECT f.is_partner, f.id, f.stages FROM lines_of_funnel(\(first), \(last), NULL, NULL) AS f
            WHERE acts_as('manager', 'system')
            """
        let lines = try await rows(
            """
            -- funnel
            WITH counted AS MATERIALIZED (\(fragment: counted))
            SELECT n.is_partner, s.id, s.name, n.stages
            FROM counted AS n JOIN streams AS s ON s.tenant_id = acting_tenant() AND s.id = n.id
            WHERE NOT n.is_partner
            UNION ALL
            SELECT n.is_partner, i.id, i.names, n.stages
            FROM counted AS n JOIN institutions AS i ON i.tenant_id = acting_tenant() AND i.id = n.id
            WHERE n.is_partner
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
