import Foundation
import Testing

@testable import Postgres

private enum Season: String, PostgresCodable {
    case spring, autumn
}

private struct Answers: Codable, Hashable, Sendable {
    var text: String
    var at: Date
    var numbers: [Int]
}

@Suite(.serialized) struct CodecTests {
    /// Sends a value there and back, and lets PostgreSQL itself say what it saw.
    private func roundTrip<T: PostgresCodable & Equatable>(_ value: T, seenAs text: String? = nil) async throws {
        try await Self.shared { database in
            let row: Row
            do {
                row = try await database.reader(as: .none).one("SELECT \(value) AS value, (\(value))::text AS text")
            } catch {
                Issue.record("\(value): \(String(reflecting: error))")
                return
            }
            let back: T = try row("value")
            #expect(back == value)
            if let text {
                let seen: String = try row("text")
                #expect(seen == text)
            }
        }
    }

    /// One client for all, since nothing is stored.
    private static let client = Task {
        var configuration = Database.Configuration(conninfo: try await TestServer.shared().conninfo())
        configuration.maximumWait = .seconds(10)
        return Database(configuration, logger: TestServer.logger)
    }

    private static func shared(_ body: (Database) async throws -> Void) async throws {
        try await body(client.value)
    }

    @Test func booleans() async throws {
        try await roundTrip(true, seenAs: "true")
        try await roundTrip(false, seenAs: "false")
    }

    @Test(arguments: [0, 1, -1, .max, .min, 4_294_967_296])
    func integers(_ value: Int) async throws {
        try await roundTrip(value, seenAs: "\(value)")
    }

    @Test func smallIntegers() async throws {
        try await roundTrip(Int32.min, seenAs: "-2147483648")
        try await roundTrip(Int32.max)
        try await roundTrip(Int16.min, seenAs: "-32768")
        try await roundTrip(Int16.max)
        try await roundTrip(Int64.max)
    }

    @Test(arguments: [0.0, -0.0, 1.5, .greatestFiniteMagnitude, .leastNonzeroMagnitude, .infinity, -.infinity, 0.1])
    func doubles(_ value: Double) async throws {
        try await roundTrip(value)
    }

    @Test func notANumber() async throws {
        try await Self.shared { database in
            let back: Double = try await database.reader(as: .none).value("SELECT \(Double.nan)")
            #expect(back.isNaN)
        }
    }

    @Test(arguments: [
        "", "plain", "日本語 🏳️‍🌈", "quote ' \" \\ $1", "tab\tline\r\n", String(repeating: "x", count: 1_000_000),
    ])
    func texts(_ value: String) async throws {
        try await roundTrip(value, seenAs: value)
    }

    @Test func identifiersAndBytes() async throws {
        let id = UUID()
        try await roundTrip(id, seenAs: id.uuidString.lowercased())
        try await roundTrip([UInt8](), seenAs: "\\x")
        try await roundTrip([UInt8](0...255))
    }

    @Test func dates() async throws {
        try await roundTrip(Date(timeIntervalSince1970: 0), seenAs: "1970-01-01 00:00:00+00")
        try await roundTrip(Date(timeIntervalSince1970: 1_772_323_200.25), seenAs: "2026-03-01 00:00:00.25+00")
        try await roundTrip(Date(timeIntervalSince1970: -62_135_596_800), seenAs: "0001-01-01 00:00:00+00")
        try await roundTrip(Date(timeIntervalSinceReferenceDate: .infinity), seenAs: "infinity")
        try await roundTrip(Date(timeIntervalSinceReferenceDate: -.infinity), seenAs: "-infinity")
        try await Self.shared { database in
            // The finest that a Date of our days can hold.
            let date: Date = try await database.reader(as: .none).value(
                "SELECT '2026-03-01 00:00:00.123457+00'::timestamptz")
            #expect(PostgresClock.microseconds(date) == 825_638_400_123_457)
        }
    }

