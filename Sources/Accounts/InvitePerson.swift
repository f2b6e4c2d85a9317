public import API
public import Foundation
public import Postgres
public import Vocabulary

/// Somebody just seated, and the code by which they come in.
public struct Invitation: Sendable, Codable {
    /// The account, new or not.
    public let person: Person.ID
    /// The seat.
    public let seat: Seat.ID
    /// Shown once. Whoever brings it sets the account's first password; worth nothing once the account has one.
    public let code: String
    /// Until when the code is good.
    public let expiresAt: Date
}

extension Transaction {
    /// Seats somebody at an institution of the tenant and makes the invitation that lets them in.
    ///
    /// The answer is the same whether or not the address has an account already. Refused by `memberships_once_per_seat`
    /// and `memberships_name_an_institution_of_the_tenant`.
    public func invite(
        email: EmailAddress, name: Name, as seat: Seat.ID, role: Role, at institution: UUID, in tenant: Tenant.ID
    ) async throws -> Invitation {
        let person = try await personToSeat(Person.ID(), email: email.normalized, name: name)
        try await grantSeat(seat, to: person, in: tenant, at: institution, as: role.rawValue)
        let secret = Secret(prefix: "trellis_invite_")
        let expiresAt = try await insertInvitation(secret, for: person, in: tenant)
        return Invitation(person: person, seat: seat, code: secret.text, expiresAt: expiresAt)
    }
}

/// Who stands behind an address, told to the service alone.
public struct AddressHolder: Sendable {
    /// The account.
    public let person: Person.ID
    /// Whether it may be used.
    public let isDisabled: Bool
    /// Whether it has a password, so that its holder signs in by that.
    public let hasPassword: Bool
    /// Whether they hold a seat in the role that was asked about, in the acting tenant.
    public let isSeated: Bool
}

extension Transaction {
    /// Seats whoever has shown that an address is theirs, at an institution of the tenant, with the first password of an
    /// account that has none. It is what an invitation and its acceptance come to, for somebody who invited themself; acts as
    /// the service.
    ///
    /// Refused by `memberships_once_per_seat` and `memberships_name_an_institution_of_the_tenant`.
    public func seat(
        email: EmailAddress, name: Name, language: Language, passwordHash: String?, as seat: Seat.ID, role: Role,
        at institution: UUID, in tenant: Tenant.ID
    ) async throws -> Person.ID {
        let fresh = Person.ID()
        let person = try await personToSeat(fresh, email: email.normalized, name: name)
        if person == fresh { try await setLanguage(of: person, to: language) }
        try await grantSeat(seat, to: person, in: tenant, at: institution, as: role.rawValue)
        if let passwordHash { _ = try await setFirstPassword(of: person, to: passwordHash) }
        return person
    }
}

extension PasswordHasher {
    /// The hash of a password that somebody chooses for their account. Throws `InvitationRefusal.weakPassword`.
    public func hash(chosen password: String) async throws -> String {
        try checkStrength(of: password)
        return try await hash(password)
    }
}

/// Why an invitation is not accepted.
public enum InvitationRefusal: Refusal {
    /// Unknown, used or expired, or the account has a password already.
    case notGood
    /// The password is too easy to guess; the reason is for the person.
    case weakPassword(String)

    /// What the invited person is told.
    public var problem: Problem {
        switch self {
        case .notGood:
            Problem(.conflict, "This invitation is no longer good. Sign in, or ask for a new invitation.")
        case .weakPassword(let reason): .invalid("/password", reason)
        }
    }
}

/// Sets the first password of an invited account. Throws `InvitationRefusal`.
public func acceptInvitation(
    code: String, password: String, database: Database, hasher: PasswordHasher
) async throws {
    try checkStrength(of: password)
    let hash = try await hasher.hash(password)
    try await database.write(as: .gate) { transaction in
        guard let person = try await transaction.useInvitation(Secret(presented: code)),
            try await transaction.setFirstPassword(of: person, to: hash)
        else { throw InvitationRefusal.notGood }
    }
}

/// NIST SP 800-63B-4: at least 15 characters where the password is the only factor, no rules of composition, and not one
/// that everybody would try here.
func checkStrength(of password: String) throws(InvitationRefusal) {
    guard password.unicodeScalars.count >= 15 else {
        throw .weakPassword("Use at least 15 characters. A few words in a row do well.")
    }
    guard password.utf8.count <= PasswordHasher.longest else {
        throw .weakPassword("Use at most \(PasswordHasher.longest) bytes.")
    }
    guard Set(password.unicodeScalars).count >= 5 else {
        throw .weakPassword("Use more than a few different characters.")
    }
}
