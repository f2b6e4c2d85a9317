package import API
internal import Accounts
internal import Institutions
internal import Vocabulary

/// Importing files as jobs, by API.
package enum ImportsRoom {
    /// The operations, for the router.
    package static func operations() -> [AnyOperation] { [listImports, requestImport, getImport, cancelImport] }

    /// What the room's constraints mean to a sender: nothing that the verbs do not say first.
    package static let constraints: ConstraintProblems = [:]

    private static var listImports: AnyOperation {
        Operation(
            .get, "/v1/imports", "listImports", summary: "Imports, the latest first", tag: "imports",
            access: .roles([.manager]), parameters: ListImports.self, output: Page<FileImport>.self
        ) { call in
            let after = try call.position(call.parameters.cursor, as: FileImportPosition.self)
            let found = try await call.reader.fileImports(
                after: after, limit: PageSize.rows(for: call.parameters.limit))
            return .ok(try call.page(found, size: call.parameters.limit) { FileImportPosition($0) })
        }.erased
    }

    private static var requestImport: AnyOperation {
        Operation(
            .post, "/v1/imports", "requestImport", summary: "Import a file of startups, investors or investments",
            description: """
                The body is the file: JSON Lines, or CSV whose first row names the columns (a company list as Crunchbase \
                exports it is understood). Rows are known by their external ids, so that a file can be imported again. \
                The import is performed after the answer; follow `Location` for its progress and its report, which names \
                line and field of every row that was refused. With `rehearsal=true` nothing is kept.
                """, tag: "imports", access: .roles([.manager]), idempotency: .required, rate: .expensive,
            parameters: NewImport.self, body: RawBody.self, output: FileImport.self, success: .accepted,
            bodyLimit: 32 * 1024 * 1024, consumes: "application/octet-stream"
        ) { call in
            let principal = try call.principal
            let (tenant, person, id) = (try principal.workspace, principal.personID, FileImport.ID())
            let given = call.parameters
            let name = try given.name ?? Name(given.kind.rawValue)
            return try await call.write { transaction in
                .accepted(
                    try await transaction.requestImport(
                        of: given.kind, call.body.bytes, named: name, asRehearsal: given.rehearsal ?? false, as: id,
                        in: tenant, by: person), location: "/v1/imports/\(id)")
            }
        }.erased
    }

    private static var getImport: AnyOperation {
        Operation(
            .get, "/v1/imports/{import}", "getImport", summary: "An import, how far it is, and its report",
            tag: "imports", access: .roles([.manager]), parameters: ImportPath.self, output: FileImport.self,
            problems: [.notFound]
        ) { call in
            guard let found = try await call.reader.fileImport(call.parameters.import) else { throw Problem.notFound }
            return .ok(found)
        }.erased
    }

    private static var cancelImport: AnyOperation {
        Operation(
            .post, "/v1/imports/{import}/cancellation", "cancelImport", summary: "Stop an import",
            description: "One that waits ends at once; one that runs ends soon. What it has imported stays.",
            tag: "imports", access: .roles([.manager]), parameters: ImportPath.self, output: FileImport.self,
            problems: [.notFound, .conflict]
        ) { call in
            try await call.write { .ok(try await $0.cancelImport(call.parameters.import)) }
        }.erased
    }
}

struct ListImports: Codable {
    let limit: PageSize?
    let cursor: PageCursor?
}

struct ImportPath: Codable {
    let `import`: FileImport.ID
}

struct NewImport: Codable {
    let kind: ImportKind
    let name: Name?
    let rehearsal: Bool?
}

extension FileImport: Described {
    package static var documentation: [String: String] {
        [
            "isRehearsal": "Whether everything is only tried and reported, and nothing kept.",
            "fault": "Why the file could not be read to its end; batches before that place are kept.",
        ]
    }
}
