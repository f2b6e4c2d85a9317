internal import API
internal import Foundation
internal import Postgres

extension Statements {
    func principal(bearing token: Secret) async throws -> Principal? {
        try await first(
            """
            -- Gate: principal bearing a token
            SELECT t.id AS credential, t.scopes, p.id AS person, p.name, p.locale, m.id AS membership, m.tenant_id,
                   m.institution_id, m.role
            FROM tokens AS t
            JOIN people AS p ON p.id = t.person_id AND p.disabled_at IS NULL
            JOIN memberships AS m ON m.id = t.membership_id AND m.ended_at IS NULL
            WHERE t.hash = \(token.hash) AND t.revoked_at IS NULL AND t.expires_at > now()
            """
        ).map { row in
            try Principal(row, credential: .token(id: row("credential"), scopes: Set(row("scopes") as [String])))
        }
    }

    func principal(inSession session: Secret) async throws -> Principal? {
        try await first(
            """
            -- Gate: principal in a session
            SELECT s.csrf, p.id AS person, p.name, p.locale, m.id AS membership, m.tenant_id, m.institution_id, m.role
            FROM sessions AS s
            JOIN people AS p ON p.id = s.person_id AND p.disabled_at IS NULL
            JOIN memberships AS m ON m.id = s.membership_id AND m.ended_at IS NULL
            WHERE s.hash = \(session.hash) AND s.expires_at > now()
            """
        ).map { row in
            try Principal(row, credential: .session(id: session.hash, csrf: row("csrf")))
        }
    }
}

extension Principal {
    fileprivate convenience init(_ row: Row, credential: Credential) throws {
        try self.init(
            person: row("person"), membership: row("membership"), tenant: row("tenant_id"),
            institution: row("institution_id"), role: Role(rawValue: row("role")), name: row("name"),
            locale: row("locale"), credential: credential)
    }
}
