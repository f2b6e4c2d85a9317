import Testing

@testable import Pages

@Suite("Addresses")
struct SafeURLTests {
    @Test("what is interpolated is one component")
    func interpolation() {
        let hostile = "../../x?y#z/\"<é"
        #expect(("/a/\(hostile)/b" as SafeURL).description == "/a/..%2F..%2Fx%3Fy%23z%2F%22%3C%C3%A9/b")
        #expect(("/a/\("..")" as SafeURL).description == "/a/-")
        #expect(("/a/\(12)" as SafeURL).description == "/a/12")
    }

    @Test("a literal that leaves this site leads nowhere")
    func literals() {
        for url in ["https://example.org", "//example.org", "javascript:alert(1)", "", "a/b"] as [SafeURL] {
            #expect(url == .nowhere)
        }
        #expect("/\("")/example.org" as SafeURL == .nowhere)
        for url in ["/", "/a", "?q=1", "#main"] as [SafeURL] { #expect(url.description != "#") }
    }

    @Test(
        "people may link to https and mail, and to nothing that runs",
        arguments: [
            ("https://example.org/a?b=c#d", true), ("HTTPS://EXAMPLE.ORG", true), ("mailto:a@example.org", true),
            ("http://example.org", false), ("javascript:alert(1)", false), ("java\tscript:alert(1)", false),
            (" https://example.org", false), ("data:text/html,x", false), ("https:\\\\example.org", false),
            ("//example.org", false), ("https://e\u{0}", false), ("", false),
        ])
    func external(text: String, isAdmitted: Bool) {
        #expect((SafeURL(external: text) != nil) == isAdmitted)
    }

    @Test(
        "where one came from is one of our paths",
        arguments: [
            ("/a?b=c", true), ("/", true), ("//example.org", false), ("/\\example.org", false), ("https://x", false),
            ("/a b", false), ("/a\n", false), ("", false),
        ])
    func paths(text: String, isAdmitted: Bool) {
        #expect((SafeURL(path: text) != nil) == isAdmitted)
    }

    @Test("queries are added and encoded")
    func queries() {
        let url: SafeURL = "/a"
        #expect(url.adding([]).description == "/a")
        #expect(url.adding([("q", "a&b=c"), ("r", "晨")]).description == "/a?q=a%26b%3Dc&r=%E6%99%A8")
        #expect(url.adding([("q", "1")]).adding([("r", "2")]).description == "/a?q=1&r=2")
    }
}
