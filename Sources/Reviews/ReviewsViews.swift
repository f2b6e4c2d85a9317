internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Institutions
internal import Programs
internal import Vocabulary

/// A round as JSON.
struct RoundView: Described {
    let id: ReviewRound.ID
    let call: RoundCall
    let position: Int
    let name: LocalizedName
    let status: ReviewRound.Status
    let isBlind: Bool
    let isShared: Bool
    let reviewsWanted: Int
    let quorum: Int
    let due: Deadline
    let openedAt: Date?
    let closedAt: Date?
    let criteria: [CriterionView]
    let progress: RoundProgressView?

    static let documentation = [
        "is_blind": "Reviewers do not learn whose application it is.",
        "is_shared": "Who has submitted their own review of an application reads those of the others.",
        "quorum": "With how many submitted reviews something can be decided.",
        "progress": "For managers.",
    ]

    init(_ round: ReviewRound, _ progress: RoundProgress?) {
        id = round.id
        call = RoundCall(id: round.call, title: round.callTitle)
        position = round.position
        name = round.name
        status = round.status
        isBlind = round.isBlind
        isShared = round.isShared
        reviewsWanted = round.reviewsWanted
        quorum = round.quorum
        due = round.due
        openedAt = round.openedAt
        closedAt = round.closedAt
        criteria = round.criteria.map(CriterionView.init)
        self.progress = progress.map(RoundProgressView.init)
    }
}

struct RoundCall: Described {
    let id: CallForApplications.ID
    let title: LocalizedName
}

struct RoundList: Described {
    let items: [RoundView]
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

    init(_ criterion: ReviewRound.Criterion) {
        id = criterion.id
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
    let submitted: Int
    let decidable: Int

    static let documentation = [
        "ready": "Applications in review that have not entered the round.",
        "decidable": "Applications with as many submitted reviews as can decide.",
    ]

    init(_ progress: RoundProgress) {
        applications = progress.files
        ready = progress.ready
        panelists = progress.panelists
        assigned = progress.assigned
        submitted = progress.submitted
        decidable = progress.decidable
    }
}

/// What a manager sends to draft or revise a round.
struct RoundBody: Described {
    let name: LocalizedName
    let isBlind: Bool
    let isShared: Bool?
    let reviewsWanted: Int?
    let quorum: Int?
    let due: Deadline
    let criteria: [CriterionView]?

    static let documentation = [
        "is_shared": "True unless given.", "reviews_wanted": "3 unless given.",
        "quorum": "2, or as many as are wanted where that is fewer, unless given.",
        "criteria": "The rubric, in order. Its weights sum to 100 when the round opens.",
    ]

    func draft() throws(Problem) -> RoundDraft {
        var rubric: [ReviewRound.Criterion] = []
        for (place, criterion) in (criteria ?? []).enumerated() { rubric.append(try criterion.criterion(at: place)) }
        let wanted = reviewsWanted ?? 3
        return RoundDraft(
            name: name, isBlind: isBlind, isShared: isShared ?? true, reviewsWanted: wanted,
            quorum: quorum ?? min(2, wanted), due: due, criteria: rubric)
    }
}

/// Which applications are to enter a round.
struct EntryBody: Described {
    let applications: [Application.ID]?

    static let documentation = ["applications": "All that are in review and not in the round, unless given."]
}

struct EntryView: Described {
    let entered: Int
}

/// A panelist as JSON.
struct PanelistView: Described {
    let person: Person.ID
    let name: String
    let email: String
    let isChair: Bool
    let answer: Panelist.Answer
    let declinedReason: ShortText?
    let terms: TermsBody
    let assigned: Int
    let submitted: Int
    let isAway: Bool

    static let documentation = [
        "assigned": "How many applications they have.", "submitted": "How many of those they have judged.",
        "is_away": "Away for the whole time that is left.",
    ]

    init(_ panelist: Panelist) {
        person = panelist.person
        name = panelist.name
        email = panelist.email
        isChair = panelist.isChair
        answer = panelist.answer
        declinedReason = panelist.declinedReason
        terms = TermsBody(panelist.terms)
        assigned = panelist.assigned
        submitted = panelist.submitted
        isAway = panelist.isAway
    }
}

struct PanelView: Described {
    let items: [PanelistView]
}

/// What a panelist takes and knows, as JSON in both directions.
struct TermsBody: Described {
    let least: Int?
    let most: Int
    let languages: [Language]
    let focusAreas: [FocusArea.ID]?

