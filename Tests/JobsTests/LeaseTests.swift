import Foundation
import Postgres
import Testing

@testable import Jobs

/// What the statements promise, without a worker in between.
@Suite struct LeaseTests {
    @Test func anAttemptIsCountedWhenTheJobIsFetched() async throws {
        try await withJobs { world async throws in
            let id = try await world.enqueue(Mark(label: "a"))
            let claim = try #require(try await world.claim([Mark.kind]).first)
            #expect(claim.attempt == 1)
            #expect(try await world.status(id).attempt == 1)
            #expect(try await world.status(id).state == .running)
            #expect(try await world.claim([Mark.kind]).isEmpty)
        }
    }

    @Test func onlyKnownKindsAreFetched() async throws {
        try await withJobs { world async throws in
            try await world.enqueue(Mark(label: "a"))
            #expect(try await world.claim([Fragile.kind]).isEmpty)
        }
    }

    @Test func anAbandonedJobGoesToAnotherAndTheStaleFinisherIsFencedOff() async throws {
        try await withJobs { world async throws in
            let id = try await world.enqueue(Mark(label: "a"))
            let stale = try #require(try await world.claim([Mark.kind], for: .zero).first)
            let fresh = try #require(try await world.claim([Mark.kind]).first)
            #expect(fresh.id == id)
            #expect(fresh.attempt == 2)
            #expect(fresh.token != stale.token)

            await #expect(throws: LeaseLost.self) {
                try await world.run(stale).finish { try await $0.leave("stale") }
            }
            await #expect(throws: LeaseLost.self) {
                try await world.run(stale).write { try await $0.leave("stale") }
            }
            await #expect(throws: LeaseLost.self) { try await world.run(stale).progress(1, of: 2) }
            #expect(try await world.settle(stale, .failed, error: "stale") == 0)
            #expect(try await world.effects() == [])

