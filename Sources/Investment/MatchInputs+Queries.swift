internal import Institutions
internal import Matching
internal import Postgres
internal import Vocabulary

extension Transaction {
    /// What a run is given. Read in one snapshot, so that no list mixes what was known before and after a change.
    func matchInputs(asOf day: CalendarDate, length: Int, asked: [Mandate.ID]?) async throws -> MatchInputs {
        let today = day.daysSince1970
        let passed = try await answersThatStand(on: today)
        let (mandates, orders) = try await standingMandates(asked, passed: passed)
        let world = World(
            today: today, startups: try await everyStartup(), mandates: mandates, deals: try await everyDeal(),
            areas: .standard)
        return MatchInputs(world: world, orders: orders, length: length)
    }

    private func everyStartup() async throws -> [World.Startup] {
        let rows = try await rows(
            """
            -- matchInputs: startups. Those that are not shown stay in it: past deals speak of them.
            SELECT s.id, (SELECT string_agg(n.value, ' ' ORDER BY n.key) FROM jsonb_each_text(i.names) AS n),
                   coalesce(s.description, s.pitch), i.country, s.place_region, s.place_state, s.place_city,
                   (s.founded_on - DATE '1970-01-01')::int8, s.tags, f.areas, f.weights, s.stage,
                   (s.last_round_on - DATE '1970-01-01')::int8, s.last_round_minor, s.raised_currency, s.rounds::int8,
                   s.seeking, s.ask_minor, s.ask_currency, s.matching_opted_in_at IS NOT NULL
            FROM startups AS s
            JOIN institutions AS i ON i.tenant_id = s.tenant_id AND i.id = s.id
            LEFT JOIN (
                SELECT startup_id, array_agg(focus_area ORDER BY focus_area) AS areas,
                       array_agg(weight::int8 ORDER BY focus_area) AS weights
                FROM startup_focus_areas WHERE tenant_id = acting_tenant() GROUP BY startup_id
            ) AS f ON f.startup_id = s.id
            WHERE s.tenant_id = acting_tenant()
            ORDER BY s.id
            """)
        return try rows.map { row in
            let (
                id, name, text, country, region, state, city, founded, tags, areas, weights, stage, lastDay, lastMinor,
                currency, rounds, seeking, askMinor, askCurrency, isOptedIn
            ) = try row.decode(
                Startup.ID.self, String?.self, String?.self, String?.self, String?.self, String?.self, String?.self,
                Int?.self, [String].self, [String]?.self, [Int]?.self, String?.self, Int?.self, Int?.self,
                Currency?.self, Int?.self, String?.self, Int?.self, Currency?.self, Bool.self)
            let amount = Money(columns: lastMinor, currency).flatMap(ReferenceRates.dollars)
            let last: World.LastRound =
                stage != nil || lastDay != nil || amount != nil
                ? .round(kind: stage, day: lastDay, amount: amount) : rounds == 0 ? .none : .unknown
            return World.Startup(
                id.key, areas: World.Weighted.areas(areas ?? [], weights ?? [], words: tags),
                text: [name, text].compactMap(\.self).joined(separator: ". "), country: country, region: region,
                state: state, city: city, founded: founded, lastRound: last, askedStage: seeking,
                askedAmount: Money(columns: askMinor, askCurrency).flatMap(ReferenceRates.dollars), isOptedIn: isOptedIn
            )
        }
    }

    private func everyDeal() async throws -> [World.Deal] {
        let rows = try await rows(
            """
            -- matchInputs: deals
            SELECT investor_id, startup_id, (made_on - DATE '1970-01-01')::int8, nullif(round_type, 'unknown'),
                   round_minor, currency
            FROM investments WHERE tenant_id = acting_tenant()
            ORDER BY investor_id, startup_id, made_on, round_type, round_minor
            """)
        return try rows.map { row in
            let (investor, startup, day, kind, minor, currency) = try row.decode(
                Institution.ID.self, Startup.ID.self, Int.self, String?.self, Int?.self, Currency?.self)
            return World.Deal(
                investor: investor.key, startup: startup.key, day: day, kind: kind,
                amount: Money(columns: minor, currency).flatMap(ReferenceRates.dollars))
        }
    }

