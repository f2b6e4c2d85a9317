import Accounts
import DemoWorld
import Foundation
import Institutions
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import API
@testable import Investment

@Suite("Counting matches before a mandate is kept")
struct CountTests {
    private static let kasumi = Cast.institution("harbour/kasumi")

    private func body(_ terms: MandateTerms, of investor: Institution.ID?) throws -> String {
        String(decoding: try JSONBytes.encode(NewMandate(investor: investor, terms: terms)), as: UTF8.self)
    }

    @Test("counts, hints and matches look at a whole market, and are charged as what is expensive")
    func rates() async throws {
        let ids: Set = [
            "countMatches", "countMatchesForm", "consoleCountMatches", "countRevisedForm", "consoleCountRevised",
            "hints", "getHints", "listMatches", "getFit", "listMatchedMandates", "consoleMatches", "consoleFit",
            "consoleMatchedMandates",
        ]
        let charged = try await World().edge.registry.filter { $0.rate == .expensive }.map(\.id)
        #expect(ids.isSubset(of: charged))
    }

    @Test("finds what a run finds, gate by gate, and leaves nothing behind")
    func likeARun() async throws {
        let match = try await MatchWorld()
        let run = try await match.performed(MatchRunRequest(length: 200))
        let list = try #require(try await match.lists(run.id).first { $0.investor == Self.kasumi })
        let kept = list.gatedOut.reduce(0) { $0 + $1.count }
        let reader = match.world.database.reader(as: match.world.context(Cast.mei))
        let terms = try #require(try await reader.mandate(list.mandate)).terms
        let mei = try await Visitor(Cast.mei, in: match.world)

        let counted = try await mei.ask("POST", "/v1/match-counts", json: body(terms, of: Self.kasumi)).json()
        #expect(counted["considered"] == .number(JSON.Number(list.considered)))
        // What rests is not on the list, and no gate keeps it out.
        #expect(counted["matching"] == .number(JSON.Number(list.considered - kept)))
        let gates = counted["gated_out"]?.elements ?? []
        #expect(gates.compactMap { $0["gate"]?.text } == list.gatedOut.map(\.gate))
        #expect(gates.compactMap { $0["count"] } == list.gatedOut.map { .number(JSON.Number($0.count)) })

        var narrow = terms
        narrow.countriesIn = [.macao]
        let none = try await mei.ask("POST", "/v1/match-counts", json: body(narrow, of: Self.kasumi)).json()
        #expect(none["matching"] == 0)
        narrow.deploying = false
        let idle = try await mei.ask("POST", "/v1/match-counts", json: body(narrow, of: Self.kasumi)).json()
        #expect(idle["gated_out"]?.elements?.first?["gate"]?.text == "not-deploying")
        #expect(try await reader.mandates(of: Self.kasumi, limit: 10).count == 1)
    }

    @Test("an investor counts for itself alone, its answers so far included")
    func own() async throws {
        let world = try await IntroductionWorld()
        let jun = try await Visitor(Cast.jun, in: world.world)
        let terms = try #require(try await world.reader(Cast.jun).mandate(world.list.mandate)).terms
        func matching() async throws -> JSON? {
            try await jun.ask("POST", "/v1/match-counts", json: body(terms, of: nil)).json()["matching"]
        }
        let before = try #require(try await matching())
        try await world.answer(NewAnswer(.pass, because: .tooEarly))
        #expect(try await matching() != before, "a pass stands for a year")
        let other = try await jun.ask("POST", "/v1/match-counts", json: body(terms, of: Self.kasumi))
        #expect(other.status == 422)
        #expect(other.text.contains("/investor"))
        var crossed = terms
        crossed.countriesOut = crossed.countriesIn
        let refused = try await jun.ask("POST", "/v1/match-counts", json: body(crossed, of: nil))
        #expect(refused.status == 422)
        #expect(refused.text.contains("either wanted or ruled out"))
    }

    @Test("a button of the form tells the count above it, keeps what was typed and saves nothing")
    func form() async throws {
        let world = try await World()
        let jun = try await Visitor(Cast.jun, in: world)
        let mei = try await Visitor(Cast.mei, in: world)
        let fields = [
            ("name", "A thought"), ("focus", "Fintech 60"), ("stages", "seed"), ("countries_in", "Hong Kong"),
            ("countries_out", ""), ("regions", ""), ("exclusions", ""), ("cheque_min.amount", ""),
            ("cheque_min.currency", "HKD"), ("cheque_max.amount", ""), ("cheque_max.currency", "HKD"),
            ("deploying", "true"),
        ]
        let blank = await jun.open("/mandates/new").text
        #expect(blank.contains(#"formaction="/mandates/count" data-live>"#), "with scripts it is pressed by itself")
        #expect(blank.contains(#"<span aria-live="polite"></span>"#) && blank.contains(#"id="live""#))
        let mandate: Mandate.ID = demoID("mandate tidewater")
        let doors = [
            (jun, "/mandates"), (jun, "/mandates/\(mandate)"), (mei, "/console/mandates/\(mandate)"),
            (mei, "/console/investors/\(Self.kasumi)/mandates"),
        ]
        for (visitor, door) in doors {
            let counted = await visitor.send(door + "/count", fields)
            #expect(counted.status == 200, "\(door) \(counted.text)")
            #expect(counted.text.contains("would match now"), "\(door)")
            #expect(counted.text.contains(#"value="A thought""#), "\(door)")
            // A name is for keeping it: the count goes on while none is typed.
            let unnamed = fields.map { $0.0 == "name" ? ("name", "") : $0 }
            #expect(await visitor.send(door + "/count", unnamed).text.contains("would match now"), "\(door)")
            let wrong = await visitor.send(
                door + "/count", fields.map { $0.0 == "countries_in" ? ($0.0, "Atlantis") : $0 })
            #expect(wrong.status == 422, "\(door)")
            #expect(wrong.text.contains("Atlantis") && !wrong.text.contains("would match now"), "\(door)")
        }
        #expect(await mei.send("/console/investors/\(Institution.ID())/mandates/count", fields).status == 404)
        let nameless = await jun.send("/mandates", fields.filter { $0.0 != "name" })
        #expect(nameless.status == 422 && nameless.text.contains(#"id="f-name-error""#))
        let kept = try await world.database.reader(as: world.context(Cast.mei)).mandates(limit: 50)
        #expect(kept.count == 5)
        #expect(!kept.contains { $0.terms.name.string == "A thought" })
    }
}
