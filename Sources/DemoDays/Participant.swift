package import Foundation
package import Institutions
package import Vocabulary

/// A startup or an investor that was invited to a demo day, and what it answered.
package struct Participant: Codable, Sendable {
    /// Who.
    package let institution: Institution.ID
    /// What it is called.
    package let name: LocalizedName?
    /// On which side.
    package let side: Side
    /// What it answered.
    package let state: State
    /// When it was invited.
    package let invitedAt: Date
    /// When it answered last.
    package let answeredAt: Date?
    /// When it is there; empty for all day.
    package let windows: [Window]
    /// How many it would meet, in its order; nil while it has said nothing.
    package let ranked: Int?
    /// How many it would not meet.
    package let refused: Int?

    /// Which of the two it is.
    package enum Side: String, Codable, Sendable, CaseIterable {
        case startup, investor
    }

    /// Where its participation stands.
    ///
    ///     invited ──► accepted ──► cancelled ──► invited again, by the park
    ///        └───────────────────────▲
    package enum State: String, Codable, Sendable, CaseIterable {
        case invited, accepted, cancelled
    }

    /// A time at which somebody is there.
    package struct Window: Codable, Sendable, Equatable {
        /// From when.
        package let startsAt: Date
        /// Until when.
        package let endsAt: Date

        /// A time.
        package init(from startsAt: Date, until endsAt: Date) {
            self.startsAt = startsAt
            self.endsAt = endsAt
        }
    }

    /// Times that one may name.
    static let mostWindows = 10
}

/// Somebody on the other side whom one may meet on a demo day, as far as one is told, and what one has said of them oneself.
package struct Partner: Codable, Sendable {
    /// Who.
    package let institution: Institution.ID
    /// What it is called.
    package let name: LocalizedName
    /// What it does, in one line; of a startup.
    package let pitch: ShortText?
    /// Where it is.
    package let country: Country?
    /// Its own site.
    package let website: WebAddress?
    /// Its place among those one would meet, from 1.
    package let rank: Int?
    /// Whether one would not meet it.
    package let isRefused: Bool
    /// Why one does not meet it though one ranked it; nil where one does, and before a plan is in force.
    package var unmet: UnmetWish?
}

/// Whom somebody would meet, and whom not. Nobody else ever reads it: plans are made from it by the service, and neither the
/// other side nor the park is told.
package struct Wishes: Codable, Sendable, Equatable {
    /// Whom it would meet, the first choice first.
    package let ranked: [Institution.ID]
    /// Whom it would not meet.
    package let refused: [Institution.ID]

    /// Wishes.
    package init(ranked: [Institution.ID], refused: [Institution.ID] = []) {
        self.ranked = ranked
        self.refused = refused
    }

    /// Refuses whoever is not among those that may be met, in the same words whether they are kept apart or do not exist.
    func check(among partners: Set<Institution.ID>) throws(DemoDayRefusal) {
        var seen: Set<Institution.ID> = []
        let named =
            ranked.enumerated().map { ("/ranked/\($0)", $1) } + refused.enumerated().map { ("/refused/\($0)", $1) }
        for (pointer, institution) in named {
            guard partners.contains(institution) else { throw .wishUnknown(pointer) }
            guard seen.insert(institution).inserted else { throw .wishRepeated(pointer) }
        }
    }
}
