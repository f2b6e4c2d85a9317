package import API
package import Accounts
internal import Foundation
internal import Pages
package import Postgres
internal import Programs
internal import Vocabulary

package import struct API.Operation

extension ApplicationsRoom {
    /// The operations of those who come in by an announced call.
    ///
    /// - Parameters:
    ///   - database: where registrations are left before anybody is known.
    ///   - hasher: hashes the passwords of those who come in.
    package static func registrations(database: Database, hasher: PasswordHasher) -> [AnyOperation] {
        RegistrationsAPI(database: database, hasher: hasher).operations
    }
}

/// How somebody without an account comes to apply to a call that is announced to everybody.
struct RegistrationsAPI: Sendable {
    let database: Database
    let hasher: PasswordHasher

    var operations: [AnyOperation] { [registerForCall, confirmRegistration] }

    private var registerForCall: AnyOperation {
        Operation(
            .post, "/v1/public/registrations", "registerForCall",
            summary: "Register for an open public call with an e-mail address and the name of a startup",
            description: """
                The address gets a letter with a link that is good once, for two days. Nothing else is made before it is used, \
                and the answer is the same whoever the address belongs to. An address gets three letters an hour and ten a day, \
                whatever workspaces they are of; there is a limit for one client, and one that each workspace sets. Beyond them \
                nothing is sent, and the answer is still the same.
                """, tag: "public", access: .anyone(because: "whoever registers has no account yet"),
            idempotency: Idempotency.none, rate: .signIn, body: RegistrationBody.self, output: RegistrationReceipt.self,
            success: .accepted, problems: [.notFound, .callClosed]
        ) { call in
            let language = call.body.language ?? Vocabulary.Language(matching: call.locale) ?? .english
            try await register(
                call.body.registration(in: language), from: call.address, for: call.body.call, database: database)
            return .accepted(RegistrationReceipt(call: call.body.call, language: language))
        }.erased
    }

    private var confirmRegistration: AnyOperation {
        Operation(
            .post, "/v1/public/registrations/confirmation", "confirmRegistration",
            summary: "Use the link of a registration's letter",
            description: """
                Makes the account unless the address has one, the startup, a founder's seat and a draft for the call, at once or \
                not at all. `password` is needed unless the account has one; then it stays as it is, and this one is not looked \
                at. Whoever typed the address need not be its owner: what they typed beside it is changed here.
                """, tag: "public", access: .anyone(because: "the code is the credential"),
            idempotency: Idempotency.none, rate: .signIn, body: RegistrationConfirmation.self,
            output: ConfirmedRegistration.self, problems: [.conflict, .callClosed]
        ) { call in
            let application = try await Applications.confirmRegistration(
                code: call.body.code, named: call.body.name, startup: call.body.startupName,
                password: call.body.password, database: database, hasher: hasher)
            return .ok(ConfirmedRegistration(application: application))
        }.erased
    }
}

/// What somebody types to register for a call.
struct RegistrationBody: Described {
    let call: CallForApplications.ID
    let email: EmailAddress
    let name: Name
    let startupName: Name
    let language: Vocabulary.Language?

    static let documentation = [
        "language": "The language of the letter and of the account; what `Accept-Language` asks for unless given.",
        "startup_name": "In the language of the letter. Another startup of the same name is no obstacle.",
    ]

    func registration(in language: Vocabulary.Language) -> NewRegistration {
        NewRegistration(email: email, name: name, startupName: startupName, language: language)
    }
}

/// What everybody is answered who registers.
struct RegistrationReceipt: Described {
    let call: CallForApplications.ID
    let language: Vocabulary.Language
}

/// The link of a letter, as it is used.
struct RegistrationConfirmation: Described {
    let code: String
    let name: Name?
    let startupName: Name?
    let password: String?

    static let documentation = [
        "name": "What was typed at the beginning unless given. An account that is there keeps its name.",
        "startup_name": "What was typed at the beginning unless given; in the language of the letter.",
    ]
}

/// What came of a registration.
struct ConfirmedRegistration: Described {
    let application: Application.ID

    static let documentation = ["application": "The draft, which waits behind signing in."]
}
