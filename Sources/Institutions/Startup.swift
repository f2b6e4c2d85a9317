package import Vocabulary

/// A startup as it describes itself. What it has not said is nil: unknown, never zero.
package struct Startup: Codable, Sendable, Identifiable {
    /// Names a startup, and the institution that it is.
    package typealias ID = Identifier<Startup>

    /// The startup.
    package let id: ID
    /// Its name in up to three languages.
    package let name: LocalizedName
    /// What it says of itself.
    package let profile: StartupProfile
}

/// Everything a startup says of itself, replaced as a whole.
package struct StartupProfile: Codable, Sendable, Equatable {
    /// ISO 3166-1 alpha-2 of its seat.
    package var country: Country?
    /// Its own site.
    package var website: WebAddress?
    /// What it does, in one line.
    package var pitch: ShortText?
    /// What it does, at length.
    package var description: LongText?
    /// When it was founded.
    package var foundedOn: CalendarDate?
    /// Metropolitan region, as the trade names it ("SF Bay").
    package var region: Name?
    /// State or province.
    package var state: Name?
    /// City.
    package var city: Name?
    /// Countries it sells to or wants to.
    package var markets: [Country]
    /// What it works on, with weights.
    package var focusAreas: [WeightedFocusArea]
    /// What it works on in its own or a source's words, beside the taxonomy.
    package var tags: [Name]
    /// Full-time staff, a fact of eligibility.
    package var fullTimeStaff: Int?
    /// How many of them are technical.
    package var technicalStaff: Int?
    /// The round it last closed.
    package var stage: FundingStage?
    /// When it closed that round.
    package var lastRoundOn: CalendarDate?
    /// The whole amount of that round.
    package var lastRound: Money?
    /// How many rounds it has closed.
    package var rounds: Int?
    /// All it has raised, in the currency of `lastRound`.
    package var raised: Money?
    /// The round it is raising now.
    package var seeking: FundingStage?
    /// What it asks for in that round.
    package var ask: Money?

    /// A startup that has said nothing yet.
    package init() {
        markets = []
        focusAreas = []
        tags = []
    }
}

/// A concept of the taxonomy and how much of the whole it is.
package struct WeightedFocusArea: Codable, Sendable, Hashable {
    /// A concept's id, e.g. `fintech`.
    package let area: FocusArea.ID
    /// Per cent, 1 to 100. Weights need not sum to 100; they are compared with each other.
    package let weight: Int

    /// A concept at a weight.
    package init(_ area: FocusArea.ID, weight: Int = 100) {
        self.area = area
        self.weight = weight
    }
}

/// What is said of a startup to enter it into the directory.
package struct NewStartup: Codable, Sendable {
    /// Its name in at least one language.
    package let name: LocalizedName
    /// What it says of itself.
    package let profile: StartupProfile

    /// A startup of this name.
    package init(name: LocalizedName, profile: StartupProfile) {
        self.name = name
        self.profile = profile
    }
}
