internal import API
internal import Eligibility
internal import Foundation
internal import Programs
internal import Vocabulary

/// What was handed in once: which, when, and how to know a copy of it.
struct SnapshotLine: Described {
    let number: Int
    let submittedAt: Date
    let submittedBy: String?
    let answersRequest: ChangeRequest.ID?
    let digest: String
    let isIntact: Bool
    let formVersion: Int?
    let facts: FactsBody?
    let findings: [SnapshotFinding]?
    let documents: [SnapshotDocument]

    static var documentation: [String: String] {
        [
            "documents":
                "The files that answered questions then; `downloadDocument` gives them, also after they were replaced.",
            "form_version":
                "The version of the call's form that was in force. Absent in copies of before forms had versions.",
            "facts": "What was declared, as it was handed in. Absent where nothing was.",
            "findings": "What was found of each condition of the call, in order. Absent where it had none.",
            "number": "The first that was handed in is 1; every handing in again adds one.",
            "submitted_by": "Who handed it in. Absent to a founder where it was somebody of the park.",
            "answers_request": "The request for changes that it answers.",
            "digest": "SHA-256 of the file that `getSnapshotFile` gives, in hexadecimal digits.",
            "is_intact": "Whether the digest, worked out again just now, is the same.",
        ]
    }

    init(_ snapshot: ApplicationSnapshot) {
        number = snapshot.number
        submittedAt = snapshot.submittedAt
        submittedBy = snapshot.submittedByName
        answersRequest = snapshot.answers
        digest = snapshot.digest
        isIntact = snapshot.isIntact
        formVersion = snapshot.content.formVersion
        facts = snapshot.content.facts.map { FactsBody($0) }
        findings = snapshot.content.findings?.map(SnapshotFinding.init)
        documents = snapshot.content.questions.flatMap { question in
            (question.documents ?? []).map { SnapshotDocument($0, to: question.id) }
        }
    }
}

/// What was found of a condition when a copy was handed in.
struct SnapshotFinding: Codable {
    let condition: CallCondition.ID
    let name: LocalizedName
    let verdict: RuleVerdict

    init(_ finding: ApplicationSnapshot.Content.Finding) {
        condition = finding.condition
        name = finding.name
        verdict = finding.verdict
    }
}

/// A file as it was handed in.
struct SnapshotDocument: Codable {
    let id: Document.ID
    let question: CallForApplications.Question.ID
    let name: String
    let mediaType: String
    let bytes: Int
    let sha256: String

    init(_ document: ApplicationSnapshot.Content.Document, to question: CallForApplications.Question.ID) {
        id = document.id
        self.question = question
        name = document.name
        mediaType = document.mediaType
        bytes = document.bytes
        sha256 = document.sha256
    }
}

/// Everything that was handed in of an application.
struct SnapshotList: Described {
    let items: [SnapshotLine]
}

/// What changed between two snapshots.
struct SnapshotDifferences: Described {
    let since: Int
    let number: Int
    let items: [Item]
    let factsBefore: FactsBody?
    let factsAfter: FactsBody?

    static var documentation: [String: String] {
        [
            "facts_before": "Of the declared facts that differ, what the earlier copy has; absent where none does.",
            "facts_after": "The same of this copy.",
        ]
    }

    /// A question whose answers differ.
    struct Item: Described {
        let question: CallForApplications.Question.ID
        let prompt: LocalizedLine
        let before: String?
        let after: String?
        let parts: [Part]
        let removedDocuments: [SnapshotDocument]
        let addedDocuments: [SnapshotDocument]

        static var documentation: [String: String] {
            [
                "parts": "The two answers woven together: what they share, what went and what came, in order.",
                "removed_documents": "Files that answered it in the earlier copy alone, by name and bytes.",
                "added_documents": "Files that answer it in this copy alone.",
            ]
        }
    }

    /// Some text, and in which of the two answers it stands.
    struct Part: Described {
        let kind: TextDifference.Kind
        let text: String

        init(_ part: TextDifference.Part) {
            kind = part.kind
            text = part.text
        }
    }

    init(from earlier: ApplicationSnapshot, to later: ApplicationSnapshot) {
        since = earlier.number
        number = later.number
        let facts = later.factChanges(since: earlier)
        func body(_ value: (ApplicationSnapshot.FactChange) -> FactValue?) -> FactsBody? {
            facts.isEmpty ? nil : FactsBody(facts.reduce(into: [:]) { $0[$1.fact] = value($1) })
        }
        factsBefore = body(\.before)
        factsAfter = body(\.after)
        items = later.changes(since: earlier).map { change in
            Item(
                question: change.question, prompt: change.prompt, before: change.before, after: change.after,
                parts: TextDifference(from: change.before ?? "", to: change.after ?? "").parts.map(Part.init),
                removedDocuments: (change.files?.removed ?? []).map { SnapshotDocument($0, to: change.question) },
                addedDocuments: (change.files?.added ?? []).map { SnapshotDocument($0, to: change.question) })
        }
    }
}
