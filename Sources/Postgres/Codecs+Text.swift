public import Foundation

extension String: PostgresCodable {
    /// `text`
    public static var postgresType: PostgresType { .text }

    /// UTF-8. A NUL byte is sent as it is, and PostgreSQL refuses it with SQLSTATE 22021.
    public func encode(into buffer: inout [UInt8]) {
        buffer.append(contentsOf: utf8)
    }

    /// Reads the text types, `json`, `jsonb`, and the enumerations that migrations make.
    public init(postgres cell: Cell) throws {
        let isText =
            switch cell.type {
            case .text, .varchar, .bpchar, .name, .json, .unknown, .jsonb: true
            default: cell.format == .text || cell.type.isUserDefined
            }
        guard isText else { throw Cell.Mismatch.type }
        let hasVersion = cell.type == .jsonb && cell.format == .binary
        self = try cell.withBytes { bytes in
            guard !hasVersion || bytes.first == 1 else { throw Cell.Mismatch.malformed }
            guard let text = String(validating: bytes.dropFirst(hasVersion ? 1 : 0), as: UTF8.self) else {
                throw Cell.Mismatch.malformed
            }
            return text
        }
    }
}

extension UUID: PostgresCodable {
    /// `uuid`
    public static var postgresType: PostgresType { .uuid }

    /// Sixteen bytes
    public func encode(into buffer: inout [UInt8]) {
        withUnsafeBytes(of: uuid) { buffer.append(contentsOf: $0) }
    }

    /// Reads `uuid`.
    public init(postgres cell: Cell) throws {
        guard cell.type == .uuid else { throw Cell.Mismatch.type }
        if cell.format == .text {
            guard let value = UUID(uuidString: try String(postgres: cell)) else { throw Cell.Mismatch.malformed }
            self = value
            return
        }
        self = try cell.withBytes { bytes in
            guard bytes.count == 16 else { throw Cell.Mismatch.malformed }
            return UUID(uuid: bytes.loadUnaligned(as: uuid_t.self))
        }
    }
}

/// A value kept as `jsonb`, encoded by its `Codable` conformance. Dates are ISO 8601 with milliseconds.
public struct JSONB<Value: Codable & Sendable>: PostgresCodable {
    /// What is stored.
    public var value: Value

    /// Wraps a value to be bound: `\(JSONB(answers))`.
    public init(_ value: Value) {
        self.value = value
    }

    /// `jsonb`
    public static var postgresType: PostgresType { .jsonb }

    /// The version byte and JSON text with sorted keys. A value that JSON cannot express, such as a NaN, is written as
    /// no JSON at all, which the server refuses with SQLSTATE 22P02.
    public func encode(into buffer: inout [UInt8]) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(date.formatted(JSONDates.style))
        }
        buffer.append(1)
        guard let json = try? encoder.encode(value) else { return }
        buffer.append(contentsOf: json)
    }

    /// Reads `jsonb` and `json`.
    public init(postgres cell: Cell) throws {
        guard cell.type == .jsonb || cell.type == .json else { throw Cell.Mismatch.type }
        let hasVersion = cell.type == .jsonb && cell.format == .binary
        let json = try cell.withBytes { Data($0.dropFirst(hasVersion ? 1 : 0)) }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let text = try decoder.singleValueContainer().decode(String.self)
            return try (try? JSONDates.style.parse(text)) ?? Date.ISO8601FormatStyle().parse(text)
        }
        do {
            value = try decoder.decode(Value.self, from: json)
        } catch {
            throw Cell.Mismatch.malformed
        }
    }
}

extension JSONB: Equatable where Value: Equatable {}
extension JSONB: Hashable where Value: Hashable {}

private enum JSONDates {
    static var style: Date.ISO8601FormatStyle { Date.ISO8601FormatStyle(includingFractionalSeconds: true) }
}
