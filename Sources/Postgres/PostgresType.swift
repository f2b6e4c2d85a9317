/// A type of PostgreSQL by its object identifier, as the server announces it for a column and as we announce it for
/// a parameter.
public struct PostgresType: RawRepresentable, Hashable, Sendable {
    /// The `oid` of the type in `pg_type`.
    public let rawValue: UInt32

    /// Names a type by its `oid`; the built-in ones never change between servers.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// `bool`
    public static let bool = PostgresType(rawValue: 16)
    /// `bytea`
    public static let bytea = PostgresType(rawValue: 17)
    /// `name`, the type of identifiers in the catalogue
    public static let name = PostgresType(rawValue: 19)
    /// `bigint`
    public static let int8 = PostgresType(rawValue: 20)
    /// `smallint`
    public static let int2 = PostgresType(rawValue: 21)
    /// `integer`
    public static let int4 = PostgresType(rawValue: 23)
    /// `text`
    public static let text = PostgresType(rawValue: 25)
    /// `oid`
    public static let oid = PostgresType(rawValue: 26)
    /// `json`
    public static let json = PostgresType(rawValue: 114)
    /// `real`
    public static let float4 = PostgresType(rawValue: 700)
    /// `double precision`
    public static let float8 = PostgresType(rawValue: 701)
    /// A literal whose type the server did not resolve
    public static let unknown = PostgresType(rawValue: 705)
    /// `character(n)`
    public static let bpchar = PostgresType(rawValue: 1042)
    /// `character varying(n)`
    public static let varchar = PostgresType(rawValue: 1043)
    /// `date`
    public static let date = PostgresType(rawValue: 1082)
    /// `timestamp without time zone`
    public static let timestamp = PostgresType(rawValue: 1114)
    /// `timestamp with time zone`
    public static let timestamptz = PostgresType(rawValue: 1184)
    /// `interval`
    public static let interval = PostgresType(rawValue: 1186)
    /// `numeric`
    public static let numeric = PostgresType(rawValue: 1700)
    /// `uuid`
    public static let uuid = PostgresType(rawValue: 2950)
    /// `jsonb`
    public static let jsonb = PostgresType(rawValue: 3802)
    /// `void`, what a function without a result returns
    public static let void = PostgresType(rawValue: 2278)

    /// The type of one-dimensional arrays of this type; `nil` for types whose arrays we do not bind.
    public var array: PostgresType? {
        Self.arrays[self].map(PostgresType.init(rawValue:))
    }

    /// The type of the elements, if this is the array of a type known here.
    var elementOfArray: PostgresType? {
        Self.arrays.first { $0.value == rawValue }?.key
    }

    /// Whether a migration made this type (an enumeration, a composite): its `oid` differs from server to server.
    public var isUserDefined: Bool {
        rawValue >= 16384
    }

    private static let arrays: [PostgresType: UInt32] = [
        .bool: 1000, .bytea: 1001, .name: 1003, .int2: 1005, .int4: 1007, .text: 1009, .varchar: 1015, .int8: 1016,
        .float4: 1021, .float8: 1022, .oid: 1028, .timestamp: 1115, .date: 1182, .timestamptz: 1185, .numeric: 1231,
        .uuid: 2951, .json: 199, .jsonb: 3807,
    ]

    private static let names: [PostgresType: String] = [
        .bool: "bool", .bytea: "bytea", .name: "name", .int8: "int8", .int2: "int2", .int4: "int4", .text: "text",
        .oid: "oid", .json: "json", .float4: "float4", .float8: "float8", .unknown: "unknown", .bpchar: "bpchar",
        .varchar: "varchar", .date: "date", .timestamp: "timestamp", .timestamptz: "timestamptz",
        .interval: "interval", .numeric: "numeric", .uuid: "uuid", .jsonb: "jsonb", .void: "void",
    ]
}

extension PostgresType: CustomStringConvertible {
    /// The name as one writes it in SQL, or the number of a type unknown here.
    public var description: String {
        if let name = Self.names[self] { return name }
        if let element = elementOfArray { return "\(element)[]" }
        return "type \(rawValue)"
    }
}
