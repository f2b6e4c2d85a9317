internal import Accounts
internal import Applications
internal import Foundation
package import Postgres
package import Programs
internal import Vocabulary

/// How far a round is, in numbers.
package struct RoundProgress: Sendable, Equatable {
    /// Applications in the round.
    package let files: Int
    /// Applications of the call that are in review, could enter the round and have not.
    package let ready: Int
    /// Panelists who have accepted.
    package let panelists: Int
    /// Reviews that are asked for: assignments that stand.
    package let assigned: Int
    /// Reviews that are wanted and nobody is asked for.
    package let unassigned: Int
    /// Reviews that were submitted.
    package let submitted: Int
    /// Applications with as many submitted reviews as can decide.
    package let decidable: Int
    /// Reviews that are still to be written in an open round though their day has passed.
    package let overdue: Int
    /// Reviews that are still to be written in an open round and that nobody has touched for ``ReviewClock/staleDays`` days.
    package let stale: Int
    /// Invitations onto the panel that wait for an answer, until the round is closed.
    package let unanswered: Int
}

extension Statements {
    /// A round with its rubric; nil when it does not exist or the principal may not know of it: reviewers know the
    /// rounds they were invited to.
    package func round(_ id: ReviewRound.ID) async throws -> ReviewRound? {
        try await first(
            """
            -- round
            \(fragment: .rounds)
            WHERE r.tenant_id = acting_tenant() AND \(fragment: .reachOfRounds) AND r.id = \(id)
            """
        ).map(ReviewRound.init)
    }

    /// The rounds of a call in order, or of all calls, the latest call's first.
    ///
    /// - Parameters:
    ///   - stream: only those that judge for it alone; nil for all.
    ///   - batch: only those that judge it alone; nil for all.
    package func rounds(
        of call: CallForApplications.ID? = nil, for stream: ProgramStream.ID? = nil, in batch: Int? = nil
    ) async throws -> [ReviewRound] {
        try await rows(
            """
            -- rounds
            \(fragment: .rounds)
            WHERE r.tenant_id = acting_tenant() AND \(fragment: .reachOfRounds)
              \(given: call, { "AND r.call_id = \($0)" })
              \(given: stream, { "AND r.stream_id = \($0)" })
              \(given: batch, { "AND r.batch = \($0)" })
            ORDER BY c.closes_at DESC, r.call_id, r.position
            LIMIT 1000
            """
        ).map(ReviewRound.init)
    }

    /// The rounds that an application is in, in the order of their numbers: several where it names several streams. For
    /// managers.
    func rounds(judging application: Application.ID) async throws -> [ReviewRound] {
        try await rows(
            """
            -- rounds that judge an application
            \(fragment: .rounds)
            WHERE r.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND \(fragment: .isNotTooNear("\(application)"))
              AND r.id IN (SELECT f.round_id FROM review_files AS f
                           WHERE f.tenant_id = acting_tenant() AND f.application_id = \(application))
            ORDER BY r.call_id, r.position
            """
        ).map(ReviewRound.init)
    }

    /// The rounds that are open, those due first, first; for managers.
    package func roundsUnderWay(limit: Int) async throws -> [ReviewRound] {
        try await rows(
            """
            -- roundsUnderWay
            \(fragment: .rounds)
            WHERE r.tenant_id = acting_tenant() AND acts_as('manager', 'system')
              AND r.opened_at IS NOT NULL AND r.closed_at IS NULL
            ORDER BY r.due_at, r.id
            LIMIT \(limit)
            """
        ).map(ReviewRound.init)
    }

