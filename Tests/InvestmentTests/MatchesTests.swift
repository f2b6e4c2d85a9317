import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Logging
import Matching
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Investment

/// One database and the indexes of two processes over it.
private struct TwoProcesses {
    let world: TestWorld.World
    let near: LiveIndexes
    let far: LiveIndexes

    init() async throws {
        world = try await TestWorld.World()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        near = LiveIndexes(database: world.database, logger: logger)
        far = LiveIndexes(database: world.database, logger: logger)
    }

    var reader: Reader { world.database.reader(as: world.context(Cast.mei)) }

    /// The mandates that get lists.
    func mandates() async throws -> [Mandate] {
        try await reader.mandates(limit: 100).filter { $0.withdrawnAt == nil && $0.terms.deploying }
    }

    func matches(
        of mandate: Mandate.ID, limit: Int = 200, as process: KeyPath<TwoProcesses, LiveIndexes> = \.far
    ) async throws -> [MatchedStartup] {
        try await self[keyPath: process].matches(
            of: mandate, limit: limit, filter: .init(), in: Cast.harbour.id, by: reader
        ).items
    }

    func fit(of startup: Startup.ID, to mandate: Mandate.ID) async throws -> Fit {
        let mandate = try #require(try await reader.mandate(mandate))
        return try #require(try await far.fit(of: startup, to: mandate, in: Cast.harbour.id, by: reader))
    }

    func write(_ body: @Sendable @escaping (Transaction) async throws -> Void) async throws {
        try await world.database.write(as: world.context(Cast.mei), body)
    }

    func revise(_ startup: Startup.ID, _ change: @Sendable @escaping (inout StartupProfile) -> Void) async throws {
        let found = try #require(try await reader.startup(startup))
        var profile = found.profile
        change(&profile)
        let entry = NewStartup(name: found.name, profile: profile)
        try await write { _ = try await $0.reviseStartup(startup, to: entry, in: Cast.harbour.id) { _ in } }
    }

    func revise(_ mandate: Mandate, _ change: @Sendable @escaping (inout MandateTerms) -> Void) async throws {
        var terms = mandate.terms
        change(&terms)
        let revised = terms
        try await write {
            _ = try await $0.reviseMandate(mandate.id, to: revised, in: Cast.harbour.id, by: Cast.mei.person.id) { _ in
            }
        }
    }
}

