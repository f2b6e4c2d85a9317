import Testing

@testable import Calibration

@Suite struct RefusalTests {
    private typealias Review = CalibrationSample.Review

    @Test func aRowThatIsWrongIsNamed() {
        let good = Review(application: 0, reviewer: 0, score: 3)
        let wrong: [(Review, CalibrationRefusal.Fault)] = [
            (good.with(application: -1), .unknownApplication(-1)), (good.with(application: 5), .unknownApplication(5)),
            (good.with(application: .max), .unknownApplication(.max)),
            (good.with(reviewer: -1), .unknownReviewer(-1)), (good.with(reviewer: 2), .unknownReviewer(2)),
            (good.with(application: 1, score: 0.999), .scoreOffScale(0.999)),
            (good.with(application: 1, score: 5.001), .scoreOffScale(5.001)),
            (good.with(application: 1, score: .infinity), .scoreOffScale(.infinity)),
            (good.with(application: 1, weight: 0), .badWeight(0)),
            (good.with(application: 1, weight: -1), .badWeight(-1)),
            (good.with(application: 1, weight: .infinity), .badWeight(.infinity)), (good, .repeats(row: 0)),
        ]
        for (review, fault) in wrong {
            #expect(throws: CalibrationRefusal.badReview(row: 1, fault)) {
                try CalibrationSample([good, review], applications: 5, reviewers: 2, scale: 1...5)
            }
        }
        for review in [good.with(application: 1, score: .nan), good.with(application: 1, weight: .nan)] {
            #expect {
                try CalibrationSample([good, review], applications: 5, reviewers: 2, scale: 1...5)
            } throws: { error in
                // Not a number equals nothing, not even itself.
                switch error as? CalibrationRefusal {
                case .badReview(row: 1, .scoreOffScale(let score)): score.isNaN
                case .badReview(row: 1, .badWeight(let weight)): weight.isNaN
                default: false
                }
            }
        }
    }

    @Test func aScaleWithoutWidthIsNone() {
        for scale in [3.0...3.0, 0...Double.infinity, -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude]
        {
            #expect(throws: CalibrationRefusal.badScale(scale)) {
                try CalibrationSample([], applications: 0, reviewers: 0, scale: scale)
            }
        }
        #expect(throws: CalibrationRefusal.badCounts(applications: -1, reviewers: 0)) {
            try CalibrationSample([], applications: -1, reviewers: 0, scale: 1...5)
        }
        #expect(throws: CalibrationRefusal.badCounts(applications: 1, reviewers: .max)) {
            try CalibrationSample([], applications: 1, reviewers: .max, scale: 1...5)
        }
    }

    private func refusal(_ reviews: [Review], applications: Int, reviewers: Int, places: Int = 3) -> CalibrationRefusal?
    {
        do {
            let sample = try CalibrationSample(
                reviews, applications: applications, reviewers: reviewers, scale: 0...100)
            _ = try CalibratedScores(sample, places: places, seed: 1)
            return nil
        } catch { return error }
    }

    private func refusal(_ round: InventedRound, places: Int = 3) -> CalibrationRefusal? {
        refusal(
            round.reviews, applications: round.qualities.count, reviewers: round.leniencies.count, places: places)
    }

    @Test func tooFewOfAnythingIsRefusedWithTheFigures() {
        #expect(refusal([], applications: 0, reviewers: 0) == .tooFewApplications(0, least: 12))
        #expect(refusal([], applications: 20, reviewers: 5) == .tooFewApplications(0, least: 12))
        let one = (0..<5).map { Review(application: 0, reviewer: $0, score: Double($0)) }
        #expect(refusal(one, applications: 1, reviewers: 5) == .tooFewApplications(1, least: 12))
        let alone = (0..<20).map { Review(application: $0, reviewer: 0, score: Double($0)) }
        #expect(refusal(alone, applications: 20, reviewers: 1) == .tooFewReviewers(1, least: 3))
        #expect(
            refusal(InventedRound(applications: 12, reviewers: 12, each: 3, seed: 1))
                == .tooFewReviews(perReviewer: 3, least: 4))
        #expect(
            refusal(InventedRound(applications: 13, reviewers: 5, each: 2, seed: 1))
                == .tooFewSpareReviews(9, least: 10))
        #expect(refusal(InventedRound(applications: 14, reviewers: 5, each: 2, seed: 1)) == nil)
        #expect(refusal(InventedRound(applications: 14, reviewers: 5, each: 2, seed: 1), places: 0) == .badPlaces(0))
    }

    @Test func readersOfOneApplicationEachSayNothingOfEachOther() {
        // Three who share 8 of 40 applications.
        var reviews = (0..<40).map { Review(application: $0, reviewer: $0 % 3, score: Double($0)) }
        reviews += (0..<8).map { Review(application: $0, reviewer: ($0 + 1) % 3, score: Double($0)) }
        #expect(refusal(reviews, applications: 40, reviewers: 3) == .tooLittleOverlap(share: 0.2, least: 0.5))
    }

    @Test func equalScoresHaveNoOrder() {
        var round = InventedRound(applications: 20, reviewers: 5, each: 3, seed: 2)
        round.reviews = round.reviews.map { $0.with(score: 70) }
        #expect(refusal(round) == .noVariance)
    }

    @Test func panelsWithoutACommonReviewerAreRoundsOfTheirOwn() throws {
        let one = InventedRound(applications: 30, reviewers: 6, each: 3, seed: 3)
        let other = InventedRound(applications: 20, reviewers: 6, each: 3, seed: 4)
        let both =
            other.reviews + one.reviews.map { $0.with(application: $0.application + 20, reviewer: $0.reviewer + 6) }
        #expect(
            refusal(both, applications: 50, reviewers: 12) == .disconnected([Array(20..<50), Array(0..<20)]))
        // One who reviews for both joins them.
        let joined = both + [Review(application: 0, reviewer: 6, score: 50)]
        #expect(refusal(joined, applications: 50, reviewers: 12) == nil)
    }

    @Test func theFewThatNobodyElseHasReadAreNamedAndLeftOut() throws {
        var round = InventedRound(applications: 38, reviewers: 6, each: 3, seed: 5)
        let before = try round.calibrated()
        round.qualities += [0, 0, 0]
        round.leniencies.append(0)
        round.reviews += [39, 40].map { Review(application: $0, reviewer: 6, score: Double($0)) }
        let calibrated = try round.calibrated()
        #expect(calibrated.applications == before.applications)
        #expect(calibrated.reviewers == before.reviewers)
        #expect(calibrated.incomparable.map(\.application) == [38, 39, 40])
        #expect(calibrated.incomparable.map(\.reviews) == [0, 1, 1])
        #expect(calibrated.incomparable.map(\.rawMean) == [nil, 39, 40])
    }

    /// Small rounds of any form, most of them absurd: each is calibrated with finite figures or refused.
    @Test func noRoundTraps() {
        var calibrated = 0
        for seed in 0..<40 {
            var inventor = Inventor(seed: UInt64(seed))
            let applications = Int.random(in: 0...30, using: &inventor)
            let reviewers = Int.random(in: 0...8, using: &inventor)
            let levels = Int.random(in: 1...4, using: &inventor)
            var reviews: [Review] = []
            for application in 0..<applications {
                for reviewer in 0..<reviewers where Int.random(in: 0...2, using: &inventor) == 0 {
                    reviews.append(
                        Review(
                            application: application, reviewer: reviewer,
                            score: Double(Int.random(in: 0..<levels, using: &inventor)) * 20,
                            weight: Bool.random(using: &inventor) ? 1 : 1e-6,
                            sequence: Bool.random(using: &inventor)
                                ? Int.random(in: .min ... .max, using: &inventor) : nil))
                }
            }
            guard
                let sample = try? CalibrationSample(
                    reviews, applications: applications, reviewers: reviewers, scale: 0...100),
                let round = try? CalibratedScores(sample, places: 5, seed: 1)
            else { continue }
            calibrated += 1
            #expect(round.applications.allSatisfy { $0.score.isFinite && $0.standardError.isFinite })
            #expect(round.reviewers.allSatisfy { $0.leniency.isFinite && $0.noise.isFinite })
        }
        #expect(calibrated > 5)
    }
}
