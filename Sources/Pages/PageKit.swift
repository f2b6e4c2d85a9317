public import Foundation
internal import Mustache

/// What a module's pages are made of: its templates and its words, on top of the layouts and components here.
///
/// A room keeps one as a constant, `extension PageKit { static let applications = PageKit("applications", bundle: .module) }`.
/// Its `Templates/show.mustache` is named `applications/show`; those of this module keep their own names
/// (`components/field`). No room sees the templates of another.
public final class PageKit: Sendable {
    /// The module's own prefix; empty for the kit itself.
    public let name: String
    private let loaded: Result<Contents, any Error>

    struct Contents: Sendable {
        var sources: [String: TemplateSource] = [:]
        var library = MustacheLibrary()
        var catalog: Catalog
        /// The keys this module wrote, without those of the kit.
        var ownKeys: Set<String>
    }

    /// Reads `Templates/` and `Translations/` of a bundle, once; what is wrong with them is thrown when first used.
    public convenience init(_ name: String, bundle: Bundle) {
        self.init(name, directory: bundle.resourceURL ?? bundle.bundleURL)
    }

    /// Reads `Templates/` and `Translations/` below a directory.
    public init(_ name: String, directory: URL) {
        self.name = name
        loaded = Result { try Self.load(name, from: directory) }
    }

    /// A kit whose templates are given as text, for tests.
    init(_ name: String, templates: [String: String], words: [Language: [String: Catalog.Entry]] = [:]) {
        self.name = name
        loaded = Result {
            let named = Dictionary(uniqueKeysWithValues: templates.map { ("\(name)/\($0)", $1) })
            return try Self.contents(named, catalog: Catalog(entries: words), onTopOf: PageKit.base.contents)
        }
    }

    /// The layouts and components every module builds on.
    public static let base = PageKit("", bundle: .module)

    /// The module's words in a language.
    ///
    /// A kit that cannot be read has no words; rendering says why.
    public func texts(in language: Language) -> Texts {
        Texts((try? contents.catalog) ?? Catalog(entries: [:]), in: language)
    }

    var contents: Contents {
        get throws { try loaded.get() }
    }

    private static func load(_ name: String, from directory: URL) throws -> Contents {
        let folder = directory.appending(path: "Templates")
        var texts: [String: String] = [:]
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "mustache" else { continue }
            let steps = file.deletingPathExtension().pathComponents.suffix(files?.level ?? 1)
            let path = ([name].filter { !$0.isEmpty } + steps).joined(separator: "/")
            texts[path] = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        }
        let catalog = try Catalog(directory: directory.appending(path: "Translations"))
        return try contents(texts, catalog: catalog, onTopOf: name.isEmpty ? nil : PageKit.base.contents)
    }

    private static func contents(
        _ templates: [String: String], catalog: Catalog, onTopOf base: Contents?
    ) throws -> Contents {
        _ = MarkupText.registered
        var contents = Contents(
            catalog: base.map { catalog.merged(with: $0.catalog) } ?? catalog,
            ownKeys: Set((catalog.entries[.english] ?? [:]).keys))
        for (name, source) in base?.sources ?? [:] { try contents.add(source, named: name) }
        for (name, text) in templates.sorted(by: { $0.key < $1.key }) {
            let isLayout = base == nil && name.utf8.starts(with: "layouts/".utf8)
            try contents.add(TemplateSource(name: name, text: text, admitsBody: isLayout), named: name)
        }
        return contents
    }
}

extension PageKit.Contents {
    mutating func add(_ source: TemplateSource, named name: String, pragma: String = MarkupText.pragma) throws {
        guard sources.updateValue(source, forKey: name) == nil else {
            throw TemplateFault(template: name, line: 0, message: "there are two templates of this name")
        }
        do {
            library.register(try MustacheTemplate(string: pragma + source.text), named: name)
        } catch let error as MustacheTemplate.ParserError {
            throw TemplateFault(template: name, line: error.context.lineNumber, message: "\(error.error)")
        }
    }
}
