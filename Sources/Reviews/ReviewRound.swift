package import Foundation
package import Programs
package import Vocabulary

/// One pass of review over applications to a call: what is judged, how often, by when, and what reviewers may know.
///
/// A draft until it is opened, which freezes its rubric; open until it is closed.
package struct ReviewRound: Sendable, Identifiable {
    /// Names a round within its tenant.
    package typealias ID = Identifier<ReviewRound>

    /// Where a round stands.
    package enum Status: String, Codable, Sendable, CaseIterable {
        case draft, open, closed
    }

    /// One thing that is judged, on a scale of whole numbers.
    package struct Criterion: Codable, Sendable, Identifiable, Equatable {
        /// Names a criterion within its round.
        package typealias ID = Identifier<Criterion>

        /// The criterion; scores refer to it.
        package let id: ID
        /// What is judged, in up to three languages.
        package let name: LocalizedName
        /// What to look for, in up to three languages.
        package let guidance: LocalizedText?
        /// How much of a hundred it weighs.
        package let weight: Int
        /// The lowest score.
        package let lowest: Int
        /// The highest score.
        package let highest: Int
        /// What a score means, by the score.
        package let anchors: [String: LocalizedLine]

        /// A criterion with its own id.
        package init(
            id: ID, name: LocalizedName, guidance: LocalizedText? = nil, weight: Int, lowest: Int = 1,
            highest: Int = 5, anchors: [String: LocalizedLine] = [:]
        ) {
            self.id = id
            self.name = name
            self.guidance = guidance
            self.weight = weight
            self.lowest = lowest
            self.highest = highest
            self.anchors = anchors
        }

        /// The scores between the two ends of which it is said what they mean, in order.
        var anchoredBetween: [Int] {
            anchors.keys.compactMap { Int($0) }.filter { lowest < $0 && $0 < highest }.sorted()
        }
    }

    /// The round.
    package let id: ID
    /// The call whose applications it judges.
    package let call: CallForApplications.ID
    /// That call's title.
    package let callTitle: LocalizedName
    /// The one of the call's streams that it judges for; nil for all of them.
    package let stream: ProgramStream.ID?
    /// What that stream is called.
    package let streamName: LocalizedName?
    /// The one of a rolling call's batches that it judges, from 1; nil for all of them.
    package let batch: Int?
    /// Its place among the rounds of the call, from 1.
    package let position: Int
    /// Which round it is for the applications that go through it, from 1: questions are asked from such a number on.
    ///
    /// The first round of each stream and batch is the first. A round of all counts on from the one with the most.
    package let number: Int
    /// What it is called, in up to three languages.
    package let name: LocalizedName
    /// Whether reviewers do not learn whose application it is.
    package let isBlind: Bool
    /// Whether somebody who has submitted their own review reads those of the others.
    package let isShared: Bool
    /// How many reviews an application is to get.
    package let reviewsWanted: Int
    /// With how many submitted reviews something can be decided.
    package let quorum: Int
    /// By when reviews are due, with the zone it was set in.
    package internal(set) var due: Deadline
    /// When it was opened.
    package internal(set) var openedAt: Date?
    /// When it was closed.
    package internal(set) var closedAt: Date?
    /// The rubric, in order.
    package let criteria: [Criterion]

    /// A round with all its facts, as the database has it or a pure test needs it.
    package init(
        id: ID, call: CallForApplications.ID, callTitle: LocalizedName, stream: ProgramStream.ID? = nil,
        streamName: LocalizedName? = nil, batch: Int? = nil, position: Int, number: Int, name: LocalizedName,
        isBlind: Bool,
        isShared: Bool, reviewsWanted: Int, quorum: Int, due: Deadline, openedAt: Date? = nil, closedAt: Date? = nil,
        criteria: [Criterion]
    ) {
        self.id = id
        self.call = call
        self.callTitle = callTitle
        self.stream = stream
        self.streamName = streamName
        self.batch = batch
        self.position = position
        self.number = number
        self.name = name
        self.isBlind = isBlind
        self.isShared = isShared
        self.reviewsWanted = reviewsWanted
        self.quorum = quorum
        self.due = due
        self.openedAt = openedAt
        self.closedAt = closedAt
        self.criteria = criteria
    }

    /// What it judges: the applications to its call, or those among them that name its stream and came in its batch.
    package func subject(for language: Language) -> String {
        [callTitle.text(for: language), streamName?.text(for: language), batchName(for: language)].compactMap(\.self)
            .joined(separator: " · ")
    }

    /// The number of the round that would follow these in their call, for a stream and a batch or for all of them.
    static func number(after rounds: [ReviewRound], for stream: ProgramStream.ID?, in batch: Int?) -> Int {
        let before = rounds.filter {
            (stream == nil || $0.judges(for: stream)) && (batch == nil || $0.judges(in: batch))
        }
        return 1 + (before.map(\.number).max() ?? 0)
    }

    /// What it is called, with its stream and batch where it is of one: rounds of several often go by one name.
    package func label(for language: Language) -> String {
        [name.text(for: language), streamName?.text(for: language), batchName(for: language)].compactMap(\.self)
            .joined(separator: " · ")
    }

    /// Whether it judges for a stream: for that one or for all.
    package func judges(for stream: ProgramStream.ID?) -> Bool { self.stream == nil || self.stream == stream }

    /// Whether it judges a batch: that one or all.
    package func judges(in batch: Int?) -> Bool { self.batch == nil || self.batch == batch }

    /// Where the round stands.
    package var status: Status { closedAt != nil ? .closed : openedAt != nil ? .open : .draft }

    /// The worth of a review's scores in hundredths: each criterion's share of its scale times its weight, 0 to 100; nil
    /// while a criterion has no score.
    package func total(of scores: [Criterion.ID: Int]) -> Double? {
        guard criteria.allSatisfy({ scores[$0.id] != nil }) else { return nil }
        return Self.worth(of: criteria, scores)
    }

    /// What scores are worth of the weights of some criteria; one without a score is worth nothing.
    static func worth(of criteria: [Criterion], _ scores: [Criterion.ID: Int]) -> Double {
        criteria.reduce(0) { worth, criterion in
            guard let score = scores[criterion.id] else { return worth }
            let share = Double(score - criterion.lowest) / Double(criterion.highest - criterion.lowest)
            return worth + share * Double(criterion.weight)
        }
    }
}

