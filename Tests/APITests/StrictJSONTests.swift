import Foundation
import Testing

@testable import API

@Suite struct StrictJSONTests {
    private func parse(_ text: String) throws -> JSON { try JSON(parsing: Array(text.utf8)) }

    @Test func readsEveryKindOfValue() throws {
        let tree = try parse(#" {"a":[1,-2.5e3,true,false,null],"b":"x\n\u00e9\ud83d\ude00","c":{}} "#)
        #expect(tree["a"]?.elements?.count == 5)
        #expect(tree["b"]?.text == "x\né😀")
        #expect(tree["c"] == .object([]))
    }

    @Test(arguments: [
        "", " ", "{", "}", "[", "]", "[1", "[1,", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "nul", "tru",
        "+1", "01", "1.", ".5", "1e", "1e+", "-", "\"", "\"\\", "\"\\u", "\"\\u12", "\"\\x\"", "'a'", "1 2", "[1]]",
        "\"\u{1}\"", "\"a\nb\"", "NaN", "Infinity", "// x\n1", "\u{FEFF}1",
    ])
    func refusesMalformedText(_ text: String) {
        #expect(throws: MalformedJSON.self) { try parse(text) }
    }

    @Test func refusesDuplicateKeysByBytes() throws {
        #expect(throws: MalformedJSON.self) { try parse(#"{"a":1,"a":2}"#) }
        #expect(throws: MalformedJSON.self) { try parse(#"{"a":1,"\u0061":2}"#) }
        #expect(throws: MalformedJSON.self) { try parse(#"{"x":{"b":1,"b":1}}"#) }
    }

    @Test func refusesNULAndLoneSurrogates() {
        for text in [
            #""\u0000""#, #""\ud800""#, #""\udc00""#, #""\ud800\ud800""#, #""\ud800x""#, #""\ud800\n""#,
            #"{"\u0000":1}"#,
        ] {
            #expect(throws: MalformedJSON.self) { try parse(text) }
        }
        #expect(throws: MalformedJSON.self) { try JSON(parsing: [0x22, 0, 0x22]) }
    }

    @Test(
        arguments: [
            [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
            [0x22, 0xF5, 0x80, 0x80, 0x80, 0x22],
            [0x22, 0xE2, 0x82, 0x22],
        ] as [[UInt8]])
    func refusesInvalidUTF8(_ bytes: [UInt8]) {
        #expect(throws: MalformedJSON.self) { try JSON(parsing: bytes) }
    }

    @Test func limitsDepth() throws {
        _ = try parse(String(repeating: "[", count: 32) + String(repeating: "]", count: 32))
        #expect(throws: MalformedJSON.self) {
            try parse(String(repeating: "[", count: 33) + String(repeating: "]", count: 33))
        }
        #expect(throws: MalformedJSON.self) { try parse(String(repeating: "{\"a\":", count: 100_000)) }
    }

    @Test func keepsNumbersExact() throws {
        func integer(_ text: String) throws -> Int? {
            guard case .number(let number) = try parse(text) else { return nil }
            return number.integer
        }
        #expect(try integer("9223372036854775807") == .max)
        #expect(try integer("-9223372036854775808") == .min)
        #expect(try integer("9223372036854775808") == nil)
        #expect(try integer("-9223372036854775809") == nil)
        #expect(try integer("1.0") == 1)
        #expect(try integer("1e2") == 100)
        #expect(try integer("1.50e1") == 15)
        #expect(try integer("120e-1") == 12)
        #expect(try integer("1.5") == nil)
        #expect(try integer("1e-1") == nil)
        #expect(try integer("-0") == 0)
        #expect(try integer("0e999999999999999999999") == 0)
        #expect(try integer("1e999999999999999999999") == nil)
        #expect(try integer("1e-999999999999999999999") == nil)
        #expect(try integer("-92233720368547758.08e2") == .min)
        #expect(throws: MalformedJSON.self) { try parse(String(repeating: "9", count: 500)) }
        guard case .number(let large) = try parse("1e400") else {
            Issue.record("not a number")
            return
        }
        #expect(large.double == nil)
    }

    @Test func normalisesTextToNFC() throws {
        let decomposed = "\"e\u{301}\""
        let text = try parse(decomposed).text
        #expect(text.map { Array($0.utf8) } == [0xC3, 0xA9])
    }

    /// Cuts, flips and splices valid documents. Whatever comes out is a value or a refusal, never a trap.
    @Test func survivesMutation() {
        let seeds = [
            #"{"title":"a \"b\" \u00e9 \ud83d\ude00","n":-12.5e+3,"list":[1,[2,[3]],{"x":null}],"t":true}"#,
            #"[0.1,1e308,-0,"\\\/\b\f\n\r\t",{"":{"":[]}}]"#,
            "\"\u{600}<img \u{301}\u{200D}\"",
        ].map { Array($0.utf8) }
        var generator = Seeded(state: 20_261_124)
        let alphabet = Array("{}[]\",:\\u0d8ef+-.eE0123456789tn \u{7F}".utf8) + [0, 0xFF, 0xC3, 0xED, 0xA0, 0xF0]
        var accepted = 0
        for _ in 0..<10_000 {
            var bytes = seeds[Int(generator.next() % UInt64(seeds.count))]
            for _ in 0...(generator.next() % 4) {
                guard !bytes.isEmpty else { break }
                let at = Int(generator.next() % UInt64(bytes.count))
                switch generator.next() % 5 {
                case 0: bytes[at] = alphabet[Int(generator.next() % UInt64(alphabet.count))]
                case 1: bytes.remove(at: at)
                case 2: bytes.insert(alphabet[Int(generator.next() % UInt64(alphabet.count))], at: at)
                case 3: bytes.removeSubrange(at...)
                default: bytes.insert(contentsOf: bytes[..<at], at: at)
                }
            }
            if let tree = try? JSON(parsing: bytes) {
                accepted += 1
                // What was read and written is read again as the same.
                let again = try? JSON(parsing: tree.bytes)
                #expect(again == tree)
                _ = SchemaRecorder.shared.schema(of: NewNote.self).check(tree)
            }
            _ = try? FormFields(parsing: bytes).tree(for: SchemaRecorder.shared.schema(of: NewNote.self), asForm: true)
            _ = Timestamp.date(String(decoding: bytes, as: UTF8.self))
            _ = Base64URL.bytes(String(decoding: bytes, as: UTF8.self))
            _ = Locale.negotiate(String(decoding: bytes, as: UTF8.self), among: ["en", "zh-Hant"])
        }
        #expect(accepted > 100)
    }
}

/// A generator that repeats itself (SplitMix64).
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

@Suite struct JSONBytesTests {
    struct Everything: Codable {
        var zebra = "ä\"\\\u{1}<\u{2028}"
        var apple = -3
        var missing: Int?
        var real = 1.5
        var whole = 2.0
        var id = UUID(uuidString: "6F1A3A52-7D9B-4C51-9F0E-2F6F0E1B7A11") ?? UUID()
        var at = Date(timeIntervalSince1970: 1_000_000_000.25)
        var list: [[Int]] = [[1, 2], []]
        var map = ["k": true]
        var nested = Nested()

