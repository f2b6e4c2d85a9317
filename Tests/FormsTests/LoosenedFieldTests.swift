import Testing
import Vocabulary

@testable import Forms

@Suite("A field that takes no less than before")
struct LoosenedFieldTests {
    private func field(_ kind: Field.Kind, max: Int? = nil, _ change: (inout Field.Settings) -> Void = { _ in })
        -> Field
    {
        var settings = Field.Settings()
        change(&settings)
        return Field(kind, maxLength: max, settings)
    }

    @Test("lets each bound be widened or lifted")
    func widened() throws {
        let number = field(.number) { ($0.lowest, $0.highest, $0.decimals) = ("1", "1,000", 1) }
        #expect(
            field(.number) { ($0.lowest, $0.highest, $0.decimals) = ("0", "2000", 2) }.tightening(since: number) == nil)
        #expect(field(.number) { $0.decimals = 1 }.tightening(since: number) == nil)
        #expect(field(.longText, max: 200).tightening(since: field(.longText, max: 100)) == nil)
        let amount = field(.money) { $0.currencies = [.hkd] }
        #expect(field(.money).tightening(since: amount) == nil)
        let one = Field.Option("one", try LocalizedLine(en: "One"))
        let (same, two) = (
            Field.Option("one", try LocalizedLine(en: "1")), Field.Option("two", try LocalizedLine(en: "2"))
        )
        #expect(
            field(.choice) { $0.options = [two, same] }.tightening(since: field(.choice) { $0.options = [one] }) == nil)
        let rows = field(.rows) { $0.columns = [.init("market", one.label)] }
        let wider = field(.rows) {
            $0.columns = [.init("market", one.label), .init("share", one.label, kind: .number)]
        }
        #expect(wider.tightening(since: rows) == nil)
    }

    @Test("names the first bound that is narrower")
    func tightened() throws {
        let free = field(.number)
        #expect(field(.number) { $0.lowest = "0" }.tightening(since: free) == "settings/lowest")
        #expect(field(.number) { $0.highest = "5" }.tightening(since: free) == "settings/highest")
        #expect(free.tightening(since: field(.number) { $0.decimals = 1 }) == "settings/decimals")
        #expect(field(.shortText).tightening(since: field(.longText)) == "kind")
        #expect(field(.longText, max: 99).tightening(since: field(.longText, max: 100)) == "max_length")
        #expect(field(.money) { $0.currencies = [.hkd] }.tightening(since: field(.money)) == "settings/currencies")
        #expect(field(.people) { $0.fewest = 1 }.tightening(since: field(.people)) == "settings/fewest")
        #expect(field(.people) { $0.most = 5 }.tightening(since: field(.people)) == "settings/most")
        let one = Field.Option("one", try LocalizedLine(en: "One"))
        let two = Field.Option("two", try LocalizedLine(en: "Two"))
        let both = field(.choice) { $0.options = [one, two] }
        #expect(field(.choice) { $0.options = [one] }.tightening(since: both) == "settings/options")
        let rows = field(.rows) { $0.columns = [.init("market", one.label)] }
        let needed = field(.rows) { $0.columns = [.init("market", one.label, isRequired: true)] }
        #expect(needed.tightening(since: rows) == "settings/columns")
        #expect(field(.rows) { $0.columns = [.init("other", one.label)] }.tightening(since: rows) == "settings/columns")
        let day = try #require(CalendarDate("2026-03-01"))
        #expect(field(.date) { $0.earliest = day }.tightening(since: field(.date)) == "settings/earliest")
        #expect(field(.date) { $0.latest = day }.tightening(since: field(.date)) == "settings/latest")
    }
}
