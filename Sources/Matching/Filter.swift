/// Which startups to look at, beyond what the mandate's gates let through: those that have one of the answers of each
/// question that is asked. What is not known of a startup is no answer.
public struct Filter: Hashable, Sendable {
    /// ISO codes of countries.
    public var countries: Set<String>
    /// Regions.
    public var regions: Set<String>
    /// Kinds of rounds that are being raised.
    public var stages: Set<String>
    /// Focus areas, each with those below it.
    public var areas: Set<String>

    /// A filter; an empty list asks for nothing.
    public init(
        countries: Set<String> = [], regions: Set<String> = [], stages: Set<String> = [], areas: Set<String> = []
    ) {
        self.countries = countries
        self.regions = regions
        self.stages = stages
        self.areas = areas
    }
}
