import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Logging
import Postgres
import TestWorld
import Testing
import Vocabulary

import struct Matching.Allocation
import struct Matching.Index

@testable import Investment

/// A year of shortlists in an invented market: every two weeks a run is made and its lists are released, investors answer or
/// do not, founders consent or do not, and what comes of it is recorded or forgotten. All of it goes through the verbs, as the
/// people who act; 32 act at once. Days pass by moving what happened back.
///
/// With `TRELLIS_LONG` set, 1,000 investors and 5,000 startups for a year; otherwise a few for a month.
@Suite("A year of matchmaking")
struct MatchmakingYearTests {
    @Test("brings every proposal and every introduction to an end, with a reason, and nobody more than they want")
    func year() async throws {
        let isLong = ProcessInfo.processInfo.environment["TRELLIS_LONG"] != nil
        let market = try await Market(
            investors: isLong ? 1_000 : 16, startups: isLong ? 5_000 : 60, length: isLong ? 10 : 6,
            workers: isLong ? 32 : 8)
        do { try await pass(isLong ? 26 : 2, in: market) } catch let error as DatabaseError {
            throw Unexpected(error: String(reflecting: error))
        }

        let left = try await market.left()
        #expect(left.open == 0 && left.running == 0, "\(left)")
        #expect(left.withoutReason == 0)
        #expect(market.overCap == 0, "investors had more in hand than they wanted")
        #expect(market.early == 0, "contacts were there before two consents")
        #expect(market.proposals > 0 && market.introductions > 0 && market.deals > 0)
        let (ours, plain) = (market.exposure, market.plainExposure)
        #expect(ours.gini < plain.gini)
        print(
            """
            \(market.proposals) proposals and \(market.introductions) introductions ended, \(market.deals) in a deal; \
            \(market.refusedByCap) steps refused by a cap; Gini of exposure \(ours.gini.thousandths) beside plain top-k \
            \(plain.gini.thousandths), on no list \(ours.unseen) beside \(plain.unseen) startups, worst-off tenth on \
            \(ours.worstTenth.thousandths) beside \(plain.worstTenth.thousandths) lists, worst-off startup on \
            \(ours.worst) beside \(plain.worst), for \((market.loss * 100).thousandths) % of the total score
            """)
    }

    /// Two weeks again and again, and then as long as it takes until what is open has run out by itself.
    private func pass(_ cycles: Int, in market: Market) async throws {
        for cycle in 0..<cycles {
            try await market.propose(cycle)
            for week in 0..<2 {
                try await market.live(cycle: cycle, week: week)
                try await market.letPass(days: 7)
            }
            // Not printed: what is written into a pipe is kept back until there is much of it.
            let so = "\(market.proposals) proposals, \(market.introductions) introductions so far"
            try FileHandle.standardError.write(contentsOf: Data("two weeks \(cycle + 1): \(so)\n".utf8))
        }
        for _ in 0..<16 { try await market.letPass(days: 7) }
    }
}

/// Who lives in the market, and what they have done.
private final class Market {
    private let world: World
    private let database: Database
    private let length: Int
    private let workers: Int
    private var random: Drawn
    private let startups: [Startup.ID]
    private let investors: [Institution.ID]
    /// What is open at each investor and startup, as it was last read.
    private(set) var proposals = 0
    private(set) var introductions = 0
    private(set) var deals = 0
    private(set) var overCap = 0
    private(set) var early = 0
    private(set) var refusedByCap = 0
    private var shown: [Startup.ID: Int] = [:]
    private var plain: [Startup.ID: Int] = [:]
    private var worth = 0.0
    private var plainWorth = 0.0

    private static let areas = [
        "fintech", "smart-city", "robotics", "biomedical-technology", "ai-and-data", "green-technology",
    ]
    private static let places = ["HK", "JP", "SG", "TW"]
    private static let stages = ["pre-seed", "seed", "series-a"]

