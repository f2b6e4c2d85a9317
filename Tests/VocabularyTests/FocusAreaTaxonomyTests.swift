import Foundation
import Testing
import Vocabulary

@Suite struct FocusAreaTaxonomyTests {
    let taxonomy = FocusAreaTaxonomy.standard

    @Test func holdsTheWholeTree() {
        #expect(taxonomy.areas.count == 148)
        #expect(taxonomy.top.count == 14)
        #expect(taxonomy.areas.count { $0.depth == 2 } == 86)
        #expect(taxonomy.areas.count { $0.depth == 3 } == 48)
        #expect(taxonomy.areas.reduce(0) { $0 + $1.related.count } == 2 * 78)
        #expect(taxonomy.areas.allSatisfy { $0.label.languages == Language.allCases })
    }

    @Test(arguments: [
        Vector("biometrics", "face-recognition", "biometrics", 0.8000, 0.7819, 1.0000),
        Vector("face-recognition", "biometrics", "biometrics", 0.8000, 0.7819, 0.7819),
        Vector("face-recognition", "fingerprint-recognition", "biometrics", 0.6667, 0.6419, 0.6419),
        Vector("fintech", "insurance-technology", "fintech", 0.6667, 0.6849, 1.0000),
        Vector("insurance-technology", "wealth-technology", "fintech", 0.5000, 0.5208, 0.5208),
        Vector("smart-parking", "smart-home", "smart-city", 0.3333, 0.3074, 0.3074),
        Vector("collaborative-robotics", "smart-factory", nil, 0, 0, 0.7000),
        Vector("fintech", "vaccines", nil, 0, 0, 0),
    ])
    func measuresLikeness(_ vector: Vector) throws {
        let (focus, startup) = (try area(vector.focus), try area(vector.startup))
        #expect(taxonomy.commonAncestor(focus, startup)?.description == vector.common)
        #expect(fourDecimals(taxonomy.wuPalmer(focus, startup)) == vector.wuPalmer)
        #expect(fourDecimals(taxonomy.lin(focus, startup)) == vector.lin)
        #expect(fourDecimals(taxonomy.similarity(focus: focus, startup: startup)) == vector.similarity)
    }

    @Test(arguments: [
        (["biometrics"], 0.9100, 0.5864),
        (["biometrics", "fintech", "robotics"], 0.9100, 0.3258),
    ])
    func breadthCostsNothing(focus: [String], score: Double, bestMatchAverage: Double) throws {
        let startup = [try area("face-recognition"): 0.7, try area("automated-border-clearance"): 0.3]
        let wanted = try focus.map(area)
        #expect(fourDecimals(taxonomy.score(focus: even(wanted), startup: startup)) == score)
        #expect(fourDecimals(self.bestMatchAverage(wanted, startup.keys.sorted())) == bestMatchAverage)
    }

    @Test func relatedAreasReachAcrossBranches() throws {
        let startup = [try area("face-recognition"): 0.7, try area("automated-border-clearance"): 0.3]
        let fields = try ["smart-city", "fintech", "biomedical-technology", "robotics"].map(area)
        #expect(fourDecimals(taxonomy.score(focus: even(fields), startup: startup)) == 0.2100)
    }

