internal import Foundation
internal import Institutions
internal import Matching
internal import Postgres
internal import Vocabulary

extension Transaction {
    /// What a run is given. Read in one snapshot, so that no list mixes what was known before and after a change.
    func matchInputs(_ ordered: OrderedMatchRun) async throws -> MatchInputs {
        let today = ordered.asOf.daysSince1970
        let (mandates, orders) = try await standingMandates(
            ordered.asked.map { " AND m.id = ANY (\($0))" } ?? .empty, on: today)
        var startups = try await everyStartup()
        if let stream = ordered.stream {
            // The others stay in it, for what past deals say of them, as those do that do not want to be shown.
            let asked = try await self.startups(of: stream, on: ordered.asOf)
            for index in startups.indices where !asked.contains(startups[index].key) {
                startups[index].isOptedIn = false
            }
        }
        let world = World(
            today: today, startups: startups, mandates: mandates, deals: try await everyDeal(),
            areas: .standard)
        var resting: Set<Pair> = []
        var kept = [
            try await blockedOrInHand(on: ordered.asOf), try await conflicts(of: Array(Set(orders.map(\.investor)))),
        ]
        if let days = ordered.rules.restDays { kept.append(try await unanswered(within: days, until: ordered.asOf)) }
        for order in orders {
            for startup in kept.lazy.flatMap({ $0[order.investor] ?? [] }) {
                resting.insert(Pair(order.mandate.key, startup.key))
            }
        }
        return MatchInputs(
            world: world, orders: orders, length: ordered.length, rules: ordered.rules, resting: resting,
            model: try await modelInUse())
    }

    /// Every startup, in the order of their ids. Those that are not shown stay in it: past deals speak of them.
    func everyStartup() async throws -> [World.Startup] {
        var startups: [World.Startup] = []
        try await forEachStartup { startups.append($0) }
        return startups.sorted { $0.key < $1.key }
    }

    /// Tells every startup without ever holding them all.
    func forEachStartup(_ body: (World.Startup) throws -> Void) async throws {
        // In a workspace that was just filled the server's statistics know of no rows: it would plan a loop of one over
        // one, and walk it ten thousand times ten thousand.
        let loops: String = try await value("/* everyStartup */ SELECT current_setting('enable_nestloop')")
        try await execute("/* everyStartup */ SELECT set_config('enable_nestloop', 'off', true)")
        var free = FreeWords()
        try await copy(.startupFacts()) { try body(World.Startup(&$0, &free)) }
        try await execute("/* everyStartup */ SELECT set_config('enable_nestloop', \(loops), true)")
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
}

extension Statements {
    /// For each of some investors the startups that somebody of it judges, mentors or owns a part of. Only for the service:
    /// whoever else asks is told of no more than they may read.
    func conflicts(of investors: [Institution.ID]) async throws -> [Institution.ID: Set<Startup.ID>] {
        let rows = try await rows(
            """
            -- matchInputs: conflicts
            SELECT c.investor_id, c.startup_id FROM conflicts_of_investors(\(investors)) AS c
            """)
        return try Self.byInvestor(rows)
    }

    /// Rows of an investor and a startup, by investor.
    static func byInvestor(_ rows: [Row]) throws -> [Institution.ID: Set<Startup.ID>] {
        var startups: [Institution.ID: Set<Startup.ID>] = [:]
        for row in rows {
            let (investor, startup) = try row.decode(Institution.ID.self, Startup.ID.self)
            startups[investor, default: []].insert(startup)
        }
        return startups
    }

    /// The investors with a mandate that somebody of whom judges a startup, mentors it or owns a part of it. Only for the
    /// service.
    func investorsInConflict(with startup: Startup.ID) async throws -> Set<Institution.ID> {
        let rows = try await rows(
            """
            -- investorsInConflict
            SELECT i.investor_id FROM (
                SELECT DISTINCT m.investor_id FROM mandates AS m
                WHERE m.tenant_id = acting_tenant() AND m.withdrawn_at IS NULL
            ) AS i
            WHERE is_conflicted(\(startup), i.investor_id)
            """)
        return Set(try rows.map { try $0.decode(Institution.ID.self) })
    }

    /// Whether somebody of an investor judges a startup, mentors it or owns a part of it, as far as the reader may be told.
    func isConflicted(_ startup: Startup.ID, with investor: Institution.ID) async throws -> Bool {
        try await value(
            """
            -- isConflicted
            SELECT is_conflicted(\(startup), \(investor))
                AND \(startup) <> ALL (startups_too_near(acting_role(), acting_person()))
            """)
    }

    /// The startups that are the reader's own, if it is a manager: of these it is not told who judges them.
    func startupsTooNear() async throws -> Set<Startup.ID> {
        let rows = try await rows(
            "/* startupsTooNear */ SELECT unnest(startups_too_near(acting_role(), acting_person()))")
        return Set(try rows.map { try $0.decode(Startup.ID.self) })
    }