    init(investors: Int, startups: Int, length: Int, workers: Int) async throws {
        world = try await World()
        database = world.database(transactions: workers)
        self.length = length
        self.workers = workers
        random = Drawn(seed: 20_261_130)
        let system = Context.system(in: Cast.harbour.id)
        var (drawn, founded, firms) = (random, [Startup.ID](), [Institution.ID]())
        for number in 0..<startups {
            let id = Startup.ID()
            var profile = StartupProfile()
            profile.country = Country(Self.places[drawn.next(Self.places.count)])
            // Some fields are crowded and some are not, as in life.
            let area = min(drawn.next(Self.areas.count), drawn.next(Self.areas.count))
            profile.focusAreas = FocusArea.ID(Self.areas[area]).map { [WeightedFocusArea($0)] } ?? []
            profile.seeking = FundingStage(Self.stages[drawn.next(Self.stages.count)])
            profile.ask = Money(minor: (1 + drawn.next(20)) * 100_000_00, currency: .usd)
            let named = NewStartup(name: LocalizedName(try Name("Startup \(number)")), profile: profile)
            try await database.write(as: system) { transaction in
                _ = try await transaction.addStartup(named, as: id, in: Cast.harbour.id)
                _ = try await transaction.decideOnConsent(NewConsent(.shortlists, to: .everyone), of: id)
                try await Self.seat(number, "founder", at: id.uuid, transaction)
            }
            founded.append(id)
        }
        for number in 0..<investors {
            let id = Institution.ID()
            var terms = MandateTerms(name: try Name("Mandate \(number)"))
            let area = min(drawn.next(Self.areas.count), drawn.next(Self.areas.count))
            terms.focusAreas = FocusArea.ID(Self.areas[area]).map { [WeightedFocusArea($0)] } ?? []
            terms.stages = [FundingStage(Self.stages[drawn.next(Self.stages.count)])].compactMap(\.self)
            terms.mostOpen = [nil, length, length + 4, 2 * length][drawn.next(4)]
            try await database.write(as: system) { [terms] transaction in
                _ = try await transaction.addInstitution(
                    NewInstitution(
                        kind: .investor, name: LocalizedName(try Name("Investor \(number)")), country: Country("HK")),
                    as: id, in: Cast.harbour.id)
                try await Self.seat(number, "investor", at: id.uuid, transaction)
                _ = try await transaction.createMandate(
                    terms, as: Mandate.ID(), of: id, in: Cast.harbour.id, by: Cast.mei.person.id)
                _ = try await transaction.verifyInvestor(
                    id,
                    NewVerification(
                        .corporate, evidence: try ShortText("Accounts"),
                        validUntil: CalendarDate(transaction.now, in: .utc).adding(days: 360)),
                    as: InvestorVerification.ID(), by: Cast.mei.person.id)
            }
            firms.append(id)
        }
        random = drawn
        self.startups = founded
        self.investors = firms
    }

    private static func seat(
        _ number: Int, _ role: String, at institution: UUID, _ transaction: Transaction
    ) async throws {
        let person = person(at: institution)
        try await transaction.addPerson(
            Person(id: person, email: "\(role)\(number)@market.example", name: "\(role) \(number)", locale: "en"),
            passwordHash: nil)
        try await transaction.grantSeat(
            Seat.ID(), to: person, in: Cast.harbour.id, at: institution, as: role)
    }

    /// The one person there, named after the institution.
    private static func person(at institution: UUID) -> Person.ID { Person.ID(institution) }

    private static func context(at institution: UUID, _ role: Role) -> Context {
        Principal(
            person: institution, membership: institution, tenant: Cast.harbour.id.uuid, institution: institution,
            role: role, name: "Market", locale: "en", credential: .token(id: institution, scopes: ["read", "write"])
        ).context
    }

    private var mei: Context { world.context(Cast.mei) }
    private var system: Context { .system(in: Cast.harbour.id) }

    // MARK: A cycle

    /// Makes a run and releases its lists, many at a time and some by two managers at once.
    func propose(_ cycle: Int) async throws {
        let run = MatchRun.ID()
        let request = MatchRunRequest(length: length, rules: MatchRules(restDays: 120))
        try await database.write(as: mei) {
            _ = try await $0.requestMatchRun(request, as: run, in: Cast.harbour.id, by: Cast.mei.person.id)
        }
        try await comparePlain(run)
        try await database.write(as: system) { try await $0.performMatchRun(run) }
        var lists: [Shortlist.ID] = []
        var position: ShortlistPosition?
        repeat {
            let page = try await database.reader(as: mei).shortlists(of: run, after: position, limit: 200)
            lists += page.map(\.id)
            position = page.last.map(ShortlistPosition.init)
            if page.count < 200 { break }
        } while true
        let twice = lists.enumerated().flatMap {
            $0.offset.isMultiple(of: 5) ? [$0.element, $0.element] : [$0.element]
        }
        let mei = mei
        try await atOnce(twice) { database, list in
            try await database.write(as: mei) { _ = try await $0.releaseShortlist(list, by: Cast.mei.person.id) }
        }
        let items = try await all(
            """
            SELECT x.startup_id FROM shortlist_items AS x JOIN shortlists AS s ON s.tenant_id = x.tenant_id AND s.id = x.shortlist_id
            WHERE s.run_id = \(run) AND s.released_at IS NOT NULL
            """)
        for row in items {
            shown[try row("startup_id"), default: 0] += 1
            proposals += 1
        }
        try await count()
    }

