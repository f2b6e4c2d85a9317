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
/// An answer knows everything that was committed before it was asked for, by whichever process: whoever asks first has the
/// index take over what it has not seen, see ``LiveIndex``. Nothing is told to anybody for it, and so nothing can be missed;
/// a notification in every transaction would make commits a queue. While it runs, it keeps the indexes close behind, so that
/// there is little left to take over when somebody asks.
package final class LiveIndexes: Service, Sendable {
    /// How often the indexes in use look for changes by themselves.
    static let rhythm = Duration.milliseconds(100)
    /// An index that nobody has asked for so long is given up.
    static let patience = Duration.seconds(3600)

    private let database: Database
    private let logger: Logger
    private let kept = Mutex<[Tenant.ID: LiveIndex]>([:])

    /// Indexes over a database; they are built when they are first asked for.
    package init(database: Database, logger: Logger) {
        self.database = database
        self.logger = logger
    }

    /// The index of a tenant with everything that is committed by now. Building it takes seconds for a tenant with a million
    /// startups; taking over changes a millisecond or so.
    func index(of tenant: Tenant.ID) async throws -> Index {
        let live = kept.withLock { kept in
            if let live = kept[tenant] { return live }
            let live = LiveIndex(of: tenant, in: database, logger: logger)
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

/// The matching index of one tenant, following the database.
///
/// What has changed it reads from the audit trail: those events whose transactions the snapshot it last read by had not seen.
/// Habits and the rarity of words are facts about thousands and stay as they were; when past investments or many startups
/// have changed, and every day, the index is built anew beside the old one, which answers meanwhile.
actor LiveIndex {
    private struct Built: Sendable {
        var index: Index
        /// The snapshot whose transactions it has seen.
        var seen: String
        let today: Int
        /// How long building it took.
        let cost: Duration
        let at = ContinuousClock.now
        /// Startups that have changed since.
        var changed = 0
    }

    /// As many startups as are read at a time.
    static let portion = 2_000

    private let database: Database
    private let context: Context
    private let logger: Logger
    private var built: Built?
    /// The last turn at reading changes, finished or not; turns are taken one after the other.
    private var last: Task<Void, any Error>?
    /// The turn that has not begun: it will see what is committed by now.
    private var waiting: Task<Void, any Error>?
    private var rebuilding: Task<Void, Never>?
    private var rebuilt: Built?
    private var asked = ContinuousClock.now

    init(of tenant: Tenant.ID, in database: Database, logger: Logger) {
        self.database = database
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

    /// Takes over what is committed by now. All who ask before a turn begins share it.
    func catchUp() async throws {
        if let waiting { return try await waiting.value }
        let before = last
        let turn = Task {
            _ = await before?.result
            waiting = nil
            try await takeTurn()
        }
        (last, waiting) = (turn, turn)
        try await turn.value
    }

    // The index is changed where it stands: a copy in a local variable would make every change copy it whole.
    private func takeTurn() async throws {
        if let rebuilt { (built, self.rebuilt) = (rebuilt, nil) }
        guard let (seen, today) = built.map({ ($0.seen, $0.today) }) else {
            built = try await Self.build(database, context, logger)
            return
        }
        let reader = database.reader(as: context)
        let changes = try await reader.matchingChanges(since: seen)
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
        if let built, changes.hasHistory || changes.today != today || 50 * built.changed > built.index.offered {
            rebuild(notBefore: built.at.advanced(by: max(.seconds(5), built.cost * 20)))
        }
    }

    /// - Parameter instant: so late that building takes up a small part of the time, however much changes.
    private func rebuild(notBefore instant: ContinuousClock.Instant) {
        guard rebuilding == nil else { return }
        rebuilding = Task {
            defer { rebuilding = nil }
            do {
                try await Task.sleep(until: instant, clock: .continuous)
                rebuilt = try await Self.build(database, context, logger)
            } catch {
                logger.warning("a matching index was not built anew", metadata: ["reason": "\(error)"])
            }
        }
    }

    @concurrent
    private static func build(_ database: Database, _ context: Context, _ logger: Logger) async throws -> Built {
        let start = ContinuousClock.now
        let (index, seen, today) = try await database.snapshot(as: context, statementTimeout: .seconds(600)) {
            transaction in
            let (seen, today) = try await transaction.matchingMoment()
            let (mandates, _) = try await transaction.standingMandates(on: today)
            var builder = Index.Builder(
                today: today, mandates: mandates, deals: try await transaction.everyDeal(), areas: .standard,
                model: try await transaction.modelInUse())
            try await transaction.forEachStartup { builder.add($0) }
            return (builder.finish(), seen, today)
        }
        let built = Built(index: index, seen: seen, today: today, cost: ContinuousClock.now - start)
        logger.info(
            "built a matching index", metadata: ["startups": "\(index.offered)", "time": "\(built.cost)"])
        return built
    }
}
