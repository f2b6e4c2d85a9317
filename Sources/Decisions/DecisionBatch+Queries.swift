internal import Accounts
package import Applications
internal import Foundation
internal import Institutions
package import Postgres
package import Programs
package import Vocabulary

extension Statements {
    /// A batch; nil when it does not exist or the principal may not know of it. For managers.
    package func decisionBatch(_ id: DecisionBatch.ID) async throws -> DecisionBatch? {
        try await first(
            """
            -- decisionBatch
            \(fragment: .batches)
            WHERE b.tenant_id = acting_tenant() AND \(fragment: .reachOfBatches) AND b.id = \(id)
            """
        ).map(DecisionBatch.init)
    }

    /// Batches, those that are not released first, then the latest. For managers.
    ///
    /// - Parameter call: only those of this call; nil for all.
    package func decisionBatches(of call: CallForApplications.ID? = nil) async throws -> [DecisionBatch] {
        try await rows(
            """
            -- decisionBatches
            \(fragment: .batches)
            WHERE b.tenant_id = acting_tenant() AND \(fragment: .reachOfBatches)
              \(given: call, { "AND b.call_id = \($0)" })
            ORDER BY b.released_at IS NOT NULL, b.opened_at DESC, b.id DESC
            LIMIT 500
            """
        ).map(DecisionBatch.init)
    }

    /// What batches come to, against what there is. For managers.
    package func tallies(of batches: [DecisionBatch.ID]) async throws -> [DecisionBatch.ID: BatchTally] {
        try await rows(
            """
            -- tallies of batches
            SELECT b.id, taken.places, taken.awards AS taken_awards, meant.offers, meant.waitlisted, meant.rejections,
                   meant.awards, meant.letters,
                   (SELECT coalesce(jsonb_agg(jsonb_build_object(
                               'stream', o.stream_id, 'name', s.name, 'places', o.places,
                               'taken', places_taken(o.tenant_id, o.call_id, o.stream_id),
                               'offers', (SELECT count(*) FROM prepared_decisions AS p
                                          WHERE p.tenant_id = b.tenant_id AND p.batch_id = b.id
                                            AND p.stream_id = o.stream_id)) ORDER BY o.position), '[]')
                    FROM offered_streams AS o JOIN streams AS s ON s.tenant_id = o.tenant_id AND s.id = o.stream_id
                    WHERE o.tenant_id = b.tenant_id AND o.call_id = b.call_id) AS streams,
                   (SELECT coalesce(jsonb_agg(jsonb_build_object(
                               'name', i.names, 'places', q.places, 'taken', q.taken,
                               'offers', (SELECT count(*) FROM prepared_decisions AS p
                                          WHERE p.tenant_id = b.tenant_id AND p.batch_id = b.id AND p.outcome = 'offer'
                                            AND (p.stream_id IS NULL OR p.stream_id = q.stream_id)))
                               ORDER BY q.stream_id, q.institution_id), '[]')
                    FROM partner_places(b.tenant_id, b.call_id) AS q
                    JOIN institutions AS i ON i.tenant_id = b.tenant_id AND i.id = q.institution_id) AS partners,
                   (SELECT count(*) FROM applications AS a
                    WHERE a.tenant_id = b.tenant_id AND a.call_id = b.call_id AND a.state IN ('in_review', 'shortlisted', 'interview')
                      AND NOT EXISTS (SELECT FROM prepared_decisions AS p
                                      WHERE p.tenant_id = a.tenant_id AND p.batch_id = b.id
                                        AND p.application_id = a.id)) AS undecided
            FROM decision_batches AS b
            CROSS JOIN LATERAL (
                SELECT count(*) AS places,
                       coalesce(sum(d.award_minor) FILTER (WHERE d.currency = b.currency), 0)::bigint AS awards
                FROM applications AS a
                LEFT JOIN decisions AS d ON d.tenant_id = a.tenant_id AND d.application_id = a.id
                WHERE a.tenant_id = b.tenant_id AND a.call_id = b.call_id
                  AND (a.state = 'accepted' OR a.state = 'offered' AND a.offer_expires_at >= now())) AS taken
            CROSS JOIN LATERAL (
                SELECT count(*) FILTER (WHERE p.outcome = 'offer') AS offers,
                       count(*) FILTER (WHERE p.outcome = 'waitlist') AS waitlisted,
                       count(*) FILTER (WHERE p.outcome = 'reject') AS rejections,
                       coalesce(sum(p.award_minor), 0)::bigint AS awards,
                       coalesce(sum((SELECT count(DISTINCT m.person_id) FROM memberships AS m
                                     WHERE m.tenant_id = a.tenant_id AND m.institution_id = a.startup_id
                                       AND m.role = 'founder' AND m.ended_at IS NULL)), 0)::bigint AS letters
                FROM prepared_decisions AS p
                JOIN applications AS a ON a.tenant_id = p.tenant_id AND a.id = p.application_id
                WHERE p.tenant_id = b.tenant_id AND p.batch_id = b.id) AS meant
            WHERE b.tenant_id = acting_tenant() AND \(fragment: .reachOfBatches) AND b.id = ANY (\(batches))
            """
        ).reduce(into: [:]) { tallies, row in
            let id: DecisionBatch.ID = try row("id")
            tallies[id] = try BatchTally(
                taken: row("places"), takenAwards: row("taken_awards"), offers: row("offers"),
                waitlisted: row("waitlisted"), rejections: row("rejections"), awards: row("awards"),
                undecided: row("undecided"), letters: row("letters"),
                streams: (row("streams") as JSONB<[BatchTally.Stream]>).value,
                partners: (row("partners") as JSONB<[BatchTally.Partner]>).value)
        }
    }

