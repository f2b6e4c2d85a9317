internal import API
package import Accounts
internal import Foundation
internal import Jobs
package import Postgres
internal import Vocabulary

extension Transaction {
    /// Asks for a model to be learned from the tenant's history: a job that starts when this transaction has committed
    /// does so. Nothing is put in use.
    ///
    /// - Parameter person: who asks; nil for the service.
    package func requestTraining(
        as id: LearnedModel.ID, in tenant: Tenant.ID, by person: Person.ID?
    ) async throws -> LearnedModel {
        let job = try await enqueue(TrainModel(model: id.uuid))
        try await insert(
            id, job: job, asOf: CalendarDate(now, in: .utc), isAutomatic: false, in: tenant, by: person)
        guard let model = try await learnedModel(id) else { throw Problem.notFound }
        return model
    }

    /// Asks for a model because the history has changed. It is put in use by itself if it ranks better
    /// by more than chance; see `LearnedModel.Report.earnsUse`. While one that was asked for so waits to start, it will see
    /// this change too, and no second one is asked for.
    package func requestTrainingOfNewHistory(as id: LearnedModel.ID, in tenant: Tenant.ID) async throws {
        let job = try await enqueue(TrainModel(model: id.uuid), key: TrainModel.newHistory)
        try await insert(id, job: job, asOf: CalendarDate(now, in: .utc), isAutomatic: true, in: tenant, by: nil)
    }

    /// Stops a training: at once if it waits, soon if it runs. What was learned is thrown away.
    ///
    /// Throws `ModelRefusal.over` when it has ended, or not found.
    package func cancelTraining(_ id: LearnedModel.ID) async throws -> LearnedModel {
        guard let model = try await learnedModel(id) else { throw Problem.notFound }
        guard model.state.isUnderWay else { throw ModelRefusal.over }
        try await cancelJob(model.job)
        guard let stopped = try await learnedModel(id) else { throw Problem.notFound }
        return stopped
    }
}
