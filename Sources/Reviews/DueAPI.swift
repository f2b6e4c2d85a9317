internal import API
internal import Accounts
internal import Foundation
internal import Postgres
internal import Vocabulary

internal import struct API.Operation

/// When the reviews of a round are due, by API: everybody on the panel reads it, a manager moves it.
enum DueAPI {
    static let operations: [AnyOperation] = [getRoundDue, moveRoundDue]

    private static var getRoundDue: AnyOperation {
        Operation(
            .get, "/v1/rounds/{round}/due", "getRoundDue",
            summary: "When the reviews of a round are due, and how that was moved",
            description: "Reviewers see it of the rounds they were invited to, without who moved it.", tag: "reviews",
            access: .roles([.manager, .reviewer]), parameters: RoundPath.self, output: RoundDueView.self,
            problems: [.notFound]
        ) { call in
            let id = call.parameters.round
            return try await call.database.snapshot(as: call.context) { .ok(try await $0.dueView(id)) }
        }.erased
    }

    private static var moveRoundDue: AnyOperation {
        Operation(
            .put, "/v1/rounds/{round}/due", "moveRoundDue",
            summary: "Move the moment at which the reviews of an open round are due",
            description: """
                Later or earlier, to a moment that is to come, until the round is closed. Whoever owes a review or has an \
                invitation to answer is told by letter; of an earlier moment also whoever may still be given something. \
                Reminders go by the new moment.
                """,
            tag: "reviews", access: .roles([.manager]), parameters: RoundPath.self, body: RoundDueBody.self,
            output: RoundDueView.self, problems: [.notFound, .conflict]
        ) { call in
            let (id, person) = (call.parameters.round, try call.principal.personID)
            let due = Deadline(call.body.due.instant, in: call.body.due.zone, graceSeconds: 0)
            return try await call.write { transaction in
                _ = try await transaction.moveDue(of: id, to: due, because: call.body.reason, by: person) {
                    try call.match(try await transaction.dueView(id))
                }
                return .ok(try await transaction.dueView(id))
            }
        }.erased
    }
}

extension Statements {
    /// Not found when the principal may not know of the round.
    func dueView(_ id: ReviewRound.ID) async throws -> RoundDueView {
        guard let round = try await round(id) else { throw Problem.notFound }
        return RoundDueView(round, try await dueMoves(of: [id])[id] ?? [])
    }
}

/// When the reviews of a round are due, as JSON.
struct RoundDueView: Described {
    let round: ReviewRound.ID
    let due: Deadline
    let moves: [DueMoveView]

    static let documentation = ["moves": "How it was moved since the round opened, the latest first."]

    init(_ round: ReviewRound, _ moves: [DueMove]) {
        self.round = round.id
        due = round.due
        self.moves = moves.map(DueMoveView.init)
    }
}

struct DueMoveView: Described {
    let at: Date
    let by: String?
    let was: Date
    let due: Date
    let reason: ShortText

    static let documentation = [
        "at": "When it was moved.", "by": "Who moved it. For managers.", "was": "When reviews were due before.",
        "due": "When they are due since.",
    ]

    init(_ move: DueMove) {
        at = move.at
        by = move.personName
        was = move.was
        due = move.due
        reason = move.reason
    }
}

/// What a manager sends to move it.
struct RoundDueBody: Described {
    let due: Deadline
    let reason: ShortText

    static let documentation = ["reason": "Why. Everybody on the panel reads it."]
}
