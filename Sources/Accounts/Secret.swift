internal import Crypto
internal import Foundation
public import Vocabulary

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

/// What the link of a letter carries that opens before anybody is known: in which workspace to look, and a secret of which we
/// keep the hash alone.
public struct WorkspaceSecret: Sendable {
    /// The workspace.
    public let tenant: Tenant.ID
    /// The whole of it, which whoever has the link presents.
    public let secret: Secret

    /// A fresh one.
    public init(in tenant: Tenant.ID) {
        self.tenant = tenant
        secret = Secret(prefix: Self.text(of: tenant))
    }

    /// The one that somebody presents, whether or not we know it; nil for what cannot be one.
    public init?(_ text: String) {
        guard text.utf8.count == 32 + 43, let tenant = Self.tenant(in: text.utf8.prefix(32)) else { return nil }
        self.tenant = tenant
        secret = Secret(presented: text)
    }

    private static func text(of tenant: Tenant.ID) -> String {
        tenant.description.split(separator: "-").joined()
    }

    private static func tenant(in digits: some Collection<UInt8>) -> Tenant.ID? {
        var text: [UInt8] = []
        for (place, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(place) { text.append(UInt8(ascii: "-")) }
            text.append(digit)
        }
        return Tenant.ID(String(decoding: text, as: UTF8.self))
    }
}