    /// What each mandate's best alone would have been, of the same moment.
    private func comparePlain(_ run: MatchRun.ID) async throws {
        let inputs = try await database.snapshot(as: system, statementTimeout: .seconds(60)) { transaction in
            guard let ordered = try await transaction.orderedMatchRun(run) else { throw Problem.notFound }
            return try await transaction.matchInputs(ordered)
        }
        let index = Index(inputs.world, model: inputs.model)
        let resting = Dictionary(grouping: inputs.resting, by: \.seeker).values.lazy.map(\.count).max() ?? 0
        let ranked = try await index.rank(
            inputs.orders.map(\.mandate.key), limit: max(200, 2 * length) + resting, width: 2)
        let demands = zip(inputs.orders, ranked).map { order, candidates in
            Allocation.Demand(order.mandate.key, length: min(length, order.room ?? .max), candidates: candidates)
        }
        let best = Allocation(
            demands, rules: Allocation.Rules(proposed: inputs.resting, crowding: .price(0)), among: startups.count)
        let shared = Allocation(demands, rules: Allocation.Rules(proposed: inputs.resting), among: startups.count)
        for startup in best.lists.flatMap(\.startups) { plain[Startup.ID(startup.startup), default: 0] += 1 }
        worth += Double(shared.report.worth)
        plainWorth += Double(shared.report.plainWorth)
    }

    /// A week of answers, consents, meetings and ends.
    func live(cycle: Int, week: Int) async throws {
        // All at once, which no page reads.
        let open = try await all(
            """
            SELECT s.id AS list, s.investor_id, x.startup_id
            FROM shortlists AS s JOIN shortlist_items AS x ON x.tenant_id = s.tenant_id AND x.shortlist_id = s.id
            LEFT JOIN LATERAL (SELECT a.answer, a.later_until FROM shortlist_answers AS a
                               WHERE a.tenant_id = x.tenant_id AND a.shortlist_id = x.shortlist_id AND a.startup_id = x.startup_id
                               ORDER BY a.answered_at DESC, a.id DESC LIMIT 1) AS a ON true
            WHERE s.tenant_id = acting_tenant() AND s.released_at IS NOT NULL
              AND proposal_state(a.answer, a.later_until, s.answer_by, (now() AT TIME ZONE 'UTC')::date) = 'open'
            ORDER BY s.id, x.startup_id
            """)
        var answers: [(list: Shortlist.ID, investor: Institution.ID, startup: Startup.ID, answer: NewAnswer)] = []
        let today = CalendarDate(Date(), in: .utc)
        for row in open {
            let answer: NewAnswer? =
                switch random.next(100) {
                case 0..<12: NewAnswer(.interested)
                case 12..<35: NewAnswer(.pass, because: Answer.PassReason.allCases[random.next(9)])
                case 35..<40: NewAnswer(.later, until: today.adding(days: 5 + random.next(40)))
                default: nil
                }
            if let answer {
                try answers.append((row("list"), row("investor_id"), row("startup_id"), answer))
                // Some change their mind at once, which may take up what was passed over.
                if random.next(20) == 0 {
                    try answers.append((row("list"), row("investor_id"), row("startup_id"), NewAnswer(.interested)))
                }
            }
        }
        try await atOnce(answers) { database, given in
            try await database.write(as: Self.context(at: given.investor.uuid, .investor)) {
                _ = try await $0.answerShortlistItem(
                    given.startup, of: given.list, with: given.answer, as: Answer.ID(), in: Cast.harbour.id,
                    by: Self.person(at: given.investor.uuid))
            }
        }
        try await count()
        try await moveIntroductions()
        try await count()
    }

