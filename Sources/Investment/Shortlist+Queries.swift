internal import Accounts
package import Foundation
package import Institutions
package import Postgres
internal import Vocabulary

extension Statements {
    /// A shortlist; nil when it does not exist or the principal may not know of it.
    package func shortlist(_ id: Shortlist.ID) async throws -> Shortlist? {
        try await first(
            """
            -- shortlist
            \(fragment: .shortlists)
            WHERE s.tenant_id = acting_tenant() AND \(fragment: .reachOfShortlists) AND s.id = \(id)
            """
        ).map(Shortlist.init)
    }

    /// Shortlists, the latest first.
    ///
    /// - Parameters:
    ///   - run: only those of this run.
    ///   - investor: only those of this investor.
    ///   - mandate: only those for this mandate.
    ///   - underReview: only those that are neither released nor declined.
    package func shortlists(
        of run: MatchRun.ID? = nil, for investor: Institution.ID? = nil, mandate: Mandate.ID? = nil,
        underReview: Bool = false, after cursor: ShortlistPosition? = nil, limit: Int
    ) async throws -> [Shortlist] {
        try await rows(
            """
            -- shortlists
            \(fragment: .shortlists)
            WHERE s.tenant_id = acting_tenant() AND \(fragment: .reachOfShortlists)
              \(given: run, { "AND s.run_id = \($0)" })
              \(given: investor, { "AND s.investor_id = \($0)" })
              \(given: mandate, { "AND s.mandate_id = \($0)" })
              \(fragment: underReview ? "AND s.released_at IS NULL AND s.declined_at IS NULL" : .empty)
              \(given: cursor, { "AND (s.created_at, s.id) < (\($0.createdAt), \($0.id))" })
            ORDER BY s.created_at DESC, s.id DESC
            LIMIT \(limit)
            """
        ).map(Shortlist.init)
    }

    /// The last list of the same mandate that was made before this one of startups of the same stream, or of all as this one,
    /// and that its investor had been shown by then. Of startups that were not looked at nothing can be said.
    func shortlist(before list: Shortlist) async throws -> Shortlist? {
        try await first(
            """
            -- shortlist before another
            \(fragment: .shortlists)
            WHERE s.tenant_id = acting_tenant() AND \(fragment: .reachOfShortlists) AND s.mandate_id = \(list.mandate)
              AND (s.created_at, s.id) < (\(list.createdAt), \(list.id))
              AND s.released_at <= coalesce(\(list.releasedAt), now()) AND looked_at_one_stream(s.id, \(list.id))
            ORDER BY s.created_at DESC, s.id DESC
            LIMIT 1
            """
        ).map(Shortlist.init)
    }

    /// What is on a shortlist, the best first, with the latest answers. A startup that no longer agrees to be shown is
    /// left out for the investor.
    package func items(of id: Shortlist.ID) async throws -> [ShortlistItem] {
        try await rows(
            """
            -- items(of shortlist)
            \(fragment: .shortlistItems(at: "row_number() OVER (ORDER BY x.rank)"))
            WHERE x.tenant_id = acting_tenant() AND \(fragment: .reachOfItems) AND x.shortlist_id = \(id)
            ORDER BY x.rank
            """
        ).map(ShortlistItem.init)
    }

    /// One item of a shortlist; nil when it is not there or the principal may not know of it.
    package func item(_ startup: Startup.ID, of id: Shortlist.ID) async throws -> ShortlistItem? {
        try await first(
            """
            -- item(of shortlist)
            \(fragment: .shortlistItems(
                at: """
                    (SELECT count(*) FROM shortlist_items AS o
                     WHERE o.tenant_id = x.tenant_id AND o.shortlist_id = x.shortlist_id AND o.rank <= x.rank
                       AND NOT is_hidden(o.startup_id, l.investor_id))
                    """))
            WHERE x.tenant_id = acting_tenant() AND \(fragment: .reachOfItems) AND x.shortlist_id = \(id)
              AND x.startup_id = \(startup)
            """
        ).map(ShortlistItem.init)
    }

