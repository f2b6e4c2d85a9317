internal import Accounts
package import Foundation
package import Programs
package import Vocabulary

/// Decisions on applications to a call, prepared together among managers and released together to everybody.
package struct DecisionBatch: Sendable, Identifiable {
    /// Names a batch within its tenant.
    package typealias ID = Identifier<DecisionBatch>

    /// The batch.
    package let id: ID
    /// The call it decides on.
    package let call: CallForApplications.ID
    /// That call's title.
    package let callTitle: LocalizedName
    /// Where the days of the call end.
    package let zone: TimeZoneName
    /// What is given, and by which rules.
    package let terms: BatchTerms
    /// When it was opened.
    package let openedAt: Date
    /// When the partners who have a say in it were last asked, if they were.
    package let consultedAt: Date?
    /// When it was released, if it was.
    package let releasedAt: Date?

    /// A batch with all its facts, as the database has it or a pure test needs it.
    package init(
        id: ID, call: CallForApplications.ID, callTitle: LocalizedName, zone: TimeZoneName, terms: BatchTerms,
        openedAt: Date, consultedAt: Date? = nil, releasedAt: Date? = nil
    ) {
        self.id = id
        self.call = call
        self.callTitle = callTitle
        self.zone = zone
        self.terms = terms
        self.openedAt = openedAt
        self.consultedAt = consultedAt
        self.releasedAt = releasedAt
    }
}

/// What a batch gives, and by which rules; replaced as a whole until the batch is released.
package struct BatchTerms: Sendable, Equatable {
    /// What managers call it.
    package let name: Name
    /// Places of the call, those included that are taken already.
    package let places: Int
    /// What all places of the call may come with, together.
    package let budget: Money?
    /// What a place comes with unless somebody says otherwise.
    package let award: Money?
    /// The last day on which an offer can be accepted unless somebody says otherwise.
    package let lastDay: CalendarDate
    /// How many days somebody has to accept who is offered a place that became free.
    package let acceptDays: Int
    /// Whether the letter about such a place goes out without a look.
    package let promotesItself: Bool
    /// For how many days a rejection can be appealed.
    package let appealDays: Int

    /// Rules of a batch; throws `DecisionRefusal.currenciesDiffer` where budget and award are in two.
    package init(
        name: Name, places: Int, budget: Money? = nil, award: Money? = nil, lastDay: CalendarDate,
        acceptDays: Int = 14, promotesItself: Bool = false, appealDays: Int = 14
    ) throws(DecisionRefusal) {
        if let budget, let award, budget.currency != award.currency { throw .currenciesDiffer }
        self.name = name
        self.places = places
        self.budget = budget
        self.award = award
        self.lastDay = lastDay
        self.acceptDays = acceptDays
        self.promotesItself = promotesItself
        self.appealDays = appealDays
    }

    /// What awards are in; nil where nothing is awarded.
    package var currency: Currency? { (budget ?? award)?.currency }
}

extension DecisionBatch {
    /// Refuses what a released batch takes no more.
    func checkOpen() throws(DecisionRefusal) {
        guard releasedAt == nil else { throw .released }
    }
}

/// What a batch comes to, against what there is.
package struct BatchTally: Sendable, Equatable {
    /// Offers of the call that stand, and places that were accepted.
    package let taken: Int
    /// What those come with.
    package let takenAwards: Int
    /// Offers that are prepared.
    package let offers: Int
    /// Prepared for the waiting list.
    package let waitlisted: Int
    /// Prepared rejections.
    package let rejections: Int
    /// What the prepared offers come with, in minor units.
    package let awards: Int
    /// Applications to the call that are in review and not prepared here.
    package let undecided: Int
    /// Letters that a release would write.
    package let letters: Int
    /// The same by the streams that applicants choose among; none where the call offers no choice.
    package let streams: [Stream]
    /// What partners let be given in their streams, and what is.
    package var partners: [Partner] = []

    /// What a partner lets be given of a call in its stream.
    package struct Partner: Codable, Sendable, Equatable {
        /// What it is called.
        package let name: LocalizedName
        /// How many places at the most.
        package let places: Int
        /// Offers of these that stand, and places that were accepted.
        package let taken: Int
        /// Offers of these that are prepared.
        package let offers: Int
    }

    /// What a batch comes to in one stream.
    package struct Stream: Codable, Sendable, Equatable {
        /// The stream.
        package let stream: ProgramStream.ID
        /// What it is called.
        package let name: LocalizedName
        /// How many places of the call are in it at the most; nil for as many as the call has.
        package let places: Int?
        /// Offers of places in it that stand, and places that were accepted.
        package let taken: Int
        /// Offers of places in it that are prepared.
        package let offers: Int

        /// How many are left besides those that are taken; nil for as many as the call has.
        var free: Int? { places.map { max(0, $0 - taken) } }
        /// Whether more is prepared than there is.
        var isOver: Bool { places.map { offers + taken > $0 } ?? false }
    }

    /// What one of the streams is called.
    func name(of stream: ProgramStream.ID?) -> LocalizedName? { streams.first { $0.stream == stream }?.name }
}
