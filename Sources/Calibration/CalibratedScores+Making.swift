extension CalibratedScores {
    /// Fewer applications leave the variance of quality unknown to within a factor of two.
    package static let leastApplications = 12
    /// Among fewer reviewers it cannot be told who is out of line.
    package static let leastReviewers = 3
    /// Of fewer reviews a reviewer's leniency is mostly that of the applications it happened to get.
    package static let leastReviewsPerReviewer = 4.0
    /// Of the applications so many need a second review: what is said of one review is said of the reviewer as well.
    package static let leastOverlap = 0.5
    /// Reviews beyond what ties applications and reviewers together; all that is known of noise comes from them. With fewer
    /// the order of invented rounds gained nothing, but where reviewers were very harsh and lenient.
    package static let leastSpareReviews = 10
    /// So many of the reviewed applications need to hang together for the rest to be named and left out.
    package static let leastConnected = 0.9
    /// The smaller of both sides costs its cube: more take minutes.
    package static let mostOnSmallerSide = 1000
    /// Scores that deviate by less than this share of the scale are equal but for rounding.
    static let leastDeviation = 1e-9

    /// Calibrates a round.
    ///
    /// - Parameters:
    ///   - places: how many applications are to be chosen, for the probabilities and the overlap.
    ///   - seed: what the drawn worlds start from.
    /// - Throws: a refusal where the reviews are too few, too alike or do not hang together.
    /// - Complexity: O(reviews + small³) for each of some 20 steps, small being the fewer of applications and reviewers.
    package init(_ sample: CalibrationSample, places: Int, seed: UInt64) throws(CalibrationRefusal) {
        guard places > 0 else { throw .badPlaces(places) }
        let reviews = try Self.comparable(sample)
        let table = ReviewTable(reviews, scale: sample.scale)
        try Self.requireEnough(table)
        let fit = Fit(table)
        self.init(sample, fit, places: places, seed: seed)
    }

    /// The reviews that hang together.
    private static func comparable(_ sample: CalibrationSample) throws(CalibrationRefusal) -> [CalibrationSample.Review]
    {
        let parts = Components(sample).parts
        let applications = parts.map { Set($0.map(\.application)).sorted() }
        let reviewed = applications.reduce(0) { $0 + $1.count }
        guard let largest = applications.first else { throw .tooFewApplications(0, least: leastApplications) }
        guard Double(largest.count) >= leastConnected * Double(reviewed) else { throw .disconnected(applications) }
        return parts[0]
    }

    private static func requireEnough(_ table: ReviewTable) throws(CalibrationRefusal) {
        let (applications, reviewers, reviews) = (table.applications.count, table.reviewers.count, table.rows.count)
        guard applications >= leastApplications else {
            throw .tooFewApplications(applications, least: leastApplications)
        }
        guard reviewers >= leastReviewers else { throw .tooFewReviewers(reviewers, least: leastReviewers) }
        guard min(applications, reviewers) <= mostOnSmallerSide else {
            throw .badCounts(applications: applications, reviewers: reviewers)
        }
        let perReviewer = Double(reviews) / Double(reviewers)
        guard perReviewer >= leastReviewsPerReviewer else {
            throw .tooFewReviews(perReviewer: perReviewer, least: leastReviewsPerReviewer)
        }
        let overlap = Double(table.ofApplication.count { $0.count > 1 }) / Double(applications)
        guard overlap >= leastOverlap else { throw .tooLittleOverlap(share: overlap, least: leastOverlap) }
        guard table.spare >= leastSpareReviews else {
            throw .tooFewSpareReviews(table.spare, least: leastSpareReviews)
        }
        let values = table.rows.map(\.value)
        guard let least = values.min(), let most = values.max(), most - least > leastDeviation else {
            throw .noVariance
        }
    }

    private init(_ sample: CalibrationSample, _ fit: Fit, places: Int, seed: UInt64) {
        let table = fit.equations.table
        let (model, solution, spread) = (fit.model, fit.solution, fit.spread)
        let width = sample.scale.upperBound - sample.scale.lowerBound
        let ninety = studentNinety(freedom: Double(table.spare))
        func around(_ center: Double, _ error: Double) -> ClosedRange<Double> {
            center - ninety * error...center + ninety * error
        }

        let rawMeans = table.ofApplication.map { rows in
            rows.reduce(0) { $0 + table.rows[$1].weight * table.rows[$1].value }
                / rows.reduce(0) { $0 + table.rows[$1].weight }
        }
        let variances = spread.levels.map { max(fit.floor, $0 - fit.equations.shift) }
        let shrinkage = Shrinkage(solution.levels, variances, floor: fit.floor)
        let scores = shrinkage.scores(of: solution.levels).map(Self.rounded)
        let errors = variances.indices.map { shrinkage.variance($0, variances[$0]).squareRoot() }
        let rawRanks = Ranking.ranks(rawMeans.map(Self.rounded))
        let ranks = Ranking.ranks(scores)
        let ranking = Ranking(
            fit, shrinkage, scores: scores, spreads: zip(errors, variances).map { $0 / $1.squareRoot() },
            order: Ranking.order(scores), seed: seed)
        applications = table.applications.indices.map { index in
            let score = sample.scale.lowerBound + width * scores[index]
            let error = width * errors[index]
            let drawn = ranking.ranks[index]
            let tail = drawn.count / 20
            return Application(
                application: table.applications[index], reviews: table.ofApplication[index].count,
                rawMean: sample.scale.lowerBound + width * rawMeans[index], rawRank: rawRanks[index], score: score,
                standardError: error, interval: around(score, error), rank: ranks[index],
                rankInterval: Int(drawn[tail]) + 1...Int(drawn[drawn.count - 1 - tail]) + 1,
                likelyRanks: Self.hundredths(of: drawn),
                placeProbability: Double(drawn.count { $0 < places }) / Double(drawn.count))
        }.sorted { $0.application < $1.application }

        let compared = Set(table.applications)
        let others = Dictionary(grouping: sample.reviews, by: \.application)
        incomparable = (0..<sample.applications).filter { !compared.contains($0) }.map { application in
            let own = others[application] ?? []
            let weight = own.reduce(0) { $0 + $1.weight }
            return Incomparable(
                application: application, reviews: own.count,
                rawMean: own.isEmpty ? nil : own.reduce(0) { $0 + $1.weight * $1.score } / weight)
        }

        let hasDrifts = model.hasDrift || model.slope != nil
        reviewers = table.reviewers.indices.map { index in
            let leniency = width * solution.leniencies[index]
            let drift = width * (solution.drift + solution.slopes[index])
            return Reviewer(
                reviewer: table.reviewers[index], reviews: table.ofReviewer[index].count, leniency: leniency,
                interval: around(
                    leniency, width * max(0, spread.leniencies[index] - fit.equations.shift).squareRoot()),
                noise: width * model.noise[index].squareRoot(),
                drift: hasDrifts ? drift : nil,
                driftInterval: hasDrifts ? around(drift, width * spread.drifts[index].squareRoot()) : nil)
        }.sorted { $0.reviewer < $1.reviewer }

        let noise = fit.noise.variance
        deviations = Deviations(
            quality: width * shrinkage.quality.squareRoot(), leniency: width * model.leniency.squareRoot(),
            noise: width * noise.squareRoot())
        drift = model.hasDrift ? width * solution.drift : nil
        reliability = shrinkage.quality / (shrinkage.quality + model.leniency + noise)
        calibratedReliability =
            shrinkage.kept.reduce(0, +) / Double(shrinkage.kept.count)
        overlaps = ranking.overlaps
        self.places = places
    }

    /// The middle one of each hundredth of sorted ranks, from 1.
    private static func hundredths(of ranks: [Int32]) -> [Int] {
        (0..<100).map { Int(ranks[(2 * $0 + 1) * ranks.count / 200]) + 1 }
    }

    private static func rounded(_ value: Double) -> Double { (value * 1e9).rounded() / 1e9 }
}
