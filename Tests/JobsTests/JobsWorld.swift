import Foundation
import Jobs
import Logging
import Postgres
import ServiceLifecycle
import Synchronization
import Testing

/// A fresh database with the tables of jobs, and two of the tests' own: `effects` records what handlers did, and
/// `notes` is a table of tenants as rooms have them.
struct JobsWorld: Sendable {
    let database: Database
    let conninfo: String

    static let north = UUID()
    static let south = UUID()
    static let ana = UUID()

    static let system = Context([(name: "trellis.role", value: "system")])
    static let `operator` = Context([(name: "trellis.role", value: "operator")])
    static let gate = Context([(name: "trellis.role", value: "gate")])

    static func member(of tenant: UUID, role: String = "manager") -> Context {
        Context([
            (name: "trellis.tenant", value: tenant.uuidString), (name: "trellis.person", value: ana.uuidString),
            (name: "trellis.role", value: role), (name: "trellis.request", value: "r-1"),
        ])
    }

    /// Ends all sessions of the database under its users' hands.
    func breakConnections() async throws {
        var configuration = Database.Configuration(conninfo: conninfo)
        configuration.maximumWait = .seconds(30)
        let owner = Database(configuration, logger: .quiet)
        try await owner.write(as: .none) {
            _ = try await $0.rows(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()
                """)
        }
        await owner.close()
    }

    func effects() async throws -> [String] {
        try await database.reader(as: Self.system).rows("SELECT label FROM effects ORDER BY id").map { try $0("label") }
    }

    func jobs() async throws -> [JobRecord] {
        try await JobState.allCases.asyncFlatMap {
            try await database.reader(as: Self.system).jobs(in: $0, limit: 10_000)
        }
    }

    func status(_ id: UUID) async throws -> JobStatus {
        try #require(try await database.reader(as: Self.system).jobStatus(id))
    }

    func lastError(_ id: UUID) async throws -> String? {
        try await database.reader(as: Self.operator).value("SELECT last_error FROM jobs WHERE id = \(id)")
    }

    @discardableResult
    func enqueue<J: Job>(_ job: J, key: String? = nil, as context: Context = member(of: north)) async throws -> UUID {
        try await database.write(as: context) { try await $0.enqueue(job, key: key) }
    }

    /// Quick to retry, quick to poll; leases are long unless a test shortens them.
    func worker(_ adjust: (inout Worker.Configuration) -> Void = { _ in }) -> Worker {
        var configuration = Worker.Configuration()
        configuration.poll = .milliseconds(20)
        configuration.heartbeat = .milliseconds(50)
        configuration.lease = .seconds(5)
        configuration.retryPause = .milliseconds(10)
        configuration.shutdownGrace = .seconds(5)
        configuration.progressInterval = .zero
        adjust(&configuration)
        return Worker(database: database, logger: .quiet, configuration: configuration)
    }
}

extension Logger {
    static let quiet = Logger(label: "jobs") { _ in SwiftLogNoOpLogHandler() }
}

extension Sequence where Self: Sendable {
    fileprivate func asyncFlatMap<T>(_ transform: (Element) async throws -> [T]) async rethrows -> [T] {
        var result: [T] = []
        for element in self { result += try await transform(element) }
        return result
    }
}

/// One server for all tests of this module, with a template to clone. It ends with the process, and its directory, too.
private let server = Task {
    let directory = URL(filePath: NSTemporaryDirectory() + "/trellis-jobs-" + UUID().uuidString.prefix(8))
    let server = PrivateServer(
        directory: directory, durable: false, isTemporary: true, settings: [("max_connections", "300")], logger: .quiet)
    try await server.start()
    try await server.createDatabase(name: "template")
    let template = server.conninfo(database: "template")
    _ = try await Migrator(directory: migrations).apply(to: template, logger: .quiet)
    let owner = Database(.init(conninfo: template), logger: .quiet)
    try await owner.write(as: .none) { transaction in
        for statement in testTables { try await transaction.execute(statement) }
    }
    await owner.close()
    return server
}

private let migrations = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "Migrations")

private let testTables: [Query] = [
    "CREATE TABLE effects (id bigint GENERATED ALWAYS AS IDENTITY, label text NOT NULL)",
    "CREATE TABLE notes (tenant_id uuid NOT NULL DEFAULT acting_tenant(), body text NOT NULL)",
    "ALTER TABLE notes ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE notes FORCE ROW LEVEL SECURITY",
    "CREATE POLICY notes_of_a_tenant ON notes USING (tenant_id = acting_tenant() OR acting_role() = 'system')",
    "GRANT SELECT, INSERT ON effects, notes TO trellis_app",
]

/// Runs a test in a database of its own.
func withJobs<Result: Sendable>(_ body: (JobsWorld) async throws -> Result) async throws -> Result {
    let server = try await server.value
    let name = "jobs_" + UUID().uuidString.lowercased().prefix(8)
    try await server.createDatabase(name: name, template: "template")
    let conninfo = server.conninfo(database: name)
    var configuration = Database.Configuration(conninfo: conninfo, role: "trellis_app")
    configuration.maximumWait = .seconds(30)
    let database = Database(configuration, logger: .quiet)
    let outcome: Swift.Result<Result, any Error>
    do {
        outcome = .success(try await body(JobsWorld(database: database, conninfo: conninfo)))
    } catch {
        outcome = .failure(error)
    }
    await database.close()
    try await server.dropDatabase(name: name)
    return try outcome.get()
}

/// Runs workers as the service does, until the body has returned, and shuts them down gracefully.
func working(_ workers: [Worker], _ body: () async throws -> Void) async throws {
    let group = ServiceGroup(services: workers, logger: .quiet)
    let run = Task { try await group.run() }
    do {
        try await body()
    } catch {
        await group.triggerGracefulShutdown()
        _ = await run.result
        throw error
    }
    await group.triggerGracefulShutdown()
    try await run.value
}

/// Waits for something that other tasks bring about; fails after ten seconds.
func eventually(
    _ what: Comment, within limit: Duration = .seconds(10), sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        try #require(.now < deadline, what, sourceLocation: sourceLocation)
        try await Task.sleep(for: .milliseconds(10))
    }
}

/// Counts over tasks.
final class Counter: Sendable {
    private let state = Mutex(0)
    var value: Int { state.withLock { $0 } }
    @discardableResult
    func increment() -> Int {
        state.withLock {
            $0 += 1
            return $0
        }
    }
}

/// Leaves a label in `effects`.
struct Mark: Job {
    static let kind = "mark"
    static let maxAttempts = 100
    var label: String
    var date: Date?
}

/// A label again, with few attempts.
struct Fragile: Job {
    static let kind = "fragile"
    static let maxAttempts = 3
    var label = "fragile"
}

/// Brings something up to date.
struct Refresh: Job {
    static let kind = "refresh"
    static let keyHold = KeyHold.untilStarted
}

extension Transaction {
    func leave(_ label: String) async throws {
        try await execute("INSERT INTO effects (label) VALUES (\(label))")
    }
}
