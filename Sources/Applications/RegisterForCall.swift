internal import API
package import Accounts
internal import Foundation
internal import Institutions
internal import Jobs
package import Postgres
package import Programs
package import Vocabulary

/// Leaves a registration for an announced call, which brings its address a letter.
///
/// Whether the address has an account is found out by whoever writes the letter, later: the answer and its time are the same.
/// So they are where no letter is written, since the address, the client or the workspace has had enough of them.
/// Not found unless the call is announced; throws `ApplicationRefusal.callNotOpen`.
///
/// - Parameter client: the address of the network that the request came from, which is counted and not kept.
package func register(
    _ new: NewRegistration, from client: String, for call: CallForApplications.ID, database: Database
) async throws {
    guard let found = try await database.reader(as: .gate).announcedCall(call) else { throw Problem.notFound }
    try await database.write(as: .visitor(in: found.tenant)) { transaction in
        let status = found.status(at: transaction.now)
        guard status == .open else { throw ApplicationRefusal.callNotOpen(status) }
        let id = Registration.ID()
        guard try await transaction.insert(new, from: client, to: call, as: id) else { return }
        try await transaction.enqueue(SendRegistrationLink(registration: id.uuid))
    }
}

/// What a link opens, for the page that asks its owner.
package struct OpenRegistration: Sendable {
    /// What somebody typed, who need not have been its owner.
    package let registration: Registration
    /// Whether the address has an account, which keeps its name.
    package let hasAccount: Bool
    /// Whether its owner has to choose a password.
    package let needsPassword: Bool
}

/// The registration that a link opens, and what its owner has to add; for the page that asks them.
///
/// Throws `RegistrationRefusal`.
package func openRegistration(code: String, database: Database) async throws -> OpenRegistration {
    guard let link = WorkspaceSecret(code) else { throw RegistrationRefusal.notGood }
    let reader = database.reader(as: .system(in: link.tenant))
    let found = try await reader.registration(opening: link.secret)
    let holder: AddressHolder? =
        if let found { try await reader.holder(of: found.email, seatedAs: Registration.seatsThatStay) } else { nil }
    let registration = try Registration.usable(found, holder)
    return OpenRegistration(
        registration: registration, hasAccount: holder != nil, needsPassword: holder?.hasPassword != true)
}

/// Lets in whoever brings the link of a registration: an account unless the address has one, the startup, a founder's seat, and
/// a draft for the call. All of it or nothing, once.
///
/// - Parameters:
///   - named: what they are called; what was typed at the beginning unless given, and not looked at where there is an account.
///   - startup: what their startup is called; likewise.
///   - password: what they sign in by; kept only where the account has none.
/// - Returns: the draft.
///
/// Throws `RegistrationRefusal`, `InvitationRefusal.weakPassword` and whatever `beginApplication` throws.
package func confirmRegistration(
    code: String, named name: Name? = nil, startup: Name? = nil, password: String?, database: Database,
    hasher: PasswordHasher
) async throws -> Application.ID {
    // Nobody has a password hashed who brings no link.
    let needsPassword = try await openRegistration(code: code, database: database).needsPassword
    guard let link = WorkspaceSecret(code) else { throw RegistrationRefusal.notGood }
    var hash: String?
    if needsPassword {
        guard let password, !password.isEmpty else { throw RegistrationRefusal.noPassword }
        hash = try await hasher.hash(chosen: password)
    }
    let application = Application.ID()
    try await database.write(as: .system(in: link.tenant)) { [hash] transaction in
        try await transaction.confirmRegistration(
            link, named: name, startup: startup, passwordHash: hash, as: application)
    }
    return application
}

extension Transaction {
    fileprivate func confirmRegistration(
        _ link: WorkspaceSecret, named name: Name?, startup startupName: Name?, passwordHash: String?,
        as application: Application.ID
    ) async throws {
        let found = try await lockRegistration(opening: link.secret)
        let holder: AddressHolder? =
            if let found { try await self.holder(of: found.email, seatedAs: Registration.seatsThatStay) } else { nil }
        let registration = try Registration.usable(found, holder)
        guard passwordHash != nil || holder?.hasPassword == true else { throw RegistrationRefusal.noPassword }
        let startup = Startup.ID()
        _ = try await addStartup(
            NewStartup(
                name: LocalizedName(startupName ?? registration.startupName, in: registration.language),
                profile: StartupProfile()),
            as: startup, in: link.tenant)
        let person = try await seat(
            email: registration.email, name: name ?? registration.name, language: registration.language,
            passwordHash: passwordHash, as: Seat.ID(), role: .founder, at: startup.uuid, in: link.tenant)
        _ = try await beginApplication(
            to: registration.call, for: startup, as: application, in: link.tenant, by: person)
        try await recordUse(of: registration.id, for: application)
    }
}

extension Registration {
    /// Who registers nothing by a link: a founder has a startup there, and whoever manages or judges would be kept from their
    /// own work by a startup that somebody else may have named.
    static let seatsThatStay = [Role.founder, .manager, .reviewer].map(\.rawValue)

    /// The registration, if its link lets its owner in. A disabled account is not told of.
    fileprivate static func usable(
        _ found: Registration?, _ holder: AddressHolder?
    ) throws(RegistrationRefusal) -> Registration {
        guard let found else { throw .notGood }
        if let application = found.application { throw .used(application) }
        guard !found.hasExpired, holder?.isDisabled != true else { throw .notGood }
        guard holder?.isSeated != true else { throw .seated }
        return found
    }
}
