import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Jobs
import Logging
import Postgres
import TestWorld
import Testing
import Vocabulary

import struct Matching.Key

@testable import Investment

/// A world in which match runs are performed.
struct MatchWorld {
    let world: World

    init() async throws {
        self.init(in: try await World())
    }

    init(in world: World) {
        self.world = world
    }

    func request(_ request: MatchRunRequest = MatchRunRequest()) async throws -> MatchRun {
        let id = MatchRun.ID()
        return try await world.database.write(as: world.context(Cast.mei)) {
            try await $0.requestMatchRun(request, as: id, in: Cast.harbour.id, by: Cast.mei.person.id)
        }
    }

    func run(_ id: MatchRun.ID) async throws -> MatchRun {
        try #require(try await world.database.reader(as: world.context(Cast.mei)).matchRun(id))
    }

    /// Works until the run has ended.
    func perform(_ id: MatchRun.ID) async throws -> MatchRun {
        try await world.working {
            try await world.awaiting {
                try await run(id)
            } until: {
                !$0.state.isUnderWay
            }
        }
    }

    func performed(_ request: MatchRunRequest = MatchRunRequest()) async throws -> MatchRun {
        let run = try await self.request(request)
        return try await perform(run.id)
    }

    func lists(_ run: MatchRun.ID, as member: Cast.Member = Cast.mei) async throws -> [Shortlist] {
        try await world.database.reader(as: world.context(member)).shortlists(of: run, limit: 100)
    }

    func items(_ list: Shortlist.ID, as member: Cast.Member = Cast.mei) async throws -> [ShortlistItem] {
        try await world.database.reader(as: world.context(member)).items(of: list)
    }

    func release(_ run: MatchRun.ID) async throws {
        _ = try await world.database.write(as: world.context(Cast.mei)) {
            try await $0.releaseMatchRun(run, by: Cast.mei.person.id)
        }
    }
}

