public import Foundation
public import Logging

/// A step of the schema: the file `NNNN_name.sql`. Once applied anywhere it is never edited; a later one mends it.
public struct Migration: Sendable, Hashable {
    /// The number in the file's name.
    public let version: Int
    /// The rest of the file's name.
    public let name: String
    /// The whole file. It runs in one transaction, unless its first line is `-- no transaction`; then it holds one
    /// statement, such as `CREATE INDEX CONCURRENTLY`.
    public let sql: String

    /// Makes a migration that is not in a file, as tests do.
    public init(version: Int, name: String, sql: String) {
        self.version = version
        self.name = name
        self.sql = sql
    }

    var optsOutOfTransaction: Bool {
        sql.utf8.starts(with: "-- no transaction\n".utf8)
    }
}

/// Brings a database to the present schema. Several processes may do so at once: one does, the others wait.
///
/// ```swift
/// let migrator = try Migrator(directory: migrations)
/// try await migrator.apply(to: "postgresql:///trellis?user=owner", logger: logger)
/// ```
public struct Migrator: Sendable {
    /// Why a directory or a database is refused. Nothing has been changed by then.
    public enum Refusal: Error, Sendable, Hashable {
        /// A file ending in `.sql` whose name is not `NNNN_name.sql`
        case malformedName(String)
        /// Two files have one number.
        case duplicate(Int)
        /// The file was edited after it had been applied.
        case changed(version: Int, name: String)
        /// A new file stands before one that has already been applied.
        case outOfOrder(version: Int, name: String)
        /// The file ended the transaction it runs in.
        case endedTransaction(version: Int, name: String)
        /// Another process was migrating for longer than this one would wait.
        case anotherIsMigrating
    }

    /// What a database knows of a migration.
    public struct Status: Sendable, Hashable {
        /// The number
        public let version: Int
        /// The name
        public let name: String
        /// When it was applied; `nil` while it waits.
        public let appliedAt: Date?
    }

    /// In the order in which they are applied
    public let migrations: [Migration]
    /// How often a migration is tried while somebody holds a lock it needs. Waits double from 0.1 s to a minute, so the
    /// default comes to about 40 minutes.
    public var attempts = 48
    /// How long to wait for another process that is migrating
    public var patience: Duration = .seconds(3_600)

    /// A fixed number that no other user of advisory locks has.
    private static let lock = 7_236_518_204_117

