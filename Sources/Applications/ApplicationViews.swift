package import API
internal import Forms
package import Foundation
package import Institutions
internal import Postgres
package import Programs
package import Vocabulary
package import Wording

/// An application as its reader may see it: the one projection behind JSON and pages.
package struct ApplicationView: Described {
    package let id: Application.ID
    package let call: CallLine
    package let startup: StartupLine
    package let state: Application.State
    package let createdAt: Date
    package let savedAt: Date
    package let submittedAt: Date?
    package let withdrawnAt: Date?
    package let offerExpiresAt: Date?
    package let offerDays: Int?
    package let appealUntil: Date?
    package let stage: StageView
    package let due: Deadline?
    package let readerDue: ReaderTime?
    package let completeness: CompletenessView
    package let gaps: [GapView]?
    package let answers: [AnswerView]?
    package let batch: CallForApplications.Batch?
    package let formVersion: Int?
    package let overlaps: OverlapTally?

    package static var documentation: [String: String] {
        [
            "due": """
            Until when it can be handed in as it is: a draft while the call is open and, for its founders, each stream that it \
            names; changes and later questions by their day. Which streams a draft names is its founders' alone, and managers \
            read the call's deadline. Absent while nothing is to be handed in.
            """,
            "reader_due": "The same by the clock of the zone you chose; absent where that shows no other time.",
            "completeness": "How much of the form is done, in numbers. Managers see it of drafts, too.",
            "gaps": """
            What is missing before a draft, or changes that were asked for, can be handed in, in the order of the form. For \
            its founders, and absent in lists and while nothing is open to be written.
            """,
            "answers":
                "In the order of the form. Absent in lists, and to a manager until the application is submitted.",
            "overlaps": "In lists and on the board, for managers: how many others it might be funded twice with.",
            "form_version": "The version of the call's form that it answers. Absent until it is handed in.",
            "batch": "The batch of a rolling call that it belongs to; of a draft, the one that would take it now.",
            "offer_expires_at":
                "The last moment at which an offer can be accepted. Absent while its days wait for the letter.",
            "offer_days":
                "The days to accept an offer, counted from the day of the letter about it, until that has gone out.",
            "appeal_until":
                "Until when it can be appealed that it was found not eligible. Of a rejection, its decision says it.",
        ]
    }

    /// - Parameter answers: nil where the reader may not know whether there are any.
    /// - Parameter form: the call's, by which answers are read.
    /// - Parameter gaps: what is missing; nil where nothing is to be handed in, or the reader may not know.
    init(
        _ summary: ApplicationSummary, answers: [Answer]?, to form: CallForApplications? = nil,
        missing gaps: [Completeness.Gap]? = nil
    ) {
        let application = summary.application
        id = application.id
        call = CallLine(id: application.call, title: summary.callTitle, deadline: summary.deadline)
        startup = StartupLine(id: application.startup, name: summary.startupName)
        state = application.state
        createdAt = application.createdAt
        savedAt = application.savedAt
        submittedAt = application.submittedAt
        withdrawnAt = application.withdrawnAt
        offerExpiresAt = application.offerDays == nil ? application.offerExpiresAt : nil
        offerDays = application.offerDays
        appealUntil = summary.appealUntil
        stage = StageView(summary)
        due = summary.handingIn
        readerDue = due.flatMap { ReaderTime($0) }
        completeness = CompletenessView(summary.count)
        self.gaps = gaps?.map { gap in GapView(gap, of: form?.questions.first { $0.id == gap.question }) }
        self.answers = answers?.map { answer in
            AnswerView(answer, to: form?.questions.first { $0.id == answer.question })
        }
        batch = summary.batch
        formVersion = application.submittedAt == nil ? nil : application.formVersion
        overlaps = summary.overlaps
    }
}

/// How long an application has stood where it stands, and until when the park means to be done.
package struct StageView: Described {
    package let enteredAt: Date
    package let days: Int
    package let dueOn: CalendarDate?
    package let overdue: Bool
    package let daysLeft: Int?

    package static var documentation: [String: String] {
        [
            "entered_at":
                "Since when it stands there; where it came back from changes, later by the days it was with the startup.",
            "days": "Whole days in the present state, without those.",
            "days_left":
                "While changes are awaited, the days left of the stage that it comes back to: the clock stands still.",
            "due_on": "The last day on which the park is in time, where the call is. Absent while others have to act.",
        ]
    }

    init(_ summary: ApplicationSummary) {
        let clock = summary.clock
        enteredAt = clock.enteredAt
        days = clock.daysStood(at: summary.readAt)
        dueOn = clock.lastDay(in: summary.deadline.zone)
        overdue = clock.isOverdue(at: summary.readAt)
        daysLeft = clock.daysLeft
    }
}

