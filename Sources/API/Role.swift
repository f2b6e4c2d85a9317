public import Postgres

/// What a person is while acting from one seat. Rooms add nothing here: the list belongs to the product.
public struct Role: RawRepresentable, Hashable, Codable, Sendable, CustomStringConvertible {
    /// The text row-level policies compare.
    public let rawValue: String

    /// Any text is a role; one that nobody declared opens no door.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Runs the installation and belongs to no tenant.
    public static let `operator` = Role(rawValue: "operator")
    /// Runs the programs of one tenant.
    public static let manager = Role(rawValue: "manager")
    /// Works for a partner institution.
    public static let partner = Role(rawValue: "partner")
    /// Belongs to a startup.
    public static let founder = Role(rawValue: "founder")
    /// Works for an investing institution.
    public static let investor = Role(rawValue: "investor")
    /// Advises startups.
    public static let mentor = Role(rawValue: "mentor")
    /// Judges applications.
    public static let reviewer = Role(rawValue: "reviewer")
    /// Jobs, imports and the demonstration world: not a person.
    public static let system = Role(rawValue: "system")
    /// Sign-in, before anybody is known: not a person.
    public static let gate = Role(rawValue: "gate")

    /// The roles a person can hold.
    public static let people: Set<Role> = [.operator, .manager, .partner, .founder, .investor, .mentor, .reviewer]

    /// The text itself.
    public var description: String { rawValue }
}

extension Statements {
    /// The role of the seat that acts, as PostgreSQL is told it; one that opens no door when nobody acts.
    public var actingRole: Role { Role(rawValue: context["trellis.role"] ?? "") }
}
