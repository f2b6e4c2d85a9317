internal import Accounts
package import Applications
internal import Foundation
internal import Institutions
package import Postgres
internal import Programs
internal import Vocabulary

extension Statements {
    /// What stands for an application since its release; nil before, or where the principal may not know of it. Founders
    /// read that of their startup.
    package func releasedDecision(on application: Application.ID) async throws -> ReleasedDecision? {
        try await first(
            """
            -- releasedDecision
            SELECT d.application_id, d.batch_id, d.outcome, d.stream_id, s.name AS stream_name, d.currency, d.award_minor,
                   -- Of an offer whose days begin with its letter, nobody knows the last one yet.
                   CASE WHEN a.offer_days IS NULL THEN d.last_day END AS last_day, a.offer_days, d.note, d.feedback,
                   d.released_at, d.appeal_until
            FROM decisions AS d
            JOIN applications AS a ON a.tenant_id = d.tenant_id AND a.id = d.application_id
            LEFT JOIN streams AS s ON s.tenant_id = d.tenant_id AND s.id = d.stream_id
            WHERE d.tenant_id = acting_tenant() AND \(fragment: .reachOfDecisions) AND d.application_id = \(application)
            """
        ).map(ReleasedDecision.init)
    }

    /// A proposed change; nil when it does not exist or the principal may not know of it. For managers.
    package func decisionChange(_ id: DecisionChange.ID) async throws -> DecisionChange? {
        try await first(
            """
            -- decisionChange
            \(fragment: .changes)
            WHERE c.tenant_id = acting_tenant() AND \(fragment: .reachOfManagers) AND c.id = \(id)
            """
        ).map(DecisionChange.init)
    }

    /// What stands of the decisions that were released with a batch, by the startups' names. For managers.
    func standingDecisions(
        in batch: DecisionBatch.ID
    ) async throws -> [(application: Application.ID, startupName: LocalizedName, outcome: Outcome)] {
        try await rows(
            """
            -- standingDecisions
            SELECT d.application_id, i.names, d.outcome
            FROM decisions AS d
            JOIN applications AS a ON a.tenant_id = d.tenant_id AND a.id = d.application_id
            JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
            WHERE d.tenant_id = acting_tenant() AND \(fragment: .reachOfManagers) AND d.batch_id = \(batch)
            ORDER BY i.names ->> 'en', d.application_id
            LIMIT 5000
            """
        ).map { try (application: $0("application_id"), startupName: $0("names"), outcome: $0("outcome")) }
    }

    /// Proposed changes, those that wait first, then the latest. For managers.
    ///
    /// - Parameter application: only those of this application; nil for all.
    package func decisionChanges(of application: Application.ID? = nil) async throws -> [DecisionChange] {
        try await rows(
            """
            -- decisionChanges
            \(fragment: .changes)
            WHERE c.tenant_id = acting_tenant() AND \(fragment: .reachOfManagers)
              \(given: application, { "AND c.application_id = \($0)" })
            ORDER BY c.confirmed_at IS NOT NULL OR c.refused_at IS NOT NULL, c.proposed_at DESC, c.id
            LIMIT 500
            """
        ).map(DecisionChange.init)
    }
}

extension Query {
    /// Which decisions, of applications `a`, the seat reaches.
    static var reachOfDecisions: Query {
        """
        (acts_as('founder') AND a.startup_id = acting_institution() OR \(fragment: .reachOfManagers))
        """
    }

    /// The same for managers: those of calls to which no startup of their own applied.
    static var reachOfManagers: Query {
        """
        (acts_as('system') OR acts_as('manager')
         AND a.call_id <> ALL ((SELECT calls_too_near(acting_role(), acting_person()))::uuid[]))
        """
    }

    fileprivate static var changes: Query {
        """
        SELECT c.id, c.application_id, i.names, k.title, c.outcome, c.stream_id, c.rank, c.award_minor, b.currency, c.last_day, c.note,
               c.reason, c.proposed_at, c.proposed_by, who.name AS proposed_by_name, c.confirmed_at, c.refused_at,
               c.refused_reason, CASE WHEN a.state IN ('accepted', 'declined') THEN a.state END AS answer,
               CASE WHEN a.state IN ('accepted', 'declined') THEN
                   (SELECT max(e.at) FROM application_events AS e
                    WHERE e.tenant_id = a.tenant_id AND e.application_id = a.id AND e.to_state = a.state
                      AND e.occasion IS NULL) END AS startup_answered_at
        FROM decision_changes AS c
        JOIN applications AS a ON a.tenant_id = c.tenant_id AND a.id = c.application_id
        JOIN calls AS k ON k.tenant_id = a.tenant_id AND k.id = a.call_id
        JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
        LEFT JOIN decisions AS d ON d.tenant_id = c.tenant_id AND d.application_id = c.application_id
        LEFT JOIN decision_batches AS b ON b.tenant_id = d.tenant_id AND b.id = d.batch_id
        LEFT JOIN people AS who ON who.id = c.proposed_by
        """
    }
}

