internal import API
package import Accounts
internal import Foundation
package import Institutions
internal import Jobs
package import Postgres
internal import Vocabulary

extension Transaction {
    /// Asks for a plan of a demo day: it is made by a job that starts when this transaction has committed, and is a draft until
    /// it is published. It keeps what it can of the plan in force.
    ///
    /// Throws `DemoDayRefusal`, or not found.
    package func requestDemoDayPlan(
        of id: DemoDay.ID, as plan: DemoDayPlan.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> DemoDayPlan {
        guard let day = try await lockDemoDay(id) else { throw Problem.notFound }
        try day.checkIsAhead(now: now)
        for side in Participant.Side.allCases where try await countAccepted(on: side, of: id) == 0 {
            throw DemoDayRefusal.nobodyToMeet
        }
        let job = try await enqueue(MakePlan(demoDay: id.uuid, plan: plan.uuid))
        try await insert(plan, job: job, of: day, in: tenant, by: person)
        return try await knownPlan(plan, of: id)
    }

    /// Publishes a plan that was made, and writes to those whose meetings it changes.
    ///
    /// Throws `DemoDayRefusal`, or not found. Of two plans that were made at once the second is refused, and so is one that
    /// something has changed since: `demo_day_plans_are_published_as_things_stand`.
    package func publishDemoDayPlan(
        _ plan: DemoDayPlan.ID, of id: DemoDay.ID, by person: Person.ID
    ) async throws -> DemoDayPlan {
        guard let day = try await lockDemoDay(id), let draft = try await demoDayPlan(plan, of: id) else {
            throw Problem.notFound
        }
        try day.checkIsAhead(now: now)
        guard draft.madeAt != nil else { throw DemoDayRefusal.notMade }
        guard draft.publishedAt == nil else { throw DemoDayRefusal.isPublished }
        try await publish(plan, of: id, by: person)
        try await enqueue(TellParticipants(demoDay: id.uuid, plan: plan.uuid))
        return try await knownPlan(plan, of: id)
    }

    /// Records what came of a meeting that has begun.
    ///
    /// Refused by `outcomes_are_of_meetings_that_have_begun`, also where there is no such meeting; throws not found for a day
    /// that the seat does not keep.
    package func recordOutcome(
        _ outcome: DemoDayMeeting.Outcome, of investor: Institution.ID, with startup: Startup.ID, on id: DemoDay.ID,
        in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        guard try await demoDay(id) != nil else { throw Problem.notFound }
        try await save(outcome, of: investor, with: startup, on: id, in: tenant, by: person)
    }

    func knownPlan(_ plan: DemoDayPlan.ID, of day: DemoDay.ID) async throws -> DemoDayPlan {
        guard let plan = try await demoDayPlan(plan, of: day) else { throw Problem.notFound }
        return plan
    }
}
