/// How far an introduction came, as models learn from it.
enum Outcome: String, Sendable, CaseIterable {
    case met
    /// The investor looked into the startup, or offered terms.
    case inDiligence = "in_diligence"
    /// It ended in a deal that stands in the portfolio.
    case invested

    /// How many examples an interest stands for of which this came: itself, the meeting, and the work that was put into it.
    /// A deal is an example of its own day beside.
    var worth: Double {
        switch self {
        case .met: 2
        case .inDiligence, .invested: 3
        }
    }
}