@Suite("Matches as things stand")
struct MatchesTests {
    @Test(
        "are every startup that the gates let through, ranked by the sum of their parts, as a match run would rank them"
    )
    func ranks() async throws {
        let both = try await TwoProcesses()
        for mandate in try await both.mandates() {
            let items = try await both.matches(of: mandate.id)
            #expect(!items.isEmpty)
            #expect(items.map(\.rank) == Array(1...items.count))
            #expect(items.map(\.score) == items.map(\.score).sorted(by: >))
            for item in items { #expect(item.score == item.parts.reduce(0) { $0 + $1.value }) }
            var inputs = try await both.world.database.snapshot(as: .system(in: Cast.harbour.id)) {
                try await $0.matchInputs(
                    OrderedMatchRun(
                        length: 200, rules: MatchRules(), asOf: CalendarDate($0.now, in: .utc), asked: nil))
            }
            // What waits on a list that is out is looked at all the same.
            inputs.resting = []
            let (proposals, _) = try await InvestmentRoom.propose(inputs)
            let proposal = try #require(proposals.first { $0.mandate == mandate.id.key })
            #expect(items.map(\.startup.id.key) == proposal.items.map(\.startup))
            #expect(items.map(\.score) == proposal.items.map(\.explanation.score))
        }
    }

    @Test("are asked from the other end with the same scores")
    func otherEnd() async throws {
        let both = try await TwoProcesses()
        let startup = Cast.startup("kelpsense")
        let found = try await both.far.matches(of: startup, limit: 50, in: Cast.harbour.id, by: both.reader).items
        #expect(!found.isEmpty)
        #expect(found.map(\.score) == found.map(\.score).sorted(by: >))
        var expected: [Mandate.ID: Int] = [:]
        for mandate in try await both.mandates() {
            expected[mandate.id] = try await both.matches(of: mandate.id).first { $0.startup.id == startup }?.score
        }
        #expect(Dictionary(uniqueKeysWithValues: found.map { ($0.mandate.id, $0.score) }) == expected)
        for item in found { #expect(item.score == item.parts.reduce(0) { $0 + $1.value }) }
    }

    @Test("know in one process, at the next question, what was written in another")
    func follows() async throws {
        let both = try await TwoProcesses()
        let mandate = try #require(try await both.mandates().first)
        let before = try await both.matches(of: mandate.id)
        #expect(try await both.matches(of: mandate.id, as: \.near).map(\.score) == before.map(\.score))
        let best = try #require(before.first?.startup.id)

        // A startup that wants to be shown no longer, and then again.
        try await both.write { _ = try await $0.decideOnConsent(NewConsent(.shortlists, to: .nobody), of: best) }
        #expect(!(try await both.matches(of: mandate.id)).contains { $0.startup.id == best })
        #expect(try await both.fit(of: best, to: mandate.id).gates.map(\.gate) == ["not-opted-in"])
        try await both.write { _ = try await $0.decideOnConsent(NewConsent(.shortlists, to: .everyone), of: best) }
        #expect(try await both.matches(of: mandate.id).map(\.startup.id) == before.map(\.startup.id))
        #expect(try await both.matches(of: mandate.id).map(\.score) == before.map(\.score))

        // What it says of itself.
        let worst = try #require(before.last)
        let wanted = try #require(before.first?.startup)
        try await both.revise(worst.startup.id) {
            $0.focusAreas = wanted.focusAreas.map { WeightedFocusArea($0, weight: 100) }
            $0.seeking = wanted.seeking
        }
        let risen = try #require(try await both.matches(of: mandate.id).first { $0.startup.id == worst.startup.id })
        #expect(risen.score > worst.score)

        // What the mandate says: it will not touch the place of its best any more.
        let country = try #require(wanted.country)
        try await both.revise(mandate) {
            $0.countriesIn = []
            $0.countriesOut = [country]
        }
        #expect(!(try await both.matches(of: mandate.id)).contains { $0.startup.country == country })
        #expect(
            try await both.fit(of: best, to: mandate.id).gates == [ClosedGate(.countryExcluded(country.code))])

        // And that it has ended.
        try await both.write { _ = try await $0.withdrawMandate(mandate.id, in: Cast.harbour.id) }
        #expect(try await both.matches(of: mandate.id).isEmpty)
        #expect(try await both.fit(of: best, to: mandate.id).gates == [ClosedGate(.notDeploying)])
    }

    @Test("miss nothing that was begun before and committed after they were asked for")
    func commitsOutOfOrder() async throws {
        let both = try await TwoProcesses()
        let mandate = try #require(try await both.mandates().first)
        let before = try await both.matches(of: mandate.id)
        let (slow, quick) = (before[0].startup.id, before[1].startup.id)
        let (written, asked) = (AsyncStream<Void>.makeStream(), AsyncStream<Void>.makeStream())
        let late = Task {
            try await both.write { transaction in
                _ = try await transaction.decideOnConsent(NewConsent(.shortlists, to: .nobody), of: slow)
                written.continuation.finish()
                for await _ in asked.stream {}
            }
        }
        for await _ in written.stream {}
        // Another transaction overtakes it, and the index sees that one alone.
        try await both.write { _ = try await $0.decideOnConsent(NewConsent(.shortlists, to: .nobody), of: quick) }
        let between = try await both.matches(of: mandate.id).map(\.startup.id)
        #expect(between.contains(slow) && !between.contains(quick))
        asked.continuation.finish()
        try await late.value
        let after = try await both.matches(of: mandate.id).map(\.startup.id)
        #expect(!after.contains(slow) && !after.contains(quick))
    }

    @Test("take over startups that come, go and change their names, and the model that is put in use")
    func othersFollow() async throws {
        let both = try await TwoProcesses()
        let mandate = try #require(try await both.mandates().first)
        let before = try await both.matches(of: mandate.id)
        let best = try #require(before.first?.startup)
        // One that is like the best, and comes now.
        let (id, profile) = (Startup.ID(), try #require(try await both.reader.startup(best.id)).profile)
        try await both.write {
            _ = try await $0.addStartup(
                NewStartup(name: LocalizedName(en: "Twin"), profile: profile), as: id, in: Cast.harbour.id)
            _ = try await $0.decideOnConsent(NewConsent(.shortlists, to: .everyone), of: id)
        }
        let twin = try #require(try await both.matches(of: mandate.id).first { $0.startup.id == id })
        #expect(twin.startup.name.text(for: .english) == "Twin")
        try await both.world.owner.write(as: .none) {
            _ = try await $0.execute(
                "DELETE FROM institutions WHERE tenant_id = \(Cast.harbour.id) AND id = \(id)")
        }
        #expect(try await both.matches(of: mandate.id).map(\.startup.id) == before.map(\.startup.id))
        // A model without any weight scores everybody alike.
        try await both.world.database.write(as: .system(in: Cast.harbour.id)) {
            let model = LearnedModel.ID()
            _ = try await $0.execute(
                """
                INSERT INTO learned_models (
                    tenant_id, id, job_id, version, as_of, is_automatic, trained_at, data_hash, weights, report)
                VALUES (\(Cast.harbour.id), \(model), gen_random_uuid(), 'learned-flat', '2026-01-01', false, now(),
                        sha256(''), \(JSONB(Model(version: "learned-flat", cold: [:], warm: [:]))), '{}')
                """)
            _ = try await $0.execute(
                """
                INSERT INTO model_uses (tenant_id, id, model_id)
                VALUES (\(Cast.harbour.id), gen_random_uuid(), \(model))
                """)
        }
        #expect(Set(try await both.matches(of: mandate.id).map(\.score)) == [0])
    }

    @Test("one asker that gives up leaves the others their answer")
    func cancellation() async throws {
        let both = try await TwoProcesses()
        let mandate = try #require(try await both.mandates().first)
        let askers = (0..<8).map { _ in
            Task { try await both.far.index(of: Cast.harbour.id) }
        }
        for asker in askers.prefix(4) { asker.cancel() }
        for asker in askers.suffix(4) { #expect(try await asker.value.offered > 0) }
        #expect(!(try await both.matches(of: mandate.id)).isEmpty)
    }

    @Test("read of the trail what its snapshot had not seen, and nothing that another server wrote")
    func trail() async throws {
        let both = try await TwoProcesses()
        let service = both.world.database.reader(as: .system(in: Cast.harbour.id))
        let moment = try await both.world.database.snapshot(as: .system(in: Cast.harbour.id)) {
            try await $0.matchingMoment().seen
        }
        #expect(try await service.matchingChanges(since: moment, limit: 100).startups.isEmpty)
        let startups = try await both.matches(of: both.mandates()[0].id).map(\.startup.id)
        for startup in startups.prefix(3) {
            try await both.write { _ = try await $0.decideOnConsent(NewConsent(.shortlists, to: .nobody), of: startup) }
        }
        let changes = try await service.matchingChanges(since: moment, limit: 100)
        #expect(changes.startups == Set(startups.prefix(3)) && changes.isWhole)
        #expect(try await !service.matchingChanges(since: moment, limit: 2).isWhole)
        #expect(try await service.matchingChanges(since: changes.seen, limit: 100).startups.isEmpty)
        // A trail that was restored from a server that had counted further.
        try await both.world.owner.write(as: .none) {
            _ = try await $0.execute(
                """
                INSERT INTO audit_events (tenant_id, deed, noun, object_id, xact)
                VALUES (\(Cast.harbour.id), 'update', 'startups', \(startups[4]), '999999999999')
                """)
        }
        #expect(try await service.matchingChanges(since: changes.seen, limit: 100).startups.isEmpty)
        // What an event does not name is not passed over.
        try await both.world.owner.write(as: .none) {
            _ = try await $0.execute(
                "UPDATE mandate_focus_areas SET weight = 51 WHERE tenant_id = \(Cast.harbour.id)")
        }
        #expect(try await service.matchingChanges(since: changes.seen, limit: 100).hasMore)
    }

    @Test("leave out what the investor has passed on, from its answer on")
    func answers() async throws {
        let both = try await TwoProcesses()
        // Of an investor without a past there is no habit that a pass could speak against.
        try await both.world.database.write(as: .system(in: Cast.harbour.id)) {
            _ = try await $0.execute(
                """
                INSERT INTO investments (tenant_id, id, investor_id, startup_id, made_on, round_type)
                SELECT tenant_id, gen_random_uuid(), \(Cast.institution("harbour/tidewater")), id, '2026-01-15', 'seed'
                FROM startups WHERE tenant_id = \(Cast.harbour.id) ORDER BY id LIMIT 4
                """)
        }
        let match = MatchWorld(in: both.world)
        let run = try await match.performed()
        try await match.release(run.id)
        let list = try #require(try await match.lists(run.id, as: Cast.jun).first)
        let shown = try await match.items(list.id, as: Cast.jun).map(\.startup.id)
        let startup = try #require(shown.first)
        @Sendable func pass(_ startup: Startup.ID, _ reason: Answer.PassReason) async throws {
            try await both.world.database.write(as: both.world.context(Cast.jun)) {
                _ = try await $0.answerShortlistItem(
                    startup, of: list.id, with: NewAnswer(.pass, because: reason), as: Answer.ID(),
                    in: Cast.harbour.id, by: Cast.jun.person.id)
            }
        }
        #expect(try await both.matches(of: list.mandate).contains { $0.startup.id == startup })
        try await pass(startup, .conflict)
        #expect(!(try await both.matches(of: list.mandate)).contains { $0.startup.id == startup })
        #expect(try await both.fit(of: startup, to: list.mandate).gates.map(\.gate) == ["excluded-startup"])

        // What did not fit speaks against the like of it, here as in a match run.
        let before = try await both.matches(of: list.mandate)
        try await pass(shown[1], .notOurSector)
        try await pass(shown[2], .notOurPlace)
        let after = try await both.matches(of: list.mandate)
        let kept = before.filter { item in after.contains { $0.startup.id == item.startup.id } }
        #expect(
            Dictionary(uniqueKeysWithValues: kept.map { ($0.startup.id, $0.score) })
                != Dictionary(uniqueKeysWithValues: after.map { ($0.startup.id, $0.score) }))
        var inputs = try await both.world.database.snapshot(as: .system(in: Cast.harbour.id)) {
            try await $0.matchInputs(
                OrderedMatchRun(length: 200, rules: MatchRules(), asOf: CalendarDate($0.now, in: .utc), asked: nil))
        }
        inputs.resting = []
        let (proposals, _) = try await InvestmentRoom.propose(inputs)
        let proposal = try #require(proposals.first { $0.mandate == list.mandate.key })
        #expect(after.map(\.startup.id.key) == proposal.items.map(\.startup))
        #expect(after.map(\.score) == proposal.items.map(\.explanation.score))
    }

    @Test("come from an index that is built anew once past investments have changed, while the old one answers")
    func rebuilds() async throws {
        let both = try await TwoProcesses()
        let mandate = try #require(try await both.mandates().first)
        let best = try #require(try await both.matches(of: mandate.id).first?.startup.id)
        try await both.world.database.write(as: .system(in: Cast.harbour.id)) {
            _ = try await $0.execute(
                """
                INSERT INTO investments (tenant_id, id, investor_id, startup_id, made_on, round_type)
                VALUES (\(Cast.harbour.id), gen_random_uuid(), \(mandate.investor), \(best), '2026-01-15', 'seed')
                """)
        }
        // The investor has funded it now; until the index is built anew it is still among the others.
        let gates = try await both.world.awaiting {
            try await both.fit(of: best, to: mandate.id).gates.map(\.gate)
        } until: {
            !$0.isEmpty
        }
        #expect(gates == ["own-portfolio"])
    }

    @Test("are narrowed down by filters, and tell a manager of the rival park nothing")
    func overTheAPI() async throws {
        let both = try await TwoProcesses()
        let mandate = try #require(try await both.mandates().first)
        let mei = try await Visitor(Cast.mei, in: both.world)
        func ask(_ query: String) async throws -> [(startup: String, country: String, score: Int)] {
            let answer = try await mei.ask("GET", "/v1/mandates/\(mandate.id)/matches?\(query)").json()
            let items = try #require(answer["items"]?.elements)
            return try items.map { item in
                guard let startup = item["startup"], let id = startup["id"]?.text,
                    case .number(let score)? = item["score"]
                else { throw Problem.notFound }
                return (id, startup["country"]?.text ?? "", score.integer ?? 0)
            }
        }
        let all = try await ask("limit=200")
        #expect(all.map(\.startup) == (try await both.matches(of: mandate.id)).map(\.startup.id.description))
        let country = try #require(all.last { !$0.country.isEmpty }?.country)
        let some = try await ask("limit=200&country=\(country)")
        #expect(some.map(\.startup) == all.filter { $0.country == country }.map(\.startup))
        #expect(some.count < all.count)
        #expect(try await ask("limit=3").map(\.score) == all.prefix(3).map(\.score))
        let leo = try await Visitor(Cast.leo, in: both.world)
        #expect(await leo.ask("GET", "/v1/mandates/\(mandate.id)/matches").status == 404)
        let jun = try await Visitor(Cast.jun, in: both.world)
        #expect(await jun.ask("GET", "/v1/mandates/\(mandate.id)/matches").status == 403)
    }

    @Test("and the way from a mandate to how a startup fits it are pages in every language")
    func pages() async throws {
        let both = try await TwoProcesses()
        let mandate = try #require(try await both.mandates().first)
        let item = try #require(try await both.matches(of: mandate.id).first)
        let mei = try await Visitor(Cast.mei, in: both.world)
        let list = await mei.open("/console/mandates/\(mandate.id)/matches")
        #expect(list.status == 200)
        #expect(list.text.contains("/console/mandates/\(mandate.id)/matches/\(item.startup.id)"))
        let fit = await mei.open("/console/mandates/\(mandate.id)/matches/\(item.startup.id)")
        #expect(fit.status == 200)
        #expect(fit.text.contains(item.startup.name.text(for: .english)))
        try await both.write {
            _ = try await $0.decideOnConsent(NewConsent(.shortlists, to: .nobody), of: item.startup.id)
        }
        let closed = await mei.open("/console/mandates/\(mandate.id)/matches/\(item.startup.id)")
        #expect(closed.text.contains("Why it is not proposed"))
        let mandates = await mei.open("/console/startups/\(item.startup.id)/matches")
        #expect(mandates.status == 200)
        #expect(mandates.text.contains("Not shown to investors"))
    }
}
