import Foundation
import Tabular
import Testing

@Suite struct CSVReaderTests {
    @Test func readsPlainAndQuotedCells() throws {
        let rows = try read("name,note\nAda,\"says \"\"hi\"\", twice\"\nBob,\n")
        #expect(rows.map { $0.record.map(cells) } == [["Ada", "says \"hi\", twice"], ["Bob", nil]])
        #expect(rows.map { $0.record?.line } == [2, 3])
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func rowsEndInAnyWay(end: String) throws {
        let text = ["a,b", "1,2", "", "\"x\(end)y\",4"].joined(separator: end)
        for tail in ["", end] {
            let rows = try read(text + tail)
            #expect(rows.map { $0.record.map(cells) } == [["1", "2"], ["x\(end)y", "4"]])
            #expect(rows.last?.record?.line == 4)
        }
    }

    @Test func aByteOrderMarkIsSteppedOver() throws {
        var reader = try CSVReader(MemorySource([0xEF, 0xBB, 0xBF] + Array("name\nAda".utf8)))
        #expect(reader.columns == ["name"])
        #expect(try reader.next()?.record.map(cells) == ["Ada"])
    }

    @Test func badRowsAreReportedAndReadingGoesOn() throws {
        let rows = try read("a,b\n1,2\n3\n4,5,6\nx\"y,1\n\"z\"q,2\n7,8\n")
        #expect(
            rows.map { $0.problem?.description } == [
                nil, "line 3: expected 2 cells, found 1", "line 4: expected 2 cells, found 3",
                "line 5, a: a quote stands inside a cell that does not begin with one",
                "line 6, a: text follows the closing quote", nil,
            ])
        #expect(rows.last?.record?.line == 7)
    }

    @Test func aQuoteThatNeverClosesCostsOneLine() throws {
        let rows = try read("a,b\n1,\"2\n3,4\n5,6")
        #expect(rows.map { $0.problem?.description } == ["line 2, b: the quote is never closed", nil, nil])
        #expect(rows.compactMap { $0.record.map(cells) } == [["3", "4"], ["5", "6"]])
    }

