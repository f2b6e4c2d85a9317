/// What went wrong, as `application/problem+json` (RFC 9457). Everything in it may be read by the sender.
public struct Problem: Error, Sendable, Hashable, Codable {
    /// A class of problem: its slug names it for ever, its status and title never vary.
    public struct Kind: Sendable, Hashable {
        /// Names the kind for ever, in kebab case.
        public let slug: String
        /// The same sentence for every occurrence.
        public let title: String
        /// The HTTP status.
        public let status: Int

        /// Rooms declare their own kinds with a slug in kebab case.
        public init(_ slug: String, _ title: String, status: Int) {
            self.slug = slug
            self.title = title
            self.status = status
        }
    }

    /// One field that was refused.
    public struct FieldError: Sendable, Hashable, Codable {
        /// Why, for programs and translations.
        public enum Code: String, Sendable, Hashable, Codable, CaseIterable {
            case required
            case unknown
            case type
            case tooLong = "too_long"
            case tooShort = "too_short"
            case outOfRange = "out_of_range"
            case notAllowed = "not_allowed"
            case tooMany = "too_many"
            case tooFew = "too_few"
            case repeated
            case invalid
        }

        /// JSON pointer into the body; `?name` for query parameters.
        public let pointer: String
        /// Why, for programs.
        public let code: Code
        /// Why, for people.
        public let detail: String

        /// A refusal of one field, in words fit for the sender.
        public init(_ pointer: String, _ code: Code, _ detail: String) {
            self.pointer = pointer
            self.code = code
            self.detail = detail
        }
    }

    /// What class of problem it is.
    public let kind: Kind
    /// This occurrence in a sentence; never bound values or names of constraints.
    public let detail: String?
    /// The fields at fault.
    public let errors: [FieldError]
    /// Seconds after which trying again makes sense.
    public let retryAfter: Int?

    /// A problem of a kind, optionally with the fields at fault.
    public init(_ kind: Kind, _ detail: String? = nil, errors: [FieldError] = [], retryAfter: Int? = nil) {
        self.kind = kind
        self.detail = detail
        self.errors = errors
        self.retryAfter = retryAfter
    }

    /// The HTTP status.
    public var status: Int { kind.status }

    private enum CodingKeys: String, CodingKey {
        case type, title, status, detail, errors
        case retryAfter = "retry_after"
    }

    private static let prefix = "/problems/"

    /// Reads the wire form back, for clients and tests.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let type = try container.decode(String.self, forKey: .type)
        kind = Kind(
            String(decoding: type.utf8.dropFirst(Problem.prefix.utf8.count), as: UTF8.self),
            try container.decode(String.self, forKey: .title), status: try container.decode(Int.self, forKey: .status))
        detail = try container.decodeIfPresent(String.self, forKey: .detail)
        errors = try container.decodeIfPresent([FieldError].self, forKey: .errors) ?? []
        retryAfter = try container.decodeIfPresent(Int.self, forKey: .retryAfter)
    }

    /// Writes the wire form; empty members are left out.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Problem.prefix + kind.slug, forKey: .type)
        try container.encode(kind.title, forKey: .title)
        try container.encode(kind.status, forKey: .status)
        try container.encodeIfPresent(detail, forKey: .detail)
        if !errors.isEmpty { try container.encode(errors, forKey: .errors) }
        try container.encodeIfPresent(retryAfter, forKey: .retryAfter)
    }
}

