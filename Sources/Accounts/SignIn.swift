public import API
internal import Foundation
public import Postgres
public import Vocabulary

/// Why a sign-in or a change of seat was refused.
public enum SignInRefusal: Refusal {
    /// E-mail or password do not match an account. Which of the two is not said.
    case unknown
    /// The account holds no seat that stands.
    case noSeat
    /// Too many sign-ins wait at this moment.
    case busy

    /// What the visitor is told.
    public var problem: Problem {
        switch self {
        case .unknown: Problem(.unauthenticated, "The e-mail or the password is not right.")
        case .noSeat: Problem(.forbidden, "This account has no seat at any institution. Ask the one that invited you.")
        case .busy: Problem(.unavailable, "Many people are signing in. Try again in a moment.", retryAfter: 2)
        }
    }
}

/// A session just opened: the cookie's value, shown once.
public struct OpenedSession: Sendable {
    /// The cookie's value.
    public let secret: Secret
    /// The seat it begins at.
    public let seat: Seat
}

/// Signs a person in by e-mail and password and opens a session at their first seat. Throws `SignInRefusal`.
public func signIn(
    email: String, password: String, database: Database, hasher: PasswordHasher
) async throws -> OpenedSession {
    let person = try await recognise(email: email, password: password, database: database, hasher: hasher)
    return try await database.write(as: .gate) { transaction in
        guard let seat = try await transaction.seats(of: person).first else { throw SignInRefusal.noSeat }
        let secret = Secret(prefix: "")
        try await transaction.openSession(secret, csrf: Secret(prefix: "").text, person: person, seat: seat.id)
        return OpenedSession(secret: secret, seat: seat)
    }
}

/// The person behind an e-mail and its password. Throws `SignInRefusal`.
///
/// The password is verified between two transactions, so that no connection waits for Argon2id. A hash made at a lower
/// cost than today's is renewed on the way.
func recognise(
    email: String, password: String, database: Database, hasher: PasswordHasher
) async throws -> Person.ID {
    let account = try await database.reader(as: .gate).account(email: email.lowercased())
    do {
        guard try await hasher.verify(password, against: account?.hash), let account else {
            throw SignInRefusal.unknown
        }
        if hasher.isOutdated(account.hash) {
            let renewed = try await hasher.hash(password)
            try await database.write(as: .gate) { try await $0.renewPassword(of: account.person, to: renewed) }
        }
        return account.person
    } catch is PasswordHasher.Busy {
        throw SignInRefusal.busy
    }
}

extension Transaction {
    /// Moves a session to another seat of the same person. Throws `SignInRefusal.noSeat` for a seat that is not theirs.
    public func takeSeat(_ seat: Seat.ID, session hash: [UInt8]) async throws {
        guard try await moveSession(hash, to: seat) else { throw SignInRefusal.noSeat }
    }
}
