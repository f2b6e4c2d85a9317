internal import API
internal import Accounts
internal import Applications
internal import Foundation
internal import Jobs

/// Forgets the kept answers that no client repeats a request for any more, the tickets for documents that nobody used, and
/// which letters strangers asked for longer than a day ago.
struct ForgetIdempotencyKeys: Job {
    static let kind = "house.forget-idempotency-keys"
    static let maxAttempts = 3

    /// Keys kept before this are forgotten.
    let before: Date

    /// Every hour, what is older than a week.
    static func register(in worker: Worker) {
        worker.register(ForgetIdempotencyKeys.self, acting: .system) { job, run in
            try await run.write { try await $0.forgetDocumentTickets() }
            try await run.write { try await $0.forgetLettersAskedFor() }
            // A batch a transaction: nobody waits behind the sweep.
            var forgotten = 1
            while forgotten > 0 {
                forgotten = try await run.write {
                    try await $0.forgetIdempotencyKeys(before: job.before)
                }
            }
        }
        worker.schedule(kind, .every(.seconds(3_600))) { tick in
            ForgetIdempotencyKeys(before: tick.addingTimeInterval(-7 * 86_400))
        }
    }
}
