import API
import Accounts
import Foundation
import Vocabulary

import struct API.Operation

/// The wordings of agreements, by API.
enum TextsAPI {
    static let operations: [AnyOperation] = [listTexts, getText, writeText]

    private static var listTexts: AnyOperation {
        Operation(
            .get, "/v1/mous/{mou}/texts", "listMoUTexts", summary: "The wordings of an agreement, with their hashes",
            tag: "partnerships", access: .roles([.manager, .partner]), parameters: MoUPath.self,
            output: MoUTextList.self,
            problems: [.notFound]
        ) { call in
            guard let mou = try await call.reader.mou(call.parameters.mou) else { throw Problem.notFound }
            return .ok(MoUTextList(items: try await call.reader.texts(of: mou.id).map(MoUTextView.init)))
        }.erased
    }

    private static var getText: AnyOperation {
        Operation(
            .get, "/v1/mous/{mou}/texts/{language}/{version}", "getMoUText", summary: "A wording of an agreement",
            tag: "partnerships", access: .roles([.manager, .partner]), parameters: MoUTextPath.self,
            output: MoUTextView.self, problems: [.notFound]
        ) { call in
            let path = call.parameters
            guard let text = try await call.reader.text(of: path.mou, in: path.language, version: path.version)
            else { throw Problem.notFound }
            return .ok(MoUTextView(text))
        }.erased
    }

    private static var writeText: AnyOperation {
        Operation(
            .post, "/v1/mous/{mou}/texts", "writeMoUText", summary: "Write the text of an agreement in a language",
            description: "What it said before is kept. Once the text is agreed it is frozen, hash and all.",
            tag: "partnerships", access: .roles([.manager]), parameters: MoUPath.self, body: NewMoUText.self,
            output: MoUTextView.self, problems: [.notFound, .conflict], bodyLimit: 512 * 1024
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            return try await call.write { transaction in
                .ok(
                    MoUTextView(
                        try await transaction.writeText(
                            call.body.body, in: call.body.language, of: call.parameters.mou, in: tenant,
                            by: principal.personID)))
            }
        }.erased
    }
}

struct MoUTextPath: Codable {
    let mou: MoU.ID
    let language: Vocabulary.Language
    let version: Int
}

/// What a manager sends to write the text of an agreement.
struct NewMoUText: Described {
    let language: Vocabulary.Language
    let body: MoUBody
}

struct MoUTextList: Described {
    let items: [MoUTextView]
}

/// A wording as JSON.
struct MoUTextView: Described {
    let language: Vocabulary.Language
    let version: Int
    let sha256: String
    let writtenAt: Date
    let isTheLast: Bool
    let body: MoUBody?

    static let documentation = [
        "sha256": "Of its UTF-8, in hexadecimal digits.", "is_the_last": "Whether it is the text of its language.",
        "body": "Absent in lists.",
    ]

    init(_ text: MoUText) {
        (language, version, sha256) = (text.language, text.version, text.sha256)
        (writtenAt, isTheLast, body) = (text.writtenAt, text.isTheLast, text.body)
    }
}
