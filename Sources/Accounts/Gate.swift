public import API
public import Postgres

/// Tells from a bearer token or a session cookie who is asking.
///
/// Rights are read from the database each time; nothing is taken from the credential but its hash.
public struct Gate: Authenticator {
    private let database: Database

    /// A gate before this database.
    public init(database: Database) {
        self.database = database
    }

    /// The seat behind a token that is neither revoked nor expired, if its person and membership stand.
    public func principal(bearing token: String) async throws -> Principal? {
        try await database.reader(as: .gate).principal(bearing: Secret(presented: token))
    }

    /// The seat a live session acts from.
    public func principal(inSession cookie: String) async throws -> Principal? {
        try await database.reader(as: .gate).principal(inSession: Secret(presented: cookie))
    }

    /// A ticket for one document, of whose secret the hash alone is kept.
    public func ticket(for path: String, of principal: Principal) async throws -> String? {
        guard case .session(let session, _) = principal.credential else { return nil }
        let secret = Secret(prefix: "")
        try await database.write(as: .gate) {
            try await $0.insertTicket(secret, for: path, in: session, from: principal.membership)
        }
        return secret.text
    }

    /// Takes a ticket, which is gone with that.
    public func take(ticket: String) async throws -> (holder: Principal, path: String)? {
        try await database.write(as: .gate) { try await $0.take(ticket: Secret(presented: ticket)) }
    }
}
