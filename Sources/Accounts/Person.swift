public import Foundation
public import Postgres
public import Vocabulary

/// Somebody who signs in. One account however many institutions they act for.
public struct Person: Sendable, Codable, Identifiable {
    /// Names a person across all tenants.
    public typealias ID = Identifier<Person>

    /// The account.
    public let id: ID
    /// Lower case; what the person signs in with.
    public let email: String
    /// As the person writes it.
    public let name: String
    /// `en`, `zh-Hant` or `ja`: the language of pages and mail.
    public let locale: String

    /// An account with these facts. The e-mail is taken in lower case.
    public init(id: ID, email: String, name: String, locale: String) {
        self.id = id
        self.email = email.lowercased()
        self.name = name
        self.locale = locale
    }
}

/// A workspace: the institution that keeps it gives it its id.
public struct Tenant: Sendable, Codable, Identifiable {
    /// Equal to the id of the institution that keeps the workspace.
    public typealias ID = Identifier<Tenant>

    /// The workspace.
    public let id: ID
    /// Its short plain name in addresses.
    public let slug: String
    /// What people call it.
    public let name: String
    /// IANA zone in which its deadlines and dates are meant.
    public let timeZone: String

    /// A workspace with these facts.
    public init(id: ID, slug: String, name: String, timeZone: String) {
        self.id = id
        self.slug = slug
        self.name = name
        self.timeZone = timeZone
    }
}

/// A seat: one person acting for one institution of one tenant in one role. A person acts from one seat at a time.
public struct Seat: Sendable, Codable, Identifiable {
    /// Names the membership behind the seat.
    public typealias ID = Identifier<Seat>

    /// The membership.
    public let id: ID
    /// Whose workspace; nil for an operator of the platform.
    public let tenant: Tenant.ID?
    /// What people call the workspace.
    public let tenantName: String?
    /// Whom the person acts for; nil for an operator of the platform.
    public let institution: UUID?
    /// What that institution is called; nil where the acting seat may not know it.
    public let institutionName: LocalizedName?
    /// A raw `Role`.
    public let role: String
}

extension Context {
    /// The service acting for itself inside one tenant: jobs, imports, the demo world.
    public static func system(in tenant: Tenant.ID) -> Context {
        Context([("trellis.role", "system"), ("trellis.tenant", tenant.description)])
    }

    /// The service acting for the platform, outside every tenant: seating operators.
    public static let platform = Context([("trellis.role", "system")])

    /// Whoever reads without being known, inside one workspace: sees what it announces to everybody, and nothing else.
    public static func visitor(in tenant: Tenant.ID) -> Context {
        Context([("trellis.role", "visitor"), ("trellis.tenant", tenant.description)])
    }

    /// A person before they have taken a seat: reaches their own account, and nothing else.
    static func acting(_ person: Person.ID) -> Context {
        Context([("trellis.person", person.description)])
    }

    /// The door: reads accounts before anybody is known, and nothing else.
    public static let gate = Context([("trellis.role", "gate")])
}
