/// Who reviews what, and the proof that no plan is better.
///
/// Plans are compared by these, in this order: seats filled and least loads met (in a whole plan all are); the ``floor``;
/// the ``total``; standing pairs kept.
package struct AssignmentPlan: Hashable, Sendable {
    /// The pairs, in order, fixed ones among them.
    package let pairs: [AssignmentPair]
    /// Millionths: what every seat that is not fixed is sure of, as far as its application can have it at all. The greatest t
    /// for which there is a plan where every application has on all its seats an affinity of at least t or, if that is less,
    /// of its own ceiling: what it could have on all its seats if it were alone. 0 where the problem asks for no floor.
    package let floor: Int
    /// Affinity of all pairs less the cost of the loads, in millionths.
    package let total: Int
    /// Affinity of all pairs, in millionths.
    package let affinity: Int
    /// Standing pairs that are in the plan.
    package let kept: Int
    /// What it is proved by.
    package let proof: Proof

    /// Numbers that prove a plan; ``AssignmentProblem/verdict(on:in:)`` checks them.
    package struct Proof: Hashable, Sendable {
        /// What one review of each reviewer is worth to the others, in units of which ``unit`` are a millionth of affinity.
        ///
        /// At these prices each application has its best seats and each reviewer its best load; a plan better in ``total``, or
        /// equal and better in ``kept``, would have to be so for some application or reviewer (weak duality; that there are
        /// such prices is the integrality of flows).
        package let prices: [Int]
        /// More than the number of seats, so that all standing pairs together weigh less than a millionth.
        package let unit: Int
        /// What an empty seat or a review short of a least load costs, in the unit of the prices.
        package let penalty: Int
        /// Why the floor cannot be higher by a millionth; `nil` where every application has its ceiling, or there is no floor.
        package let ceiling: AssignmentCut?
    }
}

extension AssignmentPlan {
    /// Why a pair is in a plan.
    package struct Reason: Hashable, Sendable {
        /// The pair.
        package let pair: AssignmentPair
        /// Millionths.
        package let affinity: Int
        /// From 1: its place by affinity among the reviewers whom this application may have.
        package let rank: Int
        /// Whether it was fixed, so that nothing else was considered.
        package let isFixed: Bool
        /// Who would be the next best on this seat, by affinity less price; `nil` where the pair is fixed or nobody else may.
        package let alternative: Int?
        /// Millionths of total that every plan without this pair loses at least, by the proof; `nil` as above.
        package let loss: Double?
    }

    /// What differs between two plans.
    package struct Difference: Hashable, Sendable {
        /// Pairs of the later plan alone.
        package let added: [AssignmentPair]
        /// Pairs of the earlier plan alone.
        package let removed: [AssignmentPair]
        /// Applications whose reviewers changed.
        package var applications: [Int] { Set((added + removed).map(\.application)).sorted() }
    }

    /// What this plan changes of an earlier one.
    package func difference(from earlier: AssignmentPlan) -> Difference {
        let (old, new) = (Set(earlier.pairs), Set(pairs))
        return Difference(
            added: pairs.filter { !old.contains($0) }, removed: earlier.pairs.filter { !new.contains($0) })
    }

    /// The reviews of each reviewer, in order.
    package func loads(of reviewers: Int) -> [Int] {
        var loads = [Int](repeating: 0, count: reviewers)
        for pair in pairs { loads[pair.reviewer] += 1 }
        return loads
    }
}
