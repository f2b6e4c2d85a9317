import Foundation

extension JSON {
    /// The value this tree says. Call after the schema has validated it; errors carry a coding path all the same.
    public func decode<T: Decodable>(_ type: T.Type = T.self) throws -> T {
        try TreeDecoder(node: self).value(type)
    }
}

/// Decodes from a parsed tree, exactly: no number is rounded, no date is guessed.
struct TreeDecoder: Decoder {
    let node: JSON
    /// Where the surrounding container stands, and the place in it: put together only when somebody asks.
    private let container: [any CodingKey]
    private let key: (any CodingKey)?

    init(node: JSON, in container: [any CodingKey] = [], at key: (any CodingKey)? = nil) {
        self.node = node
        self.container = container
        self.key = key
    }

    var codingPath: [any CodingKey] { key.map { container + [$0] } ?? container }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func value<T: Decodable>(_ type: T.Type) throws -> T {
        // Types are compared before anything is cast: a failing cast costs more than reading a small struct.
        let value: Any?
        if type == String.self {
            value = try text()
        } else if type == Int.self {
            value = try integer(Int.self)
        } else if type == Bool.self {
            value = try bool()
        } else if type == UUID.self {
            value = UUID(text: try text())
            if value == nil { throw refused("expected a UUID") }
        } else if type == Date.self {
            value = Timestamp.date(try text())
            if value == nil { throw refused("expected a date and time such as 2026-03-01T09:30:00Z") }
        } else if type == Data.self {
            value = Data(base64Encoded: try text())
            if value == nil { throw refused("expected Base64") }
        } else if type == URL.self {
            value = URL(string: try text())
            if value == nil { throw refused("expected a URL") }
        } else {
            return try T(from: self)
        }
        guard let typed = value as? T else { throw mismatch("\(type)") }
        return typed
    }

    func text() throws -> String {
        guard case .string(let text) = node else { throw mismatch("a string") }
        return text
    }

    func bool() throws -> Bool {
        guard case .bool(let value) = node else { throw mismatch("a boolean") }
        return value
    }

    func integer<I: FixedWidthInteger>(_ type: I.Type) throws -> I {
        guard case .number(let number) = node else { throw mismatch("an integer") }
        if let plain = I(number.text) { return plain }
        guard let integer = number.integer, let value = I(exactly: integer) else {
            throw refused("expected a whole number of the allowed size")
        }
        return value
    }

    func double() throws -> Double {
        guard case .number(let number) = node else { throw mismatch("a number") }
        guard let value = number.double else { throw refused("the number is too large") }
        return value
    }

    func mismatch(_ expected: String) -> DecodingError {
        .typeMismatch(
            JSON.self, .init(codingPath: codingPath, debugDescription: "expected \(expected), not \(node.kindName)"))
    }

    func refused(_ reason: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: codingPath, debugDescription: reason))
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let members) = node else { throw mismatch("an object") }
        return KeyedDecodingContainer(KeyedTree<Key>(members: members, codingPath: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let elements) = node else { throw mismatch("an array") }
        return UnkeyedTree(elements: elements, codingPath: codingPath)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        SingleTree(decoder: self)
    }
}

private struct KeyedTree<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let members: [JSON.Member]
    let codingPath: [any CodingKey]

    var allKeys: [Key] { members.compactMap { Key(stringValue: $0.name) } }

    private func find(_ key: Key) -> JSON? {
        let name = key.wireName
        return members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    private func decoder(_ key: Key) throws -> TreeDecoder {
        guard let node = find(key) else {
            throw DecodingError.keyNotFound(
                key, .init(codingPath: codingPath, debugDescription: "the field is required"))
        }
        return TreeDecoder(node: node, in: codingPath, at: key)
    }

    func contains(_ key: Key) -> Bool { find(key) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { find(key) == .some(.null) }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try decoder(key).bool() }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try decoder(key).text() }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try decoder(key).double() }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { Float(try decoder(key).double()) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try decoder(key).integer(type) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try decoder(key).integer(type) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try decoder(key).integer(type) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try decoder(key).integer(type) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try decoder(key).integer(type) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try decoder(key).integer(type) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try decoder(key).integer(type) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try decoder(key).integer(type) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try decoder(key).integer(type) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try decoder(key).integer(type) }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try decoder(key).value(type) }
    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try decoder(key).container(keyedBy: type)
    }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder(key).unkeyedContainer()
    }
    func superDecoder() throws -> any Decoder {
        TreeDecoder(node: .object(members), in: codingPath)
    }
    func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }
}

private struct UnkeyedTree: UnkeyedDecodingContainer {
    let elements: [JSON]
    let codingPath: [any CodingKey]
    var currentIndex = 0

    init(elements: [JSON], codingPath: [any CodingKey]) {
        self.elements = elements
        self.codingPath = codingPath
    }

    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex >= elements.count }

    private mutating func next() throws -> TreeDecoder {
        guard currentIndex < elements.count else {
            throw DecodingError.valueNotFound(
                JSON.self, .init(codingPath: codingPath, debugDescription: "the array has too few elements"))
        }
        defer { currentIndex += 1 }
        return TreeDecoder(node: elements[currentIndex], in: codingPath, at: IndexKey(currentIndex))
    }

    mutating func decodeNil() throws -> Bool {
        guard currentIndex < elements.count, elements[currentIndex] == .null else { return false }
        currentIndex += 1
        return true
    }
    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try next().value(type) }
    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try next().container(keyedBy: type)
    }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try next().unkeyedContainer() }
    mutating func superDecoder() throws -> any Decoder { try next() }
}

private struct SingleTree: SingleValueDecodingContainer {
    let decoder: TreeDecoder
    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool { decoder.node == .null }
    func decode(_ type: Bool.Type) throws -> Bool { try decoder.bool() }
    func decode(_ type: String.Type) throws -> String { try decoder.text() }
    func decode(_ type: Double.Type) throws -> Double { try decoder.double() }
    func decode(_ type: Float.Type) throws -> Float { Float(try decoder.double()) }
    func decode(_ type: Int.Type) throws -> Int { try decoder.integer(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try decoder.integer(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try decoder.integer(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try decoder.integer(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try decoder.integer(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try decoder.integer(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try decoder.integer(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try decoder.integer(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try decoder.integer(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try decoder.integer(type) }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try decoder.value(type) }
}
