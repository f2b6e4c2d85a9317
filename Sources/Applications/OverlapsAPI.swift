internal import API
internal import Accounts
internal import Foundation
internal import Postgres
internal import Vocabulary

internal import struct API.Operation

/// What might be funded twice, by API: for managers alone.
enum OverlapsAPI {
    static let operations: [AnyOperation] = [listOverlaps, judgeOverlap]

    private static var listOverlaps: AnyOperation {
        Operation(
            .get, "/v1/applications/{application}/overlaps", "listFundingOverlaps",
            summary: "Live applications and enrolments that might fund the same thing",
            description: """
                Suggestions with what they rest on; they block nothing. A manager who founded a startup, or owns part of \
                it, is told nothing about it.
                """,
            tag: "applications", access: .roles([.manager]), parameters: ApplicationPath.self, output: OverlapList.self,
            problems: [.notFound]
        ) { call in
            let id = call.parameters.application
            guard try await call.reader.application(id) != nil else { throw Problem.notFound }
            return .ok(OverlapList(items: try await call.reader.overlaps(of: id).map(OverlapView.init)))
        }.erased
    }

    private static var judgeOverlap: AnyOperation {
        Operation(
            .post, "/v1/applications/{application}/overlaps/{other}/verdicts", "judgeFundingOverlap",
            summary: "Confirm an overlap, or say why it is none", description: "What was said before stays on record.",
            tag: "applications", access: .roles([.manager]), parameters: OverlapPath.self,
            body: OverlapVerdictBody.self,
            output: OverlapView.self, problems: [.notFound]
        ) { call in
            let (path, body, person) = (call.parameters, call.body, try call.principal.personID)
            return try await call.write { transaction in
                .ok(
                    OverlapView(
                        try await transaction.judgeOverlap(
                            of: path.application, with: path.other, as: body.verdict, because: body.reason, by: person))
                )
            }
        }.erased
    }
}

struct OverlapPath: Codable {
    let application: Application.ID
    let other: Application.ID
}

struct OverlapVerdictBody: Described {
    let verdict: FundingOverlap.Verdict
    let reason: LongText?

    static var documentation: [String: String] { ["reason": "Required with `dismissed`."] }
}

struct OverlapList: Described {
    let items: [OverlapView]
}

/// A suggestion as JSON.
struct OverlapView: Described {
    let other: Application.ID
    let startup: LocalizedName
    let call: LocalizedName
    let program: LocalizedName
    let state: Application.State
    let isEnrolled: Bool
    let evidence: [EvidenceView]
    let verdict: FundingOverlap.Verdict?
    let reason: LongText?
    let judgedAt: Date?
    let judgedBy: String?

    init(_ overlap: FundingOverlap) {
        other = overlap.other
        startup = overlap.startupName
        call = overlap.callTitle
        program = overlap.programName
        state = overlap.state
        isEnrolled = overlap.isEnrolled
        evidence = overlap.evidence.map { EvidenceView(kind: $0.kind, detail: $0.detail, basisPoints: $0.share) }
        verdict = overlap.judgement?.verdict
        reason = overlap.judgement?.reason
        judgedAt = overlap.judgement?.at
        judgedBy = overlap.judgement?.by
    }
}

struct EvidenceView: Codable {
    let kind: FundingOverlap.Kind
    let detail: String?
    let basisPoints: Int?
}
