package import Accounts
package import Foundation
package import Institutions
package import Vocabulary

/// That a person of a party was asked to sign an agreement by their own hand, and whether they refused. One person a party at
/// a time.
package struct SigningRequest: Sendable {
    /// The party.
    package let institution: Institution.ID
    /// Whom the managers asked.
    package let person: Person.ID
    /// Their name, for those who may know it.
    package let personName: String?
    /// When.
    package let askedAt: Date
    /// When they said that they do not sign.
    package let refusedAt: Date?
    /// Why they do not.
    package let reason: ShortText?
}

/// Somebody who may be asked to sign: a person of a party that has not signed yet, by their seat there.
package struct PossibleSignatory: Codable, Sendable {
    /// Their seat at the party.
    package let seat: Seat.ID
    /// Who they are.
    package let name: String
    /// The party.
    package let institution: Institution.ID
}
