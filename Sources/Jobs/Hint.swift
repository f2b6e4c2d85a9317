internal import Synchronization

/// The notification that saves an idle worker the wait for its next poll.
///
/// It is never more than a hint: it may be missing (the connection was down, another transaction of this process gave
/// one just before), and then the poll finds the work. It is debounced because a transaction that notifies holds a lock
/// over its commit that all others of the cluster that notify wait for: unbridled, it would make the commits of busy
/// requests a queue. At most one transaction in `pause` pays that price, and workers look again a few times after each
/// hint for those that did not.
enum Hint {
    static let channel = "trellis_jobs"
    static let pause = Duration.milliseconds(20)

    // One per process and not per database: a transaction does not know its database, and a hint too few costs little.
    private static let last = Mutex<ContinuousClock.Instant?>(nil)

    static func isDue(at now: ContinuousClock.Instant = .now) -> Bool {
        last.withLock { last in
            if let last, now - last < pause { return false }
            last = now
            return true
        }
    }
}
