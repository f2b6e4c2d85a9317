import Accounts
import DemoWorld
import Foundation
import Institutions
import Postgres
import TestWorld
import Testing
import Vocabulary

@testable import Investment

@Suite("Importing investors and investments")
struct InvestmentImportTests {
    private static let startups = """
        {"id": "s:kite", "name": "Kite"}
        {"id": "s:fern", "name": "Fern"}
        """
    private static let investors = """
        {"id": "i:moor", "name": "Moor Capital", "portfolio_size": 3, "query": true, "home_region": "Kansai", \
        "thesis": {"focus_areas": ["fintech", "rowing"], "stages": ["seed", "series-a"], "countries": ["JPN", "HKG"], \
        "regions": ["Kansai"], "round_size_usd": {"p25": 500000, "median": 800000, "p75": 2000000}}}
        {"id": "i:fen", "name": "Fen Angels", "portfolio_size": 1, "query": false}
        """
    private static let deals = """
        investor_id,startup_id,date,round_type,amount_usd
        i:moor,s:kite,2020-01-31,seed,750000
        i:moor,s:kite,2020-01-31,seed,1500000
        i:fen,s:fern,2021-02-28,angel,
        i:nobody,s:fern,2021-02-28,angel,1
        i:fen,s:nobody,2021-02-28,angel,1
        i:moor,s:kite,2020-01-31,seed,750000
        i:moor,s:kite,2020-13-31,seed,1
        """

    @Test("brings investors with their theses, and investments; again changes nothing")
    func idempotent() async throws {
        let world = try await World()
        let importer = Importer(into: Cast.harbour.id, of: world.database, as: .system(in: Cast.harbour.id))
        _ = try await importer.importStartups(from: ImportFile(Self.startups, named: "s", as: .jsonLines))
        let investors = ImportFile(Self.investors, named: "investors.jsonl", as: .jsonLines)
        let first = try await importer.importInvestors(from: investors)
        #expect([first.inserted, first.failed] as [Int] == [2, 0])

        let reader = world.database.reader(as: world.context(Cast.mei))
        let moor = try #require(try await reader.institutions(calledByExternalIDs: ["i:moor"])["i:moor"]?.id)
        let mandate = try #require(try await reader.mandates(of: moor, limit: 2).first)
        #expect(mandate.terms.name.string == "Investment thesis")
        #expect(mandate.terms.focusAreas.map(\.area.description) == ["fintech"])
        #expect(mandate.terms.tags.map(\.string) == ["rowing"])
        #expect(mandate.terms.countriesIn == [.japan, .hongKong])
        #expect(mandate.terms.chequeMin == Money(minor: 50_000_000, currency: .usd))
        #expect(mandate.terms.chequeMax == Money(minor: 200_000_000, currency: .usd))
        #expect(try await reader.terms(of: mandate.id, version: 1) == mandate.terms)

        let deals = ImportFile(Self.deals, named: "interactions.csv", as: .csv)
        let report = try await importer.importInvestments(from: deals)
        #expect([report.read, report.inserted, report.failed] as [Int] == [7, 3, 4])
        #expect(
            report.faults == [
                ImportFault(line: 5, field: "investor_id", message: "no investor has this id"),
                ImportFault(line: 6, field: "startup_id", message: "no startup has this id"),
                ImportFault(line: 7, message: "says the same thing as line 2"),
                ImportFault(line: 8, field: "date", message: "expected a date as YYYY-MM-DD"),
            ])
        let kept = try await reader.investments(of: moor, limit: 10)
        #expect(kept.count == 2)

        let again = try await importer.importInvestors(from: investors)
        #expect([again.inserted, again.updated, again.unchanged] as [Int] == [0, 0, 2])
        let dealsAgain = try await importer.importInvestments(from: deals)
        #expect([dealsAgain.inserted, dealsAgain.updated, dealsAgain.unchanged] as [Int] == [0, 0, 3])
    }

    @Test("a thesis that changed becomes a version of its mandate; what it does not speak of stays")
    func revision() async throws {
        let world = try await World()
        let importer = Importer(into: Cast.harbour.id, of: world.database, as: .system(in: Cast.harbour.id))
        _ = try await importer.importInvestors(from: ImportFile(Self.investors, named: "i", as: .jsonLines))
        let mei = world.context(Cast.mei)
        let reader = world.database.reader(as: mei)
        let moor = try #require(try await reader.institutions(calledByExternalIDs: ["i:moor"])["i:moor"]?.id)
        let mandate = try #require(try await reader.mandates(of: moor, limit: 1).first)
        var terms = mandate.terms
        terms.exclusions = [try Name("gambling")]
        _ = try await world.database.write(as: mei) { [terms] in
            try await $0.reviseMandate(mandate.id, to: terms, in: Cast.harbour.id, by: Cast.mei.person.id) { _ in }
        }
        let changed = Self.investors.replacing(#""rowing""#, with: #""robotics""#)
        let report = try await importer.importInvestors(from: ImportFile(changed, named: "i", as: .jsonLines))
        #expect([report.updated, report.unchanged] as [Int] == [1, 1])
        let now = try #require(try await reader.mandate(mandate.id))
        #expect(now.version == 3)
        #expect(now.terms.focusAreas.map(\.area.description) == ["fintech", "robotics"])
        #expect(now.terms.exclusions.map(\.string) == ["gambling"])
    }

    @Test("shows the first rows as they are understood")
    func preview() throws {
        let preview = try Importer.previewInvestors(of: ImportFile(Self.investors, named: "i", as: .jsonLines))
        #expect(preview.rows.count == 2)
        #expect(preview.rows[0].contains(ImportPreview.Field(name: "cheque_max", value: "USD 2,000,000.00")))
        let deals = try Importer.previewInvestments(of: ImportFile(Self.deals, named: "d", as: .csv), rows: 3)
        #expect(deals.rows.count == 3)
    }
}
