import Accounts
import Institutions
package import Postgres
import Vocabulary

extension Statements {
    /// Who came to answer for an agreement since its text was shared, the first first.
    package func handovers(of id: MoU.ID) async throws -> [Handover] {
        try await rows(
            """
            -- handovers of an mou
            SELECT h.at, h.person_id, p.name AS person_name, h.institution_id, h.former, h.successor
            FROM mou_handovers AS h LEFT JOIN people AS p ON p.id = h.person_id
            WHERE h.tenant_id = acting_tenant() AND h.mou_id = \(id)
              AND (acts_as('manager', 'system') OR h.institution_id IS NULL OR EXISTS (
                  SELECT FROM mou_parties AS q
                  WHERE q.tenant_id = h.tenant_id AND q.mou_id = h.mou_id AND q.institution_id = h.institution_id))
              AND EXISTS (SELECT FROM mous AS m
                          WHERE m.tenant_id = h.tenant_id AND m.id = h.mou_id AND \(fragment: .reachOfMoUs))
            ORDER BY h.at, h.institution_id, h.id
            """
        ).map { row in
            try Handover(
                at: row("at"), person: row("person_id"), personName: row("person_name"),
                institution: row("institution_id"), former: row("former"), successor: row("successor"))
        }
    }
}

extension Transaction {
    /// The agreement, locked for whoever may know of it; nil when that is not the acting seat. Partners name their coordinator,
    /// and write nothing of the agreement itself, which is why they cannot lock it as managers do.
    func lockSharedMoU(_ id: MoU.ID) async throws -> MoU? {
        let isLocked: Bool = try await value(
            "/* lockSharedMoU */ SELECT lock_agreement(acting_role(), acting_institution(), \(id))")
        return isLocked ? try await mou(id) : nil
    }

    /// Whether there is such a party, and the acting seat may speak for it.
    func save(coordinator: Name, of party: Institution.ID, of mou: MoU.ID) async throws -> Bool {
        try await execute(
            """
            -- nameCoordinator
            UPDATE mou_parties SET coordinator = \(coordinator)
            WHERE tenant_id = acting_tenant() AND mou_id = \(mou) AND institution_id = \(party)
              AND (acts_as('manager') OR acts_as('partner') AND institution_id = acting_institution())
            """) == 1
    }

    /// Whether the acting seat may name who reads the agreement for the law.
    func save(legalReviewer: Name, of mou: MoU.ID) async throws -> Bool {
        try await execute(
            """
            -- nameLegalReviewer
            UPDATE mous SET legal_reviewer = \(legalReviewer)
            WHERE tenant_id = acting_tenant() AND id = \(mou) AND acts_as('manager')
            """) == 1
    }
}
