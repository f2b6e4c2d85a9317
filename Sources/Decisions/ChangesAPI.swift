internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Postgres
internal import Vocabulary

internal import struct API.Operation

/// What follows a release by API: the decision as both sides read it, changes by two managers, appeals.
enum ChangesAPI {
    static let operations: [AnyOperation] = [
        getDecision, listChanges, proposeChange, confirmChange, refuseChange, listAppeals, getAppeal, lodgeAppeal,
        answerAppeal,
    ]

    private static var getDecision: AnyOperation {
        Operation(
            .get, "/v1/applications/{application}/decision", "getDecision",
            summary: "What was decided about an application, with the panel's feedback and its appeal",
            description: "Not found before it is released.", tag: "decisions", access: .roles([.manager, .founder]),
            parameters: DecidedPath.self, output: DecisionView.self, problems: [.notFound]
        ) { call in
            let id = call.parameters.application
            return try await call.database.snapshot(as: call.context) { snapshot in
                guard let decision = try await snapshot.releasedDecision(on: id) else { throw Problem.notFound }
                return .ok(DecisionView(decision, try await snapshot.appeal(of: id)))
            }
        }.erased
    }

    private static var listChanges: AnyOperation {
        Operation(
            .get, "/v1/decision-changes", "listDecisionChanges",
            summary: "Changes of released decisions, those that wait for a second person first", tag: "decisions",
            access: .roles([.manager]), output: ChangeList.self
        ) { call in
            .ok(ChangeList(items: try await call.reader.decisionChanges().map(ChangeView.init)))
        }.erased
    }

    private static var proposeChange: AnyOperation {
        Operation(
            .post, "/v1/applications/{application}/decision-changes", "proposeDecisionChange",
            summary: "Propose another decision in place of a released one",
            description:
                "Nothing happens before a second manager confirms it. What the startup has accepted or declined changes likewise, as long as it is not enrolled; a place that is taken back goes to the next on the waiting list.",
            tag: "decisions",
            access: .roles([.manager]), parameters: DecidedPath.self, body: ChangeBody.self, output: ChangeView.self,
            success: .created, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let (tenant, id) = (try principal.workspace, DecisionChange.ID())
            return try await call.write { transaction in
                let change = try await transaction.proposeChange(
                    of: call.parameters.application, to: call.body.preparation, because: call.body.reason, as: id,
                    in: tenant, by: principal.personID)
                return .created(ChangeView(change), location: "/v1/decision-changes")
            }
        }.erased
    }

    private static var confirmChange: AnyOperation {
        Operation(
            .post, "/v1/decision-changes/{change}/confirmation", "confirmDecisionChange",
            summary: "Confirm a change that another manager proposed",
            description: "The application moves, and its founders are written to at once.", tag: "decisions",
            access: .roles([.manager]), parameters: ChangePath.self, output: ChangeView.self,
            problems: [.notFound, .conflict]
        ) { call in
            let (id, person) = (call.parameters.change, try call.principal.personID)
            return try await call.write { .ok(ChangeView(try await $0.confirmChange(id, by: person))) }
        }.erased
    }

    private static var refuseChange: AnyOperation {
        Operation(
            .post, "/v1/decision-changes/{change}/refusal", "refuseDecisionChange",
            summary: "Turn down a change that another manager proposed", tag: "decisions", access: .roles([.manager]),
            parameters: ChangePath.self, body: ReasonBody.self, output: ChangeView.self,
            problems: [.notFound, .conflict]
        ) { call in
            let (id, person) = (call.parameters.change, try call.principal.personID)
            return try await call.write { transaction in
                .ok(ChangeView(try await transaction.refuseChange(id, because: call.body.reason, by: person)))
            }
        }.erased
    }

    private static var listAppeals: AnyOperation {
        Operation(
            .get, "/v1/appeals", "listAppeals", summary: "Appeals, those that wait for an answer first",
            tag: "decisions", access: .roles([.manager]), output: AppealList.self
        ) { call in
            .ok(AppealList(items: try await call.reader.appeals().map(AppealView.init)))
        }.erased
    }

    private static var getAppeal: AnyOperation {
        Operation(
            .get, "/v1/applications/{application}/appeal", "getAppeal",
            summary: "The last appeal of an application, and what was answered", tag: "decisions",
            access: .roles([.manager, .founder]), parameters: DecidedPath.self, output: AppealView.self,
            problems: [.notFound]
        ) { call in
            guard let appeal = try await call.reader.appeal(of: call.parameters.application) else {
                throw Problem.notFound
            }
            return .ok(AppealView(appeal))
        }.erased
    }

    private static var lodgeAppeal: AnyOperation {
        Operation(
            .post, "/v1/applications/{application}/appeal", "lodgeAppeal",
            summary: "Appeal a rejection, or that an application was found not eligible, each once",
            description: "See `appeal_until` of the decision, or of the application that was found not eligible.",
            tag: "decisions", access: .roles([.founder]), parameters: DecidedPath.self, body: GroundsBody.self,
            output: AppealView.self, success: .created, problems: [.notFound, .conflict]
        ) { call in
            let principal = try call.principal
            let (tenant, id) = (try principal.workspace, call.parameters.application)
            return try await call.write { transaction in
                let appeal = try await transaction.lodgeAppeal(
                    against: id, saying: call.body.grounds, in: tenant, by: principal.personID)
                return .created(AppealView(appeal), location: "/v1/applications/\(id)/appeal")
            }
        }.erased
    }

    private static var answerAppeal: AnyOperation {
        Operation(
            .post, "/v1/applications/{application}/appeal/answer", "answerAppeal",
            summary: "Hear an appeal: what was decided stands, or the application is judged or screened again",
            description:
                "Whoever prepared or released the decision does not hear its appeal, nor whoever found the application not eligible.",
            tag: "decisions",
            access: .roles([.manager]), parameters: DecidedPath.self, body: AppealAnswerBody.self,
            output: AppealView.self, problems: [.notFound, .conflict]
        ) { call in
            let (id, person) = (call.parameters.application, try call.principal.personID)
            return try await call.write { transaction in
                .ok(
                    AppealView(
                        try await transaction.answerAppeal(
                            of: id, call.body.verdict, because: call.body.answer, by: person)))
            }
        }.erased
    }
}

struct DecidedPath: Codable {
    let application: Application.ID
}

struct ChangePath: Codable {
    let change: DecisionChange.ID
}
