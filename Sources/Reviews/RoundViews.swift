internal import API
internal import Applications
internal import Foundation
internal import Programs
internal import Vocabulary
internal import Wording

/// A round as JSON.
struct RoundView: Described {
    let id: ReviewRound.ID
    let call: RoundCall
    let stream: RoundStream?
    let batch: Int?
    let position: Int
    let number: Int
    let name: LocalizedName
    let status: ReviewRound.Status
    let isBlind: Bool
    let isShared: Bool
    let reviewsWanted: Int
    let quorum: Int
    let due: Deadline
    let readerDue: ReaderTime?
    let openedAt: Date?
    let closedAt: Date?
    let criteria: [CriterionView]
    let progress: RoundProgressView?

    static let documentation = [
        "stream": "The one of the call's streams that it judges for; absent for all of them.",
        "batch": "The one of a rolling call's batches that it judges, from 1; absent for all of them.",
        "position": "Its place among the rounds of the call, from 1.",
        "number": """
        Which round it is for its applications, from 1: the first of each stream and batch is the first, and one of \
        all counts on from the one with the most. Questions with a `from_round` up to it are in its files.
        """,
        "is_blind": "Reviewers do not learn whose application it is.",
        "is_shared": "Who has submitted their own review of an application reads those of the others.",
        "quorum": "With how many submitted reviews something can be decided.",
        "reader_due": "When it is due by the clock of the zone you chose; absent where that shows no other time.",
        "progress": "For managers.",
    ]

    init(_ round: ReviewRound, _ progress: RoundProgress?) {
        id = round.id
        call = RoundCall(id: round.call, title: round.callTitle)
        stream = RoundStream(of: round)
        batch = round.batch
        position = round.position
        number = round.number
        name = round.name
        status = round.status
        isBlind = round.isBlind
        isShared = round.isShared
        reviewsWanted = round.reviewsWanted
        quorum = round.quorum
        due = round.due
        readerDue = ReaderTime(round.due)
        openedAt = round.openedAt
        closedAt = round.closedAt
        criteria = round.criteria.map { CriterionView($0) }
        self.progress = progress.map(RoundProgressView.init)
    }
}

struct RoundCall: Described {
    let id: CallForApplications.ID
    let title: LocalizedName
}

struct RoundStream: Described {
    let id: ProgramStream.ID
    let name: LocalizedName

    /// Nil for a round of all streams.
    init?(of round: ReviewRound) {
        guard let stream = round.stream, let streamName = round.streamName else { return nil }
        (id, name) = (stream, streamName)
    }
}

struct RoundList: Described {
    let items: [RoundView]
}

/// A planned round as JSON: what a round is drafted with, and in how many days it is due.
struct PlannedRoundView: Described {
    let position: Int
    let number: Int
    let stream: ProgramStream.ID?
    let batch: Int?
    let name: LocalizedName
    let isBlind: Bool
    let isShared: Bool
    let reviewsWanted: Int
    let quorum: Int
    let days: Int
    let due: Deadline
    let criteria: [CriterionView]

    static let documentation = [
        "position": "Its place among the rounds of the call, from 1.",
        "number": "Which round it would be for its applications, from 1.",
        "stream": "The stream that was asked for; absent for a round of all.",
        "batch": "The batch that was asked for; absent for a round of all.",
        "days": "How many days reviewers have once the call, or the batch, has closed.",
        "due": "So many days after the call, or the batch, closes, or from now where it has closed.",
        "criteria": "The rubric of the stream's design. A round that is drafted with it gives each criterion an id.",
    ]

    init(_ planned: PlannedRound) {
        position = planned.position
        number = planned.number
        stream = planned.draft.stream
        batch = planned.draft.batch
        name = planned.draft.name
        isBlind = planned.draft.isBlind
        isShared = planned.draft.isShared
        reviewsWanted = planned.draft.reviewsWanted
        quorum = planned.draft.quorum
        days = planned.days
        due = planned.draft.due
        criteria = planned.draft.criteria.map { CriterionView($0, isNamed: false) }
    }
}

