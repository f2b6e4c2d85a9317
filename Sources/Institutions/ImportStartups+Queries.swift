package import Accounts
internal import Foundation
internal import Jobs
package import Postgres
package import Vocabulary

extension Transaction {
    /// Enters the startups that are new and changes those of which the rows say something new. A row without a name is
    /// about a startup that must be known already.
    ///
    /// What a row does not say stays as it is: an import never erases.
    package func importStartups(
        _ rows: [ImportRow<ImportedStartup>], in tenant: Tenant.ID
    ) async throws -> ImportOutcome {
        try await stage(rows)
        try await enterStagedStartups(in: tenant)
        try await reviseStagedStartups(in: tenant)
        try await showStagedStartups(in: tenant)
        return try await outcomeOfStagedStartups(in: tenant)
    }

    private func stage(_ rows: [ImportRow<ImportedStartup>]) async throws {
        try await execute(
            """
            -- importStartups: staging
            CREATE TEMPORARY TABLE IF NOT EXISTS import_startups (
                line integer NOT NULL, external_id text PRIMARY KEY, language text NOT NULL, name text, country text,
                website text, pitch text, description text, founded_on date, place_region text, place_state text,
                place_city text, tags text[] NOT NULL, focus_areas text[] NOT NULL, stage text, last_round_on date,
                last_round_minor bigint, rounds integer, raised_minor bigint, currency text, seeking text,
                opts_in boolean NOT NULL, id uuid, is_new boolean NOT NULL DEFAULT false,
                is_changed boolean NOT NULL DEFAULT false, is_retagged boolean NOT NULL DEFAULT false
            ) ON COMMIT DROP
            """)
        try await execute("/* importStartups: staging */ TRUNCATE import_startups")
        _ = try await copy(
            into: "import_startups",
            columns: [
                "line", "external_id", "language", "name", "country", "website", "pitch", "description", "founded_on",
                "place_region", "place_state", "place_city", "tags", "focus_areas", "stage", "last_round_on",
                "last_round_minor", "rounds", "raised_minor", "currency", "seeking", "opts_in",
            ],
            rows: rows.map { row in
                let startup = row.value
                return [
                    Int32(clamping: row.line), startup.externalID, Language(writing: startup.name).rawValue,
                    startup.name, startup.country, startup.website, startup.pitch, startup.description,
                    startup.foundedOn, startup.region, startup.state, startup.city, startup.tags, startup.focusAreas,
                    startup.stage, startup.lastRoundOn, startup.lastRound?.minor,
                    startup.rounds.map { Int32(clamping: $0) },
                    startup.raised?.minor, (startup.raised ?? startup.lastRound)?.currency, startup.seeking,
                    startup.optsIn,
                ]
            })
    }

    private func enterStagedStartups(in tenant: Tenant.ID) async throws {
        try await execute(
            """
            -- importStartups: directory entries. The id follows from the external id, so that a world imported twice is
            -- the same world, down to the order of equals.
            WITH kept AS (
                INSERT INTO institutions AS i (tenant_id, id, kind, names, country, website, external_id)
                SELECT \(tenant), md5(\(tenant)::text || ' ' || s.external_id)::uuid, 'startup',
                       jsonb_build_object(s.language, s.name), s.country, s.website, s.external_id
                FROM import_startups AS s
                WHERE s.name IS NOT NULL
                ON CONFLICT (tenant_id, external_id) DO UPDATE
                SET names = i.names || excluded.names, country = coalesce(excluded.country, i.country),
                    website = coalesce(excluded.website, i.website)
                WHERE i.kind = 'startup'
                  AND (i.names, i.country, i.website) IS DISTINCT FROM
                      (i.names || excluded.names, coalesce(excluded.country, i.country),
                       coalesce(excluded.website, i.website))
                RETURNING i.external_id, i.xmax = 0 AS is_new
            )
            UPDATE import_startups AS s SET is_new = kept.is_new, is_changed = true
            FROM kept WHERE kept.external_id = s.external_id
            """)
        try await execute(
            """
            -- importStartups: who is meant. Each row looks for its own by the one index that says all: a join, or a choice
            -- of indexes, is planned by statistics, and those of a workspace that is being filled know of no rows yet.
            UPDATE import_startups AS s
            SET id = (SELECT CASE i.kind WHEN 'startup' THEN i.id END FROM institutions AS i
                      WHERE i.tenant_id = \(tenant) AND i.external_id = s.external_id)
            """)
        try await execute(
            """
            -- importStartups: whose words are others than before
            UPDATE import_startups AS s SET is_retagged = true
            WHERE s.tags <> '{}' AND s.id IS NOT NULL AND s.tags IS DISTINCT FROM
                  (SELECT t.tags FROM startups AS t WHERE t.tenant_id = \(tenant) AND t.id = s.id)
            """)
    }

