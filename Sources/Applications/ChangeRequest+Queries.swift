internal import Accounts
internal import Foundation
package import Postgres
internal import Programs
package import Vocabulary

/// A request for changes in a manager's list.
package struct ChangeRequestSummary: Sendable {
    /// The request.
    package let request: ChangeRequest
    /// Who is asked.
    package let startupName: LocalizedName
    /// About the application to which call.
    package let callTitle: LocalizedName
    /// The zone of that call.
    package let zone: TimeZoneName
}

extension Statements {
    /// What the park asked to be changed of an application, the last first.
    package func changeRequests(of id: Application.ID) async throws -> [ChangeRequest] {
        try await rows(
            """
            -- changeRequests of an application
            \(fragment: .changeRequests)
            WHERE r.tenant_id = acting_tenant() AND \(fragment: .reachOfChangeRequests) AND r.application_id = \(id)
            ORDER BY r.requested_at DESC
            """
        ).map(ChangeRequest.init)
    }

    /// Requests that startups have not answered yet, those due first first; or those they have answered, the last first.
    /// For managers.
    package func changeRequests(answered: Bool, limit: Int) async throws -> [ChangeRequestSummary] {
        try await rows(
            """
            -- changeRequests of the workspace
            \(fragment: .changeRequests)
            WHERE r.tenant_id = acting_tenant() AND acts_as('manager')
              AND CASE WHEN \(answered) THEN x.number IS NOT NULL
                  ELSE a.state = 'changes_requested' AND x.number IS NULL AND r.cancelled_at IS NULL END
            ORDER BY CASE WHEN \(answered) THEN x.submitted_at END DESC, r.due_at, r.id
            LIMIT \(limit)
            """
        ).map { row in
            try ChangeRequestSummary(
                request: ChangeRequest(row), startupName: row("startup_name"), callTitle: row("call_title"),
                zone: row("time_zone"))
        }
    }

    /// Whether an application is of a startup that the acting manager founded or holds shares of.
    package func isTheirOwn(_ id: Application.ID) async throws -> Bool {
        try await value(
            "/* isTheirOwn */ SELECT \(id) = ANY (applications_too_near(acting_role(), acting_person())) AS own")
    }
}

extension Query {
    fileprivate static var changeRequests: Query {
        """
        SELECT r.id, r.application_id, r.message, r.requested_at, r.requested_by, r.due_at, r.from_state, r.round,
               r.cancelled_at, x.number AS answered_by, x.submitted_at AS answered_at, i.names AS startup_name,
               c.title AS call_title, c.time_zone,
               ARRAY(SELECT q.question_id FROM change_request_questions AS q
                     JOIN call_questions AS asked ON asked.tenant_id = q.tenant_id AND asked.call_id = q.call_id
                         AND asked.id = q.question_id
                     WHERE q.tenant_id = r.tenant_id AND q.application_id = r.application_id AND q.request_id = r.id
                     ORDER BY asked.position) AS questions,
               ARRAY(SELECT f.fact FROM change_request_facts AS f
                     WHERE f.tenant_id = r.tenant_id AND f.application_id = r.application_id
                       AND f.request_id = r.id) AS facts
        FROM change_requests AS r
        JOIN applications AS a ON a.tenant_id = r.tenant_id AND a.id = r.application_id
        JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
        JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
        LEFT JOIN application_snapshots AS x ON x.tenant_id = r.tenant_id AND x.application_id = r.application_id
            AND x.request_id = r.id
        """
    }

    fileprivate static var reachOfChangeRequests: Query {
        """
        (acts_as('manager', 'system')
         OR acts_as('founder') AND a.startup_id = acting_institution())
        """
    }
}

extension ChangeRequest {
    fileprivate init(_ row: Row) throws {
        let (number, at): (Int?, Date?) = try (row("answered_by"), row("answered_at"))
        let facts: [String] = try row("facts")
        var answered: Answered?
        if let number, let at { answered = Answered(snapshot: number, at: at) }
        try self.init(
            id: row("id"), application: row("application_id"), message: row("message"), questions: row("questions"),
            facts: ApplicantFact.allCases.filter { facts.contains($0.rawValue) }, requestedAt: row("requested_at"),
            requestedBy: row("requested_by"), dueAt: row("due_at"),
            from: row("from_state"), round: row("round"), answered: answered, cancelledAt: row("cancelled_at"))
    }
}

extension Transaction {
    func insert(
        _ wanted: ChangesWanted, as id: ChangeRequest.ID, of application: Application, from: Application.State,
        due: Date, asking round: Int? = nil, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- requestChanges, askLaterQuestions
            INSERT INTO change_requests
                (tenant_id, application_id, id, call_id, requested_by, message, due_at, from_state, round)
            VALUES (acting_tenant(), \(application.id), \(id), \(application.call), \(person), \(wanted.message), \(due),
                    \(from), \(round))
            """)
        try await execute(
            """
            -- requestChanges: of which questions
            INSERT INTO change_request_questions (tenant_id, application_id, request_id, call_id, question_id)
            SELECT acting_tenant(), \(application.id), \(id), \(application.call), named.question
            FROM (SELECT DISTINCT question FROM unnest(\(wanted.questions)) AS q (question)) AS named
            """)
        guard !wanted.facts.isEmpty else { return }
        try await execute(
            """
            -- requestChanges: of which facts
            INSERT INTO change_request_facts (tenant_id, application_id, request_id, fact)
            SELECT DISTINCT acting_tenant(), \(application.id), \(id), named.fact
            FROM unnest(\(wanted.facts.map(\.rawValue))::text[]) AS named (fact)
            """)
    }

    func extend(_ id: ChangeRequest.ID, of application: Application.ID, to due: Date) async throws {
        try await execute(
            """
            -- extendChanges
            UPDATE change_requests SET due_at = \(due)
            WHERE tenant_id = acting_tenant() AND application_id = \(application) AND id = \(id)
            """)
    }

    /// Ends a request, and puts back what was handed in before it.
    func cancel(_ id: ChangeRequest.ID, of application: Application.ID, by person: Person.ID) async throws {
        try await execute(
            """
            -- cancelChanges
            UPDATE change_requests SET cancelled_at = now(), cancelled_by = \(person)
            WHERE tenant_id = acting_tenant() AND application_id = \(application) AND id = \(id)
            """)
        try await execute("/* cancelChanges: what stood before */ SELECT restore_answers(\(application), \(id))")
        try await execute("/* cancelChanges: what was declared before */ SELECT restore_facts(\(application), \(id))")
    }
}
