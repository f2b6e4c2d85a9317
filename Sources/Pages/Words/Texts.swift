/// The words of a module in one reader's language: `t("key", ["name": value])`.
///
/// Values go in as they are; the template escapes the whole when it prints it.
public struct Texts: Sendable {
    /// The reader's language.
    public let language: Language
    let catalog: Catalog

    init(_ catalog: Catalog, in language: Language) {
        self.catalog = catalog
        self.language = language
    }

    /// The text of a key with its placeholders filled; English where the language lacks it.
    ///
    /// A key that no language has comes back in brackets, and fails the module's check.
    public func callAsFunction(_ key: String, _ values: [String: String] = [:]) -> String {
        guard let entry = catalog.entry(key, in: language) else { return "⟦\(key)⟧" }
        switch entry {
        case .plain(let text): return fill(text, values)
        case .plural(_, let other): return fill(other, values)
        }
    }

    /// The form of a key that fits a number, which fills `{count}`.
    public func callAsFunction(_ key: String, count: Int, _ values: [String: String] = [:]) -> String {
        let values = values.merging(["count": Figures.grouped(count)]) { given, _ in given }
        guard case .plural(let one?, _) = catalog.entry(key, in: language), count == 1 else {
            return self(key, values)
        }
        return fill(one, values)
    }

    private func fill(_ text: String, _ values: [String: String]) -> String {
        guard text.utf8.contains(UInt8(ascii: "{")) else { return text }
        var filled: [UInt8] = []
        var rest = text.utf8[...]
        while let open = rest.firstIndex(of: UInt8(ascii: "{")),
            let close = rest[open...].firstIndex(of: UInt8(ascii: "}"))
        {
            filled.append(contentsOf: rest[..<open])
            let name = String(decoding: Array(rest[rest.index(after: open)..<close]), as: UTF8.self)
            filled.append(contentsOf: (values[name] ?? "{\(name)}").utf8)
            rest = rest[rest.index(after: close)...]
        }
        filled.append(contentsOf: rest)
        return String(decoding: filled, as: UTF8.self)
    }
}