    /// What stands between an investor and some startups, as far as the seat reads it: an investor of its own portfolio alone,
    /// since who holds what is the startup's to say, and its conflicts only the park.
    func nearness(of startups: [Startup.ID], to investor: Institution.ID) async throws -> Nearness {
        let rows = try await rows(
            """
            -- nearness
            SELECT s.id,
                   EXISTS (SELECT FROM investments AS v
                           WHERE v.tenant_id = acting_tenant() AND v.investor_id = \(investor) AND v.startup_id = s.id)
                   OR EXISTS (SELECT FROM startup_holders AS h
                              WHERE h.tenant_id = acting_tenant() AND h.institution_id = \(investor)
                                AND h.startup_id = s.id AND acts_as('manager')) AS is_held,
                   acts_as('manager') AND is_conflicted(s.id, \(investor))
                   AND s.id <> ALL (startups_too_near(acting_role(), acting_person())) AS is_conflicted
            FROM unnest(\(startups)) AS s (id)
            """)
        var nearness = Nearness()
        for row in rows {
            let (startup, isHeld, isConflicted) = try row.decode(Startup.ID.self, Bool.self, Bool.self)
            if isHeld { nearness.held.insert(startup) }
            if isConflicted { nearness.conflicted.insert(startup) }
        }
        return nearness
    }

    /// What a shortlist would tell of some startups, of those that the seat reaches.
    func startupCards(of ids: [Startup.ID]) async throws -> [Startup.ID: StartupCard] {
        let cards = try await rows(
            """
            -- startupCards
            SELECT t.id AS startup_id, \(fragment: .startupCard)
            FROM startups AS t JOIN institutions AS i ON i.tenant_id = t.tenant_id AND i.id = t.id
            WHERE t.tenant_id = acting_tenant() AND acts_as('manager', 'system') AND t.id = ANY (\(ids))
            """
        ).map(StartupCard.init)
        return Dictionary(uniqueKeysWithValues: cards.map { ($0.id, $0) })
    }

    /// Every answer given to one startup of a shortlist, the latest first.
    package func answers(to startup: Startup.ID, of id: Shortlist.ID) async throws -> [Answer] {
        try await rows(
            """
            -- answers
            SELECT a.id, a.answer, a.reason, a.note, a.later_until, a.answered_at, a.answered_by
            FROM shortlist_answers AS a JOIN shortlists AS s ON s.tenant_id = a.tenant_id AND s.id = a.shortlist_id
            WHERE a.tenant_id = acting_tenant() AND \(fragment: .reachOfShortlists) AND a.shortlist_id = \(id)
              AND a.startup_id = \(startup)
            ORDER BY a.answered_at DESC, a.id DESC
            LIMIT 100
            """
        ).map { row in
            try Answer(
                id: row("id"), answer: row("answer"), reason: row("reason"), note: row("note"),
                laterUntil: row("later_until"), answeredAt: row("answered_at"), answeredBy: row("answered_by"))
        }
    }
}

/// Where a list of shortlists goes on.
package struct ShortlistPosition: Codable, Sendable {
    /// When the last list of the page was made.
    package let createdAt: Date
    /// That list.
    package let id: Shortlist.ID

    /// Behind a list.
    package init(_ shortlist: Shortlist) {
        createdAt = shortlist.createdAt
        id = shortlist.id
    }
}

/// What stands between an investor and startups of its lists.
struct Nearness {
    /// Of which it holds a part already.
    var held: Set<Startup.ID> = []
    /// That somebody of it judges, mentors or owns a part of.
    var conflicted: Set<Startup.ID> = []
}

