import Foundation
import Testing

@testable import Postgres

@Suite(.serialized) struct ReaderTests {
    private static let guarded: [Query] = [
        "CREATE TABLE notes (id bigint PRIMARY KEY, tenant text NOT NULL, body text NOT NULL)",
        "INSERT INTO notes SELECT n, CASE WHEN n % 2 = 0 THEN 'even' ELSE 'odd' END, 'note ' || n FROM generate_series(1, 1000) AS n",
        "ALTER TABLE notes ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE notes FORCE ROW LEVEL SECURITY",
        "CREATE POLICY own ON notes USING (tenant = nullif(current_setting('app.tenant', true), ''))",
        """
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'reader_app') THEN CREATE ROLE reader_app NOLOGIN; END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
        """,
        "GRANT SELECT, INSERT, UPDATE ON notes TO reader_app",
    ]

    private func tenant(_ name: String) -> Context {
        Context([(name: "app.tenant", value: name)])
    }

    private func withNotes<R: Sendable>(
        configure: (inout Database.Configuration) -> Void = { _ in }, _ body: (Database) async throws -> R
    ) async throws -> R {
        try await TestServer.withDatabase(
            setUp: Self.guarded,
            configure: {
                $0.role = "reader_app"
                configure(&$0)
            }, body)
    }

    @Test func showsTheContextToTheQueryAndToNobodyAfter() async throws {
        try await withNotes(configure: { $0.readConnections = 1 }) { database in
            let even: Int = try await database.reader(as: tenant("even")).value("SELECT count(*) FROM notes")
            #expect(even == 500)
            // The same connection, now without a context: nothing of the other's remains.
            let nobody: Int = try await database.reader(as: .none).value("SELECT count(*) FROM notes")
            #expect(nobody == 0)
            let odd: [Row] = try await database.reader(as: tenant("odd")).rows("SELECT DISTINCT tenant FROM notes")
            #expect(try odd.map { try $0.value("tenant", as: String.self) } == ["odd"])
            #expect(database.statistics.readConnections == 1)
        }
    }

