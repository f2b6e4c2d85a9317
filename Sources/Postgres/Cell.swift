/// One column of one row, undecoded.
public struct Cell: Sendable {
    /// How the bytes are written. We ask for binary everywhere; text is what a cell made by hand may hold.
    public enum Format: Sendable, Hashable {
        /// The wire format of the type
        case binary
        /// What `psql` would print
        case text
    }

    /// Why a cell could not be read as the type asked for. `Row` adds which column it was and who asked.
    public enum Mismatch: Error, Sendable, Hashable {
        /// The cell is NULL and the type asked for is not optional.
        case null
        /// The column has another type.
        case type
        /// The bytes are not what the type prescribes.
        case malformed
        /// The value has no counterpart in the type asked for: too large, or a case unknown to us.
        case outOfRange
    }

    /// The type of the column.
    public let type: PostgresType
    /// How the bytes are written.
    public let format: Format
    let source: Source

    enum Source: Sendable {
        case result(ResultSet, row: Int32, column: Int32)
        case bytes([UInt8]?)
    }

    /// Makes a cell by hand, as the elements of an array are, and as tests do; `nil` is NULL.
    public init(type: PostgresType, format: Format = .binary, bytes: [UInt8]?) {
        self.type = type
        self.format = format
        self.source = .bytes(bytes)
    }

    init(result: ResultSet, row: Int32, column: Int32) {
        self.type = result.type(of: column)
        self.format = result.format(of: column)
        self.source = .result(result, row: row, column: column)
    }

    /// Whether the cell is NULL.
    public var isNull: Bool {
        switch source {
        case .result(let result, let row, let column): result.isNull(row: row, column: column)
        case .bytes(let bytes): bytes == nil
        }
    }

    /// A copy of the bytes; `nil` is NULL.
    public var bytes: [UInt8]? {
        isNull ? nil : try? withBytes { Array($0) }
    }

    /// Lends the bytes without copying them, and only for the duration of `body`. NULL throws `Mismatch.null`.
    public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
        switch source {
        case .bytes(nil):
            throw Mismatch.null
        case .bytes(let bytes?):
            return try bytes.withUnsafeBytes(body)
        case .result(let result, let row, let column):
            return try result.withBytes(row: row, column: column) { bytes in
                guard let bytes else { throw Mismatch.null }
                return try body(bytes)
            }
        }
    }

    /// Reads a big-endian integer that fills the cell exactly.
    func integer<I: FixedWidthInteger>(_ type: I.Type = I.self) throws -> I {
        try withBytes { bytes in
            guard bytes.count == MemoryLayout<I>.size else { throw Mismatch.malformed }
            return I(bigEndian: bytes.loadUnaligned(as: I.self))
        }
    }
}
