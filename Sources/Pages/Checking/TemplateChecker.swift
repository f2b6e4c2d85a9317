/// Proves templates against the view models they are rendered with.
///
/// It follows names exactly as the engine will: the nearest struct that has the name wins, then those further
/// out. It works from the types alone, so no sample can forget a branch.
struct TemplateChecker {
    let sources: [String: TemplateSource]
    let catalog: Catalog
    private(set) var faults: [TemplateFault] = []
    private(set) var reached: Set<String> = []
    private(set) var textsUsed: Set<String> = []
    private var model: ModelShape?
    private var including: [String] = []
    private var body: String?
    private var proved: Set<Visit> = []

    private struct Visit: Hashable {
        let partial: String
        let scopes: [Shape]
    }

    init(sources: [String: TemplateSource], catalog: Catalog) {
        self.sources = sources
        self.catalog = catalog
    }

    /// Walks a template with all it includes; `body` is what its layout encloses.
    mutating func check(_ name: String, body: String?, model: ModelShape) {
        self.model = model
        self.body = body
        proved = []
        include(name, scopes: [model.root], from: name, line: 0)
    }

    private mutating func include(_ name: String, scopes: [Shape], from: String, line: Int) {
        guard let source = sources[name] else {
            return fault(from, line, "there is no template \(name)")
        }
        guard !including.contains(name) else {
            return fault(from, line, "\(name) includes itself")
        }
        reached.insert(name)
        // A partial that was proved in these very scopes says nothing new.
        guard proved.insert(Visit(partial: name, scopes: scopes)).inserted else { return }
        including.append(name)
        walk(source.nodes, scopes: scopes, in: name)
        including.removeLast()
    }

    private mutating func walk(_ nodes: [TemplateNode], scopes: [Shape], in template: String) {
        for node in nodes {
            switch node {
            case .variable(let name, let place, let line):
                print(name, at: place, scopes: scopes, in: template, line)
            case .section(let name, let inverted, let inside, let line):
                guard let shape = resolve(name, scopes: scopes, in: template, line) else { continue }
                open(name, shape, inverted: inverted, inside, scopes: scopes, in: template, line)
            case .partial(let name, let line):
                include(name, scopes: scopes, from: template, line: line)
            case .body(let line):
                guard let body else { return fault(template, line, "no page stands in this layout") }
                include(body, scopes: scopes, from: template, line: line)
            }
        }
    }

    private mutating func open(
        _ name: String, _ shape: Shape, inverted: Bool, _ nodes: [TemplateNode], scopes: [Shape],
        in template: String, _ line: Int
    ) {
        switch shape {
        case .flag:
            walk(nodes, scopes: scopes, in: template)
        case .list(let element):
            walk(nodes, scopes: inverted ? scopes : scopes + [element], in: template)
        case .optional(.flag), .optional(.list):
            fault(template, line, "\(name) is an optional \(words(shape)); leave out the optional")
        case .optional(let wrapped):
            walk(nodes, scopes: inverted ? scopes : scopes + [wrapped], in: template)
        case .object where !inverted:
            walk(nodes, scopes: scopes + [shape], in: template)
        case .object, .text, .number, .address:
            fault(
                template, line,
                "\(name) is \(words(shape)) and always there; a section needs a flag, an optional or a list")
        }
    }

    private mutating func print(
        _ name: String, at place: MarkupPlace, scopes: [Shape], in template: String, _ line: Int
    ) {
        guard var shape = resolve(name, scopes: scopes, in: template, line) else { return }
        if case .optional(let wrapped) = shape { shape = wrapped }
        switch shape {
        case .flag, .list, .object, .optional:
            fault(template, line, "\(name) is \(words(shape)) and cannot be printed")
        case .text, .number, .address:
            guard case .attribute(let attribute, let prefix) = place, Self.addresses.contains(attribute) else { return }
            if prefix.isEmpty ? shape != .address : prefix.utf8.first != UInt8(ascii: "#") {
                fault(template, line, "\(attribute)= takes one SafeURL, or # and a name; \(name) is \(words(shape))")
            }
        }
    }

    private static let addresses: Set<String> = [
        "href", "src", "action", "formaction", "poster", "cite", "data", "srcset", "xlink:href", "ping", "background",
    ]

    private mutating func resolve(_ name: String, scopes: [Shape], in template: String, _ line: Int) -> Shape? {
        guard name != "." else { return scopes.last }
        let parts = name.split(separator: ".").map(String.init)
        guard let first = parts.first else { return nil }
        if first == "t" {
            return text(parts.dropFirst().joined(separator: "."), in: template, line)
        }
        for scope in scopes.reversed() {
            guard let shape = model?.fields(of: scope)?[first] else { continue }
            return descend(parts.dropFirst(), from: shape, whole: name, in: template, line)
        }
        let offered = scopes.compactMap { model?.fields(of: $0)?.keys.sorted().joined(separator: " ") }
        fault(template, line, "the view model has no \(name); it offers \(offered.reversed().joined(separator: " ‖ "))")
        return nil
    }

    private mutating func descend(
        _ parts: ArraySlice<String>, from shape: Shape, whole: String, in template: String, _ line: Int
    ) -> Shape? {
        guard let part = parts.first else { return shape }
        guard let next = model?.fields(of: shape)?[part] else {
            fault(
                template, line,
                "\(whole): there is no \(part) in \(words(shape)); open an optional with a section first")
            return nil
        }
        return descend(parts.dropFirst(), from: next, whole: whole, in: template, line)
    }

    private mutating func text(_ name: String, in template: String, _ line: Int) -> Shape? {
        textsUsed.insert(name)
        switch catalog.plain(named: name) {
        case .plain: break
        case .missing: fault(template, line, "the translations have no \(name)")
        case .needsValues: fault(template, line, "\(name) has placeholders; the view model fills them in")
        }
        return .text
    }

    private func words(_ shape: Shape) -> String {
        switch shape {
        case .text: "text"
        case .number: "a number"
        case .flag: "a flag"
        case .address: "an address"
        case .list: "a list"
        case .optional(let wrapped): words(wrapped)
        case .object(let name): name
        }
    }

    private mutating func fault(_ template: String, _ line: Int, _ message: String) {
        let fault = TemplateFault(template: template, line: line, message: message)
        if !faults.contains(fault) { faults.append(fault) }
    }
}
