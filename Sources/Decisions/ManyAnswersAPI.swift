internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Postgres
internal import Programs
internal import Vocabulary

internal import struct API.Operation

/// What takes two managers, several at once by API: changes of released decisions, and waivers of a quorum.
enum ManyAnswersAPI {
    static let operations: [AnyOperation] = [proposeChanges, answerChanges, proposeWaivers, answerWaivers]

    private static var proposeChanges: AnyOperation {
        Operation(
            .post, "/v1/decision-batches/{batch}/changes", "proposeDecisionChanges",
            summary: "Propose other decisions in place of several that were released with a batch",
            description: """
                Each as by `proposeDecisionChange`. All of them or none, unless `partial`; with `dry_run` nothing changes and \
                the same is said of each.
                """, tag: "decisions", access: .roles([.manager]), parameters: BatchPath.self,
            body: ChangesBody.self, output: RowVerdicts<ChangeProposalItem>.self, problems: [.notFound, .conflict]
        ) { call in
            let (id, body, principal) = (call.parameters.batch, call.body, try call.principal)
            let (tenant, mode) = (try principal.workspace, BulkMode(dryRun: body.dryRun, partial: body.partial))
            _ = try BulkMode.rows(body.changes.map(\.application), at: "/changes")
            let rows = body.changes.map { (application: $0.application, preparation: $0.preparation) }
            return try await call.write { transaction in
                let verdicts = try await transaction.proposeChanges(
                    rows, in: id, because: body.reason, mode, in: tenant, by: principal.personID)
                return .ok(
                    RowVerdicts(verdicts, of: rows, mode) {
                        ChangeProposalItem(
                            application: $0.application, change: mode == .dryRun ? nil : $1.done, fault: $1.fault)
                    })
            }
        }.erased
    }

    private static var answerChanges: AnyOperation {
        Operation(
            .post, "/v1/decision-change-answers", "answerDecisionChanges",
            summary: "Confirm or turn down several changes that another manager proposed",
            description: """
                Each as by `confirmDecisionChange` or `refuseDecisionChange`; those that give a place back before those that \
                take one. All of them or none, unless `partial`; with `dry_run` nothing changes and the same is said of each.
                """, tag: "decisions", access: .roles([.manager]), body: ChangeAnswersBody.self,
            output: RowVerdicts<ChangeAnswerItem>.self, problems: [.conflict]
        ) { call in
            let (body, person) = (call.body, try call.principal.personID)
            let mode = BulkMode(dryRun: body.dryRun, partial: body.partial)
            let ids = try BulkMode.rows(body.changes, at: "/changes")
            let word = try SecondWord(body.answer, because: body.reason)
            return try await call.write { transaction in
                let verdicts = try await transaction.answerChanges(ids, word, mode, by: person)
                return .ok(RowVerdicts(verdicts, of: ids, mode) { ChangeAnswerItem(change: $0, fault: $1.fault) })
            }
        }.erased
    }

    private static var proposeWaivers: AnyOperation {
        Operation(
            .post, "/v1/decision-batches/{batch}/waivers", "proposeQuorumWaivers",
            summary: "Ask that several prepared decisions be released below the quorum of reviews",
            description: """
                Each as by `proposeQuorumWaiver`. All of them or none, unless `partial`; with `dry_run` nothing changes and the \
                same is said of each.
                """, tag: "decisions", access: .roles([.manager]), parameters: BatchPath.self,
            body: WaiversBody.self, output: RowVerdicts<WaiverProposalItem>.self, problems: [.notFound, .conflict]
        ) { call in
            let (id, body, principal) = (call.parameters.batch, call.body, try call.principal)
            let (tenant, mode) = (try principal.workspace, BulkMode(dryRun: body.dryRun, partial: body.partial))
            let applications = try BulkMode.rows(body.applications, at: "/applications")
            return try await call.write { transaction in
                let verdicts = try await transaction.proposeWaivers(
                    of: applications, in: id, because: body.reason, mode, in: tenant, by: principal.personID)
                return .ok(
                    RowVerdicts(verdicts, of: applications, mode) {
                        WaiverProposalItem(application: $0, waiver: mode == .dryRun ? nil : $1.done, fault: $1.fault)
                    })
            }
        }.erased
    }

