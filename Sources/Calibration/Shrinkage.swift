/// Levels drawn towards their mean, each by how little is known of it (Fay and Herriot 1979), the variance of qualities
/// being what the levels' own uncertainty leaves of theirs (Paule and Mandel 1982).
struct Shrinkage {
    /// Variance of the qualities around the mean.
    let quality: Double
    /// Of each level, the share of its distance from the mean that is kept.
    let kept: [Double]
    /// What the levels weigh in the mean, in sum 1.
    private let weights: [Double]
    /// Of the mean.
    private let meanVariance: Double
    /// Of the qualities' variance as it is estimated: four applications or ten do not tell it well.
    private let qualityVariance: Double

    init(_ levels: [Double], _ variances: [Double], floor: Double) {
        func fitted(_ quality: Double) -> (weights: [Double], excess: Double, sum: Double) {
            let precisions = variances.map { 1 / (quality + $0) }
            let sum = precisions.reduce(0, +)
            let mean = zip(precisions, levels).reduce(0) { $0 + $1.0 * $1.1 } / sum
            let squares = zip(precisions, levels).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) }
            return (precisions.map { $0 / sum }, squares - Double(levels.count - 1), sum)
        }
        // The excess falls as the variance rises, and is none at 1: scores are from 0 to 1.
        var (low, high) = (floor, 1.0)
        if fitted(low).excess > 0 {
            for _ in 0..<60 {
                let middle = (low + high) / 2
                if fitted(middle).excess > 0 { low = middle } else { high = middle }
            }
        }
        let quality = low
        self.quality = quality
        kept = variances.map { quality / (quality + $0) }
        let last = fitted(quality)
        weights = last.weights
        meanVariance = 1 / last.sum
        qualityVariance = 2 / variances.reduce(0) { $0 + 1 / ((quality + $1) * (quality + $1)) }
    }

    /// Levels, of these reviews or of others in their place, drawn towards their mean.
    func scores(of levels: [Double]) -> [Double] {
        let mean = zip(weights, levels).reduce(0) { $0 + $1.0 * $1.1 }
        return zip(kept, levels).map { mean + $0 * ($1 - mean) }
    }

    /// The variance of a score whose level has this one, with what comes from not knowing mean and variance of the qualities
    /// (Prasad and Rao 1990, *The estimation of the mean squared error of small-area estimators*).
    func variance(_ index: Int, _ level: Double) -> Double {
        let lost = 1 - kept[index]
        return kept[index] * level + lost * lost * (meanVariance + 2 * qualityVariance / (quality + level))
    }
}