    /// How far each of some rounds is; for managers.
    package func progress(of rounds: [ReviewRound.ID]) async throws -> [ReviewRound.ID: RoundProgress] {
        try await rows(
            """
            -- progress of rounds
            -- Each table is read once for all rounds. Of the applications only those that change a count: the withdrawn, whose
            -- files are not counted, and those in review, of which some are not in a round yet.
            WITH wanted AS MATERIALIZED (
                SELECT r.id, r.call_id, r.stream_id, r.batch, r.quorum, r.reviews_wanted, r.due_at, r.closed_at,
                       r.opened_at IS NOT NULL AND r.closed_at IS NULL AS is_open, c.cutoffs, c.closes_at
                FROM review_rounds AS r JOIN calls AS c ON c.tenant_id = r.tenant_id AND c.id = r.call_id
                WHERE r.tenant_id = acting_tenant() AND r.id = ANY (\(rounds)) AND acts_as('manager', 'system')
            ), standing AS MATERIALIZED (
                SELECT a.id, a.call_id, a.state = 'withdrawn' AS is_withdrawn,
                       batch_taking(a.submitted_at, c.cutoffs, c.closes_at) AS batch
                FROM applications AS a
                JOIN (SELECT DISTINCT call_id, cutoffs, closes_at FROM wanted) AS c ON c.call_id = a.call_id
                WHERE a.tenant_id = acting_tenant()
                  AND a.state IN ('withdrawn', 'in_review', 'shortlisted', 'interview')
            ), tallied AS (
                SELECT t.round_id, count(*) FILTER (WHERE a.is_withdrawn IS NOT TRUE) AS files,
                       count(*) FILTER (WHERE NOT a.is_withdrawn) AS entered, sum(t.assigned)::bigint AS assigned,
                       sum(greatest(0, r.reviews_wanted - t.assigned))
                           FILTER (WHERE a.is_withdrawn IS NOT TRUE)::bigint AS unassigned,
                       sum(t.submitted)::bigint AS submitted,
                       count(*) FILTER (WHERE t.submitted >= r.quorum) AS decidable
                FROM review_tallies AS t
                JOIN wanted AS r ON r.id = t.round_id
                LEFT JOIN standing AS a ON a.id = t.application_id
                WHERE t.tenant_id = acting_tenant() AND \(fragment: .isNotTooNear("t.application_id"))
                GROUP BY t.round_id
            ), in_review AS (
                SELECT call_id, batch, count(*) AS applications FROM standing
                WHERE NOT is_withdrawn AND \(fragment: .isNotTooNear("id")) GROUP BY call_id, batch
            ), naming AS (
                SELECT a.call_id, a.batch, k.stream_id, count(*) AS applications
                FROM standing AS a
                JOIN stream_choices AS k ON k.tenant_id = acting_tenant() AND k.application_id = a.id
                -- Not looked at where no round is of one stream.
                WHERE EXISTS (SELECT FROM wanted WHERE stream_id IS NOT NULL)
                  AND NOT a.is_withdrawn AND k.stream_id IN (SELECT stream_id FROM wanted)
                  AND \(fragment: .isNotTooNear("a.id"))
                GROUP BY a.call_id, a.batch, k.stream_id
            ), panels AS (
                SELECT p.round_id, count(*) FILTER (WHERE p.accepted_at IS NOT NULL) AS panelists,
                       count(*) FILTER (WHERE p.accepted_at IS NULL AND p.declined_at IS NULL) AS unanswered
                FROM panel_members AS p
                WHERE p.tenant_id = acting_tenant() AND p.round_id IN (SELECT id FROM wanted)
                GROUP BY p.round_id
            ), untouched AS (
                -- Of open rounds alone, and there of what is still to be written: that is what a tally does not tell.
                SELECT s.round_id, count(*) AS reviews
                FROM review_assignments AS s
                LEFT JOIN reviews AS w ON w.tenant_id = s.tenant_id AND w.assignment_id = s.id
                WHERE s.tenant_id = acting_tenant() AND s.round_id IN (SELECT id FROM wanted WHERE is_open)
                  AND s.state = 'assigned' AND w.submitted_at IS NULL AND \(fragment: .isNotTooNear("s.application_id"))
                  AND coalesce(greatest(w.saved_at, w.reopened_at), s.assigned_at) <= \(fragment: .staleSince)
                GROUP BY s.round_id
            )
            SELECT r.id, coalesce(t.files, 0) AS files,
                   coalesce(CASE WHEN r.stream_id IS NULL
                       THEN (SELECT sum(n.applications)::bigint FROM in_review AS n
                             WHERE n.call_id = r.call_id AND (r.batch IS NULL OR n.batch = r.batch))
                       ELSE (SELECT sum(k.applications)::bigint FROM naming AS k
                             WHERE k.call_id = r.call_id AND k.stream_id = r.stream_id
                               AND (r.batch IS NULL OR k.batch = r.batch)) END, 0) - coalesce(t.entered, 0) AS ready,
                   coalesce(p.panelists, 0) AS panelists, coalesce(t.assigned, 0) AS assigned,
                   coalesce(t.unassigned, 0) AS unassigned, coalesce(t.submitted, 0) AS submitted, coalesce(t.decidable, 0) AS decidable,
                   CASE WHEN r.is_open AND r.due_at <= now() THEN coalesce(t.assigned - t.submitted, 0) ELSE 0 END AS overdue,
                   coalesce(u.reviews, 0) AS stale,
                   CASE WHEN r.closed_at IS NULL THEN coalesce(p.unanswered, 0) ELSE 0 END AS unanswered
            FROM wanted AS r
            LEFT JOIN tallied AS t ON t.round_id = r.id
            LEFT JOIN panels AS p ON p.round_id = r.id
            LEFT JOIN untouched AS u ON u.round_id = r.id
            """
        ).reduce(into: [:]) { progress, row in
            let id: ReviewRound.ID = try row("id")
            progress[id] = try RoundProgress(
                files: row("files"), ready: row("ready"), panelists: row("panelists"), assigned: row("assigned"),
                unassigned: row("unassigned"), submitted: row("submitted"), decidable: row("decidable"),
                overdue: row("overdue"), stale: row("stale"), unanswered: row("unanswered"))
        }
    }
}

