import Foundation
import Testing

@testable import Postgres

private struct Refused: Error {}

@Suite(.serialized) struct TransactionTests {
    private static let accounts: [Query] = [
        "CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL CONSTRAINT balance_positive CHECK (balance >= 0))",
        "INSERT INTO accounts VALUES (1, 100), (2, 100)",
    ]

    private func withAccounts<R: Sendable>(
        configure: (inout Database.Configuration) -> Void = { _ in }, _ body: (Database) async throws -> R
    ) async throws -> R {
        try await TestServer.withDatabase(setUp: Self.accounts, configure: configure, body)
    }

    private func balance(of id: Int, in database: Database) async throws -> Int {
        try await database.reader(as: .none).value("SELECT balance FROM accounts WHERE id = \(id)")
    }

    @Test func commitsWhatReturns() async throws {
        try await withAccounts { database in
            let changed = try await database.write(as: .none) { transaction in
                try await transaction.execute("UPDATE accounts SET balance = balance - \(10)")
            }
            #expect(changed == 2)
            #expect(try await balance(of: 1, in: database) == 90)
        }
    }

    @Test func undoesWhatThrows() async throws {
        try await withAccounts { database in
            await #expect(throws: Refused.self) {
                try await database.write(as: .none) { transaction in
                    try await transaction.execute("UPDATE accounts SET balance = 0")
                    throw Refused()
                }
            }
            let balance = try await balance(of: 1, in: database)
            #expect(balance == 100)
            #expect(database.statistics.transactionConnections == 1)
        }
    }

    @Test func carriesTheContextAndTheClock() async throws {
        try await TestServer.withDatabase { database in
            let context = Context([(name: "app.person", value: "ada"), (name: "app.role", value: "manager")])
            let (now, seen, person) = try await database.write(as: context) { transaction in
                let row = try await transaction.one("SELECT now(), current_setting('app.person')")
                let (seen, person) = try row.decode(Date.self, String.self)
                return (transaction.now, seen, person)
            }
            #expect(now == seen)
            #expect(person == "ada")
            let after: String? = try await database.write(as: .none) {
                try await $0.value("SELECT nullif(current_setting('app.person', true), '')")
            }
            #expect(after == nil)
        }
    }

    @Test func swallowedErrorsDoNotCommit() async throws {
        try await withAccounts { database in
            let error = await #expect(throws: DatabaseError.self) {
                try await database.write(as: .none) { transaction in
                    try await transaction.execute("UPDATE accounts SET balance = 1")
                    _ = try? await transaction.execute("SELECT 1 / 0")
                }
            }
            #expect(error?.sqlState == "25P02")
            let balance = try await balance(of: 1, in: database)
            #expect(balance == 100)
        }
    }

    @Test func savepointsUndoOnlyTheirOwn() async throws {
        try await withAccounts { database in
            try await database.write(as: .none) { transaction in
                try await transaction.execute("UPDATE accounts SET balance = 50 WHERE id = 1")
                let error = await #expect(throws: DatabaseError.self) {
                    try await transaction.savepoint { inner in
                        try await inner.execute("UPDATE accounts SET balance = 7 WHERE id = 2")
                        try await inner.execute("UPDATE accounts SET balance = -1 WHERE id = 1")
                    }
                }
                #expect(error?.constraint == "balance_positive")
                try await transaction.savepoint { inner in
                    try await inner.savepoint { try await $0.execute("UPDATE accounts SET balance = 60 WHERE id = 2") }
                }
            }
            #expect(try await balance(of: 1, in: database) == 50)
            #expect(try await balance(of: 2, in: database) == 60)
        }
    }

    @Test func runsAgainAfterASerializationFailure() async throws {
        try await withAccounts { database in
            let runs = Counter()
            let bothHaveRead = Counter()
            // Each reads both balances and empties one account if both are full: one of the two must see the other.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for id in 1...2 {
                    group.addTask {
                        try await database.write(as: .none, isolation: .serializable) { transaction in
                            runs.increment()
                            let total: Int = try await transaction.value("SELECT sum(balance) FROM accounts")
                            bothHaveRead.increment()
                            _ = try await eventually(.seconds(2)) { bothHaveRead.value >= 2 }
                            guard total == 200 else { return }
                            try await transaction.execute("UPDATE accounts SET balance = 0 WHERE id = \(id)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(runs.value == 3)
            #expect(database.statistics.retries == 1)
            let total: Int = try await database.reader(as: .none).value("SELECT sum(balance) FROM accounts")
            #expect(total == 100)
        }
    }

    @Test func runsAgainAfterADeadlock() async throws {
        try await withAccounts { database in
            let first = Counter()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (one, other) in [(1, 2), (2, 1)] {
                    group.addTask {
                        try await database.write(as: .none) { transaction in
                            try await transaction.execute("SET LOCAL deadlock_timeout = '50ms'")
                            try await transaction.execute("UPDATE accounts SET balance = balance + 1 WHERE id = \(one)")
                            first.increment()
                            _ = try await eventually(.seconds(2)) { first.value >= 2 }
                            try await transaction.execute(
                                "UPDATE accounts SET balance = balance + 1 WHERE id = \(other)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(database.statistics.retries >= 1)
            #expect(try await balance(of: 1, in: database) == 102)
        }
    }

    @Test func givesUpAfterThreeRepetitions() async throws {
        try await withAccounts { database in
            let runs = Counter()
            let error = await #expect(throws: DatabaseError.self) {
                try await database.write(as: .none) { transaction in
                    runs.increment()
                    try await transaction.execute("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$")
                }
            }
            #expect(error?.kind == .serializationFailure)
            #expect(runs.value == 4)
        }
    }

    @Test func aSnapshotSeesOneStateAndWritesNothing() async throws {
        try await withAccounts { database in
            let (before, after) = try await database.snapshot(as: .none) { transaction in
                let before: Int = try await transaction.value("SELECT sum(balance) FROM accounts")
                try await database.write(as: .none) { try await $0.execute("UPDATE accounts SET balance = 0") }
                let after: Int = try await transaction.value("SELECT sum(balance) FROM accounts")
                return (before, after)
            }
            #expect(before == 200 && after == 200)
            let error = await #expect(throws: DatabaseError.self) {
                try await database.snapshot(as: .none) { try await $0.execute("UPDATE accounts SET balance = 1") }
            }
            #expect(error?.kind == .readOnlyTransaction)
        }
    }

    @Test func concurrentStatementsStayInOrder() async throws {
        try await withAccounts { database in
            let found = try await database.write(as: .none) { transaction in
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    for number in 0..<50 {
                        group.addTask { try await transaction.value("SELECT \(number)", as: Int.self) == number }
                    }
                    return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
            }
            #expect(found == 50)
        }
    }

    @Test func aFullPoolTurnsAway() async throws {
        try await withAccounts(configure: {
            $0.transactionConnections = 2
            $0.maximumWait = .milliseconds(100)
            $0.queue = 3
        }) { database in
            let holding = Counter()
            let release = Promise<Void>()
            let released = Task { try await release.value() }
            let holders = (0..<2).map { _ in
                Task {
                    try await database.write(as: .none) { _ in
                        holding.increment()
                        try await released.value
                    }
                }
            }
            #expect(try await eventually { holding.value == 2 })
            let start = ContinuousClock.now
            await #expect(throws: PoolBusy.self) { try await database.write(as: .none) { _ in } }
            #expect(ContinuousClock.now - start < .seconds(10))
            #expect(database.statistics.transactionsActive == 2)
            release.succeed(())
            for holder in holders { try await holder.value }
            try await database.write(as: .none) { _ in }
        }
    }

    @Test func aTransactionEndsWithItsClosure() async throws {
        try await withAccounts { database in
            let escaped = try await database.write(as: .none) { $0 }
            await #expect(throws: Closed.self) { try await escaped.execute("SELECT 1") }
            await #expect(throws: Closed.self) {
                try await escaped.copy(into: "accounts", columns: ["id"], rows: [[1]])
            }
        }
    }

    @Test func cancellationStopsTheStatementAndUndoesEverything() async throws {
        try await withAccounts(configure: { $0.transactionConnections = 1 }) { database in
            let started = Counter()
            let task = Task {
                try await database.write(as: .none) { transaction in
                    try await transaction.execute("UPDATE accounts SET balance = 0")
                    started.increment()
                    try await transaction.execute("SELECT pg_sleep(4)")
                }
            }
            #expect(try await eventually { started.value == 1 })
            try await Task.sleep(for: .milliseconds(50))
            let start = ContinuousClock.now
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            // The next one gets a connection of its own and finds no lock.
            try await within(.seconds(3)) {
                try await database.write(as: .none) {
                    try await $0.execute("UPDATE accounts SET balance = balance + 1")
                }
            }
            #expect(ContinuousClock.now - start < .seconds(3))
            #expect(try await balance(of: 1, in: database) == 101)
        }
    }

    @Test func manyCancellationsCorruptNothing() async throws {
        try await withAccounts(configure: { $0.maximumWait = .seconds(5) }) { database in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for round in 0..<120 {
                    let task = Task {
                        try await database.write(as: .none) { transaction in
                            for number in 0..<5 {
                                let back: Int = try await transaction.value("SELECT \(round * 10 + number)")
                                #expect(back == round * 10 + number)
                            }
                        }
                    }
                    let read = Task {
                        let back: Int = try await database.reader(as: .none).value("SELECT \(round)")
                        #expect(back == round)
                    }
                    group.addTask {
                        try await Task.sleep(for: .microseconds(Int.random(in: 0...4_000)))
                        task.cancel()
                        read.cancel()
                        do { try await task.value } catch is CancellationError {}
                        do { try await read.value } catch is CancellationError {}
                    }
                    try await Task.sleep(for: .microseconds(300))
                }
                try await group.waitForAll()
            }
            let sum: Int = try await database.write(as: .none) {
                try await $0.value("SELECT sum(balance) FROM accounts")
            }
            #expect(sum == 200)
            #expect(try await eventually { database.statistics.transactionsActive == 0 })
        }
    }

    @Test func survivesTheEndOfAnIdleConnection() async throws {
        try await withAccounts { database in
            for _ in 0..<3 {
                let pid: Int = try await database.write(as: .none) { try await $0.value("SELECT pg_backend_pid()") }
                try await database.reader(as: .none).execute("SELECT pg_terminate_backend(\(Int32(pid)))")
                let next: Int = try await database.write(as: .none) { try await $0.value("SELECT pg_backend_pid()") }
                #expect(next != pid)
            }
        }
    }

    @Test func aConnectionLostBeforeCommitIsReplaced() async throws {
        try await withAccounts { database in
            let runs = Counter()
            try await database.write(as: .none) { transaction in
                let run = runs.increment()
                try await transaction.execute("UPDATE accounts SET balance = balance - 1 WHERE id = 1")
                if run == 1 {
                    let pid: Int = try await transaction.value("SELECT pg_backend_pid()")
                    try await database.reader(as: .none).execute("SELECT pg_terminate_backend(\(Int32(pid)))")
                    try await transaction.execute("SELECT pg_sleep(1)")
                }
            }
            #expect(runs.value == 2)
            #expect(try await balance(of: 1, in: database) == 99)
        }
    }

    @Test func aConnectionLostDuringCommitIsUnknown() async throws {
        let setUp: [Query] = [
            "CREATE TABLE slow (id int)",
            """
            CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN PERFORM pg_sleep(3); RETURN NULL; END $$
            """,
            """
            CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION linger()
            """,
        ]
        try await TestServer.withDatabase(setUp: setUp) { database in
            let runs = Counter()
            let task = Task {
                try await database.write(as: .none) { transaction in
                    runs.increment()
                    try await transaction.execute("INSERT INTO slow VALUES (1)")
                }
            }
            let isTerminated = try await eventually {
                let count: Int = try await database.reader(as: .none).value(
                    """
                    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                    WHERE datname = current_database() AND query = 'COMMIT' AND state = 'active'
                    """)
                return count > 0
            }
            #expect(isTerminated)
            await #expect(throws: CommitUnknown.self) { try await task.value }
            // Never run again: it might have been done.
            #expect(runs.value == 1)
            #expect(database.statistics.commitsUnknown == 1)
        }
    }

    @Test func aRefusedCommitIsARefusal() async throws {
        let setUp: [Query] = [
            "CREATE TABLE parents (id int PRIMARY KEY)",
            """
            CREATE TABLE children (parent int CONSTRAINT child_has_parent REFERENCES parents DEFERRABLE INITIALLY DEFERRED)
            """,
        ]
        try await TestServer.withDatabase(setUp: setUp) { database in
            let error = await #expect(throws: DatabaseError.self) {
                try await database.write(as: .none) { try await $0.execute("INSERT INTO children VALUES (1)") }
            }
            #expect(error?.constraint == "child_has_parent")
            #expect(database.statistics.commitsUnknown == 0)
        }
    }

    @Test func aLockHeldTooLongIsAnError() async throws {
        try await withAccounts(configure: { $0.lockTimeout = .milliseconds(100) }) { database in
            let error = try await database.write(as: .none) { holder in
                try await holder.execute("LOCK TABLE accounts")
                return await #expect(throws: DatabaseError.self) {
                    try await database.write(as: .none) { try await $0.execute("UPDATE accounts SET balance = 1") }
                }
            }
            #expect(error?.kind == .lockTimeout)
        }
    }

    @Test func ownTimeoutsAreTheTransactions() async throws {
        try await withAccounts { database in
            let error = await #expect(throws: DatabaseError.self) {
                try await database.write(as: .none, statementTimeout: .milliseconds(50)) {
                    try await $0.execute("SELECT pg_sleep(5)")
                }
            }
            #expect(error?.kind == .queryCanceled)
            let usual: String = try await database.write(as: .none) {
                try await $0.value("SELECT current_setting('statement_timeout')")
            }
            #expect(usual == "5s")
        }
    }

    @Test func tooManyParametersAreAnError() async throws {
        try await withAccounts { database in
            let list = (0..<70_000).map { index -> Query in "\(index)" }.joined(separator: ", ")
            let error = await #expect(throws: DatabaseError.self) {
                try await database.reader(as: .none).rows("SELECT 1 WHERE 1 IN (\(fragment: list))")
            }
            #expect(error?.sqlState == "54000")
        }
    }
}

