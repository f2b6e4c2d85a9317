internal import Accounts
internal import Crypto
internal import Foundation
internal import Institutions
internal import Postgres
internal import Vocabulary

extension Statements {
    /// The next files of the acting workspace to be read once more, the one first that was looked at longest ago: a hundredth
    /// of all since `tick`, so that every file has its turn in a hundred nights, and whatever was known to be damaged by then.
    /// Only for the service.
    func documentsToRehash(since tick: Date, limit: Int) async throws -> [StoredDocument] {
        try await rows(
            """
            -- documentsToRehash
            SELECT f.kind, f.holder_id, f.document_id, f.number, f.institution_id, f.name, f.bytes, f.sha256, f.damaged_at
            FROM (
                SELECT s.kind, s.holder_id, s.document_id, s.number, s.institution_id, s.name, s.bytes, s.sha256,
                       s.damaged_at, k.checked_at,
                       row_number() OVER (PARTITION BY s.damaged_at < \(tick) IS TRUE
                                          ORDER BY coalesce(k.checked_at, s.given_at), s.document_id, s.number) AS place,
                       count(*) FILTER (WHERE s.damaged_at < \(tick) IS NOT TRUE) OVER () AS files,
                       -- What is found tonight is of tonight's hundredth, or many that are damaged would be read in one night.
                       count(*) FILTER (WHERE s.damaged_at < \(tick) IS NOT TRUE AND k.checked_at >= \(tick)) OVER () AS done
                FROM (\(fragment: .storedDocuments)) AS s
                LEFT JOIN document_checks AS k ON k.tenant_id = acting_tenant() AND k.kind = s.kind
                    AND k.holder_id = s.holder_id AND k.document_id = s.document_id AND k.number = s.number
            ) AS f
            WHERE (f.checked_at IS NULL OR f.checked_at < \(tick))
              AND (f.damaged_at < \(tick) OR f.place <= ceil(f.files / 100.0) - f.done)
            ORDER BY f.damaged_at IS NULL, f.place
            LIMIT \(limit)
            """
        ).map(StoredDocument.init)
    }

    /// The damaged files of the acting workspace, the latest found first.
    ///
    /// - Parameters:
    ///   - position: after which to go on.
    ///   - limit: how many at most.
    func damagedDocuments(
        after position: DamagedDocument.Position? = nil, limit: Int = 200
    ) async throws -> [DamagedDocument] {
        let rows = try await rows(
            """
            -- damagedDocuments
            SELECT d.kind, d.holder_id, d.document_id, d.number, d.institution_id, i.names, d.name, d.damaged_at
            FROM documents_damaged(acting_role()) AS d
            JOIN institutions AS i ON i.tenant_id = acting_tenant() AND i.id = d.institution_id
            WHERE acts_as('manager', 'system')
              AND (\(position?.at)::timestamptz IS NULL OR d.damaged_at < \(position?.at)
                   OR d.damaged_at = \(position?.at) AND (d.holder_id, d.document_id, d.number)
                       > (\(position?.holder), \(position?.document), \(position?.number)))
            ORDER BY d.damaged_at DESC, d.holder_id, d.document_id, d.number
            LIMIT \(limit)
            """)
        return try rows.map { row in
            try DamagedDocument(
                kind: row("kind"), holder: row("holder_id"), document: row("document_id"),
                number: row("number"), institution: row("institution_id"), institutionName: row("names"),
                name: row("name"), damagedAt: row("damaged_at"))
        }
    }

    /// Damage of which nobody was written to, by whose it is. Only for the service.
    func untoldDamage() async throws -> [UntoldDamage] {
        try await rows(
            """
            -- untoldDamage
            SELECT s.kind, s.holder_id, s.document_id, s.number, s.institution_id, s.name, s.bytes, s.sha256, s.damaged_at,
                   i.names, d.name AS known_name
            FROM (\(fragment: .storedDocuments)) AS s
            JOIN document_checks AS k ON k.tenant_id = acting_tenant() AND k.kind = s.kind
                AND k.holder_id = s.holder_id AND k.document_id = s.document_id AND k.number = s.number
            JOIN documents_damaged(acting_role()) AS d ON d.kind = s.kind AND d.holder_id = s.holder_id
                AND d.document_id = s.document_id AND d.number = s.number
            JOIN institutions AS i ON i.tenant_id = acting_tenant() AND i.id = s.institution_id
            WHERE k.told_at IS NULL
            ORDER BY s.institution_id, s.document_id, s.number
            LIMIT 1000
            """
        ).map { row in
            try UntoldDamage(
                document: StoredDocument(row), institutionName: row("names"), knownName: row("known_name"))
        }
    }

