public import Foundation
public import Postgres

/// Somebody who was recognised, acting from one seat. Rights are not part of it: they are read with every request.
/// A class, because many requests share one and none changes it.
public final class Principal: Sendable {
    /// How the person proved who they are.
    public enum Credential: Sendable, Hashable {
        /// A browser session; `csrf` must come back with every form.
        case session(id: [UInt8], csrf: String)
        /// An API token, which may do no more than its scopes say.
        case token(id: UUID, scopes: Set<String>)
    }

    /// Whose account it is.
    public let person: UUID
    /// The seat the person acts from.
    public let membership: UUID
    /// The tenant of the seat; operators have none.
    public let tenant: UUID?
    /// The institution the person acts for.
    public let institution: UUID?
    /// What the seat allows at all.
    public let role: Role
    /// How the person is called.
    public let name: String
    /// The person's language.
    public let locale: String
    /// The IANA name of the zone whose clock the person reads times by; nil where they chose none.
    public let timeZone: String?
    /// How the person proved who they are.
    public let credential: Credential
    /// The settings row-level policies read, without the action and the request, which the edge adds.
    public let context: Postgres.Context

    /// Builds the database context once, because a principal is used for many requests.
    public init(
        person: UUID, membership: UUID, tenant: UUID?, institution: UUID?, role: Role, name: String,
        locale: String, timeZone: String? = nil, credential: Credential
    ) {
        self.person = person
        self.membership = membership
        self.tenant = tenant
        self.institution = institution
        self.role = role
        self.name = name
        self.locale = locale
        self.timeZone = timeZone
        self.credential = credential
        var settings: [(name: String, value: String)] = [
            ("trellis.person", person.text),
            ("trellis.membership", membership.text),
            ("trellis.role", role.rawValue),
        ]
        if let tenant { settings.append(("trellis.tenant", tenant.text)) }
        if let institution { settings.append(("trellis.institution", institution.text)) }
        context = Postgres.Context(settings)
    }

    /// The CSRF secret of a browser session; tokens have none.
    public var csrf: String? {
        if case .session(_, let csrf) = credential { csrf } else { nil }
    }
}

/// Recognises people by what they carry. The edge keeps an answer for at most one second.
public protocol Authenticator: Sendable {
    /// The holder of an API token, or nil when the token is unknown, expired or revoked.
    func principal(bearing token: String) async throws -> Principal?
    /// The holder of a session cookie, or nil when the session is unknown or over.
    func principal(inSession cookie: String) async throws -> Principal?
    /// A ticket by which whoever acts in a session fetches one document from the documents' host: good once, for a minute, and
    /// while the session acts from the same seat. Nil where there are none.
    func ticket(for path: String, of principal: Principal) async throws -> String?
    /// Takes a ticket: who holds it, and what it is for. Nil when it is unknown, used or over, or its session is.
    func take(ticket: String) async throws -> (holder: Principal, path: String)?
}

extension Authenticator {
    /// None.
    public func ticket(for path: String, of principal: Principal) async throws -> String? { nil }
    /// None is known.
    public func take(ticket: String) async throws -> (holder: Principal, path: String)? { nil }
}

/// Who may use a route at all. What they may see there is decided by row-level security and the queries.
public enum Access: Sendable {
    /// Also people nobody knows. The reason stands in the registry for reviewers.
    case anyone(because: StaticString)
    /// Every signed-in person, whatever their role.
    case signedIn
    /// Signed-in people of these roles; others are refused with 403.
    case roles(Set<Role>)

    /// One line for the registry and the reference.
    public var summary: String {
        switch self {
        case .anyone(let reason): "anyone: \(reason)"
        case .signedIn: "signed in"
        case .roles(let roles): roles.map(\.rawValue).sorted().joined(separator: ", ")
        }
    }
}