    /// Takes all files of a directory that end in `.sql`.
    public init(directory: URL) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        try self.init(
            names.filter { $0.hasSuffix(".sql") }.map { file in
                let parts = file.dropLast(4).split(separator: "_", maxSplits: 1)
                guard parts.count == 2, parts[0].utf8.count >= 4, let version = Int(parts[0]), version >= 0 else {
                    throw Refusal.malformedName(file)
                }
                let sql = try String(contentsOf: directory.appendingPathComponent(file), encoding: .utf8)
                return Migration(version: version, name: String(parts[1]), sql: sql)
            })
    }

    /// Takes migrations in any order.
    public init(_ migrations: [Migration]) throws {
        self.migrations = migrations.sorted { $0.version < $1.version }
        for (earlier, later) in zip(self.migrations, self.migrations.dropFirst()) where earlier.version == later.version
        {
            throw Refusal.duplicate(later.version)
        }
    }

    /// Applies what has not been applied. Connect as the owner of the schema, not as the service's role.
    ///
    /// - Returns: The migrations applied now; none if the database is up to date.
    @discardableResult
    public func apply(to conninfo: String, logger: Logger) async throws -> [Migration] {
        try await Session.with(conninfo, options: Self.options, logger: logger) { session in
            try await lock(session)
            try await createTable(session)
            let pending = try await pending(session)
            for migration in pending {
                logger.info("applying a migration", metadata: ["migration": "\(migration.version)_\(migration.name)"])
                try await apply(migration, session, logger)
            }
            return pending
        }
    }

    /// What is applied and what is not, without changing anything.
    public func status(of conninfo: String, logger: Logger) async throws -> [Status] {
        try await Session.with(conninfo, options: Self.options, logger: logger) { session in
            let exists = try await session.rows("SELECT 1 WHERE to_regclass('schema_migrations') IS NOT NULL")
            guard !exists.isEmpty else { return migrations.map { Status($0, appliedAt: nil) } }
            let applied = try await applied(session)
            return migrations.map { Status($0, appliedAt: applied[$0.version]?.appliedAt) }
        }
    }

    // MARK: Steps

    private struct Applied: Sendable {
        let name: String
        let checksum: String
        let appliedAt: Date
    }

    /// No limit on how long a migration works; only on how long it makes others wait behind its locks.
    private static let options: [(name: String, value: String)] = [
        ("statement_timeout", "0"), ("lock_timeout", "1000"), ("timezone", "UTC"),
    ]

    private func lock(_ session: Session) async throws {
        let deadline = ContinuousClock.now + patience
        // Asking again and again, because a session that waits for a lock holds a snapshot back.
        while true {
            let rows = try await session.rows("SELECT pg_try_advisory_lock(\(Self.lock)) AS locked")
            if try rows.first?.value("locked", as: Bool.self) == true { return }
            guard ContinuousClock.now < deadline else { throw Refusal.anotherIsMigrating }
            try await Task.sleep(for: .milliseconds(Int.random(in: 50...150)))
        }
    }

    private func createTable(_ session: Session) async throws {
        try await session.script(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                version integer PRIMARY KEY,
                name text NOT NULL,
                checksum text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                milliseconds bigint NOT NULL
            )
            """)
    }

    private func applied(_ session: Session) async throws -> [Int: Applied] {
        let rows = try await session.rows("SELECT version, name, checksum, applied_at FROM schema_migrations")
        return try rows.reduce(into: [:]) { applied, row in
            let (version, name, checksum, date) = try row.decode(Int.self, String.self, String.self, Date.self)
            applied[version] = Applied(name: name, checksum: checksum, appliedAt: date)
        }
    }

    private func pending(_ session: Session) async throws -> [Migration] {
        let applied = try await applied(session)
        // A version we do not know comes from a later release, with which we may well run side by side.
        let newest = migrations.map(\.version).filter { applied[$0] != nil }.max() ?? -1
        var pending: [Migration] = []
        for migration in migrations {
            if let known = applied[migration.version] {
                guard try await checksum(of: migration, session) == known.checksum else {
                    throw Refusal.changed(version: migration.version, name: migration.name)
                }
            } else if migration.version < newest {
                throw Refusal.outOfOrder(version: migration.version, name: migration.name)
            } else {
                pending.append(migration)
            }
        }
        return pending
    }

    /// Computed by PostgreSQL, which has SHA-256 at hand.
    private func checksum(of migration: Migration, _ session: Session) async throws -> String {
        let bytes = [UInt8](migration.sql.utf8)
        let rows = try await session.rows("SELECT encode(sha256(\(bytes)), 'hex') AS checksum")
        guard let row = rows.first else { throw RowMissing(sql: "sha256") }
        return try row("checksum")
    }

    private func apply(_ migration: Migration, _ session: Session, _ logger: Logger) async throws {
        var attempt = 1
        while true {
            do {
                try await applyOnce(migration, session)
                return
            } catch let error as DatabaseError where error.kind == .lockTimeout || error.isTransient {
                try await session.script("ROLLBACK")
                guard attempt < attempts else { throw error }
                let wait = min(60_000, 100 << min(attempt - 1, 10))
                logger.notice(
                    "a migration waits for a lock",
                    metadata: ["migration": "\(migration.version)_\(migration.name)", "attempt": "\(attempt)"])
                try await Task.sleep(for: .milliseconds(Int.random(in: wait / 2...wait)))
                attempt += 1
            }
        }
    }

    private func applyOnce(_ migration: Migration, _ session: Session) async throws {
        let checksum = try await checksum(of: migration, session)
        let start = ContinuousClock.now
        if migration.optsOutOfTransaction {
            try await session.script(migration.sql)
        } else {
            try await session.script("BEGIN")
            try await session.script(migration.sql)
            guard try await session.isInTransaction() else {
                throw Refusal.endedTransaction(version: migration.version, name: migration.name)
            }
        }
        let milliseconds = Int(exactly: ((ContinuousClock.now - start) / .milliseconds(1)).rounded()) ?? 0
        _ = try await session.rows(
            """
            INSERT INTO schema_migrations (version, name, checksum, milliseconds)
            VALUES (\(migration.version), \(migration.name), \(checksum), \(milliseconds))
            """)
        if !migration.optsOutOfTransaction { try await session.script("COMMIT") }
    }
}

extension Migrator.Status {
    fileprivate init(_ migration: Migration, appliedAt: Date?) {
        self.init(version: migration.version, name: migration.name, appliedAt: appliedAt)
    }
}
