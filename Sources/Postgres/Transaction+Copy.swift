extension Transaction {
    /// Loads many rows at once, several times as fast as INSERT. Values may have any type the column can read from
    /// text. Nothing else can run in the transaction meanwhile; a failure dooms the transaction, as with any statement.
    /// The whole load counts as one statement, so a large one wants a `statementTimeout` of its own.
    ///
    /// ```swift
    /// try await transaction.copy(into: "startups", columns: ["id", "name"], rows: startups.map { [$0.id, $0.name] })
    /// ```
    /// - Returns: The number of rows stored.
    @discardableResult
    public nonisolated(nonsending) func copy(
        into table: SQLIdentifier, columns: [SQLIdentifier], rows: some Sequence<[(any PostgresEncodable)?]>
    ) async throws -> Int {
        try Task.checkCancellation()
        guard isOpen else { throw Closed() }
        let list = columns.map(\.quoted).joined(separator: ", ")
        let copy = CopyIn("COPY \(table.quoted) (\(list)) FROM STDIN", limit: limit)
        let start = ContinuousClock.now
        try await begin(copy)
        var chunk: [UInt8] = []
        do {
            for row in rows {
                guard row.count == columns.count else {
                    throw DatabaseError(
                        sqlState: "22P04", message: "a row with \(row.count) values for \(columns.count) columns",
                        sql: copy.sql)
                }
                try CopyText.append(row, to: &chunk)
                if chunk.count >= 65_536 {
                    // The server has given up by now, which libpq does not tell before the end.
                    if ContinuousClock.now - start > limit { return try await end(copy, failure: "it took too long") }
                    try await feed(copy, chunk)
                    chunk.removeAll(keepingCapacity: true)
                }
            }
            if !chunk.isEmpty { try await feed(copy, chunk) }
            try Task.checkCancellation()
        } catch {
            _ = try? await end(copy, failure: "the client gave up")
            throw error
        }
        return try await end(copy, failure: nil)
    }

    private func begin(_ copy: CopyIn) async throws {
        guard core.loop.submit({ [connection] in connection.run(copy) }) else { throw Closed() }
        try await copy.started.value()
    }

    private func feed(_ copy: CopyIn, _ bytes: [UInt8]) async throws {
        try Task.checkCancellation()
        let accepted = Promise<Void>()
        let pending = CopyIn.Pending(bytes: bytes, failure: nil, accepted: accepted)
        guard core.loop.submit({ [connection] in connection.feed(pending, to: copy) }) else { throw Closed() }
        try await accepted.value()
    }

    /// Waits for the server's verdict, which is a refusal whenever there is a failure.
    private func end(_ copy: CopyIn, failure: String?) async throws -> Int {
        let accepted = Promise<Void>()
        let pending = CopyIn.Pending(bytes: nil, failure: failure, accepted: accepted)
        guard core.loop.submit({ [connection] in connection.feed(pending, to: copy) }) else { throw Closed() }
        try await accepted.value()
        return try await copy.finished.value()
    }
}

/// The text format of COPY, made from the binary form that every value has. Text, because the binary format of COPY
/// would demand that an `Int` be stored in a `bigint` and nowhere else.
enum CopyText {
    static func append(_ row: [(any PostgresEncodable)?], to buffer: inout [UInt8]) throws {
        for (index, value) in row.enumerated() {
            if index > 0 { buffer.append(UInt8(ascii: "\t")) }
            guard let value, !value.isPostgresNull else {
                buffer.append(contentsOf: "\\N".utf8)
                continue
            }
            let text = try text(of: value)
            append(escaping: text, to: &buffer)
        }
        buffer.append(UInt8(ascii: "\n"))
    }

