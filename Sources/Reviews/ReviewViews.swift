internal import API
internal import Accounts
internal import Applications
internal import Forms
internal import Foundation
internal import Programs
internal import Vocabulary
internal import Wording

/// An assignment as JSON.
struct AssignmentView: Described {
    let id: ReviewAssignment.ID
    let round: ReviewRound.ID
    let application: Application.ID
    let code: String
    let startupName: LocalizedName?
    let language: Language
    let reviewer: ConflictPerson?
    let state: ReviewAssignment.State
    let assignedAt: Date
    let endedAt: Date?
    let endedReason: ShortText?
    let scored: Int
    let submittedAt: Date?
    let isOverdue: Bool
    let isStale: Bool

    static let documentation = [
        "code": "What the application is called in the round.",
        "startup_name": "Absent to a reviewer of a blind round.", "reviewer": "For managers.",
        "is_overdue": "The review is still to be written in an open round, and its day has passed.",
        "is_stale": "The review is still to be written in an open round, and nobody has touched it for seven days.",
        "scored": "How many criteria have a score.", "language": "What most of the application is written in.",
    ]

    init(_ summary: AssignmentSummary) {
        let assignment = summary.assignment
        id = assignment.id
        round = assignment.round
        application = assignment.application
        code = summary.code
        startupName = summary.startupName
        language = summary.language
        reviewer = summary.personName.map { ConflictPerson(id: assignment.person, name: $0) }
        state = assignment.state
        assignedAt = assignment.assignedAt
        endedAt = assignment.endedAt
        endedReason = assignment.endedReason
        scored = summary.scored
        submittedAt = summary.submittedAt
        isOverdue = summary.clocks.contains(.overdue)
        isStale = summary.clocks.contains(.stale)
    }
}

/// What an application waits for, as JSON.
struct AwaitedReviewsView: Described {
    let outstanding: Int
    let overdue: Int
    let unassigned: Int

    static let documentation = [
        "outstanding": "Reviews that somebody is asked for and has not submitted.",
        "overdue": "Those of them whose day has passed.",
        "unassigned": "Reviews that are wanted and nobody is asked for.",
    ]

    init(_ awaited: AwaitedReviews?) {
        outstanding = awaited?.outstanding ?? 0
        overdue = awaited?.overdue ?? 0
        unassigned = awaited?.unassigned ?? 0
    }
}

struct AssignmentBody: Described {
    let application: Application.ID
    let person: Person.ID
}

/// An application with the review of it, as its reader may see both.
struct ReviewSheetView: Described {
    let assignment: AssignmentView
    let answers: [FileAnswerView]
    let review: ReviewView?

    static let documentation = [
        "answers": "The application as the round reads it, frozen when it entered.",
        "review": "Absent until something is written.",
    ]

    init(_ assignment: AssignmentSummary, _ file: ReviewFile, _ review: Review?, in round: ReviewRound) {
        self.assignment = AssignmentView(assignment)
        answers = file.answers.map(FileAnswerView.init)
        self.review = review.map { ReviewView($0, in: round) }
    }
}

struct FileAnswerView: Described {
    let question: CallForApplications.Question.ID
    let prompt: LocalizedLine
    let text: LongText?
    let kind: Field.Kind
    let display: LocalizedText?

    static let documentation = [
        "kind": "What kind of answer was asked for.",
        "display": "How the answer reads in each language, where that is not the text itself.",
    ]

    init(_ answer: ReviewFile.Answer) {
        question = answer.question
        prompt = answer.prompt
        text = answer.text
        kind = answer.takes.kind
        display = answer.text.flatMap { answer.takes.display($0.string) }
    }
}

/// A review as JSON.
struct ReviewView: Described {
    let scores: [String: Int]
    let notes: [String: LongText]
    let total: Double?
    let comment: LongText?
    let privateNote: LongText?
    let confidence: Int?
    let savedAt: Date?
    let submittedAt: Date?
    let reviewer: ConflictPerson?

    static let documentation = [
        "scores": "By criterion.", "notes": "What is said to single scores, by criterion.",
        "total": "What the scores are worth, 0 to 100; absent until every criterion has one.",
        "comment": "What the startup may read once it is decided.",
        "private_note": "What only the panel and the park read.", "confidence": "How sure the reviewer is, 1 to 4.",
        "saved_at": "For managers, and for whoever wrote it: when somebody judged tells who it was.",
        "submitted_at": "For managers, and for whoever wrote it.", "reviewer": "For managers.",
    ]

    /// - Parameter isDated: whether its reader may know when it was written.
    init(_ review: Review, in round: ReviewRound, by reviewer: ConflictPerson? = nil, isDated: Bool = true) {
        scores = Dictionary(uniqueKeysWithValues: review.scores.map { ($0.key.description, $0.value) })
        notes = Dictionary(uniqueKeysWithValues: review.notes.map { ($0.key.description, $0.value) })
        total = round.total(of: review.scores)
        comment = review.comment
        privateNote = review.privateNote
        confidence = review.confidence
        savedAt = isDated ? review.savedAt : nil
        submittedAt = isDated ? review.submittedAt : nil
        self.reviewer = reviewer
    }
}

struct ReviewList: Described {
    let items: [ReviewView]
}

/// What a reviewer sends of a review.
struct ReviewBody: Described {
    let scores: [String: Int]
    let notes: [String: LongText]?
    let comment: LongText?
    let privateNote: LongText?
    let confidence: Int?

    static let documentation = [
        "scores": "By criterion; some may be missing until it is submitted.",
        "notes": "To single scores, by criterion.", "confidence": "How sure you are, 1 to 4.",
    ]

    func draft() throws(Problem) -> ReviewDraft {
        if let confidence, !(1...4).contains(confidence) {
            throw Problem(.invalid, errors: [.init("/confidence", .outOfRange, "must be 1 to 4")])
        }
        return ReviewDraft(
            scores: try Self.byCriterion(scores, "scores"), notes: try Self.byCriterion(notes ?? [:], "notes"),
            comment: comment, privateNote: privateNote, confidence: confidence)
    }

    private static func byCriterion<Value>(
        _ values: [String: Value], _ field: String
    ) throws(Problem) -> [ReviewRound.Criterion.ID: Value] {
        var found: [ReviewRound.Criterion.ID: Value] = [:]
        for (name, value) in values {
            guard let id = ReviewRound.Criterion.ID(name) else {
                throw Problem(.invalid, errors: [.init("/\(field)/\(name)", .unknown, "is not the id of a criterion")])
            }
            found[id] = value
        }
        return found
    }
}
