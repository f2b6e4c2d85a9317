extension CodingKey {
    /// The key as JSON, forms and queries spell it: `closesAt` is `closes_at`.
    ///
    /// Swift names and the wire's names differ by this rule alone, so no type writes its keys out. The keys of a
    /// dictionary are data and stay as they are.
    var wireName: String {
        let name = stringValue
        guard WireName.isSpelledDifferently(name), !WireName.isData(Self.self) else { return name }
        return WireName.snakeCase(name)
    }
}

enum WireName {
    static func snakeCase(_ name: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(name.utf8.count + 4)
        var previous: UInt8 = 0
        for byte in name.utf8 {
            if isUpper(byte), isLowerOrDigit(previous) {
                bytes.append(UInt8(ascii: "_"))
                bytes.append(byte | 0x20)
            } else {
                bytes.append(byte)
            }
            previous = byte
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func isSpelledDifferently(_ name: String) -> Bool {
        var previous: UInt8 = 0
        for byte in name.utf8 {
            if isUpper(byte), isLowerOrDigit(previous) { return true }
            previous = byte
        }
        return false
    }

    // The standard library's key of dictionaries cannot be named in source; ours for JSON trees can.
    // A key without room for a text is an enumeration of a struct's fields: no need to ask for its name, which is slow.
    static func isData<Key: CodingKey>(_ type: Key.Type) -> Bool {
        guard MemoryLayout<Key>.size > 2 else { return false }
        return type == PlainKey.self || _typeName(type, qualified: false) == "_DictionaryCodingKey"
    }

    private static func isUpper(_ byte: UInt8) -> Bool { byte >= 0x41 && byte <= 0x5A }
    private static func isLowerOrDigit(_ byte: UInt8) -> Bool {
        (byte >= 0x61 && byte <= 0x7A) || (byte >= 0x30 && byte <= 0x39)
    }
}
