internal import Accounts
internal import Foundation
package import Postgres
internal import Vocabulary

extension Statements {
    /// How the moments at which reviews are due were moved, by round, the latest first. Reviewers read those of the rounds they
    /// were invited to, without who moved them.
    package func dueMoves(of rounds: [ReviewRound.ID]) async throws -> [ReviewRound.ID: [DueMove]] {
        try await rows(
            """
            -- dueMoves
            SELECT m.round_id, m.at, CASE WHEN acts_as('manager', 'system') THEN who.name END AS person_name, m.was_due_at,
                   m.due_at, m.reason
            FROM round_due_moves AS m
            JOIN review_rounds AS r ON r.tenant_id = m.tenant_id AND r.id = m.round_id
            LEFT JOIN people AS who ON who.id = m.person_id
            WHERE m.tenant_id = acting_tenant() AND m.round_id = ANY (\(rounds)) AND \(fragment: .reachOfRounds)
            ORDER BY m.at DESC, m.id
            """
        ).reduce(into: [:]) { moves, row in
            let round: ReviewRound.ID = try row("round_id")
            moves[round, default: []].append(
                try DueMove(
                    at: row("at"), personName: row("person_name"), was: row("was_due_at"), due: row("due_at"),
                    reason: row("reason")))
        }
    }

    /// Who on a panel counts on the moment at which reviews are due: whoever owes one or has not answered the invitation, and,
    /// where the moment is an earlier one, whoever has accepted and may still be given something. For managers.
    func readersOfDue(of round: ReviewRound.ID, isEarlier: Bool) async throws -> [DueReader] {
        try await rows(
            """
            -- readersOfDue
            SELECT p.person_id, w.pending, p.accepted_at IS NULL AS is_invited
            FROM panel_members AS p
            JOIN people AS who ON who.id = p.person_id AND who.disabled_at IS NULL
            CROSS JOIN LATERAL (
                SELECT count(*) AS assigned, count(*) FILTER (WHERE w.submitted_at IS NULL) AS pending
                FROM review_assignments AS s
                LEFT JOIN reviews AS w ON w.tenant_id = s.tenant_id AND w.assignment_id = s.id
                WHERE s.tenant_id = p.tenant_id AND s.round_id = p.round_id AND s.person_id = p.person_id
                  AND s.state = 'assigned') AS w
            WHERE p.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND p.round_id = \(round)
              AND p.declined_at IS NULL
              AND (w.pending > 0 OR p.accepted_at IS NULL OR \(isEarlier) AND w.assigned = 0)
              AND EXISTS (SELECT FROM memberships AS m
                          WHERE m.tenant_id = p.tenant_id AND m.person_id = p.person_id AND m.role = 'reviewer'
                            AND m.ended_at IS NULL)
            ORDER BY p.person_id
            """
        ).map {
            try DueReader(person: $0("person_id"), pending: $0("pending"), isInvited: $0("is_invited"))
        }
    }
}

extension Transaction {
    /// Before the round itself: the database takes another moment only where it reads why.
    func insertMove(of round: ReviewRound, because reason: ShortText, by person: Person.ID) async throws {
        try await execute(
            """
            -- moveDue: why
            INSERT INTO round_due_moves (tenant_id, round_id, id, person_id, was_due_at, due_at, reason)
            SELECT r.tenant_id, r.id, gen_random_uuid(), \(person), r.due_at, \(round.due.instant), \(reason)
            FROM review_rounds AS r WHERE r.tenant_id = acting_tenant() AND r.id = \(round.id)
            """)
    }

    func saveDue(of round: ReviewRound) async throws {
        try await execute(
            """
            -- moveDue
            UPDATE review_rounds SET due_at = \(round.due.instant), time_zone = \(round.due.zone)
            WHERE tenant_id = acting_tenant() AND id = \(round.id)
            """)
    }
}
