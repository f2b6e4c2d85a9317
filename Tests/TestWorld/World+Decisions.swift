internal import API
internal import Accounts
package import Applications
package import Decisions
internal import DemoWorld
internal import Foundation
internal import Postgres
internal import Programs
internal import Reviews
package import Vocabulary

extension World {
    /// Decides on applications of one call and tells them, in a batch of their own: as mei, who does not look at places.
    @discardableResult
    package func decide(
        _ decisions: [(application: Application.ID, preparation: Preparation)], places: Int = 1_000,
        appealDays: Int = 14, acceptDays: Int = 14, promotesItself: Bool = false
    ) async throws -> DecisionBatch.ID {
        let id = DecisionBatch.ID()
        let mei = Cast.mei.person.id
        let lastDay = CalendarDate(Date(), in: .hongKong).adding(days: 7)
        _ = try await database.write(as: context(Cast.mei)) { transaction in
            guard let first = decisions.first, let known = try await transaction.application(first.application) else {
                return
            }
            _ = try await transaction.openBatch(
                BatchTerms(
                    name: Name("Decided"), places: places, lastDay: lastDay, acceptDays: acceptDays,
                    promotesItself: promotesItself, appealDays: appealDays),
                as: id, of: known.application.call, in: Cast.harbour.id, by: mei)
            _ = try await transaction.prepareDecisions(decisions, in: id, .allOrNothing, by: mei)
            _ = try await transaction.releaseBatch(id, by: mei)
        }
        return id
    }

    /// Has the demo's first reviewer judge an application in the open round of its call, as many as can decide; where there
    /// is no such round, nothing is to be judged.
    package func judge(_ id: Application.ID, worth score: Int = 4) async throws {
        let manager = database.reader(as: context(Cast.mei))
        guard let known = try await manager.application(id), known.application.state == .inReview,
            let round = try await manager.rounds(of: known.application.call).first(where: { $0.status == .open }),
            try await manager.shortOfQuorum(in: known.application.call)[id] != nil
        else { return }
        let (mei, nora, assignment) = (Cast.mei.person.id, Cast.nora.person.id, ReviewAssignment.ID())
        try await database.write(as: context(Cast.mei)) { transaction in
            if try await transaction.file(of: id, in: round.id) == nil {
                _ = try await transaction.enterRound(
                    round.id, several: [id], .allOrNothing, in: Cast.harbour.id, by: mei)
            }
            _ = try await transaction.assignReviewer(
                nora, to: id, in: round.id, as: assignment, in: Cast.harbour.id, by: mei)
        }
        let draft = ReviewDraft(
            scores: Dictionary(uniqueKeysWithValues: round.criteria.map { ($0.id, score) }),
            comment: try LongText("Judged."))
        _ = try await database.write(as: context(Cast.nora)) { transaction in
            try await transaction.submitReview(draft, of: assignment, by: nora)
        }
    }

    /// Offers a place until a day, once enough reviews are in.
    package func offer(_ id: Application.ID, until day: CalendarDate, note: LongText) async throws {
        try await judge(id)
        try await decide([(id, Preparation(.offer, lastDay: day, note: note))])
    }
}
