internal import API
internal import Accounts
internal import Files
package import Postgres
internal import Vocabulary

extension Statements {
    /// The files of an agreement that were not withdrawn, the latest first: all for managers, and for a partner's staff those
    /// that are clean or their institution's own, without what the park keeps to itself.
    package func documents(of mou: MoU.ID) async throws -> [MoUDocument] {
        try await rows(
            """
            -- documents of an mou
            \(fragment: .selectMoUDocuments)
            WHERE d.tenant_id = acting_tenant() AND d.mou_id = \(mou) AND d.withdrawn_at IS NULL
              AND \(fragment: .reachOfMoUDocuments)
            ORDER BY d.given_at DESC, d.id
            """
        ).map(MoUDocument.init)
    }

    /// A file of an agreement; nil when it was withdrawn, or the principal may not know of it.
    package func document(_ id: MoUDocument.ID, of mou: MoU.ID) async throws -> MoUDocument? {
        try await first(
            """
            -- document of an mou
            \(fragment: .selectMoUDocuments)
            WHERE d.tenant_id = acting_tenant() AND d.mou_id = \(mou) AND d.id = \(id) AND d.withdrawn_at IS NULL
              AND \(fragment: .reachOfMoUDocuments)
            """
        ).map(MoUDocument.init)
    }

    /// One piece of a file; nil after the last, and from the moment on that the reader may no longer have it.
    package func piece(_ index: Int, of document: MoUDocument) async throws -> [UInt8]? {
        try await first(
            """
            -- piece of a document of an mou
            SELECT c.bytes FROM mou_document_chunks AS c
            WHERE c.tenant_id = acting_tenant() AND c.mou_id = \(document.mou) AND c.document_id = \(document.id)
              AND c.seq = \(index)
              AND EXISTS (\(fragment: .selectMoUDocuments)
                          WHERE d.tenant_id = c.tenant_id AND d.mou_id = c.mou_id AND d.id = c.document_id
                            AND d.withdrawn_at IS NULL AND \(fragment: .reachOfMoUDocuments))
            """
        ).map { try $0("bytes") }
    }
}

extension Query {
    fileprivate static var selectMoUDocuments: Query {
        """
        SELECT d.id, d.mou_id, d.kind, d.name, d.media_type, d.bytes, encode(d.sha256, 'hex') AS sha256,
               d.institution_id, d.confidential, d.state, d.reason, d.given_at, d.damaged_at
        FROM mou_documents AS d JOIN mous AS m ON m.tenant_id = d.tenant_id AND m.id = d.mou_id
        """
    }

    /// Which files `d` of an agreement `m` the seat reaches.
    fileprivate static var reachOfMoUDocuments: Query {
        """
        (\(fragment: .reachOfMoUs)
         AND (acts_as('manager', 'system')
              OR NOT d.confidential AND (d.state = 'clean' OR d.institution_id = acting_institution())))
        """
    }
}

extension MoUDocument.Kind: PostgresCodable {}
extension MoUDocument.State: PostgresCodable {}

extension MoUDocument {
    fileprivate init(_ row: Row) throws {
        try self.init(
            id: row("id"), mou: row("mou_id"), kind: row("kind"), name: FileName(cleaning: row("name")),
            mediaType: row("media_type"), bytes: row("bytes"), sha256: row("sha256"),
            institution: row("institution_id"), isConfidential: row("confidential"), state: row("state"),
            reason: row("reason"), givenAt: row("given_at"), damagedAt: row("damaged_at"))
    }
}

extension Transaction {
    func insert(
        _ new: NewMoUDocument, as id: MoUDocument.ID, of mou: MoU.ID, _ state: MoUDocument.State, in tenant: Tenant.ID,
        by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- giveDocument
            INSERT INTO mou_documents (
                tenant_id, mou_id, id, kind, name, media_type, bytes, sha256, institution_id, confidential, state,
                checked_at, given_by)
            VALUES (\(tenant), \(mou), \(id), \(new.kind), \(new.file.name.text), \(new.file.kind.mediaType),
                    \(new.file.file.count), \(new.file.file.sha256), \(new.institution), \(new.isConfidential),
                    \(state), CASE WHEN \(state)::text = 'clean' THEN now() END, \(person))
            """)
        var index = 0
        while let bytes = try await new.file.piece(index) {
            try await execute(
                """
                -- giveDocument: piece
                INSERT INTO mou_document_chunks (tenant_id, mou_id, document_id, seq, bytes)
                VALUES (\(tenant), \(mou), \(id), \(index), \(bytes))
                """)
            index += 1
        }
    }

    /// Says whether there was something to withdraw: a manager withdraws every file, a party's staff their own.
    func withdraw(_ id: MoUDocument.ID, of mou: MoU.ID, by person: Person.ID) async throws -> Bool {
        try await execute(
            """
            -- withdrawDocument
            UPDATE mou_documents AS d SET withdrawn_at = now(), withdrawn_by = \(person)
            WHERE d.tenant_id = acting_tenant() AND d.mou_id = \(mou) AND d.id = \(id) AND d.withdrawn_at IS NULL
              AND (acts_as('manager')
                   OR acts_as('partner') AND NOT d.confidential AND d.institution_id = acting_institution())
            """) == 1
    }

    func record(
        _ state: MoUDocument.State, of document: MoUDocument, by scanner: String, because reason: String?
    ) async throws {
        try await execute(
            """
            -- scanMoUDocument
            UPDATE mou_documents SET state = \(state), scanner = \(scanner), reason = \(reason), checked_at = now()
            WHERE tenant_id = acting_tenant() AND mou_id = \(document.mou) AND id = \(document.id)
              AND state = 'quarantined'
            """)
    }

    func recordDownload(of document: MoUDocument, in tenant: Tenant.ID, by person: Person.ID) async throws {
        try await execute(
            """
            -- downloadMoUDocument
            INSERT INTO mou_document_downloads (tenant_id, mou_id, document_id, id, person_id)
            VALUES (\(tenant), \(document.mou), \(document.id), gen_random_uuid(), \(person))
            """)
    }
}
