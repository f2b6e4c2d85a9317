internal import Mustache

/// A struct as the template engine reads it: names, and what they hold.
///
/// A struct has few names, and to compare each of them costs less than a dictionary's hash does.
final class RenderedObject: MustacheParent {
    private var fields: [(name: String, value: Any)] = []

    /// What a name holds; nil where the struct has no such name.
    subscript(name: String) -> Any? {
        get { fields.first { $0.name == name }?.value }
        set {
            fields.removeAll { $0.name == name }
            if let newValue { fields.append((name, newValue)) }
        }
    }

    /// Adds a name that the struct does not have yet.
    func add(_ name: String, _ value: Any) { fields.append((name, value)) }

    func child(named name: String) -> Any? { self[name] }
}

/// Words as the template engine reads them.
final class RenderedTexts: MustacheParent, Sendable {
    private let texts: [String: String]

    init(_ texts: [String: String]) { self.texts = texts }

    func child(named name: String) -> Any? { texts[name] }
}

/// An array as the template engine reads it.
final class RenderedList: MustacheSequence {
    var values: [Any] = []

    func makeIterator() -> IndexingIterator<[Any]> { values.makeIterator() }
}

/// Nothing, where there could have been something.
struct RenderedNothing: MustacheCustomRepresentation {
    var representation: Any? { nil }
}

/// Turns a view model into what the template engine walks.
///
/// A nil is written down as nothing rather than left out: the engine looks for a missing name further out,
/// and would find the page's `hint` for a field that has none.
enum Rendered {
    static func value(of model: some Encodable) throws -> Any {
        switch model {
        case let text as String: return text
        case let address as SafeURL: return address.description
        case let number as Int: return number
        case let flag as Bool: return flag
        default:
            let encoder = RenderedEncoder()
            try model.encode(to: encoder)
            return encoder.value
        }
    }

    static func object(of model: some Encodable) throws -> RenderedObject {
        try value(of: model) as? RenderedObject ?? RenderedObject()
    }
}

private final class RenderedEncoder: Encoder {
    var value: Any = RenderedNothing()
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        let object = value as? RenderedObject ?? RenderedObject()
        value = object
        return KeyedEncodingContainer(RenderedFields<Key>(object: object))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        let list = RenderedList()
        value = list
        return RenderedItems(list: list)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        RenderedValue(encoder: self)
    }
}

private struct RenderedFields<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let object: RenderedObject
    let codingPath: [any CodingKey] = []

    private func put(_ value: Any?, _ key: Key) {
        object.add(key.stringValue, value ?? RenderedNothing())
    }

    mutating func encodeNil(forKey key: Key) { put(nil, key) }
    mutating func encode(_ value: Bool, forKey key: Key) { put(value, key) }
    mutating func encode(_ value: String, forKey key: Key) { put(value, key) }
    mutating func encode(_ value: Double, forKey key: Key) { put(value, key) }
    mutating func encode(_ value: Float, forKey key: Key) { put(value, key) }
    mutating func encode(_ value: Int, forKey key: Key) { put(value, key) }
    mutating func encode(_ value: Int8, forKey key: Key) { put(value, key) }
    mutating func encode(_ value: Int16, forKey key: Key) { put(value, key) }
    mutating func encode(_ value: Int32, forKey key: Key) { put(value, key) }
    mutating func encode(_ value: Int64, forKey key: Key) { put(value, key) }
    mutating func encode(_ value: UInt, forKey key: Key) { put(value, key) }
    mutating func encode(_ value: UInt8, forKey key: Key) { put(value, key) }
    mutating func encode(_ value: UInt16, forKey key: Key) { put(value, key) }
    mutating func encode(_ value: UInt32, forKey key: Key) { put(value, key) }
    mutating func encode(_ value: UInt64, forKey key: Key) { put(value, key) }
    mutating func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        put(try Rendered.value(of: value), key)
    }
    mutating func encodeIfPresent(_ value: Bool?, forKey key: Key) { put(value, key) }
    mutating func encodeIfPresent(_ value: String?, forKey key: Key) { put(value, key) }
    mutating func encodeIfPresent(_ value: Double?, forKey key: Key) { put(value, key) }
    mutating func encodeIfPresent(_ value: Float?, forKey key: Key) { put(value, key) }
    mutating func encodeIfPresent(_ value: Int?, forKey key: Key) { put(value, key) }
    mutating func encodeIfPresent(_ value: Int8?, forKey key: Key) { put(value, key) }
    mutating func encodeIfPresent(_ value: Int16?, forKey key: Key) { put(value, key) }
    mutating func encodeIfPresent(_ value: Int32?, forKey key: Key) { put(value, key) }
    mutating func encodeIfPresent(_ value: Int64?, forKey key: Key) { put(value, key) }
    mutating func encodeIfPresent(_ value: UInt?, forKey key: Key) { put(value, key) }
    mutating func encodeIfPresent(_ value: UInt8?, forKey key: Key) { put(value, key) }
    mutating func encodeIfPresent(_ value: UInt16?, forKey key: Key) { put(value, key) }
    mutating func encodeIfPresent(_ value: UInt32?, forKey key: Key) { put(value, key) }
    mutating func encodeIfPresent(_ value: UInt64?, forKey key: Key) { put(value, key) }
    mutating func encodeIfPresent<Value: Encodable>(_ value: Value?, forKey key: Key) throws {
        put(try value.map { try Rendered.value(of: $0) }, key)
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        let nested = RenderedObject()
        put(nested, key)
        return KeyedEncodingContainer(RenderedFields<Nested>(object: nested))
    }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        let list = RenderedList()
        put(list, key)
        return RenderedItems(list: list)
    }

    mutating func superEncoder() -> any Encoder { RenderedEncoder() }
    mutating func superEncoder(forKey key: Key) -> any Encoder { RenderedEncoder() }
}

