package import Foundation
package import Institutions
package import Vocabulary

/// What an investor will fund, as it declares it: focus, stages, places, cheque, and what it never does.
package struct Mandate: Codable, Sendable, Identifiable {
    /// Names a mandate within its tenant.
    package typealias ID = Identifier<Mandate>

    /// The mandate.
    package let id: ID
    /// Whose mandate it is.
    package let investor: Institution.ID
    /// What the investor is called.
    package let investorName: LocalizedName
    /// Which text of the mandate this is, from 1; every revision is kept.
    package let version: Int
    /// What it says.
    package let terms: MandateTerms
    /// When it was first declared.
    package let createdAt: Date
    /// The last day on which it gets shortlists unless somebody confirms it or changes it, UTC.
    package let confirmedUntil: CalendarDate
    /// When it was withdrawn; a withdrawn mandate gets no more shortlists.
    package let withdrawnAt: Date?
}

/// Everything a mandate says, replaced as a whole. An empty list means "anything", never "nothing".
package struct MandateTerms: Codable, Sendable, Equatable {
    /// What tells it from the investor's other mandates.
    package var name: Name
    /// What it looks for, with weights; a focus area covers everything below it.
    package var focusAreas: [WeightedFocusArea]
    /// What it looks for in its own words, beside the taxonomy.
    package var tags: [Name]
    /// The rounds it joins.
    package var stages: [FundingStage]
    /// Whether it joins no other rounds; otherwise they are what it prefers.
    package var firmOnStages: Bool
    /// The metropolitan regions it likes best, without ruling out others.
    package var regions: [Name]
    /// The only countries it invests in.
    package var countriesIn: [Country]
    /// Countries it never invests in.
    package var countriesOut: [Country]
    /// Focus areas, with everything below them, and words that rule a startup out.
    package var exclusions: [Name]
    /// The smallest cheque it writes.
    package var chequeMin: Money?
    /// The largest cheque it writes.
    package var chequeMax: Money?
    /// Whether it has money to invest now; a mandate that is not deploying gets no shortlists.
    package var deploying: Bool
    /// Proposals to answer and introductions that run, which the investor wants in hand at a time, 1 to 1,000; nil for any
    /// number.
    package var mostOpen: Int?

    /// A mandate that asks for nothing in particular.
    package init(name: Name) {
        self.name = name
        focusAreas = []
        tags = []
        stages = []
        firmOnStages = false
        regions = []
        countriesIn = []
        countriesOut = []
        exclusions = []
        deploying = true
    }
}

extension MandateTerms {
    /// Most entries of any list; there are 249 countries.
    static let longestList = 250

    /// Refuses terms that contradict themselves.
    func check() throws(MandateRefusal) {
        var named: Set<FocusArea.ID> = []
        for (index, focus) in focusAreas.enumerated() {
            guard named.insert(focus.area).inserted else { throw .focusAreaTwice(index: index) }
            guard (1...100).contains(focus.weight) else { throw .weightOutOfRange(index: index) }
        }
        let counts = [
            ("focus_areas", focusAreas.count), ("tags", tags.count), ("stages", stages.count),
            ("regions", regions.count), ("countries_in", countriesIn.count), ("countries_out", countriesOut.count),
            ("exclusions", exclusions.count),
        ]
        for (field, count) in counts where count > Self.longestList {
            throw .tooMany(field: field, limit: Self.longestList)
        }
        if let index = countriesIn.firstIndex(where: countriesOut.contains) { throw .countryWantedAndNot(index: index) }
        for (field, cheque) in [("cheque_min", chequeMin), ("cheque_max", chequeMax)] {
            if let cheque, cheque.minor < 0 { throw .chequeBelowZero(field: field) }
        }
        if let chequeMin, let chequeMax {
            guard chequeMin.currency == chequeMax.currency else { throw .mixedCurrencies }
            guard chequeMin.minor <= chequeMax.minor else { throw .chequeRangeRunsBackward }
        }
        guard (1...1000).contains(mostOpen ?? 1) else { throw .capOutOfRange }
    }
}

extension Mandate {
    /// Refuses a change of what is over.
    func checkStands() throws(MandateRefusal) {
        guard withdrawnAt == nil else { throw .withdrawn }
    }
}