    private func piece(_ index: Int, of document: StoredDocument) async throws -> [UInt8]? {
        let piece: Query =
            switch document.kind {
            case .application:
                """
                SELECT c.bytes FROM document_chunks AS c
                WHERE c.tenant_id = acting_tenant() AND c.application_id = \(document.holder)
                  AND c.document_id = \(document.document) AND c.seq = \(index)
                """
            case .dataRoom:
                """
                SELECT c.bytes FROM data_room_pieces AS c
                WHERE c.tenant_id = acting_tenant() AND c.startup_id = \(document.holder)
                  AND c.document_id = \(document.document) AND c.number = \(document.number) AND c.seq = \(index)
                """
            case .agreement:
                """
                SELECT c.bytes FROM mou_document_chunks AS c
                WHERE c.tenant_id = acting_tenant() AND c.mou_id = \(document.holder)
                  AND c.document_id = \(document.document) AND c.seq = \(index)
                """
            }
        return try await first("-- piece of a stored document\n\(fragment: piece)").map { try $0("bytes") }
    }

    /// Reads a file once more, a piece at a time. Only for the service, and in one snapshot: somebody may take it away
    /// meanwhile.
    func rehash(_ document: StoredDocument) async throws -> StoredDocument.Finding {
        let isThere = try await first(
            """
            -- rehash
            SELECT 1 AS there FROM (\(fragment: .storedDocuments)) AS s
            WHERE s.kind = \(document.kind) AND s.holder_id = \(document.holder)
              AND s.document_id = \(document.document) AND s.number = \(document.number)
            """)
        guard isThere != nil else { return .gone }
        var (hash, count, index) = (SHA256(), 0, 0)
        while count <= document.bytes, let piece = try await piece(index, of: document) {
            hash.update(data: piece)
            count += piece.count
            index += 1
        }
        return count == document.bytes && Array(hash.finalize()) == document.sha256 ? .whole : .damaged
    }

    /// Who manages the acting workspace, or founded a startup of it. Only for the service.
    func readers(of startup: Institution.ID?) async throws -> [Person.ID] {
        try await rows(
            """
            -- readers of what is damaged
            SELECT DISTINCT m.person_id FROM memberships AS m JOIN people AS p ON p.id = m.person_id
            WHERE m.tenant_id = acting_tenant() AND acts_as('system') AND m.ended_at IS NULL AND p.disabled_at IS NULL
              AND CASE WHEN \(startup)::uuid IS NULL THEN m.role = 'manager'
                       ELSE m.role = 'founder' AND m.institution_id = \(startup) END
            ORDER BY m.person_id
            """
        ).map { try $0("person_id") }
    }
}

extension Transaction {
    /// Writes down what came of reading a file once more, and marks it or takes the mark off, since an operator may have
    /// brought its bytes back. Says whether damage is news.
    func note(_ finding: StoredDocument.Finding, of document: StoredDocument) async throws -> Bool {
        guard finding != .gone else { return false }
        try await execute(
            """
            -- rehash: looked at
            INSERT INTO document_checks AS k (tenant_id, kind, holder_id, document_id, number)
            VALUES (acting_tenant(), \(document.kind), \(document.holder), \(document.document), \(document.number))
            ON CONFLICT (tenant_id, kind, holder_id, document_id, number)
            DO UPDATE SET checked_at = now(), told_at = CASE WHEN \(finding == .damaged) THEN k.told_at END
            """)
        return try await mark(document, asDamaged: finding == .damaged) && finding == .damaged
    }

