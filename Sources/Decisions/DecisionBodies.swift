internal import API
internal import Applications
internal import Foundation
internal import Programs
internal import Reviews
internal import Vocabulary

/// What a manager sends to open or revise a batch.
struct BatchBody: Described {
    let name: Name
    let places: Int?
    let budget: Money?
    let award: Money?
    let lastDay: CalendarDate
    let acceptDays: Int?
    let promotesItself: Bool?
    let appealDays: Int?

    static let documentation = [
        "places": """
        Of the call, those included that are taken already. A batch that is opened without them has as many as the call's \
        stream is designed with.
        """,
        "budget": "What all places of the call may come with, together.",
        "award": "What a place comes with unless a decision says otherwise.",
        "last_day": "The last day on which an offer can be accepted unless a decision says otherwise.",
        "accept_days": "How many days somebody has who is offered a place that became free; 14 unless given.",
        "promotes_itself": """
        Whether the letter about a place that became free goes out without a look; false unless given. Where it waits, the days \
        to accept begin when it goes out.
        """,
        "appeal_days":
            "For how many days a rejection, or a later screening of the call, can be appealed; 14 unless given.",
    ]

    /// - Parameter planned: what is given by a call whose places are not said.
    func terms(planned: StreamDesign? = nil) throws -> BatchTerms {
        try BatchTerms(
            name: name, places: places.orPlanned(planned), budget: budget, award: award, lastDay: lastDay,
            acceptDays: acceptDays ?? 14,
            promotesItself: promotesItself ?? false, appealDays: appealDays ?? 14)
    }
}

extension Int? {
    /// The places that are said, or else those that a stream is designed with; refuses a batch of which neither is known.
    func orPlanned(_ design: StreamDesign?) throws(Problem) -> Int {
        guard let places = self ?? design?.places else {
            throw Problem(.invalid, errors: [.init("/places", .required, "Say how many places there are.")])
        }
        return places
    }
}

/// What is meant for an application.
struct PreparationBody: Described {
    let outcome: Outcome
    let rank: Int?
    let award: Money?
    let lastDay: CalendarDate?
    let note: LongText
    let feedback: LongText?
    let stream: ProgramStream.ID?
    let withComments: Bool?

    static let documentation = [
        "with_comments": """
        Adds what reviewers wrote for the startup to the feedback: without names, in an order that means nothing, and nothing \
        that stands there already.
        """,
        "stream": "Where the call offers several, the chosen one that the place is in; the first choice unless given.",
        "rank": "Who comes first on the waiting list; behind those already there unless given.",
        "award": "What the place comes with; the batch's award unless given.",
        "last_day": "The last day on which the offer can be accepted; the batch's unless given.",
        "note": "Stands in the letter.", "feedback": "What the panel thinks, read on the page after the release.",
    ]

    var preparation: Preparation {
        Preparation(
            outcome, rank: rank, award: award, lastDay: lastDay, note: note, feedback: feedback, stream: stream,
            withComments: withComments ?? false)
    }
}

/// Several decisions at once: a list, or what a standing means.
struct PreparationsBody: Described {
    let decisions: [Row]?
    let standing: Standing?
    let dryRun: Bool?
    let partial: Bool?

    static let documentation = [
        "decisions": "Either these,",
        "standing": "or offers to the best of a round, the waiting list to the next, and a rejection to the rest.",
        "dry_run": "Says what would come of it, and changes nothing.",
        "partial": "Prepares those that can be; without it, one that cannot be keeps all from it.",
    ]

    struct Row: Described {
        let application: Application.ID
        let outcome: Outcome
        let rank: Int?
        let award: Money?
        let lastDay: CalendarDate?
        let note: LongText
        let feedback: LongText?
        let stream: ProgramStream.ID?
        let withComments: Bool?

        static let documentation = [
            "with_comments": "Adds what reviewers wrote for the startup to its feedback, without names."
        ]

        var preparation: Preparation {
            Preparation(
                outcome, rank: rank, award: award, lastDay: lastDay, note: note, feedback: feedback, stream: stream,
                withComments: withComments ?? false)
        }
    }

    struct Standing: Described {
        let round: ReviewRound.ID
        let by: ByStanding.Measure
        let offers: Int?
        let waitlist: Int
        let offerNote: LongText
        let waitlistNote: LongText
        let rejectNote: LongText
        let withComments: Bool?

        static let documentation = [
            "offers": "How many; as many as places are free unless given.",
            "with_comments": "Gives each startup what reviewers wrote for it as feedback, without names.",
        ]

        func meant() throws -> ByStanding {
            guard (0...100_000).contains(offers ?? 0) else {
                throw Problem(.invalid, errors: [.init("/standing/offers", .outOfRange, "must be 0 to 100,000")])
            }
            guard (0...100_000).contains(waitlist) else {
                throw Problem(.invalid, errors: [.init("/standing/waitlist", .outOfRange, "must be 0 to 100,000")])
            }
            let notes: [Outcome: LongText] = [.offer: offerNote, .waitlist: waitlistNote, .reject: rejectNote]
            let spare = rejectNote
            return ByStanding(
                round, by: by, offers: offers, waitlist: waitlist, withComments: withComments ?? false
            ) { notes[$0] ?? spare }
        }
    }

    var mode: BulkMode { BulkMode(dryRun: dryRun, partial: partial) }

    /// Most decisions of one request.
    static let limit = 5_000

    /// What is asked for; refuses both and neither.
    func asked() throws(Problem) -> (rows: [Row]?, standing: Standing?) {
        switch (decisions, standing) {
        case (let rows?, nil):
            guard rows.count <= Self.limit else {
                throw Problem(.invalid, errors: [.init("/decisions", .tooMany, "must be at most 5,000")])
            }
            return (rows, nil)
        case (nil, let standing?): return (nil, standing)
        case (nil, nil):
            throw Problem(.invalid, errors: [.init("/decisions", .required, "Send decisions or a standing.")])
        default:
            throw Problem(
                .invalid, errors: [.init("/standing", .notAllowed, "Send decisions or a standing, not both.")])
        }
    }
}

/// Applications for which nothing is to be prepared any more.
struct PreparationWithdrawalsBody: Described {
    let applications: [Application.ID]
    let dryRun: Bool?
    let partial: Bool?

    static let documentation = ["dry_run": BulkMode.dryRunMeaning, "partial": BulkMode.partialMeaning]
}

/// What came of an application.
struct PreparationWithdrawalItem: Described {
    let application: Application.ID
    let fault: RowFault?
}

/// What is to become of a released decision, and why.
struct ChangeBody: Described {
    let outcome: Outcome
    let rank: Int?
    let award: Money?
    let lastDay: CalendarDate?
    let note: LongText
    let reason: LongText
    let stream: ProgramStream.ID?

    static let documentation = [
        "note": "Stands in the letter.", "reason": "Why, for managers.",
        "stream": "Where the call offers several, the chosen one that the place is in; the first choice unless given.",
    ]

    var preparation: Preparation {
        Preparation(outcome, rank: rank, award: award, lastDay: lastDay, note: note, stream: stream)
    }
}

struct ReasonBody: Described {
    let reason: LongText
}

struct GroundsBody: Described {
    let grounds: LongText

    static let documentation = ["grounds": "What was overlooked. Both sides read it."]
}

struct AppealAnswerBody: Described {
    let verdict: Appeal.Verdict
    let answer: LongText

    static let documentation = ["answer": "Why. The startup reads it."]
}
