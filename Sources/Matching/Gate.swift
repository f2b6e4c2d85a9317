/// Why a startup is not proposed to a mandate at all, however well it would score.
public enum Gate: Hashable, Sendable {
    /// The startup does not want to be proposed.
    case notOptedIn
    /// The mandate has no money to give now.
    case notDeploying
    /// The investor has funded the startup before.
    case ownPortfolio
    /// The mandate must not see the startup.
    case excludedStartup
    /// The startup's country is among those the mandate leaves out.
    case countryExcluded(String)
    /// The mandate names its countries, and the startup's is none of them, or not known.
    case countryNotIncluded(String?)
    /// The startup works in an area that the mandate will not touch: the exclusion, and the area it covers.
    case areaExcluded(String, area: String)
    /// The startup raises a kind of round that the mandate does not join.
    case stageNotJoined(String)

    /// A stable name for files and figures.
    public var slug: String {
        switch self {
        case .notOptedIn: "not-opted-in"
        case .notDeploying: "not-deploying"
        case .ownPortfolio: "own-portfolio"
        case .excludedStartup: "excluded-startup"
        case .countryExcluded: "country-excluded"
        case .countryNotIncluded: "country-not-included"
        case .areaExcluded: "area-excluded"
        case .stageNotJoined: "stage-not-joined"
        }
    }
}

/// The gates of one mandate.
struct GateKeeper {
    private let mandate: World.Mandate
    private let investor: Int?
    private let excludedAreas: [String]
    private let market: Market
    private let areas: AreaTable

    init(_ number: Int, _ market: Market, _ areas: AreaTable) {
        mandate = market.mandates[number]
        investor = market.investor(mandate.investor)
        excludedAreas = mandate.excludedAreas.sorted(by: Market.bytewise)
        self.market = market
        self.areas = areas
    }

    func admits(_ startup: Int) -> Bool {
        closed(startup).isEmpty
    }

    /// Every gate that the startup does not pass, in the order of the cases; none when it may be scored.
    func closed(_ number: Int) -> [Gate] {
        let startup = market.startups[number]
        var closed: [Gate] = []
        if !startup.isOptedIn { closed.append(.notOptedIn) }
        if !mandate.isDeploying { closed.append(.notDeploying) }
        if market.backers[number].contains(where: { $0.investor == investor }) { closed.append(.ownPortfolio) }
        if mandate.excludedStartups.contains(startup.key) { closed.append(.excludedStartup) }
        if let country = startup.country, mandate.excludedCountries.contains(country) {
            closed.append(.countryExcluded(country))
        }
        if !mandate.countries.isEmpty, startup.country.map({ !mandate.countries.contains($0) }) ?? true {
            closed.append(.countryNotIncluded(startup.country))
        }
        for excluded in excludedAreas {
            for area in startup.areas where area.weight > 0 && areas.covers(excluded, area.name) {
                closed.append(.areaExcluded(excluded, area: area.name))
            }
        }
        if mandate.isFirmOnStages, !mandate.stages.isEmpty, let stage = startup.askedStage,
            !mandate.stages.contains(stage)
        {
            closed.append(.stageNotJoined(stage))
        }
        return closed
    }
}

extension AreaTable {
    /// Whether an area that is declared or excluded takes in another.
    func covers(_ focus: String, _ area: String) -> Bool {
        if focus == area { return true }
        guard let first = number(focus), let second = number(area) else { return false }
        return covers(first, second)
    }

    func number(_ name: String) -> Int? {
        var (low, high) = (0, names.count)
        while low < high {
            let middle = (low + high) / 2
            if names[middle] < name { low = middle + 1 } else { high = middle }
        }
        return low < names.count && names[low] == name ? low : nil
    }
}
