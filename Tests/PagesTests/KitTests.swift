import Foundation
import Testing

@testable import Pages

@Suite("The kit itself")
struct KitTests {
    @Test("every component and layout is sound, in three languages")
    func sound() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/Pages").standardized
        let quiet = PageTemplate<Gallery>("design/gallery", in: .base, layout: .quiet)
        #expect(PageKit.base.faults(in: [Gallery.template, quiet], sources: sources) == [])
    }

    @Test("the gallery renders in each language", arguments: Language.allCases)
    func gallery(language: Language) throws {
        let html = try Gallery.template.render(Gallery(in: language), in: Gallery.frame(in: language))
        let text = String(decoding: html, as: UTF8.self)
        #expect(text.contains("<html lang=\"\(language.tag)\">"))
        #expect(!text.contains("⟦"))
        // By hand: TRELLIS_GALLERY=/tmp writes the page beside its assets, for a browser to look at.
        if let folder = ProcessInfo.processInfo.environment["TRELLIS_GALLERY"] {
            try Data(html).write(to: URL(filePath: folder).appending(path: "gallery-\(language.tag).html"))
            let script = Assets.shared.asset(at: Assets.shared.url(of: "trellis.js").description)?.bytes ?? []
            try Data(script).write(to: URL(filePath: folder).appending(path: "trellis.js"))
        }
    }

    @Test("the quiet layout has nothing to wander off to")
    func quiet() throws {
        struct Door: ViewModel {
            var header: PageHeader
            var form: Form
        }
        let kit = PageKit(
            "x",
            templates: [
                "door": "{{#header}}{{> components/page-header}}{{/header}}{{#form}}{{> components/form}}{{/form}}"
            ])
        let t = kit.texts(in: .english)
        let input = FormInput([:], texts: t)
        let door = Door(
            header: PageHeader(title: "Sign in", lede: "For startups, partners and investors of the park."),
            form: Form(
                action: "/sign-in",
                fields: [
                    input.text("email", label: "E-mail", type: "email", autocomplete: "username"),
                    input.text("password", label: "Password", type: "password", autocomplete: "current-password"),
                ], submit: "Sign in", texts: t, problem: "E-mail and password do not belong together."))
        let page = PageTemplate<Door>("x/door", in: kit, layout: .quiet)
        let html = try page.render(door, in: Frame(title: "Sign in", site: Site(), viewer: Viewer(language: .english)))
        let text = String(decoding: html, as: UTF8.self)
        #expect(!text.contains("<nav") && !text.contains("class=\"menu\""))
        #expect(text.contains("<title>Sign in – Trellis</title>"))
        #expect(kit.faults(in: [page]) == [])
        if let folder = ProcessInfo.processInfo.environment["TRELLIS_GALLERY"] {
            try Data(html).write(to: URL(filePath: folder).appending(path: "gallery-quiet.html"))
        }
    }

    @Test("every id is one of a kind, and every reference to an id finds it")
    func references() throws {
        let html = try Gallery.template.render(Gallery(in: .english), in: Gallery.frame(in: .english))
        let text = String(decoding: html, as: UTF8.self)
        let ids = text.matches(of: #/\sid="([^"]+)"/#).map { String($0.output.1) }
        #expect(Set(ids).count == ids.count)
        let references = text.matches(of: #/\s(?:for|aria-describedby|aria-labelledby)="([^"]+)"|href="\#([^"]+)"/#)
            .flatMap { ($0.output.1 ?? $0.output.2 ?? "").split(separator: " ").map(String.init) }
        #expect(references.count > 30)
        for reference in references { #expect(ids.contains(reference), "#\(reference)") }
        #expect(text.matches(of: #/<h1[ >]/#).count == 1)
        #expect(text.matches(of: #/<main /#).count == 1)
    }

    @Test("every control has a label")
    func labels() throws {
        let html = try Gallery.template.render(Gallery(in: .english), in: Gallery.frame(in: .english))
        let text = String(decoding: html, as: UTF8.self)
        let labelled = Set(text.matches(of: #/<label for="([^"]+)"/#).map { String($0.output.1) })
        let controls = text.matches(of: #/<(input|select|textarea) [^>]*>/#).map { String($0.output.0) }
            .filter { !$0.contains("type=\"hidden\"") && !$0.contains("aria-label=") }
        #expect(controls.count > 20)
        for control in controls {
            let id = try #require(control.firstMatch(of: #/ id="([^"]+)"/#)).output.1
            #expect(labelled.contains(String(id)), "\(control)")
        }
    }

    @Test("navigation shows the places of one's role, in groups, with what waits")
    func navigation() {
        let places = ["manager", "founder"].flatMap { role in
            [
                Site.Place("a-\(role)", key: "kit.skip", in: .base, url: "/a", roles: [role]),
                Site.Place("b", key: "kit.close", in: .base, groupKey: "kit.keys", url: "/b", roles: [role]),
            ]
        }
        let viewer = Viewer(
            name: "Ada", seat: Viewer.Seat(id: "1", role: "founder", label: "x"), language: .japanese,
            waiting: ["b": 1200, "a-founder": 0])
        let groups = Site(places: places).navigation(for: viewer, current: "b")
        #expect(groups.map(\.label) == [nil, "キー一覧"])
        #expect(groups.flatMap(\.items).map(\.label) == ["本文へ移動", "閉じる"])
        #expect(groups.flatMap(\.items).map(\.isCurrent) == [false, true])
        #expect(groups.flatMap(\.items).map(\.count) == [nil, "1,200"])
        #expect(Site(places: places).navigation(for: Viewer(language: .english), current: nil).isEmpty)
    }
}
