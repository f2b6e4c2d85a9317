internal import API
public import Foundation
public import Postgres
public import Vocabulary

extension Statements {
    func account(email: String) async throws -> (person: Person.ID, hash: String)? {
        try await first(
            """
            -- account by e-mail, for signing in
            SELECT p.id, w.hash FROM people AS p JOIN passwords AS w ON w.person_id = p.id
            WHERE p.email = \(email) AND p.disabled_at IS NULL
            """
        ).map { row in try (row("id"), row("hash")) }
    }

    /// All tenants; for the service itself while it acts in none.
    func tenants() async throws -> [Tenant.ID] {
        try await rows(
            """
            -- tenants
            SELECT id FROM tenants WHERE acts_as('system') AND acting_tenant() IS NULL ORDER BY id
            """
        ).map { try $0("id") }
    }

    /// The seats that a person holds, the manager's first, then by workspace and institution.
    public func seats(of person: Person.ID) async throws -> [Seat] {
        try await rows(
            """
            -- seats of a person
            SELECT m.id, m.tenant_id, t.name AS tenant_name, m.institution_id, i.names AS institution_names, m.role
            FROM memberships AS m
            LEFT JOIN tenants AS t ON t.id = m.tenant_id
            LEFT JOIN institutions AS i ON i.tenant_id = m.tenant_id AND i.id = m.institution_id
            WHERE m.person_id = \(person) AND m.ended_at IS NULL
            ORDER BY array_position(ARRAY['manager', 'operator', 'partner', 'investor', 'founder', 'mentor', 'reviewer'],
                                    m.role),
                     t.name, m.institution_id
            """
        ).map { row in
            try Seat(
                id: row("id"), tenant: row("tenant_id"), tenantName: row("tenant_name"),
                institution: row("institution_id"), institutionName: row("institution_names"), role: row("role"))
        }
    }
}

extension Transaction {
    func openSession(_ secret: Secret, csrf: String, person: Person.ID, seat: Seat.ID) async throws {
        try await execute(
            """
            -- openSession
            INSERT INTO sessions (hash, person_id, membership_id, csrf, expires_at)
            VALUES (\(secret.hash), \(person), \(seat), \(csrf), now() + interval '12 hours')
            """)
    }

    /// Ends a session. The cookie is worth nothing from the commit on (from a second later in other processes).
    public func signOut(session hash: [UInt8]) async throws {
        try await execute("/* signOut */ DELETE FROM sessions WHERE hash = \(hash)")
    }

    func moveSession(_ hash: [UInt8], to seat: Seat.ID) async throws -> Bool {
        try await execute(
            """
            -- takeSeat
            UPDATE sessions SET membership_id = m.id
            FROM memberships AS m
            WHERE sessions.hash = \(hash) AND m.id = \(seat) AND m.person_id = sessions.person_id AND m.ended_at IS NULL
            """) == 1
    }

    /// Keeps the language in which the acting person reads pages and letters.
    public func chooseLanguage(_ language: Language) async throws {
        try await execute(
            "/* chooseLanguage */ UPDATE people SET locale = \(language) WHERE id = acting_person()")
    }

    /// Keeps the zone by whose clock the acting person reads times; nil forgets it. Refused by `time_zone_has_a_name`.
    public func chooseTimeZone(_ zone: TimeZoneName?) async throws {
        try await execute(
            "/* chooseTimeZone */ UPDATE people SET time_zone = \(zone) WHERE id = acting_person()")
    }

    func renewPassword(of person: Person.ID, to hash: String) async throws {
        try await execute(
            "/* renewPassword */ UPDATE passwords SET hash = \(hash), changed_at = now() WHERE person_id = \(person)")
    }

    /// Founds a tenant, in the transaction of `Context.system(in:)` for its id. Its directory entry is the caller's next
    /// step.
    public func foundTenant(_ tenant: Tenant) async throws {
        try await execute(
            """
            -- foundTenant
            INSERT INTO tenants (id, slug, name, time_zone)
            VALUES (\(tenant.id), \(tenant.slug), \(tenant.name), \(tenant.timeZone))
            """)
    }

    /// Adds a person, with the hash of their password if they have one yet. Refused by `people_have_distinct_emails`.
    public func addPerson(_ person: Person, passwordHash: String?) async throws {
        try await execute(
            """
            -- addPerson
            INSERT INTO people (id, email, name, locale)
            VALUES (\(person.id), \(person.email), \(person.name), \(person.locale))
            """)
        if let passwordHash {
            try await execute(
                "/* addPerson */ INSERT INTO passwords (person_id, hash) VALUES (\(person.id), \(passwordHash))")
        }
    }

