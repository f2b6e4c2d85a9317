import API
import ArgumentParser
import Foundation
import House
import Jobs
import Logging
import Postgres
import ServiceLifecycle
import UnixSignals

/// One stateless process of many: HTTP only, on the database that `DATABASE_URL` names.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Serve HTTP on the database of DATABASE_URL.")

    func run() async throws {
        let (settings, conninfo, logger) = try Serve.prepared()
        let database = settings.database(conninfo, logger: logger)
        let house = settings.house(database, logger: logger)
        let edge = try house.edge(settings.edge(logs: .standardError), logger: logger)
        try await Serve.runs(edge, house.indexes, logger: logger)
        await database.close()
    }

    static func prepared() throws -> (Settings, conninfo: String, Logger) {
        let settings = try Settings()
        guard let conninfo = settings.databaseURL else {
            throw Settings.Refused(description: "DATABASE_URL names no database.")
        }
        let logger = Logger(label: "trellis") { label in StreamLogHandler.standardError(label: label) }
        return (settings, conninfo, logger)
    }

    static func runs(_ services: any Service..., logger: Logger) async throws {
        let configuration = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        try await ServiceGroup(configuration: configuration).run()
    }
}

/// One of many workers: runs what transactions enqueued.
struct Work: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run jobs on the database of DATABASE_URL.")

    func run() async throws {
        let (settings, conninfo, logger) = try Serve.prepared()
        let (jobs, keeper) = settings.workerDatabases(conninfo, logger: logger)
        try await Serve.runs(
            House.worker(jobs: jobs, keeper: keeper, post: settings.post, scanner: settings.scanner, logger: logger),
            logger: logger)
        for database in [jobs, keeper] { await database.close() }
    }
}

/// Brings the schema up to date, as its owner.
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Apply new migrations to the database of DATABASE_URL.")

    func run() async throws {
        let (_, conninfo, logger) = try Serve.prepared()
        for migration in try await Migrator(directory: Settings.migrations).apply(to: conninfo, logger: logger) {
            print("applied \(migration.version) \(migration.name)")
        }
    }
}
