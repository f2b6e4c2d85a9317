internal import Accounts
package import Institutions
package import Postgres
internal import Vocabulary

extension Statements {
    /// A mandate; nil when it does not exist or the principal may not know of it.
    package func mandate(_ id: Mandate.ID) async throws -> Mandate? {
        try await first(
            """
            -- mandate
            \(fragment: .mandates) WHERE m.tenant_id = acting_tenant() AND \(fragment: .reachOfMandates) AND m.id = \(id)
            """
        ).map(Mandate.init)
    }

    /// Mandates in the order of their ids.
    ///
    /// - Parameters:
    ///   - investor: only those of this investor; nil for all.
    ///   - standing: only those that have not been withdrawn.
    package func mandates(
        of investor: Institution.ID? = nil, standing: Bool = false, named search: String? = nil,
        after cursor: Mandate.ID? = nil, limit: Int
    ) async throws -> [Mandate] {
        try await rows(
            """
            -- mandates
            \(fragment: .mandates)
            WHERE m.tenant_id = acting_tenant() AND \(fragment: .reachOfMandates)
              \(given: investor, { "AND m.investor_id = \($0)" })
              AND (NOT \(standing) OR m.withdrawn_at IS NULL)
              \(given: search, { text in
                "AND (strpos(lower(m.name), lower(\(text))) > 0 OR \(fragment: .anyText(of: "i.names", contains: text)))"
              })
              \(given: cursor, { "AND m.id > \($0)" })
            ORDER BY m.id
            LIMIT \(limit)
            """
        ).map(Mandate.init)
    }

    /// Mandates that a match run serves, those of one investor together.
    ///
    /// - Parameters:
    ///   - search: only those that have this in their name or their investor's; nil for all.
    ///   - chosen: mandates that come first whatever is searched for, beside the limit.
    ///   - investors: investors whose mandates do.
    func mandatesToServe(
        named search: String? = nil, chosen: [Mandate.ID] = [], investors: [Institution.ID] = [], limit: Int
    ) async throws -> [Mandate] {
        try await rows(
            """
            -- mandatesToServe
            \(fragment: .mandates)
            WHERE m.tenant_id = acting_tenant() AND \(fragment: .reachOfMandates)
              AND m.withdrawn_at IS NULL AND m.deploying
              \(given: search, { text in
                """
                AND (m.id = ANY (\(chosen)) OR m.investor_id = ANY (\(investors))
                     OR strpos(lower(m.name), lower(\(text))) > 0 OR \(fragment: .anyText(of: "i.names", contains: text)))
                """
              })
            ORDER BY m.id = ANY (\(chosen)) OR m.investor_id = ANY (\(investors)) DESC,
                     i.names ->> 'en', m.investor_id, m.name, m.id
            LIMIT \(limit) + (
                SELECT count(*) FROM mandates AS k
                WHERE k.tenant_id = acting_tenant() AND k.withdrawn_at IS NULL AND k.deploying
                  AND (k.id = ANY (\(chosen)) OR k.investor_id = ANY (\(investors))))
            """
        ).map(Mandate.init)
    }

    /// Some mandates, those of them that the principal may know of.
    func mandates(_ ids: [Mandate.ID]) async throws -> [Mandate.ID: Mandate] {
        let found = try await rows(
            """
            -- mandates(by id)
            \(fragment: .mandates)
            WHERE m.tenant_id = acting_tenant() AND \(fragment: .reachOfMandates) AND m.id = ANY (\(ids))
            """
        ).map(Mandate.init)
        return Dictionary(uniqueKeysWithValues: found.map { ($0.id, $0) })
    }

    /// What a mandate has said over time, the latest first.
    package func revisions(of id: Mandate.ID) async throws -> [MandateRevision] {
        try await rows(
            """
            -- revisions(of mandate)
            SELECT r.version, r.terms, r.revised_at, r.revised_by
            FROM mandate_revisions AS r JOIN mandates AS m ON m.tenant_id = r.tenant_id AND m.id = r.mandate_id
            WHERE r.tenant_id = acting_tenant() AND \(fragment: .reachOfMandates) AND r.mandate_id = \(id)
            ORDER BY r.version DESC
            LIMIT 100
            """
        ).map { row in
            MandateRevision(
                version: try row("version"), terms: try row.value("terms", as: JSONB<MandateTerms>.self).value,
                revisedAt: try row("revised_at"), revisedBy: try row("revised_by"))
        }
    }

