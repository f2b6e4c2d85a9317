import CLibPQ
import Foundation

/// A parsed connection string: where the servers are and what every session starts with.
struct ConnectionSettings: Sendable {
    struct Host: Sendable, Hashable {
        var host: String?
        var address: String?
        var port: String?

        /// A socket directory or an abstract socket.
        var isSocket: Bool {
            guard let host else { return address == nil }
            return host.isEmpty || host.utf8.first == UInt8(ascii: "/") || host.utf8.first == UInt8(ascii: "@")
        }

        var isLocal: Bool {
            isSocket || ["localhost", "127.0.0.1", "::1"].contains(address ?? host ?? "")
        }

        /// A name that has to be resolved before libpq sees it, because libpq would block on it.
        var unresolvedName: String? {
            guard !isSocket, address == nil, let host else { return nil }
            var v4 = in_addr()
            var v6 = in6_addr()
            if inet_pton(AF_INET, host, &v4) == 1 || inet_pton(AF_INET6, host, &v6) == 1 { return nil }
            return host
        }
    }

    let hosts: [Host]
    private let common: [String: String]
    let connectTimeout: Duration
    /// Whether a server that only replays another's changes will do.
    let allowsStandby: Bool

    init(
        conninfo: String, options: [(name: String, value: String)], applicationName: String, connectTimeout: Duration,
        allowsStandby: Bool
    ) throws {
        var given = try Self.parse(conninfo)
        func list(_ key: String) -> [String] {
            given.removeValue(forKey: key)?.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                ?? []
        }
        let (names, addresses, ports) = (list("host"), list("hostaddr"), list("port"))
        let count = max(1, max(names.count, addresses.count))
        guard ports.count <= 1 || ports.count == count else {
            throw ConfigurationError(description: "the connection string names \(count) hosts and \(ports.count) ports")
        }
        hosts = (0..<count).map { index in
            Host(
                host: index < names.count ? names[index] : nil,
                address: index < addresses.count && !addresses[index].isEmpty ? addresses[index] : nil,
                port: ports.isEmpty ? nil : ports[ports.count == 1 ? 0 : index])
        }
        if hosts.contains(where: { !$0.isLocal }) {
            // Without a mode libpq would prefer encryption and accept none, and would not look at the certificate.
            let mode = given["sslmode"] ?? ProcessInfo.processInfo.environment["PGSSLMODE"] ?? "verify-full"
            guard mode != "prefer", mode != "allow" else {
                throw ConfigurationError(description: "sslmode=\(mode) protects nothing: use verify-full or disable")
            }
            given["sslmode"] = mode
        }
        let settings = options.map { "-c \($0.name)=\(Self.escape($0.value))" }
        given["options"] = ([given["options"]].compactMap { $0 } + settings).joined(separator: " ")
        given["application_name"] = given["application_name"] ?? applicationName
        given["client_encoding"] = "UTF8"
        // The GSS negotiation costs a round trip and reads files of the user's home.
        given["gssencmode"] = given["gssencmode"] ?? "disable"
        given["tcp_user_timeout"] = given["tcp_user_timeout"] ?? "5000"
        // We choose among hosts ourselves, with a deadline for each.
        given["target_session_attrs"] = nil
        given["connect_timeout"] = nil
        common = given
        self.connectTimeout = connectTimeout
        self.allowsStandby = allowsStandby
    }

    func parameters(for host: Host) -> [(key: String, value: String)] {
        var parameters = common
        parameters["host"] = host.host
        parameters["hostaddr"] = host.address
        parameters["port"] = host.port
        return parameters.map { (key: $0.key, value: $0.value) }
    }

    private static func parse(_ conninfo: String) throws -> [String: String] {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(conninfo, &message) else {
            // libpq's message may quote the string, and with it a password.
            PQfreemem(message)
            throw ConfigurationError(description: "the connection string is malformed")
        }
        defer { PQconninfoFree(options) }
        var given: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { given[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return given
    }

    /// Spaces separate the options, so a space inside one takes a backslash.
    private static func escape(_ value: String) -> String {
        var escaped = ""
        for scalar in value.unicodeScalars {
            if scalar == " " || scalar == "\\" || scalar == "\t" || scalar == "\n" { escaped += "\\" }
            escaped.unicodeScalars.append(scalar)
        }
        return escaped
    }

    /// All addresses of the hosts, resolved on a thread of its own since the resolver blocks.
    func resolvedHosts(_ completion: @escaping @Sendable ([Host]) -> Void) {
        if hosts.allSatisfy({ $0.unresolvedName == nil }) {
            completion(hosts)
            return
        }
        let hosts = hosts
        Thread.detachNewThread {
            completion(
                hosts.flatMap { host in host.unresolvedName.map { Self.addresses(of: host, name: $0) } ?? [host] })
        }
    }

    private static func addresses(of host: Host, name: String) -> [Host] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var found: [Host] = []
        var entry = list
        while let info = entry?.pointee {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let failed = getnameinfo(
                info.ai_addr, info.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            if failed == 0 {
                let address = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
                found.append(Host(host: host.host, address: address, port: host.port))
            }
            entry = info.ai_next
        }
        return found
    }
}
