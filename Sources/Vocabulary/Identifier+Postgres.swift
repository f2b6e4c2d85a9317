import Foundation
public import Postgres

extension Identifier: PostgresCodable {
    /// `uuid`
    public static var postgresType: PostgresType { .uuid }

    /// Binds the UUID.
    public func encode(into buffer: inout [UInt8]) {
        uuid.encode(into: &buffer)
    }

    /// Reads the UUID.
    public init(postgres cell: Cell) throws {
        self.init(try UUID(postgres: cell))
    }
}
