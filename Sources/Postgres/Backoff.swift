/// Waiting times between attempts to connect: short at first, then longer, never in step with other processes.
struct Backoff {
    private var failures = 0

    /// Whether failures follow one another. A single one is no reason to wait: the server may just have been restarted.
    var hasRepeated: Bool { failures > 1 }

    mutating func succeeded() {
        failures = 0
    }

    mutating func failed() -> Duration {
        let longest = min(2_000, 50 << min(failures, 6))
        failures += 1
        return .milliseconds(Int.random(in: longest / 2...longest))
    }
}
