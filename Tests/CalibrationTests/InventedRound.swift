@testable import Calibration

/// SplitMix64 (Steele, Lea and Flood 2014): a seed's rounds are the same on every machine.
struct Inventor: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// The sum of twelve numbers is as good as normal for what is planted here.
    mutating func normal() -> Double {
        (0..<12).reduce(-6) { sum, _ in sum + Double.random(in: 0..<1, using: &self) }
    }
}

/// A round whose truth is known, on a scale from 0 to 100 around 50.
struct InventedRound {
    var qualities: [Double]
    var leniencies: [Double]
    var reviews: [CalibrationSample.Review] = []

    /// Deviations in points; `noise` is each reviewer's own, the last for all further ones.
    init(
        applications: Int, reviewers: Int, each: Int, leniency: Double = 6, noise: [Double] = [6], drift: Double = 0,
        seed: UInt64
    ) {
        var inventor = Inventor(seed: seed)
        qualities = (0..<applications).map { _ in 8 * inventor.normal() }
        leniencies = (0..<reviewers).map { _ in leniency * inventor.normal() }
        var load = [Int](repeating: 0, count: reviewers)
        for application in qualities.indices {
            let order = (0..<reviewers).shuffled(using: &inventor).sorted { load[$0] < load[$1] }
            for reviewer in order.prefix(each) {
                let deviation = noise[min(reviewer, noise.count - 1)]
                let score = 50 + qualities[application] + leniencies[reviewer] + deviation * inventor.normal()
                reviews.append(
                    CalibrationSample.Review(
                        application: application, reviewer: reviewer, score: min(max(score, 0), 100)))
                load[reviewer] += 1
            }
        }
        // Each reads in an order of its own.
        var read = [Int](repeating: 0, count: reviewers)
        for index in reviews.indices.shuffled(using: &inventor) {
            let reviewer = reviews[index].reviewer
            let score = reviews[index].score + drift * (Double(read[reviewer]) - Double(load[reviewer] - 1) / 2)
            reviews[index] = reviews[index].with(score: min(max(score, 0), 100), sequence: .some(read[reviewer]))
            read[reviewer] += 1
        }
    }

    func sample() throws -> CalibrationSample {
        try CalibrationSample(
            reviews, applications: qualities.count, reviewers: leniencies.count, scale: 0...100)
    }

    func calibrated(places: Int = 10, seed: UInt64 = 1) throws -> CalibratedScores {
        try CalibratedScores(try sample(), places: places, seed: seed)
    }
}

extension CalibrationSample.Review {
    /// The same with other numbers.
    func with(
        application: Int? = nil, reviewer: Int? = nil, score: Double? = nil, weight: Double? = nil,
        sequence: Int?? = nil
    ) -> Self {
        Self(
            application: application ?? self.application, reviewer: reviewer ?? self.reviewer,
            score: score ?? self.score, weight: weight ?? self.weight, sequence: sequence ?? self.sequence)
    }
}