    private func reviseStagedStartups(in tenant: Tenant.ID) async throws {
        try await execute(
            """
            -- importStartups: profiles. One currency serves the last round and all that was raised: a source that speaks
            -- of another one replaces both amounts. OFFSET 0 keeps the look-up by the index, as above.
            WITH said AS (
                SELECT s.id, t.id IS NULL OR (
                           t.pitch, t.description, t.founded_on, t.place_region, t.place_state, t.place_city, t.tags,
                           t.stage, t.last_round_on, t.last_round_minor, t.rounds, t.raised_minor, t.raised_currency,
                           t.seeking, t.focus_areas, t.focus_weights) IS DISTINCT FROM (
                           n.pitch, n.description, n.founded_on, n.place_region, n.place_state, n.place_city, n.tags,
                           n.stage, n.last_round_on, n.last_round_minor, n.rounds, n.raised_minor, n.raised_currency,
                           n.seeking, n.focus_areas, n.focus_weights) AS is_other,
                       n.pitch, n.description, n.founded_on, n.place_region, n.place_state, n.place_city, n.tags,
                       n.stage, n.last_round_on, n.last_round_minor, n.rounds, n.raised_minor, n.raised_currency,
                       n.seeking, n.focus_areas, n.focus_weights
                FROM import_startups AS s
                LEFT JOIN LATERAL (
                    SELECT t.id, t.pitch, t.description, t.founded_on, t.place_region, t.place_state, t.place_city,
                           t.tags, t.stage, t.last_round_on, t.last_round_minor, t.rounds, t.raised_minor,
                           t.raised_currency, t.seeking, t.focus_areas, t.focus_weights
                    FROM startups AS t WHERE t.tenant_id = \(tenant) AND t.id = s.id OFFSET 0
                ) AS t ON true
                CROSS JOIN LATERAL (
                    SELECT coalesce(s.pitch, t.pitch) AS pitch, coalesce(s.description, t.description) AS description,
                           coalesce(s.founded_on, t.founded_on) AS founded_on,
                           coalesce(s.place_region, t.place_region) AS place_region,
                           coalesce(s.place_state, t.place_state) AS place_state,
                           coalesce(s.place_city, t.place_city) AS place_city,
                           CASE WHEN s.tags = '{}' THEN coalesce(t.tags, '{}') ELSE s.tags END AS tags,
                           coalesce(s.stage, t.stage) AS stage,
                           coalesce(s.last_round_on, t.last_round_on) AS last_round_on,
                           CASE WHEN s.currency <> t.raised_currency THEN s.last_round_minor
                                ELSE coalesce(s.last_round_minor, t.last_round_minor) END AS last_round_minor,
                           coalesce(s.rounds, t.rounds) AS rounds,
                           CASE WHEN s.currency <> t.raised_currency THEN s.raised_minor
                                ELSE coalesce(s.raised_minor, t.raised_minor) END AS raised_minor,
                           coalesce(s.currency, t.raised_currency) AS raised_currency,
                           coalesce(s.seeking, t.seeking) AS seeking,
                           CASE WHEN s.is_retagged THEN s.focus_areas ELSE coalesce(t.focus_areas, '{}') END
                               AS focus_areas,
                           -- An area that is still named keeps its weight.
                           CASE WHEN s.is_retagged
                                THEN ARRAY(SELECT coalesce(t.focus_weights[array_position(t.focus_areas, a.area)], 100)
                                           FROM unnest(s.focus_areas) WITH ORDINALITY AS a (area, place)
                                           ORDER BY a.place)::smallint[]
                                ELSE coalesce(t.focus_weights, '{}') END AS focus_weights
                ) AS n
                WHERE s.id IS NOT NULL
            ), kept AS (
                INSERT INTO startups AS t (
                    tenant_id, id, pitch, description, founded_on, place_region, place_state, place_city, tags, stage,
                    last_round_on, last_round_minor, rounds, raised_minor, raised_currency, seeking,
                    focus_areas, focus_weights)
                SELECT \(tenant), id, pitch, description, founded_on, place_region, place_state, place_city, tags, stage,
                       last_round_on, last_round_minor, rounds, raised_minor, raised_currency, seeking,
                       focus_areas, focus_weights
                FROM said WHERE is_other
                ON CONFLICT (tenant_id, id) DO UPDATE
                SET pitch = excluded.pitch, description = excluded.description, founded_on = excluded.founded_on,
                    place_region = excluded.place_region, place_state = excluded.place_state,
                    place_city = excluded.place_city, tags = excluded.tags, stage = excluded.stage,
                    last_round_on = excluded.last_round_on, last_round_minor = excluded.last_round_minor,
                    rounds = excluded.rounds, raised_minor = excluded.raised_minor,
                    raised_currency = excluded.raised_currency, seeking = excluded.seeking,
                    focus_areas = excluded.focus_areas, focus_weights = excluded.focus_weights
                RETURNING t.id
            )
            UPDATE import_startups AS s SET is_changed = true FROM kept WHERE kept.id = s.id
            """)
    }