    /// Some startups, those of them that there are.
    ///
    /// - Parameter condition: which of them, as a condition on `s`; all unless given.
    func startupFacts(of ids: [Startup.ID], for condition: Query = .empty) async throws -> [World.Startup] {
        var free = FreeWords()
        return try await rows(.startupFacts(of: ids) + condition).map { row in
            var columns = row.reading
            return try World.Startup(&columns, &free)
        }
    }

    /// Mandates that get lists, in the order of their ids, with what their investors' answers say on a day.
    ///
    /// - Parameter asked: which of them, as a condition on `m`; `Query.empty` for all.
    func standingMandates(
        _ asked: Query = .empty, on today: Int
    ) async throws -> ([World.Mandate], [MatchInputs.Order]) {
        let rows = try await rows(
            """
            -- matchInputs: mandates
            SELECT m.id, m.version, m.investor_id, m.stages, m.firm_on_stages, m.regions, m.tags, m.countries_in,
                   m.countries_out, m.exclusions, m.cheque_min_minor, m.cheque_max_minor, m.cheque_currency,
                   CASE WHEN m.most_open IS NOT NULL THEN greatest(0, m.most_open - in_hand(m.id)) END AS room,
                   ARRAY(SELECT f.focus_area FROM mandate_focus_areas AS f
                         WHERE f.tenant_id = m.tenant_id AND f.mandate_id = m.id ORDER BY f.focus_area) AS areas,
                   ARRAY(SELECT f.weight::int8 FROM mandate_focus_areas AS f
                         WHERE f.tenant_id = m.tenant_id AND f.mandate_id = m.id ORDER BY f.focus_area) AS weights
            FROM mandates AS m
            WHERE m.tenant_id = acting_tenant() AND m.withdrawn_at IS NULL AND m.deploying\(fragment: asked)
            ORDER BY m.id
            """)
        let answers = try await latestAnswers(
            on: today,
            of: asked.sql.isEmpty ? nil : try Set(rows.map { try $0.value("investor_id", as: Institution.ID.self) }))
        var (mandates, orders, free): ([World.Mandate], [MatchInputs.Order], FreeWords) = ([], [], FreeWords())
        for row in rows {
            let order = try MatchInputs.Order(
                mandate: row("id"), version: row("version"), investor: row("investor_id"), room: row("room"))
            let minimum = try row.money("cheque_min_minor", "cheque_currency").flatMap(ReferenceRates.dollars)
            let maximum = try row.money("cheque_max_minor", "cheque_currency").flatMap(ReferenceRates.dollars)
            orders.append(order)
            try mandates.append(
                World.Mandate(
                    order.mandate.key, of: order.investor.key,
                    areas: World.Weighted.areas(row("areas"), row("weights"), words: row("tags"), &free),
                    stages: row("stages"), isFirmOnStages: row("firm_on_stages"),
                    cheque: minimum == nil && maximum == nil
                        ? nil : (minimum ?? 0)...max(minimum ?? 0, maximum ?? Int.max),
                    countries: Set(row("countries_in") as [String]),
                    excludedCountries: Set(row("countries_out") as [String]), regions: row("regions"),
                    excludedAreas: World.Weighted.exclusions(row("exclusions")),
                    excludedStartups: answers[order.investor]?.standing ?? [],
                    passes: answers[order.investor]?.passes ?? []))
        }
        return (mandates, orders)
    }

