import Crypto
import Foundation

/// Seals positions in lists, so that a client can neither read, forge nor reuse them elsewhere.
///
/// The additional data binds a cursor to the seat, the operation and the filters; a change of any makes it useless.
struct CursorSeal: Sendable {
    private let key: SymmetricKey

    /// The key is derived, so that one configured secret can serve several purposes.
    init(secret: [UInt8]) {
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: secret), info: Data("trellis page cursor".utf8), outputByteCount: 32)
    }

    private struct Content<Position: Codable>: Codable {
        let until: Int
        let position: Position
    }

    func seal(_ position: some Encodable, binding: [UInt8], until: Int) throws -> String {
        var plain = Array("{\"until\":\(until),\"position\":".utf8)
        plain += try JSONBytes.encode(position)
        plain.append(UInt8(ascii: "}"))
        let box = try AES.GCM.seal(plain, using: key, authenticating: binding)
        return Base64URL.text(Array(box.nonce) + Array(box.ciphertext) + Array(box.tag))
    }

    func open<Position: Decodable>(
        _ text: String, as type: Position.Type, binding: [UInt8], now: Int
    ) -> Position? {
        guard let bytes = Base64URL.bytes(text), bytes.count > 28,
            let nonce = try? AES.GCM.Nonce(data: bytes.prefix(12)),
            let box = try? AES.GCM.SealedBox(
                nonce: nonce, ciphertext: bytes[12..<(bytes.count - 16)], tag: bytes.suffix(16)),
            let plain = try? AES.GCM.open(box, using: key, authenticating: binding),
            let tree = try? JSON(parsing: Array(plain)),
            case .number(let until) = tree["until"], let limit = until.integer, limit > now,
            let position = tree["position"]
        else { return nil }
        return try? position.decode(type)
    }
}

/// Base64 for URLs, without padding (RFC 4648, section 5).
enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    static func text(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let rest = bytes.count - index
            let first = bytes[index]
            let second = rest > 1 ? bytes[index + 1] : 0
            let third = rest > 2 ? bytes[index + 2] : 0
            text.append(alphabet[Int(first >> 2)])
            text.append(alphabet[Int((first & 3) << 4 | second >> 4)])
            if rest > 1 { text.append(alphabet[Int((second & 15) << 2 | third >> 6)]) }
            if rest > 2 { text.append(alphabet[Int(third & 63)]) }
            index += 3
        }
        return String(decoding: text, as: UTF8.self)
    }

    static func bytes(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer: UInt32 = 0
        var bits = 0
        for character in text.utf8 {
            let value: UInt8
            switch character {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = character - UInt8(ascii: "A")
            case UInt8(ascii: "a")...UInt8(ascii: "z"): value = character - UInt8(ascii: "a") + 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = character - UInt8(ascii: "0") + 52
            case UInt8(ascii: "-"): value = 62
            case UInt8(ascii: "_"): value = 63
            default: return nil
            }
            buffer = buffer << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
                buffer &= (1 << UInt32(bits)) - 1
            }
        }
        // Left-over bits must be zero, or two texts would mean the same bytes.
        return bits < 6 && buffer == 0 ? bytes : nil
    }
}
