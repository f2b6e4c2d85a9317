import Accounts
import ArgumentParser
import Foundation
import Investment
import Jobs
import Logging
import Postgres

/// A workspace as a command reaches it: on the database of DATABASE_URL, or the private one while `trellis up` runs it.
struct Workspace {
    let tenant: Tenant
    let database: Database
    private let settings: Settings
    private let conninfo: String
    private let logger: Logger

    /// As whom a command acts: the service itself, inside the workspace.
    var context: Context { .system(in: tenant.id) }
    var reader: Reader { database.reader(as: context) }

    /// Reaches a workspace while `body` lasts.
    ///
    /// - Parameters:
    ///   - slug: its short name.
    ///   - statementTimeout: for commands whose statements take longer than anybody would wait for a page.
    ///
    /// Throws `ValidationError` when there is none.
    static func open<Result>(
        _ slug: String, statementTimeout: Duration? = nil, _ body: (Workspace) async throws -> Result
    ) async throws -> Result {
        let logger = Logger(label: "trellis") { label in StreamLogHandler.standardError(label: label) }
        let settings = try Settings()
        let conninfo = try settings.databaseURL ?? settings.runningPrivateServer()
        var configuration = Database.Configuration(conninfo: conninfo, role: "trellis_app")
        if let statementTimeout { configuration.statementTimeout = statementTimeout }
        let database = Database(configuration, logger: logger)
        do {
            guard let tenant = try await database.reader(as: .gate).tenant(called: slug) else {
                throw ValidationError("There is no workspace called \(slug).")
            }
            let result = try await body(
                Workspace(tenant: tenant, database: database, settings: settings, conninfo: conninfo, logger: logger))
            await database.close()
            return result
        } catch {
            await database.close()
            throw error
        }
    }

    /// Performs match runs and trainings here while `body` watches, unless another worker is quicker.
    func working<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        var quiet = logger
        quiet.logLevel = .warning
        let logger = quiet
        let (jobs, keeper) = settings.workerDatabases(conninfo, logger: logger)
        let worker = Worker(database: jobs, keeper: keeper, logger: logger)
        InvestmentRoom.register(in: worker, database: jobs)
        let result: Swift.Result<Result, any Error> = await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do { try await worker.run() } catch is CancellationError {} catch {
                    logger.critical("\(String(reflecting: error))")
                }
            }
            defer { group.cancelAll() }
            do { return .success(try await body()) } catch { return .failure(error) }
        }
        for database in [jobs, keeper] { await database.close() }
        return try result.get()
    }

    /// Asks for the state of work until nothing more comes of it, and shows on the way how far it is.
    func watching<State>(
        _ name: String, _ state: () async throws -> State,
        progress: (State) -> (state: WorkState, progress: WorkProgress?)
    ) async throws -> State {
        let bar = ProgressBar(name)
        while true {
            let current = try await state()
            let (work, done) = progress(current)
            guard work.isUnderWay else {
                bar.clear()
                return current
            }
            if let done { bar.show(done.done, of: done.total) }
            try await Task.sleep(for: .milliseconds(250))
        }
    }
}