    /// What a mandate said in one of its versions; nil where the principal may not know.
    func terms(of id: Mandate.ID, version: Int) async throws -> MandateTerms? {
        try await first(
            """
            -- terms(of mandate)
            SELECT r.terms
            FROM mandate_revisions AS r JOIN mandates AS m ON m.tenant_id = r.tenant_id AND m.id = r.mandate_id
            WHERE r.tenant_id = acting_tenant() AND \(fragment: .reachOfMandates) AND r.mandate_id = \(id)
              AND r.version = \(version)
            """
        ).map { try $0.value("terms", as: JSONB<MandateTerms>.self).value }
    }

    /// The investors of the tenant, with how many mandates and investments each has and how its lists were answered.
    package func investors(
        named search: String?, after cursor: Institution.ID?, limit: Int
    ) async throws -> [InvestorSummary] {
        try await rows(
            """
            -- investors
            SELECT i.id, i.names, i.country,
                   (SELECT count(*) FROM mandates AS m
                    WHERE m.tenant_id = i.tenant_id AND m.investor_id = i.id AND m.withdrawn_at IS NULL) AS mandates,
                   (SELECT count(*) FROM investments AS v
                    WHERE v.tenant_id = i.tenant_id AND v.investor_id = i.id) AS investments,
                   (SELECT max(s.released_at) FROM shortlists AS s
                    WHERE s.tenant_id = i.tenant_id AND s.investor_id = i.id) AS last_released_at
            FROM institutions AS i
            WHERE i.tenant_id = acting_tenant() AND i.kind = 'investor'
              \(given: search, { "AND \(fragment: .anyText(of: "i.names", contains: $0))" })
              \(given: cursor, { "AND i.id > \($0)" })
            ORDER BY i.id
            LIMIT \(limit)
            """
        ).map { row in
            InvestorSummary(
                id: try row("id"), name: try row("names"), country: try row("country"), mandates: try row("mandates"),
                investments: try row("investments"), lastReleasedAt: try row("last_released_at"))
        }
    }
}

extension Query {
    fileprivate static var mandates: Query {
        """
        SELECT m.id, m.investor_id, i.names AS investor_names, m.name, m.version, m.stages, m.firm_on_stages, m.regions, m.tags,
               m.countries_in, m.countries_out, m.exclusions, m.cheque_min_minor, m.cheque_max_minor,
               m.cheque_currency, m.deploying, m.most_open, m.confirmed_until, m.created_at, m.withdrawn_at,
               ARRAY(SELECT f.focus_area FROM mandate_focus_areas AS f
                     WHERE f.tenant_id = m.tenant_id AND f.mandate_id = m.id
                     ORDER BY f.weight DESC, f.focus_area) AS focus_areas,
               ARRAY(SELECT f.weight::int8 FROM mandate_focus_areas AS f
                     WHERE f.tenant_id = m.tenant_id AND f.mandate_id = m.id
                     ORDER BY f.weight DESC, f.focus_area) AS focus_weights
        FROM mandates AS m JOIN institutions AS i ON i.tenant_id = m.tenant_id AND i.id = m.investor_id
        """
    }
}

extension Query {
    /// Which mandates `m` the seat reaches, the query's own answer to what row-level security says again: an investor
    /// those of their institution.
    fileprivate static var reachOfMandates: Query {
        """
        (acts_as('manager', 'system')
         OR acts_as('investor') AND m.investor_id = acting_institution())
        """
    }
}

