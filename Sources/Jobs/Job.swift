/// Work that must follow a transaction, named by what it does: the properties are its arguments.
///
/// A job is stored with the transaction that asks for it (`Transaction.enqueue`) and performed by a `Worker` afterwards,
/// at least once: a worker that dies is replaced by another one after 30 seconds. What a job changes in the database
/// takes effect exactly once if its handler ends with `JobRun.finish`; what it does elsewhere (mail, a webhook) should
/// carry `JobRun.id`, which stays the same over all attempts, so that the other side can tell a repetition.
///
/// ```swift
/// struct AcknowledgeSubmission: Job {
///     static let kind = "acknowledge-submission"
///     let application: UUID
/// }
/// ```
///
/// Arguments outlive the program that wrote them: a new property must be optional.
public protocol Job: Codable, Sendable {
    /// The name under which the job is stored and its handler found; it may not change while such jobs wait.
    static var kind: String { get }
    /// How often the job is fetched at most, the first time included, before it is a dead letter; 10 unless said.
    static var maxAttempts: Int { get }
    /// How long one attempt may take before it is cancelled and counted as failed; 10 minutes unless said.
    static var timeLimit: Duration { get }
    /// Until when a job with a key stands in the way of another one; until it finished unless said.
    static var keyHold: KeyHold { get }
}

extension Job {
    /// Ten: with the default pauses, somewhat more than half an hour.
    public static var maxAttempts: Int { 10 }
    /// Ten minutes.
    public static var timeLimit: Duration { .seconds(600) }
    /// One at a time.
    public static var keyHold: KeyHold { .untilFinished }
}

/// Until when a job with a key stands in the way of another of its tenant, kind and key.
public enum KeyHold: Sendable, Hashable {
    /// At most one waits or runs. A change made while it runs enqueues nothing, even if the run came too early to see it.
    case untilFinished
    /// At most one waits. For work that brings something up to date: what changes after its start is worth another run.
    case untilStarted
}

/// With whose rights a handler works.
public enum Acting: Sendable, Hashable {
    /// Those of whoever enqueued the job or published the event, as they were then.
    case enqueuer
    /// Those of the service, in the tenant of the enqueuer. The person stays on record as the one on whose behalf.
    case system
}

/// Thrown by `JobRun.progress` after somebody asked for the cancellation of the job. Let it pass.
public struct JobCancelled: Error {}

/// Thrown inside `JobRun` when another worker has taken the job over: nothing of this run may take effect any more.
public struct LeaseLost: Error {}

/// Thrown by a handler for which another attempt would be in vain: the job is a dead letter at once.
public struct JobAbandoned: Error, CustomStringConvertible {
    /// What an operator reads.
    public let description: String

    /// Says why another attempt would be in vain.
    public init(because reason: String) {
        description = reason
    }
}