    /// How many decisions of each kind batches make, by batch; of one without any, nothing. For managers.
    func outcomes(of batches: [DecisionBatch.ID]) async throws -> [DecisionBatch.ID: [Outcome: Int]] {
        try await rows(
            """
            -- outcomes of batches
            SELECT p.batch_id, p.outcome, count(*) AS decisions
            FROM prepared_decisions AS p
            JOIN decision_batches AS b ON b.tenant_id = p.tenant_id AND b.id = p.batch_id
            WHERE p.tenant_id = acting_tenant() AND \(fragment: .reachOfBatches) AND p.batch_id = ANY (\(batches))
            GROUP BY p.batch_id, p.outcome
            """
        ).reduce(into: [:]) { outcomes, row in
            let id: DecisionBatch.ID = try row("batch_id")
            outcomes[id, default: [:]][try row("outcome")] = try row("decisions")
        }
    }

    /// What is prepared in a batch: offers, then the waiting list by rank, then rejections. For managers.
    package func preparedDecisions(in batch: DecisionBatch.ID) async throws -> [PreparedDecision] {
        try await rows(
            """
            -- preparedDecisions
            \(fragment: .prepared)
            WHERE p.tenant_id = acting_tenant() AND \(fragment: .reachOfBatches) AND p.batch_id = \(batch)
            ORDER BY p.outcome, p.rank, p.application_id
            """
        ).map(PreparedDecision.init)
    }

    /// What is prepared for one application in a batch; nil where nothing is. For managers.
    package func preparedDecision(
        on application: Application.ID, in batch: DecisionBatch.ID
    ) async throws -> PreparedDecision? {
        try await first(
            """
            -- preparedDecision
            \(fragment: .prepared)
            WHERE p.tenant_id = acting_tenant() AND \(fragment: .reachOfBatches) AND p.batch_id = \(batch)
              AND p.application_id = \(application)
            """
        ).map(PreparedDecision.init)
    }

    /// Applications in review for the call of a batch for which nothing is prepared in it. For managers.
    package func undecided(
        in batch: DecisionBatch.ID
    ) async throws -> [(application: Application.ID, startupName: LocalizedName)] {
        try await rows(
            """
            -- undecided
            SELECT a.id, i.names
            FROM decision_batches AS b
            JOIN applications AS a ON a.tenant_id = b.tenant_id AND a.call_id = b.call_id AND a.state IN ('in_review', 'shortlisted', 'interview')
            JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
            WHERE b.tenant_id = acting_tenant() AND \(fragment: .reachOfBatches) AND b.id = \(batch)
              AND NOT EXISTS (SELECT FROM prepared_decisions AS p
                              WHERE p.tenant_id = a.tenant_id AND p.batch_id = b.id AND p.application_id = a.id)
            ORDER BY i.names ->> 'en', a.id
            LIMIT 5000
            """
        ).map { try (application: $0("id"), startupName: $0("names")) }
    }
}