extension Mandate {
    fileprivate init(_ row: Row) throws {
        var terms = MandateTerms(name: try row("name"))
        terms.focusAreas = try zip(row("focus_areas") as [FocusArea.ID], row("focus_weights") as [Int])
            .map { WeightedFocusArea($0, weight: $1) }
        terms.tags = try row("tags")
        terms.stages = try row("stages")
        terms.firmOnStages = try row("firm_on_stages")
        terms.regions = try row("regions")
        terms.countriesIn = try row("countries_in")
        terms.countriesOut = try row("countries_out")
        terms.exclusions = try row("exclusions")
        terms.chequeMin = try row.money("cheque_min_minor", "cheque_currency")
        terms.chequeMax = try row.money("cheque_max_minor", "cheque_currency")
        terms.deploying = try row("deploying")
        terms.mostOpen = try row("most_open")
        try self.init(
            id: row("id"), investor: row("investor_id"), investorName: row("investor_names"), version: row("version"),
            terms: terms, createdAt: row("created_at"), confirmedUntil: row("confirmed_until"),
            withdrawnAt: row("withdrawn_at"))
    }
}

extension Transaction {
    /// The mandate, with its row locked until the transaction ends; nil when the principal may not write it.
    func lockMandate(_ id: Mandate.ID) async throws -> Mandate? {
        guard
            try await first(
                "/* lockMandate */ SELECT id FROM mandates WHERE tenant_id = acting_tenant() AND id = \(id) FOR UPDATE")
                != nil
        else { return nil }
        return try await mandate(id)
    }

    func insert(
        _ terms: MandateTerms, as id: Mandate.ID, of investor: Institution.ID, in tenant: Tenant.ID
    ) async throws {
        try await execute(
            """
            -- createMandate
            INSERT INTO mandates (tenant_id, id, investor_id, name)
            VALUES (\(tenant), \(id), \(investor), \(terms.name))
            """)
        try await save(terms, of: id, version: 1, in: tenant)
    }

    func save(_ terms: MandateTerms, of id: Mandate.ID, version: Int, in tenant: Tenant.ID) async throws {
        try await execute(
            """
            -- saveMandate
            UPDATE mandates SET
                name = \(terms.name), version = \(version), stages = \(terms.stages),
                firm_on_stages = \(terms.firmOnStages), regions = \(terms.regions),
                tags = \(terms.tags), countries_in = \(terms.countriesIn), countries_out = \(terms.countriesOut),
                exclusions = \(terms.exclusions), cheque_min_minor = \(terms.chequeMin?.minor),
                cheque_max_minor = \(terms.chequeMax?.minor),
                cheque_currency = \((terms.chequeMin ?? terms.chequeMax)?.currency), deploying = \(terms.deploying),
                most_open = \(terms.mostOpen)
            WHERE tenant_id = \(tenant) AND id = \(id)
            """)
        try await execute(
            """
            -- saveMandate: focus areas no longer named
            DELETE FROM mandate_focus_areas
            WHERE tenant_id = \(tenant) AND mandate_id = \(id) AND focus_area <> ALL (\(terms.focusAreas.map(\.area)))
            """)
        try await execute(
            """
            -- saveMandate: focus areas
            INSERT INTO mandate_focus_areas (tenant_id, mandate_id, focus_area, weight)
            SELECT \(tenant), \(id), f.area, f.weight
            FROM unnest(\(terms.focusAreas.map(\.area)), \(terms.focusAreas.map(\.weight))) AS f (area, weight)
            ON CONFLICT (tenant_id, mandate_id, focus_area) DO UPDATE SET weight = excluded.weight
            """)
    }

    func keepRevision(
        of id: Mandate.ID, version: Int, _ terms: MandateTerms, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- keepRevision
            INSERT INTO mandate_revisions (tenant_id, mandate_id, version, terms, revised_by)
            VALUES (\(tenant), \(id), \(version), \(JSONB(terms)), \(person))
            """)
    }

    func markWithdrawn(_ id: Mandate.ID, in tenant: Tenant.ID) async throws {
        try await execute(
            "/* withdrawMandate */ UPDATE mandates SET withdrawn_at = now() WHERE tenant_id = \(tenant) AND id = \(id)")
    }
}
