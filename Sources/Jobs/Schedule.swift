internal import Foundation
internal import Logging
internal import Postgres

/// A job at every tick of a rhythm.
struct Schedule: Sendable {
    let name: String
    let rhythm: Rhythm
    let job: @Sendable (_ tick: Date) -> any Job
}

extension Worker {
    /// Fires what is due, by the database's clock.
    func fire(_ schedules: [Schedule]) async {
        // Only saves statements: what was fired, by whomever, is known to the table alone.
        var settled: [String: Date] = [:]
        repeat {
            for schedule in schedules {
                // Each for itself: one that cannot be fired holds up no other.
                do {
                    let now: Date = try await keeper.reader(as: Self.context).one("SELECT now() AS now")("now")
                    let tick = schedule.rhythm.tick(dueAt: now)
                    guard settled[schedule.name] != tick else { continue }
                    let fired = try await keeper.write(as: Self.context) { try await $0.fire(schedule, at: tick) }
                    settled[schedule.name] = tick
                    if fired { floor.intake.ring() }
                } catch {
                    if Task.isCancelled { return }
                    logger.warning(
                        "A schedule could not be fired.",
                        metadata: ["schedule": .string(schedule.name), "error": "\(Self.report(error))"])
                }
            }
        } while (try? await Task.sleep(for: configuration.poll)) != nil
    }
}

extension Transaction {
    /// Enqueues the job of a tick unless somebody did, in this one transaction with the record that it was done.
    func fire(_ schedule: Schedule, at tick: Date) async throws -> Bool {
        let job = try await first(
            """
            -- Jobs.fire
            INSERT INTO schedules (schedule, tick, job_id)
            SELECT \(schedule.name), \(tick),
                -- The first tick ever only marks the beginning.
                CASE WHEN EXISTS (SELECT FROM schedules WHERE schedule = \(schedule.name)) THEN gen_random_uuid() END
            -- A worker that was held up between reading the clock and now must not fire what others have passed by.
            WHERE NOT EXISTS (SELECT FROM schedules WHERE schedule = \(schedule.name) AND tick > \(tick))
            ON CONFLICT DO NOTHING
            RETURNING job_id
            """)
        guard let id = try job?.value("job_id", as: UUID?.self) else { return false }
        try await enqueue(schedule.job(tick), as: id)
        return true
    }

    private func enqueue<J: Job>(_ job: J, as id: UUID) async throws {
        _ = try await execute(
            """
            -- Jobs.fire (its job)
            INSERT INTO jobs (id, kind, arguments, max_attempts)
            VALUES (\(id), \(J.kind), \(try encoded(job))::text::jsonb, \(J.maxAttempts))
            """)
        try await giveHint()
    }

    func forgetTicks(firedBefore age: Duration) async throws -> Int {
        try await execute(
            """
            -- Jobs.forgetTicks
            DELETE FROM schedules old
            WHERE fired_at < now() - \(age.interval) * interval '1 s'
                -- The latest one says that the schedule is known, and to which tick.
                AND EXISTS (SELECT FROM schedules later WHERE later.schedule = old.schedule AND later.tick > old.tick)
            """)
    }
}
