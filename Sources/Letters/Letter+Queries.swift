internal import Accounts
package import Foundation
internal import Pages
package import Postgres
internal import Vocabulary

/// Where a list of letters, the latest first, goes on.
package struct LetterPosition: Codable, Sendable {
    /// When the last one of the page was written; of one's own letters, released.
    package let at: Date
    /// That letter.
    package let id: Letter.ID
}

extension Statements {
    /// A letter, for managers; nil when it does not exist or the principal may not know of it.
    package func letter(_ id: Letter.ID) async throws -> Letter? {
        try await first(
            """
            -- letter
            \(fragment: .letters) WHERE l.tenant_id = acting_tenant() AND \(fragment: .reachOfManagers) AND l.id = \(id)
            """
        ).map(Letter.init)
    }

    /// Letters, the latest first, for managers.
    ///
    /// - Parameters:
    ///   - state: only those that stand there; nil for all.
    ///   - kind: only those; nil for all.
    ///   - about: only those about this; nil for all.
    ///   - position: after which to go on.
    ///   - limit: how many at the most.
    package func letters(
        in state: Letter.State? = nil, of kind: Letter.Kind? = nil, about: UUID? = nil,
        after position: LetterPosition? = nil, limit: Int
    ) async throws -> [Letter] {
        // Only what is asked for is said: a question that might be any has a plan for none.
        var conditions: [Query] = ["l.tenant_id = acting_tenant()", .reachOfManagers]
        if let state { conditions.append("l.state = \(state)") }
        if let kind { conditions.append("l.kind = \(kind)") }
        if let about { conditions.append("l.about_id = \(about)") }
        if let position { conditions.append("(l.written_at, l.id) < (\(position.at), \(position.id))") }
        return try await rows(
            """
            -- letters
            \(fragment: .letters)
            WHERE \(fragment: conditions.joined(separator: " AND "))
            ORDER BY l.written_at DESC, l.id DESC
            LIMIT \(limit)
            """
        ).map(Letter.init)
    }

    /// How many letters stand in each state: all that are held, and of each other state no more than one above
    /// `Letter.mostCounted`, since those pile up over the years.
    package func letterCounts() async throws -> [Letter.State: Int] {
        let others = Letter.State.allCases.filter { $0 != .held }
        return try await rows(
            """
            -- letterCounts
            SELECT 'held' AS state, count(*) AS letters FROM letters AS l
            WHERE l.tenant_id = acting_tenant() AND \(fragment: .reachOfManagers) AND l.state = 'held'
            UNION ALL
            SELECT s.state, n.letters FROM unnest(\(others)) AS s (state) CROSS JOIN LATERAL (
                SELECT count(*) AS letters FROM (
                    SELECT FROM letters AS l
                    WHERE l.tenant_id = acting_tenant() AND \(fragment: .reachOfManagers) AND l.state = s.state
                    LIMIT \(Letter.mostCounted + 1)) AS l) AS n
            """
        ).reduce(into: [:]) { counts, row in
            let state: Letter.State = try row("state")
            counts[state] = try row("letters")
        }
    }

    /// The tries to hand a letter over, the first one first, for managers.
    package func attempts(at id: Letter.ID) async throws -> [LetterAttempt] {
        try await rows(
            """
            -- attempts at a letter
            SELECT a.number, a.begun_at, a.outcome, a.report FROM letter_attempts AS a
            WHERE a.tenant_id = acting_tenant() AND \(fragment: .reachOfManagers) AND a.letter_id = \(id)
            ORDER BY a.number
            """
        ).map { row in
            try LetterAttempt(
                number: row("number"), begunAt: row("begun_at"), outcome: row("outcome"), report: row("report"))
        }
    }

