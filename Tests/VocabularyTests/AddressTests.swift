import Foundation
import Testing
import Vocabulary

@Suite struct AddressTests {
    @Test func mailDomainsAreInLowerCase() throws {
        let address = try #require(EmailAddress("Ada.Lovelace+x@Example.ORG"))
        #expect(address.description == "Ada.Lovelace+x@example.org")
        #expect(address.normalized == "ada.lovelace+x@example.org")
    }

    @Test(arguments: [
        "", "@", "a@", "@b.c", "a@b", "a b@c.de", "a@b..c", "a@-b.de", "a@b-.de", "a@b.de.", ".a@b.de", "a.@b.de",
        "a..b@c.de", "a@b@c.de", "\"a\"@b.de", "a@[127.0.0.1]", "a\r\nBcc: x@b.de", "ä@b.de", "a@bä.de", "a,b@c.de",
        "<a@b.de>", "a@b.de\0", "a@b_c.de",
    ])
    func refusesWhatIsNoMailbox(text: String) {
        #expect(EmailAddress(text) == nil)
    }

    @Test func longMailboxesAreRefused() {
        #expect(EmailAddress(String(repeating: "a", count: 65) + "@b.de") == nil)
        #expect(EmailAddress("a@" + String(repeating: "b", count: 64) + ".de") == nil)
        #expect(EmailAddress("a@" + String(repeating: "b.", count: 130) + "de") == nil)
    }

    @Test(arguments: [
        ("HTTPS://WWW.Example.org/A?b=c#d", "https://www.example.org/A?b=c#d", "example.org"),
        ("http://example.org", "http://example.org", "example.org"),
        ("https://example.org:8443/", "https://example.org:8443/", "example.org"),
        ("https://example.org/園", "https://example.org/%E5%9C%92", "example.org"),
        ("https://www.org/", "https://www.org/", "www.org"),
    ])
    func takesAddressesOfTheWeb(text: String, written: String, site: String) {
        #expect(WebAddress(text)?.description == written)
        #expect(WebAddress(text)?.site == site)
    }

    @Test(arguments: [
        "", "example.org", "javascript:alert(1)", "data:text/html,x", "ftp://example.org", "//example.org", "https://",
        "https:///x", "https://user@example.org", "https://user:pass@example.org", "https://example.org:0",
        "https://a:b:c/",
        "https://example.org:99999", "https://exa mple.org", "https://example.org/a b",
        "https://example.org/\"onclick=",
        "https://example.org/<script>", "https://example.org\\@evil.org", "https://例え.jp", "https://[::1]/",
        "https://example.org/\n", " https://example.org", "java\nscript:alert(1)",
    ])
    func refusesWhatIsNoAddressOfTheWeb(text: String) {
        #expect(WebAddress(text) == nil)
    }

    @Test func whatWasTakenIsTakenAgainUnchanged() throws {
        for text in ["https://example.org/園?q=a%20b", "http://a.b.c:80/#x"] {
            let address = try #require(WebAddress(text))
            #expect(WebAddress(address.description) == address)
        }
    }
}