    @Test func likenessStaysBetweenNoneAndWhole() {
        for focus in taxonomy.areas {
            for startup in taxonomy.areas {
                let likeness = taxonomy.similarity(focus: focus.id, startup: startup.id)
                #expect((0...1).contains(likeness))
                #expect(likeness >= taxonomy.lin(focus.id, startup.id) - 1e-12)
                if taxonomy.covers(focus.id, startup.id) { #expect(likeness == 1) }
            }
        }
    }

    @Test(arguments: [
        "face-recognition", "Face recognition", "FACE  RECOGNITION", "人臉識別", "顔認証", "facial matching",
        "ｆａｃｅ ｒｅｃｏｇｎｉｔｉｏｎ",
    ])
    func findsAnAreaByAnyOfItsWords(word: String) {
        #expect(taxonomy.area(called: word)?.id.description == "face-recognition")
    }

    @Test func findsNothingForNothing() {
        #expect(taxonomy.area(called: "") == nil)
        #expect(taxonomy.area(called: "underwater basket weaving") == nil)
        #expect(taxonomy.area(called: String(repeating: "x", count: 100_000)) == nil)
    }

    @Test func closureIsTheAreaAndAllBelow() throws {
        let closure = taxonomy.closure(of: try area("smart-mobility")).map(\.description)
        #expect(
            closure.sorted() == [
                "autonomous-vehicles", "electric-vehicles", "intelligent-transport", "mobility-as-a-service",
                "smart-airport", "smart-mobility", "smart-parking",
            ])
        #expect(
            taxonomy.ancestors(of: try area("smart-parking")).map(\.description) == ["smart-mobility", "smart-city"])
        #expect(taxonomy.narrower(than: try area("diagnostics")).count == 3)
    }

    @Test func hostileWeightsScoreWithinBounds() throws {
        let (one, two) = (try area("fintech"), try area("robotics"))
        for weight in [Double.nan, .infinity, -.infinity, -1, 0, .greatestFiniteMagnitude, .leastNonzeroMagnitude] {
            let score = taxonomy.score(focus: [one: weight, two: 1], startup: [one: 1, two: weight])
            #expect((0...1).contains(score))
        }
        #expect(taxonomy.score(focus: [:], startup: [one: 1]) == 0)
        #expect(taxonomy.score(focus: [one: 1], startup: [:]) == 0)
    }

    @Test(arguments: [
        ("a,,A,甲,エー,,\na,,B,乙,ビー,,", "a: stands twice", 3),
        ("a,b,A,甲,エー,,", "b does not stand above it", 2),
        ("a,,A,甲,エー,,b\nb,,B,乙,ビー,,", "not related in return", 2),
        ("a,,A,甲,エー,,b\nb,a,B,乙,ビー,,a", "stands above or below", 2),
        ("a,,A,甲,エー,same,\nb,,B,乙,ビー,Same,", "Same also means a", 3),
        ("a,,A,甲,,,", "a label is missing", 2),
        ("a,,A", "3 fields", 2),
    ])
    func refusesABrokenTree(rows: String, reason: String, line: Int) {
        let header = "id,broader,label_en,label_zh_hant,label_ja,synonyms_en,related\n"
        let error = #expect(throws: FocusAreaTaxonomy.Malformed.self) { try FocusAreaTaxonomy(csv: header + rows) }
        #expect(error?.description.contains(reason) == true)
        #expect(error?.line == line)
    }

    @Test func decodesOnlyAreasItHas() throws {
        let decoder = JSONDecoder()
        #expect(try decoder.decode([FocusArea.ID].self, from: Data(#"["fintech"]"#.utf8)).count == 1)
        #expect(throws: DecodingError.self) {
            try decoder.decode([FocusArea.ID].self, from: Data(#"["fin-tech"]"#.utf8))
        }
    }

    struct Vector: Sendable, CustomTestStringConvertible {
        let (focus, startup, common): (String, String, String?)
        let (wuPalmer, lin, similarity): (Double, Double, Double)
        var testDescription: String { "\(focus) → \(startup)" }

        init(
            _ focus: String, _ startup: String, _ common: String?, _ wuPalmer: Double, _ lin: Double,
            _ similarity: Double
        ) {
            (self.focus, self.startup, self.common) = (focus, startup, common)
            (self.wuPalmer, self.lin, self.similarity) = (wuPalmer, lin, similarity)
        }
    }

    private func area(_ slug: String) throws -> FocusArea.ID {
        try #require(taxonomy.areas.first { $0.id.description == slug }).id
    }

    private func even(_ areas: [FocusArea.ID]) -> [FocusArea.ID: Double] {
        Dictionary(uniqueKeysWithValues: areas.map { ($0, 1) })
    }

    /// The set measure the program does not use, since it punishes an investor for breadth.
    private func bestMatchAverage(_ one: [FocusArea.ID], _ two: [FocusArea.ID]) -> Double {
        func best(_ from: [FocusArea.ID], _ to: [FocusArea.ID]) -> Double {
            from.map { a in to.map { taxonomy.lin(a, $0) }.max() ?? 0 }.reduce(0, +) / Double(from.count)
        }
        return (best(one, two) + best(two, one)) / 2
    }

    private func fourDecimals(_ value: Double) -> Double {
        (value * 10_000).rounded() / 10_000
    }
}