    /// For each investor what its latest answers say: the startups they keep off its lists on a day, and those it passed over
    /// for something that did not fit, be it at once or after it had met them. These tell of it as long as past deals do, also
    /// when they keep nothing off any more.
    ///
    /// - Parameter investors: which of them; `nil` for all.
    func latestAnswers(
        on today: Int, of investors: Set<Institution.ID>?
    ) async throws -> [Institution.ID: (standing: Set<Key>, passes: [World.Pass])] {
        let given: Query =
            investors.map {
                """
                 AND a.shortlist_id IN (SELECT s.id FROM shortlists AS s
                                        WHERE s.tenant_id = acting_tenant() AND s.investor_id = ANY (\(Array($0))))
                """
            } ?? .empty
        let met: Query = investors.map { " AND n.investor_id = ANY (\(Array($0)))" } ?? .empty
        let rows = try await rows(
            """
            -- matchInputs: answers
            (SELECT DISTINCT ON (a.investor_id, a.startup_id)
                   a.investor_id, a.startup_id, a.answer, a.reason, (a.later_until - DATE '1970-01-01')::int8,
                   (a.answered_at::date - DATE '1970-01-01')::int8
            FROM (SELECT (SELECT s.investor_id FROM shortlists AS s
                          WHERE s.tenant_id = a.tenant_id AND s.id = a.shortlist_id) AS investor_id,
                         a.startup_id, a.answer, a.reason, a.later_until, a.answered_at, a.id
                  FROM shortlist_answers AS a
                  WHERE a.tenant_id = acting_tenant()\(fragment: given)) AS a
            ORDER BY a.investor_id, a.startup_id, a.answered_at DESC, a.id DESC)
            UNION ALL
            -- What the investor found out once it had met the startup.
            SELECT n.investor_id, n.startup_id, NULL::text, e.reason, NULL::int8,
                   (n.ended_at::date - DATE '1970-01-01')::int8
            FROM introductions AS n
            JOIN introduction_endings AS e ON e.tenant_id = n.tenant_id AND e.introduction_id = n.id
                AND e.side = 'investor' AND e.reason = ANY (\(EndingReason.grounded))
            WHERE n.tenant_id = acting_tenant() AND n.stage = 'passed'\(fragment: met)
            """)
        var answers: [Institution.ID: (standing: Set<Key>, passes: [World.Pass])] = [:]
        for row in rows {
            let (investor, startup, answer, reason, later, given) = try row.decode(
                Institution.ID.self, Startup.ID.self, Answer.Kind?.self, Answer.PassReason?.self, Int?.self, Int.self)
            if let answer, answer.standsInTheWay(because: reason, until: later, given: given, on: today) {
                answers[investor, default: ([], [])].standing.insert(startup.key)
            }
            if let ground = reason?.ground {
                answers[investor, default: ([], [])].passes.append(
                    World.Pass(over: startup.key, because: ground, day: given))
            }
        }
        return answers
    }
}

extension Query {
    /// What matching knows of startups `s`, as `World.Startup` reads it: of some, or of all. Which ones is said of their
    /// consents, too, so that these are looked up by the index whatever statistics say.
    fileprivate static func startupFacts(of ids: [Startup.ID]? = nil) -> Query {
        """
        SELECT s.id, concat_ws(' ', i.names ->> 'en', i.names ->> 'ja', i.names ->> 'zh-Hant'), i.country,
               coalesce(s.description, s.pitch), s.place_region, s.place_state, s.place_city,
               s.founded_on - DATE '1970-01-01', s.tags, s.focus_areas, s.focus_weights, s.stage,
               s.last_round_on - DATE '1970-01-01', s.last_round_minor, s.raised_currency, s.rounds, s.seeking,
               s.ask_minor, s.ask_currency, c.audience, c.investors::text[]
        FROM startups AS s JOIN institutions AS i ON i.tenant_id = s.tenant_id AND i.id = s.id
        LEFT JOIN consents AS c ON c.tenant_id = s.tenant_id AND c.startup_id = s.id AND c.purpose = 'shortlists'
            AND c.superseded_at IS NULL \(given: ids, { "AND c.startup_id = ANY (\($0))" })
        WHERE s.tenant_id = acting_tenant() \(given: ids, { "AND s.id = ANY (\($0))" })
        """
    }
}

extension Consent.Audience {
    /// The audience as the engine knows it.
    fileprivate func matched(_ investors: Set<Key>) -> World.Audience {
        switch self {
        case .everyone, .nobody: .everyone
        case .chosen: .only(investors)
        case .allBut: .allBut(investors)
        }
    }
}

extension World.Startup {
    fileprivate init(_ columns: inout Columns, _ free: inout FreeWords) throws {
        let id = Key(try columns.uuid().uuid)
        let (name, country, text) = (try columns.text() ?? "", try columns.text(), try columns.text())
        let (region, state, city) = (try columns.text(), try columns.text(), try columns.text())
        let founded = try columns.integer()
        let (tags, areas, weights) = (try columns.texts(), try columns.texts(), try columns.integers())
        let (stage, lastDay) = (try columns.text(), try columns.integer())
        let amount = try columns.dollars()
        let (rounds, seeking, ask) = (try columns.integer(), try columns.text(), try columns.dollars())
        let audience = try columns.text().flatMap(Consent.Audience.init)
        let investors = Set(try columns.texts().compactMap { UUID(uuidString: $0) }.map { Key($0.uuid) })
        let last: World.LastRound =
            stage != nil || lastDay != nil || amount != nil
            ? .round(kind: stage, day: lastDay, amount: amount) : rounds == 0 ? .none : .unknown
        self.init(
            id, areas: World.Weighted.areas(areas, weights, words: tags, &free),
            text: text.map { name.isEmpty ? $0 : "\(name). \($0)" } ?? name, country: country, region: region,
            state: state, city: city, founded: founded, lastRound: last, askedStage: seeking, askedAmount: ask,
            isOptedIn: audience ?? .nobody != .nobody, audience: audience?.matched(investors) ?? .everyone)
    }
}

extension Columns {
    /// An amount in minor units and its currency, as whole US dollars.
    fileprivate mutating func dollars() throws -> Int? {
        guard let minor = try integer() else {
            _ = try text()
            return nil
        }
        return try text().flatMap(Currency.init).flatMap { ReferenceRates.dollars(Money(minor: minor, currency: $0)) }
    }
}
