package import Forms
package import Foundation
package import Programs
package import Vocabulary

/// What a startup wrote to one question.
package struct Answer: Sendable, Equatable {
    /// The question.
    package let question: CallForApplications.Question.ID
    /// The answer. A draft's may be longer than the question allows: nothing that was typed is thrown away.
    package let text: LongText
    /// When it was saved.
    package let savedAt: Date

    /// An answer as it is stored.
    package init(to question: CallForApplications.Question.ID, _ text: LongText, savedAt: Date) {
        self.question = question
        self.text = text
        self.savedAt = savedAt
    }
}

/// A short name of a text, by which a form remembers what it showed. It tells texts apart; it hides nothing.
package struct Fingerprint: Hashable, Sendable, LosslessStringConvertible {
    /// Sixteen hexadecimal digits, or nothing for no text.
    package let description: String

    /// The name of a text; `nil` is the name of no answer.
    package init(_ text: LongText?) { self.init(naming: text?.string) }

    /// The name of what is written so; `nil` is the name of nothing.
    init(naming text: String?) {
        guard let text else {
            description = ""
            return
        }
        // FNV-1a, 64 bits: stable over processes and versions, unlike Swift's own hashes.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        description = String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    /// A name as a form sends it back.
    package init?(_ description: String) {
        let digits = Array("0123456789abcdef".utf8)
        guard description.isEmpty || description.utf8.count == 16, description.utf8.allSatisfy(digits.contains) else {
            return nil
        }
        self.description = description
    }
}

/// An answer on its way in.
package struct AnswerEdit: Sendable, Equatable {
    /// What should be stored; nil clears the answer.
    package let text: LongText?
    /// What the writer saw when they began; nil when they do not say, and then the last writer wins.
    package let seen: Fingerprint?

    /// A text, and what stood there before as far as the writer knows.
    package init(_ text: LongText?, seen: Fingerprint? = nil) {
        self.text = text
        self.seen = seen
    }

    /// What becomes of an edit.
    enum Outcome: Equatable {
        /// Nothing is to be changed.
        case keep
        /// The edit is stored.
        case save
        /// Somebody else has changed the answer since the writer saw it.
        case conflict

        /// Decides between what is stored and what arrives. A form sends all its fields, also those that nobody touched:
        /// they must not carry a co-founder's newer words away.
        init(of written: Fingerprint, over stored: Fingerprint, seen: Fingerprint?) {
            if written == stored || written == seen {
                self = .keep
            } else {
                self = seen == nil || seen == stored ? .save : .conflict
            }
        }
    }

    /// Decides between what is stored and what arrives.
    func outcome(over stored: LongText?) -> Outcome {
        Outcome(of: Fingerprint(text), over: Fingerprint(stored), seen: seen)
    }
}

/// How far an application is from being complete.
package struct Completeness: Sendable, Equatable {
    /// A question that keeps an application from being submitted.
    package struct Gap: Sendable, Equatable {
        /// Why.
        package enum Reason: Sendable, Equatable {
            /// An answer is required.
            case unanswered
            /// The answer has this many characters too many.
            case tooLong(by: Int)
            /// The answer cannot be read as the kind that is asked for, or is outside what the question allows.
            case unfit(FieldProblem)
            /// The question has this many files too many.
            case tooManyFiles(by: Int)
            /// A file still waits for the scanner.
            case notChecked
            /// The bytes of a file are no longer those that were given.
            case damaged
            /// None of the streams that the call offers was chosen.
            case noStreamChosen
            /// The stream at this place of the order has closed, before the call.
            case streamClosed(place: Int, name: LocalizedName, Deadline)
        }

        /// The question; nil for the order of the streams.
        package let question: CallForApplications.Question.ID?
        /// What it still needs.
        package let reason: Reason

        /// Where a problem points to.
        var pointer: String { question.map { "/answers/\($0)" } ?? place.map { "/streams/\($0)" } ?? "/streams" }
        /// The field of a form that it belongs to.
        var field: String { question.map { "answers_\($0)" } ?? TypedChoices.name(place ?? 0) }

        private var place: Int? {
            guard case .streamClosed(let place, _, _) = reason else { return nil }
            return place
        }
    }

    /// What is missing, in the order of the form.
    package let gaps: [Gap]
    /// The questions that are asked of whoever has answered so.
    let asked: Set<CallForApplications.Question.ID>

    /// Compares answers and documents with the questions they answer. What is not asked is not missed.
    ///
    /// - Parameter streams: those that the application names: what is asked for others is not asked.
    /// - Parameter wanted: looks at these questions only; nil for all.
    /// - Parameter order: what speaks against the order of the streams.
    package init(
        of questions: [CallForApplications.Question], naming streams: [ProgramStream.ID], answers: [Answer],
        documents: [Document] = [],
        only wanted: Set<CallForApplications.Question.ID>? = nil, order: [Gap] = []
    ) {
        let texts = Dictionary(answers.map { ($0.question, $0.text) }, uniquingKeysWith: { first, _ in first })
        let files = Dictionary(grouping: documents.filter { $0.state != .rejected }, by: \.question)
        let asked = questions.asked(texts.mapValues(\.string), naming: streams)
        self.asked = asked
        gaps =
            order
            + questions.compactMap { question -> Gap? in
                guard asked.contains(question.id), wanted?.contains(question.id) ?? true else { return nil }
                if let rule = question.files {
                    let own = files[question.id] ?? []
                    let over = own.count - rule.most
                    if over > 0 { return Gap(question: question.id, reason: .tooManyFiles(by: over)) }
                    if own.contains(where: { $0.damagedAt != nil }) {
                        return Gap(question: question.id, reason: .damaged)
                    }
                    if own.contains(where: { $0.state == .quarantined }) {
                        return Gap(question: question.id, reason: .notChecked)
                    }
                    return question.isRequired && own.isEmpty ? Gap(question: question.id, reason: .unanswered) : nil
                }
                guard let text = texts[question.id] else {
                    return question.isRequired ? Gap(question: question.id, reason: .unanswered) : nil
                }
                guard case .failure(let fault) = question.takes.read(text.string) else { return nil }
                if case .tooLong(let over) = fault.problem {
                    return Gap(question: question.id, reason: .tooLong(by: over))
                }
                return Gap(question: question.id, reason: .unfit(fault.problem))
            }
    }

    /// Questions whose answers do not fit.
    var unfit: [CallForApplications.Question.ID] {
        gaps.filter {
            switch $0.reason {
            case .tooLong, .unfit: true
            case .unanswered, .tooManyFiles, .notChecked, .damaged, .noStreamChosen, .streamClosed: false
            }
        }.compactMap(\.question)
    }
}
