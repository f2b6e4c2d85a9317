internal import Accounts
internal import Foundation
package import Postgres
package import Vocabulary

extension Statements {
    /// A startup; nil when it does not exist or the principal may not know of it.
    package func startup(_ id: Startup.ID) async throws -> Startup? {
        try await first(
            """
            -- startup
            \(fragment: selectStartups())
            WHERE s.tenant_id = acting_tenant() AND \(fragment: reachOfStartups) AND s.id = \(id)
            """
        ).map(Startup.init)
    }

    /// Startups in the order of their ids.
    ///
    /// - Parameters:
    ///   - search: a part of the name in any language, in any case.
    ///   - area: only startups that name this focus area or one below it.
    ///   - cursor: the id after which to go on.
    ///   - limit: how many at the most.
    package func startups(
        named search: String?, in area: FocusArea.ID?, after cursor: Startup.ID?, limit: Int
    ) async throws -> [Startup] {
        let areas = area.map { FocusAreaTaxonomy.standard.closure(of: $0) }
        return try await rows(
            """
            -- startups
            \(fragment: selectStartups())
            WHERE s.tenant_id = acting_tenant() AND \(fragment: reachOfStartups)
              \(given: search, { "AND \(fragment: .anyText(of: "i.names", contains: $0))" })
              \(given: areas, { "AND s.focus_areas && \($0)" })
              \(given: cursor, { "AND s.id > \($0)" })
            ORDER BY s.id
            LIMIT \(limit)
            """
        ).map(Startup.init)
    }

    /// Startups for a list to choose from, two hundred at most, by name: a search finds the others.
    ///
    /// - Parameters:
    ///   - search: a part of the name in any language, in any case.
    ///   - chosen: the id of a startup, as a form sent it, that is offered whatever is searched for.
    ///   - language: in which they are called.
    package func startupChoices(
        named search: String?, and chosen: String?, in language: Language
    ) async throws -> [(value: String, label: String)] {
        var found = try await startups(named: search, in: nil, after: nil, limit: 200)
        if let id = chosen.flatMap({ Startup.ID($0) }), !found.contains(where: { $0.id == id }),
            let startup = try await startup(id)
        {
            found.append(startup)
        }
        return found.map { (value: $0.id.description, label: $0.name.text(for: language)) }
            .sorted { ($0.label, $0.value) < ($1.label, $1.value) }
    }

    /// Those of some startups that agree to be shown on investors' shortlists, whoever is among their audience.
    package func shown(among startups: [Startup.ID]) async throws -> Set<Startup.ID> {
        try await Set(
            rows(
                """
                -- shown startups
                SELECT s.id FROM startups AS s
                JOIN consents AS c ON c.tenant_id = s.tenant_id AND c.startup_id = s.id
                WHERE c.tenant_id = acting_tenant() AND c.startup_id = ANY (\(startups)) AND c.purpose = 'shortlists'
                  AND c.superseded_at IS NULL AND c.audience <> 'nobody'
                  AND s.tenant_id = acting_tenant() AND \(fragment: reachOfStartups) AND s.id = ANY (\(startups))
                """
            ).map { try $0("id") })
    }

    private func selectStartups() -> Query {
        """
        SELECT s.id, i.names, i.country, i.website, s.pitch, s.description, s.founded_on, s.place_region, s.place_state,
               s.place_city, s.markets, s.tags, s.full_time_staff, s.technical_staff, s.stage, s.last_round_on,
               s.rounds, s.last_round_minor, s.raised_minor, s.raised_currency, s.seeking, s.ask_minor, s.ask_currency,
               s.focus_areas, s.focus_weights
        FROM startups AS s JOIN institutions AS i ON i.tenant_id = s.tenant_id AND i.id = s.id
        """
    }
}

