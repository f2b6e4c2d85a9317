public import Foundation

/// The columns of one row, read one after the other in the order of the query.
///
/// Each is read for what the caller says it is: the length of its bytes is checked, its type is not. That makes reading
/// many rows several times as fast as by `Row`, and is for queries whose columns stand beside the code that reads them.
/// Valid only while the row is told.
public struct Columns {
    private enum Source {
        case bytes(UnsafeRawBufferPointer)
        case row(Row)
    }

    private let source: Source
    private let count: Int
    private var column = 0
    private var offset = 0

    init(_ bytes: UnsafeRawBufferPointer, count: Int) {
        source = .bytes(bytes)
        self.count = count
    }

    init(_ row: Row) {
        source = .row(row)
        count = Int(row.result.columnCount)
    }

    /// Text; `nil` for NULL.
    public mutating func text() throws -> String? {
        try next { String(decoding: $0, as: UTF8.self) }
    }

    /// A whole number of two, four or eight bytes; `nil` for NULL.
    public mutating func integer() throws -> Int? {
        try next(Self.integer)
    }

    /// Yes or no; `nil` for NULL.
    public mutating func bool() throws -> Bool? {
        try next { bytes in
            guard bytes.count == 1 else { throw Cell.Mismatch.malformed }
            return bytes[0] != 0
        }
    }

    /// A UUID, never NULL.
    public mutating func uuid() throws -> UUID {
        guard
            let uuid = try next({ bytes in
                guard bytes.count == 16 else { throw Cell.Mismatch.malformed }
                return UUID(uuid: bytes.loadUnaligned(as: uuid_t.self))
            })
        else { throw Cell.Mismatch.null }
        return uuid
    }

    /// An array of texts, none of them NULL; empty for NULL.
    public mutating func texts() throws -> [String] {
        try next { try Self.elements($0) { String(decoding: $0, as: UTF8.self) } } ?? []
    }

    /// An array of whole numbers, none of them NULL; empty for NULL.
    public mutating func integers() throws -> [Int] {
        try next { try Self.elements($0, Self.integer) } ?? []
    }

    private mutating func next<Value>(_ read: (UnsafeRawBufferPointer) throws -> Value) throws -> Value? {
        guard column < count else { throw Cell.Mismatch.malformed }
        defer { column += 1 }
        switch source {
        case .row(let row):
            return try row.result.withBytes(row: row.index, column: Int32(clamping: column)) { try $0.map(read) }
        case .bytes(let bytes):
            let length = Int(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
            offset += 4
            guard length >= 0 else { return nil }
            defer { offset += length }
            return try read(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length]))
        }
    }

    private static func integer(_ bytes: UnsafeRawBufferPointer) throws -> Int {
        switch bytes.count {
        case 8: Int(Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)))
        case 4: Int(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
        case 2: Int(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
        default: throw Cell.Mismatch.malformed
        }
    }

    private static func elements<Element>(
        _ bytes: UnsafeRawBufferPointer, _ read: (UnsafeRawBufferPointer) throws -> Element
    ) throws -> [Element] {
        func word(_ offset: Int) throws -> Int {
            guard offset + 4 <= bytes.count else { throw Cell.Mismatch.malformed }
            return Int(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
        }
        guard try word(0) == 1 else {
            guard try word(0) == 0 else { throw Cell.Mismatch.malformed }
            return []
        }
        // Dimensions, flags, type, count, first index.
        let count = try word(12)
        var offset = 20
        var elements: [Element] = []
        for _ in 0..<max(0, count) {
            let length = try word(offset)
            offset += 4
            guard length >= 0, offset + length <= bytes.count else { throw Cell.Mismatch.malformed }
            elements.append(try read(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])))
            offset += length
        }
        return elements
    }
}

extension Row {
    /// Its columns, to be read one after the other.
    public var reading: Columns { Columns(self) }
}
