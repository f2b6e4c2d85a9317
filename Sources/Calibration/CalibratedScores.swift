/// What a round's scores say of the applications once the reviewers' leniency, noise and drift are taken out of them.
///
/// ```swift
/// let sample = try CalibrationSample(reviews, applications: 120, reviewers: 24, scale: 1...5)
/// let round = try CalibratedScores(sample, places: 20, seed: 7)
/// ```
/// The same sample, places and seed give the same result to the last bit, whatever the order of the reviews.
package struct CalibratedScores: Hashable, Sendable {
    /// Rises when the same reviews come to give other figures: what was kept of an earlier one is calibrated again.
    package static let version = 1

    /// An application among those it can be compared with.
    package struct Application: Hashable, Sendable {
        /// As numbered in the sample.
        package let application: Int
        /// How many reviews it has.
        package let reviews: Int
        /// The weighted mean of its scores.
        package let rawMean: Double
        /// How many have a higher raw mean, and one.
        package let rawRank: Int
        /// What the round's reviewers would give it on average, in points of the scale; drawn towards the mean of all
        /// by as much as few or noisy reviews call for, so that it may be at odds with a raw mean of the same reviews.
        package let score: Double
        /// Of the score, in points.
        package let standardError: Double
        /// Where its score lies with a probability of 90 %.
        package let interval: ClosedRange<Double>
        /// How many have a higher score, and one; scores within a billionth of the scale are equal.
        package let rank: Int
        /// Where its rank lies with a probability of 90 %.
        package let rankInterval: ClosedRange<Int>
        /// A hundred ranks in rising order, each as likely as another: among how many places it would be how often can be
        /// told from them without calibrating again.
        package let likelyRanks: [Int]
        /// The probability that it is among the best, as many as there are places; to within 0.03.
        package let placeProbability: Double

        /// Whether its rank's interval has ranks with a place and without.
        package func isInDoubt(places: Int) -> Bool {
            rankInterval.lowerBound <= places && rankInterval.upperBound > places
        }
    }

    /// An application that cannot be compared with the others: without a review, or reviewed by none of their reviewers.
    package struct Incomparable: Hashable, Sendable {
        /// As numbered in the sample.
        package let application: Int
        /// How many reviews it has.
        package let reviews: Int
        /// The weighted mean of its scores.
        package let rawMean: Double?
    }

    /// A reviewer of the applications that are compared.
    package struct Reviewer: Hashable, Sendable {
        /// As numbered in the sample.
        package let reviewer: Int
        /// How many reviews it has written of them.
        package let reviews: Int
        /// How many points it gives beyond the average of the round's reviewers; drawn towards 0 where its reviews are few.
        package let leniency: Double
        /// Where its leniency lies with a probability of 90 %.
        package let interval: ClosedRange<Double>
        /// The standard deviation of its scores around what is expected of it, in points.
        package let noise: Double
        /// How many points more it gives with each further review; `nil` where no drift is told from chance.
        package let drift: Double?
        /// Where its drift lies with a probability of 90 %.
        package let driftInterval: ClosedRange<Double>?

        /// Gives more than others; only said where the interval leaves no other way.
        package var isLenient: Bool { interval.lowerBound > 0 }
        /// Gives less than others; only said where the interval leaves no other way.
        package var isHarsh: Bool { interval.upperBound < 0 }
        /// Gives other scores late than early; only said where the interval leaves no other way.
        package var isDrifting: Bool { driftInterval.map { !$0.contains(0) } ?? false }
    }

    /// Standard deviations in points.
    package struct Deviations: Hashable, Sendable {
        /// Between applications.
        package let quality: Double
        /// Between reviewers.
        package let leniency: Double
        /// Of a review by a reviewer of common noise.
        package let noise: Double
    }

    /// How many places there are.
    package let places: Int
    /// By number.
    package let applications: [Application]
    /// By number.
    package let incomparable: [Incomparable]
    /// By number.
    package let reviewers: [Reviewer]
    /// What the scores are made of.
    package let deviations: Deviations
    /// How many points more all reviewers give with each further review; `nil` where no common drift is told from chance.
    package let drift: Double?
    /// The share of a single review's variance that is the application's quality: the intraclass correlation.
    package let reliability: Double
    /// The share of the qualities' variance that the calibrated scores know, on average over the applications.
    package let calibratedReliability: Double
    /// How many of the best would be among the best again, if other such reviewers reviewed the same applications as often;
    /// by how many places there are, from 1, to within 2 % of them.
    package let overlaps: [Double]

    /// The same for as many as there are places.
    package var expectedOverlap: Double { overlaps[min(places, overlaps.count) - 1] }

    /// Those whose place is in doubt.
    package var inDoubt: [Application] { applications.filter { $0.isInDoubt(places: places) } }
}
