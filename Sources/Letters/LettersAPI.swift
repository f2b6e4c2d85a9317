package import API
internal import Accounts
internal import Foundation
internal import Postgres
internal import Vocabulary

/// A tenant's outbox, by API: what the managers let go, and everybody's own letters.
package enum LettersRoom {
    /// The operations, for the router.
    package static func operations() -> [AnyOperation] {
        [listLetters, getLetter, rewriteLetter, releaseLetters, cancelLetters, listOwnLetters, getOwnLetter]
    }

    /// What the room's constraints mean to a sender.
    package static let constraints: ConstraintProblems = [
        "letters_go_to_people_with_a_seat": .conflict("The recipient holds no seat in this workspace."),
        "letters_are_rewritten_while_held": .conflict("A letter is rewritten while it is held."),
        "offers_are_told_of": .conflict(
            "The days to accept an offer begin with this letter. Let it go out, or change the decision first."),
        "letters_that_ended_stay_as_they_are": .conflict("A letter that was sent or cancelled stays as it is."),
    ]

    private static var listLetters: AnyOperation {
        Operation(
            .get, "/v1/letters", "listLetters", summary: "Letters of the workspace, the latest first",
            description: "Without their bodies. `about` is the id of what they are about.", tag: "letters",
            access: .roles([.manager]), parameters: ListLetters.self, output: Page<LetterView>.self
        ) { call in
            let query = call.parameters
            let after = try call.position(query.cursor, as: LetterPosition.self)
            let found = try await call.reader.letters(
                in: query.state, of: query.kind, about: query.about, after: after,
                limit: PageSize.rows(for: query.limit))
            return .ok(
                try call.page(found.map { LetterView($0, withBody: false) }, size: query.limit) {
                    LetterPosition(at: $0.writtenAt, id: $0.id)
                })
        }.erased
    }

    private static var getLetter: AnyOperation {
        Operation(
            .get, "/v1/letters/{letter}", "getLetter", summary: "A letter with its body", tag: "letters",
            access: .roles([.manager]), parameters: LetterPath.self, output: LetterView.self, problems: [.notFound]
        ) { call in
            guard let letter = try await call.reader.letter(call.parameters.letter) else { throw Problem.notFound }
            return .ok(LetterView(letter))
        }.erased
    }

    private static var rewriteLetter: AnyOperation {
        Operation(
            .put, "/v1/letters/{letter}/text", "rewriteLetter", summary: "Give a held letter other words",
            description: "Earlier wordings are kept. A blank line begins a paragraph; nothing in the text is markup.",
            tag: "letters", access: .roles([.manager]), parameters: LetterPath.self, body: Rewriting.self,
            output: LetterView.self, problems: [.notFound, .conflict]
        ) { call in
            let body = call.body
            return try await call.write { transaction in
                let letter = try await transaction.rewriteLetter(
                    call.parameters.letter, subject: body.subject, body: body.body
                ) { try call.match(LetterView($0)) }
                return .ok(LetterView(letter))
            }
        }.erased
    }

    private static var releaseLetters: AnyOperation {
        Operation(
            .post, "/v1/letter-releases", "releaseLetters", summary: "Let letters go",
            description: """
                Held letters go out when this has been answered, as soon as a mail server takes them; failed ones are tried \
                again. All of them go or none, unless `partial`; with `dry_run` nothing changes and the same is said of each.
                """, tag: "letters", access: .roles([.manager]), body: LetterSelection.self,
            output: RowVerdicts<LetterItem>.self, problems: [.conflict]
        ) { call in
            try await answer(call, to: .release)
        }.erased
    }

    private static var cancelLetters: AnyOperation {
        Operation(
            .post, "/v1/letter-cancellations", "cancelLetters", summary: "Keep letters from going out",
            description: """
                For good. A letter that a mail server is being given, or was sent, stays what it is. All of them or none, \
                unless `partial`; with `dry_run` nothing changes and the same is said of each.
                """, tag: "letters", access: .roles([.manager]), body: LetterSelection.self,
            output: RowVerdicts<LetterItem>.self, problems: [.conflict]
        ) { call in
            try await answer(call, to: .cancel)
        }.erased
    }

    private static func answer(
        _ call: Call<NoParameters, LetterSelection>, to step: LetterStep
    ) async throws -> Reply<RowVerdicts<LetterItem>> {
        let ids = try BulkMode.rows(call.body.letters, at: "/letters")
        let mode = BulkMode(dryRun: call.body.dryRun, partial: call.body.partial)
        return try await call.write { transaction in
            let verdicts = try await transaction.handle(ids, step, mode)
            return .ok(RowVerdicts(verdicts, of: ids, mode) { LetterItem(letter: $0, fault: $1.fault) })
        }
    }

    private static var listOwnLetters: AnyOperation {
        Operation(
            .get, "/v1/me/letters", "listOwnLetters", summary: "Letters to me in this workspace, the latest first",
            tag: "letters", access: .signedIn, parameters: ListOwnLetters.self, output: Page<OwnLetterView>.self
        ) { call in
            let after = try call.position(call.parameters.cursor, as: LetterPosition.self)
            let found = try await call.reader.ownLetters(
                after: after, limit: PageSize.rows(for: call.parameters.limit))
            return .ok(
                try call.page(found.map(OwnLetterView.init), size: call.parameters.limit) {
                    LetterPosition(at: $0.releasedAt, id: $0.id)
                })
        }.erased
    }

    private static var getOwnLetter: AnyOperation {
        Operation(
            .get, "/v1/me/letters/{letter}", "getOwnLetter", summary: "A letter to me", tag: "letters",
            access: .signedIn, parameters: LetterPath.self, output: OwnLetterView.self, problems: [.notFound]
        ) { call in
            guard let letter = try await call.reader.ownLetter(call.parameters.letter) else { throw Problem.notFound }
            return .ok(OwnLetterView(letter))
        }.erased
    }
}
