public import Postgres

/// A value that the database keeps as the text it prints.
public protocol KeptAsText: LosslessStringConvertible, PostgresCodable {}

extension KeptAsText {
    /// `text`
    public static var postgresType: PostgresType { .text }

    /// Binds the text.
    public func encode(into buffer: inout [UInt8]) {
        description.encode(into: &buffer)
    }

    /// Reads the text; one that the type refuses is out of range.
    public init(postgres cell: Cell) throws {
        guard let value = Self(try String(postgres: cell)) else { throw Cell.Mismatch.outOfRange }
        self = value
    }
}

extension Country: KeptAsText {}
extension Currency: KeptAsText {}
extension EmailAddress: KeptAsText {}
extension FocusArea.ID: KeptAsText {}
extension TimeZoneName: KeptAsText {}
extension WebAddress: KeptAsText {}

// `FundingStage` is also raw-representable, which PostgresCodable knows how to keep.
extension FundingStage: PostgresCodable {}
extension Language: PostgresCodable {}
