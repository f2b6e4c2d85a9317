/// How much each signal counts: numbers learned from history, or set by hand where no history speaks.
///
/// The score of a pair is a sum over signals, in points; ten points multiply the odds of a deal by e. Of a signal with
/// value v the part is `(weight + perExperience · x) · v + upside · max(v, 0)`, where x is the investor's experience (see
/// ``Profile``). Startups that nobody has funded yet have weights of their own: those who back a startup already, for
/// the others, say what nothing else can.
public struct Model: Hashable, Sendable, Codable {
    /// Names the weights, so that a kept shortlist says what made it.
    public let version: String
    /// The log-odds of a deal that a score of zero stands for.
    public let reference: Double
    /// The weights for startups nobody has funded yet.
    let cold: Weights
    /// The weights for all other startups.
    let warm: Weights
    /// What its scores have meant where that could be seen; `nil` for a model that was not tried on enough of a history.
    public let calibration: Calibration?

    /// The weights of one regime.
    struct Weights: Hashable, Sendable, Codable {
        /// Points for a pair of which nothing is known.
        var start = 0.0
        /// Points for each unit of a signal.
        var weight: [Signal: Double] = [:]
        /// What each unit of experience adds to that.
        var perExperience: [Signal: Double] = [:]
        /// Points for each unit by which a signal is above zero.
        var upside: [Signal: Double] = [:]
        /// Points for a startup's answer, named `field=answer`, whoever the investor is.
        var demand: [String: Double] = [:]
    }

    /// A model of named weights; signals without one do not count.
    public init(version: String, cold: [Signal: Double], warm: [Signal: Double]) {
        self.init(version: version, reference: 0, cold: Weights(weight: cold), warm: Weights(weight: warm))
    }

    init(version: String, reference: Double, cold: Weights, warm: Weights, calibration: Calibration? = nil) {
        self.version = version
        self.reference = reference
        self.cold = cold
        self.warm = warm
        self.calibration = calibration
    }

    /// The probability of a deal within half a year that a score stands for, by the history the model was fitted on; where
    /// there is a ``calibration``, that one has been seen to come true.
    ///
    /// - Parameter score: thousandths of a point.
    public func probability(of score: Int) -> Double {
        let odds = Arithmetic.exp(reference + Double(score) / (1000 * Self.pointsPerLogOdd))
        return odds / (1 + odds)
    }

    /// What a unit of each signal is worth in points, the weightiest first, to an investor of no experience: for startups
    /// nobody has funded yet, or for all others.
    public func points(isCold: Bool) -> [(signal: Signal, points: Double)] {
        let weight = (isCold ? cold : warm).weight
        return Signal.allCases.compactMap { signal in weight[signal].map { (signal, $0) } }
            .filter { $0.1.isFinite && $0.1 != 0 }
            .sorted { ($1.1.magnitude, $0.0.rawValue) < ($0.1.magnitude, $1.0.rawValue) }
    }

    /// Points of a difference of one in the log-odds.
    static let pointsPerLogOdd = 10.0
}

extension Model.Weights {
    /// Signals of other engines are passed over: a kept model outlives the engine that learned it.
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func table(_ key: CodingKeys) throws -> [Signal: Double] {
            let named = try container.decode([String: Double].self, forKey: key)
            return Dictionary(
                uniqueKeysWithValues: named.compactMap { name, weight in Signal(rawValue: name).map { ($0, weight) } })
        }
        start = try container.decode(Double.self, forKey: .start)
        weight = try table(.weight)
        perExperience = try table(.perExperience)
        upside = try table(.upside)
        demand = try container.decode([String: Double].self, forKey: .demand)
    }
}

/// The fields whose answers alone say how sought a startup is.
enum Demand {
    static let fields: [Field] = [.previousStage, .earlierRounds, .age, .lastSize, .gap, .roundKind]

    static func name(_ field: Field, _ answer: String) -> String { "\(field)=\(answer)" }
}

/// A model made ready for one market: every weight where ranking looks for it.
struct Scale: Sendable {
    /// By the number of the signal; zero where the model says nothing, and where it says what is no number.
    let weight: [Double]
    let perExperience: [Double]
    let upside: [Double]
    /// By field and code.
    private let demand: [[Double]]
    let start: Double

    init(_ weights: Model.Weights, _ codebook: Codebook) {
        func table(_ named: [Signal: Double]) -> [Double] { Signal.allCases.map { Self.sound(named[$0] ?? 0) } }
        weight = table(weights.weight)
        perExperience = table(weights.perExperience)
        upside = table(weights.upside)
        start = Self.sound(weights.start)
        demand = Field.allCases.map { field in
            guard Demand.fields.contains(field) else { return [] }
            return codebook.names(field).map { Self.sound(weights.demand[Demand.name(field, $0)] ?? 0) }
        }
    }

    /// Points for an answer, whoever the investor is; none for one that came up since.
    func demand(_ field: Field, _ code: Code) -> Double {
        let codes = demand[field.rawValue]
        return Int(code) < codes.count ? codes[Int(code)] : 0
    }

    /// A weight that no signal can carry beyond what a part of a score may be; see ``Arithmetic/thousandths(_:)``.
    private static func sound(_ weight: Double) -> Double { weight.isFinite ? min(max(weight, -1e6), 1e6) : 0 }
}
