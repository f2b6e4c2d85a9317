/// A round's reviews, each checked: what a calibration starts from.
package struct CalibrationSample: Hashable, Sendable {
    /// What one reviewer gave one application.
    package struct Review: Hashable, Sendable {
        /// From 0, dense.
        package let application: Int
        /// From 0, dense.
        package let reviewer: Int
        /// The weighted total of the criteria, on the declared scale.
        package let score: Double
        /// As how many reviews it counts beside the others; only ratios matter, so that a declared confidence may stand here.
        package let weight: Double
        /// Anything that rises in the order in which the reviewer scored; `nil` where that is not known.
        package let sequence: Int?

        /// A review.
        package init(application: Int, reviewer: Int, score: Double, weight: Double = 1, sequence: Int? = nil) {
            self.application = application
            self.reviewer = reviewer
            self.score = score
            self.weight = weight
            self.sequence = sequence
        }
    }

    /// How many applications there are, with a review or without.
    package let applications: Int
    /// How many reviewers there are, with a review or without.
    package let reviewers: Int
    /// The least and the greatest score that can be given.
    package let scale: ClosedRange<Double>
    /// By application, then by reviewer: the order they came in has no say.
    package let reviews: [Review]

    /// More are no round of reviews, and would take memory for what nobody reads.
    package static let mostApplications = 100_000

    /// Checks the reviews.
    ///
    /// - Parameter reviews: in any order; a reviewer reviews an application once.
    /// - Throws: `badScale`, `badCounts`, or `badReview` with the first row that is wrong.
    package init(
        _ reviews: [Review], applications: Int, reviewers: Int, scale: ClosedRange<Double>
    ) throws(CalibrationRefusal) {
        let width = scale.upperBound - scale.lowerBound
        // A width that is not normal leaves a division by it without digits.
        guard width.isNormal, width > 0 else { throw .badScale(scale) }
        guard (0...Self.mostApplications).contains(applications), (0...Self.mostApplications).contains(reviewers) else {
            throw .badCounts(applications: applications, reviewers: reviewers)
        }
        var seen: [SIMD2<Int>: Int] = [:]
        for (row, review) in reviews.enumerated() {
            guard (0..<applications).contains(review.application) else {
                throw .badReview(row: row, .unknownApplication(review.application))
            }
            guard (0..<reviewers).contains(review.reviewer) else {
                throw .badReview(row: row, .unknownReviewer(review.reviewer))
            }
            guard scale.contains(review.score) else { throw .badReview(row: row, .scoreOffScale(review.score)) }
            guard (1e-6...1e6).contains(review.weight) else { throw .badReview(row: row, .badWeight(review.weight)) }
            if let before = seen.updateValue(row, forKey: SIMD2(review.application, review.reviewer)) {
                throw .badReview(row: row, .repeats(row: before))
            }
        }
        self.applications = applications
        self.reviewers = reviewers
        self.scale = scale
        self.reviews = reviews.sorted { ($0.application, $0.reviewer) < ($1.application, $1.reviewer) }
    }
}
