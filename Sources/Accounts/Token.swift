internal import API
internal import Foundation
internal import Postgres
internal import Vocabulary

/// What somebody sends to sign in for a token.
struct NewToken: Described {
    enum Scope: String, Codable, CaseIterable {
        case read, write
    }

    let email: String
    let password: String
    /// What the token is for, in its holder's words.
    let name: Name
    /// The seat to act from; the first seat unless given.
    let seat: Seat.ID?
    /// Read and write unless given.
    let scopes: [Scope]?
    /// Days until it expires, 1 to 365; 30 unless given.
    let days: Int?
}

/// A token just made, with the secret that is shown this once.
struct IssuedToken: Described {
    let id: UUID
    let secret: String
    let seat: Seat.ID
    let role: String
    let expiresAt: Date
}

/// A token as its holder sees it afterwards.
struct TokenSummary: Described {
    let id: UUID
    let name: String
    let seat: Seat.ID
    let scopes: [String]
    let createdAt: Date
    let expiresAt: Date
    let revokedAt: Date?
}

/// All tokens of one person.
struct TokenList: Described {
    let items: [TokenSummary]
}

/// Signs in and issues a token for one of the person's seats. Throws `SignInRefusal`, and a problem of `/days` or `/seat`.
func issueToken(_ new: NewToken, database: Database, hasher: PasswordHasher) async throws -> IssuedToken {
    let days = new.days ?? 30
    guard (1...365).contains(days) else { throw Problem.invalid("/days", "A token lasts 1 to 365 days.") }
    let person = try await recognise(email: new.email, password: new.password, database: database, hasher: hasher)
    let seats = try await database.reader(as: .gate).seats(of: person)
    guard let first = seats.first else { throw SignInRefusal.noSeat }
    guard let seat = new.seat.map({ wanted in seats.first { $0.id == wanted } }) ?? first else {
        throw Problem.invalid("/seat", "This is not a seat of yours.")
    }
    let secret = Secret(prefix: "trellis_")
    let id = UUID()
    let scopes = (new.scopes ?? NewToken.Scope.allCases).map(\.rawValue)
    let expiresAt = try await database.write(as: .acting(person)) { transaction in
        try await transaction.issueToken(
            id, secret, name: new.name.string, scopes: scopes, seat: seat.id, person: person, days: days)
    }
    return IssuedToken(id: id, secret: secret.text, seat: seat.id, role: seat.role, expiresAt: expiresAt)
}
