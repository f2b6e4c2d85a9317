/// Why two sides fit, part by part: a bar for what speaks for it and one for what speaks against, with the
/// evidence in words, and the same as a table.
public struct ScoreExplanation: ViewModel {
    /// The score as it is read: “82”.
    public var figure: String
    /// Out of what: “of 100”.
    public var scale: String
    /// What the bars say, in one sentence.
    public var summary: String
    /// The parts, the weightiest first.
    public var parts: [Part]
    /// The bars.
    public var bars: Bars

    /// One part of a score.
    public struct Part: ViewModel {
        /// What was compared.
        public var label: String
        /// What was found, in words.
        public var evidence: String
        /// What it adds or takes: “+24” or “−6”.
        public var points: String
        /// Whether it speaks against.
        public var isAgainst: Bool

        /// A part with its signed points.
        public init(_ label: String, points: Int, evidence: String) {
            self.label = label
            self.evidence = evidence
            self.points = points < 0 ? Figures.grouped(points) : "+" + Figures.grouped(points)
            isAgainst = points < 0
            weight = points
        }

        var weight = 0

        enum CodingKeys: String, CodingKey {
            case label, evidence, points, isAgainst
        }
    }

    /// The bars as rectangles on a line of 1,000 units, `against` growing leftwards from the middle line.
    public struct Bars: ViewModel {
        /// Where the line between against and for is.
        public var origin: Int
        /// The rectangles.
        public var bars: [Bar]
    }

    /// One rectangle.
    public struct Bar: ViewModel {
        /// Its left edge.
        public var x: Int
        /// Its width.
        public var width: Int
        /// `for` or `against`, with the number of its shade.
        public var shade: String
    }

    /// A score with its parts.
    public init(figure: String, scale: String, summary: String, parts: [Part]) {
        self.figure = figure
        self.scale = scale
        self.summary = summary
        self.parts = parts
        bars = Self.bars(parts.map(\.weight))
    }

    /// Lays the parts out on 1,000 units, what is against to the left of the origin.
    static func bars(_ points: [Int]) -> Bars {
        // So many points are no score; bounded, their sum cannot overflow.
        let points = points.prefix(1000).map { max(-1_000_000, min(1_000_000, $0)) }
        let total = points.reduce(0) { $0 + abs($1) }
        guard total > 0 else { return Bars(origin: 0, bars: []) }
        let against = points.filter { $0 < 0 }.reduce(0, -)
        let origin = against * 1000 / total
        var left = origin
        var right = origin
        var bars: [Bar] = []
        for (index, point) in points.enumerated() where point != 0 {
            let width = max(4, abs(point) * 1000 / total)
            if point > 0 {
                bars.append(Bar(x: right, width: max(1, width - 4), shade: "for-\(index % 4)"))
                right += width
            } else {
                left -= width
                bars.append(Bar(x: left, width: max(1, width - 4), shade: "against-\(index % 2)"))
            }
        }
        return Bars(origin: origin, bars: bars)
    }
}
