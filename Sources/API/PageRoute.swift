internal import HTTPTypes
public import Postgres

/// A page for people: GET answers HTML; POST reads a form into the same bodies the JSON operations take.
///
/// Forms carry the hidden field `csrf`, and may carry `idempotency_key` and `version`; those three are never fields of
/// the body unless the body's type has them.
public struct PageRoute<Parameters, Body>: Sendable
where Parameters: Codable & Sendable, Body: Codable & Sendable {
    let declaration: RouteDeclaration
    let handler: @Sendable (FormCall<Parameters, Body>) async throws -> HTML

    /// Declares a page or a form's target.
    ///
    /// - Parameters:
    ///   - uploadLimit: how large each file of the form may be. With it the form may come as `multipart/form-data`, too, and
    ///     `bodyLimit` holds for all of it.
    ///   - servesDocument: whether it answers by what somebody uploaded. Where documents have a host of their own, the handler
    ///     is asked for the head first (`isHead`), and the rest is fetched there.
    public init(
        _ method: HTTPMethod, _ path: String, _ id: String, summary: String = "", tag: String = "pages",
        access: Access, rate: RateClass? = nil, parameters: Parameters.Type, body: Body.Type,
        bodyLimit: Int = 256 * 1024, uploadLimit: Int? = nil, servesDocument: Bool = false,
        handler: @escaping @Sendable (FormCall<Parameters, Body>) async throws -> HTML
    ) {
        declaration = RouteDeclaration(
            kind: .page, method: method, path: path, id: id, summary: summary, description: "", tag: tag,
            access: access, scope: nil, idempotency: method == .post ? .accepted : .none, precondition: .none,
            rate: rate ?? (method.isSafe ? .read : .write), parameters: parameters, body: body,
            consumes: "application/x-www-form-urlencoded", output: nil, produces: "text/html; charset=utf-8",
            success: .ok, problems: [], bodyLimit: bodyLimit, uploadLimit: uploadLimit, servesDocument: servesDocument)
        self.handler = handler
    }

    /// The route without its types, as the edge takes it.
    public var erased: AnyRoute { AnyRoute(self) }
}

extension PageRoute where Body == NoBody {
    /// Declares a page without a form.
    public init(
        _ method: HTTPMethod, _ path: String, _ id: String, summary: String = "", tag: String = "pages",
        access: Access, rate: RateClass? = nil, parameters: Parameters.Type, bodyLimit: Int = 256 * 1024,
        uploadLimit: Int? = nil, servesDocument: Bool = false,
        handler: @escaping @Sendable (FormCall<Parameters, Body>) async throws -> HTML
    ) {
        self.init(
            method, path, id, summary: summary, tag: tag, access: access, rate: rate,
            parameters: parameters, body: NoBody.self, bodyLimit: bodyLimit, uploadLimit: uploadLimit,
            servesDocument: servesDocument, handler: handler)
    }
}

extension PageRoute where Parameters == NoParameters {
    /// Declares a page without parameters.
    public init(
        _ method: HTTPMethod, _ path: String, _ id: String, summary: String = "", tag: String = "pages",
        access: Access, rate: RateClass? = nil, body: Body.Type, bodyLimit: Int = 256 * 1024,
        handler: @escaping @Sendable (FormCall<Parameters, Body>) async throws -> HTML
    ) {
        self.init(
            method, path, id, summary: summary, tag: tag, access: access, rate: rate,
            parameters: NoParameters.self, body: body, bodyLimit: bodyLimit, handler: handler)
    }
}

extension PageRoute where Parameters == NoParameters, Body == NoBody {
    /// Declares a page without parameters and form.
    public init(
        _ method: HTTPMethod, _ path: String, _ id: String, summary: String = "", tag: String = "pages",
        access: Access, rate: RateClass? = nil, bodyLimit: Int = 256 * 1024,
        handler: @escaping @Sendable (FormCall<Parameters, Body>) async throws -> HTML
    ) {
        self.init(
            method, path, id, summary: summary, tag: tag, access: access, rate: rate,
            parameters: NoParameters.self, body: NoBody.self, bodyLimit: bodyLimit, handler: handler)
    }
}

/// A page route of any types.
public struct AnyRoute: Sendable {
    let declaration: RouteDeclaration
    let perform: @Sendable (Exchange) async throws -> Rendered

    /// Forgets the types of a page route.
    public init<P, B>(_ route: PageRoute<P, B>) {
        declaration = route.declaration
        let handler = route.handler
        perform = { exchange in
            try await PageLocale.$current.withValue(exchange.locale) {
                try await exchange.byReadersClock { try await handler(try await FormCall<P, B>(exchange)).rendered() }
            }
        }
    }

    /// What the authorization matrix reads.
    public var registryEntry: RegistryEntry { RegistryEntry(declaration) }
}

/// The language of the page that is being made, for what is said of a refusal far from the page's handler.
public enum PageLocale {
    /// The tag of the language; nil where no page is being made.
    @TaskLocal public static var current: String?
}

/// The zone by whose clock a reader tells times, for what is said of a moment far from the handler: of whoever asks, or of
/// whom a letter is for.
public enum ReaderZone {
    /// Its IANA name; nil where the reader chose none.
    @TaskLocal public static var current: String?
}