/// The call of an application, as much as a list needs.
package struct CallLine: Described {
    package let id: CallForApplications.ID
    package let title: LocalizedName
    package let deadline: Deadline
    package let readerDeadline: ReaderTime?

    package static var documentation: [String: String] {
        [
            "reader_deadline": "The deadline by the clock of the zone you chose; absent where that shows no other time."
        ]
    }

    init(id: CallForApplications.ID, title: LocalizedName, deadline: Deadline) {
        self.id = id
        self.title = title
        self.deadline = deadline
        readerDeadline = ReaderTime(deadline)
    }
}

/// The startup of an application, as much as a list needs.
package struct StartupLine: Described {
    package let id: Startup.ID
    package let name: LocalizedName

    /// A startup and what it is called.
    package init(id: Startup.ID, name: LocalizedName) {
        self.id = id
        self.name = name
    }
}

/// How much of a form is done.
package struct CompletenessView: Described {
    package let answered: Int
    package let questions: Int
    package let requiredAnswered: Int
    package let required: Int

    init(_ count: ApplicationSummary.Count) {
        answered = count.answered
        questions = count.questions
        requiredAnswered = count.requiredAnswered
        required = count.required
    }
}

/// What keeps an application from being handed in.
package struct GapView: Described {
    package let question: CallForApplications.Question.ID?
    package let prompt: LocalizedLine?
    package let pointer: String
    package let code: Problem.FieldError.Code
    package let detail: String

    package static var documentation: [String: String] {
        [
            "question": "Absent for the order of the streams.",
            "prompt": "What the question asks.",
            "pointer": "Where a refused submission would point to, such as `/answers/{question}`.",
            "code": "Why, as `errors` of a refused submission says it.",
            "detail": "Why, for people.",
        ]
    }

    init(_ gap: Completeness.Gap, of question: CallForApplications.Question?) {
        let error = gap.fieldError
        self.question = gap.question
        prompt = question?.prompt
        pointer = error.pointer
        code = error.code
        detail = error.detail
    }
}

/// An answer with what is needed to change it safely.
package struct AnswerView: Described {
    package let question: CallForApplications.Question.ID
    package let text: LongText
    package let characters: Int
    package let fingerprint: String
    package let savedAt: Date
    package let display: LocalizedText?

    package static var documentation: [String: String] {
        [
            "display": "How it reads in each language, where that is not the text itself.",
            "characters": "Unicode scalars, as `max_length` of the question counts.",
            "fingerprint": "Send it back as `based_on`, and nobody else's newer text is overwritten.",
        ]
    }

    init(_ answer: Answer, to asked: CallForApplications.Question?) {
        display = asked?.takes.display(answer.text.string)
        question = answer.question
        text = answer.text
        characters = answer.text.string.unicodeScalars.count
        fingerprint = Fingerprint(answer.text).description
        savedAt = answer.savedAt
    }
}

/// A step of an application's history.
package struct ApplicationEventView: Described {
    package let id: ApplicationEvent.ID
    package let at: Date
    package let by: String?
    package let actingFor: LocalizedName?
    package let from: Application.State?
    package let to: Application.State
    package let note: LongText?
    package let occasion: ApplicationEvent.Occasion?

    package static var documentation: [String: String] {
        [
            "by": "Who did it. Absent to a founder for steps of the park, and for the service itself.",
            "acting_for": "For managers: the partner they did it for, where they are not of the park.",
            "occasion": "What happened, where the application did not move.",
        ]
    }

    init(_ event: ApplicationEvent) {
        id = event.id
        at = event.at
        by = event.personName
        actingFor = event.actingFor
        from = event.from
        to = event.to
        note = event.note
        occasion = event.occasion
    }
}

/// The whole history of an application.
package struct ApplicationHistory: Described {
    package let items: [ApplicationEventView]
}

extension Statements {
    /// An application with its answers, as the principal may read it; nil when they may not know of it.
    func applicationView(_ id: Application.ID, for role: Role) async throws -> ApplicationView? {
        guard let summary = try await application(id) else { return nil }
        // A draft is its founders' alone. Row-level security holds that anyway: here it only tells "none" from "hidden".
        let isHidden = role != .founder && summary.application.submittedAt == nil
        guard !isHidden else { return ApplicationView(summary, answers: nil) }
        let form = try await call(summary.application.call)?.asking(summary.application)
        let isChanging = role != .founder && summary.application.state == .changesRequested
        let answers = isChanging ? try await answersAsHandedIn(of: id) : try await answers(of: id)
        // What a founder wrote where they are asked no more, they keep; nobody else reads it.
        let streams = form?.offersChoice == true ? try await streamChoices(of: id) : []
        guard role == .founder else {
            let asked = form.map { Completeness(of: $0.questions, naming: streams, answers: answers).asked } ?? []
            return ApplicationView(summary, answers: answers.filter { asked.contains($0.question) }, to: form)
        }
        guard let form, summary.handingIn != nil else { return ApplicationView(summary, answers: answers, to: form) }
        let draft = Draft(
            summary: summary, call: form, answers: answers, documents: try await documents(of: id), choices: streams,
            changes: summary.application.state == .changesRequested ? try await changeRequests(of: id).first : nil)
        return ApplicationView(summary, answers: answers, to: form, missing: draft.completeness.gaps)
    }
}
