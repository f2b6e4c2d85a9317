/// What is late about a review that is still to be written in an open round.
package enum ReviewClock: String, Codable, Sendable, CaseIterable {
    /// The moment at which it was due has passed.
    case overdue
    /// Nobody has touched it for ``staleDays`` days: it was begun and left, or given to somebody who never began.
    case stale

    /// After how many days without a change a review is stale.
    package static let staleDays = 7
}