extension Query {
    fileprivate static var shortlists: Query {
        """
        SELECT s.id, s.run_id, s.mandate_id, m.name AS mandate_name, s.mandate_version, s.investor_id,
               i.names AS investor_names, s.created_at, s.released_at, s.answer_by, s.considered, s.gates,
               CASE WHEN num_nonnulls(s.released_at, s.declined_at) = 0 AND acts_as('manager', 'system')
                    THEN why_not_released(s.id) END AS barrier,
               s.declined_at, s.declined_by, s.declined_reason, s.declined_note,
               CASE WHEN acts_as('manager', 'system') THEN (
                   SELECT count(*) FROM withheld_items AS w
                   WHERE w.tenant_id = s.tenant_id AND w.shortlist_id = s.id) END AS withheld,
               (SELECT count(*) FROM shortlist_items AS x
                WHERE x.tenant_id = s.tenant_id AND x.shortlist_id = s.id
                  AND (acts_as('manager', 'system') OR NOT is_hidden(x.startup_id, s.investor_id))) AS items,
               (SELECT count(*) FROM shortlist_items AS x
                LEFT JOIN LATERAL (\(fragment: .latestAnswer)) AS a ON true
                WHERE x.tenant_id = s.tenant_id AND x.shortlist_id = s.id
                  -- Of an own startup a manager would learn from the conflict that it is judged.
                  AND NOT CASE WHEN acts_as('manager') THEN is_kept_away(x.startup_id, s.investor_id)
                               ELSE is_hidden(x.startup_id, s.investor_id) END
                  AND proposal_state(a.answer, a.later_until, s.answer_by, (now() AT TIME ZONE 'UTC')::date) = 'open')
                   AS open,
               (SELECT count(DISTINCT a.startup_id)
                FROM shortlist_answers AS a
                WHERE a.tenant_id = s.tenant_id AND a.shortlist_id = s.id
                  AND (acts_as('manager', 'system') OR NOT is_hidden(a.startup_id, s.investor_id))) AS answered
        FROM shortlists AS s
        JOIN mandates AS m ON m.tenant_id = s.tenant_id AND m.id = s.mandate_id
        JOIN institutions AS i ON i.tenant_id = s.tenant_id AND i.id = s.investor_id
        """
    }

    /// Which shortlists `s` the seat reaches, the query's own answer to what row-level security says again: an investor
    /// those that were released to their institution.
    fileprivate static var reachOfShortlists: Query {
        """
        (acts_as('manager', 'system')
         OR acts_as('investor') AND s.investor_id = acting_institution() AND s.released_at IS NOT NULL
            AND (SELECT is_verified(acting_institution())))
        """
    }

    /// Which items `x` the seat reaches: those of its shortlists whose startups still agree to be shown to it.
    fileprivate static var reachOfItems: Query {
        """
        ((acts_as('manager', 'system') OR NOT is_hidden(x.startup_id, acting_institution())) AND EXISTS (
            SELECT FROM shortlists AS s
            WHERE s.tenant_id = x.tenant_id AND s.id = x.shortlist_id AND \(fragment: .reachOfShortlists)))
        """
    }

    /// What is told of startups `t` with their entries `i`.
    static var startupCard: Query {
        """
        i.names, i.country, i.website, t.pitch, t.place_region, t.place_city, t.founded_on, t.markets, t.tags,
        t.stage, t.last_round_on, t.last_round_minor, t.raised_currency, t.seeking, t.ask_minor, t.ask_currency,
        t.focus_areas
        """
    }

    /// Items `x` of lists `l`.
    ///
    /// - Parameter place: the place among those that the investor sees: a gap would tell it that one is hidden.
    fileprivate static func shortlistItems(at place: Query) -> Query {
        """
        SELECT x.startup_id, CASE WHEN acts_as('investor') THEN \(fragment: place) ELSE x.rank END AS rank,
               x.score, x.parts, \(fragment: .startupCard),
               a.id AS answer_id, a.answer, a.reason, a.note, a.later_until, a.answered_at, a.answered_by,
               CASE WHEN l.declined_at IS NULL
                    THEN proposal_state(a.answer, a.later_until, l.answer_by, (now() AT TIME ZONE 'UTC')::date)
                    ELSE 'declined' END AS state
        FROM shortlist_items AS x
        JOIN shortlists AS l ON l.tenant_id = x.tenant_id AND l.id = x.shortlist_id
        JOIN startups AS t ON t.tenant_id = x.tenant_id AND t.id = x.startup_id
        JOIN institutions AS i ON i.tenant_id = x.tenant_id AND i.id = x.startup_id
        LEFT JOIN LATERAL (\(fragment: .latestAnswer)) AS a ON true
        """
    }

