import CLibPQ
import Glibc
import Synchronization

/// Owns one `PGresult`. libpq lets a result travel between threads once it is complete, and nobody changes it after.
final class ResultSet: @unchecked Sendable {
    private let result: OpaquePointer
    let rowCount: Int32
    let columnCount: Int32
    private let nextColumn = Atomic<Int32>(0)

    init(owning result: OpaquePointer) {
        self.result = result
        rowCount = PQntuples(result)
        columnCount = PQnfields(result)
    }

    deinit {
        PQclear(result)
    }

    var status: ExecStatusType { PQresultStatus(result) }

    /// How many rows the statement inserted, changed, deleted or returned.
    var affected: Int {
        Int(String(cString: PQcmdTuples(result))) ?? 0
    }

    /// The tag of the completed command, such as `COMMIT`.
    var commandTag: String {
        String(cString: PQcmdStatus(result))
    }

    /// An estimate of the memory held, for streams that size their batches.
    var byteCount: Int {
        Int(PQresultMemorySize(result))
    }

    func columnName(_ column: Int32) -> String {
        PQfname(result, column).map { String(cString: $0) } ?? ""
    }

    /// A column of that name, compared byte for byte (`PQfnumber` would fold case). The search begins behind the column
    /// found last, because columns are mostly read in the order in which they were selected.
    func column(named name: String) -> Int32? {
        var column = nextColumn.load(ordering: .relaxed)
        return name.withCString { name in
            for _ in 0..<columnCount {
                if column >= columnCount { column = 0 }
                if let candidate = PQfname(result, column), strcmp(candidate, name) == 0 {
                    nextColumn.store(column + 1, ordering: .relaxed)
                    return column
                }
                column += 1
            }
            return nil
        }
    }

    func type(of column: Int32) -> PostgresType {
        PostgresType(rawValue: PQftype(result, column))
    }

    func format(of column: Int32) -> Cell.Format {
        PQfformat(result, column) == 1 ? .binary : .text
    }

    func isNull(row: Int32, column: Int32) -> Bool {
        PQgetisnull(result, row, column) == 1
    }

    func withBytes<R>(row: Int32, column: Int32, _ body: (UnsafeRawBufferPointer?) throws -> R) rethrows -> R {
        guard !isNull(row: row, column: column) else { return try body(nil) }
        let length = Int(PQgetlength(result, row, column))
        return try withExtendedLifetime(self) {
            try body(UnsafeRawBufferPointer(start: PQgetvalue(result, row, column), count: max(0, length)))
        }
    }

    var rows: [Row] {
        (0..<rowCount).map { Row(result: self, index: $0) }
    }

    func errorField(_ field: Character) -> String? {
        guard let code = field.asciiValue, let text = PQresultErrorField(result, Int32(code)) else { return nil }
        return String(cString: text)
    }
}
