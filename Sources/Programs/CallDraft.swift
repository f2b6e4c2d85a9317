package import Forms
package import Foundation
package import Vocabulary

/// What a manager says of a call before it goes out, replaced as a whole.
package struct CallDraft: Sendable {
    /// A question of the form; its place is its place in the list.
    package struct Question: Sendable {
        /// Names the question; answers will refer to it.
        package let id: CallForApplications.Question.ID
        /// What is asked.
        package let prompt: LocalizedLine
        /// What a good answer says.
        package let hint: LocalizedLine?
        /// Whether an application cannot be submitted without an answer.
        package let isRequired: Bool
        /// Most characters of an answer, 1 to 10,000.
        package let maxLength: Int
        /// Who reads the answer beside the startup and the park.
        package let audience: CallForApplications.Question.Audience
        /// Which files answer it; nil for a text.
        package let files: FileRule?
        /// What kind of answer it takes, and within which bounds.
        package let field: Field
        /// The part of the form that begins with it.
        package let section: Section?
        /// When it is asked, by answers to questions before it; nil for always.
        package let condition: Condition?
        /// The round of review with which it is asked, from 2; nil for a question of the form that is handed in first.
        package let fromRound: Int?
        /// The streams that the call offers for which it is asked; none for everybody.
        package let streams: [ProgramStream.ID]

        /// A question with its own id.
        package init(
            id: CallForApplications.Question.ID, prompt: LocalizedLine, hint: LocalizedLine? = nil,
            isRequired: Bool = true, maxLength: Int = 2000,
            audience: CallForApplications.Question.Audience = .reviewers, files: FileRule? = nil,
            field: Field = Field(.longText), section: Section? = nil, condition: Condition? = nil,
            fromRound: Int? = nil, streams: [ProgramStream.ID] = []
        ) {
            self.id = id
            self.prompt = prompt
            self.hint = hint
            self.isRequired = isRequired
            self.maxLength = maxLength
            self.audience = audience
            self.files = files
            self.field = Field(field.kind, maxLength: maxLength, field.settings.kept(for: field.kind))
            self.section = section
            self.condition = condition
            self.fromRound = fromRound
            self.streams = streams
        }
    }

    /// The stream that startups will apply to.
    package let stream: ProgramStream.ID
    /// Its title in at least one language.
    package let title: LocalizedName
    /// From when on applications are accepted.
    package let opensAt: Date
    /// Until when, in which zone, with how much lateness forgiven (an hour at the most).
    package let deadline: Deadline
    /// The form, in order.
    package private(set) var questions: [Question]
    /// Who may know of it and apply.
    package let access: CallForApplications.Access
    /// Until when what came in is looked at together, in order; a call with cut-offs is a rolling one.
    package private(set) var cutoffs: [Date]
    /// The streams that applicants choose among, the own one too, in the order they are shown; none where there is nothing
    /// to choose.
    package let offered: [Offered]
    /// The cohort that those will be in whom it takes: of a stream that it offers, and one that ends after the call closes.
    package let cohort: Cohort.ID?

    /// The same with another form.
    func asking(_ questions: [Question]) -> CallDraft {
        var draft = self
        draft.questions = questions
        return draft
    }

    /// The same, cutting off batches at these moments.
    func cuttingOff(at moments: [Date]) -> CallDraft {
        var draft = self
        draft.cutoffs = moments
        return draft
    }

    /// A call with its window and form.
    package init(
        stream: ProgramStream.ID, title: LocalizedName, opensAt: Date, deadline: Deadline, questions: [Question],
        access: CallForApplications.Access = .public, cutoffs: [Date] = [], offered: [Offered] = [],
        cohort: Cohort.ID? = nil
    ) {
        self.cohort = cohort
        self.offered = offered
        self.access = access
        self.cutoffs = cutoffs
        self.stream = stream
        self.title = title
        self.opensAt = opensAt
        self.deadline = deadline
        self.questions = questions
    }
}
