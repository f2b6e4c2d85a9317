internal import Institutions
internal import Matching
internal import Postgres
internal import Vocabulary

extension Transaction {
    /// What a run is given. Read in one snapshot, so that no list mixes what was known before and after a change.
    func matchInputs(_ ordered: OrderedMatchRun) async throws -> MatchInputs {
        let today = ordered.asOf.daysSince1970
        let passed = try await answersThatStand(on: today)
        var (mandates, orders) = try await standingMandates(ordered.asked, passed: passed)
        let passes = try await passesForFit()
        for (number, order) in orders.enumerated() { mandates[number].passes = passes[order.investor] ?? [] }
        let world = World(
            today: today, startups: try await everyStartup(), mandates: mandates, deals: try await everyDeal(),
            areas: .standard)
        var resting: Set<Pair> = []
        if let days = ordered.rules.restDays {
            let unanswered = try await unanswered(within: days, until: ordered.asOf)
            for order in orders {
                for startup in unanswered[order.investor] ?? [] { resting.insert(Pair(order.mandate.key, startup.key)) }
            }
        }
        return MatchInputs(
            world: world, orders: orders, length: ordered.length, rules: ordered.rules, resting: resting,
            model: try await modelInUse())
    }

    // One table a statement, joined here by id: in a workspace that was just filled the server's statistics know of no
    // rows, and a join of ten thousand with ten thousand is planned as one of one with one.

    func everyStartup() async throws -> [World.Startup] {
        let entries = try await startupEntries()
        let areas = try await startupAreas()
        let rows = try await rows(
            """
            -- matchInputs: startups. Those that are not shown stay in it: past deals speak of them.
            SELECT id, coalesce(description, pitch), place_region, place_state, place_city,
                   (founded_on - DATE '1970-01-01')::int8, tags, stage, (last_round_on - DATE '1970-01-01')::int8,
                   last_round_minor, raised_currency, rounds::int8, seeking, ask_minor, ask_currency,
                   matching_opted_in_at IS NOT NULL
            FROM startups WHERE tenant_id = acting_tenant()
            ORDER BY id
            """)
        return try rows.map { row in
            let (
                id, text, region, state, city, founded, tags, stage, lastDay, lastMinor, currency, rounds, seeking,
                askMinor, askCurrency, isOptedIn
            ) = try row.decode(
                Startup.ID.self, String?.self, String?.self, String?.self, String?.self, Int?.self, [String].self,
                String?.self, Int?.self, Int?.self, Currency?.self, Int?.self, String?.self, Int?.self, Currency?.self,
                Bool.self)
            let amount = Money(columns: lastMinor, currency).flatMap(ReferenceRates.dollars)
            let last: World.LastRound =
                stage != nil || lastDay != nil || amount != nil
                ? .round(kind: stage, day: lastDay, amount: amount) : rounds == 0 ? .none : .unknown
            let entry = entries[id]
            return World.Startup(
                id.key, areas: World.Weighted.areas(areas[id] ?? [], words: tags),
                text: [entry?.name, text].compactMap(\.self).joined(separator: ". "), country: entry?.country,
                region: region, state: state, city: city, founded: founded, lastRound: last, askedStage: seeking,
                askedAmount: Money(columns: askMinor, askCurrency).flatMap(ReferenceRates.dollars), isOptedIn: isOptedIn
            )
        }
    }

    private func startupEntries() async throws -> [Startup.ID: (name: String?, country: String?)] {
        var entries: [Startup.ID: (name: String?, country: String?)] = [:]
        let rows = try await rows(
            """
            -- matchInputs: directory entries
            SELECT id, (SELECT string_agg(n.value, ' ' ORDER BY n.key) FROM jsonb_each_text(names) AS n), country
            FROM institutions WHERE tenant_id = acting_tenant() AND kind = 'startup'
            """)
        for row in rows {
            let (id, name, country) = try row.decode(Startup.ID.self, String?.self, String?.self)
            entries[id] = (name, country)
        }
        return entries
    }

    private func startupAreas() async throws -> [Startup.ID: [(area: String, weight: Int)]] {
        var areas: [Startup.ID: [(area: String, weight: Int)]] = [:]
        let rows = try await rows(
            """
            -- matchInputs: focus areas
            SELECT s.id, f.area, f.weight::int8
            FROM startups AS s, unnest(s.focus_areas, s.focus_weights) AS f (area, weight)
            WHERE s.tenant_id = acting_tenant()
            ORDER BY s.id, f.area
            """)
        for row in rows {
            let (id, area, weight) = try row.decode(Startup.ID.self, String.self, Int.self)
            areas[id, default: []].append((area, weight))
        }
        return areas
    }

    func everyDeal() async throws -> [World.Deal] {
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
                    areas: World.Weighted.areas(
                        Array(zip(row("areas") as [String], row("weights") as [Int])), words: row("tags")),
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
            SELECT DISTINCT ON (a.investor_id, a.startup_id)
                   a.investor_id, a.startup_id, a.answer, a.reason, (a.later_until - DATE '1970-01-01')::int8,
                   (a.answered_at::date - DATE '1970-01-01')::int8
            FROM (SELECT (SELECT s.investor_id FROM shortlists AS s
                          WHERE s.tenant_id = a.tenant_id AND s.id = a.shortlist_id) AS investor_id,
                         a.startup_id, a.answer, a.reason, a.later_until, a.answered_at, a.id
                  FROM shortlist_answers AS a WHERE a.tenant_id = acting_tenant()) AS a
            ORDER BY a.investor_id, a.startup_id, a.answered_at DESC, a.id DESC
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
