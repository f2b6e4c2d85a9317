public import API
public import Foundation
internal import Postgres

/// One row of the trail: what was written, by whom, in which operation.
public struct AuditEvent: Described {
    /// Its place in the trail of all workspaces. Not a part of what is answered: gaps would tell how much others write.
    var seq = 0
    /// When.
    public let at: Date
    /// Who; nil for the service itself.
    public let person: UUID?
    /// In which role.
    public let role: String?
    /// Which operation.
    public let action: String?
    /// Which request.
    public let request: String?
    /// `insert`, `update` or `delete`.
    public let deed: String
    /// Which table.
    public let noun: String
    /// Which row, where it has an id.
    public let object: UUID?
    /// The changed columns as they were.
    public let before: JSON?
    /// The changed columns as they became.
    public let after: JSON?

    private enum CodingKeys: CodingKey {
        case at, person, role, action, request, deed, noun, object, before, after
    }
}
