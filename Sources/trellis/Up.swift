import API
import Accounts
import ArgumentParser
import DemoWorld
import Foundation
import House
import Jobs
import Logging
import NIOPosix
import Postgres
import ServiceLifecycle
import UnixSignals

/// Everything in one process: the private PostgreSQL, the migrations, the demo world, the service and its worker.
struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run Trellis on a PostgreSQL of its own, with the demo world loaded.")

    func run() async throws {
        let logger = Logger(label: "trellis") { label in StreamLogHandler.standardError(label: label) }
        do {
            try await run(logger)
        } catch let error as Settings.Refused {
            throw error
        } catch {
            // What an error says of itself to visitors is too little for whoever runs the service.
            logger.critical("\(String(reflecting: error))")
            throw ExitCode.failure
        }
    }

    private func run(_ logger: Logger) async throws {
        let settings = try Settings()
        try FileManager.default.createDirectory(at: settings.data, withIntermediateDirectories: true)
        try hold(settings.data)
        try Data("\(ProcessInfo.processInfo.processIdentifier)\n".utf8)
            .write(to: settings.data.appending(path: "trellis.pid"))
        defer { try? FileManager.default.removeItem(at: settings.data.appending(path: "trellis.pid")) }

        var server: PrivateServer?
        let conninfo: String
        if let given = settings.databaseURL {
            conninfo = given
        } else {
            say("Starting PostgreSQL in \(settings.data.path)")
            let own = PrivateServer(directory: settings.data.appending(path: "postgres"), logger: logger)
            try await own.start()
            server = own
            do {
                try await own.createDatabase(name: "trellis")
            } catch let error as DatabaseError where error.sqlState == "42P04" {
                // It is there from an earlier start.
            }
            conninfo = own.conninfo(database: "trellis")
        }
        let note = settings.data.appending(path: "conninfo")
        try Settings.write(Data(conninfo.utf8), privatelyTo: note)
        defer { try? FileManager.default.removeItem(at: note) }
        let applied = try await Migrator(directory: Settings.migrations).apply(to: conninfo, logger: logger)
        if !applied.isEmpty { say("Applied \(applied.count) migrations") }

        let database = settings.database(conninfo, logger: logger)
        let house = settings.house(database, logger: logger)
        var token: String?
        if settings.loadsDemo {
            let hash = try await house.hasher.hash(Cast.password)
            try await DemoWorld(in: database, now: Date(), passwordHash: hash).load { say("Loaded \($0)") }
            token = try await demoToken(database, settings, house.gate)
        }

        let edge = try house.edge(settings.edge(logs: .standardError), logger: logger)
        let (jobs, keeper) = settings.workerDatabases(conninfo, logger: logger)
        let worker = House.worker(
            jobs: jobs, keeper: keeper, post: settings.post, scanner: settings.scanner, logger: logger)
        var group = ServiceGroupConfiguration(
            services: [
                .init(service: edge, successTerminationBehavior: .gracefullyShutdownGroup),
                .init(service: worker, successTerminationBehavior: .gracefullyShutdownGroup),
                .init(service: house.indexes, successTerminationBehavior: .gracefullyShutdownGroup),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(25)
        Task {
            let port = await edge.listeningPort()
            if port > 0 { greet(port: port, token: token) }
        }
        let services = ServiceGroup(configuration: group)
        func close() async {
            for database in [database, jobs, keeper] { await database.close() }
            await server?.stop()
        }
        do {
            try await services.run()
        } catch {
            await close()
            throw error
        }
        await close()
        say("Stopped.")
    }

    /// Holds the data folder until this process ends, however it ends: a second one on it would take away what the first
    /// one needs.
    private func hold(_ folder: URL) throws {
        let lock = open(folder.appending(path: "lock").path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw Settings.Refused(
                description: "Trellis runs on \(folder.path) already. End it with Scripts/stop, or set TRELLIS_DATA.")
        }
    }

    /// A token for the demo's program manager, made once and kept beside the data. One that this database does not know
    /// was made for another.
    private func demoToken(_ database: Database, _ settings: Settings, _ gate: Gate) async throws -> String {
        let file = settings.data.appending(path: "demo-token")
        if let kept = try? String(contentsOf: file, encoding: .utf8),
            try await gate.principal(bearing: kept) != nil
        {
            return kept
        }
        let secret = Secret(prefix: "trellis_")
        _ = try await database.write(as: .system(in: Cast.harbour.id)) { transaction in
            try await transaction.issueToken(
                UUID(), secret, name: "demo", scopes: ["read", "write"], seat: Cast.mei.seat(),
                person: Cast.mei.person.id, days: 365)
        }
        try Settings.write(Data(secret.text.utf8), privatelyTo: file)
        return secret.text
    }

    /// Said in one piece, so that whoever waits for its first line finds all of it.
    private func greet(port: Int, token: String?) {
        var lines = ["", "Trellis is at http://127.0.0.1:\(port)", ""]
        if let token {
            lines.append("Sign in with the password “\(Cast.password)” as")
            for member in Cast.everybody {
                lines.append(
                    "  \(member.person.email.padding(toLength: 26, withPad: " ", startingAt: 0)) \(member.part)")
            }
            lines += [
                "", "API token of \(Cast.mei.person.name), program manager:", "  \(token)",
                "  curl -H 'Authorization: Bearer \(token)' http://127.0.0.1:\(port)/v1/startups",
            ]
        } else {
            lines += [
                "Found a workspace and invite its first manager, unless that is done:",
                "  Scripts/trellis found --help",
            ]
        }
        say((lines + ["", "The reference is at /docs. Ctrl-C stops everything."]).joined(separator: "\n"))
    }

    /// For the person at the terminal; what operators read goes to standard error.
    private func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
