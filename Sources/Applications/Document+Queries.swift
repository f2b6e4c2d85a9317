internal import API
internal import Accounts
internal import Files
package import Postgres
internal import Programs
internal import Vocabulary

extension Statements {
    /// The documents of an application that were not removed, in the order of the form. None of a draft for a manager, none
    /// at all for a reviewer.
    package func documents(of application: Application.ID) async throws -> [Document] {
        try await rows(
            """
            -- documents
            \(fragment: .selectDocuments)
            WHERE d.tenant_id = acting_tenant() AND d.application_id = \(application) AND d.removed_at IS NULL
              AND \(fragment: .reachOfDocuments(isNamed: false))
            ORDER BY q.position, d.uploaded_at, d.id
            """
        ).map(Document.init)
    }

    /// Those of some documents that passed their scan, whatever became of them since, for whoever reads a file that names
    /// them.
    package func cleanDocuments(_ ids: [Document.ID], of application: Application.ID) async throws -> [Document] {
        try await rows(
            """
            -- cleanDocuments
            \(fragment: .selectDocuments)
            WHERE d.tenant_id = acting_tenant() AND d.application_id = \(application) AND d.id = ANY (\(ids))
              AND d.state = 'clean' AND \(fragment: .reachOfDocuments(isNamed: true))
            ORDER BY q.position, d.uploaded_at, d.id
            """
        ).map(Document.init)
    }

    /// A document that was not removed; nil when it does not exist or the principal may not know of it.
    package func document(_ id: Document.ID, of application: Application.ID) async throws -> Document? {
        try await documents(of: application).first { $0.id == id }
    }

    /// A document that answers a question or was handed in once; nil when it does not exist or the principal may not know of
    /// it.
    package func readableDocument(_ id: Document.ID, of application: Application.ID) async throws -> Document? {
        try await first(
            """
            -- readableDocument
            \(fragment: .selectDocuments)
            WHERE d.tenant_id = acting_tenant() AND d.application_id = \(application) AND d.id = \(id)
              AND (d.removed_at IS NULL OR is_handed_in(d.tenant_id, d.application_id, d.id))
              AND \(fragment: .reachOfDocuments(isNamed: false))
            """
        ).map(Document.init)
    }

    /// The documents of an application that a copy of what was handed in names, in the order of the form.
    func documents(of application: Application.ID, inCopy number: Int) async throws -> [Document] {
        try await rows(
            """
            -- documents of a copy
            \(fragment: .selectDocuments)
            WHERE d.tenant_id = acting_tenant() AND d.application_id = \(application)
              AND EXISTS (SELECT FROM application_snapshots AS s
                          WHERE s.tenant_id = d.tenant_id AND s.application_id = d.application_id AND s.number = \(number)
                            AND s.content @> jsonb_build_object('questions', jsonb_build_array(jsonb_build_object(
                                'documents', jsonb_build_array(jsonb_build_object('id', d.id))))))
              AND \(fragment: .reachOfDocuments(isNamed: false))
            ORDER BY q.position, d.uploaded_at, d.id
            """
        ).map(Document.init)
    }

    /// One piece of a document; nil after the last.
    package func chunk(_ index: Int, of document: Document) async throws -> [UInt8]? {
        try await first(
            """
            -- document chunk
            SELECT c.bytes FROM document_chunks AS c
            WHERE c.tenant_id = acting_tenant() AND c.application_id = \(document.application)
              AND c.document_id = \(document.id) AND c.seq = \(index)
            """
        ).map { try $0("bytes") }
    }
}

extension Query {
    fileprivate static var selectDocuments: Query {
        """
        SELECT d.id, d.application_id, d.question_id, d.name, d.media_type, d.bytes, d.sha256, d.state, d.scanner,
               d.reason, d.uploaded_at, d.damaged_at
        FROM documents AS d
        LEFT JOIN call_questions AS q ON q.tenant_id = d.tenant_id AND q.call_id = d.call_id AND q.id = d.question_id
        LEFT JOIN applications AS a ON a.tenant_id = d.tenant_id AND a.id = d.application_id
        """
    }

    /// A founder those of their startup, a manager those of submitted applications, a partner's staff the clean ones of what
    /// they screen. A reviewer those that their file names, where the caller has them from it.
    fileprivate static func reachOfDocuments(isNamed: Bool) -> Query {
        """
        (acts_as('system')
         OR acts_as('manager') AND a.submitted_at IS NOT NULL
            AND (NOT is_reopened(d.tenant_id, d.application_id, d.question_id)
                 OR is_handed_in(d.tenant_id, d.application_id, d.id))
         OR acts_as('founder') AND a.startup_id = acting_institution()
         OR acts_as('partner') AND d.state = 'clean' AND a.id = ANY ((SELECT applications_to_screen())::uuid[])
            AND d.question_id = ANY ((SELECT questions_to_screen())::uuid[])
         OR acts_as('reviewer') AND \(isNamed) AND d.state = 'clean')
        """
    }
}

