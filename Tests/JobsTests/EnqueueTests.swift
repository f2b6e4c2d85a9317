import Foundation
import Postgres
import Testing

@testable import Jobs

@Suite struct EnqueueTests {
    struct Refusal: Error {}

    @Test func aRolledBackTransactionAskedForNothing() async throws {
        try await withJobs { world async throws in
            await #expect(throws: Refusal.self) {
                try await world.database.write(as: JobsWorld.member(of: JobsWorld.north)) { transaction async throws in
                    try await transaction.enqueue(Mark(label: "a"))
                    try await transaction.enqueue(contentsOf: [Mark(label: "b"), Mark(label: "c")])
                    try await transaction.publish(Happened(label: "d"))
                    throw Refusal()
                }
            }
            #expect(try await world.jobs().isEmpty)
            #expect(try await world.database.reader(as: JobsWorld.system).outboxBacklog().isEmpty)
        }
    }

    @Test func aJobRemembersOnWhoseBehalfItWasAskedFor() async throws {
        try await withJobs { world async throws in
            let id = try await world.enqueue(Mark(label: "a"))
            let job = try #require(try await world.jobs().first)
            #expect(job.status.id == id)
            #expect(job.status.state == .waiting)
            #expect(job.tenant == JobsWorld.north)
            #expect(job.person == JobsWorld.ana)
        }
    }

    @Test func aKeyIsWantedOnceByEachTenant() async throws {
        try await withJobs { world async throws in
            let first = try await world.enqueue(Mark(label: "a"), key: "k")
            #expect(try await world.enqueue(Mark(label: "b"), key: "k") == first)
            #expect(try await world.enqueue(Mark(label: "b"), key: "l") != first)
            #expect(try await world.enqueue(Refresh(), key: "k") != first)
            let other = try await world.enqueue(Mark(label: "c"), key: "k", as: JobsWorld.member(of: JobsWorld.south))
            #expect(other != first)
            // Before sign-in there is no tenant, and the job in the way cannot be seen; still there is only one.
            try await world.enqueue(Mark(label: "d"), key: "k", as: JobsWorld.gate)
            try await world.enqueue(Mark(label: "e"), key: "k", as: JobsWorld.gate)
            #expect(try await world.jobs().count == 5)

            try await world.finish(first)
            #expect(try await world.enqueue(Mark(label: "f"), key: "k") != first)
        }
    }

    @Test func aKeyHeldUntilFinishedStandsInTheWayOfTheRunningJob() async throws {
        try await withJobs { world async throws in
            let running = try await world.enqueue(Mark(label: "a"), key: "k")
            _ = try await world.claim([Mark.kind])
            #expect(try await world.enqueue(Mark(label: "b"), key: "k") == running)
        }
    }

    @Test func aKeyHeldUntilStartedIsFreeOnceTheJobRuns() async throws {
        try await withJobs { world async throws in
            let running = try await world.enqueue(Refresh(), key: "k")
            #expect(try await world.enqueue(Refresh(), key: "k") == running)
            _ = try await world.claim([Refresh.kind])
            let next = try await world.enqueue(Refresh(), key: "k")
            #expect(next != running)
            #expect(try await world.enqueue(Refresh(), key: "k") == next)
        }
    }

    /// Otherwise the job could start before the change it was left to deal with is visible to it.
    @Test func aJobThatWasFoundInTheWayDoesNotStartBeforeTheFinder() async throws {
        try await withJobs { world async throws in
            let id = try await world.enqueue(Refresh(), key: "k")
            try await world.database.write(as: JobsWorld.member(of: JobsWorld.north)) { transaction async throws in
                #expect(try await transaction.enqueue(Refresh(), key: "k") == id)
                #expect(try await world.claim([Refresh.kind]).isEmpty)
            }
            #expect(try await world.claim([Refresh.kind]).map(\.id) == [id])
        }
    }

    @Test func manyJobsAreAskedForInOneStatement() async throws {
        try await withJobs { world async throws in
            let ids = try await world.database.write(as: JobsWorld.member(of: JobsWorld.north)) {
                try await $0.enqueue(contentsOf: (1...100).map { Mark(label: "\($0)") })
            }
            #expect(Set(ids).count == 100)
            #expect(Set(try await world.jobs().map(\.status.id)) == Set(ids))
        }
    }

    @Test func laterJobsWaitAndUrgentOnesGoFirst() async throws {
        try await withJobs { world async throws in
            try await world.database.write(as: JobsWorld.system) { transaction async throws in
                try await transaction.enqueue(Mark(label: "usual"))
                try await transaction.enqueue(Mark(label: "patient"), priority: 5)
                try await transaction.enqueue(Mark(label: "urgent"), priority: -5)
                try await transaction.enqueue(
                    Mark(label: "tomorrow"), runAt: transaction.now.addingTimeInterval(86_400), priority: -9)
            }
            var labels: [String] = []
            while let claim = try await world.claim([Mark.kind], upTo: 1).first {
                labels.append(try decoded(Mark.self, from: claim.arguments).label)
            }
            #expect(labels == ["urgent", "usual", "patient"])
            #expect(try await world.jobs().filter { $0.status.state == .scheduled }.count == 1)
        }
    }

    @Test func datesInArgumentsKeepTheirFraction() async throws {
        try await withJobs { world async throws in
            let date = Date(timeIntervalSinceReferenceDate: 800_000_000.123456)
            try await world.enqueue(Mark(label: "a", date: date))
            let claim = try #require(try await world.claim([Mark.kind]).first)
            #expect(try decoded(Mark.self, from: claim.arguments).date == date)
        }
    }
}

extension JobsWorld {
    /// Fetches as a worker does.
    func claim(_ kinds: [String], upTo limit: Int = 100, for lease: Duration = .seconds(30)) async throws -> [Claim] {
        try await database.write(as: Self.system) { try await $0.claimJobs(of: kinds, upTo: limit, for: lease) }
    }

    func settle(_ claim: Claim, _ manner: Ending.Manner, error: String? = nil) async throws
        -> Int
    {
        try await database.write(as: Self.system) {
            try await $0.settle(
                [Ending(id: claim.id, token: claim.token, manner: manner, error: error)], retryingAfter: .zero,
                atMost: .seconds(60))
        }
    }

    /// Ends a job well, apart from any worker.
    func finish(_ id: UUID) async throws {
        _ = try await database.write(as: Self.system) {
            try await $0.execute("UPDATE jobs SET finished_at = now(), outcome = 'succeeded' WHERE id = \(id)")
        }
    }

    /// What a run of a claim sees, without a worker around it.
    func run(_ claim: Claim) -> JobRun {
        JobRun(
            id: claim.id, attempt: claim.attempt, maxAttempts: claim.maxAttempts,
            context: Self.system.setting("trellis.lease", to: claim.token.uuidString), logger: .quiet,
            lease: Lease(job: claim.id, token: claim.token), database: database, keeper: database,
            progressInterval: .zero)
    }
}
