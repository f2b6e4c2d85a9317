import Testing

@testable import Calibration

@Suite struct CalibratedScoresTests {
    // MARK: What is planted is found

    @Test func whoIsHarshOrLenientIsFoundOut() throws {
        var round = InventedRound(applications: 120, reviewers: 12, each: 4, leniency: 0, noise: [4], seed: 1)
        round.reviews = round.reviews.map { review in
            review.with(score: review.score + (review.reviewer == 3 ? 12 : review.reviewer == 7 ? -12 : 0))
        }
        let reviewers = try round.calibrated().reviewers
        #expect(reviewers.map(\.reviewer) == Array(0..<12))
        #expect(reviewers.filter(\.isLenient).map(\.reviewer).contains(3))
        #expect(reviewers.filter(\.isHarsh).map(\.reviewer).contains(7))
        #expect(abs(reviewers[3].leniency - 12) < 2)
        #expect(abs(reviewers[7].leniency + 12) < 2)
        for reviewer in reviewers where ![3, 7].contains(reviewer.reviewer) { #expect(abs(reviewer.leniency) < 3) }
    }

    @Test func whoScoresAtRandomIsFoundOut() throws {
        let round = InventedRound(
            applications: 120, reviewers: 12, each: 4, noise: [20, 3], seed: 2)
        let reviewers = try round.calibrated().reviewers
        #expect(abs(reviewers[0].noise - 20) < 5)
        for reviewer in reviewers.dropFirst() { #expect(abs(reviewer.noise - 3) < 2) }
    }

    @Test func driftIsTakenOutWhereItIsOneAndNowhereElse() throws {
        let drifting = try InventedRound(applications: 120, reviewers: 10, each: 3, drift: -0.5, seed: 3).calibrated()
        #expect(abs(try #require(drifting.drift) + 0.5) < 0.15)
        let first = try #require(drifting.reviewers.first)
        #expect(abs(try #require(first.drift) + 0.5) < 0.15)
        #expect(drifting.reviewers.allSatisfy { $0.isDrifting })
        var found = 0
        for seed in 0..<60 {
            let steady = InventedRound(applications: 24, reviewers: 6, each: 3, seed: UInt64(100 + seed))
            let fit = Fit(ReviewTable(try steady.sample().reviews, scale: 0...100))
            if fit.model.hasDrift || fit.model.slope != nil { found += 1 }
        }
        // Two tests at one in a hundred each.
        #expect(found <= 5)
    }

    @Test func aDriftThatAllReadAlikeIsNotToldFromTheApplications() throws {
        var round = InventedRound(applications: 48, reviewers: 8, each: 3, seed: 30)
        let before = try round.calibrated()
        round.reviews = round.reviews.map { $0.with(sequence: .some($0.application)) }
        // Every reviewer has read the applications of its own block of eight in the same order.
        let after = try round.calibrated()
        #expect(after.drift == nil && before.drift == nil)
    }

    /// Experts are strict and get the better applications: that must not pass for leniency.
    @Test func whoGetsTheBetterApplicationsIsNotTakenForLenient() throws {
        var inventor = Inventor(seed: 4)
        let qualities = (0..<80).map { _ in 10 * inventor.normal() }
        var reviews: [CalibrationSample.Review] = []
        for (application, quality) in qualities.enumerated() {
            // Two of the four who get its half, and one of the others.
            let own = (0..<4).shuffled(using: &inventor).prefix(2).map { $0 + (quality > 0 ? 0 : 4) }
            let other = Int.random(in: 0..<4, using: &inventor) + (quality > 0 ? 4 : 0)
            for reviewer in own + [other] {
                reviews.append(
                    CalibrationSample.Review(
                        application: application, reviewer: reviewer,
                        score: min(max(50 + quality + 3 * inventor.normal(), 0), 100)))
            }
        }
        let sample = try CalibrationSample(reviews, applications: 80, reviewers: 8, scale: 0...100)
        let round = try CalibratedScores(sample, places: 10, seed: 1)
        #expect(round.reviewers.allSatisfy { abs($0.leniency) < 2 })
    }

    @Test func varianceIsSharedOutAsItWasPlanted() throws {
        var sums = SIMD3<Double>.zero
        for seed in 0..<6 {
            let deviations = try InventedRound(applications: 60, reviewers: 12, each: 3, seed: UInt64(seed))
                .calibrated()
                .deviations
            sums += SIMD3(deviations.quality, deviations.leniency, deviations.noise) / 6
        }
        #expect(abs(sums[0] - 8) < 1)
        #expect(abs(sums[1] - 6) < 1.3)
        #expect(abs(sums[2] - 6) < 0.6)
    }

    @Test func fewReviewsDoNotMakeAReviewerLenient() throws {
        var round = InventedRound(applications: 60, reviewers: 10, each: 3, leniency: 3, seed: 5)
        round.leniencies.append(0)
        round.reviews.append(
            CalibrationSample.Review(application: 0, reviewer: 10, score: min(100, 62 + round.qualities[0])))
        let newcomer = try #require(try round.calibrated().reviewers.last)
        #expect(newcomer.reviews == 1)
        #expect(newcomer.leniency < 8)
        #expect(!newcomer.isLenient)
    }

    // MARK: Intervals and probabilities

    /// 90 % of 640 scores and of 128 leniencies, give or take four deviations of a binomial; the scores of a round share
    /// its reviewers, which makes their count worth less: half.
    @Test func intervalsCoverNineTimesInTen() throws {
        var (scores, leniencies, places) = (0, 0, 0)
        var expected = 0.0
        for seed in 0..<16 {
            let round = InventedRound(applications: 40, reviewers: 8, each: 3, seed: UInt64(1000 + seed))
            let calibrated = try round.calibrated()
            let average = round.leniencies.reduce(0, +) / 8
            for application in calibrated.applications {
                let truth = 50 + round.qualities[application.application] + average
                if application.interval.contains(truth) { scores += 1 }
            }
            for reviewer in calibrated.reviewers
            where reviewer.interval.contains(round.leniencies[reviewer.reviewer] - average) { leniencies += 1 }
            let best = Set(round.qualities.indices.sorted { round.qualities[$0] > round.qualities[$1] }.prefix(10))
            for application in calibrated.applications where application.placeProbability > 0.5 {
                expected += application.placeProbability
                if best.contains(application.application) { places += 1 }
            }
        }
        #expect(abs(Double(scores) - 576) < 4 * (2 * 640 * 0.09).squareRoot())
        #expect(abs(Double(leniencies) - 115.2) < 4 * (128 * 0.09).squareRoot())
        // Of those given a place by the probabilities, as many are among the best as they say.
        #expect(abs(Double(places) - expected) < 4 * (2 * 160 * 0.2).squareRoot())
    }

    @Test func probabilitiesAddUpToThePlacesAndRanksLieInTheirIntervals() throws {
        let round = try InventedRound(applications: 60, reviewers: 10, each: 3, seed: 6).calibrated(places: 12)
        #expect(abs(round.applications.reduce(0) { $0 + $1.placeProbability } - 12) < 1e-9)
        for application in round.applications {
            #expect((1...60).contains(application.rankInterval.lowerBound))
            #expect(application.rankInterval.upperBound <= 60)
            #expect(application.interval.contains(application.score))
            let isSure = application.placeProbability > 0.96 || application.placeProbability < 0.04
            if isSure { #expect(!application.isInDoubt(places: 12)) }
        }
        #expect(round.applications.count { $0.rankInterval.contains($0.rank) } >= 55)
        #expect(!round.inDoubt.isEmpty && round.inDoubt.count < 60)
        #expect(round.expectedOverlap > 6 && round.expectedOverlap < 12)
        #expect(round.reliability > 0.3 && round.reliability < round.calibratedReliability)
    }

    /// What is kept of one calibration answers for any number of places.
    @Test func oneCalibrationTellsOfAnyNumberOfPlaces() throws {
        let invented = InventedRound(applications: 60, reviewers: 10, each: 3, seed: 6)
        let kept = try invented.calibrated(places: 1)
        #expect(kept.overlaps.count == 60 && kept.overlaps.last == 60)
        for places in [1, 7, 12, 59] {
            let asked = try invented.calibrated(places: places)
            #expect(asked.expectedOverlap == kept.overlaps[places - 1] && asked.overlaps == kept.overlaps)
            for (one, other) in zip(kept.applications, asked.applications) {
                #expect(one.likelyRanks.count == 100 && one.likelyRanks == one.likelyRanks.sorted())
                #expect(one.likelyRanks == other.likelyRanks && one.rankInterval == other.rankInterval)
                let chance = Double(one.likelyRanks.count { $0 <= places }) / 100
                #expect(abs(chance - other.placeProbability) <= 0.0051)
            }
        }
    }

    @Test func betterReviewsMakeASteadierRanking() throws {
        let noisy = try InventedRound(applications: 60, reviewers: 10, each: 3, noise: [12], seed: 7).calibrated()
        let exact = try InventedRound(applications: 60, reviewers: 10, each: 3, noise: [1], seed: 7).calibrated()
        #expect(exact.expectedOverlap > noisy.expectedOverlap + 1)
        #expect(exact.inDoubt.count < noisy.inDoubt.count)
        let all = try InventedRound(applications: 60, reviewers: 10, each: 3, seed: 7).calibrated(places: 500)
        #expect(all.expectedOverlap == 60)
        #expect(all.applications.allSatisfy { $0.placeProbability == 1 })
        #expect(all.inDoubt.isEmpty)
    }

    // MARK: What must change nothing

    @Test func theOrderOfReviewsChangesNoBit() throws {
        var round = InventedRound(applications: 50, reviewers: 9, each: 3, drift: -0.4, seed: 8)
        let before = try round.calibrated()
        #expect(try round.calibrated() == before)
        #expect(before.drift != nil)
        var inventor = Inventor(seed: 1)
        for _ in 0..<3 {
            round.reviews.shuffle(using: &inventor)
            #expect(try round.calibrated() == before)
        }
        #expect(try round.calibrated(seed: 2) != before)
        let other = try round.calibrated(seed: 2)
        for (one, another) in zip(before.applications, other.applications) {
            #expect(one.score == another.score)
            #expect(abs(one.placeProbability - another.placeProbability) < 0.1)
        }
    }

    @Test func whoIsCalledWhatChangesNoBit() throws {
        let round = InventedRound(applications: 50, reviewers: 9, each: 3, seed: 9)
        let before = try round.calibrated()
        var inventor = Inventor(seed: 2)
        let (applications, reviewers) = ((0..<50).shuffled(using: &inventor), (0..<9).shuffled(using: &inventor))
        var other = round
        other.reviews = round.reviews.map {
            $0.with(application: applications[$0.application], reviewer: reviewers[$0.reviewer])
        }
        let after = try other.calibrated()
        for one in before.applications {
            let same = after.applications[applications[one.application]]
            #expect(same.score == one.score && same.interval == one.interval && same.rank == one.rank)
            #expect(same.placeProbability == one.placeProbability && same.rankInterval == one.rankInterval)
        }
        for one in before.reviewers { #expect(after.reviewers[reviewers[one.reviewer]].leniency == one.leniency) }
        #expect(after.expectedOverlap == before.expectedOverlap)
    }

    @Test func anotherScaleMovesScoresAlong() throws {
        let round = InventedRound(applications: 50, reviewers: 9, each: 3, seed: 10)
        let before = try round.calibrated()
        let moved = try CalibrationSample(
            round.reviews.map { $0.with(score: 3 + $0.score / 7) }, applications: 50, reviewers: 9,
            scale: 3...(3 + 100.0 / 7))
        let after = try CalibratedScores(moved, places: 10, seed: 1)
        for (one, other) in zip(before.applications, after.applications) {
            #expect(abs(3 + one.score / 7 - other.score) < 1e-6)
            #expect(abs(one.standardError / 7 - other.standardError) < 1e-6)
            #expect(one.rank == other.rank && one.rawRank == other.rawRank)
        }
        // Room that nobody uses is none.
        let wide = try CalibrationSample(round.reviews, applications: 50, reviewers: 9, scale: -100...300)
        for (one, other) in zip(before.applications, try CalibratedScores(wide, places: 10, seed: 1).applications) {
            #expect(abs(one.score - other.score) < 1e-5)
        }
    }

    @Test func onlyRatiosOfWeightsCountAndHeavyReviewsCountMore() throws {
        var round = InventedRound(applications: 50, reviewers: 9, each: 3, seed: 11)
        let before = try round.calibrated()
        round.reviews = round.reviews.map { $0.with(weight: 8) }
        #expect(try round.calibrated() == before)
        let first = round.reviews[0]
        round.reviews[0] = first.with(score: 100, weight: 1)
        let light = try round.calibrated()
        round.reviews[0] = first.with(score: 100, weight: 64)
        let heavy = try round.calibrated()
        #expect(heavy.applications[first.application].score > light.applications[first.application].score + 1)
        #expect(heavy.applications[first.application].rawMean > light.applications[first.application].rawMean)
    }

    @Test func onlyTheOrderInASequenceCounts() throws {
        var round = InventedRound(applications: 60, reviewers: 9, each: 3, drift: -0.4, seed: 12)
        let before = try round.calibrated()
        round.reviews = round.reviews.map { review in
            review.with(sequence: .some(review.sequence.map { $0 * $0 * 1000 }))
        }
        #expect(try round.calibrated() == before)
        round.reviews = round.reviews.map { $0.with(sequence: .some(nil)) }
        #expect(try round.calibrated().drift == nil)
        round.reviews = round.reviews.map { $0.with(sequence: .some(4)) }
        #expect(try round.calibrated().drift == nil)
    }

    // MARK: Raw beside calibrated

    @Test func tiesShareARank() throws {
        var round = InventedRound(applications: 30, reviewers: 6, each: 3, seed: 13)
        round.reviews = round.reviews.map { $0.with(score: ($0.score / 25).rounded() * 25) }
        let applications = try round.calibrated().applications
        for application in applications {
            let better = applications.count { $0.rawMean > application.rawMean + 1e-6 }
            #expect(application.rawRank == better + 1)
            #expect(application.rank == applications.count { $0.score > application.score + 1e-7 } + 1)
            let own = round.reviews.filter { $0.application == application.application }
            #expect(abs(application.rawMean - own.reduce(0) { $0 + $1.score } / Double(own.count)) < 1e-9)
            #expect(application.reviews == own.count)
        }
        #expect(Set(applications.map(\.rawRank)).count < 30)
    }

    /// Twins: the same scores by the same reviewers.
    @Test func twinsAreEqual() throws {
        var round = InventedRound(applications: 30, reviewers: 6, each: 3, seed: 14)
        round.qualities.append(0)
        round.reviews += round.reviews.filter { $0.application == 4 }.map { $0.with(application: 30) }
        round.reviews = round.reviews.map { $0.with(sequence: .some(nil)) }
        let applications = try round.calibrated().applications
        #expect(applications[4].rank == applications[30].rank)
        #expect(abs(applications[4].score - applications[30].score) < 1e-6)
    }

    // MARK: Odd worlds

    @Test func aReviewerWhoAlwaysGivesTheMostIsHarmless() throws {
        var round = InventedRound(applications: 60, reviewers: 8, each: 3, seed: 15)
        let without = try round.calibrated()
        round.reviews = round.reviews.map { $0.reviewer == 2 ? $0.with(score: 100) : $0 }
        let calibrated = try round.calibrated()
        let reviewer = calibrated.reviewers[2]
        #expect(reviewer.isLenient)
        #expect(calibrated.applications.allSatisfy { $0.score.isFinite && $0.standardError > 0 })
        // Those it has read are not lifted by it.
        let read = Set(round.reviews.filter { $0.reviewer == 2 }.map(\.application))
        let moves = zip(calibrated.applications, without.applications).filter { read.contains($0.0.application) }
            .map { $0.score - $1.score }
        #expect(abs(moves.reduce(0, +) / Double(moves.count)) < 8)
    }

    @Test func reviewersWhoAgreeToTheLastDigitLeaveNothingInDoubt() throws {
        let round = try InventedRound(applications: 40, reviewers: 8, each: 3, leniency: 0, noise: [0], seed: 16)
            .calibrated()
        #expect(round.applications.allSatisfy { $0.rank == $0.rawRank })
        #expect(round.expectedOverlap > 9.5)
    }

    @Test func reviewersWhoDrawLotsLeaveEverythingInDoubt() throws {
        var inventor = Inventor(seed: 17)
        var round = InventedRound(applications: 40, reviewers: 8, each: 3, seed: 17)
        round.reviews = round.reviews.map { $0.with(score: Double.random(in: 0...100, using: &inventor)) }
        let calibrated = try round.calibrated()
        #expect(calibrated.applications.allSatisfy { $0.standardError.isFinite && $0.placeProbability < 0.9 })
        #expect(calibrated.inDoubt.count > 20)
        #expect(calibrated.expectedOverlap < 6)
    }

    @Test func moreReviewersThanApplicationsAreNoOtherMatter() throws {
        let round = InventedRound(applications: 30, reviewers: 60, each: 16, seed: 18)
        let calibrated = try round.calibrated()
        let truth = round.qualities.indices.sorted { round.qualities[$0] > round.qualities[$1] }
        #expect(calibrated.applications[truth[0]].rank <= 3)
        #expect(calibrated.reviewers.count == 60)
    }
}
