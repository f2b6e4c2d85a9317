internal import API
internal import Accounts
internal import Foundation
internal import Postgres
internal import Programs
internal import Vocabulary

internal import struct API.Operation

/// Changes that the park asks of many startups at once, by API.
enum ManyChangesAPI {
    static let operations: [AnyOperation] = [requestChanges, extendChanges, cancelChanges]

    private static var requestChanges: AnyOperation {
        Operation(
            .post, "/v1/calls/{call}/change-requests", "requestManyChanges",
            summary: "Ask several startups that applied to a call for the same changes",
            description: "Each as by `requestChanges`, with a request and a letter of its own.", tag: "applications",
            access: .roles([.manager]), parameters: ChangesCallPath.self, body: ManyChangesBody.self,
            output: RowVerdicts<ManyChangesItem>.self, problems: [.notFound, .conflict]
        ) { call in
            let (body, id, person) = (call.body, call.parameters.call, try call.principal.personID)
            let mode = BulkMode(dryRun: body.dryRun, partial: body.partial)
            let applications = try BulkMode.rows(body.applications, at: "/applications")
            return try await call.write { transaction in
                let verdicts = try await transaction.requestChanges(
                    body.wanted, ofAll: applications, to: id, mode, by: person)
                return .ok(
                    RowVerdicts(verdicts, of: applications, mode) {
                        ManyChangesItem(
                            application: $0, request: mode == .dryRun ? nil : $1.done, fault: $1.fault)
                    })
            }
        }.erased
    }

    private static var extendChanges: AnyOperation {
        Operation(
            .post, "/v1/change-request-extensions", "extendManyChanges",
            summary: "Give several startups more time for what they were asked",
            description: "Each as by `extendChanges`; all until the same day.", tag: "applications",
            access: .roles([.manager]), body: ManyExtensionsBody.self, output: RowVerdicts<ChangeRequestItem>.self,
            problems: [.conflict]
        ) { call in
            let (body, person) = (call.body, try call.principal.personID)
            let mode = BulkMode(dryRun: body.dryRun, partial: body.partial)
            let requests = try BulkMode.rows(body.requests, at: "/requests")
            return try await call.write { transaction in
                let verdicts = try await transaction.extendChanges(requests, to: body.dueOn, mode, by: person)
                return .ok(
                    RowVerdicts(verdicts, of: requests, mode) { ChangeRequestItem(request: $0, fault: $1.fault) })
            }
        }.erased
    }

    private static var cancelChanges: AnyOperation {
        Operation(
            .post, "/v1/change-request-cancellations", "cancelManyChanges",
            summary: "Go on with what several startups handed in before they were asked",
            description: "Each as by `cancelChanges`.", tag: "applications", access: .roles([.manager]),
            body: ManyCancellationsBody.self, output: RowVerdicts<ChangeRequestItem>.self, problems: [.conflict]
        ) { call in
            let (body, person) = (call.body, try call.principal.personID)
            let mode = BulkMode(dryRun: body.dryRun, partial: body.partial)
            let requests = try BulkMode.rows(body.requests, at: "/requests")
            return try await call.write { transaction in
                let verdicts = try await transaction.cancelChanges(requests, mode, by: person)
                return .ok(
                    RowVerdicts(verdicts, of: requests, mode) { ChangeRequestItem(request: $0, fault: $1.fault) })
            }
        }.erased
    }
}

struct ChangesCallPath: Codable {
    let call: CallForApplications.ID
}

/// Changes that several startups are asked for.
struct ManyChangesBody: Described {
    let applications: [Application.ID]
    let message: LongText
    let questions: [CallForApplications.Question.ID]?
    let facts: [ApplicantFact]?
    let dueOn: CalendarDate
    let dryRun: Bool?
    let partial: Bool?

    static var documentation: [String: String] {
        ChangeRequestBody.documentation.merging([
            "dry_run": BulkMode.dryRunMeaning, "partial": BulkMode.partialMeaning,
        ]) { $1 }
    }

    var wanted: ChangesWanted { ChangesWanted(message, to: questions ?? [], facts: facts ?? [], by: dueOn) }
}

/// What came of an application.
struct ManyChangesItem: Described {
    let application: Application.ID
    let request: ChangeRequest.ID?
    let fault: RowFault?

    static var documentation: [String: String] { ["request": "Absent where nothing was asked."] }
}

/// Requests that are due later.
struct ManyExtensionsBody: Described {
    let requests: [ChangeRequest.ID]
    let dueOn: CalendarDate
    let dryRun: Bool?
    let partial: Bool?

    static var documentation: [String: String] {
        [
            "due_on": "The new last day, later than the one that was set.", "dry_run": BulkMode.dryRunMeaning,
            "partial": BulkMode.partialMeaning,
        ]
    }
}

/// Requests that the park no longer waits for.
struct ManyCancellationsBody: Described {
    let requests: [ChangeRequest.ID]
    let dryRun: Bool?
    let partial: Bool?

    static var documentation: [String: String] {
        ["dry_run": BulkMode.dryRunMeaning, "partial": BulkMode.partialMeaning]
    }
}

/// What came of a request.
struct ChangeRequestItem: Described {
    let request: ChangeRequest.ID
    let fault: RowFault?
}
