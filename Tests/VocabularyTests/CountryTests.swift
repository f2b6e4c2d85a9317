import Foundation
import Testing
import Vocabulary

@Suite struct CountryTests {
    @Test func knowsThemAll() {
        #expect(Country.allCases.count == 249)
        #expect(Set(Country.allCases.map(\.alpha3)).count == 249)
        for country in Country.allCases {
            #expect(country.alpha3.count == 3)
            #expect(Country(alpha3: country.alpha3) == country)
            #expect(Country(reading: country.englishName) == country)
            for language in Language.allCases { #expect(!country.name(in: language).isEmpty) }
        }
    }

    @Test(arguments: [
        ("HK", "HKG", "Hong Kong"), ("JP", "JPN", "Japan"), ("US", "USA", "United States"), ("DE", "DEU", "Germany"),
        ("CH", "CHE", "Switzerland"), ("GB", "GBR", "United Kingdom"), ("KR", "KOR", "South Korea"),
    ])
    func translatesCodes(code: String, alpha3: String, name: String) throws {
        let country = try #require(Country(code))
        #expect(country.alpha3 == alpha3)
        #expect(country.englishName == name)
    }

    @Test func speaksThreeLanguages() {
        #expect(Country.japan.name(in: .traditionalChinese) == "日本")
        #expect(Country.unitedStates.name(in: .traditionalChinese) == "美國")
        #expect(Country.singapore.name(in: .japanese) == "シンガポール")
    }

    @Test(arguments: [
        ("usa", "US"), ("U.S.A.", "US"), ("Hong  Kong", "HK"), ("hkg", "HK"), ("香港", "HK"), ("日本", "JP"), ("uk", "GB"),
        ("Viet Nam", "VN"), ("ＪＰ", "JP"),
    ])
    func readsWhatFilesCallThem(text: String, code: String) {
        #expect(Country(reading: text)?.code == code)
    }

    @Test(arguments: ["", "hk", "XX", "HKG", "EU", "Atlantis", "H"])
    func refusesOtherCodes(text: String) {
        #expect(Country(text) == nil)
    }
}

@Suite struct FundingStageTests {
    @Test func laddersCompare() {
        #expect(FundingStage.preSeed.precedes(.seed) == true)
        #expect(FundingStage.seriesB.precedes(.seriesA) == false)
        #expect(FundingStage.grant.precedes(.seed) == nil)
        let rungs = [FundingStage.preSeed, .angel, .seed, .seriesA, .seriesB, .seriesCPlus, .privateEquity, .postIPO]
        #expect(rungs.compactMap(\.rung) == Array(0...7))
    }

    @Test(arguments: [
        ("Series A", "series-a"), ("SERIES_D", "series-c+"), ("series c+", "series-c+"), ("Pre-Seed Round", "pre-seed"),
        ("Seed", "seed"), ("seed stage", "seed"), ("Debt Financing", "debt"), ("Convertible Note", "convertible"),
        ("Bridge", "bridge"), ("Venture - Series Unknown", "venture-series-unknown"),
    ])
    func readsWhatFilesCallThem(text: String, slug: String) {
        #expect(FundingStage(reading: text)?.rawValue == slug)
    }

    @Test(arguments: ["", "-", "Series A", "série", "a_b", "a\0", String(repeating: "a", count: 41)])
    func refusesWhatIsNoSlug(text: String) {
        #expect(FundingStage(rawValue: text) == nil)
    }

    @Test func everyListedStageHasNames() {
        for stage in FundingStage.listed {
            for language in Language.allCases { #expect(stage.label(in: language) != stage.rawValue) }
        }
        #expect(FundingStage("bridge")?.label(in: .japanese) == "bridge")
    }
}

@Suite struct IdentifierTests {
    enum Startup {}

    @Test func travelsInLowerCase() throws {
        let id = try #require(Identifier<Startup>("0B7E4D2A-5C1F-4A3B-9D8E-6F7A8B9C0D1E"))
        #expect(id.description == "0b7e4d2a-5c1f-4a3b-9d8e-6f7a8b9c0d1e")
        let json = try JSONEncoder().encode([id])
        #expect(String(decoding: json, as: UTF8.self) == #"["0b7e4d2a-5c1f-4a3b-9d8e-6f7a8b9c0d1e"]"#)
        #expect(try JSONDecoder().decode([Identifier<Startup>].self, from: json) == [id])
    }

    @Test(arguments: ["", "0b7e4d2a5c1f4a3b9d8e6f7a8b9c0d1e", "{0b7e4d2a-5c1f-4a3b-9d8e-6f7a8b9c0d1e}", "x"])
    func refusesOtherForms(text: String) {
        #expect(Identifier<Startup>(text) == nil)
    }

    @Test func aSeedRepeatsItself() {
        struct Counter: RandomNumberGenerator {
            var state: UInt64 = 7
            mutating func next() -> UInt64 {
                state &*= 6_364_136_223_846_793_005
                state &+= 1
                return state
            }
        }
        var (one, two) = (Counter(), Counter())
        for _ in 0..<100 {
            let id = Identifier<Startup>(using: &one)
            #expect(id == Identifier<Startup>(using: &two))
            #expect(Array(id.description)[14] == "4")
            #expect("89ab".contains(Array(id.description)[19]))
        }
    }
}
