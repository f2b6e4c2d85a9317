internal import Accounts
internal import Applications
internal import Foundation
package import Postgres
internal import Vocabulary

extension Statements {
    /// What was ruled on whom the applications of a round's call name, the latest first. For managers, and for none of them
    /// about a startup of their own.
    ///
    /// - Parameter isOfTheRound: only of applications that the round takes, where it is of one stream or batch.
    package func rulings(in round: ReviewRound.ID, only isOfTheRound: Bool = false) async throws -> [ConflictRuling] {
        try await rows(
            """
            -- rulings in a round
            SELECT l.id, l.person_id, who.name AS person_name, l.application_id, i.names AS startup_names, l.sets_aside,
                   l.reason, l.ruled_at, ruler.name AS ruled_by,
                   l.number = max(l.number) OVER (PARTITION BY l.application_id, l.person_id) AS is_latest
            FROM conflict_rulings AS l
            JOIN applications AS a ON a.tenant_id = l.tenant_id AND a.id = l.application_id
            JOIN review_rounds AS r ON r.tenant_id = a.tenant_id AND r.call_id = a.call_id AND r.id = \(round)
            JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
            JOIN people AS who ON who.id = l.person_id
            LEFT JOIN people AS ruler ON ruler.id = l.ruled_by
            WHERE l.tenant_id = acting_tenant() AND acts_as('manager', 'system')
              AND \(fragment: isOfTheRound ? .belongsIntoTheRound : "true")
              AND \(fragment: .isNotTooNear("l.application_id"))
            ORDER BY l.ruled_at DESC, l.number DESC, l.id
            LIMIT 5000
            """
        ).map(ConflictRuling.init)
    }

    /// The first round of an application's call, where what was ruled is listed; nil where none is planned. For managers.
    func firstRound(of application: Application.ID) async throws -> ReviewRound.ID? {
        try await first(
            """
            -- first round of an application
            SELECT r.id FROM applications AS a
            JOIN review_rounds AS r ON r.tenant_id = a.tenant_id AND r.call_id = a.call_id
            WHERE a.tenant_id = acting_tenant() AND a.id = \(application) AND acts_as('manager', 'system')
            ORDER BY r.number, r.id LIMIT 1
            """
        ).map { try $0("id") }
    }

    /// Whether an application names a panelist of a round of its call, and what was ruled on it; nil where there is no such
    /// application or panelist. For managers.
    func naming(
        of person: Person.ID, by application: Application.ID, in round: ReviewRound.ID
    ) async throws -> Naming? {
        try await first(
            """
            -- naming
            SELECT who.name AS person_name, i.names AS startup_names,
                   EXISTS (SELECT FROM application_people AS n
                           WHERE n.tenant_id = a.tenant_id AND n.application_id = a.id AND n.email = who.email
                             AND NOT is_reopened(n.tenant_id, n.application_id, n.question_id)) AS is_named,
                   (SELECT count(*) % 2 = 1 FROM conflict_rulings AS l
                    WHERE l.tenant_id = a.tenant_id AND l.application_id = a.id AND l.person_id = who.id) AS is_set_aside
            FROM applications AS a
            JOIN review_rounds AS r ON r.tenant_id = a.tenant_id AND r.call_id = a.call_id AND r.id = \(round)
            JOIN panel_members AS p ON p.tenant_id = r.tenant_id AND p.round_id = r.id AND p.person_id = \(person)
            JOIN people AS who ON who.id = p.person_id
            JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
            WHERE a.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND a.id = \(application)
              AND a.submitted_at IS NOT NULL AND a.withdrawn_at IS NULL AND \(fragment: .isNotTooNear("a.id"))
            """
        ).map { row in
            try Naming(
                personName: row("person_name"), startupName: row("startup_names"), isNamed: row("is_named"),
                isSetAside: row("is_set_aside"))
        }
    }

    /// Whose review of an application counts in a round although they are named since by an application of the startup, or have
    /// a part in one that stands against it, and which of the two: where it is both, that they are named. For managers.
    func standingReviewers(
        of application: Application.ID, in round: ReviewRound.ID
    ) async throws -> [Person.ID: Conflict.Kind] {
        let found: [(Person.ID, Conflict.Kind)] = try await rows(
            """
            -- standingReviewers
            SELECT s.person_id, min(c.kind) AS kind
            FROM review_assignments AS s
            JOIN applications AS a ON a.tenant_id = s.tenant_id AND a.id = s.application_id
            CROSS JOIN LATERAL (
                SELECT c.kind FROM conflicts_of_interest AS c
                WHERE c.tenant_id = s.tenant_id AND c.person_id = s.person_id AND c.startup_id = a.startup_id
                  AND c.kind IN ('named', 'rival')
                OFFSET 0) AS c
            WHERE s.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND s.round_id = \(round)
              AND s.application_id = \(application) AND s.state = 'assigned'
              AND \(fragment: .isNotTooNear("s.application_id"))
            GROUP BY s.person_id
            """
        ).map { try ($0("person_id"), $0("kind")) }
        return Dictionary(uniqueKeysWithValues: found)
    }
}

extension Transaction {
    /// Says whether there is such an application that was handed in, which the principal may rule on.
    func insert(
        _ id: ConflictRuling.ID, on person: Person.ID, namedBy application: Application.ID, _ deed: ConflictRuling.Deed,
        because reason: ShortText, by manager: Person.ID
    ) async throws -> Bool {
        try await execute(
            """
            -- ruleOnConflict
            INSERT INTO conflict_rulings (tenant_id, id, application_id, person_id, sets_aside, reason, ruled_by)
            SELECT a.tenant_id, \(id), a.id, \(person), \(deed == .setAside), \(reason), \(manager)
            FROM applications AS a
            WHERE a.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND a.id = \(application)
              AND a.submitted_at IS NOT NULL AND \(fragment: .isNotTooNear("a.id"))
            """) == 1
    }
}

extension ConflictRuling {
    fileprivate init(_ row: Row) throws {
        let setsAside: Bool = try row("sets_aside")
        try self.init(
            id: row("id"), person: row("person_id"), personName: row("person_name"), application: row("application_id"),
            startupName: row("startup_names"), deed: setsAside ? .setAside : .restored, reason: row("reason"),
            ruledAt: row("ruled_at"), ruledBy: row("ruled_by"), isLatest: row("is_latest"))
    }
}
