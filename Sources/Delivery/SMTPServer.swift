internal import Foundation

/// The server that takes our mail, as one address says it.
///
/// ```
/// smtp://relay.example.org                         TLS where the server offers it
/// smtp://user:password@relay.example.org:587       TLS or nothing, because a password goes over the wire
/// smtp://relay.example.org?tls=required            TLS or nothing
/// smtps://relay.example.org                        TLS from the first byte
/// ```
///
/// A path is the name we greet with (the sender's domain unless given), `ca=FILE` names the certificates to trust instead
/// of the system's. Where TLS is demanded the server's certificate is checked; where it is only taken when offered it is
/// not, since whoever could forge it could as well strike the offer (RFC 7435).
public struct SMTPServer: Sendable, CustomStringConvertible {
    /// Why an address is not one of a mail server. Its text never repeats the address, which may hold a password.
    public struct Malformed: Error, CustomStringConvertible {
        /// What is wrong.
        public let description: String
    }

    /// Without the credential.
    public let description: String
    let url: String
    let user: String?
    let password: String?
    let greeting: String?
    let demandsTLS: Bool
    let authorities: String?

    /// Reads an address.
    public init(_ address: String) throws(Malformed) {
        guard let parts = URLComponents(string: address), let host = parts.host, !host.isEmpty,
            ["smtp", "smtps"].contains(parts.scheme)
        else { throw Malformed(description: "expected smtp://HOST:PORT or smtps://HOST:PORT") }
        var (isRequired, authorities): (Bool, String?) = (false, nil)
        for item in parts.queryItems ?? [] {
            switch (item.name, item.value) {
            case ("tls", "required"): isRequired = true
            case ("ca", let file?): authorities = file
            default: throw Malformed(description: "the only options are tls=required and ca=FILE")
            }
        }
        let greeting = parts.path.utf8.drop { $0 == UInt8(ascii: "/") }
        guard greeting.allSatisfy({ HeaderText.isLetterOrDigit($0) || $0 == 0x2D || $0 == 0x2E }) else {
            throw Malformed(description: "the path is the host name to greet with")
        }
        let isLocal = host == "localhost" || host == "[::1]" || host.utf8.starts(with: "127.".utf8)
        user = parts.user
        password = parts.password
        demandsTLS = parts.scheme == "smtps" || isRequired || (parts.user != nil && !isLocal)
        self.authorities = authorities
        self.greeting = greeting.isEmpty ? nil : String(decoding: greeting, as: UTF8.self)
        url = "\(parts.scheme ?? "smtp")://\(parts.encodedHost ?? host)\(parts.port.map { ":\($0)" } ?? "")"
        description = url
    }
}
