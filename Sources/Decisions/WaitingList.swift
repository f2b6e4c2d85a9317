package import Applications
package import Foundation
package import Programs
package import Vocabulary

/// Where an application stands since its decision was released: what a state alone does not tell.
package struct PlaceStanding: Sendable, Equatable {
    /// What became of the decision.
    package enum Status: String, Codable, Sendable, CaseIterable {
        case waiting, offered, accepted, declined, lapsed, rejected, withdrawn
        /// A place is offered, and the letter about it waits for a look.
        case awaitsLetter = "awaits_letter"
        /// It is judged again.
        case reopened
    }

    /// What became of it.
    package let status: Status
    /// Which place it has among those who wait for the call, from 1; nil where it does not wait.
    package let position: Int?
    /// Whether it got a place from the waiting list.
    package let isPromoted: Bool

    /// - Parameters:
    ///   - isLapsed: whether an offer has run out.
    ///   - awaitsLetter: whether the days of an offer have not begun.
    init(_ state: Application.State, isLapsed: Bool, awaitsLetter: Bool, position: Int?, isPromoted: Bool) {
        status =
            switch state {
            case .waitlisted: .waiting
            case .offered: awaitsLetter ? .awaitsLetter : isLapsed ? .lapsed : .offered
            case .accepted: .accepted
            case .declined: .declined
            case .rejected: .rejected
            case .withdrawn: .withdrawn
            default: .reopened
            }
        (self.position, self.isPromoted) = (position, isPromoted)
    }
}

/// Who waits for a place of a call, and who waited and got one or withdrew.
package struct WaitingList: Sendable {
    /// A stream of the call that applicants choose among.
    package struct Stream: Codable, Sendable, Equatable {
        /// The stream.
        package let stream: ProgramStream.ID
        /// What it is called.
        package let name: LocalizedName
        /// How many places of the call are in it at the most; nil for as many as the call has.
        package let places: Int?
        /// Offers of places in it that stand, and places that were accepted.
        package let taken: Int
    }

    /// An application that waits, or waited.
    package struct Entry: Sendable {
        /// Which one.
        package let application: Application.ID
        /// Whose.
        package let startupName: LocalizedName
        /// The rank it was given; nil where that is not known any more.
        package let rank: Int?
        /// Since when it waits.
        package let since: Date?
        /// The batch it was decided in.
        package let batch: DecisionBatch.ID?
        /// What that is called.
        package let batchName: Name?
        /// The streams whose places it waits for, the most wanted first; none where the call offers no choice.
        package let streams: [ProgramStream.ID]
        /// When it got a place.
        package let promotedAt: Date?
        /// Where it stands.
        package let standing: PlaceStanding
    }

    /// The call.
    package let call: CallForApplications.ID
    /// What it is called.
    package let callTitle: LocalizedName
    /// The zone of its dates.
    package let zone: TimeZoneName
    /// How many places it has, by the batch that was released last; nil before the first.
    package let places: Int?
    /// Offers that stand, and places that were accepted.
    package let taken: Int
    /// The streams that applicants choose among; none where there is no choice.
    package let streams: [Stream]
    /// Those who wait in the order in which they are asked, then the others, the latest first.
    package var entries: [Entry] = []

    /// How many wait.
    package var waiting: Int { entries.count { $0.standing.status == .waiting } }
}
