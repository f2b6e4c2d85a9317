internal import Foundation
internal import Logging
internal import Postgres

extension Worker {
    /// Fetches as many jobs as there is room for, whenever the bell rings: after a notification, a poll, or the end of a
    /// run. While one fetch is under way, runs that end make room for the next, so that fetches are the larger the busier
    /// the worker is.
    func claimJobs(_ duties: Duties) async {
        let kinds = duties.handlers.keys.sorted()
        guard !kinds.isEmpty else { return }
        var echo = Echo(bell: floor.intake)
        for await _ in floor.intake.rings {
            while !Task.isCancelled {
                let room = floor.room
                guard room > 0 else { break }
                let claims = await claim(upTo: room, of: kinds)
                for claim in claims { start(claim, duties) }
                if !claims.isEmpty { echo.start() }
                if claims.count < room { break }
            }
        }
        echo.stop()
    }

    private func claim(upTo limit: Int, of kinds: [String]) async -> [Claim] {
        // In a task of its own, which shutdown does not cancel: a claim cut off in its commit would leave jobs leased to
        // nobody for half a minute.
        let (keeper, lease) = (keeper, configuration.lease)
        let fetch = Task {
            try await keeper.write(as: Self.claimingContext) { transaction in
                try await transaction.claimJobs(of: kinds, upTo: limit, for: lease)
            }
        }
        do {
            return try await fetch.value
        } catch {
            logger.warning("Jobs could not be fetched.", metadata: ["error": "\(Self.report(error))"])
            return []
        }
    }

    private func start(_ claim: Claim, _ duties: Duties) {
        guard let handler = duties.handlers[claim.kind] else { return }
        let lease = Lease(job: claim.id, token: claim.token)
        var logger = logger
        logger[metadataKey: "job"] = "\(claim.id)"
        logger[metadataKey: "kind"] = "\(claim.kind)"
        logger[metadataKey: "attempt"] = "\(claim.attempt)"
        let run = JobRun(
            id: claim.id, attempt: claim.attempt, maxAttempts: claim.maxAttempts,
            context: context(for: claim, acting: handler.acting), logger: logger, lease: lease, database: database,
            keeper: keeper,
            progressInterval: configuration.progressInterval)
        floor.begin(lease, deadline: .now + handler.timeLimit)
        let task = Task { await perform(claim.arguments, by: handler, run) }
        floor.assign(task, to: lease)
    }

    /// The enqueuer's context as the database recorded it, with the kind for the action and the lease as the key to the
    /// job's own row.
    private func context(for claim: Claim, acting: Acting) -> Context {
        var context = Context(
            claim.context.sorted { $0.key < $1.key }.map { (name: "trellis.\($0.key)", value: $0.value) })
        if acting == .system { context = context.setting("trellis.role", to: "system") }
        return
            context
            .setting("trellis.action", to: claim.kind)
            .setting("trellis.lease", to: claim.token.uuidString)
    }

    private func perform(_ arguments: String, by handler: Handler, _ run: JobRun) async {
        let ending: Ending?
        do {
            try await handler.perform(arguments, run)
            ending = run.lease.isFinished ? nil : self.ending(of: run, .succeeded)
        } catch {
            ending = self.ending(of: run, after: error)
        }
        floor.end(run.lease, with: ending)
    }

    private func ending(of run: JobRun, after error: any Error) -> Ending? {
        if run.lease.isFinished {
            run.logger.warning("A job failed after it had finished.", metadata: ["error": "\(Self.report(error))"])
            return nil
        }
        if run.lease.isLost || error is LeaseLost {
            run.logger.warning("A job was taken over by another worker; this run has no effect.")
            return nil
        }
        if run.lease.isCancelled { return ending(of: run, .cancelled) }
        if floor.isOverdue(run.lease) { return ending(of: run, .failed, "The attempt exceeded its time limit.") }
        if floor.isClosed { return ending(of: run, .released) }
        let text = Self.report(error)
        run.logger.warning("A job failed.", metadata: ["error": "\(text)"])
        return ending(of: run, error is JobAbandoned ? .abandoned : .failed, text)
    }

    private func ending(of run: JobRun, _ manner: Ending.Manner, _ error: String? = nil) -> Ending {
        let progress = run.lease.lastProgress
        return Ending(
            id: run.id, token: run.lease.token, manner: manner, error: error, done: progress?.done,
            total: progress?.total, note: progress?.note)
    }

    /// What an operator reads of an error: all of it, in bounds. Errors of the database do not contain bound values.
    static func report(_ error: any Error) -> String {
        storable(String(reflecting: error), upTo: 2_000)
    }

    /// Looks for work whether or not a notification came.
    func ring(every pause: Duration) async {
        while !Task.isCancelled {
            floor.intake.ring()
            floor.dispatch.ring()
            try? await Task.sleep(for: pause)
        }
    }

    func listen() async {
        for await _ in database.notifications(on: [Hint.channel]) {
            floor.intake.ring()
            floor.dispatch.ring()
        }
    }
}

/// Rings a few more times after work was found, in growing distance: transactions that commit within the pause of
/// another one's notification give none of their own.
private struct Echo {
    let bell: Bell
    private var task: Task<Void, Never>?
    private var started: ContinuousClock.Instant?

    init(bell: Bell) {
        self.bell = bell
    }

    mutating func start() {
        let now = ContinuousClock.now
        if let started, now - started < .milliseconds(10) { return }
        started = now
        task?.cancel()
        task = Task { [bell] in
            var pause = Duration.milliseconds(12)
            while pause < .milliseconds(500) {
                guard (try? await Task.sleep(for: pause)) != nil else { return }
                bell.ring()
                pause *= 2
            }
        }
    }

    func stop() {
        task?.cancel()
    }
}