extension Statements {
    /// At which place each application of a round names the round's stream, from 1; empty where the round is of all streams.
    /// For managers: whoever judges does not know how much a startup wants which stream.
    func placesOfTheStream(in round: ReviewRound) async throws -> [Application.ID: Int] {
        guard let stream = round.stream else { return [:] }
        return try await rows(
            """
            -- placesOfTheStream
            SELECT k.application_id, k.rank
            FROM review_files AS f
            JOIN applications AS a
                ON a.tenant_id = f.tenant_id AND a.id = f.application_id AND a.withdrawn_at IS NULL
            JOIN stream_choices AS k
                ON k.tenant_id = f.tenant_id AND k.application_id = f.application_id AND k.stream_id = \(stream)
            WHERE f.tenant_id = acting_tenant() AND f.round_id = \(round.id) AND acts_as('manager', 'system')
              AND \(fragment: .isNotTooNear("f.application_id"))
            """
        ).reduce(into: [:]) { places, row in
            let id: Application.ID = try row("application_id")
            places[id] = try row("rank")
        }
    }
}

extension Query {
    /// Which rounds `r` the seat reaches, the query's own answer to what row-level security says again.
    static var reachOfRounds: Query {
        """
        (acts_as('manager', 'system') OR acts_as('reviewer') AND EXISTS (
            SELECT FROM panel_members AS mine
            WHERE mine.tenant_id = r.tenant_id AND mine.round_id = r.id AND mine.person_id = acting_person()))
        """
    }

    fileprivate static var rounds: Query {
        """
        SELECT r.id, r.call_id, c.title AS call_title, r.stream_id, t.name AS stream_name, r.batch, r.position, r.number,
               r.name, r.is_blind, r.is_shared, r.reviews_wanted,
               r.quorum, r.due_at, r.time_zone, r.opened_at, r.closed_at,
               (SELECT coalesce(jsonb_agg(jsonb_build_object(
                           'id', k.id, 'name', k.name, 'guidance', k.guidance, 'weight', k.weight, 'lowest', k.lowest,
                           'highest', k.highest, 'anchors', k.anchors) ORDER BY k.position), '[]')
                FROM review_criteria AS k WHERE k.tenant_id = r.tenant_id AND k.round_id = r.id) AS criteria
        FROM review_rounds AS r
        JOIN calls AS c ON c.tenant_id = r.tenant_id AND c.id = r.call_id
        LEFT JOIN streams AS t ON t.tenant_id = r.tenant_id AND t.id = r.stream_id
        """
    }

