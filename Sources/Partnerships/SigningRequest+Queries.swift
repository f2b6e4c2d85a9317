internal import Accounts
internal import Institutions
package import Postgres
internal import Vocabulary

extension Statements {
    /// Who is asked to sign an agreement, or an amendment of it: for managers at all parties, for a party's staff at their own.
    package func signingRequests(
        of mou: MoU.ID, amendment: Amendment.ID? = nil
    ) async throws -> [SigningRequest] {
        try await rows(
            """
            -- signing requests of an mou
            SELECT r.institution_id, r.person_id, p.name AS person_name, r.asked_at, r.refused_at, r.reason
            FROM mou_signing_requests AS r LEFT JOIN people AS p ON p.id = r.person_id
            WHERE r.tenant_id = acting_tenant() AND r.mou_id = \(mou) AND r.amendment_id IS NOT DISTINCT FROM \(amendment)
              AND (acts_as('manager', 'system') OR acts_as('partner') AND r.institution_id = acting_institution())
              AND EXISTS (SELECT FROM mous AS m
                          WHERE m.tenant_id = r.tenant_id AND m.id = r.mou_id AND \(fragment: .reachOfMoUs))
            ORDER BY r.asked_at, r.institution_id
            """
        ).map { row in
            try SigningRequest(
                institution: row("institution_id"), person: row("person_id"), personName: row("person_name"),
                askedAt: row("asked_at"), refusedAt: row("refused_at"), reason: row("reason"))
        }
    }

    /// The amendments of an agreement that the acting person is asked to sign and has not refused to; whether they have signed
    /// is not said.
    func amendmentsToSign(of mou: MoU.ID) async throws -> Set<Amendment.ID> {
        Set(
            try await rows(
                """
                -- amendments of an mou that somebody is asked to sign
                SELECT r.amendment_id FROM mou_signing_requests AS r
                WHERE r.tenant_id = acting_tenant() AND r.mou_id = \(mou) AND r.amendment_id IS NOT NULL
                  AND r.institution_id = acting_institution() AND r.person_id = acting_person() AND r.refused_at IS NULL
                  AND acts_as('partner')
                """
            ).map { try $0("amendment_id") })
    }

    /// The staff of an agreement's parties that have not signed it, or the amendment of it, by party and name. Only for managers.
    package func possibleSignatories(
        of mou: MoU.ID, amendment: Amendment.ID? = nil
    ) async throws -> [PossibleSignatory] {
        try await rows(
            """
            -- possible signatories of an mou
            SELECT m.id, p.name, m.institution_id
            FROM mou_parties AS q
            JOIN memberships AS m ON m.tenant_id = q.tenant_id AND m.institution_id = q.institution_id
            JOIN people AS p ON p.id = m.person_id
            WHERE q.tenant_id = acting_tenant() AND q.mou_id = \(mou) AND acts_as('manager')
              AND m.role = 'partner' AND m.ended_at IS NULL AND p.disabled_at IS NULL
              AND NOT party_has_signed(q.tenant_id, q.mou_id, \(amendment), q.institution_id)
            ORDER BY m.institution_id, p.name, m.id
            LIMIT 500
            """
        ).map { try PossibleSignatory(seat: $0("id"), name: $0("name"), institution: $0("institution_id")) }
    }
}

extension MoU {
    /// Whether the agreement waits for this person to sign for their institution.
    func asksToSign(_ person: Person.ID, for party: Institution.ID, _ reader: some Statements) async throws -> Bool {
        guard term.state == .agreed, !signatures.contains(where: { $0.institution == party }) else { return false }
        return try await reader.signingRequests(of: id).contains { $0.person == person && $0.refusedAt == nil }
    }

    /// Whether an amendment of the agreement waits for the acting person to sign for their institution.
    func asksToSign(
        _ amendment: Amendment, for party: Institution.ID, _ reader: some Statements
    ) async throws -> Bool {
        guard term.state == .signed, amendment.awaits(party, on: asOf) else { return false }
        return try await reader.amendmentsToSign(of: id).contains(amendment.id)
    }
}

extension Transaction {
    /// Asks whoever holds a seat, in the place of whoever was asked at that party before; nil when a manager, or the service,
    /// knows no such seat.
    func ask(
        _ seat: Seat.ID, toSign mou: MoU.ID, amendment: Amendment.ID?, in tenant: Tenant.ID, by person: Person.ID
    ) async throws -> (party: Institution.ID, person: Person.ID)? {
        try await execute(
            """
            -- askToSign: instead of
            DELETE FROM mou_signing_requests AS r USING memberships AS m
            WHERE r.tenant_id = \(tenant) AND r.mou_id = \(mou) AND r.amendment_id IS NOT DISTINCT FROM \(amendment)
              AND m.tenant_id = r.tenant_id AND m.id = \(seat) AND m.institution_id = r.institution_id
              AND acts_as('manager', 'system')
            """)
        return try await first(
            """
            -- askToSign
            INSERT INTO mou_signing_requests (tenant_id, mou_id, amendment_id, institution_id, person_id, asked_by)
            SELECT m.tenant_id, \(mou), \(amendment), m.institution_id, m.person_id, \(person)
            FROM memberships AS m JOIN people AS p ON p.id = m.person_id AND p.disabled_at IS NULL
            WHERE m.tenant_id = \(tenant) AND m.id = \(seat) AND m.role = 'partner' AND m.ended_at IS NULL
              AND acts_as('manager', 'system')
            RETURNING institution_id, person_id
            """
        ).map { (party: try $0("institution_id"), person: try $0("person_id")) }
    }

