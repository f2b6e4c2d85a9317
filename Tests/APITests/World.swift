import API
import Foundation
import Logging
import Postgres

/// A PostgreSQL for the tests of this module, with the notebook's table, and the people who write in it.
actor World {
    static let shared = World()

    private var started: Task<Database, any Error>?

    var database: Database {
        get async throws {
            if let started { return try await started.value }
            let task = Task { try await World.start() }
            started = task
            return try await task.value
        }
    }

    private static func start() async throws -> Database {
        let logger = Logger(label: "world") { _ in SwiftLogNoOpLogHandler() }
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("api-\(UUID().uuidString)")
        let server = PrivateServer(directory: directory, durable: false, isTemporary: true, logger: logger)
        let conninfo = try await server.start()
        let files = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Migrations")
        let migrations = try Migrator(directory: files).migrations
            .filter { $0.name == "context" || $0.name == "idempotency" }
        let notebook = Migration(
            version: 9_000, name: "notebook",
            sql: """
                CREATE TABLE notes (
                    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), membership_id uuid NOT NULL, title text NOT NULL,
                    mood text NOT NULL, written_at timestamptz NOT NULL DEFAULT now(),
                    CONSTRAINT notes_title_is_civil CHECK (title <> 'rude'));
                CREATE UNIQUE INDEX notes_title_once_per_seat ON notes (membership_id, title);
                ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
                ALTER TABLE notes FORCE ROW LEVEL SECURITY;
                CREATE POLICY notes_own ON notes USING (membership_id = acting_membership());
                GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO trellis_app;
                """)
        try await Migrator(migrations + [notebook]).apply(to: conninfo, logger: logger)
        held.append(server)
        return Database(Database.Configuration(conninfo: conninfo, role: "trellis_app"), logger: logger)
    }

    /// Keeps the server running until the process ends.
    private nonisolated(unsafe) static var held: [PrivateServer] = []
}

/// People with known tokens and cookies. Every test makes its own, so that tests can run side by side.
struct People: Authenticator {
    let manager: Principal
    let founder: Principal
    let investor: Principal
    let reader: Principal
    /// How often somebody was looked up.
    let lookups = Lookups()

    final class Lookups: @unchecked Sendable {
        private let lock = NSLock()
        private var counted = 0
        var count: Int { lock.withLock { counted } }
        func add() { lock.withLock { counted += 1 } }
    }

    init() {
        func person(_ role: Role, _ credential: Principal.Credential) -> Principal {
            Principal(
                person: UUID(), membership: UUID(), tenant: UUID(), institution: UUID(), role: role, name: "Ada",
                locale: "en", credential: credential)
        }
        manager = person(.manager, .token(id: UUID(), scopes: ["write"]))
        founder = person(.founder, .session(id: [1, 2, 3], csrf: "founder-csrf"))
        investor = person(.investor, .token(id: UUID(), scopes: ["write"]))
        reader = person(.manager, .token(id: UUID(), scopes: ["notes:read"]))
    }

    func principal(bearing token: String) async throws -> Principal? {
        lookups.add()
        return switch token {
        case "manager": manager
        case "investor": investor
        case "reader": reader
        default: nil
        }
    }

    func principal(inSession cookie: String) async throws -> Principal? {
        lookups.add()
        return cookie == "founder-cookie" ? founder : nil
    }
}

/// An edge over the notebook with one set of people.
struct Site: Sendable {
    let people = People()
    let edge: Edge

    init(
        operations: [AnyOperation] = Notebook.operations, pages: [AnyRoute] = Notebook.pages,
        configure: (inout Edge.Configuration) -> Void = { _ in }
    ) async throws {
        var configuration = Edge.Configuration.ephemeral()
        configure(&configuration)
        edge = try Edge(
            operations: operations, pages: pages, authenticator: people, database: try await World.shared.database,
            constraints: Notebook.constraints, configuration: configuration,
            logger: Logger(label: "site") { _ in SwiftLogNoOpLogHandler() })
    }

    func send(
        _ method: String, _ target: String, as token: String? = "manager", headers: [(String, String)] = [],
        json: String? = nil
    ) async -> Outgoing {
        var headers = headers
        if let token { headers.append(("Authorization", "Bearer \(token)")) }
        if json != nil, !headers.contains(where: { $0.0 == "Content-Type" }) {
            headers.append(("Content-Type", "application/json"))
        }
        return await edge.respond(to: Incoming(method, target, headers: headers, body: Array((json ?? "").utf8)))
    }

    func create(_ title: String, as token: String = "manager", key: String = UUID().uuidString) async -> Outgoing {
        await send(
            "POST", "/v1/notes", as: token, headers: [("Idempotency-Key", key)],
            json: #"{"title":"\#(title)","mood":"calm"}"#)
    }

    func form(_ target: String, _ body: String, headers: [(String, String)] = Site.ownPage) async -> Outgoing {
        await edge.respond(
            to: Incoming(
                "POST", target, headers: headers + [("Content-Type", "application/x-www-form-urlencoded")],
                body: Array(body.utf8)))
    }

    static let ownPage = [("Cookie", "trellis=founder-cookie"), ("Sec-Fetch-Site", "same-origin")]
}
