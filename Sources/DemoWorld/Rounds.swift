internal import Accounts
internal import Fundraising
internal import Institutions
internal import Investment
internal import Postgres
internal import Vocabulary

extension DemoWorld {
    /// What a startup of the cast raises: half a year after it asked the park in, with its target said by its profile.
    func raiseRounds(_ transaction: Transaction) async throws {
        let (startup, round): (Startup.ID, FundingRound.ID) = (
            Cast.startup("kelpsense"), demoID("funding round kelpsense")
        )
        guard let profile = try await transaction.startup(startup)?.profile, let stage = profile.seeking,
            let ask = profile.ask
        else { return }
        let terms = RoundTerms(
            stage, target: ask, by: .convertibleNote,
            for: try LocalizedText(
                en: "Forty buoys in two harbours, and the people who keep them afloat.",
                zhHant: "在兩個海港設置四十個浮標，並聘請維護人員。", ja: "二つの港に40基のブイを設置し、維持する人員を雇います。"),
            closesOn: today.adding(days: 45), shownToListed: .summary, shownToIntroduced: .names)
        _ = try await transaction.planRound(terms, as: round, of: startup, by: Cast.ada.person.id)
        _ = try await transaction.openRound(round)
    }
}
