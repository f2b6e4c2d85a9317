/// Where work that somebody asked for is, as they see it: what a job knows, and whether its result is there.
public enum WorkState: String, Codable, Sendable, CaseIterable {
    /// Asked for, for the next worker with room.
    case waiting
    /// Under way.
    case running
    /// Its result is there.
    case finished
    /// Somebody stopped it.
    case cancelled
    /// It could not be completed.
    case failed

    /// The state of work whose job is in `job`. Jobs that ended long ago are forgotten, and one that succeeded has left
    /// a result: without one the work failed.
    public init(of job: JobState?, hasResult: Bool) {
        if hasResult {
            self = .finished
            return
        }
        switch job {
        case .scheduled, .waiting: self = .waiting
        case .running: self = .running
        case .cancelled: self = .cancelled
        case .dead, .succeeded, nil: self = .failed
        }
    }

    /// Whether something may still come of it.
    public var isUnderWay: Bool { self == .waiting || self == .running }
}

/// How far such work is, in the unit of whoever does it.
public struct WorkProgress: Codable, Sendable, Hashable {
    /// How much is done.
    public let done: Int
    /// How much there is to do, 0 where that is nothing.
    public let total: Int

    /// What a job last said, or nil when it has said nothing yet.
    public init?(done: Int?, total: Int?) {
        guard let done, let total else { return nil }
        self.done = done
        self.total = total
    }
}
