import API
import Accounts
import DemoWorld
import Foundation
import Institutions
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Investment

@Suite("Mandates")
struct MandateTests {
    private static let tidewater = Cast.institution("harbour/tidewater")

    private func terms(_ name: String = "Seed in both cities") throws -> MandateTerms {
        var terms = MandateTerms(name: try Name(name))
        terms.focusAreas = [WeightedFocusArea(try #require(FocusArea.ID("fintech")), weight: 60)]
        terms.tags = [try Name("trade")]
        terms.stages = [.seed, .seriesA]
        terms.countriesIn = [.hongKong, .japan]
        terms.countriesOut = [.macao]
        terms.exclusions = [try Name("gambling")]
        terms.chequeMin = Money(minor: 50_000_000, currency: .hkd)
        terms.chequeMax = Money(minor: 400_000_000, currency: .hkd)
        return terms
    }

    @Test("terms that contradict themselves are refused by name")
    func contradictions() throws {
        func refusal(_ change: (inout MandateTerms) throws -> Void) throws -> MandateRefusal? {
            var terms = try terms()
            try change(&terms)
            do { try terms.check() } catch { return error }
            return nil
        }
        #expect(try refusal { _ in } == nil)
        #expect(try refusal { $0.focusAreas.append($0.focusAreas[0]) } == .focusAreaTwice(index: 1))
        #expect(
            try refusal { $0.focusAreas = [WeightedFocusArea($0.focusAreas[0].area, weight: 101)] }
                == .weightOutOfRange(index: 0))
        #expect(try refusal { $0.countriesOut = [.japan] } == .countryWantedAndNot(index: 1))
        #expect(try refusal { $0.chequeMax = Money(minor: 1, currency: .hkd) } == .chequeRangeRunsBackward)
        #expect(try refusal { $0.chequeMax = Money(minor: 500_000_000, currency: .jpy) } == .mixedCurrencies)
        #expect(
            try refusal { $0.chequeMin = Money(minor: -1, currency: .hkd) } == .chequeBelowZero(field: "cheque_min"))
        #expect(
            try refusal { terms in terms.tags = try (0...250).map { try Name("tag \($0)") } }
                == .tooMany(field: "tags", limit: 250))
    }

    @Test("a mandate is kept whole, revised into a new version, and withdrawn once")
    func life() async throws {
        let world = try await World()
        let jun = world.context(Cast.jun)
        let (id, tenant, person) = (Mandate.ID(), Cast.harbour.id, Cast.jun.person.id)
        var terms = try terms()
        _ = try await world.database.write(as: jun) { [terms] in
            try await $0.createMandate(terms, as: id, of: Self.tidewater, in: tenant, by: person)
        }
        var read = try #require(try await world.database.reader(as: jun).mandate(id))
        #expect(read.terms == terms)
        #expect(read.version == 1)

        let same = try await world.database.write(as: jun) { [terms] in
            try await $0.reviseMandate(id, to: terms, in: tenant, by: person) { _ in }
        }
        #expect(same.version == 1, "what says the same is no new version")
        terms.chequeMax = nil
        terms.focusAreas = []
        _ = try await world.database.write(as: jun) { [terms] in
            try await $0.reviseMandate(id, to: terms, in: tenant, by: person) { _ in }
        }
        read = try #require(try await world.database.reader(as: jun).mandate(id))
        #expect(read.version == 2)
        #expect(read.terms == terms)
        let revisions = try await world.database.reader(as: jun).revisions(of: id)
        #expect(revisions.map(\.version) == [2, 1])
        #expect(revisions.last?.terms.chequeMax?.minor == 400_000_000)

        _ = try await world.database.write(as: jun) { try await $0.withdrawMandate(id, in: tenant) }
        await #expect(throws: MandateRefusal.withdrawn) {
            try await world.database.write(as: jun) { try await $0.withdrawMandate(id, in: tenant) }
        }
        await #expect(throws: MandateRefusal.withdrawn) {
            try await world.database.write(as: jun) { [terms] in
                try await $0.reviseMandate(id, to: terms, in: tenant, by: person) { _ in }
            }
        }
        let standing = try await world.database.reader(as: jun).mandates(standing: true, limit: 100)
        #expect(!standing.contains { $0.id == id })
    }

    @Test("an investor knows its own mandates, managers all of their workspace, others none")
    func walls() async throws {
        let world = try await World()
        func known(to member: Cast.Member) async throws -> Set<Institution.ID> {
            Set(try await world.database.reader(as: world.context(member)).mandates(limit: 100).map(\.investor))
        }
        #expect(try await known(to: Cast.jun) == [Self.tidewater])
        #expect(try await known(to: Cast.chloe) == [Cast.institution("harbour/lion-peak")])
        #expect(try await known(to: Cast.mei).count == 5)
        for stranger in [Cast.leo, Cast.ada, Cast.kenji, Cast.olga] {
            #expect(try await known(to: stranger).isEmpty, "\(stranger.part)")
        }
        let mine = try #require(try await world.database.reader(as: world.context(Cast.jun)).mandates(limit: 1).first)
        await #expect(throws: Problem.notFound) {
            try await world.database.write(as: world.context(Cast.chloe)) {
                try await $0.withdrawMandate(mine.id, in: Cast.harbour.id)
            }
        }
        await #expect(throws: (any Error).self, "an investor declares for nobody else") {
            let terms = try terms()
            try await world.database.write(as: world.context(Cast.chloe)) {
                try await $0.createMandate(
                    terms, as: Mandate.ID(), of: Self.tidewater, in: Cast.harbour.id, by: Cast.chloe.person.id)
            }
        }
        let revisions = try await world.database.reader(as: world.context(Cast.chloe)).revisions(of: mine.id)
        #expect(revisions.isEmpty)
    }

    @Test("by JSON: declare, read, replace under If-Match, withdraw")
    func json() async throws {
        let world = try await World()
        let jun = try await Visitor(Cast.jun, in: world)
        let terms = """
            {"name": "By JSON", "focus_areas": [{"area": "fintech", "weight": 80}], "tags": [], "stages": ["seed"], \
            "firm_on_stages": false, "regions": ["Greater Tokyo"], "countries_in": ["JP"], "countries_out": [], \
            "exclusions": [], "cheque_min": {"amount_minor": 100, "currency": "HKD"}, "deploying": true}
            """
        let created = await jun.ask("POST", "/v1/mandates", json: #"{"terms": \#(terms)}"#)
        #expect(created.status == 201, "\(created.text)")
        let location = try #require(created.header("Location"))
        let read = await jun.ask("GET", location)
        let mandate = try read.decode(Mandate.self)
        #expect(mandate.investor == Self.tidewater)
        let unmatched = await jun.ask("PUT", location, json: terms)
        #expect(unmatched.status == 428)
        let tag = try #require(read.header("ETag"))
        let revised = await jun.ask(
            "PUT", location, json: terms.replacing("\"seed\"", with: "\"seed\", \"series-a\""),
            headers: [("If-Match", tag)])
        #expect(revised.status == 200, "\(revised.text)")
        #expect(try revised.decode(Mandate.self).version == 2)
        let stale = await jun.ask("PUT", location, json: terms, headers: [("If-Match", tag)])
        #expect(stale.status == 412)
        let chloe = try await Visitor(Cast.chloe, in: world)
        #expect(await chloe.ask("GET", location).status == 404)
        #expect(await jun.ask("POST", location + "/withdrawal").status == 200)
        #expect(await jun.ask("POST", location + "/withdrawal").status == 409)
        let twice = await jun.ask("POST", "/v1/mandates", json: #"{"terms": \#(terms)}"#)
        #expect(twice.status == 422, "the name is taken: \(twice.text)")
    }
}
