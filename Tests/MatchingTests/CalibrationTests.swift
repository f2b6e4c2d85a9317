import Foundation
import Testing

@testable import Matching

@Suite struct CalibrationTests {
    /// Pairs whose score is the log-odds that the investor joins, but for how far the model overrates them.
    private func pairs(_ count: Int, overrated: Double, seed: UInt64) -> [HeldBack] {
        var inventor = Inventor(seed: seed)
        return (0..<count).map { _ in
            let odds = Double.random(in: -7...0, using: &inventor)
            let isJoined = Double.random(in: 0..<1, using: &inventor) < 1 / (1 + Arithmetic.exp(-odds))
            return HeldBack(
                score: Int((odds + overrated) * 10_000), isJoined: isJoined,
                isInSecondHalf: Bool.random(using: &inventor))
        }
    }

    @Test func aStepIsAsLikelyAsItWasAndNoBetterScoreMeansLess() throws {
        for seed in 0..<20 {
            let pairs = pairs(3000, overrated: 1, seed: UInt64(seed))
            let calibration = try #require(Calibration(pairs))
            let steps = calibration.steps
            #expect(steps.count > 2)
            #expect(steps.allSatisfy { $0.joined >= Calibration.leastOnStep && $0.joined <= $0.pairs })
            #expect(zip(steps, steps.dropFirst()).allSatisfy { $0.from < $1.from && $0.probability < $1.probability })
            #expect(steps.reduce(0) { $0 + $1.pairs } == pairs.count)
            #expect(steps.reduce(0) { $0 + $1.joined } == pairs.count(where: \.isJoined))
            for (number, step) in steps.enumerated() {
                let above = number + 1 < steps.count ? steps[number + 1].from : .max
                let own = pairs.filter { $0.score >= step.from && $0.score < above }
                #expect(own.count == step.pairs)
                #expect(own.count(where: \.isJoined) == step.joined)
                #expect(calibration.probability(of: step.from) == step.probability)
                #expect(calibration.probability(of: above - 1) == step.probability)
            }
            #expect(calibration.probability(of: .min) == steps.first?.probability)
            #expect(calibration.probability(of: .max) == steps.last?.probability)
            #expect(Calibration(pairs.shuffled()) == calibration)
        }
    }

    @Test func whatAModelOverratesIsPutRightOnPairsItHasNotSeen() throws {
        let model = Model(version: "sure of itself", cold: [:], warm: [:])
        for seed in 0..<5 {
            let calibration = try #require(Calibration(pairs(40_000, overrated: 1, seed: UInt64(seed))))
            let others = pairs(40_000, overrated: 1, seed: UInt64(100 + seed))
            func miss(_ probability: (Int) -> Double) -> Double {
                let sorted = others.sorted { $0.score < $1.score }
                return (0..<10).reduce(0) { miss, tenth in
                    let part = sorted[tenth * 4000..<(tenth + 1) * 4000]
                    let predicted = part.reduce(0) { $0 + probability($1.score) } / 4000
                    return miss + abs(predicted - Double(part.count(where: \.isJoined)) / 4000) / 10
                }
            }
            #expect(miss(calibration.probability) < 0.2 * miss(model.probability))
        }
    }

    @Test func fromFewNothingIsSaid() {
        var few = pairs(60_000, overrated: 0, seed: 1).filter { !$0.isJoined }
        few += (0..<Calibration.leastJoined - 1).map { HeldBack(score: $0, isJoined: true) }
        #expect(Calibration(few) == nil)
        #expect(Calibration.acrossHalves(few) == nil)
        few.append(HeldBack(score: 0, isJoined: true))
        #expect(Calibration(few) != nil)
        #expect(Calibration([]) == nil)
    }

    @Test func equalScoresStandOnOneStep() throws {
        let pairs = (0..<1000).map { HeldBack(score: 5, isJoined: $0 % 4 == 0) }
        #expect(try #require(Calibration(pairs)).steps == [Calibration.Step(from: 5, pairs: 1000, joined: 250)])
        // The better ones joined less often: that is no order to be kept.
        let wrong = (0..<2000).map { HeldBack(score: $0 / 1000, isJoined: $0 % ($0 < 1000 ? 2 : 4) == 0) }
        #expect(try #require(Calibration(wrong)).steps == [Calibration.Step(from: 0, pairs: 2000, joined: 750)])
    }

