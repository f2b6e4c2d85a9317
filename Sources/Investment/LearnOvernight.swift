internal import Accounts
internal import Foundation
internal import Jobs
internal import Postgres
internal import Vocabulary

/// Asks for a model of a tenant in which anything has changed that one is learned from: answers and what came of them, deals,
/// startups. Of a quiet day no model is learned, and of a busy one a single one.
struct LearnOvernight: Job {
    static let kind = "investment.learn-overnight"
    static let maxAttempts = 3
}

extension InvestmentRoom {
    static func perform(_ job: LearnOvernight, _ run: JobRun, _ database: Database) async throws {
        let inputs = try await database.snapshot(as: run.context, statementTimeout: .seconds(60)) { transaction in
            try await transaction.trainingInputs(asOf: CalendarDate(transaction.now, in: .utc))
        }
        // Without a past it would be the standard model under a name of its own, one a night.
        guard inputs.haveExamples else { return }
        let hash = inputs.hash()
        try await run.finish { transaction in
            guard try await !transaction.hasLearned(from: hash) else { return }
            try await transaction.requestTrainingOfNewHistory(
                as: LearnedModel.ID(), in: transaction.actingTenant())
        }
    }
}
