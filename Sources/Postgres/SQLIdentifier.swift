/// The name of a table or column that has to stand in the SQL itself, where no parameter can. It is made from text in
/// the source only, never from text that arrived.
///
/// ```swift
/// "SELECT id FROM \(identifier: "programs") ORDER BY \(identifier: order.column)"
/// ```
public struct SQLIdentifier: Sendable, Hashable, ExpressibleByStringLiteral {
    /// The name, quoted.
    public let quoted: String
    /// The name as it stands in the catalogue, without its schema.
    public let name: String

    /// Names something on the search path.
    public init(stringLiteral name: StaticString) {
        self.init(name)
    }

    /// Names something on the search path.
    public init(_ name: StaticString) {
        self.init(unchecked: name.description)
    }

    /// Names something in a schema.
    public init(_ schema: StaticString, _ name: StaticString) {
        self.name = name.description
        self.quoted = Self.quote(schema.description) + "." + Self.quote(name.description)
    }

    /// For names this module has itself read from the server or made.
    init(unchecked name: String) {
        self.name = name
        self.quoted = Self.quote(name)
    }

    private static func quote(_ name: String) -> String {
        var quoted = "\""
        for scalar in name.unicodeScalars {
            if scalar == "\"" { quoted.unicodeScalars.append(scalar) }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}
