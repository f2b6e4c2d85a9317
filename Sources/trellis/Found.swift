import API
import Accounts
import ArgumentParser
import Foundation
import Institutions
import Logging
import Postgres
import Vocabulary

/// A workspace for the institution that keeps it, and an invitation for the first person who runs it.
struct Found: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Found a workspace and invite its first program manager.",
        discussion: """
            Prints the address at which the manager sets a password; everybody else is invited from within. The database \
            is the one of DATABASE_URL, or the private one while `trellis up` runs it.
            """)

    @Argument(help: "The workspace's short name: lower case letters, digits and hyphens.")
    var slug: String

    @Option(help: "What the institution is called.")
    var name: String

    @Option(help: "What it is: \(Institution.Kind.allCases.map(\.rawValue).joined(separator: ", ")).")
    var kind = "park"

    @Option(help: "Where it is registered, as two letters.")
    var country: String

    @Option(help: "The time zone of its deadlines, such as Asia/Hong_Kong.")
    var zone: String

    @Option(help: "The manager's name.")
    var manager: String

    @Option(help: "The manager's e-mail address.")
    var email: String

    func run() async throws {
        let logger = Logger(label: "found") { label in StreamLogHandler.standardError(label: label) }
        let settings = try Settings()
        let new = try understood()
        let conninfo = try settings.databaseURL ?? settings.runningPrivateServer()
        let database = settings.database(conninfo, logger: logger)
        let invitation: Invitation
        do {
            invitation = try await database.write(as: .system(in: new.tenant.id)) { transaction in
                try await transaction.foundTenant(new.tenant)
                _ = try await transaction.addInstitution(
                    new.institution, as: Institution.ID(new.tenant.id.uuid), in: new.tenant.id)
                return try await transaction.invite(
                    email: new.email, name: new.manager, as: Seat.ID(), role: .manager, at: new.tenant.id.uuid,
                    in: new.tenant.id)
            }
        } catch let error as DatabaseError where error.constraint == "tenants_have_distinct_slugs" {
            await database.close()
            throw ValidationError("There is a workspace called \(slug) already.")
        }
        await database.close()
        let address = settings.publicURL ?? "http://127.0.0.1:\(settings.port)"
        print("Founded \(slug). Until \(Timestamp.text(invitation.expiresAt)), \(email) comes in at")
        print("  \(address)/invitation?code=\(invitation.code)")
    }

    private struct New: Sendable {
        let tenant: Tenant
        let institution: NewInstitution
        let manager: Name
        let email: EmailAddress
    }

    private func understood() throws -> New {
        func refused(_ option: String, _ reason: String) -> ValidationError {
            ValidationError("--\(option): \(reason)")
        }
        guard (2...63).contains(slug.utf8.count), slug.utf8.first != 0x2D,
            slug.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D })
        else { throw ValidationError("The short name takes 2 to 63 lower case letters, digits and hyphens.") }
        guard let kind = Institution.Kind(rawValue: kind), kind != .startup else {
            throw refused("kind", "one of \(Institution.Kind.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        guard let country = Country(country) else { throw refused("country", "two letters of ISO 3166-1.") }
        guard let zone = TimeZoneName(zone) else { throw refused("zone", "a name such as Asia/Hong_Kong.") }
        guard let email = EmailAddress(email) else { throw refused("email", "an e-mail address.") }
        let (name, manager) = (try Name(name), try Name(manager))
        return New(
            tenant: Tenant(id: Tenant.ID(), slug: slug, name: name.string, timeZone: zone.description),
            institution: NewInstitution(kind: kind, name: LocalizedName(name), country: country), manager: manager,
            email: email)
    }
}
