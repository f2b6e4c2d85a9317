import Foundation
import Postgres
import ServiceLifecycle
import Synchronization
import Testing

@testable import Jobs

@Suite struct WorkerTests {
    struct Mishap: Error {}

    @Test func fiveHundredJobsTakeEffectOnceUnderEightWorkers() async throws {
        try await withJobs { world async throws in
            try await world.database.write(as: JobsWorld.member(of: JobsWorld.north)) {
                _ = try await $0.enqueue(contentsOf: (1...500).map { Mark(label: "\($0)") })
            }
            let workers = (1...8).map { _ in
                let worker = world.worker()
                worker.register(Mark.self) { job, run in try await run.finish { try await $0.leave(job.label) } }
                return worker
            }
            try await working(workers) {
                try await eventually("all jobs are done", within: .seconds(60)) {
                    try await world.database.reader(as: JobsWorld.system).jobCounts().isEmpty
                }
            }
            #expect(try await world.effects().sorted() == (1...500).map { "\($0)" }.sorted())
            #expect(try await world.jobs().allSatisfy { $0.status.attempt == 1 })
        }
    }

    /// Connections break under the workers' hands again and again; what counts is what is in the tables afterwards.
    @Test func effectsAreThereOnceThoughConnectionsBreak() async throws {
        try await withJobs { world async throws in
            try await world.database.write(as: JobsWorld.member(of: JobsWorld.north)) {
                _ = try await $0.enqueue(contentsOf: (1...200).map { Mark(label: "\($0)") })
            }
            let workers = (1...2).map { _ in
                let worker = world.worker { $0.lease = .seconds(1) }
                worker.register(Mark.self) { job, run in try await run.finish { try await $0.leave(job.label) } }
                return worker
            }
            try await working(workers) {
                for _ in 1...10 {
                    try await world.breakConnections()
                    try await Task.sleep(for: .milliseconds(30))
                }
                try await eventually("all jobs are done", within: .seconds(60)) {
                    (try? await world.database.reader(as: JobsWorld.system).jobCounts().isEmpty) ?? false
                }
            }
            #expect(try await world.effects().sorted() == (1...200).map { "\($0)" }.sorted())
        }
    }

    @Test func aHandlerThatReturnsHasSucceeded() async throws {
        try await withJobs { world async throws in
            let id = try await world.enqueue(Mark(label: "a"))
            let worker = world.worker()
            worker.register(Mark.self) { job, run in try await run.write { try await $0.leave(job.label) } }
            try await working([worker]) { try await world.waitFor(id, .succeeded) }
            #expect(try await world.effects() == ["a"])
        }
    }

    @Test func aFailedEffectIsRolledBackAndTriedAgain() async throws {
        try await withJobs { world async throws in
            let id = try await world.enqueue(Fragile())
            let attempts = Counter()
            let worker = world.worker()
            worker.register(Fragile.self) { job, run in
                try await run.finish { transaction in
                    try await transaction.leave("attempt \(run.attempt)")
                    if attempts.increment() < 3 { throw Mishap() }
                }
            }
            try await working([worker]) { try await world.waitFor(id, .succeeded) }
            #expect(try await world.effects() == ["attempt 3"])
            #expect(attempts.value == 3)
        }
    }

