import API
package import Forms
import Foundation
package import Vocabulary
import Wording

/// A call as JSON.
struct CallView: Described {
    let id: CallForApplications.ID
    let program: ProgramReference
    let stream: StreamReference
    let title: LocalizedName
    let status: CallForApplications.Status
    let opensAt: Date
    let deadline: Deadline
    let readerDeadline: ReaderTime?
    let publishedAt: Date?
    let cancelledAt: Date?
    let cancellationReason: ShortText?
    let questions: [QuestionView]
    let laterQuestions: Int
    let access: CallForApplications.Access
    let window: CallForApplications.Window
    let cutoffs: [Date]
    let offeredStreams: [OfferedStreamView]?
    let formVersion: Int?
    let cohort: CohortReference?

    static let documentation = [
        "cohort": "Where those will be whom it takes. Absent where nobody has said.",
        "form_version":
            "How often the form has been published; each change of a published form counts. Absent for drafts.",
        "offered_streams":
            "The streams that applicants put in order, the call's own among them. Absent where there is no choice.",
        "status": "Draft, scheduled, open, closed or cancelled, by the window and the clock.",
        "access": "Everybody's; by invitation, known to the startups it names; or by a fast-track code.",
        "window": "A rolling call stays open; what came in by one of its `cutoffs` is looked at together.",
        "later_questions": """
        How many questions are asked later, of applications that come as far as a round of review. Whoever was not asked \
        them does not read them among `questions`.
        """,
        "deadline": "The announced closing, the zone it was set in, and the lateness that is forgiven.",
        "reader_deadline": "The same by the clock of the zone you chose; absent where that shows no other time.",
    ]

    init(_ call: CallForApplications, at now: Date) {
        id = call.id
        program = ProgramReference(id: call.program, name: call.programName)
        stream = StreamReference(id: call.stream, name: call.streamName)
        title = call.title
        status = call.status(at: now)
        opensAt = call.opensAt
        deadline = call.deadline
        readerDeadline = ReaderTime(call.deadline)
        publishedAt = call.publishedAt
        cancelledAt = call.cancelledAt
        cancellationReason = call.cancellationReason
        questions = call.questions.map(QuestionView.init)
        laterQuestions = call.laterRounds.count
        access = call.access
        window = call.window
        cutoffs = call.cutoffs
        formVersion = call.formVersion
        cohort = call.cohort.map(CohortReference.init)
        offeredStreams = call.offersChoice ? call.offered.map(OfferedStreamView.init) : nil
    }
}

/// A stream that a call offers, as JSON.
struct OfferedStreamView: Described {
    let stream: StreamReference
    let places: Int?
    let closesAt: Date?

    static let documentation = [
        "places": "How many places of the call are in this stream at the most; as many as the call has unless given.",
        "closes_at": "When this stream closes, with the call's zone and grace; with the call unless given.",
    ]

    init(_ offered: OfferedStream) {
        stream = StreamReference(id: offered.stream, name: offered.name)
        places = offered.places
        closesAt = offered.closesAt
    }
}

struct ProgramReference: Codable {
    let id: Program.ID
    let name: LocalizedName
}

struct StreamReference: Codable {
    let id: ProgramStream.ID
    let name: LocalizedName
}

/// The cohort that a call leads into, as much as whoever applies asks for.
struct CohortReference: Described {
    let id: Cohort.ID
    let stream: ProgramStream.ID
    let name: Name
    let startsOn: CalendarDate
    let endsOn: CalendarDate

    static let documentation = ["starts_on": "Its first day.", "ends_on": "The day after its last."]

    init(_ cohort: Cohort) {
        id = cohort.id
        stream = cohort.stream
        name = cohort.name
        startsOn = cohort.startsOn
        endsOn = cohort.endsOn
    }
}

/// The cohort that a call leads into, as it is chosen.
struct CohortOfCall: Described {
    let cohort: Cohort.ID?

    static let documentation = [
        "cohort": "Of a stream that the call offers; it ends after the call closes. Null for none."
    ]
}

/// A question of a form as JSON.
package struct QuestionView: Codable, Sendable {
    let id: CallForApplications.Question.ID
    let position: Int
    let prompt: LocalizedLine
    let hint: LocalizedLine?
    let isRequired: Bool
    let maxLength: Int
    let audience: CallForApplications.Question.Audience
    let files: FileRule?
    let kind: Field.Kind
    let settings: Field.Settings
    let section: Section?
    let condition: Condition?
    let fromRound: Int?
    let streams: [ProgramStream.ID]

    /// The question as whoever asks may know it.
    package init(_ question: CallForApplications.Question) {
        id = question.id
        position = question.position
        prompt = question.prompt
        hint = question.hint
        isRequired = question.isRequired
        maxLength = question.maxLength
        audience = question.audience
        files = question.files
        kind = question.kind
        settings = question.settings
        section = question.section
        condition = question.condition
        fromRound = question.fromRound
        streams = question.streams
    }
}

/// The form of a call as JSON, for clients that draw it.
struct CallForm: Described {
    let call: CallForApplications.ID
    let version: Int?
    let questions: [QuestionView]
    let laterQuestions: Int

