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
        let (interests, evidence) = try await interests()
        return TrainingInputs(
            world: world, interests: interests, evidence: evidence, current: try await modelInUse())
    }

    /// The latest answer of each investor to each startup counts, and what came of the last introduction of the two.
    private func interests() async throws -> ([Interest], LearnedModel.Evidence) {
        let rows = try await rows(
            """
            -- trainingInputs: interests and what came of them
            WITH answers AS (
                SELECT DISTINCT ON (a.investor_id, a.startup_id)
                       a.investor_id, a.startup_id, a.answered_at::date - DATE '1970-01-01' AS day, a.answer
                FROM (SELECT (SELECT s.investor_id FROM shortlists AS s
                              WHERE s.tenant_id = a.tenant_id AND s.id = a.shortlist_id) AS investor_id,
                             a.startup_id, a.answer, a.answered_at, a.id
                      FROM shortlist_answers AS a WHERE a.tenant_id = acting_tenant()) AS a
                ORDER BY a.investor_id, a.startup_id, a.answered_at DESC, a.id DESC),
            introduced AS (
                SELECT DISTINCT ON (n.investor_id, n.startup_id)
                       n.investor_id, n.startup_id,
                       CASE WHEN n.stage = 'passed' AND e.side = 'investor' THEN e.reason END AS fell_through,
                       CASE WHEN EXISTS (SELECT FROM investments AS v
                                         WHERE v.tenant_id = n.tenant_id AND v.introduction_id = n.id) THEN 'invested'
                            WHEN p.looked_into THEN 'in_diligence' WHEN p.met THEN 'met' END AS outcome
                FROM introductions AS n
                LEFT JOIN introduction_endings AS e ON e.tenant_id = n.tenant_id AND e.introduction_id = n.id
                LEFT JOIN LATERAL (
                    SELECT bool_or(t.stage = 'met') AS met,
                           bool_or(t.stage IN ('in_diligence', 'committed', 'term_sheet')) AS looked_into
                    FROM introduction_steps AS t
                    WHERE t.tenant_id = n.tenant_id AND t.introduction_id = n.id) AS p ON true
                WHERE n.tenant_id = acting_tenant()
                ORDER BY n.investor_id, n.startup_id, n.asked_at DESC, n.id DESC)
            SELECT a.investor_id, a.startup_id, a.day::int8, a.answer, i.fell_through, i.outcome
            FROM answers AS a
            LEFT JOIN introduced AS i ON i.investor_id = a.investor_id AND i.startup_id = a.startup_id
            ORDER BY a.investor_id, a.startup_id
            """)
        var evidence = LearnedModel.Evidence()
        let interests: [Interest] = try rows.compactMap { row in
            let (investor, startup, day, answer, reason, outcome) = try row.decode(
                Institution.ID.self, Startup.ID.self, Int.self, Answer.Kind.self, EndingReason?.self, Outcome?.self)
            guard answer == .interested else { return nil }
            evidence.answers += 1
            guard reason?.ground == nil else {
                evidence.fellThrough += 1
                return nil
            }
            evidence.count(outcome)
            return Interest(of: investor.key, in: startup.key, day: day, worth: outcome?.worth ?? 1)
        }
        return (interests, evidence)
    }
}

extension Outcome: PostgresCodable {}
