import Testing

@testable import Pages

@Suite("Templates")
struct TemplateTests {
    @Test(
        "what would print raw, trap or break the policy is refused",
        arguments: [
            "{{{name}}}", "{{&name}}", "{{& name }}", "{{=<% %>=}}", "{{<layout}}{{/layout}}", "{{$block}}{{/block}}",
            "{{% CONTENT_TYPE: TEXT}}", "{{>*name}}", "{{reversed(name)}}", "{{name", "{{#name}}", "{{/name}}",
            "{{#a}}{{/b}}", "{{> ../secret}}", "<p {{name}}>", "<p class={{name}}>", "<p class='{{name}}'>",
            "<{{name}}>",
            "<script>var x = \"{{name}}\"</script>", "<script>alert(1)</script>", "<script></script>",
            "<style>p{}</style>",
            "<p style=\"color: red\">", "<p onclick=\"x()\">", "<p ONCLICK=\"x()\">", "<iframe srcdoc=\"x\"></iframe>",
            "<p class=\"{{#name}}\">{{/name}}</p>", "<p", "<p class=\"a", "<!-- open", "1 < 2", "{{a b}}", "{{}}",
            "{{.a}}",
        ])
    func refused(text: String) {
        #expect(throws: TemplateFault.self) { try TemplateSource(name: "x", text: text) }
    }

    @Test(
        "what pages need is taken",
        arguments: [
            "{{name}}", "{{ name }}", "{{a.b}}", "{{.}}", "{{! a comment {{{ }}", "<p class=\"{{name}} b\">",
            "<input{{#a}} checked{{/a}}>", "<p{{#a}} class=\"{{.}}\"{{/a}}>", "<!-- a > b -->", "<!doctype html>",
            "<script type=\"module\" src=\"{{url}}\"></script>", "<br/>", "<a href=\"#{{name}}\">", "{ {{name}} }",
        ])
    func taken(text: String) throws {
        _ = try TemplateSource(name: "x", text: text)
    }

    @Test("a fault names its template and line")
    func line() {
        #expect {
            _ = try TemplateSource(name: "x/show", text: "<p>\n{{#a}}\n{{! two\nlines }}\n<p style=\"x\">\n{{/a}}")
        } throws: {
            ($0 as? TemplateFault)?.description == "x/show:5: style= breaks the policy; write a class"
        }
    }

    @Test("a text area keeps every blank and line break of its value")
    func textArea() throws {
        struct Model: ViewModel { var fields: [FormField] }
        let kit = PageKit("x", templates: ["page": "  {{#fields}}\n    {{> components/field}}\n  {{/fields}}\n"])
        let typed = "\n  first\n\n  last  \n"
        let field = FormInput(["pitch": typed], texts: kit.texts(in: .english)).area("pitch", label: "Pitch")
        let html = try PageTemplate<Model>("x/page", in: kit).renderAlone(Model(fields: [field]), in: .english)
        // A browser drops the first line break of a text area, so the template writes one of its own.
        #expect(String(decoding: html, as: UTF8.self).contains(">\n\(typed)</textarea>"))
    }

    @Test("sections show, open, repeat and hide")
    func sections() throws {
        struct Model: ViewModel {
            var isOn = true
            var isOff = false
            var some: String? = "s"
            var none: String?
            var many = ["a", "b"]
            var empty: [String] = []
            var zero = 0
        }
        let text = """
            {{#isOn}}1{{/isOn}}{{^isOn}}x{{/isOn}}{{#isOff}}x{{/isOff}}{{^isOff}}2{{/isOff}}\
            {{#some}}{{.}}{{/some}}{{^some}}x{{/some}}{{#none}}x{{/none}}{{^none}}3{{/none}}{{none}}\
            {{#many}}{{.}}{{/many}}{{#empty}}x{{/empty}}{{^empty}}4{{/empty}}{{zero}}
            """
        let kit = PageKit("x", templates: ["page": text])
        let html = try PageTemplate<Model>("x/page", in: kit).renderAlone(Model(), in: .english)
        #expect(String(decoding: html, as: UTF8.self) == "12s3ab40")
        #expect(kit.faults(in: [PageTemplate<Model>("x/page", in: kit)]) == [])
    }

    @Test("an optional that is nil hides a name further out")
    func shadow() throws {
        struct Model: ViewModel {
            struct Inner: ViewModel { var hint: String? }
            var hint = "outer"
            var inner = [Inner(hint: nil), Inner(hint: "own")]
        }
        let kit = PageKit("x", templates: ["page": "{{#inner}}[{{#hint}}{{.}}{{/hint}}]{{/inner}}{{hint}}"])
        let html = try PageTemplate<Model>("x/page", in: kit).renderAlone(Model(), in: .english)
        #expect(String(decoding: html, as: UTF8.self) == "[][own]outer")
    }

    @Test("a missing template is an error, not an empty page")
    func missing() {
        struct Model: ViewModel { var name = "" }
        let frame = Frame(title: "", site: Site(), viewer: Viewer(language: .english))
        #expect(throws: TemplateFault.self) {
            try PageTemplate<Model>("x/none", in: PageKit("x", templates: [:])).render(Model(), in: frame)
        }
    }
}
