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
        let texts = try members.map { member in
            guard let language = Language(rawValue: member.name), case .string(let text) = member.value,
                let text = try? CheckedText<Rule>(text)
            else { throw Cell.Mismatch.outOfRange }
            return (key: language, value: text)
        }
        guard let localized = Self(texts) else { throw Cell.Mismatch.outOfRange }
        self = localized
    }
}
