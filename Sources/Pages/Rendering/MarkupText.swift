internal import Mustache

/// The content type of every template here: what it writes can close no tag and no quoted attribute.
///
/// It works on bytes because UTF-8 never hides an ASCII byte inside another scalar, so nothing that is
/// glued to a `<` or a `"` by the rules of grapheme clusters can keep it from being replaced.
struct MarkupText: MustacheContentType {
    /// The name by which the pragma at the head of each template asks for this content type.
    static let name = "MARKUP"

    /// What the loader puts before each template; a partial falls back to the library's own escaper without it.
    static let pragma = "{{% CONTENT_TYPE: \(name)}}"

    /// Makes the name known to the template parser, once for the process.
    static let registered: Void = MustacheContentTypes.register(MarkupText(), named: name)

    func escapeText(_ text: String) -> String {
        var text = text
        return text.withUTF8 { bytes in
            guard bytes.contains(where: { Self.replacement(of: $0) != nil }) else {
                return String(decoding: bytes, as: UTF8.self)
            }
            var escaped: [UInt8] = []
            escaped.reserveCapacity(bytes.count + bytes.count / 8 + 16)
            for byte in bytes {
                if let replacement = Self.replacement(of: byte) {
                    replacement.withUTF8Buffer { escaped.append(contentsOf: $0) }
                } else {
                    escaped.append(byte)
                }
            }
            return String(decoding: escaped, as: UTF8.self)
        }
    }

    private static func replacement(of byte: UInt8) -> StaticString? {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        case UInt8(ascii: "`"): "&#96;"
        default: nil
        }
    }
}
