import Foundation
import Pages
import Testing
import Vocabulary

@testable import Letters

@Suite("What a letter says")
struct LetterTextTests {
    @Test("blank lines make paragraphs, and single line breaks stay")
    func paragraphs() throws {
        let text = try LetterText(
            subject: ShortText("Subject"), body: LongText("Dear Ada,\n\n\n  \t\nyou are\nin.\r\n\r\nMei"))
        #expect(text.paragraphs == [["Dear Ada,"], ["you are", "in."], ["Mei"]])
        #expect(try LetterText(subject: "S", paragraphs: ["One", "Two\nand a half"]).paragraphs.count == 2)
    }

    @Test("a subject of two lines and an empty body are no letter")
    func refused() {
        #expect(throws: TextRefusal.self) { try LetterText(subject: "a\r\nBcc: x@y.example", paragraphs: ["x"]) }
        #expect(throws: TextRefusal.self) { try LetterText(subject: "a", paragraphs: [" ", "\n"]) }
    }

    @Test("what somebody called themselves stays words in a letter")
    func quoted() throws {
        let quoted = LetterText.quoted("https://win.example, a@b.example")
        #expect(!quoted.unicodeScalars.map(String.init).joined().contains("://"))
        for address in ["win.example", "://", "b.example", "a@b"] {
            #expect(quoted.range(of: address, options: .literal) == nil, "\(address)")
        }
        #expect(quoted.replacing("\u{2060}", with: "") == "https://win.example, a@b.example")
        #expect(try LongText(quoted).string == quoted)
        #expect(LetterText.quoted("陳大文") == "陳大文")
    }

    @Test("a page of ours has an address on our site, and nothing else has")
    func addresses() {
        let page: SafeURL = "/portal/applications/\("a b")?x=1"
        #expect(
            page.absolute(on: "https://park.example")?.description
                == "https://park.example/portal/applications/a%20b?x=1")
        #expect(
            page.absolute(on: "http://127.0.0.1:8080/")?.description
                == "http://127.0.0.1:8080/portal/applications/a%20b?x=1")
        for site in ["", "park.example", "javascript://x", "https://", "https://a b", "https://a/b", "https://a\"b"] {
            #expect(page.absolute(on: site) == nil, "\(site)")
        }
        #expect(SafeURL(external: "https://evil.example")?.absolute(on: "https://park.example") == nil)
        #expect(SafeURL.nowhere.absolute(on: "https://park.example") == nil)
    }
}

@Suite("Pages of letters")
struct LetterPagesTests {
    @Test("are sound in every language, as is the mail itself")
    func sound() {
        let sources = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/Letters").standardized
        let pages: [any CheckedTemplate] = [
            PageTemplate<OutboxPage>.outbox, PageTemplate<HeldPage>.held, PageTemplate<LetterPage>.letter,
            PageTemplate<RewritePage>.rewrite, PageTemplate<OwnLettersPage>.ownLetters,
            PageTemplate<OwnLetterPage>.ownLetter, PageTemplate<LetterMail>.mail,
        ]
        #expect(PageKit.letters.faults(in: pages, sources: sources) == [])
    }
}
