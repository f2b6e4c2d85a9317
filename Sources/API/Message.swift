public import HTTPTypes
import HummingbirdCore

/// A request as the edge reads it, from a socket or from a test.
public struct Incoming: Sendable {
    enum Body: Sendable {
        case bytes([UInt8])
        case stream(RequestBody)
    }

    /// Method, target and header fields.
    public let head: HTTPRequest
    let body: Body
    /// The peer's address, without port.
    public let address: String

    init(head: HTTPRequest, body: Body, address: String) {
        self.head = head
        self.body = body
        self.address = address
    }

    /// A request without a socket, for tests.
    public init(
        _ method: String, _ target: String, headers: [(String, String)] = [], body: [UInt8] = [],
        address: String = "127.0.0.1"
    ) {
        var fields = HTTPFields()
        for (name, value) in headers {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        head = HTTPRequest(
            method: HTTPRequest.Method(method) ?? .get, scheme: "http", authority: nil, path: target,
            headerFields: fields)
        self.body = .bytes(body)
        self.address = address
    }

    var target: String { head.path ?? "/" }

    /// The value of a header field; several fields of one name are joined.
    func header(_ name: HTTPField.Name) -> String? {
        var found: String?
        for field in head.headerFields where field.name == name {
            // The library joins, at a price that the usual single field need not pay.
            guard found == nil else { return head.headerFields[name] }
            found = field.value
        }
        return found
    }
}

/// An answer as the edge gives it.
public struct Outgoing: Sendable {
    /// The status code.
    public var status: Int
    /// All fields, `Content-Length` included.
    public var headers: HTTPFields
    /// Empty for HEAD, and for what is streamed.
    public var body: [UInt8]
    /// Sent in place of the body, piece by piece.
    var stream: StreamedDownload?
    /// Whether the connection is of no more use: the request was not read to its end.
    var closes = false

    /// The value of a header field.
    public func header(_ name: String) -> String? {
        HTTPField.Name(name).flatMap { headers[$0] }
    }

    /// Every value of a header field, for cookies.
    public func headers(_ name: String) -> [String] {
        HTTPField.Name(name).map { headers[values: $0] } ?? []
    }

    /// The body with all its pieces, as a reader has it in the end.
    public func wholeBody() async throws -> [UInt8] {
        guard let stream else { return body }
        var (bytes, index): ([UInt8], Int) = ([], 0)
        while let piece = try await stream.piece(index) {
            bytes += piece
            index += 1
        }
        return bytes
    }

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as a tree.
    public func json() throws -> JSON { try JSON(parsing: body) }

    /// The body as a value.
    public func decode<T: Decodable>(_ type: T.Type = T.self) throws -> T { try json().decode(type) }

    /// The problem the body tells, when it is one.
    public var problem: Problem? { try? decode(Problem.self) }
}

extension HTTPField.Name {
    /// Names that are no constants of HTTPTypes. They are tokens, so the fallback is never used.
    private static func constant(_ text: String) -> HTTPField.Name { HTTPField.Name(text) ?? .server }

    static let requestID = constant("X-Request-Id")
    static let idempotencyKey = constant("Idempotency-Key")
    static let idempotentReplayed = constant("Idempotent-Replayed")
    static let csrfToken = constant("X-CSRF-Token")
    static let fetchSite = constant("Sec-Fetch-Site")
    static let forwardedFor = constant("X-Forwarded-For")
    static let crossOriginOpener = constant("Cross-Origin-Opener-Policy")
    static let crossOriginResource = constant("Cross-Origin-Resource-Policy")
    static let referrerPolicy = constant("Referrer-Policy")
    static let host = constant("Host")
}
