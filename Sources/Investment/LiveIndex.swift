internal import Accounts
internal import Foundation
package import Logging
internal import Matching
package import Postgres
internal import ServiceLifecycle
internal import Synchronization
internal import Vocabulary

/// The matching index of every tenant that was asked of lately, in this process.
///
/// An answer knows what was committed before it was asked for, by whichever process: whoever asks first has the index take
/// over what it has not seen, see ``LiveIndex``. Nothing is told to anybody for it, and so nothing can be missed; a
/// notification in every transaction would make commits a queue. While it runs, it keeps the indexes close behind, so that
/// there is little left to take over when somebody asks.
package final class LiveIndexes: Service, Sendable {
    /// How often the indexes in use look for changes by themselves.
    static let rhythm = Duration.milliseconds(100)
    /// An index that nobody has asked for so long is given up.
    static let patience = Duration.seconds(3600)

    let database: Database
    private let logger: Logger
    private let builds = Builds()
    private let kept = Mutex<[Tenant.ID: LiveIndex]>([:])

    /// Indexes over a database; they are built when they are first asked for.
    package init(database: Database, logger: Logger) {
        self.database = database
        self.logger = logger
    }

    /// The index of a tenant with what is committed by now; past investments count from when it is built anew. Building takes
    /// seconds for a tenant with a million startups; taking over changes a millisecond or so.
    func index(of tenant: Tenant.ID) async throws -> Index {
        let live = kept.withLock { kept in
            if let live = kept[tenant] { return live }
            let live = LiveIndex(of: tenant, in: database, builds: builds, logger: logger)
            kept[tenant] = live
            return live
        }
        return try await live.current()
    }

    /// Follows changes until it is cancelled or the service shuts down.
    package func run() async {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: Self.rhythm)) != nil {
                for (tenant, live) in self.kept.withLock({ $0 }) {
                    if await live.idle > Self.patience {
                        self.kept.withLock { kept in if kept[tenant] === live { kept[tenant] = nil } }
                    } else if await live.isBuilt {
                        // Who asks next will see the error, if it lasts.
                        _ = try? await live.catchUp()
                    }
                }
            }
        }
    }
}

/// Lets two indexes be built at a time: each takes a processor, a connection for all of it, and room for old and new. At
/// midnight all of them grow old at once.
private actor Builds {
    private var free = 2
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func run<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        if free > 0 { free -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
        defer { if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() } }
        return try await body()
    }
}

