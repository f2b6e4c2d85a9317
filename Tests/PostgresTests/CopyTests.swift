import Foundation
import Testing

@testable import Postgres

@Suite(.serialized) struct CopyTests {
    private static let table: [Query] = [
        """
        CREATE TABLE loaded (
            id int PRIMARY KEY, small smallint, big bigint, real double precision, flag boolean, name varchar(20),
            body text, key uuid, blob bytea, at timestamptz, day date, tags text[], numbers int[], doc jsonb
        )
        """
    ]

    @Test func storesWhatWasGiven() async throws {
        try await TestServer.withDatabase(setUp: Self.table) { database in
            let key = UUID()
            let at = Date(timeIntervalSince1970: 1_772_323_200.25)
            let awkward = "tab\tline\nreturn\r back\\slash \\N quote\" 日本"
            let rows: [[(any PostgresEncodable)?]] = [
                [
                    1, 2, Int.max, 1.5, true, "ada", awkward, key, [0, 255, 92] as [UInt8], at, nil,
                    ["a", "b,\"\\", ""], [1, 2], JSONB(["k": awkward]),
                ],
                [
                    2, nil, Int.min, -Double.infinity, false, "", "\\.", nil, [UInt8](), nil, nil, [String](), [Int](),
                    nil,
                ],
            ]
            let count = try await database.write(as: .none) { transaction in
                try await transaction.copy(
                    into: "loaded",
                    columns: [
                        "id", "small", "big", "real", "flag", "name", "body", "key", "blob", "at", "day", "tags",
                        "numbers", "doc",
                    ],
                    rows: rows)
            }
            #expect(count == 2)
            let reader = database.reader(as: .none)
            let first = try await reader.one("SELECT * FROM loaded WHERE id = 1")
            #expect(try first.value("big", as: Int.self) == .max)
            #expect(try first.value("body", as: String.self) == awkward)
            #expect(try first.value("key", as: UUID.self) == key)
            #expect(try first.value("blob", as: [UInt8].self) == [0, 255, 92])
            #expect(try first.value("at", as: Date.self) == at)
            #expect(try first.value("tags", as: [String].self) == ["a", "b,\"\\", ""])
            #expect(try first.value("numbers", as: [Int].self) == [1, 2])
            #expect(try first.value("doc", as: JSONB<[String: String]>.self).value == ["k": awkward])
            let second = try await reader.one("SELECT * FROM loaded WHERE id = 2")
            #expect(try second.value("name", as: String.self) == "")
            #expect(try second.value("body", as: String.self) == "\\.")
            #expect(try second.value("small", as: Int?.self) == nil)
            #expect(try second.value("tags", as: [String].self) == [])
        }
    }

    @Test(arguments: [
        0, 1, -1, 86_399_999_999, -86_400_000_001, 825_638_400_123_457, -63_082_281_600_000_001,
        -200_000_000_000_000_000,
    ])
    func writesTimestampsAsPostgreSQLDoes(_ microseconds: Int64) async throws {
        let conninfo = try await TestServer.shared().conninfo()
        try await TestServer.withDatabase(.init(conninfo: conninfo)) { database in
            let text = CopyText.timestamp(microseconds)
            let read: Int = try await database.reader(as: .none).value(
                """
                SELECT ((extract(epoch FROM \(text)::timestamptz) - extract(epoch FROM timestamptz '2000-01-01Z'))
                        * 1000000)::bigint
                """)
            #expect(read == microseconds, "\(text)")
        }
    }

    @Test func loadsManyRows() async throws {
        try await TestServer.withDatabase(setUp: Self.table) { database in
            let count = try await database.write(as: .none, statementTimeout: .seconds(60)) { transaction in
                try await transaction.copy(
                    into: "loaded", columns: ["id", "body"],
                    rows: (0..<50_000).lazy.map { [Int32($0), String(repeating: "x", count: 200)] })
            }
            #expect(count == 50_000)
            let sum: Int = try await database.reader(as: .none).value("SELECT sum(length(body)) FROM loaded")
            #expect(sum == 10_000_000)
        }
    }