            try await world.run(fresh).write { try await $0.leave("half") }
            try await world.run(fresh).finish { try await $0.leave("fresh") }
            #expect(try await world.effects() == ["half", "fresh"])
            #expect(try await world.status(id).state == .succeeded)
            // Twice is no better than too late.
            await #expect(throws: LeaseLost.self) {
                try await world.run(fresh).finish { try await $0.leave("again") }
            }
            #expect(try await world.effects() == ["half", "fresh"])
        }
    }

    @Test func aWriteDuringWhichTheJobWasTakenOverIsUndone() async throws {
        try await withJobs { world async throws in
            try await world.enqueue(Mark(label: "a"))
            let claim = try #require(try await world.claim([Mark.kind], for: .zero).first)
            await #expect(throws: LeaseLost.self) {
                try await world.run(claim).write { transaction async throws in
                    try await transaction.leave("stale")
                    #expect(try await world.claim([Mark.kind]).count == 1)
                }
            }
            #expect(try await world.effects() == [])
        }
    }

    @Test func oneEndingThatCannotBeStoredAsItIsDoesNotHoldUpTheOthers() {
        #expect(storable("a\0b\u{301}", upTo: 10) == "ab\u{301}")
        #expect(storable("abcdef", upTo: 3) == "abc")
    }

    /// An expired lease that nobody took over is still the best there is.
    @Test func aLateFinisherWhoseJobNobodyTookMayFinish() async throws {
        try await withJobs { world async throws in
            try await world.enqueue(Mark(label: "a"))
            let claim = try #require(try await world.claim([Mark.kind], for: .zero).first)
            try await world.run(claim).finish { try await $0.leave("late") }
            #expect(try await world.effects() == ["late"])
        }
    }

    @Test func aJobThatTakesItsWorkersDownEndsDead() async throws {
        try await withJobs { world async throws in
            let id = try await world.enqueue(Fragile())
            for attempt in 1...3 {
                #expect(try await world.claim([Fragile.kind], for: .zero).map(\.attempt) == [attempt])
            }
            #expect(try await world.claim([Fragile.kind]).isEmpty)
            let status = try await world.status(id)
            #expect(status.state == .dead)
            #expect(status.attempt == 3)
            #expect(try await world.lastError(id) == "The worker of the last attempt disappeared; this job may be why.")
        }
    }

    @Test func pausesDoubleAndScatter() async throws {
        try await withJobs { world async throws in
            let id = try await world.enqueue(Fragile())
            for (attempt, range) in [(1, 3.0...5.001), (2, 6.0...10.001)] {
                let claim = try #require(try await world.claim([Fragile.kind]).first)
                #expect(claim.attempt == attempt)
                // In the transaction that settles, now() is the instant the pause counts from.
                let pause = try await world.database.write(as: JobsWorld.system) { transaction in
                    let failed = Ending(id: claim.id, token: claim.token, manner: .failed, error: "no")
                    _ = try await transaction.settle([failed], retryingAfter: .seconds(4), atMost: .seconds(60))
                    return try await transaction.value(
                        "SELECT extract(epoch FROM run_at - now())::float8 FROM jobs WHERE id = \(id)", as: Double.self)
                }
                #expect(range.contains(pause))
                #expect(try await world.status(id).state == .scheduled)
                #expect(try await world.claim([Fragile.kind]).isEmpty)
                try await world.makeDue(id)
            }
            let last = try #require(try await world.claim([Fragile.kind]).first)
            #expect(try await world.settle(last, .failed, error: "never") == 1)
            #expect(try await world.status(id).state == .dead)
            #expect(try await world.lastError(id) == "never")
        }
    }

    @Test func aReleasedJobIsAsGoodAsNeverFetched() async throws {
        try await withJobs { world async throws in
            let id = try await world.enqueue(Fragile())
            let claim = try #require(try await world.claim([Fragile.kind]).first)
            #expect(try await world.settle(claim, .released) == 1)
            #expect(try await world.status(id).attempt == 0)
            #expect(try await world.status(id).state == .waiting)
            await #expect(throws: LeaseLost.self) { try await world.run(claim).finish { _ in } }
            #expect(try await world.claim([Fragile.kind]).map(\.attempt) == [1])
        }
    }

    @Test func aHeartbeatProlongsOwnLeasesOnlyAndBringsWishes() async throws {
        try await withJobs { world async throws in
            try await world.enqueue(Mark(label: "a"))
            try await world.enqueue(Mark(label: "b"))
            let stale = try await world.claim([Mark.kind], for: .zero)
            let fresh = try #require(try await world.claim([Mark.kind], upTo: 1, for: .zero).first)
            try await world.database.write(as: JobsWorld.member(of: JobsWorld.north)) { transaction async throws in
                #expect(try await transaction.cancelJob(fresh.id))
            }
            let tokens = Dictionary(uniqueKeysWithValues: (stale + [fresh]).map { ($0.token, $0.id) })
            let answers = try await world.database.write(as: JobsWorld.system) {
                try await $0.renewLeases(tokens, for: .seconds(30))
            }
            let untouched = try #require(stale.first { $0.id != fresh.id })
            #expect(Set(answers.map(\.token)) == [fresh.token, untouched.token])
            #expect(answers.filter(\.cancelRequested).map(\.token) == [fresh.token])
            #expect(try await world.claim([Mark.kind]).isEmpty)
        }
    }

    /// A heartbeat that waited for the row of a long transaction would let all other leases expire meanwhile.
    @Test func aHeartbeatDoesNotWaitForAJobThatIsFinishing() async throws {
        try await withJobs { world async throws in
            try await world.enqueue(Mark(label: "a"))
            let claim = try #require(try await world.claim([Mark.kind]).first)
            try await world.database.write(as: JobsWorld.system) { transaction async throws in
                try await transaction.execute("SELECT 1 FROM jobs WHERE id = \(claim.id) FOR UPDATE")
                let answers = try await world.database.write(as: JobsWorld.system) {
                    try await $0.renewLeases([claim.token: claim.id], for: .seconds(30))
                }
                #expect(answers.map(\.token) == [claim.token])
            }
        }
    }

    @Test func aJobCancelledWhileItsWorkerDiedEndsWithTheNextFetch() async throws {
        try await withJobs { world async throws in
            let id = try await world.enqueue(Mark(label: "a"))
            _ = try await world.claim([Mark.kind], for: .zero)
            try await world.database.write(as: JobsWorld.member(of: JobsWorld.north)) { transaction async throws in
                #expect(try await transaction.cancelJob(id))
            }
            #expect(try await world.status(id).state != .cancelled)
            #expect(try await world.claim([Mark.kind]).isEmpty)
            #expect(try await world.status(id).state == .cancelled)
        }
    }

    @Test func whatIsOldIsForgottenExceptDeadLettersAndTheLatestTick() async throws {
        try await withJobs { world async throws in
            let done = try await world.enqueue(Mark(label: "done"))
            try await world.finish(done)
            let dead = try await world.enqueue(Fragile())
            for _ in 1...4 { _ = try await world.claim([Fragile.kind], for: .zero) }
            let waiting = try await world.enqueue(Mark(label: "waiting"))
            try await world.database.write(as: JobsWorld.system) { transaction async throws in
                try await transaction.publish(Happened(label: "a"))
                for second in 1...3 {
                    try await transaction.execute(
                        """
                        INSERT INTO schedules (schedule, tick)
                        VALUES ('s', to_timestamp(\(Double(second)))), (\("only-\(second)"), now())
                        """)
                }
            }
            try await world.database.write(as: JobsWorld.system) { transaction async throws in
                #expect(try await transaction.forgetJobs(endedBefore: .seconds(60), upTo: 10) == 0)
                #expect(try await transaction.forgetJobs(endedBefore: .seconds(-1), upTo: 10) == 1)
                #expect(try await transaction.forgetEvents(dispatchedBefore: .seconds(-1), upTo: 10) == 0)
                #expect(try await transaction.forgetTicks(firedBefore: .seconds(-1)) == 2)
            }
            #expect(Set(try await world.jobs().map(\.status.id)) == [dead, waiting])
        }
    }
}

extension JobsWorld {
    func makeDue(_ id: UUID) async throws {
        _ = try await database.write(as: Self.system) {
            try await $0.execute("UPDATE jobs SET run_at = now() WHERE id = \(id)")
        }
    }
}