    /// Whether an application `a` to the call of a round `r` can be judged in it: the round is of all streams or of one
    /// that the application names, and of all batches or of the one that it came in.
    static var belongsIntoTheRound: Query {
        """
        ((r.stream_id IS NULL OR EXISTS (
             SELECT FROM stream_choices AS k
             WHERE k.tenant_id = a.tenant_id AND k.application_id = a.id AND k.stream_id = r.stream_id))
         AND (r.batch IS NULL OR r.batch = (
             SELECT batch_taking(a.submitted_at, c.cutoffs, c.closes_at) FROM calls AS c
             WHERE c.tenant_id = a.tenant_id AND c.id = a.call_id)))
        """
    }
}

extension RoundDraft {
    /// A number that no column holds is none of the call's batches either, and is refused as such.
    fileprivate var storedBatch: Int? { batch.map { Int(Int32(clamping: $0)) } }
}

extension ReviewRound {
    fileprivate init(_ row: Row) throws {
        try self.init(
            id: row("id"), call: row("call_id"), callTitle: row("call_title"), stream: row("stream_id"),
            streamName: row("stream_name"), batch: row("batch"), position: row("position"), number: row("number"),
            name: row("name"),
            isBlind: row("is_blind"), isShared: row("is_shared"), reviewsWanted: row("reviews_wanted"),
            quorum: row("quorum"),
            due: Deadline(row("due_at"), in: row("time_zone"), graceSeconds: 0), openedAt: row("opened_at"),
            closedAt: row("closed_at"), criteria: (row("criteria") as JSONB<[Criterion]>).value)
    }
}

extension Transaction {
    /// The round, with its row locked until the transaction ends; nil when the principal may not write it.
    func lockRound(_ id: ReviewRound.ID) async throws -> ReviewRound? {
        let locked = try await first(
            "/* lockRound */ SELECT id FROM review_rounds WHERE tenant_id = acting_tenant() AND id = \(id) FOR UPDATE")
        return locked == nil ? nil : try await round(id)
    }

    /// Locks the call of a round until the transaction ends: with a draft's stream and batch the numbers of those behind it
    /// change.
    func lockRounds(besides round: ReviewRound.ID) async throws {
        try await execute(
            """
            -- reviseRound: lock
            SELECT FROM calls
            WHERE tenant_id = acting_tenant()
              AND id = (SELECT call_id FROM review_rounds WHERE tenant_id = acting_tenant() AND id = \(round))
            FOR UPDATE
            """)
    }

    /// Places rounds of a call one after another: the call's row is locked so that two drafts do not take one place.
    func insert(
        _ draft: RoundDraft, as id: ReviewRound.ID, of call: CallForApplications.ID, in tenant: Tenant.ID
    ) async throws {
        // Before, in a statement of its own: what counts the rounds must see those that were drafted while it waited.
        try await execute(
            "/* draftRound: lock */ SELECT FROM calls WHERE tenant_id = \(tenant) AND id = \(call) FOR UPDATE")
        try await execute(
            """
            -- draftRound
            WITH call AS (SELECT tenant_id, id FROM calls WHERE tenant_id = \(tenant) AND id = \(call))
            INSERT INTO review_rounds (
                tenant_id, id, call_id, stream_id, batch, position, name, is_blind, is_shared, reviews_wanted, quorum, due_at,
                time_zone)
            SELECT tenant_id, \(id), id, \(draft.stream), \(draft.storedBatch),
                   1 + (SELECT count(*) FROM review_rounds AS r WHERE r.tenant_id = call.tenant_id AND r.call_id = call.id),
                   \(draft.name), \(draft.isBlind), \(draft.isShared), \(draft.reviewsWanted), \(draft.quorum),
                   \(draft.due.instant), \(draft.due.zone)
            FROM call
            """)
    }

