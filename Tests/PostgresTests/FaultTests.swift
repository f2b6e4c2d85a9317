import Foundation
import Testing

@testable import Postgres

/// Every fault that the network or a dying server can produce must end in a right result or in a clean error: no wrong
/// answer, no hang, no crash, and no acknowledged write that is not there.
@Suite(.serialized) struct FaultTests {
    private static let setUp: [Query] = ["CREATE TABLE marks (id uuid PRIMARY KEY, note text NOT NULL)"]

    /// What a service does, each step of which may fail in its own way.
    private struct Workload {
        let plan: String
        let conninfo: String
        let direct: Database
        let losses: Counter
        let unknowns: Counter

        func run() async throws {
            var configuration = Database.Configuration(conninfo: "\(conninfo) application_name='\(plan)'")
            configuration.maximumWait = .seconds(2)
            configuration.connectTimeout = .seconds(2)
            configuration.statementTimeout = .seconds(1)
            configuration.commitTimeout = .seconds(2)
            configuration.readConnections = 2
            configuration.transactionConnections = 2
            let database = Database(configuration, logger: TestServer.logger)
            let plan = plan
            do {
                try await within(.seconds(60)) { try await steps(database) }
            } catch let error as TookTooLong {
                Issue.record("\(plan): hung for \(error.limit)")
            }
            if database.statistics.connectionsLost > 0 { losses.increment() }
            do {
                try await within(.seconds(30)) { await database.close() }
            } catch {
                Issue.record("\(plan): closing hung")
            }
        }

