/// The readable reference of all operations: one page made on the server, without script.
enum Reference {
    static func page(_ declarations: [RouteDeclaration], title: String) -> [UInt8] {
        var names = ComponentNames()
        for declaration in declarations {
            declaration.parameters.forEach { names.collect($0.schema) }
            declaration.body.map { names.collect($0) }
            declaration.output.map { names.collect($0) }
        }
        names.settle()
        var text = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        text += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
        text += "<title>\(escaped(title)) API</title><link rel=\"stylesheet\" href=\"/docs.css\"></head><body>"
        text += "<header><h1>\(escaped(title)) API</h1><p>JSON over HTTP. Bearer tokens go into the "
        text += "<code>Authorization</code> header. The machine-readable document is "
        text += "<a href=\"/openapi.json\">/openapi.json</a>.</p></header><nav aria-label=\"Chapters\"><ul>"
        let chapters = Dictionary(grouping: declarations, by: \.tag).sorted { $0.key < $1.key }
        for (tag, _) in chapters {
            text += "<li><a href=\"#tag-\(escaped(tag))\">\(escaped(tag))</a></li>"
        }
        text += "<li><a href=\"#schemas\">Schemas</a></li><li><a href=\"#problems\">Problems</a></li></ul></nav><main>"
        for (tag, operations) in chapters {
            text += "<section id=\"tag-\(escaped(tag))\"><h2>\(escaped(tag))</h2>"
            for operation in operations.sorted(by: { ($0.path, $0.method.rawValue) < ($1.path, $1.method.rawValue) }) {
                text += article(operation, names)
            }
            text += "</section>"
        }
        text += "<section id=\"schemas\"><h2>Schemas</h2>"
        for member in names.published.sorted(by: { $0.name < $1.name }) {
            text += "<article id=\"schema-\(escaped(member.name))\"><h3>\(escaped(member.name))</h3>"
            text += schema(member.value) + "</article>"
        }
        text += "</section><section id=\"problems\"><h2>Problems</h2><p>Whatever goes wrong is answered as "
        text += "<code>application/problem+json</code>.</p><table><thead><tr><th>Status</th><th>Type</th>"
        text += "<th>Meaning</th></tr></thead><tbody>"
        for kind in OpenAPIDocument.kinds(of: declarations).sorted(by: { $0.status < $1.status }) {
            text += "<tr id=\"problem-\(escaped(kind.slug))\"><td>\(kind.status)</td>"
            text += "<td><code>/problems/\(escaped(kind.slug))</code></td><td>\(escaped(kind.title))</td></tr>"
        }
        text += "</tbody></table></section></main></body></html>\n"
        return Array(text.utf8)
    }

    private static func article(_ operation: RouteDeclaration, _ names: ComponentNames) -> String {
        var text = "<article id=\"\(escaped(operation.id))\"><h3><code><b>\(operation.method.rawValue)</b> "
        text += "\(escaped(operation.path))</code></h3><p>\(escaped(operation.summary))</p>"
        if !operation.description.isEmpty { text += "<p>\(escaped(operation.description))</p>" }
        text += "<dl><dt>Who</dt><dd>\(escaped(operation.access.summary))</dd>"
        text += "<dt>Token scope</dt><dd><code>\(escaped(operation.scope))</code></dd>"
        if operation.idempotency != .none {
            text += "<dt>Idempotency-Key</dt><dd>\(operation.idempotency.rawValue)</dd>"
        }
        if operation.precondition == .required { text += "<dt>If-Match</dt><dd>required</dd>" }
        if let body = operation.body { text += "<dt>Body</dt><dd>\(type(names.reference(body)))</dd>" }
        let output = operation.output.map { type(names.reference($0)) } ?? ""
        text += "<dt>Answer</dt><dd>\(operation.success.rawValue) \(output)</dd></dl>"
        if !operation.parameters.isEmpty {
            text += "<table><thead><tr><th>Parameter</th><th>In</th><th>Type</th><th>Meaning</th></tr></thead><tbody>"
            for parameter in operation.parameters {
                text += "<tr><td><code>\(escaped(parameter.name))</code>\(parameter.required ? "" : " (optional)")</td>"
                text += "<td>\(parameter.inPath ? "path" : "query")</td>"
                text += "<td>\(type(names.reference(parameter.schema)))</td>"
                text += "<td>\(escaped(parameter.schema.description ?? ""))</td></tr>"
            }
            text += "</tbody></table>"
        }
        return text + "</article>"
    }

