import Foundation
import Testing
import Vocabulary

@testable import Forms

@Suite("Fields of a form")
struct FieldTests {
    private func problem(_ field: Field, _ text: String) -> FieldProblem? {
        if case .failure(let unreadable) = field.read(text) { unreadable.problem } else { nil }
    }

    private func options(_ keys: String...) throws -> [Field.Option] {
        try keys.map { Field.Option($0, try LocalizedLine(en: $0)) }
    }

    @Test("A text is as long as its scalars, and a line has no break")
    func texts() {
        #expect(problem(Field(.longText, maxLength: 3), "海藻場") == nil)
        #expect(problem(Field(.longText, maxLength: 3), "海藻場が") == .tooLong(by: 1))
        #expect(problem(Field(.shortText), "one\ntwo") == .severalLines)
        #expect(problem(Field(.shortText), "one\r\ntwo") == .severalLines)
        #expect(problem(Field(.shortText), String(repeating: "a", count: 501)) == .tooLong(by: 1))
    }

    @Test("A number is exact, bounded, and written in one way")
    func numbers() {
        var field = Field(.number)
        (field.lowest, field.highest, field.decimals) = ("0", "1000000", 2)
        #expect(field.canonical(" 1,234.50 ") == "1234.5")
        #expect(field.canonical("-0") == "0")
        #expect(problem(field, "1.234") == .tooPrecise(2))
        #expect(problem(field, "-1") == .tooSmall("0"))
        #expect(problem(field, "1000000.01") == .tooLarge("1000000"))
        for text in ["about 5", "1e3", "12,34", "", ".", "1.", "٣", "--1", "1..2", "0x1", "NaN", "9999999999999999"] {
            #expect(problem(field, text) == .notANumber, "\(text)")
            #expect(field.canonical(text) == text)
        }
        #expect(Figure("0.000001")?.description == "0.000001" && Figure("10.50")?.decimals == 1)
        #expect(Figure("9000000000000")?.description == "9000000000000" && Figure("9000000000001") == nil)
    }

    @Test("A text that is no rows is typed anew, a line each")
    func lines() throws {
        let people = Field(.people)
        let text = people.rows(ofLines: "Mei Chan | CTO\n\n Ravi\tCEO\tr@a.example | b \n")
        #expect(text == #"[{"name":"Mei Chan","role":"CTO"},{"email":"r@a.example | b","name":"Ravi","role":"CEO"}]"#)
        #expect(people.rows(ofLines: text) == text && people.rows(ofLines: " \n") == "")
    }