    /// Throws `ReviewRefusal.ownStartupApplied` where the acting manager has a startup among those that apply to the call:
    /// row-level security would hide it from what is done, and the round would go on without it.
    func checkNoneIsTheirOwn(in round: ReviewRound) async throws {
        let own = try await first(
            """
            -- checkNoneIsTheirOwn
            SELECT WHERE \(round.call) = ANY (calls_too_near(acting_role(), acting_person()))
            """)
        guard own == nil else { throw ReviewRefusal.ownStartupApplied }
    }

    func update(_ id: ReviewRound.ID, to draft: RoundDraft) async throws {
        try await execute(
            """
            -- reviseRound
            UPDATE review_rounds
            SET name = \(draft.name), stream_id = \(draft.stream), batch = \(draft.storedBatch), is_blind = \(draft.isBlind),
                is_shared = \(draft.isShared), reviews_wanted = \(draft.reviewsWanted), quorum = \(draft.quorum), due_at = \(draft.due.instant),
                time_zone = \(draft.due.zone)
            WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
    }

    func replaceCriteria(
        of id: ReviewRound.ID, with criteria: [ReviewRound.Criterion], in tenant: Tenant.ID
    ) async throws {
        try await execute(
            """
            -- draftRound: earlier criteria
            DELETE FROM review_criteria WHERE tenant_id = \(tenant) AND round_id = \(id)
            """)
        for (index, criterion) in criteria.enumerated() {
            try await execute(
                """
                -- draftRound: criterion
                INSERT INTO review_criteria (
                    tenant_id, round_id, id, position, name, guidance, weight, lowest, highest, anchors)
                VALUES (\(tenant), \(id), \(criterion.id), \(index + 1), \(criterion.name), \(criterion.guidance),
                        \(criterion.weight), \(criterion.lowest), \(criterion.highest), \(JSONB(criterion.anchors)))
                """)
        }
    }

    func save(_ round: ReviewRound, by person: Person.ID) async throws {
        try await execute(
            """
            -- openRound, closeRound
            UPDATE review_rounds
            SET opened_at = \(round.openedAt), opened_by = coalesce(opened_by, \(person)),
                closed_at = \(round.closedAt), closed_by = CASE WHEN \(round.closedAt)::timestamptz IS NOT NULL THEN \(person) END
            WHERE tenant_id = acting_tenant() AND id = \(round.id)
            """)
    }

    /// What could enter the round: applications to its call that are in review, name its stream and came in its batch where
    /// it is of one, and are not in it, with the answers that its reviewers may read.
    ///
    /// - Parameter wanted: only these; nil for all.
    ///
    /// - Parameter again: those that are in the round already, as they would enter it now.
    func entrants(
        to round: ReviewRound, among wanted: [Application.ID]?, again: Bool = false
    ) async throws -> [ReviewFile] {
        let rows = try await rows(
            """
            -- entrants
            SELECT a.id, i.names,
                   (SELECT coalesce(jsonb_agg(jsonb_build_object(
                               'question', q.id, 'prompt', q.prompt, 'text', w.text, 'kind', q.kind,
                               'settings', q.settings, 'documents', CASE WHEN q.files IS NOT NULL THEN (
                                   SELECT coalesce(jsonb_agg(d.id ORDER BY d.uploaded_at, d.id), '[]')
                                   FROM documents AS d
                                   WHERE d.tenant_id = a.tenant_id AND d.application_id = a.id
                                     AND d.question_id = q.id AND d.removed_at IS NULL AND d.state <> 'rejected') END
                           ) ORDER BY q.position), '[]')
                    FROM call_questions AS q
                    LEFT JOIN application_answers AS w ON w.tenant_id = q.tenant_id AND w.application_id = a.id
                        AND w.question_id = q.id
                    WHERE q.tenant_id = a.tenant_id AND q.call_id = a.call_id
                      AND (a.asked IS NULL OR q.id = ANY (a.asked))
                      AND coalesce(q.from_round, 1) <= \(round.number)
                      AND q.audience = ANY (\(round.audiences))) AS answers
            FROM applications AS a
            JOIN institutions AS i ON i.tenant_id = a.tenant_id AND i.id = a.startup_id
            JOIN calls AS c ON c.tenant_id = a.tenant_id AND c.id = a.call_id
            WHERE a.tenant_id = acting_tenant() AND a.call_id = \(round.call)
              AND a.state IN ('in_review', 'shortlisted', 'interview')
              \(given: wanted, { "AND a.id = ANY (\($0))" })
              \(given: round.stream, { stream in
                """
                AND EXISTS (SELECT FROM stream_choices AS k
                            WHERE k.tenant_id = a.tenant_id AND k.application_id = a.id AND k.stream_id = \(stream))
                """
              })
              \(given: round.batch, { "AND batch_taking(a.submitted_at, c.cutoffs, c.closes_at) = \($0)" })
              AND \(again) = EXISTS (SELECT FROM review_files AS f
                                  WHERE f.tenant_id = a.tenant_id AND f.round_id = \(round.id) AND f.application_id = a.id)
            ORDER BY a.id
            """)
        var taken = Set(try await codes(of: round.id))
        return try rows.map { row in
            let application: Application.ID = try row("id")
            let answers = (try row("answers") as JSONB<[ReviewFile.Answer]>).value
            let code = ReviewFile.code(of: application, in: round.id, besides: taken)
            taken.insert(code)
            return try ReviewFile(
                application: application, code: code, startupName: round.isBlind ? nil : row("names"),
                language: Language(mostOf: answers.lazy.filter(\.isProse).compactMap(\.text?.string)), answers: answers)
        }
    }

    func insert(
        _ files: [ReviewFile], into round: ReviewRound.ID, in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- enterRound
            INSERT INTO review_files (
                tenant_id, round_id, application_id, code, startup_name, language, answers, entered_by)
            SELECT \(tenant), \(round), f.application, f.code, f.name, f.language, f.answers, \(person)
            FROM unnest(\(files.map(\.application)), \(files.map(\.code)), \(files.map(\.startupName)),
                        \(files.map(\.language)), \(files.map { JSONB($0.answers) }))
                AS f (application, code, name, language, answers)
            """)
    }