/// What a manager says of a round before it opens, replaced as a whole.
package struct RoundDraft: Sendable {
    /// What it is called.
    package let name: LocalizedName
    /// The one of the call's streams that it judges for; nil for all of them.
    package let stream: ProgramStream.ID?
    /// The one of a rolling call's batches that it judges, from 1; nil for all of them.
    package let batch: Int?
    /// Whether reviewers do not learn whose application it is.
    package let isBlind: Bool
    /// Whether somebody who has submitted their own review reads those of the others.
    package let isShared: Bool
    /// How many reviews an application is to get, 1 to 20.
    package let reviewsWanted: Int
    /// With how many submitted reviews something can be decided, 1 to `reviewsWanted`.
    package let quorum: Int
    /// By when reviews are due.
    package let due: Deadline
    /// The rubric, in order; its weights sum to a hundred when the round opens.
    package let criteria: [ReviewRound.Criterion]

    /// A round with its rubric.
    package init(
        name: LocalizedName, stream: ProgramStream.ID? = nil, batch: Int? = nil, isBlind: Bool, isShared: Bool = true,
        reviewsWanted: Int = 3, quorum: Int = 2, due: Deadline, criteria: [ReviewRound.Criterion]
    ) {
        self.name = name
        self.stream = stream
        self.batch = batch
        self.isBlind = isBlind
        self.isShared = isShared
        self.reviewsWanted = reviewsWanted
        self.quorum = quorum
        self.due = due
        self.criteria = criteria
    }
}

// MARK: - Transitions

extension ReviewRound {
    /// Refuses a revision of what reviewers have begun to judge by.
    func admitsRevision() throws(ReviewRefusal) {
        guard openedAt == nil else { throw .roundOpened }
    }

    mutating func open(at now: Date) throws(ReviewRefusal) {
        try admitsRevision()
        guard !criteria.isEmpty else { throw .noCriteria }
        let sum = criteria.reduce(0) { $0 + $1.weight }
        guard sum == 100 else { throw .weights(sum: sum) }
        guard due.instant > now else { throw .dueInThePast }
        openedAt = now
    }

    mutating func close(at now: Date) throws(ReviewRefusal) {
        try checkOpen()
        closedAt = now
    }

    /// Moves the moment at which reviews are due, later or earlier, to one that is to come.
    mutating func move(due moment: Deadline, at now: Date) throws(ReviewRefusal) {
        try checkOpen()
        guard moment.instant != due.instant else { throw .dueStands }
        guard moment.instant > now else { throw .dueHasPassed }
        due = moment
    }

    /// Refuses what only an open round takes.
    func checkOpen() throws(ReviewRefusal) {
        guard status == .open else { throw .roundNotOpen(status) }
    }
}
