/// A value that can be bound to a statement.
///
/// ```swift
/// extension PostalCode: PostgresEncodable {
///     static var postgresType: PostgresType { .text }
///     func encode(into buffer: inout [UInt8]) { digits.encode(into: &buffer) }
/// }
/// ```
public protocol PostgresEncodable: Sendable {
    /// The type the value is announced as. A statement that needs another one casts: `\(state)::program_state`.
    static var postgresType: PostgresType { get }

    /// Appends the value in the binary format of its type. A value the type cannot hold is written so that the server
    /// refuses the statement; encoding itself never fails and never traps.
    func encode(into buffer: inout [UInt8])

    /// Whether the value is bound as NULL, in which case nothing is encoded.
    var isPostgresNull: Bool { get }
}

extension PostgresEncodable {
    /// Values are not NULL unless they are an `Optional`.
    public var isPostgresNull: Bool { false }
}

/// A value that can be read from a column.
public protocol PostgresDecodable {
    /// Reads one cell; throws `Cell.Mismatch` when the column holds something else.
    init(postgres cell: Cell) throws
}

/// A value that can be bound and read back.
public typealias PostgresCodable = PostgresEncodable & PostgresDecodable

extension PostgresEncodable where Self: RawRepresentable, RawValue: PostgresEncodable {
    /// The type of the raw value.
    public static var postgresType: PostgresType { RawValue.postgresType }

    /// Binds the raw value.
    public func encode(into buffer: inout [UInt8]) {
        rawValue.encode(into: &buffer)
    }
}

extension PostgresDecodable where Self: RawRepresentable, RawValue: PostgresDecodable {
    /// Reads the raw value; a value without a case is a mismatch, so that a newer schema cannot be misread.
    @inlinable
    public init(postgres cell: Cell) throws {
        guard let value = Self(rawValue: try RawValue(postgres: cell)) else {
            throw Cell.Mismatch.outOfRange
        }
        self = value
    }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    /// The type of the wrapped value: NULL is typed, too.
    public static var postgresType: PostgresType { Wrapped.postgresType }

    /// `nil` is NULL.
    public var isPostgresNull: Bool {
        switch self {
        case .none: true
        case .some(let value): value.isPostgresNull
        }
    }

    /// Encodes the wrapped value.
    public func encode(into buffer: inout [UInt8]) {
        self?.encode(into: &buffer)
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    /// NULL is `nil`.
    @inlinable
    public init(postgres cell: Cell) throws {
        self = cell.isNull ? nil : try Wrapped(postgres: cell)
    }
}
