internal import Accounts
package import Applications
internal import Foundation
package import Postgres
internal import Programs
internal import Vocabulary

extension Statements {
    /// The last appeal of an application; nil when there is none, or the principal may not know of it.
    package func appeal(of application: Application.ID) async throws -> Appeal? {
        try await first(
            """
            -- appeal
            \(fragment: .appeals)
            WHERE p.tenant_id = acting_tenant() AND \(fragment: .reachOfDecisions) AND p.application_id = \(application)
            ORDER BY p.lodged_at DESC
            LIMIT 1
            """
        ).map(Appeal.init)
    }

    /// What of an application can be appealed, if not yet, and until when; nil where it was neither rejected nor found not
    /// eligible, or the principal may not know of it.
    func appealable(_ id: Application.ID) async throws -> Appealable? {
        if let decision = try await releasedDecision(on: id) { return decision.appealable }
        guard let summary = try await application(id), summary.application.state == .ineligible else { return nil }
        return summary.appealUntil.map { Appealable(subject: .screening, until: $0) }
    }

    /// Appeals, those that wait first, then the latest. For managers.
    ///
    /// - Parameter waiting: only those that wait for whoever acts.
    package func appeals(waiting: Bool = false) async throws -> [Appeal] {
        try await rows(
            """
            -- appeals
            \(fragment: .appeals)
            WHERE p.tenant_id = acting_tenant() AND \(fragment: .reachOfManagers)
              AND \(fragment: waiting ? .appealsToAnswer : "true")
            ORDER BY p.answered_at IS NOT NULL, p.lodged_at DESC, p.application_id, p.subject
            LIMIT 500
            """
        ).map(Appeal.init)
    }
}

extension Query {
    /// Which appeals `p` wait for whoever acts: those that nobody has answered, but for what they decided themself. As
    /// `appeals_are_heard_by_somebody_else` has it.
    package static var appealsToAnswer: Query {
        """
        (p.answered_at IS NULL
         AND NOT EXISTS (SELECT FROM decisions AS d
                         JOIN decision_batches AS b ON b.tenant_id = d.tenant_id AND b.id = d.batch_id
                         WHERE d.tenant_id = p.tenant_id AND d.application_id = p.application_id
                           AND b.released_by = acting_person())
         AND NOT EXISTS (SELECT FROM prepared_decisions AS d
                         WHERE d.tenant_id = p.tenant_id AND d.application_id = p.application_id
                           AND d.prepared_by = acting_person())
         AND NOT EXISTS (SELECT FROM decision_changes AS c
                         WHERE c.tenant_id = p.tenant_id AND c.application_id = p.application_id
                           AND c.confirmed_at IS NOT NULL AND acting_person() IN (c.proposed_by, c.confirmed_by))
         AND NOT (p.subject = 'screening' AND EXISTS (
             SELECT FROM application_events AS e
             WHERE e.tenant_id = p.tenant_id AND e.application_id = p.application_id AND e.occasion IS NULL
               AND e.to_state = 'ineligible' AND e.person_id = acting_person())))
        """
    }

    fileprivate static var appeals: Query {
        """
        SELECT p.application_id, p.subject, i.names, k.title, p.grounds, p.lodged_at, p.verdict, p.answer, p.answered_at
        FROM appeals AS p
        JOIN applications AS a ON a.tenant_id = p.tenant_id AND a.id = p.application_id
        JOIN calls AS k ON k.tenant_id = a.tenant_id AND k.id = a.call_id
        JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
        """
    }
}

extension Appeal.Verdict: PostgresCodable {}

extension Appeal.Subject: PostgresCodable {}

extension ReleasedDecision {
    /// That it can be appealed, of a rejection.
    var appealable: Appealable? {
        outcome == .reject ? appealUntil.map { Appealable(subject: .decision, until: $0) } : nil
    }
}

extension Appeal {
    fileprivate init(_ row: Row) throws {
        try self.init(
            application: row("application_id"), subject: row("subject"), startupName: row("names"),
            callTitle: row("title"), grounds: row("grounds"), lodgedAt: row("lodged_at"), verdict: row("verdict"),
            answer: row("answer"),
            answeredAt: row("answered_at"))
    }
}

extension Transaction {
    func insertAppeal(
        of application: Application.ID, saying grounds: LongText, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- lodgeAppeal
            INSERT INTO appeals (tenant_id, application_id, grounds, lodged_by)
            VALUES (\(tenant), \(application), \(grounds), \(person))
            """)
    }

    /// The last appeal with its row locked until the transaction ends.
    func lockAppeal(of application: Application.ID) async throws -> Appeal? {
        try await execute(
            """
            -- lockAppeal
            SELECT FROM appeals WHERE tenant_id = acting_tenant() AND application_id = \(application) FOR UPDATE
            """)
        return try await appeal(of: application)
    }

    func record(
        _ verdict: Appeal.Verdict, on application: Application.ID, because answer: LongText, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- answerAppeal
            UPDATE appeals SET verdict = \(verdict), answer = \(answer), answered_at = now(), answered_by = \(person)
            WHERE tenant_id = acting_tenant() AND application_id = \(application) AND verdict IS NULL
            """)
    }

    /// What stood for an application stands no more.
    func removeDecision(on application: Application.ID) async throws {
        try await execute(
            """
            -- answerAppeal: reopened
            DELETE FROM decisions WHERE tenant_id = acting_tenant() AND application_id = \(application)
            """)
    }
}
