/// What a score is made of: `value = level + leniency + (drift + slope)·position + noise`, on the scale from 0 to 1.
///
/// The applications' levels are free, while leniencies and slopes are drawn from a population: what is known of reviewers
/// comes from the applications they share, never from how good their own ones look. A prior on levels would know a little
/// more where chance has shared the applications out, but takes a reviewer who got the better ones for lenient. What levels
/// have in common is used afterwards, by ``Shrinkage``.
struct ReviewModel {
    /// Variance of the reviewers' leniencies.
    var leniency: Double
    /// Variance of the reviewers' own drifts; `nil` where they are not told from noise.
    var slope: Double?
    /// Whether a drift that all reviewers share is in it.
    var hasDrift: Bool
    /// A drift of the whole scale with each review would be no surprise: next to nothing is presumed, but where all have read in
    /// the same order, which does not tell a drift from the applications' levels, it stays at none.
    static let driftPrecision = 1.0
    /// For each reviewer, the variance of the noise of a review of weight 1.
    var noise: [Double]
}
