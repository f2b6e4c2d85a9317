import API
import Accounts
import Foundation
import Postgres
import Vocabulary

import struct API.Operation

/// The form of a published call, and what became of it.
enum FormVersionsAPI {
    static let operations: [AnyOperation] = [reviseCallForm, listFormVersions, getFormVersion, compareFormVersions]

    private static var reviseCallForm: AnyOperation {
        Operation(
            .put, "/v1/calls/{call}/form", "reviseCallForm", summary: "Change the form of a published call",
            description: """
                The whole form is sent, with the ids that its questions have. They may be worded better, take more and be made \
                optional, and further questions may be added that nobody need answer. Nothing is dropped, moved or made \
                harder: each such place is refused. Startups that are writing are told what changed, with the reason; what \
                was handed in stays, and is not asked what was added. The form of a draft is replaced with its call.
                """,
            tag: "programs", access: .roles([.manager]), parameters: CallPath.self, body: RevisedForm.self,
            output: CallForm.self, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let (questions, reason) = (call.body.questions.map(\.question), call.body.reason)
            return try await call.write { transaction in
                let revised = try await transaction.reviseForm(
                    of: call.parameters.call, to: questions, because: reason, in: tenant, by: principal.personID
                ) { try call.match(CallForm($0)) }
                return .ok(CallForm(revised))
            }
        }.erased
    }

    private static var listFormVersions: AnyOperation {
        Operation(
            .get, "/v1/calls/{call}/form/versions", "listFormVersions",
            summary: "The form of a call each time it was published, the latest first",
            description: "Whoever answers the call reads the one in force, by `getCallForm`.", tag: "programs",
            access: .roles([.manager]), parameters: CallPath.self, output: FormVersionList.self,
            problems: [.notFound]
        ) { call in
            guard let found = try await call.reader.call(call.parameters.call) else { throw Problem.notFound }
            let versions = try await call.reader.formVersions(of: found.id)
            return .ok(FormVersionList(items: versions.map(FormVersionLine.init)))
        }.erased
    }

    private static var getFormVersion: AnyOperation {
        Operation(
            .get, "/v1/calls/{call}/form/versions/{number}", "getFormVersion",
            summary: "A version of the form of a call, as it was asked", tag: "programs", access: .roles([.manager]),
            parameters: FormVersionPath.self, output: FormVersionView.self, problems: [.notFound]
        ) { call in
            let path = call.parameters
            return .ok(FormVersionView(try await call.reader.formVersion(path.number, of: path.call)))
        }.erased
    }

    private static var compareFormVersions: AnyOperation {
        Operation(
            .get, "/v1/calls/{call}/form/versions/{number}/differences", "compareFormVersions",
            summary: "What changed of a form from an earlier version to this one, by question", tag: "programs",
            access: .roles([.manager]), parameters: FormComparison.self, output: FormDifferences.self,
            problems: [.notFound]
        ) { call in
            let path = call.parameters
            return .ok(
                FormDifferences(
                    from: try await call.reader.formVersion(path.since, of: path.call),
                    to: try await call.reader.formVersion(path.number, of: path.call)))
        }.erased
    }
}

extension Statements {
    /// One of the versions of a form; not found when there is none, or the principal may not know.
    fileprivate func formVersion(_ number: Int, of id: CallForApplications.ID) async throws -> FormVersion {
        guard let found = try await formVersions(of: id).first(where: { $0.number == number }) else {
            throw Problem.notFound
        }
        return found
    }
}

struct FormVersionPath: Codable {
    let call: CallForApplications.ID
    let number: Int
}

struct FormComparison: Codable {
    let call: CallForApplications.ID
    let number: Int
    let since: Int
}

/// What a manager sends to change the form of a published call.
struct RevisedForm: Described {
    let questions: [NewQuestion]
    let reason: ShortText

    static let documentation = [
        "questions": "The form, in order, with those that are added; the others keep the ids they have.",
        "reason": "Read by the startups that are writing.",
    ]
}

/// Every version of a form.
struct FormVersionList: Described {
    let items: [FormVersionLine]
}

/// A version of a form, without its questions.
struct FormVersionLine: Described {
    let number: Int
    let madeAt: Date
    let madeBy: Name?
    let reason: ShortText?

    static let documentation = [
        "number": "1 is the form as it was published.",
        "made_at": "Since when it was asked so.",
        "reason": "Why it was changed; absent for the first.",
    ]

    init(_ version: FormVersion) {
        number = version.number
        madeAt = version.madeAt
        madeBy = version.madeByName
        reason = version.reason
    }
}

/// A version of a form.
struct FormVersionView: Described {
    let number: Int
    let madeAt: Date
    let madeBy: Name?
    let reason: ShortText?
    let questions: [QuestionView]

    init(_ version: FormVersion) {
        number = version.number
        madeAt = version.madeAt
        madeBy = version.madeByName
        reason = version.reason
        questions = version.questions.map(QuestionView.init)
    }
}

/// What changed between two versions of a form.
struct FormDifferences: Described {
    let since: Int
    let number: Int
    let items: [Item]

    /// A question that changed.
    struct Item: Described {
        let question: CallForApplications.Question.ID
        let parts: [FormVersion.Part]
        let before: QuestionView?
        let after: QuestionView

        static let documentation = [
            "parts": "What changed of it.",
            "before": "As the earlier version has it; absent for a question that was added.",
        ]
    }

    init(from earlier: FormVersion, to later: FormVersion) {
        since = earlier.number
        number = later.number
        items = later.changes(since: earlier).map { change in
            Item(
                question: change.id, parts: change.parts, before: change.before.map(QuestionView.init),
                after: QuestionView(change.after))
        }
    }
}