    @Test func aRefusedRowUndoesAll() async throws {
        try await TestServer.withDatabase(setUp: Self.table) { database in
            let twice = await #expect(throws: DatabaseError.self) {
                try await database.write(as: .none) { transaction in
                    try await transaction.copy(
                        into: "loaded", columns: ["id", "body"], rows: (0..<20_000).map { [min($0, 19_000), "x"] })
                }
            }
            #expect(twice?.kind == .uniqueViolation)
            let uneven = await #expect(throws: DatabaseError.self) {
                try await database.write(as: .none) { transaction in
                    try await transaction.copy(into: "loaded", columns: ["id", "body"], rows: [[1, "x"], [2]])
                }
            }
            #expect(uneven?.sqlState == "22P04")
            let missing = await #expect(throws: DatabaseError.self) {
                try await database.write(as: .none) { transaction in
                    try await transaction.copy(into: "nowhere", columns: ["id"], rows: [[1]])
                }
            }
            #expect(missing?.sqlState == "42P01")
            let count: Int = try await database.reader(as: .none).value("SELECT count(*) FROM loaded")
            #expect(count == 0)
            // The connection went on serving.
            #expect(database.statistics.connectionsLost == 0)
        }
    }

    @Test func aLoadThatTakesTooLongIsGivenUp() async throws {
        try await TestServer.withDatabase(setUp: Self.table) { database in
            let error = await #expect(throws: DatabaseError.self) {
                try await within(.seconds(30)) {
                    try await database.write(as: .none, statementTimeout: .milliseconds(200)) { transaction in
                        try await transaction.copy(
                            into: "loaded", columns: ["id", "body"],
                            rows: (0...).lazy.map { [Int32($0), String(repeating: "x", count: 200)] })
                    }
                }
            }
            #expect(error?.kind == .queryCanceled)
            #expect(database.statistics.connectionsLost == 0)
        }
    }

    @Test func insideASavepointItCanBeUndone() async throws {
        try await TestServer.withDatabase(setUp: Self.table) { database in
            try await database.write(as: .none) { transaction in
                _ = try? await transaction.savepoint { inner in
                    try await inner.copy(into: "loaded", columns: ["id"], rows: [[1], [1]])
                }
                try await transaction.copy(into: "loaded", columns: ["id"], rows: [[5]])
                let found: Int = try await transaction.value("SELECT id FROM loaded")
                #expect(found == 5)
            }
        }
    }

    @Test("rows are told as they are, by COPY and from a result alike, whatever pieces they come in")
    func tellsWhatIsThere() async throws {
        try await TestServer.withDatabase(setUp: []) { database in
            let query: Query = """
                SELECT n, n::smallint % 7, (n * 4000000000)::bigint, CASE WHEN n % 3 > 0 THEN repeat('é', n % 500) END,
                       n % 2 = 0, md5(n::text)::uuid, array_fill('t' || n, ARRAY[n % 4]),
                       CASE WHEN n % 5 > 0 THEN ARRAY[n, -n]::smallint[] END
                FROM generate_series(1, 20000) AS n ORDER BY n
                """
            struct Told: Equatable {
                let integers: [Int?], text: String?, flag: Bool?, key: UUID, texts: [String], numbers: [Int]

                init(_ columns: inout Columns) throws {
                    integers = [try columns.integer(), try columns.integer(), try columns.integer()]
                    text = try columns.text()
                    (flag, key) = (try columns.bool(), try columns.uuid())
                    (texts, numbers) = (try columns.texts(), try columns.integers())
                }
            }
            try await database.snapshot(as: .none) { transaction in
                var told: [Told] = []
                try await transaction.copy(query) { told.append(try Told(&$0)) }
                let rows = try await transaction.rows(query).map { row in
                    var columns = row.reading
                    return try Told(&columns)
                }
                #expect(told.count == 20_000)
                #expect(told == rows)
                #expect(told[4].integers == [5, 5, 20_000_000_000] && told[4].numbers == [])
                #expect(told[5].text == nil && told[5].texts == ["t6", "t6"] && told[5].numbers == [6, -6])
                var count = 0
                try await transaction.copy("SELECT 1 WHERE false") { _ in count += 1 }
                #expect(count == 0)
            }
        }
    }

    @Test("a copy that fails on the way tells why, and one that is given up leaves the database as it was")
    func copyThatEnds() async throws {
        struct Enough: Error {}
        try await TestServer.withDatabase(setUp: []) { database in
            await #expect {
                try await database.snapshot(as: .none) {
                    try await $0.copy("SELECT 1 / (90000 - n) FROM generate_series(1, 100000) AS n") { _ in }
                }
            } throws: {
                ($0 as? DatabaseError)?.sqlState == "22012"
            }
            await #expect {
                try await database.snapshot(as: .none) { try await $0.copy("SELECT \(1)") { _ in } }
            } throws: {
                ($0 as? DatabaseError)?.sqlState == "08P01"
            }
            await #expect(throws: Enough.self) {
                try await database.snapshot(as: .none) {
                    try await $0.copy("SELECT n FROM generate_series(1, 10000000) AS n") { columns in
                        if try columns.integer() == 1_000 { throw Enough() }
                    }
                }
            }
            await #expect(throws: Cell.Mismatch.self) {
                try await database.snapshot(as: .none) {
                    try await $0.copy("SELECT 'words'") { _ = try $0.integer() }
                }
            }
            await #expect(throws: Cell.Mismatch.self) {
                try await database.snapshot(as: .none) {
                    try await $0.copy("SELECT 1") { for _ in 0..<2 { _ = try $0.integer() } }
                }
            }
            let cancelled = Task {
                try await database.snapshot(as: .none) {
                    try await $0.copy("SELECT pg_sleep(0.01), n FROM generate_series(1, 100000) AS n") { _ in }
                }
            }
            try await Task.sleep(for: .milliseconds(100))
            cancelled.cancel()
            await #expect(throws: CancellationError.self) { try await cancelled.value }
            #expect(try await database.reader(as: .none).value("SELECT 7") == 7)
        }
    }

    @Test("a reader that is slower than a server may be costs nobody the connection")
    func backpressure() async throws {
        try await TestServer.withDatabase(setUp: []) { database in
            let reader = database.reader(as: .none)
            try await database.snapshot(as: .none, statementTimeout: .seconds(1)) { transaction in
                var count = 0
                try await transaction.execute("SELECT set_config('statement_timeout', '0', true)")
                try await transaction.copy("SELECT n, repeat('x', 1000) FROM generate_series(1, 100000) AS n") { _ in
                    count += 1
                    if count == 1 { Thread.sleep(forTimeInterval: 4) }
                }
                #expect(count == 100_000)
            }
            #expect(try await reader.value("SELECT 7") == 7)
        }
    }

    @Test("of a server that waits for its reader, no more is taken than a piece ahead")
    func noMoreThanAPiece() async throws {
        try await TestServer.withDatabase(setUp: []) { database in
            let reader = database.reader(as: .none)
            let (told, isSeen) = (AsyncStream<Void>.makeStream(), DispatchSemaphore(value: 0))
            let copying = Task {
                try await database.snapshot(as: .none) { transaction in
                    var isFirst = true
                    try await transaction.copy("SELECT repeat('x', 1000) FROM generate_series(1, 100000)") { _ in
                        guard isFirst else { return }
                        isFirst = false
                        told.continuation.finish()
                        _ = isSeen.wait(timeout: .now() + 20)
                    }
                }
            }
            for await _ in told.stream {}
            let deadline = ContinuousClock.now + .seconds(15)
            var event: String?
            while event != "ClientWrite", ContinuousClock.now < deadline {
                event = try await reader.value(
                    "SELECT max(wait_event) FROM pg_stat_activity WHERE query LIKE 'COPY (SELECT repeat%' AND state = 'active'"
                )
            }
            isSeen.signal()
            #expect(event == "ClientWrite")
            try await copying.value
        }
    }

    @Test("what throws while rows are told ends the copy at once, whatever it is")
    func bodyThrowsADatabaseError() async throws {
        try await TestServer.withDatabase(setUp: []) { database in
            let start = ContinuousClock.now
            await #expect(throws: DatabaseError.self) {
                try await database.snapshot(as: .none) {
                    try await $0.copy("SELECT repeat('x', 1000) FROM generate_series(1, 10000000)") { _ in
                        throw DatabaseError(sqlState: "P0001", message: "enough", sql: nil)
                    }
                }
            }
            #expect(ContinuousClock.now - start < .seconds(3))
        }
    }
}
