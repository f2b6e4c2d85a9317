internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Postgres
internal import Programs
internal import Vocabulary

internal import struct API.Operation

/// Many startups into one cohort, by API.
enum ManyEnrolmentsAPI {
    static let operations: [AnyOperation] = [enrolStartups]

    private static var enrolStartups: AnyOperation {
        Operation(
            .post, "/v1/cohorts/{cohort}/enrolments", "enrolStartups",
            summary: "Enrol the startups of several accepted offers in a cohort",
            description: """
                Each as by `enrolStartup`. All of them or none, unless `partial`; with `dry_run` nothing changes and the same is \
                said of each.
                """, tag: "incubation", access: .roles([.manager]), parameters: CohortOfManyPath.self,
            body: EnrolmentsBody.self, output: RowVerdicts<EnrolmentItem>.self, problems: [.notFound, .conflict]
        ) { call in
            let (id, body, principal) = (call.parameters.cohort, call.body, try call.principal)
            let (tenant, mode) = (try principal.workspace, BulkMode(dryRun: body.dryRun, partial: body.partial))
            _ = try BulkMode.rows(body.enrolments.map(\.application), at: "/enrolments")
            let rows = body.enrolments.map { (application: $0.application, mentor: $0.mentor.map { Person.ID($0) }) }
            return try await call.write { transaction in
                let verdicts = try await transaction.enrolStartups(
                    rows, in: id, mode, in: tenant, by: principal.personID)
                return .ok(
                    RowVerdicts(verdicts, of: rows, mode) {
                        EnrolmentItem(
                            application: $0.application, enrolment: mode == .dryRun ? nil : $1.done, fault: $1.fault)
                    })
            }
        }.erased
    }
}

struct CohortOfManyPath: Codable {
    let cohort: Cohort.ID
}

/// Accepted offers whose startups are to be enrolled.
struct EnrolmentsBody: Described {
    let enrolments: [Row]
    let dryRun: Bool?
    let partial: Bool?

    static let documentation = ["dry_run": BulkMode.dryRunMeaning, "partial": BulkMode.partialMeaning]

    struct Row: Described {
        let application: Application.ID
        let mentor: UUID?

        static let documentation = ["mentor": "Somebody with a mentor's seat here."]
    }
}

/// What came of an accepted offer.
struct EnrolmentItem: Described {
    let application: Application.ID
    let enrolment: Enrolment.ID?
    let fault: RowFault?

    static let documentation = ["enrolment": "Absent where nobody was enrolled."]
}
