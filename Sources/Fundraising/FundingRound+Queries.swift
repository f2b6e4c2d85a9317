internal import API
internal import Accounts
package import Foundation
package import Institutions
internal import Investment
package import Postgres
internal import Vocabulary

extension Statements {
    /// A round; nil when it does not exist or the seat does not reach it.
    package func fundingRound(_ id: FundingRound.ID) async throws -> FundingRound? {
        try await first("/* fundingRound */ \(fragment: .rounds) AND r.id = \(id)").map(FundingRound.init)
    }

    /// Rounds, the latest first.
    ///
    /// - Parameters:
    ///   - near: only those of startups that the acting investor was once shown or introduced to: it reaches no others, and
    ///     they are found by their keys however many rounds a park has.
    ///   - running: whether those that have ended are left out.
    ///   - startup: only those of this startup.
    package func fundingRounds(
        near: Bool = false, of startup: Startup.ID? = nil, running: Bool = false, after cursor: RoundPosition? = nil,
        limit: Int
    ) async throws -> [FundingRound] {
        try await rows(
            """
            -- fundingRounds
            \(fragment: .rounds)
              \(fragment: near ? .nearOnly : .empty)
              \(given: startup, { "AND r.startup_id = \($0)" })
              \(fragment: running ? "AND r.ended_at IS NULL" : .empty)
              \(given: cursor, { "AND (r.planned_at, r.id) < (\($0.plannedAt), \($0.id))" })
            ORDER BY r.planned_at DESC, r.id DESC
            LIMIT \(limit)
            """
        ).map(FundingRound.init)
    }

    /// A round with what the seat is told of its indications; nil when the seat does not reach it.
    package func roundSheet(_ id: FundingRound.ID) async throws -> RoundSheet? {
        guard let round = try await fundingRound(id) else { return nil }
        let currency = round.terms.target.currency
        let indications = try await rows(
            """
            -- shown indications
            SELECT s.id, s.investor_id, s.investor_names, s.given_at, s.amount_minor, s.binding, s.stands_until, s.note,
                   s.contact_name, s.contact_email, s.is_own
            FROM shown_indications(\(id)) AS s
            """
        ).map { row in
            try Indication(
                id: row("id"), investor: row("investor_id"), investorName: row("investor_names"),
                givenAt: row("given_at"), amount: Money(minor: row("amount_minor"), currency: currency),
                binding: row("binding"), standsUntil: row("stands_until"), note: row("note"),
                contactName: row("contact_name"), contactEmail: row("contact_email"), isOwn: row("is_own"))
        }
        return RoundSheet(round: round, indications: indications)
    }

    /// What the acting investor said it would put into rounds that it does not reach any more, the earliest first.
    package func strayIndications() async throws -> [StrayIndication] {
        try await rows(
            """
            -- strayIndications
            SELECT s.id, s.round_id, s.startup_id, s.startup_names, s.amount_minor, s.currency, s.binding, s.stands_until
            FROM own_indications_out_of_reach() AS s
            """
        ).map { row in
            try StrayIndication(
                id: row("id"), round: row("round_id"), startup: row("startup_id"), startupName: row("startup_names"),
                amount: Money(minor: row("amount_minor"), currency: row("currency")), binding: row("binding"),
                standsUntil: row("stands_until"))
        }
    }
}

/// Where a list of rounds goes on.
package struct RoundPosition: Codable, Sendable {
    /// When the last one of the page was planned.
    package let plannedAt: Date
    /// That one.
    package let id: FundingRound.ID

    /// Behind a round.
    package init(_ round: FundingRound) {
        plannedAt = round.plannedAt
        id = round.id
    }
}

extension Query {
    fileprivate static var rounds: Query {
        """
        SELECT r.id, r.startup_id, i.names AS startup_names, r.state, r.stage, r.target_minor, r.minimum_minor, r.currency,
               r.instrument, r.use_of_funds, r.closes_on, r.first_closes_on, r.shown_to_listed, r.shown_to_introduced,
               r.planned_at, r.opened_at, r.ended_at, r.raised_minor, acting_disclosure(r.id) AS disclosure,
               t.indications, t.sum_minor, t.binding_minor
        FROM funding_rounds AS r
        LEFT JOIN institutions AS i ON i.tenant_id = r.tenant_id AND i.id = r.startup_id
        LEFT JOIN LATERAL tally_of_round(r.id) AS t ON true
        WHERE r.tenant_id = acting_tenant() AND \(fragment: .reachOfRounds)
        """
    }

