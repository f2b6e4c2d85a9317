internal import Accounts
package import Foundation
internal import Institutions
internal import Jobs
package import Postgres
internal import Vocabulary

extension Statements {
    /// An import and how far it is; nil when it does not exist or the principal may not know of it.
    package func fileImport(_ id: FileImport.ID) async throws -> FileImport? {
        try await first(
            """
            -- fileImport
            \(fragment: .imports)
            WHERE f.tenant_id = acting_tenant() AND \(fragment: .reachOfImports) AND f.id = \(id)
            """
        ).map(FileImport.init)
    }

    /// Imports, the latest first.
    package func fileImports(after cursor: FileImportPosition? = nil, limit: Int) async throws -> [FileImport] {
        try await rows(
            """
            -- fileImports
            \(fragment: .imports)
            WHERE f.tenant_id = acting_tenant() AND \(fragment: .reachOfImports)
              \(given: cursor, { "AND (f.requested_at, f.id) < (\($0.requestedAt), \($0.id))" })
            ORDER BY f.requested_at DESC, f.id DESC
            LIMIT \(limit)
            """
        ).map(FileImport.init)
    }

    /// What a job has to do; nil when the file is no longer there, because the import has ended.
    func orderedImport(_ id: FileImport.ID) async throws -> OrderedImport? {
        try await first(
            """
            -- orderedImport
            SELECT f.tenant_id, f.kind, f.file_name, f.is_rehearsal, c.content
            FROM imports AS f JOIN import_files AS c ON c.tenant_id = f.tenant_id AND c.import_id = f.id
            WHERE f.tenant_id = acting_tenant() AND \(fragment: .reachOfImports) AND f.id = \(id)
              AND f.finished_at IS NULL
            """
        ).map { row in
            try OrderedImport(
                tenant: row("tenant_id"), kind: row("kind"),
                file: ImportFile(row("content") as [UInt8], named: row("file_name")),
                isRehearsal: row("is_rehearsal"))
        }
    }
}

/// What a job has to do.
struct OrderedImport: Sendable {
    let tenant: Tenant.ID
    let kind: ImportKind
    let file: ImportFile
    let isRehearsal: Bool
}

/// Where a list of imports goes on.
package struct FileImportPosition: Codable, Sendable {
    /// When the last import of the page was asked for.
    package let requestedAt: Date
    /// That import.
    package let id: FileImport.ID

    /// Behind an import.
    package init(_ file: FileImport) {
        requestedAt = file.requestedAt
        id = file.id
    }
}

extension Query {
    /// Imports are the managers' own, in the query as in row-level security.
    fileprivate static var reachOfImports: Query { "acts_as('manager', 'system')" }

    fileprivate static var imports: Query {
        """
        SELECT f.id, f.job_id, f.kind, f.file_name, f.bytes, f.is_rehearsal, f.requested_at, f.requested_by,
               f.finished_at, f.report, f.fault, j.state AS job_state, j.done AS job_done, j.total AS job_total
        FROM imports AS f
        LEFT JOIN (\(fragment: .jobStates)) AS j ON j.id = f.job_id
        """
    }
}

extension ImportKind: PostgresCodable {}

extension FileImport {
    fileprivate init(_ row: Row) throws {
        let finishedAt: Date? = try row("finished_at")
        let progress = try WorkProgress(done: row("job_done"), total: row("job_total"))
        try self.init(
            id: row("id"), kind: row("kind"), fileName: row("file_name"), bytes: row("bytes"),
            isRehearsal: row("is_rehearsal"), state: WorkState(of: row("job_state"), hasResult: finishedAt != nil),
            progress: finishedAt == nil ? progress : nil, requestedAt: row("requested_at"),
            requestedBy: row("requested_by"), finishedAt: finishedAt,
            report: (row("report") as JSONB<ImportReport>?)?.value, fault: row("fault"), job: row("job_id"))
    }
}

extension Transaction {
    func insert(
        _ id: FileImport.ID, job: UUID, kind: ImportKind, name: Name, bytes: Int, isRehearsal: Bool,
        in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- requestImport
            INSERT INTO imports (tenant_id, id, job_id, kind, file_name, bytes, is_rehearsal, requested_by)
            VALUES (\(tenant), \(id), \(job), \(kind), \(name), \(bytes), \(isRehearsal), \(person))
            """)
    }

    func keep(_ content: [UInt8], of id: FileImport.ID, in tenant: Tenant.ID) async throws {
        try await execute(
            """
            -- requestImport: the file
            INSERT INTO import_files (tenant_id, import_id, content) VALUES (\(tenant), \(id), \(content))
            """)
    }

    func dropFile(of id: FileImport.ID) async throws {
        try await execute(
            "/* dropFile */ DELETE FROM import_files WHERE tenant_id = acting_tenant() AND import_id = \(id)")
    }

    func finishImport(_ id: FileImport.ID, report: ImportReport?, fault: String?) async throws {
        try await execute(
            """
            -- finishImport
            UPDATE imports SET finished_at = now(), report = \(report.map(JSONB.init)), fault = \(fault)
            WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
        try await dropFile(of: id)
    }
}