    /// Freezes a file anew under the code it has; whether there was one that the acting person may renew.
    func renew(_ file: ReviewFile, in round: ReviewRound.ID, by person: Person.ID) async throws -> Bool {
        try await !rows(
            """
            -- renewFile
            UPDATE review_files AS f
            SET answers = \(JSONB(file.answers)), language = \(file.language), renewed_at = now(), renewed_by = \(person)
            WHERE f.tenant_id = acting_tenant() AND f.round_id = \(round) AND f.application_id = \(file.application)
              AND \(fragment: .isNotTooNear("f.application_id"))
            RETURNING f.application_id
            """
        ).isEmpty
    }

    private func codes(of round: ReviewRound.ID) async throws -> [String] {
        try await rows(
            """
            -- codes of a round
            SELECT code FROM review_files WHERE tenant_id = acting_tenant() AND round_id = \(round)
            """
        ).map { try $0("code") }
    }
}

extension ReviewRound {
    /// Whose answers its reviewers read.
    fileprivate var audiences: [String] { Self.audiences(isBlind: isBlind).map(\.rawValue) }

    /// Whose answers the reviewers of a round of either kind read.
    static func audiences(isBlind: Bool) -> [CallForApplications.Question.Audience] {
        isBlind ? [.reviewers] : [.reviewers, .namedReviewers]
    }
}