/// The matching index of one tenant, following the database.
///
/// What has changed it reads from the audit trail: those events whose transactions the snapshot it last read by had not seen.
/// Habits and the rarity of words are facts about thousands and stay as they were; when past investments or many startups
/// have changed, and every day, the index is built anew beside the old one, which answers meanwhile.
actor LiveIndex {
    private struct Built: Sendable {
        var index: Index
        /// What of the trail it has seen.
        var seen: TrailPosition
        let today: Int
        /// Startups that have changed since.
        var changed = 0
        /// Whether something has changed that only building anew takes over.
        var isStale = false
    }

    /// As many startups as are read at a time.
    static let portion = 2_000
    /// As many changes as are taken over one by one; building anew is quicker for more.
    static let most = 100_000

    private let database: Database
    private let context: Context
    private let builds: Builds
    private let logger: Logger
    private var built: Built?
    /// The last turn at reading changes, finished or not; turns are taken one after the other.
    private var last: Task<Void, any Error>?
    /// The turn that has not begun: it will see what is committed by now.
    private var waiting: Task<Void, any Error>?
    private var rebuilding: Task<Void, Never>?
    private var rebuilt: Built?
    /// When the index was last built or could not be, and how long that took.
    private var attempt = (at: ContinuousClock.now, cost: Duration.zero)
    private var asked = ContinuousClock.now

    fileprivate init(of tenant: Tenant.ID, in database: Database, builds: Builds, logger: Logger) {
        self.database = database
        self.builds = builds
        context = .system(in: tenant)
        self.logger = logger
    }

    /// How long nobody has asked.
    var idle: Duration { ContinuousClock.now - asked }
    var isBuilt: Bool { built != nil }

    /// The index with what is committed by now, or more.
    func current() async throws -> Index {
        asked = .now
        try await catchUp()
        // Turns leave one behind, or throw.
        guard let built else { throw CancellationError() }
        return built.index
    }

    /// Takes over what is committed by now. All who ask before a turn begins share it; who is cancelled leaves it to the
    /// others.
    func catchUp() async throws {
        let turn = waiting ?? beginTurn()
        // The value of a task is waited for however cancelled one is; a stream is not.
        let (ends, end) = AsyncThrowingStream<Void, any Error>.makeStream()
        Task {
            do {
                try await turn.value
                end.finish()
            } catch { end.finish(throwing: error) }
        }
        for try await _ in ends {}
        try Task.checkCancellation()
    }

    private func beginTurn() -> Task<Void, any Error> {
        let before = last
        let turn = Task {
            _ = await before?.result
            waiting = nil
            try await takeTurn()
        }
        (last, waiting) = (turn, turn)
        return turn
    }

    // The index is changed where it stands: a copy in a local variable would make every change copy it whole.
    private func takeTurn() async throws {
        if let rebuilt { (built, self.rebuilt) = (rebuilt, nil) }
        guard let (seen, today) = built.map({ ($0.seen, $0.today) }), let changes = try await changes(since: seen)
        else {
            built = try await build()
            return
        }
        let reader = database.reader(as: context)
        let startups = Array(changes.startups)
        for first in stride(from: 0, to: startups.count, by: Self.portion) {
            let portion = Array(startups[first..<min(first + Self.portion, startups.count)])
            built?.index.change(try await reader.startupFacts(of: portion), removing: portion.map(\.key))
        }
        if !changes.mandates.isEmpty || !changes.investors.isEmpty {
            let (mandates, investors) = (Array(changes.mandates), Array(changes.investors))
            let (facts, _) = try await reader.standingMandates(
                " AND (m.id = ANY (\(mandates)) OR m.investor_id = ANY (\(investors)))", on: today)
            built?.index.change(mandates: facts, removing: mandates.map(\.key))
        }
        if changes.hasModel { built?.index.use(try await reader.modelInUse()) }
        built?.seen = changes.seen
        built?.changed += startups.count
        if changes.hasMore || changes.today != today { built?.isStale = true }
        if let built, built.isStale || 50 * built.changed > built.index.offered { rebuild() }
    }

    /// What has been written since; `nil` where that cannot be told, or is too much to be taken over one by one.
    private func changes(since seen: TrailPosition) async throws -> MatchingChanges? {
        do {
            let changes = try await database.reader(as: context).matchingChanges(since: seen, limit: Self.most)
            return changes.seen.server == seen.server && changes.isWhole ? changes : nil
        } catch let error as DatabaseError where error.sqlState == "57014" {
            // Even finding out took longer than a statement may.
            return nil
        }
    }

    private func rebuild() {
        guard rebuilding == nil else { return }
        // So late that building takes up a small part of the time, however much changes and however often it fails.
        let instant = attempt.at.advanced(by: max(.seconds(5), attempt.cost * 20))
        rebuilding = Task {
            defer { rebuilding = nil }
            do {
                try await Task.sleep(until: instant, clock: .continuous)
                rebuilt = try await build()
            } catch {
                logger.warning("a matching index was not built anew", metadata: ["reason": "\(error)"])
            }
        }
    }

    private func build() async throws -> Built {
        let start = ContinuousClock.now
        defer { attempt = (at: .now, cost: ContinuousClock.now - start) }
        let built = try await builds.run { [database, context] in try await Self.build(database, context) }
        logger.info(
            "built a matching index",
            metadata: ["startups": "\(built.index.offered)", "time": "\(ContinuousClock.now - start)"])
        return built
    }

    @concurrent
    private static func build(_ database: Database, _ context: Context) async throws -> Built {
        try await database.snapshot(as: context, statementTimeout: .seconds(600)) { transaction in
            let (seen, today) = try await transaction.matchingMoment()
            let (mandates, _) = try await transaction.standingMandates(on: today)
            var builder = Index.Builder(
                today: today, mandates: mandates, deals: try await transaction.everyDeal(), areas: .standard,
                model: try await transaction.modelInUse())
            try await transaction.forEachStartup { builder.add($0) }
            return Built(index: await builder.finish(), seen: seen, today: today)
        }
    }
}
