internal import API
internal import Accounts
internal import Foundation
package import Institutions
package import Postgres
internal import Vocabulary

extension Statements {
    /// How an investor stands; nil when the directory has no such investor or the seat may not know of it. An investor
    /// knows its own.
    package func standing(of investor: Institution.ID) async throws -> InvestorStanding? {
        guard
            let row = try await first(
                """
                -- standing of an investor
                SELECT (now() AT TIME ZONE 'UTC')::date AS as_of, p.since, p.until,
                       v.investor_id IS NOT NULL AS is_visible
                FROM institutions AS i
                LEFT JOIN investor_pauses AS p ON p.tenant_id = i.tenant_id AND p.investor_id = i.id
                    AND (p.until IS NULL OR p.until >= (now() AT TIME ZONE 'UTC')::date)
                LEFT JOIN visible_investors AS v ON v.tenant_id = i.tenant_id AND v.investor_id = i.id
                WHERE i.tenant_id = acting_tenant() AND i.id = \(investor) AND i.kind <> 'startup'
                  AND (acts_as('manager', 'system') OR acts_as('investor') AND i.id = acting_institution())
                """)
        else { return nil }
        let verifications = try await rows(
            """
            -- verifications of an investor
            SELECT v.id, v.basis, v.evidence, v.verified_at, v.verified_by, v.valid_until, v.revoked_at, v.revocation_reason
            FROM investor_verifications AS v
            WHERE v.tenant_id = acting_tenant() AND v.investor_id = \(investor)
              AND (acts_as('manager', 'system') OR acts_as('investor') AND v.investor_id = acting_institution())
            ORDER BY v.verified_at DESC, v.id DESC
            LIMIT 50
            """
        ).map(InvestorVerification.init)
        let today: CalendarDate = try row("as_of")
        let pause: InvestorPause? = try row.value("since", as: Date?.self)
            .map { try InvestorPause(since: $0, until: row("until")) }
        return try InvestorStanding(
            investor: investor,
            verifiedUntil: verifications.filter { $0.revokedAt == nil && $0.validUntil >= today }.map(\.validUntil)
                .max(),
            verifications: verifications, pause: pause, isVisible: row("is_visible"), asOf: today)
    }
}

extension InvestorVerification {
    fileprivate init(_ row: Row) throws {
        try self.init(
            id: row("id"), basis: row("basis"), evidence: row("evidence"), verifiedAt: row("verified_at"),
            verifiedBy: row("verified_by"), validUntil: row("valid_until"), revokedAt: row("revoked_at"),
            revocationReason: row("revocation_reason"))
    }
}

extension InvestorVerification.Basis: PostgresCodable {}
extension ListBarrier: PostgresCodable {}

extension Transaction {
    func insert(
        _ new: NewVerification, as id: InvestorVerification.ID, of investor: Institution.ID, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- verifyInvestor
            INSERT INTO investor_verifications (tenant_id, id, investor_id, basis, evidence, verified_by, valid_until)
            VALUES (acting_tenant(), \(id), \(investor), \(new.basis), \(new.evidence), \(person), \(new.validUntil))
            """)
    }

    /// When a verification was taken back, with its row locked: nil for not at all, and nil within for not yet.
    func lockVerification(_ id: InvestorVerification.ID, of investor: Institution.ID) async throws -> Date?? {
        try await first(
            """
            -- lockVerification
            SELECT revoked_at FROM investor_verifications
            WHERE tenant_id = acting_tenant() AND id = \(id) AND investor_id = \(investor) FOR UPDATE
            """
        ).map { try $0("revoked_at") as Date? }
    }

    func revoke(_ id: InvestorVerification.ID, because reason: ShortText, by person: Person.ID) async throws {
        try await execute(
            """
            -- revokeVerification
            UPDATE investor_verifications
            SET revoked_at = now(), revoked_by = \(person), revocation_reason = \(reason)
            WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
    }

    func pause(_ investor: Institution.ID, until day: CalendarDate?, by person: Person.ID) async throws {
        try await execute(
            """
            -- pauseInvestor
            INSERT INTO investor_pauses (tenant_id, investor_id, until, set_by)
            VALUES (acting_tenant(), \(investor), \(day), \(person))
            ON CONFLICT (tenant_id, investor_id)
                DO UPDATE SET until = excluded.until, set_by = excluded.set_by,
                    since = CASE WHEN investor_pauses.until < (now() AT TIME ZONE 'UTC')::date THEN now()
                                 ELSE investor_pauses.since END
            """)
    }

    func endPause(of investor: Institution.ID) async throws {
        try await execute(
            """
            -- resumeInvestor
            DELETE FROM investor_pauses WHERE tenant_id = acting_tenant() AND investor_id = \(investor)
            """)
    }

    func confirm(_ mandate: Mandate.ID, until day: CalendarDate) async throws {
        try await execute(
            """
            -- confirmMandate
            UPDATE mandates SET confirmed_until = \(day) WHERE tenant_id = acting_tenant() AND id = \(mandate)
            """)
    }
}
