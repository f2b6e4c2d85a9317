internal import Crypto
internal import Foundation

/// 256 random bits that somebody carries, of which we keep the SHA-256 alone.
public struct Secret: Sendable {
    /// What its holder presents: `prefix` and 43 characters of base64url.
    public let text: String
    /// What we store, 32 bytes.
    public let hash: [UInt8]

    /// A fresh secret. The prefix lets a scanner recognise one that leaked.
    public init(prefix: String) {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<4).flatMap { _ in withUnsafeBytes(of: generator.next() as UInt64, Array.init) }
        let random = Data(bytes).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        self.init(presented: prefix + random)
    }

    /// The secret that somebody presents, whether or not we know it.
    public init(presented text: String) {
        self.text = text
        hash = Array(SHA256.hash(data: Array(text.utf8)))
    }
}