    fileprivate static var nearOnly: Query {
        """
        AND r.startup_id = ANY (ARRAY(
            SELECT x.startup_id FROM shortlists AS l
            JOIN shortlist_items AS x ON x.tenant_id = l.tenant_id AND x.shortlist_id = l.id
            WHERE l.tenant_id = acting_tenant() AND l.investor_id = acting_institution() AND l.released_at IS NOT NULL
            UNION SELECT i.startup_id FROM introductions AS i
            WHERE i.tenant_id = acting_tenant() AND i.investor_id = acting_institution()
              AND i.introduced_at IS NOT NULL))
        """
    }

    /// Which rounds `r` the seat reaches, the query's own answer to what row-level security says again.
    private static var reachOfRounds: Query {
        """
        (acts_as('manager', 'system')
         OR acts_as('founder') AND r.startup_id = acting_institution()
         OR acts_as('investor') AND r.opened_at IS NOT NULL AND acting_investor_stands(r.startup_id) IS NOT NULL)
        """
    }
}

extension FundingRound {
    fileprivate init(_ row: Row) throws {
        let currency: Currency = try row("currency")
        func money(_ column: String) throws -> Money? {
            try row.value(column, as: Int?.self).map { Money(minor: $0, currency: currency) }
        }
        let target = Money(minor: try row("target_minor"), currency: currency)
        let terms = RoundTerms(
            try row("stage"), target: target, minimum: try money("minimum_minor"), by: try row("instrument"),
            for: try row("use_of_funds"), closesOn: try row("closes_on"), shownToListed: try row("shown_to_listed"),
            shownToIntroduced: try row("shown_to_introduced"))
        let tally: Tally? = try row.value("indications", as: Int?.self).map { count in
            Tally(
                indications: count, sum: Money(minor: try row("sum_minor"), currency: currency),
                binding: Money(minor: try row("binding_minor"), currency: currency))
        }
        let (state, firstClosesOn): (State, CalendarDate?) = (try row("state"), try row("first_closes_on"))
        try self.init(
            id: row("id"), startup: row("startup_id"), startupName: row("startup_names"),
            standing: Self.standing(
                state, target: target, tally: tally, closesOn: terms.closesOn, firstClosesOn: firstClosesOn),
            terms: terms, firstClosesOn: firstClosesOn, plannedAt: row("planned_at"), openedAt: row("opened_at"),
            endedAt: row("ended_at"), raised: money("raised_minor"), disclosure: row("disclosure"), tally: tally)
    }
}

extension FundingRound.State: PostgresCodable {}
extension FundingRound.Disclosure: PostgresCodable {}

extension Transaction {
    /// The round, with its row locked until the transaction ends; nil when the seat does not reach it.
    func lockFundingRound(_ id: FundingRound.ID) async throws -> FundingRound? {
        let locked = try await first(
            """
            -- lockFundingRound
            SELECT id FROM funding_rounds WHERE tenant_id = acting_tenant() AND id = \(id) FOR UPDATE
            """)
        return locked == nil ? nil : try await fundingRound(id)
    }

    func insert(_ terms: RoundTerms, as id: FundingRound.ID, of startup: Startup.ID, by person: Person.ID) async throws
    {
        try await execute(
            """
            -- planRound
            INSERT INTO funding_rounds
                (tenant_id, id, startup_id, stage, target_minor, minimum_minor, currency, instrument, use_of_funds, closes_on,
                 shown_to_listed, shown_to_introduced, planned_by)
            VALUES (acting_tenant(), \(id), \(startup), \(terms.stage), \(terms.target.minor), \(terms.minimum?.minor),
                    \(terms.target.currency), \(terms.instrument), \(terms.useOfFunds), \(terms.closesOn),
                    \(terms.shownToListed), \(terms.shownToIntroduced), \(person))
            """)
    }

