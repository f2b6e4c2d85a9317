/// The methods a route can have. HEAD is answered wherever GET is.
public enum HTTPMethod: String, Sendable, Hashable, CaseIterable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"

    /// Whether the method promises to change nothing.
    public var isSafe: Bool { self == .get }
}

/// Whether `Idempotency-Key` is read.
public enum Idempotency: String, Sendable, Hashable {
    case none, accepted, required
}

/// Whether `If-Match` must say which version is changed.
public enum Precondition: String, Sendable, Hashable {
    case none, required
}

/// Which budget a request is charged to.
public enum RateClass: String, Sendable, Hashable, CaseIterable {
    case read, write, expensive, signIn
}

/// The status of an operation that succeeded.
public enum Success: Int, Sendable, Hashable {
    case ok = 200
    case created = 201
    case accepted = 202
    case noContent = 204
}

/// For operations without parameters.
public struct NoParameters: Described {
    /// There is nothing to say.
    public init() {}
}

/// For operations without a body.
public struct NoBody: Described {
    /// There is nothing to say.
    public init() {}
}

/// For operations that answer 204.
public struct NoOutput: Described {
    /// There is nothing to say.
    public init() {}
}

/// A body taken as it comes, for imports. The operation says which media type it consumes.
public struct RawBody: Codable, Sendable {
    /// What the operation consumes.
    public let mediaType: String
    /// The body as it came.
    public let bytes: [UInt8]

    /// Bytes with what they claim to be.
    public init(mediaType: String, bytes: [UInt8]) {
        self.mediaType = mediaType
        self.bytes = bytes
    }
}

/// Bytes sent as they are, for exports. The operation says which media type it produces.
public struct Download: Codable, Sendable {
    /// The body as it is sent.
    public let bytes: [UInt8]
    /// The name a browser saves it under; it shows the bytes when there is none.
    public let filename: String?

    /// Bytes and, when a browser should save them, a name.
    public init(bytes: [UInt8], filename: String? = nil) {
        self.bytes = bytes
        self.filename = filename
    }
}

/// A header field of an answer.
public struct HeaderField: Sendable, Hashable, Codable {
    /// Case does not matter.
    public let name: String
    /// Visible text.
    public let value: String

    /// A field; values with control characters are dropped when the answer is sent.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// Everything the edge knows of a route, whatever its types. A class, because every request carries it from place to
/// place and a copy would count references to each of its parts.
final class RouteDeclaration: Sendable {
    enum Segment: Sendable, Hashable {
        case literal(String)
        case parameter(String)
        /// `{name...}` takes the rest of the path, at the end only.
        case rest(String)
    }

    enum Kind: String, Sendable { case json, page }

    let kind: Kind
    let method: HTTPMethod
    let path: String
    let segments: [Segment]
    let id: String
    let summary: String
    let description: String
    let tag: String
    let access: Access
    let scope: String
    let idempotency: Idempotency
    let precondition: Precondition
    let rate: RateClass
    let parameters: [Parameter]
    /// The schema of what stands in the query; nil when nothing does.
    let query: Schema?
    let body: Schema?
    let consumes: String
    let output: Schema?
    let produces: String
    let success: Success
    let problems: [Problem.Kind]
    let bodyLimit: Int
    /// How large a file may be that comes with the request; nil where none does.
    let uploadLimit: Int?
    /// Whether it answers by what somebody uploaded.
    let servesDocument: Bool
    let failures: [String]

    struct Parameter: Sendable {
        let name: String
        let schema: Schema
        let required: Bool
        let inPath: Bool
    }

    /// The names of the parameters in the path, in their order.
    let pathNames: [String]

    static func segments(of path: String) -> [Segment] {
        path.utf8.split(separator: UInt8(ascii: "/")).map { part in
            guard part.first == UInt8(ascii: "{"), part.last == UInt8(ascii: "}") else {
                return .literal(String(decoding: part, as: UTF8.self))
            }
            let name = part.dropFirst().dropLast()
            if name.suffix(3).elementsEqual("...".utf8) {
                return .rest(String(decoding: name.dropLast(3), as: UTF8.self))
            }
            return .parameter(String(decoding: name, as: UTF8.self))
        }
    }

