import API
import Accounts
import Foundation
import Institutions
import Partnerships
import Postgres
import Vocabulary

import struct API.Operation

/// Who is let into calls that are not public, and when rolling calls look at what came in.
enum AdmissionsAPI {
    static let operations: [AnyOperation] = [
        listAdmissions, invite, withdraw, withdrawSeveral, listCodes, giveCode, revokeCode, planBatches,
    ]

    private static var listAdmissions: AnyOperation {
        Operation(
            .get, "/v1/calls/{call}/admissions", "listCallAdmissions",
            summary: "The startups that a call lets in which is not public", tag: "programs",
            access: .roles([.manager]), parameters: CallPath.self, output: AdmissionList.self, problems: [.notFound]
        ) { call in
            guard let found = try await call.reader.call(call.parameters.call) else { throw Problem.notFound }
            return .ok(AdmissionList(try await call.reader.admissions(to: found.id)))
        }.erased
    }

    private static var invite: AnyOperation {
        Operation(
            .post, "/v1/calls/{call}/invitations", "inviteStartups", summary: "Invite startups to a call",
            description: """
                Nobody else learns that the call exists. Once it is published the founders of those who are invited are \
                written to; the letters wait in the outbox for a look. Those who are invited already stay so. All or none \
                of those named are invited, unless `partial` says otherwise.
                """, tag: "programs", access: .roles([.manager]),
            parameters: CallPath.self, body: InvitationsBody.self, output: RowVerdicts<InvitationItem>.self,
            problems: [.notFound, .conflict]
        ) { call in
            let (principal, id) = (try call.principal, call.parameters.call)
            let (tenant, mode, startups) = (try principal.workspace, call.body.mode, try call.body.rows())
            return try await call.write { transaction in
                let verdicts = try await transaction.inviteStartups(
                    startups, to: id, mode, in: tenant, by: principal.personID)
                return .ok(RowVerdicts(verdicts, of: startups, mode, item: InvitationItem.init))
            }
        }.erased
    }

    private static var withdraw: AnyOperation {
        Operation(
            .post, "/v1/calls/{call}/invitations/{startup}/withdrawal", "withdrawInvitation",
            summary: "Take an invitation back",
            description: """
                Refused once the startup has begun an application. A letter that tells of it and has not gone out is \
                cancelled; no other is written.
                """,
            tag: "programs", access: .roles([.manager]), parameters: InvitedPath.self, output: AdmissionList.self,
            problems: [.notFound, .conflict]
        ) { call in
            try await call.write { transaction in
                .ok(
                    AdmissionList(
                        try await transaction.withdrawInvitation(
                            of: call.parameters.startup, to: call.parameters.call)))
            }
        }.erased
    }

    private static var withdrawSeveral: AnyOperation {
        Operation(
            .post, "/v1/calls/{call}/invitation-withdrawals", "withdrawInvitations",
            summary: "Take several invitations back", description: "Each as by `withdrawInvitation`.", tag: "programs",
            access: .roles([.manager]), parameters: CallPath.self, body: InvitationsBody.self,
            output: RowVerdicts<InvitationItem>.self, problems: [.notFound, .conflict]
        ) { call in
            let (id, mode, startups) = (call.parameters.call, call.body.mode, try call.body.rows())
            return try await call.write { transaction in
                let verdicts = try await transaction.withdrawInvitations(of: startups, to: id, mode)
                return .ok(RowVerdicts(verdicts, of: startups, mode, item: InvitationItem.init))
            }
        }.erased
    }

    private static var listCodes: AnyOperation {
        Operation(
            .get, "/v1/calls/{call}/fast-track-codes", "listFastTrackCodes",
            summary: "The codes of a call, with how often each was used", tag: "programs",
            access: .roles([.manager]), parameters: CallPath.self, output: CodeList.self, problems: [.notFound]
        ) { call in
            guard let found = try await call.reader.call(call.parameters.call) else { throw Problem.notFound }
            return .ok(CodeList(items: try await call.reader.fastTrackCodes(of: found.id).map { CodeView($0) }))
        }.erased
    }

    private static var giveCode: AnyOperation {
        Operation(
            .post, "/v1/calls/{call}/fast-track-codes", "giveFastTrackCode",
            summary: "Give a code for a call on a fast track",
            description: "The answer is the only place where the code stands: its hash alone is kept.",
            tag: "programs", access: .roles([.manager]), parameters: CallPath.self, body: NewCodeBody.self,
            output: CodeView.self, success: .created, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let id = FastTrackCode.ID()
            var generator = SystemRandomNumberGenerator()
            let word = FastTrackWord(using: &generator)
            return try await call.write { transaction in
                let code = try await transaction.giveFastTrackCode(
                    word, call.body.new, as: id, for: call.parameters.call, in: tenant, by: principal.personID)
                return .created(
                    CodeView(code, word: word), location: "/v1/calls/\(call.parameters.call)/fast-track-codes")
            }
        }.erased
    }