extension Startup {
    /// Reads the columns in the order in which they are selected, which is what finds them fastest.
    fileprivate init(_ row: Row) throws {
        let id: ID = try row("id")
        let name: LocalizedName = try row("names")
        var profile = StartupProfile()
        profile.country = try row("country")
        profile.website = try row("website")
        profile.pitch = try row("pitch")
        profile.description = try row("description")
        profile.foundedOn = try row("founded_on")
        profile.region = try row("place_region")
        profile.state = try row("place_state")
        profile.city = try row("place_city")
        profile.markets = try row("markets")
        profile.tags = try row("tags")
        profile.fullTimeStaff = try row("full_time_staff")
        profile.technicalStaff = try row("technical_staff")
        profile.stage = try row("stage")
        profile.lastRoundOn = try row("last_round_on")
        profile.rounds = try row("rounds")
        let (lastRound, raised): (Int?, Int?) = try (row("last_round_minor"), row("raised_minor"))
        let currency: Currency? = try row("raised_currency")
        profile.lastRound = Money(columns: lastRound, currency)
        profile.raised = Money(columns: raised, currency)
        profile.seeking = try row("seeking")
        profile.ask = try row.money("ask_minor", "ask_currency")
        profile.focusAreas = try zip(row("focus_areas") as [FocusArea.ID], row("focus_weights") as [Int16])
            .map { WeightedFocusArea($0, weight: Int($1)) }
        self.init(id: id, name: name, profile: profile)
    }
}

extension Transaction {
    func insert(_ new: NewStartup, as id: Startup.ID, in tenant: Tenant.ID) async throws {
        let profile = new.profile
        try await execute(
            """
            -- addStartup: directory entry
            INSERT INTO institutions (tenant_id, id, kind, names, country, website)
            VALUES (\(tenant), \(id), 'startup', \(new.name), \(profile.country), \(profile.website))
            """)
        try await execute("/* addStartup */ INSERT INTO startups (tenant_id, id) VALUES (\(tenant), \(id))")
        try await save(profile, of: id, in: tenant)
    }

    func rename(_ id: Startup.ID, _ name: LocalizedName) async throws {
        try await execute(
            """
            -- reviseStartup
            UPDATE institutions SET names = \(name) WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
    }

    func save(_ profile: StartupProfile, of id: Startup.ID, in tenant: Tenant.ID) async throws {
        try await execute(
            """
            -- saveProfile: directory entry
            UPDATE institutions SET country = \(profile.country), website = \(profile.website),
                known_site = CASE WHEN acts_as('manager') THEN site_of(\(profile.website)) ELSE known_site END
            WHERE tenant_id = \(tenant) AND id = \(id)
            """)
        try await execute(
            """
            -- saveProfile
            UPDATE startups SET
                pitch = \(profile.pitch), description = \(profile.description), founded_on = \(profile.foundedOn),
                place_region = \(profile.region), place_state = \(profile.state), place_city = \(profile.city),
                markets = \(profile.markets), tags = \(profile.tags), full_time_staff = \(profile.fullTimeStaff),
                technical_staff = \(profile.technicalStaff), stage = \(profile.stage),
                last_round_on = \(profile.lastRoundOn), last_round_minor = \(profile.lastRound?.minor),
                rounds = \(profile.rounds), raised_minor = \(profile.raised?.minor),
                raised_currency = \((profile.raised ?? profile.lastRound)?.currency), seeking = \(profile.seeking),
                ask_minor = \(profile.ask?.minor), ask_currency = \(profile.ask?.currency),
                focus_areas = \(profile.focusAreas.map(\.area)),
                focus_weights = \(profile.focusAreas.map(\.weight))::smallint[]
            WHERE tenant_id = \(tenant) AND id = \(id)
            """)
    }

    /// The startup, with its row locked until the transaction ends; nil when the principal may not write it.
    package func lockStartup(_ id: Startup.ID) async throws -> Startup? {
        let locked = try await first(
            "/* lockStartup */ SELECT id FROM startups WHERE tenant_id = acting_tenant() AND id = \(id) FOR UPDATE")
        return locked == nil ? nil : try await startup(id)
    }
}

extension Money {
    /// Two nullable columns as one amount; nil unless both are there.
    package init?(columns minor: Int?, _ currency: Currency?) {
        guard let minor, let currency else { return nil }
        self.init(minor: minor, currency: currency)
    }
}

extension Row {
    /// An amount kept as minor units and currency in two columns; nil unless both are there.
    package func money(_ minor: String, _ currency: String) throws -> Money? {
        try Money(columns: self(minor), self(currency))
    }
}
