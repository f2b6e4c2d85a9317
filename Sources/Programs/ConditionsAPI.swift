import API
import Accounts
import Eligibility
import Foundation
import Postgres
import Vocabulary

import struct API.Operation

/// What a call requires, by API.
enum ConditionsAPI {
    static let operations: [AnyOperation] = [listConditions, reviseConditions, listTemplates]

    private static var listConditions: AnyOperation {
        Operation(
            .get, "/v1/calls/{call}/conditions", "listCallConditions", summary: "What a call requires of applicants",
            tag: "programs", access: .roles(Role.ofATenant), parameters: CallPath.self, output: ConditionList.self,
            problems: [.notFound]
        ) { call in
            guard let found = try await call.reader.call(call.parameters.call) else { throw Problem.notFound }
            return .ok(ConditionList(try await call.reader.conditions(of: found.id)))
        }.erased
    }

    private static var reviseConditions: AnyOperation {
        Operation(
            .put, "/v1/calls/{call}/conditions", "reviseCallConditions",
            summary: "Replace what an unpublished call requires",
            description: """
                Each condition is a rule over what applicants declare. A rule that cannot be asked is refused with a \
                pointer to the term at fault. From publication on the conditions stand.
                """,
            tag: "programs", access: .roles([.manager]), parameters: CallPath.self, body: ConditionList.self,
            output: ConditionList.self, problems: [.notFound, .conflict]
        ) { call in
            let tenant = try call.principal.workspace
            let wanted = try call.body.checked()
            return try await call.write { transaction in
                let conditions = try await transaction.reviseConditions(of: call.parameters.call, in: tenant) {
                    try call.match(ConditionList($0))
                    return wanted
                }
                return .ok(ConditionList(conditions))
            }
        }.erased
    }

    private static var listTemplates: AnyOperation {
        Operation(
            .get, "/v1/condition-templates", "listConditionTemplates",
            summary: "Conditions that parks often set, to begin from", tag: "programs", access: .roles([.manager]),
            output: ConditionList.self
        ) { _ in .ok(ConditionList(try ConditionTemplate.all.map { try $0.condition(as: CallCondition.ID($0.id)) })) }
        .erased
    }
}

/// The conditions of a call as JSON.
struct ConditionList: Described {
    let conditions: [ConditionBody]

    init(_ conditions: [CallCondition]) {
        self.conditions = conditions.map(ConditionBody.init)
    }

    /// The conditions, each with a rule that can be asked. All refusals are told at once.
    func checked() throws(Problem) -> [CallCondition] {
        var (checked, errors): ([CallCondition], [Problem.FieldError]) = ([], [])
        for (index, body) in conditions.enumerated() {
            do throws(RuleRefusal) {
                checked.append(try body.condition())
            } catch {
                errors.append(error.fieldError(below: "/conditions/\(index)/rule"))
            }
        }
        guard errors.isEmpty else { throw Problem(.invalid, "A rule cannot be asked.", errors: errors) }
        return checked
    }
}