    private static var revokeCode: AnyOperation {
        Operation(
            .post, "/v1/fast-track-codes/{code}/revocation", "revokeFastTrackCode", summary: "Take a code back",
            description: "It lets nobody in any more. Whom it has let in stays in.", tag: "programs",
            access: .roles([.manager]), parameters: CodePath.self, output: CodeView.self, problems: [.notFound]
        ) { call in
            let person = try call.principal.personID
            return try await call.write { transaction in
                .ok(CodeView(try await transaction.revokeFastTrackCode(call.parameters.code, by: person)))
            }
        }.erased
    }

    private static var planBatches: AnyOperation {
        Operation(
            .put, "/v1/calls/{call}/cutoffs", "planBatches", summary: "Replace the cut-offs of a rolling call",
            description: "Those that are past stand. `If-Match` is the call's.", tag: "programs",
            access: .roles([.manager]), parameters: CallPath.self, body: CutoffsBody.self, output: CallView.self,
            problems: [.notFound, .conflict]
        ) { call in
            try await call.write { transaction in
                let planned = try await transaction.planBatches(call.body.cutoffs, of: call.parameters.call) {
                    try call.match(CallView($0, at: transaction.now))
                }
                return .ok(CallView(planned, at: transaction.now))
            }
        }.erased
    }
}

/// The cut-offs of a rolling call.
struct CutoffsBody: Described {
    let cutoffs: [Date]

    static let documentation = ["cutoffs": "In order; those that are past as they are."]
}

struct InvitedPath: Codable {
    let call: CallForApplications.ID
    let startup: Startup.ID
}

struct CodePath: Codable {
    let code: FastTrackCode.ID
}

/// The startups to invite, or whose invitations are taken back.
struct InvitationsBody: Described {
    let startups: [Startup.ID]
    let dryRun: Bool?
    let partial: Bool?

    static let documentation = ["dry_run": BulkMode.dryRunMeaning, "partial": BulkMode.partialMeaning]

    var mode: BulkMode { BulkMode(dryRun: dryRun, partial: partial) }

    func rows() throws(Problem) -> [Startup.ID] { try BulkMode.rows(startups, at: "/startups") }
}

/// What came of a startup and its invitation.
struct InvitationItem: Described {
    let startup: Startup.ID
    let changes: Bool
    let fault: RowFault?

    static let documentation = ["changes": "False where it is refused, and where it is invited already."]

    init(_ startup: Startup.ID, _ verdict: RowVerdict<Bool>) {
        self.startup = startup
        changes = verdict.done ?? false
        fault = verdict.fault
    }
}

/// Whom a call lets in, as JSON.
struct AdmissionList: Described {
    let items: [AdmissionView]

    init(_ admissions: [CallAdmission]) {
        items = admissions.map(AdmissionView.init)
    }
}

struct AdmissionView: Described {
    let startup: Startup.ID
    let name: LocalizedName
    let admittedAt: Date
    let code: FastTrackCode.ID?
    let hasApplied: Bool

    static let documentation = ["code": "The code the startup brought; absent for an invitation."]

    init(_ admission: CallAdmission) {
        startup = admission.startup
        name = admission.startupName
        admittedAt = admission.admittedAt
        code = admission.code
        hasApplied = admission.hasApplied
    }
}

struct CodeList: Described {
    let items: [CodeView]
}

/// A code as JSON.
struct CodeView: Described {
    let id: FastTrackCode.ID
    let call: CallForApplications.ID
    let mou: MoU.ID
    let label: ShortText
    let validFrom: Date
    let validUntil: Date
    let usesAllowed: Int
    let used: Int
    let revokedAt: Date?
    let code: String?

    static let documentation = ["code": "What is handed out, in the answer to giving it alone."]

    init(_ code: FastTrackCode, word: FastTrackWord? = nil) {
        id = code.id
        call = code.call
        mou = code.mou
        label = code.label
        validFrom = code.validFrom
        validUntil = code.validUntil
        usesAllowed = code.usesAllowed
        used = code.used
        revokedAt = code.revokedAt
        self.code = word?.text
    }
}

/// What a manager sends to give a code.
struct NewCodeBody: Described {
    let mou: MoU.ID
    let label: ShortText
    let validFrom: Date
    let validUntil: Date
    let usesAllowed: Int

    var new: NewFastTrackCode {
        NewFastTrackCode(
            mou: mou, label: label, validFrom: validFrom, validUntil: validUntil, usesAllowed: usesAllowed)
    }
}