    /// Takes a request back; says whether there was one.
    func takeBackSigningRequest(
        of mou: MoU.ID, amendment: Amendment.ID?, for party: Institution.ID
    ) async throws -> Bool {
        try await execute(
            """
            -- takeBackSigningRequest
            DELETE FROM mou_signing_requests
            WHERE tenant_id = acting_tenant() AND mou_id = \(mou) AND amendment_id IS NOT DISTINCT FROM \(amendment)
              AND institution_id = \(party) AND acts_as('manager')
              AND NOT party_has_signed(tenant_id, mou_id, amendment_id, institution_id)
            """) == 1
    }

    /// Takes back every request of an agreement and its amendments that waits for an answer; says what was to be signed, by whom,
    /// at which party.
    func takeBackSigningRequests(
        of mou: MoU.ID
    ) async throws -> [(amendment: Amendment.ID?, party: Institution.ID, person: Person.ID)] {
        try await rows(
            """
            -- takeBackRequests
            DELETE FROM mou_signing_requests AS r
            WHERE r.tenant_id = acting_tenant() AND r.mou_id = \(mou) AND r.refused_at IS NULL AND acts_as('manager')
              AND NOT party_has_signed(r.tenant_id, r.mou_id, r.amendment_id, r.institution_id)
            RETURNING r.amendment_id, r.institution_id, r.person_id
            """
        ).map { (amendment: try $0("amendment_id"), party: try $0("institution_id"), person: try $0("person_id")) }
    }

    /// Who was asked to sign for a party and has not answered, where a manager records that it signed. A signatory's own hand is
    /// no record.
    func askedBeforeRecord(
        of mou: MoU.ID, amendment: Amendment.ID?, for party: Institution.ID
    ) async throws -> [Person.ID] {
        try await rows(
            """
            -- tellOfRecord
            SELECT person_id FROM mou_signing_requests
            WHERE tenant_id = acting_tenant() AND mou_id = \(mou) AND amendment_id IS NOT DISTINCT FROM \(amendment)
              AND institution_id = \(party) AND refused_at IS NULL AND acts_as('manager')
            """
        ).map { try $0("person_id") }
    }

    /// Keeps from when to when an agreed text is to bind.
    func saveDates(of mou: MoU) async throws {
        try await execute(
            """
            -- askToSign: dates
            UPDATE mous SET effective_on = \(mou.term.effectiveOn), ends_on = \(mou.term.endsOn)
            WHERE tenant_id = acting_tenant() AND id = \(mou.id)
            """)
    }

    /// What the acting person is called.
    func actingName() async throws -> Name {
        try await one("/* signByOwnHand */ SELECT name FROM people WHERE id = acting_person()")("name")
    }

    func refuseSigning(
        of mou: MoU.ID, amendment: Amendment.ID?, because reason: ShortText
    ) async throws -> Bool {
        try await execute(
            """
            -- refuseToSign
            UPDATE mou_signing_requests SET refused_at = now(), reason = \(reason)
            WHERE tenant_id = acting_tenant() AND mou_id = \(mou) AND amendment_id IS NOT DISTINCT FROM \(amendment)
              AND institution_id = acting_institution() AND person_id = acting_person() AND refused_at IS NULL
              AND NOT party_has_signed(tenant_id, mou_id, amendment_id, institution_id)
            """) == 1
    }
}

extension Statements {
    /// Who is written to about a request: whom it asks, until they have answered, and who asked, or all managers once they have
    /// left. Only for the service, and only people who have a seat.
    func readers(
        ofRequestOf mou: MoU.ID, amendment: Amendment.ID?, for party: Institution.ID
    ) async throws -> (asked: Person.ID?, askers: [Person.ID]) {
        guard
            let row = try await first(
                """
                -- readers of a signing request
                SELECT (SELECT m.person_id FROM memberships AS m JOIN people AS p ON p.id = m.person_id
                        WHERE m.tenant_id = r.tenant_id AND m.person_id = r.person_id AND m.ended_at IS NULL
                          AND m.role = 'partner' AND m.institution_id = r.institution_id AND p.disabled_at IS NULL
                          AND r.refused_at IS NULL
                          AND NOT party_has_signed(r.tenant_id, r.mou_id, r.amendment_id, r.institution_id)) AS asked,
                       (SELECT coalesce(array_agg(DISTINCT m.person_id) FILTER (WHERE m.person_id = r.asked_by),
                                        array_agg(DISTINCT m.person_id), '{}')
                        FROM memberships AS m JOIN people AS p ON p.id = m.person_id
                        WHERE m.tenant_id = r.tenant_id AND m.ended_at IS NULL AND m.role = 'manager'
                          AND p.disabled_at IS NULL) AS askers
                FROM mou_signing_requests AS r
                WHERE r.tenant_id = acting_tenant() AND r.mou_id = \(mou)
                  AND r.amendment_id IS NOT DISTINCT FROM \(amendment) AND r.institution_id = \(party)
                  AND acts_as('system')
                """)
        else { return (nil, []) }
        return (try row("asked"), try row("askers"))
    }

    /// Whether somebody is of the staff of an institution. Only for the service.
    func isStaff(_ person: Person.ID, of party: Institution.ID) async throws -> Bool {
        try await value(
            """
            -- reader of a request that was taken back
            SELECT EXISTS (
                SELECT FROM memberships AS m JOIN people AS p ON p.id = m.person_id AND p.disabled_at IS NULL
                WHERE m.tenant_id = acting_tenant() AND m.person_id = \(person) AND m.institution_id = \(party)
                  AND m.role = 'partner' AND m.ended_at IS NULL AND acts_as('system'))
            """)
    }
}
