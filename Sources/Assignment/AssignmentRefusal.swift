/// Why there is no whole plan: what contradicts what, and the proof.
package struct AssignmentRefusal: Hashable, Sendable {
    /// Seats that stay empty in every plan, at least: the fewest.
    package let emptySeats: Int
    /// Reviews that reviewers lack to their least loads in every plan, at least: the fewest, at the same time.
    package let missingReviews: Int
    /// What contradicts what. Each alone is enough for there to be no plan. Of ``Violation/seats(applications:reviewers:needed:room:)``
    /// and ``Violation/leastLoads(reviewers:needed:possible:)`` at most a hundred.
    package let violations: [Violation]
    /// Proves ``emptySeats``.
    package let seatsCut: AssignmentCut
    /// Proves ``missingReviews``.
    package let loadsCut: AssignmentCut
    /// The best plan that breaks no rule but these, if it was asked for: it fills as many seats as can be. Fixed pairs that
    /// break a rule are left out of it.
    package let partial: AssignmentPlan?

    /// What cannot be.
    package enum Violation: Hashable, Sendable {
        /// A fixed pair breaks a rule.
        case fixed(AssignmentPair, FixedFault)
        /// A reviewer's least load is above its greatest.
        case loads(reviewer: Int)
        /// An application needs more seats for groups than it wants reviewers.
        case needs(application: Int, needed: Int, wanted: Int)
        /// An application could have only so many of a group, were it alone.
        case group(application: Int, need: AssignmentProblem.Need, possible: Int)
        /// An application could fill only so many seats, were it alone.
        case reviewers(application: Int, wanted: Int, possible: Int)
        /// These applications have so many seats that only these reviewers can take, whose loads allow no more than `room`.
        case seats(applications: [Int], reviewers: [Int], needed: Int, room: Int)
        /// These reviewers' least loads ask for `needed` reviews that are not fixed, and all applications together have only
        /// so many for them.
        case leastLoads(reviewers: [Int], needed: Int, possible: Int)
    }

    /// The rule that a fixed pair breaks.
    package enum FixedFault: Hashable, Sendable {
        /// There is no such application or reviewer.
        case unknown
        /// It is a conflict.
        case conflict
        /// The reviewer does not read the application's language.
        case language
        /// The application has enough fixed pairs before it.
        case seatsTaken
        /// The seats left are kept for others.
        case seatsKept
        /// The reviewer has its greatest load of fixed pairs before it.
        case overload
    }
}

/// A set of reviewers that proves by counting how many seats stay empty, or how many reviews are missing.
///
/// These are the two halves of the theorem on the greatest flow: what an application can have outside a set of reviewers, and
/// what the set can bear, is all that it can have; and what applications can give to a set is all that its members get.
/// Counted are fixed pairs as they stand, and of the others those that may be; ``AssignmentProblem/verdict(on:)`` does it.
package struct AssignmentCut: Hashable, Sendable {
    /// The reviewers, in order.
    package let reviewers: [Int]
    /// Whether it counts seats, else least loads.
    package let countsSeats: Bool
}
