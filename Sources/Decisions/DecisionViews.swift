internal import API
internal import Applications
internal import Foundation
internal import Programs
internal import Reviews
internal import Vocabulary

/// A batch as JSON.
struct BatchView: Described {
    let id: DecisionBatch.ID
    let call: BatchCall
    let name: Name
    let places: Int
    let budget: Money?
    let award: Money?
    let lastDay: CalendarDate
    let acceptDays: Int
    let promotesItself: Bool
    let appealDays: Int
    let openedAt: Date
    let consultedAt: Date?
    let releasedAt: Date?
    let tally: TallyView

    static let documentation = [
        "consulted_at": "When the partners who have a say in it were last asked.",
        "released_at": "Absent while nobody knows of it but managers and the partners who were asked.",
    ]

    init(_ batch: DecisionBatch, _ tally: BatchTally) {
        id = batch.id
        call = BatchCall(id: batch.call, title: batch.callTitle)
        name = batch.terms.name
        places = batch.terms.places
        budget = batch.terms.budget
        award = batch.terms.award
        lastDay = batch.terms.lastDay
        acceptDays = batch.terms.acceptDays
        promotesItself = batch.terms.promotesItself
        appealDays = batch.terms.appealDays
        openedAt = batch.openedAt
        consultedAt = batch.consultedAt
        releasedAt = batch.releasedAt
        self.tally = TallyView(tally, in: batch.terms.currency)
    }
}

struct BatchCall: Described {
    let id: CallForApplications.ID
    let title: LocalizedName
}

struct TallyView: Described {
    let placesTaken: Int
    let awardsTaken: Money?
    let offers: Int
    let waitlisted: Int
    let rejections: Int
    let awards: Money?
    let undecided: Int
    let letters: Int
    let streams: [StreamTallyView]?

    static let documentation = [
        "places_taken": "Offers of the call that stand, and places that were accepted.",
        "awards": "What the prepared offers come with.",
        "undecided": "Applications in review for which nothing is prepared here.",
        "letters": "How many a release would write.",
        "streams": "The same by stream, where the call offers several.",
    ]

    init(_ tally: BatchTally, in currency: Currency?) {
        placesTaken = tally.taken
        awardsTaken = currency.map { Money(minor: tally.takenAwards, currency: $0) }
        offers = tally.offers
        waitlisted = tally.waitlisted
        rejections = tally.rejections
        awards = currency.map { Money(minor: tally.awards, currency: $0) }
        undecided = tally.undecided
        letters = tally.letters
        streams = tally.streams.isEmpty ? nil : tally.streams.map(StreamTallyView.init)
    }
}

/// What a batch comes to in one stream.
struct StreamTallyView: Described {
    let stream: ProgramStream.ID
    let name: LocalizedName
    let places: Int?
    let placesTaken: Int
    let offers: Int

    static let documentation = ["places": "As many as the call has unless given."]

    init(_ tally: BatchTally.Stream) {
        stream = tally.stream
        name = tally.name
        places = tally.places
        placesTaken = tally.taken
        offers = tally.offers
    }
}

struct BatchList: Described {
    let items: [BatchView]
}

/// What is prepared in a batch, and what stands in the way of its release.
struct BatchDecisionsView: Described {
    let items: [PreparedView]
    let undecided: [ApplicantLine]
    let belowQuorum: [ShortView]
    let waivers: [WaiverView]
    let faults: [FaultView]
    let warnings: [FaultView]

    static let documentation = [
        "undecided": "Applications in review for which nothing is prepared here.",
        "below_quorum": "Applications in review whose reviews are too few to decide.",
        "waivers": "What two managers say, or one asks, about decisions below the quorum.",
        "faults": "Why the batch cannot be released as it stands; none once it was.",
        "warnings": "What keeps it from nothing: places for applications that might be funded twice, not judged yet.",
    ]
}

struct PreparedView: Described {
    let application: Application.ID
    let startup: LocalizedName
    let state: Application.State
    let outcome: Outcome
    let stream: ProgramStream.ID?
    let streamName: LocalizedName?
    let choices: [ProgramStream.ID]?
    let rank: Int?
    let award: Money?
    let lastDay: CalendarDate?
    let note: LongText
    let feedback: LongText?
    let round: ReviewRound.ID?
    let calibratedAt: Date?
    let preparedAt: Date
    let preparedBy: String?
    let overlaps: OverlapTally?
    let standing: StandingView?

    static let documentation = [
        "overlaps": "How many others it might be funded twice with; absent where there are none.",
        "standing": "What became of it since it was released; absent before.",
        "stream": "Which of the chosen streams the place is in, where the call offers several.",
        "round": "By which round's standing it was prepared; absent where somebody said so.",
        "calibrated_at":
            "When the scores were calibrated whose order it follows; absent where it follows the raw means, or none.",
        "choices": "What the applicant chose, the most wanted first; absent where the call offers no choice.",
    ]

    init(
        _ decision: PreparedDecision, _ streams: StreamColumn, _ overlaps: OverlapTally?,
        _ standing: PlaceStanding? = nil
    ) {
        application = decision.application
        startup = decision.startupName
        state = decision.state
        outcome = decision.preparation.outcome
        stream = decision.preparation.stream
        streamName = streams.name(of: decision.preparation.stream)
        choices = streams.chosen(by: decision.application)
        rank = decision.preparation.rank
        award = decision.preparation.award
        lastDay = decision.preparation.lastDay
        note = decision.preparation.note
        feedback = decision.preparation.feedback
        round = decision.preparation.round
        calibratedAt = decision.preparation.calibratedAt
        preparedAt = decision.preparedAt
        preparedBy = decision.preparedByName
        self.overlaps = overlaps
        self.standing = standing.map(StandingView.init)
    }
}