    private func moveIntroductions() async throws {
        let running = try await all(
            """
            SELECT id, investor_id, startup_id, stage FROM introductions
            WHERE tenant_id = acting_tenant() AND ended_at IS NULL ORDER BY id
            """)
        var steps: [(context: Context, deed: @Sendable (Transaction) async throws -> Void)] = []
        for row in running {
            let id: Introduction.ID = try row("id")
            let (investor, startup): (UUID, UUID) = try (row("investor_id"), row("startup_id"))
            let stage: Introduction.Stage = try row("stage")
            let founder = Self.context(at: startup, .founder)
            let asStartup = IntroductionActor(Self.person(at: startup), for: .startup)
            let asInvestor = IntroductionActor(Self.person(at: investor), for: .investor)
            let draw = random.next(100)
            if stage == .asked {
                if draw < 55 {
                    steps.append(
                        (founder, { _ = try await $0.consentToIntroduction(id, by: Self.person(at: startup)) }))
                } else if draw < 75 {
                    steps.append(
                        (founder, { _ = try await $0.declineIntroduction(id, by: asStartup, because: .timing) }))
                } else if draw < 77 {
                    let block = NewBlock(investor: Institution.ID(investor), startup: Startup.ID(startup))
                    steps.append((founder, { _ = try await $0.blockPair(block, by: asStartup, as: Block.ID()) }))
                }
                continue
            }
            let next: NewStep? =
                switch draw {
                case 0..<25: NewStep(.met)
                case 25..<35: NewStep(.inDiligence)
                case 35..<50: NewStep(.passed, because: .market)
                case 50..<60:
                    NewStep(
                        .closed, amount: Money(minor: 250_000_00, currency: .usd), instrument: .equity,
                        day: CalendarDate(Date(), in: .utc))
                default: nil
                }
            guard let next else { continue }
            steps.append(
                (Self.context(at: investor, .investor), { _ = try await $0.recordStep(next, of: id, by: asInvestor) }))
        }
        try await atOnce(steps) { database, step in
            try await database.write(as: step.context) { try await step.deed($0) }
        }
    }

    /// Rows as a manager reads them, however long that takes.
    private func all(_ query: Query) async throws -> [Row] {
        try await database.snapshot(as: mei, statementTimeout: .seconds(120)) { try await $0.rows(query) }
    }

    /// Does something about each of many, so many at once. What the house refuses by its rules is part of the year.
    private func atOnce<Item: Sendable>(
        _ items: [Item], _ deed: @escaping @Sendable (Database, Item) async throws -> Void
    ) async throws {
        let (database, workers) = (database, workers)
        let refused = try await withThrowingTaskGroup(of: Int.self) { group in
            for worker in 0..<workers {
                group.addTask {
                    var refused = 0
                    for place in stride(from: worker, to: items.count, by: workers) {
                        do {
                            try await Self.patiently { try await deed(database, items[place]) }
                        } catch let error as DatabaseError
                            where error.constraint == "investors_have_no_more_in_hand_than_they_want"
                        {
                            refused += 1
                        } catch ShortlistRefusal.notTaken(.overCap) {
                            refused += 1
                        } catch is any Refusal {
                            continue
                        } catch let problem as Problem where problem == .notFound {
                            continue
                        } catch let error as DatabaseError
                            where error.constraint == "introductions_are_to_startups_that_agree"
                            || error.constraint == "introductions_run_once_a_pair"
                        {
                            continue
                        } catch let error as DatabaseError {
                            throw Unexpected(error: String(reflecting: error))
                        }
                    }
                    return refused
                }
            }
            return try await group.reduce(0, +)
        }
        refusedByCap += refused
    }

    /// Comes back in a second when the service asks to, as its clients do: of many who answer for one mandate at once, some wait
    /// longer than a transaction may.
    private static func patiently(_ deed: () async throws -> Void) async throws {
        for _ in 0..<60 {
            do { return try await deed() } catch let error as DatabaseError where error.kind == .lockTimeout {
                try await Task.sleep(for: .seconds(1))
            }
        }
        try await deed()
    }