extension ReleasedDecision {
    fileprivate init(_ row: Row) throws {
        try self.init(
            application: row("application_id"), batch: row("batch_id"), outcome: row("outcome"),
            stream: row("stream_id"), streamName: row("stream_name"),
            award: row.money("award_minor", "currency"), lastDay: row("last_day"), acceptDays: row("offer_days"),
            note: row("note"), feedback: row("feedback"), releasedAt: row("released_at"),
            appealUntil: row("appeal_until"))
    }
}

extension DecisionChange {
    fileprivate init(_ row: Row) throws {
        try self.init(
            id: row("id"), application: row("application_id"), startupName: row("names"), callTitle: row("title"),
            preparation: Preparation(
                row("outcome"), rank: row("rank"), award: row.money("award_minor", "currency"),
                lastDay: row("last_day"), note: row("note"), stream: row("stream_id")),
            reason: row("reason"), proposedAt: row("proposed_at"), proposedBy: row("proposed_by"),
            proposedByName: row("proposed_by_name"), confirmedAt: row("confirmed_at"), refusedAt: row("refused_at"),
            refusedReason: row("refused_reason"), answer: row("answer"), startupAnsweredAt: row("startup_answered_at"))
    }
}

extension Transaction {
    /// Whether a call exists whose decisions the principal may know.
    func maySee(decisionsOn call: CallForApplications.ID) async throws -> Bool {
        try await first(
            """
            -- maySeeDecisions
            SELECT a.id FROM (SELECT c.id, c.id AS call_id FROM calls AS c
                              WHERE c.tenant_id = acting_tenant() AND c.id = \(call)) AS a
            WHERE \(fragment: .reachOfManagers)
            """) != nil
    }

    /// When each of several changes takes its turn: by call, which has the places and is locked before its batches; of one call
    /// those first that take no place; and then in an order that is always the same, as their rows are locked.
    func turns(of ids: [DecisionChange.ID]) async throws -> [DecisionChange.ID: String] {
        try await rows(
            """
            -- turns of changes
            SELECT c.id, concat_ws(
                       ' ', a.call_id, CASE WHEN c.outcome = 'offer' THEN 2 ELSE 1 END, d.batch_id, c.id) AS turn
            FROM decision_changes AS c
            JOIN applications AS a ON a.tenant_id = c.tenant_id AND a.id = c.application_id
            JOIN decisions AS d ON d.tenant_id = c.tenant_id AND d.application_id = c.application_id
            WHERE c.tenant_id = acting_tenant() AND \(fragment: .reachOfManagers) AND c.id = ANY (\(ids))
            """
        ).reduce(into: [:]) { try $0[$1("id")] = $1("turn") as String }
    }

    /// The change with its row locked until the transaction ends.
    func lockChange(_ id: DecisionChange.ID) async throws -> DecisionChange? {
        try await execute(
            "/* lockChange */ SELECT FROM decision_changes WHERE tenant_id = acting_tenant() AND id = \(id) FOR UPDATE")
        return try await decisionChange(id)
    }

    /// Locks the batches and calls of several changes in the order of their turns, then the applications by id, as whatever
    /// else locks several of them does: letters that go out begin the days of their offers.
    func lockWhatChanges(_ ids: [DecisionChange.ID]) async throws {
        let batches: [DecisionBatch.ID] = try await rows(
            """
            -- answerChanges: batches
            SELECT DISTINCT a.call_id, d.batch_id
            FROM decision_changes AS c
            JOIN applications AS a ON a.tenant_id = c.tenant_id AND a.id = c.application_id
            JOIN decisions AS d ON d.tenant_id = c.tenant_id AND d.application_id = c.application_id
            WHERE c.tenant_id = acting_tenant() AND \(fragment: .reachOfManagers) AND c.id = ANY (\(ids))
            ORDER BY a.call_id, d.batch_id
            """
        ).map { try $0("batch_id") }
        for batch in batches { _ = try await lockBatch(batch) }
        try await lockApplications(of: ids)
    }

    /// The applications of some changes with their rows locked until the transaction ends, in the order of their ids.
    func lockApplications(of ids: [DecisionChange.ID]) async throws {
        _ = try await rows(
            """
            -- lockApplications of changes
            SELECT a.id FROM applications AS a
            WHERE a.tenant_id = acting_tenant() AND \(fragment: .reachOfManagers)
              AND a.id IN (SELECT c.application_id FROM decision_changes AS c
                           WHERE c.tenant_id = acting_tenant() AND c.id = ANY (\(ids)))
            ORDER BY a.id FOR UPDATE OF a
            """)
    }

