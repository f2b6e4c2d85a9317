import API
import Accounts
import Crypto
import Delivery
import Files
import Foundation
import House
import Jobs
import Letters
import Logging
import NIOPosix
import Postgres

/// What the environment says, with its defaults.
struct Settings {
    let port: Int
    let data: URL
    let databaseURL: String?
    let loadsDemo: Bool
    let publicURL: String?
    /// Where documents are handed out, if not where pages are.
    let documentsURL: String?
    /// Reverse proxies, by their addresses, whose word on where a request comes from is taken.
    let proxies: Set<String>
    /// Sign-ins and unknown credentials that one address may try a minute; 0 sets no limit.
    let signInsPerMinute: Int
    /// Downloads, and what looks at a whole market, that one seat may ask for a minute; 0 sets no limit.
    let expensivePerMinute: Int
    /// How letters leave; none without a mail server.
    let post: LetterPost?
    /// The virus scanner, if one is set up.
    let scanner: Clamd?

    init(_ environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        let port = environment["TRELLIS_PORT"] ?? "8080"
        guard let number = Int(port), (0...65_535).contains(number) else {
            throw Refused(description: "TRELLIS_PORT is not a port: \(port)")
        }
        self.port = number
        data = URL(filePath: environment["TRELLIS_DATA"] ?? ".trellis").absoluteURL
        databaseURL = environment["DATABASE_URL"].flatMap { $0.isEmpty ? nil : $0 }
        loadsDemo = environment["TRELLIS_DEMO"] != "0"
        publicURL = environment["TRELLIS_URL"]
        documentsURL = try Self.documents(environment)
        proxies = try Self.proxies(environment)
        post = try Self.post(environment)
        scanner = try Self.scanner(environment)
        signInsPerMinute = try Self.limit("TRELLIS_SIGN_INS_PER_MINUTE", environment, otherwise: "30")
        expensivePerMinute = try Self.limit("TRELLIS_EXPENSIVE_PER_MINUTE", environment, otherwise: "60")
    }

    private static func limit(
        _ name: String, _ environment: [String: String], otherwise standard: String
    ) throws -> Int {
        let text = environment[name] ?? standard
        guard let limit = Int(text), (0...100_000).contains(limit) else {
            throw Refused(description: "\(name) is not a number from 0: \(text)")
        }
        return limit
    }

    /// The mail server, with whom letters are from and where their links lead: all of it or nothing.
    private static func post(_ environment: [String: String]) throws -> LetterPost? {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        guard let server = value("TRELLIS_SMTP_URL") else { return nil }
        guard let sender = value("TRELLIS_MAIL_FROM"), let site = value("TRELLIS_URL") else {
            throw Refused(description: "TRELLIS_SMTP_URL needs TRELLIS_MAIL_FROM and TRELLIS_URL beside it.")
        }
        func mailbox(_ text: String, _ name: String) throws -> Mailbox {
            do { return try Mailbox(parsing: text) } catch {
                throw Refused(
                    description: "\(name) is not a mailbox such as Harbour Park <office@park.example>: \(text)")
            }
        }
        do {
            return LetterPost(
                by: SMTPMailer(try SMTPServer(server)), from: try mailbox(sender, "TRELLIS_MAIL_FROM"),
                replyTo: try value("TRELLIS_MAIL_REPLY_TO").map { try mailbox($0, "TRELLIS_MAIL_REPLY_TO") }, site: site
            )
        } catch let malformed as SMTPServer.Malformed {
            throw Refused(description: "TRELLIS_SMTP_URL is not the address of a mail server: \(malformed.description)")
        }
    }

    /// The documents' host: another name than the pages', since a browser sends cookies by name, whatever the port.
    private static func documents(_ environment: [String: String]) throws -> String? {
        guard let text = environment["TRELLIS_DOCUMENTS_URL"], !text.isEmpty else { return nil }
        guard let site = environment["TRELLIS_URL"].flatMap(URL.init(string:)), let own = site.host() else {
            throw Refused(description: "TRELLIS_DOCUMENTS_URL needs TRELLIS_URL beside it.")
        }
        guard let url = URL(string: text), let host = url.host(), !host.isEmpty,
            ["http", "https"].contains(url.scheme), ["", "/"].contains(url.path()), url.query() == nil, url.user == nil
        else {
            throw Refused(
                description: "TRELLIS_DOCUMENTS_URL is no address such as https://files.example.org: \(text)")
        }
        guard host.lowercased() != own.lowercased() else {
            throw Refused(
                description: "TRELLIS_DOCUMENTS_URL names the host of TRELLIS_URL; give it a name of its own.")
        }
        guard site.scheme != "https" || url.scheme == "https" else {
            throw Refused(description: "TRELLIS_DOCUMENTS_URL is not https, as TRELLIS_URL is: \(text)")
        }
        return text
    }

