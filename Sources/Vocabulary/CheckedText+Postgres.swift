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

    /// Reads the object of languages.
    public init(postgres cell: Cell) throws {
        self = try JSONB<Self>(postgres: cell).value
    }
}
