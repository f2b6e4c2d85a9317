import Foundation

/// A budget that refills: `burst` requests at once, `perSecond` in the long run.
public struct Rate: Sendable, Hashable {
    /// Requests a second in the long run.
    public let perSecond: Double
    /// Requests at once.
    public let burst: Double

    /// Both should be positive; a burst below one would admit nothing.
    public init(perSecond: Double, burst: Double) {
        self.perSecond = perSecond
        self.burst = burst
    }
}

/// Token buckets by who and what, in memory: each process has its own, so a fleet admits a multiple.
final class RateLimiter: Sendable {
    struct Key: Hashable, Sendable {
        let who: String
        let rate: RateClass
    }

    private struct Bucket {
        var tokens: Double
        var at: UInt64

        mutating func refill(_ limit: Rate, _ now: UInt64) {
            // Who looked at the clock first may come second.
            let elapsed = now > at ? Double(now - at) / 1_000_000_000 : 0
            tokens = min(limit.burst, tokens + elapsed * limit.perSecond)
            at = max(at, now)
        }
    }

    private let rates: [RateClass: Rate]
    private let buckets = Locked<[Key: Bucket]>([:])
    private let capacity = 50_000

    init(_ rates: [RateClass: Rate]) {
        self.rates = rates
    }

    /// Takes one token; seconds to wait when there is none.
    func admit(_ who: @autoclosure () -> String, _ rate: RateClass) -> Int? {
        guard let limit = rates[rate] else { return nil }
        let now = DispatchTime.now().uptimeNanoseconds
        let key = Key(who: who(), rate: rate)
        return buckets.withLock { buckets in
            var bucket = buckets[key] ?? Bucket(tokens: limit.burst, at: now)
            bucket.refill(limit, now)
            defer { buckets[key] = bucket }
            if bucket.tokens >= 1 {
                bucket.tokens -= 1
                return nil
            }
            if buckets.count > capacity {
                // Full buckets say nothing that a new one would not.
                buckets = buckets.filter { Double(now &- $0.value.at) / 1e9 * limit.perSecond < limit.burst }
            }
            return Self.wait(for: bucket, limit)
        }
    }

    /// Seconds to wait for a token; nil where there is one, which stays.
    func wait(_ who: @autoclosure () -> String, _ rate: RateClass) -> Int? {
        guard let limit = rates[rate] else { return nil }
        let now = DispatchTime.now().uptimeNanoseconds
        guard var bucket = buckets.withLock({ $0[Key(who: who(), rate: rate)] }) else { return nil }
        bucket.refill(limit, now)
        return bucket.tokens >= 1 ? nil : Self.wait(for: bucket, limit)
    }

    private static func wait(for bucket: Bucket, _ limit: Rate) -> Int {
        let wait = (1 - bucket.tokens) / max(limit.perSecond, 0.001)
        return Int(min(max(wait.rounded(.up), 1), 3_600))
    }
}
