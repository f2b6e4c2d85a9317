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
        // Not the streams' lines summed: an application that names two streams of a partner is one of theirs.
        let byPartner: Query =
            isPartner
            ? """
            SELECT f.institution_id, f.stages FROM own_funnel(\(first), \(last)) AS f
            WHERE acts_as('partner') AND f.institution_id = acting_institution()
            """
            : """
            SELECT f.institution_id, f.stages FROM funnel_of_partners(\(first), \(last), NULL) AS f
            WHERE acts_as('manager', 'system')
            """
        let lines = try await rows(
            """
            -- funnel
            WITH counted AS (\(fragment: counted)), by_partner AS (\(fragment: byPartner))
            SELECT false AS is_partner, s.id, s.name, n.stages
            FROM counted AS n JOIN streams AS s ON s.tenant_id = acting_tenant() AND s.id = n.stream_id
            UNION ALL
            SELECT true, i.id, i.names, n.stages
            FROM by_partner AS n JOIN institutions AS i ON i.tenant_id = acting_tenant() AND i.id = n.institution_id
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
