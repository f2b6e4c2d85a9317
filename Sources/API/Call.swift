internal import HTTPTypes
public import Postgres

/// One use of an operation: who, with what, and the way to the database as that person.
public struct Call<Parameters, Body>: Sendable
where Parameters: Codable & Sendable, Body: Codable & Sendable {
    let exchange: Exchange
    /// Path and query parameters, checked against the schema.
    public let parameters: Parameters
    /// The body, checked against the schema.
    public let body: Body

    init(_ exchange: Exchange) async throws {
        self.exchange = exchange
        parameters = try exchange.parameters(Parameters.self)
        try exchange.checkAcceptance()
        try exchange.checkPrecondition()
        try exchange.checkIdempotencyKey()
        body = try await exchange.jsonBody(Body.self)
    }

    /// Whether only the head of the answer is asked for, so that nothing need be done for its body.
    public var isHead: Bool { exchange.incoming.head.method == .head }

    /// Who acts. Throws 401 when nobody is signed in, which only an operation open to anyone can meet.
    public var principal: Principal {
        get throws { try exchange.signedIn() }
    }

    /// Who acts, or nil.
    public var visitor: Principal? { exchange.principal }

    /// The name of this request in logs, and in `X-Request-Id`.
    public var requestID: String { exchange.requestID }

    /// Where the request comes from: the peer's address, or the nearest one that a trusted proxy vouches for.
    public var address: String { exchange.address }

    /// The language of the person, or the best of what the client accepts.
    public var locale: String { exchange.locale }

    /// Runs queries as the principal, each in one read-only round trip.
    public var reader: Reader { exchange.database.reader(as: exchange.readingContext) }

    /// The database context of this call, for snapshots.
    public var context: Postgres.Context { exchange.context }

    /// The service's database, for what `reader` and `write` do not cover.
    public var database: Database { exchange.database }

    /// Runs the one transaction of a verb. It claims the idempotency key, keeps the answer beside the effect and
    /// commits both; a repeated key gets the kept answer. `body` may run again after a serialization failure.
    public func write<Value>(
        _ body: @Sendable @escaping (Transaction) async throws -> Reply<Value>
    ) async throws -> Reply<Value> {
        let declaration = exchange.declaration
        let rendered = try await exchange.write(key: exchange.idempotencyKey) { transaction in
            try await body(transaction).rendered(for: declaration)
        }
        return .replayed(rendered)
    }

    /// Compares `If-Match` with the representation as it is now: 412 when the client has seen another one.
    /// Call it inside `write`, after locking the row.
    public func match(_ current: some Encodable) throws {
        try exchange.match(try JSONBytes.encode(current))
    }

    /// Compares `If-Match` with a file as it is now: 412 when the client has seen another one.
    public func match(_ current: Download) throws {
        try exchange.match(current.bytes)
    }

    /// Where a list continues. 400 when the cursor was made for somebody else, another list or other filters.
    public func position<Position: Decodable>(
        _ cursor: PageCursor?, as type: Position.Type = Position.self
    ) throws -> Position? {
        try exchange.position(cursor, as: type)
    }

    /// One page of a list. Ask the database for one row more than `size`: it decides whether there is a next page.
    public func page<Item: Described>(
        _ items: [Item], size: PageSize?, position: (Item) throws -> some Encodable
    ) throws -> Page<Item> {
        try exchange.page(items, size: size, position: position)
    }
}