    private static var answerWaivers: AnyOperation {
        Operation(
            .post, "/v1/decision-batches/{batch}/waiver-answers", "answerQuorumWaivers",
            summary: "Confirm or turn down several waivers that another manager asked for",
            description: """
                Each as by `confirmQuorumWaiver` or `refuseQuorumWaiver`. All of them or none, unless `partial`; with `dry_run` \
                nothing changes and the same is said of each.
                """, tag: "decisions", access: .roles([.manager]), parameters: BatchPath.self,
            body: WaiverAnswersBody.self, output: RowVerdicts<WaiverAnswerItem>.self,
            problems: [.notFound, .conflict]
        ) { call in
            let (id, body, person) = (call.parameters.batch, call.body, try call.principal.personID)
            let mode = BulkMode(dryRun: body.dryRun, partial: body.partial)
            let ids = try BulkMode.rows(body.waivers, at: "/waivers")
            let word = try SecondWord(body.answer, because: body.reason)
            return try await call.write { transaction in
                let verdicts = try await transaction.answerWaivers(ids, in: id, word, mode, by: person)
                return .ok(RowVerdicts(verdicts, of: ids, mode) { WaiverAnswerItem(waiver: $0, fault: $1.fault) })
            }
        }.erased
    }
}

/// What a second manager answers.
enum SecondAnswer: String, Codable, Sendable, CaseIterable {
    case confirm, refuse
}

extension SecondWord {
    /// Refuses to turn down what nobody says why.
    init(_ answer: SecondAnswer, because reason: LongText?) throws(Problem) {
        switch answer {
        case .confirm: self = .confirm
        case .refuse:
            guard let reason else {
                throw Problem(.invalid, errors: [.init("/reason", .required, "Say why it is turned down.")])
            }
            self = .refuse(reason)
        }
    }
}

/// What is to become of several released decisions, and why.
struct ChangesBody: Described {
    let changes: [Row]
    let reason: LongText
    let dryRun: Bool?
    let partial: Bool?

    static let documentation = [
        "reason": "Why, for managers.", "dry_run": BulkMode.dryRunMeaning, "partial": BulkMode.partialMeaning,
    ]

    struct Row: Described {
        let application: Application.ID
        let outcome: Outcome
        let rank: Int?
        let award: Money?
        let lastDay: CalendarDate?
        let note: LongText
        let stream: ProgramStream.ID?

        static let documentation = [
            "note": "Stands in the letter.",
            "stream":
                "Where the call offers several, the chosen one that the place is in; the first choice unless given.",
        ]

        var preparation: Preparation {
            Preparation(outcome, rank: rank, award: award, lastDay: lastDay, note: note, stream: stream)
        }
    }
}

/// What came of an application.
struct ChangeProposalItem: Described {
    let application: Application.ID
    let change: DecisionChange.ID?
    let fault: RowFault?

    static let documentation = ["change": "Absent where nothing was proposed."]
}

/// Changes to answer.
struct ChangeAnswersBody: Described {
    let changes: [DecisionChange.ID]
    let answer: SecondAnswer
    let reason: LongText?
    let dryRun: Bool?
    let partial: Bool?

    static let documentation = [
        "reason": "Why they are turned down, which takes one.", "dry_run": BulkMode.dryRunMeaning,
        "partial": BulkMode.partialMeaning,
    ]
}

/// What came of a change.
struct ChangeAnswerItem: Described {
    let change: DecisionChange.ID
    let fault: RowFault?
}

/// Applications whose decisions are to be released below the quorum, and why.
struct WaiversBody: Described {
    let applications: [Application.ID]
    let reason: LongText
    let dryRun: Bool?
    let partial: Bool?

    static let documentation = ["dry_run": BulkMode.dryRunMeaning, "partial": BulkMode.partialMeaning]
}

/// What came of an application.
struct WaiverProposalItem: Described {
    let application: Application.ID
    let waiver: QuorumWaiver.ID?
    let fault: RowFault?

    static let documentation = ["waiver": "Absent where none was asked for."]
}

/// Waivers to answer.
struct WaiverAnswersBody: Described {
    let waivers: [QuorumWaiver.ID]
    let answer: SecondAnswer
    let reason: LongText?
    let dryRun: Bool?
    let partial: Bool?

    static let documentation = [
        "reason": "Why they are turned down, which takes one.", "dry_run": BulkMode.dryRunMeaning,
        "partial": BulkMode.partialMeaning,
    ]
}

/// What came of a waiver.
struct WaiverAnswerItem: Described {
    let waiver: QuorumWaiver.ID
    let fault: RowFault?
}