@Suite("Match runs")
struct MatchRunTests {
    @Test("makes a list for every standing mandate, and each score is the sum of its parts")
    func lists() async throws {
        let match = try await MatchWorld()
        let requested = try await match.request()
        #expect(requested.state == .waiting)
        let run = try await match.perform(requested.id)
        #expect(run.state == .finished)
        #expect(run.mandates == 5)
        #expect(run.shortlists == 5)
        #expect(run.released == 0)
        #expect(run.inputsHash?.utf8.count == 64)
        let lists = try await match.lists(run.id)
        for list in lists {
            let items = try await match.items(list.id)
            #expect(!items.isEmpty)
            #expect(items.map(\.rank) == Array(1...items.count))
            #expect(items.map(\.score) == items.map(\.score).sorted(by: >))
            for item in items { #expect(item.score == item.parts.reduce(0) { $0 + $1.value }) }
            #expect(items.count == min(20, list.considered - list.gatedOut.reduce(0) { $0 + $1.count }))
        }
        #expect(run.gatedOut == lists.flatMap(\.gatedOut).reduce(0) { $0 + $1.count })
    }

    @Test("startups are shared out: lists of one do not all hold the same startup, and the run says what that cost")
    func sharedOut() async throws {
        let match = try await MatchWorld()
        let run = try await match.performed(MatchRunRequest(length: 1))
        var holders: [Startup.ID: Int] = [:]
        for list in try await match.lists(run.id) {
            let items = try await match.items(list.id)
            #expect(items.count == 1)
            for item in items { holders[item.startup.id, default: 0] += 1 }
        }
        let exposure = try #require(run.exposure)
        #expect(exposure.shown == holders.count)
        #expect(exposure.shown > 1)
        #expect(exposure.mostLists == holders.values.max())
        #expect((1...999).contains(exposure.gini))
        #expect((0...1000).contains(exposure.givenUp))
        #expect(try await match.request().exposure == nil)
    }

    @Test("the same inputs give the same bytes; another day or a changed mandate does not pass for the same")
    func reproducible() async throws {
        let match = try await MatchWorld()
        let day = try #require(CalendarDate("2026-01-15"))
        let first = try await match.performed(MatchRunRequest(asOf: day))
        let second = try await match.performed(MatchRunRequest(asOf: day))
        #expect(first.inputsHash == second.inputsHash)
        #expect(first.resultsHash == second.resultsHash)
        #expect(first.id != second.id)
        let later = try await match.performed(MatchRunRequest(asOf: day.adding(days: 400)))
        #expect(later.inputsHash != first.inputsHash)
        let jun = match.world.context(Cast.jun)
        let mandate = try #require(try await match.world.database.reader(as: jun).mandates(limit: 1).first)
        var terms = mandate.terms
        terms.countriesIn = [.japan]
        _ = try await match.world.database.write(as: jun) { [terms] in
            try await $0.reviseMandate(mandate.id, to: terms, in: Cast.harbour.id, by: Cast.jun.person.id) { _ in }
        }
        let changed = try await match.performed(MatchRunRequest(asOf: day))
        #expect(changed.inputsHash != first.inputsHash)
        #expect(changed.resultsHash != first.resultsHash)
        let list = try #require(try await match.lists(changed.id).first { $0.mandate == mandate.id })
        #expect(list.mandateVersion == 2)
        #expect(list.gatedOut.contains { $0.gate == "country-not-included" && $0.count > 0 })
        #expect(try await match.items(list.id).allSatisfy { $0.startup.country == .japan })
    }

    @Test("a startup is on no more lists than the cap, and on as many as the floor where there is room")
    func capAndFloor() async throws {
        let match = try await MatchWorld()
        func holders(_ run: MatchRun) async throws -> [Startup.ID: Int] {
            var holders: [Startup.ID: Int] = [:]
            for list in try await match.lists(run.id) {
                for item in try await match.items(list.id) { holders[item.startup.id, default: 0] += 1 }
            }
            return holders
        }
        let plain = try await match.performed(MatchRunRequest(length: 8))
        let before = try await holders(plain)
        #expect(plain.rules == nil)
        #expect(plain.exposure?.belowFloor == nil)
        #expect((before.values.max() ?? 0) > 2, "or nothing would be capped")
        let offered = try #require(plain.startups)
        #expect(before.count < offered, "or no floor would be missed")

        let capped = try await match.performed(MatchRunRequest(length: 8, rules: MatchRules(mostLists: 2)))
        #expect(capped.rules == MatchRules(mostLists: 2))
        #expect(try await holders(capped).values.max() == 2)
        #expect(capped.exposure?.mostLists == 2)
        #expect(capped.inputsHash != plain.inputsHash)

        let floored = try await match.performed(MatchRunRequest(length: 20, rules: MatchRules(leastLists: 2)))
        let after = try await holders(floored)
        let wide = try await match.performed(MatchRunRequest(length: 20))
        let without = try await holders(wide)
        func missing(_ holders: [Startup.ID: Int]) -> Int { offered - holders.values.count { $0 >= 2 } }
        #expect(missing(after) <= missing(without))
        #expect(floored.exposure?.belowFloor == missing(after))

        let narrow = try await match.performed(MatchRunRequest(length: 2, rules: MatchRules(leastLists: 1)))
        #expect(narrow.exposure?.belowFloor == offered - (try await holders(narrow).count))
        #expect(
            try await holders(narrow).count >= (try await holders(match.performed(MatchRunRequest(length: 2))).count))
        let again = try await match.performed(MatchRunRequest(length: 2, rules: MatchRules(leastLists: 1)))
        #expect(again.inputsHash == narrow.inputsHash)
        #expect(again.resultsHash == narrow.resultsHash)
    }