extension Query {
    /// Which batches `b` the seat reaches: a manager those of calls to which no startup of their own applied.
    static var reachOfBatches: Query {
        """
        (acts_as('system') OR acts_as('manager')
         AND b.call_id <> ALL ((SELECT calls_too_near(acting_role(), acting_person()))::uuid[]))
        """
    }

    fileprivate static var batches: Query {
        """
        SELECT b.id, b.call_id, c.title, c.time_zone, b.name, b.places, b.currency, b.budget_minor, b.award_minor, b.last_day,
               b.accept_days, b.promotes_itself, b.appeal_days, b.opened_at, b.consulted_at, b.released_at
        FROM decision_batches AS b JOIN calls AS c ON c.tenant_id = b.tenant_id AND c.id = b.call_id
        """
    }

    fileprivate static var prepared: Query {
        """
        SELECT p.application_id, i.names, a.state, p.outcome, p.stream_id, p.rank, p.award_minor, b.currency, p.last_day, p.note,
               p.feedback, p.prepared_at, who.name AS prepared_by_name, p.round_id, p.calibrated_at,
               r.stream_id AS judged_for
        FROM prepared_decisions AS p
        JOIN decision_batches AS b ON b.tenant_id = p.tenant_id AND b.id = p.batch_id
        JOIN applications AS a ON a.tenant_id = p.tenant_id AND a.id = p.application_id
        JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
        LEFT JOIN people AS who ON who.id = p.prepared_by
        LEFT JOIN review_rounds AS r ON r.tenant_id = p.tenant_id AND r.id = p.round_id
        """
    }
}

extension Outcome: PostgresCodable {}

extension DecisionBatch {
    fileprivate init(_ row: Row) throws {
        try self.init(
            id: row("id"), call: row("call_id"), callTitle: row("title"), zone: row("time_zone"),
            terms: BatchTerms(
                name: row("name"), places: row("places"), budget: row.money("budget_minor", "currency"),
                award: row.money("award_minor", "currency"), lastDay: row("last_day"), acceptDays: row("accept_days"),
                promotesItself: row("promotes_itself"), appealDays: row("appeal_days")),
            openedAt: row("opened_at"), consultedAt: row("consulted_at"), releasedAt: row("released_at"))
    }
}

extension PreparedDecision {
    fileprivate init(_ row: Row) throws {
        // The batch has a currency where it awards nothing to this one, too.
        try self.init(
            application: row("application_id"), startupName: row("names"), state: row("state"),
            preparation: Preparation(
                row("outcome"), rank: row("rank"), award: row.money("award_minor", "currency"),
                lastDay: row("last_day"), note: row("note"), feedback: row("feedback"), stream: row("stream_id"),
                round: row("round_id"), calibratedAt: row("calibrated_at")),
            preparedAt: row("prepared_at"), preparedByName: row("prepared_by_name"), judgedFor: row("judged_for"))
    }
}

extension Statements {
    /// The streams that those who are judged for a call chose, the most wanted first; none where it offers no choice.
    func streamChoices(
        of applications: [Application.ID]
    ) async throws -> [Application.ID: [ProgramStream.ID]] {
        try await rows(
            """
            -- streamChoices of applications
            SELECT k.application_id, array_agg(k.stream_id ORDER BY k.rank) AS streams
            FROM stream_choices AS k
            JOIN applications AS a ON a.tenant_id = k.tenant_id AND a.id = k.application_id
            WHERE k.tenant_id = acting_tenant() AND \(fragment: .reachOfManagers) AND a.submitted_at IS NOT NULL
              AND k.application_id = ANY (\(applications))
            GROUP BY k.application_id
            """
        ).reduce(into: [:]) { choices, row in
            let id: Application.ID = try row("application_id")
            choices[id] = try row("streams")
        }
    }
}

extension Transaction {
    /// Keeps everybody else from giving or freeing a place of the call until the transaction ends. Before whatever counts
    /// them, in a statement of its own, so that what counts sees what was committed while this waited.
    func lockPlaces(of call: CallForApplications.ID) async throws {
        try await execute(
            """
            -- lockPlaces
            SELECT FROM calls WHERE tenant_id = acting_tenant() AND id = \(call) FOR NO KEY UPDATE
            """)
    }

