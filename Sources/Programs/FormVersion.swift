import Forms
package import Foundation
package import Vocabulary

/// The form of a published call as it was from one moment on, until it was changed.
package struct FormVersion: Sendable {
    /// What can change of a question, as those are told who answer it.
    package enum Part: String, Codable, Sendable, CaseIterable {
        /// It is new.
        case added
        /// It is asked in other words.
        case wording
        /// What a good answer says is said otherwise.
        case hint
        /// The part of the form that begins with it is called otherwise.
        case section
        /// It need not be answered any more.
        case optional
        /// More is taken as an answer, or what can be chosen is called otherwise.
        case answer
    }

    /// What changed of a question from one version to a later one.
    package struct Change: Sendable {
        /// The question.
        package let id: CallForApplications.Question.ID
        /// What changed, in the order in which parts are listed.
        package let parts: [Part]
        /// As it was; nil for one that was added.
        package let before: CallForApplications.Question?
        /// As it is.
        package let after: CallForApplications.Question
    }

    /// From 1, the form as it was published.
    package let number: Int
    /// Since when it was asked so.
    package let madeAt: Date
    /// Who changed it, where the reader may know their name.
    package let madeByName: Name?
    /// Why; nil for the first.
    package let reason: ShortText?
    /// The questions, in order.
    package let questions: [CallForApplications.Question]

    /// What changed since an earlier version, in the order of this one. Nothing is ever dropped.
    package func changes(since earlier: FormVersion) -> [Change] {
        let before = Dictionary(earlier.questions.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return questions.compactMap { question in
            let old = before[question.id]
            let parts = old.map { Part.changed(from: $0, to: question) } ?? [.added]
            return parts.isEmpty ? nil : Change(id: question.id, parts: parts, before: old, after: question)
        }
    }
}

extension FormVersion.Part {
    /// What two wordings of a question differ in.
    static func changed(
        from old: CallForApplications.Question, to new: CallForApplications.Question
    ) -> [FormVersion.Part] {
        allCases.filter { part in
            switch part {
            case .added: false
            case .wording: old.prompt != new.prompt
            case .hint: old.hint != new.hint
            case .section: old.section != new.section
            case .optional: old.isRequired != new.isRequired
            case .answer: old.takes != new.takes || old.files != new.files
            }
        }
    }
}

/// What a startup is told of a form that changed while it was writing.
package struct FormNews: Sendable {
    /// A question that changed.
    package struct Item: Sendable {
        /// Its place in the form.
        package let position: Int
        /// What is asked now.
        package let prompt: LocalizedLine
        /// What changed since the version that the startup has read.
        package let parts: [FormVersion.Part]
    }

    /// When it changed last.
    package let at: Date
    /// Why it changed, each time, the last first.
    package let reasons: [ShortText]
    /// What changed, in the order of the form.
    package let items: [Item]
}

/// A published form as it is to be changed: nothing that startups have answered is lost by it, or asked again.
struct FormRevision: Sendable {
    /// The questions as they will be, in order, with the version they came with.
    let questions: [CallForApplications.Question]
    /// Which of them change.
    let changed: [CallForApplications.Question]
    /// Which of them are new.
    let added: [CallForApplications.Question]
    /// Whether questions that there were stand at other places.
    let isRenumbered: Bool
}
