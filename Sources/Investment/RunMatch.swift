internal import Accounts
package import Foundation
internal import Institutions
package import Jobs
internal import Matching
package import Postgres
internal import Vocabulary

/// Performs a match run: everything is read in one snapshot, computed in memory, and written with the end of the job.
package struct RunMatch: Job {
    /// The name it is stored under.
    package static let kind = "investment.run-match"
    /// A run is cheap to ask for again; what fails three times will fail a fourth.
    package static let maxAttempts = 3

    /// The run.
    package let run: UUID
}

extension MatchRun {
    /// The engine with the weights it uses. What else decides a list (the taxonomy, the reference rates) changes only
    /// together with the first number.
    static func engine(_ modelVersion: String) -> String { "6 \(modelVersion)" }
}

extension InvestmentRoom {
    /// Says how the room's jobs are performed.
    package static func register(in worker: Worker, database: Database) {
        // As the service itself: a run reads what no one person may read together, and its lists belong to nobody yet.
        worker.register(RunMatch.self, acting: .system) { job, run in
            try await perform(job, run, database)
        }
        // A model is learned from what all investors did.
        worker.register(TrainModel.self, acting: .system) { job, run in
            try await perform(job, run, database)
        }
        worker.register(LearnOvernight.self, acting: .system) { job, run in
            try await perform(job, run, database)
        }
        // At half past two in the morning in Hong Kong, ahead of the files.
        worker.scheduleInEveryTenant(.daily(at: 18, 30, in: .gmt), database: database) { _ in LearnOvernight() }
        // Neither side may know whom the other consists of, and what a clock ends is nobody's doing.
        worker.register(TellOfIntroduction.self, acting: .system) { job, run in
            try await run.finish { try await $0.tell(of: job) }
        }
        worker.register(TellOfShortlists.self, acting: .system) { job, run in
            try await run.finish { try await $0.tell(of: job) }
        }
        worker.register(TellOfConsent.self, acting: .system) { job, run in
            try await run.finish { try await $0.tell(of: job) }
        }
        worker.register(TellOfImportedConsents.self, acting: .system) { job, run in
            try await run.finish { try await $0.tell(of: job) }
        }
        worker.register(CloseIntroductions.self, acting: .system) { _, run in
            while try await run.write({ try await $0.closeIntroductionsThatAreDue() }) {}
        }
        worker.scheduleInEveryTenant(.every(.seconds(600)), database: database) { _ in CloseIntroductions() }
        worker.register(BeginScheduledRun.self, acting: .system) { _, run in
            try await run.finish { try await $0.beginScheduledRun() }
        }
        worker.scheduleInEveryTenant(.every(.seconds(600)), database: database) { _ in BeginScheduledRun() }
        // Every day, since the one day of a month might be missed. Nothing is told twice.
        worker.register(TellOfPasses.self, acting: .system) { _, run in
            try await run.finish { try await $0.tellOfPasses() }
        }
        worker.scheduleInEveryTenant(.daily(at: 1, in: .gmt), database: database) { _ in TellOfPasses() }
        worker.register(WarnOfLapses.self, acting: .system) { _, run in
            try await run.finish { try await $0.warnOfLapses() }
        }
        worker.scheduleInEveryTenant(.every(.seconds(3600)), database: database) { _ in WarnOfLapses() }
    }

    private static func perform(_ job: RunMatch, _ run: JobRun, _ database: Database) async throws {
        let id = MatchRun.ID(job.run)
        let inputs = try await database.snapshot(as: run.context, statementTimeout: .seconds(60)) { transaction in
            try await transaction.orderedMatchRun(id).asyncMap { try await transaction.matchInputs($0) }
        }
        // An earlier attempt finished after all.
        guard let inputs else { return }
        let total = inputs.orders.count
        try await run.progress(0, of: total)
        let (proposals, exposure) = try await propose(inputs) { try await run.progress($0, of: total) }
        let outcome = Outcome(
            of: inputs, proposals, exposure,
            names: try await run.reader.names(in: proposals.flatMap(\.items).map(\.explanation)), run: id)
        try await run.finish { try await $0.keep(outcome) }
    }

    /// What a run found, ready to be written.
    struct Outcome: Sendable {
        let run: MatchRun.ID
        let engine: String
        let lists: [MatchedList]
        let inputsHash: [UInt8]
        let mandates: Int
        let startups: Int
        let gatedOut: Int
        let exposure: MatchRun.Exposure

        init(
            of inputs: MatchInputs, _ proposals: [Proposal], _ exposure: MatchRun.Exposure,
            names: [Institution.ID: String],
            run: MatchRun.ID
        ) {
            self.run = run
            engine = MatchRun.engine(inputs.model.version)
            self.exposure = exposure
            lists = zip(inputs.orders, proposals).map { MatchedList($0, $1, run: run, names: names) }
            inputsHash = inputs.hash()
            mandates = inputs.orders.count
            startups = inputs.world.startups.count { $0.isOptedIn }
            gatedOut = proposals.reduce(0) { $0 + $1.gatedOut.values.reduce(0, +) }
        }
    }

