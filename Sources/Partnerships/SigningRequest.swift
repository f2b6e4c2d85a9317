package import Accounts
package import Foundation
package import Institutions
package import Postgres
package import Vocabulary

/// That a person of a party was asked to sign an agreement, or an amendment of it, by their own hand, and whether they refused.
/// One person a party at a time.
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

/// What whoever signs has read: the wordings by their hashes, and from when to when the agreement is to bind.
package struct AgreementAsRead: Sendable, Equatable {
    /// SHA-256 of the last wording of each language, in hexadecimal digits.
    package let texts: Set<String>
    /// The first day in force.
    package let effectiveOn: CalendarDate?
    /// The first day no longer in force.
    package let endsOn: CalendarDate?

    /// These wordings under these dates.
    package init(texts: Set<String>, effectiveOn: CalendarDate?, endsOn: CalendarDate?) {
        self.texts = texts
        self.effectiveOn = effectiveOn
        self.endsOn = endsOn
    }

    /// An amendment as it was drafted, which stands: its words by their hash, from when it counts, and the end it sets.
    package init(_ amendment: Amendment) {
        self.init(texts: [amendment.sha256], effectiveOn: amendment.effectiveOn, endsOn: amendment.endsOn)
    }

    /// An agreement as it stands.
    package init(_ mou: MoU, _ reader: some Statements) async throws {
        self.init(
            texts: Set(try await reader.texts(of: mou.id).filter(\.isTheLast).map(\.sha256)),
            effectiveOn: mou.term.effectiveOn, endsOn: mou.term.endsOn)
    }
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