    /// Looks whether anybody has more than they want, or knows more than they may.
    private func count() async throws {
        let row = try #require(
            try await database.snapshot(as: system, statementTimeout: .seconds(120)) { transaction in
                try await transaction.first(
                    """
                    SELECT (SELECT count(*) FROM mandates AS m
                            WHERE m.tenant_id = acting_tenant() AND m.most_open IS NOT NULL
                              AND in_hand(m.id) > m.most_open) AS over,
                           (SELECT count(*) FROM introduction_contacts AS c
                            JOIN introductions AS n ON n.tenant_id = c.tenant_id AND n.id = c.introduction_id
                            WHERE c.tenant_id = acting_tenant() AND n.introduced_at IS NULL) AS early,
                           (SELECT count(*) FROM introductions WHERE tenant_id = acting_tenant()) AS introductions,
                           (SELECT count(*) FROM introductions
                            WHERE tenant_id = acting_tenant() AND stage = 'closed') AS deals
                    """)
            })
        overCap += try row("over")
        early += try row("early")
        introductions = try row("introductions")
        deals = try row("deals")
    }

    // MARK: Time

    /// Moves back what happened, and lets the clock end what is due.
    func letPass(days: Int) async throws {
        try await world.owner.write(as: .none) { transaction in
            try await transaction.execute("SET LOCAL session_replication_role = replica")
            try await transaction.execute("SET LOCAL statement_timeout = '120s'")
            try await transaction.execute(
                """
                UPDATE introductions SET consent_by = consent_by - \(days)::int4,
                    asked_at = asked_at - \(days)::int4 * interval '1 day',
                    moved_at = moved_at - \(days)::int4 * interval '1 day',
                    introduced_at = introduced_at - \(days)::int4 * interval '1 day'
                WHERE ended_at IS NULL
                """)
            try await transaction.execute(
                """
                UPDATE shortlists SET answer_by = answer_by - \(days)::int4,
                    released_at = released_at - \(days)::int4 * interval '1 day'
                WHERE released_at IS NOT NULL
                """)
            try await transaction.execute(
                """
                UPDATE shortlist_answers SET later_until = later_until - \(days)::int4,
                    answered_at = answered_at - \(days)::int4 * interval '1 day'
                """)
        }
        while try await database.write(as: system, { try await $0.closeIntroductionsThatAreDue() }) {}
    }

    /// What has not come to an end.
    func left() async throws -> (open: Int, running: Int, withoutReason: Int) {
        let row = try #require(
            try await database.snapshot(as: system, statementTimeout: .seconds(120)) { transaction in
                try await transaction.first(
                    """
                    SELECT (SELECT count(*) FROM shortlists AS s
                            JOIN shortlist_items AS x ON x.tenant_id = s.tenant_id AND x.shortlist_id = s.id
                            LEFT JOIN LATERAL (
                                SELECT a.answer, a.later_until FROM shortlist_answers AS a
                                WHERE a.tenant_id = x.tenant_id AND a.shortlist_id = x.shortlist_id
                                  AND a.startup_id = x.startup_id
                                ORDER BY a.answered_at DESC, a.id DESC LIMIT 1) AS a ON true
                            WHERE s.tenant_id = acting_tenant() AND s.released_at IS NOT NULL
                              AND proposal_state(a.answer, a.later_until, s.answer_by, (now() AT TIME ZONE 'UTC')::date)
                                  IN ('open', 'snoozed')) AS open,
                           (SELECT count(*) FROM introductions
                            WHERE tenant_id = acting_tenant() AND ended_at IS NULL) AS running,
                           (SELECT count(*) FROM introductions AS n
                            WHERE n.tenant_id = acting_tenant() AND n.ended_at IS NOT NULL AND NOT EXISTS (
                                SELECT FROM introduction_endings AS e
                                WHERE e.tenant_id = n.tenant_id AND e.introduction_id = n.id)) AS reasonless
                    """)
            })
        return try (row("open"), row("running"), row("reasonless"))
    }

    // MARK: Exposure

    var exposure: Exposed { Exposed(startups.map { shown[$0] ?? 0 }) }
    var plainExposure: Exposed { Exposed(startups.map { plain[$0] ?? 0 }) }
    /// The share of the plain lists' worth that evenness cost.
    var loss: Double { plainWorth > 0 ? 1 - worth / plainWorth : 0 }
}

/// What the rules of the house do not explain.
private struct Unexpected: Error {
    let error: String
}

/// How evenly startups were shown.
private struct Exposed {
    let gini: Double
    let unseen: Int
    /// Lists that the startup on the fewest is on.
    let worst: Int
    let worstTenth: Double

    init(_ lists: [Int]) {
        let sorted = lists.sorted()
        let total = Double(sorted.reduce(0, +))
        let weighted = sorted.enumerated().reduce(0.0) { $0 + Double($1.offset + 1) * Double($1.element) }
        let count = Double(sorted.count)
        gini = total > 0 ? 2 * weighted / (count * total) - (count + 1) / count : 0
        unseen = sorted.count { $0 == 0 }
        worst = sorted.first ?? 0
        let tenth = max(1, sorted.count / 10)
        worstTenth = Double(sorted.prefix(tenth).reduce(0, +)) / Double(tenth)
    }
}

/// Numbers that look drawn, and are the same each time.
private struct Drawn {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) >> 33) % bound
    }
}

extension Double {
    fileprivate var thousandths: String { String((self * 1000).rounded() / 1000) }
}
