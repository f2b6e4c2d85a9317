public import Foundation
public import Logging
public import Postgres
public import ServiceLifecycle
internal import Synchronization

/// Performs jobs, fires schedules and turns published events into jobs. Run as many as you like, in as many processes:
/// they share the work through PostgreSQL and know nothing of each other.
///
/// ```swift
/// let worker = Worker(database: database, logger: logger)
/// worker.register(AcknowledgeSubmission.self) { job, run in … }
/// worker.subscribe("announce-decision", to: DecisionMade.self) { event, run in … }
/// worker.schedule("close-calls", .every(.seconds(60))) { _ in CloseCalls() }
/// try await ServiceGroup(services: [worker], logger: logger).run()
/// ```
///
/// A job is fetched under a lease of 30 seconds that a heartbeat prolongs every 10. A worker that dies is replaced when
/// the lease has run out; one that merely stood still is fenced off by the token of the lease, which changes with every
/// fetch. All workers of one database should be of the same build: a kind that a worker does not know waits for one
/// that does.
public final class Worker: Service, Sendable {
    /// How a worker works. The defaults suit production; tests shorten them.
    public struct Configuration: Sendable {
        /// How many jobs this worker performs at a time.
        public var concurrency = 8
        /// How long a job stays with a worker that no longer answers.
        public var lease = Duration.seconds(30)
        /// How often leases are prolonged and wishes to cancel noticed; a third of the lease, so that one may fail.
        public var heartbeat = Duration.seconds(10)
        /// How long work waits at most for an idle worker when no notification comes.
        public var poll = Duration.seconds(1)
        /// Whether to listen for notifications at all. Without, a start takes up to `poll`.
        public var listens = true
        /// The pause after the first failure, doubled with each further one.
        public var retryPause = Duration.seconds(4)
        /// The longest pause between two attempts.
        public var longestRetryPause = Duration.seconds(3600)
        /// How long running jobs may take to end at shutdown before they are given back.
        public var shutdownGrace = Duration.seconds(20)
        /// How often `JobRun.progress` writes.
        public var progressInterval = Duration.milliseconds(500)
        /// How long jobs that ended, dispatched events and fired ticks are kept; dead letters are kept for good.
        public var memory = Duration.seconds(14 * 86_400)

        /// The defaults.
        public init() {}
    }

    let database: Database
    let keeper: Database
    let logger: Logger
    let configuration: Configuration
    let duties = Mutex(Duties())
    let floor: Floor

    /// As whom a worker keeps the tables.
    static let context = Context([(name: "trellis.role", value: "system")])
    /// For statements on jobs that are named by their ids. The planner cannot see through policies and expects next to
    /// no rows of any table, so it would as soon read all of it.
    static let keepingContext = context.setting("enable_seqscan", to: "off")
    /// For what may be forgotten when the server crashes, since it would merely be done again: a commit need not wait
    /// for the disk.
    static let renewingContext = keepingContext.setting("synchronous_commit", to: "off")
    /// For reading a queue from its head: for the same reason as above, the planner would sort the whole queue rather
    /// than read the index in its order and stop.
    static let claimingContext =
        renewingContext.setting("enable_sort", to: "off").setting("enable_bitmapscan", to: "off")

    /// A worker that has yet to be told its handlers; it begins with `run`, once.
    ///
    /// - Parameters:
    ///   - database: For the handlers. It should allow about as many transactions at a time as there are jobs.
    ///   - keeper: For fetching jobs and prolonging leases, the same unless given. With one of its own (three
    ///     connections are plenty), handlers that occupy all connections for long cannot make the worker lose its leases.
    public init(
        database: Database, keeper: Database? = nil, logger: Logger, configuration: Configuration = Configuration()
    ) {
        self.database = database
        self.keeper = keeper ?? database
        self.logger = logger
        self.configuration = configuration
        floor = Floor(capacity: configuration.concurrency)
    }

    /// Says how jobs of a kind are performed. A kind has one handler.
    ///
    /// A handler that returns has succeeded; one that throws is tried again after a pause. Its task is cancelled when
    /// the time limit is over, the lease is lost or the process has to end.
    public func register<J: Job>(
        _ type: J.Type, acting: Acting = .enqueuer,
        _ handler: @Sendable @escaping (_ job: J, _ run: JobRun) async throws -> Void
    ) {
        add(
            Handler(kind: J.kind, acting: acting, timeLimit: J.timeLimit) { arguments, run in
                try await handler(try decoded(J.self, from: arguments), run)
            })
    }

    /// Says what follows from an event. Each subscription gets every event of the topic as a job of its own, with its own
    /// attempts; the kind of that job is the name of the subscription.
    public func subscribe<E: OutboxEvent>(
        _ name: String, to event: E.Type, acting: Acting = .enqueuer,
        _ handler: @Sendable @escaping (_ event: E, _ run: JobRun) async throws -> Void
    ) {
        add(
            Handler(kind: name, acting: acting, timeLimit: .seconds(600)) { payload, run in
                try await handler(try decoded(E.self, from: payload), run)
            })
        duties.withLock { $0.subscriptions.append(Subscription(topic: E.topic, kind: name)) }
    }

    /// Enqueues a job at every tick of a rhythm, once over all workers, as `system` and for no tenant.
    ///
    /// A tick that fell into a time without workers is made up for, the latest one only. A schedule that was never seen
    /// before starts with its next tick.
    public func schedule(
        _ name: String, _ rhythm: Rhythm, _ job: @Sendable @escaping (_ tick: Date) -> any Job
    ) {
        duties.withLock { duties in
            precondition(!duties.schedules.contains { $0.name == name }, "the schedule \(name) exists already")
            duties.schedules.append(Schedule(name: name, rhythm: rhythm, job: job))
        }
    }

    private func add(_ handler: Handler) {
        duties.withLock { duties in
            precondition(duties.handlers[handler.kind] == nil, "jobs of kind \(handler.kind) have a handler already")
            duties.handlers[handler.kind] = handler
        }
    }

    /// Works until the surrounding service group shuts down or the task is cancelled.
    ///
    /// At shutdown nothing new is fetched. Running jobs get the grace to end; what has not ended then is cancelled and
    /// given back, without the attempt being counted.
    public func run() async throws {
        let duties = duties.withLock { duties in
            precondition(!duties.areTakenUp, "a worker runs once")
            defer { duties.areTakenUp = true }
            return duties
        }
        // Not a child of the intake: leases must be prolonged and endings written down until the last job has ended.
        let upkeep = Task {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.keepLeases() }
                group.addTask { await self.settleEndings() }
            }
        }
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.claimJobs(duties) }
                group.addTask { await self.ring(every: self.configuration.poll) }
                if self.configuration.listens { group.addTask { await self.listen() } }
                if !duties.subscriptions.isEmpty {
                    group.addTask { await self.dispatchEvents(to: duties.subscriptions) }
                }
                if !duties.schedules.isEmpty { group.addTask { await self.fire(duties.schedules) } }
                group.addTask { await self.forget() }
            }
        }
        await closeTheFloor(after: Task.isCancelled ? .zero : configuration.shutdownGrace)
        upkeep.cancel()
        await upkeep.value
    }
}

/// What a worker has been told to do.
struct Duties: Sendable {
    var handlers: [String: Handler] = [:]
    var subscriptions: [Subscription] = []
    var schedules: [Schedule] = []
    var areTakenUp = false
}

/// How jobs of one kind are performed, with the type of the job forgotten.
struct Handler: Sendable {
    let kind: String
    let acting: Acting
    let timeLimit: Duration
    let perform: @Sendable (_ arguments: String, _ run: JobRun) async throws -> Void
}
