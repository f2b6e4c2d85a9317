internal import API
package import Accounts
internal import Institutions
internal import Jobs
package import Postgres
internal import Tabular
package import Vocabulary

extension Transaction {
    /// Takes a file in: a job that starts when this transaction has committed imports it.
    ///
    /// - Parameters:
    ///   - content: JSON Lines, or CSV whose first row names the columns.
    ///   - isRehearsal: whether everything is only tried and reported.
    ///
    /// Throws `FileImportRefusal` for a file of which no row can be told.
    package func requestImport(
        of kind: ImportKind, _ content: [UInt8], named name: Name, asRehearsal isRehearsal: Bool,
        as id: FileImport.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> FileImport {
        guard content.contains(where: { $0 > 0x20 }) else { throw FileImportRefusal.empty }
        do {
            _ = try ImportFile(content, named: name.string).columns()
        } catch let error as UnreadableFile {
            throw FileImportRefusal.unreadable("\(error)")
        }
        // Neither a row nor the report about it could be kept.
        guard !content.contains(0) else {
            throw FileImportRefusal.unreadable("the file is not text; save it as CSV or JSON Lines in UTF-8")
        }
        let job = try await enqueue(RunImport(id: id.uuid))
        try await insert(
            id, job: job, kind: kind, name: name, bytes: content.count, isRehearsal: isRehearsal, in: tenant,
            by: person)
        try await keep(content, of: id, in: tenant)
        guard let found = try await fileImport(id) else { throw Problem.notFound }
        return found
    }

    /// Stops an import: at once if it waits, after the batch it is at if it runs. What is done stays done.
    ///
    /// Throws `FileImportRefusal.over` when it has ended, or not found.
    package func cancelImport(_ id: FileImport.ID) async throws -> FileImport {
        guard let found = try await fileImport(id) else { throw Problem.notFound }
        guard found.state.isUnderWay else { throw FileImportRefusal.over }
        try await cancelJob(found.job)
        try await dropFile(of: id)
        guard let stopped = try await fileImport(id) else { throw Problem.notFound }
        return stopped
    }
}
