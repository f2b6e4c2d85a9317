import Foundation
import Testing
import Vocabulary

@Suite struct CheckedTextTests {
    @Test func bringsTextToOneForm() throws {
        #expect(try Name("  Cafe\u{301}  ").string == "Café")
        #expect(try Name("Cafe\u{301}").string.unicodeScalars.count == 4)
        #expect(try LongText("one\r\ntwo\rthree\tfour").string == "one\ntwo\nthree\tfour")
        #expect(try Name("鱻日和株式会社 Ünïcode 🙂").string == "鱻日和株式会社 Ünïcode 🙂")
    }

    @Test(arguments: [
        "a\0b", "a\u{7}b", "a\u{1B}[31mb", "a\u{7F}b", "a\u{85}b", "a\u{202E}b", "a\u{2066}b", "a\u{200E}b",
        "a\u{061C}b",
        "a\u{2028}b", "a\u{FEFF}b", "a\u{E000}b", "a\u{FFFE}b", "a\u{E0041}b", "a\u{FFF9}b", "a\u{0378}b", "a\u{0600}b",
        "a\u{200B}b", "a\u{00AD}b", "a\u{200D}b", "a\u{200C}b", "a\nb", "a\tb", "a\u{0B}", "a\0", "\u{0}",
    ])
    func refusesInNames(text: String) {
        #expect(throws: TextRefusal.self) { try Name(text) }
    }

    @Test(arguments: [
        "a\0b", "a\u{202E}b", "a\u{2067}b", "a\u{9B}b", "a\u{E0041}b", "a\u{FEFF}b", "a\u{F8FF}b", "a\u{0B}",
    ])
    func refusesEverywhere(text: String) {
        #expect(throws: TextRefusal.self) { try LongText(text) }
        #expect(throws: TextRefusal.self) { try ShortText(text) }
    }

    @Test func joinersServeTheirScripts() throws {
        #expect(try Name("می\u{200C}خواهم").string.unicodeScalars.contains("\u{200C}"))
        #expect(try Name("क्\u{200D}ष").string.unicodeScalars.contains("\u{200D}"))
        #expect(try LongText("👩\u{200D}💻").string.count == 1)
        #expect(throws: TextRefusal.self) { try Name("pay\u{200D}pal") }
    }

    @Test func pilesOfMarksAreRefused() throws {
        _ = try Name("a" + String(repeating: "\u{0334}", count: 8))
        #expect(throws: TextRefusal.tooManyMarks) { try Name("a" + String(repeating: "\u{0334}", count: 9)) }
        #expect(throws: TextRefusal.tooManyMarks) { try LongText("a" + String(repeating: "\u{20DD}", count: 9)) }
    }

    @Test func limitsCountScalars() throws {
        #expect(try Name(String(repeating: "鱻", count: 200)).string.count == 200)
        #expect(throws: TextRefusal.tooLong(limit: 200)) { try Name(String(repeating: "鱻", count: 201)) }
        #expect(throws: TextRefusal.tooLong(limit: 500)) { try ShortText(String(repeating: "a", count: 501)) }
        #expect(throws: TextRefusal.tooLong(limit: 10_000)) { try LongText(String(repeating: "a", count: 10_001)) }
        #expect(throws: TextRefusal.tooLong(limit: 200)) { try Name(String(repeating: "a", count: 10_000_000)) }
        #expect(try Name(String(repeating: " ", count: 300) + "a").string == "a")
    }

    @Test(arguments: ["", " ", "\u{3000}"])
    func refusesNothing(text: String) {
        #expect(throws: TextRefusal.empty) { try Name(text) }
    }

    @Test func whatWasTakenIsTakenAgainUnchanged() throws {
        var generator = SystemRandomNumberGenerator()
        var taken = 0
        for _ in 0..<20_000 {
            var text = ""
            for _ in 0..<Int.random(in: 0...12, using: &generator) {
                let range: ClosedRange<UInt32> =
                    [0...0x7F, 0x80...0x36F, 0x600...0xFFF, 0x2000...0x30FF, 0...0x10FFFF]
                    .randomElement(using: &generator) ?? 0...0x7F
                guard let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) else { continue }
                text.unicodeScalars.append(scalar)
            }
            guard let checked = try? ShortText(text) else { continue }
            taken += 1
            #expect(try ShortText(checked.string) == checked)
            #expect(!checked.string.unicodeScalars.contains { $0.properties.generalCategory == .control })
        }
        #expect(taken > 1000)
    }

    @Test func refusalsNeverRepeatTheText() {
        let refusal = #expect(throws: TextRefusal.self) { try Name("secret\u{202E}") }
        #expect(refusal?.description == "expected text without the character U+202E")
    }
}

@Suite struct LocalizedTests {
    @Test func readsWithFallback() throws {
        let text = try LocalizedName(zhHant: "科學園", ja: "サイエンスパーク")
        #expect(text.best(for: .english) == ("科學園", .traditionalChinese))
        #expect(text.text(for: .japanese) == "サイエンスパーク")
        #expect(text[.english] == nil)
        #expect(text.languages == [.traditionalChinese, .japanese])
        let english = text.replacing(try Name("Science Park"), in: .english)
        #expect(english.text(for: .english) == "Science Park")
    }

    @Test func oneLanguageIsNeeded() {
        #expect(throws: TextRefusal.empty) { try LocalizedText() }
        #expect(throws: TextRefusal.empty) { try LocalizedText(en: " ", ja: "") }
    }

    @Test func travelsAsAnObject() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let json = #"{"en":"Park","zh-Hant":"園"}"#
        let text = try JSONDecoder().decode(LocalizedName.self, from: Data(json.utf8))
        #expect(String(decoding: try encoder.encode(text), as: UTF8.self) == json)
        for bad in ["{}", #"{"fr":"parc"}"#, #"{"en":"a","de":"b"}"#, #"{"en":""}"#, #""Park""#, #"{"en":7}"#] {
            #expect(throws: DecodingError.self) { try JSONDecoder().decode(LocalizedName.self, from: Data(bad.utf8)) }
        }
    }

    @Test(arguments: [
        ("en", Language.english), ("en-GB", .english), ("zh-Hant", .traditionalChinese), ("zh-HK", .traditionalChinese),
        ("zh-TW", .traditionalChinese), ("yue", .traditionalChinese), ("ja-JP", .japanese), ("zh-CN", nil), ("fr", nil),
        ("", nil), ("zh-Hans-HK", nil),
    ])
    func matchesTags(tag: String, language: Language?) {
        #expect(Language(matching: tag) == language)
    }
}
