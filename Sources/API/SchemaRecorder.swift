import Foundation

/// Finds the schema of a type by running its decoding and noting every question it asks.
final class SchemaRecorder: @unchecked Sendable {
    static let shared = SchemaRecorder()

    // Recursive, because recording a struct records the types of its fields.
    private let lock = NSRecursiveLock()
    private var components: [ObjectIdentifier: Component] = [:]
    private var recorded: Set<ObjectIdentifier> = []

    /// The schema of any decodable type.
    func schema(of type: any Decodable.Type) -> Schema {
        lock.withLock {
            if let array = type as? any ArrayShape.Type {
                return .array(of: schema(of: array.elementType))
            }
            if let map = type as? any MapShape.Type {
                return .map(of: schema(of: map.valueType))
            }
            if let optional = type as? any OptionalShape.Type {
                return schema(of: optional.wrappedType)
            }
            if let integer = type as? any FixedWidthInteger.Type {
                return integerSchema(integer)
            }
            if type == Float.self { return .number(example: 1) }
            if type == URL.self { return .string(maximum: 2_000, format: "uri", example: "https://example.org/") }
            if type == Data.self { return .string(format: "byte", example: "") }
            if let described = type as? any Described.Type { return schema(ofDescribed: described) }
            return object(type)
        }
    }

    /// The component of a struct, recorded at first sight.
    func object(_ type: any Decodable.Type) -> Schema {
        lock.withLock {
            let key = ObjectIdentifier(type)
            if let component = components[key] { return Schema(.reference(component)) }
            let component = Component(typeName: String(reflecting: type))
            components[key] = component
            recorded.insert(ObjectIdentifier(component))
            if let cases = enumerationCases(type) {
                component.schema = Schema(.enumeration(cases), description: documentation(of: type)[""])
                return Schema(.reference(component))
            }
            let recording = Recording()
            do {
                _ = try decode(type, from: RecordingDecoder(recording))
                component.schema = Schema(
                    .object(recording.documented(by: documentation(of: type))), description: documentation(of: type)[""]
                )
            } catch {
                component.schema = Schema(
                    .unrecorded("\(String(reflecting: type)) cannot be recorded: \(error). Give it a `schema`."))
            }
            return Schema(.reference(component))
        }
    }

    func isRecorded(_ component: Component) -> Bool {
        lock.withLock { recorded.contains(ObjectIdentifier(component)) }
    }

    private func schema<T: Described>(ofDescribed type: T.Type) -> Schema {
        var schema = type.schema
        switch schema.shape {
        case .reference(let component) where isRecorded(component): return schema
        case .unrecorded: return schema
        case _ where SchemaRecorder.needNoVerification.contains(ObjectIdentifier(type)): return schema
        case .object:
            // An object a type wrote by hand still deserves a name.
            let key = ObjectIdentifier(type)
            if let component = components[key] { return Schema(.reference(component)) }
            let component = Component(typeName: String(reflecting: type))
            components[key] = component
            schema.verify = SchemaRecorder.verification(type)
            component.schema = schema
            return Schema(.reference(component))
        default:
            schema.verify = SchemaRecorder.verification(type)
            return schema
        }
    }

    /// Types whose shape says all there is to check.
    private static let needNoVerification: Set<ObjectIdentifier> = [
        ObjectIdentifier(String.self), ObjectIdentifier(Int.self), ObjectIdentifier(Double.self),
        ObjectIdentifier(Bool.self), ObjectIdentifier(JSON.self),
    ]

    private static func verification<T: Described>(_ type: T.Type) -> @Sendable (JSON) -> String? {
        { node in
            do {
                _ = try node.decode(type)
                return nil
            } catch let error as DecodingError {
                return error.reason
            } catch {
                return "the value is not valid"
            }
        }
    }

    private func integerSchema<I: FixedWidthInteger>(_ type: I.Type) -> Schema {
        .integer(minimum: Int(clamping: I.min), maximum: Int(clamping: I.max), example: 1)
    }

    private func documentation(of type: any Decodable.Type) -> [String: String] {
        (type as? any Described.Type)?.documentation ?? [:]
    }

    private func decode<T: Decodable>(_ type: T.Type, from decoder: any Decoder) throws -> T {
        try T(from: decoder)
    }
}

/// The texts of a string enumeration that lists its cases.
func enumerationCases(_ type: any Any.Type) -> [String]? {
    func texts<E: CaseIterable>(_ type: E.Type) -> [String]? {
        var texts: [String] = []
        for value in type.allCases {
            guard let raw = (value as? any RawRepresentable)?.rawValue as? String else { return nil }
            texts.append(raw)
        }
        return texts
    }
    guard type is any RawRepresentable.Type, let iterable = type as? any CaseIterable.Type else { return nil }
    return texts(iterable)
}

/// What a decoding asked for.
final class Recording {
    private(set) var properties: [Schema.Property] = []

    func note(_ name: String, _ schema: Schema, required: Bool) {
        guard !properties.contains(where: { $0.name == name }) else { return }
        properties.append(Schema.Property(name, schema, required: required))
    }

