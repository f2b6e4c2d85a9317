public import Foundation
internal import Postgres

/// Where a job is. Derived from its row at the moment of asking, never stored.
public enum JobState: String, Codable, Sendable, Hashable, CaseIterable, PostgresCodable {
    /// Its time has not come: it was enqueued for later, or failed and pauses.
    case scheduled
    /// Due, for the next worker with room.
    case waiting
    /// Held by a worker.
    case running
    /// Done.
    case succeeded
    /// Stopped because somebody asked, or put aside by an operator.
    case cancelled
    /// Failed for good: a dead letter, until an operator retries or discards it.
    case dead
}

/// How a job is getting on, as whoever watches it may know.
public struct JobStatus: Codable, Sendable, Hashable {
    /// The job.
    public let id: UUID
    /// What kind of work it is.
    public let kind: String
    /// Where it is.
    public let state: JobState
    /// How often it was fetched, this time included while it runs.
    public let attempt: Int
    /// How often it may be fetched.
    public let maxAttempts: Int
    /// How much is done, in the handler's own unit; `nil` before it said anything.
    public let done: Int?
    /// How much there is to do.
    public let total: Int?
    /// What the handler is at.
    public let note: String?
    /// Whether somebody asked for its cancellation, which a running job may not have noticed yet.
    public let isCancelRequested: Bool
    /// When it was enqueued.
    public let createdAt: Date
    /// The earliest start of the next attempt.
    public let runAt: Date
    /// When it ended.
    public let finishedAt: Date?
}

/// A job as an operator sees it.
public struct JobRecord: Codable, Sendable, Hashable {
    /// What everybody may know.
    public let status: JobStatus
    /// For which tenant it works.
    public let tenant: UUID?
    /// On whose behalf.
    public let person: UUID?
    /// What is wanted once.
    public let key: String?
    /// Lower numbers go first.
    public let priority: Int
    /// What the last failed attempt said. The database tells it to operators only.
    public let lastError: String?
}

/// How many jobs of a kind are in a state.
public struct JobCount: Codable, Sendable, Hashable {
    /// The kind of work.
    public let kind: String
    /// Where these jobs are.
    public let state: JobState
    /// How many.
    public let count: Int
    /// Since when the one that has waited longest might have started; `nil` unless they wait.
    public let waitingSince: Date?
}

/// How many events of a topic have not become jobs yet.
public struct OutboxBacklog: Codable, Sendable, Hashable {
    /// The topic.
    public let topic: String
    /// How many.
    public let count: Int
    /// When the oldest was published.
    public let oldest: Date
}
