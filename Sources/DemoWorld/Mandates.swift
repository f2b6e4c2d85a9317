internal import Accounts
internal import Institutions
internal import Investment
internal import Postgres
internal import Vocabulary

extension DemoWorld {
    /// What the invented investors will fund, and the shortlists a first match run gave them.
    func keepMandates(_ transaction: Transaction) async throws {
        for mandate in try DemoMandate.all {
            _ = try await transaction.createMandate(
                mandate.terms, as: demoID("mandate \(mandate.investor)"),
                of: Cast.institution("harbour/\(mandate.investor)"), in: Cast.harbour.id, by: Cast.mei.person.id)
        }
        let person = Cast.mei.person.id
        for investor in try Set(DemoMandate.all.map(\.investor)).sorted() {
            _ = try await transaction.verifyInvestor(
                Cast.institution("harbour/\(investor)"),
                NewVerification(
                    .institutional, evidence: ShortText("Licence and accounts seen at the office"),
                    validUntil: CalendarDate(transaction.now, in: .utc).adding(months: 11)),
                as: demoID("verification \(investor)"), by: person)
        }
        for investor in ["tidewater", "lion-peak"] {
            _ = try await transaction.showToFounders(Cast.institution("harbour/\(investor)"), true, by: person)
        }
        let run: MatchRun.ID = demoID("match run")
        _ = try await transaction.requestMatchRun(
            MatchRunRequest(length: 12, asOf: today), as: run, in: Cast.harbour.id, by: person)
        try await transaction.performMatchRun(run)
        _ = try await transaction.releaseMatchRun(run, by: person)
    }
}

private struct DemoMandate {
    let investor: String
    let terms: MandateTerms

    private init(
        _ investor: String, _ name: String, areas: [(String, Int)], stages: [String], usd: ClosedRange<Int>,
        without exclusions: [String] = []
    ) throws {
        self.investor = investor
        var terms = MandateTerms(name: try Name(name))
        terms.focusAreas = areas.compactMap { slug, weight in
            FocusArea.ID(slug).map { WeightedFocusArea($0, weight: weight) }
        }
        terms.stages = stages.compactMap { FundingStage($0) }
        terms.countriesIn = ["HK", "JP"].compactMap { Country($0) }
        terms.exclusions = try exclusions.map { try Name($0) }
        terms.chequeMin = Money(minor: usd.lowerBound * 100, currency: .usd)
        terms.chequeMax = Money(minor: usd.upperBound * 100, currency: .usd)
        self.terms = terms
    }

    static var all: [DemoMandate] {
        get throws {
            try [
                DemoMandate(
                    "tidewater", "Harbour cities", areas: [("smart-city", 100), ("ai-and-data", 60)],
                    stages: ["pre-seed", "seed"], usd: 200_000...1_500_000, without: ["gambling"]),
                DemoMandate(
                    "lion-peak", "First cheques",
                    areas: [("fintech", 80), ("digital-business", 60), ("ai-and-data", 60)],
                    stages: ["pre-seed", "seed"], usd: 50_000...400_000),
                DemoMandate(
                    "sakuragi-ventures", "Finance and robots of both places",
                    areas: [("fintech", 100), ("robotics", 80)],
                    stages: ["seed", "series-a"], usd: 1_000_000...6_000_000),
                DemoMandate(
                    "green-ferry", "Water, waste and energy",
                    areas: [("green-technology", 100), ("smart-environment", 100), ("new-materials", 50)],
                    stages: ["pre-seed", "seed", "series-a"], usd: 300_000...5_000_000),
                DemoMandate(
                    "kasumi", "Life sciences", areas: [("biomedical-technology", 100), ("medical-robots", 40)],
                    stages: ["seed", "series-a", "series-b"], usd: 1_000_000...20_000_000),
            ]
        }
    }
}
