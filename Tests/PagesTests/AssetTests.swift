import Testing

@testable import Pages

@Suite("Assets")
struct AssetTests {
    @Test("an address follows from the contents and nothing else")
    func hashes() throws {
        let one = try #require(Asset(name: "a.css", bytes: Array("a".utf8)))
        #expect(one.url.description == "/assets/a.af63dc4c8601ec8c.css")
        #expect(Asset(name: "a.css", bytes: Array("a".utf8))?.url == one.url)
        #expect(Asset(name: "a.css", bytes: Array("b".utf8))?.url != one.url)
        #expect(Asset(name: "a.exe", bytes: []) == nil)
    }

    @Test("stylesheet, script and icon are there under their addresses")
    func shared() throws {
        for (name, type) in [
            ("trellis.css", "text/css; charset=utf-8"), ("trellis.js", "text/javascript; charset=utf-8"),
            ("icon.svg", "image/svg+xml"),
        ] {
            let url = Assets.shared.url(of: name)
            let asset = try #require(Assets.shared.asset(at: url.description))
            #expect(asset.contentType == type)
            #expect(!asset.bytes.isEmpty)
        }
        #expect(Assets.shared.asset(at: "/assets/trellis.css") == nil)
        #expect(Assets.shared.asset(at: "/assets/../Templates/layouts/page.mustache") == nil)
        #expect(Assets.shared.all.count == 3)
    }

    @Test("the stylesheet calls nobody and closes what it opens")
    func stylesheet() throws {
        let css = try text(of: "trellis.css")
        #expect(!css.contains("url(") && !css.contains("@import"))
        #expect(css.utf8.count { $0 == UInt8(ascii: "{") } == css.utf8.count { $0 == UInt8(ascii: "}") })
        for layer in ["reset", "tokens", "base", "components", "utilities"] {
            #expect(css.contains("@layer \(layer){"))
        }
        for query in ["prefers-color-scheme:dark", "prefers-reduced-motion", "print", ":lang(ja)", ":lang(zh-Hant)"] {
            #expect(css.contains(query))
        }
    }

    @Test("what only writers need is not sent, and nothing that browsers need is left out")
    func lean() {
        let css = """
            /* A "note" { */
            a :is(b, c) > d:hover { width: calc(100% - 2 * 4px); content: "a ;  b /* no */"; }
            @media (min-width: 4px) and print {
                ::before { margin: 0 1px; }
            }
            """
        let lean = String(decoding: Assets.lean(stylesheet: Array(css.utf8)), as: UTF8.self)
        #expect(
            lean == "a :is(b,c)>d:hover{width:calc(100% - 2 * 4px);content:\"a ;  b /* no */\"}"
                + "@media (min-width:4px) and print{::before{margin:0 1px}}")
        let script = "// why\nif (a) {\n    // and why\n    b(\"// c\");\n\n}"
        #expect(
            String(decoding: Assets.lean(script: Array(script.utf8)), as: UTF8.self) == "if (a) {b(\"// c\")}\n")
        let lines = "a = b === c\n    ? (d) => d(\n        1)\n    : e;\nf()\ng = [\n    1,\n    2];"
        #expect(
            String(decoding: Assets.lean(script: Array(lines.utf8)), as: UTF8.self)
                == "a = b===c? (d)=>d(\n1): e;f()\ng = [\n1,2];\n")
    }

    @Test("a page with its assets stays light")
    func weight() throws {
        let page = try Gallery.template.render(Gallery(in: .english), in: Gallery.frame(in: .english))
        let assets = Assets.shared.all.reduce(0) { $0 + $1.bytes.count }
        // The gallery holds every component; a page of a room is a fifth of it.
        #expect(assets < 48 * 1024)
        #expect(page.count < 48 * 1024)
    }

    private func text(of name: String) throws -> String {
        let asset = try #require(Assets.shared.asset(at: Assets.shared.url(of: name).description))
        return String(decoding: asset.bytes, as: UTF8.self)
    }
}
