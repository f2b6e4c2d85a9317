import API
import Foundation
import Vocabulary

/// A call as JSON.
struct CallView: Described {
    let id: CallForApplications.ID
    let program: ProgramReference
    let stream: StreamReference
    let title: LocalizedName
    let status: CallForApplications.Status
    let opensAt: Date
    let deadline: Deadline
    let publishedAt: Date?
    let cancelledAt: Date?
    let cancellationReason: ShortText?
    let questions: [QuestionView]

    static let documentation = [
        "status": "Draft, scheduled, open, closed or cancelled, by the window and the clock.",
        "deadline": "The announced closing, the zone it was set in, and the lateness that is forgiven.",
    ]

    init(_ call: CallForApplications, at now: Date) {
        id = call.id
        program = ProgramReference(id: call.program, name: call.programName)
        stream = StreamReference(id: call.stream, name: call.streamName)
        title = call.title
        status = call.status(at: now)
        opensAt = call.opensAt
        deadline = call.deadline
        publishedAt = call.publishedAt
        cancelledAt = call.cancelledAt
        cancellationReason = call.cancellationReason
        questions = call.questions.map(QuestionView.init)
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

/// A question of a form as JSON.
struct QuestionView: Codable {
    let id: CallForApplications.Question.ID
    let position: Int
    let prompt: LocalizedLine
    let hint: LocalizedLine?
    let isRequired: Bool
    let maxLength: Int
    let audience: CallForApplications.Question.Audience

    init(_ question: CallForApplications.Question) {
        id = question.id
        position = question.position
        prompt = question.prompt
        hint = question.hint
        isRequired = question.isRequired
        maxLength = question.maxLength
        audience = question.audience
    }
}

/// The form of a call as JSON, for clients that draw it.
struct CallForm: Described {
    let call: CallForApplications.ID
    let questions: [QuestionView]
}

/// How the closing of a call was moved, as JSON.
struct ExtensionList: Described {
    let items: [ExtensionView]
}

struct ExtensionView: Described {
    let at: Date
    let closedAt: Date
    let closesAt: Date
    let reason: ShortText

    static let documentation = [
        "closed_at": "When the call would have closed.", "closes_at": "When it closes instead.",
    ]
}

/// What a manager sends to draft or revise a call.
struct NewCall: Described {
    let stream: ProgramStream.ID
    let title: LocalizedName
    let opensAt: Date
    let deadline: Deadline
    let questions: [NewQuestion]?

    static let documentation = [
        "questions": "The form, in order. A question keeps the id it is sent with and gets one otherwise."
    ]

    func draft() -> CallDraft {
        CallDraft(
            stream: stream, title: title, opensAt: opensAt, deadline: deadline,
            questions: (questions ?? []).map { question in
                CallDraft.Question(
                    id: question.id ?? CallForApplications.Question.ID(), prompt: question.prompt, hint: question.hint,
                    isRequired: question.isRequired ?? true, maxLength: question.maxLength ?? 2000,
                    audience: question.audience ?? .reviewers)
            })
    }
}

struct NewQuestion: Codable {
    let id: CallForApplications.Question.ID?
    let prompt: LocalizedLine
    let hint: LocalizedLine?
    let isRequired: Bool?
    let maxLength: Int?
    let audience: CallForApplications.Question.Audience?
}

/// What a manager sends to move a closing later.
struct NewExtension: Described {
    let closesAt: Date
    let reason: ShortText
}

/// What a manager sends to call a call off.
struct NewCancellation: Described {
    let reason: ShortText
}

/// What a manager sends to add a stream.
struct StreamBody: Described {
    let program: Program.ID
    let name: LocalizedName
    let focusAreas: [FocusArea.ID]?
    let partners: [ProgramStream.Partner]?

    static let documentation = [
        "partners": "Who takes part, each under an agreement (`mou`) that it is a party to."
    ]

    var stream: NewStream {
        NewStream(program: program, name: name, focusAreas: focusAreas ?? [], partners: partners ?? [])
    }
}
