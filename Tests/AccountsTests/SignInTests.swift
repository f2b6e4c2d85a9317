import API
import Foundation
import NIOPosix
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Accounts
@testable import DemoWorld

@Suite("Signing in")
struct SignInTests {
    private let hasher = PasswordHasher(threads: NIOThreadPool.singleton, cost: .least)

    @Test("a person signs in and the session stands for their first seat")
    func session() async throws {
        let world = try await World()
        let session = try await signIn(
            email: "Mei@Harbour.example", password: Cast.password, database: world.database, hasher: hasher)
        let principal = try await Gate(database: world.database).principal(inSession: session.secret.text)
        #expect(principal?.person == Cast.mei.person.id.uuid)
        #expect(principal?.role == .manager)
        #expect(principal?.tenant == Cast.harbour.id.uuid)
    }

    @Test(
        "wrong password, unknown e-mail and a disabled account are refused alike",
        arguments: [
            ("mei@harbour.example", "not the password"), ("nobody@harbour.example", Cast.password),
            ("jun@tidewater.example", Cast.password),
        ])
    func refused(email: String, password: String) async throws {
        let world = try await World()
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("UPDATE people SET disabled_at = now() WHERE email = 'jun@tidewater.example'")
        }
        await #expect(throws: SignInRefusal.unknown) {
            try await signIn(email: email, password: password, database: world.database, hasher: hasher)
        }
    }

    @Test("a session ends with sign-out, with its person and with its membership")
    func endings() async throws {
        let world = try await World()
        let gate = Gate(database: world.database)
        func open() async throws -> OpenedSession {
            try await signIn(
                email: "kenji@sakuragi.example", password: Cast.password, database: world.database, hasher: hasher)
        }
        let first = try await open()
        try await world.database.write(as: world.context(Cast.kenji)) {
            try await $0.signOut(session: first.secret.hash)
        }
        #expect(try await gate.principal(inSession: first.secret.text) == nil)

        let second = try await open()
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("UPDATE memberships SET ended_at = now() WHERE id = \(second.seat.id)")
        }
        #expect(try await gate.principal(inSession: second.secret.text) == nil)
    }

    @Test("a seat is taken only by the one who holds it")
    func seats() async throws {
        let world = try await World()
        let session = try await signIn(
            email: "kenji@sakuragi.example", password: Cast.password, database: world.database, hasher: hasher)
        let other = try #require(Cast.kenji.seats.indices.map(Cast.kenji.seat).first { $0 != session.seat.id })
        try await world.database.write(as: world.context(Cast.kenji)) {
            try await $0.takeSeat(other, session: session.secret.hash)
        }
        let moved = try await Gate(database: world.database).principal(inSession: session.secret.text)
        #expect(moved?.membership == other.uuid)
        await #expect(throws: SignInRefusal.noSeat) {
            try await world.database.write(as: world.context(Cast.kenji)) {
                try await $0.takeSeat(Cast.mei.seat(), session: session.secret.hash)
            }
        }
    }
}

@Suite("Passwords")
struct PasswordTests {
    private let hasher = PasswordHasher(threads: NIOThreadPool.singleton, cost: .least)

    @Test("a password verifies whole: the last of 256 bytes counts")
    func whole() async throws {
        let long = String(repeating: "a", count: 255)
        let hash = try await hasher.hash(long + "b")
        #expect(try await hasher.verify(long + "b", against: hash))
        #expect(try await !hasher.verify(long + "c", against: hash))
    }

    @Test("composed and decomposed spellings are one password")
    func normalised() async throws {
        let hash = try await hasher.hash("caf\u{E9} by the harbour")
        #expect(try await hasher.verify("cafe\u{301} by the harbour", against: hash))
    }

    @Test("nobody's hash has no password") func nobody() async throws {
        #expect(try await !hasher.verify(Cast.password, against: nil))
    }

    @Test("the standard cost is OWASP's minimum, and a cheaper hash is outdated")
    func cost() async throws {
        let standard = PasswordHasher(threads: NIOThreadPool.singleton)
        let hash = try await standard.hash(Cast.password)
        #expect(hash.utf8.starts(with: "$argon2id$v=19$m=19456,t=2,p=1$".utf8))
        #expect(standard.isOutdated(try await hasher.hash(Cast.password)))
        #expect(!standard.isOutdated(hash))
    }

    @Test(
        "weak passwords are refused with a reason",
        arguments: ["short", "aaaaaaaaaaaaaaaaaaaa", String(repeating: "ab", count: 200)])
    func weak(password: String) {
        #expect(throws: InvitationRefusal.self) { try checkStrength(of: password) }
    }

