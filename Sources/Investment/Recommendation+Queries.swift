internal import Accounts
internal import Foundation
package import Institutions
package import Postgres
internal import Vocabulary

extension Statements {
    /// What the acting firm's people recommend for a list, or for one startup of it, the earliest first.
    package func recommendations(
        on list: Shortlist.ID, startup: Startup.ID? = nil
    ) async throws -> [Recommendation] {
        try await rows(
            """
            -- recommendations
            \(fragment: .recommendations) AND r.shortlist_id = \(list) \(given: startup, { "AND r.startup_id = \($0)" })
            ORDER BY r.recommended_at, r.id
            LIMIT 2000
            """
        ).map(Recommendation.init)
    }

    /// One of them; nil when it does not exist or the principal may not know of it.
    func recommendation(_ id: Recommendation.ID) async throws -> Recommendation? {
        try await first(
            """
            -- recommendation
            \(fragment: .recommendations) AND r.id = \(id)
            """
        ).map(Recommendation.init)
    }

    /// Whom the acting firm's people have asked to look at startups of a list, or at one of them, the earliest first.
    package func referrals(on list: Shortlist.ID, startup: Startup.ID? = nil) async throws -> [Referral] {
        try await rows(
            """
            -- referrals
            \(fragment: .referrals) AND r.shortlist_id = \(list) \(given: startup, { "AND r.startup_id = \($0)" })
            ORDER BY r.referred_at, r.id
            LIMIT 2000
            """
        ).map(Referral.init)
    }

    /// One of them; nil when it does not exist or the principal may not know of it.
    func referral(_ id: Referral.ID) async throws -> Referral? {
        try await first(
            """
            -- referral
            \(fragment: .referrals) AND r.id = \(id)
            """
        ).map(Referral.init)
    }

    /// Which of some lists have a startup that somebody of the acting firm was asked to look at.
    func lists(_ ids: [Shortlist.ID], referredTo person: Person.ID) async throws -> Set<Shortlist.ID> {
        let rows = try await rows(
            """
            -- lists with referrals
            SELECT DISTINCT r.shortlist_id
            FROM referrals AS r JOIN shortlists AS s ON s.tenant_id = r.tenant_id AND s.id = r.shortlist_id
            WHERE r.tenant_id = acting_tenant() AND acts_as('investor') AND s.investor_id = acting_institution()
              AND r.shortlist_id = ANY (\(ids)) AND r.referred_to = \(person)
            """)
        return try Set(rows.map { try $0("shortlist_id") })
    }
}

extension Query {
    fileprivate static var recommendations: Query {
        """
        WITH \(fragment: .colleagues)
        SELECT r.id, r.startup_id, r.recommendation, r.note, r.recommended_at, r.recommended_by, c.name
        FROM recommendations AS r
        JOIN shortlists AS s ON s.tenant_id = r.tenant_id AND s.id = r.shortlist_id
        LEFT JOIN colleagues AS c ON c.person_id = r.recommended_by
        WHERE r.tenant_id = acting_tenant() AND acts_as('investor') AND s.investor_id = acting_institution()
        """
    }

    fileprivate static var referrals: Query {
        """
        WITH \(fragment: .colleagues)
        SELECT r.id, r.startup_id, r.referred_to, a.name AS asked, r.note, r.referred_at, r.referred_by, b.name AS asks
        FROM referrals AS r
        JOIN shortlists AS s ON s.tenant_id = r.tenant_id AND s.id = r.shortlist_id
        LEFT JOIN colleagues AS a ON a.person_id = r.referred_to
        LEFT JOIN colleagues AS b ON b.person_id = r.referred_by
        WHERE r.tenant_id = acting_tenant() AND acts_as('investor') AND s.investor_id = acting_institution()
        """
    }
}

extension Recommendation {
    fileprivate init(_ row: Row) throws {
        try self.init(
            id: row("id"), startup: row("startup_id"), recommendation: row("recommendation"), note: row("note"),
            at: row("recommended_at"), by: Colleague(person: row("recommended_by"), name: row("name") ?? ""))
    }
}

extension Referral {
    fileprivate init(_ row: Row) throws {
        try self.init(
            id: row("id"), startup: row("startup_id"),
            to: Colleague(person: row("referred_to"), name: row("asked") ?? ""), note: row("note"),
            at: row("referred_at"), by: Colleague(person: row("referred_by"), name: row("asks") ?? ""))
    }
}

extension Recommendation.Kind: PostgresCodable {}

extension Transaction {
    func insert(
        _ new: NewRecommendation, for startup: Startup.ID, of list: Shortlist.ID, as id: Recommendation.ID,
        by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- recommend
            INSERT INTO recommendations (tenant_id, id, shortlist_id, startup_id, recommendation, note, recommended_by)
            VALUES (acting_tenant(), \(id), \(list), \(startup), \(new.recommendation), \(new.note), \(person))
            """)
    }

    func insert(
        _ new: NewReferral, of startup: Startup.ID, on list: Shortlist.ID, as id: Referral.ID, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- refer
            INSERT INTO referrals (tenant_id, id, shortlist_id, startup_id, referred_to, note, referred_by)
            VALUES (acting_tenant(), \(id), \(list), \(startup), \(new.colleague), \(new.note), \(person))
            """)
    }
}
