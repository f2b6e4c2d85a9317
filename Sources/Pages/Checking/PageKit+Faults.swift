public import Foundation

/// A page template whose view model is known to the checker.
public protocol CheckedTemplate: Sendable {
    /// The template's name.
    var name: String { get }
    /// What stands around it.
    var layout: Layout { get }
    /// The shape of the page in its frame.
    func framedShape() throws -> ModelShape
}

extension PageTemplate: CheckedTemplate {
    /// The shape of this page in its frame.
    public func framedShape() throws -> ModelShape { try ModelShape(of: Framed<Page>.self) }
}

extension PageKit {
    /// Everything that is wrong with the templates and words of this kit; a room's test expects none.
    ///
    /// - Parameters:
    ///   - pages: Every page of the room. A template that none of them reaches is reported as unused.
    ///   - sources: The folder of the room's Swift files: each `t("key")` in them must be translated, and each
    ///     translation used there or in a template.
    public func faults(in pages: [any CheckedTemplate], sources: URL? = nil) -> [String] {
        do {
            let contents = try contents
            var checker = TemplateChecker(sources: contents.sources, catalog: contents.catalog)
            var faults: [String] = []
            for page in pages {
                let model = try page.framedShape()
                let before = checker.faults.count
                checker.check(page.layout.rawValue, body: page.name, model: model)
                if checker.faults.count == before { faults += try contents.breaches(of: page, model: model) }
            }
            faults += checker.faults.map(\.description)
            let own = contents.sources.keys.filter { name.isEmpty || $0.utf8.starts(with: "\(name)/".utf8) }
            faults += own.filter { !checker.reached.contains($0) }.sorted().map { "\($0) is used by no page" }
            faults += contents.catalog.faults(mine: contents.ownKeys)
            if let sources {
                faults += contents.faults(inWordsOf: sources, usedByTemplates: checker.textsUsed)
            }
            return faults
        } catch {
            return ["\(error)"]
        }
    }
}

extension PageKit.Contents {
    /// Renders a page with hostile values in every place, and reports where its tags changed.
    func breaches(of page: any CheckedTemplate, model: ModelShape) throws -> [String] {
        var breaches: [String] = []
        for toss in SampleWorld.tosses {
            let expected = try skeleton(of: page, model, text: "x", address: "/x", toss)
            for text in toss == .open ? HostileText.values : [HostileText.brief] {
                let found = try skeleton(of: page, model, text: text, address: HostileText.address, toss)
                if let difference = found.difference(from: expected) {
                    breaches.append("\(page.name): a value changes the markup \(difference)")
                }
            }
        }
        return breaches
    }

    private func skeleton(
        of page: any CheckedTemplate, _ model: ModelShape, text: String, address: SafeURL, _ toss: SampleWorld.Toss
    ) throws -> MarkupSkeleton {
        var world = SampleWorld(model: model, address: address, toss: toss) { _ in text }
        let html = try render(world.object(), body: page.name, in: page.layout.rawValue, language: .english)
        return MarkupSkeleton(Array(html.utf8))
    }

    /// Compares the keys that Swift files ask for with those that are translated.
    func faults(inWordsOf folder: URL, usedByTemplates: Set<String>) -> [String] {
        var faults: [String] = []
        var used: Set<String> = []
        var prefixes: Set<String> = []
        for (file, key) in Self.keys(in: folder) {
            // What is interpolated may be anything; that there is such a family of keys is all one can ask.
            let parts = key.components(separatedBy: "\\(")
            let known = catalog.entries[.english] ?? [:]
            if parts.count > 1, let prefix = parts.first {
                prefixes.insert(prefix)
                if !known.keys.contains(where: { $0.utf8.starts(with: prefix.utf8) }) {
                    faults.append("\(file): no translation begins with \(prefix)")
                }
            } else {
                used.insert(key)
                if known[key] == nil { faults.append("\(file): the translations have no \(key)") }
            }
        }
        for key in ownKeys.sorted() where !used.contains(key) {
            let inTemplate = usedByTemplates.contains(Catalog.templateName(of: key))
            let inFamily = prefixes.contains { key.utf8.starts(with: $0.utf8) }
            if !inTemplate, !inFamily { faults.append("en: \(key) is used nowhere") }
        }
        return faults
    }

    /// Every `t("…")` and `key: "…"` in a folder of Swift files.
    private static func keys(in folder: URL) -> [(file: String, key: String)] {
        let files =
            FileManager.default.enumerator(at: folder.resolvingSymlinksInPath(), includingPropertiesForKeys: nil)?
            .compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" } ?? []
        return files.flatMap { file -> [(file: String, key: String)] in
            let lines = (try? String(contentsOf: file, encoding: .utf8))?.components(separatedBy: "\n") ?? []
            let code = lines.filter { !$0.drop(while: \.isWhitespace).utf8.starts(with: "//".utf8) }
            return code.joined(separator: "\n")
                .matches(of: #/(?:\bt\(\s*|[kK]ey:\s*)"([^"\n]+)"/#)
                .map { (file.lastPathComponent, String($0.output.1)) }
        }
    }
}