    /// What was done with a letter by whom, the oldest first, for managers.
    func deeds(of id: Letter.ID) async throws -> [LetterDeed] {
        try await rows(
            """
            -- deeds of a letter
            WITH letter AS (
                SELECT id, written_at, written_by FROM letters AS l
                WHERE l.tenant_id = acting_tenant() AND \(fragment: .reachOfManagers) AND l.id = \(id)
            ), deeds AS (
                SELECT written_at AS at, 'written' AS deed, written_by AS by FROM letter
                UNION ALL
                SELECT t.written_at, 'rewritten', t.written_by FROM letter_texts AS t
                WHERE t.tenant_id = acting_tenant() AND t.letter_id IN (SELECT id FROM letter) AND t.version > 1
                UNION ALL
                -- From the trail: a letter may be released more than once.
                SELECT e.at, CASE
                           WHEN e.after ->> 'cancelled_at' IS NOT NULL THEN 'cancelled'
                           WHEN e.after ->> 'sent_at' IS NOT NULL THEN 'sent'
                           WHEN e.after ->> 'failed_at' IS NOT NULL THEN 'failed'
                           ELSE 'released' END,
                       CASE WHEN e.role <> 'system' THEN e.person_id END
                FROM audit_events AS e
                WHERE e.tenant_id = acting_tenant() AND e.object_id IN (SELECT id FROM letter) AND e.noun = 'letters'
                  AND (e.after ->> 'state' IS NOT NULL AND e.after ->> 'state' <> 'held')
            )
            SELECT d.at, d.deed, p.name FROM deeds AS d LEFT JOIN people AS p ON p.id = d.by ORDER BY d.at, d.deed DESC
            """
        ).map { try LetterDeed(at: $0("at"), deed: $0("deed"), name: $0("name")) }
    }

    /// Letters to the acting person that may go out, the latest first.
    package func ownLetters(after position: LetterPosition? = nil, limit: Int) async throws -> [Letter] {
        try await rows(
            """
            -- ownLetters
            \(fragment: .letters)
            WHERE l.tenant_id = acting_tenant() AND \(fragment: .reachOfRecipients)
              \(given: position, { "AND (l.released_at, l.id) < (\($0.at), \($0.id))" })
            ORDER BY l.released_at DESC, l.id DESC
            LIMIT \(limit)
            """
        ).map(Letter.init)
    }

    /// A letter to the acting person that may go out.
    package func ownLetter(_ id: Letter.ID) async throws -> Letter? {
        try await first(
            """
            -- ownLetter
            \(fragment: .letters) WHERE l.tenant_id = acting_tenant() AND \(fragment: .reachOfRecipients) AND l.id = \(id)
            """
        ).map(Letter.init)
    }

    /// Whom a letter would reach: somebody with a seat in the workspace.
    func letterReader(_ person: Person.ID) async throws -> LetterReader? {
        try await first(
            "/* letterReader */ SELECT name, locale, time_zone FROM reader_of_letters(\(person))"
        ).map { row in
            let locale: String = try row("locale")
            return LetterReader(
                name: try row("name"), language: Vocabulary.Language(rawValue: locale) ?? .english,
                timeZone: try row("time_zone"))
        }
    }
}

/// A step of a letter's way.
struct LetterDeed: Sendable {
    let at: Date
    let deed: String
    /// Who did it, if it was somebody.
    let name: String?
}

extension Query {
    /// The outbox is the managers', in the query as in row-level security.
    fileprivate static var reachOfManagers: Query { "acts_as('manager', 'system')" }

    /// One's own letters, in whatever role.
    fileprivate static var reachOfRecipients: Query {
        "l.recipient_id = acting_person() AND l.released_at IS NOT NULL AND l.cancelled_at IS NULL"
    }

    fileprivate static var letters: Query {
        """
        SELECT l.id, l.recipient_id, l.recipient_name, l.address, l.language, l.kind, l.about_noun, l.about_id, l.version,
               l.written_at, l.released_at, l.sent_at, l.failed_at, l.cancelled_at, l.state,
               t.subject, t.body, t.action_label, t.action_path, a.attempts, a.last_report
        FROM letters AS l
        JOIN letter_texts AS t ON t.tenant_id = l.tenant_id AND t.letter_id = l.id AND t.version = l.version
        LEFT JOIN LATERAL (
            SELECT count(*) AS attempts, (array_agg(a.report ORDER BY a.number DESC)
                                           FILTER (WHERE a.report IS NOT NULL))[1] AS last_report
            FROM letter_attempts AS a
            WHERE a.tenant_id = l.tenant_id AND a.letter_id = l.id AND \(fragment: reachOfManagers)
        ) AS a ON true
        """
    }
}

extension Letter.State: PostgresCodable {}
extension Letter.Kind: PostgresCodable {}
extension LetterAttempt.Outcome: PostgresCodable {}

extension LetterText {
    fileprivate init(_ row: Row) throws {
        let (label, path): (Name?, String?) = try (row("action_label"), row("action_path"))
        try self.init(
            subject: row("subject"), body: row("body"),
            action: label.flatMap { label in path.flatMap(SafeURL.init(path:)).map { Action(label, to: $0) } })
    }
}

