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

@Suite("Reading a list closely")
struct ComparisonTests {
    @Test("two to four startups of one's own lists stand side by side; all else is refused by name")
    func compare() async throws {
        let world = try await IntroductionWorld()
        let jun = try await Visitor(Cast.jun, in: world.world)
        let items = try await world.match.items(world.list.id, as: Cast.jun)
        let ids = items.map(\.startup.id)
        func ask(_ ids: [Startup.ID], _ visitor: Visitor) async -> Outgoing {
            await visitor.ask("GET", "/v1/comparison?" + ids.map { "startup=\($0)" }.joined(separator: "&"))
        }
        let four = await ask([ids[2], ids[0], ids[3], ids[1]], jun)
        #expect(four.status == 200, "\(four.text)")
        let compared = try four.json()["items"]?.elements ?? []
        #expect(
            compared.compactMap { $0["item"]?["startup"]?["id"]?.text }
                == [ids[2], ids[0], ids[3], ids[1]].map(\.description))
        #expect(compared.first?["terms"]?["name"]?.text == world.list.mandateName.string)

        let unlisted = Startup.ID()
        for (wrong, words) in [
            (Array(ids[0..<5]), "two to four"), ([ids[0]], "two to four"), ([], "two to four"),
            ([ids[0], ids[0]], "each startup once"), ([ids[0], unlisted], "your own lists"),
        ] {
            let refused = await ask(wrong, jun)
            #expect(refused.status == 422, "\(words) \(refused.text)")
            #expect(refused.text.contains(words) && refused.text.contains("/startup"), "\(refused.text)")
        }
        // One that another investor was shown, and this one was not.
        let others = try await world.reader(Cast.mei).rows(
            """
            SELECT x.startup_id FROM shortlist_items AS x WHERE NOT EXISTS (
                SELECT FROM shortlist_items AS own JOIN shortlists AS s ON s.id = own.shortlist_id
                WHERE s.investor_id = \(world.list.investor) AND own.startup_id = x.startup_id) LIMIT 1
            """)
        let row = try #require(others.first)
        let other: Startup.ID = try row("startup_id")
        #expect(await ask([ids[0], other], jun).status == 422)

        let page = await jun.open("/shortlists/compare?startup=\(ids[0])&startup=\(ids[1])&list=\(world.list.id)")
        #expect(page.status == 200)
        for item in items.prefix(2) { #expect(page.text.contains(item.startup.name.text(for: .english))) }
        #expect(page.text.contains("Cheque of the mandate") && page.text.contains(#"scope="row""#))
        #expect(page.text.contains(#"value="\#(ids[4])""#), "the rest of the list can be chosen")
        let many = ids[0..<5].map { "startup=\($0)" }.joined(separator: "&")
        let refused = await jun.open("/shortlists/compare?\(many)&list=\(world.list.id)")
        #expect(refused.status == 422)
        #expect(refused.text.contains("Choose two to four startups."))
        #expect(refused.text.components(separatedBy: " checked").count - 1 == 5, "what was chosen stays chosen")
        #expect(await jun.open("/shortlists/compare").text.contains("Nothing to compare"))
        #expect(await jun.open("/shortlists/\(world.list.id)").text.contains("/shortlists/compare?list="))
    }

    @Test("filters are addresses, and hold beside the tabs")
    func filters() async throws {
        let world = try await IntroductionWorld()
        let jun = try await Visitor(Cast.jun, in: world.world)
        let items = try await world.match.items(world.list.id, as: Cast.jun)
        let base = "/shortlists/\(world.list.id)"
        func shown(_ query: String) async -> Set<Startup.ID> {
            let page = await jun.open(base + query)
            #expect(page.status == 200, "\(query)")
            return Set(items.map(\.startup.id).filter { page.text.contains("id=\"startup-\($0)\"") })
        }
        func those(_ admits: (StartupCard) -> Bool) -> Set<Startup.ID> {
            Set(items.map(\.startup).filter(admits).map(\.id))
        }
        #expect(await shown("") == those { _ in true })
        let country = try #require(items.compactMap(\.startup.country).first)
        let inCountry = those { $0.country == country }
        #expect(await shown("?country=\(country.code)") == inCountry)
        let stage = try #require(items.compactMap { $0.startup.seeking ?? $0.startup.stage }.first)
        #expect(await shown("?stage=\(stage.rawValue)") == those { ($0.seeking ?? $0.stage) == stage })
        let area = try #require(
            FocusAreaTaxonomy.standard.top.first { top in
                items.contains { $0.startup.focusAreas.contains { FocusAreaTaxonomy.standard.covers(top.id, $0) } }
            })
        let inArea = those { $0.focusAreas.contains { FocusAreaTaxonomy.standard.covers(area.id, $0) } }
        #expect(await shown("?focus_area=\(area.id)&country=\(country.code)&stage=") == inArea.intersection(inCountry))
        let first = try #require(inCountry.first)
        try await world.answer(NewAnswer(.pass, because: .team), to: first)
        #expect(await shown("?country=\(country.code)&show=pass") == [first])
        let page = await jun.open(base + "?country=\(country.code)").text
        #expect(page.contains("show=open&amp;country=\(country.code)"), "tabs keep the filters")
        #expect(await jun.open(base + "?country=XX").status == 422)
    }
}
