import Crypto

/// Strong entity tags: the hash of the representation as this audience sees it, so that a hidden change does not show.
enum EntityTag {
    static func strong(_ body: [UInt8]) -> String {
        var text: [UInt8] = [UInt8(ascii: "\"")]
        for byte in SHA256.hash(data: body).prefix(16) {
            text.append(JSON.lowerHex[Int(byte >> 4)])
            text.append(JSON.lowerHex[Int(byte & 15)])
        }
        text.append(UInt8(ascii: "\""))
        return String(decoding: text, as: UTF8.self)
    }

    /// Whether a header names the tag. Comparison is strong for `If-Match`, weak for `If-None-Match` (RFC 9110, 13.1).
    static func list(_ header: String, contains tag: String, weakly: Bool) -> Bool {
        for part in header.utf8.split(separator: UInt8(ascii: ",")) {
            var candidate = trimmed(part)
            if candidate.elementsEqual("*".utf8) { return true }
            if candidate.starts(with: "W/".utf8) {
                guard weakly else { continue }
                candidate = candidate.dropFirst(2)
            }
            if candidate.elementsEqual(tag.utf8) { return true }
        }
        return false
    }

    static func trimmed(_ part: Substring.UTF8View) -> Substring.UTF8View {
        var part = part
        while let first = part.first, first == 0x20 || first == 0x09 { part = part.dropFirst() }
        while let last = part.last, last == 0x20 || last == 0x09 { part = part.dropLast() }
        return part
    }
}
