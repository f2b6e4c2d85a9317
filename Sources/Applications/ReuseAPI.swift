internal import API
internal import Accounts
internal import Files
internal import Foundation
internal import Institutions
internal import Postgres
internal import Programs
internal import Vocabulary

internal import struct API.Operation

/// Earlier answers and files taken into a draft, by API.
struct ReuseAPI: Sendable {
    /// Whether a scanner has the last word on files that none has seen.
    let hasScanner: Bool

    var operations: [AnyOperation] { [listReusableAnswers, reuseAnswers, beginAgain] }

    private var listReusableAnswers: AnyOperation {
        Operation(
            .get, "/v1/applications/{application}/reusable-answers", "listReusableAnswers",
            summary: "Earlier answers and files of the startup that fit questions of a draft",
            description: """
                From the startup's other applications to any call of the workspace, also those it took back: to the same \
                question, or to one that asks much the same in any language. Three a question at the most, the nearest \
                first; none that is there already. Of files those of the kinds that the question takes.
                """,
            tag: "applications", access: .roles([.founder]), parameters: ApplicationPath.self,
            output: ReusableAnswerList.self, problems: [.notFound, .conflict]
        ) { call in
            let id = call.parameters.application
            guard try await call.reader.application(id) != nil else { throw Problem.notFound }
            guard let found = try await call.reader.reusableAnswers(for: id),
                let files = try await call.reader.reusableDocuments(for: id)
            else { throw ApplicationRefusal.answersAreFrozen }
            return .ok(
                ReusableAnswerList(
                    items: found.map(ReusableAnswerView.init), documents: files.map(ReusableDocumentView.init)))
        }.erased
    }

    private var reuseAnswers: AnyOperation {
        Operation(
            .post, "/v1/applications/{application}/reuse", "reuseAnswers",
            summary: "Take earlier answers and files into a draft",
            description: """
                Only what is named is overwritten. `based_on` is the fingerprint of what stands in the draft; where \
                somebody has changed that since, nothing is taken. Files come to those that are there.
                """,
            tag: "applications", access: .roles([.founder]), parameters: ApplicationPath.self, body: ReuseBody.self,
            output: ApplicationView.self, problems: [.notFound, .conflict, .answerChanged, .fileRefused]
        ) { call in
            let (id, principal, picks) = (call.parameters.application, try call.principal, try call.body.picks())
            let (files, waits) = (call.body.files, hasScanner)
            return try await call.write { transaction in
                let saved = try await transaction.reuseAnswers(
                    picks, files, in: id, waitsForScanner: waits, by: principal.personID)
                guard saved.conflicts.isEmpty else {
                    throw Problem(.answerChanged, "Read the draft again, then decide which answers stay.")
                }
                return .ok(try await transaction.view(of: id, for: principal))
            }
        }.erased
    }

    private var beginAgain: AnyOperation {
        Operation(
            .post, "/v1/applications/{application}/new-beginning", "beginAgain",
            summary: "Begin again what was taken back, with the answers and files it had",
            description: "A new draft for the same call, while it is open. What was taken back stays as it is.",
            tag: "applications", access: .roles([.founder]), parameters: ApplicationPath.self,
            output: ApplicationView.self, success: .created, problems: [.notFound, .conflict, .callClosed]
        ) { call in
            let principal = try call.principal
            let (earlier, tenant, id) = (call.parameters.application, try principal.workspace, Application.ID())
            let waits = hasScanner
            return try await call.write { transaction in
                _ = try await transaction.beginAgain(
                    from: earlier, as: id, in: tenant, waitsForScanner: waits, by: principal.personID)
                return .created(try await transaction.view(of: id, for: principal), location: "/v1/applications/\(id)")
            }
        }.erased
    }
}

struct ReuseBody: Described {
    /// An earlier answer that is taken.
    struct Pick: Described {
        let question: CallForApplications.Question.ID
        let application: Application.ID
        let from: CallForApplications.Question.ID
        let basedOn: String?

        static var documentation: [String: String] {
            [
                "question": "The question of the draft.",
                "application": "The application that has the answer.",
                "from": "The question it answers there.",
                "based_on":
                    "The fingerprint of what stands in the draft; empty for none. Without it that is overwritten.",
            ]
        }
    }

    /// An earlier file that is taken.
    struct File: Described {
        let question: CallForApplications.Question.ID
        let application: Application.ID
        let document: Document.ID

        static var documentation: [String: String] {
            [
                "question": "The question of the draft.", "application": "The application that has the file.",
                "document": "The file there.",
            ]
        }
    }

    let answers: [Pick]?
    let documents: [File]?

    static var documentation: [String: String] {
        ["answers": "Texts that are taken.", "documents": "Files that are taken."]
    }

    var files: [DocumentPick] {
        (documents ?? []).map { DocumentPick($0.question, from: $0.application, $0.document) }
    }

    func picks() throws -> [AnswerPick] {
        try (answers ?? []).enumerated().map { index, pick in
            let seen = pick.basedOn.flatMap(Fingerprint.init)
            guard pick.basedOn == nil || seen != nil else {
                throw Problem.invalid("/answers/\(index)/based_on", "is not a fingerprint")
            }
            return AnswerPick(pick.question, from: pick.application, pick.from, seen: seen)
        }
    }
}

struct ReusableAnswerList: Described {
    let items: [ReusableAnswerView]
    let documents: [ReusableDocumentView]

    static var documentation: [String: String] {
        ["items": "Texts.", "documents": "Files."]
    }
}

/// An earlier file that a question of the draft takes, as JSON.
struct ReusableDocumentView: Described {
    let question: CallForApplications.Question.ID
    let application: Application.ID
    let call: LocalizedName
    let from: CallForApplications.Question.ID
    let prompt: LocalizedLine
    let similarity: Int
    let document: DocumentView

    static var documentation: [String: String] {
        [
            "question": "The question of the draft.", "from": "The question that it answered there.",
            "prompt": "What was asked there.",
            "similarity": "How much the two ask the same, in percent; 100 is the same question.",
            "document": "The file there; take it with `reuseAnswers`.",
        ]
    }

    init(_ offer: ReusableDocument) {
        question = offer.question
        application = offer.earlier.document.application
        call = offer.earlier.callTitle
        from = offer.earlier.document.question
        prompt = offer.earlier.prompt
        similarity = offer.similarity
        document = DocumentView(offer.earlier.document)
    }
}

/// An earlier answer beside the present one, as JSON.
struct ReusableAnswerView: Described {
    let question: CallForApplications.Question.ID
    let application: Application.ID
    let call: LocalizedName
    let from: CallForApplications.Question.ID
    let prompt: LocalizedLine
    let similarity: Int
    let text: LongText
    let current: LongText?
    let basedOn: String
    let savedAt: Date

    static var documentation: [String: String] {
        [
            "question": "The question of the draft.", "from": "The question that was answered there.",
            "prompt": "What was asked there.",
            "similarity": "How much the two ask the same, in percent; 100 is the same question.",
            "based_on": "Send it back with `reuseAnswers`, and nobody's newer text is overwritten.",
        ]
    }

    init(_ offer: ReusableAnswer) {
        question = offer.question
        application = offer.earlier.application
        call = offer.earlier.callTitle
        from = offer.earlier.question
        prompt = offer.earlier.prompt
        similarity = offer.similarity
        text = offer.earlier.text
        current = offer.current
        basedOn = Fingerprint(offer.current).description
        savedAt = offer.earlier.savedAt
    }
}
