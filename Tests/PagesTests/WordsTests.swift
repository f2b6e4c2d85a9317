import Foundation
import Testing

@testable import Pages

@Suite("Words")
struct WordsTests {
    private let catalog = Catalog(entries: [
        .english: [
            "hello": .plain("Hello {name}"), "plain": .plain("Plain"), "only": .plain("Only English"),
            "files": .plural(one: "{count} file", other: "{count} files"),
        ],
        .chinese: [
            "hello": .plain("你好，{name}"), "plain": .plain("純文字"), "files": .plural(one: nil, other: "{count} 個檔案"),
        ],
    ])

    @Test("placeholders are filled once, with values as they are")
    func placeholders() {
        let t = Texts(catalog, in: .english)
        #expect(t("hello", ["name": "{name} <b>"]) == "Hello {name} <b>")
        #expect(t("hello") == "Hello {name}")
        #expect(Texts(catalog, in: .chinese)("hello", ["name": "Ada"]) == "你好，Ada")
    }

    @Test(
        "the form for one is for one alone",
        arguments: [(0, "0 files"), (1, "1 file"), (2, "2 files"), (1234, "1,234 files")])
    func plural(count: Int, text: String) {
        #expect(Texts(catalog, in: .english)("files", count: count) == text)
    }

    @Test("a language without a form for one uses the other")
    func pluralOther() {
        #expect(Texts(catalog, in: .chinese)("files", count: 1) == "1 個檔案")
    }

    @Test("what a language lacks is said in English, what all lack in brackets")
    func fallback() {
        #expect(Texts(catalog, in: .japanese)("only") == "Only English")
        #expect(Texts(catalog, in: .japanese)("none") == "⟦none⟧")
    }

    @Test("the catalogue reports what translators left out")
    func faults() {
        var entries = catalog.entries
        entries[.japanese] = ["hello": .plain("こんにちは {nam}"), "extra": .plain("余り")]
        let faults = Catalog(entries: entries).faults(mine: ["hello", "plain", "files"])
        #expect(
            faults == [
                "ja: files is missing", "ja: hello has other placeholders than English", "ja: plain is missing",
                "ja: extra is not in English",
            ])
    }

    @Test("two keys that are one name in templates are reported")
    func names() {
        let catalog = Catalog(entries: [.english: ["a.b": .plain("1"), "a_b": .plain("2")]])
        #expect(catalog.faults(mine: ["a.b", "a_b"]).contains("en: a_b and a.b are one name in templates"))
    }

    @Test("a word with a value is escaped after the value is in it")
    func escaping() throws {
        struct Model: ViewModel { var greeting: String }
        let kit = PageKit("x", templates: ["page": "{{greeting}} {{t.plain}}"], words: catalog.entries)
        let greeting = kit.texts(in: .english)("hello", ["name": "<b>"])
        let html = try PageTemplate<Model>("x/page", in: kit).renderAlone(Model(greeting: greeting), in: .chinese)
        #expect(String(decoding: html, as: UTF8.self) == "Hello &lt;b&gt; 純文字")
    }

    @Test("keys in Swift files are compared with the translations")
    func sources() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "words-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let code = """
            let a = t("plain") + t("missing") + t("state.\\(state)") // t("comment.is_code_too")
            // t("ignored")
            let b = t(
                "hello", ["name": "x"])
            let c = Site.Place("x", key: "only", in: .x, groupKey: "group.none", url: "/", roles: [])
            """
        try Data(code.utf8).write(to: folder.appending(path: "A.swift"))
        let kit = PageKit("x", templates: [:], words: [.english: catalog.entries[.english] ?? [:]])
        let faults = kit.faults(in: [], sources: folder).filter {
            $0.utf8.starts(with: "A.swift".utf8) || $0.contains("nowhere")
        }
        #expect(
            faults == [
                "A.swift: the translations have no missing", "A.swift: no translation begins with state.",
                "A.swift: the translations have no comment.is_code_too", "A.swift: the translations have no group.none",
                "en: files is used nowhere",
            ])
    }

    @Test(
        "the best language one accepts",
        arguments: [
            (nil, Language.english), ("", .english), ("ja", .japanese), ("zh-TW,zh;q=0.9,en;q=0.8", .chinese),
            ("fr, ja;q=0.3, en;q=0.2", .japanese), ("en;q=0.1, zh-Hant-HK;q=0.7", .chinese), ("ja;q=0, en", .english),
            ("zh-CN, ja;q=0.1", .japanese), (",;;q=,=", .english), ("ja;q=nan", .english),
        ])
    func negotiation(header: String?, language: Language) {
        #expect(Language(accepting: header) == language)
    }

    @Test(
        "figures",
        arguments: [
            (0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "−1,234,567"), (.min, "−9,223,372,036,854,775,808"),
        ])
    func figures(number: Int, text: String) {
        #expect(Figures.grouped(number) == text)
    }

    @Test(
        "amounts",
        arguments: [
            (123_456, 2, "1,234.56"), (5, 2, "0.05"), (-5, 2, "−0.05"), (120_000, 2, "1,200"), (1_234, 0, "1,234"),
            (1_001, 3, "1.001"), (Int.min, 2, "−92,233,720,368,547,758.08"),
        ])
    func amounts(minor: Int, digits: Int, text: String) {
        #expect(Figures.amount(minor: minor, digits: digits) == text)
    }
}