    @Test("what was shown and not answered rests; what was never released, was answered or has rested does not")
    func rest() async throws {
        let match = try await MatchWorld()
        let today = CalendarDate(Date(), in: .utc)
        let rules = MatchRules(restDays: 90)
        /// What is on the list of one mandate, as long as it can be.
        func proposed(asOf day: CalendarDate, _ rules: MatchRules?, to mandate: Mandate.ID) async throws -> Set<
            Startup.ID
        > {
            let run = try await match.performed(MatchRunRequest(length: 200, asOf: day, rules: rules))
            let list = try #require(try await match.lists(run.id).first { $0.mandate == mandate })
            return Set(try await match.items(list.id).map(\.startup.id))
        }
        let run = try await match.performed(MatchRunRequest(length: 3, rules: rules))
        let list = try #require(
            try await match.lists(run.id).first { $0.investor == Cast.institution("harbour/tidewater") })
        let shown = try await match.items(list.id).map(\.startup.id)
        #expect(shown.count == 3)
        #expect(try await proposed(asOf: today, rules, to: list.mandate).isSuperset(of: shown), "nobody has seen it")
        try await match.release(run.id)
        let waiting = try await proposed(asOf: today, nil, to: list.mandate)
        #expect(waiting.isDisjoint(with: shown), "what waits for an answer is not proposed again")
        let all = try await proposed(asOf: today.adding(days: ProposalState.days + 1), nil, to: list.mandate)
        #expect(all.isSuperset(of: shown), "no rule, and nothing waits any more")
        let next = try await proposed(asOf: today, rules, to: list.mandate)
        #expect(next.isDisjoint(with: shown))
        #expect(!next.isEmpty)
        #expect(try await proposed(asOf: today.adding(days: 90), rules, to: list.mandate).isDisjoint(with: shown))
        #expect(try await proposed(asOf: today.adding(days: 91), rules, to: list.mandate).isSuperset(of: shown))
        // A released list that was seen after the day as of which is judged is not known yet.
        #expect(try await proposed(asOf: today.adding(days: -1), rules, to: list.mandate).isSuperset(of: shown))
        // What was to come back later does so on its day, although it was shown within the ninety.
        _ = try await match.world.database.write(as: match.world.context(Cast.jun)) {
            try await $0.answerShortlistItem(
                shown[0], of: list.id, with: NewAnswer(.later, until: today.adding(days: 5)), as: Answer.ID(),
                in: Cast.harbour.id, by: Cast.jun.person.id)
        }
        #expect(try await !proposed(asOf: today.adding(days: 4), rules, to: list.mandate).contains(shown[0]))
        let back = try await proposed(asOf: today.adding(days: 6), rules, to: list.mandate)
        #expect(back.intersection(shown) == [shown[0]])
    }

    @Test("rules that cannot be kept are refused where they stand, by the room and by the database")
    func rulesRefused() async throws {
        let match = try await MatchWorld()
        for (rules, refusal) in [
            (MatchRules(mostLists: 0), MatchRunRefusal.capOutOfRange), (MatchRules(mostLists: 1001), .capOutOfRange),
            (MatchRules(leastLists: 0), .floorOutOfRange), (MatchRules(leastLists: 1001), .floorOutOfRange),
            (MatchRules(mostLists: 2, leastLists: 3), .floorAboveCap), (MatchRules(restDays: 0), .restOutOfRange),
            (MatchRules(restDays: 1097), .restOutOfRange),
        ] {
            await #expect(throws: refusal) { try await match.request(MatchRunRequest(rules: rules)) }
            await #expect(throws: DatabaseError.self, "\(rules)") {
                try await match.world.database.write(as: .system(in: Cast.harbour.id)) {
                    try await $0.insert(
                        MatchRun.ID(), job: UUID(), engine: "test", length: 5, rules: rules,
                        asOf: CalendarDate(Date(), in: .utc), asked: nil, stream: nil, in: Cast.harbour.id, by: nil)
                }
            }
        }
        #expect(MatchRunRefusal.floorAboveCap.problem.fields.map(\.field) == ["/rules/least_lists"])
        #expect(try await match.request(MatchRunRequest(rules: MatchRules())).rules == nil)
        #expect(
            try await match.request(MatchRunRequest(rules: MatchRules(mostLists: 3, leastLists: 3, restDays: 1096)))
                .rules == MatchRules(mostLists: 3, leastLists: 3, restDays: 1096))
    }

    @Test("nobody is proposed who did not agree, and nothing is kept of a run that is stopped")
    func consentAndCancellation() async throws {
        let match = try await MatchWorld()
        let kelpsense = Cast.startup("kelpsense")
        _ = try await match.world.database.write(as: match.world.context(Cast.mei)) {
            try await $0.decideOnConsent(NewConsent(.shortlists, to: .nobody), of: kelpsense)
        }
        let run = try await match.performed(MatchRunRequest(length: 200))
        for list in try await match.lists(run.id) {
            #expect(try await !match.items(list.id).contains { $0.startup.id == kelpsense })
        }
        let stopped = try await match.request()
        let mei = match.world.context(Cast.mei)
        let cancelled = try await match.world.database.write(as: mei) { try await $0.cancelMatchRun(stopped.id) }
        #expect(cancelled.state == .cancelled)
        await #expect(throws: MatchRunRefusal.over) {
            try await match.world.database.write(as: mei) { try await $0.cancelMatchRun(stopped.id) }
        }
        await #expect(throws: MatchRunRefusal.over) {
            try await match.world.database.write(as: mei) { try await $0.cancelMatchRun(run.id) }
        }
        await #expect(throws: MatchRunRefusal.notFinished) {
            try await match.world.database.write(as: mei) {
                try await $0.releaseMatchRun(stopped.id, by: Cast.mei.person.id)
            }
        }
        #expect(try await match.lists(stopped.id).isEmpty)
    }

    @Test("serves only the mandates that were asked for, and refuses those that do not stand")
    func asked() async throws {
        let match = try await MatchWorld()
        let mei = match.world.context(Cast.mei)
        let mandate = try #require(try await match.world.database.reader(as: mei).mandates(limit: 1).first)
        let run = try await match.performed(MatchRunRequest(length: 3, mandates: [mandate.id]))
        let lists = try await match.lists(run.id)
        #expect(lists.map(\.mandate) == [mandate.id])
        #expect(lists.first.map { $0.items <= 3 } == true)
        _ = try await match.world.database.write(as: mei) {
            try await $0.withdrawMandate(mandate.id, in: Cast.harbour.id)
        }
        await #expect(throws: MatchRunRefusal.mandateUnknown) {
            try await match.request(MatchRunRequest(mandates: [mandate.id]))
        }
        await #expect(throws: MatchRunRefusal.lengthOutOfRange) {
            try await match.request(MatchRunRequest(length: 201))
        }
        await #expect(throws: MatchRunRefusal.mandatesOutOfRange) {
            try await match.request(MatchRunRequest(mandates: []))
        }
    }

    @Test("serves whole investors and single mandates together, and refuses an investor whose mandates do not stand")
    func askedByInvestor() async throws {
        let match = try await MatchWorld()
        let mei = match.world.context(Cast.mei)
        let reader = match.world.database.reader(as: mei)
        let all = try await reader.mandatesToServe(limit: 50)
        let one = try #require(all.first)
        let other = try #require(all.first { $0.investor != one.investor })
        #expect(try await reader.mandatesToServe(named: one.terms.name.string, limit: 50).map(\.id).contains(one.id))
        let run = try await match.performed(
            MatchRunRequest(length: 3, mandates: [other.id], investors: [one.investor]))
        let expected = Set(all.filter { $0.investor == one.investor }.map(\.id)).union([other.id])
        #expect(Set(try await match.lists(run.id).map(\.mandate)) == expected)
        await #expect(throws: MatchRunRefusal.investorUnknown) {
            try await match.request(MatchRunRequest(investors: [one.investor, Institution.ID()]))
        }
        await #expect(throws: MatchRunRefusal.investorsOutOfRange) {
            try await match.request(MatchRunRequest(investors: []))
        }
    }

    @Test("looks at the startups of one stream where that is asked for, and counts no others")
    func ofAStream() async throws {
        let match = try await MatchWorld()
        let reader = match.world.database.reader(as: .system(in: Cast.harbour.id))
        let stream: MatchRun.Stream.ID = try await reader.value(
            """
            SELECT h.stream_id FROM enrolments AS e JOIN cohorts AS h ON h.tenant_id = e.tenant_id AND h.id = e.cohort_id
            WHERE e.tenant_id = \(Cast.harbour.id) AND e.ended_at IS NULL ORDER BY h.stream_id LIMIT 1
            """)
        let shown: Int = try await reader.value(
            """
            SELECT count(DISTINCT e.startup_id)
            FROM enrolments AS e JOIN cohorts AS h ON h.tenant_id = e.tenant_id AND h.id = e.cohort_id
            JOIN consents AS c ON c.tenant_id = e.tenant_id AND c.startup_id = e.startup_id AND c.purpose = 'shortlists'
                AND c.superseded_at IS NULL AND c.audience <> 'nobody'
            WHERE e.tenant_id = \(Cast.harbour.id) AND e.ended_at IS NULL AND h.stream_id = \(stream)
            """)
        let all = try #require(try await match.performed().startups)
        try #require(shown > 0 && shown < all)
        let run = try await match.performed(MatchRunRequest(stream: stream))
        #expect(run.stream?.id == stream)
        #expect(run.startups == shown)
        let inStream: [Startup.ID] = try await reader.rows(
            """
            SELECT e.startup_id FROM enrolments AS e JOIN cohorts AS h ON h.tenant_id = e.tenant_id AND h.id = e.cohort_id
            WHERE e.tenant_id = \(Cast.harbour.id) AND h.stream_id = \(stream) AND e.ended_at IS NULL
            """
        ).map { row in try row("startup_id") }
        for list in try await match.lists(run.id) {
            #expect(list.considered <= shown)
            #expect(Set(try await match.items(list.id).map(\.startup.id)).isSubset(of: inStream))
        }
        // As of a day before any of them had come, it has none to look at.
        let first: CalendarDate = try await reader.value(
            """
            SELECT min(e.started_on)
            FROM enrolments AS e JOIN cohorts AS h ON h.tenant_id = e.tenant_id AND h.id = e.cohort_id
            WHERE e.tenant_id = \(Cast.harbour.id) AND h.stream_id = \(stream)
            """)
        #expect(try await match.performed(MatchRunRequest(asOf: first.adding(days: -1), stream: stream)).startups == 0)
        await #expect(throws: MatchRunRefusal.streamUnknown) {
            try await match.request(MatchRunRequest(stream: MatchRun.Stream.ID()))
        }
    }

    @Test("the form of a run offers whom it may be for, and finds them by name")
    func form() async throws {
        let match = try await MatchWorld()
        let mei = try await Visitor(Cast.mei, in: match.world)
        let mandates = try await match.world.database.reader(as: match.world.context(Cast.mei))
            .mandatesToServe(limit: 50)
        let (first, last) = (try #require(mandates.first), try #require(mandates.last))
        let page = await mei.open("/console/match-runs")
        #expect(page.text.contains(#"value="\#(first.id)""#) && page.text.contains(#"value="\#(last.id)""#))
        #expect(await mei.open("/console/match-runs?q=Nobody-at-all").text.contains("No mandate that is deploying"))
        let started = await mei.send("/console/match-runs", [("length", "5"), ("mandates", first.id.description)])
        #expect(started.status == 303, "\(started.text)")
        let run = try #require(
            try await match.world.database.reader(as: match.world.context(Cast.mei)).matchRuns(limit: 1).first)
        _ = try await match.perform(run.id)
        #expect(try await match.lists(run.id).map(\.mandate) == [first.id])
        // What is ticked stays so while others are searched for, and no search starts a run for everybody.
        func ticks(_ text: String, _ id: String) -> Bool {
            text.components(separatedBy: "<input").contains {
                $0.contains(#"value="\#(id)""#) && $0.contains("checked")
            }
        }
        let runs: Query = "SELECT count(*) FROM match_runs"
        let owner = match.world.owner.reader(as: .none)
        let before: Int = try await owner.value(runs)
        let ticked = [("length", "5"), ("mandates", first.id.description), ("investors", last.investor.description)]
        for more in [
            [("q", "Nobody-at-all")], [("q", "Nobody-at-all"), ("searched", "Nobody-at-all"), ("find", "true")],
        ] {
            let found = await mei.send("/console/match-runs", ticked + more)
            #expect(found.status == 200, "\(found.text)")
            #expect(ticks(found.text, first.id.description) && ticks(found.text, last.investor.description))
        }
        let everybody = await mei.send(
            "/console/match-runs", [("length", "7"), ("q", "Nobody-at-all"), ("searched", "Nobody-at-all")])
        #expect(everybody.status == 422 && everybody.text.contains("empty the search to run for everybody"))
        #expect(everybody.text.contains(#"value="7""#) && everybody.text.contains(#"value="Nobody-at-all""#))
        #expect(await mei.send("/console/match-runs?q=Nobody-at-all", [("length", "5")]).status == 422)
        let after: Int = try await owner.value(runs)
        #expect(after == before)
        let wrong = await mei.send(
            "/console/match-runs", [("length", "5"), ("investors", Institution.ID().description)])
        #expect(wrong.status == 422)
        #expect(wrong.text.contains("Name only investors with a mandate"))
    }

    @Test("the database refuses a score that its parts do not sum to")
    func constraint() async throws {
        let match = try await MatchWorld()
        let run = try await match.performed()
        let list = try #require(try await match.lists(run.id).first)
        let error = await #expect(throws: DatabaseError.self) {
            try await match.world.database.write(as: .system(in: Cast.harbour.id)) {
                try await $0.execute("UPDATE shortlist_items SET score = score + 1 WHERE shortlist_id = \(list.id)")
            }
        }
        #expect(error?.constraint == "score_is_the_sum_of_its_parts")
    }
}

