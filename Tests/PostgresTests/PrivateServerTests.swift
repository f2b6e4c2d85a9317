import Foundation
import Testing

@testable import Postgres

@Suite(.serialized) struct PrivateServerTests {
    private func withDirectory<R>(_ body: (URL) async throws -> R) async throws -> R {
        // Longer than the path of a socket may be.
        let name = "postgres-tests-own-" + String(repeating: "long", count: 30) + UUID().uuidString
        let directory = URL(filePath: "/tmp/\(name)")
        defer { try? FileManager.default.removeItem(at: directory) }
        return try await body(directory)
    }

    @Test func keepsDataAcrossRestarts() async throws {
        try await withDirectory { directory in
            let server = PrivateServer(directory: directory, logger: TestServer.logger)
            for round in 0..<2 {
                let conninfo = try await server.start()
                try await TestServer.withDatabase(.init(conninfo: conninfo)) { database in
                    try await database.write(as: .none) { transaction in
                        try await transaction.execute("CREATE TABLE IF NOT EXISTS rounds (n int)")
                        try await transaction.execute("INSERT INTO rounds VALUES (\(round))")
                    }
                    let count: Int = try await database.reader(as: .none).value("SELECT count(*) FROM rounds")
                    #expect(count == round + 1)
                    let network: String = try await database.reader(as: .none).value("SHOW listen_addresses")
                    #expect(network == "")
                }
                await server.stop()
            }
        }
    }

    /// Root's own home is closed to the account that runs the server for root.
    @Test(.enabled(if: geteuid() == 0)) func startsInAClosedFolderOfRoot() async throws {
        try await withDirectory { closed in
            try FileManager.default.createDirectory(
                at: closed, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let asked = closed.appending(path: "inner/postgres")
            for round in 0..<2 {
                let server = PrivateServer(directory: asked, durable: false, logger: TestServer.logger)
                defer { if round == 1 { try? FileManager.default.removeItem(at: server.directory) } }
                let conninfo = try await server.start()
                try await TestServer.withDatabase(.init(conninfo: conninfo)) { database in
                    try await database.write(as: .none) { transaction in
                        try await transaction.execute("CREATE TABLE IF NOT EXISTS rounds (n int)")
                        try await transaction.execute("INSERT INTO rounds VALUES (\(round))")
                    }
                    let count: Int = try await database.reader(as: .none).value("SELECT count(*) FROM rounds")
                    #expect(count == round + 1)
                }
                await server.stop()
                #expect(asked.resolvingSymlinksInPath().path == server.directory.path)
            }
        }
    }

    @Test func recoversFromAnUncleanEnd() async throws {
        try await withDirectory { directory in
            let server = PrivateServer(directory: directory, durable: false, logger: TestServer.logger)
            try await server.start()
            await server.stop()
            // What a power cut leaves: the lock of a process that is no more, or is another by now.
            let lock = directory.appendingPathComponent("data/postmaster.pid")
            for process in [4_194_300, Int(getpid())] {
                let text = "\(process)\n\(directory.path)/data\n1\n5432\n/tmp/nowhere\n\n 1 1\nready\n"
                try Data(text.utf8).write(to: lock)
                let conninfo = try await server.start()
                try await TestServer.withDatabase(.init(conninfo: conninfo)) { try await $0.ping() }
                await server.stop()
            }
        }
    }

    @Test func sharesARunningServer() async throws {
        try await withDirectory { directory in
            let first = PrivateServer(directory: directory, durable: false, logger: TestServer.logger)
            let second = PrivateServer(directory: directory, durable: false, logger: TestServer.logger)
            let conninfo = try await first.start()
            #expect(try await second.start() == conninfo)
            await second.stop()
            try await TestServer.withDatabase(.init(conninfo: conninfo)) { try await $0.ping() }
            await first.stop()
        }
    }

    @Test func aTemporaryFolderGoesWithItsServer() async throws {
        try await withDirectory { directory in
            let server = PrivateServer(
                directory: directory, durable: false, isTemporary: true, logger: TestServer.logger)
            try await TestServer.withDatabase(.init(conninfo: server.start())) { try await $0.ping() }
            #expect(FileManager.default.fileExists(atPath: directory.path))
            await server.stop()
            #expect(!FileManager.default.fileExists(atPath: directory.path))
        }
    }

    @Test func copiesDatabases() async throws {
        let server = try await TestServer.shared()
        let name = "template-\(UUID().uuidString)"
        try await server.createDatabase(name: name)
        try await TestServer.withDatabase(.init(conninfo: server.conninfo(database: name))) { database in
            try await database.write(as: .none) { try await $0.execute("CREATE TABLE mark (id int)") }
        }
        try await server.createDatabase(name: "copy of \(name)", template: name)
        try await TestServer.withDatabase(.init(conninfo: server.conninfo(database: "copy of \(name)"))) { database in
            let count: Int = try await database.reader(as: .none).value("SELECT count(*) FROM mark")
            #expect(count == 0)
            // Sessions do not stand in the way.
            try await server.dropDatabase(name: "copy of \(name)")
        }
        try await server.dropDatabase(name: name)
        try await server.dropDatabase(name: name)
    }

    @Test func saysWhyItCannotStart() async throws {
        let server = PrivateServer(
            directory: URL(filePath: "/proc/nowhere"), durable: false, logger: TestServer.logger)
        await #expect(throws: (any Error).self) { try await server.start() }
        try await withDirectory { directory in
            let broken = PrivateServer(
                directory: directory, durable: false, isTemporary: true, settings: [("nonsense", "1")],
                logger: TestServer.logger)
            let failure = await #expect(throws: PrivateServer.Failure.self) {
                try await within(.seconds(20)) { try await broken.start() }
            }
            #expect(failure?.description.contains("nonsense") == true)
            #expect(!FileManager.default.fileExists(atPath: directory.path))
        }
    }
}
