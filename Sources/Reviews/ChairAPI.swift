internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Postgres
internal import Vocabulary

internal import struct API.Operation

/// The chair of a panel by API: following every file of the round.
enum ChairAPI {
    static let operations: [AnyOperation] = [listReviewFiles, getReviewFile]

    private static var listReviewFiles: AnyOperation {
        Operation(
            .get, "/v1/rounds/{round}/files", "listReviewFiles",
            summary: "The files of a round, for the chair of its panel",
            description: """
                In the order of their codes, as the round reads them: a blind round names no startup. Files that \
                something stands before are none of them. What was said of one, `listReviews` says.
                """,
            tag: "reviews", access: .roles([.reviewer]), parameters: ListChairedFiles.self,
            output: Page<ChairedFileView>.self, problems: [.notFound]
        ) { call in
            let parameters = call.parameters
            let position = try call.position(parameters.cursor, as: ChairedFilePosition.self)
            let found = try await call.database.snapshot(as: call.context) { snapshot in
                guard try await snapshot.chairedRound(parameters.round) != nil else { throw Problem.notFound }
                return try await snapshot.chairedFiles(
                    in: parameters.round, after: position, limit: PageSize.rows(for: parameters.limit))
            }
            return .ok(
                try call.page(found.map(ChairedFileView.init), size: parameters.limit) {
                    ChairedFilePosition(code: $0.code)
                })
        }.erased
    }

    private static var getReviewFile: AnyOperation {
        Operation(
            .get, "/v1/rounds/{round}/applications/{application}/file", "getReviewFile",
            summary: "An application as a round reads it",
            description: "For those who judge it, and for the chair of the panel.", tag: "reviews",
            access: .roles([.reviewer]), parameters: RoundApplicationPath.self, output: ReviewFileView.self,
            problems: [.notFound]
        ) { call in
            let path = call.parameters
            guard let file = try await call.reader.file(of: path.application, in: path.round) else {
                throw Problem.notFound
            }
            return .ok(ReviewFileView(file))
        }.erased
    }
}

/// A file as the chair follows it, as JSON.
struct ChairedFileView: Described {
    let application: Application.ID
    let code: String
    let startupName: LocalizedName?
    let language: Language
    let renewedAt: Date?
    let submitted: Int
    let awaitsOwn: Bool

    static let documentation = [
        "code": "What the application is called in the round.", "startup_name": "Absent in a blind round.",
        "language": "What most of the application is written in.",
        "renewed_at": "When it was frozen anew, after changes that were asked for.",
        "submitted": "How many reviews of it were submitted.",
        "awaits_own": "Yours to judge, too, and your own review is not submitted: until it is, you read no other.",
    ]

    init(_ file: ChairedFile) {
        application = file.application
        code = file.code
        startupName = file.startupName
        language = file.language
        renewedAt = file.renewedAt
        submitted = file.submitted
        awaitsOwn = file.awaitsOwn
    }
}

/// A file with its answers, as JSON.
struct ReviewFileView: Described {
    let application: Application.ID
    let code: String
    let startupName: LocalizedName?
    let language: Language
    let enteredAt: Date
    let renewedAt: Date?
    let answers: [FileAnswerView]

    static let documentation = [
        "code": "What the application is called in the round.", "startup_name": "Absent in a blind round.",
        "entered_at": "When it was frozen.",
        "renewed_at": "When it was frozen anew, after changes that were asked for.",
    ]

    init(_ file: ReviewFile) {
        application = file.application
        code = file.code
        startupName = file.startupName
        language = file.language
        enteredAt = file.enteredAt
        renewedAt = file.renewedAt
        answers = file.answers.map(FileAnswerView.init)
    }
}
