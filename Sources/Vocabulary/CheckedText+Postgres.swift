internal import API
public import Postgres

extension CheckedText: PostgresCodable {
    /// `text`
    public static var postgresType: PostgresType { .text }

    /// Binds the text.
    public func encode(into buffer: inout [UInt8]) {
        string.encode(into: &buffer)
    }

    /// Reads the text; one that breaks the rule is out of range.
    public init(postgres cell: Cell) throws {
        let string = try String(postgres: cell)
        do {
            try self.init(string)
        } catch {
            throw Cell.Mismatch.outOfRange
        }
    }
}

extension Localized: PostgresCodable {
    /// `jsonb`
    public static var postgresType: PostgresType { .jsonb }

    /// Binds the object of languages.
    public func encode(into buffer: inout [UInt8]) {
        JSONB(self).encode(into: &buffer)
    }

    /// Reads the object of languages. Without a decoder, because every list of the product reads names.
    public init(postgres cell: Cell) throws {
        guard case .object(let members) = try? JSON(parsing: Array(String(postgres: cell).utf8)) else {
            throw Cell.Mismatch.malformed
        }
        var texts: Self?
        for member in members {
            guard let language = Language(rawValue: member.name), case .string(let text) = member.value,
                let text = try? CheckedText<Rule>(text)
            else { throw Cell.Mismatch.outOfRange }
            texts = texts?.replacing(text, in: language) ?? Self(text, in: language)
        }
        guard let texts else { throw Cell.Mismatch.outOfRange }
        self = texts
    }
}
