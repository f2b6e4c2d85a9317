internal import Accounts
package import Postgres
internal import Vocabulary

extension Transaction {
    func stageInstitutions(_ rows: [ImportRow<ImportedInstitution>]) async throws {
        try await execute(
            """
            -- importInstitutions: staging
            CREATE TEMPORARY TABLE IF NOT EXISTS import_institutions (
                line integer NOT NULL, external_id text PRIMARY KEY, kind text NOT NULL, language text NOT NULL,
                name text NOT NULL, country text, website text, is_new boolean NOT NULL DEFAULT false,
                is_changed boolean NOT NULL DEFAULT false
            ) ON COMMIT DROP
            """)
        try await execute("/* importInstitutions: staging */ TRUNCATE import_institutions")
        _ = try await copy(
            into: "import_institutions",
            columns: ["line", "external_id", "kind", "language", "name", "country", "website"],
            rows: rows.map { row in
                let institution = row.value
                return [
                    Int32(clamping: row.line), institution.externalID, institution.kind,
                    Language(writing: institution.name).rawValue, institution.name, institution.country,
                    institution.website,
                ]
            })
    }

    func enterStagedInstitutions(in tenant: Tenant.ID) async throws {
        try await execute(
            """
            -- importInstitutions
            WITH kept AS (
                INSERT INTO institutions AS i (tenant_id, id, kind, names, country, website, external_id)
                SELECT \(tenant), md5(\(tenant)::text || ' ' || s.external_id)::uuid, s.kind,
                       jsonb_build_object(s.language, s.name), s.country, s.website, s.external_id
                FROM import_institutions AS s
                ON CONFLICT (tenant_id, external_id) DO UPDATE
                SET names = i.names || excluded.names, country = coalesce(excluded.country, i.country),
                    website = coalesce(excluded.website, i.website)
                WHERE i.kind = excluded.kind
                  AND (i.names, i.country, i.website) IS DISTINCT FROM
                      (i.names || excluded.names, coalesce(excluded.country, i.country),
                       coalesce(excluded.website, i.website))
                RETURNING i.external_id, i.xmax = 0 AS is_new
            )
            UPDATE import_institutions AS s SET is_new = kept.is_new, is_changed = true
            FROM kept WHERE kept.external_id = s.external_id
            """)
    }

    func outcomeOfStagedInstitutions(in tenant: Tenant.ID) async throws -> ImportOutcome {
        var outcome = ImportOutcome()
        let rows = try await rows(
            """
            -- importInstitutions: outcome
            SELECT s.line, coalesce(s.kind = (
                       SELECT i.kind FROM institutions AS i
                       WHERE i.tenant_id = \(tenant) AND i.external_id = s.external_id), false) AS is_known,
                   s.is_new, s.is_changed
            FROM import_institutions AS s
            ORDER BY s.line
            """)
        for row in rows {
            let (line, isKnown, isNew, isChanged) = try row.decode(Int.self, Bool.self, Bool.self, Bool.self)
            if isKnown {
                outcome.note(isNew ? .inserted : isChanged ? .updated : .unchanged, at: line)
            } else {
                outcome.refuse(line, "this id belongs to an institution of another kind")
            }
        }
        return outcome
    }
}

extension Statements {
    /// The institutions that sources call by these ids, with what they are.
    package func institutions(
        calledByExternalIDs ids: [String]
    ) async throws -> [String: (id: Institution.ID, kind: Institution.Kind)] {
        var found: [String: (id: Institution.ID, kind: Institution.Kind)] = [:]
        let rows = try await rows(
            """
            -- institutions(calledByExternalIDs:)
            SELECT external_id, id, kind FROM institutions
            WHERE tenant_id = acting_tenant() AND external_id = ANY (\(ids))
            """)
        for row in rows {
            let (externalID, id, kind) = try row.decode(String.self, Institution.ID.self, Institution.Kind.self)
            found[externalID] = (id, kind)
        }
        return found
    }
}
