internal import Files
package import Forms
package import Foundation
package import Programs
package import Vocabulary

/// An answer that the startup gave before, to the same or a similar question of the same workspace.
package struct EarlierAnswer: Sendable, Equatable {
    /// The application it stands in.
    package let application: Application.ID
    /// The call of that application.
    package let callTitle: LocalizedName
    /// The question that was asked there.
    package let question: CallForApplications.Question.ID
    /// What was asked there.
    package let prompt: LocalizedLine
    /// What was answered.
    package let text: LongText
    /// When it was saved.
    package let savedAt: Date
    /// What kind of answer was asked for.
    package var kind = Field.Kind.longText
}

/// An earlier answer offered for a question of a draft.
package struct ReusableAnswer: Sendable, Equatable {
    /// The question of the draft.
    package let question: CallForApplications.Question.ID
    /// What the draft answers now.
    package let current: LongText?
    /// What was answered before.
    package let earlier: EarlierAnswer
    /// How much the two questions ask the same, in percent; 100 is the same question.
    package let similarity: Int
}

/// An earlier answer that a startup takes into a draft.
package struct AnswerPick: Sendable, Equatable {
    /// The question of the draft.
    package let question: CallForApplications.Question.ID
    /// The application that has the answer.
    package let application: Application.ID
    /// The question it answers there.
    package let from: CallForApplications.Question.ID
    /// What stood in the draft when it was picked; nil overwrites whatever does.
    package let seen: Fingerprint?

    /// The answer to a question of another application, for a question of this one.
    package init(
        _ question: CallForApplications.Question.ID, from application: Application.ID,
        _ from: CallForApplications.Question.ID, seen: Fingerprint? = nil
    ) {
        self.question = question
        self.application = application
        self.from = from
        self.seen = seen
    }
}

/// A file that the startup gave before, in another application of the same workspace.
package struct EarlierDocument: Sendable, Equatable {
    /// The document, as it lies there.
    package let document: Document
    /// The call of that application.
    package let callTitle: LocalizedName
    /// What was asked there.
    package let prompt: LocalizedLine
}

/// An earlier file offered for a question of a draft.
package struct ReusableDocument: Sendable, Equatable {
    /// The question of the draft.
    package let question: CallForApplications.Question.ID
    /// The files that answer it now; this one would come to them.
    package let present: [Document]
    /// The file that was given before.
    package let earlier: EarlierDocument
    /// How much the two questions ask the same, in percent; 100 is the same question.
    package let similarity: Int
}

/// An earlier file that a startup takes into a draft.
package struct DocumentPick: Sendable, Equatable {
    /// The question of the draft.
    package let question: CallForApplications.Question.ID
    /// The application that has the file.
    package let application: Application.ID
    /// The file there.
    package let document: Document.ID

    /// A document of another application, for a question of this one.
    package init(
        _ question: CallForApplications.Question.ID, from application: Application.ID, _ document: Document.ID
    ) {
        self.question = question
        self.application = application
        self.document = document
    }
}

extension ReusableDocument {
    /// For each question of a form the earlier files that it takes and does not have: the nearest question first, of equally
    /// near ones the latest, the same bytes once, and as many as it takes or three.
    static func offers(
        for questions: [CallForApplications.Question], having documents: [Document], from earlier: [EarlierDocument]
    ) -> [ReusableDocument] {
        questions.flatMap { question -> [ReusableDocument] in
            guard let rule = question.files else { return [] }
            let present = documents.filter { $0.question == question.id && $0.state != .rejected }
            var given = Set(present.map(\.sha256))
            let offers = earlier.compactMap { one -> ReusableDocument? in
                let similarity =
                    one.document.question == question.id ? 1 : PromptSimilarity(question.prompt, one.prompt).value
                guard similarity >= PromptSimilarity.enough, let kind = one.document.name.kind,
                    rule.accepted.contains(kind.rawValue)
                else { return nil }
                return ReusableDocument(
                    question: question.id, present: present, earlier: one,
                    similarity: Int((similarity * 100).rounded(.down)))
            }.sorted {
                ($0.similarity, $0.earlier.document.uploadedAt) > ($1.similarity, $1.earlier.document.uploadedAt)
            }
            return Array(offers.filter { given.insert($0.earlier.document.sha256).inserted }.prefix(max(3, rule.most)))
        }
    }
}

extension ReusableAnswer {
    /// For each question of a form the earlier answers that differ from the present one: the nearest question first, of
    /// equally near ones the latest answer, each text once and three at the most.
    static func offers(
        for questions: [CallForApplications.Question], answered: [Answer], from earlier: [EarlierAnswer]
    ) -> [ReusableAnswer] {
        let current = Dictionary(answered.map { ($0.question, $0.text) }, uniquingKeysWith: { first, _ in first })
        return questions.flatMap { question -> [ReusableAnswer] in
            let offers = earlier.compactMap { answer -> ReusableAnswer? in
                let similarity =
                    answer.question == question.id ? 1 : PromptSimilarity(question.prompt, answer.prompt).value
                guard question.canTake(answer), similarity >= PromptSimilarity.enough,
                    answer.text != current[question.id]
                else { return nil }
                return ReusableAnswer(
                    question: question.id, current: current[question.id], earlier: answer,
                    similarity: Int((similarity * 100).rounded(.down)))
            }.sorted { ($0.similarity, $0.earlier.savedAt) > ($1.similarity, $1.earlier.savedAt) }
            var texts: Set<LongText> = []
            return Array(offers.filter { texts.insert($0.earlier.text).inserted }.prefix(3))
        }
    }
}

extension CallForApplications.Question {
    /// Whether an earlier answer can answer it: prose any text that was written as prose, all else what it can read.
    fileprivate func canTake(_ earlier: EarlierAnswer) -> Bool {
        let prose: [Field.Kind] = [.shortText, .longText]
        if prose.contains(kind) { return prose.contains(earlier.kind) }
        guard kind == earlier.kind, case .success = takes.read(earlier.text.string) else { return false }
        return true
    }
}
