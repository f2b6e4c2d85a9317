package import Forms
package import Foundation
package import Vocabulary

/// A published window in which startups apply to a stream, and the questions they answer.
///
/// Publishing and cancelling are deeds and stored; scheduled, open and closed follow from the window and the clock.
package struct CallForApplications: Sendable, Identifiable {
    /// Names a call within its tenant.
    package typealias ID = Identifier<CallForApplications>

    /// Where a call stands at a moment.
    package enum Status: String, Codable, Sendable, CaseIterable {
        case draft, scheduled, open, closed, cancelled
    }

    /// One question of the form.
    package struct Question: Codable, Sendable, Identifiable, Equatable {
        /// Names a question within its call.
        package typealias ID = Identifier<Question>

        /// Who reads an answer beside the startup and the park.
        package enum Audience: String, Codable, Sendable, CaseIterable {
            /// Whoever judges the application.
            case reviewers
            /// Those who judge it in a round that names the startup; a blind round never sees it.
            case namedReviewers = "named_reviewers"
            /// Nobody else.
            case managers
        }

        /// The question; answers refer to it.
        package let id: ID
        /// Its place in the form, from 1.
        package let position: Int
        /// What is asked, in up to three languages.
        package let prompt: LocalizedLine
        /// What a good answer says, in up to three languages.
        package let hint: LocalizedLine?
        /// Whether an application cannot be submitted without an answer.
        package let isRequired: Bool
        /// Most characters of an answer.
        package let maxLength: Int
        /// Who reads the answer.
        package let audience: Audience
        /// Which files answer it; nil for a question that is answered by text.
        package let files: FileRule?
        /// What kind of answer it takes.
        package let kind: Field.Kind
        /// What narrows the answers.
        package let settings: Field.Settings
        /// The part of the form that begins with it.
        package let section: Section?
        /// When it is asked; nil for always.
        package let condition: Condition?
        /// The round of review with which it is asked, from 2; nil for a question of the form that is handed in first.
        package let fromRound: Int?
        /// The streams of the call for which it is asked; none for everybody.
        package let streams: [ProgramStream.ID]
        /// The version of the form that it came with; 1 for what was asked when the call was published.
        package let addedIn: Int

        /// What an answer is read by.
        package var takes: Field { Field(kind, maxLength: maxLength, settings) }

        /// A question at its place in the form.
        package init(
            id: ID, position: Int, prompt: LocalizedLine, hint: LocalizedLine? = nil, isRequired: Bool = true,
            maxLength: Int = 2000, audience: Audience = .reviewers, files: FileRule? = nil,
            field: Field = Field(.longText), section: Section? = nil, condition: Condition? = nil,
            fromRound: Int? = nil, streams: [ProgramStream.ID] = [], addedIn: Int = 1
        ) {
            self.id = id
            self.position = position
            self.prompt = prompt
            self.hint = hint
            self.isRequired = isRequired
            self.maxLength = maxLength
            self.audience = audience
            self.files = files
            kind = field.kind
            settings = field.settings
            self.section = section
            self.condition = condition
            self.fromRound = fromRound
            self.streams = streams
            self.addedIn = addedIn
        }

        /// Whether it is asked of an application that names these streams.
        package func isAsked(of named: [ProgramStream.ID]) -> Bool {
            streams.isEmpty || streams.contains(where: named.contains)
        }
    }

    /// The call.
    package let id: ID
    /// The stream that startups apply to.
    package let stream: ProgramStream.ID
    /// That stream's name.
    package let streamName: LocalizedName
    /// The program of the stream.
    package let program: Program.ID
    /// That program's name.
    package let programName: LocalizedName
    /// Its title in up to three languages.
    package let title: LocalizedName
    /// From when on applications are accepted.
    package let opensAt: Date
    /// Until when they are, with the zone it was set in and the lateness that is forgiven.
    package internal(set) var deadline: Deadline
    /// When it went out; nil for a draft.
    package internal(set) var publishedAt: Date?
    /// When it was called off, if it was.
    package internal(set) var cancelledAt: Date?
    /// Why it was called off.
    package internal(set) var cancellationReason: ShortText?
    /// The form, in order, as far as its reader may know it.
    package private(set) var questions: [Question]
    /// The round of each question that is asked later, in order, also of those that the reader may not know.
    package let laterRounds: [Int]
    /// Who may know of it and apply.
    package let access: Access
    /// The cut-offs of a rolling call, in order; none for a fixed window.
    package internal(set) var cutoffs: [Date]
    /// The version of its form that is in force; nil for a draft.
    package internal(set) var formVersion: Int?
    /// The streams that applicants choose among, the own one too; none where they apply to that alone.
    package internal(set) var offered: [OfferedStream]
    /// The cohort that those will be in whom it takes, of its program; nil where nobody has said.
    package let cohort: Cohort?

    /// A call with all its facts, as the database has it or a pure test needs it.
    package init(
        id: ID, stream: ProgramStream.ID, streamName: LocalizedName, program: Program.ID, programName: LocalizedName,
        title: LocalizedName, opensAt: Date, deadline: Deadline, publishedAt: Date? = nil, cancelledAt: Date? = nil,
        cancellationReason: ShortText? = nil, questions: [Question] = [], access: Access = .public,
        cutoffs: [Date] = [], laterRounds: [Int]? = nil, offered: [OfferedStream] = [], formVersion: Int? = nil,
        cohort: Cohort? = nil
    ) {
        self.cohort = cohort
        self.formVersion = formVersion
        self.laterRounds = laterRounds ?? questions.compactMap(\.fromRound).sorted()
        self.offered = offered
        self.access = access
        self.cutoffs = cutoffs
        self.id = id
        self.stream = stream
        self.streamName = streamName
        self.program = program
        self.programName = programName
        self.title = title
        self.opensAt = opensAt
        self.deadline = deadline
        self.publishedAt = publishedAt
        self.cancelledAt = cancelledAt
        self.cancellationReason = cancellationReason
        self.questions = questions
    }

    /// These questions with those that are asked because of how they are answered, however far that goes.
    package func following(_ first: some Sequence<Question.ID>) -> Set<Question.ID> {
        var found = Set(first)
        // A condition asks about earlier questions only: one pass in order is enough.
        for question in questions {
            guard let condition = question.condition else { continue }
            if !condition.questions.isDisjoint(with: found.map(\.uuid)) { found.insert(question.id) }
        }
        return found
    }

    /// The same call, asking only these of its questions.
    package func asking(only asked: Set<Question.ID>) -> CallForApplications {
        var call = self
        call.questions.removeAll { !asked.contains($0.id) }
        return call
    }

    /// The same call, asking what is asked up to a round of review; up to the first, what is handed in first.
    package func asking(upTo round: Int) -> CallForApplications {
        var call = self
        call.questions.removeAll { $0.fromRound.map { $0 > round } ?? false }
        return call
    }

    /// The same call, asking what is asked of an application that names these streams.
    package func asking(of named: [ProgramStream.ID]) -> CallForApplications {
        var call = self
        call.questions.removeAll { !$0.isAsked(of: named) }
        return call
    }

    /// The same call, asking what its form asked first in a version: nothing that was added since. What comes with a later
    /// round is not asked first, and stays.
    package func asking(asOf version: Int) -> CallForApplications {
        var call = self
        call.questions.removeAll { $0.fromRound == nil && $0.addedIn > version }
        return call
    }

    /// How many questions are asked only after a round.
    package func questionsToCome(after round: Int) -> Int { laterRounds.count { $0 > round } }

    /// Where the call stands. It closes at the announced moment: the grace is forgiven, not announced.
    package func status(at now: Date) -> Status {
        if cancelledAt != nil { return .cancelled }
        if publishedAt == nil { return .draft }
        if now < opensAt { return .scheduled }
        return now <= deadline.instant ? .open : .closed
    }

    /// Whether an application handed in at `now` is accepted: while the call is open, and within its grace after that.
    package func admits(_ now: Date) -> Bool {
        switch status(at: now) {
        case .open: true
        case .closed: deadline.admits(now)
        case .draft, .scheduled, .cancelled: false
        }
    }
}

extension Collection<CallForApplications.Question> {
    /// The questions of a form, in its order, that are asked of whoever has answered so and names these streams.
    package func asked(
        _ texts: [CallForApplications.Question.ID: String], naming streams: [ProgramStream.ID]
    ) -> Set<CallForApplications.Question.ID> {
        let texts = Dictionary(uniqueKeysWithValues: texts.map { ($0.key.uuid, $0.value) })
        // What is asked for other streams was not asked itself, whatever conditions say of it.
        let asked = filter { $0.isAsked(of: streams) }.map { AskedQuestion($0.id.uuid, $0.takes, when: $0.condition) }
            .asked(texts)
        return Set(map(\.id).filter { asked.contains($0.uuid) })
    }
}