    private static func append(escaping text: [UInt8], to buffer: inout [UInt8]) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "\\"): buffer.append(contentsOf: "\\\\".utf8)
            case UInt8(ascii: "\t"): buffer.append(contentsOf: "\\t".utf8)
            case UInt8(ascii: "\n"): buffer.append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\r"): buffer.append(contentsOf: "\\r".utf8)
            default: buffer.append(byte)
            }
        }
    }

    private static func text(of value: some PostgresEncodable) throws -> [UInt8] {
        var bytes: [UInt8] = []
        value.encode(into: &bytes)
        return try text(of: Cell(type: type(of: value).postgresType, bytes: bytes))
    }

    /// What `psql` would print for a binary value.
    static func text(of cell: Cell) throws -> [UInt8] {
        switch cell.type {
        case .bool: return try Array(Bool(postgres: cell) ? "t".utf8 : "f".utf8)
        case .int2, .int4, .int8, .oid: return try Array(String(Int(postgres: cell)).utf8)
        case .float4, .float8: return try Array(String(Double(postgres: cell)).utf8)
        case .uuid: return try hexadecimal(of: cell, groups: [4, 2, 2, 2, 6])
        case .bytea:
            let bytes = cell.bytes ?? []
            return Array("\\x".utf8) + bytes.flatMap { [digit($0 >> 4), digit($0 & 15)] }
        case .timestamptz: return Array(timestamp(try cell.integer(Int64.self)).utf8)
        case .date: return Array(date(Int64(try cell.integer(Int32.self))).utf8)
        case .jsonb: return Array(cell.bytes?.dropFirst() ?? [])
        case .text, .varchar, .bpchar, .name, .json, .unknown: return cell.bytes ?? []
        default:
            if cell.type.elementOfArray != nil { return try array(of: cell) }
            throw DatabaseError(sqlState: "0A000", message: "COPY cannot write \(cell.type)", sql: nil)
        }
    }

    private static func array(of cell: Cell) throws -> [UInt8] {
        let elements = try cell.withBytes { bytes in
            var reader = ArrayReader(bytes: bytes)
            return try reader.elements()
        }
        var text = Array("{".utf8)
        for (index, element) in elements.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            if element.isNull {
                text.append(contentsOf: "NULL".utf8)
                continue
            }
            text.append(UInt8(ascii: "\""))
            for byte in try Self.text(of: element) {
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { text.append(UInt8(ascii: "\\")) }
                text.append(byte)
            }
            text.append(UInt8(ascii: "\""))
        }
        return text + [UInt8(ascii: "}")]
    }

    private static func hexadecimal(of cell: Cell, groups: [Int]) throws -> [UInt8] {
        let bytes = cell.bytes ?? []
        guard bytes.count == groups.reduce(0, +) else { throw Cell.Mismatch.malformed }
        var text: [UInt8] = []
        var start = 0
        for group in groups {
            if start > 0 { text.append(UInt8(ascii: "-")) }
            for byte in bytes[start..<start + group] { text += [digit(byte >> 4), digit(byte & 15)] }
            start += group
        }
        return text
    }

    private static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
    }

    static func timestamp(_ microseconds: Int64) -> String {
        if microseconds == .max { return "infinity" }
        if microseconds == .min { return "-infinity" }
        let perDay: Int64 = 86_400_000_000
        var (days, rest) = microseconds.quotientAndRemainder(dividingBy: perDay)
        if rest < 0 {
            rest += perDay
            days -= 1
        }
        let (seconds, micros) = rest.quotientAndRemainder(dividingBy: 1_000_000)
        let (year, month, day, isBeforeChrist) = civil(days)
        let clock = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }.joined(separator: ":")
        let date = [padded(year, 4), padded(month, 2), padded(day, 2)].joined(separator: "-")
        return "\(date) \(clock).\(padded(micros, 6))+00\(isBeforeChrist ? " BC" : "")"
    }

    static func date(_ days: Int64) -> String {
        if days == Int64(Int32.max) { return "infinity" }
        if days == Int64(Int32.min) { return "-infinity" }
        let (year, month, day, isBeforeChrist) = civil(days)
        let date = [padded(year, 4), padded(month, 2), padded(day, 2)].joined(separator: "-")
        return date + (isBeforeChrist ? " BC" : "")
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// The Gregorian date of a day counted from 2000-01-01, by Howard Hinnant's `civil_from_days`.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64, isBeforeChrist: Bool) {
        let shifted = days + 730_425
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        // There is no year 0: the year before 1 is 1 BC.
        return year > 0 ? (year, month, day, false) : (1 - year, month, day, true)
    }
}
