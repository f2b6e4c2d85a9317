package import Eligibility
package import Forms
package import Foundation
package import Institutions
package import Programs
package import Vocabulary

/// What a startup handed in, frozen by the database in the transaction in which it did: the call, the form as it was
/// asked, the answers with their files, and the startup's name then.
package struct ApplicationSnapshot: Sendable {
    /// The application.
    package let application: Application.ID
    /// The first that was handed in is 1.
    package let number: Int
    /// When it was handed in.
    package let submittedAt: Date
    /// Who handed it in, where the reader may know their name.
    package let submittedByName: String?
    /// The request for changes that it answers.
    package let answers: ChangeRequest.ID?
    /// SHA-256 of `canonical`, as 64 hexadecimal digits; worked out when it was handed in.
    package let digest: String
    /// Whether the digest, worked out again just now, is the same.
    package let isIntact: Bool
    /// The content, byte for byte as the digest was made of it: keys in order, no blanks (RFC 8785).
    package let canonical: String
    /// The same, to be read.
    package let content: Content

    /// What is in a snapshot, as far as pages show it. The text itself may hold more.
    package struct Content: Codable, Sendable, Equatable {
        /// Who applied.
        package struct Startup: Codable, Sendable, Equatable {
            /// The startup.
            package let id: Institutions.Startup.ID
            /// What it was called then.
            package let name: LocalizedName
        }

        /// What it applied to.
        package struct Call: Codable, Sendable, Equatable {
            private enum CodingKeys: String, CodingKey {
                case id, title, stream, program
                case zone = "time_zone"
            }

            /// The call.
            package let id: CallForApplications.ID
            /// Its title then.
            package let title: LocalizedName
            /// The stream's name then.
            package let stream: LocalizedName
            /// The program's name then.
            package let program: LocalizedName
            /// The zone in which its times are said.
            package let zone: TimeZoneName
        }

        /// What was asked, and the answer.
        package struct Question: Codable, Sendable, Equatable {
            /// The question.
            package let id: CallForApplications.Question.ID
            /// Its place in the form, from 1.
            package let position: Int
            /// What was asked.
            package let prompt: LocalizedLine
            /// What was answered; nil where nothing was.
            package let answer: Answer?
            /// What kind of answer it took; nil in snapshots of before there were kinds.
            package let kind: Field.Kind?
            /// What narrowed the answers.
            package let settings: Field.Settings?
            /// The files that answered it; nil where it was not answered by files, or in snapshots of before they were named.
            package let documents: [Document]?

            /// What an answer is read by.
            var takes: Field { Field(kind ?? .longText, settings ?? Field.Settings()) }
        }

        /// An answer.
        package struct Answer: Codable, Sendable, Equatable {
            /// What was written.
            package let text: String?
        }

        /// A file that was there. Its bytes lie where they lay, and its hash tells them.
        package struct Document: Codable, Sendable, Equatable {
            private enum CodingKeys: String, CodingKey {
                case id, name, bytes, sha256
                case mediaType = "media_type"
            }

            /// The document, which stays readable to whoever reads the snapshot.
            package let id: Applications.Document.ID
            /// What its startup called it.
            package let name: String
            /// What it is.
            package let mediaType: String
            /// How many bytes it has.
            package let bytes: Int
            /// Their SHA-256, in hexadecimal digits.
            package let sha256: String
        }

        /// One of the streams that were wanted.
        package struct Choice: Codable, Sendable, Equatable {
            /// Its place in the order, from 1.
            package let rank: Int
            /// The stream.
            package let stream: ProgramStream.ID
            /// What it was called then.
            package let name: LocalizedName
        }

        /// A condition of the call, and what was found of it.
        package struct Finding: Codable, Sendable, Equatable {
            /// The condition.
            package let condition: CallCondition.ID
            /// What it was called then.
            package let name: LocalizedName
            /// What came of it.
            package let verdict: RuleVerdict
        }

        private enum CodingKeys: String, CodingKey {
            case startup, call, questions, choices, facts, findings
            case formVersion = "form_version"
        }

        /// Who applied.
        package let startup: Startup
        /// What to.
        package let call: Call
        /// The form with its answers, in order.
        package let questions: [Question]
        /// The streams that were wanted, the most wanted first; nil where there was nothing to choose.
        package let choices: [Choice]?
        /// What was declared; nil where nothing was, or in snapshots of before that was kept with them.
        package let facts: DeclaredFacts?
        /// The version of the call's form that was in force; nil in snapshots of before forms had versions.
        package let formVersion: Int?
        /// What was found of each condition of the call; nil where it had none, or in snapshots of before that was kept.
        package let findings: [Finding]?
    }
}