extension Letter {
    fileprivate init(_ row: Row) throws {
        let (noun, id): (String?, UUID?) = try (row("about_noun"), row("about_id"))
        try self.init(
            id: row("id"), recipient: row("recipient_id"), recipientName: row("recipient_name"),
            address: row("address"), language: row("language"), kind: row("kind"),
            about: noun.flatMap { noun in id.map { Topic(noun: noun, id: $0) } }, version: row("version"),
            text: LetterText(row), state: row("state"), writtenAt: row("written_at"), releasedAt: row("released_at"),
            sentAt: row("sent_at"), failedAt: row("failed_at"), cancelledAt: row("cancelled_at"),
            attempts: row("attempts"), lastReport: row("last_report"))
    }
}

extension Transaction {
    /// Writes letter and text without reading either back: not everybody who causes a letter may see it.
    func insert(_ id: Letter.ID, _ new: NewLetter, _ text: LetterText, in language: Vocabulary.Language, held: Bool)
        async throws
    {
        try await execute(
            """
            -- writeLetter
            WITH letter AS (
                INSERT INTO letters (tenant_id, id, recipient_id, language, kind, about_noun, about_id,
                                     released_at, released_by)
                VALUES (acting_tenant(), \(id), \(new.recipient), \(language), \(new.kind), \(new.about?.noun),
                        \(new.about?.id), CASE WHEN NOT \(held) THEN now() END,
                        CASE WHEN NOT \(held) THEN acting_person() END)
            )
            INSERT INTO letter_texts (tenant_id, letter_id, version, subject, body, action_label, action_path)
            VALUES (acting_tenant(), \(id), 1, \(text.subject), \(text.body), \(text.action?.label),
                    \(text.action?.page.description))
            """)
    }

    /// Locks letters until the transaction ends, in one order for all. A statement that waited for a lock would look at
    /// everything but the locked row as it was before the wait; the next one sees what has been committed meanwhile.
    func lockLetters(_ ids: [Letter.ID]) async throws {
        _ = try await rows(
            """
            -- lockLetters
            SELECT l.id FROM letters AS l
            WHERE l.tenant_id = acting_tenant() AND \(fragment: .reachOfManagers) AND l.id = ANY (\(ids.map(\.uuid)))
            ORDER BY l.id FOR UPDATE
            """)
    }

    /// The state of a letter with its row locked until the transaction ends; nil when there is none for a manager.
    func lockLetter(_ id: Letter.ID) async throws -> Letter.State? {
        try await first(
            """
            -- lockLetter
            SELECT l.state FROM letters AS l
            WHERE l.tenant_id = acting_tenant() AND \(fragment: .reachOfManagers) AND l.id = \(id) FOR UPDATE
            """
        ).map { try $0("state") }
    }

    /// The held letters that are let go with another.
    func lettersGoingOut(with id: Letter.ID) async throws -> [Letter.ID] {
        try await rows(
            "/* lettersGoingOut */ SELECT o.id FROM letters_going_out_with(acting_tenant(), \(id)) AS o (id) ORDER BY o.id"
        ).map { try $0("id") }
    }

    /// Whether this transaction let a letter go.
    func wasJustReleased(_ id: Letter.ID) async throws -> Bool {
        try await value(
            """
            -- wasJustReleased
            SELECT EXISTS (SELECT FROM letters AS l
                           WHERE l.tenant_id = acting_tenant() AND \(fragment: .reachOfManagers) AND l.id = \(id)
                             AND l.released_at = now())
            """)
    }

    /// Whether this transaction kept letters of a decision from going out, and nobody had been told of it. For managers.
    package func keptLettersUntold(about id: UUID) async throws -> Bool {
        try await value(
            """
            -- keptLettersUntold
            SELECT EXISTS (
                SELECT FROM letters AS l
                WHERE l.tenant_id = acting_tenant() AND \(fragment: .reachOfManagers) AND l.about_id = \(id)
                  AND l.kind = 'decision' AND l.cancelled_at = now() AND l.released_at IS NULL
                  AND NOT EXISTS (SELECT FROM letters AS o
                                  WHERE o.tenant_id = l.tenant_id AND o.about_id = l.about_id AND o.kind = l.kind
                                    AND o.written_at = l.written_at AND o.released_at IS NOT NULL))
            """)
    }

    func addText(_ text: LetterText, to id: Letter.ID) async throws {
        try await execute(
            """
            -- rewriteLetter
            WITH letter AS (
                UPDATE letters SET version = version + 1 WHERE tenant_id = acting_tenant() AND id = \(id)
                RETURNING tenant_id, id, version
            )
            INSERT INTO letter_texts (tenant_id, letter_id, version, subject, body, action_label, action_path)
            SELECT tenant_id, id, version, \(text.subject), \(text.body), \(text.action?.label)::text,
                   \(text.action?.page.description)::text
            FROM letter
            """)
    }

