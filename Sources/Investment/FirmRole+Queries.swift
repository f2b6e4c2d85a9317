internal import Accounts
package import Institutions
package import Postgres
internal import Vocabulary

extension Statements {
    /// The people of a firm, by name; nobody for whoever may not know them.
    package func people(of firm: Institution.ID) async throws -> [FirmPerson] {
        try await rows(
            """
            -- people of a firm
            SELECT p.seat_id, p.person_id, p.name, p.firm_role FROM people_of_firm(\(firm), acting_role()) AS p
            WHERE NOT p.has_left
            ORDER BY p.name, p.seat_id
            LIMIT 500
            """
        ).map { row in
            try FirmPerson(
                seat: row("seat_id"), person: row("person_id"), name: row("name"), role: row("firm_role"))
        }
    }

    /// What the acting person is within the firm they act for; nil for whoever acts for none.
    package func actingFirmRole() async throws -> FirmRole? {
        try await one(
            """
            -- actingFirmRole
            SELECT CASE WHEN acts_as('investor') THEN firm_role_of(acting_membership()) END AS role
            """)("role")
    }
}

extension FirmRole: PostgresCodable {}

extension Transaction {
    /// Refuses an analyst, as the trigger `analysts_do_not_answer_for_the_firm` does on every table.
    func checkAnswersForTheFirm() async throws {
        if try await actingFirmRole() == .analyst { throw FirmRefusal.analyst }
    }

    func set(_ role: FirmRole, of seat: Seat.ID, at firm: Institution.ID, by person: Person.ID) async throws {
        try await execute(
            """
            -- setFirmRole
            INSERT INTO firm_roles (tenant_id, seat_id, investor_id, role, set_by)
            VALUES (acting_tenant(), \(seat), \(firm), \(role), \(person))
            ON CONFLICT (tenant_id, seat_id) DO UPDATE SET role = excluded.role, set_at = now(), set_by = excluded.set_by
            """)
    }
}