        struct Nested: Codable {
            var mood = Mood.stormy
            var empty: [String] = []
        }
    }

    private func text(_ value: some Encodable) throws -> String {
        String(decoding: try JSONBytes.encode(value), as: UTF8.self)
    }

    @Test func dictionariesAreWrittenInTheOrderOfTheirNames() throws {
        struct Labelled: Codable { let marks: [String: [String: Int]] }
        let names = (0..<40).map { "aName\($0)" }
        let expected =
            #"{"marks":{"x":{"# + names.sorted().map { "\"\($0)\":1" }.joined(separator: ",") + "}}}"
        for _ in 0..<20 {
            let marks = Dictionary(uniqueKeysWithValues: names.shuffled().map { ($0, 1) })
            #expect(String(decoding: try JSONBytes.encode(Labelled(marks: ["x": marks])), as: UTF8.self) == expected)
        }
    }

    @Test func writesDeclarationOrderWithoutNil() throws {
        #expect(
            try text(Everything())
                == #"{"zebra":"ä\"\\\u0001\u003c\u2028","apple":-3,"real":1.5,"whole":2,"#
                + #""id":"6f1a3a52-7d9b-4c51-9f0e-2f6f0e1b7a11","at":"2001-09-09T01:46:40.250Z","#
                + #""list":[[1,2],[]],"map":{"k":true},"nested":{"mood":"stormy","empty":[]}}"#)
    }

    @Test func readsBackWhatItWrote() throws {
        let original = Everything()
        let copy = try JSON(parsing: try JSONBytes.encode(original)).decode(Everything.self)
        #expect(try text(copy) == text(original))
    }

