internal import API
internal import Accounts
internal import Foundation
internal import Postgres
internal import Programs
internal import Vocabulary

internal import struct API.Operation

/// What might be funded twice, by API: for managers alone.
enum OverlapsAPI {
    static let operations: [AnyOperation] = [listOverlaps, judgeOverlap, listCallOverlaps, judgeCallOverlaps]

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

    private static var listCallOverlaps: AnyOperation {
        Operation(
            .get, "/v1/calls/{call}/overlaps", "listCallOverlaps",
            summary: "Overlaps of a call's applications that nobody has judged",
            description: """
                Of applications that may still be funded, each two once, 500 at the most: once they are judged, others come in \
                their place.
                """,
            tag: "applications", access: .roles([.manager]), parameters: CallPath.self, output: OpenOverlapList.self,
            problems: [.notFound]
        ) { call in
            let id = call.parameters.call
            guard try await call.reader.call(id) != nil else { throw Problem.notFound }
            return .ok(
                OpenOverlapList(
                    items: try await call.reader.openOverlaps(of: id, limit: BulkMode.most).map(OpenOverlapView.init)))
        }.erased
    }

    private static var judgeCallOverlaps: AnyOperation {
        Operation(
            .post, "/v1/calls/{call}/overlap-verdicts", "judgeCallOverlaps",
            summary: "Confirm several overlaps of a call's applications, or say why they are none",
            description: """
                Each as by `judgeFundingOverlap`. All of them or none, unless `partial`; with `dry_run` nothing changes and the \
                same is said of each.
                """,
            tag: "applications", access: .roles([.manager]), parameters: CallPath.self, body: OverlapVerdictsBody.self,
            output: RowVerdicts<OverlapVerdictItem>.self, problems: [.notFound, .conflict]
        ) { call in
            let (id, body, person) = (call.parameters.call, call.body, try call.principal.personID)
            let mode = BulkMode(dryRun: body.dryRun, partial: body.partial)
            let pairs = try BulkMode.rows(body.overlaps, at: "/overlaps").map { OverlapPair($0.application, $0.other) }
            try body.verdict.check(body.reason)
            return try await call.write { transaction in
                let verdicts = try await transaction.judgeOverlaps(
                    pairs, of: id, as: body.verdict, because: body.reason, mode, by: person)
                return .ok(
                    RowVerdicts(verdicts, of: pairs, mode) {
                        OverlapVerdictItem(application: $0.application, other: $0.other, fault: $1.fault)
                    })
            }
        }.erased
    }
}

/// Overlaps that are judged alike, and how.
struct OverlapVerdictsBody: Described {
    let overlaps: [Row]
    let verdict: FundingOverlap.Verdict
    let reason: LongText?
    let dryRun: Bool?
    let partial: Bool?

    static let documentation = [
        "reason": "Required with `dismissed`.", "dry_run": BulkMode.dryRunMeaning, "partial": BulkMode.partialMeaning,
    ]

    struct Row: Described, Hashable {
        let application: Application.ID
        let other: Application.ID

        static let documentation = ["application": "The one of the call."]
    }
}

/// What came of an overlap.
struct OverlapVerdictItem: Described {
    let application: Application.ID
    let other: Application.ID
    let fault: RowFault?
}

struct OpenOverlapList: Described {
    let items: [OpenOverlapView]
}

/// An overlap of a call's application as JSON.
struct OpenOverlapView: Described {
    let application: Application.ID
    let startup: LocalizedName
    let overlap: OverlapView

    static let documentation = ["startup": "Whose application it is; the other's is in `overlap`."]

    init(_ open: OpenOverlap) {
        application = open.application
        startup = open.startupName
        overlap = OverlapView(open.overlap)
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