    func insert(
        _ preparation: Preparation, because reason: LongText, as id: DecisionChange.ID, of application: Application.ID,
        in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- proposeChange
            INSERT INTO decision_changes (
                tenant_id, id, application_id, outcome, stream_id, rank, award_minor, last_day, note, reason, proposed_by)
            VALUES (\(tenant), \(id), \(application), \(preparation.outcome), \(preparation.stream), \(preparation.rank),
                    \(preparation.award?.minor), \(preparation.lastDay), \(preparation.note), \(reason), \(person))
            """)
    }

    func recordConfirmation(of id: DecisionChange.ID, by person: Person.ID) async throws {
        try await execute(
            """
            -- confirmChange
            UPDATE decision_changes SET confirmed_at = now(), confirmed_by = \(person)
            WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
    }

    func recordRefusal(of id: DecisionChange.ID, because reason: LongText, by person: Person.ID) async throws {
        try await execute(
            """
            -- refuseChange
            UPDATE decision_changes SET refused_at = now(), refused_by = \(person), refused_reason = \(reason)
            WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
    }

    /// Replaces what stands, and who waits.
    func replace(
        _ decision: ReleasedDecision, with preparation: Preparation, in batch: DecisionBatch
    ) async throws {
        try await execute(
            """
            -- confirmChange: what stands
            UPDATE decisions
            SET outcome = \(preparation.outcome), stream_id = \(preparation.stream), award_minor = \(preparation.award?.minor),
                currency = \(preparation.award?.currency), last_day = \(preparation.lastDay), note = \(preparation.note),
                released_at = now(),
                appeal_until = CASE WHEN \(preparation.outcome) = 'reject'
                    THEN now() + \(batch.terms.appealDays) * interval '1 day' END
            WHERE tenant_id = acting_tenant() AND application_id = \(decision.application)
            """)
        try await removeWaiting(decision.application)
        guard let rank = preparation.rank else { return }
        try await execute(
            """
            -- confirmChange: who waits
            INSERT INTO waiting_applications (tenant_id, application_id, call_id, rank)
            VALUES (acting_tenant(), \(decision.application), \(batch.call), \(rank))
            """)
    }

    func removeWaiting(_ application: Application.ID) async throws {
        try await execute(
            """
            -- removeWaiting
            DELETE FROM waiting_applications WHERE tenant_id = acting_tenant() AND application_id = \(application)
            """)
    }

    /// The rank behind everybody who waits for a place of a call, or would by a change that waits for an answer.
    func nextWaitingRank(for call: CallForApplications.ID) async throws -> Int {
        try await value(
            """
            -- nextWaitingRank
            SELECT 1 + greatest(
                (SELECT coalesce(max(w.rank), 0) FROM waiting_applications AS w
                 WHERE w.tenant_id = acting_tenant() AND w.call_id = \(call)),
                (SELECT coalesce(max(c.rank), 0) FROM decision_changes AS c
                 JOIN applications AS a ON a.tenant_id = c.tenant_id AND a.id = c.application_id
                 WHERE c.tenant_id = acting_tenant() AND a.call_id = \(call)
                   AND c.confirmed_at IS NULL AND c.refused_at IS NULL))::bigint
            """)
    }

    /// How many places of a stream that a call offers are taken besides an application's own, and how many there are; nil
    /// where the call offers no choice.
    func placesTaken(
        in stream: ProgramStream.ID, of call: CallForApplications.ID, besides application: Application.ID
    ) async throws -> (taken: Int, places: Int?)? {
        try await first(
            """
            -- places taken of a stream
            SELECT o.places, (
                SELECT count(*) FROM applications AS a
                JOIN decisions AS d ON d.tenant_id = a.tenant_id AND d.application_id = a.id
                WHERE a.tenant_id = o.tenant_id AND a.call_id = o.call_id AND d.stream_id = o.stream_id
                  AND a.id <> \(application) AND \(fragment: .reachOfManagers)
                  AND (a.state = 'accepted' OR a.state = 'offered' AND a.offer_expires_at >= now())) AS taken
            FROM offered_streams AS o
            WHERE o.tenant_id = acting_tenant() AND o.call_id = \(call) AND o.stream_id = \(stream)
            """
        ).map { try (taken: $0("taken"), places: $0("places")) }
    }

    /// How many places of a call are taken besides an application's own, and what those come with in a currency.
    func taken(
        of call: CallForApplications.ID, besides application: Application.ID, in currency: Currency?
    ) async throws -> (places: Int, awards: Int) {
        let row = try await one(
            """
            -- places taken
            SELECT count(*) AS places,
                   coalesce(sum(d.award_minor) FILTER (WHERE d.currency = \(currency)), 0)::bigint AS awards
            FROM applications AS a
            LEFT JOIN decisions AS d ON d.tenant_id = a.tenant_id AND d.application_id = a.id
            WHERE a.tenant_id = acting_tenant() AND a.call_id = \(call) AND a.id <> \(application)
              AND (a.state = 'accepted' OR a.state = 'offered' AND a.offer_expires_at >= now())
              AND \(fragment: .reachOfManagers)
            """)
        return try (row("places"), row("awards"))
    }
}