    @Test("a flood of sign-ins is turned away instead of queueing without end")
    func flood() async throws {
        let narrow = PasswordHasher(threads: NIOThreadPool.singleton, queue: 2)
        let refused = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    do {
                        _ = try await narrow.hash(Cast.password)
                        return false
                    } catch { return error is PasswordHasher.Busy }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(refused > 0)
        #expect(refused < 40)
    }
}

@Suite("Invitations and tokens")
struct InvitationTests {
    private let hasher = PasswordHasher(threads: NIOThreadPool.singleton, cost: .least)

    private func invite(_ email: String, to world: World) async throws -> Invitation {
        let address = try #require(EmailAddress(email))
        return try await world.database.write(as: world.context(Cast.mei)) { transaction in
            try await transaction.invite(
                email: address, name: Name("Somebody New"), as: Seat.ID(), role: .founder,
                at: Cast.startup("pavement").uuid, in: Cast.harbour.id)
        }
    }

    @Test("an invited person sets a password once and signs in for a token")
    func newcomer() async throws {
        let world = try await World()
        let invitation = try await invite("new@pavement.example", to: world)
        try await acceptInvitation(
            code: invitation.code, password: "five words make a password", database: world.database, hasher: hasher)
        await #expect(throws: InvitationRefusal.self) {
            try await acceptInvitation(
                code: invitation.code, password: "another one for the same code", database: world.database,
                hasher: hasher)
        }
        let token = try await issueToken(
            NewToken(
                email: "new@pavement.example", password: "five words make a password", name: Name("test"), seat: nil,
                scopes: nil, days: nil), database: world.database, hasher: hasher)
        let principal = try await Gate(database: world.database).principal(bearing: token.secret)
        #expect(principal?.institution == Cast.startup("pavement").uuid)
        #expect(principal?.role == .founder)
    }

    @Test("an invitation cannot take over an account that has a password, and its answer does not tell")
    func takeover() async throws {
        let world = try await World()
        let invitation = try await invite("leo@portdigital.example", to: world)
        await #expect(throws: InvitationRefusal.self) {
            try await acceptInvitation(
                code: invitation.code, password: "mine from now on, I hope", database: world.database, hasher: hasher)
        }
        let session = try await signIn(
            email: "leo@portdigital.example", password: Cast.password, database: world.database, hasher: hasher)
        #expect(session.seat.tenant == Cast.portDigital.id)
    }

    @Test("a revoked token is worth nothing, and another's cannot be revoked")
    func revocation() async throws {
        let world = try await World()
        let new = try NewToken(
            email: "mei@harbour.example", password: Cast.password, name: Name("test"), seat: nil, scopes: [.read],
            days: 1)
        let token = try await issueToken(new, database: world.database, hasher: hasher)
        await #expect(throws: Problem.notFound) {
            try await world.database.write(as: world.context(Cast.tom)) { try await $0.revokeToken(token.id) }
        }
        try await world.database.write(as: world.context(Cast.mei)) { try await $0.revokeToken(token.id) }
        #expect(try await Gate(database: world.database).principal(bearing: token.secret) == nil)
    }
}

@Suite("The trail")
struct AuditTrailTests {
    @Test("a write leaves who, as what and which columns; a write that changes nothing leaves none")
    func rows() async throws {
        let world = try await World()
        let context = world.context(Cast.mei).setting("trellis.action", to: "test")
        let startup = Cast.startup("pavement")
        for _ in 0..<2 {
            try await world.database.write(as: context) { transaction in
                try await transaction.execute("UPDATE startups SET full_time_staff = 77 WHERE id = \(startup)")
            }
        }
        let events = try await world.database.reader(as: context)
            .auditEvents(of: startup.uuid, before: nil, limit: 100)
            .filter { $0.noun == "startups" && $0.action == "test" }
        #expect(events.count == 1)
        #expect(events.first?.person == Cast.mei.person.id.uuid)
        #expect(events.first?.role == "manager")
        #expect(events.first?.after == .object([JSON.Member("full_time_staff", 77)]))
    }

    @Test("another tenant's trail is not seen, and nobody changes theirs")
    func walls() async throws {
        let world = try await World()
        let seen = try await world.database.reader(as: world.context(Cast.leo))
            .auditEvents(of: Cast.startup("pavement").uuid, before: nil, limit: 10)
        #expect(seen.isEmpty)
        await #expect(throws: DatabaseError.self) {
            try await world.database.write(as: world.context(Cast.mei)) { transaction in
                try await transaction.execute("DELETE FROM audit_events")
            }
        }
        await #expect(throws: DatabaseError.self) {
            try await world.owner.write(as: .none) { transaction in
                try await transaction.execute("UPDATE audit_events SET role = 'nobody'")
            }
        }
    }
}
