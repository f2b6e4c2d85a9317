internal import Foundation

/// A text as the body of a MIME part (RFC 2045): lines of at most 76 bytes of ASCII between CR LF.
enum TransferEncoding {
    /// The encoding's name and the lines. Quoted-printable where a person can still read it, base64 for other scripts.
    static func encoded(_ text: String) -> (name: String, lines: String) {
        let bytes = canonical(text)
        let foreign = bytes.count { $0 >= 0x80 }
        return foreign * 6 > bytes.count
            ? ("base64", Data(bytes).base64EncodedString(options: [.lineLength76Characters]))
            : ("quoted-printable", quotedPrintable(bytes))
    }

    /// Every line ends in CR LF, whatever ended it before.
    static func canonical(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var last: UInt8 = 0
        for byte in text.utf8 {
            switch byte {
            case 13: bytes += [13, 10]
            case 10: if last != 13 { bytes += [13, 10] }
            default: bytes.append(byte)
            }
            last = byte
        }
        return bytes
    }

    private static func quotedPrintable(_ bytes: [UInt8]) -> String {
        let hex = Array("0123456789ABCDEF".utf8)
        var out: [UInt8] = []
        var column = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 13 {
                out += [13, 10]
                column = 0
                index += 2
                continue
            }
            let endsLine = index + 1 == bytes.count || bytes[index + 1] == 13
            // White space at the end of a line is lost on the way unless it is spelt.
            let isPlain =
                (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=")
                || (byte == 0x20 || byte == 0x09) && !endsLine
            let piece = isPlain ? [byte] : [UInt8(ascii: "="), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            if column + piece.count > 75 {
                out += [UInt8(ascii: "="), 13, 10]
                column = 0
            }
            out += piece
            column += piece.count
            index += 1
        }
        return String(decoding: out, as: UTF8.self)
    }
}