    @Test func takesTheRoleAtTheStart() async throws {
        try await withNotes { database in
            let user: String = try await database.reader(as: .none).value("SELECT current_user::text")
            #expect(user == "reader_app")
            let error = await #expect(throws: DatabaseError.self) {
                try await database.write(as: .none) { try await $0.execute("CREATE TABLE mine ()") }
            }
            #expect(error?.kind == .insufficientPrivilege)
        }
    }

    @Test func refusesToWrite() async throws {
        try await withNotes { database in
            let reader = database.reader(as: tenant("even"))
            let error = await #expect(throws: DatabaseError.self) {
                try await reader.execute("UPDATE notes SET body = 'changed' WHERE id = 2")
            }
            #expect(error?.kind == .readOnlyTransaction)
            let body: String = try await reader.value("SELECT body FROM notes WHERE id = 2")
            #expect(body == "note 2")
        }
    }

    @Test func matchesEachResultWithItsTask() async throws {
        try await withNotes { database in
            let even = database.reader(as: tenant("even"))
            let odd = database.reader(as: tenant("odd"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<64 {
                    group.addTask {
                        for round in 0..<50 {
                            let id = (task * 50 + round) % 1000 + 1
                            let mine = id.isMultiple(of: 2) ? even : odd
                            let other = id.isMultiple(of: 2) ? odd : even
                            let row = try await mine.one("SELECT id, body FROM notes WHERE id = \(id)")
                            let (found, body) = try row.decode(Int.self, String.self)
                            #expect(found == id && body == "note \(id)")
                            let hidden = try await other.rows("SELECT id FROM notes WHERE id = \(id)")
                            #expect(hidden.isEmpty)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(database.statistics.readConnections <= 4)
            #expect(database.statistics.readsInFlight == 0)
        }
    }

    @Test func readsOfOneContextShareTransactionsAndOthersDoNot() async throws {
        try await withNotes(configure: { $0.readConnections = 1 }) { database in
            let readers = ["even", "odd"].map { database.reader(as: tenant($0)) }
            let seen = try await withThrowingTaskGroup(of: (begun: Date, tenant: String).self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let row = try await readers[number / 100].one("SELECT now(), min(tenant) FROM notes")
                        return try row.decode(Date.self, String.self)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let tenants = Dictionary(grouping: seen, by: \.begun).mapValues { Set($0.map(\.tenant)) }
            #expect(seen.count == 200 && seen.count(where: { $0.tenant == "odd" }) == 100)
            #expect(tenants.count < 200, "not one transaction was shared")
            #expect(tenants.values.allSatisfy { $0.count == 1 })
        }
    }

    @Test func keepsAnErrorToItself() async throws {
        try await withNotes(configure: { $0.readConnections = 1 }) { database in
            let reader = database.reader(as: tenant("even"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<90 {
                    group.addTask {
                        switch number % 3 {
                        case 0:
                            let error = await #expect(throws: DatabaseError.self) {
                                try await reader.execute("SELECT 1 / \(number - number)")
                            }
                            #expect(error?.sqlState == "22012")
                        case 1:
                            // Not even prepared.
                            let error = await #expect(throws: DatabaseError.self) {
                                try await reader.execute("SELECT nonsense FROM nowhere")
                            }
                            #expect(error?.sqlState == "42P01")
                        default:
                            let id: Int = try await reader.value("SELECT \(number)::bigint")
                            #expect(id == number)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func errorsNameTheSQLAndNoValue() async throws {
        try await withNotes { database in
            let secret = "hunter2"
            let error = await #expect(throws: DatabaseError.self) {
                try await database.reader(as: .none).execute("SELECT (\(secret))::uuid")
            }
            #expect(error?.kind == .invalidValue)
            #expect(error?.description == "the database refused the statement")
            #expect(error?.debugDescription.contains("SELECT ($1)::uuid") == true)
            #expect(error?.debugDescription.contains(secret) == false)
        }
    }

    @Test func namesTheViolatedConstraint() async throws {
        let setUp: [Query] = [
            "CREATE TABLE seats (id int CONSTRAINT seat_once PRIMARY KEY, n int CONSTRAINT seat_positive CHECK (n > 0))",
            "INSERT INTO seats VALUES (1, 1)",
        ]
        try await TestServer.withDatabase(setUp: setUp) { database in
            let twice = await #expect(throws: DatabaseError.self) {
                try await database.write(as: .none) { try await $0.execute("INSERT INTO seats VALUES (1, 1)") }
            }
            #expect(twice?.kind == .uniqueViolation)
            #expect(twice?.constraint == "seat_once")
            #expect(twice?.table == "seats")
            let negative = await #expect(throws: DatabaseError.self) {
                try await database.write(as: .none) { try await $0.execute("INSERT INTO seats VALUES (2, -1)") }
            }
            #expect(negative?.kind == .checkViolation)
            #expect(negative?.constraint == "seat_positive")
        }
    }

    @Test func preparesAnewAfterTheSchemaChanged() async throws {
        try await TestServer.withDatabase(
            setUp: ["CREATE TABLE things (id int)", "INSERT INTO things VALUES (1)"],
            configure: { $0.readConnections = 1 }
        ) { database in
            let reader = database.reader(as: .none)
            let query: Query = "SELECT * FROM things"
            #expect(try await reader.one(query).columns == ["id"])
            try await database.write(as: .none) { try await $0.execute("ALTER TABLE things ADD COLUMN name text") }
            #expect(try await reader.one(query).columns == ["id", "name"])
            #expect(database.statistics.retries == 1)
            // Statements the server has lost are prepared again as well.
            let columns = try await database.write(as: .none) { try await $0.one(query).columns }
            #expect(columns.count == 2)
            _ = try? await reader.execute("DEALLOCATE ALL")
            #expect(try await reader.one(query).columns.count == 2)
        }
    }

    @Test func keepsNoMoreStatementsThanItsCache() async throws {
        try await TestServer.withDatabase(configure: {
            $0.readConnections = 1
            $0.preparedStatements = 5
        }) { database in
            let reader = database.reader(as: .none)
            for round in 0..<3 {
                for number in 0..<20 {
                    let columns = (0...number).map { index -> Query in "\(index)" }.joined(separator: ", ")
                    #expect(try await reader.one("SELECT \(fragment: columns)").columns.count == number + 1, "\(round)")
                }
            }
            let prepared: Int = try await reader.value("SELECT count(*) FROM pg_prepared_statements")
            #expect(prepared <= 7)
        }
    }

    @Test func worksWithoutPreparing() async throws {
        try await TestServer.withDatabase(configure: {
            $0.readConnections = 1
            $0.preparedStatements = 0
        }) { database in
            let reader = database.reader(as: .none)
            let sum: Int = try await reader.value("SELECT \(1) + \(2)")
            #expect(sum == 3)
            let prepared: Int = try await reader.value("SELECT count(*) FROM pg_prepared_statements")
            #expect(prepared == 0)
        }
    }

    @Test func readsOnAfterItsConnectionsWereTerminated() async throws {
        try await withNotes { database in
            let reader = database.reader(as: tenant("even"))
            let killer = Database(.init(conninfo: database.core.configuration.conninfo), logger: TestServer.logger)
            let isOver = Counter()
            try await within(.seconds(60)) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for task in 0..<32 {
                        group.addTask {
                            var round = 0
                            while isOver.value == 0 {
                                round += 1
                                let id = (task * 100 + round) % 500 * 2 + 2
                                do {
                                    let found: Int = try await reader.value("SELECT id FROM notes WHERE id = \(id)")
                                    #expect(found == id)
                                } catch is ConnectionLost {
                                    // One retry each: a read hit twice in a row fails, and cleanly.
                                }
                            }
                        }
                    }
                    group.addTask {
                        for _ in 0..<200 {
                            try await killer.reader(as: .none).execute(
                                """
                                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                                WHERE datname = current_database() AND pid <> pg_backend_pid()
                                """)
                            try await Task.sleep(for: .milliseconds(Int.random(in: 0...4)))
                        }
                        isOver.increment()
                    }
                    try await group.waitForAll()
                }
            }
            #expect(database.statistics.connectionsLost > 0)
            let after: Int = try await reader.value("SELECT count(*) FROM notes")
            #expect(after == 500)
            await killer.close()
        }
    }

    @Test func aCancelledReadHarmsNobody() async throws {
        try await TestServer.withDatabase(configure: { $0.readConnections = 1 }) { database in
            let reader = database.reader(as: .none)
            let slow = Task { try await reader.execute("SELECT pg_sleep(2)") }
            let next = Task { try await reader.value("SELECT 7", as: Int.self) }
            try await Task.sleep(for: .milliseconds(50))
            let start = ContinuousClock.now
            slow.cancel()
            await #expect(throws: CancellationError.self) { try await slow.value }
            #expect(ContinuousClock.now - start < .milliseconds(1_500))
            #expect(try await next.value == 7)
        }
    }

    @Test func theServerGivesUpLongStatements() async throws {
        try await TestServer.withDatabase(configure: { $0.statementTimeout = .milliseconds(100) }) { database in
            let error = await #expect(throws: DatabaseError.self) {
                try await database.reader(as: .none).execute("SELECT pg_sleep(10)")
            }
            #expect(error?.kind == .queryCanceled)
            let value: Int = try await database.reader(as: .none).value("SELECT 1")
            #expect(value == 1)
        }
    }

    @Test func copyInAReadEndsCleanly() async throws {
        try await withNotes { database in
            await #expect(throws: (any Error).self) {
                try await within(.seconds(5)) {
                    try await database.reader(as: .none).execute("COPY (SELECT 1) TO STDOUT")
                }
            }
            let value: Int = try await database.reader(as: .none).value("SELECT 1")
            #expect(value == 1)
        }
    }

    @Test func tooManyReadsAreTurnedAway() async throws {
        try await TestServer.withDatabase(configure: {
            $0.readConnections = 1
            $0.queue = 10
            $0.maximumWait = .milliseconds(300)
        }) { database in
            let reader = database.reader(as: .none)
            try await reader.execute("SELECT 1")
            let reads = (0..<60).map { _ in
                Task { try await reader.execute("SELECT pg_sleep(0.25)") }
            }
            // Sixteen are sent and ten wait; the others learn at once that they cannot, most of the ten when they have
            // waited.
            #expect(try await eventually { database.statistics.rejections >= 40 })
            // Health has a connection of its own.
            try await within(.seconds(2)) { try await database.ping() }
            var busy = 0
            for read in reads {
                if database.statistics.rejections > 0 { read.cancel() }
                do { _ = try await read.value } catch is PoolBusy { busy += 1 } catch is CancellationError {}
            }
            #expect((40...44).contains(busy))
        }
    }

    @Test func aMissingServerIsAnErrorInTime() async throws {
        var configuration = Database.Configuration(conninfo: "host=/tmp/nowhere-at-all user=x dbname=y")
        configuration.maximumWait = .milliseconds(200)
        try await TestServer.withDatabase(configuration) { database in
            for _ in 0..<3 {
                await #expect(throws: ConnectionLost.self) {
                    try await within(.seconds(2)) { try await database.reader(as: .none).execute("SELECT 1") }
                }
                await #expect(throws: ConnectionLost.self) {
                    try await within(.seconds(2)) {
                        try await database.write(as: .none) { try await $0.execute("SELECT 1") }
                    }
                }
            }
        }
    }

    @Test(arguments: ["host=db.example.com sslmode=prefer", "nonsense", "postgresql://[", "host=a,b port=1,2,3"])
    func anUnusableConnectionStringIsAnError(_ conninfo: String) async throws {
        try await TestServer.withDatabase(.init(conninfo: conninfo)) { database in
            await #expect(throws: ConfigurationError.self) {
                try await database.reader(as: .none).execute("SELECT 1")
            }
            await #expect(throws: ConfigurationError.self) {
                try await database.write(as: .none) { _ in }
            }
        }
    }

    @Test func triesTheNextHost() async throws {
        let conninfo = try await TestServer.shared().conninfo()
        let several = conninfo.replacing("host='", with: "host='/tmp/nowhere-at-all,")
        try await TestServer.withDatabase(.init(conninfo: several)) { database in
            for _ in 0..<5 {
                let one: Int = try await database.write(as: .none) { try await $0.value("SELECT 1") }
                #expect(one == 1)
            }
        }
    }

    @Test func aFailedCompanyIsToldWhenAllEnds() async throws {
        try await TestServer.withDatabase(configure: { $0.readConnections = 1 }) { database in
            let reader = database.reader(as: tenant("even"))
            try await reader.execute("SELECT 1")
            let reads = (0..<8).map { number in
                // The planner would see that a plain division by zero fails, and not sleep.
                Task { try await reader.execute("SELECT pg_sleep(0.4), 1 / (\(number) * (random() < 2)::int)") }
            }
            #expect(try await eventually { database.statistics.readsInFlight == 8 })
            await database.close()
            try await within(.seconds(20)) {
                for (number, read) in reads.enumerated() {
                    do {
                        _ = try await read.value
                        #expect(number > 0)
                    } catch is Closed {
                    } catch let error as DatabaseError {
                        #expect(number == 0 && error.sqlState == "22012")
                    }
                }
            }
        }
    }

    @Test func afterClosingEverythingIsRefused() async throws {
        let conninfo = try await TestServer.shared().conninfo()
        let database = Database(.init(conninfo: conninfo), logger: TestServer.logger)
        let reader = database.reader(as: .none)
        try await reader.execute("SELECT 1")
        let last = Task { try await reader.value("SELECT 5 FROM pg_sleep(0.2)", as: Int.self) }
        try await Task.sleep(for: .milliseconds(80))
        await database.close()
        // What was under way is brought to its end.
        #expect(try await last.value == 5)
        await #expect(throws: Closed.self) { try await reader.execute("SELECT 1") }
        await #expect(throws: Closed.self) { try await database.write(as: .none) { _ in } }
        await database.close()
    }
}