    /// Lets go what is held or has failed; answers which letters those were.
    func release(_ ids: [Letter.ID]) async throws -> [Letter.ID] {
        try await rows(
            """
            -- releaseLetters
            UPDATE letters AS l SET released_at = now(), released_by = acting_person(), failed_at = NULL
            WHERE l.tenant_id = acting_tenant() AND \(fragment: .reachOfManagers) AND l.id = ANY (\(ids.map(\.uuid)))
              AND \(fragment: LetterStep.release.isPossible)
            RETURNING l.id
            """
        ).map { try $0("id") }
    }

    /// Keeps from going out what has not gone out and is not going out at this moment; answers which letters those were.
    func cancel(_ ids: [Letter.ID]) async throws -> [Letter.ID] {
        try await rows(
            """
            -- cancelLetters
            UPDATE letters AS l SET cancelled_at = now(), cancelled_by = acting_person(), failed_at = NULL
            WHERE l.tenant_id = acting_tenant() AND \(fragment: .reachOfManagers) AND l.id = ANY (\(ids.map(\.uuid)))
              AND \(fragment: LetterStep.cancel.isPossible)
            RETURNING l.id
            """
        ).map { try $0("id") }
    }

    /// Begins to hand a letter over, and ends what a worker that disappeared had begun; nil when it is not to go out.
    func beginAttempt(at id: Letter.ID) async throws -> (letter: Letter, workspace: String)? {
        // The lock keeps a cancellation out until the attempt can be seen.
        guard try await lockLetter(id) == .released, let letter = try await letter(id) else { return nil }
        try await endAttempt(at: id, .unknown, "The worker that tried disappeared.")
        try await execute(
            """
            -- beginAttempt
            INSERT INTO letter_attempts (tenant_id, letter_id, number)
            VALUES (acting_tenant(), \(id), \(letter.attempts + 1))
            """)
        let workspace: String = try await value(
            "/* beginAttempt */ SELECT name FROM tenants WHERE id = acting_tenant()")
        return (letter, workspace)
    }

    func endAttempt(at id: Letter.ID, _ outcome: LetterAttempt.Outcome, _ report: String) async throws {
        try await execute(
            """
            -- endAttempt
            UPDATE letter_attempts SET ended_at = now(), outcome = \(outcome), report = \(report)
            WHERE tenant_id = acting_tenant() AND letter_id = \(id) AND ended_at IS NULL
            """)
    }

    func recordSent(_ id: Letter.ID) async throws {
        try await execute(
            "/* recordSent */ UPDATE letters SET sent_at = now() WHERE tenant_id = acting_tenant() AND id = \(id)")
    }

    func recordFailed(_ id: Letter.ID) async throws {
        try await execute(
            "/* recordFailed */ UPDATE letters SET failed_at = now() WHERE tenant_id = acting_tenant() AND id = \(id)")
    }
}

extension Statements {
    /// Letters with which something could be done at this moment, the latest first. For managers.
    ///
    /// - Parameter state: only those that stand so; nil for all.
    func letters(ready step: LetterStep, in state: Letter.State?, limit: Int) async throws -> [Letter] {
        try await rows(
            """
            -- letters that are ready
            \(fragment: .letters)
            WHERE l.tenant_id = acting_tenant() AND \(fragment: .reachOfManagers) AND \(fragment: step.isPossible)
              \(given: state, { "AND l.state = \($0)" })
            ORDER BY l.written_at DESC, l.id DESC
            LIMIT \(limit)
            """
        ).map(Letter.init)
    }

    /// Those of some letters that there are. For managers.
    func letters(_ ids: [Letter.ID]) async throws -> [Letter] {
        try await rows(
            """
            -- letters that are named
            \(fragment: .letters)
            WHERE l.tenant_id = acting_tenant() AND \(fragment: .reachOfManagers) AND l.id = ANY (\(ids.map(\.uuid)))
            """
        ).map(Letter.init)
    }
}

extension LetterStep {
    /// The condition under which a letter `l` lets it be done; a letter that a mail server is being given is past both.
    fileprivate var isPossible: Query {
        switch self {
        case .release: "l.state IN ('held', 'failed')"
        case .cancel:
            """
            l.state IN ('held', 'released', 'failed')
            AND NOT EXISTS (
                SELECT FROM letter_attempts AS a
                WHERE a.tenant_id = l.tenant_id AND a.letter_id = l.id AND a.ended_at IS NULL
                  AND a.begun_at > now() - \(SendLetter.timeLimit.components.seconds) * interval '1 second')
            """
        }
    }
}
