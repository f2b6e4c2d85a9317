internal import Accounts
internal import Foundation
internal import Postgres
internal import Programs
internal import Vocabulary

extension Statements {
    /// The registration that a link opens, with whatever became of it. Only for the service.
    func registration(opening secret: Secret) async throws -> Registration? {
        try await first(
            """
            -- registration of a link
            \(fragment: .registrations)
            WHERE r.tenant_id = acting_tenant() AND acts_as('system') AND r.hash = \(secret.hash) AND t.takes_registrations
            """
        ).map(Registration.init)
    }

    /// A registration that nobody has used. Only for the service.
    func unusedRegistration(_ id: Registration.ID) async throws -> Registration? {
        try await first(
            """
            -- unusedRegistration
            \(fragment: .registrations)
            WHERE r.tenant_id = acting_tenant() AND acts_as('system') AND r.id = \(id) AND r.used_at IS NULL
              AND t.takes_registrations
            """
        ).map(Registration.init)
    }
}

extension Transaction {
    /// Forgets which letters strangers asked for more than a day ago, and the salts under which they were counted. Only for the
    /// service, in no workspace.
    package func forgetLettersAskedFor() async throws {
        try await execute(
            "-- forgetLettersAskedFor\nDELETE FROM letters_asked_for WHERE at < now() - interval '1 day'")
        try await execute(
            """
            -- forgetLettersAskedFor: salts
            DELETE FROM letter_salts WHERE day < (now() AT TIME ZONE 'UTC')::date - 1
            """)
    }

    /// Leaves what a visitor typed; not when it is the same form sent twice, or the address, the client or the workspace has had
    /// enough letters.
    func insert(
        _ new: NewRegistration, from client: String, to call: CallForApplications.ID, as id: Registration.ID
    ) async throws -> Bool {
        try await execute(
            """
            -- register
            INSERT INTO registrations (tenant_id, id, call_id, email, name, startup_name, language, client)
            VALUES (acting_tenant(), \(id), \(call), \(new.email.normalized), \(new.name), \(new.startupName),
                    \(new.language), \(client))
            """) == 1
    }

    /// The registration that a link opens, with its row locked until the transaction ends.
    func lockRegistration(opening secret: Secret) async throws -> Registration? {
        try await execute(
            """
            -- lockRegistration
            SELECT id FROM registrations WHERE tenant_id = acting_tenant() AND hash = \(secret.hash) FOR UPDATE
            """)
        return try await registration(opening: secret)
    }

    /// Gives an unused registration the link of a letter that is about to go out; one that went out before opens nothing.
    func renewLink(of id: Registration.ID, to secret: Secret) async throws {
        try await execute(
            """
            -- sendRegistrationLink
            UPDATE registrations SET hash = \(secret.hash), expires_at = now() + interval '2 days'
            WHERE tenant_id = acting_tenant() AND id = \(id) AND used_at IS NULL
            """)
    }

    func recordUse(of id: Registration.ID, for application: Application.ID) async throws {
        try await execute(
            """
            -- confirmRegistration
            UPDATE registrations SET used_at = now(), application_id = \(application)
            WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
    }

    /// Forgets what people typed who did not come, and the typing of those who did: they have an account.
    func forgetRegistrations() async throws {
        try await execute(
            """
            -- forgetRegistrations
            DELETE FROM registrations WHERE tenant_id = acting_tenant() AND expires_at < now() - interval '7 days'
            """)
    }
}

extension Query {
    fileprivate static var registrations: Query {
        """
        SELECT r.id, r.tenant_id, r.call_id, c.title, t.name AS workspace, r.email, r.name, r.startup_name, r.language,
               r.application_id, r.expires_at <= now() AS expired
        FROM registrations AS r
        JOIN tenants AS t ON t.id = r.tenant_id
        JOIN calls AS c ON c.tenant_id = r.tenant_id AND c.id = r.call_id
        """
    }
}

extension Registration {
    fileprivate init(_ row: Row) throws {
        try self.init(
            id: row("id"), tenant: row("tenant_id"), call: row("call_id"), callTitle: row("title"),
            workspace: row("workspace"), email: row("email"), name: row("name"), startupName: row("startup_name"),
            language: row("language"), application: row("application_id"), hasExpired: row("expired"))
    }
}
