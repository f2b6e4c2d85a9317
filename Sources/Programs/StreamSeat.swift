internal import API
package import Accounts
package import Foundation
package import Institutions
package import Postgres
internal import Vocabulary

/// The seat of somebody of a partner's staff in one of its streams: there they screen, advise and decide together with the park.
package struct StreamSeat: Codable, Sendable, Equatable {
    /// Whose seat it is.
    package let person: Person.ID
    /// What they are called; nil to a partner where they cannot come in any more.
    package let personName: String?
    /// The partner they speak for.
    package let institution: Institution.ID
    /// Since when.
    package let givenAt: Date
}

/// Somebody who could be given a seat in a stream, or holds one.
struct StreamSeatCandidate: Sendable {
    let person: Person.ID
    let name: String
    let institution: Institution.ID
    let holdsSeat: Bool

    /// As a form names them.
    var field: String { "\(institution)/\(person)" }
}

extension Transaction {
    /// Gives somebody of a partner's staff a seat in a stream.
    ///
    /// Refused by `stream_seats_are_held_once`, `stream_seats_are_of_its_partners` and
    /// `stream_seats_are_for_staff_of_the_partner`; not found where there is no such stream.
    package func giveStreamSeat(
        to person: Person.ID, of institution: Institution.ID, in stream: ProgramStream.ID, in tenant: Tenant.ID,
        by manager: Person.ID
    ) async throws {
        guard try await lockStream(stream) != nil else { throw Problem.notFound }
        try await insertSeat(of: person, of: institution, in: stream, in: tenant, by: manager)
    }

    /// Ends the seat of somebody in a stream; what they said there stands.
    ///
    /// Refused where they hold none; not found where there is no such stream.
    package func endStreamSeat(
        of person: Person.ID, of institution: Institution.ID, in stream: ProgramStream.ID, by manager: Person.ID
    ) async throws {
        guard try await lockStream(stream) != nil else { throw Problem.notFound }
        guard try await endSeat(of: person, of: institution, in: stream, by: manager) else {
            throw Problem.invalid("/person", "They hold no seat in the stream.")
        }
    }
}
