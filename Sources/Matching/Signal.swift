/// One thing the engine looks at in a pair of a mandate and a startup.
public enum Signal: String, CaseIterable, Hashable, Sendable, Codable {
    // What the investor's past says of a startup's facts: the habit of its deals, and of those it often invests with,
    // against the habit of the market. `usualRound` stands in for `askedRound` where a startup does not say what it raises.
    case area, tag, country, region, state, city
    case previousStage, age, lastSize, gap, askedRound, usualRound, askedSize
    case areaInRegion, areaInState, areaAtStage, regionAtStage, stageAtAge
    // What the investor says it wants.
    case declaredArea, declaredCountry, declaredRegion, declaredStage, declaredSize
    // Words of the portfolio found in the profile.
    case text
    // Those who back the startup already.
    case closestBacker, knownBackers, followedBackers, sharedPortfolio, walk

    /// The heading under which a page shows it.
    public enum Kind: String, CaseIterable, Hashable, Sendable, Codable {
        /// What the startup does.
        case focus
        /// Where it is.
        case place
        /// How far along it is.
        case stage
        /// How much money it is about.
        case size
        /// Who is in already.
        case syndicate
        /// Words of its profile.
        case text
    }

    /// The heading under which a page shows it.
    public var kind: Kind {
        switch self {
        case .area, .tag, .declaredArea, .areaAtStage: .focus
        case .country, .region, .state, .city, .areaInRegion, .areaInState, .regionAtStage, .declaredCountry,
            .declaredRegion:
            .place
        case .previousStage, .age, .gap, .askedRound, .usualRound, .stageAtAge, .declaredStage: .stage
        case .lastSize, .askedSize, .declaredSize: .size
        case .closestBacker, .knownBackers, .followedBackers, .sharedPortfolio, .walk: .syndicate
        case .text: .text
        }
    }

    /// The field of past deals it is about; `nil` for signals that compare something else.
    var field: Field? {
        switch self {
        case .area: .area
        case .tag: .tag
        case .country: .country
        case .region: .region
        case .state: .state
        case .city: .city
        case .previousStage: .previousStage
        case .age: .age
        case .lastSize: .lastSize
        case .gap: .gap
        case .askedRound: .roundKind
        case .askedSize: .roundSize
        case .areaInRegion: .areaInRegion
        case .areaInState: .areaInState
        case .areaAtStage: .areaAtStage
        case .regionAtStage: .regionAtStage
        case .stageAtAge: .stageAtAge
        default: nil
        }
    }
}

/// How much each signal counts. Weights are data: a fitted model replaces the hand-set one without a change of code.
public struct Model: Hashable, Sendable {
    /// Names the weights, so that a kept shortlist says what made it.
    public let version: String
    /// Points per unit of a signal for startups nobody has funded yet, and for the others.
    private let cold: [Double]
    private let warm: [Double]

    /// A model of named weights; signals without one do not count.
    public init(version: String, cold: [Signal: Double], warm: [Signal: Double]) {
        self.version = version
        self.cold = Signal.allCases.map { cold[$0] ?? 0 }
        self.warm = Signal.allCases.map { warm[$0] ?? 0 }
    }

    func weights(isWarm: Bool) -> [Double] { isWarm ? warm : cold }
}
