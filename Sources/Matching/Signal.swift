/// One thing the engine looks at in a pair of a mandate and a startup.
public enum Signal: String, CaseIterable, Hashable, Sendable, Codable, CodingKeyRepresentable {
    // What the investor's past says of a startup's facts: the habit of its first deals with startups, and of those it
    // often invests with, against the habit of the market. `usualRound` is what mostly follows the startup's last round.
    case area, tag, country, region, state, city
    case previousStage, earlierRounds, age, lastSize, gap, askedRound, usualRound, askedSize
    case areaInRegion, areaInState, areaAtStage, areaAtAge, areaInRound
    case regionAtStage, regionAtAge, regionInRound, stageAtAge
    // What the investor says it wants.
    case declaredArea, declaredCountry, declaredRegion, declaredStage, declaredSize
    // Words of the portfolio found in the profile.
    case text
    // Those who back the startup already.
    case closestBacker, likeBackers, metBackers, knownBackers, followedBackers, joinedBackers, sharedPortfolio, walk
    // How often startups like this one, and investors like this one, come to a deal at all.
    case demand, activity, steadiness, experience, firstCheques, start

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
        /// How often such startups and such investors come to a deal at all.
        case market
    }

    /// The heading under which a page shows it.
    public var kind: Kind {
        switch self {
        case .area, .tag, .declaredArea, .areaAtStage, .areaAtAge, .areaInRound: .focus
        case .country, .region, .state, .city, .areaInRegion, .areaInState, .regionAtStage, .regionAtAge,
            .regionInRound,
            .declaredCountry, .declaredRegion:
            .place
        case .previousStage, .earlierRounds, .age, .gap, .askedRound, .usualRound, .stageAtAge, .declaredStage: .stage
        case .lastSize, .askedSize, .declaredSize: .size
        case .closestBacker, .likeBackers, .metBackers, .knownBackers, .followedBackers, .joinedBackers,
            .sharedPortfolio, .walk:
            .syndicate
        case .text: .text
        case .demand, .activity, .steadiness, .experience, .firstCheques, .start: .market
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
        case .earlierRounds: .earlierRounds
        case .age: .age
        case .lastSize: .lastSize
        case .gap: .gap
        case .askedRound: .roundKind
        case .askedSize: .roundSize
        case .areaInRegion: .areaInRegion
        case .areaInState: .areaInState
        case .areaAtStage: .areaAtStage
        case .areaAtAge: .areaAtAge
        case .areaInRound: .areaInRound
        case .regionAtStage: .regionAtStage
        case .regionAtAge: .regionAtAge
        case .regionInRound: .regionInRound
        case .stageAtAge: .stageAtAge
        default: nil
        }
    }

    /// Whether it is learned from what investors did; declarations are on no record, and keep their weights.
    var isLearned: Bool {
        switch self {
        case .declaredArea, .declaredCountry, .declaredRegion, .declaredStage, .declaredSize: false
        default: true
        }
    }

    /// Whether the investor's experience changes its weight: habit tells more of an investor with many deals.
    var growsWithExperience: Bool { isLearned && kind != .market }

    /// Whether it weighs differently above zero than below: to have done something often says more than to have not.
    var hasUpside: Bool { field != nil || self == .usualRound }
}
