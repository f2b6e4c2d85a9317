package import Accounts
package import Foundation
package import Institutions
package import Programs
package import Vocabulary

/// Somebody in the pool of a stream, whom its panels are made of, or whom a partner of the stream nominated for it.
package struct StreamReviewer: Sendable, Identifiable {
    /// Names somebody's time in a pool within its tenant.
    package typealias ID = Identifier<StreamReviewer>

    /// Where they stand.
    package enum Status: String, Codable, Sendable, CaseIterable {
        /// A partner nominated them, and no manager has answered.
        case nominated
        /// They are in the pool.
        case member
        /// A manager refused the nomination.
        case refused
        /// They were taken out of the pool, or their last day in it is past.
        case ended
    }

    /// Their time in the pool.
    package let id: ID
    /// Of which stream.
    package let stream: ProgramStream.ID
    /// Its name.
    package let streamName: LocalizedName
    /// Who reviews.
    package let person: Person.ID
    /// Their name; empty where the reader may not know it any more.
    package let name: String
    /// Where letters reach them; as the name.
    package let email: String
    /// The partner that nominated them; nil for whom a manager added.
    package let partner: Institution.ID?
    /// Its name.
    package let partnerName: LocalizedName?
    /// When they were nominated or added.
    package let proposedAt: Date
    /// Since when they are in the pool.
    package let addedAt: Date?
    /// Who added or accepted them; for managers.
    package let addedByName: String?
    /// Why the nomination was refused.
    package let refusedReason: ShortText?
    /// Their last day in the pool, where one is set.
    package let until: CalendarDate?
    /// When they left it.
    package let endedAt: Date?
    /// Where they stand.
    package let status: Status
    /// What they read, as they last said on a panel; for managers.
    package let languages: [Language]
    /// What they know about, as they last said on a panel; for managers.
    package let focusAreas: [FocusArea.ID]
}

/// Somebody of the pool of a round's streams, who can be asked onto its panel.
package struct PoolMember: Sendable {
    /// Who.
    package let person: Person.ID
    /// Their name.
    package let name: String
    /// Where letters reach them.
    package let email: String
    /// The streams of the round in whose pool they are.
    package let streams: [LocalizedName]
    /// The partners that nominated them.
    package let partners: [LocalizedName]
    /// What they read, as they last said on a panel.
    package let languages: [Language]
    /// What they know about, as they last said on a panel.
    package let focusAreas: [FocusArea.ID]
    /// How they stand on the panel of the round; nil where they were not asked.
    package let answer: Panelist.Answer?
    /// What stands between them and those who apply to the call.
    package let conflicts: [Conflict]
}

/// Somebody who joins a pool: a reviewer who is known, or whoever is reached at an address.
package enum PoolCandidate: Sendable {
    /// Somebody who holds a reviewer's seat.
    case known(Person.ID)
    /// Anybody; seated as a reviewer if they hold no such seat yet.
    case address(EmailAddress, Name?)

    /// By what they are named, for an order among them.
    var named: String {
        switch self {
        case .known(let person): person.description
        case .address(let email, _): email.normalized
        }
    }
}

/// Somebody who was taken into a pool.
package struct PoolEntry: Sendable {
    /// Who.
    package let person: Person.ID
    /// How somebody who was seated with this comes in; nil for who held a reviewer's seat before.
    package let invitation: Invitation?
}
