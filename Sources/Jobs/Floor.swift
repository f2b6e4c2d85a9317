internal import Foundation
internal import Synchronization

/// The shop floor of one worker: which runs it holds, and which endings wait to be written down.
final class Floor: Sendable {
    struct Held {
        let lease: Lease
        let deadline: ContinuousClock.Instant
        var task: Task<Void, Never>?
        /// The handler has returned; the lease is kept until its ending is written down.
        var hasEnded = false
        var isOverdue = false
    }

    struct State {
        var held: [UUID: Held] = [:]
        var active = 0
        var endings: [Ending] = []
        var isClosed = false
    }

    let capacity: Int
    /// Rung when there may be something to claim, and room for it.
    let intake = Bell()
    /// Rung when there may be events to dispatch.
    let dispatch = Bell()
    /// Rung when a run has ended.
    let endings = Bell()
    /// Rung when a run is off the floor altogether.
    let departures = Bell()
    private let state = Mutex(State())

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    /// How many more runs may begin. Endings that cannot be written down count as well, or a worker whose database is
    /// slow to commit would pile them up.
    var room: Int {
        state.withLock { $0.isClosed ? 0 : max(0, min(capacity - $0.active, 8 * capacity - $0.held.count)) }
    }

    var isEmpty: Bool { state.withLock(\.held.isEmpty) }

    func begin(_ lease: Lease, deadline: ContinuousClock.Instant) {
        state.withLock { state in
            state.held[lease.token] = Held(lease: lease, deadline: deadline)
            state.active += 1
        }
    }

    /// Remembers the task of a run, which may have ended already.
    func assign(_ task: Task<Void, Never>, to lease: Lease) {
        state.withLock { $0.held[lease.token]?.task = task }
    }

    /// The handler has returned. Without an ending there is nothing to write down, as after `JobRun.finish`.
    func end(_ lease: Lease, with ending: Ending?) {
        state.withLock { state in
            state.active -= 1
            if let ending, state.held[lease.token] != nil {
                state.held[lease.token]?.hasEnded = true
                state.endings.append(ending)
            } else {
                state.held[lease.token] = nil
            }
        }
        intake.ring()
        if ending == nil { departures.ring() } else { endings.ring() }
    }

    func takeEndings() -> [Ending] {
        state.withLock { state in
            defer { state.endings = [] }
            return state.endings
        }
    }

    func putBack(_ endings: [Ending]) {
        state.withLock { $0.endings = endings + $0.endings }
    }

    func settled(_ endings: [Ending]) {
        state.withLock { state in
            for ending in endings { state.held[ending.token] = nil }
        }
        departures.ring()
    }

    /// The leases to prolong. A run that is over its time is cancelled and its lease left to expire, so that a handler
    /// that does not listen to cancellation cannot keep its job for ever.
    func leasesToRenew(at now: ContinuousClock.Instant = .now) -> [UUID: UUID] {
        state.withLock { state in
            for (token, held) in state.held where !held.hasEnded && !held.isOverdue && held.deadline < now {
                state.held[token]?.isOverdue = true
                held.task?.cancel()
            }
            return state.held.filter { !$0.value.isOverdue }.mapValues(\.lease.job)
        }
    }

    func isOverdue(_ lease: Lease) -> Bool {
        state.withLock { $0.held[lease.token]?.isOverdue ?? false }
    }

    var isClosed: Bool { state.withLock(\.isClosed) }

    /// Applies what a heartbeat found about the leases it asked for.
    func apply(_ heartbeats: [Heartbeat], to asked: [UUID: UUID]) {
        let found = Dictionary(heartbeats.map { ($0.token, $0.cancelRequested) }) { first, _ in first }
        state.withLock { state in
            for token in asked.keys {
                guard let held = state.held[token] else { continue }
                switch found[token] {
                case true?: held.lease.cancel()
                case false?: break
                case nil: lose(held)
                }
            }
        }
    }

    /// No heartbeat got through for the length of a lease: others must be assumed to have taken over.
    func loseAll() {
        state.withLock { $0.held.values.forEach(lose) }
    }

    private func lose(_ held: Held) {
        // A run that finished itself has given its lease back and is about to leave.
        guard !held.lease.isFinished, !held.hasEnded else { return }
        held.lease.lose()
        held.task?.cancel()
    }

    /// Cancels all that still runs and answers what is held, so that it can be given back.
    func close() -> [Lease] {
        state.withLock { state in
            state.isClosed = true
            state.held.values.forEach { $0.task?.cancel() }
            return state.held.values.filter { !$0.hasEnded }.map(\.lease)
        }
    }
}
