internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Institutions
internal import Postgres
internal import Vocabulary

internal import struct API.Operation

/// What is to become of released decisions together with partners, by API.
enum RevisionsAPI {
    static let operations: [AnyOperation] = [
        listRevisions, getRevision, giveOpinion, listChangeOpinions, proposeAnswer, listAppealOpinions,
    ]

    private static var listRevisions: AnyOperation {
        Operation(
            .get, "/v1/joint-revisions", "listJointRevisions",
            summary: "Changes of released decisions and answers to appeals that wait for the partner's word",
            tag: "decisions", access: .roles([.partner]), output: JointRevisionList.self
        ) { call in
            .ok(JointRevisionList(items: try await call.reader.jointRevisions().map(JointRevisionView.init)))
        }.erased
    }

    private static var getRevision: AnyOperation {
        Operation(
            .get, "/v1/joint-revisions/{revision}", "getJointRevision", summary: "One of these",
            description: "Not found once it is settled.", tag: "decisions", access: .roles([.partner]),
            parameters: RevisionPath.self, output: JointRevisionView.self, problems: [.notFound]
        ) { call in
            guard let found = try await call.reader.jointRevision(call.parameters.revision) else {
                throw Problem.notFound
            }
            return .ok(JointRevisionView(found))
        }.erased
    }

    private static var giveOpinion: AnyOperation {
        Operation(
            .post, "/v1/joint-revisions/{revision}/opinions", "giveRevisionOpinion",
            summary: "Say what the partner thinks of it",
            description: """
                About what was seen, by its `version`. A change is not confirmed, and an appeal not answered, before every \
                partner agrees that decides together with the park in the streams that it is about.
                """,
            tag: "decisions", access: .roles([.partner]), parameters: RevisionPath.self, body: OpinionBody.self,
            output: JointRevisionView.self, problems: [.notFound, .conflict]
        ) { call in
            let (id, principal, body) = (call.parameters.revision, try call.principal, call.body)
            let (tenant, own) = (try principal.workspace, Institution.ID(try principal.actsFor))
            let opinion = PartnerOpinion.ID()
            return try await call.write { transaction in
                .ok(
                    JointRevisionView(
                        try await transaction.giveOpinion(
                            body.stance, saying: body.words, on: id, seen: body.version, as: opinion, of: own,
                            in: tenant, by: principal.personID)))
            }
        }.erased
    }

    private static var listChangeOpinions: AnyOperation {
        Operation(
            .get, "/v1/decision-changes/{change}/opinions", "listChangeOpinions",
            summary: "The partners without whom a change is not confirmed, with the last each said",
            description: "None once it is answered.", tag: "decisions", access: .roles([.manager]),
            parameters: ChangePath.self, output: PartnerSayList.self, problems: [.notFound]
        ) { call in
            guard let change = try await call.reader.decisionChange(call.parameters.change) else {
                throw Problem.notFound
            }
            return .ok(PartnerSayList(try await call.reader.partnerSays(on: .change(change.id))))
        }.erased
    }

    private static var proposeAnswer: AnyOperation {
        Operation(
            .post, "/v1/applications/{application}/appeal/proposal", "proposeAppealAnswer",
            summary: "Ask the partners about what is meant to be answered to an appeal",
            description: """
                Where partners decide together with the park, an appeal is answered as they agreed to. Their staff are written \
                to; another proposal voids what they said.
                """,
            tag: "decisions", access: .roles([.manager]), parameters: DecidedPath.self, body: AppealAnswerBody.self,
            output: PartnerSayList.self, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let (tenant, id) = (try principal.workspace, call.parameters.application)
            return try await call.write { transaction in
                .ok(
                    PartnerSayList(
                        try await transaction.proposeAnswer(
                            to: id, call.body.verdict, because: call.body.answer, in: tenant, by: principal.personID)))
            }
        }.erased
    }

    private static var listAppealOpinions: AnyOperation {
        Operation(
            .get, "/v1/applications/{application}/appeal/opinions", "listAppealOpinions",
            summary: "The partners without whom an appeal is not answered, with the last each said",
            description: "None before they are asked, and once it is answered.", tag: "decisions",
            access: .roles([.manager]), parameters: DecidedPath.self, output: PartnerSayList.self,
            problems: [.notFound]
        ) { call in
            let id = call.parameters.application
            guard try await call.reader.appeal(of: id) != nil else { throw Problem.notFound }
            return .ok(PartnerSayList(try await call.reader.partnerSays(on: .answer(to: id))))
        }.erased
    }
}

struct RevisionPath: Codable {
    let revision: JointRevision.ID
}

struct RevisionDonePath: Codable {
    let revision: JointRevision.ID
    let done: DecisionDone?
}

/// What is to become of a released decision, as a partner's staff see it.
struct JointRevisionView: Described {
    let id: JointRevision.ID
    let call: LocalizedName
    let startup: LocalizedName
    let decided: DecidedLine
    let change: ChangeLine?
    let appeal: AppealLine?
    let proposedAt: Date
    let version: String
    let opinion: OpinionView?

    static let documentation = [
        "decided": "What was released.", "change": "What it is to become; absent where it is an appeal.",
        "appeal": "What is meant to be answered; absent where it is a change.",
        "version": "Other after every change of what is proposed; an opinion is about one version.",
    ]

    struct DecidedLine: Described {
        let outcome: Outcome
        let stream: LocalizedName?
        let note: LongText?

        static let documentation = ["note": "What the letter said; left out for whoever had no say in that."]
    }

    struct ChangeLine: Described {
        let outcome: Outcome
        let stream: LocalizedName?
        let rank: Int?
        let award: Money?
        let lastDay: CalendarDate?
        let note: LongText
        let reason: LongText
    }

    struct AppealLine: Described {
        let grounds: LongText
        let verdict: Appeal.Verdict
        let answer: LongText
    }

    init(_ revision: JointRevision) {
        (id, call, startup) = (revision.id, revision.callTitle, revision.startupName)
        decided = DecidedLine(outcome: revision.stood, stream: revision.stoodStreamName, note: revision.stoodNote)
        switch revision.kind {
        case .change(let meant, let stream, let reason):
            change = ChangeLine(
                outcome: meant.outcome, stream: stream, rank: meant.rank, award: meant.award, lastDay: meant.lastDay,
                note: meant.note, reason: reason)
            appeal = nil
        case .appeal(let verdict, let answer, let grounds):
            change = nil
            appeal = AppealLine(grounds: grounds, verdict: verdict, answer: answer)
        }
        (proposedAt, version) = (revision.proposedAt, revision.version)
        opinion = OpinionView(revision.opinion, by: nil, isCurrent: revision.isCurrent)
    }
}

struct JointRevisionList: Described {
    let items: [JointRevisionView]
}