    private static func proxies(_ environment: [String: String]) throws -> Set<String> {
        let named = (environment["TRELLIS_PROXIES"] ?? "").split(separator: ",")
            .map { $0.trimmingCharacters(in: .whitespaces) }
        for address in named
        where !address.contains(where: { $0 == "." || $0 == ":" })
            || !address.allSatisfy({ $0.isASCII && $0.isHexDigit || $0 == "." || $0 == ":" })
        {
            throw Refused(
                description: "TRELLIS_PROXIES lists addresses such as 127.0.0.1, with commas between: \(address)")
        }
        return Set(named)
    }

    private static func scanner(_ environment: [String: String]) throws -> Clamd? {
        guard let text = environment["TRELLIS_CLAMD"], !text.isEmpty else { return nil }
        guard let scanner = Clamd(text) else {
            throw Refused(description: "TRELLIS_CLAMD is neither HOST:PORT nor the path of a socket: \(text)")
        }
        return scanner
    }

    /// A message for the person at the terminal.
    struct Refused: Error, CustomStringConvertible {
        let description: String
    }

    /// The migrations beside the executable's sources or, installed, beside the executable.
    static var migrations: URL {
        get throws {
            let executable = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
                .deletingLastPathComponent()
            let places = [
                ProcessInfo.processInfo.environment["TRELLIS_MIGRATIONS"].map { URL(filePath: $0) },
                URL(filePath: "Migrations"), executable.appending(path: "Migrations"),
                // .build/<triple>/<configuration>/trellis
                executable.appending(path: "../../../Migrations").standardized,
            ].compactMap(\.self)
            guard let found = places.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
                throw Refused(description: "The folder Migrations was not found; name it by TRELLIS_MIGRATIONS.")
            }
            return found
        }
    }

    /// The database as the service uses it: as the role that owns nothing.
    func database(_ conninfo: String, logger: Logger) -> Database {
        Database(Database.Configuration(conninfo: conninfo, role: "trellis_app"), logger: logger)
    }

    /// The connections of a worker, apart from those that answer requests.
    func workerDatabases(_ conninfo: String, logger: Logger) -> (jobs: Database, keeper: Database) {
        var (jobs, keeper) = (
            Database.Configuration(conninfo: conninfo, role: "trellis_app"),
            Database.Configuration(conninfo: conninfo, role: "trellis_app")
        )
        jobs.transactionConnections = Worker.Configuration().concurrency + 2
        (keeper.readConnections, keeper.transactionConnections) = (1, 3)
        return (Database(jobs, logger: logger), Database(keeper, logger: logger))
    }

    func house(_ database: Database, logger: Logger) -> House {
        House(
            database: database, hasher: PasswordHasher(threads: NIOThreadPool.singleton), sendsMail: post != nil,
            hasScanner: scanner != nil,
            logger: logger)
    }

    /// The private server that `trellis up` runs on the data folder at this moment.
    func runningPrivateServer() throws -> String {
        let note = data.appending(path: "conninfo")
        guard let conninfo = try? String(contentsOf: note, encoding: .utf8) else {
            throw Refused(description: "Trellis does not run on \(data.path), and DATABASE_URL names no database.")
        }
        return conninfo
    }

    /// The edge's settings. The secret that seals cursors is kept in the data folder, so that a restart breaks none.
    func edge(logs: LogStream?) throws -> Edge.Configuration {
        var configuration = Edge.Configuration(secret: try secret())
        configuration.port = port
        configuration.publicURL = publicURL
        configuration.documentsURL = documentsURL
        configuration.trustedProxies = proxies
        configuration.requestLog = logs
        configuration.rates = rates
        return configuration
    }

    /// What is limited. A person mistypes a few times, and a guesser does not get far; a person opens many files, and whoever
    /// has them all fetched by a program leaves room for others.
    var rates: [RateClass: Rate] {
        [RateClass.signIn: signInsPerMinute, .expensive: expensivePerMinute].filter { $0.value > 0 }
            .mapValues { Rate(perSecond: Double($0) / 60, burst: Double(max(10, $0))) }
    }

    private func secret() throws -> [UInt8] {
        let file = data.appending(path: "secret")
        if let kept = try? Data(contentsOf: file), kept.count >= 32 { return Array(kept) }
        let fresh = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
        try Self.write(fresh, privatelyTo: file)
        return Array(fresh)
    }

    static func write(_ contents: Data, privatelyTo file: URL) throws {
        guard
            FileManager.default.createFile(
                atPath: file.path, contents: contents, attributes: [.posixPermissions: 0o600])
        else { throw Refused(description: "Cannot write \(file.path).") }
    }
}