    /// The batch, with its row and the places of its call locked until the transaction ends; nil when the principal may not
    /// know of it.
    func lockBatch(_ id: DecisionBatch.ID) async throws -> DecisionBatch? {
        guard let found = try await decisionBatch(id) else { return nil }
        try await lockPlaces(of: found.call)
        try await execute(
            """
            -- lockBatch
            SELECT FROM decision_batches AS b
            WHERE b.tenant_id = acting_tenant() AND \(fragment: .reachOfBatches) AND b.id = \(id) FOR UPDATE
            """)
        return try await decisionBatch(id)
    }

    func insert(
        _ terms: BatchTerms, as id: DecisionBatch.ID, of call: CallForApplications.ID, in tenant: Tenant.ID,
        by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- openBatch
            INSERT INTO decision_batches (
                tenant_id, id, call_id, name, places, currency, budget_minor, award_minor, last_day, accept_days,
                promotes_itself, appeal_days, opened_by)
            SELECT c.tenant_id, \(id), c.id, \(terms.name), \(terms.places), \(terms.currency), \(terms.budget?.minor),
                   \(terms.award?.minor), \(terms.lastDay), \(terms.acceptDays), \(terms.promotesItself),
                   \(terms.appealDays), \(person)
            FROM calls AS c WHERE c.tenant_id = \(tenant) AND c.id = \(call)
            """)
    }

    func update(_ id: DecisionBatch.ID, to terms: BatchTerms) async throws {
        try await execute(
            """
            -- reviseBatch
            UPDATE decision_batches AS b
            SET name = \(terms.name), places = \(terms.places), currency = \(terms.currency),
                budget_minor = \(terms.budget?.minor), award_minor = \(terms.award?.minor), last_day = \(terms.lastDay),
                accept_days = \(terms.acceptDays), promotes_itself = \(terms.promotesItself),
                appeal_days = \(terms.appealDays)
            WHERE b.tenant_id = acting_tenant() AND \(fragment: .reachOfBatches) AND b.id = \(id)
            """)
    }

    /// What is known of applications that are to be prepared.
    func candidates(_ ids: [Application.ID], for batch: DecisionBatch) async throws -> [Candidate] {
        try await rows(
            """
            -- candidates
            SELECT a.id, i.names, a.call_id = \(batch.call) AS is_of_the_call, a.state,
                   coalesce(bool_or(p.batch_id = \(batch.id)), false) AS is_here,
                   coalesce(bool_or(p.batch_id <> \(batch.id)), false) AS is_elsewhere,
                   ARRAY(SELECT k.stream_id FROM stream_choices AS k
                         WHERE k.tenant_id = a.tenant_id AND k.application_id = a.id ORDER BY k.rank) AS choices
            FROM applications AS a
            JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
            LEFT JOIN prepared_decisions AS p
                ON p.tenant_id = a.tenant_id AND p.application_id = a.id AND p.released_at IS NULL
            WHERE a.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND a.id = ANY (\(ids))
              -- A draft is its startup's alone.
              AND a.submitted_at IS NOT NULL
            GROUP BY a.tenant_id, a.id, i.names
            """
        ).map { row in
            try Candidate(
                application: row("id"), startupName: row("names"), isOfTheCall: row("is_of_the_call"),
                state: row("state"), isHere: row("is_here"), isElsewhere: row("is_elsewhere"),
                choices: row("choices"))
        }
    }

    /// The rank behind everybody who is prepared for the waiting list of a batch, or waits already for its call.
    func nextRank(in batch: DecisionBatch) async throws -> Int {
        try await value(
            """
            -- nextRank
            SELECT 1 + greatest(
                (SELECT coalesce(max(p.rank), 0) FROM prepared_decisions AS p
                 WHERE p.tenant_id = acting_tenant() AND p.batch_id = \(batch.id)),
                (SELECT coalesce(max(w.rank), 0) FROM waiting_applications AS w
                 WHERE w.tenant_id = acting_tenant() AND w.call_id = \(batch.call)))
            """)
    }

    func store(
        _ rows: [(application: Application.ID, preparation: Preparation)], in batch: DecisionBatch.ID,
        by person: Person.ID
    ) async throws {
        let meant = rows.map(\.preparation)
        try await execute(
            """
            -- prepareDecisions
            INSERT INTO prepared_decisions (
                tenant_id, batch_id, application_id, outcome, stream_id, rank, award_minor, last_day, note, feedback,
                round_id, calibrated_at, prepared_by)
            SELECT acting_tenant(), \(batch), fresh.application, fresh.outcome, fresh.stream, fresh.rank, fresh.award,
                   fresh.last_day, fresh.note, fresh.feedback, fresh.round, fresh.calibrated_at, \(person)
            FROM unnest(\(rows.map(\.application)), \(meant.map(\.outcome)), \(meant.map(\.stream)), \(meant.map(\.rank)),
                        \(meant.map { $0.award?.minor }), \(meant.map(\.lastDay)), \(meant.map(\.note)),
                        \(meant.map(\.feedback)), \(meant.map(\.round)), \(meant.map(\.calibratedAt)))
                AS fresh (application, outcome, stream, rank, award, last_day, note, feedback, round, calibrated_at)
            ON CONFLICT (tenant_id, batch_id, application_id)
            DO UPDATE SET outcome = excluded.outcome, stream_id = excluded.stream_id, rank = excluded.rank,
                          award_minor = excluded.award_minor,
                          last_day = excluded.last_day, note = excluded.note, feedback = excluded.feedback,
                          round_id = excluded.round_id, calibrated_at = excluded.calibrated_at,
                          prepared_at = now(), prepared_by = excluded.prepared_by
            """)
    }

    /// Whether there was anything to remove.
    func removePreparation(of application: Application.ID, in batch: DecisionBatch.ID) async throws -> Bool {
        try await execute(
            """
            -- withdrawPreparation
            DELETE FROM prepared_decisions
            WHERE tenant_id = acting_tenant() AND batch_id = \(batch) AND application_id = \(application)
            """) > 0
    }

    /// Locks the applications of a batch in one order for all, so that none moves before it is decided.
    func lockApplications(of batch: DecisionBatch.ID) async throws {
        _ = try await rows(
            """
            -- releaseBatch: lock
            SELECT a.id FROM applications AS a
            JOIN prepared_decisions AS p ON p.tenant_id = a.tenant_id AND p.application_id = a.id
            WHERE a.tenant_id = acting_tenant() AND p.batch_id = \(batch)
            ORDER BY a.id FOR UPDATE OF a
            """)
    }

    /// Makes what is prepared the decisions that stand, and ranks who waits.
    func release(_ batch: DecisionBatch, by person: Person.ID) async throws {
        try await execute(
            """
            -- releaseBatch: its decisions
            UPDATE prepared_decisions SET released_at = now() WHERE tenant_id = acting_tenant() AND batch_id = \(batch.id)
            """)
        try await execute(
            """
            -- releaseBatch
            UPDATE decision_batches AS b SET released_at = now(), released_by = \(person)
            WHERE b.tenant_id = acting_tenant() AND \(fragment: .reachOfBatches) AND b.id = \(batch.id)
            """)
        try await execute(
            """
            -- releaseBatch: what stands
            INSERT INTO decisions (
                tenant_id, application_id, batch_id, outcome, stream_id, currency, award_minor, last_day, note, feedback,
                appeal_until)
            SELECT p.tenant_id, p.application_id, p.batch_id, p.outcome, p.stream_id,
                   CASE WHEN p.award_minor IS NOT NULL THEN b.currency END, p.award_minor, p.last_day, p.note, p.feedback,
                   CASE WHEN p.outcome = 'reject' THEN now() + b.appeal_days * interval '1 day' END
            FROM prepared_decisions AS p
            JOIN decision_batches AS b ON b.tenant_id = p.tenant_id AND b.id = p.batch_id
            WHERE p.tenant_id = acting_tenant() AND p.batch_id = \(batch.id)
            """)
        try await execute(
            """
            -- releaseBatch: who waits
            INSERT INTO waiting_applications (tenant_id, application_id, call_id, rank)
            SELECT p.tenant_id, p.application_id, \(batch.call), p.rank
            FROM prepared_decisions AS p
            WHERE p.tenant_id = acting_tenant() AND p.batch_id = \(batch.id) AND p.outcome = 'waitlist'
            """)
    }
}
