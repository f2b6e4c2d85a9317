internal import Institutions
internal import Matching
internal import Postgres
internal import Vocabulary

extension Transaction {
    /// What a model is learned from. Read in one snapshot, as the inputs of a match run are.
    func trainingInputs(asOf day: CalendarDate) async throws -> TrainingInputs {
        let deals = try await everyDeal()
        let world = World(
            today: TrainingInputs.end(of: deals, asOf: day.daysSince1970), startups: try await everyStartup(),
            mandates: [], deals: deals, areas: .standard)
        return TrainingInputs(world: world, interests: try await interests(), current: try await modelInUse())
    }

    private func interests() async throws -> [Interest] {
        let rows = try await rows(
            """
            -- trainingInputs: interests. The latest answer counts.
            SELECT DISTINCT ON (a.investor_id, a.startup_id)
                   a.investor_id, a.startup_id, (a.answered_at::date - DATE '1970-01-01')::int8, a.answer
            FROM (SELECT (SELECT s.investor_id FROM shortlists AS s
                          WHERE s.tenant_id = a.tenant_id AND s.id = a.shortlist_id) AS investor_id,
                         a.startup_id, a.answer, a.answered_at, a.id
                  FROM shortlist_answers AS a WHERE a.tenant_id = acting_tenant()) AS a
            ORDER BY a.investor_id, a.startup_id, a.answered_at DESC, a.id DESC
            """)
        return try rows.compactMap { row in
            let (investor, startup, day, answer) = try row.decode(
                Institution.ID.self, Startup.ID.self, Int.self, Answer.Kind.self)
            return answer == .interested ? Interest(of: investor.key, in: startup.key, day: day) : nil
        }
    }
}
