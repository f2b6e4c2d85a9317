extension FixedWidthInteger {
    /// Appends the bytes in network order.
    func appendBigEndian(to buffer: inout [UInt8]) {
        withUnsafeBytes(of: bigEndian) { buffer.append(contentsOf: $0) }
    }
}

extension Bool: PostgresCodable {
    /// `bool`
    public static var postgresType: PostgresType { .bool }

    /// One byte, 1 or 0
    public func encode(into buffer: inout [UInt8]) {
        buffer.append(self ? 1 : 0)
    }

    /// Reads `bool`.
    public init(postgres cell: Cell) throws {
        guard cell.type == .bool else { throw Cell.Mismatch.type }
        if cell.format == .text {
            self = try cell.withBytes { $0.first == UInt8(ascii: "t") }
        } else {
            self = try cell.integer(UInt8.self) != 0
        }
    }
}

extension Cell {
    /// Reads any integer column into any integer type that can hold the value. `numeric` is accepted because `sum` of
    /// `bigint` yields it, provided that nothing stands after the decimal point.
    func anyInteger<I: FixedWidthInteger & SignedInteger>(_ wanted: I.Type) throws -> I {
        if format == .text {
            guard let value = I(try String(postgres: self)) else { throw Mismatch.malformed }
            return value
        }
        let value: Int64 =
            switch type {
            case .int8: try integer(Int64.self)
            case .int4: Int64(try integer(Int32.self))
            case .int2: Int64(try integer(Int16.self))
            case .oid: Int64(try integer(UInt32.self))
            case .numeric: try Numeric(postgres: self).integer()
            default: throw Mismatch.type
            }
        guard let exact = I(exactly: value) else { throw Mismatch.outOfRange }
        return exact
    }
}

extension Int: PostgresCodable {
    /// `bigint`
    public static var postgresType: PostgresType { .int8 }

    /// Eight bytes
    public func encode(into buffer: inout [UInt8]) {
        Int64(self).appendBigEndian(to: &buffer)
    }

    /// Reads every integer type, and `numeric` without decimals.
    public init(postgres cell: Cell) throws {
        self = try cell.anyInteger(Int.self)
    }
}

extension Int64: PostgresCodable {
    /// `bigint`
    public static var postgresType: PostgresType { .int8 }

    /// Eight bytes
    public func encode(into buffer: inout [UInt8]) {
        appendBigEndian(to: &buffer)
    }

    /// Reads every integer type, and `numeric` without decimals.
    public init(postgres cell: Cell) throws {
        self = try cell.anyInteger(Int64.self)
    }
}

extension Int32: PostgresCodable {
    /// `integer`
    public static var postgresType: PostgresType { .int4 }

    /// Four bytes
    public func encode(into buffer: inout [UInt8]) {
        appendBigEndian(to: &buffer)
    }

    /// Reads every integer type whose value fits.
    public init(postgres cell: Cell) throws {
        self = try cell.anyInteger(Int32.self)
    }
}

extension Int16: PostgresCodable {
    /// `smallint`
    public static var postgresType: PostgresType { .int2 }

    /// Two bytes
    public func encode(into buffer: inout [UInt8]) {
        appendBigEndian(to: &buffer)
    }

    /// Reads every integer type whose value fits.
    public init(postgres cell: Cell) throws {
        self = try cell.anyInteger(Int16.self)
    }
}

extension Double: PostgresCodable {
    /// `double precision`
    public static var postgresType: PostgresType { .float8 }

    /// Eight bytes, IEEE 754
    public func encode(into buffer: inout [UInt8]) {
        bitPattern.appendBigEndian(to: &buffer)
    }

    /// Reads `double precision`, `real`, and `numeric` to the nearest representable value.
    public init(postgres cell: Cell) throws {
        if cell.format == .text {
            guard let value = Double(try String(postgres: cell)) else { throw Cell.Mismatch.malformed }
            self = value
            return
        }
        switch cell.type {
        case .float8: self = Double(bitPattern: try cell.integer(UInt64.self))
        case .float4: self = Double(Float(bitPattern: try cell.integer(UInt32.self)))
        case .numeric: self = try Numeric(postgres: cell).double()
        default: throw Cell.Mismatch.type
        }
    }
}

/// The wire form of `numeric`: digits of base 10,000. Only read, since money is kept in integers.
struct Numeric {
    /// Groups of four decimal digits, the most significant first
    let digits: [Int16]
    /// The power of 10,000 of the first group
    let weight: Int
    /// Sign word: 0 positive, 0x4000 negative, 0xC000 NaN, 0xD000 and 0xF000 the infinities
    let sign: UInt16

    init(postgres cell: Cell) throws {
        (digits, weight, sign) = try cell.withBytes { bytes in
            guard bytes.count >= 8 else { throw Cell.Mismatch.malformed }
            func word(_ offset: Int) -> Int16 {
                Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int16.self))
            }
            let count = Int(word(0))
            guard count >= 0, bytes.count == 8 + 2 * count else { throw Cell.Mismatch.malformed }
            let digits = (0..<count).map { word(8 + 2 * $0) }
            guard digits.allSatisfy({ (0..<10_000).contains($0) }) else { throw Cell.Mismatch.malformed }
            return (digits, Int(word(2)), UInt16(bitPattern: word(4)))
        }
    }

    func integer() throws -> Int64 {
        guard sign == 0 || sign == 0x4000 else { throw Cell.Mismatch.outOfRange }
        var value: Int64 = 0
        for position in 0..<max(digits.count, weight + 1) {
            let digit = position < digits.count ? Int64(digits[position]) : 0
            guard position <= weight else {
                guard digit == 0 else { throw Cell.Mismatch.outOfRange }
                continue
            }
            let (shifted, overflowed) = value.multipliedReportingOverflow(by: 10_000)
            // Subtracting keeps the most negative number in reach, which has no positive counterpart.
            let (sum, overflowedAgain) = shifted.subtractingReportingOverflow(digit)
            guard !overflowed, !overflowedAgain else { throw Cell.Mismatch.outOfRange }
            value = sum
        }
        if sign == 0x4000 { return value }
        guard value != .min else { throw Cell.Mismatch.outOfRange }
        return -value
    }

    func double() throws -> Double {
        switch sign {
        case 0xC000: return .nan
        case 0xD000: return .infinity
        case 0xF000: return -.infinity
        default: break
        }
        // Through decimal text, because multiplying in floating point would round at every step.
        let groups = digits.map { String(repeating: "0", count: 4 - String($0).count) + String($0) }.joined()
        let text = "\(sign == 0x4000 ? "-" : "")0\(groups)e\((weight + 1 - digits.count) * 4)"
        guard let value = Double(text) else { throw Cell.Mismatch.malformed }
        return value
    }
}
