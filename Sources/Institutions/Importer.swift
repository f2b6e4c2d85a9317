package import Accounts
package import Postgres
package import Tabular

/// Reads files into a tenant's directory, batch by batch, each batch in one transaction.
///
/// ```swift
/// let importer = Importer(into: tenant, of: database, as: context)
/// let report = try await importer.importStartups(from: ImportFile(path: "startups.csv"))
/// ```
/// A row that cannot be kept is reported with its line and takes nothing down with it. Rows are recognised by their
/// external ids, so that importing a file again changes only what the file has changed.
package struct Importer: Sendable {
    /// The tenant.
    package let tenant: Tenant.ID
    /// How many rows share a transaction.
    package var batchSize = 2000
    /// Told after each batch.
    package var progress: @Sendable (ImportProgress) async throws -> Void = { _ in }
    private let place: Place

    private enum Place: Sendable {
        case batches(Database, Context)
        case rehearsal(Transaction)
    }

    /// An import on behalf of `context`, which must be one of the tenant.
    package init(into tenant: Tenant.ID, of database: Database, as context: Context) {
        self.tenant = tenant
        place = .batches(database, context)
    }

    private init(_ importer: Importer, within transaction: Transaction) {
        self = Importer(tenant: importer.tenant, place: .rehearsal(transaction))
        batchSize = importer.batchSize
        progress = importer.progress
    }

    private init(tenant: Tenant.ID, place: Place) {
        self.tenant = tenant
        self.place = place
    }

    /// Runs `body` with an importer whose every effect is undone afterwards: several files can be rehearsed together,
    /// and the later ones find what the earlier ones brought.
    package func rehearse<Result: Sendable>(
        _ body: @escaping @Sendable (Importer) async throws -> Result
    ) async throws -> Result {
        switch place {
        case .rehearsal: return try await body(self)
        case .batches(let database, let context):
            do {
                return try await database.write(as: context) { transaction in
                    throw Rehearsed(result: try await body(Importer(self, within: transaction)))
                }
            } catch let rehearsed as Rehearsed<Result> {
                return rehearsed.result
            }
        }
    }

    /// Thrown to roll back.
    private struct Rehearsed<Result: Sendable>: Error {
        let result: Result
    }
}

extension Importer {
    /// Imports a file whose rows `read` understands and `keep` writes.
    ///
    /// - Parameters:
    ///   - names: what else the fields may be called in a header.
    ///   - key: what a row may say only once in a file.
    ///   - read: takes the fields of a row; nil, or problems gathered in the fields, refuse it.
    ///   - keep: writes a batch and says what each row did. It may be called again with a part of the batch after the
    ///     database has refused a row of it.
    package func importRows<Value: Sendable>(
        from file: ImportFile, names: [String: [String]], key: (Value) -> String,
        read: (inout Fields) -> Value?,
        keep: @escaping @Sendable (Transaction, [ImportRow<Value>]) async throws -> ImportOutcome
    ) async throws -> ImportReport {
        var reader = try file.open(names)
        var report = ImportReport()
        var batch: [ImportRow<Value>] = []
        // Hashes for the keys themselves: of a million rows the keys would fill memory, and two keys of one 64-bit hash
        // are not met in a lifetime of files.
        var lines: [Int: Int] = [:]
        func flush() async throws {
            let rows = batch
            batch.removeAll(keepingCapacity: true)
            if !rows.isEmpty {
                report.add(try await write { transaction in try await Self.keepMost(of: rows, in: transaction, keep) })
            }
            try await progress(
                ImportProgress(
                    done: reader.position.offset, total: reader.size ?? reader.position.offset, rows: report.read))
        }
        while let row = try reader.next() {
            report.read += 1
            switch row {
            case .malformed(let problem): report.add([ImportFault(problem)])
            case .record(let record):
                var fields = record.fields
                let value = read(&fields)
                guard let value, fields.problems.isEmpty else {
                    report.add(fields.problems.map(ImportFault.init))
                    continue
                }
                if let earlier = lines.updateValue(record.line, forKey: key(value).hashValue) {
                    lines[key(value).hashValue] = earlier
                    report.add([ImportFault(line: record.line, message: "says the same thing as line \(earlier)")])
                    continue
                }
                batch.append(ImportRow(line: record.line, value: value))
                if batch.count == batchSize { try await flush() }
            }
        }
        try await flush()
        report.faults.sort { $0.line < $1.line }
        return report
    }

    /// The first rows as `read` understands them.
    package static func preview<Value: Sendable>(
        of file: ImportFile, names: [String: [String]], fields known: Set<String>, rows limit: Int,
        read: (inout Fields) -> Value?, describe: (Value) -> [ImportPreview.Field]
    ) throws -> ImportPreview {
        var reader = try file.open(names)
        var (rows, faults): ([[ImportPreview.Field]], [ImportFault]) = ([], [])
        var others: Set<String> = []
        while rows.count + faults.count < limit, let row = try reader.next() {
            switch row {
            case .malformed(let problem): faults.append(ImportFault(problem))
            case .record(let record):
                others.formUnion(record.names)
                var fields = record.fields
                if let value = read(&fields), fields.problems.isEmpty {
                    rows.append(describe(value))
                } else {
                    faults += fields.problems.map(ImportFault.init)
                }
            }
        }
        let mapping = try file.mapping(names)
        let used = known.union(mapping.values.map { $0.lowercased() })
        return ImportPreview(
            mapping: mapping, ignored: others.filter { !used.contains($0.lowercased()) }.sorted(), rows: rows,
            faults: faults)
    }

    private func write(_ body: @escaping @Sendable (Transaction) async throws -> ImportOutcome) async throws
        -> ImportOutcome
    {
        switch place {
        case .batches(let database, let context): try await database.write(as: context, body)
        case .rehearsal(let transaction): try await body(transaction)
        }
    }

    /// Writes the batch; where the database refuses it, its halves, down to the row that is at fault.
    private static func keepMost<Value: Sendable>(
        of rows: [ImportRow<Value>], in transaction: Transaction,
        _ keep: @escaping @Sendable (Transaction, [ImportRow<Value>]) async throws -> ImportOutcome
    ) async throws -> ImportOutcome {
        do {
            return try await transaction.savepoint { try await keep($0, rows) }
        } catch let error as DatabaseError where error.isAboutTheRow {
            var outcome = ImportOutcome()
            guard rows.count > 1 else {
                for row in rows { outcome.refuse(row.line, field: error.column, error.reason) }
                return outcome
            }
            let middle = rows.count / 2
            for half in [Array(rows[..<middle]), Array(rows[middle...])] {
                outcome.add(try await keepMost(of: half, in: transaction, keep))
            }
            return outcome
        }
    }
}

extension DatabaseError {
    /// Whether another row might have been taken.
    fileprivate var isAboutTheRow: Bool {
        switch kind {
        case .uniqueViolation, .foreignKeyViolation, .checkViolation, .notNullViolation, .exclusionViolation,
            .invalidValue:
            true
        default: false
        }
    }

    /// Constraints are named by what they say.
    fileprivate var reason: String {
        if let constraint { return "refused: \(constraint.split(separator: "_").joined(separator: " "))" }
        return kind == .notNullViolation ? "is missing" : "holds a value that cannot be stored"
    }
}
