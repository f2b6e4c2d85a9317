extension Decoder {
    /// Reads a value that travels as one string; an initializer that answers `nil` or throws becomes a decoding error
    /// at the right place of the document.
    func readString<Value>(as expectation: String, _ make: (String) throws -> Value?) throws -> Value {
        let container = try singleValueContainer()
        let string = try container.decode(String.self)
        do {
            if let value = try make(string) { return value }
        } catch {
            throw DecodingError.dataCorrupted(
                .init(codingPath: codingPath, debugDescription: "\(error)", underlyingError: error))
        }
        throw DecodingError.dataCorrupted(
            .init(codingPath: codingPath, debugDescription: "expected \(expectation)"))
    }
}

extension Encoder {
    /// Writes a value that travels as one string.
    func writeString(_ string: String) throws {
        var container = singleValueContainer()
        try container.encode(string)
    }
}