extension Document.State: PostgresCodable {}

extension Document {
    init(_ row: Row) throws {
        try self.init(
            id: row("id"), application: row("application_id"), question: row("question_id"),
            name: FileName(cleaning: row("name")), mediaType: row("media_type"), bytes: row("bytes"),
            sha256: row("sha256"), state: row("state"), scanner: row("scanner"), reason: row("reason"),
            uploadedAt: row("uploaded_at"), damagedAt: row("damaged_at"))
    }
}

extension Transaction {
    func insert(
        _ id: Document.ID, _ checked: CheckedFile, to question: CallForApplications.Question.ID,
        of application: Application,
        as state: Document.State, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- uploadDocument
            INSERT INTO documents (
                tenant_id, application_id, id, call_id, question_id, name, media_type, bytes, sha256, state, checked_at,
                uploaded_by)
            VALUES (acting_tenant(), \(application.id), \(id), \(application.call), \(question), \(checked.name.text),
                    \(checked.kind.mediaType), \(checked.file.count), \(checked.file.sha256), \(state),
                    CASE WHEN \(state)::text = 'clean' THEN now() END, \(person))
            """)
        var index = 0
        while let bytes = try await checked.piece(index) {
            try await execute(
                """
                -- uploadDocument: chunk
                INSERT INTO document_chunks (tenant_id, application_id, document_id, seq, bytes)
                VALUES (acting_tenant(), \(application.id), \(id), \(index), \(bytes))
                """)
            index += 1
        }
    }

    /// The same file once more, as an answer to another question: its rows are copied where they lie, and no byte leaves the
    /// database. What was found out about it comes along, where it need not be found out again.
    func copy(
        _ document: Document, as id: Document.ID, to question: CallForApplications.Question.ID,
        of application: Application, as state: Document.State, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- takeDocument
            INSERT INTO documents (
                tenant_id, application_id, id, call_id, question_id, name, media_type, bytes, sha256, state, scanner,
                checked_at, uploaded_by)
            SELECT acting_tenant(), \(application.id), \(id), \(application.call), \(question), d.name, d.media_type,
                   d.bytes, d.sha256, \(state), CASE WHEN \(state)::text = 'clean' THEN d.scanner END,
                   CASE WHEN \(state)::text = 'clean' THEN d.checked_at END, \(person)
            FROM documents AS d
            WHERE d.tenant_id = acting_tenant() AND d.application_id = \(document.application) AND d.id = \(document.id)
            """)
        try await execute(
            """
            -- takeDocument: chunks
            INSERT INTO document_chunks (tenant_id, application_id, document_id, seq, bytes)
            SELECT acting_tenant(), \(application.id), \(id), c.seq, c.bytes
            FROM document_chunks AS c
            WHERE c.tenant_id = acting_tenant() AND c.application_id = \(document.application)
              AND c.document_id = \(document.id)
            """)
    }

    func remove(_ document: Document, by person: Person.ID) async throws {
        try await execute(
            """
            -- removeDocument
            UPDATE documents SET removed_at = now(), removed_by = \(person)
            WHERE tenant_id = acting_tenant() AND application_id = \(document.application) AND id = \(document.id)
              AND removed_at IS NULL
            """)
        try await dropChunks(of: document)
    }

    /// What nobody may read any more is not kept; what was handed in is.
    func dropChunks(of document: Document) async throws {
        try await execute(
            """
            -- chunks of a document that is gone
            DELETE FROM document_chunks AS b
            WHERE b.tenant_id = acting_tenant() AND b.application_id = \(document.application)
              AND b.document_id = \(document.id)
              AND NOT EXISTS (SELECT FROM documents AS d
                              WHERE d.tenant_id = b.tenant_id AND d.application_id = b.application_id
                                AND d.id = b.document_id AND d.state <> 'rejected'
                                AND is_handed_in(d.tenant_id, d.application_id, d.id))
            """)
    }

    func record(_ state: Document.State, of document: Document, by scanner: String, because reason: String?)
        async throws
    {
        try await execute(
            """
            -- scanDocument
            UPDATE documents
            SET state = \(state), scanner = \(scanner), reason = \(reason), checked_at = now()
            WHERE tenant_id = acting_tenant() AND application_id = \(document.application) AND id = \(document.id)
              AND state = 'quarantined'
            """)
    }

    func recordDownload(_ document: Document, by person: Person.ID) async throws {
        try await execute(
            """
            -- downloadDocument
            INSERT INTO document_downloads (tenant_id, application_id, document_id, id, person_id)
            VALUES (acting_tenant(), \(document.application), \(document.id), \(Document.ID()), \(person))
            """)
    }
}
