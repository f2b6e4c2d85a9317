/// Who could review what, and what must hold.
///
/// ```swift
/// let plan = try problem.solve()
/// for seat in plan.seats { … }
/// ```
/// Applications and reviewers are known by their places in the two lists; what a list of pairs says of a place that there is
/// not is passed over, except that a fixed pair which cannot be is named in the refusal.
package struct AssignmentProblem: Sendable {
    /// What is to be reviewed.
    package struct Application: Hashable, Sendable {
        /// Reviewers it must have, all different.
        package var wanted: Int
        /// A bit for each language it can be read in; 0 where everybody can read it.
        package var languages: UInt64
        /// Seats kept for certain reviewers.
        package var needs: [Need]

        /// An application; by default anybody can read it, and all its seats are open to all.
        package init(wanted: Int = 3, languages: UInt64 = 0, needs: [Need] = []) {
            self.wanted = wanted
            self.languages = languages
            self.needs = needs
        }
    }

    /// Seats of an application that only members of a group may take.
    ///
    /// A reviewer sits on one seat and meets one need: an application that needs a partner and an expert gets two people even
    /// where somebody is both. That is what makes the plan a flow, and so exact: that one person should count for several
    /// needs would be the hitting set problem.
    package struct Need: Hashable, Sendable {
        /// The group's place in ``AssignmentProblem/groups``.
        package var group: Int
        /// Seats for it, among those wanted.
        package var count: Int

        /// Seats for a group.
        package init(_ count: Int = 1, of group: Int) {
            self.count = count
            self.group = group
        }
    }

    /// Who reviews.
    package struct Reviewer: Hashable, Sendable {
        /// Reviews that must be given, fixed ones among them.
        package var least: Int
        /// Reviews that may be given, fixed ones among them.
        package var most: Int
        /// A bit for each language read.
        package var languages: UInt64
        /// Takes nothing new: fixed pairs stay, and no least load is asked.
        package var isClosed: Bool

        /// A reviewer; by default of every language.
        package init(least: Int = 0, most: Int, languages: UInt64 = .max, isClosed: Bool = false) {
            self.least = least
            self.most = most
            self.languages = languages
            self.isClosed = isClosed
        }
    }

    /// What is to be reviewed.
    package var applications: [Application]
    /// Who reviews.
    package var reviewers: [Reviewer]
    /// How well each pair fits, in millionths from 0 to 1,000,000: all reviewers of the first application, then of the next.
    /// Others are held at the ends.
    package var affinities: [Int32]
    /// Reviewers by group, for ``Need/group``.
    package var groups: [[Int]] = []
    /// Pairs that must not be.
    package var conflicts: [AssignmentPair] = []
    /// Pairs that are accepted or under way: they stay.
    package var fixed: [AssignmentPair] = []
    /// Pairs of a former plan: as many stay as can without loss.
    package var standing: [AssignmentPair] = []
    /// Millionths of affinity that the last review of a full load costs, from 0 to 1,000,000; the first costs next to nothing,
    /// and those between in proportion, so that loads spread evenly.
    package var loadWeight = 0
    /// Whether the worst seat counts before the total, see ``AssignmentPlan/floor``.
    package var isFloored = true
    /// Chooses among plans that are equal in everything.
    package var seed: UInt64 = 0

    /// A problem without groups and special pairs.
    package init(applications: [Application], reviewers: [Reviewer], affinities: [Int32]) {
        self.applications = applications
        self.reviewers = reviewers
        self.affinities = affinities
    }

    /// Affinities of 0 to 1 as the millionths they are kept in; what is no number is 0.
    package static func millionths(_ affinity: Double) -> Int32 {
        affinity > 0 ? Int32((min(affinity, 1) * 1_000_000).rounded()) : 0
    }
}

/// How far the search for a plan is.
package struct AssignmentProgress: Hashable, Sendable {
    /// What is being worked out.
    package enum Phase: Int, Hashable, Sendable {
        /// Whether all seats can be filled.
        case seats
        /// How good the worst seat can be.
        case floor
        /// The plan of the greatest total.
        case total
    }

    /// What is being worked out.
    package let phase: Phase
    /// The part of the phase that is done, 0 to 1, never less than the last time.
    package let fraction: Double
}

/// Why there is no plan.
package enum AssignmentFailure: Error, Sendable {
    /// It was no longer wanted.
    case cancelled
    /// There is not one affinity for each pair.
    case affinities(expected: Int, found: Int)
    /// The rules contradict each other.
    case refused(AssignmentRefusal)
}
