internal import API
internal import Accounts
internal import Foundation
internal import Postgres
internal import Vocabulary

internal import struct API.Operation

/// Conflicts by API: known before anybody is invited, declared by managers and lifted by them.
enum ConflictsAPI {
    static let operations: [AnyOperation] = [
        listConflicts, checkConflicts, declareConflict, liftConflict, ruleOnConflict, listConflictRulings,
    ]

    private static var listConflicts: AnyOperation {
        Operation(
            .get, "/v1/rounds/{round}/conflicts", "listConflicts",
            summary: "What stands between the panel of a round and those who apply", tag: "reviews",
            access: .roles([.manager]), parameters: RoundPath.self, output: ConflictList.self, problems: [.notFound]
        ) { call in
            guard try await call.reader.round(call.parameters.round) != nil else { throw Problem.notFound }
            return .ok(
                ConflictList(items: try await call.reader.conflicts(in: call.parameters.round).map(ConflictView.init)))
        }.erased
    }

    private static var checkConflicts: AnyOperation {
        Operation(
            .post, "/v1/conflicts/check", "checkConflicts",
            summary: "What stands between any people and any startups, before anybody is invited",
            description: """
                People are named by their ids, or by the addresses at which they would be invited: of somebody who holds \
                no seat here, it is known whether the address is of the startup's organisation.
                """,
            tag: "reviews", access: .roles([.manager]), idempotency: Idempotency.none, body: ConflictQuestion.self,
            output: ConflictAnswer.self
        ) { call in
            let question = call.body
            try question.check()
            return try await call.database.snapshot(as: call.context) { snapshot in
                let found = try await snapshot.conflicts(between: question.people ?? [], and: question.startups)
                let reached = try await snapshot.conflicts(at: question.emails ?? [], and: question.startups)
                return .ok(
                    ConflictAnswer(
                        items: found.map(ConflictView.init), addresses: reached.map(AddressConflictView.init)))
            }
        }.erased
    }

    private static var declareConflict: AnyOperation {
        Operation(
            .post, "/v1/conflicts", "declareConflict",
            summary: "Say that something stands between somebody and a startup",
            description: "What they were to judge of it is taken from them at once.", tag: "reviews",
            access: .roles([.manager]), body: DeclarationBody.self, output: DeclarationView.self, success: .created,
            problems: [.conflict]
        ) { call in
            let principal = try call.principal
            let tenant = try principal.workspace
            let id = ConflictDeclaration.ID()
            return try await call.write { transaction in
                try await transaction.declareConflict(
                    of: call.body.person, with: call.body.startup, note: call.body.note, as: id, in: tenant,
                    by: principal.personID)
                return .created(DeclarationView(id: id), location: nil)
            }
        }.erased
    }

    private static var liftConflict: AnyOperation {
        Operation(
            .post, "/v1/conflicts/{conflict}/lifting", "liftConflict", summary: "Take a declared conflict back",
            description: "What is on record by itself, such as an investment, stands.", tag: "reviews",
            access: .roles([.manager]), parameters: ConflictPath.self, body: ReasonBody.self, output: NoOutput.self,
            problems: [.notFound, .conflict]
        ) { call in
            let person = try call.principal.personID
            return try await call.write { transaction in
                try await transaction.liftConflict(call.parameters.conflict, because: call.body.reason, by: person)
                return .noContent
            }
        }.erased
    }

    private static var ruleOnConflict: AnyOperation {
        Operation(
            .post, "/v1/conflicts/rulings", "ruleOnConflict",
            summary: "Set aside that an application names somebody, or let it stand again",
            description: """
                Founders write whom they like among the people of an application. What is set aside keeps nobody from judging \
                it; what was taken from them meanwhile is assigned anew. No other conflict is set aside.
                """, tag: "reviews",
            access: .roles([.manager]), body: RulingBody.self, output: RulingReceipt.self, success: .created,
            problems: [.notFound, .conflict]
        ) { call in
            let (body, person, id) = (call.body, try call.principal.personID, ConflictRuling.ID())
            return try await call.write { transaction in
                try await transaction.ruleOnConflict(
                    of: body.person, namedBy: body.application, body.ruling, because: body.reason, as: id, by: person)
                let round = try await transaction.firstRound(of: body.application)
                return .created(
                    RulingReceipt(id: id), location: round.map { "/v1/rounds/\($0)/conflict-rulings" })
            }
        }.erased
    }

    private static var listConflictRulings: AnyOperation {
        Operation(
            .get, "/v1/rounds/{round}/conflict-rulings", "listConflictRulings",
            summary: "What was ruled on whom the applications of a round's call name, the latest first", tag: "reviews",
            access: .roles([.manager]), parameters: RoundPath.self, output: RulingList.self, problems: [.notFound]
        ) { call in
            guard try await call.reader.round(call.parameters.round) != nil else { throw Problem.notFound }
            return .ok(
                RulingList(items: try await call.reader.rulings(in: call.parameters.round).map(RulingView.init)))
        }.erased
    }
}

struct ConflictPath: Codable {
    let conflict: ConflictDeclaration.ID
}