    func save(_ terms: RoundTerms, of id: FundingRound.ID) async throws {
        try await execute(
            """
            -- reviseRound
            UPDATE funding_rounds
            SET stage = \(terms.stage), target_minor = \(terms.target.minor), minimum_minor = \(terms.minimum?.minor),
                currency = \(terms.target.currency), instrument = \(terms.instrument),
                use_of_funds = \(terms.useOfFunds), closes_on = \(terms.closesOn),
                shown_to_listed = \(terms.shownToListed), shown_to_introduced = \(terms.shownToIntroduced)
            WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
    }

    func open(_ id: FundingRound.ID) async throws {
        try await execute(
            """
            -- openRound
            UPDATE funding_rounds SET state = 'open', opened_at = now(), first_closes_on = closes_on
            WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
    }

    func end(_ id: FundingRound.ID, as state: FundingRound.State, raised: Money?) async throws {
        try await execute(
            """
            -- closeRound and withdrawRound
            UPDATE funding_rounds SET state = \(state), ended_at = now(), raised_minor = \(raised?.minor)
            WHERE tenant_id = acting_tenant() AND id = \(id)
            """)
    }

    func insert(
        _ new: NewIndication, as id: Indication.ID, to round: FundingRound.ID, of investor: Institution.ID,
        by person: Person.ID
    ) async throws {
        try await execute(
            """
            -- giveIndication
            INSERT INTO round_indications
                (tenant_id, round_id, id, investor_id, given_by, amount_minor, binding, stands_until, told, note)
            VALUES (acting_tenant(), \(round), \(id), \(investor), \(person), \(new.amount.minor), \(new.binding),
                    \(new.standsUntil), \(new.told), \(new.note))
            """)
    }

    /// Locks an indication that has not ended, also one whose day has passed or whose round is out of reach; nil when there
    /// is none.
    func lockIndication(
        _ id: Indication.ID? = nil, of investor: Institution.ID? = nil, to round: FundingRound.ID
    ) async throws -> UnendedIndication? {
        try await first(
            """
            -- lockIndication
            SELECT n.id, n.binding, n.stands_until, n.given_by, n.ended_at IS NOT NULL AS ended FROM round_indications AS n
            WHERE n.tenant_id = acting_tenant() AND n.round_id = \(round)
              AND (acts_as('system') OR is_round_of_acting_startup(n.round_id)
                   OR acts_as('investor') AND n.investor_id = acting_institution())
              \(given: id, { "AND n.id = \($0)" })
              \(given: investor, { "AND n.investor_id = \($0) AND n.ended_at IS NULL" })
            FOR UPDATE
            """
        ).map {
            try UnendedIndication(
                id: $0("id"), binding: $0("binding"), standsUntil: $0("stands_until"), givenBy: $0("given_by"),
                hasEnded: $0("ended"))
        }
    }

    func end(_ id: Indication.ID, of round: FundingRound.ID, as ending: IndicationEnding, by person: Person.ID)
        async throws
    {
        try await execute(
            """
            -- end of an indication
            UPDATE round_indications SET ended_at = now(), ended_by = \(person), ending = \(ending)
            WHERE tenant_id = acting_tenant() AND round_id = \(round) AND id = \(id)
            """)
    }

    /// Who gave an indication, and whose. Only for the service.
    func giver(of id: Indication.ID, of round: FundingRound.ID) async throws -> Person.ID? {
        try await first(
            """
            -- giver of an indication
            SELECT n.given_by FROM round_indications AS n
            WHERE n.tenant_id = acting_tenant() AND acts_as('system') AND n.round_id = \(round) AND n.id = \(id)
            """
        ).map { try $0("given_by") }
    }

    /// Whether an indication is of a firm that the startup of the round has blocked. Only for the service.
    func isFromWhomItBlocked(_ id: Indication.ID, of round: FundingRound.ID) async throws -> Bool {
        try await value(
            """
            -- whether an indication is of whom the startup blocked
            SELECT EXISTS (
                SELECT FROM round_indications AS n
                JOIN funding_rounds AS r ON r.tenant_id = n.tenant_id AND r.id = n.round_id
                JOIN blocks AS b
                    ON b.tenant_id = n.tenant_id AND b.investor_id = n.investor_id AND b.startup_id = r.startup_id
                WHERE n.tenant_id = acting_tenant() AND acts_as('system') AND n.round_id = \(round) AND n.id = \(id)
                  AND b.side = 'startup' AND b.lifted_at IS NULL)
            """)
    }

    /// People who hold a seat of a role at an institution and can be written to. Only for the service.
    func seated(at institution: UUID, as role: String) async throws -> [Person.ID] {
        try await rows(
            """
            -- people seated at an institution
            SELECT DISTINCT m.person_id FROM memberships AS m JOIN people AS p ON p.id = m.person_id
            WHERE m.tenant_id = acting_tenant() AND acts_as('system') AND m.institution_id = \(institution)
              AND m.role = \(role) AND m.ended_at IS NULL AND p.disabled_at IS NULL
            ORDER BY m.person_id
            """
        ).map { try $0("person_id") }
    }
}

/// How an indication ended before its day.
enum IndicationEnding: String, PostgresCodable {
    /// The investor took it back.
    case withdrawn
    /// The investor gave another.
    case replaced
    /// The startup let it go.
    case released
}

/// What ending an indication depends on.
struct UnendedIndication {
    let id: Indication.ID
    let binding: Bool
    let standsUntil: CalendarDate
    let givenBy: Person.ID
    let hasEnded: Bool

    /// Refuses to its investor what the round relies on, as far as the investor reaches it.
    func checkInvestorMayEnd(of round: FundingRound?, on day: CalendarDate) throws(RoundRefusal) {
        guard !hasEnded else { throw .indicationEnded }
        if binding, standsUntil >= day, let round, round.standing.isOpen { throw .isBinding(standsUntil) }
    }
}
