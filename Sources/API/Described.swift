public import Foundation

/// A type that can say its JSON Schema.
///
/// A plain struct needs nothing but the conformance: its schema is recorded by running `init(from:)` on a decoder that
/// notes what is asked. A type with its own coding gives `schema` with an `example`, and is checked by its own decoding.
public protocol Described: Codable, Sendable {
    /// The schema; recorded from the decoding unless given.
    static var schema: Schema { get }
    /// What single fields mean, by Swift or wire name, for the published document.
    static var documentation: [String: String] { get }
    /// Some value of the type, which recording needs; decoded from the schema's example unless given.
    static func sample() throws -> Self
}

extension Described {
    /// Recorded from `init(from:)`.
    public static var schema: Schema { SchemaRecorder.shared.object(Self.self) }
    /// Nothing to explain.
    public static var documentation: [String: String] { [:] }
    /// Decoded by the recorder, or from the schema's example.
    public static func sample() throws -> Self {
        let schema = Self.schema
        if case .reference(let component) = schema.shape, case .object = component.schema.shape,
            SchemaRecorder.shared.isRecorded(component)
        {
            return try Self(from: RecordingDecoder(Recording()))
        }
        return try schema.exampleValue.decode(Self.self)
    }
}

extension String: Described {
    /// Up to 10,000 characters without NUL.
    public static var schema: Schema { .string(example: "text") }
}
extension Bool: Described {
    /// True or false.
    public static var schema: Schema { Schema(.boolean, example: false) }
}
extension Int: Described {
    /// Any 64-bit whole number.
    public static var schema: Schema { .integer(example: 1) }
}
extension Double: Described {
    /// Any finite number.
    public static var schema: Schema { .number(example: 1) }
}
extension UUID: Described {
    /// The 36 characters of a UUID, of either case.
    public static var schema: Schema {
        .string(minimum: 36, maximum: 36, format: "uuid", example: "6f1a3a52-7d9b-4c51-9f0e-2f6f0e1b7a11")
    }
}
extension Date: Described {
    /// An instant of RFC 3339.
    public static var schema: Schema {
        .string(minimum: 20, maximum: 40, format: "date-time", example: "2026-03-01T09:30:00Z")
    }
}
extension Array: Described where Element: Described {
    /// A list of up to 1,000 elements.
    public static var schema: Schema { SchemaRecorder.shared.schema(of: Self.self) }
    /// An empty list, so that recursive types can be recorded.
    public static func sample() throws -> [Element] { [] }
}
extension Dictionary: Described where Key == String, Value: Described {
    /// An object of up to 100 values under free names.
    public static var schema: Schema { SchemaRecorder.shared.schema(of: Self.self) }
    /// An empty map, so that recursive types can be recorded.
    public static func sample() throws -> [Key: Value] { [:] }
}
extension JSON: Described {
    /// Any JSON.
    public static var schema: Schema { Schema(.anything, example: .object([])) }
}

extension Schema {
    /// A value that fits the schema: its example, or one made up from the shape.
    public var exampleValue: JSON { exampleValue(depth: 0) }

    private func exampleValue(depth: Int) -> JSON {
        if let example { return example }
        switch shape {
        case .string(let text):
            switch text.format {
            case "uuid": return "6f1a3a52-7d9b-4c51-9f0e-2f6f0e1b7a11"
            case "date-time": return "2026-03-01T09:30:00Z"
            case "date": return "2026-03-01"
            case "email": return "ada@example.org"
            case "uri": return "https://example.org/"
            default: return .string(String(repeating: "a", count: max(text.minimum, min(text.maximum, 4))))
            }
        case .integer(let minimum, let maximum): return .number(JSON.Number(Swift.max(minimum, Swift.min(1, maximum))))
        case .number(let minimum, let maximum):
            return .number(JSON.Number(Swift.max(minimum ?? 1, Swift.min(1, maximum ?? 1))))
        case .boolean: return false
        case .array(let element, let minimum, _):
            guard depth < 6 else { return [] }
            return .array(Array(repeating: element.exampleValue(depth: depth + 1), count: Swift.max(minimum, 1)))
        case .object(let properties):
            return .object(
                properties.compactMap {
                    $0.required || depth < 3
                        ? JSON.Member($0.name, $0.schema.exampleValue(depth: depth + 1)) : nil
                })
        case .map(let value, _): return .object([JSON.Member("key", value.exampleValue(depth: depth + 1))])
        case .enumeration(let values): return .string(values.first ?? "")
        case .reference(let component):
            return depth < 8 ? component.schema.exampleValue(depth: depth + 1) : .object([])
        case .anything, .unrecorded: return .object([])
        }
    }
}
