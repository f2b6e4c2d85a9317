internal import API
internal import Accounts
internal import Foundation
internal import Postgres
internal import Programs
internal import Vocabulary

internal import struct API.Operation

/// Declared facts and what the conditions of the call come to, by API.
enum EligibilityAPI {
    static let operations: [AnyOperation] = [getFacts, saveFacts, getEligibility]

    private static var getFacts: AnyOperation {
        Operation(
            .get, "/v1/applications/{application}/facts", "getApplicationFacts",
            summary: "What is declared in an application",
            description:
                "Until somebody declares something, what is known of the startup. Managers read what was handed in.",
            tag: "applications", access: .roles([.manager, .founder]), parameters: ApplicationPath.self,
            output: FactsView.self, problems: [.notFound]
        ) { call in
            let (id, role) = (call.parameters.application, try call.principal.role)
            return try await call.database.snapshot(as: call.context) { snapshot in
                let application = try await snapshot.openApplication(id, for: role)
                return .ok(FactsView(try await snapshot.facts(of: application.application)))
            }
        }.erased
    }

    private static var saveFacts: AnyOperation {
        Operation(
            .put, "/v1/applications/{application}/facts", "saveApplicationFacts",
            summary: "Replace what is declared in a draft",
            description: """
                An absent fact is not known. From submission on what was declared stands, but for facts that the park asks to be \
                changed.
                """,
            tag: "applications", access: .roles([.founder]), parameters: ApplicationPath.self, body: FactsBody.self,
            output: FactsView.self, problems: [.notFound, .conflict, .answersNotReopened]
        ) { call in
            let (id, person) = (call.parameters.application, try call.principal.personID)
            let facts = try call.body.facts()
            return try await call.write { transaction in
                let saved = try await transaction.saveFacts(of: id, by: person) { current in
                    try call.match(FactsView(current))
                    return facts
                }
                return .ok(FactsView(saved))
            }
        }.erased
    }

    private static var getEligibility: AnyOperation {
        Operation(
            .get, "/v1/applications/{application}/eligibility", "getEligibility",
            summary: "What the conditions of the call come to, rule by rule",
            description: """
                Of a draft, today or on the day `at`. Of what was handed in, as it was found then, the last time or, with \
                `number`, when that copy was handed in; with `at`, as it would be found on that day.
                """,
            tag: "applications", access: .roles([.manager, .founder]), parameters: EligibilityPath.self,
            output: EligibilityView.self, problems: [.notFound]
        ) { call in
            let (path, role) = (call.parameters, try call.principal.role)
            return try await call.database.snapshot(as: call.context) { snapshot in
                let summary = try await snapshot.openApplication(path.application, for: role)
                guard let to = try await snapshot.call(summary.application.call) else { throw Problem.notFound }
                if let submitted = summary.application.submittedAt, path.at == nil {
                    let findings = try await snapshot.findings(of: path.application, inCopy: path.number)
                    guard path.number == nil || !findings.isEmpty else { throw Problem.notFound }
                    return .ok(
                        EligibilityView(
                            findings,
                            of: try await snapshot.conditions(of: to.id),
                            on: CalendarDate(submitted, in: to.deadline.zone)))
                }
                let found = try await snapshot.eligibility(of: summary.application, to: to, on: path.at)
                return .ok(EligibilityView(found.report))
            }
        }.erased
    }
}

extension Statements {
    /// An application whose facts the role may read: not a draft to a manager.
    func openApplication(_ id: Application.ID, for role: Role) async throws -> ApplicationSummary {
        guard let summary = try await application(id), role == .founder || summary.application.submittedAt != nil else {
            throw Problem.notFound
        }
        return summary
    }
}

struct EligibilityPath: Codable {
    let application: Application.ID
    let at: CalendarDate?
    let number: Int?
}
