import Exports
import Foundation
import Testing

@Suite("Tables that leave the product")
struct SheetTests {
    private struct Deal {
        var name: String
        var people: Int?
        var share: Decimal?
        var amount: Amount?
        var day: Day?
        var at: Date?
        var page: Link?
    }

    private let columns: [Column<Deal>] = [
        .text("Name") { $0.name }, .integer("People") { $0.people }, .decimal("Share") { $0.share },
        .money("Amount", currency: "Currency") { $0.amount }, .date("Day") { $0.day }, .instant("At (UTC)") { $0.at },
        .link("Page") { $0.page },
    ]

    private let deals = [
        Deal(
            name: "=SUM(A1), \"海港\"", people: -3, share: Decimal(string: "0.125"),
            amount: Amount(minor: -1_250, digits: 2, currency: "HKD"), day: Day(year: 2026, month: 2, day: 3),
            at: Date(timeIntervalSince1970: 1_700_000_000), page: Link("A page", to: "https://example.org/a?b=c")),
        Deal(name: "桜木", amount: Amount(minor: 7, digits: 2, currency: "USD")),
        Deal(name: "", people: .max, amount: Amount(minor: 1_000, digits: 0, currency: "JPY")),
    ]

    @Test("are CSV for a spreadsheet: marked as UTF-8, texts harmless, numbers left alone")
    func csv() {
        let text = String(decoding: Sheet("Deals", columns, of: deals).csv, as: UTF8.self)
        #expect(
            text == """
                \u{FEFF}Name,People,Share,Amount,Currency,Day,At (UTC),Page\r
                "'=SUM(A1), ""海港""\",-3,0.125,-12.50,HKD,2026-02-03,2023-11-14T22:13:20Z,https://example.org/a?b=c\r
                桜木,,,0.07,USD,,,\r
                ,9223372036854775807,,1000,JPY,,,\r

                """)
    }

    @Test("are a workbook with a sheet each, whose cells keep their types")
    func xlsx() throws {
        let made = Date(timeIntervalSince1970: 1_700_000_000)
        let book = Workbook(
            [Sheet("Deals [all]: 2026/27", columns, of: deals), Sheet("deals all 202627", columns, of: [])], made: made)
        let bytes = try book.xlsx()
        #expect(try bytes == book.xlsx(), "the same tables of one date are the same bytes")
        let parts = try Self.parts(of: bytes)
        let names = try #require(parts["xl/workbook.xml"])
        #expect(names.contains("name=\"Deals all 202627\"") && names.contains("name=\"deals all 202627 2\""))
        let sheet = try #require(parts["xl/worksheets/sheet1.xml"])
        // A text is a text, whatever it begins with, and nothing is a formula.
        #expect(sheet.contains("<t>=SUM(A1), \"海港\"</t>"))
        #expect(!sheet.contains("<f>"))
        #expect(sheet.contains("<v>-3</v>") && sheet.contains("<v>0.125</v>") && sheet.contains("<v>-12.5</v>"))
        // 3 February 2026 as a spreadsheet counts days.
        #expect(sheet.contains("<v>46056</v>"))
        #expect(sheet.contains("<t>9223372036854775807</t>"), "what 53 bits cannot hold is written out")
        #expect(sheet.contains("topLeftCell=\"A2\"") && sheet.contains("state=\"frozen\""))
        #expect(parts["xl/worksheets/_rels/sheet1.xml.rels"]?.contains("https://example.org/a?b=c") == true)
    }

    @Test("hold texts that are longer than a cell, and days before the calendar of spreadsheets begins")
    func extremes() throws {
        let long = String(repeating: "長", count: 40_000)
        let sheet = Sheet(
            "Extremes", [.text("Text") { $0 }, .date("Day") { _ in Day(year: 1868, month: 1, day: 3) }], of: [long])
        let parts = try Self.parts(of: Workbook([sheet], made: Date(timeIntervalSince1970: 0)).xlsx())
        #expect(parts["xl/worksheets/sheet1.xml"]?.contains("1868-01-03") == true)
    }

    /// The parts of a workbook, as Python's own library for archives unpacks them.
    private static func parts(of bytes: [UInt8]) throws -> [String: String] {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).xlsx")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c",
            "import json, sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); "
                + "print(json.dumps({n: z.read(n).decode() for n in z.namelist()}))",
            file.path(percentEncoded: false),
        ]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return try JSONDecoder().decode([String: String].self, from: output)
    }
}
