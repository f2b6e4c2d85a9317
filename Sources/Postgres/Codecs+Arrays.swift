extension Array: PostgresEncodable where Element: PostgresEncodable {
    /// The array type of the element, except that an array of bytes is `bytea`.
    public static var postgresType: PostgresType {
        if Element.self == UInt8.self { return .bytea }
        // `unknown` lets the server answer with its own error for a type that has no array here.
        return Element.postgresType.array ?? .unknown
    }

    /// One dimension, starting at index 1.
    public func encode(into buffer: inout [UInt8]) {
        if Element.self == UInt8.self {
            // As the memory it is: a cast to `[UInt8]` looks at each byte of a file by itself.
            withUnsafeBytes { buffer.append(contentsOf: $0) }
            return
        }
        Int32(isEmpty ? 0 : 1).appendBigEndian(to: &buffer)
        Int32(contains(where: \.isPostgresNull) ? 1 : 0).appendBigEndian(to: &buffer)
        Element.postgresType.rawValue.appendBigEndian(to: &buffer)
        guard !isEmpty else { return }
        Int32(clamping: count).appendBigEndian(to: &buffer)
        Int32(1).appendBigEndian(to: &buffer)
        for element in self {
            if element.isPostgresNull {
                Int32(-1).appendBigEndian(to: &buffer)
                continue
            }
            let start = buffer.count
            Int32(0).appendBigEndian(to: &buffer)
            element.encode(into: &buffer)
            let length = Int32(clamping: buffer.count - start - 4)
            Swift.withUnsafeBytes(of: length.bigEndian) { bytes in
                for (offset, byte) in bytes.enumerated() { buffer[start + offset] = byte }
            }
        }
    }
}

extension Array: PostgresDecodable where Element: PostgresDecodable {
    /// Reads an array of one dimension, or `bytea` into `[UInt8]`.
    public init(postgres cell: Cell) throws {
        if Element.self == UInt8.self {
            guard cell.type == .bytea, cell.format == .binary else { throw Cell.Mismatch.type }
            self = try cell.withBytes { bytes in
                [Element](unsafeUninitializedCapacity: bytes.count) { room, count in
                    UnsafeMutableRawBufferPointer(room).copyMemory(from: bytes)
                    count = bytes.count
                }
            }
            return
        }
        guard cell.format == .binary else { throw Cell.Mismatch.type }
        self = try cell.withBytes { bytes in
            var reader = ArrayReader(bytes: bytes)
            return try reader.elements().map { try Element(postgres: $0) }
        }
    }
}

extension UInt8: PostgresCodable {
    /// Only for bytes in an array: `[UInt8]` is `bytea`. Alone, a byte is bound as `smallint`.
    public static var postgresType: PostgresType { .int2 }

    /// Two bytes, as a `smallint`
    public func encode(into buffer: inout [UInt8]) {
        Int16(self).appendBigEndian(to: &buffer)
    }

    /// Reads every integer type whose value fits.
    public init(postgres cell: Cell) throws {
        guard let value = UInt8(exactly: try cell.anyInteger(Int64.self)) else { throw Cell.Mismatch.outOfRange }
        self = value
    }
}

/// Walks the binary form of an array, trusting no length in it.
struct ArrayReader {
    let bytes: UnsafeRawBufferPointer
    var offset = 0

    init(bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    mutating func elements() throws -> [Cell] {
        let dimensions = try word()
        _ = try word()
        let type = PostgresType(rawValue: UInt32(bitPattern: try word()))
        guard type.array != nil || type.isUserDefined || type == .bpchar else { throw Cell.Mismatch.type }
        if dimensions == 0 { return [] }
        guard dimensions == 1 else { throw Cell.Mismatch.outOfRange }
        let count = Int(try word())
        _ = try word()
        // Every element has at least its four bytes of length: a count beyond that is a lie, not a huge array.
        guard count >= 0, count <= (bytes.count - offset) / 4 else { throw Cell.Mismatch.malformed }
        var cells: [Cell] = []
        cells.reserveCapacity(count)
        for _ in 0..<count {
            cells.append(Cell(type: type, bytes: try element()))
        }
        return cells
    }

    private mutating func element() throws -> [UInt8]? {
        let length = Int(try word())
        if length == -1 { return nil }
        guard length >= 0, length <= bytes.count - offset else { throw Cell.Mismatch.malformed }
        defer { offset += length }
        return Array(bytes[offset..<offset + length])
    }

    private mutating func word() throws -> Int32 {
        guard bytes.count - offset >= 4 else { throw Cell.Mismatch.malformed }
        defer { offset += 4 }
        return Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
    }
}