    func documented(by texts: [String: String]) -> [Schema.Property] {
        let texts = Dictionary(
            texts.map { (WireName.snakeCase($0.key), $0.value) }, uniquingKeysWith: { first, _ in first })
        return properties.map { property in
            guard let text = texts[property.name] else { return property }
            return Schema.Property(property.name, property.schema.described(text), required: property.required)
        }
    }
}

/// Why a type cannot be recorded.
struct Unrecordable: Error, CustomStringConvertible {
    let description: String
}

protocol ArrayShape {
    static var elementType: any Decodable.Type { get }
    static var emptyValue: Any { get }
}
extension Array: ArrayShape where Element: Decodable {
    static var elementType: any Decodable.Type { Element.self }
    static var emptyValue: Any { [Element]() }
}
protocol MapShape {
    static var valueType: any Decodable.Type { get }
    static var emptyValue: Any { get }
}
extension Dictionary: MapShape where Key == String, Value: Decodable {
    static var valueType: any Decodable.Type { Value.self }
    static var emptyValue: Any { [Key: Value]() }
}
protocol OptionalShape {
    static var wrappedType: any Decodable.Type { get }
    static var emptyValue: Any { get }
}
extension Optional: OptionalShape where Wrapped: Decodable {
    static var wrappedType: any Decodable.Type { Wrapped.self }
    static var emptyValue: Any { Wrapped?.none as Any }
}

/// A decoder that answers every question with a sample and remembers the question.
struct RecordingDecoder: Decoder {
    let recording: Recording
    let codingPath: [any CodingKey] = []
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    init(_ recording: Recording) {
        self.recording = recording
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(RecordingContainer<Key>(recording: recording))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw Unrecordable(description: "it decodes itself from an array")
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        throw Unrecordable(description: "it decodes itself from a single value")
    }

    static func sample<T: Decodable>(_ type: T.Type) throws -> T {
        let value: Any?
        if let array = type as? any ArrayShape.Type {
            value = array.emptyValue
        } else if let map = type as? any MapShape.Type {
            value = map.emptyValue
        } else if let optional = type as? any OptionalShape.Type {
            value = optional.emptyValue
        } else if let described = type as? any Described.Type {
            value = try described.sample()
        } else if let text = enumerationCases(type)?.first {
            return try JSON.string(text).decode(type)
        } else if type == URL.self || type == Data.self || type is any FixedWidthInteger.Type || type == Float.self {
            return try SchemaRecorder.shared.schema(of: type).exampleValue.decode(type)
        } else {
            return try T(from: RecordingDecoder(Recording()))
        }
        guard let typed = value as? T else { throw Unrecordable(description: "\(type) has no sample") }
        return typed
    }
}

private struct RecordingContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let recording: Recording
    let codingPath: [any CodingKey] = []
    let allKeys: [Key] = []

    private func record<T: Decodable>(_ type: T.Type, _ key: Key) throws -> T {
        recording.note(key.wireName, SchemaRecorder.shared.schema(of: type), required: true)
        return try RecordingDecoder.sample(type)
    }

    private func recordOptional<T: Decodable>(_ type: T.Type, _ key: Key) -> T? {
        recording.note(key.wireName, SchemaRecorder.shared.schema(of: type), required: false)
        return nil
    }

    func contains(_ key: Key) -> Bool { true }
    func decodeNil(forKey key: Key) throws -> Bool { false }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try record(type, key) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try record(type, key) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try record(type, key) }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try record(type, key) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try record(type, key) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try record(type, key) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try record(type, key) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try record(type, key) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try record(type, key) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try record(type, key) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try record(type, key) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try record(type, key) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try record(type, key) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try record(type, key) }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try record(type, key) }
    // Without these the defaults would ask `decode` and a missing field would look required.
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { recordOptional(type, key) }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { recordOptional(type, key) }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? { recordOptional(type, key) }
    func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? { recordOptional(type, key) }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { recordOptional(type, key) }
    func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? { recordOptional(type, key) }
    func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? { recordOptional(type, key) }
    func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? { recordOptional(type, key) }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? { recordOptional(type, key) }
    func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? { recordOptional(type, key) }
    func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? { recordOptional(type, key) }
    func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? { recordOptional(type, key) }
    func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? { recordOptional(type, key) }
    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? { recordOptional(type, key) }
    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? { recordOptional(type, key) }
    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        throw Unrecordable(description: "it uses a nested container for \(key.stringValue)")
    }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        throw Unrecordable(description: "it uses a nested container for \(key.stringValue)")
    }
    func superDecoder() throws -> any Decoder { throw Unrecordable(description: "it uses a super decoder") }
    func superDecoder(forKey key: Key) throws -> any Decoder {
        throw Unrecordable(description: "it uses a super decoder for \(key.stringValue)")
    }
}

extension DecodingError {
    /// The words of the decoding, which our own types choose for the sender.
    var reason: String {
        switch self {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
            .dataCorrupted(let context):
            // The synthesized coding of raw enumerations speaks to programmers; nobody else wants to read it.
            context.debugDescription.utf8.starts(with: "Cannot initialize".utf8)
                ? "the value is not one of the allowed ones" : context.debugDescription
        @unknown default: "the value is not valid"
        }
    }

    var path: [any CodingKey] {
        switch self {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.codingPath
        case .keyNotFound(let key, let context): context.codingPath + [key]
        @unknown default: []
        }
    }
}
