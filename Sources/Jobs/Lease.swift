internal import Foundation
internal import Synchronization

/// The right of one run to work on its job, and what has become known about it.
final class Lease: Sendable {
    struct Progress: Sendable {
        let done: Int
        let total: Int
        let note: String?
    }

    private struct State {
        var isCancelled = false
        var isLost = false
        var isFinished = false
        var progress: Progress?
        var progressWritten: ContinuousClock.Instant?
    }

    let job: UUID
    /// Told to the database with every change, which is made only while the row carries the same token.
    let token: UUID
    private let state = Mutex(State())

    init(job: UUID, token: UUID) {
        self.job = job
        self.token = token
    }

    var isFinished: Bool { state.withLock(\.isFinished) }
    var isLost: Bool { state.withLock(\.isLost) }
    var isCancelled: Bool { state.withLock(\.isCancelled) }
    var lastProgress: Progress? { state.withLock(\.progress) }

    func cancel() { state.withLock { $0.isCancelled = true } }
    func lose() { state.withLock { $0.isLost = true } }
    func finish() { state.withLock { $0.isFinished = true } }

    func check() throws {
        let (isLost, isCancelled) = state.withLock { ($0.isLost, $0.isCancelled) }
        if isLost { throw LeaseLost() }
        if isCancelled { throw JobCancelled() }
    }

    /// Remembers the progress for the end of the run; true if it is time to write it down.
    func record(_ progress: Progress, every interval: Duration) -> Bool {
        let now = ContinuousClock.now
        return state.withLock { state in
            state.progress = progress
            if let written = state.progressWritten, now - written < interval { return false }
            state.progressWritten = now
            return true
        }
    }
}
