/// Why a startup is not proposed to a mandate at all, however well it would score.
public enum Gate: Hashable, Sendable {
    /// The startup does not want to be proposed.
    case notOptedIn
    /// The startup does not want to be proposed to this investor.
    case outsideAudience
    /// Somebody of the investor judges the startup, mentors it or owns a part of it.
    case conflictOfInterest
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
        case .outsideAudience: "outside-audience"
        case .conflictOfInterest: "conflict-of-interest"
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
    private let codebook: Codebook
    /// By code; codes that are not there are of names that nothing is said about.
    private let countriesIn: Set<Code>
    private let countriesOut: Set<Code>
    private let stages: Set<Code>?
    /// The areas it will not touch: the exclusion, and the area that it covers.
    private let areasOut: [(excluded: String, area: Code)]
    private let areaCodesOut: Set<Code>
    /// Startups that do not want to be proposed to the investor.
    private let keepingAway: Set<Key>
    /// Startups that somebody of the investor judges, mentors or owns a part of; given with a question of the park alone. Lists
    /// and counts know of none: what they leave out would tell the investor that it applied.
    private let conflicts: Set<Key>
    private let asked: Asked

    /// A filter, by code; `nil` where it asks for nothing.
    private struct Asked {
        var countries, regions, stages, areas: Set<Code>?
        var isEmpty: Bool { countries == nil && regions == nil && stages == nil && areas == nil }
    }

    init(
        _ mandate: World.Mandate, _ market: Market, _ areas: AreaTable, _ filter: Filter = Filter(),
        keepingAway: Set<Key> = [], conflicts: Set<Key> = []
    ) {
        self.mandate = mandate
        self.keepingAway = keepingAway
        self.conflicts = conflicts
        investor = market.investor(mandate.investor)
        codebook = market.codebook
        func codes(_ field: Field, _ names: some Sequence<String>) -> Set<Code> {
            Set(names.compactMap { market.codebook.known(field, $0) })
        }
        countriesIn = codes(.country, mandate.countries)
        countriesOut = codes(.country, mandate.excludedCountries)
        stages = mandate.isFirmOnStages && !mandate.stages.isEmpty ? codes(.roundKind, mandate.stages) : nil
        let names = mandate.excludedAreas.isEmpty ? [] : codebook.names(.area)
        areasOut = mandate.excludedAreas.sorted(by: Market.bytewise).flatMap { excluded in
            names.indices.filter { areas.covers(excluded, names[$0]) }.map { (excluded, Code($0)) }
        }
        areaCodesOut = Set(areasOut.map(\.area))
        let allAreas = filter.areas.isEmpty ? [] : codebook.names(.area)
        asked = Asked(
            countries: filter.countries.isEmpty ? nil : codes(.country, filter.countries),
            regions: filter.regions.isEmpty ? nil : codes(.region, filter.regions),
            stages: filter.stages.isEmpty ? nil : codes(.roundKind, filter.stages),
            areas: filter.areas.isEmpty
                ? nil
                : Set(
                    allAreas.indices.filter { code in filter.areas.contains { areas.covers($0, allAreas[code]) } }
                        .map { Code($0) }))
    }

    /// Whether a startup of that country may be proposed.
    func enters(_ country: Code?) -> Bool {
        if let countries = asked.countries, country.map({ !countries.contains($0) }) ?? true { return false }
        guard let country else { return mandate.countries.isEmpty }
        return !countriesOut.contains(country) && (mandate.countries.isEmpty || countriesIn.contains(country))
    }

    /// Whether a round of that kind may be proposed.
    func joins(_ kind: Code?) -> Bool {
        guard let kind else { return asked.stages == nil }
        return (stages?.contains(kind) ?? true) && (asked.stages?.contains(kind) ?? true)
    }

    /// Whether a startup of that region is asked for.
    func reaches(_ region: Code?) -> Bool {
        guard let regions = asked.regions else { return true }
        return region.map(regions.contains) ?? false
    }

    /// Whether the startup wants to be proposed to this investor, if to any. One that does not is for it as if it did not want
    /// to be proposed at all, and is not counted either.
    func isOffered(_ startup: Key) -> Bool { !keepingAway.contains(startup) }

    /// Whether a startup that wants to be proposed may be.
    func admits(_ startup: Key, _ sheet: Sheet) -> Bool {
        guard mandate.isDeploying, enters(sheet.code(.country)), joins(sheet.code(.roundKind)) else { return false }
        if !asked.isEmpty {
            guard reaches(sheet.code(.region)) else { return false }
            if let areas = asked.areas, !sheet.areas.contains(where: { areas.contains($0.code) }) { return false }
        }
        if let investor, sheet.backers.contains(investor) { return false }
        if !areaCodesOut.isEmpty, sheet.areas.contains(where: { areaCodesOut.contains($0.code) }) { return false }
        return !mandate.excludedStartups.contains(startup) && isOffered(startup) && !conflicts.contains(startup)
    }

    /// Every gate that the startup does not pass, in the order of the cases; none when it may be scored.
    func closed(_ startup: Key, _ sheet: Sheet, isOptedIn: Bool) -> [Gate] {
        var closed: [Gate] = []
        if !isOptedIn { closed.append(.notOptedIn) }
        if !isOffered(startup) { closed.append(.outsideAudience) }
        if conflicts.contains(startup) { closed.append(.conflictOfInterest) }
        if !mandate.isDeploying { closed.append(.notDeploying) }
        if let investor, sheet.backers.contains(investor) { closed.append(.ownPortfolio) }
        if mandate.excludedStartups.contains(startup) { closed.append(.excludedStartup) }
        let country = sheet.code(.country)
        let name = country.map { codebook.names(Answer(.country, $0))[0] }
        if let country, let name, countriesOut.contains(country) { closed.append(.countryExcluded(name)) }
        if !mandate.countries.isEmpty, country.map({ !countriesIn.contains($0) }) ?? true {
            closed.append(.countryNotIncluded(name))
        }
        for (excluded, area) in areasOut where sheet.areas.contains(where: { $0.code == area }) {
            closed.append(.areaExcluded(excluded, area: codebook.names(Answer(.area, area))[0]))
        }
        if let kind = sheet.code(.roundKind), !joins(kind) {
            closed.append(.stageNotJoined(codebook.names(Answer(.roundKind, kind))[0]))
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