    /// Gives a person a seat. Refused by `memberships_once_per_seat` when they hold it already.
    public func grantSeat(
        _ seat: Seat.ID, to person: Person.ID, in tenant: Tenant.ID?, at institution: UUID?, as role: String
    ) async throws {
        try await execute(
            """
            -- grantSeat
            INSERT INTO memberships (id, tenant_id, person_id, institution_id, role)
            VALUES (\(seat), \(tenant), \(person), \(institution), \(role))
            """)
    }

    /// Stores a token for one seat. Its secret is known to the caller alone.
    public func issueToken(
        _ id: UUID, _ secret: Secret, name: String, scopes: [String], seat: Seat.ID, person: Person.ID, days: Int
    ) async throws -> Date {
        try await one(
            """
            -- issueToken
            INSERT INTO tokens (id, hash, membership_id, person_id, name, scopes, expires_at)
            VALUES (\(id), \(secret.hash), \(seat), \(person), \(name), \(scopes), now() + \(days) * interval '1 day')
            RETURNING expires_at
            """
        )("expires_at")
    }
}

extension Transaction {
    func personToSeat(_ fresh: Person.ID, email: String, name: Name) async throws -> Person.ID {
        try await one("/* invite */ SELECT person_to_seat(\(fresh), \(email), \(name)) AS id")("id")
    }

    func insertInvitation(_ code: Secret, for person: Person.ID, in tenant: Tenant.ID) async throws -> Date {
        // The manager may write an invitation and never read one, so the row cannot come back by RETURNING.
        try await execute(
            """
            -- invite
            INSERT INTO invitations (hash, tenant_id, person_id, expires_at)
            VALUES (\(code.hash), \(tenant), \(person), \(now.addingTimeInterval(7 * 86_400)))
            """)
        return now.addingTimeInterval(7 * 86_400)
    }

    func useInvitation(_ code: Secret) async throws -> Person.ID? {
        try await first(
            """
            -- acceptInvitation
            UPDATE invitations SET accepted_at = now()
            WHERE hash = \(code.hash) AND accepted_at IS NULL AND expires_at > now()
            RETURNING person_id
            """
        ).map { try $0("person_id") }
    }

    func setLanguage(of person: Person.ID, to language: Language) async throws {
        try await execute("/* seat */ UPDATE people SET locale = \(language) WHERE id = \(person)")
    }

    func setFirstPassword(of person: Person.ID, to hash: String) async throws -> Bool {
        try await execute(
            """
            -- acceptInvitation: an account that has a password keeps it
            INSERT INTO passwords (person_id, hash) VALUES (\(person), \(hash)) ON CONFLICT (person_id) DO NOTHING
            """) == 1
    }
}

extension Statements {
    /// Who stands behind an address, and whether they sit in the acting tenant in any of some roles. Only for the service.
    public func holder(of email: EmailAddress, seatedAs roles: [String]) async throws -> AddressHolder? {
        try await first(
            """
            -- holder of an address
            SELECT p.id, p.disabled_at IS NOT NULL AS disabled,
                   EXISTS (SELECT FROM passwords AS w WHERE w.person_id = p.id) AS has_password,
                   EXISTS (SELECT FROM memberships AS m
                           WHERE m.person_id = p.id AND m.tenant_id = acting_tenant() AND m.role = ANY (\(roles))
                             AND m.ended_at IS NULL) AS seated
            FROM people AS p WHERE acts_as('system') AND p.email = \(email.normalized)
            """
        ).map { row in
            try AddressHolder(
                person: row("id"), isDisabled: row("disabled"), hasPassword: row("has_password"),
                isSeated: row("seated"))
        }
    }

    func tokens(of person: Person.ID) async throws -> [TokenSummary] {
        try await rows(
            """
            -- tokens of a person
            SELECT id, name, membership_id, scopes, created_at, expires_at, revoked_at
            FROM tokens WHERE person_id = \(person) ORDER BY created_at DESC, id
            """
        ).map { row in
            try TokenSummary(
                id: row("id"), name: row("name"), seat: row("membership_id"), scopes: row("scopes"),
                createdAt: row("created_at"), expiresAt: row("expires_at"), revokedAt: row("revoked_at"))
        }
    }
}

extension Transaction {
    /// Ends a token of the acting person; another's is not found.
    func revokeToken(_ id: UUID) async throws {
        let ended = try await execute(
            """
            -- revokeToken
            UPDATE tokens SET revoked_at = coalesce(revoked_at, now()) WHERE id = \(id) AND person_id = acting_person()
            """)
        guard ended == 1 else { throw Problem.notFound }
    }
}