    private static func schema(_ json: JSON) -> String {
        guard let properties = json["properties"]?.members else { return "<p>\(type(json))</p>" }
        let required = Set((json["required"]?.elements ?? []).compactMap(\.text))
        var text = json["description"]?.text.map { "<p>\(escaped($0))</p>" } ?? ""
        text += "<table><thead><tr><th>Field</th><th>Type</th><th>Meaning</th></tr></thead><tbody>"
        for property in properties {
            text += "<tr><td><code>\(escaped(property.name))</code>"
            text += required.contains(property.name) ? "" : " (optional)"
            text += "</td><td>\(type(property.value))</td>"
            text += "<td>\(escaped(property.value["description"]?.text ?? ""))</td></tr>"
        }
        return text + "</tbody></table>"
    }

    private static func type(_ json: JSON) -> String {
        if let reference = json["$ref"]?.text {
            let name = String(decoding: reference.utf8.dropFirst("#/components/schemas/".utf8.count), as: UTF8.self)
            return "<a href=\"#schema-\(escaped(name))\">\(escaped(name))</a>"
        }
        if let values = json["enum"]?.elements {
            return values.compactMap(\.text).map { "<code>\(escaped($0))</code>" }.joined(separator: ", ")
        }
        switch json["type"]?.text {
        case "array": return "array of " + (json["items"].map(type) ?? "")
        case "object": return json["additionalProperties"].map { "map of " + type($0) } ?? "object"
        case let name?: return escaped(json["format"]?.text ?? name)
        case nil: return "any"
        }
    }

    /// Escapes on bytes: a mark glued to `<` must not hide it.
    static func escaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "<"): bytes += Array("&lt;".utf8)
            case UInt8(ascii: ">"): bytes += Array("&gt;".utf8)
            case UInt8(ascii: "&"): bytes += Array("&amp;".utf8)
            case UInt8(ascii: "\""): bytes += Array("&quot;".utf8)
            case UInt8(ascii: "'"): bytes += Array("&#39;".utf8)
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static let style = """
        :root { color-scheme: light dark; --ink: #1c2421; --quiet: #5b6762; --line: #d8dedb; --ground: #fbfcfb; --accent: #1f6f54; }
        @media (prefers-color-scheme: dark) {
            :root { --ink: #e6ebe8; --quiet: #9aa7a1; --line: #33403a; --ground: #141917; --accent: #6cc6a3; }
        }
        body { margin: 0 auto; max-width: 64rem; padding: 1.5rem; font: 1rem/1.55 system-ui, sans-serif;
            color: var(--ink); background: var(--ground); }
        a { color: var(--accent); }
        nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; list-style: none; }
        article { border-top: 1px solid var(--line); padding: .75rem 0; }
        h3 { margin: .25rem 0; font-size: 1rem; overflow-wrap: anywhere; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .125rem 1rem; margin: .5rem 0; }
        dt { color: var(--quiet); }
        dd { margin: 0; overflow-wrap: anywhere; }
        table { width: 100%; border-collapse: collapse; margin: .5rem 0; font-size: .9375rem; }
        th, td { text-align: left; vertical-align: top; padding: .25rem .5rem; border-top: 1px solid var(--line);
            overflow-wrap: anywhere; }
        th { color: var(--quiet); font-weight: 500; }
        :target { outline: 2px solid var(--accent); outline-offset: 4px; }

        """
}
