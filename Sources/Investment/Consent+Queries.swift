internal import Accounts
internal import Foundation
package import Institutions
package import Postgres
internal import Vocabulary

extension Statements {
    /// What a startup has decided, what stands first and then the latest: for the park any startup's, for founders their own.
    package func consents(of startup: Startup.ID) async throws -> [Consent] {
        let rows = try await rows(
            """
            -- consents
            SELECT c.number, c.purpose, c.audience, c.investors, c.decided_at, c.decided_as,
                   CASE WHEN c.decided_as = 'founder' OR acts_as('manager') THEN c.decided_name END AS decided_name,
                   c.superseded_at
            FROM consents AS c
            WHERE c.tenant_id = acting_tenant() AND c.startup_id = \(startup)
              AND (acts_as('manager', 'system') OR acts_as('founder') AND c.startup_id = acting_institution())
            ORDER BY c.superseded_at IS NULL DESC, c.number DESC
            LIMIT 200
            """)
        let named = try await namedInvestors(try rows.flatMap { try $0.value("investors", as: [Institution.ID].self) })
        return try rows.map { row in
            let investors: [Institution.ID] = try row("investors")
            return try Consent(
                number: row("number"), purpose: row("purpose"), audience: row("audience"),
                investors: investors.compactMap { named[$0] }, decidedAt: row("decided_at"),
                decidedAs: row("decided_as"), decidedBy: row("decided_name"), supersededAt: row("superseded_at"))
        }
    }

    /// Some investors as the seat is told of them: the park by the directory, founders in a line.
    private func namedInvestors(_ investors: [Institution.ID]) async throws -> [Institution.ID: VisibleInvestor] {
        guard !investors.isEmpty else { return [:] }
        let distinct = Array(Set(investors))
        let found = try await rows(
            """
            -- investors named by consents
            SELECT n.id, coalesce(i.names, l.names) AS names, coalesce(i.kind, l.kind) AS kind,
                   coalesce(i.country, l.country) AS country
            FROM unnest(\(distinct)) AS n (id)
            LEFT JOIN institutions AS i ON i.tenant_id = acting_tenant() AND i.id = n.id AND acts_as('manager', 'system')
            LEFT JOIN LATERAL investor_in_a_line(n.id) AS l ON true
            WHERE coalesce(i.names, l.names) IS NOT NULL
            """
        ).map(VisibleInvestor.init)
        return Dictionary(uniqueKeysWithValues: found.map { ($0.investor, $0) })
    }

    /// The verified investors that founders may find, by name; for founders and the park.
    ///
    /// - Parameter search: a part of the name in any language, in any case.
    package func visibleInvestors(
        named search: String? = nil, after cursor: VisibleInvestorPosition? = nil, limit: Int
    ) async throws -> [VisibleInvestor] {
        try await rows(
            """
            -- visibleInvestors
            SELECT v.investor_id AS id, l.names, l.kind, l.country
            FROM visible_investors AS v CROSS JOIN LATERAL investor_in_a_line(v.investor_id) AS l
            WHERE v.tenant_id = acting_tenant() AND acts_as('founder', 'manager') AND is_verified(v.investor_id)
              \(given: search, { "AND \(fragment: .anyText(of: "l.names", contains: $0))" })
              \(given: cursor, { "AND (\(fragment: .sortName), v.investor_id) > (lower(\($0.name)), \($0.investor))" })
            ORDER BY \(fragment: .sortName), v.investor_id
            LIMIT \(limit)
            """
        ).map(VisibleInvestor.init)
    }
}

/// Where a list of investors by name goes on.
package struct VisibleInvestorPosition: Codable, Sendable {
    /// The name of the last one of the page.
    package let name: String
    /// That one.
    package let investor: Institution.ID

    /// Behind an investor.
    package init(_ visible: VisibleInvestor) {
        let name = visible.name[.english] ?? visible.name[.traditionalChinese] ?? visible.name[.japanese]
        self.name = name?.string ?? ""
        investor = visible.investor
    }
}

extension Query {
    /// By what investors `l` are put in order.
    fileprivate static var sortName: Query {
        "lower(coalesce(l.names ->> 'en', l.names ->> 'zh-Hant', l.names ->> 'ja'))"
    }
}

extension VisibleInvestor {
    fileprivate init(_ row: Row) throws {
        try self.init(investor: row("id"), name: row("names"), kind: row("kind"), country: row("country"))
    }
}

extension Consent.Purpose: PostgresCodable {}
extension Consent.Audience: PostgresCodable {}
extension Consent.Decider: PostgresCodable {}

extension Transaction {
    func insert(_ new: NewConsent, of startup: Startup.ID) async throws {
        try await execute(
            """
            -- decideOnConsent
            INSERT INTO consents (tenant_id, startup_id, purpose, audience, investors)
            VALUES (acting_tenant(), \(startup), \(new.purpose), \(new.audience), \(new.named))
            """)
    }

    func show(_ investor: Institution.ID, by person: Person.ID) async throws {
        try await execute(
            """
            -- showToFounders
            INSERT INTO visible_investors (tenant_id, investor_id, set_by) VALUES (acting_tenant(), \(investor), \(person))
            ON CONFLICT (tenant_id, investor_id) DO NOTHING
            """)
    }

    func hide(_ investor: Institution.ID) async throws {
        try await execute(
            """
            -- showToFounders: no longer
            DELETE FROM visible_investors WHERE tenant_id = acting_tenant() AND investor_id = \(investor)
            """)
    }
}
