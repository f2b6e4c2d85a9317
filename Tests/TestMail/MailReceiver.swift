package import Foundation

/// A real mail server of a test's own, `receiver.py`: a recipient's address says how it misbehaves. It ends with the value.
package final class MailReceiver: Sendable {
    /// Where it listens on 127.0.0.1.
    package let port: Int
    private let process: Process
    private let lifeline: Pipe
    private let folder: URL

    /// Thrown when there is no receiver.
    package struct NotStarted: Error {}

    /// How it wants to be spoken to.
    package enum Wire: Sendable {
        /// In the clear.
        case clear
        /// STARTTLS is offered, with a certificate for `localhost` that only its own file vouches for.
        case offersTLS
        /// TLS from the first byte, with such a certificate.
        case tlsAtOnce
    }

    /// Starts a receiver.
    ///
    /// - Parameter user: `name:password` that it wants before it takes anything.
    package init(_ wire: Wire = .clear, user: String? = nil) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "mail-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        guard let script = Bundle.module.url(forResource: "receiver", withExtension: "py") else { throw NotStarted() }
        var arguments = ["python3", script.path, folder.appending(path: "received").path]
        if wire != .clear {
            let (key, certificate) = (folder.appending(path: "key.pem").path, folder.appending(path: "ca.pem").path)
            try Self.run(
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key,
                "-out", certificate)
            arguments += [wire == .offersTLS ? "--tls" : "--tls-at-once", certificate, key]
        }
        if let user { arguments += ["--user", user] }
        process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        lifeline = Pipe()
        process.standardInput = lifeline
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let line = output.fileHandleForReading.availableData
        guard let port = Int(String(decoding: line, as: UTF8.self).trimmingCharacters(in: .newlines)) else {
            throw NotStarted()
        }
        self.port = port
    }

    deinit {
        process.terminate()
        try? FileManager.default.removeItem(at: folder)
    }

    /// The certificate to trust.
    package var authority: String { folder.appending(path: "ca.pem").path }

    /// What it took, the oldest first.
    package var received: [ReceivedMail] {
        get throws {
            guard let lines = try? Data(contentsOf: folder.appending(path: "received")) else { return [] }
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            return try lines.split(separator: UInt8(ascii: "\n")).map {
                try decoder.decode(ReceivedMail.self, from: $0)
            }
        }
    }

    private static func run(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw NotStarted() }
    }
}

/// A message as Python's `email` read it.
package struct ReceivedMail: Decodable, Sendable {
    package struct Box: Decodable, Sendable, Equatable {
        package let name: String
        package let address: String

        package init(name: String, address: String) {
            self.name = name
            self.address = address
        }
    }

    package let envelopeFrom: String
    package let envelopeTo: String
    package let isEncrypted: Bool
    package let raw: Data
    package let longestLine: Int
    package let bareLineEnds: Int
    package let headers: [String]
    package let from: [Box]
    package let to: [Box]
    package let replyTo: [Box]
    package let subject: String
    package let date: String
    package let messageId: String
    package let autoSubmitted: String
    package let language: String
    package let type: String
    package let parts: [String]
    package let encodings: [String]
    package let plain: String
    package let html: String
    package let htmlLang: String?
    package let htmlWords: [String]
    package let htmlTags: [String]
    package let links: [String]
    package let defects: [String]
}
