import Postgres

/// How loud an error is in the log.
enum Loudness: Sendable {
    /// The sender's own doing; the request line is enough.
    case quiet
    /// Worth a line: the database refused something no room expected.
    case notable
    /// A fault of ours.
    case loud
}

/// The one place where an error becomes what the sender reads.
struct ProblemTranslation: Sendable {
    let constraints: ConstraintProblems

    func callAsFunction(_ error: any Error) -> (problem: Problem, loudness: Loudness) {
        switch error {
        case let problem as Problem: (problem, problem.status >= 500 ? .loud : .quiet)
        case let refusal as any Refusal: (refusal.problem, .quiet)
        case let error as DatabaseError: translate(error)
        case let busy as PoolBusy: (Problem(.unavailable, retryAfter: seconds(busy.retryAfter)), .notable)
        case is CommitUnknown:
            (
                Problem(
                    .unavailable,
                    "It is not known whether the change was stored. Repeat the request with the same idempotency key.",
                    retryAfter: 1), .loud
            )
        case is ConnectionLost, is Closed: (Problem(.unavailable, retryAfter: 1), .loud)
        case is RowMissing: (.notFound, .quiet)
        case is CancellationError: (Problem(.unavailable, "The request took too long.", retryAfter: 2), .notable)
        default: (Problem(.unexpected), .loud)
        }
    }

    private func translate(_ error: DatabaseError) -> (Problem, Loudness) {
        if let name = error.constraint, let problem = constraints[name] { return (problem, .quiet) }
        switch error.kind {
        // A row that row-level security does not admit is a row that does not exist for this person.
        case .insufficientPrivilege: return (.notFound, .notable)
        case .uniqueViolation, .foreignKeyViolation, .checkViolation, .notNullViolation, .exclusionViolation, .raised:
            // Never the constraint's name: it could tell about rows the sender may not see.
            return (Problem(.conflict), .notable)
        case .invalidValue: return (Problem(.invalid, "A value cannot be stored."), .notable)
        case .lockTimeout, .serializationFailure, .deadlock: return (Problem(.unavailable, retryAfter: 1), .notable)
        case .queryCanceled, .unavailable: return (Problem(.unavailable, retryAfter: 2), .loud)
        case .readOnlyTransaction, .other: return (Problem(.unexpected), .loud)
        }
    }

    private func seconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return Int(clamping: max(1, seconds + (attoseconds > 0 ? 1 : 0)))
    }
}
