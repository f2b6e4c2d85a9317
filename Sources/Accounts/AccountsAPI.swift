public import API
internal import Foundation
public import Postgres
internal import Vocabulary

/// What people do with their accounts by API.
public struct AccountsAPI: Sendable {
    private let database: Database
    private let hasher: PasswordHasher

    /// Operations that hash by `hasher`.
    public init(database: Database, hasher: PasswordHasher) {
        self.database = database
        self.hasher = hasher
    }

    /// The operations, for the router.
    public var operations: [AnyOperation] {
        [
            myself, chooseLanguage, chooseTimeZone, createToken, listTokens, revokeToken, invitePerson,
            acceptInvitation,
            listAuditEvents,
        ]
    }

    private var myself: AnyOperation {
        Operation(
            .get, "/v1/me", "getMyself", summary: "Who the credential stands for, and the seats they hold",
            tag: "accounts", access: .signedIn, output: Myself.self
        ) { call in
            let principal = try call.principal
            let seats = try await call.reader.seats(of: principal.personID)
            return .ok(Myself(principal, seats: seats))
        }.erased
    }

    private var chooseLanguage: AnyOperation {
        Operation(
            .post, "/v1/me/language", "chooseLanguage", summary: "Choose the language of my pages and letters",
            tag: "accounts", access: .signedIn, body: NewLanguage.self
        ) { call in
            try await call.write { transaction in
                try await transaction.chooseLanguage(call.body.language)
                return .noContent
            }
        }.erased
    }

    private var chooseTimeZone: AnyOperation {
        Operation(
            .post, "/v1/me/time-zone", "chooseTimeZone", summary: "Choose the clock that my pages and letters go by",
            description: "Deadlines are said in the zone they were set in, and in this one where its clock differs.",
            tag: "accounts", access: .signedIn, body: NewTimeZone.self
        ) { call in
            try await call.write { transaction in
                try await transaction.chooseTimeZone(call.body.timeZone)
                return .noContent
            }
        }.erased
    }

    private var createToken: AnyOperation {
        Operation(
            .post, "/v1/tokens", "createToken", summary: "Sign in with e-mail and password for an API token",
            description: "The token acts from one seat; its secret is shown this once.", tag: "accounts",
            access: .anyone(because: "this is how one signs in"), idempotency: Idempotency.none, rate: .signIn,
            body: NewToken.self, output: IssuedToken.self, success: .created, problems: [.unauthenticated, .forbidden]
        ) { call in
            let token = try await issueToken(call.body, database: database, hasher: hasher)
            return .created(token, location: "/v1/tokens/\(token.id.text)")
        }.erased
    }

    private var listTokens: AnyOperation {
        Operation(
            .get, "/v1/tokens", "listTokens", summary: "My API tokens, without their secrets", tag: "accounts",
            access: .signedIn, output: TokenList.self
        ) { call in
            .ok(TokenList(items: try await call.reader.tokens(of: try call.principal.personID)))
        }.erased
    }

    private var revokeToken: AnyOperation {
        Operation(
            .post, "/v1/tokens/{token}/revocation", "revokeToken", summary: "End one of my API tokens",
            tag: "accounts", access: .signedIn, parameters: TokenPath.self, problems: [.notFound]
        ) { call in
            try await call.write { transaction in
                try await transaction.revokeToken(call.parameters.token)
                return .noContent
            }
        }.erased
    }

    private var invitePerson: AnyOperation {
        Operation(
            .post, "/v1/people", "invitePerson", summary: "Seat somebody at an institution and invite them",
            tag: "accounts", access: .roles([.manager]), body: NewPerson.self, output: Invitation.self,
            success: .created, problems: [.conflict]
        ) { call in
            let tenant = try call.principal.workspace
            return try await call.write { transaction in
                let invitation = try await transaction.invite(
                    email: call.body.email, name: call.body.name, as: Seat.ID(), role: call.body.role.role,
                    at: call.body.institution, in: tenant)
                return .created(invitation, location: "/v1/people/\(invitation.person)")
            }
        }.erased
    }

    private var acceptInvitation: AnyOperation {
        Operation(
            .post, "/v1/invitations/acceptance", "acceptInvitation", summary: "Set the first password of an account",
            tag: "accounts", access: .anyone(because: "the code is the credential"), rate: .signIn,
            body: Acceptance.self, problems: [.conflict]
        ) { call in
            try await Accounts.acceptInvitation(
                code: call.body.code, password: call.body.password, database: database, hasher: hasher)
            return .noContent
        }.erased
    }

    private var listAuditEvents: AnyOperation {
        Operation(
            .get, "/v1/audit-events", "listAuditEvents", summary: "Who wrote what in the workspace, the latest first",
            tag: "accounts", access: .roles([.manager]), parameters: ListAuditEvents.self,
            output: Page<AuditEvent>.self
        ) { call in
            let after = try call.position(call.parameters.cursor, as: Int.self)
            let events = try await call.reader.auditEvents(
                of: call.parameters.object, before: after, limit: PageSize.rows(for: call.parameters.limit))
            return .ok(try call.page(events, size: call.parameters.limit) { $0.seq })
        }.erased
    }

    /// What the constraints of accounts mean to a sender.
    public static let constraints: ConstraintProblems = [
        "memberships_once_per_seat": .conflict("This person holds that seat already."),
        "memberships_name_an_institution_of_the_tenant": .invalid(
            "/institution", "No such institution is in the directory."),
        "time_zone_has_a_name": .invalid("/time_zone", "Choose a zone such as America/New_York."),
        "people_have_distinct_emails": .conflict("Somebody has this e-mail already."),
    ]
}

struct Myself: Described {
    let person: Person.ID
    let name: String
    let locale: String
    let timeZone: String?
    let seat: Seat.ID
    let role: String
    let tenant: Tenant.ID?
    let institution: UUID?
    let seats: [Seat]

    static let documentation = ["time_zone": "The zone by whose clock I read times; absent where I chose none."]

    init(_ principal: Principal, seats: [Seat]) {
        person = principal.personID
        name = principal.name
        locale = principal.locale
        timeZone = principal.timeZone
        seat = Seat.ID(principal.membership)
        role = principal.role.rawValue
        tenant = principal.tenant.map { Tenant.ID($0) }
        institution = principal.institution
        self.seats = seats
    }
}

struct NewLanguage: Described {
    let language: Language
}

struct NewTimeZone: Described {
    let timeZone: TimeZoneName?

    static let documentation = ["time_zone": "An IANA name such as America/New_York; none unless given."]
}

struct TokenPath: Codable {
    let token: UUID
}

struct NewPerson: Described {
    enum SeatRole: String, Codable, CaseIterable {
        case manager, partner, founder, investor, mentor

        var role: Role { Role(rawValue: rawValue) }
    }

    let email: EmailAddress
    let name: Name
    let role: SeatRole
    let institution: UUID
}

struct Acceptance: Described {
    let code: String
    let password: String
}

struct ListAuditEvents: Codable {
    let object: UUID?
    let limit: PageSize?
    let cursor: PageCursor?
}
