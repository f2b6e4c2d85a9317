package import Accounts
package import Foundation
package import Jobs
package import Vocabulary

/// One working out of who judges what in a round. It changes nothing until a manager takes its plan.
package struct AssignmentRun: Sendable, Identifiable {
    /// Names a run within its tenant.
    package typealias ID = Identifier<AssignmentRun>

    /// What came of it.
    package struct Report: Codable, Sendable, Equatable {
        /// Pairs of a reviewer and an application in the plan, those that stand among them.
        package let pairs: Int
        /// Pairs that are new.
        package let added: Int
        /// Pairs that stand and would be taken back; nothing that was begun is.
        package let removed: Int
        /// Applications whose reviewers would change.
        package let applicationsChanged: Int
        /// In thousandths: how well the pair fits that fits worst.
        package let worstAffinity: Int
        /// In thousandths: how well the pairs fit in the mean.
        package let meanAffinity: Int
        /// The fewest applications of a reviewer.
        package let leastLoad: Int
        /// The most applications of a reviewer.
        package let mostLoad: Int
        /// Reviews that nobody can give: no plan has fewer.
        package let emptySeats: Int
        /// Reviews by which panelists fall short of the fewest they asked for: no plan has fewer besides.
        package let missingReviews: Int
        /// What contradicts what, where something does.
        package let contradictions: [Contradiction]

        /// Whether the plan keeps every rule.
        package var isWhole: Bool { contradictions.isEmpty }

        /// The report for somebody who may know of these applications alone: what contradicts itself over another is
        /// counted still, and names nobody.
        func naming(only codes: Set<String>) -> Report {
            Report(
                pairs: pairs, added: added, removed: removed, applicationsChanged: applicationsChanged,
                worstAffinity: worstAffinity, meanAffinity: meanAffinity, leastLoad: leastLoad, mostLoad: mostLoad,
                emptySeats: emptySeats, missingReviews: missingReviews,
                contradictions: contradictions.map { contradiction in
                    codes.isSuperset(of: contradiction.applications)
                        ? contradiction
                        : Contradiction(
                            kind: contradiction.kind, applications: [], reviewers: [], needed: contradiction.needed,
                            possible: contradiction.possible)
                })
        }
    }

    /// Rules that cannot all be kept, with those they concern.
    package struct Contradiction: Codable, Sendable, Equatable {
        /// What it is about.
        package enum Kind: String, Codable, Sendable, CaseIterable {
            /// An application could have fewer reviewers than wanted even if it were alone.
            case reviewers
            /// Applications compete for reviewers who have no room for all of them.
            case seats
            /// Panelists want more than there is for them.
            case leastLoads = "least_loads"
            /// Something that was begun breaks a rule by now.
            case begun
            /// A partner of an application's stream can give it no reviewer, though seats of its own are kept.
            case partners
        }

        /// What it is about.
        package let kind: Kind
        /// The applications, by their codes; none, and no panelist, where the reader may not know of one of them.
        package let applications: [String]
        /// The panelists, by their names.
        package let reviewers: [String]
        /// What would be needed.
        package let needed: Int
        /// What is possible.
        package let possible: Int
        /// The partners whose seats it is about, where it is about some.
        package var partners: [LocalizedName]? = nil
    }

    /// The run.
    package let id: ID
    /// The round it plans.
    package let round: ReviewRound.ID
    /// The job that performs it.
    package let job: UUID
    /// Where it is.
    package let state: WorkState
    /// How far it is, while it runs.
    package let progress: WorkProgress?
    /// When it was asked for.
    package let requestedAt: Date
    /// When it finished.
    package let finishedAt: Date?
    /// What came of it.
    package let report: Report?
    /// When its plan was taken.
    package let appliedAt: Date?
    /// Whether it gives what is overdue to others, where there are others, instead of keeping what was begun.
    package let replacesOverdue: Bool
    /// Whether each application gets a reviewer of each partner that has seats in its streams.
    package let keepsPartnerSeats: Bool
}

/// A pair of a plan.
package struct PlannedAssignment: Sendable {
    /// What the application is called in the round.
    package let code: String
    /// Who applies.
    package let startupName: LocalizedName
    /// Who would judge.
    package let person: Person.ID
    /// Their name.
    package let personName: String
    /// How well they know what it is about, in thousandths.
    package let affinity: Int
    /// Whether it stands already.
    package let stands: Bool
}
