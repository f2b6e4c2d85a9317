/// The cookies of this site. `__Host-` binds them to this host and to TLS; without TLS browsers would refuse the prefix.
struct Cookies: Sendable {
    let isSecure: Bool

    var sessionName: String { isSecure ? "__Host-trellis" : "trellis" }
    var formName: String { isSecure ? "__Host-trellis-form" : "trellis-form" }

    func set(_ value: String, lifetime: Int?) -> HeaderField {
        let age = lifetime.map { "; Max-Age=\(max($0, 0))" } ?? ""
        return HeaderField("Set-Cookie", "\(sessionName)=\(value)\(attributes)\(age)")
    }

    func clear() -> HeaderField {
        HeaderField("Set-Cookie", "\(sessionName)=\(attributes); Max-Age=0")
    }

    func form(_ value: String) -> HeaderField {
        HeaderField("Set-Cookie", "\(formName)=\(value)\(attributes)")
    }

    private var attributes: String { "; Path=/; HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "") }

    /// The value of a cookie; nil when it is missing, or there twice with different values.
    static func value(_ name: String, in header: String) -> String? {
        var found: String?
        for part in header.utf8.split(separator: UInt8(ascii: ";")) {
            let part = EntityTag.trimmed(part)
            guard let equals = part.firstIndex(of: UInt8(ascii: "=")), part[..<equals].elementsEqual(name.utf8) else {
                continue
            }
            let value = String(part[part.index(after: equals)...]) ?? ""
            if let found, found != value { return nil }
            found = value
        }
        return found.flatMap { $0.utf8.isEmpty || $0.utf8.count > 512 ? nil : $0 }
    }
}
