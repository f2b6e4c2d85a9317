/// Reviews that are calibrated together, in the engine's own terms: scores from 0 to 1, weights of 1 on average.
///
/// Applications and reviewers are numbered by the scores they have, not by the numbers they came with: sums are then added
/// up in the same order whoever is called what, and come out the same to the last bit.
struct ReviewTable {
    struct Row {
        let application: Int
        let reviewer: Int
        var value: Double
        var weight: Double
        /// How many reviews after the middle of the reviewer's own sequence; 0 where the sequence is not known.
        var position: Double
    }

    /// What each is called in the sample.
    let applications: [Int]
    let reviewers: [Int]
    /// By application, then by reviewer.
    private(set) var rows: [Row]
    /// The rows of each.
    let ofApplication: [[Int]]
    let ofReviewer: [[Int]]

    /// How many reviews there are beyond those that tie all applications and reviewers together.
    var spare: Int { rows.count - (applications.count + reviewers.count - 1) }

    init(_ reviews: [CalibrationSample.Review], scale: ClosedRange<Double>) {
        let width = scale.upperBound - scale.lowerBound
        applications = Self.ordered(reviews, by: \.application)
        reviewers = Self.ordered(reviews, by: \.reviewer)
        let numberOfApplication = Dictionary(uniqueKeysWithValues: zip(applications, applications.indices))
        let numberOfReviewer = Dictionary(uniqueKeysWithValues: zip(reviewers, reviewers.indices))
        let positions = Self.positions(reviews)
        rows = reviews.indices.map { index in
            let review = reviews[index]
            return Row(
                application: numberOfApplication[review.application] ?? 0,
                reviewer: numberOfReviewer[review.reviewer] ?? 0,
                value: (review.score - scale.lowerBound) / width, weight: review.weight, position: positions[index])
        }
        rows.sort { ($0.application, $0.reviewer) < ($1.application, $1.reviewer) }
        let weight = rows.reduce(0) { $0 + $1.weight } / Double(max(1, rows.count))
        for index in rows.indices { rows[index].weight /= weight }
        var ofApplication = [[Int]](repeating: [], count: applications.count)
        var ofReviewer = [[Int]](repeating: [], count: reviewers.count)
        for (index, row) in rows.enumerated() {
            ofApplication[row.application].append(index)
            ofReviewer[row.reviewer].append(index)
        }
        self.ofApplication = ofApplication
        self.ofReviewer = ofReviewer
    }

    /// Those who have reviews, by their sorted scores; those with the same ones by number.
    private static func ordered(
        _ reviews: [CalibrationSample.Review], by side: (CalibrationSample.Review) -> Int
    ) -> [Int] {
        Dictionary(grouping: reviews, by: side).map { ($0, $1.map(\.score).sorted()) }.sorted { one, other in
            if one.1 != other.1 { return one.1.lexicographicallyPrecedes(other.1) }
            return one.0 < other.0
        }.map(\.0)
    }

    /// Places in each reviewer's own sequence, from its middle; reviews with the same number share the mean of their places.
    private static func positions(_ reviews: [CalibrationSample.Review]) -> [Double] {
        var positions = [Double](repeating: 0, count: reviews.count)
        let known = reviews.indices.filter { reviews[$0].sequence != nil }
        for own in Dictionary(grouping: known, by: { reviews[$0].reviewer }).values {
            let sorted = own.sorted { (reviews[$0].sequence ?? 0, $0) < (reviews[$1].sequence ?? 0, $1) }
            var first = 0
            while first < sorted.count {
                var next = first + 1
                while next < sorted.count, reviews[sorted[next]].sequence == reviews[sorted[first]].sequence {
                    next += 1
                }
                for index in sorted[first..<next] {
                    positions[index] = Double(first + next - 1) / 2 - Double(sorted.count - 1) / 2
                }
                first = next
            }
        }
        return positions
    }
}
