import Foundation
import Testing

@testable import Postgres

@Suite(.serialized) struct MigratorTests {
    private static let people = Migration(
        version: 1, name: "people", sql: "CREATE TABLE people (id int PRIMARY KEY);\nINSERT INTO people VALUES (1);")
    private static let names = Migration(version: 2, name: "names", sql: "ALTER TABLE people ADD COLUMN name text;")

    private func count(_ query: Query, in conninfo: String) async throws -> Int {
        try await TestServer.withDatabase(.init(conninfo: conninfo)) { try await $0.reader(as: .none).value(query) }
    }

    @Test func appliesOnce() async throws {
        let conninfo = try await TestServer.emptyDatabase()
        let first = try Migrator([Self.people])
        #expect(try await first.status(of: conninfo, logger: TestServer.logger).map(\.appliedAt) == [nil])
        #expect(try await first.apply(to: conninfo, logger: TestServer.logger) == [Self.people])
        #expect(try await first.apply(to: conninfo, logger: TestServer.logger) == [])
        let second = try Migrator([Self.names, Self.people])
        #expect(try await second.apply(to: conninfo, logger: TestServer.logger) == [Self.names])
        let status = try await second.status(of: conninfo, logger: TestServer.logger)
        #expect(status.map(\.version) == [1, 2])
        #expect(status.allSatisfy { $0.appliedAt != nil })
        // An older release finds a newer schema and leaves it in peace.
        #expect(try await first.apply(to: conninfo, logger: TestServer.logger) == [])
    }

    @Test func refusesChangedFiles() async throws {
        let conninfo = try await TestServer.emptyDatabase()
        try await Migrator([Self.people]).apply(to: conninfo, logger: TestServer.logger)
        let edited = Migration(version: 1, name: "people", sql: Self.people.sql + " ")
        await #expect(throws: Migrator.Refusal.changed(version: 1, name: "people")) {
            try await Migrator([edited, Self.names]).apply(to: conninfo, logger: TestServer.logger)
        }
        #expect(try await count("SELECT count(*) FROM schema_migrations", in: conninfo) == 1)
    }

    @Test func refusesFilesThatComeTooLate() async throws {
        let conninfo = try await TestServer.emptyDatabase()
        try await Migrator([Migration(version: 5, name: "later", sql: "SELECT 1")]).apply(
            to: conninfo, logger: TestServer.logger)
        await #expect(throws: Migrator.Refusal.outOfOrder(version: 1, name: "people")) {
            try await Migrator([Self.people, Migration(version: 5, name: "later", sql: "SELECT 1")])
                .apply(to: conninfo, logger: TestServer.logger)
        }
    }

    @Test func aFailedFileLeavesNothing() async throws {
        let conninfo = try await TestServer.emptyDatabase()
        let broken = Migration(version: 2, name: "broken", sql: "CREATE TABLE half (id int); SELECT nonsense;")
        let error = await #expect(throws: DatabaseError.self) {
            try await Migrator([Self.people, broken]).apply(to: conninfo, logger: TestServer.logger)
        }
        #expect(error?.sqlState == "42703")
        #expect(try await count("SELECT count(*) FROM schema_migrations", in: conninfo) == 1)
        #expect(try await count("SELECT count(*) FROM pg_class WHERE relname = 'half'", in: conninfo) == 0)
    }

    @Test func aFileMayNotEndItsTransaction() async throws {
        let conninfo = try await TestServer.emptyDatabase()
        let sly = Migration(version: 1, name: "sly", sql: "SELECT 1; COMMIT;")
        await #expect(throws: Migrator.Refusal.endedTransaction(version: 1, name: "sly")) {
            try await Migrator([sly]).apply(to: conninfo, logger: TestServer.logger)
        }
    }

    @Test func aFileMayOptOut() async throws {
        let conninfo = try await TestServer.emptyDatabase()
        let index = Migration(
            version: 2, name: "index", sql: "-- no transaction\nCREATE INDEX CONCURRENTLY people_by_id ON people (id);")
        try await Migrator([Self.people, index]).apply(to: conninfo, logger: TestServer.logger)
        #expect(try await count("SELECT count(*) FROM pg_class WHERE relname = 'people_by_id'", in: conninfo) == 1)
        #expect(try await count("SELECT count(*) FROM schema_migrations", in: conninfo) == 2)
    }

    @Test func severalProcessesMayTryAtOnce() async throws {
        let conninfo = try await TestServer.emptyDatabase()
        let migrator = try Migrator([Self.people, Self.names])
        let applied = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<6 {
                group.addTask { try await migrator.apply(to: conninfo, logger: TestServer.logger).count }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(applied.sorted() == [0, 0, 0, 0, 0, 2])
        #expect(try await count("SELECT count(*) FROM people", in: conninfo) == 1)
    }

    @Test func waitsForALockWithoutStoppingOthers() async throws {
        let conninfo = try await TestServer.emptyDatabase()
        try await Migrator([Self.people]).apply(to: conninfo, logger: TestServer.logger)
        try await TestServer.withDatabase(.init(conninfo: conninfo)) { database in
            let migration = try await database.write(as: .none) { holder in
                try await holder.execute("LOCK TABLE people IN ACCESS SHARE MODE")
                let migration = Task {
                    try await Migrator([Self.people, Self.names]).apply(to: conninfo, logger: TestServer.logger)
                }
                // Longer than one attempt waits.
                try await Task.sleep(for: .milliseconds(1_300))
                return migration
            }
            #expect(try await within(.seconds(10)) { try await migration.value } == [Self.names])
        }
    }

    @Test func readsADirectory() throws {
        let directory = URL(filePath: "/tmp/postgres-tests-migrations-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try Data("SELECT 2".utf8).write(to: directory.appendingPathComponent("0002_second_step.sql"))
        try Data("SELECT 1".utf8).write(to: directory.appendingPathComponent("0001_first.sql"))
        try Data("notes".utf8).write(to: directory.appendingPathComponent("README.md"))
        let migrator = try Migrator(directory: directory)
        #expect(migrator.migrations.map(\.name) == ["first", "second_step"])
        try Data("SELECT 3".utf8).write(to: directory.appendingPathComponent("0002_again.sql"))
        #expect(throws: Migrator.Refusal.duplicate(2)) { try Migrator(directory: directory) }
        try Data("SELECT 3".utf8).write(to: directory.appendingPathComponent("third.sql"))
        #expect(throws: Migrator.Refusal.malformedName("third.sql")) { try Migrator(directory: directory) }
    }
}
