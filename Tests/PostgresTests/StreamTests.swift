import Foundation
import Testing

@testable import Postgres

@Suite(.serialized) struct StreamTests {
    @Test func yieldsEveryRowInOrder() async throws {
        try await TestServer.withDatabase { database in
            let sum = try await database.snapshot(as: .none) { transaction in
                var (sum, expected) = (0, 1)
                for try await row in transaction.stream("SELECT n FROM generate_series(1, \(100_000)) AS n") {
                    let number: Int = try row("n")
                    #expect(number == expected)
                    expected += 1
                    sum += number
                }
                return sum
            }
            #expect(sum == 5_000_050_000)
        }
    }

    @Test func leavesRoomForOtherStatements() async throws {
        try await TestServer.withDatabase { database in
            try await database.write(as: .none) { transaction in
                var seen = 0
                for try await row in transaction.stream("SELECT n FROM generate_series(1, 300) AS n") {
                    let number: Int = try row("n")
                    let doubled: Int = try await transaction.value("SELECT \(number) * 2")
                    #expect(doubled == number * 2)
                    seen += 1
                }
                #expect(seen == 300)
            }
        }
    }

    @Test func mayBeAbandoned() async throws {
        try await TestServer.withDatabase { database in
            try await database.write(as: .none) { transaction in
                for _ in 0..<3 {
                    for try await row in transaction.stream("SELECT generate_series(1, 100000000) AS n") {
                        if try row.value("n", as: Int.self) == 100 { break }
                    }
                }
                // The cursors are closed, and the transaction is well.
                let areClosed = try await eventually {
                    // The statement that asks is listed as a cursor without a name.
                    try await transaction.value("SELECT count(*) FROM pg_cursors WHERE name <> ''", as: Int.self) == 0
                }
                #expect(areClosed)
            }
        }
    }

    @Test func memoryStaysBounded() async throws {
        try await TestServer.withDatabase(configure: { $0.statementTimeout = .seconds(60) }) { database in
            try await database.snapshot(as: .none) { transaction in
                // 400 MB in rows of 100 kB.
                var start: Int?
                var peak = 0
                var count = 0
                for try await row in transaction.stream(
                    "SELECT n, repeat('x', 100000) AS wide FROM generate_series(1, 4000) AS n")
                {
                    count += 1
                    if count == 500 { start = residentMemory() }
                    if count.isMultiple(of: 100) { peak = max(peak, residentMemory()) }
                    if count == 4_000 { #expect(try row.value("wide", as: String.self).utf8.count == 100_000) }
                }
                #expect(count == 4_000)
                let first = try #require(start)
                #expect(peak - first < 100_000_000, "grew from \(first) to \(peak)")
            }
        }
    }

    @Test func errorsReachTheConsumer() async throws {
        try await TestServer.withDatabase { database in
            let error = await #expect(throws: DatabaseError.self) {
                try await database.write(as: .none) { transaction in
                    for try await _ in transaction.stream("SELECT 1 / (5000 - n) FROM generate_series(1, 100000) AS n")
                    {}
                }
            }
            #expect(error?.sqlState == "22012")
        }
    }

    @Test func aStreamEndsWithItsTransaction() async throws {
        try await TestServer.withDatabase { database in
            let stream = try await database.write(as: .none) { transaction in
                let stream = transaction.stream("SELECT generate_series(1, 1000000) AS n")
                for try await _ in stream { break }
                return stream
            }
            await #expect(throws: Closed.self) { for try await _ in stream {} }
        }
    }

    private func residentMemory() -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * 4_096
    }
}
