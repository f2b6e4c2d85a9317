import API
import Foundation
import Postgres
import Testing
import Vocabulary

@Suite struct ConformanceTests {
    enum Startup {}

    @Test func columnsHoldWhatTheyAreGiven() throws {
        try roundTrip(Identifier<Startup>(), .uuid)
        try roundTrip(CalendarDate.earliest, .date)
        try roundTrip(CalendarDate.latest, .date)
        try roundTrip(try #require(CalendarDate("1999-12-31")), .date)
        try roundTrip(Country.hongKong, .text)
        try roundTrip(Currency.jpy, .text)
        try roundTrip(try #require(EmailAddress("ada@example.org")), .text)
        try roundTrip(try #require(WebAddress("https://example.org/園")), .text)
        try roundTrip(try #require(FocusArea.ID("fintech")), .text)
        try roundTrip(FundingStage.seriesCPlus, .text)
        try roundTrip(Language.traditionalChinese, .text)
        try roundTrip(TimeZoneName.hongKong, .text)
        try roundTrip(try Name("Café 鱻"), .text)
        try roundTrip(try LocalizedText(en: "Park", zhHant: "園"), .jsonb)
    }

    @Test func datesCountFromTheYear2000() {
        var bytes: [UInt8] = []
        CalendarDate(daysSince1970: 10_958).encode(into: &bytes)
        #expect(bytes == [0, 0, 0, 1])
    }

    @Test func cellsThatHoldSomethingElseAreRefused() {
        let text = { (string: String) in Cell(type: .text, bytes: Array(string.utf8)) }
        #expect(throws: Cell.Mismatch.outOfRange) { try Country(postgres: text("XX")) }
        #expect(throws: Cell.Mismatch.outOfRange) { try Currency(postgres: text("hkd")) }
        #expect(throws: Cell.Mismatch.outOfRange) { try Name(postgres: text("a\u{202E}b")) }
        #expect(throws: Cell.Mismatch.outOfRange) { try FundingStage(postgres: text("Series A")) }
        #expect(throws: Cell.Mismatch.type) { try CalendarDate(postgres: text("2026-03-31")) }
        #expect(throws: Cell.Mismatch.null) { try Country(postgres: Cell(type: .text, bytes: nil)) }
        let infinity = Cell(type: .date, bytes: [0x7F, 0xFF, 0xFF, 0xFF])
        #expect(throws: Cell.Mismatch.outOfRange) { try CalendarDate(postgres: infinity) }
    }

    @Test func everySchemaDescribesAValueOfItsType() throws {
        try describes(Identifier<Startup>.self)
        try describes(CalendarDate.self)
        try describes(Name.self)
        try describes(LongText.self)
        try describes(Country.self)
        try describes(Currency.self)
        try describes(Deadline.self)
        try describes(EmailAddress.self)
        try describes(FocusArea.ID.self)
        try describes(FundingStage.self)
        try describes(Language.self)
        try describes(LocalizedName.self)
        try describes(Money.self)
        try describes(TimeZoneName.self)
        try describes(WebAddress.self)
    }

    private func roundTrip<Value: PostgresCodable & Equatable>(_ value: Value, _ type: PostgresType) throws {
        var bytes: [UInt8] = []
        value.encode(into: &bytes)
        #expect(Value.postgresType == type)
        #expect(try Value(postgres: Cell(type: type, bytes: bytes)) == value)
    }

    private func describes<Value: Described & Equatable>(_ type: Value.Type) throws {
        let value = try Value.sample()
        let again = try JSONDecoder().decode([Value].self, from: JSONEncoder().encode([value]))
        #expect(again == [value])
    }
}