    static let documentation = [
        "least": "Fewest applications worth their while; none unless given.",
        "most": "Most applications they take, up to 1,000.", "languages": "Languages they read.",
        "focus_areas": "What they know about.",
    ]

    init(_ terms: PanelTerms) {
        least = terms.least
        most = terms.most
        languages = terms.languages
        focusAreas = terms.focusAreas
    }

    var terms: PanelTerms {
        PanelTerms(least: least ?? 0, most: most, languages: languages, focusAreas: focusAreas ?? [])
    }
}

/// What a manager sends to ask somebody onto a panel.
struct PanelInvitationBody: Described {
    let email: EmailAddress
    let name: Name
    let isChair: Bool?
    let terms: TermsBody

    static let documentation = ["name": "What they are called, where the address is new here."]

    var invitation: PanelInvitation {
        PanelInvitation(email: email, name: name, isChair: isChair ?? false, terms: terms.terms)
    }
}

struct InvitedPanelistView: Described {
    let person: Person.ID
    let code: String?
    let expiresAt: Date?

    static let documentation = [
        "code": "Shown once: how somebody who was seated with this invitation comes in. Absent for who had a seat."
    ]

    init(_ invited: InvitedPanelist) {
        person = invited.person
        code = invited.invitation?.code
        expiresAt = invited.invitation?.expiresAt
    }
}

struct AcceptanceBody: Described {
    let most: Int?

    static let documentation = ["most": "Take fewer applications than asked for."]
}

struct OptionalReason: Described {
    let reason: ShortText?
}

/// A conflict as JSON.
struct ConflictView: Described {
    let person: ConflictPerson
    let startup: StartupLine
    let kind: Conflict.Kind
    let through: LocalizedName?
    let declaration: ConflictDeclaration.ID?
    let note: LongText?

    static let documentation = [
        "through": "The institution by which it stands, where it is one.",
        "declaration": "Of a declared conflict; only such a one can be lifted.",
    ]

    init(_ conflict: Conflict) {
        person = ConflictPerson(id: conflict.person, name: conflict.personName)
        startup = StartupLine(id: conflict.startup, name: conflict.startupName)
        kind = conflict.kind
        through = conflict.through
        declaration = conflict.declaration
        note = conflict.note
    }
}

struct ConflictPerson: Described {
    let id: Person.ID
    let name: String
}

struct ConflictList: Described {
    let items: [ConflictView]
}

/// Between whom one wants to know what stands.
struct ConflictQuestion: Described {
    let people: [Person.ID]
    let startups: [Startup.ID]

    static let documentation = [
        "people": "Anybody with a seat here; others have no conflict that is on record.", "startups": "Any startups.",
    ]
}

struct DeclarationBody: Described {
    let person: Person.ID
    let startup: Startup.ID
    let note: LongText?
}

struct DeclarationView: Described {
    let id: ConflictDeclaration.ID
}

struct ReasonBody: Described {
    let reason: ShortText
}

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

    static let documentation = [
        "code": "What the application is called in the round.",
        "startup_name": "Absent to a reviewer of a blind round.", "reviewer": "For managers.",
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

    init(_ answer: ReviewFile.Answer) {
        question = answer.question
        prompt = answer.prompt
        text = answer.text
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
    let savedAt: Date
    let submittedAt: Date?
    let reviewer: ConflictPerson?

    static let documentation = [
        "scores": "By criterion.", "notes": "What is said to single scores, by criterion.",
        "total": "What the scores are worth, 0 to 100; absent until every criterion has one.",
        "comment": "What the startup may read once it is decided.",
        "private_note": "What only the panel and the park read.", "confidence": "How sure the reviewer is, 1 to 4.",
        "reviewer": "For managers.",
    ]

    init(_ review: Review, in round: ReviewRound, by reviewer: ConflictPerson? = nil) {
        scores = Dictionary(uniqueKeysWithValues: review.scores.map { ($0.key.description, $0.value) })
        notes = Dictionary(uniqueKeysWithValues: review.notes.map { ($0.key.description, $0.value) })
        total = round.total(of: review.scores)
        comment = review.comment
        privateNote = review.privateNote
        confidence = review.confidence
        savedAt = review.savedAt
        submittedAt = review.submittedAt
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
