import Testing

@testable import Pages

@Suite("Escaping")
struct EscapingTests {
    @Test("every special byte is replaced, whatever stands beside it", arguments: HostileText.joiners)
    func corpus(joiner: Unicode.Scalar) {
        let replacements: [Unicode.Scalar: String] = [
            "<": "&lt;", ">": "&gt;", "&": "&amp;", "\"": "&quot;", "'": "&#39;", "`": "&#96;",
        ]
        for (special, replacement) in replacements {
            for text in [
                "\(joiner)\(special)", "\(special)\(joiner)", "a\(joiner)\(special)\(joiner)b\r\(special)\r\n",
            ] {
                let expected = text.unicodeScalars.map { replacements[$0] ?? String($0) }.map { Array($0.utf8) }
                // Bytes, not strings: strings compare by canonical equivalence.
                #expect(Array(MarkupText().escapeText(text).utf8) == Array(expected.joined()))
                #expect(replacement.utf8.first == UInt8(ascii: "&"))
            }
        }
    }

    @Test(
        "text without specials comes back byte for byte", arguments: ["", "a", "é", "e\u{0301}", "晨光 👩🏽‍🔬", "\r", "\u{0}"])
    func plain(text: String) {
        #expect(Array(MarkupText().escapeText(text).utf8) == Array(text.utf8))
    }

    @Test("templates and the partials they include escape alike")
    func partials() throws {
        struct Model: ViewModel { var name: String }
        let kit = PageKit(
            "x",
            templates: [
                "page": "<p title=\"{{name}}\">{{name}}</p>{{> x/part}}", "part": "<b title=\"{{name}}\">{{name}}</b>",
            ])
        let html = try PageTemplate<Model>("x/page", in: kit)
            .renderAlone(Model(name: "\u{0600}<\"\u{0301}"), in: .english)
        let escaped = "\u{0600}&lt;&quot;\u{0301}"
        #expect(html == Array("<p title=\"\(escaped)\">\(escaped)</p><b title=\"\(escaped)\">\(escaped)</b>".utf8))
    }

    @Test("the hostile check sees a template that was loaded without our content type")
    func negative() throws {
        struct Model: ViewModel { var name: String }
        let page = PageTemplate<Model>(
            "x/page", in: PageKit("x", templates: ["page": "<p title=\"{{name}}\">{{name}}</p>"]))
        var contents = try page.kit.contents
        #expect(try contents.breaches(of: page, model: page.framedShape()) == [])
        let source = try #require(contents.sources["x/page"])
        contents.sources["x/page"] = nil
        try contents.add(source, named: "x/page", pragma: "")
        #expect(try !contents.breaches(of: page, model: page.framedShape()).isEmpty)
    }

    @Test("skeletons are read as a browser reads tags")
    func skeletons() {
        func parts(_ html: String) -> [String] { MarkupSkeleton(Array(html.utf8)).parts }
        #expect(parts("<P Class=a id='x>y' x=\"<b>\" y>1 < 2 & 3</p >") == ["<p class id x y>", "</p>"])
        #expect(
            parts("<!doctype html><!-- <b> --><textarea><b></textarea><br/>") == [
                "<!>", "<!>", "<textarea>", "</textarea>", "<br>",
            ])
        #expect(parts("<img/src=x/onerror=y>") == ["<img src>"])
        #expect(parts("<a =b=c>") == ["<a =b>"])
    }

    @Test("the hostile worlds print every text of every template")
    func coverage() throws {
        let contents = try PageKit.base.contents
        let model = try Gallery.template.framedShape()
        let printed = try SampleWorld.tosses.map { toss in
            var world = SampleWorld(model: model, address: "/x", toss: toss) { "§\($0)§" }
            return try contents.render(
                world.object(), body: Gallery.template.name, in: Layout.page.rawValue, language: .english)
        }.joined()
        func names(_ nodes: [TemplateNode]) -> [String] {
            nodes.flatMap { node -> [String] in
                switch node {
                case .variable(let name, _, _): [name]
                case .section(_, _, let inside, _): names(inside)
                case .partial, .body: []
                }
            }
        }
        let numbers: Set = ["rows", "limit", "done", "total", "rank", "x", "width", "origin"]
        let all = contents.sources.values.flatMap { names($0.nodes) }
            .filter { !$0.utf8.starts(with: "t.".utf8) && $0 != "." && !numbers.contains($0) }
        let unprinted = Set(all).filter {
            !printed.contains("§\($0)§") && !printed.contains("§\($0.split(separator: ".").last ?? "")§")
        }
        // What is left are addresses, which are one and the same here.
        #expect(
            unprinted.sorted() == [
                "accountURL", "action", "changeURL", "homeURL", "icon", "postURL", "script", "signOutURL", "stylesheet",
                "url",
            ])
    }
}
