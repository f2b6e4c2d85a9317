internal import Foundation

/// People's words in header fields, which are ASCII (RFC 5322) or encoded words (RFC 2047).
enum HeaderText {
    /// Words of a subject.
    static func unstructured(_ text: String) -> String {
        isPlain(text) ? text : encodedWords(text)
    }

    /// A name in front of an address: quoted where it is ASCII, so that no comma, bracket or quote in it means anything.
    static func phrase(_ text: String) -> String {
        guard isPlain(text) else { return encodedWords(text) }
        var quoted: [UInt8] = [UInt8(ascii: "\"")]
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { quoted.append(UInt8(ascii: "\\")) }
            quoted.append(byte)
        }
        return String(decoding: quoted + [UInt8(ascii: "\"")], as: UTF8.self)
    }

    /// What needs no encoding: short ASCII that does not look like an encoded word, which readers decode anywhere.
    private static func isPlain(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count <= 60 && bytes.allSatisfy { (0x20...0x7E).contains($0) } && bytes.first != 0x20
            && bytes.last != 0x20 && !zip(bytes, bytes.dropFirst()).contains { ($0, $1) == (0x3D, 0x3F) }
    }

    /// Whole characters in words of at most 64 bytes, so that a line stays within 76 behind the name of a field.
    private static func encodedWords(_ text: String) -> String {
        var words: [String] = []
        var chunk: [UInt8] = []
        func close() {
            words.append("=?UTF-8?B?\(Data(chunk).base64EncodedString())?=")
            chunk = []
        }
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if chunk.count + bytes.count > 39 { close() }
            chunk += bytes
        }
        close()
        return words.joined(separator: "\r\n ")
    }
}