extension Exchange {
    /// Runs `answer` with the zone of whoever asks.
    func byReadersClock(_ answer: () async throws -> Rendered) async throws -> Rendered {
        guard let zone = principal?.timeZone else { return try await answer() }
        return try await ReaderZone.$current.withValue(zone, operation: answer)
    }
}

/// One visit of a page, or one form sent.
public struct FormCall<Parameters, Body>: Sendable
where Parameters: Codable & Sendable, Body: Codable & Sendable {
    let exchange: Exchange
    /// Path and query parameters, checked against the schema.
    public let parameters: Parameters
    /// The fields as they were typed, for showing the form again. Empty for GET.
    public let fields: [String: [String]]
    /// The files that were chosen, by the name of their field; each is complete, and none is larger than the route allows.
    public let files: [String: [Upload]]
    private let form: FormFields

    init(_ exchange: Exchange) async throws {
        self.exchange = exchange
        parameters = try exchange.parameters(Parameters.self)
        (form, files) = try await exchange.form()
        fields = form.values
        try exchange.checkForgery(field: form.first("csrf"))
    }

    /// The form as the body's type. The problem's `errors` point to fields, so that the form can say it beside them.
    public func decoded() throws(Problem) -> Body {
        try exchange.decodeForm(form, as: Body.self)
    }

    /// The same of some of its fields alone: what a script sends bit by bit is read bit by bit, and a bit that is at fault
    /// keeps no other from being read.
    public func decoded(of isMeant: (String) -> Bool) throws(Problem) -> Body {
        try exchange.decodeForm(FormFields(pairs: form.pairs.filter { isMeant($0.name) }), as: Body.self)
    }

    /// The first value of a field as it was typed.
    public func field(_ name: String) -> String? { form.first(name) }

    /// Whether only the head of the answer is asked for, so that nothing need be done for its body.
    public var isHead: Bool { exchange.incoming.head.method == .head }

    /// Who acts. Throws 401 when nobody is signed in, which only a page open to anyone can meet.
    public var principal: Principal {
        get throws { try exchange.signedIn() }
    }

    /// Who acts, or nil.
    public var visitor: Principal? { exchange.principal }

    /// The name of this request in logs, and in `X-Request-Id`.
    public var requestID: String { exchange.requestID }

    /// Where the request comes from: the peer's address, or the nearest one that a trusted proxy vouches for.
    public var address: String { exchange.address }

    /// The language of the person, or the best of what the browser accepts.
    public var locale: String { exchange.locale }

    /// The path that was asked for, with its query: what `?next=` may carry.
    public var target: String { exchange.incoming.target }

    /// The page that is shown, with its query, so that something beside its matter leads back to it; nil where something was
    /// sent.
    public var page: String? { exchange.incoming.head.method == .get ? target : nil }

    /// Runs queries as the principal, each in one read-only round trip.
    public var reader: Reader { exchange.database.reader(as: exchange.readingContext) }

    /// The database context of this call, for snapshots.
    public var context: Postgres.Context { exchange.context }

    /// The service's database, for what `reader` and `write` do not cover.
    public var database: Database { exchange.database }

    /// The value of the hidden field `csrf` for forms on this page.
    public var csrf: String { exchange.csrf() }

    /// A fresh value for the hidden field `idempotency_key`, so that a form sent twice takes effect once.
    public var freshIdempotencyKey: String { RandomText.hex(bytes: 16) }

    /// The hidden field `version`: the entity tag the person saw when the form was made.
    public var version: String? { form.first("version") }

    /// The version of a representation, for the hidden field.
    public func version(of current: some Encodable) throws -> String {
        EntityTag.strong(try JSONBytes.encode(current))
    }

    /// Compares the hidden field `version` with the representation as it is now: 412 when they differ.
    public func match(_ current: some Encodable) throws {
        guard version == EntityTag.strong(try JSONBytes.encode(current)) else {
            throw Problem(.stale, "Somebody changed this while the form was open.")
        }
    }

    /// Runs the one transaction of a verb, exactly once for a given hidden `idempotency_key`; a form without the field,
    /// or sent by nobody known, is simply written.
    ///
    /// A violated constraint that a room has words for is thrown as that problem, so that the form can be shown again.
    public func write(_ body: @Sendable @escaping (Transaction) async throws -> HTML) async throws -> HTML {
        let key = try exchange.usableKey(form.first("idempotency_key"))
        do {
            let rendered = try await exchange.write(key: key) { transaction in try await body(transaction).rendered() }
            return HTML(rendered)
        } catch let error as DatabaseError {
            guard let known = error.constraint.flatMap({ exchange.services.constraints[$0] }) else { throw error }
            throw known
        }
    }

    /// The header that hands a new session to the browser. `lifetime` in seconds; nil ends with the browser.
    public func sessionCookie(_ value: String, lifetime: Int?) -> HeaderField {
        exchange.services.cookies.set(value, lifetime: lifetime)
    }

    /// The header that takes the session away. Also forgets who the cookie was, so that the old one fails at once.
    public func endingSession() -> HeaderField {
        exchange.forgetCredential()
        return exchange.services.cookies.clear()
    }

    /// Forgets who the session was taken for, so that a change of seat shows at once in this process.
    public func forgetWhoActs() { exchange.forgetCredential() }

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
