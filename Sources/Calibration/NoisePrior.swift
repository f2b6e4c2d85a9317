/// How alike the reviewers' noise is: inverse chi-squared around a common variance, as sure as so many degrees of freedom
/// (Smyth 2004, *Linear models and empirical Bayes methods*, here by marginal likelihood instead of moments).
struct NoisePrior {
    /// The common variance.
    private(set) var variance: Double
    /// As how many reviews' deviations it counts against a reviewer's own.
    private(set) var freedom: Double

    /// Steps of a third or so: the likelihood is too flat to tell more. The last one is as good as one variance for all; the
    /// first keeps a reviewer of two or three reviews from being taken for free of noise.
    private static let freedoms: [Double] = [4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 1000]

    /// The most likely prior.
    /// - Parameter own: for each reviewer, the sum of squared deviations and their degrees of freedom.
    init(_ own: [(sum: Double, freedom: Double)], floor: Double) {
        let (sum, count) = own.reduce((0, 0)) { ($0.0 + $1.sum, $0.1 + $1.freedom) }
        let pooled = max(floor, sum / max(count, 1))
        (variance, freedom) = (pooled, 1000)
        var best = -Double.infinity
        for freedom in Self.freedoms {
            var variance = pooled
            // Rising steps of expectation and maximization; the start is close.
            for _ in 0..<12 {
                let precision = own.reduce(0) { $0 + (freedom + $1.freedom) / (freedom * variance + $1.sum) }
                variance = max(floor, Double(own.count) / precision)
            }
            let likelihood = own.reduce(0) { total, own in
                let prior = freedom * variance
                return total + logarithmOfGamma((freedom + own.freedom) / 2) - logarithmOfGamma(freedom / 2)
                    - own.freedom / 2 * logarithm(prior) - (freedom + own.freedom) / 2 * logarithm(1 + own.sum / prior)
            }
            // On a draw the reviewers are alike.
            if likelihood >= best { (best, self.variance, self.freedom) = (likelihood, variance, freedom) }
        }
    }

    /// A reviewer's variance, its own drawn towards the common one.
    func variance(_ own: (sum: Double, freedom: Double)) -> Double {
        (freedom * variance + own.sum) / (freedom + own.freedom)
    }
}
