internal import Pages

/// Points in a plane, drawn by the server: readable without scripts, and by those who do not see it.
///
/// It is 400 units wide whatever the screen, so that its words stay legible on a narrow one.
struct Plot: ViewModel {
    /// Tells its words from those of another plot on the page.
    var id: String
    /// What it shows, for those who do not see it.
    var title: String
    /// What it says, in a sentence.
    var text: String
    var xTicks: [Tick]
    var yTicks: [Tick]
    var lines: [Line]
    var dots: [Dot]
    var legend: [Entry]

    /// Where something is on an axis, and what it is called there.
    struct Tick: ViewModel {
        var at: Int
        var label: String
    }

    /// A line through points.
    struct Line: ViewModel {
        var points: String
        /// Lengths of dashes and gaps.
        var dash: String
    }

    /// A point that was measured.
    struct Dot: ViewModel {
        var x: Int
        var y: Int
        var shade: String
    }

    /// What a line or a dot stands for.
    struct Entry: ViewModel {
        var label: String
        var dash: String?
        var shade: String?
    }

    /// What is drawn: each with dashes that tell it apart without its colour.
    enum Series {
        /// What the page is about.
        case own
        /// What it is compared with.
        case other
        /// What it would be at best.
        case ideal

        var dash: String {
            switch self {
            case .own: "none"
            case .other: "6 4"
            case .ideal: "2 4"
            }
        }

        /// One of the shades of bars.
        var shade: String { self == .other ? "against-0" : "for-0" }
    }

    /// The plane between the axes, in units.
    private static let (left, right, top, bottom) = (48, 388, 12, 204)

    /// An empty plane.
    ///
    /// - Parameters:
    ///   - x: what stands on the lower axis, from 0 to 1.
    ///   - y: what stands on the left axis, from 0 to 1.
    init(id: String, title: String, text: String, x: [(at: Double, label: String)], y: [(at: Double, label: String)]) {
        (self.id, self.title, self.text) = (id, title, text)
        xTicks = x.map { Tick(at: Self.x($0.at), label: $0.label) }
        yTicks = y.map { Tick(at: Self.y($0.at), label: $0.label) }
        (lines, dots, legend) = ([], [], [])
    }

    /// Draws points, each from 0 to 1 both ways, as dots, as a line, or both; with a name, it stands in the legend.
    mutating func draw(
        _ points: [(x: Double, y: Double)], _ series: Series, named name: String? = nil, asLine: Bool, asDots: Bool
    ) {
        if asLine, points.count > 1 {
            let text = points.map { "\(Self.x($0.x)),\(Self.y($0.y))" }.joined(separator: " ")
            lines.append(Line(points: text, dash: series.dash))
        }
        if asDots { dots += points.map { Dot(x: Self.x($0.x), y: Self.y($0.y), shade: series.shade) } }
        if let name {
            legend.append(
                Entry(label: name, dash: asLine ? series.dash : nil, shade: asDots ? series.shade : nil))
        }
    }

    private static func x(_ share: Double) -> Int { left + Int((share.held * Double(right - left)).rounded()) }
    private static func y(_ share: Double) -> Int { bottom - Int((share.held * Double(bottom - top)).rounded()) }
}

/// Amounts as bars below each other, each under its name.
struct BarPlot: ViewModel {
    /// Tells its words from those of another plot on the page.
    var id: String
    /// What it shows, for those who do not see it.
    var title: String
    /// What it says, in a sentence.
    var text: String
    /// How high it is, in units of which it is 400 wide.
    var height: Int
    var bars: [Bar]

    /// One amount.
    struct Bar: ViewModel {
        var label: String
        var figure: String
        /// Where its words stand, and where it begins.
        var base: Int
        var top: Int
        var width: Int
        var shade: String
    }

    /// - Parameter amounts: each with its name and as it is read.
    init(id: String, title: String, text: String, _ amounts: [(label: String, amount: Double, figure: String)]) {
        (self.id, self.title, self.text) = (id, title, text)
        height = amounts.count * 36 + 4
        let most = amounts.map(\.amount.magnitude).max() ?? 0
        bars = amounts.enumerated().map { number, entry in
            let share = most > 0 ? entry.amount.magnitude / most : 0
            return Bar(
                label: entry.label, figure: entry.figure, base: number * 36 + 14, top: number * 36 + 20,
                width: max(1, Int((share.held * 400).rounded())), shade: entry.amount < 0 ? "against-0" : "for-0")
        }
    }
}

extension Double {
    fileprivate var held: Double { isFinite ? Swift.min(Swift.max(self, 0), 1) : 0 }
}
