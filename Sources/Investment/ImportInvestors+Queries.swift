package import Accounts
package import Institutions
package import Postgres
internal import Vocabulary

extension Transaction {
    /// Declares what imported investors will fund, and revises what a thesis says anew. The investors are there already.
    package func importTheses(
        of rows: [ImportRow<ImportedInvestor>], in tenant: Tenant.ID
    ) async throws -> ImportOutcome {
        let known = try await institutions(calledByExternalIDs: rows.map(\.value.externalID))
        try await execute(
            """
            -- importTheses: staging
            CREATE TEMPORARY TABLE IF NOT EXISTS import_theses (
                line integer NOT NULL, investor_id uuid NOT NULL, external_id text PRIMARY KEY, name text NOT NULL,
                stages text[] NOT NULL, regions text[] NOT NULL, tags text[] NOT NULL, countries_in text[] NOT NULL,
                focus_areas text[] NOT NULL, minimum bigint, maximum bigint, currency text, terms jsonb NOT NULL,
                id uuid, version integer, is_new boolean NOT NULL DEFAULT false,
                is_changed boolean NOT NULL DEFAULT false
            ) ON COMMIT DROP
            """)
        try await execute("/* importTheses: staging */ TRUNCATE import_theses")
        _ = try await copy(
            into: "import_theses",
            columns: [
                "line", "investor_id", "external_id", "name", "stages", "regions", "tags", "countries_in",
                "focus_areas", "minimum", "maximum", "currency", "terms",
            ],
            rows: rows.compactMap { row in
                guard let investor = known[row.value.externalID], let terms = row.value.thesis else { return nil }
                return [
                    Int32(clamping: row.line), investor.id, row.value.externalID, terms.name, terms.stages,
                    terms.regions, terms.tags, terms.countriesIn, terms.focusAreas.map(\.area),
                    terms.chequeMin?.minor, terms.chequeMax?.minor, (terms.chequeMin ?? terms.chequeMax)?.currency,
                    JSONB(terms),
                ]
            })
        try await keepStagedTheses(in: tenant)
        return try await outcomeOfStagedTheses()
    }

    private func keepStagedTheses(in tenant: Tenant.ID) async throws {
        try await execute(
            """
            -- importTheses. What a thesis does not speak of (exclusions, whether it is deploying) stays as it is.
            WITH kept AS (
                INSERT INTO mandates AS m (
                    tenant_id, id, investor_id, name, stages, regions, tags, countries_in, cheque_min_minor,
                    cheque_max_minor, cheque_currency, external_id)
                SELECT \(tenant), md5(\(tenant)::text || ' thesis ' || s.external_id)::uuid, s.investor_id, s.name,
                       s.stages, s.regions, s.tags, s.countries_in, s.minimum, s.maximum, s.currency, s.external_id
                FROM import_theses AS s
                ON CONFLICT (tenant_id, external_id) DO UPDATE
                SET stages = excluded.stages, regions = excluded.regions, tags = excluded.tags,
                    countries_in = excluded.countries_in, cheque_min_minor = excluded.cheque_min_minor,
                    cheque_max_minor = excluded.cheque_max_minor, cheque_currency = excluded.cheque_currency,
                    version = m.version + 1
                WHERE (m.stages, m.regions, m.tags, m.countries_in, m.cheque_min_minor, m.cheque_max_minor,
                       m.cheque_currency) IS DISTINCT FROM
                      (excluded.stages, excluded.regions, excluded.tags, excluded.countries_in,
                       excluded.cheque_min_minor, excluded.cheque_max_minor, excluded.cheque_currency)
                   OR (SELECT array_agg(f.focus_area ORDER BY f.focus_area) FROM mandate_focus_areas AS f
                       WHERE f.tenant_id = m.tenant_id AND f.mandate_id = m.id) IS DISTINCT FROM
                      (SELECT nullif(s.focus_areas, '{}') FROM import_theses AS s
                       WHERE s.external_id = excluded.external_id)
                RETURNING m.id, m.external_id, m.version, m.xmax = 0 AS is_new
            )
            UPDATE import_theses AS s
            SET id = kept.id, version = kept.version, is_new = kept.is_new, is_changed = true
            FROM kept WHERE kept.external_id = s.external_id
            """)
        try await execute(
            """
            -- importTheses: focus areas no longer named
            DELETE FROM mandate_focus_areas
            WHERE ctid = ANY (ARRAY(
                SELECT f.ctid FROM import_theses AS s
                CROSS JOIN LATERAL (
                    SELECT f.ctid, f.focus_area FROM mandate_focus_areas AS f
                    WHERE f.tenant_id = \(tenant) AND f.mandate_id = s.id OFFSET 0
                ) AS f
                WHERE s.is_changed AND f.focus_area <> ALL (s.focus_areas)))
            """)
        try await execute(
            """
            -- importTheses: focus areas
            INSERT INTO mandate_focus_areas (tenant_id, mandate_id, focus_area)
            SELECT \(tenant), s.id, area FROM import_theses AS s, unnest(s.focus_areas) AS area
            WHERE s.is_changed
            ON CONFLICT DO NOTHING
            """)
        try await execute(
            """
            -- importTheses: revisions
            INSERT INTO mandate_revisions (tenant_id, mandate_id, version, terms)
            SELECT \(tenant), s.id, s.version, s.terms FROM import_theses AS s WHERE s.is_changed
            """)
    }

    private func outcomeOfStagedTheses() async throws -> ImportOutcome {
        var outcome = ImportOutcome()
        for row in try await rows("/* importTheses: outcome */ SELECT line, is_new, is_changed FROM import_theses") {
            let (line, isNew, isChanged) = try row.decode(Int.self, Bool.self, Bool.self)
            outcome.note(isNew ? .inserted : isChanged ? .updated : .unchanged, at: line)
        }
        return outcome
    }
}
