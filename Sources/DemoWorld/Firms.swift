internal import API
internal import Accounts
internal import Investment
internal import Postgres
internal import Vocabulary

extension DemoWorld {
    /// What Mina has prepared for Jun: a note and a recommendation, which nobody but Tidewater's people reads.
    func prepareAnswers() async throws {
        let (mina, investor) = (Cast.mina, Cast.institution("harbour/tidewater"))
        let principal = Principal(
            person: mina.person.id.uuid, membership: mina.seat().uuid, tenant: Cast.harbour.id.uuid,
            institution: investor.uuid, role: .investor, name: mina.person.name, locale: mina.person.locale,
            credential: .token(id: mina.seat().uuid, scopes: ["read", "write"]))
        try await database.write(as: principal.context) { transaction in
            guard let list = try await transaction.shortlists(limit: 1).first else { return }
            let startups = try await transaction.items(of: list.id).map(\.startup.id)
                .filter { $0 != Cast.startup("kelpsense") }
            guard let first = startups.first, let last = startups.last else { return }
            _ = try await transaction.writeFirmNote(
                NewFirmNote(LongText("Two of their pilots are with harbours we know. Ask what a berth pays a month.")),
                on: first, as: demoID("firm note"), by: mina.person.id)
            _ = try await transaction.recommend(
                NewRecommendation(.discuss, note: ShortText("Good people; the round may be too small for us.")),
                for: last, of: list.id, as: demoID("recommendation"), by: mina.person.id)
        }
    }
}
