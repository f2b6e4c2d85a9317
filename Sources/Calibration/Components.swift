/// The parts into which reviews fall when nobody has reviewed in both of two.
struct Components {
    /// The reviews of each part; the part with the most applications first, of equals the one with the lowest application.
    let parts: [[CalibrationSample.Review]]

    init(_ sample: CalibrationSample) {
        // Applications, then reviewers, each pointing at another of its part.
        var leaders = Array(0..<sample.applications + sample.reviewers)
        func leader(of node: Int) -> Int {
            var node = node
            while leaders[node] != node {
                leaders[node] = leaders[leaders[node]]
                node = leaders[node]
            }
            return node
        }
        for review in sample.reviews {
            let (one, other) = (leader(of: review.application), leader(of: sample.applications + review.reviewer))
            leaders[max(one, other)] = min(one, other)
        }
        let byPart = Dictionary(grouping: sample.reviews) { leader(of: $0.application) }
        parts = byPart.map { (lead: $0.key, reviews: $0.value, applications: Set($0.value.map(\.application)).count) }
            .sorted { $0.applications != $1.applications ? $0.applications > $1.applications : $0.lead < $1.lead }
            .map(\.reviews)
    }
}
