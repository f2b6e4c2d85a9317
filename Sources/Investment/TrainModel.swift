package import Foundation
internal import Institutions
package import Jobs
internal import Matching
internal import Postgres
internal import Vocabulary

/// Learns a model: everything is read in one snapshot, learned in memory, and written with the end of the job.
package struct TrainModel: Job {
    /// The name it is stored under.
    package static let kind = "investment.train-model"
    /// It is cheap to ask for again; what fails three times will fail a fourth.
    package static let maxAttempts = 3
    /// Tens of thousands of deals take some minutes.
    package static let timeLimit = Duration.seconds(3_600)
    /// A change made after its start needs another one.
    package static let keyHold = KeyHold.untilStarted

    /// The key of those that follow a change of the history: of these one at most waits.
    static let newHistory = "new history"

    /// The model.
    package let model: UUID
}

extension InvestmentRoom {
    static func perform(_ job: TrainModel, _ run: JobRun, _ database: Database) async throws {
        let id = LearnedModel.ID(job.model)
        let read = try await database.snapshot(as: run.context, statementTimeout: .seconds(60)) { transaction in
            guard let order = try await transaction.orderedTraining(id) else {
                return (OrderedTraining, TrainingInputs)?.none
            }
            return (order, try await transaction.trainingInputs(asOf: order.asOf))
        }
        // An earlier attempt finished after all.
        guard let (order, inputs) = read else { return }
        let training = try await inputs.trained(as: order.version) { try await run.progress($0, of: $1) }
        let report = LearnedModel.Report(training, of: inputs)
        try await run.finish { transaction in
            guard try await transaction.keep(training.model, report, hash: inputs.hash(), as: id) else { return }
            guard order.isAutomatic, report.earnsUse else { return }
            // The same weights under another name would change nothing but the name.
            guard training.model.named(inputs.current.version) != inputs.current else { return }
            // Somebody chose another model meanwhile: they have not seen this one compared with theirs.
            guard try await transaction.modelInUse().version == inputs.current.version else { return }
            try await transaction.insert(ModelUse.ID(), of: id, by: nil)
        }
    }
}

/// Everything a model is learned from, and the model it is compared with.
struct TrainingInputs: Sendable {
    /// The startups and deals; no mandates, since what was declared in the past is on no record.
    var world: World
    /// Which investors asked to meet which startups, worth what came of it. Passes are no examples: they speak against an
    /// answer of one investor, see `World.Pass`, and not for a weight that holds for all. Nor is an interest that the investor
    /// gave up once it had met the startup, for something that did not fit.
    var interests: [Interest]
    /// Of how many answers and outcomes these are made.
    var evidence = LearnedModel.Evidence()
    /// The model in use.
    var current: Model

    /// The day on which a history is looked back at: that after its last deal. Of a file that ends years ago the last years
    /// of the file are learned from, not the years since, in which nobody seems to have invested.
    static func end(of deals: [World.Deal], asOf today: Int) -> Int {
        deals.lazy.map(\.day).filter { $0 < today }.max().map { $0 + 1 } ?? today
    }

    /// The share of the startups on offer that say what they are raising, as it is to be assumed of the past.
    var asks: Double {
        let open = world.startups.filter(\.isOptedIn)
        return open.isEmpty ? 0 : Double(open.count { $0.askedStage != nil }) / Double(open.count)
    }

    /// Whether anybody is known to have invested, or to have asked to meet anybody.
    var haveExamples: Bool { !world.deals.isEmpty || !interests.isEmpty }

    func trained(
        as version: String, progress: (_ done: Int, _ of: Int) async throws -> Void
    ) async throws -> Training {
        try await Model.trained(
            from: world, interests: interests, version: version, current: current, asks: asks,
            // One processor stays free for whoever waits for a page of this process.
            width: max(1, ProcessInfo.processInfo.activeProcessorCount - 1), progress: progress)
    }

    /// SHA-256 over what decides the weights.
    func hash() -> [UInt8] {
        var hash = CanonicalHash()
        hash.add(Model.standard.version)
        hash.add(world.today)
        hash.add(world.startups.count)
        for startup in world.startups.sorted(by: { $0.key < $1.key }) { hash.add(startup) }
        hash.add(world.deals.count)
        for deal in world.deals.sorted(by: MatchInputs.precedes) { hash.add(deal) }
        let interests = interests.sorted {
            ($0.investor, $0.startup, $0.day, $0.worth) < ($1.investor, $1.startup, $1.day, $1.worth)
        }
        hash.add(interests.count)
        for interest in interests {
            hash.add(interest.investor)
            hash.add(interest.startup)
            hash.add(interest.day)
            hash.add(interest.worth)
        }
        return hash.bytes()
    }
}