        private func steps(_ database: Database) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        try await expecting("read") {
                            let row = try await database.reader(as: Context([(name: "app.n", value: "\(number)")])).one(
                                "SELECT \(number) AS number, current_setting('app.n') AS setting, \("x") AS text")
                            let (found, setting, text) = try row.decode(Int.self, String.self, String.self)
                            #expect(found == number && setting == "\(number)" && text == "x", "\(plan)")
                        }
                    }
                }
                for _ in 0..<2 { group.addTask { try await write(database) } }
                group.addTask { try await stream(database) }
                group.addTask { try await copy(database) }
                try await group.waitForAll()
            }
        }

        /// Runs a step whose errors must be of the kinds that callers know.
        private func expecting(_ step: String, _ body: () async throws -> Void) async throws {
            do {
                try await body()
            } catch is ConnectionLost {
            } catch is PoolBusy {
            } catch is CommitUnknown {
            } catch let error as DatabaseError where error.kind == .queryCanceled || error.kind == .unavailable {
            } catch let error as DatabaseError where plan.hasPrefix("swap") || plan.hasPrefix("garbage") {
                // A server that makes up messages may make up errors.
                _ = error
            } catch let error as DecodeError where plan.hasPrefix("swap") {
                _ = error
            } catch {
                Issue.record("\(plan), \(step): \(String(reflecting: error))")
            }
        }

        private func write(_ database: Database) async throws {
            let id = UUID()
            var isAcknowledged: Bool? = false
            try await expecting("write") {
                do {
                    try await database.write(as: .none) { transaction in
                        try await transaction.execute("INSERT INTO marks VALUES (\(id), 'one')")
                        try await transaction.savepoint { inner in
                            try await inner.execute("UPDATE marks SET note = 'two' WHERE id = \(id)")
                        }
                    }
                    isAcknowledged = true
                } catch let error as CommitUnknown {
                    unknowns.increment()
                    isAcknowledged = nil
                    throw error
                }
            }
            // A server that lies cannot be held to its word.
            if plan.hasPrefix("swap") || plan.hasPrefix("garbage") || plan.hasPrefix("resync") { return }
            let notes = try await direct.write(as: .none) { transaction in
                // Waits until a session that may still be committing has ended.
                try await transaction.execute("LOCK TABLE marks IN SHARE MODE")
                return try await transaction.rows("SELECT note FROM marks WHERE id = \(id)").map {
                    try $0.value("note", as: String.self)
                }
            }
            switch isAcknowledged {
            case true: #expect(notes == ["two"], "\(plan): acknowledged, but not there")
            case false: #expect(notes == [], "\(plan): refused, but there")
            case nil: #expect(notes == [] || notes == ["two"], "\(plan)")
            }
        }

        private func stream(_ database: Database) async throws {
            try await expecting("stream") {
                let count = try await database.snapshot(as: .none) { transaction in
                    var count = 0
                    for try await row in transaction.stream("SELECT generate_series(1, 300) AS n") {
                        count += 1
                        let number: Int = try row("n")
                        #expect(number == count, "\(plan)")
                    }
                    return count
                }
                #expect(count == 300, "\(plan)")
            }
        }

        private func copy(_ database: Database) async throws {
            try await expecting("copy") {
                let ids = (0..<500).map { _ in UUID() }
                let count = try await database.write(as: .none) { transaction in
                    try await transaction.copy(
                        into: "marks", columns: ["id", "note"], rows: ids.map { [$0, "copied"] })
                }
                #expect(count == 500, "\(plan)")
            }
        }
    }

    /// Runs a workload for each plan, a few at a time.
    private func run(
        _ plans: [String], losing lossesExpected: Int = 0, unsureOf unknownsExpected: Int = 0
    ) async throws {
        let (losses, unknowns) = (Counter(), Counter())
        let proxy = try await FaultyProxy.start()
        defer { proxy.stop() }
        let conninfo = try await TestServer.emptyDatabase()
        let name = conninfo.split(separator: " ").last.map(String.init) ?? ""
        var patient = Database.Configuration(conninfo: conninfo)
        patient.maximumWait = .seconds(50)
        patient.statementTimeout = .seconds(50)
        patient.lockTimeout = .seconds(50)
        let direct = Database(patient, logger: TestServer.logger)
        try await direct.write(as: .none) { transaction in
            for query in Self.setUp { try await transaction.execute(query) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, plan) in plans.enumerated() {
                if index >= 10 { try await group.next() }
                group.addTask {
                    let conninfo = "\(proxy.conninfo) \(name)"
                    try await Workload(
                        plan: plan, conninfo: conninfo, direct: direct, losses: losses, unknowns: unknowns
                    )
                    .run()
                }
            }
            try await group.waitForAll()
        }
        await direct.close()
        // The faults did take place.
        #expect(losses.value >= lossesExpected)
        #expect(unknowns.value >= unknownsExpected)
    }

    @Test func bytesThatTravelAlone() async throws {
        try await run(["split"])
    }

    @Test func floodsOfNotices() async throws {
        try await run(["notices 1", "notices 50", "notices 2000"])
    }

    @Test func deathAtEveryMessage() async throws {
        // Far enough to reach the answer to COMMIT, after which nobody can know.
        try await run((0..<70).map { "die \($0)" }, losing: 10, unsureOf: 1)
    }

    @Test func oneDeathAtEveryMessage() async throws {
        try await run((0..<60).map { "die \($0) once=d\($0)" })
    }

    @Test func deathWithinMessages() async throws {
        try await run(stride(from: 1, to: 1_200, by: 29).map { "cut \($0)" }, losing: 10)
    }

    @Test func fatalErrorsAtEveryMessage() async throws {
        try await run((0..<40).map { "fatal \($0)" }, losing: 10)
    }

    @Test func halfClosedAtEveryMessage() async throws {
        try await run((0..<40).map { "half \($0)" }, losing: 10)
    }

    @Test func silenceAtEveryMessage() async throws {
        try await run((0..<40).map { "stall \($0) once=s\($0)" }, losing: 5)
    }

    @Test func silenceForEver() async throws {
        try await run(["stall 0", "stall 3", "stall 16", "stall 20", "stall 25", "stall 40"])
    }

    @Test func garbageAtEveryMessage() async throws {
        try await run((0..<40).map { "garbage \($0)" }, losing: 10)
    }

    @Test func wrongNumbersOfSyncs() async throws {
        try await run((1..<8).flatMap { ["unsync \($0)", "resync \($0)"] })
    }

    @Test func messagesOfAnotherType() async throws {
        try await run((14..<50).map { "swap \($0)" })
    }
}

/// The proxy of `FakeServer/proxy.py` in front of the tests' server.
private final class FaultyProxy: Sendable {
    private let process: Process
    private let lifeline: Pipe
    private let directory: String

    var conninfo: String { "host=\(directory) user=trellis" }

    private init(process: Process, lifeline: Pipe, directory: String) {
        self.process = process
        self.lifeline = lifeline
        self.directory = directory
    }

    static func start() async throws -> FaultyProxy {
        let server = try await TestServer.shared()
        let upstream = server.conninfo().split(separator: "'")[1]
        let directory = "/tmp/faulty-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let script = try #require(
            Bundle.module.url(forResource: "proxy", withExtension: "py", subdirectory: "FakeServer"))
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", script.path, directory, "\(upstream)/.s.PGSQL.5432"]
        let lifeline = Pipe()
        process.standardInput = lifeline
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let isReady = try await eventually(.seconds(20)) {
            FileManager.default.fileExists(atPath: "\(directory)/.s.PGSQL.5432")
        }
        try #require(isReady)
        return FaultyProxy(process: process, lifeline: lifeline, directory: directory)
    }

    func stop() {
        process.terminate()
        try? FileManager.default.removeItem(atPath: directory)
    }
}
