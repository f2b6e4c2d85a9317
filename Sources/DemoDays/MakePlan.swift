internal import Accounts
package import Foundation
internal import Institutions
internal import Investment
package import Jobs
internal import Matching
package import Postgres
internal import Vocabulary

/// Makes a plan: everything is read in one snapshot, planned in memory, and written with the end of the job.
package struct MakePlan: Job {
    /// The name it is stored under.
    package static let kind = "demo-days.make-plan"
    /// It is cheap to ask for again; what fails three times will fail a fourth.
    package static let maxAttempts = 3

    /// The demo day.
    package let demoDay: UUID
    /// Which of its plans.
    package let plan: UUID
}

extension DemoDaysRoom {
    /// Says how the room's jobs are performed.
    package static func register(in worker: Worker, database: Database) {
        // As the service itself: nobody may read the wishes of others.
        worker.register(MakePlan.self, acting: .system) { job, run in
            try await perform(job, run, database)
        }
        worker.register(TellParticipants.self, acting: .system) { job, run in
            try await run.finish { try await $0.tell(job) }
        }
    }

    private static func perform(_ job: MakePlan, _ run: JobRun, _ database: Database) async throws {
        let (day, plan) = (DemoDay.ID(job.demoDay), DemoDayPlan.ID(job.plan))
        let inputs = try await database.snapshot(as: run.context, statementTimeout: .seconds(60)) {
            try await $0.wholePlanInputs(for: plan, of: day)
        }
        // An earlier attempt finished after all.
        guard let inputs else { return }
        let planned = inputs.planned()
        let hash = try inputs.hash()
        try await run.finish { transaction in
            guard try await transaction.lockUnmadePlan(plan, of: day) else { return }
            try await transaction.keep(planned, from: hash, as: plan, of: day)
        }
    }
}

extension Transaction {
    /// Makes a plan here and now, in this transaction, for a world that must be whole at once; otherwise the job does.
    package func makePlan(_ plan: DemoDayPlan.ID, of day: DemoDay.ID) async throws {
        guard try await lockUnmadePlan(plan, of: day), let inputs = try await wholePlanInputs(for: plan, of: day)
        else { return }
        try await keep(inputs.planned(), from: inputs.hash(), as: plan, of: day)
    }

    /// What a plan is made from, with what the matching engine says of the couples.
    fileprivate func wholePlanInputs(for plan: DemoDayPlan.ID, of day: DemoDay.ID) async throws -> PlanInputs? {
        guard var inputs = try await planInputs(for: plan, of: day) else { return nil }
        let chances = try await chances(
            of: inputs.startups.map { Startup.ID($0.id) }, with: inputs.investors.map { Institution.ID($0.id) })
        for place in inputs.couples.indices {
            let couple = inputs.couples[place]
            inputs.couples[place].chance = chances[Pair(Key(couple.investor.uuid), Key(couple.startup.uuid))]
        }
        return inputs
    }
}