extension ApplicationSnapshot {
    /// A question of which the answers of two snapshots differ.
    package struct Change: Sendable, Equatable {
        /// The question.
        package let question: CallForApplications.Question.ID
        /// What was asked, as the later of the two has it.
        package let prompt: LocalizedLine
        /// Its place in the form.
        package let position: Int
        /// What was answered before.
        package let before: String?
        /// What was answered then.
        package let after: String?
        /// What the answers are read by, as the later of the two has it.
        package let takes: Field
        /// The files, where one of the two has any.
        package let files: Files?

        /// Files of two snapshots, told apart by name and bytes.
        package struct Files: Sendable, Equatable {
            /// In both.
            package let kept: [Content.Document]
            /// In the earlier alone.
            package let removed: [Content.Document]
            /// In the later alone.
            package let added: [Content.Document]
        }
    }

    /// What changed from an earlier snapshot to this one, in the order of the form.
    package func changes(since earlier: ApplicationSnapshot) -> [Change] {
        let before = Dictionary(
            earlier.content.questions.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return content.questions.compactMap { question in
            let (old, new) = (before[question.id]?.answer?.text, question.answer?.text)
            let files = Change.Files(from: before[question.id], to: question)
            guard old != new || files.map({ !$0.removed.isEmpty || !$0.added.isEmpty }) == true else { return nil }
            return Change(
                question: question.id, prompt: question.prompt, position: question.position, before: old, after: new,
                takes: question.takes, files: files)
        }
    }
}

extension ApplicationSnapshot {
    /// A declared fact of which the values of two snapshots differ.
    package struct FactChange: Sendable, Equatable {
        /// The fact.
        package let fact: ApplicantFact
        /// What was declared before; nil for nothing.
        package let before: FactValue?
        /// What was declared then.
        package let after: FactValue?
    }

    /// What was declared otherwise than in an earlier snapshot; nothing where one of the two keeps no facts.
    package func factChanges(since earlier: ApplicationSnapshot) -> [FactChange] {
        guard let before = earlier.content.facts, let after = content.facts else { return [] }
        return ApplicantFact.allCases.compactMap { fact in
            before[fact] == after[fact] ? nil : FactChange(fact: fact, before: before[fact], after: after[fact])
        }
    }
}

extension ApplicationSnapshot.Change.Files {
    /// Nil where there are none; also where the earlier snapshot names none because it is of before files were named.
    fileprivate init?(
        from earlier: ApplicationSnapshot.Content.Question?, to later: ApplicationSnapshot.Content.Question
    ) {
        guard let after = later.documents, earlier == nil || earlier?.documents != nil else { return nil }
        let before = earlier?.documents ?? []
        guard !before.isEmpty || !after.isEmpty else { return nil }
        kept = after.filter { one in before.contains { $0.isSame(as: one) } }
        removed = before.filter { one in !after.contains { $0.isSame(as: one) } }
        added = after.filter { one in !before.contains { $0.isSame(as: one) } }
    }
}

extension ApplicationSnapshot.Content.Document {
    /// Whether the same bytes lie under the same name, whichever document they are.
    fileprivate func isSame(as other: Self) -> Bool { (name, sha256) == (other.name, other.sha256) }
}