    /// The answer to an item `x` that counts.
    fileprivate static var latestAnswer: Query {
        """
        SELECT w.id, w.answer, w.reason, w.note, w.later_until, w.answered_at, w.answered_by
        FROM shortlist_answers AS w
        WHERE w.tenant_id = x.tenant_id AND w.shortlist_id = x.shortlist_id AND w.startup_id = x.startup_id
        ORDER BY w.answered_at DESC, w.id DESC
        LIMIT 1
        """
    }
}

extension Shortlist {
    fileprivate init(_ row: Row) throws {
        let gates: JSONB<[String: Int]> = try row("gates")
        try self.init(
            id: row("id"), run: row("run_id"), mandate: row("mandate_id"), mandateName: row("mandate_name"),
            mandateVersion: row("mandate_version"), investor: row("investor_id"), investorName: row("investor_names"),
            createdAt: row("created_at"), releasedAt: row("released_at"), answerBy: row("answer_by"),
            declined: Decline(row), barrier: row("barrier"), considered: row("considered"),
            gatedOut: GateCount.list(gates.value),
            items: row("items"), answered: row("answered"), open: row("open"), withheld: row("withheld"))
    }
}

extension ShortlistItem {
    init(_ row: Row) throws {
        let parts: JSONB<[ScorePart]> = try row("parts")
        let answer: Answer? = try row.value("answer_id", as: Answer.ID?.self).map { id in
            try Answer(
                id: id, answer: row("answer"), reason: row("reason"), note: row("note"),
                laterUntil: row("later_until"), answeredAt: row("answered_at"), answeredBy: row("answered_by"))
        }
        try self.init(
            startup: StartupCard(row), rank: row("rank"), score: row("score"), parts: parts.value, answer: answer,
            state: row("state"))
    }
}

extension StartupCard {
    init(_ row: Row) throws {
        try self.init(
            id: row("startup_id"), name: row("names"), pitch: row("pitch"), country: row("country"),
            region: row("place_region"), city: row("place_city"), website: row("website"), foundedOn: row("founded_on"),
            markets: row("markets"), focusAreas: row("focus_areas"), tags: row("tags"), stage: row("stage"),
            lastRoundOn: row("last_round_on"), lastRound: row.money("last_round_minor", "raised_currency"),
            seeking: row("seeking"), ask: row.money("ask_minor", "ask_currency"))
    }
}

extension Answer.Kind: PostgresCodable {}
extension Answer.PassReason: PostgresCodable {}
extension ProposalState: PostgresCodable {}

extension Transaction {
    func lockShortlist(_ id: Shortlist.ID) async throws -> Shortlist? {
        guard
            try await first(
                """
                -- lockShortlist
                SELECT id FROM shortlists WHERE tenant_id = acting_tenant() AND id = \(id) FOR UPDATE
                """) != nil
        else { return nil }
        return try await shortlist(id)
    }

    func release(_ id: Shortlist.ID, by person: Person.ID, answerBy: CalendarDate) async throws {
        try await execute(
            """
            -- releaseShortlist
            UPDATE shortlists SET released_at = now(), released_by = \(person), answer_by = \(answerBy)
            WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
    }

    func insert(
        _ answer: NewAnswer, as id: Answer.ID, to startup: Startup.ID, of shortlist: Shortlist.ID,
        in tenant: Tenant.ID, by person: Person.ID
    ) async throws {
        // Two answers of one transaction would be equally late; the clock that goes on tells them apart.
        try await execute(
            """
            -- answerShortlistItem
            INSERT INTO shortlist_answers
                (tenant_id, shortlist_id, startup_id, id, answer, reason, note, later_until, answered_at, answered_by)
            VALUES (\(tenant), \(shortlist), \(startup), \(id), \(answer.answer), \(answer.reason), \(answer.note),
                    \(answer.laterUntil), clock_timestamp(), \(person))
            """)
    }
}
