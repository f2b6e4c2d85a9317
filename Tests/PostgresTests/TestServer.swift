import Foundation
import Glibc
import Logging
import Postgres
import Synchronization

/// One private server for the whole run, and a fresh database for whoever asks.
enum TestServer {
    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private static let numbers = Mutex(0)
    private static let folder = URL(filePath: "/tmp/postgres-tests-\(getpid())")

    private static let started = Task {
        let server = PrivateServer(
            directory: folder, durable: false, isTemporary: true, settings: [("max_prepared_transactions", "4")],
            logger: logger)
        try await server.start()
        return server
    }

    static func shared() async throws -> PrivateServer {
        try await started.value
    }

    /// The connection string of an empty database of the caller's own.
    static func emptyDatabase() async throws -> String {
        let number = numbers.withLock { number in
            number += 1
            return number
        }
        let server = try await shared()
        try await server.createDatabase(name: "test_\(number)")
        return server.conninfo(database: "test_\(number)")
    }

    /// Runs `body` with a client of a fresh database and closes the client.
    @discardableResult
    static func withDatabase<R: Sendable>(
        setUp: [Query] = [], configure: (inout Database.Configuration) -> Void = { _ in },
        _ body: (Database) async throws -> R
    ) async throws -> R {
        let conninfo = try await emptyDatabase()
        if !setUp.isEmpty {
            let owner = Database(.init(conninfo: conninfo), logger: logger)
            try await owner.write(as: .none) { transaction in
                for query in setUp { try await transaction.execute(query) }
            }
            await owner.close()
        }
        var configuration = Database.Configuration(conninfo: conninfo)
        // The machine that runs the tests may be busy with other things.
        configuration.maximumWait = .seconds(10)
        configure(&configuration)
        return try await withDatabase(configuration, body)
    }

    @discardableResult
    static func withDatabase<R: Sendable>(
        _ configuration: Database.Configuration, _ body: (Database) async throws -> R
    ) async throws -> R {
        let database = Database(configuration, logger: logger)
        do {
            let value = try await body(database)
            await database.close()
            return value
        } catch {
            await database.close()
            throw error
        }
    }
}

/// Gives up on something that must not take for ever: a hang is a failure, not a wait.
@discardableResult
func within<R: Sendable>(
    _ limit: Duration, _ body: @escaping @Sendable () async throws -> R
) async throws -> R {
    try await withThrowingTaskGroup(of: R.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw TookTooLong(limit: limit)
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw CancellationError() }
        return first
    }
}

struct TookTooLong: Error {
    let limit: Duration
}

/// Asks again and again until the answer is yes.
func eventually(_ limit: Duration = .seconds(5), _ condition: () async throws -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(10))
    }
    return false
}

/// Counts across tasks.
final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    @discardableResult
    func increment() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