    /// A proposal for each mandate, in the order of the inputs, and how the startups are spread over them: the best of
    /// each mandate are worked out on all processors and shared out among all, see `Allocation`.
    static func propose(
        _ inputs: MatchInputs, done: (Int) async throws -> Void = { _ in }
    ) async throws -> ([Proposal], MatchRun.Exposure) {
        let index = Index(inputs.world, model: inputs.model)
        let lanes = max(1, ProcessInfo.processInfo.activeProcessorCount)
        var demands: [Allocation.Demand] = []
        let orders = inputs.orders.map(\.mandate.key)
        // Beyond twice the list there is little left that sharing out would turn to; what rests is not to be turned to.
        let mostResting = Dictionary(grouping: inputs.resting, by: \.seeker).values.lazy.map(\.count).max() ?? 0
        let limit = max(200, 2 * inputs.length) + mostResting
        for first in stride(from: 0, to: orders.count, by: 8 * lanes) {
            let piece = Array(orders[first..<min(first + 8 * lanes, orders.count)])
            let ranked = try await index.rank(piece, limit: limit, width: lanes)
            for (order, candidates) in zip(inputs.orders[first...], ranked) {
                demands.append(
                    Allocation.Demand(
                        order.mandate.key, length: min(inputs.length, order.room ?? .max), candidates: candidates))
            }
            try await done(demands.count)
        }
        let allocation = Allocation(demands, rules: inputs.allocationRules, among: index.offered)
        let shared = Dictionary(uniqueKeysWithValues: allocation.lists.map { ($0.mandate, $0.startups.map(\.startup)) })
        let proposals = await withTaskGroup(of: [(Int, Proposal?)].self) { group in
            for lane in 0..<lanes {
                group.addTask {
                    stride(from: lane, to: orders.count, by: lanes).map { number in
                        (number, index.propose(orders[number], shared[orders[number]] ?? []))
                    }
                }
            }
            var proposals = [Proposal?](repeating: nil, count: orders.count)
            for await found in group {
                for (number, proposal) in found { proposals[number] = proposal }
            }
            return proposals
        }
        return (
            proposals.compactMap(\.self),
            MatchRun.Exposure(allocation.report, hasFloor: inputs.rules.leastLists != nil)
        )
    }
}

extension MatchRun.Exposure {
    fileprivate init(_ report: Allocation.Report, hasFloor: Bool) {
        shown = report.covered
        mostLists = report.mostLists
        gini = Int((report.gini * 1000).rounded())
        givenUp = Int((max(0, report.loss) * 1000).rounded())
        belowFloor = hasFloor ? report.unmet.count : nil
    }
}

extension MatchInputs {
    /// The rules as the engine takes them. A floor is promised to every startup that wants to be shown, also to those among
    /// nobody's best, so that they are counted.
    fileprivate var allocationRules: Allocation.Rules {
        var rules = Allocation.Rules(mostLists: self.rules.mostLists ?? .max, proposed: resting)
        if let least = self.rules.leastLists {
            for startup in world.startups where startup.isOptedIn { rules.floors[startup.key] = least }
        }
        return rules
    }
}

/// A proposal as it is kept.
struct MatchedList: Sendable {
    let id: Shortlist.ID
    let order: MatchInputs.Order
    let considered: Int
    let gatedOut: [String: Int]
    let items: [Item]

    struct Item: Sendable {
        let startup: Startup.ID
        let score: Int
        let parts: String
    }

    init(
        _ order: MatchInputs.Order, _ proposal: Proposal, run: MatchRun.ID, names: [Institution.ID: String]
    ) {
        id = Shortlist.ID()
        self.order = order
        considered = proposal.considered
        gatedOut = proposal.gatedOut
        items = proposal.items.map { item in
            Item(
                startup: Startup.ID(item.startup), score: item.explanation.score,
                parts: PartsJSON.text(item.explanation.parts(names: names)))
        }
    }

    /// SHA-256 over all that the lists say; not over their ids, which say nothing.
    static func hash(_ lists: [MatchedList]) -> [UInt8] {
        var hash = CanonicalHash()
        hash.add(lists.count)
        for list in lists {
            hash.add(list.order.mandate.description)
            hash.add(list.order.version)
            hash.add(list.considered)
            hash.add(list.gatedOut.count)
            for (gate, count) in list.gatedOut.sorted(by: { $0.key < $1.key }) {
                hash.add(gate)
                hash.add(count)
            }
            hash.add(list.items.count)
            for item in list.items {
                hash.add(item.startup.description)
                hash.add(item.score)
                hash.add(item.parts)
            }
        }
        return hash.bytes()
    }
}

extension Optional where Wrapped: Sendable {
    fileprivate func asyncMap<Value>(_ body: (Wrapped) async throws -> Value) async throws -> Value? {
        guard let self else { return nil }
        return try await body(self)
    }
}

extension Statements {
    /// What the investors named in the evidence are called.
    func names(in explanations: [Explanation]) async throws -> [Institution.ID: String] {
        let named = Set(explanations.flatMap(\.investorsNamed))
        return try await institutionNames(named).mapValues { $0.text(for: .english) }
    }
}

extension Transaction {
    /// Performs a match run here and now, in this transaction, for a world that must be whole at once. A tenant of
    /// thousands of startups leaves it to the job.
    package func performMatchRun(_ id: MatchRun.ID) async throws {
        guard let ordered = try await orderedMatchRun(id) else { return }
        let inputs = try await matchInputs(ordered)
        let (proposals, exposure) = try await InvestmentRoom.propose(inputs)
        try await keep(
            InvestmentRoom.Outcome(
                of: inputs, proposals, exposure,
                names: try await names(in: proposals.flatMap(\.items).map(\.explanation)), run: id))
    }

    func keep(_ outcome: InvestmentRoom.Outcome) async throws {
        guard try await lockUnfinishedMatchRun(outcome.run) else { return }
        try await insert(outcome.lists, of: outcome.run)
        try await markFinished(
            outcome.run, engine: outcome.engine, inputs: outcome.inputsHash, results: MatchedList.hash(outcome.lists),
            mandates: outcome.mandates, startups: outcome.startups, gatedOut: outcome.gatedOut,
            exposure: outcome.exposure)
    }
}