/// A criterion as JSON; the same on its way in, where the id may be left out.
struct CriterionView: Described {
    let id: ReviewRound.Criterion.ID?
    let name: LocalizedName
    let guidance: LocalizedText?
    let weight: Int
    let lowest: Int?
    let highest: Int?
    let anchors: [String: LocalizedLine]?

    static let documentation = [
        "id": "Scores refer to it. A new criterion gets one unless it brings its own.",
        "weight": "How much of a hundred it weighs.", "lowest": "The lowest score; 1 unless given.",
        "highest": "The highest score; 5 unless given.", "anchors": "What a score means, by the score.",
    ]

    /// - Parameter isNamed: whether scores can refer to it: one that is only planned has no id yet.
    init(_ criterion: ReviewRound.Criterion, isNamed: Bool = true) {
        id = isNamed ? criterion.id : nil
        name = criterion.name
        guidance = criterion.guidance
        weight = criterion.weight
        lowest = criterion.lowest
        highest = criterion.highest
        anchors = criterion.anchors
    }

    /// The criterion that is meant, at this place of the list; refuses anchors that are off its scale.
    func criterion(at place: Int) throws(Problem) -> ReviewRound.Criterion {
        let (lowest, highest) = (lowest ?? 1, highest ?? 5)
        for score in (anchors ?? [:]).keys.sorted() {
            guard let number = Int(score), lowest <= number, number <= highest else {
                throw Problem(
                    .invalid, errors: [.init("/criteria/\(place)/anchors/\(score)", .invalid, "is not on the scale")])
            }
        }
        return ReviewRound.Criterion(
            id: id ?? ReviewRound.Criterion.ID(), name: name, guidance: guidance, weight: weight, lowest: lowest,
            highest: highest, anchors: anchors ?? [:])
    }
}

struct RoundProgressView: Described {
    let applications: Int
    let ready: Int
    let panelists: Int
    let assigned: Int
    let unassigned: Int
    let submitted: Int
    let decidable: Int
    let overdue: Int
    let stale: Int
    let unanswered: Int

    static let documentation = [
        "ready": "Applications in review that could enter the round and have not.",
        "unassigned": "Reviews that are wanted and nobody is asked for.",
        "decidable": "Applications with as many submitted reviews as can decide.",
        "overdue": "Reviews still to be written though their day has passed, while the round is open.",
        "stale": "Reviews still to be written that nobody has touched for seven days, while the round is open.",
        "unanswered": "Invitations onto the panel that wait for an answer.",
    ]

    init(_ progress: RoundProgress) {
        applications = progress.files
        ready = progress.ready
        panelists = progress.panelists
        assigned = progress.assigned
        unassigned = progress.unassigned
        submitted = progress.submitted
        decidable = progress.decidable
        overdue = progress.overdue
        stale = progress.stale
        unanswered = progress.unanswered
    }
}

/// What a manager sends to draft or revise a round.
struct RoundBody: Described {
    let name: LocalizedName
    let stream: ProgramStream.ID?
    let batch: Int?
    let isBlind: Bool
    let isShared: Bool?
    let reviewsWanted: Int?
    let quorum: Int?
    let due: Deadline
    let criteria: [CriterionView]?

    static let documentation = [
        "stream": "One of the streams that the call offers: only what names it enters. All of them unless given.",
        "batch": "One of the batches of a rolling call, from 1: only what came in it enters. All of them unless given.",
        "is_shared": "True unless given.", "reviews_wanted": "3 unless given.",
        "quorum": "2, or as many as are wanted where that is fewer, unless given.",
        "criteria": "The rubric, in order. Its weights sum to 100 when the round opens.",
    ]

    func draft() throws(Problem) -> RoundDraft {
        var rubric: [ReviewRound.Criterion] = []
        for (place, criterion) in (criteria ?? []).enumerated() { rubric.append(try criterion.criterion(at: place)) }
        let wanted = reviewsWanted ?? 3
        return RoundDraft(
            name: name, stream: stream, batch: batch, isBlind: isBlind, isShared: isShared ?? true,
            reviewsWanted: wanted, quorum: quorum ?? min(2, wanted), due: due, criteria: rubric)
    }
}
