internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Postgres
internal import Programs
internal import Vocabulary

internal import struct API.Operation

/// Waivers of a quorum by API: one manager asks, another answers.
enum WaiversAPI {
    static let operations: [AnyOperation] = [proposeWaiver, confirmWaiver, refuseWaiver]

    private static var proposeWaiver: AnyOperation {
        Operation(
            .post, "/v1/decision-batches/{batch}/decisions/{application}/waivers", "proposeQuorumWaiver",
            summary: "Ask that a prepared decision be released below the quorum of reviews",
            description: "Nothing follows from it before a second manager confirms it.", tag: "decisions",
            access: .roles([.manager]), parameters: PreparedPath.self, body: ReasonBody.self, output: WaiverView.self,
            success: .created, problems: [.notFound, .conflict]
        ) { call in
            let (path, principal, id) = (call.parameters, try call.principal, QuorumWaiver.ID())
            let tenant = try principal.workspace
            return try await call.write { transaction in
                let waiver = try await transaction.proposeWaiver(
                    of: path.application, in: path.batch, because: call.body.reason, as: id, in: tenant,
                    by: principal.personID)
                return .created(
                    WaiverView(waiver), location: "/v1/decision-batches/\(path.batch)/decisions")
            }
        }.erased
    }

    private static var confirmWaiver: AnyOperation {
        Operation(
            .post, "/v1/quorum-waivers/{waiver}/confirmation", "confirmQuorumWaiver",
            summary: "Confirm a waiver that another manager asked for",
            description: "The decision, as it stands prepared, no longer keeps the batch from being released.",
            tag: "decisions", access: .roles([.manager]), parameters: WaiverPath.self, output: WaiverView.self,
            problems: [.notFound, .conflict]
        ) { call in
            let (id, person) = (call.parameters.waiver, try call.principal.personID)
            return try await call.write { .ok(WaiverView(try await $0.confirmWaiver(id, by: person))) }
        }.erased
    }

    private static var refuseWaiver: AnyOperation {
        Operation(
            .post, "/v1/quorum-waivers/{waiver}/refusal", "refuseQuorumWaiver",
            summary: "Turn down a waiver that another manager asked for", tag: "decisions",
            access: .roles([.manager]), parameters: WaiverPath.self, body: ReasonBody.self, output: WaiverView.self,
            problems: [.notFound, .conflict]
        ) { call in
            let (id, person) = (call.parameters.waiver, try call.principal.personID)
            return try await call.write { transaction in
                .ok(WaiverView(try await transaction.refuseWaiver(id, because: call.body.reason, by: person)))
            }
        }.erased
    }
}

struct WaiverPath: Codable {
    let waiver: QuorumWaiver.ID
}

/// A waiver of a quorum, for managers.
struct WaiverView: Described {
    let id: QuorumWaiver.ID
    let application: Application.ID
    let startup: LocalizedName
    let outcome: Outcome
    let stream: ProgramStream.ID?
    let status: DecisionChange.Status
    let submitted: Int
    let quorum: Int
    let reason: LongText
    let proposedAt: Date
    let proposedBy: String?
    let confirmedAt: Date?
    let confirmedBy: String?
    let refusedAt: Date?
    let refusedReason: LongText?

    static let documentation = [
        "outcome": "The decision it is for; prepared otherwise, it takes another waiver.",
        "stream": "The stream of the place, where the call offers several.",
        "submitted": "How many reviews there were when it was asked for.",
    ]

    init(_ waiver: QuorumWaiver) {
        id = waiver.id
        application = waiver.application
        startup = waiver.startupName
        outcome = waiver.outcome
        stream = waiver.stream
        status = waiver.status
        submitted = waiver.submitted
        quorum = waiver.quorum
        reason = waiver.reason
        proposedAt = waiver.proposedAt
        proposedBy = waiver.proposedByName
        confirmedAt = waiver.confirmedAt
        confirmedBy = waiver.confirmedByName
        refusedAt = waiver.refusedAt
        refusedReason = waiver.refusedReason
    }
}
