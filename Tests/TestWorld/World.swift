package import API
internal import Accounts
package import DemoWorld
internal import Foundation
internal import House
internal import Jobs
package import Letters
internal import Logging
internal import NIOPosix
package import Postgres
internal import Synchronization
internal import Vocabulary

/// A database of a test's own, with the demo world in it, and the whole house over it.
///
/// One private server runs for the whole test process; a template database is migrated and filled once, and each world is
/// a copy of it, so that suites neither wait for nor disturb each other. Copies nobody holds any more are dropped when the
/// next is made: hundreds of them would fill a small disk.
package final class World: Sendable {
    /// The world's database, as the service uses it: as the role that owns nothing.
    package let database: Database
    /// How the owner reaches the same database, to plant and inspect what the service must not.
    package let owner: Database
    /// The edge over the whole house, answering without a socket.
    package let edge: Edge
    private let configuration: Database.Configuration
    private let name = "world_\(UUID().uuidString.lowercased().replacing("-", with: ""))"

    /// A fresh copy of the demo world.
    package init() async throws {
        let template = try await Template.shared.value
        for ended in Template.takeEnded() { try? await template.server.dropDatabase(name: ended) }
        try await template.server.createDatabase(name: name, template: Template.database)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let conninfo = template.server.conninfo(database: name)
        var configuration = Database.Configuration(conninfo: conninfo, role: "trellis_app")
        configuration.readConnections = 2
        configuration.transactionConnections = 4
        self.configuration = configuration
        database = Database(configuration, logger: logger)
        var owning = Database.Configuration(conninfo: conninfo)
        owning.readConnections = 1
        owning.transactionConnections = 1
        owner = Database(owning, logger: logger)
        edge = try House(database: database, hasher: Template.hasher, logger: logger).edge(.ephemeral(), logger: logger)
    }

    deinit { Template.ended.withLock { $0.append(name) } }

    /// The world's database for so many transactions at once.
    package func database(transactions: Int) -> Database {
        var configuration = configuration
        configuration.transactionConnections = transactions
        return Database(configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Another edge over the same world, configured by the test.
    package func edge(_ configuration: Edge.Configuration) throws -> Edge {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return try House(database: database, hasher: Template.hasher, logger: logger).edge(
            configuration, logger: logger)
    }

    /// Performs what transactions enqueue, by a worker that knows the jobs of every room, while `body` lasts. Letters go out
    /// by `post`, and wait without it.
    package func working<R: Sendable>(
        post: LetterPost? = nil, retryPause: Duration = .seconds(4), _ body: () async throws -> R
    ) async throws -> R {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        var configuration = Worker.Configuration()
        configuration.poll = .milliseconds(20)
        configuration.retryPause = retryPause
        let worker = House.worker(
            jobs: database, keeper: database, post: post, configuration: configuration, logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    /// Asks for a state that a job changes until it is final, for a minute at the most.
    package func awaiting<State: Sendable>(
        _ state: () async throws -> State, until isFinal: (State) -> Bool
    ) async throws -> State {
        let deadline = ContinuousClock.now + .seconds(60)
        var current = try await state()
        while !isFinal(current), ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(20))
            current = try await state()
        }
        return current
    }

    /// Serves the house on a port of its own while `body` lasts, which gets the address.
    package func serving<R: Sendable>(_ body: (_ url: String) async throws -> R) async throws -> R {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [edge] in try await edge.run() }
            defer { group.cancelAll() }
            return try await body("http://127.0.0.1:\(await edge.listeningPort())")
        }
    }

    /// The context of a member of the cast, acting from the seat at this position.
    package func context(_ member: Cast.Member, seat index: Int = 0) -> Context {
        principal(member, seat: index).context
    }

    /// A member of the cast as the edge would recognise them, acting from the seat at this position.
    package func principal(_ member: Cast.Member, seat index: Int = 0) -> Principal {
        let seat = member.seats[index]
        return Principal(
            person: member.person.id.uuid, membership: member.seat(index).uuid, tenant: seat.tenant?.id.uuid,
            institution: seat.tenant.map { tenant in seat.institution?.uuid ?? tenant.id.uuid },
            role: Role(rawValue: seat.role), name: member.person.name, locale: member.person.locale,
            credential: .token(id: member.seat(index).uuid, scopes: ["read", "write"]))
    }
}

/// The server of the test process and the database that worlds are copied from.
private struct Template: Sendable {
    static let database = "template_world"
    static let hasher = PasswordHasher(threads: NIOThreadPool.singleton, cost: .least)
    let server: PrivateServer

    /// The databases of worlds that are no more.
    static let ended = Mutex<[String]>([])

    static func takeEnded() -> [String] {
        ended.withLock { names in
            defer { names = [] }
            return names
        }
    }

    static let shared = Task {
        let folder = URL(filePath: NSTemporaryDirectory()).appending(path: "trellis-tests-\(getpid())")
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        // Nothing here outlives the process, so nothing needs to reach the disk.
        let server = PrivateServer(
            directory: folder, durable: false, isTemporary: true, settings: [("max_connections", "400")], logger: logger
        )
        try await server.start()
        try await server.createDatabase(name: database)
        let conninfo = server.conninfo(database: database)
        let migrations = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Migrations").standardized
        _ = try await Migrator(directory: migrations).apply(to: conninfo, logger: logger)
        let filling = Database(.init(conninfo: conninfo, role: "trellis_app"), logger: logger)
        try await DemoWorld(in: filling, now: Date(), passwordHash: hasher.hash(Cast.password)).load()
        await filling.close()
        return Template(server: server)
    }
}