    private func standingMandates(
        _ asked: [Mandate.ID]?, passed: [Institution.ID: Set<Key>]
    ) async throws -> ([World.Mandate], [MatchInputs.Order]) {
        let rows = try await rows(
            """
            -- matchInputs: mandates
            SELECT m.id, m.version, m.investor_id, m.stages, m.firm_on_stages, m.regions, m.tags, m.countries_in,
                   m.countries_out, m.exclusions, m.cheque_min_minor, m.cheque_max_minor, m.cheque_currency,
                   ARRAY(SELECT f.focus_area FROM mandate_focus_areas AS f
                         WHERE f.tenant_id = m.tenant_id AND f.mandate_id = m.id ORDER BY f.focus_area) AS areas,
                   ARRAY(SELECT f.weight::int8 FROM mandate_focus_areas AS f
                         WHERE f.tenant_id = m.tenant_id AND f.mandate_id = m.id ORDER BY f.focus_area) AS weights
            FROM mandates AS m
            WHERE m.tenant_id = acting_tenant() AND m.withdrawn_at IS NULL AND m.deploying
              AND (\(asked)::uuid[] IS NULL OR m.id = ANY (\(asked)))
            ORDER BY m.id
            """)
        var (mandates, orders): ([World.Mandate], [MatchInputs.Order]) = ([], [])
        for row in rows {
            let order = try MatchInputs.Order(
                mandate: row("id"), version: row("version"), investor: row("investor_id"))
            let minimum = try row.money("cheque_min_minor", "cheque_currency").flatMap(ReferenceRates.dollars)
            let maximum = try row.money("cheque_max_minor", "cheque_currency").flatMap(ReferenceRates.dollars)
            orders.append(order)
            try mandates.append(
                World.Mandate(
                    order.mandate.key, of: order.investor.key,
                    areas: World.Weighted.areas(row("areas"), row("weights"), words: row("tags")),
                    stages: row("stages"), isFirmOnStages: row("firm_on_stages"),
                    cheque: minimum == nil && maximum == nil
                        ? nil : (minimum ?? 0)...max(minimum ?? 0, maximum ?? Int.max),
                    countries: Set(row("countries_in") as [String]),
                    excludedCountries: Set(row("countries_out") as [String]), regions: row("regions"),
                    excludedAreas: World.Weighted.exclusions(row("exclusions")),
                    excludedStartups: passed[order.investor] ?? []))
        }
        return (mandates, orders)
    }

    /// For each investor the startups that its latest answers keep off its lists.
    private func answersThatStand(on today: Int) async throws -> [Institution.ID: Set<Key>] {
        let rows = try await rows(
            """
            -- matchInputs: answers
            SELECT DISTINCT ON (s.investor_id, a.startup_id)
                   s.investor_id, a.startup_id, a.answer, a.reason, (a.later_until - DATE '1970-01-01')::int8,
                   (a.answered_at::date - DATE '1970-01-01')::int8
            FROM shortlist_answers AS a
            JOIN shortlists AS s ON s.tenant_id = a.tenant_id AND s.id = a.shortlist_id
            WHERE a.tenant_id = acting_tenant()
            ORDER BY s.investor_id, a.startup_id, a.answered_at DESC, a.id DESC
            """)
        var standing: [Institution.ID: Set<Key>] = [:]
        for row in rows {
            let (investor, startup, answer, reason, later, given) = try row.decode(
                Institution.ID.self, Startup.ID.self, Answer.Kind.self, Answer.PassReason?.self, Int?.self, Int.self)
            if answer.standsInTheWay(because: reason, until: later, given: given, on: today) {
                standing[investor, default: []].insert(startup.key)
            }
        }
        return standing
    }
}