    @Test func aPoisonousJobEndsAsADeadLetterThatCanBeRetriedOrDiscarded() async throws {
        try await withJobs { world async throws in
            let id = try await world.enqueue(Fragile())
            let isMended = Atomic(false)
            let worker = world.worker()
            worker.register(Fragile.self) { _, run in
                if !isMended.load(ordering: .relaxed) { throw Mishap() }
            }
            try await working([worker]) {
                try await world.waitFor(id, .dead)
                let letter = try #require(
                    try await world.database.reader(as: JobsWorld.operator).deadJobs().first)
                #expect(letter.status.id == id)
                #expect(letter.status.attempt == 3)
                #expect(letter.lastError?.contains("Mishap") == true)

                isMended.store(true, ordering: .relaxed)
                try await world.database.write(as: JobsWorld.operator) { transaction async throws in
                    #expect(try await transaction.retryJob(id))
                }
                try await world.waitFor(id, .succeeded)
                try await world.database.write(as: JobsWorld.operator) { transaction async throws in
                    #expect(try await !transaction.retryJob(id))
                }

                isMended.store(false, ordering: .relaxed)
                let other = try await world.enqueue(Fragile())
                try await world.waitFor(other, .dead)
                try await world.database.write(as: JobsWorld.operator) { transaction async throws in
                    #expect(try await transaction.discardJob(other))
                }
                #expect(try await world.status(other).state == .cancelled)
                #expect(try await world.database.reader(as: JobsWorld.operator).deadJobs().isEmpty)
            }
        }
    }

    @Test func whatIsInVainIsNotTriedAgain() async throws {
        try await withJobs { world async throws in
            let id = try await world.enqueue(Mark(label: "a"))
            let worker = world.worker()
            worker.register(Mark.self) { _, _ in throw JobAbandoned(because: "the recipient is gone") }
            try await working([worker]) { try await world.waitFor(id, .dead) }
            #expect(try await world.status(id).attempt == 1)
            #expect(try await world.lastError(id) == "the recipient is gone")
        }
    }

    @Test func argumentsThatCannotBeReadAreAFailureOfThatJobAlone() async throws {
        try await withJobs { world async throws in
            let id = try await world.enqueue(Fragile())
            _ = try await world.database.write(as: JobsWorld.system) {
                try await $0.execute("UPDATE jobs SET arguments = '{\"label\": 7}' WHERE id = \(id)")
            }
            let good = try await world.enqueue(Fragile(label: "good"))
            let worker = world.worker()
            worker.register(Fragile.self) { _, _ in }
            try await working([worker]) {
                try await world.waitFor(id, .dead)
                try await world.waitFor(good, .succeeded)
            }
            #expect(try await world.lastError(id)?.contains("label") == true)
        }
    }

    @Test func aWaitingJobIsCancelledAtOnce() async throws {
        try await withJobs { world async throws in
            let id = try await world.enqueue(Mark(label: "a"))
            try await world.database.write(as: JobsWorld.member(of: JobsWorld.north)) { transaction async throws in
                #expect(try await transaction.cancelJob(id))
                #expect(try await !transaction.cancelJob(id))
            }
            #expect(try await world.status(id).state == .cancelled)
            #expect(try await world.claim([Mark.kind]).isEmpty)
        }
    }

    @Test func aRunningJobIsCancelledWhenItReportsProgress() async throws {
        try await withJobs { world async throws in
            let id = try await world.enqueue(Mark(label: "a"))
            let worker = world.worker {
                $0.heartbeat = .seconds(60)
                $0.lease = .seconds(300)
            }
            worker.register(Mark.self) { _, run in
                for step in 1...10_000 {
                    try await run.progress(step, of: 10_000, note: "step")
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
            try await working([worker]) {
                try await eventually("the job reports") { try await world.status(id).done ?? 0 > 2 }
                let watched = try #require(
                    try await world.database.reader(as: JobsWorld.member(of: JobsWorld.north)).jobStatus(id))
                #expect(watched.state == .running)
                #expect(watched.total == 10_000)
                #expect(watched.note == "step")
                try await world.database.write(as: JobsWorld.member(of: JobsWorld.north)) { transaction async throws in
                    #expect(try await transaction.cancelJob(id))
                }
                try await world.waitFor(id, .cancelled)
            }
        }
    }

    /// With progress written rarely, the heartbeat brings the wish.
    @Test func aHandlerLearnsOfItsCancellationFromTheHeartbeat() async throws {
        try await withJobs { world async throws in
            let id = try await world.enqueue(Mark(label: "a"))
            let worker = world.worker { $0.progressInterval = .seconds(60) }
            worker.register(Mark.self) { _, run in
                for step in 1...1_000 {
                    try await run.progress(step, of: 1_000)
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
            try await working([worker]) {
                try await world.waitFor(id, .running)
                _ = try await world.database.write(as: JobsWorld.operator) { try await $0.cancelJob(id) }
                try await world.waitFor(id, .cancelled)
            }
        }
    }

    @Test func theLastProgressIsKeptThoughItWasNotYetWritten() async throws {
        try await withJobs { world async throws in
            let returning = try await world.enqueue(Mark(label: "return"))
            let finishing = try await world.enqueue(Mark(label: "finish"))
            let worker = world.worker { $0.progressInterval = .seconds(60) }
            worker.register(Mark.self) { job, run in
                for step in 1...7 { try await run.progress(step, of: 7, note: "step \(step)") }
                if job.label == "finish" { try await run.finish { try await $0.leave("a") } }
            }
            try await working([worker]) {
                for id in [returning, finishing] { try await world.waitFor(id, .succeeded) }
            }
            for id in [returning, finishing] {
                #expect(try await world.status(id).done == 7)
                #expect(try await world.status(id).note == "step 7")
            }
        }
    }

    @Test func aJobLongerThanItsLeaseStaysWithItsWorker() async throws {
        try await withJobs { world async throws in
            let id = try await world.enqueue(Mark(label: "long"))
            let workers = (1...2).map { _ in
                let worker = world.worker { $0.lease = .seconds(1) }
                worker.register(Mark.self) { job, run in
                    try await Task.sleep(for: .seconds(3))
                    try await run.finish { try await $0.leave(job.label) }
                }
                return worker
            }
            try await working(workers) { try await world.waitFor(id, .succeeded) }
            #expect(try await world.status(id).attempt == 1)
            #expect(try await world.effects() == ["long"])
        }
    }

    @Test func anAttemptBeyondItsTimeLimitIsAFailure() async throws {
        try await withJobs { world async throws in
            let id = try await world.enqueue(Endless())
            let worker = world.worker()
            worker.register(Endless.self) { _, _ in try await Task.sleep(for: .seconds(60)) }
            try await working([worker]) { try await world.waitFor(id, .dead) }
            #expect(try await world.lastError(id) == "The attempt exceeded its time limit.")
        }
    }

    @Test func aWorkerThatShutsDownLetsItsJobsEnd() async throws {
        try await withJobs { world async throws in
            let id = try await world.enqueue(Mark(label: "a"))
            let worker = world.worker()
            worker.register(Mark.self) { job, run in
                while !Task.isShuttingDownGracefully { try await Task.sleep(for: .milliseconds(5)) }
                try await Task.sleep(for: .seconds(1))
                try await run.finish { try await $0.leave(job.label) }
            }
            try await working([worker]) { try await world.waitFor(id, .running) }
            #expect(try await world.status(id).state == .succeeded)
            #expect(try await world.status(id).attempt == 1)
        }
    }

    @Test func whatDoesNotEndInTimeIsGivenBackUncounted() async throws {
        try await withJobs { world async throws in
            let obedient = try await world.enqueue(Mark(label: "obedient"))
            let deaf = try await world.enqueue(Mark(label: "deaf"))
            let (gate, opening) = AsyncStream<Void>.makeStream()
            let worker = world.worker { $0.shutdownGrace = .milliseconds(50) }
            worker.register(Mark.self) { job, run in
                if job.label == "obedient" { return try await Task.sleep(for: .seconds(60)) }
                // In a task of its own, which no cancellation reaches.
                await Task { for await _ in gate { return } }.value
                try await run.finish { try await $0.leave(job.label) }
            }
            try await working([worker]) {
                try await world.waitFor(obedient, .running)
                try await world.waitFor(deaf, .running)
            }
            for id in [obedient, deaf] {
                #expect(try await world.status(id).state == .waiting)
                #expect(try await world.status(id).attempt == 0)
            }
            // The deaf one wakes up after its job was given back: too late.
            opening.finish()
            let claims = try await world.claim([Mark.kind])
            #expect(claims.count == 2)
            try await Task.sleep(for: .milliseconds(100))
            #expect(try await world.effects() == [])
        }
    }

    @Test func withoutNotificationsThePollFindsTheWork() async throws {
        try await withJobs { world async throws in
            let worker = world.worker { $0.listens = false }
            worker.register(Mark.self) { job, run in try await run.finish { try await $0.leave(job.label) } }
            try await working([worker]) {
                try await world.waitFor(try await world.enqueue(Mark(label: "a")), .succeeded)
                // Long enough for the worker to have settled down: no look that the first job caused finds the second.
                try await Task.sleep(for: .seconds(1))
                try await world.waitFor(try await world.enqueue(Mark(label: "b")), .succeeded)
            }
        }
    }

    @Test func aNotificationSavesTheWaitForThePoll() async throws {
        try await withJobs { world async throws in
            let worker = world.worker { $0.poll = .seconds(600) }
            worker.register(Mark.self) { job, run in try await run.finish { try await $0.leave(job.label) } }
            try await working([worker]) {
                // Past the only poll there will be, so that a notification alone can find the job. Other tests of this
                // process notify as well and may just have used up the allowance, so it is tried more than once.
                try await Task.sleep(for: .seconds(1))
                let late = try await world.enqueue(Mark(label: "b"))
                try await eventually("the job is found", within: .seconds(30)) {
                    try await world.enqueue(Mark(label: "c"))
                    return try await world.status(late).state == .succeeded
                }
            }
        }
    }

    @Test func noMoreJobsRunAtATimeThanAllowed() async throws {
        try await withJobs { world async throws in
            try await world.database.write(as: JobsWorld.system) {
                _ = try await $0.enqueue(contentsOf: (1...20).map { Mark(label: "\($0)") })
            }
            let now = Atomic(0)
            let most = Mutex(0)
            let worker = world.worker { $0.concurrency = 3 }
            worker.register(Mark.self) { job, run in
                let running = now.add(1, ordering: .relaxed).newValue
                most.withLock { $0 = max($0, running) }
                try await Task.sleep(for: .milliseconds(10))
                now.subtract(1, ordering: .relaxed)
            }
            try await working([worker]) {
                try await eventually("all are done") {
                    try await world.database.reader(as: JobsWorld.system).jobCounts().isEmpty
                }
            }
            #expect(most.withLock { $0 } == 3)
        }
    }

    @Test func handlersActAsTheEnqueuerOrAsTheSystemAsRegistered() async throws {
        try await withJobs { world async throws in
            for tenant in [JobsWorld.north, JobsWorld.south] {
                try await world.database.write(as: JobsWorld.member(of: tenant)) {
                    _ = try await $0.execute("INSERT INTO notes (body) VALUES (\(tenant.uuidString))")
                }
            }
            let worker = world.worker()
            let seen = Mutex<[String: [String]]>([:])
            @Sendable func look(_ run: JobRun) async throws {
                let notes = try await run.reader.rows("SELECT body FROM notes ORDER BY body")
                let acting = try await run.reader.one(
                    """
                    SELECT acting_role() AS role, acting_tenant() AS tenant, acting_person() AS person,
                        current_setting('trellis.action') AS action
                    """)
                let facts = [
                    try acting.value("role", as: String.self),
                    try acting.value("tenant", as: UUID.self).uuidString,
                    try acting.value("person", as: UUID.self).uuidString,
                ]
                try seen.withLock {
                    $0[try acting("action")] = try facts + notes.map { try $0("body") }
                }
                // What an enqueuer's job enqueues is on the enqueuer's behalf, too.
                try await run.finish { _ = try await $0.enqueue(Refresh()) }
            }
            worker.register(Mark.self) { _, run in try await look(run) }
            worker.register(Fragile.self, acting: .system) { _, run in try await look(run) }
            let (mark, fragile) = (
                try await world.enqueue(Mark(label: "a")), try await world.enqueue(Fragile())
            )
            try await working([worker]) {
                for id in [mark, fragile] { try await world.waitFor(id, .succeeded) }
            }
            let (north, south) = (JobsWorld.north.uuidString, JobsWorld.south.uuidString)
            let seenByAll = seen.withLock { $0 }
            #expect(seenByAll["mark"] == ["manager", north, JobsWorld.ana.uuidString, north])
            #expect(seenByAll["fragile"] == ["system", north, JobsWorld.ana.uuidString] + [north, south].sorted())
            let followUps = try await world.database.reader(as: JobsWorld.system).jobs(in: .waiting, of: Refresh.kind)
            #expect(followUps.map(\.tenant) == [JobsWorld.north, JobsWorld.north])
        }
    }
}

/// Never ends by itself.
struct Endless: Job {
    static let kind = "endless"
    static let maxAttempts = 1
    static let timeLimit = Duration.milliseconds(100)
}

extension JobsWorld {
    func waitFor(_ id: UUID, _ state: JobState, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await eventually("the job is \(state.rawValue)", sourceLocation: sourceLocation) {
            try await status(id).state == state
        }
    }
}