struct ApplicantLine: Described {
    let application: Application.ID
    let startup: LocalizedName
    let choices: [ProgramStream.ID]?
    let overlaps: OverlapTally?

    static let documentation = [
        "choices": "What the applicant chose, the most wanted first; absent where the call offers no choice.",
        "overlaps": "How many others it might be funded twice with; absent where there are none.",
    ]
}

struct ShortView: Described {
    let application: Application.ID
    let submitted: Int
    let quorum: Int
}

struct FaultView: Described {
    let pointer: String
    let detail: String

    init(_ error: Problem.FieldError) {
        pointer = error.pointer
        detail = error.detail
    }

    /// What is said of an application, in words.
    init(of application: Application.ID, _ words: String) {
        pointer = "/decisions/\(application)"
        detail = words
    }
}

/// What came of several decisions that were to be prepared.
struct VerdictsView: Described {
    let prepared: Int
    let refused: Int
    let isDryRun: Bool
    let items: [VerdictView]

    init(_ verdicts: [PreparationVerdict], _ mode: BulkMode) {
        refused = verdicts.count { $0.fault != nil }
        prepared = mode == .dryRun ? 0 : verdicts.count - refused
        isDryRun = mode == .dryRun
        items = verdicts.map(VerdictView.init)
    }
}

struct VerdictView: Described {
    let application: Application.ID
    let startup: LocalizedName?
    let outcome: Outcome
    let stream: ProgramStream.ID?
    let rank: Int?
    let award: Money?
    let lastDay: CalendarDate?
    let replaces: Bool
    let fault: FaultView?

    static let documentation = [
        "replaces": "Whether something was prepared for it here before.",
        "fault": "Why it is refused; absent where it is, or would be, prepared.",
    ]

    init(_ verdict: PreparationVerdict) {
        application = verdict.application
        startup = verdict.startupName
        outcome = verdict.preparation.outcome
        stream = verdict.preparation.stream
        rank = verdict.preparation.rank
        award = verdict.preparation.award
        lastDay = verdict.preparation.lastDay
        replaces = verdict.replaces
        fault = verdict.fault.map { FaultView(.init("/\($0.field)", $0.code, $0.detail)) }
    }
}

/// What stands for an application, as its startup and the park read it.
struct DecisionView: Described {
    let application: Application.ID
    let outcome: Outcome
    let stream: PlaceStream?
    let award: Money?
    let lastDay: CalendarDate?
    let acceptDays: Int?
    let note: LongText
    let feedback: LongText?
    let releasedAt: Date
    let appealUntil: Date?
    let appeal: AppealView?

    static let documentation = [
        "feedback": "What the panel thinks of the application.",
        "last_day": "Of an offer; absent while its days wait for the letter.",
        "accept_days": "The days to accept, counted from the day of the letter, until that has gone out.",
        "stream": "Which of the chosen streams the place is in, where the call offers several.",
        "appeal_until": "Until when the rejection can be appealed.",
    ]

    init(_ decision: ReleasedDecision, _ appeal: Appeal?) {
        application = decision.application
        outcome = decision.outcome
        stream = decision.stream.flatMap { id in decision.streamName.map { PlaceStream(id: id, name: $0) } }
        award = decision.award
        lastDay = decision.lastDay
        acceptDays = decision.acceptDays
        note = decision.note
        feedback = decision.feedback
        releasedAt = decision.releasedAt
        appealUntil = decision.appealUntil
        self.appeal = appeal.map(AppealView.init)
    }
}

/// The stream a place is in.
struct PlaceStream: Codable {
    let id: ProgramStream.ID
    let name: LocalizedName
}

/// A change of a released decision, for managers.
struct ChangeView: Described {
    let id: DecisionChange.ID
    let application: Application.ID
    let startup: LocalizedName
    let call: LocalizedName
    let status: DecisionChange.Status
    let outcome: Outcome
    let stream: ProgramStream.ID?
    let rank: Int?
    let award: Money?
    let lastDay: CalendarDate?
    let note: LongText
    let reason: LongText
    let proposedAt: Date
    let proposedBy: String?
    let confirmedAt: Date?
    let refusedAt: Date?
    let refusedReason: LongText?

    init(_ change: DecisionChange) {
        id = change.id
        application = change.application
        startup = change.startupName
        call = change.callTitle
        status = change.status
        outcome = change.preparation.outcome
        stream = change.preparation.stream
        rank = change.preparation.rank
        award = change.preparation.award
        lastDay = change.preparation.lastDay
        note = change.preparation.note
        reason = change.reason
        proposedAt = change.proposedAt
        proposedBy = change.proposedByName
        confirmedAt = change.confirmedAt
        refusedAt = change.refusedAt
        refusedReason = change.refusedReason
    }
}

struct ChangeList: Described {
    let items: [ChangeView]
}

struct AppealView: Described {
    let application: Application.ID
    let subject: Appeal.Subject
    let startup: LocalizedName
    let call: LocalizedName
    let grounds: LongText
    let lodgedAt: Date
    let verdict: Appeal.Verdict?
    let answer: LongText?
    let answeredAt: Date?

    static let documentation = [
        "subject": "What is appealed: that the application was found not eligible, or that it was rejected."
    ]

    init(_ appeal: Appeal) {
        application = appeal.application
        subject = appeal.subject
        startup = appeal.startupName
        call = appeal.callTitle
        grounds = appeal.grounds
        lodgedAt = appeal.lodgedAt
        verdict = appeal.verdict
        answer = appeal.answer
        answeredAt = appeal.answeredAt
    }
}

struct AppealList: Described {
    let items: [AppealView]
}