/// A server that waits for a standby which does not exist: the third outcome of COMMIT.
@Suite(.serialized) struct UnconfirmedCommitTests {
    private func withWaitingServer(
        configure: (inout Database.Configuration) -> Void = { _ in },
        _ body: (_ database: Database, _ commit: Task<Void, any Error>) async throws -> Void
    ) async throws {
        let directory = URL(filePath: "/tmp/postgres-tests-standby-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let server = PrivateServer(
            directory: directory, durable: false, settings: [("synchronous_standby_names", "nobody")],
            logger: TestServer.logger)
        var configuration = Database.Configuration(conninfo: try await server.start())
        configuration.maximumWait = .seconds(10)
        configure(&configuration)
        try await TestServer.withDatabase(configuration) { database in
            try await database.write(as: .none) { try await $0.execute("CREATE TABLE marks (id int)") }
            let commit = Task {
                try await database.write(as: .none) { transaction in
                    try await transaction.execute("SET LOCAL synchronous_commit = on")
                    try await transaction.execute("INSERT INTO marks VALUES (1)")
                }
            }
            let isWaiting = try await eventually { try await waiting(database) == 1 }
            #expect(isWaiting)
            try await body(database, commit)
        }
        await server.stop()
    }

    private func waiting(_ database: Database) async throws -> Int {
        try await database.reader(as: .none).value("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
    }

    @Test func aWaitThatWasCancelledIsNoSuccess() async throws {
        try await withWaitingServer { database, commit in
            try await database.reader(as: .none).execute(
                "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
            await #expect(throws: CommitUnknown.self) { try await commit.value }
        }
    }

    @Test func cancellingTheTaskLeavesTheCommitAlone() async throws {
        try await withWaitingServer(configure: { $0.commitTimeout = .seconds(1) }) { database, commit in
            commit.cancel()
            await #expect(throws: CommitUnknown.self) { try await within(.seconds(5)) { try await commit.value } }
            // Nobody tells the server to stop waiting, now or a little later: it would count the transaction as done.
            try await Task.sleep(for: .milliseconds(500))
            let stillWaiting = try await waiting(database)
            #expect(stillWaiting == 1)
            let visible: Int = try await database.reader(as: .none).value("SELECT count(*) FROM marks")
            #expect(visible == 0)
        }
    }
}
