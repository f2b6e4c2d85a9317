internal import Accounts
package import Postgres
package import Vocabulary

extension Statements {
    /// The wordings of an agreement, the last of each language first, without what they say.
    package func texts(of mou: MoU.ID) async throws -> [MoUText] {
        try await rows(
            """
            -- texts of an mou
            SELECT x.language, x.version, encode(x.sha256, 'hex') AS sha256, x.written_at, NULL::text AS body,
                   x.version = max(x.version) OVER (PARTITION BY x.language) AS is_the_last
            FROM mou_texts AS x
            WHERE x.tenant_id = acting_tenant() AND x.mou_id = \(mou)
              AND EXISTS (SELECT FROM mous AS m
                          WHERE m.tenant_id = x.tenant_id AND m.id = x.mou_id AND \(fragment: .reachOfMoUs))
            ORDER BY 6 DESC, array_position(ARRAY['en', 'zh-Hant', 'ja'], x.language), x.version DESC
            """
        ).map(MoUText.init)
    }

    /// A wording with what it says; nil when there is none or the principal may not know of it.
    package func text(of mou: MoU.ID, in language: Language, version: Int) async throws -> MoUText? {
        try await first(
            """
            -- text of an mou
            SELECT x.language, x.version, encode(x.sha256, 'hex') AS sha256, x.written_at, x.body,
                   NOT EXISTS (SELECT FROM mou_texts AS y
                               WHERE y.tenant_id = x.tenant_id AND y.mou_id = x.mou_id AND y.language = x.language
                                 AND y.version > x.version) AS is_the_last
            FROM mou_texts AS x
            WHERE x.tenant_id = acting_tenant() AND x.mou_id = \(mou) AND x.language = \(language)
              AND x.version = \(version)
              AND EXISTS (SELECT FROM mous AS m
                          WHERE m.tenant_id = x.tenant_id AND m.id = x.mou_id AND \(fragment: .reachOfMoUs))
            """
        ).map(MoUText.init)
    }
}

extension MoUText {
    fileprivate init(_ row: Row) throws {
        try self.init(
            language: row("language"), version: row("version"), sha256: row("sha256"), writtenAt: row("written_at"),
            body: row("body"), isTheLast: row("is_the_last"))
    }
}

extension Transaction {
    /// Adds a wording behind the last of its language; the agreement is locked, so that two do not get one number.
    func insert(
        _ body: MoUBody, in language: Language, of mou: MoU.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> Int {
        try await one(
            """
            -- writeText
            INSERT INTO mou_texts (tenant_id, mou_id, language, version, body, sha256, written_by)
            SELECT \(tenant), \(mou), \(language),
                   1 + coalesce((SELECT max(x.version) FROM mou_texts AS x
                                 WHERE x.tenant_id = \(tenant) AND x.mou_id = \(mou) AND x.language = \(language)), 0),
                   \(body), '', \(person)
            RETURNING version
            """)("version")
    }
}
