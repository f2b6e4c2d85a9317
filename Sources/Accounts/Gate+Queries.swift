internal import API
internal import Foundation
package import Postgres

extension Statements {
    func principal(bearing token: Secret) async throws -> Principal? {
        try await first(
            """
            -- Gate: principal bearing a token
            SELECT t.id AS credential, t.scopes, p.id AS person, p.name, p.locale, p.time_zone, m.id AS membership,
                   m.tenant_id, m.institution_id, m.role
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
            SELECT s.csrf, p.id AS person, p.name, p.locale, p.time_zone, m.id AS membership, m.tenant_id, m.institution_id,
                   m.role
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

extension Transaction {
    func insertTicket(
        _ ticket: Secret, for path: String, in session: [UInt8], from membership: UUID
    ) async throws {
        try await execute(
            """
            -- Gate: a ticket
            INSERT INTO document_tickets (hash, session_hash, membership_id, path)
            SELECT \(ticket.hash), s.hash, \(membership), \(path) FROM sessions AS s WHERE s.hash = \(session)
            """)
    }

    /// Two who present the same ticket at once wait for each other here, and the second finds none.
    func take(ticket: Secret) async throws -> (holder: Principal, path: String)? {
        try await first(
            """
            -- Gate: take a ticket
            DELETE FROM document_tickets AS k
            USING sessions AS s, people AS p, memberships AS m
            WHERE k.hash = \(ticket.hash) AND k.expires_at > now()
              AND s.hash = k.session_hash AND s.expires_at > now() AND s.membership_id = k.membership_id
              AND p.id = s.person_id AND p.disabled_at IS NULL
              AND m.id = s.membership_id AND m.ended_at IS NULL
            RETURNING k.path, s.hash AS session, s.csrf, p.id AS person, p.name, p.locale, p.time_zone, m.id AS membership,
                      m.tenant_id, m.institution_id, m.role
            """
        ).map { row in
            (try Principal(row, credential: .session(id: row("session"), csrf: row("csrf"))), try row("path"))
        }
    }

    /// Forgets tickets that nobody used in their minute. Only for the service.
    package func forgetDocumentTickets() async throws {
        try await execute("-- forgetDocumentTickets\nDELETE FROM document_tickets WHERE expires_at < now()")
    }
}

extension Principal {
    fileprivate convenience init(_ row: Row, credential: Credential) throws {
        try self.init(
            person: row("person"), membership: row("membership"), tenant: row("tenant_id"),
            institution: row("institution_id"), role: Role(rawValue: row("role")), name: row("name"),
            locale: row("locale"), timeZone: row("time_zone"), credential: credential)
    }
}