    private func showStagedStartups(in tenant: Tenant.ID) async throws {
        let told: [UUID] = try await rows(
            """
            -- importStartups: who agrees to be shown, to everyone and for every purpose; not who has decided on one already, since
            -- it was told that it agrees to no other. OFFSET 0 keeps the look-up by the index, as above.
            WITH decided AS (
                INSERT INTO consents (tenant_id, startup_id, purpose, audience)
                SELECT \(tenant), s.id, p.purpose, 'everyone'
                FROM import_startups AS s CROSS JOIN (VALUES ('shortlists'), ('demo_days')) AS p (purpose)
                WHERE s.id IS NOT NULL AND s.opts_in AND NOT EXISTS (
                    SELECT FROM consents AS c
                    WHERE c.tenant_id = \(tenant) AND c.startup_id = s.id OFFSET 0)
                RETURNING startup_id
            ), changed AS (
                UPDATE import_startups AS s SET is_changed = true FROM decided WHERE decided.startup_id = s.id
            )
            SELECT DISTINCT d.startup_id
            FROM decided AS d
            JOIN memberships AS m ON m.tenant_id = \(tenant) AND m.institution_id = d.startup_id AND m.role = 'founder'
                AND m.ended_at IS NULL
            ORDER BY d.startup_id
            """
        ).map { try $0("startup_id") }
        for start in stride(from: 0, to: told.count, by: TellOfImportedConsents.most) {
            let part = told[start..<min(start + TellOfImportedConsents.most, told.count)]
            try await enqueue(TellOfImportedConsents(startups: Array(part)))
        }
    }

    private func outcomeOfStagedStartups(in tenant: Tenant.ID) async throws -> ImportOutcome {
        var outcome = ImportOutcome()
        let rows = try await rows(
            """
            -- importStartups: outcome
            SELECT s.line, s.id IS NOT NULL AS is_known, s.is_new, s.is_changed,
                   CASE WHEN s.id IS NULL THEN (
                       SELECT i.kind FROM institutions AS i
                       WHERE i.tenant_id = \(tenant) AND i.external_id = s.external_id) END AS kind
            FROM import_startups AS s
            ORDER BY s.line
            """)
        for row in rows {
            let (line, isKnown, isNew, isChanged, kind) = try row.decode(
                Int.self, Bool.self, Bool.self, Bool.self, String?.self)
            if isKnown {
                outcome.note(isNew ? .inserted : isChanged ? .updated : .unchanged, at: line)
            } else {
                outcome.refuse(
                    line,
                    kind == nil ? "no startup has this id" : "this id belongs to an institution that is no startup")
            }
        }
        return outcome
    }
}

extension Language {
    /// The language a name is filed under: that of its script, English where the script does not say.
    package init(writing name: Name?) {
        var hasHan = false
        for scalar in (name?.string ?? "").unicodeScalars {
            switch scalar.value {
            case 0x3041...0x30FF:
                self = .japanese
                return
            case 0x3400...0x9FFF: hasHan = true
            default: break
            }
        }
        self = hasHan ? .traditionalChinese : .english
    }
}