    @Test(arguments: [1e300, -1e300, .nan, 1e13])
    func datesBeyondEveryCalendarAreRefused(_ seconds: Double) async throws {
        try await Self.shared { database in
            let error = await #expect(throws: DatabaseError.self) {
                _ = try await database.reader(as: .none).rows("SELECT \(Date(timeIntervalSinceReferenceDate: seconds))")
            }
            #expect(error?.sqlState == "22008")
        }
    }

    @Test func nulls() async throws {
        try await roundTrip(Int?.none)
        try await roundTrip(Int?.some(5))
        try await roundTrip(String?.none)
        try await roundTrip(UUID?.none)
        try await roundTrip([UInt8]?.none)
        try await roundTrip([String]?.none)
    }

    @Test func arrays() async throws {
        try await roundTrip([1, -2, .max], seenAs: "{1,-2,9223372036854775807}")
        try await roundTrip([Int](), seenAs: "{}")
        try await roundTrip(["a", "", "NULL", "{\"}", "日本"])
        try await roundTrip(["a", nil, "c"] as [String?], seenAs: "{a,NULL,c}")
        try await roundTrip([UUID(), UUID()])
        try await roundTrip([true, false])
        try await roundTrip([1.5, -.infinity])
        try await roundTrip([Date(timeIntervalSince1970: 1)])
        try await roundTrip([Int16(1), 2])
        try await roundTrip([Int32(1), 2])
        try await roundTrip([[1, 2, 3] as [UInt8], []])
        try await roundTrip([Season.spring, .autumn], seenAs: "{spring,autumn}")
        try await roundTrip((0..<10_000).map { $0 })
    }

    @Test func arraysOfTwoDimensionsAreRefused() async throws {
        try await Self.shared { database in
            _ = await #expect(throws: DecodeError.self) {
                let _: [Int] = try await database.reader(as: .none).value("SELECT '{{1,2},{3,4}}'::bigint[]")
            }
        }
    }

    @Test func enumerations() async throws {
        try await roundTrip(Season.autumn, seenAs: "autumn")
        try await Self.shared { database in
            _ = await #expect(throws: DecodeError.self) {
                let _: Season = try await database.reader(as: .none).value("SELECT 'winter'")
            }
        }
    }

    @Test func enumerationsOfTheSchema() async throws {
        try await TestServer.withDatabase(setUp: ["CREATE TYPE season AS ENUM ('spring', 'autumn')"]) { database in
            let row = try await database.reader(as: .none).one(
                "SELECT \(Season.spring)::season AS one, ARRAY['spring','autumn']::season[] AS many")
            let one: Season = try row("one")
            let many: [Season] = try row("many")
            #expect(one == .spring)
            #expect(many == [.spring, .autumn])
        }
    }

    @Test func json() async throws {
        let answers = Answers(text: "“ü” \u{1}", at: Date(timeIntervalSince1970: 1.25), numbers: [1, 2])
        try await roundTrip(JSONB(answers))
        try await Self.shared { database in
            let row = try await database.reader(as: .none).one(
                "SELECT \(JSONB(answers))->>'at' AS at, '{\"a\": 1}'::json AS plain, '{\"a\":1}'::jsonb AS raw")
            let at: String = try row("at")
            #expect(at == "1970-01-01T00:00:01.250Z")
            let plain: JSONB<[String: Int]> = try row("plain")
            #expect(plain.value == ["a": 1])
            let raw: String = try row("raw")
            #expect(raw == "{\"a\": 1}")
            let error = await #expect(throws: DatabaseError.self) {
                try await database.reader(as: .none).execute("SELECT \(JSONB(["x": Double.nan]))")
            }
            #expect(error?.sqlState == "22P02")
        }
    }

    @Test func numerics() async throws {
        try await Self.shared { database in
            let row = try await database.reader(as: .none).one(
                """
                SELECT sum(x) AS total, -9223372036854775808::numeric AS least, 9223372036854775808::numeric AS beyond,
                    100000000::numeric AS round, 1.5::numeric AS broken, -0.00012345::numeric AS small,
                    'NaN'::numeric AS nan, 0::numeric AS zero, 123456789.987654321::numeric AS long
                FROM generate_series(1, 100000::bigint) AS x
                """)
            #expect(try row.value("total", as: Int.self) == 5_000_050_000)
            #expect(try row.value("least", as: Int.self) == .min)
            #expect(throws: DecodeError.self) { try row.value("beyond", as: Int.self) }
            #expect(try row.value("round", as: Int.self) == 100_000_000)
            #expect(throws: DecodeError.self) { try row.value("broken", as: Int.self) }
            #expect(try row.value("broken", as: Double.self) == 1.5)
            #expect(try row.value("small", as: Double.self) == -0.00012345)
            let nan: Double = try row("nan")
            #expect(nan.isNaN)
            #expect(throws: DecodeError.self) { try row.value("nan", as: Int.self) }
            #expect(try row.value("zero", as: Int.self) == 0)
            #expect(try row.value("zero", as: Double.self) == 0)
            #expect(try row.value("long", as: Double.self) == 123456789.987654321)
        }
    }

    @Test func valuesThatDoNotFitAreRefused() async throws {
        try await Self.shared { database in
            let row = try await database.reader(as: .none).one(
                "SELECT 40000 AS big, 300::bigint AS byte, 1.5::float8 AS real, now()::timestamp AS local")
            #expect(throws: DecodeError.self) { try row.value("big", as: Int16.self) }
            #expect(throws: DecodeError.self) { try row.value("byte", as: UInt8.self) }
            #expect(throws: DecodeError.self) { try row.value("real", as: Int.self) }
            #expect(throws: DecodeError.self) { try row.value("local", as: Date.self) }
            #expect(try row.value("big", as: Int.self) == 40_000)
        }
    }

    @Test func errorsSayWhereAndWhat() async throws {
        try await Self.shared { database in
            let row = try await database.reader(as: .none).one(
                "SELECT 1 AS number, NULL::text AS nothing, 'secret' AS s")
            let wrong = #expect(throws: DecodeError.self) { try row.value("s", as: Int.self) }
            #expect(wrong?.column == "s")
            #expect(wrong?.actual == .text)
            #expect(wrong?.expected == "Int")
            #expect(wrong?.reason == .cell(.type))
            #expect(wrong?.debugDescription.contains("CodecTests.swift") == true)
            #expect(wrong?.debugDescription.contains("secret") == false)
            let null = #expect(throws: DecodeError.self) { try row.value("nothing", as: String.self) }
            #expect(null?.reason == .cell(.null))
            #expect(try row.value("nothing", as: String?.self) == nil)
            let missing = #expect(throws: DecodeError.self) { try row.value("Number", as: Int.self) }
            #expect(missing?.reason == .noSuchColumn)
            #expect(throws: DecodeError.self) { try row.decode(Int.self) }
            let (number, nothing, text) = try row.decode(Int32.self, String?.self, String.self)
            #expect(number == 1 && nothing == nil && text == "secret")
            #expect(row.columns == ["number", "nothing", "s"])
            #expect(row.cell(at: 3) == nil)
            #expect(row.cell(at: -1) == nil)
        }
    }

    /// Whatever a server may send, decoding must end in a value or an error.
    @Test func malformedBytesNeverTrap() {
        var generator = SystemRandomNumberGenerator()
        let types: [PostgresType] = [
            .bool, .int2, .int4, .int8, .float4, .float8, .text, .uuid, .bytea, .timestamptz, .numeric, .jsonb,
        ]
        for _ in 0..<20_000 {
            let type = types.randomElement() ?? .text
            let bytes = (0..<Int.random(in: 0...24)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let cell = Cell(type: Bool.random() ? type : type.array ?? type, bytes: bytes)
            _ = try? Bool(postgres: cell)
            _ = try? Int(postgres: cell)
            _ = try? Int16(postgres: cell)
            _ = try? Double(postgres: cell)
            _ = try? String(postgres: cell)
            _ = try? UUID(postgres: cell)
            _ = try? Date(postgres: cell)
            _ = try? [UInt8](postgres: cell)
            _ = try? [String?](postgres: cell)
            _ = try? [Int](postgres: cell)
            _ = try? JSONB<[Int]>(postgres: cell)
            _ = try? CopyText.text(of: cell)
        }
        for bytes in [[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 20, 127, 255, 255, 255, 0, 0, 0, 1], [255, 255, 255, 255]]
            as [[UInt8]]
        {
            #expect(throws: (any Error).self) { try [Int](postgres: Cell(type: .int8, bytes: bytes)) }
        }
    }
}
