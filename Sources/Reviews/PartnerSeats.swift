internal import Accounts
internal import Applications
package import Foundation
package import Institutions
package import Programs
package import Vocabulary

/// The seats that a partner of a stream has on the panel of a round, as they are taken now.
package struct PartnerSeats: Sendable {
    /// The stream.
    package let stream: ProgramStream.ID
    /// Its name.
    package let streamName: LocalizedName
    /// The partner.
    package let partner: Institution.ID
    /// Its name.
    package let partnerName: LocalizedName
    /// How many there are.
    package let seats: Int
    /// Who takes one, by name: staff of the partner who have accepted and are not away until reviews are due.
    package let people: [String]
    /// Why the round opens although some are empty, as a manager said last.
    package let waiver: Waiver?

    /// A manager's word on seats that stand empty.
    package struct Waiver: Sendable {
        /// Why, for managers and the partner.
        package let reason: LongText
        /// How many seats were taken then; it holds for no fewer.
        package let taken: Int
        /// When it was said.
        package let waivedAt: Date
        /// By whom.
        package let waivedByName: String?
    }

    /// How many are taken; more people than seats take no more than there are.
    package var taken: Int { min(people.count, seats) }

    /// Whether nobody has said why as few may sit there.
    package var keepsTheRoundClosed: Bool { taken < seats && (waiver.map { $0.taken > taken } ?? true) }
}

/// The seats of the acting partner on the panel of a round.
package struct OwnSeats: Sendable {
    /// The round.
    package let round: ReviewRound.ID
    /// What it is called.
    package let roundName: LocalizedName
    /// The call whose applications it judges.
    package let callTitle: LocalizedName
    /// By which stream the partner has them.
    package let stream: ProgramStream.ID
    /// By when reviews are due.
    package let due: Deadline
    /// Where the round stands.
    package let status: ReviewRound.Status
    /// How many there are.
    package let seats: Int
    /// Who of its own takes one, by name.
    package let people: [String]
    /// Why the round opened, or opens, although some are empty.
    package let reason: LongText?

    /// How many are taken.
    package var taken: Int { min(people.count, seats) }
}

/// A partner whose reviewers each application of its streams gets one of, as planning needs it.
struct PartnerNeed: Sendable {
    /// The partner.
    let partner: Institution.ID
    /// Its name.
    let name: LocalizedName
    /// Whoever of its staff sits on the panel.
    let people: [Person.ID]
    /// The applications of its streams in the round.
    let applications: [Application.ID]
}
