import Foundation
import Glibc
import Synchronization

/// The one thread that talks to libpq. Everything marked as confined to the loop is touched by this thread alone.
///
/// `poll` and not `epoll`: a process has a dozen database sockets, for which both cost the same, and libpq may change
/// the socket of a connection while it connects, which `poll` does not have to be told.
final class EventLoop: @unchecked Sendable {
    typealias Job = @Sendable () -> Void

    private struct Inbox {
        var jobs: [Job] = []
        var isAsleep = false
        var isStopped = false
    }

    private struct Timer {
        var at: ContinuousClock.Instant
        var id: UInt64
        var job: Job
    }

    private let inbox = Mutex(Inbox())
    private let wakeRead: Int32
    private let wakeWrite: Int32

    // Confined to the loop:
    private var sockets: [ObjectIdentifier: any PolledSocket] = [:]
    private var timers: [Timer] = []
    private var lastTimer: UInt64 = 0
    private var isRunning = true
    /// The time when this turn of the loop began; good enough for deadlines, and free.
    private(set) var now = ContinuousClock.now

    init(name: String) {
        var ends: [Int32] = [-1, -1]
        let failed = pipe(&ends)
        precondition(failed == 0, "no file descriptor left for the database's event loop")
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        (wakeRead, wakeWrite) = (ends[0], ends[1])
        let thread = Thread { [self] in
            ThreadScheduling.waitForTurn()
            run()
        }
        thread.name = name
        thread.start()
    }

    deinit {
        close(wakeRead)
        close(wakeWrite)
    }

    /// Runs the job on the loop's thread, in the order of submission. False after `stop`.
    @discardableResult
    func submit(_ job: @escaping Job) -> Bool {
        let (accepted, mustWake) = inbox.withLock { inbox -> (Bool, Bool) in
            guard !inbox.isStopped else { return (false, false) }
            inbox.jobs.append(job)
            // Only the first job of a burst pays for a system call.
            defer { inbox.isAsleep = false }
            return (true, inbox.isAsleep)
        }
        if mustWake { wake() }
        return accepted
    }

    /// Runs the job on the loop and waits for its answer; throws `Closed` after `stop`.
    func ask<R: Sendable>(_ job: @escaping @Sendable () throws -> R) async throws -> R {
        let promise = Promise<R>()
        if !submit({ promise.settle(Result { try job() }) }) { throw Closed() }
        return try await promise.value()
    }

    /// Ends the thread after the jobs already submitted.
    func stop() {
        submit { self.isRunning = false }
    }

    // MARK: Confined to the loop

    func add(_ socket: any PolledSocket) {
        sockets[ObjectIdentifier(socket)] = socket
    }

    func remove(_ socket: any PolledSocket) {
        sockets[ObjectIdentifier(socket)] = nil
    }

    @discardableResult
    func schedule(after delay: Duration, _ job: @escaping Job) -> UInt64 {
        lastTimer += 1
        let timer = Timer(at: ContinuousClock.now + delay, id: lastTimer, job: job)
        let index = timers.firstIndex { $0.at > timer.at } ?? timers.endIndex
        timers.insert(timer, at: index)
        return timer.id
    }

    func cancel(timer id: UInt64) {
        timers.removeAll { $0.id == id }
    }

    private func wake() {
        var byte: UInt8 = 1
        // A full pipe means that a wake-up is already on its way.
        _ = write(wakeWrite, &byte, 1)
    }

    private func run() {
        var descriptors: [pollfd] = []
        var polled: [any PolledSocket] = []
        while isRunning {
            now = .now
            takeJobs()
            fireTimers()
            guard isRunning else { break }
            descriptors.removeAll(keepingCapacity: true)
            polled.removeAll(keepingCapacity: true)
            descriptors.append(pollfd(fd: wakeRead, events: Int16(POLLIN), revents: 0))
            for socket in sockets.values {
                let interest = socket.interest
                guard interest.descriptor >= 0 else { continue }
                descriptors.append(pollfd(fd: interest.descriptor, events: interest.events, revents: 0))
                polled.append(socket)
            }
            let timeout = fallAsleep()
            let ready = poll(&descriptors, nfds_t(descriptors.count), timeout)
            inbox.withLock { $0.isAsleep = false }
            guard ready > 0 else { continue }
            now = .now
            if descriptors[0].revents != 0 { drainWakeUps() }
            for (index, socket) in polled.enumerated() where descriptors[index + 1].revents != 0 {
                // An earlier socket of this turn may have closed this one.
                guard sockets[ObjectIdentifier(socket)] != nil else { continue }
                socket.isReady(events: descriptors[index + 1].revents)
            }
        }
        // Jobs that came too late still run, since somebody may await their answer: they find everything closed.
        let rest = inbox.withLock { inbox in
            inbox.isStopped = true
            defer { inbox.jobs = [] }
            return inbox.jobs
        }
        for job in rest { job() }
        sockets = [:]
        timers = []
    }

    private func takeJobs() {
        // Jobs submit further jobs; a bounded number of turns keeps sockets from starving.
        for _ in 0..<4 {
            let jobs = inbox.withLock { inbox in
                let jobs = inbox.jobs
                inbox.jobs = []
                return jobs
            }
            if jobs.isEmpty { return }
            for job in jobs { job() }
        }
    }

    private func fireTimers() {
        while let first = timers.first, first.at <= now {
            timers.removeFirst()
            first.job()
        }
    }

    /// Declares the loop asleep unless there is work, and says for how many milliseconds it may sleep.
    private func fallAsleep() -> Int32 {
        let hasWork = inbox.withLock { inbox in
            inbox.isAsleep = inbox.jobs.isEmpty
            return !inbox.jobs.isEmpty
        }
        if hasWork { return 0 }
        guard let next = timers.first else { return -1 }
        let wait = next.at - .now
        guard wait > .zero else { return 0 }
        let milliseconds = wait / .milliseconds(1)
        return Int32(clamping: Int64(exactly: milliseconds.rounded(.up)) ?? 60_000)
    }

    private func drainWakeUps() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(wakeRead, &bytes, bytes.count) == bytes.count {}
    }
}

/// A socket the loop watches.
protocol PolledSocket: AnyObject {
    /// What to wait for now: asked at every turn, since libpq may change the socket.
    var interest: (descriptor: Int32, events: Int16) { get }
    /// Called on the loop when one of the events, an error or a hang-up is there.
    func isReady(events: Int16)
}