private struct RenderedItems: UnkeyedEncodingContainer {
    let list: RenderedList
    let codingPath: [any CodingKey] = []
    var count: Int { list.values.count }

    mutating func encodeNil() { list.values.append(RenderedNothing()) }
    mutating func encode(_ value: Bool) { list.values.append(value) }
    mutating func encode(_ value: String) { list.values.append(value) }
    mutating func encode(_ value: Double) { list.values.append(value) }
    mutating func encode(_ value: Float) { list.values.append(value) }
    mutating func encode(_ value: Int) { list.values.append(value) }
    mutating func encode(_ value: Int8) { list.values.append(value) }
    mutating func encode(_ value: Int16) { list.values.append(value) }
    mutating func encode(_ value: Int32) { list.values.append(value) }
    mutating func encode(_ value: Int64) { list.values.append(value) }
    mutating func encode(_ value: UInt) { list.values.append(value) }
    mutating func encode(_ value: UInt8) { list.values.append(value) }
    mutating func encode(_ value: UInt16) { list.values.append(value) }
    mutating func encode(_ value: UInt32) { list.values.append(value) }
    mutating func encode(_ value: UInt64) { list.values.append(value) }
    mutating func encode<Value: Encodable>(_ value: Value) throws {
        list.values.append(try Rendered.value(of: value))
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        let nested = RenderedObject()
        list.values.append(nested)
        return KeyedEncodingContainer(RenderedFields<Nested>(object: nested))
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        let nested = RenderedList()
        list.values.append(nested)
        return RenderedItems(list: nested)
    }

    mutating func superEncoder() -> any Encoder { RenderedEncoder() }
}

private struct RenderedValue: SingleValueEncodingContainer {
    let encoder: RenderedEncoder
    let codingPath: [any CodingKey] = []

    mutating func encodeNil() { encoder.value = RenderedNothing() }
    mutating func encode(_ value: Bool) { encoder.value = value }
    mutating func encode(_ value: String) { encoder.value = value }
    mutating func encode(_ value: Double) { encoder.value = value }
    mutating func encode(_ value: Float) { encoder.value = value }
    mutating func encode(_ value: Int) { encoder.value = value }
    mutating func encode(_ value: Int8) { encoder.value = value }
    mutating func encode(_ value: Int16) { encoder.value = value }
    mutating func encode(_ value: Int32) { encoder.value = value }
    mutating func encode(_ value: Int64) { encoder.value = value }
    mutating func encode(_ value: UInt) { encoder.value = value }
    mutating func encode(_ value: UInt8) { encoder.value = value }
    mutating func encode(_ value: UInt16) { encoder.value = value }
    mutating func encode(_ value: UInt32) { encoder.value = value }
    mutating func encode(_ value: UInt64) { encoder.value = value }
    mutating func encode<Value: Encodable>(_ value: Value) throws {
        encoder.value = try Rendered.value(of: value)
    }
}
