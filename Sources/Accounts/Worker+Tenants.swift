package import Foundation
package import Jobs
package import Postgres
internal import Vocabulary

extension Worker {
    /// Has a job done in every tenant at every tick, with the rights of the service in that tenant.
    ///
    /// A tenant in which the last one still waits or runs gets no second one. The job is registered by its room, acting as
    /// `.system`.
    ///
    /// - Parameters:
    ///   - rhythm: when it ticks; at least some seconds apart, since each tick writes one row a tenant.
    ///   - database: where the jobs are enqueued, a transaction a tenant.
    ///   - job: the job of a tick.
    package func scheduleInEveryTenant<Due: Job>(
        _ rhythm: Rhythm, database: Database, _ job: @escaping @Sendable (_ tick: Date) -> Due
    ) {
        register(InEveryTenant<Due>.self, acting: .system) { everywhere, run in
            for tenant in try await run.reader.tenants() {
                let context = run.context.setting("trellis.tenant", to: tenant.description)
                try await database.write(as: context) { transaction in
                    _ = try await transaction.enqueue(job(everywhere.tick), key: InEveryTenant<Due>.once)
                }
            }
        }
        schedule(InEveryTenant<Due>.kind, rhythm) { tick in InEveryTenant<Due>(tick: tick) }
    }
}

/// Enqueues a job in every tenant.
private struct InEveryTenant<Due: Job>: Job {
    static var kind: String { "\(Due.kind)-in-every-tenant" }
    /// The job is the same at every tick.
    static var once: String { "tick" }

    let tick: Date
}
