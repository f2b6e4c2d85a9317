import Foundation
import Postgres
import Testing

@testable import Jobs

@Suite struct RhythmTests {
    private let hongKong = TimeZone(identifier: "Asia/Hong_Kong") ?? .gmt
    private let berlin = TimeZone(identifier: "Europe/Berlin") ?? .gmt

    private func tick(_ rhythm: Rhythm, at now: String) throws -> String {
        let format = Date.ISO8601FormatStyle()
        return rhythm.tick(dueAt: try format.parse(now)).formatted(format)
    }

    @Test func intervalsCountFrom1970() throws {
        #expect(try tick(.every(.seconds(3600)), at: "2026-03-01T10:59:59Z") == "2026-03-01T10:00:00Z")
        #expect(try tick(.every(.seconds(3600)), at: "2026-03-01T11:00:00Z") == "2026-03-01T11:00:00Z")
    }

    @Test func aDayIsThatOfItsZone() throws {
        let rhythm = Rhythm.daily(at: 7, 30, in: hongKong)
        #expect(try tick(rhythm, at: "2026-03-01T23:29:59Z") == "2026-02-28T23:30:00Z")
        #expect(try tick(rhythm, at: "2026-03-01T23:30:00Z") == "2026-03-01T23:30:00Z")
    }

    @Test func aTimeThatDoesNotExistComesAnHourLater() throws {
        let rhythm = Rhythm.daily(at: 2, 30, in: berlin)
        #expect(try tick(rhythm, at: "2026-03-29T12:00:00Z") == "2026-03-29T01:30:00Z")
        #expect(try tick(rhythm, at: "2026-03-28T12:00:00Z") == "2026-03-28T01:30:00Z")
        #expect(try tick(rhythm, at: "2026-03-30T12:00:00Z") == "2026-03-30T00:30:00Z")
    }

    @Test func aTimeThatComesTwiceTicksOnce() throws {
        let rhythm = Rhythm.daily(at: 2, 30, in: berlin)
        let ticks = try Set(
            stride(from: 0, to: 24, by: 1).map {
                try tick(rhythm, at: "2026-10-25T\(String(format: "%02d", $0)):45:00Z")
            })
        #expect(ticks == ["2026-10-25T00:30:00Z"])
    }

    @Test func aWeekTicksOnItsDay() throws {
        let rhythm = Rhythm.weekly(on: 2, at: 9, in: hongKong)
        #expect(try tick(rhythm, at: "2026-03-02T01:00:00Z") == "2026-03-02T01:00:00Z")
        #expect(try tick(rhythm, at: "2026-03-02T00:59:59Z") == "2026-02-23T01:00:00Z")
        #expect(try tick(rhythm, at: "2026-03-08T23:00:00Z") == "2026-03-02T01:00:00Z")
    }
}

@Suite struct ScheduleTests {
    @Test func aTickFiresOnceUnderFourWorkers() async throws {
        try await withJobs { world async throws in
            let workers = (1...4).map { _ in
                let worker = world.worker()
                worker.register(Mark.self) { job, run in try await run.finish { try await $0.leave(job.label) } }
                worker.schedule("often", .every(.milliseconds(200))) { tick in
                    Mark(label: "\(Int((tick.timeIntervalSince1970 * 1000).rounded()))")
                }
                return worker
            }
            try await working(workers) {
                try await eventually("five ticks have fired") { try await world.effects().count >= 5 }
            }
            let ticks = try await world.effects().compactMap(Int.init)
            #expect(Set(ticks).count == ticks.count)
            #expect(ticks.allSatisfy { $0 % 200 == 0 })
            let fired: Int = try await world.database.reader(as: JobsWorld.system).value(
                "SELECT count(*) FROM schedules WHERE job_id IS NOT NULL")
            #expect(try await world.jobs().count == fired)
        }
    }

    @Test func aNewScheduleStartsWithItsNextTickAndAMissedOneIsMadeUpFor() async throws {
        try await withJobs { world async throws in
            let schedule = Schedule(name: "s", rhythm: .every(.seconds(60))) { _ in Mark(label: "tick") }
            let ticks = (1...5).map { Date(timeIntervalSince1970: Double($0 * 60)) }
            func fire(_ tick: Date) async throws -> Bool {
                try await world.database.write(as: JobsWorld.system) { try await $0.fire(schedule, at: tick) }
            }
            #expect(try await !fire(ticks[0]))
            #expect(try await fire(ticks[1]))
            #expect(try await !fire(ticks[1]))
            // Nobody was there for the third and fourth.
            #expect(try await fire(ticks[4]))
            // A worker that was held up on the way comes with what has been passed by.
            #expect(try await !fire(ticks[3]))
            #expect(try await world.jobs().count == 2)
            #expect(try await world.jobs().allSatisfy { $0.tenant == nil && $0.person == nil })
        }
    }
}
