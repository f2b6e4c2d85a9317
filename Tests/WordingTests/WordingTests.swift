import API
import Forms
import Foundation
import Pages
import Testing
import Vocabulary

@testable import Wording

@Suite("How values are said")
struct WordingTests {
    @Test("the page of what is done with many at once is sound")
    func sound() {
        let sources = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/Wording").standardized
        #expect(PageKit.wording.faults(in: [PageTemplate.bulkForm], sources: sources) == [])
    }

    @Test(
        "money is written as the trade writes it, whole amounts without their zeros",
        arguments: [
            (123_456_700, Currency.hkd, "HK$", "1,234,567"), (123_456_789, .usd, "US$", "1,234,567.89"),
            (5_000, .jpy, "JP¥", "5,000"),
        ])
    func money(minor: Int, currency: Currency, sign: String, figure: String) {
        let text = MoneyText(Money(minor: minor, currency: currency))
        #expect(text.currency == sign)
        #expect(text.figure == figure)
    }

    @Test("an instant is said where it was set, where its reader is, and how far off it is")
    func time() throws {
        let noon = try #require(ISO8601DateFormatter().date(from: "2026-12-18T04:00:00Z"))
        let text = TimeText(
            noon, in: .hongKong, and: .tokyo, from: noon.addingTimeInterval(-3 * 86_400), language: .english)
        #expect(text.text == "18 Dec 2026, 12:00")
        #expect(text.zone == "Hong Kong")
        #expect(text.viewer == "13:00 Tokyo")
        #expect(text.relative == "in 3 days")
        let past = TimeText(noon, in: .hongKong, from: noon.addingTimeInterval(60), language: .japanese)
        #expect(past.text == "2026年12月18日, 12:00")
        #expect(past.relative == "1分前")
        #expect(past.viewer == nil)
    }

    @Test("an answer is said by its kind in the reader's language, and as it was typed where it cannot be read")
    func answers() throws {
        var stage = Field(.choices)
        stage.options = [
            .init("idea", try LocalizedLine(en: "Idea", ja: "アイデア")), .init("sales", try LocalizedLine(en: "Sales")),
        ]
        #expect(stage.display(#"["sales","idea"]"#, in: .english) == "Idea, Sales")
        #expect(stage.display(#"["sales","idea"]"#)?[.japanese]?.string == "アイデア、Sales")
        #expect(stage.display("seed", in: .english) == "seed" && stage.display("seed") == nil)
        #expect(Field(.money).display("HKD 1234567", in: .english) == "HKD 1,234,567")
        #expect(Field(.money).display("HKD 1234.5", in: .japanese) == "HKD 1,234.50")
        var share = Field(.number)
        (share.decimals, share.lowest) = (2, "-5000")
        #expect(share.display("-1234.5", in: .english) == "-1,234.5" && share.display("-0.5", in: .english) == "-0.5")
        #expect(Field(.date).display("2026-03-01", in: .traditionalChinese) == "2026年3月1日")
        #expect(
            Field(.people).display(
                #"[{"name":"Mei","role":"CTO"},{"name":"Ravi","role":"CEO","email":"r@a.example"}]"#, in: .english)
                == "Mei · CTO\nRavi · CEO · r@a.example")
        var rows = Field(.rows)
        rows.columns = [
            .init("market", try LocalizedLine(en: "Market", ja: "市場")),
            .init("size", try LocalizedLine(en: "Size"), kind: .number),
        ]
        #expect(rows.display(#"[{"market":"Japan","size":"12000"}]"#, in: .japanese) == "市場：Japan · Size：12,000")
        #expect(Field(.longText).display("As it is.") == nil)
    }

    @Test("the same clock elsewhere is not said twice")
    func sameClock() throws {
        let noon = try #require(ISO8601DateFormatter().date(from: "2026-12-18T04:00:00Z"))
        let here = try #require(TimeZoneName("Asia/Singapore"))
        #expect(TimeText(noon, in: .hongKong, and: here, language: .english).viewer == nil)
    }

    @Test("a focus area is called what the taxonomy calls it, in the reader's language")
    func focusArea() throws {
        let area = try #require(FocusArea.ID("fintech"))
        #expect(area.label(in: .english) == "Financial technology")
        #expect(area.label(in: .chinese) == "金融科技")
    }

    @Test(
        "a refusal is said with what differs in its places, the most particular sentence first",
        arguments: [
            ("must be at least 3", Pages.Language.japanese, "3以上で入力してください。"),
            ("must be a whole number", .chinese, "請輸入整數。"),
            ("An open round closes on 2026-12-01 or later.", .chinese, "已開放的集資須於 2026年12月1日 或之後結束。"),
            ("An open round closes on 2026-12-01 or later.", .english, "An open round closes on 1 Dec 2026 or later."),
            (
                "The call closed at 2026-12-01T10:00:00.000Z.", .japanese,
                "公募は2026年12月1日, 18:00 Hong Kongに締め切られました。"
            ),
            ("A file has at most 26214400 bytes.", .chinese, "檔案最大為 26,214,400 位元組。"),
            ("The file is not taken: it is empty.", .chinese, "不接受此檔案：檔案是空的。"),
            ("An application that is a draft cannot be screened.", .chinese, "申請現況為「草稿」，不能進行這一步。"),
            ("Nobody has said this yet.", .japanese, "Nobody has said this yet."),
        ])
    func refusals(sentence: String, language: Pages.Language, words: String) {
        #expect(RefusalWords.standard(sentence, in: language) == words)
    }

    @Test("a refusal that names an instant says it by the reader's clock too")
    func refusalsByTheReadersClock() {
        let words = ReaderZone.$current.withValue("America/New_York") {
            RefusalWords.standard("The call closed at 2026-12-01T10:00:00.000Z.", in: .japanese)
        }
        #expect(words == "公募は2026年12月1日, 18:00 Hong Kong (05:00 New York)に締め切られました。")
    }
}