    init(
        kind: Kind, method: HTTPMethod, path: String, id: String, summary: String, description: String, tag: String,
        access: Access, scope: String?, idempotency: Idempotency, precondition: Precondition, rate: RateClass,
        parameters: any Decodable.Type, body: (any Decodable.Type)?, consumes: String,
        output: (any Decodable.Type)?, produces: String, success: Success, problems: [Problem.Kind], bodyLimit: Int,
        uploadLimit: Int? = nil, servesDocument: Bool = false
    ) {
        self.servesDocument = servesDocument || output == StreamedDownload.self
        self.kind = kind
        self.method = method
        self.path = path
        segments = RouteDeclaration.segments(of: path)
        self.id = id
        self.summary = summary
        self.description = description
        self.tag = tag
        self.access = access
        self.scope = scope ?? "\(tag.lowercased()):\(method.isSafe ? "read" : "write")"
        self.idempotency = idempotency
        self.precondition = precondition
        self.rate = rate
        self.consumes = consumes
        self.produces = produces
        self.success = success
        self.problems = problems
        self.bodyLimit = bodyLimit
        self.uploadLimit = body == Upload.self ? bodyLimit : uploadLimit

        let parameterSchema = SchemaRecorder.shared.schema(of: parameters)
        var failures = parameterSchema.failures
        let properties = parameterSchema.properties
        let inPath = segments.compactMap { segment -> String? in
            switch segment {
            case .parameter(let name), .rest(let name): name
            case .literal: nil
            }
        }
        pathNames = inPath
        for name in inPath where !properties.contains(where: { $0.name == name && $0.required }) {
            failures.append("\(id): the path names {\(name)}, which \(parameters) has no required field for.")
        }
        self.parameters = properties.map {
            Parameter(name: $0.name, schema: $0.schema, required: $0.required, inPath: inPath.contains($0.name))
        }
        let inQuery = self.parameters.filter { !$0.inPath }
        query = inQuery.isEmpty ? nil : .object(inQuery.map { .init($0.name, $0.schema, required: $0.required) })
        if let body, body != NoBody.self, body != RawBody.self, body != Upload.self {
            let schema = SchemaRecorder.shared.schema(of: body)
            failures += schema.failures
            self.body = schema
        } else if body == RawBody.self || body == Upload.self {
            self.body = Schema(.anything)
        } else {
            self.body = nil
        }
        if let output, output != NoOutput.self, output != Download.self, output != StreamedDownload.self {
            let schema = SchemaRecorder.shared.schema(of: output)
            failures += schema.failures
            self.output = schema
        } else {
            output.map { _ in () }
            self.output = nil
        }
        self.failures = failures
    }
}

/// A route as the authorization matrix sees it.
public struct RegistryEntry: Sendable {
    /// How a route answers.
    public enum Kind: String, Sendable { case json, page }

    /// A parameter that somebody may fill with somebody else's identifier.
    public struct Parameter: Sendable {
        /// As in the path or the query.
        public let name: String
        /// Its `x-ref` annotation says whose identifier it is.
        public let schema: Schema
        /// Otherwise it stands in the query.
        public let isInPath: Bool
        /// Path parameters always are.
        public let isRequired: Bool
    }

    /// The operation's stable name.
    public let id: String
    /// The declared method; HEAD follows GET.
    public let method: HTTPMethod
    /// The template with `{name}` for parameters.
    public let path: String
    /// Who may come in at all.
    public let access: Access
    /// How it answers.
    public let kind: Kind
    /// Path and query parameters.
    public let parameters: [Parameter]
    /// The body's schema, when there is a body.
    public let body: Schema?
    /// The media type of the body.
    public let consumes: String
    /// What a token needs.
    public let scope: String
    /// Whether `Idempotency-Key` is read.
    public let idempotency: Idempotency
    /// Whether `If-Match` is required.
    public let precondition: Precondition
    /// The budget it is charged to.
    public let rate: RateClass

    init(_ declaration: RouteDeclaration) {
        id = declaration.id
        method = declaration.method
        path = declaration.path
        access = declaration.access
        kind = declaration.kind == .json ? .json : .page
        parameters = declaration.parameters.map {
            Parameter(name: $0.name, schema: $0.schema, isInPath: $0.inPath, isRequired: $0.required)
        }
        body = declaration.body
        consumes = declaration.consumes
        scope = declaration.scope
        idempotency = declaration.idempotency
        precondition = declaration.precondition
        rate = declaration.rate
    }
}