    @Test func writesBareValues() throws {
        #expect(try text(5) == "5")
        #expect(try text("x") == "\"x\"")
        #expect(try text([Int]()) == "[]")
        #expect(try text([String: Int]()) == "{}")
        #expect(try text(NoBody()) == "{}")
        #expect(try text([nil, 1] as [Int?]) == "[null,1]")
        #expect(throws: EncodingError.self) { try text(Double.nan) }
        #expect(throws: EncodingError.self) { try text(["x": Double.infinity]) }
    }

    @Test func writesNestedContainers() throws {
        struct Nesting: Encodable {
            enum Keys: String, CodingKey { case a, b, c }
            func encode(to encoder: any Encoder) throws {
                var root = encoder.container(keyedBy: Keys.self)
                var inner = root.nestedContainer(keyedBy: Keys.self, forKey: .a)
                try inner.encode(1, forKey: .b)
                var list = inner.nestedUnkeyedContainer(forKey: .c)
                try list.encode("x")
                try list.encodeNil()
                try root.encode(2, forKey: .b)
            }
        }
        #expect(try text(Nesting()) == #"{"a":{"b":1,"c":["x",null]},"b":2}"#)
        #expect(try text([Nesting(), Nesting()]).utf8.count == 71)
    }
}

@Suite struct UUIDTests {
    @Test func readsWhatFoundationReads() {
        for _ in 0..<1_000 {
            let id = UUID()
            #expect(UUID(text: id.uuidString) == id)
            #expect(UUID(text: id.uuidString.lowercased()) == id)
        }
    }

    @Test(arguments: [
        "", "6f1a3a52-7d9b-4c51-9f0e-2f6f0e1b7a1", "6f1a3a527d9b4c519f0e2f6f0e1b7a116f1a",
        "6f1a3a52-7d9b-4c51-9f0e-2f6f0e1b7a1g",
        "6f1a3a52-7d9b-4c51-9f0e_2f6f0e1b7a11", "-f1a3a52-7d9b-4c51-9f0e-2f6f0e1b7a11",
        "{f1a3a52-7d9b-4c51-9f0e-2f6f0e1b7a1}",
    ])
    func refusesTheRest(_ text: String) {
        #expect(UUID(text: text) == nil)
    }
}

@Suite struct TimestampTests {
    @Test(
        "dates of HTTP have their fixed form",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_826_155, "Tue, 29 Feb 2000 12:09:15 GMT"), (1_795_737_599, "Thu, 26 Nov 2026 23:59:59 GMT"),
        ])
    func http(second: Int, text: String) { #expect(Timestamp.httpText(second: second) == text) }

    @Test(arguments: [
        ("2026-03-01T09:30:00Z", 1_772_357_400.0), ("2026-03-01t17:30:00+08:00", 1_772_357_400.0),
        ("1969-12-31T23:59:59.5Z", -0.5), ("2000-02-29T00:00:00Z", 951_782_400.0),
        ("0001-01-01T00:00:00Z", -62_135_596_800.0), ("2016-12-31T23:59:60Z", 1_483_228_800.0),
    ])
    func reads(_ text: String, _ seconds: Double) {
        #expect(Timestamp.date(text)?.timeIntervalSince1970 == seconds)
    }

    @Test(arguments: [
        "", "2026-03-01", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-03-01T24:00:00Z",
        "2026-03-01T09:30:00", "2026-03-01 09:30:00Z", "2026-03-01T09:30:00.Z", "2026-03-01T09:30:00+8:00",
        "2026-03-01T09:30:00Zx", "2026-03-01T09:30:00+24:00", "٢٠٢٦-03-01T09:30:00Z", "0000-01-01T00:00:00Z",
    ])
    func refuses(_ text: String) {
        #expect(Timestamp.date(text) == nil)
    }

    @Test func roundTrips() {
        var generator = Seeded(state: 7)
        for _ in 0..<5_000 {
            let seconds = Double(Int64.random(in: -62_000_000_000...253_000_000_000, using: &generator))
            let date = Date(timeIntervalSince1970: seconds)
            #expect(Timestamp.date(Timestamp.text(date)) == date)
        }
        #expect(Timestamp.text(Date(timeIntervalSince1970: .infinity)).utf8.count > 0)
        #expect(Timestamp.text(Date(timeIntervalSince1970: .nan)).utf8.count > 0)
        #expect(Timestamp.text(.distantFuture) == "4001-01-01T00:00:00Z")
    }
}