    init(_ found: CallForApplications) {
        call = found.id
        version = found.formVersion
        questions = found.questions.map(QuestionView.init)
        laterQuestions = found.laterRounds.count
    }

    static let documentation = [
        "version": "How often the form has been published; each change of a published form counts. Absent for drafts.",
        "later_questions":
            "How many questions are asked later; they stand among `questions` for whoever was asked them.",
    ]
}

/// How the closing of a call was moved, as JSON.
struct ExtensionList: Described {
    let items: [ExtensionView]
}

struct ExtensionView: Described {
    let stream: ProgramStream.ID?
    let at: Date
    let closedAt: Date
    let closesAt: Date
    let reason: ShortText

    static let documentation = [
        "stream": "The stream that closes later; absent where it is the call.",
        "closed_at": "When it would have closed.", "closes_at": "When it closes instead.",
    ]

    init(_ made: CallExtension) {
        stream = made.stream
        at = made.at
        closedAt = made.closedAt
        closesAt = made.closesAt
        reason = made.reason
    }
}

/// What a manager sends to draft or revise a call.
struct NewCall: Described {
    let stream: ProgramStream.ID
    let title: LocalizedName
    let opensAt: Date
    let deadline: Deadline
    let questions: [NewQuestion]?
    let access: CallForApplications.Access?
    let cutoffs: [Date]?
    let offeredStreams: [CallDraft.Offered]?
    let cohort: Cohort.ID?

    static let documentation = [
        "cohort": "A cohort of the call's program that ends after the call closes: where those will be whom it takes.",
        "offered_streams": """
        The streams that applicants put in order, all of one program and the call's own among them, as they are shown. \
        One that closes before the call has a `closes_at`. Absent where they apply to that alone.
        """,
        "questions": """
        The form, in order. A question keeps the id it is sent with and gets one otherwise. One with a `from_round` of 2 \
        or more is asked with that round of review; it stands after those that are asked before. One with `streams`, of \
        those that the call offers, is asked of applications that name one of them, and of nobody else. A draft that is \
        sent without begins with what its streams are designed to ask.
        """,
        "access": "Public unless given.",
        "cutoffs": "Within the window, in order. A call with cut-offs is a rolling one.",
    ]

    func draft() -> CallDraft {
        CallDraft(
            stream: stream, title: title, opensAt: opensAt, deadline: deadline,
            questions: (questions ?? []).map(\.question), access: access ?? .public, cutoffs: cutoffs ?? [],
            offered: offeredStreams ?? [], cohort: cohort)
    }
}

/// A question as it is sent, kept in designs and written in presets: what is not said is as usual.
package struct NewQuestion: Codable, Sendable, Equatable {
    package let id: CallForApplications.Question.ID?
    package let prompt: LocalizedLine
    package let hint: LocalizedLine?
    package let isRequired: Bool?
    package let maxLength: Int?
    package let audience: CallForApplications.Question.Audience?
    package let files: FileRule?
    package let kind: Field.Kind?
    package let settings: Field.Settings?
    package let section: Section?
    package let condition: Condition?
    package let fromRound: Int?
    package let streams: [ProgramStream.ID]?

    init(
        id: CallForApplications.Question.ID?, prompt: LocalizedLine, hint: LocalizedLine?, isRequired: Bool?,
        maxLength: Int?, audience: CallForApplications.Question.Audience?, files: FileRule?,
        kind: Field.Kind? = nil, settings: Field.Settings? = nil, section: Section? = nil, condition: Condition? = nil,
        fromRound: Int? = nil, streams: [ProgramStream.ID]? = nil
    ) {
        self.id = id
        self.prompt = prompt
        self.hint = hint
        self.isRequired = isRequired
        self.maxLength = maxLength
        self.audience = audience
        self.files = files
        self.kind = kind
        self.settings = settings
        self.section = section
        self.condition = condition
        self.fromRound = fromRound
        self.streams = streams
    }

    /// A question of a call, to be asked again.
    package init(_ question: CallForApplications.Question) {
        self.init(
            id: question.id, prompt: question.prompt, hint: question.hint, isRequired: question.isRequired,
            maxLength: question.maxLength, audience: question.audience, files: question.files,
            kind: question.kind, settings: question.settings, section: question.section, condition: question.condition,
            fromRound: question.fromRound, streams: question.streams.isEmpty ? nil : question.streams)
    }

    /// The question that is meant, with an id of its own unless it brought one.
    package var question: CallDraft.Question {
        CallDraft.Question(
            id: id ?? CallForApplications.Question.ID(), prompt: prompt, hint: hint, isRequired: isRequired ?? true,
            maxLength: maxLength ?? 2000, audience: audience ?? .reviewers, files: files,
            field: Field(kind ?? .longText, settings ?? Field.Settings()), section: section, condition: condition,
            fromRound: fromRound, streams: streams ?? [])
    }
}

/// What a manager sends to move a closing later.
struct NewExtension: Described {
    let stream: ProgramStream.ID?
    let closesAt: Date
    let reason: ShortText

    static let documentation = [
        "stream": "The stream that is extended, of those that close before the call; the call itself unless given."
    ]
}

/// What a manager sends to call a call off.
struct NewCancellation: Described {
    let reason: ShortText
}
