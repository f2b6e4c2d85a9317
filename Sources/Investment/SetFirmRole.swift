internal import API
package import Accounts
package import Institutions
package import Postgres

extension Transaction {
    /// Says what somebody is within a firm. For a principal of the firm, and for the park.
    ///
    /// Throws `FirmRefusal.notPrincipal`, or not found for a seat that is not at the firm, or a firm one may not know. Refused
    /// by `firms_keep_a_principal`, which makes two who step down at once wait for each other.
    package func setFirmRole(
        _ role: FirmRole, of seat: Seat.ID, at firm: Institution.ID, by person: Person.ID
    ) async throws -> FirmPerson {
        guard let current = try await people(of: firm).first(where: { $0.seat == seat }) else { throw Problem.notFound }
        if let own = try await actingFirmRole(), own != .principal { throw FirmRefusal.notPrincipal }
        guard role != current.role else { return current }
        try await set(role, of: seat, at: firm, by: person)
        return FirmPerson(seat: seat, person: current.person, name: current.name, role: role)
    }
}
