/// Why a round of reviews is not calibrated, with the figures that decided it.
package enum CalibrationRefusal: Error, Hashable, Codable, Sendable {
    /// What is wrong with a review.
    package enum Fault: Hashable, Codable, Sendable {
        /// Its application is none of the declared ones.
        case unknownApplication(Int)
        /// Its reviewer is none of the declared ones.
        case unknownReviewer(Int)
        /// Its score is not a number of the declared scale.
        case scoreOffScale(Double)
        /// Its weight is not a number above zero, or beyond a millionth to a million.
        case badWeight(Double)
        /// The reviewer has reviewed the application before: on this row.
        case repeats(row: Int)
    }

    /// The scale's ends are not two finite numbers apart.
    case badScale(ClosedRange<Double>)
    /// A negative number of applications or reviewers, or more than are calibrated.
    case badCounts(applications: Int, reviewers: Int)
    /// A review that cannot be taken; rows count from 0.
    case badReview(row: Int, Fault)
    /// No place to be given.
    case badPlaces(Int)
    /// Too few applications with a review.
    case tooFewApplications(Int, least: Int)
    /// Too few reviewers with a review.
    case tooFewReviewers(Int, least: Int)
    /// Too few reviews for each reviewer, on average.
    case tooFewReviews(perReviewer: Double, least: Double)
    /// Too small a share of the applications has two reviews or more.
    case tooLittleOverlap(share: Double, least: Double)
    /// Too few reviews beyond those that merely tie every application and reviewer together: noise cannot be told.
    case tooFewSpareReviews(Int, least: Int)
    /// The reviews fall into parts without a common reviewer, of which none is nearly the whole: the applications of each,
    /// the largest first. Each may be calibrated as a round of its own.
    case disconnected([[Int]])
    /// All scores are equal, but for rounding.
    case noVariance
}