    /// Whether it was marked otherwise. A file that was given again meanwhile has taken the place of the damaged one.
    private func mark(_ document: StoredDocument, asDamaged isDamaged: Bool) async throws -> Bool {
        let update: Query =
            switch document.kind {
            case .application:
                """
                UPDATE documents AS d SET damaged_at = CASE WHEN \(isDamaged) THEN now() END
                WHERE d.tenant_id = acting_tenant() AND d.application_id = \(document.holder)
                  AND d.id = \(document.document) AND d.state <> 'rejected' AND (d.damaged_at IS NULL) = \(isDamaged)
                  AND (\(isDamaged) OR NOT EXISTS (
                      SELECT FROM documents AS o
                      WHERE o.tenant_id = d.tenant_id AND o.application_id = d.application_id AND o.id <> d.id
                        AND o.question_id = d.question_id AND o.sha256 = d.sha256 AND o.removed_at IS NULL
                        AND o.state <> 'rejected' AND o.damaged_at IS NULL))
                """
            case .dataRoom:
                """
                UPDATE data_room_versions SET damaged_at = CASE WHEN \(isDamaged) THEN now() END
                WHERE tenant_id = acting_tenant() AND startup_id = \(document.holder)
                  AND document_id = \(document.document) AND number = \(document.number) AND state <> 'rejected'
                  AND (damaged_at IS NULL) = \(isDamaged)
                """
            case .agreement:
                """
                UPDATE mou_documents AS d SET damaged_at = CASE WHEN \(isDamaged) THEN now() END
                WHERE d.tenant_id = acting_tenant() AND d.mou_id = \(document.holder) AND d.id = \(document.document)
                  AND d.state <> 'rejected' AND (d.damaged_at IS NULL) = \(isDamaged)
                  AND (\(isDamaged) OR NOT EXISTS (
                      SELECT FROM mou_documents AS o
                      WHERE o.tenant_id = d.tenant_id AND o.mou_id = d.mou_id AND o.id <> d.id
                        AND o.confidential = d.confidential AND o.sha256 = d.sha256 AND o.withdrawn_at IS NULL
                        AND o.state <> 'rejected' AND o.damaged_at IS NULL))
                """
            }
        return try await execute("-- rehash: marked\n\(fragment: update)") == 1
    }

    /// Notes that people were written to about damage.
    func noteTold(of damage: [UntoldDamage]) async throws {
        let documents = damage.map(\.document)
        try await execute(
            """
            -- noteTold
            UPDATE document_checks AS k SET told_at = now()
            FROM unnest(\(documents.map(\.kind.rawValue)), \(documents.map(\.holder)), \(documents.map(\.document)),
                        \(documents.map(\.number))) AS told (kind, holder_id, document_id, number)
            WHERE k.tenant_id = acting_tenant() AND k.kind = told.kind AND k.holder_id = told.holder_id
              AND k.document_id = told.document_id AND k.number = told.number
            """)
    }

    /// Forgets when files were looked at that are kept no longer.
    func forgetChecks() async throws {
        try await execute(
            """
            -- forgetChecks
            DELETE FROM document_checks AS k
            WHERE k.tenant_id = acting_tenant() AND NOT EXISTS (
                SELECT FROM (\(fragment: .storedDocuments)) AS s
                WHERE s.kind = k.kind AND s.holder_id = k.holder_id AND s.document_id = k.document_id
                  AND s.number = k.number)
            """)
    }
}

extension Query {
    /// Every file whose bytes are kept.
    fileprivate static var storedDocuments: Query {
        """
        SELECT 'application'::text AS kind, d.application_id AS holder_id, d.id AS document_id, 1 AS number,
               a.startup_id AS institution_id, d.name, d.bytes, d.sha256, d.uploaded_at AS given_at, d.damaged_at
        FROM documents AS d JOIN applications AS a ON a.tenant_id = d.tenant_id AND a.id = d.application_id
        WHERE d.tenant_id = acting_tenant() AND acts_as('system') AND d.state <> 'rejected'
          AND (d.removed_at IS NULL OR is_handed_in(d.tenant_id, d.application_id, d.id))
        UNION ALL
        SELECT 'data_room'::text, v.startup_id, v.document_id, v.number, v.startup_id, d.title, v.bytes, v.sha256,
               v.uploaded_at, v.damaged_at
        FROM data_room_versions AS v
        JOIN data_room_documents AS d
            ON d.tenant_id = v.tenant_id AND d.startup_id = v.startup_id AND d.id = v.document_id
        WHERE v.tenant_id = acting_tenant() AND acts_as('system') AND v.state <> 'rejected' AND d.removed_at IS NULL
        UNION ALL
        SELECT 'agreement'::text, d.mou_id, d.id, 1, d.institution_id, d.name, d.bytes, d.sha256, d.given_at, d.damaged_at
        FROM mou_documents AS d
        WHERE d.tenant_id = acting_tenant() AND acts_as('system') AND d.state <> 'rejected' AND d.withdrawn_at IS NULL
        """
    }
}

extension StoredDocument.Kind: PostgresCodable {}

extension StoredDocument {
    fileprivate init(_ row: Row) throws {
        try self.init(
            kind: row("kind"), holder: row("holder_id"), document: row("document_id"), number: row("number"),
            institution: row("institution_id"), name: row("name"), bytes: row("bytes"), sha256: row("sha256"),
            isDamaged: row.value("damaged_at", as: Date?.self) != nil)
    }
}
