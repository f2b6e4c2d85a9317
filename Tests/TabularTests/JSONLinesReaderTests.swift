import Foundation
import Tabular
import Testing

@Suite struct JSONLinesReaderTests {
    @Test func readsFieldsOfEveryKind() throws {
        let line =
            #"{"id":"s:1","n":-12,"x":1.5e2,"ok":true,"on":"2020-02-29","tags":["a","b"],"gone":null,"empty":"","#
            + #""thesis":{"stages":["seed"],"usd":{"median":7}}}"#
        var fields = try #require(try read(line).first?.record).fields
        #expect(fields.string("id", .required) == "s:1")
        #expect(fields.integer("n") == -12)
        #expect(fields.number("x") == 150)
        #expect(fields.bool("ok") == true)
        #expect(fields.date("on") == Day("2020-02-29"))
        #expect(fields.list("tags") == ["a", "b"])
        #expect(fields.string("gone") == nil)
        #expect(fields.string("empty") == nil)
        let median = fields.object("thesis") { thesis in
            #expect(thesis.list("stages") == ["seed"])
            return thesis.object("usd") { $0.integer("median", .required) }
        }
        #expect(median == .some(.some(.some(7))))
        #expect(fields.problems.isEmpty)
    }

    @Test func everyProblemOfARowIsGathered() throws {
        let line =
            #"{"id":7,"n":1.0,"x":1e999,"ok":"yes","on":"2021-02-29","tags":["a",1],"thesis":{"usd":"much","n":9}}"#
        var fields = try #require(try read("\n" + line).first?.record).fields
        _ = fields.string("id", .required)
        _ = fields.string("name", .required)
        _ = fields.integer("n")
        _ = fields.number("x")
        _ = fields.bool("ok")
        _ = fields.date("on")
        _ = fields.list("tags")
        fields.object("thesis") { thesis in
            _ = thesis.integer("usd")
            _ = thesis.integer("n", in: 0...5)
            _ = thesis.string("who", .required)
        }
        #expect(
            fields.problems.map(\.description) == [
                "line 2, id: expected text", "line 2, name: is missing", "line 2, n: expected a whole number",
                "line 2, x: expected a number", "line 2, ok: expected true or false",
                "line 2, on: expected a date as YYYY-MM-DD", "line 2, tags: expected a list of texts",
                "line 2, thesis.usd: expected a whole number", "line 2, thesis.n: expected a whole number from 0 to 5",
                "line 2, thesis.who: is missing",
            ])
        #expect(fields.problems[5].found == "2021-02-29")
    }

    @Test func elementsOfAListAreNamed() throws {
        var fields = try #require(try read(#"{"stages":["seed","?","a"]}"#).first?.record).fields
        let stages = fields.values("stages", as: "a stage") { $0 == "?" ? nil : $0 }
        #expect(stages == ["seed", "a"])
        #expect(fields.problems.map(\.description) == ["line 1, stages[2]: expected a stage"])
    }

    @Test(arguments: [
        ("[]", "expected an object at byte 1"), ("{", "expected the name of a member at byte 2"),
        (#"{"a":1}x"#, "expected nothing behind the object at byte 8"),
        (#"{"a":1,"a":2}"#, "a second member of this name"), (#"{"a":{"b":1,"b":2}}"#, "a second member of this name"),
        (#"{"a":01}"#, "a number begins with 0"), (#"{"a":+1}"#, "expected a value"),
        (#"{"a":.5}"#, "expected a value"),
        (#"{"a":1.}"#, "expected a digit"), (#"{"a":NaN}"#, "expected a value"), (#"{"a":1,}"#, "the name of a member"),
        (#"{"a":"\u0000"}"#, "a NUL in a string"), (#"{"a":"\ud800"}"#, "a lone surrogate"),
        (#"{"a":"\ud800\u0041"}"#, "a lone surrogate"), (#"{"a":"\udc00"}"#, "a lone surrogate"),
        (#"{"a":"\x"}"#, "an escape that JSON does not have"), ("{\"a\":\"\t\"}", "a control character"),
        ("{\"a\":\"\0\"}", "a control character"), (#"{"a":"b}"#, "the string is never closed"),
        (#"{"a":tru}"#, "expected a value"), (#"{"a" 1}"#, "expected a colon"), (#"{'a':1}"#, "the name of a member"),
        (#"{"a":[1,]}"#, "expected a value"), (#"{"a":/*x*/1}"#, "expected a value"),
        (#"{"a":"\u00g0"}"#, "hexadecimal"),
        (#"{"a":"# + String(repeating: "[", count: 1000), "nested too deep"),
        (#"{"a":"# + String(repeating: "1", count: 65) + "}", "too many digits"),
    ])
    func linesThatBreakTheRulesAreReported(line: String, reason: String) throws {
        let rows = try read("{\"n\":1}\n\(line)\n{\"n\":3}\n")
        #expect(rows.map { $0.record?.line } == [1, nil, 3])
        #expect(rows[1].problem?.line == 2)
        #expect(rows[1].problem?.description.contains(reason) == true)
    }

    @Test func aFaultNamesItsMember() throws {
        let problem = try read(#"{"good":1,"bad":{"deep":nope}}"#).first?.problem
        #expect(problem?.description == "line 1, bad: expected a value at byte 25")
    }

    @Test func escapesAreUndone() throws {
        var fields = try #require(try read(#"{"a":"\"\\\/\b\f\n\r\té\ud83d\ude42鱻"}"#).first?.record).fields
        #expect(fields.string("a") == "\"\\/\u{8}\u{c}\n\r\té🙂鱻")
    }

    @Test func badTextIsNoText() throws {
        let bytes = Array(#"{"a":""#.utf8) + [0xC0, 0x80] + Array("\"}\n{}".utf8)
        var reader = try JSONLinesReader(MemorySource(bytes))
        #expect(try reader.next()?.problem?.description == "line 1, a: the string is not UTF-8 at byte 9")
        #expect(try reader.next()?.record?.line == 2)
    }

    @Test func longLinesAreSteppedOver() throws {
        let limits = Limits(rowBytes: 50, cellBytes: 20)
        let long = String(repeating: "x", count: 2000)
        let text = "{\"a\":1}\n{\"a\":\"\(long)\"}\n{\"b\":\"\(long.prefix(21))\"}\n{\"c\":1}\n{\"d\":\"\(long)"
        for piece in [7, 64, 1 << 18] {
            var reader = try JSONLinesReader(Drip(MemorySource(text), piece: piece), limits: limits)
            var rows: [Row] = []
            try reader.forEach { rows.append($0) }
            #expect(
                rows.map { $0.problem?.description } == [
                    nil, "line 2: the line is too long", "line 3, b: the string is too long at byte 28", nil,
                    "line 5: the line is too long",
                ])
        }
        #expect(throws: UnreadableFile.tooManyRows(limit: 2)) { try read("{}\n{}\n{}", limits: Limits(rows: 2)) }
    }

    @Test(arguments: [1, 3, 10, 1 << 18])
    func piecesDoNotMatter(piece: Int) throws {
        let text = "\u{FEFF}{\"a\":\"é\"}\r\n\r\n  \n{\"a\":\"鱻\"}\n{bad}\n{\"a\":\"last\"}"
        var reader = try JSONLinesReader(Drip(MemorySource(text), piece: piece))
        var rows: [Row] = []
        try reader.forEach { rows.append($0) }
        #expect(rows.map { $0.record?.line ?? -($0.problem?.line ?? 0) } == [1, 4, -5, 6])
    }

    @Test func readingGoesOnWhereItStopped() throws {
        let text = (0..<50).map { "{\"n\":\($0)}\n" }.joined()
        var first = try JSONLinesReader(MemorySource(text))
        for _ in 0..<20 { _ = try first.next() }
        #expect(first.position == Position(offset: 10 * 8 + 10 * 9, line: 21))
        var second = try JSONLinesReader(MemorySource(text))
        try second.resume(at: first.position)
        var fields = try #require(try second.next()?.record).fields
        #expect(fields.integer("n") == 20)
        #expect(fields.record.line == 21)
    }

    @Test func anyBytesAreReadWithoutATrap() throws {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array(#"{}[]",:\ut0d8-1e.é"#.utf8) + [0, 10, 0xFF]
        for _ in 0..<5000 {
            let bytes = Array("{\"a\":".utf8) + (0..<30).compactMap { _ in alphabet.randomElement(using: &generator) }
            var reader = try JSONLinesReader(MemorySource(bytes), limits: Limits(depth: 3))
            try reader.forEach { _ in }
            #expect(reader.position.offset >= bytes.count)
        }
    }

    private func read(_ text: String, limits: Limits = Limits()) throws -> [Row] {
        var reader = try JSONLinesReader(MemorySource(text), limits: limits)
        var rows: [Row] = []
        try reader.forEach { rows.append($0) }
        return rows
    }
}