extension Problem.Kind {
    /// The request cannot be read: broken JSON, percent-encoding, UTF-8 or cursor.
    public static let malformed = Problem.Kind("malformed", "The request cannot be read", status: 400)
    /// `Idempotency-Key` is required and missing or unusable.
    public static let idempotencyKeyMissing = Problem.Kind(
        "idempotency-key-missing", "An idempotency key is required", status: 400)
    /// Nobody is signed in, or the credential is no longer good.
    public static let unauthenticated = Problem.Kind("unauthenticated", "Sign in first", status: 401)
    /// The route exists for other roles or scopes.
    public static let forbidden = Problem.Kind("forbidden", "This is not open to you", status: 403)
    /// There is nothing here, or nothing this person may know of.
    public static let notFound = Problem.Kind("not-found", "Nothing is here", status: 404)
    /// The path exists with other methods.
    public static let methodNotAllowed = Problem.Kind("method-not-allowed", "The method does not fit", status: 405)
    /// The answer cannot be given in an accepted media type.
    public static let notAcceptable = Problem.Kind("not-acceptable", "No acceptable representation", status: 406)
    /// The request did not arrive in time.
    public static let requestTimeout = Problem.Kind("request-timeout", "The request took too long", status: 408)
    /// The state of things does not allow it.
    public static let conflict = Problem.Kind("conflict", "The request conflicts with the present state", status: 409)
    /// The same idempotency key is being worked on.
    public static let inProgress = Problem.Kind("in-progress", "The same request is still in progress", status: 409)
    /// Somebody changed the thing meanwhile.
    public static let stale = Problem.Kind("stale", "It was changed meanwhile", status: 412)
    /// The body is larger than the operation takes.
    public static let tooLarge = Problem.Kind("too-large", "The body is too large", status: 413)
    /// The target is longer than 8 KiB.
    public static let targetTooLong = Problem.Kind("target-too-long", "The target is too long", status: 414)
    /// The body's media type is not the one the operation takes.
    public static let unsupportedMediaType = Problem.Kind(
        "unsupported-media-type", "The media type is not supported", status: 415)
    /// The request names a host this service does not answer for.
    public static let misdirected = Problem.Kind("misdirected", "This host is not served here", status: 421)
    /// Fields do not fit; `errors` says which.
    public static let invalid = Problem.Kind("invalid", "Some fields are not valid", status: 422)
    /// An idempotency key came back with another request.
    public static let idempotencyKeyReused = Problem.Kind(
        "idempotency-key-reused", "The idempotency key belongs to another request", status: 422)
    /// `If-Match` is required.
    public static let preconditionRequired = Problem.Kind(
        "precondition-required", "Say which version you change", status: 428)
    /// Too many requests of this class.
    public static let rateLimited = Problem.Kind("rate-limited", "Too many requests", status: 429)
    /// More or larger header fields than are read.
    public static let headersTooLarge = Problem.Kind(
        "headers-too-large", "The header fields are too large", status: 431)
    /// Something broke that the sender cannot mend.
    public static let unexpected = Problem.Kind("unexpected", "Something went wrong on our side", status: 500)
    /// Busy or not sure; the same request may be sent again.
    public static let unavailable = Problem.Kind("unavailable", "Try again shortly", status: 503)

    /// Every kind the edge itself may answer with, in order of status.
    public static let edge: [Problem.Kind] = [
        .malformed, .idempotencyKeyMissing, .unauthenticated, .forbidden, .notFound, .methodNotAllowed, .notAcceptable,
        .requestTimeout, .conflict, .inProgress, .stale, .tooLarge, .targetTooLong, .unsupportedMediaType,
        .misdirected, .invalid, .idempotencyKeyReused, .preconditionRequired, .rateLimited, .headersTooLarge,
        .unexpected, .unavailable,
    ]
}

extension Problem {
    /// There is nothing here, or nothing this person may know of.
    public static let notFound = Problem(.notFound)
    /// The state of things does not allow it, said in a sentence.
    public static func conflict(_ detail: String) -> Problem { Problem(.conflict, detail) }
    /// One field does not fit.
    public static func invalid(_ pointer: String, _ detail: String) -> Problem {
        Problem(.invalid, errors: [FieldError(pointer, .invalid, detail)])
    }
}

/// A room's refusal: a small enumeration that knows its problem.
public protocol Refusal: Error {
    /// What the sender reads.
    var problem: Problem { get }
}

/// What a violated constraint means to the sender, by the constraint's name. Rooms give theirs, wiring merges them.
public struct ConstraintProblems: Sendable, ExpressibleByDictionaryLiteral {
    /// The problems, by constraint name.
    public private(set) var problems: [String: Problem]

    /// A room's list: `["applications_once_per_call": .conflict("…")]`.
    public init(dictionaryLiteral elements: (String, Problem)...) {
        problems = Dictionary(elements, uniquingKeysWith: { first, _ in first })
    }

    /// One list of many; constraint names are unique in the schema, so the order does not matter.
    public init(merging lists: [ConstraintProblems]) {
        problems = lists.reduce(into: [:]) { $0.merge($1.problems) { first, _ in first } }
    }

    /// The meaning of one constraint.
    public subscript(name: String) -> Problem? { problems[name] }
}
