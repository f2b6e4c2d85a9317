import Testing

@testable import Pages

@Suite("The checker")
struct CheckerTests {
    struct Model: ViewModel {
        struct Item: ViewModel {
            var label: String
            var url: SafeURL
            var children: [Item]
            var note: String?
        }

        enum Phase: String, CaseIterable, Codable { case open, closed }

        var title: String
        var count: Int
        var isOpen: Bool
        var phase: Phase
        var items: [Item]
        var first: Item
        var chosen: Item?
    }

    private func faults(_ text: String, _ more: [String: String] = [:]) -> [String] {
        let kit = PageKit(
            "x", templates: more.merging(["page": text]) { _, new in new },
            words: [.english: ["list.title": .plain("Title"), "list.count": .plain("{count} items")]])
        return kit.faults(in: [PageTemplate<Model>("x/page", in: kit)])
            .filter { !$0.utf8.starts(with: "zh-Hant:".utf8) && !$0.utf8.starts(with: "ja:".utf8) }
    }

    @Test(
        "what the view model has may be used where it is",
        arguments: [
            "{{title}} {{count}} {{phase}} {{first.label}} {{t.list_title}} {{csrf}}",
            "{{#items}}{{label}}{{title}}<a href=\"{{url}}\">{{#children}}{{label}}{{#note}}{{.}}{{/note}}{{/children}}</a>{{/items}}",
            "{{#chosen}}{{label}}{{/chosen}}{{^chosen}}{{title}}{{/chosen}}{{#isOpen}}{{title}}{{/isOpen}}",
            "<a href=\"#{{title}}\" title=\"{{title}}\">{{#first}}<img src=\"{{url}}\">{{/first}}</a>",
        ])
    func sound(text: String) {
        #expect(faults(text) == [])
    }

    @Test(
        "a planted fault is found",
        arguments: [
            ("{{titel}}", "no titel"), ("{{label}}", "no label"), ("{{#items}}{{lable}}{{/items}}", "no lable"),
            ("{{chosen.label}}", "optional"), ("{{first.labl}}", "no labl"), ("{{isOpen}}", "cannot be printed"),
            ("{{items}}", "cannot be printed"), ("{{first}}", "cannot be printed"),
            ("{{#title}}x{{/title}}", "always there"), ("{{#count}}x{{/count}}", "always there"),
            ("{{^first}}x{{/first}}", "always there"), ("<a href=\"{{title}}\">x</a>", "SafeURL"),
            ("<a href=\"/x/{{title}}\">x</a>", "SafeURL"), ("<form action=\"{{title}}\"></form>", "SafeURL"),
            ("<a href=\"{{#first}}{{label}}{{/first}}\">x</a>", "SafeURL"), ("{{t.none}}", "translations have no"),
            ("{{t.list_count}}", "placeholders"), ("{{> x/none}}", "no template"), ("{{> x/page}}", "includes itself"),
            ("{{^isOpen}}{{#items}}{{#children}}{{wrong}}{{/children}}{{/items}}{{/isOpen}}", "no wrong"),
        ])
    func planted(text: String, message: String) {
        #expect(faults(text).contains { $0.contains(message) }, "\(faults(text))")
    }

    @Test("a partial is proved in each place that includes it")
    func partials() {
        let part = ["part": "{{label}}"]
        #expect(faults("{{#items}}{{> x/part}}{{/items}}", part) == [])
        #expect(faults("{{#items}}{{> x/part}}{{/items}}{{> x/part}}", part).contains { $0.contains("no label") })
    }

    @Test("a template that no page reaches is reported")
    func unused() {
        #expect(faults("{{title}}", ["part": "{{title}}"]) == ["x/part is used by no page"])
    }

    @Test("types that no template can print are refused with what to do")
    func shapes() throws {
        struct Keyed: ViewModel { var table: [String: String] }
        struct Payload: ViewModel {
            enum Choice: Codable { case one(Int) }
            var choice: Choice
        }
        #expect(throws: ShapeError.self) { try ModelShape(of: Payload.self) }
        let shape = try ModelShape(of: Model.self)
        #expect(shape.fields(of: shape.root)?["chosen"] == .optional(.object(String(reflecting: Model.Item.self))))
        #expect(shape.fields(of: shape.root)?["phase"] == .text)
        #expect(shape.fields(of: .object(String(reflecting: Model.Item.self)))?["url"] == .address)
        // A dictionary is a struct without known names: nothing in it can be used.
        let keyed = try ModelShape(of: Keyed.self)
        #expect(keyed.fields(of: keyed.root)?.keys.sorted() == ["table"])
    }
}