    @Test func cellsThatAreNoTextAreNamed() throws {
        let bytes = Array("a,b\n1,".utf8) + [0xC3, 0x28] + Array("\n2,x\0y\n3,é\n".utf8)
        let rows = try read(MemorySource(bytes))
        #expect(
            rows.map { $0.problem?.description } == ["line 2, b: is not UTF-8", "line 3, b: holds a NUL", nil])
    }

    @Test func limitsHold() throws {
        let limits = Limits(rowBytes: 100, cellBytes: 20, columns: 3, rows: 4)
        let long = String(repeating: "x", count: 30)
        let rows = try read("a,b\n\(long),1\n\"\(long)\",1\n1,2,3,4,5\n6,7\n", limits: limits)
        #expect(
            rows.map { $0.problem?.description } == [
                "line 2, a: the cell is too long", "line 3, a: the cell is too long",
                "line 4, cell 4: the row has too many cells", nil,
            ])
        #expect(throws: UnreadableFile.tooManyRows(limit: 4)) { try read("a\n1\n2\n3\n4\n5\n", limits: limits) }
    }

    @Test func headersAreMapped() throws {
        var reader = try CSVReader(
            MemorySource("Organization Name,Founded  Date\nAda Ltd,2020-02-29\n"),
            columns: ["name": "organization name", "founded_on": "Founded Date"], required: ["name"])
        var fields = try #require(try reader.next()?.record).fields
        #expect(fields.string("name", .required) == "Ada Ltd")
        #expect(fields.date("founded_on") == Day("2020-02-29"))
        #expect(fields.string("website", .required) == nil)
        #expect(fields.problems.map(\.description) == ["line 2, website: is missing"])
    }

    @Test func filesWithoutSenseAreRefused() {
        #expect(throws: UnreadableFile.noHeader) { try CSVReader(MemorySource("")) }
        #expect(throws: UnreadableFile.noHeader) { try CSVReader(MemorySource("\n\n")) }
        #expect(throws: UnreadableFile.columnTwice("NAME")) { try CSVReader(MemorySource("name,NAME\n")) }
        #expect(throws: UnreadableFile.utf16) { try CSVReader(MemorySource([0xFF, 0xFE, 0x61, 0])) }
        #expect(throws: UnreadableFile.archive) { try CSVReader(MemorySource("PK\u{3}\u{4}")) }
        #expect(throws: UnreadableFile.columnsMissing(["Website"])) {
            try CSVReader(MemorySource("name\n"), columns: ["site": "Website"], required: ["site", "name"])
        }
        #expect(throws: UnreadableFile.self) { try CSVReader(MemorySource("a,\"b\n")) }
    }

    @Test func readingGoesOnWhereItStopped() throws {
        let text = "a,b\n" + (0..<50).map { "\($0),\"line\n\($0)\"\n" }.joined()
        var first = try CSVReader(MemorySource(text))
        for _ in 0..<20 { _ = try first.next() }
        var second = try CSVReader(MemorySource(text))
        try second.resume(at: first.position)
        while let expected = try first.next() {
            let row = try #require(try second.next())
            #expect(row.record.map(cells) == expected.record.map(cells))
            #expect(row.record?.line == expected.record?.line)
        }
        #expect(first.position.offset == text.utf8.count)
        #expect(first.size == text.utf8.count)
    }

    @Test(arguments: [1, 2, 3, 7, 64, 100_000])
    func piecesDoNotMatter(piece: Int) throws {
        let text = "\u{FEFF}a,b\r\n1,\"x\"\"y\r\n\"\r\n\r\n\"é\",鱻\r\nbad\"row,2\r\n,\r\n"
        let whole = try read(MemorySource(text))
        let pieces = try read(Drip(MemorySource(text), piece: piece))
        #expect(pieces.map(describe) == whole.map(describe))
        #expect(whole.count == 4)
    }

    @Test func anyBytesAreReadWithoutATrap() throws {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("a,\"\n\r;é\0".utf8) + [0xFF]
        for _ in 0..<3000 {
            let bytes = (0..<Int.random(in: 0...60, using: &generator)).compactMap { _ in
                alphabet.randomElement(using: &generator)
            }
            let limits = Limits(rowBytes: 30, cellBytes: 10, columns: 4, rows: 100)
            guard var reader = try? CSVReader(Drip(MemorySource(bytes), piece: 5), limits: limits) else { continue }
            var last = reader.position
            while let _ = try reader.next() {
                #expect(reader.position.offset > last.offset)
                last = reader.position
            }
            #expect(last.offset <= bytes.count)
        }
    }

    @Test func whatIsWrittenByTheRulesIsReadBack() throws {
        var generator = SystemRandomNumberGenerator()
        let letters = ["a", ",", "\"", "\n", "\r\n", " ", "鱻", "é", "", "=1"]
        for _ in 0..<500 {
            let table = (0..<5).map { _ in
                (0..<3).map { _ in
                    "x" + (0..<4).compactMap { _ in letters.randomElement(using: &generator) }.joined() + "x"
                }
            }
            let text = table.map { row in
                row.map { "\"" + $0.replacingOccurrences(of: "\"", with: "\"\"") + "\"" }.joined(separator: ",")
            }.joined(separator: "\r\n")
            let rows = try read("a,b,c\r\n" + text)
            #expect(rows.map { $0.record.map(cells) } == table)
        }
    }

    private func read(_ text: String, limits: Limits = Limits()) throws -> [Row] {
        try read(MemorySource(text), limits: limits)
    }

    private func read(_ source: some ByteSource, limits: Limits = Limits()) throws -> [Row] {
        var reader = try CSVReader(source, limits: limits)
        var rows: [Row] = []
        try reader.forEach { rows.append($0) }
        return rows
    }

    private func cells(_ record: Record) -> [String?] {
        var fields = record.fields
        return record.names.map { fields.string($0) }
    }

    private func describe(_ row: Row) -> String {
        switch row {
        case .malformed(let problem): problem.description
        case .record(let record): "\(record.line) \(cells(record))"
        }
    }
}

/// A source that hands out few bytes at a time, as a slow disk might.
struct Drip: ByteSource {
    var source: MemorySource
    let piece: Int
    var size: Int? { nil }

    init(_ source: MemorySource, piece: Int) {
        self.source = source
        self.piece = piece
    }

    mutating func read(upTo count: Int) -> [UInt8] {
        source.read(upTo: min(count, piece))
    }

    mutating func seek(to offset: Int) {
        source.seek(to: offset)
    }
}