    @Test("Rows are given cell by cell unless a form of cells would lose something, and give the same text back")
    func cells() throws {
        let people = Field(.people)
        let text = #"[{"name":"A | B","role":"CTO"},{"email":"none","name":"Ravi"}]"#
        let cells = try #require(people.cells(of: text))
        #expect(cells == [["name": "A | B", "role": "CTO"], ["name": "Ravi", "email": "none"]])
        #expect(people.text(ofRows: cells) == text)
        #expect(people.cells(of: "") == [] && people.cells(of: #"[{},{"name":" "}]"#) == [])
        let most = Array(repeating: #"{"name":"A"}"#, count: 51)
        for lossy in [
            "about five", #"[{"nom":"Ada"}]"#, #"[{"name":"A\nB"}]"#, "[\(most.joined(separator: ","))]", "[\"A\"]",
        ] { #expect(people.cells(of: lossy) == nil, "\(lossy)") }
        #expect(people.cells(of: "[\(most.dropLast().joined(separator: ","))]")?.count == 50)
        #expect(
            people.cellProblems(text)
                == [.emptyCell(row: 2, column: "role"), .cell(row: 2, column: "email", .notAnAddress)])
        #expect(people.cellProblems("about five").isEmpty && people.cellProblems("").isEmpty)
    }

    @Test("Digits of an input method are digits, and one currency need not be said")
    func folded() {
        #expect(Field(.number).canonical("１，２００") == "1200")
        #expect(Field(.date).canonical("２０２６-０３-０１") == "2026-03-01")
        var money = Field(.money)
        money.currencies = [.jpy]
        #expect(money.canonical("５０００") == "JPY 5000" && money.canonical("USD 5") == "USD 5")
    }

    @Test("An amount names its currency, a day is a day of the calendar, a link is one")
    func others() throws {
        var money = Field(.money)
        money.currencies = [.hkd, .jpy]
        money.highest = "500000"
        #expect(money.canonical("HKD 100,000") == "HKD 100000.00")
        #expect(problem(money, "100000") == .notAnAmount && problem(money, "JPY 1.5") == .notAnAmount)
        #expect(problem(money, "USD 5") == .wrongCurrency && problem(money, "HKD 500000.01") == .tooLarge("500000"))
        var date = Field(.date)
        date.earliest = CalendarDate("2024-01-01")
        #expect(problem(date, "2026-02-29") == .notADate && problem(date, "2024-02-29") == nil)
        #expect(problem(date, "2023-12-31") == .tooEarly(try #require(CalendarDate("2024-01-01"))))
        #expect(problem(Field(.link), "javascript:alert(1)") == .notALink)
        #expect(problem(Field(.link), "https://kelpsense.example/deck") == nil)
    }

    @Test("What is chosen is among the options, in their order, as many as are asked for")
    func choices() throws {
        var one = Field(.choice)
        one.options = try options("seed", "series_a")
        #expect(problem(one, "series_a") == nil && problem(one, "ipo") == .unknownOption)
        var several = Field(.choices)
        several.options = try options("hk", "jp", "sg")
        (several.fewest, several.most) = (1, 2)
        #expect(several.canonical(#"["jp","hk","jp"]"#) == #"["hk","jp"]"#)
        #expect(problem(several, #"["hk","jp","sg"]"#) == .tooMany(2) && problem(several, "[]") == .tooFew(1))
        #expect(problem(several, "hk") == .malformed && problem(several, #"["xx"]"#) == .unknownOption)
        #expect(several.text(ofChoices: ["jp", ""]) == #"["jp"]"# && one.text(ofChoices: []) == "")
    }

    @Test("Rows have the columns of their field, and say which cell is wrong")
    func rows() throws {
        var team = Field(.people)
        team.fewest = 1
        let typed = [["name": "Ada", "role": "CEO", "email": ""], ["name": " ", "role": ""]]
        let text = team.text(ofRows: typed)
        #expect(text == #"[{"name":"Ada","role":"CEO"}]"# && problem(team, text) == nil)
        #expect(team.text(ofRows: [["name": ""]]) == "")
        #expect(problem(team, #"[{"name":"Ada"}]"#) == .emptyCell(row: 1, column: "role"))
        #expect(
            problem(team, #"[{"name":"Ada","role":"CEO","email":"none"}]"#)
                == .cell(row: 1, column: "email", .notAnAddress))
        #expect(problem(team, #"[{"nom":"Ada"}]"#) == .malformed && problem(team, "Ada, CEO") == .malformed)
        var sales = Field(.rows)
        sales.columns = [
            .init("year", try LocalizedLine(en: "Year"), kind: .number, isRequired: true),
            .init("revenue", try LocalizedLine(en: "Revenue"), kind: .money),
        ]
        #expect(
            sales.canonical(#"[{"revenue":"HKD 1,000","year":"2025"}]"#)
                == #"[{"revenue":"HKD 1000.00","year":"2025"}]"#)
        #expect(problem(sales, #"[{"year":"last"}]"#) == .cell(row: 1, column: "year", .notANumber))
    }

    @Test("A field that no answer could be read by is refused")
    func faults() throws {
        func fault(_ change: (inout Field) throws -> Void, _ kind: Field.Kind) rethrows -> FieldFault? {
            var field = Field(kind)
            try change(&field)
            do throws(FieldFault) { try field.check() } catch { return error }
            return nil
        }
        #expect(fault({ _ in }, .choice) == .options && fault({ _ in }, .rows) == .columns)
        #expect(try fault({ $0.options = try options("a", "a") }, .choice) == .options)
        #expect(try fault({ $0.options = try options("A b") }, .choice) == .options)
        #expect(fault({ $0.lowest = "much" }, .number) == .bound("lowest"))
        #expect(fault({ ($0.lowest, $0.highest) = ("2", "1") }, .number) == .bound("highest"))
        #expect(fault({ ($0.fewest, $0.most) = (3, 2) }, .people) == .counts)
        #expect(fault({ $0.decimals = 7 }, .number) == .bound("decimals"))
        #expect(try fault({ $0.columns = [.init("a", try LocalizedLine(en: "A"), kind: .rows)] }, .rows) == .columns)
        #expect(fault({ _ in }, .people) == nil && fault({ _ in }, .longText) == nil)
    }

    @Test("Whatever is typed is either a value that is written in one way, or stays as it was typed")
    func total() throws {
        var random = Dice(state: 7)
        let pieces = [
            "1", "-", ".", ",", "0", "HKD ", "JPY ", "2026-", "02", "29", "[", "]", "{", "}", "\"", ":", "name", "role",
            "hk", "jp", "https://", "a.example", "\n", "\r\n", "\u{0}", "é", "e\u{301}", "海", "🏳️‍🌈", " ", "\\", "null",
            "true",
        ]
        for _ in 0..<20_000 {
            var field = Field(Field.Kind.allCases[Int.random(in: 0..<Field.Kind.allCases.count, using: &random)])
            field.options = try options("hk", "jp")
            field.columns = [.init("name", try LocalizedLine(en: "Name")), .init("role", nil, kind: .number)]
            field.decimals = Int.random(in: 0...6, using: &random)
            if Bool.random(using: &random) { field.lowest = "1" }
            let text = (0..<Int.random(in: 0...8, using: &random)).map { _ in
                pieces[Int.random(in: 0..<pieces.count, using: &random)]
            }.joined()
            let once = field.canonical(text)
            #expect(field.canonical(once) == once, "\(field.kind) \(text)")
            if case .success(let value) = field.read(text) { #expect(field.read(once) == .success(value), "\(text)") }
        }
    }
}

/// Steele, Lea and Flood's SplitMix64.
struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