@Suite("Shortlists")
struct ShortlistTests {
    private static let tidewater = Cast.institution("harbour/tidewater")

    @Test("what is in the hand of a mandate without a cap is not counted to tell whether its list can be released")
    func uncounted() async throws {
        let match = try await MatchWorld()
        let run = try await match.performed()
        let counted: Int = try await match.world.owner.write(as: match.world.context(Cast.mei)) { transaction in
            try await transaction.execute("SET LOCAL track_functions = 'all'")
            let lists = try await transaction.shortlists(of: run.id, limit: 100)
            #expect(lists.contains { $0.barrier == nil })
            return try await transaction.one(
                "SELECT coalesce(pg_stat_get_xact_function_calls('in_hand(uuid)'::regprocedure), 0) AS calls")("calls")
        }
        #expect(counted == 0)
    }

    @Test("an investor sees its own lists once they are released, and no other investor's")
    func release() async throws {
        let match = try await MatchWorld()
        let run = try await match.performed()
        #expect(try await match.lists(run.id, as: Cast.jun).isEmpty)
        let all = try await match.lists(run.id)
        let own = try #require(all.first { $0.investor == Self.tidewater })
        #expect(try await match.items(own.id, as: Cast.jun).isEmpty, "not before the release")
        _ = try await match.world.database.write(as: match.world.context(Cast.mei)) {
            try await $0.releaseShortlist(own.id, by: Cast.mei.person.id)
        }
        await #expect(throws: ShortlistRefusal.released) {
            try await match.world.database.write(as: match.world.context(Cast.mei)) {
                try await $0.releaseShortlist(own.id, by: Cast.mei.person.id)
            }
        }
        #expect(try await match.lists(run.id, as: Cast.jun).map(\.id) == [own.id])
        #expect(try await match.lists(run.id, as: Cast.chloe).isEmpty)
        try await match.release(run.id)
        #expect(try await match.lists(run.id, as: Cast.jun).map(\.id) == [own.id])
        #expect(try await match.lists(run.id, as: Cast.chloe).count == 1)
        #expect(try await match.items(own.id, as: Cast.chloe).isEmpty)
        for stranger in [Cast.ada, Cast.kenji, Cast.leo, Cast.olga] {
            #expect(try await match.lists(run.id, as: stranger).isEmpty, "\(stranger.part)")
            #expect(try await match.items(own.id, as: stranger).isEmpty, "\(stranger.part)")
        }
        await #expect(throws: MatchRunRefusal.nothingToRelease) { try await match.release(run.id) }
    }

    @Test("a startup that no longer agrees leaves the lists that are out")
    func consentWithdrawn() async throws {
        let match = try await MatchWorld()
        let run = try await match.performed()
        try await match.release(run.id)
        let list = try #require(try await match.lists(run.id, as: Cast.jun).first)
        let item = try #require(try await match.items(list.id, as: Cast.jun).first)
        _ = try await match.world.database.write(as: match.world.context(Cast.mei)) {
            try await $0.decideOnConsent(NewConsent(.shortlists, to: .nobody), of: item.startup.id)
        }
        #expect(try await !match.items(list.id, as: Cast.jun).contains { $0.startup.id == item.startup.id })
        #expect(try await match.items(list.id).contains { $0.startup.id == item.startup.id }, "managers still see it")
        await #expect(throws: Problem.notFound) {
            try await match.world.database.write(as: match.world.context(Cast.jun)) {
                try await $0.answerShortlistItem(
                    item.startup.id, of: list.id, with: NewAnswer(.interested), as: Answer.ID(), in: Cast.harbour.id,
                    by: Cast.jun.person.id)
            }
        }
    }

    @Test("the latest answer counts, all are kept, and what was answered does not come back")
    func answers() async throws {
        let match = try await MatchWorld()
        let run = try await match.performed()
        let jun = match.world.context(Cast.jun)
        let list = try #require(try await match.lists(run.id).first { $0.investor == Self.tidewater })
        let startup = try #require(try await match.items(list.id).first).startup.id
        func answer(_ answer: NewAnswer, as member: Cast.Member = Cast.jun) async throws -> ShortlistItem {
            try await match.world.database.write(as: match.world.context(member)) {
                try await $0.answerShortlistItem(
                    startup, of: list.id, with: answer, as: Answer.ID(), in: Cast.harbour.id, by: member.person.id)
            }
        }
        await #expect(throws: Problem.notFound, "before the release") { try await answer(NewAnswer(.interested)) }
        try await match.release(run.id)
        await #expect(throws: Problem.notFound, "another investor") {
            try await answer(NewAnswer(.interested), as: Cast.chloe)
        }
        await #expect(throws: AnswerRefusal.reasonMissing) { try await answer(NewAnswer(.pass)) }
        _ = try await answer(NewAnswer(.interested))
        let item = try await answer(NewAnswer(.pass, because: .tooEarly, note: try ShortText("After the pilot.")))
        #expect(item.answer?.answer == .pass)
        let kept = try await match.world.database.reader(as: jun).answers(to: startup, of: list.id)
        #expect(kept.map(\.answer) == [.pass, .interested])
        #expect(try await match.lists(run.id, as: Cast.jun).first?.answered == 1)
        await #expect(throws: (any Error).self, "an answer that was given stays given") {
            try await match.world.database.write(as: jun) { transaction in
                let changed = try await transaction.execute("UPDATE shortlist_answers SET reason = 'team'")
                if changed == 0 { throw Problem.notFound }
            }
        }
        let next = try await match.performed(MatchRunRequest(length: 200))
        let nextList = try #require(try await match.lists(next.id).first { $0.mandate == list.mandate })
        #expect(try await !match.items(nextList.id).contains { $0.startup.id == startup })
        #expect(nextList.gatedOut.contains { $0.gate == "excluded-startup" && $0.count == 1 })
    }

    @Test(
        "a pass for something that did not fit speaks against the like of it; one for the team or a conflict does not")
    func passesTeach() async throws {
        let match = try await MatchWorld()
        try await InventedHistory.bring(into: match.world)
        let day = CalendarDate(Date(), in: .utc).adding(days: 1)
        func inputs() async throws -> MatchInputs {
            try await match.world.database.snapshot(as: .system(in: Cast.harbour.id)) {
                try await $0.matchInputs(OrderedMatchRun(length: 20, rules: MatchRules(), asOf: day, asked: nil))
            }
        }
        let run = try await match.performed()
        try await match.release(run.id)
        let list = try #require(try await match.lists(run.id, as: Cast.jun).first)
        let startups = try await match.items(list.id, as: Cast.jun).prefix(3).map(\.startup.id)
        func answer(_ startup: Startup.ID, _ answer: NewAnswer) async throws {
            _ = try await match.world.database.write(as: match.world.context(Cast.jun)) {
                try await $0.answerShortlistItem(
                    startup, of: list.id, with: answer, as: Answer.ID(), in: Cast.harbour.id, by: Cast.jun.person.id)
            }
        }
        func passes() async throws -> [(startup: Key, ground: String)] {
            let found = try await inputs()
            let mandate = try #require(found.world.mandates.first { $0.key == list.mandate.key })
            for other in found.world.mandates where other.investor != mandate.investor { #expect(other.passes.isEmpty) }
            return mandate.passes.map { ($0.startup, $0.ground.rawValue) }
        }
        let before = try await inputs()
        try await answer(startups[0], NewAnswer(.pass, because: .team))
        try await answer(startups[1], NewAnswer(.pass, because: .conflict))
        #expect(try await passes().isEmpty)
        try await answer(startups[2], NewAnswer(.pass, because: .notOurSector))
        #expect(try await passes().map(\.startup) == [startups[2].key])
        #expect(try await passes().map(\.ground) == ["area"])
        let after = try await inputs()
        #expect(after.hash() != before.hash())
        var without = after
        for number in without.world.mandates.indices { without.world.mandates[number].passes = [] }
        #expect(without.hash() != after.hash())
        // The latest answer counts.
        try await answer(startups[2], NewAnswer(.pass, because: .notOurPlace))
        try await answer(startups[0], NewAnswer(.pass, because: .tooLate))
        try await answer(startups[1], NewAnswer(.pass, because: .chequeDoesNotFit))
        #expect(Set(try await passes().map(\.ground)) == ["place", "stage", "size"])
        try await answer(startups[2], NewAnswer(.interested))
        #expect(try await passes().count == 2)
    }

    @Test("lists of one and of three items cost the same statements")
    func statements() async throws {
        let match = try await MatchWorld()
        func cost(_ length: Int) async throws -> Int {
            let run = try await match.performed(MatchRunRequest(length: length))
            let list = try #require(try await match.lists(run.id).first { $0.items == length })
            let before = match.world.database.statistics.statements
            let items = try await match.items(list.id)
            #expect(items.count == length)
            return match.world.database.statistics.statements - before
        }
        let one = try await cost(1)
        #expect(try await cost(3) == one)
    }
}
