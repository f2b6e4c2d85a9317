internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Postgres
internal import Programs
internal import Vocabulary

internal import struct API.Operation

/// What managers answer to several at once, by API: nominations for a pool, and whom applications name.
enum ManyRulingsAPI {
    static let operations: [AnyOperation] = [answerNominations, ruleOnConflicts]

    private static var answerNominations: AnyOperation {
        Operation(
            .post, "/v1/streams/{stream}/nomination-answers", "answerNominations",
            summary: "Accept or refuse several nominations for the pool of a stream",
            description: """
                Each as by `acceptNomination` or `refuseNomination`. All of them or none, unless `partial`; with `dry_run` \
                nothing changes and the same is said of each.
                """, tag: "reviews", access: .roles([.manager]), parameters: StreamPoolPath.self,
            body: NominationAnswersBody.self, output: RowVerdicts<NominationAnswerItem>.self,
            problems: [.notFound, .conflict]
        ) { call in
            let (stream, body, principal) = (call.parameters.stream, call.body, try call.principal)
            let (tenant, mode) = (try principal.workspace, BulkMode(dryRun: body.dryRun, partial: body.partial))
            let ids = try BulkMode.rows(body.nominations, at: "/nominations")
            let answer = try NominationAnswer(body.answer, because: body.reason)
            return try await call.write { transaction in
                let verdicts = try await transaction.answerNominations(
                    ids, of: stream, answer, mode, in: tenant, by: principal.personID)
                return .ok(
                    RowVerdicts(verdicts, of: ids, mode) { NominationAnswerItem(nomination: $0, fault: $1.fault) })
            }
        }.erased
    }

    private static var ruleOnConflicts: AnyOperation {
        Operation(
            .post, "/v1/conflict-rulings", "ruleOnConflicts",
            summary: "Set aside that applications name several people, or let it stand again",
            description: """
                Each as by `ruleOnConflict`. All of them or none, unless `partial`; with `dry_run` nothing changes and the \
                same is said of each.
                """, tag: "reviews", access: .roles([.manager]), body: RulingsBody.self,
            output: RowVerdicts<RulingItem>.self, problems: [.conflict]
        ) { call in
            let (body, person) = (call.body, try call.principal.personID)
            let mode = BulkMode(dryRun: body.dryRun, partial: body.partial)
            let pairs = try BulkMode.rows(body.rulings, at: "/rulings").map {
                (person: $0.person, application: $0.application)
            }
            return try await call.write { transaction in
                let verdicts = try await transaction.ruleOnConflicts(
                    pairs, body.ruling, because: body.reason, mode, by: person)
                return .ok(
                    RowVerdicts(verdicts, of: pairs, mode) {
                        RulingItem(
                            person: $0.person, application: $0.application, ruling: mode == .dryRun ? nil : $1.done,
                            fault: $1.fault)
                    })
            }
        }.erased
    }
}

/// What a manager answers to nominations.
enum NominationVerdict: String, Codable, Sendable, CaseIterable {
    case accept, refuse
}

extension NominationAnswer {
    /// Refuses to refuse what nobody says why.
    init(_ verdict: NominationVerdict, because reason: ShortText?) throws(Problem) {
        switch verdict {
        case .accept: self = .accept
        case .refuse:
            guard let reason else {
                throw Problem(.invalid, errors: [.init("/reason", .required, "Say why they are refused.")])
            }
            self = .refuse(reason)
        }
    }
}

/// Nominations to answer.
struct NominationAnswersBody: Described {
    let nominations: [StreamReviewer.ID]
    let answer: NominationVerdict
    let reason: ShortText?
    let dryRun: Bool?
    let partial: Bool?

    static let documentation = [
        "reason": "Why they are refused, which takes one. The partners read it.", "dry_run": BulkMode.dryRunMeaning,
        "partial": BulkMode.partialMeaning,
    ]
}

/// What came of a nomination.
struct NominationAnswerItem: Described {
    let nomination: StreamReviewer.ID
    let fault: RowFault?
}

/// Who is named by what, and what is ruled on all of it.
struct RulingsBody: Described {
    let rulings: [Pair]
    let ruling: ConflictRuling.Deed
    let reason: ShortText
    let dryRun: Bool?
    let partial: Bool?

    struct Pair: Described, Hashable {
        let person: Person.ID
        let application: Application.ID
    }

    static let documentation = [
        "rulings": "Handed-in applications with somebody whom each names, by address, among its people.",
        "ruling": "To set the namings aside, or to let them stand again.", "dry_run": BulkMode.dryRunMeaning,
        "partial": BulkMode.partialMeaning,
    ]
}

/// What came of somebody and an application.
struct RulingItem: Described {
    let person: Person.ID
    let application: Application.ID
    let ruling: ConflictRuling.ID?
    let fault: RowFault?

    static let documentation = ["ruling": "Absent where nothing was ruled."]
}