    @Test func noInvestorHasASayInItsOwnProbability() throws {
        let pairs = (0..<1000).map { HeldBack(score: $0, isJoined: $0 % 2 == 0, isInSecondHalf: $0 % 4 >= 2) }
        // All that join are in one half, and what is said of the other half is what they did.
        let lopsided = pairs.map {
            HeldBack(score: $0.score, isJoined: !$0.isInSecondHalf, isInSecondHalf: $0.isInSecondHalf)
        }
        let calibrated = try #require(Calibration.acrossHalves(lopsided))
        #expect(calibrated(HeldBack(score: 500, isJoined: false, isInSecondHalf: true)) == 1)
        #expect(calibrated(HeldBack(score: 500, isJoined: true, isInSecondHalf: false)) == 0)
        #expect(Calibration.acrossHalves(pairs.filter { !$0.isInSecondHalf }) == nil)
    }

    @Test func itFollowsTheScoreThatStandsForTheSameOdds() throws {
        let calibration = try #require(Calibration(pairs(5000, overrated: 0, seed: 4)))
        let (own, other) = (
            Model(version: "1", reference: -5, cold: .init(), warm: .init()),
            Model(version: "2", reference: -4.25, cold: .init(), warm: .init())
        )
        let moved = calibration.moved(from: own.reference, to: other.reference)
        for score in stride(from: -70_000, to: 0, by: 1_111) {
            #expect(abs(own.probability(of: score) - other.probability(of: score - 7500)) < 1e-12)
            #expect(calibration.probability(of: score) == moved.probability(of: score - 7500))
        }
    }

    @Test func aTrainedModelIsCalibratedAndRanksAsBefore() async throws {
        let world = history(seed: 15, investors: 60, startups: 2400)
        let training = try await Model.trained(from: world, version: "v", asks: 0, width: 2)
        let trial = try #require(training.trial)
        #expect(trial.joined >= Calibration.leastJoined)
        let calibration = try #require(training.model.calibration)
        #expect(calibration.steps.reduce(0) { $0 + $1.joined } == trial.joined)
        let plain = try await Model.learned(from: world, version: "v", asks: 0, width: 2).model
        #expect(plain.calibration == nil)
        #expect(training.model.calibrated(nil) == plain)
        #expect(training.model.named("w").calibration == calibration)
        let tenths = trial.reliability
        let calibrated = try tenths.map { try #require($0.calibrated) }
        func miss(_ said: [Double]) -> Double { zip(said, tenths).reduce(0) { $0 + abs($1.0 - $1.1.observed) } }
        #expect(miss(calibrated) < miss(tenths.map(\.predicted)), "\(tenths)")
        // A small history says nothing of it.
        let small = try await Model.trained(from: history(seed: 16), version: "v", asks: 0, width: 2)
        #expect((small.trial?.joined ?? 0) < Calibration.leastJoined)
        #expect(small.model.calibration == nil)
        #expect(small.trial?.reliability.allSatisfy { $0.calibrated == nil } == true)
    }

    @Test func aModelKeptWithoutOneIsReadAsBefore() throws {
        let kept = try JSONEncoder().encode(everySignal)
        #expect(!String(decoding: kept, as: UTF8.self).contains("calibration"))
        #expect(try JSONDecoder().decode(Model.self, from: kept).calibration == nil)
        let calibrated = everySignal.calibrated(Calibration(pairs(5000, overrated: 0, seed: 6)))
        #expect(calibrated.calibration != nil)
        #expect(try JSONDecoder().decode(Model.self, from: JSONEncoder().encode(calibrated)) == calibrated)
        let hostile = try JSONDecoder().decode(Calibration.self, from: Data(#"{"steps":[]}"#.utf8))
        #expect(hostile.probability(of: 0) == 0)
    }
}
